"""build.py - builds the guest of the bench: kit, kernel with gpio-sim, root file system, the station's own packages, image.

Each layer lies under build/bench-vm/ with the hash of its inputs in its name and is made anew when these change; a layer
that is made takes the older ones of its kind with it. No loop devices, no mounts; wants root (chroot, owners of files).

The guest is amd64 on an ordinary host: under TCG it boots in about half the time that an arm64 guest takes, and kit and root
need no emulation to build, so that the whole bench fits into CI. What is tested (drivers, systemd, SQLite on ext4, USB,
TLS) is the same code.

    kit(suite)      a chroot of the suite with compilers, -dev packages; trixie's has the kernel, its headers and source too
    kernel()        vmlinuz, the modules that the bench needs, gpio-sim and v4l2loopback built outside the tree, the initrd
    root(suite)     the guest's files as a tar, without the station
    station(suite)  its own packages, built in the kit
    image(suite)    all of it in one ext4 file, the base of every guest's overlay
    tool(suite, x)  a small program of the tests, x.c, compiled for the guest

With ARCH=arm64 the guest is an arm64 board. The kit stays this machine's and compiles across; the root is unpacked by
qemu's user emulation, which takes five minutes.
"""
import fcntl
import functools
import hashlib
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / "build" / "bench-vm"
HOST = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True).stdout.strip() or "amd64"
ARCH = os.environ.get("ARCH") or "amd64"
CROSS = ARCH != HOST
TRIPLET = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[ARCH]
KERNEL_ARCH = {"amd64": "x86", "arm64": "arm64"}[ARCH]
KERNEL_SUITE = "trixie"
LIBRARIES = {"bookworm": ["libgpiod2", "libzint2.11"], "trixie": ["libgpiod3", "libzint2.15"]}
CAMERA_LIBRARIES = ["libzbar0", "libpng16-16", "libjpeg62-turbo", "libgif7", "libwebp7"]
GUEST_PACKAGES = """systemd systemd-sysv udev dbus kmod e2fsprogs python3 gpiod iproute2 procps busybox-static ca-certificates
    libsqlite3-0 libserialport0 libjansson4 libncursesw6 zlib1g libcurl3-gnutls libmicrohttpd12 libgnutls30 libnettle8
    libsystemd0 libevdev2 libarchive13 libssl3""".split()
KIT_PACKAGES = ["make", "pkg-config", "libevdev-dev", "debhelper", "dpkg-dev", "fakeroot"]
KERNEL_PACKAGES = ["linux-source", "xz-utils", "libelf1"] + ([] if CROSS else [f"linux-image-{ARCH}", f"linux-headers-{ARCH}"])
# The other architecture's kernel is unpacked into the kit: its headers want a compiler that runs there.
FOREIGN_KERNEL = f"""set -e
cd "$1/root"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
abi=$(apt-cache depends linux-headers-{ARCH}:{ARCH} | sed -n 's/.*Depends: linux-headers-\\([0-9].*\\)-{ARCH}.*/\\1/p' | head -n 1)
apt-get download linux-image-$abi-{ARCH}:{ARCH} linux-headers-$abi-{ARCH}:{ARCH} linux-headers-$abi-common linux-kbuild-$abi
for deb in *.deb; do dpkg-deb --fsys-tarfile $deb | tar -x --keep-directory-symlink -C ..; done
rm *.deb
"""
# Likewise the source of v4l2loopback, without dkms, which would build it for the host's kernel.
LOOPBACK_SOURCE = """set -e
cd "$1/root"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
apt-get download v4l2loopback-dkms
dpkg-deb --fsys-tarfile v4l2loopback-dkms_*.deb | tar -x --keep-directory-symlink -C ..
rm v4l2loopback-dkms_*.deb
"""
MODULES = """virtio_blk ext4 virtio_net virtio_rng xhci_pci ftdi_sio cdc_acm configfs i6300esb softdog uinput evdev usbhid hid_generic
    usb_storage uas sd_mod vfat exfat ntfs3 nls_ascii nls_cp437 nls_utf8 nls_iso8859_1 vivid""".split()
INITRD_MODULES = ["virtio_pci", "virtio_blk", "ext4"]


held = []


def say(text):
    print(f"# {text}", flush=True)


