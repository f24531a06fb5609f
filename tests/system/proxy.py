"""proxy.py - the line between station and headquarters, in the test's hands: cut, swallowed, delayed, dribbled, half-open.

Bytes are counted in both directions ("up": to headquarters), and the ends of TLS records are noted, so that a test can cut at
each of them. A request that is done twice: let it through, cut at the first byte of the reply, and the station sends again.
"""
import asyncio
import socket
import struct
import threading
import time

RST, FIN = "rst", "fin"


class Records:
    """Where TLS records end in one direction of one connection."""

    def __init__(self):
        self.head = b""
        self.left = 0

    def feed(self, data, base):
        """Offsets (base + n) at which a record ends in data."""
        ends, at = [], 0
        while at < len(data):
            if self.left:
                step = min(self.left, len(data) - at)
                self.left -= step
                at += step
                if self.left == 0:
                    ends.append(base + at)
                continue
            step = min(5 - len(self.head), len(data) - at)
            self.head += data[at:at + step]
            at += step
            if len(self.head) == 5:
                self.left = int.from_bytes(self.head[3:], "big")
                self.head = b""
        return ends


class Proxy:
    """Listens on a port of its own for as long as it lives (line refused: the port is closed, then taken again)."""

    def __init__(self, target):
        self.target = target  # port at 127.0.0.1
        self.count = {"up": 0, "down": 0}
        self.ends = {"up": [], "down": []}
        self.connections = 0
        self.cuts = 0  # how often cut() took effect
        self.left = {"up": None, "down": None}
        self.how, self.then = RST, "refused"
        self.line = "good"
        self.delay, self.piece = 0.0, 65536
        self.writers = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        started = threading.Event()
        self.loop.call_soon(started.set)
        self.port = 0
        self.thread.start()
        started.wait()
        self._do(self._listen())

    # --- the test's side; each returns when it is so ---
    def restore(self):
        """As it should be: everything passes."""
        self._set("good")

    def refuse(self):
        """Nobody listens; connections there were are reset."""
        self._set("refused")

    def half_open(self):
        """New connections are accepted and never answered; those there were are reset."""
        self._set("half-open")

    def swallow(self):
        """Connections stay, what either side sends is lost: a cable pulled behind the next switch."""
        self._set("swallow")

    def slow(self, delay=0.0, piece=65536):
        """Every piece of at most so many bytes comes so many seconds later."""
        self.delay, self.piece = delay, piece

    def cut(self, up=None, down=None, how=RST, then="refused"):
        """Lets so many more bytes pass in a direction, over all connections from now on, then cuts all of them. 0: at the first
        byte, which is not passed on. The line is then `refused` (as after refuse()) or `good`."""
        async def arm():
            self.how, self.then = how, then
            self.left = {"up": up, "down": down}
        self._do(arm())

    def uncut(self):
        self.cut()

    def clear(self):
        """Counts from 0."""
        async def zero():
            self.count = {"up": 0, "down": 0}
            self.ends = {"up": [], "down": []}
        self._do(zero())

    def close(self):
        self._set("refused")
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    @staticmethod
    def wait(what, condition, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for {what}")
            time.sleep(0.005)  # between two looks at the condition

    # --- the loop's side ---
    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    def _do(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(20)

    def _set(self, line):
        async def change():
            self.left = {"up": None, "down": None}
            await self._enter(line)
        self._do(change())

    async def _listen(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=64)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _enter(self, line):
        if line in ("refused", "half-open"):
            self._drop()
        self.line = line
        if line == "refused":
            if self.server:
                self.server.close()
                self.server = None
        elif self.server is None:
            await self._listen()

    def _drop(self):
        for writer in list(self.writers):
            sock = writer.get_extra_info("socket")
            if self.how == RST and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            else:
                writer.close()
        self.writers.clear()

    async def _serve(self, reader, writer):
        self.connections += 1
        self.writers.add(writer)
        if self.line == "half-open":
            return
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            self.writers.discard(writer)
            return
        self.writers.add(far)
        await asyncio.gather(self._flow("up", reader, far), self._flow("down", far_reader, writer))
        for end in (writer, far):
            end.close()
            self.writers.discard(end)

    async def _flow(self, way, reader, writer):
        records = Records()
        try:
            while data := await reader.read(self.piece):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self.line == "swallow":
                    continue
                if not await self._pass(way, data, writer, records):
                    return
            if writer.can_write_eof():
                writer.write_eof()
        except (OSError, RuntimeError):
            # one side is gone: the other learns it
            writer.transport.abort()

    async def _pass(self, way, data, writer, records):
        """False: this was the cut."""
        left = self.left[way]
        if left is not None:
            data = data[:left]
            self.left[way] = left - len(data)
        if data:
            self.ends[way] += records.feed(data, self.count[way])
            self.count[way] += len(data)
            writer.write(data)
            await writer.drain()
        if left is None or self.left[way] > 0:
            return True
        self.left = {"up": None, "down": None}
        self.cuts += 1
        self._drop()
        await self._enter(self.then)
        return False
