-- Measures against members (features.md D15): what a decision about a person must hold, and that a measure rests on such a decision.

-- Two people for an office-holder only (sql/replaceable/30_decision_chain.sql asks his function); never the same one twice.
ALTER TABLE decisions
    DROP CONSTRAINT decisions_seconded,
    ADD CONSTRAINT decisions_seconded CHECK ((kind <> 'erase' OR seconded_by IS NOT NULL) AND seconded_by <> decided_by),
    ADD CONSTRAINT decisions_about_member CHECK (
        kind NOT IN ('warn', 'review-all', 'read-only', 'suspend', 'end-membership', 'lift') OR member_id IS NOT NULL),
    ADD CONSTRAINT decisions_measure_until CHECK (kind NOT IN ('read-only', 'suspend') OR until IS NOT NULL),
    ADD CONSTRAINT decisions_measure_key UNIQUE (id, kind, member_id);

-- Invariant 8: no measure without a decision of that kind about that member, which decisions_human leaves to people.
ALTER TABLE measures
    ADD CONSTRAINT measures_decision_fkey FOREIGN KEY (decision_id, kind, member_id) REFERENCES decisions (id, kind, member_id);

-- At most one open case about a member.
CREATE UNIQUE INDEX cases_open_measure_key ON cases (member_id) WHERE kind = 'measure' AND state IN ('open', 'with_author');
CREATE INDEX cases_member_idx ON cases (member_id) WHERE member_id IS NOT NULL;
