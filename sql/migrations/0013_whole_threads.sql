-- Acts of moderators with whole threads: an end to closing and pinning (A6), a signed conclusion (A4), move, merge and split (A7).

ALTER TABLE threads
    ADD COLUMN closed_until    timestamptz,            -- it opens again by itself
    ADD COLUMN pinned_until    timestamptz,
    -- what a moderator concluded when he closed it; gone when it opens again, and kept in thread_acts
    ADD COLUMN conclusion      text NOT NULL DEFAULT '' CHECK (length(conclusion) <= 4000),
    ADD COLUMN conclusion_html text NOT NULL DEFAULT '',
    ADD COLUMN concluded_by    bigint REFERENCES members,
    ADD COLUMN concluded_at    timestamptz,
    -- its posts stand in that thread now: this one is there for nobody, and its addresses lead on
    ADD COLUMN merged_into     bigint REFERENCES threads,
    ADD CONSTRAINT threads_end_check CHECK ((is_closed OR closed_until IS NULL) AND (is_pinned OR pinned_until IS NULL)),
    ADD CONSTRAINT threads_signed_check CHECK ((is_closed OR conclusion = '')
                                                   AND (conclusion = '') = (concluded_by IS NULL)
                                                   AND (conclusion = '') = (concluded_at IS NULL));
CREATE INDEX threads_closed_until_idx ON threads (closed_until) WHERE closed_until IS NOT NULL;
CREATE INDEX threads_pinned_until_idx ON threads (pinned_until) WHERE pinned_until IS NOT NULL;

ALTER TABLE thread_acts
    DROP CONSTRAINT thread_acts_kind_check,
    ADD COLUMN until        timestamptz,
    ADD COLUMN conclusion   text NOT NULL DEFAULT '',
    ADD COLUMN other_thread bigint REFERENCES threads,   -- where its posts went, or whence they came
    ADD CONSTRAINT thread_acts_kind_check CHECK (kind IN ('accept', 'unaccept', 'lose-answer', 'close', 'reopen', 'pin', 'unpin',
                                                          'move', 'merge', 'split'));
CREATE INDEX thread_acts_other_idx ON thread_acts (other_thread) WHERE other_thread IS NOT NULL;

-- Where a post stood before, so that its old addresses lead to where it stands now. A post keeps its id, and with it its versions,
-- cases, decisions, reports and notices; only its thread and number are new.
CREATE TABLE post_moves (
    thread_id bigint NOT NULL REFERENCES threads,
    number    integer NOT NULL,
    post_id   bigint NOT NULL REFERENCES posts,
    PRIMARY KEY (thread_id, number)
);
CREATE INDEX post_moves_post_idx ON post_moves (post_id);

-- 'moved': a post of his, or what he follows, stands in another thread now.
ALTER TABLE notices
    DROP CONSTRAINT notices_kind_check,
    ADD CONSTRAINT notices_kind_check CHECK (kind IN ('mention', 'quote', 'reply', 'thread', 'answer', 'moved'));

-- Its successor in replaceable/ gives those columns.
DROP FUNCTION IF EXISTS visible_threads(bigint, integer);
