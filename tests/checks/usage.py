"""Wrong use and a machine that lacks something are one clear line: of ./dev, in a folder of its own with stand-ins for the tools
that would say so, and of the program."""
import os
import re
import socket
import subprocess
import tempfile
from pathlib import Path

from tree import Missing

# Stand-ins: their output is what ./dev reads.
NO_DISK = {"df": "echo head; echo 'disk 1 1 1000 1% /'", "dpkg-query": "exit 1", "apt-get": "exit 0", "apt-cache": "exit 0"}
NO_PACKAGE = {"df": "echo head; echo 'disk 1 1 99999999 1% /'", "dpkg-query": "exit 1", "apt-get": "exit 0", "apt-cache": "exit 1"}


def cases(port):
    """(arguments, stand-ins, exit code, what the line says)"""
    return [
        (["nonsense"], {}, 2, r"unknown command 'nonsense'"),
        (["run", "--nonsense"], {}, 2, r"unknown option '--nonsense'"),
        (["run", "--port", "80800"], {}, 2, r"'80800' is not a port"),
        (["run", "--port"], {}, 2, r"--port needs a value"),
        (["run", "--port", str(port)], {}, 1, rf"port {port} is taken"),
        (["test", "nonsense"], {}, 2, r"no tests are called 'nonsense'; there are: checks"),
        (["build", "nonsense"], {}, 2, r"unknown preset 'nonsense'"),
        (["build"], NO_DISK, 1, r"0 MB free on this disk; 3072 MB is needed"),
        (["build"], NO_PACKAGE, 1, r"package g\+\+ is not in the package sources|root is needed once"),
    ]


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False, **options)


def find(tree):
    faults = []
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        home = Path(folder)
        for path in ("dev", "server/app/config.cpp"):
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(tree.read(path))
        (home / "dev").chmod(0o755)
        (home / "tests").mkdir()
        for arguments, stand_ins, code, words in cases(listener.getsockname()[1]):
            bin_folder = home / "stand-ins"
            bin_folder.mkdir(exist_ok=True)
            for old in bin_folder.iterdir():
                old.unlink()
            for name, script in stand_ins.items():
                (bin_folder / name).write_text(f"#!/bin/sh\n{script}\n")
                (bin_folder / name).chmod(0o755)
            answer = run([home / "dev", *arguments], env={**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"})
            said = answer.stderr.strip()
            if answer.returncode != code or said.count("\n") or not re.search(words, said):
                faults.append(f"./dev {' '.join(arguments[:1])}: exit {answer.returncode} (not {code}) and {said!r} (not {words})")
    if not tree.binary:
        raise Missing("no program (run.py --binary build/dev/forum)")
    for arguments in (["nonsense"], ["serve", "--nonsense"], ["serve", "--port", "many"], ["serve", "--workers", "0"], []):
        answer = run([tree.binary, *arguments])
        if answer.returncode != 2 or answer.stderr.strip().count("\n") or not answer.stderr.strip():
            faults.append(f"forum {' '.join(arguments)}: exit {answer.returncode} (not 2), {answer.stderr.strip()!r} is not one line")
    return faults


SEEDS = [
    ("wrong use that succeeds", lambda t: t.with_replaced("dev", r">&2; exit 2;", ">&2; exit 0;")),
    ("a full disk that nobody sees", lambda t: t.with_replaced("dev", r"free_kb >= 3", "free_kb >= 0")),
    ("a taken port that nobody sees", lambda t: t.with_replaced("dev", r"/dev/tcp/127.0.0.1/", "/dev/tcp/127.0.0.255/")),
]
