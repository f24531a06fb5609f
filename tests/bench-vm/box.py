"""box.py - what the tests share: the settings and certificates in a guest's box, its headquarters on this host, the journal
taken out of it, and an inspector who writes down what the lamps promised."""
import atexit
import contextlib
import functools
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import build
from guest import SCANNER, SECONDS, STEP_LAMPS, Guest, Panel
from hq import Headquarters
from pki import Authority
from station import KEY, STEPS, check_chain, conf_text, csv_text, read_journal, rma, row

SUITE = os.environ.get("SUITE") or "trixie"
NIGHTLY = os.environ.get("NIGHTLY") == "1"
RETURNS = [row(n) for n in range(1, 400)]


@functools.cache
def authority():
    ca = Authority()
    atexit.register(ca.close)
    return ca


def station_uid():
    passwd = (build.image(SUITE) / "passwd").read_text()
    return int(re.search(r"^station:x:(\d+):", passwd, re.M)[1])


@functools.cache
def client():
    return authority().client("bench-1")


def settings(line=True, board="bench", own=None, **more):
    """Files of a station's box; own: its certificate and key; more: keys of sections, section__key=value."""
    uid = station_uid()
    sections = {"station": {"name": "bench-1", "board": board},
                "site": {"name": "LAX", "key_file": "/etc/station/site.key"},
                "labels": {"repeat_ms": 200},
                "inspection": {"hold_s": 3},
                "scanner bench": {"device": SCANNER}}
    files = {"/etc/station/site.key": (KEY.hex().encode() + b"\n", 0o640, uid)}
    if line:
        pair = own or client()
        sections["headquarters"] = {"url": "https://headquarters", "ca_file": "ca.pem", "cert_file": "own.pem", "key_file": "own.key"}
        files.update({"/etc/station/ca.pem": authority().cert.read_bytes(), "/etc/station/own.pem": pair.cert.read_bytes(),
                      "/etc/station/own.key": (pair.key.read_bytes(), 0o640, uid)})
    else:
        sections["expected"] = {"file": "expected.csv"}
        files["/etc/station/expected.csv"] = csv_text(RETURNS)
    for name, value in more.items():
        section, _, key = name.partition("__")
        sections.setdefault(section, {})[key] = value
    files["/etc/station/station.conf"] = conf_text(sections)
    return files


class Line:
    """An hqd on this host and the way to it from the guest: a file with its port, read at each connection."""

    def __init__(self, server=None):
        self.hq = Headquarters(authority=authority(), server=server or authority().server("headquarters"))
        self.hq.import_csv(csv_text(RETURNS))
        self.hq.start()
        self.relay = self.hq.dir / "port"
        self.relay.write_text(str(self.hq.port))

    def close(self):
        self.hq.close()


@contextlib.contextmanager
def unpacked(files):
    """A journal's files {name: bytes} in a folder; the path of its database."""
    with tempfile.TemporaryDirectory(prefix="journal-") as folder:
        for name, data in files.items():
            (pathlib.Path(folder) / name).write_bytes(data)
        yield pathlib.Path(folder) / "journal.db"


def pull_out(guest):
    """The journal's events, taken out of the running guest by SQLite's own backup and re-hashed here."""
    guest.check("python3 -c 'import sqlite3; a = sqlite3.connect(\"file:/var/lib/station/journal.db?mode=ro\", uri=True); "
                "b = sqlite3.connect(\"/tmp/out.db\"); a.backup(b); b.close()'")
    with unpacked({"journal.db": guest.get("/tmp/out.db")}) as db:
        guest.check("rm /tmp/out.db")
        return read_journal(db)


def dig_out(disk):
    """The journal's files from the image of a disk that nobody has mounted."""
    files = {}
    with tempfile.TemporaryDirectory(prefix="dig-") as folder:
        for name in ("journal.db", "journal.db-wal"):
            to = pathlib.Path(folder) / name
            subprocess.run(["debugfs", "-R", f"dump /{name} {to}", str(disk)], capture_output=True, check=True)
            if to.exists():
                files[name] = to.read_bytes()
    return files


