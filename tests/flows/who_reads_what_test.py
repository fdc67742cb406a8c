"""Nobody sees what is not his, at any address: words that stand nowhere else are put into posts of every visibility and state and into
all that is written about them; then each reader asks every page and API route, follows every link and every live topic. Rule: who may
read a word is computed from the sentences of `Word.readers`; addresses come from the program's own list of routes."""
import itertools
import json
import re
import unittest
from urllib.parse import quote, urljoin, urlsplit

from main_job_test import word
from server import ADVISEUR, BEHEER, MODERATOR, MODERATOR2, NIEUW, WETHOUDER, Server, demo_folder, run
from visitor import Visitor, member
from websocket import WebSocket

STAFF = {"moderator", "moderator2", "beheer", "elsewhere"}
# Who of them looks after these cases: 'elsewhere' has a scope that reaches none of them. He reads posts as all of the staff do.
DESK = STAFF - {"elsewhere"}
ELSEWHERE = "elders@demo.example"
# The author is an office-holder: only then he writes where administrators are among themselves.
AUTHOR, REPORTER = "wethouder", "adviseur"
MOST_LINKS = 250


class Word:
    """A word and who may read it. `heard_by`: who hear it live; nothing: only its readers may, and need not."""

    def __init__(self, what, text, readers, heard_by=None):
        self.what, self.text, self.readers, self.heard_by = what, text, readers, heard_by


