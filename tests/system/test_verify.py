"""stationctl verify FOLDER: an export is proved from the stick alone, and what is wrong with it is named."""
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from export import ExportCase
from daemon import BUILD
from line import authority, pair
from pki import Authority

NOWHERE = 1


def sums(folder):
    """Writes SHA256SUMS anew, as somebody would who changed a file."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and not p.name.startswith("SHA256SUMS"))
    (folder / "SHA256SUMS").write_text("".join(f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names))


def sign(folder, pair):
    subprocess.run(["openssl", "cms", "-sign", "-binary", "-in", "SHA256SUMS", "-signer", str(pair.cert), "-inkey", str(pair.key),
                    "-outform", "DER", "-out", "SHA256SUMS.p7s"], cwd=folder, check=True, capture_output=True)


class VerifyCase(ExportCase):
    signed = True

    def setUp(self):
        st = self.bench(NOWHERE) if self.signed else self.station()
        for _ in range(6):
            self.event(st)
        stick = self.stick()
        self.export(st, stick)
        self.one, = self.exports(stick)
        self.count = len(self.one.lines)

    def verify(self, code=1, ca=True):
        words = [str(BUILD / "stationctl"), "verify", *(["--ca", str(authority().cert)] if ca else []), str(self.one.dir)]
        # no settings of this machine
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertTrue(done.stdout.replace("\n", "").isprintable(), done.stdout)
        return done.stdout

    def write(self, lines, resign=True):
        """Other lines, by somebody who has the station's key as well, so that only the chain can tell."""
        (self.one.dir / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        sums(self.one.dir)
        if resign and self.signed:
            sign(self.one.dir, pair("client", "bench-1"))


class Good(VerifyCase):
    def test_whole(self):
        out = self.verify(0)
        self.assertIn(f"ok: export of bench-1, {self.count} events, seq 1 to {self.count}", out)
        self.assertIn(self.one.manifest["head"], out)
        self.assertIn("signed by bench-1", out)

    def test_without_an_authority_the_signer_is_not_proved(self):
        self.assertIn("by whom is not proved", self.verify(0, ca=False))

    def test_an_expired_certificate_still_proves(self):
        """It says who, not when: the station's clock may have been wrong (F1), and the stick may be old."""
        sign(self.one.dir, pair("expired", "bench-1"))
        self.verify(0)

    def test_what_the_settings_name_is_the_authority(self):
        done = self.st.ctl("verify", self.one.dir)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("signed by bench-1", done.out)


class Chain(VerifyCase):
    def test_a_changed_line(self):
        for at in (0, 3, self.count - 1):
            lines = self.one.lines
            changed = lines[at].replace(b'"mono_ms":', b'"mono_ms":1', 1)
            self.write(lines[:at] + [changed] + lines[at + 1:])
            self.assertIn(f"event {at + 1} was changed", self.verify())
            self.write(lines)
        self.verify(0)

    def test_a_changed_link(self):
        lines = self.one.lines
        event = json.loads(lines[3])
        event["prev"] = "0" * 63 + "1"
        lines[3] = json.dumps(event, separators=(",", ":")).encode()
        self.write(lines)
        self.assertIn("event 4 was changed", self.verify())

    def test_missing(self):
        lines = self.one.lines
        n = self.count
        for kept, said in ((lines[:3] + lines[4:], "event 4 is missing"), (lines[:3] + lines[5:], "events 4 to 5 are missing"),
                           (lines[1:], "missing at the beginning: events 1 to 1"),
                           (lines[:-2], f"missing at the end: events {n - 1} to {n}"), ([], f"events 1 to {n} are missing")):
            self.write(kept)
            self.assertIn(said, self.verify())

    def test_repeated(self):
        lines = self.one.lines
        self.write(lines[:4] + lines[3:])
        self.assertIn("event 4 is repeated at line 5", self.verify())

    def test_reordered(self):
        lines = self.one.lines
        self.write(lines[:3] + [lines[4], lines[3]] + lines[5:])
        self.assertIn("the order was changed: event 4 stands at line 5", self.verify())

    def test_no_event(self):
        lines = self.one.lines
        self.write(lines[:3] + [b"\x1b[31mhello"] + lines[4:])
        self.assertIn("line 4", self.verify())

    def test_a_whole_chain_of_another_journal(self):
        """Signed and summed up, but not what the manifest tells of."""
        other = self.bench(NOWHERE)
        for _ in range(6):
            self.event(other)
        stick = self.stick()
        self.export(other, stick)
        two, = self.exports(stick)
        self.write(two.lines)
        self.assertIn("the journal is not as the manifest says", self.verify())


class Files(VerifyCase):
    def test_changed(self):
        for name in ("inspections.csv", "report.html", "manifest.json", "events.jsonl"):
            path = self.one.dir / name
            before = path.read_bytes()
            path.write_bytes(before + b"\n")
            self.assertIn(f"changed: {name}", self.verify())
            path.write_bytes(before)
        self.verify(0)

    def test_missing(self):
        for name in ("inspections.csv", "report.html", "manifest.json", "events.jsonl", "SHA256SUMS", "SHA256SUMS.p7s"):
            path = self.one.dir / name
            before = path.read_bytes()
            path.unlink()
            self.assertIn(f"missing: {name}", self.verify())
            path.write_bytes(before)
        self.verify(0)

    def test_extra(self):
        (self.one.dir / "report.exe").write_bytes(b"MZ")
        self.assertIn("extra: report.exe", self.verify())
        (self.one.dir / "report.exe").unlink()
        (self.one.dir / "photos").mkdir()
        self.assertIn("extra: photos", self.verify())

    def test_what_a_pc_leaves_is_a_note(self):
        """Somebody looked at the stick; nothing of the export changed."""
        left = ("Thumbs.db", "desktop.ini", "Desktop.ini", ".DS_Store", "._events.jsonl")
        for name in left:
            (self.one.dir / name).write_bytes(b"\0\x05\x16\x07")
        out = self.verify(0)
        for name in left:
            self.assertIn(f"note: {name} was left by a PC\n", out)
        self.assertIn("ok: export of bench-1", out)
        for name in ("Thumbs.db.exe", "autorun.inf", ".hidden", "_x"):
            (self.one.dir / name).write_bytes(b"x")
            out = self.verify()
            self.assertIn(f"extra: {name}\n", out)
            self.assertNotIn("ok:", out)
            (self.one.dir / name).unlink()
        (self.one.dir / "Thumbs.db").unlink()
        (self.one.dir / "Thumbs.db").symlink_to("events.jsonl")
        (self.one.dir / "._d").mkdir()
        out = self.verify()
        self.assertIn("extra: Thumbs.db\n", out)
        self.assertIn("extra: ._d\n", out)

    def test_many_notes_hide_no_extra(self):
        for n in range(60):
            (self.one.dir / f"._{n}").write_bytes(b"x")
        (self.one.dir / "report.exe").write_bytes(b"MZ")
        out = self.verify()
        self.assertIn("extra: report.exe", out)
        self.assertLess(out.count("note: "), 25)

    def test_a_link_or_a_pipe_is_no_file(self):
        path = self.one.dir / "inspections.csv"
        other = self.stick() / "inspections.csv"
        shutil.move(path, other)
        path.symlink_to(other)
        self.assertIn("inspections.csv: it is no file", self.verify())
        path.unlink()
        os.mkfifo(path)
        self.assertIn("inspections.csv: it is no file", self.verify())

    def test_sums_that_lead_elsewhere(self):
        path = self.one.dir / "SHA256SUMS"
        text = path.read_text()
        for name in ("../../../../etc/passwd", "/etc/passwd", "\x1b[31m", "a/b/c"):
            path.write_text(text + f"{'0' * 64}  {name}\n")
            sign(self.one.dir, pair("client", "bench-1"))
            self.assertIn("SHA256SUMS: line 5 is none of ours", self.verify())
        path.write_text(text + text)
        sign(self.one.dir, pair("client", "bench-1"))
        self.assertIn("SHA256SUMS names events.jsonl twice", self.verify())

    def test_sums_that_leave_the_events_out(self):
        path = self.one.dir / "SHA256SUMS"
        path.write_text("".join(x for x in path.read_text().splitlines(True) if "events" not in x))
        sign(self.one.dir, pair("client", "bench-1"))
        out = self.verify()
        self.assertIn("events.jsonl is not in it", out)
        self.assertIn("extra: events.jsonl", out)

    def test_a_manifest_of_something_else(self):
        path = self.one.dir / "manifest.json"
        good = json.loads(path.read_text())
        for change, said in (({"format": "recipe"}, "something else"), ({"version": 2}, "newer version"),
                             ({"last": 10 ** 18}, "missing at the end"), ({"head": "0" * 64}, f"event {self.count} was changed"),
                             ({"station": "bench-2"}, "foreign signer")):
            path.write_text(json.dumps({**good, **change}))
            sums(self.one.dir)
            sign(self.one.dir, pair("client", "bench-1"))
            self.assertIn(said, self.verify())
        path.write_bytes(b"{" * 5000)
        self.assertIn("manifest.json: it is too long", self.verify())


class Signer(VerifyCase):
    def test_by_another_authority(self):
        other = Authority(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, other.dir)
        sign(self.one.dir, other.client("bench-1"))
        self.assertIn("foreign signer bench-1", self.verify())

    def test_by_nobody_but_itself(self):
        sign(self.one.dir, authority().self_signed("bench-1"))
        self.assertIn("foreign signer bench-1", self.verify())

    def test_by_another_station(self):
        sign(self.one.dir, pair("client", "bench-2"))
        self.assertIn("foreign signer: bench-2 signed what says that it is of station bench-1", self.verify())

    def test_a_signature_of_other_sums(self):
        path = self.one.dir / "SHA256SUMS"
        path.write_text(path.read_text().replace("  ", " *"))
        self.assertIn("the signature does not fit", self.verify())
        self.assertIn("the signature does not fit", self.verify(ca=False))

    def test_no_signature_at_all(self):
        for junk in (b"", b"junk", os.urandom(5000)):
            (self.one.dir / "SHA256SUMS.p7s").write_bytes(junk)
            self.assertIn("SHA256SUMS.p7s: it is no CMS signature", self.verify())

    def test_a_signature_that_was_taken_away(self):
        """Where an authority is known, what is not signed proves nothing, whatever its manifest says."""
        (self.one.dir / "SHA256SUMS.p7s").unlink()
        path = self.one.dir / "manifest.json"
        path.write_text(path.read_text().replace('"signed": true', '"signed": false'))
        sums(self.one.dir)
        self.assertIn("it is not signed", self.verify())
        self.assertIn("who wrote it is not proved", self.verify(0, ca=False))


class Unsigned(VerifyCase):
    signed = False

    def test_a_station_without_a_certificate(self):
        self.assertIn("not signed: who wrote it is not proved", self.verify(0, ca=False))


if __name__ == "__main__":
    unittest.main()
