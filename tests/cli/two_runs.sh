#!/usr/bin/env bash
# Two processes publish into one folder, from one project or from two machines that mount it: one waits outside, says so with status 14, and the same
# command afterwards ends well; nothing of either is lost. Where no lock spans the machines: tests/fault/two_publishers.py.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/shared"
hello_project "$work/start"
cd "$work/start" || exit 1
# The build says that it has begun, and ends when it is told to.
sed -i "s|^path = .*|path = \"$work/shared/site\"|; s|^binary = .*|&\ncommand = [\"sh\", \"-c\", \"if [ -p begun ]; then echo >begun; read line <go_on; fi\"]|" cco-release.toml
release trust init --preset ci-stable --no-password --keys "$work/offline" >/dev/null 2>&1 || echo '# trust init failed'
machine() { # NAME VERSION: a clone of the project, on a machine of its own
  cp -a "$work/start" "$work/$1" && hello_binary "$work/$1/bin/linux-x86_64/hello" "hello $2"
}
on() { # NAME ARGUMENT...
  (cd "$work/$1" && shift && release "$@")
}
publish() { on "$1" publish --date "$hello_date" --version "${@:2}"; } # NAME VERSION
hold() { # NAME VERSION: publishes there, as far as the build
  mkfifo "$work/$1/begun" "$work/$1/go_on"
  (cd "$work/$1" && exec env -i PATH="$PATH" "$CCO_RELEASE" publish --date "$hello_date" --version "${@:2}") >"$work/$1.output" 2>&1 &
  held=$!
  read -r _ <"$work/$1/begun"
}
let_go() { # SENTENCE STATUS NAME
  echo >"$work/$3/go_on"
  wait $held
  is "$1" $? "$2"
  rm "$work/$3/begun" "$work/$3/go_on"
}
locked='^cco-release: preflight: (directory .*: )?another run is publishing into .*/shared(/site)?; wait for its end and run again$'
versions() { python3 -c 'import json, sys; m = json.load(open(sys.argv[1])); print(*m["versions"], m["latest"]["stable"])' "$work/shared/site/stable.version-manifest.json"; }

# --- the first release of all, by two machines ---
machine a 1.0.0
machine b 1.0.0
hold a 1.0.0
before=$(find "$work/shared" | sort)
status 'a second machine, before the folder is there' 14 publish b 1.0.0
like 'says for what it waits' "$output" "$locked"
is 'and touches nothing there' "$(find "$work/shared" | sort)" "$before"
status 'a dry run is let through' 0 publish b 1.0.0 --dry-run
let_go 'the first one ends well' 0 a
state=$(state_of "$work/shared/site")
status 'the second one again' 0 publish b 1.0.0
like 'has nothing to do' "$output" 'nothing to do'
is 'and writes nothing' "$(state_of "$work/shared/site")" "$state"

# --- two releases ---
machine c 1.1.0
machine d 1.2.0
hold c 1.1.0
status 'another release meanwhile' 14 publish d 1.2.0
like 'is told so' "$output" "$locked"
status 'a pointer command meanwhile' 14 on b yank 1.0.0 --reason bad --yes
status 'a refresh meanwhile' 14 on b trust refresh
status 'readers are let through' 0 on b verify
status 'status too' 0 on b status
let_go 'the release under way ends well' 0 c
status 'the other one again' 0 publish d 1.2.0
is 'both are public' "$(versions)" '1.2.0 1.1.0 1.0.0 1.2.0'
machine e 1.1.1
hold d 1.2.0
status 'a lower one while nothing new is published' 14 publish e 1.1.1
let_go 'which ends well' 0 d
status 'the lower one is a backport by now' 3 publish e 1.1.1
like 'and reads what it needs' "$output" '1\.1\.1 is lower than 1\.2\.0.*--allow-backport'
status 'with that' 0 publish e 1.1.1 --allow-backport
is 'it is public, and the newest stays' "$(versions)" '1.2.0 1.1.1 1.1.0 1.0.0 1.2.0'

# --- one dist/ ---
hold e 1.1.1 --allow-backport
status 'a second run in one project' 14 publish e 1.1.1
like 'is told which folder' "$output" 'another run works in dist; wait for its end, or give another --dist'
{ kill -9 $held && wait $held; } 2>/dev/null
echo >"$work/e/go_on"  # its build, which it left behind
rm "$work/e/begun" "$work/e/go_on"
status 'a run that was killed holds nobody out' 0 publish e 1.1.1 --allow-backport

# --- many at once, as it comes ---
for number in 1 2 3 4; do machine "m$number" "2.$number.0"; done
until_done() { # NAME VERSION
  local output found
  for _ in $(seq 200); do
    output=$(publish "$1" "$2" --allow-backport 2>&1)
    found=$?
    [ $found = 14 ] || break
    read -r -t 0.1 _ <>"$work/never"
  done
  echo "$1 $found" && [ $found = 0 ] || echo "$output"
}
mkfifo "$work/never"
racers=()
for number in 1 2 3 4; do
  until_done "m$number" "2.$number.0" >"$work/m$number.output" &
  racers+=($!)
done
wait "${racers[@]}"
is 'four machines with four releases come to an end' "$(cat "$work"/m?.output)" $'m1 0\nm2 0\nm3 0\nm4 0'
is 'and all are public' "$(versions)" '2.4.0 2.3.0 2.2.0 2.1.0 1.2.0 1.1.1 1.1.0 1.0.0 2.4.0'
status 'and whole' 0 on m1 verify
is 'nothing is left over' "$(find "$work/shared" -name '*.tmp')" ''
done_testing
