"""The main job, by forms and without script: ask, reply, review, follow, and what may go wrong on the way. Rule: a member acts
through the forms of the pages he sees; the API only looks whether it is true."""
import json
import re
import threading
import unittest
import uuid

from server import ADVISEUR, MODERATOR, MODERATOR2, NIEUW, PASSWORD, WETHOUDER, Server, demo_folder
from visitor import Visitor, member, thread_of
from websocket import EventStream, WebSocket

PLACE, PREVIEW, KEEP = ("actie", "plaats"), ("actie", "voorbeeld"), ("actie", "bewaar")


def signed_in(port, email):
    visitor = Visitor(port)
    answer = visitor.sign_in(email)
    assert answer.status == 200 and answer.path == "/", answer
    return visitor


def end_sessions(port, email):
    """All but a new one, as from another device."""
    other = member(port, email)
    for session in other.api("GET", "/me").json()["sessions"]:
        if not session["isCurrent"]:
            assert other.api("DELETE", f"/me/sessions/{session['id']}").status == 204


def word():
    """A word that stands nowhere else."""
    return "woord" + uuid.uuid4().hex[:12].translate(str.maketrans("0123456789", "ghijklmnop"))


def ask(visitor, title, body="Wie heeft hier ervaring mee?", **fields):
    form = visitor.get("/gesprekken/nieuw").page.form("/gesprekken")
    return visitor.submit(form, {"kind": "question", "title": title, "theme": "huisvesting", "body": body, "visibility": "public"} | fields, PLACE)


def reply(visitor, thread, body, **fields):
    form = visitor.get(f"/gesprekken/{thread}").page.form(f"/gesprekken/{thread}/berichten")
    return visitor.submit(form, {"body": body} | fields, PLACE)


