"""What stands beside the program follows it: config/forum.toml has every setting with its default, nginx.conf allows the one
style of the page that it serves itself, and the Dockerfile installs the libraries that the program loads."""
import base64
import hashlib
import re
import subprocess

from tree import Missing

SETTINGS = "server/app/config.cpp"
FILE = "config/forum.toml"


def default_of(header, member):
    match = re.search(rf"\b{member}\{{(.*?)\}};", header)
    return match.group(1).replace("'", "") if match else '""'


def settings(tree):
    """{option: default as written in C++} of what app/config.cpp adds."""
    header = tree.read("server/app/config.hpp")
    found = re.findall(r'(?:add|add_flag)\(\s*(?:app,\s*)?"--([a-z0-9-]+)",\s*config\.(\w+)', tree.read(SETTINGS))
    if not found:
        raise Missing(f"{SETTINGS} adds no options")
    return {option: default_of(header, member) for option, member in found}


def find(tree):
    faults = []
    known = settings(tree)
    listed = dict(re.findall(r"^#?([a-z0-9-]+) = (.*)$", tree.read(FILE), re.M))
    faults += [f"{FILE}: {name} is missing" for name in known.keys() - listed.keys()]
    faults += [f"{FILE}: {name} is no setting of the program" for name in listed.keys() - known.keys()]
    for name, default in known.items():
        # An empty default is shown by an example.
        if name in listed and default != '""' and listed[name] != default:
            faults.append(f"{FILE}: {name} = {listed[name]}, and the program's default is {default}")
    return faults + style_of_the_away_page(tree) + libraries(tree)


def style_of_the_away_page(tree):
    page = tree.root / "build/web/503.html"
    if not page.exists():
        raise Missing("build/web/503.html is missing (./dev build makes it)")
    style = re.search(r"<style>(.*?)</style>", page.read_text(encoding="utf-8"), re.S)
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    if f"'sha256-{digest}'" in tree.read("config/nginx.conf"):
        return []
    return [f"config/nginx.conf: the style of 503.html is not allowed; style-src 'sha256-{digest}'"]


def libraries(tree):
    if not tree.binary:
        raise Missing("no program to ask for its libraries (run.py --binary build/dev/forum)")
    needed = subprocess.run(["objdump", "-p", tree.binary], capture_output=True, text=True, check=False).stdout
    names = re.findall(r"NEEDED\s+(\S+)", needed)
    if not names:
        raise Missing(f"{tree.binary} is not there, or is no program")
    installed = set(re.findall(r"[\w.+-]+", tree.read("Dockerfile")))
    faults = []
    for name in names:
        owner = subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True, text=True, check=False).stdout
        packages = {line.split(":")[0] for line in owner.splitlines()}
        if packages and not packages & (installed | {"libc6", "libgcc-s1"}):
            faults.append(f"Dockerfile: the end stage does not install {sorted(packages)[0]} ({name})")
    return faults


SEEDS = [
    ("a setting that the file misses", lambda t: t.with_replaced(FILE, r"#workers = [^\n]*\n", "")),
    ("a setting that is none", lambda t: t.with_file(FILE, t.read(FILE) + "#seeded = 1\n")),
    ("another default", lambda t: t.with_replaced(FILE, r"#workers = \d+", "#workers = 99")),
    ("a library that the image misses", lambda t: t.with_replaced("Dockerfile", "libpqxx-6.4", "")),
    ("another style", lambda t: t.with_replaced("config/nginx.conf", r"'sha256-[^']*'", "'self'")),
]
