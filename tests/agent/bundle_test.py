#!/usr/bin/env python3
"""Machines without a network: `cco-release bundle` of a real site, and agents that install, update and audit from it (or from a copy of the site), in a
network namespace with nothing in it. Bundles that are old, expired, cut, changed in every part, of another product or packed by somebody else."""
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import PLATFORM, Tap, World, clock_at, is_sanitized, sha256  # noqa: E402
from release_project import ReleaseProject  # noqa: E402

tap = Tap()
world = World()  # its compiler, its homes and its way to read them
releaser = ReleaseProject(world)
project, release, must, publish = releaser.folder, releaser.release, releaser.must, releaser.publish
usb = world.root / "it's a stick"
usb.mkdir()
DEAF = ["unshare", "-Urn"]
if subprocess.run([*DEAF, "true"], capture_output=True, check=False).returncode != 0:
    DEAF = []
DOCS = (pathlib.Path(os.environ["SOURCE_ROOT"]) / "docs/agent.md").read_text()


# The releaser's side

publish("1.2.0")
early = usb / "tool-1.2.0.bundle.tar"
said = must("bundle", "-o", early)
publish("1.3.0")
report = json.loads(must("bundle", "--json"))
made = project / "tool-1.3.0.bundle.tar"
late = usb / made.name
shutil.copy(made, late)
names = [f"metadata/{n}" for n in ("1.root.json", "2.snapshot.json", "2.stable.json", "1.targets.json", "timestamp.json")]
names += [f"releases/v1.3.0/tool-v1.3.0-{PLATFORM}.tar.gz"]
with tarfile.open(late) as tar:
    members = tar.getmembers()
found = [m.name for m in members]
tap.case("a bundle has the metadata, the manifest and the archive, sorted", set(names) < set(found) and found == sorted(found)
         and sum(n.startswith("targets/") for n in found) == 1 and len(found) == len(names) + 1, found)
tap.is_("its report is right", (report["version"], report["platforms"], report["size"], report["sha256"], [f["name"] for f in report["files"]]),
        ("1.3.0", [PLATFORM], late.stat().st_size, sha256(late.read_bytes()), found))
first_root = sha256((project / "site/metadata/1.root.json").read_bytes())
tap.case("the report of people names the root and until when it is good", f"first root  {first_root}" in said and re.search(r"good until  20\d\d-", said), said)
must("bundle", "-o", "again.tar")
tap.case("the same public files give the same bytes", (project / "again.tar").read_bytes() == late.read_bytes())
tap.case("a bundle that is there already stays", "it was there already" in must("bundle"))
(project / "again.tar").write_text("something else")
result = release("bundle", "-o", "again.tar")
tap.case("another file in its place is not overwritten", result.status == 5 and "remove it" in result.err and (project / "again.tar").read_text() == "something else", result)
result = release("bundle", "--platform", "windows-arm64")
tap.case("a platform that the release does not have is named", result.status == 9 and PLATFORM in result.err, result)
tap.case("bundles of a platform are called so", must("bundle", "--platform", PLATFORM).find(f"tool-1.3.0-{PLATFORM}.bundle.tar") >= 0)
tap.is_("a version that is not public", release("bundle", "--version", "9.9.9").status, 9)
back = usb / "back.tar"
tap.case("a release that is not the newest says how agents take it", "--version 1.2.0" in must("bundle", "--version", "1.2.0", "-o", back))
archive = project / f"site/releases/v1.3.0/tool-v1.3.0-{PLATFORM}.tar.gz"
whole = archive.read_bytes()
archive.write_bytes(whole[:-1] + b"x")
result = release("bundle", "-o", "bad.tar")
tap.case("an archive that is not what the manifest says is refused, and nothing is left", result.status == 7 and archive.name in result.err
         and not list(project.glob("bad.tar")) and not list(project.glob(".bundle-*")), result)
archive.write_bytes(whole)

# An agent's side. What docs/agent.md shows is what is run.

blocks = {mark: text for mark, text in re.findall(r"<!-- (offline .*?) -->\n```sh\n(.*?)```", DOCS, re.S)}


def quoted(path):
    """As a word of a shell."""
    return "'" + str(path).replace("'", "'\\''") + "'"


def documented(home, mark, **environment):
    text = blocks[mark].replace("/media/usb", quoted(usb)).replace("linux-x86_64", PLATFORM)
    return home.run(*DEAF, "bash", "-euc", text, **environment)


