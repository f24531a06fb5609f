"""The way through a company's HTTP proxy, and HTTP/2 where the server has it."""
import socket
import ssl
import threading

from line import OFFLINE, PERSON, LineCase, authority, pair

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Connect:
    """An HTTP proxy that knows CONNECT: what it is asked for is noted, and leads to one port."""

    def __init__(self, port, refuse=None):
        self.port_behind, self.refuse, self.asked = port, refuse, []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listening.close()

    def accept(self):
        while True:
            try:
                sock, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        head = b""
        while b"\r\n\r\n" not in head:
            more = sock.recv(4096)
            if not more:
                return sock.close()
            head += more
        self.asked.append(head.split(b"\r\n")[0].decode())
        if self.refuse:
            sock.sendall(self.refuse)
            return sock.close()
        behind = socket.create_connection(("127.0.0.1", self.port_behind))
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for a, b in ((sock, behind), (behind, sock)):
            threading.Thread(target=self.copy, args=(a, b), daemon=True).start()
        return None

    @staticmethod
    def copy(a, b):
        try:
            while (data := a.recv(65536)):
                b.sendall(data)
        except OSError:
            pass
        for sock in (a, b):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Proxied(LineCase):
    def connect(self, port, **how):
        proxy = Connect(port, **how)
        self.addCleanup(proxy.close)
        return proxy

    def test_through_a_proxy(self):
        """Nobody listens under the name that is set; the proxy leads there, and the certificate is still headquarters'."""
        hq = self.headquarters()
        proxy = self.connect(hq.port)
        self.bench(1, proxy=f"http://127.0.0.1:{proxy.port}")
        self.goes_on(1)
        self.delivered(hq)
        self.assertEqual(set(proxy.asked), {"CONNECT localhost:1 HTTP/1.1"})

    def test_of_the_environment_unless_it_says_none(self):
        hq = self.headquarters()
        proxy = self.connect(hq.port)
        env = {"https_proxy": f"http://127.0.0.1:{proxy.port}"}
        st = self.bench(1, start=False)
        st.start(env=env)
        self.panel = st.panel
        self.delivered(hq)
        asked = len(proxy.asked)
        self.assertGreater(asked, 0)
        st.stop()
        self.configure(st, proxy="none")
        st.start(env=env)
        self.panel = st.panel
        self.link(OFFLINE)
        self.assertEqual(len(proxy.asked), asked)

    def test_a_proxy_that_refuses(self):
        """The status says that it is the proxy, and not headquarters; a person is called, work goes on."""
        hq = self.headquarters()
        proxy = self.connect(hq.port, refuse=b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        self.bench(hq.port, proxy=f"http://127.0.0.1:{proxy.port}")
        self.link(PERSON)
        self.assertRegex(self.why(), r"proxy .* HTTP 407")
        self.goes_on(1)
        self.assertEqual(hq.status()["journals"], [])


class Http2(LineCase):
    def test_is_spoken_where_the_server_has_it(self):
        own = pair("server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own.cert, own.key)
        context.load_verify_locations(authority().cert)
        context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(["h2", "http/1.1"])
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        listening.settimeout(20)
        st = self.bench(listening.getsockname()[1], start=False)
        st.start()
        self.panel = st.panel
        sock, _ = listening.accept()
        with context.wrap_socket(sock, server_side=True) as tls:
            tls.settimeout(20)
            said = b""
            while len(said) < len(PREFACE) and (more := tls.recv(4096)):
                said += more
            self.assertEqual((tls.selected_alpn_protocol(), said[:len(PREFACE)]), ("h2", PREFACE))
