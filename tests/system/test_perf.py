"""make perf's own programs start: what they measure is no test, that they can be run is."""
import subprocess
import sys
import unittest

from daemon import ROOT


class Starts(unittest.TestCase):
    def test_every_row_is_there(self):
        done = subprocess.run([sys.executable, ROOT / "tests/perf/perf.py", "--help"], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for row in ("lamps", "start", "line", "labels", "report", "camera"):
            self.assertIn(row, done.stdout)


if __name__ == "__main__":
    unittest.main()
