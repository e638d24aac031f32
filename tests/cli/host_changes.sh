#!/usr/bin/env bash
# What people and hosts do between two requests of a publish, or between two publishes: a release or an asset that is deleted, a repository that is
# renamed, a token that expires, a right that is taken away, a limit, Ctrl-C. Each has its status and a line that says what to do, no pointer moves
# before all is there, and the same command makes it whole.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/github_project.sh
. "$SOURCE_ROOT/tests/support/github_project.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
github_project "$work"
mkfifo "$work/never"
latest() { manifest_of stable. 'm["latest"]["stable"]'; }
whole() { github_state "[len(r[\"assets\"]) for r in d[\"releases\"] if r[\"tag\"] == \"v$1\"], d[\"drafts\"]"; }
next() { hello_binary bin/linux-x86_64/hello "hello $1"; } # VERSION
publish() { github_release publish --date "$hello_date" --version "$@"; }
faults() { forge /faults "$1" >/dev/null; }
status 'a release' 0 github_publish 1.0.0
mended() { # SENTENCE VERSION: nothing was named, and the same command ends well
  is "$1: no pointer moved" "$(latest)" "$before"
  faults '[]'
  status "$1: the same command again" 0 publish "$2"
  is "$1: makes it whole" "$(latest) $(whole "$2")" "$2 [9] []"
}

# --- tokens and rights, on the way ---
while IFS='|' read -r version code message expected; do
  next "$version"
  before=$(latest)
  faults '[{"method": "POST", "path": "/assets$", "skip": 2, "times": 1000, "do": "status", "code": '"$code"', "message": "'"$message"'"}]'
  status "$code ($message) in the middle" 16 publish "$version"
  like "$code: what it says" "$output" "$expected"
  like "$code: and that the same command goes on" "$output" 'run the same command again'
  mended "$code" "$version"
done <<'TABLE'
1.1.0|401|Bad credentials|GitHub does not accept the token of the variable GH_TOKEN \(Bad credentials, HTTP 401\): it is wrong, expired or revoked; make a new one, it needs .*Contents: write.* of maker/hello
1.1.1|403|Resource not accessible by integration|the token of the variable GH_TOKEN may not write releases of maker/hello \(Resource not accessible by integration, HTTP 403\); it needs .*Contents: write.* of maker/hello
1.1.2|404|Not Found|GitHub does not let the token of GH_TOKEN write to maker/hello|GitHub does not let the token of the variable GH_TOKEN write to maker/hello
TABLE

# --- limits ---
next 1.2.0
faults '[{"method": "POST", "path": "/assets$", "skip": 1, "do": "429", "seconds": 1}, {"method": "PATCH", "do": "secondary_limit", "seconds": 1}]'
status 'limits that end within --timeout' 0 publish 1.2.0 --timeout 10m
is 'are waited for' "$(latest) $(whole 1.2.0)" '1.2.0 [9] []'
next 1.2.1
before=$(latest)
faults '[{"method": "POST", "path": "/releases$", "times": 100, "do": "primary_limit", "seconds": 5400}]'
status 'one that does not' 16 publish 1.2.1 --timeout 10m
like 'is told with its end' "$output" "rate limit\); run the same command after $(date -u -d '+90 minutes' +%Y-%m-%dT%H)|rate limit\); run the same command after $(date -u -d '+91 minutes' +%Y-%m-%dT%H)"
mended 'a limit' 1.2.1
faults '[{"path": "/repos/maker/hello", "times": 100, "do": "primary_limit", "seconds": 5400}]'
status 'one at the first request' 6 publish 1.2.1 --timeout 10m
like 'is told too' "$output" 'rate limit\); run the same command after 20'
faults '[]'

