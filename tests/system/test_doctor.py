"""stationctl doctor: what it finds on a board, a row at a time; by hand at a terminal; and the sheet that it wants scanned."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from fakehq import FakeHq, problem
from gpiostation import GpioStation
from line import authority, pair
from pki import Authority
from station import BUILD, LAMPS, NOBODY, Station, conf_text, sanitized, stage
from terminal import Terminal
from test_hid import HidStation

CHECKS = ["settings", "board", "lamps", "tones", "buttons", "scanner", "camera", "journal", "disk", "clock", "headquarters", "certificate"]
BUTTONS = ("PASS", "FAIL", "BACK")
OK, WARN, FAIL, CANT = 0, 1, 2, 3
SLOW = {"BADDISK_DELAY_US": "2000"}  # a disk that takes its time
PLAIN, SMALL, GS1, QR = "DOC1-YZ-MAQW/0289+.:", "DOC2-abcXYZ", "010400638133393110DOC3\x1d21YZ7", "DOC4-YZ-abc-0289"


class Doctor(unittest.TestCase):
    maxDiff = None

    def bench(self, kind=Station, **how):
        st = kind(expected=None, **how)
        self.addCleanup(st.close)
        return st

    def preloaded(self, st, disk="", offset=0, trusted=True, **more):
        """A disk and a clock at our word."""
        control = st.dir / "baddisk"
        control.write_text(disk)
        st.set_clock(offset, trusted)
        st.give()
        return {"LD_PRELOAD": f"{stage()}/baddisk.so:{stage()}/badclock.so", "BADDISK_DIR": str(st.state), "BADDISK_CONTROL": str(control),
                "BADCLOCK_CONTROL": str(st.dir / "badclock"), **more}

    def ask(self, st, *args, code=None, env=None):
        """The rows by name, of --json."""
        done = st.ctl("doctor", "--json", "--boards", stage() / "boards", *args, env=env, seconds=60)
        self.assertTrue(done.out, done.err)
        said = json.loads(done.out)
        self.assertEqual(said["v"], 1)
        worst = max((r["result"] for r in said["rows"]), key=("ok", "skipped", "warn", "fail").index)
        self.assertEqual(said["result"], worst)
        if code is not None:
            self.assertEqual(done.code, code, done.out)
        for row in said["rows"]:
            self.assertTrue(row["text"], row)
        return {row["name"]: row for row in said["rows"]}

    def row(self, st, name, result, words, env=None, code=None):
        row = self.ask(st, name, env=env, code=code)[name]
        self.assertEqual(row["result"], result, row)
        self.assertRegex(row["text"], words)
        return row


class Usage(Doctor):
    def test_wrong_words_could_not_run(self):
        st = self.bench()
        for args, words in ((["dsk"], "did you mean 'disk'"), (["--jsn"], "did you mean '--json'"), (["xyzzy"], "no check 'xyzzy'"),
                            (["--boards"], "needs a value")):
            done = st.ctl("doctor", *args)
            self.assertEqual(done.code, CANT)
            self.assertIn(words, done.err)

    def test_settings_that_are_refused_name_file_and_line(self):
        st = self.bench()
        st.conf.write_text("[station]\nname = bench-1\nbord = sim\n")
        st.give()
        for args in ((), ("disk",)):
            rows = self.ask(st, *args, code=CANT)
            self.assertEqual(list(rows), ["settings"])
            self.assertEqual(rows["settings"]["result"], "fail")
            self.assertRegex(rows["settings"]["text"], r"station\.conf:3: .*board")
        st.conf.unlink()
        rows = self.ask(st, code=CANT)
        self.assertIn(str(st.conf), rows["settings"]["text"])

    def test_lines_fit_the_terminal_and_say_the_same_as_json(self):
        st = self.bench()
        env = self.preloaded(st, trusted=False, **SLOW) if not sanitized() else None
        done = st.ctl("doctor", "--boards", stage() / "boards", env=env)
        rows = self.ask(st, env=env)
        self.assertEqual([line.split()[0] for line in done.out.split("\n\n")[0].splitlines() if line[0] != " "], CHECKS)
        counts = [sum(r["result"] == result for r in rows.values()) for result in ("ok", "skipped", "warn", "fail")]
        self.assertTrue(done.out.endswith("\n\n{} ok, {} skipped, {} to be looked at, {} failed\n".format(*counts)), done.out)
        self.assertLessEqual(max(len(line) for line in done.out.splitlines()), 80, done.out)
        flat = " ".join(done.out.split())
        for name in ("settings", "board", "lamps", "scanner", "journal", "certificate"):
            self.assertIn(rows[name]["text"], flat)
        self.assertNotIn("\x1b", done.out)


class Board(Doctor):
    def test_all_is_well(self):
        """The whole list on a good bench: only what wants hands is skipped."""
        if sanitized():
            self.skipTest("nothing can be preloaded into a sanitized program")
        hq = FakeHq(*authority().server(days=(-1, 300)), authority().cert)
        self.addCleanup(hq.close)
        own = authority().client("bench-1", days=(-1, 300))
        st = self.bench(settings={"headquarters": {"url": f"https://localhost:{hq.port}", "ca_file": authority().cert,
                                                   "cert_file": own.cert, "key_file": own.key}})
        rows = self.ask(st, env=self.preloaded(st, **SLOW), code=OK)
        self.assertEqual(list(rows), CHECKS)
        results = {name: row["result"] for name, row in rows.items()}
        self.assertEqual(results, {**dict.fromkeys(CHECKS, "ok"), **dict.fromkeys(("lamps", "tones", "buttons", "camera"), "skipped")})
        self.assertEqual(rows["certificate"]["days_left"], 299)
        self.assertGreater(rows["disk"]["free_bytes"], 1e9)
        self.assertGreaterEqual(rows["disk"]["sync_us_p50"], 2000)
        self.assertGreaterEqual(rows["disk"]["sync_us_max"], rows["disk"]["sync_us_p50"])
        self.assertIs(rows["clock"]["trusted"], True)
        self.assertEqual(rows["headquarters"]["line"], "good")

    def test_no_such_board(self):
        st = self.bench(settings={"station": {"board": "toaster"}})
        row = self.row(st, "board", "fail", "toaster", code=FAIL)
        self.assertNotIn("chip", row)
        self.row(st, "lamps", "fail", "no board 'toaster' in .*; there are: bench rpi sim", code=FAIL)

    def test_label_formats_that_are_refused(self):
        """With them stationd does not start."""
        st = self.bench()
        self.row(st, "settings", "ok", r"\d\d label formats", code=OK)
        (st.dir / "labels.d").mkdir()
        (st.dir / "labels.d/70-acme.conf").write_text("[label acme]\nshape = RT%d{8}%c\ncheck = mod37\n")
        st.give()
        self.row(st, "settings", "fail", r"labels.d/70-acme.conf:3: unknown check rule 'mod37'", code=FAIL)

    def test_sticks_that_nobody_can_use(self):
        junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        good, old = pair("server").cert.read_text(), pair("expired_server").cert.read_text()
        for export, ack, result, sticks, words, code in (
                ({}, None, "ok", ["token_file"], r"\[export\] token_file does not say who signs tokens: every stick is refused", OK),
                ({"token_file": good}, good, "ok", [], "1?", OK),
                ({"token_file": junk}, good, "fail", ["token_file"], r"station\.conf:\d+: token_file: \S+: is no certificate in PEM", FAIL),
                ({"who": "badge"}, None, "fail", ["badges"], r"station\.conf:\d+: who = badge, but \[export\] badges names no", FAIL),
                ({"who": "open"}, "", "fail", ["ack_file"], r"station\.conf:\d+: ack_file: \S+: is no certificate in PEM", FAIL),
                ({"who": "open"}, old, "warn", ["ack_file"], r"station\.conf:\d+: ack_file: \S+: it has expired", WARN)):
            st = self.bench(settings={"export": dict(export), "headquarters": {}})
            for name, text in (("token_file", export.get("token_file")), ("ack_file", ack)):
                if text is None:
                    continue
                (st.dir / name).write_text(text)
                st.sections["export" if name in export else "headquarters"][name] = st.dir / name
            st.conf.write_text(conf_text(st.sections))
            st.give()
            row = self.row(st, "settings", result, words, code=code)
            self.assertEqual(row["sticks"], sticks)
        (st.dir / "ack_file").chmod(0)
        if os.geteuid() == 0:  # what is run is nobody's
            (st.dir / "ack_file").chmod(0o600)
            os.chown(st.dir / "ack_file", 0, 0)
        row = self.row(st, "settings", "warn", "not checked: you have no permission for", code=WARN)
        self.assertEqual(row["denied"], str(st.dir / "ack_file"))

    def test_permission_that_is_missing_is_named(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to make files that nobody may open")
        st = self.bench()
        os.chown(st.dir / "site.key", 0, 0)
        self.row(st, "settings", "warn", "station bench-1 at site LAX; not checked: you have no permission for .*/site.key", code=WARN)
        st.state.chmod(0o700)
        os.chown(st.state, 0, 0)
        row = self.row(st, "disk", "warn", "^not checked: you have no permission for .*/state; .*group station", code=WARN)
        self.assertEqual(row["denied"], str(st.state))
        self.row(st, "journal", "warn", "^not checked: you have no permission")
        st.run.chmod(0o700)
        os.chown(st.run, 0, 0)
        self.row(st, "scanner", "warn", "^not checked: whether stationd has it can't be told .*/run", code=WARN)
        os.chown(st.run, NOBODY, NOBODY)
        device = os.path.realpath(st.scanner.path)
        os.chown(device, 0, 5)  # group tty, as it were dialout
        os.chmod(device, 0o660)
        self.row(st, "scanner", "warn", "no permission for .*; the group tty has .adduser NAME tty", code=WARN)

    def test_scanner_is_there_or_not_F10(self):
        st = self.bench()
        self.row(st, "scanner", "ok", "bench: .*/scanner opens; .*nobody sits at a terminal", code=OK)
        st.scanner.unplug()
        self.row(st, "scanner", "fail", "not there: plug it in", code=FAIL)
        (st.dir / "scanner").write_text("no line")
        self.row(st, "scanner", "fail", "not a serial line", code=FAIL)

    def test_a_running_station_keeps_what_it_has(self):
        """Its scanner is not opened, what it says of it is told; and it inspects on."""
        st = self.bench()
        st.start()
        st.panel.until("the scanner", lambda: st.status()["scanners"][0]["present"])
        self.row(st, "scanner", "ok", "stationd has it open .*systemctl stop stationd", code=OK)
        st.scan("R000")
        st.panel.until("the scan in the journal", lambda: "label.rejected" in st.kinds())
        st.scanner.unplug()
        st.panel.until("the loss", lambda: not st.status()["scanners"][0]["present"])
        self.row(st, "scanner", "fail", "stationd has LOST it", code=FAIL)
        row = self.row(st, "journal", "ok", "the end of the chain is right; no page of the file is broken", code=OK)
        self.assertGreaterEqual(row["seq"], 3)
        st.stop()
        st.scanner.plug()
        self.row(st, "scanner", "ok", "opens")


@unittest.skipIf(sanitized(), "nothing can be preloaded into a sanitized program")
class Disk(Doctor):
    def test_full(self):
        st = self.bench()
        row = self.row(st, "disk", "fail", "0 MB free.*can't be written: No space left", self.preloaded(st, "full"), FAIL)
        self.assertEqual(row["free_bytes"], 0)

    def test_broken_and_read_only(self):
        st = self.bench()
        self.row(st, "disk", "fail", "can't be written: Input/output error", self.preloaded(st, "eio"), FAIL)
        self.row(st, "disk", "fail", "can't be written: Read-only file system", self.preloaded(st, "rofs"), FAIL)

    def test_syncs_that_do_nothing_are_suspected(self):
        st = self.bench()
        row = self.row(st, "disk", "warn", "too fast for a card", self.preloaded(st, "nosync"), WARN)
        self.assertLess(row["sync_us_p50"], 100)
        row = self.row(st, "disk", "ok", "only a power cut can prove", self.preloaded(st, **SLOW), OK)
        self.assertEqual(list(st.state.iterdir()), [], "it leaves nothing behind")

    def test_slow(self):
        st = self.bench()
        self.row(st, "disk", "warn", "lamps will lag", self.preloaded(st, BADDISK_DELAY_US="60000"), WARN)

    def test_memory_is_no_disk(self):
        st = self.bench()
        folder = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm", prefix="doctor-"))
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o777)
        rows = self.ask(st, "--state", str(folder), "disk", code=FAIL)
        self.assertIn("in memory", rows["disk"]["text"])

    def test_no_folder(self):
        st = self.bench()
        st.state.rmdir()
        self.row(st, "disk", "fail", "there is no folder", code=FAIL)

    def test_clock_F1(self):
        st = self.bench()
        self.row(st, "clock", "ok", "set by a time source", self.preloaded(st), OK)
        self.row(st, "clock", "warn", "no time source has set it since boot.*timesyncd", self.preloaded(st, trusted=False), WARN)
        row = self.row(st, "clock", "warn", "it stands at 1970.*no battery clock", self.preloaded(st, offset=-time.time() + 3600, trusted=False))
        self.assertRegex(row["at"], "^1970-01-01T01:")

    def test_clock_behind_the_journal_F1(self):
        st = self.bench()
        st.start()
        st.stop()
        self.row(st, "clock", "warn", "the journal's newest event is later", self.preloaded(st, offset=-86400), WARN)
        self.row(st, "clock", "ok", "set by a time source", self.preloaded(st), OK)


class Journal(Doctor):
    def test_none_yet(self):
        self.row(self.bench(), "journal", "ok", "none yet .*first start", code=OK)

    def test_damage_F5(self):
        st = self.bench()
        st.start()
        st.stop()
        self.row(st, "journal", "ok", "no page of the file is broken", code=OK)
        with sqlite3.connect(st.db) as db:
            db.execute("UPDATE event SET line = replace(line, 'station', 'stat1on') WHERE seq = (SELECT max(seq) FROM event)")
        st.give()
        before = st.db.read_bytes()
        self.row(st, "journal", "fail", "is DAMAGED: .*keep the file", code=FAIL)
        self.assertEqual(st.db.read_bytes(), before)

    def test_a_broken_page_F5(self):
        """The chain's end is whole; a page of another table is not."""
        st = self.bench()
        st.start()
        st.stop()
        with sqlite3.connect(st.db) as db:
            page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'arrival'").fetchone()[0]
            size = db.execute("PRAGMA page_size").fetchone()[0]
        with open(st.db, "r+b") as f:
            f.seek((page - 1) * size)
            f.write(b"\xff" * 64)
        self.row(st, "journal", "fail", "is DAMAGED", code=FAIL)

    def test_another_file(self):
        st = self.bench()
        st.db.write_text("Dear diary\n" * 500)
        st.give()
        self.row(st, "journal", "fail", "is no station's journal", code=FAIL)


