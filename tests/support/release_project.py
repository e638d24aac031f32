"""A project of cco-release whose product is agent_world's `tool`, published into a folder by the program under test."""
import json
import os
import subprocess
import sys

from agent_world import LIBRARIES, PLATFORM, Result


class ReleaseProject:
    """Keys, agent and trust are made; `more` are further lines of cco-release.toml."""

    def __init__(self, world, more=""):
        self.world = world
        self.folder = world.root / "project"
        self.folder.mkdir()
        self.site = self.folder / "site"
        self.must("keys", "new", "--out", "tool", "--no-password")
        (self.folder / "cco").write_bytes(world.lean_agent())
        (self.folder / "cco-release.toml").write_text(f"""schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://example.com"
license = "MIT"
maintainer = "Somebody <somebody@example.com>"
[version]
scheme = "semver"
[build]
platforms = ["{PLATFORM}"]
binary = "{{version}}/tool"
allow_libraries = {json.dumps(LIBRARIES)}
[agent]
binary = "cco"
probe = ["tool", "--version"]
[sign]
public_key = "{(self.folder / "tool.pub").read_text().splitlines()[-1]}"
key = "tool.key"
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/tool"
{more}""")
        self.must("trust", "init", "--preset", "ci-stable", "--no-password", "--keys", "offline")

    def release(self, *arguments):
        """cco-release with these arguments."""
        return Result(subprocess.run([os.environ["CCO_RELEASE"], *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                     env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}, capture_output=True, check=False))

    def must(self, *arguments):
        made = self.release(*arguments)
        if made.status != 0:
            sys.exit(f"cco-release {arguments}: {made}")
        return made.out

    def publish(self, version, *options, padding=b""):
        """A release of a day of its own; `padding` are further bytes of the program."""
        folder = self.folder / version
        folder.mkdir()
        program = folder / "tool"
        program.write_bytes(self.world.program(version) + padding)
        program.chmod(0o755)
        return self.must("publish", "--version", version, "--date", f"2026-11-{sum(map(int, version.split('.'))):02}T10:00:00Z", *options)
