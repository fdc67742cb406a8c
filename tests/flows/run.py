"""Runs the flows through the front door of the built server: run.py [NAME...], where a name is a file's (api, main_job, robust)
or a part of a test's. FORUM_BINARY names the program. Rule: the last line counts, 'N passed, N failed'."""
import multiprocessing
import os
import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import server  # noqa: E402


LONG = ("KeptPages", "Notices", "WhoReadsWhat", "Members", "Timers", "Cases", "Links")  # these begin, so that the last ones end together


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


def work(chosen, classes, turn, results):
    """One of several processes: takes the next class until none is left. Most of a flow waits for a server, so they share the processors."""
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0)
    try:
        while True:
            with turn.get_lock():
                mine, turn.value = turn.value, turn.value + 1
            if mine >= len(classes):
                return
            result = runner.run(unittest.TestSuite(test for test in chosen if type(test) is classes[mine]))
            results.put((result.good, len(result.bad)))
    finally:
        server.end_all()


def main(names):
    if not server.BINARY.is_file():
        print(f"FAIL there is no program at {server.BINARY} (FORUM_BINARY)\n0 passed, 1 failed")
        return 1
    found = list(each(unittest.defaultTestLoader.discover(str(Path(__file__).parent), "*_test.py")))
    chosen = [test for test in found if not names or any(name in test.id() for name in names)]
    if not chosen:
        print(f"FAIL no flow is called {' '.join(names)}\n0 passed, 1 failed")
        return 1
    classes = sorted(dict.fromkeys(type(test) for test in chosen), key=lambda one: one.__name__ not in LONG)
    server.demo_folder()  # made before the workers part, so that they share it
    turn, results = multiprocessing.Value("i", 0), multiprocessing.SimpleQueue()
    workers = [multiprocessing.Process(target=work, args=(chosen, classes, turn, results)) for _ in range((os.cpu_count() or 1) + 1)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        server.clean_up()
    good = bad = 0
    while not results.empty():
        passed, failed = results.get()
        good, bad = good + passed, bad + failed
    bad += sum(worker.exitcode != 0 for worker in workers)
    # A class that could not be set up is one failure more than its tests say.
    print(f"{good} passed, {bad} failed")
    return 0 if good and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
