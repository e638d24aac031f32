#!/usr/bin/env bash
# A product that cco-release builds, stamps and signs by commands of the maintainer: what they get, in which order, and what a failing one leaves.
# shellcheck disable=SC2016  # variables of scripts that are written here
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
rm -rf bin
publish() { release publish --date "$hello_date" "$@"; }

# make BINARY ARGUMENTS...: notes what it was given, then compiles.
cat >./make <<'SH'
#!/bin/sh
{
  echo "make in $(pwd): $(for word; do printf '[%s]' "$word"; done)"
  echo "  WHO=$WHO OUT=$OUT EXTRA=$EXTRA PATH is ${PATH:+there}"
} >>"$LOG"
cat hello.c >"$LOG.c"
exec gcc -O1 -s $EXTRA -DVERSION="\"$2\"" -o "$1" hello.c
SH
# note WORD...: a hook that writes down that it ran; fails where a file of its first word says so.
cat >note <<'SH'
#!/bin/sh
echo "$*" >>"$LOG"
if [ -e "fail-$1" ]; then echo "$1 does not work today" >&2; exit 7; fi
SH
# sign BINARY PLATFORM: what a code signature does, a few bytes at the end of the file.
cat >sign <<'SH'
#!/bin/sh
echo "sign $2 $(basename "$1") for $WHO: $(grep -ac cco-identity-v1 "$1") record, $("$1" --version 2>&1 | head -n 1)" >>"$LOG"
printf signed >>"$1"
SH
chmod +x make note sign
cat >hello.c <<'C'
#include <stdio.h>
int main(void) { puts("hello " VERSION); return 0; }
C
python3 - <<'PY'
text = open("cco-release.toml").read()
text = text.replace('platforms = ["linux-x86_64"]', 'platforms = ["linux-x86_64", "linux-x86_64-musl"]')
text = text.replace('[archive]\n', '''command = ["./make", "{binary}", "{version}", "$HOME; echo {tag} > injected", ""]
env = { WHO = "{goos}/{goarch} {rust_target}", OUT = "{binary}", EXTRA = "" }
[build.override.linux-x86_64-musl]
env = { EXTRA = "-static" }
[hooks]
before = [["./note", "first", "{version}", "{date}"], ["./note", "second", "{name}", "{tag}"]]
after_stamp = [["./sign", "{binary}", "{platform}"], ["./note", "after", "{platform}"]]
[archive]
''', 1)
text = text.replace('binary = "bin/{platform}/hello{exe}"', 'binary = "out/{platform}/hello{exe}"')
open("cco-release.toml", "w").write(text)
PY
export LOG=$work/log
release() { env -i PATH="$PATH" HOME=/nonexistent LOG="$LOG" "$CCO_RELEASE" "$@"; }

status 'a dry run builds nothing' 0 publish --version 1.0.0 --dry-run
like 'it says what it would run' "$output" 'would run \./make out/linux-x86_64/hello 1\.0\.0'
like 'and that the rest depends on it' "$output" 'depends on its binaries, which are not there yet'
is 'and no command ran' "$(ls -d out dist site "$LOG" 2>/dev/null)" ''
status 'check does not miss binaries that a command will make' 0 release check --version 1.0.0 --date "$hello_date"
status 'a product is built, stamped and published' 0 publish --version 1.0.0
like 'it says which platform it builds, and how many there are' "$output" '^build: linux-x86_64-musl \(2 of 2\)$'
is '--quiet does not' "$(publish --version 1.0.0 --quiet 2>&1 | grep -c '^build:')" 0
cut_log=$(sed '/^after linux-x86_64-musl/q' "$LOG")
is 'the commands ran in this order, each with its words and variables' "$cut_log" "first 1.0.0 2026-11-20T10:00:00Z
second hello v1.0.0
make in $PWD: [out/linux-x86_64/hello][1.0.0][\$HOME; echo v1.0.0 > injected][]
  WHO=linux/amd64 x86_64-unknown-linux-gnu OUT=out/linux-x86_64/hello EXTRA= PATH is there
make in $PWD: [out/linux-x86_64-musl/hello][1.0.0][\$HOME; echo v1.0.0 > injected][]
  WHO=linux/amd64 x86_64-unknown-linux-musl OUT=out/linux-x86_64-musl/hello EXTRA=-static PATH is there
