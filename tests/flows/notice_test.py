"""Somebody without an account says that a post is against the law: form, mail, link, case, decision, mail with the outcome; by
forms without script and a real mail server. Rule: what a moderator decides is decided by the API, its page is main_job_test's."""
import re
import socket
import unittest

from main_job_test import signed_in, word
from server import ADVISEUR, MODERATOR, MODERATOR2, WETHOUDER, Server, demo_folder, wait_until
from smtp_sink import Sink
from visitor import Visitor, member

FORUM = "forum@gemeente.example"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Notices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)
        port = free_port()
        cls.server = Server(demo_folder(), options=["--smtp-url", f"smtp://127.0.0.1:{cls.sink.port}", "--mail-from", FORUM, "--public-url",
                                                    f"http://127.0.0.1:{port}", "--notices-per-hour", "0"])
        cls.server.port = port
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.port = port
        cls.guest = Visitor(port)
        cls.wethouder, cls.adviseur, cls.moderator, cls.moderator2 = (member(port, mail) for mail in (WETHOUDER, ADVISEUR, MODERATOR, MODERATOR2))

    def thread(self):
        answer = self.wethouder.api("POST", "/threads", {"kind": "question", "title": "Een vraag over " + word(), "body": "Wie weet dit?",
                                                         "theme": "huisvesting", "visibility": "public"})
        return answer.json()["id"]

    def send(self, address, **fields):
        form = self.guest.get("/kennisgeving").page.form("/kennisgeving")
        return self.guest.submit(form, {"address": address, "explanation": "Hier staat een oproep tot geweld.", "name": "Nel Mélder",
                                        "email": f"{word()}@buiten.example", "goodFaith": "1"} | fields)

    def letters(self, address, count):
        return wait_until(f"letter {count} to {address}", lambda: len(found := self.sink.to(address)) >= count and found)

    def link(self, letter):
        found = re.findall(r"http://127\.0\.0\.1:(\d+)(/kennisgeving/[\w-]+)\r?\n", letter.get_content())
        self.assertEqual([int(port) for port, _ in found], [self.port])
        return found[0][1]

    def decide(self, kind, decision, moderator=None):
        moderator = moderator or self.moderator
        case = next(c for c in moderator.api("GET", "/moderation/cases").json()["items"] if c["kind"] == kind)
        answer = moderator.api("POST", f"/moderation/cases/{case['id']}/decision",
                                    {"version": case["version"], "decision": decision, "rules": ["respect"], "facts": "Er staat een oproep in tot geweld."})
        self.assertEqual(answer.status, 200, answer)
        return case

    def test_from_form_to_outcome(self):
        thread, address = self.thread(), f"{word()}@buiten.example"
        url = f"http://127.0.0.1:{self.port}/gesprekken/{thread}"
        received = self.send(url, email=address)
        receipt = re.search(r"K-\d{4}-[0-9A-F]{6}", received.page.words)[0]
        letter = self.letters(address, 1)[0]
        self.assertIn(receipt, letter["Subject"])
        self.assertEqual((letter.sender, letter["From"].addresses[0].addr_spec, letter["To"]), (FORUM, FORUM, address))
        self.assertEqual((letter.get_content_type(), letter.get_content_charset(), letter["Auto-Submitted"]), ("text/plain", "utf-8", "auto-generated"))
        self.assertNotIn("geweld", letter.get_content())
        link = self.link(letter)

        stranger = Visitor(self.port)
        page = stranger.get(link).page
        self.assertNotIn("kind\": \"notice", self.moderator.api("GET", "/moderation/cases").text)
        self.assertIn("bekijkt uw melding", stranger.submit(page.form(link)).page.words)
        self.assertEqual(stranger.get(link[:-1] + ("A" if link[-1] != "A" else "B")).status, 404)

        case = self.decide("notice", "remove")
        self.assertEqual(self.guest.api("GET", f"/threads/{thread}/posts/1").json()["state"], "removed")
        outcome = self.letters(address, 2)[1]
        self.assertIn("niet meer op het forum", outcome.get_content())
        self.assertNotIn("bezwaar", outcome.get_content())
        for each in (link, self.link(outcome)):
            self.assertIn("niet meer op het forum", stranger.get(each).page.words)
        # Nothing of what let him in stays behind: not in the log, not in the outbox.
        self.assertNotIn(link.rsplit("/", 1)[1], self.server.log_text())
        self.assertNotIn(address, self.server.log_text())
        self.assertEqual(self.moderator.api("GET", f"/moderation/cases/{case['id']}").json()["noticeList"][0]["receipt"], receipt)

    def test_who_was_not_right_objects_by_his_link(self):
        thread, address = self.thread(), f"{word()}@buiten.example"
        self.send(f"/gesprekken/{thread}", email=address)
        link = self.link(self.letters(address, 1)[0])
        stranger = Visitor(self.port)
        stranger.submit(stranger.get(link).page.form(link))
        self.decide("notice", "unfounded")
        self.assertIn("bezwaar maken tot en met", self.letters(address, 2)[1].get_content())
        form = stranger.get(link + "/bezwaar").page.form(link + "/bezwaar")
        self.assertEqual(stranger.submit(form, {"text": " "}).status, 400)
        self.assertIn("Een andere moderator beslist uiterlijk", stranger.submit(form, {"text": "Lees het nog eens."}).page.words)
        self.assertEqual(stranger.submit(form, {"text": "Nog eens."}).status, 409)
        self.assertIn("Wij hebben uw bezwaar ontvangen", self.letters(address, 3)[2].get_content())
        self.decide("appeal", "grant", self.moderator2)
        self.assertIn("Na een bezwaar is opnieuw besloten", self.letters(address, 4)[3].get_content())
        self.assertIn("U kreeg gelijk", stranger.get(link).page.words)
        self.assertEqual(self.guest.api("GET", f"/threads/{thread}/posts/1").json()["state"], "removed")
        self.assertNotIn(link.rsplit("/", 1)[1], self.server.log_text())

    def test_english_by_who_reads_english(self):
        visitor, address = Visitor(self.port), f"{word()}@buiten.example"
        footer = visitor.get("/kennisgeving").page
        visitor.submit(next(form for form in footer.forms if form.action == "/voorkeuren/taal"), {"taal": "en"})
        visitor.submit(visitor.get("/kennisgeving").page.form("/kennisgeving"),
                       {"address": f"/gesprekken/{self.thread()}", "explanation": "This calls for violence, clearly.", "name": "Nel", "email": address, "goodFaith": "1"})
        self.assertIn("Open this link", self.letters(address, 1)[0].get_content())

    def test_a_server_that_refuses_is_tried_later_and_a_refused_address_never(self):
        address, thread = f"{word()}@buiten.example", self.thread()
        self.sink.answer = 550
        self.addCleanup(setattr, self.sink, "answer", 250)
        tries = self.sink.tries
        self.send(f"/gesprekken/{thread}", email=address)
        wait_until("it was offered", lambda: self.sink.tries > tries)
        wait_until("it was given up", lambda: "event=mail_failed" in self.server.log_text() and "given_up=true" in self.server.log_text())
        self.assertEqual(self.sink.to(address), [])

    def test_wrong_fields_keep_what_was_typed(self):
        answer = self.send("/gesprekken/999999", explanation="Te kort", goodFaith=[])
        self.assertEqual(answer.status, 400)
        form = answer.page.form("/kennisgeving")
        self.assertEqual((form.value("explanation"), form.value("name")), ("Te kort", "Nel Mélder"))

    def test_a_member_reports_without_script_and_hears(self):
        thread = self.thread()
        adviseur = signed_in(self.port, ADVISEUR)
        page = adviseur.get(f"/gesprekken/{thread}")
        url = re.search(rf'href="(/melden\?gesprek={thread}&amp;bericht=1)"', page.text)[1].replace("&amp;", "&")
        form = adviseur.get(url).page.form("/melden")
        wrong = adviseur.submit(form, {"category": "other", "text": "kort"})
        self.assertEqual((wrong.status, wrong.page.form("/melden").value("text")), (400, "kort"))
        sent = adviseur.submit(form, {"category": "disrespect", "text": "Dit is onaardig."})
        self.assertEqual(sent.status, 200)
        self.assertIn("Wij hebben uw melding ontvangen", sent.page.words)
        self.decide("report", "unfounded")
        self.assertIn("mag blijven staan", adviseur.get("/ik/besluiten").page.words)
        self.assertEqual(adviseur.submit(form, {"category": "disrespect", "text": "Nog eens."}).status, 409)
        self.assertNotIn("adviseur", self.wethouder.api("GET", "/me/decisions").text.lower())


class WithoutMail(unittest.TestCase):
    def test_the_demo_shows_the_link(self):
        server = Server(demo_folder()).start()
        self.addCleanup(server.end)
        visitor = Visitor(server.port)
        answer = visitor.submit(visitor.get("/kennisgeving?adres=/gesprekken/1").page.form("/kennisgeving"),
                                {"explanation": "Hier staat een oproep tot geweld.", "name": "Nel", "email": "nel@buiten.example", "goodFaith": "1"})
        self.assertRegex(answer.path, "^/kennisgeving/")
        self.assertIn("Bevestig mijn adres", answer.text)


if __name__ == "__main__":
    unittest.main()
