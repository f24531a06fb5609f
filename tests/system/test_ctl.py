"""stationctl without a station: labels, verify, log and status on files made here, the panel on a socket made here."""
import base64
import fcntl
import hashlib
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import termios
import time
import unittest

from station import BUILD, KEY, ZEROS, badge, command, house, mod37_36, reason, rma

CTL = str(BUILD / "stationctl")
JOURNAL = "0190b8a0-0000-4000-8000-00000000000a"
BOOT = "0190b8a0-0000-4000-8000-00000000000b"


def uuid(n):
    return f"0190b8a0-0000-7000-8000-{n:012x}"


def chain(*events, first=1, journal=JOURNAL):
    """Event lines with seq and prev; each event is (kind, members), at one a second."""
    lines, prev = [], ZEROS
    for seq, (kind, more) in enumerate(events, first):
        e = {"v": 1, "station": "bench-1", "journal": journal, "seq": seq, "id": uuid(seq),
             "at": f"2026-11-23T08:00:{seq:02d}.000Z", "clock": "trusted", "boot": BOOT, "mono_ms": 1000 * seq,
             "kind": kind, "by": None, "inspection": None, "item": None, "label": None, "data": {}, "prev": prev}
        e.update(more)
        line = json.dumps(e, separators=(",", ":"), ensure_ascii=False).encode()
        prev = hashlib.sha256(line).hexdigest()
        lines.append(line)
    return lines


def inspection(label, opened, verdict):
    about = {"label": label, "inspection": uuid(opened), "item": {"line": 1, "unit": 1}, "by": "B7"}
    raw = base64.b64encode(label.encode()).decode()
    return [("inspection.opened", {**about, "data": {"raw": raw, "scanner": "gun", "list": "known", "supersedes": None}}),
            ("step.answered", {**about, "label": None, "data": {"step": "appearance", "answer": verdict}}),
            ("inspection.closed", {**about, "data": {"verdict": verdict}}),
            ("inspection.final", {**about, "data": {"verdict": verdict}})]


SHIFT = ([("journal.opened", {"data": {"parent": None, "why": "new"}}),
          ("label.rejected", {"data": {"raw": base64.b64encode(b"\x1b[31mX").decode(), "scanner": "gun", "why": "bytes",
                                       "bytes": 6}})]
         + inspection("RLAX1", 3, "pass") + inspection("RLAX2", 7, "fail")
         + [("wand.waved", {"label": "RLAX1", "data": {"far": "future"}})])


class Ctl(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.dir)

    def ctl(self, *args, code=0, stdin=b""):
        r = subprocess.run([CTL, *map(str, args)], input=stdin, capture_output=True, timeout=60)
        self.assertEqual(r.returncode, code, (args, r.stdout, r.stderr))
        return r.stdout.decode(), r.stderr.decode()

    def export(self, lines, end=b"\n"):
        path = self.dir / "events.jsonl"
        path.write_bytes(b"\n".join(lines) + end)
        return path

    def database(self, lines, hashes=None, first=1, anchor=None):
        path = self.dir / "journal.db"
        db = sqlite3.connect(path)
        db.execute("PRAGMA application_id = 0x5354414e")
        db.execute("PRAGMA user_version = 1")
        db.execute("CREATE TABLE event(seq INTEGER PRIMARY KEY, line BLOB NOT NULL, hash BLOB NOT NULL)")
        db.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID")
        if anchor:
            db.execute("INSERT INTO meta VALUES('anchor', ?)", (anchor,))
        for i, line in enumerate(lines, first):
            good = hashlib.sha256(line).digest()
            db.execute("INSERT INTO event VALUES(?,?,?)", (i, line, (hashes or {}).get(i, good)))
        db.commit()
        db.close()
        return path


class Usage(Ctl):
    def test_help_and_version_everywhere(self):
        for args in ([], ["status"], ["log"], ["label"], ["verify"], ["panel"], ["doctor"], ["sheet"], ["watch"], ["export"]):
            out, _ = self.ctl(*args, "--help")
            self.assertIn("usage: stationctl", out)
            out, _ = self.ctl(*args, "--version")
            self.assertRegex(out, r"^stationctl [0-9.]+\n$")

    def test_wrong_usage_names_the_nearest(self):
        for args, word in ((["log", "--sinc", "2d"], "--since"), (["lok"], "log"), (["--confg", "x", "log"], "--config"),
                           (["log", "--json=1"], "no value"), (["log", "--label"], "needs a value"), ([], "command"),
                           (["verify"], "missing"), (["verify", "a", "b"], "too many"), (["log", "--since", "noon"], "8h"),
                           (["log", "--verdict", "maybe"], "pass or fail"), (["log", "--since", "2026-02-30"], "2026-11-23"),
                           (["panel", "--lang", "fr"], "zh"), (["panel"], "terminal"), (["label", "X"], "CODE")):
            _, err = self.ctl(*args, code=2)
            self.assertIn(word, err, args)


