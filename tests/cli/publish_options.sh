#!/usr/bin/env bash
# publish --only, --fail-fast, --draft, --token-file; and publishing what was promoted, or is below the floor.
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
hello_project "$work/p"
cd "$work/p" || exit 1
cp cco-release.toml one.toml
cat >>cco-release.toml <<'TOML'
[[destination]]
type = "directory"
name = "mirror"
path = "mirror"
url = "https://mirror.example.com/hello"
[[destination]]
type = "directory"
name = "stick"
path = "stick"
url = "https://stick.example.com/hello"
optional = true
TOML
publish() { release publish --date "$hello_date" "$@"; }
json() { python3 -c "import json, sys; text = sys.stdin.read(); d = json.loads(text[text.index('{'):text.rindex('}') + 1]); print($1)"; }
documents() { (cd "$1" 2>/dev/null && find . -name '*manifest.json' -o -name install.sh -path ./install.sh | sort | tr '\n' ' '); }

# --- --only ---
status '--only with an unknown name' 2 publish --version 1.0.0 --only miror
like 'names the nearest right one' "$output" 'miror: there is no destination of that name; did you mean .mirror.\?'
status '--only with a stage' 2 publish --version 1.0.0 --only sign
status '--only and --skip of a destination' 2 publish --version 1.0.0 --only directory --skip mirror
status 'a dry run of the mirror alone' 0 publish --version 1.0.0 --only mirror --dry-run
is 'plans nothing elsewhere and announces nothing' "$(grep -c -e '^directory: ' -e '^stick: ' -e ': announce ' <<<"$output")" 0
like 'and says why' "$output" '^nothing would be announced: directory lacks the release'
status 'the mirror alone' 0 publish --version 1.0.0 --only mirror
like 'says what comes next' "$output" '^next: the same command for directory, or without --only'
check 'has its archive there' test -f mirror/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz
is 'and nothing that names it, anywhere' "$(documents mirror)$(documents site)$(ls -d site stick 2>/dev/null)" ''
is 'JSON says so' "$(publish --version 1.0.0 --only mirror --json 2>/dev/null | json 'd["published"], d["waits_for"]')" "False ['directory']"
before=$(state_of mirror)
status 'then the first alone' 0 publish --version 1.0.0 --only directory
like 'is public' "$output" 'is public at https://releases\.example\.com/hello'
is 'the mirror was not touched' "$(state_of mirror)" "$before"
like 'but is named, since it has the archive' "$(cat site/stable.version-manifest.json)" 'https://mirror\.example\.com/'
is 'an optional one that was left alone is not' "$(grep -c stick.example.com site/stable.version-manifest.json)" 0
status 'what it shows is right' 0 release verify --url "file://$PWD/site"
status 'all' 0 publish --version 1.0.0
cp -a . "$work/undisturbed"
rm -rf "$work"/undisturbed/{site,mirror,stick,dist}
status 'the same in one run' 0 bash -c 'cd "$1" && shift && "$@"' x "$work/undisturbed" env -i PATH="$PATH" "$CCO_RELEASE" publish --version 1.0.0 --skip stick --date "$hello_date"
is 'has the same archives' "$(contents_of "$work/undisturbed/mirror/releases" | grep -v minisig)" "$(contents_of mirror/releases | grep -v minisig)"
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
before=$(documents site; sha256sum site/*.json)
status 'the first alone, of a new release' 0 publish --version 1.1.0 --only directory
is 'moves no pointer while the mirror lacks it' "$(documents site; sha256sum site/*.json)" "$before"
status 'the optional one alone' 0 publish --version 1.1.0 --only stick
status 'both that must have it' 0 publish --version 1.1.0 --only directory,mirror
like 'move them' "$(cat site/stable.version-manifest.json)" '"stable": "1\.1\.0"'
status 'and all' 0 publish --version 1.1.0
is 'are the same in the end' "$(contents_of stick) $(contents_of mirror)" "$(contents_of site) $(contents_of site)"

# --- --fail-fast ---
mv mirror saved_mirror && mv stick saved_stick
echo x >mirror && echo x >stick
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
status 'two that fail' 3 publish --version 1.2.0 --dry-run
is 'are both told' "$(grep -c '^  directory .* is no folder' <<<"$output")" 2
status 'with --fail-fast' 3 publish --version 1.2.0 --fail-fast
is 'it is the first of them' "$(grep -c 'is no folder' <<<"$output") $(grep -c 'p/mirror' <<<"$output")" '1 1'
rm mirror stick && mv saved_mirror mirror && mv saved_stick stick

# --- what was promoted, and the floor ---
cp one.toml cco-release.toml
rm -rf site dist
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'
status 'a beta' 0 publish --version 2.0.0-beta.1
status 'is promoted' 0 release promote 2.0.0-beta.1 --to stable --yes
before=$(state_of site)
status 'and published again' 0 publish --version 2.0.0-beta.1
is 'which changes nothing' "$(state_of site)" "$before"
like 'and says so' "$output" 'nothing to do'
status 'for another channel still' 5 publish --version 2.0.0-beta.1 --channel nightly
hello_binary bin/linux-x86_64/hello 'hello other'
status 'with other bytes it is a conflict' 5 publish --version 2.0.0-beta.1
is 'that changes nothing' "$(state_of site)" "$before"
rm -rf site dist
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'
status 'a beta alone' 0 publish --version 2.0.0-beta.1
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.2'
status 'and another' 0 publish --version 2.0.0-beta.2
status 'with a floor' 0 release floor 2.0.0-beta.2 --yes
before=$(state_of site)
hello_binary bin/linux-x86_64/hello 'hello 1.9.0'
status 'a release below it' 3 publish --version 1.9.0
like 'is refused' "$output" '1\.9\.0 is below the security floor 2\.0\.0-beta\.2'
is 'before anything was written' "$(state_of site; ls -d dist/1.9.0 2>/dev/null)" "$before"
status 'check says so' 3 release check --version 1.9.0 --date "$hello_date"
hello_binary bin/linux-x86_64/hello 'hello 2.0.0'
status 'the first stable release' 0 publish --version 2.0.0
is 'has the floor that only beta had' "$(python3 -c 'import json; print(json.load(open("site/stable.version-manifest.json"))["security_floor"])')" 2.0.0-beta.2
status 'and all is right' 0 release verify --url "file://$PWD/site"

# --- --draft and --token-file ---
status '--draft without a host' 2 publish --version 2.1.0 --draft
like 'says so' "$output" '--draft: only destinations of type github or gitea'
status '--token-file without a host' 2 publish --version 2.1.0 --token-file x
mkdir "$work/site"
forge_start "$work/forge" --site "$work/site"
forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}}}}' >/dev/null
rm -rf site dist
sed -i "s|^path = .*|path = \"$work/site\"\ncarries = [\"site\"]|; s|^url = \"https://releases.*|url = \"$(forge_url site)\"|" cco-release.toml
cat >>cco-release.toml <<TOML
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "$(forge_url api)"
upload_url = "$(forge_url uploads)"
url = "$(forge_url web)/maker/hello"
TOML
publish() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" "$CCO_RELEASE" publish --date "$hello_date" "$@"; }
drafts() { forge /state | python3 -c 'import json, sys; print(json.load(sys.stdin)["maker/hello"]["drafts"])'; }
echo secret >"$work/token"
hello_binary bin/linux-x86_64/hello 'hello 2.1.0'
status 'no token at all' 4 publish --version 2.1.0
status 'a token file that is not there' 9 publish --version 2.1.0 --token-file "$work/nowhere"
cd bin || exit 1
status '--draft, with --token-file relative to where one is' 16 publish --version 2.1.0 --draft --token-file ../../token
cd .. || exit 1
is 'leaves a draft, and no pointer' "$(drafts) $(documents "$work/site")" "['v2.1.0'] "
status 'without --draft' 0 publish --version 2.1.0 --token-file "github=$work/token"
is 'it is published' "$(drafts) $(documents "$work/site" | wc -w)" '[] 3'
status 'a pipe is no file' 3 publish --version 2.1.0 --token-file "github=$work/token" --token-file <(echo secret)
done_testing
