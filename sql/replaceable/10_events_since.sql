-- Events of transactions from this one on: a few, however many the table holds. Of a range that is open at one end and begins at a value
-- that it does not know, PostgreSQL expects a third of the table and reads all of it; of a closed one a two-hundredth (selfuncs.h,
-- DEFAULT_RANGE_INEQ_SEL), and takes the index. The upper end is the highest number that there can be. Written out where it is called, so
-- `first` must not come from another table of the same FROM.
CREATE OR REPLACE FUNCTION events_since(first xid8) RETURNS SETOF events LANGUAGE sql STABLE AS $$
    SELECT * FROM events WHERE xid >= first AND xid <= '18446744073709551615'
$$;
