"""Photos on a stick: those that the exported events tell of, under the label's name and proved as all else; what is missing is told and
costs nothing, and headquarters takes them from there."""
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess

from camera import Camera
from export import TOLD
from line import held, pair
from photos import jpeg, sha
from station import NOBODY, reason, rma, sanitized, stage
from test_export import NOWHERE
from test_hqd_stick import StickCase
from test_verify import sign

LONG = 30 * (3 if sanitized() else 1)
SIGNED = ["SHA256SUMS", "SHA256SUMS.p7s"]


def name(label, photo):
    return f"photos/{label}_{sha(photo)[:16]}.jpg"


class PhotosCase(StickCase):
    def put(self, st, photo, folder="outbox"):
        """A photo that waits, or (folder "") that headquarters has."""
        place = st.state / "photos" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{sha(photo)}.jpg").write_bytes(photo)
        st.give()

    def tell(self, st, *photos, label=rma(1)):
        """Events in the journal of a station that is stopped, each linked to the one before."""
        con = sqlite3.connect(st.db)
        seq, line, prev = con.execute("SELECT seq, line, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        event = json.loads(line)
        for photo in photos:
            seq, opened = seq + 1, f"0190b8a0-0000-7000-8000-{seq:012x}"
            event.update(seq=seq, id=f"0190b8a0-0000-7000-9000-{seq:012x}", kind="photo.taken", by=None, inspection=opened,
                         item={"line": 1, "unit": 1}, label=label, data={"sha256": sha(photo), "bytes": len(photo)}, prev=prev.hex())
            line = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
            prev = hashlib.sha256(line).digest()
            with con:
                con.execute("INSERT INTO event(seq, line, hash) VALUES(?, ?, ?)", (seq, line, prev))
        con.close()
        st.give()

    def stopped(self, **how):
        st = self.bench(NOWHERE, **how)
        self.goes_on(1)
        st.stop()
        return st

    def one(self, st, *args, **how):
        """A new export on a new stick, and what was said of it."""
        stick = self.stick()
        done = self.export(st, stick, *args, **how)
        return self.exports(stick)[0], done

    def holds(self, export, *photos, label=rma(1)):
        self.assertEqual(export.names(), sorted([*TOLD, *SIGNED, *(name(label, p) for p in photos)]))
        for photo in photos:
            self.assertTrue(export.bytes(name(label, photo)) == photo)
        m = self.proves_itself(export)
        self.assertEqual(m["photos"], len(photos))
        return m


class Photos(PhotosCase):
    def test_a_fail_on_a_stick(self):
        """The whole way: camera, reason, disk, event, stick; and the stick proves itself."""
        cam = Camera([rma(1)])
        self.addCleanup(cam.close)
        st = self.bench(NOWHERE, settings={"scanner eye": cam.settings()})
        cam.start("--station", "--config", st.conf)
        st.panel.until("the camera", lambda: st.status()["camera"]["present"], LONG)
        st.open(rma(1))
        st.panel.ask("fail", fail="fast", appearance="fast")
        st.scan(reason("SCRATCH"))
        st.panel.until("a photo", lambda: len(st.events("photo.taken")) == 1 and any((st.state / "photos/outbox").glob("[0-9a-f]*")), LONG)
        photo = next((st.state / "photos/outbox").glob("[0-9a-f]*")).read_bytes()
        export, done = self.one(st)
        self.assertEqual(self.holds(export, photo)["photos_missing"], 0)
        self.assertIn("1 photo\n", done.out)
        verified = st.ctl("verify", export.dir)
        self.assertEqual(verified.code, 0, verified.out)

    def test_wherever_they_lie_and_each_once(self):
        st = self.stopped()
        waits, delivered, both = jpeg(5000, 1), jpeg(70000, 2), jpeg(300, 3)
        for photo, folder in ((waits, "outbox"), (delivered, ""), (both, "outbox"), (both, "")):
            self.put(st, photo, folder)
        self.put(st, jpeg(100, 4))  # no event tells of it
        self.tell(st, waits, delivered, both, waits)
        export, done = self.one(st)
        self.assertEqual(self.holds(export, waits, delivered, both)["photos_missing"], 0)
        self.assertIn("3 photos\n", done.out)
        order = [line.split()[1] for line in export.bytes("SHA256SUMS").decode().splitlines() if "photos/" in line]
        self.assertEqual(order, [name(rma(1), p) for p in (waits, both, delivered)], "the newest first")

    def test_only_those_of_its_events(self):
        st = self.stopped()
        first, second = jpeg(500, 1), jpeg(500, 2)
        for photo in (first, second):
            self.put(st, photo)
            self.tell(st, photo)
        con = sqlite3.connect(st.db)
        last = con.execute("SELECT max(seq) FROM event").fetchone()[0]
        con.close()
        self.acknowledge(st, last - 1)
        self.holds(self.one(st)[0], second)
        self.holds(self.one(st, "--all")[0], first, second)

    def test_one_that_is_gone_or_damaged_costs_nothing(self):
        st = self.stopped()
        good, gone, changed, short, empty, link = (jpeg(400, n) for n in range(6))
        for photo in (good, changed, short, empty):
            self.put(st, photo)
        box = st.state / "photos/outbox"
        (box / f"{sha(changed)}.jpg").write_bytes(jpeg(400, 9))
        (box / f"{sha(short)}.jpg").write_bytes(short[:100])
        (box / f"{sha(empty)}.jpg").write_bytes(b"")
        (st.dir / "elsewhere.jpg").write_bytes(link)
        (box / f"{sha(link)}.jpg").symlink_to(st.dir / "elsewhere.jpg")
        self.tell(st, good, gone, changed, short, empty, link)
        export, done = self.one(st)
        self.assertEqual(self.holds(export, good)["photos_missing"], 5)
        self.assertIn("1 photo; 5 photos are not here any more\n", done.out)
        (box / f"{sha(good)}.jpg").unlink()  # now there is none that is whole
        export, done = self.one(st)
        self.assertEqual(self.holds(export)["photos_missing"], 6)
        self.assertEqual(st.ctl("verify", export.dir).code, 0)

    def test_one_that_is_told_and_not_shown_yet(self):
        """Its event is in the journal; that its file still has a dot is the line's business."""
        st = self.stopped()
        photo = jpeg(400)
        self.put(st, photo)
        path = st.state / f"photos/outbox/{sha(photo)}.jpg"
        path.rename(path.with_name(f".{path.name}"))
        self.tell(st, photo)
        self.holds(self.one(st)[0], photo)

    def test_a_label_becomes_a_name(self):
        """Whatever was scanned; a name that leads out of the folder is none."""
        st = self.stopped()
        photo = jpeg(300)
        self.put(st, photo)
        self.tell(st, photo, label="../../etc/=x \"\\\u4e2d" + 60 * "A")
        export, _ = self.one(st)
        photos = [n for n in export.names() if n.startswith("photos/")]
        self.assertEqual(len(photos), 1)
        self.assertRegex(photos[0], r"^photos/[A-Za-z0-9-]{32}_[0-9a-f]{16}\.jpg$")
        self.proves_itself(export)
        self.assertEqual(st.ctl("verify", export.dir).code, 0)

    def test_no_room_for_them(self):
        """Events are worth more: they are on the stick, and what is not is told."""
        st = self.stopped()
        photos = [jpeg(300, n) for n in range(3)]
        for photo in photos:
            self.put(st, photo)
        self.tell(st, *photos)
        stick, control = self.stick(), st.dir / "stick-control"
        control.write_text("tight")
        control.chmod(0o644)
        env = {"LD_PRELOAD": str(stage() / "baddisk.so"), "BADDISK_DIR": str(stick), "BADDISK_CONTROL": str(control)}
        done = st.ctl("export", stick, env=env)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("; no room for 3 photos\n", done.out)
        self.assertEqual(self.holds(self.exports(stick)[0])["photos_missing"], 3)

    def test_no_more_room_midway(self):
        """As in a folder of a FAT that has no room for another name: the export is whole without the rest."""
        st, stick = self.stopped(), self.stick()
        large, middle, newest = jpeg(2 << 20, 1), jpeg(300, 2), jpeg(300, 3)
        for photo in (large, middle, newest):
            self.put(st, photo)
            self.tell(st, photo)
        done = subprocess.run(["prlimit", f"--fsize={1 << 20}", str(stage() / "station-export"), "--config", str(st.conf), str(stick)],
                              capture_output=True, text=True, timeout=60, **({"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 photo; no room for 2 photos\n", done.stdout)
        export, = self.exports(stick)
        self.assertEqual(self.holds(export, newest)["photos_missing"], 2)
        self.assertEqual(st.ctl("verify", export.dir).code, 0)

    def test_changed_or_taken_away_on_the_stick(self):
        st = self.stopped()
        photo = jpeg(300)
        self.put(st, photo)
        self.tell(st, photo)
        export, _ = self.one(st)
        path = export.dir / name(rma(1), photo)
        path.write_bytes(photo[:-1] + b"\0")
        done = st.ctl("verify", export.dir)
        self.assertEqual(done.code, 1)
        self.assertIn(f"changed: {name(rma(1), photo)}", done.out)
        path.rename(path.with_name("other.jpg"))
        done = st.ctl("verify", export.dir)
        self.assertIn(f"missing: {name(rma(1), photo)}", done.out)
        self.assertIn("extra: photos/other.jpg", done.out)

    def test_what_a_pulled_stick_holds_of_them_is_cleared_away(self):
        st, stick = self.stopped(), self.stick()
        half = stick / "bench-1/.2026-11-23_08-00-00Z.part"
        (half / "photos").mkdir(parents=True)
        for n in range(1500):
            (half / f"photos/{n}.jpg").write_bytes(b"half")
        (half / "linked").symlink_to(st.state)
        for p in (half.parent, half, half / "photos"):
            p.chmod(0o777)
        self.export(st, stick)
        self.assertFalse(half.exists())
        self.assertTrue(st.db.exists())


class Encrypted(PhotosCase):
    def test_they_are_in_the_archive(self):
        reader = self.rsa()
        st = self.stopped(settings={"export": {"encrypt_to": reader.cert}})
        good, changed, gone = jpeg(90000, 1), jpeg(400, 2), jpeg(400, 3)
        for photo in (good, changed):
            self.put(st, photo)
        (st.state / f"photos/outbox/{sha(changed)}.jpg").write_bytes(jpeg(400, 9))
        self.tell(st, good, changed, gone)
        sealed, done = self.one(st)
        self.assertEqual(sealed.names(), ["export.tar.cms"])
        self.assertNotIn(good[100:200], sealed.bytes("export.tar.cms"))
        self.assertIn("1 photo; 2 photos are not here any more\n", done.out)
        self.assertEqual(self.holds(self.opened(sealed, reader), good)["photos_missing"], 2)


class Import(PhotosCase):
    def kept(self, hq):
        """By their hash: what headquarters has of them."""
        done = hq.run("photo", "--db", hq.db)
        self.assertEqual(done.code, 0, done.err)
        return {line.split("\t")[0]: line.split("\t")[4] != "missing" for line in done.out.splitlines()}

    def photo(self, hq, photo):
        path = hq.dir / f"photos/{sha(photo)[:2]}/{sha(photo)}.jpg"
        return path.read_bytes() if path.exists() else None

    def test_headquarters_takes_them_any_number_of_times(self):
        hq, st, stick = self.headquarters(start=False), self.stopped(), self.stick()
        photos = [jpeg(500, 1), jpeg(400000, 2)]
        for photo in photos:
            self.put(st, photo)
        self.tell(st, *photos, jpeg(100, 3))
        self.export(st, stick)
        for _ in range(2):
            out = self.take(hq, stick).out
            self.assertIn("2 photos\n", out)
            self.assertEqual(self.kept(hq), {sha(photos[0]): True, sha(photos[1]): True, sha(jpeg(100, 3)): False})
            for photo in photos:
                self.assertTrue(self.photo(hq, photo) == photo)
        self.assertEqual(list((hq.dir / "photos/parts").iterdir()), [])
        shutil.rmtree(hq.dir / "photos")  # and again, where somebody lost them
        self.take(hq, stick)
        self.assertTrue(self.photo(hq, photos[1]) == photos[1])

    def test_what_was_changed_is_named_and_the_rest_is_taken(self):
        hq, st, stick = self.headquarters(start=False), self.stopped(), self.stick()
        good, changed, lost = (jpeg(500, n) for n in range(3))
        for photo in (good, changed, lost):
            self.put(st, photo)
        self.tell(st, good, changed, lost)
        self.export(st, stick)
        folder = self.exports(stick)[0].dir
        (folder / name(rma(1), changed)).write_bytes(jpeg(500, 9))
        (folder / name(rma(1), lost)).unlink()
        (folder / name(rma(1), lost)).symlink_to("/etc/passwd")
        done = self.take(hq, stick, code=1)
        self.assertIn("2 photos were not taken", done.err)
        self.assertIn(": 1 photo\n", done.out)
        self.assertEqual(self.kept(hq), {sha(good): True, sha(changed): False, sha(lost): False})
        self.assertIsNone(self.photo(hq, changed))
        self.assertEqual(list((hq.dir / "photos/parts").iterdir()), [])

    def test_events_are_acknowledged_when_their_photos_are_here(self):
        """Who hears of them as received begins the next export behind them, and brings no photo of theirs again."""
        hq, st, stick = self.headquarters(start=False), self.stopped(), self.stick()
        photo = jpeg(500)
        self.put(st, photo)
        self.tell(st, photo)
        self.export(st, stick)
        spoilt = self.exports(stick)[0].dir / name(rma(1), photo)
        spoilt.write_bytes(jpeg(500, 9))
        ack = stick / "bench-1/ack.json"
        for p in (stick / "bench-1", stick):
            p.chmod(0o777)
        self.take(hq, stick, code=1, signs=True)
        self.assertFalse(ack.exists())
        self.export(st, stick)
        self.take(hq, stick, code=1, signs=True)  # the first is still there
        self.assertEqual(self.kept(hq), {sha(photo): True})
        self.assertEqual(json.loads(ack.read_text())["acked"], len(held(st)))

    def test_one_in_headquarters_that_was_damaged_is_mended(self):
        hq, st, stick = self.headquarters(start=False), self.stopped(), self.stick()
        photo = jpeg(500)
        self.put(st, photo)
        self.tell(st, photo)
        self.export(st, stick)
        self.take(hq, stick)
        path = hq.dir / f"photos/{sha(photo)[:2]}/{sha(photo)}.jpg"
        path.write_bytes(photo[:100])
        self.take(hq, stick)
        self.assertTrue(self.photo(hq, photo) == photo)

    def test_those_whose_events_wait_come_behind_them(self):
        """Of a gap nothing is known: a photo that no event tells of is not taken, and not lost either."""
        hq, chain = self.headquarters(start=False), self.chain()
        photo = jpeg(700)
        chain.add("photo.taken", {"sha256": sha(photo), "bytes": len(photo)}, label=rma(4))
        late = self.stick()
        folder = self.write(late, chain, 10, chain.head)
        self.lay(folder, chain.station, photo)
        self.assertIn("1 photo waits for the events that are missing", self.take(hq, late).out)
        self.assertEqual(self.kept(hq), {})
        early = self.stick()
        self.write(early, chain, 1, 9)
        self.take(hq, early)
        self.assertEqual(self.kept(hq), {sha(photo): False})
        self.take(hq, late)
        self.assertEqual(self.kept(hq), {sha(photo): True})

    def lay(self, folder, station, *photos):
        """Into an export that is signed anew, as its station could."""
        (folder / "photos").mkdir()
        with (folder / "SHA256SUMS").open("a") as out:
            for photo in photos:
                (folder / name(rma(4), photo)).write_bytes(photo)
                out.write(f"{sha(photo)}  {name(rma(4), photo)}\n")
        sign(folder, pair("client", station))

    def test_of_another_size_or_no_jpeg(self):
        hq, chain, stick = self.headquarters(start=False), self.chain(), self.stick()
        odd, text = jpeg(700), b"<html>" * 50
        chain.add("photo.taken", {"sha256": sha(odd), "bytes": 701}, label=rma(4))
        chain.add("photo.taken", {"sha256": sha(text), "bytes": len(text)}, label=rma(4))
        self.lay(self.write(stick, chain, 1, chain.head), chain.station, odd, text)
        self.assertIn("2 photos were not taken", self.take(hq, stick, code=1).err)
        self.assertEqual(set(self.kept(hq).values()), {False})
        self.assertEqual([p.name for p in (hq.dir / "photos").rglob("*") if p.is_file()], [])

    def test_beside_a_running_headquarters(self):
        """A photo that the line has in hand, too: both come to an end, and it is whole."""
        hq, st, stick = self.headquarters(), self.stopped(), self.stick()
        photo = jpeg(600000)
        self.put(st, photo)
        self.tell(st, photo)
        self.export(st, stick)
        self.configure(st, url=hq.url)
        st.start()
        self.panel = st.panel
        self.take(hq, stick)
        st.panel.until("delivered", lambda: st.status()["headquarters"]["backlog"] == 0 and not any((st.state / "photos/outbox").iterdir()), LONG)
        self.assertEqual(self.kept(hq), {sha(photo): True})
        self.assertTrue(self.photo(hq, photo) == photo)
