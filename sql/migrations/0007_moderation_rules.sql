-- The staff's words and hosts. What a rule says never changes after it was written (a change is another rule), so that what it
-- did to a post can be explained later; only whether it is active does.

CREATE TABLE moderation_rules (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    is_host     boolean NOT NULL,
    pattern     text NOT NULL CHECK (length(pattern) BETWEEN 1 AND 100),
    effect      text NOT NULL CHECK (effect IN ('warn', 'hold', 'block')),
    reason      text NOT NULL CHECK (length(reason) BETWEEN 10 AND 300),   -- shown to the author
    is_active   boolean NOT NULL DEFAULT true,
    created_by  bigint NOT NULL REFERENCES members,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX moderation_rules_active_key ON moderation_rules (is_host, pattern) WHERE is_active;

CREATE TABLE moderation_rule_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id    bigint NOT NULL REFERENCES moderation_rules,
    act        text NOT NULL CHECK (act IN ('add', 'on', 'off')),
    by_member  bigint NOT NULL REFERENCES members,
    at         timestamptz NOT NULL DEFAULT now()
);
