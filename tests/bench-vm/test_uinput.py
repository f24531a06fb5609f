"""Scanners that type: stationd and the real libevdev on the kernel's evdev; one keyboard is made by uinput (uinput-scan.c), another is
QEMU's on USB."""
import base64

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
# Whether anybody else gets what is typed: the events that root reads of the node while it is grabbed.
OTHER = f"""
import os, select, sys
fd = os.open("{NODE}", os.O_RDONLY | os.O_NONBLOCK)
open("/run/other.ready", "w").close()
print("other", len(os.read(fd, 4096)) if select.select([fd], [], [], float(sys.argv[1]))[0] else 0)
"""
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
        box["/etc/station/station.conf"] += f"\n[scanner desk]\nkind = hid\ndevice = {NODE}\ngap_ms = 2000\n[scanner usb]\nkind = hid\ndevice = {USB}\n"
        box["/etc/udev/rules.d/59-scanner.rules"] = RULE
        box["/usr/local/sbin/uinput-scan"] = (build.tool(SUITE, "uinput-scan").read_bytes(), 0o755, 0)
        cls.g = Guest(SUITE, box=box, more=["-device", "usb-kbd,id=keyboard,bus=xhci.0,port=2"])
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()
        cls.g.until("the station", lambda: cls.g.status().get("ready"), 60)
        cls.panel = Panel(cls.g)
        cls.g.check("modprobe uinput; mkfifo /run/desk")
        cls.plug()

    @classmethod
    def plug(cls, *options):
        """<>: the fifo never ends. A key in 4 ms, since all of this is emulated: the kernel's queue has room for 32."""
        cls.g.check(f"systemd-run -q --collect --unit=desk sh -c 'exec uinput-scan -w 4000 {' '.join(options)} <>/run/desk'")

    @classmethod
    def unplug(cls):
        cls.g.check("systemctl stop desk")

    def setUp(self):
        self.present()

    def present(self, is_present=True, name="desk"):
        self.g.until(f"the scanner {name}", lambda: {s["name"]: s["present"] for s in self.g.status()["scanners"]}[name] == is_present, 60)

    def type(self, line):
        self.g.check(f"printf '%s\\n' '{line}' >/run/desk")

    def opened(self, label, scanner="desk"):
        self.panel.wait("APPEARANCE")
        event = [e for e in pull_out(self.g) if e["kind"] == "inspection.opened"][-1]
        self.assertEqual((event["label"], event["data"]["scanner"]), (label, scanner))
        self.g.press("BACK")
        self.g.until("BACK held", lambda: self.g.run("sleep 2.5")[0] == 0)
        self.g.release("BACK")
        self.panel.wait()

    def last_raw(self):
        rejected = [e for e in pull_out(self.g) if e["kind"] == "label.rejected"]
        return base64.b64decode(rejected[-1]["data"]["raw"]) if rejected else b""

    def test_1_f6_a_label_is_typed_and_nobody_else_gets_it(self):
        """The exclusive grab, by a daemon that may only read the node."""
        g = self.g
        g.put("/run/other.py", OTHER)
        g.check("systemd-run -q --collect --unit=other sh -c 'exec python3 /run/other.py 8 >/run/other'")
        g.until("the other reader", lambda: g.run("test -e /run/other.ready")[0] == 0)
        self.type(rma(1))
        self.opened(rma(1))
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
        g = self.g
        self.type(rma(2)[:5] + "\\c")
        self.unplug()
        self.present(False)
        self.assertIn("scanner:desk", g.status()["faults"])
        self.assertIn("scanner desk vanished in the middle of a label: 5 bytes dropped", g.said())
        self.plug()
        self.present()
        self.type(rma(3))
        self.opened(rma(3))

    def test_5_f6_the_kernels_queue_overflows(self):
        """stationd does not come to read: what was lost costs a label, is said, and the next label works."""
        g = self.g
        g.check("kill -STOP $(systemctl show --value -p MainPID stationd)")
        self.type(rma(4) + rma(4))
        g.check("sleep 1")  # it takes 0.4 s to type, and four times the room that the queue has
        g.check("kill -CONT $(systemctl show --value -p MainPID stationd)")
        g.until("it is said", lambda: "scanner desk: keys were lost on their way" in g.said())
        g.check("sleep 2.2")  # the gap: what comes is another scan
        self.type(rma(5))
        self.opened(rma(5))

    def test_6_f6_held_by_another_program(self):
        """What it means is said, and the station takes the scanner when it is free."""
        g = self.g
        g.put("/run/grabber.py", GRABBER)
        g.check("systemctl stop stationd")
        g.check("systemd-run -q --collect --unit=grabber python3 /run/grabber.py")
        g.until("the grab", lambda: g.run("test -e /run/grabbed")[0] == 0)
        g.check("systemctl start stationd")
        self.present(False)
        self.assertIn("another program has grabbed it, and the kernel does not say which", g.said())
        g.check("systemctl stop grabber")
        self.present()
        self.type(rma(6))
        self.opened(rma(6))

    def test_7_f6_f10_a_usb_keyboard(self):
        """One with ids, named by these as station.conf(5) tells it; its link of by-id is udev's own. Pulled, and plugged again."""
        g = self.g
        for number in (7, 8):
            self.present(name="usb")
            self.assertEqual(g.check(f"stat -Lc '%U %G %a' {USB}"), "station root 400\n")
            for char in rma(number):
                keys = ["shift"] * char.isupper() + [char.lower()]
                g.monitor("send-key", keys=[{"type": "qcode", "data": key} for key in keys], **{"hold-time": 20})
            g.monitor("send-key", keys=[{"type": "qcode", "data": "ret"}], **{"hold-time": 20})
            self.opened(rma(number), "usb")
            if number == 7:
                g.monitor("device_del", id="keyboard")
                self.present(False, "usb")
                self.assertIn("scanner:usb", g.status()["faults"])
                g.monitor("device_add", driver="usb-kbd", id="keyboard", bus="xhci.0", port="2")
