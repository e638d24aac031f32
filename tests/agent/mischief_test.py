#!/usr/bin/env python3
"""What somebody tries who wants to break it: names, limits, files and readers that nobody expects. Each ends in one line, and nothing is lost."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
assert home.install("1.0.0").status == 0
world.release("1.1.0")
agent = home.bin / "tool-updater"
config = home.directory / ".config/tool-updater/config.toml"
config.parent.mkdir(parents=True)


def refused(sentence, result, status, words=""):
    """One line on standard error that a terminal survives."""
    lines = result.err.splitlines()
    tap.case(sentence, result.status == status and len(lines) == 1 and words in lines[0] and "\x1b" not in result.err, result)


def broken_pipe():
    """The end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


# Readers that are gone. The warning comes before the switch.
config.write_text("[updates]\nchanel = 'stable'\n")
pipe = broken_pipe()
process = subprocess.run([agent, "update", "--yes"], env=home.environment(), cwd=home.directory, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, check=False)
tap.is_("an update whose reader is gone goes on to its end", (process.returncode, home.product_says(), home.leftovers()), (0, "tool 1.1.0", []))
config.unlink()
log = home.state / "service/8737.log"
log.parent.mkdir()
log.write_text("a line\n")
process = subprocess.Popen([agent, "logs", "--follow"], env=home.environment(), stdout=subprocess.PIPE)
process.stdout.readline()
process.stdout.close()
try:
    tap.is_("logs --follow ends with its reader, though nothing is written", process.wait(30), 0)
except subprocess.TimeoutExpired:
    process.kill()
    tap.case("logs --follow ends with its reader, though nothing is written", False)
log.write_bytes(b"\xff\x1b]0;title\x07 a line\n")
tap.is_("what programs wrote into the log reaches no terminal", home.agent("logs").out, "]0;title a line\n")
tap.is_("and is JSON", (home.agent("logs", "--json").status, "]0;title a line" in home.agent("logs", "--json").out), (0, True))
log.unlink()

# Arguments
refused("an argument with line ends and escapes is named in one line", home.agent("update", "--version", "1\n\x1b[31m\n2"), 3)
refused("so is a command", home.agent("up\n\x1b[31m\ndate"), 2)
refused("a value that is not UTF-8", home.run("sh", "-c", 'exec "$0" config set updates.channel "$(printf "\\377")"', agent), 3, "updates.channel must be")

# Places
outside = world.root / "outside"
outside.mkdir()
install = [home.bootstrap("1.0.0"), "install", "--version", "1.0.0", "--base-url", world.url]
refused("a name that is too long", home.run(*install, "--prefix", outside / ("n" * 300)), 3, "shorter")
refused("a home whose name is not UTF-8", home.run("sh", "-c", 'HOME="$(printf "/tmp/\\377")" exec "$0" "$@"', *install), 3, "not UTF-8")
os.symlink("loop", outside / "loop")
refused("a link to itself", home.run(*install, "--prefix", outside / "loop"), 3, "link")
places = {"TOOL_UPDATER_ROOT": f"{outside}/root/"}
for inside in ("versions", "versions/1.0.0", "staging", "state/x"):
    refused(f"links in {inside}", home.run(*install, **places, TOOL_UPDATER_BIN_DIR=f"{outside}/root/{inside}"), 3, "cannot hold the links")
tap.is_("nothing was made for any of them", sorted(p.name for p in outside.iterdir()), ["loop"])
result = home.run(*install, **places, TOOL_UPDATER_BIN_DIR=f"{outside}/bin//")
tap.case("a `/` at the end of a folder means nothing", result.status == 0 and f"in {outside}/bin;" in result.out
         and os.readlink(outside / "bin/tool") == "../root/versions/current/tool", result)
