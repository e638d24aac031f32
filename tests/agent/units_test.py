#!/usr/bin/env python3
"""`service …`: the units that it writes and takes away, what systemd's own tools say of them, and what it asks of systemctl.
Under a real systemd: tests/interop/systemd.sh."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from agent_world import Tap, World  # noqa: E402
from service_world import Service, until  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")


def tree(folder):
    """Every name below it, with what it is."""
    return sorted((str(path.relative_to(folder)), path.is_symlink() and os.readlink(path) or path.is_file() and path.read_bytes())
                  for path in folder.rglob("*"))


def unit_of(home):
    return home.directory / ".config" / "systemd" / "user" / "tool-updater.service"


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], env={**os.environ, "XDG_RUNTIME_DIR": str(world.root)}, capture_output=True, text=True, check=False)


# Of a user. Nobody to ask: there is no systemctl in this PATH.
home = world.home()
assert home.install("1.0.0").status == 0
ALONE = {"PATH": str(home.bin)}
before = tree(home.directory)
none = home.agent("service", "status", **ALONE)
tap.case("status without a unit says so, with 9", none.status == 9 and "tool-updater.service: missing" in none.out, none)
tap.case("nor is there one to start", home.agent("service", "start", **ALONE).status == 9)
result = home.agent("service", "install", **ALONE)
unit = unit_of(home)
tap.case("without systemd the unit is written, and one line says what to do later",
         result.status == 0 and f"written {unit}" in result.out and "there is no systemctl here" in result.err and len(result.err.splitlines()) == 1
         and "`systemctl --user enable --now tool-updater`" in result.err, result)
tap.case("it can be read by all and written by its owner alone", unit.stat().st_mode & 0o7777 == 0o644)
tap.is_("its target wants it", os.readlink(unit.parent / "default.target.wants" / unit.name), "../tool-updater.service")
installed = tree(home.directory)
again = home.agent("service", "install", **ALONE)
tap.case("a second time changes nothing", again.status == 0 and again.out == "the units are as they should be\n" and tree(home.directory) == installed, again)
shown = json.loads(home.agent("service", "status", "--json", **ALONE).out)
tap.is_("status shows it to programs", (shown["runs"], [(each["unit"], each["file_state"], each["state"]) for each in shown["units"]]),
        (False, [("tool-updater.service", "installed", "unknown")]))
tap.case("nobody can start it here", "so that nobody can start it; `tool-updater run` does" in home.agent("service", "start", **ALONE).err)
verified = analyze("verify", "--user", "--man=no", unit)
tap.case("systemd-analyze verify has no complaint", verified.returncode == 0 and not verified.stderr, verified.stderr)
unit.write_text(unit.read_text() + "# mine\n")
tap.case("a unit of ours that somebody changed is written anew", home.agent("service", "install", **ALONE).out == f"written {unit}\n" and tree(home.directory) == installed)
result = home.agent("service", "uninstall", **ALONE)
tap.case("uninstall takes away exactly what install wrote", result.out == f"removed {unit}\n" and [entry for entry in tree(home.directory) if entry not in before]
         == [(".config", False)], (result, tree(home.directory)))
(home.directory / ".config").rmdir()
tap.case("and the second time nothing", home.agent("service", "uninstall", **ALONE).out == "no unit is installed\n" and tree(home.directory) == before)


def stays(sentence, words, make):
    unit.parent.mkdir(parents=True, exist_ok=True)
    make()
    there = tree(home.directory)
    refused = home.agent("service", "install", **ALONE)
    taken = home.agent("service", "uninstall", **ALONE)
    tap.case(sentence, refused.status == 3 and words in refused.err and len(refused.err.splitlines()) == 1 and taken.status == 0 and tree(home.directory) == there,
             (refused, taken))
    unit.unlink()


stays("a unit that somebody wrote stays, and is named", f"{unit} was not written by tool-updater", lambda: unit.write_text("[Service]\nExecStart=/bin/true\n"))
stays("one that is masked too", "was not written by", lambda: unit.symlink_to("/dev/null"))
stays("one of another installation too", "belongs to another installation of tool-updater",
      lambda: unit.write_text(dict(installed)[str(unit.relative_to(home.directory))].decode().replace(str(home.root), "/elsewhere")))
assert home.agent("service", "install", **ALONE).status == 0
removed = home.agent("uninstall")
tap.case("uninstall of the program takes its unit away", removed.status == 0 and not unit.exists() and not unit.parent.exists(), (removed, tree(home.directory)))

# Paths that systemd reads in its own way
for name in ("with space, 100%, $HOME and ${PATH}; ünïcode", 'a qu"ote that\'s odd, back\\slash, 100% $HOME'):
    odd = world.home(name)
    assert odd.install("1.0.0").status == 0
    odd.agent("service", "install", PATH=str(odd.bin))
    verified = analyze("verify", "--user", "--man=no", unit_of(odd))
    tap.case(f"a home called {name}: verify has no complaint", verified.returncode == 0 and not verified.stderr, verified.stderr + unit_of(odd).read_text())
    shutil.rmtree(odd.directory)

# Of a machine: in a namespace where /etc/systemd and /run are ours
NAMESPACE = ["unshare", "-Urm"]
machine = world.home("machine")
prefix = world.root / "usr-local"
assert machine.install("1.0.0", "--prefix", prefix, "--no-modify-path").status == 0
AGENT = prefix / "bin" / "tool-updater"
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in *is-active*) echo active ;; esac
case "$*" in *"$FAILS"*) echo "Job for it failed." >&2; exit 1 ;; esac
"""
tools = world.root / "tools"
tools.mkdir()
(tools / "systemctl").write_text(SYSTEMCTL)
(tools / "systemctl").chmod(0o755)
LOG = world.root / "systemctl.log"


