#!/usr/bin/env python3
"""The units of `service install` under a real systemd, which boots in namespaces: of a machine, and of a user.

Needs root and a cgroup2 hierarchy in which it may make a group, as a machine or a container with rights has them; else it says why
not and skips. Nothing outside the namespaces is changed: /etc is an overlay, and whatever else is written lies in memory.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from agent_world import Home, Tap, World, fast_clock  # noqa: E402
from service_world import get, until  # noqa: E402

BOOT, INSIDE = "--boot", "--inside"
SYSTEMD = "/lib/systemd/systemd"
UNITS = pathlib.Path("/run/units")
USER = 65534
PORT = 8737
FACTOR = 20


def cgroup2():
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, options = line.split()[:4]
        if kind == "cgroup2" and "rw" in options.split(","):
            return pathlib.Path(where)
    return None


# Outside: a group of our own, and namespaces below it

def reason_not_to():
    if os.getuid() != 0:
        return "not root"
    if not os.path.exists(SYSTEMD):
        return f"no {SYSTEMD}"
    if cgroup2() is None:
        return "no cgroup2 hierarchy that can be written"
    if fast_clock(1) is None:
        return "a sanitizer does not bear a fast clock"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--cgroup", "--uts", "--ipc", "--net", "--mount-proc", "true"], capture_output=True, text=True,
                           check=False)
    return tried.stderr.strip() or f"unshare: {tried.returncode}" if tried.returncode else None


def skip(reason):
    tap = Tap()
    tap.skip("units under a real systemd", reason)
    tap.done()


def remove_group(group):
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            pass


def outside():
    reason = reason_not_to()
    if reason:
        print(f"# {reason}")
        skip("not under a sanitizer" if fast_clock(1) is None else "no systemd can be booted here")
    group = cgroup2() / f"agent-systemd-test-{os.getpid()}"
    work = pathlib.Path(tempfile.mkdtemp(prefix="systemd-test."))
    try:
        group.mkdir()
        booted = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--cgroup", "--uts", "--ipc", "--net", "--propagation", "private",
                                   "--mount-proc", sys.executable, __file__, BOOT, str(work)],
                                  preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())), stdin=subprocess.DEVNULL, stderr=(work / "console").open("w"))
        finished = until(lambda: (work / "status").exists() or booted.poll() is not None, 400)
        booted.kill()
        booted.wait()
        if not (work / "status").exists():
            print(f"# {'it did not end' if not finished else 'it did not boot'}\n# " + (work / "console").read_text()[-3000:].replace("\n", "\n# "), file=sys.stderr)
            sys.exit(1)
        sys.exit(int((work / "status").read_text()))
    finally:
        until(lambda: remove_group(group) or not group.exists(), 10)
        shutil.rmtree(work, ignore_errors=True)


# Inside, before systemd: a machine that holds nothing but what we put there

def mount(kind, where, *options):
    subprocess.run(["mount", "-t", kind, *(["-o", ",".join(options)] if options else []), kind, where], check=True)


def boot(work):
    # Ours is found there whatever lies over /tmp.
    os.chdir(work)
    subprocess.run(["umount", "-R", "-l", "/sys/fs/cgroup"], check=False)
    mount("cgroup2", "/sys/fs/cgroup")
    for folder in ("/run", "/srv", "/usr/local", "/var/log"):
        mount("tmpfs", folder, "mode=755")
    for folder in ("upper", "work"):
        os.mkdir(f"/run/{folder}")
    mount("overlay", "/etc", "lowerdir=/etc", "upperdir=/run/upper", "workdir=/run/work")
    mount("tmpfs", "/etc/systemd/system", "mode=755")
    UNITS.mkdir()
    for target in ("sysinit", "basic", "shutdown", "multi-user", "default", "timers", "time-set", "time-sync", "paths", "sockets", "slices", "network-online", "network"):
        (UNITS / f"{target}.target").write_text(f"[Unit]\nDescription={target}\nDefaultDependencies=no\n")
    (UNITS / "user.service").write_text(f"""[Service]
