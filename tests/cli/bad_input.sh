#!/usr/bin/env bash
# What people get wrong: each with its exit status, one line that says what to do, and nothing lost.
# shellcheck disable=SC2016  # messages quote names in back ticks, and preparations are run later by eval
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/cli/refused.sh
. "$SOURCE_ROOT/tests/cli/refused.sh"

# --- cco-release.toml ---
prepare='sed -i "s/^license/licence/" cco-release.toml'
refused 'a key with a typo' 3 'cco-release\.toml:6: unknown key `licence` in \[product\]; did you mean `license`\?' publish
like 'a key with a typo: the other problem of it is listed too' "$output" '^  cco-release\.toml:2: \[product\] needs `license`'
prepare='sed -i "s/^platforms.*/platforms = \"linux-x86_64\"/" cco-release.toml'
refused 'a wrong type' 3 '^cco-release: cco-release\.toml:9: `build\.platforms` must be a list of texts, not a text$' publish
for line in 'level = "9":`archive\.level` must be an integer, not a text' 'level = 13:`archive\.level` must be 1 to 12, not 13' \
  'level = 4.5:`archive\.level` must be an integer, not a number' 'name = 7:`archive\.name` must be a text, not an integer'; do
  prepare="sed -i 's/^files/${line%%:*}\n&/' cco-release.toml"
  refused "another wrong type (${line%%:*})" 3 "^cco-release: cco-release\.toml:12: ${line#*:}" publish
done
prepare='echo "[release]
critical = \"yes\"" >>cco-release.toml'
refused 'a text instead of true or false' 3 '`release\.critical` must be true or false, not a text' publish
prepare='sed -i "s/^..destination..$/[destination]/" cco-release.toml'
refused 'one bracket too few' 3 'write \[\[destination\]\] with two brackets' publish
prepare='sed -i "s/^platforms.*/platforms = []/" cco-release.toml'
refused 'no platforms' 3 '`build\.platforms` is empty; name at least one' publish
prepare='sed -i "s/^platforms.*/platforms = [\"linux-x68_64\"]/" cco-release.toml'
refused 'an unknown platform' 3 'unknown platform `linux-x68_64`; did you mean `linux-x86_64`' publish
prepare='sed -i "s/{platform}/{plattform}/" cco-release.toml'
refused 'an unknown placeholder' 3 'unknown placeholder \{plattform\}; did you mean' publish
prepare='echo "[product" >>cco-release.toml'
refused 'a file that is no TOML' 3 'cco-release\.toml:23:9: .*; mend that line' publish
prepare='rm cco-release.toml; touch cco-release.toml'
refused 'an empty file' 3 'cco-release\.toml: \[product\] is missing; it needs `name`, `description`, `homepage`, `license`' publish
prepare='rm cco-release.toml'
refused 'no file' 3 'no cco-release\.toml here or above( \(.*\))?; `cco-release init` writes one' publish
refused 'a file of another name that is not there' 3 'other\.toml: no such file; `cco-release init` writes' publish --config other.toml
prepare='rm cco-release.toml; mkdir cco-release.toml'
refused 'a folder instead of it' 3 'cco-release\.toml: a directory, not a regular file; `cco-release init` writes' publish
prepare='head -c 1100000 /dev/zero | tr "\0" "#" >cco-release.toml'
refused 'a file that is too large' 3 'cco-release\.toml: larger than the 1048576 bytes allowed' publish
prepare='printf "x = \"\377\"\n" >>cco-release.toml'
refused 'a file that is no UTF-8' 3 'cco-release\.toml:23:.*[uU][tT][fF]-8.*; mend that line' publish
prepare='{ printf "x = "; head -c 20000 /dev/zero | tr "\0" "["; } >>cco-release.toml'
refused 'ten thousand levels' 3 'cco-release\.toml:23:.*; mend that line' publish
prepare='sed -i "/^.sign.$/,/^key/d" cco-release.toml'
refused 'no [sign]' 3 '\[sign\] is missing; .*keys new' publish
prepare='sed -i "/^..destination/,/^url/d" cco-release.toml'
refused 'no [[destination]]' 3 'destination.* is missing; add one' publish

prepare='printf "[trust]\n[trust.keys]\n" >>cco-release.toml'
refused '[trust] without keys' 3 'cco-release\.toml:24: root needs 1 key and has 0; add 1 to `root` in \[trust\.keys\]' publish

