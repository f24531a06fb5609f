#!/usr/bin/env python3
"""kill.py - kill -9 at random moments of a scripted shift, over one journal: what a lamp promised is there.

The journal is turned into the pictures the lamps may show after each event. What the lamps did show in one life must be,
in order, a run of these without a gap; the panel comes back with the last of them. Prints TAP.
"""
import argparse
import os
import pathlib
import random
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from station import STEPS, Station, read_journal, reason, rma, house, row  # noqa: E402


def position(state, event):
    """The situation after one more event: (what the lamps show, the open label)."""
    kind, data = event["kind"], event["data"]
    if kind == "inspection.opened":
        return (0, None, {}), event["label"]
    if state is None or event["inspection"] is None:
        return state, None
    step, mode, answers = state
    if kind == "step.answered":
        at = STEPS.index(data["step"])
        answers = {**answers, at: data["answer"]}
        return ((at, "reason", answers) if data["answer"] == "fail" else (at + 1, None, answers)), None
    if kind == "reason.given":
        return (STEPS.index(data["step"]) + 1, None, answers), None
    if kind == "step.withdrawn":
        at = STEPS.index(data["step"])
        return (at, None, {k: v for k, v in answers.items() if k != at}), None
    if kind == "inspection.closed":
        expect = "fail" if "fail" in answers.values() else "pass"
        if len(answers) != 3 or data["verdict"] != expect:
            raise AssertionError(f"verdict {data['verdict']} from {answers}")
        return (3, data["verdict"], answers), None
    if kind == "inspection.reopened":
        return (2, None, {k: v for k, v in answers.items() if k != 2}), None
    if kind in ("inspection.final", "inspection.abandoned"):
        return None, None
    if kind == "photo.taken":
        return state, None
    raise AssertionError(f"{kind} inside an inspection")


def picture(state):
    """Lit lamps of a situation; None: dark, which promises nothing."""
    if state is None:
        return None
    step, mode, _ = state
    if mode == "reason":
        return {STEPS[step]: "fast", "fail": "fast"}
    if mode in ("pass", "fail"):
        return {mode: "on"}
    return {STEPS[step]: "on"} if step < 3 else None  # three answers without a verdict light nothing


def promises(pictures):
    """What the lamps said: steady pictures of an inspection, without the winks of the tones and without repetition."""
    said = []
    for lit in pictures:
        if lit in ({"pass": "flicker"}, {"fail": "flicker"}):  # a verdict's chime, then it stays on
            lit = {next(iter(lit)): "on"}
        steps = {k: v for k, v in lit.items() if k in STEPS}
        real = (len(lit) == 1 and list(lit.values()) == ["on"] and "attention" not in lit) or \
            (len(lit) == 2 and len(steps) == 1 and lit.get("fail") == "fast" and list(steps.values()) == ["fast"])
        if real and (not said or said[-1] != lit):
            said.append(lit)
    return said


