#!/usr/bin/env python3
"""Archives, manifests, servers and machines that mean no good: each ends with its status, a line that says what to do, and nothing lost."""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HostileServer, HttpsSite, PLATFORM, RoleKey, Tap, World, fast_clock  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
first = home.install("1.0.0")
if first.status != 0:
    sys.exit(f"the first installation failed: {first}")
good_versions, good_generation = dict(world.versions), world.generation
shutil.copytree(world.site, world.root / "site.saved")
shutil.copytree(home.directory, world.root / "home.saved", symlinks=True)


def reset():
    shutil.rmtree(world.site)
    shutil.copytree(world.root / "site.saved", world.site)
    subprocess.run(["chmod", "-R", "u+rwx", home.directory], check=False)
    shutil.rmtree(home.directory)
    shutil.copytree(world.root / "home.saved", home.directory, symlinks=True)
    world.versions, world.generation, world.manifest_extra = dict(good_versions), good_generation, {}


def refused(sentence, status, *arguments, message=None, **environment):
    """The update ends so, says a line, and 1.0.0 is whole and in place."""
    result = home.agent(*(arguments or ("update", "--yes")), **environment)
    lines = [l for l in result.err.splitlines() if l.strip()]
    problems = []
    if result.status != status:
        problems.append(f"status {result.status}, expected {status}")
    if status != 0 and (not lines or not lines[-1].startswith("tool-updater: ")):
        problems.append("no line that says what is wrong")
    if message and message not in result.err:
        problems.append(f"does not say {message!r}")
    if home.product_says() != "tool 1.0.0" or home.current() != "1.0.0" or not home.complete("1.0.0"):
        problems.append(f"1.0.0 is not in place: {home.product_says()} {home.current()}")
    if home.leftovers():
        problems.append(f"left behind: {home.leftovers()}")
    tap.case(sentence, not problems, "\n".join(problems) + f"\n{result}")


def info(name, kind=tarfile.REGTYPE, data=b"", **fields):
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, len(data)
    for key, value in fields.items():
        setattr(entry, key, value)
    return entry, data


def parts(version="1.1.0"):
    return [("tool", world.program(version)), ("tool-updater", world.stamped(version))]


# Archives whose digest the manifest has: what is inside is wrong.
BOMB = b"\0" * (64 * 1024 * 1024)
inside = {
    "an entry with ../": parts() + [("../escaped", b"x")],
    "an absolute path": parts() + [("/tmp/agent-world-escaped", b"x")],
    "a symbolic link": parts() + [info("link", tarfile.SYMTYPE, linkname="/etc/passwd")],
    "a hard link": parts() + [info("hard", tarfile.LNKTYPE, linkname="tool")],
    "a device": parts() + [info("device", tarfile.CHRTYPE, devmajor=1, devminor=3)],
    "a FIFO": parts() + [info("fifo", tarfile.FIFOTYPE)],
    "a name twice": parts() + [("tool", b"other")],
    "a name twice but for case": parts() + [("TOOL", b"other")],
    "a file of our own name": parts() + [(".ok", b"{}")],
    "another program than the manifest lists": [("tool", world.program("1.1.0", "crash")), parts()[1]],
    "no program": [parts()[1]],
}
for what, entries in inside.items():
    reset()
    archive = world.tar(entries)
    world.release("1.1.0", files=parts(), archive=archive, entries=10, unpacked_size=10_000_000)
    refused(f"an archive with {what}", 7)
reset()
world.release("1.1.0", files=parts(), archive=world.tar(parts() + [("big", BOMB)]), entries=3)
refused("a bomb: more bytes than the manifest says", 7)
used = sum(f.stat().st_size for f in home.root.rglob("*") if f.is_file() and not f.is_symlink())
tap.case("a bomb leaves nothing on the disk", used < len(world.stamped("1.0.0")) + 4_000_000, used)
tap.case("nothing was written outside", not os.path.exists("/tmp/agent-world-escaped") and not list(home.root.rglob("escaped")))

