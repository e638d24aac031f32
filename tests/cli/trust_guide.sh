#!/usr/bin/env bash
# docs/security/ceremonies.md: its commands, in its order, each on the machine that it says. Machines are folders with a home of their own,
# and a stick goes between them. What a person decides and types stands here: yes to `trust sign`, keys without passwords, lines of keys.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/stick" "$work/bin"
cat >"$work/bin/cco-release" <<'SH'
#!/bin/sh
case "$1 $2" in
"trust sign") exec "$CCO_RELEASE" "$@" --yes ;;
"trust init" | "keys new") exec "$CCO_RELEASE" "$@" --no-password ;;
esac
exec "$CCO_RELEASE" "$@"
SH
chmod +x "$work/bin/cco-release"

project() { # PERSON: a repository with a release key
  mkdir -p "$work/$1/mytool"
  cd "$work/$1/mytool" || exit 1
  git init -q .
  on "$1" "$PWD" 'cco-release keys new --out ~/first/release' >/dev/null 2>&1
  cat >cco-release.toml <<TOML
schema = 1
[product]
name = "mytool"
description = "A tool"
homepage = "https://mytool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "out/mytool"
TOML
}
on() { # PERSON FOLDER COMMAND
  mkdir -p "$work/$1" "$2"
  (cd "$2" && env -i PATH="$work/bin:$PATH" HOME="$work/$1" CCO_RELEASE="$CCO_RELEASE" GIT_AUTHOR_NAME="$1" GIT_AUTHOR_EMAIL="$1@example.com" \
    GIT_COMMITTER_NAME="$1" GIT_COMMITTER_EMAIL="$1@example.com" bash -euc "$3")
}
line() { tail -n 1 "$work/$1/keys/$2.pub"; }

# Each block as "MARK<TAB>COMMAND": the comment before it says where.
blocks=$(awk '/^<!-- .* -->$/ { mark = substr($0, 6, length($0) - 9) } /^```sh$/ { inside = 1; next } /^```$/ { inside = 0 }
  inside { print mark "\t" $0 }' "$SOURCE_ROOT/docs/security/ceremonies.md")
is 'every block of commands says where it is run' "$(grep -c $'^\t' <<<"$blocks")" 0
is 'the guide shows every step of a ceremony' "$(grep -oE 'trust (init|rotate|sign|finalize|status|drill)' <<<"$blocks" | sort -u | wc -l)" 6

run() { # PERSON FOLDER COMMAND
  status "$1: $3" 0 on "$1" "$2" "${3//\/media\/stick/$work/stick}"
}
began_team=''
rotated=''
while IFS=$'\t' read -r mark command; do
  case $mark in
  'at the repository')
    if [ ! -d "$work/solo" ]; then
      project solo
      printf '[sign]\npublic_key = "%s"\n' "$(tail -n 1 "$work/solo/first/release.pub")" >>cco-release.toml
    fi
    run solo "$work/solo/mytool" "$command"
    ;;
  'each of alice, bob and carol, at home')
    for person in alice bob carol; do run $person "$work/$person" "$command"; done
    ;;
  'alice, at the repository')
    if [ -z "$began_team" ]; then
      began_team=yes
      project alice
      on alice "$work/alice" 'cco-release keys new --out ~/keys/online' >/dev/null 2>&1
      cat >>cco-release.toml <<TOML
[sign]
public_key = "$(line alice release)"
[trust]
preset = "team"
refresh = "daily"
[trust.keys]
root = ["$(line alice root)", "$(line bob root)", "$(line carol root)"]
stable = ["$(line alice release)", "$(line bob release)", "$(line carol release)"]
online = ["$(line alice online)"]
TOML
    fi
    if [ "$command" = 'cco-release trust rotate' ] && [ -z "$rotated" ]; then
      rotated=yes
      on dave "$work/dave" 'cco-release keys new --out ~/keys/root' >/dev/null 2>&1
      sed -i "s#$(line carol root)#$(line dave root)#" "$work/alice/mytool/cco-release.toml"
    fi
    run alice "$work/alice/mytool" "$command"
    ;;
  *', at home') run "${mark%%,*}" "$work/${mark%%,*}" "$command" ;;
  *) is "somebody is there" "$mark" 'one of the known places' ;;
  esac
done <<<"$blocks"

cd "$work/alice/mytool" || exit 1
is 'in the end the second root is final' "$(jq -r .signed.version trust/root.json)" 2
is 'all old and new keys that had to have signed it' "$(jq '.signatures | length' trust/2.root.json)" 3
is 'no draft is left' "$(ls trust/draft 2>/dev/null)" ''
is 'everything is committed' "$(git status --porcelain)" ''
check 'no secret key came onto the stick' sh -c "! find '$work/stick' -name '*.key' | grep -q ."
done_testing
