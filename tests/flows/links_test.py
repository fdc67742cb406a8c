"""Every link in every notice opens for its addressee and for no other (invariant 14): all kinds of letters, bell notices and decisions are
caused through the front door; then every link in them is opened by who got it, by another member and by a guest. Rule: what kinds there
are is asked of the texts and of the database, so that a new one fails here until it is caused."""
import json
import re
import unittest
from datetime import date, timedelta

from main_job_test import word
from notice_test import FORUM, free_port
from server import ADVISEUR, MODERATOR, MODERATOR2, NIEUW, ROOT, WETHOUDER, Server, demo_folder, wait_until
from smtp_sink import Sink
from visitor import Visitor, member

MAYOR = "burgemeester@demo.example"
# What is between colleagues (escalate), or shown as what it took back (undo).
NOT_TOLD = {"escalate", "undo"}
UNIQUE = re.compile("woord[a-p]{12}")  # main_job_test.word
# Whoever has the letter may open it: its addressee has no account.
TOKEN = re.compile(r"/kennisgeving/[\w-]{20,}")


def links_in(html):
    """What the page itself offers, without its frame."""
    main = html[html.index("<main"):html.index("</main>")]
    return {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', main)}


def letter_kinds():
    """Every letter that there is a text for: its name, and what its subject and body look like."""
    for file in sorted((ROOT / "web/texts").glob("*.nl.json")):
        texts = json.loads(file.read_text())
        for key in texts:
            if key.endswith("_subject"):
                # Of one and of more there are two texts.
                options = ([texts[part]] if isinstance(texts[part], str) else texts[part].values() for part in (key, key.removesuffix("_subject")))
                parts = ("(?:" + "|".join(re.sub(r"\\\{\w+\\\}", "(?s:.*)", re.escape(text)) for text in some) + ")" for some in options)
                yield f"{file.stem}.{key.removesuffix('_subject')}", *map(re.compile, parts)


class World(unittest.TestCase):
    """One forum in which everything has happened that somebody is told of."""

    @classmethod
    def setUpClass(cls):
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.close)
        port = free_port()
        cls.server = Server(demo_folder(), options=["--smtp-url", f"smtp://127.0.0.1:{cls.sink.port}", "--mail-from", FORUM, "--public-url",
                                                    f"http://127.0.0.1:{port}", "--notices-per-hour", "0", "--report-threshold", "1"])
        cls.server.port = port
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.server.sql("INSERT INTO members (email, name, function, is_trusted, password_hash) SELECT "
                       f"'{MAYOR}', 'Bea Burgers', 'burgemeester', true, password_hash FROM members WHERE email = '{WETHOUDER}'")
        cls.mails = {"wethouder": WETHOUDER, "mayor": MAYOR, "nieuw": NIEUW, "adviseur": ADVISEUR}
        cls.members = {name: member(port, mail) for name, mail in cls.mails.items()}
        cls.wethouder, cls.mayor, cls.nieuw, cls.adviseur = cls.members.values()
        cls.moderator, cls.moderator2 = member(port, MODERATOR), member(port, MODERATOR2)
        cls.guest, cls.secrets = Visitor(port), {name: [] for name in cls.members}
        cls.accept(cls.moderator.api("POST", "/moderation/rules", {"kind": "words", "pattern": "toetswoord", "effect": "hold", "reason": "Voor deze toets."}))
        cls.public = cls.start_thread(cls.wethouder)
        cls.report_and_hear()
        cls.cause_decisions()
        cls.cause_letters_to_a_guest()
        cls.cause_measures()
        cls.cause_bell_notices()
        cls.let_the_clock_run()

    @classmethod
    def accept(cls, answer):
        assert answer.status in (200, 201, 202), answer
        return answer.json() if answer.body else None

    @classmethod
    def secret(cls, name, what="Dit staat er: "):
        """Words for this member and the staff alone."""
        cls.secrets[name].append(word())
        return what + cls.secrets[name][-1] + ", in alinea 2."

    @classmethod
    def start_thread(cls, by, visibility="public", theme="huisvesting"):
        return cls.accept(by.api("POST", "/threads", {"kind": "question", "title": "Een vraag over " + word(), "body": "Wie weet dit?",
                                                      "theme": theme, "visibility": visibility}))["id"]

    @classmethod
    def reply(cls, by, thread, body, **more):
        """Its address below /api/v1."""
        return f"/threads/{thread}/posts/{cls.accept(by.api('POST', f'/threads/{thread}/posts', {'body': body} | more))['number']}"

    @classmethod
    def decide(cls, case, decision, by=None, **more):
        by = by or cls.moderator
        version = cls.accept(by.api("GET", f"/moderation/cases/{case}"))["version"]
        cls.accept(by.api("POST", f"/moderation/cases/{case}/decision",
                          {"version": version, "decision": decision, "rules": ["geen-inwoners"]} | more))
        return cls.server.sql(f"SELECT max(id) FROM decisions WHERE case_id = {case}")

    @classmethod
    def case(cls, at, kind):
        _, _, thread, _, number = at.split("/")
        return int(cls.server.sql(f"SELECT c.id FROM cases c JOIN posts p ON p.id = c.post_id WHERE p.thread_id = {thread} AND p.number = {number} "
                                  f"AND c.kind = '{kind}' ORDER BY c.id DESC LIMIT 1"))

    @classmethod
    def held(cls, body):
        return cls.case(cls.reply(cls.nieuw, cls.public, "Een toetswoord. " + body), "review")

    @classmethod
    def object(cls, decision, outcome, by=None):
        cls.accept((by or cls.nieuw).api("POST", "/appeals", {"decision": int(decision), "text": cls.secret("nieuw")}))
        case = cls.server.sql(f"SELECT id FROM cases WHERE appeals = {decision}")
        return cls.decide(case, outcome, cls.moderator2, facts=cls.secret("nieuw"))

    @classmethod
    def report(cls, at):
        cls.accept(cls.adviseur.api("POST", "/reports", {"thread": int(at.split("/")[2]), "post": int(at.split("/")[4]),
                                                         "category": "resident-data", "text": cls.secret("adviseur")}))
        return cls.case(at, "report")

    @classmethod
    def shown(cls):
        """A post of the member's own that readers see, and have seen."""
        at = cls.reply(cls.nieuw, cls.public, "Een toetswoord en " + word())
        cls.decide(cls.case(at, "review"), "approve")
        return at

    @classmethod
    def report_and_hear(cls):
        for outcome in ("unfounded", "remove", "restore"):
            case = cls.report(cls.reply(cls.wethouder, cls.public, "Dit staat er: " + word()))
            # Why a post stays is told to who reported it too.
            cls.decide(case, outcome, facts=cls.secret("wethouder") if outcome == "remove" else "Dit is nagekeken en klopt.")

    @classmethod
    def cause_decisions(cls):
        case = cls.held("Mijn ervaring hiermee is goed: wij nodigen nieuwe bewoners elke maand uit.")
        body = cls.accept(cls.moderator.api("GET", f"/moderation/cases/{case}"))["post"]["body"]
        cls.decide(case, "approve-with-changes", body=body.replace("elke", "iedere"), facts=cls.secret("nieuw"))
        cls.decide(cls.held(cls.secret("nieuw")), "return", questions=cls.secret("nieuw"))
        cls.decide(cls.held(cls.secret("nieuw")), "reject", facts=cls.secret("nieuw"))
        cls.object(cls.decide(cls.held(cls.secret("nieuw")), "reject", facts=cls.secret("nieuw")), "refuse")
        cls.object(cls.decide(cls.held("Dit blijft. " + word()), "reject", facts=cls.secret("nieuw")), "grant")
        for outcomes in (("hide",), ("hide", "restore"), ("remove",)):
            at = cls.shown()
            cls.accept(cls.moderator.api("POST", at + "/case", {}))
            for outcome in outcomes:
                cls.decide(cls.case(at, "report"), outcome, facts=cls.secret("nieuw"))
        at = cls.shown()
        case = cls.accept(cls.moderator.api("POST", at + "/case", {}))["id"]
        cls.decide(case, "erase", facts=cls.secret("nieuw"), rules=[], legalGround="Verzoek van de schrijver")
        version = cls.accept(cls.moderator2.api("GET", f"/moderation/cases/{case}"))["version"]
        cls.accept(cls.moderator2.api("POST", f"/moderation/cases/{case}/proposal", {"version": version, "answer": "confirm"}))
        case = cls.accept(cls.moderator.api("POST", cls.shown() + "/case", {}))["id"]
        cls.decide(case, "hide", facts=cls.secret("nieuw"))
        cls.taken_back = {cls.secrets["nieuw"][-1]}  # and no longer shown
        cls.accept(cls.moderator.api("DELETE", f"/moderation/cases/{case}/decision"))
        # The clock is moved at the end.
        cls.late, cls.soon = (cls.held(cls.secret("nieuw")) for _ in range(2))
        for case in (cls.late, cls.soon):
            cls.decide(case, "return", questions=cls.secret("nieuw"))
        cls.report(cls.shown())

    @classmethod
    def send_notice(cls, box, **who):
        """To an address of its own; what he wrote is for him who has the letter. The case's post and the address."""
        at, address = cls.reply(cls.wethouder, cls.public, "Dit staat er: " + word()), f"{box}@buiten.example"
        cls.notifiers[address] = word()
        cls.accept(cls.guest.api("POST", "/notices", {
            "address": f"/gesprekken/{cls.public}#bericht-{at.split('/')[4]}", "email": address, "goodFaith": True,
            "explanation": f"Hier staat een oproep: {cls.notifiers[address]}."} | who))
        return at, address

    @classmethod
    def press(cls, address, count, path="", **fields):
        """The button on the page of the link in his newest letter, of so many."""
        link = cls.links_of(cls.letters(address, count)[-1])[0] + path
        stranger = Visitor(cls.server.port)
        assert stranger.submit(stranger.get(link).page.form(link), fields).status == 200, link

    @classmethod
    def cause_letters_to_a_guest(cls):
        cls.notifiers = {}
        cls.send_notice("kind", isChildAbuse=True)
        sent = [cls.send_notice(box, name="Nel Melder") for box in ("weg", "opnieuw", "afgewezen", "gelijk")]
        for _, address in sent:
            cls.press(address, 1)
        decisions = [cls.decide(cls.case(at, "notice"), kind, facts="Hier staat een oproep tot geweld.")
                     for (at, _), kind in zip(sent, ("remove", "unfounded", "unfounded", "unfounded"))]
        cls.accept(cls.moderator.api("DELETE", f"/moderation/cases/{cls.case(sent[1][0], 'notice')}/decision"))
        for (_, address), decision, outcome in zip(sent[2:], decisions[2:], ("refuse", "grant")):
            cls.press(address, 2, "/bezwaar", text="Lees het nog eens.")
            case = cls.server.sql(f"SELECT id FROM cases WHERE appeals = {decision}")
            cls.decide(case, outcome, cls.moderator2, facts="Dit is bij nader inzien een ander geval.")

    @classmethod
    def cause_measures(cls):
        number, until = cls.server.sql(f"SELECT id FROM members WHERE email = '{NIEUW}'"), (date.today() + timedelta(days=10)).isoformat()

        def measure(kind, **more):
            case = cls.accept(cls.moderator.api("POST", f"/members/{number}/measures"))["id"]
            cls.decide(case, kind, facts=cls.secret("nieuw"), **more)
            if kind in ("suspend", "end-membership"):  # he is an office-holder: it takes two
                version = cls.accept(cls.moderator2.api("GET", f"/moderation/cases/{case}"))["version"]
                cls.accept(cls.moderator2.api("POST", f"/moderation/cases/{case}/proposal", {"version": version, "answer": "confirm"}))
            return case

        cls.accept(cls.moderator.api("DELETE", f"/moderation/cases/{measure('warn')}/decision"))
        cls.taken_back.add(cls.secrets["nieuw"][-1])
        measure("warn")
        for kind in ("review-all", "read-only", "suspend", "end-membership"):
            measure(kind, **({} if kind == "end-membership" else {"until": until}))
        for letter in cls.all_letters(NIEUW):
            for link in cls.links_of(letter):
                assert cls.nieuw.get(link.partition('#')[0]).status == 200, f"{link} does not open for who was shut out"
        measure("lift")
        measure("read-only", until=until)

    @classmethod
    def cause_bell_notices(cls):
        """Each kind in a thread of its own, of office-holders among themselves."""
        def thread(by=None, theme="huisvesting"):
            return cls.start_thread(by or cls.wethouder, "administrators", theme)

        name = cls.accept(cls.wethouder.api("GET", "/me"))["name"]
        cls.reply(cls.mayor, thread(), f"@{name} weet hier meer van. {word()}")
        cls.reply(cls.mayor, thread(), "Daar reageer ik op. " + word(), replyTo=1)
        cls.reply(cls.mayor, thread(), "Bij ons ook. " + word())
        cls.accept(cls.wethouder.api("PUT", "/me/follows/theme/discriminatie", {"level": "all"}))
        thread(cls.mayor, "discriminatie")
        answered, left = thread(), thread()
        at = cls.reply(cls.mayor, answered, "Zo doet u dat. " + word())
        cls.accept(cls.wethouder.api("PUT", f"/threads/{answered}/answer", {"number": int(at.split("/")[4])}))
        at = cls.reply(cls.mayor, left, "Dit is iets anders. " + word())
        cls.accept(cls.moderator.api("POST", f"/threads/{left}/split", {"numbers": [int(at.split("/")[4])], "title": "Een eigen gesprek " + word(),
                                                                       "reason": "Dit is iets anders."}))

    @classmethod
    def let_the_clock_run(cls):
        cls.server.sql(f"""
            UPDATE cases SET deadline_at = now() - interval '1 second' WHERE id = {cls.late};
            UPDATE cases SET deadline_at = now() + interval '6 days' WHERE id = {cls.soon};
            UPDATE cases SET hidden_until = now() - interval '1 second' WHERE hidden_until IS NOT NULL;
            UPDATE cases SET due_at = now() + interval '30 minutes' WHERE state = 'open';
            UPDATE measures SET until = now() - interval '1 second' WHERE lifted_at IS NULL""")
        assert cls.server.stop() == 0
        cls.server.start()  # what is due then is done at once and not a minute later
        late = {"Uw bericht wacht niet langer", "Uw bericht wacht op uw antwoord", "De maatregel tegen u is voorbij"}
        wait_until("letters of the clock", lambda: late <= {letter["Subject"] for letter in cls.sink.to(NIEUW)})
        cls.all_letters("%")

    @classmethod
    def all_letters(cls, address):
        waiting = f"SELECT count(*) FROM mails WHERE sent_at IS NULL AND address LIKE '{address}'"
        return wait_until("all letters are sent", lambda: cls.server.sql(waiting) == "0") and cls.sink.to(address)

    @classmethod
    def letters(cls, address, count):
        return wait_until(f"letter {count} to {address}", lambda: len(found := cls.sink.to(address)) >= count and found)

    @classmethod
    def links_of(cls, letter):
        own = f"http://127.0.0.1:{cls.server.port}"
        found = re.findall(r"https?://\S+", letter.get_content())
        assert found and all(link.startswith(own + "/") for link in found), found
        return [link.removeprefix(own) for link in found]


