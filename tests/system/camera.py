"""camera.py - a camera for tests: a command or a preloaded V4L2 device (badvideo.c) that plays frames of tests/scene, and station-camera that
reads them."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from station import BUILD

WIDTH, HEIGHT = 640, 480
SEED = 7
# Plays what stands in the file `shown`: a frame's number, or something that goes wrong. 15 frames a second, as a camera.
PLAYER = """
import os, pathlib, sys, time
folder, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])
frames = [p.read_bytes()[-size:] for p in sorted(folder.glob("*.pgm"))]
out = sys.stdout.buffer
while True:
    shown = (folder / "shown").read_text()
    word, _, number = shown.partition(" ")
    if word == "end":
        out.write(frames[0][:size // 3])
        out.flush()
        sys.exit(3)
    elif word == "hang":
        (folder / "pid").write_text(str(os.getpid()))
        time.sleep(3600)
    elif word == "garbage":
        out.write(os.urandom(size))
    else:
        out.write(frames[int(number)])
    out.flush()
    if word != "flood":
        time.sleep(1 / 15)
"""


class Camera:
    """Frames with these texts under one camera (tests/scene, told); frame 0 is the empty table."""

    def __init__(self, texts, format=None):
        self.format = format  # of a device; None: a command
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cam-"))
        self.texts = ["", *texts]
        subprocess.run([BUILD / "tests/scene", str(SEED), "0", self.dir, "10", "told", *self.texts], check=True, timeout=60)
        (self.dir / "player.py").write_text(PLAYER)
        self.log = self.dir / "log"
        self.log.touch()
        self.proc = None
        self.show("")

    def show(self, text, word="frame"):
        """Frames with this text from now on."""
        self.play(f"{word} {self.texts.index(text)}")

    def spoil(self, text, how):
        """The frame with this text is another from now on: how(its pixels, a row after the other) makes them."""
        path = self.dir / f"{self.texts.index(text):04}.pgm"
        data = path.read_bytes()
        head = data[:-WIDTH * HEIGHT]
        new = path.with_suffix(".new")
        new.write_bytes(head + bytes(how(data[len(head):])))
        new.rename(path)

    def play(self, words):
        new = self.dir / "shown.new"
        new.write_text(words)
        new.rename(self.dir / "shown")

    @property
    def command(self):
        return f"exec {sys.executable} {self.dir}/player.py {self.dir} {WIDTH * HEIGHT}"

    @property
    def device(self):
        return f"{self.dir}/video0"

    def settings(self):
        if self.format:
            return {"kind": "camera", "device": self.device, "controls": "focus_absolute=30"}
        return {"kind": "camera", "command": self.command, "size": f"{WIDTH}x{HEIGHT}", "pixels": "grey"}

    def start(self, *words, notify=None):
        """notify: the path of systemd's socket."""
        env = {**os.environ, "LC_ALL": "C.UTF-8", **({"NOTIFY_SOCKET": str(notify)} if notify else {})}
        if self.format:
            env |= {"LD_PRELOAD": f"{BUILD}/tests/badvideo.so", "BADVIDEO_DEVICE": self.device, "BADVIDEO_DIR": str(self.dir),
                    "BADVIDEO_FORMAT": self.format}
        with open(self.log, "ab") as log:
            self.proc = subprocess.Popen([BUILD / "station-camera", *map(str, words)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         env=env, cwd="/")

    def said(self):
        return self.log.read_text(errors="replace")

    def kill(self, sig=signal.SIGKILL):
        self.proc.send_signal(sig)
        return self.proc.wait(timeout=20)

    def close(self):
        if self.proc and self.proc.poll() is None:
            self.proc.send_signal(signal.SIGCONT)
            try:
                self.kill(signal.SIGTERM)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
