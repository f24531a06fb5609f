"""export.done: a running station records an export that is whole, tells it in its status, and takes nobody's word for what it can see."""
import datetime
import os
import socket
import time
import unittest

import promtext
from export import ExportCase
from station import badge, rma

NOWHERE = 1  # a port at which nobody listens


class Done(ExportCase):
    """A running station records that it was done; the journal stays one chain."""

    def done(self, st):
        return [e for e in st.events() if e["kind"] == "export.done"]

    def told(self, st, *lines):
        for line in lines:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.sendto(line, str(st.run / "export.sock"))

    def test_a_running_station_records_it(self):
        st, stick = self.bench(NOWHERE), self.stick()
        self.goes_on(1)
        self.export(st, stick)
        m = self.exports(stick)[0].manifest
        st.panel.until("export.done", lambda: self.done(st))
        self.assertEqual(self.done(st)[0]["data"], {"first": 1, "last": m["last"], "anchor": m["head"]})
        self.assertIsNone(self.done(st)[0]["by"])
        self.goes_on(2)
        self.export(st, stick)
        st.panel.until("another", lambda: len(self.done(st)) == 2)
        self.proves_itself(self.exports(stick)[1])

    def test_in_the_middle_of_work(self):
        """It comes between an append of the bench and its answer: each is taken for what it is."""
        st = self.bench(NOWHERE, start=False)
        st.start(preload=True, env={"BADDISK_DELAY_US": "150000"})
        self.panel = st.panel
        st.open(rma(1))
        note = f"exported {st.status()['journal']['id']} 1 1 {'ab' * 32}\n".encode()
        since = st.panel.mark()
        st.panel.settle()
        st.panel.send("tap pass 60")
        self.told(st, note)  # its append, and behind it, at the release, the bench's
        st.panel.wait_lamps(accessories="on")
        self.assertEqual(len(st.events("step.answered")), 1, "a lamp is a promise: not lit by the other's answer")
        st.panel.until("export.done", lambda: len(self.done(st)) == 1)
        st.panel.settle()
        st.panel.tap("pass")
        st.panel.wait("the lamp is dark: the append is in flight", lambda: "accessories" not in st.panel.lit())
        self.told(st, note)
        st.panel.wait_lamps(usage="on")
        st.panel.until("another", lambda: len(self.done(st)) == 2)
        self.assertNotIn("error", st.panel.tones(since))
        self.panel.ask("pass", **{"pass": "on"})
        st.settle_verdict()
        finals = [e for e in st.events() if e["kind"] == "inspection.final"]
        self.assertEqual([e["data"]["verdict"] for e in finals], ["pass"])

    def test_what_is_no_note_is_dropped(self):
        st = self.bench(NOWHERE)
        journal = st.status()["journal"]["id"]
        head = "ab" * 32
        self.told(st, b"", b"\n", b"x" * 5000, os.urandom(100), f"exported {journal} 0 1 {head}\n".encode(),
                  f"exported {journal} 1 99999 {head}\n".encode(), f"exported {journal[:-4]}0000 1 1 {head}\n".encode())
        self.told(st, f"exported {journal} 1 1 {head}\n".encode())
        st.panel.until("the good one", lambda: self.done(st))
        self.assertEqual(len(self.done(st)), 1)
        self.assertEqual((st.run / "export.sock").stat().st_mode & 0o777, 0o660)

    def test_the_status_tells_the_last_one(self):
        st, stick = self.bench(NOWHERE), self.stick()
        self.assertIsNone(st.status()["export"])
        self.assertIn("last export none yet", st.ctl("status").out)

        def told(n):
            done = self.done(st)
            if len(done) != n:
                return False
            e = done[-1]
            return st.status()["export"] == {"at": e["at"], "first": e["data"]["first"], "last": e["data"]["last"]}

        def asked():
            at = self.done(st)[-1]["at"]
            self.assertIn(f"last export {at}", st.ctl("status").out)
            figure = promtext.read(st.ctl("status", "--prom").out)["station_last_export_timestamp_seconds"][()]
            self.assertAlmostEqual(figure, datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp(), places=2)

        self.export(st, stick)
        st.panel.until("the export", lambda: told(1))
        asked()
        for n in (1, 2):  # so that it is not among the last few events
            self.goes_on(n)
        self.export(st, stick)
        st.panel.until("another", lambda: told(2))
        asked()
        for n in (3, 4):
            self.goes_on(n)
        self.assertGreater(len(st.events()) - self.done(st)[-1]["seq"], 10)
        for stop in (st.stop, st.kill):
            stop()
            st.start()
            self.panel = st.panel
            st.panel.until("it is known again", lambda: told(2))
            asked()

    def test_an_export_is_not_the_inspectors_act(self):
        st = self.station()
        st.scan(badge("B17"))
        st.panel.until("the badge", lambda: st.status()["by"] == "B17")
        self.export(st, self.stick())
        st.panel.until("export.done", lambda: self.done(st))
        self.assertIsNone(self.done(st)[0]["by"])
        st.inspect(rma(1))
        self.assertEqual(st.events("inspection.opened")[0]["by"], "B17")

    def test_another_hash_of_the_last_event_is_refused(self):
        st = self.bench(NOWHERE)
        st.panel.settle()
        j = st.status()["journal"]
        self.told(st, f"exported {j['id']} 1 {j['seq']} {'ab' * 32}\n".encode())
        st.panel.until("the refusal", lambda: "its hash is not that of" in st.said())
        self.assertEqual(self.done(st), [])
        self.told(st, f"exported {j['id']} 1 {j['seq']} {j['head']}\n".encode())
        st.panel.until("the good one", lambda: self.done(st))
        self.assertEqual(self.done(st)[0]["data"], {"first": 1, "last": j["seq"], "anchor": j["head"]})

    def test_a_flood_of_notes_fills_neither_journal_nor_log(self):
        st = self.bench(NOWHERE)
        note = f"exported {st.status()['journal']['id']} 1 1 {'ab' * 32}\n".encode()
        began = time.monotonic()

        def dropped():
            self.told(st, *[note] * 20)
            return "more than one a second" in st.said()

        st.panel.until("enough", dropped)
        self.told(st, *[note] * 200)
        st.panel.settle()
        seconds = int(time.monotonic() - began) + 1
        self.assertLessEqual(len(self.done(st)), 4 + seconds)
        self.assertLessEqual(st.said().count("an export is not recorded"), 1 + seconds)

    def test_a_flood_of_acknowledgements(self):
        """One a second is looked at; that others are not is told, once for each that is."""
        st = self.bench(NOWHERE)
        began = time.monotonic()
        self.told(st, *[b"acked 2\n{}signature"] * 200)
        st.panel.until("dropped", lambda: "an acknowledgement is dropped: there are more than one a second" in st.said())
        st.panel.settle()
        seconds = int(time.monotonic() - began) + 1
        self.assertLessEqual(st.said().count("an acknowledgement does not count"), seconds)
        self.assertLessEqual(st.said().count("an acknowledgement is dropped"), seconds)

    def test_without_a_station_it_is_exported_all_the_same(self):
        st, stick = self.bench(NOWHERE), self.stick()
        st.kill()
        self.assertEqual(self.export(st, stick).err, "")
        self.proves_itself(self.exports(stick)[0])
        st.start()
        self.assertEqual(self.done(st), [])


if __name__ == "__main__":
    unittest.main()
