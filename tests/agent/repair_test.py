#!/usr/bin/env python3
"""`repair`, recover.sh without a working agent, and what clean-up keeps."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
world = World()
for version in ("1.0.0", "1.1.0", "1.2.0"):
    world.release(version)
home = world.home()
home.install("1.0.0")
home.agent("config", "set", "updates.keep_versions", "5")
for version in ("1.1.0", "1.2.0"):
    home.agent("update", "--yes", "--version", version)
home.save()  # 1.2.0 is current, 1.1.0 previous, 1.0.0 kept
NEWEST = home.versions / "1.2.0"
agent = home.directory.with_name("agent") / "tool-updater"
agent.parent.mkdir()
shutil.copy(NEWEST / "tool-updater", agent)


def spoil(version, name="tool"):
    """One bit, which only reading all bytes shows."""
    path = home.versions / version / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def repair(*arguments):
    """By an agent that is no part of what is damaged."""
    return home.run(agent, "repair", *arguments)


def outcome(result):
    return result.status, home.current(), home.complete(home.current() or "none"), home.leftovers()


result = repair()
tap.is_("repair of what is whole mends nothing", (outcome(result), "nothing to mend" in result.out), ((0, "1.2.0", True, []), True))
result = repair("--json")
tap.is_("as JSON too", {k: json.loads(result.out)[k] for k in ("schema", "product", "action", "version", "remarks")},
        {"schema": 1, "product": "tool", "action": "unchanged", "version": "1.2.0", "remarks": []})

# A damaged current version: previous, another one, the site.
(NEWEST / "tool").unlink()
tap.case("status tells what mends it", "no: files are missing or changed; `tool-updater repair` mends it\n" in home.run(NEWEST / "tool-updater", "status").out)
home.restore()
spoil("1.2.0")
result = repair("--json")
tap.is_("current is damaged: the previous version takes its place", outcome(result), (0, "1.1.0", True, []))
tap.is_("as JSON", (json.loads(result.out)["action"], json.loads(result.out)["from"], json.loads(result.out)["version"]), ("repaired", "1.2.0", "1.1.0"))
tap.case("and the damaged one is gone", not NEWEST.exists())
result = home.agent("rollback")
tap.case("what is current now is no version before: there is no way back to it", result.status == 9 and "no previous version is kept" in result.err, result)
tap.is_("status says so too", json.loads(home.agent("status", "--json").out)["previous"], None)
home.restore()
spoil("1.2.0")
spoil("1.1.0")
result = repair()
tap.is_("previous is damaged too: the newest that is whole", outcome(result), (0, "1.0.0", True, []))
tap.is_("and previous leads nowhere wrong", (home.versions / "previous").is_symlink(), False)
home.restore()
for version in ("1.0.0", "1.1.0", "1.2.0"):
    spoil(version)
site = world.root / "site.away"
shutil.move(world.site, site)
result = repair()
tap.is_("nothing is whole and there is no site: an error that says so", (result.status, home.current()), (6, "1.2.0"))
shutil.move(site, world.site)
result = repair()
tap.is_("nothing is whole: the site has it", outcome(result), (0, "1.2.0", True, []))
tap.is_("and PATH finds it", home.product_says(), "tool 1.2.0")
home.restore()
shutil.rmtree(NEWEST)
shutil.rmtree(home.versions / "1.1.0")
(home.versions / "current").unlink()
(home.versions / "previous").unlink()
result = repair()
tap.is_("no link at all: the version that is there", outcome(result), (0, "1.0.0", True, []))

home.restore()
spoil("1.2.0")
result = home.agent("repair")
tap.is_("by the damaged version's own agent: it goes once it no longer runs", ((result.status, home.current()), home.agent("update", "--check").status, NEWEST.exists()),
        ((0, "1.1.0"), 10, False))

# Links, receipt, recover.sh.
home.restore()
(home.bin / "tool").unlink()
(home.state / "receipt.json").unlink()
(home.root / "recover.sh").unlink()
result = home.run(NEWEST / "tool-updater", "repair")
tap.is_("links, receipt and recover.sh are made anew", (outcome(result), home.product_says(), (home.state / "receipt.json").exists(),
        (home.root / "recover.sh").exists()), ((0, "1.2.0", True, []), "tool 1.2.0", True, True))
home.restore()
(home.bin / "tool").unlink()
(home.bin / "tool").write_text("mine\n")
result = repair()
tap.case("a foreign file in the way stays and is named", (home.bin / "tool").read_text() == "mine\n" and "is not ours" in result.err, result)

# What a mended installation forgets.
home.restore()
(home.state / "journal.json").write_text(json.dumps({"schema": 1, "id": "0", "operation": "update", "state": "BLOCKED", "from": "1.1.0", "to": "1.2.0", "sha256": "0" * 64,
                                                      "attempts": 0, "transitions": 9, "started": "2026-11-20T10:00:00Z", "blocked_since": "2026-11-22T00:00:00Z"}))
tap.is_("BLOCKED ends with repair", (outcome(repair()), home.agent("update", "--yes").status), ((0, "1.2.0", True, []), 0))

# recover.sh, with an agent that does not even start.
for shell in (["sh"], ["dash"], ["busybox", "sh"], ["bash", "--posix"]):
    if not shutil.which(shell[0]):
        tap.case(f"{shell[0]} is there", False, "ci/deps installs it")
        continue
    home.restore()
    for name in ("tool", "tool-updater"):
        (NEWEST / name).write_bytes(b"\0" * 100)
    result = home.run(*shell, home.root / "recover.sh")
    tap.is_(f"{' '.join(shell)}: recover.sh goes back with a damaged agent", (result.status, home.product_says(), home.agent("--version").status), (0, "tool 1.1.0", 0))
    result = home.run(*shell, home.root / "recover.sh")
    tap.case("run again it claims no second step back, and names what there is", result.status == 2 and home.current() == "1.1.0"
             and result.err.splitlines()[1:] == ["  1.0.0", "  1.1.0 (current)", "  1.2.0"], result)
    tap.is_("and repair mends the rest", (outcome(home.agent("repair")), NEWEST.exists()), ((0, "1.1.0", True, []), False))
    home.restore()
    result = home.run(*shell, home.root / "recover.sh", "1.0.0", before=["env", "-i"])
    tap.is_(f"{' '.join(shell)}: to a version that is named, from an empty environment", (result.status, home.product_says()), (0, "tool 1.0.0"))
    statuses = [home.run(*shell, home.root / "recover.sh", bad).status for bad in ("9.9.9", "../1.0.0", "current", ".")]
    tap.is_(f"{' '.join(shell)}: and to nothing else", (statuses, home.current()), ([9, 2, 2, 2], "1.0.0"))

# What clean-up keeps: current, previous, the pin, and what runs.
home.restore()
home.agent("config", "unset", "updates.keep_versions")
home.agent("config", "set", "updates.pin_version", "1.0")
world.release("1.3.0")
versions = lambda: sorted(p.name for p in home.versions.iterdir() if not p.is_symlink())
home.agent("update", "--yes", "--version", "1.3.0")
tap.is_("the pinned version stays, the others go", versions(), ["1.0.0", "1.2.0", "1.3.0"])
home.agent("config", "unset", "updates.pin_version")
# One that runs under another name: a link to the same file, as another mount would show it.
sleeper = home.versions / "1.0.0/sleeper"
shutil.copy("/bin/sleep", sleeper)
os.link(sleeper, home.directory / "sleeper")
process = subprocess.Popen([home.directory / "sleeper", "600"])
world.release("1.5.0")
home.agent("update", "--yes", "--version", "1.5.0")
running = versions()
process.kill()
process.wait()
home.agent("update", "--yes", "--version", "1.3.0")
tap.is_("a version that a process runs from stays, whatever its path is", "1.0.0" in running, True)
tap.is_("and goes once it has ended", versions(), ["1.3.0", "1.5.0"])
world.close()
tap.done()
