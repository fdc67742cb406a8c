"""A soak: followers and writers on one database with two servers, while connections are cut, one server is stopped and killed, and
LISTEN is lost. Rule: at the end each follower has what the database has, each post once and in order, and memory has not grown."""
import json
import random
import sys
import threading
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "flows"))

from followers import Crowd, raise_file_limit, resident_megabytes  # noqa: E402
from server import ADVISEUR, BEHEER, MODERATOR, MODERATOR2, WETHOUDER, Server, demo_folder  # noqa: E402
from visitor import Visitor, member  # noqa: E402


class Writers:
    """Each posts a few times a second; what was not answered is sent again with the same key, at the other server, until it is."""

    def __init__(self, ports, sessions, threads, count, pause):
        self.ports, self.threads, self.pause, self.ends, self.lock, self.posts, self.retries = ports, threads, pause, False, threading.Lock(), {}, 0
        self.hands = [threading.Thread(target=self.write, args=(n, sessions[n % len(sessions)])) for n in range(count)]
        for hand in self.hands:
            hand.start()

    def write(self, hand, session):
        chance, count = random.Random(hand), 0
        while not self.ends:
            count += 1
            thread, body = chance.choice(self.threads), f"Schrijver {hand}, bericht {count}: " + "wat wij hier leerden. " * chance.randrange(1, 40)
            self.send(thread, body.strip(), f"soak-{hand}-{count}", session)
            time.sleep(self.pause * chance.uniform(0.5, 1.5))

    def send(self, thread, body, key, session):
        for attempt in range(600):
            visitor = Visitor(self.ports[attempt % len(self.ports)], timeout=20)
            visitor.cookies = dict(session.cookies)
            try:
                answer = visitor.api("POST", f"/threads/{thread}/posts", {"body": body}, {"Idempotency-Key": key})
            except Exception:  # the server is gone, or went while it answered
                answer = None
            visitor.close()
            if answer is not None and answer.status == 201:
                with self.lock:
                    self.posts[thread, answer.json()["number"]] = body
                return
            self.retries += 1
            time.sleep(0.1)
        raise AssertionError(f"{key} was never taken: {answer}")

    def stop(self):
        self.ends = True
        for hand in self.hands:
            hand.join()


class Chaos:
    """Every so often LISTEN is ended in the database; in turn the second server is asked to stop, or killed, and started again."""

    def __init__(self, owner, second, pause):
        self.owner, self.second, self.pause, self.over = owner, second, pause, threading.Event()
        self.listens_ended = self.stops = self.kills = 0
        self.faults = []
        self.hand = threading.Thread(target=self.act)
        self.hand.start()

    def act(self):
        try:
            while not self.over.wait(self.pause):
                self.listens_ended += int(self.owner.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                                          "WHERE application_name = 'forum-listen'"))
                if self.over.wait(self.pause):
                    return
                if self.stops <= self.kills:
                    self.stops += 1
                    if self.second.stop() != 0:
                        self.faults.append("the server did not end well")
                else:
                    self.kills += 1
                    self.second.kill()
                self.second.start()
        except Exception as error:
            self.faults.append(repr(error))

    def stop(self):
        self.over.set()
        self.hand.join()


def sum_after(rows, base):
    total = 0
    for seq, number, body in rows:
        if seq > base:
            total = zlib.crc32(f"{seq} {number} {body}".encode(), total)
    return total


def check(condition, words):
    if not condition:
        raise AssertionError(words)


