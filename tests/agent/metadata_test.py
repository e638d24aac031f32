#!/usr/bin/env python3
"""An agent that was stamped with a root believes its site through metadata alone: real releases by cco-release, a site that lies, clocks that are
wrong, a store that is damaged, a kill in between, a root that changes."""
import json
import os
import re
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import PLATFORM, Tap, World, clock_at  # noqa: E402
from release_project import ReleaseProject  # noqa: E402

tap = Tap()
world = World()  # its compiler, its homes and its way to read them
releaser = ReleaseProject(world, "[installers]")
project, site, release, publish = releaser.folder, releaser.site, releaser.must, releaser.publish
shown = world.root / "shown"  # what the user's machine sees
publish("1.0.0")
shutil.copytree(site, shown)
old = world.root / "old"
shutil.copytree(site, old)

home = world.home()
result = home.run("bash", shown / "install.sh", "--from", shown, SHELL="/bin/sh")
home.run(home.bin / "tool-updater", "config", "set", "updates.base_url", f"file://{shown}")
store = home.state / "metadata"
tap.is_("the installer's updater begins with the root that it was shipped with", (result.status, home.product_says(), sorted(p.name for p in store.iterdir())),
        (0, "tool 1.0.0", ["root.json", "root_history", "snapshot.json", "stable.json", "stable.version-manifest.json", "targets.json", "timestamp.json"]))


def show(folder):
    shutil.rmtree(shown)
    shutil.copytree(folder, shown)


def kept():
    return {str(p.relative_to(store)): p.read_bytes() for p in store.rglob("*") if p.is_file()}


def check(sentence, status, words, passed=(), **environment):
    """A look that must end so, with the program as it was, and the store but for what had passed all of its checks."""
    before = kept()
    found = home.agent("update", "--check", **environment)
    after = kept()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    good = found.status == status and all(word in found.err for word in words) and changed == set(passed) and home.product_says() == "tool 2.0.0"
    tap.case(sentence, good, f"{found}\nstore changed: {changed}")


publish("2.0.0")
show(site)
result = home.agent("update", "--yes")
tap.is_("a release is found through it and installed", (result.status, home.product_says()), (0, "tool 2.0.0"))
check("nothing new: nothing is written", 0, [])

# A site that lies. The minisign signature of the manifest is right in all of these: it is not what an updater asks for.
new = world.root / "new"
shutil.copytree(site, new)


def file_of(folder, pattern):
    return sorted((folder / "metadata").glob(pattern))[-1]


watermark = home.state / "watermark.json"
marks_before = watermark.read_bytes()
before_lies = world.root / "store"
shutil.copytree(store, before_lies)


def fresh_store():
    """Back to what the user's machine knew before it saw 3.0.0."""
    watermark.write_bytes(marks_before)
    shutil.rmtree(store)
    shutil.copytree(before_lies, store)


def lie(sentence, status, words, damage, folder=None, passed=()):
    fresh_store()
    show(folder or new)
    damage()
    check(sentence, status, words, passed)
    show(folder or new)
    found = home.agent("update", "--check")
    if found.status != (10 if folder else 0):
        tap.case(f"afterwards the good site is believed again ({sentence})", False, found)


def replace(name, data):
    (shown / name).write_bytes(data)


publish("3.0.0")
third = world.root / "third"
shutil.copytree(site, third)


def lie_about_third(sentence, words, damage, passed):
    """3.0.0 has come out, so that all roles are fetched again."""
    lie(sentence, 7, words, damage, third, passed)


def edit(path, change):
    path.write_bytes(change(path.read_bytes()))


timestamp = "metadata/timestamp.json"
lie("row 2: an older timestamp is going backwards", 7, ["timestamp is going backwards"], lambda: replace(timestamp, (old / timestamp).read_bytes()))
lie("an empty timestamp", 7, ["file://"], lambda: replace(timestamp, b""))
lie("row 5: a timestamp of 100 kB", 7, ["file://"], lambda: replace(timestamp, b" " * 100_000))
lie("row 9: no timestamp at all", 6, ["there is no timestamp.json any more"], lambda: os.unlink(shown / timestamp))
lie("row 27: the snapshot as timestamp", 7, ["_type"], lambda: replace(timestamp, file_of(shown, "*.snapshot.json").read_bytes()))
lie("row 30: a root of the version after next", 7, ["next root"], lambda: replace("metadata/2.root.json", (shown / "metadata/1.root.json").read_bytes().replace(
    b'"version": 1', b'"version": 3')))
lie_about_third("row 7: the snapshot of another release", ["snapshot"],
                lambda: edit(file_of(shown, "*.snapshot.json"), lambda _: file_of(new, "*.snapshot.json").read_bytes()), ["timestamp.json"])
lie_about_third("row 1: a channel role with one byte changed", ["stable"],
                lambda: edit(file_of(shown, "*.stable.json"), lambda b: b.replace(b'"length": ', b'"length": 1')), ["timestamp.json", "snapshot.json"])
lie_about_third("a channel role that is named and not there", ["stable"], lambda: os.unlink(file_of(shown, "*.stable.json")),
                ["timestamp.json", "snapshot.json"])
for path in third.glob("targets/*"):
    if path.read_bytes() == (third / "stable.version-manifest.json").read_bytes():
        target = path.name
