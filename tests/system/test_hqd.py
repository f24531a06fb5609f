"""hqd: every answer of the HTTP contract, certificates, the command line; docs/openapi.yaml against the running server."""
from concurrent.futures import ThreadPoolExecutor
import gzip
import http.client
import json
import re
import signal
import socket
import ssl
import time
import unittest
import uuid
import warnings

import jsonschema
import yaml

from hq import Chain, Headquarters, answer_of
from pki import Authority
from station import ROOT, csv_text, row, sanitized

CONTRACT = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}
seen = set()  # (path, method, status) of the contract that occurred


def resolve(node):
    while "$ref" in node:
        at = CONTRACT
        for part in node["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        node = at
    return node


def template(path):
    path = path.partition("?")[0]
    if re.fullmatch("/v1/photos/[0-9a-f]{64}", path):
        return "/v1/photos/{sha256}"
    if path.startswith("/v1/journals/") and path.count("/") == 4:
        return "/v1/journals/{journal}/" + path.rsplit("/", 1)[1]
    return path


def check(method, path, answer):
    """The answer is one that the contract has, header and schema included."""
    operation = CONTRACT["paths"].get(template(path), {}).get(method.lower())
    if operation:
        assert str(answer.status) in operation["responses"], f"{method} {path}: {answer.status} is not in the contract"
        said = resolve(operation["responses"][str(answer.status)])
        seen.add((template(path), method.lower(), str(answer.status)))
    else:
        name = {404: "NotFound", 405: "MethodNotAllowed", 401: "NoCertificate", 403: "Forbidden"}[answer.status]
        said = CONTRACT["components"]["responses"][name]
        if template(path) in CONTRACT["paths"]:
            seen.update((template(path), m, str(answer.status)) for m in CONTRACT["paths"][template(path)]
                        if m in ("get", "post", "put") and answer.status == 405)
    for header, about in said.get("headers", {}).items():
        value = answer.headers.get(header)
        assert value is not None, f"{method} {path} {answer.status}: no {header}"
        schema = resolve(about)["schema"]
        jsonschema.validate(int(value) if schema["type"] == "integer" else value, schema)
    media = answer.headers.get("Content-Type", "").partition(";")[0]
    assert media in said["content"], f"{method} {path} {answer.status}: {media}"
    if method == "HEAD":
        assert answer.body == b""
        return
    if media.endswith("json"):
        schema = {**said["content"][media]["schema"], "components": CONTRACT["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer.json)
        if media == "application/problem+json":
            assert answer.json["status"] == answer.status


class HqCase(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.hq = Headquarters(options=cls.options)
        cls.addClassCleanup(cls.hq.close)
        cls.hq.start()
        cls.bench = cls.hq.ca.client("bench-1")
        cls.other = cls.hq.ca.client("bench-2")

    def ask(self, method, path, status, problem=None, client="bench", **how):
        answer = self.hq.request(method, path, client=self.bench if client == "bench" else client, **how)
        check(method, path, answer)
        self.told(answer, status, problem)
        return answer

    def told(self, answer, status, problem=None):
        self.assertEqual(answer.status, status, answer.body)
        if problem:
            self.assertEqual(answer.json["type"], f"urn:station:problem:{problem}")

    def events(self, journal, body, status, problem=None, client="bench", headers=None, **how):
        body = body if isinstance(body, bytes) else b"".join(line + b"\n" for line in body)
        return self.ask("POST", f"/v1/journals/{journal}/events", status, problem, client, body=body,
                        headers={**NDJSON, **(headers or {})}, **how)

    def anchor(self, journal, body, status, problem=None, client="bench", headers=JSON):
        body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.ask("POST", f"/v1/journals/{journal}/anchor", status, problem, client, body=body, headers=headers)


class Answers(HqCase):
    def test_events_are_stored_and_acknowledged(self):
        c = Chain().fill(9)
        answer = self.events(c.journal, c.lines, 200)
        self.assertEqual(answer.json, {"acked": 10, "hash": c.hash})
        c.fill(5)
        self.assertEqual(self.events(c.journal, c.lines[10:], 200).json, {"acked": 15, "hash": c.hash})
        self.assertEqual(self.hq.lines(c.journal), c.lines)
        self.assertEqual(self.hq.journals()[c.journal]["head"], 15)
        self.assertEqual(self.hq.journals()[c.journal]["station"], "bench-1")

    def test_sending_again_is_harmless(self):
        c = Chain().fill(9)
        self.events(c.journal, c.lines[:6], 200)
        self.assertEqual(self.events(c.journal, c.lines[:6], 200).json["acked"], 6)
        self.assertEqual(self.events(c.journal, c.lines[2:8], 200).json["acked"], 8)
        self.assertEqual(self.events(c.journal, c.lines[:2], 200).json["acked"], 8)
        self.assertEqual(self.hq.lines(c.journal), c.lines[:8])

    def test_gzip(self):
        c = Chain().fill(99)
        answer = self.hq.post_events(c.journal, c.lines, self.bench, zipped=True)
        self.assertEqual((answer.status, answer.json), (200, {"acked": 100, "hash": c.hash}))
        self.assertEqual(self.hq.lines(c.journal), c.lines)

    def test_chunked(self):
        c = Chain().fill(99)
        answer = self.hq.request("POST", f"/v1/journals/{c.journal}/events", iter(line + b"\n" for line in c.lines),
                                 NDJSON, self.bench)
        self.assertEqual((answer.status, answer.json), (200, {"acked": 100, "hash": c.hash}))

    def test_gap(self):
        c = Chain().fill(9)
        self.assertEqual(self.events(c.journal, c.lines[1:], 409, "gap").json["acked"], 0)
        self.events(c.journal, c.lines[:3], 200)
        self.assertEqual(self.events(c.journal, c.lines[5:], 409, "gap").json["acked"], 3)
        self.assertEqual(self.hq.lines(c.journal), c.lines[:3])

    def test_fork(self):
        a = Chain().fill(3)
        b = Chain(journal=a.journal)
        b.lines, b.prev = a.lines[:2], json.loads(a.lines[2])["prev"]
        a.fill(3)
        b.fill(4)
        self.events(a.journal, a.lines, 200)
        self.events(a.journal, b.lines, 409, "fork")
        self.events(a.journal, b.lines[3:], 409, "fork")
        self.assertEqual(self.hq.lines(a.journal), a.lines)

    def test_journal_of_another_station(self):
        c = Chain().fill(3)
        self.events(c.journal, c.lines, 200)
        c.fill(1)
        self.events(c.journal, c.lines, 403, "foreign-journal", self.other)
        self.events(c.journal, c.lines, 403, "foreign-journal", self.other, headers={"Station": "bench-1"})
        self.anchor(c.journal, {"seq": 99, "hash": "0" * 64}, 403, "foreign-journal", self.other)
        self.assertEqual(self.hq.lines(c.journal), c.lines[:4])

    def test_bad_events(self):
        c = Chain().fill(2)
        broken = [b"", b"\n", b"{}\n", b"\x00\n", b"[" * 5000 + b"\n", b"\xff\xfe\n", c.lines[0] + b"\n" + b"x" * 9000 + b"\n",
                  c.lines[0] + b"\n" + c.lines[2] + b"\n", c.lines[0].replace(b'"v":1', b'"v":1,"v":1') + b"\n"]
        for body in broken:
            with self.subTest(body=body[:60]):
                self.events(c.journal, body, 400, "bad-events")
        self.events(str(uuid.uuid4()), c.lines, 400, "bad-events")
        self.assertEqual(self.hq.lines(c.journal), [])
        for body in (b"not gzip", b"\x1f\x8b", gzip.compress(b"".join(c.lines))[:-9],
                     gzip.compress(c.lines[0] + b"\n") + b"behind it"):
            with self.subTest(body=body[:60]):
                self.events(c.journal, body, 400, "bad-events", headers={"Content-Encoding": "gzip"})
        self.assertEqual(self.hq.lines(c.journal), [])

    def test_anchor(self):
        c = Chain().fill(9)
        tail = c.lines[7:]
        self.assertEqual(self.anchor(c.journal, {"seq": 7, "hash": json.loads(tail[0])["prev"]}, 200).json,
                         {"acked": 7, "hash": json.loads(tail[0])["prev"]})
        self.assertEqual(self.events(c.journal, tail, 200).json, {"acked": 10, "hash": c.hash})
        self.assertEqual(self.hq.lines(c.journal), tail)
        self.assertEqual(self.hq.metrics()["hqd_holes"], 1)
        self.anchor(c.journal, {"seq": 10, "hash": "1" * 64}, 409, "fork")

    def test_bad_anchor(self):
        j = str(uuid.uuid4())
        good = "0" * 64
        for body in (b"", b"{", b"[]", b"null", {"seq": 1}, {"hash": good}, {"seq": 0, "hash": good}, {"seq": -1, "hash": good},
                     {"seq": "1", "hash": good}, {"seq": 1.5, "hash": good}, {"seq": 1, "hash": good[1:]},
                     {"seq": 1, "hash": good[1:] + "g"}, {"seq": 1, "hash": None}, b'{"seq":1e3,"hash":"%s"}' % good.encode(),
                     b'{"seq":99999999999999999999,"hash":"%s"}' % good.encode(),
                     b'{"seq":1,"seq":2,"hash":"%s"}' % good.encode(), b'{"seq":1,"hash":"%s"} x' % good.encode()):
            with self.subTest(body=body):
                self.anchor(j, body, 400, "bad-anchor")
        self.anchor(j, {"seq": 1, "hash": good, "more": "x" * 5000}, 413, "too-large")
        self.anchor(j, {"seq": 1, "hash": good}, 415, "unsupported-media-type", headers=NDJSON)
        self.assertEqual(self.hq.lines(j), [])

    def test_media_types_and_encodings(self):
        c = Chain()
        body = c.lines[0] + b"\n"
        for kind in ("text/plain", "application/json", "application/x-ndjsonx", "", "application/x-www-form-urlencoded"):
            self.events(c.journal, body, 415, "unsupported-media-type", headers={"Content-Type": kind})
        self.ask("POST", f"/v1/journals/{c.journal}/events", 415, "unsupported-media-type", body=body)
        for encoding in ("br", "deflate", "gzip, gzip", "zstd"):
            answer = self.events(c.journal, body, 415, "unsupported-encoding", headers={"Content-Encoding": encoding})
            self.assertEqual(answer.headers["Accept-Encoding"], "gzip")
        self.events(c.journal, body, 200, headers={"Content-Type": "Application/X-NDJSON; charset=utf-8",
                                                   "Content-Encoding": "identity"})

    def test_body_at_the_bound(self):
        c = Chain()
        body = c.lines[0] + b"\n"
        pad = b"x" * ((1 << 20) - len(body))
        self.events(c.journal, body + pad, 400, "bad-events")
        self.events(c.journal, body + pad + b"x", 413, "too-large")
        gz = gzip.compress
        self.events(c.journal, gz(body + pad), 400, "bad-events", headers={"Content-Encoding": "gzip"})
        self.events(c.journal, gz(body + pad + b"x"), 413, "too-large", headers={"Content-Encoding": "gzip"})

    def test_paths_and_methods(self):
        j = str(uuid.uuid4())
        for path in ("/", "/v1", "/v1/journals", f"/v1/journals/{j}", f"/v1/journals/{j}/events/", f"/v1/journals/{j}/photos",
                     f"/v1/journals/{j.upper()}x/events", "/v1/journals/../events", "/v1/expected/", "/v2/expected", "//healthz",
                     "/v1/journals/'%20OR%201=1/events", "/%3Cscript%3E", "/healthz%00", "/metrics/../healthz"):
            with self.subTest(path=path):
                if path == "/healthz%00":
                    continue  # the library's business
                self.ask("GET", path, 404, "not-found")
        self.ask("POST", "/v1/journals/no-uuid/events", 404, "not-found", body=b"", headers=NDJSON)
        self.ask("POST", "/v1/journals/no-uuid/anchor", 404, "not-found", body=b"", headers=JSON)
        for path, allow in ((f"/v1/journals/{j}/events", "POST"), (f"/v1/journals/{j}/anchor", "POST"),
                            ("/v1/expected", "GET, HEAD"), ("/healthz", "GET, HEAD"), ("/metrics", "GET, HEAD"),
                            ("/v1/photos/" + "0a" * 32, "GET, HEAD, PUT")):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"):
                if method in allow:
                    continue
                with self.subTest(path=path, method=method):
                    answer = self.hq.request(method, path, b"x" if method in ("POST", "PUT", "PATCH") else None, client=self.bench)
                    if method != "HEAD":
                        check(method, path, answer)
                    self.assertEqual((answer.status, answer.headers["Allow"]), (405, allow))

    def test_head(self):
        for path in ("/healthz", "/metrics", "/v1/expected"):
            answer = self.hq.request("HEAD", path, client=self.bench)
            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertGreater(int(answer.headers["Content-Length"]), 2)

    def test_expected(self):
        self.assertEqual(self.ask("GET", "/v1/expected", 200).json,
                         {"cursor": "", "reset": False, "more": False, "returns": []}, "no list yet, so none to begin anew")
        self.hq.import_csv(csv_text([row(1), row(2)]))
        answer = self.ask("GET", "/v1/expected", 200)
        self.assertTrue(answer.json["reset"])
        for cursor in ("a'b", "x" * 65, "%3Cb%3E", "%00", "a%20b", "%ff"):
            with self.subTest(cursor=cursor):
                self.ask("GET", f"/v1/expected?after={cursor}", 400, "bad-cursor")
        for cursor in ("nonsense", "x" * 64, ""):
            self.assertTrue(self.ask("GET", f"/v1/expected?after={cursor}", 200).json["reset"])
        answer = self.ask("GET", f"/v1/expected?after={answer.json['cursor']}", 200)
        self.assertFalse(answer.json["reset"])
        self.assertEqual(answer.json["returns"], [])

    def test_certificates(self):
        ca, stranger = self.hq.ca, self.hq.ca.self_signed("bench-1")
        for path in ("/v1/expected", "/metrics"):
            self.ask("GET", path, 401, "no-certificate", None)
        self.events(str(uuid.uuid4()), b"x\n", 401, "no-certificate", None)
        self.anchor(str(uuid.uuid4()), "{}", 401, "no-certificate", None)
        self.ask("GET", "/nothing", 401, "no-certificate", None)
        long = ca.client("x" * 33)
        for client, why in ((ca.expired("bench-1"), "bench-1: it has expired"), (ca.not_yet("bench-1"), "not yet valid"),
                            (stranger, "issuer is not known"), (ca.server("bench-1"), "not a client's"),
                            (ca.client("", subject="/O=Nobody"), "common name"), (ca.client("", subject="/CN=a/CN=b"), "common name"),
                            (ca.client("bench 1"), "common name"), (ca.client("<b>'; DROP TABLE"), "common name"),
                            (long, "common name"), (ca.client("Bänk"), "common name")):
            with self.subTest(why=why):
                answer = self.ask("GET", "/v1/expected", 403, "unusable-certificate", client)
                self.assertIn(why, answer.json["detail"])
        self.ask("GET", "/metrics", 403, "unusable-certificate", long)
        self.events(str(uuid.uuid4()), b"x\n", 403, "unusable-certificate", long)
        self.anchor(str(uuid.uuid4()), "{}", 403, "unusable-certificate", long)
        for client in (None, long, stranger):
            self.ask("GET", "/healthz", 200, client=client)
        for name in ("x" * 32, "A.b_c-9"):
            self.ask("GET", "/v1/expected", 200, client=ca.client(name))

    def test_old_tls_is_refused(self):
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with self.subTest(version=version), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version = context.maximum_version = version
                with socket.create_connection((self.hq.host, self.hq.port), timeout=10) as plain:
                    with self.assertRaisesRegex((ssl.SSLError, ConnectionResetError), "(?i)version|alert|reset|eof|protocol"):
                        context.wrap_socket(plain)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.hq.context(self.bench)
            context.minimum_version = context.maximum_version = version
            c = http.client.HTTPSConnection(self.hq.host, self.hq.port, context=context, timeout=10)
            c.request("GET", "/v1/expected")
            self.assertEqual(answer_of(c.getresponse()).status, 200)
            c.close()

    def test_keep_alive(self):
        """Refusals leave the connection open; the client hears them even when its body was not wanted."""
        c = Chain().fill(200)
        over = self.hq.connect(self.bench)
        over.connect()
        sock = over.sock
        for status, body, kind in ((415, c.lines, "text/plain"), (200, c.lines[:50], None), (400, c.lines[:1] * 3, None),
                                   (409, c.lines[100:], None), (200, c.lines, None)):
            answer = self.hq.post_events(c.journal, body, headers={"Content-Type": kind} if kind else None, over=over)
            self.assertEqual(answer.status, status, answer.body)
            self.assertIs(over.sock, sock)
        over.close()

    def hold(self, head):
        """The connection of a request that is under way: hqd asks for its body. What came before it may not be quite over yet."""
        end = time.monotonic() + 10
        while True:
            sock, said = self.hq.raw(self.bench), b""
            sock.sendall(head)
            while b"\r\n\r\n" not in said and (more := sock.recv(1)):
                said += more
            if said.startswith(b"HTTP/1.1 100 "):
                return sock
            self.assertRegex(said, rb"^HTTP/1.1 429 ")
            sock.close()
            self.assertLess(time.monotonic(), end, "429 for ever")

    def test_too_many_at_once(self):
        """Four requests of a station may be under way; another station is not held up by them."""
        c = Chain().fill(3)
        body = b"".join(line + b"\n" for line in c.lines)
        head = (f"POST /v1/journals/{c.journal}/events HTTP/1.1\r\nHost: hq\r\nContent-Type: application/x-ndjson\r\n"
                f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n").encode()
        held = [self.hold(head) for _ in range(4)]
        for sock in held:
            sock.sendall(body[:100])
        busy = lambda: self.hq.request("GET", "/v1/expected", client=self.bench)
        answer = busy()
        check("GET", "/v1/expected", answer)
        self.told(answer, 429, "too-many-requests")
        self.events(c.journal, c.lines, 429, "too-many-requests")
        self.anchor(c.journal, {"seq": 1, "hash": "0" * 64}, 429, "too-many-requests")
        self.ask("GET", "/v1/expected", 200, client=self.other)
        for sock in held:
            sock.sendall(body[100:])
            reply = http.client.HTTPResponse(sock)
            reply.begin()
            self.assertEqual(reply.status, 200)
            sock.close()
        end = time.monotonic() + 10
        while busy().status == 429:
            self.assertLess(time.monotonic(), end, "429 for ever")

    def test_metrics(self):
        before = self.hq.metrics()
        c = Chain().fill(3)
        self.events(c.journal, c.lines, 200)
        self.events(c.journal, b"x\n", 400)
        after = self.hq.metrics()
        for name, more in (("hqd_journals", 1), ("hqd_events", 4), ('hqd_requests_total{call="events",status="200"}', 1),
                           ('hqd_requests_total{call="events",status="400"}', 1), ('hqd_refused_total{problem="bad-events"}', 1),
                           ("hqd_ingest_seconds_count", 2),
                           ('hqd_received_bytes_total{form="unpacked"}', sum(map(len, c.lines)) + 4 + 2)):
            self.assertEqual(after[name] - before.get(name, 0), more, name)
        answer = self.ask("GET", "/metrics", 200)
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")


class Life(unittest.TestCase):
    """What needs an hqd of its own."""

    def setUp(self):
        self.hq = Headquarters()
        self.addCleanup(self.hq.close)
        self.bench = self.hq.ca.client("bench-1")

    def test_restart_and_kill_keep_what_was_acknowledged(self):
        self.hq.start()
        c = Chain().fill(20)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).status, 200)
        port = self.hq.port
        self.hq.kill()
        self.hq.start()
        self.assertEqual(self.hq.port, port)
        c.fill(3)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).json["acked"], 24)
        self.hq.restart()
        self.assertEqual(self.hq.lines(c.journal), c.lines)
        self.hq.stop()
        self.assertIn("hqd: notice: stopped", self.hq.said())

    def test_revoked(self):
        """SIGHUP reads the CRL again; a connection that is open does not outlive it."""
        gone, old = self.hq.ca.client("bench-9"), self.hq.ca.client("bench-8")
        self.hq.ca.revoke(old)
        self.hq.options += ["--crl", self.hq.ca.crl()]
        self.hq.start()
        answer = self.hq.get("/v1/expected", old)
        check("GET", "/v1/expected", answer)
        self.assertEqual((answer.status, "revoked" in answer.json["detail"]), (403, True), answer.body)
        over = self.hq.connect(gone)
        self.assertEqual(self.hq.get("/v1/expected", over=over).status, 200)
        self.hq.ca.revoke(gone)
        self.hq.ca.crl()
        self.assertEqual(self.hq.get("/v1/expected", over=over).status, 200)
        self.hq.hangup()
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.hq.get("/v1/expected", over=over)
        over.close()
        self.assertEqual(self.hq.get("/v1/expected", gone).status, 403)
        self.assertEqual(self.hq.get("/v1/expected", self.bench).status, 200)
        self.hq.ca.crl(days=-1)  # out of date: it still counts, and is complained of
        self.hq.hangup()
        self.assertEqual(self.hq.get("/v1/expected", gone).status, 403)
        self.assertEqual(self.hq.get("/v1/expected", self.bench).status, 200)
        self.assertIn("crl.pem: this list of revoked certificates is out of date", self.hq.said())

    def test_crl_of_another_authority_is_refused(self):
        """It would revoke nobody, and nobody would notice."""
        stranger = Authority()
        self.addCleanup(stranger.close)
        self.hq.options += ["--crl", stranger.crl()]
        self.hq.start(wait=False)
        self.assertEqual(self.hq.proc.wait(timeout=20), 3)
        self.assertIn("crl.pem: not signed by an authority of --client-ca", self.hq.said())

    def test_certificate_is_replaced(self):
        self.hq.start()
        fresh = self.hq.ca.server()
        def shown():
            with self.hq.raw() as sock:
                return sock.getpeercert()["serialNumber"]
        before = shown()
        for old, new in zip(self.hq.server, fresh):
            new.replace(old)
        self.assertEqual(shown(), before)
        self.hq.hangup()
        self.assertNotEqual(shown(), before)
        self.hq.server.cert.write_text("nonsense")
        kept = shown()
        self.hq.proc.send_signal(signal.SIGHUP)
        end = time.monotonic() + 10
        while "stay as they were" not in self.hq.said():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        self.assertEqual(shown(), kept)
        self.hq.stop()

    def ask_until_cut(self, over):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            self.hq.get("/healthz", over=over, seconds=5)

    def test_stop_finishes_requests_in_hand(self):
        self.hq.start()
        c = Chain().fill(3)
        body = b"".join(line + b"\n" for line in c.lines)
        head = (f"POST /v1/journals/{c.journal}/events HTTP/1.1\r\nHost: hq\r\nContent-Type: application/x-ndjson\r\n"
                f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n").encode()
        idle = self.hq.connect(self.bench)
        self.assertEqual(self.hq.get("/healthz", over=idle).status, 200)
        with self.hq.raw(self.bench) as sock:
            sock.sendall(head)
            self.assertIn(b"100", sock.recv(100))
            self.hq.proc.send_signal(signal.SIGTERM)
            # The idle connection is shut, new ones are refused. In a thread of its own: OpenSSL keeps a thread's last error, and
            # Python would take the idle connection's for that of the one in hand.
            with ThreadPoolExecutor(1) as pool, self.assertRaises((http.client.HTTPException, OSError)):
                pool.submit(self.ask_until_cut, idle).result(20)
            idle.close()
            with self.assertRaises(ConnectionRefusedError):
                self.hq.get("/healthz")
            sock.sendall(body)
            reply = http.client.HTTPResponse(sock)
            reply.begin()
            self.assertEqual((reply.status, json.loads(reply.read())["acked"], reply.getheader("Connection").lower()),
                             (200, 4, "close"))
        self.hq.stop()
        self.assertEqual(self.hq.lines(c.journal), c.lines)

    @unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
    def test_disk_full(self):
        self.hq.start(preload=True)
        c = Chain().fill(300)
        self.assertEqual(self.hq.post_events(c.journal, c.lines[:100], self.bench).status, 200)
        self.hq.control.write_text("full")
        for path, answer in ((f"/v1/journals/{c.journal}/events", self.hq.post_events(c.journal, c.lines, self.bench)),
                             (f"/v1/journals/{c.journal}/anchor", self.hq.post_anchor(c.journal, 400, "1" * 64, self.bench))):
            check("POST", path, answer)
            self.assertEqual((answer.status, answer.json["type"]), (503, "urn:station:problem:store-failed"))
        answer = self.hq.get("/healthz")
        check("GET", "/healthz", answer)
        self.assertEqual(answer.status, 503)
        self.hq.control.write_text("")
        end = time.monotonic() + 20
        while self.hq.get("/healthz").status != 200:
            self.assertLess(time.monotonic(), end, "healthz stays at 503")
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).json["acked"], 301)
        self.assertEqual(self.hq.lines(c.journal), c.lines)
        self.assertEqual(self.hq.said().count("hqd: error: the store can't be written"), 1, self.hq.said())
        self.assertEqual(self.hq.said().count("can be written again"), 1)

    def test_metrics_open(self):
        self.hq.options.append("--metrics-open")
        self.hq.start()
        self.assertEqual(self.hq.get("/metrics").status, 200)
        self.assertEqual(self.hq.get("/v1/expected").status, 401)

    def test_expected_returns(self):
        """A CSV becomes pages that the contract knows; what is changed and what is gone is told behind the cursor."""
        text = csv_text([row(n) for n in range(1, 40)]).replace("\r\n", "\n")
        self.hq.start()
        self.assertIn("39 returns", self.hq.import_csv(text).out)
        answer = self.hq.get("/v1/expected", self.bench)
        check("GET", "/v1/expected", answer)
        self.assertEqual(len(answer.json["returns"]), 39)
        self.assertEqual(answer.json["returns"][0]["lines"][0]["title"], "Kettle 1")
        self.hq.import_csv(csv_text([row(n, title="Pot" if n == 7 else f"Kettle {n}") for n in range(1, 39)]))
        answer = self.hq.get(f"/v1/expected?after={answer.json['cursor']}", self.bench)
        check("GET", "/v1/expected", answer)
        self.assertFalse(answer.json["reset"])
        self.assertEqual(sorted(("gone" in r, r.get("lines", [{}])[0].get("title")) for r in answer.json["returns"]),
                         [(False, "Pot"), (True, None)])

    def test_last_inspection_is_told_to_other_benches_F2(self):
        self.hq.start()
        self.hq.import_csv(csv_text([row(1)]))
        label = row(1)["rma"]
        cursor = self.hq.get("/v1/expected", self.bench).json["cursor"]
        c = Chain()
        inspection = c.inspect(label)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).status, 200)
        answer = self.hq.get(f"/v1/expected?after={cursor}", self.hq.ca.client("bench-2"))
        check("GET", "/v1/expected", answer)
        last = answer.json["returns"][0]["lines"][0]["last"]
        self.assertEqual((last["verdict"], last["inspection"], last["station"]), ("pass", inspection, "bench-1"))

    def test_listens_on_ipv6(self):
        self.hq.host = "[::1]"
        self.hq.start()
        self.assertIn("listening on [::1]:", self.hq.said())
        self.hq.host = "::1"
        self.assertEqual(self.hq.get("/healthz").status, 200)


