"""Measures against members through the front door: what a moderator decides on a person's page holds in pages, in the API and for live
followers, is over by itself, and leaves the way to object open. Rule: SQL moves the clock of a measure and nothing else."""
import unittest
from datetime import date, timedelta

from main_job_test import PLACE, Forum, ask, reply, signed_in, word
from server import ADVISEUR, MODERATOR, WETHOUDER, wait_until
from visitor import Visitor, thread_of
from websocket import EventStream, WebSocket

FACTS = "Schreef drie keer over een bewoner, ook na een waarschuwing."


class Measures(Forum):
    def setUp(self):
        self.member = signed_in(self.port, ADVISEUR)
        self.number = self.server.sql(f"SELECT id FROM members WHERE email = '{ADVISEUR}'")
        # Each test begins with nothing that holds.
        if self.server.sql(f"SELECT kind FROM standing_measures WHERE member_id = {self.number}"):
            self.decide_on(self.number, "lift")

    def decide_on(self, member, kind, days=10, by=None):
        """From the member's page to the decision, by forms; the case."""
        by = by or self.moderator
        page = by.submit(by.get(f"/leden/{member}").page.form(f"/leden/{member}/maatregel"))
        self.assertRegex(page.path, r"/moderatie/\d+")
        case = int(page.path.rsplit("/", 1)[1])
        fields = {"decision": kind, "rules": ["geen-inwoners"], "facts": FACTS, "until": (date.today() + timedelta(days=days)).isoformat()}
        done = by.submit(page.page.form(f"/moderatie/{case}/besluit"), fields)
        self.assertEqual(done.status, 200, done)
        self.assertNotIn(f"/moderatie/{case}/besluit", done.text, "it was refused")
        return case

    def restricted(self, answer, kind):
        problem = answer.json()
        self.assertEqual((answer.status, problem["type"], problem["measure"]["kind"]), (403, "/problems/restricted", kind), problem)

    def test_who_may_only_read(self):
        thread, title = self.thread(), "Een eigen vraag " + word()
        own = thread_of(ask(self.member, title))
        said, changed, asked = ("Tekst " + word() for _ in range(3))
        reply(self.member, thread, "Dit stond er al.")
        reply_form = self.member.get(f"/gesprekken/{thread}").page.form(f"/gesprekken/{thread}/berichten")
        new_form = self.member.get("/gesprekken/nieuw").page.form("/gesprekken")
        edit_form = self.member.get(f"/gesprekken/{own}/berichten/1/wijzig").page.form(f"/gesprekken/{own}/berichten/1/wijzig")
        self.decide_on(self.number, "read-only")

        for form, text, more in ((reply_form, said, {}), (edit_form, changed, {}),
                                 (new_form, asked, {"kind": "question", "title": "Nieuw", "theme": "huisvesting", "visibility": "public"})):
            page = self.member.submit(form, {"body": text} | more, PLACE if form is not edit_form else None)
            self.assertEqual(page.status, 403, page)
            for words in ("U kunt nu alleen lezen", "tot en met", FACTS, "Maak bezwaar", text):
                self.assertIn(words, page.page.words if words != text else page.text)
        self.assertEqual(self.member.api("GET", f"/drafts/reply-{thread}").json()["data"]["body"], said)
        self.assertEqual(self.member.api("GET", "/drafts/new-thread").json()["data"]["body"], asked)
        for text in (said, changed, asked):
            self.assertEqual(self.seen_in(self.wethouder, text, thread=thread), set())
        for path in ("/gesprekken/nieuw", f"/gesprekken/{own}/berichten/1/wijzig"):
            self.assertEqual(self.member.get(path).status, 403, path)
        page = self.member.get(f"/gesprekken/{thread}").page
        self.assertFalse(page.has_form(f"/gesprekken/{thread}/berichten"))
        self.assertIn("U kunt nu niet reageren", page.words)

        self.restricted(self.member.api("POST", f"/threads/{thread}/posts", {"body": said}), "read-only")
        self.restricted(self.member.api("PUT", f"/threads/{own}/posts/1", {"body": changed, "version": 1}), "read-only")
        self.restricted(self.member.api("POST", "/threads", {"kind": "question", "title": "Nieuw", "body": asked, "theme": "huisvesting",
                                                            "visibility": "public"}), "read-only")
        # What stays his: reading, reporting, taking his own back, and objecting.
        self.assertEqual(self.member.api("POST", "/reports", {"thread": thread, "post": 1, "category": "disrespect", "text": ""}).status, 201)
        self.assertEqual(self.member.api("DELETE", f"/threads/{thread}/posts/2").status, 200)
        decision = self.member.api("GET", "/me/decisions").json()["items"][0]["decision"]
        self.assertEqual(self.member.api("POST", "/appeals", {"decision": decision["id"], "text": "Dat was ik niet."}).status, 201)
        # Nobody else hears of it.
        for visitor, path in ((self.wethouder, f"/leden/{self.number}"), (self.wethouder, f"/gesprekken/{own}"), (self.guest, "/besluiten")):
            text = visitor.get(path).text
            self.assertNotIn(FACTS, text)
            self.assertFalse("alleen lezen" in text and path != "/besluiten", path)
        self.assertEqual(self.wethouder.request("POST", f"/leden/{self.number}/maatregel").status, 404)

    def test_who_is_suspended_keeps_the_way_to_object(self):
        thread, closed = self.thread(), self.thread(visibility="members")
        elsewhere = signed_in(self.port, ADVISEUR)
        by_socket = WebSocket(self.port, self.member.cookies)
        by_stream = EventStream(self.port, [(f"thread/{closed}", None), (f"thread/{thread}", None)], self.member.cookies)
        for follower in (by_socket, by_stream):
            self.addCleanup(follower.close)
        by_stream.until(lambda m: m["is"] == "following" and m["topic"] == f"thread/{thread}")
        for topic in (f"thread/{thread}", f"thread/{closed}", "me"):
            self.assertEqual(by_socket.follow(topic)["is"], "following")
        form = self.member.get(f"/gesprekken/{closed}").page.form(f"/gesprekken/{closed}/berichten")
        said = "Tekst " + word()
        case = self.decide_on(self.number, "suspend")

        for follower, topics in ((by_socket, ("me", f"thread/{closed}")), (by_stream, (f"thread/{closed}",))):
            for topic in topics:
                if not [m for m in follower.messages if m["is"] == "refused" and m["topic"] == topic]:
                    follower.until(lambda m, topic=topic: m["is"] == "refused" and m["topic"] == topic)
        page = self.member.submit(form, {"body": said}, PLACE)
        self.assertEqual(page.status, 403, page)
        self.assertIn(said, page.text)
        again = Visitor(self.port)
        self.assertEqual(again.sign_in(ADVISEUR).status, 403)
        for visitor in (self.member, elsewhere, again):
            for path in ("/", f"/gesprekken/{closed}", "/ik", "/ik/meldingen", "/moderatie"):
                page = visitor.get(path)
                self.assertEqual(page.status, 403 if path != "/moderatie" else 404, path)
            self.assertIn("U bent geschorst", visitor.get("/ik").page.words)
            for path in ("/threads", "/me", f"/threads/{closed}"):
                self.restricted(visitor.api("GET", path), "suspend")
            self.restricted(visitor.api("PUT", "/me/visit", {}), "suspend")
            for path in ("/huisregels", "/privacy", "/toegankelijkheid", "/over", "/kennisgeving"):
                self.assertEqual(visitor.get(path).status, 200, path)
        own = self.member.get("/ik/besluiten")
        self.assertIn("U bent geschorst tot en met", own.page.words)
        decision = self.member.api("GET", "/me/decisions").json()["items"][0]["decision"]
        form = self.member.get(decision["appealUrl"]).page.form("/bezwaar")
        self.assertEqual(self.member.submit(form, {"text": "Dat schreef ik niet."}).path, "/ik/besluiten")
        self.assertEqual(elsewhere.submit(elsewhere.get("/").page.form("/uitloggen")).status, 200, "and reads as a guest")

        appeal = max(c["id"] for c in self.moderator2.api("GET", "/moderation/cases").json()["items"] if c["kind"] == "appeal")
        self.assertEqual(self.moderator.api("GET", f"/moderation/cases/{appeal}").json()["mayDecide"], False, "he decided on it")
        page = self.moderator2.get(f"/moderatie/{appeal}").page
        done = self.moderator2.submit(page.form(f"/moderatie/{appeal}/besluit"), {"decision": "grant", "facts": "Een ander schreef dit bericht."})
        self.assertEqual(done.status, 200, done)
        self.assertEqual(self.member.get("/").status, 200)
        self.assertIn("De maatregel tegen u geldt niet meer", self.member.get("/ik/besluiten").page.words)
        self.assertEqual(self.member.api("POST", f"/threads/{closed}/posts", {"body": said}).status, 201)
        self.assertEqual(self.moderator.api("DELETE", f"/moderation/cases/{case}/decision").status, 409, "something followed")

    def test_an_office_holder_takes_two(self):
        wethouder = self.server.sql(f"SELECT id FROM members WHERE email = '{WETHOUDER}'")
        case = self.decide_on(wethouder, "suspend")
        self.assertEqual(self.wethouder.get("/").status, 200, "one is not enough")
        mine = self.moderator.get(f"/moderatie/{case}").page.form(f"/moderatie/{case}/voorstel")
        self.assertEqual(mine.buttons, [("answer", "refuse")])
        form = self.moderator2.get(f"/moderatie/{case}").page.form(f"/moderatie/{case}/voorstel")
        why = self.moderator2.submit(form, button=("answer", "refuse"))
        self.assertEqual(why.status, 400)
        form = why.page.form(f"/moderatie/{case}/voorstel")
        self.assertEqual(self.moderator2.submit(form, button=("answer", "confirm")).status, 200)
        self.assertEqual(self.wethouder.get("/").status, 403)
        self.assertEqual(self.moderator.api("DELETE", f"/moderation/cases/{case}/decision").status, 200)
        self.assertEqual(self.wethouder.get("/").status, 200)

    def test_all_of_him_is_reviewed_and_that_ends_by_itself(self):
        thread, held = self.thread(), "Dit wacht " + word()
        self.decide_on(self.number, "review-all")
        self.assertEqual(self.member.api("POST", f"/threads/{thread}/posts", {"body": held}).status, 202)
        self.assertEqual(self.seen_in(self.guest, held, thread=thread), set())
        self.assertIn("Alles van deze schrijver wordt eerst beoordeeld", self.moderator.get(f"/moderatie/{self.case_of(held)}").page.words)
        self.server.sql("UPDATE measures SET until = now() - interval '1 second' WHERE lifted_at IS NULL")
        wait_until("it is over", lambda: self.member.api("POST", f"/threads/{thread}/posts", {"body": word()}).status == 201)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()  # what is due then is done at once and not a minute later
        wait_until("it was lifted", lambda: self.member.api("GET", "/me/decisions").json()["items"][0]["decision"]["isLift"])
        subjects = self.server.sql(f"SELECT subject FROM mails WHERE address = '{ADVISEUR}' ORDER BY id DESC LIMIT 1")
        self.assertEqual(subjects, "De maatregel tegen u is voorbij")


if __name__ == "__main__":
    unittest.main()
