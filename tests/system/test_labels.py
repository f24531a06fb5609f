"""Every label on the box: each format of labels.d against a second implementation of its rule, GS1, ranking and ties (F18), files that
are refused, and what the bench does with the labels that are no return (F7, F9)."""
import json
import os
import pathlib
import random
import signal
import string
import subprocess
import tempfile
import unittest

from case import StationCase
from labelrules import FORMATS, digits, fedex_12, gs1, impb, impb_26, make
from station import BUILD, raw_of, rma, row

ROOT = pathlib.Path(__file__).resolve().parents[2]
LABELS = ROOT / "src/labels.d"
CTL = str(BUILD / "stationctl")


def name(texts, config=None, labels=LABELS, code=0):
    """What stationctl label says of each text."""
    command = [CTL, *(["--config", str(config)] if config else []), "label", "--site", "LAX", "--labels", str(labels)]
    done = subprocess.run(command, input="".join(t.replace("\\", "\\\\") + "\n" for t in texts).encode(), capture_output=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120)
    if done.returncode != code:
        raise AssertionError(done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()]


def of_format(found, format_name):
    return next((c for c in found["candidates"] if c.get("format") == format_name and c["kind"] != "unknown"), None)


class Formats(unittest.TestCase):
    """Each format as data: valid numbers, errors, lengths, cases, spaces, AIM ids."""

    def setUp(self):
        self.rnd = random.Random(self.id())

    def valid(self, label, count):
        made = []
        while len(made) < count:
            text = make(label, self.rnd)
            if text:
                made.append(text)
        return made

    def test_all_formats_of_the_folder_are_known_here(self):
        named = set()
        for path in LABELS.glob("*.conf"):
            section = None
            for line in path.read_text().splitlines():
                if line.startswith("[label "):
                    section = line[7:-1]
                if line.startswith("shape ="):
                    named.add(section)
        self.assertEqual(named, set(FORMATS))

    def test_valid_numbers(self):
        for label, (_, at, rule, id_of) in FORMATS.items():
            texts = self.valid(label, 200)
            for text, found in zip(texts, name(texts)):
                got = of_format(found, label)
                self.assertIsNotNone(got, (label, text, found))
                self.assertEqual((got["check"], got["id"]), ("none" if at is None else "ok", id_of(text)), (label, text))
                self.assertTrue(got["carrier"] and got["carrier_zh"])

    def test_single_errors_and_neighbour_swaps(self):
        """Whatever the other implementation says of each damaged number, the station says too."""
        caught = missed = 0
        for label, (_, at, rule, _) in FORMATS.items():
            if at is None:
                continue
            wrong = []
            for text in self.valid(label, 12):
                for i, was in enumerate(text):
                    wrong += [text[:i] + c + text[i + 1:] for c in string.digits if was.isdigit() and c != was]
                    if i and text[i - 1] != was:
                        wrong.append(text[:i - 1] + was + text[i - 1] + text[i + 1:])
            for text, found in zip(wrong, name(wrong)):
                got = of_format(found, label)
                if got is None:  # damaged beyond its shape
                    continue
                self.assertEqual(got["check"], "ok" if rule(text) else "bad", (label, text))
                caught += got["check"] == "bad"
                missed += got["check"] == "ok"
        self.assertGreater(caught, 5 * missed, "rules catch what they can")
        self.assertGreater(caught, 10000)

    def test_lower_case_spaces_and_symbologies(self):
        for label, (_, _, _, id_of) in FORMATS.items():
            texts = self.valid(label, 20)
            for dress in (str.lower, lambda t: " ".join(t[i:i + 4] for i in range(0, len(t), 4)), lambda t: "]C0" + t, lambda t: f"  {t} "):
                for text, found in zip(texts, name([dress(t) for t in texts])):
                    got = of_format(found, label)
                    self.assertIsNotNone(got, (label, text, found))
                    self.assertEqual(got["id"], id_of(text))

    def test_wrong_lengths_and_prefixes(self):
        for label, (_, at, rule, _) in FORMATS.items():
            if label in ("lpn", "yunda", "dhl-express", "sto-77", "sto-43"):
                continue  # of several lengths
            texts = self.valid(label, 20)
            for text, found in zip(texts + texts, name([t + "0" for t in texts] + [t[:-1] for t in texts])):
                self.assertIsNone(of_format(found, label), (label, text))
        self.assertIsNone(of_format(name(["2Z999AA10123456784"])[0], "ups"))
        self.assertIsNone(of_format(name(["9611020987654312345672".replace("96", "95", 1)])[0], "fedex-ground-96"))
        self.assertIsNone(of_format(name(["77123456789012"])[0], "zto"))
        for text, found in zip(["%d" % 10 ** n for n in (12, 15)], name(["%d" % 10 ** n for n in (11, 15)])):
            self.assertIsNone(of_format(found, "yunda"), text)


