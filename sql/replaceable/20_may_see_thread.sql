-- Who may see a thread, once: public for everyone, members for who is signed in, administrators for the office-holders of
-- municipalities (is_office_holder), and always staff (the forum's administrators and moderators) and the author. A thread that
-- was never published is for its author and staff.
-- Levels: 0 guest, 1 member, 2 office-holder, 3 moderator, 4 administrator. viewer_id is null for a guest. Level -1 is a
-- follower of whom only this is known: he was let in to the thread (live/event.hpp: the audience). He sees what a plain reader
-- of it sees.
CREATE OR REPLACE FUNCTION may_see_thread(visibility text, is_published boolean, author_id bigint,
                                          viewer_id bigint, viewer_level integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT is_staff(viewer_level)
        OR author_id = coalesce(viewer_id, 0)
        OR (is_published AND (visibility = 'public' OR (visibility = 'members' AND viewer_level >= 1)
                              OR (visibility = 'administrators' AND viewer_level >= 2) OR viewer_level = -1))
$$;
