-- What holds now of what a decision said: the last that an objection led to, of those that stand; itself when there is none. Who
-- reported a post or objected is told this one.
CREATE OR REPLACE FUNCTION standing_decision(in_decision bigint)
RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT in_decision AS id
        UNION
        SELECT g.id
          FROM chain c
          JOIN appeals a ON a.decision_id = c.id
          JOIN decisions g ON g.case_id = a.case_id AND g.kind = 'grant'
         WHERE NOT EXISTS (SELECT 1 FROM decisions u WHERE u.reverses = g.id AND u.kind = 'undo')
    )
    SELECT max(id) FROM chain
$$;