class Shift:
    ANSWERS = (70, 20, 10)  # pass, fail, back

    def __init__(self, seed, kills):
        self.rng = random.Random(seed)
        self.kills = kills
        self.next = 0
        self.events = []
        self.stats = {"promises": 0, "in flight": 0, "while starting": 0, "resumed open": 0}
        self.st = Station(expected=[row(n) for n in range(1, 2 * kills)], settings={"inspection": {"hold_s": 1}})

    def state(self, upto=None):
        state, label = None, None
        for event in self.events[:upto]:
            state, opened = position(state, event)
            label = opened or label
        return state, label if state else None

    def allowed(self, since):
        """The pictures of the journal from its state at `since` events on, without repetition."""
        state, _ = self.state(since)
        result = [picture(state)]
        for event in self.events[since:]:
            state, _ = position(state, event)
            if picture(state) is not None and picture(state) != result[-1]:
                result.append(picture(state))
        return [p for p in result if p is not None]

    def audit(self, since, panel):
        """Chain whole, nothing before `since` changed, and all the lamps promised in this life is in the journal."""
        before = self.events[:since]
        self.events = read_journal(self.st.db)
        if self.events[:since] != before:
            raise AssertionError("the journal's past has changed")
        if panel is None:
            return
        said = promises(panel.pictures)
        self.stats["promises"] += len(said)
        allowed = self.allowed(since)
        if said != allowed[:len(said)]:
            raise AssertionError(f"the lamps said {said}, the journal allows {allowed}")

    def act(self):
        """One thing an inspector may do now; returns as soon as it is sent."""
        p, rng = self.st.panel, self.rng
        p.settle()
        lit = p.lit()
        if not lit and p.shown["message"] != "idle":
            return  # an append is in flight
        if not lit:
            self.next += 1
            p.scan(house(self.next) if self.next % 7 == 0 else rma(self.next))
        elif lit.get("fail") == "fast":
            rng.choice([lambda: p.scan(reason("SCRATCH")), lambda: p.send("tap fail 40"), lambda: p.send("tap back 40")])()
        elif lit == {"pass": "on"} or lit == {"fail": "on"}:
            if rng.random() < 0.4:
                p.send("tap back 40")
            else:
                self.next += 1
                p.scan(rma(self.next))
        else:
            button = rng.choices(["pass", "fail", "back"], self.ANSWERS)[0]
            if lit == {"appearance": "on"} and button == "back":
                button = "pass"
            p.send(f"tap {button} 40")

    def live(self):
        """One life: resume, work, die."""
        since = len(self.events)
        rng, st = self.rng, self.st
        how = rng.random()
        if how < 0.15:  # while starting
            st.start(wait=False)
            time.sleep(rng.uniform(0, 0.06))  # not a wait for anything: the moment of death is the test's input
            st.kill()
            self.stats["while starting"] += 1
            self.audit(since, None)
            return
        st.start()
        p = st.panel
        p.wait("ready", lambda: p.ready)
        state, label = self.state()
        if state is not None:
            self.stats["resumed open"] += 1
            want = picture(state)
            p.wait(f"the panel as it was: {want}", lambda: p.lit() == want)
            p.wait_show(label=label)
        else:
            p.wait_lamps()
        if how < 0.75:  # right after something was sent
            for _ in range(rng.choice([0, 0, 1])):
                self.act()
                p.pump(0.2)
            self.act()
            end = time.monotonic() + rng.choice([0, 0.04]) + rng.uniform(0, 0.006)
            self.stats["in flight"] += 1
        else:  # at any moment of ordinary work
            end = time.monotonic() + rng.uniform(0, 0.5)
            while time.monotonic() < end:
                self.act()
                p.pump(min(0.2, max(0, end - time.monotonic())))
        while time.monotonic() < end:
            p.pump(end - time.monotonic())
        st.kill()
        p.drain()
        self.audit(since, p)

    def run(self):
        st = self.st
        try:
            st.start()
            st.panel.until("the list", lambda: st.status()["expected"]["returns"])
            st.kill()
            self.events = read_journal(st.db)
            for n in range(self.kills):
                try:
                    self.live()
                except Exception as error:
                    raise AssertionError(f"in life {n + 1}: {error}\n{st.said()[-3000:]}") from error
            self.end()
        finally:
            st.close()

    def end(self):
        self.st.start()
        self.st.stop()
        self.events = read_journal(self.st.db)
        if self.events[-1]["kind"] != "station.stopped":
            raise AssertionError("the clean stop at the end is not recorded")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", default=os.environ.get("SEED") or str(random.SystemRandom().randrange(1 << 32)))
    options.add_argument("--kills", type=int, default=200)
    args = options.parse_args()
    print(f"1..1\n# seed {args.seed}", flush=True)
    shift = Shift(args.seed, args.kills)
    begun = time.monotonic()
    try:
        shift.run()
    except Exception:
        print("not ok 1 - crash.kill")
        for line in traceback.format_exc().splitlines():
            print(f"# {line}")
        return 1
    finals = sum(e["kind"] == "inspection.final" for e in shift.events)
    print(f"# {args.kills} kills in {time.monotonic() - begun:.0f} s: {shift.stats}, {len(shift.events)} events, {finals} final")
    print("ok 1 - crash.kill")
    return 0


if __name__ == "__main__":
    sys.exit(main())
