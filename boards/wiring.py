#!/usr/bin/env python3
"""Draws how a board's panel is wired, from its board file, as SVG: boards/wiring.py boards/rpi.board >docs/wiring-rpi.svg

Lines named GPIOn are drawn on the 40-pin header of a Raspberry Pi with the parts they need; lines of any other name on a plain bank of
lines. `make check` draws every picture again and compares, so that none can differ from its board file."""
import configparser
import pathlib
import sys
from xml.sax.saxutils import escape

BUTTONS = ("pass", "fail", "back")
LAMPS = ("appearance", "accessories", "usage", "pass", "fail", "attention", "link")
COLOURS = {"appearance": "blue", "accessories": "blue", "usage": "blue", "pass": "green", "fail": "amber", "attention": "red",
           "link": "white"}
PAINT = {"blue": "#2f7ff0", "green": "#1fa34a", "amber": "#e8930c", "red": "#d8232a", "white": "#e5e7eb"}
# What a 5 mm lamp of this colour drops at 5 mA, in volts, and its resistor at 3.3 V, in ohms.
DROP = {"blue": 2.95, "white": 2.95, "green": 2.1, "amber": 2.0, "red": 1.9}
OHMS = {"blue": 68, "white": 68, "green": 220, "amber": 270, "red": 270}
# The header: what is on pins 1 to 40.
HEADER = ("3V3 5V GPIO2 5V GPIO3 GND GPIO4 GPIO14 GND GPIO15 GPIO17 GPIO18 GPIO27 GND GPIO22 GPIO23 3V3 GPIO24 GPIO10 GND GPIO9 GPIO25 "
          "GPIO11 GPIO8 GND GPIO7 GPIO0 GPIO1 GPIO5 GND GPIO6 GPIO12 GPIO13 GND GPIO19 GPIO16 GPIO26 GPIO20 GND GPIO21").split()
INK, SOFT, WIRE = "#111827", "#6b7280", "#374151"


class Board:
    """A board file, as far as wiring goes."""

    def __init__(self, path):
        self.file = path.name
        ini = configparser.ConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None)
        ini.read_string(path.read_text())
        if ini["board"]["driver"] != "gpio":
            raise SystemExit(f"{path}: driver = {ini['board']['driver']} has no wires")
        self.name = ini["board"]["name"]
        self.chips = ini["gpio"]["chip"].split()
        self.buttons = [(key, ini["buttons"][key]) for key in BUTTONS]
        self.lamps = [(key, ini["lamps"][key]) for key in LAMPS]
        self.bias = ini["buttons"].get("bias", "pull-up")
        self.buttons_low = ini["buttons"].get("active_low", "yes") == "yes"
        self.lamps_low = ini["lamps"].get("active_low", "no") == "yes"
        buzzer = ini["buzzer"] if "buzzer" in ini else {}
        self.buzzer = buzzer.get("line")
        self.buzzer_low = buzzer.get("active_low", "no") == "yes"

    def lines(self):
        return [line for _, line in self.buttons + self.lamps] + ([self.buzzer] if self.buzzer else [])


