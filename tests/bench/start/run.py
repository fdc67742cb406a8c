#!/usr/bin/env python3
"""Time from the command to 'listening' on an existing database, against `forum migrate` on the same folder: bringing PostgreSQL up and
down again with nothing to do is what no server can be faster than."""
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import support  # noqa: E402

ROUNDS = 5


def main():
    first = support.Forum()
    first.stop(keep=True)
    ready, limit = [], []
    for _ in range(ROUNDS):
        forum = support.Forum(data=first.data)
        ready.append(forum.seconds_to_ready * 1000)
        forum.stop(keep=True)
        began = time.monotonic()
        subprocess.run(["taskset", "-c", "0", os.environ.get("FORUM_BINARY", "build/release/forum"), "migrate", "--data", first.data],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit.append((time.monotonic() - began) * 1000)
    shutil.rmtree(first.data, ignore_errors=True)
    support.compare("start.ready", "ms", ready, limit)
    support.compare("start.limit.database_only", "ms", limit, limit)


main()
