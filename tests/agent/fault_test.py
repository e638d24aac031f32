#!/usr/bin/env python3
"""System calls of an update that fail (a full disk, a broken one, no permission): strace makes the N-th call of a kind return an error.

Each time 1.0.0 or 1.1.0 is in place, whole; the update ends with a status of the table, and the next one arrives and leaves nothing
behind. Without arguments a fixed sample of the calls; with --all every one.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, is_sanitized  # noqa: E402

EVERY = "--all" in sys.argv
SAMPLE = 2 if is_sanitized() else 6
FAULTS = [("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"), ("openat", "EACCES"), ("openat", "EMFILE"), ("rename", "EACCES"), ("rename", "ENOSPC"),
          ("renameat2", "EIO"), ("mkdir", "EROFS"), ("mkdirat", "ENOSPC"), ("symlink", "EROFS"), ("unlink", "EBUSY"), ("fchmod", "EPERM"), ("read", "EIO"),
          ("pread64", "EIO"), ("execve", "ETXTBSY"), ("clone", "EAGAIN"), ("write", "EINTR"), ("read", "EINTR"), ("fsync", "EINTR")]
QUIET = {"ASAN_OPTIONS": "detect_leaks=0"}  # LeakSanitizer cannot work in a traced process

tap = Tap()
world = World()
home = world.home_before_update(padding=100_000)
updater = home.bin / "tool-updater"
log = world.root / "calls"


def start_of_work(lines):
    """Calls before the program looks for itself belong to the loader (and to a sanitizer): no program can do anything about those."""
    return max(index for index, line in enumerate(lines) if "/proc/self/exe" in line)


home.restore()
home.run("strace", "-o", log, "-e", "trace=%desc,%file,%process,write,read,fsync", updater, "update", "--yes", **QUIET)
all_lines = log.read_text().splitlines()
work = start_of_work(all_lines)
for call, error in FAULTS:
    if call == "write" and is_sanitized():  # UBSan writes into a pipe of its own to see what memory it may read
        tap.skip(f"{call} fails with {error}: nothing is lost", "not under a sanitizer")
        continue
    total = sum(line.startswith(call + "(") for line in all_lines)
    skipped = sum(line.startswith(call + "(") for line in all_lines[:work])
    points = range(skipped + 1, total + 1)
    # pread64 reads what the agent keeps: each of those matters.
    if not EVERY and (call != "pread64" or is_sanitized()) and len(points) > SAMPLE:
        points = [points[index * (len(points) - 1) // (SAMPLE - 1)] for index in range(SAMPLE)]
    bad, statuses = [], set()
    for point in points:
        home.restore()
        result = home.run("strace", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={point}", updater, "update", "--yes", **QUIET)
        statuses.add(result.status)
        here = f"{call} number {point}"
        # Nothing but "internal" fits a process that has run out of descriptors.
        if result.status not in (0, 3, 6, 7, 13, 15, *([1] if error in ("EMFILE", "EAGAIN") else [])):
            bad.append(f"{here}: {result}")
        if home.product_says() not in ("tool 1.0.0", "tool 1.1.0") or not home.complete(home.current()):
            bad.append(f"{here}: PATH says {home.product_says()!r}, {home.current()}: {result}")
        again = home.agent("update", "--yes")
        if again.status != 0 or home.product_says() not in ("tool 1.1.0", "tool 1.0.0" if result.status == 15 else "") or home.leftovers():
            bad.append(f"{here}: the next update: {again} {home.product_says()} {home.leftovers()}; before: {result}")
    if points:
        tap.is_(f"{call} fails with {error}, at {len(points)} of {total - skipped} points: nothing is lost", bad[:4], [])
# Something that holds a file for a moment only is waited for.
for call, error in ("rename", "EBUSY"), ("rename", "ETXTBSY"), ("rename", "EACCES"), ("execve", "ETXTBSY"):
    if is_sanitized() and call == "execve":
        continue
    home.restore()
    skipped = sum(line.startswith(call + "(") for line in all_lines[:work])
    result = home.run("strace", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={skipped + 2}..{skipped + 4}", updater, "update", "--yes", **QUIET)
    tap.is_(f"{call} says {error} three times in a row: the update arrives", (result.status, home.product_says(), home.leftovers()), (0, "tool 1.1.0", []))
world.close()
tap.done()
