#!/usr/bin/env python3
"""update, list, status, notice, config, init, version, completion: as a person and a script use them."""
import json
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HttpsSite, Tap, World, on_terminal, snapshot  # noqa: E402  pylint: disable=wrong-import-position

tap = Tap()


def documented(section):
    """The members that docs/agent-json.md has under a heading."""
    page = (pathlib.Path(os.environ["SOURCE_ROOT"]) / "docs/agent-json.md").read_text()
    text = re.search(rf"^## [^\n]*\b{section}\b[^\n]*\n(.*?)(?=^## |\Z)", page, re.S | re.M).group(1)
    names = set()
    for row in re.findall(r"^\| ([^|]*) \|", text, re.M):
        names |= {name.removeprefix("versions[].") for name in re.findall(r"`([^`]+)`", row)}
    return names


def is_documented(name, section, report):
    members = set(report)
    for entry in report.get("versions", []) if isinstance(report.get("versions"), list) else []:
        members |= set(entry)
    tap.is_(f"{name} --json has documented members only", sorted(members - documented(section)), [])
    tap.is_(f"{name} --json says its schema", report["schema"], 1)


world = World()
world.release("1.0.0")
home = world.home()
tap.is_("an installation to work with", home.install("1.0.0").status, 0)

# What there is, and looking at it.
result = home.agent("update", "--check")
tap.is_("--check ends with 0 where nothing is newer", result.status, 0)
tap.is_("and says so", result.out, "1.0.0 is the newest of channel stable\n")
world.release("1.1.0", publish=False)
world.versions["1.1.0"]["notes"] = "Faster.\nSafer \x1b[31mthan ever.\n"
world.publish()
result = home.agent("update", "--check")
tap.is_("--check ends with 10 where an update is available", result.status, 10)
tap.case("and names it and the command", result.out.startswith("1.1.0 is available (") and "; installed: 1.0.0); to take it: " in result.out
         and result.out.endswith("to take it: tool-updater update\n"), result)
tap.case("a channel stands in it as one types it", home.agent("update", "--check", "--channel", "beta").out.endswith("tool-updater update --channel beta\n"))
tap.is_("and changes nothing", home.current(), "1.0.0")
result = home.agent("update", "--check", "--explain")
tap.case("--explain has a line a release with its rule",
         re.search(r"^1\.1\.0 +taken\n1\.0\.0 +current +is installed\n", result.out), result)
is_documented("update --check", "update", json.loads(home.agent("update", "--check", "--json").out))

before = snapshot(home.directory)
for command in (["list"], ["list", "--installed"], ["list", "--json"], ["status"], ["status", "--json"], ["version"], ["version", "--json"],
                ["config", "show"], ["config", "get", "updates.channel"], ["completion", "bash"], ["--version"], ["--help"]):
    result = home.agent(*command)
    tap.case(f"`{' '.join(command)}` ends with 0", result.status == 0 and result.out, result)
tap.is_("none of them has written anything", snapshot(home.directory), before)

listed = home.agent("list").out
tap.case("list marks the current version and shows the available one",
         re.search(r"^  1\.1\.0 +available +stable", listed, re.M) and re.search(r"^\* 1\.0\.0 +current", listed, re.M), listed)
is_documented("list", "list", json.loads(home.agent("list", "--json").out))
is_documented("status", "status", json.loads(home.agent("status", "--json").out))
report = json.loads(home.agent("version", "--json").out)
is_documented("version", "version", report)
tap.is_("version --json shows the identity", (report["version"], report["identity"]["product"], report["identity"]["agent"]),
        ("1.0.0", "tool", "tool-updater"))
tap.is_("--version is one line", home.agent("--version").out, "tool-updater 1.0.0\n")
tap.is_("list without a site shows what is installed", home.agent("list", TOOL_UPDATER_BASE_URL=f"file://{world.root}/nowhere").status, 0)

# Questions on a terminal.
QUESTION = r"Update\?[^\n]*\[y\] "
for name, answer in (("q", "q\n"), ("n", "n\n"), ("Ctrl-C", "\x03"), ("Ctrl-D", "\x04"), ("three wrong answers", "a\nb\nc\n")):
    config_before = snapshot(home.directory / ".config") if (home.directory / ".config").exists() else {}
    status, seen = on_terminal(home, ["update", "--channel", "beta"], answer, QUESTION)
    tap.case(f"{name} ends with 130, and says that nothing was changed", status == 130 and "cancelled; nothing was changed" in seen, seen)
    tap.is_(f"{name} changes no version", home.current(), "1.0.0")
    tap.is_(f"{name} saves no channel", snapshot(home.directory / ".config") if (home.directory / ".config").exists() else {}, config_before)
    tap.is_(f"{name} leaves nothing behind", home.leftovers(), [])
