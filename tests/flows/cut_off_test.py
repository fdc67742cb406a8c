"""Acts whole or not at all (invariant 2): the database ends the connection at each statement in turn, of everything that decides on
posts, members and threads, and of what the clock does. Rule: acts go through the doors that people use; SQL sets the trap, moves clocks
and looks at the rows."""
import unittest
from datetime import date, timedelta

from cut_off import OTHERS, TABLES, CutOff
from main_job_test import word
from server import ADVISEUR, BEHEER, MODERATOR2, WETHOUDER, Server, wait_until
from visitor import Visitor, member

DAY = timedelta(days=1)


class Posts(CutOff):
    def edited(self):
        at = self.live()
        self.accepted(self.adviseur.api("PUT", at, {"body": "Toch anders bedoeld.", "version": 1}))
        return at

    def test_what_authors_and_readers_do(self):
        held = lambda: self.reply(self.nieuw, self.start_thread())  # noqa: E731

        def withdrawn():
            at = self.live()
            self.accepted(self.adviseur.api("DELETE", at))
            return at

        def returned():
            at = held()
            self.decided(self.case(at, "review"), "return", questions="Wanneer was dit?")
            return at

        self.cut_off({
            "start a thread": (lambda: None, lambda _: self.wethouder.api("POST", "/threads", {
                "kind": "question", "title": "Een vraag over " + word(), "body": "Wie weet dit?", "theme": "huisvesting", "visibility": "public",
                "municipalities": ["GM1783"]})),
            "reply": (self.start_thread, lambda thread: self.adviseur.api("POST", f"/threads/{thread}/posts", {"body": "Bij ons ook."})),
            "reply that waits": (self.start_thread, lambda thread: self.nieuw.api("POST", f"/threads/{thread}/posts", {"body": "Een toetswoord."})),
            "edit": (self.live, lambda at: self.adviseur.api("PUT", at, {"body": "Toch anders bedoeld.", "version": 1})),
            "edit what waits": (held, lambda at: self.nieuw.api("PUT", at, {"body": "Een ander toetswoord.", "version": 1})),
            "a change that waits": (self.live, lambda at: self.adviseur.api("PUT", at, {"body": "Met een toetswoord.", "version": 1})),
            "send in again": (returned, lambda at: self.nieuw.api("PUT", at, {"body": "Dit toetswoord was in mei.", "version": 1})),
            "withdraw": (self.live, lambda at: self.adviseur.api("DELETE", at)),
            "withdraw what waits": (held, lambda at: self.nieuw.api("DELETE", at)),
            "put back": (withdrawn, lambda at: self.adviseur.api("DELETE", at + "/withdrawal")),
            "hide a version": (self.edited, lambda at: self.moderator.api("PUT", at + "/versions/1", {"isHidden": True, "reason": "Een naam."})),
            "report that hides": (self.live, lambda at: self.wethouder.api("POST", "/reports", {
                "thread": int(at.split("/")[2]), "post": int(at.split("/")[4]), "category": "resident-data", "text": "Een naam."})),
        })


