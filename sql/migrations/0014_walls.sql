-- The wall of a live session: a thread whose replies are seen as questions, with votes and an order. The posts stay what they
-- are, so moderation, rights and what is kept afterwards are those of any thread.

CREATE TABLE walls (
    thread_id    bigint PRIMARY KEY REFERENCES threads,
    is_open      boolean NOT NULL,
    current_post bigint REFERENCES posts,          -- "nu in behandeling"
    votes_due    boolean NOT NULL DEFAULT false,   -- somebody voted since followers were last told the counts
    CHECK (is_open OR current_post IS NULL)
);
CREATE INDEX walls_due_idx ON walls (thread_id) WHERE votes_due;

-- One vote for a member and a post; who voted is nobody's business but his own.
CREATE TABLE post_votes (
    post_id   bigint NOT NULL REFERENCES posts,
    member_id bigint NOT NULL REFERENCES members,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, member_id)
);

CREATE TABLE dealt_questions (
    post_id bigint PRIMARY KEY REFERENCES posts,
    at      timestamptz NOT NULL DEFAULT now()
);

-- What staff did with a wall; rows are never changed.
CREATE TABLE wall_acts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread_id bigint NOT NULL REFERENCES threads,
    kind      text NOT NULL CHECK (kind IN ('open', 'close', 'call', 'deal', 'put-back')),
    post_id   bigint REFERENCES posts,
    by_member bigint NOT NULL REFERENCES members,
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX wall_acts_thread_idx ON wall_acts (thread_id, id);
