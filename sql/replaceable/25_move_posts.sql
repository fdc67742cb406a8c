-- Puts posts of one thread behind those of another, in their order: each keeps its row, with everything that refers to it, and gets
-- the next number there. Old addresses are kept in post_moves; drafts of changes and how far members had read come along. The
-- caller holds both threads' row locks and announces.
--
-- A member's marker can say one thing about the whole thread: nothing that he has not read may become read by it. So who has
-- something new in the other thread keeps his marker there, and sees what he read here once more.
CREATE OR REPLACE FUNCTION move_posts(in_from bigint, in_to bigint, in_posts bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before integer;
BEGIN
    SELECT last_number INTO before FROM threads WHERE id = in_to;
    PERFORM lose_answer(in_from, t.accepted_post) FROM threads t WHERE t.id = in_from AND t.accepted_post = ANY (in_posts);

    INSERT INTO read_markers AS r (member_id, thread_id, number, updated_at)
    SELECT m.member_id, in_to,
           before + (SELECT count(*) FROM posts p WHERE p.thread_id = in_from AND p.id = ANY (in_posts) AND p.number <= m.number),
           CASE WHEN EXISTS (SELECT FROM posts p
                              WHERE p.thread_id = in_from AND p.id = ANY (in_posts) AND p.state IN ('live', 'live_change')
                                AND p.author_id <> m.member_id AND p.number <= m.number AND p.published_at > m.updated_at)
                THEN m.updated_at ELSE now() END
      FROM read_markers m
     WHERE m.thread_id = in_from
    ON CONFLICT (member_id, thread_id) DO UPDATE SET number = excluded.number, updated_at = excluded.updated_at
     WHERE NOT EXISTS (SELECT FROM posts p
                        WHERE p.thread_id = in_to AND p.state IN ('live', 'live_change') AND p.author_id <> r.member_id
                          AND (p.number > r.number OR p.published_at > r.updated_at));

    WITH placed AS (
        SELECT id, number, author_id, (before + row_number() OVER (ORDER BY number))::integer AS new_number
          FROM posts WHERE thread_id = in_from AND id = ANY (in_posts)
    ), kept AS (
        INSERT INTO post_moves (thread_id, number, post_id) SELECT in_from, number, id FROM placed
    ), edited AS (
        UPDATE drafts d SET key = 'edit-' || in_to || '-' || p.new_number
          FROM placed p
         WHERE d.member_id = p.author_id AND d.key = 'edit-' || in_from || '-' || p.number
    ), counted AS (
        UPDATE threads SET last_number = before + (SELECT count(*) FROM placed) WHERE id = in_to
    )
    UPDATE posts p SET thread_id = in_to, number = placed.new_number FROM placed WHERE p.id = placed.id;

    UPDATE walls SET current_post = NULL WHERE thread_id = in_from AND current_post = ANY (in_posts);
    PERFORM recount_thread(in_from);
    PERFORM recount_thread(in_to);
END
$$;

-- All of a thread behind another; it is there for nobody any more. Replies that were being typed are kept for the other, behind what
-- their writer had there already.
CREATE OR REPLACE FUNCTION merge_threads(in_from bigint, in_to bigint, in_by bigint, in_reason text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM move_posts(in_from, in_to, ARRAY(SELECT id FROM posts WHERE thread_id = in_from));
    DELETE FROM read_markers WHERE thread_id = in_from;
    UPDATE walls SET is_open = false WHERE thread_id = in_from;
    UPDATE threads
       SET merged_into = in_to, is_closed = false, closed_reason = '', closed_until = NULL, conclusion = '', conclusion_html = '',
           concluded_by = NULL, concluded_at = NULL, is_pinned = false, pinned_reason = '', pinned_until = NULL
     WHERE id = in_from;
    INSERT INTO thread_acts (thread_id, kind, by_member, reason, other_thread) VALUES (in_from, 'merge', in_by, in_reason, in_to);
    WITH typed AS (
        DELETE FROM drafts WHERE key = 'reply-' || in_from RETURNING member_id, data, saved_at
    )
    INSERT INTO drafts AS d (member_id, key, data, saved_at)
    SELECT t.member_id, 'reply-' || in_to,
           (t.data - 'reply_to') || coalesce((SELECT jsonb_build_object('reply_to', p.number::text)
                                                FROM post_moves v JOIN posts p ON p.id = v.post_id
                                               WHERE v.thread_id = in_from AND v.number::text = t.data ->> 'reply_to'), '{}'),
           t.saved_at
      FROM typed t
    ON CONFLICT (member_id, key) DO UPDATE
       SET revision = d.revision + 1,
           data = d.data || jsonb_build_object('body', concat_ws(E'\n\n', nullif(d.data ->> 'body', ''), excluded.data ->> 'body'));
END
$$;

-- Posts that readers see of a thread, and with them what stands among them unseen, as a thread of their own: of the same kind, in
-- the same place and for the same readers. The first is its opening, and its author the thread's.
CREATE OR REPLACE FUNCTION split_thread(in_from bigint, in_posts bigint[], in_title text, in_slug text, in_by bigint, in_reason text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO threads (kind, title, slug, theme_slug, visibility, author_id, is_published, opening_state, list_topics, is_demo,
                         created_at, published_at)
    SELECT CASE t.kind WHEN 'announcement' THEN 'question' ELSE t.kind END, in_title, in_slug, t.theme_slug, t.visibility,
           p.author_id, true, p.state, t.list_topics, t.is_demo, p.created_at, p.published_at
      FROM threads t
      JOIN posts p ON p.thread_id = t.id
     WHERE t.id = in_from AND p.id = ANY (in_posts)
     ORDER BY p.number
     LIMIT 1
    RETURNING id INTO made;
    INSERT INTO thread_municipalities (thread_id, municipality_code, role)
    SELECT made, municipality_code, role FROM thread_municipalities WHERE thread_id = in_from;
    INSERT INTO thread_typologies (thread_id, typology_slug)
    SELECT made, typology_slug FROM thread_typologies WHERE thread_id = in_from;
    PERFORM move_posts(in_from, made, in_posts);
    INSERT INTO thread_acts (thread_id, kind, by_member, reason, other_thread) VALUES (in_from, 'split', in_by, in_reason, made);
    RETURN made;
END
$$;

-- Which post an address names: the one that has this number in this thread, or else the one that had it.
CREATE OR REPLACE FUNCTION post_at(in_thread bigint, in_number integer)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT id FROM posts WHERE thread_id = in_thread AND number = in_number),
                    (SELECT post_id FROM post_moves WHERE thread_id = in_thread AND number = in_number))
$$;
