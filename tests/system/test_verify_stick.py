"""stationctl verify and report of a whole stick: each export proved, and each journal's continuity across them."""
import hashlib
import json
import os
import shutil
import subprocess
import unittest

from daemon import BUILD
from export import ExportCase
from figures import Figures, Page
from line import authority, pair
from test_verify import sign, sums

NOWHERE = 1


class StickCase(ExportCase):
    def filled(self, name="bench-1", stick=None, ack=True):
        """A stick with three exports of a bench, each behind the one before, or each from the first event."""
        st, stick = self.bench(NOWHERE, name=name), stick or self.stick()
        for n in (1, 2, 3):
            self.goes_on(n)
            self.export(st, stick)
            st.panel.until("export.done", lambda n=n: len(st.events("export.done")) == n)
            if ack:
                self.acknowledge(st, self.exports(stick, name)[-1].manifest["last"])
        return st, stick

    def run_ctl(self, command, *words, code=0):
        done = subprocess.run([str(BUILD / "stationctl"), command, *map(str, words)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def verify(self, folder, code=0, ca=True):
        out = self.run_ctl("verify", *(["--ca", authority().cert] if ca else []), folder, code=code).stdout
        self.assertTrue(out.replace("\n", "").isprintable(), out)
        return out


class Verify(StickCase):
    def test_exports_that_go_on_from_each_other(self):
        st, stick = self.filled()
        last = self.exports(stick)[-1].manifest["last"]
        for folder in (stick, stick / "bench-1"):
            out = self.verify(folder)
            self.assertEqual(out.count("ok: export of bench-1"), 3)
            self.assertIn(f"journal {st.status()['journal']['id']} of bench-1:\n", out)
            self.assertIn(f"ok: 3 exports, {last} events up to {last}, one chain\n", out)

    def test_repeated_events_are_the_same(self):
        _, stick = self.filled(ack=False)
        one, two, three = (e.manifest["last"] for e in self.exports(stick))
        self.assertIn(f"ok: 3 exports, {three} events up to {three}, one chain; {one + two} of them more than once, the same", self.verify(stick))

    def test_a_stretch_that_headquarters_had(self):
        _, stick = self.filled()
        one, two, three = self.exports(stick)
        m = two.manifest
        shutil.rmtree(two.dir)
        out = self.verify(stick)
        self.assertIn(f"note: events {m['first']} to {m['last']} are not here; headquarters had them", out)
        shutil.rmtree(one.dir)
        self.assertIn(f"note: events 1 to {m['last']} are not here", self.verify(stick))
        self.assertIn(f"ok: 1 exports, {len(three.lines)} events", self.verify(stick))

    def test_a_stretch_that_nobody_is_known_to_have(self):
        """The manifests say that headquarters has less: by the station's own signature, that is not what it exported."""
        _, stick = self.filled()
        one, two, three = self.exports(stick)
        gone = two.manifest
        shutil.rmtree(two.dir)
        (three.dir / "manifest.json").write_text(json.dumps({**three.manifest, "acked": one.manifest["acked"]}))
        sums(three.dir)
        sign(three.dir, pair("client", "bench-1"))
        out = self.verify(stick, code=1)
        self.assertIn(f"missing between exports: events {gone['first']} to {gone['last']}\n", out)
        self.assertIn("not whole: 2 exports", out)

    def test_one_that_does_not_hold_does_not_count(self):
        _, stick = self.filled()
        one, two, three = self.exports(stick)
        lines = two.lines
        (two.dir / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in [*lines[:2], *lines[3:]]))
        sums(two.dir)
        sign(two.dir, pair("client", "bench-1"))
        out = self.verify(stick, code=1)
        self.assertIn("is missing", out)
        self.assertIn("exports that do not hold, and do not count here: 1\n", out)
        self.assertIn("not whole: 2 exports", out)
        self.assertEqual(out.count("ok: export of"), 2)

    def test_two_that_disagree(self):
        """Each is a chain of its own, summed up and signed; only beside each other they can't both be true."""
        st, stick = self.filled(ack=False)
        two = self.exports(stick)[1]
        lines, prev = [], "0" * 64
        for line in two.lines:
            event = {**json.loads(line), "prev": prev}
            if event["seq"] == 4:
                event["mono_ms"] += 1
            lines.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
            prev = hashlib.sha256(lines[-1]).hexdigest()
        (two.dir / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        (two.dir / "manifest.json").write_text(json.dumps({**two.manifest, "head": prev}))
        sums(two.dir)
        sign(two.dir, pair("client", "bench-1"))
        self.run_ctl("verify", "--ca", authority().cert, two.dir)
        one = self.exports(stick)[0]
        out = self.verify(stick, code=1)
        self.assertIn(f"event {one.manifest['last']} is not the one that bench-1/{one.dir.name} has", out)

    def test_names_that_are_not_in_the_order_of_the_events_F1(self):
        _, stick = self.filled()
        first = self.exports(stick)[0].dir
        first.rename(first.with_name("2040-01-01_00-00-00Z"))
        out = self.verify(stick)
        self.assertIn("holds later events than bench-1/2040-01-01_00-00-00Z", out)
        self.assertIn("ok: 3 exports", out)

    def test_two_stations_and_what_else_lies_there(self):
        one, stick = self.filled()
        two, _ = self.filled("bench-2", stick)
        (stick / "holiday.jpg").write_bytes(b"x")
        (stick / "music").mkdir()
        (stick / "bench-1" / ".2026-01-01_00-00-00Z.part").mkdir()
        (stick / "bench-1" / "\x1b[31m\n").mkdir()
        (stick / "bench-3").symlink_to("bench-1")
        os.mkfifo(stick / "pipe")
        out = self.verify(stick)
        self.assertEqual(out.count("ok: 3 exports"), 2)
        self.assertIn("of bench-1:\n", out)
        self.assertIn("of bench-2:\n", out)
        self.assertNotIn("bench-3", out)

    def test_nothing_on_it(self):
        stick = self.stick()
        deep = stick / "a" / "b" / "c"
        deep.mkdir(parents=True)
        (deep / "manifest.json").write_text("{}")
        done = self.run_ctl("verify", stick, code=3)
        self.assertIn("a folder without an export", done.stderr)

    def test_encrypted_ones_are_named(self):
        _, stick = self.filled()
        sealed = stick / "bench-1" / "2039-01-01_00-00-00Z"
        sealed.mkdir()
        (sealed / "export.tar.cms").write_bytes(b"x")
        done = self.run_ctl("verify", "--ca", authority().cert, stick, code=3)
        self.assertIn("bench-1/2039-01-01_00-00-00Z is encrypted", done.stderr)
        self.assertIn("ok: 3 exports", done.stdout)


class Report(StickCase):
    def page(self, folder, code=0):
        done = self.run_ctl("report", folder, code=code)
        return Page(done.stdout), done.stderr

    def test_each_event_once(self):
        for ack in (True, False):
            st, stick = self.filled(ack=ack)
            events = st.events()[:self.exports(stick)[-1].manifest["last"]]
            for folder in (stick, stick / "bench-1"):
                page, _ = self.page(folder)
                want = Figures(events, now=int(page.ids["report"]["data-now"])).flat()
                self.assertEqual({k: page.figures.get(k, 0) for k in want}, want)
                self.assertNotIn("again", page.figures)
                self.assertEqual(page.figures["final"], 3)
            first = self.exports(stick)[0]
            self.assertEqual(self.page(first.dir)[0].figures["events"], len(first.lines))

    def test_of_one_station_only(self):
        _, stick = self.filled()
        self.filled("bench-2", stick)
        done = self.run_ctl("report", stick, code=3)
        self.assertIn("more than one station", done.stderr)
        self.assertEqual(self.page(stick / "bench-2")[0].figures["final"], 3)

    def test_what_is_left_out_is_said(self):
        _, stick = self.filled()
        one, two, three = self.exports(stick)
        (two.dir / "manifest.json").write_text("{}")
        page, said = self.page(stick, code=1)
        self.assertIn(f"has no manifest that can be read: bench-1/{two.dir.name}", said)
        self.assertEqual((page.figures["final"], page.figures["missing"]), (2, len(two.lines)))
        shutil.rmtree(one.dir)
        shutil.rmtree(three.dir)
        self.assertIn("no export that can be read", self.page(stick, code=3)[1])


if __name__ == "__main__":
    unittest.main()
