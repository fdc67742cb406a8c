#!/usr/bin/env python3
"""The work of moderators with 10,000 open cases: list and counter of the queue in the database (goal 20 ms), and from a moderator's
decision to the author's screen at 20 decisions a second (goal: p99 within 100 ms). The ratio is goal to figure: 1 and more is reached."""
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../flows"))
import support  # noqa: E402
from websocket import WebSocket  # noqa: E402

OPEN_CASES = 10_000
LOOKS = 30
DECISIONS = 400
PER_SECOND = 20
GOAL_QUERY_MS, GOAL_SCREEN_MS = 20, 100

# Spread over all threads, themes and authors that the demo has; a tenth is late.
FILL = f"""
WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS count FROM threads WHERE is_published),
     authors AS (SELECT id, function, municipality_code, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS count
                   FROM members WHERE role = 'member' AND municipality_code IS NOT NULL),
     written AS (
    INSERT INTO posts (thread_id, number, author_id, author_function, author_municipality, state, version, body, body_html)
    SELECT t.id, 1000 + n, a.id, a.function, a.municipality_code, 'waiting', 1, repeat('Een reactie die wacht. ', 30), repeat('<p>Een reactie.</p>', 30)
      FROM generate_series(1, {OPEN_CASES}) n JOIN numbered t ON t.place = n % t.count JOIN authors a ON a.place = n % a.count
    RETURNING id, author_id, body, body_html), versions AS (
    INSERT INTO post_versions (post_id, version, body, body_html, by_member) SELECT id, 1, body, body_html, author_id FROM written)
INSERT INTO cases (kind, post_id, post_version, waiting_since, due_at)
SELECT 'review', id, 1, now() - id % 1000 * interval '1 minute', now() + (id % 1000 - 100) * interval '1 minute' FROM written;
"""


def sql(forum, text):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", f"{forum.data}/socket", "-U", "forum_owner", "-d", "forum", "-c", text],
                          capture_output=True, text=True, check=True).stdout


def in_database(forum, cookie, names=("list_open", "count_open")):
    """Milliseconds that PostgreSQL says it took, per query, when a moderator opens the queue."""
    sql(forum, "ALTER SYSTEM SET log_min_duration_statement = 0")
    sql(forum, "ALTER SYSTEM SET log_min_error_statement = 'log'")
    sql(forum, "SELECT pg_reload_conf()")
    for _ in range(LOOKS):
        forum.request("GET", "/api/v1/moderation/cases", headers={"Cookie": cookie})
    sql(forum, "ALTER SYSTEM RESET ALL")
    sql(forum, "SELECT pg_reload_conf()")
    with open(f"{forum.data}/postgres.log", encoding="utf-8", errors="replace") as log:
        text = log.read()
    for name in names:
        took = [float(ms) for ms in re.findall(rf"duration: ([\d.]+) ms  (?:execute|bind|parse) moderation\.{name}\b", text)]
        # Three lines a look: parse or bind, and execute.
        yield name, sum(took) / LOOKS


def to_the_screen(forum, moderator):
    """Milliseconds from sending a decision to its post on the author's open page, for each."""
    author = forum.sign_in("nieuw@demo.example")
    asker = forum.sign_in("wethouder@demo.example")
    thread = forum.thread_with(0, asker, "Een gesprek om te beoordelen")
    for number in range(DECISIONS):
        forum.request("POST", f"/api/v1/threads/{thread}/posts", {"body": f"Een toetswoord, nummer {number}."}, {"Cookie": author})
    name, _, value = author.partition("=")
    page = WebSocket(forum.port, {name: value}, seconds=60)
    page.follow(f"thread/{thread}")
    found = sql(forum, f"SELECT c.id, p.number FROM cases c JOIN posts p ON p.id = c.post_id WHERE p.thread_id = {thread} ORDER BY c.id")
    cases = [tuple(map(int, row.split("|"))) for row in found.split()]
    sent, seen = {}, {}

    def watch():
        while len(seen) < len(cases):
            message = page.next()
            if message is None:
                return
            if message.get("kind") == "post.new":
                seen[message["post"]["number"]] = time.monotonic()

    watcher = threading.Thread(target=watch)
    watcher.start()
    connection = http.client.HTTPConnection("127.0.0.1", forum.port, timeout=30)
    began = time.monotonic()
    for turn, (case, number) in enumerate(cases):
        time.sleep(max(0, began + turn / PER_SECOND - time.monotonic()))
        sent[number] = time.monotonic()
        connection.request("POST", f"/api/v1/moderation/cases/{case}/decision", json.dumps({"version": 1, "decision": "approve"}),
                           {"Content-Type": "application/json", "Cookie": moderator})
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise SystemExit(f"decision: {answer.status} {data[:300]!r}")
    watcher.join()
    page.close()
    return sorted((seen[number] - sent[number]) * 1000 for number in sent)


def main():
    forum = support.Forum(cores="0,1")
    try:
        moderator = forum.sign_in("moderator@demo.example")
        forum.request("POST", "/api/v1/moderation/rules", {"kind": "words", "pattern": "toetswoord", "effect": "hold", "reason": "Om te meten."},
                      {"Cookie": moderator})
        sql(forum, FILL)
        sql(forum, "ANALYZE")
        for name, took in in_database(forum, moderator):
            support.figure(f"moderation.{name}", took, "ms", GOAL_QUERY_MS / took)
        # The same for who looks after a part: two themes and a province, which is some half of the cases.
        second, administrator = forum.sign_in("moderator2@demo.example"), forum.sign_in("beheer@demo.example")
        signed_in = {"email": "moderator2@demo.example", "password": support.PASSWORD}
        number = json.loads(forum.request("POST", "/api/v1/session", signed_in)[1])["id"]
        forum.request("PUT", f"/api/v1/members/{number}/scope", {"themes": ["wonen", "taal"], "provinces": ["Zuid-Holland"]}, {"Cookie": administrator})
        for name, took in in_database(forum, second, ("list_scoped", "count_scoped")):
            support.figure(f"moderation.{name}", took, "ms", GOAL_QUERY_MS / took)
        waits = to_the_screen(forum, moderator)
        support.figure("moderation.to_the_screen.p50", waits[len(waits) // 2], "ms", GOAL_SCREEN_MS / waits[len(waits) // 2])
        support.figure("moderation.to_the_screen.p99", waits[len(waits) * 99 // 100], "ms", GOAL_SCREEN_MS / waits[len(waits) * 99 // 100])
    finally:
        forum.stop()


main()
