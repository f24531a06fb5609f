#!/usr/bin/env python3
"""perf.py - `make perf`: stationd side by side with bare programs, in one run on one disk. Measures, never asserts.

Button in -> lamp out: a press is released, the next step's lamp arrives. Each round takes one of stationd's and one of each
bare program's, so that all meet the same disk in the same moment. Runs twice: on the disk as it is, and with every sync
made 5 ms slower, as on a card.
"""
import argparse
import os
import pathlib
import select
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from station import BUILD, Station, drop, rma, row, stage  # noqa: E402
from test_idle import fill  # noqa: E402

PRESSES = ("accessories", "usage", "pass")  # the lamps that follow three times PASS


class Baseline:
    def __init__(self, mode, st, env):
        path = st.run / f"{mode}.sock"
        program = stage() / "baseline"
        if not program.exists():
            program.write_bytes((BUILD / "tests/baseline").read_bytes())
            program.chmod(0o755)
        self.proc = subprocess.Popen([str(program), mode, str(st.state), str(path)], env={**os.environ, **env},
                                     **(drop() if st.nobody else {}))
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        end = time.monotonic() + 10
        while self.sock.connect_ex(str(path)) != 0:
            if time.monotonic() > end or self.proc.poll() is not None:
                raise AssertionError(f"the bare program {mode} does not answer")
            select.select([], [], [], 0.01)

    def measure(self, size):
        begun = time.perf_counter()
        self.sock.sendall(b"%d\n" % size)
        if not self.sock.recv(256).startswith(b"lamp"):
            raise AssertionError("the bare program failed")
        return time.perf_counter() - begun

    def close(self):
        self.sock.close()
        self.proc.wait(timeout=10)


def press(panel, lamp):
    """Presses, holds for 60 ms as a person does, and times from the release to the lamp."""
    panel.settle()
    panel.send("press pass")
    wait_until(panel, time.monotonic() + 0.06)
    panel.mark()
    begun = time.perf_counter()
    panel.send("release pass")
    while True:
        select.select([panel.sock], [], [], 10)
        taken = time.perf_counter() - begun
        panel.pump(0)
        if panel.lamps.get(lamp) in ("on", "flicker"):
            return taken


def wait_until(panel, moment):
    while time.monotonic() < moment:
        panel.pump(moment - time.monotonic())


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[min(len(values) - 1, len(values) * 99 // 100)]


def latencies(rounds, delay_us):
    env = {}
    st = Station(expected=[row(n) for n in range(1, rounds)], settings={"inspection": {"hold_s": 1}})
    if delay_us:
        env = {"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(st.state), "BADDISK_DELAY_US": str(delay_us)}
    times = {"stationd": [], "sqlite": [], "append": []}
    bare = []
    try:
        st.start(env=env)
        bare = [Baseline(mode, st, env) for mode in ("sqlite", "append")]
        p = st.panel
        p.until("the list", lambda: st.status()["expected"]["returns"])
        number = 0
        while len(times["stationd"]) < rounds:
            number += 1
            st.open(rma(number))
            for lamp in PRESSES:
                size = len(last_line(st))
                for b, mode in zip(bare, ("sqlite", "append")):
                    # the third answer is two events in one commit
                    times[mode].append(b.measure(size * 2 if lamp == "pass" else size))
                times["stationd"].append(press(p, lamp))
            p.wait_lamps()
        st.stop()
    finally:
        for b in bare:
            b.close()
        st.close()
    return {name: percentiles(values) for name, values in times.items()}, len(times["stationd"])


def last_line(st):
    """The last event's line: the bare programs commit as many bytes."""
    con = sqlite3.connect(f"file:{st.db}?mode=ro", uri=True)
    line = con.execute("SELECT line FROM event ORDER BY seq DESC LIMIT 1").fetchone()[0]
    con.close()
    return line


def table(title, figures, goal_sqlite, goal_append):
    print(f"\n{title}")
    print(f"  {'':30}{'p50':>10}{'p99':>10}")
    for name, label in (("stationd", "stationd"), ("sqlite", "bare, one SQLite insert"), ("append", "bare, append + fdatasync")):
        print(f"  {label:30}{figures[name][0] * 1e3:>8.2f}ms{figures[name][1] * 1e3:>8.2f}ms")
    for name, label, goal in (("sqlite", "ratio to the bare insert", goal_sqlite), ("append", "ratio to the bare append", goal_append)):
        ratios = [figures["stationd"][i] / figures[name][i] for i in (0, 1)]
        met = "met" if max(ratios) <= goal else "missed"
        print(f"  {label:30}{ratios[0]:>9.2f}x{ratios[1]:>9.2f}x   goal {goal:.2f}x: {met}")


def starts(events, times=15):
    """Start to READY, empty and long journal alternating; memory after the start and after the check."""
    places = {"empty": Station(scanner=False), "long": Station(scanner=False)}
    took = {name: [] for name in places}
    try:
        for st in places.values():
            st.start()
            st.stop()
        fill(places["long"].db, events)
        for st in places.values():
            st.give()
            st.start()  # the projection is brought up to date once
            st.panel.until("the check", lambda: st.status()["journal"]["checked"], 300)
            st.stop()
        for _ in range(times):
            for name, st in places.items():
                begun = time.perf_counter()
                st.start()
                took[name].append(time.perf_counter() - begun)
                if len(took[name]) == times:
                    rss = st.rss_kib()
                    print(f"  resident, {name + ' journal':23}{rss:>8} KiB   goal 12288 KiB: {'met' if rss <= 12288 else 'missed'}")
                st.stop()
        p50 = {name: percentiles(values)[0] for name, values in took.items()}
        ratio = p50["long"] / p50["empty"]
        print(f"  start, empty journal          {p50['empty'] * 1e3:>8.1f} ms")
        print(f"  start, {events:>9} events      {p50['long'] * 1e3:>8.1f} ms   ratio {ratio:.2f}x, goal 1.50x: {'met' if ratio <= 1.5 else 'missed'}")
    finally:
        for st in places.values():
            st.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=201)
    options.add_argument("--events", type=int, default=6000000, help="six make an inspection")
    args = options.parse_args()
    figures, n = latencies(args.rounds, 0)
    table(f"button in -> lamp out, {n} presses, this disk", figures, 1.2, 2.0)
    figures, n = latencies(args.rounds, 5000)
    table(f"button in -> lamp out, {n} presses, every sync 5 ms slower", figures, 1.2, 1.05)
    print(f"\nstart and memory, journal of {args.events // 6} inspections")
    starts(args.events)
    return 0


if __name__ == "__main__":
    sys.exit(main())
