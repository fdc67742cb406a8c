-- What members follow, what they were told of it, and up to where each has seen what changed. Everything here refers to posts;
-- no text is kept, so what is removed or may no longer be read is gone from here as well.

-- subject: 'thread/12', 'theme/wonen', 'municipality/GM1783', 'typology/tuinbouwgemeenten', 'member/7'. The places among them are
-- those of threads.list_topics without 'list/'.
CREATE TABLE follows (
    member_id  bigint NOT NULL REFERENCES members,
    subject    text NOT NULL CHECK (subject ~ '^(thread|theme|municipality|typology|member)/[A-Za-z0-9-]+$'),
    level      text NOT NULL CHECK (level IN ('all', 'replies', 'digest', 'nothing')),
    is_chosen  boolean NOT NULL,                   -- false: by itself, because he wrote in this thread
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, subject)
);
CREATE INDEX follows_subject_idx ON follows (subject, member_id);
CREATE INDEX follows_member_idx ON follows (member_id, changed_at DESC, subject DESC);

INSERT INTO follows (member_id, subject, level, is_chosen)
SELECT p.author_id, 'thread/' || p.thread_id, CASE WHEN min(p.number) = 1 THEN 'all' ELSE 'replies' END, false
  FROM posts p
 WHERE p.published_at IS NOT NULL
 GROUP BY p.author_id, p.thread_id;

-- What a member was told. At most one about a post, whatever way it went live, and one more when it was chosen as the answer.
CREATE TABLE notices (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- given under the cursor's lock: in order of commit
    member_id bigint NOT NULL REFERENCES members,
    thread_id bigint NOT NULL REFERENCES threads,
    post_id   bigint NOT NULL REFERENCES posts,
    kind      text NOT NULL CHECK (kind IN ('mention', 'quote', 'reply', 'thread', 'answer')),
    at        timestamptz NOT NULL,                -- of the event
    read_at   timestamptz                          -- said by the reader, or copied from his read marker later
);
CREATE UNIQUE INDEX notices_post_key ON notices (member_id, post_id, (kind = 'answer'));
CREATE INDEX notices_unread_idx ON notices (member_id) WHERE read_at IS NULL;
CREATE INDEX notices_thread_idx ON notices (thread_id) WHERE read_at IS NULL;
CREATE INDEX notices_at_idx ON notices (at);

-- Up to where notices were made of the table events, as live::EventCursor has it in memory: every transaction below the horizon was over at the
-- last turn, and of those above it these events were handled. The row's lock makes the turns of several processes follow each other.
CREATE TABLE notice_cursor (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    horizon xid8 NOT NULL,
    seen    bigint[] NOT NULL DEFAULT '{}'
);
INSERT INTO notice_cursor (horizon) VALUES (pg_snapshot_xmin(pg_current_snapshot()));

-- What a member had before him when he last said that he had seen it all.
CREATE TABLE visits (
    member_id bigint PRIMARY KEY REFERENCES members,
    seen      pg_snapshot NOT NULL,
    at        timestamptz NOT NULL
);

-- "@Marit Oosterwegel" in a text, and the names that are offered while it is typed.
CREATE INDEX members_name_idx ON members (lower(name) text_pattern_ops) WHERE ended_at IS NULL;
