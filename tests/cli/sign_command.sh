#!/usr/bin/env bash
# [sign] command: a program signs where the key is not. It is a real one, over openssl, that knows a key as another format than ours.
# shellcheck disable=SC2016  # the program's text has variables of its own
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
mkdir "$work/hsm" && cd "$work/start" || exit 1
publish() { release publish --date "$hello_date" "$@"; }

# The key of a key file without a password, as a PKCS #8 file of the program's own, by its number.
take_into_hsm() { # NAME
  tail -n 1 "$1.key" | base64 -d | python3 -c '
import base64, sys
file = sys.stdin.buffer.read()
seed = file[62:94]
text = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + seed).decode()
number = file[54:62][::-1].hex().upper()
open(sys.argv[1] + "/" + number + ".pem", "w").write("-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n")' "$work/hsm"
}
number_of() { tail -n 1 "$1.pub" | base64 -d | python3 -c 'import sys; print(sys.stdin.buffer.read()[2:10][::-1].hex().upper())'; }
cat >"$work/signer" <<SH
#!/bin/sh
# signer KEY_ID KEY: what it was given is noted for the test.
set -eu
message=\$(mktemp "$work/message.XXXXXX")
cat >"\$message"
{ env; echo "argv \$*"; ulimit -c; } >>"$work/seen"
openssl pkeyutl -sign -rawin -inkey "$work/hsm/\$1.pem" -in "\$message" -out "\$message.sig"
base64 -w 0 "\$message.sig"
rm "\$message" "\$message.sig"
SH
chmod +x "$work/signer"
sed -i "s|^key = .*|command = [\"$work/signer\", \"{key_id}\", \"{key}\"]|" cco-release.toml
take_into_hsm hello
rm hello.key

status "a release is signed by the program" 0 env -i PATH="$PATH" HOME=/nonexistent CI_SECRET=abc "$CCO_RELEASE" publish --version 1.0.0 --date "$hello_date"
status "and a stranger is content" 0 release verify
check "minisign too" minisign -Vqm site/install.sh -p hello.pub
check "and with the archive" minisign -Vqm site/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz -p hello.pub
is "it was told which key" "$(grep '^argv' "$work/seen" | sort -u)" "argv $(number_of hello) $(tail -n 1 hello.pub)"
is "its environment is clean" "$(grep -v '^argv\|^0$' "$work/seen" | cut -d= -f1 | sort -u | tr '\n' ' ')" "HOME PATH PWD "
before=$(state_of site)
rm "$work/seen"
status "the same command again" 0 publish --version 1.0.0
is "asks the program for nothing" "$(ls "$work/seen" 2>/dev/null)" ""
is "and writes nothing" "$(state_of site)" "$before"
sed -i 's|^command = .*|&\ncommand_env = ["CI_SECRET", "NOT_THERE"]|' cco-release.toml
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status "a variable that the configuration names" 0 env -i PATH="$PATH" CI_SECRET=abc CCO_RELEASE_PASSWORD=hidden "$CCO_RELEASE" publish --date "$hello_date" --version 1.1.0
is "reaches it, and no secret of ours does" "$(grep '^C' "$work/seen" | sort -u)" "CI_SECRET=abc"

