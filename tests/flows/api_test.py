"""The API as web/openapi.json describes it: every route, every answer of a tour as guest, member and moderator, and what is
refused how. Rule: an answer that the tour does not check against the document is a test that is missing."""
import datetime
import http.client
import json
import re
import socket
import time
import unittest

import schema
from server import ADVISEUR, BEHEER, MODERATOR, MODERATOR2, NIEUW, PASSWORD, ROOT, WETHOUDER, Server, demo_folder, run
from visitor import Answer, Visitor, member

# What reaches more than the document's own routes, and is the tour's to visit.
THREAD = {"kind": "question", "title": "Hoe vindt u een taalmaatje?", "body": "Wij zoeken er **veertig**.", "theme": "gelijke-kansen",
          "municipalities": ["GM1783", "GM0344:experience"], "typologies": ["tuinbouwgemeenten"], "visibility": "public"}


class Document:
    def __init__(self, content):
        self.content = content
        self.visited = set()  # (method, path, status)

    def operation(self, method, path):
        """The operation and its pattern; literal paths before patterns."""
        bare = path.split("?")[0]
        for pattern in sorted(self.content["paths"], key=lambda p: p.count("{")):
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), bare):
                operations = self.content["paths"][pattern]
                if method.lower() in operations:
                    return operations[method.lower()], pattern
        raise AssertionError(f"{method} {bare} is not in the document")

    def follow(self, node):
        return schema.resolve(self.content, node["$ref"]) if "$ref" in node else node

    def faults(self, method, path, answer):
        """What of this answer is not as the document says."""
        operation, pattern = self.operation(method, path)
        described = operation["responses"].get(str(answer.status))
        if described is None:
            return [f"{method} {pattern}: {answer.status} is not described: {answer}"]
        self.visited.add((method, pattern, answer.status))
        described = self.follow(described)
        found = []
        for name, header in described.get("headers", {}).items():
            value = answer.header(name)
            if value is None:
                if name not in ("Link", "Location"):
                    found.append(f"{name} is missing")
            else:
                rule = self.follow(header)["schema"]
                found += schema.faults(self.content, rule, int(value) if rule.get("type") == "integer" else value, name)
        media = (answer.header("Content-Type") or "").split(";")[0]
        content = described.get("content", {})
        if not content:
            found += [f"a body of {len(answer.body)} bytes"] if answer.body else []
        elif media not in content:
            found.append(f"Content-Type {media}")
        else:
            found += schema.faults(self.content, content[media]["schema"], answer.json())
        return [f"{method} {path} {answer.status}: {fault}" for fault in found]


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(demo_folder())
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.guest = Visitor(cls.server.port)
        answer = cls.guest.api("GET", "/openapi.json", headers={"Origin": "https://elders.example"})
        assert answer.status == 200, answer
        cls.openapi, cls.document = answer, Document(answer.json())
        cls.wethouder, cls.nieuw, cls.adviseur, cls.moderator, cls.moderator2, cls.beheer = (
            member(cls.server.port, mail) for mail in (WETHOUDER, NIEUW, ADVISEUR, MODERATOR, MODERATOR2, BEHEER))

    def call(self, who, method, path, data=None, status=200, headers=None):
        """One call whose answer is as the document says; its JSON."""
        answer = who.api(method, path, data, headers)
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(self.document.faults(method, path, answer), [])
        return answer.json() if answer.body else None

    def start(self, who=None, status=201, **changes):
        return self.call(who or self.wethouder, "POST", "/threads", THREAD | changes, status)

    # ------------------------------------------------------------------------------------------------- the document
    def test_document_is_the_file_and_open_to_every_site(self):
        self.assertEqual(self.openapi.json(), json.loads((ROOT / "web/openapi.json").read_text()))
        self.assertEqual(self.openapi.header("Access-Control-Allow-Origin"), "*")
        self.assertEqual(self.openapi.header("API-Version"), self.document.content["info"]["version"])
        self.assertIsNone(self.guest.api("GET", "/themes", headers={"Origin": "https://elders.example"}).header("Access-Control-Allow-Origin"))

    def test_document_has_the_routes_of_the_program_and_no_others(self):
        printed = run("routes").stdout.splitlines()
        served = {tuple(line.split()[:2]) for line in printed if line.split()[1].startswith("/api/v1/")}
        described = {(method.upper(), "/api/v1" + path) for path, operations in self.document.content["paths"].items() for method in operations}
        self.assertEqual(served, described)
        self.assertGreater(len(served), 30)

    def test_document_follows_the_design_rules(self):
        content = self.document.content
        self.assertRegex(content["openapi"], r"^3\.\d+\.\d+$")
        self.assertRegex(content["info"]["version"], r"^\d+\.\d+\.\d+$")
        self.assertLessEqual({"name", "email", "url"}, set(content["info"]["contact"]))
        self.assertTrue(all(server["url"].endswith("/v1") for server in content["servers"]))
        names = []
        for path, operations in content["paths"].items():
            self.assertRegex(path, r"^(/([a-z0-9-]+|\{[a-z]+\}))+$|^/openapi\.json$")
            for method, operation in operations.items():
                names.append(operation["operationId"])
                where = f"{method} {path}"
                parameters = [self.document.follow(p) for p in operation.get("parameters", [])]
                self.assertEqual({p["name"] for p in parameters if p["in"] == "path"}, set(re.findall(r"\{(\w+)\}", path)), where)
                for parameter in parameters:
                    if parameter["in"] == "query":
                        self.assertRegex(parameter["name"], r"^[a-z][a-zA-Z]*$", where)
                if parameters or "requestBody" in operation:
                    self.assertIn("400", operation["responses"], where)
                for status, response in operation["responses"].items():
                    described = self.document.follow(response)
                    self.assertIn("API-Version", described["headers"], f"{where} {status}")
                    if status >= "400":
                        self.assertEqual(list(described["content"]), ["application/problem+json"], where)
        self.assertEqual(len(names), len(set(names)))

    def test_every_reference_leads_somewhere_and_every_component_is_used(self):
        text = json.dumps(self.document.content)
        used = set(re.findall(r'"\$ref": "(#/[^"]+)"', text))
        for reference in used:
            schema.resolve(self.document.content, reference)
        for kind in ("schemas", "parameters", "responses", "headers"):
            for name in self.document.content["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_the_check_sees_seeded_faults(self):
        rules = {"type": "object", "required": ["at", "kind"], "additionalProperties": False,
                 "properties": {"at": {"type": "string", "format": "date-time"}, "kind": {"enum": ["a"]}, "n": {"type": "integer", "minimum": 0},
                                "part": {"allOf": [{"$ref": "#/base"}], "properties": {"y": {"type": "null"}}, "unevaluatedProperties": False},
                                "list": {"type": "array", "maxItems": 1, "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}}
        content = {"base": {"type": "object", "required": ["x"], "properties": {"x": {"type": "boolean"}}}}
        good = {"at": "2026-01-02T03:04:05Z", "kind": "a", "n": 1, "part": {"x": True, "y": None}, "list": [None]}
        self.assertEqual(schema.faults(content, rules, good), [])
        for name, bad in {"missing": {"kind": "a"}, "unknown": good | {"other": 1}, "no zone": good | {"at": "2026-01-02T03:04:05"},
                          "offset": good | {"at": "2026-01-02T03:04:05+02:00"}, "no such day": good | {"at": "2026-02-30T03:04:05Z"},
                          "not listed": good | {"kind": "b"}, "true is no number": good | {"n": True}, "below": good | {"n": -1},
                          "base": good | {"part": {"y": None}}, "beside the base": good | {"part": {"x": True, "z": 1}},
                          "too many": good | {"list": ["a", "b"]}, "none of these": good | {"list": [1]}, "a list": []}.items():
            with self.subTest(name):
                self.assertNotEqual(schema.faults(content, rules, bad), [])
        with self.assertRaises(schema.UnknownKeyword):
            schema.faults({}, {"oneOf": []}, 1)
        answer = self.guest.api("GET", "/themes")
        answer.body = answer.body.replace(b'"slug"', b'"slak"', 1)
        self.assertEqual(len(self.document.faults("GET", "/themes", answer)), 2)

    # ----------------------------------------------------------------------------------------------------- the tour
    def test_tour(self):
        for who in (self.guest, self.wethouder, self.nieuw, self.moderator):
            self.tour_reading(who)
        self.tour_of_a_thread()
        self.tour_of_drafts()
        self.tour_of_the_queue()
        self.tour_of_moderation()
        self.tour_of_measures()
        self.tour_of_the_guard()
        self.tour_of_reports()
        self.tour_of_appeals()
        self.tour_of_acts()
        self.tour_of_whole_threads()
        self.tour_of_scopes()
        self.tour_of_the_wall()
        self.tour_of_following()
        self.tour_of_sessions()
        operations = {(method.upper(), path, int(status)) for path, methods in self.document.content["paths"].items()
                      for method, operation in methods.items() for status in operation["responses"] if status < "400"}
        self.assertEqual(operations - self.document.visited - {("GET", "/openapi.json", 200)}, set(), "answers that the tour did not see")

    def tour_reading(self, who):
        self.call(who, "GET", "/home")
        for path in ("/themes", "/rules", "/typologies", "/typologies/tuinbouwgemeenten", "/municipalities", "/municipalities?q=den&province=Zuid-Holland",
                     "/municipalities/GM1783", "/threads/similar?title=opvang+van+arbeidsmigranten", "/decisions", "/decisions/figures"):
            self.call(who, "GET", path)
        self.call(who, "GET", "/decisions/figures?quarter=2026-5", status=400)
        self.call(who, "GET", "/decisions/figures?quarter=2999-1", status=404)
        for query in ("", "kind=question&kind=dilemma", "theme=huisvesting", "municipality=Westland", "typology=tuinbouwgemeenten", "state=open",
                      "state=answered", "q=wonen", "sort=newest", "sort=unanswered", "likeMine=1"):
            rows = self.call(who, "GET", f"/threads?{query}")
            self.assertGreaterEqual(rows["count"], len(rows["items"]))
            for row in rows["items"][:4]:
                thread = self.call(who, "GET", f"/threads/{row['id']}")
                self.assertEqual((thread["title"], thread["replyCount"]), (row["title"], row["replyCount"]))
                for post in [thread["opening"], *thread["posts"]["items"]][:3]:
                    self.call(who, "GET", f"/threads/{row['id']}/posts/{post['number']}")
                    if post["hasText"]:
                        self.call(who, "GET", f"/threads/{row['id']}/posts/{post['number']}/versions")
        self.assertEqual([m["code"] for m in self.call(who, "GET", "/municipalities?q=Brielle")["items"]], ["GM1992"])

    def tour_of_following(self):
        thread = self.start()
        asker = thread["opening"]["author"]["id"]
        for subject in (f"thread/{thread['id']}", "theme/wonen", "municipality/GM1783", "typology/tuinbouwgemeenten", f"member/{asker}"):
            at = f"/me/follows/{subject}"
            self.assertEqual(self.call(self.adviseur, "GET", at)["level"], "")
            self.assertEqual(self.call(self.adviseur, "PUT", at, {"level": "all"})["level"], "all")
            self.call(self.adviseur, "PUT", at, {"level": "loud"}, 400)
            # Beside what he follows because he wrote there, which is noted a moment later.
            self.assertIn(subject, [item["subject"] for item in self.call(self.adviseur, "GET", "/me/follows")["items"]])
            self.call(self.guest, "PUT", at, {"level": "all"}, 401)
            self.call(self.adviseur, "DELETE", at, status=204)
        self.call(self.adviseur, "PUT", "/me/follows/thread/999999", {"level": "all"}, 404)
        self.assertEqual(self.call(self.adviseur, "GET", f"/members/{asker}")["name"], thread["opening"]["author"]["name"])
        self.call(self.guest, "GET", f"/members/{asker}", status=401)
        self.tour_of_notices(thread)

    def tour_of_notices(self, thread):
        before = self.call(self.wethouder, "GET", "/me/notices")["count"]
        since = self.call(self.wethouder, "GET", "/me/since?minutes=15")
        self.call(self.wethouder, "PUT", "/me/visit", {"until": since["until"]}, 204)
        self.call(self.wethouder, "PUT", "/me/visit", {"until": "x"}, 400)
        name = self.call(self.adviseur, "GET", "/mentions?q=westl")["items"][0]
        self.assertEqual(name["text"], "@Westland")
        self.call(self.guest, "GET", "/mentions?q=westl", status=401)
        reply = self.call(self.adviseur, "POST", f"/threads/{thread['id']}/posts", {"body": f"Vraag het {name['text']}."}, 201)
        self.assertIn('class="fd-vermelding" href="/gemeenten/GM1783"', reply["bodyHtml"])
        for _ in range(100):
            notices = self.call(self.wethouder, "GET", "/me/notices")
            if notices["count"] > before:
                break
            time.sleep(0.05)
        row = notices["items"][0]
        self.assertEqual((row["thread"], row["kind"], row["isUnread"]), (thread["id"], "mention", True))
        changed = self.call(self.wethouder, "GET", "/me/since?minutes=1")
        self.assertEqual([(item["thread"]["id"], item["newReplies"]) for item in changed["items"]], [(thread["id"], 1)])
        self.call(self.wethouder, "GET", "/me/since?minutes=2", status=400)
        read = self.call(self.wethouder, "PUT", "/me/notices/read", {"until": row["until"], "thread": thread["id"]})
        self.assertEqual(read["count"], before)
        self.call(self.wethouder, "PUT", "/me/notices/read", {}, 400)

    def tour_of_a_thread(self):
        thread = self.start()
        at = f"/threads/{thread['id']}"
        self.assertEqual([(m["code"], m["role"]) for m in thread["municipalities"]], [("GM1783", "about"), ("GM0344", "experience")])
        self.start(kind="dilemma", context="Weinig plek.", options="Bouwen of wachten.", tried="Praten.")
        self.call(self.wethouder, "GET", at + "/posts/1")
        reply = self.call(self.adviseur, "POST", at + "/posts", {"body": "In Vaals *wel*.", "replyTo": 1}, 201)
        self.assertEqual(reply["replyTo"]["number"], 1)
        mine = f"{at}/posts/{reply['number']}"
        self.call(self.adviseur, "PUT", mine, {"body": "In Vaals ook niet.", "version": reply["version"]})
        self.call(self.adviseur, "PUT", mine, {"body": "In Vaals misschien.", "version": reply["version"]}, 409)
        self.call(self.nieuw, "PUT", mine, {"body": "Van een ander.", "version": 2}, 403)
        versions = self.call(self.guest, "GET", mine + "/versions")["versions"]
        self.assertEqual([v["version"] for v in versions], [2, 1])
        self.assertIn("<del>", versions[0]["diffHtml"])
        self.call(self.moderator, "PUT", mine + "/versions/1", {"isHidden": True, "reason": ""}, 400)
        self.call(self.moderator, "PUT", mine + "/versions/2", {"isHidden": True, "reason": "Dit staat er nu."}, 409)
        self.assertTrue(self.call(self.moderator, "PUT", mine + "/versions/1", {"isHidden": True, "reason": "Er stond een naam in."})["isHidden"])
        self.assertTrue(self.call(self.wethouder, "PUT", at + "/answer", {"number": reply["number"]})["isAnswer"])
        self.assertTrue(self.call(self.guest, "GET", at)["isAnswered"])
        self.call(self.nieuw, "PUT", at + "/answer", {"number": reply["number"]}, 403)
        self.call(self.wethouder, "DELETE", at + "/answer", status=204)
        self.assertEqual(self.call(self.wethouder, "PUT", at + "/marker", {"number": 99})["number"], reply["number"])
        self.assertTrue(self.call(self.adviseur, "DELETE", mine)["isWithdrawn"])
        self.assertTrue(self.call(self.adviseur, "DELETE", mine)["isWithdrawn"], "twice is once")
        self.assertEqual(self.call(self.guest, "GET", mine)["body"], "")
        self.assertTrue(self.call(self.adviseur, "DELETE", mine + "/withdrawal")["isLive"])
        self.call(self.wethouder, "GET", mine)
        self.assertIn("<strong>", self.call(self.wethouder, "POST", "/previews", {"body": "**vet**<script>"})["html"])

    def tour_of_drafts(self):
        self.call(self.wethouder, "GET", "/drafts/new-thread", status=404)
        data = {"title": "Half", "municipalities": ["GM1783:about"]}
        first = self.call(self.wethouder, "PUT", "/drafts/new-thread", {"revision": 0, "data": data})
        self.assertEqual(self.call(self.wethouder, "GET", "/drafts/new-thread")["data"], data)
        problem = self.call(self.wethouder, "PUT", "/drafts/new-thread", {"revision": 0, "data": {"title": "Ander"}}, 409)
        self.assertEqual((problem["revision"], problem["data"]), (first["revision"], data))
        self.assertEqual(self.call(self.wethouder, "GET", "/me")["drafts"][0]["id"], "new-thread")
        self.call(self.adviseur, "GET", "/drafts/new-thread", status=404)
        self.call(self.wethouder, "DELETE", "/drafts/new-thread", status=204)
        self.call(self.wethouder, "DELETE", "/drafts/new-thread", status=204)
        self.call(self.wethouder, "GET", "/drafts/whatever", status=404)

    def tour_of_the_queue(self):
        thread = self.start(title="Wie kent een goede tolk?")
        at = f"/threads/{thread['id']}"
        self.start(self.nieuw, 202, title="Een vraag van een nieuw lid")
        kept = self.call(self.nieuw, "POST", at + "/posts", {"body": "Ik ken er een."}, 202)
        self.assertTrue(kept["isWaiting"])
        self.call(self.nieuw, "PUT", f"{at}/posts/{kept['number']}", {"body": "Ik ken er twee.", "version": 1}, 202)
        self.call(self.guest, "GET", f"{at}/posts/{kept['number']}", status=404)
        self.assertNotIn("Ik ken er", json.dumps(self.call(self.guest, "GET", at)))
        queue = self.call(self.moderator, "GET", "/moderation/cases")
        case = next(c for c in queue["items"] if c["excerpt"].startswith("Ik ken er twee"))
        url = f"/moderation/cases/{case['id']}"
        self.call(self.wethouder, "GET", url, status=404)
        self.call(self.wethouder, "POST", url + "/decision", {"version": 1, "decision": "approve"}, 404)
        self.call(self.moderator, "PUT", url + "/lease")
        self.call(self.moderator, "GET", url)
        self.call(self.moderator, "DELETE", url + "/lease")
        problem = self.call(self.moderator, "POST", url + "/decision", {"version": case["version"], "decision": "reject", "facts": "Kort."}, 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"rules", "facts"})
        decision = {"version": case["version"], "decision": "reject", "rules": ["bron"], "facts": "In de tekst staat niet wie deze tolken zijn."}
        self.call(self.moderator, "POST", url + "/decision", decision)
        problem = self.call(self.moderator, "POST", url + "/decision", decision, 409)
        self.assertEqual(problem["decided"]["kind"], "reject")
        self.assertEqual(self.call(self.moderator, "GET", url)["decided"]["kind"], "reject")
        own = self.call(self.nieuw, "GET", "/me/decisions")["items"]
        self.assertEqual([rule["slug"] for rule in own[0]["decision"]["rules"]], ["bron"])
        self.assertTrue(own[0]["post"]["isRejected"])
        self.call(self.nieuw, "GET", at)
        self.call(self.nieuw, "GET", "/me")

    def tour_of_moderation(self):
        thread = self.start(title="Een bericht dat gemeld wordt")
        at = f"/threads/{thread['id']}"
        post = self.call(self.adviseur, "POST", at + "/posts", {"body": "Mevrouw Jansen uit de Kerkstraat is ziek."}, 201)
        made = f"{at}/posts/{post['number']}/case"
        self.call(self.wethouder, "POST", made, {}, 404)
        case = self.call(self.moderator, "POST", made, {}, 201)
        self.assertEqual(self.call(self.moderator, "POST", made, {})["id"], case["id"])
        url = f"/moderation/cases/{case['id']}"
        reason = {"decision": "remove", "title": "Naam van een inwoner", "text": "In uw bericht staat de naam van een inwoner."}
        self.call(self.moderator, "POST", "/moderation/reasons", reason | {"text": ""}, 400)
        kept = self.call(self.moderator, "POST", "/moderation/reasons", reason, 201)
        self.assertEqual(self.call(self.moderator, "GET", "/moderation/reasons")["items"][0]["title"], reason["title"])
        self.call(self.moderator, "POST", url + "/notes", {"text": "Zij belde mij hierover."}, 201)
        shown = self.call(self.moderator, "GET", url)
        self.assertTrue(shown["isOwnInitiative"])
        self.assertEqual([d["value"] for d in shown["decisions"]], ["unfounded", "hide", "remove", "escalate", "erase"])
        decide = lambda kind, **more: {"version": self.call(self.moderator, "GET", url)["version"], "decision": kind, "rules": ["geen-inwoners"]} | more
        problem = self.call(self.moderator, "POST", url + "/decision", decide("hide", facts="Kort."), 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"facts"})
        self.call(self.moderator, "POST", url + "/decision", decide("hide", facts="In alinea 1 staat een naam."))
        self.assertTrue(self.call(self.guest, "GET", f"{at}/posts/{post['number']}")["isHidden"])
        self.call(self.moderator, "POST", url + "/decision", decide("remove", reason=kept["id"]))
        self.assertTrue(self.call(self.guest, "GET", f"{at}/posts/{post['number']}")["isRemoved"])
        own = self.call(self.adviseur, "GET", "/me/decisions")["items"][0]["decision"]
        self.assertIn("de naam van een inwoner", own["statement"])
        self.call(self.moderator, "DELETE", url + "/decision")
        self.call(self.moderator, "DELETE", url + "/decision", status=409)
        self.assertTrue(self.call(self.guest, "GET", f"{at}/posts/{post['number']}")["isHidden"])
        self.call(self.moderator, "POST", url + "/decision", decide("restore"))
        self.assertTrue(self.call(self.guest, "GET", f"{at}/posts/{post['number']}")["isLive"])
        self.call(self.moderator, "GET", "/moderation/cases?theme=wonen&province=Drenthe")
        self.call(self.moderator, "DELETE", f"/moderation/reasons/{kept['id']}")
        self.call(self.moderator, "DELETE", f"/moderation/reasons/{kept['id']}", status=404)

    def tour_of_measures(self):
        thread = self.start(title="Over wie dit schreef")
        writer = self.call(self.adviseur, "POST", f"/threads/{thread['id']}/posts", {"body": "Ook dit."}, 201)["author"]["id"]
        holder = self.call(self.guest, "GET", f"/threads/{thread['id']}/posts/1")["author"]["id"]
        made = f"/members/{writer}/measures"
        self.call(self.guest, "POST", made, status=404)
        self.call(self.wethouder, "POST", made, status=404)
        self.call(self.moderator, "POST", "/members/999999999/measures", status=404)
        case = self.call(self.moderator, "POST", made, status=201)
        self.assertEqual(self.call(self.moderator, "POST", made)["id"], case["id"])
        url = f"/moderation/cases/{case['id']}"
        decide = lambda who, url, kind, **more: {"version": self.call(who, "GET", url)["version"], "decision": kind, "rules": ["respect"],
                                                 "facts": "Schreef drie keer een belediging."} | more
        shown = self.call(self.moderator, "GET", url)
        self.assertEqual([d["value"] for d in shown["decisions"]],
                         ["unfounded", "warn", "review-all", "read-only", "suspend", "end-membership", "escalate"])
        problem = self.call(self.moderator, "POST", url + "/decision", decide(self.moderator, url, "suspend"), 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"until"})
        day = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
        self.call(self.moderator, "POST", url + "/decision", decide(self.moderator, url, "suspend", until=day))
        for method, path in (("GET", "/me"), ("GET", f"/threads/{thread['id']}"), ("GET", "/themes"), ("PUT", "/me/visit")):
            problem = self.call(self.adviseur, method, path, status=403)
            self.assertEqual((problem["type"], problem["measure"]["kind"]), ("/problems/restricted", "suspend"))
        own = self.call(self.adviseur, "GET", "/me/decisions")["items"][0]
        self.assertEqual((own["post"], own["decision"]["kind"], own["decision"]["lastDate"]), (None, "suspend", day))
        self.assertEqual(self.call(self.moderator, "GET", "/moderation/cases")["lastDecision"]["undoUrl"], f"/moderatie/{case['id']}/ongedaan")
        self.call(self.moderator, "DELETE", url + "/decision")
        self.call(self.adviseur, "GET", "/me")
        self.call(self.moderator, "POST", url + "/decision", decide(self.moderator, url, "unfounded"))

        # A mayor or an alderman: two.
        case = self.call(self.moderator, "POST", f"/members/{holder}/measures", status=201)
        url = f"/moderation/cases/{case['id']}"
        proposed = self.call(self.moderator, "POST", url + "/decision", decide(self.moderator, url, "end-membership"), 202)
        self.assertTrue(proposed["isProposed"])
        answer = lambda who, said, **more: {"version": self.call(who, "GET", url)["version"], "answer": said} | more
        self.call(self.moderator, "POST", url + "/proposal", answer(self.moderator, "confirm"), 403)
        self.call(self.moderator2, "POST", url + "/decision", decide(self.moderator2, url, "warn"), 409)
        problem = self.call(self.moderator2, "POST", url + "/proposal", answer(self.moderator2, "refuse", meer=1), 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"note", "meer"})
        self.assertEqual(self.call(self.moderator2, "GET", url)["proposal"]["by"], "Sanne Verhulst")
        self.call(self.moderator2, "POST", url + "/proposal", answer(self.moderator2, "refuse", note="Eerst een gesprek."))
        self.assertIsNone(self.call(self.moderator, "GET", url)["proposal"])
        self.call(self.moderator, "POST", url + "/decision", decide(self.moderator, url, "unfounded"))

    def tour_of_the_guard(self):
        at = f"/threads/{self.start(title='Wie helpt dit gezin?')['id']}/posts"
        data = {"body": "Bel hen: 06-12345678."}
        problem = self.call(self.wethouder, "POST", at, data, 400)
        self.assertEqual([e["field"] for e in problem["errors"]], ["confirmPrivate"])
        self.assertIn("06-12345678", problem["errors"][0]["message"])
        kept = self.call(self.wethouder, "POST", at, data | {"confirmPrivate": True}, 202)
        self.assertTrue(kept["isWaiting"] and kept["usualWait"])
        case = next(c for c in self.call(self.moderator, "GET", "/moderation/cases")["items"] if c["excerpt"].startswith("Bel hen"))
        self.assertEqual([m["slug"] for m in self.call(self.moderator, "GET", f"/moderation/cases/{case['id']}")["marks"]], ["privacy"])

        rule = {"kind": "words", "pattern": "Wie helpt", "effect": "block", "reason": "Vraag het liever gewoon."}
        self.assertEqual(self.call(self.moderator, "POST", "/moderation/rules", rule | {"dryRun": True})["items"][0]["found"], "Wie helpt")
        self.assertEqual(self.call(self.moderator, "GET", "/moderation/rules")["items"], [])
        self.call(self.wethouder, "POST", "/moderation/rules", rule, 404)
        url = f"/moderation/rules/{self.call(self.moderator, 'POST', '/moderation/rules', rule, 201)['id']}"
        problem = self.start(status=400, title="Wie  helpt ons?")
        self.assertEqual([e["field"] for e in problem["errors"]], ["title"])
        self.call(self.moderator, "PUT", url, {"active": False})
        self.start(title="Wie  helpt ons?")
        self.assertEqual(len(self.call(self.moderator, "GET", "/moderation/rules")["log"]), 2)

        hold = {"about": "theme/wonen", "reason": "Dit onderwerp ligt gevoelig."}
        self.call(self.wethouder, "POST", "/moderation/holds", hold, 404)
        url = f"/moderation/holds/{self.call(self.moderator, 'POST', '/moderation/holds', hold, 201)['id']}"
        self.assertEqual(self.call(self.moderator, "GET", "/moderation/holds")["items"][0]["name"], "Wonen")
        self.assertTrue(self.start(status=202, title="Wat wacht hier?", theme="wonen")["opening"]["isWaiting"])
        self.call(self.moderator, "DELETE", url)
        self.call(self.moderator, "DELETE", url, status=404)

    def tour_of_reports(self):
        thread = self.start(title="Wie weet hier meer van?")
        grounds = [ground["slug"] for ground in self.call(self.guest, "GET", "/report-categories")["items"]]
        data = {"thread": thread["id"], "post": 1, "category": grounds[0], "text": "Hier klopt iets niet."}
        self.call(self.guest, "POST", "/reports", data, 401)
        self.call(self.wethouder, "POST", "/reports", data, 403)
        self.call(self.adviseur, "POST", "/reports", data, 201)
        self.call(self.adviseur, "POST", "/reports", data | {"text": "Nog eens."}, 409)
        self.call(self.adviseur, "POST", "/reports", data, 200, {"Idempotency-Key": "meld-1"})
        self.call(self.adviseur, "POST", "/reports", data | {"thread": 999999}, 404)
        self.call(self.adviseur, "POST", "/reports", data | {"category": "geen", "post": 0}, 400)
        self.assertIsNone(self.call(self.adviseur, "GET", "/me/decisions")["reports"]["items"][0]["outcome"])
        notice = {"address": f"http://127.0.0.1:{self.server.port}/gesprekken/{thread['id']}", "explanation": "Dit is een oproep tot geweld.",
                  "name": "Nel Melder", "email": "nel@buiten.example", "goodFaith": True}
        self.call(self.guest, "POST", "/notices", notice, 202)
        problem = self.call(self.guest, "POST", "/notices", notice | {"address": "https://elders.example/gesprekken/1", "goodFaith": False}, 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"address", "goodFaith"})
        case = next(c for c in self.call(self.moderator, "GET", "/moderation/cases")["items"] if c["kind"] == "report")
        self.assertEqual(len(self.call(self.moderator, "GET", f"/moderation/cases/{case['id']}")["reportList"]), 1)

    def tour_of_appeals(self):
        thread = self.start(title="Wie weet dit nog meer?")
        case = self.call(self.moderator, "POST", f"/threads/{thread['id']}/posts/1/case", {}, 201)
        self.call(self.moderator, "POST", f"/moderation/cases/{case['id']}/decision",
                  {"version": 1, "decision": "remove", "rules": ["respect"], "facts": "Dit bericht is beledigend voor iemand."})
        decision = self.call(self.wethouder, "GET", "/me/decisions")["items"][0]["decision"]
        data = {"decision": decision["id"], "text": "Dat is het niet."}
        self.call(self.guest, "POST", "/appeals", data, 401)
        self.call(self.adviseur, "POST", "/appeals", data, 404)
        problem = self.call(self.wethouder, "POST", "/appeals", data | {"text": " ", "meer": 1}, 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"text", "meer"})
        self.call(self.wethouder, "POST", "/appeals", data | {"text": "x" * 1_000_000}, 413)
        appeal = self.call(self.wethouder, "POST", "/appeals", data, 201, {"Idempotency-Key": "bezwaar-1"})
        self.call(self.wethouder, "POST", "/appeals", data, 200, {"Idempotency-Key": "bezwaar-1"})
        self.call(self.wethouder, "POST", "/appeals", data | {"text": "Nog eens."}, 409)
        self.assertIsNone(self.call(self.wethouder, "GET", "/me/decisions")["items"][0]["appeal"]["decidedAt"])
        url = f"/moderation/cases/{appeal['id']}"
        grant = {"version": self.call(self.moderator2, "GET", url)["version"], "decision": "grant", "facts": "Het bericht beledigt toch niemand."}
        self.call(self.moderator, "POST", url + "/decision", grant, 403)
        self.call(self.moderator2, "POST", url + "/decision", grant)
        self.assertTrue(self.call(self.wethouder, "GET", "/me/decisions")["items"][1]["appeal"]["isGranted"])
        self.assertEqual(self.call(self.guest, "GET", f"/threads/{thread['id']}/posts/1")["state"], "live")

    def tour_of_acts(self):
        at = f"/threads/{self.start(title='Dit gesprek gaat dicht')['id']}"
        self.call(self.wethouder, "PUT", at + "/closure", {"reason": "Klaar."}, 404)
        self.call(self.moderator, "PUT", at + "/closure", {"reason": " "}, 400)
        self.call(self.moderator, "PUT", at + "/closure", {"reason": "De vraag is beantwoord."})
        self.assertEqual(self.call(self.guest, "GET", at)["closedReason"], "De vraag is beantwoord.")
        self.call(self.adviseur, "POST", at + "/posts", {"body": "Te laat."}, 409)
        self.call(self.moderator, "DELETE", at + "/closure", status=204)
        self.call(self.adviseur, "POST", at + "/posts", {"body": "Op tijd."}, 201)
        self.call(self.moderator, "PUT", at + "/pin", {"reason": "Belangrijk voor allen."})
        self.assertTrue(self.call(self.guest, "GET", "/threads")["items"][0]["isPinned"])
        self.call(self.moderator, "DELETE", at + "/pin", status=204)
        self.assertFalse(self.call(self.guest, "GET", "/threads")["items"][0]["isPinned"])

    def tour_of_whole_threads(self):
        one, other = (self.start(title=title)["id"] for title in ("Een gesprek over huisvesting", "Nog een gesprek daarover"))
        number = self.call(self.adviseur, "POST", f"/threads/{one}/posts", {"body": "Daar gaat dit over."}, 201)["number"]
        place = {"kind": "experience", "theme": "wonen", "municipalities": ["GM1783"], "reason": "Dit hoort daar."}
        self.call(self.wethouder, "PUT", f"/threads/{one}/place", place, 404)
        self.call(self.moderator, "PUT", f"/threads/{one}/place", place | {"theme": "bestaat-niet"}, 400)
        self.call(self.moderator, "PUT", f"/threads/{one}/place", place)
        self.assertEqual(self.call(self.guest, "GET", f"/threads/{one}")["theme"]["slug"], "wonen")
        split = {"numbers": [number], "title": "Een eigen gesprek", "reason": "Dit is iets anders."}
        self.call(self.adviseur, "POST", f"/threads/{one}/split", split, 404)
        self.call(self.moderator, "POST", f"/threads/{one}/split", split | {"title": " "}, 400)
        made = self.call(self.moderator, "POST", f"/threads/{one}/split", split, 201)["into"]
        self.assertEqual(self.call(self.guest, "GET", f"/threads/{made}")["opening"]["body"], "Daar gaat dit over.")
        self.call(self.moderator, "POST", f"/threads/{made}/merge", {"into": made, "reason": "Met zichzelf."}, 400)
        self.call(self.moderator, "POST", f"/threads/{made}/merge", {"into": other, "reason": "Dit hoort bij elkaar."})
        self.assertEqual(self.call(self.guest, "GET", f"/threads/{other}")["replyCount"], 1)
        # Old addresses lead on: of the thread that was merged, and of its post.
        self.assertEqual(self.call(self.guest, "GET", f"/threads/{made}", status=301), {"url": f"/api/v1/threads/{other}"})
        for old in (f"{made}/posts/1", f"{one}/posts/{number}"):
            self.assertEqual(self.call(self.guest, "GET", f"/threads/{old}", status=301), {"url": f"/api/v1/threads/{other}/posts/2"})
            self.assertEqual(self.call(self.guest, "GET", f"/threads/{old}/versions", status=301), {"url": f"/api/v1/threads/{other}/posts/2/versions"})
        self.call(self.moderator, "GET", f"/threads/{made}/acts", status=301)
        for who in (self.guest, self.wethouder):
            self.call(who, "GET", f"/threads/{other}/acts", status=404)
        self.call(self.moderator, "PUT", f"/threads/{other}/pin", {"reason": "Leest iedereen."})
        acts = self.call(self.moderator, "GET", f"/threads/{other}/acts")["items"]
        self.assertEqual([(act["kind"], act["reason"], act["isBefore"]) for act in acts],
                         [("pin", "Leest iedereen.", False), ("merge", "Dit hoort bij elkaar.", False)])
        self.assertEqual((acts[1]["other"]["id"], acts[1]["other"]["title"], acts[1]["by"]), (made, "Een eigen gesprek", "Sanne Verhulst"))
        self.assertEqual([act["kind"] for act in self.call(self.moderator, "GET", f"/threads/{one}/acts")["items"]], ["split", "move"])

    def tour_of_scopes(self):
        number = Visitor(self.server.port).api("POST", "/session", {"email": MODERATOR2, "password": PASSWORD}).json()["id"]
        at = f"/members/{number}/scope"
        for who in (self.guest, self.wethouder, self.moderator):
            self.call(who, "GET", at, status=404)
            self.call(who, "PUT", at, {"themes": ["taal"]}, 404)
        self.assertTrue(self.call(self.beheer, "GET", at)["isEverything"])
        problem = self.call(self.beheer, "PUT", at, {"themes": ["bestaat-niet"], "kleur": "rood"}, 400)
        self.assertEqual({e["field"] for e in problem["errors"]}, {"themes", "kleur"})
        self.call(self.beheer, "PUT", at, {"themes": ["taal"], "provinces": ["Drenthe"]})
        thread = self.start(title="Een bericht buiten het gebied")["id"]
        case = self.call(self.moderator, "POST", f"/threads/{thread}/posts/1/case", {}, 201)["id"]
        self.call(self.moderator2, "GET", f"/moderation/cases/{case}", status=404)
        self.assertNotIn(case, [item["id"] for item in self.call(self.moderator2, "GET", "/moderation/cases")["items"]])
        self.call(self.beheer, "PUT", at, {})
        self.call(self.moderator2, "GET", f"/moderation/cases/{case}")
        self.call(self.moderator, "POST", f"/moderation/cases/{case}/decision", {"version": 1, "decision": "unfounded"})

    def tour_of_the_wall(self):
        at = f"/threads/{self.start(title='Vragen voor de sessie van dinsdag', kind='question')['id']}"
        self.call(self.guest, "GET", at + "/wall", status=404)
        self.call(self.wethouder, "PUT", at + "/wall", status=404)
        self.call(self.moderator, "PUT", at + "/wall")
        number = self.call(self.adviseur, "POST", at + "/posts", {"body": "Wat werkt bij u?"}, 201)["number"]
        other = self.call(self.wethouder, "POST", at + "/posts", {"body": "En wat niet?"}, 201)["number"]
        vote = at + f"/posts/{number}/vote"
        self.call(self.guest, "PUT", vote, status=401)
        self.call(self.adviseur, "PUT", vote, status=403)
        self.call(self.adviseur, "PUT", at + "/posts/99/vote", status=404)
        self.assertEqual(self.call(self.wethouder, "PUT", vote), {"number": number, "votes": 1, "hasVoted": True, "place": "open"})
        self.call(self.wethouder, "DELETE", vote, status=204)
        self.call(self.wethouder, "PUT", vote)
        self.assertEqual([q["votes"] for q in self.call(self.guest, "GET", at + "/wall")["items"]], [1, 0])
        self.call(self.moderator, "PUT", at + "/wall/current", {"number": "x"}, 400)
        self.call(self.wethouder, "PUT", at + "/wall/current", {"number": number}, 404)
        self.call(self.moderator, "PUT", at + "/wall/current", {"number": number})
        self.call(self.moderator, "PUT", at + f"/posts/{other}/dealt")
        self.call(self.moderator, "DELETE", at + f"/posts/{other}/dealt", status=204)
        wall = self.call(self.moderator, "GET", at + "/wall")
        self.assertEqual((wall["current"]["number"], [q["number"] for q in wall["items"]], wall["dealt"]), (number, [other], []))
        self.call(self.moderator, "DELETE", at + "/wall", status=204)
        self.call(self.wethouder, "DELETE", vote, status=409)
        wall = self.call(self.wethouder, "GET", at + "/wall")
        self.assertEqual((wall["isOpen"], wall["dealt"][0]["votes"], wall["dealt"][0]["hasVoted"]), (False, 1, True))

    def tour_of_sessions(self):
        self.call(self.guest, "GET", "/me", status=401)
        visitor = Visitor(self.server.port)
        answer = visitor.api("POST", "/session", {"email": ADVISEUR, "password": PASSWORD})
        self.assertEqual(self.document.faults("POST", "/session", answer), [])
        sessions = self.call(visitor, "GET", "/me")["sessions"]
        other = next(s for s in sessions if not s["isCurrent"])
        self.call(visitor, "DELETE", f"/me/sessions/{other['id']}", status=204)
        self.call(visitor, "DELETE", f"/me/sessions/{other['id']}", status=404)
        type(self).adviseur = member(self.server.port, ADVISEUR)
        self.call(visitor, "DELETE", "/session", status=204)
        self.call(visitor, "GET", "/me", status=401)

    # ------------------------------------------------------------------------------------------------------ refusals
    def problem(self, answer, status, slug=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.header("Content-Type"), "application/problem+json")
        self.assertEqual(answer.header("API-Version"), "1.0.0")
        rules = self.document.content["components"]["schemas"]["Problem"]
        self.assertEqual(schema.faults(self.document.content, rules, answer.json()), [])
        self.assertEqual(answer.json()["status"], status)
        if slug:
            self.assertEqual(answer.json()["type"], f"/problems/{slug}")
        return answer.json()

    def test_every_answer_has_the_version_and_the_safe_headers(self):
        for method, path, status in [("GET", "/themes", 200), ("GET", "/threads?cursor=%21", 400), ("GET", "/me", 401), ("GET", "/nope", 404),
                                     ("DELETE", "/threads", 405), ("POST", "/threads", 401)]:
            answer = self.guest.api(method, path, {} if method == "POST" else None)
            self.assertEqual(answer.status, status, answer)
            for name, value in {"API-Version": "1.0.0", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
                                "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "no-referrer"}.items():
                self.assertEqual(answer.header(name), value, answer)

    def test_unknown_places_and_methods(self):
        self.assertEqual(self.guest.api("DELETE", "/threads").header("Allow"), "GET, HEAD, POST")
        self.problem(self.guest.api("PATCH", "/threads"), 405, "method-not-allowed")
        for path in ("/threads/", "/themes/", "/", "", "/threads/0", "/threads/-1", "/threads/x", "/threads/99999999999999999999", "/threads/1/posts/0",
                     "/municipalities/GM9999", "/typologies/geen", "/me/", "//themes", "/threads/1/posts/99999"):
            with self.subTest(path):
                self.problem(self.guest.api("GET", path), 404, "not-found")

    def test_head_is_get_without_its_body(self):
        for path in ("/themes", "/threads", "/openapi.json", "/nope"):
            get, head = self.guest.api("GET", path), self.guest.api("HEAD", path)
            self.assertEqual((head.status, head.body), (get.status, b""))
            for name in ("Content-Type", "Content-Length", "API-Version"):
                self.assertEqual(head.header(name), get.header(name), f"{path} {name}")

    def test_all_faults_at_once(self):
        problem = self.problem(self.wethouder.api("POST", "/threads", {"kind": "rant", "title": "x" * 141, "theme": "geen", "municipalities": ["GM1"],
                                                                       "typologies": ["geen"], "visibility": "iedereen", "extra": 1}), 400, "invalid-input")
        self.assertEqual({e["field"] for e in problem["errors"]},
                         {"kind", "title", "body", "theme", "municipalities", "typologies", "visibility", "extra"})
        self.assertTrue(all(e["message"] for e in problem["errors"]))

    def test_unknown_members_are_refused_everywhere(self):
        thread = self.start(title="Voor onbekende velden")
        at = f"/threads/{thread['id']}"
        for method, path, data in [("POST", "/threads", THREAD), ("POST", at + "/posts", {"body": "a"}), ("PUT", at + "/posts/1", {"body": "a", "version": 1}),
                                   ("PUT", at + "/marker", {"number": 1}), ("PUT", at + "/answer", {"number": 1}), ("POST", "/previews", {"body": "a"}),
                                   ("PUT", "/drafts/new-thread", {"revision": 0, "data": {}}),
                                   ("POST", "/session", {"email": "a@b.example", "password": "x"})]:
            with self.subTest(path):
                problem = self.problem(self.wethouder.api(method, path, data | {"onbekend": 1}), 400, "invalid-input")
                self.assertIn("onbekend", {e["field"] for e in problem["errors"]})

    def test_what_is_no_text_is_refused_with_its_field(self):
        thread = self.start(title="Voor getallen en waarheden")
        at = f"/threads/{thread['id']}"
        waiting = self.nieuw.api("POST", at + "/posts", {"body": "Wacht op een besluit"})
        self.assertEqual(waiting.status, 202, waiting)
        case = self.moderator.api("GET", "/moderation/cases").json()["items"][-1]
        decision = {"version": case["version"], "decision": "return", "questions": "Waar was dit?"}
        for who, method, path, data, fields in [
            (self.wethouder, "POST", "/threads", THREAD, ("kind", "title", "body", "theme", "visibility", "context")),
            (self.wethouder, "POST", at + "/posts", {"body": "a"}, ("body",)),
            (self.wethouder, "PUT", at + "/posts/1", {"body": "a", "version": 1}, ("body",)),
            (self.wethouder, "POST", "/previews", {"body": "a"}, ("body",)),
            (self.moderator, "PUT", at + "/closure", {"reason": "Klaar"}, ("reason",)),
            (self.moderator, "POST", f"/moderation/cases/{case['id']}/decision", decision, ("decision", "questions", "facts", "note")),
            (self.guest, "POST", "/session", {"email": "a@b.example", "password": "x"}, ("email", "password")),
        ]:
            for value in (5, True, ["a"], {"a": "b"}):
                with self.subTest(path, value=value):
                    problem = self.problem(who.api(method, path, data | {field: value for field in fields}), 400, "invalid-input")
                    said = {e["field"]: e["message"] for e in problem["errors"] if e["message"].startswith("Vul bij")}
                    self.assertEqual(set(said), set(fields))
                    for field in fields:
                        self.assertIn(field, said[field])
        self.assertEqual(self.guest.api("GET", at).json()["title"], "Voor getallen en waarheden")
        self.assertFalse(self.guest.api("GET", at).json()["isClosed"])

    def test_bodies_that_are_not_what_they_say(self):
        send = lambda body, media="application/json", path="/api/v1/threads": self.wethouder.request("POST", path, body, {"Content-Type": media})
        for media in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonp"):
            self.problem(send("{}", media), 415, "unsupported-media-type")
        for body in ("", "[]", "1", "null", "{", '{"a":1,}', '{"kind":"question"', "{}x", "[" * 5000, b"\xff\xfe{}", b'{"title":"\xff"}', '{"title":"a\\u0000b"}',
                     '{"title":"\\ud800"}', b'{"title":"\xed\xa0\x80"}'):
            with self.subTest(body[:20]):
                self.assertIn(self.problem(send(body), 400)["type"], ("/problems/bad-request", "/problems/invalid-input"))
        for value in ({"a": 1}, ["a", "b"]):
            with self.subTest(value):
                problem = self.problem(self.wethouder.api("POST", "/threads", THREAD | {"title": value}), 400)
                self.assertTrue("errors" not in problem or any(e["field"] == "title" for e in problem["errors"]))
        self.problem(self.wethouder.api("POST", "/threads", THREAD | {"title": 1.5}), 400)
        self.problem(self.wethouder.api("POST", "/threads", THREAD | {"municipalities": [["GM1783"]]}), 400)

    def test_oversize(self):
        self.problem(self.wethouder.api("POST", "/previews", {"body": "x" * 20_001}), 400, "invalid-input")
        self.assertEqual(self.wethouder.api("POST", "/previews", {"body": "x" * 20_000}).status, 200)
        self.problem(self.wethouder.api("POST", "/previews", {"body": "x" * 3_000_000}), 413, "too-large")
        self.problem(self.wethouder.api("PUT", "/drafts/new-thread", {"revision": 0, "data": {"body": "x" * 130_000}}), 413, "too-large")
        self.assertEqual(self.guest.api("GET", "/threads?q=" + "x" * 1_000).status, 200)

    def test_what_http_refuses_is_a_problem_too(self):
        def send(lines):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as raw:
                raw.sendall("\r\n".join([*lines, "", ""]).encode())
                reply = http.client.HTTPResponse(raw)
                reply.begin()
                return Answer(lines[0].split()[0], lines[0].split()[1][:40], reply.status, reply.headers, reply.read())

        long, host = "x" * 100_000, "Host: a"
        for lines, status, slug in [
            ([f"GET /PATH?q={long[:9_000]} HTTP/1.1", host], 414, "too-large"), ([f"GET /PATH?q={long} HTTP/1.1", host], 414, "too-large"),
            (["GET /PATH HTTP/1.1", host, f"X-Long: {long}"], 431, "too-large"), (["GET /PATH HTTP/1.1", host, *(f"X{n}: 1" for n in range(101))], 431, "too-large"),
            (["GET /PATH HTTP/1.1"], 400, "bad-request"), (["GET /PATH HTTP/1.1", "Host: a b"], 400, "bad-request"), (["GET /PATH?q=%zz HTTP/1.1", host], 400, "bad-request"),
            (["GET /PATH HTTP/3.0", host], 505, "bad-request"), (["POST /PATH HTTP/1.1", host, "Transfer-Encoding: gzip"], 501, "bad-request"),
            (["POST /PATH HTTP/1.1", host, "Expect: wonders"], 417, "bad-request"), (["POST /PATH HTTP/1.1", host, "Content-Length: 9999999999"], 413, "too-large"),
        ]:
            with self.subTest(lines[0][:40], status=status):
                self.problem(send([lines[0].replace("PATH", "api/v1/threads"), *lines[1:]]), status, slug)
                page = send([lines[0].replace("PATH", "gesprekken"), *lines[1:]])
                self.assertEqual((page.status, page.header("Content-Type")), (status, "text/html; charset=utf-8"))

    def test_text_in_targets(self):
        for query in ("q=%00", "q=%ff", "q=%zz", "municipality=%c3%28"):
            with self.subTest(query):
                self.problem(self.guest.api("GET", f"/threads?{query}"), 400)
        self.problem(self.guest.api("GET", "/municipalities/%2e%2e"), 400)
        self.assertEqual(self.guest.api("GET", "/threads?q=%27%3B+drop+table+posts%3B--+%25_%5C").status, 200)
        self.assertEqual(self.guest.api("GET", "/municipalities?q=%25").json()["count"], 0)

    def test_bad_cursors(self):
        rows = self.call(self.wethouder, "GET", "/municipalities")
        for path in ("/threads", "/municipalities", "/me/decisions"):
            for cursor in ("x", "%21%21", "W10", "WyJhIl0", "bnVsbA", "WzEsMiwzLDRd", "A" * 600):
                with self.subTest(path, cursor=cursor):
                    self.problem(self.wethouder.api("GET", f"{path}?cursor={cursor}"), 400, "bad-request")
        self.problem(self.wethouder.api("GET", f"/threads?cursor={rows['next']}"), 400, "bad-request")
        self.problem(self.moderator.api("GET", "/moderation/cases?cursor=x"), 400, "bad-request")
        self.problem(self.guest.api("GET", "/threads/1?cursor=x"), 400, "bad-request")

    def test_wrong_values_of_known_filters(self):
        for query in ("state=nonsense", "kind=nonsense", "sort=nonsense"):
            with self.subTest(query):
                self.problem(self.guest.api("GET", f"/threads?{query}"), 400)

    def test_paging_visits_each_thread_once(self):
        for number in range(25):
            self.start(title=f"Bladeren {number:02}")
        for sort in ("activity", "newest", "unanswered"):
            path, seen, count = f"/threads?sort={sort}", [], None
            while path:
                answer = self.guest.api("GET", path)
                self.assertEqual(self.document.faults("GET", path, answer), [])
                page = answer.json()
                count = page["count"]
                seen += [row["id"] for row in page["items"]]
                link = answer.header("Link")
                self.assertEqual(link is None, page["next"] is None)
                if link:
                    target = re.fullmatch(r'<(/api/v1([^>]+))>; rel="next"', link)
                    self.assertIn(f"cursor={page['next']}", target[1])
                    self.assertEqual(page["nextUrl"], target[1])
                path = target[2] if link else None
            self.assertEqual(len(seen), len(set(seen)))
            self.assertEqual(len(seen), count)
            self.assertGreater(count, 40)

    def test_paging_of_posts_and_municipalities(self):
        thread = self.start(title="Een lang gesprek")
        at = f"/threads/{thread['id']}"
        for number in range(45):
            self.call(self.adviseur, "POST", at + "/posts", {"body": f"Bericht {number}"}, 201)
        path, numbers = at, [1]
        while path:
            answer = self.guest.api("GET", path)
            self.assertEqual(self.document.faults("GET", path, answer), [])
            numbers += [post["number"] for post in answer.json()["posts"]["items"]]
            link = answer.header("Link")
            self.assertEqual(link is None, answer.json()["posts"]["next"] is None)
            path = re.search(r"</api/v1([^>]+)>", link)[1] if link else None
        self.assertEqual(numbers, list(range(1, 47)))
        path, codes, count = "/municipalities", [], None
        while path:
            answer = self.guest.api("GET", path)
            codes += [m["code"] for m in answer.json()["items"]]
            count = answer.json()["count"]
            path = re.search(r"</api/v1([^>]+)>", answer.header("Link"))[1] if answer.header("Link") else None
        self.assertEqual((len(codes), len(set(codes))), (count, count))

    def test_counts_of_filters_equal_the_rows(self):
        for who in (self.guest, self.nieuw, self.moderator):
            filters = self.call(who, "GET", "/threads")["filters"]
            for name, field in (("kinds", "kind"), ("themes", "theme"), ("typologies", "typology"), ("states", "state")):
                for choice in filters[name]:
                    if choice["value"]:
                        found = self.call(who, "GET", f"/threads?{field}={choice['value']}")
                        self.assertEqual(found["count"], choice["count"], f"{field}={choice['value']}")

    def test_idempotency_key(self):
        thread = self.start(title="Tweemaal verzonden")
        at = f"/threads/{thread['id']}/posts"
        key = {"Idempotency-Key": "een-en-dezelfde"}
        first = self.call(self.adviseur, "POST", at, {"body": "Eenmaal."}, 201, key)
        again = self.call(self.adviseur, "POST", at, {"body": "Eenmaal."}, 201, key)
        self.assertEqual((again["id"], again["number"]), (first["id"], first["number"]))
        self.assertEqual(self.call(self.guest, "GET", f"/threads/{thread['id']}")["replyCount"], 1)
        other = self.call(self.wethouder, "POST", at, {"body": "Een ander met die sleutel."}, 201, key)
        self.assertNotEqual(other["id"], first["id"])
        started = [self.call(self.wethouder, "POST", "/threads", THREAD | {"title": "Zelfde sleutel"}, 201, key)["id"] for _ in range(2)]
        self.assertEqual(started[0], started[1])
        self.problem(self.adviseur.api("POST", at, {"body": "x"}, {"Idempotency-Key": "x" * 300}), 400)

    def test_the_language_of_the_problem_follows_the_reader(self):
        dutch = self.guest.api("GET", "/nope").json()["detail"]
        english = self.guest.api("GET", "/nope", headers={"Accept-Language": "en"}).json()["detail"]
        self.assertNotEqual(dutch, english)
        self.assertNotRegex(dutch + english, r"\w+\.\w+_\w+")


if __name__ == "__main__":
    unittest.main()