class Cases(CutOff):
    def test_what_moderators_decide(self):
        def taken():
            case = self.waiting()
            self.accepted(self.moderator.api("PUT", f"/moderation/cases/{case}/lease"))
            return case

        order = {"rules": [], "legalGround": "Verzoek van de schrijver"}

        def to_erase():
            case = self.reviewed()
            self.assertEqual(self.decide(case, "erase", **order).status, 202)
            return case

        def confirm(case):
            version = self.moderator2.api("GET", f"/moderation/cases/{case}").json()["version"]
            return self.moderator2.api("POST", f"/moderation/cases/{case}/proposal", {"version": version, "answer": "confirm"})

        self.cut_off({
            "start on a post": (self.live, lambda at: self.moderator.api("POST", at + "/case", {})),
            "take": (self.waiting, lambda case: self.moderator.api("PUT", f"/moderation/cases/{case}/lease")),
            "let go": (taken, lambda case: self.moderator.api("DELETE", f"/moderation/cases/{case}/lease")),
            "write a note": (self.waiting, lambda case: self.moderator.api("POST", f"/moderation/cases/{case}/notes", {"text": "Ik bel hem."})),
            "write a note about a member": (self.waiting, lambda case: self.moderator.api(
                "POST", f"/moderation/cases/{case}/notes", {"text": "Ik bel hem.", "about": "member"})),
            "propose to erase": self.on(self.reviewed, "erase", **order),
            "erase": (to_erase, confirm),
            "approve": self.on(self.waiting, "approve"),
            "approve with changes": (self.waiting, lambda case: self.decide(case, "approve-with-changes", body=self.server.sql(
                f"SELECT replace(body, 'elke', 'iedere') FROM posts p JOIN cases c ON c.post_id = p.id WHERE c.id = {case}"))),
            "return": self.on(self.waiting, "return", questions="Wanneer was dit?"),
            "reject": self.on(taken, "reject"),
            "escalate": self.on(self.waiting, "escalate", sendTo="legal"),
            "hide": self.on(self.reviewed, "hide"),
            "remove": self.on(self.reviewed, "remove"),
            "unfounded": self.on(self.reviewed, "unfounded"),
            "restore": self.on(lambda: self.decided(self.reviewed(), "hide"), "restore"),
            "undo": (lambda: self.decided(self.waiting(), "approve"), lambda case: self.moderator.api("DELETE", f"/moderation/cases/{case}/decision")),
        })

    def test_objections(self):
        self.cut_off({
            "object": (lambda: self.decided(self.waiting(), "reject"), lambda case: self.nieuw.api(
                "POST", "/appeals", {"decision": self.last_decision(case), "text": "Er staat geen naam in."})),
            "grant": self.on(self.objected, "grant", visitor=self.moderator2),
            "refuse": self.on(self.objected, "refuse", visitor=self.moderator2),
        })


class Notices(CutOff):
    """By somebody without an account, who has only the links of his letters; without a mail server the page shows them."""

    def send(self, at):
        return self.wethouder.api("POST", "/notices", {
            "address": f"/gesprekken/{at.split('/')[2]}#bericht-{at.split('/')[4]}", "explanation": "Hier staat een oproep tot geweld.",
            "name": "Nel Melder", "email": "nel@buiten.example", "goodFaith": True})

    def sent(self):
        """The post and the link."""
        at = self.live()
        return at, self.accepted(self.send(at)).json()["statusUrl"]

    def press(self, link, **fields):
        stranger = Visitor(self.server.port)
        form = stranger.get(link).page.form(link)
        return lambda: stranger.submit(form, fields, follow=False)

    def confirmed(self):
        at, link = self.sent()
        self.assertEqual(self.press(link)().status, 303)
        return self.case(at, "notice"), link

    def left_there(self):
        case, link = self.confirmed()
        return self.decided(case, "unfounded"), link

    def objected(self):
        case, link = self.left_there()
        self.assertEqual(self.press(link + "/bezwaar", text="Lees het nog eens.")().status, 303)
        return int(self.server.sql(f"SELECT id FROM cases WHERE appeals = {self.last_decision(case)}"))

    def test_from_notice_to_objection(self):
        self.cut_off({
            "a notice": (self.live, self.send),
            "a notice of child abuse": (self.live, lambda at: self.wethouder.api("POST", "/notices", {
                "address": f"/gesprekken/{at.split('/')[2]}#bericht-{at.split('/')[4]}", "explanation": "Een beeld dat niet mag bestaan.",
                "email": "nel@buiten.example", "isChildAbuse": True, "goodFaith": True})),
            "confirm": (lambda: self.press(self.sent()[1]), lambda press: press()),
            "unfounded, with a letter": self.on(lambda: self.confirmed()[0], "unfounded"),
            "remove, with a letter": self.on(lambda: self.confirmed()[0], "remove"),
            "undo, with a letter": (lambda: self.left_there()[0], lambda case: self.moderator.api("DELETE", f"/moderation/cases/{case}/decision")),
            "object by link": (lambda: self.press(self.left_there()[1] + "/bezwaar", text="Lees het nog eens."), lambda press: press()),
            "grant, with a letter": self.on(self.objected, "grant", visitor=self.moderator2),
            "refuse, with a letter": self.on(self.objected, "refuse", visitor=self.moderator2),
        })


