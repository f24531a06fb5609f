"""Hostile input on the wire and on the panel's socket: bounded, recorded, answered in words."""
import os
import socket
import time

from case import StationCase, rma
from station import raw_of


class Wire(StationCase):
    def setUp(self):
        self.station()

    def rejected(self, why, count=1):
        """Waits for the alert and returns the last label.rejected."""
        self.panel.wait_show(alert=why)
        events = self.st.events("label.rejected")
        self.assertEqual(len(events), count)
        self.assertEqual(events[-1]["data"]["why"], why)
        return events[-1]

    def test_a_mebibyte_without_line_end(self):
        self.st.scanner.write(b"A" * (1 << 20))
        event = self.rejected("too-long")
        self.assertEqual(event["data"]["bytes"], 1 << 20)
        self.assertEqual(raw_of(event), b"A" * len(raw_of(event)))
        self.assertLessEqual(len(raw_of(event)), 512)
        self.silence()
        self.st.open(rma(1))

    def test_labels_over_128_characters(self):
        for n, length in enumerate((129, 511, 512, 513), 1):
            self.st.scan("Q" * length)
            self.panel.until("it is recorded", lambda: len(self.st.events("label.rejected")) == n)
            event = self.st.events("label.rejected")[-1]["data"]
            self.assertEqual((event["why"], event["bytes"]), ("too-long", length))
        self.st.scan("Q" * 128)
        self.panel.wait_show(alert="shape")

    def test_nul_and_control_bytes_and_invalid_utf8(self):
        cases = [b"R\0LAX0000001", b"\x1b[2J\x1b[31mred", b"\x07\x08\x09bell", b"\xff\xfe\x00A", b"caf\xe9", b"\xc0\xaf\xed\xa0\x80",
                 b"\xf4\x90\x80\x80", "\u8fd4\u54c1".encode()]
        for n, raw in enumerate(cases, 1):
            since = self.panel.mark()
            self.st.scanner.write(raw + b"\r")
            self.panel.until("it is recorded", lambda: len(self.st.events("label.rejected")) == n)
            event = self.st.events("label.rejected")[-1]
            self.assertEqual((event["data"]["why"], raw_of(event)), ("bytes", raw))
            self.panel.wait_tone("wrong-label", since)
        self.silence()
        self.st.open(rma(1))

    def test_f3_two_different_codes_in_one_write(self):
        """F3: every read is buffered; CR LF is one end, not two."""
        self.st.scanner.write(b"AAA111\r\nBBB222\r\n\r\nCCC333\n")
        self.panel.until("all are recorded", lambda: len(self.st.events("label.rejected")) == 3)
        self.assertEqual([raw_of(e) for e in self.st.events("label.rejected")], [b"AAA111", b"BBB222", b"CCC333"])

    def test_a_thousand_scans_a_second_for_ten_seconds(self):
        """All different. What the station can't take yet waits in the line; each one is in the journal, in order."""
        before = len(self.st.events())
        count, begun = 10000, time.monotonic()
        for n in range(count):
            late = begun + n / 1000 - time.monotonic()
            self.panel.pump(late)
            self.st.scanner.write(b"S%06d\r" % n, 60, self.panel)
        self.panel.until("the last one", lambda: self.st.status()["journal"]["seq"] == before + count, 60)
        raws = [raw_of(e) for e in self.st.events("label.rejected")]
        self.assertEqual(len(raws), count)
        self.assertEqual(raws, [b"S%06d" % n for n in range(count)])
        self.silence()
        self.st.open(rma(1))

    def test_f10_scanner_vanishes_in_a_label_and_returns(self):
        p = self.panel
        self.st.scanner.write(rma(1)[:5].encode())
        p.linger(0.05)
        self.st.scanner.unplug()
        p.wait("LINK fast", lambda: p.lamps["link"] == "fast")
        p.until("the event", lambda: self.st.events("fault.raised"))
        self.panel.until("the fault in the status", lambda: "scanner:bench" in self.st.status()["faults"])
        self.assertFalse(self.st.status()["scanners"][0]["present"])
        self.st.scanner.plug()
        p.wait("LINK back", lambda: p.lamps["link"] == "off")
        p.until("the event", lambda: self.st.events("fault.cleared"))
        self.st.open(rma(2))
        faults = [(e["kind"], e["data"]["what"]) for e in self.st.events("fault.raised", "fault.cleared")]
        self.assertEqual(faults, [("fault.raised", "scanner:bench"), ("fault.cleared", "scanner:bench")])
        self.assertEqual([e["label"] for e in self.st.events("inspection.opened")], [rma(2)])
        self.assertEqual(self.st.events("label.rejected"), [])

    def test_f10_inspections_go_on_by_hand_without_the_scanner(self):
        p = self.panel
        self.st.scanner.unplug()
        p.wait("LINK fast", lambda: p.lamps["link"] == "fast")
        p.scan(rma(1))
        self.picture(appearance="on")
        p.ask("pass", accessories="on")


