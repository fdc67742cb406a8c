-- Threads, posts and their versions. A post's number within its thread is given once and never used again; what a reader
-- may see is decided by visible_threads and visible_posts (sql/replaceable), nowhere else.

CREATE TABLE threads (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('question', 'experience', 'dilemma', 'announcement')),
    title          text NOT NULL CHECK (length(title) BETWEEN 1 AND 140),
    slug           text NOT NULL,
    theme_slug     text REFERENCES themes,
    visibility     text NOT NULL CHECK (visibility IN ('public', 'members', 'administrators')),
    author_id      bigint NOT NULL REFERENCES members,
    fields         jsonb NOT NULL DEFAULT '{}',    -- the kind's own: dilemma {context, options, tried}
    -- a thread is there for readers from the moment its opening post was live for the first time
    is_published   boolean NOT NULL DEFAULT false,
    opening_state  text NOT NULL DEFAULT 'live',   -- state of post 1: its title and fields go when its text goes
    accepted_post  bigint,
    accepted_by    bigint REFERENCES members,
    is_closed      boolean NOT NULL DEFAULT false,
    closed_reason  text NOT NULL DEFAULT '' CHECK (length(closed_reason) <= 300),
    is_pinned      boolean NOT NULL DEFAULT false,
    pinned_reason  text NOT NULL DEFAULT '' CHECK (length(pinned_reason) <= 300),
    seq            bigint NOT NULL DEFAULT 0,      -- live sequence, raised under this row's lock
    last_number    integer NOT NULL DEFAULT 0,     -- highest post number given
    reply_count    integer NOT NULL DEFAULT 0,     -- live replies (without the opening post)
    strand         text NOT NULL DEFAULT '',       -- letters of live posts' authors in order, at most 400
    is_demo        boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    published_at   timestamptz,
    last_post_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((accepted_post IS NULL) = (accepted_by IS NULL)),
    CHECK (is_closed = (closed_reason <> '')),
    CHECK (is_pinned = (pinned_reason <> ''))
);
CREATE INDEX threads_recent_idx ON threads (last_post_at DESC, id DESC) WHERE is_published;
CREATE INDEX threads_author_idx ON threads (author_id);
CREATE INDEX threads_theme_idx ON threads (theme_slug, last_post_at DESC) WHERE is_published;

CREATE TABLE thread_municipalities (
    thread_id         bigint NOT NULL REFERENCES threads,
    municipality_code text NOT NULL REFERENCES municipalities,
    role              text NOT NULL CHECK (role IN ('about', 'experience')),
    PRIMARY KEY (thread_id, municipality_code)
);
CREATE INDEX thread_municipalities_code_idx ON thread_municipalities (municipality_code, thread_id);

CREATE TABLE thread_typologies (
    thread_id     bigint NOT NULL REFERENCES threads,
    typology_slug text NOT NULL REFERENCES typologies,
    PRIMARY KEY (thread_id, typology_slug)
);
CREATE INDEX thread_typologies_slug_idx ON thread_typologies (typology_slug, thread_id);

CREATE TABLE posts (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread_id      bigint NOT NULL REFERENCES threads,
    number         integer NOT NULL CHECK (number >= 1),
    author_id      bigint NOT NULL REFERENCES members,
    -- as it was when written (G8)
    author_function     text NOT NULL DEFAULT '',
    author_municipality text REFERENCES municipalities,
    reply_to       bigint REFERENCES posts,
    reply_version  integer,                        -- version of the quoted post
    state          text NOT NULL CHECK (state IN ('waiting', 'returned', 'live', 'live_change', 'hidden', 'removed',
                                                  'rejected', 'withdrawn', 'erased')),
    version        integer NOT NULL DEFAULT 1,     -- newest version written
    live_version   integer,                        -- version readers see
    body           text NOT NULL,                  -- of live_version, or of the newest version before it was ever live
    body_html      text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    published_at   timestamptz,
    edited_at      timestamptz,
    withdrawn_at   timestamptz,
    UNIQUE (thread_id, number)
);
CREATE INDEX posts_author_idx ON posts (author_id, created_at DESC);
ALTER TABLE threads ADD FOREIGN KEY (accepted_post) REFERENCES posts;

-- What was done with a thread as a whole, by whom and why; rows are never changed (A3: unmarking is logged, A6: with reason).
-- 'lose-answer': the accepted post is no longer there for readers.
CREATE TABLE thread_acts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread_id bigint NOT NULL REFERENCES threads,
    kind      text NOT NULL CHECK (kind IN ('accept', 'unaccept', 'lose-answer', 'close', 'reopen', 'pin', 'unpin')),
    post_id   bigint REFERENCES posts,
    by_member bigint REFERENCES members,           -- null: follows from another act
    reason    text NOT NULL DEFAULT '',
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX thread_acts_thread_idx ON thread_acts (thread_id, id);

CREATE TABLE post_versions (
    post_id    bigint NOT NULL REFERENCES posts,
    version    integer NOT NULL CHECK (version >= 1),
    body       text NOT NULL CHECK (length(body) BETWEEN 1 AND 20000),
    body_html  text NOT NULL,
    by_member  bigint NOT NULL REFERENCES members, -- the author, or a moderator who approved with changes
    was_live   boolean NOT NULL DEFAULT false,
    is_hidden  boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, version)
);

CREATE TABLE read_markers (
    member_id  bigint NOT NULL REFERENCES members,
    thread_id  bigint NOT NULL REFERENCES threads,
    number     integer NOT NULL,                   -- highest post number that was on screen
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, thread_id)
);

CREATE TABLE drafts (
    member_id bigint NOT NULL REFERENCES members,
    key       text NOT NULL CHECK (key ~ '^[a-z0-9-]{1,80}$'),   -- "new-thread", "reply-12", "edit-12-4"
    revision  integer NOT NULL DEFAULT 1,
    data      jsonb NOT NULL,
    saved_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, key)
);

-- One answer for one key: submitting twice is one post (B8). Pruned after 48 hours.
CREATE TABLE idempotency_keys (
    member_id  bigint NOT NULL REFERENCES members,
    key        text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    post_id    bigint NOT NULL REFERENCES posts,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, key)
);
CREATE INDEX idempotency_keys_age_idx ON idempotency_keys (created_at);
