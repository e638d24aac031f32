#!/usr/bin/env bash
# A release whose keys are not where it is built: CI stages it, holders sign it on their machines, and it is published with their
# signatures. Preset solo with one holder, then team with two; what does not fit together is told.
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
run_with() { # KEY ARGUMENT...: KEY is what CCO_RELEASE_KEY holds, or empty
  local key=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$today" +%s)" \
    ${key:+"CCO_RELEASE_KEY=$key"} "$CCO_RELEASE" "$@"
}
ci() { run_with "$online" "$@"; }
alice() { run_with '' "$@"; }
mkdir "$work/alice" "$work/bob"
online=
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
online=$(cat "$work/keys/hello-online.key")
mv hello.key "$work/alice/release.key"
mv hello.pub "$work/alice/release.pub"
sed -i 's|^command|#&|' cco-release.toml
key=(--key "$work/alice/release.key")
# Two machines that see one site, as a mounted folder or a synced one is.
machines() { # makes $work/ci and $work/holder anew
  rm -rf "$work/ci" "$work/holder" "$work/site"
  mkdir "$work/site"
  for machine in ci holder; do
    cp -a "$work/start" "$work/$machine"
    ln -s "$work/site" "$work/$machine/site"
  done
  cd "$work/ci" || exit 1
}
on() { # MACHINE COMMAND...
  cd "$work/$1" || exit 1
  shift
  "$@"
}
stage() { on ci ci publish --version 1.0.0 --date "$hello_date"; }
sign() { on holder alice publish --version 1.0.0 --sign-only "${key[@]}" "$@"; }
finish() { on ci ci publish --version 1.0.0 --signatures "$work/holder/signatures/v1.0.0" "$@"; }
public() { (cd "$work/site" && find . -type f ! -path './.staged/*'); }

# --- solo ---
machines
status "without the release key a release is made, and is not public" 3 stage
like "who has to sign is named" "$output" 'the release key RW.* \(cco-release.toml:[0-9]+\) has to sign 8 files and the metadata of stable; nothing new is public'
like "with the first of two commands" "$output" '^  cco-release publish --version 1\.0\.0 --sign-only \[--rebuild\] +where that key is$'
like "and the second" "$output" '^  cco-release publish --version 1\.0\.0 --signatures DIR +anywhere'
like "and what CI has made" "$output" '^[0-9a-f]{64}  hello-v1\.0\.0-linux-x86_64\.tar\.gz$'
is "nothing is public" "$(public)" ""
is "the archive and the draft are staged" "$(cd "$work/site" && find .staged -type f | sort | tr '\n' ' ')" \
  ".staged/v1.0.0/draft.json .staged/v1.0.0/draft.json.minisig .staged/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz "
before=$(state_of "$work/site")
status "the same command again" 3 stage
is "stages nothing anew" "$(state_of "$work/site")" "$before"

status "a dry run" 0 on ci alice publish --version 1.0.0 --date "$hello_date" --dry-run --key "$work/keys/hello-online.key"
like "says that it would wait" "$output" '^it would wait for a signature: the metadata of stable needs 1 more signature, by key RW'
is "and changes nothing" "$(state_of "$work/site")" "$before"
status "a holder is shown what he would sign, and is not asked without a terminal" 2 on holder alice publish --version 1.0.0 --sign-only "${key[@]}"
like "product, version, channel" "$output" '^to be signed: hello 1\.0\.0, channel stable$'
like "each archive by its digest" "$output" "^    sha256 $(sha256sum <"$work/ci/dist/1.0.0/assets/hello-v1.0.0-linux-x86_64.tar.gz" | cut -d' ' -f1)\$"
like "what was public before" "$output" 'public before +nothing in channel stable'
like "what CI could have done" "$output" 'these bytes were not built here: whoever made the draft chose them \(--rebuild builds and compares\)'
is "nothing was signed" "$(find "$work/holder/signatures" -type f 2>/dev/null)" ""
status "without a key he cannot" 3 on holder alice publish --version 1.0.0 --sign-only --yes --key "$work/keys/hello-online.key"
like "and reads which he needs" "$output" 'no key that signs this release is at hand: the release key RW.*; give it by --key FILE'
status "with it he signs" 0 sign --yes
like "and reads what comes next" "$output" '^next: cco-release publish --version 1\.0\.0 --signatures signatures/v1\.0\.0$'
is "signatures are text files by the names of what they sign" "$(cd "$work/holder/signatures/v1.0.0" && find . -type f | sed 's/stable\.[0-9A-F]\{16\}/stable.KEY/' | sort | tr '\n' ' ')" \
  "./install.ps1.minisig ./install.sh.minisig ./metadata/1.stable.KEY.json ./releases/v1.0.0/checksums.sha256.minisig ./releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz.minisig ./releases/v1.0.0/install.ps1.minisig ./releases/v1.0.0/install.sh.minisig ./stable.version-manifest.json.minisig ./version-manifest.json.minisig "
