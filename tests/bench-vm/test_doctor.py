"""stationctl doctor on a board: chip and lines of gpio-sim, lamps seen and buttons pressed there, a sheet scanned by the FTDI adapter,
disk, clock and headquarters; and what is broken, named. The person at the terminal is this program."""
import json
import time

from box import SUITE, BenchCase, Guest, Line, authority, settings
from guest import LAMPS, SCANNER

CHECKS = ["settings", "board", "lamps", "tones", "buttons", "scanner", "camera", "journal", "disk", "clock", "headquarters", "certificate"]
TONES = ("tick", "double-tick", "beep", "chime", "chime-fail", "error", "wrong-label", "question", "falling")
BUTTONS = ("PASS", "FAIL", "BACK")
OK, WARN, FAIL = 0, 1, 2
SHEET = {"plain": "]C0DOC1-YZ-MAQW/0289+.:", "case": "]C0DOC2-abcXYZ", "gs1": "]C1010400638133393110DOC3\x1d21YZ7", "qr": "]Q1DOC4-YZ-abc-0289"}


class Terminal:
    """A command at a terminal in the guest: script(1) is that, a fifo its keyboard, a file its screen."""

    def __init__(self, guest, command):
        self.guest, self.taken = guest, 0
        guest.check("systemctl stop term; rm -rf /run/term; mkdir /run/term; mkfifo /run/term/keys; touch /run/term/screen; "
                    "systemd-run -q --collect --unit=term "
                    f"sh -c 'script -qefc \"{command}\" /run/term/screen <>/run/term/keys >/dev/null; echo $? >/run/term/code'")

    def screen(self):
        return self.guest.get("/run/term/screen").decode(errors="replace").replace("\r\n", "\n")

    def wait(self, words):
        """Until the words are there; what stood before them. Both are taken."""
        self.guest.until(f"{words!r} on the screen", lambda: words in self.screen()[self.taken:] or not self.runs())
        before, found, _ = self.screen()[self.taken:].partition(words)
        if not found:
            raise AssertionError(f"{words!r} did not come: {self.screen()}")
        self.taken += len(before) + len(words)
        return before

    def runs(self):
        return self.guest.run("test -s /run/term/code")[0] != 0

    def type(self, line):
        self.guest.check(f"echo '{line}' >/run/term/keys")

    def end(self):
        """(exit code, all that was said, in one line)."""
        self.guest.until(f"its end; so far: {self.screen()}", lambda: not self.runs())
        return int(self.guest.get("/run/term/code")), " ".join(self.screen().split())


