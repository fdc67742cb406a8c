"""Includes go downward only. The floors are those of server/README.md; a new folder gets its place here first."""
import re

from tree import line_of

FLOOR = {
    "base": 0,
    "async": 1, "db": 1, "http": 1, "view": 1, "crypto": 1,
    "access": 2, "mail": 2,
    "site": 3, "live": 3,
    "members": 4.0, "places": 4.1, "notices": 4.2, "agenda": 4.3, "portfolio": 4.3, "discussion": 4.3, "search": 4.4,
    "following": 4.5, "moderation": 4.5,
    "app": 5,
}
# On floor 1 the workers are the ground of two neighbours.
BESIDE = {("db", "async"), ("http", "async")}


def find(tree):
    faults = []
    for path in tree.need(r"\.[ch]pp$", "server/"):
        parts = path.split("/")
        if len(parts) == 2:
            continue  # main.cpp and pch.hpp stand outside the house
        room, text = parts[1], tree.read(path)
        if room not in FLOOR:
            faults.append(f"{path}: the folder {room} has no floor (tests/checks/floors.py)")
            continue
        for match in re.finditer(r'^\s*#\s*include\s+"([^"/]+)/([^"]+)"', text, re.M):
            other, file = match.groups()
            at = f"{path}:{line_of(text, match.start())}"
            if other == room or (room, other) in BESIDE:
                continue
            if other not in FLOOR:
                faults.append(f"{at}: includes {other}/{file}, a folder that has no floor")
            elif FLOOR[other] >= FLOOR[room]:
                faults.append(f"{at}: {room} (floor {FLOOR[room]}) includes {other}/{file} (floor {FLOOR[other]})")
            elif FLOOR[other] >= 4 and room != "app" and re.search(r"(_page|_form|^routes)\.hpp$", file):
                faults.append(f"{at}: {other}/{file} is that feature's own; others use its nouns and stores")
        if re.search(r'^\s*#\s*include\s+"[^"/]+"', text, re.M):
            faults.append(f'{path}: an include names its folder ("{room}/...")')
    return faults


SEEDS = [
    ("http includes site", lambda t: t.with_file("server/http/seeded.cpp", '#include "site/page.hpp"\n')),
    ("site and live know each other", lambda t: t.with_file("server/site/seeded.hpp", '#include "live/live.hpp"\n')),
    ("discussion knows moderation", lambda t: t.with_file("server/discussion/seeded.cpp", '#include "moderation/case_store.hpp"\n')),
    ("discussion knows following", lambda t: t.with_file("server/discussion/seeded.cpp", '#include "following/follow_store.hpp"\n')),
    ("a page of another feature", lambda t: t.with_file("server/moderation/seeded.cpp", '#include "discussion/thread_page.hpp"\n')),
    ("a folder without a floor", lambda t: t.with_file("server/attic/seeded.cpp", "\n")),
]
