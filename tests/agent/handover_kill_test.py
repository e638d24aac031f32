#!/usr/bin/env python3
"""Kills who hands over a service at their state-changing system calls: the command that updates, and the service with all that it starts.

After each kill the program that PATH finds is the old version or the new one, complete; with the next command, and the service started again
where nobody serves, no journal is left and what is in place serves, as one process. Without arguments a fixed sample; --all takes every
point, --step N each N-th.
"""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, fast_clock  # noqa: E402
from fault_matrix import KILL_AT, points_asked_for  # noqa: E402
from service_world import Service, end_all, get, processes, until  # noqa: E402

points_of = points_asked_for()
tap = Tap()
if fast_clock(1) is None:
    tap.skip("hand-over, killed", "not under a sanitizer")
    tap.done()
FAST = fast_clock(20)
world = World()
home = world.home_before_update(padding=0)
updater = home.bin / world.agent
with socket.create_server(("127.0.0.1", 0)) as free:
    PORT = free.getsockname()[1]


def who_serves():
    """(version, process), or None."""
    try:
        ready = get(PORT, "/ready")[2]
        return ready["version"], ready["pid"]
    except (OSError, ValueError):
        return None


def service(*before):
    """One that runs, or None where it was killed before it did."""
    try:
        return Service(home, "--port", str(PORT), before=before, **FAST)
    except AssertionError:
        return None


def what_path_finds():
    """What is wrong with it, or ""."""
    version, says = home.current(), home.product_says()
    whole = version in ("1.0.0", "1.1.0") and says == f"tool {version}" and home.complete(version)
    return "" if whole else f"PATH says {says!r}, {version} is current"


def settle():
    """What is wrong once the next command has run, and the service runs; or ""."""
    following = None

    def is_let_in():
        """Whoever settles the hand-over keeps others out, whose patience is short on this clock."""
        nonlocal following
        following = home.agent("update", "--yes", **FAST)
        return following.status != 14

    until(is_let_in)
    if following.status not in (0, 15):
        return f"the next command: {following}"
    if not processes(home):
        service()
    if not until(lambda: not (home.state / "journal.json").exists()):
        return "the journal is still there"
    if not until(lambda: [who_serves()] == [(home.current(), process) for process in processes(home)]):
        return f"{who_serves()} serves, {home.current()} is in place, and these run: {processes(home)}"
    return what_path_finds() or ", ".join(home.leftovers())


def try_point(point, killed):
    """One hand-over in which `killed` is; what is wrong, or ""."""
    home.restore()
    before = (KILL_AT, "--at", str(point), "--")
    service(*(before if killed == "service" else ()))
    updated = home.run(*(before if killed == "command" else ()), updater, "update", "--yes", **FAST)
    wrong = what_path_finds()
    if killed == "command" and updated.status != 137 or killed == "service" and updated.status not in (0, 15):
        wrong = f"the update ended with {updated}"
    wrong = wrong or settle()
    end_all(home)
    return wrong and f"{killed}, killed at {point}: {wrong}"


def counted(killed):
    home.restore()
    count = (KILL_AT, "--count", "--")
    running = service(*count) if killed == "service" else service()
    updated = home.run(*(count if killed == "command" else ()), updater, "update", "--yes", **FAST)
    if home.current() != "1.1.0" or not until(lambda: [who_serves()] == [("1.1.0", process) for process in processes(home)]):
        sys.exit(f"an undisturbed hand-over does not succeed: {updated}")
    if killed == "command":
        end_all(home)
        return int(updated.out.split()[-1])
    until(lambda: [running.record()["pid"]] == processes(home))
    ended = home.agent("shutdown", "--all")
    if not until(lambda: not processes(home)):
        sys.exit(f"the service does not end: {ended}, {running.record()}, {processes(home)}, {running.log()}")
    return int(running.process.communicate()[0].split()[-1])


for killed in ("command", "service"):
    count = counted(killed)
    points = points_of(count, 3)
    bad = [wrong for point in points if (wrong := try_point(point, killed))]
    tap.is_(f"the {killed} is killed at {len(points)} of {count} points of a hand-over, {len(bad)} failed", bad[:4], [])
end_all(home)
world.close()
tap.done()
