"""station.py - drives the real stationd from outside: panel socket, scanner on a pty, journal.

It shares no code with the station. Check characters, signatures and the hash chain are worked out here a second time.
"""
import base64
import collections
import functools
import hashlib
import hmac
import json
import os
import pathlib
import select
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import tty

from daemon import BUILD, NOBODY, ROOT, Daemon, drop, stage

SITE = "LAX"
KEY = bytes(range(32))
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
STEPS = ("appearance", "accessories", "usage")
LAMPS = STEPS + ("pass", "fail", "attention", "link")
ZEROS = "0" * 64
# Beyond 250 ms after a lamp changed a press counts; a person needs longer than that as well.
REACTION = 0.262


# --- labels, after the standards ---
def mod37_36(text):
    """ISO/IEC 7064 MOD 37,36: the check character over the letters and digits of text."""
    p = 36
    for c in text:
        if c in ALNUM:
            p = (p + ALNUM.index(c)) % 36 or 36
            p = p * 2 % 37
    return ALNUM[(37 - p) % 36]


def rma(number, site=SITE):
    text = f"R{site}{number:07d}"
    return text + mod37_36(text)


def house(number, site=SITE):
    text = f"H{site}{number:08d}"
    return text + mod37_36(text)


def signed(prefix, name, key=KEY):
    """A command, reason or badge: 40 bits of HMAC-SHA-256 in Crockford's base 32, then the check character."""
    body = f"{prefix}-{name}"
    bits = int.from_bytes(hmac.digest(key, body.encode(), "sha256")[:5], "big")
    text = body + "-" + "".join(CROCKFORD[bits >> (35 - 5 * i) & 31] for i in range(8))
    return text + mod37_36(text)


def reason(code, key=KEY):
    return signed("RSN", code, key)


def badge(person, key=KEY):
    return signed("BDG", person, key)


def command(name, key=KEY):
    return signed("CMD", name, key)


# --- the list of expected returns ---
COLUMNS = ("rma", "line", "quantity", "product", "title", "accessories", "reason", "wish", "tracking", "state", "last_inspection",
           "last_verdict", "last_station", "last_at", "last_by")


def row(number, **more):
    """A row of the list: one approved unit, unless told otherwise."""
    base = {"rma": rma(number), "line": "1", "quantity": "1", "product": f"{4006381000000 + number}",
            "title": f"Kettle {number}", "accessories": "lid; base; manual", "reason": "too loud", "wish": "refund",
            "state": "approved"}
    base.update(more)
    return base


def csv_text(rows):
    def quoted(value):
        return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',";') else value
    lines = [",".join(COLUMNS)] + [",".join(quoted(str(r.get(c, ""))) for c in COLUMNS) for r in rows]
    return "\r\n".join(lines) + "\r\n"


def conf_text(sections):
    return "".join(f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) + "\n"
                   for name, keys in sections.items())


