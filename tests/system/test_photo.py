"""Evidence photos: a FAIL with a reason leaves a JPEG beside the journal, whose hash is in photo.taken; what goes wrong with the camera costs
the inspection nothing."""
import array
import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import termios
import threading
import unittest

from camera import Camera
from case import StationCase, rma
from line import authority, pair
from station import BUILD, reason, sanitized, stage

FIRST, SECOND = rma(1), rma(2)
JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 100 + b"\xff\xd9"
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class PhotoCase(StationCase):
    def bench(self, start=True, format=None, line=None, **settings):
        """line: its [headquarters]."""
        self.cam = Camera([FIRST], format)
        self.addCleanup(self.cam.close)
        st = self.station(settings={"scanner eye": {**self.cam.settings(), **settings}, **({"headquarters": line} if line else {})},
                          **({"expected": None} if line else {}))
        if start:
            self.cam.start("--station", "--config", st.conf)
            self.sees()
        return st

    def sees(self, present=True):
        self.panel.until(f"the camera, {present}", lambda: self.st.status()["camera"]["present"] is present, 20)

    def fails(self, label, code="SCRATCH"):
        self.st.open(label)
        self.panel.ask("fail", fail="fast", appearance="fast")
        self.st.scan(reason(code))
        self.panel.wait_lamps(accessories="on")

    def settle(self):
        """The inspection goes on to its end, as if nothing had been."""
        self.panel.ask("pass", usage="on")
        self.panel.ask("pass", fail="on")
        self.st.settle_verdict()

    @property
    def outbox(self):
        return self.st.state / "photos/outbox"

    def files(self):
        return sorted(p.name for p in self.outbox.iterdir())

    def taken(self, count=1):
        self.panel.until(f"{count} photos", lambda: len(self.st.events("photo.taken")) == count, 15)
        return self.st.events("photo.taken")

    def kept(self, event):
        """The bytes of this photo, which are what the event says. It is shown to the line when its event is recorded, which others see before."""
        path = self.outbox / f"{event['data']['sha256']}.jpg"
        self.panel.until("the photo", path.exists, 15)
        data = path.read_bytes()
        self.assertEqual(hashlib.sha256(data).hexdigest(), event["data"]["sha256"])
        self.assertEqual(len(data), event["data"]["bytes"])
        self.assertEqual((data[:3], data[-2:]), (b"\xff\xd8\xff", b"\xff\xd9"))
        return data

    def missed(self, words):
        self.panel.until(f"why: {words}", lambda: words in self.st.said(), 15)
        self.assertEqual(self.st.events("photo.taken"), [])


def size_of(data):
    at = 2
    while data[at + 1] not in (0xc0, 0xc1, 0xc2):
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
    return int.from_bytes(data[at + 7:at + 9], "big"), int.from_bytes(data[at + 5:at + 7], "big")


