#!/usr/bin/env bash
# What goes wrong between a publisher and a host, and what the message says: each has its status, a line with what to do, and nothing is lost.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
# shellcheck source=tests/support/proxy.sh
. "$SOURCE_ROOT/tests/support/proxy.sh"
work=$(mktemp -d)
trap 'proxy_stop; forge_stop; rm -rf "$work"' EXIT
mkdir "$work/site"
forge_start "$work/forge" --site "$work/site"
forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}}}}' >/dev/null
hello_project "$work/p"
cd "$work/p" || exit 1
sed -i "s|^path = .*|path = \"$work/site\"\ncarries = [\"site\"]|; s|^url = \"https://releases.*|url = \"$(forge_url site)\"|; /^\[homebrew\]/,\$d" cco-release.toml
cat >>cco-release.toml <<TOML
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "$(forge_url api)"
upload_url = "$(forge_url uploads)"
url = "$(forge_url web)/maker/hello"
TOML
cp cco-release.toml saved.toml
token=secret
publish() { env -i PATH="$PATH" GH_TOKEN="$token" SSL_CERT_FILE="$forge_ca" ${proxy:+HTTPS_PROXY="$proxy"} "$CCO_RELEASE" publish --date "$hello_date" "$@"; }
state() { forge /state | python3 -c "import json, sys; d = json.load(sys.stdin)['maker/hello']; print($1)"; }
pointers() { (cd "$work/site" && find . -maxdepth 1 -type f -exec sha256sum {} + | sort); }
logged() { python3 -c "import json, sys; print(sum(1 for line in sys.stdin for r in [json.loads(line)] if $1))" <"$work/forge/log.jsonl"; }

# --- tokens ---
: >"$work/forge/log.jsonl"
token=glpat-0123456789abcdef
status 'a token of GitLab' 4 publish --version 1.0.0
like 'is seen by its form' "$output" 'the token of the variable GH_TOKEN is one of another host \(glpat-.\) and was not sent to GitHub; .*maker/hello.*Contents: write'
is 'not sent, and not shown' "$(logged 'r["authorization"]') $(grep -c 0123456789 <<<"$output")" '0 0'
token=secret
sed "s|^type = \"github\"|type = \"gitea\"|; s|^api_url = .*|api_url = \"$(forge_url api)/api/v1\"|; /^upload_url/d" saved.toml >cco-release.toml
status 'a token of GitHub for a Gitea' 4 env -i PATH="$PATH" GITEA_TOKEN=ghp_0123456789abcdef SSL_CERT_FILE="$forge_ca" "$CCO_RELEASE" publish --date "$hello_date" --version 1.0.0
like 'is not sent to it' "$output" 'ghp_.* and was not sent to Gitea'
cp saved.toml cco-release.toml

# --- addresses ---
with_api() { sed "s|^api_url = .*|api_url = \"$1\"|" saved.toml >cco-release.toml; } # URL
mkdir "$work/site/repos" "$work/site/repos/maker"
echo '<!DOCTYPE html><title>Sign in</title>' >"$work/site/repos/maker/hello"
with_api "$(forge_url site)"
status 'a URL that shows pages for people' 3 publish --version 1.0.0
like 'is told as that' "$output" 'answers with a page for people \(HTTP 200\) and not as GitHub.s API does; look at .api_url. \(for GitHub Enterprise https://HOST/api/v3\)'
rm -r "$work/site/repos"
with_api https://nobody.invalid
status 'a host that is not there' 6 publish --version 1.0.0 --timeout 3s
like 'is named' "$output" 'GitHub maker/hello: .*nobody\.invalid.*\(DNS\)'
with_api https://localhost:1
status 'a host that does not answer' 6 publish --version 1.0.0 --timeout 3s
like 'is named too' "$output" 'localhost:1: .*refused'
cp saved.toml cco-release.toml
is 'nothing was made anywhere' "$(state 'd["releases"], d["drafts"]') $(pointers)" '[] [] '