home = world.home()
result = documented(home, "offline first")
tap.is_("the first installation, as documented", (result.status, home.product_says(), home.leftovers()), (0, "tool 1.2.0", []))
receipt = json.loads((home.state / "receipt.json").read_text())
tap.is_("nothing of the bundle is remembered as a site", receipt["base_urls"], [])
home.save()
home.agent("config", "set", "telemetry.enabled", "true")
home.agent("config", "set", "telemetry.endpoint", "https://127.0.0.1:1/told")
log = home.directory / "trace"
result = home.agent("update", "--check", "--from", late, before=["strace", "-f", "-e", "trace=network", "-o", log])
if is_sanitized():
    tap.skip("a look asks no network for anything", "not under a sanitizer")
else:
    tap.case("a look asks no network for anything", result.status == 10 and "AF_INET" not in log.read_text(), f"{result}\n{log.read_text()}")
log.unlink()
home.restore()


def agent(*arguments, **environment):
    return home.agent(*arguments, before=DEAF, **environment)


def update(*arguments, **environment):
    return agent("update", "--yes", *arguments, **environment)


result = agent("update", "--check", "--from", late, "--explain")
tap.case("--check and --explain", result.status == 10 and "1.3.0  taken" in result.out, result)
tap.case("what takes it is told with the bundle", result.out.rstrip().endswith(f"to take it: tool-updater update --from {quoted(late)}"), result)
result = agent("audit", "--from", late, "--json")
tap.is_("audit", (result.status, json.loads(result.out)["findings"] if result.out else result), (0, []))
home.restore()
result = documented(home, "offline update")
tap.is_("an update, as documented", (result.status, home.product_says(), home.leftovers()), (0, "tool 1.3.0", []))
tap.case("what it saw is trusted from then on", json.loads((home.state / "metadata/timestamp.json").read_text())["signed"]["version"] >= 2)
tap.case("when the site is asked next does not depend on it", not (home.state / "check.json").exists()
         or json.loads((home.state / "check.json").read_text()).get("failures", 0) == 0)
result = update("--from", early)
tap.case("an older bundle is refused", result.status == 7 and home.product_says() == "tool 1.3.0" and not home.leftovers(), result)
result = update("--from", back)
tap.is_("an older release is not taken by itself", (result.status, home.product_says()), (0, "tool 1.3.0"))
result = update("--from", back, "--version", "1.2.0", "--json")
tap.is_("but by an order", (result.status, home.product_says()), (0, "tool 1.2.0"))
home.restore()
result = update("--from", back)
tap.case("a bundle without the archive of the newest says what to get", result.status == 9 and f"--platform {PLATFORM}" in result.err
         and len(result.err.splitlines()) == 1 and home.product_says() == "tool 1.2.0", result)
for sentence, folder in {"a copy of the site": project / "site", "an unpacked bundle": world.root / "unpacked"}.items():
    if not folder.exists():
        subprocess.run(["tar", "-xf", late, "--one-top-level=" + str(folder)], check=True)
    home.restore()
    result = update("--from", folder)
    tap.is_(f"from {sentence}", (result.status, home.product_says(), home.leftovers()), (0, "tool 1.3.0", []))


def refused(sentence, status, words, *arguments, **environment):
    home.restore()
    result = update(*arguments, **environment)
    tap.case(sentence, result.status == status and all(w in result.err for w in words) and len(result.err.strip().splitlines()) == 1
             and home.product_says() == "tool 1.2.0" and not home.leftovers(), result)
    return result


# Roots
home.restore()
tap.is_("the root that one was told", update("--from", late, "--root-sha256", first_root).status, 0)
refused("another root", 7, ["SHA-256", "0" * 64, first_root], "--from", late, "--root-sha256", "0" * 64)
refused("no digest", 2, ["64 hexadecimal"], "--from", late, "--root-sha256", "abc")
refused("a digest without a source", 2, ["goes with --from"], "--root-sha256", first_root)
other = world.home("other")
program = other.bootstrap("1.0.0")
result = other.run(*DEAF, program, "install", "--from", late)
tap.case("an agent of another product", result.status == 7 and "not the one that this program was made with" in result.err and not other.versions.exists(), result)
result = other.run(*DEAF, program, "install", "--from", late, "--root-sha256", first_root)
tap.case("also where it is told that product's root", result.status == 7 and "do not lead to the one" in result.err, result)

