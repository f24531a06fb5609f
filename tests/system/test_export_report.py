"""report.html in an export: the whole journal in figures, the same as stationctl report makes of it and figures.py counts."""
import hashlib
import subprocess
import unittest

from export import ExportCase
from figures import Figures, Page
from line import pair
from station import badge, reason, rma, row
from test_report import Compared

NOWHERE = 1  # a port at which nobody listens
HOSTILE = 'code,en,zh\r\nSCRATCH,"<b>Scratched</b> & ""dented""","有划痕<script>alert(1)</script>"\r\nWET,Water damage,\r\n'


class Exported(Compared, ExportCase):
    def shift(self, zone="Asia/Shanghai", table=HOSTILE, more=None):
        """A pass, a fail with two reasons, one that goes on; then the power is off, so that nothing changes any more."""
        st = self.bench(NOWHERE, start=False, settings={"site": {"timezone": zone, "reasons_file": "reasons.csv"}, **(more or {})})
        (st.dir / "reasons.csv").write_text(table)
        st.give()
        st.start()
        self.panel = st.panel
        st.scan(badge("B7"))
        st.panel.until("the badge", lambda: st.events("badge.in"))
        self.goes_on(1)
        st.open(rma(2))
        self.panel.ask("fail", appearance="fast", fail="fast")
        st.scan(reason("SCRATCH"))
        self.picture(accessories="on")
        self.panel.ask("fail", accessories="fast", fail="fast")
        st.scan(reason("NOWORDS"))
        self.picture(usage="on")
        self.panel.ask("pass", fail="on")
        st.settle_verdict()
        st.open(rma(3))
        st.kill()
        return st

    def page(self, export):
        return Page(export.bytes("report.html").decode())

    def told(self, st, stick, *args, **how):
        """The page of a new export, which says what stationctl report does, and what is counted here."""
        self.export(st, stick, *args)
        export = self.exports(stick)[-1]
        self.proves_itself(export)
        page = self.page(export)
        self.compare(page, Figures(st.events(), "Asia/Shanghai", now=int(page.ids["report"]["data-now"]), **how))
        done = st.ctl("report")
        self.assertEqual(done.code, 0, done.err)
        other = Page(done.out)
        self.assertEqual((page.figures, page.rows), (other.figures, other.rows))
        return page

    def test_what_stationctl_report_says(self):
        st, stick = self.shift(), self.stick()
        page = self.told(st, stick, acked=0)
        self.assertEqual(page.figures["final"], 2)
        self.assertEqual(page.table("reason", "all"), {"SCRATCH": (1,), "NOWORDS": (1,)})
        self.assertEqual(page.table("badge"), {}, "the settings do not allow it")
        self.assertIn("station-export", "".join(page.text))
        self.assertIn("Asia/Shanghai", "".join(page.text))

    def test_events_that_are_not_copied_again_count(self):
        """A supervisor's report is of the bench, whatever headquarters has already."""
        st, stick = self.shift(), self.stick()
        whole = self.told(st, stick, "--all", acked=0)
        last = len(st.events())
        for acked in (last - 4, last):
            self.acknowledge(st, acked)
            page = self.told(st, stick, acked=acked)
            self.assertEqual(len(self.exports(stick)[-1].lines), last - acked)
            self.assertEqual(page.figures["final"], whole.figures["final"])
        self.assertEqual(page.ids["sync"]["data-state"], "synced")

    def test_the_site_s_words_stand_beside_the_codes(self):
        st, stick = self.shift(), self.stick()
        self.export(st, stick)
        pages = [self.exports(stick)[-1].bytes("report.html").decode(), st.ctl("report").out]
        for text in pages:
            self.assertIn('<bdi>SCRATCH</bdi> <span class="soft"><span lang="en"><bdi>&lt;b&gt;Scratched&lt;/b&gt; &amp; '
                          '&quot;dented&quot;</bdi></span><span lang="zh"><bdi>有划痕&lt;script&gt;alert(1)&lt;/script&gt;</bdi>', text)
            self.assertIn("<bdi>NOWORDS</bdi></th>", text)
            self.assertNotIn("Water damage", text)
            self.assertEqual(Page(text).scripts, 1)

    def test_reasons_that_can_not_be_read_cost_the_words_only(self):
        st, stick = self.shift(), self.stick()
        (st.dir / "reasons.csv").write_text("nonsense\n")
        st.give()
        done = self.export(st, stick)
        self.assertIn("codes without words", done.err)
        self.assertEqual(self.page(self.exports(stick)[-1]).table("reason", "all"), {"SCRATCH": (1,), "NOWORDS": (1,)})
        done = st.ctl("report")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("codes without words", done.err)
        self.assertIn("<bdi>SCRATCH</bdi></th>", done.out)

    def test_badges_only_where_the_setting_allows_it(self):
        st, stick = self.shift(more={"report": {"inspectors": "yes"}}), self.stick()
        self.export(st, stick)
        self.assertEqual(self.page(self.exports(stick)[-1]).table("badge", "pass", "fail"), {"B7": (1, 1)})

    def test_products_of_the_list(self):
        st = self.station(expected=[row(1, title="电水壶"), row(2)])
        st.inspect(rma(1))
        st.settle_verdict()
        stick = self.stick()
        self.export(st, stick)
        page = self.page(self.exports(stick)[-1])
        self.assertEqual(page.table("product", "pass", "fail"), {"4006381000001": (1, 0)})
        self.assertIn("电水壶", "".join(page.text))
        self.assertEqual(page.ids["sync"]["data-state"], "none")

    def test_a_zone_that_this_machine_does_not_know(self):
        st, stick = self.shift(zone="Mars/Olympus"), self.stick()
        self.export(st, stick)
        text = "".join(self.page(self.exports(stick)[-1]).text)
        self.assertIn("does not know the station's time zone; times are UTC:", text)
        self.assertIn("Mars/Olympus", text)

    def test_encrypted(self):
        """The page is made twice, once to know its size: both are of one moment."""
        reader = pair("self_signed", "supervisor")
        st, stick = self.shift(more={"export": {"encrypt_to": reader.cert}}), self.stick()
        self.export(st, stick)
        path = self.exports(stick)[-1].dir
        decrypt = subprocess.run(["openssl", "cms", "-decrypt", "-inform", "DER", "-in", str(path / "export.tar.cms"), "-recip",
                                  str(reader.cert), "-inkey", str(reader.key)], capture_output=True, timeout=60, check=True)
        out = {name: subprocess.run(["tar", "xO", f"{path.name}/{name}"], input=decrypt.stdout, capture_output=True, check=True,
                                    timeout=60).stdout for name in ("report.html", "SHA256SUMS")}
        self.assertIn(f"{hashlib.sha256(out['report.html']).hexdigest()}  report.html\n", out["SHA256SUMS"].decode())
        self.assertEqual(Page(out["report.html"].decode()).figures["final"], 2)


if __name__ == "__main__":
    unittest.main()
