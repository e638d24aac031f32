#!/usr/bin/env python3
"""Kills install, update, rollback, clean-up, repair and uninstall at their state-changing system calls, and then what recovers from that.

After each kill the program that PATH finds is the old version or the new one, complete (of install and uninstall: or none), and the next
command leaves no journal. Kills that leave the same on the disk have the same future, so each such state is continued once; and what continues
it is killed in turn. Without arguments a fixed sample of the points; --all takes every one, --step N each N-th, and names of cases only these.
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap  # noqa: E402
from fault_matrix import KILL_AT, Matrix, points_asked_for  # noqa: E402

tap = Tap()
matrix = Matrix()
points_of = points_asked_for(matrix.cases)


class Killed:
    """What kills of a case have left on the disk, each state once, and what was wrong there."""

    def __init__(self, case):
        self.case, self.states, self.folders, self.bad = case, set(), [], []

    def kill(self, command, point, saved=None):
        """Where that leaves a state that is new, it has to be whole, and the next command must end well. What a kill from the beginning
        left is kept in a folder."""
        matrix.restore(self.case, saved)
        result = matrix.home.run(KILL_AT, "--at", point, "--", *command)
        state = matrix.state()
        if result.status == 137 and state in self.states:
            return
        self.states.add(state)
        if saved is None:
            self.folders.append(matrix.save(f"{self.case.name} {len(self.folders)}"))
        wrong = f"{result}" if result.status != 137 else matrix.wrong(self.case) or matrix.settle(self.case)
        if wrong:
            self.bad.append(f"{command[1]}, {saved or 'from the beginning'}, killed at {point}: {wrong}")


for case in matrix.cases:
    matrix.restore(case)
    count = matrix.count(case)
    points = points_of(count, 12)
    killed = Killed(case)
    for point in points:
        killed.kill(case.command, point)
    first = len(killed.states)
    tap.is_(f"{case.name}: killed at {len(points)} of {count} points, {first} states, {len(killed.bad)} failed", killed.bad[:4], [])
    # What recovers is killed as well: each of its points, after each of these.
    killed.bad, tried = [], 0
    for number in points_of(len(killed.folders), 3):
        saved = killed.folders[number - 1]
        matrix.restore(case, saved)
        points = points_of(matrix.count(case, case.follow), 3)
        for point in points:
            killed.kill(case.follow, point, saved)
        tried += len(points)
    tap.is_(f"{case.name}: recovery killed at {tried} points, {len(killed.states) - first} more states, {len(killed.bad)} failed", killed.bad[:4], [])
    for folder in killed.folders:
        shutil.rmtree(folder)
tap.is_("no program in place was ever written into", matrix.verify_saved(), [])
matrix.world.close()
tap.done()
