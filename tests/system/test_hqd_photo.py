"""hqd and photos: pieces, what is refused, what survives a kill and a full disk, who is given them; the contract's part of it."""
from concurrent.futures import ThreadPoolExecutor
import fcntl
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from daemon import drop, stage
from hq import Chain, Headquarters, answer_of
from photos import jpeg, piece, put, sha, told
from station import sanitized
import test_hqd
from test_hqd import CONTRACT, HqCase, check

PIECE, MOST = 262144, 16 << 20
PATH = "/v1/photos/{sha256}"


class PhotoCase(HqCase):
    def tell(self, *photos, client="bench", size=None):
        c = Chain("bench-1" if client == "bench" else "bench-2")
        for photo in photos:
            told(c, photo, size)
        who = self.bench if client == "bench" else self.other
        self.assertEqual(self.hq.post_events(c.journal, c.lines, who).status, 200)
        return c

    def put(self, photo, body=b"", span=None, status=200, problem=None, client="bench", name=None, **how):
        name = name or sha(photo)
        who = {"bench": self.bench, "other": self.other}.get(client, client)
        answer = put(self.hq, who, name, body, span, **how)
        check("PUT", f"/v1/photos/{name}", answer)
        self.told(answer, status, problem)
        return answer

    def part(self, photo, first, end, have, **how):
        body, span = piece(photo, first, end)
        self.assertEqual(self.put(photo, body, span, **how).json, {"have": have})

    def ask_have(self, photo, have, **how):
        self.assertEqual(self.put(photo, span=f"*/{len(photo)}", **how).json, {"have": have})

    def whole(self, photo, **how):
        for at in range(0, len(photo), PIECE):
            self.part(photo, at, at + PIECE, min(at + PIECE, len(photo)), **how)

    def got(self, photo, client="bench"):
        answer = self.ask("GET", f"/v1/photos/{sha(photo)}", 200, client=self.bench if client == "bench" else self.other)
        self.assertEqual(answer.body, photo)
        self.assertEqual((answer.headers["Content-Type"], answer.headers["Content-Length"], answer.headers["X-Content-Type-Options"]),
                         ("image/jpeg", str(len(photo)), "nosniff"))

    def path(self, photo):
        return self.hq.dir / "photos" / sha(photo)[:2] / f"{sha(photo)}.jpg"

    def parts(self):
        return sorted(p.name for p in (self.hq.dir / "photos/parts").glob("*"))


class Pieces(PhotoCase):
    def test_pieces_in_order(self):
        photo = jpeg(3 * PIECE + 5, 1)
        self.tell(photo)
        before = self.hq.metrics()
        self.ask_have(photo, 0)
        self.part(photo, 0, PIECE, PIECE)
        self.assertEqual(self.hq.metrics()["hqd_photo_parts"], before["hqd_photo_parts"] + 1)
        self.assertEqual(self.ask("GET", f"/v1/photos/{sha(photo)}", 404, "unknown-photo").status, 404)
        self.ask_have(photo, PIECE)
        self.part(photo, PIECE, PIECE + 1, PIECE + 1)
        self.part(photo, PIECE + 1, 2 * PIECE, 2 * PIECE)
        for first in (0, PIECE, 2 * PIECE - 1, 2 * PIECE + 1, 3 * PIECE):  # it does not go on where what is here ends
            body, span = piece(photo, first, first + 1)
            self.assertEqual(self.put(photo, body, span, 409, "piece-gap").json["have"], 2 * PIECE)
        self.part(photo, 2 * PIECE, 3 * PIECE, 3 * PIECE)
        self.part(photo, 3 * PIECE, len(photo), len(photo))
        self.got(photo)
        self.assertEqual(self.path(photo).read_bytes(), photo)
        after = self.hq.metrics()
        self.assertEqual([after[n] - before[n] for n in ("hqd_photos", "hqd_photo_bytes", "hqd_photos_missing", "hqd_photo_parts")],
                         [1, len(photo), -1, 0])
        for again in ((b"", f"*/{len(photo)}"), piece(photo, 0, 100), piece(photo, len(photo) - 1, len(photo))):
            self.assertEqual(self.put(photo, *again).json, {"have": len(photo)})
        self.got(photo)

    def test_whole_at_once(self):
        photo = jpeg(PIECE, 2)
        self.tell(photo)
        self.part(photo, 0, 1000, 1000)
        self.assertEqual(self.put(photo, photo).json, {"have": len(photo)}, "what is there of it is no matter")
        self.got(photo)
        large = jpeg(PIECE + 1, 3)
        self.tell(large)
        self.put(large, large, status=413, problem="too-large")

    def test_largest(self):
        photo = jpeg(MOST, 4)
        self.tell(photo)
        self.whole(photo)
        self.got(photo)
        more = jpeg(10, 5)
        self.tell(more, size=MOST + 1)
        self.put(more, span=f"*/{MOST + 1}", status=413, problem="too-large")

    def test_two_stations_with_the_same_picture(self):
        photo = jpeg(PIECE + 100, 6)
        self.tell(photo)
        self.tell(photo, client="other")
        self.part(photo, 0, PIECE, PIECE)
        self.ask_have(photo, 0, client="other")
        self.part(photo, 0, 10, 10, client="other")
        self.part(photo, PIECE, len(photo), len(photo))
        self.ask_have(photo, len(photo), client="other")
        self.assertFalse([n for n in self.parts() if n.startswith(sha(photo))])
        self.got(photo)
        self.got(photo, client="other")

    def test_unfinished_ones_of_a_station_are_bounded(self):
        photos = [jpeg(5000, n) for n in range(20, 24)]
        self.tell(*photos)
        for photo in photos:
            self.part(photo, 0, 1000, 1000)
        mine = [n for n in self.parts() if n.endswith(".bench-1")]
        self.assertEqual(mine, sorted(f"{sha(p)}.bench-1" for p in photos[2:]))
        self.ask_have(photos[0], 0)
        for photo in photos:
            self.assertEqual(self.put(photo, photo).json["have"], len(photo))

    def test_head(self):
        photo = jpeg(777, 7)
        self.tell(photo)
        self.put(photo, photo)
        answer = self.hq.request("HEAD", f"/v1/photos/{sha(photo)}", client=self.bench)
        self.assertEqual((answer.status, answer.body, answer.headers["Content-Length"]), (200, b"", "777"))


