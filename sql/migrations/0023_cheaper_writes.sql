-- What each reply writes, in fewer steps.

-- by_member: who wrote a version in its author's place. Nearly all are the author's own: null says so, and no member is looked up. Older rows
-- may name the author himself.
ALTER TABLE post_versions ALTER COLUMN by_member DROP NOT NULL;

-- Events come in the order of their time, so a summary for each range of pages finds a time as well as a tree of all of them.
DROP INDEX events_at_idx;
CREATE INDEX events_at_idx ON events USING brin (at) WITH (autosummarize = on);
