"""One board, one shift: inspections by GPIO and FTDI, the line to headquarters cut and restored, the scanner pulled, a stopped
stationd, a line that somebody else holds. One boot serves them all."""
import json
import re
import time

import build
from box import SUITE, BenchCase, Guest, Inspector, Line, pull_out, settings
from guest import SCANNER
from station import reason


# Each node by its number, opened from the cgroup that the argument names; where no driver answers, the error is another than EPERM.
DEVICES = r"""
import errno, json, os, stat, sys
told = {"gpiochip": ("/dev/gpiochip0", os.O_RDWR), "disk": ("/dev/vda", os.O_RDONLY), "clock, to set": ("/dev/rtc0", os.O_RDWR)}
for name, major, minor, how in (("ttyUSB", 188, 9, os.O_RDWR), ("ttyACM", 166, 9, os.O_RDWR), ("ttyAMA", 204, 64, os.O_RDWR),
                                ("ttyS", 4, 64, os.O_RDWR), ("event", 13, 64, os.O_RDONLY), ("event, to write", 13, 64, os.O_RDWR),
                                ("memory", 1, 1, os.O_RDONLY), ("watchdog", 10, 130, os.O_WRONLY), ("uinput", 10, 223, os.O_RDWR)):
    path = "/dev/bench-" + name
    os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(major, minor))
    told[name] = path, how
with open("/sys/fs/cgroup" + sys.argv[1] + "/cgroup.procs", "w") as f:
    f.write(str(os.getpid()))
for name, (path, how) in told.items():
    try:
        os.close(os.open(path, how | os.O_NONBLOCK | os.O_NOCTTY))
        told[name] = "fine"
    except OSError as e:
        told[name] = errno.errorcode[e.errno]
    if path.startswith("/dev/bench-"):
        os.unlink(path)
print(json.dumps(told))
"""