class Refused(PhotoCase):
    def test_who_did_not_tell_of_it(self):
        photo = jpeg(1000, 8)
        self.put(photo, photo, status=404, problem="unknown-photo")
        self.tell(photo)
        for how in ({"client": "other"}, {"span": "*/999"}, {"span": "*/1001"}):
            body = photo if "span" not in how else b""
            self.put(photo, body, status=404, problem="unknown-photo", **how)
        self.assertEqual(self.put(photo, photo).json, {"have": 1000})
        self.ask("GET", f"/v1/photos/{sha(photo)}", 404, "unknown-photo", client=self.other)
        self.put(photo, photo, client=None, status=401, problem="no-certificate")
        self.put(photo, photo, client=self.hq.ca.expired("bench-1"), status=403, problem="unusable-certificate")
        self.ask("GET", f"/v1/photos/{sha(photo)}", 401, "no-certificate", client=None)
        self.ask("GET", f"/v1/photos/{sha(photo)}", 403, "unusable-certificate", client=self.hq.ca.expired("bench-1"))

    def test_events_that_tell_nonsense(self):
        before = self.hq.metrics()
        c = Chain()
        good = sha(b"x")
        for data in ({"sha256": good.upper(), "bytes": 5}, {"sha256": good[1:], "bytes": 5}, {"sha256": good, "bytes": 0},
                     {"sha256": good, "bytes": -5}, {"sha256": good, "bytes": "5"}, {"sha256": "../" + good[3:], "bytes": 5},
                     {"sha256": good}, {"bytes": 5}, {}, {"sha256": good, "bytes": 99999999999999999999}):
            c.add("photo.taken", data)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).json["acked"], c.head)
        after = self.hq.metrics()
        self.assertEqual([after[n] - before[n] for n in ("hqd_set_aside", "hqd_photos_missing")], [10, 0])

    def test_another_photo_under_this_hash(self):
        photo, false = jpeg(PIECE + 9, 9), jpeg(PIECE + 9, 10)
        self.tell(photo)
        self.part(photo, 0, PIECE, PIECE)
        body, span = piece(false, PIECE, len(false))
        self.put(photo, body, span, status=422, problem="wrong-hash")
        self.ask_have(photo, 0)
        self.assertFalse(self.path(photo).exists())
        self.whole(photo)
        self.got(photo)

    def test_no_jpeg(self):
        for photo in (b"GIF89a" + b"x" * 100, b"\xff\xd8", b"\xff", b"<html>", b"x"):
            with self.subTest(photo=photo):
                self.tell(photo)
                self.put(photo, photo, status=415, problem="unsupported-media-type")
                self.ask_have(photo, 0)
        slow = b"GIF89a"  # byte by byte
        self.tell(slow)
        for at in range(5):
            self.part(slow, at, at + 1, at + 1)
        self.put(slow, *piece(slow, 5, 6), status=415, problem="unsupported-media-type")
        self.ask_have(slow, 0)
        photo = jpeg(100, 11)
        self.tell(photo)
        for headers in ({"Content-Type": "image/png"}, {"Content-Type": ""}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "identity"}):
            self.put(photo, photo, status=415, problem="unsupported-media-type", headers=headers)

    def test_ranges(self):
        photo = jpeg(1000, 12)
        self.tell(photo)
        for span in ("0-9", "0-9/*", "*/*", "/", "-", "0-/10", "-9/10", "9-0/1000", "0-1000/1000", "1000-1000/1000", "-1-5/1000", "+0-9/1000",
                     "0--9/1000", "0-9/-1000", "0x0-9/1000", "0-9/1000, 10-19/1000", " 0-9/1000", "0 -9/1000", "*/0", "0-0/0",
                     "*1/1000", "0-18446744073709551615/18446744073709551616", "18446744073709551616-18446744073709551625/1000",
                     "9223372036854775807-9223372036854775808/9223372036854775809", "1e3-2e3/1e4", "٠-٩/1000".encode().decode("latin-1")):
            with self.subTest(span=span):
                self.put(photo, photo[:10], span, 400, "bad-piece")
        for unit in ("octets 0-9/1000", "bytes=0-9/1000", "0-9/1000", ""):
            with self.subTest(unit=unit):
                self.put(photo, photo[:10], status=400, problem="bad-piece", headers={"Content-Range": unit})
        for body, span in ((photo[:9], "0-9/1000"), (photo[:11], "0-9/1000"), (b"", "0-9/1000"), (b"x", "*/1000")):
            self.put(photo, body, span, 400, "bad-piece")
        self.put(photo, b"", status=400, problem="bad-piece")
        for span in (f"0-9/{1 << 30}", f"*/{1 << 62}", f"0-{1 << 30}/{(1 << 30) + 1}", f"0-{PIECE}/{PIECE + 1}"):
            self.put(photo, b"x" * 10, span, 413, "too-large")
        self.ask_have(photo, 0)

    def test_names(self):
        good = sha(b"name")
        for name in (good.upper(), good[1:], good + "0", "..", "../" * 8 + "etc/passwd", "%2e%2e%2f" * 21 + "a", good[:-1] + "/", good + "/", "",
                     good + ".jpg", "parts", good[:62] + "%00", good[:62] + "%0a"):
            with self.subTest(name=name):
                answer = put(self.hq, self.bench, name, b"x")
                self.assertIn(answer.status, (404, 405) if name else (404, 405))
                self.assertEqual(self.hq.get(f"/v1/photos/{name}", self.bench).status, 404)

    def test_too_many_at_once(self):
        photo = jpeg(1000, 13)
        self.tell(photo)
        socks = []
        for _ in range(4):
            sock = self.hq.raw(self.bench)
            self.addCleanup(sock.close)
            sock.sendall(f"PUT /v1/photos/{sha(photo)} HTTP/1.1\r\nHost: hq\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n"
                         "Expect: 100-continue\r\n\r\n".encode())
            self.assertIn(b"100", sock.recv(100))
            socks.append(sock)
        self.put(photo, photo, status=429, problem="too-many-requests")
        self.ask("GET", f"/v1/photos/{sha(photo)}", 429, "too-many-requests")
        for sock in socks:  # all of them at once: one writes, the others find it there
            sock.sendall(photo)
        for sock in socks:
            reply = http.client.HTTPResponse(sock)
            reply.begin()
            self.assertEqual((answer_of(reply).json), {"have": 1000})
        self.got(photo)


