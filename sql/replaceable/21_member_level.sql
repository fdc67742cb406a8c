-- The viewer level of a member (20_may_see_thread.sql), for who asks about people that do not look themselves.
CREATE OR REPLACE FUNCTION member_level(member_role text, member_function text)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE member_role WHEN 'administrator' THEN 4 WHEN 'moderator' THEN 3
                            ELSE CASE WHEN is_office_holder(member_function) THEN 2 ELSE 1 END END
$$;
