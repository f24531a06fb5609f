"""figures.py - what a report has to say of some events, worked out a second time and in another way; and the page read again.

The station counts in one pass and in bounded memory. Here everything is kept, sorted and asked.
"""
import collections
import datetime
import html.parser
import zoneinfo

STEPS = ("appearance", "accessories", "usage")
HOUR = 3_600_000


def millis(at):
    parsed = datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return round(parsed.timestamp() * 1000)


def sure_times(events):
    """seq -> when it really was, or None: trusted, or counted from a trusted event of its boot."""
    boots = collections.defaultdict(list)
    for e in events:
        boots[e["boot"]].append(e)
    out = {}
    for of_boot in boots.values():
        trusted = [e for e in of_boot if e["clock"] == "trusted"]
        for e in of_boot:
            if e["clock"] == "trusted":
                out[e["seq"]] = millis(e["at"])
                continue
            before = [a for a in trusted if a["seq"] < e["seq"]]
            anchor = before[-1] if before else trusted[0] if trusted else None
            out[e["seq"]] = anchor and millis(anchor["at"]) - anchor["mono_ms"] + e["mono_ms"]
    return out


def between(first, last, sure):
    """Milliseconds from one event to another, or None."""
    if first["boot"] == last["boot"]:
        return last["mono_ms"] - first["mono_ms"]
    if sure[first["seq"]] is None or sure[last["seq"]] is None:
        return None
    return max(0, sure[last["seq"]] - sure[first["seq"]])


def spent(own):
    """Tenths of a second for each step, or None after a restart."""
    if len({e["boot"] for e in own}) > 1:
        return None
    ms, step = [0, 0, 0], 0
    for before, e in zip(own, own[1:]):
        if before["kind"] != "inspection.closed":
            ms[step] += e["mono_ms"] - before["mono_ms"]
        if e["kind"] in ("step.answered", "reason.given", "step.withdrawn", "inspection.reopened"):
            step = STEPS.index(e["data"]["step"])
            done = e["kind"] == "reason.given" or e["data"].get("answer") == "pass" and e["kind"] == "step.answered"
            step = min(step + done, 2)
    return ms