def run(*args, log=None, **how):
    """A command to its end; its output goes to the log and is shown when it fails."""
    done = subprocess.run([*map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how)
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace")[-6000:])
        raise SystemExit(f"bench-vm: {' '.join(map(str, args))[:200]} ended with {done.returncode}")
    return done.stdout.decode(errors="replace")


def mirror():
    """Where this machine gets its own packages from."""
    for path in sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.sources")) + [pathlib.Path("/etc/apt/sources.list")]:
        text = path.read_text(errors="replace") if path.exists() else ""
        for line in text.splitlines():
            found = re.match(r"(?:URIs:|deb(?: \[[^]]*\])?) +(\S+/debian/?)(?: |$)", line)
            if found:
                return found[1]
    raise SystemExit("bench-vm: no Debian mirror in apt's sources")


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        if isinstance(part, pathlib.Path):
            part = part.read_bytes()
        h.update(part if isinstance(part, bytes) else str(part).encode())
        h.update(b"\0")
    return h.hexdigest()[:12]


def layer(kind, key, make):
    """CACHE/kind-key; made by make(path) when it isn't there. An unfinished one is never taken for a finished one."""
    kind = f"{kind}-{ARCH}"
    path = CACHE / f"{kind}-{key}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"lock.{kind}", "w") as lock:  # another make bench-vm may want the same
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return path
        begun = time.monotonic()
        for unfinished in CACHE.glob(f".new-{kind}-*"):
            remove(unfinished)
        fresh = CACHE / f".new-{kind}-{key}"
        make(fresh)
        for old in CACHE.glob(f"{kind}-*"):
            if not is_held(old):
                remove(old)
        fresh.rename(path)
        say(f"built {path.name} in {time.monotonic() - begun:.0f} s")
    return path


def hold(path):
    """Until this process ends nobody removes this layer: a guest that is switched off and on reads it again."""
    holder = open(CACHE / f"held.{path.name}", "w")
    fcntl.flock(holder, fcntl.LOCK_SH)
    held.append(holder)


def is_held(path):
    """A layer that another run plays with. It goes the next time."""
    name = CACHE / f"held.{path.name}"
    if not name.exists():
        return False
    with open(name) as holder:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    name.unlink()
    return False


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def debootstrap(suite, packages, target, architectures, *hooks):
    run("mmdebstrap", "-q", "--variant=minbase", "--architectures=" + ",".join(architectures), "--include=" + ",".join(packages),
        *(f"--customize-hook={hook}" for hook in hooks), suite, target, f"deb {mirror()} {suite} main")


def emulation():
    """This kernel starts programs of the guest's architecture by qemu's user emulation; switched on where it is off."""
    known = pathlib.Path("/proc/sys/fs/binfmt_misc")
    name = f"qemu-{TRIPLET.partition('-')[0]}"
    if not (known / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", str(known)], capture_output=True)
    if not (known / name).exists():
        subprocess.run(["update-binfmts", "--enable", name], capture_output=True)
    if not (known / name).exists():
        raise SystemExit(f"bench-vm: this kernel can't be told to run {ARCH} programs (binfmt_misc, {name})")


# --- kit ---
@functools.cache
def kit(suite):
    deps = (ROOT / ".ci/deps").read_text()
    packages = re.search(r'^build="(.*)"$', deps, re.M)[1].split() + KIT_PACKAGES
    if CROSS:
        libraries = [p for p in packages if p.endswith("-dev") and p not in ("libc6-dev", "dpkg-dev")]
        packages = [p for p in packages if p not in libraries] + [f"{p}:{ARCH}" for p in libraries] + [f"crossbuild-essential-{ARCH}"]
    if suite == KERNEL_SUITE:
        packages += KERNEL_PACKAGES
    hooks = [FOREIGN_KERNEL] * CROSS + [LOOPBACK_SOURCE] if suite == KERNEL_SUITE else []
    return layer(f"kit-{suite}", digest(*packages, *hooks), lambda path: debootstrap(suite, packages, path, [HOST, ARCH][:1 + CROSS], *hooks))


def chroot(tree, script, **env):
    return run("chroot", tree, "sh", "-ec", script, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                                                          "DEBIAN_FRONTEND": "noninteractive", **env})


# --- kernel ---
# Debian's kernel has neither gpio-sim nor irq_sim: both become one module, with the one call that isn't exported replaced.
GPIO_SIM = r"""
tar -xJf /usr/src/linux-source-*.tar.xz -C /usr/src --wildcards '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib*.h' '*/kernel/irq/irq_sim.c'
rm -rf /usr/src/gpio-sim; mkdir /usr/src/gpio-sim; cd /usr/src/gpio-sim
cp /usr/src/linux-source-*/drivers/gpio/gpio-sim.c gpio-sim-core.c
cp /usr/src/linux-source-*/drivers/gpio/gpiolib*.h .
sed 's/handle_simple_irq(irq_to_desc(irqnum))/generic_handle_irq(irqnum)/' /usr/src/linux-source-*/kernel/irq/irq_sim.c >irq_sim.c
grep -q generic_handle_irq irq_sim.c
printf 'obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-core.o irq_sim.o\n' >Makefile
make -C /lib/modules/*/build M=$PWD ARCH=$KERNEL_ARCH CROSS_COMPILE=$TRIPLET- CONFIG_DEBUG_INFO_BTF_MODULES= modules
"""
# A camera that plays what a program writes.
LOOPBACK = r"""
make -C /lib/modules/*/build M=$(echo /usr/src/v4l2loopback-*) ARCH=$KERNEL_ARCH CROSS_COMPILE=$TRIPLET- CONFIG_DEBUG_INFO_BTF_MODULES= modules
"""
INIT = """#!/bin/busybox sh
# Mounts the root disk, unpacks the box (a tar on the second disk: what the test wants changed) and hands over.
/bin/busybox mkdir -p /proc /sys /dev /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
for m in $(/bin/busybox cat /modules/order); do /bin/busybox insmod /modules/$m; done
n=0
until [ -b /dev/vda ] && [ -b /dev/vdb ]; do
	n=$((n + 1)); [ $n -lt 300 ] || exec /bin/busybox sh
	/bin/busybox sleep 0.1
done
/bin/busybox mount -t ext4 -o rw /dev/vda /root || exec /bin/busybox sh
/bin/busybox tar -xf /dev/vdb -C /root
/bin/busybox umount /proc /sys
exec /bin/busybox switch_root /root /sbin/init
"""


def plain_module(src, folder):
    """A module without its compression; its name."""
    name = src.name.removesuffix(".xz")
    (folder / name).write_bytes(lzma.decompress(src.read_bytes()) if src.suffix == ".xz" else src.read_bytes())
    return name


def depends(tree, release, module):
    """Files of a module and what it needs, in loading order."""
    out = run("modprobe", "-d", tree, "-S", release, "--show-depends", module)
    return [pathlib.Path(line.split()[1]) for line in out.splitlines() if line.startswith("insmod ")]


def kernel():
    tree = kit(KERNEL_SUITE)
    release = next((tree / "lib/modules").iterdir()).name

    def make(path):
        for script in (GPIO_SIM, LOOPBACK):
            chroot(tree, script, KERNEL_ARCH=KERNEL_ARCH, TRIPLET=TRIPLET)
        run("depmod", "-b", tree, release)  # one that was only unpacked has no list yet
        modules = path / "modules/lib/modules" / release / "kernel"
        modules.mkdir(parents=True)
        shutil.copy2(next((tree / "boot").glob("vmlinuz-*")), path / "vmlinuz")
        for name in MODULES:
            for file in depends(tree, release, name):
                plain_module(file, modules)
        shutil.copy2(tree / "usr/src/gpio-sim/gpio-sim.ko", modules)
        shutil.copy2(next((tree / "usr/src").glob("v4l2loopback-*/v4l2loopback.ko")), modules)
        for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copy2(tree / "lib/modules" / release / name, modules.parent)
        run("depmod", "-b", path / "modules", release)
        small = path / "initrd"
        (small / "bin").mkdir(parents=True)
        (small / "modules").mkdir()
        order = []
        for name in INITRD_MODULES:
            order += [n for n in (plain_module(f, small / "modules") for f in depends(tree, release, name)) if n not in order]
        (small / "modules/order").write_text("\n".join(order) + "\n")
        (small / "init").write_text(INIT)
        (small / "init").chmod(0o755)

    return layer("kernel", digest(tree.name, *MODULES, *INITRD_MODULES, GPIO_SIM, LOOPBACK, INIT), make)


# --- root ---
def root(suite):
    packages = GUEST_PACKAGES + LIBRARIES[suite] + CAMERA_LIBRARIES

    def make(path):
        if CROSS:
            emulation()
        path.mkdir()
        debootstrap(suite, packages, path / "root.tar", [ARCH])

    return layer(f"root-{suite}", digest(*packages), make)


# --- station ---
def sources():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    skip = ("tests/", "docs/nightly", ".ci/", "CONTRIBUTING.md")
    return sorted(n for n in out.decode().split("\0") if n and not n.startswith(skip) and (ROOT / n).is_file())


def settled(kind):
    """What bench.py has built for this run, whatever became of the sources since; None before that."""
    path = os.environ.get(f"BENCH_{kind}")
    return pathlib.Path(path) if path else None


@functools.cache
def station(suite):
    if settled("STATION"):
        return settled("STATION")
    tree = kit(suite)
    names = sources()
    src = tree / "src"

    def make(path):
        src.mkdir(exist_ok=True)
        for old in src.rglob("*"):
            name = str(old.relative_to(src))
            if old.is_file() and not name.startswith("build/") and name not in names:
                old.unlink()
        for name in names:
            to = src / name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to)
        path.mkdir()
        cross = f"-a{ARCH} -Pcross,nocheck" if CROSS else ""
        chroot(tree, f"rm -f /*.deb && cd /src && dpkg-buildpackage -b -us -uc -d {cross}", DEB_BUILD_OPTIONS="parallel=2 nocheck noautodbgsym")
        for deb in tree.glob("*.deb"):
            shutil.copy2(deb, path)

    return layer(f"station-{suite}", digest(tree.name, *(part for n in names for part in (n, ROOT / n))), make)


