#!/usr/bin/env python3
"""Runs each fuzz target for a while, one on each processor: run.py BUILD_FOLDER [SECONDS, 10 by itself]. What it learns stays in the
build folder.
Rule to keep: an input that once broke something is committed in tests/fuzz/corpus/<target>/, and tried at every run."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def fuzz(build, name, seconds):
    learnt, found, committed = build / "corpus" / name, build / "found" / name, Path(__file__).parent / "corpus" / name
    learnt.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [build / f"tests/fuzz/fuzz_{name}", f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", "-max_len=65536", "-verbosity=0",
         "-print_final_stats=1", f"-artifact_prefix={found}/", learnt, *([committed] if committed.is_dir() else [])],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def main():
    build, seconds = Path(sys.argv[1]), (sys.argv[2:] or ["10"])[0]
    names = [program.name.removeprefix("fuzz_") for program in sorted((build / "tests/fuzz").glob("fuzz_*"))
             if os.access(program, os.X_OK) and not program.is_dir()]
    passed = failed = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, run in zip(names, pool.map(lambda one: fuzz(build, one, seconds), names)):
            print(f"-- {name}\n{run.stdout.decode('utf-8', 'replace')}", flush=True)
            if run.returncode == 0:
                passed += 1
            else:
                failed += 1
                print(f"FAIL fuzz {name}: the input is in {build / 'found' / name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
