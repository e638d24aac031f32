#!/usr/bin/env bash
# cco-release before a person at a terminal: questions with their answers and defaults, passwords that nobody sees, and Ctrl-C or
# Ctrl-D at each question, which leave nothing behind.
# shellcheck disable=SC2016  # some texts are expanded by another shell, or hold back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/cli/refused.sh
. "$SOURCE_ROOT/tests/cli/refused.sh"

# person [EXPECTED TYPED]... -- ARGUMENT...: cco-release on a terminal, from an empty environment. Then the terminal shows what
# state it was left in.
person() {
  local steps=()
  while [ "$1" != -- ]; do
    steps+=("$1" "$2")
    shift 2
  done
  shift
  # shellcheck disable=SC2016  # expanded by that sh
  "$ON_TERMINAL" "${steps[@]}" -- env -i PATH="$PATH" HOME="$work/home" \
    sh -c 'trap : INT; "$@"; found=$?; echo "$(stty -a | tr " " "\n" | grep -x -e -echo -e echo -e -icanon -e icanon | sort | xargs)" is the terminal; exit $found' \
    sh "$CCO_RELEASE" "$@"
}
as_before='^echo icanon is the terminal$'

# --- init ---
mkdir -p "$work/home"
folder() { rm -rf "$work/rocket" && mkdir "$work/rocket" && cd "$work/rocket" || exit 1; }
questions=('What is it, in one sentence?' 'Its web address?' 'Its license (SPDX)?' 'Who maintains it (Name <mail>)?'
  'Where will its releases be found?')
answers=('Flies to the moon' 'https://rocket.example.org' 'MIT' 'Ada <ada@example.org>' 'https://dl.example.org/rocket')
all=()
enter=()
for i in "${!questions[@]}"; do
  all+=("${questions[i]}" "${answers[i]}"$'\n')
  enter+=("${questions[i]}" $'\n')
done
folder
status 'init asks what it did not find: status 0' 0 person "${all[@]}" -- init
like 'init asks: the terminal is as it was' "$output" "$as_before"
for line in 'name = "rocket"' 'description = "Flies to the moon"' 'homepage = "https://rocket.example.org"' 'license = "MIT"' \
  'maintainer = "Ada <ada@example.org>"' 'url = "https://dl.example.org/rocket"'; do
  check "init asks: the answer stands in the file ($line)" grep -Fqx -- "$line" cco-release.toml
done
folder
status 'Enter takes every proposal: status 0' 0 person "${enter[@]}" -- init
check 'Enter takes every proposal: the name of the folder' grep -Fqx 'name = "rocket"' cco-release.toml
check 'Enter takes every proposal: the site' grep -Fqx 'url = "https://releases.example.com/rocket"' cco-release.toml
like 'Enter takes every proposal: what must be set is said' "$output" '^(.\[33m)?warning:.* set `url` of \[\[destination\]\]'
folder
status 'what options say is not asked: status 0' 0 person "${questions[3]}" $'\n' -- init --description D --homepage https://h.example.org \
  --license MIT --url https://u.example.org
like 'what options say is not asked' "$(grep -c '?' <<<"$output")" '^1$'
folder
printf 'module git.example.org/acme/rocket\n' >go.mod
printf 'Permission is hereby granted, free of charge\n' >LICENSE
status 'what files say is not asked: status 0' 0 person "${questions[0]}" $'\n' "${questions[3]}" $'\n' "${questions[4]}" $'\n' -- init
check 'what files say is not asked: it stands in the file' grep -Fqx 'homepage = "https://git.example.org/acme/rocket"' cco-release.toml
folder
status 'a wrong answer: status 3' 3 person "${questions[0]}" $'D\n' "${questions[1]}" $'http://plain.example.org\n' \
  "${questions[2]}" $'\n' "${questions[3]}" $'\n' "${questions[4]}" $'\n' -- init
