-- What staff have read first whoever writes it (features.md D1): every text of a theme, about a type of municipality, or by authors with
-- a function. A row begins and ends; what it says never changes, so that what held a post can be explained later.

CREATE TABLE standing_holds (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('theme', 'typology', 'function')),
    value           text NOT NULL CHECK (length(value) BETWEEN 1 AND 200),
    theme_slug      text GENERATED ALWAYS AS (CASE WHEN kind = 'theme' THEN value END) STORED REFERENCES themes,
    typology_slug   text GENERATED ALWAYS AS (CASE WHEN kind = 'typology' THEN value END) STORED REFERENCES typologies,
    reason          text NOT NULL CHECK (length(reason) BETWEEN 10 AND 300),   -- shown to the author, before he writes
    created_by      bigint NOT NULL REFERENCES members,
    created_at      timestamptz NOT NULL DEFAULT now(),
    ended_by        bigint REFERENCES members,
    ended_at        timestamptz,
    CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX standing_holds_active_key ON standing_holds (kind, value) WHERE ended_at IS NULL;