def soak(followers, writers, threads, seconds, post_pause, chaos_pause):
    """Runs it and gives its figures; throws when anything was missed, came twice or grew."""
    raise_file_limit()
    owner = Server(demo_folder())  # its PostgreSQL stays
    owner.start()
    servers = [Server(database=owner.database_url()) for _ in range(2)]
    crowd = hands = chaos = None
    try:
        for server in servers:
            server.start()
        ports = [server.port for server in servers]
        sessions = [member(owner.port, mail) for mail in (WETHOUDER, ADVISEUR, MODERATOR, MODERATOR2, BEHEER)]
        ids = [sessions[0].api("POST", "/threads", {"kind": "question", "title": f"Gesprek {n} van de duurproef", "body": "Een vraag.",
                                                    "theme": "huisvesting", "visibility": "public"}).json()["id"] for n in range(threads)]
        crowd = Crowd(ports, {thread: sessions[0].api("GET", f"/threads/{thread}").json()["seq"] for thread in ids}, followers)
        check(crowd.run(120, until=crowd.all_follow), f"not all follow: {crowd.faults[:3]}")
        hands = Writers(ports, sessions, ids, writers, post_pause)
        chaos = Chaos(owner, servers[1], chaos_pause)
        steady, memory = servers[0].process.pid, []
        began = time.monotonic()
        while (left := began + seconds - time.monotonic()) > 0 and not crowd.faults and not chaos.faults:
            crowd.run(min(1.0, left), cuts_per_second=followers * 0.02)
            memory.append(resident_megabytes(steady))
        took = time.monotonic() - began
        # The end may not keep the crowd from reading: a slow reader would be closed for it.
        ending = threading.Thread(target=lambda: (hands.stop(), chaos.stop()))
        ending.start()
        check(crowd.run(180, until=lambda: not ending.is_alive()) or crowd.faults, "the writers do not end")
        check(not chaos.faults, chaos.faults)
        wanted = {thread: sessions[0].api("GET", f"/threads/{thread}").json()["seq"] for thread in ids}
        crowd.run(120, until=lambda: all(one.is_following and one.applied >= wanted[one.thread] for one in crowd.followers))
        check(not crowd.faults, crowd.faults[:5])
        check_whole(owner, crowd, hands, wanted)
        third = max(1, len(memory) // 3)
        early, late = sorted(memory[third:2 * third])[third // 2] if len(memory) >= 3 else memory[0], sorted(memory[-third:])[third // 2]
        return {"seconds": took, "posts": len(hands.posts), "deliveries": crowd.applied, "cuts": crowd.cuts, "resyncs": crowd.resyncs,
                "goodbyes": crowd.goodbyes, "retries": hands.retries, "listens_ended": chaos.listens_ended, "stops": chaos.stops,
                "kills": chaos.kills, "closes": crowd.closes, "megabytes": late, "growth": late - early}
    finally:
        if hands:
            hands.ends = True
        if chaos:
            chaos.over.set()
            chaos.hand.join(60)
        if crowd:
            crowd.close()
        for server in [*servers, owner]:
            server.end()


def check_whole(owner, crowd, hands, wanted):
    rows = {thread: [] for thread in wanted}
    found = owner.sql("SELECT json_build_array(p.thread_id, e.seq, p.number, p.body) FROM events e JOIN posts p "
                      "ON e.topic = 'thread/' || p.thread_id AND p.number = (e.data->>'number')::int "
                      f"WHERE p.thread_id IN ({','.join(map(str, wanted))}) ORDER BY p.thread_id, e.seq")
    for line in found.splitlines():
        thread, seq, number, body = json.loads(line)
        rows[thread].append((seq, number, body))
    for thread, last in wanted.items():
        check([seq for seq, _, _ in rows[thread]] == list(range(1, last + 1)), f"thread {thread}: numbers with a hole")
    written = {(thread, number): body for thread, events in rows.items() for _, number, body in events if number > 1}
    check(written == hands.posts, f"{len(hands.posts)} posts were acknowledged, the database has {len(written)}")
    sums = {}
    for one in crowd.followers:
        key = one.thread, one.base
        if key not in sums:
            sums[key] = sum_after(rows[one.thread], one.base)
        check(one.applied == wanted[one.thread], f"{one.topic}: ends at {one.applied}, the database at {wanted[one.thread]}")
        check(one.sum == sums[key], f"{one.topic} from {one.base}: other posts than the database has")