class Ranking(unittest.TestCase):
    def both(self):
        """A number that is a right UPC-A and a right FedEx-12."""
        rnd = random.Random(18)
        while True:
            text = make("upc-a", rnd)
            if fedex_12(text) and not of_format(name([text])[0], "dhl-identcode")["check"] == "ok":
                return text

    def test_F18_a_tie_is_told_and_the_symbology_decides(self):
        text = self.both()
        plain, upc, fedex = name([text, "]E0" + text, "]C0" + text])
        self.assertEqual((plain["kind"], plain["tie"], plain["candidates"][0]["fault"]), ("unknown", True, "tie"))
        self.assertEqual({c["format"] for c in plain["candidates"] if c.get("tie") and c["kind"] != "unknown"}, {"upc-a", "fedex-12"})
        self.assertEqual((upc["kind"], upc["format"], "tie" in upc), ("product", "upc-a", False))
        self.assertEqual((fedex["kind"], fedex["format"], "tie" in fedex), ("carrier", "fedex-12", False))
        for found in (upc, fedex):
            self.assertEqual({of_format(found, f)["check"] for f in ("upc-a", "fedex-12")}, {"ok"})

    def test_a_prefix_ranks_before_bare_digits(self):
        found = name([make("usps-zip-4", random.Random(1))])[0]
        self.assertEqual(found["format"], "usps-zip-4")
        found = name(["LP123456785CN"])[0]
        self.assertEqual([found["format"], found["candidates"][1]["format"]], ["upu-s10", "lpn"])

    def test_34_digits_are_a_postal_code_and_what_begins_as_a_number(self):
        """A ZIP+4 and 22 digits, or a ZIP and 26: the check digit says which; where both are right, both are told."""
        for long, short, text in self.both_usps():
            found = name([text])[0]
            got = {c["format"]: (c["id"], c["check"]) for c in found["candidates"] if c["format"] in ("usps-zip-4", "usps-26-zip")}
            self.assertEqual(got, {"usps-zip-4": (text[12:], short), "usps-26-zip": (text[8:], long)})
            self.assertEqual(found["kind"], "carrier")
            if long == short:
                self.assertTrue(found["tie"])
            else:
                self.assertEqual(found["format"], "usps-zip-4" if short == "ok" else "usps-26-zip")

    def both_usps(self):
        rnd, seen = random.Random(34), {}
        while len(seen) < 3:
            text = "42010282" + "9" + rnd.choice("2345") + digits(rnd, 2) + "9" + rnd.choice("2345") + digits(rnd, 20)
            short, long = ("ok" if rule(text) else "bad" for rule in (impb, impb_26))
            if (long, short) != ("bad", "bad"):
                seen[long, short] = text
        return [(*checks, text) for checks, text in seen.items()]

    def test_a_tie_of_one_kind_is_that_kind(self):
        rnd = random.Random(2)
        while True:
            text = make("dhl-identcode", rnd)
            if fedex_12(text) and not gs1(text):
                break
        found = name([text])[0]
        self.assertEqual((found["kind"], found["tie"]), ("carrier", True))


