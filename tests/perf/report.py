"""report.py - how long stationctl report takes for a journal of a million inspections, and what memory; of the database, of lines, and in an
export that has nothing else to do, because headquarters has all events."""
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import time

from bare import met
from station import BUILD, Station
from test_idle import fill


def timed(*args):
    """Seconds, and KiB at the most."""
    with open(os.devnull, "wb") as sink:
        begun = time.perf_counter()
        child = subprocess.Popen(args, stdout=sink)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, (child.returncode, args)
    return time.perf_counter() - begun, usage.ru_maxrss


def told(name, took, rss):
    print(f"  {name:30}{took:>8.1f} s    goal 60.0 s: {met(took < 60)}; {rss / 1024:.1f} MiB at the most", flush=True)


def report(events):
    print(f"\nreport of {events // 6} inspections")
    st = Station(scanner=False)
    try:
        st.start()
        st.stop()
        fill(st.db, events)
        with tempfile.TemporaryDirectory(prefix="perf-") as d:
            lines = pathlib.Path(d, "events.jsonl")
            con = sqlite3.connect(st.db)
            with open(lines, "wb") as f:
                f.writelines(bytes(line) + b"\n" for (line,) in con.execute("SELECT line FROM event ORDER BY seq"))
            con.close()
            for name, path in (("of the database", st.db), ("of events.jsonl", lines)):
                took, rss = timed(BUILD / "stationctl", "report", path)
                told(name, took, rss)
            con = sqlite3.connect(st.db)
            with con:
                con.execute("INSERT OR REPLACE INTO meta VALUES('acked', (SELECT max(seq) FROM event))")
            con.close()
            told("in an export of nothing new", *timed(BUILD / "station-export", "--config", st.conf, d))
    finally:
        st.close()