# --- proxies ---
proxy_start "$work/proxy"
proxy=http://127.0.0.1:$proxy_port
status 'a proxy that wants a password' 6 publish --version 1.0.0 --timeout 3s
like 'is what refuses' "$output" 'the proxy refuses.*407'
proxy=http://maker:wrong%20word@127.0.0.1:$proxy_port
status 'a wrong one' 6 publish --version 1.0.0 --timeout 3s
is 'is not shown' "$(grep -c -e 'wrong' <<<"$output")" 0
proxy=http://maker:pass%20word@127.0.0.1:$proxy_port
status 'the right one' 0 publish --version 1.0.0
check 'goes through it' grep -q "^CONNECT localhost:" "$work/proxy/log"
proxy=http://127.0.0.1:1
status 'a proxy that is not there' 6 publish --version 1.0.0 --timeout 3s
like 'is named among what may refuse' "$output" 'by it or by the proxy'
proxy=

# --- somebody works by hand meanwhile ---
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
before=$(pointers)
forge /faults '[{"method": "POST", "path": "/assets$", "times": 1, "skip": 3, "do": "delete_release"}]' >/dev/null
status 'a draft that is deleted between two uploads' 5 publish --version 1.1.0
like 'is told as that' "$output" 'v1\.1\.0 .*(deleted|changed it meanwhile).*run (the same command )?again'
is 'no pointer moved' "$(pointers)" "$before"
forge /faults '[]' >/dev/null
status 'the same command again' 0 publish --version 1.1.0
is 'makes it whole' "$(state '[(r["tag"], len(r["assets"])) for r in d["releases"]], d["drafts"]')" "[('v1.0.0', 9), ('v1.1.0', 9)] []"
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
forge /faults '[{"method": "PATCH", "times": 1, "do": "delete_release"}]' >/dev/null
status 'a draft that is deleted before it is published' 5 publish --version 1.2.0
like 'is told as that, too' "$output" 'the draft of v1\.2\.0 is gone; somebody deleted it meanwhile: run again'
forge /faults '[]' >/dev/null
status 'and made anew' 0 publish --version 1.2.0
forge /faults '[{"path": "/repos/maker/hello", "times": 1000, "do": "status", "code": 403, "message": "Resource not accessible\n::error::by token"}]' >/dev/null
status 'a 403 with words of the host' 4 publish --version 1.2.0
like 'tells them in one line' "$output" 'Resource not accessible ::error::by token'
forge /faults '[]' >/dev/null

# --- tags, clocks, journals ---
printf '%s\n' hello.key dist >.gitignore
git init -q . && git add -A && git -c user.name=A -c user.email=a@example.com commit -qm one
git -c user.name=A -c user.email=a@example.com tag -am v1.3.0 v1.3.0
hello_binary bin/linux-x86_64/hello 'hello 1.3.0'
status 'a release of a tag' 0 publish --version 1.3.0 --allow-dirty
git -c user.name=A -c user.email=a@example.com commit -qm two --allow-empty
git -c user.name=A -c user.email=a@example.com tag -fam v1.3.0 v1.3.0 >/dev/null 2>&1
before=$(pointers)
status 'the tag was moved' 5 publish --version 1.3.0 --allow-dirty
like 'is told with both commits' "$output" '1\.3\.0 is public from commit [0-9a-f]{40}, and not [0-9a-f]{40}.*put the tag back, or choose a new version'
is 'and nothing changes' "$(pointers)" "$before"
rm -rf .git
at() { env -i PATH="$PATH" GH_TOKEN=secret SSL_CERT_FILE="$forge_ca" LD_PRELOAD="$SET_CLOCK" CLOCK_STANDS_AT="$1" "$CCO_RELEASE" "${@:2}"; }
now=$(date +%s)
status 'a clock that went back' 8 at $((now - 86400 * 3)) publish --version 1.3.0 --date "$hello_date" --timeout 3s
like 'is told by what dist/ remembers' "$output" 'which is in the future; set the clock right'
like 'and by the certificate of the host' "$output" 'is not valid yet; is this machine.s clock right\?'
at "$now" yank 1.2.0 --reason broken --yes >/dev/null 2>&1 || echo "# $?"
printf '{"schema": 99, "entries": "of another version"}\n' >dist/pointers/journal.json
before=$(cat dist/pointers/journal.json)
status 'a journal of another version' 0 at "$now" unyank 1.2.0 --yes
like 'is said' "$output" 'what was done is public, and the journal could not be written: .*schema.*'
is 'and left as it is' "$(cat dist/pointers/journal.json)" "$before"
sed -i 's/"schema": 1/"schema": 99/' dist/1.3.0/release.json
before=$(pointers)
status 'a record in dist/ of another version' 0 publish --version 1.3.0
is 'is no hindrance, and changes nothing that is public' "$(pointers)" "$before"
done_testing
