"""The panel table of DESIGN.md for a single unit, a row a test, against the real stationd."""
from case import STRANGE, TWICE, UNAPPROVED, StationCase, rma
from station import house, raw_of, reason

QUESTION = {"attention": "slow", "pass": "slow", "fail": "slow"}
UNKNOWN = {"attention": "slow", "pass": "slow"}


class Inspection(StationCase):
    def setUp(self):
        self.station()

    def test_idle_only_link(self):
        self.assertEqual(self.panel.lit(), {})
        self.assertEqual(self.panel.shown["message"], "idle")
        for button in ("pass", "fail", "back"):
            self.refused(button)
        self.assertEqual(self.kinds(), [])

    def test_pass_in_three_answers(self):
        p, label = self.panel, rma(1)
        since = p.mark()
        self.st.open(label)
        p.wait_tone("beep", since)
        p.wait_show(label=label, step="appearance", title="Kettle 1", product="4006381000001", wish="refund",
                    accessories="lid; base; manual", reason="too loud", units=1)
        since = p.mark()
        p.ask("pass", accessories="on")
        p.wait_tone("tick", since)
        p.ask("pass", usage="on")
        since = p.mark()
        p.ask("pass", **{"pass": "on"})
        p.wait_tone("chime", since)
        p.wait_show(message="closed-pass")
        self.st.settle_verdict()
        events = self.st.events()
        opened = next(e for e in events if e["kind"] == "inspection.opened")
        self.assertEqual(raw_of(opened), label.encode())
        self.assertEqual({k: opened["data"][k] for k in ("scanner", "list", "supersedes")},
                         {"scanner": "bench", "list": "known", "supersedes": None})
        self.assertEqual((opened["label"], opened["item"], opened["inspection"]), (label, {"line": 1, "unit": 1}, opened["id"]))
        rest = [e for e in events if e["inspection"] == opened["id"] and e is not opened]
        self.assertEqual([(e["kind"], e["data"]) for e in rest],
                         [("step.answered", {"step": s, "answer": "pass"}) for s in ("appearance", "accessories", "usage")]
                         + [("inspection.closed", {"verdict": "pass"}), ("inspection.final", {"verdict": "pass"})])

    def test_lamp_comes_after_the_event(self):
        """Each lit lamp's event is on disk at the moment the lamp line arrives."""
        self.st.open(rma(1))
        self.assertEqual(self.kinds()[-1], "inspection.opened")
        self.panel.ask("pass", accessories="on")
        self.assertEqual(self.kinds()[-1], "step.answered")

    def test_fail_with_scanned_reason(self):
        p = self.panel
        self.st.open(rma(2))
        p.ask("fail", appearance="fast", fail="fast")
        self.refused("pass")
        self.st.scan(reason("SCRATCH"))
        self.picture(accessories="on")
        p.ask("pass", usage="on")
        since = p.mark()
        p.ask("pass", fail="on")
        p.wait_tone("chime-fail", since)
        p.wait_show(message="closed-fail")
        given = self.st.events("reason.given")
        self.assertEqual([e["data"] for e in given], [{"step": "appearance", "code": "SCRATCH"}])
        self.assertEqual(self.st.events("inspection.closed")[0]["data"], {"verdict": "fail"})

    def test_fail_twice_is_unspecified(self):
        p = self.panel
        self.st.open(rma(2))
        p.ask("pass", accessories="on")
        p.ask("fail", accessories="fast", fail="fast")
        p.ask("fail", usage="on")
        given = self.st.events("reason.given")[0]["data"]
        self.assertEqual(given["step"], "accessories")
        self.assertEqual(given["code"], "UNSPECIFIED")

    def test_back_withdraws_a_fail(self):
        p = self.panel
        self.st.open(rma(2))
        p.ask("fail", appearance="fast", fail="fast")
        p.ask("back", appearance="on")
        self.assertEqual(self.st.events("step.withdrawn")[0]["data"], {"step": "appearance", "answer": "fail"})

    def test_back_goes_one_step_back(self):
        p = self.panel
        self.st.open(rma(3))
        self.refused("back")
        p.ask("pass", accessories="on")
        p.ask("pass", usage="on")
        p.ask("back", accessories="on")
        p.ask("back", appearance="on")
        self.refused("back")
        self.assertEqual([e["data"]["step"] for e in self.st.events("step.withdrawn")], ["accessories", "appearance"])

    def test_back_in_the_hold_window_reopens_step_three(self):
        p = self.panel
        self.st.inspect(rma(3))
        p.ask("back", usage="on")
        self.assertEqual(self.st.events("inspection.reopened")[0]["data"], {"step": "usage"})
        p.ask("fail", usage="fast", fail="fast")
        p.ask("fail", fail="on")
        self.st.settle_verdict()
        self.assertEqual([e["data"]["verdict"] for e in self.st.events("inspection.final")], ["fail"])

    def test_back_held_abandons(self):
        p = self.panel
        self.st.open(rma(3))
        p.ask("pass", accessories="on")
        since = p.mark()
        p.ask("back", 2200)
        p.wait_tone("falling", since)
        self.assertEqual(self.kinds()[-1], "inspection.abandoned")
        self.st.open(rma(3))  # and no question: there is no verdict

    def test_same_label_while_open_is_a_double_tick(self):
        p = self.panel
        self.st.open(rma(4))
        before = len(self.st.events())
        p.settle()
        since = p.mark()
        self.st.scan(rma(4))
        p.wait_tone("double-tick", since)
        self.picture(appearance="on")
        self.assertEqual(len(self.st.events()), before)

    def test_f3_a_double_read_is_silent(self):
        """F3: the same code within the repeat window is one read; a different code is never blocked."""
        p = self.panel
        since = p.mark()
        self.st.scan(rma(4), end="\r\n")
        self.st.scan(rma(4), end="\r\n")
        self.st.scan("4006381333931")
        p.wait_tone("wrong-label", since)
        self.assertNotIn("double-tick", p.tones(since))
        self.silence()

    def test_other_label_while_open_is_refused_and_recorded(self):
        p = self.panel
        self.st.open(rma(5))
        p.ask("pass", accessories="on")
        since = p.mark()
        self.st.scan(rma(6))
        p.wait("the alert", lambda: p.lamps["attention"] == "fast")
        p.wait_tone("error", since)
        p.wait_show(alert="busy", label=rma(5))
        rejected = self.st.events("label.rejected")[-1]
        self.assertEqual((rejected["data"]["why"], raw_of(rejected)), ("busy", rma(6).encode()))
        self.silence()
        self.picture(accessories="on")
        p.ask("pass", usage="on")

    def test_wrong_label_says_so(self):
        p = self.panel
        for text, why in (("1Z999AA10123456784", "carrier"), ("4006381333931", "product"), ("LPNHK0123456789", "plate"),
                          ("]C18003040123451234560001", "asset"), ("500000000081", "tie"), ("]C0ABC-1234", "shape")):
            since = p.mark()
            self.st.scan(text)
            p.wait_tone("wrong-label", since)
            self.assertEqual(self.st.events("label.rejected")[-1]["data"]["why"], why)
            p.wait_show(alert=why)
            self.silence()
        bad = rma(1)[:-1] + ("0" if rma(1)[-1] != "0" else "1")
        self.st.scan(bad)
        p.wait_show(alert="check")
        self.assertEqual(self.st.events("label.rejected")[-1]["data"]["why"], "check")
        self.silence()

    def test_a_scan_works_through_an_alert(self):
        self.st.scan("4006381333931")
        self.panel.wait("the alert", lambda: self.panel.lamps["attention"] == "fast")
        self.st.scan(rma(7))
        self.panel.wait_show(label=rma(7), step="appearance")

    def test_repeat_question_here(self):
        p = self.panel
        self.st.inspect(rma(7))
        self.st.settle_verdict()
        since = p.mark()
        self.st.scan(rma(7))
        self.picture(**QUESTION)
        p.wait_tone("question", since)
        p.wait("who and when", lambda: p.shown.get("last"))
        self.assertEqual((p.shown["last"]["verdict"], p.shown["last"]["station"]), ("pass", "bench-1"))
        p.ask("fail")
        self.assertEqual(self.st.events("label.rejected")[-1]["data"]["why"], "left")
        self.st.scan(rma(7))
        self.picture(**QUESTION)
        p.ask("back")
        self.st.scan(rma(7))
        self.picture(**QUESTION)
        p.ask("pass", appearance="on")
        first, second = self.st.events("inspection.opened")
        self.assertEqual(second["data"]["supersedes"], first["id"])

    def test_f2_repeat_question_from_headquarters_list(self):
        """F2: a unit that another bench has inspected is asked about, with where, when and who."""
        p = self.panel
        self.st.scan(rma(TWICE))
        self.picture(**QUESTION)
        p.wait("who and when", lambda: p.shown.get("last"))
        self.assertEqual(p.shown["last"], {"verdict": "pass", "station": "bench-9", "at": "2026-01-02T03:04:05.678Z", "by": "B77"})
        p.ask("pass", appearance="on")
        self.assertEqual(self.st.events("inspection.opened")[0]["data"]["supersedes"], "0190b8a0-0000-7000-8000-000000000001")

    def test_a_question_is_replaced_by_another_label(self):
        self.st.scan(rma(TWICE))
        self.picture(**QUESTION)
        self.st.open(rma(8))
        self.assertEqual(self.st.events("inspection.opened")[0]["label"], rma(8))

    def test_a_question_is_dropped_after_a_while(self):
        self.st.scan(rma(TWICE))
        self.picture(**QUESTION)
        self.picture()
        self.assertNotIn("inspection.opened", self.kinds())

    def test_next_label_makes_final(self):
        self.st.close()
        self.station(settings={"inspection": {"hold_s": 60}})
        self.st.inspect(rma(1))
        for other in (reason("SCRATCH"), rma(1)):
            self.panel.settle()
            since = self.panel.mark()
            self.st.scan(other)
            self.panel.wait("an answer", lambda: self.panel.tones(since))
        self.assertNotIn("inspection.final", self.kinds())
        self.panel.settle()
        if self.panel.lamps["attention"] == "fast":
            self.silence()
        self.st.open(rma(2))
        kinds = self.kinds()
        self.assertLess(kinds.index("inspection.final"), len(kinds) - 1)
        self.assertEqual(kinds[-1], "inspection.opened")

    def test_house_label_needs_no_list(self):
        label = house(42)
        self.st.open(label)
        opened = self.st.events("inspection.opened")[0]
        self.assertEqual((opened["label"], opened["item"]), (label, None))

    def test_aim_identifier_and_small_letters(self):
        """F7: an AIM identifier in front is not part of the number; the raw bytes are kept."""
        raw = "]C1" + rma(9).lower()
        self.st.open(raw)
        opened = self.st.events("inspection.opened")[0]
        self.assertEqual((opened["label"], raw_of(opened)), (rma(9), raw.encode()))


