"""labelrules.py - the check rules of labels once more, written from the carriers' words and not from src/core/check.c, and numbers that
keep them."""
import string

A36 = string.digits + string.ascii_uppercase


def gs1(text):
    """Odd places from the right (the check digit's own included) once, even ones three times: a multiple of ten."""
    back = [int(c) for c in reversed(text)]
    return (sum(back[::2]) + 3 * sum(back[1::2])) % 10 == 0


def mod37_36(text):
    p = 36
    for c in text[:-1]:
        s = (p + A36.index(c)) % 36 or 36
        p = s * 2 % 37
    return (p + A36.index(text[-1])) % 36 == 1


def ups(text):
    worth = [int(c) if c.isdigit() else "2345678901"[(ord(c) - ord("A")) % 10] for c in text[2:17]]
    worth = [int(w) for w in worth]
    return (sum(worth[0::2]) + 2 * sum(worth[1::2]) + int(text[-1])) % 10 == 0


def fedex_12(text):
    return sum(int(c) * w for c, w in zip(text[:11], (3, 1, 7) * 4)) % 11 % 10 == int(text[11])


def fedex_34(text):
    return sum(int(c) * w for c, w in zip(text[20:33], (1, 7, 3) * 5)) % 11 % 10 == int(text[33])


def impb(text):
    return gs1(text[-22:])


def impb_26(text):
    return gs1(text[-26:])


def s10(text):
    rest = sum(int(c) * w for c, w in zip(text[2:10], (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return {0: 5, 1: 0}.get(rest, 11 - rest) == int(text[10])


def mod7(text):
    return int(text[:-1]) % 7 == int(text[-1])


def four_nine(text):
    return (sum(int(c) * 4 for c in text[:-1:2]) + sum(int(c) * 9 for c in text[1:-1:2]) + int(text[-1])) % 10 == 0


def upc_e_whole(e):
    system, d, check = e[0], e[1:7], e[7]
    if d[5] in "012":
        body = d[0:2] + d[5] + "0000" + d[2:5]
    elif d[5] == "3":
        body = d[0:3] + "00000" + d[3:5]
    elif d[5] == "4":
        body = d[0:4] + "00000" + d[4]
    else:
        body = d[0:5] + "0000" + d[5]
    return system + body + check


def upc_e(text):
    return gs1(upc_e_whole(text))


def none(_text):
    return None


def digits(rnd, n):
    return "".join(rnd.choice(string.digits) for _ in range(n))


def words(rnd, n):
    return "".join(rnd.choice(A36) for _ in range(n))


def letters(rnd, n):
    return "".join(rnd.choice(string.ascii_uppercase) for _ in range(n))


def shortest_gtin(text):
    bare = text.lstrip("0")
    return bare.zfill(next(n for n in (8, 12, 13, 14) if n >= len(bare)))


# name: (maker of all but the check character, where the check character goes, the rule, the id)
FORMATS = {
    "ean-13": (lambda r: digits(r, 12), -1, gs1, shortest_gtin),
    "ean-8": (lambda r: digits(r, 7), -1, gs1, shortest_gtin),
    "upc-a": (lambda r: digits(r, 11), -1, gs1, shortest_gtin),
    "upc-e": (lambda r: r.choice("01") + digits(r, 6), -1, upc_e, upc_e_whole),
    "ups": (lambda r: "1Z" + words(r, 6) + words(r, 2) + words(r, 7), -1, ups, str),
    "fedex-12": (lambda r: digits(r, 11), -1, fedex_12, str),
    "fedex-34": (lambda r: digits(r, 33), -1, fedex_34, lambda t: t[22:]),
    "fedex-ground-15": (lambda r: digits(r, 14), -1, gs1, str),
    "fedex-ground-96": (lambda r: "96" + digits(r, 19), -1, lambda t: gs1(t[7:]), lambda t: t[7:]),
    "usps": (lambda r: "9" + r.choice("2345") + digits(r, 19), -1, impb, str),
    "usps-zip": (lambda r: "420" + digits(r, 5) + "9" + r.choice("2345") + digits(r, 19), -1, impb, lambda t: t[8:]),
    "usps-zip-4": (lambda r: "420" + digits(r, 9) + "9" + r.choice("2345") + digits(r, 19), -1, impb, lambda t: t[12:]),
    "usps-26": (lambda r: "9" + r.choice("2345") + digits(r, 23), -1, impb_26, str),
    "usps-26-zip": (lambda r: "420" + digits(r, 5) + "9" + r.choice("2345") + digits(r, 23), -1, impb_26, lambda t: t[8:]),
    "usps-26-zip-4": (lambda r: "420" + digits(r, 9) + "9" + r.choice("2345") + digits(r, 23), -1, impb_26, lambda t: t[12:]),
    "upu-s10": (lambda r: letters(r, 2) + digits(r, 8) + letters(r, 2), 10, s10, str),
    "dhl-express": (lambda r: digits(r, r.choice((9, 10))), -1, mod7, str),
    "dhl-identcode": (lambda r: digits(r, 11), -1, four_nine, str),
    "dhl-leitcode": (lambda r: digits(r, 13), -1, four_nine, str),
    "dpd-28": (lambda r: words(r, 7) + digits(r, 20), -1, mod37_36, lambda t: t[7:21]),
    "dpd-28-marked": (lambda r: "%" + words(r, 7) + digits(r, 20), -1, lambda t: mod37_36(t[1:]), lambda t: t[8:22]),
    "dpd": (lambda r: digits(r, 14), -1, mod37_36, lambda t: t[:14]),
    "sf": (lambda r: "SF1" + digits(r, 12), None, none, str),
    "jd": (lambda r: "JD" + words(r, 2) + digits(r, 11), None, none, str),
    "yto": (lambda r: "YT" + digits(r, 13), None, none, str),
    "yunexpress": (lambda r: "YT" + digits(r, 16), None, none, str),
    "jt": (lambda r: "JT" + digits(r, 13), None, none, str),
    "zto": (lambda r: "7" + r.choice("345678".replace("7", "")) + digits(r, 12), None, none, str),
    "sto-77": (lambda r: "77" + digits(r, r.randint(12, 15)), None, none, str),
    "sto-43": (lambda r: "43" + digits(r, r.randint(12, 15)), None, none, str),
    "yunda": (lambda r: digits(r, r.randint(13, 15)), None, none, str),
    "amazon": (lambda r: "TB" + r.choice("ACM") + digits(r, 12), None, none, str),
    "lpn": (lambda r: "LP" + words(r, r.randint(6, 30)), None, none, str),
}


def make(name, rnd):
    """A number that keeps its rule; None where a body has no check character."""
    body, at, rule, _ = FORMATS[name]
    text = body(rnd)
    if at is None:
        return text
    cut = len(text) if at == -1 else at
    for c in A36 if rule in (mod37_36,) or name.startswith("dpd") else string.digits:
        whole = text[:cut] + c + text[cut:]
        if rule(whole):
            return whole
    return None
