"""stationctl status and watch: ten lines and a verdict for a person, codes for scripts, JSON, and a file for Prometheus; without a
station on files made here, and with one."""
import json
import os
import pathlib
import select
import signal
import subprocess
import time
import unittest

import promtext
from case import StationCase, rma, row
from fakehq import FakeHq, problem
from line import LineCase, authority, pair
from station import BUILD, Station, sanitized
from terminal import Terminal
from test_ctl import Ctl, JOURNAL

SUBJECTS = ["panel", "scanner", "camera", "journal", "backlog", "clock", "certificate", "disk", "last export"]
GOOD = {"v": 1, "station": "bench-1", "site": "LAX", "version": "0.1.0", "pid": 0, "at": "2026-11-23T08:00:00.000Z", "board": "rpi",
        "disk": {"dir": "/nowhere", "free": 12_300_000_000, "size": 29_000_000_000}, "ready": True, "situation": "step", "step": "usage",
        "label": "RLAX1", "by": "B7", "lamps": {"appearance": "off", "usage": "on"},
        "journal": {"id": JOURNAL, "works": True, "problem": None, "seq": 12, "head": "ab" * 32, "acked": 3, "checked": True, "aside": None},
        "expected": {"file": None, "returns": 7}, "scanners": [{"name": "gun", "device": "/dev/x", "present": True}],
        "camera": None, "export": None, "faults": [], "queue": {"waiting": 0, "held_back": 2}, "clock": "untrusted"}
EYE = {"name": "eye", "size": "1280x720", "present": True}
SIGHT = {"mode": "640x480 GREY 15/s", "focus": "sharp", "edge": 21, "light": "fine", "bright": 200, "blown": 1, "dirt": "none", "spot_x": 0, "spot_y": 0}
HQ = {"url": "https://hq.example", "line": "good", "why": None, "acked": 9, "backlog": 3, "unsent_since": None,
      "last_ok": "2026-11-23T07:59:00.000Z", "next_try": "2026-11-23T08:00:03.000Z"}


def ago(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - seconds))


class File(Ctl):
    def write(self, raw=None, **more):
        text = raw if raw is not None else json.dumps({**GOOD, "pid": os.getpid(), **more}).encode()
        new = self.dir / "status.json.new"
        new.write_bytes(text)
        new.rename(self.dir / "status.json")

    def status(self, code, *args, raw=None, **more):
        self.write(raw, **more)
        return self.ctl("--runtime", self.dir, "status", *args, code=code)


