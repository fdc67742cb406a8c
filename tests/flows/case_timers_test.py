"""What happens to a case when nobody acts, in the running server: an author is reminded and let go (T9), what the system hid comes
back (T16), a lease ends. Rule: SQL moves the clock of a case and nothing else; what came of it is seen through the front door."""
import unittest

from main_job_test import ask, reply, signed_in, word
from server import ADVISEUR, MODERATOR, MODERATOR2, NIEUW, WETHOUDER, Server, demo_folder, wait_until
from visitor import Visitor, thread_of

FACTS = "Hier staat de naam van een bewoner."


class CaseTimers(unittest.TestCase):
    def setUp(self):
        self.server = Server(demo_folder(), options=["--report-threshold", "1"])
        self.addCleanup(self.server.end)
        self.server.start()
        port = self.server.port
        self.guest = Visitor(port)
        self.wethouder, self.nieuw, self.adviseur, self.moderator, self.moderator2 = (
            signed_in(port, mail) for mail in (WETHOUDER, NIEUW, ADVISEUR, MODERATOR, MODERATOR2))
        self.thread = thread_of(ask(self.wethouder, "Een gesprek over " + word()))

    def again(self):
        """The server stops and starts: what is due then is done at once and not a minute later."""
        self.assertEqual(self.server.stop(), 0)
        self.server.start()

    def decide(self, visitor, case, **fields):
        version = visitor.api("GET", f"/moderation/cases/{case}").json()["version"]
        return visitor.api("POST", f"/moderation/cases/{case}/decision", {"version": version} | fields)

    def waiting(self):
        """A new member's reply that waits: its text and its case."""
        text = "Mijn ervaring is " + word()
        reply(self.nieuw, self.thread, text)
        found = [case["id"] for case in self.moderator.api("GET", "/moderation/cases").json()["items"] if text in case["excerpt"]]
        self.assertEqual(len(found), 1)
        return text, found[0]

    def returned(self, left):
        text, case = self.waiting()
        self.assertEqual(self.decide(self.moderator, case, decision="return", questions="Wanneer was dit?").status, 200)
        self.server.sql(f"UPDATE cases SET deadline_at = now() + interval '{left}' WHERE id = {case}")
        return text, case

    def told(self, text):
        """What the author hears about his text on his page of decisions, newest first."""
        return [item["decision"]["kind"] for item in self.nieuw.api("GET", "/me/decisions").json()["items"] if text in item["post"]["body"]]

    def letters(self, mail):
        """Those that the clock sends: of a question he hears when it is asked."""
        asked = "Een moderator heeft een vraag over uw bericht"
        return self.server.sql(f"SELECT subject FROM mails WHERE address = '{mail}' AND subject <> '{asked}' ORDER BY id").splitlines()

    def decisions(self):
        return self.server.sql("SELECT count(*) FROM decisions")

    def test_who_does_not_answer_is_reminded_and_let_go(self):
        late, _ = self.returned("-1 second")
        soon, case = self.returned("6 days")
        self.returned("8 days")
        self.again()
        wait_until("the author was let go", lambda: self.told(late)[0] == "expire")
        self.assertEqual(self.told(soon)[0], "return")
        wait_until("both letters", lambda: len(self.letters(NIEUW)) == 2)
        self.assertEqual(sorted(self.letters(NIEUW)), ["Uw bericht wacht niet langer", "Uw bericht wacht op uw antwoord"])
        self.assertIn("Uw tekst is bewaard", self.nieuw.get("/ik/besluiten").page.words)
        self.assertIn(late, self.nieuw.get("/ik/besluiten").text, "his text is still his")
        self.assertNotIn(late, self.guest.get(f"/gesprekken/{self.thread}").text)
        self.assertEqual(self.decide(self.moderator, case, decision="approve").status, 409, "it is with its author")

        # Whoever is due the second time proves that there was one; nobody else hears a thing.
        third, _ = self.returned("-1 second")
        before = int(self.decisions())
        self.again()
        wait_until("the third was let go", lambda: self.told(third)[0] == "expire")
        self.assertEqual(int(self.decisions()), before + 1)
        self.assertEqual(self.told(late).count("expire"), 1)
        self.assertEqual(len(self.letters(NIEUW)), 3)
        self.assertEqual(self.server.sql("SELECT count(*) FROM cases WHERE state = 'withdrawn' AND deadline_at IS NOT NULL"), "0")

    def test_who_answers_after_his_term_but_before_the_timer_is_in_time(self):
        text, case = self.returned("-1 second")
        thread, number = self.server.sql(f"SELECT p.thread_id, p.number FROM cases c JOIN posts p ON p.id = c.post_id WHERE c.id = {case}").split("|")
        page = self.nieuw.get(f"/gesprekken/{thread}/berichten/{number}/wijzig").page
        sent = self.nieuw.submit(page.form(r".*/wijzig"), {"body": text + " was in mei."}, ("actie", "plaats"))
        self.assertEqual(sent.status, 200)
        self.assertIn("Een moderator bekijkt uw bericht.", sent.page.words)
        # The timer that comes after him lets go what is due, and not this.
        due, _ = self.returned("-1 second")
        self.again()
        wait_until("another was let go", lambda: self.told(due)[0] == "expire")
        self.assertEqual(self.told(text), ["return"])
        self.assertEqual(self.server.sql(f"SELECT state, deadline_at FROM cases WHERE id = {case}"), "open|")
        self.assertEqual(self.decide(self.moderator, case, decision="approve").status, 200)
        self.assertIn(text + " was in mei.", self.guest.get(f"/gesprekken/{thread}").text)

    def test_what_the_system_hid_comes_back(self):
        text = "Dit staat er: " + word()
        thread = thread_of(ask(self.wethouder, "Nog een gesprek over " + word(), body=text))
        self.assertEqual(self.adviseur.api("POST", "/reports", {"thread": thread, "post": 1, "category": "resident-data", "text": "Een naam."}).status, 201)
        self.assertNotIn(text, self.guest.get(f"/gesprekken/{thread}").text)
        self.assertEqual(self.server.sql("UPDATE cases SET hidden_until = now() - interval '1 second' WHERE hidden_until IS NOT NULL RETURNING kind"), "report")
        self.again()
        wait_until("readers see it again", lambda: text in self.guest.get(f"/gesprekken/{thread}").text)
        self.assertEqual(self.letters(WETHOUDER)[-1], "Uw bericht is weer zichtbaar")
        self.assertIn("Uw bericht is weer zichtbaar", self.wethouder.get("/ik/besluiten").page.words)
        case = next(c for c in self.moderator.api("GET", "/moderation/cases").json()["items"] if c["kind"] == "report")
        self.assertEqual(case["sentTo"], "senior", "somebody has to look at it all the same")
        before = self.decisions()
        self.again()
        late, _ = self.returned("-1 second")
        self.again()
        wait_until("another run", lambda: self.told(late)[0] == "expire")
        self.assertEqual(int(self.decisions()), int(before) + 2, "a return and its end")
        self.assertIn(text, self.guest.get(f"/gesprekken/{thread}").text)
        self.assertEqual(self.decide(self.moderator, case["id"], decision="remove", rules=["geen-inwoners"], facts=FACTS).status, 200)

    def test_a_lease_ends_by_itself(self):
        text, case = self.waiting()
        self.assertEqual(self.moderator.api("PUT", f"/moderation/cases/{case}/lease").status, 200)
        held = self.decide(self.moderator2, case, decision="approve")
        self.assertEqual(held.status, 409)
        self.server.sql(f"UPDATE cases SET lease_until = now() - interval '1 second' WHERE id = {case}")
        row = next(c for c in self.moderator2.api("GET", "/moderation/cases").json()["items"] if c["id"] == case)
        self.assertEqual((row["isLeased"], row["leaseHolder"]), (False, ""))
        self.assertEqual(self.decide(self.moderator2, case, decision="approve").status, 200)
        self.assertIn(text, self.guest.get(f"/gesprekken/{self.thread}").text)


if __name__ == "__main__":
    unittest.main()
