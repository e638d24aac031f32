#!/usr/bin/env bash
# `yank` and `promote`, killed at their state-changing system calls, then run again: the same final site, and at no moment does a client of
# the metadata find less than a whole set, old or new. Without arguments every point; `pointer_kill.sh STEP` only every STEP-th. With
# `trust` as second argument the product has [trust].
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
step=${1:-1}
with=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
# Times are in what is signed, so the clock stands still.
run=(env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date +%s)" "$CCO_RELEASE")
keys=()
if [ "$with" = trust ]; then
  "${run[@]}" trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
  keys=(--key "$work/keys/hello-online.key")
fi
for version in 1.0.0 1.1.0 1.2.0-beta.1; do
  hello_binary bin/linux-x86_64/hello "hello $version"
  "${run[@]}" publish --version $version --date "$hello_date" "${keys[@]}" >/dev/null 2>&1 || exit 1
done

read_as_client() { # STATE: begins with the first root, or goes on with what STATE has
  [ -d "$1" ] || "$CCO_TUF_CLIENT" --metadata-dir "$1" init trust/1.root.json || return 1
  mkdir -p "$1.targets"
  "$CCO_TUF_CLIENT" --metadata-dir "$1" --metadata-url "file://$PWD/site/metadata" --target-name stable.version-manifest.json \
    --target-base-url "file://$PWD/site/targets" --target-dir "$1.targets" download
}
clients_are_content() {
  [ "$with" = trust ] || return 0
  rm -rf "$work/fresh" "$work/later"
  read_as_client "$work/fresh" || return 1
  cp -a "$work/followed" "$work/later"
  read_as_client "$work/later"
}
[ "$with" != trust ] || check "a client is content before" read_as_client "$work/followed"
# The journal is for people: a run that was killed after all was public has no line in it.
all() { contents_of . | grep -v 'dist/pointers/journal\.json'; }
fresh() { rm -rf "$work/run" && cp -a "$work/start" "$work/run" && cd "$work/run" || exit 1; }
kill_everywhere() { # COMMAND...
  local command=("${run[@]}" "$@" --yes "${keys[@]}") expected points unfinished='' different='' discontent='' point
  fresh
  status "$1 ends well" 0 "${command[@]}"
  expected=$(all | grep -v ' \./dist/pointers ')
  fresh
  points=$("$KILL_AT" --count -- "${command[@]}" 2>/dev/null)
  check "$1 has points to kill at" test "$points" -gt 20
  for ((point = 1; point <= points; point += step)); do
    fresh
    "$KILL_AT" --at "$point" -- "${command[@]}" >/dev/null 2>&1
    [ $? = 137 ] || unfinished+=" $point:not-killed"
    clients_are_content >/dev/null 2>&1 || discontent+=" $point"
    "${command[@]}" >/dev/null 2>&1 || unfinished+=" $point"
    [ "$(all | grep -v ' \./dist/pointers ')" = "$expected" ] || different+=" $point"
  done
  is "$1: after each of $points points the same command ends well" "$unfinished" ""
  is "$1: and all files are those of an undisturbed run" "$different" ""
  [ "$with" != trust ] || is "$1: at none of them a client finds less than a whole set" "$discontent" ""
}
kill_everywhere yank 1.1.0 --reason bad
kill_everywhere promote 1.2.0-beta.1 --to stable
done_testing