Type=notify
User={USER}
Environment=XDG_RUNTIME_DIR=/run/user/{USER} HOME=/srv/user
ExecStart={SYSTEMD} --user
Delegate=yes
""")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # It is reaped by systemd, and ends all of this.
    subprocess.Popen([sys.executable, __file__, INSIDE, work], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True)
    os.environ.update({"container": "test", "SYSTEMD_UNIT_PATH": f"/etc/systemd/system:{UNITS}"})
    os.execv(SYSTEMD, [SYSTEMD, "--system", "--unit=default.target", "--show-status=no", "--log-target=console", "--log-level=notice"])


# Inside, beside systemd: the cases

def systemctl(*arguments, user=False):
    command = ["systemctl", *arguments]
    if user:
        command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "env", f"XDG_RUNTIME_DIR=/run/user/{USER}", "systemctl", "--user", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def show(unit, *properties, user=False):
    listed = systemctl("show", unit, *(f"--property={each}" for each in properties), user=user).stdout
    return dict(line.split("=", 1) for line in listed.splitlines())


def answer():
    try:
        return get(PORT, "/ready")[2]
    except (OSError, ValueError):
        return {}


def hurry(folder, *units):
    """Their clocks run faster, so that a probation does not take its minute."""
    for unit in units:
        drop_in = folder / f"{unit}.d"
        drop_in.mkdir(parents=True)
        (drop_in / "hurry.conf").write_text("[Service]\n" + "".join(f'Environment="{name}={value}"\n' for name, value in fast_clock(FACTOR).items()))


def status_of(process, name):
    return next(line for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith(name)).split()[1:]


def of_a_machine(tap, world):
    home = Home(world, pathlib.Path("/srv/root"))
    agent, root = "/usr/local/bin/tool-updater", pathlib.Path("/usr/local/share/tool-updater")
    service, update, timer = "tool-updater.service", "tool-updater-update.service", "tool-updater-update.timer"
    installed = home.install("1.0.0", "--prefix", "/usr/local", "--no-modify-path")
    assert installed.status == 0, installed
    hurry(pathlib.Path("/etc/systemd/system"), service, update)
    result = home.run(agent, "service", "install", "--system")
    tap.case("a machine: service install ends with 0", result.status == 0, result)
    tap.is_("systemd runs the service and the timer", [systemctl("is-active", each).stdout.strip() for each in (service, timer)], ["active", "active"])
    tap.is_("and will at the next start", [systemctl("is-enabled", each).stdout.strip() for each in (service, timer)], ["enabled", "enabled"])
    main = int(show(service, "MainPID")["MainPID"])
    tap.case("it answers", answer().get("pid") == main, answer())
    tap.case("it is no root, and can do nothing", status_of(main, "Uid:")[0] != "0" and int(status_of(main, "CapBnd:")[0], 16) == 0)
    tried = subprocess.run(["nsenter", f"--target={main}", "--mount", "touch", str(root / "state" / "x"), "/usr/local/bin/x"], capture_output=True, text=True, check=False)
    tap.case("nobody in its place may write the root or the links", tried.stderr.count("Read-only file system") == 2, tried.stderr)
    log = pathlib.Path(f"/var/log/tool-updater/{PORT}.log")
    tap.case("it leaves looks to who may", "looks for updates are left to who may" in log.read_text(), log.read_text())
    tap.case("root reads its log and sees it", "listens on" in home.run(agent, "logs").out and f"on port {PORT}, process {main}" in home.run(agent, "status").out,
             home.run(agent, "status"))
    tap.case("service status says so", home.run(agent, "service", "status", "--system").status == 0)

    (pathlib.Path("/etc/tool-updater")).mkdir()
    pathlib.Path("/etc/tool-updater/config.toml").write_text("[updates]\nauto_install = true\n")
    world.release("1.1.0")
    done = systemctl("start", update)
    tap.case("the update of root installs what came out", done.returncode == 0 and os.readlink(root / "versions" / "current") == "1.1.0", (done, pathlib.Path(log).read_text()))
    tap.case("the service handed over, on its port", until(lambda: answer().get("version") == "1.1.0"), answer())
    tap.case("and systemd knows its new main process", until(lambda: int(show(service, "MainPID")["MainPID"]) == answer().get("pid")), (show(service, "MainPID"), answer()))
    tap.is_("without a restart", show(service, "NRestarts", "ActiveState"), {"NRestarts": "0", "ActiveState": "active"})
    tap.case("its probation is settled", not (root / "state" / "journal.json").exists() and answer().get("nonce"), answer())
    before = (root / "state" / "check.json").read_text()
    tap.case("the next tick asks nobody", systemctl("start", update).returncode == 0 and (root / "state" / "check.json").read_text() == before)

    main = answer()["pid"]
    os.kill(main, signal.SIGKILL)
    tap.case("a service that is killed is started again", until(lambda: answer().get("pid") not in (None, main)), show(service, "ActiveState", "NRestarts"))
    tap.case("service stop ends it and the timer", home.run(agent, "service", "stop", "--system").status == 0
             and [systemctl("is-active", each).stdout.strip() for each in (service, timer)] == ["inactive", "inactive"] and home.run(agent, "service", "status", "--system").status == 9)
    listener = subprocess.Popen([sys.executable, "-c", f"import socket, sys; s = socket.create_server(('127.0.0.1', {PORT})); print(); sys.stdout.flush(); sys.stdin.read()"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    listener.stdout.readline()
    result = home.run(agent, "service", "start", "--system")
    state = show(service, "ActiveState", "Result", "NRestarts", "ExecMainStatus")
    tap.case("a port in use is an error, and no reason to try again", result.status == 3 and "say why" in result.err
             and state == {"ActiveState": "failed", "Result": "exit-code", "NRestarts": "0", "ExecMainStatus": "3"}, (result, state))
    listener.communicate()
    result = home.run(agent, "service", "uninstall", "--system")
    tap.case("service uninstall takes all of it away", result.status == 0 and not [path for path in pathlib.Path("/etc/systemd/system").rglob("tool-updater*") if not path.is_dir()]
             and [systemctl("is-active", each).stdout.strip() for each in (service, timer)] != ["active", "active"]
             and show(timer, "LoadState")["LoadState"] == "not-found", (result, show(timer, "LoadState")))


def of_a_user(tap, world):
    home = Home(world, pathlib.Path("/srv/user"))
    runtime = pathlib.Path(f"/run/user/{USER}")
    runtime.mkdir(parents=True)
    for folder in (runtime, home.directory):
        os.chown(folder, USER, USER)
    runtime.chmod(0o700)
    started = systemctl("start", "user.service")
    assert started.returncode == 0, started
    setpriv = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    installer = home.bootstrap("1.1.0")

    def agent(*arguments):
        return home.run(*setpriv, home.bin / world.agent, *arguments)

    # By themselves they are of the world's owner.
    for path in [world.root, *world.root.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    installed = home.run(*setpriv, installer, "install", "--version", "1.1.0", "--base-url", world.url)
    assert installed.status == 0, installed
    configuration = home.directory / ".config" / "tool-updater" / "config.toml"
    agent("config", "set", "updates.auto_install", "true")
    agent("config", "set", "updates.check_interval", "hourly")
    unit = "tool-updater.service"
    hurry(home.directory / ".config" / "systemd" / "user", unit)
    for path in (home.directory / ".config").rglob("*"):
        os.chown(path, USER, USER)
    result = agent("service", "install")
    tap.case("a user: service install ends with 0, and names what lets it linger", result.status == 0 and "loginctl enable-linger" in result.err, result)
    tap.is_("systemd runs it, and will", [systemctl(verb, unit, user=True).stdout.strip() for verb in ("is-active", "is-enabled")], ["active", "enabled"])
    tap.case("it answers as its main process", answer().get("pid") == int(show(unit, "MainPID", user=True)["MainPID"]), answer())
    main = answer().get("pid")
    world.release("1.2.0")
    tap.case("it updates itself from within its own group of processes", until(lambda: answer().get("version") == "1.2.0" and not (home.state / "journal.json").exists(), 120),
             (answer(), list((home.state / "service").glob("*.log"))[0].read_text()))
    tap.case("systemd follows it", until(lambda: int(show(unit, "MainPID", user=True)["MainPID"]) == answer().get("pid") != main), show(unit, "MainPID", user=True))
    tap.is_("without a restart", show(unit, "NRestarts", "ActiveState", user=True), {"NRestarts": "0", "ActiveState": "active"})
    tap.case("nothing is left over", until(lambda: home.leftovers() == []), home.leftovers())
    systemctl("reload", unit, user=True)
    tap.case("reload reads the configuration anew", until(lambda: "asked to read" in agent("logs").out), agent("logs"))
    tap.case("shutdown is no reason to start it again", agent("shutdown").status == 0 and until(lambda: systemctl("is-active", unit, user=True).stdout.strip() == "inactive"))
    tap.case("service start starts it", agent("service", "start").status == 0 and until(lambda: answer().get("version") == "1.2.0"))
    main = answer()["pid"]
    result = agent("uninstall")
    tap.case("uninstall of the program ends it and takes its unit away", result.status == 0 and not os.path.exists(f"/proc/{main}")
             and not (home.directory / ".config" / "systemd" / "user" / unit).exists() and not home.root.exists(), result)
    tap.is_("systemd has forgotten it", systemctl("is-active", unit, user=True).stdout.strip(), "inactive")
    assert configuration.exists()


def inside(work):
    tap = Tap()
    status = 1
    try:
        assert until(lambda: systemctl("is-system-running").stdout.strip() in ("running", "degraded")), systemctl("status")
        os.mkdir("/srv/world")
        world = World(directory="/srv/world")
        world.release("1.0.0")
        of_a_machine(tap, world)
        of_a_user(tap, world)
        tap.done()
    except SystemExit as end:
        status = end.code
    except Exception as error:  # noqa: BLE001: whatever it is, the outside has to hear of it
        print(f"# {error!r}", flush=True)
    finally:
        unfinished = pathlib.Path(work) / "status.part"
        unfinished.write_text(str(status or 0))
        unfinished.rename(pathlib.Path(work) / "status")
        time.sleep(60)  # until all of this is ended from outside


if sys.argv[1:2] == [BOOT]:
    boot(sys.argv[2])
elif sys.argv[1:2] == [INSIDE]:
    inside(sys.argv[2])
else:
    outside()
