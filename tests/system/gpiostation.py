"""gpiostation.py - a station whose board has GPIO lines, over a stand-in for libgpiod (badgpio.c)."""
import os
import re
import time

from station import LAMPS, Panel, ROOT, Station, stage

MS = 1_000_000


class GpioStation(Station):
    """boards/bench.board as it is, but for the serial number."""

    def __init__(self, **how):
        super().__init__(**how)
        self.gpio = self.dir / "gpio"
        self.gpio.mkdir()
        (self.gpio / "gpiochip0").touch()
        os.mkfifo(self.gpio / "control")
        board = self.dir / "bench.board"
        board.write_text(re.sub(r"^serial_file = .*", "serial = x", (ROOT / "boards/bench.board").read_text(), flags=re.M))
        text = self.conf.read_text()
        self.conf.write_text(text.replace("board = sim", f"board = {board}"))
        self.give()

    def preloaded(self, **more):
        return {"LD_PRELOAD": str(stage() / "badgpio.so"), "BADGPIO_DIR": str(self.gpio), **more}

    def start(self, wait=True, env=None, **how):
        return super().start(wait, self.preloaded(**(env or {})), **how)

    def connect(self):
        """There is no panel.sock: what the station shows is read from the view, what it drives from the wires."""
        if self.panel:
            self.panel.close()
        self.panel = Panel(self.run / "view.sock")
        self.panel.wait("the view's whole state", lambda: len(self.panel.lamps) == len(LAMPS) and self.panel.shown)
        return self.panel

    def order(self, *lines):
        with open(self.gpio / "control", "w") as f:
            f.write("".join(line + "\n" for line in lines))

    def edge(self, button, active, at_ns=None):
        self.order(f"edge {button.upper()} {int(active)} {at_ns or time.monotonic_ns()}")

    def tap(self, button, ms=60):
        """As the kernel tells a press that has just ended."""
        self.panel.settle(0.6)
        now = time.monotonic_ns()
        self.order(f"edge {button.upper()} 1 {now - ms * MS}", f"edge {button.upper()} 0 {now}")

    def wires(self):
        """Levels by name."""
        return {name: int(level) for name, level in (row.split() for row in (self.gpio / "levels").read_text().splitlines())}

    def lit(self):
        return {name[5:].lower() for name, level in self.wires().items() if name.startswith("LAMP_") and level}
