#!/usr/bin/env bash
# Archives as releases of GitHub (tests/support/github_server.py), the site from a folder: publish, install, update, what goes wrong.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
mkdir -p "$work/p/agents"
chmod 755 "$work"
forge_start "$work/forge" --site "$work/p/site"
web=$(forge_url web)
forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {
  "secret": {"permissions": {"maker/hello": "write"}}, "reader": {"kind": "fine_grained", "permissions": {"maker/hello": "read"}}}}' >/dev/null
hello_project "$work/p"
cd "$work/p" || exit 1
python3 - "$(forge_url site)" <<'PY'
import pathlib, sys
file = pathlib.Path("cco-release.toml")
file.write_text(file.read_text().replace('url = "https://releases.example.com/hello"', f'url = "{sys.argv[1]}"\ncarries = ["site"]'))
PY
cat >>cco-release.toml <<TOML
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "$(forge_url api)"
upload_url = "$(forge_url uploads)"
url = "$web/maker/hello"
[hooks]
before = [["sh", "-c", "env >environment.txt"]]
[agent]
binary = "agents/cco-{platform}{exe}"
probe = ["hello"]
allow_libraries = ["libsodium.so.23", "libcrypto.so.3", "libssl.so.3", "libarchive.so.13", "libzstd.so.1", "libcurl.so.4", "libstdc++.so.6", "libz.so.1"]
TOML
strip -o agents/cco-linux-x86_64 "$CCO"
release trust init --preset ci-stable --no-password --keys "$work/offline" >/dev/null 2>&1 || echo "# trust init failed"
token=GH_TOKEN=secret
publish() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" ${token:+"$token"} "$CCO_RELEASE" publish --date "$hello_date" "$@"; }
state() { forge /state | python3 -c "import json, sys; d = json.load(sys.stdin)['maker/hello']; print($1)"; }
# Requests since the log was emptied.
logged() { python3 -c "import json, sys; print(sum(1 for line in sys.stdin for r in [json.loads(line)] if $1))" <"$work/forge/log.jsonl"; }
forget_log() { : >"$work/forge/log.jsonl"; }

# --- before anything is public ---
forget_log
status 'a dry run' 0 publish --version 1.0.0 --dry-run
like 'says what it would upload and publish' "$output" 'github: put releases/v1\.0\.0/hello-v1\.0\.0-linux-x86_64\.tar\.gz$'
like 'and that it would make the release public' "$output" 'github: release v1\.0\.0'
is 'and changes nothing' "$(logged 'r["method"] != "GET"') $(state 'd["releases"], d["drafts"]')" '0 [] []'
token=
status 'without a token' 4 publish --version 1.0.0
like 'variable, repository and permission are named' "$output" 'GitHub maker/hello: .*GH_TOKEN.*maker/hello.*Contents: write'
token=GH_TOKEN=nobodys
status 'with a wrong token' 4 publish --version 1.0.0
like 'it says so' "$output" 'GitHub does not accept the token of the variable GH_TOKEN \(Bad credentials'
is 'and does not repeat it' "$(grep -c nobodys <<<"$output")" 0
token=GH_TOKEN=reader
status 'with a token that may only read' 4 publish --version 1.0.0
is 'nothing is public anywhere' "$(state 'd["releases"], d["drafts"]') $(find site -type f 2>/dev/null | wc -l)" '[] [] 0'

check_it() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" ${token:+"$token"} "$CCO_RELEASE" check --date "$hello_date" --version 1.0.0; }
status 'check ends as publish would' 4 check_it
[ ! -e site ] || mv site site.away
echo >site
token=
status 'where the first destination fails' 3 check_it
like 'it is named' "$output" 'problem: directory .*site'
like 'and so is what fails at the others' "$output" 'problem: GitHub maker/hello: .*GH_TOKEN'
is 'and nothing is said of what it shows' "$(grep -c 'shows no release' <<<"$output")" 0
rm site
[ ! -e site.away ] || mv site.away site

