"""Tests wait for what they wait for (no sleeping), run (none is switched off), and can fail (something is expected)."""
import re

from tree import line_of, without_comments


def find(tree):
    faults = []
    for path in tree.need(r"_test\.cpp$", "tests/"):
        code = without_comments(tree.read(path))
        for words, unless, why in [
            # A loop that looks again is how one waits for another process.
            (r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|\bsleep\s*\(", r"\bwhile \(", "sleeps; wait for the event itself"),
            (r"\bDISABLED_|\bGTEST_SKIP\b", r"\bgeteuid\(\)", "is switched off"),
        ]:
            for match in re.finditer(words, code):
                if not re.search(unless, code[max(0, match.start() - 160):match.start()]):
                    faults.append(f"{path}:{line_of(code, match.start())}: a test {why}")
        cases = [m.start() for m in re.finditer(r"^(TEST|TEST_F|TEST_P|TYPED_TEST)\s*\(", code, re.M)]
        if not cases:
            faults.append(f"{path}: has no test")
        for start, end in zip(cases, cases[1:] + [len(code)]):
            if not re.search(r"\b(EXPECT|ASSERT)_|\bFAIL\(|\bADD_FAILURE\(|\b(expect|check|require|assert)_\w+\(", code[start:end]):
                faults.append(f"{path}:{line_of(code, start)}: a test that expects nothing cannot fail")
    return faults


SEEDS = [
    ("a test that sleeps", lambda t: t.with_file("tests/base/seeded_test.cpp", "TEST(A, B) { sleep_for(1s); EXPECT_TRUE(x); }\n")),
    ("a test that is switched off", lambda t: t.with_file("tests/base/seeded_test.cpp", "TEST(A, DISABLED_B) { EXPECT_TRUE(x); }\n")),
    ("a test that cannot fail", lambda t: t.with_file("tests/base/seeded_test.cpp", "TEST(A, B) { f(); }\n")),
]
