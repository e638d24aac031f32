#!/usr/bin/env bash
# What `cco-release` itself believes about public metadata: an older copy, put back by a host or from a backup, is neither signed again nor
# taken as the basis of a release, whoever remembers what was public (dist/seen.json, trust/public.json, or both).
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
today='2026-11-21 12:00:00'
at() { # TIME ARGUMENT...
  local time=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$time" +%s)" "$CCO_RELEASE" "$@"
}
online=(--key keys/hello-online.key)
publish() { at "$today" publish --date "$hello_date" "${online[@]}" "$@"; }
refresh() { local when=$1; shift; at "$when" trust refresh "${online[@]}" "$@"; }
version_of() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["signed"]["version"])' "$1"; }
# A client that follows the site, as an agent does.
follow() {
  [ -d "$work/client" ] || "$CCO_TUF_CLIENT" --metadata-dir "$work/client" init trust/1.root.json || return 1
  mkdir -p "$work/client.targets"
  env -i PATH="$PATH" "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "${1:-$today}" +%s)" "$CCO_TUF_CLIENT" --metadata-dir "$work/client" \
    --metadata-url "file://$PWD/site/metadata" --target-name stable.version-manifest.json --target-base-url "file://$PWD/site/targets" \
    --target-dir "$work/client.targets" download
}
at "$today" trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
sed -i 's/^refresh = "none"/refresh = "weekly"/' cco-release.toml
git init -q . && printf 'dist/\nsite/\n' >.gitignore
commit() { git -c user.name=a -c user.email=a@example.com commit -qm "$1" && git tag "$2"; }
git add .gitignore cco-release.toml trust LICENSE man bin && commit first v1.0.0

status "the first release is published" 0 publish --version 1.0.0
like "and what then is public is to be committed" "$output" 'next: commit .*trust/public\.json'
before=$(state_of trust; state_of dist)
status "the same command again" 0 publish --version 1.0.0
is "writes nothing, and what was written does not make the tag's files others" "$(state_of trust; state_of dist)" "$before"
cp -a site "$work/site.1"
for version in 1.1.0 1.2.0; do
  hello_binary bin/linux-x86_64/hello "hello $version"
  publish --version $version --allow-dirty >/dev/null 2>&1 || exit 1
done
check "a client follows to the third" follow
is "the timestamp has version 3" "$(version_of site/metadata/timestamp.json)" 3
like "which the file beside the keys remembers" "$(tr -d ' \n' <trust/public.json)" '"timestamp":\{"version":3,"sha256":"[0-9a-f]{64}"'
cp -a "$work/start" "$work/published"
cp -a "$work/client" "$work/client.published"
fresh() { rm -rf "$work/run" && cp -a "$work/published" "$work/run" && cd "$work/run" || exit 1; }
put_back() { cp "${1:-$work/site.1}/metadata/timestamp.json" site/metadata/; }
generation() { python3 -c 'import json; print(json.load(open("site/stable.version-manifest.json"))["generation"])'; }

status "status shows metadata beside the channels" 0 at '2026-12-16 12:00:00' status
like "with version, expiry and state" "$output" '^metadata: timestamp 3 of directory is good until 2026-12-21 \(5 days\): late$'
like "and the next command" "$output" '^next: timestamp of directory expires in 5 days: cco-release trust refresh'
is "as JSON too" "$(at "$today" status --json | python3 -c 'import json,sys; print([(r["role"], r["version"]) for r in json.load(sys.stdin)["metadata"]["roles"] if r["place"] == "directory"])')" \
  "[('targets', 1), ('stable', 3), ('snapshot', 3), ('timestamp', 3)]"

# A host puts the first timestamp back.
for kept in both dist trust; do
  fresh
  put_back
  [ $kept != dist ] || rm trust/public.json
  [ $kept != trust ] || rm -r dist
  before=$(contents_of site; contents_of trust)
  status "($kept) a refresh does not sign what a host put back" 7 refresh '2026-11-29 12:00:00'
  like "and says what went back, who knows, and what to do" "$output" \
    'timestamp went back from version 3 to 1 \(.*(public|seen)\.json\); nothing was changed: put back .*; or, .*: cco-release trust refresh --above 3$'
  is "nothing was changed" "$(contents_of site; contents_of trust)" "$before"
  status "($kept) nor does a release begin there" 7 publish --version 1.2.0 --allow-dirty
  status "($kept) trust status tells it too" 7 at "$today" trust status
  like "with the same words" "$output" 'timestamp went back from version 3 to 1'
  status "and so does plain status" 7 at "$today" status
  like "with the same words" "$output" 'timestamp went back from version 3 to 1'
done
fresh
rm site/metadata/timestamp.json site/metadata/2.snapshot.json site/metadata/3.snapshot.json
status "a timestamp that is gone went back as well, also where it looks like a first publish" 7 refresh '2026-11-29 12:00:00'
like "and is called what it is" "$output" 'timestamp is not there, but has had version 3'

