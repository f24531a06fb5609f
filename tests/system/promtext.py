"""promtext.py - reads the text format that node_exporter's textfile collector takes, and nothing else: what that refuses, or what would
make it drop the whole file, is an error here."""
import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABELS = r'(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,|(?=\})))*'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABELS})\}})? (\S+)")
TYPES = ("gauge", "counter")


def read(text):
    """{name: {((label, value), ...): number}} of a file; AssertionError names the line that is wrong."""
    assert text.endswith("\n") and "\r" not in text and "\0" not in text, "not whole lines"
    helps, types, samples, last = {}, {}, {}, None
    for number, line in enumerate(text.splitlines(), 1):
        where = f"line {number}: {line!r}"
        if line.startswith("# "):
            kind, name, rest = line[2:].split(" ", 2)
            assert kind in ("HELP", "TYPE") and re.fullmatch(NAME, name) and rest, where
            table = helps if kind == "HELP" else types
            assert name not in table and name not in samples, f"twice, or behind its samples: {where}"
            assert kind == "HELP" or rest in TYPES, where
            table[name] = rest
            continue
        found = SAMPLE.fullmatch(line)
        assert found, where
        name, labels, value = found.groups()
        assert name in types and name in helps, f"without TYPE or HELP: {where}"
        assert last in (None, name) or name not in samples, f"one family in two places: {where}"
        pairs = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', labels or "")
        assert len({k for k, _ in pairs}) == len(pairs) and not any(k.startswith("__") for k, _ in pairs), where
        plain = tuple(sorted((k, re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], v)) for k, v in pairs))
        assert plain not in samples.get(name, {}), f"the same sample twice: {where}"
        assert re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]Inf|NaN", value), where
        assert types[name] != "counter" or (name.endswith("_total") and float(value) >= 0), where
        assert not math.isnan(float(value)), where
        samples.setdefault(name, {})[plain] = float(value)
        last = name
    assert set(helps) == set(types) == set(samples), "HELP or TYPE without a sample"
    return samples
