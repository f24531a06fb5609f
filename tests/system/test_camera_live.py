"""station-camera --station and stationd: a label under the camera lights the lamp; what goes wrong with the camera costs no other scanner
anything."""
import json
import os
import signal
import socket
import unittest

from camera import HEIGHT, WIDTH, Camera
from case import StationCase, rma
from station import raw_of

FIRST, SECOND, THIRD = rma(1), rma(2), rma(3)


def patterns(pixels):
    """Sixteen finder patterns that are no code."""
    rows = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
    out = bytearray(b"\xc8" * len(pixels))
    for n in range(16):
        for y in range(42):
            at = (20 + n // 4 * 110 + y) * WIDTH + 40 + n % 4 * 140 + n % 3 * 7
            out[at:at + 42] = bytes(30 if c == "#" else 200 for c in rows[y // 6] for _ in range(6))
    return out


class CameraCase(StationCase):
    def bench(self, *texts, start=True, format=None):
        """A station with a serial scanner and a camera, and station-camera on the same settings."""
        self.cam = Camera(texts, format)
        self.addCleanup(self.cam.close)
        st = self.station(settings={"scanner eye": self.cam.settings()})
        if start:
            self.cam.start("--station", "--config", st.conf)
            self.sees()
        return st

    def sees(self, present=True, seconds=20):
        self.panel.until(f"the camera, {present}", lambda: self.st.status()["camera"]["present"] is present, seconds)
        self.panel.until("the fault", lambda: ("scanner:eye" in self.st.status()["faults"]) is not present)

    def opened(self):
        return [(e["data"]["scanner"], raw_of(e)) for e in self.st.events("inspection.opened")]


class Live(CameraCase):
    def test_a_label_under_the_camera_lights_the_lamp_once(self):
        st = self.bench(FIRST, SECOND)
        self.assertEqual({**st.status()["camera"], "sight": None}, {"name": "eye", "size": "640x480", "present": True, "sight": None})
        out = st.ctl("status").out
        self.assertRegex(out, r"(?m)^camera +eye sees \(640x480\)")
        self.assertRegex(out, r"(?m)^scanner +bench is there$")
        self.cam.show(FIRST)
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [("eye", b"]C0" + FIRST.encode())])
        self.panel.ask("pass", accessories="on")
        self.panel.ask("pass", usage="on")
        self.panel.ask("pass", **{"pass": "on"})
        st.settle_verdict()  # the label lies there all the time
        self.cam.show(SECOND)
        self.picture(appearance="on")
        self.assertEqual([raw for _, raw in self.opened()], [b"]C0" + t.encode() for t in (FIRST, SECOND)])

    def test_put_away_and_back_is_another_scan(self):
        self.bench(f"qr:{FIRST}")
        before = self.panel.mark()
        self.cam.show(f"qr:{FIRST}")
        self.picture(appearance="on")
        self.panel.wait("its tone, which comes behind the lamp", lambda: self.panel.tones(before))
        since = self.panel.mark()
        self.cam.show("")
        self.panel.linger(3)
        self.assertEqual(self.panel.tones(since), [])
        self.cam.show(f"qr:{FIRST}")
        self.panel.wait("an answer to the second scan", lambda: self.panel.tones(since))
        self.assertEqual(self.opened(), [("eye", b"]Q1" + FIRST.encode())])

    def test_a_killed_decoder_is_lost_and_found(self):
        st = self.bench(FIRST, SECOND)
        self.cam.kill()
        self.sees(False)
        self.assertRegex(st.ctl("status").out, r"(?m)^camera +eye is LOST")
        st.open(THIRD)
        self.assertEqual(self.opened(), [("bench", THIRD.encode())])
        self.cam.start("--station", "--config", st.conf)
        self.sees()
        self.assertRegex(st.ctl("status").out, r"(?m)^camera +eye sees")

    def test_a_hanging_decoder_is_lost_and_costs_no_other_scanner_anything(self):
        st = self.bench(FIRST)
        self.cam.proc.send_signal(signal.SIGSTOP)
        self.sees(False)
        self.assertIn("gives no sign of life", st.said())
        st.open(THIRD)
        self.cam.proc.send_signal(signal.SIGCONT)
        self.sees()
        self.assertEqual(self.opened(), [("bench", THIRD.encode())])

    def test_a_crowd_of_finder_patterns_has_time(self):
        """A view of them may take seconds on a slow board, and is no hang: systemd is asked for ten, and then for two again."""
        st = self.bench(FIRST, start=False)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(notify.close)
        notify.bind(str(self.cam.dir / "notify"))
        notify.settimeout(20)
        self.cam.spoil(FIRST, patterns)
        self.cam.start("--station", "--config", st.conf, notify=self.cam.dir / "notify")
        self.sees()
        self.cam.show(FIRST)
        heard = [b""]
        while b"WATCHDOG_USEC=10000000\nWATCHDOG=1" not in heard[-1]:
            heard.append(notify.recv(4096))
        while b"WATCHDOG_USEC" not in heard[-1] or b"10000000" in heard[-1]:
            heard.append(notify.recv(4096))
        self.assertEqual(heard[-1], b"WATCHDOG_USEC=2000000\nWATCHDOG=1")
        self.assertIsNone(self.cam.proc.poll())

    def test_a_command_that_ends_or_hangs_is_started_again(self):
        self.bench(FIRST)
        self.cam.play("end")
        self.sees(False)
        self.assertIn("ended with exit code 3 in the middle of a frame (102400 of 307200 bytes); it is started again", self.cam.said())
        self.cam.show("")
        self.sees()
        self.cam.play("hang")
        self.sees(False)
        self.assertIn("the camera's command gives no frames; it is started again", self.cam.said())
        player = int((self.cam.dir / "pid").read_text())
        self.panel.until("the end of the hanging command", lambda: not os.path.exists(f"/proc/{player}"))
        self.cam.show(FIRST)
        self.picture(appearance="on")
        self.assertIn("gives frames again", self.cam.said())

    def test_garbage_and_a_flood_of_frames(self):
        st = self.bench(FIRST)
        before = len(st.events())
        self.cam.play("garbage")
        self.panel.linger(2)
        self.assertEqual(len(st.events()), before)
        self.cam.show(FIRST, "flood")
        self.picture(appearance="on")
        self.panel.linger(1)
        self.assertEqual(self.opened(), [("eye", b"]C0" + FIRST.encode())])
        with open(f"/proc/{self.cam.proc.pid}/status") as status:
            rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        self.assertLess(rss, 64 * 1024, "KiB")


class Device(CameraCase):
    """The camera is a V4L2 device."""

    def test_F10_a_label_lights_the_lamp_and_an_unplugged_camera_comes_back(self):
        self.bench(FIRST, SECOND, format="GREY")
        self.cam.show(FIRST)
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [("eye", b"]C0" + FIRST.encode())])
        self.cam.play("gone")
        self.sees(False)
        self.assertRegex(self.cam.said(), r"the camera is gone \(unplugged\?\); it is tried again")
        self.panel.linger(1)
        self.cam.show("")
        self.sees(seconds=5)
        self.assertIn("the camera gives frames again", self.cam.said())

    def test_garbage_and_cut_jpegs_are_no_labels_and_the_next_whole_one_is(self):
        st = self.bench(FIRST, format="MJPG")
        before = len(st.events())
        for words in ("garbage", "cut 1", "error 1"):
            self.cam.play(words)
            self.panel.linger(1)
            self.assertEqual(st.status()["camera"]["present"], True)
        self.assertEqual(len(st.events()), before)
        self.assertIn("they are dropped", self.cam.said())
        self.cam.show(FIRST)
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [("eye", b"]C0" + FIRST.encode())])

    def test_only_cut_jpegs_and_silence_are_lost(self):
        self.bench(FIRST, format="MJPG")
        for words in ("cut 1", "silent"):
            self.cam.play(words)
            self.sees(False)
            self.assertIn("the camera gives no frames; it is tried again", self.cam.said())
            self.cam.show("")
            self.sees()


