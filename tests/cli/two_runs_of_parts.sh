#!/usr/bin/env bash
# `publish --only`: one job brings a release to the host, another one to the site, at the same time and in either order. Nothing is named before it is
# there, whoever comes last moves the pointers, and one job with everything in between does no harm.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/github_project.sh
. "$SOURCE_ROOT/tests/support/github_project.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
github_project "$work"
latest() { [ ! -e "$work/site/stable.version-manifest.json" ] || manifest_of stable. 'm["latest"]["stable"]'; }
whole() { github_state "[(r[\"tag\"], len(r[\"assets\"])) for r in d[\"releases\"] if r[\"tag\"] == \"v$1\"], d[\"drafts\"]"; }
clone() { # NAME VERSION: of the project, on a machine of its own
  rm -rf "$work/on/$1" && cp -a "$work/p" "$work/on/$1" && rm -rf "$work/on/$1/dist" && hello_binary "$work/on/$1/bin/linux-x86_64/hello" "hello $2"
}
publish() { # NAME VERSION OPTION...
  (cd "$work/on/$1" && github_release publish --date "$hello_date" --version "${@:2}")
}
# Publishes in the background, as far as the request that METHOD and REGEX meet.
hold() { # METHOD REGEX SKIP NAME VERSION OPTION...
  forge /faults '[{"method": "'"$1"'", "path": "'"$2"'", "skip": '"$3"', "do": "hold"}]' >/dev/null
  publish "${@:4}" >"$work/held.output" 2>&1 &
  held=$!
  until [ "$(forge /held)" = '{"held": 1}' ] || ! kill -0 $held 2>/dev/null; do read -r -t 0.05 _ <>"$work/never"; done
  is "$4 stands at its $1" "$(forge /held)" '{"held": 1}'
}
let_go() { # SENTENCE STATUS
  forge /go >/dev/null
  wait $held
  is "$1" "$?" "$2"
}
mkdir "$work/on"
mkfifo "$work/never"
assets_of() { find "$1/dist" -path '*/assets/*' -type f | wc -l; }

status 'a release by one job' 0 github_publish 1.0.0
for name in host site all; do clone $name 1.1.0; done

# --- the host is slower ---
hold POST '/assets$' 3 host 1.1.0 --only github
status 'the job of the site, while archives are under way' 0 publish site 1.1.0 --only directory
like 'waits for the host' "$output" '^next: the same command for github, or without --only'
is 'and moves no pointer' "$(latest)" 1.0.0
let_go 'the job of the host goes on' 0
like 'and says what comes next' "$(cat "$work/held.output")" '^next: the same command for directory, or without --only'
is 'the host has it, and no pointer moved' "$(whole 1.1.0) $(latest)" "[('v1.1.0', $(assets_of "$work/on/host"))] [] 1.0.0"
status 'the job of the site again' 0 publish site 1.1.0 --only directory
is 'moves it' "$(latest)" 1.1.0
status 'a stranger finds all well' 0 github_release verify

# --- both in one job, while another one brings the same to the host ---
for name in host site all; do clone $name 1.2.0; done
hold POST '/releases$' 0 host 1.2.0 --only github
status 'a job with everything meanwhile' 0 publish all 1.2.0
is 'is public' "$(latest) $(whole 1.2.0)" "1.2.0 [('v1.2.0', $(assets_of "$work/on/all"))] []"
before=$(state_of "$work/site"; github_state d)
let_go 'the slower one ends well' 0
is 'and has changed nothing' "$(state_of "$work/site"; github_state d)" "$before"
status 'the job of the site after all' 0 publish site 1.2.0 --only directory
is 'has nothing to do' "$(state_of "$work/site"; github_state d)" "$before"

# --- they disagree about the bytes ---
clone first 1.3.0
clone second '1.3.0 of another compiler'
hold PATCH '/releases/' 0 first 1.3.0 --only github
status 'the job of the site with other bytes, which no draft binds' 0 publish second 1.3.0 --only directory
like 'waits' "$output" '^next: the same command for github, or without --only'
is 'and moves no pointer' "$(latest)" 1.2.0
let_go 'the first one ends well' 0
status 'and with everything' 0 publish first 1.3.0
is 'is public' "$(latest)" 1.3.0
status 'the other bytes stay a conflict' 5 publish second 1.3.0
status 'a stranger finds all well' 0 github_release verify
done_testing