# --- the panel ---
class Panel:
    """A client of panel.sock. It keeps every line with the time it came; waiting is always for a condition."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(path))
        self.lines = []  # (monotonic time, line)
        self.lamps = {}
        self.shown = {}
        self.pictures = []  # every set of lit lamps that was seen, in order, LINK left out
        self.ready = False
        self.closed = False
        self.changed = time.monotonic()  # when a lamp last changed
        self.rest = b""

    def close(self):
        self.sock.close()

    def send(self, line):
        self.sock.sendall(line.encode() + b"\n")

    def pump(self, timeout):
        """Takes what comes within timeout; False when nothing came."""
        if self.closed or not select.select([self.sock], [], [], max(timeout, 0))[0]:
            return False
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.closed = True
            return False
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._take(line.decode())
        return True

    def _take(self, line):
        now = time.monotonic()
        self.lines.append((now, line))
        word, _, rest = line.partition(" ")
        if word == "lamp":
            name, _, pattern = rest.partition(" ")
            if name not in LAMPS:
                raise AssertionError(f"no such lamp: {line}")
            if self.lamps.get(name) != pattern:
                self.changed = now
            self.lamps[name] = pattern
            self.pictures.append(self.lit())
        elif word == "show":
            self.shown = json.loads(rest)
        elif word == "ready":
            self.ready = True
        elif word not in ("tone", "error"):
            raise AssertionError(f"not in the protocol: {line!r}")

    def lit(self):
        return {k: v for k, v in self.lamps.items() if v != "off" and k != "link"}

    def mark(self):
        while self.pump(0):
            pass
        return len(self.lines)

    def tones(self, since=0):
        return [line[5:] for _, line in self.lines[since:] if line.startswith("tone ")]

    def errors(self, since=0):
        return [line[6:] for _, line in self.lines[since:] if line.startswith("error ")]

    def wait(self, what, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or (not self.pump(left) and self.closed):
                tail = "\n  ".join(line for _, line in self.lines[-25:])
                raise AssertionError(f"waited {'in vain' if self.closed else f'{seconds} s'} for {what}; lit: "
                                     f"{self.lit()}, link {self.lamps.get('link')}; the last lines:\n  {tail}")

    def until(self, what, condition, seconds=10):
        """For a condition outside the panel (journal, status): looked at again with each line and 50 times a second."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() >= end or self.closed:
                self.wait(what, condition, 0)
                return
            self.pump(0.02)

    def wait_lamps(self, seconds=10, **lamps):
        """Until exactly these lamps are lit (LINK left out). All are dark while an append is in flight too: idle must
        be said as well."""
        self.wait(f"lamps {lamps or 'dark and idle'}",
                  lambda: self.lit() == lamps and (lamps or self.shown.get("message") == "idle"), seconds)

    def wait_tone(self, tone, since, seconds=10):
        self.wait(f"tone {tone}", lambda: tone in self.tones(since), seconds)

    def wait_show(self, seconds=10, **members):
        self.wait(f"show {members}", lambda: all(self.shown.get(k) == v for k, v in members.items()), seconds)

    def settle(self, seconds=REACTION):
        """Until no lamp has changed for as long as a person needs to react."""
        while time.monotonic() - self.changed < seconds:
            if not self.pump(seconds - (time.monotonic() - self.changed)) and self.closed:
                return

    def linger(self, seconds):
        """Lets so much time pass, as a person does; what comes meanwhile is taken."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.closed:
            self.pump(end - time.monotonic())

    def tap(self, button, ms=60):
        self.settle()
        self.send(f"tap {button} {ms}")

    def scan(self, text):
        self.send(f"scan {text}")

    def ask(self, button, ms=60, **lamps):
        """Taps and waits for the lamps that shall follow."""
        self.tap(button, ms)
        self.wait_lamps(**lamps)

    def drain(self, seconds=5):
        """After the daemon's death: everything it had said."""
        end = time.monotonic() + seconds
        while not self.closed and time.monotonic() < end:
            self.pump(end - time.monotonic())


# --- the journal, read from outside ---
KEYS = ["v", "station", "journal", "seq", "id", "at", "clock", "boot", "mono_ms", "kind", "by", "inspection", "item",
        "label", "data", "prev"]