class Members(CutOff):
    def number(self, email):
        return int(self.server.sql(f"SELECT id FROM members WHERE email = '{email}'"))

    def opened(self, email=ADVISEUR):
        """An open case about a member for whom nothing holds and nothing is proposed."""
        number = self.number(email)
        open_case = lambda: self.accepted(self.moderator.api("POST", f"/members/{number}/measures")).json()["id"]  # noqa: E731
        if self.server.sql(f"SELECT 1 FROM standing_measures WHERE member_id = {number}"):
            self.decided(open_case(), "lift")
        case = open_case()
        if self.server.sql(f"SELECT 1 FROM cases WHERE id = {case} AND proposal IS NOT NULL"):
            self.accepted(self.answer(case, "refuse"))
        return case

    def holding(self, kind, **more):
        """A case that ended in this measure."""
        return self.decided(self.opened(), kind, **more)

    def again(self, kind, **more):
        """An open case about a member for whom this holds."""
        self.holding(kind, **more)
        return self.accepted(self.moderator.api("POST", f"/members/{self.number(ADVISEUR)}/measures")).json()["id"]

    def proposed(self):
        case = self.opened(WETHOUDER)
        self.assertEqual(self.decide(case, "suspend", until=self.until).status, 202)
        return case

    def answer(self, case, answer):
        version = self.moderator2.api("GET", f"/moderation/cases/{case}").json()["version"]
        return self.moderator2.api("POST", f"/moderation/cases/{case}/proposal",
                                   {"version": version, "answer": answer} | ({"note": "Een waarschuwing is genoeg."} if answer == "refuse" else {}))

    def objected(self):
        """Of somebody about whom nobody decided before: who did, may not decide again."""
        email = word() + "@demo.example"
        self.server.sql("INSERT INTO members (email, name, function, is_trusted, password_hash) SELECT "
                        f"'{email}', 'Rik de Raad', 'raadslid', true, password_hash FROM members WHERE email = '{ADVISEUR}'")
        decision = self.last_decision(self.decided(self.opened(email), "read-only", until=self.until))
        self.accepted(member(self.server.port, email).api("POST", "/appeals", {"decision": decision, "text": "Dat schreef ik niet."}))
        return int(self.server.sql(f"SELECT id FROM cases WHERE appeals = {decision}"))

    def test_measures(self):
        self.until = (date.today() + 10 * DAY).isoformat()
        undo = lambda case: self.moderator.api("DELETE", f"/moderation/cases/{case}/decision")  # noqa: E731
        self.cut_off({
            "begin": (lambda: self.decided(self.opened(), "unfounded"),
                      lambda _: self.moderator.api("POST", f"/members/{self.number(ADVISEUR)}/measures")),
            "unfounded": self.on(self.opened, "unfounded"),
            "escalate": self.on(self.opened, "escalate", sendTo="senior"),
            "warn": self.on(self.opened, "warn"),
            "review all": self.on(self.opened, "review-all"),
            "read only": self.on(self.opened, "read-only", until=self.until),
            "suspend": self.on(self.opened, "suspend", until=self.until),
            "suspend instead of read only": self.on(lambda: self.again("read-only", until=self.until), "suspend", until=self.until),
            "end the membership": self.on(self.opened, "end-membership"),
            "lift": self.on(lambda: self.again("suspend", until=self.until), "lift"),
            "undo a measure": (lambda: self.holding("suspend", until=self.until), undo),
            "undo a lift": (lambda: self.decided(self.again("read-only", until=self.until), "lift"), undo),
            "propose": self.on(lambda: self.opened(WETHOUDER), "end-membership"),
            "confirm": (self.proposed, lambda case: self.answer(case, "confirm")),
            "refuse the proposal": (self.proposed, lambda case: self.answer(case, "refuse")),
            "object to a measure": (lambda: self.last_decision(self.holding("warn")),
                                    lambda decision: self.adviseur.api("POST", "/appeals", {"decision": decision, "text": "Dat schreef ik niet."})),
            "grant": self.on(self.objected, "grant", visitor=self.moderator2),
        })


