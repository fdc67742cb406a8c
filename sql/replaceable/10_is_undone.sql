-- Was this decision taken back (T26)?
CREATE OR REPLACE FUNCTION is_undone(decision bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM decisions u WHERE u.reverses = decision AND u.kind = 'undo')
$$;