class Label(Ctl):
    def name(self, *scans, args=()):
        out, _ = self.ctl("label", "--site", "LAX", *args, stdin="\n".join(scans).encode() + b"\n")
        return [json.loads(line) for line in out.splitlines()]

    def test_names_every_kind(self):
        key = self.dir / "site.key"
        key.write_text(KEY.hex() + "\n")
        texts = [rma(1234), house(7), reason("SCRATCH"), badge("B7"), command("RECEIVING"), "ZZ-9-9"]
        kinds = ["return", "house", "reason", "badge", "command", "unknown"]
        found = self.name(*texts, args=("--key", key))
        self.assertEqual([f["kind"] for f in found], kinds)
        self.assertEqual([f["check"] for f in found], ["ok"] * 5 + ["none"])
        self.assertEqual([f["id"] for f in found[:5]], [texts[0], texts[1], "SCRATCH", "B7", "RECEIVING"])
        for text, f in zip(texts, found):
            self.assertEqual(f["raw"], text)
            self.assertEqual(set(f), {"raw", "kind", "id", "check", "candidates"})
            self.assertGreaterEqual(len(f["candidates"]), 1)

    def test_raw_bytes_escapes_and_the_suffix_of_the_wire(self):
        good = rma(5)
        found = self.name(good + r"\r\n", r"]C1\x1d" + good, r"\x00\xff" + '\\"\\\\', "", "é")
        self.assertEqual([f["raw"] for f in found[:3]], [good, r"]C1\x1d" + good, r"\x00\xff\x22\x5c"])
        self.assertEqual(found[0]["kind"], "return")
        self.assertEqual(found[2]["candidates"][0]["fault"], "bytes")
        self.assertEqual(len(found), 4, "an empty line is no scan")

    def test_a_misread_is_bad(self):
        good = rma(77)
        wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
        found = self.name(wrong)[0]
        self.assertEqual((found["kind"], found["check"], found["candidates"][0]["fault"]), ("unknown", "bad", "check"))

    def test_hostile_lines_are_answered_each(self):
        out, err = self.ctl("label", code=1, stdin=b"\\x1\n" + b"A" * 200000 + b"\n" + b"B" * 2000 + b"\nRX")
        found = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(["error" in f for f in found], [True, True, False, False])
        self.assertEqual(found[2]["candidates"][0]["fault"], "too-long")
        self.assertIn("line 1", err)
        self.assertIn("line 2", err)

    def test_make(self):
        key = self.dir / "site.key"
        key.write_text(KEY.hex())
        for kind, code, text in (("return", "RLAX0000042", rma(42)), ("house", "7", house(7)),
                                 ("command", "PARCELDONE", command("PARCELDONE")), ("reason", "DENT", reason("DENT")),
                                 ("badge", "B12", badge("B12"))):
            out, _ = self.ctl("label", "--site", "LAX", "--key", key, "--make", kind, code)
            self.assertEqual(out, text + "\n")
        self.assertIn("--key", self.ctl("label", "--make", "reason", "DENT", code=1)[1])
        self.assertIn("RECEIVING", self.ctl("label", "--key", key, "--make", "command", "DANCE", code=1)[1])
        self.assertIn("badge", self.ctl("label", "--make", "bagde", "X", code=2)[1])
        self.ctl("label", "--key", self.dir / "none", "--make", "reason", "X", code=3)
        self.assertEqual(mod37_36("A12425GABC1234002"), "M")  # the harness's own check character