class Lines(File):
    def test_well_in_ten_lines(self):
        out = self.status(0)[0].splitlines()
        self.assertEqual(out[0], "WELL: bench-1 at site LAX")
        self.assertEqual([line[:12].rstrip() for line in out[1:]], SUBJECTS)
        said = dict(zip(SUBJECTS, (line[12:] for line in out[1:])))
        for subject, words in (("panel", "rpi works; inspecting, RLAX1, step usage, badge B7"), ("scanner", "gun is there"),
                               ("camera", "not set up"), ("journal", "records, 12 events, checked"), ("backlog", "no headquarters is set up"),
                               ("clock", "untrusted"), ("certificate", "none known"), ("disk", "12.3 GB free of 29.0 GB"),
                               ("last export", "none yet")):
            self.assertTrue(said[subject].startswith(words), said)
        self.assertEqual(json.loads(self.status(0, "--json")[0])["station"], "bench-1")

    def test_how_well_the_camera_sees(self):
        """No trouble each night: dark and dirty is said, and the bench is well."""
        for sight, words in ((None, "eye sees (1280x720)"), (SIGHT, "eye sees (640x480 GREY 15/s), sharp"),
                             ({**SIGHT, "light": "dark"}, "eye sees (640x480 GREY 15/s), sharp, TOO DARK: more light"),
                             ({**SIGHT, "light": "bright", "focus": "unknown"}, "eye sees (640x480 GREY 15/s), TOO BRIGHT: less light or exposure"),
                             ({**SIGHT, "dirt": "spot", "spot_x": 62, "spot_y": 31},
                              "eye sees (640x480 GREY 15/s), sharp, SPOT at 62 % from left, 31 % from top: wipe its lens"),
                             ({**SIGHT, "dirt": "film"}, "eye sees (640x480 GREY 15/s), sharp, VEILED: wipe its lens, or a lamp shines into it")):
            out = self.status(0, camera={**EYE, "sight": sight})[0]
            self.assertEqual(next(line[12:].strip() for line in out.splitlines() if line.startswith("camera")), words)

    def test_photos_are_told_with_the_camera(self):
        photos = {"waiting": 0, "bytes": 5 << 20, "space": 1024 << 20, "why": None}
        for more, words in (({}, "0 photos wait, 5 MiB of 1024"), ({"waiting": 1}, "1 photo waits, 5 MiB of 1024"),
                            ({"waiting": 2, "why": "the camera did not answer"},
                             "2 photos wait, 5 MiB of 1024; NO PHOTO of the last fail: the camera did not answer")):
            out = self.status(0, camera={**EYE, "sight": None}, photos={**photos, **more})[0]
            self.assertEqual(next(line[12:].strip() for line in out.splitlines() if line.startswith("camera")), f"eye sees (1280x720); {words}")
        out = self.status(1, camera={**EYE, "sight": None, "present": False}, photos=photos)[0]
        self.assertIn("by itself; 0 photos wait", out)

    def test_what_needs_a_person_is_in_the_verdict_and_in_its_line(self):
        gone = [{"name": "gun", "device": "/dev/x", "present": False}]
        journal = GOOD["journal"]
        certificate = {"until": "2026-12-01T00:00:00.000Z", "days": 5, "state": "urgent"}
        full = {"dir": "/nowhere", "free": 60_000_000, "size": 29_000_000_000}
        for more, verdict, subject, words in (
                ({"scanners": gone}, "scanner gun is lost", "scanner", "LOST (/dev/x)"),
                ({"journal": {**journal, "works": False, "problem": "no space"}}, "can't record", "journal", "CAN'T RECORD (no space)"),
                ({"journal": {**journal, "aside": "journal-damaged.db"}}, "set aside", "journal", "SET ASIDE in journal-damaged.db"),
                ({"faults": ["button:back"]}, "the button back is stuck", "panel", "button back is STUCK: free it"),
                ({"faults": ["button:back", "button:pass"]}, "the button back, pass is stuck", "panel", "STUCK"),
                ({"faults": ["panel"]}, "the panel is out of reach", "panel", "OUT OF REACH"),
                ({"faults": ["disk"]}, "can't be written", "disk", "CAN'T BE WRITTEN"),
                ({"faults": ["flux:capacitor"]}, "fault flux:capacitor", "camera", ""),
                ({"faults": ["scanner:gun"]}, "fault scanner:gun", "camera", ""),
                ({"ready": False}, "NOT READY", "camera", ""),
                ({"camera": {**EYE, "sight": {**SIGHT, "focus": "blurred"}}}, "camera eye is out of focus", "camera", "BLURRED: set its focus"),
                ({"labels": {"formats": 1, "version": "1-0", "refused": True}}, "label formats is REFUSED", "camera", ""),
                ({"reasons": {"count": 0, "version": None, "refused": True}}, "file of reasons is REFUSED", "camera", ""),
                ({"disk": full}, "disk is nearly full", "disk", "60 MB free of 29.0 GB: MAKE ROOM"),
                ({"headquarters": {**HQ, "line": "person", "why": "forbidden"}}, "line to headquarters needs a person", "backlog",
                 "NEEDS A PERSON: forbidden"),
                ({"headquarters": {**HQ, "certificates": {"station": certificate}}}, "this station's certificate ends in 5 days",
                 "certificate", "RENEW IT NOW"),
                ({"headquarters": {**HQ, "certificates": {"headquarters": {**certificate, "state": "expired"}}}},
                 "headquarters' certificate has expired", "certificate", "HAS EXPIRED")):
            out = self.status(1, **more)[0].splitlines()
            self.assertEqual(len(out), 10, out)
            self.assertTrue(out[0].startswith("NEEDS A PERSON: bench-1 at site LAX: "), out[0])
            self.assertIn(verdict, out[0])
            self.assertIn(words, out[1 + SUBJECTS.index(subject)])
            self.status(1, "--json", **more)
            self.assertEqual(promtext.read(self.status(0, "--prom", **more)[0])["station_well"][()], 0)

    def test_several_at_once_are_all_named(self):
        out = self.status(1, ready=False, faults=["panel", "button:fail"])[0]
        self.assertIn("LAX: the panel is out of reach; the button fail is stuck; NOT READY yet\n", out)

    def test_the_backlog_and_its_age(self):
        def backlog(**more):
            return self.status(0, headquarters={**HQ, **more})[0].splitlines()
        self.assertIn("none, headquarters has all 12 events", backlog(acked=12, backlog=0)[5])
        for seconds, words in ((40, "0 min"), (3 * 60 + 5, "3 min"), (3 * 3600 + 65, "3 h 1 min"), (50 * 3600, "2 d 2 h"), (-900, "0 min")):
            self.assertIn(f"3 events wait, the oldest for {words}; headquarters has 9 of 12", backlog(unsent_since=ago(seconds))[5])
        self.assertIn("; headquarters does not take 2 photos (HTTP 415)", backlog(photos_refused=2, photos_why="HTTP 415")[5])
        self.assertNotIn("photos", backlog(photos_refused=0, photos_why="no connection")[5])
        offline = backlog(line="offline", why="name is not found", unsent_since=ago(60))
        self.assertEqual(offline[0], "WELL: bench-1 at site LAX, working offline")
        self.assertIn("NO LINE now (name is not found), work goes on, next try at 2026-11-23T08:00:03Z", offline[5])
        self.assertIn("3 events wait; headquarters", backlog(unsent_since="yesterday")[5])

    def test_the_disk_is_looked_at_now(self):
        """Not as it was when the station last had something to tell."""
        out = self.status(0, disk={"dir": str(self.dir), "free": 1, "size": 1})[0]
        st = os.statvfs(self.dir)
        self.assertIn(f"of {st.f_blocks * st.f_frsize / 1e9:.1f} GB", out)
        self.assertIn("disk        900 MB free of 2.0 GB, which is little", self.status(0, disk={"free": 900_000_000, "size": 2_000_000_000})[0])
        self.assertIn("disk        not known", self.status(0, disk=None)[0])

    def test_all_tells_the_rest(self):
        labels = {"formats": 41, "version": "41-0123456789abcdef", "refused": False}
        out = self.status(0, "--all", labels=labels, headquarters=HQ)[0]
        for words in ("41 formats, version 41-0123456789abcdef\n", f"head        {'ab' * 32}\n", f"journal     {JOURNAL}\n", "usage on",
                      "7 returns on the list", "held back 2 times", "https://hq.example, last answer 2026-11-23T07:59:00.000Z", f"pid {os.getpid()}"):
            self.assertIn(words, out)

    def test_an_older_station_is_read_too(self):
        old = {k: v for k, v in GOOD.items() if k not in ("board", "disk", "camera", "export")}
        out = self.status(0, raw=json.dumps({**old, "pid": os.getpid()}).encode())[0]
        self.assertEqual(len(out.splitlines()), 10)

    def test_wrapped_at_a_terminal(self):
        self.write(headquarters={**HQ, "line": "offline", "why": "名称 " * 20, "unsent_since": ago(60)})
        t = Terminal(BUILD / "stationctl", "--runtime", self.dir, "status")
        self.addCleanup(t.close)
        code, said = t.end()
        self.assertEqual(code, 0)
        self.assertEqual(" ".join(said.split()).count("名称"), 20)
        for line in said.splitlines():
            self.assertLessEqual(len(line) + line.count("名") + line.count("称"), 80, line)

    def test_not_running(self):
        self.assertIn("not running", self.ctl("--runtime", self.dir, "status", code=3)[1])
        p = subprocess.Popen(["true"])
        os.waitid(os.P_PID, p.pid, os.WEXITED | os.WNOWAIT)
        self.assertIn("not running", self.status(3, pid=p.pid)[1], "ended, not waited for")
        p.wait()
        self.assertIn("not running", self.status(3, pid=p.pid)[1])
        for pid in (0, -1, 2**40, "1", None):
            self.status(3, pid=pid)

    def test_hostile_files(self):
        for raw in (b"", b"{", b"[]", b'{"v":1,"v":2}', b"{}", b"\x00", b" " * 70000, b'{"v":"1"}'):
            self.status(3, raw=raw)
            self.status(3, "--prom", raw=raw)
        hostile = {"station": "\x1b[31mX", "faults": ["\x07", 5, "\x07"], "scanners": "none", "lamps": [1], "by": 7, "headquarters": [],
                   "disk": {"dir": 5, "free": -1, "size": -1}, "board": "a\"b\\c\n\x07", "site": "x" * 5000}
        for args in ((), ("--all",)):
            out, _ = self.status(1, *args, **hostile)
            self.assertNotIn("\x1b", out)
            self.assertNotIn("\x07", out)
        found = promtext.read(self.status(0, "--prom", **hostile)[0])
        self.assertEqual(dict(next(iter(found["station_info"])))["board"], 'a"b\\c??')

    def test_usage(self):
        for args in (["--output", "x"], ["--json", "--prom"], ["--json", "--all"], ["x"]):
            self.status(2, *args)


