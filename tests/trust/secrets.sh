#!/usr/bin/env bash
# While cco-release runs with a key and a password in its environment, nobody finds them: not in /proc/PID/environ, not
# in an argument, not in what its children get, not in a core file, and not in anything that it writes or prints.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
password='canary-password-7f3a'
printf '%s\n' "$password" >password
"$CCO_RELEASE" keys new --out k --password-file password --quiet >/dev/null || exit 1
key_line=$(tail -n 1 k.key)
key_text=$(cat k.key)
rm k.key password
printf '#include <stdio.h>\nint main(void) { puts("tool 1.0.0"); return 0; }\n' >tool.c && gcc -O1 -s -o tool tool.c && rm tool.c || exit 1
mkdir site seen
# A hook runs while the key is there; it writes down what it sees of its parent and of itself.
cat >look <<'SH'
#!/bin/sh
parent=$PPID
env >seen/child.environ
tr '\0' '\n' <"/proc/$parent/environ" >seen/parent.environ
tr '\0' '\n' <"/proc/$parent/cmdline" >seen/parent.cmdline
cat "/proc/$parent/limits" >seen/parent.limits
for process in /proc/[0-9]*; do tr '\0' ' ' <"$process/cmdline" 2>/dev/null; echo; done >seen/all.cmdlines
[ ! -e abort ] || kill -ABRT "$parent"
SH
chmod +x look
cat >cco-release.toml <<TOML
schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://example.com"
license = "MIT"
maintainer = "Name <name@example.com>"
[version]
scheme = "semver"
[build]
platforms = ["linux-x86_64"]
binary = "tool"
[hooks]
before = [["$work/look"]]
[sign]
public_key = "$(tail -n 1 k.pub)"
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/tool"
TOML
publish() {
  env -i PATH="$PATH" HOME="$work" CANARY=visible CCO_RELEASE_KEY="$key_text" CCO_RELEASE_PASSWORD="$password" \
    "$CCO_RELEASE" publish --version "$1" --date 2026-11-20T10:00:00Z --verbose "${@:2}"
}
# These files and folders are there, and nothing in them holds one of the secrets.
silent() {
  local found=0
  grep -rqF -e "$password" -e "$key_line" -- "$@" || found=$?
  [ "$found" = 1 ]
}
finds_a_secret() {
  mkdir canary
  printf 'KEY=%s' "$key_line" >canary/file
  ! silent canary
}
# A text does not hold another one.
lacks() {
  [ "${1#*"$2"}" = "$1" ]
}

status "a release is published with a key from the environment" 0 publish 1.0.0
printf '%s\n' "$output" >seen/output
check "the look at the process was real" grep -q '^CANARY=visible' seen/parent.environ
check "grep finds the secrets where they are" finds_a_secret
check "/proc/PID/environ shows no secret" silent seen/parent.environ
check "children get no secret" silent seen/child.environ
check "and not its name" sh -c '! grep -q CCO_RELEASE_KEY seen/child.environ'
check "no argument of any process holds one" silent seen/parent.cmdline seen/all.cmdlines
check "messages hold none, also --verbose" silent seen/output
check "nothing written holds one" silent dist site
like "core files are forbidden" "$(grep 'Max core file size' seen/parent.limits)" 'size +0 +0 '

touch abort
ulimit -c unlimited 2>/dev/null
publish 1.0.1 >seen/aborted 2>&1
is "an aborted signer ends by its signal" $? 134
is "and leaves no core file" "$(find . -name 'core*')" ""
check "nor a secret in what it wrote" silent dist site seen
rm abort

password='another-password'
status "a wrong password is refused" 3 publish 1.0.2
check "and is not repeated" lacks "$output" "$password"
status "a key on the command line is no option" 2 publish 1.0.3 --key "$key_line"
check "and is not repeated" lacks "$output" "$key_line"
done_testing