class Links(World):
    def check_others(self, name, link):
        """Another member and a guest read nothing there of what is his alone."""
        for other, visitor in {**self.members, "guest": self.guest}.items():
            if other == name:
                continue
            answer = visitor.get(link.split("#")[0])
            self.assertIn(answer.status, (200, 403, 404), f"{other} opens {link} of {name}")
            for secret in self.secrets[name]:
                self.assertFalse(secret in answer.text, f"{other} reads at {link} what is for {name}")
            if re.match(r"/bezwaar|/gesprekken/\d+/berichten/\d+/wijzig", link):
                self.assertTrue(answer.status in (403, 404) or answer.path.startswith("/inloggen"), f"{other} opens {link} of {name}: {answer}")

    def check_own(self, name, link, is_taken_back=False):
        path, _, fragment = link.partition("#")
        answer = self.members[name].get(path)
        self.assertEqual(answer.status, 200, f"{name} opens {link}: {answer}")
        self.assertFalse(answer.path.startswith("/inloggen"), link)
        if fragment and not is_taken_back:
            self.assertTrue(f'id="{fragment}"' in answer.text, f"{name} does not find his place at {link}")
        return answer

    def test_letters_to_members(self):
        for name, address in self.mails.items():
            for letter in self.sink.to(address):
                for link in self.links_of(letter):
                    with self.subTest(name, subject=letter["Subject"]):
                        told = set(UNIQUE.findall(letter.get_content()))
                        shown = self.check_own(name, link, any(secret in self.taken_back for secret in told)).text
                        for unique in told:
                            self.assertTrue(unique in shown or unique in self.taken_back, "what the letter is about is not there")
                        self.check_others(name, link)

    def test_letters_to_moderators(self):
        for visitor, address in ((self.moderator, MODERATOR), (self.moderator2, MODERATOR2)):
            letters = self.letters(address, 2)
            for link in {link for letter in letters for link in self.links_of(letter)}:
                with self.subTest(address, link=link):
                    answer = visitor.get(link)
                    self.assertEqual((answer.status, answer.path), (200, link))
                    for other in (*self.members.values(), self.guest):
                        self.assertEqual(other.get(link).status, 404)

    def test_letters_to_who_has_no_account(self):
        letters = [letter for letter in self.sink.letters if letter.receivers[0] in self.notifiers]
        receipts = {re.search(r"K-\d{4}-[0-9A-F]{6}", letter["Subject"])[0] for letter in letters}
        self.assertEqual(len(receipts), len(self.notifiers))
        seen = set()
        for letter in letters:
            address, receipt = letter.receivers[0], re.search(r"K-\d{4}-[0-9A-F]{6}", letter["Subject"])[0]
            link, = self.links_of(letter)
            with self.subTest(letter["Subject"]):
                self.assertRegex(link, TOKEN)
                self.assertNotIn(link, seen, "each letter has a link of its own")
                seen.add(link)
                page = Visitor(self.server.port).get(link)
                self.assertEqual(page.status, 200)
                self.assertIn(self.notifiers[address], page.text)
                for other in receipts:
                    (self.assertIn if other == receipt else self.assertNotIn)(other, page.text)
                for further in links_in(page.text):
                    self.assertEqual(Visitor(self.server.port).get(further.split("#")[0]).status, 200, further)
                for wrong in (link[:-1] + ("A" if link[-1] != "A" else "B"), link[:-1], link + "A"):
                    for path in (wrong, wrong + "/bezwaar"):
                        self.assertEqual(Visitor(self.server.port).get(path).status, 404, path)
        log = self.server.log_text()
        for link in seen:
            self.assertNotIn(link.rsplit("/", 1)[1], log)

    def own_pages(self, name, path, api):
        """A list of his own, to its end."""
        cursor = ""
        while cursor is not None:
            yield self.check_own(name, path + (f"?na={cursor}" if cursor else "")).text
            cursor = self.members[name].api("GET", api + (f"?cursor={cursor}" if cursor else "")).json()["next"]

    def own_links(self, name, path, api):
        return set().union(*map(links_in, self.own_pages(name, path, api)))

    def test_the_bell(self):
        count = 0
        for name, visitor in self.members.items():
            for item in visitor.api("GET", "/me/notices").json()["items"]:
                with self.subTest(name, kind=item["kind"], url=item["url"]):
                    thread, number = item["thread"], item["url"].rpartition("-")[2]
                    page = self.check_own(name, item["url"])
                    for unique in UNIQUE.findall(visitor.api("GET", f"/threads/{thread}/posts/{number}").json()["body"]):
                        self.assertTrue(unique in page.text, "the post is not there")
                    visibility = visitor.api("GET", f"/threads/{thread}").json()["visibility"]
                    if visibility == "administrators":
                        count += 1
                        for other in (self.adviseur, self.guest):
                            self.assertEqual(other.get(item["url"].split("#")[0]).status, 404)
            for link in self.own_links(name, "/ik/meldingen", "/me/notices"):
                self.check_own(name, link)
                self.check_others(name, link)
        self.assertGreaterEqual(count, 6)

    def test_own_decisions(self):
        links = {}
        for name in self.members:
            links[name] = self.own_links(name, "/ik/besluiten", "/me/decisions")
            for link in links[name]:
                self.check_own(name, link)
                self.check_others(name, link)
        for name, pattern in (("nieuw", "/bezwaar"), ("nieuw", r".*/wijzig"), ("adviseur", "/bezwaar"), ("wethouder", "/gesprekken/")):
            self.assertTrue([link for link in links[name] if re.match(pattern, link)], f"{name} is offered no {pattern}")

    def test_no_kind_is_forgotten(self):
        letters = [(letter["Subject"], letter.get_content().replace("\r\n", "\n")) for letter in self.sink.letters]
        for name, subject, body in letter_kinds():
            with self.subTest(letter=name):
                self.assertTrue([1 for given, text in letters if subject.fullmatch(given) and body.search(text)], "no such letter was sent")

        def kinds(table, constraint):
            rule = self.server.sql(f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass AND conname = '{constraint}'")
            return set(re.findall(r"'([a-z-]+)'::text", rule))

        told = {item["kind"] for visitor in self.members.values() for item in visitor.api("GET", "/me/notices").json()["items"]}
        self.assertEqual(told, kinds("notices", "notices_kind_check"))
        shown = set()
        for visitor in self.members.values():
            cursor = ""
            while cursor is not None:
                page = visitor.api("GET", "/me/decisions" + (f"?cursor={cursor}" if cursor else "")).json()
                shown |= {item["decision"]["kind"] for item in page["items"]}
                cursor = page["next"]
        self.assertEqual(shown | NOT_TOLD, kinds("decisions", "decisions_kind_check"))


if __name__ == "__main__":
    unittest.main()