class Words(unittest.TestCase):
    """The command line."""

    @classmethod
    def setUpClass(cls):
        cls.hq = Headquarters()
        cls.addClassCleanup(cls.hq.close)

    def run_(self, *args, code):
        done = self.hq.run(*args)
        self.assertEqual(done.code, code, (args, done.out, done.err))
        return done

    def serve(self, **change):
        words = {"listen": "127.0.0.1:0", "db": self.hq.dir / "hq-words.db", "cert": self.hq.server.cert, "key": self.hq.server.key,
                 "client-ca": self.hq.ca.cert, **{k.replace("_", "-"): v for k, v in change.items()}}
        return [x for k, v in words.items() if v is not None for x in (f"--{k}", v)]

    def test_help_and_version(self):
        self.assertIn("--client-ca", self.run_("--help", code=0).out)
        self.assertIn("hqd import", self.run_("status", "--help", code=0).out)
        self.assertRegex(self.run_("--version", code=0).out, r"^hqd \d+\.\d+\.\d+\n$")

    def test_usage(self):
        for args in ((), ("frobnicate",), ("--frobnicate",), self.serve(listen=None), self.serve(cert=None), self.serve(key=None),
                     self.serve(client_ca=None), self.serve(db=None), (*self.serve(), "more"), (*self.serve(), "--patience", "0"),
                     (*self.serve(), "--patience", "1x"), (*self.serve(), "--from", "1"), ("import", "--db", "x"),
                     ("import", "x.csv"), ("import", "--db", "x", "a.csv", "b.csv"), ("export",), ("status", "--listen", "x", "--db", "y"),
                     ("export", "--db", "x", "--journal", "x"), ("export", "--db", "x", "--from", "0"), ("status", "--db")):
            with self.subTest(args=args):
                self.assertTrue(self.run_(*args, code=2).err)

    def test_files_that_cannot_be_read(self):
        missing = self.hq.dir / "missing"
        for args in (self.serve(cert=missing), self.serve(key=missing), self.serve(client_ca=missing), self.serve(crl=missing),
                     self.serve(key=self.hq.server.cert), self.serve(cert=self.hq.server.key), self.serve(client_ca=self.hq.server.key),
                     self.serve(crl=self.hq.server.cert), self.serve(db="/proc/nothing/hq.db"), self.serve(db="/dev/null"),
                     ("status", "--db", missing), ("export", "--db", missing), ("import", "--db", missing, missing)):
            with self.subTest(args=args):
                done = self.run_(*args, code=3)
                self.assertRegex(done.err, r"^hqd: error: ")
        self.assertFalse(missing.exists())
        foreign = self.hq.dir / "hq-foreign.db"
        foreign.write_text("this is no database" * 100)
        self.hq.give()
        self.run_(*self.serve(db=foreign), code=3)
        self.assertEqual(foreign.read_text(), "this is no database" * 100)

    def test_places_that_cannot_be_listened_on(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for where in (f"127.0.0.1:{port}", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "::1:80", "192.0.2.1:0",
                          "no.such.host.invalid:80"):
                with self.subTest(where=where):
                    self.assertIn("listen" if "host" not in where else "host", self.run_(*self.serve(listen=where), code=1).err)

    def test_import_export_status(self):
        csv = self.hq.dir / "hq-list.csv"
        db = self.hq.dir / "hq-import.db"
        csv.write_text(csv_text([row(1), row(2)]))
        self.hq.give()
        self.assertEqual(self.run_("import", "--db", db, csv, code=0).out, "2 returns expected, 0 rows refused\n")
        csv.write_text(csv_text([row(1), row(2, quantity="many")]))
        done = self.run_("import", "--db", db, csv, code=1)
        self.assertIn("1 rows refused", done.out)
        self.assertIn("line 3", done.err)
        said = json.loads(self.run_("status", "--db", db, code=0).out)
        self.assertEqual((said["journals"], said["numbers"]["events"], said["numbers"]["expected"]), ([], 0, 1))
        self.assertEqual(self.run_("export", "--db", db, code=0).out, "")
        self.assertIn("no such journal", self.run_("export", "--db", db, "--journal", str(uuid.uuid4()), code=1).err)

    def test_export(self):
        hq = Headquarters()
        self.addCleanup(hq.close)
        hq.start()
        bench = hq.ca.client("bench-1")
        a, b = Chain().fill(30), Chain().fill(5)
        for c in (a, b):
            hq.post_events(c.journal, c.lines, bench)
        self.assertEqual(hq.lines(a.journal), a.lines)
        self.assertEqual(hq.lines(a.journal, 30), a.lines[29:])
        self.assertEqual(hq.lines(a.journal, 32), [])
        everything = hq.run("export", "--db", hq.db)
        self.assertEqual(everything.out.encode().splitlines(), a.lines + b.lines)


class Contract(unittest.TestCase):
    """Runs last: what the contract promises has all occurred above."""

    def test_openapi_is_sound(self):
        self.assertTrue(CONTRACT["openapi"].startswith("3.1."))
        text = (ROOT / "docs/openapi.yaml").read_text()
        for target in set(re.findall(r"\$ref: '([^']+)'", text)):
            resolve({"$ref": target})
        for name, schema in CONTRACT["components"]["schemas"].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)
        used = set(re.findall(r"#/components/(?:responses|schemas|parameters|headers)/(\w+)", text))
        for kind in ("responses", "schemas", "parameters", "headers"):
            self.assertEqual(set(CONTRACT["components"][kind]) - used, set(), f"{kind} that nobody refers to")

    def test_problems_are_named_in_the_contract(self):
        source = (ROOT / "src/hqd/refusal.c").read_text()
        names = [n for n, status in re.findall(r'= \{"([a-z-]+)",\s*(\d+)', source) if int(status) >= 400]
        self.assertGreaterEqual(len(names), 15)
        text = (ROOT / "docs/openapi.yaml").read_text()
        for name in names:
            self.assertIn(name, text)

    def test_zz_every_documented_answer_occurred(self):
        wanted = {(path, method, status) for path, item in CONTRACT["paths"].items() for method, operation in item.items()
                  if method in ("get", "post") and path != "/v1/photos/{sha256}" for status in operation["responses"]}
        if not any(s == "200" for _, _, s in seen):
            self.skipTest("the other tests of this module did not run")
        self.assertEqual(wanted - seen - UNSEEN, set())


# Answers that need a broken disk just when the list is read, or hqd's end in the very moment.
UNSEEN = {("/v1/expected", "get", "503")}


def load_tests(loader, _tests, _pattern):
    """Contract behind all others."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(c) for c in (Answers, Life, Words, Contract))
