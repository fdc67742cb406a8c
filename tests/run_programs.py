#!/usr/bin/env python3
"""Runs the test programs that ctest knows and adds up their reports: run_programs.py BUILD_FOLDER PATTERN (a regular expression).
Each program's tests are shared out over the processors. Rule to keep: a share without a whole report died or was stopped, and counts as
a failure."""
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor

SHARES = os.cpu_count() or 1


def run(test, share, report):
    """The output of one share of a program's tests; `report` gets its results."""
    facts = {one["name"]: one["value"] for one in test["properties"]}
    wanted = {"GTEST_OUTPUT": f"xml:{report}", "GTEST_TOTAL_SHARDS": str(SHARES), "GTEST_SHARD_INDEX": str(share)}
    own = dict(entry.split("=", 1) for entry in facts.get("ENVIRONMENT", []))
    try:
        return subprocess.run(test["command"], cwd=facts["WORKING_DIRECTORY"], env=os.environ | own | wanted, timeout=facts["TIMEOUT"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
    except subprocess.TimeoutExpired as stopped:
        return (stopped.stdout or b"") + b"\nstopped: it took too long\n"


def main():
    build, pattern = sys.argv[1:]
    results = os.path.abspath(f"{build}/results")
    shutil.rmtree(results, ignore_errors=True)
    listed = subprocess.run(["ctest", "--test-dir", build, "-R", pattern, "--show-only=json-v1"], capture_output=True, text=True, check=True).stdout
    shares = [(test, share, f"{results}/{test['name']}-{share}.xml") for test in json.loads(listed)["tests"] for share in range(SHARES)]
    passed = failed = 0
    with ThreadPoolExecutor(SHARES) as pool:
        for (test, share, report), output in zip(shares, pool.map(lambda one: run(*one), shares)):
            name, failed_before = test["name"], failed
            try:
                cases = list(xml.parse(report).getroot().iter("testcase"))
            except (OSError, xml.ParseError):
                cases = []
                failed += 1
                print(f"FAIL {name}: no report, the program died or was stopped")
            for case in cases:
                if case.find("failure") is not None:
                    failed += 1
                    print(f"FAIL {name}: {case.get('classname')}.{case.get('name')}")
                elif case.get("status") == "run" and case.find("skipped") is None:
                    passed += 1
            if failed > failed_before:
                sys.stdout.write(output.decode("utf-8", "replace"))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
