"""Nothing of the machine it was written on, and no request to another site: a page loads only what the forum serves."""
import re

from tree import line_of

MACHINE = re.compile(r"/(?:home|Users)/[a-z][\w.-]*/|/root/(?!\.)[a-z]")
# What makes a browser fetch; a link that a reader follows is not among them.
FETCHES = [
    re.compile(r"<(?:script|img|iframe|source|video|audio|embed|object|use|image)\b[^>]*?\b(?:src|href|data|srcset)\s*=\s*[\"']?(?:https?:)?//[^\s\"'>]+", re.I),
    re.compile(r"<link\b[^>]*?\bhref\s*=\s*[\"']?(?:https?:)?//[^\s\"'>]+", re.I),
    re.compile(r"@import\s+(?:url\()?[\"']?(?:https?:)?//[^\s\"')]+", re.I),
    re.compile(r"url\(\s*[\"']?(?:https?:)?//[^\s\"')]+", re.I),
    re.compile(r"\b(?:fetch|import|WebSocket|EventSource|sendBeacon)\(\s*[\"'`](?:https?:|wss?:)?//[^\s\"'`)]+", re.I),
]


def find(tree):
    faults = []
    here = str(tree.root)
    for path in tree.paths(r"(^dev$|\.([ch]pp|c|ts|mjs|js|py|css|sql|mustache|html|json|toml|yaml|yml|md|txt|conf|service|sh|svg)$|Dockerfile$|\.ci/run$)"):
        text = tree.read(path)
        match = MACHINE.search(text)
        if match or (here.count("/") > 1 and here in text):
            at = match.start() if match else text.index(here)
            faults.append(f"{path}:{line_of(text, at)}: a path of the machine it was written on")
        if path.startswith("web/"):
            faults += fetches(path, text)
    for file in sorted((tree.root / "build/web").rglob("*")):
        if file.suffix in (".css", ".js", ".html", ".mustache", ".svg"):
            faults += fetches(str(file.relative_to(tree.root)), file.read_text(encoding="utf-8"))
    return faults


def fetches(path, text):
    return [f"{path}:{line_of(text, m.start())}: fetches from elsewhere: {m.group()[:80]}" for p in FETCHES for m in p.finditer(text)]


SEEDS = [
    ("a home folder", lambda t: t.with_file("server/base/seeded.cpp", "// see /home/" + "someone/notes\n")),
    ("the folder of this checkout", lambda t: t.with_file("README.md", f"cd {t.root}/build\n")),
    ("a script of another site", lambda t: t.with_file("web/site/seeded.mustache", '<script src="https://cdn.example/x.js"></script>\n')),
    ("a font of another site", lambda t: t.with_file("web/site/seeded.css", "@font-face { src: url(//fonts.example/x.woff2); }\n")),
    ("a fetch of another site", lambda t: t.with_file("web/live/seeded.ts", 'fetch("https://stats.example/hit");\n')),
]
