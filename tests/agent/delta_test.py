#!/usr/bin/env python3
"""Updates by delta and by tar.zst: what is fetched, what is installed, and what becomes of deltas that are wrong.

Deltas and archives are made by the stock zstd, not by the code under test.
"""
import gzip
import json
import os
import sys

sys.path.insert(0, os.environ["SOURCE_ROOT"] + "/tests/support")
from agent_world import Tap, World, sha256  # noqa: E402
from deltas import bsdiff_zstd, further, zstd, zstd_patch  # noqa: E402

tap = Tap()
world = World()
ARCHIVE = "https://127.0.0.1:1/tool/releases/v1.1.0/"


def asset(name, data):
    (world.site / "releases/v1.1.0").mkdir(parents=True, exist_ok=True)
    (world.site / "releases/v1.1.0" / name).write_bytes(data)
    return {"url": ARCHIVE + name, "sha256": sha256(data), "size": len(data)}


old_agent, new_agent = world.stamped("1.0.0"), world.stamped("1.1.0")
old_files = [("README.md", b"tool 1.0.0\n"), ("tool", world.program("1.0.0")), ("tool-updater", old_agent)]
new_files = [("README.md", b"tool 1.1.0\n"), ("tool", world.program("1.1.0")), ("tool-updater", new_agent)]
world.release("1.0.0", files=old_files)
home = world.home()
if home.install("1.0.0").status != 0:
    sys.exit("the first installation failed")
home.save()
others = new_files[:2]
good = zstd_patch(world, old_agent, new_agent, others)


def offer(delta, more=(), **changes):
    """1.1.0 with this delta from 1.0.0, and what else is said."""
    said = {"from_sha256": sha256(old_agent), "path": "tool-updater", "format": "zstd-patch", **asset("a.delta", delta), **changes}
    world.release("1.1.0", files=new_files, deltas=[said, *more])
    home.restore()


def update(sentence, by_delta, problem=None):
    result = home.agent("update", "--yes", "--json")
    said = json.loads(result.out) if result.status == 0 else {}
    tap.case(f"{sentence}: the update is done", result.status == 0 and home.complete("1.1.0"), result)
    tap.is_(f"{sentence}: {'by delta' if by_delta else 'by the archive'}", said.get("by_delta"), by_delta)
    found = said.get("delta_problem")
    tap.case(f"{sentence}: the reason is told", found is None if problem is None else problem in (found or ""), found)
    return said


offer(good)
whole = world.asset("1.1.0").read_bytes()
said = update("a delta", True)
tap.is_("only it was fetched", said["downloaded_bytes"], len(good))
tap.case("it is much smaller than the archive", len(good) * 4 < len(whole), (len(good), len(whole)))
tap.is_("the other files came along", (home.directory / ".local/share/tool-updater/versions/1.1.0/README.md").read_bytes(), b"tool 1.1.0\n")
tap.case("nothing is remembered of it", not (home.directory / ".local/share/tool-updater/state/last_attempt.json").exists())

other_format = bsdiff_zstd(world, old_agent, new_agent, others)
offer(other_format, format="bsdiff-zstd")
said = update("a delta in the other format", True)
tap.is_("only that was fetched", said["downloaded_bytes"], len(other_format))
offer(good, format="bsdiff-zstd")
update("one that says the wrong format", False, "the delta is damaged")

# The product too has a patch, of its own.
old_tool, new_tool = (dict(files)["tool"] for files in (old_files, new_files))
tool_patch = zstd_patch(world, old_tool, new_tool)


def with_two(frame, others=new_files[:1]):
    return zstd_patch(world, old_agent, new_agent, others, frame)


