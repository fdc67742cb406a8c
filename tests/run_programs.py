#!/usr/bin/env python3
"""Runs the test programs that ctest knows and adds up their reports: run_programs.py BUILD_FOLDER PATTERN (a regular expression).
Rule to keep: a program without a whole report died or was stopped, and counts as a failure."""
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml


def main():
    build, pattern = sys.argv[1:]
    results = os.path.abspath(f"{build}/results")
    shutil.rmtree(results, ignore_errors=True)
    ctest = ["ctest", "--test-dir", build, "-R", pattern]
    listed = subprocess.run([*ctest, "-N"], capture_output=True, text=True, check=True).stdout
    # ctest's own verdict is not needed: a program that fails or dies shows in the reports.
    subprocess.run([*ctest, "-j", str(os.cpu_count()), "--output-on-failure"], check=False,
                   env={**os.environ, "GTEST_OUTPUT": f"xml:{results}/"})
    passed = failed = 0
    for name in re.findall(r"^ *Test +#\d+: (\S+)", listed, re.M):
        try:
            cases = list(xml.parse(f"{results}/tests_{name}.xml").getroot().iter("testcase"))
        except (OSError, xml.ParseError):
            failed += 1
            print(f"FAIL {name}: no report, the program died or was stopped")
            continue
        for case in cases:
            if case.find("failure") is not None:
                failed += 1
                print(f"FAIL {name}: {case.get('classname')}.{case.get('name')}")
            elif case.get("status") == "run" and case.find("skipped") is None:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
