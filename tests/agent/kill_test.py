#!/usr/bin/env python3
"""Kills install, update, rollback, clean-up, repair and uninstall at their state-changing system calls, and then what recovers from that.

After each kill the program that PATH finds is the old version or the new one, complete (of install and uninstall: or none), and the next
command leaves no journal. Without arguments a fixed sample of the points; --all takes every one, --step N each N-th.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap  # noqa: E402
from fault_matrix import KILL_AT, Matrix, points_asked_for  # noqa: E402

points_of = points_asked_for()
tap = Tap()
matrix = Matrix()


def kill(case, command, point):
    return matrix.home.run(KILL_AT, "--at", point, "--", *command).status == 137


for case in matrix.cases:
    matrix.restore(case)
    count = matrix.count(case)
    points = points_of(count, 12)
    bad = [wrong for point in points if (wrong := matrix.try_point(case, ["--at", point], (137,)))]
    tap.is_(f"{case.name}: killed at {len(points)} of {count} points, {len(bad)} failed", bad[:4], [])
    # What recovers is killed as well: each of its points, after each of these.
    bad, tried = [], 0
    for first in points_of(count, 3):
        matrix.restore(case)
        kill(case, case.command, first)
        recovery_points = matrix.count(case, case.follow)
        for second in points_of(recovery_points, 3):
            matrix.restore(case)
            kill(case, case.command, first)
            kill(case, case.follow, second)
            tried += 1
            settled = case if case.name != "uninstall" else matrix.cases[0]
            wrong = matrix.wrong(settled) or matrix.settle(case)
            if wrong:
                bad.append(f"killed at {first}, then the next command at {second}: {wrong}")
    tap.is_(f"{case.name}: recovery killed at {tried} points, {len(bad)} failed", bad[:4], [])
tap.is_("no program in place was ever written into", matrix.verify_saved(), [])
matrix.world.close()
tap.done()
