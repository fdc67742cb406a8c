#!/usr/bin/env python3
"""The soak of tests/bench/soak/soak.py in full: 2,000 followers and 20 writers for ten minutes (SOAK_SECONDS for another time). It
breaks off when a follower misses a post or gets one twice, or when memory grows; the figures are what was survived."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import support  # noqa: E402
from soak import soak  # noqa: E402

# What a process keeps for itself may settle; what grows with what passes through would be more than this in ten minutes.
MOST_GROWTH = 32  # MB


def main():
    seconds = int(os.environ.get("SOAK_SECONDS", "600"))
    figures = soak(followers=2000, writers=20, threads=100, seconds=seconds, post_pause=1.0, chaos_pause=10)
    growth = figures["growth"]
    print(figures)
    for name, unit in [("posts", "posts"), ("deliveries", "events"), ("cuts", "cuts"), ("resyncs", "resyncs"), ("listens_ended", "times"),
                       ("stops", "times"), ("kills", "times"), ("megabytes", "MB")]:
        support.figure(f"soak.{name}", figures[name], unit, 1)
    support.figure("soak.growth", growth, "MB", growth / MOST_GROWTH)
    if growth > MOST_GROWTH:
        sys.exit(f"memory grew by {growth:.0f} MB")


main()
