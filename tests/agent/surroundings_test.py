#!/usr/bin/env python3
"""Surroundings that are not as they should be: clocks that are wrong or step, no authorities for TLS, a root on a file system of its own,
a release that needs a newer system. And decisions that other updaters got wrong, from beginning to end."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HttpsSite, Tap, World, clock_at, is_sanitized  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
TEN_YEARS = 10 * 365 * 86400


def installed(name, **settings):
    home = world.home(name)
    if home.install("1.0.0").status != 0:
        sys.exit("the first installation failed")
    for key, value in settings.items():
        home.agent("config", "set", f"updates.{key}", value)
    return home


# Clocks.
homes = {name: installed(name) for name in ("ahead", "behind", "stepping")}
world.release("1.1.0", padding=100_000)
result = homes["ahead"].agent("update", "--yes", **clock_at(int(time.time()) + TEN_YEARS))
tap.is_("a clock ten years ahead keeps no update away from a person", (result.status, homes["ahead"].product_says(), homes["ahead"].leftovers()), (0, "tool 1.1.0", []))
result = homes["behind"].agent("update", "--yes", **clock_at(int(time.time()) - TEN_YEARS))
tap.is_("a clock ten years back: 8, one line, nothing changed", (result.status, len(result.err.splitlines()), "clock" in result.err, homes["behind"].product_says()),
        (8, 1, True, "tool 1.0.0"))
for name in ("ahead", "behind"):
    result = homes[name].agent("update", "--yes")
    tap.is_(f"and with the right clock again ({name}) all is well", (result.status, homes[name].product_says()), (0, "tool 1.1.0"))
due = json.loads((homes["ahead"].state / "check.json").read_text())["next_due"]
tap.case("what was remembered of the wrong time is gone", due < time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * 86400)), due)

if is_sanitized():
    tap.skip("a clock that steps during a download", "not under a sanitizer")
else:
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    clock_file = world.root / "clock"
    stepping = homes["stepping"]
    stepping.save()
    for years in (10, -10):
        def step(path, _request, years=years):
            if path.endswith(".tar.gz"):
                clock_file.write_text(f"{years * 365:+}d\n")
            return False

        stepping.restore()
        clock_file.write_text("+0d\n")
        site = HttpsSite(world, step)
        result = stepping.agent("update", "--yes", TOOL_UPDATER_BASE_URL=site.url, SSL_CERT_FILE=str(site.certificate), LD_PRELOAD=str(library),
                                FAKETIME_TIMESTAMP_FILE=str(clock_file), FAKETIME_NO_CACHE="1", DONT_FAKE_MONOTONIC="1")
        site.close()
        tap.is_(f"a clock that steps by {years} years during a download changes nothing about it",
                (result.status, stepping.product_says(), stepping.leftovers(), clock_file.read_text()), (0, "tool 1.1.0", [], f"{years * 365:+}d\n"))

# Namespaces.
home = installed("namespaces")
site = HttpsSite(world)
NAMESPACES = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode == 0
if not NAMESPACES:
    tap.skip("no authorities for TLS; a root on another file system", "no user and mount namespaces here")
else:
    def without_authorities(*command):
        return home.run("unshare", "-Urm", "sh", "-ec", 'mount -t tmpfs none /etc/ssl; exec "$@"', "sh", home.bin / "tool-updater", *command, TOOL_UPDATER_BASE_URL=site.url)

    result = without_authorities("update", "--yes")
    tap.case("no authorities on this machine: 6, one line that names the key", result.status == 6 and len(result.err.splitlines()) == 1 and "ca_file" in result.err
             and home.product_says() == "tool 1.0.0", result)
    home.agent("config", "set", "network.ca_file", str(site.certificate))
    result = without_authorities("update", "--yes")
    tap.is_("network.ca_file is enough", (result.status, home.product_says()), (0, "tool 1.1.0"))

    other = world.home("other")
    agent = other.bootstrap("1.0.0")
    share = other.directory / ".local/share/tool-updater"
    script = """mkdir -p "$1"; mount -t tmpfs -o mode=755 none "$1"
