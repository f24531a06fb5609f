"""Photos on their way from a station's outbox to headquarters: byte for byte, behind the events, resumed after cuts; and a
headquarters that lies about them."""
import os
import shutil
import threading

from camera import Camera
from fakehq import FakeHq, endless, problem, reply
from hq import Chain
from line import GOOD, LineCase, authority, held, pair
from photos import jpeg, sha, told
from station import reason, rma, sanitized

KIB = 1024
LONG = 60 * (3 if sanitized() else 1)


class PhotoLine(LineCase):
    def lay(self, st, *photos):
        """Photos wait in the station's outbox."""
        box = st.state / "photos/outbox"
        box.mkdir(parents=True, exist_ok=True)
        for photo in photos:
            hidden = box / f".{sha(photo)}"
            hidden.write_bytes(photo)
            hidden.rename(box / f"{sha(photo)}.jpg")
        for path in (st.state / "photos", box, *box.iterdir()):
            os.chown(path, st.state.stat().st_uid, st.state.stat().st_gid)

    def tell(self, hq, *photos):
        """The events that tell of them, in another journal of the same station."""
        c = Chain("bench-1")
        for photo in photos:
            told(c, photo)
        self.assertEqual(hq.post_events(c.journal, c.lines, pair("client", "bench-1")).status, 200)

    def waiting(self, st):
        return sorted(p.name for p in (st.state / "photos/outbox").glob("[0-9a-f]*"))

    def arrived(self, hq, st, *photos, seconds=LONG):
        names = sorted(f"{sha(p)}.jpg" for p in photos)
        try:
            st.panel.until("an empty outbox", lambda: self.waiting(st) == [], seconds)
        except AssertionError as error:
            self.fail(f"{error}\n{self.waiting(st)} {st.status()['headquarters']}\n{st.said()[-2000:]}\n{hq.said()[-2000:]}")
        for photo in photos:
            answer = hq.get(f"/v1/photos/{sha(photo)}", pair("client", "bench-1"))
            self.assertEqual((answer.status, answer.body == photo), (200, True))
        self.assertEqual(sorted(p.name for p in (st.state / "photos").glob("*.jpg")), names)
        self.assertEqual((st.status()["headquarters"]["photos_refused"], st.status()["headquarters"]["photos_why"]), (0, None))

    def on_disk(self, hq, photo):
        """Bytes of it that headquarters has."""
        try:
            return (hq.dir / "photos/parts" / f"{sha(photo)}.bench-1").stat().st_size
        except FileNotFoundError:
            return 0


class FromTheCamera(PhotoLine):
    def test_a_fail_is_seen_at_headquarters(self):
        """The whole way: camera, reason, disk, event, line; and the status tells how many wait."""
        hq = self.headquarters()
        proxy = self.proxy(hq.port)
        cam = Camera([rma(1)])
        self.addCleanup(cam.close)
        st = self.bench(proxy.port, settings={"scanner eye": cam.settings()})
        cam.start("--station", "--config", st.conf)
        st.panel.until("the camera", lambda: st.status()["camera"]["present"], LONG)
        self.link(GOOD)
        proxy.refuse()
        st.open(rma(1))
        st.panel.ask("fail", fail="fast", appearance="fast")
        st.scan(reason("SCRATCH"))
        st.panel.until("a photo that waits", lambda: st.status()["photos"]["waiting"] == 1, LONG)
        proxy.restore()
        self.retry()
        st.panel.until("none that waits", lambda: st.status()["photos"]["waiting"] == 0, LONG)
        taken, = st.events("photo.taken")
        self.assertEqual(taken["inspection"], st.events("reason.given")[0]["inspection"])
        name = taken["data"]["sha256"]
        photo = (st.state / f"photos/{name}.jpg").read_bytes()
        self.assertEqual((sha(photo), len(photo)), (name, taken["data"]["bytes"]))
        self.assertEqual(st.status()["photos"]["bytes"], len(photo))
        self.assertEqual(hq.lines(st.status()["journal"]["id"]), held(st))
        self.assertEqual(hq.get(f"/v1/photos/{name}", pair("client", "bench-1")).body, photo)