class Life(PhotoCase):
    def setUp(self):
        self.hq = Headquarters()
        self.addCleanup(self.hq.close)
        self.bench, self.other = self.hq.ca.client("bench-1"), self.hq.ca.client("bench-2")

    @classmethod
    def setUpClass(cls):
        pass

    def test_killed_in_mid_photo(self):
        self.hq.start()
        photo = jpeg(2 * PIECE + 1, 14)
        self.tell(photo)
        self.part(photo, 0, PIECE, PIECE)
        self.hq.kill()
        self.hq.start()
        self.ask_have(photo, PIECE)
        self.part(photo, PIECE, 2 * PIECE, 2 * PIECE)
        part = self.hq.dir / "photos/parts" / f"{sha(photo)}.bench-1"
        self.hq.kill()
        with part.open("ab") as f:  # all came, and it was killed before it looked
            f.write(photo[2 * PIECE:])
        self.hq.start()
        self.ask_have(photo, len(photo))
        self.got(photo)
        self.assertEqual(self.parts(), [])

    def test_part_that_is_none(self):
        """Whatever a crash left behind is found out by the hash."""
        self.hq.start()
        photo = jpeg(3000, 15)
        self.tell(photo)
        self.part(photo, 0, 1000, 1000)
        part = self.hq.dir / "photos/parts" / f"{sha(photo)}.bench-1"
        part.write_bytes(bytes(2000))
        self.put(photo, *piece(photo, 2000, 3000), status=422, problem="wrong-hash")
        self.part(photo, 0, 1000, 1000)
        part.write_bytes(bytes(4000))
        self.ask_have(photo, 0)
        self.part(photo, 0, 3000, 3000)
        self.got(photo)

    def test_database_from_before_photos(self):
        """An older hqd stored the events and had no table of photos; they are known all the same."""
        self.hq.start()
        photo = jpeg(500, 16)
        c = self.tell(photo)
        self.hq.stop()
        with sqlite3.connect(self.hq.db) as db:
            db.execute("DROP TABLE photo")
        db.close()
        self.hq.start()
        self.assertEqual(self.hq.metrics()["hqd_photos_missing"], 1)
        self.assertEqual(self.put(photo, photo).json, {"have": 500})
        c.fill(1)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).json["acked"], c.head)

    def test_database_from_before_the_photo(self):
        """The database is restored from an older copy: told again, the photo is found where it lies."""
        self.hq.start()
        self.tell()
        self.hq.stop()
        old = self.hq.db.read_bytes()
        self.hq.start()
        photo = jpeg(500, 17)
        c = self.tell(photo)
        self.put(photo, photo)
        self.hq.stop()
        self.hq.db.write_bytes(old)
        self.hq.start()
        self.put(photo, photo, status=404, problem="unknown-photo")
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).status, 200)
        self.ask_have(photo, 500)
        self.assertEqual([self.hq.metrics()[n] for n in ("hqd_photos", "hqd_photos_missing")], [1, 0])

    def test_command(self):
        self.hq.start()
        kept, missing = jpeg(500, 18), jpeg(600, 19)
        c = Chain()
        about = c.inspect("RAB10000001K")
        c.add("photo.taken", {"sha256": sha(kept), "bytes": 500}, inspection=about, label="RAB10000001K", item={"line": 1, "unit": 1})
        told(c, missing)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).status, 200)
        self.put(kept, kept)
        listed = {r[0]: r[1:] for r in (line.split("\t") for line in self.hq.run("photo", "--db", self.hq.db).out.splitlines())}
        self.assertEqual(listed[sha(missing)], ["600", "bench-1", "-", "missing"])
        self.assertEqual(listed[sha(kept)][:3], ["500", "bench-1", about])
        self.assertRegex(listed[sha(kept)][3], r"^20\d\d-.*Z$")
        done = subprocess.run([str(stage() / "hqd"), "photo", "--db", str(self.hq.db), sha(kept)], capture_output=True, timeout=60, cwd="/",
                              **(drop() if self.hq.nobody else {}))
        self.assertEqual((done.returncode, done.stdout), (0, kept))
        self.assertEqual(self.hq.run("photo", "--db", self.hq.db, sha(missing)).code, 1)
        for bad in ("../hq.db", sha(kept).upper(), "x"):
            self.assertEqual(self.hq.run("photo", "--db", self.hq.db, bad).code, 2)
        self.assertEqual(self.hq.run("photo", "--db", self.hq.dir / "none.db").code, 3)

    def test_folder_that_cannot_be_written(self):
        """No photo is taken, and events are: 503, not a lie."""
        (self.hq.dir / "photos").write_text("no folder")
        self.hq.start()
        photo = jpeg(500, 30)
        c = self.tell(photo)
        self.put(photo, photo, status=503, problem="store-failed")
        self.ask("GET", f"/v1/photos/{sha(photo)}", 503, "store-failed")
        c.fill(1)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).json["acked"], c.head)
        os.unlink(self.hq.dir / "photos")
        self.assertEqual(self.put(photo, photo).json, {"have": 500})

    @unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
    def test_disk_full(self):
        """Only the folder of photos is full: what is there stays, and events are taken all the while."""
        self.hq.start(preload=True, env={"BADDISK_DIR": str(self.hq.dir / "photos")})
        photo = jpeg(2 * PIECE, 31)
        c = self.tell(photo)
        self.part(photo, 0, PIECE, PIECE)
        self.hq.control.write_text("full")
        self.put(photo, *piece(photo, PIECE, 2 * PIECE), status=507, problem="disk-full")
        c.fill(1)
        self.assertEqual(self.hq.post_events(c.journal, c.lines, self.bench).json["acked"], c.head)
        self.hq.control.write_text("")
        self.ask_have(photo, PIECE)
        self.part(photo, PIECE, 2 * PIECE, 2 * PIECE)
        self.got(photo)

    @unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
    def test_disk_nearly_full(self):
        """There is room, but it is the events'."""
        self.hq.start(preload=True, env={"BADDISK_DIR": str(self.hq.dir / "photos")})
        photo = jpeg(2 * PIECE, 33)
        self.tell(photo)
        self.part(photo, 0, PIECE, PIECE)
        self.hq.control.write_text("tight")
        self.put(photo, *piece(photo, PIECE, 2 * PIECE), status=507, problem="disk-full")
        self.ask_have(photo, PIECE)
        self.hq.control.write_text("")
        self.part(photo, PIECE, 2 * PIECE, 2 * PIECE)
        self.got(photo)

    @unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
    def test_disk_that_stalls(self):
        """A sync of a photo that hangs holds up no event."""
        self.hq.start(preload=True, env={"BADDISK_DIR": str(self.hq.dir / "photos")})
        photo = jpeg(1000, 32)
        c = self.tell(photo)
        with open(self.hq.control) as control, ThreadPoolExecutor(1) as pool:
            fcntl.flock(control, fcntl.LOCK_EX)
            try:
                kept = pool.submit(put, self.hq, self.bench, sha(photo), photo)
                for _ in range(20):
                    c.fill(1)
                    self.assertEqual(self.hq.post_events(c.journal, c.lines[-1:], self.bench).json["acked"], c.head)
                self.assertFalse(kept.done())
            finally:
                fcntl.flock(control, fcntl.LOCK_UN)
            self.assertEqual(kept.result(20).json, {"have": 1000})

    @unittest.skipIf(sanitized(), "baddisk.so can't be preloaded into a sanitized program")
    def test_stop_finishes_a_photo_in_hand(self):
        self.hq.start(preload=True, env={"BADDISK_DIR": str(self.hq.dir / "photos")})
        photo = jpeg(1000, 33)
        self.tell(photo)
        with open(self.hq.control) as control, ThreadPoolExecutor(1) as pool:
            fcntl.flock(control, fcntl.LOCK_EX)
            try:
                kept = pool.submit(put, self.hq, self.bench, sha(photo), photo)
                end = time.monotonic() + 20
                while not (self.hq.dir / "photos").exists():  # its first sync hangs
                    self.assertLess(time.monotonic(), end, "no photo is written")
                self.hq.proc.send_signal(signal.SIGTERM)
                while True:  # it stops: nobody new is heard
                    try:
                        socket.create_connection((self.hq.host, self.hq.port), timeout=5).close()
                    except ConnectionRefusedError:
                        break
                    except ConnectionResetError:
                        pass  # in its very last moment
                    self.assertLess(time.monotonic(), end, "it does not stop")
            finally:
                fcntl.flock(control, fcntl.LOCK_UN)
            self.assertEqual(kept.result(20).json, {"have": 1000})
        self.hq.stop()
        self.assertEqual(self.path(photo).read_bytes(), photo)


class Contract(unittest.TestCase):
    def test_zz_every_documented_answer_occurred(self):
        wanted = {(PATH, method, status) for method in ("put", "get") for status in CONTRACT["paths"][PATH][method]["responses"]}
        seen = {s for s in test_hqd.seen if s[0] == PATH}
        if not any(s == "200" for _, _, s in seen):
            self.skipTest("the other tests of this module did not run")
        self.assertEqual(wanted - seen - ({(PATH, "put", "507")} if sanitized() else set()), set())

    def test_methods(self):
        hq = Headquarters()
        self.addCleanup(hq.close)
        hq.start()
        for method in ("POST", "DELETE", "PATCH"):
            answer = hq.request(method, "/v1/photos/" + "0" * 64, b"x", client=hq.ca.client("bench-1"))
            check(method, "/v1/photos/" + "0" * 64, answer)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, PUT"))


def load_tests(loader, _tests, _pattern):
    """Contract behind all others."""
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(c) for c in (Pieces, Refused, Life))
    suite.addTest(loader.loadTestsFromName("test_methods", Contract))
    suite.addTest(loader.loadTestsFromName("test_zz_every_documented_answer_occurred", Contract))
    return suite