class Verify(Ctl):
    def test_good_chains(self):
        lines = chain(*SHIFT)
        head = hashlib.sha256(lines[-1]).hexdigest()
        good = f"ok: {len(lines)} events, seq 1 to {len(lines)}, journal {JOURNAL}, head {head}\n"
        self.assertEqual(self.ctl("verify", self.export(lines))[0], good)
        self.assertEqual(self.ctl("verify", self.export(lines, b""))[0], good)
        self.assertEqual(self.ctl("verify", self.database(lines))[0], good)
        part = self.ctl("verify", self.export(lines[4:]))[0]
        self.assertIn(f"ok: {len(lines) - 4} events, seq 5 to {len(lines)}", part)

    def test_names_the_first_broken_link(self):
        lines = chain(*SHIFT)
        changed = lines[:3] + [lines[3].replace(b'"pass"', b'"fail"')] + lines[4:]
        other = chain(*SHIFT, journal=uuid(99))
        for broken, where, word in ((changed, "seq 5 (line 5)", "changed"), (lines[:4] + lines[5:], "seq 5 (line 5)", "seq"),
                                    (lines[:4] + lines[3:], "seq 5 (line 5)", "found seq 4"),
                                    (lines[:4] + [b"{}"] + lines[5:], "seq 5 (line 5)", ""),
                                    (lines[:4] + [b""] + lines[4:], "seq 5 (line 5)", ""),
                                    (lines[:4] + [b"x" * 9000], "seq 5 (line 5)", "long"),
                                    (lines[:4] + [b"x" * 300000] + lines[4:], "seq 5 (line 5)", "long"),
                                    (lines[:4] + other[4:], "seq 5 (line 5)", ""),
                                    (lines[:4] + [lines[4][:50]], "seq 5 (line 5)", ""),
                                    ([b"\x00\x1b[31m"] + lines, "line 1", "")):
            out, _ = self.ctl("verify", self.export(broken), code=1)
            self.assertTrue(out.startswith(f"broken at {where}"), (where, out))
            self.assertIn(word, out)
            self.assertTrue(all(x.isprintable() for x in out.splitlines()), out)

    def test_a_stored_hash_must_agree(self):
        lines = chain(*SHIFT)
        out, _ = self.ctl("verify", self.database(lines, {4: b"\0" * 32}), code=1)
        self.assertIn("broken at seq 4 (line 4): the stored hash", out)

    def test_a_journal_hangs_on_its_anchor(self):
        lines = chain(*SHIFT)
        removed = hashlib.sha256(lines[3]).hexdigest()

        def verify(first, anchor, code):
            (self.dir / "journal.db").unlink(missing_ok=True)
            return self.ctl("verify", self.database(lines[first - 1:], first=first, anchor=anchor), code=code)[0]

        out = verify(5, f"4 {removed}", 0)
        self.assertIn(f"ok: {len(lines) - 4} events, seq 5 to {len(lines)}", out)
        self.assertIn("begins at seq 5 (older ones removed after acknowledgement)", out)
        self.assertIn("broken at seq 1 ", verify(5, None, 1))  # nothing says that they were removed
        self.assertIn("broken at seq 5 ", verify(6, f"4 {removed}", 1))  # one more is missing
        self.assertIn("broken at seq 5 ", verify(5, f"4 {'00' * 32}", 1))
        self.assertIn("broken", verify(1, f"4 {removed}", 1))

    def test_what_is_no_journal(self):
        self.assertIn("folder", self.ctl("verify", self.dir, code=3)[1])
        for text in (b"\x00\x1b[31m", b"rma,line\r\nRLAX1,1\r\n", b"{}\n", b"x" * 300000):
            path = self.dir / "other"
            path.write_bytes(text)
            out, err = self.ctl("verify", path, code=3)
            self.assertNotIn("can't be trusted", out + err)
            self.assertIn("neither a journal nor an export", err)
        self.ctl("verify", self.dir / "none", code=3)
        self.ctl("verify", self.export([], b""), code=1)
        path = self.dir / "other.db"
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE t(a)")
        db.commit()
        db.close()
        before = path.read_bytes()
        self.ctl("verify", path, code=3)
        self.assertEqual(path.read_bytes(), before)