# --- image ---
def tool(suite, name, *options):
    """A program of the tests, name.c in this folder, compiled for the guest."""
    tree = kit(suite)
    source = HERE / f"{name}.c"

    def make(path):
        shutil.copy2(source, tree / "root")
        chroot(tree, f"{TRIPLET}-gcc -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o /root/{name} /root/{name}.c {' '.join(options)}")
        path.mkdir()
        shutil.copy2(tree / "root" / name, path)

    return layer(f"tool-{name}-{suite}", digest(tree.name, source, *options), make) / name


def overlay():
    return sorted(p for p in (HERE / "root").rglob("*") if p.is_file() or p.is_symlink())


@functools.cache
def image(suite):
    if settled("IMAGE"):
        return settled("IMAGE")
    core, base, own = kernel(), root(suite), station(suite)
    files = overlay()

    def make(path):
        path.mkdir()
        tree = path / "tree"
        tree.mkdir()
        run("tar", "-xpf", base / "root.tar", "-C", tree, "--numeric-owner")
        for file in files:
            to = tree / file.relative_to(HERE / "root")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, to, follow_symlinks=False)
            os.chown(to, 0, 0, follow_symlinks=False)
        shutil.copytree(core / "modules", tree, dirs_exist_ok=True)
        if CROSS:
            emulation()
        settle(tree, own)
        initrd(core, tree, path)
        shutil.copy2(tree / "etc/passwd", path / "passwd")
        shutil.copy2(core / "vmlinuz", path / "vmlinuz")
        run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-E", "lazy_itable_init=1,lazy_journal_init=1", "-d", tree, path / "root.img", "1200M")
        shutil.rmtree(tree)

    key = digest(core.name, base.name, own.name, pathlib.Path(__file__), *(part for f in files for part in (str(f.relative_to(HERE)), f)))
    return layer(f"image-{suite}", key, make)


