#!/usr/bin/env bash
# Pointer commands whose keys are not where they are run: CI stages the change, holders sign it on their machines, and it is published with
# their signatures. Preset solo with one holder, then team with two; what does not fit together is told.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
sed -i 's|^\[archive\]|&\nlevel = 1|' cco-release.toml
now=$(date -u -d '2026-11-21 12:00:00' +%s) minute=0
run_with() { # KEY ARGUMENT...: KEY is what CCO_RELEASE_KEY holds, or empty; each time it is a minute later
  local key=$1
  shift
  minute=$((minute + 1))
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$((now + 60 * minute))" ${key:+"CCO_RELEASE_KEY=$key"} "$CCO_RELEASE" "$@"
}
on() { # MACHINE COMMAND...
  cd "$work/$1" || exit 1
  shift
  "$@"
}
ci() { on ci run_with "$online" "$@"; }
holder() { on holder run_with '' "$@"; }
online=
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
online=$(cat "$work/keys/hello-online.key")
mkdir "$work/alice" "$work/bob"
mv hello.key "$work/alice/release.key"
mv hello.pub "$work/alice/release.pub"
sed -i 's|^command|#&|' cco-release.toml
all=(--key "$work/alice/release.key" --key "$work/keys/hello-online.key")
key=(--key "$work/alice/release.key")
public() { (cd "$work/site" && find . -type f ! -path './.staged/*' -printf '%p ' -exec sha256sum {} + | sort | sha256sum); }
latest() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["latest"].get("stable"))' "$work/site/stable.version-manifest.json"; }
begin() { # with 1.0.0 and 1.1.0 public: two machines that see one site
  cd "$work" || exit 1
  rm -rf "$work/ci" "$work/holder" "$work/site"
  mkdir "$work/site"
  cp -a "$work/${1:-start}" "$work/ci"
  ln -s "$work/site" "$work/ci/site"
  for version in 1.0.0 1.1.0; do
    hello_binary "$work/ci/bin/linux-x86_64/hello" "hello $version"
    ci publish --version $version --date "$hello_date" "${all[@]}" >/dev/null 2>&1 || echo "# no $version" >&2
  done
  cp -a "$work/ci" "$work/holder"
  rm -rf "$work/holder/dist" "$work/holder/bin"
}
yank=(yank 1.1.0 --reason 'loses settings')
stage() { ci "${yank[@]}"; }
sign() { holder "${yank[@]}" --sign-only "${key[@]}" "$@"; }
finish() { ci "${yank[@]}" --signatures "$work/holder/signatures/yank-1.1.0" "$@"; }

# --- solo ---
begin
is "two releases are public" "$(latest)" 1.1.0
before=$(public)
status "a holder finds nothing that waits" 9 sign --yes
like "and reads what makes it" "$output" "has a draft of yank 1\.1\.0 --reason 'loses settings' that waits for signatures; the command without"
status "without the release key a yank is made, and is not public" 3 stage
like "who has to sign is named" "$output" 'the release key RW.* \(cco-release.toml:[0-9]+\) has to sign 4 files and the metadata of stable; nothing new is public'
like "with the first of two commands" "$output" "^  cco-release yank 1\.1\.0 --reason 'loses settings' --sign-only +where that key is$"
like "and the second" "$output" "^  cco-release yank 1\.1\.0 --reason 'loses settings' --signatures DIR +anywhere"
is "nothing public has changed" "$(public)" "$before"
is "the draft is staged" "$(cd "$work/site/.staged" && find . -type f | sort | tr '\n' ' ')" './pointers/draft.json ./pointers/draft.json.minisig '
staged=$(state_of "$work/site")
status "the same command again, later" 3 stage
is "stages nothing anew" "$(state_of "$work/site")" "$staged"
status "as JSON" 3 ci "${yank[@]}" --json
like "it names who has to sign" "$output" '"awaits": \[$'
status "a holder is shown what he would sign, and is not asked without a terminal" 2 holder "${yank[@]}" --sign-only "${key[@]}"
like "the command" "$output" "^to be signed: hello: yank 1\.1\.0 --reason 'loses settings'$"
like "what changes" "$output" '1\.1\.0.*(withdrawn|yank)'
like "the metadata" "$output" '^  metadata +stable 3, good until 20'
is "nothing was signed" "$(find "$work/holder/signatures" -type f 2>/dev/null)" ""
status "without a key he cannot" 3 holder "${yank[@]}" --sign-only --yes --key "$work/keys/hello-online.key"
like "and reads which he needs" "$output" 'no key that signs this change is at hand: the release key RW'
status "with it he signs" 0 sign --yes
like "and reads what comes next" "$output" "^next: cco-release yank 1\.1\.0 --reason 'loses settings' --signatures signatures/yank-1\.1\.0$"
is "signatures are text files by the names of what they sign" "$(cd "$work/holder/signatures/yank-1.1.0" && find . -type f | sed 's/stable\.[0-9A-F]\{16\}/stable.KEY/' | sort | tr '\n' ' ')" \
  './install.ps1.minisig ./install.sh.minisig ./metadata/3.stable.KEY.json ./stable.version-manifest.json.minisig ./version-manifest.json.minisig '
