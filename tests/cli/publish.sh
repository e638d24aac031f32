#!/usr/bin/env bash
# A release from binaries to a public folder: first publish, the same again, a beta, a second version, dry run, verify, status.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
publish() { release publish --date "$hello_date" "$@"; }

status "a dry run succeeds" 0 publish --version 1.0.0 --dry-run
planned=$(printf '%s\n' "$output" | grep -E '^directory: ')
is "its last line says that nothing was changed" "$(tail -n 1 <<<"$output")" "nothing was changed"
is "a dry run makes neither dist nor site" "$(ls -d dist site 2>/dev/null)" ""
status "the first publish succeeds" 0 publish --version 1.0.0 --json
is "the actions planned are the actions done, in their order" \
  "$(printf '%s\n' "$output" | python3 -c 'import json,sys; t=sys.stdin.read(); d=json.loads(t[t.index("{"):]); print("\n".join(a["destination"]+": "+a["action"] for a in d["actions"]))')" "$planned"
is "no temporary file is left" "$(find site dist -name '.*' ! -name . ! -name ..)" ""
check "checksums.sha256 names the archives" bash -c 'cd site/releases/v1.0.0 && sha256sum -c checksums.sha256 && sha256sum -c ./*.tar.gz.sha256'
check "stock tar unpacks the archive, and the program in it runs" bash -c 'mkdir x && tar -xzf site/releases/v1.0.0/*.tar.gz -C x && x/hello && cd x && sha256sum -c checksums.sha256 && cmp LICENSE ../LICENSE && cmp man/hello.1 ../man/hello.1'
while read -r file; do
  check "stock minisign accepts the signature of $file" minisign -V -p hello.pub -m "site/$file" -x "site/$file.minisig"
done < <(cd site && find . -name '*.minisig' | sed 's/\.minisig$//' | sort)
is "the archives' signatures name no channel" "$(grep -c 'channel:' site/releases/v1.0.0/*.minisig | grep -cv ':0$')" 0
like "the signature of the manifest does" "$(sed -n 3p site/stable.version-manifest.json.minisig)" 'channel:stable'

before=$(state_of site; state_of dist)
status "the same command again succeeds" 0 publish --version 1.0.0
is "it writes nothing, not even a time" "$(state_of site; state_of dist)" "$before"
like "it says so" "$output" 'nothing to do'
status "the dry run of it has nothing to do" 0 publish --version 1.0.0 --dry-run
like "the dry run says so" "$output" '^nothing to do$'
hello_binary bin/linux-x86_64/hello 'hello 1.0.1'
rm hello.key
status "without its key a release is refused" 3 publish --version 1.0.1
like "a missing key is named with what to do" "$output" 'no key file .*hello\.key; .*keys new'
release keys new --out other --no-password >/dev/null 2>&1
cp other.key hello.key
status "another key is refused before anything is written" 3 publish --version 1.0.1
like "its message names both public keys" "$output" 'belongs to public key RW.*says RW'
is "nothing was written for it" "$(find dist -mindepth 1 -maxdepth 1 -printf "%f\n" | sort | tr "\n" " ")" "1.0.0 seen.json "
rm hello.key
cd "$work" && hello_project "$work/q" && cd "$work/q" || exit 1

# A dist/ that is gone: everything comes back from inputs and the public site, byte by byte.
publish --version 1.0.0 >/dev/null 2>&1
before=$(state_of site)
rm -rf dist
status "without dist/ the same command succeeds" 0 publish --version 1.0.0
is "and the site stays as it is" "$(state_of site)" "$before"

like "status shows the channel" "$(release status)" 'directory +stable +1\.0\.0 .* 1 +1$'
is "status --json is JSON" "$(release status --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["destinations"][0]["channels"][0]["latest"])')" 1.0.0
status "verify finds all well" 0 release verify
cp -r site saved
installer=$(sha256sum <site/install.sh)
hello_binary bin/linux-x86_64/hello 'hello 1.1.0-beta.1'
status "a beta is published" 0 publish --version 1.1.0-beta.1
is "it leaves the installers alone" "$(sha256sum <site/install.sh)" "$installer"
is "it leaves the stable manifest alone" "$(cmp site/stable.version-manifest.json saved/stable.version-manifest.json && echo same)" same
is "it leaves the earlier release alone" "$(contents_of site/releases/v1.0.0)" "$(contents_of saved/releases/v1.0.0)"
is "the beta has a manifest of its own" "$(python3 -c 'import json; m=json.load(open("site/beta.version-manifest.json")); print(m["generation"], list(m["versions"]), m["latest"])')" "1 ['1.1.0-beta.1'] {'beta': '1.1.0-beta.1'}"
is "the combined manifest has both" "$(python3 -c 'import json; m=json.load(open("site/version-manifest.json")); print(m["generation"], list(m["versions"]))')" "2 ['1.1.0-beta.1', '1.0.0']"
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
echo 'of 1.1.0' >CHANGELOG.md
status "the next stable is published" 0 publish --version 1.1.0
is "generations went up by one" "$(python3 -c 'import json; print([json.load(open("site/"+n+"version-manifest.json"))["generation"] for n in ("stable.", "beta.", "")])')" "[2, 1, 3]"
like "the installers pin it" "$(cat site/install.sh)" '1\.1\.0'
status "verify finds all well again" 0 release verify --version 1.1.0
echo mine >site/mine.txt
status "a file of somebody else is no problem" 0 publish --version 1.1.0
is "it stays" "$(cat site/mine.txt)" mine

hello_binary bin/linux-x86_64/hello 'hello other'
before=$(state_of site)
status "other bytes under a public version are a conflict" 5 publish --version 1.1.0
is "nothing was touched" "$(state_of site)" "$before"
hello_binary bin/linux-x86_64/hello 'hello 1.0.5'
status "a version below the channel's head is refused" 3 publish --version 1.0.5
like "it names the head and the way out" "$output" '1\.0\.5 is lower than 1\.1\.0.*--allow-backport'
status "a pre-release of a stable version is refused" 3 publish --version 1.1.0-rc.1
like "it names that stable version" "$output" 'comes after 1\.1\.0'
echo 'of the older line' >CHANGELOG.md
status "--allow-backport publishes it" 0 publish --version 1.0.5 --allow-backport
is "pages of the newest release stay" "$(cat site/CHANGELOG.md)" 'of 1.1.0'
status "and again" 0 publish --version 1.0.5 --allow-backport
like "nothing is left to do" "$output" 'nothing to do'
echo 'of 1.1.0' >CHANGELOG.md
is "latest stays" "$(python3 -c 'import json; print(json.load(open("site/stable.version-manifest.json"))["latest"])')" "{'stable': '1.1.0'}"
like "the installers stay" "$(grep -m1 -o '1\.1\.0' site/install.sh)" '1\.1\.0'

# --- options ---
status "the same version with another date is a conflict" 5 release publish --version 1.1.0 --date 2026-11-21
like "it names both dates and the way out" "$output" '1\.1\.0 is public already with the date 2026-11-20T10:00:00Z, and not 2026-11-21T00:00:00Z; give that date with --date'
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
cp dist/1.1.0/release.json saved.json
touch dist/1.1.0/mine
before=$(state_of site)
status "--clean makes a public version anew" 0 publish --version 1.1.0 --clean
is "what was in dist/V is gone" "$(find dist/1.1.0 -name mine)" ""
is "the record is the same" "$(cmp dist/1.1.0/release.json saved.json && echo same)" same
is "and so is the site" "$(state_of site)" "$before"
before=$(state_of dist)
mv bin/linux-x86_64/hello saved-hello
status "--clean of a run that is refused" 3 publish --version 1.1.0 --clean
is "takes nothing away" "$(state_of dist)" "$before"
status "--clean of a dry run is refused too" 3 publish --version 1.1.0 --clean --dry-run
mv saved-hello bin/linux-x86_64/hello
status "--clean of a dry run" 0 publish --version 1.1.0 --clean --dry-run
is "takes nothing away either" "$(state_of dist)" "$before"
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
is "--quiet prints the result alone" "$(release publish --version 1.2.0 --date "$hello_date" --quiet 2>&1)" "hello 1.2.0 is public at https://releases.example.com/hello (directory site): 18 files written and verified"
is "--quiet --dry-run too" "$(release publish --version 1.2.0 --date "$hello_date" -q --dry-run 2>&1)" "nothing to do"
is "--json alone is on standard output" "$(release publish --version 1.2.0 --date "$hello_date" --json 2>/dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["version"], d["channel"], d["published"], d["dry_run"], d["actions"], d["failures"])')" "1.2.0 stable True False [] []"
status "--verbose tells why a stage has nothing to do" 0 publish --version 1.2.0 -v
like "with the reason" "$output" '^build: skipped: the binaries are there already$'
hello_binary bin/linux-x86_64/hello 'hello 1.3.0 and 1.3.1'
is "--json of a dry run says that nothing was published" "$(release publish --version 1.3.0 --date "$hello_date" --json --dry-run 2>/dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["published"], d["dry_run"], len(d["actions"]) > 10)')" "False True True"
status "--skip publish makes everything else" 0 publish --version 1.3.0 --skip publish
is "signed, too" "$(find dist/1.3.0 -name '*.minisig' | wc -l)" 8
is "and not public" "$(find site -name '*1.3.0*')" ""
status "--skip of everything but archives and sums" 0 publish --version 1.3.1 --skip manifest,render,sign,publish
is "leaves these alone" "$(ls dist/1.3.1 dist/1.3.1/assets)" "dist/1.3.1:
assets
release.json

dist/1.3.1/assets:
checksums.sha256
hello-v1.3.1-linux-x86_64.tar.gz
hello-v1.3.1-linux-x86_64.tar.gz.sha256"
status "a stage that cannot be skipped" 2 publish --version 1.3.0 --skip inspect
like "is refused with those that can" "$output" 'nothing of that name can be skipped; it takes build, manifest, render, sign, publish, directory'
status "a snapshot does not ask the binary for its version" 0 publish --snapshot --strict
status "a snapshot is packed and signed" 0 publish --snapshot
is "under a version of its own" "$(find dist -maxdepth 1 -name '*snapshot*' | wc -l)" 1
is "and is not public" "$(find site -name '*snapshot*')" ""
hello_binary bin/linux-x86_64/hello 'hello 2.0.0'
status "package --check-reproducible" 0 release package --version 2.0.0 --date "$hello_date" --check-reproducible -p 1
like "says what it did" "$output" 'packed everything twice, with the same bytes: 1 archive$'
sum=$(sha256sum <dist/2.0.0/assets/hello-v2.0.0-linux-x86_64.tar.gz)
mkdir elsewhere && cp -r bin man LICENSE cco-release.toml elsewhere
check "elsewhere, with another umask and time zone" bash -c "cd elsewhere && umask 077 && env -i TZ=Asia/Tokyo PATH='$PATH' '$CCO_RELEASE' package --version 2.0.0 --date $hello_date -p 4"
is "the bytes are the same" "$(sha256sum <elsewhere/dist/2.0.0/assets/hello-v2.0.0-linux-x86_64.tar.gz)" "$sum"
check "SOURCE_DATE_EPOCH decides the date" env -i PATH="$PATH" SOURCE_DATE_EPOCH=1000000000 "$CCO_RELEASE" package --version 2.0.0
like "of what is in the archive" "$(TZ=UTC tar --full-time -tvzf dist/2.0.0/assets/hello-v2.0.0-linux-x86_64.tar.gz)" '2001-09-09 01:46:40'

# What every machine runs before it uses a release is run here first.
status "a program that says another version is refused" 3 publish --version 2.0.1
like "with what it said, and why that matters" "$output" '^cco-release: preflight: bin/linux-x86_64/hello: `hello --version` says "hello 2\.0\.0", and not 2\.0\.1: every machine would refuse to install it'
is "nothing was written for it" "$(ls -d dist/2.0.1 site/releases/v2.0.1 2>/dev/null)" ""
status "check says the same" 3 release check --version 2.0.1 --date "$hello_date"
printf '#include <stdio.h>\n#include <string.h>\nint main(int n, char** word) { return n == 2 && !strcmp(word[1], "version") ? puts("2.0.1") < 0 : 2; }\n' >hello.c
gcc -O1 -s -o bin/linux-x86_64/hello hello.c
status "so is one that ends with another status" 3 publish --version 2.0.1
like "which is told" "$output" '`hello --version` ends with status 2'
cp cco-release.toml saved.toml
printf '[agent]\nprobe = ["hello", "version"]\n' >>cco-release.toml
status "[agent] probe names the command that says it" 0 publish --version 2.0.1
is "which the manifest tells to every machine" "$(python3 -c 'import json; print(json.load(open("site/stable.version-manifest.json"))["versions"]["2.0.1"]["platforms"]["linux-x86_64"]["probe"])')" "['hello', 'version']"
mkdir "$work/home"
status "and its installer takes it" 0 env -i HOME="$work/home" PATH="$PATH" sh site/install.sh --from site --unmanaged --prefix "$work/prefix"
mv saved.toml cco-release.toml
hello_binary bin/linux-x86_64/hello 'hello 2.1.0'
printf '[agent]\nbinary = "agnets/cco-{platform}{exe}"\n' >>cco-release.toml
nowhere='cco-release\.toml:[0-9]+: no file agnets/cco-\{platform\}\{exe\} for any of the platform: users would get no updater; mend the path'
status "[agent] without a file for any platform is refused" 3 publish --version 2.1.0
like "with its line" "$output" "$nowhere"
status "check says the same" 3 release check --version 2.1.0 --date "$hello_date"
like "with the same line" "$output" "$nowhere"
sed -i '/^\[agent\]/,$d' cco-release.toml
check "the schema for editors is JSON" bash -c "'$CCO_RELEASE' check --print-schema | python3 -m json.tool"

exec 9<site && flock -x 9
status "a second run at the same site ends with 14" 14 publish --version 1.2.0
exec 9<&-
exec 9<dist && flock -x 9
status "a second run in the same dist ends with 14" 14 publish --version 1.2.0
exec 9<&-
check "a reader that goes away is no error" bash -c "set -o pipefail; for i in \$(seq 20); do '$CCO_RELEASE' man | head -n 1 >/dev/null || exit; done"
# The first release of all is a beta.
hello_project "$work/beta" && cd "$work/beta" || exit 1
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'
status "a first release that is a beta succeeds" 0 publish --version 2.0.0-beta.1
is "with one line on what the installers install" "$(grep -c 'no stable release yet: until there is one, .* install 2\.0\.0-beta\.1 of channel beta$' <<<"$output")" 1
status "the same again" 0 publish --version 2.0.0-beta.1
is "does not repeat it" "$(grep -c 'no stable release' <<<"$output")" 0
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.2'
status "nor does the next beta" 0 publish --version 2.0.0-beta.2
is "which says nothing of it" "$(grep -c 'no stable release' <<<"$output")" 0
done_testing
