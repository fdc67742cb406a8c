-- Cases and decisions (state machine T1-T26). A decision is an immutable row and the only thing besides the author's own
-- acts that moves a post.

CREATE TABLE house_rules (
    slug     text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z-]*$'),
    number   integer NOT NULL UNIQUE,
    title    text NOT NULL,
    text     text NOT NULL
);

CREATE TABLE cases (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('review', 'change', 'report', 'notice', 'appeal', 'application', 'portfolio')),
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'with_author', 'decided', 'withdrawn', 'merged')),
    version       integer NOT NULL DEFAULT 1,
    post_id       bigint NOT NULL REFERENCES posts,
    post_version  integer NOT NULL,
    hold_rule     text NOT NULL DEFAULT '',
    lease_by      bigint REFERENCES members,
    lease_until   timestamptz,
    deadline_at   timestamptz,                    -- for the author's answer while with_author
    waiting_since timestamptz NOT NULL DEFAULT now(),
    waited        interval NOT NULL DEFAULT '0',   -- before it went back to its author: his days do not count
    rounds        integer NOT NULL DEFAULT 0,      -- how often it went back to its author
    created_at    timestamptz NOT NULL DEFAULT now(),
    closed_at     timestamptz,
    CHECK ((lease_by IS NULL) = (lease_until IS NULL))
);
-- invariant 3: at most one open case per post and kind
CREATE UNIQUE INDEX cases_open_key ON cases (post_id, kind) WHERE state IN ('open', 'with_author');
CREATE INDEX cases_queue_idx ON cases (waiting_since, id) WHERE state = 'open';

CREATE TABLE decisions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id         bigint NOT NULL REFERENCES cases,
    number          integer NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('approve', 'approve-with-changes', 'return', 'reject', 'hide', 'remove', 'restore',
                                                  'unfounded', 'grant', 'refuse')),
    post_id         bigint NOT NULL REFERENCES posts,
    post_version    integer NOT NULL,
    state_from      text NOT NULL,
    state_to        text NOT NULL,
    decided_by      bigint REFERENCES members,    -- null: the system
    decided_role    text NOT NULL,
    decided_at      timestamptz NOT NULL DEFAULT now(),
    is_automatic    boolean NOT NULL DEFAULT false,
    rules           text[] NOT NULL DEFAULT '{}',
    facts           text NOT NULL DEFAULT '',
    questions       text NOT NULL DEFAULT '',
    note            text NOT NULL DEFAULT '',     -- for staff only
    scope           text NOT NULL DEFAULT 'whole-post',
    deadline_at     timestamptz,
    statement       text NOT NULL DEFAULT '',     -- as sent to the author, frozen
    appeal_until    timestamptz,
    reverses        bigint REFERENCES decisions,
    UNIQUE (case_id, number),
    -- invariant 5: a restrictive decision without rule, facts and statement cannot exist
    CONSTRAINT decisions_restrictive_complete CHECK (
        kind NOT IN ('reject', 'hide', 'remove')
        OR (cardinality(rules) >= 1 AND length(facts) >= 20 AND statement <> '' AND appeal_until IS NOT NULL)),
    CONSTRAINT decisions_return_complete CHECK (kind <> 'return' OR (length(questions) >= 1 AND deadline_at IS NOT NULL)),
    -- invariant 8: the system never rejects or removes
    CONSTRAINT decisions_human CHECK (decided_by IS NOT NULL OR kind NOT IN ('reject', 'remove'))
);
CREATE INDEX decisions_post_idx ON decisions (post_id, id);

INSERT INTO house_rules (slug, number, title, text) VALUES
    ('eigen-naam', 1, 'Schrijf onder uw eigen naam en functie',
     'U schrijft hier als bestuurder, raadslid of adviseur. Anderen weten dan van wie een ervaring komt.'),
    ('respect', 2, 'Blijf respectvol',
     'Discriminatie, haat en beledigingen horen hier niet. Reageer op wat iemand zegt, niet op wie iemand is.'),
    ('geen-inwoners', 3, 'Noem geen inwoners',
     'Schrijf niets waaraan een inwoner te herkennen is: geen naam, adres, foto of gezondheid.'),
    ('vertrouwelijk', 4, 'Deel niets vertrouwelijks',
     'Stukken waarop geheimhouding rust, deelt u hier niet. Ook niet in een besloten gesprek.'),
    ('bron', 5, 'Noem uw bron',
     'Gebruikt u cijfers of tekst van een ander? Zeg dan waar die vandaan komen.'),
    ('onderwerp', 6, 'Blijf bij het onderwerp',
     'Een nieuw onderwerp verdient een nieuw gesprek. Reclame en oproepen horen hier niet.');
