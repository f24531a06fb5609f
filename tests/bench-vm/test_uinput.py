"""Scanners that type: stationd and the real libevdev on the kernel's evdev; one keyboard is made by uinput (uinput-scan.c), another is
QEMU's on USB."""
import base64
import re

import build
from box import SUITE, BenchCase, Guest, pull_out, settings
from guest import Panel
from station import rma

NODE = "/dev/input/by-id/usb-BENCH_Barcode_Scanner-event-kbd"
# As a site names its scanner; a uinput keyboard has no USB parent, so that the link is made here, too.
RULE = ('SUBSYSTEM=="input", KERNEL=="event*", ATTRS{name}=="BENCH Barcode Scanner", ENV{STATION_SCANNER}="1", '
        'SYMLINK+="input/by-id/usb-BENCH_Barcode_Scanner-event-kbd"\n'
        'SUBSYSTEM=="input", ATTRS{idVendor}=="0627", ATTRS{idProduct}=="0001", ENV{STATION_SCANNER}="1"\n')
USB = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_68284-0000:00:10.0-2-event-kbd"
# Whether anybody else gets what is typed: the events that root reads of the node while it is grabbed, until the fifo speaks.
OTHER = f"""
import os, select
fd, end = os.open("{NODE}", os.O_RDONLY | os.O_NONBLOCK), os.open("/run/other.end", os.O_RDWR)
open("/run/other.ready", "w").close()
ready = select.select([fd, end], [], [])[0]
print("other", len(os.read(fd, 4096)) if fd in ready else 0)
"""
# stationd has taken all that was typed: a key wakes it before the typist goes on, and it sleeps in epoll again.
READ = "until grep -q poll /proc/$(systemctl show --value -p MainPID stationd)/wchan; do sleep 0.02; done"
# Another program that has grabbed it, until it is killed.
GRABBER = f"""
import fcntl, os, signal
fcntl.ioctl(os.open("{NODE}", os.O_RDONLY), 0x40044590, 1)
open("/run/grabbed", "w").close()
signal.pause()
"""


