"""A stick that somebody plugs in: who may have an export, what the panel says, how it is mounted."""
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from daemon import stage
from export import ExportCase
from line import authority, pair
from station import NOBODY, REACTION, SITE, badge, rma, sanitized

NOWHERE = 1  # a port at which nobody listens


class WhoCase(ExportCase):
    """A stick that somebody plugged in: who may, and what the panel says."""

    def at(self, who="key", **more):
        st = self.bench(NOWHERE, settings={"export": {"who": who, **more}})
        self.drive = self.stick()
        return st

    def key_bench(self):
        return self.at(token_file=pair("self_signed", "supervisor").cert)

    def plug(self, name="sda1", drive=None, code=0):
        self.panel.settle()
        self.panel.wait("the end of an echo", lambda: "flicker" not in self.panel.lamps.values())
        self.since = self.panel.mark()
        done = self.st.run_once("--stick", name, drive or self.drive, program="station-export", seconds=60)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def lamps(self, link, attention):
        self.panel.wait(f"LINK {link}, ATTENTION {attention}",
                        lambda: (self.panel.lamps["link"], self.panel.lamps["attention"]) == (link, attention))

    def taken(self, **how):
        """Copied, and the panel has said both."""
        done = self.plug(**how)
        self.panel.wait("copying", lambda: {"lamp link alternate", "lamp attention alternate2"} <=
                        {line for _, line in self.panel.lines[self.since:]})
        self.lamps("triple", "off")
        return done

    def told(self, *lines):
        for line in lines:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.sendto(f"stick {line}\n".encode(), str(self.st.run / "export.sock"))

    def refused(self, why, **how):
        """Nothing is written, LINK and ATTENTION blink fast together, the error tone sounds, the log says why."""
        before = sorted(p.name for p in self.drive.iterdir())
        done = self.plug(code=1, **how)
        self.assertIn(why, done.err)
        self.lamps("fast", "fast")
        self.panel.wait_tone("error", self.since)
        self.assertEqual(sorted(p.name for p in self.drive.iterdir()), before)
        return done

    def token(self, by=None, site=None, days=None, code=0):
        by = by or pair("self_signed", "supervisor")
        more = (["--site", site] if site else []) + (["--days", str(days)] if days else [])
        done = self.st.ctl("token", "--cert", by.cert, "--key", by.key, *more, self.drive)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def hand_made(self, text):
        """A token as openssl signs it."""
        by = pair("self_signed", "supervisor")
        (self.drive / "station-token.json").write_text(text)
        subprocess.run(["openssl", "cms", "-sign", "-binary", "-in", "station-token.json", "-signer", str(by.cert), "-inkey", str(by.key),
                        "-outform", "DER", "-out", "station-token.json.p7s"], cwd=self.drive, check=True, capture_output=True, timeout=60)

    def until(self, days, **more):
        day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        self.hand_made(json.dumps({"format": "station-token", "version": 1, "site": SITE,
                                   "until": day.strftime("%Y-%m-%dT%H:%M:%S.000Z"), **more}))


