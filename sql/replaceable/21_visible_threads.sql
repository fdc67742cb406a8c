-- The threads that a viewer may open, as he may see them: when the opening post's text is gone for him, so are the title
-- and the fields (is_blanked; the title is then ''). One that was merged into another is there for nobody. Every page, list, count,
-- search and live topic goes through here.
CREATE OR REPLACE FUNCTION visible_threads(viewer_id bigint, viewer_level integer)
RETURNS TABLE (
    id bigint, kind text, title text, slug text, theme_slug text, visibility text, author_id bigint, fields jsonb,
    is_published boolean, is_blanked boolean, opening_state text, accepted_post bigint, accepted_by bigint,
    is_closed boolean, closed_reason text, closed_until timestamptz, is_pinned boolean, pinned_reason text,
    pinned_until timestamptz, conclusion text, conclusion_html text, concluded_by bigint, concluded_at timestamptz, seq bigint,
    reply_count integer, strand text, created_at timestamptz, published_at timestamptz, last_post_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.id, t.kind,
           CASE WHEN may_read_post(t.opening_state, t.author_id, viewer_id, viewer_level) THEN t.title ELSE '' END,
           CASE WHEN may_read_post(t.opening_state, t.author_id, viewer_id, viewer_level) THEN t.slug ELSE 'gesprek' END,
           t.theme_slug, t.visibility, t.author_id,
           CASE WHEN may_read_post(t.opening_state, t.author_id, viewer_id, viewer_level) THEN t.fields ELSE '{}' END,
           t.is_published,
           NOT may_read_post(t.opening_state, t.author_id, viewer_id, viewer_level),
           t.opening_state, t.accepted_post, t.accepted_by, t.is_closed, t.closed_reason, t.closed_until, t.is_pinned,
           t.pinned_reason, t.pinned_until, t.conclusion, t.conclusion_html, t.concluded_by, t.concluded_at,
           t.seq, t.reply_count, t.strand, t.created_at, t.published_at, t.last_post_at
      FROM threads t
     WHERE t.merged_into IS NULL AND may_see_thread(t.visibility, t.is_published, t.author_id, viewer_id, viewer_level)
$$;
