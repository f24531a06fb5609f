#!/usr/bin/env python3
"""tap.py - runs test modules of this folder and prints TAP. Usage: tap.py [-k PART] MODULE..."""
import argparse
import pathlib
import signal
import sys
import time
import traceback
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

LONGEST = 240  # seconds that one test may take; the module as a whole has a limit in tests/run


def each(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each(item)
        else:
            yield item


def too_long(_signal, _frame):
    """One that waits for ever says where it waits, and the next ones run."""
    raise AssertionError(f"no end after {LONGEST} s")


class Tap(unittest.TestResult):
    def __init__(self, longest=0):
        super().__init__()
        self.longest = longest
        self.count = 0
        self.bad = False
        self.begun = time.monotonic()  # a class that can't be set up has no start of its own
        self.said = False

    def startTest(self, test):
        super().startTest(test)
        self.begun = time.monotonic()
        self.said = False
        signal.alarm(self.longest)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)

    def say(self, ok, test, more="", text=""):
        if self.said:  # a failed clean-up behind a failure is told, not counted twice
            print(more or text, flush=True)
            return
        self.said = True
        self.count += 1
        self.bad |= not ok
        took = "" if more else f" # {time.monotonic() - self.begun:.1f} s"
        print(f"{'ok' if ok else 'not ok'} {self.count} - {test.id()}{more}{took}")
        for line in text.splitlines():
            print(f"# {line}")
        sys.stdout.flush()

    def fault(self, test, error):
        self.say(False, test, text="".join(traceback.format_exception(*error)))

    def addSuccess(self, test):
        self.say(True, test)

    def addFailure(self, test, err):
        self.fault(test, err)

    def addError(self, test, err):
        self.fault(test, err)

    def addSubTest(self, test, subtest, err):
        """unittest tells of a part that failed, and then no more of the whole."""
        if err:
            self.fault(test, err)
            print(f"# in {subtest}", flush=True)

    def addSkip(self, test, reason):
        self.say(True, test, f" # SKIP {reason}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("-k", default="", help="only tests whose name contains this")
    options.add_argument("module", nargs="+")
    args = options.parse_args()
    suite = unittest.defaultTestLoader.loadTestsFromNames([pathlib.Path(m).stem for m in args.module])
    tests = [t for t in each(suite) if args.k in t.id()]
    print(f"1..{len(tests)}", flush=True)
    signal.signal(signal.SIGALRM, too_long)
    result = Tap(LONGEST)
    unittest.TestSuite(tests).run(result)
    if result.count != len(tests):
        print(f"# {result.count} of {len(tests)} tests ran")
    return 1 if result.bad or result.count != len(tests) else 0


if __name__ == "__main__":
    sys.exit(main())