lie_about_third("row 12: a manifest that is not the role's target", ["stable.version-manifest.json"],
                lambda: edit(shown / "targets" / target, lambda b: b.replace(b"3.0.0", b"9.0.0")), ["timestamp.json", "snapshot.json", "stable.json"])

# Clocks
fresh_store()
show(new)
tomorrow = int(time.time()) + 86400
later = clock_at(2 * 365 * 86400 + tomorrow)
until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(tomorrow))
check("row 4: what has expired is status 8, and says when", 8, ["expired at"], **later)
result = home.agent("update", "--check", "--allow-expired-until", until, **later)
tap.case("one loud run may take it", result.status == 0 and "for this run alone" in result.err, result)
result = home.agent("update", "--unattended", "--allow-expired-until", until, **later)
tap.case("but never unattended", result.status == 2, result)
check("row 33: a clock before the newest signed time is status 8", 8, ["the clock says"], **clock_at(1577836800))

# A store that is damaged: it is fetched anew, and the program stays. One line a file and a way.
fresh_store()
whole = kept()


def damaged(sentence, damage):
    fresh_store()
    damage()
    found = home.agent("update", "--check")
    tap.case(f"{sentence} is fetched anew", found.status == 0 and kept() == whole, found)


for name in ("root.json", "timestamp.json", "snapshot.json", "targets.json", "stable.json", "stable.version-manifest.json", "root_history/1.root.json"):
    damaged(f"an empty {name}", lambda name=name: (store / name).write_bytes(b""))
    damaged(f"half of {name}", lambda name=name: edit(store / name, lambda b: b[:len(b) // 2]))
    damaged(f"a missing {name}", lambda name=name: (store / name).unlink())
    damaged(f"the timestamp in the place of {name}", lambda name=name: shutil.copy(world.root / "store/timestamp.json", store / name))
    damaged(f"an enormous {name}", lambda name=name: (store / name).write_bytes(b"[" * 2_000_000))
damaged("a root of a newer specification", lambda: edit(store / "root.json", lambda b: b.replace(b'"1.0.34"', b'"2.0.0"')))

# A store that cannot be read, or not by this version: a clear line, the program stays, and nothing is believed anew.
def refused(sentence, status, words, damage, *command):
    fresh_store()
    damage()
    found = home.agent(*(command or ("update", "--check")))
    tap.case(f"{sentence}: {status}", found.status == status and words in found.err and home.product_says() == "tool 2.0.0", found)


def becomes_folder(path):
    path.unlink()
    path.mkdir()


for name in ("root.json", "timestamp.json", "stable.version-manifest.json"):
    refused(f"a folder in the place of {name}", 13, str(store / name), lambda name=name: becomes_folder(store / name))
for command in (("update", "--check"), ("update", "--yes"), ("rollback",)):
    refused(f"{command[0]} with a watermark of a newer version", 3, "watermark.json",
            lambda: edit(home.state / "watermark.json", lambda b: re.sub(rb'"schema": *\d+', b'"schema": 99', b)), *command)
fresh_store()

# Kills: what is kept proves itself afterwards, and nothing is lost.
show(third)
shutil.copytree(home.directory, world.root / "home.saved", symlinks=True)
KILL_AT = os.environ["KILL_AT"]
look = [home.bin / "tool-updater", "update", "--check"]
count = int(home.run(KILL_AT, "--count", "--", *look).out.strip().splitlines()[-1])
broken = []
for point in sorted({1 + i * (count - 1) // 24 for i in range(25)}):
    shutil.rmtree(home.directory)
    shutil.copytree(world.root / "home.saved", home.directory, symlinks=True)
    home.run(KILL_AT, str(point), "--", *look)
    after = home.agent("update", "--check")
    if after.status != 10 or home.product_says() != "tool 2.0.0":
        broken.append((point, after.status, after.err))
tap.is_(f"a look that is killed at {min(count, 25)} of its {count} points leaves a store that proves itself", broken, [])

# A root that changes: one of two keys goes, another comes.
release("keys", "new", "--out", "next-root", "--no-password")
configuration = (project / "cco-release.toml").read_text()
gone = next(line for line in (project / "offline/tool-root-2.pub").read_text().splitlines() if line.startswith("RW"))
come = (project / "next-root.pub").read_text().splitlines()[-1]
(project / "cco-release.toml").write_text(configuration.replace(gone, come))
release("trust", "rotate")
release("trust", "sign", "--yes", "--key", "offline/tool-root-1.key")
release("trust", "finalize")
publish("4.0.0")
show(site)
result = home.agent("update", "--yes")
tap.is_("an update follows the new root", (result.status, home.product_says(), (store / "root_history/2.root.json").exists()), (0, "tool 4.0.0", True))
result = home.agent("update", "--check")
tap.is_("and its updater, which was shipped with that root, goes on from there", (result.status, (store / "root_history/2.root.json").exists()), (0, True))
show(third)
found = home.agent("update", "--check")
tap.case("row 2: the site of before is going backwards", found.status == 7 and home.product_says() == "tool 4.0.0", found)
result = home.agent("uninstall")
tap.is_("uninstall takes the metadata along", (result.status, home.root.exists()), (0, False))

world.close()
tap.done()
