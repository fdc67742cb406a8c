"""The public account of moderation: the page, the API, the file and the command say what a second computation makes of the rows
themselves, and the public log alone leads to the same counts. Rule: nothing here shares a line of SQL or a table with the forum."""
import csv
import io
import json
import random
import unittest
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from main_job_test import Forum, reply, word
from server import run

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LEAST = 5
JUDGED = ("approve", "approve-with-changes", "return", "reject")
KINDS = [*JUDGED * 4, "hide", "remove", "restore", "unfounded", "escalate"]
# A post each, written by nobody of the staff.
FILL = """
    WITH given AS (SELECT * FROM jsonb_to_recordset('{rows}') AS g(n int, opened timestamptz, decided timestamptz, kind text, rule text, source text,
                                                                   legal text, detected boolean, undone boolean)),
         numbered AS (SELECT p.id, row_number() OVER (ORDER BY p.id) AS n FROM posts p JOIN members m ON m.id = p.author_id WHERE m.role = 'member'),
         opened AS (INSERT INTO cases (kind, state, post_id, post_version, due_at, created_at, closed_at, hold_rule)
                    SELECT 'review', 'decided', p.id, 1, g.decided, g.opened, g.decided, g.n::text
                      FROM given g JOIN numbered p ON p.n = 1 + g.n % (SELECT count(*) FROM numbered) RETURNING id, post_id, hold_rule),
         judged AS (INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, decided_at,
                                           rules, legal_ground, facts, questions, deadline_at, statement, appeal_until, source, sent_to,
                                           is_detected_automatically)
                    SELECT c.id, 1, g.kind, c.post_id, 1, 'waiting', 'live', (SELECT min(id) FROM members WHERE role = 'moderator'), 'moderator',
                           g.decided, CASE WHEN g.rule = '' THEN '{{}}' ELSE ARRAY[g.rule] END, g.legal, 'Feiten die hier niet tellen.', 'Waarom?',
                           g.decided, 'Zo is het.', g.decided + interval '6 months', g.source, CASE WHEN g.kind = 'escalate' THEN 'senior' END, g.detected
                      FROM opened c JOIN given g ON g.n = c.hold_rule::int ORDER BY g.n RETURNING *)
    SELECT count(*) FROM judged"""
# About a person, not about a post: the account counts the measure and names nobody.
MEASURES = """
    WITH about AS (SELECT id FROM members WHERE role = 'member' ORDER BY id LIMIT 1),
         given AS (SELECT n, (ARRAY['warn', 'review-all', 'read-only', 'suspend', 'end-membership', 'lift'])[1 + n % 6] AS kind,
                          timestamptz '2026-05-01 12:00+02' + n * interval '1 hour' AS decided FROM generate_series(1, {count}) n),
         opened AS (INSERT INTO cases (kind, state, member_id, due_at, closed_at, hold_rule)
                    SELECT 'measure', 'decided', a.id, g.decided, g.decided, 'measure-' || g.n FROM given g, about a RETURNING id, member_id, hold_rule),
         judged AS (INSERT INTO decisions (case_id, number, kind, member_id, state_from, state_to, decided_by, seconded_by, decided_role, decided_at,
                                           rules, facts, statement, appeal_until, until, source, scope)
                    SELECT c.id, 1, g.kind, c.member_id, 'none', 'none', s.one, s.other, 'moderator', g.decided, '{{respect}}',
                           'Feiten die hier niet tellen.', 'Zo is het.', g.decided + interval '6 months', g.decided + interval '1 day', 'own-initiative', 'member'
                      FROM opened c JOIN given g ON 'measure-' || g.n = c.hold_rule
                     CROSS JOIN (SELECT min(id) AS one, max(id) AS other FROM members WHERE role = 'moderator') s ORDER BY g.n RETURNING *)
    SELECT count(*) FROM judged"""
UNDO = """
    INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, decided_at, reverses)
    SELECT d.case_id, 2, 'undo', d.post_id, 1, 'live', 'waiting', d.decided_by, d.decided_role, d.decided_at + interval '5 minutes', d.id
      FROM decisions d JOIN cases c ON c.id = d.case_id WHERE c.hold_rule IN ({numbers})"""
OBJECT = """
    WITH made AS (INSERT INTO cases (kind, post_id, post_version, appeals, due_at, created_at)
                  SELECT 'appeal', d.post_id, 1, d.id, now(), d.decided_at + interval '1 day'
                    FROM decisions d JOIN cases c ON c.id = d.case_id WHERE c.hold_rule IN ({numbers}) AND d.kind = 'reject' RETURNING *)
    INSERT INTO appeals (case_id, decision_id, by_member, text, created_at)
    SELECT m.id, m.appeals, p.author_id, 'Dit klopt niet.', m.created_at FROM made m JOIN posts p ON p.id = m.post_id"""


def quarter_of(moment):
    return f"{moment.astimezone(AMSTERDAM).year}-{(moment.astimezone(AMSTERDAM).month + 2) // 3}"


