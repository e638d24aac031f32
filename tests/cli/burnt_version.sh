#!/usr/bin/env bash
# A version that is public and broken is burnt: it is withdrawn, the next one is published, and everybody goes there: installers, agents, the host's
# "latest". Its number is never used again for other bytes, and publishing the same bytes does not offer them again.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/github_project.sh
. "$SOURCE_ROOT/tests/support/github_project.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
github_project "$work"
forget_user() { rm -rf "${work:?}/home" && mkdir "$work/home"; }
yanked() { manifest_of "" '[v for v, r in m["versions"].items() if r["yanked"]]'; }

status 'a release' 0 github_publish 1.0.0
status 'somebody installs it' 0 github_install
status 'the next one, which is broken' 0 github_publish 1.1.0
status 'who has it by an update' 0 github_user hello-updater update --yes
is 'runs it' "$(github_user hello)" 'hello 1.1.0'
burnt=$(github_state '[r["assets"] for r in d["releases"] if r["tag"] == "v1.1.0"]')

# --- withdrawn ---
status 'it is withdrawn' 0 github_release yank 1.1.0 --reason 'loses settings' --yes
is 'the host shows the one before as its latest' "$(github_shown)" '1.0.0* 1.1.0'
status 'an unattended update' 0 github_user hello-updater update --yes
is 'goes back from it' "$(github_user hello)" 'hello 1.0.0'
cp -a "$work/home" "$work/home-of-1.0.0"
forget_user
status 'who installs now' 0 github_install
is 'gets the one before' "$(github_user hello)" 'hello 1.0.0'

# --- the same number again ---
before=$(state_of "$work/site"; github_state d)
status 'the same bytes again' 0 github_publish 1.1.0
like 'are public' "$output" 'nothing to do'
is 'and not offered again' "$(yanked) $(state_of "$work/site"; github_state d)" "['1.1.0'] $before"
hello_binary bin/linux-x86_64/hello 'hello 1.1.0, mended'
status 'other bytes under its number' 5 github_release publish --date "$hello_date" --version 1.1.0
like 'are a conflict' "$output" '1\.1\.0 is public already with another hello for linux-x86_64; choose a new version'
rm -rf dist/1.1.0
status 'also from a machine that has not made the first ones' 5 github_release publish --date "$hello_date" --version 1.1.0
is 'nothing of it changes anything' "$(state_of "$work/site"; github_state d)" "$before"

# --- the next one ---
status 'the next version' 0 github_publish 1.1.1
is 'is the latest one' "$(github_shown)" '1.0.0 1.1.0 1.1.1*'
is 'the burnt one stays as it was, withdrawn' "$(github_state '[r["assets"] for r in d["releases"] if r["tag"] == "v1.1.0"]') $(yanked)" "$burnt ['1.1.0']"
status 'who installs now' 0 github_install
is 'gets it' "$(github_user hello)" 'hello 1.1.1'
forget_user && cp -a "$work/home-of-1.0.0/." "$work/home"
status 'who went back' 0 github_user hello-updater update --yes
is 'goes on to it' "$(github_user hello)" 'hello 1.1.1'
status 'who asks for the burnt one by name' 9 github_user hello-updater update --yes --version 1.1.0
like 'reads why not' "$output" 'withdrawn: loses settings'
is 'and keeps what he has' "$(github_user hello)" 'hello 1.1.1'
before=$(state_of "$work/site"; github_state d)
status 'the burnt bytes once more' 0 github_publish 1.1.0 --allow-backport
is 'change nothing now either' "$(state_of "$work/site"; github_state d)" "$before"
status 'a stranger finds all well' 0 github_release verify
done_testing
