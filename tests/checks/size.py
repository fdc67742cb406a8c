"""A file of over 400 lines stands in tests/checks/long_files.txt with the reason why it is one thing."""

LIST = "tests/checks/long_files.txt"
LIMIT = 400


def find(tree):
    reasons = {}
    for line in tree.read(LIST).splitlines():
        if line and not line.startswith("#"):
            path, _, reason = line.partition(" ")
            reasons[path] = reason.strip()
    faults = []
    for path in tree.need(r"\.([ch]pp|c|ts|mjs|py)$|^dev$"):
        lines = tree.read(path).count("\n")
        if lines > LIMIT and len(reasons.get(path, "").split()) < 4:
            faults.append(f"{path}: {lines} lines; split it, or write a reason in {LIST}")
        if lines <= LIMIT and path in reasons:
            faults.append(f"{LIST}: {path} has only {lines} lines; take it out")
        reasons.pop(path, None)
    return faults + [f"{LIST}: {path} is not there" for path in reasons]


SEEDS = [
    ("a long file", lambda t: t.with_file("server/base/seeded.cpp", "//\n" * 401)),
    ("a reason for a file that is gone", lambda t: t.with_file(LIST, t.read(LIST) + "server/gone.cpp is one long table\n")),
]