status, seen = on_terminal(home, ["update"], "\n", QUESTION)
tap.is_("Enter updates", (status, home.current(), home.product_says()), (0, "1.1.0", "tool 1.1.0"))
tap.case("before the question come versions, size and notes", re.search(r"tool 1\.0\.0 -> 1\.1\.0 \(\d", seen) and "  Faster.\n" in seen, seen)
tap.case("no control character of the notes reaches the terminal", "\x1b[31m" not in seen and "Safer [31mthan ever." in seen, repr(seen))
tap.case("the command to go back is named", "to go back: tool-updater rollback" in seen, seen)

# Going back, holding, and what lifts it.
tap.is_("update --rollback goes back", (home.agent("update", "--rollback").status, home.current()), (0, "1.0.0"))
result = home.agent("update")
tap.is_("a held update ends with 0 and changes nothing", (result.status, home.current()), (0, "1.0.0"))
tap.case("and says why and how to take it", "you went back from 1.1.0" in result.out and "tool-updater update --version 1.1.0" in result.out, result)
tap.is_("--check ends with 11 where it is held", home.agent("update", "--check").status, 11)
tap.case("list says that it is held", re.search(r"^  1\.1\.0 +previous.*held since you went back", home.agent("list").out, re.M), home.agent("list"))
tap.is_("status says so too", json.loads(home.agent("status", "--json").out)["held_back_from"], "1.1.0")
world.release("1.2.0")
tap.is_("something newer ends the hold", (home.agent("update").status, home.current()), (0, "1.2.0"))
result = home.agent("update", "--version", "1.1.0")
tap.is_("--version goes down", (result.status, home.current()), (0, "1.1.0"))
tap.is_("and holds what was left", home.agent("update", "--check").status, 11)
tap.is_("--version goes up past the hold", (home.agent("update", "--version", "1.2.0").status, home.current()), (0, "1.2.0"))
result = home.agent("update", "--version", "7.0.0")
tap.is_("an unknown version ends with 9", (result.status, home.current()), (9, "1.2.0"))
tap.is_("no version at all ends with 3", home.agent("update", "--version", "new").status, 3)
tap.is_("an unknown channel ends with 2", home.agent("update", "--channel", "gamma").status, 2)
for options in (["--rollback", "--check"], ["--rollback", "--version", "1.0.0"], ["--unattended", "--channel", "beta"]):
    tap.is_(f"{' '.join(options)} is refused as usage", home.agent("update", *options).status, 2)

# Pin, skip, unattended.
home.agent("config", "set", "updates.pin_version", "1.2")
world.release("1.20.0")
result = home.agent("update")
tap.case("a pin holds, component by component", result.status == 0 and home.current() == "1.2.0" and "outside of the pin 1.2" in result.out, result)
home.agent("config", "unset", "updates.pin_version")
home.agent("config", "set", "updates.skip_versions", "1.20.0")
tap.is_("a skipped version is held", home.agent("update", "--check").status, 11)
home.agent("config", "unset", "updates.skip_versions")
result = home.agent("update", "--unattended")
tap.is_("--unattended only reports without auto_install", (result.status, home.current()), (0, "1.2.0"))
world.versions["1.20.0"]["breaking_changes"] = True
world.publish()
tap.is_("unattended, breaking changes are held", home.agent("update", "--check", "--unattended").status, 11)
tap.is_("for a person they are available", home.agent("update", "--check").status, 10)
world.versions["1.20.0"]["breaking_changes"] = False
world.publish()
home.agent("config", "set", "updates.auto_install", "true")
tap.is_("with auto_install it installs and never asks", on_terminal(home, ["update", "--unattended"])[0], 0)
tap.is_("and the version is there", home.current(), "1.20.0")
DOWN = r"Go back from 1\.20\.0 to 1\.2\.0\?[^\n]*\[n\] "
status, seen = on_terminal(home, ["update", "--version", "1.2.0"], "\n", DOWN)
tap.is_("Enter does not go down", (status, home.current()), (130, "1.20.0"))
tap.case("and a version that was asked for is not offered to be skipped", "skip" not in seen, seen)
status, seen = on_terminal(home, ["update", "--version", "1.2.0"], "s\ny\n", DOWN)
tap.case("an answer that is no choice is named, and going down takes a yes",
         status == 0 and "\"s\" is none of y, n, q\n" in seen and home.current() == "1.2.0", seen)