class Unknown(StationCase):
    def test_confirm(self):
        self.station()
        for number in (STRANGE, UNAPPROVED):
            self.st.scan(rma(number))
            self.picture(**UNKNOWN)
            self.panel.ask("pass", appearance="on")
            self.assertEqual(self.st.events("inspection.opened")[-1]["data"]["list"], "unknown")
            self.panel.ask("back", 2200)
        self.st.scan(rma(STRANGE + 1))
        self.picture(**UNKNOWN)
        self.panel.ask("back")
        self.assertEqual(self.st.events("label.rejected")[-1]["data"]["why"], "left")

    def test_accept(self):
        self.station(settings={"inspection": {"unknown": "accept"}})
        self.st.open(rma(STRANGE))
        self.assertEqual(self.st.events("inspection.opened")[0]["data"]["list"], "unknown")

    def test_refuse(self):
        self.station(settings={"inspection": {"unknown": "refuse"}})
        self.st.scan(rma(STRANGE))
        self.panel.wait_show(alert="refused")
        self.assertEqual(self.st.events("label.rejected")[0]["data"]["why"], "refused")
        self.silence()
        self.st.open(rma(1))

    def test_no_list_accepts(self):
        self.station(expected=None, settings={"inspection": {"unknown": "refuse"}})
        self.st.open(rma(STRANGE))
        self.assertEqual(self.st.events("inspection.opened")[0]["data"]["list"], "no-list")


