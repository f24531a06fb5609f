#!/usr/bin/env python3
"""bench.py - `make bench-vm`: builds the guest, plays the tests from the host, prints TAP and the closing line.
Usage: bench.py [PART]: only tests whose name holds PART. $SUITE: the guest's Debian (trixie, bookworm); $NIGHTLY=1: longer."""
import pathlib
import signal
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
import build  # noqa: E402
import case  # noqa: E402,F401  (tests/system's, before a module of the same name)
import tap  # noqa: E402
from box import SUITE  # noqa: E402

MODULES = ("test_shift", "test_uinput", "test_figures", "test_boot", "test_package", "test_power", "test_points")


class Count(tap.Tap):
    passed = failed = left_out = 0

    def say(self, ok, test, more="", text=""):
        if not self.said:
            if "SKIP" in more:
                self.left_out += 1
            elif ok:
                self.passed += 1
            else:
                self.failed += 1
        super().say(ok, test, more, text)


def stopped(*_):
    """As Ctrl-C does; unittest would take SystemExit for a failure and go on."""
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, stopped)
    begun = time.monotonic()
    build.image(SUITE)
    build.say(f"guest: Debian {SUITE}, {build.image(SUITE).name}; ready after {time.monotonic() - begun:.0f} s")
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    tests = [t for t in tap.each(unittest.defaultTestLoader.loadTestsFromNames(MODULES)) if part in t.id()]
    print(f"1..{len(tests)}", flush=True)
    result = Count()
    unittest.TestSuite(tests).run(result)
    missing = len(tests) - result.count
    build.say(f"{time.monotonic() - begun:.0f} s in all")
    print(f"{result.passed} passed, {result.failed + max(0, missing)} failed" + (f", {result.left_out} skipped" if result.left_out else ""))
    return 1 if result.failed or missing or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
