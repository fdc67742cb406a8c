-- Reasons that cannot be left out (invariant 5, features.md 4c). NOT VALID: what was decided before stays as it was written.

ALTER TABLE decisions
    ADD CONSTRAINT decisions_scope CHECK (scope IN ('whole-post', 'member')) NOT VALID,
    -- DSA article 20(1): at least six months, from when he was told
    ADD CONSTRAINT decisions_appeal_time CHECK (appeal_until >= decided_at + interval '6 months' - interval '1 day') NOT VALID,
    ADD CONSTRAINT decisions_ends_later CHECK (until > decided_at) NOT VALID,
    ADD CONSTRAINT decisions_words CHECK (
        decided_role <> '' AND '' <> ALL (rules)
        AND (facts = '' OR btrim(facts) <> '') AND (statement = '' OR btrim(statement) <> '')) NOT VALID,
    ADD CONSTRAINT decisions_facts_said CHECK (appeal_until IS NULL OR length(btrim(facts)) >= 20) NOT VALID,
    -- invariant 8: a person, or the system
    ADD CONSTRAINT decisions_who CHECK (is_automatic = (decided_by IS NULL)) NOT VALID,
    -- DSA article 16(6): who sent a notice hears why, also when the post stays
    ADD CONSTRAINT decisions_notice_reasoned CHECK (
        source <> 'notice' OR kind NOT IN ('unfounded', 'restore') OR length(facts) >= 20) NOT VALID,
    ADD CONSTRAINT decisions_changes_reasoned CHECK (kind <> 'approve-with-changes' OR length(facts) >= 20) NOT VALID,
    -- T24: on whose request or order
    ADD CONSTRAINT decisions_erase_complete CHECK (
        kind <> 'erase' OR (legal_ground <> '' AND length(facts) >= 20 AND statement <> '')) NOT VALID;
