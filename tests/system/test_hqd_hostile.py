"""hqd among hostile clients: slow, huge, broken, impolite. Each is refused in the right words, memory stays bounded, the log
short, and a good station is served all the while."""
import gzip
import http.client
import random
import select
import socket
import ssl
import time
import unittest
import uuid
import zlib

from hq import Chain, Headquarters, answer_of
from station import sanitized

NASTY = ("'; DROP TABLE event; --", '" OR 1=1 --', "<script>alert(1)</script>", "${jndi:ldap://x}", "%s%n%x", "../../etc/passwd",
         "\u202etxt", "\\u0000", "😀" * 4)
ENOUGH_KIB = 24 * 1024 * (6 if sanitized() else 1)  # what a wave of hostile clients may cost for good


def settle(sock, seconds=10):
    """What comes until the other end closes."""
    got, end = b"", time.monotonic() + seconds
    sock.settimeout(0.5)
    while time.monotonic() < end:
        try:
            data = sock.recv(65536)
        except (TimeoutError, ssl.SSLWantReadError):
            continue
        except OSError:
            return got
        if not data:
            return got
        got += data
    raise AssertionError(f"still open after {seconds} s: {got[:200]!r}")


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hq = Headquarters(options=["--patience", "2"])
        cls.addClassCleanup(cls.hq.close)
        cls.hq.start()
        cls.bench, cls.bad = cls.hq.ca.client("bench-1"), cls.hq.ca.client("bench-6")
        cls.chain = Chain()
        assert cls.hq.post_events(cls.chain.journal, cls.chain.lines, cls.bench).status == 200

    def setUp(self):
        self.rss = self.hq.rss_kib()

    def tearDown(self):
        """Whatever was done: a good station is served, and hqd has not grown."""
        self.assertIsNone(self.hq.proc.poll(), self.hq.said()[-3000:])
        self.served()
        self.assertLess(self.hq.rss_kib() - self.rss, ENOUGH_KIB)

    def served(self):
        self.chain.fill(1)
        answer = self.hq.post_events(self.chain.journal, self.chain.lines[-2:], self.bench)
        self.assertEqual((answer.status, answer.json["acked"]), (200, self.chain.head), answer.body)

    def head(self, *headers, journal=None, client=None, first=None):
        """A raw connection, on which the head of a request was sent."""
        sock = self.hq.raw(client or self.bad)
        self.addCleanup(sock.close)
        lines = [first or f"POST /v1/journals/{journal or uuid.uuid4()}/events HTTP/1.1", "Host: hq",
                 "Content-Type: application/x-ndjson", *headers]
        sock.sendall("".join(f"{x}\r\n" for x in lines).encode() + b"\r\n")
        return sock

    def reply(self, sock):
        reply = http.client.HTTPResponse(sock)
        reply.begin()
        return answer_of(reply)

    # --- slow ---
    def crowd(self, count, source, shake=True):
        """count connections from another address."""
        socks = []
        for _ in range(count):
            sock = socket.create_connection((self.hq.host, self.hq.port), timeout=10, source_address=(source, 0))
            self.addCleanup(sock.close)
            if shake:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                sock = context.wrap_socket(sock)
                self.addCleanup(sock.close)
            socks.append(sock)
        return socks

    def cut(self, socks, dribble, seconds=15):
        """All of socks are closed by hqd although they go on sending; meanwhile a good station is served."""
        end = time.monotonic() + seconds
        left, rounds = set(socks), 0
        for s in socks:
            s.setblocking(False)
        while left:
            self.assertLess(time.monotonic(), end, f"{len(left)} of {len(socks)} are still open")
            for s in list(left):
                try:
                    s.send(dribble)
                    if s.recv(4096) == b"":
                        left.discard(s)
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
                except OSError:
                    left.discard(s)
            rounds += 1
            if rounds % 10 == 1:
                self.served()
            select.select([], [], [], 0.05)

    def test_photos(self):
        """Photos that nobody told of, claims of 1 GiB, bodies that end early or never: nothing of it is kept."""
        name = "5a" * 32
        put = [f"PUT /v1/photos/{name} HTTP/1.1", "Content-Type: image/jpeg"]
        for more, status in ((("Content-Length: 1073741824",), 413), (("Content-Range: bytes 0-1073741823/1073741824",
                              "Content-Length: 3"), 413), (("Transfer-Encoding: chunked",), 413)):
            with self.subTest(more=more):
                sock = self.hq.raw(self.bad)
                self.addCleanup(sock.close)
                sock.sendall("\r\n".join([put[0], "Host: hq", put[1], *more]).encode() + b"\r\n\r\n")
                try:
                    if "chunked" in more[0]:
                        for _ in range(40):
                            sock.sendall(b"10000\r\n" + b"\xff" * 65536 + b"\r\n")
                    elif status == 413 and len(more) == 2:
                        sock.sendall(b"\xff\xd8\xff")
                except OSError:
                    pass  # cut off
                reply = http.client.HTTPResponse(sock)
                reply.begin()  # its body may be lost to what was still sent
                self.assertEqual(reply.status, status)
        for n in range(50):
            name = f"{n:064x}"
            self.assertEqual(self.hq.request("PUT", f"/v1/photos/{name}", b"\xff\xd8\xff" * 1000,
                                             {"Content-Type": "image/jpeg"}, self.bad).status, 404)
        socks = []
        for _ in range(4):
            sock = self.hq.raw(self.bad)
            self.addCleanup(sock.close)
            sock.sendall("\r\n".join([put[0], "Host: hq", put[1], "Content-Length: 200000"]).encode() + b"\r\n\r\n\xff\xd8")
            socks.append(sock)
        self.cut(socks, b"\xff")
        self.assertFalse((self.hq.dir / "photos").exists())

    def test_slowloris(self):
        slow = self.hq.metrics()['hqd_refused_total{problem="slow"}']
        socks = self.crowd(100, "127.0.0.2")
        for s in socks:
            s.sendall(b"GET /v1/expected HTTP/1.1\r\nHost: hq\r\n")
        self.cut(socks, b"X: y\r\n")
        end = time.monotonic() + 10  # all are cut off first, then counted
        while (count := self.hq.metrics()['hqd_refused_total{problem="slow"}'] - slow) < 100:
            self.assertLess(time.monotonic(), end, f"{count} counted")

    def test_slow_handshakes(self):
        self.cut(self.crowd(100, "127.0.0.3", shake=False), b"")

    def test_slow_bodies(self):
        socks = [self.head("Content-Length: 100000") for _ in range(4)]
        self.cut(socks, b"x")

    def test_slow_chunks(self):
        socks = [self.head("Transfer-Encoding: chunked") for _ in range(4)]
        self.cut(socks, b"1\r\nx\r\n")

    def test_slow_reader(self):
        """Asks and asks and doesn't take the answers."""
        sock = self.head(first="GET /metrics HTTP/1.1")
        sock.setblocking(False)
        end = time.monotonic() + 20
        with self.assertRaises(OSError):
            while time.monotonic() < end:
                try:
                    sock.send(b"GET /metrics HTTP/1.1\r\nHost: hq\r\n\r\n" * 100)
                except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    select.select([], [], [], 0.05)

    def test_more_connections_than_there_is_room_for(self):
        """From one address some, from many addresses some more: when they are cut off there is room again."""
        socks = []
        for n in range(10, 16):
            for _ in range(100):
                sock = socket.socket()
                self.addCleanup(sock.close)
                sock.bind((f"127.0.0.{n}", 0))
                sock.setblocking(False)
                sock.connect_ex((self.hq.host, self.hq.port))
                socks.append(sock)
        self.served()
        for sock in socks:
            sock.close()

    def test_one_address_has_its_share(self):
        socks = self.crowd(300, "127.0.0.4", shake=False)
        self.served()
        end = time.monotonic() + 30  # those of the test before may not all be gone yet
        while (count := self.hq.metrics()["hqd_connections"]) > 140:
            self.assertLess(time.monotonic(), end, f"{count} connections")
        for sock in socks:
            sock.close()

    # --- huge ---
    def test_declared_gibibyte(self):
        sock = self.head("Content-Length: 1073741824")
        answer = self.reply(sock)
        self.assertEqual((answer.status, answer.json["type"], answer.headers["Connection"].lower()),
                         (413, "urn:station:problem:too-large", "close"))
        self.assertEqual(settle(sock), b"")

    def test_absurd_lengths(self):
        for length, status in (("99999999999999999999999999", (400, 413)), ("-1", (400, 413)), ("1e3", (400, 413)), ("0x10", (400, 413)),
                               ("18446744073709551615", (400, 413)), ("1048577", (413,))):
            with self.subTest(length=length):
                sock = self.head(f"Content-Length: {length}")
                got = settle(sock)
                self.assertIn(int(got.split(b" ")[1]), status, got[:200])

    def test_endless_chunks(self):
        """A gibibyte in chunks: refused after the first mebibyte, not read to its end."""
        sock = self.head("Transfer-Encoding: chunked")
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        sent = 0
        try:
            while sent < 1 << 30:
                sock.sendall(chunk)
                sent += 0x4000
        except OSError:
            pass
        self.assertLess(sent, 64 << 20)
        got = settle(sock)
        if got:  # the reset may overtake it
            self.assertEqual(got.split(b" ")[1], b"413", got[:200])

    def test_chunks_just_over_the_bound(self):
        sock = self.head("Transfer-Encoding: chunked")
        sock.sendall((b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * 64 + b"1\r\nx\r\n")
        answer = self.reply(sock)
        self.assertEqual((answer.status, answer.json["type"]), (413, "urn:station:problem:too-large"))

    def test_gzip_bombs(self):
        squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(squeeze.compress(b"\n" * (1 << 20)) for _ in range(1000)) + squeeze.flush()
        self.assertLess(len(bomb), 1 << 20)
        socks = []
        for _ in range(4):
            sock = self.head(f"Content-Length: {len(bomb)}", "Content-Encoding: gzip")
            sock.sendall(bomb[:-10])
            socks.append(sock)
        for sock in socks:
            sock.sendall(bomb[-10:])
            answer = self.reply(sock)
            self.assertEqual((answer.status, answer.json["type"]), (413, "urn:station:problem:too-large"))
        for body in (gzip.compress(gzip.compress(b"x" * (1 << 20))), bomb[:1000], b"\x1f\x8b\x08\x1c" + b"A" * 60000):
            answer = self.hq.post_events(str(uuid.uuid4()), body, self.bad, headers={"Content-Encoding": "gzip"})
            self.assertIn(answer.status, (400, 413))

    def test_million_headers(self):
        sock = self.head(first="GET /v1/expected HTTP/1.1") if False else self.hq.raw(self.bad)
        self.addCleanup(sock.close)
        sent = 0
        try:
            sock.sendall(b"GET /v1/expected HTTP/1.1\r\nHost: hq\r\n")
            for n in range(1000):
                sock.sendall(b"".join(b"X-%d: y\r\n" % (n * 1000 + k) for k in range(1000)))
                sent += 1000
            sock.sendall(b"\r\n")
        except OSError:
            pass
        self.assertLess(sent, 1000000)
        got = settle(sock)
        if got:
            self.assertEqual(got.split(b" ")[1], b"431", got[:200])

    def test_long_lines_and_heads(self):
        for first, header, statuses in (("GET /" + "a" * 20000 + " HTTP/1.1", "X: y", (404, 414, 431)),
                                        ("GET /" + "a" * 40000 + " HTTP/1.1", "X: y", (414, 431)),
                                        ("GET /v1/expected HTTP/1.1", "X: " + "y" * 40000, (431,)),
                                        ("GET /v1/expected HTTP/1.1", "X" * 40000 + ": y", (431,)),
                                        ("GET /v1/expected?" + "&".join(f"a{n}=b" for n in range(2000)) + " HTTP/1.1", "X: y",
                                         (200, 414, 431))):
            with self.subTest(first=first[:40], header=header[:20]):
                try:
                    got = settle(self.head(header, "Connection: close", first=first))
                except OSError:  # it was cut off while we still sent
                    continue
                if got:
                    self.assertIn(int(got.split(b" ")[1]), statuses, got[:200])

    # --- broken ---
    def test_pipelined_garbage(self):
        sock = self.hq.raw(self.bad)
        self.addCleanup(sock.close)
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: hq\r\n\r\n" * 3 + b"\x00\xff garbage\r\n\r\n" + b"GET /healthz HTTP/1.1\r\n\r\n")
        got = settle(sock)
        answers = [x.split(b" ")[0] for x in got.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(answers[:3], [b"200"] * 3, got)
        self.assertLessEqual(set(answers[3:]), {b"400"}, "refused or cut off, and nothing behind it is heard")
        self.assertEqual(self.hq.get("/healthz", self.bad).status, 200)

    def test_broken_heads(self):
        for raw in (b"\r\n\r\n\r\n\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with self.subTest(raw=raw):
                sock = self.hq.raw(self.bad)
                sock.sendall(raw)
                got = settle(sock)
                sock.close()
                if got:
                    self.assertIn(int(got.split(b" ")[1]), (400, 401, 404, 405, 413, 505), got[:200])

    def test_noise(self):
        """Random bytes, inside TLS and instead of it (seeded)."""
        r = random.Random(3)
        for n in range(60):
            noise = r.randbytes(r.randrange(1, 3000))
            if n % 2:
                noise = (b"POST /v1/journals/%s/events HTTP/1.1\r\nHost: x\r\n" % str(uuid.UUID(int=n)).encode() + noise)
            try:
                sock = self.hq.raw(self.bad) if n % 3 else socket.create_connection((self.hq.host, self.hq.port), timeout=10)
                sock.sendall(noise)
                sock.close()
            except OSError:
                pass
        with socket.create_connection((self.hq.host, self.hq.port), timeout=10) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1", settle(sock))

    def test_events_cut_anywhere(self):
        """A body that breaks off leaves nothing behind."""
        c = Chain("bench-6").fill(30)
        body = b"".join(line + b"\n" for line in c.lines)
        for at in (0, 1, 100, len(body) // 2, len(body) - 1):
            sock = self.head(f"Content-Length: {len(body)}", journal=c.journal)
            sock.sendall(body[:at])
            sock.close()
        self.assertEqual(self.hq.lines(c.journal), [])
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bad).status, 200)

    def test_nasty_words_in_every_field(self):
        """They are kept as they are, in the journal's bytes, and do nothing."""
        c = Chain("bench-6")
        for word in NASTY:
            c.add("label.rejected", {"raw": "AA==", "scanner": word, "why": word, "bytes": 1})
            c.add("wand.waved", {"far": word, word: "future"})
            for member in ("by", "label"):
                c.add("inspection.opened", {"raw": "AA==", "scanner": word, "list": word, "supersedes": word}, **{member: word})
        answer = self.hq.post_events(c.journal, c.lines, self.bad)
        self.assertIn(answer.status, (200, 400), answer.body)
        if answer.status == 200:
            self.assertEqual(self.hq.lines(c.journal), c.lines)
        for member in ("station", "journal", "id", "at", "clock", "boot", "kind", "by", "inspection", "label"):
            for word in NASTY[:6]:
                d = Chain("bench-6")
                d.add(**{"data": {"badge": "B7"}, member: word})
                answer = self.hq.post_events(d.journal, d.lines, self.bad)
                self.assertIn(answer.status, (200, 400), (member, word, answer.body))
                self.assertNotIn(b"<script>", answer.body)
        self.assertNotIn("<script>", self.hq.said())
        self.assertNotIn("<script>", self.hq.get("/metrics", self.bad).body.decode())
        for path in ("/v1/expected?after=<script>", "/<script>alert(1)</script>"):
            self.assertNotIn(b"<script>", self.hq.get(path, self.bad).body)

    def test_writing_into_anothers_journal(self):
        before = len(self.chain.lines)
        forged = Chain("bench-1", self.chain.journal, self.chain.head + 1, self.chain.hash).fill(3)
        for headers in ({}, {"Station": "bench-1"}, {"X-SSL-Client-CN": "bench-1"}, {"X-Forwarded-For": "127.0.0.1"}):
            answer = self.hq.post_events(self.chain.journal, forged.lines, self.bad, headers=headers)
            self.assertEqual((answer.status, answer.json["type"]), (403, "urn:station:problem:foreign-journal"))
        self.assertEqual(len(self.hq.lines(self.chain.journal)), before)


class Quiet(unittest.TestCase):
    def test_a_million_refusals_are_a_few_lines(self):
        """Each kind is told once a minute; the rest is a number, told at the end at the latest."""
        hq = Headquarters()
        self.addCleanup(hq.close)
        hq.start()
        bench = hq.ca.client("bench-1")
        over = hq.connect(bench)
        for n in range(1000):
            self.assertEqual(hq.get(f"/nothing/{n}", over=over).status, 404)
            if n % 2:
                self.assertEqual(hq.post_events(str(uuid.uuid4()), b"x\n", over=over).status, 400)
        over.close()
        for _ in range(50):
            with socket.create_connection((hq.host, hq.port), timeout=10) as sock:
                sock.sendall(b"not TLS at all, whatever this is\r\n\r\n")
                settle(sock)
        self.assertEqual(hq.metrics()['hqd_refused_total{problem="not-found"}'], 1000)
        hq.stop()
        lines = hq.said().splitlines()
        self.assertLess(len(lines), 12, hq.said())
        self.assertIn("refused (not-found): 999 more like the one before", hq.said())
        self.assertIn("refused (bad-events): 499 more like the one before", hq.said())