sign linux-x86_64 hello for linux/amd64 x86_64-unknown-linux-gnu: 0 record, hello 1.0.0
after linux-x86_64
sign linux-x86_64-musl hello for linux/amd64 x86_64-unknown-linux-musl: 0 record, hello 1.0.0
after linux-x86_64-musl"
is 'no shell read them' "$(ls -d injected 2>/dev/null)" ''
is 'what a hook did is in the archive' "$(tar -xzOf site/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz hello | tail -c 6)" signed
is 'and not in what the command made' "$(tail -c 6 out/linux-x86_64/hello | grep -c signed)" 0
is 'the override holds for its platform' "$(mkdir x && tar -xzf site/releases/v1.0.0/hello-v1.0.0-linux-x86_64-musl.tar.gz -C x && file x/hello | grep -c 'statically linked')" 1
status 'verify finds all well' 0 release verify
: >"$LOG"
before=$(state_of site; state_of dist)
status 'the same command again' 0 publish --version 1.0.0
is 'writes nothing' "$(state_of site; state_of dist)" "$before"
is 'and what is stamped is not stamped again' "$(grep -c '^sign' "$LOG")" 0

status 'a dry run of it' 0 publish --version 1.0.0 --dry-run
like 'has nothing to do' "$output" '^nothing to do$'
mv dist saved
status 'a dry run that cannot know what the hooks make' 0 publish --version 1.0.0 --dry-run
like 'says so' "$output" 'depends on its binaries'
mv saved dist

# --- what fails ---
for hook in first after; do
  rm -rf dist
  : >"$LOG"
  touch "fail-$hook"
  before=$(state_of site)
  status "a failing hook ($hook)" 3 publish --version 1.1.0
  like "a failing hook ($hook): one line names it, its status and its words" "$output" "hook (before|after_stamp): \./note $hook .*ended with status 7; run it by hand and mend it"
  like "a failing hook ($hook): its own words follow" "$output" "$hook does not work today"
  is "a failing hook ($hook): nothing is public" "$(state_of site)" "$before"
  rm "fail-$hook"
done
like 'the second hook did not run after the first failed' "$(cat "$LOG")" '^first'
status 'mended, the same command ends well' 0 publish --version 1.1.0
echo '#error "no compiler today"' >>hello.c
status 'a failing build' 3 publish --version 1.2.0
like 'names platform, command, status and the words of the compiler' "$output" 'build: linux-x86_64: \./make out/linux-x86_64/hello .*ended with status 1'
like 'and the words of the compiler' "$output" 'no compiler today'
sed -i '/#error/d' hello.c
rm -rf out
sed -i 's|^exec gcc.*|exit 0|' make
status 'a command that makes nothing' 3 publish --version 1.2.0
like 'is told so' "$output" 'ended well but made no out/linux-x86_64/hello; let the command write to \{binary\}'
sed -i 's|^exit 0|printf "#!/bin/sh\\necho hello %s\\n" "$2" >"$1"; chmod +x "$1"|' make
status 'a command that makes something else' 3 publish --version 1.2.0
like 'is told what it is' "$output" 'linux-x86_64/hello: is a shell script'
sed -i 's|"\./make"|"./mkae"|' cco-release.toml
status 'a command that is not there: check' 3 release check --version 1.2.0 --date "$hello_date"
like 'names it' "$output" 'the program `\./mkae` of a command or hook is not there'
status 'a command that is not there' 3 publish --version 1.2.0
like 'is told with what to do' "$output" '\./mkae .*install it, or mend the command'

# --- a product that is in another folder ---
cd "$work" && rm -rf p/dist p/out p/site && sed -i 's|"\./mkae"|"./make"|' p/cco-release.toml
sed -i 's|^printf.*|exec gcc -O1 -s $EXTRA -DVERSION="\\"$2\\"" -o "$1" hello.c|' p/make
status 'with -f, commands run beside the configuration' 0 publish --version 1.0.0 -f p/cco-release.toml --dist d
is 'and find {binary}' "$(ls p/out/linux-x86_64)" hello
is 'as the hooks do' "$(tar -xzOf p/site/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz hello | tail -c 6)" signed

# --- warnings are about what will be packed ---
cd "$work/p" || exit 1
sed -i 's|-DVERSION=[^ ]*|-DVERSION=\\"0.9\\"|' make
before=$(state_of site)
status 'a built binary with another version is refused' 3 publish --version 1.3.0
like 'by its stamped file' "$output" 'dist/1\.3\.0/stamped/linux-x86_64/hello: `hello --version` says "hello 0\.9", and not 1\.3\.0'
is 'and nothing is public' "$(state_of site)" "$before"
sed -i 's|-DVERSION=[^ ]*|-DVERSION="\\"$2\\""|; s| -s | |' make
status 'a built binary that is not stripped is warned of' 0 publish --version 1.3.0
like 'by its stamped file' "$output" 'warning: dist/1\.3\.0/stamped/linux-x86_64/hello: is not stripped'
before=$(state_of site)
status 'with --strict it is refused' 3 publish --version 1.4.0 --strict
is 'and nothing is public' "$(state_of site)" "$before"