class Headquarters(Doctor):
    @classmethod
    def setUpClass(cls):
        cls.other = Authority()
        cls.addClassCleanup(cls.other.close)

    def fake(self, server=None):
        hq = FakeHq(*(server or pair("server")), authority().cert)
        self.addCleanup(hq.close)
        return hq

    def bench(self, port, own=None, host="localhost", **more):
        own = own or pair("client", "bench-1")
        keys = {"url": f"https://{host}:{port}", "ca_file": authority().cert, "cert_file": own.cert, "key_file": own.key}
        return super().bench(settings={"headquarters": {**keys, **more}})

    def said(self, st, words, **fields):
        row = self.row(st, "headquarters", "fail", words, code=FAIL)
        self.assertEqual({k: row.get(k) for k in fields}, fields)
        return row

    def test_one_question_and_nothing_touched(self):
        hq = self.fake(authority().server(days=(-1, 300)))
        st = self.bench(hq.port)
        row = self.row(st, "headquarters", "ok", "answered in .* knows this station; its certificate is good for 299 days", code=OK)
        self.assertEqual((row["line"], row["http"], row["days_left"]), ("good", 200, 299))
        self.assertEqual([(r.method, r.path) for r in hq.asked], [("GET", "/v1/expected")])
        self.assertEqual(list(st.state.iterdir()), [])

    def test_headquarters_certificate_ends_soon_F14(self):
        row = self.row(self.bench(self.fake().port), "headquarters", "warn", "its certificate is good for 29 days .*see that it is renewed", code=WARN)
        self.assertEqual(row["line"], "good")

    def test_beside_a_running_station(self):
        """Neither its journal nor its cursor moves."""
        hq = self.fake()
        st = self.bench(hq.port, poll_s=0)
        st.start()
        st.panel.until("headquarters has all", lambda: st.status()["headquarters"]["backlog"] == 0 and st.status()["journal"]["checked"])

        def touched():
            journal = st.status()["journal"]
            with sqlite3.connect(st.db) as db:
                cursor = db.execute("SELECT value FROM meta WHERE key = 'cursor'").fetchall()
            return [journal[k] for k in ("id", "seq", "head")], cursor, st.status()["expected"]["returns"]

        before = touched()
        self.assertEqual(self.ask(st, "headquarters")["headquarters"]["line"], "good")
        self.assertEqual(hq.asked[-1].path, "/v1/expected")
        self.assertEqual(touched(), before)

    def test_expired(self):
        row = self.said(self.bench(self.fake(pair("expired_server")).port), "certificate has expired.*HAS EXPIRED", line="tls")
        self.assertLess(row["days_left"], 0)

    def test_wrong_name(self):
        self.said(self.bench(self.fake(pair("server", "elsewhere.example")).port), "not for this name", line="tls")

    def test_unknown_authority(self):
        self.said(self.bench(self.fake(self.other.server()).port), "from no authority that this station knows", line="tls")

    def test_our_certificate_is_refused(self):
        row = self.said(self.bench(self.fake().port, own=self.other.client("bench-1")), "does not take this station's certificate|was cut")
        self.assertIn(row["line"], ("tls", "line"))

    def test_401_and_403(self):
        hq = self.fake()
        st = self.bench(hq.port)
        hq.answer = lambda request: problem(401, "unknown-station")
        self.said(st, r"HTTP 401\): .*does not know this certificate", line="denied", http=401)
        hq.answer = lambda request: problem(403, "revoked")
        self.said(st, r"HTTP 403\): .*revoked", line="denied", http=403)

    def test_nothing_listens_and_no_proxy(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.said(self.bench(port), "no connection to headquarters", line="line")
        self.said(self.bench(port, proxy="http://127.0.0.1:9"), "no connection to headquarters", line="line")
        self.said(self.bench(port, host="nowhere.invalid"), "name is not found", line="line")

    def test_silence(self):
        hq = self.fake()
        hq.answer = lambda request: iter(lambda: release.wait(30) and b"", None)
        release = threading.Event()
        self.addCleanup(release.set)
        self.said(self.bench(hq.port), "headquarters does not answer", line="line")

    def test_something_else_answers(self):
        hq = self.fake()
        hq.answer = lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
        self.said(self.bench(hq.port), "makes no sense", line="nonsense", http=200)

    def test_a_key_that_we_may_not_read(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to make files that nobody may open")
        own = authority().client("bench-1")
        os.chown(own.key, 0, 0)
        row = self.row(self.bench(self.fake().port, own=own), "headquarters", "warn", "no permission for .*key", code=WARN)
        self.assertEqual(row["denied"], str(own.key))

    def test_certificate_days_F14(self):
        port = self.fake().port
        for days, result, words, code in ((300, "ok", "is good for 299 days", OK), (20, "warn", "19 days .*see that it is renewed", WARN),
                                          (5, "warn", "4 days .*RENEW IT NOW", WARN), (-1, "fail", "HAS EXPIRED", FAIL)):
            row = self.row(self.bench(port, own=authority().client("bench-1", days=(-100, days))), "certificate", result, words, code=code)
            self.assertEqual(row["days_left"], days - 1)
        self.row(self.bench(port, own=authority().client("bench-1", days=(2, 9))), "certificate", "fail", "not yet valid", code=FAIL)

    def test_what_is_no_certificate(self):
        st = self.bench(self.fake().port)
        path = st.dir / "own.pem"
        for content, words in ((b"", "no certificate"), (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
                               (b"x" * 70000, "too large")):
            path.write_bytes(content)
            st.sections["headquarters"]["cert_file"] = path
            st.conf.write_text(conf_text(st.sections))
            st.give()
            self.row(st, "certificate", "fail", words, code=FAIL)
        path.unlink()
        self.row(st, "certificate", "fail", "No such file", code=FAIL)


@unittest.skipIf(sanitized(), "badgpio.so can't be preloaded into a sanitized program")
class Panel(Doctor):
    def setUp(self):
        self.st = self.bench(GpioStation)

    def change_board(self, old, new):
        board = self.st.dir / "bench.board"
        text = board.read_text()
        changed = re.sub(old, new, text, flags=re.M)
        self.assertNotEqual(changed, text)
        board.write_text(changed)

    def terminal(self, *checks, **env):
        t = Terminal(stage() / "stationctl", "--config", self.st.conf, "doctor", "--boards", stage() / "boards", *checks,
                     env=self.st.preloaded(**env))
        self.addCleanup(t.close)
        return t

    def until(self, what, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, f"{what}: {self.st.wires()}")

    def lit(self):
        try:
            return self.st.lit()
        except (FileNotFoundError, ValueError):
            return set()

    def test_lines_found_F13(self):
        row = self.row(self.st, "board", "ok", "chip station; all 11 lines found, all free", self.st.preloaded(), OK)
        self.assertEqual((row["chip"], {x["state"] for x in row["lines"]}, len(row["lines"])), ("station", {"free"}, 11))

    def test_who_has_a_line_is_said_F13(self):
        row = self.row(self.st, "board", "fail", r"line LAMP_FAIL \(\[lamps\] fail\) is taken by gpio-keys",
                       self.st.preloaded(BADGPIO_HELD="LAMP_FAIL"), FAIL)
        self.assertEqual([x["line"] for x in row["lines"] if x["state"] == "taken"], ["LAMP_FAIL"])
        self.row(self.st, "board", "warn", "taken by another stationd", self.st.preloaded(BADGPIO_HELD="PASS", BADGPIO_HOLDER="stationd"), WARN)

    def test_missing_lines_and_chips_F13(self):
        self.change_board(r"^usage = LAMP_USAGE$", "usage = LAMP_NOWHERE")
        row = self.row(self.st, "board", "fail", r"has no line LAMP_NOWHERE \(\[lamps\] usage\)", self.st.preloaded(), FAIL)
        self.assertEqual([x["line"] for x in row["lines"] if x["state"] == "missing"], ["LAMP_NOWHERE"])
        self.change_board(r"^chip = .*$", "chip = pinctrl-elsewhere")
        self.row(self.st, "board", "fail", "no GPIO chip has the label pinctrl-elsewhere; there are: station", self.st.preloaded(), FAIL)

    def test_a_running_station_keeps_its_lines(self):
        st = self.st
        st.start()
        held = st.preloaded(BADGPIO_HELD="PASS", BADGPIO_HOLDER="stationd")
        self.row(st, "board", "ok", "in the hands of the running stationd", held, OK)
        for check in ("lamps", "tones", "buttons"):
            self.row(st, check, "skipped", "stationd has the lines: 'systemctl stop stationd'", held, OK)
        st.stop()

    def test_each_lamp_in_turn_F12(self):
        t = self.terminal("lamps")
        for lamp in LAMPS:
            before = t.wait("Seen? [y/n/r/q] ")
            self.assertIn(lamp, before.lower())
            self.until(f"only {lamp} is lit", lambda lamp=lamp: self.lit() == {lamp})
            t.type("y\n")
        code, said = t.end()
        self.assertEqual(code, OK, said)
        self.assertRegex(said, r"lamps +ok +all seven were seen")
        self.assertEqual(self.lit(), set())

    def test_a_dark_lamp(self):
        t = self.terminal("lamps")
        for lamp in LAMPS:
            t.wait("Seen? [y/n/r/q] ")
            if lamp == "usage":
                t.type("maybe\nr\n")
                t.wait("y, n, r for again, or q to end: ")
                t.wait("The lamp usage (blue) is lit")
            t.type("n\n" if lamp == "usage" else "y\n")
        code, said = t.end()
        self.assertEqual(code, FAIL, said)
        self.assertRegex(said, r"lamps +FAIL +usage \(blue\) was not seen")

    def test_lamps_by_name_without_a_terminal(self):
        """Named, they are lit for whoever looks; else nothing is touched."""
        self.row(self.st, "lamps", "skipped", "nobody was asked", self.st.preloaded(), OK)
        rows = self.ask(self.st, env=self.st.preloaded())
        self.assertRegex(rows["lamps"]["text"], "nobody sits at a terminal.*name this check")
        self.row(self.st, "buttons", "skipped", "nobody sits at a terminal", self.st.preloaded(), OK)
        seen = set()
        done = subprocess.Popen([stage() / "stationctl", "--config", self.st.conf, "doctor", "--boards", stage() / "boards", "lamps"],
                                env={**os.environ, **self.st.preloaded()}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while done.poll() is None:
            seen |= self.lit()
        self.assertEqual(seen, set(LAMPS))

    def test_tones_F8(self):
        t = self.terminal("tones")
        for tone in ("tick", "double-tick", "beep", "chime", "chime-fail", "error", "wrong-label", "question", "falling"):
            self.assertIn(f"The tone {tone} ", t.wait("Heard? [y/n/r/q] "))
            t.type("n\n" if tone == "beep" else "y\n")
        code, said = t.end()
        self.assertEqual(code, FAIL, said)
        self.assertRegex(said, r"tones +FAIL +beep was not heard")

    def test_no_buzzer(self):
        self.change_board(r"^\[buzzer\]\nline = BUZZER\n", "")
        self.row(self.st, "tones", "skipped", "no buzzer; every tone has a lamp", self.st.preloaded(), OK)

    def press(self, name, *levels):
        self.st.order(*(f"edge {name} {level} {time.monotonic_ns()}" for level in levels))

    def buttons(self, answer, **env):
        """answer(name): what is done when that button is asked for."""
        t = self.terminal("buttons", **env)
        for name in BUTTONS:
            t.wait(f"Press {name} within 30 s")
            answer(t, name)
        return t.end()

    def test_each_button(self):
        code, said = self.buttons(lambda t, name: self.press(name, 1, 0))
        self.assertEqual(code, OK, said)
        self.assertRegex(said, r"buttons +ok +PASS, FAIL and BACK came")

    def test_swapped_buttons(self):
        other = {"PASS": "FAIL", "FAIL": "PASS", "BACK": "BACK"}
        code, said = self.buttons(lambda t, name: self.press(other[name], 1, 0))
        self.assertEqual(code, FAIL, said)
        flat = " ".join(said.split())
        self.assertIn("PASS was asked for and FAIL came", flat)
        self.assertIn("FAIL was asked for and PASS came", flat)
        self.assertNotIn("BACK was", flat)

    def test_inverted_and_stuck_buttons(self):
        for story, words in (((0, 1), "PASS is inverted: .*active_low of the board file is yes and wants to be no"),
                             ((), r"PASS is stuck: it reads as pressed all the time \(line PASS\)")):
            def answer(t, name, story=story):
                if name == "PASS" and not story:
                    t.type("n\n")
                else:
                    self.press(name, *(story if name == "PASS" else (1, 0)))
            code, said = self.buttons(answer, BADGPIO_DOWN="PASS")
            self.assertEqual(code, FAIL, said)
            self.assertRegex(" ".join(said.split()), words)

    def test_a_dead_button(self):
        code, said = self.buttons(lambda t, name: t.type("n\n") if name == "BACK" else self.press(name, 1, 0))
        self.assertEqual(code, FAIL, said)
        self.assertIn("BACK is dead: no press came on line BACK", " ".join(said.split()))

    def test_a_person_who_goes_away(self):
        t = self.terminal("lamps", "buttons")
        t.wait("Seen? [y/n/r/q] ")
        t.type("q\n")
        t.wait("Press PASS")
        t.type("q\n")
        code, said = t.end()
        self.assertEqual(code, OK, said)
        self.assertRegex(said, r"(?s)lamps +- +ended by hand at appearance.*buttons +- +ended by hand at PASS")
        self.assertEqual(self.lit(), set())

    def test_interrupted_it_leaves_no_lamp_lit(self):
        for send in (lambda t: t.type("\x03"), lambda t: os.kill(t.pid, signal.SIGTERM), lambda t: os.kill(t.pid, signal.SIGHUP)):
            t = self.terminal("lamps", "buttons")
            t.wait("Seen? [y/n/r/q] ")
            self.until("the lamp", lambda: self.lit() == {"appearance"})
            send(t)
            code, said = t.end()
            self.assertIn(code, (-signal.SIGINT, -signal.SIGTERM, -signal.SIGHUP), said)
            self.assertNotIn("Press", said)
            self.assertEqual(self.lit(), set())

    def test_no_ask_asks_nobody(self):
        t = self.terminal("--no-ask", "buttons", "lamps")
        code, said = t.end()
        self.assertEqual(code, OK, said)
        self.assertNotIn("[y/n", said)

    def test_the_chip_is_lost(self):
        t = self.terminal("buttons")
        t.wait("Press PASS")
        self.st.order("gone")
        code, said = t.end()
        self.assertEqual(code, FAIL, said)
        self.assertRegex(said, "the chip was lost at PASS")


class Scans(Doctor):
    """The simulated board's scanner, and what a person scans with it (F7)."""

    def scan(self, *sent, settings=None, types=False):
        """sent: the bytes of each code in turn, or a key that is typed. types: the scanner does so, as a keyboard."""
        st = self.bench(HidStation if types else Station, settings=settings or {})
        t = Terminal(stage() / "stationctl", "--config", st.conf, "doctor", "--boards", stage() / "boards", "--json", "scanner",
                     env=st.preloaded() if types else None)
        self.addCleanup(t.close)
        for n, data in enumerate(sent, 1):
            t.wait(f"scan code {n}", 20)
            for one in data if isinstance(data, list) else [data]:
                if one in ("n", "q"):
                    t.type(one + "\n")
                    continue
                if types:
                    st.scanner.type(one)
                else:
                    st.scanner.write(one.encode())
                t.wait("... ")
        code, said = t.end()
        rows = json.loads(said[said.index('{\n "v"'):])["rows"]
        self.assertEqual(rows[0]["name"], "scanner")
        return code, rows[0]

    def test_a_good_scanner_F7(self):
        code, row = self.scan(f"]C0{PLAIN}\r", f"]C0{SMALL}\r", f"]C1{GS1}\r", f"]Q1{QR}\r")
        self.assertEqual(code, OK, row)
        self.assertRegex(row["text"], "the sheet was read: suffix cr, AIM ids are sent")
        self.assertEqual([(s["code"], s["suffix"], s["aim"], s["fnc1"], s["case"], s["layout"]) for s in row["scans"]],
                         [("plain", "cr", "C0", "none", "kept", "us"), ("case", "cr", "C0", "none", "kept", "us"),
                          ("gs1", "cr", "C1", "gs", "kept", "us"), ("qr", "cr", "Q1", "none", "kept", "us")])

    @unittest.skipIf(sanitized(), "badhid.so can't be preloaded into a sanitized program")
    def test_a_scanner_that_types_F6(self):
        code, row = self.scan(f"{PLAIN}\r", f"{SMALL}\r", f"{GS1}\r", f"{QR}\r", types=True)
        self.assertEqual(code, OK, row)
        self.assertRegex(row["text"], "the sheet was read: suffix cr")
        self.assertEqual([(s["code"], s["suffix"], s["fnc1"]) for s in row["scans"]],
                         [("plain", "cr", "none"), ("case", "cr", "none"), ("gs1", "cr", "gs"), ("qr", "cr", "none")])

    @unittest.skipIf(sanitized(), "badhid.so can't be preloaded into a sanitized program")
    def test_a_scanner_that_types_is_there_or_not_F6(self):
        st = self.bench(HidStation)
        self.row(st, "scanner", "ok", "opens", env=st.preloaded(), code=OK)
        st.scanner.unplug()
        self.row(st, "scanner", "fail", "not there: plug it in; 'ls /dev/input/by-id'", env=st.preloaded(), code=FAIL)
        (st.dir / "scanner").write_text("no line")
        self.row(st, "scanner", "fail", "not an input device", env=st.preloaded(), code=FAIL)

    def test_fnc1_is_lost_and_no_suffix_F7(self):
        code, row = self.scan(PLAIN, SMALL, GS1.replace("\x1d", ""), "n")
        self.assertEqual(code, WARN, row)
        for words in ("no suffix, or TAB", "FNC1 is lost", "can't read code 4, QR: is it switched on in the scanner, or has it a laser"):
            self.assertEqual(row["text"].count(words), 1, row["text"])

    def test_a_substitute_and_capitals_F7(self):
        code, row = self.scan(f"{PLAIN}\r", f"{SMALL.upper()}\r", GS1.replace("\x1d", "|") + "\r", f"{QR.upper()}\r")
        self.assertEqual(code, FAIL, row)
        self.assertEqual(row["scans"][2]["substitute"], "|")
        self.assertRegex(row["text"], "FNC1 comes as other bytes.*")
        self.assertEqual(row["text"].count("case conversion"), 1)

    def test_a_keyboard_of_another_country_F6(self):
        code, row = self.scan("DOC1/ZY/MAQW&0289].>\r", f"{SMALL}\r", f"{GS1}\r", "n")
        self.assertEqual(code, FAIL, row)
        self.assertEqual(row["scans"][0]["layout"], "qwertz")
        self.assertIn("German keyboard", row["text"])

    def test_silence_never_ends_a_scan_without_gap(self):
        code, row = self.scan(PLAIN, "q", settings={"scanner bench": {"gap_ms": 0}})
        self.assertEqual(code, FAIL, row)
        self.assertIn("gap_ms of its section to 200", row["text"])

    def test_the_wrong_code_and_rubbish(self):
        code, row = self.scan([f"{QR}\r", f"{PLAIN}\r"], "RLAX0000042I\r", "q")
        self.assertEqual(code, FAIL, row)
        self.assertEqual([s["code"] for s in row["scans"]], ["qr", "plain", "unknown"])
        self.assertIn("no code of the sheet: are baud and format", row["text"])


if __name__ == "__main__":
    unittest.main()
