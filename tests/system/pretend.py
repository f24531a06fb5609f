"""pretend.py - a bench that never was: a journal of many days made in virtual time, the same for the same seed.

It writes what a bench writes, in the order in which a bench writes it, chained; so that reports have something to count.
"""
import datetime
import hashlib
import json
import random

from station import ZEROS, rma

STEPS = ("appearance", "accessories", "usage")
CODES = ("SCRATCH", "DENT", "MISSING", "DEAD", "LOUD", "DIRTY", "WRONGITEM", "UNSPECIFIED")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def stamp(ms):
    at = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


class Pretend:
    """A bench in virtual time. lines: the events, as bytes without LF. chained=False saves the hashing."""

    def __init__(self, seed=1, start="2026-03-02T06:00:00", zone="Europe/Amsterdam", site="AMS", chained=True):
        self.dice = random.Random(seed)
        self.zone, self.site, self.chained = zone, site, chained
        self.wall = int(datetime.datetime.fromisoformat(start + "+00:00").timestamp() * 1000)
        self.mono, self.boots, self.trusted, self.skew = 0, 0, True, 0
        self.seq, self.prev, self.ids = 0, ZEROS, 0
        self.by, self.lines, self.number = None, [], 0
        self.event("journal.opened", {"parent": None, "why": "new"})

    def wait(self, ms):
        self.wall += ms
        self.mono += ms

    def event(self, kind, data, inspection=None, item=None, label=None):
        self.seq += 1
        self.ids += 1
        ident = f"0190b8a0-0000-7000-8000-{self.ids:012x}"
        line = json.dumps({
            "v": 1, "station": "bench-1", "journal": "0190b8a0-1111-7000-8000-0000000000aa", "seq": self.seq, "id": ident,
            "at": stamp(self.wall + self.skew), "clock": "trusted" if self.trusted else "untrusted",
            "boot": f"b0b0b0b0-0000-4000-8000-{self.boots:012x}", "mono_ms": self.mono, "kind": kind, "by": self.by,
            "inspection": ident if inspection == "own" else inspection,
            "item": {"line": item[0], "unit": item[1]} if item else None, "label": label, "data": data, "prev": self.prev},
            separators=(",", ":"), ensure_ascii=False).encode()
        if self.chained:
            self.prev = hashlib.sha256(line).hexdigest()
        self.lines.append(line)
        return ident

    def boot(self, trusted=True, skew=0):
        self.boots += 1
        self.mono = 4000 + self.dice.randrange(3000)
        self.trusted, self.skew = trusted, skew
        self.event("station.started", {"site": self.site, "timezone": self.zone, "software": "0.1.0", "reasons": "keyed-1",
                                       "labels": "5-1234abcd"})

    def clock_set(self):
        self.trusted, by, self.skew = True, -self.skew, 0
        self.event("clock.stepped", {"by_ms": by})

    def stop(self):
        self.event("station.stopped", {"why": "signal"})

    def badge(self, name):
        self.by = name
        self.event("badge.in", {"badge": name})

    def arrive(self, label):
        self.event("parcel.arrived", {"raw": "Ug==", "scanner": "gun", "list": "known"}, label=label)
        self.wait(2000)

    def step(self, inspection, item, label, step, fails):
        def put(kind, data):
            self.event(kind, data, inspection, item, label)
        self.wait(int(self.dice.lognormvariate(1.6 + 0.4 * STEPS.index(step), 0.5) * 1000))
        put("step.answered", {"step": step, "answer": "fail" if fails else "pass"})
        if not fails:
            return
        self.wait(self.dice.randrange(1000, 6000))
        if self.dice.random() < 0.08:
            put("step.withdrawn", {"step": step, "answer": "fail"})
            self.step(inspection, item, label, step, fails)
            return
        put("reason.given", {"step": step, "code": CODES[min(int(self.dice.expovariate(0.5)), len(CODES) - 1)]})

    def inspect(self, label, item=(1, 1), left=None, supersedes=None, raw="Ug==", listed="known", fail=0.05, ends="final"):
        more = {} if left is None else {"left": left}
        ins = self.event("inspection.opened", {"raw": raw, "scanner": "gun", "list": listed, "supersedes": supersedes, **more},
                         "own", item, label)
        verdict = "pass"
        for step in STEPS:
            fails = self.dice.random() < fail
            verdict = "fail" if fails else verdict
            self.step(ins, item, label, step, fails)
        self.event("inspection.closed", {"verdict": verdict}, ins, item, label)
        if ends == "closed":
            return ins
        if ends == "abandoned":
            self.event("inspection.abandoned", {}, ins, item, label)
            return ins
        if self.dice.random() < 0.02:
            self.wait(3000)
            self.event("inspection.reopened", {"step": "usage"}, ins, item, label)
            self.step(ins, item, label, "usage", True)
            verdict = "fail"
            self.event("inspection.closed", {"verdict": verdict}, ins, item, label)
        self.wait(10_000)
        self.event("inspection.final", {"verdict": verdict, **more}, ins, item, label)
        return ins

    def reject(self, why):
        self.event("label.rejected", {"raw": "Ug==", "scanner": "gun", "why": why, "bytes": 1})

    def shift(self, parcels, hours=8):
        """A day's work from now on: parcels arrive in the morning, yesterday's are inspected over the hours."""
        end = self.wall + hours * HOUR
        waiting = getattr(self, "shelf", [])
        for _ in range(parcels):
            self.number += 1
            waiting.append(rma(self.number, self.site))
            self.arrive(waiting[-1])
        self.shelf = waiting[-(parcels // 3 + 1):] if parcels else waiting
        todo = waiting[:len(waiting) - len(self.shelf)]
        for label in todo:
            if self.dice.random() < 0.01:
                self.shelf.insert(0, label)  # it stays in a corner
                continue
            self.wait(self.dice.randrange(2000, max(3000, hours * HOUR * 2 // (len(todo) + 1) - 40_000)))
            if self.dice.random() < 0.03:
                self.reject(self.dice.choice(("shape", "carrier", "product", "check", "busy")))
            first = self.inspect(label)
            if self.dice.random() < 0.03:
                self.wait(20_000)
                self.inspect(label, supersedes=first, fail=0.01)
        if self.wall < end:
            self.wait(end - self.wall)


def weeks(seed=1, days=40, parcels=60, **how):
    """Some weeks of a bench: week-ends free, an unset clock now and then, faults, a power cut, an open end."""
    b = Pretend(seed, **how)
    for day in range(days):
        morning = b.wall
        if day % 7 < 5:
            unset = b.dice.random() < 0.12
            b.boot(trusted=not unset, skew=-b.wall % DAY - 300 * DAY if unset else 0)
            b.badge(b.dice.choice(("B7", "B12", "B31", "C4")))
            if b.dice.random() < 0.15:
                b.event("fault.raised", {"what": "scanner:gun"})
                b.wait(b.dice.randrange(1, 20) * MINUTE)
                b.event("fault.cleared", {"what": "scanner:gun"})
            b.shift(b.dice.randrange(parcels // 2, parcels * 3 // 2))
            if unset and b.dice.random() < 0.6:
                b.clock_set()
            if b.dice.random() < 0.9:
                b.stop()
        b.wait(DAY - (b.wall - morning))
    return b
