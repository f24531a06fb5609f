"""The papers: in a clean copy the demo plays, every command block of README.md runs; the man pages tell all there is."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from export import Export, openssl_verify, sha256sum
from station import BUILD, ROOT, check_chain, read_journal

# Lines of README.md's blocks that are not run here, by how they begin, and why.
SKIPPED = {
    "make demo": "setUpClass plays it, without the installation and the build",
    "make check": "this is make check",
    "make bench-vm": "needs root and QEMU; .ci/run does it",
    "make perf": "takes minutes and asserts nothing",
    "make fuzz": "needs clang, and a minute a target",
    "make lint": ".ci/run does it",
    "make install": "would change this machine",
    "make deb": "installs debhelper; make check-deb does more",
    "sudo": "would change this machine; make check-deb does it in a chroot",
    "../shared/fresh-check": "needs root and a mirror",
}


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="readme-"))
        cls.addClassCleanup(shutil.rmtree, folder, True)
        cls.copy = folder / "station"
        shutil.copytree(ROOT, cls.copy, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
        (cls.copy / "build").mkdir()
        for name in ("stationd", "stationctl", "station-export", "hqd", "station-camera"):
            shutil.copy2(BUILD / name, cls.copy / "build" / name)
        cls.demo = subprocess.run([sys.executable, "tests/demo/demo.py"], cwd=cls.copy, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=200, env={**os.environ, "BUILD": "build"})

    def test_demo_plays_a_shift(self):
        """It ends well, and its numbers are those of what it left behind."""
        self.assertEqual(self.demo.returncode, 0, self.demo.stdout + self.demo.stderr)
        last = self.demo.stdout.splitlines()[-1]
        said = re.fullmatch(r"demo: (\d+) labels, (\d+) inspections, (\d+) events in the journal, (\d+) at headquarters, chain ok", last)
        self.assertTrue(said, last)
        events = read_journal(self.copy / "build/demo/journal.db")
        self.assertEqual(int(said[2]), sum(e["kind"] == "inspection.opened" for e in events))
        self.assertEqual((int(said[3]), int(said[4])), (len(events), len(events)), "all at headquarters")
        self.assertGreaterEqual(len({e["label"] for e in events if e["kind"] == "inspection.opened"}), 12)
        for name in ("events.jsonl", "hq-events.jsonl"):
            self.assertEqual(check_chain((self.copy / "build/demo" / name).read_bytes().splitlines()), events)

    def test_demo_export_replays(self):
        """A stick is a bug report: the core makes the same events of the recorded shift again."""
        export = self.copy / "build/demo/events.jsonl"
        done = subprocess.run([str(BUILD / "tests/replay"), "--export", str(export)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("ok 1", done.stdout)

    def test_demo_leaves_an_export_that_proves_itself(self):
        """By sha256sum, by openssl and by hashing it here."""
        demo = self.copy / "build/demo"
        export, = (Export(p) for p in (demo / "export/demo-1").iterdir())
        done = sha256sum(export.dir)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = openssl_verify(export.dir, demo / "certificates/ca.pem")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(export.bytes("events.jsonl"), (demo / "events.jsonl").read_bytes())
        events = check_chain(export.lines)
        self.assertEqual(export.manifest["head"], hashlib.sha256(export.lines[-1]).hexdigest())
        self.assertEqual([r["inspection"] for r in export.rows], [e["id"] for e in events if e["kind"] == "inspection.opened"])

    def test_every_command_runs(self):
        blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
        self.assertTrue(blocks, "README.md has no ```sh block")
        with socket.create_server(("127.0.0.1", 0)) as free:  # 8443 may be taken on this machine
            port = str(free.getsockname()[1])
        for block in blocks:
            script = "\n".join(x for x in block.splitlines() if not x.startswith(tuple(SKIPPED))).replace("8443", port)
            if script.strip():
                done = subprocess.Popen(["sh", "-eu", "-c", script], cwd=self.copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, text=True, start_new_session=True)
                self.addCleanup(self.end, done.pid)
                said, _ = done.communicate(timeout=120)
                self.assertEqual(done.returncode, 0, f"{script}\n{said}")
        self.station_meets_headquarters()

    @staticmethod
    def end(group):
        """What a block left running."""
        try:
            os.killpg(group, signal.SIGTERM)
        except ProcessLookupError:
            pass

    def station_meets_headquarters(self):
        """The station of "Setting one up" and the hqd of "Headquarters" find each other."""
        bench = self.copy / "build/bench"
        log = bench / "stationd.log"
        end = time.monotonic() + 30
        while True:
            said = subprocess.run([str(self.copy / "build/hqd"), "status", "--db", str(bench / "hq.db")], capture_output=True,
                                  text=True, check=True).stdout
            if any(j["head"] for j in json.loads(said)["journals"]):
                break
            self.assertLess(time.monotonic(), end, f"nothing arrived: {said}{(bench / 'hqd.log').read_text()}{log.read_text()}")
            time.sleep(0.05)  # between two looks

    def test_files_it_names_exist(self):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()):
            self.assertTrue((ROOT / target).exists(), f"README.md links to {target}")


class Man(unittest.TestCase):
    def test_lint(self):
        pages = sorted((ROOT / "docs/man").glob("*.[1-8]"))
        self.assertTrue(pages)
        for page in pages:
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)], capture_output=True, text=True)
            self.assertEqual(done.stdout + done.stderr, "", page.name)

    def text(self, page):
        done = subprocess.run(["mandoc", "-T", "ascii", str(ROOT / "docs/man" / page)], capture_output=True, text=True, check=True)
        return re.sub(".\b", "", done.stdout)

    def test_every_option_of_help_is_in_the_page(self):
        for program, page in (("stationd", "stationd.8"), ("stationctl", "stationctl.1"), ("hqd", "hqd.8"), ("station-camera", "station-camera.8"),
                              ("station-export", "station-export.8")):
            said = subprocess.run([BUILD / program, "--help"], capture_output=True, text=True, check=True).stdout
            text = self.text(page)
            for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", said)):
                self.assertIn(option, text, f"{page} does not tell {option}")

    def test_every_key_is_in_station_conf(self):
        """Each key of the reader's table (src/core/settings.c)."""
        source = (ROOT / "src/core/settings.c").read_text()
        keys = set(re.findall(r'(?:\{"|\bLINE\(")([a-z_]+)", [A-Z]', source))
        self.assertGreaterEqual(len(keys), 18, f"found only {sorted(keys)}")
        text = self.text("station.conf.5")
        for key in sorted(keys):
            self.assertRegex(text, rf"\b{key}\b", f"station.conf.5 does not tell {key}")
