"""Starts the built server as an operator does: own data folder, free port, its own PostgreSQL. Rule: whatever is started here
is ended here, by its process id; a folder is never shared between two tests that change it."""
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("FORUM_BINARY", ROOT / "build/dev/forum")).resolve()
PSQL = "/usr/lib/postgresql/15/bin/psql"
PASSWORD = "forum-demo-2026"
WETHOUDER, NIEUW, ADVISEUR = "wethouder@demo.example", "nieuw@demo.example", "adviseur@demo.example"
MODERATOR, MODERATOR2, BEHEER = "moderator@demo.example", "moderator2@demo.example", "beheer@demo.example"
# Passwords of tests need not be slow to guess, and tests may hurry.
CHEAP = ["--argon2-memory-kib", "64", "--argon2-passes", "1"]
# A beat of the canary is one event more than a test made.
NO_CANARY = ["--canary-seconds", "0"]
UNLIMITED = ["--writes-per-minute", "0", "--sign-ins-per-5-minutes", "0"]

_made = {}
_started = []  # what runs, for a run that is broken off


def folder():
    """A new empty folder that is gone after the run. The database's user may enter it, also when root runs the tests."""
    if "root" not in _made:
        _made["root"] = Path(tempfile.mkdtemp(prefix="forum-flows-"))
        _made["root"].chmod(0o755)
    made = Path(tempfile.mkdtemp(dir=_made["root"]))
    made.chmod(0o755)
    return made


def demo_folder():
    """A data folder with the demo content; made once, copied for each who asks (PostgreSQL was stopped cleanly)."""
    if "demo" not in _made:
        server = Server(folder())
        server.start()
        assert server.stop() == 0
        _made["demo"] = server.data
    copy = folder() / "data"
    subprocess.run(["cp", "-a", _made["demo"], copy], check=True)
    return copy


def end_all():
    """Of this process: those that a test left running."""
    for server in list(_started):
        server.end()


def clean_up():
    end_all()
    if "root" in _made:
        # A command that had to be killed may have left its PostgreSQL.
        for file in _made["root"].glob("**/postgres/postmaster.pid"):
            try:
                os.kill(int(file.read_text().split()[0]), signal.SIGQUIT)
            except (OSError, ValueError, IndexError):
                pass
        shutil.rmtree(_made.pop("root"), ignore_errors=True)


def wait_until(what, holds, seconds=60):
    """Looks again until `holds` gives something true, and gives it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        select.select([], [], [], 0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def run(*arguments, timeout=120, typed=None):
    """A command that ends by itself: its CompletedProcess with text. `typed`: what it reads."""
    return subprocess.run([BINARY, *map(str, arguments)], input=typed, capture_output=True, text=True, timeout=timeout, check=False)


class Server:
    """One forum process. `data`: its folder; `database`: the URL of another one's PostgreSQL instead."""

    def __init__(self, data=None, database=None, options=(), demo=True, limits=UNLIMITED, passwords=CHEAP):
        self.data = Path(data) if data else folder()
        self.database = database
        self.options = [*passwords, *limits, *(NO_CANARY if "--canary-seconds" not in options else []), *(["--demo"] if demo else []), *options]
        self.process = None
        self.port = None
        self.log = self.data / "forum.log" if not database else folder() / "forum.log"

    def start(self):
        self.data.mkdir(exist_ok=True)
        where = ["--database", self.database] if self.database else ["--data", str(self.data)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--port", str(self.port or 0), *where, *map(str, self.options)],
                                            stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        _started.append(self)
        os.set_blocking(self.process.stdout.fileno(), False)
        said = b""

        def listening():
            nonlocal said
            said += self.process.stdout.read() or b""
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.log_text()[-2000:]}"
            return re.search(rb"listening on http://127\.0\.0\.1:(\d+)", said)

        self.port = int(wait_until("listening", listening, 180)[1])
        return self

    def log_text(self):
        return self.log.read_text(errors="replace")

    def stop(self, seconds=60):
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._wait(seconds)

    def kill(self):
        self.process.kill()
        return self._wait(10)

    def _wait(self, seconds):
        code = self.process.wait(seconds)
        self.process.stdout.close()
        return code

    def end(self):
        """Whatever happened before: no process stays."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self._wait(10)
        if self in _started:
            _started.remove(self)
        pid = self.postgres_pid()
        if not self.database and pid and Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGQUIT)
            wait_until("PostgreSQL is gone", lambda: not Path(f"/proc/{pid}").exists())

    def postgres_pid(self):
        try:
            return int((self.data / "postgres/postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError):
            return None

    def database_url(self):
        """The URL under which another process on this machine reaches this server's PostgreSQL."""
        lines = (self.data / "postgres/postmaster.pid").read_text().splitlines()
        return f"host={lines[4]} port={lines[3]} user=forum_owner dbname=forum"

    def sql(self, text):
        """What PostgreSQL answers to the owner: a line a row, columns with | between. Stops at the first statement that fails."""
        done = subprocess.run([PSQL, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.database or self.database_url(), "-c", text],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