# --- a release ---
token=GH_TOKEN=secret
forget_log
status 'with a token that may write' 0 publish --version 1.0.0
like 'it is public' "$output" "hello 1\.0\.0 is public at $web/maker/hello \(GitHub maker/hello\)"
is 'as the latest release, with no draft left' "$(state '[(r["tag"], r["is_latest"], r["prerelease"]) for r in d["releases"]], d["drafts"]')" "[('v1.0.0', True, False)] []"
is 'the token went to the API and the uploads alone' "$(logged 'r["authorization"] and r["host"] not in ("api", "uploads")')" 0
is 'no program that was run got it' "$(grep -c -e GH_TOKEN -e secret environment.txt)" 0
like 'the manifest names the download' "$(cat site/stable.version-manifest.json)" "$web/maker/hello/releases/download/v1\.0\.0/hello-v1\.0\.0-linux-x86_64\.tar\.gz"
is 'archives are not in the folder' "$(find site -name '*.tar.gz' | wc -l)" 0
before=$(state_of site; state 'd')
forget_log
look() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" "$CCO_RELEASE" status "$@"; }
like 'status shows that it follows' "$(look)" '^github \(GitHub maker/hello\): shows the newest releases$'
doctor() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" "$CCO_RELEASE" doctor --version 1.0.0 --date "$hello_date" 2>&1; }
like 'so does doctor' "$(doctor)" '^ok +follows: github \(GitHub maker/hello\) shows the newest releases$'
forge /save '{"name": "released"}' >/dev/null
forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {}}' >/dev/null
is 'and what it lacks, where a person deleted it' "$(look --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["followers"])')" \
  "[{'name': 'github', 'place': 'GitHub maker/hello', 'lacks': ['release v1.0.0']}]"
forge /restore '{"name": "released"}' >/dev/null
forget_log
status 'the same command again' 0 publish --version 1.0.0
is 'changes nothing' "$(state_of site; state 'd')" "$before"
requests=$(logged 'r["host"] in ("api", "uploads")')
check "and asks the API three times at most ($requests)" test "$requests" -le 3

# --- users ---
home=$work/home
mkdir "$home"
user() { env -i HOME="$home" PATH="$home/.local/bin:/usr/bin:/bin" SSL_CERT_FILE="$forge_ca" CURL_CA_BUNDLE="$forge_ca" "$@"; }
status 'curl | bash installs from it' 0 user bash -o pipefail -c "curl -fsSL $(forge_url site)/install.sh | bash"
is 'the program that PATH finds is 1.0.0' "$(user hello)" 'hello 1.0.0'
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'the next release' 0 publish --version 1.1.0
status 'its update' 0 user hello-updater update --yes
is 'PATH finds 1.1.0' "$(user hello)" 'hello 1.1.0'

# --- channels ---
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'
status 'a beta' 0 publish --version 2.0.0-beta.1
is 'is a prerelease, and 1.1.0 stays the latest' "$(state '[(r["tag"], r["is_latest"], r["prerelease"]) for r in d["releases"]]')" "[('v1.0.0', False, False), ('v1.1.0', True, False), ('v2.0.0-beta.1', False, True)]"
hello_binary bin/linux-x86_64/hello 'hello 1.0.1'
status 'a backport' 0 publish --version 1.0.1 --allow-backport
is 'the pages name the place of archives' "$(grep -c "$web/maker/hello/releases/download/v<version>/" site/README.md site/docs/INSTALLATION.md | xargs)" \
  'site/README.md:1 site/docs/INSTALLATION.md:1'
is 'and the installer that of the installers of other versions' "$(grep "^releases=" site/install.sh | cut -d' ' -f1)" "releases='$web/maker/hello/releases/download/vVERSION'"
is 'leaves 1.1.0 the latest' "$(state '[r["tag"] for r in d["releases"] if r["is_latest"]]')" "['v1.1.0']"
like 'in the channel of the site too' "$(tr -d ' \n' <site/stable.version-manifest.json)" '"latest":\{"stable":"1\.1\.0"\}'
status 'who installs' 0 user bash -o pipefail -c "curl -fsSL $(forge_url site)/install.sh | bash"
is 'gets that one' "$(user hello)" 'hello 1.1.0'

