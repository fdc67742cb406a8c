"""The files that the checks look at, with changes laid over them in memory for the self-test.
Rule to keep: a check reads through a Tree only, so that a seeded fault never touches the disk."""
import os
import re
from pathlib import Path

SKIPPED = {".git", "build", "var", "node_modules", "__pycache__", ".cache"}


class Missing(Exception):
    """The subject of a check is not there; the text says what should be."""


class Tree:
    def __init__(self, root, binary=None, laid_over=None):
        self.root = Path(root).resolve()
        self.binary = binary
        self.laid_over = laid_over or {}
        self._paths = None

    def with_file(self, path, text):
        """The same tree in which `path` reads `text`; None removes it."""
        return Tree(self.root, self.binary, {**self.laid_over, path: text})

    def with_replaced(self, path, pattern, replacement):
        text, count = re.subn(pattern, replacement, self.read(path), count=1, flags=re.S)
        if count == 0:
            raise Missing(f"{path}: nothing fits {pattern!r}, so no fault can be seeded")
        return self.with_file(path, text)

    def paths(self, pattern, below=""):
        """Relative paths under `below` whose name fits the regular expression, sorted."""
        if self._paths is None:
            found = set()
            for folder, folders, files in os.walk(self.root):
                folders[:] = [name for name in folders if name not in SKIPPED]
                found.update(str((Path(folder) / name).relative_to(self.root)) for name in files)
            found.update(path for path, text in self.laid_over.items() if text is not None)
            found.difference_update(path for path, text in self.laid_over.items() if text is None)
            self._paths = sorted(found)
        return [p for p in self._paths if p.startswith(below) and re.search(pattern, p)]

    def need(self, pattern, below=""):
        """As paths(), but an empty answer means that the subject of the check is missing."""
        found = self.paths(pattern, below)
        if not found:
            raise Missing(f"no file fits {pattern} under {below or '.'}")
        return found

    def read(self, path):
        if path in self.laid_over:
            if self.laid_over[path] is None:
                raise Missing(f"{path} is missing")
            return self.laid_over[path]
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Missing(f"{path} is missing") from None
        except UnicodeDecodeError:
            return ""


def without_comments(code):
    """C++ with comments and the contents of string literals blanked; line numbers stay."""
    token = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
    include = re.compile(r'^\s*#\s*include[^\n]*', re.M)
    kept = {match.start(): match.group() for match in include.finditer(code)}
    blanked = token.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), code)
    for start, text in kept.items():  # the name in an include is no literal
        blanked = blanked[:start] + text + blanked[start + len(text):]
    return blanked


def line_of(text, index):
    return text.count("\n", 0, index) + 1
