#!/usr/bin/env bash
# promote, yank, unyank, rollback, deprecate, rollout, floor, halt, resume: what becomes public and in which order, what a dry run foretells,
# keys that are missing, followers, refusals. What users get of it: tests/agent/pointers_test.py; kills: tests/fault/pointer_kill.sh.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
minute=0
# Time goes by from one change to the next.
at() {
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$((1795608000 + 60 * minute))" "$CCO_RELEASE" "$@"
}
publish() { at publish --date "$hello_date" "$@"; }
asset_files() { find site/releases site/checksums -type f -exec sha256sum {} + | sort; }
manifest() { # FILE EXPRESSION of m
  python3 -c 'import json,sys; m=json.load(open("site/"+sys.argv[1]+"version-manifest.json")); print(eval(sys.argv[2]))' "$1" "$2"
}
actions() { python3 -c 'import json,sys; t=sys.stdin.read(); [print(a["destination"]+": "+a["action"]) for a in json.loads(t[t.index("{"):])["actions"]]' <<<"$1"; }
# SENTENCE ARGUMENT...: the dry run changes nothing and tells what the real run then does; the same again does nothing, without a key.
does() {
  local sentence=$1 planned before
  shift
  minute=$((minute + 1))
  before=$(contents_of site; contents_of dist)
  planned=$(at "$@" --dry-run "${keys[@]}" 2>/dev/null)
  is "$sentence: a dry run changes nothing" "$(contents_of site; contents_of dist)" "$before"
  before=$(asset_files)
  status "$sentence" 0 at "$@" --yes --json "${keys[@]}"
  is "$sentence: done is what was foretold" "$(actions "$output")" "$(grep -E '^(directory|stick): ' <<<"$planned")"
  is "$sentence: no asset was touched" "$(asset_files)" "$before"
  before=$(state_of site)
  mv hello.key hello.away
  status "$sentence, again" 0 at "$@"
  is "$sentence: has nothing to do, and needs no key" "$output" "nothing to do: all of that is public already"
  mv hello.away hello.key
  is "$sentence: nothing was written" "$(state_of site)" "$before"
}

