"""A migration that has been committed never changes: its checksum stands in tests/checks/migrations.txt. Numbers follow each
other without a gap. `run.py --write-lists` adds a new one, and refuses a changed one."""
import hashlib
import re

LIST = "tests/checks/migrations.txt"


def present(tree):
    return {p: hashlib.sha256(tree.read(p).encode()).hexdigest() for p in tree.need(r"\.sql$", "sql/migrations/")}


def listed(tree):
    return {path: digest for digest, path in (line.split() for line in tree.read(LIST).splitlines() if line)}


def find(tree):
    files, known, faults = present(tree), listed(tree), []
    for path, digest in files.items():
        if path not in known:
            faults.append(f"{path}: not in {LIST} (tests/checks/run.py --write-lists adds it)")
        elif known[path] != digest:
            faults.append(f"{path}: has changed; a database that ran it would differ. Write a new migration")
    faults += [f"{path}: is gone, and {LIST} has it" for path in known.keys() - files.keys()]
    for number, path in enumerate(sorted(files), start=1):
        if not re.search(rf"/{number:04d}_[a-z0-9_]+\.sql$", path):
            faults.append(f"{path}: the name does not begin with {number:04d}_")
    return faults


SEEDS = [
    ("a changed migration", lambda t: t.with_replaced(t.need(r"\.sql$", "sql/migrations/")[0], r"$", "-- seeded\n")),
    ("a gap in the numbers", lambda t: t.with_file("sql/migrations/9999_seeded.sql", "select 1;\n")),
]
