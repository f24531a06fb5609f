"""A stick that comes back: headquarters' ack.json frees a bench without a line, and nobody else's does."""
import json
import os
import signal
import subprocess
import unittest

from daemon import stage
from line import authority, held, pair
from station import read_anchor, rma, sanitized
from test_hqd_stick import StickCase

NOWHERE = 1  # a port at which nobody listens
REFUSED = "an acknowledgement does not count: "


def signed(folder, by):
    """The signature beside ack.json, by openssl."""
    subprocess.run(["openssl", "cms", "-sign", "-binary", "-in", "ack.json", "-signer", str(by.cert), "-inkey", str(by.key), "-outform",
                    "DER", "-out", "ack.json.p7s"], cwd=folder, check=True, capture_output=True, timeout=60)


class AckCase(StickCase):
    def bench_without(self, **line):
        """A bench without a line, which believes this headquarters' paper."""
        return self.bench(NOWHERE, **{"ack_file": pair("server").cert, "poll_s": 0, **line})

    def acknowledged(self, hq, folder, code=0, by=None):
        by = by or pair("server")
        hq.give()
        done = hq.run("import", "--db", hq.db, "--client-ca", hq.ca.cert, "--cert", by.cert, "--key", by.key, folder)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def cursor(self, st):
        return st.status()["headquarters"]["acked"]

    def ack(self, stick, name="bench-1"):
        return [json.loads(line) for line in (stick / name / "ack.json").read_text().splitlines()]