def days_off(year):
    """Easter by the rule of Gauss, true for 1900 to 2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    late = 7 if e == 6 and (d == 29 or d == 28 and a > 10) else 0
    easter = date(year, 3, 22) + timedelta(days=d + e - late)
    birthday = date(year, 4, 27)
    fixed = {date(year, 1, 1), birthday - timedelta(days=birthday.weekday() == 6), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    return fixed | {easter + timedelta(days=days) for days in (-2, 1, 39, 50)}


def working_time(since, until):
    """From nine to five on working days."""
    day, total = since.astimezone(AMSTERDAM).date(), timedelta()
    while day <= until.astimezone(AMSTERDAM).date():
        if day.weekday() < 5 and day not in days_off(day.year):
            opens, closes = (datetime.combine(day, time(hour), AMSTERDAM) for hour in (9, 17))
            total += max(timedelta(), min(until, closes) - max(since, opens))
        day += timedelta(days=1)
    return total


def merged(counts):
    """Counts of a section as they may be told: the small ones together, and no number when they are small together."""
    told = {name: str(count) for name, count in counts.items() if count >= LEAST}
    small = [(name, count) for name, count in counts.items() if count < LEAST]
    if small:
        count = sum(count for _, count in small)
        told[small[0][0] if len(small) == 1 else "few"] = str(count) if count >= LEAST else "<5"
    return told


def account(quarter, decisions, cases, appeals):
    """The lines of the file, as {(section, name): count}."""
    undone = {d["reverses"] for d in decisions if d["kind"] == "undo"}
    told = [d for d in decisions if quarter_of(d["decided_at"]) == quarter and d["kind"] not in ("undo", "escalate") and d["id"] not in undone]
    sections = defaultdict(Counter)
    for d in told:
        sections["decision"][d["kind"]] += 1
        sections["rule"].update(d["rules"] + (["law"] if d["legal_ground"] else []))
        sections["source"][d["source"]] += 1
        sections["found"]["automatic" if d["is_detected_automatically"] else "human"] += 1
        sections["made"]["automatic" if d["is_automatic"] else "human"] += 1
        if d["kind"] in ("grant", "refuse"):
            sections["appeal"][d["kind"]] += 1
    lodged = sum(quarter_of(a["created_at"]) == quarter for a in appeals)
    if lodged:
        sections["appeal"]["lodged"] = lodged
    lines = {(section, name): count for section, counts in sections.items() for name, count in merged(counts).items()}
    waits = {}
    for case in cases:
        rounds = sorted((d for d in decisions if d["case_id"] == case["id"] and d["kind"] in JUDGED), key=lambda d: d["number"])
        if case["kind"] == "review" and case["state"] == "decided" and quarter_of(case["closed_at"]) == quarter and rounds:
            waits[case["id"]] = working_time(case["created_at"], rounds[0]["decided_at"])
    waits = sorted(waits.values())
    if len(waits) >= LEAST:
        lines["handling", "cases"] = str(len(waits))
        for name, share in (("median-minutes", 50), ("p90-minutes", 90)):
            lines["handling", name] = str(waits[ceil(len(waits) * share / 100) - 1] // timedelta(minutes=1))
    return lines


def lines_of(text):
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return {(row["section"], row["name"]): row["count"] for row in rows}


class PublicAccount(Forum):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fill()  # by SQL, so before any page is kept

    def rows(self, table):
        found = json.loads(self.server.sql(f"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM {table} t"))
        for row in found:
            row |= {name: datetime.fromisoformat(value) for name, value in row.items() if name.endswith("_at") and value}
        return found

    @classmethod
    def fill(cls):
        """Decisions over a year, many of them at the ends of a quarter; the same every time."""
        chance = random.Random(20260401)
        ends = [datetime(year, month, 1, tzinfo=AMSTERDAM) for year, month in ((2026, 1), (2026, 4), (2026, 7), (2026, 10))]
        given = []
        for n in range(240):
            decided = (chance.choice(ends) + timedelta(seconds=chance.choice((-3601, -1, 0, 3599))) if n % 3 == 0 else
                       datetime(2026, 4, 1, 12, tzinfo=AMSTERDAM) + timedelta(minutes=chance.randrange(60 * 24 * 90)))
            kind = chance.choice(KINDS)
            restricts = kind in ("reject", "hide", "remove")
            rule = chance.choice(("bron", "bron", "respect", "respect", "geen-inwoners", "")) if restricts else ""
            given.append({"n": n, "opened": (decided - timedelta(minutes=chance.randrange(60 * 24 * 6))).isoformat(), "decided": decided.isoformat(),
                          "kind": kind, "rule": rule, "legal": "Artikel 137c Wetboek van Strafrecht" if restricts and not rule else "",
                          "source": chance.choice(("review", "review", "review", "report", "word-rule", "own-initiative")),
                          "detected": chance.random() < 0.2})
        assert cls.server.sql(FILL.format(rows=json.dumps(given))) == str(len(given))
        assert cls.server.sql(MEASURES.format(count=38)) == "38"
        undone = chance.sample(range(len(given)), 25)
        cls.server.sql(UNDO.format(numbers=", ".join(f"'{n}'" for n in undone)))
        cls.server.sql(OBJECT.format(numbers=", ".join(f"'{n}'" for n in range(60))))

    def log(self):
        """The public log, all of it, as an outsider reads it."""
        items, path = [], "/decisions"
        while path:
            page = self.guest.api("GET", path).json()
            items += page["items"]
            path = page["next"] and "/decisions?cursor=" + page["next"]
        return items

    def expected(self, quarter):
        return account(quarter, self.rows("decisions"), self.rows("cases"), self.rows("appeals"))

    def shown(self, quarter):
        """What the page says, as its other face gives it; the page itself must show the same numbers."""
        model = self.guest.api("GET", f"/decisions/figures?quarter={quarter}").json()
        words = self.guest.get(f"/besluiten/cijfers?kwartaal={quarter}").page.words
        lines = {}
        for section in model["sections"]:
            self.assertIn(section["title"], words)
            for figure in section["figures"]:
                lines[section["section"], figure["name"]] = "<5" if figure["isFew"] else str(figure["count"])
                self.assertIn(f"{figure['label']} {'minder dan 5' if figure['isFew'] else figure['count']}", words)
        return lines

    def test_every_way_says_what_the_rows_say(self):
        seen = set()
        for quarter in ("2025-4", "2026-1", "2026-2", "2026-3", "2026-4"):
            with self.subTest(quarter):
                expected = self.expected(quarter)
                seen |= set(expected)
                file = self.guest.get(f"/besluiten/cijfers.csv?kwartaal={quarter}")
                self.assertEqual(lines_of(file.text), expected)
                command = run("figures", "--quarter", quarter, "--database", self.server.database_url())
                self.assertEqual((command.returncode, command.stdout.splitlines()), (0, file.text.splitlines()))
                self.assertEqual(self.shown(quarter), {line: count for line, count in expected.items() if line[0] != "handling"})
        for text, status in (("2026-5", 400), ("morgen", 400), ("2999-1", 404)):
            self.assertEqual(self.guest.get(f"/besluiten/cijfers.csv?kwartaal={text}").status, status)
            self.assertEqual(self.guest.get(f"/besluiten/cijfers?kwartaal={text}").status, status)
        self.assertNotEqual(run("figures", "--quarter", "2026-5", "--database", self.server.database_url()).returncode, 0)
        # Otherwise this compares nothing with nothing.
        for line in (("decision", "approve"), ("decision", "few"), ("decision", "warn"), ("decision", "suspend"), ("rule", "law"), ("source", "review"), ("found", "automatic"),
                     ("appeal", "lodged"), ("handling", "p90-minutes")):
            self.assertIn(line, seen)

        log = self.log()
        self.assertEqual([item["id"] for item in log], sorted({item["id"] for item in log}, reverse=True))
        for quarter in ("2026-1", "2026-2"):
            of_quarter = [item for item in log if quarter_of(datetime.combine(date.fromisoformat(item["decidedDate"]), time(12), AMSTERDAM)) == quarter]
            counts = {"decision": Counter(item["kind"] for item in of_quarter),
                      "rule": Counter([rule["slug"] for item in of_quarter for rule in item["rules"]] + ["law" for item in of_quarter if item["isByLaw"]]),
                      "made": Counter("automatic" if item["isAutomatic"] else "human" for item in of_quarter)}
            expected = self.expected(quarter)
            for section, of_section in counts.items():
                self.assertEqual(merged(of_section), {name: count for (part, name), count in expected.items() if part == section}, (quarter, section))

    def test_a_decision_is_in_the_account_at_once_and_without_a_name(self):
        path = "/besluiten"
        thread = self.thread()
        text = "Mijn eerste bericht over " + word()
        reply(self.nieuw, thread, text)
        before = self.guest.get(path).page.words
        facts = "Hier staat de naam van een bewoner: " + word()
        case = self.case_of(text)
        newest = self.log()[:1]
        self.decide(self.moderator, case, decision="reject", rules="geen-inwoners", facts=facts)
        item = self.log()[0]
        self.assertNotEqual([item], newest)
        self.assertEqual((item["kind"], [rule["slug"] for rule in item["rules"]], item["appeal"]), ("reject", ["geen-inwoners"], ""))
        after = self.guest.get(path)
        self.assertNotEqual(after.page.words, before)
        said = after.text + json.dumps(item) + self.guest.get("/besluiten/cijfers").text + self.guest.get("/besluiten/cijfers.csv").text
        decision = next(d for d in self.rows("decisions") if d["id"] == item["id"])
        author = self.server.sql(f"SELECT m.name FROM members m JOIN posts p ON p.author_id = m.id WHERE p.id = {decision['post_id']}")
        decider = self.server.sql(f"SELECT name FROM members WHERE id = {decision['decided_by']}")
        for private in (text, facts, author, decider, f"/gesprekken/{thread}", decision["decided_at"].strftime("%H:%M:%S")):
            self.assertNotIn(private, said)


if __name__ == "__main__":
    unittest.main()
