#!/usr/bin/env bash
# trust status with what is public: a site before, during and after a change of keys, by the commands that a maintainer types.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
today=$(date -u +%F)
later() { date -u -d "+$1 days" +%F; }
status 'init for a product with a site' 0 release trust init --no-password --keys keys
status 'before the first release status asks for one' 0 release trust status
like 'it names the place' "$output" '^next: directory shows no metadata yet: cco-release publish'
status 'a release is published with the release key and the online key' 0 release publish --version 1.0.0 --date "$today" --key keys/hello-online.key
status 'then status shows every role' 0 release trust status --json
is 'root and targets of the folder, the rest of the site' "$(jq -r '[.roles[] | select(.version) | .role + ":" + .place] | join(" ")' <<<"$output")" \
  'root:trust targets:trust targets:directory stable:directory snapshot:directory timestamp:directory'
is 'nothing is to be done' "$(jq -c '[.next, .failures]' <<<"$output")" '[[],[]]'
status 'a year later everything is late' 8 release trust status --date "$(later 360)"
like 'and the timestamp is named with its command' "$output" 'timestamp of directory expires in [0-9]+ days: cco-release trust refresh'

# --- the online key changes ---
release keys new --out keys/second --no-password >/dev/null 2>&1
sed -i "s#^online = .*#online = [\"$(tail -n 1 keys/second.pub)\"]#" cco-release.toml
status 'status sees that the configuration has another key' 0 release trust status
like 'and says what to do' "$output" '^next: the configuration, or time, asks for 2\.root\.json and 2\.targets\.json: cco-release trust rotate'
status 'rotate' 0 release trust rotate
status 'sign' 0 release trust sign --key keys/hello-root-2.key --yes
status 'finalize' 0 release trust finalize
status 'the site does not know yet' 0 release trust status
like 'and status says so' "$output" '^next: directory does not show the newest root and targets'
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'the next release brings it' 0 release publish --version 1.1.0 --date "$today" --key keys/second.key
is 'both roots are public' "$(cd site/metadata && echo *.root.json)" '1.root.json 2.root.json'
status 'and nothing is left to do' 0 release trust status --json
is 'nothing at all' "$(jq -c '[.next, .failures]' <<<"$output")" '[[],[]]'

# --- a root key is lost; no release is at hand ---
release keys new --out keys/third --no-password >/dev/null 2>&1
rm keys/hello-root-1.key
sed -i "s#$(tail -n 1 keys/hello-root-1.pub)#$(tail -n 1 keys/third.pub)#" cco-release.toml
release trust rotate >/dev/null 2>&1
status 'the new key and the one that is left sign' 0 release trust sign --key keys/third.key --key keys/hello-root-2.key --yes
status 'finalize without the lost one' 0 release trust finalize
status 'refresh makes it public' 0 release trust refresh --key keys/second.key
is 'as the third root' "$(cd site/metadata && echo *.root.json)" '1.root.json 2.root.json 3.root.json'
status 'nothing is left to do' 0 release trust status --json
is 'nothing at all after a refresh' "$(jq -c '[.next, .failures]' <<<"$output")" '[[],[]]'

# --- what is public is damaged ---
cp site/metadata/timestamp.json kept
echo '{}' >site/metadata/timestamp.json
status 'a site that somebody edited' 7 release trust status --json
is 'is a failure with its place and status' "$(sed '/^cco-release:/d' <<<"$output" | jq -c '[.failures[] | [.place, .status]]')" '[["directory",7]]'
mv kept site/metadata/timestamp.json
rm trust/3.root.json trust/2.root.json && cp trust/1.root.json trust/root.json
status 'a trust folder that is older than the site' 5 release trust status
like 'is to be brought up to date' "$output" '^next: .*2\.root\.json is public, but the trust folder ends with version 1; .*git pull'
check 'and no second root of that version is asked for' test -z "$(grep rotate <<<"$output")"
status 'nor is one written' 5 release trust rotate
check 'there is no draft' test ! -e trust/draft
done_testing