class Ack(AckCase):
    @unittest.skipIf(sanitized(), "badclock.so can't be preloaded into a sanitized program")
    def test_a_bench_without_a_line_frees_its_disk(self):
        """The cursor moves by the paper, and retention removes behind it."""
        st = self.bench_without(start=False, settings={"journal": {"retain_days": 1}})
        st.set_clock(-400 * 86400, trusted=True)
        st.start(clock=True)
        self.panel = st.panel
        hq, stick = self.headquarters(start=False), self.stick()
        self.goes_on(1)
        self.goes_on(2)
        self.export(st, stick)
        self.acknowledged(hq, stick)
        one, = self.ack(stick)
        copy = hq.lines(self.journal(st))
        self.assertEqual((one["station"], one["journal"], one["acked"], one["headquarters"]),
                         ("bench-1", self.journal(st), len(copy), "headquarters"))
        self.assertEqual(one["hash"], hq.journals()[self.journal(st)]["hash"])
        self.assertEqual(self.cursor(st), 0)
        self.export(st, stick)  # begins behind it, at once
        st.panel.until("the cursor", lambda: self.cursor(st) == len(copy))
        self.assertIn(f"up to event {len(copy)}, as a stick says", st.said())
        m = self.proves_itself(self.exports(stick)[-1])
        self.assertEqual((m["acked"], m["first"]), (len(copy), len(copy) + 1))
        st.stop()
        st.set_clock(0, trusted=True)
        st.start(clock=True)
        self.panel = st.panel
        self.goes_on(3)  # retention looks when something moves
        st.panel.until("retention", lambda: read_anchor(st.db)[0] > 1, 30)
        self.assertLessEqual(read_anchor(st.db)[0], len(copy))

    def test_it_is_what_openssl_says_it_is(self):
        st, stick, hq = self.bench_without(), self.stick(), self.headquarters(start=False)
        self.export(st, stick)
        self.acknowledged(hq, stick)
        self.assertEqual(sorted(p.name for p in (stick / "bench-1").glob("*ack*")), ["ack.json", "ack.json.p7s"])
        done = subprocess.run(["openssl", "cms", "-verify", "-binary", "-purpose", "any", "-CAfile", str(authority().cert), "-content",
                               "ack.json", "-inform", "DER", "-in", "ack.json.p7s", "-out", "/dev/null"], cwd=stick / "bench-1",
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_export_alone_gets_it_beside_itself(self):
        st, stick, hq = self.bench_without(), self.stick(), self.headquarters(start=False)
        self.export(st, stick)
        self.acknowledged(hq, next((stick / "bench-1").iterdir()))
        self.assertEqual(len(self.ack(stick)), 1)

    def test_each_journal_of_a_station(self):
        """A board was replaced: both journals are on the stick, and each station folder has its own paper."""
        hq, stick = self.headquarters(returns=None, start=False), self.stick()
        old, new, other = self.chain(), self.chain(), self.chain(station="bench-2")
        self.write(stick, old, 1, 9)
        self.write(stick, new, 2, 20)
        self.write(stick, other, 1, 25)
        self.acknowledged(hq, stick)
        self.assertEqual({a["journal"]: a["acked"] for a in self.ack(stick)}, {old.journal: 9}, "what waits is not acknowledged")
        self.assertEqual({a["journal"]: a["acked"] for a in self.ack(stick, "bench-2")}, {other.journal: 25})
        self.write(stick, new, 1, 4)
        self.acknowledged(hq, stick)
        self.assertEqual({a["journal"]: a["acked"] for a in self.ack(stick)}, {old.journal: 9, new.journal: 20})
        self.assertFalse((stick / "ack.json").exists())

    def test_what_was_refused_is_not_acknowledged(self):
        hq, stick = self.headquarters(returns=None, start=False), self.stick()
        self.write(stick, self.chain(), 1, 9, by=pair("self_signed", "bench-1"))
        self.acknowledged(hq, stick, code=1)
        self.assertFalse((stick / "bench-1" / "ack.json").exists())

    def test_a_link_of_its_name_is_not_followed(self):
        hq, stick, away = self.headquarters(returns=None, start=False), self.stick(), self.stick() / "away"
        away.write_text("mine\n")
        away.chmod(0o666)
        self.write(stick, self.chain(), 1, 9)
        for name in ("ack.json", "ack.json.p7s", ".ack.json.part", ".ack.json.p7s.part"):
            (stick / "bench-1" / name).symlink_to(away)
        self.acknowledged(hq, stick)
        self.assertEqual(away.read_text(), "mine\n")
        self.assertEqual(self.ack(stick)[0]["acked"], 9)

    def test_a_stick_that_can_not_be_written(self):
        """The events are taken all the same; that the paper is missing is said."""
        hq, stick = self.headquarters(returns=None, start=False), self.stick()
        chain = self.chain()
        self.write(stick, chain, 1, 9)
        (stick / "bench-1" / ".ack.json.p7s.part").mkdir()
        done = self.acknowledged(hq, stick, code=1)
        self.assertIn("ack.json can't be written", done.err)
        self.assertEqual(len(hq.lines(chain.journal)), 9)
        self.assertFalse((stick / "bench-1" / "ack.json").exists())

    def test_cert_and_key_go_together(self):
        hq = self.headquarters(returns=None, start=False)
        done = hq.run("import", "--db", hq.db, "--client-ca", hq.ca.cert, "--cert", pair("server").cert, self.stick())
        self.assertEqual(done.code, 2)
        self.assertIn("--key is missing", done.err)

    def test_cert_and_key_are_for_a_folder(self):
        hq = self.headquarters(returns=None, start=False)
        mine = pair("server")
        done = hq.run("import", "--db", hq.db, "--cert", mine.cert, "--key", mine.key, "list.csv")
        self.assertEqual(done.code, 2)
        self.assertIn("are for a folder of exports", done.err)


class PaperCase(AckCase):
    """Paper of our own making, on a stick."""

    def setUp(self):
        self.bench_without()
        self.goes_on(1)
        self.drive = self.stick()
        self.folder = self.drive / "bench-1"
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.good = {"format": "station-ack", "version": 1, "station": "bench-1", "journal": self.journal(), "acked": 5,
                     "hash": self.hash_of(5), "headquarters": "headquarters", "made": "2026-11-23T08:00:00.000Z"}

    def hash_of(self, seq):
        return json.loads(held(self.st)[seq])["prev"]

    def paper(self, by=None, **more):
        (self.folder / "ack.json").write_text(json.dumps({**self.good, **more}) + "\n")
        signed(self.folder, by or pair("server"))

    def plug(self):
        """One paper a second is looked at."""
        self.told = self.st.said().count(REFUSED)

        def looked_at():
            self.err = self.export(self.st, self.drive).err
            return self.st.said().count(REFUSED) > self.told or self.cursor(self.st)

        self.st.panel.until("an answer", looked_at, 20)

    def refused(self, why):
        self.plug()
        self.assertIn(REFUSED + why, self.st.said())
        self.assertEqual(self.cursor(self.st), 0)

    def counts(self):
        self.plug()
        self.st.panel.until("the cursor", lambda: self.cursor(self.st) == 5)

    def plugged(self, code):
        """As udev has it plugged in."""
        done = self.st.run_once("--stick", "sda1", self.drive, program="station-export", seconds=60)
        self.assertEqual(done.code, code, done.out + done.err)
        return done


class Hostile(PaperCase):
    """What does not move the cursor."""

    def test_the_good_one(self):
        self.paper()
        self.counts()
        self.paper(acked=3, hash=self.hash_of(3))  # an old one
        self.st.panel.until("it says nothing new", lambda: self.export(self.st, self.drive) and "nothing new: event 3 of 5" in self.st.said())
        self.assertEqual(self.cursor(self.st), 5)

    def test_on_a_stick_without_a_token(self):
        """It gets no export; what headquarters has signed counts, and nothing else."""
        self.paper(by=pair("client", "bench-1"))
        self.assertIn("token_file", self.plugged(1).err)
        self.st.panel.until("a refusal", lambda: REFUSED + "it is not signed by" in self.st.said())
        self.paper()
        self.st.panel.until("the cursor", lambda: self.plugged(1) and self.cursor(self.st) == 5)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["ack.json", "ack.json.p7s"])

    def test_what_does_not_count_moves_no_export(self):
        self.paper(hash="ab" * 32)
        self.export(self.st, self.drive)
        self.assertEqual(self.exports(self.drive)[0].manifest["first"], 1)

    def test_by_another_headquarters(self):
        """Although the same authority knows it, as it knows every station."""
        self.paper(by=authority().server(name="headquarters"))
        self.refused("it is not signed by the certificate in the settings")

    def test_by_a_station(self):
        self.paper(by=pair("client", "bench-1"))
        self.refused("it is not signed by")

    def test_another_headquarters_name(self):
        self.paper(headquarters="elsewhere")
        self.refused("another headquarters")

    def test_changed_after_it_was_signed(self):
        self.paper()
        path = self.folder / "ack.json"
        path.write_text(path.read_text().replace('"acked": 5', '"acked": 6'))
        self.refused("it is not signed by")

    def test_another_journal(self):
        self.paper(journal="0190b8a0-0000-4000-8000-000000000001")
        self.refused("it is not of this journal")

    def test_another_station(self):
        self.paper(station="bench-2")
        self.refused("it is of another station")

    def test_another_hash(self):
        self.paper(hash="ab" * 32)
        self.refused("event 5 here is another one")

    def test_beyond_the_end(self):
        self.paper(acked=9999)
        self.refused("it tells of events that are not there")

    def test_no_paper_at_all(self):
        (self.folder / "ack.json").write_bytes(os.urandom(300))
        signed(self.folder, pair("server"))
        self.refused("it is not of this journal")

    def test_no_signature_at_all(self):
        self.paper()
        (self.folder / "ack.json.p7s").write_bytes(os.urandom(300))
        self.refused("it is no CMS signature")

    def test_without_a_setting(self):
        self.configure(self.st, ack_file=None)
        self.st.sections["headquarters"].pop("ack_file")
        self.configure(self.st)
        self.st.restart()
        self.panel = self.st.panel
        self.paper()
        self.refused("[headquarters] ack_file does not say whose counts")

    def passed_over(self):
        err = self.export(self.st, self.drive).err
        self.assertIn("ack.json is passed over", err)
        self.assertEqual(self.cursor(self.st), 0)
        self.assertNotIn(REFUSED, self.st.said())
        return err

    def test_what_is_no_small_file(self):
        self.paper()
        for name in ("ack.json", "ack.json.p7s"):
            path = self.folder / name
            kept = path.read_bytes()
            path.write_bytes(b" " * 100000)
            self.passed_over()
            path.unlink()
            path.symlink_to("/etc/passwd")
            self.passed_over()
            path.unlink()
            os.mkfifo(path)
            self.passed_over()
            path.unlink()
            path.mkdir()
            self.passed_over()
            path.rmdir()
            path.write_bytes(kept)
        self.counts()

    def test_the_folder_is_a_link(self):
        self.paper()
        aside = self.stick() / "aside"
        self.folder.rename(aside)
        self.folder.symlink_to(aside)
        done = self.st.ctl("export", self.drive)
        self.assertIn("ack.json is passed over", done.err)
        self.assertEqual(self.cursor(self.st), 0)


