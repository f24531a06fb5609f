#!/usr/bin/env python3
"""bench.py - `make bench-vm`: builds the guest, plays the tests from the host, prints TAP and the closing line.
Usage: bench.py [PART]: only tests whose name holds PART. $SUITE: the guest's Debian (trixie, bookworm); $ARCH: amd64, arm64;
$NIGHTLY=1: longer; $BRIEF=1: without packages, cameras, sticks and figures; $JOBS: so many modules, each with guests of its own, at a time (2).
Figures are taken alone, at the end."""
import concurrent.futures
import importlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
import build  # noqa: E402
import case  # noqa: E402,F401  (tests/system's, before a module of the same name)
import tap  # noqa: E402
from box import SUITE  # noqa: E402
from guest import die_with_parent  # noqa: E402

sys.path.insert(0, str(HERE))  # before tests/system, which has modules of the same name

TOGETHER = ("test_shift", "test_points", "test_power", "test_boot", "test_uinput", "test_camera", "test_doctor", "test_stick", "test_package")  # the long ones first
ALONE = ("test_figures",)
if os.environ.get("BRIEF"):
    TOGETHER, ALONE = tuple(m for m in TOGETHER if m not in ("test_package", "test_camera", "test_stick")), ()
JOBS = int(os.environ.get("JOBS") or 2)


def tests_of(module, part):
    return [t for t in tap.each(unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(module))) if part in t.id()]


def play(module, part):
    """One module, here. Its TAP goes to standard output."""
    result = tap.Tap()
    unittest.TestSuite(tests_of(module, part)).run(result)
    return 1 if result.bad else 0


class Sum:
    """TAP of many modules as one: points are numbered anew, what a module owes counts as failed."""

    def __init__(self):
        self.count = self.passed = self.failed = self.left_out = 0
        self.children = set()

    def child(self, module, part):
        p = subprocess.Popen([sys.executable, __file__, "--module", module, part], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace", preexec_fn=die_with_parent)
        self.children.add(p)
        said = p.communicate()[0]
        self.children.discard(p)
        return said

    def add(self, module, said, owed):
        before = self.count
        for line in said.splitlines():
            point = re.match(r"(ok|not ok) \d+ - (.*)", line)
            if point:
                self.count += 1
                kind = "left_out" if "# SKIP" in line else "passed" if point[1] == "ok" else "failed"
                setattr(self, kind, getattr(self, kind) + 1)
                line = f"{point[1]} {self.count} - {point[2]}"
            print(line if point or line.startswith("#") else f"# {line}")
        for _ in range(owed - (self.count - before)):
            self.count += 1
            self.failed += 1
            print(f"not ok {self.count} - {module}: a test that did not come to its end")
        sys.stdout.flush()

    def end(self):
        """Who still runs is told to clean up behind itself."""
        for p in list(self.children):
            p.terminate()


def stopped(*_):
    """As Ctrl-C does; unittest would take SystemExit for a failure and go on."""
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, stopped)
    if sys.argv[1:2] == ["--module"]:
        return play(*sys.argv[2:4])
    begun = time.monotonic()
    image = build.image(SUITE)
    for layer in (image, build.station(SUITE)):
        build.hold(layer)
    os.environ.update(BENCH_IMAGE=str(image), BENCH_STATION=str(build.station(SUITE)))  # for the modules
    build.say(f"guest: Debian {SUITE}, {image.name}; ready after {time.monotonic() - begun:.0f} s")
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    owed = {m: len(tests_of(m, part)) for m in TOGETHER + ALONE}
    print(f"1..{sum(owed.values())}", flush=True)
    result = Sum()
    pool = concurrent.futures.ThreadPoolExecutor(JOBS)
    try:
        runs = {pool.submit(result.child, m, part): m for m in TOGETHER if owed[m]}
        for run in concurrent.futures.as_completed(runs):
            result.add(runs[run], run.result(), owed[runs[run]])
        for module in ALONE:
            if owed[module]:
                result.add(module, result.child(module, part), owed[module])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        result.end()
    build.say(f"{time.monotonic() - begun:.0f} s in all")
    print(f"{result.passed} passed, {result.failed} failed" + (f", {result.left_out} skipped" if result.left_out else ""))
    return 1 if result.failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
