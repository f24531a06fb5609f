"""writelog.py - what QEMU's blklogwrites recorded: every write and flush of a disk, in the order in which they were done; and disks
as a power cut at any of these moments may leave them.

A cut keeps all that was written before the last flush. Of the writes behind it any may be there, be missing, or be torn: the
first sectors new, the rest old.
"""
import collections
import struct

SECTOR = 512
FLUSH, FUA, DISCARD = 1, 2, 4
MAGIC = 0x6A736677736872
# end: the log's size once this entry was in it, by which a moment in the guest finds its place here
Entry = collections.namedtuple("Entry", "at data flags end")


def read_log(path):
    """All whole entries. The count in the log's head is not looked at: a kill leaves an old one."""
    raw = path.read_bytes()
    magic, version, _, size = struct.unpack_from("<QQQI", raw)
    if (magic, version, size) != (MAGIC, 1, SECTOR):
        raise AssertionError(f"not a write log: {magic:#x}, {version}, {size}")
    entries, at = [], SECTOR
    while at + SECTOR <= len(raw):
        sector, count, flags, _ = struct.unpack_from("<QQQQ", raw, at)
        at += SECTOR
        length = 0 if flags & DISCARD else count * SECTOR
        if at + length > len(raw):
            break
        data = bytes(count * SECTOR) if flags & DISCARD else raw[at:at + length]
        at += length
        entries.append(Entry(sector * SECTOR, data, flags, at))
    return entries


def tear(image, entry, dice):
    keep = dice.randrange(1, len(entry.data) // SECTOR) * SECTOR
    image[entry.at:entry.at + keep] = entry.data[:keep]


def cut(image, pending, dice):
    """Puts onto image what a card may have done by itself of the writes that were not flushed."""
    chance = dice.choice((0.0, 0.3, 0.7))
    for entry in pending:
        roll = dice.random()
        if roll < chance:
            image[entry.at:entry.at + len(entry.data)] = entry.data
        elif roll < chance + 0.2 and len(entry.data) > SECTOR:
            tear(image, entry, dice)


def crashes(start, entries, points, dice, flushes=True, reach=200):
    """(the log's size at the cut, disk) for each of these points, in order. Without flushes each of the last `reach` writes is treated
    as unflushed: a control."""
    image = bytearray(start)
    pending = []
    n = 0
    for point in sorted(points):
        for entry in entries[n:point]:
            if entry.data:
                pending.append(entry)
            done = len(pending) if (flushes and entry.flags & (FLUSH | FUA)) else 0 if flushes else len(pending) - reach
            for whole in pending[:max(0, done)]:
                image[whole.at:whole.at + len(whole.data)] = whole.data
            del pending[:max(0, done)]
        n = point
        after = bytearray(image)
        cut(after, pending, dice)
        yield (entries[point - 1].end if point else SECTOR), after
