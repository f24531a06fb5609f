"""Bad settings: refused at start with file, line and what was meant; exit 78."""
import re
import unittest

from line import pair
from station import ROOT, Station, conf_text

CONFIG = 78


class Settings(unittest.TestCase):
    def setUp(self):
        self.st = Station(scanner=True)
        self.addCleanup(self.st.close)

    def refused(self, text, *words, files=()):
        """Both the start and --check refuse, with these words."""
        self.st.conf.write_text(text)
        for args in (["--check"], []):
            r = self.st.run_once(*args)
            self.assertEqual(r.code, CONFIG, f"{args}: {r.err}")
            for word in words:
                self.assertIn(word, r.err, args)
            self.assertLess(len(r.err), 2000)
            self.assertTrue(r.err.isprintable() or "\n" in r.err)
        self.assertFalse(self.st.db.exists(), "nothing is made before the settings are read")

    def with_line(self, section, line):
        """The good settings with one line more in a section; its number."""
        text = conf_text(self.st.sections).replace(f"[{section}]\n", f"[{section}]\n{line}\n", 1)
        return text, text.split("\n").index(line) + 1

    def test_good_settings_are_good(self):
        r = self.st.run_once("--check")
        self.assertEqual(r.code, 0, r.err)
        self.assertFalse(self.st.db.exists(), "--check changes nothing")

    def test_unknown_key_names_the_nearest(self):
        text, n = self.with_line("inspection", "hold = 5")
        self.refused(text, f"station.conf:{n}:", "hold_s")

    def test_bad_values(self):
        for section, line, word in (("inspection", "hold_s = soon", "3600"), ("inspection", "hold_s = 0", "3600"),
                                    ("inspection", "hold_s = 99999999999999999999", "3600"),
                                    ("inspection", "unknown = maybe", "confirm"), ("labels", "rma_shape = R%z", "%"),
                                    ("labels", "rma_check = luhn", "mod37-36"), ("site", "name = a b", "name"),
                                    ("scanner bench", "baud = fast", "baud"), ("scanner bench", "format = 9Q7", "8N1")):
            text, n = self.with_line(section, line)
            self.refused(text, f"station.conf:{n}:", word)

    def test_unknown_section_and_lines_without_sense(self):
        base = conf_text(self.st.sections)
        n = base.count("\n") + 1
        self.refused(base + "[inspections]\n", f"station.conf:{n}:", "inspection")
        self.refused(base + "just words\n", f"station.conf:{n}:")
        self.refused(base + "[unclosed\n", f"station.conf:{n}:")
        self.refused(base + "\x07 = 1\n", f"station.conf:{n}:")
        self.refused(base + "# " + "x" * 2000 + "\n", f"station.conf:{n}:", "1023")

    def sticks(self, *pattern, code=CONFIG, **export):
        """--check says this of [export] (and of ack_file, which belongs to headquarters); a start warns and works."""
        sections = {**self.st.sections, "export": {k: v for k, v in export.items() if k != "ack_file"}}
        if "ack_file" in export:
            sections["headquarters"] = {"ack_file": export["ack_file"]}
        text = conf_text(sections)
        self.st.conf.write_text(text)
        self.st.give()
        r = self.st.run_once("--check")
        self.assertEqual(r.code, code, r.err)
        self.assertEqual("settings are fine" in r.out, code == 0)
        if not pattern:
            self.assertNotRegex(r.err, "stick|ack_file|exported")
        for key, words in pattern:
            line = next((n for n, t in enumerate(text.split("\n"), 1) if t.startswith(f"{key} = ")), None)
            self.assertRegex(r.err, rf"station\.conf:{line}: .*{words}" if line else words)
        self.st.start()
        for key, words in pattern:
            self.assertRegex(self.st.said(), words)
        self.st.stop()

    def test_sticks_that_nobody_can_use_are_told(self):
        junk = self.st.dir / "junk.pem"
        junk.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        good, away = pair("server").cert, self.st.dir / "away.pem"
        refused = "every stick is refused"
        self.sticks(("", rf"\[export\] token_file does not say .*{refused}"), code=0)  # nobody has thought of sticks yet
        self.sticks(("who", rf"who = key, but \[export\] token_file does not say who signs tokens: {refused}"), who="key")
        self.sticks(("token_file", rf"token_file: \S+/away\.pem: No such file or directory; .*{refused}"), token_file=away)
        self.sticks(("token_file", rf"token_file: \S+/junk\.pem: is no certificate in PEM; .*{refused}"), token_file=junk)
        self.sticks(token_file=good, code=0)
        self.sticks(("who", rf"\[export\] badges names no supervisor: {refused}"), who="badge")
        self.sticks(who="badge", badges="A1", token_file=away, code=0)  # of no use, and no harm
        self.sticks(("encrypt_to", r"is no certificate in PEM; .*nothing is exported"), who="open", encrypt_to=junk)
        self.sticks(("ack_file", r"No such file or directory; .*no acknowledgement on a stick counts"), who="open", ack_file=away)
        self.sticks(("ack_file", r"is no certificate in PEM"), ("token_file", refused), token_file=junk, ack_file=junk)
        del self.st.sections["site"]["key_file"]
        self.sticks(("who", r"without a site key .*no badge can be scanned"), who="badge", badges="A1")

    def test_what_headquarters_signed_by_until_now_has_expired_F14(self):
        """It counts all the same; a file with the next one in it is fine."""
        old, new, both = pair("expired_server").cert, pair("server").cert, self.st.dir / "both.pem"
        self.sticks(("ack_file", r"it has expired \(20..-..-..\); acknowledgements by its key still count"), who="open", ack_file=old, code=0)
        both.write_text(old.read_text() + new.read_text())
        self.sticks(who="open", ack_file=both, code=0)
        both.write_text(new.read_text() + old.read_text())
        self.sticks(who="open", ack_file=both, code=0)

    def test_a_drop_in_is_named(self):
        d = self.st.dir / "station.conf.d"
        d.mkdir()
        (d / "50-hold.conf").write_text("[inspection]\nhold_s = 7\n")
        self.assertEqual(self.st.run_once("--check").code, 0)
        (d / "60-bad.conf").write_text("[inspection]\n\nholds = 7\n")
        self.refused(conf_text(self.st.sections), "60-bad.conf:3:", "hold_s")

    def test_required_settings(self):
        text = conf_text({k: v for k, v in self.st.sections.items() if k != "site"})
        self.refused(text, "[site]")

    def test_missing_files(self):
        self.st.conf.unlink()
        r = self.st.run_once()
        self.assertEqual(r.code, CONFIG)
        self.assertIn("station.conf", r.err)

    def test_key_file(self):
        key = self.st.dir / "site.key"
        key.write_text("not hex\n")
        self.refused(conf_text(self.st.sections), "site.key")
        key.write_text("00" * 32)
        key.chmod(0o644)
        self.refused(conf_text(self.st.sections), "site.key", "chmod")

    def test_every_board_file_is_good(self):
        """Whatever machine this is: only the serial number's file is another's."""
        files = sorted((ROOT / "boards").glob("*.board"))
        self.assertGreaterEqual(len(files), 3)
        for path in files:
            with self.subTest(path.name):
                board = self.st.dir / path.name
                board.write_text(re.sub(r"^serial_file = .*", "serial = x", path.read_text(), flags=re.M))
                sections = {**self.st.sections, "station": {**self.st.sections["station"], "board": str(board)}}
                self.st.conf.write_text(conf_text(sections))
                r = self.st.run_once("--check")
                self.assertEqual(r.code, 0, r.err)
                self.assertIn(f"board {path.stem},", r.out)

    def test_a_board_without_its_chip_is_refused_F13(self):
        """The start says which label is meant; --check does not touch the lines; no journal is made."""
        board = self.st.dir / "nonesuch.board"
        text = re.sub(r"^serial_file = .*", "serial = x", (ROOT / "boards/bench.board").read_text(), flags=re.M)
        board.write_text(text.replace("chip = station", "chip = no-such-chip nor-this"))
        sections = {**self.st.sections, "station": {**self.st.sections["station"], "board": str(board)}}
        self.st.conf.write_text(conf_text(sections))
        self.assertEqual(self.st.run_once("--check").code, 0)
        r = self.st.run_once()
        self.assertEqual(r.code, 1, r.err)
        self.assertIn("board bench: no GPIO chip has the label no-such-chip or nor-this; ", r.err)
        self.assertFalse(self.st.db.exists())

    def test_unknown_board(self):
        sections = {**self.st.sections, "station": {**self.st.sections["station"], "board": "nonesuch"}}
        self.refused(conf_text(sections), "nonesuch")

    def test_usage(self):
        for args in (["--nonsense"], ["stray"]):
            r = self.st.run_once(*args)
            self.assertEqual(r.code, 2, r.err)
            self.assertTrue(r.err.strip())
        for args in (["--help"], ["--version"]):
            r = self.st.run_once(*args)
            self.assertEqual((r.code, r.err), (0, ""))
            self.assertTrue(r.out.strip())