class Doctor(BenchCase):
    @classmethod
    def setUpClass(cls):
        cls.line = Line(server=authority().server("headquarters", days=(-1, 300)))
        cls.addClassCleanup(cls.line.close)
        box = settings(own=authority().client("bench-1", days=(-1, 300)))
        cls.g = Guest(SUITE, box=box, relay=cls.line.relay, data_mib=2048)  # less would not do for a bench
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()

    def setUp(self):
        self.g.link(True)
        if not self.g.plugged:
            self.g.plug()

    def running(self):
        self.g.check("systemctl start stationd")
        self.ready(self.g)

    def stopped(self):
        self.g.check("systemctl stop stationd")
        self.g.until("the scanner's name", lambda: self.g.run(f"test -e {SCANNER}")[0] == 0)

    def ask(self, *words, code=None):
        """The rows by name, of --json."""
        ended, said = self.g.run(f"stationctl doctor --json {' '.join(words)}")
        told = json.loads(said)
        self.assertIn(ended, (OK, WARN, FAIL) if code is None else (code,), said)
        self.assertEqual(told["result"], max((r["result"] for r in told["rows"]), key=("ok", "skipped", "warn", "fail").index))
        return {r["name"]: r for r in told["rows"]}

    def row(self, name, result, words, *more, code=None):
        row = self.ask(*more, name, code=code)[name]
        self.assertEqual(row["result"], result, row)
        self.assertRegex(row["text"], words)
        return row

    def terminal(self, *words):
        """stationctl doctor with these words; nobody runs there any more when the test ends."""
        self.addCleanup(self.g.run, "systemctl stop term")
        return Terminal(self.g, f"stationctl doctor {' '.join(words)}")

    def ended(self, terminal, name):
        """(exit code, row) of a doctor --json at a terminal."""
        code, said = terminal.end()
        row, = json.JSONDecoder().raw_decode(said[said.index('{ "v"'):])[0]["rows"]
        self.assertEqual(row["name"], name)
        return code, row

    def test_1_a_bench_at_work(self):
        """The whole list while the station runs: it keeps what it has. Nobody has set the clock yet, which is the one thing to look at."""
        self.running()
        rows = self.ask(code=WARN)
        self.assertEqual(list(rows), CHECKS)
        disk = rows["disk"]
        told_of = not 100 <= disk["sync_us_p50"] <= 50000  # the host's own disk: busy, or none but memory
        self.assertEqual({name: row["result"] for name, row in rows.items()},
                         {**dict.fromkeys(CHECKS, "ok"), **dict.fromkeys(("lamps", "tones", "buttons", "camera"), "skipped"), "clock": "warn",
                          "disk": "warn" if told_of else "ok"}, rows)
        self.assertRegex(rows["settings"]["text"], r"station bench-1 at site LAX; \d+ label formats")
        self.assertRegex(rows["board"]["text"], "board bench, chip station; all 11 lines found, in the hands of the running stationd")
        self.assertEqual({(x["state"], x["holder"]) for x in rows["board"]["lines"]}, {("taken", "stationd")})
        self.assertRegex(rows["lamps"]["text"], "stationd has the lines: 'systemctl stop stationd'")
        self.assertRegex(rows["scanner"]["text"], f"bench: stationd has it open .{SCANNER}")
        self.assertIs(rows["journal"]["whole"], True)
        self.assertEqual((disk["device"], disk["write_cache"]), ("vdc", "write back"))
        self.assertGreater(disk["free_bytes"], 1e9)
        self.assertLessEqual(disk["sync_us_p50"], disk["sync_us_max"])
        self.assertRegex(rows["clock"]["text"], "no time source has set it since boot")
        self.assertEqual((rows["headquarters"]["line"], rows["headquarters"]["http"], rows["headquarters"]["days_left"]), ("good", 200, 299))
        self.assertEqual(rows["certificate"]["days_left"], 299)
        self.assertEqual(self.g.run("ls /var/lib/station/.doctor.tmp")[0], 2)

    def test_2_set_clock_and_lines_for_a_person_F1(self):
        self.g.check(f"bench-clock {time.time()}")
        self.assertIs(self.row("clock", "ok", "set by a time source", code=OK)["trusted"], True)
        code, said = self.g.run("stationctl doctor settings board clock certificate")
        self.assertEqual(code, OK, said)
        self.assertEqual([line.split()[:2] for line in said.split("\n\n")[0].splitlines() if line[0] != " "],
                         [[name, "ok"] for name in ("settings", "board", "clock", "certificate")])
        self.assertTrue(said.endswith("\n\n4 ok, 0 skipped, 0 to be looked at, 0 failed\n"), said)
        self.assertLessEqual(max(map(len, said.splitlines())), 80, said)

    def test_3_no_way_to_headquarters(self):
        self.g.link(False)
        row = self.row("headquarters", "fail", "is the cable in, the name right, is there a proxy", code=FAIL)
        self.assertEqual(row["line"], "line")
        self.g.link(True)
        self.g.until("the way back", lambda: self.ask("headquarters")["headquarters"]["result"] == "ok")

    def test_4_each_lamp_in_turn_F12(self):
        self.stopped()
        self.row("board", "ok", "all 11 lines found, all free", code=OK)

        def lit():
            return {name[5:] for name, value in self.g.lines(*(f"LAMP_{n}" for n in LAMPS)).items() if value}

        t = self.terminal("lamps")
        for lamp in LAMPS:
            self.assertIn(f"the lamp {lamp} (".lower(), t.wait("Seen? [y/n/r/q] ").lower())
            self.g.until(f"{lamp} and no other", lambda lamp=lamp: lit() == {lamp})
            t.type("n" if lamp == "USAGE" else "y")
        code, said = t.end()
        self.assertEqual(code, FAIL, said)
        self.assertRegex(said, r"lamps FAIL usage \(blue\) was not seen: look at LED, resistor, wire")
        self.assertEqual(lit(), set())

    def test_5_each_tone_F8(self):
        self.stopped()
        t = self.terminal("tones")

        def sounds():
            """Asked for again, until the line was seen up: the shortest tone is 30 ms."""
            n = self.g.begin("sample", names=["BUZZER"], seconds=3, until=[1])
            t.type("r")
            t.wait("Heard? [y/n/r/q] ")
            return self.g.answer(n)["seen"][-1][1] == [1]

        for tone in TONES:
            self.assertIn(f"The tone {tone} sounds", t.wait("Heard? [y/n/r/q] "))
            self.g.until(f"the tone {tone}", sounds)
            t.type("y")
        code, said = t.end()
        self.assertEqual(code, OK, said)
        self.assertRegex(said, "tones ok all were heard")
        self.assertEqual(self.g.lines("BUZZER"), {"BUZZER": 0})

    def buttons(self, pressed):
        """pressed: {the button that is asked for: the one that is pressed, None: nothing happens}."""
        self.stopped()
        t = self.terminal("--json", "buttons")
        for name in BUTTONS:
            t.wait(f"Press {name} within 30 s")
            if pressed[name]:
                self.g.tap(pressed[name])
            else:
                t.type("n")
        return self.ended(t, "buttons")

    def test_6_each_button(self):
        code, row = self.buttons({name: name for name in BUTTONS})
        self.assertEqual((code, row["result"], row["text"]), (OK, "ok", "PASS, FAIL and BACK came when they were pressed"))

    def test_6_swapped_and_dead_buttons(self):
        code, row = self.buttons({"PASS": "FAIL", "FAIL": "PASS", "BACK": None})
        self.assertEqual((code, row["pass"], row["fail"], row["back"]), (FAIL, "other", "other", "silent"))
        for words in ("PASS was asked for and FAIL came: swapped wires", "FAIL was asked for and PASS came",
                      "BACK is dead: no press came on line BACK"):
            self.assertIn(words, row["text"])

    def test_7_a_sheet_is_scanned_F7(self):
        self.stopped()
        self.row("scanner", "ok", f"bench: {SCANNER} opens; .*nobody sits at a terminal", code=OK)
        t = self.terminal("--json", "scanner")
        for n, text in enumerate(SHEET.values(), 1):
            t.wait(f"scan code {n}")
            self.g.scan(text)
            t.wait(f"code {n} came")
        code, row = self.ended(t, "scanner")
        self.assertEqual((code, row["result"]), (OK, "ok"), row)
        self.assertRegex(row["text"], "the sheet was read: suffix cr, AIM ids are sent")
        self.assertEqual([(s["code"], s["suffix"], s["aim"], s["fnc1"], s["case"]) for s in row["scans"]],
                         [(code, "cr", text[1:3], "gs" if code == "gs1" else "none", "kept") for code, text in SHEET.items()])

    def test_8_no_scanner_F10(self):
        self.stopped()
        self.g.unplug()
        self.g.until("its name gone", lambda: self.g.run(f"test -e {SCANNER}")[0] != 0)
        self.row("scanner", "fail", f"bench: {SCANNER}: .*plug it in; 'ls /dev/serial/by-id' shows what there is", code=FAIL)
        self.g.plug()
        self.stopped()
        self.row("scanner", "ok", f"bench: {SCANNER} opens", code=OK)

    def test_9_a_line_that_is_taken_and_one_that_is_not_there_F13(self):
        self.stopped()
        holder = self.take_line(self.g)
        row = self.row("board", "fail", rf"line BACK \(\[buttons\] back\) is taken by {holder}", code=FAIL)
        self.assertEqual([(x["line"], x["holder"]) for x in row["lines"] if x["state"] != "free"], [("BACK", holder)])
        self.row("lamps", "skipped", f"BACK.* is taken by {holder}", code=OK)
        self.g.check("systemctl stop thief; mkdir /run/boards; "
                     "sed 's/^usage = .*/usage = LAMP_NOWHERE/' /usr/share/station/boards/bench.board >/run/boards/bench.board")
        row = self.row("board", "fail", r"the chip has no line LAMP_NOWHERE \(\[lamps\] usage\)", "--boards /run/boards", code=FAIL)
        self.assertEqual([x["line"] for x in row["lines"] if x["state"] == "missing"], ["LAMP_NOWHERE"])
        self.row("board", "ok", "all 11 lines found, all free", code=OK)
