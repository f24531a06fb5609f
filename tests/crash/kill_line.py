#!/usr/bin/env python3
"""kill_line.py - kill -9 of stationd and of hqd at random moments of a shift: what the lamps promised is in the journal, and
headquarters has the journal, each event once. Prints TAP.

After every death headquarters' copy must be a beginning of the journal; at the end it is the journal.
"""
import argparse
import os
import pathlib
import random
import sys
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import kill  # noqa: E402
from hq import Headquarters  # noqa: E402
from station import Station, csv_text, read_journal, read_rows, row  # noqa: E402


class Reaper(threading.Thread):
    """Kills hqd and starts it again, at moments of its own."""

    def __init__(self, hq, rng, kills):
        super().__init__(daemon=True)
        self.hq, self.rng, self.kills = hq, rng, kills
        self.done = 0
        self.error = None
        self.stop = threading.Event()

    def run(self):
        try:
            while not self.stop.is_set() and self.done < self.kills and not self.stop.wait(self.rng.uniform(0.02, 0.9)):
                self.hq.kill()
                self.done += 1
                if self.rng.random() < 0.3:
                    self.stop.wait(self.rng.uniform(0, 0.5))
                if self.rng.random() < 0.2:  # while starting
                    self.hq.start(wait=False)
                    time.sleep(self.rng.uniform(0, 0.05))  # not a wait for anything: the moment of death is the input
                    self.hq.kill()
                    self.done += 1
                self.hq.start()
        except Exception as error:  # told by the main thread
            self.error = error


class Shift(kill.Shift):
    def __init__(self, seed, kills, settings=None):
        self.rng = random.Random(seed)
        self.kills = kills  # of stationd; as many again of hqd
        self.next = 0
        self.events = []
        self.stats = {"promises": 0, "in flight": 0, "while starting": 0, "resumed open": 0}
        self.hq = Headquarters()
        self.hq.import_csv(csv_text([row(n) for n in range(1, 2 * kills)]))
        self.hq.start()
        own = self.hq.ca.client("bench-1")
        self.st = Station(settings={"inspection": {"hold_s": 1}, "headquarters": {
            "url": f"https://localhost:{self.hq.port}", "ca_file": self.hq.ca.cert, "cert_file": own.cert, "key_file": own.key}, **(settings or {})})
        self.reaper = Reaper(self.hq, random.Random(f"{seed} hqd"), kills)

    def copy(self):
        return self.hq.lines(self.events[0]["journal"])

    def audit(self, since, panel):
        super().audit(since, panel)
        copy = self.copy()
        lines = [bytes(line) for _, line, _ in read_rows(self.st.db)]
        if copy != lines[:len(copy)]:
            raise AssertionError(f"headquarters' {len(copy)} events are not the beginning of the journal's {len(lines)}")

    def live(self):
        if self.reaper.error:
            raise AssertionError("hqd did not come back") from self.reaper.error
        if not self.reaper.is_alive() and not self.reaper.done:
            self.reaper.start()
        super().live()

    def end(self):
        """All the deaths are over: headquarters gets the rest, and everything is counted once more."""
        self.reaper.join(120)
        if self.reaper.error or self.reaper.is_alive():
            raise AssertionError(f"hqd: {self.reaper.error}\n{self.hq.said()[-3000:]}")
        self.hq.kill()  # it dies with the thread that started it (PR_SET_PDEATHSIG)
        self.hq.start()
        st = self.st
        st.start()
        try:
            st.panel.until("headquarters' copy", lambda: self.copy() == [bytes(line) for _, line, _ in read_rows(st.db)], 60)
        except AssertionError as error:
            raise AssertionError(f"{error}\nheadquarters has {len(self.copy())}; {st.status()['headquarters']}\n"
                                 f"{st.said()[-2000:]}") from error
        st.panel.wait("LINK solid", lambda: st.panel.lamps["link"] == "on")
        self.events = read_journal(st.db)
        kinds = [e["kind"] for e in self.events]
        numbers = self.hq.metrics()
        for name, kind in (("hqd_inspections", "inspection.opened"), ("hqd_events", None)):
            want = kinds.count(kind) if kind else len(kinds)
            if numbers[name] != want:
                raise AssertionError(f"{name} is {numbers[name]}, the journal says {want}")
        for name in ("hqd_forks", "hqd_holes", "hqd_set_aside", "hqd_conflicts"):
            if numbers[name]:
                raise AssertionError(f"{name} is {numbers[name]}")

    def close(self):
        if self.reaper.is_alive():
            self.reaper.join(30)
        self.hq.close()

    def told_of(self):
        return f"{len(self.events)} events here and there"


def main(name="kill_line", make=Shift, kills=200):
    options = argparse.ArgumentParser()
    options.add_argument("--seed", default=os.environ.get("SEED") or str(random.SystemRandom().randrange(1 << 32)))
    options.add_argument("--kills", type=int, default=kills, help="of both together")
    args = options.parse_args()
    print(f"1..1\n# seed {args.seed}", flush=True)
    shift = make(args.seed, args.kills // 2)
    begun = time.monotonic()
    try:
        shift.run()
    except Exception:
        shift.reaper.stop.set()
        print(f"not ok 1 - crash.{name}")
        for line in traceback.format_exc().splitlines():
            print(f"# {line}")
        return 1
    finally:
        shift.close()
    print(f"# {args.kills // 2} kills of stationd, {shift.reaper.done} of hqd in {time.monotonic() - begun:.0f} s: {shift.stats}, {shift.told_of()}")
    print(f"ok 1 - crash.{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
