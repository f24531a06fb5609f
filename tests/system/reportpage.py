"""reportpage.py - pages to look at: one with something in every place, one with nearly nothing."""
import base64
import subprocess

from pretend import CODES, DAY, HOUR, Pretend, weeks
from station import BUILD, conf_text

WORDS = {"SCRATCH": ("Scratched or dented", "有划痕或凹痕"), "DENT": ("Broken or cracked", "破损或开裂"),
         "MISSING": ("Accessory missing: cable, manual, remote control or whatever else came in the box", "缺少配件：电缆、说明书、遥控器或包装内的其他物品"),
         "DEAD": ("Does not work", "无法工作"), "LOUD": ("Noise <b>& \"rattle\"</b>", "异响 <i>&</i>"), "DIRTY": ("Dirty or stained", "有污渍")}
PRODUCTS = ("4006381333931", "5000000000012", "4901234567894", "0012345678905")


def rich(seed=31, days=40, parcels=60):
    """A bench whose report has every row and note that there is."""
    b = weeks(seed, days=days, parcels=parcels, zone="Asia/Shanghai")
    b.boot()
    b.badge("B7")
    for n, code in enumerate(PRODUCTS * 6):
        b.inspect("]E0" + code, raw=base64.b64encode(code.encode()).decode(), listed="unknown", fail=0.3)
        if n % 6 == 0:
            b.event("photo.taken", {"sha256": "ab" * 32, "bytes": 1})
    b.arrive("<b>an arrival with a label of some length & more")
    b.wait(3 * DAY - 9 * HOUR)
    for n in range(14):
        b.arrive(f"1Z999AA101234567{n:02d}")
        b.wait(3 * HOUR)
    for why in ("shape", "too-long", "check", "key", "busy", "carrier", "refused"):
        b.reject(why)
    b.event("fault.raised", {"what": "disk"})
    b.event("fault.raised", {"what": "headquarters"})
    b.inspect("RAMS0099999X", ends="closed")
    return b


def empty():
    b = Pretend(1)
    b.boot()
    return b


def made(bench, folder, name):
    """The page of a bench in a folder that anybody can read: its path."""
    folder.chmod(0o755)
    (folder / "reasons.csv").write_text("code,en,zh\r\n" + "".join(
        '{},"{}","{}"\r\n'.format(code, *(w.replace('"', '""') for w in words)) for code, words in WORDS.items()), encoding="utf-8")
    conf = folder / f"{name}.conf"
    conf.write_text(conf_text({"station": {"name": "bench-1"}, "site": {"name": "AMS", "reasons_file": folder / "reasons.csv"}, "report": {"inspectors": "yes"}}))
    lines, page = folder / f"{name}.jsonl", folder / f"{name}.html"
    lines.write_bytes(b"".join(line + b"\n" for line in bench.lines))
    with open(page, "wb") as f:
        subprocess.run([BUILD / "stationctl", "--config", conf, "report", lines], stdout=f, check=True, timeout=60)
    return page


__all__ = ["CODES", "WORDS", "empty", "made", "rich"]
