-- A reply in one statement: who may, its number, the text and its version, the thread's figures, the event, the key that
-- makes a retry safe, and the draft that it replaces. One round trip instead of nine is what makes writing fast; so nothing
-- here may become a question of its own.
--
-- outcome: 'made' · 'again' (this key was used; the post that it made) · 'not-found' (no such thread for this author) ·
-- 'unpublished' · 'closed'. Error FD001: in_reply_to is no post that the author may read.
-- The row lock on the thread is taken by its UPDATE: numbers and sequence are in order of commit, without gaps. Two requests
-- with one key: the second waits for that lock and then meets the key's primary key, an error that the caller answers by
-- asking again (the whole statement is undone).
CREATE OR REPLACE FUNCTION submit_reply(
    in_thread bigint, in_author bigint, in_level integer, in_function text, in_municipality text, in_letter text,
    in_state text, in_body text, in_html text, in_reply_to integer, in_key text)
RETURNS TABLE (
    outcome text, post_id bigint, post_number integer, post_state text, thread_slug text, thread_seq bigint,
    thread_kind text, thread_author bigint, event_id bigint, audience text, hints text[], created_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    thread record;
    quoted_id bigint;
    quoted_version integer;
    is_live boolean := in_state = 'live';
BEGIN
    IF in_key <> '' THEN
        RETURN QUERY
        SELECT 'again', k.post_id, k.post_number, k.post_state, k.thread_slug, k.thread_seq, k.thread_kind, k.thread_author,
               NULL::bigint, NULL, NULL::text[], k.created_at
          FROM made_with_key(in_author, in_key) k;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;

    UPDATE threads t
       SET last_number = t.last_number + 1,
           seq = t.seq + is_live::integer,
           reply_count = t.reply_count + is_live::integer,
           strand = CASE WHEN is_live AND length(t.strand) < 400 THEN t.strand || in_letter ELSE t.strand END,
           last_post_at = CASE WHEN is_live THEN greatest(t.last_post_at, now()) ELSE t.last_post_at END
     WHERE t.id = in_thread AND t.is_published AND NOT t.is_closed AND t.merged_into IS NULL
       AND may_see_thread(t.visibility, t.is_published, t.author_id, in_author, in_level)
    RETURNING t.last_number, t.seq, t.slug, t.visibility, t.kind, t.author_id, t.list_topics INTO thread;
    IF NOT FOUND THEN
        SELECT CASE WHEN t.is_closed THEN 'closed' ELSE 'unpublished' END INTO outcome
          FROM visible_threads(in_author, in_level) t WHERE t.id = in_thread;
        outcome := coalesce(outcome, 'not-found');
        RETURN NEXT;
        RETURN;
    END IF;

    IF in_reply_to IS NOT NULL THEN
        SELECT p.id, coalesce(p.live_version, p.version) INTO quoted_id, quoted_version
          FROM visible_posts(in_author, in_level) p
         WHERE p.thread_id = in_thread AND p.number = in_reply_to AND p.has_text;
        IF NOT FOUND THEN
            -- An error, so that the number is not used up.
            RAISE EXCEPTION 'no such post to reply to' USING ERRCODE = 'FD001';
        END IF;
    END IF;

    outcome := 'made';
    post_number := thread.last_number;
    post_state := in_state;
    thread_slug := thread.slug;
    thread_seq := thread.seq;
    thread_kind := thread.kind;
    thread_author := thread.author_id;
    created_at := now();
    audience := CASE WHEN is_live THEN thread_audience(thread.visibility) ELSE 'member' END;
    hints := CASE WHEN is_live THEN thread_hints(thread.list_topics, in_author) ELSE '{}' END;

    WITH post AS (
        INSERT INTO posts (thread_id, number, author_id, author_function, author_municipality, reply_to, reply_version,
                           state, version, live_version, body, body_html, published_at)
        VALUES (in_thread, thread.last_number, in_author, in_function, nullif(in_municipality, ''), quoted_id,
                quoted_version, in_state, 1, CASE WHEN is_live THEN 1 END, in_body, in_html,
                CASE WHEN is_live THEN now() END)
        RETURNING id
    ), version AS (
        INSERT INTO post_versions (post_id, version, body, body_html, was_live)
        SELECT id, 1, in_body, in_html, is_live FROM post
    ), key AS (
        INSERT INTO idempotency_keys (member_id, key, post_id)
        SELECT in_author, in_key, id FROM post WHERE in_key <> ''
    ), draft AS (
        DELETE FROM drafts WHERE member_id = in_author AND key = 'reply-' || in_thread
    )
    INSERT INTO events (topic, seq, kind, audience, member_id, data, hints)
    SELECT CASE WHEN is_live THEN 'thread/' || in_thread ELSE 'me/' || in_author END,
           CASE WHEN is_live THEN thread.seq END,
           CASE WHEN is_live THEN 'post.new' ELSE 'own.changed' END,
           audience,
           CASE WHEN NOT is_live THEN in_author END,
           jsonb_build_object('thread', in_thread, 'post', post.id, 'number', thread.last_number),
           hints
      FROM post
    RETURNING id, (data ->> 'post')::bigint INTO event_id, post_id;
    RETURN NEXT;
END
$$;
