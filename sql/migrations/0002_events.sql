-- Live events: ids and values, never text. `xid` lets a reader find rows that became visible late (a lower id can
-- commit after a higher one); `seq` is gap-free within a thread because it is raised under the thread's row lock.

CREATE TABLE events (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    topic     text NOT NULL,
    seq       bigint,
    kind      text NOT NULL,
    audience  text NOT NULL CHECK (audience IN ('everyone', 'members', 'staff', 'administrators', 'member')),
    member_id bigint REFERENCES members,
    data      jsonb NOT NULL DEFAULT '{}',
    hints     text[] NOT NULL DEFAULT '{}',
    at        timestamptz NOT NULL DEFAULT now(),
    CHECK ((audience = 'member') = (member_id IS NOT NULL))
);
CREATE UNIQUE INDEX events_topic_seq_key ON events (topic, seq) WHERE seq IS NOT NULL;
CREATE INDEX events_xid_idx ON events (xid);
CREATE INDEX events_at_idx ON events (at);
