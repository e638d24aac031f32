#!/usr/bin/env bash
# A release candidate and the stable release, two tags on one commit: each is published by its own job into its own channel, and neither disturbs the
# other, at the site and at the host, in whatever order and however often.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/github_project.sh
. "$SOURCE_ROOT/tests/support/github_project.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
github_project "$work"
git() { env -i PATH="$PATH" HOME=/nonexistent git -c user.name=Maker -c user.email=maker@example.com "$@"; }
printf '%s\n' hello.key dist bin agents >.gitignore
git init -q . && git add -A && git commit -q -m one && git tag -am 'a candidate' v1.0.0-rc.1 && git tag -am 'the release' v1.0.0
# A job of the tag, as the host's own CI says it, with the binary that it built.
job() { # TAG
  hello_binary bin/linux-x86_64/hello "hello ${1#v}"
  github_variables=(GITHUB_REF_TYPE=tag GITHUB_REF_NAME="$1")
  github_release publish --date "$hello_date" --json
}
assets() { github_state "[(r[\"assets\"], r[\"body\"], r[\"prerelease\"]) for r in d[\"releases\"] if r[\"tag\"] == \"$1\"]"; }
files() { (cd "$work/site" && find . -path "*v$1*" -type f -exec sha256sum {} + | sort); }
said() { python3 -c 'import json, sys; t = sys.stdin.read(); d = json.loads(t[t.index("{"):]); print(d["version"], d["channel"], d["published"])' <<<"$output"; }

status 'without a tag in the environment' 3 github_release publish --date "$hello_date"
like 'the two are named' "$output" 'two tags at HEAD \(v1\.0\.0, v1\.0\.0-rc\.1\); say which one with --version'
is 'and nothing is public' "$(github_shown)" ''
status 'the job of the candidate' 0 job v1.0.0-rc.1
is 'publishes that, in its channel' "$(said)" '1.0.0-rc.1 beta True'
is 'as a pre-release' "$(github_shown)" '1.0.0-rc.1p'
candidate=$(assets v1.0.0-rc.1; files 1.0.0-rc.1)
status 'the job of the release' 0 job v1.0.0
is 'publishes this' "$(said)" '1.0.0 stable True'
is 'as the latest one' "$(github_shown)" '1.0.0* 1.0.0-rc.1p'
is 'the candidate stays as it was' "$(assets v1.0.0-rc.1; files 1.0.0-rc.1)" "$candidate"
is 'each channel has its own' "$(manifest_of stable. 'm["latest"], list(m["versions"])') $(manifest_of beta. 'm["latest"], list(m["versions"])')" \
  "({'stable': '1.0.0'}, ['1.0.0']) ({'beta': '1.0.0-rc.1'}, ['1.0.0-rc.1'])"
is 'both are of one commit' "$(manifest_of '' 'len({r["commit"] for r in m["versions"].values()}), len(m["versions"])')" '(1, 2)'
before=$(state_of "$work/site"; github_state d)
for tag in v1.0.0-rc.1 v1.0.0 v1.0.0-rc.1; do
  status "the job of $tag again" 0 job $tag
  is "$tag: has nothing to do" "$(state_of "$work/site"; github_state d)" "$before"
done
status 'a stranger finds all well' 0 github_release verify

# --- users ---
status 'who installs' 0 github_install
is 'gets the release' "$(github_user hello)" 'hello 1.0.0'
rm -rf "${work:?}/home" && mkdir "$work/home"
status "who runs the candidate's own installer" 0 github_user bash -o pipefail -c "curl -fsSL $(forge_url web)/maker/hello/releases/download/v1.0.0-rc.1/install.sh | bash"
is 'gets that' "$(github_user hello)" 'hello 1.0.0-rc.1'
status 'and with the next update' 0 github_user hello-updater update --yes
is 'the release' "$(github_user hello)" 'hello 1.0.0'

# --- the other way round, at a new host ---
forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}}}}' >/dev/null
rm -rf "$work"/site/* dist trust/public.json
status 'the release first' 0 job v1.0.0
before=$(state_of "$work/site"; github_state d)
status 'then a candidate of it' 3 job v1.0.0-rc.1
like 'is too late, which is said' "$output" 'pre-release 1\.0\.0-rc\.1 comes after 1\.0\.0, which is stable already; choose a version above it'
is 'and the release stays as it was' "$(state_of "$work/site"; github_state d)" "$before"
done_testing
