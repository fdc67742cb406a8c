"""What must hold when things go wrong or happen at once: killed processes, a database that is away, two servers on one database,
kept pages, many writers. Rule: what is killed is killed by its process id, and nothing here waits by the clock."""
import itertools
import os
import random
import signal
import socket
import threading
import unittest

from server import ADVISEUR, BEHEER, MODERATOR, MODERATOR2, NIEUW, WETHOUDER, Server, demo_folder, folder, run, wait_until
from visitor import Visitor, member
from websocket import EventStream, WebSocket

TRUSTED = [WETHOUDER, ADVISEUR, MODERATOR, MODERATOR2, BEHEER]


def question(title, **changes):
    return {"kind": "question", "title": title, "body": "Een vraag.", "theme": "huisvesting", "visibility": "public"} | changes


def start_thread(visitor, title, **changes):
    answer = visitor.api("POST", "/threads", question(title, **changes))
    assert answer.status in (201, 202), answer
    return answer.json()["id"]


def post(visitor, thread, body, key=None):
    return visitor.api("POST", f"/threads/{thread}/posts", {"body": body}, {"Idempotency-Key": key} if key else None)


def all_posts(visitor, thread):
    """Number -> body, over all pages of a thread."""
    posts, cursor = {}, ""
    while True:
        page = visitor.api("GET", f"/threads/{thread}" + (f"?cursor={cursor}" if cursor else "")).json()
        posts |= {post["number"]: post["body"] for post in [page["opening"], *page["posts"]["items"]]}
        cursor = page["posts"]["next"]
        if not cursor:
            return posts


class Writers:
    """Threads that post one after another until told to stop, or until the server is gone."""

    def __init__(self, ports, sessions, threads, at_least, name=""):
        self.acknowledged, self.doubtful, self.lock, self.enough, self.ends = [], [], threading.Lock(), threading.Event(), False
        self.at_least, self.name = at_least, name
        self.hands = [threading.Thread(target=self.write, args=(ports[n % len(ports)], sessions[n % len(sessions)], threads[n % len(threads)], n))
                      for n in range(8)]
        for hand in self.hands:
            hand.start()

    def write(self, port, session, thread, hand):
        visitor = Visitor(port, timeout=20)
        visitor.cookies = dict(session.cookies)
        count = 0
        while not self.ends:
            count += 1
            body, key = f"{self.name} hand {hand} schrijft bericht {count}".strip(), f"{self.name}-{hand}-{count}"
            try:
                answer = post(visitor, thread, body, key)
            except OSError:
                answer = None
            if answer is None or answer.status != 201:
                with self.lock:
                    self.doubtful.append((thread, body, key, session, answer))
                return
            with self.lock:
                self.acknowledged.append((thread, answer.json()["number"], body))
                if len(self.acknowledged) >= self.at_least:
                    self.enough.set()

    def wait(self):
        assert self.enough.wait(120), f"{len(self.acknowledged)} posts; {self.doubtful[:3]}"

    def stop(self):
        self.ends = True
        for hand in self.hands:
            hand.join()


class Started(unittest.TestCase):
    def start(self, *arguments, **named):
        server = Server(*arguments, **named)
        self.addCleanup(server.end)
        return server.start()

    def follow(self, follower):
        self.addCleanup(follower.close)
        return follower


