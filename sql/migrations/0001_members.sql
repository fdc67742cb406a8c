-- People and their sessions. Audit: sessions are rows that end, members are never deleted (a removed member keeps his id).

CREATE TABLE members (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email             text NOT NULL,
    name              text NOT NULL CHECK (length(name) BETWEEN 2 AND 100),
    function          text NOT NULL DEFAULT '' CHECK (length(function) <= 100),
    municipality_code text,
    role              text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'moderator', 'administrator')),
    is_trusted        boolean NOT NULL DEFAULT false,
    password_hash     text NOT NULL DEFAULT '',
    is_demo           boolean NOT NULL DEFAULT false,
    created_at        timestamptz NOT NULL DEFAULT now(),
    ended_at          timestamptz
);
CREATE UNIQUE INDEX members_email_key ON members (lower(email));

CREATE TABLE sessions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash  bytea NOT NULL CHECK (length(token_hash) = 32),
    member_id   bigint NOT NULL REFERENCES members,
    device      text NOT NULL DEFAULT '' CHECK (length(device) <= 200),
    created_at  timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE UNIQUE INDEX sessions_token_key ON sessions (token_hash);
CREATE INDEX sessions_member_idx ON sessions (member_id) WHERE ended_at IS NULL;
