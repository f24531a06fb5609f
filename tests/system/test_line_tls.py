"""Certificates: nothing is said to a headquarters that can't prove who it is, and nobody without a certificate is heard."""
import ssl

from case import RETURNS
from fakehq import FakeHq, to_json
from hq import Headquarters
from line import OFFLINE, PERSON, LineCase, authority, pair
from pki import Authority
from station import csv_text

OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)


class ServerCertificate(LineCase):
    def setUp(self):
        good = pair("server")
        self.fake = FakeHq(good.cert, good.key, authority().cert)
        self.addCleanup(self.fake.close)
        self.fake.returns = to_json(RETURNS)

    def face(self, own, **how):
        """Headquarters shows this certificate from now on."""
        self.fake.use(own.cert, own.key, authority().cert, **how)
        self.fake.hang_up()

    def refused(self, name, own, words, **how):
        """Handshake refused: LINK fast, status says why in words, no request was made, work goes on. Then it is mended."""
        with self.subTest(name):
            self.face(own, **how)
            asked = len(self.fake.asked)
            self.event()
            self.retry()
            self.link(PERSON)
            self.assertRegex(self.why(), words)
            self.event()
            self.assertEqual(len(self.fake.asked), asked, "not a byte of a request to a stranger")
            self.face(pair("server"))
            self.retry()
            self.delivered(self.fake)

    def test_a_stranger(self):
        self.bench(self.fake.port)
        self.delivered(self.fake)
        other = Authority()
        self.addCleanup(other.close)
        self.refused("wrong name", pair("server", "other.example"), r"(?i)name")
        self.refused("expired", pair("expired_server"), r"(?i)expired")
        self.refused("not yet valid", pair("not_yet_server"), r"(?i)not (yet )?(valid|activated)")
        self.refused("self-signed", authority().self_signed("localhost"), r"(?i)certificate|issuer|unknown|trust")
        self.refused("of another authority", other.server(), r"(?i)certificate|issuer|unknown|trust")
        self.refused("a client's certificate", pair("client", "localhost"), r"(?i)certificate|name|purpose")
        self.refused("TLS 1.0 and 1.1 only", pair("server"), r"(?i)tls|version|protocol", versions=OLD)
        self.goes_on_offline()

    def goes_on_offline(self):
        self.face(pair("expired_server"))
        self.event()
        self.link(PERSON)
        self.goes_on(1)
        self.face(pair("server"))
        self.retry()
        self.delivered(self.fake)

    def test_revoked(self):
        """A server's certificate that crl_file names is refused; without the list it was good."""
        ca = Authority()
        self.addCleanup(ca.close)
        lost, kept = ca.server(), ca.server()
        ca.revoke(lost)
        crl = ca.crl()
        self.fake.use(lost.cert, lost.key, ca.cert)
        self.bench(self.fake.port, own=ca.client("bench-1"), ca_file=ca.cert, crl_file=crl)
        self.link(PERSON)
        self.assertRegex(self.why(), r"(?i)revoked", self.fake.failed)
        self.event()
        self.assertEqual(self.fake.asked, [])
        self.fake.use(kept.cert, kept.key, ca.cert)
        self.retry()
        self.delivered(self.fake)


class StationCertificate(LineCase):
    """The real headquarters refuses the station."""

    def lives(self, words):
        """LINK fast, and why; an inspection is done all the same."""
        self.link(PERSON)
        self.assertRegex(self.why(), words)
        self.goes_on(3)
        self.link(PERSON)

    def test_missing_file(self):
        hq = self.headquarters()
        self.bench(hq.port, cert_file="/nonexistent/bench.pem")
        self.lives(r"(?i)certificate|bench\.pem")

    def test_missing_authority(self):
        hq = self.headquarters()
        self.bench(hq.port, ca_file="/nonexistent/ca.pem")
        self.lives(r"(?i)certificate|ca\.pem|authority")

    def test_key_of_another(self):
        hq = self.headquarters()
        cert, _ = pair("client", "bench-1")
        self.bench(hq.port, own=(cert, pair("client", "bench-2").key))
        self.lives(r"(?i)certificate|key")

    def test_expired(self):
        hq = self.headquarters()
        self.bench(hq.port, own=authority().expired("bench-1"))
        self.lives(r"(?i)certificate|denied|403|401|handshake|refus")

    def test_of_another_authority(self):
        hq = self.headquarters()
        other = Authority()
        self.addCleanup(other.close)
        self.bench(hq.port, own=other.client("bench-1"))
        self.lives(r"(?i)certificate|denied|403|401|handshake|refus")

    def test_revoked_while_it_works(self):
        """The station's certificate is revoked: from SIGHUP on headquarters refuses it; with a new one everything arrives."""
        ca = Authority()
        self.addCleanup(ca.close)
        hq = self.headquarters_of(ca)
        first, second = ca.client("bench-1"), ca.client("bench-1")
        st = self.bench(hq.port, own=first, ca_file=ca.cert)
        self.goes_on(1)
        self.delivered(hq)
        ca.revoke(first)
        ca.crl()
        hq.restart()
        self.event()
        self.retry()
        self.lives(r"(?i)certificate|denied|403|401|handshake|refus|revoked")
        st.stop()
        self.configure(st, cert_file=second.cert, key_file=second.key)
        st.start()
        self.panel = st.panel
        self.delivered(hq)

    def headquarters_of(self, ca):
        crl = ca.crl()
        hq = Headquarters(authority=ca, options=["--crl", crl])
        self.addCleanup(hq.close)
        hq.import_csv(csv_text(RETURNS))
        return hq.start()

    def test_another_stations_journal(self):
        """A journal belongs to the station whose certificate wrote it first."""
        hq = self.headquarters()
        st = self.bench(hq.port)
        self.delivered(hq)
        st.stop()
        thief = pair("client", "thief")
        self.configure(st, cert_file=thief.cert, key_file=thief.key)
        st.start()
        self.panel = st.panel
        self.lives(r"(?i)journal|403|another")


class NoLine(LineCase):
    def test_not_set_up(self):
        """Without [headquarters] LINK is dark and status says that it is off."""
        st = self.station()
        self.assertEqual(st.panel.lamps["link"], "off")
        self.assertEqual(st.status()["headquarters"]["line"], "off")
        said = st.ctl("status")
        self.assertEqual(said.code, 0, said.err)

    def test_no_such_name(self):
        self.bench(1, host="headquarters.invalid")
        self.link(OFFLINE)
        self.goes_on(1)
        self.assertRegex(self.why(), r"(?i)headquarters\.invalid|resolve|name")

    def test_nobody_listens(self):
        self.bench(1)
        self.link(OFFLINE)
        self.goes_on(1)
        self.assertTrue(self.why())

    def test_url_must_be_https(self):
        st = self.bench(1, start=False)
        self.configure(st, url="http://localhost:1")
        done = st.run_once("--check")
        self.assertNotEqual(done.code, 0)
        self.assertRegex(done.err, r"station\.conf:\d+")
        self.assertIn("https", done.err)
        st.start(wait=False)
        self.assertNotEqual(st.wait_end(), 0)
        st.proc = None

    def test_list_from_both_sides(self):
        """[headquarters] url and [expected] file exclude each other."""
        st = self.bench(1, start=False)
        (st.dir / "expected.csv").write_text("rma,line\r\n")
        st.sections["expected"] = {"file": st.dir / "expected.csv"}
        self.configure(st)
        done = st.run_once("--check")
        self.assertNotEqual(done.code, 0)
        self.assertIn("expected", done.err)
