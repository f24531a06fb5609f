"""stationctl report: every figure of the page against the same events counted a second time (figures.py)."""
import contextlib
import json
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from case import KNOWN, PARCEL, RETURNS, StationCase, rma
from figures import Figures, Page
from pretend import DAY, HOUR, Pretend, weeks
from station import BUILD, badge, command, reason

HOSTILE = ['<script>alert(1)</script>', '"onmouseover="alert(2)', "' onload='x", "</style><b>", "&lt;", "\u202eLOUD\u202c",
           "\u0645\u0643\u0633\u0648\u0631", "]]>--><!--", "\u200b", "\x9bX".encode("latin-1").decode("latin-1")]


def run(*args, code=0):
    done = subprocess.run([BUILD / "stationctl", "report", *map(str, args)], capture_output=True, timeout=120)
    assert done.returncode == code, (done.returncode, done.stderr.decode(), args)
    return done.stdout.decode(), done.stderr.decode()


def parsed(lines):
    return [json.loads(line) for line in lines]


class Compared(unittest.TestCase):
    maxDiff = None

    def compare(self, page, figures, inspectors=False):
        """The page says what the events say, in every figure that is named and in every row."""
        self.assertEqual(page.twice, [], "a figure has one place")
        want = figures.flat()
        self.assertEqual({k: page.figures.get(k, 0) for k in want}, want)
        self.assertLessEqual(set(page.figures), set(want) | {"faults-open", "due-more", "acked"}, "no figure goes unchecked")
        self.assertEqual(page.table("reason", "appearance", "accessories", "usage"), figures.reasons())
        steps = {k: (int(n), *v) for k, (n, *v) in page.table("step", "timed", "median", "p90").items()}
        self.assertEqual(steps, figures.steps())
        self.compare_days(page, figures)
        done, due, _, waiting = figures.clock()
        rows = page.table("clock", "done", "due")
        self.assertEqual({k: rows[k] for k in ("on-time", "near", "late", "unsure")},
                         {k: (done[k], due[k]) for k in ("on-time", "near", "late", "unsure")})
        self.assertEqual([r["parcel"] for r in page.rows if "parcel" in r], waiting[:10])
        self.assertEqual(page.table("badge", "pass", "fail"), figures.badges() if inspectors else {})

    def compare_days(self, page, figures):
        days = page.table("span", "pass", "fail")
        days.pop("undated", None)
        self.assertEqual(days, figures.days())
        self.assertEqual({int(k): v for k, v in page.table("hour", "pass", "fail").items()}, figures.hours())


