#!/usr/bin/env python3
"""A policy of the machine's owner against its user: in a namespace, where /etc is ours."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
NAMESPACE = ["unshare", "-Urm"]
if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode != 0:
    tap.skip("a policy in /etc", "no user and mount namespaces here")
    tap.done()
    sys.exit(0)

FILE = "/etc/tool-updater/policy.toml"
world = World()
world.release("1.0.0")
home = world.home()
tap.is_("an installation to work with", home.install("1.0.0").status, 0)
world.release("1.1.0")
world.release("1.2.0-beta.1", channel="beta")
home.save()


def under(policy, *arguments, spoil="", **environment):
    """The agent where /etc holds this policy; `spoil` is done to it first."""
    script = f"""mount -t tmpfs none /etc; mkdir -m 755 /etc/tool-updater; printf %s "$POLICY" > {FILE}; chmod 644 {FILE}; {spoil}
exec "$@" """
    return home.run(*NAMESPACE, "sh", "-ec", script, "sh", home.bin / "tool-updater", *arguments, POLICY=policy, **environment)


def refused(sentence, policy, arguments, words, spoil="", **environment):
    result = under(policy, *arguments, spoil=spoil, **environment)
    lines = result.err.strip().splitlines()
    tap.case(sentence, result.status == 3 and len(lines) == 1 and words in lines[0] and home.current() == "1.0.0", result)


PIN = '[updates]\npin_version = "1.0"\n'
home.agent("config", "set", "updates.pin_version", "1.1")
result = under(PIN, "update", "--yes", "--explain")
tap.case("the policy's pin wins over the user's", result.status == 0 and home.current() == "1.0.0"
         and f"1.1.0         policy         is outside of the pin 1.0 of {FILE}".split() == result.out.splitlines()[0].split()
         and f"1.1.0 is there, but held: is outside of the pin 1.0 of {FILE}\n" in result.out, result)
report = json.loads(under(PIN, "update", "--check", "--json").out)
tap.is_("as JSON too", (report["status"], report["rule"], report["advice"]), ("held", "policy", ""))
refused("and over an order", PIN, ["update", "--version", "1.1.0", "--yes"], f"1.1.0 is outside of the pin 1.0 of {FILE}")
home.agent("config", "unset", "updates.pin_version")

ONE_CHANNEL = '[updates]\nallowed_channels = ["stable"]\n'
refused("a channel that is not allowed is not followed", ONE_CHANNEL, ["update", "--channel", "beta", "--yes"], f"{FILE} allows stable only")
refused("nor installed from", ONE_CHANNEL, ["install", "--channel", "beta"], f"{FILE} allows stable only")
home.agent("config", "set", "updates.channel", "beta")
result = under(ONE_CHANNEL, "update", "--check")
tap.case("whose channel is not allowed gets what is", result.status == 10 and result.out.startswith("1.1.0 is available"), result)
home.agent("config", "unset", "updates.channel")

refused("no expired metadata where the policy takes none", "[updates]\nallow_expired = false\n",
        ["update", "--check", "--allow-expired-until", "2026-01-01T00:00:00Z"], f"{FILE} takes no expired metadata")
base = json.loads(home.agent("config", "get", "updates.base_url", "--json").out)["value"]
result = under(f'[updates]\nbase_url = "{base}"\n', "update", "--check", TOOL_UPDATER_BASE_URL="file:///eve")
tap.is_("the policy's site goes before the environment's", result.status, 10)
refused("and before an option's", f'[updates]\nbase_url = "{base}"\n', ["install", "--base-url", "file:///eve"], f"--base-url: {FILE} fixes updates.base_url")
for command in (["install"], ["update", "--yes"], ["audit"]):
    refused(f"and before a bundle: {command[0]}", f'[updates]\nbase_url = "{base}"\n', [*command, "--from", "bundle.tar"], f"--from: {FILE} fixes updates.base_url")

for sentence, policy, spoil, words in (
        ("a policy that others may write is refused", PIN, f"chmod 666 {FILE}", f"{FILE} may be written by others than root (chmod go-w); nothing is updated"),
        ("so is one in a folder that others may write", PIN, "chmod 757 /etc/tool-updater", "/etc/tool-updater may be written by others"),
        ("so is a folder in its place", PIN, f"rm {FILE}; mkdir {FILE}", f"{FILE} is not what it should be"),
        ("so is a link to nothing", PIN, f"rm {FILE}; ln -s nowhere {FILE}", f"{FILE} cannot be read"),
        ("so is an unknown key", "[updates]\npin = \"1\"\n", "", f"{FILE}:2: unknown key `updates.pin`"),
        ("so is a wrong value", '[updates]\nallowed_channels = "stable"\n', "", f"{FILE}:2: updates.allowed_channels must be"),
        ("so is what is no TOML", "[updates\n", "", f"{FILE}:1"),
        ("so is a switch that nobody has", "[updates]\nverify_signatures = false\n", "", "verification cannot be switched off")):
    refused(sentence, policy, ["update", "--yes"], words, spoil)
result = under(PIN, "status", spoil=f"chmod 666 {FILE}")
tap.case("but status still answers, with a warning", result.status == 0 and f"{FILE} may be written" in result.err, result)
result = under(PIN, "doctor", spoil=f"chmod 666 {FILE}")
tap.case("and doctor names it", result.status == 3 and f"error    policy: {FILE} may be written" in result.out, result)

shown = {key["key"]: (key["value"], key["origin"]) for key in json.loads(under(PIN, "config", "show", "--json").out)["keys"]}
tap.is_("config show says what comes from the policy", shown["updates.pin_version"], ("1.0", "policy"))
tap.is_("status names the file", json.loads(under(PIN, "status", "--json").out)["policy_file"], FILE)

result = under(PIN, "audit")
tap.is_("audit is content with what the policy allows", (result.status, result.out), (0, "tool 1.0.0 is good\n"))
result = under('[updates]\npin_version = "1.1"\n', "audit", "--json")
report = json.loads(result.out)
tap.is_("and ends with 3 where it does not", (result.status, report["status"], [f["problem"] for f in report["findings"]]), (3, 3, ["policy"]))
refused("audit under a policy that cannot be used is 3", PIN, ["audit"], "may be written by others", f"chmod 666 {FILE}")
result = under("[updates]\nauto_install = true\n", "update", "--unattended")
tap.is_("auto_install of the policy installs unattended", (result.status, home.current()), (0, "1.1.0"))
result = under('[updates]\npin_version = "1.1"\n', "rollback")
tap.case("no rollback to what the policy refuses", result.status == 3 and home.current() == "1.1.0" and FILE in result.err, result)
tap.is_("elsewhere it goes", (home.agent("rollback").status, home.current()), (0, "1.0.0"))

# audit without a policy, and that it leaves everything as it is.
def tree():
    return {str(p.relative_to(home.directory)): (p.lstat().st_mtime_ns, p.lstat().st_ino) for p in sorted(home.directory.rglob("*"))}


before = tree()
world.versions["1.0.0"]["yanked"] = {"reason": "eats files", "since": None}
world.publish()
result = home.agent("audit")
tap.case("audit of a withdrawn version is 7", result.status == 7 and result.out == "yanked: 1.0.0 was withdrawn: eats files\n", result)
tap.is_("and it writes nothing", tree(), before)
home.restore()
machine = home.run(*NAMESPACE, "sh", "-ec", 'mount -t tmpfs none /etc; "$@"; stat -c %a /etc/tool-updater /etc/tool-updater/config.toml', "sh", home.bin / "tool-updater",
                   "config", "set", "updates.auto_install", "true", TOOL_UPDATER_CONFIG_PATH="/etc/tool-updater/config.toml")
tap.is_("the machine's configuration is made for everybody to read", machine.out.split()[-2:], ["755", "644"])
world.close()
tap.done()