@unittest.skipIf(sanitized(), "badcms.so can't be preloaded into a sanitized program")
class Slow(PaperCase):
    """A board that needs long to look at a signature."""

    def test_the_bench_goes_on_meanwhile(self):
        """Lamps follow, a second one is dropped, and what the first says counts when it was looked at."""
        control = self.st.dir / "slow"
        control.touch()
        self.st.stop()
        self.st.start(env={"LD_PRELOAD": str(stage() / "badcms.so"), "BADCMS_CONTROL": str(control)})
        self.panel = self.st.panel
        self.paper()
        self.plugged(1)
        self.st.open(rma(2))
        self.panel.ask("pass", accessories="on")
        self.panel.until("the next is dropped", lambda: self.plugged(1) and "an acknowledgement is dropped" in self.st.said())
        self.assertNotIn("as a stick says", self.st.said())
        control.unlink()
        self.panel.until("the cursor", lambda: self.cursor(self.st) == 5)

    def test_it_ends_while_one_is_looked_at(self):
        control = self.st.dir / "slow"
        control.touch()
        self.st.stop()
        self.st.start(env={"LD_PRELOAD": str(stage() / "badcms.so"), "BADCMS_CONTROL": str(control)})
        self.paper()
        self.plugged(1)
        self.st.proc.send_signal(signal.SIGTERM)
        self.st.panel.until("the last event", lambda: self.st.events("station.stopped")[1:])
        control.unlink()
        self.assertEqual(self.st.proc.wait(timeout=20), 0)
        self.st.start()
        self.panel = self.st.panel


class Line(AckCase):
    def test_the_line_goes_on_behind_it(self):
        """What the stick brought is not sent again, and the line's answers count as ever."""
        hq, stick = self.headquarters(start=False), self.stick()
        st = self.bench_without()
        self.goes_on(1)
        self.export(st, stick)
        self.acknowledged(hq, stick)
        self.export(st, stick)
        st.panel.until("the cursor", lambda: self.cursor(st))
        hq.start()
        self.configure(st, url=hq.url)
        st.restart()
        self.panel = st.panel
        self.delivered(hq, st)
        self.goes_on(2)
        self.delivered(hq, st)


if __name__ == "__main__":
    unittest.main()
