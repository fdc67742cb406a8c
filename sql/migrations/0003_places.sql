-- Municipalities with validity and successors; municipality types as dated, sourced statements.

CREATE TABLE municipalities (
    code            text PRIMARY KEY CHECK (code ~ '^GM[0-9]{4}$'),
    name            text NOT NULL,               -- as shown: "Den Haag", "Bergen (NH)"
    official_name   text NOT NULL,
    cbs_name        text NOT NULL,
    search_names    text NOT NULL,               -- folded names, space separated
    province        text NOT NULL,
    province_code   text NOT NULL,
    population      integer CHECK (population >= 0),
    population_year integer,
    latitude        double precision,
    longitude       double precision,
    hex_q           integer,
    hex_r           integer,
    valid_from      date,                        -- null: before this register begins (2018)
    valid_until     date                         -- first day on which it no longer exists; null = exists
);
CREATE INDEX municipalities_name_idx ON municipalities (name);

CREATE TABLE municipality_successors (
    old_code text NOT NULL REFERENCES municipalities,
    new_code text NOT NULL REFERENCES municipalities,
    since    date NOT NULL,
    share    numeric(4, 3) NOT NULL CHECK (share > 0 AND share <= 1),  -- of the addresses
    kind     text NOT NULL,
    PRIMARY KEY (old_code, new_code)
);

CREATE TABLE typologies (
    slug          text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z-]*$'),
    letter        text NOT NULL UNIQUE CHECK (letter ~ '^[A-Z]$'),
    name          text NOT NULL,
    name_singular text NOT NULL,
    description   text NOT NULL DEFAULT '',
    aliases       text[] NOT NULL DEFAULT '{}',
    source        text NOT NULL DEFAULT '',
    is_confirmed  boolean NOT NULL DEFAULT true,
    position      integer NOT NULL
);

CREATE TABLE typology_assignments (
    municipality_code text NOT NULL REFERENCES municipalities,
    typology_slug     text NOT NULL REFERENCES typologies,
    edition           text NOT NULL,             -- "2018"
    source            text NOT NULL CHECK (source <> ''),
    is_example        boolean NOT NULL DEFAULT false,
    stated_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (municipality_code, typology_slug, edition)
);
CREATE INDEX typology_assignments_typology_idx ON typology_assignments (typology_slug);

CREATE TABLE themes (
    slug     text PRIMARY KEY CHECK (slug ~ '^[a-z0-9][a-z0-9-]*$'),
    name     text NOT NULL,
    position integer NOT NULL
);

ALTER TABLE members ADD FOREIGN KEY (municipality_code) REFERENCES municipalities;
