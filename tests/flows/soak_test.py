"""A short form of the soak in tests/bench/soak: fewer people, the same troubles. Rule: what it checks is checked in soak.py."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench/soak"))

from soak import soak  # noqa: E402


class Soak(unittest.TestCase):
    def test_every_follower_ends_as_the_database(self):
        figures = soak(followers=150, writers=6, threads=10, seconds=14, post_pause=0.3, chaos_pause=2)
        for name in ("posts", "deliveries", "cuts", "goodbyes", "listens_ended", "stops", "kills"):
            self.assertGreater(figures[name], 0, figures)
        self.assertLess(figures["growth"], 32, figures)