# --- dist/ of a run that is refused ---
prepare='rm -rf dist; rm hello.key'
refused 'no dist/ before' 3 'no key file' publish
is 'no dist/ before: none is left' "$(ls -d dist 2>/dev/null)" ''
prepare='mkdir out; rm -rf dist; rm bin/linux-x86_64/hello'
refused 'a dist/ two folders deep' 3 'bin/linux-x86_64/hello' publish --dist out/one/two
is 'a dist/ two folders deep: what was there is left, no more' "$(find out)" out
prepare='mv dist empty; mkdir dist; rm hello.key'
refused 'an empty dist/ that was there' 3 'no key file' publish
is 'an empty dist/ that was there stays' "$(find dist)" dist

# --- versions, dates, tags ---
prepare=true
none() { # VERSION REGEX
  refused "a version that is none ($1)" 3 "^cco-release: identify: $2" release publish --version "$1" --date "$hello_date"
}
none one.two '`one\.two` is not a version: it must be three numbers such as 1\.2\.3'
none 1.1 '`1\.1` is not a version: '
none 1.1.0.0 '`1\.1\.0\.0` is not a version: '
none 01.1.0 '`01\.1\.0` is not a version: '
none ../1.1.0 '`\.\./1\.1\.0` is not a version: '
none '1.1.0 ' '`1\.1\.0 ` is not a version: '
none '' '`` is not a version: '
none 1.1.0+7 '`1\.1\.0\+7` is not a version: build metadata .* leave it out'
refused 'a channel that is none' 2 'channel' publish --channel stabel
refused 'a version below the head' 3 '0\.9\.0 is lower than 1\.0\.0' release publish --version 0.9.0 --date "$hello_date"
refused 'a public version with other bytes' 5 'public already.*choose a new version' release publish --version 1.0.0 --date "$hello_date"
refused 'no date' 3 'no date for the release: give --date' release publish --version 1.1.0
refused 'no version' 3 'no version: give --version, or put a tag' release publish --date "$hello_date"
refused 'a date that is none' 2 'yesterday' release publish --version 1.1.0 --date yesterday
git() { command git -c user.name=n -c user.email=n@example.com "$@"; }
prepare='git init -q . && git add LICENSE && git commit -qm one && git tag v1.1.0 && git tag v1.2.0'
refused 'two tags at HEAD' 3 'two tags at HEAD \(v1\.1\.0, v1\.2\.0\); say which one with --version' release publish
prepare=true
refused 'an unknown name for --skip' 2 '--skip sing: nothing of that name can be skipped; did you mean `sign`\? It takes build' publish --skip sing
refused '--skip sign alone' 2 'add publish to it' publish --skip sign

# --- names ---
name() { # SENTENCE SED-SCRIPT REGEX
  prepare="sed -i '$2' cco-release.toml"
  refused "$1" 3 "$3" publish
}
name 'a name of the product with a blank' 's/^name.*/name = "my tool"/' ':3: `product\.name` must be made of a-z, 0-9 and "-", not `my tool`'
name 'a name of the product with ..' 's/^name.*/name = "..\/hello"/' ':3: `product\.name` must be made of a-z, 0-9 and "-", not `\.\./hello`'
name 'a name of an archive with ..' 's/^.archive.$/&\nname = "..\/{name}-{platform}"/' ':12: `\.\./hello-linux-x86_64\.tar\.gz` cannot be the name of an archive: use letters'
name 'a name of an archive with a blank' 's/^.archive.$/&\nname = "{name} {platform}"/' ':12: `hello linux-x86_64\.tar\.gz` cannot be the name of an archive: use letters'
prepare='rm bin/linux-x86_64/hello; rm hello.key'
refused 'several problems at once' 3 'preflight: 2 problems:$' publish
like 'several problems at once: the binary' "$output" '^  bin/linux-x86_64/hello: no such file'
like 'several problems at once: the key' "$output" '^  cco-release\.toml:15: no key file hello\.key'

# --- keys ---
prepare='chmod 644 hello.key'
refused 'a key file that others can read' 3 'run chmod 600' publish
prepare='release keys new --out other --no-password >/dev/null 2>&1; cp other.key hello.key'
refused 'a key of another public key' 3 'use the key of that public key' publish
prepare='git init -q . && git add hello.key && git commit -qm oops'
refused 'a key file that git tracks' 3 'git tracks the key file.*git rm --cached' publish
prepare='head -c 60 hello.key >cut; cat cut >hello.key'
refused 'a damaged key file' 3 'preflight: hello\.key: this is no minisign secret key file; `cco-release keys new` makes one' publish
for size in 9 99999; do
  prepare="head -c $size /dev/zero | tr '\\0' x >README.md; chmod 644 README.md; sed -i 's|hello.key|README.md|' cco-release.toml"
  refused "$size bytes that are no key" 3 'preflight: README\.md: this is no minisign secret key file; .cco-release keys new. makes one$' publish
