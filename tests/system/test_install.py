"""What make install and the packages put on a machine: every file in its place, units that hold, a catalog without gaps."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from line import pair
from station import BUILD, ROOT, sanitized

# MODE PATH of every file of `make install prefix=/usr`.
FILES = """
755 usr/bin/stationctl
644 usr/lib/systemd/catalog/station-hq.catalog
644 usr/lib/systemd/catalog/station.catalog
644 usr/lib/systemd/system/hqd.service
644 usr/lib/systemd/system/station-camera.service
644 usr/lib/systemd/system/station-clock.service
644 usr/lib/systemd/system/station-export@.service
644 usr/lib/systemd/system/station-metrics.service
644 usr/lib/systemd/system/station-metrics.timer
644 usr/lib/systemd/system/stationd.service
644 usr/lib/sysusers.d/station-hq.conf
644 usr/lib/sysusers.d/station.conf
644 usr/lib/tmpfiles.d/station-hq.conf
644 usr/lib/tmpfiles.d/station.conf
644 usr/lib/udev/rules.d/60-station.rules
755 usr/libexec/station/station-export
755 usr/sbin/hqd
755 usr/sbin/station-camera
755 usr/sbin/stationd
644 usr/share/doc/station-hq/openapi.yaml
644 usr/share/doc/station/examples/reasons.csv
644 usr/share/doc/station/examples/station.conf
644 usr/share/man/man1/stationctl.1
644 usr/share/man/man5/station-labels.5
644 usr/share/man/man5/station.conf.5
644 usr/share/man/man8/hqd.8
644 usr/share/man/man8/station-camera.8
644 usr/share/man/man8/station-export.8
644 usr/share/man/man8/stationd.8
"""
UNITS = ("stationd.service", "station-clock.service", "station-metrics.service", "station-camera.service", "station-export@.service",
         "hqd.service")
# What the units lean on, and systemd wants to find when it looks at them in a root of their own.
TARGETS = ("basic", "local-fs", "multi-user", "network", "shutdown", "sysinit", "timers")


def run(*words, **how):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, **how)


def files_of(root):
    return {f"{path.stat().st_mode & 0o7777:o} {path.relative_to(root)}" for path in root.rglob("*") if not path.is_dir()}


@unittest.skipIf(sanitized(), "what is installed is not sanitized")
class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """The build is copied, since another prefix builds a part of it anew."""
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="install-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, True)
        cls.build, cls.root = cls.dir / "build", cls.dir / "root"
        cls.build.mkdir()
        for name in ("obj", "libcore.a", "libio.a", "libcamera.a", "stationd", "stationctl", "station-export", "hqd", "station-camera"):
            subprocess.run(["cp", "-a", BUILD / name, cls.build], check=True)
        cls.made = cls.make("install")
        cls.expected = set(FILES.strip().splitlines())
        cls.expected |= {f"644 usr/share/station/boards/{b.name}" for b in (ROOT / "boards").glob("*.board")}
        cls.expected |= {f"644 usr/share/station/labels.d/{f.name}" for f in (ROOT / "src/labels.d").glob("*.conf")}

    @classmethod
    def make(cls, target, root=None):
        return run("make", "--no-print-directory", target, f"BUILD={cls.build}", "prefix=/usr", f"DESTDIR={root or cls.root}", cwd=ROOT)

    def setUp(self):
        self.assertEqual(self.made.returncode, 0, self.made.stdout + self.made.stderr)

    def test_every_file_is_in_its_place(self):
        self.assertEqual(files_of(self.root), self.expected)
        for folder in ("etc/station/station.conf.d", "etc/station-hq"):
            self.assertTrue((self.root / folder).is_dir(), folder)

    def test_uninstall_keeps_what_people_made(self):
        """All files go; settings, keys and journals stay."""
        root = self.dir / "away"
        shutil.copytree(self.root, root, symlinks=True)
        kept = {"etc/station/station.conf", "etc/station/site.key", "var/lib/station/journal.db"}
        for name in kept:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("mine")
        done = self.make("uninstall", root)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({x.split(" ", 1)[1] for x in files_of(root)}, kept)
        for folder in ("usr/share/station", "usr/share/doc/station", "etc/station-hq"):
            self.assertFalse((root / folder).exists(), folder)

    def test_no_path_of_the_build(self):
        for path in self.root.rglob("*"):
            if path.is_file() and path.name not in ("stationd", "stationctl", "station-export", "hqd", "station-camera"):
                text = path.read_text()
                for wrong in (str(ROOT), str(self.dir), "/usr/local"):
                    self.assertNotIn(wrong, text, path)
                self.assertNotRegex(text, r"@[a-z]+@", path)
        said = run(self.root / "usr/sbin/stationd", "--help").stdout
        self.assertIn("/usr/share/station/boards", said)

    def test_the_example_is_right_and_whole(self):
        """stationd takes it, and it names each key of the reader's table."""
        example = self.root / "usr/share/doc/station/examples/station.conf"
        here = self.dir / "example.conf"  # no device tree tells the board
        here.write_text(example.read_text().replace("#board = rpi", "board = sim"))
        done = run(self.root / "usr/sbin/stationd", "--config", here, "--boards", self.root / "usr/share/station/boards", "--check")
        self.assertEqual(done.returncode, 0, done.stderr)
        keys = re.findall(r'\{"([a-z0-9_]+)", SECTION_(?!BOARD|GPIO|BUTTONS|LAMPS|BUZZER)[A-Z]+, SETTINGS_VALUE', (ROOT / "src/core/settings.c").read_text())
        self.assertEqual(sorted(re.findall(r"^#?([a-z0-9_]+) = ", example.read_text(), re.M)), sorted(keys + ["kind", "device"]))  # a camera has its own
        everything = self.dir / "everything.conf"  # the defaults and examples that are commented out are right, too
        text = re.sub(r"^#(?=[a-z0-9_]+ = |\[)", "", example.read_text().replace("board = rpi", "board = sim"), flags=re.M)
        text = re.sub(r"^(file|key_file) = .*\n", "", text, count=2, flags=re.M)  # one needs a key, one excludes headquarters
        text = re.sub(r"^(command|pixels) = .*\n", "", text, flags=re.M)  # a camera has a device or a command
        everything.write_text(text)
        shutil.copy2(example.with_name("reasons.csv"), self.dir)
        for name in ("supervisor.pem", "headquarters.pem"):
            shutil.copy2(pair("server").cert, self.dir / name)
        done = run(self.root / "usr/sbin/stationd", "--config", everything, "--boards", self.root / "usr/share/station/boards", "--check")
        self.assertEqual(done.returncode, 0, done.stderr)

    # --- systemd ---

    def unit(self, name):
        return self.root / "usr/lib/systemd/system" / name

    def test_units_hold(self):
        """systemd understands every line, and finds what is started."""
        root = self.dir / "units"
        shutil.copytree(self.root, root, symlinks=True)
        for name in TARGETS:
            (root / f"usr/lib/systemd/system/{name}.target").write_text(f"[Unit]\nDescription={name}\n")
        (root / "bin").mkdir()
        shutil.copy2("/bin/sh", root / "bin/sh")
        for name in (*UNITS, "station-metrics.timer"):
            done = run("systemd-analyze", "verify", "--man=no", f"--root={root}", name.replace("@.", "@sda1."))
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), name)
        broken = root / "usr/lib/systemd/system/stationd.service"
        broken.write_text(broken.read_text().replace("Restart=always", "Restart=sometimes"))
        done = run("systemd-analyze", "verify", "--man=no", f"--root={root}", broken.name)
        self.assertIn("sometimes", done.stderr, "it does not look")

    def test_units_are_shut(self):
        """systemd-analyze security: 1.5 at most."""
        self.assertEqual({x.name for x in self.unit("").glob("*.service")}, set(UNITS))
        for name in UNITS:
            done = run("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=15", self.unit(name))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"Overall exposure level for [\w@.-]+: [01]\.\d ")

    def test_units_never_give_up(self):
        for name in ("stationd.service", "hqd.service"):
            text = self.unit(name).read_text()
            for line in ("Type=notify", "Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=30"):
                self.assertRegex(text, rf"(?m)^{line}$", name)
            self.assertNotIn("RestartPreventExitStatus", text)

    def test_folders_of_units_and_programs_agree(self):
        """The defaults of the settings are what the units make, and the user is whom sysusers.d makes."""
        source = (ROOT / "src/core/settings.c").read_text()
        unit = self.unit("stationd.service").read_text()
        for key, line, above in (("state_dir", "StateDirectory", "/var/lib/"), ("runtime_dir", "RuntimeDirectory", "/run/")):
            default, = re.findall(rf'\.{key} = "(.*)"', source)
            made, = re.findall(rf"(?m)^{line}=(.*)$", unit)
            self.assertEqual(above + made, default)
        mark, = re.findall(r"--clock-mark (\S+)$", self.unit("station-clock.service").read_text(), re.M)
        self.assertIn(f'"{mark}"', (ROOT / "src/io/loop.c").read_text())
        for name in UNITS:
            user, = re.findall(r"(?m)^User=(.*)$", self.unit(name).read_text())
            if name == "station-metrics.service":  # node_exporter's folder is root's; the group reads the status
                self.assertEqual(user, "root")
                user, = re.findall(r"(?m)^Group=(.*)$", self.unit(name).read_text())
            made = "".join(f.read_text() for f in (self.root / "usr/lib/sysusers.d").glob("*.conf"))
            self.assertIn(f"\nu {user} ", made)

    def test_users_are_made(self):
        """In an empty root: both users, and the groups of the devices that no base package brings."""
        root = self.dir / "users"
        (root / "etc").mkdir(parents=True)
        shutil.copytree(self.root / "usr/lib/sysusers.d", root / "usr/lib/sysusers.d")
        done = run("systemd-sysusers", f"--root={root}", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = done.stdout + done.stderr
        for words in ("user 'station' ", "user 'station-hq' ", "group 'gpio' "):
            self.assertIn(f"Creating {words}", said)

    def test_f6_the_station_may_not_read_every_keyboard(self):
        """Not by a group; and the rule gives single nodes, to the daemon's user alone, to read."""
        self.assertNotRegex((self.root / "usr/lib/sysusers.d/station.conf").read_text(), r"(?m)^m station input")
        rules = (self.root / "usr/lib/udev/rules.d/60-station.rules").read_text()
        given = [line for line in rules.splitlines() if "OWNER=" in line or ("input" in line and "GROUP=" in line)]
        self.assertEqual(len(given), 1, given)
        self.assertRegex(given[0], r'^ENV\{STATION_SCANNER\}=="1", OWNER="station", GROUP="root", MODE="0400"')

    # --- the catalog ---

    def test_catalog_knows_every_message(self):
        """Each id of log.c: one entry, with a subject and a text; what only hqd says is in hqd's own file. journalctl reads both."""
        source = (ROOT / "src/io/log.c").read_text()
        ids = dict(re.findall(r'\[(LOG_[A-Z_]+)\] = "MESSAGE_ID=([0-9a-f]{32})"', source))
        enum = re.search(r"enum log_id \{(.*?)\};", (ROOT / "src/io/log.h").read_text(), re.S)[1]
        names = set(re.findall(r"\b(LOG_[A-Z_]+)\b", enum)) - {"LOG_PLAIN", "LOG_IDS"}
        self.assertEqual(set(ids), names)
        station, hq = (self.entries(f"{x}.catalog") for x in ("station", "station-hq"))
        self.assertEqual(sorted(station + hq), sorted(ids.values()))
        of_station, of_hq = (self.said(x) for x in (("stationd", "io", "export"), ("hqd",)))
        self.assertEqual({ids[x] for x in of_hq - of_station}, set(hq))
        done = run("journalctl", f"--root={self.root}", "--update-catalog")
        self.addCleanup(shutil.rmtree, self.root / "var")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        listed = run("journalctl", f"--root={self.root}", "--list-catalog")
        self.assertEqual({line.split()[0] for line in listed.stdout.splitlines()}, set(ids.values()), listed.stderr)

    def entries(self, name):
        text = (self.root / "usr/lib/systemd/catalog" / name).read_text()
        parts = re.split(r"(?m)^-- ([0-9a-f]{32})\n", text)[1:]
        for number, part in zip(parts[::2], parts[1::2]):
            head, _, body = part.partition("\n\n")
            self.assertRegex(head, r"^Subject: \S", number)
            self.assertTrue(body.strip(), number)
        return parts[::2]

    @staticmethod
    def said(folders):
        """The ids that the sources in these folders name."""
        text = "".join(p.read_text() for f in folders for p in (ROOT / "src" / f).glob("*.c") if p.name != "log.c")
        return set(re.findall(r"\bLOG_(?!LEVEL_|PLAIN)[A-Z_]+\b", text))


class Packages(unittest.TestCase):
    """debian/ says the same as the rest. The packages themselves are tested by make check-deb."""

    def test_build_depends_are_those_of_deps(self):
        control = (ROOT / "debian/control").read_text()
        wanted = set(re.findall(r"^ ([a-z0-9.+-]+)", re.search(r"Build-Depends:\n((?: .*\n)+)", control)[1], re.M))
        installed = set(re.search(r'^build="(.*)"', (ROOT / ".ci/deps").read_text(), re.M)[1].split())
        libraries = {x for x in installed if x.endswith("-dev")} - {"libc6-dev"}
        self.assertEqual(wanted - {"debhelper-compat", "dh-sequence-installsysusers", "pkg-config"}, libraries)

    def test_version_is_that_of_the_programs(self):
        version, = re.findall(r"(?m)^VERSION := (.*)$", (ROOT / "Makefile").read_text())
        self.assertTrue((ROOT / "debian/changelog").read_text().startswith(f"station ({version}) "))
        self.assertEqual(run(BUILD / "stationd", "--version").stdout, f"stationd {version}\n")

    def test_purging_deletes_nothing(self):
        for path in (ROOT / "debian").glob("*.p*"):
            self.assertNotRegex(path.read_text(), r"\brm\b|\bdelete\b.*/var/lib.*-delete|deluser|userdel", path.name)


if __name__ == "__main__":
    unittest.main()
