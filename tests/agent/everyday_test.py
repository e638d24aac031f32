#!/usr/bin/env python3
"""What a person at a terminal meets in a week of use: words that could be misread, and waiting where nothing is wrong."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HostileServer, Tap, World, on_terminal  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
if home.install("1.0.0").status != 0:
    sys.exit("the first installation failed")
result = home.agent("update", "--unattended", "--quiet")
tap.is_("a timer that finds nothing new is silent", (result.status, result.out, result.err), (0, "", ""))
world.release("1.1.0", padding=200_000)

# A check in the background, which `notice` starts, never turns a person away.
server = HostileServer(world, "silent")
status, seen = on_terminal(home, ["notice"], TOOL_UPDATER_BASE_URL=server.url, SSL_CERT_FILE=server.certificate)
tap.is_("a first notice says nothing", (status, seen), (0, ""))
status, seen = on_terminal(home, ["update", "--yes"])
tap.case("an update just after it waits for its check and goes on", status == 0 and "1.0.0 -> 1.1.0" in seen and home.product_says() == "tool 1.1.0", seen)
server.close()
holder = subprocess.Popen(["flock", "--no-fork", home.root / "lock", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
while subprocess.run(["flock", "-n", home.root / "lock", "true"], check=False).returncode == 0:
    pass
tap.is_("a look does not wait for the lock", home.agent("update", "--check").status, 0)
holder.kill()
holder.wait()

# Back, and to what was left again: nothing is held then.
home.agent("rollback")
result = home.agent("update", "--unattended", "--quiet")
tap.is_("and a timer does not tell of it each day", (result.status, result.out, result.err), (0, "", ""))
tap.case("status tells of the hold after a rollback", "nothing up to 1.1.0 is taken" in home.agent("status").out)
home.agent("update", "--version", "1.1.0", "--yes")
tap.case("and no more once what was left is in place again", "held:" not in home.agent("status").out, home.agent("status"))

# A version that failed here is offered no more.
world.release("1.2.0", "crash")
home.agent("update", "--check")
status, seen = on_terminal(home, ["notice"])
tap.case("a notice tells of 1.2.0", "tool 1.2.0 is available" in seen, seen)
tap.is_("which fails its check", home.agent("update", "--yes").status, 15)
tap.is_("a notice speaks of it no more", on_terminal(home, ["notice"]), (0, ""))
tap.case("neither does status", "1.2.0" not in home.agent("status").out, home.agent("status"))
tap.case("list says what happened to it", "failed here: tool --version crashed" in home.agent("list").out, home.agent("list"))

# Words.
file = str(home.directory / ".config/tool-updater/config.toml")
tap.is_("config set says what holds now", home.agent("config", "set", "updates.channel", "beta").err,
        f'{file}: updates.channel is set; it is "beta" now (config.toml)\n')
tap.is_("config unset too", home.agent("config", "unset", "updates.channel").err,
        f'{file}: updates.channel is taken out; it is "stable" now (installation)\n')
tap.is_("a variable that overrides what was set is named", home.agent("config", "set", "updates.base_url", "https://a.example", TOOL_UPDATER_BASE_URL="https://b.example").err,
        f'{file}: updates.base_url is set; it is "https://b.example" now (environment)\n')
home.agent("config", "unset", "updates.base_url")
result = home.agent("rollback", "--to", "0.9.0")
tap.is_("a version that was never here", (result.status, result.err), (9, "tool-updater: 0.9.0 is not installed; kept here: 1.0.0\n"))
world.release("1.3.0")
result = home.agent("update", "--check")
tap.is_("the size is that of the new version", result.out.startswith("1.3.0 is available (") and result.out.endswith("; installed: 1.1.0); to take it: tool-updater update\n"), True)

# What PATH finds at the end is what was installed, or the command says so: an update that changes nothing for its user is none.
early = home.directory / "early"
early.mkdir()
PATH = f"{early}:{home.bin}:/usr/bin:/bin"


def stands_first(version):
    (early / "tool").unlink(missing_ok=True)
    (early / "tool").write_bytes(world.program(version))
    (early / "tool").chmod(0o755)


def says(version):
    return (f"tool-updater: tool {version} is in place, but PATH finds {early}/tool before {home.bin}/tool; "
            f"remove it, or put {home.bin} first in PATH\n")


stands_first("0.1.0")
result = home.agent("update", "--yes", PATH=PATH)
tap.is_("an update that PATH does not find ends with 3, and names both files", (result.status, result.err), (3, says("1.3.0")))
tap.is_("it is complete and stays", (home.current(), home.product_says(), home.leftovers(), home.complete("1.3.0")), ("1.3.0", "tool 1.3.0", [], True))
tap.case("it says what it did", "tool 1.1.0 -> 1.3.0" in result.out, result)
tap.case("and blocks nothing", "failed here" not in "".join(line for line in home.agent("list").out.splitlines() if "1.3.0" in line), home.agent("list"))
result = home.agent("rollback", PATH=PATH)
tap.is_("a rollback too", (result.status, result.err, home.current()), (3, says("1.1.0"), "1.1.0"))
result = home.agent("update", "--version", "1.3.0", "--json", PATH=PATH)
report = json.loads(result.out)
tap.is_("so does --json", (result.status, report["status"], len(report["remarks"]), result.err), (3, "installed", 1, says("1.3.0")))
world.release("1.4.0")
home.agent("config", "set", "updates.auto_install", "true")
result = home.agent("update", "--unattended", PATH=PATH)
tap.is_("unattended it is a warning", (result.status, home.current(), f"PATH finds {early}/tool before" in result.err), (0, "1.4.0", True))
world.release("1.5.0")
(early / "tool").unlink()
(early / "tool").write_text(f'#!/bin/sh\nexec {home.bin}/tool "$@"\n')
(early / "tool").chmod(0o755)
result = home.agent("update", "--yes", PATH=PATH)
tap.is_("a wrapper that leads to it is good enough", (result.status, home.current(), "which is this version too" in result.err), (0, "1.5.0", True))
world.release("1.6.0")
(early / "tool").unlink()
(early / "tool").symlink_to(home.bin / "tool")
result = home.agent("update", "--yes", PATH=PATH)
tap.is_("and a link to it needs no word", (result.status, result.err), (0, ""))

# A refused first installation leaves a home as it was.
stranger = world.home("stranger")
program = stranger.bootstrap("1.6.0")
before = sorted(stranger.directory.rglob("*"))
result = stranger.run(program, "install", "--version", "9.9.9", "--base-url", world.url)
tap.is_("a version that there is not", (result.status, result.err), (9, "tool-updater: there is no version 9.9.9; there are: 1.6.0, 1.5.0, 1.4.0, 1.3.0, 1.2.0, 1.1.0, 1.0.0\n"))
tap.is_("leaves nothing behind", sorted(stranger.directory.rglob("*")), before)
(stranger.directory / ".local/share/fonts").mkdir(parents=True)
before = sorted(stranger.directory.rglob("*"))
result = stranger.run(program, "install", "--base-url", f"file://{world.root}/nowhere")
tap.is_("nor does a site that is not there", (result.status != 0, sorted(stranger.directory.rglob("*"))), (True, before))
home.agent("update", "--version", "9.9.9", "--yes")
tap.is_("what is installed stays after such an answer", (home.current(), home.root.joinpath("recover.sh").exists()), ("1.6.0", True))
world.close()
tap.done()
