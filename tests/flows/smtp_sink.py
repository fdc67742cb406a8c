"""A mail server that keeps what it gets (RFC 5321, as much of it as a client needs). Rule: a real socket; it can be told to refuse
for now or for good."""
import email
import email.policy
import socketserver
import threading


class Handler(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        sink = self.server.sink
        self.say("220 sink.example")
        sender, receivers = None, []
        while raw := self.rfile.readline():
            line = raw.decode("ascii").rstrip("\r\n")
            verb = line.upper()
            if verb.startswith("EHLO") or verb.startswith("HELO"):
                self.say("250 sink.example")
            elif verb.startswith("MAIL FROM:"):
                sender, receivers = line[10:].split()[0].strip("<>"), []
                self.say("250 OK")
            elif verb.startswith("RCPT TO:"):
                sink.tries += 1
                if sink.answer != 250:
                    self.say(f"{sink.answer} not now")
                else:
                    receivers.append(line[8:].split()[0].strip("<>"))
                    self.say("250 OK")
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    assert part.endswith(b"\r\n") and len(part) <= 1000, part
                    lines.append(part[1:] if part.startswith(b".") else part)
                sink.take(sender, receivers, b"".join(lines))
                self.say("250 OK")
            elif verb == "RSET":
                self.say("250 OK")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 unknown")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


class Sink:
    def __init__(self):
        self.letters, self.tries, self.answer = [], 0, 250
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.sink = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, sender, receivers, raw):
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        letter.sender, letter.receivers, letter.raw = sender, receivers, raw
        self.letters.append(letter)

    def to(self, address):
        return [letter for letter in self.letters if address in letter.receivers]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
