"""The site's reasons: in the journal by their codes, on the screen in words; a bad file costs the words and nothing else."""
import signal
import unittest

from case import StationCase
from station import ROOT, Station, mod37_36, reason, rma, row

TABLE = "\ufeffcode,en,zh\r\nSCRATCH,\"Scratched, dented\",有划痕\r\nWET,Water damage,\r\n"


class Reasons(StationCase):
    def begin(self, table=TABLE):
        st = Station(expected=[row(1), row(2)], settings={"site": {"reasons_file": "reasons.csv"}})
        self.addCleanup(self.finish, st)
        return self.write(st, table)

    def write(self, st, table):
        (st.dir / "reasons.csv").write_text(table)
        st.give()
        return st

    def start(self, st):
        st.start()
        self.wait_list(st)
        self.st, self.panel = st, st.panel
        return st

    def fail_with(self, code, **lamps):
        p = self.panel
        lit = next(iter(p.lit()))
        p.ask("fail", fail="fast", **{lit: "fast"})
        self.st.scan(reason(code))
        p.wait_lamps(**lamps)

    def given(self, **members):
        self.panel.wait("what was given", lambda: self.panel.shown.get("given") == (members or None))

    def test_the_screen_says_it_in_words_and_the_journal_by_code(self):
        st = self.start(self.begin())
        told = st.status()["reasons"]
        self.assertEqual((told["count"], told["refused"]), (2, False))
        self.assertEqual(st.events("station.started")[-1]["data"]["reasons"], told["version"])
        st.open(rma(1))
        self.given()
        self.fail_with("SCRATCH", accessories="on")
        scratch = {"code": "SCRATCH", "en": "Scratched, dented", "zh": "有划痕"}
        self.given(**scratch)
        st.kill()
        self.start(st)  # after a power cut it is still known
        self.given(**scratch)
        self.fail_with("WET", usage="on")
        self.given(code="WET", en="Water damage", zh="Water damage")
        self.panel.ask("pass", fail="on")
        self.given(code="WET", en="Water damage", zh="Water damage")
        self.panel.wait_lamps()
        st.open(rma(2))
        self.given()
        self.assertEqual([e["data"]["code"] for e in st.events("reason.given")], ["SCRATCH", "WET"])

    def test_back_takes_it_away(self):
        st = self.start(self.begin())
        st.open(rma(1))
        self.fail_with("WET", accessories="on")
        self.panel.ask("back", appearance="on")
        self.given()

    def test_a_code_that_the_file_does_not_have_is_taken_when_it_is_signed(self):
        st = self.start(self.begin())
        st.open(rma(1))
        self.panel.ask("fail", fail="fast", appearance="fast")
        forged = "RSN-SCRATCH-00000000"
        since = self.panel.mark()
        st.scan(forged + mod37_36(forged))
        self.panel.wait_tone("wrong-label", since)
        self.silence()
        st.scan(reason("NEW1"))
        self.picture(accessories="on")
        self.given(code="NEW1", en=None, zh=None)

    def test_a_bad_file_costs_the_words_only(self):
        """At the start and on SIGHUP; the version in the journal is that of no file."""
        st = self.begin("code,en,zh\nSCRATCH,Scratched\n")
        said = st.run_once("--check")
        self.assertEqual(said.code, 78)
        self.assertRegex(said.err, r"reasons\.csv:2: there are fewer fields than columns")
        said = st.ctl("doctor", "--json", "--boards", ROOT / "boards", "settings")
        self.assertIn("reasons.csv:2: there are fewer fields", said.out)
        self.start(st)
        self.assertRegex(st.said(), r"reasons\.csv:2: there are fewer fields than columns.*; codes go without texts")
        self.assertEqual(st.status()["reasons"], {"count": 0, "version": None, "refused": True})
        self.assertEqual(st.events("station.started")[-1]["data"]["reasons"], "keyed-1")
        self.write(st, TABLE)
        self.assertRegex(st.run_once("--check").out, r"reasons are fine: 2, version 2-[0-9a-f]{16}\n")
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the reasons", lambda: st.status()["reasons"]["count"] == 2)
        good = st.status()["reasons"]
        self.loaded(good["version"])
        self.write(st, "kode,en\n")
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the refusal", lambda: st.status()["reasons"]["refused"])
        self.assertEqual(st.status()["reasons"], {**good, "refused": True})
        self.assertIn("unknown column 'kode'; did you mean 'code'?; the texts stay as they were", st.said())
        self.assertEqual(st.ctl("status").code, 1)
        st.open(rma(1))
        self.fail_with("WET", accessories="on")
        self.given(code="WET", en="Water damage", zh="Water damage")
        self.loaded(good["version"])

    def test_other_reasons_are_recorded_before_what_is_given_by_them(self):
        """Once: not for a file that says the same, and with the formats that are in force all along."""
        st = self.start(self.begin())
        self.assertEqual(self.loaded(), [])
        first = st.status()["reasons"]["version"]
        self.write(st, TABLE + "TORN,Torn,\r\n")
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the third reason", lambda: st.status()["reasons"]["count"] == 3)
        second = st.status()["reasons"]["version"]
        self.assertNotEqual(first, second)
        st.open(rma(1))
        self.fail_with("TORN", accessories="on")
        (event,) = self.loaded(second)
        self.assertEqual(event["data"]["labels"], st.events("station.started")[-1]["data"]["labels"])
        self.assertLess(event["seq"], st.events("reason.given")[0]["seq"])
        since = st.said().count("3 reasons, version ")
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the same file again", lambda: st.said().count("3 reasons, version ") > since)
        self.loaded(second)
        self.write(st, TABLE)
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the first ones", lambda: len(st.events("labels.loaded")) == 2)
        self.loaded(second, first)

    def loaded(self, *versions):
        """The journal's labels.loaded: they tell of these reasons, in order."""
        self.panel.until("the events", lambda: len(self.st.events("labels.loaded")) >= len(versions))
        events = self.st.events("labels.loaded")
        self.assertEqual([e["data"]["reasons"] for e in events], list(versions))
        return events

    def test_the_example_is_right(self):
        st = self.begin((ROOT / "docs/reasons.csv.example").read_text())
        self.assertIn("reasons are fine: 12", st.run_once("--check").out)


if __name__ == "__main__":
    unittest.main()
