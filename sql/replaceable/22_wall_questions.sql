-- The questions on a thread's wall as a viewer may see them: replies that quote nothing (who quotes another, talks with him). Readers
-- see the live ones; the author and staff also those that wait. What is hidden, returned or withdrawn stands in the thread only.
-- place: 'current' (at most one), 'open' or 'dealt'. Order of the wall: position.
CREATE OR REPLACE FUNCTION wall_questions(thread bigint, viewer_id bigint, viewer_level integer)
RETURNS TABLE (post_id bigint, number integer, author_id bigint, is_live boolean, votes bigint, place text, "position" bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT q.*, row_number() OVER (ORDER BY CASE q.place WHEN 'current' THEN 1 WHEN 'open' THEN 2 ELSE 3 END,
                                            NOT q.is_live, q.votes DESC, q.number)
      FROM (SELECT p.id, p.number, p.author_id, p.state IN ('live', 'live_change') AS is_live,
                   (SELECT count(*) FROM post_votes v WHERE v.post_id = p.id) AS votes,
                   CASE WHEN p.id = w.current_post THEN 'current'
                        WHEN EXISTS (SELECT FROM dealt_questions d WHERE d.post_id = p.id) THEN 'dealt' ELSE 'open' END AS place
              FROM visible_posts(viewer_id, viewer_level) p
              JOIN walls w ON w.thread_id = p.thread_id
             WHERE p.thread_id = thread AND p.number > 1 AND p.reply_to IS NULL AND p.has_text
               AND p.state IN ('live', 'live_change', 'waiting')) q
$$;
