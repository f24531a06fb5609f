"""guest.py - one virtual board: a QEMU without KVM, its disks, its scanner, its network and the agent inside.

    g = Guest(folder, box={"/etc/station/station.conf": "..."}, headquarters=port_file)
    g.boot(); g.run("uname -r"); g.tap("PASS"); g.lamps(); g.scan("RLAX0000001X\r")
    g.unplug(); g.plug(); g.link(False); g.kill(); g.boot()

Nothing of it outlives the test: QEMU dies with the process that started it, and close() ends it.
"""
import ctypes
import io
import itertools
import json
import pathlib
import re
import select
import signal
import socket
import subprocess
import tarfile
import tempfile
import time

import build

HERE = pathlib.Path(__file__).resolve().parent
# Deadlines, not waits: nothing takes a tenth of it on an idle machine, but two guests at a time on a busy one crawl.
BOOT_SECONDS = 240
SECONDS = 90
SCANNER = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_1-0000:00:10.0-1-if00-port0"
STEP_LAMPS = ("APPEARANCE", "ACCESSORIES", "USAGE")
LAMPS = STEP_LAMPS + ("PASS", "FAIL", "ATTENTION", "LINK")
MACHINE = {"amd64": ["qemu-system-x86_64", "-M", "q35", "-cpu", "qemu64", "-m", "512"],
           "arm64": ["qemu-system-aarch64", "-M", "virt,gic-version=2", "-cpu", "cortex-a72", "-m", "1024"]}[build.ARCH]
# A busy host's clock stands still long enough for the kernel to think that an emulated PC's timer is broken.
CONSOLE = {"amd64": "ttyS0 no_timer_check", "arm64": "ttyAMA0"}[build.ARCH]


class Dead(Exception):
    """QEMU ended, or the guest does not answer."""


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Lines:
    """JSON lines over a UNIX socket."""

    def __init__(self, path, proc, seconds=SECONDS):
        end = time.monotonic() + seconds
        while True:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self.sock.connect(str(path))
                break
            except OSError:
                self.sock.close()
                if proc.poll() is not None or time.monotonic() > end:
                    log = path.parent / "qemu.log"
                    said = log.read_text(errors="replace") if log.exists() else ""
                    raise Dead(f"no {path.name}; QEMU says: {said[-1000:]}") from None
                time.sleep(0.02)
        self.rest = b""

    def send(self, message):
        self.sock.sendall(json.dumps(message).encode() + b"\n")

    def next(self, end):
        """The next message, or None when there is none by then."""
        while b"\n" not in self.rest:
            if not select.select([self.sock], [], [], max(0, end - time.monotonic()))[0]:
                return None
            data = self.sock.recv(1 << 20)
            if not data:
                raise Dead("the line is closed")
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def close(self):
        self.sock.close()


