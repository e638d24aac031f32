#!/usr/bin/env python3
"""A product that had no updater gets one: `install` takes over what install.sh had left, with real releases and the real script."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import LIBRARIES, PLATFORM, Tap, World  # noqa: E402

tap = Tap()
world = World()  # its compiler, its homes and its way to read them
RELEASER = os.environ["CCO_RELEASE"]
project = world.root / "project"
project.mkdir()
CONFIGURATION = """schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://example.com"
license = "MIT"
maintainer = "Somebody <somebody@example.com>"
[version]
scheme = "semver"
[build]
platforms = ["{platform}"]
binary = "{{version}}/tool"
allow_libraries = {libraries}
[archive]
files = ["README.md"]
{agent}
[sign]
public_key = "{key}"
key = "tool.key"
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/tool"
[installers]
"""


def release(*arguments):
    made = subprocess.run([RELEASER, *arguments], cwd=project, env={"PATH": "/usr/bin:/bin", "HOME": str(project)}, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        sys.exit(f"cco-release {arguments}: {made.stderr}")


def publish(version, agent):
    text = '[agent]\nbinary = "cco"\nprobe = ["tool", "--version"]' if agent else ""
    key = (project / "tool.pub").read_text().splitlines()[-1]
    (project / "cco-release.toml").write_text(CONFIGURATION.format(platform=PLATFORM, libraries=json.dumps(LIBRARIES), agent=text, key=key))
    if agent:
        release("trust", "init", "--preset", "ci-stable", "--no-password", "--keys", "offline")
    (project / version).mkdir()
    program = project / version / "tool"
    program.write_bytes(world.program(version))
    program.chmod(0o755)
    release("publish", "--version", version, "--date", f"2026-11-{version[0]}0T10:00:00Z")


release("keys", "new", "--out", "tool", "--no-password")
(project / "README.md").write_text("# tool\n")
(project / "cco").write_bytes(world.lean_agent())
site = project / "site"
publish("1.0.0", agent=False)
old_site = world.root / "old-site"
subprocess.run(["cp", "-a", site, old_site], check=True)
publish("2.0.0", agent=True)


def script(home, folder, *options, **environment):
    environment = {"SHELL": "/bin/bash", "PATH": "/usr/bin:/bin", **environment}
    return home.run("bash", folder / "install.sh", "--from", folder, *options, **environment)


def old_home(name):
    home = world.home(name)
    (home.directory / ".bashrc").write_text("alias x=y\n")
    result = script(home, old_site)
    if result.status != 0 or home.product_says() != "tool 1.0.0" or (home.bin / "tool").is_symlink():
        sys.exit(f"the script did not install a plain program: {result}")
    return home


home = old_home("plain")
old_receipt = home.root / "receipt.json"
tap.is_("without an updater install.sh leaves a receipt and its line in .bashrc",
        (old_receipt.exists(), "# >>> tool >>>" in (home.directory / ".bashrc").read_text()), (True, True))
result = script(home, site)
tap.is_("the script of the release with an updater takes that over", (result.status, home.product_says(), home.current()), (0, "tool 2.0.0", "2.0.0"))
tap.case("and says so", "taken over" in result.err, result)
tap.is_("PATH's names are links now, and the receipt has them",
        (os.readlink(home.bin / "tool"), sorted(json.loads((home.state / "receipt.json").read_text())["links"])),
        ("../share/tool-updater/versions/current/tool", ["tool", "tool-updater"]))
bashrc = (home.directory / ".bashrc").read_text()
tap.is_(".bashrc has one block, ours", (bashrc.count("# >>> tool >>>"), bashrc.count("# >>> tool-updater >>>"), bashrc.startswith("alias x=y\n")), (0, 1, True))
tap.is_("nothing of the old installation is left", (old_receipt.exists(), (home.root / "files").exists(), home.leftovers()), (False, False, []))
before = sorted(str(p) for p in home.directory.rglob("*"))
tap.is_("again: nothing changes", (script(home, site).status, sorted(str(p) for p in home.directory.rglob("*"))), (0, before))
result = home.agent("uninstall")
tap.is_("uninstall takes back all of it", (result.status, (home.directory / ".bashrc").read_text(), [str(p) for p in home.directory.rglob("*tool*")]),
        (0, "alias x=y\n", []))

home = old_home("changed")
(home.bin / "tool").write_text("#!/bin/sh\necho mine\n")
result = script(home, site)
tap.is_("a program that somebody changed is not replaced: status 3 that names it",
        (result.status, str(home.bin / "tool") in result.err, (home.bin / "tool").read_text()), (3, True, "#!/bin/sh\necho mine\n"))
tap.case("and its receipt stays", (home.root / "receipt.json").exists())

home = old_home("hands-off")
result = script(home, site, "--no-modify-path")
tap.is_("--no-modify-path takes the programs over and leaves shell files alone",
        (result.status, home.product_says(), (home.directory / ".bashrc").read_text().count("# >>> tool >>>")), (0, "tool 2.0.0", 1))

home = old_home("damaged")
(home.root / "receipt.json").write_text('{"schema": 1, ')
result = script(home, site)
tap.is_("a damaged receipt of the script: status 3 that names it, and the program stays",
        (result.status, str(home.root / "receipt.json") in result.err, home.product_says()), (3, True, "tool 1.0.0"))

# A kill at each step: a whole program before and after, and the next installation finishes the work.
home = old_home("killed")
subprocess.run(["cp", "-a", home.directory, world.root / "killed.saved"], check=True)
unpacked = world.root / "unpacked"
unpacked.mkdir()
asset = f"tool-v2.0.0-{PLATFORM}.tar.gz"
subprocess.run(["tar", "-xzf", site / "releases/v2.0.0" / asset, "-C", unpacked], check=True)
command = [next(unpacked.rglob("tool-updater")), "install", "--archive", site / "releases/v2.0.0" / asset, "--base-url", f"file://{site}"]
KILL_AT = os.environ["KILL_AT"]


def fresh():
    subprocess.run(["rm", "-rf", home.directory], check=True)
    subprocess.run(["cp", "-a", world.root / "killed.saved", home.directory], check=True)


fresh()
count = int(home.run(KILL_AT, "--count", "--", *command).out.strip().splitlines()[-1])
points = sorted({1 + i * (count - 1) // 29 for i in range(30)} | set(range(max(1, count - 25), count + 1)))
bad = []
for point in points:
    fresh()
    home.run(KILL_AT, "--at", point, "--", *command)
    said = home.product_says()
    again = home.run(*command)
    if said not in ("tool 1.0.0", "tool 2.0.0"):
        bad.append(f"killed at {point}: PATH says {said!r}")
    if again.status != 0 or home.product_says() != "tool 2.0.0" or home.leftovers() or (home.root / "receipt.json").exists():
        bad.append(f"killed at {point}, then install: {again} {home.product_says()} {home.leftovers()}")
tap.is_(f"killed at {len(points)} of {count} points: never without the program, and the next installation finishes it", bad[:3], [])
world.close()
tap.done()