def _unique(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise AssertionError(f"a key comes twice: {[k for k, _ in pairs]}")
    return result


def _no_float(text):
    raise AssertionError(f"a number that is not an integer: {text}")


@functools.cache
def _validator(kind):
    import jsonschema
    schema = json.loads((ROOT / "docs/events" / f"{kind}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read_rows(db):
    """All (seq, line, hash) of a database, without changing it."""
    con = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)
    try:
        return con.execute("SELECT seq, line, hash FROM event ORDER BY seq").fetchall()
    finally:
        con.close()


def read_anchor(db):
    """(seq, hash) of the last event that retention removed; (0, zeros) when all are there."""
    con = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)
    try:
        row = con.execute("SELECT value FROM meta WHERE key = 'anchor'").fetchone()
    finally:
        con.close()
    seq, _, digest = row[0].partition(" ") if row and row[0] else ("0", "", ZEROS)
    return int(seq), digest


def check_chain(lines, schema=True, first_seq=1, prev=ZEROS):
    """Re-hashes a chain of lines (bytes), checks the form of each event; returns the events."""
    events = []
    ids = set()
    for n, line in enumerate(lines):
        if b"\n" in line or len(line) > 8192:
            raise AssertionError(f"not one line of at most 8192 bytes: {line[:100]!r}")
        event = json.loads(line, object_pairs_hook=_unique, parse_float=_no_float)
        if list(event) != KEYS:
            raise AssertionError(f"keys are {list(event)}")
        if event["seq"] != first_seq + n:
            raise AssertionError(f"seq {event['seq']} where {first_seq + n} belongs")
        if event["prev"] != prev:
            raise AssertionError(f"seq {event['seq']}: prev is not the hash of the line before")
        if event["id"] in ids:
            raise AssertionError(f"seq {event['seq']}: its id was used before")
        if events and event["journal"] != events[0]["journal"]:
            raise AssertionError(f"seq {event['seq']}: another journal")
        if schema:
            for error in _validator(event["kind"]).iter_errors(event):
                raise AssertionError(f"{line!r}: {error.message}")
        ids.add(event["id"])
        prev = hashlib.sha256(line).hexdigest()
        events.append(event)
    return events


def read_journal(db, schema=True):
    """The events of a database; chain (from the anchor on), stored hashes and schemas are checked."""
    rows, (anchor, before) = read_rows(db), read_anchor(db)
    for seq, line, digest in rows:
        if hashlib.sha256(line).digest() != digest:
            raise AssertionError(f"seq {seq}: the stored hash is not that of the line")
    events = check_chain([line for _, line, _ in rows], schema, anchor + 1, before)
    for (seq, _, _), event in zip(rows, events):
        if seq != event["seq"]:
            raise AssertionError(f"row {seq} holds seq {event['seq']}")
    return events


def raw_of(event):
    return base64.b64decode(event["data"]["raw"], validate=True)


# --- the scanner ---
class Scanner:
    """A pty whose other end is found under a path of our choice, as udev would link it."""

    def __init__(self, path, owner=None):
        self.path = pathlib.Path(path)
        self.owner = owner
        self.master = None

    def plug(self):
        self.master, slave = os.openpty()
        tty.setraw(slave)
        name = os.ttyname(slave)
        if self.owner is not None:
            os.chown(name, self.owner, -1)
        os.close(slave)
        os.set_blocking(self.master, False)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.symlink_to(name)
        fresh.rename(self.path)

    def unplug(self):
        if self.master is not None:
            os.close(self.master)
            self.master = None
            self.path.unlink(missing_ok=True)

    def write(self, data, seconds=30, panel=None):
        """All of data; waits where the station holds the line back, and reads the panel meanwhile."""
        end = time.monotonic() + seconds
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.master, view):]
                continue
            except BlockingIOError:
                pass
            if time.monotonic() > end:
                raise AssertionError(f"the scanner's line did not take all within {seconds} s, {len(view)} bytes are left")
            if panel:
                panel.pump(0)
            select.select([], [self.master], [], 0.01 if panel else end - time.monotonic())

    def scan(self, text, end="\r"):
        self.write((text + end).encode())


# --- the station ---
def sanitized():
    return b"__asan_init" in (BUILD / "stationd").read_bytes()


Result = collections.namedtuple("Result", "code out err")


