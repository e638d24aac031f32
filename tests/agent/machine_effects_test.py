#!/usr/bin/env python3
"""Machines that are full, read-only, noexec or without a home; as an unprivileged user, because root may do everything."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, is_sanitized  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []


NAMESPACES = subprocess.run([*NOBODY, "unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False)


def in_namespace(home, mount, *command, **environment):
    """As an unprivileged user in a mount namespace of its own, after `mount` made the home what the case is about. The last line of
    its output is what the product says there afterwards, if there is one."""
    script = f"""{mount}
status=0; "$@" || status=$?
if [ -e "$HOME/.local/bin/tool" ]; then "$HOME/.local/bin/tool" || echo "the product does not run"; fi
exit $status"""
    return home.run(*NOBODY, "unshare", "-Urm", "sh", "-ec", script, "sh", *command, **environment)


def machine_case(sentence, home, mount, command, words, says=None):
    """Ends with status 13, one line with these words, and the product as it was."""
    if NAMESPACES.returncode != 0:
        tap.skip(sentence, "no user and mount namespaces here")
        return
    result = in_namespace(home, mount, *command)
    lines = result.err.strip().splitlines()
    said = [line for line in result.out.splitlines() if line.startswith("t")]
    tap.case(sentence, result.status == 13 and len(lines) == 1 and words in lines[0] and said == ([says] if says else []), result)


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
machine_case("a read-only home: status 13 that says so", home, f"mount --bind {home.directory} {home.directory}; mount -o remount,ro,bind {home.directory}",
             install, "ead-only")
tap.is_("and nothing was written", list(home.directory.iterdir()), [])

home = home_of_nobody("noexec")
machine_case("a noexec home: status 13 that says so", home, f"mount -t tmpfs -o noexec,mode=755 none {home.directory}", install, "noexec")

home = home_of_nobody("full")
machine_case("a home without space: status 13 that says so", home, f"mount -t tmpfs -o size=600k,mode=755 none {home.directory}", install, "space")

# The same, where 1.0.0 is installed already: it stays whole. The agent outside, because in a noexec home nothing runs.
installed = home_of_nobody("installed")
if installed.run(*NOBODY, *install).status != 0:
    sys.exit("the installation for the cases of updates failed")
world.release("1.1.0", publish=True)
update = [str(agent), "update", "--yes"]
remount = f"mount --bind {installed.directory} {installed.directory}; mount -o remount,bind,"
machine_case("an update in a read-only home", installed, f"{remount}ro {installed.directory}", update, "ead-only", "tool 1.0.0")
saved = world.root / "installed.saved"
subprocess.run(["cp", "-a", installed.directory, saved], check=True)
small = f"mount -t tmpfs -o size=%s,mode=755 none {installed.directory}; cp -a {saved}/. {installed.directory}; "
kept = sum(path.stat().st_size for path in saved.rglob("*") if path.is_file() and not path.is_symlink())
room = f"{kept // 1024 + 1024}k"
machine_case("an update in a home without space", installed, small % room + f"dd if=/dev/zero of={installed.directory}/filler 2>/dev/null || :", update, "space",
             "tool 1.0.0")
if NAMESPACES.returncode == 0:
    result = in_namespace(installed, f"{remount}noexec {installed.directory}", *update)
    tap.case("an update in a noexec home: status 13 that says so", result.status == 13 and "noexec" in result.err, result)
else:
    tap.skip("an update in a noexec home: status 13 that says so", "no user and mount namespaces here")
tap.is_("after all of them 1.0.0 is in place, whole", (installed.product_says(), installed.complete("1.0.0"), installed.leftovers()), ("tool 1.0.0", True, []))
tap.is_("and the update arrives where nothing is in the way", (installed.run(*NOBODY, *update).status, installed.product_says()), (0, "tool 1.1.0"))

# A program that works with more rights than its caller has does not take paths, authorities or sites from the caller.
if os.geteuid() == 0:
    lifted = world.root / "lifted"
    lifted.mkdir()
    program = lifted / "tool-updater"
    program.write_bytes(world.stamped("1.0.0"))
    program.chmod(0o4755)
    eve = home_of_nobody("eve")
    config = world.root / "eve.toml"
    config.write_text("not TOML")
    config.chmod(0o644)
    hers = {"TOOL_UPDATER_ROOT": str(eve.directory / "root"), "TOOL_UPDATER_BIN_DIR": str(eve.directory / "bin"), "XDG_DATA_HOME": str(eve.directory),
            "XDG_CONFIG_HOME": str(eve.directory), "TOOL_UPDATER_CONFIG_PATH": str(config), "TOOL_UPDATER_BASE_URL": "file:///eve",
            "SSL_CERT_FILE": "/eve.pem", "HTTPS_PROXY": "http://127.0.0.1:9",
            "ASAN_OPTIONS": "detect_leaks=0"}  # LeakSanitizer cannot look into a set-user-ID process
    result = eve.run(*NOBODY, program, "status", "--json", **hers)
    tap.case("set-user-ID: no variable of the caller is honoured", result.status == 0 and "/root/.local/share/tool-updater" in result.out and
             "eve" not in result.out + result.err, result)
    program.chmod(0o755)
    result = eve.run(*NOBODY, program, "config", "show", **hers)
    tap.case("the same program without that honours them", result.status == 3 and str(config) in result.err, result)
else:
    tap.skip("set-user-ID: no variable of the caller is honoured", "needs root")

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

# Memory does not grow with the release: under this limit the kernel refuses every private writable page beyond 32 MiB.
home = world.home("little-memory")
home.install("1.0.0")
sentence = "an update of 48 MB within 32 MiB of memory"
if is_sanitized():
    tap.skip(sentence, "not under a sanitizer")
else:
    world.release("1.0.1", padding=48_000_000)
    result = home.run("prlimit", f"--data={32 << 20}", home.bin / "tool-updater", "update", "--yes", "--version", "1.0.1")
    tap.is_(sentence, (result.status, home.product_says(), home.complete("1.0.1")), (0, "tool 1.0.1", True))

# What whoever starts an updater may leave it.
home = world.home("odd-parent")
home.install("1.0.0")
result = home.run("sh", "-c", 'trap "" CHLD PIPE HUP; exec "$@"', "sh", home.bin / "tool-updater", "update", "--yes")
tap.is_("a parent that ignores SIGCHLD, SIGPIPE and SIGHUP", (result.status, home.product_says()), (0, "tool 1.1.0"))

# Twenty at once.
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
holder = subprocess.Popen(["flock", "--no-fork", home.root / "lock", "sleep", "60"])
while subprocess.run(["flock", "-n", home.root / "lock", "true"], check=False).returncode == 0:
    pass
result = home.agent("rollback")
holder.kill()
holder.wait()
tap.is_("a lock that another process holds: status 14", result.status, 14)
world.close()
tap.done()