class Photo(PhotoCase):
    def test_a_fail_with_a_reason_leaves_one(self):
        st = self.bench()
        self.fails(FIRST)
        event = self.taken()[0]
        given = st.events("reason.given")[0]
        for key in ("inspection", "item", "label", "by"):
            self.assertEqual(event[key], given[key])
        self.assertEqual(size_of(self.kept(event)), (640, 480))
        self.assertEqual(self.files(), [f"{event['data']['sha256']}.jpg"])
        self.assertEqual(os.stat(self.outbox).st_mode & 0o777, 0o750)
        self.settle()
        self.panel.until("the status", lambda: st.status()["photos"]["waiting"] == 1)
        self.assertEqual(st.status()["photos"], {"waiting": 1, "bytes": event["data"]["bytes"], "space": 1024 << 20, "why": None})
        self.fails(SECOND)
        self.assertEqual([e["label"] for e in self.taken(2)], [FIRST, SECOND])

    def test_it_is_made_smaller_where_it_has_to_be(self):
        self.bench(photo_side="320", photo_quality="30")
        self.fails(FIRST)
        self.assertEqual(size_of(self.kept(self.taken()[0])), (320, 240))

    @unittest.skipIf(sanitized(), "no device is preloaded there")
    def test_a_cameras_own_jpeg_is_kept_as_it_is(self):
        self.bench(format="MJPG", photo_quality="1")
        self.fails(FIRST)
        self.assertGreater(len(self.kept(self.taken()[0])), 10000)  # not of quality 1

    def test_it_shows_what_lies_there_after_the_question(self):
        """A frame that waits in the pipe while the camera is busy is of before."""
        st = self.bench()
        st.open(FIRST)
        self.panel.ask("fail", fail="fast", appearance="fast")
        self.cam.proc.send_signal(signal.SIGSTOP)
        self.panel.until("a frame of the empty table that waits", lambda: self.waits() > 0)
        self.cam.show(FIRST)
        st.scan(reason("SCRATCH"))
        self.panel.wait_lamps(accessories="on")
        self.cam.proc.send_signal(signal.SIGCONT)
        event = self.taken()[0]
        self.kept(event)
        done = subprocess.run([BUILD / "station-camera", "--image", self.outbox / f"{event['data']['sha256']}.jpg"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout.split("\t")[1:], ["CODE-128", f"{FIRST}\n"], done)

    def waits(self):
        """Bytes of its command's that the camera has not read."""
        folder = f"/proc/{self.cam.proc.pid}/fd"
        for name in os.listdir(folder):
            if os.readlink(f"{folder}/{name}").startswith("pipe:"):
                fd = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_NONBLOCK)
                try:
                    count = array.array("i", [0])
                    fcntl.ioctl(fd, termios.FIONREAD, count)
                finally:
                    os.close(fd)
                if count[0]:
                    return count[0]
        return 0

    def test_none_is_taken_where_none_is_wanted(self):
        st = self.bench(photos="no")
        self.fails(FIRST)
        self.settle()
        self.assertEqual(st.events("photo.taken"), [])
        self.assertIsNone(st.status()["photos"])
        self.assertFalse((st.state / "photos").exists())
        self.assertNotIn("no photo", st.said())

    def test_two_reasons_of_an_inspection_are_one_photo(self):
        st = self.bench()
        self.fails(FIRST)
        self.taken()
        self.panel.ask("fail", fail="fast", accessories="fast")
        st.scan(reason("WET"))
        self.panel.wait_lamps(usage="on")
        self.panel.ask("pass", fail="on")
        st.settle_verdict()
        self.assertEqual(len(st.events("reason.given")), 2)
        self.assertEqual(len(st.events("photo.taken")), 1)

    def test_after_a_power_cut_the_inspection_still_has_its_photo(self):
        """The second's photo can only be the second one: they are taken one after the other."""
        st = self.bench()
        self.fails(FIRST)
        self.taken()
        st.kill()
        st.start()
        self.panel = st.panel
        self.sees()
        self.panel.wait_lamps(accessories="on")
        self.panel.ask("fail", fail="fast", accessories="fast")
        st.scan(reason("WET"))
        self.panel.wait_lamps(usage="on")
        self.panel.ask("pass", fail="on")
        st.settle_verdict()
        self.fails(SECOND)
        self.assertEqual([e["label"] for e in self.taken(2)], [FIRST, SECOND])

    def test_a_killed_camera_costs_the_photo_only(self):
        self.bench()
        self.cam.kill()
        self.sees(False)
        self.fails(FIRST)
        self.missed("the camera is not there")
        self.settle()


