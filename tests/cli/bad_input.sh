#!/usr/bin/env bash
# What people get wrong: each with its exit status, one line that says what to do, and nothing lost.
# shellcheck disable=SC2016  # messages quote names in back ticks, and preparations are run later by eval
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
hello_project "$work/good"
cd "$work/good" || exit 1
release publish --version 1.0.0 --date "$hello_date" >/dev/null 2>&1 || exit 1
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
publish() { release publish --version 1.1.0 --date "$hello_date" "$@"; }

# refused SENTENCE STATUS MESSAGE_REGEX COMMAND...: in a copy of the project after "$prepare"; site and dist stay as they were.
prepare=true
refused() {
  local sentence=$1 expected=$2 message=$3 before
  shift 3
  chmod -R u+w "$work/p" 2>/dev/null
  rm -rf "$work/p" && cp -a "$work/good" "$work/p" && cd "$work/p" || exit 1
  eval "$prepare"
  before=$(contents_of site 2>&1; ls dist 2>&1; cat cco-release.toml)
  status "$sentence: status $expected" "$expected" "$@"
  like "$sentence: what to do" "$output" "$message"
  is "$sentence: nothing is lost" "$(contents_of site 2>&1; ls dist 2>&1; cat cco-release.toml)" "$before"
}

# --- cco-release.toml ---
prepare='sed -i "s/^license/licence/" cco-release.toml'
refused 'a key with a typo' 3 'cco-release\.toml:6: unknown key `licence` in \[product\]; did you mean `license`\?' publish
like 'a key with a typo: the other problem of it is listed too' "$output" 'needs `license`'
prepare='sed -i "s/^platforms.*/platforms = \"linux-x86_64\"/" cco-release.toml'
refused 'a wrong type' 3 ':[0-9]+: `build\.platforms` must be a list of texts, not ' publish
prepare='sed -i "s/^platforms.*/platforms = []/" cco-release.toml'
refused 'no platforms' 3 '`build\.platforms` is empty; name at least one' publish
prepare='sed -i "s/^platforms.*/platforms = [\"linux-x68_64\"]/" cco-release.toml'
refused 'an unknown platform' 3 'unknown platform `linux-x68_64`; did you mean `linux-x86_64`' publish
prepare='sed -i "s/{platform}/{plattform}/" cco-release.toml'
refused 'an unknown placeholder' 3 'unknown placeholder \{plattform\}; did you mean' publish
prepare='echo "[product" >>cco-release.toml'
refused 'a file that is no TOML' 3 'cco-release\.toml:[0-9]+' publish
prepare='rm cco-release.toml; touch cco-release.toml'
refused 'an empty file' 3 '\[product\] is missing' publish
prepare='rm cco-release.toml; mkdir cco-release.toml; sed() { :; }; cat() { [ "$1" = cco-release.toml ] || command cat "$@"; }'
refused 'a folder instead of it' 3 'cco-release.toml' publish
unset -f sed cat
prepare='sed -i "/^.sign.$/,/^key/d" cco-release.toml'
refused 'no [sign]' 3 '\[sign\] is missing; .*keys new' publish
prepare='sed -i "/^..destination/,/^url/d" cco-release.toml'
refused 'no [[destination]]' 3 'destination.* is missing; add one' publish

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
refused 'a version that is none' 3 'one\.two' release publish --version one.two --date "$hello_date"
refused 'a version with +build' 3 '\+' release publish --version 1.1.0+7 --date "$hello_date"
refused 'a version below the head' 3 '0\.9\.0 is lower than 1\.0\.0' release publish --version 0.9.0 --date "$hello_date"
refused 'a public version with other bytes' 5 'public already.*choose a new version' release publish --version 1.0.0 --date "$hello_date"
refused 'no date' 3 'no date for the release: give --date' release publish --version 1.1.0
refused 'no version' 3 'no version: give --version, or put a tag' release publish --date "$hello_date"
refused 'a date that is none' 2 'yesterday' release publish --version 1.1.0 --date yesterday
git() { command git -c user.name=n -c user.email=n@example.com "$@"; }
prepare='git init -q . && git add LICENSE && git commit -qm one && git tag v1.1.0 && git tag v1.2.0'
refused 'two tags at HEAD' 3 'two tags at HEAD \(v1\.1\.0, v1\.2\.0\); say which one with --version' release publish
prepare=true
refused 'an unknown name for --skip' 2 'did you mean sign|did you mean `sign`' publish --skip sing
refused '--skip sign alone' 2 'add publish to it' publish --skip sign

