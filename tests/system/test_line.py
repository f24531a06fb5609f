"""The line to headquarters with the real programs: cut anywhere, headquarters killed, restored and emptied, a journal cloned.

After each of it headquarters' copy is the station's events, byte for byte, each once; meanwhile LINK says what is the matter
and inspections go on.
"""
import fcntl
import hashlib
import os
import random
import shutil
import sqlite3
import time

from line import GOOD, OFFLINE, LineCase, held, held_in
from proxy import FIN, RST
from station import csv_text, read_anchor, read_journal, rma, row, stage
from test_idle import fill

SEED = os.environ.get("SEED") or str(random.SystemRandom().randrange(1 << 32))


class Line(LineCase):
    def setUp(self):
        self.hq = self.headquarters()
        self.line = self.proxy(self.hq.port)

    def begin(self, **how):
        st = self.bench(self.line.port, **how)
        self.delivered(self.hq)
        return st

    def once(self):
        """Headquarters has projected each inspection once."""
        opened = [e for e in read_journal(self.st.db) if e["kind"] == "inspection.opened"]
        self.assertEqual(self.hq.metrics()["hqd_inspections"], len(opened))

    # --- all is well ---
    def test_a_shift(self):
        """The list comes, events go, LINK is solid, and both tell a person so."""
        st = self.begin()
        st.panel.until("the list", lambda: st.status()["expected"]["returns"] )
        self.goes_on(1)
        self.delivered(self.hq)
        self.once()
        told = st.status()["headquarters"]
        self.assertEqual((told["line"], told["why"], told["backlog"]), ("good", None, 0))
        said = st.ctl("status")
        self.assertEqual(said.code, 0)
        self.assertIn("headquarters has", said.out)

    def test_the_list_reaches_the_lamps_F2(self):
        """What was inspected elsewhere asks; what is not on the list asks; what another bench has just passed asks too."""
        st = self.begin(poll_s=1)
        question = {"attention": "slow", "pass": "slow", "fail": "slow"}
        st.panel.until("the list", lambda: st.status()["expected"]["returns"])
        st.scan(rma(900))
        st.panel.wait_lamps(attention="slow", **{"pass": "slow"})
        st.panel.ask("back")
        other = self.bench(self.line.port, name="bench-2")
        other.panel.until("the list", lambda: other.status()["expected"]["returns"])
        self.goes_on(2, other)
        self.st, self.panel = st, st.panel

        def known():
            """The place in the order of changes has moved: ask until bench-1 knows."""
            st.scan(rma(2))
            st.panel.wait("an answer", lambda: st.panel.lit() in (question, {"appearance": "on"}))
            asked = st.panel.lit() == question
            if asked:
                st.panel.ask("fail")
            else:
                st.panel.ask("back", 2300)
            return asked

        st.panel.until("bench-1 knows", known, 30)

    def test_a_tracking_number_of_headquarters_opens_its_return_F7(self):
        hq = self.headquarters(returns=[row(1), row(2, tracking="1z 999 aa1 01 2345 6784", carrier="UPS")])
        st = self.bench(hq.port)
        self.wait_list(st)
        st.scan("]C01Z999AA10123456784")
        self.picture(appearance="on")
        self.assertEqual(st.events("inspection.opened")[-1]["label"], rma(2))

    def test_no_list_yet(self):
        """A headquarters to which nobody has given a list is a good one: LINK is solid, and the list comes when there is one."""
        hq = self.headquarters(returns=None)
        st = self.bench(hq.port, poll_s=1)
        self.delivered(hq)
        asked = hq.metrics()['hqd_requests_total{call="expected",status="200"}']
        st.panel.until("a poll more", lambda: hq.metrics()['hqd_requests_total{call="expected",status="200"}'] > asked)
        self.link(GOOD)
        hq.import_csv(csv_text([row(1), row(2)]))
        st.panel.until("the list", lambda: st.status()["expected"]["returns"] == 2)
        self.goes_on(1)
        self.delivered(hq)

    def test_changes_of_the_list(self):
        """A new import arrives by itself; what is gone is gone; without a line the list still serves, over a restart too."""
        st = self.begin(poll_s=1)
        st.panel.until("the list", lambda: st.status()["expected"]["returns"])
        self.hq.import_csv(csv_text([row(1), row(500)]))
        st.panel.until("the new list", lambda: st.status()["expected"]["returns"] == 2)
        self.line.refuse()
        self.link(OFFLINE)
        st.restart()
        self.panel = st.panel
        self.link(OFFLINE)
        self.assertEqual(st.status()["expected"]["returns"], 2)
        self.goes_on(500)
        st.scan(rma(3))
        st.panel.wait_lamps(attention="slow", **{"pass": "slow"})
        st.panel.ask("back")
        self.line.restore()
        self.retry()
        self.delivered(self.hq)

    # --- the line ---
    def test_refused_and_back(self):
        st = self.begin()
        self.line.refuse()
        self.event()
        self.link(OFFLINE)
        self.goes_on(1)
        self.assertGreater(st.status()["headquarters"]["backlog"], 0)
        self.assertTrue(self.why())
        self.line.restore()
        self.delivered(self.hq, seconds=60)  # without being told: the wait for the next try ends by itself
        self.once()

    def sweep(self, way, offsets, **how):
        """For each offset: one more event, the line cut when so many more bytes have passed, and restored."""
        for offset in offsets:
            cuts = self.line.cuts
            self.line.cut(**{way: offset}, **how)
            self.event()
            self.panel.until(f"the cut at {way} {offset}", lambda: self.comes(cuts))
            self.line.restore()  # and told so, whether it has noticed the cut by now or not
            self.retry()
        self.line.uncut()
        self.delivered(self.hq)

    def comes(self, cuts):
        """Whether the line is cut, or was not in time. A try may bring the list only: then the station is told again."""
        if self.line.cuts > cuts or self.in_sync():
            return True
        if self.st.status()["headquarters"]["next_try"]:
            self.retry()
        return False

    def in_sync(self):
        return self.st.status()["headquarters"]["acked"] == len(held(self.st))

    def a_session(self):
        """Bytes and ends of TLS records of a connection that brings one event, handshake included."""
        self.line.refuse()
        self.event()
        self.line.restore()
        self.line.clear()
        self.retry()
        self.delivered(self.hq)
        return dict(self.line.count), {way: list(ends) for way, ends in self.line.ends.items()}

    def test_cut_at_any_byte(self):
        """At each end of a TLS record, one before and one behind it, and anywhere between, in both directions, hard (RST) and
        soft (FIN)."""
        rng = random.Random(SEED)
        print(f"# seed {SEED}")
        self.begin()
        count, ends = self.a_session()
        for way in ("up", "down"):
            offsets = sorted({max(0, end + d) for end in ends[way] for d in (-1, 0, 1)})
            offsets += [rng.randrange(count[way]) for _ in range(25)]
            with self.subTest(way, offsets=offsets):
                self.sweep(way, offsets, how=RST)
                self.sweep(way, rng.sample(offsets, 12), how=FIN)
        self.goes_on(1)
        self.delivered(self.hq)
        self.once()

    def test_reply_cut_off(self):
        """The request arrives, the reply does not: headquarters has the events, the station sends them again, twenty times."""
        self.begin()
        for _ in range(20):
            cuts = self.line.cuts
            self.line.cut(down=0, then="good")
            self.event()
            self.panel.until("the cut", lambda: self.line.cuts > cuts)
            self.retry()
        self.line.uncut()
        self.delivered(self.hq)
        self.once()

    def test_slow_line(self):
        """Seven bytes at a time, each piece late."""
        self.begin()
        self.line.slow(delay=0.001, piece=7)
        self.goes_on(1)
        self.delivered(self.hq, seconds=60)
        self.line.refuse()
        self.event()
        self.line.restore()
        self.retry()
        self.delivered(self.hq, seconds=60)

    def test_swallowed(self):
        """A cable pulled behind the next switch: nothing comes back, nothing is refused. LINK says so within a minute."""
        self.begin()
        self.line.swallow()
        self.event()
        self.goes_on(1)
        self.link(OFFLINE, 75)
        self.goes_on(2)
        self.line.restore()
        self.retry()
        self.delivered(self.hq, seconds=60)
        self.once()

    def test_half_open(self):
        """Connections are accepted and never answered."""
        self.begin()
        self.line.half_open()
        self.event()
        self.goes_on(1)
        self.link(OFFLINE, 75)
        self.assertTrue(self.why())
        self.line.refuse()
        self.line.restore()
        self.retry()
        self.delivered(self.hq, seconds=60)

    def test_started_without_a_line(self):
        self.line.refuse()
        st = self.bench(self.line.port)
        self.link(OFFLINE)
        self.goes_on(1)
        st.kill()
        st.start()
        self.panel = st.panel
        self.link(OFFLINE)
        self.line.restore()
        self.retry()
        self.delivered(self.hq)

    def test_stops_at_once_while_it_waits(self):
        """SIGTERM with a request in the air: stationd doesn't wait for headquarters."""
        st = self.begin()
        self.line.swallow()
        self.event()
        begun = time.monotonic()
        st.stop()
        self.assertLess(time.monotonic() - begun, 3)

    # --- headquarters ---
    def test_killed_before_its_commit(self):
        """Its disk hangs in the middle of the commit, then kill -9."""
        control = self.hq.dir / "hq-baddisk"
        control.touch()
        self.hq.stop()
        self.hq.give()
        self.hq.start(env={"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(self.hq.dir), "BADDISK_CONTROL": str(control)})
        self.begin()
        for _ in range(5):
            lock = os.open(control, os.O_RDWR)
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                up = self.line.count["up"]
                self.event()
                self.panel.until("a request", lambda: self.line.count["up"] > up + 300)
                self.panel.linger(0.1)  # not a wait for anything: the moment of death is the test's input
                self.assertFalse(self.in_sync(), "nothing is acknowledged before it is on disk")
                self.hq.kill()
            finally:
                os.close(lock)
            self.link(OFFLINE)
            self.event()
            self.hq.start()
            self.line.target = self.hq.port
            self.retry()
            self.delivered(self.hq)
            self.hq.stop()
            self.hq.start(env={"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(self.hq.dir),
                               "BADDISK_CONTROL": str(control)})
            self.retry()
            self.delivered(self.hq)
        self.goes_on(1)
        self.delivered(self.hq)
        self.once()

    def test_killed_after_its_commit(self):
        """It has stored and answered, the answer is lost, kill -9: the events are sent again and are there once."""
        st = self.begin()
        st.panel.until("the list", lambda: st.status()["expected"]["returns"])  # the cut is for the events' answer
        for _ in range(5):
            cuts = self.line.cuts
            self.line.cut(down=0)
            self.event()
            self.panel.until("the cut", lambda: self.line.cuts > cuts)
            self.hq.kill()
            self.assertEqual(self.hq.lines(self.journal()), held(self.st), "stored before it answered")
            self.assertFalse(self.in_sync())
            self.hq.start()
            self.line.restore()
            self.retry()
            self.delivered(self.hq)
        self.once()

    def test_headquarters_disk_full(self):
        """503 while it can't store; nothing is acknowledged that is not stored."""
        control = self.hq.dir / "hq-baddisk"
        control.touch()
        self.hq.stop()
        self.hq.give()
        self.hq.start(env={"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(self.hq.dir), "BADDISK_CONTROL": str(control)})
        self.begin()
        control.write_text("full")
        self.event()
        self.link(OFFLINE)
        self.goes_on(1)
        self.assertFalse(self.in_sync())
        control.write_text("")
        self.retry()
        self.delivered(self.hq)
        self.once()

    def backup(self):
        """A copy of headquarters' database as a careful person makes it."""
        target = self.hq.dir / "hq-backup"
        target.unlink(missing_ok=True)
        source, copy = sqlite3.connect(self.hq.db), sqlite3.connect(target)
        source.backup(copy)
        source.close()
        copy.close()
        return target

    def restore(self, backup=None):
        """Headquarters stops, its database is replaced (None: by nothing), it starts."""
        self.hq.stop()
        for path in self.hq.dir.glob("hq.db*"):
            path.unlink()
        if backup:
            shutil.copy2(backup, self.hq.db)
        self.hq.give()
        self.hq.start()

    def test_restored_from_an_older_copy(self):
        """409 gap: the station rewinds, headquarters gets back what it had lost."""
        self.begin()
        self.goes_on(1)
        self.delivered(self.hq)
        old = self.backup()
        self.goes_on(2)
        self.goes_on(3)
        self.delivered(self.hq)
        self.restore(old)
        self.event()
        self.delivered(self.hq, seconds=60)
        self.once()
        self.assertEqual(self.hq.metrics()["hqd_holes"], 0)

    def test_emptied(self):
        """Headquarters begins with an empty database: everything is sent again from 1, the list from its start."""
        st = self.begin()
        self.goes_on(1)
        self.delivered(self.hq)
        self.restore()
        self.hq.import_csv(csv_text([row(1)]))
        self.event()
        self.delivered(self.hq, seconds=60)
        self.once()
        self.retry()
        st.panel.until("the other list", lambda: st.status()["expected"]["returns"] == 1)

    def test_restored_below_the_anchor(self):
        """The station no longer has what headquarters lost: the anchor is sent, a named hole recorded, the rest goes on."""
        st = self.bench(self.line.port, start=False, settings={"journal": {"retain_days": 1}})
        st.set_clock(-400 * 86400, trusted=True)  # events leave from the front, and on a trusted clock's word only
        st.start(clock=True)
        st.stop()
        fill(st.db, 600)
        st.give()
        st.set_clock(0, trusted=True)
        st.start(clock=True)
        self.panel = st.panel
        self.panel.until("all at headquarters", lambda: st.status()["headquarters"]["acked"] >= 600, 30)
        self.goes_on(1)  # retention looks when something moves
        self.panel.until("the old ones are gone", lambda: read_anchor(st.db)[0] > 500, 30)
        self.panel.until("all of what is left", lambda: self.hq.lines(self.journal())[-len(held(st)):] == held(st), 30)
        self.restore()
        self.goes_on(2)
        self.panel.until("what there is, at headquarters", lambda: self.hq.lines(self.journal()) == held(st), 60)
        self.link(GOOD)
        self.assertEqual(self.hq.metrics()["hqd_holes"], 1)
        verify = st.ctl("verify", st.db)
        self.assertEqual(verify.code, 0, verify.out + verify.err)
        self.assertRegex(verify.out, r"begins at")

    # --- two histories ---
    def test_a_cloned_journal(self):
        """A card copied into a second station with the same certificate: the second one begins a child journal; nothing is
        lost, nothing is counted twice."""
        first = self.begin()
        self.goes_on(1)
        self.delivered(self.hq)
        self.line.refuse()
        first.open(rma(2))  # open while the card is copied
        first.panel.ask("pass", accessories="on")
        first.stop()
        second = self.bench(self.line.port, start=False)
        shutil.copytree(first.state, second.state, dirs_exist_ok=True)
        second.give()
        first.start()
        first.panel.wait_lamps(accessories="on")
        self.finish_open(first)
        self.goes_on(3, first)
        self.line.restore()
        self.retry(first)
        self.st, self.panel = first, first.panel
        self.delivered(self.hq, first, 60)
        parent = self.journal(first)
        trunk = self.hq.lines(parent)

        second.start()  # has another history behind the copy, and learns it now
        self.st, self.panel = second, second.panel
        second.panel.wait_lamps(accessories="on")
        self.finish_open(second)
        self.goes_on(4, second)
        second.panel.until("a child journal", lambda: self.journal(second) != parent, 60)
        self.goes_on(5, second)
        self.delivered(self.hq, second, 60)
        self.assertEqual(self.hq.lines(parent), trunk, "the first one's copy is as it was")
        self.nothing_lost_nothing_doubled(first, second, parent)
        first.restart()  # the first goes on as ever
        self.goes_on(6, first)
        self.delivered(self.hq, first, 60)

    def finish_open(self, st):
        st.panel.ask("pass", usage="on")
        st.panel.ask("pass", **{"pass": "on"})
        st.settle_verdict()

    def nothing_lost_nothing_doubled(self, first, second, parent):
        sealed = list(second.state.glob("journal-sealed-*.db"))
        self.assertEqual(len(sealed), 1)
        child, whole = read_journal(second.db), read_journal(sealed[0])
        told = child[0]["data"]
        self.assertEqual((child[0]["kind"], told["why"], told["parent"]["journal"]), ("journal.opened", "fork", parent))
        last = held_in(sealed[0])[-1]
        self.assertEqual((told["parent"]["seq"], told["parent"]["hash"]), (len(whole), hashlib.sha256(last).hexdigest()))
        # every event of the sealed journal is in the trunk, by its bytes, or in the child, by its origin
        trunk = {hashlib.sha256(x).digest() for x in held(first)}
        lost = [n for n, line in enumerate(held_in(sealed[0]), 1) if hashlib.sha256(line).digest() not in trunk]
        origins = [e["data"]["origin"] for e in child if "origin" in e["data"]]
        self.assertEqual(len(origins), len(set(origins)))
        ids = {e["seq"]: e["id"] for e in whole}
        self.assertEqual([ids[seq] for seq in lost if ids[seq] not in origins], [], "events in neither")
        # headquarters counts an inspection once, whichever journals tell of it
        opened = {e["id"] for e in read_journal(first.db) + whole + child if e["kind"] == "inspection.opened" and
                  "origin" not in e["data"]}
        self.assertEqual(self.hq.metrics()["hqd_inspections"], len(opened))
        self.assertEqual(self.hq.metrics()["hqd_forks"], 1)