class Buttons(StationCase):
    def setUp(self):
        self.station()

    def test_chord_counts_nothing(self):
        p = self.panel
        self.st.open(rma(1))
        p.settle()
        since = p.mark()
        p.send("press pass\npress fail\nrelease pass\nrelease fail")
        p.wait_tone("error", since)
        self.picture(appearance="on")
        p.linger(0.3)
        self.assertEqual(self.kinds(), ["inspection.opened"])

    def test_bounce_counts_nothing(self):
        p = self.panel
        self.st.open(rma(1))
        p.settle()
        since = p.mark()
        p.send("press pass\nrelease pass")
        p.wait_tone("error", since)
        p.linger(0.3)
        self.assertEqual(self.kinds(), ["inspection.opened"])

    def test_a_bouncing_contact_is_one_press(self):
        p = self.panel
        self.st.open(rma(1))
        p.settle()
        p.send("press pass\nrelease pass\npress pass\nrelease pass\npress pass")
        p.send("state")
        p.linger(0.1)
        p.send("release pass\npress pass\nrelease pass")
        self.picture(accessories="on")
        p.linger(0.3)
        self.assertEqual(self.kinds(), ["inspection.opened", "step.answered"])

    def test_dead_time_after_the_lamp(self):
        """A press that begins within 250 ms of the lamp answers nothing."""
        p = self.panel
        self.st.open(rma(1))
        since = p.mark()
        p.send("tap pass 60")
        p.wait_tone("error", since)
        self.picture(appearance="on")
        p.ask("pass", accessories="on")
        self.assertEqual(self.kinds(), ["inspection.opened", "step.answered"])

    def test_stuck_back_abandons_nothing_and_the_others_work(self):
        p = self.panel
        self.st.open(rma(1))
        p.settle()
        p.send("press back")
        p.until("the fault", lambda: "button:back" in self.st.status()["faults"], 15)
        p.until("the fault's event", lambda: "fault.raised" in self.kinds())
        p.ask("pass", accessories="on")
        p.send("release back")
        p.until("the fault's end", lambda: "button:back" not in self.st.status()["faults"])
        self.picture(accessories="on")
        faults = [(e["kind"], e["data"]["what"]) for e in self.st.events("fault.raised", "fault.cleared")]
        self.assertEqual(faults, [("fault.raised", "button:back"), ("fault.cleared", "button:back")])
        self.assertNotIn("inspection.abandoned", self.kinds())

    def test_reminder_after_a_long_quiet(self):
        self.st.close()
        self.station(settings={"inspection": {"remind_s": 10}})
        self.st.open(rma(1))
        self.panel.wait_lamps(appearance="double", seconds=15)
        self.panel.ask("pass", accessories="on")
