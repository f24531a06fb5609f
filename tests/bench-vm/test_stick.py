"""Sticks on USB, hot-plugged: the file systems of F16 with and without a partition table, and what is wrong with some; the kernel's drivers,
udev's rule, the unit's sandbox, the panel."""
import contextlib
import json
import pathlib
import random
import re
import struct
import subprocess
import tempfile

import build
from box import SUITE, BenchCase, Guest, authority, settings
from station import rma

MIB = 1 << 20
START = 2048  # sector at which the one partition begins
# How it is made, and what a partition table calls it.
KINDS = {"vfat": (["mkfs.vfat", "-F", "32"], 0x0c), "exfat": (["mkfs.exfat"], 0x07), "ntfs": (["mkntfs", "-F", "-Q", "-q"], 0x07),
         "ext4": (["mkfs.ext4", "-q", "-E", "root_owner=1000:1000"], 0x83)}
PORT = {"stick": "2", "other": "3"}


def image(path, kind, mib=64, table=False, more=()):
    """A stick of this file system, or of nothing (kind None)."""
    inner = path.with_suffix(".inner")
    with inner.open("wb") as f:
        f.truncate(mib * MIB)
    if kind:
        subprocess.run([*KINDS[kind][0], *more, str(inner)], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if not table:
        inner.rename(path)
        return path
    with path.open("wb") as f:  # one partition, and the signature
        entry = struct.pack("<B3sB3sII", 0, b"\0" * 3, KINDS[kind][1] if kind else 0x0c, b"\0" * 3, START, mib * MIB // 512)
        f.write(b"\0" * 446 + entry + b"\0" * 48 + b"\x55\xaa")
        f.seek(START * 512)
        f.write(inner.read_bytes())
    inner.unlink()
    return path


def token(folder, site):
    """What stationctl token makes, by openssl."""
    by = supervisor()
    (folder / "station-token.json").write_text(json.dumps({"format": "station-token", "version": 1, "site": site,
                                                           "until": "2999-01-01T00:00:00.000Z"}))
    subprocess.run(["openssl", "cms", "-sign", "-binary", "-in", "station-token.json", "-signer", str(by.cert), "-inkey", str(by.key),
                    "-outform", "DER", "-out", "station-token.json.p7s"], cwd=folder, check=True, capture_output=True, timeout=60)


def supervisor():
    if not hasattr(supervisor, "pair"):
        supervisor.pair = authority().self_signed("supervisor")
    return supervisor.pair


class Stick(BenchCase):
    @classmethod
    def setUpClass(cls):
        box = settings(export__who="open", export__token_file="supervisor.pem")  # signed, and without a line
        box["/etc/station/supervisor.pem"] = supervisor().cert.read_bytes()
        cls.g = Guest(SUITE, box=box)
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sticks-")))

    def setUp(self):
        self.ready(self.g)
        self.since = self.g.check("date +%s.%N").strip()
        self.g.tap("BACK")  # whatever is shown of the stick before
        self.lamps("slow", "off")

    def who(self, who):
        self.g.check(f"mkdir -p /etc/station/station.conf.d; printf '[export]\\nwho = {who}\\n' >/etc/station/station.conf.d/who.conf")

    # --- a stick ---
    def put_in(self, path, name="stick", protected=False, slow=0):
        """slow: it writes so many bytes a second."""
        g = self.g
        g.monitor("blockdev-add", **{"driver": "raw", "node-name": f"{name}-raw", "read-only": protected,
                                     "file": {"driver": "file", "filename": str(path), "read-only": protected}})
        drive = f"{name}-raw"
        if slow:
            g.monitor("object-add", **{"qom-type": "throttle-group", "id": f"{name}-slow", "limits": {"bps-write": slow}})
            drive = f"{name}-throttled"
            g.monitor("blockdev-add", **{"driver": "throttle", "node-name": drive, "throttle-group": f"{name}-slow", "file": f"{name}-raw"})
        g.monitor("device_add", driver="usb-storage", id=name, drive=drive, bus="xhci.0", port=PORT[name], removable=True)
        self.addCleanup(self.pull_out, name, slow)

    def pull_out(self, name="stick", slow=0):
        """Harmless where it is out already."""
        if all(d.get("name") != name for d in self.g.monitor("qom-list", path="/machine/peripheral")):
            return
        self.g.remove(name)
        for node in ([f"{name}-throttled"] if slow else []) + [f"{name}-raw"]:
            self.g.until(f"the end of {node}", lambda node=node: self.let_go("blockdev-del", **{"node-name": node}))
        if slow:
            self.g.until("the end of its brake", lambda: self.let_go("object-del", id=f"{name}-slow"))
        self.g.until("the end of its unit", lambda: len(self.units()) == len(self.g.run("ls /dev/sd? 2>/dev/null")[1].split()))

    def units(self):
        return self.g.check("systemctl list-units --plain --no-legend 'station-export@*'").splitlines()

    def let_go(self, command, **arguments):
        """QEMU may still write what the guest has asked for; a slow stick takes its time."""
        try:
            self.g.monitor(command, **arguments)
            return True
        except AssertionError as error:
            if "in use" not in str(error):
                raise
            return False

    def lamps(self, link, attention):
        try:
            self.g.until(f"LINK {link}, ATTENTION {attention}",
                         lambda: (lambda l: l and (l["link"], l["attention"]) == (link, attention))(self.g.status().get("lamps")))
        except AssertionError as error:
            self.fail(f"{error}\n{self.log()}\n{self.g.run('lsblk; dmesg | tail -20')[1]}")

    def log(self):
        return self.g.run(f"journalctl -o cat --no-pager -u 'station-export@*' --since @{self.since}")[1]

    def refused(self, *words):
        """With any of these words on the log."""
        self.lamps("fast", "fast")
        self.assertRegex(self.log(), "|".join(words))
        self.pull_out()
        self.lamps("fast", "fast")  # until somebody has seen it
        self.g.tap("BACK")
        self.lamps("slow", "off")

    def copied(self, count=1, there=()):
        """Take it out; it is unmounted by then. What lies on it proves itself. there: files that are as they were."""
        g = self.g
        self.lamps("triple", "off")
        g.until("its end", lambda: "station-export" not in g.check("cat /proc/*/mountinfo 2>/dev/null | grep '/dev/sd' || true"))
        device = g.check("ls /dev/sd?1 2>/dev/null || ls /dev/sd?").split()[0]
        kind = g.check(f"blkid -p -o value -s TYPE {device}").strip()
        names = {"vfat": ",utf8", "ntfs": ",iocharset=utf8"}.get(kind, "")
        g.check(f"mount -t {kind.replace('ntfs', 'ntfs3')} -o ro{names} {device} /mnt")
        try:
            for name in there:
                self.assertEqual(g.check(f"cat '{name}'"), "x\n")
            exports = g.check("ls -d /mnt/bench-1/*Z*/").split()
            self.assertEqual(len(exports), count, exports)
            for export in exports:
                self.assertRegex(g.check(f"stationctl verify --ca /etc/station/ca.pem {export}"), "^ok")
            return g.check("find /mnt -mindepth 1 -printf '%u %m %P\\n'")
        finally:
            g.check("umount /mnt")

    # --- what is right ---
    def test_file_systems_F16(self):
        self.who("open")
        for kind in KINDS:
            for table in (False, True):
                with self.subTest(kind=kind, table=table):
                    self.put_in(image(self.folder / "image", kind, table=table))
                    self.copied()
                    self.pull_out()
                    self.lamps("slow", "off")  # what was said of it is over
        self.g.until("nothing of them", lambda: not self.g.check("systemctl list-units --all --no-legend 'station-export@*'"))

    def test_names_in_chinese(self):
        """What people keep on a stick beside our folder, and in it: all of it stays, and is nobody's trouble."""
        self.who("open")
        names = ("/mnt/退货 资料/检查报告（终稿）.docx", "/mnt/bench-1/照片/电水壶.jpg", "/mnt/bench-1/备注.txt")
        for kind in ("vfat", "exfat", "ntfs"):
            with self.subTest(kind=kind):
                path = image(self.folder / "image", kind)
                self.put_in(path)
                self.copied()
                device = self.g.check("ls /dev/sd?").strip()
                option = {"vfat": "-o utf8", "exfat": "", "ntfs": "-t ntfs3 -o iocharset=utf8"}[kind]
                self.g.check(f"mount {option} {device} /mnt")
                for name in names:
                    self.g.check(f"mkdir -p \"$(dirname '{name}')\" && echo x >'{name}'")
                self.g.check("umount /mnt")
                self.pull_out()
                self.lamps("slow", "off")
                self.put_in(path)
                self.copied(count=2, there=names)
                self.pull_out()
                self.lamps("slow", "off")

    def test_key(self):
        self.who("key")
        self.put_in(image(self.folder / "bare", "ext4"))
        self.refused("there is no token of the site on it")
        for site, fits in (("BER", False), ("LAX", True)):
            with tempfile.TemporaryDirectory() as folder:
                token(pathlib.Path(folder), site)
                self.put_in(image(self.folder / "token", "ext4", more=["-d", folder]))
            if fits:
                self.assertRegex(self.copied(), r"(?m)^\S+ \d+ bench-1/")
            else:
                self.refused("its token is of another site: BER")

    def test_two_at_once(self):
        self.who("open")
        self.put_in(image(self.folder / "one", "vfat"), slow=6000)
        self.lamps("alternate", "alternate2")
        self.put_in(image(self.folder / "two", "exfat"), "other")
        self.g.until("the other's end", lambda: "events 1 to" in self.log())
        self.assertEqual(self.g.status()["lamps"]["link"], "alternate", "one is still copied to")
        self.lamps("triple", "off")
        self.g.until("both told", lambda: self.log().count("events 1 to") == 2)  # the log may be later than the lamp
        self.pull_out("other")
        self.pull_out(slow=6000)
        self.lamps("slow", "off")

    # --- what is wrong ---
    def test_no_file_system(self):
        self.who("open")
        for table in (False, True):
            self.put_in(image(self.folder / "image", None, table=table))
            self.refused("there is no file system on it that is")

    def test_write_protected(self):
        self.who("open")
        self.put_in(image(self.folder / "image", "vfat"), protected=True)
        self.refused("it is write-protected")

    def test_full(self):
        self.who("open")
        with tempfile.TemporaryDirectory() as folder:
            fill, size, path = pathlib.Path(folder) / "fill", 2 * MIB, None
            while not path:  # as much as goes in
                size -= 4096
                fill.write_bytes(random.randbytes(size))  # no holes
                with contextlib.suppress(subprocess.CalledProcessError):
                    path = image(self.folder / "image", "ext4", 2, more=["-m", "0", "-O", "^has_journal", "-d", folder])
        self.put_in(path)
        self.refused("o space left", "there is no room left")

    def test_pulled_midway(self):
        """The panel says that it failed, the bench goes on, and the next stick is as good as ever."""
        self.who("open")
        self.put_in(image(self.folder / "image", "vfat"), slow=4000)
        self.lamps("alternate", "alternate2")
        self.pull_out(slow=4000)
        self.lamps("fast", "fast")
        self.g.scan(rma(7))
        self.g.until("the label", lambda: self.g.status().get("step") == "appearance")
        self.lamps("slow", "off")
        self.g.tap("BACK", 2500)
        self.g.until("abandoned", lambda: self.g.status().get("situation") == "idle")
        self.put_in(image(self.folder / "next", "vfat"))
        self.copied()

    def test_hostile(self):
        """A damaged file system; a device node of our folder's name, and one in it."""
        self.who("open")
        path = image(self.folder / "image", "ext4")
        with path.open("r+b") as f:
            f.seek(1024 + 0x60)  # features that nobody has
            f.write(b"\xff" * 12)
        self.put_in(path)
        self.refused("no export on the stick")
        path = image(self.folder / "nodes", "ext4")
        subprocess.run(["debugfs", "-w", "-f", "-", str(path)], input=b"mknod bench-1 b 8 0\nmknod station-token.json c 1 5\n", check=True,
                       capture_output=True, timeout=60)
        self.put_in(path)
        self.refused("something that is no folder has this name")
        self.who("key")
        self.put_in(path)
        self.refused("its token can't be read")

    # --- the sandbox ---
    def test_the_unit_can_not_write_the_journal(self):
        """In its own view of the machine everything is read-only, and it has no capability left."""
        g = self.g
        self.who("open")
        self.put_in(image(self.folder / "image", "vfat"))
        self.lamps("triple", "off")
        unit = self.units()[0].split()[0]
        pid = g.check(f"systemctl show -p MainPID --value {unit}").strip()
        said = g.check(f"cat /proc/{pid}/status")
        self.assertRegex(said, r"CapPrm:\s0+\nCapEff:\s0+\n")
        self.assertRegex(said, r"NoNewPrivs:\s1\n")
        self.assertRegex(said, rf"Uid:\s{g.check('id -u station').strip()}\s")
        for path in ("/var/lib/station/x", "/etc/x", "/run/station/x"):
            code, out = g.run(f"nsenter -t {pid} -m touch {path}")
            self.assertNotEqual(code, 0, path)
            self.assertIn("Read-only file system", out)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", g.check(f"systemd-analyze security --no-pager {unit}"))[1]
        build.say(f"exposure level of {unit}: {level}")
        self.assertLessEqual(float(level), 1.5)
