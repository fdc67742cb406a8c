#!/usr/bin/env python3
"""Runs the checks of the rules that no compiler holds, and proves of each that it finds a seeded fault.
Rule to keep: a check is a module with find(tree) and SEEDS; it closes with 'N passed, N failed'.

    run.py [--binary PROGRAM] [--write-lists] [NAME...]"""
import argparse
import importlib
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import migrations  # noqa: E402
import routes  # noqa: E402
from tree import Missing, Tree  # noqa: E402

NAMES = ["floors", "rooms", "headers", "templates", "texts", "problems", "routes", "size", "migrations", "config", "usage", "outside", "habits"]


def write_lists(tree):
    """The committed lists follow the code, except for a migration that changed: that is refused."""
    known = migrations.listed(tree) if tree.paths("migrations.txt$", "tests/checks/") else {}
    for path, digest in migrations.present(tree).items():
        if known.setdefault(path, digest) != digest:
            sys.exit(f"{path} has changed since it was listed; write a new migration")
    (tree.root / migrations.LIST).write_text("".join(f"{d}  {p}\n" for p, d in sorted(known.items())))
    print(f"{migrations.LIST}: {len(known)} migrations")
    if not tree.binary:
        return
    lines = routes.printed(tree)
    (tree.root / routes.LIST).write_text("\n".join(lines) + "\n")
    print(f"{routes.LIST}: {len(lines)} routes")


def self_test(name, check, tree, before):
    """The seeds that the check does not find."""
    blind = []
    for what, seed in check.SEEDS:
        try:
            if set(check.find(seed(tree))) <= set(before):
                blind.append(f"is blind: a seeded fault is not found ({what})")
        except Missing as missing:
            blind.append(f"cannot prove itself ({what}): {missing}")
    return blind


def main():
    parser = argparse.ArgumentParser(description="Checks of the rules that no compiler holds.")
    parser.add_argument("--binary", help="the built forum, for the routes")
    parser.add_argument("--write-lists", action="store_true", help="add new migrations; with --binary also rewrite routes.txt")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"no check is called {unknown[0]}; there are: {', '.join(NAMES)}")
    root = Path(__file__).resolve().parents[2]
    binary = str(Path(options.binary).resolve()) if options.binary else None
    tree = Tree(root, binary)
    if options.write_lists:
        write_lists(tree)
        return 0
    passed = failed = 0
    for name in options.names or NAMES:
        check = importlib.import_module(name)
        try:
            found = check.find(tree)
            faults = found + self_test(name, check, tree, found)
        except Missing as missing:
            faults = [f"has nothing to look at: {missing}"]
        print(f"{'FAIL' if faults else 'ok  '} {name}")
        for fault in faults:
            print(f"FAIL   {name}: {fault}")
        passed, failed = passed + (not faults), failed + bool(faults)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
