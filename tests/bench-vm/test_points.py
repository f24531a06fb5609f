"""Power cuts by the hundred, without a boot: the disk's log of writes and flushes is replayed to random moments, what was not
flushed is dropped or torn, and what the station had called stored by then must be in the journal. Three controls prove that this
would find a loss: they have to lose."""
import functools
import pathlib
import random
import sqlite3
import subprocess
import tempfile
import time

import build
from box import SUITE, BenchCase, Guest, dig_out, read_journal, ready, settings, unpacked
from guest import SECONDS
from station import badge
from writelog import FLUSH, crashes, read_log

POINTS = 500
LOAD_SECONDS = 20
LOAD_EVENTS = 60  # at least, however long a busy machine takes for them
DISK_MIB = 32


class Recorded:
    """A shift on a recorded disk: its state before, the log, and [(the log's size, the last event that was called stored)]."""

    def __init__(self, box):
        self.acks = []
        with tempfile.TemporaryDirectory(prefix="points-") as folder:
            log = pathlib.Path(folder) / "log"
            log.touch()
            with Guest(SUITE, box=box, writelog=log, data_mib=DISK_MIB) as g:
                self.start = g.data.read_bytes()
                g.boot()
                g.until("the station and its scanner", lambda: ready(g.status()))
                self.load(g, log)
            self.entries = read_log(log)
        self.points = [n for n, e in enumerate(self.entries, 1) if e.end > self.acks[0][0]]

    def load(self, g, log):
        """A badge, again and again: one event each, as fast as the station takes them."""
        begun = time.monotonic()
        n = 0
        seq = first = g.status()["journal"]["seq"]
        while time.monotonic() < begun + LOAD_SECONDS or seq <= first + LOAD_EVENTS:
            for _ in range(4):
                n += 1
                g.scan(badge(f"B{n}"))
            seen, end = seq, time.monotonic() + SECONDS
            while seq == seen:  # without a pause: what is known later proves less
                seq = g.status()["journal"]["seq"]
                if time.monotonic() > end:
                    raise AssertionError(f"no event in {SECONDS} s\n{g.said()}")
            self.acks.append((log.stat().st_size, seq))
        g.kill()

    def stored(self, size):
        """What had been called stored when the log had this size."""
        return max((seq for at, seq in self.acks if at <= size), default=0)


def held(disk):
    """The last event on a disk after a cut, with its repair as a boot does it; the chain must be whole. None: no journal any more."""
    with tempfile.TemporaryDirectory(prefix="cut-") as folder:
        path = pathlib.Path(folder) / "disk"
        path.write_bytes(disk)
        code = subprocess.run(["e2fsck", "-fy", str(path)], capture_output=True).returncode
        if code > 1:
            raise AssertionError(f"e2fsck ended with {code}")
        files = dig_out(path)
    if not files.get("journal.db"):
        return None
    with unpacked(files) as db:
        con = sqlite3.connect(db)
        try:
            verdict = con.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            con.close()
        if verdict != "ok":
            raise AssertionError(verdict)
        events = read_journal(db, schema=False)
    return events[-1]["seq"] if events else 0


def judge(recorded, count, seed, **how):
    """[(why, stored, held)] of the points at which something is lost or broken."""
    dice = random.Random(seed)
    points = [dice.choice(recorded.points) for _ in range(count)]
    bad = []
    for size, disk in crashes(recorded.start, recorded.entries, points, dice, **how):
        stored = recorded.stored(size)
        try:
            there = held(disk)
        except (AssertionError, sqlite3.DatabaseError, KeyError, ValueError) as error:
            bad.append((f"{type(error).__name__}: {error}"[:200], stored, None))
            continue
        if there is None or there < stored:
            bad.append(("lost", stored, there))
    return bad


@functools.cache
def honest():
    return Recorded(settings(line=False))


class Points(BenchCase):
    def setUp(self):
        self.seed = random.randrange(1 << 30)

    def tell(self, what, recorded, count, bad):
        flushes = sum(1 for e in recorded.entries if e.flags & FLUSH)
        build.say(f"{what}: {len(recorded.entries)} writes and flushes ({flushes}), {recorded.acks[-1][1]} events stored; {count} cuts, seed "
                  f"{self.seed}: {len(bad)} lose or break{', the first: ' + str(bad[0]) if bad else ''}")

    def test_1_nothing_is_lost(self):
        recorded = honest()
        self.assertGreater(len(recorded.points), 100)
        self.assertGreater(recorded.acks[-1][1] - recorded.acks[0][1], LOAD_EVENTS - 10)
        bad = judge(recorded, POINTS, self.seed)
        self.tell("every flush honoured", recorded, POINTS, bad)
        self.assertEqual(bad, [])

    def test_2_control_flushes_ignored(self):
        """A card that lies about flushes loses: the replay would have seen it."""
        recorded = honest()
        bad = judge(recorded, 20, self.seed, flushes=False)
        self.tell("control, flushes ignored", recorded, 20, bad)
        self.assertGreater(len(bad), 0)

    def test_3_control_never_synced(self):
        """A stationd whose fsync does nothing (as synchronous=OFF) loses."""
        box = settings(line=False)
        box["/usr/local/lib/nosync.so"] = (build.tool(SUITE, "nosync", "-shared", "-fPIC").read_bytes(), 0o755, 0)
        box["/etc/systemd/system/stationd.service.d/nosync.conf"] = "[Service]\nEnvironment=LD_PRELOAD=/usr/local/lib/nosync.so\n"
        recorded = Recorded(box)
        bad = judge(recorded, 20, self.seed)
        self.tell("control, never synced", recorded, 20, bad)
        self.assertGreater(len(bad), 0)