class Hid(BenchCase):
    @classmethod
    def setUpClass(cls):
        box = settings(line=False)
        box["/etc/station/station.conf"] += f"\n[scanner desk]\nkind = hid\ndevice = {NODE}\ngap_ms = 2000\n[scanner usb]\nkind = hid\ndevice = {USB}\ngap_ms = 10000\n"
        box["/etc/udev/rules.d/59-scanner.rules"] = RULE
        box["/usr/local/sbin/uinput-scan"] = (build.tool(SUITE, "uinput-scan").read_bytes(), 0o755, 0)
        cls.g = Guest(SUITE, box=box, more=["-device", "usb-kbd,id=keyboard,bus=xhci.0,port=2"])
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()
        cls.g.until("the station", lambda: cls.g.status().get("ready"))
        cls.panel = Panel(cls.g)
        cls.g.check("modprobe uinput; mkfifo /run/desk")
        cls.plug()

    @classmethod
    def plug(cls, *options):
        """<>: the fifo never ends. A key in 4 ms, since all of this is emulated: the kernel's queue has room for 32."""
        cls.g.check("rm -f /run/desk.typed; "
                    f"systemd-run -q --collect --unit=desk sh -c 'exec uinput-scan -w 4000 {' '.join(options)} <>/run/desk >/run/desk.typed'")

    @classmethod
    def unplug(cls):
        cls.g.check("systemctl stop desk")

    def setUp(self):
        """Also behind a test that failed while it was unplugged."""
        if self.g.run("systemctl is-active -q desk")[0]:
            self.plug()
        self.present()

    def present(self, is_present=True, name="desk"):
        self.g.until(f"the scanner {name}", lambda: {s["name"]: s["present"] for s in self.g.status().get("scanners", [])}.get(name) == is_present)

    def fault(self, name):
        self.g.until(f"the fault of {name}", lambda: f"scanner:{name}" in self.g.status()["faults"])

    def is_said(self, words, times=1):
        self.g.until(f"it is said: {words}", lambda: self.log().count(words) >= times)

    def log(self):
        return self.g.check("journalctl -b -u stationd -o cat --no-pager")

    def typing(self, line):
        """A shell command that types the line and ends when that is done."""
        return (f"n=$(wc -l </run/desk.typed); printf '%s\\n' '{line}' >/run/desk; "
                f"until [ $(wc -l </run/desk.typed) -gt $n ]; do sleep 0.02; done")

    def type(self, line):
        self.g.check(self.typing(line))

    def is_read(self):
        self.g.check(READ)

    def type_and_unplug(self, line):
        """In one command, since each takes its time in an emulated guest, and a label that nothing follows within gap_ms has ended. What
        the kernel still has of a device that is gone, nobody gets."""
        self.g.check(f"{self.typing(line)}; {READ}; systemctl stop desk")

    def opened(self, label, scanner="desk"):
        self.panel.wait("APPEARANCE")
        event = [e for e in pull_out(self.g) if e["kind"] == "inspection.opened"][-1]
        self.assertEqual((event["label"], event["data"]["scanner"]), (label, scanner))
        self.panel.press("BACK", ms=2500)  # held: the label is given up

    def last_raw(self):
        rejected = [e for e in pull_out(self.g) if e["kind"] == "label.rejected"]
        return base64.b64decode(rejected[-1]["data"]["raw"]) if rejected else b""

    def test_1_f6_a_label_is_typed_and_nobody_else_gets_it(self):
        """The exclusive grab, by a daemon that may only read the node."""
        g = self.g
        g.put("/run/other.py", OTHER)
        g.check("mkfifo /run/other.end; systemd-run -q --collect --unit=other sh -c 'exec python3 /run/other.py >/run/other'")
        g.until("the other reader", lambda: g.run("test -e /run/other.ready")[0] == 0)
        self.type(rma(1))
        self.opened(rma(1))
        g.check("echo >/run/other.end")
        g.until("what the other got", lambda: g.run("test -s /run/other")[0] == 0)
        self.assertEqual(g.check("cat /run/other"), "other 0\n")

    def test_2_f6_the_station_reads_its_scanner_and_no_other_keyboard(self):
        g = self.g
        g.check("mkfifo /run/typist; systemd-run -q --collect --unit=typist sh -c 'exec uinput-scan -n Typist <>/run/typist'")
        find = "for e in /sys/class/input/event*; do [ \"$(cat $e/device/name)\" = Typist ] && echo /dev/input/${e##*/}; done; true"
        other = g.until("the other keyboard", lambda: g.check(find).strip())
        g.check("udevadm settle")
        self.assertEqual(g.check(f"stat -Lc '%U %G %a' {NODE}"), "station root 400\n")
        self.assertEqual(g.check(f"stat -Lc '%U %G %a' {other}"), "root input 660\n")
        self.assertNotIn("input", g.check("id -nG station").split())
        g.check("systemctl stop typist")

    def test_3_f6_gs_in_each_way_that_scanners_have(self):
        """Ctrl+], Alt+029: the same raw bytes in the event."""
        label = "]C101095060001343521012345\\x1d21{}"
        for n, how in enumerate(("ctrl", "alt")):
            self.unplug()
            self.present(False)
            self.plug("-g", how)
            self.present()
            self.type(label.format(n))
            want = label.format(n).replace("\\x1d", "\x1d").encode()
            self.g.until(f"the label, typed with {how}", lambda: self.last_raw() == want)
            self.panel.wait_blinking("ATTENTION", 5)  # a press before the lamp speaks is no answer to it
            self.panel.press("PASS")  # silences

    def test_4_f10_unplugged_in_a_label_and_plugged_again(self):
        self.type_and_unplug(rma(2)[:5] + "\\c")
        self.present(False)
        self.fault("desk")
        self.is_said("scanner desk vanished in the middle of a label: 5 bytes dropped")
        self.plug()
        self.present()
        self.type(rma(3))
        self.opened(rma(3))

    def overflow(self):
        """stationd does not come to read what is four times the room that the queue has."""
        pid = "$(systemctl show --value -p MainPID stationd)"
        lost = "scanner desk: keys were lost on their way"
        before = self.log().count(lost)
        self.g.check(f"kill -STOP {pid}; {self.typing(rma(4) + rma(4))}; kill -CONT {pid}")
        self.is_said(lost, before + 1)
        self.is_read()

    def test_5_f6_the_kernels_queue_overflows(self):
        """What was lost costs a label and is said; its end, or a silence of more than the gap, and the next label works."""
        self.overflow()
        self.type("")  # the Enter that was lost
        self.type(rma(5))
        self.opened(rma(5))
        self.overflow()
        self.type("\\s3" + rma(6))
        self.opened(rma(6))
        self.assertNotIn(rma(4), [e["label"] for e in pull_out(self.g)])

    def test_6_f6_held_by_another_program(self):
        """What it means is said, and the station takes the scanner when it is free."""
        g = self.g
        g.put("/run/grabber.py", GRABBER)
        g.check("systemctl stop stationd")
        g.check("systemd-run -q --collect --unit=grabber python3 /run/grabber.py")
        g.until("the grab", lambda: g.run("test -e /run/grabbed")[0] == 0)
        g.check("systemctl start stationd")
        self.present(False)
        self.is_said("another program has grabbed it, and the kernel does not say which")
        g.check("systemctl stop grabber")
        self.present()
        self.type(rma(7))
        self.opened(rma(7))

    def had(self):
        """Bytes that stationd has read, events among them."""
        return int(re.search(r"rchar: (\d+)", self.g.check("cat /proc/$(systemctl show --value -p MainPID stationd)/io"))[1])

    def strike(self, *keys):
        """On QEMU's keyboard, which has room for 16 events that nobody fetched: down and up arrive, 48 bytes each, before the next."""
        before = self.had()
        self.g.monitor("send-key", keys=[{"type": "qcode", "data": key} for key in keys], **{"hold-time": 20})
        self.g.until("the key", lambda: self.had() >= before + 96 * len(keys))

    def test_7_f6_f10_a_usb_keyboard(self):
        """One with ids, named by these as station.conf(5) tells it; its link of by-id is udev's own. Pulled, and plugged again."""
        g = self.g
        for number in (8, 9):
            self.present(name="usb")
            self.assertEqual(g.check(f"stat -Lc '%U %G %a' {USB}"), "station root 400\n")
            for char in rma(number):
                self.strike(*["shift"] * char.isupper(), char.lower())
            self.strike("ret")
            self.opened(rma(number), "usb")
            if number == 8:
                g.remove("keyboard")
                self.present(False, "usb")
                self.fault("usb")
                g.monitor("device_add", driver="usb-kbd", id="keyboard", bus="xhci.0", port="2")
