#!/usr/bin/env python3
"""The members that `cco-release --json` prints are those of docs/release-json.md, and the other way round."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(os.environ["SOURCE_ROOT"])
program = os.environ["CCO_RELEASE"]
document = (root / "docs/release-json.md").read_text()
failed = 0
count = 0


def case(sentence, ok, detail=""):
    global failed, count
    count += 1
    print(f"{'ok' if ok else 'not ok'} {count} - {sentence}")
    if not ok:
        failed = 1
        print(f"# {detail}", file=sys.stderr)


def documented(command):
    """Members in the first column of a section's table."""
    section = document.split(f"\n## {command}\n")[1].split("\n## ")[0]
    return {name for row in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall(r"`(\w+)`", row)}


def documented_short(command):
    row = re.search(rf"^\| `{command}` \| (.*) \|$", document, re.M)
    return {"schema", *re.findall(r"`(\w+)`", row[1])}


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    script = f'. "{root}/tests/cli/hello_project.sh"; hello_project .'
    subprocess.run(["bash", "-c", script], check=True, env={**os.environ, "HOME": folder}, stdout=subprocess.DEVNULL)

    def run(*arguments, status=0):
        result = subprocess.run([program, *arguments, "--json"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
        assert result.returncode == status, result
        return json.loads(result.stdout)

    release = ("--version", "1.0.0", "--date", "2026-11-20")
    published = run("publish", *release)
    case("publish: the members are those of the document", set(published) == documented("publish"), published.keys())
    case("publish: so are those of an action", set(published["actions"][0]) == {"action", "destination"})
    packaged = run("package", *release)
    case("package: the members are those of the document", set(packaged) == documented("package"), packaged.keys())
    case("package: so are those of an archive", set(packaged["archives"][0]) == {"platform", "path", "size", "sha256"})
    previous = run("previous", "previous")
    case("previous: the members are those of the document", set(previous) == documented("previous"), previous.keys())
    case("previous: so are those of a release", set(previous["releases"][0]) == {"version", "platform", "path", "fetched"})
    checked = run("check", *release)
    case("check: the members are those of the document", set(checked) == documented("check"), checked.keys())
    verified = run("verify")
    case("verify: the members are those of the document", set(verified) == documented("verify"), verified.keys())
    case("verify: so are those of a site", set(verified["sites"][0]) == {"url", "versions", "files"})
    shown = run("status")
    case("status: the members are those of the document", set(shown) | {"channels"} == documented("status"), shown.keys())
    case("status: so are those of a channel", set(shown["destinations"][0]["channels"][0]) == {"channel", "latest", "published", "releases", "generation"})
    manifest = pathlib.Path("site/stable.version-manifest.json")
    manifest.write_text(manifest.read_text().replace("1.0.0", "1.0.1"))
    case("verify: a site that is not believed has a problem", set(run("verify", status=7)["sites"][0]) == {"url", "problem"})
    case("status: so has a destination", "problem" in run("status", status=7)["destinations"][0])
    problem = run("check", *release, status=7)["problems"][0]
    case("check: a problem has its status", problem["status"] == 7 and set(problem) == {"status", "problem"}, problem)
    case("version: the members are those of the document", set(run("version")) == documented_short("version"))
    case("keys new: the members are those of the document", set(run("keys", "new", "--out", "k", "--no-password")) == documented_short("keys new"))
    os.mkdir("new")
    os.chdir("new")
    case("init: the members are those of the document", set(run("init", "--product", "tool")) == documented_short("init"))
    with open(".goreleaser.yaml", "w") as file:
        file.write("version: 2\nproject_name: tool\nannounce: {skip: true}\n")
    imported = run("init", "--force", "--from", ".goreleaser.yaml")
    case("init --from: the members are those of init, and the list", set(imported) == documented_short("init") | {"not_carried"}, imported)
    case("init --from: a line has what the document says", set(imported["not_carried"][0]) == {"file", "line", "key", "problem"})
print(f"1..{count}")
sys.exit(failed)
