"""line.py - what the tests of the line to headquarters share: certificates, a station whose line goes where the test wants, and
the one claim that ends each of them: headquarters' copy is the station's events, byte for byte, each once."""
import atexit
import functools
import signal

from case import RETURNS, StationCase
from hq import Headquarters
from pki import Authority
from proxy import Proxy
from station import Station, badge, conf_text, csv_text, read_journal, read_rows, rma

GOOD, OFFLINE, PERSON, OFF = "on", "slow", "fast", "off"


@functools.cache
def authority():
    """One for all tests of a run."""
    ca = Authority()
    atexit.register(ca.close)
    return ca


@functools.cache
def pair(kind, *names):
    """A certificate and its key, made once: pair("client", "bench-1"), pair("server"), pair("expired_server") ..."""
    return getattr(authority(), kind)(*names)


def held_in(db):
    """The lines that a journal holds."""
    return [bytes(line) for _, line, _ in read_rows(db)]


def held(st):
    return held_in(st.db)


class LineCase(StationCase):
    def headquarters(self, returns=RETURNS, start=True, **how):
        """A real hqd with this list."""
        hq = Headquarters(**{"authority": authority(), "server": pair("server"), **how})
        self.addCleanup(hq.close)
        if returns is not None:
            hq.import_csv(csv_text(returns))
        if start:
            hq.start()
        return hq

    def proxy(self, port):
        proxy = Proxy(port)
        self.addCleanup(proxy.close)
        return proxy

    def bench(self, port, name="bench-1", start=True, host="localhost", settings=None, folder=None, own=None, **line):
        """A station whose headquarters is said to be at this port. own: its certificate and key; line: other keys of
        [headquarters] (None: left out)."""
        cert, key = own or pair("client", name)
        keys = {"url": f"https://{host}:{port}", "ca_file": authority().cert, "cert_file": cert, "key_file": key, "poll_s": 60}
        keys.update(line)
        sections = {"headquarters": {k: v for k, v in keys.items() if v is not None}, "station": {"name": name}}
        for section, more in (settings or {}).items():
            sections.setdefault(section, {}).update(more)
        st = Station(expected=None, settings=sections, folder=folder)
        self.addCleanup(self.finish, st)
        if start:
            st.start()
        self.st, self.panel = st, st.panel
        return st

    def configure(self, st, **line):
        """Writes the settings anew, with other keys of [headquarters]."""
        st.sections["headquarters"].update(line)
        st.conf.write_text(conf_text(st.sections))
        st.give()

    # --- the lamp ---
    def link(self, pattern, seconds=20, st=None):
        p = (st or self.st).panel
        p.wait(f"LINK {pattern}", lambda: p.lamps["link"] == pattern, seconds)

    def retry(self, st=None):
        """SIGHUP: the line is tried at once, whatever wait it is in."""
        (st or self.st).proc.send_signal(signal.SIGHUP)

    def why(self, st=None):
        st = st or self.st
        st.panel.until("a reason in the status", lambda: st.status()["headquarters"]["why"])
        return st.status()["headquarters"]["why"]

    def journal(self, st=None):
        return (st or self.st).status()["journal"]["id"]

    # --- work ---
    def event(self, st=None):
        """The cheapest event there is: a badge. Returns when it is in the journal."""
        st = st or self.st
        self.badges = getattr(self, "badges", 0) + 1
        name = f"B{self.badges}"
        st.scan(badge(name))
        st.panel.until("the badge's event", lambda: st.status()["by"] == name)

    def goes_on(self, number, st=None):
        """A whole inspection of a return, to its final event, whatever LINK shows."""
        st = st or self.st
        st.inspect(rma(number))
        st.settle_verdict()
        finals = [e for e in read_journal(st.db) if e["kind"] == "inspection.final"]
        self.assertEqual(finals[-1]["label"], rma(number))

    # --- the claim ---
    def delivered(self, hq, st=None, seconds=30):
        """LINK solid, and headquarters' copy of the journal is the station's."""
        st = st or self.st
        journal = self.journal(st)

        def same():
            return hq.lines(journal) == held(st)

        try:
            st.panel.until("headquarters' copy", same, seconds)
        except AssertionError as error:
            self.fail(f"{error}\nheadquarters has {len(hq.lines(journal))} lines, the station {len(held(st))}; status "
                      f"{st.status()['headquarters']}\n{st.said()[-2000:]}")
        self.link(GOOD, st=st)
        st.panel.until("the acknowledgement in the status", lambda: st.status()["headquarters"]["acked"] == len(held(st)))