class Drawing:
    def __init__(self, width, height, label):
        self.out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" '
                    'font-family="DejaVu Sans, Verdana, sans-serif">', f'<rect width="{width}" height="{height}" fill="#ffffff"/>']

    def text(self, x, y, words, size=14, anchor="start", colour=INK, bold=False):
        weight = ' font-weight="bold"' if bold else ""
        self.out.append(f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(words)}</text>')

    def wire(self, *points, colour=WIRE, width=2.5):
        path = " ".join(f"{x},{y}" for x, y in points)
        self.out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>')

    def box(self, x, y, width, height, fill="#ffffff", stroke=INK, radius=0, line=2):
        self.out.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{fill}" stroke="{stroke}" '
                        f'stroke-width="{line}"/>')

    def circle(self, x, y, r, fill="#ffffff", stroke=INK, line=2):
        self.out.append(f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" stroke="{stroke}" stroke-width="{line}"/>')

    def shape(self, points, fill, stroke=INK, line=2):
        path = " ".join(f"{x},{y}" for x, y in points)
        self.out.append(f'<polygon points="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{line}"/>')

    def dot(self, x, y):
        self.circle(x, y, 4, fill=WIRE, stroke=WIRE, line=0)

    def ground(self, x, y):
        self.wire((x, y), (x, y + 10))
        for i, half in enumerate((14, 9, 4)):
            self.wire((x - half, y + 10 + 5 * i), (x + half, y + 10 + 5 * i))

    def resistor(self, x, y, words):
        """Lies at x..x+44; its value above."""
        self.box(x, y - 7, 44, 14)
        self.text(x + 22, y - 11, words, 12, "middle")

    def end(self):
        return "\n".join(self.out + ["</svg>", ""])


TOP, PITCH = 140, 37  # of the header's rows
WIDTH = 1200
MID = WIDTH // 2


def row_y(pin):
    return TOP + PITCH * ((pin - 1) // 2)


class Header:
    """One board on the 40-pin header: what is on odd pins goes to the left, what is on even pins to the right."""

    def __init__(self, board):
        for wrong, words in ((not board.buttons_low or board.bias != "pull-up", "buttons other than pulled-up contacts to ground"),
                             (board.lamps_low, "lamps that are lit by a low line"), (board.buzzer_low, "a buzzer that a low line sounds")):
            if wrong:
                raise SystemExit(f"{board.file}: this script does not draw {words}; teach it")
        self.board = board
        self.d = Drawing(WIDTH, TOP + PITCH * 19 + 265, f"Wiring of {board.name}: 40-pin header, buttons, lamps, buzzer")
        self.used = {}

    def pin(self, line):
        if line not in HEADER:
            raise SystemExit(f"{self.board.file}: {line} is not on the 40-pin header")
        pin = HEADER.index(line) + 1
        self.used[pin] = line
        return pin

    def ground_pin(self, after):
        """The next ground below a pin, on its side; marked as used."""
        for pin in list(range(after + 2, 41, 2)) + list(range(after - 2, 0, -2)):
            if HEADER[pin - 1] == "GND":
                self.used[pin] = "GND"
                return pin
        raise SystemExit("no ground pin on this side")

    def x(self, pin, far):
        """So far outward from the header's middle, on the pin's side."""
        return MID - far if pin % 2 else MID + far

    def stub(self, pin, far=160):
        """The wire from the pin to where parts begin; its end."""
        self.d.wire((self.x(pin, 26), row_y(pin)), (self.x(pin, far), row_y(pin)))

    def lamp(self, key, line):
        pin = self.pin(line)
        y, side = row_y(pin), -1 if pin % 2 else 1
        colour = COLOURS[key]
        self.stub(pin)
        near = self.x(pin, 160)
        self.d.resistor(min(near, near + side * 44), y, f"{OHMS[colour]} Ω")
        at = near + side * 44
        self.d.wire((at, y), (at + side * 30, y))
        tip = at + side * 52
        self.d.shape([(at + side * 30, y - 11), (at + side * 30, y + 11), (tip, y)], PAINT[colour])
        self.d.wire((tip, y - 11), (tip, y + 11), colour=INK)
        self.d.wire((tip, y), (self.x(pin, BUS), y))
        self.d.dot(self.x(pin, BUS), y)
        words = f"{key.upper() if key in ('pass', 'fail', 'attention', 'link') else key.capitalize()}, {colour}"
        self.d.text(self.x(pin, BUS - 14), y - 7, words, 14, "start" if side < 0 else "end", bold=True)
        return pin

    def button(self, key, line):
        pin = self.pin(line)
        y, side = row_y(pin), -1 if pin % 2 else 1
        self.stub(pin, 200)
        a, b = self.x(pin, 204), self.x(pin, 252)
        self.d.circle(a, y, 4)
        self.d.circle(b, y, 4)
        self.d.wire((a - 2, y - 12), (b + 2, y - 12), colour=INK, width=3)
        self.d.wire(((a + b) / 2, y - 12), ((a + b) / 2, y - 20), colour=INK, width=3)
        self.d.wire((b + side * 4, y), (self.x(pin, BUS), y))
        self.d.dot(self.x(pin, BUS), y)
        self.d.text(self.x(pin, BUS - 14), y - 7, f"button {key.upper()}", 14, "start" if side < 0 else "end", bold=True)
        return pin

    def bus(self, pins):
        """Ground for all parts of one side, from a ground pin of that side."""
        gnd = self.ground_pin(max(pins))
        x = self.x(gnd, BUS)
        ys = [row_y(p) + (EMITTER if self.used[p] == self.board.buzzer else 0) for p in pins] + [row_y(gnd)]
        self.d.wire((x, min(ys)), (x, max(ys)), width=3.5)
        self.d.wire((self.x(gnd, 26), row_y(gnd)), (x, row_y(gnd)))
        self.d.dot(x, row_y(gnd))
        self.d.ground(x, max(ys))
        self.d.text(self.x(gnd, BUS - 24), max(ys) + 24, "ground, to all cables of this side", 12,
                    "start" if gnd % 2 else "end", SOFT)
        return x

    def transistor(self, line):
        """The buzzer needs more than a line gives: an NPN transistor from 5 V, above its pin on the right."""
        pin, five = self.pin(line), 2
        if pin % 2 == 0 and row_y(pin) - row_y(five) < 4 * PITCH or pin % 2:
            raise SystemExit(f"{self.board.file}: there is no room for the buzzer at {line}; teach this script")
        self.used[five] = "5V"
        d, y, high = self.d, row_y(pin), row_y(five)
        base, collector = MID + 290, MID + 330
        self.stub(pin)
        d.resistor(MID + 160, y, "1 kΩ")
        d.wire((MID + 204, y), (base, y))
        d.circle(base + 22, y, 26)
        d.wire((base, y), (base + 8, y))
        d.wire((base + 8, y - 15), (base + 8, y + 15), colour=INK, width=4)
        d.wire((base + 8, y - 7), (collector, y - 20), (collector, y - 40))
        d.wire((base + 8, y + 7), (collector, y + 20), (collector, y + EMITTER), (MID + BUS, y + EMITTER))
        d.shape([(collector, y + 21), (collector - 12, y + 18), (collector - 6, y + 10)], INK)
        d.dot(MID + BUS, y + EMITTER)
        d.text(collector + 26, y + 6, "NPN: BC337 or", 12)
        d.text(collector + 26, y + 21, "2N2222A", 12)
        d.wire((MID + 26, high), (collector + 60, high))
        d.wire((collector, high), (collector, high + 26))
        d.circle(collector, high + 46, 20, fill="#fef3c7")
        d.text(collector, high + 51, "BZ", 13, "middle", bold=True)
        d.wire((collector, high + 66), (collector, y - 40))
        d.wire((collector + 60, high), (collector + 60, high + 34))
        d.shape([(collector + 48, high + 58), (collector + 72, high + 58), (collector + 60, high + 36)], "#ffffff")
        d.wire((collector + 48, high + 35), (collector + 72, high + 35), colour=INK)
        d.wire((collector + 60, high + 58), (collector + 60, high + 80), (collector, high + 80))
        d.dot(collector, high)
        d.dot(collector, high + 80)
        d.text(collector + 82, high + 51, "1N4148", 12)
        d.text(collector - 30, high + 45, "active buzzer,", 12, "end")
        d.text(collector - 30, high + 61, "5 V, up to 50 mA", 12, "end")
        d.text(MID + 220, y - 7, "buzzer", 14, bold=True)
        return pin

    def pins(self):
        d = self.d
        d.box(MID - 30, TOP - 24, 60, PITCH * 19 + 48, fill="#1f2937", radius=8)
        for pin in range(1, 41):
            x, y = self.x(pin, 14), row_y(pin)
            used = pin in self.used
            name = HEADER[pin - 1]
            fill = "#9ca3af" if not used else "#dc2626" if name == "5V" else "#111827" if name == "GND" else "#facc15"
            d.circle(x, y, 11, fill=fill, stroke="#ffffff", line=1.5)
            d.text(x, y + 4, str(pin), 11, "middle", "#ffffff" if used and name in ("5V", "GND") else INK, used)
            d.text(self.x(pin, 38), y - 5 if used else y + 5, name, 13 if used else 11, "end" if pin % 2 else "start",
                   INK if used else "#9ca3af", used)
        d.text(MID, TOP - 36, "40-pin header", 13, "middle", SOFT)
        d.text(MID, TOP + PITCH * 19 + 44, "pin 1 is at the end with the card and the square pad", 12, "middle", SOFT)

    def notes(self):
        y = TOP + PITCH * 19 + 84
        amps = {c: (3.3 - DROP[c]) / OHMS[c] * 1000 for c in OHMS}
        total = sum(amps[COLOURS[key]] for key, _ in self.board.lamps)
        rows = (
            "Lamps: 5 mm LEDs, the long leg towards the resistor. At 3.3 V: " +
            ", ".join(f"{c} {OHMS[c]} Ω {amps[c]:.0f} mA" for c in ("red", "amber", "green", "blue", "white")) + ".",
            f"All {len(self.board.lamps)} lit: about {total:.0f} mA. A Pi's lines bear about 50 mA together: no more than this. "
            "Never put 5 V or 24 V on a line.",
            "Blue and white LEDs drop nearly 3 V, so they vary: take efficient ones, or drive them by a ULN2803A from 5 V with 220 Ω.",
            "Buttons: contacts to ground. The chip pulls the lines up (about 50 kΩ). On cables over 1 m add 10 kΩ from the line to 3.3 V",
            "(pin 17) and 1 kΩ in the line. Bounces are the station's business (30 ms): no capacitor is needed.",
            "24 V signal lamps: line → input of a ULN2803A (500 mA a channel, about 1 A all together), its output → lamp → +24 V, its pin 10",
            "(COM) → +24 V, its pin 9 → 0 V of the supply and a ground pin of the header. Resistor and LED are left out then.",
            "The diode across the buzzer has its bar towards 5 V; a magnetic buzzer needs it, a piezo one does not mind it.",
        )
        for i, words in enumerate(rows):
            self.d.text(60, y + 22 * i, words, 14)

    def draw(self):
        b = self.board
        self.d.text(MID, 40, f"{b.file}: the panel on a Raspberry Pi", 24, "middle", bold=True)
        self.d.text(MID, 68, "drawn from the board file by boards/wiring.py; chip " + ", ".join(b.chips), 13, "middle", SOFT)
        pins = [self.lamp(*lamp) for lamp in b.lamps] + [self.button(*button) for button in b.buttons]
        if b.buzzer:
            pins.append(self.transistor(b.buzzer))
        for side in (1, 0):
            mine = [p for p in pins if p % 2 == side]
            if mine:
                self.bus(mine)
        self.pins()
        self.notes()
        return self.d.end()


BUS = 500  # from the header's middle to each side's ground
EMITTER = 30  # the buzzer's way to ground lies so far below its line


def draw_bank(b):
    """A bank of lines by any names: who sets them, who reads them."""
    step, left, width = 44, 330, 240
    rows = max(len(b.buttons), len(b.lamps) + bool(b.buzzer))
    d = Drawing(900, 150 + step * rows, f"Lines of {b.name}")
    d.text(450, 40, f"{b.file}: the panel on a bank of lines", 24, "middle", bold=True)
    d.text(450, 68, "drawn from the board file by boards/wiring.py", 13, "middle", SOFT)
    d.box(left, 92, width, step * rows + 30, fill="#f3f4f6", radius=10)
    d.text(left + width / 2, 114, "chip " + ", ".join(b.chips), 14, "middle", SOFT)
    low = "low" if b.buttons_low else "high"
    for i, (key, line) in enumerate(b.buttons):
        y = 146 + step * i
        d.text(left + 12, y + 5, line, 14, bold=True)
        d.wire((left - 60, y), (left, y))
        d.text(left - 70, y + 5, f"button {key.upper()}: {low} = pressed", 14, "end")
    outs = [(f"lamp {key}", line, b.lamps_low, PAINT[COLOURS[key]]) for key, line in b.lamps]
    if b.buzzer:
        outs.append(("buzzer", b.buzzer, b.buzzer_low, "#fef3c7"))
    for i, (what, line, is_low, paint) in enumerate(outs):
        y = 146 + step * i
        d.text(left + width - 12, y + 5, line, 14, "end", bold=True)
        d.wire((left + width, y), (left + width + 60, y))
        d.circle(left + width + 76, y, 12, fill=paint)
        d.text(left + width + 98, y + 5, f"{what}: {'low' if is_low else 'high'} = {'sounds' if what == 'buzzer' else 'lit'}", 14)
    d.text(left - 70, 146 + step * len(b.buttons) + 5, f"bias = {b.bias}", 14, "end", SOFT)
    return d.end()


def draw(path):
    board = Board(pathlib.Path(path))
    return Header(board).draw() if all(line.startswith("GPIO") for line in board.lines()) else draw_bank(board)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: boards/wiring.py FILE.board >docs/wiring-NAME.svg")
    sys.stdout.write(draw(sys.argv[1]))
