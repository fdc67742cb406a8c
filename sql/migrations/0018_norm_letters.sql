-- When the moderators were told that a case has to be decided soon (features.md D18).
ALTER TABLE cases ADD COLUMN warned_at timestamptz;

-- Senior is who looks after everything (sql/replaceable/22_scopes.sql); nothing ever read this.
ALTER TABLE members DROP COLUMN is_senior;
