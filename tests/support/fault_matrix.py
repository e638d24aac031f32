"""Commands of an agent, disturbed at their state-changing system calls; the oracle of what may never happen.

Used by tests/agent/kill_test.py (kills) and tests/agent/matrix_test.py (errors, a full disk, short writes).
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import sys

from agent_world import World, is_sanitized, sha256
from deltas import zstd_patch

KILL_AT = os.environ["KILL_AT"]


class Case:
    """A command in a home as it was saved, what may be there afterwards, and the command that follows."""

    def __init__(self, name, saved, command, versions, follow=None, target=None, may_be_gone=False, follow_status=0):
        self.name, self.saved, self.command, self.versions = name, saved, command, versions
        self.follow = follow or command
        self.target = target  # what status 0 promises; None: nothing is promised
        self.may_be_gone, self.follow_status = may_be_gone, follow_status


class Matrix:
    """A world with 1.0.0, 1.1.0 and 1.2.0, and a home for each situation that a command begins with."""

    def __init__(self):
        self.world = World()
        for version in ("1.0.0", "1.1.0"):
            self.world.release(version)
        self.release_with_delta("1.1.0", "1.2.0")
        self.home = self.world.home()
        self.updater = self.home.bin / "tool-updater"
        self.outside = {}
        (self.home.directory / "mine").write_text("not the agent's\n")
        self.bootstrap = self.home.bootstrap("1.2.0")
        self.cases = self.make_cases()

    def save(self, name):
        saved = self.world.root / name
        shutil.copytree(self.home.directory, saved, symlinks=True)
        return saved

    def release_with_delta(self, old, new):
        files = [("README.md", b"of the new one\n"), ("tool", self.world.program(new)), ("tool-updater", self.world.stamped(new))]
        base = self.world.stamped(old)
        delta = zstd_patch(self.world, base, files[2][1], files[:2])
        path = self.world.asset(new).with_name("tool-updater.delta")
        path.parent.mkdir(parents=True)
        path.write_bytes(delta)
        self.world.release(new, files=files, deltas=[
            {"from_sha256": sha256(base), "path": "tool-updater", "format": "zstd-patch", "sha256": sha256(delta), "size": len(delta),
             "url": f"https://127.0.0.1:1/tool/releases/v{new}/{path.name}"}])

    def make_cases(self):
        home, updater, url = self.home, self.updater, self.world.url
        install = [self.bootstrap, "install", "--version", "1.2.0", "--base-url", url]
        nothing = self.save("nothing")
        self.expect(home.install("1.0.0"))
        old = self.save("old")
        self.expect(home.agent("update", "--yes", "--version", "1.1.0"))
        self.expect(home.agent("config", "set", "updates.keep_versions", "5"))
        middle = self.save("middle")
        updated = home.agent("update", "--yes", "--json")
        self.expect(updated)
        if not json.loads(updated.out)["by_delta"]:
            sys.exit(f"no delta was used: {updated}")
        self.expect(home.agent("config", "unset", "updates.keep_versions"))
        three = self.save("three")
        (home.versions / "1.2.0" / "tool").write_bytes(b"damaged")
        damaged = self.save("damaged")
        outside = self.world.root / "agent" / "tool-updater"
        outside.parent.mkdir()
        shutil.copy(home.versions / "1.1.0" / "tool-updater", outside)
        return [
            Case("install", nothing, install, ["1.2.0"], target="1.2.0", may_be_gone=True),
            Case("update", old, [updater, "update", "--yes"], ["1.0.0", "1.2.0"], target="1.2.0"),
            Case("update by delta", middle, [updater, "update", "--yes"], ["1.1.0", "1.2.0"], target="1.2.0"),
            Case("rollback", three, [updater, "rollback"], ["1.2.0", "1.1.0"], [updater, "rollback", "--to", "1.1.0"], target="1.1.0"),
            # Three are here and two are kept: what this update commits is followed by the removal of two.
            Case("clean-up", three, [updater, "update", "--yes", "--version", "1.0.0"], ["1.2.0", "1.0.0"], target="1.0.0"),
            Case("repair", damaged, [outside, "repair"], ["1.1.0"], target="1.1.0"),
            Case("uninstall", three, [outside, "uninstall"], ["1.2.0"], install, may_be_gone=True),
        ]

    def expect(self, result):
        if result.status != 0:
            sys.exit(f"what a case begins with could not be made: {result}")

    def restore(self, case, saved=None):
        """The home as a case begins, or as `saved` has it; the same path, because links name it. No copy of programs: the agent never writes
        into one that is in place, and verify_saved() looks at the end."""
        shutil.rmtree(self.home.directory)
        shutil.copytree(saved or case.saved, self.home.directory, symlinks=True, copy_function=link_programs)
        self.outside = self.strangers()

    def state(self):
        """What is on the disk, but for times, random names and who held the lock: two homes of one state have one future."""
        digest = hashlib.sha256()
        for path in sorted(self.home.directory.rglob("*")):
            content = b""
            if path.is_symlink():
                content = os.fsencode(os.readlink(path))
            elif path.is_file() and path.name != "lock":
                content = path.read_bytes()
            name = os.fsencode(path.relative_to(self.home.directory))
            digest.update(repr((without_chance(name), oct(path.lstat().st_mode), sha256(without_chance(content)))).encode())
        return digest.hexdigest()

    def strangers(self):
        """What lies outside of the root and its links."""
        out = {}
        for path in self.home.directory.rglob("*"):
            relative = str(path.relative_to(self.home.directory))
            if path.is_file() and not relative.startswith((".local/", "unpacked", ".config/")):
                out[relative] = sha256(path.read_bytes())
        return out

    def count(self, case, command=None):
        counted = self.home.run(KILL_AT, "--count", "--", *(command or case.command))
        return int(counted.out.strip().splitlines()[-1])

    def wrong(self, case, status=None):
        """What is wrong with what is there now; "" where nothing is. A damaged current version is what `repair` begins with."""
        current = self.home.current()
        if self.strangers() != self.outside:
            return "something outside of the root has changed"
        if case.name == "repair" and current == "1.2.0" and status != 0:
            return ""
        says = self.home.product_says()
        if status == 0 and case.target and (says != f"tool {case.target}" or current != case.target):
            return f"status 0, but PATH says {says!r} and {current} is current"
        if says is None and case.may_be_gone:
            return ""
        if says not in [f"tool {v}" for v in case.versions]:
            return f"PATH says {says!r}"
        if current not in case.versions or not self.home.complete(current):
            return f"current {current} is not complete"
        return ""

    def settle(self, case):
        """The next command leaves nothing behind."""
        result = self.home.run(*case.follow)
        if result.status != case.follow_status:
            return f"the next command ended with {result}"
        if self.home.leftovers():
            return f"the next command left {self.home.leftovers()}"
        return self.wrong(case if case.name != "uninstall" else Case("install", None, [], ["1.2.0"]))

    def try_point(self, case, options, statuses):
        """One disturbed run and the next command; what was wrong, or ""."""
        self.restore(case)
        result = self.home.run(KILL_AT, *map(str, options), "--", *case.command)
        if result.status not in statuses:
            return f"{options}: {result}"
        first = self.wrong(case, result.status)
        second = "" if first else self.settle(case)
        return f"{options}: {first or second}; before: {result}" if first or second else ""

    def verify_saved(self):
        """No file of a saved home was written into while it was linked."""
        out = []
        for case in self.cases:
            versions = case.saved / ".local/share/tool-updater/versions"
            for version in ("1.0.0", "1.1.0", "1.2.0"):
                path = versions / version / "tool-updater"
                if path.exists() and sha256(path.read_bytes()) != sha256(self.world.stamped(version)):
                    out.append(str(path))
        return out


def link_programs(source, target):
    """A copy, but a link of a program that is in place."""
    if "/versions/" in str(source) and os.path.getsize(source) > 65536:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def without_chance(content):
    """Bytes without the times and random digits in them; programs as they are."""
    if len(content) > 65536:
        return content
    return re.sub(rb"\b([0-9a-f]{32}|[0-9a-f]{16})\b", b"random", re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"time", content))


def sample(count, size):
    """`size` points of 1..count, evenly, the first and the last among them; all of them where size is 0."""
    if not size or count <= size:
        return list(range(1, count + 1))
    if size == 1:
        return [1 + count // 2]
    return sorted({1 + index * (count - 1) // (size - 1) for index in range(size)})


def points_asked_for(cases=None):
    """By this script's arguments: a function of a count and the size of a sample. --all: every point, with --step N each N-th; else the sample.
    With a list of cases, their names may be given: the others are taken out of it, so that several processes may share the work."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--step", type=int, default=1)
    if cases is not None:
        arguments.add_argument("cases", nargs="*", choices=[[], *[case.name for case in cases]])
    asked = arguments.parse_args()
    if cases is not None and asked.cases:
        cases[:] = [case for case in cases if case.name in asked.cases]
    return lambda count, size: list(range(1, count + 1, asked.step)) if asked.all else sample(count, short_form(size))


def short_form(size):
    """How many points CI takes; a sanitizer costs five times as much."""
    return max(1, size // 4) if is_sanitized() else size
