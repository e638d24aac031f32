#!/usr/bin/env bash
# cco-release init: a configuration from what a project says, never over a file that exists.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/rocket"
cd "$work/rocket" || exit 1
releaser() { env -i PATH="$PATH" HOME="$work" "$CCO_RELEASE" "$@"; }

git init -q .
git remote add origin https://user:hunter2@git.example/acme/rocket.git
printf 'module git.example/acme/rocket/v2\n' >go.mod
status "a project is read and a configuration written" 0 releaser init
first=$output
like "the file is named" "$output" "^cco-release.toml$"
like "and what was read" "$output" "from go.mod, git remote"
like "the build stamps the version into the program" "$(cat cco-release.toml)" '"-ldflags", "-s -w -X main.version=\{version\}"'
like "a program without a variable for it is warned of" "$output" "warning: package main has no variable for its version"
like "the name comes from go.mod" "$(cat cco-release.toml)" '^name = "rocket"$'
like "the homepage from the remote" "$(cat cco-release.toml)" '^homepage = "https://git.example/acme/rocket"$'
check "a token in the remote goes nowhere" bash -c '! grep -rq hunter2 cco-release.toml'
like "the next step is named" "$output" "next: cco-release keys new --out ~/.config/cco-release/keys/rocket"
before=$(cat cco-release.toml)
status "a file that exists is kept" 5 releaser init --product other
like "and the message says how to replace it" "$output" "exists already; --force replaces it"
is "it is as it was" "$(cat cco-release.toml)" "$before"
status "--force replaces it" 0 releaser init --force --product other --license MIT --url https://dl.example/other
like "options win over what was read" "$(cat cco-release.toml)" '^name = "other"$'
check "nothing else is left behind" test "$(find . -maxdepth 1 -type f | sort | xargs)" = "./.gitignore ./cco-release.toml ./go.mod"
is "what is made while releasing is no source" "$(cat .gitignore)" "$(printf '/dist/\n/site/\n/build/')"
like "which init says" "$first" "added /dist/, /site/, /build/ to .gitignore"
is "--json tells what was added this time" "$(rm .gitignore && releaser init --force --product other --json 2>/dev/null | jq -c .ignored)" '["/dist/","/site/","/build/"]'
printf 'build/\n*.log' >.gitignore && mkdir site && echo page >site/index.html && git add site
releaser init --force --product other >/dev/null 2>&1
is "what is ignored or tracked already is left alone" "$(cat .gitignore)" "$(printf 'build/\n*.log\n/dist/')"
git rm -rq --cached site && rm -r site
releaser keys new --out "$work/.config/cco-release/keys/other" --no-password 2>/dev/null >"$work/public"
status "a key of that name is found" 0 releaser init --force --product other
like "and stands in the file" "$(cat cco-release.toml)" "^public_key = \"$(sed 's/[+]/[+]/g' "$work/public")\""
status "the configuration is one that check reads" 0 releaser check --print-schema

mkdir "$work/hosted" && cd "$work/hosted" || exit 1
git init -q . && git remote add origin git@github.com:Acme/rocket.git
printf '# Changelog\n' >CHANGELOG.md && echo 'version: 2' >.goreleaser.yaml
status "a repository of github.com" 0 releaser init
like "where releases go is said" "$output" 'releases go to GitHub Acme/rocket, their site to its branch gh-pages \(https://acme.github.io/rocket\)'
is "archives are releases there, and the site is a branch" "$(grep -E '^(type|remote|branch|url|repository) = ' cco-release.toml | sed 's/  .*//' | tr '\n' ' ')" \
  'type = "git" remote = "Acme/rocket" branch = "gh-pages" url = "https://acme.github.io/rocket" type = "github" repository = "Acme/rocket" '
like "its changelog is asked" "$(cat cco-release.toml)" '^\[changelog\]$'
is "there is no folder to ignore but those of builds" "$(tr '\n' ' ' <.gitignore)" '/dist/ /artifacts/ '
# shellcheck disable=SC2016  # names in back ticks
like "another tool's configuration is named" "$output" '`cco-release init --force --from .goreleaser.yaml` carries over what it says'
status "a site elsewhere" 0 releaser init --force --url https://dl.example.org/rocket
is "is a folder" "$(grep '^type = ' cco-release.toml)" 'type = "directory"'

mkdir "$work/no facts" && cd "$work/no facts" || exit 1
status "a folder without anything" 0 releaser init
like "gives its own name" "$(cat cco-release.toml)" '^name = "no-facts"$'
check "and no repository, no .gitignore" test ! -e .gitignore
printf '[user]\n\tname = Ann Other\n\temail = ann@example.com\n' >"$work/.gitconfig"
cat >README.md <<'README'
# Rocket

[![build](https://ci.example/badge.svg)](https://ci.example)

**Rocket** counts [lines](https://example.com) of
`logs`. It is fast.
README
status "with a README and a name in git" 0 releaser init --force
like "its first sentence is the description" "$(cat cco-release.toml)" '^description = "Rocket counts lines of logs"$'
like "and who maintains it is known" "$(cat cco-release.toml)" '^maintainer = "Ann Other <ann@example.com>"$'
cd "$work/rocket" || exit 1
status "a name that cannot be one is refused" 2 releaser init --force --product 'My Tool'
like "with one that can" "$output" 'like .my-tool'
status "so is a site without https" 3 releaser init --force --product other --url http://dl.example
is "JSON says the same" "$(releaser init --force --product other --json 2>/dev/null | jq -c '[.schema,.file,.product,.signing]')" \
  '[1,"cco-release.toml","other",true]'
status "another file is written where --config says" 0 releaser init --config .config/cco-release.toml
check "with its folder" test -f .config/cco-release.toml
mkdir "$work/old" && cd "$work/old" || exit 1
printf '[package]\nname = "old"\nlicense = "MIT/Apache-2.0"\n' >Cargo.toml
status "a license in the old spelling of Cargo is mended" 0 releaser init
like "into SPDX's" "$(cat cco-release.toml)" '^license = "MIT OR Apache-2\.0"'
rm Cargo.toml && printf '{"name": "old", "license": "SEE LICENSE IN TERMS"}\n' >package.json
status "one that is none" 0 releaser init --force
like "is not taken" "$output" 'no license was found'
status "one given that is none is refused" 3 releaser init --force --license GPL3
like "with those that may be meant" "$output" 'cco-release\.toml:[0-9]+: .*did you mean .GPL-3\.0-only. or .GPL-3\.0-or-later.'
done_testing