class Log(Ctl):
    def setUp(self):
        super().setUp()
        self.lines = chain(*SHIFT)
        self.database(self.lines)

    def log(self, *args, code=0):
        return self.ctl("--state", self.dir, "log", *args, code=code)[0]

    def kinds(self, *args):
        return [(e["seq"], e["kind"]) for e in map(json.loads, self.log("--json", *args).splitlines())]

    def test_the_very_lines(self):
        self.assertEqual(self.log("--json").encode(), b"\n".join(self.lines) + b"\n")

    def test_a_persons_lines(self):
        out = self.log().splitlines()
        self.assertEqual(len(out), len(self.lines))
        for line, word in zip(out, ("new", '"\\x1b[31mX"', "list known", "appearance PASS", "verdict PASS", "verdict PASS",
                                    "list known", "appearance FAIL", "verdict FAIL", "verdict FAIL", "wand.waved")):
            self.assertIn(word, line)
            self.assertTrue(line.isprintable())
        self.assertTrue(out[2].startswith("2026-11-23T08:00:03.000Z  inspection.opened"))
        self.assertIn("RLAX1 1.1", out[2])
        self.assertTrue(out[2].endswith("by B7"))

    def test_filters(self):
        label = [3, 4, 5, 6, 11]
        self.assertEqual([s for s, _ in self.kinds("--label", "rlax1")], label)
        self.assertEqual([s for s, _ in self.kinds("--verdict", "fail")], [9, 10])
        self.assertEqual([s for s, _ in self.kinds("--since", "2026-11-23T08:00:09Z")], [9, 10, 11])
        self.assertEqual([s for s, _ in self.kinds("--since", "2026-11-23T10:00:09.5+02:00")], [10, 11])
        self.assertEqual([s for s, _ in self.kinds("--label=RLAX1", "--since", "2026-11-23T08:00:04Z")], label[1:])
        self.assertEqual(len(self.kinds("--since", "2026-11-23")), len(self.lines))
        self.assertEqual(self.log("--label", "RLAX9", code=1), "")

    def test_no_journal(self):
        self.ctl("--state", self.dir / "none", "log", code=3)

    def test_a_reader_that_goes_away_is_quiet(self):
        p = subprocess.Popen([CTL, "--state", self.dir, "log"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.close()
        self.assertEqual(p.stderr.read(), b"")
        p.stderr.close()
        self.assertEqual(p.wait(10), 0)

    def test_follow(self):
        p = subprocess.Popen([CTL, "--state", self.dir, "log", "-f", "--json"], stdout=subprocess.PIPE)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.kill)
        for line in self.lines:
            self.assertEqual(p.stdout.readline(), line + b"\n")
        more = chain(*SHIFT, ("station.stopped", {"data": {"why": "signal"}}))[-1]
        db = sqlite3.connect(self.dir / "journal.db")
        db.execute("INSERT INTO event VALUES(?,?,?)", (len(self.lines) + 1, more, hashlib.sha256(more).digest()))
        db.commit()
        db.close()
        self.assertTrue(select.select([p.stdout], [], [], 10)[0], "the new event")
        self.assertEqual(p.stdout.readline(), more + b"\n")
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(10), 0)


