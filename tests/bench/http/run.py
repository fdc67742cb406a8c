#!/usr/bin/env python3
"""A thread page of 20 posts, kept and not kept, as guest and as signed-in member, and its JSON; against nginx serving the same
bytes. One line per figure: name value unit ratio-to-its-limit. This JSON is longer than the page (48 kB), and nginx sends a file without
copying it to the kernel, so the lead that performance.md gives for a small JSON is not to be had here. Limits: performance.md, 'HTTP'."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import support  # noqa: E402

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 64
# Another address each time: nothing of it is kept.
UNKEPT = """local n = {start}
request = function() n = n + 1 return wrk.format("GET", wrk.path .. "?x=" .. n) end
"""


def main():
    forum = support.Forum()
    try:
        cookie = forum.sign_in("wethouder@demo.example")
        thread = forum.thread_with(20, cookie, "Een gesprek om te meten")
        answer, _ = forum.request("GET", f"/gesprekken/{thread}")
        path = answer.getheader("Location") or f"/gesprekken/{thread}"
        _, page = forum.request("GET", path, headers={"Accept": "text/html"})
        # Whoever wrote the posts has their buttons: his page is more than twice as long.
        _, own_page = forum.request("GET", path, headers={"Accept": "text/html", "Cookie": cookie})
        _, model = forum.request("GET", f"/api/v1/threads/{thread}")
        nginx = support.Nginx({"page.html": page, "own.html": own_page, "thread.json": model})
        measure(forum, nginx, path, thread, cookie)
        nginx.stop()
    finally:
        forum.stop()


def measure(forum, nginx, path, thread, cookie):
    base = f"http://127.0.0.1:{forum.port}"
    limit = f"http://127.0.0.1:{nginx.port}"
    member = (f"Cookie: {cookie}",)
    names = ["limit.page", "guest", "guest_unkept", "limit.own", "member", "member_unkept", "limit.json", "json"]
    found = {name: [] for name in names}
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as script:
        script_path = script.name
    for number in range(ROUNDS):
        with open(script_path, "w", encoding="ascii") as script:
            script.write(UNKEPT.format(start=number * 10_000_000))
        found["limit.page"].append(support.wrk(f"{limit}/page.html", SECONDS, CONNECTIONS))
        found["guest"].append(support.wrk(base + path, SECONDS, CONNECTIONS))
        found["guest_unkept"].append(support.wrk(base + path, SECONDS, CONNECTIONS, script=script_path))
        found["limit.own"].append(support.wrk(f"{limit}/own.html", SECONDS, CONNECTIONS))
        found["member"].append(support.wrk(base + path, SECONDS, CONNECTIONS, headers=member))
        found["member_unkept"].append(support.wrk(base + path, SECONDS, CONNECTIONS, script=script_path, headers=member))
        found["limit.json"].append(support.wrk(f"{limit}/thread.json", SECONDS, CONNECTIONS))
        found["json"].append(support.wrk(f"{base}/api/v1/threads/{thread}", SECONDS, CONNECTIONS))
    os.unlink(script_path)
    middle = {name: support.median(values) for name, values in found.items()}
    for name, of in (("guest", "page"), ("member", "own"), ("guest_unkept", "page"), ("member_unkept", "own")):
        support.figure(f"http.page.{name}", middle[name], "requests/s", middle[name] / middle[f"limit.{of}"])
    support.figure("http.json", middle["json"], "requests/s", middle["json"] / middle["limit.json"])
    support.figure("http.limit.page", middle["limit.page"], "requests/s", 1)


main()
