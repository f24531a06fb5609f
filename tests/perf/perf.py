#!/usr/bin/env python3
"""perf.py - `make perf`: stationd side by side with bare programs, in one run on one disk. Measures, never asserts.

Button in -> lamp out: a press is released, the next step's lamp arrives. Each round takes one of stationd's and one of each
bare program's, so that all meet the same disk in the same moment. Runs twice: on the disk as it is, and with every sync
made to take 5 ms, as on a card.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import copying  # noqa: E402
import drain  # noqa: E402
import idle  # noqa: E402
import pictures  # noqa: E402  (not camera: tests/system has one, and comes first)
import report  # noqa: E402
from bare import Baseline, last_line, memory, met, percentiles, presses  # noqa: E402
from station import BUILD, ROOT, Station, rma, row, stage  # noqa: E402
from test_idle import fill  # noqa: E402

def latencies(rounds, delay_us):
    env = {}
    run = memory()
    # a card is played in memory, where a sync takes what it is told and nothing of this disk's own
    tempfile.tempdir = "/dev/shm" if delay_us else None
    st = Station(expected=[row(n) for n in range(1, rounds)], settings={"station": {"runtime_dir": run}})
    st.run = st.far = pathlib.Path(run)
    st.give()
    if delay_us:
        env = {"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(st.state), "BADDISK_DELAY_US": str(delay_us)}
    bare = []
    try:
        st.start(env=env)
        bare = [Baseline(mode, st, env) for mode in ("sqlite", "append")]
        st.panel.until("the list", lambda: st.status()["expected"]["returns"])
        st.inspect(rma(1))
        size = len(last_line(st))
        st.panel.close()
        st.panel = None
        times = presses(st, size, [rma(n) for n in range(2, 2 + (rounds + 2) // 3)], bare)
        st.stop()
    finally:
        st.close()
        for b in bare:
            b.close()
    return {name: percentiles(values) for name, values in times.items()}, len(times["stationd"])


def table(title, figures, goal_sqlite, goal_append):
    print(f"\n{title}")
    print(f"  {'':30}{'p50':>10}{'p99':>10}")
    for name, label in (("stationd", "stationd"), ("sqlite", "bare, one SQLite insert"), ("append", "bare, append + fdatasync")):
        print(f"  {label:30}{figures[name][0] * 1e3:>8.2f}ms{figures[name][1] * 1e3:>8.2f}ms")
    for name, label, goal in (("sqlite", "ratio to the bare insert", goal_sqlite), ("append", "ratio to the bare append", goal_append)):
        ratios = [figures["stationd"][i] / figures[name][i] for i in (0, 1)]
        print(f"  {label:30}{ratios[0]:>9.2f}x{ratios[1]:>9.2f}x   goal {goal:.2f}x: {' and '.join(met(r <= goal) for r in ratios)}")
    floor = [figures["sqlite"][i] / figures["append"][i] for i in (0, 1)]
    print(f"  {'bare insert to bare append':30}{floor[0]:>9.2f}x{floor[1]:>9.2f}x   what SQLite alone takes")


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
            st.start(wait=False)  # the projection is brought up to date once
            st.wait_ready(300)
            st.panel.until("the check", lambda: st.status()["journal"]["checked"], 300)
            st.stop()
        for _ in range(times):
            for name, st in places.items():
                begun = time.perf_counter()
                st.start()
                took[name].append(time.perf_counter() - begun)
                if len(took[name]) == times:
                    rss = st.rss_kib()
                    print(f"  resident, {name + ' journal':23}{rss:>8} KiB   goal 12288 KiB: {met(rss <= 12288)}")
                st.stop()
        p50 = {name: percentiles(values)[0] for name, values in took.items()}
        ratio = p50["long"] / p50["empty"]
        print(f"  start, empty journal          {p50['empty'] * 1e3:>8.1f} ms")
        print(f"  start, {events:>9} events      {p50['long'] * 1e3:>8.1f} ms   ratio {ratio:.2f}x, goal 1.50x: {met(ratio <= 1.5)}")
    finally:
        for st in places.values():
            st.close()


def lamps(args):
    figures, n = latencies(args.rounds, 0)
    table(f"button in -> lamp out, {n} presses, this disk", figures, 1.2, 2.0)
    figures, n = latencies(args.rounds, 5000)
    table(f"button in -> lamp out, {n} presses, every sync 5 ms, as on a card", figures, 1.2, 1.05)


def start(args):
    print(f"\nstart and memory, journal of {args.events // 6} inspections")
    starts(args.events)


def line(args):
    drain.drain(args.backlog, args.drains)
    drain.lamps(args.backlog, args.rounds)


def labels(_args):
    """How many labels a second one core names, all packaged formats loaded."""
    done = subprocess.run([BUILD / "tests/labels", ROOT / "src/labels.d"], capture_output=True, text=True, check=True)
    count, first, every = map(float, done.stdout.split())
    print(f"\nlabels on one core, {count:.0f} formats")
    print(f"  named                         {first / 1e6:>8.2f} million/s   goal 1.00: {met(first >= 1e6)}")
    print(f"  with all candidates           {every / 1e6:>8.2f} million/s")


def export(args):
    copying.lamps(args.backlog, args.rounds)


def figures(args):
    report.report(args.events)


PARTS = {"lamps": lamps, "start": start, "line": line, "labels": labels, "export": export, "report": figures, "camera": pictures.camera, "sequences": pictures.sequences, "instructions": pictures.counted, "idle-camera": idle.idle}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=600, help="presses; a 99th percentile is the sixth slowest of so many")
    options.add_argument("--events", type=int, default=6000000, help="six make an inspection")
    options.add_argument("--backlog", type=int, default=1000000, help="events to drain to headquarters")
    options.add_argument("--drains", type=int, default=3, help="how often")
    options.add_argument("--pictures", type=int, default=1000, help="of each kind for the camera")
    options.add_argument("--sequences", type=int, default=300, help="of frames for the camera")
    options.add_argument("--seed", type=int, default=1, help="of the pictures")
    options.add_argument("--only", choices=tuple(PARTS), help="only these rows")
    args = options.parse_args()
    for part in [args.only] if args.only else PARTS:
        PARTS[part](args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
