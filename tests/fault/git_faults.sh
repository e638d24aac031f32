#!/usr/bin/env bash
# A publish to a branch and a tap whose git fails at its N-th call, before or after it has done its work, or with which the program is
# killed there; then the same command again: the same branches as without a fault, and at no moment a branch shows a site that is not
# whole. Without arguments every call; `git_faults.sh STEP` only every STEP-th.
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
python3 - <<'PY'
text = open("cco-release.toml").read()
start, end = text.index("[[destination]]"), text.index("[installers]")
text = text[:start] + '''[[destination]]
type = "git"
name = "pages"
remote = "./site.git"
url = "https://releases.example.com/hello"
[[destination]]
type = "directory"
name = "files"
path = "files"
url = "https://files.example.com/hello"
carries = ["assets"]
''' + text[end:].replace("[scoop]", '[scoop]\nbucket = "./bucket.git"')
text = text.replace('platforms = ["linux-x86_64"]', 'platforms = ["linux-x86_64", "windows-x86_64"]')
open("cco-release.toml", "w").write(text)
PY
mkdir -p bin/windows-x86_64
"$SOURCE_ROOT/tests/support/foreign_program.py" windows-x86_64 bin/windows-x86_64/hello.exe
git init -q --bare site.git && git init -q --bare --initial-branch=main bucket.git
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
sed -i 's|^key = .*|key = "hello.key"|' cco-release.toml
# Expiry is counted from the clock, which therefore stands still.
variables=("CCO_RELEASE_KEY=$(cat "$work/keys/hello-online.key")" "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date +%s)" "TMPDIR=$work/tmp")
mkdir "$work/tmp" "$work/bin"
release() { env -i PATH="$PATH" HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 "${variables[@]}" "$CCO_RELEASE" "$@"; }
release publish --version 1.0.0 --date "$hello_date" >"$work/first" 2>&1 || { cat "$work/first"; exit 1; }
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
# The time of the first publish is fixed in dist/, so that all runs end in the same bytes.
release publish --version 1.1.0 --date "$hello_date" --skip publish >/dev/null 2>&1 || exit 1

# git that fails at the call whose number is in the file `at`; `how` says in which way.
cat >"$work/bin/git" <<GIT
#!/bin/sh
PATH=$PATH
number=\$((\$(cat $work/count) + 1))
echo \$number >$work/count
[ "\$number" = "\$(cat $work/at)" ] || exec git "\$@"
case \$(cat $work/how) in
  before) echo 'fatal: could not read from it: Input/output error' >&2; exit 128 ;;
  after) git "\$@" >/dev/null 2>&1; echo 'fatal: the remote end hung up unexpectedly' >&2; exit 128 ;;
  killed) kill -9 \$PPID; exit 1 ;;
  killed-after) git "\$@" >/dev/null 2>&1; kill -9 \$PPID; exit 1 ;;
esac
GIT
chmod 755 "$work/bin/git"
faulty() { # NUMBER HOW
  echo 0 >"$work/count"; echo "$1" >"$work/at"; echo "$2" >"$work/how"
  env -i PATH="$work/bin:$PATH" HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 "${variables[@]}" "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date" 2>&1
}
# Names, modes and contents of both branches.
public() { git -C site.git ls-tree -r gh-pages; git -C bucket.git ls-tree -r main; }
fresh() { rm -rf "$work/run" && cp -a "$work/start" "$work/run" && cd "$work/run" || exit 1; }

before=$(public)
fresh
faulty 0 none >/dev/null || exit 1
calls=$(cat "$work/count")
expected=$(public)
check "a publish calls git ($calls times)" test "$calls" -gt 20
half='' again='' different=''
for how in before after killed killed-after; do
  for ((number = 1; number <= calls; number += step)); do
    fresh
    faulty "$number" $how >/dev/null
    site=$(git -C site.git ls-tree -r gh-pages)
    # Either the site of before or the one of afterwards.
    if [ -z "$site" ] || [[ $before != "$site"* && $expected != "$site"* ]]; then half+=" $how:$number"; fi
    release publish --version 1.1.0 --date "$hello_date" >"$work/log" 2>&1 || again+=" $how:$number"
    [ "$(public)" = "$expected" ] || different+=" $how:$number"
  done
done
is 'at no moment a branch shows half a site' "$half" ''
is "after each fault the same command ends well" "$again" ''
is 'and shows what it would have shown without it' "$different" ''
done_testing