class Prometheus(File):
    def test_every_figure(self):
        since = ago(600)
        certificates = {"station": {"until": "2027-09-01T00:00:00.000Z", "days": 5, "state": "good"}, "headquarters": None}
        found = promtext.read(self.status(0, "--prom", headquarters={**HQ, "unsent_since": since, "certificates": certificates},
                                          faults=["button:back"], export={"at": "2026-11-20T00:00:00.000Z"})[0])
        plain = {k: v[()] for k, v in found.items() if () in v}
        age = plain.pop("station_backlog_age_seconds")
        self.assertTrue(600 <= age < 660, age)
        self.assertEqual(plain, {
            "station_up": 1, "station_well": 0, "station_ready": 1, "station_journal_works": 1, "station_journal_checked": 1,
            "station_journal_set_aside": 0, "station_journal_seq": 12, "station_backlog_events": 3,
            "station_last_answer_timestamp_seconds": 1795420740, "station_faults": 1, "station_clock_trusted": 0,
            "station_disk_free_bytes": 12_300_000_000, "station_disk_size_bytes": 29_000_000_000, "station_expected_returns": 7,
            "station_scans_waiting": 0, "station_scanners_held_back_total": 2, "station_last_export_timestamp_seconds": 1795132800,
            "station_status_timestamp_seconds": 1795420800})
        labelled = {k: v for k, v in found.items() if () not in v}
        self.assertEqual(labelled, {
            "station_info": {(("board", "rpi"), ("site", "LAX"), ("station", "bench-1"), ("version", "0.1.0")): 1},
            "station_line": {(("state", s),): s == "good" for s in ("good", "offline", "person", "off")},
            "station_scanner_present": {(("scanner", "gun"),): 1}, "station_fault": {(("fault", "button:back"),): 1},
            "station_certificate_expiry_timestamp_seconds": {(("whose", "station"),): 1819756800}})

    def test_photos(self):
        photos = {"waiting": 2, "bytes": 5 << 20, "space": 1 << 30, "why": None}

        def figures(**more):
            found = promtext.read(self.status(0, "--prom", headquarters={**HQ, "photos_refused": 1}, photos={**photos, **more})[0])
            return {k: v[()] for k, v in found.items() if k.startswith("station_photo")}
        want = {"station_photos_waiting": 2, "station_photos_refused": 1, "station_photos_bytes": 5 << 20, "station_photos_space_bytes": 1 << 30,
                "station_photo_missed": 0}
        self.assertEqual(figures(), want)
        self.assertEqual(figures(why="the camera is not there"), {**want, "station_photo_missed": 1})

    def test_a_station_that_does_not_run_is_down(self):
        out = self.ctl("--runtime", self.dir, "status", "--prom", code=0)[0]
        self.assertEqual(promtext.read(out), {"station_up": {(): 0}, "station_well": {(): 0}})
        self.assertEqual(promtext.read(self.status(0, "--prom", pid=2**22 + 1)[0])["station_up"], {(): 0})

    def test_what_can_not_be_read_is_down_too(self):
        """The figures of when it was well do not stand on; who asked is told as before."""
        path = self.dir / "station.prom"
        for raw in (b"{", b"", b"[]", b"x" * 70000):
            self.status(0, "--prom", "--output", path)
            self.assertEqual(promtext.read(path.read_text())["station_up"], {(): 1})
            said = self.status(3, "--prom", "--output", path, raw=raw)
            self.assertIn("status", said[1])
            self.assertEqual(promtext.read(path.read_text()), {"station_up": {(): 0}, "station_well": {(): 0}}, raw)
            self.assertEqual(self.status(3, "--json", raw=raw)[0], "")
        self.status(0, "--prom", "--output", path)
        bad = self.dir / "bad.conf"
        bad.write_text("[nothing]\n")
        self.ctl("--config", bad, "status", "--prom", "--output", path, code=3)
        self.assertEqual(promtext.read(path.read_text())["station_up"], {(): 0})

    def test_a_file_is_replaced_as_a_whole(self):
        path = self.dir / "textfile/station.prom"
        path.parent.mkdir()
        self.assertEqual(self.status(0, "--prom", "--output", path)[0], "")
        self.assertEqual(promtext.read(path.read_text())["station_up"], {(): 1})
        self.assertEqual(path.stat().st_mode & 0o777, 0o644)
        reader = path.open()  # who reads it meanwhile has the old one
        (self.dir / "status.json").unlink()
        self.ctl("--runtime", self.dir, "status", "--prom", "--output", path, code=0)
        self.assertEqual(promtext.read(reader.read())["station_up"], {(): 1})
        reader.close()
        self.assertEqual(promtext.read(path.read_text())["station_up"], {(): 0})
        self.assertEqual([p.name for p in path.parent.iterdir()], ["station.prom"])
        before = path.read_text()
        self.assertIn("can't write", self.ctl("--runtime", self.dir, "status", "--prom", "--output", self.dir / "none/x.prom", code=3)[1])
        path.parent.joinpath("folder").mkdir()  # renamed over, it fails, and nothing is left
        self.assertIn("can't write", self.ctl("--runtime", self.dir, "status", "--prom", "--output", path.parent / "folder", code=3)[1])
        self.assertEqual(sorted(p.name for p in path.parent.iterdir()), ["folder", "station.prom"])
        self.assertEqual(path.read_text(), before)

    def test_the_parser_of_these_tests_is_strict(self):
        good = "# HELP a b\n# TYPE a gauge\na 1\n"
        promtext.read(good)
        for bad in (good[:-1], "a 1\n", good + "a 1\n", good + "# TYPE a gauge\n", good.replace("gauge", "guage"), good.replace("a 1", "a one"),
                    good.replace("a 1", "a{x=\"1} 1"), good.replace("a 1", 'a{x="1",x="2"} 1'), good.replace("a 1", "a 1 1"),
                    good.replace("a 1", "2a 1"), good.replace("a 1", ""), good.replace("gauge", "counter"), good.replace("\n", "\r\n")):
            with self.assertRaises((AssertionError, ValueError)):
                promtext.read(bad)