is 'a wrong answer: nothing is left behind' "$(ls -A)" ''
for i in "${!questions[@]}"; do
  for key in $'\x03' $'half an answer\x03' $'\x04' $'q\n'; do
    folder
    sentence="${questions[i]} $(printf %q "$key")"
    status "$sentence: status 130" 130 person "${enter[@]:0:2*i}" "${questions[i]}" "$key" -- init
    like "$sentence: it says cancelled" "$output" '^cco-release: cancelled$'
    like "$sentence: the terminal is as it was" "$output" "$as_before"
    is "$sentence: nothing is left behind" "$(ls -A)" ''
  done
done
folder
echo mine >cco-release.toml
status 'a file that exists is told before any question: status 5' 5 person -- init
is 'a file that exists is as it was' "$(cat cco-release.toml)" mine

# --- keys new ---
new='Password for the new key:'
again='The same password again:'
folder
status 'keys new asks twice: status 0' 0 person "$new" $'correct horse\n' "$again" $'correct horse\n' -- keys new --out k
check 'keys new asks twice: no password is shown' bash -c '! grep -q horse <<<"$1"' x "$output"
like 'keys new asks twice: the terminal is as it was' "$output" "$as_before"
echo message >message
check 'keys new asks twice: minisign opens the key' sh -c 'echo "correct horse" | minisign -S -s k.key -m message'
folder
status 'three passwords that differ: status 2' 2 person "$new" $'one\n' "$again" $'two\n' 'the two differ' '' "$new" $'one\n' "$again" $'three\n' \
  "$new" $'\n' "$again" $'x\n' -- keys new --out k
like 'three passwords that differ: it says so' "$output" '^cco-release: no password after three attempts; '
is 'three passwords that differ: nothing is left behind' "$(ls -A)" ''
folder
status 'an empty password: status 2' 2 person "$new" $'\n' "$again" $'\n' -- keys new --out k
like 'an empty password: what to do' "$output" '^cco-release: the password is empty; --no-password makes a key without one$'
is 'an empty password: nothing is left behind' "$(ls -A)" ''
for key in $'\x03' $'secret\x03' $'\x04'; do
  for steps in 1 2; do
    folder
    asked=("$new" "$key")
    [ "$steps" = 1 ] || asked=("$new" $'secret\n' "$again" "$key")
    sentence="keys new, question $steps, $(printf %q "$key")"
    status "$sentence: status 130" 130 person "${asked[@]}" -- keys new --out keys/k
    like "$sentence: the terminal is as it was" "$output" "$as_before"
    check "$sentence: no password is shown" bash -c '! grep -q secret <<<"$1"' x "$output"
    is "$sentence: nothing is left behind" "$(ls -A)" ''
  done
done
folder
echo mine >k.pub
status 'a key that exists is told before any question: status 5' 5 person -- keys new --out k

# --- a password at publish ---
signing='Password of the signing key:'
lock_key "$work/good"
rm -rf "$work/good/site" "$work/good/dist"
prepare=true
release_args=(publish --version 1.1.0 --date "$hello_date")
refused_person() { # SENTENCE STATUS REGEX [EXPECTED TYPED]...
  refused "$1" "$2" "$3" person "${@:4}" -- "${release_args[@]}"
  like "$1: the terminal is as it was" "$output" "$as_before"
}
said_in_one_line() { [ "$(grep -c '^cco-release: ' <<<"$1")" = 1 ]; } # the terminal's state comes after it
refused_person 'a wrong password typed' 3 'locked\.key: the password is wrong' "$signing" $'wrong\n'
refused_person 'Ctrl-C at the password' 130 'cancelled' "$signing" $'\x03'
refused_person 'Ctrl-C in the password' 130 'cancelled' "$signing" $'te\x03'
refused_person 'Ctrl-D at the password' 130 'cancelled' "$signing" $'\x04'
fresh_project
status 'the right password typed: status 0' 0 person "$signing" $'test\n' -- "${release_args[@]}"
like 'the right password typed: the terminal is as it was' "$output" "$as_before"
check 'the right password typed: it is not shown' bash -c '! grep -qx "Password of the signing key: *test" <<<"$1"' x "$output"
is 'the right password typed: it is asked once' "$(grep -c "$signing" <<<"$output")" 1
status 'the right password typed: users can verify the release' 0 release verify
status 'the same again asks nothing' 0 person -- "${release_args[@]}"
done_testing
