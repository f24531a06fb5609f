"""The disk stalls, is full, breaks: the loop never waits for it, and nothing is promised that is not on it."""
import fcntl
import os
import time
import unittest

from case import RETURNS, StationCase, rma
from station import Station, sanitized


@unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
class Disk(StationCase):
    def setUp(self):
        st = Station(expected=RETURNS, settings={"inspection": {"hold_s": 60}})
        self.addCleanup(self.finish, st)
        st.start(preload=True)
        self.wait_list(st)
        self.st, self.panel = st, st.panel
        self.addCleanup(self.release)
        self.lock = None

    def stall(self):
        self.lock = os.open(self.st.control, os.O_RDWR)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def release(self):
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None
        self.disk("")

    def disk(self, word):
        self.st.control.write_text(word)

    def answered_at_once(self):
        """The panel answers while the disk hangs: the loop is alive."""
        begun = time.monotonic()
        mark = self.panel.mark()
        self.panel.send("state")
        self.panel.wait("the state", lambda: any(line.startswith("show ") for _, line in self.panel.lines[mark:]), 1)
        return time.monotonic() - begun

    def test_a_disk_stalled_for_two_seconds(self):
        p = self.panel
        self.st.open(rma(1))
        p.settle()
        self.stall()
        begun = time.monotonic()
        p.send("tap pass 60")
        p.wait("dark while in flight", lambda: not p.lit())
        since = p.mark()
        self.st.scan("4006381333931")  # two scans that will have to wait
        self.st.scan(rma(2))
        self.answered_at_once()
        p.send("tap pass 60")
        p.wait_tone("error", since)
        p.wait("ATTENTION solid", lambda: p.lamps["attention"] == "on" and time.monotonic() - begun > 1.9)
        self.answered_at_once()
        self.assertEqual(self.kinds(), ["inspection.opened"], "nothing is on disk, nothing is promised")
        self.assertNotIn("accessories", p.lit())
        self.release()
        p.wait("the answer", lambda: p.lamps["accessories"] == "on")
        p.until("the scans that waited", lambda: len(self.st.events("label.rejected")) == 2)
        self.assertEqual([e["data"]["why"] for e in self.st.events("label.rejected")], ["product", "busy"])
        self.silence()
        self.picture(accessories="on")
        p.ask("pass", usage="on")

    def test_lamps_keep_blinking_while_the_disk_hangs(self):
        """LINK fast (a lost scanner) is told to the panel while an append hangs."""
        p = self.panel
        self.st.open(rma(1))
        p.settle()
        self.stall()
        p.send("tap pass 60")
        p.wait("dark while in flight", lambda: not p.lit())
        self.st.scanner.unplug()
        p.wait("LINK fast", lambda: p.lamps["link"] == "fast")
        self.release()
        p.wait("the answer", lambda: p.lamps["accessories"] == "on")
        p.until("the fault's event", lambda: self.st.events("fault.raised"))

    def trouble(self, word):
        p = self.panel
        self.st.open(rma(1))
        p.ask("pass", accessories="on")
        before = self.st.events()
        p.settle()
        self.disk(word)
        since = p.mark()
        p.send("tap pass 60")
        p.wait_tone("error", since)
        p.wait_show(message="cannot-record")
        p.wait("ATTENTION solid, its step kept", lambda: p.lit() == {"attention": "on", "accessories": "on"})
        p.until("the problem in the status", lambda: self.st.status()["journal"]["problem"])
        self.assertFalse(self.st.status()["journal"]["works"])
        for button in ("pass", "fail", "back"):
            since = p.mark()
            p.tap(button)
            p.wait_tone("error", since)
        since = p.mark()
        self.st.scan(rma(2))
        p.wait_tone("error", since)
        self.assertEqual(self.st.events(), before)
        r = self.st.ctl("status")
        self.assertEqual(r.code, 1, r.err)
        self.disk("")
        p.wait_show(20, message="step")
        p.wait_lamps(accessories="on")
        p.ask("pass", usage="on")
        after = self.st.events()
        self.assertEqual(after[:len(before)], before, "nothing that was promised is lost")
        p.until("the status to be well", lambda: self.st.status()["journal"]["works"])
        faults = [(e["kind"], e["data"]["what"]) for e in after if e["kind"].startswith("fault.")]
        self.assertEqual(faults[:1], [("fault.raised", "journal")])
        self.st.kill()
        self.panel = self.st.start(preload=True).panel
        self.picture(usage="on")

    def test_f5_full(self):
        self.trouble("full")

    def test_f5_broken(self):
        self.trouble("eio")

    def test_f5_turned_read_only(self):
        self.trouble("rofs")

    def test_sigterm_while_full(self):
        """It stops on a full disk as well, and the chain stays whole."""
        self.st.open(rma(1))
        self.panel.settle()
        self.disk("full")
        self.panel.send("tap pass 60")
        self.panel.wait_show(message="cannot-record")
        self.st.stop(code=None)
        self.disk("")
        self.panel = self.st.start(preload=True).panel
        self.picture(appearance="on")
