#!/usr/bin/env bash
# cco-release trust: first versions by preset, ceremonies over two folders, what is refused and why, and each step killed at its
# state-changing system calls and run again. Without arguments at every one of them; `trust.sh STEP` only at every STEP-th.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
step=${1:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir home
run() { env -i PATH="$PATH" HOME="$work/home" "$CCO_RELEASE" "$@"; }
for name in release online a b c d s t u; do run keys new --out "keys/$name" --no-password >/dev/null 2>&1; done
line() { tail -n 1 "$work/keys/$1.pub"; }
lines() { # NAME...: a list of TOML
  local list=''
  for name in "$@"; do list+="\"$(line "$name")\", "; done
  echo "[${list%, }]"
}
base() {
  cat <<TOML
schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "out/tool"
TOML
}
# A key's line, as a pattern.
pattern() { line "$1" | sed 's/[+]/[+]/g'; }
signing() { printf '[sign]\npublic_key = "%s"\n' "$(line "$1")"; }
team() { # ROOT... : the keys of root
  base
  signing s
  printf '[trust]\npreset = "team"\nrefresh = "daily"\n[trust.keys]\nroot = %s\nstable = %s\nonline = %s\n' \
    "$(lines "$@")" "$(lines s t u)" "$(lines online)"
}
folder() { rm -rf "${work:?}/$1" && mkdir "$work/$1" && cd "$work/$1" || exit 1; }

# --- one person ---
folder solo
{
  base
  signing release
} >cco-release.toml
before=$(cat cco-release.toml)
status 'without a terminal or a password nothing is begun' 2 run trust init
is 'and nothing is left of it' "$(find . -type f)$(find "$work/home" -type f)" ./cco-release.toml
status 'solo: init makes keys and version 1' 0 run trust init --no-password
like 'it says which key is to be moved away' "$output" 'next: move .*tool-root-2\.key to another place'
is 'what stood in the configuration stands there still' "$(head -n "$(wc -l <<<"$before")" cco-release.toml)" "$before"
is 'all roles have the keys of the preset' "$(jq -r '.signed.roles | map_values([.threshold, (.keyids | length)] | join("/")) | tojson' trust/root.json)" \
  '{"root":"1/2","timestamp":"1/1","snapshot":"1/1","targets":"1/2"}'
is 'targets delegates each channel, terminating, to its manifest' \
  "$(jq -r '.signed.delegations.roles[] | [.name, (.terminating | tostring), .paths[0], .threshold] | join(" ")' trust/targets.json | head -n 1)" \
  'stable true stable.version-manifest.json 1'
is 'secret keys are for their owner alone' "$(stat -c %a "$work"/home/.config/cco-release/keys/*.key | sort -u)" 600
found=$(sha256sum trust/* cco-release.toml)
status 'init again has nothing to do' 0 run trust init --no-password
cp cco-release.toml kept
sed -i "s#^online = .*#online = $(lines a)#" cco-release.toml
status 'init is never run over a trust folder that says something else' 5 run trust init --no-password
like 'and it says what changes keys' "$output" 'trust has metadata already; .*trust rotate. changes its keys'
mv kept cco-release.toml
is 'all is as it was' "$(sha256sum trust/* cco-release.toml)" "$found"
status 'rotate finds nothing to change' 0 run trust rotate
like 'and says so' "$output" 'nothing to change'
status 'sign finds nothing to sign' 0 run trust sign
status 'finalize finds nothing to finalize' 0 run trust finalize
status 'status is good' 0 run trust status
status 'from seven days before the expiry status ends with 8' 8 run trust status --date "$(date -u -d '+359 days' +%F)"
like 'and says what to do' "$output" 'root of trust expires in [56] days: cco-release trust rotate'
status 'eight days before it is due' 0 run trust status --date "$(date -u -d '+356 days' +%F)"
status 'status --json' 8 run trust status --json --date "$(date -u -d '+366 days' +%F)"
is 'it has each role' "$(sed '/^cco-release:/d' <<<"$output" | jq -r '[.roles[].role] | join(" ")')" 'root targets stable beta nightly snapshot timestamp'
is 'its members are those of the document' "$(sed '/^cco-release:/d' <<<"$output" | jq -r '.roles[0] | keys_unsorted | join(" ")')" \
  'role place version expires days_left state threshold keys'
is 'the state of what has expired' "$(sed '/^cco-release:/d' <<<"$output" | jq -r '.roles[0].state')" expired
rm trust/1.root.json
status 'a folder with one file missing' 3 run trust status
like 'the file is named' "$output" 'trust/1\.root\.json is missing; bring it back'

folder again
{
  base
  signing release
} >cco-release.toml
status 'keys of a run that was stopped are taken' 0 run trust init --no-password
like 'and it says so' "$output" 'tool-root-1\.key is there already and is used'

folder ci
{
  base
  signing release
} >cco-release.toml
status 'ci-stable: no online key is made' 0 run trust init --preset ci-stable --no-password --keys keys
is 'two root keys are' "$(cd keys && echo *.key)" 'tool-root-1.key tool-root-2.key'
is 'the release key is that of snapshot and timestamp too' "$(jq -r '.signed.roles.timestamp.keyids[0]' trust/root.json)" \
  "$(jq -r '.signed.delegations.roles[0].keyids[0]' trust/targets.json)"
status 'another preset than the configuration says' 2 run trust init --preset solo

folder none
base >cco-release.toml
status 'without [sign] there is no release key' 3 run trust init --no-password
like 'and it says where that comes from' "$output" '\[sign\] is missing.*keys new'
status 'without [trust] there is nothing to rotate' 3 run trust rotate
signing release >>cco-release.toml
status 'a team has keys of its people' 3 run trust init --preset team
like 'and it shows the lines' "$output" 'preset = "team"'
check 'nothing was made' test ! -e trust

# --- a team on two machines ---
folder team
team a b c >cco-release.toml
status 'team: the first of two signs' 0 run trust init --key ../keys/a.key
like 'it says who is missing' "$output" '1\.root\.json needs 1 more signature of the root keys of version 1'
status 'finalize refuses with one of two' 7 run trust finalize
like 'and says whose is missing' "$output" "1\\.targets\\.json needs 1 more signature of the targets keys: .*$(pattern b)"
status 'init may be run again' 0 run trust init --key ../keys/a.key
cp -r trust "$work/stick"
cd "$work" || exit 1
status 'without a key there is nothing to sign with' 2 run trust sign --folder stick
status 'without a terminal somebody must have said yes' 2 run trust sign --folder stick --key keys/b.key
like 'what would be signed is shown' "$output" 'root: 2 of 3 keys must sign'
status 'a key of another role' 7 run trust sign --folder stick --key keys/s.key --yes
status 'a key file that is not there' 3 run trust sign --folder stick --key keys/none.key --yes
chmod 644 keys/b.key
status 'a key file that others can read' 3 run trust sign --folder stick --key keys/b.key --yes
chmod 600 keys/b.key
is 'nothing of this signed anything' "$(find stick -name '*.signature.json' | wc -l)" 2
person() { "$ON_TERMINAL" "$1" "$2" -- env -i PATH="$PATH" HOME="$work/home" "$CCO_RELEASE" trust sign --folder stick --key keys/b.key; }
status 'a person who says no' 130 person 'Sign this?' $'\n'
is 'has signed nothing' "$(find stick -name '*.signature.json' | wc -l)" 2
status 'a person who says yes' 0 person 'Sign this?' $'yes\n'
status 'the same again adds nothing' 0 run trust sign --folder stick --key keys/b.key --yes
like 'and says so' "$output" 'signed already'
cp -r stick/. team/trust/
cd team || exit 1
status 'the signatures come home' 0 run trust finalize
is 'version 1 is final, with both signatures' "$(jq '.signatures | length' trust/root.json)" 2
check 'the draft is gone' test ! -e trust/draft

# --- keys change ---
team a b d >cco-release.toml
status 'rotate writes the next root' 0 run trust rotate
like 'in words: who goes' "$output" "key $(pattern c) goes out of root"
like 'and who comes' "$output" "key $(pattern d) comes into root"
drafted=$(sha256sum trust/draft/*)
status 'the same again' 0 run trust rotate
is 'leaves the draft' "$(sha256sum trust/draft/*)" "$drafted"
team a c d >cco-release.toml
status 'a configuration that says something else meanwhile' 5 run trust rotate
like 'and what to do' "$output" 'finish that ceremony first, or begin again with --discard'
team a b d >cco-release.toml
status 'the new key and one old key are not enough' 0 run trust sign --key ../keys/a.key --key ../keys/d.key --yes
status 'for the old root' 7 run trust finalize
like 'which wants one more' "$output" '2\.root\.json needs 1 more signature of the root keys of version 1'
status 'status says so too' 0 run trust status
like 'as what comes next' "$output" '^next: 2\.root\.json needs 1 more'
cp -r trust "$work/signed"
contents=$(cat trust/draft/2.root.json)
sed -i 's/"expires": "20/"expires": "21/' trust/draft/2.root.json
status 'a draft that somebody edited' 7 run trust sign --key ../keys/b.key --yes
like 'is told' "$output" '2\.root\.json was edited after it was written; take the draft again'
echo "$contents" >trust/draft/2.root.json
for file in trust/draft/*; do truncate -s -9 "$file"; done
status 'drafts that are cut off' 3 run trust status
rm -r trust && cp -r "$work/signed" trust
# Another person rotates too, a day later.
cp -r trust "$work/other" && rm -r "$work/other/draft"
mkdir "$work/others" && mv "$work/other" "$work/others/trust" && cp cco-release.toml "$work/others/"
(cd "$work/others" && run trust rotate --date "$(date -u -d tomorrow +%F)" && run trust sign --key ../keys/b.key --yes) >/dev/null 2>&1
cp "$work"/others/trust/draft/*.signature.json trust/draft/
status 'two people who signed different drafts' 5 run trust finalize
like 'are told to agree' "$output" "$(pattern b) signed another draft of 2\\.root\\.json .*agree on one of them"
rm -r trust && cp -r "$work/signed" trust
sed -i 's/"schema": 1/"schema": 2/' trust/draft/ceremony.json
status 'a ceremony of a newer schema' 3 run trust sign --key ../keys/b.key --yes
like 'wants a newer program' "$output" 'ceremony\.json: has schema 2, .*use a newer cco-release'
status 'a damaged draft can be dropped' 0 run trust rotate --discard
status 'and is begun again' 0 run trust sign --key ../keys/a.key --key ../keys/b.key --key ../keys/d.key --yes
status 'with all signatures it becomes final' 0 run trust finalize
is 'the chain has two roots' "$(cd trust && echo *.root.json)" '1.root.json 2.root.json'
is 'root.json is the newest' "$(sha256sum <trust/root.json)" "$(sha256sum <trust/2.root.json)"
cp trust/1.root.json trust/root.json
status 'an old root in its place' 7 run trust status
cp trust/2.root.json trust/root.json

# --- passwords ---
printf 'secret\n' >password
status 'a key with a password' 0 run keys new --out locked --password-file password
team a b locked 2>/dev/null | sed "s#, \"\"#, \"$(tail -n 1 locked.pub)\"#" >cco-release.toml
run trust rotate >/dev/null 2>&1
status 'is not opened without it' 3 run trust sign --key locked.key --yes
like 'and it says how it is given' "$output" 'locked\.key: the key has a password; give --password-file'
status 'is opened with it' 0 env -i PATH="$PATH" HOME="$work/home" CCO_RELEASE_PASSWORD=secret "$CCO_RELEASE" trust sign --key locked.key --yes
status 'the contents of a key in CCO_RELEASE_KEY' 0 env -i PATH="$PATH" HOME="$work/home" CCO_RELEASE_KEY="$(cat ../keys/a.key)" "$CCO_RELEASE" trust sign --yes
check 'no file holds the password' sh -c '! grep -rq secret trust'

# --- time ---
folder late
team a b c >cco-release.toml
run trust init --date 2020-01-01 --key ../keys/a.key >/dev/null 2>&1
status 'a draft that lay for too long is not signed' 8 run trust sign --key ../keys/b.key --yes
like 'and it says what to do' "$output" 'the draft expired on 2020-12-31.*rotate --discard'
cp -r trust before
status 'nor is it final when it has its signatures' 8 run trust init --date 2020-01-01 --key ../keys/b.key
status 'not later either' 8 run trust finalize
is 'nothing was made final' "$(ls trust)" draft
rm -rf trust
run trust init --date 2020-01-01 --key ../keys/a.key >/dev/null 2>&1
status 'it is dropped' 0 run trust rotate --discard
status 'and made anew' 0 run trust init --key ../keys/a.key --key ../keys/b.key

# --- a folder that cannot be written ---
if [ "$(id -u)" = 0 ]; then
  folder shut
  team a b c >cco-release.toml
  run trust init --key ../keys/a.key --key ../keys/b.key >/dev/null 2>&1
  sed -i "s#$(line c)#$(line d)#" cco-release.toml
  found=$(sha256sum trust/*)
  chmod -R a+rX "$work/shut" && chmod a+x "$work"
  cp "$CCO_RELEASE" "$work/cco-release" && chmod a+rx "$work/cco-release"
  status 'a folder of others' 13 setpriv --reuid 65534 --regid 65534 --clear-groups env -i PATH="$PATH" HOME=/nonexistent "$work/cco-release" trust rotate
  is 'stays as it was' "$(sha256sum trust/*)" "$found"
else
  skip 'a folder of others' 'needs root'
  skip 'stays as it was' 'needs root'
fi

# --- killed at each step, and run again ---
dated=(--date "$(date -u +%F)")
killed_everywhere() { # SENTENCE COMMAND...: from a copy of $work/start to the trust folder that an undisturbed run leaves
  local sentence=$1 points expected point wrong=''
  shift
  fresh() { rm -rf "$work/run" && cp -a "$work/start" "$work/run" && cd "$work/run" || exit 1; }
  contents() { (cd trust && find . -type f ! -name '.*' -print0 | sort -z | xargs -0 sha256sum); }
  fresh
  run "$@" >/dev/null 2>&1 || wrong="undisturbed: $?"
  expected=$(contents)
  fresh
  points=$("$KILL_AT" --count -- env -i PATH="$PATH" HOME="$work/home" "$CCO_RELEASE" "$@" 2>/dev/null)
  for ((point = 1; point <= points; point += step)); do
    fresh
    "$KILL_AT" --at $point -- env -i PATH="$PATH" HOME="$work/home" "$CCO_RELEASE" "$@" >/dev/null 2>&1
    run "$@" >/dev/null 2>&1 || wrong+=" $point: status $?"
    [ "$(contents)" = "$expected" ] || wrong+=" $point: other files"
  done
  check "$sentence: there are points to kill at ($points)" test "$points" -gt 5
  is "$sentence: killed anywhere, the same command ends as if nothing had been" "$wrong" ''
}
folder start
team a b c >cco-release.toml
killed_everywhere 'trust init' trust init "${dated[@]}" --key ../keys/a.key --key ../keys/b.key
cd "$work/start" || exit 1
run trust init "${dated[@]}" --key ../keys/a.key --key ../keys/b.key >/dev/null 2>&1
sed -i "s#$(line c)#$(line d)#; s#$(line u)#$(line c)#" cco-release.toml
killed_everywhere 'trust rotate' trust rotate "${dated[@]}"
cd "$work/start" || exit 1
run trust rotate "${dated[@]}" >/dev/null 2>&1
sign=(trust sign --key ../keys/a.key --key ../keys/b.key --key ../keys/d.key --yes)
killed_everywhere 'trust sign' "${sign[@]}"
cd "$work/start" || exit 1
run "${sign[@]}" >/dev/null 2>&1
killed_everywhere 'trust finalize' trust finalize
is 'in the end it is version 2' "$(jq .signed.version "$work/run/trust/root.json" "$work/run/trust/targets.json" | xargs)" '2 2'
done_testing
