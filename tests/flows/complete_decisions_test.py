"""A restrictive decision that is not complete cannot be written (invariant 5), whoever writes it: the database refuses the row. Rule: here
SQL does what no door offers, and all that it writes is rolled back."""
import re
import unittest

from decisions_test import FACTS, Decisions
from server import ROOT

FOR_A_TIME = ("read-only", "suspend")
PERSON = ("warn", "review-all", "read-only", "suspend", "end-membership")
# Of a complete row: what leads to it, and what its subject must know.
COMPLETE = {"number": "99", "decided_role": "'moderator'", "source": "'own-initiative'", "rules": "'{geen-inwoners}'", "legal_ground": "''",
            "facts": f"'{FACTS}'", "scope": "'whole-post'", "statement": "'Wij hebben dit besloten.'", "is_automatic": "false",
            "appeal_until": "now() + interval '6 months'", "until": "NULL", "state_from": "'live'"}
TRY = """
CREATE FUNCTION pg_temp.refused_by(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE broken text; field text;
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION SQLSTATE 'FD999';
EXCEPTION
    WHEN SQLSTATE 'FD999' THEN RETURN 'nothing';
    WHEN check_violation OR not_null_violation THEN
        GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME, field = COLUMN_NAME;
        RETURN coalesce(nullif(broken, ''), field);
END $$;
"""


def restrictive_kinds():
    """Those of the program's own table, and an objection that takes away what was left there."""
    table = (ROOT / "server/moderation/decision_kinds.cpp").read_text()
    return [slug for slug, restricts in re.findall(r'^ +\{"([a-z-]+)",[^;]*?PostMove::\w+,\s+\w+,\s+(true|false),', table, re.M) if restricts == "true"] + ["grant"]


class Complete(Decisions):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = dict(line.split("|") for line in cls.server.sql("SELECT email, id FROM members WHERE email LIKE '%@demo.example'").splitlines())

    def row(self, kind):
        """A complete one."""
        moderator, adviseur = self.ids["moderator@demo.example"], self.ids["adviseur@demo.example"]
        row = COMPLETE | {"kind": f"'{kind}'", "decided_by": moderator}
        if kind in PERSON:
            return row | {"case_id": self.about_member, "member_id": adviseur, "state_from": "'none'", "state_to": f"'{kind}'", "scope": "'member'",
                          "until": "now() + interval '10 days'" if kind in FOR_A_TIME else "NULL"}
        return row | {"case_id": self.about_post, "post_id": f"(SELECT post_id FROM cases WHERE id = {self.about_post})", "post_version": "1",
                      "state_to": "'removed'", "reverses": self.earlier if kind == "grant" else "NULL"}

    def insert(self, row):
        """As it stands in a text of SQL."""
        return f"INSERT INTO decisions ({', '.join(row)}) VALUES ({', '.join(map(str, row.values()))})".replace("'", "''")

    def test_each_part_is_asked_for(self):
        self.about_post = self.reviewed()
        self.earlier = self.server.sql(f"SELECT max(id) FROM decisions WHERE case_id = {self.decided(self.reviewed(), 'unfounded')}")
        self.about_member = self.moderator.api("POST", f"/members/{self.ids['adviseur@demo.example']}/measures").json()["id"]
        kinds, tries = restrictive_kinds(), []
        self.assertTrue(set(kinds) >= {"reject", "hide", "remove", "grant", *PERSON}, kinds)
        for kind in kinds:
            whole = self.row(kind)
            whole_parts = {"it is complete": {}, "a law in place of a rule": {"rules": "'{}'", "legal_ground": "'artikel 137d Sr'"}}
            tries += [(f"{kind}: {what}", self.insert(whole | change), "nothing") for what, change in whole_parts.items()]
            tries += [(f"{kind} without {what}", self.insert(whole | change), constraint) for what, change, constraint in (
                ("rule or law", {"rules": "'{}'"}, "decisions_restrictive_complete"),
                ("facts", {"facts": "'Te kort.'"}, "decisions_facts_said"),
                ("facts but with blanks", {"facts": "repeat(' ', 30)"}, "decisions_facts_said"),
                ("statement", {"statement": "''"}, "decisions_restrictive_complete"),
                ("words in the statement", {"statement": "' '"}, "decisions_words"),
                ("way to object", {"appeal_until": "NULL"}, "decisions_restrictive_complete"),
                ("time to object", {"appeal_until": "now() + interval '5 months'"}, "decisions_appeal_time"),
                ("a rule that is one", {"rules": "ARRAY['']"}, "decisions_words"),
                ("a role", {"decided_role": "''"}, "decisions_words"),
                ("saying that a person decided", {"is_automatic": "true"}, "decisions_who"),
                ("an end to come", {"until": "now() - interval '1 day'"}, "decisions_ends_later"),
                ("a person who decided", {"decided_by": "NULL"}, "decisions_human"),
                ("a person, by the system for good", {"decided_by": "NULL", "is_automatic": "true"}, "decisions_human"),
                ("saying whether a person decided", {"is_automatic": "NULL"}, "is_automatic"),
                ("scope", {"scope": "NULL"}, "scope"),
                ("a scope that is one", {"scope": "''"}, "decisions_scope"))]
            if kind in FOR_A_TIME:
                tries.append((f"{kind} without an end", self.insert(whole | {"until": "NULL"}), "decisions_measure_until"))
        # What the system may do by itself is for a time.
        by_system = self.row("hide") | {"decided_by": "NULL", "is_automatic": "true", "decided_role": "'system'"}
        tries += [("hide by the system for a time", self.insert(by_system | {"until": "now() + interval '1 day'"}), "nothing"),
                  ("hide by the system without an end", self.insert(by_system), "decisions_human")]

        erased = self.row("remove") | {"kind": "'erase'", "state_to": "'erased'", "rules": "'{}'", "legal_ground": "'Verzoek'", "appeal_until": "NULL",
                                       "seconded_by": self.ids["moderator2@demo.example"]}
        tries += [("erase", self.insert(erased), "nothing"),
                  ("erase without a request or order", self.insert(erased | {"legal_ground": "''"}), "decisions_erase_complete"),
                  ("erase by one", self.insert(erased | {"seconded_by": "NULL"}), "decisions_seconded")]

        before = self.server.sql("SELECT count(*) FROM decisions")
        refused_by = self.server.sql(TRY + "".join(f"SELECT pg_temp.refused_by('{insert}');" for _, insert, _ in tries)).splitlines()
        self.assertEqual(len(refused_by), len(tries))
        for (what, _, expected), found in zip(tries, refused_by):
            with self.subTest(what):
                self.assertEqual(found, expected)
        self.assertEqual(self.server.sql("SELECT count(*) FROM decisions"), before)


if __name__ == "__main__":
    unittest.main()
