"""A scanner that types as a keyboard does, as far as it goes without a kernel's: stationd over a stand-in for libevdev (badhid.so)."""
import base64
import fcntl
import struct
import unittest

from case import RETURNS, StationCase, rma
from station import NOBODY, Scanner, Station, sanitized, stage

EV_SYN, EV_KEY, SYN_REPORT, SYN_DROPPED = 0, 1, 0, 3
CTRL, SHIFT, ENTER, F8 = 29, 42, 28, 66
ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 44: "zxcvbnm,./"}
KEYS = {char: first + n for first, row in ROWS.items() for n, char in enumerate(row)}

SHIFTED = dict(zip('!@#$%^&*()_+{}:"~<>?', "1234567890-=[];'`,./"))


class Keyboard(Scanner):
    """What is written to it are the kernel's events."""

    def event(self, kind, code, value):
        self.write(struct.pack("llHHi", 0, 0, kind, code, value))

    def key(self, code, value):
        self.event(EV_KEY, code, value)
        self.event(EV_SYN, SYN_REPORT, 0)

    def tap(self, *codes):
        """The keys go down one after the other, and come up the other way round."""
        for code in codes:
            self.key(code, 1)
        for code in reversed(codes):
            self.key(code, 0)

    def type(self, text):
        for char in text:
            if char == "\x1d":
                self.tap(CTRL, KEYS["]"])
            elif char == "\r":
                self.tap(ENTER)
            elif char.isupper() or char in SHIFTED:
                self.tap(SHIFT, KEYS[SHIFTED.get(char, char.lower())])
            else:
                self.tap(KEYS[char])

    def drop(self):
        """The kernel's queue overflows."""
        self.event(EV_SYN, SYN_DROPPED, 0)

    def scan(self, text, end="\r"):
        self.type(text + end)


class HidStation(Station):
    def __init__(self, serial=False, **how):
        """serial: a second scanner, named gun, on a serial line."""
        settings = how.pop("settings", {})
        super().__init__(settings={"scanner bench": {"kind": "hid", "gap_ms": 300, **settings}}, **how)
        self.scanner.unplug()
        self.scanner = Keyboard(self.dir / "scanner", NOBODY if self.nobody else None)
        self.scanner.plug()
        self.gun = None
        if serial:
            self.gun = Scanner(self.dir / "gun", NOBODY if self.nobody else None)
            self.gun.plug()
            self.conf.write_text(self.conf.read_text() + f"\n[scanner gun]\ndevice = {self.dir / 'gun'}\n")

    def preloaded(self):
        """For stationctl, which opens the scanner itself."""
        return {"LD_PRELOAD": str(stage() / "badhid.so")}

    def start(self, wait=True, env=None, preload=False, **how):
        libraries = [stage() / "badhid.so"] + [stage() / "baddisk.so"] * preload
        return super().start(wait, {"LD_PRELOAD": ":".join(map(str, libraries)), **(env or {})}, preload, **how)

    def close(self):
        if self.gun:
            self.gun.unplug()
        super().close()