class Gs1(unittest.TestCase):
    def test_F7_element_strings(self):
        gtin, sscc, grai = "04006381333931", "340123450000000017", "04012345123456"
        grai = grai[:-1] + next(c for c in string.digits if gs1(grai[1:-1] + c))
        cases = {
            "]C100" + sscc: ("plate", "00" + sscc),
            "]d201" + gtin + "10ABC\\x1d21XYZ": ("product", "4006381333931"),
            "]Q3\\x1d01" + gtin + "11260200": ("product", "4006381333931"),
            "]e001" + gtin: ("product", "4006381333931"),
            "]C18003" + grai + "ab7": ("asset", "8003" + grai + "AB7"),
            "]C18004401234ABC": ("asset", "8004401234ABC"),
            "00" + sscc: ("plate", "00" + sscc),
            "(00)" + sscc: ("plate", "00" + sscc),
            "(01)" + gtin + "(21)A(1)": ("product", "4006381333931"),
            "10LOT\\x1d01" + gtin: ("product", "4006381333931"),
            "]C1403ROUTE7": ("carrier", "403ROUTE7"),
            "]C14318SW1A 1AA".replace(" ", "-"): ("carrier", "4318SW1A-1AA"),
        }
        done = subprocess.run([CTL, "label", "--site", "LAX", "--labels", str(LABELS)], input="\n".join(cases).encode() + b"\n",
                              capture_output=True, timeout=60)
        for (text, want), line in zip(cases.items(), done.stdout.splitlines()):
            found = json.loads(line)
            self.assertEqual((found["kind"], found["id"]), want, text)

    def test_wrong_check_digits_and_dates(self):
        for text in ("]C100340123450000000018", "]C10104006381333932", "(8003)04012345123455"):
            found = name([text])[0]
            self.assertEqual((found["kind"], found["check"]), ("unknown", "bad"), text)
        for text in ("]C18004A\x1d11261301", "]C18004A\x1d999"[:-1] + "\x1d"):
            self.assertEqual(name([text])[0]["kind"], "unknown", text)

    def test_F7_configured_substitutes(self):
        with tempfile.TemporaryDirectory() as folder:
            conf = pathlib.Path(folder) / "station.conf"
            conf.write_text("[station]\nname = b\n[site]\nname = LAX\n[labels]\nfnc1 = ~ <GS>\n")
            for sent in ("~", "<GS>"):
                found = name([f"{sent}10LOT{sent}0104006381333931"], config=conf)[0]
                self.assertEqual((found["kind"], found["id"]), ("product", "4006381333931"))
            self.assertEqual(name(["~10LOT~0104006381333931"])[0]["kind"], "unknown")

    def test_digital_links(self):
        good = {
            "https://id.gs1.org/01/04006381333931": "4006381333931",
            "http://example.com/shop/a/01/4006381333931/10/L%2F1/21/S?17=261231&utm=x": "4006381333931",
            "HTTPS://EXAMPLE.COM:8443/00/340123450000000017/": "00340123450000000017",
            "https://h/8003/04012345123456S%21": "8003" + "04012345123456S!",
        }
        for (text, id_), found in zip(good.items(), name(list(good))):
            if "8003" in text:
                id_ = id_ if gs1("4012345123456") else None
            if id_:
                self.assertEqual((found["id"], found["check"]), (id_, "ok"), text)
        for text in ("https://example.com/returns/1", "https://h/01/04006381333932", "https://h/01/04006381333931/21/A/10/B",
                     "https://h/01/0400638133393%1", "ftp://h/01/04006381333931"):
            self.assertEqual(name([text])[0]["kind"], "unknown", text)