def rank(values, percent):
    values = sorted(values)
    return min(values[max(1, -(-len(values) * percent // 100)) - 1], 12000) if values else 0


def share(part, whole):
    return (part * 1000 + whole // 2) // whole if whole else None


def classes(ages, deadline):
    names = collections.Counter()
    for age in ages:
        names["unsure" if age is None else "late" if age > deadline else
              "near" if age > deadline - deadline // 4 else "on-time"] += 1
    return names


class Figures:
    def __init__(self, events, zone="UTC", deadline_h=48, now=None, acked=None, products=None):
        self.events, self.sure = events, sure_times(events)
        self.zone, self.deadline = zoneinfo.ZoneInfo(zone), deadline_h * HOUR
        sure = [t for t in (self.sure[e["seq"]] for e in events) if t is not None]
        self.now = max(now or 0, sure[-1] if sure else 0)
        self.acked, self.products = acked, products or {}
        self.by_id = collections.defaultdict(list)
        for e in events:
            if e["inspection"]:
                self.by_id[e["inspection"]].append(e)
        self.finals = [e for e in events if e["kind"] == "inspection.final"]

    def count(self, kind):
        return sum(e["kind"] == kind for e in self.events)

    def of(self, final):
        """The events that led to a final, it included."""
        return [e for e in self.by_id[final["inspection"]] if e["seq"] <= final["seq"]]

    def press(self, final):
        closed = [e for e in self.of(final) if e["kind"] == "inspection.closed"]
        return closed[-1] if closed else final

    def verdicts(self, key):
        """key(final) -> [pass, fail]; what has no key is left out."""
        out = collections.defaultdict(lambda: [0, 0])
        for f in self.finals:
            k = key(f)
            if k is not None:
                out[k][f["data"]["verdict"] == "fail"] += 1
        return {k: tuple(v) for k, v in out.items()}

    def local(self, final):
        at = self.sure[self.press(final)["seq"]]
        return at and datetime.datetime.fromtimestamp(at / 1000, self.zone)

    def days(self):
        return self.verdicts(lambda f: (self.local(f) or None) and f"{self.local(f):%Y-%m-%d}")

    def hours(self):
        return self.verdicts(lambda f: (self.local(f) or None) and self.local(f).hour)

    def badges(self):
        return self.verdicts(lambda f: self.press(f)["by"] or "")

    def product(self, final):
        return self.products.get((final["label"], final["item"] and final["item"]["line"]))

    def reasons(self):
        out = collections.defaultdict(lambda: [0, 0, 0])
        for f in self.finals:
            answers, codes = {}, {}
            for e in self.of(f):
                if e["kind"] == "step.answered":
                    answers[e["data"]["step"]] = e["data"]["answer"]
                if e["kind"] == "reason.given":
                    codes[e["data"]["step"]] = e["data"]["code"]
            for step, answer in answers.items():
                if answer == "fail":
                    out[codes[step]][STEPS.index(step)] += 1
        return {k: tuple(v) for k, v in out.items()}

    def steps(self):
        timed = [s for s in (spent(self.of(f)) for f in self.finals) if s]
        out = {name: [s[i] // 100 for s in timed] for i, name in enumerate(STEPS)}
        out["inspection"] = [sum(s) // 100 for s in timed]
        return {name: (len(t), rank(t, 50), rank(t, 90)) for name, t in out.items()}

    def clock(self):
        """Parcels done and still due, by class; and how many were done that never arrived."""
        arrived, done, unarrived = {}, [], 0
        for e in self.events:
            if e["kind"] == "parcel.arrived":
                arrived.setdefault(e["label"], e)
            ends = e["kind"] == "parcel.closed" or e["kind"] == "inspection.final" and not e["data"].get("left")
            if ends and e["label"] in arrived:
                done.append(between(arrived.pop(e["label"]), e, self.sure))
            elif ends:
                unarrived += 1
        last = self.events[-1]
        due = []
        for e in arrived.values():
            at = self.sure[e["seq"]]
            due.append(max(0, self.now - at) if at is not None else
                       last["mono_ms"] - e["mono_ms"] if last["boot"] == e["boot"] else None)
        return classes(done, self.deadline), classes(due, self.deadline), unarrived, list(arrived)

    def superseded(self):
        first = {f["inspection"]: f["data"]["verdict"] for f in self.finals}
        gone = {self.of(f)[0]["data"].get("supersedes") for f in self.finals}
        return [v for i, v in first.items() if i in gone]

    def crashes(self):
        kinds = [e["kind"] for e in self.events]
        return sum(k == "station.started" and kinds[i - 1] not in ("station.stopped", "journal.opened")
                   for i, k in enumerate(kinds))

    def flat(self):
        """The figures that have a name of their own."""
        passed = sum(f["data"]["verdict"] == "pass" for f in self.finals)
        gone = self.superseded()
        done, due, unarrived, waiting = self.clock()
        last = [e for e in self.events if e["inspection"]][-1:]
        listed = collections.Counter(e["data"]["list"] for e in self.events if e["kind"] == "inspection.opened")
        steps = self.steps()
        out = {"final": len(self.finals), "pass": passed, "fail": len(self.finals) - passed,
               "rate": share(passed, len(self.finals)), "superseded": len(gone),
               "rate-standing": share(passed - gone.count("pass"), len(self.finals) - len(gone)),
               "provisional": int(bool(last) and last[0]["kind"] == "inspection.closed"),
               "done-late": done["late"], "due-late": due["late"], "due-near": due["near"], "due": len(waiting),
               "late": done["late"] + due["late"], "unarrived": unarrived, "days": len(self.days()),
               "timed": steps["inspection"][0], "untimed": len(self.finals) - steps["inspection"][0],
               "known": listed["known"], "unknown": listed["unknown"], "no-list": listed["no-list"],
               "crashes": self.crashes(), "events": len(self.events),
               "first-seq": self.events[0]["seq"], "last-seq": self.events[-1]["seq"],
               "replaced": sum(bool(self.of(f)[0]["data"].get("supersedes")) for f in self.finals)}
        for name, kind in (("opened", "inspection.opened"), ("abandoned", "inspection.abandoned"),
                           ("reopened", "inspection.reopened"), ("withdrawn", "step.withdrawn"),
                           ("arrived", "parcel.arrived"), ("badges", "badge.in"), ("starts", "station.started"),
                           ("photos", "photo.taken"), ("exports", "export.done"), ("clock-steps", "clock.stepped")):
            out[name] = self.count(kind)
        undated = sum(self.local(f) is None for f in self.finals)
        if undated:
            out["undated"] = undated
        if self.acked is not None and self.acked < self.events[-1]["seq"]:
            out["unacked"] = sum(e["seq"] > self.acked for e in self.events)
            out["waiting"] = sum(f["seq"] > self.acked for f in self.finals)
        return {k: v for k, v in out.items() if v is not None}


class Page(html.parser.HTMLParser):
    """The page as a program finds it: figures by name, rows by their data attribute with the data of their cells."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.twice, self.rows, self.ids, self.scripts, self.loads = {}, [], [], {}, 0, []
        self.row, self.text, self.attrs = None, [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.attrs += [(tag, k, v) for k, v in attrs]
        self.scripts += tag == "script"
        self.loads += [v for k, v in attrs if k in ("src", "href", "srcset", "data", "action", "xlink:href")]
        if "data-figure" in a:
            if a["data-figure"] in self.figures:
                self.twice.append(a["data-figure"])
            self.figures[a["data-figure"]] = int(a["data-value"])
        if "id" in a:
            self.ids[a["id"]] = a
        if tag == "tr":
            self.row = {k[5:]: v for k, v in a.items() if k.startswith("data-")}
            if self.row:
                self.rows.append(self.row)
        elif tag == "td" and self.row is not None:
            self.row.update({k[5:]: int(v) for k, v in a.items() if k.startswith("data-")})

    def handle_data(self, data):
        self.text.append(data)

    def table(self, key, *columns):
        """Rows with this data attribute: its value -> their columns' figures."""
        return {r[key]: tuple(r.get(c, 0) for c in columns) for r in self.rows if key in r}