# What goes wrong.
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
before=$(state_of site)
mv "$work/hsm" "$work/away"
status "a program that fails" 3 publish --version 1.2.0
like "is told with its last line" "$output" "releases/v1.2.0/.*: \[sign\] command $work/signer: it ended with status 1: .*"
mkdir "$work/hsm" && release keys new --out other --no-password >/dev/null 2>&1 && take_into_hsm other
mv "$work"/hsm/*.pem "$work/hsm/$(number_of hello).pem"
status "a program that signs with another key" 7 publish --version 1.2.0
like "is told" "$output" 'its signature is not that of key RW.* over this message'
mv "$work/signer" "$work/signer.away"
status "a program that is missing" 3 publish --version 1.2.0
like "is told with the line that names it" "$output" "no program $work/signer here \(cco-release.toml:[0-9]+\); install it, mend .command., or run where it is"
is "and nothing is public" "$(state_of site)" "$before"
mv "$work/signer.away" "$work/signer"
rm -r "$work/hsm" && mv "$work/away" "$work/hsm"
status "once it is mended the same command goes on" 0 publish --version 1.2.0
status "the stranger is content again" 0 release verify

# With metadata: the program has the release key and the online key; each is asked for by its number.
cp -a "$work/start" "$work/trust" && cd "$work/trust" && rm -rf site dist && hello_binary bin/linux-x86_64/hello 'hello 1.0.0'
release trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
take_into_hsm keys/hello-online
mv keys/hello-online.key away
sed -i "s|^command_env.*|command_keys = [\"$(tail -n 1 hello.pub)\", \"$(tail -n 1 keys/hello-online.pub)\"]|" cco-release.toml
status "metadata is signed by the program as well" 0 publish --version 1.0.0
status "and the stranger walks it" 0 release verify
like "he says so" "$output" '^ok +targets/[0-9a-f]{64}'

# A holder whose key is with the program: a release that waits, and a ceremony.
cp -a "$work/trust" "$work/holder" && cd "$work/holder" || exit 1
sed -i '/^command/d; s|^public_key = .*|&\nkey = "away.key"|' cco-release.toml
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status "CI, which has the online key alone, stages a release" 3 publish --version 1.1.0 --key away
sed -i "/^key = /d; s|^public_key = .*|&\ncommand = [\"$work/signer\", \"{key_id}\"]|" cco-release.toml
status "its holder signs by the program" 0 publish --version 1.1.0 --sign-only --yes
status "and with that it is published" 0 publish --version 1.1.0 --signatures signatures/v1.1.0 --key away
status "the stranger is content with it" 0 release verify
release keys new --out keys/third --no-password >/dev/null 2>&1
sed -i "s|^online = .*|online = [\"$(tail -n 1 keys/third.pub)\"]|" cco-release.toml
status "another online key is drafted" 0 release trust rotate
status "a program without a root key signs no ceremony" 7 release trust sign --yes
like "that is said" "$output" 'none of the keys that cco-release.toml:[0-9]+ has signs this ceremony'
take_into_hsm keys/hello-root-1
sed -i "s|^command = .*|&\ncommand_keys = [\"$(tail -n 1 hello.pub)\", \"$(tail -n 1 keys/hello-root-1.pub)\"]|" cco-release.toml
rm keys/hello-root-1.key
status "one that has a root key does" 0 release trust sign --yes
like "as a holder with a file" "$output" '^added 2 signatures in trust/draft$'
status "and the ceremony ends" 0 release trust finalize

# What the configuration may not say.
cd "$work/trust" || exit 1
wrong() { # SENTENCE LINES PROBLEM
  sed "/^command/d; s|^public_key = .*|&\n$2|" "$work/start/cco-release.toml" >"$work/trust/wrong.toml"
  status "$1" 3 release check -f wrong.toml --version 1.0.0 --date "$hello_date"
  like "$1: said with its line" "$output" "wrong.toml:[0-9]+: $3"
}
wrong "key and command for one key" 'key = "a.key"\ncommand = ["signer"]' '.key. and .command. both sign for public_key'
wrong "an unknown placeholder" 'command = ["signer", "{slot}"]' '.sign.command.: placeholder \{slot\} has no value here; \{key\} and \{key_id\} have one'
wrong "a variable of ours" 'command = ["signer"]\ncommand_env = ["CCO_RELEASE_KEY"]' '.sign.command_env.: .CCO_RELEASE_KEY. is for cco-release alone'
wrong "command_keys alone" 'command_keys = ["RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"]' '.sign.command_keys. without a program; give \[sign\] command'
done_testing
