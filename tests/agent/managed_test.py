#!/usr/bin/env python3
"""An agent that belongs to a real package manager, or to nobody, changes nothing and names the command that does (status 12).

dpkg and rpm install real packages below a folder; that folder becomes the root of a machine, in namespaces of our own."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, snapshot  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
world.release("1.1.0")
agent = world.root / "tool-updater"
agent.write_bytes(world.stamped("1.0.0"))
agent.chmod(0o755)
REFUSED = (["update", "--yes"], ["update", "--check", "--unattended"], ["rollback"], ["repair"], ["run", "--port", "0"], ["service", "install"])


def machine(name):
    """A folder that can become a root: usr-merged, and with what any system has."""
    root = world.root / name
    for folder in ("usr/lib", "usr/local/bin", "usr/bin", "proc", "dev", "tmp", "home/ann", "var/lib", "etc"):
        (root / folder).mkdir(parents=True)
    for folder in ("bin", "lib"):
        (root / folder).symlink_to(f"usr/{folder}")
    if os.path.isdir("/usr/lib64"):
        (root / "usr/lib64").mkdir()
        (root / "lib64").symlink_to("usr/lib64")
    return root


def namespaced(script, *arguments):
    """Runs a shell script as the root of namespaces of its own."""
    return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "sh", "-euc", script, "sh", *map(str, arguments)],
                          capture_output=True, text=True, check=False, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C"})


def inside(root, program, *command):
    """Runs a program of that machine."""
    script = """
root=$1; shift
mount --rbind /usr/lib "$root/usr/lib"
test ! -d "$root/usr/lib64" || mount --rbind /usr/lib64 "$root/usr/lib64"
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
exec env -i HOME=/home/ann PATH=/usr/bin "$(command -v chroot)" "$root" "$@"
"""
    return namespaced(script, root, program, *command)


def files_of(root):
    """All but what rpm itself touches when it reads its database."""
    return {name: facts for name, facts in snapshot(root).items() if "rpm" not in name}


def check_machine(name, root, program, manager, package, update, removal):
    before = files_of(root)
    for command in REFUSED:
        result = inside(root, program, *command)
        tap.is_(f"{name}: {' '.join(command)} names the manager's command, with 12", (result.returncode, result.stderr),
                (12, f"tool-updater: {program} belongs to the package {package} of {manager}; update it by: {update}\n"))
    result = inside(root, program, "uninstall")
    tap.is_(f"{name}: uninstall names the command that removes it", (result.returncode, f"remove it by: {removal}\n" in result.stderr), (12, True))
    result = inside(root, program, "update", "--json")
    report = json.loads(result.stdout)
    tap.is_(f"{name}: --json has manager, package and command", (result.returncode, report["status"], report["managed_by"]),
            (12, "managed", {"manager": manager, "package": package, "command": update}))
    result = inside(root, program, "status")
    tap.case(f"{name}: status says who updates it", f"the package {package} of {manager}: {update}" in result.stdout, result)
    result = inside(root, program, "doctor")
    tap.case(f"{name}: doctor says who updates it, and misses no installation", f"the package {package} of {manager} updates this program: {update}" in result.stdout
             and "nothing is installed" not in result.stdout, result)
    tap.is_(f"{name}: nothing was changed", files_of(root), before)


def packages_of_dpkg():
    # The package is not called as the program is.
    root = machine("debian")
    tree = world.root / "deb"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text("Package: rocket-tools\nVersion: 1.0.0\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: a rocket\n")
    for folder in ("usr/bin", "usr/lib-rocket"):
        (tree / folder).mkdir(parents=True)
        shutil.copy(agent, tree / folder / "tool-updater")
    deb = world.root / "rocket.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, deb], check=True, capture_output=True)
    dpkg = root / "var/lib/dpkg"
    for folder in ("info", "updates"):
        (dpkg / folder).mkdir(parents=True)
    (dpkg / "status").touch()
    made = namespaced('dpkg --root="$1" --log=/dev/null --force-script-chrootless --install "$2"', root, deb)
    tap.case("dpkg installs the package", made.returncode == 0, made)
    command = "sudo apt-get install --only-upgrade rocket-tools"
    check_machine("dpkg", root, "/usr/bin/tool-updater", "apt", "rocket-tools", command, "sudo apt-get remove rocket-tools")
    (root / "usr/bin/link").symlink_to("../lib-rocket/tool-updater")
    result = inside(root, "/usr/bin/link", "update")
    tap.is_("dpkg: a link is followed to the file that the package has", (result.returncode, f"/usr/lib-rocket/tool-updater belongs to the package rocket-tools of apt; update it by: {command}" in result.stderr), (12, True))
    removed = namespaced('dpkg --root="$1" --log=/dev/null --force-script-chrootless --purge rocket-tools', root)
    (root / "usr/bin/link").unlink()
    shutil.copy(agent, root / "usr/bin/tool-updater")
    result = inside(root, "/usr/bin/tool-updater", "update")
    tap.is_("the same file in the same place is nobody's once the package is purged", (removed.returncode, result.returncode, f"curl -fsSL {world.url}/install.sh | bash -s -- --unmanaged" in result.stderr),
            (0, 12, True))


def packages_of_rpm():
    root = machine("fedora")
    specification = world.root / "rocket.spec"
    specification.write_text("""Name: rocket-rpm