class Photos(PhotoLine):
    def test_arrive_byte_for_byte(self):
        hq = self.headquarters()
        st = self.bench(hq.port, start=False)
        photos = [jpeg(n, n) for n in (7, 65536, 700 * KIB + 1)]
        self.tell(hq, *photos)
        self.lay(st, *photos)
        (st.state / "photos/outbox/.half.jpg").write_bytes(b"half")
        (st.state / "photos/outbox/README").write_bytes(b"not a photo")
        st.start()
        self.delivered(hq)
        self.arrived(hq, st, *photos)
        self.assertEqual(sorted(p.name for p in (st.state / "photos/outbox").iterdir()), [".half.jpg", "README"])

    def test_taken_while_it_works(self):
        """A photo whose event comes later: it is asked for when events were delivered, and others are not held up."""
        hq = self.headquarters()
        st = self.bench(hq.port)
        self.link(GOOD)
        early, late = jpeg(5000, 1), jpeg(6000, 2)
        self.lay(st, early)
        self.event()
        st.panel.until("it to be refused", lambda: st.status()["headquarters"]["photos_refused"] == 1, LONG)
        self.assertIn("HTTP 404", st.status()["headquarters"]["photos_why"])
        self.link(GOOD)  # the line is good all the same
        self.tell(hq, late)
        self.lay(st, late)
        self.event()
        st.panel.until("the other one", lambda: self.waiting(st) == [f"{sha(early)}.jpg"], LONG)
        self.tell(hq, early)
        self.retry()
        self.arrived(hq, st, early, late)

    def test_cut_in_mid_photo(self):
        """It goes on where it was: what crosses the line is little more than the photo."""
        hq = self.headquarters()
        proxy = self.proxy(hq.port)
        st = self.bench(proxy.port)
        self.link(GOOD)
        self.delivered(hq)
        photo = jpeg(1500 * KIB, 3)
        self.tell(hq, photo)
        proxy.clear()
        proxy.slow(0.02, 16 * KIB)
        self.lay(st, photo)
        for up in (500 * KIB, 400 * KIB):
            cuts = proxy.cuts
            proxy.restore()
            proxy.cut(up=up)
            self.event()  # it looks into the outbox, if it does not already
            self.retry()
            proxy.wait("the cut", lambda: proxy.cuts > cuts, LONG)
        self.assertGreater(self.on_disk(hq, photo), 300 * KIB)
        proxy.slow()
        proxy.restore()
        self.retry()
        self.arrived(hq, st, photo)
        self.delivered(hq)
        self.assertLess(proxy.count["up"], len(photo) + 3 * 256 * KIB, "it began anew")

    def test_headquarters_killed_in_mid_photo(self):
        hq = self.headquarters()
        proxy = self.proxy(hq.port)
        st = self.bench(proxy.port)
        self.link(GOOD)
        photo = jpeg(1500 * KIB, 4)
        self.tell(hq, photo)
        proxy.slow(0.05, 32 * KIB)
        self.lay(st, photo)
        self.event()
        st.panel.until("a part of it", lambda: self.on_disk(hq, photo) > 100 * KIB, LONG)
        hq.kill()
        had = self.on_disk(hq, photo)
        self.assertLess(had, len(photo))
        hq.start()
        proxy.slow()
        proxy.clear()
        self.retry()
        self.arrived(hq, st, photo)
        self.assertLess(proxy.count["up"], len(photo) - had + 3 * 256 * KIB, "it began anew")
        self.delivered(hq)

    def test_events_overtake_photos(self):
        hq = self.headquarters()
        proxy = self.proxy(hq.port)
        st = self.bench(proxy.port)
        self.link(GOOD)
        photo = jpeg(4000 * KIB, 5)
        self.tell(hq, photo)
        proxy.slow(0.1, 16 * KIB)
        self.lay(st, photo)
        self.event()
        st.panel.until("a part of it", lambda: self.on_disk(hq, photo) > 0, LONG)
        for _ in range(3):
            self.event()
            st.panel.until("the event", lambda: st.status()["headquarters"]["backlog"] == 0, LONG)
        self.assertLess(self.on_disk(hq, photo), len(photo))
        self.assertEqual(self.waiting(st), [f"{sha(photo)}.jpg"], "the photo was faster than the events")
        proxy.slow()
        self.retry()
        self.arrived(hq, st, photo)
        self.delivered(hq)

    def test_headquarters_restored_from_an_older_copy(self):
        """Photos that were delivered since are sent again, as those that are told of and still here."""
        hq = self.headquarters()
        st = self.bench(hq.port)
        self.link(GOOD)
        photos = [jpeg(100 * KIB, 6), jpeg(3000, 7)]
        self.tell(hq, *photos)
        self.delivered(hq)
        hq.stop()
        copy = hq.db.read_bytes()
        hq.start()
        self.retry()
        self.lay(st, *photos)
        self.event()
        self.arrived(hq, st, *photos)
        self.delivered(hq)
        hq.stop()
        hq.db.write_bytes(copy)
        shutil.rmtree(hq.dir / "photos")
        hq.start()
        self.event()
        self.retry()
        self.delivered(hq)
        st.panel.until("them again", lambda: len(list((hq.dir / "photos").glob("??/*.jpg"))) == 2, LONG)
        self.arrived(hq, st, *photos)


