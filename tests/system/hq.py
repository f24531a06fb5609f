"""hq.py - drives the real hqd from outside: starts and ends it, speaks HTTPS to it as a station would, reads its copy.

    hq = Headquarters().start()           # makes an authority and a database of its own; a free port
    bench = hq.ca.client("bench-1")
    hq.post_events(journal, lines, bench) # Answer(status, headers, body, json)
    hq.url, hq.ca.cert, hq.metrics(), hq.journals(), hq.lines(journal)
    hq.kill(); hq.start()                 # the same port again
"""
import collections
import contextlib
import gzip
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import uuid

from daemon import Daemon, drop, stage
from pki import Authority
from station import NOBODY, ZEROS

Answer = collections.namedtuple("Answer", "status headers body json")
Result = collections.namedtuple("Result", "code out err")


class Chain:
    """A journal made here: lines (bytes without LF), from journal.opened on, each with the hash of the one before."""

    def __init__(self, station="bench-1", journal=None, first=1, prev=ZEROS):
        self.station, self.journal = station, journal or str(uuid.uuid4())
        self.lines, self.first, self.prev = [], first, prev
        if first == 1:
            self.add("journal.opened", data={"parent": None, "why": "new"})

    @property
    def head(self):
        return self.first + len(self.lines) - 1

    @property
    def hash(self):
        return self.prev

    def add(self, kind="badge.in", data=None, **members):
        seq = self.head + 1
        event = {"v": 1, "station": self.station, "journal": self.journal, "seq": seq,
                 "id": f"0190b8a0-0000-7000-8000-{os.urandom(6).hex()}", "at": f"2026-11-23T08:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z",
                 "clock": "trusted", "boot": "0190b8a0-0000-4000-8000-00000000000b", "mono_ms": 1000 * seq, "kind": kind, "by": None,
                 "inspection": None, "item": None, "label": None, "data": data or {}, "prev": self.prev, **members}
        line = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        self.prev = hashlib.sha256(line).hexdigest()
        self.lines.append(line)
        return event

    def fill(self, count):
        """count events more that change nothing."""
        for _ in range(count):
            self.add("badge.in", by="B7", data={"badge": "B7"})
        return self

    def inspect(self, label, verdict="pass", line=1, unit=1, supersedes=None):
        """A whole inspection; its id."""
        about = {"label": label, "item": {"line": line, "unit": unit}, "by": "B7"}
        seq = self.head + 1
        opened = f"0190b8a0-0000-7000-8001-{os.urandom(6).hex()}"
        self.add("inspection.opened", {"raw": "UkxBWDE=", "scanner": "gun", "list": "known", "supersedes": supersedes},
                 id=opened, inspection=opened, **about)
        for step in ("appearance", "accessories", "usage"):
            self.add("step.answered", {"step": step, "answer": verdict}, inspection=opened, **about)
        self.add("inspection.closed", {"verdict": verdict}, inspection=opened, **about)
        self.add("inspection.final", {"verdict": verdict}, inspection=opened, **about)
        assert self.head == seq + 5
        return opened


