#!/usr/bin/env python3
"""What `doctor` finds on machines that are well and on such as are not: its lines, its status, and that it writes nothing."""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HttpsSite, Tap, World, clock_at, on_terminal  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
if home.install("1.0.0").status != 0:
    sys.exit("the first installation failed")
home.agent("update", "--check")
home.save()
LINE = re.compile(r"^(ok     |warning|error  )  (policy|trust|updates|clock|layout|PATH|permissions|hosts): .+$")


def tree():
    """Names, modes, times and contents of all that a home has."""
    return sorted((str(p.relative_to(home.directory)), p.lstat().st_mode, p.lstat().st_mtime_ns,
                   p.read_bytes() if p.is_file() and not p.is_symlink() else b"") for p in home.directory.rglob("*"))


def look(sentence, status, wanted=(), absent=(), damage=None, agent=None, **environment):
    """`doctor` after `damage`: its status, these beginnings of lines, none of those, and nothing is written."""
    home.restore()
    if damage:
        damage()
    before = tree()
    result = home.run(agent or home.bin / "tool-updater", "doctor", **environment)
    lines = result.out.splitlines()
    problems = [] if result.status == status else [f"status {result.status}, expected {status}"]
    problems += [f"no form: {line}" for line in lines if not LINE.match(line)]
    problems += [f"missing: {pattern}" for pattern in wanted if not any(re.match(pattern, line) for line in lines)]
    problems += [f"not expected: {line}" for line in lines for pattern in absent if re.match(pattern, line)]
    if tree() != before:
        problems.append("something was written")
    tap.case(sentence, not problems, "\n".join(problems) + f"\n{result}")
    return lines


# All is well.
look("a machine that is well: no error and no warning", 0, absent=["error", "warning"], wanted=[
    r"ok +trust: this program was made with root 1 \(sha256 [0-9a-f]{16}…\)$", r"ok +trust: kept here: root 1, by 1 of 1 key [0-9a-f]{8}, good for \d+ days$",
    r"ok +trust: kept here: timestamp 1, ", r"ok +trust: kept here: snapshot 1, ", r"ok +trust: kept here: targets 1, ", r"ok +trust: kept here: stable 1, ",
    rf"ok +trust: {world.url}: timestamp 1, ", r"ok +clock: it says .*, and the newest signed time is 2026-11-01T11:00:00Z$",
    r"ok +layout: 1\.0\.0 is current", r"ok +layout: .*/\.local/bin/tool leads to the current version$", r"ok +layout: the receipt fits$",
    r"ok +PATH: it finds .*/\.local/bin/tool$", r"ok +permissions: .*/tool-updater and what decides over trust in it is for .* alone to write$", r"ok +hosts: .* 127\.0\.0\.1:1 \(archives\)$"])
home.restore()
report = json.loads(home.agent("doctor", "--json").out)
tap.is_("--json has the same", (report["schema"], report["product"], report["status"], {f["health"] for f in report["findings"]},
                                {frozenset(f) for f in report["findings"]}),
        (1, "tool", 0, {"ok"}, {frozenset(("health", "subject", "text", "status"))}))
page = open(os.path.join(os.environ["SOURCE_ROOT"], "docs/agent-json.md"), encoding="utf-8").read().split("\n## doctor\n")[1].split("\n## ")[0]
tap.is_("docs/agent-json.md has each of its members", [name for name in {*report, *report["findings"][0]} if f"`{name}`" not in page], [])

# Sites.
look("no network: a warning that says so, and the rest", 0, [r"warning  trust: the site could not be looked at: .*; let this machine reach it", r"ok +trust: kept here: stable",
                                                            r"ok +hosts: a firewall must let https through to 127\.0\.0\.1:1 \(site and archives\)$"],
     absent=["error"], TOOL_UPDATER_BASE_URL="https://127.0.0.1:1/tool")
site = HttpsSite(world)
look("a site on the network is looked at", 0, [rf"ok +trust: {site.url}: root 1, "], absent=["error", "warning"], TOOL_UPDATER_BASE_URL=site.url,
     SSL_CERT_FILE=str(site.certificate))
site.close()
older = world.root / "older"
shutil.copytree(world.site, older)
world.release("1.1.0")
home.agent("update", "--check")
newer = world.root / "home.newer"
shutil.copytree(home.directory, newer, symlinks=True)
shutil.rmtree(home.saved)
home.save()
look("a site that goes back is an error, 7", 7, [r"error    trust: .*timestamp is going backwards.*; nothing is taken from .*tell the maintainer$"],
     TOOL_UPDATER_BASE_URL=f"file://{older}")
look("a clock centuries ahead: expired, 8", 8, [r"warning  trust: kept here: timestamp \d+, .*, expired at 2199-01-01T00:00:00Z; ",
                                               r"error    trust: .*expired at 2199.*; look at the clock"], **clock_at(7_300_000_000))
