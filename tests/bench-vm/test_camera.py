"""A camera: the unit station-camera on the kernel's V4L2. v4l2loopback is a camera that plays label pictures of tests/scene, vivid one that the
kernel unplugs."""
import pathlib
import subprocess
import tempfile
import time

import build
from box import SUITE, BenchCase, Guest, pull_out, settings
from guest import Panel
from station import BUILD, reason, rma

PLAYED, KERNELS = "/dev/video9", "/dev/video20"
WIDTH, HEIGHT = 640, 480
LABELS = [rma(n) for n in range(1, 8)]
EMPTY = 0
OUTBOX = "/var/lib/station/photos/outbox"
# Writes what /run/cam/shown says, about six frames a second (all of this is emulated): "frame N", "move N" (a bit lower each time), "cut N",
# "garbage".
FEEDER = f"""
import fcntl, os, pathlib, struct, sys, time
kind = sys.argv[1]
fd = os.open("{PLAYED}", os.O_RDWR)
form = bytearray(208)
fourcc = int.from_bytes({{"grey": b"GREY", "mjpg": b"MJPG"}}[kind], "little")
struct.pack_into("=I4xIIIIII", form, 0, 2, {WIDTH}, {HEIGHT}, fourcc, 1, {WIDTH} if kind == "grey" else 0, {WIDTH * HEIGHT})
fcntl.ioctl(fd, 0xc0d05605, form)
n = 0
while True:
    word, _, number = pathlib.Path("/run/cam/shown").read_text().strip().partition(" ")
    n += 1
    if word == "garbage":
        data = (b"\\xff\\xd8" if kind == "mjpg" else b"") + os.urandom(20000 if kind == "mjpg" else {WIDTH * HEIGHT})
    else:
        data = pathlib.Path(f"/usr/share/cam/{{int(number):04}}.{{'pgm' if kind == 'grey' else 'jpg'}}").read_bytes()
    if kind == "grey":
        data = data[-{WIDTH * HEIGHT}:]
    if word == "move":
        at = n % 20 * 4 * {WIDTH}
        data = data[-at:] + data[:-at] if at else data
    if word == "cut":
        data = data[:len(data) // 2]
    os.write(fd, data)
    time.sleep(1 / 6)
"""
# As somebody: whether station-camera's socket may be connected to, and speaks for a camera.
PEER = """
import os, socket, sys
os.setgroups([])
os.setresgid(*[int(sys.argv[2])] * 3)
os.setresuid(*[int(sys.argv[1])] * 3)
peer = socket.socket(socket.AF_UNIX)
peer.settimeout(10)
try:
    peer.connect("/run/station/camera/labels.sock")
    peer.sendall(b"\\n")
    peer.settimeout(1)
    print("refused" if peer.recv(1) == b"" else "spoken to")
except TimeoutError:
    print("taken")
except PermissionError:
    print("denied")
"""
# As rpicam-vid writes them: whole frames of YUV420, the grey plane first. It sees no more than the unit does.
COMMAND = f"""
while shown=$(cat /usr/share/cam/shown); do
	tail -c {WIDTH * HEIGHT} "/usr/share/cam/$shown.pgm" && head -c {WIDTH * HEIGHT // 2} /dev/zero && sleep 0.2 || exit 1
done
"""
# VIDIOC_S_CTRL of vivid's button Disconnect.
DISCONNECT = f"""
import fcntl, os, struct
fcntl.ioctl(os.open("{KERNELS}", os.O_RDWR), 0xc008561c, struct.pack("=Ii", 0x00f0f041, 1))
"""


def frames():
    """{name: bytes} of the pictures 0000 (the empty table), 0001 ..., as PGM and as JPEG."""
    files = {}
    with tempfile.TemporaryDirectory(prefix="scene-") as folder:
        for kind in ("", "jpeg:"):
            subprocess.run([BUILD / "tests/scene", "7", "0", folder, "10", "told", *(kind + text for text in ["", *LABELS])], check=True, timeout=60)
        for path in pathlib.Path(folder).glob("0*.*"):
            files[path.name] = path.read_bytes()
    return files