class Killed(Started):
    def test_no_acknowledged_post_is_lost_when_the_server_is_killed(self):
        server = self.start(demo_folder())
        sessions = [member(server.port, mail) for mail in TRUSTED]
        threads = [start_thread(sessions[0], f"Gesprek {n} onder last") for n in range(3)]
        for name in ("eerste", "tweede"):
            writers = Writers([server.port], sessions, threads, 150, name)
            writers.wait()
            server.kill()
            writers.stop()
            self.assertGreaterEqual(len(writers.acknowledged), 150)
            server.start()
            guest = Visitor(server.port)
            found = {thread: all_posts(guest, thread) for thread in threads}
            for thread, number, body in writers.acknowledged:
                self.assertEqual(found[thread].get(number), body)
            # Who heard nothing sends again with the same key: then it is there once.
            for thread, body, key, session, _ in writers.doubtful:
                self.assertEqual(post(session, thread, body, key).status, 201)
            for thread in threads:
                written = [body for number, body in all_posts(guest, thread).items() if number > 1]
                sent = [b for t, _, b in writers.acknowledged if t == thread] + [b for t, b, *_ in writers.doubtful if t == thread]
                self.assertEqual([written.count(body) for body in sent], [1] * len(sent))
        self.assertEqual(server.stop(), 0)
        checked = run("check", "--data", server.data)
        self.assertEqual((checked.returncode, checked.stdout), (0, "0 faults\n"), checked.stderr)

    def test_postgresql_killed_under_a_running_server(self):
        server = self.start(demo_folder())
        wethouder, guest = member(server.port, WETHOUDER), Visitor(server.port)
        thread = start_thread(wethouder, "Blijft dit staan?")
        follower = self.follow(WebSocket(server.port))
        follower.follow(f"thread/{thread}")
        self.assertEqual(post(wethouder, thread, "Ervoor").status, 201)
        follower.until(lambda m: m.get("kind") == "post.new")
        os.kill(server.postgres_pid(), signal.SIGKILL)

        def written():
            answer = post(wethouder, thread, "Erna", "erna")
            self.assertIn(answer.status, (201, 500, 503), answer)
            self.assertNotEqual(answer.status, 500, f"{answer}\n{server.log_text()[-1500:]}")
            return answer.status == 201

        wait_until("posting works again", written)
        wait_until("ready", lambda: guest.request("GET", "/readyz").status == 200)
        self.assertEqual(list(all_posts(guest, thread).values()), ["Een vraag.", "Ervoor", "Erna"])
        self.assertEqual(post(wethouder, thread, "Tot slot").status, 201)
        follower.until(lambda m: m.get("kind") == "post.new" and m["post"]["body"] == "Tot slot")
        self.assertEqual([m["post"]["body"] for m in follower.events("post.new")], ["Ervoor", "Erna", "Tot slot"])
        self.assertEqual(server.process.poll(), None)

    def test_the_database_away_and_back(self):
        owner = self.start(demo_folder())
        server = self.start(database=owner.database_url())
        wethouder, guest = member(server.port, WETHOUDER), Visitor(server.port)
        thread = start_thread(wethouder, "Voor de pauze")
        asset = guest.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
        port = owner.port
        self.assertEqual(owner.stop(), 0)

        page = guest.request("GET", "/gesprekken?zoek=pauze", headers={"Accept": "text/html"})
        self.assertEqual(page.status, 503)
        self.assertTrue(page.header("Content-Type").startswith("text/html"))
        self.assertTrue(page.header("Retry-After"))
        self.assertIn("<title>", page.text)
        self.assertNotIn("{{", page.text)
        for visitor, method, path, data in ((guest, "GET", f"/threads/{thread}", None), (wethouder, "GET", "/me", None),
                                            (wethouder, "POST", f"/threads/{thread}/posts", {"body": "Tijdens"})):
            answer = visitor.api(method, path, data)
            self.assertEqual((answer.status, answer.header("Content-Type"), answer.json()["type"]),
                             (503, "application/problem+json", "/problems/database-away"), answer)
            self.assertTrue(answer.header("Retry-After"))
        self.assertEqual(guest.request("GET", asset).status, 200, "what needs no database answers")
        self.assertEqual(guest.request("GET", "/healthz").status, 200)
        self.assertEqual(guest.request("GET", "/readyz").status, 503)
        self.assertEqual(guest.api("GET", "/openapi.json").status, 200)
        self.assertEqual(guest.api("PATCH", "/threads").status, 405)

        owner.port = port
        owner.start()
        wait_until("ready", lambda: guest.request("GET", "/readyz").status == 200)
        self.assertEqual(guest.api("GET", f"/threads/{thread}").status, 200)
        self.assertEqual(post(wethouder, thread, "Erna").status, 201)
        self.assertEqual(server.stop(), 0)