look("a clock of long ago is told as such", 8, [r"error    clock: the clock says 2020-01-01T00:00:00Z, but it is .* or later; set the clock"], **clock_at(1577836800))
look("two days before the end: a warning", 0, [r"warning  trust: kept here: timestamp \d+, .* good for 2 days; the maintainer"], absent=["error"],
     **clock_at(7226496000 - 86400))
store = home.state / "metadata"
look("a store that is damaged is fetched anew by the next look", 0, [r"warning  trust: kept here: timestamp: .*; `tool-updater update --check` fetches it anew$"],
     absent=["error"], damage=lambda: (store / "timestamp.json").write_bytes(b"{}"))
look("an empty store too", 0, [r"warning  trust: kept here: no root_history/1\.root\.json is kept"], absent=["error"], damage=lambda: shutil.rmtree(store))

# Layout.
installed = home.versions / "1.0.0"
look("a damaged program is an error, 7", 7, [r"error    layout: 1\.0\.0: tool is damaged; `tool-updater update` fetches it anew$"],
     damage=lambda: (installed / "tool").write_bytes(b"x" * (installed / "tool").stat().st_size))
look("a link that is missing is an error, 3", 3, [r"error    layout: .*/bin/tool is missing; `tool-updater install` makes it$"], damage=lambda: (home.bin / "tool").unlink())


def foreign():
    (home.bin / "tool").unlink()
    (home.bin / "tool").write_text("#!/bin/sh\n")


look("something else in its place too", 3, [r"error    layout: .*/bin/tool is not ours; move it away"], damage=foreign)
look("leftovers in staging", 0, [r"warning  layout: 1 leftover is in .*/staging; the next update clears up"], absent=["error"],
     damage=lambda: (home.root / "staging/0123456789abcdef").mkdir())
look("a lost receipt", 0, [r"warning  layout: the receipt is missing; "], absent=["error"], damage=lambda: (home.state / "receipt.json").unlink())
look("a damaged watermark", 0, [r"warning  layout: .*/watermark\.json is damaged; "], absent=["error"], damage=lambda: (home.state / "watermark.json").write_bytes(b"{"))
look("a journal that was cut off", 0, [r"warning  layout: .*/journal\.json is damaged; "], absent=["error"], damage=lambda: (home.state / "journal.json").write_bytes(b""))
bootstrap = home.bootstrap("1.0.0")
copy = world.root / "tool-updater"
shutil.copy(bootstrap, copy)
look("nothing installed is 9", 9, [r"error    layout: nothing is installed in .*; `tool-updater install` does that$"], damage=lambda: shutil.rmtree(home.root), agent=copy)

# PATH.
other = world.root / "other"
other.mkdir()
(other / "tool").write_text("#!/bin/sh\necho other\n")
(other / "tool").chmod(0o755)
look("another program before ours in PATH is an error, 3", 3, [rf"error    PATH: it finds {other}/tool before .*/\.local/bin/tool; remove it, or put .* first in PATH$"],
     PATH=f"{other}:{home.bin}:/usr/bin:/bin")
look("a PATH without ours is a warning", 0, [r"warning  PATH: it does not find tool; put .*/\.local/bin into PATH, or open a new shell$"], absent=["error"], PATH="/usr/bin:/bin")

# Permissions.
look("a root that everybody may write is 13", 13, [r"error    permissions: .*/tool-updater may be written by everybody \(chmod o-w\), so that somebody else"],
     damage=lambda: home.root.chmod(0o777))
look("so is a file that decides over trust", 13, [r"error    permissions: .*/metadata/root\.json may be written by others; chmod go-w "],
     damage=lambda: (store / "root.json").chmod(0o666))
if os.geteuid() == 0:
    look("one of somebody else's", 13, [r"error    permissions: .*/watermark\.json belongs to nobody"], damage=lambda: os.chown(home.state / "watermark.json", 65534, 65534))
NAMESPACE = ["unshare", "-Urm"]
if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0:
    home.restore()
    found = home.run(*NAMESPACE, "sh", "-ec", f'mount --bind "{home.directory}" "{home.directory}"; mount -o remount,noexec,bind "{home.directory}"; exec "$@"', "sh",
                     copy, "doctor")
    tap.case("a file system where no program runs is 13", found.status == 13 and "is on a file system that is mounted noexec; set TOOL_UPDATER_ROOT" in found.out, found)
else:
    tap.skip("a file system where no program runs is 13", "no user and mount namespaces here")

# A configuration that cannot be read is told, and the rest is looked at.
look("a configuration that is broken is said, and the rest is looked at", 3, [r"error    trust: .*config\.toml", r"ok +layout: 1\.0\.0 is current"],
     absent=["error    policy"], damage=lambda: ((home.directory / ".config/tool-updater").mkdir(parents=True, exist_ok=True),
                     (home.directory / ".config/tool-updater/config.toml").write_text("schema = [\n")))
home.restore()
status, seen = on_terminal(home, ["doctor"])
tap.case("on a terminal it is the same", status == 0 and seen.count("\n") > 10 and all(LINE.match(line) for line in seen.splitlines()), seen)
world.close()
tap.done()
