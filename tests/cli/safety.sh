#!/usr/bin/env bash
# What a release must never do: hand out the key, replace what is not its own, change what is public, believe what is old or of something else.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
hello_project "$work/new"
publish() { release publish --date "$hello_date" "$@"; }
fresh() { rm -rf "$work/p" && cp -a "$work/new" "$work/p" && cd "$work/p" || exit 1; }
set_key() { sed -i "s|^$1 = .*|$1 = $2|" cco-release.toml; }

# --- the secret key stays secret ---
fresh
set_key files '["LICENSE*", "hello.*"]'
status 'a pattern that takes the key into the archive' 3 publish --version 1.0.0
like 'says which file, and what to do' "$output" 'hello\.key is a secret key.*take it out of .files.'
is 'and nothing is public' "$(ls -d site 2>/dev/null)" ''
fresh
cp hello.key man/other.1
set_key files '["LICENSE*", "man/*"]'
status 'another secret key under another name' 3 publish --version 1.0.0
like 'is told as well' "$output" 'man/other\.1 is a secret key'
fresh
mkdir site && mv hello.key site/ && set_key key '"site/hello.key"'
status 'a key in the folder that is served' 3 publish --version 1.0.0
like 'says so' "$output" 'site/hello\.key.* lies in .*site, which is public; .*another folder'
fresh
set_key path '"."'
status 'a destination that is the project' 3 publish --version 1.0.0
like 'says so' "$output" 'cco-release\.toml:[0-9]+: .path. .* holds cco-release\.toml itself; give a folder of its own, such as "site"'
fresh
git init -q . && git add hello.key && mkdir keys && mv hello.key keys/ && ln -s keys/hello.key hello.key && git add keys && git rm -q -f --cached hello.key
status 'a key that git tracks, by a link that it does not' 3 publish --version 1.0.0
like 'says so' "$output" 'git tracks the key file .*keys/hello\.key'
if [ "$(id -u)" = 0 ]; then
  chown -R 65534:65534 .
  status 'a repository of another user, which git does not open' 3 env -i PATH="$PATH" HOME="$work" "$CCO_RELEASE" publish --date "$hello_date" --version 1.0.0
  like 'is told, with what git says' "$output" 'git cannot say whether it tracks the key file.*dubious ownership'
else
  skip 'a repository of another user' 'needs root'
fi

# --- what the releaser did not write stays ---
fresh
mkdir -p site/docs && echo mine >site/README.md && echo mine >site/docs/INSTALLATION.md && echo mine >site/install.sh
before=$(state_of site)
status 'files of a web site under names of ours' 5 publish --version 1.0.0
like 'are named' "$output" 'README\.md.*(are|is) there already and not .*by .*cco-release.*; nothing was changed: '
is 'and stay' "$(state_of site)" "$before"
rm -r site/README.md site/docs site/install.sh && echo mine >site/index.php
status 'other files do not matter' 0 publish --version 1.0.0
is 'and stay too' "$(cat site/index.php)" mine

# --- public bytes never change, not even those of a release that no manifest lists any more ---
fresh
status 'a release' 0 publish --version 1.0.0
for minor in $(seq 1 21); do
  hello_binary bin/linux-x86_64/hello "hello 1.$minor.0"
  publish --version "1.$minor.0" >/dev/null 2>&1 || echo "# 1.$minor.0 failed"
done
is 'is not listed after 21 others' "$(grep -c '"1\.0\.0"' site/stable.version-manifest.json)" 0
before=$(state_of site)
hello_binary bin/linux-x86_64/hello "hello 1.0.0"
echo 'Do as we say.' >LICENSE
rm -rf dist/1.0.0
status 'it is public all the same' 5 publish --version 1.0.0 --allow-backport
like 'says so' "$output" 'other bytes are public already as .*v1\.0\.0'
is 'and does not change' "$(state_of site)" "$before"