# Time
clock = clock_at(int(time.time()) + 5 * 365 * 86400)
result = refused("an expired bundle names the command for once", 8, ["--allow-expired-until"], "--from", late, **clock)
command = re.search(r"all the same: (tool-updater .*)$", result.err, re.M)
home.restore()
result = home.run("sh", "-c", command[1] if command else "false", **clock)
tap.case("which works as it stands", result.status == 0 and home.product_says() == "tool 1.3.0" and "is taken, for this run alone" in result.err, result)
fresh = world.home("fresh")
(fresh.directory / "tool-updater").write_bytes((home.versions / "1.3.0/tool-updater").read_bytes())
(fresh.directory / "tool-updater").chmod(0o755)
result = fresh.run("./tool-updater", "install", "--from", late, "--no-modify-path", **clock)
command = re.search(r"all the same: (.*)$", result.err, re.M)
tap.case("so does an installation", result.status == 8 and command and not fresh.versions.exists(), result)
result = fresh.run("sh", "-c", command[1] if command else "false", **clock)
tap.is_("which works as well", (result.status, fresh.product_says()), (0, "tool 1.3.0"))
result = refused("a machine that goes by a timer is not told so", 8, [], "--unattended", "--from", late, **clock)
tap.case("since --unattended takes nothing that has expired", "--unattended" not in result.err.split("all the same")[-1], result)

# Every part of it
data = late.read_bytes()
bad = world.root / "bad.tar"


def installs(sentence, words=("",)):
    """A first installation from the bad bundle needs all parts of it; an update may know some of them already."""
    victim = world.home("victim")
    (victim.directory / "tool-updater").write_bytes((fresh.directory / "tool-updater").read_bytes())
    (victim.directory / "tool-updater").chmod(0o755)
    result = victim.run("./tool-updater", "install", "--no-modify-path", "--from", bad)
    good = result.status == 7 and any(w in result.err for w in words) and victim.product_says() is None and not victim.leftovers()
    shutil.rmtree(victim.directory)
    home.restore()
    updated = update("--from", bad)
    same = updated.status in (6, 7) and home.product_says() == "tool 1.2.0"
    unused = updated.status == 0 and home.product_says() == "tool 1.3.0" and home.complete("1.3.0")
    tap.case(sentence, good and (same or unused) and not home.leftovers(), f"{result}\n{updated}")


for member in members:
    at = member.offset_data + member.size // 2
    bad.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
    installs(f"a flipped bit in {member.name.split('/', 1)[0]}/{re.sub('[0-9a-f]{64}', '…', member.name.split('/', 1)[1])}")
bad.write_bytes(data[:members[2].offset + 3] + b"X" + data[members[2].offset + 4:])
installs("one in a header", ["a header is damaged"])
for size in (0, 1, 511, 512, members[1].offset_data + 5, len(data) // 2, len(data) - 512, len(data) - 1):
    bad.write_bytes(data[:size])
    installs(f"cut to {size if size < 1000 else 'a part'}", ["cut short"])
bad.write_bytes(data + b"x")
installs("bytes behind it", ["bytes after its end"])


def packed(entries, form=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, changes in entries:
            info = tarfile.TarInfo(name)
            info.size = 4
            for key, value in changes.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(b"text" if info.isreg() else b""))
    # Python fills up to 10 KB.
    text = out.getvalue().rstrip(b"\0")
    return text + bytes(-len(text) % 512 + 1024)


for sentence, entries, words in [
        ("a symbolic link", [("metadata/x", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0})], "no regular file"),
        ("a hard link", [("metadata/x", {"type": tarfile.LNKTYPE, "linkname": "metadata/y", "size": 0})], "no regular file"),
        ("a folder", [("metadata", {"type": tarfile.DIRTYPE, "size": 0})], "no regular file"),
        ("a device", [("metadata/x", {"type": tarfile.CHRTYPE, "size": 0})], "no regular file"),
        ("a name with ..", [("metadata/../../x", {})], "a name in it"),
        ("an absolute name", [("/etc/x", {})], "a name in it"),
        ("a name twice", [("metadata/x", {}), ("metadata/X", {})], "two files in it are named")]:
    bad.write_bytes(packed(entries))
    installs(sentence, [words])
bad.write_bytes(packed([("metadata/x", {})], tarfile.GNU_FORMAT))
installs("packed by GNU tar", ["not of the form ustar"])
with open(bad, "wb") as file:  # 7 GiB of nothing behind a header that says so
    info = tarfile.TarInfo("metadata/1.root.json")
    info.size = 7 << 30
    file.write(info.tobuf(tarfile.USTAR_FORMAT))
    file.truncate(512 + info.size + 1024)
installs("a huge file for a small one", ["is larger than the"])
bad.unlink()
refused("no such file", 9, [str(bad)], "--from", bad)
os.mkfifo(bad)
refused("a pipe", 3, [str(bad)], "--from", bad)
refused("two sources", 2, ["--rollback"], "--from", late, "--rollback")
world.close()
tap.done()
