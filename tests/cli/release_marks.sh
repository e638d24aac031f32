#!/usr/bin/env bash
# How GitHub and Gitea show releases (pre-release, latest) follows what the manifests say: promote, yank, unyank, rollback, a backport, a
# draft that a person publishes, faults on the way. All of it beside 2,000 releases of before, which cost nothing.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
chmod 755 "$work"
minute=0
# Time goes by from one change to the next.
at() {
  env -i PATH="$PATH" HOME=/nonexistent SSL_CERT_FILE="$forge_ca" ${token:+"$token"} "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$((now + 60 * minute))" "$CCO_RELEASE" "$@"
}
now=$(date +%s)
publish() { # VERSION...
  minute=$((minute + 1))
  hello_binary bin/linux-x86_64/hello "hello $1"
  at publish --date "$hello_date" --version "$@"
}
state() { forge /state | python3 -c "import json, sys; d = json.load(sys.stdin)['maker/hello']; print($1)"; }
# Our releases: "1.0.0*" is the latest one, "1.1.0-beta.1p" a pre-release.
shown() { state '" ".join(r["tag"][1:] + "p" * r["prerelease"] + "*" * r["is_latest"] for r in d["releases"] if not r["tag"].startswith("v0."))'; }
# Of the API since the log was emptied; what strangers download is not among them.
requests() { grep -c '"path": "[^"]*/repos/maker/hello' "$forge_folder/log.jsonl"; }
forget_log() { : >"$forge_folder/log.jsonl"; }
fresh_host() { # PAST
  forge /reset '{"repositories": {"maker/hello": {"past": '"$1"'}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}, "remaining": 1000000}}}' >/dev/null
  rm -rf site dist
  forget_log
}
actions() { python3 -c 'import json,sys; t=sys.stdin.read(); [print(a["destination"]+": "+a["action"]) for a in json.loads(t[t.index("{"):])["actions"] if a["action"].startswith("mark ")]' <<<"$1"; }
does() { # SENTENCE SHOWN MARKS ARGUMENT...: the dry run tells what is done, hosts show it, and the same again does nothing
  local sentence=$1 expected=$2 marks=$3 before
  shift 3
  minute=$((minute + 1))
  before=$(shown)
  status "$sentence: a dry run" 0 at "$@" --dry-run --json
  is "$sentence: foretells the marks" "$(actions "$output")" "$marks"
  is "$sentence: and sets none" "$(shown)" "$before"
  status "$sentence" 0 at "$@" --yes --json
  is "$sentence: does what was foretold" "$(actions "$output")" "$marks"
  is "$sentence: the host shows it" "$(shown)" "$expected"
  status "$sentence, again" 0 at "$@" --yes
  is "$sentence: has nothing to do" "$output" 'nothing to do: all of that is public already'
}

for with in github gitea; do
  forge_start "$work/$with-server" --dialect $with
  hello_project "$work/$with"
  cd "$work/$with" || exit 1
  sed -i 's|^url = "https://releases.example.com/hello"|&\ncarries = ["site"]|' cco-release.toml
  cat >>cco-release.toml <<TOML
