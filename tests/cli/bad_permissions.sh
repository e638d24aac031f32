#!/usr/bin/env bash
# Folders that cannot be written, files that cannot be read, disks that are full: seen by a user without privileges. Each with
# its exit status, one line that says what to do, and nothing lost; and what a full disk refused is done by the same command later.
# shellcheck disable=SC2016  # preparations are run later by eval
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/cli/refused.sh
. "$SOURCE_ROOT/tests/cli/refused.sh"
[ ${#as_nobody[@]} = 0 ] || project_owner=65534:65534

denied() { # SENTENCE PREPARATION STATUS WHAT [ARGUMENT...]: "WHAT: Permission denied; …" is the whole of the message
  prepare=$2
  refused "$1" "$3" "^cco-release: $4: Permission denied; check owner and mode(;.*)?\$" publish_unprivileged "${@:5}"
}
# --- what cannot be written ---
denied 'dist/ that is read-only' 'chmod 555 dist' 13 'package: create the directory dist/1\.1\.0'
denied 'dist/ that cannot be made' 'rm -rf dist; chmod 555 .' 13 'create the directory dist'
denied 'dist/ that cannot be entered' 'chmod 000 dist' 13 'open the directory .*/dist'
prepare='rm -rf dist; echo >dist'
refused 'a file instead of dist/' 13 'create the directory dist: Not a directory; remove the file' publish_unprivileged
denied 'a site that cannot be entered' 'chmod 000 site' 13 "preflight: directory site: cannot write into $work/p/site"

# dist/ has the release then; the site has nothing of it that a manifest names.
prepare='chmod 555 site/releases'
fresh_project
before=$(contents_of site)
status 'a site that is read-only: status 13' 13 publish_unprivileged
like 'a site that is read-only: what to do' "$output" \
  '^cco-release: publish: directory site: create the directory site/releases/v1\.1\.0: Permission denied; check owner and mode$'
is 'a site that is read-only: it is as it was' "$(contents_of site)" "$before"
chmod 755 site/releases
status 'a site that is read-only: made writable, the same command ends well' 0 publish_unprivileged
status 'and all is well' 0 release verify

# --- what cannot be read ---
denied 'a configuration that cannot be read' 'chmod 000 cco-release.toml' 3 '\./cco-release\.toml'
denied 'a binary that cannot be read' 'chmod 000 bin/linux-x86_64/hello' 3 'preflight: bin/linux-x86_64/hello'
denied 'a binary in a folder that cannot be entered' 'chmod 000 bin' 3 'preflight: bin/linux-x86_64/hello'
denied 'a licence that cannot be read' 'chmod 000 LICENSE' 3 'preflight: cco-release\.toml:12: \./LICENSE'
denied 'a pattern in a folder that cannot be listed' 'chmod 000 man' 3 'preflight: cco-release\.toml:12: `man/\*\.1` cannot be looked for'
denied 'a manifest that cannot be read' 'chmod 000 site/stable.version-manifest.json' 3 'preflight: directory site: site/stable\.version-manifest\.json'
denied 'a key file that cannot be read' 'chmod 000 hello.key' 3 'preflight: hello\.key'
denied 'a key file in a folder that cannot be entered' \
  'mkdir keys; mv hello.key keys; chmod 000 keys; sed -i "s|hello.key|keys/hello.key|" cco-release.toml' 3 'preflight: keys/hello\.key'
for mode in 640 604 660 620 601; do
  prepare="chmod $mode hello.key"
  refused "a key file with mode $mode" 3 'preflight: others can read the key file hello\.key; run chmod 600 hello\.key$' publish_unprivileged
done
prepare='chmod 400 hello.key'
refused 'a key file with mode 400, and --dry-run' 0 'put releases' publish_unprivileged --dry-run
if [ ${#as_nobody[@]} = 0 ]; then
  skip 'a key file of another user' 'needs root'
else
  denied "another user's key file" 'chown root hello.key' 3 'preflight: hello\.key'
  prepare='chown root hello.key; chmod 644 hello.key'
  refused "another user's key file that others can read" 3 \
    "preflight: the key file hello\\.key is another user's, and others can read it; copy it to a file of your own with mode 600" publish_unprivileged
fi

# --- other commands ---
prepare='chmod 555 .'
refused 'keys new where nothing can be written' 13 '^cco-release: create the directory keys: Permission denied; check owner and mode$' \
  unprivileged "$CCO_RELEASE" keys new --out keys/k --no-password
prepare='rm cco-release.toml; chmod 555 .'
refused 'init where nothing can be written' 13 '^cco-release: create cco-release\.toml: Permission denied; check owner and mode$' \
  unprivileged "$CCO_RELEASE" init --product hello

# --- disks: full or read-only ---
if ! unprivileged unshare -Urm true 2>/dev/null; then
  skip 'full and read-only disks' 'no user and mount namespaces here'
  done_testing
fi
# in_namespace MOUNTS [AFTERWARDS]: publish as nobody, who is root of a mount namespace of its own, between the two.
in_namespace() {
  fresh_project
  unprivileged unshare -Urm bash -c 'eval "$1" || exit 99; "${@:3}"; found=$?; eval "$2"; exit $found' bash "$1" "${2:-}" \
    "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date"
}
no_space='^cco-release: .*: No space left on device; make room and run again$'
read_only='Read-only file system; mount it writable, or choose another place$'
prepare=true
for size in 4k 16k 64k 150k; do
  status "dist/ on a disk of $size: status 13" 13 in_namespace "rm -rf dist && mkdir dist && mount -t tmpfs -o size=$size none dist"
  check "dist/ on a disk of $size: one line" said_in_one_line "$output"
  like "dist/ on a disk of $size: what to do" "$output" "$no_space"
  is "dist/ on a disk of $size: the site is as it was" "$(contents_of "$work/p/site")" "$(contents_of "$work/good/site")"
done
status 'dist/ on a read-only disk: status 13' 13 in_namespace 'mount --bind dist dist && mount -o remount,bind,ro dist'
like 'dist/ on a read-only disk: what to do' "$output" "^cco-release: .*dist.*: $read_only"
check 'dist/ on a read-only disk: one line' said_in_one_line "$output"
is 'dist/ on a read-only disk: nothing is lost' "$(contents_of "$work/p")" "$(contents_of "$work/good")"
status 'a site on a read-only disk: status 13' 13 in_namespace 'mount --bind site site && mount -o remount,bind,ro site'
like 'a site on a read-only disk: what to do' "$output" "^cco-release: preflight: directory site: cannot write into .*: $read_only"
is 'a site on a read-only disk: it is as it was' "$(contents_of "$work/p/site")" "$(contents_of "$work/good/site")"
cd "$work/p" || exit 1
status 'a site on a read-only disk: later the same command ends well' 0 publish_unprivileged
# Manifests hold the time of their run; `verify` compares what they say.
all_but_manifests() { contents_of site | grep -Ev '^[0-9a-f]{64} .*version-manifest'; }
all_but_manifests >"$work/whole_site"

# The site on a small disk with so many bytes of room, more each time: what it has then is a site for users, and the same
# command makes it whole.
for room in 0 10 30 60; do
  status "a site on a disk with room for $room kB: status 13" 13 in_namespace \
    "cp -a site old && mount -t tmpfs -o size=600k,mode=755 none site && cp -a old/. site && rm -r old &&
     ! dd if=/dev/zero of=site/big bs=1k status=none 2>/dev/null && truncate -s -${room}k site/big" \
    'rm site/big && cp -a site left'
  like "a site on a disk with room for $room kB: what to do" "$output" "$no_space"
  check "a site on a disk with room for $room kB: one line" said_in_one_line "$output"
  cd "$work/p" && rm -r site && mv left site
  status "a site on a disk with room for $room kB: users can fetch all that it names" 0 release verify
  status "a site on a disk with room for $room kB: with more room the same command ends well" 0 publish_unprivileged
  check "a site on a disk with room for $room kB: it is whole then" diff "$work/whole_site" <(all_but_manifests)
  status "a site on a disk with room for $room kB: and all is well" 0 release verify
done
done_testing
