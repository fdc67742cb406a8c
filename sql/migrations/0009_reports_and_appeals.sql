-- What leads to a case besides a new post: a member's report, a notice by anyone (DSA article 16), an appeal; and what a case
-- can lead to besides a post's state: a measure against a member, a letter to someone without an account.

CREATE TABLE reports (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id      bigint NOT NULL REFERENCES cases,
    post_id      bigint NOT NULL REFERENCES posts,
    post_version integer NOT NULL,
    reporter_id  bigint NOT NULL REFERENCES members,
    category     text NOT NULL,
    text         text NOT NULL DEFAULT '' CHECK (length(text) <= 4000),
    created_at   timestamptz NOT NULL DEFAULT now(),
    closed_at    timestamptz,
    decision_id  bigint REFERENCES decisions,          -- its outcome
    CHECK ((closed_at IS NULL) = (decision_id IS NULL))
);
-- D8: one open per person, version and ground
CREATE UNIQUE INDEX reports_open_key ON reports (reporter_id, post_id, post_version, category) WHERE closed_at IS NULL;
CREATE INDEX reports_case_idx ON reports (case_id);
CREATE INDEX reports_reporter_idx ON reports (reporter_id, id);
CREATE INDEX reports_post_idx ON reports (post_id);

CREATE TABLE content_notices (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    receipt        text NOT NULL UNIQUE,               -- "K-2026-7F3A9C", what the notifier holds
    status_hash    bytea NOT NULL UNIQUE CHECK (length(status_hash) = 32),  -- of the token in the links that he gets
    case_id        bigint REFERENCES cases,            -- from the moment the address is confirmed
    post_id        bigint NOT NULL REFERENCES posts,
    post_version   integer NOT NULL,
    -- DSA article 16(2): why, where exactly (the post), who, and in good faith; no name for child abuse (point c)
    explanation    text NOT NULL CHECK (length(explanation) BETWEEN 20 AND 8000),
    legal_ground   text NOT NULL DEFAULT '' CHECK (length(legal_ground) <= 300),
    is_child_abuse boolean NOT NULL DEFAULT false,
    name           text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    email          text NOT NULL DEFAULT '' CHECK (length(email) <= 254),
    good_faith     boolean NOT NULL CHECK (good_faith),
    created_at     timestamptz NOT NULL DEFAULT now(),
    confirmed_at   timestamptz,
    closed_at      timestamptz,
    decision_id    bigint REFERENCES decisions,
    CHECK (is_child_abuse OR (name <> '' AND email <> '')),
    CHECK ((confirmed_at IS NULL) = (case_id IS NULL)),
    CHECK ((closed_at IS NULL) = (decision_id IS NULL))
);
CREATE INDEX content_notices_case_idx ON content_notices (case_id);
CREATE INDEX content_notices_post_idx ON content_notices (post_id);

CREATE TABLE appeals (
    case_id     bigint PRIMARY KEY REFERENCES cases,
    decision_id bigint NOT NULL REFERENCES decisions,
    by_member   bigint REFERENCES members,
    by_notice   bigint REFERENCES content_notices,
    text        text NOT NULL CHECK (length(text) BETWEEN 1 AND 8000),
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((by_member IS NULL) <> (by_notice IS NULL)),
    -- T19: once per decision
    UNIQUE (decision_id, by_member),
    UNIQUE (decision_id, by_notice)
);

-- What holds for a member now; a warning ends nothing and is only in decisions.
CREATE TABLE measures (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id   bigint NOT NULL REFERENCES members,
    kind        text NOT NULL CHECK (kind IN ('review-all', 'read-only', 'suspend', 'end-membership')),
    decision_id bigint NOT NULL UNIQUE REFERENCES decisions,
    until       timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    lifted_at   timestamptz,
    lifted_by   bigint REFERENCES decisions,
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
    CHECK (until IS NOT NULL OR kind IN ('review-all', 'end-membership'))
);
CREATE UNIQUE INDEX measures_open_key ON measures (member_id) WHERE lifted_at IS NULL;
CREATE INDEX measures_until_idx ON measures (until) WHERE lifted_at IS NULL;

-- Letters that wait to be sent: written in the transaction of what they tell about, sent after it.
CREATE TABLE mails (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address    text NOT NULL,
    subject    text NOT NULL,
    body       text NOT NULL,                          -- plain text; emptied when sent: it may hold a link that lets in
    created_at timestamptz NOT NULL DEFAULT now(),
    next_try   timestamptz NOT NULL DEFAULT now(),
    tries      integer NOT NULL DEFAULT 0,
    last_fault text NOT NULL DEFAULT '',
    sent_at    timestamptz,
    given_up_at timestamptz
);
CREATE INDEX mails_waiting_idx ON mails (next_try) WHERE sent_at IS NULL AND given_up_at IS NULL;