world.release("1.21.0")
status, seen = on_terminal(home, ["update"], "s\n", QUESTION)
tap.is_("s skips this version", (status, home.current(), home.agent("config", "get", "updates.skip_versions").out), (0, "1.2.0", '["1.21.0"]\n'))
tap.case("and it names what takes that back", "to be offered it again: tool-updater config unset updates.skip_versions" in seen, seen)
home.agent("config", "set", "updates.skip_versions", "1.5.0")
status, seen = on_terminal(home, ["update"], "s\n", QUESTION)
tap.case("and what leaves the others skipped", "again: tool-updater config set updates.skip_versions 1.5.0\n" in seen.replace("\r", ""), seen)
tap.is_("--yes does not ask", on_terminal(home, ["update", "--yes", "--version", "1.21.0"])[0], 0)
home.agent("config", "unset", "updates.skip_versions")

# Channels.
world.release("1.22.0-beta.1", channel="beta")
result = home.agent("update", "--channel", "beta")
tap.is_("--channel takes the newest of that channel", (result.status, home.current()), (0, "1.22.0-beta.1"))
tap.case("and says that it is saved", "channel beta is saved in" in result.err, result)
tap.is_("and it is", home.agent("config", "get", "updates.channel").out, "beta\n")
result = home.agent("update", "--channel", "stable")
tap.is_("leaving a channel takes nothing down", (result.status, home.current()), (0, "1.22.0-beta.1"))
tap.case("and says that it stays, and how to go down", "stays until that passes it" in result.out and "update --version 1.21.0" in result.out, result)
tap.is_("a version of another channel can be asked for by name",
        (home.agent("update", "--version", "1.21.0").status, home.agent("update", "--version", "1.22.0-beta.1").status, home.current()),
        (0, 0, "1.22.0-beta.1"))
tap.is_("and the channel stays what it was", home.agent("config", "get", "updates.channel").out, "stable\n")

# Withdrawn, halted, below the floor.
world.versions["1.22.0-beta.1"]["yanked"] = {"reason": "loses data", "since": None}
world.publish()
home.agent("config", "set", "updates.channel", "beta")
result = home.agent("update")
tap.is_("a withdrawn version is left downward", (result.status, home.current()), (0, "1.21.0"))
tap.case("and the reason is said", "was withdrawn: loses data" in result.err, result)
world.release("1.23.0", publish=False)
world.manifest_extra = {"halt": {"reason": "looking into it", "since": None}, "security_floor": "1.2.0"}
world.publish()
result = home.agent("update")
tap.case("a halt is said", result.status == 0 and home.current() == "1.21.0" and "is halted: looking into it" in result.out, result)
tap.is_("nothing below the security floor is installed, by --version neither", home.agent("update", "--version", "1.1.0").status, 7)
world.manifest_extra = {}
world.manifest_extra = {"security_floor": "1.2.0"}
world.publish()

# Notices.
tap.is_("without a terminal a notice is silent", (lambda r: (r.status, r.out, r.err))(home.agent("notice")), (0, "", ""))
home.agent("update", "--check")
status, seen = on_terminal(home, ["notice"])
tap.case("on a terminal it offers update, later, skip", status == 0 and "tool 1.23.0 is available (installed: 1.21.0)" in seen
         and "tool-updater update\n" in seen and "later" in seen and "config set updates.skip_versions 1.23.0" in seen, seen)
tap.is_("not in CI", on_terminal(home, ["notice"], CI="true"), (0, ""))
tap.is_("not where a variable says so", on_terminal(home, ["notice"], TOOL_UPDATER_NO_UPDATE_CHECK="1"), (0, ""))
site = HttpsSite(world)
asked = snapshot(home.state)
on_terminal(home, ["notice"], TOOL_UPDATER_BASE_URL=site.url, SSL_CERT_FILE=str(site.certificate))
tap.is_("a notice that is not due asks no site and writes nothing", (site.requests, snapshot(home.state)), ([], asked))
record = json.loads((home.state / "check.json").read_text())
record.update(next_due="2026-01-01T00:00:00Z", available=None)
(home.state / "check.json").write_text(json.dumps(record))
tap.is_("a notice that is due says what is known, which is nothing",
        on_terminal(home, ["notice"], TOOL_UPDATER_BASE_URL=site.url, SSL_CERT_FILE=str(site.certificate)), (0, ""))
