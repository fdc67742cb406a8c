-- What of a thread can be followed besides itself: the places of its lists, whence it was asked, who asked it.
CREATE OR REPLACE FUNCTION thread_subjects(list_topics text[], author bigint, author_municipality text)
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(substr(topic, 6)) FILTER (WHERE topic <> 'list/all')
           || ('member/' || author::text)
           || CASE WHEN author_municipality IS NULL THEN '{}' ELSE ARRAY['municipality/' || author_municipality] END
      FROM unnest(list_topics) AS topic
$$;

-- The notices of a member as they stand now: only about posts that readers see, in threads that he may open, and about an answer
-- only while it is the answer. Read is what he said so of, and what his read marker passed (as on the thread's own page); that a
-- post was moved is told also to who had read it before. A notice goes with its post to another thread.
CREATE OR REPLACE FUNCTION standing_notices(viewer_id bigint, viewer_level integer)
RETURNS TABLE (id bigint, thread_id bigint, post_id bigint, number integer, author_id bigint, kind text, at timestamptz, is_read boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT n.id, p.thread_id, n.post_id, p.number, p.author_id, n.kind, n.at,
           n.read_at IS NOT NULL
           OR coalesce(r.number >= p.number AND (r.updated_at > n.at OR (r.updated_at = n.at AND n.kind <> 'moved')), false)
      FROM notices n
      JOIN posts p ON p.id = n.post_id AND p.state IN ('live', 'live_change')
      JOIN threads t ON t.id = p.thread_id
       AND may_see_thread(t.visibility, t.is_published, t.author_id, viewer_id, viewer_level)
       AND (n.kind <> 'answer' OR t.accepted_post = n.post_id)
      LEFT JOIN read_markers r ON r.member_id = n.member_id AND r.thread_id = p.thread_id
     WHERE n.member_id = viewer_id
$$;

-- One turn: of at most in_limit events that no turn has handled, makes the notices, keeps the place in the same transaction, and
-- tells the members whose number may have changed (an event 'counters' for each, of which it gives the rows).
CREATE OR REPLACE FUNCTION make_notices(in_limit integer)
RETURNS TABLE (event_id bigint, member_id bigint, created_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    place notice_cursor;
    is_other boolean;
    taken bigint[];
    event events;
    writers bigint[];
    told bigint[];
BEGIN
    -- From here on each statement has a snapshot of its own, newer than the turn before.
    SELECT * INTO place FROM notice_cursor FOR UPDATE;

    -- Another database stands in its place: what is there is history.
    is_other := place.horizon > pg_snapshot_xmax(pg_current_snapshot());
    IF is_other THEN
        place.horizon := pg_snapshot_xmin(pg_current_snapshot());
    END IF;

    WITH now AS (
        SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon
    ), found AS (
        SELECT e.id, e.xid, e.id IN (SELECT unnest(place.seen)) OR is_other AS is_done
          FROM events_since(place.horizon) e
         WHERE e.kind <> 'counters'
    ), chosen AS (
        SELECT id FROM found WHERE NOT is_done ORDER BY id LIMIT in_limit
    ), after AS (
        SELECT least(now.horizon, (SELECT min(f.xid) FROM found f WHERE NOT f.is_done AND f.id NOT IN (SELECT id FROM chosen))) AS horizon
          FROM now
    ), moved AS (
        UPDATE notice_cursor c
           SET horizon = after.horizon,
               seen = ARRAY(SELECT f.id FROM found f
                             WHERE f.xid >= after.horizon AND (f.is_done OR f.id IN (SELECT id FROM chosen)))
          FROM after
    )
    SELECT array_agg(id) INTO taken FROM chosen;
    IF taken IS NULL THEN
        RETURN;
    END IF;

    -- What stands in another thread now: its notices go along, and of a thread that was merged the followers. What somebody chose
    -- goes before what came by itself; of two alike the wider. One after the other, because a thread may go on.
    FOR event IN
        SELECT * FROM events e WHERE e.id = ANY (taken) AND e.topic LIKE 'thread/%' AND e.kind = 'thread.changed' AND e.data ? 'into'
         ORDER BY e.id
    LOOP
        UPDATE notices n SET thread_id = p.thread_id
          FROM posts p
         WHERE p.id = n.post_id AND n.thread_id = (event.data ->> 'thread')::bigint AND n.read_at IS NULL AND p.thread_id <> n.thread_id;
        IF event.data ->> 'act' = 'merge' THEN
            WITH gone AS (
                DELETE FROM follows WHERE subject = 'thread/' || (event.data ->> 'thread') RETURNING member_id, level, is_chosen
            )
            INSERT INTO follows AS f (member_id, subject, level, is_chosen)
            SELECT member_id, 'thread/' || (event.data ->> 'into'), level, is_chosen FROM gone
            ON CONFLICT (member_id, subject) DO UPDATE SET level = excluded.level, is_chosen = excluded.is_chosen
             WHERE NOT f.is_chosen
               AND (excluded.is_chosen OR array_position(ARRAY['all', 'replies', 'digest', 'nothing'], excluded.level)
                                          < array_position(ARRAY['all', 'replies', 'digest', 'nothing'], f.level));
        END IF;
    END LOOP;

    -- Who writes in a thread hears of it from now on, unless he chose otherwise. Kept pages of his have its button.
    WITH began AS (
        INSERT INTO follows (member_id, subject, level, is_chosen)
        SELECT p.author_id, 'thread/' || p.thread_id, CASE WHEN min(p.number) = 1 THEN 'all' ELSE 'replies' END, false
          FROM events e
          JOIN posts p ON p.id = (e.data ->> 'post')::bigint AND p.published_at = e.at
         WHERE e.id = ANY (taken) AND e.topic LIKE 'thread/%'
         GROUP BY p.author_id, p.thread_id
        ON CONFLICT DO NOTHING
        RETURNING member_id
    )
    SELECT array_agg(member_id) INTO writers FROM began;

    -- What the reader's marker passed counts as read already; here it is only kept, so that fewer rows are looked at.
    UPDATE notices n
       SET read_at = r.updated_at
      FROM events e, read_markers r, posts p
     WHERE e.id = ANY (taken) AND e.kind = 'own.changed' AND e.data ? 'marker'
       AND r.member_id = e.member_id AND r.thread_id = (e.data ->> 'thread')::bigint
       AND n.member_id = r.member_id AND n.thread_id = r.thread_id AND n.read_at IS NULL
       AND p.id = n.post_id AND r.number >= p.number AND (r.updated_at > n.at OR (r.updated_at = n.at AND n.kind <> 'moved'));

    WITH fresh AS (
        SELECT e.kind, e.at, e.topic, e.member_id, substr(e.topic, 8)::bigint AS thread_id, e.data
          FROM events e WHERE e.id = ANY (taken) AND e.topic LIKE 'thread/%'
    ), shown AS (
        -- is_new: readers saw it for the first time in the event's own transaction, whatever way it came there.
        -- html: also of the fields of the thread that it opens, or opened before that was merged.
        SELECT DISTINCT ON (p.id) p.id, p.thread_id, p.number, p.author_id, p.reply_to, p.author_municipality, f.at,
               p.body_html || coalesce((SELECT string_agg(field.value, '') FROM jsonb_each_text(o.fields -> 'html') AS field), '') AS html,
               p.published_at = f.at AS is_new
          FROM fresh f
          JOIN posts p ON p.id = (f.data ->> 'post')::bigint AND (p.published_at = f.at OR f.kind = 'post.edited')
          LEFT JOIN threads o ON o.id = CASE WHEN p.number = 1 THEN p.thread_id
                                             ELSE (SELECT max(v.thread_id) FROM post_moves v JOIN threads m ON m.id = v.thread_id
                                                    WHERE v.post_id = p.id AND v.number = 1 AND m.merged_into IS NOT NULL) END
         ORDER BY p.id, is_new DESC
    ), named AS (
        SELECT s.id, s.author_id, s.at, link.part[1] AS kind, link.part[2] AS key
          FROM shown s
         CROSS JOIN LATERAL regexp_matches(s.html, '<a class="fd-vermelding" href="/(leden|gemeenten)/([0-9A-Z]+)"', 'g') AS link (part)
         WHERE strpos(s.html, 'fd-vermelding') > 0  -- most name nobody, and this is a tenth of the work
    ), wanted (member_id, post_id, kind, rank, by_member, at) AS (
        SELECT n.key::bigint, n.id, 'mention', 1, n.author_id, n.at
          FROM named n WHERE n.kind = 'leden'
        UNION ALL
        -- A municipality that is named: its own people and who follows it.
        SELECT m.id, n.id, 'mention', 1, n.author_id, n.at
          FROM named n JOIN members m ON m.municipality_code = n.key
         WHERE n.kind = 'gemeenten'
           AND NOT EXISTS (SELECT FROM follows f WHERE f.member_id = m.id AND f.subject = 'municipality/' || n.key
                              AND f.level IN ('digest', 'nothing'))
        UNION ALL
        SELECT f.member_id, n.id, 'mention', 1, n.author_id, n.at
          FROM named n
          JOIN follows f ON f.subject = 'municipality/' || n.key AND f.level IN ('all', 'replies')
         WHERE n.kind = 'gemeenten'
        UNION ALL
        SELECT q.author_id, s.id, 'quote', 2, s.author_id, s.at
          FROM shown s JOIN posts q ON q.id = s.reply_to WHERE s.is_new AND s.reply_to IS NOT NULL
        UNION ALL
        SELECT f.member_id, s.id, 'reply', 3, s.author_id, s.at
          FROM shown s JOIN follows f ON f.subject = 'thread/' || s.thread_id AND f.level = 'all'
         WHERE s.is_new AND s.number > 1
        UNION ALL
        SELECT f.member_id, s.id, 'thread', 4, s.author_id, s.at
          FROM shown s
          JOIN threads t ON t.id = s.thread_id
         CROSS JOIN LATERAL thread_subjects(t.list_topics, t.author_id, s.author_municipality) AS subjects
          JOIN follows f ON f.subject = ANY (subjects) AND f.level = 'all'
         WHERE s.is_new AND s.number = 1
           AND NOT EXISTS (SELECT FROM follows o WHERE o.member_id = f.member_id AND o.subject = ANY (subjects) AND o.level = 'nothing')
        UNION ALL
        -- An answer that was chosen: who gave it and who asked.
        SELECT person.id, a.post_id, 'answer', 0, a.by_member, a.at
          FROM fresh f
          JOIN thread_acts a ON a.thread_id = f.thread_id AND a.kind = 'accept' AND a.at = f.at
          JOIN posts p ON p.id = a.post_id
          JOIN threads t ON t.id = a.thread_id
         CROSS JOIN LATERAL (VALUES (p.author_id), (t.author_id)) AS person (id)
         WHERE f.kind = 'thread.changed'
        UNION ALL
        -- Posts that went to another thread: who wrote them, his first; after a split also who follows the thread that they left.
        (SELECT DISTINCT ON (f.thread_id, person.id) person.id, p.id, 'moved', 5, a.by_member, a.at
           FROM fresh f
           JOIN thread_acts a ON a.thread_id = f.thread_id AND a.kind IN ('merge', 'split') AND a.at = f.at
           JOIN post_moves v ON v.thread_id = a.thread_id
           JOIN posts p ON p.id = v.post_id AND p.thread_id = a.other_thread AND p.state IN ('live', 'live_change')
          CROSS JOIN LATERAL (SELECT p.author_id, 1
                              UNION ALL
                              SELECT o.member_id, 2 FROM follows o
                               WHERE a.kind = 'split' AND o.subject = 'thread/' || a.thread_id AND o.level IN ('all', 'replies')
                             ) AS person (id, rank)
          WHERE f.kind = 'thread.changed'
          ORDER BY f.thread_id, person.id, person.rank, p.number)
    ), made AS (
        INSERT INTO notices AS n (member_id, thread_id, post_id, kind, at)
        SELECT DISTINCT ON (w.member_id, w.post_id, w.kind = 'answer') w.member_id, t.id, w.post_id, w.kind, w.at
          FROM wanted w
          JOIN members m ON m.id = w.member_id AND m.ended_at IS NULL
          JOIN posts p ON p.id = w.post_id
          JOIN threads t ON t.id = p.thread_id
         WHERE w.member_id <> coalesce(w.by_member, 0)
           AND may_see_thread(t.visibility, t.is_published, t.author_id, m.id, member_level(m.role, m.function))
           AND NOT EXISTS (SELECT FROM follows o WHERE o.member_id = m.id AND o.subject = 'thread/' || t.id
                              AND o.level IN ('digest', 'nothing'))
         ORDER BY w.member_id, w.post_id, w.kind = 'answer', w.rank
        -- A post moves more than once, and may have been told of before; that he is named or quoted there, he must still see.
        ON CONFLICT (member_id, post_id, (kind = 'answer')) DO UPDATE
           SET kind = 'moved', thread_id = excluded.thread_id, at = excluded.at, read_at = NULL
         WHERE excluded.kind = 'moved' AND (n.read_at IS NOT NULL OR n.kind NOT IN ('mention', 'quote'))
        RETURNING member_id
    )
    SELECT array_agg(DISTINCT concerned.member_id) INTO told
      FROM (SELECT member_id FROM made
            UNION ALL
            SELECT unnest(writers)
            UNION ALL
            -- What else happens in a thread may take a notice away or give it back.
            SELECT n.member_id FROM fresh f JOIN notices n ON n.thread_id = f.thread_id AND n.read_at IS NULL
             WHERE f.kind <> 'post.new'
            UNION ALL
            SELECT e.member_id FROM events e WHERE e.id = ANY (taken) AND e.kind = 'session.changed') AS concerned;

    RETURN QUERY
    INSERT INTO events (topic, kind, audience, member_id)
    SELECT 'me/' || id, 'counters', 'member', id FROM unnest(told) AS id
    RETURNING events.id, events.member_id, events.at;
END
$$;
