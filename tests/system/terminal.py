"""terminal.py - a program at a terminal of 80 columns and 24 lines: waits for words, types, reads its end."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Terminal:
    def __init__(self, *args, env=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir("/")
            os.execve(args[0], [str(a) for a in args], {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""  # and not taken yet
        self.all = b""

    def _read(self, left):
        """False: the program is at its end."""
        if not select.select([self.fd], [], [], left)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.seen += data
        self.all += data
        return bool(data)

    def wait(self, words, seconds=15):
        """Until the words are there; they and all before them are taken."""
        end = time.monotonic() + seconds
        more = True
        while words.encode() not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not more:
                raise AssertionError(f"{words!r} did not come: {self.all.decode(errors='replace')}")
            more = self._read(left)
        before, _, self.seen = self.seen.partition(words.encode())
        return before.decode(errors="replace")

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self, seconds=30):
        """(exit code, all that was said)."""
        end = time.monotonic() + seconds
        while self._read(max(0, end - time.monotonic())):
            if time.monotonic() >= end:
                raise AssertionError(f"it does not end: {self.all.decode(errors='replace')}")
        pid, self.pid = self.pid, None
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), self.all.decode(errors="replace").replace("\r\n", "\n")

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
