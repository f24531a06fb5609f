"""stationctl export: a folder that proves itself, whatever lies on the stick already, and nothing that looks whole when it is not."""
import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import unittest

from case import RETURNS
from export import TOLD, Export, ExportCase
from line import held, pair
from station import NOBODY, ZEROS, reason, rma, row
from daemon import stage
from test_idle import fill

NOWHERE = 1  # a port at which nobody listens


class Whole(ExportCase):
    def shift(self, **how):
        """A pass, a fail with a reason, one that is going on."""
        st = self.bench(NOWHERE, settings={"expected": {}}, **how)
        st.inspect(rma(1))
        st.settle_verdict()
        st.open(rma(2))
        self.panel.ask("fail", appearance="fast", fail="fast")
        st.scan(reason("SCRATCH"))
        self.picture(accessories="on")
        self.panel.ask("pass", usage="on")
        self.panel.ask("pass", fail="on")
        st.settle_verdict()
        st.open(rma(3))
        self.panel.ask("pass", accessories="on")
        return st

    def test_beside_a_running_station(self):
        st, stick = self.shift(), self.stick()
        done = self.export(st, stick)
        export, = self.exports(stick)
        self.assertIn(str(export.dir), done.out)
        self.assertEqual(done.err, "")
        self.assertEqual(export.names(), sorted([*TOLD, "SHA256SUMS", "SHA256SUMS.p7s"]))
        m = self.proves_itself(export)
        self.whole(export, st)
        self.assertLessEqual([e["kind"] for e in st.events()[len(export.lines):]], ["export.done"])
        self.assertEqual((m["station"], m["asked"], m["acked"], m["anchor"]), ("bench-1", "unacknowledged", 0, 0))
        self.assertRegex(export.dir.name, r"^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\dZ$")
        one, two, three = rows = export.rows
        self.assertEqual(m["inspections"], 3)
        self.assertEqual([r["label"] for r in rows], [rma(1), rma(2), rma(3)])
        self.assertEqual([r["state"] for r in rows], ["final", "final", "open"])
        self.assertEqual([r["verdict"] for r in rows], ["pass", "fail", ""])
        self.assertEqual((two["appearance"], two["reason_appearance"], two["usage"]), ("fail", "SCRATCH", "pass"))
        self.assertEqual((three["appearance"], three["accessories"], three["ended_utc"]), ("pass", "", ""))
        self.assertRegex(one["opened_utc"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_a_stick_whose_names_are_chinese(self):
        """Its own name, and what lies beside ours; the whole way, to headquarters."""
        hq, st, stick = self.headquarters(start=False), self.bench(NOWHERE), self.stick() / "退货 U盘（一号）"
        (stick / "bench-1" / "照片").mkdir(parents=True)
        for path in (stick, stick / "bench-1"):
            path.chmod(0o777)
        (stick / "备注.txt").write_text("退货")
        done = self.export(st, stick)
        self.assertIn(str(stick), done.out)
        done = st.ctl("verify", stick)
        self.assertEqual(done.code, 0, done.out + done.err)
        hq.give()
        done = hq.run("import", "--db", hq.db, "--client-ca", hq.ca.cert, stick)
        self.assertEqual(done.code, 0, done.out + done.err)
        copy = hq.lines(self.journal(st))
        self.assertGreater(len(copy), 0)
        self.assertEqual(copy, held(st)[:len(copy)])
        self.assertEqual((stick / "备注.txt").read_text(), "退货")

    def test_again_at_once_is_another_folder(self):
        st, stick = self.bench(NOWHERE), self.stick()
        for _ in range(3):
            self.export(st, stick, "--all")
        exports = self.exports(stick)
        self.assertEqual(len(exports), 3)
        for export in exports:
            self.proves_itself(export)
            self.whole(export, st)

    def test_without_a_certificate(self):
        st, stick = self.station(), self.stick()
        done = self.export(st, stick)
        export, = self.exports(stick)
        self.assertIn("not signed", done.err)
        m = self.proves_itself(export, signed=False)
        self.assertIn("no certificate", m["unsigned"])
        self.assertEqual(export.names(), sorted([*TOLD, "SHA256SUMS"]))

    def test_a_key_that_is_none_is_said(self):
        st, stick = self.bench(NOWHERE), self.stick()
        key = st.dir / "other.key"
        key.write_text("no key\n")
        self.configure(st, key_file=key)
        done = self.export(st, stick)
        export, = self.exports(stick)
        m = self.proves_itself(export, signed=False)
        self.assertIn("no private key", m["unsigned"])
        self.assertIn("no private key", done.err)

    def test_chinese_and_formulas_F15(self):
        rows = [row(1, title="电水壶，不锈钢"), row(2, title='=HYPERLINK("http://x";"y")'), row(3, title="+1"), row(4, title="-a, b"),
                row(5, title='@"q"')]
        st = self.station(expected=rows)
        for n in range(1, 6):
            st.inspect(rma(n))
            st.settle_verdict()
        stick = self.stick()
        self.export(st, stick)
        export, = self.exports(stick)
        got = [(r["product"], r["title"]) for r in export.rows]
        self.assertEqual(got, [("4006381000001", "电水壶，不锈钢"), ("4006381000002", '\'=HYPERLINK("http://x";"y")'),
                               ("4006381000003", "'+1"), ("4006381000004", "'-a, b"), ("4006381000005", "'@\"q\"")])

    def test_the_journal_is_not_written(self):
        st, stick = self.bench(NOWHERE), self.stick()
        st.stop()
        before = st.db.read_bytes()
        self.export(st, stick)
        self.assertTrue(st.db.read_bytes() == before)


class Acknowledged(ExportCase):
    def test_from_the_first_that_headquarters_does_not_have(self):
        """A stick that is lost leaves no hole: the next begins at the same place."""
        hq, stick = self.headquarters(), self.stick()
        st = self.bench(hq.port)
        self.goes_on(1)
        self.delivered(hq)
        acked = st.status()["headquarters"]["acked"]
        hq.kill()
        self.goes_on(2)
        for n in (1, 2):
            self.export(st, stick)
            self.assertEqual(len(self.exports(stick)), n)
        for export in self.exports(stick):
            m = self.proves_itself(export)
            self.assertEqual((m["first"], m["acked"]), (acked + 1, acked))
            self.assertEqual(m["prev"], hashlib.sha256(held(st)[acked - 1]).hexdigest())
            self.assertEqual([r["label"] for r in export.rows], [rma(2)])
        self.export(st, stick, "--all")
        m = self.proves_itself(self.exports(stick)[-1])
        self.assertEqual((m["first"], m["asked"]), (1, "all"))
        self.whole(self.exports(stick)[-1], st)

    def test_an_inspection_that_began_before(self):
        """Its row tells what was there already; what was final before is no row."""
        hq, stick = self.headquarters(), self.stick()
        st = self.bench(hq.port)
        self.goes_on(1)
        st.open(rma(2))
        self.panel.ask("pass", accessories="on")
        self.delivered(hq)
        hq.kill()
        self.panel.ask("pass", usage="on")
        self.panel.ask("pass", **{"pass": "on"})
        st.settle_verdict()
        self.export(st, stick)
        export, = self.exports(stick)
        self.proves_itself(export)
        two, = export.rows
        self.assertEqual((two["label"], two["appearance"], two["verdict"], two["list"]), (rma(2), "pass", "pass", "known"))
        self.assertTrue(two["opened_utc"])

    def test_nothing_new(self):
        hq, stick = self.headquarters(), self.stick()
        st = self.bench(hq.port)
        self.goes_on(1)
        self.delivered(hq)
        done = self.export(st, stick)
        export, = self.exports(stick)
        self.assertIn("nothing new", done.out)
        m = self.proves_itself(export)
        self.assertEqual((export.lines, export.rows), ([], []))
        self.assertEqual(m["head"], hashlib.sha256(held(st)[m["last"] - 1]).hexdigest())


class Encrypted(ExportCase):
    """[export] encrypt_to: what lies on the stick only the key's holder can read, with openssl and tar."""

    def bench_for(self, reader, **how):
        st = self.bench(NOWHERE, settings={"export": {"encrypt_to": reader.cert}}, **how)
        self.goes_on(1)
        return st

    def test_opens_with_openssl_and_tar(self):
        for reader in (pair("self_signed", "supervisor"), self.rsa()):
            st, stick = self.bench_for(reader), self.stick()
            self.export(st, stick)
            sealed, = self.exports(stick)
            self.assertEqual(sealed.names(), ["export.tar.cms"])
            for word in (rma(1).encode(), b"inspection.opened", b"ustar", b"manifest"):
                self.assertNotIn(word, sealed.bytes("export.tar.cms"))
            self.assertIn("encrypted", st.ctl("verify", sealed.dir).err)
            export = self.opened(sealed, reader)
            m = self.proves_itself(export)
            self.whole(export, st)
            self.assertEqual(m["inspections"], len(export.rows))
            self.assertEqual([r["label"] for r in export.rows], [rma(1)])
            done = st.ctl("verify", export.dir)
            self.assertEqual(done.code, 0, done.out + done.err)

    def test_a_changed_archive_does_not_prove_itself(self):
        """Whoever can't read it can still change it: the signature inside tells."""
        reader = pair("self_signed", "supervisor")
        st, stick = self.bench_for(reader), self.stick()
        self.export(st, stick)
        sealed, = self.exports(stick)
        path = sealed.dir / "export.tar.cms"
        text = bytearray(path.read_bytes())
        text[len(text) // 2] ^= 1
        path.write_bytes(text)
        place = self.stick()
        decrypt = subprocess.run(["openssl", "cms", "-decrypt", "-inform", "DER", "-in", str(path), "-recip", str(reader.cert), "-inkey",
                                  str(reader.key)], capture_output=True, timeout=60)
        subprocess.run(["tar", "x", "-C", str(place)], input=decrypt.stdout, capture_output=True, timeout=60)
        self.assertNotEqual(st.ctl("verify", place / sealed.dir.name).code, 0)

    def test_without_its_certificate_nothing_is_written(self):
        st, stick = self.bench_for(pair("self_signed", "supervisor")), self.stick()
        bad = st.dir / "bad.pem"
        for text in ("", "no certificate\n", None):
            if text is None:
                bad.unlink()
            else:
                bad.write_text(text)
            st.sections["export"]["encrypt_to"] = bad
            self.configure(st)
            done = self.export(st, stick, code=1)
            self.assertIn("encrypt_to", done.err)
            self.assertEqual([p.name for p in stick.rglob("*")], ["bench-1"])

    def test_full(self):
        st, stick = self.bench_for(pair("self_signed", "supervisor")), self.stick()
        control = st.dir / "stick-control"
        control.write_text("full")
        control.chmod(0o644)
        done = st.ctl("export", stick, env={"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(stick),
                                            "BADDISK_CONTROL": str(control)})
        self.assertEqual(done.code, 1, done.out + done.err)
        self.assertIn("no room left", done.err)
        self.assertEqual([p.name for p in stick.rglob("*")], ["bench-1"])


class Stick(ExportCase):
    """What may be wrong with the stick."""

    def setUp(self):
        self.bench(NOWHERE)
        self.goes_on(1)
        self.drive = self.stick()

    def nothing(self):
        """Nothing that looks whole, and nothing half-made either."""
        left = [str(p.relative_to(self.drive)) for p in self.drive.rglob("*")]
        self.assertLessEqual(set(left), {"bench-1"}, left)

    def broken(self, word):
        control = self.st.dir / "stick-control"
        control.write_text(word)
        control.chmod(0o644)
        done = self.st.ctl("export", self.drive, env={"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(self.drive),
                                                      "BADDISK_CONTROL": str(control)})
        self.assertEqual(done.code, 1, done.out + done.err)
        self.nothing()
        return done.err

    def test_full(self):
        self.assertIn("no room left", self.broken("full"))

    def test_fails(self):
        self.assertIn("taken out", self.broken("eio"))

    def test_write_protected(self):
        self.assertIn("can't be written", self.broken("rofs"))

    def test_lies_about_its_size(self):
        """What it took is read back, and is not what was written."""
        self.assertIn("does not come back as it was written", self.broken("lies"))
        self.st.sections["export"] = {"encrypt_to": pair("self_signed", "supervisor").cert}
        self.configure(self.st)
        self.assertIn("export.tar.cms does not come back", self.broken("lies"))

    def test_full_after_half(self):
        """A limit on the size of a file stands for a disk that takes some and then no more."""
        half = len(b"".join(held(self.st))) // 2
        done = subprocess.run(["prlimit", f"--fsize={half}", str(stage() / "station-export"), "--config", str(self.st.conf),
                               str(self.drive)], capture_output=True, text=True, timeout=60,
                              **({"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("no room left", done.stderr)
        self.nothing()

    def test_no_folder_there(self):
        done = self.export(self.st, self.drive / "none", code=1)
        self.assertIn("none", done.err)

    @unittest.skipIf(os.geteuid() != 0, "mode bits do not bind whoever runs the tests")
    def test_not_ours_to_write(self):
        self.drive.chmod(0o755)
        self.assertIn("denied", self.export(self.st, self.drive, code=1).err)

    def test_our_name_is_something_else(self):
        """A link, a pipe or a file that is named as our folder is: not followed, not opened, not replaced."""
        elsewhere = self.stick()
        ours = self.drive / "bench-1"
        for make in (lambda: ours.symlink_to(elsewhere), lambda: os.mkfifo(ours), lambda: ours.write_text("mine")):
            make()
            before = os.lstat(ours)
            done = self.export(self.st, self.drive, code=1)
            self.assertIn("no folder has this name", done.err)
            self.assertEqual((os.lstat(ours).st_ino, os.lstat(ours).st_mode), (before.st_ino, before.st_mode))
            ours.unlink()
        self.assertEqual(list(elsewhere.iterdir()), [])

    def test_what_a_pulled_stick_holds_is_cleared_away(self):
        ours = self.drive / "bench-1"
        half = ours / ".2026-11-23_08-00-00Z.part"
        half.mkdir(parents=True)
        (half / "events.jsonl").write_bytes(b"{}\n")
        (half / "linked").symlink_to("/etc/passwd")
        (ours / "2026-11-23_08-00-00Z").mkdir()
        (ours / "holiday.jpg").write_bytes(b"not ours")
        for p in (ours, half, half / "events.jsonl"):
            p.chmod(0o777)
        self.export(self.st, self.drive)
        names = sorted(p.name for p in ours.iterdir())
        self.assertEqual(len(names), 3, names)
        self.assertIn("holiday.jpg", names)
        self.assertNotIn(half.name, names)
        self.assertTrue(pathlib.Path("/etc/passwd").exists())


class Journal(ExportCase):
    """What may be wrong with the journal."""

    def test_none(self):
        st, stick = self.bench(NOWHERE, start=False), self.stick()
        self.assertIn("there is no journal", self.export(st, stick, code=3).err)
        self.assertEqual(list(stick.iterdir()), [])

    def test_a_changed_event_is_named(self):
        st, stick = self.bench(NOWHERE), self.stick()
        self.goes_on(1)
        self.goes_on(2)
        while len(held(st)) < 120:  # beyond what is looked at at every opening
            self.event(st)
        st.stop()
        copy = self.stick() / "state"
        shutil.copytree(st.state, copy)
        db = sqlite3.connect(copy / "journal.db")
        line, = db.execute("SELECT line FROM event WHERE seq = 5").fetchone()
        db.execute("UPDATE event SET line = ? WHERE seq = 5", (line.replace(b"pass", b"fail"),))
        db.commit()
        db.close()
        for p in (copy, *copy.iterdir()):
            p.chmod(0o777)
        done = st.ctl("export", "--all", stick, "--state", copy)
        self.assertEqual(done.code, 1, done.out + done.err)
        self.assertIn("damaged at event 5", done.err)
        self.assertEqual([p.name for p in stick.rglob("*")], ["bench-1"])

    def test_what_retention_removed_is_told(self):
        """The anchor stands for it: prev of the first line."""
        hq, stick = self.headquarters(), self.stick()
        st = self.bench(hq.port)
        self.goes_on(1)
        self.delivered(hq)
        st.stop()
        db = sqlite3.connect(st.db)
        cut, = db.execute("SELECT hash FROM event WHERE seq = 3").fetchone()
        db.execute("INSERT OR REPLACE INTO meta VALUES('anchor', ?)", (f"3 {cut.hex()}",))
        db.execute("DELETE FROM event WHERE seq <= 3")
        db.commit()
        db.close()
        st.give()
        self.export(st, stick, "--all")
        export, = self.exports(stick)
        m = self.proves_itself(export)
        self.assertEqual((m["first"], m["anchor"], m["prev"]), (4, 3, cut.hex()))
        self.assertNotEqual(m["prev"], ZEROS)


class Large(ExportCase):
    def peak(self, st, stick):
        """The most memory that an export of all has held, in KiB."""
        child = subprocess.Popen([str(stage() / "station-export"), "--config", str(st.conf), "--all", str(stick)],
                                 stdout=subprocess.DEVNULL, **({"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}))
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, 0)
        return usage.ru_maxrss

    def test_memory_does_not_grow_with_the_journal(self):
        reader = pair("self_signed", "supervisor")
        for sealed in ({}, {"export": {"encrypt_to": reader.cert}}):
            st, stick = self.bench(NOWHERE, settings=sealed), self.stick()
            st.stop()
            fill(st.db, 3000)
            st.give()
            small = self.peak(st, stick)
            last = fill(st.db, 60000)
            st.give()
            self.assertLess(self.peak(st, stick), small + 4096)
            if not sealed:
                m = self.proves_itself(self.exports(stick)[-1])
                self.assertEqual((m["last"], len(self.exports(stick)[-1].rows)), (last, m["inspections"]))


if __name__ == "__main__":
    unittest.main()
