"""The papers: every command block of README.md runs, the man pages are well-formed and tell all options and keys."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from station import BUILD, ROOT

# Blocks that are not run here, by their first line, and why. A block that is gone from the README makes the test fail.
SKIPPED = {
    "make demo": "tests/run plays it as a test of its own",
    "make check": "this is make check",
    "make perf": "measures, takes minutes, asserts nothing",
    "make fuzz": "needs clang; runs for a minute a target",
    "make lint": ".ci/run does it",
}


def blocks():
    text = (ROOT / "README.md").read_text()
    return [b.strip() for b in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)]


class Readme(unittest.TestCase):
    def test_every_command_runs(self):
        if not (ROOT / "README.md").exists():
            self.fail("there is no README.md")
        found = blocks()
        self.assertTrue(found, "README.md has no ```sh block")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="readme-"))
        self.addCleanup(shutil.rmtree, folder, True)
        copy = folder / "station"
        shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
        (copy / "build").mkdir()
        for name in ("stationd", "stationctl"):
            shutil.copy2(BUILD / name, copy / "build" / name)
        demo = BUILD / "demo"
        if demo.exists():
            shutil.copytree(demo, copy / "build/demo", symlinks=True, ignore=lambda d, names: [
                n for n in names if not os.path.isfile(os.path.join(d, n)) and not os.path.isdir(os.path.join(d, n))])
        for block in found:
            lines = [x for x in block.splitlines() if not any(x.startswith(s) for s in SKIPPED)]
            script = "\n".join(lines)
            if not script.strip():
                continue
            done = subprocess.run(["sh", "-eu", "-c", script], cwd=copy, capture_output=True, text=True, timeout=120,
                                  stdin=subprocess.DEVNULL, env={**os.environ, "BUILD": str(copy / "build")})
            self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}{done.stderr}")

    def test_files_it_names_exist(self):
        text = (ROOT / "README.md").read_text()
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            self.assertTrue((ROOT / target).exists(), f"README.md links to {target}")


class Man(unittest.TestCase):
    def pages(self):
        pages = sorted((ROOT / "docs/man").glob("*.[1-8]"))
        self.assertTrue(pages)
        return pages

    def test_lint(self):
        for page in self.pages():
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)], capture_output=True, text=True)
            self.assertEqual(done.stdout + done.stderr, "", page.name)

    def text(self, page):
        done = subprocess.run(["mandoc", "-T", "ascii", str(ROOT / "docs/man" / page)], capture_output=True, text=True, check=True)
        return re.sub(".\b", "", done.stdout)

    def test_every_option_of_help_is_in_the_page(self):
        for program, page in (("stationd", "stationd.8"), ("stationctl", "stationctl.1")):
            said = subprocess.run([BUILD / program, "--help"], capture_output=True, text=True, check=True).stdout
            text = self.text(page)
            for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", said)):
                self.assertIn(option, text, f"{page} does not tell {option}")

    def test_every_key_is_in_station_conf(self):
        """Each key that the settings reader knows, by what the header says of it."""
        header = (ROOT / "include/station/settings.h").read_text()
        text = self.text("station.conf.5")
        keys = re.findall(r"\b(?:name|board|state_dir|runtime_dir|timezone|key_file|rma_shape|rma_check|repeat_ms|hold_s|unknown|"
                          r"question_s|remind_s|receiving_s|deadline_h|file|device|baud|format|gap_ms)\b", header)
        for key in sorted(set(keys)):
            self.assertRegex(text, rf"\b{key}\b", f"station.conf.5 does not tell {key}")
