#!/usr/bin/env python3
"""docs/security/incidents.md: its commands, in its order, against thieves who have used what they stole (with cco-release itself, on a
copy of the project), as three users see it: one who followed the thief, one who slept meanwhile, and one who comes afterwards."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests", "support"))
from agent_world import LIBRARIES, PLATFORM, Tap, World  # noqa: E402

tap = Tap()
PAGE = (pathlib.Path(os.environ["SOURCE_ROOT"]) / "docs" / "security" / "incidents.md").read_text()
BLOCKS = {}
for mark, text in re.findall(r"<!-- (.*?) -->\n```sh\n(.*?)```", PAGE, re.S):
    tap.case(f"{mark}: the block is there once", mark not in BLOCKS)
    BLOCKS[mark] = text.splitlines()
tap.is_("every block of commands is marked", PAGE.count("```sh"), len(BLOCKS))
run_blocks = set()


class Project:
    """A maintainer's home with keys in ~/keys, and a repository with its site."""

    users = 0

    def __init__(self, world, name, preset):
        self.world = world
        self.home = world.root / name
        self.folder = self.home / "tool"
        self.site = self.folder / "site"
        self.folder.mkdir(parents=True)
        bin_folder = self.home / "bin"
        bin_folder.mkdir()
        wrapper = bin_folder / "cco-release"  # what a person would answer: no passwords here, yes to what is signed
        wrapper.write_text(f"""#!/bin/sh
case "$1 $2" in
"trust sign") exec {os.environ["CCO_RELEASE"]} "$@" --yes ;;
"keys new") exec {os.environ["CCO_RELEASE"]} "$@" --no-password ;;
esac
exec {os.environ["CCO_RELEASE"]} "$@"
""")
        wrapper.chmod(0o755)
        self.must("git init -q .")
        one_key = preset == "ci-stable"
        for key in ["root-1", "root-2", "release"] + ([] if one_key else ["online"]):
            self.must(f"cco-release keys new --out ~/keys/{key}")
        if one_key:
            for end in ("key", "pub"):
                shutil.copy(self.home / "keys" / f"release.{end}", self.home / "keys" / f"online.{end}")
        (self.folder / "cco").write_bytes(world.lean_agent())
        self.configure(preset, {"root": ["root-1", "root-2"], "stable": ["release"], "online": ["online"]})
        self.must("cco-release trust init --key ~/keys/root-1.key")
        (self.folder / ".gitignore").write_text("*\n!cco-release.toml\n!trust\n!trust/**\n")
        self.must("git add cco-release.toml trust && git commit -qm 'Add trust metadata'")

    def line(self, key):
        return (self.home / "keys" / f"{key}.pub").read_text().splitlines()[-1]

    def configure(self, preset, roles, sign_key="release", more=""):
        keys = "\n".join(f"{role} = {json.dumps([self.line(key) for key in names])}" for role, names in roles.items())
        (self.folder / "cco-release.toml").write_text(f"""schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://example.com"
license = "MIT"
[build]
platforms = ["{PLATFORM}"]
binary = "{{version}}/tool"
allow_libraries = {json.dumps(LIBRARIES)}
[agent]
binary = "cco"
probe = ["tool", "--version"]
[sign]
public_key = "{self.line(sign_key)}"
key = "~/keys/{sign_key}.key"
{more}
[trust]
preset = "{preset}"
[trust.keys]
{keys}
[[destination]]
type = "directory"
path = "{self.site}"
url = "https://releases.example.com/tool"
[installers]
""")

    def run(self, command):
        environment = {"PATH": f"{self.home / 'bin'}:/usr/bin:/bin", "HOME": str(self.home)}
        for who in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{who}_NAME": "Somebody", f"GIT_{who}_EMAIL": "somebody@example.com"}
        return subprocess.run(["bash", "-euc", command], cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def must(self, command):
        done = self.run(command)
        if done.returncode != 0:
            sys.exit(f"{command}: {done.stdout}{done.stderr}")

    def program(self, version):
        (self.folder / version).mkdir()
        program = self.folder / version / "tool"
        program.write_bytes(self.world.program(version))
        program.chmod(0o755)

    def publish(self, version, options="--key ~/keys/online.key"):
        self.program(version)
        self.must(f"cco-release publish --version {version} {options}")

    def follow(self, mark, status=0):
        """Runs a block of the page; what it says comes back."""
        run_blocks.add(mark)
        said = ""
        for command in BLOCKS[mark]:
            done = self.run(command)
            said += done.stdout + done.stderr
            tap.is_(f"{mark}: {command}", (done.returncode, "" if done.returncode == status else done.stderr), (status, ""))
        return said

    def thief(self):
        """A copy of the project, as whoever has the keys and the site makes it; its site is the same."""
        other = Project.__new__(Project)
        other.world = self.world
        other.home = self.home.with_name(self.home.name + "-thief")
        shutil.copytree(self.home, other.home, symlinks=True)
        other.folder, other.site = other.home / "tool", self.site
        for gone in ("site", "dist"):
            shutil.rmtree(other.folder / gone, ignore_errors=True)
        return other

    def user(self):
        Project.users += 1
        home = self.world.home(f"user-{Project.users}")
        done = home.run("bash", self.site / "install.sh", "--from", self.site, SHELL="/bin/sh")
        if done.status != 0:
            sys.exit(f"install.sh: {done}")
        home.run(home.bin / "tool-updater", "config", "set", "updates.base_url", f"file://{self.site}")
        return home


def updates_to(sentence, home, version):
    done = home.agent("update", "--yes")
    tap.case(sentence, done.status == 0 and home.product_says() == f"tool {version}", f"{done}\n{home.product_says()}")


def knows_nothing_of(sentence, home, version):
    listed = home.agent("list")
    tap.case(sentence, listed.status == 0 and not re.search(re.escape(version) + " +available", listed.out), str(listed))


def everybody_is_well(name, project, follower, sleeper, version, evil):
    updates_to(f"{name}: who followed the thief is at {version}", follower, version)
    updates_to(f"{name}: so is who slept", sleeper, version)
    newcomer = project.user()
    tap.is_(f"{name}: a new user gets it", newcomer.product_says(), f"tool {version}")
    updates_to(f"{name}: and finds nothing newer", newcomer, version)
    for who, home in (("who followed", follower), ("who slept", sleeper), ("a new user", newcomer)):
        if evil:
            knows_nothing_of(f"{name}: {who} is shown nothing of the thief's release", home, evil)
    # Each publish adds to what is remembered.
    changed = project.run("git status --porcelain -- . ':!trust/public.json'").stdout
    tap.is_(f"{name}: everything is committed", changed, "")


def begin(world, name, preset):
    project = Project(world, name, preset)
    project.publish("1.0.0")
    follower, sleeper = project.user(), project.user()
    project.publish("1.1.0")
    updates_to(f"{name}: before it, all is well", follower, "1.1.0")
    return project, follower, sleeper


def online_key_is_stolen(world):
    name = "online key"
    project, follower, sleeper = begin(world, "online", "solo")
    thief = project.thief()
    # He has no release key: what it should sign he signs with the stolen one.
    thief.configure("ci-stable", {"root": ["root-1", "root-2"], "stable": ["online"], "online": ["online"]}, "online",
                    f'former_public_keys = ["{project.line("release")}"]')
    (thief.home / "keys" / "release.key").unlink()
    thief.publish("1.9.0-nightly.1", "--channel nightly")
    updates_to(f"{name}: the thief ships no stable release", follower, "1.1.0")
    nightly = project.user()
    nightly.agent("config", "set", "updates.channel", "nightly")
    shown = nightly.agent("update", "--check")
    tap.case(f"{name}: who follows nightly is shown his", "1.9.0-nightly.1" in shown.out + shown.err, str(shown))
    project.follow("online key: make")
    project.configure("solo", {"root": ["root-1", "root-2"], "stable": ["release"], "online": ["online-2"]},
                      more=f'stolen_public_keys = ["{project.line("online")}"]')
    project.follow("online key: change")
    for who, home in (("who followed", follower), ("a follower of nightly", nightly)):
        updates_to(f"{name}: the new timestamp is believed at once by {who}", home, "1.1.0")
    project.program("2.0.0")
    refused = project.run("cco-release publish --version 2.0.0 --key ~/keys/online-2.key")
    tap.case(f"{name}: what he listed is named", refused.returncode == 7 and "--leave-out 1.9.0-nightly.1" in refused.stderr, refused.stderr)
    project.follow("online key: publish")
    project.follow("online key: check")
    everybody_is_well(name, project, follower, sleeper, "2.0.0", "1.9.0-nightly.1")
    updates_to(f"{name}: who follows nightly is well, too", nightly, "2.0.0")
    knows_nothing_of(f"{name}: and is shown nothing of the thief's build", nightly, "1.9.0-nightly.1")


def release_key_is_stolen(world, preset):
    name = f"release key, {preset}"
    project, follower, sleeper = begin(world, preset, preset)
    thief = project.thief()
    thief.publish("1.9.0")
    updates_to(f"{name}: the thief ships a release", follower, "1.9.0")
    project.follow("release key: make")
    new = {"root": ["root-1", "root-2"], "stable": ["release-2"], "online": ["online-2"]}
    if preset == "ci-stable":
        for end in ("key", "pub"):
            shutil.copy(project.home / "keys" / f"release-2.{end}", project.home / "keys" / f"online-2.{end}")
    project.configure(preset, new, "release-2", f'stolen_public_keys = ["{project.line("release")}"]')
    project.follow("release key: change")
    project.program("2.0.0")
    said = project.follow("release key: refused", 7)
    tap.case(f"{name}: it names what only the stolen key lists", "a stolen key lists 1.9.0 (stable)" in said and "--leave-out 1.9.0" in said, said)
    project.follow("release key: publish")
    project.follow("release key: check")
    everybody_is_well(name, project, follower, sleeper, "2.0.0", "1.9.0")
    listed = json.loads((project.site / "version-manifest.json").read_text())
    tap.is_(f"{name}: what was there before the thief is still there", sorted(listed["versions"]), ["1.0.0", "1.1.0", "2.0.0"])
    back = follower.agent("update", "--version", "1.1.0", "--yes")
    tap.case(f"{name}: and can be installed", back.status == 0 and follower.product_says() == "tool 1.1.0", str(back))
    # The thief tries again with what he has.
    again = thief.run("cco-release publish --version 3.0.0 --key ~/keys/online.key")
    tap.case(f"{name}: the thief's next release is refused by his own tool", again.returncode != 0, again.stdout + again.stderr)


def root_key_is_lost(world):
    name = "root key"
    project, follower, sleeper = begin(world, "root", "solo")
    (project.home / "keys" / "root-1.key").unlink()
    project.follow("root key: make")
    project.configure("solo", {"root": ["root-2", "root-3"], "stable": ["release"], "online": ["online"]})
    project.follow("root key: change")
    project.follow("root key: check")
    project.publish("2.0.0")
    everybody_is_well(name, project, follower, sleeper, "2.0.0", None)


def release_key_is_lost(world):
    name = "lost release key"
    project, follower, sleeper = begin(world, "lost", "solo")
    (project.home / "keys" / "release.key").unlink()
    project.follow("lost release key: make")
    project.configure("solo", {"root": ["root-1", "root-2"], "stable": ["release-2"], "online": ["online"]}, "release-2",
                      f'former_public_keys = ["{project.line("release")}"]')
    project.program("2.0.0")
    project.follow("lost release key: change")
    project.follow("lost release key: check")
    everybody_is_well(name, project, follower, sleeper, "2.0.0", None)


def release_is_bad(world):
    name = "bad release"
    project, follower, sleeper = begin(world, "bad", "solo")
    back = follower.agent("rollback")
    tap.case(f"{name}: a user can go back", back.status == 0 and follower.product_says() == "tool 1.0.0", str(back))
    project.program("1.1.1")
    project.follow("bad release: publish")
    project.follow("bad release: check")
    everybody_is_well(name, project, follower, sleeper, "1.1.1", None)


world = World()
try:
    release_key_is_stolen(world, "solo")
    release_key_is_stolen(world, "ci-stable")
    online_key_is_stolen(world)
    root_key_is_lost(world)
    release_key_is_lost(world)
    release_is_bad(world)
finally:
    world.close()
tap.is_("every block of the page was run", sorted(run_blocks), sorted(BLOCKS))
tap.done()