Version: 1.0.0
Release: 1
Summary: a rocket
License: MIT
BuildArch: noarch
AutoReqProv: no
%description
a rocket
%install
mkdir -p %{buildroot}/usr/bin
cp "%{agent}" %{buildroot}/usr/bin/tool-updater
%files
/usr/bin/tool-updater
""")
    built = subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {world.root}/rpmbuild", "--define", f"agent {agent}",
                            "--define", "__os_install_post %{nil}", "--define", "_build_id_links none", "--define", "debug_package %{nil}",
                            "--define", "_binaries_in_noarch_packages_terminate_build 0", "--dbpath", world.root / "rpmbuild-db", specification],
                           capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "HOME": str(world.root)})
    package = next((world.root / "rpmbuild").glob("RPMS/noarch/*.rpm"), None)
    tap.case("rpmbuild makes a package", package is not None, built.stdout + built.stderr)
    # Where Fedora has it; Debian's rpm would look in the home.
    (root / "etc/rpm").mkdir()
    (root / "etc/rpm/macros").write_text("%_dbpath /var/lib/rpm\n")
    made = namespaced('rpm --root "$1" --define "_dbpath /var/lib/rpm" --nodeps --noscripts --install "$2"', root, package)
    tap.case("rpm installs the package", made.returncode == 0 and (root / "usr/bin/tool-updater").exists(), made)
    shutil.copy("/usr/bin/rpm", root / "usr/bin/rpm")
    check_machine("rpm", root, "/usr/bin/tool-updater", "dnf", "rocket-rpm", "sudo dnf upgrade rocket-rpm", "sudo dnf remove rocket-rpm")
    (root / "usr/bin/zypper").touch()
    result = inside(root, "/usr/bin/tool-updater", "update")
    tap.case("rpm: where zypper is, it is named", "sudo zypper update rocket-rpm" in result.stderr, result)
    shutil.copy(agent, root / "usr/local/bin/tool-updater")
    result = inside(root, "/usr/local/bin/tool-updater", "update")
    tap.is_("rpm: a file that no package has is nobody's", (result.returncode, "is a plain file" in result.stderr), (12, True))


if namespaced("true").returncode == 0:
    packages_of_dpkg()
    packages_of_rpm()
else:
    tap.skip("packages of dpkg and rpm", "no user and mount namespaces here")

# A plain file.
home = world.home()
home.bin.mkdir(parents=True)
plain = home.bin / "tool-updater"
shutil.copy(agent, plain)
before = snapshot(home.directory)
for command in (*REFUSED, ["uninstall"]):
    result = home.run(plain, *command)
    tap.is_(f"a plain file: {' '.join(command)} changes nothing, with 12", (result.status, "is a plain file" in result.err, snapshot(home.directory)), (12, True, before))
report = json.loads(home.run(plain, "update", "--json").out)
tap.is_("a plain file: --json has the installer's line", report["managed_by"], {"manager": None, "package": None, "command": f"curl -fsSL {world.url}/install.sh | bash -s -- --unmanaged"})
tap.is_("a plain file: a program of ours that says it is somebody else's does not count",
        home.run(plain, "update", SNAP="/snap/tool/1", HOMEBREW_PREFIX="/opt/homebrew", NIX_PROFILES="/nix").err.count("plain file"), 1)

# An installation of ours keeps itself, and says so.
home = world.home("ours")
home.install("1.0.0")
status = json.loads(home.agent("status", "--json").out)
tap.is_("an installation of ours: status has nobody else", status["managed_by"], None)
tap.case("… and doctor says so", "ok       updates: this program updates itself" in home.agent("doctor").out)
tap.is_("… and it updates", (home.agent("update", "--yes").status, home.current()), (0, "1.1.0"))

# The form that distributions build: it refuses even where it could.
home = world.home("distribution")
home.install("1.0.0")
distribution = home.directory / "distribution-agent"
distribution.write_bytes(world.stamped("1.0.0", form="CCO_FOR_DISTRIBUTIONS"))
distribution.chmod(0o755)
before = snapshot(home.directory)
for command in (*REFUSED, ["uninstall"], ["install"], ["update", "--rollback"]):
    result = home.run(distribution, *command)
    tap.is_(f"a distribution's build: {' '.join(command)} is refused, with 12", (result.status, result.err),
            (12, "tool-updater: this tool-updater was built to be updated by the package manager that installed it, not by itself\n"))
result = home.run(distribution, "notice", PATH="/usr/bin:/bin")
tap.is_("a distribution's build: notice says nothing and looks for nothing", (result.status, result.out + result.err), (0, ""))
tap.is_("… and nothing was changed by any of these", snapshot(home.directory), before)
tap.case("a distribution's build: --help says so", " ".join(home.run(distribution, "--help").out.split()).count("(not in this build)") == 8)
tap.case("… and --help of a command", "leaves that to the package manager" in home.run(distribution, "update", "--help").out)
tap.case("the usual build has nothing of this in its help", "not in this build" not in home.agent("--help").out)
world.close()
tap.done()
