-- What a moderator looks after (features.md D17): cases in threads of his themes, about or from municipalities of his provinces, or
-- about his types; and members who work for a municipality of those provinces or types. Who has no scope, and every administrator,
-- looks after everything: also after what no scope reaches.
CREATE OR REPLACE FUNCTION is_scoped(in_member bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM moderator_scopes s JOIN members m ON m.id = s.member_id
                    WHERE s.member_id = in_member AND m.role = 'moderator');
END
$$;

CREATE OR REPLACE FUNCTION threads_in_scope(in_member bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    SELECT t.id FROM moderator_scopes s JOIN threads t ON t.theme_slug = s.theme_slug
     WHERE s.member_id = in_member
    UNION ALL
    SELECT l.thread_id
      FROM moderator_scopes s
      JOIN municipalities g ON g.province = s.value
      JOIN thread_municipalities l ON l.municipality_code = g.code
     WHERE s.member_id = in_member AND s.kind = 'province'
    UNION ALL
    SELECT l.thread_id FROM moderator_scopes s JOIN thread_typologies l ON l.typology_slug = s.typology_slug
     WHERE s.member_id = in_member
$$;

CREATE OR REPLACE FUNCTION members_in_scope(in_member bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    SELECT m.id
      FROM moderator_scopes s
      JOIN municipalities g ON g.province = s.value
      JOIN members m ON m.municipality_code = g.code
     WHERE s.member_id = in_member AND s.kind = 'province'
    UNION ALL
    SELECT m.id
      FROM moderator_scopes s
      JOIN municipality_typology y ON y.typology_slug = s.typology_slug
      JOIN members m ON m.municipality_code = y.municipality_code
     WHERE s.member_id = in_member
$$;

-- Does this moderator look after what happens in that thread, or to that member? Each may be null. (PL/pgSQL keeps its plan for the
-- session; a function in SQL with a query in it is planned anew at each call.)
CREATE OR REPLACE FUNCTION looks_after(in_moderator bigint, in_thread bigint, in_member bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT is_scoped(in_moderator)
        OR EXISTS (SELECT 1 FROM threads_in_scope(in_moderator) s WHERE s.id = in_thread)
        OR EXISTS (SELECT 1 FROM members_in_scope(in_moderator) s WHERE s.id = in_member);
END
$$;

-- The same of a case; null: there is no such case. The queue asks threads_in_scope and members_in_scope for all cases at once
-- (server/moderation/case_store.cpp).
CREATE OR REPLACE FUNCTION is_in_scope(in_case bigint, in_moderator bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT looks_after(in_moderator, p.thread_id, c.member_id)
              FROM cases c LEFT JOIN posts p ON p.id = c.post_id WHERE c.id = in_case);
END
$$;