class Socket(StationCase):
    def setUp(self):
        self.station()

    def client(self, name="panel.sock"):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(s.close)
        s.connect(str(self.st.run / name))  # blocks while the station has too many to greet
        s.settimeout(10)
        return s

    def ask(self, sock, data):
        """Sends data; returns all that is said up to an error line or the end."""
        got = b""
        try:
            if data:
                sock.sendall(data)
            while b"error " not in got:
                more = sock.recv(65536)
                if not more:
                    break
                got += more
        except (BrokenPipeError, ConnectionResetError):
            pass
        return got.decode()

    def test_nonsense_is_answered_in_words(self):
        for line in (b"jump\n", b"press nose\n", b"tap pass 0\n", b"tap pass 99999999999999999999\n", b"tap pass x\n",
                     b"scan \\q\n", b"scan \n", b"scan " + b"A" * 600 + b"\n", b"\0\0\0\n", b"\xff\xfe\n", b"lamp pass on\n"):
            s = self.client()
            answer = self.ask(s, line)
            self.assertRegex(answer, r"error \S+ ?", line)
            s.close()
        self.st.open(rma(1))

    def test_a_mebibyte_without_line_end(self):
        s = self.client()
        answer = self.ask(s, b"x" * 65536)
        self.assertIn("error", answer)
        try:
            for _ in range(15):
                s.sendall(b"x" * 65536)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.st.open(rma(1))

    def test_a_crowd_of_clients(self):
        crowd = [self.client() for _ in range(100)]
        self.assertIn("error too many clients", self.ask(crowd[-1], b""))
        self.st.open(rma(1))
        for s in crowd:
            s.close()
        self.panel.until("a place for one more", lambda: b"lamp" in self.client().recv(65536))

    def test_a_reader_that_never_reads(self):
        s = self.client()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        p = self.panel
        before = len(self.st.events())
        for n in range(300):
            self.st.scanner.write(b"N%05d\r" % n, 30, p)
        p.until("all recorded", lambda: self.st.status()["journal"]["seq"] == before + 300, 30)
        self.silence()
        self.st.open(rma(1))

    def test_the_view_takes_no_orders(self):
        s = self.client("view.sock")
        self.assertIn("error", self.ask(s, b"tap pass 60\n"))
        self.assertIn("error", self.ask(s, b"scan " + rma(1).encode() + b"\n"))
        self.st.open(rma(2))
        self.assertEqual([e["label"] for e in self.st.events("inspection.opened")], [rma(2)])

    def test_a_client_that_leaves_with_a_button_down(self):
        self.st.open(rma(1))
        self.panel.settle()
        since = self.panel.mark()
        s = self.client()
        s.sendall(b"press back\n")
        s.close()
        self.panel.wait_tone("error", since)  # released for it, too short to count
        self.panel.ask("pass", accessories="on")

    def test_sockets_are_not_for_everybody(self):
        for name in ("panel.sock", "view.sock"):
            self.assertEqual(os.stat(self.st.run / name).st_mode & 0o777, 0o660)
