"""Close, reopen, pin and unpin through the front door: who may, what followers hear, and what becomes of a text that was being
typed. Rule: what is logged is looked at in tests/discussion/thread_acts_test.cpp."""
import unittest

from main_job_test import PLACE, Forum, reply, signed_in, word
from server import BEHEER
from websocket import WebSocket

ACTS = [("sluiten", "PUT", "/closure"), ("openen", "DELETE", "/closure"), ("vastzetten", "PUT", "/pin"), ("losmaken", "DELETE", "/pin")]


class ThreadActs(Forum):
    def do(self, visitor, thread, act, **fields):
        at = f"/gesprekken/{thread}/{act}"
        return visitor.submit(visitor.get(at).page.form(at), fields)

    def test_only_moderators_may(self):
        thread = self.thread()
        beheer = signed_in(self.port, BEHEER)
        for who, visitor, status in (("guest", self.guest, 404), ("author", self.wethouder, 404), ("member", self.adviseur, 404),
                                     ("administrator", beheer, 403)):
            for page, method, part in ACTS:
                with self.subTest(who, page=page):
                    at = f"/gesprekken/{thread}/{page}"
                    self.assertEqual(visitor.get(at).status, status)
                    self.assertEqual(visitor.request("POST", at, "reason=Zomaar", {"Content-Type": "application/x-www-form-urlencoded"}).status, status)
                    data = {"reason": "Zomaar"} if method == "PUT" else None
                    self.assertEqual(visitor.api(method, f"/threads/{thread}{part}", data).status, status)
            self.assertNotIn(f"/gesprekken/{thread}/sluiten", visitor.get(f"/gesprekken/{thread}").text)
        now = self.guest.api("GET", f"/threads/{thread}").json()
        self.assertEqual((now["isClosed"], now["isPinned"]), (False, False))
        for page, _, _ in ACTS:
            self.assertEqual(self.do(self.moderator, thread, page, **({"reason": "Goede reden"} if page in ("sluiten", "vastzetten") else {})).status, 200)

    def test_followers_hear_of_it(self):
        thread = self.thread()
        follower = WebSocket(self.port)
        self.addCleanup(follower.close)
        follower.follow(f"thread/{thread}", self.seq(thread))
        for page, figure, value in (("sluiten", "isClosed", True), ("openen", "isClosed", False), ("vastzetten", "isPinned", True), ("losmaken", "isPinned", False)):
            self.do(self.moderator, thread, page, **({"reason": "Goede reden"} if value else {}))
            news = follower.until(lambda m: m.get("kind") == "thread.changed")
            self.assertIs(news["thread"][figure], value)

    def test_a_reply_that_comes_after_closing_keeps_its_text(self):
        thread = self.thread()
        form = self.adviseur.get(f"/gesprekken/{thread}").page.form(r".*/berichten")
        new = self.nieuw.get(f"/gesprekken/{thread}").page.form(r".*/berichten")
        reason = "Beantwoord: " + word()
        self.assertIn(reason, self.do(self.moderator, thread, "sluiten", reason=reason).text)
        for visitor, typed in ((self.adviseur, form), (self.nieuw, new)):
            text = "Lang over nagedacht " + word()
            late = visitor.submit(typed, {"body": text}, PLACE)
            self.assertEqual(late.status, 409)
            for sentence in ("Uw reactie is niet geplaatst", text, reason):
                self.assertIn(sentence, late.page.words if sentence != text else late.text)
            self.assertFalse(late.page.has_form(r".*/berichten"))
            self.assertEqual(self.seen_in(self.guest, text, thread=thread), set())
        self.assertEqual(self.adviseur.api("POST", f"/threads/{thread}/posts", {"body": "x"}).status, 409)
        self.do(self.moderator, thread, "openen")
        text = "Het kan weer " + word()
        self.assertIn(text, reply(self.adviseur, thread, text).text)


if __name__ == "__main__":
    unittest.main()