@unittest.skipIf(sanitized(), "badhid.so can't be preloaded into a sanitized program")
class Hid(StationCase):
    def station(self, preload=False, **how):
        st = HidStation(expected=RETURNS, **how)
        self.addCleanup(self.finish, st)
        st.start(preload=preload)
        self.wait_list(st)
        st.panel.until("the scanner", lambda: all(s["present"] for s in st.status()["scanners"]))
        self.st, self.panel = st, st.panel
        return st

    def opened(self):
        return [(e["label"], e["data"]["scanner"]) for e in self.st.events("inspection.opened")]

    def lost(self, since):
        """Error tone and its wink; the picture comes back, and nothing is recorded."""
        self.panel.wait_tone("error", since)
        self.picture()
        self.assertEqual(self.kinds(), [])

    def test_f6_a_typed_label_opens_an_inspection(self):
        st = self.station()
        st.scanner.scan(rma(1))
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [(rma(1), "bench")])
        self.panel.ask("pass", accessories="on")

    def test_f6_control_characters_come_through(self):
        """The raw bytes of a GS1 label are in the event: GS as Ctrl+]."""
        st = self.station()
        st.scanner.scan("]c101095060001343521012345\x1d211")
        self.panel.until("the label in the journal", lambda: st.events("label.rejected"))
        raw = base64.b64decode(st.events("label.rejected")[0]["data"]["raw"])
        self.assertEqual(raw, b"]c101095060001343521012345\x1d211")

    def test_f6_gs_by_a_function_key(self):
        st = self.station(settings={"gs_key": "F8"})
        st.scanner.type("01")
        st.scanner.tap(F8)
        st.scanner.scan("21")
        self.panel.until("the label in the journal", lambda: st.events("label.rejected"))
        self.assertEqual(base64.b64decode(st.events("label.rejected")[0]["data"]["raw"]), b"01\x1d21")

    def test_f6_lost_keys_cost_the_scan_and_the_next_one_works(self):
        st = self.station()
        since = self.panel.mark()
        st.scanner.type(rma(1)[:4])
        st.scanner.drop()
        st.scanner.scan(rma(1)[6:])
        self.lost(since)
        self.assertIn("scanner bench: keys were lost on their way: the label is dropped", st.said())
        st.scanner.scan(rma(2))
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [(rma(2), "bench")])

    def test_f6_a_key_that_is_no_character(self):
        """Within a label it costs the label; before and behind one it is nothing."""
        st = self.station()
        since = self.panel.mark()
        st.scanner.type(rma(1)[:4])
        st.scanner.tap(F8)
        st.scanner.scan(rma(1)[4:])
        self.lost(since)
        self.assertIn("key 66 in a label stands for no character", st.said())
        st.scanner.tap(F8)
        st.scanner.scan(rma(2))
        st.scanner.tap(F8)
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [(rma(2), "bench")])
        self.assertEqual(st.said().count("stands for no character"), 1)

    def test_f10_unplugged_in_a_label_and_plugged_again(self):
        st = self.station()
        st.scanner.type(rma(1)[:5])
        self.panel.settle()
        st.scanner.unplug()
        self.panel.wait("LINK fast", lambda: self.panel.lamps["link"] == "fast")
        self.panel.until("the fault in the status", lambda: "scanner:bench" in st.status()["faults"])
        self.assertFalse(st.status()["scanners"][0]["present"])
        st.scanner.plug()
        self.panel.until("it is back", lambda: st.status()["scanners"][0]["present"])
        st.scanner.scan(rma(2))
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [(rma(2), "bench")])
        self.assertEqual([(e["kind"], e["data"]["what"]) for e in st.events("fault.raised", "fault.cleared")],
                         [("fault.raised", "scanner:bench"), ("fault.cleared", "scanner:bench")])
        self.assertIn("vanished in the middle of a label: 5 bytes dropped", st.said())

    def test_both_kinds_at_once(self):
        """Keys and bytes that come mixed are labels of their own; the loss of one leaves the other."""
        st = self.station(serial=True)
        one, two = rma(1), rma(2)
        for a, b in zip(one, two):
            st.scanner.type(a)
            st.gun.write(b.encode())
        st.scanner.tap(ENTER)
        self.picture(appearance="on")
        self.assertEqual(self.opened(), [(one, "bench")])
        st.gun.write(b"\r")
        self.silence()
        self.assertEqual([(e["label"], e["data"]["scanner"]) for e in st.events("label.rejected")], [(two, "gun")])
        st.scanner.unplug()
        self.panel.until("the fault", lambda: st.status()["faults"] == ["scanner:bench"])
        p = self.panel
        p.ask("pass", accessories="on")
        p.ask("pass", usage="on")
        p.ask("pass", **{"pass": "on"})
        self.panel.until("the verdict is final", lambda: "inspection.final" in self.kinds())
        st.gun.scan(rma(3))
        self.picture(appearance="on")
        p.wait("LINK fast", lambda: p.lamps["link"] == "fast")

    def flood(self, labels, over):
        """So many labels typed while the disk stalls: what is recorded of them when it is over."""
        st = self.station(preload=True)
        with open(st.control) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for n in range(labels):
                for char in f"x{n:04d}\r":
                    st.scanner.type(char)
                self.panel.pump(0)
            self.panel.until("scanners are held back", lambda: "scanners are held back" in st.said())
        self.panel.until("its end", lambda: over(st), seconds=60)
        return [base64.b64decode(e["data"]["raw"]).decode() for e in st.events("label.rejected")]

    def test_f3_what_is_typed_while_scanners_are_held_back_comes_whole(self):
        raws = self.flood(300, lambda st: len(st.events("label.rejected")) >= 300)
        self.assertEqual(raws, [f"x{n:04d}" for n in range(300)])
        self.assertNotIn("lost", self.st.said())

    def test_f3_what_finds_no_room_is_lost_aloud(self):
        """The first ones come in order, none of them in part; then it is said once, and the next scan works. Of the last ones some may find room
        again, when the stall ends while they come."""
        room = 1 + 64 + 4096 // 6  # in flight, in the queue, in the adapter
        typed = [f"x{n:04d}" for n in range(1200)]
        raws = self.flood(len(typed), lambda st: len(st.events("label.rejected")) >= room)
        self.assertEqual(raws[:room], typed[:room])
        self.assertEqual(raws, [raw for raw in typed if raw in raws])
        self.assertLess(len(raws), len(typed))
        self.assertEqual(self.st.said().count("keys found no room"), 1)
        self.silence()
        self.panel.linger(0.4)
        self.st.scanner.scan(rma(1))
        self.picture(appearance="on")


class Settings(unittest.TestCase):
    def test_gs_key_wants_a_scanner_that_types(self):
        st = Station(settings={"scanner bench": {"gs_key": "F8"}})
        self.addCleanup(st.close)
        done = st.run_once("--check")
        self.assertNotEqual(done.code, 0)
        self.assertIn("[scanner bench] has a gs_key, which only a scanner of kind = hid types", done.err)

    def test_a_pty_is_no_keyboard(self):
        """The real library: it is said what is wrong, and the station works without the scanner."""
        st = Station(settings={"scanner bench": {"kind": "hid"}})
        self.addCleanup(st.close)
        st.start()
        st.panel.until("the fault", lambda: st.status()["faults"] == ["scanner:bench"])
        self.assertIn(f"scanner bench: {st.dir / 'scanner'}: not an input device; this wants /dev/input/by-id/", st.said())
        st.stop()
