#!/usr/bin/env bash
# A product changes its minisign key: what cco-release signs meanwhile, and what installers of before, of then and of afterwards believe.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
start_server
# Releases are made by cco-release itself, into the folder that nginx serves.
project=$work/project
mkdir -p "$project/bin"
cd "$project" || exit 1
release() { env -i PATH="$PATH" HOME=/nonexistent "$CCO_RELEASE" "$@"; }
for key in a b c; do release keys new --out "$project/$key" --no-password >/dev/null 2>&1; done
public() { tail -n 1 "$project/$1.pub"; }
# Its bytes are a number whose least byte comes first.
key_id() { public "$1" | base64 -d | od -An -tx1 -j2 -N8 | tr 'a-f' 'A-F' | awk '{ for (i = NF; i > 0; --i) printf "%s", $i }'; }
configure() { # LINES of [sign]
  cat >cco-release.toml <<TOML
schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "bin/tool"
[sign]
$1
[[destination]]
type = "directory"
path = "$www/site"
url = "$url/site"
[installers]
TOML
}
publish() { # VERSION [OPTION...]
  program bin/tool "tool $1"
  release publish --version "$1" --date 2026-11-20T10:00:00Z "${@:2}"
  local found=$?
  chmod -R a+rX "$www"
  return $found
}
# Files that have a signature, and those that have a second one.
signed() { (cd "$www/site" && find . -name '*.minisig' | grep -vE '\.[0-9A-F]{16}\.minisig$' | sed 's/\.minisig$//' | sort); }
signed_again() { (cd "$www/site" && find . -name "*.$(key_id "$1").minisig" | sed "s/\.$(key_id "$1")\.minisig$//" | sort); }
# by SENTENCE STATUS INSTALLER OPTION...: runs that installer's text in a new home
by() {
  local sentence=$1 expected=$2 text=$3 found=0
  shift 3
  new_home
  # shellcheck disable=SC2086 # "bash --posix" is two words
  output=$(user $shell -s -- "$@" <"$text" 2>&1) || found=$?
  if [ "$found" = "$expected" ]; then tap_report 0 "$sentence"; else tap_report 1 "$sentence" "exit $found, expected $expected: $output"; fi
}
installed() { user "$home/.local/bin/tool" 2>&1; }

configure "public_key = \"$(public a)\"
key = \"a.key\""
publish 1.0.0 >/dev/null 2>&1
publish 1.0.1-beta.1 >/dev/null 2>&1
cp "$www/site/install.sh" "$work/before.sh"
assets_before=$(cd "$www/site" && find releases checksums -type f -exec sha256sum {} + | sort)

# ---- a key that is changed without a word
configure "public_key = \"$(public b)\"
key = \"b.key\""
before=$(cd "$www/site" && find . -type f -exec sha256sum {} + | sort)
status "a new public_key alone is refused" 7 publish 1.1.0
like "with both ways on" "$output" "public_key is key $(key_id b), but what is public is signed by key $(key_id a) .*name the key before it as old_public_key, or in stolen_public_keys"
is "and nothing changed" "$(cd "$www/site" && find . -type f -exec sha256sum {} + | sort)" "$before"

# ---- the overlap
overlap="public_key = \"$(public b)\"
key = \"b.key\"
old_public_key = \"$(public a)\""
configure "$overlap"
status "without the old key at hand it is refused" 3 publish 1.1.0
like "and named" "$(grep -F -e "$(public a)" <<<"$output")" "the old release key RW[^ ]+ \(cco-release.toml:[0-9]+\) is not at hand"
is "and nothing changed" "$(cd "$www/site" && find . -type f -exec sha256sum {} + | sort)" "$before"
configure "$overlap
old_key = \"a.key\""
planned=$(publish 1.1.0 --dry-run 2>/dev/null)
is "a dry run changes nothing" "$(cd "$www/site" && find . -type f -exec sha256sum {} + | sort)" "$before"
like "and names both signatures" "$planned" "put releases/v1.1.0/checksums.sha256.$(key_id a).minisig"
status "with both keys it is published" 0 publish 1.1.0
status "the same again has nothing to do" 0 publish 1.1.0
like "it says so" "$output" 'nothing to do'
is "what was public before did not change" "$(cd "$www/site" && find releases checksums -type f -exec sha256sum {} + | sort | grep -v v1.1.0)" "$assets_before"
is "each file of the new release is signed twice, and so are the manifests and installers that it wrote" \
  "$(signed_again a)" "$(signed | grep -v -e v1.0 -e './beta\.')"
