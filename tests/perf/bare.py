"""bare.py - the bare programs that stationd is measured against, a press and what is made of many."""
import os
import select
import socket
import sqlite3
import subprocess
import time

from station import BUILD, drop, stage

PRESSES = ("accessories", "usage", "pass")  # the lamps that follow three times PASS


class Baseline:
    def __init__(self, mode, st, env):
        path = st.run / f"{mode}.sock"
        program = stage() / "baseline"
        if not program.exists():
            program.write_bytes((BUILD / "tests/baseline").read_bytes())
            program.chmod(0o755)
        self.proc = subprocess.Popen([str(program), mode, str(st.state), str(path)], env={**os.environ, **env},
                                     **(drop() if st.nobody else {}))
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        end = time.monotonic() + 10
        while self.sock.connect_ex(str(path)) != 0:
            if time.monotonic() > end or self.proc.poll() is not None:
                raise AssertionError(f"the bare program {mode} does not answer")
            select.select([], [], [], 0.01)

    def measure(self, size):
        begun = time.perf_counter()
        self.sock.sendall(b"%d\n" % size)
        if not self.sock.recv(256).startswith(b"lamp"):
            raise AssertionError("the bare program failed")
        return time.perf_counter() - begun

    def close(self):
        self.sock.close()
        self.proc.wait(timeout=10)


def press(panel, lamp):
    """Presses, holds for 60 ms as a person does, and times from the release to the lamp."""
    panel.settle()
    panel.send("press pass")
    wait_until(panel, time.monotonic() + 0.06)
    panel.mark()
    begun = time.perf_counter()
    panel.send("release pass")
    while True:
        select.select([panel.sock], [], [], 10)
        taken = time.perf_counter() - begun
        panel.pump(0)
        if panel.lamps.get(lamp) in ("on", "flicker"):
            return taken


def wait_until(panel, moment):
    while time.monotonic() < moment:
        panel.pump(moment - time.monotonic())


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
