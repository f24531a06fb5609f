"""The rest of the panel table: several units of one return, receiving mode, badges, supervisor's word."""
from case import KNOWN, PARCEL, STRANGE, StationCase, rma
from station import badge, command, raw_of, reason, signed

WHICH = {"appearance": "slow", "accessories": "slow", "usage": "slow"}
RUN = {"appearance": "run1", "accessories": "run2", "usage": "run3"}
TOASTER, MIXER = "4006381333931", "5000000000012"


class Units(StationCase):
    def setUp(self):
        self.station()
        self.panel.scan(rma(PARCEL))
        self.picture(**WHICH)

    def three_passes(self):
        self.panel.ask("pass", accessories="on")
        self.panel.ask("pass", usage="on")
        self.panel.ask("pass", **{"pass": "on"})

    def items(self, kind):
        return [(e["item"]["line"], e["item"]["unit"]) for e in self.st.events(kind)]

    def test_all_units_by_pass_and_by_product_code(self):
        p = self.panel
        p.wait_show(units=3, left=3, message="which")
        self.st.scan(MIXER)
        self.picture(appearance="on")
        p.wait_show(item={"line": 2, "unit": 1}, title="Mixer")
        self.three_passes()
        self.picture(**WHICH)
        p.ask("pass", appearance="on")
        self.three_passes()
        self.picture(**WHICH)
        p.ask("pass", appearance="on")
        self.three_passes()
        self.st.settle_verdict()
        self.assertEqual(self.items("inspection.opened"), [(2, 1), (1, 1), (1, 2)])
        self.assertEqual(self.items("inspection.final"), [(2, 1), (1, 1), (1, 2)])
        self.st.scan(rma(PARCEL))
        self.picture(attention="slow", **{"pass": "slow", "fail": "slow"})

    def test_parcel_done_records_the_missing(self):
        self.st.scan(TOASTER)
        self.picture(appearance="on")
        self.three_passes()
        self.picture(**WHICH)
        self.st.scan(command("PARCELDONE"))
        self.picture()
        closed = self.st.events("parcel.closed")[0]
        self.assertEqual((closed["label"], closed["data"]),
                         (rma(PARCEL), {"missing": [{"line": 1, "unit": 2}, {"line": 2, "unit": 1}]}))

    def test_left_open_and_scanned_again_it_knows_what_is_done(self):
        self.st.scan(MIXER)
        self.picture(appearance="on")
        self.three_passes()
        self.picture(**WHICH)
        self.picture()  # question_s later
        self.st.scan(rma(PARCEL))
        self.picture(**WHICH)
        self.panel.wait_show(units=3, left=2)

    def test_a_stranger_on_the_table_is_a_wrong_label(self):
        p = self.panel
        since = p.mark()
        self.st.scan("9780201379624")
        p.wait_tone("wrong-label", since)
        self.silence()
        self.picture(**WHICH)

    def test_a_unit_again_is_asked_about(self):
        self.st.scan(MIXER)
        self.picture(appearance="on")
        self.three_passes()
        self.picture(**WHICH)
        self.st.scan(MIXER)
        self.picture(attention="slow", **{"pass": "slow", "fail": "slow"})
        self.panel.ask("back", **WHICH)

    def test_product_code_in_the_hold_window_opens_the_next(self):
        self.st.close()
        self.station(settings={"inspection": {"hold_s": 60}})
        self.panel.scan(rma(PARCEL))
        self.picture(**WHICH)
        self.st.scan(TOASTER)
        self.picture(appearance="on")
        self.three_passes()
        self.st.scan(TOASTER)
        self.picture(appearance="on")
        self.assertEqual(self.items("inspection.opened"), [(1, 1), (1, 2)])
        self.assertEqual(self.items("inspection.final"), [(1, 1)])

    def test_back_leaves_the_parcel_open(self):
        self.panel.ask("back")
        self.assertEqual(self.kinds(), [])


