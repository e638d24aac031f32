#!/usr/bin/env python3
"""What a journal of each state does to the next command: real homes, journals written by hand. The table itself is recovery_test.cpp's."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
world = World()
home = world.home_before_update(padding=0)
digest = world.versions["1.1.0"]["platforms"][next(iter(world.versions["1.1.0"]["platforms"]))]["sha256"]
shutil.rmtree(home.saved)
home.agent("update", "--yes")
home.save()  # 1.1.0 is current, 1.0.0 previous
OLD, NEW = "1.0.0", "1.1.0"


def journal(state, **more):
    text = {"schema": 1, "id": "0" * 32, "operation": "update", "state": state, "from": OLD, "to": NEW, "sha256": digest, "attempts": 0, "transitions": 5,
            "started": "2026-11-20T10:00:00Z", **more}
    (home.state / "journal.json").write_text(json.dumps(text))


def point(version):
    (home.versions / "current").unlink()
    (home.versions / "current").symlink_to(version)


def blocked():
    path = home.state / "blocklist.json"
    return [v["version"] for v in json.loads(path.read_text())["versions"]] if path.exists() else []


def damage(version):
    (home.versions / version / "tool").write_bytes(b"#!/bin/sh\nexit 3\n")


LONG_AGO, FUTURE = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
JUST_NOW = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], check=True, capture_output=True, text=True).stdout.strip()
# sentence, journal, what else, command, expected: status, current, journal left, on the blocklist, word of the messages
LOOK = ["update", "--check"]
CASES = [
    ("DOWNLOADING is dropped", ("DOWNLOADING", {}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
    ("VERIFIED is dropped", ("VERIFIED", {}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
    ("STAGED is dropped", ("STAGED", {}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
    ("READY is dropped", ("READY", {}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
    ("ARMED before the switch is dropped", ("ARMED", {}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
    ("and what was staged is not fetched again", ("ARMED", {}), lambda: (point(OLD), shutil.move(world.asset(NEW), world.root / "away")),
     ["update", "--yes"], (0, NEW, False, []), "1.0.0 -> 1.1.0"),
    ("ARMED after the switch is finished", ("ARMED", {}), lambda: shutil.move(world.root / "away", world.asset(NEW)), LOOK, (0, NEW, False, []), "finished"),
    ("SWITCHED is finished", ("SWITCHED", {}), None, LOOK, (0, NEW, False, []), "finished"),
    ("SWITCHED to a damaged version goes back", ("SWITCHED", {}), lambda: damage(NEW), LOOK, (0, OLD, False, [NEW]), "not complete"),
    ("SWITCHED that was cut off twice is finished", ("SWITCHED", {"attempts": 2}), None, LOOK, (0, NEW, False, []), "finished"),
    ("SWITCHED that was cut off three times goes back", ("SWITCHED", {"attempts": 3}), None, LOOK, (0, OLD, False, [NEW]), "cut off 3 times"),
    ("SWITCHED, and somebody went back: on the blocklist", ("SWITCHED", {}), lambda: point(OLD), LOOK, (0, OLD, False, [NEW]), "by hand"),
    ("PROBATION without its judge is judged by probe", ("PROBATION", {"judge": "service", "probation": {"boots": 1, "started_boot_id": "x",
     "deadline_boottime_ms": 1}}), None, LOOK, (0, NEW, False, []), "finished"),
    ("PROBATION after three crashes goes back", ("PROBATION", {"judge": "service", "probation": {"boots": 3, "started_boot_id": "x",
     "deadline_boottime_ms": 1}}), None, LOOK, (0, OLD, False, [NEW]), "crashed 3 times"),
    ("PROBATION, and somebody went back", ("PROBATION", {"judge": "service"}), lambda: point(OLD), LOOK, (0, OLD, False, [NEW]), "by hand"),
    ("COMMITTED is only cleared up", ("COMMITTED", {}), None, LOOK, (0, NEW, False, []), ""),
    ("ROLLING_BACK is gone on with", ("ROLLING_BACK", {"reason": "it fell over"}), None, LOOK, (0, OLD, False, [NEW]), "it fell over"),
    ("ROLLING_BACK a third time too", ("ROLLING_BACK", {"attempts": 2}), None, LOOK, (0, OLD, False, [NEW]), ""),
    ("ROLLING_BACK a fourth time is BLOCKED, and what runs stays", ("ROLLING_BACK", {"attempts": 3}), None, ["update", "--yes"], (13, NEW, True, [NEW]), "failed 3 times"),
    ("and a damaged version does not stay", ("ROLLING_BACK", {"attempts": 3}), lambda: damage(NEW), ["update", "--yes"], (13, OLD, True, [NEW]), "failed 3 times"),
    ("ROLLED_BACK is only cleared up", ("ROLLED_BACK", {}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
    ("33 transitions are BLOCKED", ("SWITCHED", {"transitions": 33}), None, ["update", "--yes"], (13, NEW, True, [NEW]), "circles"),
    ("BLOCKED stays", ("BLOCKED", {"blocked_since": JUST_NOW, "reason": "why"}), None, ["update", "--yes"], (13, NEW, True, []), "repair"),
    ("BLOCKED for a day is tried again", ("BLOCKED", {"blocked_since": LONG_AGO}), None, LOOK, (0, NEW, False, []), "tried again"),
    ("BLOCKED since the future too", ("BLOCKED", {"blocked_since": FUTURE}), None, LOOK, (0, NEW, False, []), "tried again"),
    ("no journal, and current is damaged", None, lambda: (home.versions / NEW / "tool").unlink(), LOOK, (0, OLD, False, []), "damaged"),
    ("a first installation: SWITCHED without a version before", ("SWITCHED", {"from": None, "operation": "install"}), None, LOOK, (0, NEW, False, []), "finished"),
    ("another version is current", ("SWITCHED", {"from": "0.9.0"}), lambda: point(OLD), LOOK, (10, OLD, False, []), ""),
]
for sentence, state, before, command, expected, word in CASES:
    home.restore()
    if state:
        journal(state[0], **state[1])
    if before:
        before()
    result = home.agent(*command) if not expected[1] == OLD or (home.bin / "tool-updater").exists() else None
    found = (result.status, home.current(), (home.state / "journal.json").exists(), blocked())
    # Where the versions are the same again, a look of 1.0.0 sees 1.1.0; where that is blocked, nothing.
    good = found == expected or (expected[0] == 0 and found[0] in (10, 11) and found[1:] == expected[1:])
    tap.case(sentence, good and word in result.err + result.out, f"{found}, expected {expected}\n{result}")
    tap.case("and what PATH finds is whole: " + sentence, home.product_says() == f"tool {expected[1]}" and home.complete(expected[1]), home.product_says())

# BLOCKED, for people.
home.restore()
journal("BLOCKED", blocked_since=JUST_NOW, reason="going back failed")
for command, status in (["status"], 0), (["list", "--installed"], 0), (["version"], 0), (["rollback"], 13), (["update", "--unattended"], 13):
    tap.is_(f"BLOCKED: {command[0]}", home.agent(*command).status, status)
result = home.agent("doctor")
tap.case("doctor explains it and what to do", result.status == 13 and "going back failed" in result.out and "`tool-updater repair`" in result.out, result)

# A newer agent's journal.
home.restore()
newer = '{"schema": 2, "state": "SOMETHING"}'
(home.state / "journal.json").write_text(newer)
for command, status in (["status"], 0), (["list", "--installed"], 0), (["version"], 0), (["update", "--yes"], 3), (["rollback"], 3), (["notice"], 0):
    result = home.agent(*command)
    tap.case(f"a journal of a newer agent: {command[0]}", result.status == status and (status == 0 or "newer" in result.err), result)
tap.is_("and it is left as it is", ((home.state / "journal.json").read_text(), home.current()), (newer, NEW))

# Uninstall goes only forward.
REMOVING = {"operation": "uninstall", "from": None}
for command, status in (["update", "--yes"], 9), (["rollback"], 9), (["uninstall"], 0):
    home.restore()
    journal("REMOVING", **REMOVING)
    agent = home.versions / NEW / "tool-updater"
    (home.bin / "tool").unlink()
    result = home.run(agent, *command)
    tap.case(f"an uninstall that was cut off: {command[0]} finishes it", (result.status, home.root.exists(), list(home.bin.iterdir())) == (status, False, []), result)
home.restore()
journal("REMOVING", **REMOVING)
tap.case("doctor says so", "uninstall was cut off" in home.agent("doctor").out)
config = home.directory / ".config/tool-updater/config.toml"
home.agent("config", "set", "updates.keep_versions", "3")
journal("REMOVING", purge=True, **REMOVING)
result = home.install(NEW)
tap.is_("install finishes it, configuration and all, and installs anew", (result.status, home.current(), home.product_says(), config.exists(), home.leftovers(),
        (home.versions / OLD).exists()), (0, NEW, "tool 1.1.0", False, [], False))
world.close()
tap.done()
