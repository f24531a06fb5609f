"""A board of real lines, as far as it goes without a kernel's: stationd's own wiring between the adapter, the bench and the view."""
import time
import unittest

from case import RETURNS, StationCase, rma
from gpiostation import MS, GpioStation
from station import sanitized
from test_idle import trace_quiet


@unittest.skipIf(sanitized(), "badgpio.so can't be preloaded into a sanitized program")
class Gpio(StationCase):
    def station(self, env=None, settings=None):
        st = GpioStation(expected=RETURNS, settings=settings)
        self.addCleanup(self.finish, st)
        st.start(env=env)
        self.wait_list(st)
        self.st, self.panel = st, st.panel
        return st

    def open(self, number):
        self.st.scanner.scan(rma(number))
        self.picture(appearance="on")

    def on_wires(self, *lamps):
        self.panel.until(f"{lamps} lit on the wires", lambda: self.st.lit() - {"link"} == set(lamps))

    def test_an_inspection_by_buttons_and_lamps(self):
        st = self.station()
        self.on_wires()
        self.open(1)
        self.on_wires("appearance")
        st.tap("pass")
        self.picture(accessories="on")
        self.on_wires("accessories")
        st.tap("back")
        self.picture(appearance="on")
        for lamp in ("accessories", "usage", "pass"):
            st.tap("pass")
            self.picture(**{lamp: "on"})
            self.on_wires(lamp)
        self.panel.until("the verdict is final", lambda: self.kinds()[-1] == "inspection.final")
        self.on_wires()
        self.assertEqual(self.kinds(), ["inspection.opened", "step.answered", "step.withdrawn"] + ["step.answered"] * 3
                         + ["inspection.closed", "inspection.final"])

    def test_lamps_blink_on_the_wires(self):
        st = self.station()
        self.open(2)
        st.tap("fail")
        self.picture(appearance="fast", fail="fast")
        for _ in range(3):
            self.on_wires("appearance", "fail")
            self.on_wires()

    def test_a_press_is_as_long_as_the_kernel_says(self):
        """BACK held for 2.1 s abandons, though both edges are told at once."""
        st = self.station()
        self.open(3)
        self.panel.linger(2.6)
        st.tap("back", 2100)
        self.picture()
        self.assertEqual(self.kinds(), ["inspection.opened", "inspection.abandoned"])

    def test_a_press_before_the_lamp_is_too_early_however_late_it_is_told(self):
        st = self.station()
        before = time.monotonic_ns()
        self.open(4)
        self.panel.linger(0.15)  # the release is in the past, too
        since = self.panel.mark()
        st.order(f"edge PASS 1 {before}", f"edge PASS 0 {before + 80 * MS}")
        self.panel.wait_tone("error", since)
        self.picture(appearance="on")
        self.assertEqual(self.kinds(), ["inspection.opened"])

    def test_a_button_stuck_at_boot(self):
        """BACK is down at the start: never an answer, and the others work at once; after 10 s it is a fault."""
        st = self.station(env={"BADGPIO_DOWN": "BACK"})
        self.open(5)
        st.tap("pass")
        self.picture(accessories="on")
        self.assertEqual(st.status()["faults"], [])
        self.panel.until("the fault", lambda: st.status()["faults"] == ["button:back"], seconds=15)
        st.edge("back", False)
        self.panel.until("BACK works again", lambda: st.status()["faults"] == [])
        st.tap("back")
        self.picture(appearance="on")
        self.assertEqual(self.kinds(), ["inspection.opened", "step.answered", "fault.raised", "fault.cleared", "step.withdrawn"])

    def test_a_button_let_go_soon_after_boot_is_no_answer(self):
        st = GpioStation(expected=RETURNS)
        self.addCleanup(self.finish, st)
        st.start(env={"BADGPIO_DOWN": "PASS"})
        self.st, self.panel = st, st.panel
        self.wait_list(st)
        self.open(6)
        since = self.panel.mark()
        st.edge("pass", False)
        self.panel.wait_tone("error", since)
        self.picture(appearance="on")
        self.assertEqual(self.kinds(), ["inspection.opened"])

    def test_the_chip_is_lost_and_comes_back(self):
        st = self.station()
        self.open(7)
        st.order("gone")
        self.panel.wait("LINK wants a person", lambda: self.panel.lamps["link"] == "fast")
        self.panel.until("the fault in the status", lambda: st.status()["faults"] == ["panel"])
        self.assertIn("the panel is lost", st.said())
        self.assertIn("panel", st.ctl("status").out)
        st.order("here")
        self.panel.wait("LINK rests", lambda: self.panel.lamps["link"] == "off")
        self.on_wires("appearance")
        st.tap("pass")
        self.picture(accessories="on")
        self.on_wires("accessories")
        faults = [(e["kind"], e["data"]) for e in st.events() if e["kind"].startswith("fault")]
        self.assertEqual(faults, [("fault.raised", {"what": "panel"}), ("fault.cleared", {"what": "panel"})])

    def test_steady_lamps_wake_nobody(self):
        """One lamp lit, nothing blinks: not one system call in five seconds."""
        st = self.station()
        self.open(9)
        self.on_wires("appearance")
        self.panel.settle(1)
        calls = trace_quiet(self, st)
        self.assertFalse(calls, "\n".join(calls[:20]))

    def test_who_holds_a_line_is_said(self):
        st = GpioStation(expected=RETURNS)
        self.addCleanup(st.close)
        r = st.run_once(env=st.preloaded(BADGPIO_HELD="LAMP_FAIL"))
        self.assertEqual(r.code, 1)
        self.assertIn("line LAMP_FAIL ([lamps] fail) of the GPIO chip station is taken by gpio-keys", r.err)
        self.assertFalse(st.db.exists())

    def test_lamps_go_out_when_it_stops(self):
        st = self.station()
        self.open(8)
        self.on_wires("appearance")
        st.stop()
        self.assertEqual(st.lit(), set())
        self.assertFalse((st.run / "panel.sock").exists())
