-- Which versions readers may no longer see, by whom and why (features.md A8); post_versions.is_hidden is how it stands now.
CREATE TABLE version_acts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id   bigint NOT NULL,
    version   integer NOT NULL,
    is_hidden boolean NOT NULL,
    reason    text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    by_member bigint NOT NULL REFERENCES members,
    at        timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (post_id, version) REFERENCES post_versions (post_id, version)
);
CREATE INDEX version_acts_post_idx ON version_acts (post_id, version, id);
