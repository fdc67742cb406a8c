"""Templates name their inputs on line one: {{! needs: title, items[].name, frame, errors (forms only); a remark }}.
A name that is used is named there, is a form that view/present adds to one, or comes from a named object that is passed
on whole (items[].decision). A name that is named there is used. A remark in brackets makes an input optional.
{{{ }}} only for names that end in Html (or _html)."""
import re

from tree import line_of

# What view/present adds: x_any, x_text, ... for a member x, and these for the rows of a list.
ADDED_SUFFIX = re.compile(r"_(any|none|text|short|ago|long|date|time|one|many|count|is|iso|first|more|number)$")
ADDED_NAMES = {".", "index", "is_first", "is_last", "n"}
TAG = re.compile(r"\{\{\{\s*(?P<raw>[\w.]+)\s*\}\}\}|\{\{(?P<mark>[#^/>&!]?)\s*(?P<body>[^}]*?)\s*\}\}", re.S)


def needs_of(text):
    """The paths of line one, or None when it does not name them."""
    match = re.match(r"\{\{!\s*needs:\s*([^}]*?)\s*\}\}(\n|$)", text)
    if not match:
        return None
    without_remarks = re.sub(r"\s*\([^)]*\)", "?", match.group(1).split(";")[0])
    return [path.strip() for path in without_remarks.split(",") if path.strip() not in ("", "nothing")]


def parts_of(path):
    return [part for part in re.split(r"\.|\[\]\.?", path.removesuffix("?")) if part]


def root_of(name):
    return ADDED_SUFFIX.sub("", name.split(".")[0]) if name != "." else "."


def check_template(path, text, needs_of_partials, faults):
    needs = needs_of(text)
    if needs is None:
        faults.append(f"{path}: line one does not say {{{{! needs: ... }}}}")
        return
    for need in needs:
        if not re.fullmatch(r"\w+(\[\])?(\.\w+(\[\])?)*\??", need):
            faults.append(f"{path}: '{need}' on line one is no name (a remark stands behind a semicolon)")
    known = {part for need in needs for part in parts_of(need)}
    # A path that stops at an object passes the object on whole: below it, every name is that object's own business.
    whole = {name for name in (parts_of(need)[-1] for need in needs) if not re.match(r"(is|may|can|has)[A-Z_]", name)}
    used, open_sections = set(), []

    def is_below_whole():
        return any(whole & set(section.split(".")) for section in open_sections)

    def use(name, index):
        plain = name.split(".")[0]
        used.update(name.split("."))
        used.add(root_of(name))
        if plain in ADDED_NAMES or plain in known or root_of(name) in known:
            return
        if is_below_whole():
            return
        faults.append(f"{path}:{line_of(text, index)}: {name} is not named on line one")

    for match in TAG.finditer(text):
        at, mark, body = match.start(), match.group("mark"), match.group("body")
        if match.group("raw"):
            use(match.group("raw"), at)
            if not re.search(r"(_html|Html)$", match.group("raw")):
                faults.append(f"{path}:{line_of(text, at)}: {{{{{{{match.group('raw')}}}}}}} is not escaped, and its name does not end in Html")
        elif mark == "&":
            faults.append(f"{path}:{line_of(text, at)}: {{{{&{body}}}}} is not escaped; use {{{{{{...Html}}}}}}")
        elif mark == "!":
            continue
        elif mark == ">":
            for need in needs_of_partials.get(body, []):
                used.update(parts_of(need))
                first = parts_of(need)[0]
                if need.endswith("?"):
                    continue
                if first not in known and not is_below_whole():
                    faults.append(f"{path}:{line_of(text, at)}: {body} needs {first}, which is not named on line one")
        elif mark == "/":
            if open_sections:
                open_sections.pop()
        elif mark in ("#", "^"):
            use(body, at)
            open_sections.append(body)
        elif body.startswith("asset "):
            continue
        elif re.match(r"t\s", body):
            for argument in re.findall(r"\w+=([\w.]+)", body):
                if not argument.isdigit():
                    use(argument, at)
        else:
            use(body, at)
    for need in needs:
        last = parts_of(need)[-1]
        if last not in used and not any(root_of(name) == last for name in used):
            faults.append(f"{path}: {need} is named on line one and not used")


def find(tree):
    faults = []
    texts = {path: tree.read(path) for path in tree.need(r"\.mustache$", "web/")}
    partials = {path.rsplit("/", 1)[1].removesuffix(".mustache"): needs_of(text) or [] for path, text in texts.items()}
    for path, text in texts.items():
        check_template(path, text, partials, faults)
    return list(dict.fromkeys(faults))


SEEDS = [
    ("no needs", lambda t: t.with_file("web/site/seeded.mustache", "<p>{{name}}</p>\n")),
    ("a name that is not named", lambda t: t.with_file("web/site/seeded.mustache", "{{! needs: name }}\n<p>{{name}} {{age}}</p>\n")),
    ("a name of a row that is not named", lambda t: t.with_file(
        "web/site/seeded.mustache", "{{! needs: items[].name }}\n{{#items}}{{name}} {{age}}{{/items}}\n")),
    ("a name under a condition", lambda t: t.with_file(
        "web/site/seeded.mustache", "{{! needs: isOpen, items }}\n{{#isOpen}}{{age}}{{/isOpen}}{{#items_any}}{{name}}{{/items_any}}\n")),
    ("a name that is not used", lambda t: t.with_file("web/site/seeded.mustache", "{{! needs: name, age }}\n<p>{{name}}</p>\n")),
    ("not escaped", lambda t: t.with_file("web/site/seeded.mustache", "{{! needs: name }}\n<p>{{{name}}}</p>\n")),
    ("a partial that needs more", lambda t: t.with_file("web/site/_seeded.mustache", "{{! needs: secret }}\n{{secret}}\n").with_file(
        "web/site/seeded.mustache", "{{! needs: name }}\n{{name}}{{> _seeded}}\n")),
]