class Watch(File):
    """Followed into a pipe, and at a terminal."""

    def follow(self):
        p = subprocess.Popen([BUILD / "stationctl", "--runtime", self.dir, "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             bufsize=1, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.stderr.close)
        return p

    def line(self, p, words):
        """The next line; it begins with the time and holds the words."""
        got = p.stdout.readline()
        self.assertRegex(got, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")
        self.assertIn(words, got)

    def ends(self, p, sig=signal.SIGINT):
        p.send_signal(sig)
        self.assertEqual(p.wait(10), 0)
        self.assertEqual(p.stderr.read(), "")

    def test_a_line_for_each_change(self):
        self.write()
        p = self.follow()
        for words in ("WELL", *SUBJECTS):
            self.line(p, words)
        self.write(situation="idle", step=None, label=None, by=None)
        self.line(p, "panel       rpi works; idle, waiting for a label")
        (self.dir / "other").write_text("x")
        (self.dir / "other").rename(self.dir / "another")
        self.write(situation="idle", step=None, label=None, by=None, clock="trusted")
        self.line(p, "clock       trusted")
        self.ends(p)
        self.assertEqual(p.stdout.read(), "", "what did not change is not repeated")

    def test_the_station_goes_and_comes_back(self):
        stations = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
        for s in stations:
            self.addCleanup(s.wait)
            self.addCleanup(s.kill)
        p = self.follow()
        self.line(p, "NOT RUNNING: the station is not running (no ")
        self.write(pid=stations[0].pid)
        for words in ("WELL", *SUBJECTS):
            self.line(p, words)
        stations[0].kill()  # its file stays as it is
        self.line(p, f"NOT RUNNING: the station is not running (its process {stations[0].pid} is gone)")
        self.write(pid=stations[1].pid)
        self.line(p, "WELL")
        for words in SUBJECTS:
            self.line(p, words)
        (self.dir / "status.json").unlink()
        self.line(p, "NOT RUNNING")
        self.ends(p, signal.SIGTERM)

    def test_a_runtime_folder_that_comes_and_goes(self):
        run = self.dir / "run"
        p = subprocess.Popen([BUILD / "stationctl", "--runtime", run, "watch"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        self.addCleanup(p.stdout.close)
        for _ in range(2):
            self.assertIn("NOT RUNNING", p.stdout.readline())
            self.write()
            run.mkdir()
            (self.dir / "status.json").rename(run / "status.json")
            for words in ("WELL", *SUBJECTS):
                self.assertIn(words, p.stdout.readline())
            (run / "status.json").unlink()
            run.rmdir()
        self.assertIn("NOT RUNNING", p.stdout.readline())

    def test_a_reader_that_goes_away_ends_it(self):
        self.write()
        p = self.follow()
        self.line(p, "WELL")
        p.stdout.close()
        self.assertEqual(p.wait(10), 0)

    def test_it_sleeps_while_nothing_happens(self):
        self.write()
        p = self.follow()
        for words in ("WELL", *SUBJECTS):
            self.line(p, words)

        def turns():
            text = pathlib.Path(f"/proc/{p.pid}/status").read_text()
            return int(text.split("voluntary_ctxt_switches:")[1].split()[0])
        before = turns()
        self.assertFalse(select.select([p.stdout], [], [], 2.5)[0])
        self.assertLessEqual(turns() - before, 1)
        self.ends(p)

    def test_at_a_terminal_the_screen_is_redrawn(self):
        self.write()
        t = Terminal(BUILD / "stationctl", "--runtime", self.dir, "watch")
        self.addCleanup(t.close)
        t.wait("\x1b[?1049h")
        t.wait("WELL: bench-1 at site LAX")
        t.wait("Ctrl-C ends")
        self.write(faults=["panel"])
        before = t.wait("NEEDS A PERSON")
        self.assertIn("\x1b[H", before)
        t.wait("Ctrl-C ends")
        t.type("\x03")
        code, said = t.end()
        self.assertEqual(code, 0)
        self.assertTrue(said.endswith("\x1b[?25h\x1b[?1049l"), repr(said[-40:]))
        dumb = Terminal(BUILD / "stationctl", "--runtime", self.dir, "watch", env={"TERM": "dumb"})
        self.addCleanup(dumb.close)
        self.assertNotIn("\x1b", dumb.wait("last export none yet"))


class Bench(StationCase):
    """What stationd writes, and who reads it."""

    def test_what_the_status_lacks_no_more(self):
        st = self.station()
        said = st.status()
        self.assertEqual((said["board"], said["camera"], said["export"]), ("sim", None, None))
        disk = os.statvfs(st.state)
        self.assertEqual((said["disk"]["dir"], said["disk"]["size"]), (str(st.state), disk.f_blocks * disk.f_frsize))
        self.assertGreater(said["disk"]["free"], 0)
        self.assertIsNone(said["headquarters"]["unsent_since"], "nothing waits for a headquarters that is not there")
        done = st.ctl("status")
        self.assertEqual((done.code, len(done.out.splitlines())), (0, 10), done.out + done.err)
        found = promtext.read(st.ctl("status", "--prom").out)
        self.assertEqual((found["station_up"], found["station_well"]), ({(): 1}, {(): 1}))

    def test_watch_follows_a_restart(self):
        st = self.station()
        p = subprocess.Popen([BUILD / "stationctl", "--runtime", st.run, "watch"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        self.addCleanup(p.stdout.close)

        def until(*words):
            """All of them, in any order: a change may be told alone or with others, as the machine has time."""
            words = set(words)
            while words:
                line = p.stdout.readline()
                self.assertTrue(line, f"it ended before {words!r}")
                words -= {w for w in words if w in line}
        until(" WELL: bench-1 at site LAX")
        st.open(rma(1))
        until(f"inspecting, {rma(1)}, step appearance")
        st.stop()
        until("NOT RUNNING")
        st.start()
        self.panel = st.panel
        until(" WELL: bench-1 at site LAX", f"inspecting, {rma(1)}, step appearance")
        self.panel.ask("pass", accessories="on")
        until("step accessories")

    @unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
    def test_a_disk_that_is_full_F5(self):
        st = Station(expected=[row(1)])
        self.addCleanup(self.finish, st)
        st.start(preload=True)
        self.st, self.panel = st, st.panel
        self.assertGreater(st.status()["disk"]["free"], 0)
        st.open(rma(1))
        st.control.write_text("full")
        self.panel.tap("pass")
        self.panel.until("the fault", lambda: not st.status()["journal"]["works"])
        self.panel.until("an empty disk", lambda: st.status()["disk"]["free"] == 0)
        done = st.ctl("status")
        self.assertEqual(done.code, 1)
        self.assertIn("NEEDS A PERSON: bench-1 at site LAX: it can't record", done.out)
        st.control.write_text("")
        self.panel.until("the journal", lambda: st.status()["journal"]["works"])


class Backlog(LineCase):
    """Since when events wait: the first one that headquarters does not have, whatever happens to it."""

    def since(self):
        return self.st.status()["headquarters"]["unsent_since"]

    def is_of(self, event):
        self.panel.until("the first event that waits", lambda: self.since() == event["at"])

    def test_its_age_F4(self):
        hq = self.headquarters()
        st = self.bench(hq.port)
        self.delivered(hq)
        self.panel.until("no backlog", lambda: self.since() is None)
        had = len(st.events())
        hq.stop()
        self.event()
        first = st.events()[had]
        self.is_of(first)
        self.event()
        self.is_of(first)
        said = st.ctl("status")
        self.assertRegex(said.out, r"backlog     \d+ events wait, the oldest for \d+ min; headquarters has")
        st.kill()
        st.start()
        self.panel = st.panel
        self.is_of(first)
        hq.start()
        self.retry()
        self.delivered(hq)
        self.panel.until("no backlog", lambda: self.since() is None)
        found = promtext.read(st.ctl("status", "--prom").out)
        self.assertEqual((found["station_backlog_events"], found["station_backlog_age_seconds"]), ({(): 0}, {(): 0}))

    def test_a_part_of_it_is_taken(self):
        """The age is that of what is left."""
        hq = FakeHq(*pair("server"), authority().cert)
        self.addCleanup(hq.close)
        st = self.bench(hq.port, start=False)

        def two(request):
            seqs = [json.loads(line)["seq"] for line in request.lines]
            if not seqs or max(seqs) <= 2:
                return None
            return problem(413, "too-large") if min(seqs) <= 2 else problem(503, "busy")

        hq.answer = two
        st.start()
        self.panel = st.panel
        self.event()
        self.panel.until("two of them", lambda: st.status()["headquarters"]["acked"] == 2)
        self.is_of(st.events()[2])


if __name__ == "__main__":
    unittest.main()
