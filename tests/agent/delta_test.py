#!/usr/bin/env python3
"""Updates by delta and by tar.zst: what is fetched, what is installed, and what becomes of deltas that are wrong.

Deltas and archives are made by the stock zstd, not by the code under test.
"""
import gzip
import json
import os
import struct
import subprocess
import sys
import tarfile

sys.path.insert(0, os.environ["SOURCE_ROOT"] + "/tests/support")
from agent_world import Tap, World, sha256  # noqa: E402

tap = Tap()
world = World()
ARCHIVE = "https://127.0.0.1:1/tool/releases/v1.1.0/"


def zstd(data, *options):
    source = world.root / "zstd.in"
    source.write_bytes(data)
    return subprocess.run(["zstd", "-q", "-c", "-9", *options, source], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def plain_tar(entries):
    return gzip.decompress(world.tar([(entry(name, data), data) for name, data in entries]))


def entry(name, data):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o644 if name.endswith(".md") else 0o755
    return info


def delta_of(old, new, others):
    """As delta/README.md says: a frame by --patch-from, and the other files in a skippable frame."""
    base = world.root / "zstd.old"
    base.write_bytes(old)
    packed = zstd(plain_tar(others)) if others else b""
    patch = zstd(new, f"--patch-from={base}")
    return patch + (struct.pack("<II", 0x184D2A5C, len(packed)) + packed if packed else b"")


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
good = delta_of(old_agent, new_agent, others)


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
offer(delta_of(b"x" + old_agent[:500000], new_agent, others))
update("one that was made from another binary", False, "the delta is damaged")
offer(delta_of(old_agent, new_agent[:-1] + b"!", others))
update("one that makes another binary", False, "is not the binary of the manifest")
offer(delta_of(old_agent, new_agent, others[:1]))
update("one that leaves a binary out", False, "tool is missing")
offer(delta_of(old_agent, new_agent, new_files))
update("one that brings more than there may be", False, "the manifest declares")
offer(good)
installed = home.directory / ".local/share/tool-updater/versions/1.0.0/tool-updater"
installed.chmod(0o755)
data = installed.read_bytes()
installed.write_bytes(data + b"x")
update("a binary that was changed since", False, "was changed since it was installed")

# Twice wrong, while the archive cannot be had either: then no more of that.
offer(delta_of(old_agent, new_agent[:-1] + b"!", others))
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
