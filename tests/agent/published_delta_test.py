#!/usr/bin/env python3
"""Updates from what `cco-release publish --previous` made: deltas of the product and of the agent in one file, a tar.zst, and what is repaired or
installed from such a release."""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import PLATFORM, Tap, World  # noqa: E402
from release_project import ReleaseProject  # noqa: E402

tap = Tap()
world = World()
releaser = ReleaseProject(world, '[installers]\n[archive]\nagent_format = "tar.zst"\n')
chance = random.Random(3)
body = chance.randbytes(3_000_000)


def changed(data):
    """The same program with a little that is new in the middle."""
    return data[:1_000_000] + chance.randbytes(2000) + data[1_000_000:]


def entry(version):
    manifest = json.loads((releaser.site / "stable.version-manifest.json").read_text())
    return manifest["versions"][version]["platforms"][PLATFORM]


releaser.publish("1.0.0", padding=body)
home = world.home()
installed = home.run("bash", releaser.site / "install.sh", "--from", releaser.site, SHELL="/bin/sh")
home.agent("config", "set", "updates.base_url", f"file://{releaser.site}")
tap.is_("the first one is installed", (installed.status, home.complete("1.0.0")), (0, True))
releaser.must("previous", "earlier")
releaser.publish("1.1.0", "--previous", "earlier", padding=changed(body))
offered = entry("1.1.0")
delta, = offered["deltas"]
tap.case("one delta is offered, a few per cent of the archive although two binaries changed", delta["size"] * 20 < offered["size"],
         (delta["size"], offered["size"], [b["path"] for b in offered["binaries"]]))
home.save()


def update(sentence, by_delta, *arguments):
    result = home.agent("update", "--yes", "--json", *arguments)
    said = json.loads(result.out) if result.status == 0 else {}
    tap.is_(f"{sentence}: done, every file as it was published", (result.status, home.complete("1.1.0"), home.product_says(), home.leftovers()), (0, True, "tool 1.1.0", []))
    tap.is_(f"{sentence}: {'by delta' if by_delta else 'by the whole'}", (said.get("by_delta"), said.get("delta_problem") is None), (by_delta, True))
    return said


said = update("an update", True)
tap.is_("nothing else was fetched", said["downloaded_bytes"], delta["size"])
mark = json.loads((home.versions / "1.1.0/.ok").read_text())
digests = {each["path"]: each["sha256"] for each in mark["files"]}
tap.is_("the binaries are those of the manifest", {b["path"]: digests[b["path"]] for b in offered["binaries"]}, {b["path"]: b["sha256"] for b in offered["binaries"]})

# What was installed so is repaired from the whole, as nothing is there to start from.
for name in ("1.0.0", "1.1.0"):
    path = home.versions / name / "tool"
    path.chmod(0o755)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
result = home.run(home.versions / "1.1.0/tool-updater", "repair")
tap.is_("repair fetches it whole", (result.status, home.complete("1.1.0"), home.leftovers()), (0, True, []))

home.restore()
tool = home.versions / "1.0.0/tool"
tool.chmod(0o755)
tool.write_bytes(b"x" + tool.read_bytes()[1:])
result = home.agent("update", "--yes", "--json")
said = json.loads(result.out) if result.status == 0 else {}
tap.case("from a program that was changed: the tar.zst, and the reason", result.status == 0 and home.complete("1.1.0")
         and "was changed since it was installed" in said["delta_problem"], result)

# A file of the release that somebody has: no delta, no network.
home.restore()
archive = releaser.site / "releases/v1.1.0" / f"tool-v1.1.0-{PLATFORM}.tar.gz"
fresh = world.home("fresh")
program = fresh.directory / "tool-updater"
program.write_bytes((home.versions / "1.0.0/tool-updater").read_bytes())
program.chmod(0o755)
for sentence, url, expected in (("a delta is no archive", delta["url"], (7, False)), ("nor is a tar.zst", offered["alternatives"][0]["url"], (7, False)),
                                ("install from the archive that is at hand", archive.name, (0, True))):
    result = fresh.run(program, "install", "--version", "1.1.0", "--base-url", f"file://{releaser.site}", "--archive", archive.with_name(os.path.basename(url)),
                       "--no-modify-path")
    tap.is_(sentence, (result.status, fresh.complete("1.1.0")), expected)
world.close()
tap.done()