def settle(tree, own):
    """The station goes in, units are enabled, what would only cost time at boot goes out."""
    policy = tree / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    (tree / "debs").mkdir()
    for name in ("station", "station-hq", "station-camera"):
        for deb in own.glob(f"{name}_*.deb"):
            shutil.copy2(deb, tree / "debs")
    chroot(tree, "dpkg -i /debs/*.deb")
    policy.unlink()
    (tree / "etc/fstab").write_text("LABEL=root / ext4 rw 0 0\nLABEL=station /var/lib/station ext4 rw,nofail 0 2\n")
    (tree / "etc/hostname").write_text("bench\n")
    (tree / "etc/machine-id").write_text("be9c4be9c4be9c4be9c4be9c4be9c4be\n")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost\n10.0.2.100 headquarters\n")
    (tree / "var/lib/station").mkdir(exist_ok=True)
    chroot(tree, """
systemctl enable bench-agent.service bench-gpio.service systemd-networkd.service stationd.service
systemctl mask systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
	e2scrub_reap.service fstrim.timer getty@tty1.service serial-getty@ttyS0.service systemd-timesyncd.service man-db.timer motd-news.timer \
	systemd-hwdb-update.service systemd-firstboot.service systemd-binfmt.service
rm -rf /var/cache/apt /var/lib/apt/lists/*
mkdir -p /var/log/journal
""")


def initrd(core, tree, path):
    small = path / "initrd.tree"
    shutil.copytree(core / "initrd", small)
    shutil.copy2(tree / "bin/busybox", small / "bin/busybox")
    packed = subprocess.run("find . | cpio -o -H newc --quiet", shell=True, cwd=small, capture_output=True, check=True).stdout
    (path / "initrd").write_bytes(packed)
    shutil.rmtree(small)


if __name__ == "__main__":
    print(image(sys.argv[1] if len(sys.argv) > 1 else "trixie"))