class Camera(BenchCase):
    @classmethod
    def setUpClass(cls):
        box = settings(line=False)
        box["/etc/station/station.conf"] += f"\n[scanner eye]\nkind = camera\ndevice = {PLAYED}\nsize = {WIDTH}x{HEIGHT}\nsymbologies = code128\n"
        box.update({f"/usr/share/cam/{name}": data for name, data in frames().items()})
        box.update({"/usr/share/cam/feeder.py": FEEDER, "/usr/share/cam/command.sh": COMMAND, "/usr/share/cam/peer.py": PEER, "/usr/share/cam/disconnect.py": DISCONNECT})
        cls.g = Guest(SUITE, box=box)
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()
        cls.g.until("the station", lambda: cls.g.status().get("ready"))
        cls.panel = Panel(cls.g)
        cls.g.check("mkdir /run/cam")

    def show(self, number=EMPTY, word="frame"):
        self.g.check(f"echo '{word} {number}' >/run/cam/new; mv /run/cam/new /run/cam/shown")

    def feed(self, kind="grey"):
        self.g.check(f"systemd-run -q --collect --unit=feeder python3 /usr/share/cam/feeder.py {kind}")

    def plug(self, kind="grey"):
        self.g.check("modprobe v4l2loopback video_nr=9 exclusive_caps=1 card_label=Bench")
        self.feed(kind)

    def unplug(self):
        """Its frames end, and the device goes as soon as station-camera lets go of it."""
        self.g.check("systemctl stop feeder")
        self.sees(False)
        self.g.until("the device's end", lambda: self.g.run("modprobe -r v4l2loopback")[0] == 0)

    def sees(self, present=True, seconds=60):
        self.g.until(f"the camera, {present}", lambda: (self.g.status().get("camera") or {}).get("present") is present, seconds)

    def log(self):
        return self.g.check("journalctl -b -u station-camera -o cat --no-pager")

    def is_said(self, words):
        self.g.until(f"it is said: {words}; so far: {self.log()}", lambda: words in self.log())

    def opened(self, number):
        """The label's lamp, its event, and the label given up."""
        self.panel.wait("APPEARANCE", seconds=60)
        event = [e for e in pull_out(self.g) if e["kind"] == "inspection.opened"][-1]
        self.assertEqual((event["label"], event["data"]["scanner"]), (LABELS[number - 1], "eye"))
        self.show()
        self.panel.press("BACK", ms=2500)
        self.panel.wait()

    def test_1_a_camera_that_is_plugged_in_later(self):
        """The unit starts on a kernel that has no camera; one comes, and a label that moves under it is read."""
        self.assertNotEqual(self.g.run(f"test -e {PLAYED}")[0], 0)
        self.g.check("systemctl start station-camera")
        self.sees(False)
        self.is_said(f"the camera ({PLAYED}) can't be opened: No such file or directory")
        self.show()
        self.plug()
        self.sees()
        self.assertEqual(self.g.check("systemctl show -p NRestarts --value station-camera").strip(), "0")
        self.show(1, "move")
        self.opened(1)

    def test_1b_a_broken_decoder_would_see_no_files(self):
        """Programs, its settings and sockets; nothing of the journal's, nor of the keys beside the settings."""
        pid = self.g.check("systemctl show -p MainPID --value station-camera").strip()
        self.g.check("test -d /var/lib/station && touch /etc/station/site.key")
        root = f"/proc/{pid}/root"

        def inside(folder):
            return set(self.g.check(f"ls -A {root}{folder}").split())
        self.assertLessEqual(inside("/etc"), {"alternatives", "ld.so.cache", "station"})
        self.assertIn("station.conf", inside("/etc/station"))
        self.assertLessEqual(inside("/etc/station"), {"station.conf", "station.conf.d"})
        self.assertLessEqual(inside("/run"), {"station", "systemd", "user"})
        self.assertIn("camera", inside("/run/station"))
        self.assertLessEqual(inside("/run/station"), {"camera", "station.conf", "station.conf.d"})
        self.assertLessEqual(inside("/run/systemd"), {"incoming", "journal", "notify"})
        self.assertEqual(inside("/var"), {"tmp"})
        for folder in ("/boot", "/home", "/media", "/mnt", "/root", "/srv", "/tmp", "/var/tmp"):
            self.assertEqual(inside(folder), set(), folder)
        self.assertNotEqual(self.g.run(f"touch {root}/etc/new")[0], 0)

    def test_2_f10_unplugged_and_back(self):
        self.unplug()
        self.assertIn("scanner:eye", self.g.status()["faults"])
        self.plug()
        self.sees()
        self.is_said("the camera gives frames again")
        self.show(2)
        self.opened(2)

    def test_3_garbage(self):
        before = len(pull_out(self.g))
        self.show(word="garbage")
        self.g.until("some of it", lambda: self.g.check("systemctl is-active station-camera").strip() == "active" and
                     (self.garbage_since() > 5))
        self.assertTrue(self.g.status()["camera"]["present"])
        self.assertEqual(len(pull_out(self.g)), before)
        self.show(3)
        self.opened(3)

    def garbage_since(self):
        """Seconds since the garbage began, by the guest's clock."""
        return float(self.g.check("echo $(($(date +%s) - $(stat -c %Y /run/cam/shown)))"))

    def test_4_jpegs_that_are_cut_off(self):
        """They are no frames; whole ones are."""
        self.unplug()
        self.show(4, "cut")
        self.plug("mjpg")
        self.is_said("gives JPEGs that are damaged or cut off; they are dropped")
        self.sees(False)
        self.show()
        self.sees()
        self.g.until("its mode", lambda: "MJPEG" in ((self.g.status()["camera"]["sight"] or {}).get("mode") or ""))
        self.show(4)
        self.opened(4)

    def test_4b_a_fail_leaves_a_photo(self):
        """Out of one sandbox into the other: the camera's own JPEG, which the event's hash is of, with nobody else's to read."""
        self.show(6)
        self.panel.wait("APPEARANCE", seconds=60)
        self.show()
        self.panel.push("FAIL")
        self.panel.wait_blinking("FAIL", 5)
        self.g.scan(reason("SCRATCH"))
        self.panel.wait("ACCESSORIES", seconds=60)
        self.g.until("the photo", lambda: self.g.run(f"ls {OUTBOX} | grep -q '^[0-9a-f]'")[0] == 0)
        taken, = [e for e in pull_out(self.g) if e["kind"] == "photo.taken"]
        name = f"{OUTBOX}/{taken['data']['sha256']}.jpg"
        self.assertEqual(taken["label"], LABELS[5])
        self.assertEqual(self.g.check(f"sha256sum {name}").split()[0], taken["data"]["sha256"])
        self.assertEqual(self.g.check(f"stat -c '%U %G %a %s' {name}").split(), ["station", "station", "640", str(taken["data"]["bytes"])])
        self.assertEqual(self.g.check(f"head -c 3 {name} | od -An -tx1").split(), ["ff", "d8", "ff"])
        self.g.check("install -d -o station /run/folder && runuser -u station -- stationctl export /run/folder")
        self.g.check(f"cmp {name} /run/folder/*/*/photos/{LABELS[5]}_*.jpg && stationctl verify /run/folder/*/*")
        self.panel.press("BACK", ms=2500)
        self.panel.wait()

    def again(self, what, how, restarts, number):
        """It is ended by `how` (a shell command; $PID), and the next one reads this label."""
        pid = self.g.check("systemctl show -p MainPID --value station-camera").strip()
        begun = time.monotonic()
        self.g.check(how.replace("$PID", pid))

        def back():
            now = self.g.check("systemctl show -p MainPID --value station-camera").strip()
            return now not in ("0", pid) and self.g.status()["camera"]["present"]
        self.g.until("the next", back)
        build.say(f"a {what} decoder sees again after {time.monotonic() - begun:.1f} s, emulated")
        self.assertEqual(self.g.check("systemctl show -p NRestarts --value station-camera").strip(), str(restarts))
        self.show(number)
        self.opened(number)

    def test_5_a_killed_decoder(self):
        """systemd has it back in a second; no scanner but this one was away."""
        self.again("killed", "systemctl kill -s KILL station-camera", 1, 5)

    def test_5b_a_hanging_decoder(self):
        """systemd ends it after two seconds without a sign of life, as it asks while there are frames; the next sees."""
        self.g.until("its two seconds", lambda: self.g.check("systemctl show -p WatchdogUSec --value station-camera").strip() == "2s")
        self.again("hanging", "kill -STOP $PID", 2, 7)

    def test_6_the_sockets_group_alone_decides_who_may_connect(self):
        """stationd's unit has a user namespace of its own: there users have no numbers."""
        g = self.g
        self.assertEqual(g.check("systemctl show -p PrivateUsers --value stationd").strip(), "yes")
        self.assertEqual(g.check("stat -c '%U %G %a' /run/station/camera").strip(), "station station-camera 2750")
        g.check("systemctl stop station-camera")
        self.sees(False)
        group, nobody = g.check("getent group station-camera | cut -d: -f3").strip(), "65534"
        for user, of, want in (("4711", nobody, "denied"), ("4711", group, "taken"), ("0", "0", "taken")):
            self.assertEqual(g.check(f"python3 /usr/share/cam/peer.py {user} {of}").strip(), want, (user, of))
        g.check("systemctl start station-camera")
        self.sees()

    def test_7_f10_the_kernel_takes_the_camera_away(self):
        """vivid, whose driver unregisters the device under an open reader, and has it again when that has closed it."""
        g = self.g
        g.check("modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=20; "
                f"sed -i 's#{PLAYED}#{KERNELS}#' /etc/station/station.conf; systemctl restart station-camera")
        self.sees()
        g.until("its mode", lambda: f"{WIDTH}x{HEIGHT} " in ((g.status()["camera"]["sight"] or {}).get("mode") or ""))
        build.say(f"of vivid's modes: {g.status()['camera']['sight']['mode']}")
        g.check("python3 /usr/share/cam/disconnect.py")
        self.is_said("the camera is gone (unplugged?); it is tried again")
        self.is_said("the camera gives frames again")
        self.sees()

    def test_8_a_command_for_a_camera_without_a_device(self):
        """In the unit's sandbox; when it is killed it is started again."""
        g = self.g
        g.check("echo 0000 >/usr/share/cam/shown; "
                "sed -i 's#^device = /dev/video.*#command = exec sh /usr/share/cam/command.sh#' /etc/station/station.conf; systemctl restart station-camera")
        self.sees()
        g.check("pkill -KILL -u station-camera -f command.sh")
        self.is_said("the camera's command gives frames again")
        self.sees()
        g.check("echo 0001 >/usr/share/cam/shown")
        self.opened(1)
