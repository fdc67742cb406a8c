-- A thread with its opening post, its links and its event in one statement. The caller has checked the input; what does not
-- exist (theme, municipality, type) is a foreign key error. outcome: 'made' or 'again', as in submit_reply.
CREATE OR REPLACE FUNCTION start_thread(
    in_author bigint, in_function text, in_municipality text, in_letter text, in_state text,
    in_kind text, in_title text, in_slug text, in_theme text, in_visibility text, in_fields jsonb,
    in_codes text[], in_roles text[], in_typologies text[], in_body text, in_html text, in_key text)
RETURNS TABLE (
    outcome text, thread_id bigint, post_id bigint, post_state text, thread_slug text, thread_seq bigint,
    event_id bigint, audience text, hints text[], created_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    is_live boolean := in_state = 'live';
    list_topics text[] := thread_list_topics(in_theme, in_codes, in_typologies);
BEGIN
    IF in_key <> '' THEN
        RETURN QUERY
        SELECT 'again', k.thread_id, k.post_id, k.post_state, k.thread_slug, k.thread_seq, NULL::bigint, NULL, NULL::text[],
               k.created_at
          FROM made_with_key(in_author, in_key) k;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;

    outcome := 'made';
    post_state := in_state;
    thread_slug := in_slug;
    thread_seq := is_live::integer;
    created_at := now();

    INSERT INTO threads (kind, title, slug, theme_slug, visibility, author_id, fields, is_published, opening_state, seq,
                         last_number, strand, list_topics, published_at)
    VALUES (in_kind, in_title, in_slug, in_theme, in_visibility, in_author, in_fields, is_live, in_state, thread_seq,
            1, CASE WHEN is_live THEN in_letter ELSE '' END, list_topics, CASE WHEN is_live THEN now() END)
    RETURNING id INTO thread_id;
    INSERT INTO thread_municipalities (thread_id, municipality_code, role)
    SELECT start_thread.thread_id, code, role FROM unnest(in_codes, in_roles) AS chosen (code, role);
    INSERT INTO thread_typologies (thread_id, typology_slug)
    SELECT start_thread.thread_id, slug FROM unnest(in_typologies) AS chosen (slug);
    INSERT INTO posts (thread_id, number, author_id, author_function, author_municipality, state, version, live_version,
                       body, body_html, published_at)
    VALUES (start_thread.thread_id, 1, in_author, in_function, nullif(in_municipality, ''), in_state, 1,
            CASE WHEN is_live THEN 1 END, in_body, in_html, CASE WHEN is_live THEN now() END)
    RETURNING id INTO post_id;
    INSERT INTO post_versions (post_id, version, body, body_html, was_live)
    VALUES (start_thread.post_id, 1, in_body, in_html, is_live);
    IF in_key <> '' THEN
        INSERT INTO idempotency_keys (member_id, key, post_id) VALUES (in_author, in_key, start_thread.post_id);
    END IF;
    DELETE FROM drafts WHERE member_id = in_author AND key = 'new-thread';

    audience := CASE WHEN is_live THEN thread_audience(in_visibility) ELSE 'member' END;
    hints := CASE WHEN is_live THEN thread_hints(list_topics, in_author) ELSE '{}' END;
    INSERT INTO events (topic, seq, kind, audience, member_id, data, hints)
    VALUES (CASE WHEN is_live THEN 'thread/' || start_thread.thread_id ELSE 'me/' || in_author END,
            CASE WHEN is_live THEN thread_seq END,
            CASE WHEN is_live THEN 'post.new' ELSE 'own.changed' END,
            start_thread.audience,
            CASE WHEN NOT is_live THEN in_author END,
            jsonb_build_object('thread', start_thread.thread_id, 'post', start_thread.post_id, 'number', 1),
            start_thread.hints)
    RETURNING id INTO event_id;
    RETURN NEXT;
END
$$;