# --- people ---
hold() { # METHOD REGEX SKIP VERSION: publishes in the background, as far as that request
  faults '[{"method": "'"$1"'", "path": "'"$2"'", "skip": '"$3"', "do": "hold"}]'
  env -i PATH="$PATH" HOME=/nonexistent SSL_CERT_FILE="$forge_ca" GH_TOKEN=secret "$CCO_RELEASE" publish --date "$hello_date" --version "$4" >"$work/held.output" 2>&1 &
  held=$!
  until [ "$(forge /held)" = '{"held": 1}' ] || ! kill -0 $held 2>/dev/null; do read -r -t 0.05 _ <>"$work/never"; done
  is "$4 stands at its $1" "$(forge /held)" '{"held": 1}'
}
ends_with() { # SENTENCE STATUS
  forge /go >/dev/null
  wait $held
  is "$1" $? "$2"
  output=$(cat "$work/held.output")
}
next 1.3.0
before=$(latest)
# The stranger's look at what was published a moment ago.
hold GET '/releases/download/v1.3.0/hello' 0 1.3.0
forge /tamper '{"repository": "maker/hello", "tag": "v1.3.0", "delete": "release"}' >/dev/null
ends_with 'a release that somebody deletes when it has just become public' 16
like 'is missed' "$output" 'v1\.3\.0'
mended 'a release that was deleted' 1.3.0
forge /tamper '{"repository": "maker/hello", "tag": "v1.3.0", "delete": "release"}' >/dev/null
status 'one that is deleted later' 9 github_release verify
status 'is put back by the same command' 0 publish 1.3.0
is 'whole' "$(whole 1.3.0)" '[9] []'
status 'as a stranger finds' 0 github_release verify
forge /tamper '{"repository": "maker/hello", "tag": "v1.3.0", "name": "hello-v1.3.0-linux-x86_64.tar.gz", "delete": true}' >/dev/null
status 'an asset that somebody deletes' 9 github_release verify
status 'is put back too' 0 publish 1.3.0
is 'alone' "$(whole 1.3.0) $(grep -c 'uploaded' <<<"$output")" '[9] [] 0'
status 'and all is well' 0 github_release verify

# --- a repository that is renamed ---
next 1.4.0
before=$(latest)
hold POST '/assets$' 2 1.4.0
forge /rename '{"from": "maker/hello", "to": "maker/hello-tool"}' >/dev/null
ends_with 'a repository that is renamed in the middle' 0
is 'is followed' "$(latest) $(forge /state | python3 -c 'import json, sys; d = json.load(sys.stdin)["maker/hello-tool"]; print([len(r["assets"]) for r in d["releases"] if r["tag"] == "v1.4.0"], d["drafts"])')" '1.4.0 [9] []'
status 'who installs by the old address' 0 github_install
is 'gets it' "$(github_user hello)" 'hello 1.4.0'
forge /rename '{"from": "maker/hello-tool", "to": "maker/hello"}' >/dev/null

# --- Ctrl-C ---
next 1.5.0
before=$(latest)
# In a group of its own and with the default for SIGINT, as a terminal starts it.
faults '[{"method": "POST", "path": "/assets$", "skip": 3, "do": "hold"}]'
python3 - "$work/held.output" "$CCO_RELEASE" publish --date "$hello_date" --version 1.5.0 <<PY
import json, os, signal, subprocess, sys, time, urllib.request
signal.signal(signal.SIGINT, signal.default_int_handler)
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(sys.argv[1], "w"), start_new_session=True,
                           env={"PATH": os.environ["PATH"], "SSL_CERT_FILE": "$forge_ca", "GH_TOKEN": "secret"})
while json.load(urllib.request.urlopen("$(forge_url control)/held", b"{}"))["held"] == 0 and process.poll() is None:
    time.sleep(0.02)
began = time.monotonic()
os.killpg(process.pid, signal.SIGINT)
status = process.wait(60)
open(sys.argv[1] + ".status", "w").write(f"{status} {time.monotonic() - began < 20}\n")
PY
is 'Ctrl-C in an upload ends it at once' "$(cat "$work/held.output.status")" '-2 True'
output=$(cat "$work/held.output")
like 'and says where it stopped, and what to do' "$(tail -n 1 <<<"$output")" '^cco-release: stopped in publish at GitHub maker/hello; run the same command again, what is done is kept$'
mended 'Ctrl-C' 1.5.0
done_testing