def blurred(pixels):
    """The mean of nine pixels, of rows and then of columns: a focus that is off."""
    def lines(data, width):
        out = bytearray(data)
        for at in range(0, len(data), width):
            line = data[at:at + width]
            total = sum(line[:9])
            for x in range(4, width - 5):
                out[at + x] = total // 9
                total += line[x + 5] - line[x - 4]
        return bytes(out)

    def turned(data, width):
        return b"".join(data[x::width] for x in range(width))

    return turned(lines(turned(lines(pixels, WIDTH), WIDTH), HEIGHT), HEIGHT)


class Sight(CameraCase):
    """How well the camera sees is judged by station-camera, and told by status and doctor."""

    def sight(self, **want):
        self.panel.until(f"sight {want}", lambda: want.items() <= (self.st.status()["camera"].get("sight") or {}).items(), 30)
        return self.st.status()["camera"]["sight"]

    def doctor(self, result, words):
        row = json.loads(self.st.ctl("doctor", "--json", "--no-ask", "camera").out)["rows"][0]
        self.assertEqual(row["result"], result)
        self.assertRegex(row["text"], words)

    def again(self, text, **want):
        """Shown anew, as often as it takes to be believed."""
        self.cam.show(text)
        return self.sight(**want)

    def test_sharp_blurred_dark_and_bright(self):
        fourth = rma(4)
        st = self.bench(FIRST, SECOND, THIRD, fourth, start=False)
        self.cam.spoil(SECOND, blurred)
        self.cam.spoil(THIRD, lambda p: p.translate(bytes(i // 8 for i in range(256))))
        self.cam.spoil(fourth, lambda p: p.translate(bytes(min(255, 6 * i) for i in range(256))))
        self.cam.start("--station", "--config", st.conf)
        self.sees()
        said = self.again(FIRST, focus="sharp", light="fine")
        self.assertEqual(said["mode"], "640x480")
        self.assertRegex(st.ctl("status").out, r"(?m)^camera +eye sees \(640x480\), sharp; 0 photos wait, 0 MiB of 1024$")
        self.doctor("ok", r"^sharp: black becomes white in \d\.\d pixels; light is fine$")
        self.assertGreater(self.again(SECOND, focus="blurred")["edge"], 50)
        self.assertIn("BLURRED: set its focus", st.ctl("status").out)
        self.doctor("warn", "^blurred: black becomes white in .* pixels, and 5 are the most: set its focus")
        self.assertLess(self.again(THIRD, light="dark")["bright"], 70)
        self.doctor("warn", "too dark: its brightest places have level")
        self.assertGreater(self.again(fourth, light="bright")["blown"], 20)
        self.doctor("warn", r"too bright: \d+ % of the picture are plain white")

    def test_lost_is_not_judged(self):
        st = self.bench(FIRST)
        self.again(FIRST, focus="sharp")
        self.cam.kill()
        self.sees(False)
        self.assertIsNone(st.status()["camera"]["sight"])
        self.doctor("skipped", "^not checked: it gives no frames")


class Hostile(CameraCase):
    """What comes over the socket is not station-camera."""

    def join(self):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(peer.close)
        peer.settimeout(10)
        peer.connect(str(self.st.run / "camera/labels.sock"))
        return peer

    def test_one_connection_at_a_time(self):
        self.bench(start=False)
        first = self.join()
        first.sendall(b"\n")
        self.sees()
        second = self.join()
        self.assertEqual(second.recv(1), b"")
        first.sendall(f"]C0{FIRST}\n".encode())
        self.picture(appearance="on")
        self.assertIn("another one is at work", self.st.said())

    def test_silence_is_lost_and_not_there_is_told(self):
        st = self.bench(start=False)
        self.panel.until("the fault", lambda: "scanner:eye" in st.status()["faults"])
        self.assertIn("station-camera is not there", st.said())
        peer = self.join()  # says nothing
        peer.settimeout(20)
        self.assertEqual(peer.recv(1), b"")
        self.assertFalse(st.status()["camera"]["present"])

    def test_what_is_said_of_its_sight_is_no_label_whatever_it_is(self):
        st = self.bench(start=False)
        peer = self.join()
        good = "!640x480 GREY 15/s\tsharp 21\tfine 200 3\tspot 62 31\n"
        peer.sendall(b"\n" + good[:20].encode())
        self.sees()
        peer.sendall(good[20:].encode())
        want = {"mode": "640x480 GREY 15/s", "focus": "sharp", "edge": 21, "light": "fine", "bright": 200, "blown": 3, "dirt": "spot", "spot_x": 62, "spot_y": 31}
        self.panel.until("its sight", lambda: st.status()["camera"]["sight"] == want)
        before = len(st.events())
        peer.sendall(b"!\n!!\n" + b"!" * 9000 + b"\n!640x480\tsharp 999\tfine 0 0\tnone 0 0\n!\x00\xff\n!]C0" + FIRST.encode() + b"\n")
        peer.sendall(f"]C0{SECOND}\n!640x480".encode())
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [("eye", b"]C0" + SECOND.encode())])
        self.assertEqual(st.status()["camera"]["sight"], want)
        self.assertNotIn("label.rejected", [e["kind"] for e in st.events()[before:]])

    def test_garbage_and_endless_lines_cost_no_other_scanner_anything(self):
        st = self.bench(start=False)
        peer = self.join()
        peer.sendall(b"\n")
        self.sees()
        peer.sendall(b"\x00\xff]Q\x1d\x02" * 500 + b"\n" + b"x" * 100000 + b"\n")
        peer.sendall(b"half a label")
        peer.close()
        self.sees(False)
        self.assertRegex(st.said(), "vanished in the middle of a label")
        st.open(FIRST)
        self.assertEqual(self.opened()[-1], ("bench", FIRST.encode()))

    @unittest.skipIf(os.geteuid(), "only root can be somebody else")
    def test_another_user_is_refused(self):
        st = self.bench(start=False)
        for path in (st.dir, st.run, st.run / "camera"):
            path.chmod(0o755)
        (st.run / "camera/labels.sock").chmod(0o666)
        child = os.fork()
        if child == 0:
            code = 9
            try:
                os.setresuid(12345, 12345, 12345)
                peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                peer.settimeout(10)
                peer.connect(str(st.run / "camera/labels.sock"))
                code = 0 if peer.recv(1) == b"" else 8
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.panel.until("it is said", lambda: "of another user" in st.said())


if __name__ == "__main__":
    unittest.main()