# --- what goes wrong on the way ---
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
forge /faults '[{"method": "POST", "path": "/assets$", "times": 2, "skip": 1, "do": "502"}, {"method": "PATCH", "do": "lost"}]' >/dev/null
status 'uploads that break, and a publication whose answer is lost' 0 publish --version 1.2.0
is 'are made up for' "$(state '[(len(r["assets"]), {a[3] for a in r["assets"]}, r["is_latest"]) for r in d["releases"] if r["tag"] == "v1.2.0"]')" "$(state '[(len(r["assets"]), {"uploaded"}, True) for r in d["releases"] if r["tag"] == "v1.1.0"]')"
hello_binary bin/linux-x86_64/hello 'hello 1.3.0'
pointers() { sha256sum site/*version-manifest.json site/metadata/timestamp.json site/install.sh; }
before=$(pointers)
forge /faults '[{"method": "POST", "path": "/assets$", "times": 1000, "do": "429", "seconds": 7200}]' >/dev/null
status 'a rate limit that lasts longer than --timeout' 16 publish --version 1.3.0 --timeout 10m
like 'is told with its end' "$output" 'GitHub takes no more requests for now \(rate limit\); run the same command after 20[0-9-]*T'
is 'no pointer moved' "$(pointers)" "$before"
forge /faults '[]' >/dev/null
status 'the same command after it' 0 publish --version 1.3.0
is 'goes on with the same draft' "$(state 'd["drafts"]')" '[]'
forge /tamper '{"repository": "maker/hello", "tag": "v1.3.0", "name": "hello-v1.3.0-linux-x86_64.tar.gz", "text": "other"}' >/dev/null
status 'an archive that somebody replaced' 5 publish --version 1.3.0
like 'is a conflict' "$output" 'other bytes are public already as releases/v1\.3\.0/hello-v1\.3\.0-linux-x86_64\.tar\.gz'

# --- a person publishes ---
cp cco-release.toml saved.toml
hello_binary bin/linux-x86_64/hello 'hello 1.4.0'
echo secret >"$work/token"
sed "s|^repository = .*|&\ndraft = true\ntoken_file = \"$work/token\"|" saved.toml >cco-release.toml
before=$(pointers)
token=
status 'draft = true, with the token in a file' 16 publish --version 1.4.0
like 'says where to publish it' "$output" 'the draft of v1\.4\.0 is uploaded and verified; publish it at https://'
is 'it is a draft, and no pointer moved' "$(state 'd["drafts"]') $(pointers)" "['v1.4.0'] $before"
status 'the same command again' 16 publish --version 1.4.0
forge /publish '{"repository": "maker/hello", "tag": "v1.4.0"}' >/dev/null
status 'and after the click' 0 publish --version 1.4.0
like 'moves the pointers' "$(cat site/stable.version-manifest.json)" '"stable": "1\.4\.0"'
token=GH_TOKEN=secret
cp saved.toml cco-release.toml
forge /fill '{"repository": "maker/hello", "releases": 250, "assets": 500}' >/dev/null
forget_log
status 'the same command where 250 older releases are' 0 publish --version 1.4.0
requests=$(logged 'r["host"] in ("api", "uploads")')
check "costs no more requests than with a few ($requests)" test "$requests" -le 3

# --- configuration ---
wrong() { # SENTENCE SED-EXPRESSION REGEX
  sed "$2" saved.toml >cco-release.toml
  status "$1" 3 publish --version 1.3.0
  like "$1: it says so" "$output" "$3"
}
wrong 'no repository' 's|^repository = .*||' 'cco-release\.toml:[0-9]+: a destination of type "github" needs `repository = "owner/name"`'
wrong 'a token in place of the variable' 's|^repository = .*|&\ntoken_env = "ghp-123 4"|' 'a token itself has no place in this file'
wrong 'plain http' 's|^api_url = .*|api_url = "http://localhost:1"|' '`api_url`: .*http:// is not accepted'
cp saved.toml cco-release.toml
status 'a --timeout that is none' 2 publish --version 1.3.0 --timeout soon
done_testing
