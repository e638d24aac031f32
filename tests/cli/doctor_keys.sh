#!/usr/bin/env bash
# What `cco-release doctor` says of keys: whose the CI secret is that it has in its hands, keys that are public, keys that it was told to look at.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
release trust init --no-password --keys keys >/dev/null 2>&1
release publish --version 1.0.0 --date "$hello_date" --key keys/hello-online.key >/dev/null 2>&1 || { echo "Bail out! no release"; exit 1; }
# Where CI runs it, nothing but its secret is there.
mkdir "$work/away" && mv keys hello.key "$work/away/"
keys=$work/away/keys
line_of() { tail -n 1 "${1%.key}.pub"; }
doctor() { # SECRET OPTION...: with that file as CI's secret
  local secret=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent ${secret:+"CCO_RELEASE_KEY=$(cat "$secret")"} ${password:+"CCO_RELEASE_PASSWORD=$password"} \
    "$CCO_RELEASE" doctor --version 1.1.0 --date "$hello_date" --url "file://$PWD/site" "$@"
}
password=
status 'the online key in CI' 0 doctor "$keys/hello-online.key"
like 'is as it should be' "$output" "^ok       keys: CCO_RELEASE_KEY \(RW[^)]*\) signs nightly, snapshot, timestamp"
like 'and ships no stable' "$output" '^ok       theft: with the CI secret he ships no stable and no beta'
status 'the release key in CI' 3 doctor "$work/away/hello.key"
like 'is an error' "$output" '^error    keys: CCO_RELEASE_KEY \(RW[^)]*\) signs stable, beta, files \(minisign\); .*put the online key there'
like 'and what it is worth is told' "$output" '^warning  theft: with the CI secret RW\S+ and RW\S+ a thief ships any program as stable and beta and nightly'
is 'and nothing else' "$(grep -c 'he ships no' <<<"$output")" 0
status 'a root key in CI' 3 doctor "$keys/hello-root-1.key"
like 'is an error' "$output" '^error    keys: CCO_RELEASE_KEY \(RW[^)]*\) signs root, targets; '
like 'since he names keys' "$output" '^warning  theft: with the CI secret .*he names new keys for everything, and so ships everything'
is 'nobody says that he does not' "$(grep -c 'he changes no keys' <<<"$output")" 0
release keys new --out other --no-password >/dev/null 2>&1
mv other.key "$work/away/other.key"
status 'a key of something else in CI' 0 doctor "$work/away/other.key"
like 'is a warning' "$output" '^warning  keys: CCO_RELEASE_KEY \(RW[^)]*\) signs nothing of this product'
echo 'no key' >"$work/no.key"
status 'no key at all in CI' 3 doctor "$work/no.key"
like 'is an error' "$output" '^error    keys: CCO_RELEASE_KEY: '
printf 'secret\n' >"$work/password"
release keys new --out locked --password-file "$work/password" >/dev/null 2>&1
mv locked.key "$work/away/locked.key"
sed -i "s#^online = .*#online = [\"$(line_of keys/hello-online.key 2>/dev/null || tail -n 1 "$keys/hello-online.pub")\", \"$(tail -n 1 locked.pub)\"]#" cco-release.toml
status 'a key with a password, without it' 0 doctor "$work/away/locked.key"
like 'cannot be judged, which is said' "$output" '^warning  keys: CCO_RELEASE_KEY has a password: whose key it is cannot be seen without it; give it by CCO_RELEASE_PASSWORD'
password=secret
status 'and with it' 0 doctor "$work/away/locked.key"
like 'can' "$output" '^ok       keys: CCO_RELEASE_KEY \(RW[^)]*\) signs nightly, snapshot, timestamp; it has a password'
password=wrong
status 'the password of another key' 0 doctor "$work/away/locked.key"
like 'is told' "$output" '^warning  keys: CCO_RELEASE_KEY: .*password'
password=
sed -i 's/^preset = .*/preset = "ci-stable"/' cco-release.toml
grep -q '^preset = "ci-stable"' cco-release.toml || sed -i 's/^\[trust\]$/[trust]\npreset = "ci-stable"/' cco-release.toml
status 'with ci-stable the release key' 0 doctor "$work/away/hello.key"
like 'is at its place' "$output" '^ok       keys: CCO_RELEASE_KEY \(RW[^)]*\) signs stable, beta, files \(minisign\)'
sed -i 's/^preset = .*/preset = "solo"/' cco-release.toml

# --- a secret key in what is public ---
public() { # PATH
  mkdir -p "$(dirname "$1")"
  cp "$work/away/other.key" "$1" && chmod 600 "$1"
  status "$1" 3 doctor ''
  like 'is public, and an error' "$output" "^error    keys: ${1//./\\.} .*lies in site, which is public: .*as if it were stolen"
  rm "$1"
}
public site/hello.key
public site/a/b/c/d/e.key
public site/releases/v1.0.0/README
cp "$work/away/other.key" site/other.key && chmod 600 site/other.key
status 'check sees it too' 3 release check --version 1.1.0 --date "$hello_date"
like 'and names it' "$output" 'site/other\.key is a secret key and lies in .*site, which is public'
status 'so does the next release' 3 release publish --version 1.1.0 --date "$hello_date" --key "$keys/hello-online.key" --key "$work/away/hello.key"
rm site/other.key
cp "$work/away/other.key" site/named.txt && chmod 600 site/named.txt
status 'and a key that is given from there' 3 release publish --version 1.1.0 --date "$hello_date" --key site/named.txt
like 'is named' "$output" 'named\.txt lies in .*site, which is public'
rm site/named.txt

# --- files that it was told to look at ---
status 'a key file that is not there' 3 doctor '' --key "$work/nowhere.key"
like 'is an error' "$output" "^error    keys: .*nowhere\.key"
head -c 10 "$keys/hello-online.key" >"$work/short.key" && chmod 600 "$work/short.key"
status 'one that is damaged' 3 doctor '' --key "$work/short.key"
like 'is an error' "$output" "^error    keys: .*short\.key"
mkdir "$work/folder.key"
status 'one that is a folder' 3 doctor '' --key "$work/folder.key"
status 'a good one' 0 doctor '' --key "$keys/hello-online.key"
like 'is judged' "$output" '^ok       keys: .*hello-online\.key .* signs nightly, snapshot, timestamp'
like 'and it is said where was looked' "$output" '^note     keys: looked for \*\.key in .*; name others by --key FILE'
done_testing
