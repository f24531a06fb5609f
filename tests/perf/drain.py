"""drain.py - the rows of `make perf` about headquarters: a backlog drained by stationd beside curl posting the same bodies to the
same hqd; hqd's ingest beside a bare program that inserts the same lines; lamps while a backlog is drained."""
import gzip
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

from bare import Baseline, last_line, memory, met, percentiles, presses
from hq import Headquarters
from pki import Authority
from station import BUILD, Station, conf_text, csv_text, read_rows, rma, row
from test_idle import fill

BATCH, PAGE = 500, 262144  # what stationd puts in a request: events, bytes of lines
TELL = 1.2  # seconds: the status tells once in one how far it is

class Backlog:
    """A station's folder with a journal of so many events, of which headquarters has none. `place`: where headquarters keeps them."""

    def __init__(self, events, returns=1, place=None):
        self.ca, self.place = Authority(), place
        self.own = self.ca.client("bench-1")
        self.list = csv_text([row(n) for n in range(1, returns + 1)])
        self.hq = None
        self.st = Station(settings={"journal": {"retain_days": 0}, "station": {"runtime_dir": memory()}, "headquarters": {
            "url": "https://localhost:1", "ca_file": self.ca.cert, "cert_file": self.own.cert, "key_file": self.own.key}})
        self.st.run = self.st.far = pathlib.Path(self.st.sections["station"]["runtime_dir"])
        self.st.give()
        self.st.start()
        self.st.stop()
        fill(self.st.db, events)
        self.st.give()
        # projecting and checking what was filled in is the start's business, not the drain's
        self.st.start(wait=False)
        self.st.wait_ready(600)
        self.st.panel.until("the check", lambda: self.st.status()["journal"]["checked"], 600)
        self.st.stop()
        self.pristine = self.st.dir / "pristine"
        shutil.copytree(self.st.state, self.pristine)
        self.anew()

    def fresh(self):
        """The journal as it was before anything was acknowledged."""
        shutil.rmtree(self.st.state)
        shutil.copytree(self.pristine, self.st.state)
        self.st.give()

    def anew(self):
        """Another hqd with an empty database."""
        if self.hq:
            self.hq.close()
            shutil.rmtree(self.hq.dir, ignore_errors=True)
        self.hq = Headquarters(folder=self.place and tempfile.mkdtemp(prefix="hq-", dir=self.place), authority=self.ca)
        self.hq.import_csv(self.list)
        self.hq.start()
        self.st.sections["headquarters"]["url"] = f"https://localhost:{self.hq.port}"
        self.st.conf.write_text(conf_text(self.st.sections))

    def forget(self):
        """hqd dies and comes back with an empty database: what it had is sent again."""
        self.hq.kill()
        for path in self.hq.dir.glob(f"{self.hq.db.name}*"):
            path.unlink()
        self.hq.import_csv(self.list)
        self.hq.start()

    def close(self):
        self.st.close()
        self.hq.close()
        shutil.rmtree(self.hq.dir, ignore_errors=True)
        self.ca.close()


def by_station(b):
    """Seconds from the first acknowledged event to the last, events in them, and the memory of both sides on the way."""
    st, rss = b.st, {"stationd": [], "hqd": []}
    st.start(wait=False)
    st.wait_ready(600)
    begun = first = None
    head = st.status()["journal"]["seq"]
    while True:
        acked = st.status()["headquarters"]["acked"]
        now = time.perf_counter()
        if begun is None and acked:
            begun, first = now, acked
        rss["stationd"].append(st.rss_kib())
        rss["hqd"].append(b.hq.rss_kib())
        if acked >= head:
            break
        st.panel.linger(0.05)
    st.kill()
    return now - begun, head - first, rss


def bodies(db, folder):
    """The same lines in the same pieces, packed as stationd packs them, one file each."""
    paths, lines, size = [], [], 0

    def put():
        path = folder / f"{len(paths)}.gz"
        path.write_bytes(gzip.compress(b"".join(lines), 1))
        paths.append((path, len(lines)))
    for _, line, _ in read_rows(db):
        if lines and (len(lines) == BATCH or size + len(line) + 1 > PAGE):
            put()
            lines, size = [], 0
        lines.append(bytes(line) + b"\n")
        size += len(line) + 1
    put()
    return paths