class Station(Daemon):
    """One stationd in a folder of its own."""
    name = "stationd"

    def __init__(self, folder=None, expected=None, settings=None, scanner=True, key=KEY, as_nobody=True):
        self.own = folder is None
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="st-") if self.own else folder)
        self.nobody = as_nobody and os.geteuid() == 0
        self.state, self.run = self.dir / "state", self.dir / "run"
        self.far = None
        if len(str(self.run / "panel.sock")) > 100:  # a socket's path may have 107 bytes
            self.run = self.far = pathlib.Path(tempfile.mkdtemp(prefix="st-"))
        for d in (self.state, self.run):
            d.mkdir(parents=True, exist_ok=True)
        self.panel = None
        self.starts = 0
        self.sections = {
            "station": {"name": "bench-1", "board": "sim", "state_dir": self.state, "runtime_dir": self.run},
            "site": {"name": SITE, "timezone": "America/Los_Angeles"},
            "labels": {"repeat_ms": 200},
            "inspection": {"hold_s": 1, "question_s": 5, "receiving_s": 10},
        }
        if key is not None:
            (self.dir / "site.key").write_text(key.hex() + "\n")
            (self.dir / "site.key").chmod(0o640)
            self.sections["site"]["key_file"] = self.dir / "site.key"
        if expected is not None:
            (self.dir / "expected.csv").write_text(csv_text(expected))
            self.sections["expected"] = {"file": self.dir / "expected.csv"}
        self.scanner = None
        if scanner:
            self.scanner = Scanner(self.dir / "scanner", NOBODY if self.nobody else None)
            self.scanner.plug()
            self.sections["scanner bench"] = {"device": self.dir / "scanner"}
        for section, keys in (settings or {}).items():
            self.sections.setdefault(section, {}).update(keys)
        self.conf = self.dir / "station.conf"
        self.conf.write_text(conf_text(self.sections))
        self.log = self.dir / "stationd.log"
        self.log.touch()
        self.give()

    def give(self):
        """The folder and all in it belong to the daemon's user."""
        if self.nobody:
            for p in (self.dir, self.run, *self.dir.rglob("*")):
                if not p.is_symlink():
                    os.chown(p, NOBODY, NOBODY)

    def command(self, *more):
        return [str(stage() / "stationd"), "--config", str(self.conf), "--boards", str(stage() / "boards"), *more]

    def set_clock(self, offset_s, trusted):
        """The wall clock of the next start(clock=True) and of the one that runs so; see badclock.c."""
        new = self.dir / "badclock.new"
        new.write_text(f"{int(offset_s)} {'trusted' if trusted else 'untrusted'}")
        new.rename(self.dir / "badclock")

    def start(self, wait=True, env=None, preload=False, clock=False):
        """Starts stationd; with wait until it says that it is ready and the panel answers. preload: its disk is at the word of
        self.control (baddisk.c); clock: its clock is what set_clock() says."""
        if clock:
            env = {"LD_PRELOAD": str(stage() / "badclock.so"), "BADCLOCK_CONTROL": str(self.dir / "badclock"), **(env or {})}
        self.spawn(self.command(), self.run / "notify", self.state, preload, env)
        self.starts += 1
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=20):
        self.wait_told(seconds)
        self.connect()

    def connect(self):
        if self.panel:
            self.panel.close()
        self.panel = Panel(self.run / "panel.sock")
        self.panel.wait("the panel's whole state", lambda: len(self.panel.lamps) == len(LAMPS) and self.panel.shown)
        if self.status()["pid"] != self.proc.pid:
            raise AssertionError("ready, but status.json is not of this stationd")
        return self.panel

    def run_once(self, *args, program="stationd", seconds=20, env=None):
        """Runs stationd (with our settings) or stationctl to its end."""
        head = self.command() if program == "stationd" else [str(stage() / program), "--config", str(self.conf)]
        done = subprocess.run([*head, *map(str, args)], capture_output=True, text=True, timeout=seconds, cwd="/",
                              stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
                              **(drop() if self.nobody else {}))
        return Result(done.returncode, done.stdout, done.stderr)

    def ctl(self, *args, **how):
        return self.run_once(*args, program="stationctl", **how)

    def status(self):
        return json.loads((self.run / "status.json").read_text())

    @property
    def db(self):
        return self.state / "journal.db"

    def events(self, *kinds, schema=True):
        """The journal's events (of these kinds), the chain checked."""
        return [e for e in read_journal(self.db, schema) if not kinds or e["kind"] in kinds]

    def kinds(self, since=0):
        return [e["kind"] for e in self.events()[since:]]

    def close(self):
        super().close()
        if self.panel:
            self.panel.close()
        if self.scanner:
            self.scanner.unplug()
        for folder in ([self.dir] if self.own else []) + ([self.far] if self.far else []):
            shutil.rmtree(folder, ignore_errors=True)

    # what an inspector does, over the panel and the scanner
    def scan(self, text, end="\r"):
        self.scanner.scan(text, end)

    def open(self, label):
        self.scan(label)
        self.panel.wait_lamps(appearance="on")

    def inspect(self, label, verdict="pass"):
        """A whole inspection of a single unit, to its provisional verdict."""
        self.open(label)
        p = self.panel
        p.ask("pass", accessories="on")
        p.ask("pass", usage="on")
        if verdict == "pass":
            p.ask("pass", **{"pass": "on"})
        else:
            p.ask("fail", usage="fast", fail="fast")
            p.ask("fail", fail="on")

    def settle_verdict(self):
        """Until the hold window is over and the bench is idle."""
        self.panel.wait_lamps()
