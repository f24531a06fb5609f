"""Figures, which are printed and never asserted: how long after a button's edge a lamp's edge comes, beside a bare loop in the same
guest; how soon after basic.target the station is ready; what it costs while nobody works."""
import re

import build
from box import NIGHTLY, SUITE, BenchCase, Guest, Inspector, Line, settings

ROUNDS = 200 if NIGHTLY else 25  # each is two presses of stationd's and two of the bare loop's
IDLE_SECONDS = 60
CHIPS = (build.HERE / "root/etc/bench-gpio").read_text() + "bare -IN OUT\n"


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[min(len(values) - 1, len(values) * 99 // 100)]


class Figures(BenchCase):
    @classmethod
    def setUpClass(cls):
        cls.line = Line()
        cls.addClassCleanup(cls.line.close)
        cls.g = Guest(SUITE, box={**settings(), "/etc/bench-gpio": CHIPS}, relay=cls.line.relay)
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()

    def setUp(self):
        self.ready(self.g)

    def idle(self):
        g = self.g
        self.delivered(g, self.line.hq)

    def rows(self):
        return int(self.g.check("python3 -c 'import sqlite3; print(sqlite3.connect(\"/var/lib/station/bare.db\").execute(\"SELECT count(*) FROM event\")"
                                ".fetchone()[0])'"))

    def test_1_ready_lamp(self):
        """From basic.target to READY=1 and to the first lamp that is lit (LINK)."""
        g = self.g
        lit = g.until("a lit lamp", lambda: g.ask("lit")["lit"])
        basic, begun, ready = (int(g.check(f"systemctl show --value -p {what}TimestampMonotonic {unit}")) / 1e6 for what, unit in
                               (("ActiveEnter", "basic.target"), ("ExecMainStart", "stationd"), ("ActiveEnter", "stationd")))
        self.assertGreater(basic, 0)
        build.say(f"figure: ready {ready - basic:.2f} s after basic.target, {ready - begun:.2f} s after stationd's start; the first lamp "
                  f"({lit['name'][5:]}) {lit['at'] - basic:.2f} s after basic.target, which was {basic:.1f} s after the kernel's start")

    def test_2_button_to_lamp(self):
        """PASS and BACK by turns at one step, one event each, interleaved with the bare loop on the same disk."""
        g = self.g
        self.idle()
        inspector = Inspector(g)
        inspector.open()
        inspector.panel.press("PASS", "ACCESSORIES")
        inspector.panel.press("BACK", "APPEARANCE")
        size = len(g.check("python3 -c 'import sqlite3; print(sqlite3.connect(\"file:/var/lib/station/journal.db?mode=ro\", uri=True)."
                           "execute(\"SELECT line FROM event ORDER BY seq DESC LIMIT 1\").fetchone()[0].decode())'").strip())
        for tool, libraries in (("bare", ["-lsqlite3"]), ("edge", [])):
            g.put(f"/run/{tool}", build.tool(SUITE, tool, *libraries).read_bytes(), 0o755)
        chip = g.check("gpiodetect | sed -n 's/ \\[bare\\].*//p'").strip()
        g.check(f"cp /run/bare /run/edge /usr/local/sbin; systemd-run --unit=bare /usr/local/sbin/bare /dev/{chip} 0 1 /var/lib/station/bare.db {size}")
        g.until("the bare loop", lambda: "bare" in g.check("gpioinfo | grep OUT"))
        at = g.ask("where")["lines"]
        bare = [at["bare:IN"] + "/pull", at["bare:OUT"] + "/value"]
        pairs = [at["PASS"] + "/pull", at["LAMP_ACCESSORIES"] + "/value", *bare, at["BACK"] + "/pull", at["LAMP_APPEARANCE"] + "/value", *bare]
        before = self.rows()
        out = g.check(f"edge {ROUNDS} {' '.join(pairs)}", 300 + ROUNDS * 10)
        rows = [[int(n) / 1000 for n in line.split()] for line in out.splitlines()]
        self.assertEqual({len(row) for row in rows}, {4}, out)
        self.assertEqual(len(rows), ROUNDS)
        figures = {"stationd": percentiles([t for row in rows for t in row[::2]]), "bare": percentiles([t for row in rows for t in row[1::2]])}
        build.say(f"figure: button edge to lamp edge, {2 * ROUNDS} presses each, interleaved, rows of {size} bytes: "
                  + "; ".join(f"{name} p50 {p50:.1f} ms, p99 {p99:.1f} ms" for name, (p50, p99) in figures.items())
                  + f"; ratio {figures['stationd'][0] / figures['bare'][0]:.2f}x, {figures['stationd'][1] / figures['bare'][1]:.2f}x")
        stored = self.rows()
        self.assertGreaterEqual(stored - before, 2 * ROUNDS, "the bare loop stored less than it was asked to")
        g.check("systemctl stop bare; rm /var/lib/station/bare.db*")
        for lamp in ("ACCESSORIES", "USAGE", "PASS"):
            inspector.panel.press("PASS", lamp)
        inspector.panel.wait()

    def test_3_idle(self):
        """A minute of idling: memory, and how often its threads were switched to."""
        g = self.g
        self.idle()
        pid = g.status()["pid"]

        def switches():
            text = g.check(f"cat /proc/{pid}/task/*/status")
            return [sum(int(n) for n in re.findall(rf"^{kind}_ctxt_switches:\s+(\d+)", text, re.M)) for kind in ("voluntary", "nonvoluntary")]

        before = switches()
        g.check(f"sleep {IDLE_SECONDS}", IDLE_SECONDS + 30)  # what is measured is this minute
        willing, unwilling = (b - a for a, b in zip(before, switches()))
        memory = g.check(f"cat /proc/{pid}/status")
        rss, peak = (int(re.search(rf"{key}:\s+(\d+)", memory)[1]) / 1024 for key in ("VmRSS", "VmHWM"))
        build.say(f"figure: stationd at idle: {rss:.1f} MiB resident (peak {peak:.1f}), {willing + unwilling} wake-ups in {IDLE_SECONDS} s "
                  f"({willing} of its own, {unwilling} after being interrupted; polls of headquarters and watchdog included)")
        self.assertEqual(g.status()["pid"], pid)
        self.assertLess(rss, 24)
