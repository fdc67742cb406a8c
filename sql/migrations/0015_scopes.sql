-- What a moderator looks after (features.md D17): one of the eight types as well, values that exist, and who changed it when.

ALTER TABLE moderator_scopes
    DROP CONSTRAINT moderator_scopes_kind_check,
    ADD CONSTRAINT moderator_scopes_kind_check CHECK (kind IN ('theme', 'province', 'type')),
    ADD COLUMN theme_slug    text GENERATED ALWAYS AS (CASE WHEN kind = 'theme' THEN value END) STORED REFERENCES themes,
    ADD COLUMN typology_slug text GENERATED ALWAYS AS (CASE WHEN kind = 'type' THEN value END) STORED REFERENCES typologies,
    -- The twelve of the municipalities' register; they have no table of their own.
    ADD CONSTRAINT moderator_scopes_province_check CHECK (kind <> 'province' OR value IN (
        'Drenthe', 'Flevoland', 'Fryslân', 'Gelderland', 'Groningen', 'Limburg', 'Noord-Brabant', 'Noord-Holland', 'Overijssel',
        'Utrecht', 'Zeeland', 'Zuid-Holland'));

-- All that he looks after from then on; three times nothing: everything.
CREATE TABLE moderator_scope_changes (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES members,
    themes    text[] NOT NULL,
    provinces text[] NOT NULL,
    types     text[] NOT NULL,
    by_member bigint NOT NULL REFERENCES members,
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX moderator_scope_changes_member_idx ON moderator_scope_changes (member_id, id);
