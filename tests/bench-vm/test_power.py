"""The plug is pulled during load, and the same disk boots again: what a lamp promised is there, the chain is whole, the
inspection resumes at its step."""
import random
import threading

import build
from box import NIGHTLY, BenchCase, Inspector, Panel, dig_out, open_at, pull_out, read_journal, settings, unpacked
from guest import Dead
from station import badge

CUTS = 20 if NIGHTLY else 3


class Power(BenchCase):
    def load(self, g, inspector, seconds):
        """Inspections and badges as fast as they go, until the plug is pulled; the last event that the station called stored."""
        timer = threading.Timer(seconds, g.proc.kill)
        timer.start()
        stored, n = 0, 0
        try:
            while True:
                inspector.inspect()
                for _ in range(5):
                    n += 1
                    g.scan(badge(f"B{n}"))
                stored = max(stored, g.status()["journal"]["seq"])
                inspector.panel.wait()
        except (Dead, OSError):
            pass
        finally:
            timer.cancel()
        g.kill()
        return stored

    def test_cuts_during_load(self):
        seed = random.randrange(1 << 30)
        build.say(f"{CUTS} cuts, seed {seed}")
        dice = random.Random(seed)
        g = self.guest(box=settings(line=False))
        inspector = Inspector(g)
        for cut in range(CUTS):
            stored = self.load(g, inspector, dice.uniform(3, 14))
            with unpacked(self.after_cut(g)) as db:
                lost = read_journal(db)
            self.assertGreaterEqual(lost[-1]["seq"], stored)
            inspector.check(lost)
            g.boot()
            self.ready(g)
            events = pull_out(g)
            self.assertEqual([e["id"] for e in events[:len(lost)]], [e["id"] for e in lost])
            inspector.check(events)
            label, lamps = open_at(lost)
            build.say(f"cut {cut + 1}: {len(lost)} events, {len(inspector.promised)} promises kept; open: {label} at {lamps}")
            self.finish(Panel(g), events, label, lamps)
        final = [e["label"] for e in pull_out(g) if e["kind"] == "inspection.final"]
        self.assertEqual(len(final), len(set(final)), "a return was decided twice")

    def after_cut(self, g):
        """The journal's files as the cut left them, after the file system's own repair, on a copy."""
        copy = g.dir / "copy.img"
        build.run("cp", "--sparse=always", g.data, copy)
        build.run("sh", "-c", f"e2fsck -fy {copy} || [ $? -le 1 ]")
        return dig_out(copy)

    def finish(self, panel, events, label, lamps):
        """The bench is at the step at which it was cut off, and goes on from there to the end."""
        if label and lamps != ["PASS"]:
            panel.wait(*lamps)
            steps = ["APPEARANCE", "ACCESSORIES", "USAGE", "PASS"]
            for lamp in steps[steps.index(lamps[0]) + 1:]:
                panel.press("PASS", lamp)
        panel.wait()  # a verdict whose hold window was cut gets a whole new one
