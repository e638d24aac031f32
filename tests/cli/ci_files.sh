#!/usr/bin/env bash
# `cco-release init --ci`: workflows are valid YAML of the right shape, what is built reaches the publisher, lines of one's own stay, and
# check tells what should be written again.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/project"
cd "$work/project" || exit 1
sed -i 's/^platforms = .*/platforms = ["linux-x86_64", "linux-aarch64-musl", "darwin-arm64", "darwin-x86_64", "windows-x86_64", "windows-arm64"]/' cco-release.toml
release trust init --preset ci-stable --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
sed -i 's/^refresh = "none"/refresh = "weekly"/' cco-release.toml
yaml() { # FILE EXPRESSION of y (and the text t)
  python3 -c 'import sys,yaml,re; t=open(sys.argv[1]).read(); y=yaml.safe_load(t); y["on"]=y.pop(True, y.get("on")); print(eval(sys.argv[2]))' "$1" "$2"
}
uses='[s["uses"] for j in y["jobs"].values() for s in j["steps"] if "uses" in s]'
for host in github gitea; do
  folder=.$host/workflows
  status "$host: workflows are written" 0 release init --ci $host
  is "$host: three of them" "$(cd $folder && echo *)" "install.yml refresh.yml release.yml"
  for file in release refresh install; do
    is "$host: $file grants nothing by default" "$(yaml $folder/$file.yml 'y["permissions"]')" "{}"
    is "$host: every action of $file is pinned to a commit" "$(yaml $folder/$file.yml "all(re.fullmatch(r'[\w-]+/[\w-]+@[0-9a-f]{40}', u) for u in $uses)")" True
    # shellcheck disable=SC2016
    is "$host: no expression stands in a script of $file" "$(yaml $folder/$file.yml 'any("${{" in s.get("run", "") for j in y["jobs"].values() for s in j["steps"])')" False
    is "$host: no mark is left in $file" "$(grep -c '@[A-Z_]*@' $folder/$file.yml)" 0
    is "$host: every job of $file ends some time" "$(yaml $folder/$file.yml 'all("timeout-minutes" in j for j in y["jobs"].values())')" True
  done
  is "$host: a tag releases" "$(yaml $folder/release.yml 'y["on"]')" "{'push': {'tags': ['v*']}}"
  is "$host: every platform has a runner" "$(yaml $folder/release.yml '[m["platform"] for m in y["jobs"]["build"]["strategy"]["matrix"]["include"]]')" \
    "['linux-x86_64', 'linux-aarch64-musl', 'darwin-arm64', 'darwin-x86_64', 'windows-x86_64', 'windows-arm64']"
  is "$host: and its files" "$(yaml $folder/release.yml '[m["files"] for m in y["jobs"]["build"]["strategy"]["matrix"]["include"]][4]')" "bin/windows-x86_64/hello.exe"
  is "$host: secrets reach only the last step" "$(yaml $folder/release.yml '[("secrets." in str(s)) for s in y["jobs"]["publish"]["steps"]].index(True) == len(y["jobs"]["publish"]["steps"]) - 1 and "secrets." not in str(y["jobs"]["build"])')" True
  is "$host: they are named" "$(sed -n 's/^# Secrets: //p' $folder/release.yml)" "CCO_RELEASE_KEY, CCO_RELEASE_PASSWORD."
  is "$host: the refresh has a schedule" "$(yaml $folder/refresh.yml 'y["on"]["schedule"]')" "[{'cron': '23 4 * * 1'}]"
  before=$(state_of .)
  status "$host: again" 0 release init --ci $host
  like "$host: nothing is left to do" "$output" 'nothing to do'
  is "$host: and nothing is written" "$(state_of .)" "$before"

  # Lines of one's own.
  python3 - $folder/release.yml <<'PY'
import re, sys
text = open(sys.argv[1]).read()
begin = text.index("\n", text.index("      # Yours from here:")) + 1
end = text.index("      # Yours to here.")
open(sys.argv[1], "w").write(text[:begin] + "      - run: make all\n" + text[end:])
PY
  status "$host: after an edit between the marks" 0 release init --ci $host
  like "$host: nothing is to do either" "$output" 'nothing to do'
  is "$host: and the edit is there" "$(grep -c 'run: make all' $folder/release.yml)" 1
  release check --version 1.0.0 --date "$hello_date" >"$work/out" 2>&1
  is "$host: check is content with it" "$(grep -c 'is not what cco-release init' "$work/out")" 0
  sed -i 's/"windows-arm64"]/"linux-i686"]/' cco-release.toml
  release check --version 1.0.0 --date "$hello_date" >"$work/out" 2>&1
  like "$host: another platform is told by check" "$(cat "$work/out")" "warning: \.$host/workflows/release\.yml:[0-9]+ is not what cco-release init --ci $host writes"
  status "$host: written again" 0 release init --ci $host --json
  is "$host: it is that file alone" "$(python3 -c 'import json,sys; print(json.load(sys.stdin)["written"])' <<<"$output")" "['$folder/release.yml']"
  is "$host: with the edit" "$(grep -c 'run: make all' $folder/release.yml)" 1
  sed -i 's/"linux-i686"]/"windows-arm64"]/' cco-release.toml
  echo 'name: mine' >$folder/release.yml
  status "$host: somebody's own file" 5 release init --ci $host
  is "$host: stays" "$(cat $folder/release.yml)" "name: mine"
  status "$host: unless he says so" 0 release init --ci $host --force
done
# What the build jobs pack is what the publisher finds, as the scripts of the workflow do it.
mkdir -p job/bin/linux-x86_64 collect/.built/built-linux-x86_64
cp bin/linux-x86_64/hello job/bin/linux-x86_64/
script() { python3 -c 'import sys,yaml; y=yaml.safe_load(open(".github/workflows/release.yml")); print(next(s["run"] for s in y["jobs"][sys.argv[1]]["steps"] if s.get("name") == sys.argv[2]))' "$1" "$2"; }
pack=$(script build 'Pack what was built')
unpack=$(script publish 'Unpack what was built')
(cd job && FILES=bin/linux-x86_64/hello bash -euc "$pack")
mv job/built.tar collect/.built/built-linux-x86_64/
(cd collect && bash -euc "$unpack")
is 'the binary arrives where it was, and may be run' "$(collect/bin/linux-x86_64/hello)" 'hello 1.0.0'
is 'and nothing else does' "$(cd collect && find . -type f)" './bin/linux-x86_64/hello'
sed -i 's/^refresh = "weekly"/refresh = "none"/' cco-release.toml
rm -r .github && release init --ci github >/dev/null 2>&1
is 'without a schedule there is no refresh' "$(cd .github/workflows && echo *)" 'install.yml release.yml'

# A project whose releases go to GitHub, with a tap and a bucket: tokens by the names that the configuration gives, and all four ways to install.
cp cco-release.toml plain.toml
hosted() { # TOKEN_ENV of the tap, [OTHER repository of the site]
  python3 - "$1" "${2:-maker/hello}" <<'PY'
import pathlib, re, sys
text = pathlib.Path("plain.toml").read_text()
text = re.sub(r"(?s)\[\[destination\]\].*?(?=\n\[|\Z)", "", text, count=1)
text = re.sub(r"(?m)^\[(homebrew|scoop)\].*\n", "", text)
text += f"""
[[destination]]
type = "git"
remote = "{sys.argv[2]}"
branch = "gh-pages"
url = "https://maker.example/hello"
[[destination]]
type = "github"
repository = "maker/hello"
[homebrew]
tap = "maker/homebrew-tap"
token_env = "{sys.argv[1]}"
[scoop]
bucket = "maker/bucket"
"""
text = text.replace('refresh = "none"', 'refresh = "weekly"')
pathlib.Path("cco-release.toml").write_text(text)
PY
  rm -rf .github
  release init --ci github
}
environment='y["jobs"]["publish"]["steps"][-1]["env"]'
status 'a project on GitHub' 0 hosted TAP_GITHUB_TOKEN
is 'secrets have the names of the configuration' "$(sed -n 's/^# Secrets: //p' .github/workflows/release.yml)" \
  'CCO_RELEASE_KEY, CCO_RELEASE_PASSWORD, TAP_GITHUB_TOKEN, SCOOP_BUCKET_TOKEN.'
is 'the release has the token of the job' "$(yaml .github/workflows/release.yml "${environment}[\"GH_TOKEN\"]")" "\${{ github.token }}"
is 'so has the refresh' "$(yaml .github/workflows/refresh.yml '[s["env"]["GH_TOKEN"] for j in y["jobs"].values() for s in j["steps"] if "GH_TOKEN" in s.get("env", {})]')" \
  "['\${{ github.token }}']"
is 'it is installed in all four ways, when the site shows it' "$(yaml .github/workflows/install.yml 'sorted((n, j.get("needs")) for n, j in y["jobs"].items())')" \
  "[('brew', 'site'), ('ps1', 'site'), ('scoop', 'site'), ('sh', 'site'), ('site', None)]"
like 'by brew' "$(yaml .github/workflows/install.yml 'y["jobs"]["brew"]["steps"][0]["run"]')" 'brew install maker/tap/hello'
like 'by Scoop' "$(yaml .github/workflows/install.yml 'y["jobs"]["scoop"]["steps"][0]["run"]')" 'scoop bucket add maker https://github.com/maker/bucket'
wait_for_site=$(yaml .github/workflows/install.yml 'y["jobs"]["site"]["steps"][0]["run"]')
mkdir -p stubs && printf '#!/bin/sh\necho "{\\"1.0.0\\": {}}"\n' >stubs/curl && printf '#!/bin/sh\n' >stubs/sleep && chmod 755 stubs/*
status 'it waits for the version' 0 env PATH="$PWD/stubs:$PATH" TAG=v1.0.0 bash -euc "$wait_for_site"
status 'and for no other one' 1 env PATH="$PWD/stubs:$PATH" TAG=v1.0 bash -euc "$wait_for_site"
status 'a site in another repository' 0 hosted TAP_GITHUB_TOKEN maker/site
is "needs a token that may write to both" "$(yaml .github/workflows/release.yml "${environment}[\"GH_TOKEN\"]")" "\${{ secrets.GH_TOKEN }}"
status 'a tap that is written with the same token' 0 hosted GH_TOKEN
is 'needs such a one, too' "$(yaml .github/workflows/release.yml "${environment}[\"GH_TOKEN\"]")" "\${{ secrets.GH_TOKEN }}"

cp plain.toml cco-release.toml
status 'another host' 2 release init --ci jenkins
cd "$work" || exit 1
status 'without a configuration' 3 release init --ci github
done_testing