class WhoReadsWhat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(demo_folder(), options=["--notices-per-hour", "0", "--report-threshold", "0"])
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        port = cls.server.port
        cls.readers = {"guest": Visitor(port)} | {name: member(port, mail) for name, mail in {
            "wethouder": WETHOUDER, "adviseur": ADVISEUR, "nieuw": NIEUW, "moderator": MODERATOR, "moderator2": MODERATOR2, "beheer": BEHEER}.items()}
        cls.server.sql("INSERT INTO members (email, name, function, role, is_trusted, password_hash) SELECT "
                f"'{ELSEWHERE}', 'Else Wijers', 'moderator', role, true, password_hash FROM members WHERE email = '{MODERATOR}'")
        cls.readers["elsewhere"] = member(port, ELSEWHERE)
        number = cls.server.sql(f"SELECT id FROM members WHERE email = '{ELSEWHERE}'")
        cls.accept(cls.readers["beheer"].api("PUT", f"/members/{number}/scope", {"themes": ["onderwijs"], "provinces": ["Drenthe"]}))
        office = {name for name, mail in (("adviseur", ADVISEUR), ("nieuw", NIEUW))
                  if cls.server.sql(f"SELECT is_office_holder(function) FROM members WHERE email = '{mail}'") == "t"}
        everyone = set(cls.readers)
        cls.see_thread = {"public": everyone, "members": everyone - {"guest"}, "administrators": STAFF | office | {AUTHOR}}
        cls.words = []
        moderator = cls.readers["moderator"]
        cls.accept(moderator.api("POST", "/moderation/rules", {"kind": "words", "pattern": "toetswoord", "effect": "hold",
                                                               "reason": "Voor deze toets."}), 201)
        cls.accept(moderator.api("POST", "/moderation/rules", {"kind": "words", "pattern": cls.new("a word rule", STAFF), "effect": "warn",
                                                               "reason": "Voor deze toets."}), 201)
        cls.accept(moderator.api("POST", "/moderation/reasons", {"decision": "reject", "title": "Een vaste reden", "text": cls.new("a standard reason", STAFF)}), 201)
        cls.threads = {}
        cls.ears = {}
        for visibility in cls.see_thread:
            title = cls.new(f"the title of a {visibility} thread", cls.see_thread[visibility])
            cls.threads[visibility] = cls.accept(cls.readers[AUTHOR].api("POST", "/threads", {
                "kind": "question", "title": f"Een gesprek over {title}", "body": "Wie weet dit?", "theme": "huisvesting", "visibility": visibility,
                "municipalities": ["GM1783"], "typologies": ["tuinbouwgemeenten"]}), 201)["id"]
            cls.accept(moderator.api("PUT", f"/threads/{cls.threads[visibility]}/wall"))
        topics = [f"thread/{thread}" for thread in cls.threads.values()] + ["list/all", "list/theme/huisvesting", "list/municipality/GM1783",
                                                                           "list/typology/tuinbouwgemeenten", "me", "moderation"]
        for name, reader in cls.readers.items():
            cls.ears[name] = WebSocket(port, reader.cookies)
            for topic in topics:
                cls.ears[name].follow(topic)
            cls.addClassCleanup(cls.ears[name].close)
        for visibility in cls.see_thread:
            cls.write_all_states(visibility)

    @classmethod
    def new(cls, what, readers, heard_by=None):
        cls.words.append(Word(what, word(), readers, heard_by))
        return cls.words[-1].text

    @classmethod
    def accept(cls, answer, *statuses):
        assert answer.status in (statuses or (200, 201, 202)), answer
        return answer.json() if answer.body else None

    @classmethod
    def reply(cls, thread, body):
        return f"/threads/{thread}/posts/{cls.accept(cls.readers[AUTHOR].api('POST', f'/threads/{thread}/posts', {'body': body}))['number']}"

    @classmethod
    def decide(cls, at, decision, by="moderator", kind="review", **more):
        """A decision on the post's case of that kind; the numbers of case and decision."""
        _, _, thread, _, number = at.split("/")
        case = int(cls.server.sql(f"SELECT c.id FROM cases c JOIN posts p ON p.id = c.post_id WHERE p.thread_id = {thread} AND p.number = {number} "
                           f"AND c.kind = '{kind}' ORDER BY c.id DESC LIMIT 1"))
        version = cls.accept(cls.readers[by].api("GET", f"/moderation/cases/{case}"))["version"]
        cls.accept(cls.readers[by].api("POST", f"/moderation/cases/{case}/decision",
                                       {"version": version, "decision": decision, "rules": ["geen-inwoners"]} | more))
        return case, int(cls.server.sql(f"SELECT max(id) FROM decisions WHERE case_id = {case}"))

    @classmethod
    def write_all_states(cls, visibility):
        thread, author, moderator = cls.threads[visibility], cls.readers[AUTHOR], cls.readers["moderator"]
        readers, own, concerned = cls.see_thread[visibility], STAFF | {AUTHOR}, DESK | {AUTHOR}

        def text(state, who=own, heard_by=None):
            return cls.new(f"the text of a {visibility} post: {state}", who, heard_by)

        def about(what, who=concerned):
            return f"{cls.new(f'{what}, {visibility}', who)} is waar het om gaat, in alinea 2."

        cls.reply(thread, "Dit zien wij: " + text("live", readers, readers))
        cls.reply(thread, "Een toetswoord: " + text("waiting"))
        cls.decide(cls.reply(thread, "Een toetswoord: " + text("returned")), "return", questions=about("the question of a return"))
        case, rejected = cls.decide(cls.reply(thread, "Een toetswoord: " + text("rejected")), "reject", facts=about("the facts of a rejection"))
        cls.accept(moderator.api("POST", f"/moderation/cases/{case}/notes", {"text": about("a note", DESK)}))
        cls.accept(author.api("POST", "/appeals", {"decision": rejected, "text": about("an objection")}))
        changed = cls.reply(thread, "Dit staat er: " + text("live, before a change that waits", readers, readers))
        cls.accept(author.api("PUT", changed, {"body": "Een toetswoord, en dit staat er straks: " + text("a change that waits"), "version": 1}))
        for decision, state in (("hide", "hidden"), ("remove", "removed")):
            at = cls.reply(thread, "Dit stond er: " + text(state, heard_by=readers))
            if REPORTER in readers:
                cls.accept(cls.readers[REPORTER].api("POST", "/reports", {
                    "thread": thread, "post": int(at.split("/")[4]), "category": "resident-data", "text": about("a report", DESK | {REPORTER})}))
            else:
                cls.accept(moderator.api("POST", at + "/case", {}))
            cls.decide(at, decision, kind="report", facts=about(f"the facts of what was {state}"))
        withdrawn = cls.reply(thread, "Dit trek ik in: " + text("withdrawn", heard_by=readers))
        cls.accept(author.api("DELETE", withdrawn), 200, 204)
        cls.accept(author.api("PUT", f"/drafts/reply-{thread}", {"data": {"body": about("a draft", {AUTHOR})}, "revision": 0}))
        cls.accept(author.api("POST", "/threads", {
            "kind": "question", "title": "Een toetswoord " + cls.new(f"the title of a {visibility} thread that waits", own),
            "body": "Wie weet dit? " + text("the opening of a thread that waits"), "theme": "huisvesting", "visibility": visibility,
            "municipalities": ["GM1783"], "typologies": ["tuinbouwgemeenten"]}), 202)
        if visibility == "public":
            notice = {"address": f"/gesprekken/{thread}#bericht-2", "explanation": about("a notice", DESK), "name": "Nel " + cls.new("a notifier's name", DESK),
                      "email": cls.new("a notifier's address", set()) + "@buiten.example", "goodFaith": True, "isChildAbuse": True}
            cls.accept(Visitor(cls.server.port).api("POST", "/notices", notice))

    def addresses(self):
        """Every GET route, with all that its holes can be."""
        numbers = range(1, int(self.server.sql("SELECT max(number) FROM posts WHERE thread_id >= " + str(min(self.threads.values())))) + 1)
        threads = self.server.sql(f"SELECT id || '/' || slug FROM threads WHERE id >= {min(self.threads.values())}").split()
        ids = [thread.split("/")[0] for thread in threads]
        cases = self.server.sql("SELECT id FROM cases").split()
        decisions = self.server.sql("SELECT id FROM decisions").split()
        members = self.server.sql("SELECT id FROM members WHERE email LIKE '%@demo.example'").split()
        drafts = self.server.sql("SELECT key FROM drafts").split() or ["new"]
        follows = [f"thread/{n}" for n in ids] + [f"person/{n}" for n in members] + ["theme/huisvesting", "municipality/GM1783", "typology/tuinbouwgemeenten"]
        texts = [quote(w.text) for w in self.words]
        more = {"/gesprekken": [f"?zoek={t}" for t in texts], "/api/v1/threads": [f"?q={t}" for t in texts], "/api/v1/threads/similar": [f"?title={t}" for t in texts],
                "/api/v1/mentions": [f"?q={t}" for t in texts], "/bezwaar": [f"?besluit={n}" for n in decisions], "/kennisgeving": ["?adres=/gesprekken/" + n for n in ids],
                "/melden": [f"?gesprek={n}&bericht={k}" for n in ids for k in numbers]}
        for line in run("routes").stdout.splitlines():
            method, path, _, _ = line.split()
            if method != "GET":
                continue
            holes = []
            for part in re.findall(r"\{[^}]+\}", path):
                if part == "{id}":
                    holes.append(cases if "moderat" in path else members if re.search("leden|members", path) else ids)
                elif part == "{slug}" and "gesprekken" in path:
                    holes.append(["x"])
                else:
                    holes.append({"{n}": list(map(str, numbers)), "{slug}": ["tuinbouwgemeenten"], "{code}": ["GM1783"], "{kind}": [f.split("/")[0] for f in follows],
                                  "{token}": ["a" * 43], "{key}": drafts if "drafts" in path else [f.split("/")[1] for f in follows]}[part])
            if "{kind}/{key}" in path:
                filled = [path.replace("{kind}/{key}", follow) for follow in follows]
            else:
                parts = re.split(r"\{[^}]+\}", path)
                filled = ["".join(itertools.chain(*itertools.zip_longest(parts, values, fillvalue=""))) for values in itertools.product(*holes)]
            yield from filled
            yield from (path + query for query in more.get(path, []))

    def crawl(self, reader, addresses):
        """What is answered at these addresses and behind every link of this site that their pages hold; a link that is offered opens."""
        waiting, known, linked = [(path, None) for path in addresses], set(), 0
        while waiting:
            path, offered_on = waiting.pop()
            answer = reader.request("GET", path, headers={"Accept": "application/json" if path.startswith("/api/") else "text/html"})
            self.assertLess(answer.status, 400 if offered_on else 500, f"{answer} is offered on {offered_on}")
            yield path, answer.body.decode("utf-8", "replace") + json.dumps(dict(answer.headers))
            found = [answer.header("Location")] if answer.header("Location") else re.findall(r'href="([^"#]+)', answer.body.decode("utf-8", "replace")) \
                if (answer.header("Content-Type") or "").startswith("text/html") else []
            for link in found:
                target = urlsplit(urljoin(path, link.replace("&amp;", "&")))
                link = target.path + ("?" + target.query if target.query else "")
                is_ours = not target.netloc and not re.match(r"/(assets|gemeenten/GM(?!1783)|inloggen|taal|thema)", link)
                if is_ours and link not in known and linked < MOST_LINKS:
                    linked += 1
                    known.add(link)
                    waiting.append((link, path))

    def test_every_page_and_every_answer(self):
        addresses = sorted(set(self.addresses()))
        self.assertGreater(len(addresses), 500)
        for name, reader in self.readers.items():
            with self.subTest(name):
                found = {w.text: set() for w in self.words}
                pattern = re.compile("|".join(found))
                for path, content in self.crawl(reader, addresses):
                    asked = path.rsplit("=", 1)[-1]  # what was asked for is said again
                    for text in set(pattern.findall(content)) - {asked}:
                        found[text].add(path)
                for w in self.words:
                    if name in w.readers:
                        self.assertTrue(found[w.text], f"{name} finds nowhere: {w.what}")
                    else:
                        self.assertEqual(found[w.text], set(), f"{name} reads {w.what}")

    def test_every_live_message(self):
        for name, ear in self.ears.items():
            ear.send({"do": "follow", "topic": "nothing/of/the/kind"})
            ear.until(lambda m: m["is"] == "refused" and m["topic"] == "nothing/of/the/kind")
            heard = json.dumps(ear.messages)
            for w in self.words:
                if name not in (w.heard_by or w.readers):
                    self.assertNotIn(w.text, heard, f"{name} hears {w.what}")
                elif w.heard_by:
                    self.assertIn(w.text, heard, f"{name} does not hear {w.what}")

    def test_every_letter_and_log_line(self):
        mails = {"adviseur": ADVISEUR, "wethouder": WETHOUDER, "nieuw": NIEUW, "moderator": MODERATOR, "moderator2": MODERATOR2, "beheer": BEHEER, "elsewhere": ELSEWHERE}
        log = self.server.log_text()
        self.assertNotEqual(self.server.sql("SELECT count(*) FROM mails"), "0", "there are letters to look at")
        for w in self.words:
            self.assertNotIn(w.text, log, f"the log holds {w.what}")
            for address in self.server.sql(f"SELECT address FROM mails WHERE subject || body LIKE '%{w.text}%'").split():
                self.assertIn(address, [mails[name] for name in w.readers if name in mails], f"{address} is written {w.what}")
