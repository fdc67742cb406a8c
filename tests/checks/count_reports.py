#!/usr/bin/env python3
"""Adds up the reports of the test programs: count_reports.py FOLDER NAME... looks for FOLDER/tests_NAME.xml.
Rule to keep: a program without a whole report died, and counts as a failure."""
import sys
import xml.etree.ElementTree as xml

folder, names = sys.argv[1], sys.argv[2:]
passed = failed = 0
for name in names:
    try:
        suites = xml.parse(f"{folder}/tests_{name}.xml").getroot()
    except (OSError, xml.ParseError):
        failed += 1
        print(f"FAIL {name}: no report, the program died or was stopped")
        continue
    for case in suites.iter("testcase"):
        if case.find("failure") is not None:
            failed += 1
            print(f"FAIL {case.get('classname')}.{case.get('name')}")
        elif case.get("status") == "run" and case.find("skipped") is None:
            passed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
