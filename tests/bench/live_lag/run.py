#!/usr/bin/env python3
"""From commit to follower in the whole server: 2,000 followers of one thread and a writer, real PostgreSQL between them. The figures
are the server's own (forum_live_lag_seconds), so a follower that reads slowly does not colour them; the ratio is to the second
that a reader is promised (features.md E1)."""
import os
import re
import sys
import threading
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "soak"))
import support  # noqa: E402
from followers import Crowd, raise_file_limit  # noqa: E402

FOLLOWERS, POSTS, PAUSE = 2000, 40, 0.5  # seconds between posts
PROMISED = 1.0  # seconds
TOKEN = "alleen-voor-de-meting"


def lag_buckets(port):
    """[(upper bound, how many deliveries up to it)], rising."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read().decode()
    return [(float(bound), int(float(count))) for bound, count in re.findall(r'forum_live_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', text)]


def quantile(before, after, share):
    """The bound under which so many of the deliveries between two readings were: never too small."""
    total = after[-1][1] - before[-1][1]
    return next(bound for (bound, late), (_, early) in zip(after, before) if late - early >= share * total)


def main():
    raise_file_limit()
    os.sched_setaffinity(0, {1})
    port = support.free_port()
    forum = support.Forum("--metrics-listen", f"127.0.0.1:{port}", "--metrics-token", TOKEN, "--canary-seconds", "0")
    crowd = None
    try:
        cookie = forum.sign_in("wethouder@demo.example")
        thread = forum.thread_with(0, cookie, "Hoe snel is het er?")
        crowd = Crowd([forum.port], {thread: 1}, FOLLOWERS)
        if not crowd.run(120, until=crowd.all_follow):
            sys.exit("not all follow")
        before = lag_buckets(port)

        def write():
            for number in range(POSTS):
                forum.request("POST", f"/api/v1/threads/{thread}/posts", {"body": f"Bericht {number}."}, {"Cookie": cookie})
                time.sleep(PAUSE)

        writer = threading.Thread(target=write)
        writer.start()
        if not crowd.run(POSTS * PAUSE + 60, until=lambda: crowd.applied == FOLLOWERS * POSTS):
            sys.exit(f"{crowd.applied} of {FOLLOWERS * POSTS} deliveries; {crowd.faults[:3]}")
        writer.join()
        after = lag_buckets(port)
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            value = quantile(before, after, share)
            support.figure(f"live_lag.{name}", value * 1000, "ms", value / PROMISED)
    finally:
        if crowd:
            crowd.close()
        forum.stop()


main()