is "the site has not changed" "$(state_of "$work/site")" "$before"
cp -a "$work/holder/signatures" "$work/signatures"
status "with --rebuild he builds it as well" 0 sign --yes --rebuild --dist "$work/rebuilt" --out "$work/by-rebuild"
like "and is told that it is the same" "$output" 'these archives were packed here too, and are the same; the binaries in them lay here, and cco-release built none of them'
check "with the same signatures" diff -r "$work/by-rebuild" "$work/holder/signatures/v1.0.0"
status "as JSON" 0 sign --yes --json
is "too" "$(printf '%s\n' "$output" | python3 -c 'import json,sys; t=sys.stdin.read(); d=json.loads(t[t.index("\n{"):]); print(d["published"], d["awaits"], d["signatures"].endswith("signatures/v1.0.0"))')" "False [] True"

status "with the signatures CI publishes" 0 finish
like "all of it" "$output" 'hello 1\.0\.0 is public at '
status "a stranger is content" 0 on ci ci verify
is "what was staged is gone" "$(ls -d "$work/site/.staged" 2>/dev/null)" ""
before=$(state_of "$work/site")
status "once more" 0 finish
status "also without any key, since nothing is left to sign" 0 on ci alice publish --version 1.0.0 --signatures "$work/holder/signatures/v1.0.0"
status "and the first command again" 0 stage
is "there is nothing to do" "$(state_of "$work/site")" "$before"
status "who wants to sign now reads that nothing is left" 9 sign --yes
like "as nothing waits" "$output" 'where it is public already, nothing is left to do'

# The same from a third machine, which has neither dist/ nor binaries.
machines
stage >/dev/null 2>&1
sign --yes >/dev/null 2>&1
rm -rf "$work/ci/dist" "$work/ci/bin"
status "a machine without dist/ and without binaries publishes what is staged" 0 finish
status "as good" 0 on ci ci verify
rm -rf "$work/ci/dist"
cmp -s "$work/site/metadata/1.stable.json" "$work/holder/signatures/v1.0.0/metadata/"1.stable.*.json
is "the channel's metadata is what the holder signed" "$?" 0

# --- what does not fit ---
tampered() { # SENTENCE STATUS MESSAGE COMMAND...: with a copy of the signatures in which COMMAND changed something
  local sentence=$1 expected=$2 message=$3
  shift 3
  rm -rf "$work/holder/signatures" && cp -a "$work/signatures" "$work/holder/signatures" && cd "$work/holder/signatures/v1.0.0" || exit 1
  "$@"
  # What an earlier attempt has taken over counts.
  find "$work/ci/dist" -name '*.minisig' -delete
  before=$(state_of "$work/site")
  status "$sentence" "$expected" finish
  like "$sentence: told" "$output" "$message"
  is "$sentence: nothing changes" "$(state_of "$work/site")" "$before"
}
machines
stage >/dev/null 2>&1
sign --yes >/dev/null 2>&1
rm -rf "$work/signatures" && cp -a "$work/holder/signatures" "$work/signatures"
damage_metadata() { sed -i 's/"sig": "..../"sig": "0000/' metadata/1.stable.*.json; }
cut_metadata() { truncate -s 100 metadata/1.stable.*.json; }
rename_metadata() { mv metadata/1.stable.*.json metadata/2.stable.0123456789ABCDEF.json; }
another_minisig() { release keys new --out "$work/other" --no-password >/dev/null 2>&1 && minisign -S -W -s "$work/other.key" -m "$work/ci/dist/1.0.0/assets/install.sh" -x releases/v1.0.0/install.sh.minisig >/dev/null; }
tampered "an unknown file" 3 'notes.txt: this is no signature of hello 1\.0\.0; take it out of the folder' touch notes.txt
tampered "a damaged minisign signature" 7 'install.sh.minisig: .*(damaged|base64|signature)' sed -i '2s/.\{6\}$/AAAAAA/' install.sh.minisig
tampered "a truncated one" 7 'install.sh.minisig: ' truncate -s 40 install.sh.minisig
tampered "an empty one" 7 'install.sh.minisig: ' truncate -s 0 install.sh.minisig
tampered "one by another key" 7 'install.sh.minisig: this is by key [0-9A-F]{16}, and not by key [0-9A-F]{16}' another_minisig
tampered "one of another file" 5 'install.sh.minisig: this signs other bytes \(sha256 [0-9a-f]{64}\) than .*install.sh has' cp install.ps1.minisig install.sh.minisig
tampered "one that is missing" 3 'the release key RW.* has to sign 1 file; nothing new is public: let the holder run cco-release publish --version 1.0.0 --sign-only' rm install.sh.minisig
tampered "the channel's is missing" 3 'the metadata of stable needs 1 more signature, by key RW' rm -r metadata
tampered "damaged metadata" 7 '1\.stable\.[0-9A-F]+\.json: the signature is damaged' damage_metadata
edit_metadata() { sed -i 's/"expires": "2027/"expires": "2037/' metadata/1.stable.*.json; }
tampered "edited metadata" 5 'this signs another draft of the metadata of stable' edit_metadata
tampered "no JSON at all" 7 '1\.stable\.[0-9A-F]+\.json: ' cut_metadata
tampered "metadata of another version" 5 '2\.stable\..*this is no signature of hello 1\.0\.0 as it is drafted now' rename_metadata
tampered "a folder that is empty" 9 'no signatures there' find . -mindepth 1 -delete
tampered "a link" 3 'is no regular file' ln -s /etc/passwd install.txt
rm -rf "$work/holder/signatures" && cp -a "$work/signatures" "$work/holder/signatures"
status "a folder that is not there" 9 on ci ci publish --version 1.0.0 --signatures "$work/nowhere"
for options in '--signatures x --sign-only' '--rebuild' '--signatures x --skip render' '--sign-only --dry-run'; do
  # shellcheck disable=SC2086  # they are words
  status "$options is a contradiction" 2 on ci ci publish --version 1.0.0 $options
done

# CI changes its mind after the holder has signed.
hello_binary "$work/ci/bin/linux-x86_64/hello" 'hello 1.0.0 again'
status "another binary is another draft" 3 stage
status "for which the signatures of the first are none" 5 finish
like "which is told" "$output" 'this signs other bytes'
status "a holder who builds it himself refuses" 5 sign --yes --rebuild --dist "$work/rebuilt2"
like "naming the file" "$output" 'hello-v1\.0\.0-linux-x86_64\.tar\.gz is not what was built here: hello in it differs .*; nothing was signed'
# The host changes what is staged.
printf 'x' >>"$work/site/.staged/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz"
rm -rf "$work/holder/dist"
status "a staged archive that is not that of its draft is not signed" 5 sign --yes
like "as it is told" "$output" 'is larger than its draft says'
rm "$work/site/.staged/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz"
status "nor one that is missing" 9 sign --yes
sed -i 's/"channel": "stable"/"channel": "beta"/' "$work/site/.staged/v1.0.0/draft.json"
status "nor one that somebody else drafted" 7 sign --yes
like "which is told" "$output" 'no key of the timestamp has signed this draft'
status "two drafts that differ are a conflict" 5 finish
like "which a person resolves" "$output" 'is another draft of 1\.0\.0 than what is staged at directory .*; --clean takes the staged one'
stage >/dev/null 2>&1

# Another release becomes public in between.
rm -rf "$work/holder/dist" "$work/holder/signatures"
sign --yes >/dev/null 2>&1
cp -a "$work/ci" "$work/fast" && hello_binary "$work/fast/bin/linux-x86_64/hello" 'hello 0.9.0'
status "a release that overtakes it" 0 on fast alice publish --version 0.9.0 --date "$hello_date" "${key[@]}" --key "$work/keys/hello-online.key"
status "makes the draft out of date" 5 finish
like "which is told" "$output" 'the draft is out of date: .* shows stable\.version-manifest\.json in generation 1 now, and the draft was made for 0 \(another release was published meanwhile\); run cco-release publish --version 1\.0\.0 again'
status "also where it would be signed" 5 sign --yes
status "made again" 3 stage
status "and signed again" 0 sign --yes
status "it is published" 0 finish
status "well" 0 on ci ci verify

# Version and settings of who signs.
machines
stage >/dev/null 2>&1
echo 'notes' >"$work/holder/notes.txt" && sed -i 's|^\[archive\]|[release]\nnotes_file = "notes.txt"\n&|' "$work/holder/cco-release.toml"
status "a holder with other settings than CI signs nothing" 5 sign --yes
like "and reads what differs" "$output" 'comes out with other bytes here: the draft was made with other settings, notes or templates'
is "nothing was signed" "$(find "$work/holder/signatures" -type f 2>/dev/null)" ""

# --- team: two of three ---
machines
for name in alice bob; do
  for use in root release; do release keys new --out "$work/$name/$use" --no-password >/dev/null 2>&1; done
done
release keys new --out "$work/carol" --no-password >/dev/null 2>&1
line() { tail -n 1 "$1.pub"; }
team() {
  sed -i "s|^preset = .*|preset = \"team\"|; s|^public_key = .*|public_key = \"$(line "$work/alice/release")\"|; /^\[trust.keys\]/,\$d" "$work/$1/cco-release.toml"
  cat >>"$work/$1/cco-release.toml" <<TOML
[trust.keys]
root = ["$(line "$work/alice/root")", "$(line "$work/bob/root")"]
stable = ["$(line "$work/alice/release")", "$(line "$work/bob/release")", "$(line "$work/carol")"]
online = ["$(line "$work/keys/hello-online")"]
TOML
}
for machine in ci holder; do team $machine; rm -rf "$work/$machine/trust"; done
cd "$work/ci" && alice trust init >/dev/null 2>&1
alice trust sign --yes --key "$work/alice/root.key" --key "$work/bob/root.key" >/dev/null 2>&1
status "a team's trust is final" 0 alice trust finalize
cp -a "$work/ci/trust" "$work/holder/trust"
cp -a "$work/holder" "$work/bobs"
status "the team's CI stages" 3 stage
like "both signatures are missing" "$output" 'the metadata of stable needs 2 more signatures, by key RW.* or RW.* or RW.* \(0 of 2 are there\)'
key=(--key "$work/alice/release.key")
status "the first holder signs" 0 sign --yes
like "and reads that one is missing" "$output" '^still missing: the metadata of stable needs 1 more signature, by key RW.* or RW.* \(1 of 2 are there\)'
status "with one the threshold is not reached" 3 finish
like "which says how many and who" "$output" 'the metadata of stable needs 1 more signature, by key RW.* \(1 of 2 are there\); nothing new is public: let the holder run cco-release publish --version 1\.0\.0 --sign-only, and give that folder by --signatures too'
status "the second signs the metadata only" 0 on bobs alice publish --version 1.0.0 --sign-only --yes --key "$work/bob/release.key" --rebuild
is "with his key" "$(find "$work/bobs/signatures" -type f | grep -c minisig)" 0
status "both folders together are enough" 0 finish --signatures "$work/bobs/signatures/v1.0.0"
status "a stranger is content with the team" 0 on ci ci verify
is "two keys have signed" "$(grep -c '"keyid"' "$work/site/metadata/1.stable.json")" 2
# The same with one folder that both have written into, as a pull request would be.
rm -rf "$work/site"/* "$work/site/.staged" "$work/ci/dist" "$work/holder/dist" "$work/bobs/dist" "$work/holder/signatures" "$work"/*/trust/public.json
stage >/dev/null 2>&1
sign --yes >/dev/null 2>&1
status "who signs second into the same folder completes it" 0 on bobs alice publish --version 1.0.0 --sign-only --yes --key "$work/bob/release.key" --out "$work/holder/signatures/v1.0.0"
like "but for nothing" "$output" '^next: cco-release publish'
status "one folder is enough then" 0 finish
done_testing
