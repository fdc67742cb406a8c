#!/usr/bin/env python3
"""A thread page of 20 posts, kept and not kept, as guest and as signed-in member, and its JSON; against nginx serving the same
bytes. One line per figure: name value unit ratio-to-its-limit. Each is asked for plainly (44 to 84 kB, of which nginx, that sends a
file, copies none to the kernel) and as browsers ask for it (3 to 6 kB). Limits: performance.md, 'HTTP'."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import support  # noqa: E402

ROUNDS = 9
SECONDS = 2
CONNECTIONS = 64
AS_BROWSERS = {"Accept-Encoding": "gzip, br"}
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
        # Whoever wrote the posts has their buttons: his page is twice as long.
        asked = {"page.guest": (path, {"Accept": "text/html"}),
                 "page.member": (path, {"Accept": "text/html", "Cookie": cookie}),
                 "json": (f"/api/v1/threads/{thread}", {})}
        asked.update({f"{name}_compressed": (target, headers | AS_BROWSERS) for name, (target, headers) in list(asked.items())})
        nginx = support.Nginx({name: forum.request("GET", target, headers=headers)[1] for name, (target, headers) in asked.items()})
        measure(forum, nginx, asked)
        nginx.stop()
    finally:
        forum.stop()


def measure(forum, nginx, asked):
    ours, unkept, limit = ({name: [] for name in asked} for _ in range(3))
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as script:
        script_path = script.name
    for number in range(ROUNDS):
        with open(script_path, "w", encoding="ascii") as script:
            script.write(UNKEPT.format(start=number * 10_000_000))
        for name, (target, headers) in asked.items():
            url = f"http://127.0.0.1:{forum.port}{target}"
            lines = [f"{key}: {value}" for key, value in headers.items()]
            limit[name].append(support.wrk(f"http://127.0.0.1:{nginx.port}/{name}", SECONDS, CONNECTIONS))
            ours[name].append(support.wrk(url, SECONDS, CONNECTIONS, headers=lines))
            if name in ("page.guest", "page.member"):
                unkept[name].append(support.wrk(url, SECONDS, CONNECTIONS, headers=lines, script=script_path))
    os.unlink(script_path)
    for name in asked:
        support.compare(f"http.{name}", "requests/s", ours[name], limit[name])
        if unkept[name]:
            support.compare(f"http.{name}_unkept", "requests/s", unkept[name], limit[name])
        support.compare(f"http.limit.{name}", "requests/s", limit[name], limit[name])


main()
