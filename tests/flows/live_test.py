"""The live protocol through the front door of the whole server: rights that end while one follows, and what no client should send.
Rule: what must not come is shown by something that comes after it."""
import os
import struct
import unittest

from server import ADVISEUR, MODERATOR, WETHOUDER, Server, demo_folder, wait_until
from visitor import Visitor, member
from websocket import EventStream, WebSocket


def masked(opcode, payload, final=True):
    """One frame as a client sends it, whatever is in it."""
    mask, size = os.urandom(4), len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xFE" + struct.pack("!H", size) if size < 65536 else b"\xFF" + struct.pack("!Q", size)
    return bytes([(0x80 if final else 0) | opcode]) + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(demo_folder())
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.writer = member(cls.server.port, WETHOUDER)

    def start_thread(self, title, **changes):
        answer = self.writer.api("POST", "/threads", {"kind": "question", "title": title, "body": "Een vraag.", "theme": "huisvesting",
                                                      "visibility": "public"} | changes)
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["id"]

    def post(self, thread, body):
        self.assertEqual(self.writer.api("POST", f"/threads/{thread}/posts", {"body": body}).status, 201)

    def socket_of(self, visitor=None):
        follower = WebSocket(self.server.port, visitor.cookies if visitor else None)
        self.addCleanup(follower.close)
        return follower


class Rights(Live):
    def test_a_session_that_ends_takes_what_it_gave(self):
        open_thread, closed_thread = self.start_thread("Voor iedereen"), self.start_thread("Onder ons", visibility="members")
        visitor = member(self.server.port, MODERATOR)
        by_socket = self.socket_of(visitor)
        by_stream = EventStream(self.server.port, [(f"thread/{closed_thread}", None), (f"thread/{open_thread}", None)], visitor.cookies)
        self.addCleanup(by_stream.close)
        by_stream.until(lambda m: m["is"] == "following" and m["topic"] == f"thread/{open_thread}")
        for topic in (f"thread/{open_thread}", f"thread/{closed_thread}", "me", "moderation"):
            self.assertEqual(by_socket.follow(topic)["is"], "following")
        self.assertEqual(visitor.api("DELETE", "/session").status, 204)
        for topic in ("me", "moderation", f"thread/{closed_thread}"):
            self.refused(by_socket, topic)
        self.refused(by_stream, f"thread/{closed_thread}")
        self.post(closed_thread, "Alleen voor leden.")
        self.post(open_thread, "Voor iedereen.")
        for follower in (by_socket, by_stream):
            follower.until(lambda m: m.get("kind") == "post.new" and m["topic"] == f"thread/{open_thread}")
            self.assertEqual({m["topic"] for m in follower.events()}, {f"thread/{open_thread}"})
        self.assertEqual(by_socket.follow(f"thread/{closed_thread}")["problem"], "not-found")

    def test_who_holds_office_no_more_loses_what_it_gave(self):
        visitor = member(self.server.port, ADVISEUR)
        few, many = self.start_thread("Onder bestuurders", visibility="administrators"), self.start_thread("Voor alle leden", visibility="members")
        follower = self.socket_of(visitor)
        self.assertEqual(follower.follow(f"thread/{few}")["problem"], "not-found")
        self.server.sql(f"UPDATE members SET function = 'wethouder' WHERE email = '{ADVISEUR}'")
        wait_until("he is let in", lambda: self.socket_of(visitor).follow(f"thread/{few}")["is"] == "following", 10)
        follower = self.socket_of(visitor)
        self.assertEqual(follower.follow(f"thread/{few}")["is"], "following")
        self.assertEqual(follower.follow(f"thread/{many}")["is"], "following")
        self.post(few, "Nu ziet hij het.")
        follower.until(lambda m: m.get("kind") == "post.new")
        self.server.sql(f"UPDATE members SET function = 'beleidsadviseur' WHERE email = '{ADVISEUR}'")
        follower.until(lambda m: m["is"] == "refused" and m["topic"] == f"thread/{few}")
        heard = len(follower.events())
        self.post(few, "Nu niet meer.")
        self.post(many, "Dit wel.")
        follower.until(lambda m: m.get("kind") == "post.new" and m["topic"] == f"thread/{many}")
        self.assertEqual({m["topic"] for m in follower.events()[heard:]}, {f"thread/{many}"})

    def refused(self, follower, topic):
        said = [m for m in follower.messages if m["is"] == "refused" and m["topic"] == topic]
        if not said:
            follower.until(lambda m: m["is"] == "refused" and m["topic"] == topic)


