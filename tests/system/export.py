"""export.py - what the tests of exports share: a stick (a folder), an export in it read without any help of ours."""
import csv
import hashlib
import io
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from line import LineCase, authority, held
from pki import Pair, openssl
from station import ZEROS

TOLD = ["events.jsonl", "inspections.csv", "manifest.json", "report.html"]


class Export:
    """A folder STATION/DATE_TIME of a stick."""

    def __init__(self, folder):
        self.dir = pathlib.Path(folder)

    def bytes(self, name):
        return (self.dir / name).read_bytes()

    @property
    def lines(self):
        text = self.bytes("events.jsonl")
        assert not text or text.endswith(b"\n")
        return text.split(b"\n")[:-1]

    @property
    def manifest(self):
        return json.loads(self.bytes("manifest.json"))

    @property
    def rows(self):
        text = self.bytes("inspections.csv")
        assert text.startswith(b"\xef\xbb\xbf"), "Excel wants the mark (F15)"
        assert text.count(b"\r\n") == text.count(b"\n"), "RFC 4180 ends rows by CR LF"
        return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))

    def names(self):
        return sorted(str(p.relative_to(self.dir)) for p in self.dir.rglob("*") if p.is_file())


def openssl_verify(folder, ca):
    return subprocess.run(["openssl", "cms", "-verify", "-binary", "-purpose", "any", "-CAfile", str(ca), "-content", "SHA256SUMS",
                           "-inform", "DER", "-in", "SHA256SUMS.p7s", "-out", "/dev/null"], cwd=folder, capture_output=True,
                          text=True, timeout=60)


def sha256sum(folder):
    return subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, timeout=60)


class ExportCase(LineCase):
    def stick(self):
        path = pathlib.Path(tempfile.mkdtemp(prefix="stick-"))
        path.chmod(0o777)
        self.addCleanup(shutil.rmtree, path, True)
        return path

    def exports(self, stick, name="bench-1"):
        """The finished ones, by age."""
        return [Export(p) for p in sorted((stick / name).iterdir()) if p.is_dir() and not p.name.startswith(".")]

    def export(self, st, stick, *args, code=0):
        done = st.ctl("export", *args, stick, seconds=60)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def opened(self, export, reader):
        """The folder of a sealed one, in another place."""
        place = self.stick()
        decrypt = subprocess.run(["openssl", "cms", "-decrypt", "-inform", "DER", "-in", str(export.dir / "export.tar.cms"), "-recip",
                                  str(reader.cert), "-inkey", str(reader.key)], capture_output=True, timeout=60)
        self.assertEqual(decrypt.returncode, 0, decrypt.stderr)
        subprocess.run(["tar", "x", "-C", str(place)], input=decrypt.stdout, check=True, timeout=60)
        self.assertEqual([p.name for p in place.iterdir()], [export.dir.name])
        return Export(place / export.dir.name)

    def rsa(self):
        """A reader of the other kind of keys."""
        folder = self.stick()
        both = Pair(folder / "reader.pem", folder / "reader.key")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=supervisor", "-days", "30", "-keyout", both.key, "-out",
                both.cert)
        both.cert.chmod(0o644)
        return both

    def acknowledge(self, st, seq):
        """As headquarters' word would leave it: the next export begins behind it."""
        con = sqlite3.connect(st.db)
        with con:
            con.execute("INSERT OR REPLACE INTO meta VALUES('acked', ?)", (seq,))
        con.close()
        st.give()

    def proves_itself(self, export, signed=True, ca=None):
        """By sha256sum, by openssl, and by hashing the chain here."""
        m = export.manifest
        done = sha256sum(export.dir)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), len(export.names()) - (2 if signed else 1))
        self.assertEqual(m["signed"], signed)
        if signed:
            done = openssl_verify(export.dir, ca or authority().cert)
            self.assertEqual(done.returncode, 0, done.stderr)
        prev = m["prev"]
        for seq, line in enumerate(export.lines, m["first"]):
            event = json.loads(line)
            self.assertEqual((event["seq"], event["prev"], event["journal"]), (seq, prev, m["journal"]))
            prev = hashlib.sha256(line).hexdigest()
        self.assertEqual(prev, m["head"])
        self.assertEqual(m["last"] - m["first"] + 1, len(export.lines))
        return m

    def whole(self, export, st):
        """It holds the journal from its first event, byte for byte."""
        self.assertEqual(export.lines, held(st)[:len(export.lines)])
        self.assertEqual((export.manifest["first"], export.manifest["prev"]), (1, ZEROS))


__all__ = ["Export", "ExportCase", "TOLD", "authority", "openssl_verify", "sha256sum"]
