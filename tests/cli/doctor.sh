#!/usr/bin/env bash
# `cco-release doctor`: a real project, its site behind a real HTTPS server, and what can be wrong with both.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
# At a time of its own; TIME "now" is the machine's.
at() {
  local time=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent SSL_CERT_FILE="${ca:-/nonexistent}" ${secret:+"CCO_RELEASE_KEY=$secret"} LD_PRELOAD="$SET_CLOCK" \
    CLOCK_STANDS_AT="$(date -u -d "$time" +%s)" "$CCO_RELEASE" "$@"
}
today='2026-11-21 12:00:00'
secret=
release trust init --no-password --keys keys >/dev/null 2>&1
sed -i 's/^refresh = .*/refresh = "weekly"/' cco-release.toml
grep -q '^refresh = "weekly"' cco-release.toml || sed -i 's/^\[trust\]$/[trust]\nrefresh = "weekly"/' cco-release.toml
chmod 600 keys/*.key
status 'a release is published' 0 at "$today" publish --version 1.0.0 --date "$hello_date" --key keys/hello-online.key

url() { sed -E 's/ ca=.*//' "$work/server"; }
start_server() { # FOLDER
  [ -z "$server" ] || kill "$server"
  : >"$work/server"
  "$HOSTILE_SERVER" "$1" >"$work/server" &
  server=$!
  until [ -s "$work/server" ]; do
    kill -0 "$server" || { echo "Bail out! no server"; exit 1; }
    read -r -t 0.02 <> <(:)
  done
  ca=$(sed -E 's/.* ca=//' "$work/server")
}
start_server "$PWD/site"
doctor() { local when=$1; shift; at "$when" doctor --version 1.1.0 --date "$hello_date" --url "$(url)" "$@"; }
is 'it changes nothing' "$(before=$(contents_of .); doctor "$today" >/dev/null; [ "$(contents_of .)" = "$before" ] && echo same)" same
status 'all is well, as a stranger sees it over HTTPS' 0 doctor "$today" --max-age 48h
like 'the site' "$output" '^ok       site: https://.*: a new user gets 1\.0\.0; [0-9]+ files are what the signatures say'
like 'its age' "$output" '^ok       site: .*last signed less than a minute ago \(at most 2 days\)'
like 'what expires' "$output" '^ok       trust: nothing expires soon'
like 'a root key that lies here is a warning' "$output" '^warning  keys: keys/hello-root-1\.key .* signs root, targets.*offline'
like 'the online key is as it should be' "$output" '^ok       keys: keys/hello-online\.key .* signs nightly, snapshot, timestamp'
like 'what a thief could do' "$output" '^note     theft: with the CI secret RW.* a thief ships any program as nightly'
like 'and what not' "$output" '^ok       theft: with the CI secret he ships no stable and no beta'
rm -r "$work/away" 2>/dev/null
mkdir "$work/away" && mv keys "$work/away/"
secret=$(cat "$work/away/keys/hello-online.key")
mkdir -p .github/workflows && echo '  CCO_RELEASE_KEY: from the secrets' >.github/workflows/release.yml
status 'keys that are elsewhere' 0 doctor "$today"
like 'are told as such' "$output" '^ok       keys: RW.* signs root, targets; its secret is not seen here'
like 'the environment' "$output" '^ok       keys: CCO_RELEASE_KEY .* signs nightly, snapshot, timestamp; it has no password'
like 'and the workflow' "$output" '^note     keys: \.github/workflows/release\.yml gives CI the secret CCO_RELEASE_KEY'
is 'no secret is said' "$(grep -c "$(tail -n 1 "$work/away/keys/hello-online.key")" <<<"$output")" 0
secret=
status 'JSON for monitors' 0 doctor "$today" --json
is 'holds status and product' "$(jq -c '[.schema, .product, .status, ([.findings[].level] | unique)]' <<<"$output")" '[1,"hello",0,["note","ok","warning"]]'

