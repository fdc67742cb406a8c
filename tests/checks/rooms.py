"""Each library has its room: Beast, pqxx, coroutines, Mustache and the whole of nlohmann/json are named nowhere else; and so have
the numbers of a viewer's level."""
import re

from tree import line_of, without_comments

# what, where it may stand, the words that show it
ROOMS = [
    ("Beast", r"^server/(http/[^/]+\.cpp|live/socket\.cpp)$", r"boost/beast|\bbeast::"),
    ("pqxx", r"^server/db/[^/]+\.cpp$", r"<pqxx\b|\bpqxx::|<libpq-fe\.h>|\bPQ[a-z]\w+\("),
    ("a coroutine", r"^server/(async|http|live)/", r"\bco_(await|return|yield)\b|\basio::awaitable\b"),
    ("co_spawn (use async::spawn)", r"^server/async/", r"\bco_spawn\b"),
    ("Mustache", r"^server/view/templates\.cpp$", r"mustache\.hpp|\bkainjow\b"),
    ("cmark", r"^server/view/markdown\.cpp$", r"<cmark"),
    ("libcurl", r"^server/mail/smtp\.cpp$", r"<curl/"),
    ("the whole of nlohmann/json in a header (use json_fwd.hpp)", r"^server/.*\.cpp$", r"nlohmann/json\.hpp"),
]
# A query is a db::Query, because those are the ones that a test prepares on a fresh database.
SQL = re.compile(r'R"\w*\(\s*(select|insert\s+into|update|delete\s+from|with)\s', re.I)

# "$2 >= 2" once meant staff, and would mean others after a level more.
LEVEL = re.compile(r"(\$\d+|\w*level)\s*>=\s*\d", re.I)
LEVEL_ROOM = r"^sql/replaceable/(10_is_staff|20_may_see_thread)\.sql$"


def find(tree):
    faults = []
    for path in tree.need(r"\.sql$", "sql/replaceable/") + tree.need(r"_(store|page|view|filter|rows|acts|states)\.cpp$", "server/"):
        match = LEVEL.search(tree.read(path))
        if match and not re.search(LEVEL_ROOM, path):
            faults.append(f"{path}:{line_of(tree.read(path), match.start())}: a viewer's level as a number; ask is_staff()")
    for path in tree.need(r"\.[ch]pp$", "server/"):
        text = tree.read(path)
        code = without_comments(text)
        for what, place, words in ROOMS:
            if re.search(place, path):
                continue
            match = re.search(words, code)
            if match:
                faults.append(f"{path}:{line_of(code, match.start())}: {what} stands outside its room")
        if not path.startswith("server/db/"):
            for match in SQL.finditer(text):
                declaration = text[:match.start()].rpartition(";")[2]
                if not re.search(r"\bQuery\b|\bconst(expr)? std::string", declaration):
                    faults.append(f"{path}:{line_of(text, match.start())}: SQL that is no db::Query; no test prepares it")
    return faults


SEEDS = [
    ("Beast in a feature", lambda t: t.with_file("server/places/seeded.cpp", "#include <boost/beast/http.hpp>\n")),
    ("Beast in a header", lambda t: t.with_file("server/http/seeded.hpp", "#include <boost/beast/core.hpp>\n")),
    ("pqxx in site", lambda t: t.with_file("server/site/seeded.cpp", "#include <pqxx/pqxx>\n")),
    ("co_await in a use case", lambda t: t.with_file("server/discussion/seeded.cpp", "void f() { co_await g(); }\n")),
    ("co_spawn in live", lambda t: t.with_file("server/live/seeded.cpp", "void f() { asio::co_spawn(a, b, c); }\n")),
    ("Mustache in site", lambda t: t.with_file("server/site/seeded.cpp", "#include <kainjow/mustache.hpp>\n")),
    ("json.hpp in a header", lambda t: t.with_file("server/site/seeded.hpp", "#include <nlohmann/json.hpp>\n")),
    ("a level as a number", lambda t: t.with_file("server/places/seeded_store.cpp", 'const Query q{"a.b", R"(SELECT $2 >= 2)"};\n')),
    ("SQL that no test prepares", lambda t: t.with_file("server/places/seeded.cpp", 'tx.exec(R"(select 1)");\n')),
]
