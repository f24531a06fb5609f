"""pictures.py - make perf: station-camera's look beside zbar at its defaults and ZXing-C++ at its hardest, on pictures of
tests/scene, and on photographs where a folder of them with a truth.tsv lies beside the project."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from bare import met
from station import BUILD, ROOT

PHOTOGRAPHS = ROOT.parent / "shared/pictures"
WHO = ("camera", "zbar", "zxing")


def plain(text):
    return re.sub(rb"\\x([0-9a-f]{2})|\\\\", lambda m: bytes([int(m[1], 16)]) if m[1] else b"\\", text)


def forms(truth):
    """What counts as the truth: without line ends' CR and blanks around, UPC-A with or without the 0 of EAN-13, and the bytes of a
    QR code that holds Shift JIS."""
    out = set()
    for text in truth:
        out |= {text, text[1:] if len(text) == 13 and text[:1] == b"0" else text, b"0" + text if len(text) == 12 else text}
        try:
            out.add(text.decode().encode("cp932"))
        except UnicodeError:
            pass
    return {x.replace(b"\r", b"").strip() for x in out}


def read(who, folder, truth):
    """Read, wrong, seconds of CPU, the wrong ones."""
    out = subprocess.run([BUILD / "tests/reader", who, *truth], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    right, wrong, took = 0, [], 0.0
    for line in out.splitlines():
        name, us, *rest = line.split(b"\t")
        took += float(us) / 1e6
        true = forms(truth[name.decode()])
        texts = {plain(x).replace(b"\r", b"").strip() for x in rest[1::2]}
        right += bool(texts & true)
        wrong += [(name.decode(), x) for x in sorted(texts - true)]
    return right, len(wrong), took, wrong


def truth_of(folder):
    rows = [line.split("\t") for line in (folder / "truth.tsv").read_text().splitlines()[1:]]
    return {name: [bytes.fromhex(x) for x in texts.split("|")] if role == "pos" else [] for name, role, texts in rows}


def compare(title, folder, goals=True):
    truth = truth_of(folder)
    print(f"\n{title}: {len(truth)} pictures, {sum(bool(x) for x in truth.values())} with a code")
    print(f"  {'':12}{'read':>8}{'wrong':>8}{'CPU':>12}")
    figures = {who: read(who, folder, truth) for who in WHO}
    for who in WHO:
        right, wrong, took, _ = figures[who]
        print(f"  {who:12}{right:>8}{wrong:>8}{took:>10.2f} s")
    for name, text in figures["camera"][3]:
        print(f"  camera said of {name}: {text!r}")
    if goals:
        mine, zbar, zxing = (figures[x] for x in WHO)
        print(f"  read, to ZXing's   {mine[0] / max(1, zxing[0]):>6.2f}x   goal 1.00x: {met(mine[0] >= zxing[0])}")
        print(f"  CPU, to zbar's     {mine[2] / zbar[2]:>6.2f}x   goal 1.00x: {met(mine[2] <= zbar[2])}")
        print(f"  wrong texts        {mine[1]:>6}    goal 0: {met(mine[1] == 0)}")
    return figures, truth


def camera(args):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="scene-"))
    try:
        for title, seed, words in (("pictures of scene, all that can be wrong with them", args.seed, ("100",)), ("pictures of scene, a bench's", args.seed + 1, ("60",)),
                                   ("labels of bars, turned by 20 to 70 degrees", args.seed + 2, ("30", "turned"))):
            place = folder / str(seed)
            subprocess.run([BUILD / "tests/scene", str(seed), str(args.pictures), place, *words], check=True)
            figures, truth = compare(title, place)
            if "turned" in words:
                share = figures["camera"][0] / sum(bool(x) for x in truth.values())
                print(f"  read of all        {share:>6.2f}    goal 0.85: {met(share >= 0.85)}")
    finally:
        shutil.rmtree(folder, True)
    if PHOTOGRAPHS.is_dir():
        print("\n(Of the photographs some show true codes beside the expected one; they count as wrong here for all three.)")
        compare("photographs", PHOTOGRAPHS)
