#!/usr/bin/env bash
# What is staged comes over a host that anybody may own, from a CI that may be hostile, and --out is a folder that may be any: what a
# holder signs is what he was shown, and nothing else is touched.
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
release_at() {
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$today" +%s)" "$CCO_RELEASE" "$@"
}
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
mv hello.key "$work/release.key"
on() { # MACHINE COMMAND...
  cd "$work/$1" || exit 1
  shift
  "$@"
}
machines() { # MACHINE...: makes them anew, with one site
  rm -rf "$work/ci" "$work/holder" "$work/host" "$work/site"
  mkdir "$work/site"
  for machine in ci holder host; do
    cp -a "$work/start" "$work/$machine"
    ln -s "$work/site" "$work/$machine/site"
  done
}
stage() { on ci release_at publish --version 1.0.0 --date "$hello_date" --key "$work/keys/hello-online.key"; }
# shellcheck disable=SC2120  # most sign without more
sign() { on holder release_at publish --version 1.0.0 --sign-only --yes --key "$work/release.key" "$@"; }
finish() { on ci release_at publish --version 1.0.0 --signatures "$work/holder/signatures/v1.0.0" --key "$work/keys/hello-online.key"; }
signed() { find "$work/holder/signatures" -type f 2>/dev/null; }

# --- a host that has the public repository, and no key ---
machines
rm "$work/host/site" && mkdir "$work/host/site"
hello_binary "$work/host/bin/linux-x86_64/hello" 'hello 1.0.0 evil'
on host release_at keys new --out "$work/throwaway" --no-password >/dev/null 2>&1
status 'without a key of the timestamp a draft stays at home' 3 on host release_at publish --version 1.0.0 --date "$hello_date" --key "$work/throwaway.key"
like 'which is told' "$output" '^warning: not staged at directory .*site: no key of the timestamp is at hand, whose signature says that the draft is yours; holders sign from .*dist/1\.0\.0$'
is 'nothing is staged' "$(find "$work/host/site" -type f)" ''
stage >/dev/null 2>&1
cp "$work/host/dist/1.0.0/draft.json" "$work/site/.staged/v1.0.0/draft.json"
cp "$work/host/dist/1.0.0/assets/hello-v1.0.0-linux-x86_64.tar.gz" "$work/site/.staged/v1.0.0/"
status 'what the host staged is not signed' 7 sign
like 'as nobody known has drafted it' "$output" 'what is staged at directory .*site: draft\.json: .*no key of the timestamp has signed this draft; run cco-release publish again where it is built'
rm "$work/site/.staged/v1.0.0/draft.json.minisig"
status 'nor without any signature' 7 sign
like 'which is told too' "$output" 'nobody has signed this draft'
is 'no signature was made' "$(signed)" ''
# Signatures that a holder made are of no use to him either, on a machine that has no draft of its own.
machines
stage >/dev/null 2>&1
sign >/dev/null
cp "$work/site/.staged/v1.0.0/draft.json.minisig" "$work/kept.minisig"
sed -i 's/"size": [0-9]*/"size": 1/' "$work/site/.staged/v1.0.0/draft.json"
rm -rf "$work/ci/dist"
status 'nor is it published' 7 finish

