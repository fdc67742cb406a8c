#!/usr/bin/env python3
"""Fan-out of one live message against plain C: the engine's figures and their ratio to the limit, in one run, alternating.

Usage: run.py BUILD_FOLDER [--rounds 5]. Prints one line per figure: name value unit ratio-to-its-limit.
Each server has one core (0), the load has the other (1); a ratio carries over to another machine, a figure does not.
"""
import argparse
import os
import statistics
import subprocess
import sys

# name, followers, topics, in flight, messages a round
CASES = [
    ("live.2000", 2000, 1, 1, 60),
    ("live.10000", 10000, 1, 1, 12),
    ("live.2000x8", 2000, 1, 8, 240),
    ("live.10000in1000", 10000, 1000, 1, 12),
]


def pinned(core, *command):
    return subprocess.Popen(["taskset", "-c", str(core), *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def resident(process):
    """Memory that is the program's own: pages of its file and of libraries come in once, however many follow."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("no RssAnon")


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Side:
    """A server with its followers connected, ready for rounds."""

    def __init__(self, folder, kind, followers, topics, in_flight, messages):
        self.messages = messages * followers
        if kind == "limit":
            # No topics there: its followers get every byte, so that many bytes make one message for each.
            self.server = pinned(0, f"{folder}/bench_live_limit")
            topics = 1
        else:
            self.server = pinned(0, f"{folder}/bench_live_engine", str(topics))
        first = self.server.stdout.readline().split()
        port, publish_port = int(first[1]), int(first[-1])
        before = resident(self.server)
        self.load = pinned(1, f"{folder}/bench_live_load", str(port), str(publish_port), str(followers), str(topics), str(in_flight),
                           str(messages), "1000")
        if self.load.stdout.readline().strip() != "ready":
            sys.exit("the followers could not connect")
        self.bytes_per_follower = (resident(self.server) - before) / followers

    def round(self):
        """Deliveries a second, p50 and p99 in ms, CPU of the server per delivery in microseconds."""
        before = cpu_seconds(self.server)
        self.load.stdin.write("\n")
        self.load.stdin.flush()
        rate, p50, p99 = (float(one) for one in self.load.stdout.readline().split())
        return rate, p50, p99, (cpu_seconds(self.server) - before) / self.messages * 1e6

    def end(self):
        for process in (self.load, self.server):
            process.kill()
            process.wait()


def measure(folder, name, followers, topics, in_flight, messages, rounds):
    sides = {kind: Side(folder, kind, followers, topics, in_flight, messages) for kind in ("limit", "engine")}
    figures = {"limit": [], "engine": []}
    for number in range(rounds + 1):
        for kind, side in sides.items():
            figure = side.round()
            if number > 0:  # the first warms up
                figures[kind].append(figure)
    memory = {kind: side.bytes_per_follower for kind, side in sides.items()}
    for side in sides.values():
        side.end()
    ours, limit = ([statistics.median(column) for column in zip(*figures[kind])] for kind in ("engine", "limit"))
    print(f"{name} {ours[0]:.0f} deliveries/s {ours[0] / limit[0]:.2f}")
    print(f"{name}.p50 {ours[1]:.2f} ms {ours[1] / limit[1]:.2f}")
    print(f"{name}.p99 {ours[2]:.2f} ms {ours[2] / limit[2]:.2f}")
    print(f"{name}.cpu {ours[3]:.2f} us/delivery {ours[3] / limit[3]:.2f}")
    print(f"{name}.memory {memory['engine']:.0f} bytes/follower {memory['engine'] / 1500:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="where the bench programs were built")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="a case by its name")
    arguments = parser.parse_args()
    for case in CASES:
        if arguments.only in ("", case[0]):
            measure(arguments.folder, *case, arguments.rounds)


if __name__ == "__main__":
    main()