def on_machine(script, prepare="mkdir -p /run/systemd/system", fails="nothing"):
    """The script as root of a machine with systemd; (result, what systemctl was asked)."""
    LOG.write_text("")
    done = machine.run(*NAMESPACE, "sh", "-ec", f"mount -t tmpfs none /etc/systemd; mount -t tmpfs none /run; mkdir -p /etc/systemd/system; {prepare}; {script}",
                       PATH=f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin", LOG=str(LOG), FAILS=fails, AGENT=str(AGENT))
    return done, [line.replace("--no-ask-password --no-pager ", "") for line in LOG.read_text().splitlines()]


if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode != 0:
    tap.skip("units of a machine", "no user and mount namespaces here")
else:
    kept = world.root / "kept"
    result, asked = on_machine(f'"$AGENT" service install --system; cp -a /etc/systemd/system {kept}; "$AGENT" service install --system; "$AGENT" service status --system;'
                               '"$AGENT" service stop --system; "$AGENT" service uninstall --system; find /etc/systemd -mindepth 2; "$AGENT" service uninstall --system')
    UNITS = ["tool-updater.service", "tool-updater-update.service", "tool-updater-update.timer"]
    tap.is_("of a machine: a service, an update and its timer", sorted(path.name for path in kept.iterdir() if path.is_file()), sorted(UNITS))
    tap.is_("systemctl is asked for what is needed, in this order", asked,
            ["daemon-reload", "restart tool-updater.service tool-updater-update.timer", "daemon-reload", "start tool-updater.service tool-updater-update.timer",
             *(f"is-active {each}" for each in UNITS), "stop tool-updater.service tool-updater-update.timer", f"stop {' '.join(UNITS)}", "daemon-reload"])
    tap.case("status says that it runs", "tool-updater.service: active, installed" in result.out, result)
    tap.case("nothing is left of it", result.status == 0 and result.out.endswith("update.timer\nno unit is installed\n"), result)
    service = (kept / UNITS[0]).read_text()
    update = (kept / UNITS[1]).read_text()
    tap.case("the update alone may write the root", f"ReadWritePaths={prefix}/share/tool-updater -{prefix}/bin" in update and "ReadWritePaths" not in service
             and "ProtectSystem=strict" in service, update)
    for name in UNITS:
        verified = analyze("verify", "--man=no", kept / name)
        tap.case(f"systemd-analyze verify has no complaint of {name}", verified.returncode == 0 and not verified.stderr, verified.stderr)
    exposure = analyze("security", "--offline=true", kept / UNITS[0])
    level = re.search(r"Overall exposure level for \S+ (\d+\.\d+)", exposure.stdout)
    tap.case("systemd-analyze security gives the service 2.0 at most", level and float(level[1]) <= 2.0, exposure.stdout[-300:] + exposure.stderr)

    result, asked = on_machine('"$AGENT" service install --system', fails="restart")
    tap.case("a service that does not come up is an error that says where to look", result.status == 3 and "Job for it failed.; `tool-updater logs` and" in result.err, result)
    result, asked = on_machine('"$AGENT" service install', prepare="mkdir -p /run/systemd/system /run/user/0/systemd; touch /run/user/0/systemd/private")
    tap.case("of a user: systemctl --user, and how it begins with the machine", asked == ["--user daemon-reload", "--user restart tool-updater.service"]
             and "loginctl enable-linger root" in result.err, (result, asked))
    result, asked = on_machine(f'"$AGENT" service install; "$AGENT" uninstall; find {machine.directory}/.config/systemd', prepare="mkdir -p /run/systemd/system /run/user/0; touch /run/user/0/bus")
    tap.case("uninstall of the program ends it first", "--user stop tool-updater.service" in asked and not (machine.directory / ".config" / "systemd").exists(), (result, asked))
    assert machine.install("1.0.0", "--prefix", prefix, "--no-modify-path").status == 0
    result, asked = on_machine('"$AGENT" service install --system; "$AGENT" uninstall; find /etc/systemd -mindepth 2')
    tap.case("and that of a machine", result.status == 0 and not prefix.joinpath("share/tool-updater").exists() and "system/" not in result.out.split("removed from")[-1], (result, asked))

    # What may not become a service of a machine
    own = world.home("own")
    assert own.install("1.0.0").status == 0
    own.directory.chmod(0o700)
    AGENT = own.bin / "tool-updater"
    result, asked = on_machine('"$AGENT" service install --system')
    tap.case("a root that the service could not read is refused", result.status == 13 and "cannot read" in result.err and not asked, result)
    own.directory.chmod(0o777)
    result, asked = on_machine('"$AGENT" service install --system')
    tap.case("one that others may write too", result.status == 13 and "may be written by everybody" in result.err and not asked, result)
    own.directory.chmod(0o755)
    result = own.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", AGENT, "service", "install", "--system") if os.getuid() == 0 else own.agent("service", "install", "--system")
    tap.case("who is not root is told the command", result.status == 13 and "sudo" in result.err, result)

# What the timer runs, much more often than a look is due
home = world.home("ticks")
assert home.install("1.0.0").status == 0
TICK = ("update", "--unattended", "--if-due", "--json")
tap.case("the first tick looks", json.loads(home.agent(*TICK).out)["status"] == "up_to_date")
(world.site / "metadata").rename(world.site / "metadata.away")
tap.case("the next one asks nobody", home.agent(*TICK).status == 0 and home.agent(*TICK).out == "")
(home.state / "check.json").write_text((home.state / "check.json").read_text().replace('"next_due": "20', '"next_due": "19'))
tap.case("one that is due does", home.agent(*TICK).status == 6)
tap.case("and after a failure the site has its peace", home.agent(*TICK).status == 0)
(home.state / "journal.json").write_text('{"schema": 99}')
tap.case("what another run left half done is due at once", home.agent(*TICK).status != 0)
(world.site / "metadata.away").rename(world.site / "metadata")
tap.is_("without --unattended it is usage", home.agent("update", "--if-due").status, 2)

# What a supervisor hears, and which status it must not answer by another start
home = world.home("heard")
assert home.install("1.0.0").status == 0
address = world.root / "notify"
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
    supervisor.bind(str(address))
    supervisor.settimeout(30)
    service = Service(home, NOTIFY_SOCKET=str(address), WATCHDOG_USEC="200000")
    tap.is_("a supervisor hears that it is ready, and its number", supervisor.recv(4096).decode(), f"READY=1\nMAINPID={service.process.pid}")
    tap.is_("and that it lives", supervisor.recv(4096), b"WATCHDOG=1")
    busy = home.agent("run", "--port", service.port)
    home.agent("service", "install", PATH=str(home.bin))
    never_again = re.search(r"^RestartPreventExitStatus=(.*)$", unit_of(home).read_text(), re.M)[1].split()
    tap.case("a port in use ends another one, and the unit does not start it again", str(busy.status) in never_again, (busy, never_again))
    service.process.terminate()
    heard = []
    tap.case("and that it ends", until(lambda: heard.append(supervisor.recv(4096)) or heard[-1] == b"STOPPING=1"), heard)
    service.process.wait(30)
tap.is_("at its end nothing more", heard[-1], b"STOPPING=1")

world.close()
tap.done()
