#!/usr/bin/env bash
# cco-release keys new: key pairs that the stock minisign reads, never over a file, passwords from everywhere but the command line.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
echo message >message
releaser() { env -i PATH="$PATH" HOME="$work" "$CCO_RELEASE" "$@"; }

status "a key without a password is made" 0 releaser keys new --out plain --no-password
is "its file is for its owner alone" "$(stat -c %a plain.key)" 600
is "the public key is printed" "$(releaser keys new --out printed.key --no-password 2>/dev/null)" "$(tail -n 1 printed.pub)"
check "--out FILE.key means FILE" test -f printed.pub
check "minisign signs with it" minisign -S -s plain.key -m message
check "and verifies by the public key file" minisign -V -p plain.pub -m message
is "minisign makes the same public key of the secret one" \
  "$(minisign -R -f -s plain.key -p again.pub >/dev/null 2>&1 && tail -n 1 again.pub)" "$(tail -n 1 plain.pub)"

before=$(sha256sum plain.key plain.pub)
status "a key is never replaced" 5 releaser keys new --out plain --no-password
like "and the message says what to do" "$output" "plain.key exists already.*--out"
is "both files are as they were" "$(sha256sum plain.key plain.pub)" "$before"
ln -s nowhere dangling.key
status "nor is a dangling link" 5 releaser keys new --out dangling --no-password
rm dangling.key
touch half.pub
status "nor a public key alone" 5 releaser keys new --out half --no-password
check "and then no secret key is left" test ! -e half.key

cp plain.key stopped.key
status "a run that was stopped between both files is finished by the same command" 0 releaser keys new --out stopped --no-password
like "as it says" "$output" "stopped.key was there without stopped.pub, as a run that was stopped leaves it"
is "with the public key of that secret one" "$(tail -n 1 stopped.pub)" "$(tail -n 1 plain.pub)"
check "which stays as it was" cmp plain.key stopped.key
head -c 60 plain.key >part.key && chmod 600 part.key
status "a secret key that is not whole is none" 3 releaser keys new --out part --no-password
like "and is to be removed" "$output" "part.key is there without part.pub and is no whole key, .*; remove it and run the same command again\$"
rm part.key

# Killed at each system call that changes something, the same command finishes, or says in one line which file to remove.
points=$("$KILL_AT" --count -- env -i PATH="$PATH" HOME="$work" "$CCO_RELEASE" keys new --out killed/k --no-password 2>/dev/null)
wrong=''
for ((point = 1; point <= points; point++)); do
  rm -rf killed
  "$KILL_AT" --at "$point" -- env -i PATH="$PATH" HOME="$work" "$CCO_RELEASE" keys new --out killed/k --no-password >/dev/null 2>&1
  found=0
  said=$(releaser keys new --out killed/k --no-password 2>&1) || found=$?
  case $found in
    0 | 5) minisign -S -s killed/k.key -m message >/dev/null 2>&1 && minisign -V -p killed/k.pub -m message >/dev/null 2>&1 || wrong+=" $point: no pair" ;;
    3) [[ $(wc -l <<<"$said") = 1 && $said = *'no whole key, as a run that was stopped leaves it; remove it and run the same command again' ]] || wrong+=" $point: $said" ;;
    *) wrong+=" $point: status $found: $said" ;;
  esac
done
check "there are points to kill at ($points)" test "$points" -gt 3
is "killed anywhere, the same command ends with a pair or with one clear line" "$wrong" ''
rm -rf killed

status "without a terminal a password must be given" 2 releaser keys new --out none
like "and the message says how" "$output" "--password-file.*--no-password"
: >empty
status "an empty password file is refused" 2 releaser keys new --out none --password-file empty
status "so is one that is not there" 9 releaser keys new --out none --password-file missing
status "a password and none exclude each other" 2 releaser keys new --out none --no-password --password-file empty
status "a password on the command line is not an option" 2 releaser keys new --out none --password x
check "nothing was left of all these" test ! -e none.key -a ! -e none.pub

printf 'correct horse\n' >password
status "a password from a file" 0 releaser keys new --out secret --password-file password
check "minisign opens the key with it" sh -c 'echo "correct horse" | minisign -S -s secret.key -m message'
check "and its signature holds" minisign -V -p secret.pub -m message
check "no file holds the password" sh -c '! grep -rq "correct horse" secret.key secret.pub'
cp secret.key locked.key
status "a stopped run with a password wants it again" 3 releaser keys new --out locked --no-password
like "and says so" "$output" "locked.key is there without locked.pub and has a password; give it"
status "with it, it is finished" 0 releaser keys new --out locked --password-file password
is "with that key" "$(tail -n 1 locked.pub)" "$(tail -n 1 secret.pub)"
printf 'correct horse\r\nanother line\n' >lines
status "the first line of a file is the password, whatever ends it" 0 releaser keys new --out lines --password-file lines
check "minisign opens that key with it" sh -c 'echo "correct horse" | minisign -S -s lines.key -m message'
status "a password from the environment, a line too" 0 env -i PATH="$PATH" CCO_RELEASE_PASSWORD='correct horse
' "$CCO_RELEASE" keys new --out variable
check "minisign opens that key with it too" sh -c 'echo "correct horse" | minisign -S -s variable.key -m message'
mkdir -p new
status "a folder that is not there is made" 0 releaser keys new --out new/keys/k --no-password
is "for its owner alone" "$(stat -c %a new/keys)" 700
status "--json tells names and key" 0 releaser keys new --out json --no-password --json --quiet
is "in the form that is documented" "$(printf '%s' "$output" | jq -r '[.schema, .key_file, .public_key_file] | join(" ")')" "1 json.key json.pub"
status "a key below the home directory" 0 releaser keys new --out "$work/home.d/k" --no-password
like "is shown so that it is right on every machine" "$output" 'key = "~/home\.d/k\.key"'
done_testing
