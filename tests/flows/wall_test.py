"""The wall of a session with many who look at it: in each round a fifth is cut off while members vote and staff choose, and all end
with what the database has. Rule: a follower knows only what he read once and what the events brought."""
import random
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench/soak"))

from followers import Crowd, Follower, raise_file_limit  # noqa: E402
from server import ADVISEUR, BEHEER, MODERATOR, MODERATOR2, NIEUW, WETHOUDER, Server, demo_folder  # noqa: E402
from visitor import member  # noqa: E402

FOLLOWERS, ROUNDS = 300, 5


class Looker(Follower):
    """Takes counts from the events, and knows when the page must be read anew for the rest."""

    def start_from(self, seq):
        super().start_from(seq)
        self.votes, self.told, self.is_stale = {}, 0, False

    def apply(self, message):
        if message["kind"] == "post.voted":
            assert set(message) == {"is", "topic", "seq", "kind", "votes"}, message
            self.votes = {question["number"]: question["votes"] for question in message["votes"]}
            self.told += 1
        else:
            self.is_stale = True


class Voters:
    """Each votes and takes back as fast as he is answered, until told to stop."""

    def __init__(self, visitors, thread, numbers):
        self.ends, self.count, self.faults, self.lock = False, 0, [], threading.Lock()
        self.hands = [threading.Thread(target=self.vote, args=(n, visitor, thread, numbers)) for n, visitor in enumerate(visitors)]
        for hand in self.hands:
            hand.start()

    def vote(self, hand, visitor, thread, numbers):
        chance = random.Random(hand)
        while not self.ends:
            answer = visitor.api(chance.choice(("PUT", "PUT", "DELETE")), f"/threads/{thread}/posts/{chance.choice(numbers)}/vote")
            with self.lock:
                self.count += 1
                # One's own, or a question that staff put by meanwhile: refused.
                if answer.status not in (200, 204, 403, 404, 409):
                    self.faults.append(answer)

    def stop(self):
        self.ends = True
        for hand in self.hands:
            hand.join()


class Wall(unittest.TestCase):
    def setUp(self):
        raise_file_limit()
        self.server = Server(demo_folder())
        self.addCleanup(self.server.end)
        self.server.start()
        mails = (WETHOUDER, ADVISEUR, NIEUW, MODERATOR, MODERATOR2, BEHEER)
        self.wethouder, self.adviseur, self.nieuw, self.moderator, self.moderator2, self.beheer = self.all = [member(self.server.port, mail) for mail in mails]

    def good(self, answer):
        self.assertLess(answer.status, 300, answer)
        return answer.json() if answer.body else None

    def test_all_who_look_end_as_the_database(self):
        thread = self.good(self.wethouder.api("POST", "/threads", {"kind": "question", "title": "Vragen voor driehonderd mensen", "body": "Stel ze.",
                                                                   "theme": "wonen", "visibility": "public"}))["id"]
        at = f"/threads/{thread}"
        self.good(self.beheer.api("PUT", at + "/wall"))
        numbers = [self.good(self.adviseur.api("POST", at + "/posts", {"body": f"Vraag {n}?"}))["number"] for n in range(6)]
        crowd = Crowd([self.server.port], {thread: self.good(self.moderator.api("GET", at))["seq"]}, FOLLOWERS, Looker)
        self.addCleanup(crowd.close)
        self.assertTrue(crowd.run(60, until=crowd.all_follow), crowd.faults[:3])
        began, votes = time.monotonic(), 0
        # Each hand has a session of its own; two of them are one member.
        hands = [member(self.server.port, mail) for mail in (WETHOUDER, WETHOUDER, NIEUW, MODERATOR2, BEHEER)]
        for turn in range(ROUNDS):
            voters = Voters(hands, thread, numbers)
            for follower in random.sample(crowd.followers, FOLLOWERS // 5):
                follower.cut()
            crowd.run(1)
            self.good(self.moderator.api("PUT", at + "/wall/current", {"number": numbers[turn]}))
            if turn == 1:
                self.good(self.adviseur.api("DELETE", at + f"/posts/{numbers[5]}"))  # withdrawn: gone from the wall with its votes
            crowd.run(1)
            voters.stop()
            self.assertEqual(voters.faults, [])
            votes += voters.count
        seq = lambda: int(self.server.sql(f"SELECT seq FROM threads WHERE id = {thread}"))
        due = lambda: self.server.sql(f"SELECT votes_due FROM walls WHERE thread_id = {thread}") == "t"
        crowd.run(60, until=lambda: not due() and all(one.is_following and one.applied == seq() for one in crowd.followers[:1]))
        last = seq()
        crowd.run(60, until=lambda: all(one.is_following and one.applied >= last for one in crowd.followers))
        took = time.monotonic() - began
        self.assertEqual(crowd.faults, [])
        self.assertEqual({one.applied for one in crowd.followers}, {last})
        rows = self.server.sql("SELECT p.number, count(v.member_id) FROM posts p LEFT JOIN post_votes v ON v.post_id = p.id WHERE "
                               f"p.thread_id = {thread} AND p.number > 1 AND p.state = 'live' GROUP BY p.number")
        wanted = {int(number): int(count) for number, count in (line.split("|") for line in rows.splitlines())}
        self.assertEqual(set(wanted), set(numbers[:5]))
        for one in crowd.followers:
            self.assertEqual(one.votes, wanted)
            self.assertTrue(one.is_stale, "a question was chosen: the page is read anew")
        wall = self.good(self.moderator.api("GET", at + "/wall"))
        self.assertEqual(wall["seq"], last)
        shown = {question["number"]: question["votes"] for question in [wall["current"], *wall["items"], *wall["dealt"]]}
        self.assertEqual(shown, wanted)
        self.assertEqual((wall["current"]["number"], [q["number"] for q in wall["items"]]), (numbers[4], []))
        events = int(self.server.sql(f"SELECT count(*) FROM events WHERE topic = 'thread/{thread}' AND kind = 'post.voted'"))
        self.assertGreater(events, 0)
        self.assertLessEqual(events, took + 2, f"{votes} votes, but no more than one event a second")
        self.assertGreater(votes, 3 * events)
        print(f"     {FOLLOWERS} lookers, {crowd.cuts} cuts, {votes} votes, {events} events, {crowd.applied} deliveries, {took:.1f} s")


if __name__ == "__main__":
    unittest.main()
