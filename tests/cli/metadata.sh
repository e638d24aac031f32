#!/usr/bin/env bash
# Publishing with [trust]: what is written and in which order, what a rerun and a refresh write, keys that are missing, metadata that is
# damaged, newer or followed by a second destination.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
# A day on which everything happens, and later ones.
at() { # TIME ARGUMENT...
  local time=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$time" +%s)" ${key:+"CCO_RELEASE_KEY=$key"} "$CCO_RELEASE" "$@"
}
key=  # contents of CCO_RELEASE_KEY
today='2026-11-21 12:00:00'
publish() { at "$today" publish --date "$hello_date" "$@"; }
online=(--key keys/hello-online.key)
version_of() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["signed"]["version"])' "$1"; }
versions() { (cd site/metadata && printf '%s ' *.json && version_of timestamp.json); }

cp cco-release.toml without.toml
printf '[agent]\nbinary = "agent/{platform}/updater"\n' >>without.toml
status "check refuses an agent without [trust]" 3 release check -f without.toml --version 1.0.0 --date "$hello_date"
like "and says what to run" "$output" 'without\.toml:23: \[agent\] needs \[trust\]: an agent believes metadata alone; run cco-release trust init'
status "so does publish" 3 at "$today" publish -f without.toml --version 1.0.0 --date "$hello_date"
is "and nothing is made" "$(ls -d site dist 2>/dev/null)" ""
status "stamp needs a root" 2 release stamp --agent "$CCO" --out updater --product hello --version 1.0.0 --base-url https://releases.example.com/hello \
  --public-key "$(tail -n 1 hello.pub)"
like "and says so" "$output" 'stamp needs --root'
is "nothing is stamped" "$(ls updater 2>/dev/null)" ""
at "$today" trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
sed -i 's/^refresh = "none"/refresh = "weekly"/' cco-release.toml

status "without the online key a release is refused" 3 publish --version 1.0.0
like "its role is named" "$output" 'metadata of snapshot needs 1 more signature, by key RW'
like "and what to do" "$output" 'run the same command where it is, or give it by --key FILE'
is "and nothing is public" "$(ls -d site 2>/dev/null)" ""
mv hello.key away.key
key=$(cat keys/hello-online.key)
status "without the release key, as in CI, it ends before anything is public" 3 \
  publish --version 1.0.0
key=
like "the release key is named" "$output" 'the release key RW.* \(cco-release.toml:[0-9]+\) has to sign 8 files and the metadata of stable'
is "and nothing is public" "$(find site -type f | grep -v '^site/\.staged/v1.0.0/')" ""
rm -r site dist
mv away.key hello.key
chmod 644 keys/hello-online.key
status "an online key that others can read is refused" 3 publish --version 1.0.0 "${online[@]}"
chmod 600 keys/hello-online.key

planned=$(publish --version 1.0.0 "${online[@]}" --dry-run 2>/dev/null)
is "a dry run writes nothing" "$(ls -d site dist 2>/dev/null)" ""
status "with both keys it is published" 0 publish --version 1.0.0 "${online[@]}" --json
order=$(printf '%s\n' "$output" | python3 -c 'import json,sys; t=sys.stdin.read(); d=json.loads(t[t.index("{"):]); print("\n".join(a["destination"]+": "+a["action"] for a in d["actions"]))')
is "the dry run named the same files" "$(printf '%s\n' "$planned" | grep '^directory: ')" "$order"
like "targets and numbered metadata come after the assets, manifests after them, then the first timestamp and root, installers last" \
  "$(printf '%s\n' "$order" | sed -n 's/.* //p' | tr '\n' ' ')" \
  'checksums/v1.0.0.sha256 targets/[0-9a-f]{64}.stable.version-manifest.json metadata/1.targets.json metadata/1.stable.json metadata/1.snapshot.json stable.version-manifest.json .* metadata/timestamp.json metadata/1.root.json .*install.sh '
is "each role begins with version 1" "$(versions)" "1.root.json 1.snapshot.json 1.stable.json 1.targets.json timestamp.json 1"
is "dist/ has the same metadata" "$(contents_of dist/1.0.0/site/metadata)" "$(contents_of site/metadata)"
status "a stranger finds all well" 0 at "$today" verify
like "metadata among it" "$output" '^ok +targets/[0-9a-f]{64}\.stable\.version-manifest\.json'
before=$(state_of site; state_of dist)
status "the same command again has nothing to do" 0 publish --version 1.0.0 "${online[@]}"
is "and writes nothing" "$(state_of site; state_of dist)" "$before"
status "nor does it need a key then" 0 publish --version 1.0.0
is "and writes nothing" "$(state_of site)" "$(printf '%s\n' "$before" | head -n "$(state_of site | wc -l)")"
cp -a "$work/start" "$work/published"

hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status "the next release is published" 0 publish --version 1.1.0 "${online[@]}"
is "each changed role goes up by one, and what was named stays" "$(versions)" \
  "1.root.json 1.snapshot.json 1.stable.json 1.targets.json 2.snapshot.json 2.stable.json timestamp.json 2"
status "and is well" 0 at "$today" verify

# Refresh.
refresh() { local when=$1; shift; at "$when" trust refresh "$@"; }
before=$(state_of site)
status "a refresh on the next day has nothing to do" 0 refresh '2026-11-22 12:00:00'
is "and says so, without a key" "$output" "nothing is due; nothing was written"
is "and writes nothing" "$(state_of site)" "$before"
status "a week later it is due, and needs the online key" 3 refresh '2026-11-28 12:00:00'
like "which is named" "$output" 'metadata of timestamp needs 1 more signature, by key RW'
is "nothing was written" "$(state_of site)" "$before"
status "with that key it signs" 0 refresh '2026-11-28 12:00:00' "${online[@]}"
like "the timestamp alone" "$output" '^timestamp has version 3 and is good until 2026-12-28T12:00:00Z: it expires at 2026-12-21T12:00:00Z$'
is "no other file changed" "$(versions)" \
  "1.root.json 1.snapshot.json 1.stable.json 1.targets.json 2.snapshot.json 2.stable.json timestamp.json 3"
