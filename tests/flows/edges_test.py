"""What meets the forum at its edges: https before it, many sign-ins at once. Rule: each server here has settings of its own, as an
operator gives them."""
import resource
import socket
import threading
import unittest

from server import ADVISEUR, BEHEER, MODERATOR, MODERATOR2, NIEUW, PASSWORD, WETHOUDER, Server, demo_folder
from visitor import Visitor, member


class Edges(unittest.TestCase):
    def start(self, *options, **named):
        server = Server(demo_folder(), options=options, **named)
        self.addCleanup(server.end)
        return server.start()

    def check_secure(self, server, headers, own):
        """Of a server to whose requests `headers` mean https: the session is in the __Host- cookie, and in no other."""
        def names(visitor, path, cookie):
            visitor.cookies = {cookie: token}
            return 'href="/ik"' in visitor.get(path, **headers).text

        visitor = Visitor(server.port)
        form = next(f for f in visitor.get("/inloggen", **headers).page.forms if f.action == "/inloggen" and f.value("email") == "")
        answer = visitor.submit(form, {"email": WETHOUDER, "password": PASSWORD}, headers={"Origin": own} | headers, follow=False)
        self.assertEqual(answer.status, 303, answer)
        cookie = next(c for c in answer.headers.get_all("Set-Cookie") if c.startswith("__Host-forum="))
        self.assertTrue({"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")), cookie)
        self.assertNotIn("forum", visitor.cookies)
        token = visitor.cookies["__Host-forum"]
        for path in ("/", "/gesprekken"):  # twice: the second time the page lies ready
            for _ in range(2):
                self.assertTrue(names(visitor, path, "__Host-forum"), path)
            for _ in range(2):
                self.assertFalse(names(visitor, path, "forum"), f"{path}: a plain cookie is no session over https")
        visitor.cookies = {"forum": token}
        self.assertEqual(visitor.api("GET", "/me", headers=headers).status, 401)
        visitor.cookies = {"__Host-forum": token}
        self.assertEqual(visitor.api("GET", "/me", headers=headers).status, 200)
        return token

    def test_an_https_address_makes_every_request_secure(self):
        server = self.start("--public-url", "https://forum.example.nl")
        self.check_secure(server, {}, "https://forum.example.nl")

    def test_a_trusted_proxy_says_which_request_is_secure(self):
        server = self.start("--trusted-proxies", "127.0.0.1")
        token = self.check_secure(server, {"X-Forwarded-Proto": "https"}, f"https://127.0.0.1:{server.port}")
        # Without its word it is http: the other name, and only that.
        plain = Visitor(server.port)
        for cookie, status in (("__Host-forum", 401), ("forum", 200)):
            plain.cookies = {cookie: token}
            self.assertEqual(plain.api("GET", "/me").status, status)

    def test_more_connections_than_a_process_may_have_files_at_first(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        try:
            server = self.start()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(400)]
        for one in waiting:
            self.addCleanup(one.close)
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual({one.recv(12) for one in waiting}, {b"HTTP/1.1 200"})

    def test_this_machine_itself_has_no_limit_of_an_address(self):
        # A proxy here brings everybody from one address, and may be one that the forum was not told of.
        server = self.start("--connections-per-address", "1")
        waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(3)]
        for one in waiting:
            self.addCleanup(one.close)
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual([one.recv(12) for one in waiting], [b"HTTP/1.1 200"] * 3)

    def test_sign_ins_that_would_wait_long_hear_that_it_is_busy(self):
        # Their hashes are cheap and are made anew, which takes seconds: two compute, the others wait half a second.
        server = self.start(passwords=["--argon2-memory-kib", "65536", "--argon2-passes", "30"])
        answers = []

        def sign_in(email):
            answers.append(Visitor(server.port).api("POST", "/session", {"email": email, "password": PASSWORD}))

        hands = [threading.Thread(target=sign_in, args=(mail,)) for mail in (WETHOUDER, NIEUW, ADVISEUR, MODERATOR, MODERATOR2, BEHEER)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        self.assertEqual({answer.status for answer in answers}, {200, 503}, answers)
        for answer in answers:
            if answer.status == 503:
                self.assertEqual(answer.json()["type"], "/problems/busy")
                self.assertTrue(answer.header("Retry-After"))
        member(server.port, WETHOUDER)  # and later it is not


if __name__ == "__main__":
    unittest.main()