class Inspector:
    """Inspects parcel after parcel, and writes down each promise: [(kind, label, step or verdict)] once its lamp is lit."""

    def __init__(self, guest, first=1):
        self.guest, self.panel = guest, Panel(guest)
        self.number = first
        self.promised = []

    def open(self):
        label = rma(self.number)
        self.number += 1
        self.guest.scan(label)
        self.panel.wait("APPEARANCE")
        self.promised.append(("inspection.opened", label, None))
        return label

    def answer(self, label, step, *lamps):
        self.panel.press("PASS", *lamps)
        self.promised.append(("step.answered", label, step))

    def inspect(self):
        label = self.open()
        self.answer(label, "appearance", "ACCESSORIES")
        self.answer(label, "accessories", "USAGE")
        self.answer(label, "usage", "PASS")
        self.promised.append(("inspection.closed", label, "pass"))
        return label

    def check(self, events):
        """All that was promised is there."""
        there = {(e["kind"], e["label"], e["data"].get("step") or e["data"].get("verdict")) for e in events}
        missing = [p for p in self.promised if p not in there]
        if missing:
            raise AssertionError(f"{len(missing)} promises were not kept, the first: {missing[0]}")


def open_at(events):
    """(label, lamps) of the inspection that is open after these events; (None, []) when none is."""
    state = None
    for e in events:
        if e["kind"] == "inspection.opened":
            state = (e["label"], 0)
        elif e["kind"] == "step.answered":
            state = (state[0], state[1] + 1)
        elif e["kind"] == "inspection.closed":
            state = (state[0], "PASS")
        elif e["kind"] in ("inspection.final", "inspection.abandoned"):
            state = None
    if not state:
        return None, []
    return state[0], [state[1] if state[1] == "PASS" else STEP_LAMPS[min(state[1], 2)]]


def ready(said):
    """Whether this status says that the station is ready and has its scanner."""
    return bool(said) and said["ready"] and said["scanners"][0]["present"]


class BenchCase(unittest.TestCase):
    maxDiff = None

    def guest(self, boot=True, **how):
        g = Guest(SUITE, **how)
        self.addCleanup(g.close)
        if boot:
            g.boot()
            self.ready(g)
        return g

    def ready(self, g, seconds=2 * SECONDS):
        """Until the station says that it is ready and has its scanner."""
        g.until("the station and its scanner", lambda: ready(g.status()), seconds)

    def delivered(self, g, hq, seconds=2 * SECONDS):
        """Until headquarters' copy is the guest's journal, event for event, and LINK is solid."""
        def told():
            said = g.status()
            return said and said["headquarters"]["backlog"] == 0 and said["lamps"]["link"] == "on"

        def same():
            own[:] = pull_out(g)
            copy[:] = [json.loads(line)["id"] for line in hq.lines(own[0]["journal"])]
            return copy == [e["id"] for e in own]

        own, copy = [], []
        g.until("LINK solid and nothing left to send", told, seconds)
        try:
            g.until("headquarters' copy", same, seconds)
        except AssertionError:
            self.assertEqual(copy, [e["id"] for e in own])
            raise
        return own

    def take_line(self, g):
        """Another program holds BACK's line, until the unit thief is stopped; the name by which the kernel knows it."""
        v1 = SUITE == "bookworm"
        chip = g.check("gpiodetect | sed -n 's/ \\[station\\].*//p'").strip()
        g.check(f"systemd-run --collect --unit=thief {'gpiomon' if v1 else 'gpiomon --consumer thief -c'} {chip} {2 if v1 else 'BACK'}")
        self.addCleanup(g.run, "systemctl stop thief")
        return g.until("the thief", lambda: re.search(r"BACK.*(thief|gpiomon)", g.check("gpioinfo")))[1]


__all__ = ["BenchCase", "Guest", "Inspector", "KEY", "Line", "NIGHTLY", "RETURNS", "SCANNER", "STEPS", "SUITE", "authority",
           "check_chain", "Panel", "dig_out", "open_at", "pull_out", "read_journal", "ready", "rma", "settings", "shutil", "sqlite3", "unpacked"]
