-- The posts that a viewer may see, in threads that he may see; body and body_html are '' where the text is not for him
-- (has_text). What readers see of a post with a change that waits is its live version.
CREATE OR REPLACE FUNCTION visible_posts(viewer_id bigint, viewer_level integer)
RETURNS TABLE (
    id bigint, thread_id bigint, number integer, author_id bigint, author_function text, author_municipality text,
    reply_to bigint, reply_version integer, state text, version integer, live_version integer, has_text boolean,
    body text, body_html text, created_at timestamptz, published_at timestamptz, edited_at timestamptz,
    withdrawn_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.id, p.thread_id, p.number, p.author_id, p.author_function, p.author_municipality,
           p.reply_to, p.reply_version, p.state, p.version, p.live_version,
           may_read_post(p.state, p.author_id, viewer_id, viewer_level),
           CASE WHEN may_read_post(p.state, p.author_id, viewer_id, viewer_level) THEN p.body ELSE '' END,
           CASE WHEN may_read_post(p.state, p.author_id, viewer_id, viewer_level) THEN p.body_html ELSE '' END,
           p.created_at, p.published_at, p.edited_at, p.withdrawn_at
      FROM posts p
      JOIN threads t ON t.id = p.thread_id
     WHERE may_see_thread(t.visibility, t.is_published, t.author_id, viewer_id, viewer_level)
       AND may_see_post(p.published_at, p.author_id, viewer_id, viewer_level)
$$;