class Hostile(PhotoCase):
    """A camera that is not station-camera."""

    def join(self, line=None, **settings):
        self.bench(start=False, line=line, **settings)
        self.connect()

    def connect(self):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(peer.close)
        peer.settimeout(10)
        peer.connect(str(self.st.run / "camera/labels.sock"))
        peer.sendall(b"\n")
        self.sees()
        self.peer = peer
        over = threading.Event()
        self.addCleanup(over.set)
        threading.Thread(target=self.beat, args=(peer, over), daemon=True).start()

    def beat(self, peer, over):
        """A camera without frames says so each second; one that is silent is taken for hung."""
        with contextlib.suppress(OSError):
            while not over.wait(1):
                peer.sendall(b"\n")

    def asked(self):
        self.fails(FIRST)
        self.assertEqual(self.question(), 1)

    def question(self):
        """The number of the question that comes next."""
        word, number = self.peer.recv(64).split()
        self.assertEqual(word, b"photo")
        return int(number)

    def answer(self, number=1, data=JPEG):
        self.send(f"#{number} {len(data)}\n".encode(), self.memory(data))

    def memory(self, data=JPEG, seals=SEALS):
        fd = os.memfd_create("photo", os.MFD_ALLOW_SEALING)
        self.addCleanup(os.close, fd)
        os.write(fd, data)
        if seals:
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
        return fd

    def send(self, line, *fds):
        self.peer.sendmsg([line], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.st.proc.pid}/fd"))

    def test_a_sealed_photo_is_kept(self):
        self.join()
        self.asked()
        self.answer()
        self.assertEqual(self.kept(self.taken()[0]), JPEG)

    def refused(self, words, line, *fds):
        self.join()
        self.asked()
        before = self.descriptors()
        self.send(line, *fds) if fds else self.peer.sendall(line)
        self.missed(words)
        self.assertEqual(self.files(), [])
        self.panel.until("no descriptor left open", lambda: self.descriptors() <= before)
        self.panel.until("the status", lambda: words in (self.st.status()["photos"]["why"] or ""))
        self.settle()

    def test_without_bytes(self):
        self.refused("it came without its bytes", b"#1 100\n")

    def test_not_sealed(self):
        self.refused("its bytes are not sealed", f"#1 {len(JPEG)}\n".encode(), self.memory(seals=fcntl.F_SEAL_GROW))

    def test_a_pipe(self):
        ends = os.pipe()
        for fd in ends:
            self.addCleanup(os.close, fd)
        self.refused("its bytes are not sealed", b"#1 100\n", ends[0])

    def test_another_size(self):
        self.refused("it has not the size", f"#1 {len(JPEG) + 1}\n".encode(), self.memory())

    def test_too_large(self):
        self.refused("its line makes no sense", b"#1 8388609\n", self.memory())

    def test_no_jpeg(self):
        data = b"GIF89a" * 100
        self.refused("what the camera gave is no JPEG", f"#1 {len(data)}\n".encode(), self.memory(data))

    def test_it_can_make_none(self):
        self.refused("the camera can't make one", b"#1 0\n")

    def test_one_that_nobody_asked_for_is_dropped(self):
        self.join()
        before = self.descriptors()
        for _ in range(20):
            self.send(f"#1 {len(JPEG)}\n".encode(), self.memory(), self.memory())
        self.peer.sendall(f"]C0{FIRST}\n".encode())
        self.picture(appearance="on")
        self.panel.until("no descriptor left open", lambda: self.descriptors() <= before)
        self.assertEqual(self.files(), [])

    def test_an_answer_to_an_older_question_is_dropped(self):
        """A camera that answers late would show another item."""
        self.join()
        self.asked()
        self.settle()
        self.missed("the camera did not answer")
        self.peer.sendall(b"\n")
        self.fails(SECOND)
        self.assertEqual(self.question(), 2)
        late, right = JPEG, JPEG[:-2] + b"another\xff\xd9"
        self.answer(1, late)
        self.answer(2, right)
        event, = self.taken()
        self.assertEqual((event["label"], self.kept(event)), (SECOND, right))

    def test_a_late_refusal_takes_no_photo_along(self):
        """Both lines may be read at once, and the descriptor is of the second."""
        self.join()
        self.asked()
        self.st.proc.send_signal(signal.SIGSTOP)
        self.peer.sendall(b"#9 0\n")
        self.answer()
        self.st.proc.send_signal(signal.SIGCONT)
        self.assertEqual(self.kept(self.taken()[0]), JPEG)

    def test_a_second_fail_waits_for_its_turn(self):
        self.join()
        self.asked()
        self.settle()
        self.fails(SECOND)
        self.answer(1)
        self.assertEqual(self.question(), 2)
        self.answer(2, JPEG[:-2] + b"another\xff\xd9")
        self.assertEqual([e["label"] for e in self.taken(2)], [FIRST, SECOND])

    def test_a_fail_that_waits_too_long_has_none(self):
        """Something else may lie there by then."""
        self.join()
        self.asked()
        self.settle()
        self.fails(SECOND)
        self.missed("the camera did not answer")
        self.missed("the one before took too long")
        self.answer(1)  # too late, too
        self.peer.sendall(f"]C0{rma(3)}\n".encode())
        self.peer.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.peer.recv(64)

    def again(self):
        """A start; the peer is a new one."""
        self.st.start()
        self.panel = self.st.panel

    @unittest.skipIf(sanitized(), "no disk is preloaded there")
    def test_a_kill_between_the_event_and_the_name(self):
        st = self.bench(start=False)
        st.stop()
        control = st.dir / "journal-disk"
        control.touch()
        st.give()
        st.start(env={"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(st.db), "BADDISK_CONTROL": str(control)})
        self.panel = st.panel
        self.connect()
        self.asked()
        with control.open("r+") as stalled:  # the journal's syncs, not the photo's
            fcntl.flock(stalled, fcntl.LOCK_EX)
            self.answer()
            wal = st.db.with_name(f"{st.db.name}-wal")
            self.panel.until("the event, not known to be on the disk", lambda: b'"photo.taken"' in wal.read_bytes())
            self.assertEqual(self.files(), [f".{hashlib.sha256(JPEG).hexdigest()}.jpg"])  # headquarters does not see it yet
            st.kill()
        self.again()
        self.assertEqual(self.kept(st.events("photo.taken")[0]), JPEG)
        self.assertEqual(len(self.files()), 1)

    def test_a_file_whose_event_was_never_written_goes(self):
        """Headquarters would never take it, since nothing tells of it."""
        self.join()
        self.asked()
        self.answer()
        event, = self.taken()
        self.st.kill()
        (self.outbox / f".{'cd' * 32}.jpg").write_bytes(JPEG)
        old = self.outbox / f".{'ef' * 32}.jpg"  # from before this journal: nobody here knows
        old.write_bytes(JPEG)
        os.utime(old, (1, 1))
        (self.outbox / ".tmp-photo").touch()  # as a cut in the middle of the writing leaves it
        self.st.give()
        self.again()
        self.assertEqual(self.files(), sorted([f"{event['data']['sha256']}.jpg", old.name[1:]]))

    def test_no_answer(self):
        self.join()
        self.asked()
        self.settle()
        self.missed("the camera did not answer")
        self.send(f"#1 {len(JPEG)}\n".encode(), self.memory())  # too late
        self.peer.sendall(f"]C0{SECOND}\n".encode())
        self.picture(appearance="on")
        self.assertEqual(self.st.events("photo.taken"), [])

    def test_photos_that_wait_for_headquarters_are_never_removed(self):
        cert, key = pair("client", "bench-1")
        self.join(line={"url": "https://localhost:1", "ca_file": authority().cert, "cert_file": cert, "key_file": key}, photo_space="1")
        old = self.outbox / f"{'ab' * 32}.jpg"
        old.write_bytes(b"\xff" * (1 << 20))
        self.asked()
        self.send(f"#1 {len(JPEG)}\n".encode(), self.memory())
        self.missed("photos that headquarters does not have fill photo_space")
        self.assertEqual(self.files(), [old.name])

    def test_where_there_is_no_line_the_newest_are_kept(self):
        """A bench without one takes photos as long as it lives; its sticks have had the older ones."""
        self.join(photo_space="1")
        old = self.outbox / f"{'ab' * 32}.jpg"
        old.write_bytes(b"\xff" * (1 << 20))
        self.asked()
        self.send(f"#1 {len(JPEG)}\n".encode(), self.memory())
        event, = self.taken()
        self.panel.until("its file", lambda: self.files() == [f"{event['data']['sha256']}.jpg"], 15)


if __name__ == "__main__":
    unittest.main()