class Threads(CutOff):
    def with_reply(self):
        thread = self.start_thread()
        self.reply(self.adviseur, thread)
        return thread

    def after(self, method, path, data=None, by=None):
        """A thread with a reply, and what was done to it."""
        thread = self.with_reply()
        self.accepted((by or self.moderator).api(method, f"/threads/{thread}{path}", data))
        return thread

    def test_what_is_done_to_whole_threads(self):
        closing = {"reason": "Beantwoord.", "until": (date.today() + 10 * DAY).isoformat(), "conclusion": "Nodig elke maand uit."}
        pin, answer = {"reason": "Leest iedereen."}, {"number": 2}

        def on(prepare, method, path, data=None, by=self.moderator):
            return prepare, lambda thread: by.api(method, f"/threads/{thread}{path}", data)

        self.cut_off({
            "accept": on(self.with_reply, "PUT", "/answer", answer, self.wethouder),
            "accept no more": on(lambda: self.after("PUT", "/answer", answer, self.wethouder), "DELETE", "/answer", by=self.wethouder),
            "withdraw the answer": on(lambda: self.after("PUT", "/answer", answer, self.wethouder), "DELETE", "/posts/2", by=self.adviseur),
            "close with a conclusion": on(self.with_reply, "PUT", "/closure", closing),
            "open": on(lambda: self.after("PUT", "/closure", closing), "DELETE", "/closure"),
            "pin": on(self.with_reply, "PUT", "/pin", pin),
            "unpin": on(lambda: self.after("PUT", "/pin", pin), "DELETE", "/pin"),
            "move": on(self.with_reply, "PUT", "/place", {"kind": "experience", "theme": "discriminatie", "municipalities": ["GM1783"],
                                                         "typologies": ["tuinbouwgemeenten"], "reason": "Dit hoort daar."}),
            "split": on(self.with_reply, "POST", "/split", {"numbers": [2], "title": "Een eigen gesprek", "reason": "Dit is iets anders."}),
            "merge": (lambda: (self.with_reply(), self.with_reply()), lambda pair: self.moderator.api(
                "POST", f"/threads/{pair[0]}/merge", {"into": pair[1], "reason": "Dit hoort bij elkaar."})),
        })


class Staff(CutOff):
    def hold(self, method, where, data=None):
        return self.moderator.api(method, "/moderation/holds" + where, data)

    def nothing_held(self):
        for hold in self.hold("GET", "").json()["items"]:
            self.accepted(self.hold("DELETE", f"/{hold['id']}"))

    def test_what_staff_keep_at_hand(self):
        beheer = member(self.server.port, BEHEER)
        of_moderator2 = f"/members/{self.server.sql(f'SELECT id FROM members WHERE email = {MODERATOR2!r}')}/scope"
        rule = lambda: {"kind": "words", "pattern": word(), "effect": "warn", "reason": "Voor deze toets."}  # noqa: E731

        def scoped():
            """What he looks after now; each time something else."""
            self.provinces = {"Drenthe": "Utrecht"}.get(getattr(self, "provinces", ""), "Drenthe")
            return {"themes": ["discriminatie"], "provinces": [self.provinces]}

        self.cut_off({
            "a word rule": (rule, lambda data: self.moderator.api("POST", "/moderation/rules", data)),
            "a word rule off": (lambda: self.accepted(self.moderator.api("POST", "/moderation/rules", rule())).json()["id"],
                                lambda number: self.moderator.api("PUT", f"/moderation/rules/{number}", {"active": False})),
            "something read first": (self.nothing_held, lambda _: self.hold("POST", "", {"about": "theme/wonen", "reason": "Voor deze toets."})),
            "read first no more": (lambda: self.accepted(self.hold("POST", "", {"about": "theme/onderwijs", "reason": "Voor deze toets."})).json()["id"],
                                   lambda number: self.hold("DELETE", f"/{number}")),
            "a scope": (scoped, lambda data: beheer.api("PUT", of_moderator2, data)),
        })

    def test_no_table_is_forgotten(self):
        found = self.server.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        self.assertEqual(sorted(found.split()), sorted(TABLES + OTHERS))


