#!/usr/bin/env bash
# Commands from a folder below the project's: the configuration is looked for upward, and what it names stays where it is.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
publish() { release publish --date "$hello_date" --version 1.0.0 "$@"; }
made() { for folder in dist site ../dist ../site; do [ ! -e "$folder" ] || printf '%s ' "$folder"; done; }
none='^cco-release: no cco-release\.toml here or above; '

cd "$work/p/man" || exit 1
status "a dry run from below succeeds" 0 publish --dry-run
is "it makes nothing, neither here nor there" "$(made)" ""
status "a release from below succeeds" 0 publish
is "dist and site are the project's" "$(made)" "../dist ../site "
before=$(state_of ../site; state_of ../dist)
cd .. || exit 1
status "from the project's folder it is the same release" 0 publish
like "of which nothing is left to do" "$output" 'nothing to do'
is "and nothing was written" "$(state_of site; state_of dist)" "$before"
cd man || exit 1
status "verify finds the site from below" 0 release verify
like "so does status" "$(release status)" 'stable +1\.0\.0'
status "check finds all from below" 0 release check --version 1.0.0 --date "$hello_date"
status "--dist given is relative to the current folder" 0 publish --dist mine
is "so it is here" "$(ls -d mine/1.0.0)" mine/1.0.0
rm -r mine
rm -r ../dist
status "--config FILE from below succeeds" 0 publish --config ../cco-release.toml
is "dist is beside the file" "$(ls -d dist ../dist 2>/dev/null)" ../dist
mkdir ../.config && mv ../cco-release.toml ../.config && rm -r ../dist
status "a hidden configuration is found from below" 0 publish
is "dist is in the project's folder" "$(ls -d dist ../dist ../.config/dist 2>/dev/null)" ../dist
cd ../.config || exit 1
status "it is also found from its own folder" 0 publish
is "where nothing is made" "$(ls)" cco-release.toml

# A repository in between is another project.
mkdir -p "$work/p/vendor/other/src" && git -C "$work/p/vendor/other" init -q
cd "$work/p/vendor/other/src" || exit 1
status "a repository that has none does not take that of the folder around it" 3 publish
like "it says so" "$output" "$none"
cp "$work/p/.config/cco-release.toml" ..
like "its own is found, up to its root" "$(release status 2>&1)" 'nothing is published yet'

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$work/alien/mine" "$work/file/mine"
  cp "$work/p/.config/cco-release.toml" "$work/alien"
  cp "$work/p/.config/cco-release.toml" "$work/file"
  chown 65534 "$work/alien" "$work/file/cco-release.toml"
  cd "$work/alien/mine" || exit 1
  status "another user's folder is not looked into" 3 release status
  like "it says where it stopped" "$output" "no cco-release\\.toml here or above \\(\\.\\. is another user's\\); "
  cd "$work/file/mine" || exit 1
  status "another user's file above is not taken" 3 release status
  like "it says whose it is" "$output" "^cco-release: \\.\\./cco-release\\.toml is another user's; if you trust it, name it with --config\$"
  status "named, it is" 0 release status -f ../cco-release.toml
else
  skip "another user's folder is not looked into" 'needs root'
fi
done_testing