# --- a manifest that is older than what was published from here is no basis ---
fresh
publish --version 1.0.0 >/dev/null 2>&1
cp -a site backup
hello_binary bin/linux-x86_64/hello "hello 1.1.0"
publish --version 1.1.0 >/dev/null 2>&1
cp -a backup/*manifest* site/
before=$(state_of site)
hello_binary bin/linux-x86_64/hello "hello 1.2.0"
status 'manifests of an old backup' 7 publish --version 1.2.0
like 'are told, with the way out' "$output" 'stable\.version-manifest\.json went back from generation 2 to 1; nothing was changed: put .* back'
is 'and nothing changes' "$(state_of site)" "$before"
status 'check says so too' 7 release check --version 1.2.0 --date "$hello_date"
cp dist/1.1.0/site/*manifest* site/
status 'with the newest manifests it goes on' 0 publish --version 1.2.0
is 'and no release is lost' "$(grep -o '"1\.[0-9]\.0": {' site/stable.version-manifest.json | sort -u | wc -l)" 3

# --- verify, and what stale or swapped installers do ---
cp -a site good
for name in install.sh install.ps1 releases/v1.2.0/install.sh; do
  rm -rf site && cp -a good site && rm "site/$name"
  status "verify without $name" 9 release verify
  like "verify without $name says what to do" "$output" "$name.*is missing.*publish again"
done
rm -rf site && cp -a good site && cp site/releases/v1.1.0/install.sh* site/
status 'verify with the installer of an old release' 7 release verify
like 'says which one it should be' "$output" 'install\.sh: .*version.*1\.1\.0.*1\.2\.0'
rm -rf site && cp -a good site && cp site/releases/v1.1.0/install.sh* site/releases/v1.2.0/
status 'verify with it in the folder of the release' 7 release verify
rm -rf dist/1.2.0
publish --version 1.2.0 >/dev/null 2>&1
is 'publish does not sign it as the newest one' "$(grep -l "pinned_version='1.1.0'\|version=.*1\.1\.0" dist/1.2.0/assets/install.sh 2>/dev/null)" ''
fresh
publish --version 1.0.0 --skip publish >/dev/null 2>&1
echo 'Do as we say.' >LICENSE
sed -i '/^\[installers\]$/d' cco-release.toml
status 'without [installers] after a run with them' 0 publish --version 1.0.0
is 'no stale installer is public' "$(find site -name 'install.*')" ''

# --- passwords are read in one way ---
fresh
printf 'first\nsecond\n' >password
status 'a password file with two lines' 0 release keys new --out pw --password-file password
set_key public_key "\"$(tail -n 1 pw.pub)\"" && set_key key '"pw.key"'
status 'opens the key that it made' 0 publish --version 1.0.0 --password-file password
rm -rf site dist pw.*
status 'a variable with a final newline' 0 env -i PATH="$PATH" CCO_RELEASE_PASSWORD=$'pw\n' "$CCO_RELEASE" keys new --out pw
set_key public_key "\"$(tail -n 1 pw.pub)\""
status 'opens the key that it made' 0 env -i PATH="$PATH" CCO_RELEASE_PASSWORD=$'pw\n' "$CCO_RELEASE" publish --version 1.0.0 --date "$hello_date"

# --- what stands in git ---
fresh
printf 'hello.key\ndist/\n' >.gitignore
git init -q . && git add . && git -c user.name=t -c user.email=t@t commit -qm first && git tag v1.0.0
echo 'Do as we say.' >LICENSE
status 'a tag, and other files than it holds' 3 publish
like 'says which, and what to do' "$output" 'files differ from what the tag v1\.0\.0 holds: LICENSE; .*--allow-dirty'
status '--allow-dirty means it' 0 publish --allow-dirty --dry-run
status 'a snapshot may differ' 0 publish --snapshot
like 'and is named after the newest tag' "$output" 'hello 1\.0\.1-snapshot\.[0-9a-f]{7}'
git checkout -q LICENSE
status 'the files of the tag' 0 publish
hello_binary bin/linux-x86_64/hello 'hello 1.0.1'
git add -f site bin && git -c user.name=t -c user.email=t@t commit -qm site && git tag v1.0.1 && echo more >>site/README.md
status 'a site in git that publishing changes does not count' 0 publish
cp -a . "$work/other" && cd "$work/other" && rm -rf site dist && git tag -d v1.0.0 v1.0.1 >/dev/null && git tag v0.9.0 HEAD~1
hello_binary bin/linux-x86_64/hello 'hello 1.0.2'
git -c user.name=t -c user.email=t@t commit -qam again && git tag v1.0.2
status 'an empty folder although git has a release' 0 publish
like 'is a warning that says why' "$output" 'warning: directory .*site shows no release, but git has v0\.9\.0: .*bring that site here first'

# --- smaller things ---
fresh
set_key url '"https://releases.example.com/hello/"'
status 'a url with a final slash' 0 publish --version 1.0.0
is 'is written with one slash everywhere' "$(grep -rl 'hello//' site)" ''
is 'installers and scripts can be run' "$(stat -c %a site/install.sh site/scripts/uninstall.sh site/releases/v1.0.0/install.sh site/install.ps1 | tr '\n' ' ')" '755 755 755 644 '
fresh
sed -i 's|^\[build\]|[version]\nscheme = "calver"\n[build]|' cco-release.toml
status 'calver: a version that has no month' 3 publish --version 2026.13.1
like 'calver: says what it should look like' "$output" '2026\.13\.1 is no calver version.*such as 2026\.11\.1'
hello_binary bin/linux-x86_64/hello 'hello 2026.11.1'
status 'calver: one of its own' 0 publish --version 2026.11.1
done_testing
