#!/usr/bin/env bash
# `cco-release verify` and `doctor` against whoever writes to a site without the keys: each case is what a host could put there, and what both say.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
keys=(--key keys/hello-online.key)
publish() { # VERSION OPTION...
  local version=$1
  shift
  hello_binary bin/linux-x86_64/hello "hello $version"
  release publish --version "$version" --date "$hello_date" "${keys[@]}" "$@"
}
doctor() { release doctor --url "file://$PWD/site" "$@"; }
release trust init --no-password --keys keys >/dev/null 2>&1
publish 1.0.0 >/dev/null 2>&1 || { echo "Bail out! no release"; exit 1; }
status 'a release is what it says' 0 release verify

# --- the release key is stolen; what it signed is public ---
cp keys/hello-online.key "$work/online.key"
mv hello.key "$work/stolen.key" && mv hello.pub "$work/stolen.pub"
stolen=$(tail -n 1 "$work/stolen.pub")
release keys new --out hello --no-password >/dev/null 2>&1
sed -i "s|$stolen|$(tail -n 1 hello.pub)|; s|^public_key = .*|&\nstolen_public_keys = [\"$stolen\"]|" cco-release.toml
release trust rotate >/dev/null 2>&1 && release trust sign --key keys/hello-root-1.key --yes >/dev/null 2>&1 && release trust finalize >/dev/null 2>&1
status 'the next release carries on the first' 0 publish 2.0.0
status 'what is carried on' 0 release verify --version 1.0.0
like 'is checked by its new signature' "$output" '^ok  releases/v1\.0\.0/hello-v1\.0\.0-linux-x86_64\.tar\.gz'
like 'its installers are by the stolen key, and not checked' "$output" '^--  releases/v1\.0\.0/install\.sh  by a stolen key, which its text trusts: proves nothing'
like 'which the sum says' "$output" ' files at .* are what the signed manifests say; 2 by a stolen key are not checked$'
is 'and JSON' "$(release verify --version 1.0.0 --json | jq -c '[.sites[0].files[] | select(.not_checked) | .name]')" '["releases/v1.0.0/install.sh","releases/v1.0.0/install.ps1"]'
cp -a site "$work/good"

put_back() { rm -r site && cp -a "$work/good" site; }
# No signature, but with the number of a stolen key.
claim_stolen_key() { # FILE
  python3 - "$1" "$stolen" <<'P'
import base64, sys
key = base64.b64decode(sys.argv[2])
line = base64.b64encode(b"ED" + key[2:10] + bytes(64)).decode()
with open(sys.argv[1] + ".minisig", "w") as signature:
    signature.write(f"untrusted comment: x\n{line}\ntrusted comment: x\n{base64.b64encode(bytes(64)).decode()}\n")
P
}
for version in 2.0.0 1.0.0; do
  file=site/releases/v$version/install.sh
  echo 'echo evil' >"$file"
  claim_stolen_key "$file"
  status "an installer of $version that a host replaced, with a signature that only claims the stolen key" 7 release verify --version $version
  like "is named" "$output" "releases/v$version/install\.sh"
  put_back
  echo 'echo evil' >"$file"
  status "with the signature that stood there" 7 release verify --version $version
  put_back
done
file=site/releases/v2.0.0/install.sh
echo 'echo evil' >"$file"
claim_stolen_key "$file"
status 'doctor sees it too' 7 doctor
put_back
minisign_of() { # FILE: its comment as ours, by the stolen key
  local sum
  sum=$(sha256sum "$1" | cut -d' ' -f1)
  minisign -S -s "$work/stolen.key" -m "$1" -x "$1.minisig" \
    -t "$(printf 'timestamp:1\tfile:%s\thashed\tapp:hello\tversion:2.0.0\tdate:2026-11-20T10:00:00Z\tsha256:%s' "$(basename "$1")" "$sum")" >/dev/null
}
echo 'echo evil' >"$file"
minisign_of "$file"
status 'an installer of a release that was not carried on, by the stolen key itself' 7 release verify
like 'is named' "$output" 'releases/v2\.0\.0/install\.sh'
put_back

# --- manifests beside the metadata ---
status 'a beta is published' 0 publish 2.1.0-beta.1
rm -r "$work/good" && cp -a site "$work/good"
status 'and is what it says' 0 release verify
for gone in beta.version-manifest.json stable.version-manifest.json; do
  rm site/$gone site/$gone.minisig
  status "without $gone, which metadata names" 7 release verify
  like 'that is told' "$output" "metadata names $gone, which is not there: somebody took it away"
  status 'by doctor too' 7 doctor
  put_back
done
rm site/*.version-manifest.json site/*.version-manifest.json.minisig
status 'without any of them' 7 release verify
put_back
cp site/beta.version-manifest.json "$work/beta.1.json" && cp site/beta.version-manifest.json.minisig "$work/beta.1.minisig"
status 'another beta' 0 publish 2.1.0-beta.2
cp -a site "$work/newest"
cp "$work/beta.1.json" site/beta.version-manifest.json && cp "$work/beta.1.minisig" site/beta.version-manifest.json.minisig
status 'the manifest of before, with its signature' 7 release verify
like 'is told' "$output" 'metadata names another beta\.version-manifest\.json than the one that is public'

# --- a whole site of before, which was right once ---
rm -r site && cp -a "$work/good" site
back='timestamp went back from version [0-9]+ to [0-9]+ \(.*(public|seen)\.json\); users get an older site'
status 'a host that shows the site of before' 7 release verify
like 'is told by verify' "$output" "$back"
status 'and' 7 doctor
like 'by doctor' "$output" "^error    site: file:.*$back"
# A monitor has a clone of the project: no site, no dist.
mkdir "$work/clone" && cp -a cco-release.toml trust "$work/clone/" && cd "$work/clone" || exit 1
status 'a monitor with a clone sees it too' 7 release verify --url "file://$work/good"
like 'and what is remembered' "$output" "$back"
status 'so does doctor there' 7 release doctor --version 2.1.0 --date "$hello_date" --url "file://$work/good"
status 'what is newest is well' 0 release verify --url "file://$work/newest"
status 'there is no false alarm' 0 release doctor --version 2.1.0 --date "$hello_date" --url "file://$work/newest"
like 'for a folder that is on another machine' "$output" '^note     trust: directory .*site is not on this machine; cco-release verify looks at https://releases\.example\.com/hello'
is 'nor an advice to begin anew' "$(grep -c -e '--above' <<<"$output")" 0
status 'trust status says the same' 0 release trust status
like 'as a note' "$output" '^note: directory .*site is not on this machine'
sed -i 's|https://releases.example.com/hello|https://127.0.0.1:1/hello|' cco-release.toml trust/public.json
status 'without --url verify goes where users go' 6 release verify
like 'and not to a folder that is not there' "$output" 'https://127\.0\.0\.1:1/hello'
rm -rf "$work/empty" && mkdir "$work/empty"
status 'a site that is empty' 7 release verify --url "file://$work/empty"
like 'went back as well' "$output" 'timestamp is not there, but has had version'
done_testing
