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
