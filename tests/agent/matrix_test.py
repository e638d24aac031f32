#!/usr/bin/env python3
"""Every command that changes something, where a state-changing system call fails, a disk is full from then on, or a write is short.

After each: PATH finds the old version or the new one, complete by its digests, status 0 means the new one, nothing outside of the root has
changed, and the next command ends well and leaves nothing behind. Without arguments a fixed sample; --all tries every call in every mode
and prints the points per mode; --mode NAME one mode of it, --step N each N-th point.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, is_sanitized  # noqa: E402
from fault_matrix import Matrix, sample  # noqa: E402

ERRORS = ("ENOSPC", "EIO", "EACCES", "EXDEV", "EROFS", "EBUSY", "ETXTBSY", "EINTR", "ESTALE")
MODES = {**{error: ["--at", None, "--fail", error] for error in ERRORS},
         "ENOSPC from there on": ["--from", None, "--fail", "ENOSPC"], "short write": ["--at", None, "--short"]}
# What the table of statuses has for it: done, configuration, network (file://), untrusted, not found, cannot write, rolled back.
STATUSES = (0, 3, 6, 7, 9, 13, 15)

arguments = argparse.ArgumentParser()
arguments.add_argument("--all", action="store_true")
arguments.add_argument("--step", type=int, default=1)
arguments.add_argument("--mode", choices=MODES)
asked = arguments.parse_args()

tap = Tap()
matrix = Matrix()
for number, case in enumerate(matrix.cases):
    matrix.restore(case)
    count = matrix.count(case)
    for index, (mode, options) in enumerate(MODES.items()):
        if asked.mode and mode != asked.mode or is_sanitized() and not asked.all and (number + index) % 5:
            continue
        points = list(range(1, count + 1, asked.step)) if asked.all else [1 + (point + 7 * index) % count for point in sample(count, 1)]
        bad = [wrong for point in points if (wrong := matrix.try_point(case, [point if o is None else o for o in options], STATUSES))]
        tap.is_(f"{case.name}, {mode}: {len(points)} of {count} points tried, {len(bad)} failed", bad[:4], [])
tap.is_("no program in place was ever written into", matrix.verify_saved(), [])
matrix.world.close()
tap.done()