class Input(Live):
    def setUp(self):
        self.thread = self.start_thread("Wat niet hoort")

    def close_code(self, follower):
        while follower.next() is not None:
            pass
        return follower.close_code

    def served(self):
        """Someone else comes and is served."""
        follower = self.socket_of()
        follower.follow(f"thread/{self.thread}")
        self.post(self.thread, "Het gaat gewoon door.")
        follower.until(lambda m: m.get("kind") == "post.new")
        self.assertEqual(Visitor(self.server.port).get("/").status, 200)

    def test_topics_that_are_not_his(self):
        closed = self.start_thread("Niet voor gasten", visibility="members")
        follower = self.socket_of()
        for topic, problem in [("thread/999999999", "not-found"), (f"thread/{closed}", "not-found"), ("list/theme/bestaat-niet", "not-found"),
                               ("moderation", "not-found"), ("me", "sign-in-needed"), ("me/1", "bad-request"), ("thread/0", "bad-request"),
                               ("../etc", "bad-request")]:
            self.assertEqual(follower.follow(topic).get("problem"), problem, topic)
        self.assertEqual(follower.follow(f"thread/{self.thread}", 10 ** 9)["is"], "following")
        follower.until(lambda m: m["is"] == "resync")

    def test_frames_that_break_the_rules(self):
        for name, bytes_, code in [
                ("no mask", b"\x81\x02{}", 1002), ("reserved bit", b"\xC1" + masked(1, b"{}")[1:], 1002),
                ("reserved opcode", masked(3, b""), 1002), ("a ping in pieces", masked(9, b"", False), 1002),
                ("binary", masked(2, b"x"), 1003), ("text that is not UTF-8", masked(1, b"\xC3("), 1007),
                ("a reason that is not UTF-8", masked(8, b"\x03\xE8\xFF"), 1007), ("a code of one byte", masked(8, b"\x03"), 1002),
                ("pieces that grow too big", masked(1, b"a" * 4000, False) + masked(0, b"a" * 4000), 1009)]:
            with self.subTest(name):
                follower = self.socket_of()
                follower.socket.sendall(bytes_)
                self.assertEqual(self.close_code(follower), code)
        self.served()

    def test_a_megabyte(self):
        follower = self.socket_of()
        try:
            follower.socket.sendall(masked(1, b"a" * 2 ** 20))
        except OSError:
            pass  # refused by its first bytes: the rest need not be taken
        self.assertIn(self.close_code(follower), (1009, None), "or the connection is cut while the rest is still being sent")
        self.assertTrue(follower.ended)
        self.served()

    def test_floods(self):
        for name, bytes_ in [("pings", masked(9, b"x") * 2000), ("words", masked(1, b"?") * 2000),
                             ("ten thousand topics", b"".join(masked(1, b'{"do":"follow","topic":"thread/%d"}' % n) for n in range(1, 10_001)))]:
            with self.subTest(name):
                follower = self.socket_of()
                try:
                    follower.socket.sendall(bytes_)
                except OSError:
                    pass
                self.assertIn(self.close_code(follower), (1008, None))
                self.assertTrue(follower.ended)
        self.served()

    def test_a_message_in_pieces_with_pings_between(self):
        follower = self.socket_of()
        text = b'{"do":"follow","topic":"thread/%d"}' % self.thread
        for piece in (masked(1, text[:9], False), masked(9, b"?"), masked(0, text[9:20], False), masked(10, b"!"), masked(0, text[20:])):
            for byte in piece:
                follower.socket.sendall(bytes([byte]))
        follower.until(lambda m: m["is"] == "following")

    def test_twenty_tabs_of_one_member(self):
        visitor = member(self.server.port, ADVISEUR)
        tabs = [self.socket_of(visitor) for _ in range(20)]
        for tab in tabs:
            self.assertEqual(tab.follow(f"thread/{self.thread}")["is"], "following")
        self.post(self.thread, "In elk tabblad.")
        for tab in tabs:
            tab.until(lambda m: m.get("kind") == "post.new")
            present = [m["readers"] for m in tab.messages if m["is"] == "present"] or [tab.until(lambda m: m["is"] == "present")["readers"]]
            self.assertEqual(set(present), {1})
