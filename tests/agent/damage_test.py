#!/usr/bin/env python3
"""What something else broke (a power loss, a backup, a disk, a person), and how the next command makes the best of it."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, sha256  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
world.release("1.1.0")
home = world.home()
(home.directory / ".bashrc").write_text("alias x=y\n")
home.install("1.0.0", SHELL="/bin/bash", PATH="/usr/bin:/bin")
home.agent("update", "--yes")
saved = world.root / "saved"
shutil.copytree(home.directory, saved, symlinks=True)


def fresh():
    """The home with 1.0.0 and 1.1.0, the latter current."""
    shutil.rmtree(home.directory)
    shutil.copytree(saved, home.directory, symlinks=True)


def here():
    return home.product_says(), home.current(), home.leftovers()


WELL = ("tool 1.1.0", "1.1.0", [])

# Links.
for name, breaks in (("missing", lambda link: None), ("a link to nothing", lambda link: link.symlink_to("/nonexistent")),
                     ("a folder, as a backup leaves it", lambda link: shutil.copytree(home.versions / "1.1.0", link))):
    for command in (["update", "--check"], ["rollback", "--to", "1.1.0"], ["update", "--yes"]):
        fresh()
        link = home.versions / "current"
        link.unlink()
        breaks(link)
        result = home.run(home.versions / "1.1.0/tool-updater", *command)
        tap.is_(f"current is {name}: {' '.join(command)} puts it right", (result.status, *here()), (0, *WELL))
fresh()
for name in ("current", "previous"):
    (home.versions / name).unlink()
    shutil.copytree(home.versions / "1.0.0", home.versions / name)
result = home.install("1.1.0")
tap.is_("both links are folders: install puts it right", (result.status, *here()), (0, *WELL))
result = home.agent("update", "--yes", "--version", "1.0.0")
tap.is_("and the next switch makes a link of previous too", (result.status, os.readlink(home.versions / "previous")), (0, "1.1.0"))
fresh()
for name in ("current", "previous"):
    (home.versions / name).unlink()
    shutil.copytree(home.versions / "1.0.0", home.versions / name)
result = home.run(home.versions / "1.0.0/tool-updater", "uninstall")
tap.is_("both links are folders: uninstall removes all", (result.status, home.root.exists(), list(home.bin.iterdir())), (0, False, []))

# State files.
for name in ("receipt.json", "hold.json", "blocklist.json", "watermark.json", "check.json", "install_id", "journal.json"):
    for damage in (b"", b"\0\0\0\0"):
        for command in (["update", "--yes"], ["status"], ["list"], ["rollback"], ["install", "--base-url", world.url]):
            fresh()
            (home.state / name).write_bytes(damage)
            result = home.agent(*command)
            expected = "tool 1.0.0" if command == ["rollback"] else "tool 1.1.0"
            tap.is_(f"{name} is {damage!r}: {command[0]} works", (result.status, home.product_says()), (0, expected))
        fresh()
        (home.state / name).write_bytes(damage)
        result = home.agent("uninstall")
        tap.is_(f"{name} is {damage!r}: uninstall removes all", (result.status, home.root.exists(), list(home.bin.iterdir())), (0, False, []))
        tap.is_("and takes the lines out of shell files", (home.directory / ".bashrc").read_text(), "alias x=y\n")
WRONG = {"a folder": os.mkdir, "a pipe": os.mkfifo, "a megabyte": lambda path: path.write_bytes(b"{" * 1_000_000)}
for name in ("hold.json", "blocklist.json", "watermark.json", "journal.json"):
    for what, make in WRONG.items():
        fresh()
        (home.state / name).unlink(missing_ok=True)
        make(home.state / name)
        result = home.agent("rollback")
        tap.is_(f"{name} is {what}: it is set aside, and rollback works", (result.status, home.product_says(), "set aside" in result.err), (0, "tool 1.0.0", True))
for what in ("a folder", "a pipe"):
    fresh()
    others = [home.state / name for name in ("check.json", "install_id", "last_attempt.json", "telemetry.json")]
    for path in others:
        path.unlink(missing_ok=True)
        WRONG[what](path)
    result = home.agent("update", "--yes", "--version", "1.0.0")
    tap.is_(f"what nobody has to read is {what}: each is set aside, and update works", (result.status, home.product_says(), result.err.count("set aside")),
            (0, "tool 1.0.0", len(others)))
fresh()
before = json.loads((home.state / "receipt.json").read_text())
(home.state / "receipt.json").write_bytes(b"{")
result = home.agent("update", "--yes")
after = json.loads((home.state / "receipt.json").read_text())
tap.is_("a lost receipt is made anew from what there is", {k: after[k] for k in ("version", "bin_directory", "links", "archive_sha256")},
        {k: before[k] for k in ("version", "bin_directory", "links", "archive_sha256")})
tap.case("that is said once", result.err.count("set aside") == 1, result)
tap.is_("and not again", home.agent("update", "--yes").err.count("set aside"), 0)
prefix = home.directory / "prefix"
home.install("1.1.0", "--prefix", prefix)
(prefix / "share/tool-updater/state/receipt.json").write_bytes(b"")
home.run(prefix / "bin/tool-updater", "update", "--yes")
tap.is_("of a prefix too", json.loads((prefix / "share/tool-updater/state/receipt.json").read_text())["bin_directory"], str(prefix / "bin"))
fresh()
marks = (home.state / "watermark.json").read_text()
(home.state / "watermark.json").write_bytes(b"")
home.agent("update", "--check")
tap.is_("a lost watermark is made anew by the next look", (home.state / "watermark.json").read_text(), marks)
fresh()
older = world.root / "site.saved"
shutil.copytree(world.site, older)
world.publish()
home.agent("update", "--check")
shutil.rmtree(world.site)
older.rename(world.site)
(home.state / "watermark.json").write_bytes(b"")
result = home.agent("update", "--yes")
tap.is_("without it an older site does not pass for new either", (result.status, "backwards" in result.err), (7, True))
world.publish()

# Which version repair takes.
fresh()
world.release("1.3.0", "late")
result = home.agent("update", "--yes")
tap.is_("a release that fails after the switch is left", (result.status, *here()), (15, *WELL))
tap.is_("and removed, so that nothing goes to it", sorted(p.name for p in home.versions.iterdir()), ["1.0.0", "1.1.0", "current", "previous"])
shutil.rmtree(home.versions / "1.0.0")
(home.versions / "previous").unlink()
(home.versions / "1.1.0/tool").unlink()
home.agent("update", "--check")
tap.case("repair does not go to it either", home.current() == "1.1.0")
del world.versions["1.3.0"]
fresh()
entry = world.release("1.2.0")
home.agent("update", "--yes")
world.manifest_extra = {"security_floor": "1.2.0"}
world.publish()
shutil.copytree(saved / ".local/share/tool-updater/versions/1.0.0", home.versions / "1.0.0", dirs_exist_ok=True)
home.agent("update", "--check")
(home.versions / "1.1.0").rename(home.versions / "1.5.0")
(home.versions / "previous").unlink()
(home.versions / "previous").symlink_to("1.0.0")
(home.versions / "1.2.0/tool").unlink()
home.agent("update", "--check")
tap.is_("nor to one below the security floor, where there is another", home.current(), "1.5.0")
del world.versions["1.2.0"]
world.manifest_extra = {}
world.publish()

# A new program of a release that is left again.
fresh()
program = world.program("1.3.0", "late")
files = [("tool", program), ("toolx", world.program("1.3.0")), ("tool-updater", world.stamped("1.3.0"))]
entry = world.release("1.3.0", files=files)
entry["binaries"] = [{"path": n, "sha256": sha256(d), "size": len(d)} for n, d in files]
world.publish()
result = home.agent("update", "--yes")
tap.is_("its other programs leave no link behind", (result.status, sorted(p.name for p in home.bin.iterdir())), (15, ["tool", "tool-updater"]))
del world.versions["1.3.0"]

# What cannot be read just now is not given up.
fresh()
home.agent("config", "set", "updates.keep_versions", "5")
world.release("1.2.0")
home.agent("update", "--yes")
mark = home.versions / "1.0.0/.ok"
if shutil.which("strace"):
    for error in ("EIO", "EMFILE", "ENOMEM"):
        home.run("strace", "-qq", "-o", "/dev/null", "-P", mark, "-e", f"inject=openat:error={error}", home.bin / "tool-updater", "update", "--check")
        tap.is_(f"a mark that cannot be read ({error}) does not cost the version", home.complete("1.0.0"), True)
else:
    tap.case("strace is there", False, "ci/deps installs it")

# keep_versions holds in a rollback too.
result = home.agent("rollback")
tap.is_("a rollback keeps what keep_versions keeps", (result.status, sorted(p.name for p in home.versions.iterdir() if not p.is_symlink())),
        (0, ["1.0.0", "1.1.0", "1.2.0"]))
home.agent("update", "--yes", "--version", "1.2.0")

# Down twice: what was left first still holds.
home.agent("update", "--yes", "--version", "1.1.0")
home.agent("update", "--yes", "--version", "1.0.0")
result = home.agent("update", "--yes")
tap.is_("going down twice holds against the highest that was left", (result.status, home.current()), (0, "1.0.0"))
world.release("1.3.0")
result = home.agent("update", "--yes")
tap.is_("until something newer than that appears", (result.status, home.current()), (0, "1.3.0"))
world.close()
tap.done()