is "no file is signed a second time by the new key" "$(signed_again b)" ""
wrong=
while read -r file; do
  for key in a b; do
    signature=$file.minisig
    [ $key = b ] || signature=$file.$(key_id a).minisig
    minisign -V -q -P "$(public $key)" -m "$www/site/$file" -x "$www/site/$signature" >/dev/null 2>&1 || wrong+=" $signature"
  done
  is "both comments of $file say the same" "$(sed -n 3p "$www/site/$file.$(key_id a).minisig")" "$(sed -n 3p "$www/site/$file.minisig")"
done < <(signed_again a)
is "minisign verifies each with its key" "$wrong" ""
status "verify is content" 0 release verify
like "and says both keys" "$output" "^ok +stable.version-manifest.json .*by keys $(key_id b) and $(key_id a)\$"
is "as JSON too" "$(release verify --json | jq -c '[.sites[0].files[] | select(.name == "install.sh") | .signed_by[]]')" "[\"$(key_id b)\",\"$(key_id a)\"]"
status "verify is content with a release of before" 0 release verify --version 1.0.0
program bin/tool "tool 1.0.0"
status "a release of before is published again without a change" 0 release publish --version 1.0.0 --date 2026-11-20T10:00:00Z
chmod -R a+rX "$www"
is "of its files" "$(cd "$www/site" && find releases checksums -type f -exec sha256sum {} + | sort | grep -v v1.1.0)" "$assets_before"

cp "$www/site/install.sh" "$work/during.sh"
tools "$work/without-minisign" "${base_tools[@]}" sha256sum curl openssl
tools "$work/by-busybox" "${base_tools[@]}" sha256sum wget openssl
for tool in minisign openssl busybox; do
  shell=dash
  user_path=/usr/bin:/bin
  [ $tool != openssl ] || user_path=$work/without-minisign
  [ $tool != busybox ] || { user_path=$work/without-minisign shell='/bin/busybox ash'; }
  by "$tool: an installer of before installs the new release" 0 "$work/before.sh" --version 1.1.0
  is "$tool: it is that" "$(installed)" "tool 1.1.0"
  by "$tool: from a folder too" 0 "$work/before.sh" --version 1.1.0 --from "$www/site"
  by "$tool: a new installer installs a release of before" 0 "$work/during.sh" --version 1.0.0
  is "$tool: it is that" "$(installed)" "tool 1.0.0"
  by "$tool: and the newest of a channel that the old key alone signed" 0 "$work/during.sh" --channel beta
  like "$tool: it runs" "$(installed)" "^tool 1\\."
done
user_path=/usr/bin:/bin shell=dash
other=$www/site/stable.version-manifest.json.$(key_id a).minisig
mv "$other" "$work/other" && mkdir "$other"
by "a signature that cannot be fetched is no wrong signature" 6 "$work/before.sh" --version 1.1.0
like "it is named" "$output" "stable.version-manifest.json.$(key_id a).minisig: "
rmdir "$other" && mv "$work/other" "$other"
for shell in "${all_shells[@]}"; do
  [ "$shell" != posh ] || continue # it reads no script from -s
  by "$shell: an installer of before installs the new release" 0 "$work/before.sh" --version 1.1.0
done
shell=dash
status "the page's script finds the program among what both keys signed" 0 user dash "$www/site/scripts/verify-installation.sh" "$home/.local/bin/tool"