def tar_of(files):
    """A tar of {path: text or bytes or (bytes, mode, uid)}; what the guest unpacks over its root before systemd starts."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, what in files.items():
            data, mode, uid = what if isinstance(what, tuple) else (what, 0o644, 0)
            info = tarfile.TarInfo(path.lstrip("/"))
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/dev/null"
                tar.addfile(info)
                continue
            data = data.encode() if isinstance(data, str) else data
            info.size, info.mode, info.mtime, info.uid, info.gid = len(data), mode, int(time.time()), uid, uid
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Guest:
    """Disks: vda the system (an overlay on the image), vdb the box, vdc /var/lib/station, where the journal lies."""

    def __init__(self, suite="trixie", box=None, relay=None, data_mib=64, more=(), writelog=None, folder=None):
        self.image = build.image(suite)
        self.own = tempfile.TemporaryDirectory(prefix="bench-") if folder is None else None
        self.dir = pathlib.Path(folder or self.own.name)
        self.box = dict(box or {})
        self.relay, self.more, self.writelog = relay, list(more), writelog
        self.proc = self.agent = self.qmp = self.serial = None
        self.ids = itertools.count(1)
        self.asked, self.answers = {}, {}  # by id, what nobody has fetched yet
        self.boots = 0
        self.events = []  # of QEMU's monitor, as far as they were read
        self.overlay, self.data = self.dir / "root.qcow2", self.dir / "data.img"
        build.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", self.image / "root.img", self.overlay)
        build.run("mke2fs", "-q", "-t", "ext4", "-L", "station", self.data, f"{data_mib}M")

    # --- power ---
    def command(self):
        d = self.dir
        data = ["-blockdev", f"driver=file,filename={self.data},node-name=plain"]
        disk = "plain"
        if self.writelog:
            data += ["-blockdev", f"driver=file,filename={self.writelog},node-name=log",
                     "-blockdev", "driver=blklogwrites,file=plain,log=log,log-sector-size=512,node-name=logged"]
            disk = "logged"
        net = "user,id=net,restrict=on"
        if self.relay:
            net += f",guestfwd=tcp:10.0.2.100:443-cmd:python3 {HERE / 'relay.py'} {self.relay}"
        return [*MACHINE, "-smp", "2", "-accel", "tcg,thread=multi", "-nodefaults", "-no-user-config", "-display", "none", "-kernel", str(self.image / "vmlinuz"),
                "-initrd", str(self.image / "initrd"),
                "-append", f"console={CONSOLE} loglevel=4 mitigations=off panic=0 net.ifnames=0 systemd.show_status=0",
                "-serial", f"file:{d}/console", "-qmp", f"unix:{d}/qmp,server=on,wait=off",
                "-drive", f"file={self.overlay},if=none,id=system,format=qcow2,cache=writeback",
                "-drive", f"file={d}/box.tar,if=none,id=box,format=raw,readonly=on", *data,
                "-device", "virtio-blk-pci,drive=system", "-device", "virtio-blk-pci,drive=box",
                "-device", f"virtio-blk-pci,drive={disk},write-cache=on",
                "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={d}/agent,server=on,wait=off",
                "-device", "virtserialport,chardev=agent,name=bench.agent",
                "-netdev", net, "-device", "virtio-net-pci,netdev=net,id=nic",
                "-device", "virtio-rng-pci", "-device", "i6300esb", "-action", "watchdog=reset",
                "-device", "qemu-xhci,id=xhci,addr=0x10", "-chardev", f"socket,id=scan,path={d}/scan,server=on,wait=off",
                "-device", "usb-serial,chardev=scan,id=scanner,bus=xhci.0,port=1,always-plugged=on", *self.more]

    def boot(self, seconds=BOOT_SECONDS, wait=True, again=True):
        """Power on. With wait until the agent answers and systemd has nothing left to start. A kernel that dies before any program of
        ours runs (emulated processors can do that to it, once in hundreds of boots) is started once more, which is said."""
        (self.dir / "box.tar").write_bytes(tar_of(self.box) + bytes(10240))
        for name in ("qmp", "agent", "scan"):
            (self.dir / name).unlink(missing_ok=True)
        self.begun = time.monotonic()
        self.proc = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=(self.dir / "qemu.log").open("ab"), preexec_fn=die_with_parent)
        self.boots += 1
        self.plugged = True
        self.qmp = Lines(self.dir / "qmp", self.proc)
        self.qmp.next(time.monotonic() + SECONDS)
        self.monitor("qmp_capabilities")
        self.agent = Lines(self.dir / "agent", self.proc)
        self.serial = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.serial.connect(str(self.dir / "scan"))
        try:
            self.hello(seconds)
        except Dead:
            if not again or not re.search(r"\] (BUG: |Oops|Kernel panic)|Call Trace:", self.console()):
                raise
            print("# the guest's kernel died on its way up; it is started once more", flush=True)
            self.kill()
            return self.boot(seconds, wait, again=False)
        if wait:
            self.wait_running(seconds)
        return self

    def hello(self, seconds=BOOT_SECONDS):
        """Until the agent, which says so itself, is there."""
        end = time.monotonic() + seconds
        while True:
            try:
                message = self.agent.next(end)
            except Dead:
                message = None
            if message == {"id": 0}:
                self.answered = time.monotonic() - self.begun
                return
            if message is None:
                raise Dead(f"no agent after {seconds} s; console:\n{self.console()[-3000:]}")

    def wait_running(self, seconds=BOOT_SECONDS):
        code, out = self.run("systemctl is-system-running --wait", seconds)
        if out.strip() not in ("running", "degraded"):
            raise Dead(f"systemd says {out!r}")

    def kill(self):
        """The plug is pulled."""
        if self.proc:
            self.proc.kill()
            self.proc.wait()
        for line in (self.qmp, self.agent, self.serial):
            if line:
                line.close()
        self.qmp = self.agent = self.serial = self.proc = None

    def off(self, seconds=SECONDS):
        """An orderly shutdown."""
        self.ask("run", command="systemctl --no-block poweroff", seconds=SECONDS)
        self.proc.wait(seconds)
        self.kill()

    def close(self):
        self.kill()
        if self.own:
            self.own.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def console(self):
        path = self.dir / "console"
        return path.read_text(errors="replace") if path.exists() else ""

    # --- QEMU's monitor ---
    def monitor(self, command, **arguments):
        self.qmp.send({"execute": command, "arguments": arguments})
        end = time.monotonic() + SECONDS
        while True:
            message = self.qmp.next(end)
            if message is None or "error" in message:
                raise AssertionError(f"QEMU: {command} {arguments}: {message}")
            if "event" in message:
                self.events.append(message)
            if "return" in message:
                return message["return"]

    def remove(self, device):
        """Returns when QEMU has nothing left of it, so that the same may be added again."""
        self.monitor("device_del", id=device)
        self.until(f"the end of {device}", lambda: all(d.get("name") != device for d in self.monitor("qom-list", path="/machine/peripheral")))

    def unplug(self):
        """The scanner's cable."""
        self.remove("scanner")
        self.plugged = False

    def plug(self):
        """The same scanner into the same port; QEMU frees its other end a moment after the device is gone."""
        end = time.monotonic() + SECONDS
        while not self.plugged:
            try:
                self.monitor("device_add", driver="usb-serial", chardev="scan", id="scanner", bus="xhci.0", port="1",
                             **{"always-plugged": True})
                self.plugged = True
            except AssertionError as error:
                if "is in use" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def link(self, up):
        self.monitor("set_link", name="nic", up=up)

    def scan(self, text, end="\r"):
        data = text if isinstance(text, bytes) else (text + end).encode()
        self.serial.sendall(data)

    # --- the agent ---
    def begin(self, op, **members):
        """Asks and goes on; answer() of what is returned has what comes of it."""
        n = next(self.ids)
        self.asked[n] = f"{op} {members}"[:300]
        self.agent.send({"id": n, "op": op, **members})
        return n

    def answer(self, n, wait=SECONDS):
        end = time.monotonic() + wait
        while n not in self.answers:
            message = self.agent.next(end)
            if message is None:
                raise Dead(f"no answer to {self.asked[n]} in {wait} s; console:\n{self.console()[-2000:]}")
            self.answers[message["id"]] = message
        answer, asked = self.answers.pop(n), self.asked.pop(n)
        if "error" in answer:
            raise AssertionError(f"{asked}: {answer['error']}")
        return answer

    def ask(self, op, wait=SECONDS, **members):
        return self.answer(self.begin(op, **members), wait)

    def run(self, command, seconds=SECONDS):
        """(exit code, output) of a shell command in the guest."""
        answer = self.ask("run", seconds + SECONDS, command=command, seconds=seconds)
        return answer["code"], answer["out"]

    def check(self, command, seconds=SECONDS):
        """Its output; it has to end with 0."""
        code, out = self.run(command, seconds)
        if code != 0:
            raise AssertionError(f"{command}: ended with {code}: {out}")
        return out

    def get(self, path):
        return self.ask("get", path=path)["data"].encode("latin-1")

    def put(self, path, data, mode=0o644):
        data = data.encode() if isinstance(data, str) else data
        self.ask("put", path=path, data=data.decode("latin-1"), mode=mode)

    def until(self, what, condition, seconds=SECONDS):
        """Until the condition holds; its value."""
        end = time.monotonic() + seconds
        while True:
            got = condition()
            if got:
                return got
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for {what}\n{self.said()}")
            time.sleep(0.05)

    def status(self):
        """What the station says of itself; {} when it says nothing."""
        try:
            return json.loads(self.get("/run/station/status.json"))
        except (AssertionError, ValueError):
            return {}

    def said(self):
        return self.run("journalctl -b -u stationd -o cat -n 40 --no-pager; systemctl --no-pager status stationd bench-gpio | head -40")[1]

    # --- the panel: gpio-sim ---
    def lines(self, *names):
        return self.ask("values", names=list(names))["values"]

    def press(self, name):
        self.ask("pull", name=name, up=False)

    def release(self, name):
        self.ask("pull", name=name, up=True)

    def tap(self, name, ms=100):
        self.ask("tap", name=name, ms=ms)

    def sample(self, names, seconds, until=None):
        return self.ask("sample", seconds + SECONDS, names=list(names), seconds=seconds, until=until)

    def settle(self, names, want, seconds, press=None):
        """Whether the lines come to these values and stay so for 400 ms; press: [button, ms], before. All of it is looked at in
        the guest, so that no lamp is over before this end has asked."""
        return self.ask("settle", seconds + SECONDS, names=list(names), want=want, seconds=seconds, still=0.4, press=press)["settled"]


