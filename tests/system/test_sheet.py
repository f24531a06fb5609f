"""Printed sheets: every code is read back by zbar as a cheap printer would draw it, and is what the station takes; SVG files; house
labels that are printed once; files that are refused."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

from station import BUILD, KEY, ROOT, badge, command, house, reason
from terminal import Terminal

CTL = BUILD / "stationctl"
PLAIN, SMALL, GS1, QR = "DOC1-YZ-MAQW/0289+.:", "DOC2-abcXYZ", "010400638133393110DOC3\x1d21YZ7", "DOC4-YZ-abc-0289"
REASONS = "code,en,zh\nSCRATCH,Scratched <&> \u201cdented\u201d,有划痕\nA,One letter,一\nABCDEFGH01234567,The longest code,最长\n"


def codes_of(html):
    return re.findall(r"<svg.*?</svg>", html, re.S)


def read_back(codes, folder, dpi="203"):
    """What zbar reads of each SVG, drawn at so many dots an inch: 203 is a cheap label printer."""
    def draw(numbered):
        n, svg = numbered
        (folder / f"{n}.svg").write_text(svg)
        subprocess.run(["rsvg-convert", "-d", dpi, "-p", dpi, "-b", "white", "-o", folder / f"{n}.png", folder / f"{n}.svg"], check=True)
        return subprocess.run(["zbarimg", "--quiet", folder / f"{n}.png"], capture_output=True, text=True).stdout.rstrip("\n")
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(draw, enumerate(codes)))


def trouble(html):
    """What keeps a document from being one file that parses; "" = nothing."""
    if not html.startswith("<!DOCTYPE html>") or not html.endswith("</html>\n"):
        return "not whole"
    found = re.search(r"src=|href=|url\(|@import|<script", html)
    if found:
        return found[0]
    return subprocess.run(["python3", "-c", "import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read().decode().split('>', 1)[1]"
                           ".replace('<meta charset=\"utf-8\">', '').encode())"], input=html.encode(), capture_output=True).stderr.decode()


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.html = subprocess.run([BUILD / "stationctl", "sheet", "doctor"], capture_output=True, text=True, check=True).stdout
        cls.dir = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.dir)

    def test_every_code_is_read_back_F7(self):
        """Drawn at 203 dots an inch, as a cheap label printer does."""
        self.assertEqual(read_back(codes_of(self.html), self.dir), [f"CODE-128:{PLAIN}", f"CODE-128:{SMALL}", f"CODE-128:{GS1}", f"QR-Code:{QR}"])

    def test_it_is_one_file(self):
        self.assertEqual(trouble(self.html), "")

    def test_usage(self):
        for args, words in ((["doktor"], "did you mean 'doctor'"), ([], "something is missing"), (["doctor", "x"], "too many")):
            done = subprocess.run([BUILD / "stationctl", "sheet", *args], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
        t = Terminal(BUILD / "stationctl", "sheet", "doctor")
        self.addCleanup(t.close)
        code, said = t.end()
        self.assertEqual(code, 2)
        self.assertIn("send it to a file", said)


class Sheets(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="sheet-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "key").write_text(KEY.hex())
        (self.dir / "reasons.csv").write_text(REASONS)

    def sheet(self, *args, code=0, site="LAX", key=True):
        command_line = [CTL, "--state", self.dir, "sheet", *map(str, args), *(["--site", site] if site else []),
                        *(["--key", self.dir / "key"] if key else [])]
        done = subprocess.run(command_line, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def taken(self, texts, kind, site="LAX"):
        """The ids that the station reads from the texts; each is of this kind and its check is right."""
        done = subprocess.run([CTL, "label", "--site", site, "--key", self.dir / "key", "--labels", ROOT / "src/labels.d"],
                              input="".join(t + "\n" for t in texts), capture_output=True, text=True, check=True)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(f["kind"], f["check"]) for f in found], [(kind, "ok")] * len(texts))
        return [f["id"] for f in found]

    def read(self, html, kind, site="LAX"):
        """Every code on a sheet is read back, at two printers' resolutions; lines and square say the same. The ids."""
        self.assertEqual(trouble(html), "")
        codes = codes_of(html)
        for dpi in ("203", "600"):
            said = read_back(codes, self.dir, dpi)
            lines = [s.removeprefix("CODE-128:") for s in said if s.startswith("CODE-128:")]
            squares = [s.removeprefix("QR-Code:") for s in said if s.startswith("QR-Code:")]
            self.assertEqual(len(lines) + len(squares), len(codes), said)
            self.assertEqual(sorted(lines), sorted(squares))
        for text in lines:
            self.assertIn(f"<code>{text}</code>", html)  # for people, beneath
        return self.taken(lines, kind, site)

    # --- what is on them ---

    def test_commands(self):
        html = self.sheet("commands")
        known = re.findall(r'^\t\[LABEL_COMMAND_\w+\] = "(\w+)"', (ROOT / "src/core/label.c").read_text(), re.M)
        self.assertEqual(self.read(html, "command"), known)
        self.assertIn(command("RECEIVING"), html)
        for words in ("Parcel done", "本包裹检完", "Receiving: start, end", "收货模式", "Badge out", "检验员签退"):
            self.assertIn(words, html)
        wall, supervisor = html.split('<div class="apart">')
        self.assertNotIn("ACCEPT", wall)
        self.assertIn("仅限主管使用", supervisor)

    def test_reasons(self):
        html = self.sheet("reasons", self.dir / "reasons.csv")
        self.assertEqual(self.read(html, "reason"), ["SCRATCH", "A", "ABCDEFGH01234567"])
        for words in ("Scratched &lt;&amp;&gt; \u201cdented\u201d", "有划痕", reason("SCRATCH")):
            self.assertIn(words, html)

    def test_reasons_of_the_settings(self):
        conf = self.dir / "station.conf"
        conf.write_text("[station]\nname = bench-1\nboard = sim\n[site]\nname = LAX\nkey_file = key\nreasons_file = reasons.csv\n")
        (self.dir / "key").chmod(0o640)
        done = subprocess.run([CTL, "--config", conf, "sheet", "reasons"], capture_output=True, text=True, check=True)
        self.assertIn(reason("SCRATCH"), done.stdout)
        conf.write_text(conf.read_text().replace("reasons_file = reasons.csv\n", ""))
        done = subprocess.run([CTL, "--config", conf, "sheet", "reasons"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("reasons_file", done.stderr)

    def test_badges(self):
        (self.dir / "ids").write_text("\ufeff# the early shift\r\nB18\r\n\r\n 8802 # Ines\n")
        html = self.sheet("badges", "B17", "anna", "ABCDEFGHIJKLMNOP", "--ids", self.dir / "ids")
        self.assertEqual(self.read(html, "badge"), ["B17", "ANNA", "ABCDEFGHIJKLMNOP", "B18", "8802"])
        self.assertIn(badge("B17"), html)
        self.assertNotIn("Ines", html)
        self.assertEqual(html.count('class="badge wide"'), 1, "the long one gets the room of two")

    def test_plates(self):
        for site in ("LAX", "AB", "ABCDEFGH"):
            numbers = self.read(self.sheet("plates", "--plates", 4, site=site, key=False), "house", site)
            first = int(numbers[0][1 + len(site):-1])
            self.assertEqual(numbers, [house(first + n, site) for n in range(4)])
        self.assertEqual(self.sheet("--plates", 2, "--svg", self.dir / "svg", key=False), "", "as DESIGN.md writes it")

    # --- house labels are printed once ---

    def numbers(self, count=1, *more):
        html = self.sheet("plates", "--plates", count, *more, key=False)
        return [int(n) for n in re.findall(r"<code>HLAX(\d{8}).</code>", html)]

    def test_no_number_twice(self):
        seen = [n for count in (3, 1, 40, 2) for n in self.numbers(count)]
        self.assertEqual(seen, list(range(seen[0], seen[0] + 46)), "one sheet goes on where the last one ended")
        self.assertEqual(self.numbers(2, "--from", 500), [500, 501])
        self.assertIn("500 to 501 are printed already", self.sheet("plates", "--plates", 3, "--from", 499, key=False, code=1))
        self.assertEqual(self.numbers(2, "--from", 498), [498, 499])
        self.assertEqual(self.numbers(3), [502, 503, 504], "behind what was printed before and behind")
        self.assertEqual(self.numbers(1, "--from", 99999999), [99999999])
        seen += range(498, 505)
        again = self.numbers(499)  # from 0 on, where there is room
        self.assertEqual(again, list(range(again[0], again[0] + 499)))
        self.assertFalse(set(again) & set(seen))

    def test_two_at_a_time(self):
        running = [subprocess.Popen([CTL, "--state", self.dir, "sheet", "plates", "--plates", "50", "--site", "LAX"],
                                    stdout=subprocess.PIPE, text=True) for _ in range(4)]
        found = [n for p in running for n in re.findall(r"<code>(HLAX\d{8}.)</code>", p.communicate(timeout=60)[0])]
        self.assertEqual((len(found), len(set(found))), (200, 200))

    def test_without_its_folder_it_says_how_to_name_another(self):
        done = subprocess.run([CTL, "--state", self.dir / "none", "sheet", "plates", "--plates", "1", "--site", "LAX"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("is not there: --state DIR names another", done.stderr)

    def test_two_benches_do_not_begin_alike(self):
        starts = set()
        for n in range(4):
            starts.update(self.numbers(1))
            (self.dir / "house-labels").unlink()
        self.assertGreater(len(starts), 1)

    def test_what_can_not_be_printed_uses_up_no_number(self):
        first = self.numbers(1)[0]
        before = (self.dir / "house-labels").read_text()
        self.assertIn("is for one code, and these are 21", self.sheet("plates", "--plates", 21, "--svg", "-", key=False, code=2))
        self.assertIn("can't make the folder", self.sheet("plates", "--plates", 21, "--svg", self.dir / "none/x", key=False, code=3))
        self.assertIn("can't open the folder", self.sheet("plates", "--plates", 21, "--svg", self.dir / "key", key=False, code=3))
        self.assertEqual((self.dir / "house-labels").read_text(), before)
        self.assertIn("<svg", self.sheet("plates", "--plates", 1, "--svg", "-", key=False))
        self.assertEqual(self.numbers(1), [first + 2])

    def test_what_was_cut_off_by_a_power_cut_was_not_printed(self):
        first = self.numbers(5)[0]
        with open(self.dir / "house-labels", "a") as f:
            f.write("LAX 77 ")
        self.assertEqual(self.numbers(1), [first + 5])
        self.assertEqual(len((self.dir / "house-labels").read_text().splitlines()), 2)

    def test_a_damaged_register_prints_nothing(self):
        for text in ("LAX one 2 x\n", "LAX 5 4 x\n", "LAX 5\n", "\n", "LAX 5 100000000 x\n", "\0\n", "LAXLAXLAX 1 2 x\n"):
            (self.dir / "house-labels").write_text("OTHER 1 2 x\n" + text)
            self.assertIn("house-labels:2: not SITE FIRST LAST TIME", self.sheet("plates", "--plates", 1, key=False, code=1), text)
        (self.dir / "house-labels").write_bytes(b"x" * (1024 * 1024 + 2))
        self.assertIn("larger than 1 MiB", self.sheet("plates", "--plates", 1, key=False, code=1))
        (self.dir / "house-labels").unlink()
        (self.dir / "house-labels").symlink_to(self.dir / "key")
        self.sheet("plates", "--plates", 1, key=False, code=1)
        self.assertEqual((self.dir / "key").read_text(), KEY.hex())

    # --- SVG ---

    def test_a_folder_of_files(self):
        self.assertEqual(self.sheet("reasons", self.dir / "reasons.csv", "--svg", self.dir / "svg"), "")
        names = sorted(p.name for p in (self.dir / "svg").iterdir())
        self.assertEqual(names, sorted(f"reason-{c}-{k}.svg" for c in ("SCRATCH", "A", "ABCDEFGH01234567") for k in ("code128", "qr")))
        files = [(self.dir / "svg" / n).read_text() for n in names]
        for text, said in zip(files, read_back(files, self.dir)):
            self.assertIn(f">{said.partition(':')[2]}</text>", text)
        for code in ("SCRATCH", "A"):
            said = read_back([files[names.index(f"reason-{code}-{k}.svg")] for k in ("code128", "qr")], self.dir)
            self.assertEqual(said, [f"CODE-128:{reason(code)}", f"QR-Code:{reason(code)}"])

    def test_one_code_to_standard_output(self):
        self.assertEqual(read_back([self.sheet("badges", "B17", "--svg", "-")], self.dir), [f"CODE-128:{badge('B17')}"])
        self.assertEqual(read_back([self.sheet("badges", "B17", "--svg", "-", "--qr")], self.dir), [f"QR-Code:{badge('B17')}"])
        self.assertIn("is for one code, and these are 4", self.sheet("commands", "--svg", "-", code=2))

    def test_a_link_in_the_folder_is_not_followed(self):
        (self.dir / "svg").mkdir()
        (self.dir / "svg/badge-B17-code128.svg").symlink_to(self.dir / "key")
        self.assertIn("can't write", self.sheet("badges", "B17", "--svg", self.dir / "svg", code=3))
        self.assertEqual((self.dir / "key").read_text(), KEY.hex())
        self.assertIn("can't make the folder", self.sheet("badges", "B17", "--svg", self.dir / "key/x", code=3))

    # --- what is refused ---

    def test_files_that_are_refused_name_their_line(self):
        (self.dir / "bad.csv").write_text("code,en,zh\nA,x\n")
        self.assertRegex(self.sheet("reasons", self.dir / "bad.csv", code=1), r"bad\.csv:2: there are fewer fields than columns")
        for text, line in (("B1\nB-2\n", 2), ("x" * 300 + "\n", 1), ("B1\nB2\n\nb1\n", 4), ("\x1b[2J\n", 1), ("工牌\n", 1)):
            (self.dir / "ids").write_text(text)
            said = self.sheet("badges", "--ids", self.dir / "ids", code=1)
            self.assertIn(f"ids:{line}: a file of badges has an id a line", said)
            self.assertNotIn("\x1b", said)
        (self.dir / "ids").write_bytes(b"\0" * 5000)
        self.sheet("badges", "--ids", self.dir / "ids", code=1)
        (self.dir / "ids").write_text("\n".join(f"B{n}" for n in range(1001)))
        self.assertIn("more than 1000 codes", self.sheet("badges", "--ids", self.dir / "ids", code=1))

    def test_usage(self):
        for args, words in ((["badges"], "which badges?"), (["plates"], "how many house labels?"), (["plates", "--plates", "0"], "from 1 to 1000"),
                            (["plates", "--plates", "9x"], "from 1 to 1000"), (["badges", "B-1"], "can't make a badge of 'B-1'"),
                            (["badges", "B1", "b1"], "asked for twice"), (["plates", "--plates", "2", "--from", "99999999"], "go up to 99999999")):
            self.assertIn(words, self.sheet(*args, code=1), args)
        for args, words in ((["commands", "x"], "too many"), (["badges", "B1", "--plates", "2"], "are for sheet plates"),
                            (["reasons", "--ids", "x"], "is for sheet badges"), (["badges", "B1", "--qr"], "goes with --svg"),
                            (["doctor", "--svg", "x"], "as a whole"), (["plate"], "did you mean 'plates'"), ([], "something is missing")):
            self.assertIn(words, self.sheet(*args, code=2), args)
        for name in ("commands", "reasons", "badges"):
            self.assertIn("signed with the site's key", self.sheet(name, key=False, code=1))
        self.assertIn("bears the site's name", self.sheet("plates", "--plates", "1", site=None, key=False, code=1))


if __name__ == "__main__":
    unittest.main()