class Who(WhoCase):
    def test_open(self):
        self.at("open")
        self.taken()
        self.proves_itself(self.exports(self.drive)[0])
        self.panel.tap("back")
        self.lamps("slow", "off")

    def test_by_default_a_key(self):
        self.st = self.bench(NOWHERE)
        self.drive = self.stick()
        self.refused("[export] token_file does not say who signs tokens")
        self.panel.scan(rma(1))  # a scan returns to work
        self.panel.wait_lamps(appearance="on")
        self.lamps("slow", "off")

    def test_by_hand_nobody_is_asked(self):
        st = self.key_bench()
        self.export(st, self.drive)
        self.assertEqual(len(self.exports(self.drive)), 1)

    def test_while_an_inspection_is_open(self):
        """The stick never blocks the bench."""
        st = self.at("open")
        st.open(rma(1))
        self.plug()
        self.lamps("triple", "off")
        self.assertEqual(self.panel.lit(), {"appearance": "on"})
        self.panel.ask("pass", accessories="on")
        self.lamps("slow", "off")

    def test_two_at_once(self):
        """One that is ready must not say "take it out" while the other is copied to."""
        self.at("open")
        self.told("copying sda1")
        self.lamps("alternate", "alternate2")
        self.plug("sdb1")
        self.panel.settle()
        self.lamps("alternate", "alternate2")
        self.told("out sda1")
        self.lamps("triple", "off")
        self.told("copying sda1")
        self.lamps("alternate", "alternate2")
        self.told("refused sdb1")  # that is told at once
        self.lamps("fast", "fast")

    def test_taken_out(self):
        """What was said of it is over; a refusal stays until somebody has seen it."""
        self.at("open")
        self.taken()
        self.told("gone sda1")
        self.lamps("slow", "off")
        self.told("refused sda1")
        self.lamps("fast", "fast")
        self.told("gone sda1")
        self.panel.settle()
        self.lamps("fast", "fast")
        self.panel.tap("back")
        self.lamps("slow", "off")

    def test_what_copied_ends_without_a_word(self):
        st = self.at("open")
        self.told("copying sda1")
        self.lamps("alternate", "alternate2")
        since = self.panel.mark()
        done = st.run_once("--stick", "sda1", "--gone", program="station-export")
        self.assertEqual(done.code, 0, done.err)
        self.lamps("fast", "fast")
        self.panel.wait_tone("error", since)

    def test_without_a_station(self):
        st = self.at("open")
        st.kill()
        done = st.run_once("--stick", "sda1", self.drive, program="station-export", seconds=60)
        self.assertEqual(done.code, 0, done.err)
        self.proves_itself(self.exports(self.drive)[0])
        st.start()

    def test_what_is_no_device(self):
        st = self.at("open")
        for name in ("", "../sda", "SDA", "s" * 20):
            done = st.run_once("--stick", name, self.drive, program="station-export")
            self.assertEqual(done.code, 2, done.err)


