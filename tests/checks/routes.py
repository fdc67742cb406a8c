"""The routes that the program prints are the committed list tests/checks/routes.txt. A new or lost route is a change of the
contract, so it shows in a review. `run.py --write-lists` rewrites the list."""
import subprocess

from tree import Missing

LIST = "tests/checks/routes.txt"


def printed(tree):
    if not tree.binary:
        raise Missing("no program to ask for its routes (run.py --binary build/dev/forum)")
    try:
        answer = subprocess.run([tree.binary, "routes"], capture_output=True, text=True, timeout=30, check=False)
    except OSError as error:
        raise Missing(f"{tree.binary} cannot be started: {error.strerror}") from None
    if answer.returncode != 0 or not answer.stdout.strip():
        raise Missing(f"'forum routes' printed no routes: {answer.stderr.strip()[-200:]}")
    return answer.stdout.splitlines()


def find(tree):
    wanted, found = tree.read(LIST).splitlines(), printed(tree)
    faults = [f"{LIST}: {line!r} is no longer served" for line in wanted if line not in found]
    faults += [f"{LIST}: {line!r} is served and not listed" for line in found if line not in wanted]
    return faults


SEEDS = [
    ("a listed route that is not served", lambda t: t.with_file(LIST, t.read(LIST) + "GET /seeded anyone seeded.page\n")),
    ("a served route that is not listed", lambda t: t.with_file(LIST, "\n".join(t.read(LIST).splitlines()[1:]) + "\n")),
]
