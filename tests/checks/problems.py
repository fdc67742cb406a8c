"""Every kind of problem is thrown somewhere, has a row in the table and a text for the visitor."""
import re

from tree import without_comments


def find(tree):
    header, table = tree.read("server/base/problem.hpp"), tree.read("server/base/problem.cpp")
    match = re.search(r"enum class ProblemKind[^{]*\{(.*?)\}", header, re.S)
    if not match:
        return ["server/base/problem.hpp: no enum class ProblemKind"]
    kinds = re.findall(r"\b([a-z_]+)\b", re.sub(r"//[^\n]*", "", match.group(1)))
    code = "\n".join(without_comments(tree.read(p)) for p in tree.paths(r"\.[ch]pp$", "server/") if "base/problem." not in p)
    slugs = dict(re.findall(r'ProblemKind::(\w+),\s*\d+,\s*"([\w-]+)"', table))
    texts = "\n".join(tree.read(path) for path in tree.paths(r"/problem\.nl\.json$", "web/texts/"))
    faults = []
    for kind in kinds:
        if not re.search(rf"\bProblemKind::{kind}\b", code):
            faults.append(f"server/base/problem.hpp: {kind} is used nowhere; take it out")
        if kind not in slugs:
            faults.append(f"server/base/problem.cpp: {kind} has no row")
        elif texts and f'"{slugs[kind]}' not in texts and f'"{kind}' not in texts:
            faults.append(f"web/texts/problem.nl.json: no text for {slugs[kind]}")
    return faults


SEEDS = [
    ("a kind that nobody throws", lambda t: t.with_replaced("server/base/problem.hpp", r"(enum class ProblemKind[^{]*\{)", r"\1 seeded,")),
    ("a kind without a row", lambda t: t.with_replaced("server/base/problem.cpp", r"ProblemInfo\{ProblemKind::conflict[^\n]*\n", "")),
]