is "nothing public has changed" "$(public)" "$before"
kept=$(state_of "$work/holder/signatures")
status "signing again" 0 sign --yes --json
is "signs nothing anew" "$(state_of "$work/holder/signatures")" "$kept"
rm -rf "$work/signatures" && cp -a "$work/holder/signatures" "$work/signatures"
status "with the signatures CI publishes" 0 finish
is "installers pin the one before" "$(latest)" 1.0.0
status "a stranger is content" 0 ci verify
is "what was staged is gone" "$(ls -d "$work/site/.staged" 2>/dev/null)" ""
after=$(state_of "$work/site")
status "once more" 0 finish
status "also without any key" 0 on ci run_with '' "${yank[@]}" --signatures "$work/signatures/yank-1.1.0"
status "and the first command again" 0 stage
status "and the holder's" 0 sign --yes
like "who reads that nothing is left" "$output" '^nothing to do: all of that is public already$'
is "nothing changes" "$(state_of "$work/site")" "$after"

# --- what does not fit ---
begin
stage >/dev/null 2>&1
sign --yes >/dev/null 2>&1
rm -rf "$work/signatures" && cp -a "$work/holder/signatures" "$work/signatures"
before=$(public)
tampered() { # SENTENCE STATUS MESSAGE COMMAND...: with a copy of the signatures in which COMMAND changed something
  local sentence=$1 expected=$2 message=$3
  shift 3
  rm -rf "$work/holder/signatures" && cp -a "$work/signatures" "$work/holder/signatures"
  (cd "$work/holder/signatures/yank-1.1.0" && "$@")
  find "$work/ci/dist/pointers" -name '*.minisig' -delete
  status "$sentence" "$expected" finish
  like "$sentence: told" "$output" "$message"
  is "$sentence: nothing public changes" "$(public)" "$before"
}
edit_metadata() { sed -i 's/"expires": "2027/"expires": "2037/' metadata/3.stable.*.json; }
tampered "an unknown file" 5 'notes.txt: this is no signature of yank 1\.1\.0' touch notes.txt
tampered "a damaged signature" 7 'install.sh.minisig: ' sed -i '2s/.\{6\}$/AAAAAA/' install.sh.minisig
tampered "one of another file" 5 'install.sh.minisig: this signs other bytes' cp install.ps1.minisig install.sh.minisig
tampered "one that is missing" 3 'has to sign 1 file; nothing new is public: let the holder run cco-release yank 1\.1\.0 .* --sign-only' rm install.sh.minisig
tampered "the metadata is missing" 3 'the metadata of stable needs 1 more signature' rm -r metadata
tampered "edited metadata" 5 'this signs another draft of the metadata of stable' edit_metadata
rm -rf "$work/holder/signatures" && cp -a "$work/signatures" "$work/holder/signatures"
status "another command than the one that waits" 5 holder yank 1.0.0 --reason other --sign-only --yes "${key[@]}"
like "is told which waits" "$output" "what waits for signatures is hello: yank 1\.1\.0 --reason 'loses settings', and not yank 1\.0\.0"
for options in '--sign-only --signatures x' '--out x' '--sign-only --dry-run' '--signatures x --dry-run'; do
  # shellcheck disable=SC2086  # they are words
  status "$options is a contradiction" 2 ci "${yank[@]}" $options
done
mv "$work/site/.staged/pointers/draft.json" "$work/draft.json"
sed 's/loses settings/eats settings/' "$work/draft.json" >"$work/site/.staged/pointers/draft.json"
status "a draft that somebody else wrote is not signed" 7 holder yank 1.1.0 --reason 'eats settings' --sign-only --yes "${key[@]}"
like "as no key of CI has signed it" "$output" 'no key of the timestamp has signed this draft'
mv "$work/draft.json" "$work/site/.staged/pointers/draft.json"

