-- Is a viewer of this level (20_may_see_thread.sql) a moderator or an administrator of the forum? What is for staff asks this, so
-- that the numbers stand here and in 20_* only.
CREATE OR REPLACE FUNCTION is_staff(viewer_level integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT viewer_level >= 3
$$;
