"""The packages on a running station: upgraded in the middle of an inspection, removed, installed again, purged; the journal outlives
it all. (make check-deb does the same in chroots, with headquarters and lintian.)"""
import pathlib
import re
import tempfile

import build
from box import SUITE, BenchCase, Inspector, pull_out, settings

LATER = "+later1"


def later():
    """The station's package as a later release would be: the same files under a higher version."""
    first, = build.station(SUITE).glob("station_*.deb")
    with tempfile.TemporaryDirectory(prefix="later-") as folder:
        tree, deb = pathlib.Path(folder) / "tree", pathlib.Path(folder) / "later.deb"
        build.run("dpkg-deb", "-R", first, tree)
        control = tree / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^(Version: .*)$", rf"\1{LATER}", control.read_text()))
        build.run("dpkg-deb", "--root-owner-group", "-b", tree, deb)
        return deb.read_bytes()


class Package(BenchCase):
    def version(self, g):
        return g.run("dpkg-query -W -f '${db:Status-Status} ${Version}' station")[1]

    def test_upgrade_remove_purge(self):
        g = self.guest(box={**settings(line=False), "/debs/later.deb": later()})
        inspector = Inspector(g)
        panel = inspector.panel
        label = inspector.open()
        inspector.answer(label, "appearance", "ACCESSORIES")
        before = pull_out(g)
        pid = g.status()["pid"]

        g.check("dpkg -i /debs/later.deb", 300)
        self.assertTrue(self.version(g).startswith("installed ") and self.version(g).endswith(LATER), self.version(g))
        g.until("the new stationd", lambda: g.status().get("pid") not in (pid, None))
        self.ready(g)
        panel.wait("ACCESSORIES")
        inspector.answer(label, "accessories", "USAGE")
        upgraded = pull_out(g)
        self.assertEqual([e["id"] for e in upgraded[:len(before)]], [e["id"] for e in before])
        self.assertIn("station.stopped", [e["kind"] for e in upgraded[len(before):]], "it was not stopped in order")

        g.check("dpkg -r station", 300)
        self.assertTrue(self.version(g).startswith("config-files "), self.version(g))
        self.assertNotEqual(g.run("systemctl is-active stationd")[0], 0)
        self.assertEqual(g.run("ls /usr/sbin/stationd /usr/lib/systemd/system/stationd.service")[0], 2)
        removed = pull_out(g)
        self.assertEqual([e["id"] for e in removed[:len(upgraded)]], [e["id"] for e in upgraded])

        g.check("dpkg -i /debs/station_*.deb", 300)
        self.ready(g)
        panel.wait("USAGE")
        inspector.answer(label, "usage", "PASS")
        panel.wait()

        said = g.check("dpkg -P station", 300)
        self.assertRegex(said, "journal in /var/lib/station is kept")
        self.assertNotRegex(self.version(g), "^(installed|config-files)")
        self.assertEqual(g.run("ls /etc/systemd/system/multi-user.target.wants/stationd.service")[0], 2)
        g.check("test -s /etc/station/station.conf")  # the technician's, not the package's
        purged = pull_out(g)
        self.assertEqual([e["id"] for e in purged[:len(removed)]], [e["id"] for e in removed])
        self.assertEqual([e["kind"] for e in purged].count("inspection.final"), 1)
        inspector.check(purged)
        build.say(f"upgraded to {LATER}, removed, installed, purged: {len(purged)} events, the chain is whole; purging keeps journal, settings and user")