[[destination]]
type = "$with"
repository = "maker/hello"
api_url = "$(forge_url api)"
url = "$(forge_url web)/maker/hello"
token_env = "HOST_TOKEN"
TOML
  [ $with = gitea ] || sed -i "s|^api_url = .*|&\nupload_url = \"$(forge_url uploads)\"|" cco-release.toml
  token=HOST_TOKEN=secret
  fresh_host 0
  status "$with: a release where there is no other" 0 publish 1.0.0
  alone=$(requests)
  fresh_host 2000
  status "$with: a release beside 2,000 others" 0 publish 1.0.0
  is "$with: takes as many requests" "$(requests)" "$alone"
  forget_log
  status "$with: the same again" 0 publish 1.0.0
  is "$with: takes three" "$(requests)" 3
  forget_log
  status "$with: a beta" 0 publish 1.1.0-beta.1
  is "$with: is a pre-release" "$(shown)" '1.0.0* 1.1.0-beta.1p'

  if [ $with = github ]; then is_latest=' and the latest release' moves='github: mark v1.0.0 as the latest release' moves_back='github: mark v1.1.0-beta.1 as the latest release' hidden='';
  else is_latest='' moves='gitea: mark v1.1.0-beta.1 as a pre-release' moves_back='gitea: mark v1.1.0-beta.1 as no pre-release' hidden=p; fi
  does "$with: promote" '1.0.0 1.1.0-beta.1*' "$with: mark v1.1.0-beta.1 as no pre-release$is_latest" promote 1.1.0-beta.1 --to stable
  does "$with: yank" "1.0.0* 1.1.0-beta.1$hidden" "$moves" yank 1.1.0-beta.1 --reason 'loses settings'
  does "$with: unyank" '1.0.0 1.1.0-beta.1*' "$moves_back" unyank 1.1.0-beta.1
  does "$with: rollback" "1.0.0* 1.1.0-beta.1$hidden" "$moves" rollback stable --to 1.0.0
  does "$with: unyank after it" '1.0.0 1.1.0-beta.1*' "$moves_back" unyank 1.1.0-beta.1
  does "$with: a command that changes no newest" '1.0.0 1.1.0-beta.1*' '' deprecate 1.0.0 --message 'Please upgrade'

  # What stops on the way is made up for.
  forge /faults '[{"method": "PATCH", "do": "lost"}]' >/dev/null
  minute=$((minute + 1))
  status "$with: a mark whose answer is lost" 0 at yank 1.1.0-beta.1 --reason bad --yes
  is "$with: is there" "$(shown)" "1.0.0* 1.1.0-beta.1$hidden"
  forge /faults '[{"method": "PATCH", "do": "status", "code": 403, "message": "Forbidden", "times": 9}]' >/dev/null
  minute=$((minute + 1))
  status "$with: a host that refuses marks" 16 at unyank 1.1.0-beta.1 --yes
  like "$with: is named, with what to do" "$output" 'maker/hello: .*HOST_TOKEN may not write.*'
  is "$with: the pointers moved all the same" "$(python3 -c 'import json; print(json.load(open("site/stable.version-manifest.json"))["latest"])')" "{'stable': '1.1.0-beta.1'}"
  is "$with: the marks did not" "$(shown)" "1.0.0* 1.1.0-beta.1$hidden"
  forge /faults '[]' >/dev/null
  token=
  status "$with: without a token they cannot" 16 at unyank 1.1.0-beta.1 --yes
  like "$with: which is told" "$output" 'the variable HOST_TOKEN gives no token for maker/hello'
  token=HOST_TOKEN=secret
  status "$with: with one the same command makes up for it" 0 at unyank 1.1.0-beta.1 --yes --json
  is "$with: and for nothing else" "$(actions "$output")" "$moves_back"
  is "$with: as the host shows" "$(shown)" '1.0.0 1.1.0-beta.1*'

  if [ $with = github ]; then
    status 'a backport' 0 publish 1.0.1 --allow-backport
    is 'does not become the latest release' "$(shown)" '1.0.0 1.0.1 1.1.0-beta.1*'
    sed -i 's|^repository = .*|&\ndraft = true|' cco-release.toml
    status 'a backport as a draft' 16 publish 1.0.2 --allow-backport
    forge /publish '{"repository": "maker/hello", "tag": "v1.0.2"}' >/dev/null
    is 'a click makes it the latest one' "$(shown)" '1.0.0 1.0.1 1.0.2* 1.1.0-beta.1'
    status 'publish after it' 0 publish 1.0.2 --allow-backport
    is 'moves that back' "$(shown)" '1.0.0 1.0.1 1.0.2 1.1.0-beta.1*'
  fi
  forge_stop
done
done_testing