class Signs(WhoCase):
    """What the panel says of several sticks is the worst of what is so: refused, copied to, take it out."""

    def setUp(self):
        super().setUp()
        self.at("open")

    def stays(self, link, attention):
        self.lamps(link, attention)
        self.panel.linger(REACTION)
        self.assertEqual((self.panel.lamps["link"], self.panel.lamps["attention"]), (link, attention))

    def test_a_refusal_stays_beside_one_that_is_copied_to(self):
        self.told("copying sda1", "refused sdb1")
        self.lamps("fast", "fast")
        self.told("gone sdb1", "copying sdc1", "out sdc1")
        self.stays("fast", "fast")

    def test_one_of_two_is_taken_out(self):
        self.told("copying sda1", "copying sdb1", "out sda1")
        self.stays("alternate", "alternate2")
        self.told("out sdb1")
        self.lamps("triple", "off")
        self.told("gone sda1")
        self.stays("triple", "off")
        self.told("gone sdb1")
        self.lamps("slow", "off")

    def cleared(self, act, link, attention):
        """Somebody goes on working: the bench has its lamps back, for a moment."""
        since = self.panel.mark()
        act()
        self.panel.wait("work", lambda: "lamp link slow" in [line for _, line in self.panel.lines[since:]])
        self.lamps(link, attention)

    def test_a_refusal_that_was_seen_gives_way_to_one_that_is_copied_to(self):
        self.told("copying sda1", "refused sdb1")
        self.lamps("fast", "fast")
        self.cleared(lambda: self.panel.tap("back"), "alternate", "alternate2")
        self.told("gone sdb1")  # it was seen
        self.stays("alternate", "alternate2")
        self.told("out sda1")
        self.lamps("triple", "off")

    def test_a_refusal_that_was_seen_gives_way_to_one_that_waits(self):
        self.told("out sda1", "refused sdb1")
        self.lamps("fast", "fast")
        self.cleared(lambda: self.panel.tap("back"), "triple", "off")
        self.panel.tap("back")
        self.lamps("slow", "off")
        self.told("copying sdb1")
        self.lamps("alternate", "alternate2")
        self.told("gone sdb1")
        self.lamps("fast", "fast")
        self.panel.tap("back")
        self.lamps("slow", "off")
        self.panel.linger(2.5)  # what was seen does not come again, nor does what is over
        self.lamps("slow", "off")

    def test_who_works_on_while_one_is_copied_to(self):
        """A scan or a press clears the sign for a moment; it is written to all the same."""
        self.told("copying sda1")
        self.lamps("alternate", "alternate2")
        self.cleared(lambda: self.panel.scan(rma(1)), "alternate", "alternate2")
        self.cleared(lambda: self.panel.tap("pass"), "alternate", "alternate2")
        self.assertEqual(self.panel.lit(), {"accessories": "on", "attention": "alternate2"})

    def test_a_flood_of_refusals_sounds_once_a_second(self):
        since, began = self.panel.mark(), time.monotonic()
        for _ in range(100):
            self.told("refused sda1", "copying sda1", "refused sda1")
        self.lamps("fast", "fast")
        self.panel.wait("the last one too", lambda: self.panel.tones(since).count("error") >= 2)
        self.panel.settle()
        self.assertLessEqual(self.panel.tones(since).count("error"), 1 + int(time.monotonic() - began))

    def test_a_ninth_does_not_take_the_place_of_one_that_is_copied_to(self):
        names = [f"sd{c}1" for c in "abcdefgh"]
        self.told(*(f"copying {name}" for name in names))
        self.lamps("alternate", "alternate2")
        self.told("copying sdi1", "copying sdj1", "copying sdi1", "refused sdi1")
        self.told("out sdi1", *(f"out {name}" for name in names[1:]))
        self.stays("alternate", "alternate2")
        self.assertEqual(self.st.said().count("8 sticks are copied to: the panel says nothing of another one, sdi1"), 1)
        self.assertNotIn("sdj1", self.st.said())
        self.told("out sda1")
        self.lamps("triple", "off")
        self.told("copying sdi1")  # there is room again
        self.lamps("alternate", "alternate2")

    def test_refusals_leave_room_for_one_that_is_copied_to(self):
        """A refused stick of many partitions must not hide that the next one is written to."""
        self.told(*(f"refused sda{n}" for n in range(1, 9)), "copying sdb1")
        self.lamps("fast", "fast")
        self.cleared(lambda: self.panel.tap("back"), "alternate", "alternate2")


class Badge(WhoCase):
    def test_a_supervisors_badge(self):
        st = self.at("badge", badges="B7 B12")
        self.refused("no supervisor's badge was scanned within the minute before")
        st.scan(badge("B1"))  # a part of one is none
        st.panel.until("the badge", lambda: st.status()["by"] == "B1")
        self.refused("no supervisor's badge")
        st.scan(badge("B12"))
        st.panel.until("the supervisor", lambda: (st.status()["supervisor"] or {}).get("badge") == "B12")
        self.taken()
        st.scan(badge("B1"))  # the inspector is back
        st.panel.until("the badge", lambda: st.status()["supervisor"] is None)
        self.refused("no supervisor's badge")

    def test_again_while_it_is_in(self):
        """A supervisor who works here scans the badge again: no event, but leave."""
        st = self.at("badge", badges="B7")
        st.scan(badge("B7"))
        st.panel.until("the supervisor", lambda: st.status()["supervisor"])
        first = st.status()["supervisor"]["mono_ms"]
        st.panel.settle()
        st.scan(badge("B7"))
        st.panel.until("again", lambda: st.status()["supervisor"]["mono_ms"] > first)
        self.assertEqual(len(st.events("badge.in")), 1)
        self.taken()

    def test_a_minute_is_over(self):
        """The station's own status is written anew at any moment, so this one lies elsewhere."""
        st = self.at("badge", badges="B7")
        status = st.status()
        with tempfile.TemporaryDirectory() as run:
            os.chmod(run, 0o755)
            for ago, code in ((30000, 0), (61000, 1), (-90000, 1)):
                status["supervisor"] = {"badge": "B7", "mono_ms": int(time.monotonic() * 1000) - ago}
                pathlib.Path(run, "status.json").write_text(json.dumps(status))
                done = st.run_once("--runtime", run, "--stick", "sda1", self.drive, program="station-export", seconds=60)
                self.assertEqual(done.code, code, (ago, done.out + done.err))

    def test_a_badge_that_was_made_up(self):
        st = self.at("badge", badges="B7")
        st.scan(badge("B7", key=b"x" * 32))
        self.panel.settle()
        self.refused("no supervisor's badge")

    def test_nobody_is_named(self):
        self.at("badge")
        self.refused("[export] badges names no supervisor")

    def test_badges_in_the_settings(self):
        st = self.bench(NOWHERE, start=False, settings={"export": {"badges": "B7 b8"}})
        done = st.run_once("--check")
        self.assertNotEqual(done.code, 0)
        self.assertIn("badges between spaces", done.err)


