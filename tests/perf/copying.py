"""copying.py - the row of `make perf` about lamps while a stick is copied to: exports of a long journal, one after the other."""
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

from bare import Baseline, last_line, memory, met, percentiles, presses
from station import BUILD, Station, rma, row
from test_idle import fill


class Copying(threading.Thread):
    """The whole journal, again and again, at the priority that the stick's unit has. A stick is another device than the journal's disk: here
    memory, which takes all that a processor can make."""

    def __init__(self, st, stick):
        super().__init__(daemon=True)
        self.command = ["nice", "-n", "10", str(BUILD / "station-export"), "--config", str(st.conf), "--all", str(stick)]
        self.stick, self.over = stick, threading.Event()
        self.done, self.bytes, self.wrong = 0, 0, None

    def run(self):
        while not self.over.is_set():
            done = subprocess.run(self.command, capture_output=True, text=True)
            if done.returncode:
                self.wrong = done.stderr
                return
            self.done += 1
            for path in self.stick.glob("*/*"):
                self.bytes += sum(p.stat().st_size for p in path.iterdir())
                shutil.rmtree(path)

    def close(self):
        self.over.set()
        self.join()
        if self.wrong or not self.done:
            raise AssertionError(f"no export came to its end: {self.wrong}")


def lamps(events, count):
    scans = [rma(n) for n in range(1, 1 + (count + 2) // 3)]
    run = memory()
    st = Station(expected=[row(n) for n in range(1, 1 + len(scans))], settings={"station": {"runtime_dir": run}})
    st.run = st.far = pathlib.Path(run)
    st.give()
    stick = pathlib.Path(tempfile.mkdtemp(prefix="perf-", dir="/dev/shm"))
    bare = []
    try:
        st.start()
        st.panel.until("the list", lambda: st.status()["expected"]["returns"])
        st.stop()
        fill(st.db, events)
        st.give()
        st.start(wait=False)
        st.wait_ready(600)
        st.panel.until("the check", lambda: st.status()["journal"]["checked"], 600)
        bare = [Baseline("sqlite", st, {})]
        size = len(last_line(st))
        st.panel.close()
        st.panel = None
        copying = Copying(st, stick)
        copying.start()
        begun = time.monotonic()
        times = presses(st, size, scans, bare)
        copying.close()
        took = time.monotonic() - begun
    finally:
        st.close()
        for one in bare:
            one.close()
        shutil.rmtree(stick)
    n = len(times["stationd"])
    print(f"\nbutton in -> lamp out, {n} presses; {copying.done} exports of {events} events on the way, {copying.bytes / took / 1e6:.0f} MB/s")
    figures = {name: percentiles(values) for name, values in times.items()}
    for name, label in (("stationd", "stationd"), ("sqlite", "bare, one SQLite insert")):
        print(f"  {label:30}{figures[name][0] * 1e3:>8.2f}ms{figures[name][1] * 1e3:>8.2f}ms")
    ratios = [figures["stationd"][i] / figures["sqlite"][i] for i in (0, 1)]
    print(f"  {'ratio to the bare insert':30}{ratios[0]:>9.2f}x{ratios[1]:>9.2f}x   goal 1.20x: {met(max(ratios) <= 1.2)}")
