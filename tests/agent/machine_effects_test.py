#!/usr/bin/env python3
"""Machines that are full, read-only, noexec or without a home; as an unprivileged user, because root may do everything."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []


def in_namespace(home, mount, *command, **environment):
    """As an unprivileged user in a mount namespace of its own, after `mount` made the home what the case is about."""
    script = f"{mount}\nexec \"$@\""
    return home.run(*NOBODY, "unshare", "-Urm", "sh", "-ec", script, "sh", *command, **environment)


def home_of_nobody(name):
    home = world.home(name)
    if os.geteuid() == 0:
        os.chown(home.directory, 65534, 65534)
    return home


bootstrap = world.root / "bootstrap"
bootstrap.mkdir()
agent = bootstrap / "tool-updater"
agent.write_bytes(world.stamped("1.0.0"))
agent.chmod(0o755)
install = [str(agent), "install", "--version", "1.0.0", "--base-url", world.url]

home = home_of_nobody("read-only")
result = in_namespace(home, f"mount --bind {home.directory} {home.directory}; mount -o remount,ro,bind {home.directory}", *install)
tap.is_("a read-only home: status 13 that says so", (result.status, "ead-only" in result.err), (13, True))
tap.is_("and nothing was written", list(home.directory.iterdir()), [])

home = home_of_nobody("noexec")
result = in_namespace(home, f"mount -t tmpfs -o noexec,mode=755 none {home.directory}", *install)
tap.is_("a noexec home: status 13 that says so", (result.status, "noexec" in result.err), (13, True))

home = home_of_nobody("full")
result = in_namespace(home, f"mount -t tmpfs -o size=600k,mode=755 none {home.directory}", *install)
tap.is_("a home without space: status 13 that says so", (result.status, "space" in result.err), (13, True))

home = home_of_nobody("forbidden")
(home.directory / ".local").mkdir()
(home.directory / ".local").chmod(0o555)
result = home.run(*NOBODY, *install)
tap.is_("a folder that may not be written: status 13 that names it", (result.status, str(home.directory / ".local") in result.err), (13, True))

home = home_of_nobody("unset")
result = home.run(*NOBODY, *install, HOME="")
tap.is_("HOME unset, and the passwd entry's home cannot be made: status 13", result.status, 13)
result = home.run(*NOBODY, "unshare", "-U", *install, HOME="")
tap.case("HOME unset and no passwd entry that fits: an error, never a guess", result.status in (3, 13), result)
prefix = home.directory / "prefix"
result = home.run(*NOBODY, *install, "--prefix", prefix, HOME="")
tap.is_("HOME unset with --prefix needs none", (result.status, (prefix / "bin" / "tool").exists()), (0, True))
result = home.run(prefix / "bin" / "tool-updater", "list", HOME="") if not NOBODY else home.run(*NOBODY, prefix / "bin" / "tool-updater", "list", HOME="")
tap.is_("and the agent in it finds its root by itself", (result.status, "1.0.0" in result.out), (0, True))

# A folder that somebody else prepared must not configure an agent without a home.
trap = prefix / "trap"
(trap / ".config/tool-updater").mkdir(parents=True)
(trap / ".config/tool-updater/config.toml").write_text('[network]\nproxy = "http://stranger.example:1"\n')
in_prefix = {"HOME": "", "before": ["setpriv", "--reuid", "12345", "--clear-groups", "env", "-C", str(trap)] if NOBODY else ["env", "-C", str(trap)]}
result = home.run(prefix / "bin/tool-updater", "config", "get", "network.proxy", **in_prefix)
tap.is_("without a home the current folder configures nothing", (result.status, result.out), (9, ""))
result = home.run(prefix / "bin/tool-updater", "status", **in_prefix)
tap.case("the configuration is in the root then", f"{prefix}/share/tool-updater/config.toml" in result.out, result)

for mask in ("000", "077"):
    home = home_of_nobody(f"umask-{mask}")
    result = home.run(*NOBODY, "sh", "-c", f'umask {mask}; exec "$@"', "sh", *install)
    modes = [oct((home.root / name).stat().st_mode & 0o777) for name in ("versions/1.0.0/tool", "versions/1.0.0/README.md", "staging", "state/receipt.json", "versions/1.0.0")]
    tap.is_(f"umask {mask} does not reach the modes", (result.status, modes), (0, ["0o755", "0o755", "0o700", "0o644", "0o755"]))

# Twenty at once.
world.release("1.1.0")
home = world.home("crowd")
home.install("1.0.0")
crowd = [subprocess.Popen([home.bin / "tool-updater", "update", "--yes"], env=home.environment(), cwd=home.directory,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(20)]
ends = []
for process in crowd:
    out, err = process.communicate(timeout=120)
    ends.append((process.returncode, b"1.0.0 -> 1.1.0" in out))
tap.is_("twenty updaters at once: exactly one installs", [updated for _, updated in ends].count(True), 1)
tap.case("the others find the lock or nothing to do", all(status in (0, 14) for status, _ in ends), ends)
tap.is_("and what is there is whole", (home.product_says(), home.complete("1.1.0"), home.leftovers()), ("tool 1.1.0", True, []))
holder = subprocess.Popen(["flock", home.root / "lock", "sleep", "60"])
while subprocess.run(["flock", "-n", home.root / "lock", "true"], check=False).returncode == 0:
    pass
result = home.agent("rollback")
holder.kill()
holder.wait()
subprocess.run(["pkill", "-P", str(holder.pid)], check=False)
tap.is_("a lock that another process holds: status 14", result.status, 14)
world.close()
tap.done()