class Files(unittest.TestCase):
    """labels.d: what is refused, and how a site's files come over the packaged ones."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="labels-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", str(self.dir)])
        self.conf = self.dir / "station.conf"
        self.conf.write_text("[station]\nname = b\nboard = sim\n[site]\nname = LAX\n")
        self.site = self.dir / "labels.d"
        self.site.mkdir()

    def refused(self, text, *words):
        (self.site / "70-own.conf").write_text(text)
        for command in ([CTL, "--config", self.conf, "label", "--labels", LABELS],
                        [BUILD / "stationd", "--config", self.conf, "--boards", ROOT / "boards", "--labels", LABELS, "--check"]):
            done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
            self.assertIn(done.returncode, (3, 78), done.stderr)
            for word in words:
                self.assertIn(word, done.stderr)

    def test_refusals_say_file_line_and_what_was_meant(self):
        head = "[label own]\nkind = carrier\n"
        self.refused(head + "shape = X%d{4}\ncheck = gs1-mod11\n", "70-own.conf:4: ", "unknown check rule 'gs1-mod11'", "did you mean 'gs1-mod10'?")
        self.refused("[label own]\nknid = carrier\n", "70-own.conf:2: ", "unknown key 'knid'; did you mean 'kind'?")
        self.refused("[label own]\nkind = parcel\nshape = X\n", "70-own.conf:2: ", "unknown kind 'parcel'")
        self.refused(head + "shape = x%d\n", "70-own.conf:3: ", "upper case")
        self.refused(head, "70-own.conf:1: ", "[label own] needs either shape")
        self.refused("[label own]\nshape = X%d\n", "70-own.conf:1: ", "needs kind")
        self.refused(head + "ai = 05\n", "70-own.conf:3: ", "no application identifier")
        self.refused(head + "shape = X%d\npriority = 100\n", "70-own.conf:4: ", "1 to 99")
        self.refused("shape = X\n", "70-own.conf:1: ", "begin with [label NAME]")
        self.refused("[label ups]\nkind = carrier\nshape = X%d\n", "70-own.conf:1: ", "there already")
        self.refused("[labels own]\n", "70-own.conf:1: ", "a section is [label NAME]")
        self.refused(head + "shape = X%d\nshape = Y%d\n", "70-own.conf:4: ", "already")
        self.refused(head + "ai = 00\ncheck = ups\n", "70-own.conf:1: ", "leave check out")

    def test_a_site_adds_replaces_and_masks(self):
        (self.site / "70-own.conf").write_text("[label own]\nshape = ZQ%d{5}\nkind = carrier\ncarrier = Own Van\n")
        (self.site / "40-china.conf").write_text("[label sf]\nshape = SF9%d{3}\nkind = carrier\n")
        (self.site / "20-product.conf").symlink_to("/dev/null")
        (self.site / "50-plate.conf").write_text("")
        texts = ["ZQ12345", "SF9123", "SF1234567890123", "4006381333931", "TBA123456789012", "1Z999AA10123456784"]
        found = name(texts, config=self.conf)
        self.assertEqual([f.get("format") for f in found], ["own", "sf", None, None, None, "ups"])
        self.assertEqual(found[0]["carrier"], "Own Van")

    def test_the_example_of_the_handbook(self):
        """docs/labels.md: a company adds its own in five minutes."""
        text = (ROOT / "docs/labels.md").read_text()
        example = text.split("```ini\n", 1)[1].split("```", 1)[0]
        (self.site / "70-acme.conf").write_text(example)
        shell = text.split("```sh\n", 1)[1].split("```", 1)[0]
        scans = [line.split("'")[1].replace("\\n", "") for line in shell.splitlines() if line.startswith("printf")]
        self.assertGreaterEqual(len(scans), 1)
        for found in name(scans, config=self.conf):
            self.assertEqual((found["kind"], found["check"]), ("return", "ok"), found)

    def test_every_rule_and_format_is_in_the_handbook(self):
        text = (ROOT / "docs/labels.md").read_text()
        for label in FORMATS:
            self.assertIn(f"`{label}`", text)


class Bench(StationCase):
    """What the bench does with the labels that are no return."""

    def start(self, *rows, **settings):
        return self.station(expected=list(rows), settings=settings)

    def opened(self, label):
        self.picture(appearance="on")
        event = self.st.events("inspection.opened")[-1]
        self.assertEqual(event["label"], label)
        return event

    def test_F7_a_tracking_number_opens_its_return(self):
        self.start(row(1), row(2, tracking="1Z 999 AA1 01 2345 6784"))
        self.st.scan("]C01z999aa10123456784")
        event = self.opened(rma(2))
        self.assertEqual(event["data"]["list"], "known")
        self.assertEqual(raw_of(event), b"]C01z999aa10123456784")
        since = self.panel.mark()
        self.st.scan(rma(2))  # the return's own label is the same parcel
        self.panel.wait_tone("double-tick", since)

    def test_sscc_and_grai_returns(self):
        self.start(row(3, tracking="(00) 3 4012345 000000001 7"), row(4, tracking="8003" + "04012345123456" + "AB7"))
        self.st.scan("]C100340123450000000017")
        self.opened(rma(3))
        self.panel.tap("back", 2100)
        self.picture()
        self.st.scan("https://example.com/8003/04012345123456ab7")
        self.opened(rma(4))

    def test_a_number_of_two_returns_opens_none(self):
        self.start(row(5, tracking="SF1234567890123"), row(6, tracking="SF1234567890123"))
        self.st.scan("SF1234567890123")
        self.panel.wait_show(alert="carrier")
        self.assertEqual(self.st.events("inspection.opened"), [])

    def test_a_carrier_that_no_format_knows_opens_its_return(self):
        self.start(row(7, tracking="XX-77-1"))
        self.st.scan("xx-77-1")
        self.opened(rma(7))

    def test_an_unknown_return_is_a_question_and_a_wrong_label_is_none(self):
        self.start(row(1))
        self.st.scan(rma(900))
        self.panel.wait_show(message="unknown")
        self.panel.tap("back")
        self.panel.wait_show(message="idle")
        self.st.scan("1Z999AA10123456784")
        self.panel.wait_show(message="idle", alert="carrier")

    def test_a_product_code_in_another_length_answers_which_unit(self):
        self.start(row(8, line="1", quantity="1", product="012345000065"), row(8, line="2", quantity="1", product="4006381333931"))
        self.st.scan(rma(8))
        self.panel.wait_show(message="which")
        self.st.scan("]C1010400638133393110LOT")
        self.picture(appearance="on")
        self.assertEqual(self.st.events("inspection.opened")[-1]["item"], {"line": 2, "unit": 1})
        for step in ("accessories", "usage"):
            self.panel.ask("pass", **{step: "on"})
        self.panel.ask("pass", **{"pass": "on"})
        self.panel.wait_show(message="which")
        self.st.scan("01234565")  # UPC-E
        self.picture(appearance="on")
        self.assertEqual(self.st.events("inspection.opened")[-1]["item"], {"line": 1, "unit": 1})

    def test_F9_a_kind_that_the_scanner_should_not_read_is_rejected(self):
        st = self.station(expected=[row(1)], settings={"scanner bench": {"symbologies": "code128 qr"}})
        for text in ("]I0" + rma(1), "]E04006381333931", "]c0" + rma(1)):
            since = self.panel.mark()
            st.scan(text)
            self.panel.wait_tone("wrong-label", since)
            event = st.events("label.rejected")[-1]
            self.assertEqual((event["data"]["why"], raw_of(event)), ("symbology", text.encode()))
            self.panel.wait_show(alert="symbology")
            self.silence()
        st.scan("]C0" + rma(1))
        self.opened(rma(1))
        self.panel.tap("back", 2100)
        self.picture()
        st.scan(rma(1))  # no identifier: nobody knows
        self.opened(rma(1))

    def test_reload_takes_the_new_and_keeps_the_good(self):
        st = self.start(row(1))
        first = st.status()["labels"]
        self.assertEqual(first["refused"], False)
        self.assertEqual(st.events("station.started")[-1]["data"]["labels"], first["version"])
        site = st.dir / "labels.d"
        site.mkdir()
        (site / "70-own.conf").write_text("[label own]\nshape = ZQ%d{5}\nkind = carrier\n")
        st.give()
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the new formats", lambda: st.status()["labels"]["formats"] == first["formats"] + 1)
        st.scan("ZQ12345")
        self.panel.wait_show(alert="carrier")
        self.silence()
        second = st.status()["labels"]["version"]
        loaded = st.events("labels.loaded")
        self.assertEqual([e["data"]["labels"] for e in loaded], [second])
        self.assertLess(loaded[0]["seq"], st.events("label.rejected")[0]["seq"])
        (site / "70-own.conf").write_text("[label own]\nshape = ZQ%d{5}\nkind = courier\n")
        st.proc.send_signal(signal.SIGHUP)
        self.panel.until("the refusal", lambda: st.status()["labels"]["refused"])
        self.assertEqual(st.status()["labels"]["version"], second)
        self.assertIn("70-own.conf:3: unknown kind 'courier'; did you mean 'carrier'?", st.said())
        st.scan("ZQ54321")
        self.panel.wait_show(alert="carrier")
        self.silence()
        st.restart()
        self.panel = st.panel
        self.assertEqual(st.status()["labels"], {"formats": first["formats"], "version": first["version"], "refused": True})
        self.assertEqual(st.events("station.started")[-1]["data"]["labels"], first["version"])
        self.assertEqual(len(st.events("labels.loaded")), 1)  # neither a refused file nor the start is one



if __name__ == "__main__":
    unittest.main()
