#!/usr/bin/env python3
"""kill_photo.py - kill -9 of stationd and of hqd at random moments of a shift in which most things fail, under a camera that
answers at once: a photo that the journal tells of is on the disk, byte for byte, and in the end at headquarters; one that it does
not tell of is nowhere. Prints TAP.
"""
import array
import contextlib
import fcntl
import hashlib
import os
import pathlib
import random
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import kill_line  # noqa: E402
from photos import jpeg  # noqa: E402

SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class Eye(threading.Thread):
    """What station-camera is to its station, over all the lives of it."""

    def __init__(self, path, rng):
        super().__init__(daemon=True)
        self.path, self.rng = path, rng
        self.over = threading.Event()
        self.given = 0

    def answer(self, peer, number):
        photo = jpeg(self.rng.randint(100, 300_000), self.rng.random())
        fd = os.memfd_create("photo", os.MFD_ALLOW_SEALING)
        try:
            os.write(fd, photo)
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
            peer.sendmsg([f"#{number} {len(photo)}\n".encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
            self.given += 1
        finally:
            os.close(fd)

    def serve(self, peer):
        peer.connect(self.path)
        peer.settimeout(1)
        peer.sendall(b"\n")
        while not self.over.is_set():
            try:
                asked = peer.recv(64)
            except TimeoutError:
                peer.sendall(b"\n")  # one that is silent is taken for hung
                continue
            if not asked:
                return
            for question in asked.decode().splitlines():
                self.answer(peer, int(question.split()[1]))

    def run(self):
        while not self.over.wait(0.005):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer, contextlib.suppress(OSError):
                self.serve(peer)


class Shift(kill_line.Shift):
    ANSWERS = (15, 80, 5)

    def __init__(self, seed, kills):
        super().__init__(seed, kills, {"scanner eye": {"kind": "camera", "device": "/dev/video9"}})
        self.stats |= {"hidden": 0, "waiting": 0, "delivered": 0}
        self.eye = Eye(str(self.st.run / "camera/labels.sock"), random.Random(f"{seed} eye"))

    @property
    def told(self):
        return [e for e in self.events if e["kind"] == "photo.taken"]

    def kept(self, name):
        """The bytes of a photo, wherever it lies; None: it is nowhere."""
        folder = self.st.state / "photos"
        for place, path in (("hidden", folder / f"outbox/.{name}.jpg"), ("waiting", folder / f"outbox/{name}.jpg"), ("delivered", folder / f"{name}.jpg")):
            if path.exists():
                self.stats[place] += 1
                return path.read_bytes()
        return None

    def audit(self, since, panel):
        """As death left it."""
        super().audit(since, panel)
        names = {e["data"]["sha256"] for e in self.told}
        for name in names:
            data = self.kept(name)
            if data is None or hashlib.sha256(data).hexdigest() != name:
                raise AssertionError(f"the journal tells of photo {name}, and it is {'gone' if data is None else 'another'}")
        for path in (self.st.state / "photos").rglob("[0-9a-f]*.jpg"):
            if path.stem not in names:
                raise AssertionError(f"{path.name} can be seen, and the journal does not tell of it")

    def live(self):
        if not self.eye.is_alive():
            self.eye.start()
        super().live()

    def end(self):
        super().end()
        st, names = self.st, [e["data"]["sha256"] for e in self.told]
        box, folder = st.state / "photos/outbox", st.state / "photos"
        st.panel.until("an outbox with nothing in it", lambda: not list(box.iterdir()), 60)
        if len(set(names)) != len(names) or sorted(p.stem for p in folder.glob("*.jpg")) != sorted(names):
            raise AssertionError(f"the journal tells of {sorted(names)}, the folder has {sorted(p.name for p in folder.iterdir())}")
        for name in names:
            there = self.hq.get(f"/v1/photos/{name}", self.hq.ca.client("bench-1"))
            if there.status != 200 or there.body != (folder / f"{name}.jpg").read_bytes():
                raise AssertionError(f"headquarters says {there.status} to photo {name}")
        if not names:
            raise AssertionError("not one photo was told of")

    def close(self):
        self.eye.over.set()
        super().close()

    def told_of(self):
        return f"{self.eye.given} photos given, {len(self.told)} told, here and there"


if __name__ == "__main__":
    sys.exit(kill_line.main("kill_photo", Shift, 100))
