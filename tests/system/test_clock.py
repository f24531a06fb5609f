"""A board without a battery clock (F1): TLS is never loosened, work goes on, and the times are put right when a source speaks."""
import datetime
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

from line import PERSON, LineCase, held
from station import BUILD, read_journal, sanitized

MONTH = 30 * 86400


def seconds(event):
    return datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00")).timestamp()


@unittest.skipIf(sanitized(), "badclock.so can't be preloaded into a sanitized program")
class Clock(LineCase):
    def setUp(self):
        self.hq = self.headquarters()
        self.line = self.proxy(self.hq.port)

    def begin(self, offset, trusted, **how):
        st = self.bench(self.line.port, start=False, **how)
        st.set_clock(offset, trusted)
        st.start(clock=True)
        self.panel = st.panel
        return st

    def moments(self):
        """(clock, ms) of each inspection's end, as headquarters has put it right."""
        con = sqlite3.connect(f"file:{self.hq.db}?mode=ro", uri=True, timeout=10)
        try:
            return con.execute("SELECT final_clock, final_at FROM inspection ORDER BY opened_at").fetchall()
        finally:
            con.close()

    def stepped(self):
        return [e["data"]["by_ms"] for e in read_journal(self.st.db) if e["kind"] == "clock.stepped"]

    def test_boot_at_1970_F1(self):
        """Certificates seem not yet valid: nothing goes out, LINK and the status say that the clock is wrong; an inspection is
        recorded, untrusted. The source speaks: the step is told, all is delivered, headquarters knows when it really was."""
        begun = time.time()
        st = self.begin(-begun + 5, trusted=False)
        self.link(PERSON)
        self.assertRegex(self.why(), r"(?i)clock")
        self.goes_on(1)
        self.assertEqual(self.hq.status()["journals"], [])
        self.assertEqual(st.status()["clock"], "untrusted")
        events = read_journal(st.db)
        self.assertEqual({e["clock"] for e in events}, {"untrusted"})
        self.assertTrue(all(seconds(e) < 86400 for e in events))
        st.set_clock(0, trusted=True)
        st.panel.until("the source is heard", lambda: self.tried() == "trusted", 30)
        self.delivered(self.hq)
        by, = self.stepped()
        self.assertAlmostEqual(by / 1000, begun - 5, delta=60)
        (clock, at), = self.moments()
        self.assertEqual(clock, "corrected")
        self.assertTrue(begun - 1 <= at / 1000 <= time.time() + 1, at)

    def tried(self):
        """A retry makes it look at its clock; trust is read again now and then only."""
        self.retry()
        return self.st.status()["clock"]

    def test_last_known_time_is_the_floor_F1(self):
        """Rebooted without a source: time goes on from the last that was known, never back; the same certificates hold."""
        st = self.begin(0, trusted=True)
        self.goes_on(1)
        self.delivered(self.hq)
        last = seconds(read_journal(st.db)[-1])
        st.stop()
        st.set_clock(-time.time() + 5, trusted=False)
        st.start(clock=True)
        self.panel = st.panel
        self.goes_on(2)
        for event in read_journal(st.db):
            if event["clock"] == "untrusted":
                self.assertGreaterEqual(seconds(event), last)
        self.assertEqual(read_journal(st.db)[-1]["clock"], "untrusted")
        self.link(PERSON)  # TLS asks the system's clock, which is nobody's to set
        self.assertRegex(self.why(), r"(?i)clock")
        self.assertLess(st.status()["headquarters"]["acked"], len(held(st)))
        st.set_clock(0, trusted=True)
        st.panel.until("the source is heard", lambda: self.tried() == "trusted", 30)
        self.delivered(self.hq)

    def test_a_right_clock_that_is_vouched_for_F1(self):
        """Right all along, as a source tells at last: without a step there is an event that says so, and headquarters needs no
        further one to put right what it has only as an interval."""
        st = self.begin(0, trusted=False)
        self.goes_on(1)
        self.delivered(self.hq)
        (clock, before), = self.moments()
        self.assertEqual(clock, "interval")
        st.set_clock(0, trusted=True)
        st.panel.until("the source is heard", lambda: self.tried() == "trusted", 30)
        self.delivered(self.hq)
        by, = self.stepped()
        self.assertLess(abs(by), 1000)
        (clock, at), = self.moments()
        self.assertEqual(clock, "corrected")
        self.assertAlmostEqual(at / 1000, before / 1000, delta=2)
        self.assertEqual(read_journal(st.db)[-1]["clock"], "trusted")
        st.restart(clock=True)
        self.panel = st.panel
        self.assertEqual(len(self.stepped()), 1)

    def test_a_wrong_clock_that_steps_F1(self):
        """A month fast, then put right: times go back, and by how much is told; the chain and headquarters hold it."""
        st = self.begin(MONTH, trusted=False)
        self.goes_on(1)
        st.set_clock(0, trusted=True)
        st.panel.until("the source is heard", lambda: self.tried() == "trusted", 30)
        self.goes_on(2)
        self.delivered(self.hq)
        by, = self.stepped()
        self.assertAlmostEqual(by / 1000, -MONTH, delta=5)
        for _, at in self.moments():
            self.assertAlmostEqual(at / 1000, time.time(), delta=60)


@unittest.skipIf(sanitized(), "badclock.so can't be preloaded into a sanitized program")
class ClockMark(unittest.TestCase):
    """station-clock.service: it may ask the kernel what stationd in its sandbox may not."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mark-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def begin(self, control, mark):
        (self.dir / "control").write_text(control)
        environ = {**os.environ, "LD_PRELOAD": str(BUILD / "tests/badclock.so"), "BADCLOCK_CONTROL": str(self.dir / "control")}
        proc = subprocess.Popen([BUILD / "stationd", "--clock-mark", mark], env=environ, stderr=subprocess.PIPE, text=True)
        self.addCleanup(proc.communicate)
        self.addCleanup(proc.kill)
        return proc

    def test_waits_for_a_source_F1(self):
        mark = self.dir / "synchronized"
        proc = self.begin("0 untrusted", mark)
        end = time.monotonic() + 30
        while proc.poll() is None and pathlib.Path(f"/proc/{proc.pid}/stat").read_text().rsplit(")")[-1].split()[0] != "S":
            self.assertLess(time.monotonic(), end, "it neither waits nor ends")
            time.sleep(0.01)  # between two looks
        self.assertIsNone(proc.poll(), "it does not wait")
        self.assertFalse(mark.exists())
        (self.dir / "new").write_text("0 trusted")
        (self.dir / "new").rename(self.dir / "control")
        self.assertEqual(proc.wait(30), 0)
        self.assertTrue(mark.exists())

    def test_says_what_failed(self):
        proc = self.begin("0 trusted", self.dir / "nowhere/synchronized")
        self.assertEqual(proc.wait(30), 1)
        self.assertIn("nowhere/synchronized: No such file", proc.stderr.read())