# Archives that are not what the manifest says.
for what, change in {
    "cut short": lambda data: data[:-100],
    "longer than declared": lambda data: data + b"x",
    "with one bit flipped": lambda data: data[:1000] + bytes([data[1000] ^ 1]) + data[1001:],
    "replaced by another": lambda data: world.tar([("tool", b"#!/bin/sh\n")]),
}.items():
    reset()
    world.release("1.1.0")
    path = world.asset("1.1.0")
    path.write_bytes(change(path.read_bytes()))
    refused(f"an archive {what}", 7)

# Programs that are not fit.
for mode, status, words in (("crash", 15, "crashed with signal 11"), ("fail", 15, "libsomething.so.9"), ("lies", 7, "does not say 1.1.0"), ("silent", 7, "does not say 1.1.0"),
                            ("late", 15, "1.0.0 is in place again")):
    reset()
    world.release("1.1.0", mode)
    refused(f"a program that is not fit: {mode}", status, message=words)
reset()
world.release("1.1.0", "hang")
clock = fast_clock(30)
if clock is None:
    tap.skip("a program that is not fit: hang", "not under a sanitizer")
else:
    refused("a program that is not fit: hang", 15, message="did not end within", **clock)
reset()
world.release("1.1.0", files=[("tool", world.program("1.1.0")), ("tool-updater", world.stamped("1.2.0"))])
refused("an agent that is of another version", 7, message="__probe")

# Manifests.
reset()
world.release("1.1.0")
manifest = (world.site / "stable.version-manifest.json").read_bytes()


def with_manifest(sentence, status, text, message=None, key=None):
    reset()
    world.release("1.1.0")
    world.write_manifest("stable", text, key)
    refused(sentence, status, message=message)