# --- [agent] ---
hello_project "$work/a" && cd "$work/a" || exit 1
cp "$work/p/sign" .
mkdir agents
cat >>cco-release.toml <<'TOML'
[agent]
binary = "agents/cco-{platform}{exe}"
[hooks]
before = [["cp", "-n", "built-agent", "agents/cco-linux-x86_64"]]
after_stamp = [["./sign", "{binary}", "{platform}"]]
TOML
release trust init --preset ci-stable --no-password --keys offline >/dev/null 2>&1
cp cco-release.toml plain.toml
allow_libraries='allow_libraries = ["libsodium.so.23", "libcrypto.so.3", "libssl.so.3", "libarchive.so.13", "libzstd.so.1", "libcurl.so.4", "libstdc++.so.6", "libz.so.1"]'
cp "$CCO" built-agent
status 'an agent that needs libraries' 3 publish --version 1.0.0
like 'is told where to allow them' "$output" 'hello-updater: needs .*libsodium\.so\.23.* say in \[agent\]: allow_libraries = \[.*"libsodium\.so\.23".*"\]'
rm agents/* built-agent
status 'without the agent that the hook should bring' 3 publish --version 1.0.0
sed -i 's/^before = .*/before = [["true"]]/' cco-release.toml
status 'a hook that brings none: check' 0 release check --version 1.0.0 --date "$hello_date"
like 'check says what must come' "$output" 'warning: .*no file agents/cco-\{platform\}\{exe\} .*yet; a hook or the build must make it'
status 'a hook that brings none' 3 publish --version 1.0.0
like 'is refused after it ran' "$output" 'build: cco-release\.toml:[0-9]+: no file agents/cco-'
cp plain.toml cco-release.toml
sed -i "s/^platforms.*/platforms = [\"linux-x86_64\", \"linux-x86_64-musl\"]/; s/^\[agent\]/&\n$allow_libraries/" cco-release.toml
mkdir bin/linux-x86_64-musl && printf 'int puts(const char*); int main(void) { puts("hello 1.0.0"); }\n' >h.c && gcc -static -s -o bin/linux-x86_64-musl/hello h.c && rm h.c
cp "$CCO" built-agent
: >"$LOG"
status 'a product with an agent that a hook brings' 0 publish --version 1.0.0
is 'a platform without an agent is told, once' "$(grep -c 'no updater for linux-x86_64-musl: no file agents/cco-{platform}{exe}' <<<"$output")" 1
is 'the hook after the stamp sees whose the agent is' "$(cut -d: -f2- "$LOG" | sed 's/[0-9]* record/N record/')" " N record, hello 1.0.0
 N record, hello-updater 1.0.0
 N record, hello 1.0.0"
