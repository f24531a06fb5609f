"""bare.py - the bare programs that stationd is measured against, presses and what is made of many."""
import os
import sqlite3
import subprocess
import tempfile
import time

from station import BUILD, drop, stage


class Baseline:
    def __init__(self, mode, st, env):
        path = st.run / f"{mode}.sock"
        program = stage() / "baseline"
        if not program.exists():
            program.write_bytes((BUILD / "tests/baseline").read_bytes())
            program.chmod(0o755)
        self.mode = mode
        path.unlink(missing_ok=True)
        self.proc = subprocess.Popen([str(program), mode, str(st.state), str(path)], env={**os.environ, **env},
                                     **(drop() if st.nobody else {}))
        end = time.monotonic() + 10
        while not path.exists():
            if time.monotonic() > end or self.proc.poll() is not None:
                raise AssertionError(f"the bare program {mode} does not answer")
            time.sleep(0.01)  # between two looks

    def close(self):
        """It ends with its client."""
        try:
            self.proc.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()


def memory():
    """A runtime directory, in memory as /run is on a board: status.json is no load for the disk."""
    return tempfile.mkdtemp(prefix="perf-", dir="/dev/shm")


def presses(st, size, scans, bare):
    """Inspections of these scans by press.c, each press beside the bare programs: {name: [seconds]}."""
    paths = [st.run / "panel.sock", *(st.run / f"{b.mode}.sock" for b in bare)]
    done = subprocess.run([str(BUILD / "tests/press"), str(size), *map(str, paths)], input="".join(f"{x}\n" for x in scans), text=True,
                          stdout=subprocess.PIPE, check=True, timeout=60 + 10 * len(scans))
    columns = zip(*(map(float, line.split()) for line in done.stdout.splitlines()))
    return dict(zip(["stationd", *(b.mode for b in bare)], map(list, columns)))


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[min(len(values) - 1, len(values) * 99 // 100)]


def last_line(st):
    """The last event's line: the bare programs commit as many bytes."""
    con = sqlite3.connect(f"file:{st.db}?mode=ro", uri=True)
    line = con.execute("SELECT line FROM event ORDER BY seq DESC LIMIT 1").fetchone()[0]
    con.close()
    return line


def met(good):
    return "met" if good else "missed"
