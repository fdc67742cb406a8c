-- Cases and decisions for the whole state machine (T1-T26): reports, notices, appeals, measures against members, timers.

-- Senior moderators get what is escalated and second the heaviest measures.
ALTER TABLE members ADD COLUMN is_senior boolean NOT NULL DEFAULT false;

-- What a moderator looks after; no row: everything (D17).
CREATE TABLE moderator_scopes (
    member_id bigint NOT NULL REFERENCES members,
    kind      text NOT NULL CHECK (kind IN ('theme', 'province')),
    value     text NOT NULL,
    PRIMARY KEY (member_id, kind, value)
);

ALTER TABLE cases DROP CONSTRAINT cases_kind_check;
ALTER TABLE cases
    ALTER COLUMN post_id DROP NOT NULL,
    ALTER COLUMN post_version DROP NOT NULL,
    ADD COLUMN member_id    bigint REFERENCES members,     -- whom a measure is about
    ADD COLUMN appeals      bigint REFERENCES decisions,   -- the decision that is objected to
    ADD COLUMN due_at       timestamptz,                   -- by when the norm wants it decided (D18)
    ADD COLUMN hidden_until timestamptz,                   -- the system hid the post: then it comes back by itself (T15, T16)
    ADD COLUMN sent_to      text CHECK (sent_to IN ('senior', 'legal', 'police')),  -- T25
    ADD COLUMN sent_reason  text NOT NULL DEFAULT '',
    ADD COLUMN merged_into  bigint REFERENCES cases,
    ADD COLUMN proposal     jsonb,                         -- a decision that needs a second person, as the first proposed it
    ADD COLUMN proposed_by  bigint REFERENCES members,
    ADD COLUMN reminded_at  timestamptz,                   -- the author was reminded of his deadline (T9)
    ADD CONSTRAINT cases_kind_check CHECK (kind IN ('review', 'change', 'report', 'notice', 'appeal', 'measure', 'application',
                                                    'portfolio')),
    ADD CONSTRAINT cases_subject_check CHECK (post_id IS NOT NULL OR member_id IS NOT NULL),
    ADD CONSTRAINT cases_post_check CHECK ((post_id IS NULL) = (post_version IS NULL)),
    ADD CONSTRAINT cases_appeal_check CHECK ((kind = 'appeal') = (appeals IS NOT NULL)),
    ADD CONSTRAINT cases_sent_check CHECK ((sent_to IS NULL) = (sent_reason = '')),
    ADD CONSTRAINT cases_proposal_check CHECK ((proposal IS NULL) = (proposed_by IS NULL)),
    -- invariant 9: a closed case has no running timer
    ADD CONSTRAINT cases_timer_check CHECK (state IN ('open', 'with_author') OR (hidden_until IS NULL AND deadline_at IS NULL
                                                                                 AND lease_by IS NULL));
UPDATE cases SET due_at = waiting_since + interval '1 day';
ALTER TABLE cases ALTER COLUMN due_at SET NOT NULL;
-- invariant 3; a post may have several appeals, against several decisions (appeals has its own key)
DROP INDEX cases_open_key;
CREATE UNIQUE INDEX cases_open_key ON cases (post_id, kind) WHERE state IN ('open', 'with_author') AND kind <> 'appeal';
DROP INDEX cases_queue_idx;
CREATE INDEX cases_queue_idx ON cases (due_at, id) WHERE state = 'open';
CREATE INDEX cases_post_idx ON cases (post_id);
CREATE INDEX cases_timer_idx ON cases (hidden_until) WHERE hidden_until IS NOT NULL;
CREATE INDEX cases_deadline_idx ON cases (deadline_at) WHERE deadline_at IS NOT NULL;

ALTER TABLE decisions
    DROP CONSTRAINT decisions_kind_check,
    DROP CONSTRAINT decisions_restrictive_complete,
    DROP CONSTRAINT decisions_human;
