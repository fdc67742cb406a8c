-- Each letter about a notice has a link of its own: the tokens are kept as hashes, so an earlier one cannot be written again.
CREATE TABLE content_notice_links (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    notice_id  bigint NOT NULL REFERENCES content_notices ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX content_notice_links_notice_idx ON content_notice_links (notice_id);
ALTER TABLE content_notices
    DROP COLUMN status_hash,
    -- of the letters
    ADD COLUMN language text NOT NULL DEFAULT 'nl' CHECK (language IN ('nl', 'en'));
CREATE INDEX content_notices_unconfirmed_idx ON content_notices (created_at) WHERE confirmed_at IS NULL;
