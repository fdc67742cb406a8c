"""Thousands of followers in one thread: each reads a page's number, follows from there, and comes back from the last number it applied,
whatever is cut. Rule: a number that is missed or comes twice is a fault at once; what was applied is kept as one sum a follower."""
import errno
import heapq
import http.client
import json
import os
import random
import selectors
import socket
import struct
import time
import zlib

GONE = struct.pack("ii", 1, 0)  # SO_LINGER: closed without a word, and all that is on its way is lost


class Follower:
    def __init__(self, crowd, thread, seq, is_stream):
        self.crowd, self.thread, self.is_stream = crowd, thread, is_stream
        self.topic = f"thread/{thread}"
        self.start_from(seq)
        self.socket, self.is_following = None, False

    def start_from(self, seq):
        """The page was read at this number: what comes after is applied."""
        self.base = self.applied = seq
        self.sum, self.needs_page = 0, False

    def apply(self, message):
        self.sum = zlib.crc32(f"{message['seq']} {message['post']['number']} {message['post']['body']}".encode(), self.sum)

    # ------------------------------------------------------------------------------------------------ connection
    def connect(self):
        if self.needs_page and not self.read_page():
            return self.come_back(random.random())
        self.buffer, self.in_head, self.is_following = b"", True, False
        self.socket = socket.socket()
        self.socket.setblocking(False)
        port = random.choice(self.crowd.ports)
        if self.socket.connect_ex(("127.0.0.1", port)) not in (0, errno.EINPROGRESS):
            return self.lost()
        if self.is_stream:
            opening = f"GET /live/events?topic={self.topic}&since={self.applied} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n".encode()
        else:
            opening = (b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: forum.v1\r\n\r\n"
                       + self.frame(1, json.dumps({"do": "follow", "topic": self.topic, "since": self.applied}).encode()))
        self.opening = opening
        self.crowd.selector.register(self.socket, selectors.EVENT_WRITE, self)

    def read_page(self):
        try:
            page = http.client.HTTPConnection("127.0.0.1", random.choice(self.crowd.ports), timeout=5)
            page.request("GET", f"/api/v1/threads/{self.thread}")
            answer = page.getresponse()
            if answer.status != 200:
                return False
            self.start_from(json.loads(answer.read())["seq"])
            page.close()
            return True
        except (OSError, http.client.HTTPException):
            return False

    def cut(self):
        if self.socket is not None:
            self.crowd.cuts += 1
            try:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GONE)
            except OSError:
                pass
            self.lost()

    def lost(self, wait=None):
        if self.socket is not None:
            try:
                self.crowd.selector.unregister(self.socket)
            except KeyError:
                pass
            self.socket.close()
            self.socket = None
        self.is_following = False
        self.come_back(random.random() if wait is None else wait)

    def come_back(self, wait):
        heapq.heappush(self.crowd.waiting, (time.monotonic() + wait, id(self), self))

    @staticmethod
    def frame(opcode, payload):
        return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload  # a mask of zeros; never 126 bytes or more

    # --------------------------------------------------------------------------------------------------- reading
    def ready(self, mask):
        try:
            if mask & selectors.EVENT_WRITE:
                self.socket.send(self.opening)
                self.crowd.selector.modify(self.socket, selectors.EVENT_READ, self)
                return
            got = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            return self.lost()
        if not got:
            return self.lost()
        self.buffer += got
        mine = self.socket
        for message in self.messages():
            self.hear(json.loads(message))
            if self.socket is not mine:
                return

    def messages(self):
        if self.in_head:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            if head.split(b" ", 2)[1] not in (b"101", b"200"):
                self.lost()
                return
            self.buffer, self.in_head = rest, False
        if self.is_stream:
            *blocks, self.buffer = self.buffer.split(b"\n\n")
            for block in blocks:
                for line in block.split(b"\n"):
                    if line.startswith(b"data: "):
                        yield line[6:]
            return
        at, data = 0, self.buffer
        while len(data) - at >= 2:
            size, begin = data[at + 1], at + 2
            if size == 126 and len(data) >= at + 4:
                size, begin = struct.unpack_from("!H", data, at + 2)[0], at + 4
            elif size == 127 and len(data) >= at + 10:
                size, begin = struct.unpack_from("!Q", data, at + 2)[0], at + 10
            elif size >= 126:
                break
            if len(data) < begin + size:
                break
            opcode, payload = data[at] & 15, data[begin:begin + size]
            at = begin + size
            self.buffer = data[at:]
            if opcode == 9:
                try:
                    self.socket.send(self.frame(10, payload))
                except OSError:
                    pass
            elif opcode == 8:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                self.crowd.closes[code] = self.crowd.closes.get(code, 0) + 1
                self.lost()
                return
            elif opcode == 1:
                yield payload

    def hear(self, message):
        kind = message["is"]
        if kind == "event":
            seq = message["seq"]
            if seq != self.applied + 1:
                self.crowd.faults.append(f"{self.topic}: {seq} after {self.applied}")
                return
            self.applied = seq
            self.apply(message)
            self.crowd.applied += 1
        elif kind == "following":
            self.is_following = True
        elif kind == "resync":
            self.crowd.resyncs += 1
            self.needs_page = True
            self.lost()
        elif kind == "refused":
            self.crowd.faults.append(f"{self.topic}: {message}")
        elif kind == "goodbye":
            self.crowd.goodbyes += 1
            self.lost(max(0.0, message["back_in"] - random.random()))


class Crowd:
    def __init__(self, ports, threads, count, kind=Follower):
        """`threads`: id -> the number at which its page was read. `kind` of follower: what it does with an event."""
        self.ports, self.selector, self.waiting = ports, selectors.DefaultSelector(), []
        self.cuts = self.applied = self.resyncs = self.goodbyes = 0
        self.closes, self.faults = {}, []
        ids = list(threads)
        self.followers = [kind(self, ids[n % len(ids)], threads[ids[n % len(ids)]], n % 10 == 9) for n in range(count)]
        for follower in self.followers:
            follower.come_back(random.random() * count / 1000)

    def run(self, seconds, cuts_per_second=0.0, until=None):
        """Reads, and cuts so many; ends earlier when `until` holds. Answers whether it did."""
        end = time.monotonic() + seconds
        debt, before = 0.0, time.monotonic()
        while (now := time.monotonic()) < end and not self.faults:
            while self.waiting and self.waiting[0][0] <= now:
                heapq.heappop(self.waiting)[2].connect()
            for key, mask in self.selector.select(0.02):
                if key.data.socket is key.fileobj:
                    key.data.ready(mask)
            debt += (now - before) * cuts_per_second
            before = now
            while debt >= 1:
                debt -= 1
                random.choice(self.followers).cut()
            if until and until():
                return True
        return False

    def all_follow(self):
        return all(follower.is_following for follower in self.followers)

    def close(self):
        for follower in self.followers:
            if follower.socket is not None:
                follower.socket.close()
        self.selector.close()


def raise_file_limit():
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def resident_megabytes(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
