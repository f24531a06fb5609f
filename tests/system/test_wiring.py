"""The wiring pictures and the README's table are the board files', to the pin."""
import re
import subprocess
import sys
import unittest

from station import ROOT

sys.path.insert(0, str(ROOT / "boards"))
sys.dont_write_bytecode = True
import wiring  # noqa: E402


class Wiring(unittest.TestCase):
    def boards(self):
        found = [p for p in sorted((ROOT / "boards").glob("*.board")) if "driver = gpio" in p.read_text()]
        self.assertGreaterEqual(len(found), 2)
        return found

    def test_pictures_are_what_the_board_files_draw(self):
        for path in self.boards():
            with self.subTest(path.name):
                drawn = wiring.draw(path)
                kept = ROOT / "docs" / f"wiring-{path.stem}.svg"
                self.assertTrue(kept.is_file(), f"boards/wiring.py boards/{path.name} >docs/{kept.name}")
                self.assertEqual(kept.read_text() == drawn, True,
                                 f"{kept.name} is not what {path.name} says: boards/wiring.py boards/{path.name} >docs/{kept.name}")
                for line in wiring.Board(path).lines():
                    self.assertIn(f">{line}</text>", drawn)

    def test_a_changed_board_file_changes_the_picture(self):
        path = ROOT / "boards/rpi.board"
        board = wiring.Board(path)
        before = wiring.Header(board).draw()
        board.lamps[-1] = ("link", "GPIO12")
        self.assertNotEqual(wiring.Header(board).draw(), before)
        board.lamps[-1] = ("link", "GPIO40")
        with self.assertRaisesRegex(SystemExit, "GPIO40 is not on the 40-pin header"):
            wiring.Header(board).draw()

    def test_the_header_is_the_raspberry_pi_s(self):
        """As the pins are numbered on every 40-pin board: a few that a wrong table would get wrong."""
        known = {1: "3V3", 2: "5V", 4: "5V", 6: "GND", 9: "GND", 11: "GPIO17", 12: "GPIO18", 17: "3V3", 27: "GPIO0", 33: "GPIO13",
                 36: "GPIO16", 39: "GND", 40: "GPIO21"}
        self.assertEqual(len(wiring.HEADER), 40)
        for pin, name in known.items():
            self.assertEqual(wiring.HEADER[pin - 1], name, pin)
        self.assertEqual(sorted(int(n[4:]) for n in wiring.HEADER if n.startswith("GPIO")), list(range(28)))

    def test_the_table_in_the_readme(self):
        board = wiring.Board(ROOT / "boards/rpi.board")
        rows = re.findall(r"^\| (lamp|button|buzzer)[, ]*(\w+)[^|]*\| (GPIO\d+) \| (\d+) \| ([^|]+) \|$", (ROOT / "README.md").read_text(),
                          flags=re.M)
        told = {(kind, name.lower() if kind != "buzzer" else ""): (line, int(pin)) for kind, name, line, pin, _ in rows}
        want = {("lamp", key): line for key, line in board.lamps} | {("button", key): line for key, line in board.buttons}
        want[("buzzer", "")] = board.buzzer
        self.assertEqual(told, {k: (line, wiring.HEADER.index(line) + 1) for k, line in want.items()})
        for kind, name, _, _, parts in rows:
            if kind == "lamp":
                self.assertTrue(parts.startswith(f"{wiring.OHMS[wiring.COLOURS[name.lower()]]} Ω,"), parts)

    def test_the_script_as_a_person_runs_it(self):
        script = ROOT / "boards/wiring.py"
        out = subprocess.run([script, ROOT / "boards/rpi.board"], capture_output=True, text=True, check=True).stdout
        self.assertTrue(out.startswith("<svg ") and out.endswith("</svg>\n"))
        r = subprocess.run([script, ROOT / "boards/sim.board"], capture_output=True, text=True)
        self.assertEqual(r.returncode, 1)
        self.assertIn("has no wires", r.stderr)
