"""daemon.py - a program of ours that runs on and says when it is ready, as systemd would start it: Station and Headquarters are such."""
import contextlib
import ctypes
import functools
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD
NOBODY = 65534


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def drop():
    """Keyword arguments for subprocess: nobody, where we are root, since mode bits matter."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def of_threads(pid, ask):
    """What is said of each thread: {its id: ask(it)}."""
    said = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # one that has ended meanwhile
            said[int(task.name)] = ask(int(task.name))
    return said


def processors(pid):
    """Of each thread, on which it may run."""
    return of_threads(pid, os.sched_getaffinity)


@functools.cache
def stage():
    """A copy of programs and boards that nobody can reach, wherever the checkout lies."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stage-"))
    import atexit
    atexit.register(shutil.rmtree, folder, True)
    folder.chmod(0o755)
    for name in ("stationd", "stationctl", "station-export", "hqd"):
        shutil.copy2(BUILD / name, folder / name)
        (folder / name).chmod(0o755)
    for path in (BUILD / "tests").glob("bad*.so"):
        shutil.copy2(path, folder / path.name)
    shutil.copytree(ROOT / "boards", folder / "boards")
    shutil.copytree(ROOT / "src/labels.d", folder / "labels.d")
    return folder


class Daemon:
    """self.dir, self.log (a file that is there), self.nobody (whether it runs as nobody) and give() are the heir's."""
    name = None
    proc = notify = None

    def spawn(self, command, notify, disk, preload, env):
        """Starts command. notify: the path of its socket for READY; preload: its disk, below the folder disk, is at the word of
        self.control (baddisk.c)."""
        notify.unlink(missing_ok=True)
        if self.notify:
            self.notify.close()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(notify))
        notify.chmod(0o666)
        environ = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(notify), "LC_ALL": "C.UTF-8",
                   "ASAN_OPTIONS": "abort_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
        if preload:
            self.control = self.dir / f"{self.name}-disk"
            self.control.touch()
            environ.update(LD_PRELOAD=str(stage() / "baddisk.so"), BADDISK_DIR=str(disk), BADDISK_CONTROL=str(self.control))
            self.give()
        environ.update(env or {})
        with open(self.log, "ab") as log:
            self.proc = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ, cwd="/",
                                         preexec_fn=_die_with_parent, **(drop() if self.nobody else {}))

    def wait_told(self, seconds):
        """Until it has told that it is ready."""
        end = time.monotonic() + seconds
        pid = os.pidfd_open(self.proc.pid)
        try:
            while True:
                got = select.select([self.notify, pid], [], [], max(0, end - time.monotonic()))[0]
                if self.notify in got:
                    if b"READY=1" in self.notify.recv(4096):
                        return
                elif pid in got:
                    raise AssertionError(f"{self.name} ended with {self.proc.wait()}:\n{self.said()}")
                else:
                    raise AssertionError(f"{self.name} is not ready after {seconds} s:\n{self.said()}")
        finally:
            os.close(pid)

    def wait_end(self, seconds=20):
        return self.proc.wait(timeout=seconds)

    def stop(self, code=0, sig=signal.SIGTERM, seconds=20):
        if self.proc and self.proc.poll() is None:
            self.proc.send_signal(sig)
        got = self.wait_end(seconds)
        if code is not None and got != code:
            raise AssertionError(f"{self.name} ended with {got}, not {code}:\n{self.said()[-4000:]}")
        self.proc = None

    def kill(self):
        self.proc.kill()
        self.proc.wait()

    def restart(self, **how):
        self.stop()
        return self.start(**how)

    def close(self):
        if self.proc and self.proc.poll() is None:
            self.kill()
        if self.notify:
            self.notify.close()

    def said(self):
        return self.log.read_text(errors="replace")

    def rss_kib(self, what="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.proc.pid}/status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {what}")
