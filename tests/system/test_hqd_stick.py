"""hqd import FOLDER: the stick is the second road of the same events, any number of times and in any order, and nobody else's."""
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import unittest

from case import RETURNS
from export import ExportCase
from hq import Chain
from line import held, pair
from pki import Authority
from station import rma
from test_verify import sign, sums

NOWHERE = 1


class StickCase(ExportCase):
    def write(self, stick, chain, first, last, by=None, more=None):
        """An export of a part of a chain made here, as station-export writes it; its folder."""
        folder = stick / chain.station / f"2026-11-23_08-{first:02d}-{last:02d}Z"
        folder.mkdir(parents=True)
        for p in (folder, folder.parent):
            p.chmod(0o777)
        lines = chain.lines[first - 1:last]
        (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        (folder / "manifest.json").write_text(json.dumps({
            "format": "station-export", "version": 1, "station": chain.station, "journal": chain.journal, "software": "0",
            "made": "2026-11-23T08:00:00.000Z", "asked": "unacknowledged", "acked": first - 1, "anchor": 0, "first": first, "last": last,
            "prev": json.loads(lines[0])["prev"], "head": hashlib.sha256(lines[-1]).hexdigest(), "inspections": 0, "signed": True,
            **(more or {})}))
        sums(folder)
        sign(folder, by or pair("client", chain.station))
        return folder

    def chain(self, **how):
        chain = Chain(**how)
        for n in range(1, 5):
            chain.inspect(rma(n), "pass" if n % 2 else "fail")
        return chain

    def take(self, hq, folder, code=0, signs=False):
        """signs: it leaves its word there."""
        hq.give()
        own = ["--cert", hq.server.cert, "--key", hq.server.key] if signs else []
        done = hq.run("import", "--db", hq.db, "--client-ca", hq.ca.cert, *own, folder)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def numbers(self, hq):
        return hq.status()["numbers"]

    def nothing(self, hq):
        self.assertEqual((hq.journals(), self.numbers(hq)["events"]), ({}, 0))


class Road(StickCase):
    def test_a_bench_without_a_line(self):
        """All of its journal arrives by the stick, and when the line is there at last nothing comes twice."""
        hq = self.headquarters(start=False)
        st = self.bench(NOWHERE, settings={"headquarters": {"poll_s": 0}})
        stick = self.stick()
        self.goes_on(1)
        self.export(st, stick)
        self.goes_on(2)
        self.export(st, stick)
        out = self.take(hq, stick).out
        self.assertEqual(len(out.splitlines()), 2)
        journal = self.journal(st)
        copy = hq.lines(journal)
        self.assertEqual(copy, held(st)[:len(copy)])
        self.assertIn(f"the journal is whole up to {len(copy)}", out)
        before = self.numbers(hq)
        self.assertEqual((before["inspections"], before["passed"], before["conflicts"], before["set_aside"]), (2, 2, 0, 0))
        self.take(hq, stick)
        self.take(hq, next((stick / "bench-1").iterdir()))
        self.assertEqual(self.numbers(hq), before)
        hq.start()
        self.configure(st, url=hq.url)
        st.restart()
        self.panel = st.panel
        self.delivered(hq, st)
        self.assertEqual(self.numbers(hq)["passed"], 2)

    def test_any_order(self):
        chain = self.chain()
        parts = [(1, 9), (10, 17), (18, 25)]
        for order in itertools.permutations(parts):
            hq, whole = self.headquarters(returns=RETURNS, start=False), 0
            came = set()
            for first, last in order:
                stick = self.stick()
                self.write(stick, chain, first, last)
                out = self.take(hq, stick).out
                came.add((first, last))
                while any(first == whole + 1 for first, _ in came):
                    whole = next(last for first, last in came if first == whole + 1)
                self.assertEqual(len(hq.lines(chain.journal)), whole, (order, out))
                self.assertEqual(self.numbers(hq)["events"], whole)
            self.assertEqual(hq.lines(chain.journal), chain.lines)
            numbers = self.numbers(hq)
            self.assertEqual((numbers["passed"], numbers["failed"], numbers["conflicts"], numbers["set_aside"]), (2, 2, 0, 0))
            self.assertEqual((numbers["holes"], numbers["forks"]), (0, 0))

    def test_overlapping_and_again(self):
        chain, hq = self.chain(), self.headquarters(returns=None, start=False)
        stick = self.stick()
        for first, last in ((12, 25), (8, 20), (12, 25)):
            self.take(hq, self.write(self.stick(), chain, first, last))
            self.assertEqual(hq.lines(chain.journal), [])
        out = self.take(hq, self.write(stick, chain, 1, 8)).out
        self.assertIn("whole up to 25", out)
        self.assertEqual(hq.lines(chain.journal), chain.lines)

    def test_the_line_closes_the_gap(self):
        """What waits takes effect with the request that brings the rest; the station learns how far it is."""
        chain, hq = self.chain(), self.headquarters()
        out = self.take(hq, self.write(self.stick(), chain, 10, 25)).out
        self.assertIn("16 wait", out)
        self.assertIn("goes on at 10", out)
        answer = hq.post_events(chain.journal, chain.lines[:9], pair("client", "bench-1"))
        self.assertEqual((answer.status, answer.json["acked"], answer.json["hash"]), (200, 25, chain.hash))
        self.assertEqual(hq.lines(chain.journal), chain.lines)
        self.assertEqual((self.numbers(hq)["passed"], self.numbers(hq)["failed"]), (2, 2))


    def test_what_waits_is_told(self):
        """Also of a journal of which nothing is here yet."""
        one, other, hq = self.chain(), self.chain(station="bench-2"), self.headquarters(returns=None, start=False)
        self.take(hq, self.write(self.stick(), one, 1, 4))
        self.assertEqual((hq.status()["waiting"], self.numbers(hq)["waiting"]), ([], 0))
        self.take(hq, self.write(self.stick(), one, 9, 13))
        self.take(hq, self.write(self.stick(), other, 20, 25))
        told = {w["journal"]: (w["station"], w["events"], w["from"]) for w in hq.status()["waiting"]}
        self.assertEqual(told, {one.journal: ("bench-1", 5, 9), other.journal: ("bench-2", 6, 20)})
        self.assertEqual(self.numbers(hq)["waiting"], 11)
        self.take(hq, self.write(self.stick(), one, 5, 8))
        self.assertEqual([w["journal"] for w in hq.status()["waiting"]], [other.journal])
        self.assertEqual(self.numbers(hq)["waiting"], 6)


class Hostile(StickCase):
    def setUp(self):
        self.hq = self.headquarters(returns=None, start=False)
        self.one = self.chain()

    def test_without_an_authority(self):
        folder = self.write(self.stick(), self.one, 1, 25)
        done = self.hq.run("import", "--db", self.hq.db, folder)
        self.assertEqual(done.code, 2)
        self.assertIn("--client-ca", done.err)

    def test_a_foreign_signer(self):
        for by, said in ((pair("self_signed", "bench-1"), "does not know the signer"),
                         (pair("client", "bench-2"), "another station signed")):
            folder = self.write(self.stick(), self.one, 1, 25, by=by)
            self.assertIn(said, self.take(self.hq, folder, 1).err)
            self.nothing(self.hq)

    def test_a_revoked_signer(self):
        """Whenever it signed: nobody knows when the key was lost. Others are taken, and an old list counts."""
        ca = self.hq.ca
        lost, other = ca.client("bench-1"), ca.client("bench-2")
        folder = self.write(self.stick(), self.one, 1, 25, by=lost)
        good = self.write(self.stick(), Chain("bench-2").fill(2), 1, 3, by=other)
        ca.revoke(lost)
        self.hq.give()
        for days in (30, -1):
            done = self.hq.run("import", "--db", self.hq.db, "--client-ca", ca.cert, "--crl", ca.crl(days), folder)
            self.assertEqual(done.code, 1, done.out)
            self.assertIn("the signer's certificate is revoked", done.err)
            self.nothing(self.hq)
        done = self.hq.run("import", "--db", self.hq.db, "--client-ca", ca.cert, "--crl", ca.crl(), good)
        self.assertEqual(done.code, 0, done.err)

    def test_a_list_that_revokes_nobody(self):
        """Another authority's, or none at all."""
        folder = self.write(self.stick(), self.one, 1, 25)
        other = Authority(self.hq.dir / "other")
        empty = self.hq.dir / "empty.pem"
        empty.write_text("nothing\n")
        for crl, said in ((other.crl(), "another authority's list"), (empty, "no list of revoked certificates"),
                          (folder / "none.pem", "No such file")):
            self.hq.give()
            done = self.hq.run("import", "--db", self.hq.db, "--client-ca", self.hq.ca.cert, "--crl", crl, folder)
            self.assertEqual(done.code, 1, done.out)
            self.assertIn(said, done.err)
            self.nothing(self.hq)

    def test_what_was_changed_or_taken_away(self):
        for name, act in (("events.jsonl", lambda p: p.write_bytes(p.read_bytes().replace(b"pass", b"fail", 1))),
                          ("manifest.json", lambda p: p.write_text(p.read_text() + " ")), ("SHA256SUMS.p7s", lambda p: p.unlink()),
                          ("SHA256SUMS", lambda p: p.write_text("")), ("events.jsonl", lambda p: (p.unlink(), os.mkfifo(p))),
                          ("events.jsonl", lambda p: (p.unlink(), p.symlink_to("/etc/passwd")))):
            folder = self.write(self.stick(), self.one, 1, 25)
            act(folder / name)
            self.take(self.hq, folder, 1)
            self.nothing(self.hq)

    def test_signed_and_summed_but_no_chain(self):
        """By somebody who has the station's key: a page that does not hold is refused whole."""
        for lines in ([b"hello"], self.one.lines[:5] + self.one.lines[6:], self.one.lines[:5] + self.one.lines[4:],
                      [self.one.lines[0], self.one.lines[2], self.one.lines[1]], [b"x" * 3000000], [b"\x00"]):
            folder = self.write(self.stick(), self.one, 1, 25)
            (folder / "events.jsonl").write_bytes(b"\n".join(lines))
            sums(folder)
            sign(folder, pair("client", "bench-1"))
            self.take(self.hq, folder, 1)
            self.nothing(self.hq)

    def test_the_journal_of_another_station(self):
        """Signed by bench-2 as its own, but bench-1 has brought it already; on the shelf too."""
        other = Chain(station="bench-2", journal=self.one.journal)
        other.lines = self.one.lines
        for mine, theirs in (((1, 9), (10, 25)), ((10, 17), (18, 25))):
            hq = self.headquarters(returns=None, start=False)
            self.take(hq, self.write(self.stick(), self.one, *mine))
            before = self.numbers(hq)
            self.take(hq, self.write(self.stick(), other, *theirs), 1)
            self.assertEqual(self.numbers(hq), before)

    def test_two_histories(self):
        """What a twin's stick brought does not fit when the gap is closed: the line's station is not told of a fork, which it did
        not make; headquarters counts one."""
        self.hq.start()
        twin = Chain(journal=self.one.journal)
        twin.lines, twin.prev = list(self.one.lines[:3]), json.loads(self.one.lines[3])["prev"]
        for n in range(5, 8):
            twin.inspect(rma(n))
        self.take(self.hq, self.write(self.stick(), twin, 10, 20))
        answer = self.hq.post_events(self.one.journal, self.one.lines[:9], pair("client", "bench-1"))
        self.assertEqual((answer.status, answer.json["acked"]), (200, 9))
        self.assertEqual(self.hq.lines(self.one.journal), self.one.lines[:9])
        self.assertEqual(self.numbers(self.hq)["forks"], 1)
        answer = self.hq.post_events(self.one.journal, self.one.lines[9:], pair("client", "bench-1"))
        self.assertEqual((answer.status, answer.json["acked"]), (200, 25))

    def test_another_history_takes_nothing_off_the_shelf(self):
        """9-13 waits; another 5-8, signed too, waits beside it and does not fit when 1-4 comes: it is told, counted, and what is
        genuine still waits, until the genuine 5-8 comes."""
        self.take(self.hq, self.write(self.stick(), self.one, 9, 13))
        twin = Chain(journal=self.one.journal).fill(24)
        self.take(self.hq, self.write(self.stick(), twin, 5, 8))
        done = self.take(self.hq, self.write(self.stick(), self.one, 1, 4), 1)
        self.assertIn("another history", done.err)
        self.assertIn("9 wait", done.out)
        self.assertEqual(self.hq.lines(self.one.journal), self.one.lines[:4])
        self.assertEqual(self.numbers(self.hq)["forks"], 1)
        out = self.take(self.hq, self.write(self.stick(), self.one, 5, 8), 1).out
        self.assertIn("whole up to 13", out)
        self.assertEqual(self.hq.lines(self.one.journal), self.one.lines[:13])
        out = self.take(self.hq, self.write(self.stick(), self.one, 14, 25)).out
        self.assertNotIn("wait", out)
        self.assertEqual(self.hq.lines(self.one.journal), self.one.lines)
        self.assertEqual(self.numbers(self.hq)["forks"], 1)

    def test_another_history_behind_what_fits(self):
        """The run that fits is taken, though what waits behind it is of another history."""
        twin = Chain(journal=self.one.journal).fill(24)
        self.take(self.hq, self.write(self.stick(), twin, 9, 13))
        self.take(self.hq, self.write(self.stick(), self.one, 5, 8))
        out = self.take(self.hq, self.write(self.stick(), self.one, 1, 4), 1).out
        self.assertIn("5 wait, the journal is whole up to 8 and goes on at 9", out)
        self.assertEqual((self.hq.lines(self.one.journal), self.numbers(self.hq)["forks"]), (self.one.lines[:8], 1))

    def test_no_export(self):
        stick = self.stick()
        (stick / "holiday").mkdir()
        (stick / "holiday").chmod(0o777)
        self.assertIn("there is no export", self.take(self.hq, stick, 3).err)
        loop = stick / "holiday" / "again"
        loop.symlink_to(stick)
        self.take(self.hq, stick, 3)

    def test_an_encrypted_export(self):
        """Nobody but the holder of its key can take it: it is told, and the others are taken."""
        stick = self.stick()
        folder = self.write(stick, self.one, 1, 25)
        shut = stick / "bench-1" / "2026-11-22_08-00-00Z"
        shut.mkdir()
        (shut / "export.tar.cms").write_bytes(b"0")
        done = self.take(self.hq, stick, 1)
        self.assertIn(f"{shut}: encrypted: open it first, see station-export(8)", done.err)
        self.assertEqual(self.hq.lines(self.one.journal), self.one.lines)
        shutil.rmtree(folder)
        done = self.take(self.hq, shut, 1)
        self.assertIn("encrypted", done.err)
        self.assertNotIn("there is no export", done.err)

    def test_one_bad_export_does_not_keep_the_others_out(self):
        stick = self.stick()
        bad = self.write(stick, self.one, 1, 9)
        (bad / "events.jsonl").write_bytes(b"")
        other = self.chain(station="bench-2")
        self.write(stick, other, 1, 25)
        self.take(self.hq, stick, 1)
        self.assertEqual(self.hq.lines(other.journal), other.lines)
        self.assertEqual(list(self.hq.journals()), [other.journal])


class Older(StickCase):
    def test_a_database_without_a_shelf(self):
        """One that an older version made gets it at the next opening."""
        chain, hq = self.chain(), self.headquarters(returns=None, start=False)
        self.take(hq, self.write(self.stick(), chain, 1, 9))
        db = sqlite3.connect(hq.db)
        db.execute("DROP TABLE shelf")
        db.commit()
        db.close()
        self.take(hq, self.write(self.stick(), chain, 18, 25))
        self.take(hq, self.write(self.stick(), chain, 10, 17))
        self.assertEqual(hq.lines(chain.journal), chain.lines)


if __name__ == "__main__":
    unittest.main()