status "an expired timestamp is told by verify" 8 at '2027-02-01 12:00:00' verify
status "and signed again" 0 refresh '2027-02-01 12:00:00' "${online[@]}" --json
is "as JSON says" "$(printf '%s\n' "$output" | python3 -c 'import json,sys; print([(r["role"], r["version"]) for r in json.load(sys.stdin)["signed"]])')" "[('timestamp', 4)]"
status "verify is content" 0 at '2027-02-01 12:00:00' verify
mv hello.key away.key
status "near the end of a channel, without its key" 0 refresh '2027-10-01 12:00:00' "${online[@]}"
like "that is said" "$output" 'metadata of channel stable expires at 2027-11-21T12:00:00Z, and its key is not at hand'
mv away.key hello.key
status "with its key" 0 refresh '2027-10-02 12:00:00' "${online[@]}"
like "the channel is signed again" "$output" '^stable has version 3 and is good until 2028-10-01'
is "as its manifest is the same, its target is" "$(find site/targets -type f | wc -l)" 2
status "an expired root is refused" 8 refresh '2027-11-22 12:00:00' "${online[@]}"

# What is damaged or does not fit.
fresh() { rm -rf "$work/run" && cp -a "$work/published" "$work/run" && cd "$work/run" && hello_binary bin/linux-x86_64/hello 'hello 1.1.0'; }
for file in timestamp.json 1.snapshot.json 1.stable.json 1.targets.json; do
  for how in 'truncate -s -20' 'truncate -s 0' 'rm'; do
    fresh
    $how "site/metadata/$file"
    before=$(contents_of site)
    status "$how $file: publish is refused" 7 publish --version 1.1.0 "${online[@]}"
    like "and says what to do" "$output" "put back the (last good|newest) copy of metadata/"
    is "and changes nothing" "$(contents_of site)" "$before"
  done
done
fresh
sed -i 's/"stable"/"stabel"/' trust/targets.json
status "a trust folder that somebody edited is refused" 7 publish --version 1.1.0 "${online[@]}"
fresh
rm -r trust
status "a trust folder that is missing is refused" 9 publish --version 1.1.0 "${online[@]}"
like "with the command that makes it" "$output" 'trust init'
fresh
cp site/metadata/1.root.json site/metadata/2.root.json
status "metadata that knows a newer root than the trust folder is a conflict" 5 publish --version 1.1.0 "${online[@]}"
like "which git pull resolves" "$output" 'the trust folder ends with version 1.*git pull'

# A stranger finds metadata of another manifest, also where minisign is content.
fresh
publish --version 1.1.0 "${online[@]}" >/dev/null 2>&1
cp "$work/published/site/metadata/timestamp.json" site/metadata/
status "a timestamp of yesterday beside today's manifest is told" 7 at "$today" verify
like "as what it is" "$output" 'timestamp went back from version [0-9]+ to [0-9]+ \(.*json\); users get an older site'
rm -r dist trust/public.json
status "also by who remembers nothing" 7 at "$today" verify
like "as what is seen" "$output" 'metadata names another stable.version-manifest.json'

# A second destination gets the same files, and one that is newer than the first is a conflict.
fresh
printf '[[destination]]\ntype = "directory"\nname = "stick"\npath = "stick"\nurl = "https://stick.example.com/hello"\n' >>cco-release.toml
status "a second destination is filled" 0 publish --version 1.1.0 "${online[@]}"
# What an earlier release left is not brought there; what is named is.
is "with the metadata that counts" "$(sha256sum <stick/metadata/timestamp.json)" "$(sha256sum <site/metadata/timestamp.json)"
status "a stranger is content with both" 0 at "$today" verify
refresh '2026-11-28 12:00:00' "${online[@]}" >/dev/null 2>&1
is "a refresh reaches both" "$(sha256sum <stick/metadata/timestamp.json)" "$(sha256sum <site/metadata/timestamp.json)"
cp "$work/published/site/metadata/timestamp.json" stick/metadata/
rm stick/metadata/2.snapshot.json
before=$(contents_of site)
status "a follower that lost files" 0 refresh '2026-11-28 13:00:00'
is "gets them back" "$(contents_of stick/metadata | grep -v '1\.s')" "$(contents_of site/metadata | grep -v '1\.s')"
is "without a signature" "$(contents_of site)" "$before"

# The keys of the roles change.
fresh
at "$today" keys new --out keys/next --no-password >/dev/null 2>&1
sed -i "s|^online = .*|online = [\"$(tail -n 1 keys/next.pub)\"]|" cco-release.toml
status "keys that are not final yet are warned of" 0 publish --version 1.1.0 "${online[@]}"
like "and the trust folder's count" "$output" 'gives other keys to .*timestamp.* than the trust folder'
at "$today" trust rotate >/dev/null 2>&1 && at "$today" trust sign --yes --key keys/hello-root-1.key >/dev/null 2>&1
at "$today" trust finalize >/dev/null 2>&1
status "after the rotation the old online key is not enough" 3 refresh "$today" "${online[@]}"
status "the new one signs at once" 0 refresh "$today" --key keys/next.key
like "because the keys changed" "$output" 'snapshot has version 3 .*: (targets changes|its keys changed)'
check "and the next root is public" cmp trust/2.root.json site/metadata/2.root.json
status "a stranger is content" 0 at "$today" verify
done_testing