# ---- signatures that somebody moved, changed or took away
manifest=$www/site/stable.version-manifest.json
second=$manifest.$(key_id a).minisig
cp -a "$www/site" "$work/good"
restore() { rm -rf "$www/site" && cp -a "$work/good" "$www/site"; }
mv "$second" "$work/second"
by "without the second signature an installer of before refuses" 7 "$work/before.sh" --version 1.1.0
like "as it refuses a stranger's key" "$output" "by none of the keys in this text"
nothing_left "and leaves nothing"
by "an installer of now does not need it" 0 "$work/during.sh" --version 1.0.0
status "verify misses it" 9 release verify
like "by its name" "$output" "stable.version-manifest.json.$(key_id a).minisig is missing"
sed '4s/^..../AAAA/' "$work/second" >"$second" && chmod a+r "$second"
by "a second signature that was changed is refused" 7 "$work/before.sh" --version 1.1.0
nothing_left "and nothing is left"
status "verify tells it" 7 release verify
like "by its name" "$output" "stable.version-manifest.json.$(key_id a).minisig: "
cp "$work/good/version-manifest.json.$(key_id a).minisig" "$second" && chmod a+r "$second"
by "the second signature of another file is refused" 7 "$work/before.sh" --version 1.1.0
restore
mv "$second" "$work/second" && cp "$manifest.minisig" "$second" && cp "$work/second" "$manifest.minisig" && chmod a+r "$second" "$manifest.minisig"
by "both signatures swapped: an installer of before finds its own" 0 "$work/before.sh" --version 1.1.0
by "and one of now knows both" 0 "$work/during.sh" --version 1.0.0
restore
# The thief of a third key, who can write on the host.
sed -i 's/"1\.1\.0"/"1.1.9"/g' "$manifest"
comment=$(sed -n '3s/^trusted comment: //p' "$manifest.minisig" | sed "s/sha256:.*/sha256:$(sha256sum <"$manifest" | cut -d' ' -f1)/")
minisign -S -s "$project/c.key" -m "$manifest" -t "$comment" >/dev/null 2>&1 </dev/null
cp "$manifest.minisig" "$second" && cp "$second" "$manifest.$(key_id b).minisig"
chmod a+r "$manifest"*
for text in before during; do
  by "a third key's signature under every name is refused by the installer of $text" 7 "$work/$text.sh" --version 1.1.9
  nothing_left "and leaves nothing"
done
restore

