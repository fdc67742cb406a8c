-- Topics of the lists in which a thread stands (list/all, list/theme/wonen, ...), written once when it is started: looking them
-- up in its links cost a sixth of writing a reply.
ALTER TABLE threads ADD COLUMN list_topics text[] NOT NULL DEFAULT '{}';
UPDATE threads t
   SET list_topics = ARRAY['list/all', 'list/theme/' || t.theme_slug]
                  || ARRAY(SELECT 'list/municipality/' || m.municipality_code FROM thread_municipalities m WHERE m.thread_id = t.id)
                  || ARRAY(SELECT 'list/typology/' || y.typology_slug FROM thread_typologies y WHERE y.thread_id = t.id);
-- Its successor in replaceable/ takes that column.
DROP FUNCTION IF EXISTS thread_hints(bigint, text, bigint);