two = with_two(further("tool", old_tool, tool_patch))
offer(two)
said = update("a delta of two binaries", True)
tap.case("which is smaller", said["downloaded_bytes"] == len(two) < len(good), (said, len(good)))
offer(with_two(further("tool", old_tool, bsdiff_zstd(world, old_tool, new_tool, ()), 2)))
update("one in both formats", True)
for sentence, frame, others, problem in (
        ("a further patch of another binary", further("tool", b"x" + old_tool, tool_patch), new_files[:1], "starts from a file that is not installed"),
        ("one that makes another product", further("tool", old_tool, zstd_patch(world, old_tool, new_tool[:-1] + b"!")), new_files[:1], "is not the binary of the manifest"),
        ("one of a file that is no binary", further("README.md", old_tool, tool_patch), new_files[:1], "no binary of the manifest"),
        ("one that leads out of the folder", further("../../tool", old_tool, tool_patch), new_files[:1], "no binary of the manifest"),
        ("one of the binary that is patched already", further("tool-updater", old_agent, zstd_patch(world, old_agent, new_agent)), new_files[:1], "more than there is in the archive"),
        ("one of a binary that comes along", further("tool", old_tool, tool_patch), new_files[:2], "the manifest declares"),
        ("one in an unknown format", further("tool", old_tool, tool_patch, 9), new_files[:1], "the delta is damaged")):
    offer(with_two(frame, others))
    update(sentence, False, problem)

offer(good, format="zstd-patch-9")
update("a format of a newer releaser", False)
offer(good, from_sha256=sha256(b"another"))
update("a delta from another binary", False)
offer(good, size=len(whole))
update("one that is no smaller than the archive", False)

offer(good)
(world.site / "releases/v1.1.0/a.delta").unlink()
update("a delta that is not there", False, "a.delta")
offer(good)
(world.site / "releases/v1.1.0/a.delta").write_bytes(good[:-1] + b"x")
update("one with a wrong byte", False, "SHA-256")
offer(good[:-20])
update("one that was made wrong", False, "the delta is damaged")
offer(zstd_patch(world, b"x" + old_agent[:500000], new_agent, others))
update("one that was made from another binary", False, "the delta is damaged")
offer(zstd_patch(world, old_agent, new_agent[:-1] + b"!", others))
update("one that makes another binary", False, "is not the binary of the manifest")
offer(zstd_patch(world, old_agent, new_agent, others[:1]))
update("one that leaves a binary out", False, "tool is missing")
offer(zstd_patch(world, old_agent, new_agent, new_files))
update("one that brings more than there may be", False, "the manifest declares")
offer(good)
installed = home.directory / ".local/share/tool-updater/versions/1.0.0/tool-updater"
installed.chmod(0o755)
data = installed.read_bytes()
installed.write_bytes(data + b"x")
update("a binary that was changed since", False, "was changed since it was installed")

# Twice wrong, while the archive cannot be had either: then no more of that.
offer(zstd_patch(world, old_agent, new_agent[:-1] + b"!", others))
world.asset("1.1.0").unlink()
for time in ("first", "second"):
    result = home.agent("update", "--yes", "--json")
    tap.case(f"without archive, the {time} update fails", result.status in (6, 7, 9), result)
    tap.is_("and the old version stays", home.current(), "1.0.0")
world.asset("1.1.0").write_bytes(whole)
offered = json.loads((home.directory / ".local/share/tool-updater/state/last_attempt.json").read_text())
tap.is_("both are remembered", offered["delta_failures"], 2)
(world.site / "releases/v1.1.0/a.delta").write_bytes(b"")
update("after that", False, "failed twice")

# tar.zst
packed = zstd(gzip.decompress(whole), "-19")
alternative = {"format": "tar.zst", **asset("a.tar.zst", packed)}
world.release("1.1.0", files=new_files, alternatives=[alternative])
home.restore()
said = update("a tar.zst", False)
tap.is_("is what is fetched", said["downloaded_bytes"], len(packed))
(world.site / "releases/v1.1.0/a.tar.zst").unlink()
home.restore()
said = update("without it", False)
tap.is_("the archive is", said["downloaded_bytes"], len(world.asset("1.1.0").read_bytes()))
world.close()
tap.done()