class Timers(CutOff):
    """What is due is done by the process that has the clock when it starts: each time another one."""
    statements = "INSERT OR UPDATE"  # what is pruned by the clock is deleted, and nothing else is

    def cut_off_by_the_clock(self, chore, prepare, move_clocks, due):
        def prepared():
            if self.server.process.poll() is not None:
                self.server.start()
            prepare()
            self.server.kill()  # its PostgreSQL stays, and the clock is for who comes next
            self.server.sql(move_clocks())

        def run_once(_):
            late = Server(database=self.server.database_url())
            is_nothing_due = lambda: self.server.sql(f"SELECT count(*) FROM {due}") == "0"  # noqa: E731
            try:
                late.start()
                wait_until(f"{chore} ran", lambda: f"event=chore_failed chore={chore} " in late.log_text() or is_nothing_due())
            finally:
                late.end()
            return is_nothing_due()

        self.cut_at_each_statement(prepared, run_once)

    def test_cases(self):
        """In one run an author is reminded, a post and a change are let go, a hidden post comes back and a measure is over."""
        number = self.server.sql(f"SELECT id FROM members WHERE email = '{ADVISEUR}'")

        def returned(at, kind):
            return self.decided(self.case(at, kind), "return", questions="Wanneer was dit?")

        def prepare():
            held, changed, reported = self.reply(self.nieuw, self.start_thread()), self.live(), self.live()
            self.accepted(self.adviseur.api("PUT", changed, {"body": "Met een toetswoord.", "version": 1}))
            self.late = [returned(held, "review"), returned(changed, "change")]
            self.soon = returned(self.reply(self.nieuw, self.start_thread()), "review")
            self.accepted(self.wethouder.api("POST", "/reports", {"thread": int(reported.split("/")[2]), "post": int(reported.split("/")[4]),
                                                                  "category": "resident-data", "text": "Een naam."}))
            self.decided(self.accepted(self.moderator.api("POST", f"/members/{number}/measures")).json()["id"], "read-only",
                         until=(date.today() + 10 * DAY).isoformat())

        self.cut_off_by_the_clock("case_timers", prepare, lambda: f"""
            UPDATE cases SET deadline_at = now() - interval '1 second' WHERE id IN ({self.late[0]}, {self.late[1]});
            UPDATE cases SET deadline_at = now() + interval '6 days' WHERE id = {self.soon};
            UPDATE cases SET hidden_until = now() - interval '1 second' WHERE hidden_until IS NOT NULL;
            UPDATE measures SET until = now() - interval '1 second' WHERE lifted_at IS NULL""", """
            (SELECT 1 FROM cases WHERE state = 'with_author' AND deadline_at < now() + CASE WHEN reminded_at IS NULL THEN interval '7 days' ELSE '0' END
             UNION ALL SELECT 1 FROM cases WHERE hidden_until < now()
             UNION ALL SELECT 1 FROM measures WHERE until < now() AND lifted_at IS NULL) AS due""")
        done = self.server.sql("SELECT kind FROM decisions WHERE decided_by IS NULL AND source = 'timer' ORDER BY id DESC LIMIT 4").split()
        self.assertEqual(sorted(done), ["expire", "expire", "lift", "restore"])
        self.server.sql("UPDATE measures x SET until = d.until FROM decisions d WHERE d.id = x.decision_id")  # what the decision said
        self.check()

    def test_threads(self):
        """In one run a thread opens again and is pinned no more."""
        def prepare():
            self.thread, until = self.start_thread(), (date.today() + 10 * DAY).isoformat()
            for part in ("closure", "pin"):
                self.accepted(self.moderator.api("PUT", f"/threads/{self.thread}/{part}", {"reason": "Tot dan.", "until": until}))

        self.cut_off_by_the_clock("thread_ends", prepare, lambda: f"""
            UPDATE threads SET closed_until = now() - interval '1 second', pinned_until = now() - interval '1 second' WHERE id = {self.thread}""",
                                  "threads WHERE closed_until < now() OR pinned_until < now()")
        self.check()


if __name__ == "__main__":
    unittest.main()