class Lies(PhotoLine):
    def setUp(self):
        server = pair("server")
        self.fake = FakeHq(server.cert, server.key, authority().cert)
        self.addCleanup(self.fake.close)

    def asked(self):
        return [r for r in self.fake.asked if r.what == "photos"]

    def test_answers_that_lead_nowhere(self):
        """Told in the status, no storm, and events and LINK are as ever; an honest headquarters then gets the photo."""
        st = self.bench(self.fake.port)
        self.link(GOOD)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        table = {
            "beyond the photo": lambda r: reply(200, {"have": 1 << 40}),
            "negative": lambda r: reply(200, {"have": -1}),
            "a float": lambda r: reply(200, b'{"have":1.0}'),
            "twice": lambda r: reply(200, b'{"have":0,"have":0}'),
            "text": lambda r: reply(200, {"have": "0"}),
            "nothing": lambda r: reply(200, b""),
            "no progress": lambda r: reply(200, {"have": 0}),
            "a gap for ever": lambda r: problem(409, "piece-gap", {"have": 77}),
            "endless": lambda r: endless(head, b" " * 65536),
            "404": lambda r: problem(404, "unknown-photo"),
            "413": lambda r: problem(413, "too-large"),
            "415": lambda r: problem(415, "unsupported-media-type"),
            "422": lambda r: problem(422, "wrong-hash"),
            "401": lambda r: problem(401, "no-certificate"),
            "403": lambda r: problem(403, "forbidden"),
            "429": lambda r: problem(429, "too-many-requests", Retry_After="30"),
            "500": lambda r: problem(500, "broken"),
            "503": lambda r: problem(503, "busy"),
            "507": lambda r: problem(507, "disk-full", Retry_After="60"),
        }
        for n, (name, answer) in enumerate(table.items()):
            with self.subTest(name):
                photo = jpeg(200 * KIB, 100 + n)
                self.fake.answer = lambda r, answer=answer: answer(r) if r.what == "photos" else None
                mark = len(self.asked())
                self.lay(st, photo)
                self.event()
                self.retry()
                st.panel.until("it to be told", lambda: st.status()["headquarters"]["photos_why"], LONG)
                self.event()
                self.delivered(self.fake)
                self.assertEqual(self.panel.lamps["link"], GOOD)
                self.assertLess(len(self.asked()) - mark, 12, "a storm")
                self.fake.answer = lambda r: None
                self.retry()
                st.panel.until("an empty outbox", lambda: self.waiting(st) == [], LONG)
                self.assertEqual(self.fake.photos[sha(photo)], photo)
                st.panel.until("no complaint", lambda: not st.status()["headquarters"]["photos_why"], LONG)

    def test_events_that_do_not_go_keep_photos_waiting(self):
        """Events come first, also when headquarters takes none now."""
        st = self.bench(self.fake.port)
        self.link(GOOD)
        self.delivered(self.fake)
        self.fake.answer = lambda r: problem(503, "busy") if r.what == "events" else None
        self.event()
        self.lay(st, jpeg(1000, 9))
        for n in range(4):
            mark = len(self.fake.posts())
            self.retry()
            st.panel.until("events to be tried", lambda: len(self.fake.posts()) > mark, LONG)
            self.event()
        self.assertEqual(self.asked(), [])
        self.fake.answer = lambda r: None
        self.retry()
        st.panel.until("an empty outbox", lambda: self.waiting(st) == [], LONG)
        asked = [r.what for r in self.fake.asked]
        self.assertGreater(asked.index("photos"), len(asked) - 1 - asked[::-1].index("events"))

    def test_a_rewind_is_on_the_disk_before_events_go(self):
        """Headquarters lost what it had, and takes nothing now: whoever starts again then knows of the photos all the same."""
        st = self.bench(self.fake.port)
        self.link(GOOD)
        photo = jpeg(1000, 4)
        self.lay(st, photo)
        self.event()
        self.retry()
        st.panel.until("an empty outbox", lambda: self.waiting(st) == [], LONG)
        self.delivered(self.fake)
        answers = iter([problem(409, "gap", {"acked": 0})])
        # only to events: a question for the list may come first
        self.fake.answer = lambda r: next(answers, problem(503, "busy")) if r.what == "events" else problem(503, "busy")
        self.event()
        st.panel.until("it waits again", lambda: self.waiting(st) == [f"{sha(photo)}.jpg"], LONG)
        self.assertGreater(st.status()["headquarters"]["backlog"], 1)

    def test_one_that_hangs_makes_way_for_events(self):
        st = self.bench(self.fake.port)
        self.link(GOOD)
        go = threading.Event()
        self.addCleanup(go.set)
        self.fake.answer = lambda r: go.wait(LONG) and None if r.what == "photos" else None
        self.lay(st, jpeg(1000, 8))
        self.event()
        st.panel.until("the photo's request", self.asked, LONG)
        self.event()
        st.panel.until("the event", lambda: st.status()["headquarters"]["backlog"] == 0, 15)
        self.delivered(self.fake)

    def test_told_to_try_while_one_hangs_the_wait_of_an_event_behind_it_is_kept(self):
        """SIGHUP lifts the wait of what was under way, which made way; not what headquarters asks for afterwards."""
        st = self.bench(self.fake.port, poll_s=0)  # no request for the list in between
        self.link(GOOD)
        go = threading.Event()
        self.addCleanup(go.set)
        busy = [problem(503, "busy", Retry_After="3")]

        def answer(r):
            if r.what == "photos":
                go.wait(LONG)
            return busy.pop() if r.what == "events" and self.asked() and busy else None

        self.fake.answer = answer
        self.lay(st, jpeg(1000, 8))
        self.event()
        st.panel.until("the photo's request", self.asked, LONG)
        before = st.said().count("label formats, version")
        self.retry()
        st.panel.until("the signal to be heard", lambda: st.said().count("label formats, version") > before)
        mark = len(self.fake.posts())
        self.event()
        st.panel.until("the event, again", lambda: len(self.fake.posts()) >= mark + 2, LONG)
        first, second = self.fake.posts()[mark:mark + 2]
        self.assertGreaterEqual(second.at - first.at, 3)
        go.set()
        self.delivered(self.fake)
