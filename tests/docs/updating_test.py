#!/usr/bin/env python3
"""docs/agent.md and README.md: every command of the agent that they show is run here as it stands there, or is named with the test that runs it."""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, on_terminal  # noqa: E402

tap = Tap()
SOURCE = pathlib.Path(os.environ["SOURCE_ROOT"])
PAGE = (SOURCE / "docs/agent.md").read_text()
COMMANDS = "install update rollback list status doctor audit notice config init run logs shutdown service version completion repair telemetry uninstall".split()
run = []  # commands as the page has them
ELSEWHERE = {  # on the page, and run by these
    "run": "service_test", "run --port PORT": "service_test", "logs": "service_test", "shutdown": "service_test", "install --unmanaged": "effects_test",
    "install --archive": "effects_test", "install --archive FILE": "effects_test", "update --allow-expired-until 2026-11-20T10:00:00Z": "metadata_test",
    "service install": "units_test", "service install --system": "units_test", "service start": "units_test", "service status": "units_test",
    "service stop": "units_test", "service uninstall": "units_test", "service": "units_test",
    "sudo /usr/local/bin/tool-updater service install --system": "units_test", "sudo tool-updater install --prefix /usr/local": "units_test",
    "update --unattended --if-due": "units_test", "telemetry show": "telemetry_test", "telemetry on": "telemetry_test",
    "audit --from": "bundle_test", "update --check --from": "bundle_test", "telemetry off": "telemetry_test", "config set telemetry.endpoint https://…": "telemetry_test", "telemetry purge": "telemetry_test"}

world = World()
for version in ("2026.8.1", "2026.8.2", "2026.8.3"):
    world.release(version)
home = world.home()
home.install("2026.8.1")


def shown(command, status, current=None, says="", as_shown=None):
    """One command of the page; `as_shown` where the page has a word in the place of a value."""
    run.append(as_shown or command)
    result = home.run("sh", "-c", f"exec tool-updater {command}")
    tap.case(f"{as_shown or command}", result.status == status and says in result.out + result.err and (current is None or home.current() == current), result)
    return result


# Every day.
shown("update --check", 10, "2026.8.1", "2026.8.3")
run.append("update")
status, seen = on_terminal(home, ["update"], "\n", r"Update\?[^\n]*\[y\] ")
tap.case("update asks once, and Enter takes it", status == 0 and home.current() == "2026.8.3", seen)
shown("update --check", 0)
shown("list", 0, says="2026.8.3")
shown("list --installed", 0, says="2026.8.1")
shown("status", 0, says="updated by:        itself")
shown("update --explain", 0, says="2026.8.2")
shown("update --json", 0, says='"up_to_date"')

# Back, and the hold after it.
shown("rollback", 0, "2026.8.1", "wait for something newer than 2026.8.3")
shown("update --check", 11)
shown("update", 0, "2026.8.1", "you went back")
world.release("2026.8.4")
shown("update", 0, "2026.8.4")
shown("update --rollback", 0, "2026.8.1")
world.release("2026.11.1")

# Pin, skip, a version, a channel.
shown("config set updates.pin_version 2026.8", 0)
shown("config set updates.skip_versions 2026.8.3,2026.8.4", 0)
shown("update", 0, "2026.8.1", "2026.11.1")
shown("update --version 2026.11.1", 0, "2026.11.1")
shown("config get updates.pin_version", 0, says="2026.8", as_shown="config get KEY")
shown("config set updates.keep_versions 3", 0, as_shown="config set KEY VALUE")
shown("config unset updates.pin_version", 0)
shown("config unset updates.skip_versions", 0)
run.append("config unset KEY")
shown("config show", 0, says="updates.skip_versions")
world.release("2026.12.1-beta.1", channel="beta")
shown("update --channel beta", 0, "2026.12.1-beta.1")

# By itself: the line for cron, as it stands there.
world.release("2026.12.2")
home.agent("config", "set", "updates.auto_install", "true")
line = re.search(r"^    17 4 \* \* \*  (.+)$", PAGE, re.M).group(1)
result = home.run("sh", "-c", line)
tap.is_("the line for crontab", (result.status, home.current(), result.err), (0, "2026.12.2", ""))
run.append(line.removeprefix("~/.local/bin/tool-updater "))
result = home.run("sh", "-c", line)
tap.is_("and it is silent when there is nothing new", (result.status, result.out, result.err), (0, "", ""))
shown("update --unattended", 0)
shown("update --check --unattended", 0)
shown("notice", 0)

# Looking after it.
shown("audit", 0)
shown("doctor", 0, says="this program updates itself")
shown("repair", 0, says="nothing to mend")
shown("init", 0)
shown("version", 0, says="tool-updater")
shown("completion bash", 0, says="complete", as_shown="completion")
result = home.run("sh", "-c", "sh ~/.local/share/tool-updater/recover.sh")
tap.case("recover.sh points back at the version before", "sh ~/.local/share/tool-updater/recover.sh" in PAGE and result.status == 0 and home.current() != "2026.12.2", result)
shown("install", 0, "2026.12.2")
shown("uninstall", 0)
tap.is_("and nothing of it is left", sorted(path.name for path in home.bin.iterdir()), [])

# Is anything on the page that was not run?
found = set()
for piece in re.findall(r"`([^`\n]+)`", PAGE):
    words = piece.split()
    if words[0] == "tool-updater" and len(words) > 1 or words[0] in COMMANDS:
        found.add(piece.removeprefix("tool-updater "))
for piece in re.findall(r"^    (?:curl .*or: )?((?:sudo )?(?:/\S*)?tool-updater(?: \S+)+)", PAGE, re.M):
    found.add(piece.removeprefix("tool-updater "))
tap.is_("each command of docs/agent.md is run", sorted(found - set(run) - set(ELSEWHERE)), [])
readme = set(re.findall(r"^    mytool-updater (\S.*?)(?:  +#.*)?$", (SOURCE / "README.md").read_text(), re.M))
tap.is_("each of README.md too", sorted(readme - set(run) - set(ELSEWHERE)), [])
missing = [name for name in set(ELSEWHERE.values()) if not (SOURCE / f"tests/agent/{name}.py").exists()]
tap.is_("the tests that run the others are there", missing, [])
world.close()
tap.done()
