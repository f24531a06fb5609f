#!/usr/bin/env python3
"""demo.py - `make demo`: station and headquarters on this machine. With a terminal: the panel to play with. Without: a shift
is played, in which the line is cut and headquarters killed.

The numbers of the closing line are counted from the databases that were left behind, not from what the script did.
"""
import argparse
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from hq import Headquarters  # noqa: E402
from pki import Authority  # noqa: E402
from proxy import Proxy  # noqa: E402
from station import BUILD, Station, badge, command, csv_text, house, raw_of, read_journal, read_rows, reason, rma, row  # noqa: E402

KETTLE, RADIO, LAMP, PHONE, DRILL, IRON, CLOCK, FAN, SCALE, MOUSE = range(1, 11)
SET, ELSEWHERE, STRANGER = 50, 60, 900
WAYBILL = "1Z999AA10123456784"
TOASTER, MIXER = "4006381333931", "5000000000012"


def goods():
    things = {KETTLE: "Kettle", RADIO: "Radio", LAMP: "Desk lamp", PHONE: "Phone", DRILL: "Drill", IRON: "Iron", CLOCK: "Clock",
              FAN: "Fan", SCALE: "Scale", MOUSE: "Mouse"}
    rows = [row(n, title=title, accessories="cable; manual", reason="changed my mind") for n, title in things.items()]
    rows += [row(SET, line="1", quantity="2", product=TOASTER, title="Toaster", accessories="crumb tray"),
             row(SET, line="2", quantity="1", product=MIXER, title="Mixer", accessories="two whisks")]
    rows.append(row(ELSEWHERE, title="Blender"))
    return rows


def headquarters(folder):
    """hqd with certificates of its own making and the list of expected returns."""
    hq = Headquarters(folder=folder / "headquarters", authority=Authority(folder / "certificates", give=False), as_nobody=False)
    hq.import_csv(csv_text(goods()))
    return hq.start()


REASONS = "code,en,zh\nSCRATCH,Scratched or dented,有划痕或凹痕\nMISSING,Parts missing,缺少部件\nRUST,Rust inside,内部生锈\n"


