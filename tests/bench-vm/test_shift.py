"""One board, one shift: inspections by GPIO and FTDI, the line to headquarters cut and restored, the scanner pulled, a stopped
stationd, a line that somebody else holds. One boot serves them all."""
import re
import time
import unittest

import build
from box import GPIO, SUITE, BenchCase, Guest, Inspector, Line, panel_of, pull_out, rma, settings
from guest import SCANNER
from station import reason


class Shift(BenchCase):
    @classmethod
    def setUpClass(cls):
        cls.line = Line()
        cls.addClassCleanup(cls.line.close)
        cls.g = Guest(SUITE, box=settings(), relay=cls.line.relay)
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()
        build.say(f"agent after {cls.g.answered:.1f} s, system up after {time.monotonic() - cls.g.begun:.1f} s")
        cls.inspector = Inspector(cls.g)
        cls.panel = cls.inspector.panel

    def setUp(self):
        """Whatever the test before has left behind."""
        self.g.link(True)
        if not self.g.plugged:
            self.g.plug()
        self.ready(self.g)
        self.hq = self.line.hq

    def delivered(self, seconds=60):
        """Headquarters' copy is the guest's journal, byte for byte, and LINK is solid."""
        g = self.g
        g.until("LINK solid and nothing left to send",
                lambda: g.status()["headquarters"]["backlog"] == 0 and g.status()["lamps"]["link"] == "on", seconds)
        own = pull_out(g)
        copy = self.hq.lines(g.status()["journal"]["id"])
        self.assertEqual(len(copy), len(own))
        self.assertEqual([e["id"] for e in own], [__import__("json").loads(line)["id"] for line in copy])

    def test_1_package_and_units(self):
        """The station runs from its package under its own unit, as its own user; nothing failed on the way up."""
        g = self.g
        self.assertEqual(g.check("systemctl --failed --no-legend --plain"), "")
        self.assertEqual(g.check("systemctl show -p User --value stationd").strip(), "station")
        if (build.ROOT / "debian/control").exists():
            self.assertIn("ok installed", g.check("dpkg-query -W -f '${Status}' station"))
            self.assertEqual(g.check("dpkg -S $(systemctl show -p FragmentPath --value stationd)").partition(":")[0], "station")
            self.assertEqual(g.check("dpkg --verify station"), "")

    def test_2_sandbox(self):
        """systemd-analyze security: at most 1.5."""
        if not (build.ROOT / "debian/control").exists():
            self.skipTest("no package yet")
        score = re.search(r"Overall exposure level for stationd.service: ([\d.]+)", self.g.check("systemd-analyze security --no-pager stationd"))
        build.say(f"exposure level of stationd: {score[1]}")
        self.assertLessEqual(float(score[1]), 1.5)

    def test_3_whole_inspection(self):
        """Label by the FTDI adapter, answers by GPIO, a FAIL with its reason, BACK; lamps lead through; the journal is re-hashed here."""
        g, p = self.g, self.panel
        self.assertTrue(g.check(f"readlink -f {SCANNER}").startswith("/dev/ttyUSB"))
        label = self.inspector.inspect()
        p.wait()
        second = self.inspector.open()
        p.press("PASS", "ACCESSORIES")
        p.press("BACK", "APPEARANCE")
        p.press("PASS", "ACCESSORIES")
        p.press("PASS", "USAGE")
        p.push("FAIL")
        p.wait_blinking("FAIL", 5)
        g.scan(reason("SCRATCH"))
        p.wait("FAIL")
        p.wait()
        events = pull_out(g)
        self.inspector.check(events)
        kinds = [e["kind"] for e in events if e["label"] == second]
        self.assertEqual(kinds, ["inspection.opened", "step.answered", "step.withdrawn", "step.answered", "step.answered",
                                 "step.answered", "reason.given", "inspection.closed", "inspection.final"])
        self.assertEqual([e["data"]["verdict"] for e in events if e["kind"] == "inspection.final"], ["pass", "fail"])
        self.assertEqual(events[[e["label"] for e in events].index(label)]["data"]["scanner"], "bench")

    def test_4_line_cut_and_restored_F4(self):
        """hqd on the host over TLS; with the cable out the bench works on and LINK is slow; back in, all is delivered."""
        g = self.g
        self.delivered()
        g.link(False)
        before = len(self.hq.lines(g.status()["journal"]["id"]))
        for _ in range(2):
            self.inspector.inspect()
            self.panel.wait()
        g.until("LINK slow", lambda: g.status()["lamps"]["link"] == "slow", 90)
        self.panel.wait_blinking("LINK", 1)
        self.assertEqual(len(self.hq.lines(g.status()["journal"]["id"])), before)
        g.link(True)
        self.delivered(150)
        self.inspector.check(pull_out(g))

    def test_5_scanner_unplugged_F10(self):
        """Pulled: fault, LINK fast; plugged: found by its name again, and it scans."""
        g, p = self.g, self.panel
        for _ in range(2):
            g.unplug()
            g.until("the fault", lambda: not g.status()["scanners"][0]["present"])
            self.assertEqual(len(g.status()["faults"]), 1)
            p.wait_blinking("LINK", 5)
            g.plug()
            g.until("the scanner", lambda: g.status()["scanners"][0]["present"])
            g.until("no fault", lambda: g.status()["faults"] == [])
            self.inspector.inspect()
            p.wait()
        kinds = [e["kind"] for e in pull_out(g)]
        self.assertGreaterEqual(kinds.count("fault.raised"), 2)
        self.assertEqual(kinds.count("fault.raised"), kinds.count("fault.cleared"))

    def test_6_watchdog_stopped_stationd(self):
        """A stationd that stands still is restarted by systemd, and resumes the open inspection at its step."""
        g = self.g
        self.inspector.answer(self.inspector.open(), "appearance", "ACCESSORIES")
        pid = g.status()["pid"]
        g.check(f"kill -STOP {pid}")
        g.until("another stationd", lambda: g.status().get("pid") not in (pid, None) and g.status()["ready"], 120)
        self.panel.wait("ACCESSORIES")
        self.panel.press("PASS", "USAGE")
        self.panel.press("PASS", "PASS")
        self.panel.wait()
        self.inspector.check(pull_out(g))

    @unittest.skipUnless(GPIO, "no GPIO adapter yet")
    def test_7_line_taken(self):
        """Another program holds a button's line: stationd says which, and who; once it is free the bench works."""
        g = self.g
        g.check("systemctl stop stationd")
        tool = "gpiomon --consumer thief -c" if SUITE != "bookworm" else "gpiomon"
        chip = g.check("gpiodetect | sed -n 's/ \\[station\\].*//p'").strip()
        line = "BACK" if SUITE != "bookworm" else "2"
        g.check(f"systemd-run --unit=thief {tool} {chip} {line}")
        g.until("the thief", lambda: re.search(r"BACK.*(thief|gpiomon)", g.check("gpioinfo")))
        g.run("systemctl --no-block start stationd")
        told = g.until("who has the line", lambda: re.search(r".*BACK.*(thief|gpiomon).*", g.run("journalctl -b -u stationd -o cat --no-pager")[1]))
        build.say(told[0])
        g.check("systemctl stop thief; systemctl reset-failed stationd || true; systemctl start stationd")
        self.ready(g)
        self.inspector.inspect()
        self.panel.wait()

    def test_8_idle(self):
        """A minute of idling: memory and wake-ups are told."""
        g = self.g
        self.delivered()
        pid = g.status()["pid"]

        def switches():
            return sum(int(n) for n in re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", g.check(f"cat /proc/{pid}/task/*/status"), re.M))

        before, seconds = switches(), 60
        g.check(f"sleep {seconds}", seconds + 10)
        woken = switches() - before
        rss = int(re.search(r"VmRSS:\s+(\d+)", g.check(f"cat /proc/{pid}/status"))[1])
        build.say(f"figure: stationd at idle: {rss / 1024:.1f} MiB resident, {woken} wake-ups in {seconds} s (polls and watchdog included)")
        self.assertLess(rss, 24 * 1024)


__all__ = ["Shift", "panel_of", "rma"]
