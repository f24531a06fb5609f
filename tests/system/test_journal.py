"""The journal against the world: foreign, damaged, newer, of another board, read-only; two stations; sudden ends."""
import os
import random
import shutil
import signal
import sqlite3

from case import KNOWN, StationCase, rma, row
from station import ZEROS, Station, csv_text, read_journal

CONFIG = 78


class Databases(StationCase):
    def setUp(self):
        self.station()
        self.st.inspect(rma(1))
        self.st.settle_verdict()
        self.st.stop()

    def refused(self, *words):
        before = self.st.db.read_bytes()
        self.st.start(wait=False)
        code = self.st.wait_end()
        self.assertEqual(code, CONFIG)
        for word in ("journal.db", *words):
            self.assertIn(word, self.st.said())
        self.assertEqual(self.st.db.read_bytes(), before, "a refused file is never touched")

    def set_aside(self, why):
        """Starts; the old file lies beside, the new journal says why and names its parent if it could be read."""
        self.st.start()
        aside = self.st.status()["journal"]["aside"]
        self.assertTrue(aside)
        path = self.st.state / os.path.basename(aside)
        self.assertTrue(path.exists())
        first = self.st.events()[0]
        self.assertEqual((first["kind"], first["seq"], first["prev"], first["data"]["why"]), ("journal.opened", 1, ZEROS, why))
        self.st.open(rma(2))
        return path, first

    def fresh_folder(self):
        for path in self.st.state.iterdir():
            path.unlink()

    def test_not_a_database(self):
        self.fresh_folder()
        self.st.db.write_text("Dear diary,\n" * 1000)
        self.st.give()
        self.refused()

    def test_a_foreign_database(self):
        self.fresh_folder()
        with sqlite3.connect(self.st.db) as con:
            con.execute("CREATE TABLE recipes(name TEXT)")
        con.close()
        self.st.give()
        self.refused()

    def test_a_newer_version(self):
        con = sqlite3.connect(self.st.db)
        con.execute("PRAGMA user_version=99")
        con.commit()
        con.close()
        self.st.give()
        self.refused("newer")

    def test_f5_an_emptied_file_is_said_so(self):
        """F5: where a journal was, an empty or overwritten file is damage, not a new beginning."""
        for rubbish in (b"", b"Dear diary,\n" * 1000):
            self.st.db.write_bytes(rubbish)
            path, first = self.set_aside("damaged")
            self.assertIsNone(first["data"]["parent"])
            self.assertEqual(path.read_bytes(), rubbish)
            self.st.stop()

    def test_an_empty_file_is_a_new_journal(self):
        self.fresh_folder()
        self.st.db.write_bytes(b"")
        self.st.give()
        self.st.start()
        self.assertEqual(self.st.events()[0]["data"], {"parent": None, "why": "new"})

    def test_f5_damaged_pages(self):
        """F5: a damaged journal is set aside and said so, never overwritten."""
        blob = bytearray(self.st.db.read_bytes())
        for at in range(100, len(blob), 512):
            blob[at:at + 64] = b"\xa5" * 64
        self.st.db.write_bytes(blob)
        path, _ = self.set_aside("damaged")
        self.assertEqual(path.read_bytes()[:100], bytes(blob[:100]))
        self.assertIn(path.name, self.st.said())

    def test_f5_a_changed_event(self):
        """F5: one word changed in the last events breaks the chain, whatever SQLite thinks of it."""
        con = sqlite3.connect(self.st.db)
        con.execute("UPDATE event SET line = CAST(replace(CAST(line AS TEXT), '\"verdict\":\"pass\"', '\"verdict\":\"fail\"') AS BLOB)"
                    " WHERE CAST(line AS TEXT) LIKE '%inspection.closed%'")
        con.commit()
        con.close()
        self.st.give()
        path, first = self.set_aside("damaged")
        with self.assertRaises(AssertionError):
            read_journal(path)

    def test_another_board(self):
        last = self.st.events()[-1]
        con = sqlite3.connect(self.st.db)
        head = con.execute("SELECT lower(hex(hash)) FROM event ORDER BY seq DESC LIMIT 1").fetchone()[0]
        con.close()
        self.st.give()
        boards = self.st.dir / "boards"
        boards.mkdir()
        (boards / "sim.board").write_text("[board]\nname = sim\ndriver = sim\nserial = another\n")
        base = self.st.command
        self.st.command = lambda *more: base("--boards", str(boards), *more)
        path, first = self.set_aside("board")
        self.assertEqual(first["data"]["parent"], {"journal": last["journal"], "seq": last["seq"], "hash": head})
        self.assertEqual(read_journal(path)[-1], last)

    def test_read_only_folder(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to take the folder away and to give it back")
        os.chown(self.st.db, 0, 0)
        self.st.db.chmod(0o444)
        os.chown(self.st.state, 0, 0)
        self.st.state.chmod(0o555)
        self.st.start()
        p = self.panel = self.st.panel
        p.wait("ATTENTION solid", lambda: p.lamps["attention"] == "on")
        since = p.mark()
        self.st.scan(rma(2))
        p.wait_tone("error", since)
        p.until("the problem in the status", lambda: self.st.status()["journal"]["problem"])
        self.assertFalse(self.st.status()["journal"]["works"])
        self.st.state.chmod(0o755)
        self.st.db.chmod(0o644)
        self.st.give()
        p.wait_show(20, message="idle")
        self.st.open(rma(2))

    def test_missing_folder(self):
        shutil.rmtree(self.st.state)
        self.st.start(wait=False)
        self.assertEqual(self.st.wait_end(), CONFIG)
        self.assertIn(str(self.st.state), self.st.said())
        self.st.proc = None
        self.st.state.mkdir()

    def test_verify_agrees(self):
        r = self.st.ctl("verify", self.st.db)
        self.assertEqual(r.code, 0, r.err)
        self.assertIn(f"{len(self.st.events())} events", r.out)


class Running(StationCase):
    def test_a_second_stationd_refuses_and_the_first_is_undisturbed(self):
        self.station()
        self.st.open(rma(1))
        r = self.st.run_once()
        self.assertEqual(r.code, CONFIG, r.err)
        self.assertRegex(r.err, "another stationd|in use")
        other = Station(scanner=False, settings={"station": {"state_dir": self.st.state}})
        self.addCleanup(other.close)
        r = other.run_once()
        self.assertEqual(r.code, CONFIG, r.err)
        self.panel.ask("pass", accessories="on")

    def test_a_stale_socket_is_replaced(self):
        self.station()
        self.st.kill()
        self.assertTrue((self.st.run / "panel.sock").exists())
        self.st.start()
        self.st.open(rma(1))

    def test_power_cut_resumes_at_the_step(self):
        self.station()
        self.st.open(rma(1))
        self.panel.ask("pass", accessories="on")
        for expect in ({"accessories": "on"}, {"accessories": "fast", "fail": "fast"}):
            self.st.kill()
            self.panel = self.st.start().panel
            self.picture(**expect)
            self.panel.wait_show(label=rma(1), step="accessories", title="Kettle 1")
            if "fail" not in expect:
                self.panel.ask("fail", accessories="fast", fail="fast")
        self.panel.ask("fail", usage="on")
        self.panel.ask("pass", fail="on")

    def test_power_cut_brings_no_silenced_alert_back(self):
        self.station()
        self.st.open(rma(1))
        self.st.scan(rma(2))
        self.silence()
        self.panel.ask("pass", accessories="on")
        self.st.kill()
        self.panel = self.st.start().panel
        self.picture(accessories="on")

    def test_power_cut_keeps_an_alert_that_nobody_saw(self):
        self.station()
        self.st.open(rma(1))
        self.st.scan(rma(2))
        self.panel.wait_show(alert="busy")
        self.st.kill()
        self.panel = self.st.start().panel
        self.panel.wait_show(alert="busy", step="appearance")
        self.silence()
        self.picture(appearance="on")

    def test_power_cut_in_the_hold_window_gives_a_full_new_one(self):
        self.station(settings={"inspection": {"hold_s": 2}})
        self.st.inspect(rma(1))
        self.st.kill()
        self.panel = self.st.start().panel
        self.picture(**{"pass": "on"})
        self.panel.ask("back", usage="on")
        self.panel.ask("pass", **{"pass": "on"})
        lit = self.panel.changed
        self.st.settle_verdict()
        self.assertGreaterEqual(self.panel.changed - lit, 1.5)
        self.assertEqual(len(self.st.events("inspection.final")), 1)

    def test_sigterm_in_the_middle_of_anything(self):
        """At every situation and at random moments in flight: station.stopped is last, the next start resumes."""
        st = self.station(settings={"inspection": {"hold_s": 60}})
        rng = random.Random(os.environ.get("SEED", "term"))
        pictures = [{"appearance": "on"}, {"accessories": "on"}, {"accessories": "fast", "fail": "fast"}, {"usage": "on"},
                    {"pass": "on"}]
        moves = [lambda: st.scan(rma(1)), lambda: self.panel.tap("pass"), lambda: self.panel.tap("fail"),
                 lambda: self.panel.tap("fail"), lambda: self.panel.tap("pass")]
        pictures[4] = {"fail": "on"}
        for move, picture in zip(moves, pictures):
            move()
            self.picture(**picture)
            st.stop()
            self.assertEqual(st.events()[-1]["kind"], "station.stopped")
            self.panel = st.start().panel
            self.picture(**picture)
        for n in KNOWN:
            st.scan(rma(n))
            self.panel.pump(rng.uniform(0, 0.004))
            st.stop(sig=rng.choice([signal.SIGTERM, signal.SIGINT]))
            self.assertEqual(st.events()[-1]["kind"], "station.stopped")
            self.panel = st.start().panel

    def test_sighup_reads_the_list_again(self):
        self.station(expected=[row(3)])
        (self.st.dir / "expected.csv").write_text(csv_text([row(1), row(2)]))
        self.st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the new list", lambda: self.st.status()["expected"]["returns"] == 2)
        self.st.open(rma(1))
        self.assertEqual(self.st.events("inspection.opened")[0]["data"]["list"], "known")

    def test_a_broken_list_keeps_the_old_one(self):
        self.station()
        before = self.st.status()["expected"]["returns"]
        (self.st.dir / "expected.csv").write_bytes(b"\xff\xfe\x00 not a list")
        self.st.proc.send_signal(signal.SIGHUP)
        self.panel.until("a word about it", lambda: "expected.csv" in self.st.said())
        self.assertEqual(self.st.status()["expected"]["returns"], before)
        self.st.open(rma(1))