for name in ("a\nb", "a:b"):
    other = world.home(name)
    (other.directory / ".bashrc").write_text("true\n")
    result = other.install("1.0.0", SHELL="/bin/bash", PATH="/usr/bin:/bin")
    tap.case(f"{name!r}: a folder that cannot be on PATH is told, and no shell file is changed", result.status == 0 and "cannot be on PATH" in result.err
             and (other.directory / ".bashrc").read_text() == "true\n" and not (other.directory / ".profile").exists(), result)
    tap.is_(f"{name!r}: it works all the same", (other.agent("update", "--yes").status, other.product_says()), (0, "tool 1.1.0"))
    tap.is_(f"{name!r}: and goes without a trace", (other.agent("uninstall").status, other.root.exists()), (0, False))

# Another product whose updater has the same name
stranger = World("stranger", "tool-updater")
stranger.release("2.0.0")
other = outside / "tool-updater"
other.write_bytes(stranger.stamped("2.0.0"))
other.chmod(0o755)
for command in (["install", "--base-url", stranger.url], ["update", "--yes"], ["rollback"], ["repair"], ["uninstall"]):
    refused(f"the updater of another product that has the same name: {command[0]}", home.run(other, *command), 3, "holds tool, and this is the updater of stranger")
tap.is_("changes nothing here", (home.product_says(), home.current(), home.leftovers()), ("tool 1.1.0", "1.1.0", []))
stranger.close()

# A configuration
for sentence, text, words in (("a name of 50 000 parts", "[" + "a." * 50000 + "b]\n", ":1: a name has at most"),
                              ("a key twice", "[updates]\nchannel='beta'\nchannel='beta'\n", ":3:")):
    config.write_text(text)
    for command in (["update", "--check"], ["update", "--yes"], ["config", "set", "updates.channel", "stable"]):
        refused(f"{sentence}, {' '.join(command)}: one line", home.agent(*command), 3, words)
config.unlink()
config.mkdir()
refused("a folder in its place", home.agent("update", "--check"), 3, "directory")
config.rmdir()
config.write_text("updates = 'stable'\n")
tap.case("a section that is none", "updates must be a table, [updates]" in home.agent("status").err)

# Passwords
config.write_text("[updates]\nmirrors = ['http://u:SECRET@h/']\nbase_url = 'https://h/?SECRET'\n[network]\nproxy = 'http://u:SECRET@127.0.0.1:9'\n"
                  "[telemetry]\nendpoint = 'https://u:SECRET@h'\n")
for command in (["status"], ["status", "--json"], ["config", "show"], ["config", "show", "--json"], ["update", "--check"], ["update", "--yes", "--verbose"], ["doctor"],
                ["config", "set", "network.proxy", "http://u:SECRET@proxy.example:1"], ["config", "set", "updates.mirrors", "ftp://u:SECRET@h/,https://h/?SECRET"]):
    result = home.agent(*command)
    tap.case(f"no password is shown: {' '.join(command[:2])}", "SECRET" not in result.out + result.err, result)
tap.is_("but for who asks for that key", home.agent("config", "get", "network.proxy").out, "http://u:SECRET@proxy.example:1\n")
config.unlink()

# Something else in the place of a file of ours, twice: what was set aside first is in the way.
for name in ("check.json", "receipt.json", "journal.json", "watermark.json", "install_id"):
    for make in (lambda path: (path / "x").mkdir(parents=True), lambda path: (path / "y").mkdir(parents=True), os.mkfifo):
        path = home.state / name
        path.unlink(missing_ok=True)
        make(path)
        result = home.agent("update", "--yes")
    tap.is_(f"a folder and then a pipe for {name}", (result.status, home.product_says(), home.leftovers()), (0, "tool 1.1.0", []))
(home.root / "recover.sh").unlink()
(home.root / "recover.sh/x").mkdir(parents=True)
tap.is_("a folder for recover.sh", (home.agent("update", "--yes").status, (home.root / "recover.sh").is_file()), (0, True))
(home.state / "check.json").unlink(missing_ok=True)
(home.state / "check.json/x").mkdir(parents=True)
tap.is_("none of them keeps it from being removed", (home.agent("uninstall").status, home.root.exists()), (0, False))
world.close()
tap.done()