done
prepare='rm hello.key; mkdir hello.key'
refused 'a folder instead of the key file' 3 'hello\.key is no regular file; mend `key` in \[sign\]' publish
prepare='sed -i "s|^public_key.*|public_key = \"RWnothing\"|" cco-release.toml'
refused 'a public key that is none' 3 'cco-release\.toml:14: `sign\.public_key`: ' publish
prepare='rm hello.key'
refused 'a key file that is not there' 3 'no key file' publish
lock='lock_key .; rm -rf site dist; mkdir dist'
prepare="$lock"
refused 'a key with a password and none given' 3 'give --password-file' publish
prepare="$lock; echo wrong >password"
refused 'a wrong password' 3 'locked\.key: the password is wrong for this key file' publish --password-file password
refused 'a password file that is not there' 9 'nowhere: no such file' publish --password-file nowhere
refused 'a descriptor that is not open' 2 '--password-fd 9' publish --password-fd 9
prepare="$lock; : >password"
refused 'an empty password' 3 'locked\.key: the password is wrong' publish --password-file password
prepare="$lock; printf 'test\r\nsecond line\n' >password"
refused 'the first line of the password file counts, and --dry-run' 0 'put releases' publish --password-file password --dry-run
prepare="$lock; echo test >password"
refused 'the right password, and --dry-run' 0 'put releases' publish --password-file password --dry-run
status 'the right password from a file' 0 publish --password-file password
rm -rf site dist
status 'from a descriptor' 0 publish --password-fd 7 7<password
rm -rf site dist
status 'from the environment, with the key too' 0 env -i PATH="$PATH" CCO_RELEASE_PASSWORD=test CCO_RELEASE_KEY="$(cat locked.key)" "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date"

# --- a site that somebody edited ---
manifest=site/stable.version-manifest.json
prepare="sed -i 's/1\.0\.0/1.0.1/' $manifest"
refused 'an edited manifest' 7 'nothing was changed: put back the last good copy' publish
prepare="head -c 300 $manifest >cut; cp cut $manifest"
refused 'a manifest cut short' 7 'nothing was changed: put back the last good copy' publish
prepare=": >$manifest"
refused 'an empty manifest' 7 'nothing was changed: put back the last good copy' publish
prepare="rm $manifest.minisig"
refused 'a manifest without its signature' 7 'nothing was changed: put back the last good copy' publish
prepare="release keys new --out other --no-password >/dev/null 2>&1; minisign -S -s other.key -m $manifest >/dev/null"
refused 'a manifest that another key signed' 7 'nothing was changed: put back the last good copy' publish
prepare="rm $manifest; mkdir $manifest"
refused 'a folder in place of a manifest' 3 "$manifest: a directory, not a regular file; nothing was changed: put back" publish
prepare='rm -rf site; echo >site'
refused 'a file in place of the site' 3 'site is no folder; mend `path` of \[\[destination\]\] directory' publish
archive=site/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz
binary=bin/linux-x86_64/hello
hello_binary "$work/good_binary" 'hello 1.0.0'
prepare="cp ../good_binary $binary; echo more >>$archive"
refused 'a changed archive' 5 "other bytes are public already as ${archive#site/}; nothing was changed: choose a new version, or put the old files back" \
  release publish --version 1.0.0 --date "$hello_date"
status 'verify names the changed archive' 7 release verify
like 'verify says which file' "$output" 'hello-v1\.0\.0-linux-x86_64\.tar\.gz'
prepare="rm $archive"
refused 'an archive that is gone' 9 'is missing; publish again' release verify
cp "$work/good_binary" "$binary"
status 'publishing the same again puts it back' 0 release publish --version 1.0.0 --date "$hello_date"
status 'and all is well' 0 release verify

# What people put beside the releases is theirs: it neither stops a release nor is touched by one.
prepare='echo own >site/robots.txt; mkdir -p site/blog site/releases/v0.9.0; echo own >site/blog/post.html; echo own >site/releases/v0.9.0/notes
  echo own >site/releases/v1.0.0/extra; ln -s nowhere site/link; mkfifo site/fifo'
refused 'extra files in the site, and --dry-run' 0 'put releases/v1\.1\.0/' publish --dry-run
own() { (cd site && stat -c '%n %i %a %Y' robots.txt blog/post.html releases/v0.9.0/notes releases/v1.0.0/extra link fifo && cat robots.txt blog/post.html releases/v*/[ne]*); }
before=$(own)
status 'extra files in the site: the release is made' 0 publish
is 'extra files in the site: they are as they were' "$(own)" "$before"
status 'extra files in the site: verify has nothing against them' 0 release verify
done_testing