ALTER TABLE decisions
    ALTER COLUMN post_id DROP NOT NULL,
    ALTER COLUMN post_version DROP NOT NULL,
    ADD COLUMN member_id         bigint REFERENCES members,   -- whom a measure is about
    -- what led to it (features.md 4c)
    ADD COLUMN source            text NOT NULL DEFAULT 'review',
    ADD COLUMN is_detected_automatically boolean NOT NULL DEFAULT false,
    ADD COLUMN legal_ground      text NOT NULL DEFAULT '',
    ADD COLUMN until             timestamptz,                 -- null: for good
    ADD COLUMN seconded_by       bigint REFERENCES members,
    ADD COLUMN live_version_from integer,                     -- what readers saw before it, so that it can be undone
    ADD COLUMN cascade_of        bigint REFERENCES decisions, -- it follows from that one
    ADD COLUMN sent_to           text,                        -- where an 'escalate' sent the case (T25)
    ADD COLUMN chain_number      bigint,                      -- set by the trigger of replaceable/30_decision_chain.sql
    ADD COLUMN previous_hash     bytea,
    ADD COLUMN hash              bytea,
    ADD CONSTRAINT decisions_kind_check CHECK (kind IN (
        'approve', 'approve-with-changes', 'return', 'reject', 'hide', 'remove', 'restore', 'unfounded', 'grant', 'refuse',
        'escalate', 'undo', 'expire', 'erase',
        'warn', 'review-all', 'read-only', 'suspend', 'end-membership', 'lift')),
    ADD CONSTRAINT decisions_source_check CHECK (source IN ('review', 'own-initiative', 'report', 'notice', 'threshold', 'word-rule',
                                                            'appeal', 'timer')),
    ADD CONSTRAINT decisions_subject_check CHECK (post_id IS NOT NULL OR member_id IS NOT NULL),
    -- invariant 5: a restrictive decision without rule or law, facts, statement and way to object cannot exist
    ADD CONSTRAINT decisions_restrictive_complete CHECK (
        NOT (kind IN ('reject', 'hide', 'remove', 'warn', 'review-all', 'read-only', 'suspend', 'end-membership')
             OR (kind = 'grant' AND state_to = 'removed'))
        OR ((cardinality(rules) >= 1 OR legal_ground <> '') AND length(facts) >= 20 AND statement <> ''
            AND appeal_until IS NOT NULL)),
    -- invariant 8: what the system does is provisional
    ADD CONSTRAINT decisions_human CHECK (
        decided_by IS NOT NULL
        OR (is_automatic AND kind IN ('hide', 'restore', 'expire', 'lift') AND (kind <> 'hide' OR until IS NOT NULL))),
    ADD CONSTRAINT decisions_reasoned CHECK (kind NOT IN ('grant', 'refuse', 'escalate') OR length(facts) >= 1),
    ADD CONSTRAINT decisions_reversal CHECK (kind NOT IN ('undo', 'grant') OR reverses IS NOT NULL),
    ADD CONSTRAINT decisions_sent CHECK ((kind = 'escalate') = (sent_to IS NOT NULL)),
    -- two people for the heaviest
    ADD CONSTRAINT decisions_seconded CHECK (kind NOT IN ('suspend', 'end-membership', 'erase')
                                             OR (seconded_by IS NOT NULL AND seconded_by <> decided_by));
CREATE UNIQUE INDEX decisions_chain_key ON decisions (chain_number);
CREATE INDEX decisions_member_idx ON decisions (member_id, id) WHERE member_id IS NOT NULL;
CREATE INDEX decisions_at_idx ON decisions (decided_at);
CREATE UNIQUE INDEX decisions_reverses_key ON decisions (reverses) WHERE kind = 'undo';

-- Where the chain of decisions ends. One row; written by the trigger alone, which runs as the owner.
CREATE TABLE decision_chain (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    number  bigint NOT NULL,
    hash    bytea NOT NULL
);
INSERT INTO decision_chain (number, hash) VALUES (0, '\x');

-- Who of the staff read what was hidden (J4).
CREATE TABLE hidden_reads (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id    bigint NOT NULL REFERENCES members,
    post_id      bigint NOT NULL REFERENCES posts,
    post_version integer NOT NULL,
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX hidden_reads_post_idx ON hidden_reads (post_id);

-- Reasons that staff keep at hand.
CREATE TABLE standard_reasons (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decision   text NOT NULL,
    title      text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
    text       text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    rules      text[] NOT NULL DEFAULT '{}',
    by_member  bigint REFERENCES members,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);

-- Notes about a case or a member, for staff only (D14).
CREATE TABLE staff_notes (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id   bigint REFERENCES cases,
    member_id bigint REFERENCES members,
    by_member bigint NOT NULL REFERENCES members,
    text      text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    at        timestamptz NOT NULL DEFAULT now(),
    CHECK ((case_id IS NULL) <> (member_id IS NULL))
);
