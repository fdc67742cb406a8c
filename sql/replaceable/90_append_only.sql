-- Tables whose rows stay as they were written: the running forum may add to them and read them, nothing else. The migrator
-- empties this list, runs all files and then gives the role forum_app its rights (../README.md). A feature adds its own line.

INSERT INTO forum_append_only (name, why) VALUES
    ('decisions', 'what was decided, by whom and why, must be provable years later'),
    ('moderation_rule_changes', 'who made a rule that held or refused words of others must be known'),
    ('thread_acts', 'what was done with a thread is shown to its members as a log');