class Receiving(StationCase):
    def setUp(self):
        self.station()
        self.st.scan(command("RECEIVING"))
        self.picture(**RUN)

    def test_each_return_arrives_once(self):
        p = self.panel
        for number in KNOWN[:3]:
            since = p.mark()
            self.st.scan(rma(number))
            p.wait_tone("beep", since)
        self.picture(**RUN)
        p.linger(0.3)  # beyond the repeat window
        since = p.mark()
        self.st.scan(rma(1))
        p.wait_tone("double-tick", since)
        p.settle()
        self.st.scan(command("RECEIVING"))
        self.picture()
        arrived = self.st.events("parcel.arrived")
        self.assertEqual([e["label"] for e in arrived], [rma(n) for n in KNOWN[:3]])
        self.assertEqual([raw_of(e) for e in arrived], [rma(n).encode() for n in KNOWN[:3]])

    def test_ends_by_itself(self):
        self.panel.wait_lamps(seconds=15)

    def test_a_waybill_is_not_a_return(self):
        p = self.panel
        since = p.mark()
        self.st.scan("1Z999AA10123456784")
        p.wait_tone("wrong-label", since)
        self.silence()
        self.picture(**RUN)


class Badges(StationCase):
    def setUp(self):
        self.station()

    def in_by(self, person):
        since = self.panel.mark()
        self.st.scan(badge(person))
        self.panel.wait_tone("beep", since)

    def test_badge_is_in_every_event_until_out(self):
        p = self.panel
        self.in_by("B17")
        p.wait_show(by="B17")
        self.st.inspect(rma(1))
        self.st.settle_verdict()
        since = p.mark()
        self.st.scan(command("BADGEOUT"))
        p.wait_tone("tick", since)
        p.wait_show(by=None)
        self.st.open(rma(2))
        opened = self.st.events("inspection.opened")
        self.assertEqual([e["by"] for e in opened], ["B17", None])
        self.assertEqual([e["data"] for e in self.st.events("badge.in", "badge.out")], [{"badge": "B17"}] * 2)

    def test_badge_survives_a_power_cut(self):
        self.in_by("B17")
        self.st.open(rma(1))
        self.st.kill()
        self.st.start()
        self.panel = self.st.panel
        self.picture(appearance="on")
        self.panel.ask("pass", accessories="on")
        self.assertEqual(self.st.events("step.answered")[0]["by"], "B17")

    def test_made_up_and_foreign_orders_are_refused(self):
        """A customer's label can't order the station about."""
        p = self.panel
        good = command("RECEIVING")
        other_site = command("RECEIVING", key=b"x" * 32)
        cases = [(other_site, "key"), (badge("B1", key=b"y" * 32), "key"), (reason("X", key=b"z" * 32), "key"),
                 (good[:-1] + ("A" if good[-1] != "A" else "B"), "check"), (signed("CMD", "SELFDESTRUCT"), "command")]
        for text, why in cases:
            since = p.mark()
            self.st.scan(text)
            p.wait("an answer", lambda: p.tones(since))
            p.wait_show(alert=why)
            self.assertEqual(self.st.events("label.rejected")[-1]["data"]["why"], why, text)
            self.silence()
        self.assertEqual(self.st.events("badge.in"), [])

    def test_no_key_no_orders(self):
        self.st.close()
        self.station(key=None)
        self.st.scan(command("RECEIVING"))
        self.panel.wait_show(alert="no-key")
        self.assertEqual(self.st.events("label.rejected")[-1]["data"]["why"], "no-key")

    def test_a_supervisor_opens_what_was_refused(self):
        self.st.close()
        self.station(settings={"inspection": {"unknown": "refuse"}})
        self.st.scan(rma(STRANGE))
        self.panel.wait_show(alert="refused")
        self.st.scan(command("ACCEPT"))
        self.picture(appearance="on")
        self.assertEqual(self.st.events("inspection.opened")[0]["label"], rma(STRANGE))

    def test_a_reason_out_of_place_is_an_error_tick(self):
        before = len(self.st.events())
        since = self.panel.mark()
        self.st.scan(reason("SCRATCH"))
        self.panel.wait_tone("error", since)
        self.assertEqual(len(self.st.events()), before)
