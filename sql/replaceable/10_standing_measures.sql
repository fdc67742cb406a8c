-- What holds for a member now, at most one row each (measures_open_key). Who asks what somebody may do asks this and not the table: a
-- measure is over at its end, also when no timer has run yet.
CREATE OR REPLACE VIEW standing_measures AS
    SELECT x.member_id, x.kind, x.decision_id, x.until
      FROM measures x
     WHERE x.lifted_at IS NULL AND (x.until IS NULL OR x.until > now());
