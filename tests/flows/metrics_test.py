"""What the server counts, read as Prometheus reads it. Rule: a figure is compared before and after an act whose number is known."""
import os
import re
import signal
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from server import ADVISEUR, ROOT, WETHOUDER, Server, demo_folder, run, wait_until
from visitor import Visitor, member
from websocket import WebSocket

TOKEN = "alleen-voor-de-meter"


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(demo_folder(), options=["--metrics-listen", "127.0.0.1:0", "--metrics-token", TOKEN, "--canary-seconds", "1"])
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.port = int(wait_until("the port of the figures", lambda: re.search(r"event=metrics_listening \S+ port=(\d+)", cls.server.log_text()))[1])

    def ask(self, path="/metrics", token=TOKEN, method="GET"):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def scrape(self):
        """{'name{labels}': value}; every line is what the text format allows."""
        status, text = self.ask()
        self.assertEqual(status, 200)
        found = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                fits = re.fullmatch(r'([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (\S+)', line)
                self.assertTrue(fits, line)
                self.assertNotIn(fits[1], found, "each once")
                found[fits[1]] = float(fits[2])
        return found

    def grows(self, name, by, act):
        before = self.scrape().get(name, 0)
        act()
        wait_until(f"{name} grows by {by}", lambda: self.scrape().get(name, 0) == before + by, 20)

    def test_nobody_but_the_scraper(self):
        self.assertEqual(Visitor(self.server.port).get("/metrics").status, 404)
        self.assertEqual(member(self.server.port, "beheer@demo.example").get("/metrics").status, 404)
        self.assertEqual([self.ask(token=token)[0] for token in (None, "", "iets-anders", TOKEN + "x")], [401] * 4)
        self.assertEqual(self.ask("/")[0], 404)
        self.assertEqual(self.ask("/gesprekken")[0], 404)
        self.assertEqual(self.ask(method="POST")[0], 405)

    def test_what_stands_in_config_exists(self):
        figures = "\n".join(self.scrape())
        for file in (ROOT / "config/metrics").iterdir():
            for name in set(re.findall(r"\bforum_[a-z_]+[a-z](?=[{\[ )]|$)", file.read_text(), re.M)):
                self.assertIn(name, figures, file)

    def test_an_address_of_others_needs_a_token(self):
        for given, words in [(["--metrics-listen", "0.0.0.0:9464"], "needs --metrics-token"), (["--metrics-listen", "9464"], "ADDRESS:PORT")]:
            said = run("serve", "--port", "0", *given)
            self.assertNotEqual(said.returncode, 0)
            self.assertIn(words, said.stderr)

    def test_known_acts_give_known_figures(self):
        visitor, writer = Visitor(self.server.port), member(self.server.port, WETHOUDER)
        self.grows('forum_requests_total{route="health.ready",status="200"}', 3, lambda: [visitor.get("/readyz") for _ in range(3)])
        self.grows('forum_requests_total{route="none",status="404"}', 1, lambda: visitor.get("/bestaat-niet/naam@voorbeeld.nl"))
        visitor.get("/gesprekken/2")
        self.grows("forum_cache_hits_total", 2, lambda: [visitor.get("/gesprekken/2") for _ in range(2)])
        written = self.scrape()["forum_write_seconds_count"]
        self.assertEqual(writer.api("POST", "/threads/1/posts", {"body": "Geteld."}).status, 201)
        wait_until("it is written", lambda: self.scrape()["forum_write_seconds_count"] > written)  # the server's own chores write too
        self.assertNotIn("voorbeeld.nl", self.ask()[1])

    def test_followers_and_their_deliveries(self):
        writer = member(self.server.port, ADVISEUR)
        answer = writer.api("POST", "/threads", {"kind": "question", "title": "Wordt dit geteld?", "body": "Een vraag.", "theme": "huisvesting",
                                                 "visibility": "public"})
        self.assertEqual(answer.status, 201, answer)
        thread = answer.json()["id"]
        before = self.scrape()
        followers = [WebSocket(self.server.port) for _ in range(3)]
        for follower in followers:
            self.addCleanup(follower.close)
            since = follower.follow(f"thread/{thread}")["seq"]
        for number in range(2):
            self.assertEqual(writer.api("POST", f"/threads/{thread}/posts", {"body": f"Reactie {number}"}).status, 201)
        for follower in followers:
            follower.until(lambda m: m.get("kind") == "post.new" and m["seq"] == since + 2)

        def counted():
            now = self.scrape()
            return {name: now[name] - before[name] for name in ("forum_live_followers", "forum_live_topics", "forum_live_lag_seconds_count")}
        wanted = {"forum_live_followers": 3, "forum_live_topics": 1, "forum_live_lag_seconds_count": 6}
        wait_until(f"{wanted}", lambda: counted() == wanted, 20)
        self.assertLess(self.scrape()["forum_live_lag_seconds_sum"] - before["forum_live_lag_seconds_sum"], 60)
        late = WebSocket(self.server.port)
        self.addCleanup(late.close)
        self.grows("forum_live_replay_events_sum", 2, lambda: late.follow(f"thread/{thread}", since))
        ahead = WebSocket(self.server.port)
        self.addCleanup(ahead.close)
        self.grows("forum_live_resyncs_total", 1, lambda: ahead.follow(f"thread/{thread}", since + 1000))

    def test_the_canary_is_heard_and_seen_by_nobody(self):
        heard = 'forum_canary_beats_total{result="heard"}'
        wait_until("three beats", lambda: self.scrape()[heard] >= 3, 20)
        figures = self.scrape()
        self.assertEqual((figures["forum_canary_up"], figures['forum_canary_beats_total{result="silent"}']), (1, 0))
        self.assertEqual(figures["forum_canary_delivery_seconds_count"], figures[heard])
        self.assertGreater(figures["forum_canary_delivery_seconds_sum"], 0)
        self.assertRegex(Visitor(self.server.port).get("/healthz").text, r"^ok\ncanary: heard at \S+\n$")
        for visitor in (Visitor(self.server.port), member(self.server.port, "beheer@demo.example")):
            self.assertEqual(visitor.request("POST", "/canary").status, 404, "who does not have its key")
            for path in ("/", "/gesprekken", "/gemeenten"):
                self.assertFalse("canary" in visitor.get(path).text.lower(), path)
            self.assertEqual(visitor.api("GET", "/threads?q=canary").json()["count"], 0)
            follower = WebSocket(self.server.port, visitor.cookies)
            self.addCleanup(follower.close)
            self.assertEqual(follower.follow("list/canary")["is"], "refused")
            self.assertEqual(follower.follow("canary")["is"], "refused")
            self.assertEqual(follower.follow("list/all")["is"], "following")
            beats = self.scrape()[heard]
            wait_until("two more beats", lambda: self.scrape()[heard] >= beats + 2, 20)
            follower.send({"do": "follow", "topic": "list/none"})
            follower.until(lambda m: m["is"] == "refused" and m["topic"] == "list/none")
            self.assertEqual([m for m in follower.messages if m["is"] in ("hint", "event")], [])

    def test_a_canary_that_falls_silent_says_so(self):
        server = Server(demo_folder(), options=["--canary-seconds", "1"])
        self.addCleanup(server.end)
        server.start()
        state = lambda: Visitor(server.port).get("/healthz").text
        wait_until("it is heard", lambda: "canary: heard" in state(), 20)
        postmaster = server.postgres_pid()
        backends = [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
        for pid in [postmaster, *backends]:
            os.kill(pid, signal.SIGSTOP)
        try:
            wait_until("it is silent", lambda: "canary: silent" in state(), 60)
        finally:
            for pid in [postmaster, *backends]:
                os.kill(pid, signal.SIGCONT)
        wait_until("it is heard again", lambda: "canary: heard" in state(), 60)
        self.assertEqual(server.stop(), 0)