class Forum(unittest.TestCase):
    """A server of its own for each class: what a new member may do depends on what of him was approved before."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(demo_folder())
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.port = cls.server.port
        cls.guest = Visitor(cls.port)
        cls.wethouder, cls.nieuw, cls.adviseur, cls.moderator, cls.moderator2 = (
            signed_in(cls.port, mail) for mail in (WETHOUDER, NIEUW, ADVISEUR, MODERATOR, MODERATOR2))

    def thread(self, **fields):
        return thread_of(ask(self.wethouder, "Een gesprek over " + word(), **fields))

    def case_of(self, text):
        found = [case["id"] for case in self.moderator.api("GET", "/moderation/cases").json()["items"] if text in case["excerpt"]]
        self.assertEqual(len(found), 1, f"{len(found)} cases say {text}")
        return found[0]

    def decide(self, visitor, case, **fields):
        page = visitor.get(f"/moderatie/{case}").page
        return visitor.submit(page.form(f"/moderatie/{case}/besluit"), fields)

    def seq(self, thread):
        return self.wethouder.api("GET", f"/threads/{thread}").json()["seq"]

    def channels(self, visitor, thread=None, title=""):
        """What a visitor gets to see of a thread, or of a title, in every channel that answers."""
        last = title.split()[-1] if title else ""
        paths = ["/", "/api/v1/home", f"/gesprekken?zoek={last}", f"/api/v1/threads?q={last}", "/gesprekken", "/api/v1/threads?sort=newest",
                 f"/api/v1/threads/similar?title={last}", "/gemeenten/GM1783", "/api/v1/municipalities/GM1783", "/typen/tuinbouwgemeenten"]
        if thread:
            paths += [f"/gesprekken/{thread}", f"/api/v1/threads/{thread}"]
            paths += [f"/api/v1/threads/{thread}/posts/{n}" for n in (1, 2, 3)] + [f"/api/v1/threads/{thread}/posts/{n}/versions" for n in (1, 2, 3)]
        return {path: visitor.get(path).text for path in paths}

    def seen_in(self, visitor, text, **where):
        return {path for path, content in self.channels(visitor, **where).items() if text in content}


class Story(Forum):
    def test_the_story(self):
        title, held, marker = "Hoe vinden wij " + word(), "Dit zegt het nieuwe lid: " + word(), "Merkteken " + word()
        # The alderman asks; a municipality is added first, as one does without script.
        form = self.wethouder.get("/gesprekken/nieuw").page.form("/gesprekken")
        typed = {"kind": "question", "title": title, "theme": "huisvesting", "body": "Wie weet *raad*?", "visibility": "public",
                 "typologies": ["tuinbouwgemeenten", "expatgemeenten"]}
        again = self.wethouder.submit(form, typed | {"municipality_add": "Zundert", "municipality_role": "experience"}, ("actie", "gemeente-erbij"))
        form = again.page.form("/gesprekken")
        self.assertEqual((form.value("title"), form.value("municipalities"), form.value("typologies")), (title, "GM0879:experience", "expatgemeenten"))
        page = self.wethouder.submit(form, {"municipality_add": "Westland", "municipality_role": "about"}, PLACE)
        thread = thread_of(page)
        for text in (title, "<em>raad</em>", "Westland", "Zundert", "Tuinbouwgemeenten", "Uw bericht staat online."):
            self.assertIn(text, page.text)
        self.assertNotIn("Uw bericht staat online.", self.wethouder.get(f"/gesprekken/{thread}").text, "a flash is shown once")
        for path in ("/gesprekken", "/gemeenten/GM1783", "/gemeenten/GM0879", "/typen/tuinbouwgemeenten", "/typen/expatgemeenten", "/"):
            self.assertIn(title, self.guest.get(path).text, path)

        # Everyone follows; the new member replies, and his post waits.
        since = self.seq(thread)
        by_stream = EventStream(self.port, [(f"thread/{thread}", since)], self.wethouder.cookies)
        by_socket = WebSocket(self.port, self.wethouder.cookies)
        as_guest, as_new, as_moderator = WebSocket(self.port), WebSocket(self.port, self.nieuw.cookies), WebSocket(self.port, self.moderator.cookies)
        followers = [by_stream, by_socket, as_guest, as_new, as_moderator]
        for follower in followers:
            self.addCleanup(follower.close)
        for socket in (by_socket, as_guest):
            self.assertEqual(socket.follow(f"thread/{thread}", since)["is"], "following")
            socket.follow("list/all")
        as_new.follow("me")
        as_moderator.follow("moderation")
        count = self.guest.api("GET", f"/threads/{thread}").json()["replyCount"]
        waiting = reply(self.nieuw, thread, held)
        for text in (held, "Een moderator bekijkt uw bericht."):
            self.assertIn(text, waiting.text)
        self.assertEqual(as_new.until(lambda m: m["is"] == "event")["kind"], "own.changed")
        self.assertEqual(as_moderator.until(lambda m: m["is"] == "event")["kind"], "case.new")
        for other in (self.guest, self.adviseur, self.wethouder):
            self.assertEqual(self.seen_in(other, held, thread=thread), set())
            self.assertEqual(other.api("GET", f"/threads/{thread}").json()["replyCount"], count)
            row = next(r for r in other.api("GET", "/threads?sort=newest").json()["items"] if r["id"] == thread)
            self.assertEqual((row["replyCount"], row["newCount"]), (count, 0))
        self.assertIn(f"/gesprekken/{thread}", self.seen_in(self.nieuw, held, thread=thread))

        # A post that is live comes first; of the held one nobody who follows has heard by then.
        reply(self.wethouder, thread, marker)
        for follower in (by_stream, by_socket, as_guest):
            follower.until(lambda m: m["is"] == "event" and marker in json.dumps(m))
            self.assertEqual(len(follower.events("post.new")), 1)
            self.assertNotIn(held, json.dumps(follower.messages))

        # Two moderators open the case; one takes it.
        case = self.case_of(held)
        forms = [m.get(f"/moderatie/{case}").page for m in (self.moderator, self.moderator2)]
        self.assertIn(held, forms[0].words)
        self.moderator.submit(forms[0].form(f"/moderatie/{case}/pak"))
        held_by = self.moderator2.submit(forms[1].form(f"/moderatie/{case}/besluit"), {"decision": "approve"})
        name = self.moderator.api("GET", "/me").json()["name"]
        self.assertEqual(held_by.status, 409)
        self.assertIn(f"{name} bekijkt dit bericht nu.", held_by.page.words)
        approved = self.decide(self.moderator, case, decision="approve")
        self.assertIn("Het bericht staat online.", approved.page.words)
        late = self.moderator2.submit(forms[1].form(f"/moderatie/{case}/besluit"), {"decision": "approve"})
        self.assertEqual(late.status, 409)
        self.assertRegex(late.page.words, re.escape(name) + r" keurde dit bericht goed: vandaag, \d+\.\d\d uur")

        # Everyone sees it, and every follower has heard of it once.
        for other in (self.guest, self.adviseur, self.wethouder, self.nieuw):
            self.assertLessEqual({f"/gesprekken/{thread}", f"/api/v1/threads/{thread}"}, self.seen_in(other, held, thread=thread))
            self.assertEqual(other.api("GET", f"/threads/{thread}").json()["replyCount"], count + 2)
        last = "Tot slot " + word()
        reply(self.adviseur, thread, last)
        for follower in (by_stream, by_socket, as_guest):
            follower.until(lambda m: m["is"] == "event" and last in json.dumps(m))
            news = follower.events("post.new")
            self.assertEqual([sum(text in m["html"] for m in news) for text in (marker, held, last)], [1, 1, 1])
            self.assertEqual([m["seq"] for m in follower.events()], list(range(since + 1, since + 1 + len(follower.events()))))

        # Who comes later with the number of his page hears what he missed, once.
        for late_follower in (EventStream(self.port, [(f"thread/{thread}", since)]), WebSocket(self.port)):
            self.addCleanup(late_follower.close)
            if isinstance(late_follower, WebSocket):
                late_follower.follow(f"thread/{thread}", since)
            late_follower.until(lambda m: m["is"] == "event" and last in json.dumps(m))
            self.assertEqual(len(late_follower.events("post.new")), 3)

        # The third approved post is the last that waits.
        for text in ("Nog een " + word(), "En nog een " + word()):
            reply(self.nieuw, thread, text)
            self.decide(self.moderator, self.case_of(text), decision="approve")
        known = "Nu bekend " + word()
        self.assertIn("Uw reactie staat erbij.", reply(self.nieuw, thread, known).text)
        self.assertIn(known, self.guest.get(f"/gesprekken/{thread}").text)


class Review(Forum):
    def test_a_waiting_thread_is_nowhere(self):
        title = "Wachtend " + word()
        page = ask(self.nieuw, title, municipality_add="Westland", typologies=["tuinbouwgemeenten"])
        thread = thread_of(page)
        self.assertIn(title, page.text)
        for other in (self.guest, self.adviseur):
            self.assertEqual(self.seen_in(other, title, title=title), set())
            self.assertEqual(other.api("GET", f"/threads?q={title.split()[1]}").json()["count"], 0)
            self.assertEqual(other.get(f"/gesprekken/{thread}").status, 404)
            self.assertEqual(other.api("GET", f"/threads/{thread}").status, 404)
            socket = WebSocket(self.port, other.cookies)
            self.addCleanup(socket.close)
            self.assertEqual(socket.follow(f"thread/{thread}", 0)["problem"], "not-found")
        self.assertIn(title, self.nieuw.get("/ik").text)
        case = next(c for c in self.moderator.api("GET", "/moderation/cases").json()["items"] if c["title"] == title)
        self.decide(self.moderator, case["id"], decision="approve")
        for other in (self.guest, self.adviseur):
            self.assertEqual(other.api("GET", f"/threads?q={title.split()[1]}").json()["count"], 1)
            self.assertLessEqual({"/gesprekken", "/gemeenten/GM1783", "/typen/tuinbouwgemeenten", "/"}, self.seen_in(other, title, title=title))

    def test_returned_edited_approved(self):
        thread, text = self.thread(), "Onduidelijk " + word()
        reply(self.nieuw, thread, text)
        case, question = self.case_of(text), "Bij welke gemeente was dit, en wanneer?"
        empty = self.decide(self.moderator, case, decision="return")
        self.assertEqual(empty.status, 400)
        bell = WebSocket(self.port, self.nieuw.cookies)
        self.addCleanup(bell.close)
        before = bell.next()["counters"]["bell"]
        bell.follow("me")
        self.decide(self.moderator, case, decision="return", questions=question)
        self.assertEqual(bell.until(lambda m: m["is"] == "counters" and m["bell"] != before)["bell"], before + 1)
        own = self.nieuw.get("/ik/besluiten")
        self.assertIn(question, own.page.words)
        self.assertEqual(self.seen_in(self.adviseur, text, thread=thread), set())
        edit = re.search(rf'href="(/gesprekken/{thread}/berichten/\d+/wijzig)"', own.text)[1]
        form = self.nieuw.get(edit).page.form(edit)
        self.assertEqual(form.value("body"), text)
        better = text + ". Het was in Vaals."
        sent = self.nieuw.submit(form, {"body": better}, PLACE)
        self.assertIn("Een moderator bekijkt uw bericht.", sent.text)
        row = next(c for c in self.moderator.api("GET", "/moderation/cases").json()["items"] if c["id"] == case)
        self.assertTrue(row["isResubmitted"])
        self.decide(self.moderator2, case, decision="approve")
        self.assertIn(better, self.guest.get(f"/gesprekken/{thread}").text)

    def test_rejected_with_rule_and_facts(self):
        thread, text = self.thread(), "Reclame " + word()
        reply(self.nieuw, thread, text)
        case, facts = self.case_of(text), "Het bericht is een aanbod van een bureau en gaat niet over de vraag."
        refused = self.decide(self.moderator, case, decision="reject", facts="Kort.")
        self.assertEqual(refused.status, 400)
        self.assertEqual(refused.page.form(f"/moderatie/{case}/besluit").value("facts"), "Kort.", "what was typed is kept")
        self.decide(self.moderator, case, decision="reject", rules="onderwerp", facts=facts)
        own = self.nieuw.get("/ik/besluiten").page.words
        for part in (facts, "6. Blijf bij het onderwerp", "Bezwaar"):
            self.assertIn(part.lower(), own.lower())
        self.assertNotIn(self.moderator.api("GET", "/me").json()["name"], own)
        statement = self.nieuw.api("GET", "/me/decisions").json()["items"][0]["decision"]
        self.assertIn(facts, statement["statement"])
        self.assertIsNotNone(statement["appealUntil"])
        for other in (self.guest, self.adviseur, self.wethouder):
            self.assertEqual(self.seen_in(other, text, thread=thread) | self.seen_in(other, facts, thread=thread), set())
        self.assertNotIn(facts, self.adviseur.get("/ik/besluiten").text)

    def test_a_change_by_a_new_member_waits_too(self):
        thread, first, second = self.thread(), "Eerst " + word(), "Daarna " + word()
        reply(self.nieuw, thread, first)
        self.decide(self.moderator, self.case_of(first), decision="approve")
        form = self.nieuw.get(f"/gesprekken/{thread}/berichten/2/wijzig").page.form(r".*/wijzig")
        page = self.nieuw.submit(form, {"body": second}, PLACE)
        self.assertIn("Lezers zien tot dan uw vorige tekst.", page.text)
        for other in (self.guest, self.adviseur):
            self.assertEqual(self.seen_in(other, second, thread=thread), set())
            self.assertIn(first, other.get(f"/gesprekken/{thread}").text)
        self.decide(self.moderator, self.case_of(second), decision="approve")
        self.assertIn(second, self.guest.get(f"/gesprekken/{thread}").text)



class TooLate(Forum):
    def test_the_case_is_shown_with_all_that_was_typed(self):
        name = self.moderator.api("GET", "/me").json()["name"]
        typed = {"decision": "reject", "rules": ["onderwerp", "bron"], "facts": "Er staat niet bij waar dit\nvandaan komt: " + word(),
                 "questions": "Is dit van u? " + word(), "note": "Zag ik eerder: " + word()}

        def opened():
            """A waiting post's case, as the second moderator has it open."""
            text = "Wachtend " + word()
            reply(self.nieuw, thread, text)
            case = self.case_of(text)
            return case, self.moderator2.get(f"/moderatie/{case}").page.form(rf"/moderatie/{case}/besluit")

        def too_late(form, case):
            answer = self.moderator2.submit(form, typed)
            self.assertEqual(answer.status, 409, answer)
            self.assertEqual(self.moderator2.api("POST", f"/moderation/cases/{case}/decision", typed | {"version": 1}).header("Content-Type"),
                             "application/problem+json")
            return answer.page

        def shows_typed(page):
            for sentence in ("Weigeren met reden", "5. Noem uw bron", "6. Blijf bij het onderwerp", typed["facts"].replace("\n", " "), typed["questions"], typed["note"]):
                self.assertIn(sentence, page.words)

        thread = self.thread()
        with self.subTest("decided by another"):
            case, form = opened()
            self.decide(self.moderator, case, decision="approve")
            page = too_late(form, case)
            self.assertRegex(page.words, re.escape(name) + r" keurde dit bericht goed: vandaag, \d+\.\d\d uur")
            self.assertIn("Uw tekst is niet verstuurd", page.words)
            self.assertFalse(page.has_form(r"/moderatie/\d+/besluit"))
            shows_typed(page)
        with self.subTest("held by another"):
            case, form = opened()
            self.moderator.submit(self.moderator.get(f"/moderatie/{case}").page.form(rf"/moderatie/{case}/pak"))
            page = too_late(form, case)
            self.assertIn(f"{name} bekijkt dit bericht nu.", page.words)
            shows_typed(page)
            self.moderator.submit(self.moderator.get(f"/moderatie/{case}").page.form(rf"/moderatie/{case}/los"))
        with self.subTest("another version"):
            self.decide(self.moderator, case, decision="return", questions="Waar was dit?")
            edit = re.search(rf'href="(/gesprekken/{thread}/berichten/\d+/wijzig)"', self.nieuw.get("/ik/besluiten").text)[1]
            better = "In Vaals " + word()
            self.nieuw.submit(self.nieuw.get(edit).page.form(edit), {"body": better}, PLACE)
            page = too_late(form, case)
            self.assertIn("Dit bericht is intussen gewijzigd. Uw besluit is niet bewaard.", page.words)
            self.assertIn(better, page.words)
            again = page.form(rf"/moderatie/{case}/besluit")
            self.assertEqual({name: again.value(name) for name in ("decision", "questions", "note")}, {name: typed[name] for name in ("decision", "questions", "note")})
            self.assertEqual(again.value("facts").split(), typed["facts"].split())
            self.assertEqual({value for name, value in again.fields if name == "rules"}, set(typed["rules"]))
            self.assertEqual(self.moderator2.submit(again).status, 200, "with the new version before him he may decide")
        with self.subTest("withdrawn"):
            case, form = opened()
            post = self.moderator.api("GET", f"/moderation/cases/{case}").json()["post"]["number"]
            at = f"/gesprekken/{thread}/berichten/{post}/intrekken"
            self.nieuw.submit(self.nieuw.get(at).page.form(at))
            page = too_late(form, case)
            self.assertIn("De schrijver trok dit bericht in.", page.words)
            shows_typed(page)
        with self.subTest("taken by another"):
            case, _ = opened()
            take = self.moderator2.get(f"/moderatie/{case}").page.form(rf"/moderatie/{case}/pak")
            self.moderator.submit(self.moderator.get(f"/moderatie/{case}").page.form(rf"/moderatie/{case}/pak"))
            answer = self.moderator2.submit(take)
            self.assertEqual(answer.status, 409)
            self.assertIn(f"{name} bekijkt dit bericht nu.", answer.page.words)


