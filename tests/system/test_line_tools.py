"""The tools of the line's tests: a proxy that cut somewhere else than told, or a liar that was honest, would prove nothing."""
import hashlib
import json
import socket
import threading
import unittest

from fakehq import FakeHq, Request, reply
from line import authority, pair
from proxy import FIN, Proxy, Records


def received(sock, size):
    """Up to size bytes; what came before the end or a reset."""
    data = b""
    try:
        while len(data) < size and (more := sock.recv(size - len(data))):
            data += more
    except ConnectionResetError:
        pass
    return data


class Cuts(unittest.TestCase):
    """Behind the proxy: a server that keeps what comes and says as much of its own."""

    def setUp(self):
        self.kept = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        threading.Thread(target=self.serve, daemon=True).start()
        self.proxy = Proxy(self.server.getsockname()[1])
        self.addCleanup(self.proxy.close)

    def serve(self):
        while True:
            try:
                sock, _ = self.server.accept()
            except OSError:
                return
            with sock:
                data = received(sock, 1000)
                if data:
                    self.kept.append(data)
                try:
                    sock.sendall(b"y" * len(data))
                except OSError:
                    pass

    def talk(self):
        """1000 bytes up, what comes back."""
        with socket.create_connection(("127.0.0.1", self.proxy.port), timeout=5) as sock:
            try:
                sock.sendall(b"x" * 1000)
            except OSError:
                pass
            return received(sock, 1000)

    def test_whole(self):
        self.assertEqual(len(self.talk()), 1000)
        self.assertEqual(self.proxy.count, {"up": 1000, "down": 1000})

    def test_cut_up(self):
        for n in (0, 1, 500, 999):
            self.kept.clear()
            self.proxy.restore()
            self.proxy.cut(up=n, how=FIN)
            self.assertEqual(self.talk()[n:], b"", "nothing behind the cut")
            Proxy.wait("the cut", lambda: self.proxy.line == "refused")
            Proxy.wait("the bytes", lambda n=n: sum(map(len, self.kept)) == n)
            with self.assertRaises(ConnectionRefusedError):
                self.talk()

    def test_cut_down(self):
        for n in (0, 1, 500, 999):
            self.proxy.restore()
            self.proxy.cut(down=n, how=FIN)
            self.assertEqual(len(self.talk()), n)
        self.assertEqual([len(k) for k in self.kept], [1000] * 4, "the request had arrived")

    def test_half_open_and_swallow(self):
        for way in (self.proxy.half_open, self.proxy.swallow):
            way()
            with socket.create_connection(("127.0.0.1", self.proxy.port), timeout=0.3) as sock:
                sock.sendall(b"x" * 1000)
                with self.assertRaises(TimeoutError):
                    sock.recv(1)
        self.assertEqual(self.kept, [])

    def test_tls_records(self):
        data = b"\x16\x03\x01\x00\x04abcd" + b"\x17\x03\x03\x00\x02xy" + b"\x17\x03\x03\x00\x09z"
        for piece in (1, 2, 5, 100):
            records, ends = Records(), []
            for at in range(0, len(data), piece):
                ends += records.feed(data[at:at + piece], at)
            self.assertEqual(ends, [9, 16])


class Honest(unittest.TestCase):
    def test_chain(self):
        """The liar's honest answers: acknowledged, gap, fork."""
        server = pair("server")
        fake = FakeHq(server.cert, server.key, authority().cert)
        self.addCleanup(fake.close)
        lines, prev = [], "0" * 64
        for seq in (1, 2, 3):
            lines.append(json.dumps({"seq": seq, "prev": prev}).encode() + b"\n")
            prev = hashlib.sha256(lines[-1][:-1]).hexdigest()

        def post(*which):
            answer = fake.honest(Request("POST", "/v1/journals/j/events", {}, b"".join(which)))
            head, _, body = answer.partition(b"\r\n\r\n")
            return int(head.split()[1]), json.loads(body).get("acked")

        self.assertEqual(post(lines[1]), (409, 0))
        self.assertEqual(post(lines[0], lines[1]), (200, 2))
        self.assertEqual(post(*lines), (200, 3))
        self.assertEqual(post(lines[0].replace(b"000", b"001")), (409, 3))
        self.assertEqual(reply(200, b"abc", length=7), b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\nabc")