class Key(WhoCase):
    def test_with_a_token(self):
        self.key_bench()
        self.refused("there is no token of the site on it")
        self.assertIn(f"exports at {SITE} until ", self.token().out)
        self.taken()
        self.proves_itself(self.exports(self.drive)[0])
        self.taken()  # as long as it is good

    def test_made_by_openssl(self):
        self.key_bench()
        self.until(1)
        self.taken()

    def test_of_another_site(self):
        self.key_bench()
        self.token(site="BER")
        self.refused("its token is of another site: BER")

    def test_expired(self):
        self.key_bench()
        self.until(-1)
        self.refused("its token has expired: ")

    def test_forged(self):
        """By a key of the same name; by a station, which the authority knows; changed behind the signature."""
        self.key_bench()
        for by in (authority().self_signed("supervisor"), pair("client", "bench-1")):
            self.token(by=by)
            self.refused("its token is refused")
        self.token()
        path = self.drive / "station-token.json"
        path.write_text(path.read_text().replace("20", "21", 1))
        self.refused("its token is refused")

    def test_signed_but_none(self):
        self.key_bench()
        for text in ("", "{}", "[]", "x" * 1000, json.dumps({"format": "station-token", "version": 2, "site": "AMS",
                                                              "until": "2999-01-01T00:00:00.000Z"})):
            self.hand_made(text)
            self.refused("its token is signed, but is none")

    def test_what_is_no_small_file(self):
        self.key_bench()
        self.token()
        path = self.drive / "station-token.json"
        path.write_bytes(b" " * 100000)
        self.refused("its token can't be read: File too large")
        path.unlink()
        path.symlink_to("/etc/passwd")
        self.refused("its token can't be read")
        path.unlink()
        os.mkfifo(path)
        self.refused("its token can't be read")

    @unittest.skipIf(sanitized(), "a sanitizer wants to be preloaded first")
    def test_a_clock_that_is_behind_F1(self):
        """A bench that thinks it is 1970 takes a token; one that is over by its own journal it does not."""
        st = self.key_bench()
        past = {"LD_PRELOAD": str(stage() / "badclock.so"), "BADCLOCK_CONTROL": str(st.dir / "badclock")}
        st.set_clock(-400 * 86400, trusted=False)
        self.until(-1)
        since = self.panel.mark()
        done = st.run_once("--stick", "sda1", self.drive, program="station-export", env=past)
        self.assertEqual(done.code, 1)
        self.assertIn("its token has expired", done.err)
        self.panel.wait_tone("error", since)
        self.until(1)
        done = st.run_once("--stick", "sda1", self.drive, program="station-export", env=past)
        self.assertEqual(done.code, 0, done.err)

    def test_stationctl_token(self):
        st, by, other = self.key_bench(), pair("self_signed", "supervisor"), pair("self_signed", "somebody")
        for words, code, said in ((("--cert", by.cert, self.drive), 2, "--key is missing"),
                                  (("--cert", by.cert, "--key", by.key, "--days", "0", self.drive), 2, "--days takes"),
                                  (("--cert", by.cert, "--key", by.cert, self.drive), 3, "no private key"),
                                  (("--cert", by.cert, "--key", by.key, self.drive / "none"), 3, "No such file"),
                                  (("--cert", by.cert, "--key", other.key, self.drive), 3, "does not belong to the key"),
                                  (("--cert", by.cert, "--key", by.key, "--site", "ams", self.drive), 2, "which site"),
                                  (("--cert", by.cert, "--key", by.key, "--site", "ZZ_", self.drive), 2, "which site"),
                                  (("--cert", by.cert, "--key", by.key, "--site", "TOOLONGNAME", self.drive), 2, "which site")):
            done = st.ctl("token", *words)
            self.assertEqual(done.code, code, (words, done))
            self.assertIn(said, done.err)
        self.assertEqual(list(self.drive.iterdir()), [])