# --- a CI that is hostile: it has the online key and signs what it likes ---
# draft EXPRESSION: edits the staged draft as python, adapts nothing else, and signs it with the online key.
draft() {
  (cd "$work/site/.staged/v1.0.0" && python3 -c '
import json, sys
d = json.load(open("draft.json"))
a = d["archives"][0]
exec(sys.argv[1])
open("draft.json", "w").write(json.dumps(d, indent=2) + "\n")' "$1" &&
    minisign -S -W -s "$work/keys/hello-online.key" -x draft.json.minisig -m draft.json \
      -t $'timestamp:1\tfile:draft.json\thashed\tapp:hello\tversion:1.0.0' >/dev/null)
}
hostile() { # SENTENCE STATUS MESSAGE EXPRESSION
  machines
  stage >/dev/null 2>&1
  draft "$4"
  status "$1" "$2" sign
  like "$1: told" "$output" "$3"
  is "$1: nothing is signed" "$(signed)" ''
}
hostile 'a time of publishing in the future' 8 'the draft says that it was published at 2099-01-01T00:00:00Z, which is in the future' 'd["published"] = "2099-01-01T00:00:00Z"'
hostile 'a commit that hides what follows it' 3 'commit: is none' 'd["commit"] = "4f2c1d0aa9\x1b[8m"'
hostile 'an agent outside the archive' 5 'the draft is wrong about its agent' 'a["agent"] = "../../x"'
hostile 'an agent that is no program' 5 'the draft is wrong about its agent' 'a["agent"] = "LICENSE"'
hostile 'a requirement that no machine can read' 5 'the draft is wrong about what its binaries require' 'a["requirements"]["glibc"] = "x\x1b[8m"'
hostile 'a requirement that no machine meets' 5 'the draft is wrong about what its binaries require' 'a["requirements"]["glibc"] = "99.9"'
hostile 'no files' 7 'hello-v1\.0\.0-linux-x86_64\.tar\.gz: .*entries' 'a["files"] = []'
hostile 'another digest of the binary' 5 'the draft is wrong about the files in it' 'a["files"][-1]["sha256"] = "0" * 64'
hostile 'another unpacked size' 5 'the draft is wrong about its unpacked size' 'a["unpacked_size"] = 2 ** 50'
hostile 'another size' 5 'the draft is wrong about its size' 'a["size"] = 2 ** 50'
hostile 'a version of the metadata after which few are left' 5 'the draft is out of date: it has version 9007199254740991' 'd["metadata"]["version"] = 2 ** 53 - 1'

# --- CI is run again on another machine, after the holder has signed ---
machines
stage >/dev/null 2>&1
before=$(state_of "$work/site")
sign >/dev/null
rm -rf "$work/ci/dist"
today='2026-11-21 15:00:00'
status 'the same release, later and without dist/' 3 stage
is 'is the same draft' "$(state_of "$work/site")" "$before"
rm -rf "$work/ci/dist"
status 'so the signatures fit' 0 finish
status 'all is well' 0 on ci release_at verify

# --- --out ---
hello_binary "$work/ci/bin/linux-x86_64/hello" 'hello 1.1.0'
(on ci release_at publish --version 1.1.0 --date "$hello_date" --key "$work/keys/hello-online.key") >/dev/null 2>&1
next() { on holder release_at publish --version 1.1.0 --sign-only --yes --key "$work/release.key" "$@"; }
before=$(state_of "$work/site")
for folder in site "$work/site" site/x . dist dist/1.1.0/site trust; do
  status "--out $folder" 3 next --out "$folder"
  like 'is refused' "$output" 'lie in each other; give another folder|No such'
done
is 'and nothing changes' "$(state_of "$work/site")" "$before"
cp -a "$work/site" "$work/copy" && rm -rf "$work/copy/.staged"
status 'a copy of the site' 3 next --out "$work/copy"
like 'is no folder of signatures' "$output" 'has .*, which --sign-only did not write; give an empty folder'
mkdir -p "$work/mine/metadata" && echo x >"$work/mine/metadata/1.stable.json"
status 'a folder with metadata that is public' 3 next --out "$work/mine"
is 'which stays' "$(cat "$work/mine/metadata/1.stable.json")" x
mkdir "$work/held"
exec 9<"$work/held"
flock -x 9
status 'a folder that another run writes into' 14 next --out "$work/held"
like 'is told' "$output" 'another run signs into .*held; wait for its end and run again'
exec 9<&-
status 'an empty folder' 0 next --out "$work/empty/deep"

# --- --rebuild with a command ---
machines
for machine in ci holder; do
  cp "$work/$machine/bin/linux-x86_64/hello" "$work/$machine/hello.built"
  sed -i 's|^binary = .*|&\ncommand = ["cp", "hello.built", "bin/{platform}/hello"]|' "$work/$machine/cco-release.toml"
done
status 'a release that is built' 3 stage
status 'built again by the holder' 0 sign --rebuild --date "$hello_date"
like 'is the same' "$output" 'these bytes were built here too, and are the same'
hello_binary "$work/holder/hello.built" 'hello 1.0.0 other'
rm -rf "$work/holder/signatures" "$work/holder/dist"
status 'built to something else' 5 sign --rebuild --date "$hello_date"
like 'is not' "$output" 'is not what was built here: hello in it differs'
is 'and is not signed' "$(signed)" ''
done_testing