mkdir x && tar -xzf site/releases/v1.0.0/*-linux-x86_64.tar.gz -C x
is 'it is packed under the name of the product' "$(ls x)" "LICENSE
checksums.sha256
hello
hello-updater
man"
is 'its identity can be read' "$(env -i HOME=/nonexistent x/hello-updater version --json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["version"], d["identity"]["product"], d["identity"]["base_urls"][0])')" '1.0.0 hello https://releases.example.com/hello'
is 'the signature of the hook is in it' "$(tail -c 6 x/hello-updater)" signed
is 'the manifest knows the agent' "$(python3 -c 'import json; print(json.load(open("site/version-manifest.json"))["versions"]["1.0.0"]["platforms"]["linux-x86_64"]["agent"])')" hello-updater
is 'the agent that came in is as it was' "$(cmp agents/cco-linux-x86_64 "$CCO" && echo same)" same
before=$(state_of site; state_of dist)
status 'the same command again' 0 publish --version 1.0.0
is 'writes nothing' "$(state_of site; state_of dist)" "$before"

# A key with a password ("test", see bad_input.sh): what is signed needs none.
hello_project "$work/l" && cd "$work/l" || exit 1
printf 'untrusted comment: minisign encrypted secret key\n%s\n' 'RWRTY0IyICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8AgAAAAAAAAAAAAAEAAAAAGE3jygUdDhNRq8IFDsazNUb6Fv6LQB4TFnXgpmJnpW1mTRT7ehuXWubNzIWcfCMHwbQrN/eZEtac2mN+zufODHMHTglukpMTE2C9sEiEjclffOHPszUBKJtA60XwFHDlDmaISETopSQ=' >hello.key
sed -i 's|^public_key.*|public_key = "RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"|' cco-release.toml
echo test >password
status 'a locked key signs with its password' 0 publish --version 1.0.0 --password-file password
status 'the same command again needs no password' 0 publish --version 1.0.0
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'something new does' 3 publish --version 1.1.0
like 'and says how to give it' "$output" 'give --password-file'

# --- files that a hook makes ---
hello_project "$work/h" && cd "$work/h" || exit 1
mv bin made-bin && rm -r man
printf '[hooks]\nbefore = [["mkdir", "-p", "man"], ["cp", "LICENSE", "man/hello.1"], ["cp", "-r", "made-bin", "bin"]]\n' >>cco-release.toml
status 'check leaves to hooks what they will make' 0 release check --version 1.0.0 --date "$hello_date"
status 'so does a dry run' 0 publish --version 1.0.0 --dry-run
like 'which says so' "$output" 'depends on its binaries, which are not there yet'
status 'a fresh checkout whose hooks make manual and binary' 0 publish --version 1.0.0
is 'both are packed' "$(tar -tzf site/releases/v1.0.0/*.tar.gz | sort | xargs)" 'LICENSE checksums.sha256 hello man/hello.1'
sed -i 's/"LICENSE", "man/"LICENSE", "nam/' cco-release.toml
rm -r man bin
status 'a hook that makes another file' 3 publish --version 1.0.0
like 'is refused after it ran' "$output" 'build: hook before: cp LICENSE nam/hello\.1 ended with status 1'

# --- check says what publish will say ---
hello_project "$work/c" && cd "$work/c" || exit 1
echo secret >password
rm hello.key hello.pub && release keys new --out hello --password-file password >/dev/null 2>&1
sed -i "s|^public_key.*|public_key = \"$(tail -n 1 hello.pub)\"|" cco-release.toml
same() { # SENTENCE STATUS REGEX OPTIONS...
  local sentence=$1 status=$2 regex=$3
  shift 3
  status "$sentence: check" "$status" release check --version 1.0.0 --date "$hello_date" "$@"
  like "$sentence: check says why" "$output" "$regex"
  status "$sentence: publish" "$status" publish --version 1.0.0 "$@"
  like "$sentence: publish says why" "$output" "$regex"
}
same 'a locked key and no password' 3 'the signing key has a password; give --password-file'
echo wrong >wrong
same 'a wrong password' 3 'hello\.key: the password is wrong' --password-file wrong
cp cco-release.toml good.toml
printf '[release]\nnotes_file = "nots.txt"\n' >>cco-release.toml
same 'notes that are not there' 3 'cco-release\.toml:[0-9]+: .*nots\.txt' --password-file password
cp good.toml cco-release.toml
printf '[agent]\nprobe = ["helo", "--version"]\n' >>cco-release.toml
same 'a probe of another program' 3 '`helo` is no binary of linux-x86_64' --password-file password
cp good.toml cco-release.toml
status 'with the password check is content' 0 release check --version 1.0.0 --date "$hello_date" --password-file password
status 'and so is publish' 0 publish --version 1.0.0 --password-file password
status 'all is public: check needs no password' 0 release check --version 1.0.0 --date "$hello_date"
cp hello.pub old.pub
release keys new --out other --no-password >/dev/null 2>&1
sed -i "s|^public_key.*|public_key = \"$(tail -n 1 other.pub)\"|; s|^key = .*|key = \"other.key\"|" cco-release.toml
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'another public key than what is published' 7 publish --version 1.1.0
like 'is named with its line, not the manifest blamed' "$output" 'cco-release\.toml:[0-9]+: public_key is key [0-9A-F]{16}, but what is public is signed by key [0-9A-F]{16} .*name the key before it as old_public_key, or in stolen_public_keys'

# --- binary = "{binary}": the product is its own agent ---
hello_project "$work/o" && cd "$work/o" || exit 1
sed -i "s/^platforms.*/&\n$allow_libraries/; s|bin/{platform}/hello|bin/{platform}/cco|" cco-release.toml
printf '[agent]\nbinary = "{binary}"\n' >>cco-release.toml
release trust init --preset ci-stable --no-password --keys offline >/dev/null 2>&1
cp "$CCO" bin/linux-x86_64/cco
status 'check of a product that is its own agent' 0 release check --version 3.4.5 --date "$hello_date"
is 'does not ask the unstamped file for the version' "$(grep -c -- '--version' <<<"$output")" 0
status 'it is published' 0 publish --version 3.4.5
is 'without a warning about its version, which the stamp tells' "$(grep -c -- '--version' <<<"$output")" 0
mkdir x && tar -xzf site/releases/v3.4.5/*.tar.gz -C x
is 'under its own name' "$(find x -maxdepth 1 -name 'cco*')" x/cco
like 'and it says the version' "$(env -i HOME=/nonexistent x/cco --version)" '3\.4\.5'
status 'a snapshot below what is stable' 0 publish --snapshot
like 'is made' "$output" 'hello 0\.0\.1-snapshot\.0 is in dist/0\.0\.1-snapshot\.0; nothing was published'
is 'the manifest knows it as the agent' "$(python3 -c 'import json; p = json.load(open("site/version-manifest.json"))["versions"]["3.4.5"]["platforms"]["linux-x86_64"]; print(p["agent"], p["probe"])')" "cco ['cco', '--version']"
done_testing
