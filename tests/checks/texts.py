"""Every text stands in Dutch and in English, is used, and what is used exists; the Dutch is Dutch, in short sentences."""
import json
import re

from tree import Missing, line_of

# Words that a Dutch text never needs and an English one soon has. (Not here: words that are both, such as 'is' or 'in'.)
ENGLISH = re.compile(
    r"\b(the|and|your|you|with|not found|submit|sign (in|out|up)|log ?out|password|loading|please|thread|threads|post|posts|"
    r"reply|replies|draft|drafts|edit|delete|save|cancel|search|page|pages|user|users|next|previous|read more|required|"
    r"optional|unknown|settings|welcome|today|yesterday|ago|waiting|approved|rejected|from|this|that|are|has)\b", re.I)
LONGEST_AVERAGE = 15  # words a sentence; standard for language level B1
KEY = r"[a-z][a-z0-9_]*\.[a-z0-9_.-]+"


def load(tree):
    """{language: {key: (path, [texts])}}; a plural text has two."""
    texts = {"nl": {}, "en": {}}
    for path in tree.need(r"\.(nl|en)\.json$", "web/texts/"):
        feature, language = path.rsplit("/", 1)[1].split(".")[:2]
        try:
            content = json.loads(tree.read(path))
        except ValueError as error:
            raise Missing(f"{path}: {error}") from None
        for name, text in content.items():
            texts[language][f"{feature}.{name}"] = (path, [text] if isinstance(text, str) else list(text.values()))
    return texts


def mentions(tree):
    """(key, path, line) of every text key that a template, a script or a C++ literal names; and prefixes that are added to."""
    keys, prefixes = [], []
    for path in tree.paths(r"\.(mustache|html)$", "web/"):
        text = tree.read(path)
        for match in re.finditer(r"\{\{\s*t\s+(\S+?)[\s}]", text):
            keys.append((match.group(1), path, line_of(text, match.start())))
    for path in tree.paths(r"\.([ch]pp|ts)$", "server/") + tree.paths(r"\.ts$", "web/"):
        text = re.sub(r"//[^\n]*", "", tree.read(path))
        for match in re.finditer(rf'(?P<before>[^\n"]*)["`](?P<key>{KEY})["`$]', text):
            # routes.page("feature.name", ...) names a route, not a text.
            if not re.search(r"\b(page|action|raw)\(\s*$", match.group("before")):
                keys.append((match.group("key"), path, line_of(text, match.start("key"))))
        prefixes += re.findall(r'["`]([a-z][a-z0-9_]*\.(?:[a-z0-9_.-]*[._-])?)["`$]', text)
    # A script that imports the texts of a feature names them without the feature: text("live_lost").
    scripts = "\n".join(tree.read(path) for path in tree.paths(r"\.ts$", "web/"))
    for feature in set(re.findall(r"texts/(\w+)\.(?:nl|en)\.json", scripts)):
        keys += [(f"{feature}.{name}", "", 0) for name in set(re.findall(r'["`]([a-z0-9_]+)["`]', scripts))]
    return keys, prefixes


def find(tree):
    texts = load(tree)
    faults = []
    for one, other in (("nl", "en"), ("en", "nl")):
        for key in sorted(texts[one].keys() - texts[other].keys()):
            faults.append(f"{texts[one][key][0]}: {key} is missing in {other}")
    known = texts["nl"].keys() | texts["en"].keys()
    features = {key.split(".")[0] for key in known}
    keys, prefixes = mentions(tree)
    for key, path, line in keys:
        if key not in known and key.split(".")[0] in features and (path.endswith((".mustache", ".html"))):
            faults.append(f"{path}:{line}: the text {key} does not exist")
    used = {key for key, _, _ in keys}
    for key in sorted(known - used):
        if not any(key.startswith(prefix) for prefix in prefixes):
            faults.append(f"{texts['nl'].get(key, texts['en'].get(key))[0]}: {key} is not used")
    sentences = {}
    for key, (path, forms) in sorted(texts["nl"].items()):
        for text in forms:
            plain = re.sub(r"\{\w+\}", "x", re.sub(r"<[^>]+>", " ", text))
            match = ENGLISH.search(plain)
            if match:
                faults.append(f"{path}: {key} has the English word '{match.group()}'")
            sentences.setdefault(path, []).extend(
                len(s.split()) for s in re.split(r"(?<=[.!?])\s+", plain) if len(s.split()) >= 4)
    for path, lengths in sentences.items():
        average = sum(lengths) / len(lengths) if lengths else 0
        if average > LONGEST_AVERAGE:
            faults.append(f"{path}: sentences have {average:.1f} words on average; {LONGEST_AVERAGE} at most")
    return faults


def seeded(dutch, english, template="{{! needs: nothing }}\n{{t seeded.name}}\n"):
    def seed(tree):
        tree = tree.with_file("web/texts/seeded.nl.json", json.dumps(dutch))
        return tree.with_file("web/texts/seeded.en.json", json.dumps(english)).with_file("web/site/seeded.mustache", template)
    return seed


SEEDS = [
    ("missing in English", seeded({"name": "Naam"}, {})),
    ("missing in Dutch", seeded({}, {"name": "Name"})),
    ("not used", seeded({"name": "Naam", "extra": "Meer"}, {"name": "Name", "extra": "More"})),
    ("does not exist", seeded({"name": "Naam"}, {"name": "Name"}, "{{t seeded.name}}{{t seeded.other}}")),
    ("English in Dutch", seeded({"name": "Sign in met uw account"}, {"name": "Sign in"})),
    ("long sentences", seeded({"name": " ".join(["woord"] * 30) + "."}, {"name": "Short."})),
]