class Shift(BenchCase):
    @classmethod
    def setUpClass(cls):
        cls.line = Line()
        cls.addClassCleanup(cls.line.close)
        cls.g = Guest(SUITE, box=settings(), relay=cls.line.relay)
        cls.addClassCleanup(cls.g.close)
        cls.g.boot()
        build.say(f"agent after {cls.g.answered:.1f} s, system up after {time.monotonic() - cls.g.begun:.1f} s")
        cls.inspector = Inspector(cls.g)
        cls.panel = cls.inspector.panel

    def setUp(self):
        """Whatever the test before has left behind."""
        self.g.link(True)
        if not self.g.plugged:
            self.g.plug()
        self.ready(self.g)
        self.hq = self.line.hq

    def test_1_package_and_units(self):
        """The station runs from its package under its own unit, as its own user; nothing failed on the way up."""
        g = self.g
        self.assertEqual(g.check("systemctl --failed --no-legend --plain"), "")
        self.assertEqual(g.check("systemctl show -p User --value stationd").strip(), "station")
        self.assertIn("ok installed", g.check("dpkg-query -W -f '${Status}' station"))
        self.assertEqual(g.check("dpkg -S $(systemctl show -p FragmentPath --value stationd)").partition(":")[0], "station")
        self.assertEqual(g.check("dpkg --verify station station-hq station-camera"), "")

    def test_2_sandbox(self):
        """systemd-analyze security: at most 1.5 for each unit of the packages that a bench has."""
        units = re.findall(r"([^/\n]+\.service)$", self.g.check("dpkg -L station station-hq station-camera"), re.M)
        self.assertEqual(set(units), {p.name.removesuffix(".in") for p in (build.ROOT / "systemd").glob("*.service.in")})
        score = {u: float(re.search(r"Overall exposure level for \S+: ([\d.]+)", self.g.check(f"systemd-analyze security --no-pager {u.replace('@.', '@sda1.')}"))[1])
                 for u in units}
        build.say("exposure levels: " + ", ".join(f"{u} {level}" for u, level in score.items()))
        self.assertEqual({u: level for u, level in score.items() if level > 1.5}, {})

    def test_2_one_processor(self):
        """The unit's sandbox lets the loop and the journal's writer stay on one of the guest's two processors."""
        pid = self.g.check("systemctl show --value -p MainPID stationd").strip()
        allowed = re.findall(r"Cpus_allowed_list:\s*(\S+)", self.g.check(f"cat /proc/{pid}/task/*/status"))
        self.assertEqual(self.g.check("nproc").strip(), "2")
        self.assertEqual(allowed.count("1"), 2, allowed)

    def test_2_devices(self):
        """The unit lets through scanners of any kind, whether a driver has registered them or not, and the GPIO chips; nothing else.
        Tried from inside the unit's own cgroup, by root, so that no file mode hides what the kernel's filter says."""
        g = self.g
        g.put("/run/devices.py", DEVICES)
        unit = g.check("systemctl show --value -p ControlGroup stationd").strip()
        told = json.loads(g.check(f"python3 /run/devices.py {unit}"))
        refused = {name for name, error in told.items() if error == "EPERM"}
        self.assertEqual(refused, {"disk", "clock, to set", "watchdog", "uinput", "memory", "event, to write"}, told)
        self.assertEqual(told["gpiochip"], "fine", told)

    def test_3_whole_inspection(self):
        """Label by the FTDI adapter, answers by GPIO, a FAIL with its reason, BACK; lamps lead through; the journal is re-hashed here."""
        g, p = self.g, self.panel
        self.assertTrue(g.check(f"readlink -f {SCANNER}").startswith("/dev/ttyUSB"))
        label = self.inspector.inspect()
        p.wait()
        second = self.inspector.open()
        p.press("PASS", "ACCESSORIES")
        p.press("BACK", "APPEARANCE")
        p.press("PASS", "ACCESSORIES")
        p.press("PASS", "USAGE")
        p.push("FAIL")
        p.wait_blinking("FAIL", 5)
        g.scan(reason("SCRATCH"))
        p.wait("FAIL")
        p.wait()
        events = pull_out(g)
        self.inspector.check(events)
        kinds = [e["kind"] for e in events if e["label"] == second]
        self.assertEqual(kinds, ["inspection.opened", "step.answered", "step.withdrawn", "step.answered", "step.answered",
                                 "step.answered", "reason.given", "inspection.closed", "inspection.final"])
        self.assertEqual([e["data"]["verdict"] for e in events if e["kind"] == "inspection.final"], ["pass", "fail"])
        self.assertEqual(events[[e["label"] for e in events].index(label)]["data"]["scanner"], "bench")

    def test_4_line_cut_and_restored_F4(self):
        """hqd on the host over TLS; with the cable out the bench works on and LINK is slow; back in, all is delivered."""
        g = self.g
        self.delivered(g, self.hq)
        g.link(False)
        before = len(self.hq.lines(g.status()["journal"]["id"]))
        for _ in range(2):
            self.inspector.inspect()
            self.panel.wait()
        g.until("LINK slow", lambda: g.status()["lamps"]["link"] == "slow", 180)
        self.panel.wait_blinking("LINK", 1)
        self.assertEqual(len(self.hq.lines(g.status()["journal"]["id"])), before)
        g.link(True)
        self.inspector.check(self.delivered(g, self.hq, 300))

    def test_5_scanner_unplugged_F10(self):
        """Pulled: fault, LINK fast; plugged: found by its name again, and it scans."""
        g, p = self.g, self.panel
        for _ in range(2):
            g.unplug()
            g.until("the fault", lambda: not g.status()["scanners"][0]["present"])
            g.until("one fault", lambda: len(g.status()["faults"]) == 1)
            p.wait_blinking("LINK", 5)
            g.plug()
            g.until("the scanner", lambda: g.status()["scanners"][0]["present"])
            g.until("no fault", lambda: g.status()["faults"] == [])
            self.inspector.inspect()
            p.wait()
        kinds = [e["kind"] for e in pull_out(g)]
        self.assertGreaterEqual(kinds.count("fault.raised"), 2)
        self.assertEqual(kinds.count("fault.raised"), kinds.count("fault.cleared"))

    def test_6_watchdog_stopped_stationd(self):
        """A stationd that stands still is restarted by systemd, and resumes the open inspection at its step."""
        g = self.g
        self.inspector.answer(self.inspector.open(), "appearance", "ACCESSORIES")
        pid = g.status()["pid"]
        g.check(f"kill -STOP {pid}")
        g.until("another stationd", lambda: g.status().get("pid") not in (pid, None), 180)
        self.ready(g)
        self.panel.wait("ACCESSORIES")
        self.panel.press("PASS", "USAGE")
        self.panel.press("PASS", "PASS")
        self.panel.wait()
        self.inspector.check(pull_out(g))

    def test_7_line_taken(self):
        """Another program holds a button's line: stationd says which, and who; once it is free the bench works."""
        g = self.g
        g.check("systemctl stop stationd")
        holder = self.take_line(g)
        g.run("systemctl --no-block start stationd")
        told = g.until("who has the line", lambda: re.search(rf".*BACK.*{holder}.*", g.run("journalctl -b -u stationd -o cat --no-pager")[1]))
        build.say(told[0])
        g.check("systemctl stop thief; systemctl reset-failed stationd || true; systemctl start stationd")
        self.ready(g)
        self.inspector.inspect()
        self.panel.wait()