def by_curl(b, paths, journal):
    """One curl, one connection, one request after the other."""
    folder = paths[0][0].parent
    one = (f'url = "https://localhost:{b.hq.port}/v1/journals/{journal}/events"\ncacert = "{b.ca.cert}"\ncert = "{b.own.cert}"\n'
           f'key = "{b.own.key}"\nheader = "Content-Type: application/x-ndjson"\nheader = "Content-Encoding: gzip"\n'
           'header = "Expect:"\noutput = "/dev/null"\nfail\nsilent\nshow-error\n')
    config = folder / "curl.conf"
    config.write_text("next\n".join(one + f'data-binary = "@{path}"\n' for path, _ in paths))
    begun = time.perf_counter()
    subprocess.run(["curl", "-K", str(config)], check=True, stdin=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    if b.hq.metrics()["hqd_events"] != sum(n for _, n in paths):
        raise AssertionError("curl did not deliver everything")
    return took


def by_bare(db):
    """A bare program inserts the same lines, as many a transaction."""
    with tempfile.TemporaryDirectory(prefix="perf-") as folder:
        lines = pathlib.Path(folder) / "lines"
        with open(lines, "wb") as f:
            for _, line, _ in read_rows(db):
                f.write(line + b"\n")
        done = subprocess.run([str(BUILD / "tests/baseline"), "batch", folder, str(lines)], check=True, capture_output=True, text=True)
        return float(done.stdout)


def flat(values):
    """Most memory in the second half of the way against the first quarter's most."""
    quarter = max(values[:max(1, len(values) // 4)])
    return quarter, max(values[len(values) // 2:])


def drain(events, rounds):
    print(f"\nbacklog of {events} events, stationd and curl in turn, an empty hqd each time")
    b = Backlog(events)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="perf-"))
    try:
        journal = json.loads(read_rows(b.st.db)[0][1])["journal"]
        paths = bodies(b.st.db, folder)
        whole = sum(n for _, n in paths)
        rates = {"stationd": [], "curl": [], "ingest": [], "bare": []}
        for _ in range(rounds):
            b.fresh()
            b.anew()
            took, count, rss = by_station(b)
            rates["stationd"].append(count / took)
            b.anew()
            rates["curl"].append(whole / by_curl(b, paths, journal))
            numbers = b.hq.metrics()  # curl leaves hqd a processor to itself, as the bare program has
            rates["ingest"].append(numbers["hqd_events"] / numbers["hqd_ingest_seconds_sum"])
            rates["bare"].append(whole / by_bare(b.st.db))
        p50 = {name: percentiles(values)[0] for name, values in rates.items()}
        ratio = p50["stationd"] / p50["curl"]
        print(f"  stationd                      {p50['stationd']:>9.0f} events/s")
        print(f"  curl, prepared bodies         {p50['curl']:>9.0f} events/s   ratio {ratio:.2f}x, goal 0.80x: {met(ratio >= 0.8)}")
        ratio = p50["ingest"] / p50["bare"]
        print(f"  hqd, in the store             {p50['ingest']:>9.0f} events/s")
        print(f"  bare batched insert           {p50['bare']:>9.0f} events/s   ratio {ratio:.2f}x, goal 0.50x: {met(ratio >= 0.5)}")
        for name, values in rss.items():
            early, late = flat(values)
            print(f"  resident, {name:20}{early:>9} KiB in the first quarter, {late} KiB in the second half: "
                  f"{'flat' if late <= early * 1.1 + 512 else 'it grows'}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        b.close()


class Again(threading.Thread):
    """Keeps a backlog: whenever it is gone, headquarters loses its database, and the station sends everything again."""

    def __init__(self, b):
        super().__init__(daemon=True)
        self.b, self.over = b, threading.Event()
        self.looks = self.drained = 0

    def run(self):
        acked = moved = 0
        while not self.over.wait(0.1):
            line = self.b.st.status()["headquarters"]
            if line["acked"] > acked:
                moved = time.monotonic()
            self.looks += 1
            self.drained += time.monotonic() - moved < TELL
            acked = line["acked"]
            if line["backlog"] < BATCH:
                self.b.forget()

    def close(self):
        self.over.set()
        self.join()


def lamps(events, count):
    """Button in -> lamp out while a backlog is drained, each press beside a bare SQLite insert. Headquarters is another machine,
    so what it stores is no load for the station's disk; its processor's time is, here."""
    scans = [rma(n) for n in range(1, 1 + (count + 2) // 3)]
    b = Backlog(events, returns=len(scans), place="/dev/shm")
    bare = []
    try:
        st = b.st
        st.start(wait=False)
        st.wait_ready(600)
        bare = [Baseline("sqlite", st, {})]
        st.panel.until("the list", lambda: st.status()["expected"]["returns"])
        size = len(last_line(st))
        st.panel.close()
        st.panel = None
        again = Again(b)
        again.start()
        times = presses(st, size, scans, bare)
        again.close()
        n = len(times["stationd"])
        print(f"\nbutton in -> lamp out, {n} presses; a backlog was drained {100 * again.drained // again.looks} % of the time")
        figures = {name: percentiles(values) for name, values in times.items()}
        for name, label in (("stationd", "stationd"), ("sqlite", "bare, one SQLite insert")):
            print(f"  {label:30}{figures[name][0] * 1e3:>8.2f}ms{figures[name][1] * 1e3:>8.2f}ms")
        ratios = [figures["stationd"][i] / figures["sqlite"][i] for i in (0, 1)]
        print(f"  {'ratio to the bare insert':30}{ratios[0]:>9.2f}x{ratios[1]:>9.2f}x   goal 1.20x: {met(max(ratios) <= 1.2)}")
    finally:
        b.close()
        for one in bare:
            one.close()