# --- inputs ---
binary=bin/linux-x86_64/hello
input() { prepare="rm $binary; $2"; refused "$1" 3 "$3" publish; }
input 'a missing binary' 'true' "$binary"
input 'an HTML error page' 'printf "<!DOCTYPE html><html><body>404</body></html>" >$binary' 'HTML'
input 'a script' 'printf "#!/bin/sh\necho hello\n" >$binary; chmod +x $binary' 'script'
input 'a file of zero bytes' ': >$binary' 'empty'
input 'a folder' 'mkdir $binary' "$binary"
input 'a FIFO' 'mkfifo $binary' "$binary"
input 'a dangling link' 'ln -s nowhere $binary' "$binary"
input 'a pointer of a large-file store' 'printf "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n" >$binary' 'LFS'
input 'a truncated ELF' 'head -c 3000 ../good/$binary >$binary' 'truncated'
input 'an arm64 file under x86_64' 'cp ../good/$binary $binary; printf "\267\0" | dd of=$binary bs=1 seek=18 conv=notrunc status=none' 'arm64|aarch64'
prepare='rm bin/linux-x86_64/hello; printf "key = 1\n" >LICENSE.txt; rm hello.key'
refused 'several problems at once' 3 'problems:' publish
like 'several problems at once: the binary' "$output" "$binary"
like 'several problems at once: the key' "$output" 'hello\.key'
prepare='rm man/hello.1'
refused 'a pattern that matches nothing' 3 'cco-release\.toml:12: `man/\*\.1` matches no file; mend the pattern' publish
prepare='mv man/hello.1 "man/hello world.1"'
refused 'a name with a blank' 3 'hello world\.1. cannot stand in an archive.*rename it' publish
prepare='sed -i "s|dst = \"man/\"|dst = \"../man/\"|" cco-release.toml'
refused 'a name with ..' 3 'cannot stand in an archive' publish
prepare='sed -i "s|^binary.*|binary = \"bin/{platform}/hello world\"|" cco-release.toml'
refused 'a binary with a blank in its name' 3 'cannot be the name of a binary' publish

# --- keys ---
prepare='chmod 644 hello.key'
refused 'a key file that others can read' 3 'run chmod 600' publish
prepare='release keys new --out other --no-password >/dev/null 2>&1; cp other.key hello.key'
refused 'a key of another public key' 3 'use the key of that public key' publish
prepare='git init -q . && git add hello.key && git commit -qm oops'
refused 'a key file that git tracks' 3 'git tracks the key file.*git rm --cached' publish
prepare='head -c 60 hello.key >cut; cat cut >hello.key'
refused 'a damaged key file' 3 'key' publish
prepare='rm hello.key'
refused 'a key file that is not there' 3 'no key file' publish
# minisign's own, with the small scrypt parameters of the vectors in trust's tests (password "test").
printf 'untrusted comment: minisign encrypted secret key\n%s\n' 'RWRTY0IyICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8AgAAAAAAAAAAAAAEAAAAAGE3jygUdDhNRq8IFDsazNUb6Fv6LQB4TFnXgpmJnpW1mTRT7ehuXWubNzIWcfCMHwbQrN/eZEtac2mN+zufODHMHTglukpMTE2C9sEiEjclffOHPszUBKJtA60XwFHDlDmaISETopSQ=' >"$work/good/locked.key"
chmod 600 "$work/good/locked.key"
lock='sed -i "s|^public_key.*|public_key = \"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"|; s|hello.key|locked.key|" cco-release.toml; rm -rf site dist; mkdir dist'
prepare="$lock"
refused 'a key with a password and none given' 3 'give --password-file' publish
prepare="$lock; echo wrong >password"
refused 'a wrong password' 3 'password' publish --password-file password
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
refused 'a manifest cut short' 7 'put back the last good copy' publish
prepare="rm $manifest.minisig"
refused 'a manifest without its signature' 7 'put back the last good copy' publish
prepare="rm $manifest; mkdir $manifest"
refused 'a folder in place of a manifest' 3 'version-manifest' publish
prepare='rm -rf site; echo >site'
refused 'a file in place of the site' 3 'is no folder; mend .path' publish
archive=site/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz
prepare="cp ../good_binary $binary; echo more >>$archive"
cp "$work/good/$binary" "$work/new_binary"
hello_binary "$work/good_binary" 'hello 1.0.0'
refused 'a changed archive' 5 'other bytes are public already as releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz' release publish --version 1.0.0 --date "$hello_date"
status 'verify names the changed archive' 7 release verify
like 'verify says which file' "$output" 'hello-v1\.0\.0-linux-x86_64\.tar\.gz'
prepare="rm $archive"
refused 'an archive that is gone' 9 'is not there; publish again' release verify
cp "$work/good_binary" "$binary"
status 'publishing the same again puts it back' 0 release publish --version 1.0.0 --date "$hello_date"
status 'and all is well' 0 release verify

# --- disks: an unprivileged user in a mount namespace of its own ---
in_namespace() { # PREPARATION: runs publish there
  chmod -R u+w "$work/p" 2>/dev/null
  rm -rf "$work/p" && cp -a "$work/good" "$work/p" && cd "$work/p" || exit 1
  unshare -Urm bash -c "$1"' && shift && exec "$@"' bash x env -i PATH="$PATH" "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date"
}
# What a full disk did not take is there again after the same command with room.
for size in 4k 16k 64k 150k; do
  status "dist/ on a disk of $size" 13 in_namespace "rm -rf dist && mkdir dist && mount -t tmpfs -o size=$size none dist"
  like "dist/ on a disk of $size: the message" "$output" '[Nn]o space'
  is "dist/ on a disk of $size: the site is as it was" "$(contents_of "$work/p/site")" "$(contents_of "$work/good/site")"
done
status "dist/ that is read-only" 13 in_namespace 'mount --bind dist dist && mount -o remount,bind,ro dist'
like "dist/ that is read-only: the message" "$output" '[Rr]ead-only'
status "a site that is read-only" 13 in_namespace 'mount --bind site site && mount -o remount,bind,ro site'
is "a site that is read-only: it is as it was" "$(contents_of "$work/p/site")" "$(contents_of "$work/good/site")"
cd "$work/p" || exit 1
status "and later the same command ends well" 0 publish
status "a site on a full disk" 13 in_namespace 'cp -a site s && mount -t tmpfs -o size=400k none site && cp -a s/. site && dd if=/dev/zero of=site/big bs=4k status=none; rm -rf s; true'
done_testing
