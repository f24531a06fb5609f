"""idle.py - make perf: a camera that sees an empty table, 640x480, 15 frames a second: station-camera beside zbar at its defaults on every frame,
each with frames of its own from a pipe, and the pipe's reading counted in."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from bare import met
from station import BUILD

WIDTH, HEIGHT, RATE, SECONDS, FRAMES = 640, 480, 15, 30, 12
GOAL = 0.1
# The same table again and again, with the noise of the frame.
PLAYER = """
import pathlib, sys, time
size, rate = int(sys.argv[2]), float(sys.argv[3])
frames = [p.read_bytes()[-size:] for p in sorted(pathlib.Path(sys.argv[1]).glob("0*.pgm"))]
begun, n = time.monotonic(), 0
while True:
    sys.stdout.buffer.write(frames[n % len(frames)])
    sys.stdout.buffer.flush()
    n += 1
    time.sleep(max(0, begun + n / rate - time.monotonic()))
"""


def cpu_s(pid):
    """Seconds that its one thread has had a CPU, and how often it was given one."""
    ns, _, times = pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()
    return int(ns) / 1e9, int(times)


def end(proc):
    proc.terminate()
    proc.wait(timeout=20)


def idle(args):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="idle-"))
    procs = []
    try:
        subprocess.run([BUILD / "tests/scene", str(args.seed), "0", folder, "30", "told", *[""] * FRAMES], check=True)
        (folder / "player.py").write_text(PLAYER)
        player = [sys.executable, str(folder / "player.py"), str(folder), str(WIDTH * HEIGHT), str(RATE)]
        feed = subprocess.Popen(player, stdout=subprocess.PIPE)
        zbar = subprocess.Popen([BUILD / "tests/reader", "frames"], stdin=feed.stdout, stdout=subprocess.DEVNULL)
        own = subprocess.Popen([BUILD / "station-camera", "--pipe", "exec " + " ".join(player), "--size", f"{WIDTH}x{HEIGHT}", "--format", "grey"],
                               stdout=subprocess.DEVNULL)
        procs = [zbar, own, feed]
        time.sleep(5)  # its first looks are over
        before = [cpu_s(p.pid) for p in procs[:2]]
        time.sleep(SECONDS)
        after = [cpu_s(p.pid) for p in procs[:2]]
    finally:
        for proc in procs:
            end(proc)
        shutil.rmtree(folder, True)
    theirs, mine = ((a[0] - b[0]) * 100 / SECONDS for a, b in zip(after, before))
    print(f"\nidle camera, an empty table of {WIDTH}x{HEIGHT}, {RATE} frames/s for {SECONDS} s")
    print(f"  {'zbar on every frame':24}{theirs:>8.2f} % CPU")
    print(f"  {'station-camera':24}{mine:>8.2f} % CPU")
    print(f"  to zbar's               {mine / theirs:>8.3f}    goal {GOAL}: {met(mine <= GOAL * theirs)}")
