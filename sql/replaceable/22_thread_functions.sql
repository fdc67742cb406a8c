-- What the writing statements of discussion share.

-- One character for a thread's strand: the letter of the municipality's type, '-' without one.
CREATE OR REPLACE FUNCTION typology_letter(code text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((SELECT y.letter FROM municipality_typology y WHERE y.municipality_code = code), '-')
$$;

-- events.audience of what happens in a thread with this visibility.
CREATE OR REPLACE FUNCTION thread_audience(visibility text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE visibility WHEN 'public' THEN 'everyone' WHEN 'members' THEN 'members' ELSE 'administrators' END
$$;

-- events.hints of what happens in a thread: pages kept under these topics fall, their followers get a hint. Beside the thread's
-- lists (threads.list_topics) the author's own topic, because his own page lists what he wrote.
CREATE OR REPLACE FUNCTION thread_hints(list_topics text[], author bigint)
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT list_topics || ('me/' || author::text)
$$;

-- threads.list_topics of a thread that stands there.
CREATE OR REPLACE FUNCTION thread_list_topics(theme text, codes text[], typologies text[])
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY['list/all', 'list/theme/' || theme]
        || ARRAY(SELECT 'list/municipality/' || code FROM unnest(codes) AS chosen (code))
        || ARRAY(SELECT 'list/typology/' || slug FROM unnest(typologies) AS chosen (slug))
$$;

-- What a member made with this key before, so that a retry makes nothing.
CREATE OR REPLACE FUNCTION made_with_key(in_member bigint, in_key text)
RETURNS TABLE (
    thread_id bigint, thread_slug text, thread_seq bigint, thread_kind text, thread_author bigint,
    post_id bigint, post_number integer, post_state text, created_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT t.id, t.slug, t.seq, t.kind, t.author_id, p.id, p.number, p.state, p.created_at
      FROM idempotency_keys k
      JOIN posts p ON p.id = k.post_id
      JOIN threads t ON t.id = p.thread_id
     WHERE k.member_id = in_member AND k.key = in_key
$$;

-- When this post is the thread's answer, it is so no more. The caller holds the thread's row lock.
CREATE OR REPLACE FUNCTION lose_answer(thread bigint, post bigint)
RETURNS void LANGUAGE sql AS $$
    WITH lost AS (
        UPDATE threads SET accepted_post = NULL, accepted_by = NULL WHERE id = thread AND accepted_post = post RETURNING id)
    INSERT INTO thread_acts (thread_id, kind, post_id) SELECT id, 'lose-answer', post FROM lost
$$;

-- Makes a thread's kept figures true again from its posts. The caller holds the thread's row lock. Running it a second time,
-- or after submit_reply, changes nothing (an invariant that tests check).
CREATE OR REPLACE FUNCTION recount_thread(thread bigint)
RETURNS void LANGUAGE sql AS $$
    UPDATE threads t
       SET reply_count = f.reply_count,
           strand = f.strand,
           last_post_at = coalesce(f.last_post_at, t.created_at)
      FROM (SELECT count(*) FILTER (WHERE p.number > 1)::integer AS reply_count,
                   left(coalesce(string_agg(typology_letter(p.author_municipality), '' ORDER BY p.number), ''), 400) AS strand,
                   max(p.published_at) AS last_post_at
              FROM posts p
             WHERE p.thread_id = thread AND p.state IN ('live', 'live_change')) f
     WHERE t.id = thread
$$;
