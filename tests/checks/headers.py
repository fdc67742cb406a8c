"""A header starts with two sentences: what it is for, and the rule to keep."""
import re


def find(tree):
    faults = []
    for path in tree.need(r"\.hpp$", "server/"):
        lines = []
        for line in tree.read(path).splitlines():
            if not line.startswith("//"):
                break
            lines.append(line.strip("/ "))
        comment = " ".join(lines)
        if len(re.findall(r"[.:;!](?=\s|$)", comment)) < 2 or len(comment.split()) < 8:
            faults.append(f"{path}: does not start with two sentences (what for, and the rule to keep)")
    return faults


SEEDS = [("a header without its sentences", lambda t: t.with_file("server/base/seeded.hpp", "#pragma once\n// Seeded.\n"))]
