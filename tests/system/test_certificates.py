"""How long certificates are good for (F14): told in the status and the log from 30 days before, by LINK from 7; no inspection is
ever stopped by it, and nobody wakes up for it."""
import unittest

import test_idle
from line import GOOD, PERSON, LineCase, authority, pair
from station import sanitized


def client(*days):
    return authority().client("bench-1", days=days)


class Days(LineCase):
    def certificates(self, st):
        return st.status()["headquarters"]["certificates"]

    def told(self, st, whose, words):
        return [line for line in st.said().splitlines() if whose in line and words in line]

    def test_both_are_told_F14(self):
        """The station's own from its file, headquarters' from the handshake; 30 days before its end each is told once."""
        hq = self.headquarters(server=authority().server(days=(-60, 20)))
        st = self.bench(hq.port, own=client(-100, 300.5))
        self.delivered(hq)
        got = self.certificates(st)
        self.assertEqual((got["station"]["days"], got["station"]["state"]), (300, "good"))
        self.assertEqual((got["headquarters"]["days"], got["headquarters"]["state"]), (19, "soon"))
        for _ in range(3):
            self.retry()
            self.event()
            self.delivered(hq)
        self.assertEqual(len(self.told(st, "headquarters' certificate", "ends in 19 days")), 1, st.said())
        self.assertEqual(self.told(st, "this station's certificate", ""), [])
        self.link(GOOD)
        said = st.ctl("status")
        self.assertEqual(said.code, 0, said.out + said.err)
        self.assertRegex(said.out, r"certificate this station's is good for 300 days \(until 20\d\d-")
        self.assertRegex(said.out, r"headquarters' is good for 19 days .*: see that it is renewed")

    def test_a_short_life_is_not_always_at_its_end_F14(self):
        """A certificate that is made for two days is told of in its last third only."""
        hq = self.headquarters(server=authority().server(days=(-1.5, 0.5)))
        st = self.bench(hq.port, own=client(-0.1, 1.9))
        self.delivered(hq)
        got = self.certificates(st)
        self.assertEqual((got["station"]["days"], got["station"]["state"]), (1, "good"))
        self.assertEqual((got["headquarters"]["days"], got["headquarters"]["state"]), (0, "urgent"))

    def test_headquarters_has_expired_F14(self):
        """A certificate that was refused is told too."""
        hq = self.headquarters(server=pair("expired_server"))
        st = self.bench(hq.port)
        self.link(PERSON)
        got = self.certificates(st)
        self.assertEqual((got["headquarters"]["days"], got["headquarters"]["state"]), (-1 - 1, "expired"))
        self.assertEqual(len(self.told(st, "headquarters' certificate", "has expired (")), 1, st.said())
        said = st.ctl("status")
        self.assertEqual(said.code, 1)
        self.assertIn("headquarters' HAS EXPIRED (", said.out)
        self.goes_on(1)

    def test_no_certificate_in_the_file(self):
        """Rubbish, too much of it, a folder: not known, and the line says what is wrong."""
        hq = self.headquarters()
        good = client(-100, 300)
        st = self.bench(hq.port, own=good, start=False)
        rubbish = st.dir / "rubbish.pem"
        for content in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                        good.cert.read_bytes() + b"#" * 70000):
            rubbish.write_bytes(content)
            self.configure(st, cert_file=rubbish)
            st.start()
            self.panel = st.panel
            self.assertIsNone(self.certificates(st)["station"])
            self.goes_on(1) if not content else self.event()
            st.stop()

    def test_an_idle_line_does_not_wake_up_F14(self):
        """With a headquarters that is in touch and is not asked for its list: not one system call."""
        if not test_idle.strace_works():
            self.skipTest("strace can't trace here")
        hq = self.headquarters(returns=None)
        st = self.bench(hq.port, own=client(-100, 20), poll_s=0)
        self.delivered(hq)
        st.panel.settle(2)
        self.assertFalse(test_idle.trace_quiet(self, st))


@unittest.skipIf(sanitized(), "badclock.so can't be preloaded into a sanitized program")
class Link(LineCase):
    def begin(self, own, trusted=True, **how):
        st = self.bench(self.hq.port, own=own, start=False, **how)
        st.set_clock(0, trusted=trusted)
        st.start(clock=True)
        self.panel = st.panel
        return st

    def setUp(self):
        self.hq = self.headquarters()

    def test_seven_days_ask_for_a_person_F14(self):
        """LINK fast although all is delivered; a new file under the same name puts it right by itself."""
        old, new = client(-100, 5), client(-1, 365)
        st = self.begin(old, settings={"headquarters": {"poll_s": 1}})
        self.link(PERSON)
        self.goes_on(1)
        self.assertEqual(st.status()["headquarters"]["line"], "good")
        self.panel.until("headquarters' copy", lambda: st.status()["headquarters"]["backlog"] == 0)
        self.link(PERSON)
        said = st.ctl("status")
        self.assertEqual(said.code, 1)
        self.assertRegex(said.out, r"is good for 4 days .*: RENEW IT NOW")
        self.assertEqual(st.said().count("this station's certificate ends in 4 days"), 1)
        for kept, fresh in zip(old, new):
            fresh.replace(kept)
        self.link(GOOD)
        self.assertIn("this station's certificate is good until 20", st.said())
        self.assertEqual(st.ctl("status").code, 0)

    def test_thirty_days_do_not_F14(self):
        self.begin(client(-100, 29))
        self.delivered(self.hq)
        self.assertEqual(self.st.status()["headquarters"]["certificates"]["station"]["state"], "soon")

    def test_it_ends_while_the_station_works_F14(self):
        """The days are those of now: the clock goes on, the certificate is over, inspections are not."""
        st = self.begin(client(-100, 31), settings={"headquarters": {"poll_s": 1}})
        self.delivered(self.hq)
        st.set_clock(25 * 86400, trusted=True)
        self.link(PERSON)
        self.panel.until("the days", lambda: st.status()["headquarters"]["certificates"]["station"]["days"] == 5)
        st.set_clock(32 * 86400, trusted=True)
        self.panel.until("its end", lambda: st.status()["headquarters"]["certificates"]["station"]["state"] == "expired", 30)
        self.goes_on(1)
        self.assertEqual(st.said().count("this station's certificate has expired"), 1)

    def test_a_clock_that_nobody_set_alarms_nobody_F1_F14(self):
        """It may be the clock that is wrong: told in log and status, but LINK stays as the line is."""
        st = self.begin(client(-100, 5), trusted=False)
        self.delivered(self.hq)
        self.assertEqual(st.status()["headquarters"]["certificates"]["station"]["state"], "urgent")
        self.assertIn("by a clock that no time source has set", st.said())