# ---- the end of it
configure "public_key = \"$(public b)\"
key = \"b.key\"
former_public_keys = [\"$(public a)\"]"
seconds=$(signed_again a)
status "the overlap ends with its settings" 0 publish 1.2.0
is "no new file is signed by the former key" "$(signed_again a)" "$seconds"
cp "$www/site/install.sh" "$work/after.sh"
by "an installer of before installs no later release by manifest" 7 "$work/before.sh" --version 1.2.0
by "an installer of now installs a release of long ago" 0 "$work/after.sh" --version 1.0.0
is "it is that" "$(installed)" "tool 1.0.0"
by "and the beta that the former key alone signed" 0 "$work/after.sh" --version 1.0.1-beta.1 --channel beta
status "verify is content" 0 release verify
status "and with a release of long ago" 0 release verify --version 1.0.0
configure "public_key = \"$(public b)\"
key = \"b.key\""
status "a former key that is forgotten is missed, since the beta has no other" 7 publish 1.3.0
like "by its id and file" "$output" "signed by key $(key_id a) \(beta.version-manifest.json\)"

# ---- the key b is stolen: the thief signs a release of his own, and writes it where he likes
configure "public_key = \"$(public b)\"
key = \"b.key\"
former_public_keys = [\"$(public a)\"]"
publish 1.2.1-beta.1 >/dev/null 2>&1 # the beta is by b now, too
program bin/evil "tool 1.9.0"
thief() { # signs FILE as b
  local comment
  comment=$(sed -n '3s/^trusted comment: //p' "$1.minisig" | sed "s/sha256:.*/sha256:$(sha256sum <"$1" | cut -d' ' -f1)/")
  minisign -S -s "$project/b.key" -m "$1" -t "$comment" >/dev/null 2>&1 </dev/null
  chmod a+r "$1.minisig"
}
for file in stable.version-manifest.json version-manifest.json; do
  jq -c '.versions["1.9.0"] = .versions["1.2.0"] | .latest.stable = "1.9.0" | .generation = 4000' "$www/site/$file" >"$work/evil" && cat "$work/evil" >"$www/site/$file"
  thief "$www/site/$file"
done
by "the thief's release is believed by an installer that knows the stolen key" 0 "$work/after.sh" --dry-run --version 1.9.0
cp "$www/site/stable.version-manifest.json"* "$work/"
stolen="public_key = \"$(public c)\"
key = \"c.key\"
former_public_keys = [\"$(public a)\"]
stolen_public_keys = [\"$(public b)\"]"
configure "$stolen"
before=$(cd "$www/site" && find . -type f -exec sha256sum {} + | sort)
assets_before=$(cd "$www/site" && find releases checksums -type f -exec sha256sum {} + | sort)
status "after a theft, what dist/ does not prove is not published" 7 publish 1.3.0
like "but named, with the way on" "$output" "a stolen key lists 1\.9\.0 \(stable\), which .*dist does not prove; if you made it, bring dist/VERSION .*; else add --leave-out 1\.9\.0$"
is "and nothing changed" "$(cd "$www/site" && find . -type f -exec sha256sum {} + | sort)" "$before"
status "nor is a version that the stolen key had signed" 5 publish 1.2.0 --leave-out 1.9.0
like "which is told" "$output" "1\.2\.0 is public already, by the stolen key"
mv dist/1.1.0/assets "$work/assets"
status "a release whose archives are not in dist/ any more is not proven" 7 publish 1.3.0 --leave-out 1.9.0
like "and named" "$output" "lists 1\.1\.0 \(stable\), which"
mv "$work/assets" dist/1.1.0/assets
archive=$www/site/releases/v1.2.0/tool-v1.2.0-linux-x86_64.tar.gz
cp -p "$archive" "$work/archive" && printf x >>"$archive"
status "an archive that the thief has changed at the host is found" 5 publish 1.3.0 --leave-out 1.9.0
like "by its name" "$output" "releases/v1.2.0/tool-v1.2.0-linux-x86_64.tar.gz"
cp -p "$work/archive" "$archive"
status "check says the same without a change" 7 release check --version 1.3.0 --date 2026-11-20T10:00:00Z
status "what he shipped is left out as the maintainer says" 0 publish 1.3.0 --leave-out 1.9.0
like "and what is carried on is told" "$output" "a stolen key signed is believed no more: .* carries on 1\.0\.0, 1\.0\.1-beta\.1, 1\.1\.0, 1\.2\.0, 1\.2\.1-beta\.1"
is "every other release is still there" "$(jq -c '.versions | keys' "$www/site/version-manifest.json")" '["1.0.0","1.0.1-beta.1","1.1.0","1.2.0","1.2.1-beta.1","1.3.0"]'
is "in its channel too" "$(jq -c '.versions | keys' "$www/site/beta.version-manifest.json")" '["1.0.1-beta.1","1.2.1-beta.1"]'
is "of what was public nothing changed" "$(cd "$www/site" && find releases checksums -type f -exec sha256sum {} + | sort | grep -v -e v1.3.0 -e "$(key_id c)")" "$assets_before"
is "each archive and sum that the stolen key had signed is signed by the new one" "$(signed_again c)" \
  "$(for v in 1.1.0 1.2.0 1.2.1-beta.1; do printf './releases/v%s/%s\n' $v checksums.sha256 $v "tool-v$v-linux-x86_64.tar.gz"; done | sort)"
check "as minisign says" minisign -V -q -P "$(public c)" -m "$archive" -x "$archive.$(key_id c).minisig"
status "the same again has nothing to do" 0 publish 1.3.0
like "it says so" "$output" 'nothing to do'
status "verify is content" 0 release verify
status "and with a release of before the theft" 0 release verify --version 1.2.0
like "whose archive the new key proves" "$output" "^ok +releases/v1.2.0/tool-v1.2.0-linux-x86_64.tar.gz"
like "but whose installer it does not" "$output" "^-- +releases/v1.2.0/install.sh +by a stolen key, which its text trusts: proves nothing$"
cp "$www/site/install.sh" "$work/cured.sh"
by "the new installer installs a release of before" 0 "$work/cured.sh" --version 1.2.0
is "it is that" "$(installed)" "tool 1.2.0"
by "a beta of before" 0 "$work/cured.sh" --channel beta
by "and one that the first key signed" 0 "$work/cured.sh" --version 1.0.0
by "but not the thief's" 9 "$work/cured.sh" --version 1.9.0
by "an installer that knows the stolen key alone refuses what comes" 7 "$work/after.sh" --version 1.3.0
cp "$work/stable.version-manifest.json"* "$www/site/" && chmod -R a+rX "$www/site"
cp "$www/site/stable.version-manifest.json.minisig" "$www/site/stable.version-manifest.json.$(key_id c).minisig"
by "the thief's manifest, put back, is refused by the new one" 7 "$work/cured.sh" --version 1.9.0
nothing_left "which leaves nothing"
program bin/tool "tool 1.4.0"
status "and by the next release, which repairs it" 0 publish 1.4.0 --leave-out 1.9.0
by "so that all is well" 0 "$work/cured.sh" --version 1.3.0
done_testing