class Stopped(Started):
    def test_followers_hear_goodbye_and_the_server_ends_well(self):
        server = self.start(demo_folder())
        wethouder = member(server.port, WETHOUDER)
        thread = start_thread(wethouder, "Tot ziens")
        by_socket = self.follow(WebSocket(server.port, wethouder.cookies))
        by_socket.follow(f"thread/{thread}")
        by_stream = self.follow(EventStream(server.port, [(f"thread/{thread}", None)]))
        by_stream.until(lambda m: m["is"] == "following")
        idle = socket.create_connection(("127.0.0.1", server.port))
        self.addCleanup(idle.close)
        self.assertEqual(server.stop(30), 0)
        for follower in (by_socket, by_stream):
            self.assertGreater(follower.until(lambda m: m["is"] == "goodbye")["back_in"], 0)
            self.assertIsNone(follower.next())
        self.assertEqual(by_socket.close_code, 1013)

    def test_a_request_on_its_way_is_answered(self):
        server = self.start(demo_folder())
        sessions = [member(server.port, mail) for mail in TRUSTED]
        thread = start_thread(sessions[0], "Tot het laatst")
        writers = Writers([server.port], sessions, [thread], 40)
        writers.wait()
        self.assertEqual(server.stop(30), 0)
        writers.stop()
        server.start()
        found = all_posts(Visitor(server.port), thread)
        for _, number, body in writers.acknowledged:
            self.assertEqual(found.get(number), body)
        # Refused without harm, or not answered because the connection was closed between two requests.
        self.assertEqual({answer.status for *_, answer in writers.doubtful if answer is not None} - {503}, set())


class WrongUse(Started):
    def test_wrong_use_is_one_clear_line(self):
        data = str(folder())
        for arguments, said, code in [
            (["serve", "--prot", "1"], "--prot", 2), (["serve", "--port", "zeven"], "--port", 2), (["serve", "--workers", "0"], "--workers", 2),
            (["dance"], "dance", 2), ([], "ubcommand", 2), (["import", "unicorns", "x.csv"], "unicorns", 2),
            (["import", "typologies", "/nowhere.csv", "--data", data], "/nowhere.csv", 1),
            (["serve", "--demo", "--listen", "0.0.0.0", "--data", data], "loopback", 1), (["serve", "--web-folder", "/nowhere", "--data", data], "/nowhere", 1),
            (["serve", "--config", "/nowhere.toml", "--data", data], "/nowhere.toml", 2),
            (["serve", "--database", "host=127.0.0.1 port=1 user=x dbname=x connect_timeout=2", "--port", "0"], "127.0.0.1", 1),
        ]:
            with self.subTest(arguments):
                ended = run(*arguments)
                self.assertEqual(ended.returncode, code, ended)
                lines = [line for line in ended.stderr.splitlines() if not line.startswith("time=")]
                self.assertEqual(len(lines), 1, ended)
                self.assertIn(said, lines[0])
                self.assertTrue(lines[0].startswith("forum: "))

    def test_the_second_owner_of_a_folder_and_a_taken_port(self):
        server = self.start(demo_folder())
        second = run("serve", "--data", server.data, "--port", "0")
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"in use by another forum (process {server.process.pid})", second.stderr.splitlines()[-1])
        taken = run("serve", "--database", server.database_url(), "--port", server.port)
        self.assertEqual(taken.returncode, 1)
        self.assertIn(str(server.port), taken.stderr.splitlines()[-1])
        self.assertEqual(Visitor(server.port).get("/").status, 200, "the first goes on")


