-- Tables whose rows stay as they were written: the running forum may add to them and read them, nothing else. The migrator
-- empties this list, runs all files and then gives the role forum_app its rights (../README.md). A feature adds its own line.

INSERT INTO forum_append_only (name, why) VALUES
    ('decision_chain', 'it has one row, which the trigger of decisions alone may move on'),
    ('decisions', 'what was decided, by whom and why, must be provable years later'),
    ('hidden_reads', 'who of the staff read what was hidden must be known'),
    ('moderation_rule_changes', 'who made a rule that held or refused words of others must be known'),
    ('moderator_scope_changes', 'who decided what a moderator does not look after must be known'),
    ('post_moves', 'an old address of a post must always lead to it'),
    ('sender_reads', 'who of the staff read who sent something in must be known'),
    ('staff_notes', 'what colleagues built a decision on must still be there'),
    ('thread_acts', 'what was done with a thread is shown to its members as a log'),
    ('version_acts', 'who kept an older text from readers, and why, must be known'),
    ('wall_acts', 'who of the staff chose which question for a session must be known');