for with in minisign trust; do
  hello_project "$work/$with"
  cd "$work/$with" || exit 1
  keys=()
  if [ $with = trust ]; then
    at trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
    keys=(--key keys/hello-online.key)
  fi
  publish --version 1.0.0 "${keys[@]}" >/dev/null 2>&1 || exit 1
  hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
  publish --version 1.1.0 "${keys[@]}" >/dev/null 2>&1 || exit 1
  hello_binary bin/linux-x86_64/hello 'hello 1.2.0-beta.1'
  publish --version 1.2.0-beta.1 "${keys[@]}" >/dev/null 2>&1 || exit 1
  is "$with: installers pin the newest stable" "$(cmp site/install.sh site/releases/v1.1.0/install.sh && echo same)" same

  does "$with: yank" yank 1.1.0 --reason 'loses settings'
  is "$with: its reason is public" "$(manifest '' 'm["versions"]["1.1.0"]["yanked"]["reason"]')" 'loses settings'
  is "$with: the newest is the one before" "$(manifest stable. 'm["latest"]')" "{'stable': '1.0.0'}"
  is "$with: installers pin that one" "$(cmp site/install.sh site/releases/v1.0.0/install.sh && cmp site/install.ps1 site/releases/v1.0.0/install.ps1 && echo same)" same
  status "$with: strangers find all well" 0 at verify
  status "$with: publishing the version again" 0 publish --version 1.2.0-beta.1 "${keys[@]}"
  like "$with: has nothing to do" "$output" 'nothing to do'
  does "$with: unyank" unyank 1.1.0
  is "$with: it is the newest again" "$(manifest stable. 'm["latest"]') $(manifest stable. 'm["versions"]["1.1.0"]["yanked"]')" "{'stable': '1.1.0'} None"
  is "$with: and pinned" "$(cmp site/install.sh site/releases/v1.1.0/install.sh && echo same)" same

  does "$with: promote" promote 1.2.0-beta.1 --to stable
  is "$with: it is in both channels" "$(manifest stable. 'm["latest"]["stable"]') $(manifest beta. 'm["latest"]["beta"]')" "1.2.0-beta.1 1.2.0-beta.1"
  is "$with: and pinned, as a stable one" "$(diff site/install.sh site/releases/v1.2.0-beta.1/install.sh | sed -n 's/^[<>] *//p' | sort -u | grep -c 'stable\|beta') $(grep -c 1.2.0-beta.1 site/install.sh)" "2 $(grep -c 1.2.0-beta.1 site/releases/v1.2.0-beta.1/install.sh)"
  status "$with: promote to a channel that sees it already" 0 at promote 1.2.0-beta.1 --to nightly
  does "$with: rollback" rollback stable --to 1.0.0
  is "$with: all above is withdrawn" "$(manifest '' '[v for v, r in m["versions"].items() if r["yanked"]]')" "['1.2.0-beta.1', '1.1.0']"
  is "$with: and the old version pinned" "$(cmp site/install.sh site/releases/v1.0.0/install.sh && echo same)" same
  does "$with: deprecate" deprecate 1.0.0 --message 'Please upgrade soon'
  does "$with: rollout" rollout 1.0.0 --percent 12.5
  does "$with: rollout, more" rollout 1.0.0 --percent 50
  is "$with: each share is a step" "$(manifest stable. '[s["basis_points"] for s in m["versions"]["1.0.0"]["rollout"]]')" "[1250, 5000]"
  does "$with: halt" halt stable --reason 'being looked at'
  does "$with: resume" resume stable
  does "$with: floor" floor 1.0.0
  is "$with: it is in the manifest that all read" "$(manifest stable. 'm["security_floor"]') $(manifest beta. 'm["security_floor"]')" "1.0.0 None"
  status "$with: strangers find all well" 0 at verify
  like "$with: the journal has a line for each" "$(grep -c '"command"' dist/pointers/journal.json)" '^10$'

  before=$(contents_of site)
  refused() { # SENTENCE STATUS REGEX ARGUMENT...
    local sentence="$with: $1" expected=$2 regex=$3
    shift 3
    status "$sentence" "$expected" at "$@" "${keys[@]}"
    like "$sentence: says why" "$output" "$regex"
  }
  refused 'yank an unknown version' 9 '^cco-release: no public manifest lists 3\.0\.0; they list 1\.2\.0-beta\.1, 1\.1\.0, 1\.0\.0$' yank 3.0.0 --reason x
  refused 'a yank without a reason' 2 -- '--reason is missing' yank 1.0.0
  refused 'an empty reason' 2 'the reason is empty' yank 1.0.0 --reason ''
  refused 'no version' 3 'v?one.*version' yank one --reason x
  refused 'another channel' 2 'canary' halt canary --reason x
  refused 'a channel that has nothing' 9 'nothing is public in channel nightly; there is something in stable, beta' halt nightly --reason x
  refused 'rollback to a withdrawn version' 3 '1\.1\.0 is withdrawn itself \(rolled back to 1\.0\.0\)' rollback stable --to 1.1.0
  refused 'promote a withdrawn version' 3 'unyank it first' promote 1.1.0 --to stable
  refused 'a smaller share' 3 'is out for 50 %, and shares only grow' rollout 1.0.0 --percent 10
  refused 'no share' 2 'ten is no share' rollout 1.0.0 --percent ten
  refused 'a floor that leaves stable without a release' 3 'channel stable has no good release from 1\.1\.0 on' floor 1.1.0
  refused 'message and clear' 2 'give --message TEXT, or --clear' deprecate 1.0.0
  refused 'nobody there to ask' 2 'no terminal to ask on; read the above, then sign with --yes' yank 1.0.0 --reason x
  like "$with: what would change was shown" "$output" 'channel stable has no good release left'
  minute=$((minute - 2000))
  refused 'a clock that is behind what is public' 8 'set the clock right' yank 1.0.0 --reason x
  minute=$((minute + 2000))
  mv hello.key away.key
  refused 'without the release key' 3 "(release key|the signing key|no key file).*" yank 1.0.0 --reason x --yes
  mv away.key hello.key
  if [ $with = trust ]; then
    is 'it waits for its signatures where nothing names it' "$(cd site/.staged && find . -type f | sort | tr '\n' ' ')" './pointers/draft.json ./pointers/draft.json.minisig '
    rm -r site/.staged dist/pointers/draft.json
    status 'without the online key' 3 at yank 1.0.0 --reason x --yes
    like 'its roles are named' "$output" 'the metadata of snapshot needs 1 more signature, by key RW.*the metadata of timestamp.*nothing new is public'
  fi
  is "$with: nothing of that changed anything" "$(contents_of site)" "$before"

  status "$with: an old version that is listed no more" 9 at deprecate 0.9.0 --message x --yes "${keys[@]}"
  status "$with: the last good version may be withdrawn" 0 at yank 1.0.0 --reason burnt --yes "${keys[@]}"
  like "$with: with a warning" "$output" 'warning: no good release is left that install.sh and install.ps1 could install'
  is "$with: installers stay" "$(cmp site/install.sh site/releases/v1.0.0/install.sh && echo same)" same
  hello_binary bin/linux-x86_64/hello 'hello 1.3.0'
  status "$with: then the next is published" 0 publish --version 1.3.0 "${keys[@]}"
  is "$with: and is the newest" "$(manifest stable. 'm["latest"]')" "{'stable': '1.3.0'}"
  is "$with: what was decided stays" "$(manifest stable. '[m["security_floor"], m["versions"]["1.1.0"]["yanked"]["reason"], m["deprecation_notices"]]')" \
    "['1.0.0', 'rolled back to 1.0.0', {'1.0.0': 'Please upgrade soon'}]"

  # A second destination follows, and where it cannot, the same command makes up for it.
  printf '[[destination]]\ntype = "directory"\nname = "stick"\npath = "stick"\nurl = "https://stick.example.com/hello"\noptional = true\n' >>cco-release.toml
  publish --version 1.3.0 "${keys[@]}" >/dev/null 2>&1
  does "$with: a yank at two destinations" yank 1.3.0 --reason bad
  is "$with: both show the same" "$(sha256sum <stick/stable.version-manifest.json)" "$(sha256sum <site/stable.version-manifest.json)"
  chmod 000 stick/stable.version-manifest.json.minisig
  if [ "$(id -u)" != 0 ]; then
    status "$with: one that fails is told" 16 at unyank 1.3.0 --yes "${keys[@]}"
    chmod 644 stick/stable.version-manifest.json.minisig
  else
    chmod 644 stick/stable.version-manifest.json.minisig
    mv stick away && : >stick
    status "$with: one that fails is told" 16 at unyank 1.3.0 --yes "${keys[@]}"
    rm stick && mv away stick
  fi
  status "$with: and made up for by the same command" 0 at unyank 1.3.0 --yes "${keys[@]}"
  is "$with: then both show the same" "$(sha256sum <stick/stable.version-manifest.json)" "$(sha256sum <site/stable.version-manifest.json)"

  # A release that begins with some machines.
  hello_binary bin/linux-x86_64/hello 'hello 1.4.0'
  status "$with: a share that is none" 2 publish --version 1.4.0 --rollout some "${keys[@]}"
  status "$with: a release for a share" 0 publish --version 1.4.0 --rollout 12.5 "${keys[@]}"
  is "$with: begins with it" "$(manifest stable. '[s["basis_points"] for s in m["versions"]["1.4.0"]["rollout"]]')" "[1250]"
  status "$with: the same again" 0 publish --version 1.4.0 --rollout 12.5 "${keys[@]}"
  is "$with: says nothing new" "$(grep -c 'warning' <<<"$output")" 0
  does "$with: rollout after it" rollout 1.4.0 --percent 50
  status "$with: publishing it for another share" 0 publish --version 1.4.0 --rollout 20 "${keys[@]}"
  like "$with: says which command is for that" "$output" 'warning: 1\.4\.0 is public already, for 50 %; --rollout is for new releases, and cco-release rollout 1\.4\.0 --percent N for this one'
  is "$with: and changes nothing" "$(manifest stable. '[s["basis_points"] for s in m["versions"]["1.4.0"]["rollout"]]')" "[1250, 5000]"

  # Damaged archives are not offered.
  printf x >>"$(echo site/releases/v1.1.0/*.tar.gz)"
  before=$(contents_of site)
  status "$with: a version whose archive is damaged is not offered again" 7 at unyank 1.1.0 --yes "${keys[@]}"
  like "$with: and is named" "$output" 'directory.*hello-v1\.1\.0-linux-x86_64\.tar\.gz'
  is "$with: nothing was changed" "$(contents_of site)" "$before"
done

hello_project "$work/empty" && cd "$work/empty" || exit 1
status 'before the first release there is nothing to point at' 9 at yank 1.0.0 --reason x
like 'and it says so' "$output" 'shows no release yet; cco-release publish makes the first'
is 'nothing was made' "$(ls -d site 2>/dev/null)" ''
done_testing