class Listening(Started):
    def test_a_lost_listen_is_noticed_and_loses_nothing(self):
        a = self.start(demo_folder())
        b = self.start(database=a.database_url())
        writer = member(a.port, WETHOUDER)
        thread = start_thread(writer, "Wie luistert er nog?")
        follower = WebSocket(b.port)
        self.addCleanup(follower.close)
        since = follower.follow(f"thread/{thread}")["seq"]
        end_listening = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'forum-listen'"
        for server in (a, b):
            wait_until("it listens", lambda: Visitor(server.port).get("/readyz").status == 200)
        for number in range(3):
            # An event that came by asking the database may come before anybody listens again.
            wait_until("somebody listened", lambda: int(a.sql(end_listening)))
            self.assertEqual(post(writer, thread, f"Zonder oor {number}").status, 201)
            follower.until(lambda m: m.get("kind") == "post.new" and m["seq"] == since + 1 + number)
        self.assertEqual([m["seq"] for m in follower.events()], [since + 1, since + 2, since + 3])
        for server in (a, b):
            wait_until("it listens again", lambda: Visitor(server.port).get("/readyz").status == 200)
        self.assertIn("event=listener_lost", b.log_text())


class TwoProcesses(Started):
    def test_followers_and_pages_of_the_other_process(self):
        a = self.start(demo_folder())
        b = self.start(database=a.database_url())
        at_a, at_b, guest_b = member(a.port, WETHOUDER), Visitor(b.port), Visitor(b.port)
        at_b.cookies = dict(at_a.cookies)
        self.assertEqual(at_b.api("GET", "/me").status, 200, "a session is good at both")
        thread = start_thread(at_a, "Van de ene kant")
        wait_until("the other has the thread", lambda: guest_b.get(f"/gesprekken/{thread}").status == 200)
        since = at_b.api("GET", f"/threads/{thread}").json()["seq"]
        by_socket, by_stream = self.follow(WebSocket(b.port)), self.follow(EventStream(b.port, [(f"thread/{thread}", since)]))
        by_socket.follow(f"thread/{thread}", since)
        for number in range(20):
            body = f"Vanaf a, nummer {number}."
            guest_b.get(f"/gesprekken/{thread}")
            self.assertEqual(post(at_a, thread, body).status, 201)
            wait_until("the kept page of the other is new", lambda: body in guest_b.get(f"/gesprekken/{thread}").text)
        for follower in (by_socket, by_stream):
            follower.until(lambda m: m.get("kind") == "post.new" and "nummer 19." in m["post"]["body"])
            self.assertEqual([m["post"]["body"] for m in follower.events("post.new")], [f"Vanaf a, nummer {n}." for n in range(20)])
            self.assertEqual([m["seq"] for m in follower.events()], list(range(since + 1, since + 21)))
        # What ends at one side ends at the other.
        me = self.follow(WebSocket(b.port, at_b.cookies))
        me.follow("me")
        self.assertEqual(at_a.api("DELETE", "/session").status, 204)
        wait_until("the session is over at the other", lambda: at_b.api("GET", "/me").status == 401)
        me.until(lambda m: m["is"] == "refused" and m["topic"] == "me")

    def test_who_reads_and_writes_is_counted_over_both(self):
        a = self.start(demo_folder())
        b = self.start(database=a.database_url())
        at_a, at_b = member(a.port, WETHOUDER), member(b.port, ADVISEUR)
        thread = start_thread(at_a, "Wie is hier?")
        topic = f"thread/{thread}"
        wait_until("the other has the thread", lambda: at_b.get(f"/gesprekken/{thread}").status == 200)
        one, guest, other = WebSocket(a.port, at_a.cookies), WebSocket(a.port), WebSocket(b.port, at_b.cookies)
        again = WebSocket(b.port, at_a.cookies)
        for follower in (one, guest, other, again):
            self.follow(follower).follow(topic)
        for follower in (one, guest, other):
            follower.until(lambda m: m["is"] == "present" and m["readers"] == 3)
        other.send({"do": "here", "topic": topic, "state": "writing"})
        name = at_b.api("GET", "/me").json()["name"]
        one.until(lambda m: m["is"] == "present" and m.get("writing") == [name])
        self.assertFalse([m for m in guest.messages if m["is"] == "present" and m.get("writing")], "names are for members")
        b.kill()
        one.until(lambda m: m["is"] == "present" and m["readers"] == 2)

    def test_an_import_beside_them_is_seen_by_both(self):
        a = self.start(demo_folder())
        b = self.start(database=a.database_url())
        visitors = [Visitor(a.port), Visitor(b.port)]
        place, path = "/gemeenten/GM0344", "/municipalities/GM0344"
        file = folder() / "types.csv"
        file.write_text("cbs_code,typology_slug,source\nGM0344,expatgemeenten,Een bron van vandaag\n")
        for visitor in visitors:
            self.assertNotIn("Een bron van vandaag", visitor.get(place).text)
            self.assertNotEqual(visitor.api("GET", path).json()["typology"]["slug"], "expatgemeenten")
        for arguments, outcome in [(["--dry-run"], "dry run: 1 changes"), ([], "imported: 1 changes"), ([], "imported: 0 changes")]:
            done = run("import", "typologies", file, "--database", a.database_url(), *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(outcome, done.stdout)
        for visitor in visitors:
            wait_until("the kept page is new", lambda: "Een bron van vandaag" in visitor.get(place).text, 10)
            self.assertEqual(visitor.api("GET", path).json()["typology"]["slug"], "expatgemeenten")

    def test_writers_at_both_and_a_follower_that_is_cut_off(self):
        a = self.start(demo_folder())
        b = self.start(database=a.database_url())
        sessions = [member(a.port, mail) for mail in TRUSTED]
        thread = start_thread(sessions[0], "Druk gesprek")
        since = sessions[0].api("GET", f"/threads/{thread}").json()["seq"]
        topic, chance = f"thread/{thread}", random.Random(7)
        writers = Writers([a.port, b.port], sessions, [thread], 300)
        heard = {"socket": [], "stream": []}

        def listen(name, port):
            at, mine = since, random.Random(chance.random())
            while True:
                if name == "socket":
                    follower = WebSocket(port)
                    follower.send({"do": "follow", "topic": topic, "since": at})
                else:
                    # As a browser's EventSource: the address of the page, and the last id that it saw.
                    follower = EventStream(port, [(topic, since)], headers={"Last-Event-ID": f"{topic}={at}"} if at > since else {})
                patience = mine.randrange(5, 60)
                while patience:
                    message = follower.next()
                    self.assertIsNotNone(message, follower.messages[-2:])
                    if message["is"] == "resync":  # so much was missed that the page is read anew
                        page = all_posts(Visitor(port), thread)
                        now = max(at, since + len(page) - 1)  # nothing happens here but new posts
                        heard[name] += [{"seq": seq, "post": {"number": seq - since + 1, "body": page[seq - since + 1]}}
                                        for seq in range(at + 1, now + 1)]
                        at, patience = now, 0
                    elif message["is"] == "event":
                        at = message["seq"]
                        heard[name].append(message)
                        patience -= 1
                    if heard[name] and heard[name][-1]["post"]["body"] == "Het laatste woord":
                        follower.close()
                        return
                follower.cut()

        listeners = [threading.Thread(target=listen, args=("socket", b.port)), threading.Thread(target=listen, args=("stream", a.port))]
        for listener in listeners:
            listener.start()
        writers.wait()
        writers.stop()
        self.assertEqual(writers.doubtful, [])
        self.assertEqual(post(sessions[0], thread, "Het laatste woord").status, 201)
        for listener in listeners:
            listener.join(60)
            self.assertFalse(listener.is_alive())
        written = all_posts(sessions[0], thread)
        count = len(writers.acknowledged) + 1
        self.assertEqual(sorted(written), list(range(1, count + 2)))
        for name, messages in heard.items():
            self.assertEqual([m["seq"] for m in messages], list(range(since + 1, since + 1 + count)), name)
            self.assertEqual({m["post"]["number"]: m["post"]["body"] for m in messages}, {n: body for n, body in written.items() if n > 1}, name)


class KeptPages(Started):
    """After each kind of change, in random order, a kept page is what a new rendering gives: for every kind of reader, at the server
    that wrote at once, at another one soon."""

    def test_kept_pages_equal_fresh_ones(self):
        a = self.start(demo_folder())
        b = self.start(database=a.database_url())
        seed = random.randrange(1_000_000)
        chance = random.Random(seed)
        people = {mail: member(a.port, mail) for mail in (WETHOUDER, NIEUW, ADVISEUR, MODERATOR)}
        wethouder, nieuw, adviseur, moderator = people.values()
        threads = [start_thread(wethouder, f"Gesprek {n} van de proef", municipalities=["GM1783"], typologies=["tuinbouwgemeenten"],
                                visibility="members" if n == 2 else "public") for n in range(3)]
        readers = {"guest": None, **people}
        paths = ["/", "/gesprekken", "/gesprekken?stand=open", "/gesprekken?zoek=proef", "/gesprekken?soort=vraag", "/gemeenten", "/gemeenten/GM1783",
                 "/typen", "/typen/tuinbouwgemeenten", "/ik/besluiten", "/huisregels", "/api/v1/home", "/api/v1/threads", "/api/v1/threads?state=own",
                 "/api/v1/municipalities/GM1783", "/api/v1/typologies"]
        paths += [f"/gesprekken/{t}/gesprek-{n}-van-de-proef" for n, t in enumerate(threads)] + [f"/api/v1/threads/{t}" for t in threads]
        paths += [f"/gesprekken/{threads[0]}/berichten/2/versies"]
        # What moderators do with whole threads and staff with a wall is done to this one, so that the others stay open.
        whole = start_thread(wethouder, "Een heel gesprek", municipalities=["GM1783"], typologies=["tuinbouwgemeenten"])
        for question in ("Wie betaalt dit?", "Wat werkt bij u?"):
            self.assertEqual(post(wethouder, whole, question).status, 201)
        paths += [f"/gesprekken/{whole}/een-heel-gesprek", f"/api/v1/threads/{whole}", f"/gesprekken/{whole}/wand", f"/api/v1/threads/{whole}/wall",
                  "/gesprekken?thema=wonen", "/gesprekken?thema=expats"]

        numbers = iter(range(1_000_000))

        def visitors(port):
            made = {}
            for name, person in readers.items():
                made[name] = Visitor(port)
                made[name].cookies = dict(person.cookies) if person else {}
            return made

        here, there = visitors(a.port), visitors(b.port)

        def read(visitor, path, is_fresh=False):
            if is_fresh and path.startswith("/api/"):
                # An own query is an own page: nobody has kept that.
                token = f"vers={next(numbers)}x"
                answer = visitor.request("GET", f"{path}{'&' if '?' in path else '?'}{token}")
                body = answer.text.replace(f"{token}&", "").replace(f"?{token}", "").replace(f"&{token}", "")
                return answer.status, body if answer.status == 200 else ""
            kept = dict(visitor.cookies)
            if is_fresh:
                visitor.cookies["flash"] = "geen"  # a page with a message is always made anew
            answer = visitor.request("GET", path, headers={"Accept": "text/html"})
            visitor.cookies = kept
            body = answer.text if answer.status == 200 else ""
            return answer.status, body

        def compare(readers_here, after):
            wrong = []
            for name, visitor in readers_here.items():
                for path in paths:
                    kept, fresh = read(visitor, path), read(visitor, path, True)
                    if kept != fresh:
                        lines = [f"{x!r:.160} / {y!r:.160}" for x, y in zip(kept[1].splitlines(), fresh[1].splitlines()) if x != y][:2]
                        wrong.append(f"after {after} {name} {path} {kept[0]} {fresh[0]}: {lines}")
            return wrong

        own = []  # (visitor, thread, number) of posts that are live

        def reply():
            who, thread = chance.choice([wethouder, adviseur]), chance.choice(threads)
            answer = post(who, thread, f"Reactie {next(numbers)}")
            self.assertEqual(answer.status, 201)
            own.append((who, thread, answer.json()["number"]))

        def change(method, suffix, status, data=None):
            def act():
                who, thread, number = chance.choice(own)
                path = f"/threads/{thread}/posts/{number}"
                body = dict(data(who, path)) if data else None
                answer = who.api(method, path + suffix, body)
                self.assertIn(answer.status, status, answer)
            return act

        def decide(decision):
            def act():
                answer = post(nieuw, threads[0], f"Van het nieuwe lid, nummer {next(numbers)}")
                if answer.status == 201:
                    return
                case = moderator.api("GET", "/moderation/cases").json()["items"][-1]
                given = {"approve": {}, "return": {"questions": "Waar was dit?"}, "reject": {"rules": ["bron"], "facts": "Er staat niet bij waar dit vandaan komt."}}
                answer = moderator.api("POST", f"/moderation/cases/{case['id']}/decision", {"version": case["version"], "decision": decision} | given[decision])
                self.assertEqual(answer.status, 200, answer)
            return act

        def answer(number=None):
            def act():
                live = [n for w, t, n in own if t == threads[0] and wethouder.api("GET", f"/threads/{t}/posts/{n}").json()["isLive"]]
                if number is None and live:
                    self.assertEqual(wethouder.api("PUT", f"/threads/{threads[0]}/answer", {"number": chance.choice(live)}).status, 200)
                else:
                    self.assertEqual(wethouder.api("DELETE", f"/threads/{threads[0]}/answer").status, 204)
            return act

        def draft():
            key = f"/drafts/reply-{threads[1]}"
            seen = wethouder.api("GET", key)
            revision = seen.json()["revision"] if seen.status == 200 else 0
            self.assertEqual(wethouder.api("PUT", key, {"revision": revision, "data": {"body": f"Half {next(numbers)}"}}).status, 200)

        def good(visitor, method, path, data=None):
            answer = visitor.api(method, path, data)
            self.assertLess(answer.status, 300, answer)
            return answer.json() if answer.body else None

        def in_turn(*acts):
            """The next of these each time, and then the first again."""
            turns = itertools.cycle(acts)
            return lambda: next(turns)()

        def to_whole(method, part, data=None, visitor=None):
            return lambda: good(visitor or moderator, method, f"/threads/{whole}{part}", data)

        def place(theme, municipality):
            return to_whole("PUT", "/place", {"kind": "question", "theme": theme, "municipalities": [municipality], "typologies": [], "reason": "Hoort hier."})

        def merge():
            other = start_thread(adviseur, f"Samen {next(numbers)}", municipalities=["GM1783"])
            for visitor in here.values():
                read(visitor, f"/gesprekken/{other}")
            good(moderator, "POST", f"/threads/{other}/merge", {"into": whole, "reason": "Hetzelfde."})

        def split():
            last = good(moderator, "GET", f"/threads/{whole}")["posts"]["items"][-1]["number"]
            good(moderator, "POST", f"/threads/{whole}/split", {"numbers": [last], "title": f"Apart {next(numbers)}", "reason": "Iets anders."})

        def close_wall():
            good(moderator, "DELETE", f"/threads/{whole}/wall")
            self.assertEqual(compare(here, "a closed wall"), [])
            for visitor in here.values():
                read(visitor, f"/gesprekken/{whole}/wand")
            good(moderator, "PUT", f"/threads/{whole}/wall")

        def read_first():
            hold = good(moderator, "POST", "/moderation/holds", {"about": "theme/huisvesting", "reason": "Dit ligt gevoelig."})
            self.assertEqual(compare(here, "a hold"), [])
            self.assertTrue(good(here[WETHOUDER], "GET", f"/threads/{threads[0]}")["isHeld"])
            good(moderator, "DELETE", f"/moderation/holds/{hold['id']}")

        version = lambda who, path: {"body": f"Gewijzigd {next(numbers)}", "version": who.api("GET", path).json()["version"]}
        changes = {
            "reply": reply, "edit": change("PUT", "", (200, 409), version), "withdraw": change("DELETE", "", (200,)),
            "undo": change("DELETE", "/withdrawal", (200,)), "approve": decide("approve"), "return": decide("return"), "reject": decide("reject"),
            "held": lambda: post(nieuw, threads[1], f"Wacht {next(numbers)}"), "accept": answer(), "unaccept": answer(0), "draft": draft,
            "drop the draft": lambda: wethouder.api("DELETE", f"/drafts/reply-{threads[1]}"),
            "marker": lambda: adviseur.api("PUT", f"/threads/{chance.choice(threads)}/marker", {"number": 2}),
            "close or open": in_turn(to_whole("PUT", "/closure", {"reason": "Klaar.", "conclusion": "Het kan **zo**."}), to_whole("DELETE", "/closure")),
            "pin or not": in_turn(to_whole("PUT", "/pin", {"reason": "Voor iedereen."}), to_whole("DELETE", "/pin")),
            "move": in_turn(place("expats", "GM0981"), place("wonen", "GM1783")), "merge or split": in_turn(merge, split),
            "vote": in_turn(to_whole("PUT", "/posts/3/vote", None, adviseur), to_whole("DELETE", "/posts/3/vote", None, adviseur)),
            "choose": in_turn(to_whole("PUT", "/wall/current", {"number": 2}), to_whole("PUT", "/posts/2/dealt"), to_whole("DELETE", "/posts/2/dealt")),
            "close the wall": close_wall, "read first": read_first,
            "new thread": lambda: start_thread(chance.choice([wethouder, nieuw]), f"Nog een proef {next(numbers)}", municipalities=["GM1783"],
                                               typologies=["tuinbouwgemeenten"]),
        }
        for _ in range(4):
            reply()
        good(moderator, "PUT", f"/threads/{whole}/wall")
        # Each alone, and each again with two others.
        alone, again = list(changes), list(changes)
        chance.shuffle(alone)
        chance.shuffle(again)
        self.assertEqual(compare(here, "nothing"), [])  # and all are kept
        with self.subTest(seed=seed):
            for names in [[name] for name in alone] + [again[n:n + 3] for n in range(0, len(again), 3)]:
                for name in names:
                    changes[name]()
                if "vote" in names:  # told by a turn, of either server
                    wait_until("the votes are told", lambda: a.sql(f"SELECT votes_due FROM walls WHERE thread_id = {whole}") == "f")
                    wait_until("the pages are new after votes", lambda: not compare(here, names), 20)
                self.assertEqual(compare(here, names), [])
            wait_until("the other server's pages are new", lambda: not compare(there, "all"), 20)
            # The server meets its own last change once more in the table, up to a second later, and lets go of its pages again.
            for path in paths[:8]:
                wait_until(f"{path} is kept", lambda: self.read_twice(here["guest"], path), 5)

    def read_twice(self, visitor, path):
        first = visitor.request("GET", path, headers={"Accept": "text/html"})
        again = visitor.request("GET", path, headers={"Accept": "text/html", "If-None-Match": first.header("ETag") or '"none"'})
        return again.status == 304 and not again.body


if __name__ == "__main__":
    unittest.main()
