-- Every decision holds the hash of the one before it, so that a row that was changed, left out or put in between is found
-- (J4). The database makes it, not the program: the trigger runs as the owner, and the running forum may not write the
-- chain's end. Decisions wait for each other at the row of decision_chain: chain_number is the order in which they commit.

-- What is sealed of a decision. A column that is added later comes at the end and only when it is not null, so that old
-- hashes stay true.
CREATE OR REPLACE FUNCTION decision_hash(d decisions)
RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(
        encode(d.previous_hash, 'hex') || jsonb_build_array(
            d.chain_number, d.id, d.case_id, d.number, d.kind, d.post_id, d.post_version, d.member_id, d.state_from, d.state_to,
            d.decided_by, d.seconded_by, d.decided_role, extract(epoch FROM d.decided_at), d.is_automatic,
            d.is_detected_automatically, d.source, to_jsonb(d.rules), d.legal_ground, d.facts, d.questions, d.note, d.scope,
            extract(epoch FROM d.deadline_at), extract(epoch FROM d.until), d.statement, extract(epoch FROM d.appeal_until),
            d.reverses, d.cascade_of, d.live_version_from, d.sent_to)::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION seal_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT c.number + 1, c.hash INTO NEW.chain_number, NEW.previous_hash FROM decision_chain c FOR UPDATE;
    NEW.hash := decision_hash(NEW);
    UPDATE decision_chain SET number = NEW.chain_number, hash = NEW.hash;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS seal_decision ON decisions;
CREATE TRIGGER seal_decision BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION seal_decision();

-- Decisions from before there was a chain.
DO $$
DECLARE
    unsealed decisions;
    chain_end decision_chain;
BEGIN
    FOR unsealed IN SELECT * FROM decisions WHERE hash IS NULL ORDER BY id LOOP
        SELECT * INTO chain_end FROM decision_chain FOR UPDATE;
        unsealed.chain_number := chain_end.number + 1;
        unsealed.previous_hash := chain_end.hash;
        unsealed.hash := decision_hash(unsealed);
        UPDATE decisions SET chain_number = unsealed.chain_number, previous_hash = unsealed.previous_hash, hash = unsealed.hash
         WHERE id = unsealed.id;
        UPDATE decision_chain SET number = unsealed.chain_number, hash = unsealed.hash;
    END LOOP;
END
$$;

-- What of a case was a member's own (his post, his report or notice, a measure against himself: 'own'), or in what before an appeal he took
-- part ('took_part'), up to a moment; null: nothing. Invariants 6 and 7. An address that nobody confirmed involves nobody.
CREATE OR REPLACE FUNCTION involvement(in_case bigint, in_member bigint, in_until timestamptz)
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT CASE
                WHEN c.member_id = in_member
                  OR EXISTS (SELECT 1 FROM posts p WHERE p.id = c.post_id AND p.author_id = in_member)
                  OR EXISTS (SELECT 1 FROM reports r WHERE r.case_id = c.id AND r.reporter_id = in_member AND r.created_at <= in_until)
                  OR EXISTS (SELECT 1 FROM content_notices n JOIN members m ON lower(m.email) = lower(n.email)
                              WHERE n.case_id = c.id AND m.id = in_member AND NOT n.is_child_abuse AND n.confirmed_at <= in_until)
                  OR EXISTS (SELECT 1 FROM appeals a WHERE a.case_id = c.id AND a.by_member = in_member) THEN 'own'
                WHEN c.kind = 'appeal'
                 AND (EXISTS (SELECT 1 FROM decisions d, decisions appealed
                               WHERE appealed.id = c.appeals
                                 AND (d.post_id = c.post_id OR d.member_id = c.member_id OR d.case_id = appealed.case_id)
                                 AND d.case_id <> c.id AND in_member IN (d.decided_by, d.seconded_by)
                                 AND d.decided_at <= in_until)
                      OR EXISTS (SELECT 1 FROM reports r WHERE r.post_id = c.post_id AND r.reporter_id = in_member
                                                                AND r.created_at <= in_until)
                      OR EXISTS (SELECT 1 FROM content_notices n JOIN members m ON lower(m.email) = lower(n.email)
                                  WHERE n.post_id = c.post_id AND m.id = in_member AND NOT n.is_child_abuse
                                    AND n.confirmed_at <= in_until)) THEN 'took_part'
                END
              FROM cases c WHERE c.id = in_case);
END
$$;

-- Why one of the staff is too near to a case, or not the one who looks after it; null: he may decide. Nobody decides on what he is
-- involved in, nor about somebody of his own municipality ('same_municipality'), nor on what he does not look after ('out_of_scope').
CREATE OR REPLACE FUNCTION moderator_bar(in_case bigint, in_member bigint)
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(involvement(c.id, in_member, coalesce(c.closed_at, 'infinity')),
                            CASE
                            WHEN EXISTS (SELECT 1 FROM members subject JOIN members decider ON decider.municipality_code = subject.municipality_code
                                          WHERE subject.id = c.member_id AND decider.id = in_member) THEN 'same_municipality'
                            WHEN NOT is_in_scope(c.id, in_member) THEN 'out_of_scope'
                            END)
              FROM cases c WHERE c.id = in_case);
END
$$;

CREATE OR REPLACE FUNCTION somebody_may(in_case bigint, in_role text)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT 1 FROM members m
                            WHERE m.role = in_role AND m.ended_at IS NULL
                              AND NOT EXISTS (SELECT 1 FROM standing_measures s
                                               WHERE s.member_id = m.id AND s.kind IN ('suspend', 'end-membership'))
                              AND moderator_bar(in_case, m.id) IS NULL));
END
$$;

-- Administrators decide no content, but an objection needs other eyes: when no moderator is left who may decide on it, they do.
CREATE OR REPLACE FUNCTION falls_to_administrators(in_case bigint)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT c.kind = 'appeal' AND NOT somebody_may(c.id, 'moderator') FROM cases c WHERE c.id = in_case);
END
$$;

-- Why a member may not decide on a case; null: he may. Pages ask this, and the trigger below, so that no path of the program can
-- forget it.
CREATE OR REPLACE FUNCTION decider_bar(in_case bigint, in_member bigint)
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(moderator_bar(in_case, in_member),
                            CASE WHEN (SELECT role FROM members WHERE id = in_member) = 'administrator' AND NOT falls_to_administrators(in_case)
                                 THEN 'administrator' END));
END
$$;

-- Does this decision about a member with this function and role take two moderators: about an office-holder (features.md 4b), and among
-- colleagues?
CREATE OR REPLACE FUNCTION needs_second(decision_kind text, member_function text, member_role text)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT decision_kind IN ('suspend', 'end-membership') AND (coalesce(is_office_holder(member_function), false) OR member_role <> 'member')
$$;

CREATE OR REPLACE FUNCTION refuse_involved_decider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(decider_bar(NEW.case_id, NEW.decided_by), decider_bar(NEW.case_id, NEW.seconded_by)) IS NOT NULL THEN
        RAISE EXCEPTION 'who is involved may not decide' USING ERRCODE = 'FD006';
    END IF;
    IF NEW.seconded_by IS NULL AND (SELECT needs_second(NEW.kind, m.function, m.role) FROM members m WHERE m.id = NEW.member_id) THEN
        RAISE EXCEPTION 'this takes two people' USING ERRCODE = 'FD007';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS refuse_involved_decider ON decisions;
CREATE TRIGGER refuse_involved_decider BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_involved_decider();
