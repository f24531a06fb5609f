"""Boots that field boards have seen: without a clock (F1), with the GPIO chips in another order (F13), with a button stuck; and a kernel
that hangs."""
import datetime
import re
import sqlite3
import time

import build
from box import SUITE, BenchCase, Guest, Inspector, Line, Panel, client, pull_out, settings


class Clock(BenchCase):
    def moments(self, hq):
        con = sqlite3.connect(f"file:{hq.db}?mode=ro", uri=True, timeout=10)
        try:
            return con.execute("SELECT final_clock, final_at FROM inspection ORDER BY opened_at").fetchall()
        finally:
            con.close()

    def test_boot_at_1970_F1(self):
        """The certificates seem not yet valid: nothing is sent, LINK is fast, `why` names the clock, inspections go on, untrusted. A time
        source speaks: all is delivered, and headquarters knows when it really was."""
        line = Line()
        self.addCleanup(line.close)
        g = self.guest(box=settings(), relay=line.relay, more=["-rtc", "base=1970-01-01T00:00:00"])
        begins = build.run("openssl", "x509", "-in", client().cert, "-noout", "-startdate").strip().partition("=")[2]
        begins = datetime.datetime.strptime(begins, "%b %d %H:%M:%S %Y %Z").replace(tzinfo=datetime.timezone.utc).timestamp()
        before = float(g.check("date +%s"))
        self.assertLess(before, begins, "the guest's clock is not wrong")
        self.assertRegex(g.check("journalctl -b -k -o cat --no-pager | grep -i rtc"), "1970-01-01")
        g.until("a refusal that names the clock", lambda: re.search("(?i)clock", g.status()["headquarters"]["why"] or ""), 120)
        g.until("LINK fast", lambda: g.status()["lamps"]["link"] == "fast")
        self.assertEqual(g.status()["clock"], "untrusted")
        begun = time.time()
        inspector = Inspector(g)
        inspector.inspect()
        inspector.panel.wait()
        ended = time.time()
        self.assertEqual(line.hq.status()["journals"], [], "nothing may go out while the certificate can't be verified")
        self.assertEqual({e["clock"] for e in pull_out(g)}, {"untrusted"})
        set_at = time.time()
        g.check(f"bench-clock {set_at}")
        slow = time.time() - set_at  # by so much, at most, the guest's clock is behind
        g.until("trust in the clock", lambda: g.check("systemctl reload stationd") == "" and g.status()["clock"] == "trusted", 120)
        inspector.inspect()
        inspector.panel.wait()
        events = self.delivered(g, line.hq)
        told = [e for e in events if e["kind"] == "clock.stepped"]  # the step, and a source's word, which may come with it
        self.assertIn(len(told), (1, 2), told)
        self.assertGreater(told[0]["data"]["by_ms"], 86_400_000)
        self.assertEqual(told[-1]["clock"], "trusted")
        self.assertTrue(len(told) == 1 or abs(told[1]["data"]["by_ms"]) < 5000, told)
        (clock, at), (clock2, _) = self.moments(line.hq)
        self.assertEqual((clock, clock2), ("corrected", "trusted"), [(e["kind"], e["clock"], e["at"], e["mono_ms"]) for e in events])
        self.assertTrue(begun - slow - 2 <= at / 1000 <= ended + 2, (begun, at, ended, slow))
        inspector.check(events)


class Odd(BenchCase):
    """Another chip was there first, with lines of the same names and numbers; BACK is down from the start. The pull-ups are resistors
    here, not the chip's: gpio-sim's own would lift the stuck button."""

    @classmethod
    def setUpClass(cls):
        board = re.sub(r"(?m)^bias = .*$", "bias = as-is", (build.ROOT / "boards/bench.board").read_text())
        chips = [line for line in (build.HERE / "root/etc/bench-gpio").read_text().splitlines() if line.startswith("station ")]
        decoy = "decoy -PASS -FAIL -BACK LAMP_APPEARANCE LAMP_ACCESSORIES OTHER"
        box = settings(line=False, board="/etc/station/pulled.board")
        box["/etc/station/pulled.board"] = board
        box["/etc/bench-gpio"] = "\n".join([decoy, chips[0].replace("-BACK", "_BACK")]) + "\n"
        cls.g = cls.enterClassContext(Guest(SUITE, box=box))
        cls.g.boot()

    def setUp(self):
        self.ready(self.g)
        self.panel = Panel(self.g)

    def stuck(self):
        """Ten seconds after the start; a press before that counts as two buttons together."""
        self.g.until("the fault", lambda: any("back" in f for f in self.g.status()["faults"]))

    def test_1_renumbered_chip_F13(self):
        """The panel is found by the chip's label and the lines' names; the other chip is left alone."""
        g = self.g
        self.stuck()
        self.assertRegex(g.check("gpiodetect"), r"(?s)gpiochip0 \[decoy\].*gpiochip1 \[station\]")
        Inspector(g).inspect()
        self.panel.wait()
        self.assertNotRegex(g.check("gpioinfo gpiochip0 || gpioinfo -c gpiochip0"), r"stationd|\bused\b|consumer")

    def test_2_button_stuck_at_boot(self):
        """It becomes a fault and abandons nothing, the others work; released, the fault goes and the button works."""
        g = self.g
        self.stuck()
        self.panel.wait_blinking("LINK", 5)
        inspector = Inspector(g, first=2)
        label = inspector.open()
        inspector.answer(label, "appearance", "ACCESSORIES")
        g.release("BACK")
        g.until("no fault", lambda: g.status()["faults"] == [])
        self.panel.wait("ACCESSORIES")
        self.panel.press("BACK", "APPEARANCE")
        for lamp in ("ACCESSORIES", "USAGE", "PASS"):
            self.panel.press("PASS", lamp)
        self.panel.wait()
        kinds = [(e["kind"], e["label"]) for e in pull_out(g)]
        self.assertNotIn("inspection.abandoned", [kind for kind, _ in kinds])
        self.assertEqual(kinds.count(("inspection.final", label)), 1)

    def test_3_hung_kernel(self):
        """A kernel that panics and stands: the hardware watchdog resets the board, and the bench is at its step again."""
        g = self.g
        g.release("BACK")  # for when this is the only test
        g.until("no fault", lambda: g.status()["faults"] == [])
        inspector = Inspector(g, first=3)
        inspector.answer(inspector.open(), "appearance", "ACCESSORIES")
        hung(g)
        self.ready(g)
        self.assertIn("WATCHDOG", [e["event"] for e in g.events])
        self.panel.wait("ACCESSORIES")
        inspector.check(pull_out(g))


def hung(g):
    begun = time.monotonic()
    g.check("sync; echo 1 >/proc/sys/kernel/sysrq")
    g.agent.send({"id": -1, "op": "run", "command": "echo c >/proc/sysrq-trigger", "seconds": 5})
    g.hello()
    g.monitor("query-status")
    build.say(f"reset by the watchdog; the agent answered after {time.monotonic() - begun:.0f} s")
    g.wait_running()