class OwnPosts(Forum):
    def test_edit_history_withdraw_undo(self):
        thread, first, second = self.thread(), "Eerste " + word(), "Tweede " + word()
        reply(self.adviseur, thread, first)
        at = f"/gesprekken/{thread}/berichten/2"
        form = self.adviseur.get(at + "/wijzig").page.form(at + "/wijzig")
        preview = self.adviseur.submit(form, {"body": "**vet** <b>niet</b>"}, PREVIEW)
        self.assertIn("<strong>vet</strong>", preview.text)
        self.assertNotIn("<b>niet</b>", preview.text)
        self.assertEqual(preview.page.form(at + "/wijzig").value("body"), "**vet** <b>niet</b>")
        self.assertIn(second, self.adviseur.submit(form, {"body": second}, PLACE).text)
        stale = self.adviseur.submit(form, {"body": "Derde, op het eerste gebaseerd"}, PLACE)
        self.assertEqual(stale.status, 409)
        self.assertIn(second, stale.text)
        self.assertEqual(stale.page.form(at + "/wijzig").value("body"), "Derde, op het eerste gebaseerd")
        versions = self.guest.get(at + "/versies").text
        self.assertRegex(versions, f"<del>[^<]*{first.split()[1]}")
        self.assertRegex(versions, f"<ins>[^<]*{second.split()[1]}")
        for other in (self.wethouder, self.nieuw):
            self.assertEqual(other.get(at + "/wijzig").status, 403)
            self.assertEqual(other.get(at + "/intrekken").status, 403)
        self.assertEqual(self.guest.get(at + "/wijzig").path, f"/inloggen?terug=%2Fgesprekken%2F{thread}%2Fberichten%2F2%2Fwijzig")

        self.adviseur.submit(self.adviseur.get(at + "/intrekken").page.form(at + "/intrekken"))
        for other in (self.guest, self.wethouder):
            self.assertEqual(self.seen_in(other, second, thread=thread) | self.seen_in(other, first, thread=thread), set())
        self.assertIn(second, self.adviseur.get(f"/gesprekken/{thread}").text)
        back = self.adviseur.submit(self.adviseur.get(at + "/terugzetten").page.form(at + "/terugzetten"))
        self.assertIn("Uw bericht staat er weer.", back.text)
        self.assertIn(second, self.guest.get(f"/gesprekken/{thread}").text)

    def test_quote_and_answer(self):
        thread, text = self.thread(), "Een antwoord " + word()
        page = self.adviseur.get(f"/gesprekken/{thread}?citeer=1")
        self.assertEqual(page.page.form(r".*/berichten").value("reply_to"), "1")
        self.adviseur.submit(page.page.form(r".*/berichten"), {"body": text}, PLACE)
        at = f"/gesprekken/{thread}/berichten/2"
        self.assertEqual(self.nieuw.get(at + "/antwoord").status, 403)
        self.wethouder.submit(self.wethouder.get(at + "/antwoord").page.form(at + "/antwoord"))
        self.assertTrue(self.guest.api("GET", f"/threads/{thread}").json()["isAnswered"])
        self.assertIn(str(thread), [str(r["id"]) for r in self.guest.api("GET", "/threads?state=answered").json()["items"]])
        self.wethouder.submit(self.wethouder.get(at + "/geen-antwoord").page.form(at + "/geen-antwoord"))
        self.assertFalse(self.guest.api("GET", f"/threads/{thread}").json()["isAnswered"])

    def test_drafts(self):
        thread, first, second = self.thread(), "Half " + word(), "Anders half " + word()
        tabs = [self.adviseur.get(f"/gesprekken/{thread}").page.form(r".*/berichten") for _ in range(2)]
        kept = self.adviseur.submit(tabs[0], {"body": first}, KEEP)
        self.assertEqual(kept.page.form(r".*/berichten").value("body"), first)
        self.assertIn(first, self.adviseur.get("/ik").text)
        clash = self.adviseur.submit(tabs[1], {"body": second}, KEEP)
        self.assertEqual(clash.status, 400)
        both = clash.page.form(r".*/berichten").value("body")
        self.assertIn(first, both)
        self.assertIn(second, both)
        self.assertNotIn(first, self.wethouder.get(f"/gesprekken/{thread}").text)
        reply(self.adviseur, thread, first)
        self.assertEqual(self.adviseur.get(f"/gesprekken/{thread}").page.form(r".*/berichten").value("body"), "", "placed, so no draft")

    def test_sending_twice_is_one_post(self):
        thread, text = self.thread(), "Tweemaal geklikt " + word()
        form = self.adviseur.get(f"/gesprekken/{thread}").page.form(r".*/berichten")
        pages = [self.adviseur.submit(form, {"body": text}, PLACE) for _ in range(2)]
        self.assertEqual([page.text.count(text) for page in pages], [1, 1])
        # At the same moment, from ten hands with one session.
        text = "Tien handen " + word()
        form = self.adviseur.get(f"/gesprekken/{thread}").page.form(r".*/berichten")
        statuses = []

        def send():
            visitor = Visitor(self.port)
            visitor.cookies = dict(self.adviseur.cookies)
            statuses.append(visitor.submit(form, {"body": text}, PLACE, follow=False).status)

        hands = [threading.Thread(target=send) for _ in range(10)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        self.assertEqual(statuses, [303] * 10)
        self.assertEqual(self.guest.get(f"/gesprekken/{thread}").text.count(text), 1)
        self.assertEqual(self.guest.api("GET", f"/threads/{thread}").json()["replyCount"], 2)
        # The same for a question.
        form = self.wethouder.get("/gesprekken/nieuw").page.form("/gesprekken")
        typed = {"kind": "question", "title": "Eenmaal " + text, "theme": "huisvesting", "body": "x", "visibility": "public"}
        self.assertEqual(len({thread_of(self.wethouder.submit(form, typed, PLACE)) for _ in range(2)}), 1)

    def test_faults_in_a_form_keep_what_was_typed(self):
        form = self.wethouder.get("/gesprekken/nieuw").page.form("/gesprekken")
        answer = self.wethouder.submit(form, {"title": "x" * 141, "body": "Mijn tekst", "kind": "dilemma", "municipality_add": "Nergenshuizen",
                                              "typologies": ["voorsteden"]}, PLACE)
        self.assertEqual(answer.status, 400)
        again = answer.page.form("/gesprekken")
        self.assertEqual([again.value(name) for name in ("title", "body", "kind", "typologies", "municipality_add")],
                         ["x" * 141, "Mijn tekst", "dilemma", "voorsteden", ""])
        for field in ("title", "theme", "context", "options", "tried", "municipalities"):
            self.assertIn(f'href="#{field}"', answer.text, "the summary leads to each fault")
        thread = self.thread()
        empty = reply(self.adviseur, thread, "   ")
        self.assertEqual(empty.status, 400)
        self.assertIn('aria-invalid="true"', empty.text)


class WhoMayWhat(Forum):
    def test_an_ended_session_keeps_the_text(self):
        thread = self.thread()
        for path, action, field in ((f"/gesprekken/{thread}", rf"/gesprekken/{thread}/berichten", "body"), ("/gesprekken/nieuw", "/gesprekken", "title")):
            with self.subTest(path):
                typing, text = signed_in(self.port, ADVISEUR), "Lang over nagedacht " + word()
                form = typing.get(path).page.form(action)
                cookie = typing.cookies["forum"]
                end_sessions(self.port, ADVISEUR)
                self.assertEqual(typing.cookies["forum"], cookie)
                answer = typing.submit(form, {field: text}, PLACE)
                self.assertEqual(answer.status, 401)
                again = next(f for f in answer.page.forms if f.action == "/inloggen" and f.value("email") == "")
                wrong = typing.submit(again, {"email": ADVISEUR, "password": "niet dit"})
                self.assertEqual(wrong.status, 400)
                again = next(f for f in wrong.page.forms if f.action == "/inloggen" and f.value("email") == ADVISEUR and not f.value("password"))
                back = typing.submit(again, {"email": ADVISEUR, "password": PASSWORD})
                self.assertIn("Uw tekst is bewaard.", back.text)
                self.assertEqual(back.page.form(action).value(field), text)
                self.assertEqual(self.seen_in(self.guest, text, thread=thread), set(), "kept, not placed")
                end_sessions(self.port, ADVISEUR)
                typing.request("GET", "/", headers={"Sec-Fetch-Mode": "cors"})
                self.assertIn("forum", typing.cookies, "a script's request takes no cookie away")
                typing.get("/")
                self.assertNotIn("forum", typing.cookies)
        type(self).adviseur = signed_in(self.port, ADVISEUR)

    def test_an_ended_session_keeps_an_older_draft_too(self):
        def sign_in_again(visitor, answer):
            self.assertEqual(answer.status, 401)
            again = next(f for f in answer.page.forms if f.action == "/inloggen" and f.value("email") == "")
            return visitor.submit(again, {"email": ADVISEUR, "password": PASSWORD})

        thread = self.thread()
        for path, action, fields in ((f"/gesprekken/{thread}", rf"/gesprekken/{thread}/berichten", ("body",)), ("/gesprekken/nieuw", "/gesprekken", ("title", "body"))):
            with self.subTest(path):
                typing = signed_in(self.port, ADVISEUR)
                form = typing.get(path).page.form(action)
                older, newer = ({field: "Lang over nagedacht " + word() for field in fields} for _ in range(2))
                typing.submit(typing.get(path).page.form(action), older, KEEP)
                end_sessions(self.port, ADVISEUR)
                kept = sign_in_again(typing, typing.submit(form, newer, PLACE)).page.form(action)
                for text in (*older.values(), *newer.values()):
                    self.assertIn(text, " ".join(kept.value(field) for field in fields))
                self.assertTrue(kept.value(fields[0]).startswith(newer[fields[0]]))
                # Who goes on with his draft has one text, not two.
                further = {"body": kept.value("body") + " En verder."}
                end_sessions(self.port, ADVISEUR)
                again = sign_in_again(typing, typing.submit(kept, further, PLACE)).page.form(action)
                self.assertEqual(again.value("body").split(), further["body"].split())
        type(self).adviseur = signed_in(self.port, ADVISEUR)

    def test_requests_from_another_site(self):
        thread, text = self.thread(), "Van elders " + word()
        form = self.wethouder.get(f"/gesprekken/{thread}").page.form(r".*/berichten")
        for headers in ({"Origin": "https://elders.example", "Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elders.example", "Sec-Fetch-Site": None},
                        {"Origin": "null", "Sec-Fetch-Site": None}, {"Sec-Fetch-Site": "same-site"}, {"Origin": f"http://127.0.0.1:{self.port}.elders.example", "Sec-Fetch-Site": None},
                        {"Origin": f"https://127.0.0.1:{self.port}", "Sec-Fetch-Site": None}):
            with self.subTest(headers):
                self.assertEqual(self.wethouder.submit(form, {"body": text}, PLACE, headers).status, 403)
                answer = self.wethouder.api("POST", f"/threads/{thread}/posts", {"body": text}, headers)
                self.assertEqual((answer.status, answer.json()["type"]), (403, "/problems/foreign-origin"))
        for make in (lambda: WebSocket(self.port, self.wethouder.cookies, {"Origin": "https://elders.example"}),
                     lambda: EventStream(self.port, [("me", None)], self.wethouder.cookies, {"Sec-Fetch-Site": "cross-site"})):
            follower = make()
            self.assertEqual(follower.status, 403)
            follower.close()
        self.assertEqual(self.seen_in(self.guest, text, thread=thread), set())
        self.assertEqual(self.wethouder.submit(form, {"body": text}, PLACE).status, 200)

    def test_signing_in_and_out(self):
        visitor = Visitor(self.port)
        self.assertEqual(visitor.get("/ik").path, "/inloggen?terug=%2Fik")
        form = next(f for f in visitor.get("/inloggen?terug=%2Fik").page.forms if f.value("email") == "")
        self.assertEqual(visitor.submit(form, {"email": WETHOUDER.upper(), "password": PASSWORD}).path, "/ik")
        cookie = visitor.cookies["forum"]
        self.assertIn("Marit Oosterwegel", visitor.get("/ik").text)
        visitor.submit(visitor.get("/ik").page.form("/uitloggen"))
        self.assertNotIn("forum", visitor.cookies)
        visitor.cookies["forum"] = cookie
        self.assertEqual(visitor.api("GET", "/me").status, 401, "the old token is worth nothing")
        for target in ("//elders.example", "https://elders.example", "/\\elders.example", "/inloggen"):
            form = next(f for f in visitor.get("/inloggen").page.forms if f.value("email") == "")
            answer = visitor.submit(form, {"email": WETHOUDER, "password": PASSWORD, "terug": target}, follow=False)
            self.assertEqual((answer.status, answer.header("Location")), (303, "/"))
            visitor.cookies.clear()

    def test_wrong_name_and_wrong_password_are_answered_alike(self):
        answers = []
        for email in (WETHOUDER, "niemands@demo.example"):
            visitor = Visitor(self.port)
            answer = visitor.sign_in(email, "een verkeerd wachtwoord")
            api = visitor.api("POST", "/session", {"email": email, "password": "een verkeerd wachtwoord"})
            problem = {name: value for name, value in api.json().items() if name != "instance"}
            form = answer.text.split('class="fd-demo"')[0].replace(email, "E")
            answers.append((answer.status, form, api.status, problem))
        self.assertEqual(answers[0][0], 400)
        self.assertEqual(*answers)

    def test_moderation_is_for_moderators(self):
        for visitor in (self.wethouder, self.nieuw, self.guest):
            self.assertEqual(visitor.get("/moderatie").status, 404)
            self.assertEqual(visitor.get("/moderatie/1").status, 404)
        socket = WebSocket(self.port, self.wethouder.cookies)
        self.addCleanup(socket.close)
        self.assertEqual(socket.follow("moderation")["is"], "refused")
        # Nobody judges his own words, not even a moderator: what he writes goes live at once.
        thread = self.thread()
        self.assertIn("Uw reactie staat erbij.", reply(self.moderator, thread, "Van de moderator " + word()).text)

    def test_the_short_address_leads_to_the_thread(self):
        thread = self.thread()
        whole = self.guest.get(f"/gesprekken/{thread}").path
        self.assertRegex(whole, rf"^/gesprekken/{thread}/[a-z0-9-]+$")

        def led(visitor, path):
            answer = visitor.request("GET", path)
            self.assertEqual(answer.header("Cache-Control"), "private, no-cache", "there is a title in it, and tomorrow it may lead elsewhere")
            return answer.status, answer.header("Location")

        # For a guest it is another name of the same page; a member goes on where he was, which is elsewhere after each reply.
        self.assertEqual(led(self.guest, f"/gesprekken/{thread}"), (301, whole))
        self.assertEqual(led(self.guest, f"/gesprekken/{thread}?pagina=1"), (301, whole + "?pagina=1"))
        self.assertEqual(led(self.guest, f"/gesprekken/{thread}/anders"), (301, whole))
        self.assertEqual(self.adviseur.api("PUT", f"/threads/{thread}/marker", {"number": 1}).status, 200)
        self.assertEqual(led(self.adviseur, f"/gesprekken/{thread}"), (303, whole))
        reply(self.wethouder, thread, "Nog iets: " + word())
        self.assertEqual(led(self.adviseur, f"/gesprekken/{thread}"), (303, whole + "#bericht-2"))
        self.assertEqual(led(self.guest, f"/gesprekken/{thread}"), (301, whole))

    def test_members_only_is_not_for_guests(self):
        title = "Besloten " + word()
        thread = thread_of(ask(self.wethouder, title, visibility="members"))
        self.assertEqual(self.seen_in(self.guest, title, title=title), set())
        self.assertEqual(self.guest.get(f"/gesprekken/{thread}").status, 404)
        socket = WebSocket(self.port)
        self.addCleanup(socket.close)
        self.assertEqual(socket.follow(f"thread/{thread}", 0)["is"], "refused")
        self.assertIn("/gesprekken", self.seen_in(self.nieuw, title, title=title))


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(demo_folder(), limits=["--writes-per-minute", "4", "--sign-ins-per-5-minutes", "5"])
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.wethouder, cls.moderator = (member(cls.server.port, mail) for mail in (WETHOUDER, MODERATOR))

    def test_writes(self):
        wethouder, moderator = self.wethouder, self.moderator
        thread = wethouder.api("GET", "/threads").json()["items"][0]["id"]
        for number in range(4):
            self.assertEqual(wethouder.api("POST", f"/threads/{thread}/posts", {"body": f"Snel {number}"}).status, 201)
        answer = wethouder.api("POST", f"/threads/{thread}/posts", {"body": "Te snel"})
        self.assertEqual((answer.status, answer.json()["type"]), (429, "/problems/too-many-requests"))
        self.assertTrue(1 <= int(answer.header("Retry-After")) <= 60)
        page = reply(wethouder, thread, "Te snel op de pagina")
        self.assertEqual(page.status, 429)
        self.assertTrue(page.header("Retry-After"))
        self.assertEqual(wethouder.get("/").status, 200, "reading goes on")
        self.assertEqual(wethouder.api("PUT", "/drafts/new-thread", {"revision": 0, "data": {"body": "Bewaard"}}).status, 200, "a draft is light")
        self.assertEqual(moderator.api("POST", f"/threads/{thread}/posts", {"body": "Een ander"}).status, 201)

    def test_tries_to_sign_in(self):
        visitor, statuses = Visitor(self.server.port), []
        for _ in range(7):
            answer = visitor.api("POST", "/session", {"email": NIEUW, "password": "geraden"})
            statuses.append(answer.status)
        # Those who cannot sign in write as an address, so the smaller of the two limits comes first.
        self.assertEqual(statuses[0], 400)
        self.assertEqual(statuses[-1], 429)
        self.assertTrue(answer.header("Retry-After"))
        self.assertEqual(visitor.sign_in(NIEUW).status, 429, "also with the right password")


if __name__ == "__main__":
    unittest.main()
