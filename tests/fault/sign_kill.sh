#!/usr/bin/env bash
# A release that waits for signatures, killed at its state-changing system calls while it is staged, signed and published with the
# signatures, each then run again: the same end, and nothing public before it. Without arguments every point; `sign_kill.sh STEP` only
# every STEP-th.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
step=${1:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
mv hello.key "$work/release.key"
run=(env -i PATH="$PATH" HOME=/nonexistent "CCO_RELEASE_KEY=$(cat "$work/keys/hello-online.key")" "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date +%s)" "$CCO_RELEASE" publish --version 1.0.0)
stage=("${run[@]}" --date "$hello_date")
sign=("${run[@]}" --sign-only --yes --key "$work/release.key")
finish=("${run[@]}" --signatures signatures/v1.0.0)

public() { (cd site 2>/dev/null && find . -type f ! -path './.staged/*'); }
all() { contents_of .; }
# START: the folder that a step begins from; STATUS: what it ends with.
kill_everywhere() { # NAME START STATUS COMMAND...
  local name=$1 start=$2 expected_status=$3 point points unfinished='' different='' early=''
  shift 3
  fresh() { rm -rf "$work/run" && cp -a "$start" "$work/run" && cd "$work/run" || exit 1; }
  fresh
  status "$name ends as it should" "$expected_status" "$@"
  local expected
  expected=$(all)
  fresh
  points=$("$KILL_AT" --count -- "$@" 2>/dev/null)
  for ((point = 1; point <= points; point += step)); do
    fresh
    "$KILL_AT" --at "$point" -- "$@" >/dev/null 2>&1
    [ $? = 137 ] || unfinished+=" $point:not-killed"
    [ "$expected_status" = 0 ] && [ "$name" = publishing ] || [ -z "$(public)" ] || early+=" $point"
    "$@" >/dev/null 2>&1
    [ $? = "$expected_status" ] || unfinished+=" $point"
    [ "$(all)" = "$expected" ] || different+=" $point"
  done
  is "$name: at none of $points points it is public too early" "$early" ""
  is "$name: after each of them the same command ends well" "$unfinished" ""
  is "$name: with the same files everywhere" "$different" ""
  fresh
  "$@" >/dev/null 2>&1
}
kill_everywhere staging "$work/start" 3 "${stage[@]}"
cp -a "$work/run" "$work/staged"
# Where the holder signs there is no dist/ yet.
cp -a "$work/staged" "$work/holder" && rm -r "$work/holder/dist"
kill_everywhere signing "$work/holder" 0 "${sign[@]}"
cp -a "$work/run/signatures" "$work/staged/signatures"
kill_everywhere publishing "$work/staged" 0 "${finish[@]}"
is "what was staged is gone" "$(ls -d site/.staged 2>/dev/null)" ""
status "a stranger is content" 0 release verify
# On a machine that has nothing but the sources.
rm -rf "$work/staged/dist" "$work/staged/bin"
kill_everywhere publishing "$work/staged" 0 "${finish[@]}"
done_testing