class Panel:
    """The panel by its GPIO lines, as a person sees it: a press comes no sooner than 400 ms after a lamp changed."""

    def __init__(self, guest):
        self.guest = guest

    def lit(self):
        values = self.guest.lines(*(f"LAMP_{n}" for n in LAMPS if n != "LINK"))
        return {n[5:] for n, v in values.items() if v}

    def wait(self, *lamps, seconds=SECONDS, press=None):
        """Until exactly these lamps are lit, LINK left out, and have been for 400 ms: neither a wink nor a blinking."""
        want = [int(n in lamps) for n in LAMPS[:-1]]
        if not self.guest.settle([f"LAMP_{n}" for n in LAMPS[:-1]], want, seconds, press):
            raise AssertionError(f"waited {seconds} s for {lamps or 'a dark panel'}; lit: {self.lit()}\n{self.guest.said()}")

    def blinks(self, name, seconds=3.0):
        """How often the lamp goes on in so many seconds."""
        seen = [v for _, (v,) in self.guest.sample([f"LAMP_{name}"], seconds)["seen"]]
        return sum(1 for a, b in zip(seen, seen[1:]) if b and not a)

    def wait_blinking(self, name, at_least, seconds=SECONDS):
        """Until it goes on at least so often within 3 s (slow: 1 or 2, fast: 6)."""
        end = time.monotonic() + seconds
        while True:
            count = self.blinks(name)
            if count >= at_least:
                return count
            if time.monotonic() > end:
                raise AssertionError(f"{name} blinks {count} times in 3 s, not {at_least}\n{self.guest.said()}")

    def push(self, button, ms=100):
        """A press and its release, whatever follows."""
        self.guest.tap(button, ms)

    def press(self, button, *lamps, ms=100, seconds=SECONDS):
        self.wait(*lamps, seconds=seconds, press=[button, ms])
