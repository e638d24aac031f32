#!/usr/bin/env python3
"""Whose folders, files and processes these are: what the agent neither touches, trusts nor leaves behind."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Home, HttpsSite, Tap, World, on_terminal, sha256  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
world.release("1.1.0")
IS_ROOT = os.geteuid() == 0
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if IS_ROOT else []

# Folders that lead elsewhere, or that others may write.
home = world.home()
home.install("1.0.0")
saved = world.root / "saved"
shutil.copytree(home.directory, saved, symlinks=True)


def fresh():
    subprocess.run(["chmod", "-R", "u+rwx", home.directory], check=False)
    shutil.rmtree(home.directory)
    shutil.copytree(saved, home.directory, symlinks=True)


for name in ("staging", "state", "versions"):
    fresh()
    documents = home.directory / "Documents"
    folder = home.root / name
    if name == "staging":
        documents.mkdir()
        shutil.rmtree(folder)
        (documents / "0123456789abcdef").mkdir()
    else:
        folder.rename(documents)
    before = sorted(p.name for p in documents.iterdir())
    folder.symlink_to(documents)
    result = home.run(home.directory / "unpacked-1.0.0/tool-updater", "update", "--yes")
    tap.is_(f"{name} is a link: 13, and nothing behind it is touched",
            (result.status, "is a link" in result.err, sorted(p.name for p in documents.iterdir())), (13, True, before))
fresh()
(home.root / "staging/mine.txt").write_text("x")
(home.root / "staging/0123456789abcdef").mkdir()
result = home.agent("update", "--check")
tap.is_("the sweep takes only names of our own form", (result.status, [p.name for p in (home.root / "staging").iterdir()]), (10, ["mine.txt"]))
for name in (".", "versions", "state", "staging"):
    fresh()
    (home.root / name).chmod(0o777)
    result = home.agent("update", "--yes")
    tap.is_(f"{name} that everybody may write: 13 that says so", (result.status, "chmod o-w" in result.err, home.current()), (13, True, "1.0.0"))
if IS_ROOT:
    for mode in (0o777, 0o775):
        fresh()
        os.chown(home.directory, 0, 12345)
        home.directory.chmod(mode)
        result = home.agent("update", "--yes")
        tap.is_(f"root trusts no folder on the way of mode {mode:o}", (result.status, str(home.directory) in result.err), (13, True))
        home.directory.chmod(0o755)
    # Root in the home of a person.
    person = world.home("person")
    os.chown(person.directory, 65534, 65534)
    agent = person.bootstrap("1.0.0")
    subprocess.run(["chmod", "-R", "a+rX", person.directory], check=True)
    for command in (["init"], ["config", "set", "updates.channel", "beta"], ["config", "unset", "updates.channel"]):
        result = person.run(agent, *command)
        tap.is_(f"root's {' '.join(command)} in a person's home: 13, and nothing is made there",
                (result.status, [p.name for p in person.directory.iterdir()]), (13, ["unpacked-1.0.0"]))
    result = person.run(*NOBODY, agent, "init")
    modes = [oct((person.directory / name).stat().st_mode & 0o777) for name in (".config", ".config/tool-updater", ".local", ".local/share")]
    tap.is_("init keeps private only what is its own", (result.status, modes), (0, ["0o755", "0o700", "0o755", "0o755"]))

    # Root's installation for the whole machine, used by a person.
    machine = world.home("machine")
    machine.install("1.0.0", "--prefix", str(machine.directory / "usr"))
    subprocess.run(["chmod", "-R", "go+rX", world.root], check=True)
    (machine.directory / "usr/share/tool-updater/staging").chmod(0o700)
    (machine.directory / "usr/share/tool-updater/state/install_id").chmod(0o600)
    updater = machine.directory / "usr/bin/tool-updater"
    user = world.home("user")
    os.chown(user.directory, 65534, 65534)
    for command in (["update", "--yes"], ["rollback"], ["repair"], ["uninstall"]):
        result = user.run(*NOBODY, updater, *command)
        tap.case(f"{command[0]} of what is root's: 13, one line that says sudo", result.status == 13 and "run this with sudo" in result.err
                 and len(result.err.splitlines()) == 1, result)
    result = user.run(*NOBODY, updater, "update", "--check")
    tap.case("a person may look for news of it", result.status == 10 and not result.err, result)
    result = user.run(*NOBODY, updater, "audit")
    tap.case("and audit it", result.status == 0 and not result.err, result)
    result = user.run(*NOBODY, updater, "doctor", PATH=f"{updater.parent}:/usr/bin:/bin")
    tap.case("doctor finds nothing wrong with it", result.status == 0 and "is for root alone to write" in result.out, result)
    (machine.directory / "usr/share/tool-updater/state/receipt.json").chmod(0o666)
    os.chown(machine.directory / "usr/share/tool-updater/state/watermark.json", 54321, 0)
    result = user.run(*NOBODY, updater, "doctor", PATH=f"{updater.parent}:/usr/bin:/bin")
    tap.case("but what others could change in it", result.status == 13 and "receipt.json may be written by others" in result.out
             and "watermark.json belongs to 54321" in result.out, result)

# A program in use, also where the root is reached through a link.
world.release("1.2.0")
link = world.root / "link"
used = world.home("used")
link.symlink_to(used.directory)
through = {"TOOL_UPDATER_ROOT": str(link / ".local/share/tool-updater")}
used.install("1.0.0", **through)
shutil.copy("/bin/sleep", used.versions / "1.0.0/sleeper")
sleeper = subprocess.Popen([used.versions / "1.0.0/sleeper", "600"])
used.agent("update", "--yes", "--version", "1.1.0", **through)
used.agent("update", "--yes", **through)
tap.is_("a version whose program runs stays, whatever path leads to it", (used.current(), (used.versions / "1.0.0").exists()), ("1.2.0", True))
sleeper.kill()
sleeper.wait()

# Links of another folder, for one run.
moved = world.home("moved")
moved.install("1.0.0")
result = moved.agent("update", "--yes", TOOL_UPDATER_BIN_DIR=str(moved.directory / "other"))
tap.is_("links that move leave none behind", (result.status, list(moved.bin.iterdir()), sorted(p.name for p in (moved.directory / "other").iterdir())),
        (0, [], ["tool", "tool-updater"]))
result = moved.run(moved.directory / "other/tool-updater", "uninstall")
tap.is_("and uninstall finds them", (result.status, list((moved.directory / "other").iterdir())), (0, []))

# --unmanaged.
for name, occupy in (("a foreign program", lambda path: path.write_text("#!/bin/sh\n")), ("a foreign link", lambda path: path.symlink_to("/usr/bin/true"))):
    plain = world.home(f"plain-{name.split()[-1]}")
    plain.bin.mkdir(parents=True)
    occupy(plain.bin / "tool")
    before = os.lstat(plain.bin / "tool").st_ino
    result = plain.install("1.0.0", "--unmanaged")
    tap.is_(f"--unmanaged does not replace {name}", (result.status, os.lstat(plain.bin / "tool").st_ino), (3, before))
plain = world.home("plain")
plain.install("1.0.0", "--unmanaged")
result = plain.install("1.1.0", "--unmanaged")
tap.is_("but an earlier release of its own", (result.status, plain.product_says()), (0, "tool 1.1.0"))

# Our own failures judge no release.
limited = world.home("limited")
limited.install("1.0.0")
shutil.copytree(limited.directory, world.root / "limited.saved", symlinks=True)
for call, error, when in (("clone,clone3,fork,vfork", "EAGAIN", "1+"), ("pipe2", "EMFILE", "1+"), ("clone,clone3,fork,vfork", "EAGAIN", "3+")):
    shutil.rmtree(limited.directory)
    shutil.copytree(world.root / "limited.saved", limited.directory, symlinks=True)
    result = limited.run("strace", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error={error}:when={when}", limited.bin / "tool-updater", "update", "--yes")
    # 13 where the call says that the machine lacks something, 1 where a library says only that it failed.
    tap.case(f"{call} fails with {error} from {when}: no verdict", result.status in (1, 13) and not (limited.state / "blocklist.json").exists(), result)
    result = limited.agent("update", "--yes")
    tap.is_("and the next update takes it", (result.status, limited.product_says(), limited.leftovers()), (0, "tool 1.2.0", []))
result = limited.run("prlimit", "--fsize=100000", limited.bin / "tool-updater", "update", "--yes", "--version", "1.1.0")
tap.is_("a limit of file sizes is an error with a message", (result.status, "File too large" in result.err, limited.leftovers()), (13, True, []))

# What a probed program leaves in the background ends with it.
spawner = world.home("spawner")
spawner.install("1.0.0")
script = b"#!/bin/sh\nsleep 4321 >/dev/null 2>&1 &\necho tool 1.4.0\n"
files = [("tool", script), ("tool-updater", world.stamped("1.4.0"))]
entry = world.release("1.4.0", files=files)
result = spawner.agent("update", "--yes")
left = []
for process in os.listdir("/proc"):
    if process.isdigit():
        try:
            with open(f"/proc/{process}/cmdline", "rb") as line:
                left += [process] if line.read() == b"sleep\0004321\0" else []
        except OSError:
            pass
tap.is_("a probe leaves no process behind", (result.status, spawner.current(), left), (0, "1.4.0", []))
for process in left:
    os.kill(int(process), 9)
del world.versions["1.4.0"]

# What a command line asks for is remembered, also where nothing is to install.
chooser = world.home("chooser")
world.publish()
chooser.install("1.2.0")
other = world.root / "other-site"
shutil.copytree(world.site, other)
result = chooser.run(chooser.bin / "tool-updater", "install", "--channel", "beta", "--base-url", f"file://{other}")
receipt = json.loads((chooser.state / "receipt.json").read_text())
tap.is_("install --channel and --base-url hold where nothing is new", (result.status, receipt["channel"], receipt["base_urls"]), (0, "beta", [f"file://{other}"]))
chooser.agent("config", "set", "updates.channel", "stable")
result = chooser.run(chooser.bin / "tool-updater", "install", "--channel", "beta", "--base-url", world.url)
tap.is_("and change config.toml where that says otherwise", (result.status, chooser.agent("config", "get", "updates.channel").out.strip()), (0, "beta"))

# What holds updates back and cannot be read holds everything.
for line in ("pin_version = 1.0", 'skip_versions = ["1.1.0", "x"]', "window = 3", 'channel = "weekly"'):
    careful = world.home("careful")
    careful.install("1.0.0")
    config = careful.directory / ".config/tool-updater/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"[updates]\nauto_install = true\n{line}\n")
    for command in (["update", "--unattended"], ["update", "--yes"], ["install"]):
        result = careful.agent(*command)
        tap.is_(f"{line}: {' '.join(command)} is 3 that names the line", (result.status, "config.toml:3" in result.err, careful.current()), (3, True, "1.0.0"))
    tap.is_(f"{line}: status still works", careful.agent("status").status, 0)
    shutil.rmtree(careful.directory)

# The installed version is damaged and nothing newer is there.
for name, damage in (("a file is missing", lambda folder: (folder / "README.md").unlink()), ("its mark is missing", lambda folder: (folder / ".ok").unlink()),
                     ("a byte is another", lambda folder: (folder / "tool").write_bytes((folder / "tool").read_bytes()[:-1] + b"\xff"))):
    for command in (["update", "--yes"], ["update", "--yes", "--version", "1.2.0"], ["install", "--base-url", world.url]):
        broken = world.home("broken")
        broken.install("1.2.0")
        damage(broken.versions / "1.2.0")
        result = broken.agent(*command)
        tap.is_(f"{name}: {' '.join(command[:3])} fetches it anew", (result.status, broken.complete("1.2.0"), broken.product_says(), broken.leftovers()),
                (0, True, "tool 1.2.0", []))
        shutil.rmtree(broken.directory)
broken = world.home("broken")
broken.install("1.0.0")
(broken.versions / "1.0.0/README.md").unlink()
broken.agent("config", "set", "updates.pin_version", "1.0")
result = broken.agent("update", "--yes")
tap.is_("a pin does not keep it from being mended, nor is it passed", (result.status, broken.current(), broken.complete("1.0.0")), (0, "1.0.0", True))
(broken.versions / "1.0.0/README.md").unlink()
del world.versions["1.0.0"]
world.publish()
result = broken.agent("update", "--yes")
tap.is_("where it is not to be had any more that is an error", (result.status, "damaged" in result.err), (9, True))

# The user's own file where a link of ours belongs.
world.release("1.5.0")
mine = world.home("mine")
mine.install("1.1.0")
(mine.bin / "tool").unlink()
(mine.bin / "tool").write_text("#!/bin/sh\necho mine\n")
result = mine.agent("update", "--yes")
tap.is_("update names a foreign file in the place of its link and changes nothing", (result.status, str(mine.bin / "tool") in result.err, mine.current()), (3, True, "1.1.0"))
(mine.bin / "tool").unlink()
mine.agent("install")
mine.agent("update", "--yes")
(mine.bin / "tool").unlink()
(mine.bin / "tool").write_text("#!/bin/sh\necho mine\n")
result = mine.agent("rollback")
tap.is_("rollback, which must work always, names it too", (result.status, str(mine.bin / "tool") in result.err, mine.current()), (3, True, "1.1.0"))

# A question waits for a person, and nobody waits for the question.
asked = world.home("asked")
asked.install("1.1.0")
asked.agent("update", "--yes", "--version", "1.2.0")
meanwhile = []


def go_back():
    meanwhile.append(asked.agent("rollback").status)
    return "\n"


status, seen = on_terminal(asked, ["update"], go_back, "Update")
tap.is_("what another command did meanwhile is not passed over", (meanwhile, status, "meanwhile" in seen, asked.current()), ([0], 14, True, "1.1.0"))


def only_look():
    meanwhile.append(asked.agent("update", "--check").status)
    return "\n"


world.release("1.6.0")
status, seen = on_terminal(asked, ["update"], only_look, "Update")
tap.is_("and a look meanwhile hurts nobody", (meanwhile[1:], status, asked.current()), ([10], 0, "1.6.0"))

# Two products in one home.
second_world = World("other", "other-updater")
second_world.release("1.0.0")
second = Home(second_world, asked.directory)
second.install("1.0.0")
second_world.release("1.1.0")
tap.is_("two products in one home update each for itself", (second.agent("update", "--yes").status, second.current(), asked.current()), (0, "1.1.0", "1.6.0"))
tap.is_("and leave each for itself", (second.agent("uninstall").status, second.root.exists(), asked.product_says(), sorted(p.name for p in asked.bin.iterdir())),
        (0, False, "tool 1.6.0", ["tool", "tool-updater"]))
second_world.close()

# The network as the user set it.
site = HttpsSite(world)
wired = world.home("wired")
wired.install("1.0.5" if "1.0.5" in world.versions else "1.1.0")
xdg = {"XDG_CONFIG_HOME": str(wired.directory / "xdg")}
wired.agent("config", "set", "updates.base_url", site.url, **xdg)
tap.case("XDG_CONFIG_HOME holds the configuration", (wired.directory / "xdg/tool-updater/config.toml").exists())
tap.is_("an authority that nobody trusts is 6", wired.agent("update", "--check", **xdg).status, 6)
wired.agent("config", "set", "network.ca_file", str(site.certificate), **xdg)
tap.is_("network.ca_file is trusted", wired.agent("update", "--check", **xdg).status, 10)
tap.is_("a proxy that refuses is 6", wired.agent("update", "--check", HTTPS_PROXY="http://127.0.0.1:1", **xdg).status, 6)
tap.is_("NO_PROXY goes around it", wired.agent("update", "--check", HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="127.0.0.1", **xdg).status, 10)
wired.agent("config", "set", "network.proxy", "http://127.0.0.1:1", **xdg)
tap.is_("network.proxy is used", wired.agent("update", "--check", **xdg).status, 6)
site.close()
world.close()
tap.done()
