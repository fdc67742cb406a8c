-- Which posts quote this one: a quote in another thread follows what becomes of it.
CREATE INDEX posts_reply_to_idx ON posts (reply_to) WHERE reply_to IS NOT NULL;