def loop(image, *options):
    """A loop device over an image; None where this machine has none."""
    done = subprocess.run(["losetup", "-f", "--show", *options, str(image)], capture_output=True, text=True, timeout=60)
    return pathlib.Path(done.stdout.strip()) if done.returncode == 0 else None


def mounts_here():
    if os.geteuid() != 0:
        return "wants root"
    for tool in ("losetup", "mkfs.ext4", "setpriv"):
        if not shutil.which(tool):
            return f"there is no {tool}"
    with tempfile.NamedTemporaryFile(suffix=".img") as image:
        image.truncate(1 << 20)
        device = loop(image.name)
        if device:
            subprocess.run(["losetup", "-d", str(device)], check=True)
    return None if device else "there are no loop devices here"


def user_namespaces():
    """user_namespaces(7): a process whose root is not its mount namespace's may not make one."""
    return subprocess.run(["unshare", "--user", "true"], capture_output=True, timeout=60).returncode == 0


@unittest.skipIf(sanitized() or mounts_here(), mounts_here() or "what a sanitizer does under another user is its own affair")
class Mount(WhoCase):
    """A stick as a device, on the kernel that is here; tests/bench-vm has the file systems that it may lack."""

    def setUp(self):
        self.at("open")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="image-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def image(self, mib=32, owner=f"{NOBODY}:{NOBODY}", *options):
        image = self.folder / "image"
        with image.open("wb") as f:
            f.truncate(mib << 20)
        if owner:
            subprocess.run(["mkfs.ext4", "-q", "-E", f"root_owner={owner}", *options, str(image)], check=True, timeout=60)
        return image

    def put_in(self, image, *options):
        self.device = loop(image, *options)
        self.addCleanup(self.take_out)
        return self.device

    def take_out(self):
        """The kernel lets go of the image when the last mount of it is gone, which may be later than whoever unmounted it knows."""
        if self.device:
            subprocess.run(["losetup", "-d", str(self.device)], check=True, timeout=60)
            self.panel.until("the image to be free", lambda: not self.held())
        self.device = None

    def held(self):
        return subprocess.run(["losetup", "-j", str(self.folder / "image")], capture_output=True, text=True, check=True, timeout=60).stdout

    def run_at(self, link, attention):
        """Runs as its unit does, with the one capability, until the panel says this; it ends when the stick is taken out, which a
        loop device never is."""
        self.panel.settle()
        words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+sys_admin", "--ambient-caps=+sys_admin",
                 "--bounding-set=-all,+sys_admin", str(stage() / "station-export"), "--config", str(self.st.conf), "--stick",
                 self.device.name, "--mount"]
        with (self.folder / "said").open("w") as said:
            self.proc = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/")
        self.addCleanup(self.end)
        try:
            self.lamps(link, attention)
        except AssertionError as error:
            self.fail(f"{error}\n{self.said()}")

    def said(self):
        return (self.folder / "said").read_text()

    def end(self):
        self.proc.kill()
        self.proc.wait(20)

    @contextlib.contextmanager
    def looked_into(self, image):
        place = self.folder / "place"
        place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "loop,ro", str(image), str(place)], check=True, timeout=60)
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True, timeout=60)

    def test_ext4_of_somebody(self):
        """What is written belongs to the stick's owner, wherever that is known; and it is unmounted before the panel says so."""
        if not user_namespaces():
            self.skipTest("no user namespaces here: a chroot may have none, whatever its kernel can do")
        image = self.image(owner="1234:1235")
        self.put_in(image)
        self.run_at("triple", "off")
        state = (pathlib.Path("/proc") / str(self.proc.pid) / "status").read_text()
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertRegex(state, rf"{name}:\t0+\n")
        self.assertRegex(state, rf"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}\n")
        self.assertRegex(state, r"NoNewPrivs:\t1\n")
        self.take_out()
        with self.looked_into(image) as place:
            export, = self.exports(place)
            self.proves_itself(export)
            self.assertEqual({(p.stat().st_uid, p.stat().st_gid) for p in (place / "bench-1").rglob("*")}, {(1234, 1235)})
        done = subprocess.run(["fsck.ext4", "-fn", str(image)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_no_file_system(self):
        for fill in (b"", os.urandom(1 << 20), b"\xff" * (1 << 20)):
            image = self.image(owner=None)
            with image.open("r+b") as f:
                f.write(fill)
            self.put_in(image)
            self.run_at("fast", "fast")
            self.assertIn("there is no file system on it that is", self.said())
            self.end()
            self.take_out()
            self.panel.tap("back")
            self.lamps("slow", "off")

    def test_write_protected(self):
        self.put_in(self.image(), "-r")
        self.run_at("fast", "fast")
        self.assertIn("it is write-protected", self.said())

    def test_full(self):
        image = self.image(2, f"{NOBODY}:{NOBODY}", "-m", "0", "-O", "^has_journal")
        self.put_in(image)
        for n in range(1, 4):
            self.goes_on(n)
        with self.looked_into_to_write() as place:
            self.fill(place / "fill")
        self.run_at("fast", "fast")
        self.assertIn("there is no room left on it", self.said())
        self.take_out()
        with self.looked_into(image) as place:
            self.assertEqual([p.name for p in place.rglob("*") if p.name not in ("fill", "lost+found", "bench-1")], [])

    @contextlib.contextmanager
    def looked_into_to_write(self):
        place = self.folder / "write"
        place.mkdir(exist_ok=True)
        subprocess.run(["mount", str(self.device), str(place)], check=True, timeout=60)
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True, timeout=60)

    def fill(self, path):
        """All but enough for a few small files."""
        with path.open("wb", buffering=0) as f, contextlib.suppress(OSError):
            while True:
                f.write(bytes(4096))
        os.truncate(path, path.stat().st_size - 12288)

    def test_in_use(self):
        """A machine that runs from it is left alone, and nobody is told."""
        self.put_in(self.image())
        since = self.panel.mark()
        with self.looked_into_to_write():
            self.run_at("slow", "off")
            self.assertEqual(self.proc.wait(20), 0)
        self.assertIn("is left alone: it is in use", self.said())
        self.panel.settle()
        self.assertEqual([line for _, line in self.panel.lines[since:] if "link" in line], [])

    def test_links_on_it_are_not_followed(self):
        """Not even by the kernel: the mount itself follows none."""
        away = self.stick()
        image = self.image()
        self.put_in(image)
        with self.looked_into_to_write() as place:
            (place / "bench-1").symlink_to(away)
        self.run_at("fast", "fast")
        self.assertIn("bench-1: something that is no folder has this name", self.said())
        self.assertEqual(list(away.iterdir()), [])

    def test_root_is_refused(self):
        """It would read the stick as root."""
        self.put_in(self.image())
        done = subprocess.run([str(stage() / "station-export"), "--config", str(self.st.conf), "--stick", self.device.name, "--mount"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("root can't do this", done.stderr)

    def test_no_such_device(self):
        done = self.st.run_once("--stick", "zz9", "--mount", program="station-export")
        self.assertEqual(done.code, 1)
        self.assertIn("No such file", done.err)


if __name__ == "__main__":
    unittest.main()
