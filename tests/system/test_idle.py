"""Idle: no wake-ups, little memory, and neither grows with the journal."""
import hashlib
import json
import os
import pathlib
import select
import sqlite3
import subprocess
import tempfile
import time
import unittest

from case import RETURNS, StationCase, rma
from daemon import processors
from station import Station, sanitized

EVENTS = int(os.environ.get("IDLE_EVENTS", "200000"))
RSS_KIB = 12 * 1024


def fill(db, upto):
    """Appends whole inspections to a journal that stationd made, until it holds about upto events; every line is linked."""
    con = sqlite3.connect(db)
    seq, line, prev = con.execute("SELECT seq, line, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    base = json.loads(line)
    con.execute("PRAGMA synchronous=OFF")
    data = [("inspection.opened", '{"raw":"Ug==","scanner":"bench","list":"known","supersedes":null}')]
    data += [("step.answered", f'{{"step":"{s}","answer":"pass"}}') for s in ("appearance", "accessories", "usage")]
    data += [("inspection.closed", '{"verdict":"pass"}'), ("inspection.final", '{"verdict":"pass"}')]
    prev = prev.hex()

    def rows():
        nonlocal seq, prev
        number = 0
        while seq < upto:
            number += 1
            opened = f"0190b8a0-0000-7000-8000-{seq + 1:012x}"
            label = rma(1000000 + number)
            for kind, body in data:
                seq += 1
                text = (f'{{"v":1,"station":"{base["station"]}","journal":"{base["journal"]}","seq":{seq},"id":'
                        f'"0190b8a0-0000-7000-8000-{seq:012x}","at":"2026-01-01T00:00:00.000Z","clock":"trusted","boot":"{base["boot"]}",'
                        f'"mono_ms":{seq},"kind":"{kind}","by":null,"inspection":"{opened}","item":{{"line":1,"unit":1}},'
                        f'"label":"{label}","data":{body},"prev":"{prev}"}}').encode()
                digest = hashlib.sha256(text).digest()
                prev = digest.hex()
                yield seq, text, digest

    with con:
        con.executemany("INSERT INTO event(seq, line, hash) VALUES(?, ?, ?)", rows())
    con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    con.close()
    return seq


def strace_works():
    with tempfile.TemporaryDirectory() as d:
        try:
            return subprocess.run(["strace", "-o", f"{d}/t", "true"], capture_output=True).returncode == 0
        except FileNotFoundError:
            return False


def trace_quiet(case, st, seconds=5):
    """The system calls of all threads of a station to which nothing happens."""
    if not strace_works():
        case.skipTest("strace can't trace here")
    out = pathlib.Path(st.dir / "trace")
    tracer = subprocess.Popen(["strace", "-f", "-tt", "-o", str(out), "-p", str(st.proc.pid)], stderr=subprocess.PIPE)
    case.addCleanup(tracer.stderr.close)
    said = b""
    while b"attached" not in said:
        more = os.read(tracer.stderr.fileno(), 4096)
        if not more and b"not permitted" in said:
            case.skipTest("only root may trace here")
        case.assertTrue(more, said)
        said += more
    before = out.read_text().count("\n")
    case.assertFalse(st.panel.pump(seconds), "an idle panel says nothing")
    calls = out.read_text().split("\n")[before:-1]  # the last line is what still waits
    tracer.terminate()
    tracer.communicate(timeout=10)
    # The wait that strace interrupted to attach is written down as unfinished; it is no wake-up.
    return [c for c in calls if "strace: Process" not in c and "<unfinished" not in c and "restart_syscall" not in c]


class Idle(StationCase):
    def test_no_wake_ups(self):
        """Five seconds of quiet: not one system call, in any thread."""
        st = self.station()
        st.open(rma(1))
        st.panel.ask("back", 2200)
        st.panel.settle(1)
        calls = trace_quiet(self, st)
        self.assertFalse(calls, "\n".join(calls[:20]))

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "a machine with one processor")
    def test_a_press_is_answered_on_one_processor(self):
        """The loop and the journal's writer share the last one; what else there is to do, the check of the journal first, may run on any."""
        st = self.station(scanner=False)
        said = processors(st.proc.pid)
        last = {max(os.sched_getaffinity(0))}
        self.assertEqual(said.pop(st.proc.pid), last)
        self.assertEqual(list(said.values()).count(last), 1, said)
        self.assertNotIn("lamps are slower", st.said())

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "a machine with one processor")
    def test_beside_a_camera_a_press_is_answered_on_any_processor(self):
        """Its decoder is at work when presses come, and would be waited for."""
        st = self.station(scanner=False, settings={"scanner above": {"kind": "camera", "device": "/dev/video99"}})
        said = processors(st.proc.pid)
        self.assertEqual({frozenset(may) for may in said.values()}, {frozenset(os.sched_getaffinity(0))}, said)

    def test_the_watchdog_is_fed(self):
        """Where systemd asks for it, and only there."""
        st = self.station(scanner=False)
        st.stop()
        st.start(env={"WATCHDOG_USEC": "1000000"})
        self.panel = st.panel
        for _ in range(3):
            self.assertTrue(select.select([st.notify], [], [], 5)[0], "no sign of life within 5 s")
            self.assertIn(b"WATCHDOG=1", st.notify.recv(4096))

    @unittest.skipIf(sanitized(), "a sanitizer's memory is not the station's")
    def test_memory_stays_small(self):
        st = self.station()
        for n in range(1, 4):
            st.inspect(rma(n))
        self.assertLessEqual(st.rss_kib(), RSS_KIB)

    @unittest.skipIf(sanitized(), "a sanitizer's memory is not the station's")
    def test_a_long_journal_costs_no_memory_and_is_still_known(self):
        """The guard finds the first inspection of a long journal; the chain check behind the start gets through it."""
        st = Station(expected=RETURNS)
        self.addCleanup(st.close)
        st.start()
        st.stop()
        last = fill(st.db, EVENTS)
        st.give()
        st.start()
        p = self.panel = st.panel
        self.st = st
        p.scan(rma(1000001))
        p.wait_lamps(attention="slow", seconds=120, **{"pass": "slow", "fail": "slow"})
        peak = st.rss_kib()
        while not st.status()["journal"]["checked"]:
            p.pump(0.2)
            peak = max(peak, st.rss_kib())
        self.assertLessEqual(peak, RSS_KIB, f"with {last} events")
        self.assertTrue(st.status()["journal"]["works"])
        p.ask("back")
        st.open(rma(1))
        self.assertLessEqual(st.rss_kib(), RSS_KIB)
        begun = time.monotonic()
        st.restart()
        print(f"# {last} events: {peak} KiB at most, restarted in {time.monotonic() - begun:.3f} s")
