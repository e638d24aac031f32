#!/usr/bin/env bash
# Where secrets are while cco-release runs, as its children see it: a hook and a signer program read the command line, the environment
# and the limits of the process that started them, and their own. Then: what was said, written and signed. Last: how often a person is
# asked for a password.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
password='correct horse battery'
mkdir "$work/keys"
env -i PATH="$PATH" CCO_RELEASE_PASSWORD="$password" "$CCO_RELEASE" keys new --out "$work/keys/release" >/dev/null 2>&1 || exit 1
rm hello.key hello.pub
sed -i "s|^public_key = .*|public_key = \"$(tail -n 1 "$work/keys/release.pub")\"|; s|^key = .*|key = \"$work/keys/release.key\"|" cco-release.toml
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
online=$(cat "$work/keys/hello-online.key")
cat >"$work/spy" <<SH
#!/bin/sh
{
  echo "seen by \$0 \$*"
  tr '\\0' '\\n' <"/proc/\$PPID/cmdline"
  tr '\\0' '\\n' <"/proc/\$PPID/environ"
  env
  grep core "/proc/\$PPID/limits" /proc/self/limits
} >>"$work/seen" 2>&1
SH
chmod +x "$work/spy"
printf '[hooks]\nbefore = [["%s", "hook"]]\n' "$work/spy" >>cco-release.toml

# Every secret in each form in which it was given, whole lines and pieces of them.
secrets() {
  printf '%s\n' "$password"
  for key in "$work"/keys/*.key; do
    tail -n 1 "$key" | cut -c1-50 | grep -v '^RWRTY0IyAAAAA' # the head of a locked key is no secret
    tail -n 1 "$key" | cut -c100-150
    tail -n 1 "$key" | cut -c150-
  done
}
run() { # NAME STATUS ARGUMENT...: with all secrets in the environment
  local name=$1 expected=$2
  shift 2
  rm -f "$work/seen"
  status "$name" "$expected" env -i PATH="$PATH" HOME=/nonexistent CCO_RELEASE_KEY="$online" CCO_RELEASE_PASSWORD="$password" "$CCO_RELEASE" "$@"
  printf '%s\n' "$output" >>"$work/said"
  [ -n "${unseen:-}" ] || check "$name: children have looked" test -s "$work/seen"
  touch "$work/seen"
  is "$name: and found no secret" "$(secrets | grep -cFf - "$work/seen" 2>/dev/null)" 0
  is "$name: no core file could be written" "$(grep 'core file size' "$work/seen" | grep -cvE 'core file size +0 +0 ')" 0
}
is "a secret would be found" "$(printf '%s\n' "x${password}x" "CCO_RELEASE_KEY=$online" | grep -cFf <(secrets))" 2
release_args=(publish --version 1.0.0 --verbose)
cp -a "$work/start" "$work/direct" && cd "$work/direct" || exit 1
run "publish" 0 "${release_args[@]}" --date "$hello_date" --json
run "publish again" 0 "${release_args[@]}" --date "$hello_date"
cp -a "$work/start" "$work/staged" && cd "$work/staged" || exit 1
mv "$work/keys/release.key" "$work/away.key"
run "staging" 3 "${release_args[@]}" --date "$hello_date"
cp "$work/away.key" "$work/keys/release.key"
run "signing after a rebuild" 0 "${release_args[@]}" --sign-only --rebuild --yes --json --dist rebuilt
unseen=yes run "publishing with the signatures" 0 "${release_args[@]}" --signatures signatures/v1.0.0 --json
cd "$work/direct" || exit 1
unseen=yes run "a refresh" 0 trust refresh --json
# A signer program, which holds an unlocked copy of the release key.
cp -a "$work/start" "$work/program" && cd "$work/program" || exit 1
release keys new --out "$work/hsm" --no-password >/dev/null 2>&1
cat >"$work/signer" <<SH
#!/bin/sh
"$work/spy" signer
cat >"$work/message"
tail -n 1 "$work/hsm.key" | base64 -d | python3 -c '
import base64, sys
seed = sys.stdin.buffer.read()[62:94]
print("-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + seed).decode() + "\n-----END PRIVATE KEY-----")' >"$work/pem"
openssl pkeyutl -sign -rawin -inkey "$work/pem" -in "$work/message" -out "$work/signature" && base64 -w 0 "$work/signature"
SH
chmod +x "$work/signer"
# The spy's parent is the signer; it looks at its grandparent, too.
# shellcheck disable=SC2016  # expanded by that program
sed -i 's|^  env$|  tr "\\\\0" "\\\\n" <"/proc/$(awk "{ print \\$4 }" "/proc/$PPID/stat")/environ"\n  env|' "$work/spy"
sed -i "s|^public_key = .*|public_key = \"$(tail -n 1 "$work/hsm.pub")\"|; s|^key = .*|command = [\"$work/signer\"]|; s|^stable = .*|stable = [\"$(tail -n 1 "$work/hsm.pub")\"]|" cco-release.toml
rm -rf trust && release trust init --key "$work/keys/hello-root-1.key" --key "$work/keys/hello-root-2.key" >/dev/null 2>&1
run "a signer program" 0 "${release_args[@]}" --date "$hello_date"
like "the signer program has looked" "$(cat "$work/seen")" "seen by $work/spy signer"
is "nothing that was said holds a secret" "$(secrets | grep -cFf - "$work/said")" 0
is "nor does a file that was made" "$(for folder in direct staged program; do secrets | grep -rlFf - "$work/$folder"; done)" ""

# A password is asked for once a run, and only where something has to be signed.
person() { # [EXPECTED TYPED]... -- ARGUMENT...
  local steps=()
  while [ "$1" != -- ]; do
    steps+=("$1" "$2")
    shift 2
  done
  shift
  "$ON_TERMINAL" "${steps[@]}" -- env -i PATH="$PATH" HOME=/nonexistent "$CCO_RELEASE" "$@"
}
asked() { printf '%s\n' "$output" | grep -c 'Password of'; }
sed -i '/^\[hooks\]$/,$d' "$work/start/cco-release.toml"
cp -a "$work/start" "$work/asked" && cd "$work/asked" || exit 1
mv "$work/keys/release.key" "$work/keys/away"
key=(--key "$work/keys/hello-online.key")
status "staging asks for no password" 3 person -- publish --version 1.0.0 --date "$hello_date" "${key[@]}"
is "not once" "$(asked)" 0
mv "$work/keys/away" "$work/keys/release.key"
status "who says no is not asked for one" 130 person 'Sign this?' $'n\n' -- publish --version 1.0.0 --sign-only
is "not once" "$(asked)" 0
is "and has signed nothing" "$(find signatures -type f 2>/dev/null)" ""
status "who says yes is" 0 person 'Sign this?' $'yes\n' 'Password of' "$password"$'\n' -- publish --version 1.0.0 --sign-only
is "once, for all signatures" "$(asked)" 1
status "what is signed already asks for none" 0 person 'Sign this?' $'yes\n' -- publish --version 1.0.0 --sign-only
is "not once" "$(asked)" 0
status "publishing with signatures asks for none" 0 person -- publish --version 1.0.0 --signatures signatures/v1.0.0 "${key[@]}"
is "not once" "$(asked)" 0
status "nor does the same command again" 0 person -- publish --version 1.0.0 --signatures signatures/v1.0.0
is "not once either" "$(asked)" 0
done_testing