for _ in range(100):
    record = json.loads((home.state / "check.json").read_text())
    if record["available"]:
        break
    time.sleep(0.05)
tap.is_("and looks in the background for the next one", (record["available"], record["failures"]), ("1.23.0", 0))
tap.case("by few requests", 0 < len(site.requests) <= 8, site.requests)
site.close()

# Configuration.
config = home.directory / ".config/tool-updater/config.toml"
config.write_text("# mine\n[updates]\nchannel = 'stable'   # as agreed\nfuture = 1\n")
config.chmod(0o600)
result = home.agent("config", "set", "updates.channel", "beta")
tap.is_("config set keeps comments, order and mode", (config.read_text(), config.stat().st_mode & 0o777),
        ("# mine\n[updates]\nchannel = \"beta\"   # as agreed\nfuture = 1\n", 0o600))
result = home.agent("status")
tap.case("an unknown key is a warning", result.status == 0 and "unknown key `updates.future`" in result.err, result)
for arguments, status, text in ((["set", "updates.chanel", "beta"], 3, "did you mean `updates.channel`?"),
                                (["set", "updates.channel", "gamma"], 3, "must be stable, beta or nightly"),
                                (["set", "updates.verify_signatures", "false"], 3, "verification cannot be switched off"),
                                (["get", "updates.chanel"], 3, "did you mean"), (["get", "updates.window"], 9, ""), (["set", "updates.channel"], 2, "")):
    result = home.agent("config", *arguments)
    tap.case(f"config {' '.join(arguments)} ends with {status}", result.status == status and text in result.err, result)
result = home.agent("config", "get", "service.port", TOOL_UPDATER_PORT="9001")
tap.is_("the port of the environment goes before the file", (result.status, result.out), (0, "9001\n"))
result = home.agent("config", "get", "service.port", TOOL_UPDATER_PORT="80")
tap.case("a wrong one is a warning, and the default holds", result.status == 0 and result.out == "8737\n"
         and "TOOL_UPDATER_PORT: must be a number from 1024 to 65535; it is ignored" in result.err, result)
tap.is_("none of them changed the file", config.read_text(), "# mine\n[updates]\nchannel = \"beta\"   # as agreed\nfuture = 1\n")
is_documented("config show", "config", json.loads(home.agent("config", "show", "--json").out))
real = home.directory / "dotfiles.toml"
config.rename(real)
config.symlink_to(real)
home.agent("config", "set", "updates.channel", "stable")
tap.case("a link to the file stays one", config.is_symlink() and 'channel = "stable"' in real.read_text(), real.read_text())
config.unlink()
config.write_text("[updates\n")
result = home.agent("update", "--check")
tap.case("a file that is no TOML ends with 3 and its line", result.status == 3 and "config.toml:1" in result.err, result)
tap.is_("rollback does not need it", home.agent("rollback").status, 0)
config.unlink()

# init, in a home of its own.
fresh = world.home("fresh")
result = fresh.run(home.versions / "current" / "tool-updater", "init", TOOL_UPDATER_ROOT=str(fresh.root))
text = (fresh.directory / ".config/tool-updater/config.toml").read_text()
tap.case("init writes a commented configuration and a welcome", result.status == 0 and "Welcome to tool" in result.out and '# channel = "stable"' in text, result)
(fresh.directory / ".config/tool-updater/config.toml").write_text("# mine\n")
result = fresh.run(home.versions / "current" / "tool-updater", "init", "--json", TOOL_UPDATER_ROOT=str(fresh.root))
is_documented("init", "init", json.loads(result.out))
tap.is_("and leaves one that is there", (fresh.directory / ".config/tool-updater/config.toml").read_text(), "# mine\n")
result = fresh.run(home.versions / "current" / "tool-updater", "update", TOOL_UPDATER_ROOT=str(fresh.root))
tap.case("update where nothing is installed says what to do", result.status == 12 and "run `tool-updater install`" in result.err, result)
world.close()
tap.done()
