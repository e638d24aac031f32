#!/usr/bin/env python3
"""Kills install, update, rollback and uninstall at their state-changing system calls.

After each kill the program that PATH finds is the old version or the new one, complete, and the next command leaves no journal.
Without arguments a fixed sample of the points; with --all every one.
"""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, is_sanitized  # noqa: E402

KILL_AT = os.environ["KILL_AT"]
EVERY = "--all" in sys.argv
SAMPLE = 8 if is_sanitized() else 24

tap = Tap()
world = World()
world.release("1.0.0")
start = world.home()
first = start.install("1.0.0")
if first.status != 0:
    sys.exit(f"the first installation failed: {first}")
world.release("1.1.0")


def fresh_home():
    """The home as it was; the same path, because shell files and links name it."""
    shutil.rmtree(start.directory)
    shutil.copytree(world.root / "saved", start.directory, symlinks=True)
    return start


def save():
    shutil.rmtree(world.root / "saved", ignore_errors=True)
    shutil.copytree(start.directory, world.root / "saved", symlinks=True)


def points_of(command):
    home = fresh_home()
    count = int(home.run(KILL_AT, "--count", "--", *command()).out.strip().splitlines()[-1])
    if EVERY or count <= SAMPLE:
        return range(1, count + 1)
    return sorted({1 + index * (count - 1) // (SAMPLE - 1) for index in range(SAMPLE)})


def judge(home, good, old_and_new, point, name, may_be_gone=False):
    """The oracle, directly after the kill."""
    says = home.product_says()
    current = home.current()
    if says is None and may_be_gone:
        return
    if says not in [f"tool {v}" for v in old_and_new]:
        good.append(f"{name} killed at {point}: PATH says {says!r}")
    elif current not in old_and_new or not home.complete(current):
        good.append(f"{name} killed at {point}: current {current} is not complete")


def try_all(name, command, old_and_new, after, may_be_gone=False, expected_after=0):
    save()
    bad, killed = [], 0
    points = points_of(command)
    for point in points:
        home = fresh_home()
        result = home.run(KILL_AT, "--at", point, "--", *command())
        killed += result.status == 137
        judge(home, bad, old_and_new, point, name, may_be_gone)
        again = home.run(*after())
        if again.status != expected_after:
            bad.append(f"{name} killed at {point}: the next command ended with {again}")
        if home.leftovers():
            bad.append(f"{name} killed at {point}: left {home.leftovers()}")
        judge(home, bad, old_and_new, point, name + ", then the next command,", may_be_gone)
    tap.is_(f"{name}: killed at each of {len(points)} points", killed, len(points))
    tap.is_(f"{name}: never without a complete version, and the next command clears up", bad[:5], [])


updater = start.bin / "tool-updater"
# A first installation, from nothing.
bootstrap = start.bootstrap("1.0.0")
install = lambda: [bootstrap, "install", "--version", "1.0.0", "--base-url", world.url]
shutil.rmtree(start.directory / ".local")
try_all("install", install, ["1.0.0"], install, may_be_gone=True)
start.install("1.0.0")
update = lambda: [updater, "update", "--yes"]
try_all("update", update, ["1.0.0", "1.1.0"], update)
start.agent("update", "--yes")
rollback = lambda: [updater, "rollback"]
try_all("rollback", rollback, ["1.0.0", "1.1.0"], lambda: [updater, "rollback", "--to", "1.0.0"])
fresh_home()  # at 1.1.0 again, as before the rollbacks
uninstall = lambda: [updater, "uninstall"]
bad, points = [], points_of(uninstall)
for at in points:
    home = fresh_home()
    home.run(KILL_AT, "--at", at, "--", *uninstall())
    judge(home, bad, ["1.1.0"], at, "uninstall", may_be_gone=True)
    # Whoever comes next is the installer: it makes a whole installation of what is left.
    result = home.run(bootstrap, "install", "--base-url", world.url)
    if result.status != 0 or home.product_says() != "tool 1.1.0" or home.leftovers():
        bad.append(f"uninstall killed at {at}, then install: {result} {home.leftovers()}")
tap.is_(f"uninstall: killed at {len(points)} points, PATH finds a whole program or none, and install mends it", bad[:5], [])
world.close()
tap.done()