reset()
world.release("1.1.0")
world.target().write_bytes(manifest.replace(b'"1.1.0"', b'"1.1.1"', 1))
refused("a manifest with changed bytes", 7)
with_manifest("a manifest signed by another key", 7, manifest, key=RoleKey(world.root / "thief.pem"))
reset()
world.release("1.1.0")
world.write_manifest("beta", manifest.replace(b'"channel": "stable"', b'"channel": "beta"'))
version = world.metadata_version
shutil.copy(world.site / f"metadata/{version}.beta.json", world.site / f"metadata/{version - 1}.stable.json")
refused("a manifest with another's signature", 7)
reset()
world.release("1.1.0")
shutil.copy(world.root / "site.saved/metadata/timestamp.json", world.site / "metadata")
refused("a new manifest beside the timestamp of the one before: nothing new yet", 0)
with_manifest("a manifest of another product", 7, manifest.replace(b'"product": "tool"', b'"product": "tuul"'))
with_manifest("a manifest of another channel", 7, manifest.replace(b'"channel": "stable"', b'"channel": "beta"'))
with_manifest("a manifest of 10 MB", 7, manifest + b" " * 10_000_000)
with_manifest("a manifest 10 000 levels deep", 7, b"[" * 10_000 + b"]" * 10_000)
with_manifest("a manifest cut short", 7, manifest[: len(manifest) // 2])
with_manifest("a manifest of a newer schema", 7, manifest.replace(b'"schema": 1', b'"schema": 2'), message="newer")
reset()
world.release("1.1.0")
generation_high = json.loads(manifest)
generation_high["generation"] = 50
world.write_manifest("stable", json.dumps(generation_high).encode())
home.agent("update", "--check")
generation_high["generation"] = 49
world.write_manifest("stable", json.dumps(generation_high).encode())
refused("a manifest that is older than one already seen", 7)
reset()
world.release("1.1.0")
text = json.dumps(json.loads(manifest)).replace(PLATFORM, "darwin-arm64")
world.write_manifest("stable", text.encode())
refused("a manifest without this platform", 9, "update", "--yes", "--version", "1.1.0", message="no archive for this machine")
refused("the same, without naming a version", 9, message=f"no release has an archive for {PLATFORM}")
reset()
world.release("1.1.0", publish=False)
newest = world.versions["1.1.0"]["platforms"]
newest["darwin-arm64"] = newest.pop(PLATFORM)
world.publish()
refused("only the newest release lacks this platform", 0)
result = home.agent("update", "--yes")
tap.case("and that is said", result.out.startswith("1.1.0 is there, but held: has no archive for this machine"), result)
reset()
world.write_manifest("stable", manifest)
shutil.rmtree(world.site / "targets")
refused("a site whose manifests are gone", 6)

# Servers.
reset()
world.release("1.1.0")


def server_case(sentence, status, handler=None, expired=False, message=None, trust=True, **environment):
    server = HttpsSite(world, handler, expired)
    environment.setdefault("TOOL_UPDATER_BASE_URL", server.url)
    if trust:
        environment["SSL_CERT_FILE"] = str(server.certificate)
    refused(sentence, status, message=message, **environment)
    server.close()


def answering(code, body=b"", kind="text/plain", only="/releases/"):
    def handler(path, request):
        if only not in path:
            return False
        request.send_response(code)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        return True
    return handler


def silent(path, request):
    if "/releases/" not in path:
        return False
    request.close_connection = True
    return True


PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"
server_case("a server that answers 404 for the archive", 6, answering(404))
server_case("a server that answers 500 for the archive", 6, answering(500))
server_case("a server that answers 500 for the manifest", 6, answering(500, only=".json"))
server_case("a server that gives a web page for the archive", 6, answering(200, PAGE, "text/html"))
server_case("a server that gives a web page for the manifest", 6, answering(200, PAGE, "text/html", only=".json"))
server_case("a server that answers nothing at all", 6, silent)
server_case("an expired certificate", 6, expired=True, message="certificate")
server_case("a certificate that nobody vouches for", 6, trust=False, message="certificate")
server_case("a proxy where nobody answers", 6, HTTPS_PROXY="http://127.0.0.1:9", message="proxy")
proxy = HostileServer(world, "proxy-refuses")
server_case("a proxy that refuses", 6, HTTPS_PROXY=proxy.url, message="the proxy refuses")
proxy.close()
refused("http:// as a base is refused", 3, "update", "--yes", TOOL_UPDATER_BASE_URL="http://127.0.0.1:1/x", message="https")
server = HttpsSite(world)
good = home.agent("update", "--yes", TOOL_UPDATER_BASE_URL=server.url, SSL_CERT_FILE=str(server.certificate))
server.close()
tap.is_("a good server: the update arrives over HTTPS", (good.status, home.product_says()), (0, "tool 1.1.0"))
tap.is_("its requests: metadata, the manifest of the channel, the archive, and no more",
        [p.split("/")[-1] for p in server.requests if "releases" in p], [world.asset("1.1.0").name])

# The identity record.
reset()
agent = home.versions / "1.0.0" / "tool-updater"
data = bytearray(agent.read_bytes())
data[world.section_offset(data) + 40] ^= 1
damaged = world.root / "damaged-updater"
damaged.write_bytes(data)
damaged.chmod(0o755)
for command in (["update"], ["install"], ["list"]):
    result = home.run(damaged, *command)
    tap.is_(f"a damaged identity record: {command[0]} does nothing", (result.status, "identity" in result.err), (7, True))
rootless = world.root / "rootless-updater"
rootless.write_bytes(world.stamped("1.0.0", root=None))
rootless.chmod(0o755)
server = HttpsSite(world)
for command in (["update"], ["install"], ["list"], ["doctor"]):
    result = home.run(rootless, *command, TOOL_UPDATER_BASE_URL=server.url, SSL_CERT_FILE=str(server.certificate))
    tap.is_(f"an agent without a root: {command[0]} says so in one line", (result.status, "stamped without a root" in result.err, result.err.count("\n"), result.out),
            (3, True, 1, ""))
server.close()
tap.is_("and asks nobody", server.requests, [])
world.close()
tap.done()