# A backup of the metadata was restored.
fresh
refresh '2026-11-29 12:00:00' >/dev/null 2>&1 || exit 1
put_back "$work/published/site"
status "--above with another number than the one that was lost is refused" 7 refresh '2026-11-30 12:00:00' --above 3
status "so is a word" 2 refresh '2026-11-30 12:00:00' --above all
status "with the right one it goes on" 0 refresh '2026-11-30 12:00:00' --above 4
is "above all that was public" "$(version_of site/metadata/timestamp.json)" 5
is "no name has other bytes than before" "$(for name in 1 2 3; do cmp "site/metadata/$name.snapshot.json" "$work/published/site/metadata/$name.snapshot.json"; done)" ""
check "who followed is content" follow '2026-11-30 13:00:00'
status "the next refresh asks no more" 0 refresh '2026-12-07 12:00:00'
put_back "$work/published/site"
status "words that stayed in a schedule let no host do it again" 7 refresh '2026-12-07 12:00:00' --above 4

# A backup of everything was restored: to sign its old manifest again would leave behind who has seen a newer one.
fresh
put_back
status "no refresh goes on there" 7 refresh '2026-11-29 12:00:00' --above 3 --key hello.key
like "and it is said what does" "$output" 'stable.version-manifest.json went back from generation 3 to 1; .*, or publish with --above 3, which goes on above it$'
mv hello.key away.key
status "without the release key the channel cannot be signed" 3 publish --version 1.2.0 --allow-dirty --above 3
mv away.key hello.key
status "a release does" 0 publish --version 1.2.0 --allow-dirty --above 3
is "the manifest goes on where agents left it" "$(generation)" 4
is "so does the metadata" "$(version_of site/metadata/timestamp.json)" 4
rm -rf "$work/client" && cp -a "$work/client.published" "$work/client"
check "who followed is content" follow '2026-11-29 13:00:00'
status "the next refresh asks no more" 0 refresh '2026-12-06 12:00:00'

# A site that is lost.
fresh
rm -r site dist
status "an empty site is no beginning where something was public" 7 publish --version 1.2.0 --allow-dirty
like "how to begin anew is said" "$output" 'timestamp is not there, but has had version 3 .*or begin this site anew with higher versions: cco-release publish --above 3$'
status "which works" 0 publish --version 1.2.0 --allow-dirty --above 3
is "the manifest goes on where agents left it" "$(generation)" 4
is "above what was public" "$(cd site/metadata && printf '%s ' *.json)" "1.root.json 1.targets.json 4.snapshot.json 4.stable.json timestamp.json "
status "and again has nothing to do" 0 publish --version 1.2.0 --allow-dirty --above 3
rm -rf "$work/client" && cp -a "$work/run/site" "$work/site.again"
check "for a client that begins" follow

# Nothing is remembered, as in a job of CI that neither commits nor keeps anything.
forget() { rm -rf dist trust/public.json; }
fresh
forget
status "without any memory what is fresh is refreshed" 0 refresh '2026-11-29 12:00:00'
like "and remembered from then on" "$(tr -d ' \n' <trust/public.json)" '"timestamp":\{"version":4,'
status "no dist/ is made for it" 1 test -e dist
fresh
status "with a memory, what expired is signed again" 0 refresh '2027-02-01 12:00:00'
fresh
forget
before=$(contents_of site)
status "without one it is not" 8 refresh '2027-02-01 12:00:00'
like "unless a person says so" "$output" 'expired at 2026-12-21T12:00:00Z, and nothing here remembers that it was the newest: .*: cco-release trust refresh --revive 3$'
is "nothing was changed" "$(contents_of site)" "$before"
status "--revive of another timestamp is refused" 8 refresh '2027-02-01 12:00:00' --revive 2
status "nor is a release added to it" 8 at '2027-02-01 12:00:00' publish --date "$hello_date" "${online[@]}" --version 1.2.0 --allow-dirty
status "--revive of this one signs it" 0 refresh '2027-02-01 12:00:00' --revive 3
is "with the next version" "$(version_of site/metadata/timestamp.json)" 4
fresh
rm -r dist
python3 - <<'PY'
import json
path = "trust/public.json"
record = json.load(open(path))
for site in record["sites"].values():
    for role in ("timestamp", "snapshot", "stable"): site[role].update(version=2, sha256="0" * 64)
json.dump(record, open(path, "w"))
PY
status "a memory of something older does not vouch for what expired" 8 refresh '2027-02-01 12:00:00'
status "and is no ceiling for what is fresh" 0 refresh '2026-11-29 12:00:00'

# The file itself.
fresh
echo '<<<<<<< ours' >trust/public.json
status "a file that git left in two halves is refused" 3 refresh '2026-11-29 12:00:00'
like "and it is said what to do" "$output" 'public\.json: line 1: .*; put back what the repository has, or the copy with the higher versions'
fresh
rm trust/public.json
mkdir -p trust/public.json
status "one that is no file too" 3 refresh '2026-11-29 12:00:00'
if [ "$(id -u)" = 0 ]; then
  fresh
  chmod 711 "$work" && chown -R 65534:65534 "$work/run" && chown -R root trust && chmod -R a+rX trust
  status "where it cannot be written, the refresh is done nevertheless" 0 setpriv --reuid 65534 --regid 65534 --clear-groups \
    env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d '2026-11-29 12:00:00' +%s)" "$CCO_RELEASE" trust refresh "${online[@]}"
  like "and that is said" "$output" 'what is public now could not be remembered: .*public\.json.*Permission denied'
else
  skip "where it cannot be written, the refresh is done nevertheless" "needs root"
fi
done_testing
