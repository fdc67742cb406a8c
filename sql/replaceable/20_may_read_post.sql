-- Of a post in a thread that the viewer may see: does he see that it is there, and may he read its text?
-- A post is there for everyone from the moment it was live for the first time (later without text: a tombstone); before
-- that, for its author and staff. An erased post has no text for anyone.
CREATE OR REPLACE FUNCTION may_see_post(published_at timestamptz, author_id bigint, viewer_id bigint, viewer_level integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT published_at IS NOT NULL OR is_staff(viewer_level) OR author_id = coalesce(viewer_id, 0)
$$;

CREATE OR REPLACE FUNCTION may_read_post(state text, author_id bigint, viewer_id bigint, viewer_level integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT state IN ('live', 'live_change')
        OR (state <> 'erased' AND (is_staff(viewer_level) OR author_id = coalesce(viewer_id, 0)))
$$;
