#!/usr/bin/env python3
"""What somebody gave to a program (mode, owner, access list, capabilities, label), its next version has too, or the update is refused."""
import os
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
if os.geteuid() != 0:
    # Root of a user namespace may give capabilities (of version 3) and owners.
    if subprocess.run(["unshare", "-Ur", "true"], check=False, capture_output=True).returncode == 0:
        os.execvp("unshare", ["unshare", "-Ur", "python3", *sys.argv])
    tap.skip("rights are carried over", "neither root nor user namespaces here")
    tap.done()
world = World()
home = world.home_before_update(padding=0)
old, new = home.versions / "1.0.0/tool", home.versions / "1.1.0/tool"
# user::rwx user:65534:r-x group::r-x mask::r-x other::---
ACCESS_LIST = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in (
    (1, 7, 0xFFFFFFFF), (2, 5, 65534), (4, 5, 0xFFFFFFFF), (16, 5, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)))
NET_BIND_SERVICE = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)


def attribute(name):
    try:
        return os.getxattr(new, name)
    except OSError:
        return None


def update():
    return home.agent("update", "--yes")


for mode in (0o750, 0o700, 0o555, 0o4755):
    home.restore()
    old.chmod(mode)
    result = update()
    tap.is_(f"mode {mode:o} is carried over", (result.status, oct(new.stat().st_mode & 0o7777), oct((home.versions / "1.1.0/tool-updater").stat().st_mode & 0o7777)),
            (0, oct(mode), "0o755"))
home.restore()
result = update()
tap.is_("where nothing was given, nothing changes", (result.status, oct(new.stat().st_mode & 0o7777)), (0, "0o755"))
for name, value in (("security.capability", NET_BIND_SERVICE), ("system.posix_acl_access", ACCESS_LIST), ("security.selinux", b"system_u:object_r:bin_t:s0\0")):
    home.restore()
    sentence = f"{name} is carried over"
    try:
        os.setxattr(old, name, value)
    except OSError as error:
        tap.skip(sentence, f"this file system or kernel refuses it: {error}")
        continue
    given = os.getxattr(old, name)
    result = update()
    tap.is_(sentence, (result.status, home.current(), attribute(name)), (0, "1.1.0", given))
    home.agent("rollback")
    os.removexattr(new, name)
    result = home.agent("update", "--yes", "--version", "1.1.0")
    tap.is_(f"{name}: also to a version that was kept", (result.status, attribute(name)), (0, given))
home.restore()
try:
    os.chown(old, 0, 1)
    result = update()
    tap.is_("the group is carried over", (result.status, new.stat().st_gid), (0, 1))
except OSError as error:
    tap.skip("the group is carried over", f"no second group in this namespace: {error}")

# Who may not give it: the update is refused, and nothing has changed.
sentence = "capabilities that this user may not give: status 13, and the old version stays"
if shutil.which("setpriv"):
    home.restore()
    os.setxattr(old, "security.capability", NET_BIND_SERVICE)
    before = (home.current(), os.getxattr(old, "security.capability"))
    result = home.run("setpriv", "--bounding-set", "-setfcap", "--inh-caps", "-setfcap", home.bin / "tool-updater", "update", "--yes")
    tap.is_(sentence, (result.status, "has capabilities that" in result.err, len(result.err.strip().splitlines()), home.leftovers()), (13, True, 1, []))
    tap.is_("as it was", (home.current(), os.getxattr(old, "security.capability"), home.product_says()), (*before, "tool 1.0.0"))
else:
    tap.skip(sentence, "setpriv is not here")
world.close()
tap.done()
