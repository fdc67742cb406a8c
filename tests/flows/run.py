"""Runs the flows through the front door of the built server: run.py [NAME...], where a name is a file's (api, main_job, robust)
or a part of a test's. FORUM_BINARY names the program. Rule: the last line counts, 'N passed, N failed'."""
import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import server  # noqa: E402


class Result(unittest.TextTestResult):
    """One line per test, and FAIL lines that the task script shows."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.good, self.bad = 0, set()

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.stream.writeln(f"{'FAIL' if test.id() in self.bad else 'ok  '} {test.id()} ({time.monotonic() - self._began:.1f} s)")
        self.stream.flush()
        self.good += test.id() not in self.bad

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.bad.add(test.id())

    def addError(self, test, error):
        super().addError(test, error)
        self.bad.add(test.id())

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.bad.add(test.id())


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def main(names):
    if not server.BINARY.is_file():
        print(f"FAIL there is no program at {server.BINARY} (FORUM_BINARY)\n0 passed, 1 failed")
        return 1
    found = list(each(unittest.defaultTestLoader.discover(str(Path(__file__).parent), "*_test.py")))
    chosen = [test for test in found if not names or any(name in test.id() for name in names)]
    if not chosen:
        print(f"FAIL no flow is called {' '.join(names)}\n0 passed, 1 failed")
        return 1
    try:
        runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0)
        result = runner.run(unittest.TestSuite(chosen))
    finally:
        server.clean_up()
    # A class that could not be set up is one failure more than its tests say.
    print(f"{result.good} passed, {len(result.bad)} failed")
    return 0 if not result.bad and result.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
