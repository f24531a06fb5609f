"""Answers of headquarters, the bad ones above all: what LINK says of each, that inspections go on, and that nothing is lost."""
import json
import os
import threading
import time
import unittest

from case import RETURNS
from daemon import of_threads, processors
from fakehq import FakeHq, endless, problem, reply, to_json
from line import GOOD, OFFLINE, PERSON, LineCase, authority, held, pair
from station import read_journal, rma, row

MEGABYTE = 1 << 20


def acked(n, digest, more=""):
    """200 with a body written by hand."""
    return reply(200, f'{{"acked":{n},"hash":"{digest}"{more}}}'.encode())


class Answers(LineCase):
    def setUp(self):
        server = pair("server")
        self.fake = FakeHq(server.cert, server.key, authority().cert)
        self.addCleanup(self.fake.close)
        self.fake.returns = to_json(RETURNS)
        self.number = 0

    def begin(self, **how):
        st = self.bench(self.fake.port, **how)
        self.link(GOOD)
        self.delivered(self.fake)
        return st

    def events_only(self, answer):
        """Only requests that bring events are answered so."""
        self.fake.answer = lambda request: answer(request) if request.what in ("events", "anchor") else None

    def asked_after(self, what, mark, count=1):
        self.panel.until(what, lambda: len(self.fake.posts()) >= mark + count, 30)

    def plays(self, name, answer, pattern):
        """One row: headquarters answers so from now on; LINK; work goes on; an honest headquarters gets everything."""
        with self.subTest(name):
            mark = len(self.fake.posts())
            self.events_only(answer)
            self.event()
            self.asked_after(f"a request ({name})", mark)
            self.link(pattern)
            if pattern != GOOD:
                self.assertTrue(self.why(), f"status tells a person why ({name})")
            self.event()
            self.assertEqual(self.panel.lamps["attention"], "off")
            self.fake.answer = lambda request: None
            self.retry()
            self.delivered(self.fake)

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "a machine with one processor")
    def test_while_the_line_is_at_work_a_press_is_answered_on_any_processor(self):
        """What packs and encrypts would be found at home, and waited for; and what reads the journal for it steps back."""
        st = self.begin()
        back = of_threads(st.proc.pid, lambda task: os.getpriority(os.PRIO_PROCESS, task) - os.getpriority(os.PRIO_PROCESS, 0))
        self.assertEqual(list(back.values()).count(5), 1, back)
        last = {max(os.sched_getaffinity(0))}

        def home():
            return list(processors(st.proc.pid).values()).count(last)

        self.panel.until("loop and writer at home", lambda: home() == 2)
        answer = threading.Event()
        self.addCleanup(answer.set)
        self.fake.answer = lambda request: None if request.what != "events" else (answer.wait(60), None)[1]
        mark = len(self.fake.posts())
        self.event()
        self.asked_after("a request", mark)
        self.assertEqual(home(), 0)
        self.assertEqual(processors(st.proc.pid)[st.proc.pid], os.sched_getaffinity(0))
        answer.set()
        self.delivered(self.fake)
        self.panel.until("loop and writer at home again", lambda: home() == 2)

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "a machine with one processor")
    def test_without_a_line_a_press_is_answered_on_one_processor_F4(self):
        """Events wait, but nothing is at work: the way to the lamps is the short one."""
        st = self.begin()
        self.events_only(lambda request: reply(503, b""))
        self.event()
        self.link(OFFLINE)
        last = {max(os.sched_getaffinity(0))}
        self.panel.until("loop and writer at home", lambda: list(processors(st.proc.pid).values()).count(last) == 2)
        self.assertLess(st.status()["headquarters"]["acked"], len(held(st)))

    def test_what_is_no_answer(self):
        """Replies with 200 that can't be true or can't be read: a person is called, `acked` does not move."""
        self.begin()

        def rest(request):
            return self.fake.honest(request)  # stored, but the answer is another

        def told(n, digest, more=""):
            return lambda request: (rest(request), acked(n(request), digest(request), more))[1]

        def last(request):
            return json.loads(request.lines[-1])["seq"]

        def true(request):
            return FakeHq.hash(self.fake.journals[request.journal])

        table = {
            "a hash that is not ours": told(last, lambda r: "ab" * 32),
            "acked beyond all there is": told(lambda r: last(r) + 1000, true),
            "acked 0": told(lambda r: 0, true),
            "acked one less, with the last one's hash": told(lambda r: last(r) - 1, true),
            "a huge acked": told(lambda r: 2**64, true),
            "a negative acked": told(lambda r: -1, true),
            "acked that is no integer": told(lambda r: f"{last(r)}.0", true),
            "acked as text": told(lambda r: f'"{last(r)}"', true),
            "a key that comes twice": told(last, true, ',"acked":1'),
            "a hash too short": told(last, lambda r: "ab" * 31),
            "a hash that is not hexadecimal": told(last, lambda r: "zz" * 32),
            "no hash": lambda r: reply(200, {"acked": last(r)}),
            "no acked": lambda r: reply(200, {"hash": true(r)}),
            "not an object": lambda r: reply(200, [last(r), "ab" * 32]),
            "not JSON": lambda r: reply(200, b"OK, thanks"),
            "nothing": lambda r: reply(200, b""),
            "NUL in a string": lambda r: reply(200, b'{"acked":1,"hash":"ab\\u0000"}'),
            "deeply nested": lambda r: reply(200, b"[" * 60000),
            "a web page": lambda r: reply(200, b"<html>Please log in to the Wi-Fi</html>", "text/html"),
        }
        for name, answer in table.items():
            self.plays(name, answer, PERSON)

    def test_replies_without_an_end(self):
        """Endless bodies and headers are cut off by the station after a bounded number of bytes, and its memory stays flat."""
        self.begin()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        before = self.st.rss_kib()
        for name, answer in {
            "body": lambda r: endless(head + b"\r\n", b" " * 65536),
            "body of a told length": lambda r: endless(head + b"Content-Length: 99999999999\r\n\r\n", b" " * 65536),
            "chunks": lambda r: endless(head + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
            "headers": lambda r: endless(head, b"X-More: " + b"y" * 1000 + b"\r\n"),
            "one header": lambda r: endless(head + b"X-More: ", b"y" * 65536),
            "interim answers": lambda r: endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        }.items():
            hangups, self.fake.sent = self.fake.hangups, 0
            self.plays(name, answer, PERSON)
            with self.subTest(name):
                self.fake.wait("the station to hang up", lambda: self.fake.hangups > hangups)
                self.assertLess(self.fake.sent, 16 * MEGABYTE)
        self.assertLess(self.st.rss_kib() - before, 4096, "memory while replies never end")

    def test_replies_cut_off(self):
        """Truncated ones: the line is at fault, it is tried again by itself; what was stored is sent twice and kept once."""
        self.begin()
        whole = lambda r: self.fake.honest(r)  # noqa: E731
        for name, answer in {
            "nothing at all": lambda r: [whole(r)[:0]],
            "half a status line": lambda r: [whole(r)[:7]],
            "half the headers": lambda r: [whole(r)[:40]],
            "headers, no body": lambda r: [whole(r).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"],
            "half the body": lambda r: [whole(r)[:-20]],
            "all but a byte": lambda r: [whole(r)[:-1]],
        }.items():
            self.plays(name, answer, OFFLINE)

    def test_not_http(self):
        self.begin()
        for name, answer in {
            "garbage": lambda r: [b"\x00\xff\x00\xffgarbage\r\n\r\n" * 3],
            "HTTP/0.9": lambda r: [b"hello"],
            "two lengths": lambda r: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
        }.items():
            with self.subTest(name):
                mark = len(self.fake.posts())
                self.events_only(answer)
                self.event()
                self.asked_after(name, mark)
                self.panel.until("LINK not solid", lambda: self.panel.lamps["link"] in (OFFLINE, PERSON))
                self.fake.answer = lambda request: None
                self.retry()
                self.delivered(self.fake)

    def test_refused_for_a_reason_only_a_person_can_mend(self):
        self.begin()
        for name, answer in {
            "401": lambda r: problem(401, "no-certificate"),
            "403": lambda r: problem(403, "foreign-journal"),
            "403 without a body": lambda r: reply(403, b""),
            "400": lambda r: problem(400, "bad-events"),
            "404": lambda r: problem(404, "not-found"),
            "415": lambda r: problem(415, "encoding"),
            "a redirect, which is not followed": lambda r: reply(302, b"", Location=f"https://localhost:{self.fake.port}/elsewhere"),
            "204": lambda r: b"HTTP/1.1 204 No Content\r\n\r\n",
        }.items():
            self.plays(name, answer, PERSON)
        self.assertFalse([r.path for r in self.fake.asked if "elsewhere" in r.path])

    def test_headquarters_out_of_order(self):
        """5xx passes by itself: LINK slow, no person is called."""
        self.begin()
        for status in (500, 502, 503, 504, 429):
            self.plays(str(status), lambda r, s=status: problem(s, "busy"), OFFLINE)

    def test_retry_after_is_kept(self):
        """The wait that headquarters asks for, in seconds: not a request before, one not long behind."""
        self.begin()
        for status in (429, 503):
            mark = len(self.fake.posts())
            self.events_only(lambda r, s=status: problem(s, "busy", Retry_After="3"))
            self.event()
            self.asked_after("a refused request", mark)
            self.link(OFFLINE)
            self.fake.answer = lambda request: None
            self.asked_after("the next one", mark, 2)
            first, second = self.fake.posts()[mark:mark + 2]
            self.assertGreaterEqual(second.at - first.at, 3)
            self.delivered(self.fake)

    def test_told_to_try_while_a_request_is_under_way(self):
        """SIGHUP before the reply: the wait that it asks for is one of before, and the line is tried once more at once; the next
        reply's wait is kept."""
        st = self.begin()
        heard, waits = threading.Event(), iter((3600, 3))

        def answer(_):
            wait = next(waits, None)
            if wait == 3600:
                before = st.said().count("label formats, version")
                self.retry()
                self.fake.wait("the signal to be heard", lambda: st.said().count("label formats, version") > before)
                heard.set()
            return problem(503, "busy", Retry_After=str(wait)) if wait else None

        mark = len(self.fake.posts())
        self.events_only(answer)
        self.event()
        self.asked_after("the one behind the next", mark, 3)
        self.assertTrue(heard.is_set())
        second, third = self.fake.posts()[mark + 1:mark + 3]
        self.assertGreaterEqual(third.at - second.at, 3)
        self.delivered(self.fake)

    def test_told_to_try_no_connection_of_before_is_used(self):
        """A certificate was exchanged: not only the first request that follows shows the new one."""
        self.begin()
        self.event()
        self.delivered(self.fake)
        before = self.fake.connections
        mark = len(self.fake.asked)
        self.retry()
        self.panel.until("the list, asked for", lambda: len(self.fake.asked) > mark)
        for _ in range(3):
            self.event()
            self.delivered(self.fake)
        after = self.fake.asked[mark:]
        self.assertGreater(len([r for r in after if r.what == "events"]), 1)
        self.assertEqual([r.path for r in after if r.connection <= before], [])

    def test_no_storm(self):
        """Without Retry-After the waits grow: in ten seconds of refusals only a handful of requests."""
        self.begin()
        self.events_only(lambda r: problem(503, "busy"))
        mark, begun = len(self.fake.posts()), time.monotonic()
        self.event()
        while time.monotonic() - begun < 10:
            self.panel.pump(0.2)
            if len(self.fake.posts()) - mark < 3:
                continue
        self.assertLessEqual(len(self.fake.posts()) - mark, 12)
        self.assertGreaterEqual(len(self.fake.posts()) - mark, 2)
        self.fake.answer = lambda request: None
        self.retry()
        self.delivered(self.fake)

    def test_413_down_to_one_event(self):
        """Headquarters takes one event at a time: batches are halved until it fits, and LINK comes back solid."""
        self.begin()
        self.events_only(lambda r: problem(503, "busy"))
        for _ in range(9):
            self.event()
        mark = len(self.fake.posts())
        self.events_only(lambda r: problem(413, "too-large") if len(r.lines) > 1 else None)
        self.retry()
        self.panel.until("everything, one by one", lambda: self.fake.lines(self.journal()) == held(self.st), 60)
        sizes = [len(r.lines) for r in self.fake.posts()[mark:]]
        self.assertGreater(max(sizes), 4)  # one that was on its way comes first, perhaps
        self.assertEqual(sizes[-1], 1)
        self.fake.answer = lambda request: None
        self.delivered(self.fake)

    def test_413_at_one_event(self):
        self.begin()
        self.plays("413 whatever the size", lambda r: problem(413, "too-large"), PERSON)

    def test_gaps_that_can_not_be(self):
        """A gap at or behind what was sent makes no sense; one before it rewinds, and sending again does no harm."""
        self.begin()

        def seq(request, which):
            return json.loads(request.lines[which])["seq"]

        self.plays("gap behind what was sent", lambda r: problem(409, "gap", {"acked": seq(r, -1) + 5}), PERSON)
        self.plays("gap without acked", lambda r: problem(409, "gap"), PERSON)
        self.plays("409 of an unknown kind", lambda r: problem(409, "mystery", {"acked": 1}), PERSON)
        done = []
        mark = len(self.fake.posts())
        self.events_only(lambda r: None if done else (done.append(1), problem(409, "gap", {"acked": 0}))[1])
        self.event()
        self.asked_after("the rewind", mark, 2)
        self.assertEqual(seq(self.fake.posts()[mark + 1], 0), 1, "it begins anew at 1")
        self.delivered(self.fake)

    def test_a_fork_is_told(self):
        """Headquarters has another history: a child journal takes over, an open inspection goes on in it."""
        st = self.begin()
        parent = self.journal()
        st.open(rma(1))
        st.panel.ask("pass", accessories="on")
        self.delivered(self.fake)
        self.fake.journals[parent].pop()  # another event stands there
        self.fake.journals[parent].append(b'{"seq":%d,"another":"history"}\n' % (len(held(st))))
        self.event()
        st.panel.until("a child journal", lambda: self.journal() != parent, 20)
        self.assertEqual(st.panel.lit(), {"accessories": "on"}, "the inspection did not notice")
        st.panel.ask("pass", usage="on")
        st.panel.ask("pass", **{"pass": "on"})
        st.settle_verdict()
        self.delivered(self.fake)
        child = read_journal(st.db)
        self.assertEqual(child[0]["data"]["parent"]["journal"], parent)
        self.assertEqual(child[0]["data"]["why"], "fork")
        opened = [e for e in child if e["kind"] == "inspection.opened"]
        finals = [e for e in child if e["kind"] == "inspection.final"]
        self.assertEqual((len(opened), len(finals)), (1, 1))
        self.assertEqual(finals[0]["inspection"], opened[0]["data"]["origin"])


class Lists(LineCase):
    """Pages of expected returns."""

    def setUp(self):
        server = pair("server")
        self.fake = FakeHq(server.cert, server.key, authority().cert)
        self.addCleanup(self.fake.close)
        self.page = None
        self.fake.answer = lambda r: self.page(r) if self.page and r.what == "expected" else None
        self.fake.returns = to_json([row(1), row(2)])
        self.st = self.bench(self.fake.port, poll_s=1)
        self.until_expected(2)

    def until_expected(self, count):
        self.panel.until(f"{count} returns", lambda: self.st.status()["expected"]["returns"] == count)

    def lists(self):
        return [r for r in self.fake.asked if r.what == "expected"]

    def test_pages_that_make_no_sense(self):
        """The list that is stored stays, and headquarters' events are sent as ever."""
        good = to_json([row(7)])[0]

        def page(returns, cursor='"c.2"', reset="true", more="false", extra=""):
            body = f'{{"cursor":{cursor},"reset":{reset},"more":{more},"returns":{json.dumps(returns)}{extra}}}'
            return lambda r: reply(200, body.encode())

        table = {
            "not JSON": lambda r: reply(200, b"<html>"),
            "no returns": lambda r: reply(200, {"cursor": "c", "reset": True, "more": False}),
            "a key twice": page([good], extra=',"reset":true'),
            "a cursor too long": page([good], cursor='"' + "c" * 65 + '"'),
            "a cursor with a line end": page([good], cursor='"c\\r\\nX-Evil: 1"'),
            "returns that are no array": page({"rma": rma(7)}),
            "a return that is no object": page([good, 7]),
            "an RMA too long": page([{**good, "rma": "R" * 400}]),
            "no RMA": page([{k: v for k, v in good.items() if k != "rma"}]),
            "a title of a megabyte": page([{**good, "lines": [{**good["lines"][0], "title": "x" * 900000}]}]),
            "a quantity of 10^12": page([{**good, "lines": [{**good["lines"][0], "quantity": 10**12}]}]),
            "a quantity below zero": page([{**good, "lines": [{**good["lines"][0], "quantity": -1}]}]),
            "a million returns": page([{"rma": f"RLAX{n:08d}", "gone": True} for n in range(100000)]),
            "endless": lambda r: endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
            "refused": lambda r: problem(403, "no"),
            "away": lambda r: problem(503, "busy"),
        }
        for name, answer in table.items():
            with self.subTest(name):
                mark = len(self.lists())
                self.page = answer
                self.retry()
                self.panel.until(f"a request for the list ({name})", lambda: len(self.lists()) > mark, 30)
                self.event()
                self.panel.until("the events, nevertheless", lambda: self.fake.lines(self.journal()) == held(self.st))
                self.assertEqual(self.st.status()["expected"]["returns"], 2)
                self.page = None
                mark = len(self.lists())
                self.retry()
                self.panel.until("an honest page", lambda: len(self.lists()) > mark, 30)
        self.assertEqual(self.st.status()["expected"]["returns"], 2)
        self.assertLessEqual(self.st.rss_kib(), 16 * 1024)