# --- what fails ---
status 'a site that nobody signed for three days' 8 doctor '2026-11-24 12:00:01' --max-age 48h
like 'is told with its age' "$output" '^error    site: .*last signed 3 days ago, which is more than 2 days; see why'
status 'but not where nobody asked' 0 doctor '2026-11-24 12:00:01'
status 'a timestamp near its end' 8 doctor '2026-12-18 12:00:00'
like 'is told' "$output" '^error    trust: timestamp of directory expires on 2026-12-21'
status 'and past it' 8 doctor '2026-12-22 12:00:00'
like 'a stranger sees it too' "$output" '^error    site: .*timestamp.* expired'
cp -a site "$work/good"
archive=$(cd site && find releases -name '*.tar.gz')
printf x >>"site/$archive"
status 'an archive with one byte more' 7 doctor "$today"
like 'is named' "$output" "^error    site: .*$(basename "$archive")"
rm -r site && cp -a "$work/good" site
rm "site/$archive"
status 'an archive that is missing' 9 doctor "$today"
rm -r site && cp -a "$work/good" site
rm site/metadata/1.stable.json
status 'metadata that is missing' 7 doctor "$today"
rm -r site && cp -a "$work/good" site
kill "$server"
wait "$server" 2>/dev/null
server=
status 'a site that nobody reaches' 6 doctor "$today"
like 'is the network' "$output" '^error    site: https://'
start_server "$PWD/site"
chmod 644 hello.key
status 'a key that others can read' 3 doctor "$today"
like 'is told with the command' "$output" 'others can read the key file .*; run chmod 600'
chmod 600 hello.key
# An edge of a CDN that still has what was public before.
cp -a site "$work/edge"
start_server "$work/edge"
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'a second release' 0 at "$today" publish --version 1.1.0 --date "$hello_date" --key "$work/away/keys/hello-online.key"
status 'a cache that is behind, or a host that shows an older site' 7 doctor "$today"
like 'is an error' "$output" '^error    site: .*timestamp went back from version 2 to 1 \(.*public\.json\); users get an older site: let a cache'
rm trust/public.json dist/seen.json
status 'also where only the destination itself tells it' 7 doctor "$today"
like 'which is said' "$output" '^error    site: .*users get version 1 of timestamp\.json, and the destination has 2: a host or a cache'
# A schedule of a refresh begins: what is public was signed for a year.
sed -i 's/^refresh = "weekly"/refresh = "none"/' cco-release.toml
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
rm -rf dist
status 'a release without a schedule' 0 at "$today" publish --version 1.2.0 --date "$hello_date" --key "$work/away/keys/hello-online.key"
sed -i 's/^refresh = "none"/refresh = "daily"/' cco-release.toml
next_doctor() { local when=$1; shift; at "$when" doctor --version 1.3.0 --date "$hello_date" --url "file://$PWD/site" "$@"; }
status 'a schedule that did not run yet is not fresh' 8 next_doctor '2026-11-24 12:00:00' --max-age 48h
like 'since nobody knows its age' "$output" '^error    site: .*timestamp\.json is good until 2027-11-21, which is longer than \[trust\] says.*run cco-release trust refresh$'
status 'the first refresh' 0 at '2026-11-24 12:00:00' trust refresh --key "$work/away/keys/hello-online.key"
like 'signs it anew' "$output" 'timestamp has version .*it is good until 2027-11-21T12:00:00Z, which is longer than \[trust\] says'
status 'and all is well' 0 next_doctor '2026-11-24 12:00:01' --max-age 48h
like 'with its age' "$output" '^ok       site: .*last signed less than a minute ago'
status 'an age that is none' 2 doctor "$today" --max-age soon
like 'is refused with an example' "$output" 'max-age takes an age such as 48h'
sed -i '/^\[trust\]/,/^\[\[/{/^\[\[/!d}' cco-release.toml
status 'without [trust]' 0 next_doctor "$today"
like 'the one key is worth everything' "$output" '^warning  theft: there is no \[trust\]'
done_testing