# Something else is published in between.
status "a change that overtakes it" 0 ci deprecate 1.0.0 --message 'Please upgrade' --yes "${all[@]}"
status "makes the draft out of date" 5 finish
like "which is told" "$output" 'the draft is out of date: it has version 3 of the metadata of stable, and 4 is next; make the draft again'
status "also where it would be signed" 5 sign --yes
status "made again" 3 stage
status "and signed again" 0 sign --yes
status "it is published" 0 finish
is "as it was meant" "$(latest)" 1.0.0
status "well" 0 ci verify

# A machine that has never seen it finishes; the others follow in turn.
begin
hello_binary "$work/ci/bin/linux-x86_64/hello" 'hello 1.2.0-beta.1'
status "a beta" 0 ci publish --version 1.2.0-beta.1 --date "$hello_date" "${all[@]}"
for change in 'rollout 1.1.0 --percent 10' 'halt stable --reason looking' 'resume stable' 'rollback stable --to 1.0.0' 'unyank 1.1.0' 'promote 1.2.0-beta.1 --to stable' 'floor 1.0.0' 'deprecate 1.0.0 --clear'; do
  read -r -a words <<<"$change"
  if [ "${words[0]}" = deprecate ]; then
    status "$change: there is nothing to do without any key" 0 on ci run_with '' "${words[@]}"
    continue
  fi
  status "$change: waits" 3 ci "${words[@]}"
  status "$change: is signed" 0 holder "${words[@]}" --sign-only --yes "${key[@]}"
  rm -rf "$work/ci/dist"
  status "$change: is published by a machine without dist/" 0 ci "${words[@]}" --signatures "$work/holder/signatures/${words[0]}-${words[1]}"
  status "$change: again there is nothing to do" 0 on ci run_with '' "${words[@]}"
done
status "a stranger is content with all of them" 0 ci verify

# --- team: two of three ---
for name in alice bob; do
  for use in root release; do [ -e "$work/$name/$use.key" ] || release keys new --out "$work/$name/$use" --no-password >/dev/null 2>&1; done
done
cp -a "$work/start" "$work/team"
line() { tail -n 1 "$1.pub"; }
sed -i "s|^preset = .*|preset = \"team\"|; /^\[trust.keys\]/,\$d" "$work/team/cco-release.toml"
cat >>"$work/team/cco-release.toml" <<TOML
[trust.keys]
root = ["$(line "$work/alice/root")", "$(line "$work/bob/root")"]
stable = ["$(line "$work/alice/release")", "$(line "$work/bob/release")"]
online = ["$(line "$work/keys/hello-online")"]
TOML
rm -rf "$work/team/trust"
on team run_with "$online" trust init >/dev/null 2>&1
on team run_with '' trust sign --yes --key "$work/alice/root.key" --key "$work/bob/root.key" >/dev/null 2>&1
status "a team's trust is final" 0 on team run_with "$online" trust finalize
all+=(--key "$work/bob/release.key")
begin team
status "the team's CI stages" 3 stage
like "both signatures are missing" "$output" 'has to sign 4 files; the metadata of stable needs 2 more signatures, by key RW.* or RW.* \(0 of 2 are there\)'
status "the first holder signs" 0 sign --yes
like "and reads that one is missing" "$output" '^still missing: the metadata of stable needs 1 more signature, by key RW.* \(1 of 2 are there\)'
status "with one the threshold is not reached" 3 finish
rm -rf "$work/holder/dist"
status "the second signs the metadata into a folder of his own" 0 holder "${yank[@]}" --sign-only --yes --key "$work/bob/release.key" --out "$work/bobs"
is "with his key alone" "$(cd "$work/bobs" && find . -type f | wc -l)" 1
status "both folders together are enough" 0 finish --signatures "$work/bobs"
is "installers pin the one before" "$(latest)" 1.0.0
status "a stranger is content with the team" 0 ci verify

# --- without [trust] ---
cp -a "$work/start" "$work/plain"
sed -i '/^\[trust\]/,$d' "$work/plain/cco-release.toml"
all=(--key "$work/alice/release.key")
begin plain
status "without [trust] nothing waits" 3 ci "${yank[@]}" --yes
like "as before" "$output" 'use the key of that public key'
status "and nothing can be signed apart" 3 sign --yes
like "which is told" "$output" 'waits for signatures only with \[trust\]'
done_testing
