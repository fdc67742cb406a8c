#!/usr/bin/env python3
"""Durable replies per second by 8 writers, with live events on, against pgbench doing the same work in six round trips (begin, four
statements, commit) on the same cluster. All share both cores, because pgbench is to the database what the server is: on a core beside
it, one of the two would have that core for itself. Both write the same rows and are answered after their commit. Ours also renders
markdown, looks for residents' data, the writer's draft and what is read first, and hands each event to the live engine, which reads it
once more from the table; it may commit several replies at once, as those who write at the same moment do. 'posts' is the forum's use case
without the front door, as pgbench has none; 'posts_http' is all of it: HTTP, JSON, session, wrk. Limits: performance.md, 'Writing'."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import support  # noqa: E402

ROUNDS = 9
SECONDS = 4
WRITERS = 8
CORES = "0,1"
THREADS = 32

POSTS = """local n = 0
local threads = {{{threads}}}
request = function()
  n = n + 1
  local body = '{{"body":"Een antwoord om te meten, nummer ' .. n .. '. Zo doen wij dat hier."}}'
  return wrk.format("POST", "/api/v1/threads/" .. threads[n % #threads + 1] .. "/posts",
    {{["Cookie"] = "{cookie}", ["Content-Type"] = "application/json"}}, body)
end
"""

SIX_TRIPS = """\\set pick random(1, {count})
\\set thread {first} + :pick - 1
BEGIN;
UPDATE threads SET last_number = last_number + 1, seq = seq + 1, reply_count = reply_count + 1,
       last_post_at = greatest(last_post_at, now()),
       strand = CASE WHEN length(strand) < 400 THEN strand || 'c' ELSE strand END
 WHERE id = :thread AND is_published AND NOT is_closed AND may_see_thread(visibility, is_published, author_id, 1, 1)
RETURNING last_number, seq, thread_hints(list_topics, 1) AS hints \\gset
INSERT INTO posts (thread_id, number, author_id, author_function, author_municipality, state, version, live_version, body, body_html, published_at)
VALUES (:thread, :last_number, 1, 'wethouder', 'GM1783', 'live', 1, 1,
        'Een antwoord om te meten. Zo doen wij dat hier.', '<p>Een antwoord om te meten. Zo doen wij dat hier.</p>', now())
RETURNING id AS post \\gset
INSERT INTO post_versions (post_id, version, body, body_html, was_live)
VALUES (:post, 1, 'Een antwoord om te meten. Zo doen wij dat hier.', '<p>Een antwoord om te meten. Zo doen wij dat hier.</p>', true);
INSERT INTO events (topic, seq, kind, audience, data, hints)
VALUES ('thread/' || :thread, :seq, 'post.new', 'everyone',
        jsonb_build_object('thread', :thread::bigint, 'post', :post::bigint, 'number', :last_number::integer), :hints);
COMMIT;
"""


def pgbench(binaries, socket_folder, script):
    out = subprocess.run(
        [f"{binaries}/pgbench", "-n", "-M", "prepared", "-h", socket_folder, "-U", "forum_owner", "-c", str(WRITERS), "-j", "1",
         "-T", str(SECONDS), "-f", script, "forum"], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"tps = ([\d.]+)", out).group(1))


def replies(program, socket_folder, threads):
    return float(subprocess.run(
        ["taskset", "-c", CORES, program, f"host={socket_folder} dbname=forum user=forum_app", "build/web", str(WRITERS), str(SECONDS),
         *map(str, threads)], capture_output=True, text=True, check=True).stdout)


def main():
    program = f"{sys.argv[1]}/bench_write_replies"
    forum = support.Forum("--workers", str(WRITERS), cores=CORES)
    scripts = tempfile.mkdtemp(prefix="forum-write-")
    try:
        cookie = forum.sign_in("wethouder@demo.example")
        threads = [forum.thread_with(0, cookie, f"Meting {number}") for number in range(THREADS)]
        with open(f"{scripts}/posts.lua", "w", encoding="ascii") as file:
            file.write(POSTS.format(threads=",".join(map(str, threads)), cookie=cookie))
        with open(f"{scripts}/six.sql", "w", encoding="ascii") as file:
            file.write(SIX_TRIPS.format(count=THREADS, first=threads[0]))
        binaries = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        ours, door, limit = [], [], []
        for _ in range(ROUNDS):
            ours.append(replies(program, f"{forum.data}/socket", threads))
            limit.append(pgbench(binaries, f"{forum.data}/socket", f"{scripts}/six.sql"))
            door.append(support.wrk(f"http://127.0.0.1:{forum.port}/", SECONDS, WRITERS, script=f"{scripts}/posts.lua", cores=CORES))
        support.compare("write.posts", "posts/s", ours, limit)
        support.compare("write.posts_http", "posts/s", door, limit)
        support.compare("write.limit.six_round_trips", "tx/s", limit, limit)
    finally:
        forum.stop()


main()
