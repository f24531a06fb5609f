"""The demo's shift without a terminal: it ends well, its numbers are those of what it left, and its export replays."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from station import BUILD, ROOT, check_chain, read_journal


class Demo(unittest.TestCase):
    def test_the_shift(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="demo-"))
        self.addCleanup(shutil.rmtree, folder, True)
        done = subprocess.run([sys.executable, str(ROOT / "tests/demo/demo.py"), "--folder", str(folder / "demo")],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        last = done.stdout.splitlines()[-1]
        said = re.fullmatch(r"demo: (\d+) labels, (\d+) inspections, (\d+) events in the journal, (\d+) at headquarters, chain ok", last)
        self.assertTrue(said, last)
        events = read_journal(folder / "demo/journal.db")
        self.assertEqual(int(said[2]), sum(e["kind"] == "inspection.opened" for e in events))
        self.assertEqual((int(said[3]), int(said[4])), (len(events), 0))
        self.assertGreaterEqual(len({e["label"] for e in events if e["kind"] == "inspection.opened"}), 12)
        export = folder / "demo/events.jsonl"
        self.assertEqual(check_chain(export.read_bytes().splitlines()), events)
        replay = subprocess.run([str(BUILD / "tests/replay"), "--export", str(export)], capture_output=True, text=True, timeout=60)
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)
        self.assertIn("ok 1", replay.stdout)
