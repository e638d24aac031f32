#!/usr/bin/env bash
# The page of a release at its host, and extra_files.
# shellcheck disable=SC2016  # Markdown has back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
mkdir "$work/site"
forge_start "$work/forge" --site "$work/site"
forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}}}}' >/dev/null
hello_project "$work/p"
cd "$work/p" || exit 1
sed -i "s|^path = .*|path = \"$work/site\"\ncarries = [\"site\"]|; s|^url = \"https://releases.*|url = \"$(forge_url site)\"|; /^\[homebrew\]/,\$d" cco-release.toml
cat >>cco-release.toml <<TOML
[release]
header = "hello {version}, at last."
footer = "Thanks to **all**."
extra_files = ["extra/*.pdf", "extra/notes-{version}.txt"]
[changelog]
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "$(forge_url api)"
upload_url = "$(forge_url uploads)"
url = "$(forge_url web)/maker/hello"
TOML
mkdir extra
echo 'a manual' >extra/manual.pdf
echo 'notes' >extra/notes-1.0.0.txt
changelog() { # VERSION TEXT
  printf '# Changelog\n\n## %s\n\n%s\n' "$1" "$2" >CHANGELOG.md
}
changelog 1.0.0 "$(printf -- '- the first\n%s\n- the last' "$(seq -f 'line %g of many' 600)")"
publish() { env -i PATH="$PATH" GH_TOKEN=secret SSL_CERT_FILE="$forge_ca" "$CCO_RELEASE" publish --date "$hello_date" "$@"; }
verify() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" "$CCO_RELEASE" verify "$@"; }
api() { curl -fsS --cacert "$forge_ca" -H 'Authorization: Bearer secret' "$(forge_url api)/repos/maker/hello/releases$1"; }
page() { api "/tags/$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["body"])'; }
assets=$work/p/dist/1.0.0/assets

status 'a release' 0 publish --version 1.0.0
text=$(page v1.0.0)
is 'the page begins with the header' "$(head -n 1 <<<"$text")" 'hello 1.0.0, at last.'
is 'and ends with the footer' "$(tail -n 1 <<<"$text")" 'Thanks to **all**.'
is 'the section of the changelog is whole' "$(grep -c -e '^line [0-9]* of many$' -e '^- the last$' <<<"$text")" 601
is 'which the manifest shortens' "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["versions"]["1.0.0"]["notes"]) < 4097)' "$work/site/stable.version-manifest.json")" True
like 'it says how to install' "$text" "^curl -fsSL $(forge_url web)/maker/hello/releases/download/v1\.0\.0/install\.sh \| bash$"
is 'nothing is said of what there is not' "$(grep -c -e irm -e scoop -e brew <<<"$text")" 0
like 'it lists each archive with its digest' "$text" "^\| .hello-v1\.0\.0-linux-x86_64\.tar\.gz. \| [0-9.]+ .?B \| .$(sha256sum "$assets/hello-v1.0.0-linux-x86_64.tar.gz" | cut -c1-64). \|$"
like 'and each further file' "$text" "^\| .manual\.pdf. \| 9 [a-zA-Z]+ \| .$(sha256sum <extra/manual.pdf | cut -c1-64). \|$"
status 'the command that it names' 0 env -i HOME="$work" PATH=/usr/bin:/bin SSL_CERT_FILE="$forge_ca" CURL_CA_BUNDLE="$forge_ca" bash -o pipefail -c "$(grep '^curl' <<<"$text")"
is 'installs it' "$(env -i "$work/.local/bin/hello")" 'hello 1.0.0'

# --- extra_files ---
names() { api "/tags/v$1" | python3 -c 'import json, sys; print(*sorted(a["name"] for a in json.load(sys.stdin)["assets"] if not a["name"].startswith(("hello", "install"))))'; }
is 'extra files are assets, with signatures' "$(names 1.0.0)" 'checksums.sha256 checksums.sha256.minisig manual.pdf manual.pdf.minisig notes-1.0.0.txt notes-1.0.0.txt.minisig'
is 'the checksums have them' "$(cd "$assets" && sha256sum -c checksums.sha256 2>&1 | tr '\n' ' ')" 'hello-v1.0.0-linux-x86_64.tar.gz: OK manual.pdf: OK notes-1.0.0.txt: OK '
status 'their signatures hold' 0 minisign -Vm "$assets/manual.pdf" -p hello.pub
is 'no manifest names them' "$(cat "$work"/site/*.json | grep -c manual)" 0
status 'verify' 0 verify
status 'the same again' 0 publish --version 1.0.0
like 'does nothing' "$output" 'nothing to do'
forge /tamper '{"repository": "maker/hello", "tag": "v1.0.0", "name": "manual.pdf", "text": "evil"}' >/dev/null
status 'one that somebody replaced' 7 verify
like 'is named' "$output" 'manual\.pdf is not what checksums\.sha256 says'
status 'and is a conflict' 5 publish --version 1.0.0
echo 'a manual' >"$work/x" && forge /tamper '{"repository": "maker/hello", "tag": "v1.0.0", "name": "manual.pdf", "text": "a manual\n"}' >/dev/null
echo 'another manual' >extra/manual.pdf
status 'one that changed here' 5 publish --version 1.0.0
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
changelog 1.1.0 '- more'
status 'a pattern that finds nothing' 3 publish --version 1.1.0
like 'is named with its line' "$output" 'cco-release\.toml:[0-9]+: .*notes-1\.1\.0\.txt'
is 'before anything was written' "$(ls -d dist/1.1.0 2>/dev/null)" ''
echo notes >extra/notes-1.1.0.txt
echo x >extra/install.sh
sed -i 's|^extra_files = .*|extra_files = ["extra/*"]|' cco-release.toml
status 'a name that is taken' 3 publish --version 1.1.0
like 'is said' "$output" 'install\.sh is the name of another file of the release'
rm extra/install.sh

# --- notes ---
printf 'Read **this**.\n' >notes.md
status 'notes of a file' 0 publish --version 1.1.0 --release-notes notes.md
like 'are on the page' "$(page v1.1.0)" '^Read \*\*this\*\*\.$'
is 'in place of the changelog' "$(page v1.1.0 | grep -c '^- more$')" 0
like 'which the manifest has' "$(cat "$work/site/stable.version-manifest.json")" '"notes": "- more'
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
changelog 1.2.0 '- even more'
status 'a file that is not there' 3 publish --version 1.2.0 --release-notes nowhere.md
printf 'a\001b' >bad.md
status 'or is no text' 3 publish --version 1.2.0 --release-notes bad.md
head -c 200000 /dev/zero | tr '\0' x >long.md
status 'or is too long' 3 publish --version 1.2.0 --release-notes long.md
status 'a draft' 16 publish --version 1.2.0 --draft
id=$(api '?per_page=100' | python3 -c 'import json, sys; print([r["id"] for r in json.load(sys.stdin) if r["draft"]][0])')
curl -fsS --cacert "$forge_ca" -H 'Authorization: Bearer secret' -X PATCH -d '{"body": "By hand.", "name": "A name"}' "$(forge_url api)/repos/maker/hello/releases/$id" >/dev/null
status 'that a person wrote into' 0 publish --version 1.2.0
is 'keeps what was written' "$(page v1.2.0) $(api /tags/v1.2.0 | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["name"], d["prerelease"])')" 'By hand. A name False'
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'
changelog 2.0.0-beta.1 '- new'
status 'a beta' 0 publish --version 2.0.0-beta.1
is 'is a prerelease' "$(api /tags/v2.0.0-beta.1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["prerelease"])')" True
done_testing