def bench(hq, folder, name, port, **inspection):
    own = hq.ca.client(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reasons.csv").write_text(REASONS)
    return Station(folder=folder, as_nobody=False, settings={
        "station": {"name": name}, "inspection": inspection, "site": {"reasons_file": folder / "reasons.csv"},
        "headquarters": {"url": f"https://localhost:{port}", "ca_file": hq.ca.cert, "cert_file": own.cert, "key_file": own.key}})


def elsewhere(hq, folder):
    """Another bench passes a blender; headquarters will tell ours."""
    st = bench(hq, folder, "demo-9", hq.port, hold_s=1)
    try:
        st.start()
        st.panel.until("the list of returns", lambda: st.status()["expected"]["returns"])
        st.inspect(rma(ELSEWHERE))
        st.settle_verdict()
        st.panel.until("headquarters", lambda: all_there(st))
        st.stop()
    finally:
        st.close()


def all_there(st):
    """By the journal itself: status.json comes a moment after what the lamps tell."""
    return st.status()["headquarters"]["acked"] == read_rows(st.db)[-1][0]


def sheet():
    """Labels to type or paste into the panel's line."""
    lines = [("a return: one kettle", rma(KETTLE)), ("another: a radio", rma(RADIO)), ("three units in one return", rma(SET)),
             ("... product code of its toasters", TOASTER), ("... product code of its mixer", MIXER),
             ("inspected at another bench already", rma(ELSEWHERE)), ("not on the list of expected returns", rma(STRANGER)),
             ("a house label, for a parcel without one", house(7)), ("a waybill: the wrong label", WAYBILL),
             ("reason: scratched", reason("SCRATCH")), ("reason: parts missing", reason("MISSING")),
             ("badge of inspector B17", badge("B17")), ("badge out", command("BADGEOUT")),
             ("receiving mode, in and out", command("RECEIVING")), ("the rest of the parcel is missing", command("PARCELDONE"))]
    return "".join(f"{label:28} {what}\n" for what, label in lines)


# --- without a terminal: the shift ---
NAMES = {"appearance": "APPEARANCE", "accessories": "ACCESSORIES", "usage": "USAGE", "pass": "PASS", "fail": "FAIL",
         "attention": "ATTENTION"}
RHYTHM = {"on": "is lit", "slow": "blinks slowly", "fast": "blinks fast", "double": "blinks twice and pauses",
          "run1": "runs", "run2": "runs", "run3": "runs", "flicker": "flickers"}
TONES = {"tick": "tick", "double-tick": "double tick", "beep": "beep", "chime": "bright chime", "chime-fail": "low chime",
         "error": "error tone", "wrong-label": "wrong-label tone", "question": "question tone", "falling": "falling tone"}


def words(lit):
    if not lit:
        return "all other lamps dark"
    groups = {}
    for lamp in NAMES:
        if lamp in lit:
            groups.setdefault(RHYTHM[lit[lamp]], []).append(NAMES[lamp])
    return ", ".join(f"{' and '.join(lamps)} {rhythm if len(lamps) == 1 else plural(rhythm)}" for rhythm, lamps in groups.items())


def plural(rhythm):
    return {"is lit": "are lit", "runs": "run from left to right"}.get(rhythm, rhythm.replace("blinks", "blink").replace(
        "pauses", "pause").replace("flickers", "flicker"))


class Shift:
    def __init__(self, folder):
        self.hq = headquarters(folder)
        elsewhere(self.hq, folder / "bench-9")
        self.line = Proxy(self.hq.port)
        self.st = bench(self.hq, folder / "station", "demo-1", self.line.port, hold_s=1, question_s=60)
        self.parcels = 0
        self.opened = self.done = 0

    def parcel(self, what):
        self.parcels += 1
        print(f"\n{self.parcels:2}. {what}")

    def does(self, what, act, tone, **lamps):
        """One thing the inspector does; the lamps and the tone that must follow; what they did, in words."""
        p = self.st.panel
        p.settle()
        mark = p.mark()
        act()
        if tone:
            p.wait_tone(tone, mark)
        p.wait_lamps(**lamps)
        heard = [TONES[t] for t in p.tones(mark)]
        print(f"    {what:34} {' and '.join(heard) + ': ' if heard else ''}{words(lamps)}", flush=True)

    def scan(self, what, label, tone="beep", **lamps):
        self.does(what, lambda: self.st.scan(label), tone, **lamps)

    def press(self, button, tone="tick", ms=80, **lamps):
        self.does(f"{button.upper()}{' held for 2 s' if ms >= 2000 else ''}", lambda: self.st.panel.send(f"tap {button} {ms}"),
                  tone, **lamps)

    def opens(self, what, label, **more):
        self.opened += 1
        self.scan(what, label, appearance="on", **more)

    def passes(self):
        self.press("pass", accessories="on")
        self.press("pass", usage="on")
        self.press("pass", "chime", **{"pass": "on"})

    def final(self, **lamps):
        """The hold window runs out."""
        self.done += 1
        self.does("final after 1 s (a bench: 10 s)", lambda: None, None, **lamps)

    def link(self, what, act, pattern, seconds=60):
        """Something happens to the line; what LINK must say of it."""
        p = self.st.panel
        act()
        p.wait(f"LINK {pattern}", lambda: p.lamps["link"] == pattern, seconds)
        print(f"    {what:34} LINK {RHYTHM[pattern]}", flush=True)

    def catches_up(self, what):
        """All that happened meanwhile reaches headquarters, by itself."""
        self.st.panel.until("headquarters to have it all", lambda: all_there(self.st), 60)
        self.link(what, lambda: None, "on")

    def close(self):
        self.st.close()
        self.line.close()
        self.hq.close()

    def play(self):
        st, question = self.st, {"attention": "slow", "pass": "slow", "fail": "slow"}
        st.start()
        st.panel.until("the list of returns", lambda: st.status()["expected"]["returns"])
        print("Headquarters and the station are started. The inspector scans the badge and begins.\n"
              "(Below, LINK, which tells of headquarters alone, is named only where it changes.)")
        self.link("first contact", lambda: None, "on")
        self.scan("scan badge B17", badge("B17"))

        self.parcel("A kettle, all well: three answers, a verdict, a moment to think better of it.")
        self.opens("scan return label", rma(KETTLE))
        self.passes()
        self.final()

        self.parcel("A radio with a scratch: FAIL, and the reason is scanned.")
        self.opens("scan return label", rma(RADIO))
        self.press("fail", appearance="fast", fail="fast")
        self.scan("scan reason SCRATCH", reason("SCRATCH"), "tick", accessories="on")
        self.press("pass", usage="on")
        self.press("pass", "chime-fail", fail="on")
        self.final()

        self.parcel("A desk lamp: pressed too fast, BACK takes one answer back.")
        self.opens("scan return label", rma(LAMP))
        self.press("pass", accessories="on")
        self.press("back", appearance="on")
        self.passes()

        self.parcel("A phone: its label makes the lamp's verdict final. Parts missing, no reason code at hand: FAIL twice.")
        self.done += 1
        self.opens("scan return label", rma(PHONE))
        self.press("pass", accessories="on")
        self.press("fail", accessories="fast", fail="fast")
        self.press("fail", usage="on")
        self.press("pass", "chime-fail", fail="on")
        self.final()

        print("\n    The line to headquarters is cut.")
        self.link("the plug is pulled", self.line.refuse, "slow")

        self.parcel("A drill: wrong parcel on the bench, abandoned by holding BACK.")
        self.opens("scan return label", rma(DRILL))
        self.press("back", "falling", 2300)

        self.parcel("An iron: the verdict was a slip, BACK inside the hold window undoes it.")
        self.opens("scan return label", rma(IRON))
        self.passes()
        self.press("back", usage="on")
        self.press("fail", usage="fast", fail="fast")
        self.scan("scan reason RUST", reason("RUST"), "chime-fail", fail="on")
        self.final()

        print("\n    The line is back. Nobody tells the station: it tries again by itself.")
        self.line.restore()

        self.parcel("The kettle once more: inspected already. The lamps ask; FAIL leaves it at that.")
        self.scan("scan return label", rma(KETTLE), "question", **question)
        self.press("fail", "falling")

        self.parcel("A blender that another bench has passed: asked as well; PASS inspects it again.")
        self.scan("scan return label", rma(ELSEWHERE), "question", **question)
        self.opened += 1
        self.press("pass", "beep", appearance="on")
        self.passes()
        self.final()

        self.catches_up("... and headquarters has it all")

        self.parcel("A return that is not on the list: PASS goes on with it.")
        self.scan("scan return label", rma(STRANGER), "question", attention="slow", **{"pass": "slow"})
        self.opened += 1
        self.press("pass", "beep", appearance="on")
        self.passes()
        self.final()

        self.parcel("A clock: first the waybill by mistake; then the next parcel's label while the clock is open.")
        self.scan("scan waybill", WAYBILL, "wrong-label", attention="fast")
        why = self.st.events("label.rejected", schema=False)[-1]["data"]["why"]
        if why != "carrier":
            raise AssertionError(f"the waybill was told as {why}")
        self.press("pass", None)
        self.opens("scan return label", rma(CLOCK))
        self.scan("scan label of another return", rma(FAN), "error", appearance="on", attention="fast")
        self.press("pass", None, appearance="on")
        self.passes()
        self.final()

        self.parcel("Three units in one return: the lamps ask which one. A product code or PASS says so; the third is missing.")
        print("    kill -9 of headquarters, in the middle of the parcel")
        self.hq.kill()
        which = {"appearance": "slow", "accessories": "slow", "usage": "slow"}
        self.scan("scan return label", rma(SET), "beep", **which)
        self.opens("scan the mixer's code", MIXER)
        self.passes()
        self.final(**which)
        self.opened += 1
        self.press("pass", "beep", appearance="on")
        self.passes()
        self.final(**which)
        self.scan("scan command `parcel done`", command("PARCELDONE"), "tick")
        self.link("headquarters does not answer", lambda: None, "slow")
        self.hq.start()
        print("    headquarters is started again")

        self.parcel("A parcel with a torn label gets a house label.")
        self.opens("scan house label", house(7))
        self.passes()
        self.final()

        self.parcel("A fan, and the power fails in the middle: kill -9, start, the same lamp is lit.")
        self.opens("scan return label", rma(FAN))
        self.press("pass", accessories="on")
        st.kill()
        print("    kill -9                            dark: stationd is gone")
        st.start()
        self.does("start again", lambda: None, None, accessories="on")
        self.press("pass", usage="on")
        self.press("pass", "chime", **{"pass": "on"})
        self.final()

        self.parcel("A scale, and the shift ends.")
        self.opens("scan return label", rma(SCALE))
        self.passes()
        self.final()
        self.scan("scan command `badge out`", command("BADGEOUT"), "tick")
        self.catches_up("headquarters has it all")
        st.stop()
        print("\nThe station is stopped. The next morning it starts, tells headquarters of the evening, and is switched off.")
        st.start()
        self.catches_up("headquarters has it all")
        st.kill()
        self.hq.stop()


def keep(st, hq, folder):
    """Leaves journal.db, events.jsonl (the lines' very bytes), headquarters' copy and an export in the folder."""
    source, copy = sqlite3.connect(f"file:{st.db}?mode=ro", uri=True), sqlite3.connect(folder / "journal.db")
    with source, copy:
        source.backup(copy)
    source.close()
    lines = [bytes(line) for line, in copy.execute("SELECT line FROM event ORDER BY seq")]
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()
    (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    copy = hq.lines(read_journal(folder / "journal.db", schema=False)[0]["journal"])
    (folder / "hq-events.jsonl").write_bytes(b"".join(line + b"\n" for line in copy))
    (folder / "export").mkdir()
    r = st.ctl("export", "--all", folder / "export")
    if r.code != 0:
        raise AssertionError(f"stationctl export says {r.code}: {r.err}")
    print(f"stationctl export --all {folder / 'export'}\n    {r.out.strip()}")


def count(shift, folder):
    """Recounts from the database, compares with the script, and has the chain verified twice."""
    st, db = shift.st, folder / "journal.db"
    events = read_journal(db, schema=False)
    kinds = [e["kind"] for e in events]
    labels = {e["label"] for e in events if e["label"] and e["kind"] == "inspection.opened"}
    labels |= {raw_of(e).decode() for e in events if e["kind"] == "label.rejected"}
    problems = []
    for kind, want in (("inspection.opened", shift.opened), ("inspection.final", shift.done), ("inspection.abandoned", 1),
                       ("inspection.reopened", 1), ("station.started", 3), ("station.stopped", 1), ("parcel.closed", 1)):
        if kinds.count(kind) != want:
            problems.append(f"{kinds.count(kind)} events {kind}, the shift makes {want}")
    ours, theirs = ((folder / name).read_bytes() for name in ("events.jsonl", "hq-events.jsonl"))
    if ours != theirs:
        problems.append("headquarters' copy is not the journal")
    for what in (db, folder / "events.jsonl", folder / "hq-events.jsonl"):
        r = st.ctl("verify", what)
        print(f"stationctl verify {what}\n    {(r.out + r.err).strip()}")
        if r.code != 0:
            problems.append(f"verify says {r.code}")
    for problem in problems:
        print(f"demo: {problem}", file=sys.stderr)
    print(f"demo: {len(labels)} labels, {kinds.count('inspection.opened')} inspections, {len(events)} events in the journal, "
          f"{len(theirs.splitlines())} at headquarters, chain {'ok' if not problems else 'or counts wrong'}")
    return 1 if problems else 0


def play(folder):
    shift = Shift(folder)
    (folder / "labels.txt").write_text(sheet())
    try:
        shift.play()
        keep(shift.st, shift.hq, folder)
        r = shift.st.ctl("log")
        print(f"\nThe journal, as `stationctl log` tells it (a ? behind a time: nothing has vouched for the clock yet):\n{r.out}", flush=True)
        if r.code != 0:
            print(r.err, file=sys.stderr)
            return 1
        return count(shift, folder)
    except AssertionError as error:
        print(f"demo: {error}\n{shift.st.said()[-3000:]}\n{shift.hq.said()[-1000:]}", file=sys.stderr)
        return 1
    finally:
        shift.close()


# --- with a terminal: the panel ---
def try_out(folder):
    print("Headquarters is started; another bench inspects a blender ...", flush=True)
    hq = headquarters(folder)
    elsewhere(hq, folder / "bench-9")
    st = bench(hq, folder / "station", "demo-1", hq.port, hold_s=10, question_s=60, receiving_s=300)
    (folder / "labels.txt").write_text(sheet())
    try:
        st.start()
        print(f"The panel: p = PASS, f = FAIL, b = BACK, h = BACK held, q = leave. Type or paste a label, then Enter:\n\n{sheet()}\n"
              f"The same list is in {folder}/labels.txt.\n\n"
              f"Headquarters is behind LINK. Its log is {hq.log}; what it has, from another terminal:\n"
              f"    {BUILD}/hqd status --db {hq.db}\n"
              f"Take it away and give it back:  kill -STOP {hq.proc.pid}  kill -CONT {hq.proc.pid}\n")
        input("Enter opens the panel. ")
        done = subprocess.run([str(BUILD / "stationctl"), "--config", str(st.conf), "panel"])
        st.stop()
        st.start()  # tells headquarters of its stop, as it would the next morning
        st.panel.until("headquarters to have it all", lambda: all_there(st), 60)
        st.kill()
        hq.stop()
        keep(st, hq, folder)
        events = read_journal(folder / "journal.db", schema=False)
        copy = (folder / "hq-events.jsonl").read_bytes().splitlines()
        print(f"{len(events)} events in {folder}/journal.db and events.jsonl, {len(copy)} at headquarters (hq-events.jsonl); "
              f"`{BUILD}/stationctl verify` reads each.")
        return done.returncode
    except (KeyboardInterrupt, EOFError):
        return 130
    finally:
        st.close()
        hq.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--folder", type=pathlib.Path, default=BUILD / "demo", help="made anew")
    folder = options.parse_args().folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return try_out(folder) if sys.stdin.isatty() and sys.stdout.isatty() else play(folder)


if __name__ == "__main__":
    sys.exit(main())
