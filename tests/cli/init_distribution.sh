#!/usr/bin/env bash
# init-distribution: what a repository for the published site begins with, and that a publish into it finds nothing in its way.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
python3 - "$work/releases.git" <<'PY'
import sys
text = open("cco-release.toml").read()
start, end = text.index("[[destination]]"), text.index("[installers]")
open("cco-release.toml", "w").write(text[:start] + f'''[[destination]]
type = "git"
remote = "{sys.argv[1]}"
branch = "main"
token_env = "PAGES_TOKEN"
url = "https://releases.example.com/hello"
[[destination]]
type = "directory"
path = "files"
url = "https://files.example.com/hello"
carries = ["assets"]
''' + text[end:])
PY
git init -q --bare --initial-branch=main "$work/releases.git"
git clone -q "$work/releases.git" "$work/releases" 2>/dev/null

status 'without [trust] there is nothing to refresh' 0 release init-distribution "$work/plain"
is 'the pages are there' "$(cd "$work/plain" && find . -type f | sort | tr '\n' ' ')" \
  './.gitattributes ./.nojekyll ./README.md ./docs/INSTALLATION.md ./docs/TROUBLESHOOTING.md ./docs/UPDATING.md ./scripts/uninstall.sh ./scripts/verify-installation.sh '
check 'the scripts can be run' test -x "$work/plain/scripts/uninstall.sh" -a -x "$work/plain/scripts/verify-installation.sh"
release trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
sed -i 's|^key = .*|key = "hello.key"|; s|^refresh = "none"|refresh = "weekly"|' cco-release.toml
status 'the refresh needs to know the repository of the project' 2 release init-distribution "$work/releases"
like 'and says how' "$output" '\-\-source OWNER/NAME'
is 'nothing was written' "$(ls "$work/releases")" ''
status 'with it' 0 release init-distribution "$work/releases" --source example/hello
workflow=$work/releases/.github/workflows/refresh.yml
check 'the workflow is YAML with a schedule, one job and one permission' python3 - "$workflow" <<'PY'
import sys, yaml
flow = yaml.safe_load(open(sys.argv[1]))
assert flow[True]["schedule"] == [{"cron": "23 4 * * 1"}], flow[True]
assert flow["permissions"] == {"contents": "write"}
steps = flow["jobs"]["refresh"]["steps"]
assert steps[0]["with"]["repository"] == "example/hello" and len(steps[0]["uses"].split("@")[1]) == 40
assert steps[2]["run"] == "cco-release trust refresh" and set(steps[2]["env"]) == {"CCO_RELEASE_KEY", "PAGES_TOKEN"}
PY
before=$(state_of "$work/releases")
status 'the same again' 0 release init-distribution "$work/releases" --source example/hello --json
like 'writes nothing' "$output" '"written": \[\]'
is 'at all' "$(state_of "$work/releases")" "$before"
git -C "$work/releases" add . && git -C "$work/releases" -c user.name=Human -c user.email=human@example.com commit -qm start && git -C "$work/releases" push -q origin HEAD:main 2>/dev/null
status 'a publish into that repository' 0 release publish --version 1.0.0 --date "$hello_date" --key keys/hello-online.key
is 'is the next commit' "$(git -C "$work/releases.git" rev-list --count main)" 2
is 'and leaves the workflow' "$(git -C "$work/releases.git" show main:.github/workflows/refresh.yml | sha256sum)" "$(sha256sum <"$workflow")"
echo mine >"$work/releases/README.md"
status 'a page that says something else' 5 release init-distribution "$work/releases" --source example/hello
like 'is named' "$output" 'has another README\.md already; nothing was changed'
is 'and stays' "$(cat "$work/releases/README.md")" mine
status '--force' 0 release init-distribution "$work/releases" --source example/hello --force
like 'replaces it' "$(cat "$work/releases/README.md")" '^# hello: releases'
done_testing
