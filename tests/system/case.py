"""case.py - what the system tests share: a station with a list of returns, stopped and audited at the end of every test."""
import unittest

from station import Station, rma, row

KNOWN = range(1, 10)
TWICE, UNAPPROVED, STRANGE = 60, 70, 900
PARCEL = 50
PARCEL_ROWS = [row(PARCEL, line="1", quantity="2", product="4006381333931", title="Toaster"),
               row(PARCEL, line="2", quantity="1", product="5000000000012", title="Mixer")]
LAST = {"last_inspection": "0190b8a0-0000-7000-8000-000000000001", "last_verdict": "pass", "last_station": "bench-9",
        "last_at": "2026-01-02T03:04:05.678Z", "last_by": "B77"}
RETURNS = [row(n) for n in KNOWN] + PARCEL_ROWS + [row(TWICE, **LAST), row(UNAPPROVED, state="requested")]


class StationCase(unittest.TestCase):
    maxDiff = None

    def station(self, expected=RETURNS, **how):
        """A running station. At the end it stops on SIGTERM, says so last, and its whole journal is audited."""
        st = Station(expected=expected, **how)
        self.addCleanup(self.finish, st)
        st.start()
        if expected is not None:
            self.wait_list(st)
        self.st, self.panel = st, st.panel
        return st

    def wait_list(self, st):
        """The list is read behind the start: until a lookup finds it."""
        st.panel.until("the list of returns", lambda: st.status()["expected"]["returns"])

    def finish(self, st):
        try:
            if st.proc and st.proc.poll() is None:
                st.stop()
                self.assertEqual(st.events()[-1]["kind"], "station.stopped")
        finally:
            st.close()

    def picture(self, **lamps):
        self.panel.wait_lamps(**lamps)

    def kinds(self):
        """Kinds of the events since the start, station.started and journal.opened left out."""
        return [e["kind"] for e in self.st.events() if e["kind"] not in ("station.started", "journal.opened")]

    def refused(self, button, ms=60):
        """A press that is not for this situation: error tick, the picture comes back, no event."""
        before, lit = len(self.st.events()), self.panel.lit()
        self.panel.settle()
        lit = self.panel.lit()
        since = self.panel.mark()
        self.panel.tap(button, ms)
        self.panel.wait_tone("error", since)
        self.panel.wait_lamps(**lit)
        self.assertEqual(len(self.st.events()), before)

    def silence(self):
        """The alert: ATTENTION fast; the next press does nothing but end it."""
        self.panel.wait("an alert", lambda: self.panel.lamps["attention"] == "fast")
        before = len(self.st.events())
        self.panel.tap("pass")
        self.panel.wait("the end of the alert", lambda: self.panel.lamps["attention"] == "off")
        self.assertEqual(len(self.st.events()), before, "the press that silences must answer nothing")


__all__ = ["KNOWN", "PARCEL", "RETURNS", "STRANGE", "StationCase", "TWICE", "UNAPPROVED", "rma", "row"]
