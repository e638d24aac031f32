#!/usr/bin/env python3
"""What `cco-release yank`, `rollback`, `halt`, `rollout`, `floor`, `deprecate` and `promote` do to machines: real updaters, unattended and by
hand, on a site that cco-release publishes."""
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests", "support"))
from agent_world import LIBRARIES, PLATFORM, Tap, World  # noqa: E402

tap = Tap()


class Project:
    users = 0

    def __init__(self, world):
        self.world = world
        self.folder = world.root / "project"
        self.site = self.folder / "site"
        self.folder.mkdir()
        self.must("keys", "new", "--out", "release", "--no-password")
        (self.folder / "cco").write_bytes(world.lean_agent())
        libraries = ", ".join(f'"{name}"' for name in LIBRARIES)
        (self.folder / "cco-release.toml").write_text(f"""schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://example.com"
license = "MIT"
[build]
platforms = ["{PLATFORM}"]
binary = "{{version}}/tool"
allow_libraries = [{libraries}]
[agent]
binary = "cco"
probe = ["tool", "--version"]
[sign]
public_key = "{(self.folder / 'release.pub').read_text().splitlines()[-1]}"
key = "release.key"
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/tool"
[installers]
""")
        self.must("trust", "init", "--preset", "solo", "--keys", "keys", "--no-password")

    def run(self, *arguments):
        return subprocess.run([os.environ["CCO_RELEASE"], *arguments], cwd=self.folder, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
                              capture_output=True, text=True, check=False)

    def must(self, *arguments):
        done = self.run(*arguments)
        if done.returncode != 0:
            sys.exit(f"{arguments}: {done.stdout}{done.stderr}")

    def publish(self, version):
        (self.folder / version).mkdir()
        program = self.folder / version / "tool"
        program.write_bytes(self.world.program(version))
        program.chmod(0o755)
        self.must("publish", "--version", version, "--date", "2026-01-02", "--key", "keys/tool-online.key")

    def point(self, *arguments):
        done = self.run(*arguments, "--yes", "--key", "keys/tool-online.key")
        tap.is_(" ".join(arguments), (done.returncode, done.stderr if done.returncode else ""), (0, ""))

    def user(self):
        Project.users += 1
        home = self.world.home(f"user-{Project.users}")
        done = home.run("bash", self.site / "install.sh", "--from", self.site, SHELL="/bin/sh")
        if done.status != 0:
            sys.exit(f"install.sh: {done}")
        for key, value in (("updates.base_url", f"file://{self.site}"), ("updates.auto_install", "true")):
            home.run(home.bin / "tool-updater", "config", "set", key, value)
        return home


def says(sentence, home, version):
    tap.is_(sentence, home.product_says(), f"tool {version}")


def updates(sentence, home, version, *options):
    done = home.agent("update", *(options or ("--yes",)))
    tap.case(sentence, done.status == 0 and home.product_says() == f"tool {version}", f"{done}\n{home.product_says()}")
    return done.out + done.err


def bucket(home, version):
    """The place of a machine, by the formula of the design."""
    install_id = (home.state / "install_id").read_text().strip()
    digest = hashlib.sha256(b"cco-rollout-v1\0" + install_id.encode() + b"\0" + version.encode() + b"\0stable").digest()
    return int.from_bytes(digest[:8], "big") % 10000


def percent(basis_points):
    return f"{basis_points // 100}.{basis_points % 100:02d}"


def main():
    world = World()
    project = Project(world)
    project.publish("1.0.0")
    first, second = project.user(), project.user()
    project.publish("1.1.0")
    updates("a user takes 1.1.0", first, "1.1.0")

    project.point("yank", "1.1.0", "--reason", "loses settings")
    told = first.agent("update", "--check")
    tap.case("who has it reads why it was withdrawn", "loses settings" in told.out + told.err, told)
    updates("and leaves it unattended", first, "1.0.0", "--unattended")
    updates("nobody else gets it", second, "1.0.0")
    says("new installations get the one before", project.user(), "1.0.0")
    project.point("unyank", "1.1.0")
    updates("after it was taken back it is taken again", second, "1.1.0")

    project.publish("1.2.0")
    project.publish("1.3.0")
    third = project.user()
    says("a new user has the newest", third, "1.3.0")
    updates("another one, too", second, "1.3.0")
    project.point("rollback", "stable", "--to", "1.1.0")
    updates("after a rollback who was updated returns", second, "1.1.0", "--unattended")
    updates("so does who began there", third, "1.1.0", "--unattended")
    says("and new installations get that version", project.user(), "1.1.0")
    refused = third.agent("update", "--version", "1.3.0", "--yes")
    tap.case("a withdrawn version is not had by its name", refused.status == 9 and third.product_says() == "tool 1.1.0", refused)

    project.publish("1.4.0")
    project.point("halt", "stable", "--reason", "crashes are looked at")
    held = third.agent("update", "--unattended")
    tap.case("a halt stops unattended updates", third.product_says() == "tool 1.1.0", held)
    check = third.agent("update", "--check", "--unattended")
    tap.case("as --check says, with the reason", check.status == 11 and "crashes are looked at" in check.out + check.err, check)
    updates("a person may still name the version", third, "1.4.0", "--version", "1.4.0", "--yes")
    project.point("resume", "stable")
    updates("after it updates go on", second, "1.4.0", "--unattended")

    project.publish("1.5.0")
    place = bucket(second, "1.5.0")
    project.point("rollout", "1.5.0", "--percent", percent(place))
    held = second.agent("update", "--unattended")
    tap.case(f"a machine at place {place} is not among the first {place}", second.product_says() == "tool 1.4.0", held)
    check = second.agent("update", "--check", "--unattended")
    tap.case("and --check says so", check.status == 11 and f"is out for {place} of 10000 machines, this one is number {place}" in check.out + check.err, check)
    project.point("rollout", "1.5.0", "--percent", percent(place + 1))
    updates("it is among one more", second, "1.5.0", "--unattended")
    updates("an explicit update does not ask for shares", third, "1.5.0")

    project.point("deprecate", "1.0.0", "--message", "Please upgrade to 1.4 or later")
    told = first.agent("update", "--check")
    tap.case("who has a deprecated version reads the notice", "Please upgrade to 1.4 or later" in told.out + told.err, told)

    project.point("floor", "1.4.0")
    refused = third.agent("update", "--version", "1.0.0", "--yes")
    tap.case("below the floor nothing is installed", refused.status == 7 and "below the security floor 1.4.0" in refused.err, refused)
    audit = first.agent("update", "--unattended")
    tap.case("and who is below it leaves", first.current() in ("1.4.0", "1.5.0"), audit)
    lower = project.run("floor", "1.1.0", "--yes")
    tap.is_("it never goes down", lower.returncode, 3)

    project.publish("1.6.0-beta.1")
    beta = project.user()
    beta.agent("config", "set", "updates.channel", "beta")
    updates("who follows beta has the beta", beta, "1.6.0-beta.1")
    updates("who follows stable has not", third, "1.5.0")
    project.point("promote", "1.6.0-beta.1", "--to", "stable")
    updates("a promoted version is for all", third, "1.6.0-beta.1")
    updates("and stays who has it", beta, "1.6.0-beta.1")
    says("new installations get it", project.user(), "1.6.0-beta.1")
    verified = project.run("verify")
    tap.is_("a stranger is content in the end", verified.returncode, 0)
    world.close()


main()
tap.done()