class Pretended(Compared):
    """Journals of weeks, made in virtual time."""

    def report(self, bench, *args, code=0):
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as f:
            f.write(b"\n".join(bench.lines) + b"\n")
            f.flush()
            text, said = run(*args, f.name, code=code)
        return Page(text), text, said

    def test_weeks_through_the_change_to_summer_time(self):
        for seed in (1, 2, 3):
            with self.subTest(seed=seed):
                bench = weeks(seed, days=40, parcels=40)
                page, _, _ = self.report(bench)
                self.compare(page, Figures(parsed(bench.lines), "Europe/Amsterdam", now=int(page.ids["report"]["data-now"])))

    def test_other_zones_have_other_days(self):
        bench = weeks(4, days=12, parcels=30)
        for zone in ("Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "UTC"):
            with self.subTest(zone=zone):
                page, text, _ = self.report(bench, "--zone", zone)
                self.compare_days(page, Figures(parsed(bench.lines), zone))
                self.assertIn(f'<b id="zone"><bdi>{zone}</bdi>', text)

    def test_zone_that_this_machine_does_not_know(self):
        for zone in ("Mars/Olympus", "../../../etc/passwd", "/etc/passwd", ""):
            with self.subTest(zone=zone):
                bench = weeks(5, days=2, parcels=9, zone=zone or "UTC")
                page, text, _ = self.report(bench)
                self.compare_days(page, Figures(parsed(bench.lines), "UTC"))
                self.assertEqual("does not know the station" in text, bool(zone))
        _, said = run("--zone", "Mars/Olympus", "/dev/null", code=1)
        self.assertIn("no event", said)

    def test_clocks_that_nobody_set_F1(self):
        bench = Pretend(6)
        for trusted, later in ((False, False), (False, True), (True, True), (False, False)):
            bench.boot(trusted=trusted, skew=0 if trusted else -20000 * DAY)
            for _ in range(6):
                label = rma(bench.number, "AMS")
                bench.number += 1
                bench.arrive(label)
                bench.wait(HOUR)
                bench.inspect(label)
            if later and not trusted:
                bench.clock_set()
            bench.wait(9 * HOUR)
        page, _, _ = self.report(bench)
        figures = Figures(parsed(bench.lines), "Europe/Amsterdam", now=int(page.ids["report"]["data-now"]))
        self.compare(page, figures)
        self.assertEqual(page.figures["undated"], 12)
        self.assertTrue(all(day.startswith("2026-03") for day in page.table("span", "pass") if day != "undated"))

    def test_long_journals_come_in_weeks_and_months(self):
        for days, unit in ((200, "week"), (900, "month")):
            bench = Pretend(7)
            bench.boot()
            for day in range(days):
                bench.inspect(rma(day, "AMS"))
                bench.wait(DAY)
            page, text, _ = self.report(bench)
            rows = page.table("span", "pass", "fail")
            self.assertIn(f"Inspections a {unit}", text)
            self.assertEqual((sum(a for a, _ in rows.values()), sum(b for _, b in rows.values())),
                             (page.figures["pass"], page.figures["fail"]))
            self.assertLessEqual(len(rows), 63)
            want = {}
            for day, (a, b) in Figures(parsed(bench.lines), "Europe/Amsterdam").days().items():
                at = time.strptime(day, "%Y-%m-%d")
                key = day[:7] if unit == "month" else time.strftime("%G-%V", at)
                x, y = want.get(key, (0, 0))
                want[key] = (x + a, y + b)
            got = {day[:7] if unit == "month" else time.strftime("%G-%V", time.strptime(day, "%Y-%m-%d")): n
                   for day, n in rows.items()}
            self.assertEqual(got, want)

    def test_what_comes_from_outside_stays_text(self):
        bench = Pretend(8)
        bench.boot()
        for n, text in enumerate(HOSTILE):
            bench.arrive(text + "arrived")
            bench.event("fault.raised", {"what": text})
            ins = bench.event("inspection.opened", {"raw": "Ug==", "scanner": text, "list": "known", "supersedes": None},
                              "own", (1, 1), text)
            bench.event("step.answered", {"step": "appearance", "answer": "fail"}, ins, (1, 1), text)
            bench.event("reason.given", {"step": "appearance", "code": text}, ins, (1, 1), text)
            for step in ("accessories", "usage"):
                bench.event("step.answered", {"step": step, "answer": "pass"}, ins, (1, 1), text)
            bench.event("inspection.closed", {"verdict": "fail"}, ins, (1, 1), text)
            bench.event("inspection.final", {"verdict": "fail"}, ins, (1, 1), text)
        page, text, _ = self.report(bench)
        self.assertEqual(page.figures["fail"], len(HOSTILE))
        self.assertEqual(page.scripts, 1)
        self.assertEqual([a for a in page.attrs if a[1].startswith("on")], [])
        self.assertEqual(page.loads, ["data:,"])
        for bad in "\u202e\u202c\u200b\x9b":
            self.assertNotIn(bad, text)
        shown = {r["reason"] for r in page.rows if "reason" in r}
        for hostile in HOSTILE:
            harmless = hostile.translate({ord(c): "\ufffd" for c in "\u202e\u202c\u200b\x9b"})
            self.assertIn(harmless, shown)

    def test_damaged_lines_are_told_and_left_out(self):
        bench = weeks(9, days=2, parcels=9)
        whole = Figures(parsed(bench.lines), "Europe/Amsterdam")
        bench.lines[3:3] = [b"no event", b"x" * 70000, b""]
        page, _, _ = self.report(bench, code=1)
        self.assertEqual(page.figures["unreadable"], 3)
        self.assertEqual(page.figures["final"], len(whole.finals))
        del bench.lines[3:6], bench.lines[10:12]
        page, _, _ = self.report(bench)
        self.assertEqual(page.figures["missing"], 2)

    def test_export_from_the_middle(self):
        bench = weeks(10, days=3, parcels=12)
        cut = next(i for i, e in enumerate(parsed(bench.lines)) if e["kind"] == "inspection.closed" and i > 100)
        del bench.lines[:cut]
        page, _, _ = self.report(bench)
        events = parsed(bench.lines)
        self.assertEqual(page.figures["final"], sum(e["kind"] == "inspection.final" for e in events))
        self.assertEqual(page.figures["partial"], 1)
        self.assertNotIn("odd", page.figures)

    def test_what_it_can_not_make_a_report_of(self):
        _, said = run("/nowhere", code=3)
        self.assertIn("can't read /nowhere", said)
        with tempfile.NamedTemporaryFile() as f:
            f.write(b"SQLite format 3\0" + bytes(4096))
            f.flush()
            _, said = run(f.name, code=3)
            self.assertIn("station", said)
        with tempfile.TemporaryDirectory() as d:
            _, said = run(d, code=3)
        with open("/dev/full", "w") as full, tempfile.NamedTemporaryFile() as f:
            f.write(b"\n".join(weeks(11, days=1, parcels=4).lines))
            f.flush()
            done = subprocess.run([BUILD / "stationctl", "report", f.name], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 3, done.stderr)


class Real(Compared, StationCase):
    """The journal of a real stationd, while it runs."""

    def page(self, *more):
        text, _ = run("--config", self.st.conf, *more)
        return Page(text)

    def inspect(self, number, answers="ppp", code="DENT"):
        self.panel.scan(rma(number))
        self.picture(appearance="on")
        for step, answer, then in zip(("appearance", "accessories", "usage"), answers, ("accessories", "usage", None)):
            if answer == "f":
                self.panel.ask("fail", **{step: "fast", "fail": "fast"})
                self.st.scan(reason(code))
            else:
                self.panel.tap("pass")
            verdict = "fail" if "f" in answers else "pass"
            self.picture(**{then or verdict: "on"})

    def shift(self):
        self.st.scan(badge("B7"))
        self.panel.until("the badge", lambda: self.st.events("badge.in"))
        self.st.scan(command("RECEIVING"))
        self.panel.wait_lamps(appearance="run1", accessories="run2", usage="run3")
        for number in KNOWN[:4]:
            self.st.scan(rma(number))
            self.panel.until("its arrival", lambda: any(e["label"] == rma(number) for e in self.st.events("parcel.arrived")))
        self.panel.settle()
        self.st.scan(command("RECEIVING"))
        self.picture()
        self.inspect(1)
        self.inspect(2, "pfp")
        self.inspect(3, "ffp", "LOUD")
        self.panel.ask("back", usage="on")  # reopened
        self.panel.ask("pass", fail="on")
        self.inspect(4)
        self.panel.until("all final", lambda: len(self.st.events("inspection.final")) == 4)

    def test_a_shift_and_its_products(self):
        self.station(settings={"inspection": {"hold_s": 4}, "site": {"timezone": "Asia/Shanghai"}})
        self.shift()
        page = self.page()
        events = self.st.events()
        products = {(r["rma"], int(r["line"])): r["product"] for r in RETURNS}
        figures = Figures(events, "Asia/Shanghai", now=int(page.ids["report"]["data-now"]), products=products)
        self.compare(page, figures)
        self.assertEqual(page.table("product", "pass", "fail"), figures.verdicts(figures.product))
        self.assertEqual(page.ids["sync"]["data-state"], "none", "it has no headquarters")
        self.acknowledged(events, products)

    def acknowledged(self, events, products):
        """A copy of the journal, as headquarters' word would leave it."""
        with tempfile.TemporaryDirectory() as d:
            copy = Path(d, "journal.db")
            with contextlib.closing(sqlite3.connect(self.st.db)) as con, contextlib.closing(sqlite3.connect(copy)) as to:
                con.backup(to)
            for acked in (len(events) - 9, len(events)):
                with contextlib.closing(sqlite3.connect(copy)) as con, con:
                    con.execute("INSERT OR REPLACE INTO meta VALUES('acked', ?)", (acked,))
                page = Page(run("--config", self.st.conf, copy)[0])
                self.compare(page, Figures(events, "Asia/Shanghai", now=int(page.ids["report"]["data-now"]), acked=acked,
                                           products=products))
        self.assertEqual(page.ids["sync"]["data-state"], "synced")

    def test_badges_only_where_the_setting_allows_it(self):
        self.station(settings={"inspection": {"hold_s": 1}, "report": {"inspectors": "yes"}})
        self.st.scan(badge("B7"))
        self.panel.until("the badge", lambda: self.st.events("badge.in"))
        self.inspect(1)
        self.panel.until("final", lambda: self.st.events("inspection.final"))
        page = self.page()
        self.compare(page, Figures(self.st.events(), "UTC", now=int(page.ids["report"]["data-now"])), inspectors=True)
        self.assertEqual(page.table("badge", "pass", "fail"), {"B7": (1, 0)})

    def test_several_units_and_a_copy_of_the_journal(self):
        self.station(settings={"inspection": {"hold_s": 1}})
        self.panel.scan(rma(PARCEL))
        self.picture(appearance="slow", accessories="slow", usage="slow")
        self.st.scan("5000000000012")
        self.picture(appearance="on")
        self.panel.ask("pass", accessories="on")
        self.panel.ask("pass", usage="on")
        self.panel.ask("pass", **{"pass": "on"})
        self.picture(appearance="slow", accessories="slow", usage="slow")
        self.st.scan(command("PARCELDONE"))
        self.picture()
        page = self.page()
        self.assertEqual(page.table("product", "pass", "fail"), {"5000000000012": (1, 0)})
        self.compare(page, Figures(self.st.events(), "UTC", now=int(page.ids["report"]["data-now"])))
        with tempfile.TemporaryDirectory() as d:
            lines = Path(d, "events.jsonl")
            lines.write_text("".join(json.dumps(e, separators=(",", ":")) + "\n" for e in self.st.events()))
            from_lines = Page(run(lines)[0])
        # What a file does not tell: the list's products, but the code that was scanned; and headquarters.
        self.assertEqual(from_lines.table("product", "pass", "fail"), {"5000000000012": (1, 0)})
        self.assertEqual(from_lines.ids["sync"]["data-state"], "unknown")
        self.assertEqual(from_lines.figures, page.figures)


if __name__ == "__main__":
    unittest.main()