"$2" install --version 1.0.0 --base-url "$3" >&2
"$HOME/.local/bin/tool-updater" update --yes >&2; "$HOME/.local/bin/tool"
"$HOME/.local/bin/tool-updater" rollback >&2; "$HOME/.local/bin/tool"
"$HOME/.local/bin/tool-updater" uninstall >&2 || echo "uninstall ended with $?"
ls -A "$1" "$HOME/.local/bin" """
    result = other.run("unshare", "-Urm", "sh", "-ec", script, "sh", share, agent, world.url)
    tap.case("a root on a file system of its own: install, update, rollback and uninstall as anywhere",
             result.status == 0 and result.out.startswith("tool 1.1.0\ntool 1.0.0\n") and "tool-updater\n" not in result.out.split(":", 1)[1], result)
site.close()

# A release that needs a newer C library than there is, and does not say so.
home = installed("glibc")
needing = world.program("1.2.0")
wanted = sorted(re.findall(rb"GLIBC_2[.0-9]+\0", needing), key=len)[-1]
newer = b"GLIBC_9.".ljust(len(wanted) - 1, b"9") + b"\0"
world.release("1.2.0", files=[("tool", needing.replace(wanted, newer)), ("tool-updater", world.stamped("1.2.0"))])
result = home.agent("update", "--yes")
tap.is_("a program that needs a newer glibc fails its probe: 15, and the old one stays",
        (result.status, newer[:-1].decode() in result.err, home.product_says(), home.leftovers()), (15, True, "tool 1.0.0", []))
tap.is_("and the next update takes the newest one that works", (home.agent("update", "--yes").status, home.product_says()), (0, "tool 1.1.0"))
del world.versions["1.2.0"]
world.publish()

# Row 60: who went back stays there, however often a timer looks.
home = installed("back", auto_install="true")
tap.is_("row 60: unattended, 1.1.0 arrives", (home.agent("update", "--unattended").status, home.current()), (0, "1.1.0"))
home.agent("rollback")
moves = {(home.agent("update", "--unattended").status, home.current()) for _ in range(5)}
tap.is_("row 60: after a rollback no look by itself moves anything", moves, {(0, "1.0.0")})
tap.is_("row 60: nor goes an ordinary update down, once it is up again",
        (home.agent("update", "--version", "1.1.0").status, {(home.agent("update", "--unattended").status, home.current()) for _ in range(2)}), (0, {(0, "1.1.0")}))

# Row 61: shares are whole numbers of basis points, and nothing else is read as one.
home = installed("rollout", auto_install="true")
for share, arrives in ((0, False), (10000, True)):
    world.versions["1.1.0"]["rollout"] = [{"at": "2026-11-01T12:00:00Z", "basis_points": share}]
    world.publish()
    result = home.agent("update", "--unattended")
    tap.is_(f"row 61: {share} basis points take {'everybody' if arrives else 'nobody'}", (result.status, home.current()), (0, "1.1.0" if arrives else "1.0.0"))
home.agent("rollback")
for share in ("0.1", "1e3", "-1", "10001", '"100"', "null"):
    text = json.dumps(world.manifest("stable", world.versions)).replace('"basis_points": 10000', f'"basis_points": {share}')
    world.generation += 1
    world.write_manifest("stable", text.encode())
    result = home.agent("update", "--check")
    tap.is_(f"row 61: a share of {share} is no manifest", (result.status, home.current()), (7, "1.0.0"))
world.versions["1.1.0"]["rollout"] = []
world.publish()

# Row 63: from five versions back, with a barrier two versions back.
home = installed("far")
for number in range(1, 6):
    world.release(f"1.{number}.0", publish=False)
world.versions["1.4.0"]["minimum_upgrade_from"] = world.versions["1.5.0"]["minimum_upgrade_from"] = "1.3.0"
world.publish()
way = []
for _ in range(4):
    result = home.agent("update", "--yes")
    way.append((result.status, home.current(), "again for" in result.out))
tap.is_("row 63: the way leads over the stepping stone, and says so", way, [(0, "1.3.0", True), (0, "1.5.0", False), (0, "1.5.0", False), (0, "1.5.0", False)])

# Row 59: a channel that was left is caught up with, never gone back from.
home = installed("channels")
world.release("1.6.0-beta.1", channel="beta")
home.agent("update", "--yes", "--channel", "beta")
result = home.agent("update", "--yes", "--channel", "stable")
tap.is_("row 59: leaving beta takes nothing down", (result.status, home.current(), "1.5.0" in result.out), (0, "1.6.0-beta.1", True))
world.release("1.6.0")
tap.is_("row 59: and goes on once stable has passed it", (home.agent("update", "--yes").status, home.current()), (0, "1.6.0"))
home.agent("update", "--yes", "--channel", "beta")
world.release("1.7.0")
tap.is_("row 59: who follows beta is not stranded when beta falls behind stable", (home.agent("update", "--yes").status, home.current()), (0, "1.7.0"))
world.close()
tap.done()
