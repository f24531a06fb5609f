"""fakehq.py - a headquarters that lies, stalls and babbles at a test's word, and is honest otherwise.

One thread a connection, HTTP/1.1 written by hand, so that a reply may be anything. `answer` decides: a function of the request
that returns bytes, an iterator of bytes (sent until the station hangs up), or None: the honest answer.
"""
import errno
import gzip
import hashlib
import json
import socket
import ssl
import threading
import time
import warnings

from proxy import Proxy

ZEROS = "0" * 64
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
           413: "Content Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests", 500: "Internal Server Error",
           422: "Unprocessable Content", 503: "Service Unavailable", 507: "Insufficient Storage"}


def reply(status, body=b"", kind="application/json", length=None, **headers):
    """A whole HTTP/1.1 reply; body: bytes or anything JSON. length: what Content-Length says instead of the truth."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} {REASONS.get(status, 'Whatever')}", f"Content-Type: {kind}",
            f"Content-Length: {len(body) if length is None else length}"]
    head += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def problem(status, name, more=None, **headers):
    body = {"type": f"urn:station:problem:{name}", "title": name, "status": status, "detail": "as the test wants it"}
    return reply(status, {**body, **(more or {})}, "application/problem+json", **headers)


def to_json(rows):
    """Rows of a list as headquarters would send them."""
    returns = {}
    for r in rows:
        one = returns.setdefault(r["rma"], {"rma": r["rma"], "state": r["state"], "order": "", "wish": r["wish"], "carrier": "",
                                            "tracking": "", "due": "", "lines": []})
        one["lines"].append({"line": int(r["line"]), "quantity": int(r["quantity"]), "product": r["product"], "title": r["title"],
                             "accessories": r["accessories"], "reason": r["reason"], "last": None})
    return list(returns.values())


def endless(head, piece):
    """head, then piece for ever."""
    yield head
    while True:
        yield piece


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.raw = method, path, headers, body
        self.body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        self.at = time.monotonic()
        parts = path.partition("?")[0].split("/")
        self.what = parts[4] if path.startswith("/v1/journals/") and len(parts) == 5 else parts[2] if len(parts) == 3 else None
        self.journal = parts[3] if len(parts) == 5 else None
        self.photo = None
        if path.startswith("/v1/photos/"):
            self.what, self.photo = "photos", parts[3]
        self.lines = self.body.splitlines(keepends=True) if self.what == "events" else []


def own_port():
    """A socket that listens on a port of 127.0.0.1, and one that keeps others from having it on ::1, where "localhost" leads first:
    another test's server there would be taken for this one."""
    while True:
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        guard = None
        try:
            guard = socket.socket(socket.AF_INET6)
            guard.bind(("::1", listening.getsockname()[1]))
        except OSError as error:
            if guard:
                guard.close()
            if error.errno == errno.EADDRINUSE:
                listening.close()
                continue
            guard = None  # no IPv6 here
        return listening, guard