class Panel(Ctl):
    """The panel in a terminal made here, with a station made here."""

    SHOW = {"message": "step", "alert": None, "label": "RLAX1", "item": {"line": 1, "unit": 2}, "units": 3, "left": 0,
            "product": "400638", "title": "Kettle\u001b[31m", "accessories": "lid", "reason": "loud", "wish": "refund",
            "step": "accessories", "by": "B7", "last": None, "arrived": 0}

    def serve(self, name="panel.sock"):
        path = self.dir / name
        path.unlink(missing_ok=True)
        s = socket.socket(socket.AF_UNIX)
        s.bind(str(path))
        s.listen()
        s.settimeout(10)
        self.addCleanup(s.close)
        return s

    def take(self, s, **more):
        c, _ = s.accept()
        self.addCleanup(c.close)
        c.settimeout(10)
        c.sendall(b"lamp accessories on\nlamp link slow\nshow " + json.dumps({**self.SHOW, **more}).encode() + b"\nready\n")
        return c

    def run_panel(self, *args):
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(CTL, [CTL, "--runtime", str(self.dir), "panel", *args])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.pid, self.fd, self.seen = pid, fd, b""
        self.addCleanup(os.close, fd)
        self.addCleanup(self.end)

    def end(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def read(self, until):
        """Reads the terminal until the words are there; they are dropped then."""
        deadline = time.monotonic() + 10
        while until.encode() not in self.seen:
            left = deadline - time.monotonic()
            self.assertTrue(left > 0 and select.select([self.fd], [], [], left)[0], (until, self.seen))
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            self.assertTrue(data, f"the panel ended before {until!r}: {self.seen!r}")
            self.seen += data
        self.seen = self.seen.split(until.encode(), 1)[1]

    def gone(self):
        """It ends by itself, leaves the terminal as it was, and says so."""
        deadline = time.monotonic() + 10
        while True:
            try:
                data = os.read(self.fd, 65536) if select.select([self.fd], [], [], deadline - time.monotonic())[0] else b""
            except OSError:
                data = b""
            if not data:
                break
            self.seen += data
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        self.assertIn(b"\x1b[?2004l", self.seen)
        self.assertIn(b"\x1b[?1049l", self.seen)
        return os.waitstatus_to_exitcode(status)

    def type(self, text):
        os.write(self.fd, text.encode())

    def told(self, c, line):
        got = b""
        while not got.endswith(b"\n"):
            got += c.recv(1)
        self.assertEqual(got.decode(), line + "\n")

    def test_keys_lines_and_pastes(self):
        s = self.serve()
        self.run_panel()
        c = self.take(s)
        self.read("Check the accessories")
        for key, line in (("p", "tap pass"), ("f", "tap fail"), ("b", "tap back"), ("h", "tap back 2500"),
                          ("RLAX1\\x1dbf\r", "scan RLAX1\\x1dbf"), ("\tpfb\r", "scan pfb"),
                          ("XY\x1b", None), ("p", "tap pass"), ("A\x7fB%1\r", "scan B%1"),
                          ("\x1b[200~pfbhq\x1dZ\rSECOND\r\x1b[201~", "scan pfbhq\\x1dZ"), ("", "scan SECOND"),
                          ("Q\xe9\r", "scan Q\\xc3\\xa9")):
            self.type(key)
            if line is None:  # Escape is a key of its own once nothing follows it
                self.settle()
            else:
                self.told(c, line)
        self.type("q")
        self.assertEqual(self.gone(), 0)

    def settle(self):
        """Until the terminal has been quiet for a while."""
        while select.select([self.fd], [], [], 0.2)[0]:
            self.seen += os.read(self.fd, 65536)

    def test_what_is_no_scan_is_said_and_stays(self):
        s = self.serve()
        self.run_panel()
        c = self.take(s)
        self.read("Check the accessories")
        self.type("A\\x1\r")
        self.read("broken")
        self.type("d\r")
        self.told(c, "scan A\\x1d")

    def test_waits_and_comes_back(self):
        self.run_panel()
        self.read("station not running")
        s = self.serve()
        c = self.take(s)
        self.read("Check the accessories")
        c.close()
        s.close()
        self.read("station not running")
        s = self.serve()
        self.take(s, message="idle")
        self.read("Scan the return label")

    def test_signals_put_the_terminal_right(self):
        for signo in (signal.SIGTERM, signal.SIGINT):
            s = self.serve()
            self.run_panel()
            self.take(s)
            self.read("Check the accessories")
            os.kill(self.pid, signo)
            self.assertEqual(self.gone(), 0)

    def test_hostile_station(self):
        s = self.serve()
        self.run_panel()
        c = self.take(s)
        self.read("Check the accessories")
        c.sendall(b"show " + b"x" * 100000 + b"\nlamp appearance nonsense\nlamp a b c d\nshow [1]\nshow {\"item\":3,"
                  b"\"message\":[],\"units\":-5}\ntone \xff\nerror \x1b]0;owned\x07\n\x00\x00\nerror \xc2\x9b31mlast\n")
        self.read("last")
        self.assertNotIn(b"owned\x07", self.seen)
        self.type("q")
        self.assertEqual(self.gone(), 0)

    def test_the_reason_in_words(self):
        """As the site's file has it, in the language of the screen; without it the code."""
        given = {"code": "SCRATCH", "en": "Scratched\u001b[31m", "zh": "有划痕"}
        for name, args, told, words in (("panel.sock", ("--lang", "en"), given, "Scratched?"), ("panel.sock", ("--lang", "zh"), given, "有划痕"),
                                        ("view.sock", ("--view", "--lang", "zh"), given, "有划痕"),
                                        ("view.sock", ("--view",), {"code": "NEW1", "en": None, "zh": None}, "NEW1")):
            s = self.serve(name)
            self.run_panel(*args)
            self.take(s, given=told)
            self.read(words)
            self.type("q")
            self.assertEqual(self.gone(), 0)

    def test_view_reads_only(self):
        for lang, words in (("en", "Check the accessories"), ("zh", "请检查配件")):
            s = self.serve("view.sock")
            self.run_panel("--view", "--lang", lang)
            c = self.take(s)
            self.read(words)
            self.read("Kettle?")
            self.type("pfbRLAX\r")
            c.sendall(b'show {"message":"idle"}\n')
            self.settle()
            c.setblocking(False)
            self.assertRaises(BlockingIOError, c.recv, 1)
            self.type("q")
            self.assertEqual(self.gone(), 0)


if __name__ == "__main__":
    unittest.main()