class Headquarters(Daemon):
    """One hqd in a folder of its own."""
    name = "hqd"

    def __init__(self, folder=None, authority=None, options=(), host="127.0.0.1", port=0, as_nobody=True, server=None):
        self.own = folder is None
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="hq-") if self.own else folder)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.nobody = as_nobody and os.geteuid() == 0
        self.ca = authority or Authority(self.dir / "pki", give=self.nobody)
        self.server = server or self.ca.server()
        self.db, self.log = self.dir / "hq.db", self.dir / "hqd.log"
        self.log.touch()
        self.host, self.port = host, port
        self.options = list(options)
        self.give()

    def give(self):
        """The folder, the database and the log belong to the program's user."""
        if self.nobody:
            for p in (self.dir, *self.dir.glob("hq*")):
                with contextlib.suppress(FileNotFoundError):  # whoever closes the database last takes -shm and -wal away
                    os.chown(p, NOBODY, NOBODY)

    @property
    def url(self):
        return f"https://{self.host}:{self.port}"

    def command(self, *more):
        return [str(stage() / "hqd"), "--listen", f"{self.host}:{self.port}", "--db", str(self.db), "--cert", str(self.server.cert),
                "--key", str(self.server.key), "--client-ca", str(self.ca.cert), *map(str, self.options), *map(str, more)]

    # --- life ---
    def start(self, *more, wait=True, env=None, seconds=20, preload=False):
        """Starts hqd; with wait until it says that it is ready. A second start takes the same port. preload: its disk is at
        the word of self.control (baddisk.c)."""
        said = self.log.stat().st_size
        self.give()
        self.spawn(self.command(*more), self.dir / "hq-notify", self.db, preload, env)
        if wait:
            self.wait_told(seconds)
            found = re.findall(r"listening on \S+:(\d+)$", self.log.read_bytes()[said:].decode(errors="replace"), re.M)
            if not found:
                raise AssertionError(f"hqd did not say where it listens:\n{self.said()}")
            self.port = int(found[-1])
        return self

    def hangup(self, seconds=10):
        """Certificates and CRL are read again; returns when hqd has said so."""
        before = self.said().count("certificates read")
        self.proc.send_signal(signal.SIGHUP)
        end = time.monotonic() + seconds
        while self.said().count("certificates read") == before:
            if time.monotonic() > end:
                raise AssertionError(f"hqd did not read its certificates again:\n{self.said()[-2000:]}")
            time.sleep(0.01)

    def close(self):
        super().close()
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)

    # --- subcommands ---
    def run(self, *args, seconds=60, stdin=None):
        """hqd with these words, to its end."""
        done = subprocess.run([str(stage() / "hqd"), *map(str, args)], capture_output=True, text=True, timeout=seconds, cwd="/",
                              input=stdin, env={**os.environ, "LC_ALL": "C.UTF-8"}, **(drop() if self.nobody else {}))
        return Result(done.returncode, done.stdout, done.stderr)

    def import_csv(self, text, code=0):
        """text becomes the list of expected returns."""
        path = self.dir / "hq-expected.csv"
        path.write_text(text)
        self.give()
        done = self.run("import", "--db", self.db, path)
        if done.code != code:
            raise AssertionError(f"hqd import ended with {done.code}: {done.err}")
        return done

    def status(self):
        done = self.run("status", "--db", self.db)
        if done.code != 0:
            raise AssertionError(f"hqd status ended with {done.code}: {done.err}")
        return json.loads(done.out)

    def journals(self):
        """{journal: {"station", "head", "hash"}} as `hqd status` tells them."""
        return {j["journal"]: j for j in self.status()["journals"]}

    def lines(self, journal, first=1):
        """The received lines (bytes, without LF) of a journal; [] when it is not known."""
        done = subprocess.run([str(stage() / "hqd"), "export", "--db", str(self.db), "--journal", journal, "--from", str(first)],
                              capture_output=True, timeout=120, cwd="/", **(drop() if self.nobody else {}))
        if done.returncode == 1 and b"no such journal" in done.stderr:
            return []
        if done.returncode != 0:
            raise AssertionError(f"hqd export ended with {done.returncode}: {done.stderr.decode()}")
        return done.stdout.split(b"\n")[:-1]

    # --- HTTPS, as a station speaks it ---
    def context(self, client=None, ca=None):
        context = ssl.create_default_context(cafile=str(ca or self.ca.cert))
        if client:
            context.load_cert_chain(str(client.cert), str(client.key))
        return context

    def connect(self, client=None, seconds=20, source=None):
        """A connection that is kept: http.client.HTTPSConnection."""
        return http.client.HTTPSConnection(self.host, self.port, context=self.context(client), timeout=seconds,
                                           source_address=(source, 0) if source else None)

    def raw(self, client=None, seconds=20, source=None):
        """A TLS socket for what http.client would never send."""
        plain = socket.create_connection((self.host, self.port), timeout=seconds, source_address=(source, 0) if source else None)
        return self.context(client).wrap_socket(plain, server_hostname=self.host)

    def request(self, method, path, body=None, headers=None, client=None, over=None, seconds=20):
        """One request; over: a connection to use (and keep)."""
        connection = over or self.connect(client, seconds)
        try:
            try:
                connection.request(method, path, body=body, headers=headers or {})
            except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                pass  # refused while we still sent: what it said of that stands in front of the end
            reply = connection.getresponse()
            return answer_of(reply)
        finally:
            if not over:
                connection.close()

    def get(self, path, client=None, **how):
        return self.request("GET", path, client=client, **how)

    def post_events(self, journal, lines, client=None, zipped=False, headers=None, **how):
        """lines (bytes without LF), or a body as it is."""
        body = lines if isinstance(lines, bytes) else b"".join(line + b"\n" for line in lines)
        more = {"Content-Type": "application/x-ndjson"}
        if zipped:
            body = gzip.compress(body, 1)
            more["Content-Encoding"] = "gzip"
        return self.request("POST", f"/v1/journals/{journal}/events", body, {**more, **(headers or {})}, client, **how)

    def post_anchor(self, journal, seq, digest, client=None, **how):
        body = json.dumps({"seq": seq, "hash": digest})
        return self.request("POST", f"/v1/journals/{journal}/anchor", body, {"Content-Type": "application/json"}, client, **how)

    def expected(self, client, after=None):
        return self.get("/v1/expected" + (f"?after={after}" if after is not None else ""), client)

    def metrics(self, client=None):
        """{name or name{labels}: value} of /metrics; makes a certificate when none is told."""
        if client is None:
            self._reader = client = getattr(self, "_reader", None) or self.ca.client("metrics")
        answer = self.get("/metrics", client)
        if answer.status != 200:
            raise AssertionError(f"/metrics: {answer.status} {answer.body!r}")
        return metrics_of(answer.body.decode())


def answer_of(reply):
    body = reply.read()
    kind = (reply.getheader("Content-Type") or "").partition(";")[0]
    return Answer(reply.status, reply.headers, body, json.loads(body) if kind.endswith("json") and body else None)


def metrics_of(text):
    """The samples of a Prometheus text; every one needs its HELP and TYPE."""
    values, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            base = re.sub(r"_(sum|count|bucket)$", "", name.partition("{")[0])
            if name.partition("{")[0] not in types and base not in types:
                raise AssertionError(f"a sample without its type: {line}")
            values[name] = float(value)
    return values