class FakeHq:
    def __init__(self, cert, key, ca, versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED)):
        """cert, key: the server's; ca: who signs stations."""
        self.answer = lambda request: None
        self.journals = {}  # uuid: [line with its LF]
        self.photos = {}  # sha256: bytes
        self.asked = []  # every request
        self.failed = []  # handshakes that came to nothing, in words
        self.returns = []
        self.hangups = 0  # replies that the station did not take to their end
        self.connections = 0
        self.sent = 0  # most bytes of one reply that went out
        self.lock = threading.Lock()
        self.use(cert, key, ca, versions)
        self.listening, self.guard = own_port()
        self.port = self.listening.getsockname()[1]
        self.open = set()
        self.closing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def use(self, cert, key, ca, versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED)):
        """Another face, from the next connection on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with warnings.catch_warnings():  # old versions are the point
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = versions
        if versions[1] < ssl.TLSVersion.TLSv1_2 and versions[1] > 0:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(cert, key)
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(["http/1.1"])
        self.context = context

    def close(self):
        self.closing = True
        self.listening.close()
        if self.guard:
            self.guard.close()
        self.hang_up()

    def hang_up(self):
        """Ends every connection, so that the next request makes a new one."""
        for sock in list(self.open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def posts(self):
        return [r for r in self.asked if r.what in ("events", "anchor")]

    def wait(self, what, condition, seconds=20):
        Proxy.wait(f"{what} (asked {len(self.asked)} times, failed handshakes: {self.failed[-3:]})", condition, seconds)

    def lines(self, journal):
        """What it holds of a journal."""
        with self.lock:
            return [line.rstrip(b"\n") for line in self.journals.get(journal, [])]

    # --- connections ---
    def _accept(self):
        while not self.closing:
            try:
                sock, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        self.open.add(sock)
        try:
            sock.settimeout(60)
            try:
                tls = self.context.wrap_socket(sock, server_side=True)
            except (OSError, ValueError) as error:
                self.failed.append(str(error))
                return
            self.open.add(tls)
            with self.lock:
                self.connections += 1
                number = self.connections
            with tls, tls.makefile("rb") as reader:
                while (request := self._read(reader, number)) and self._write(tls, request):
                    pass
                self.open.discard(tls)
        except (OSError, ValueError):
            pass
        finally:
            self.open.discard(sock)
            sock.close()

    def _read(self, reader, number):
        first = reader.readline(8192).decode().split()
        if len(first) != 3:
            return None
        headers = {}
        while (line := reader.readline(8192).strip()):
            name, _, value = line.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while (size := int(reader.readline(64), 16)):
                body += reader.read(size)
                reader.readline(8)
            reader.readline(8)
        else:
            body = reader.read(int(headers.get("content-length", 0)))
        request = Request(first[0], first[1], headers, body)
        request.connection = number
        with self.lock:
            self.asked.append(request)
        return request

    def _write(self, tls, request):
        """False: the connection is at its end."""
        answer = self.answer(request)
        if answer is None:
            answer = self.honest(request)
        whole = isinstance(answer, bytes)
        sent = 0
        try:
            for piece in [answer] if whole else answer:
                tls.sendall(piece)
                sent += len(piece)
        except OSError:
            self.hangups += 1
            whole = False
        self.sent = max(self.sent, sent)
        return whole and b"Connection: close" not in answer[:1000]

    # --- the honest answers ---
    def honest(self, request):
        with self.lock:
            if request.what == "events":
                return self.events(request)
            if request.what == "expected":
                return reply(200, {"cursor": "fake.1", "reset": "after=fake.1" not in request.path, "more": False,
                                   "returns": [] if "after=fake.1" in request.path else self.returns})
            if request.what == "photos":
                return self.photo(request)
            return problem(404, "not-found")

    def photo(self, request):
        span, total = request.headers["content-range"].removeprefix("bytes ").split("/")
        held = self.photos.setdefault(request.photo, b"")
        if span != "*":
            if int(span.partition("-")[0]) != len(held):
                return problem(409, "piece-gap", {"have": len(held)})
            held = self.photos[request.photo] = held + request.raw
        return reply(200, {"have": len(held)})

    def events(self, request):
        held = self.journals.setdefault(request.journal, [])
        for line in request.lines:
            event = json.loads(line)
            seq = event["seq"]
            if seq <= len(held):
                if held[seq - 1] != line:
                    return problem(409, "fork", {"acked": len(held)})
            elif seq > len(held) + 1:
                return problem(409, "gap", {"acked": len(held)})
            elif event["prev"] != self.hash(held):
                return problem(409, "fork", {"acked": len(held)})
            else:
                held.append(line)
        return reply(200, {"acked": len(held), "hash": self.hash(held)})

    @staticmethod
    def hash(lines):
        return hashlib.sha256(lines[-1].rstrip(b"\n")).hexdigest() if lines else ZEROS
