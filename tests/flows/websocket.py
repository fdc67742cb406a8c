"""Followers of live topics: a small RFC 6455 client and a reader of event streams. Rule: both give the same messages as
dictionaries, in order, and None when the other side has ended."""
import base64
import json
import os
import socket
import struct
import time


class Follower:
    """What both have: messages, and waiting for one with a limit in seconds."""

    def __init__(self, port, seconds):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.seconds, self.buffer, self.messages, self.ended = seconds, b"", [], False

    def _more(self):
        got = self.socket.recv(65536)
        if not got:
            self.ended = True
        self.buffer += got
        return bool(got)

    def _need(self, count):
        while len(self.buffer) < count:
            if not self._more():
                raise EOFError
        got, self.buffer = self.buffer[:count], self.buffer[count:]
        return got

    def _line(self, ending=b"\n"):
        while ending not in self.buffer:
            if not self._more():
                raise EOFError
        line, self.buffer = self.buffer.split(ending, 1)
        return line

    def _head(self):
        head = self._line(b"\r\n\r\n").decode("latin-1").split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}

    def next(self):
        """The next message, or None at the end; it is also kept in `messages`."""
        try:
            message = self._read()
        except (EOFError, ConnectionError):
            self.ended = True
            return None
        if message is not None:
            self.messages.append(message)
        return message

    def until(self, fits):
        """Reads until a message fits, and gives it; fails at the end or when it lasts too long."""
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            message = self.next()
            assert message is not None, f"ended before the message came; got {self.messages}"
            if fits(message):
                return message
        raise AssertionError(f"the message did not come; got {self.messages}")

    def events(self, kind=None):
        return [m for m in self.messages if m["is"] == "event" and (kind is None or m["kind"] == kind)]

    def cut(self):
        """Gone without a goodbye, as a train in a tunnel."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


class WebSocket(Follower):
    def __init__(self, port, cookies=None, headers=None, seconds=30):
        super().__init__(port, seconds)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /live HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Protocol: forum.v1"]
        if cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        self._head()
        self.close_code = None

    def send(self, message):
        self.send_frame(1, message if isinstance(message, bytes) else json.dumps(message).encode())

    def send_frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | opcode])
        head += bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack("!H", size)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def follow(self, topic, since=None):
        """Follows, and waits until the server says from where."""
        self.send({"do": "follow", "topic": topic} | ({} if since is None else {"since": since}))
        return self.until(lambda m: m.get("topic") == topic and m["is"] in ("following", "refused", "resync"))

    def _read(self):
        text = b""
        while True:
            first, second = self._need(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self._need(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._need(8))[0]
            assert not second & 0x80, "a server's frame is not masked"
            payload = self._need(size)
            opcode = first & 0x0F
            if opcode == 8:
                self.close_code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                self.ended = True
                return None
            if opcode == 9:
                self.send_frame(10, payload)
            elif opcode in (0, 1):
                text += payload
                if first & 0x80:
                    return json.loads(text)


class EventStream(Follower):
    """GET /live/events: `topics` as pairs of topic and since (or None)."""

    def __init__(self, port, topics, cookies=None, headers=None, seconds=30):
        super().__init__(port, seconds)
        query = "&".join(f"topic={topic}" + ("" if since is None else f"&since={since}") for topic, since in topics)
        lines = [f"GET /live/events?{query} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/event-stream"]
        if cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        self._head()
        self.last_id = None

    def _read(self):
        data = []
        while True:
            line = self._line().rstrip(b"\r").decode()
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "id":
                self.last_id = value
            elif not line and data:
                return json.loads("\n".join(data))
