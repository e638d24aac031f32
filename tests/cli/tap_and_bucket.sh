#!/usr/bin/env bash
# [homebrew] tap and [scoop] bucket, pushed over HTTPS after everything else: what is in them works, what others put there stays, and a
# failure there leaves the release public and says so.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/git_server.sh
. "$SOURCE_ROOT/tests/support/git_server.sh"
# shellcheck source=tests/interop/esbuild_project.sh
. "$SOURCE_ROOT/tests/interop/esbuild_project.sh"
work=$(mktemp -d)
trap 'git_server_stop; rm -rf "$work"' EXIT
chmod 755 "$work"
git_server "$work/server"
for repository in homebrew-tap scoop-bucket both; do git_repository $repository; done
esbuild_project "$work/p" https://releases.example.com/esbuild
cd "$work/p" || exit 1
sed -i "s|^\[homebrew\]|[homebrew]\ntap = \"$git_url/homebrew-tap.git\"|; s|^\[scoop\]|[scoop]\nbucket = \"$git_url/scoop-bucket.git\"|; s|^\[archive\]|[archive]\nlevel = 1|" cco-release.toml
mkdir "$work/home" "$work/tmp"
tap_token=$git_token bucket_token=$git_token
release() {
  env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" SSL_CERT_FILE="$git_ca" GIT_CONFIG_NOSYSTEM=1 \
    ${tap_token:+"HOMEBREW_TAP_TOKEN=$tap_token"} ${bucket_token:+"SCOOP_BUCKET_TOKEN=$bucket_token"} "$CCO_RELEASE" "$@"
}
publish() { release publish --date 2026-11-20T10:00:00Z "$@"; }
json() { python3 -c "import json, sys; text = sys.stdin.read(); d = json.loads(text[text.index('{'):text.rindex('}') + 1]); print($1)"; }

# --- before anything is public ---
tap_token=
status 'without the token of the tap nothing begins' 4 publish --version 0.28.1
like 'the line names the tap and the variable' "$output" 'homebrew: https://localhost:[0-9]+/git/homebrew-tap\.git: .*; set HOMEBREW_TAP_TOKEN to a token that may write there'
is 'nothing is public' "$(ls -d site 2>/dev/null)" ''
tap_token=$git_token
planned=$(publish --version 0.28.1 --dry-run 2>/dev/null)
like 'a dry run names what would be pushed' "$(tr '\n' ' ' <<<"$planned")" 'homebrew: push Formula/esbuild\.rb scoop: push \.gitattributes scoop: push bucket/esbuild\.json '
is 'and pushes nothing' "$(git_names homebrew-tap main; git_names scoop-bucket main)" ''

# --- into empty repositories ---
status 'a release' 0 publish --version 0.28.1
like 'says what was pushed' "$output" '^homebrew \(https://localhost:[0-9]+/git/homebrew-tap\.git\): push Formula/esbuild\.rb$'
is 'the tap has the formula' "$(git_names homebrew-tap main)" Formula/esbuild.rb
is 'the bucket has its manifest and keeps its line ends' "$(git_names scoop-bucket main | tr '\n' ' ')" '.gitattributes bucket/esbuild.json '
is 'the formula is that of dist/' "$(git_show homebrew-tap main Formula/esbuild.rb | sha256sum)" "$(sha256sum <dist/0.28.1/formula/esbuild.rb)"
is 'the manifest too, with CRLF' "$(git_show scoop-bucket main bucket/esbuild.json | sha256sum)" "$(sha256sum <dist/0.28.1/scoop/esbuild.json)"
is 'each is one commit' "$(git_count homebrew-tap main) $(git_count scoop-bucket main)" '1 1'
is 'that names the release' "$(git -C "$git_root/homebrew-tap.git" log -1 --format=%s main)" 'esbuild 0.28.1'
: >"$git_log"
status 'the same command again' 0 publish --version 0.28.1
like 'has nothing to do' "$output" '^scoop .*: nothing to do$'
is 'in three requests each' "$(wc -l <"$git_log")" 6
is 'nothing is left of the scratch repositories' "$(ls -A "$work/tmp")" ''
git clone -q "file://$git_root/scoop-bucket.git" "$work/bucket"
is 'a clone with line ends of Windows shows no change' "$(git -C "$work/bucket" -c core.autocrlf=true status --porcelain)" ''
python3 - "$work/bucket/bucket/esbuild.json" <<'PY'
import json, os, sys
import jsonschema
schema = json.load(open(os.environ["SOURCE_ROOT"] + "/tests/fixtures/schemas/scoop/manifest.schema.json", encoding="utf-8"))
jsonschema.Draft7Validator(schema).validate(json.load(open(sys.argv[1], encoding="utf-8")))
PY
is "Scoop's schema accepts what was pushed" $? 0
git clone -q "file://$git_root/homebrew-tap.git" "$work/tap"
cat >"$work/run.rb" <<'RUBY'
require "tmpdir"
require File.join(ENV.fetch("SOURCE_ROOT"), "tests/support/formula_stub")
formula = FormulaStub.load(ARGV[0], os: :linux, arch: :intel)
site = ARGV[1]
archive = formula.values[:url].sub("https://releases.example.com/esbuild", site)
require "digest"
abort "another digest" unless Digest::SHA256.file(archive).hexdigest == formula.values[:sha256]
puts formula.values[:version]
RUBY
is 'the formula leads to the archive that is public' "$(ruby "$work/run.rb" "$work/tap/Formula/esbuild.rb" "$PWD/site")" 0.28.1

# --- what others do there ---
git -C "$work/tap" config user.email human@example.com && git -C "$work/tap" config user.name Human
mkdir -p "$work/tap/Formula" && echo '# other' >"$work/tap/Formula/other.rb" && echo mine >"$work/tap/README.md"
git -C "$work/tap" add . && git -C "$work/tap" commit -qm 'by hand' && git -C "$work/tap" push -q 2>/dev/null
git -C "$work/tap" pull -q 2>/dev/null && echo '# by hand' >>"$work/tap/Formula/esbuild.rb" && git -C "$work/tap" commit -qam 'edit of ours' && git -C "$work/tap" push -q 2>/dev/null
git_compete scoop-bucket main bucket/other.json 2
status 'the next release' 0 publish --version 0.28.2
is 'replaces what somebody wrote into our file, which its history keeps' "$(git_show homebrew-tap main Formula/esbuild.rb | grep -c 'by hand') $(git_show homebrew-tap main~1 Formula/esbuild.rb | grep -c 'by hand')" '0 1'
is 'keeps what somebody put into the tap' "$(git_names homebrew-tap main | tr '\n' ' ')" 'Formula/esbuild.rb Formula/other.rb README.md '
like 'and replaces the formula' "$(git_show homebrew-tap main Formula/esbuild.rb)" 'version "0\.28\.2"'
is 'and comes to pass where somebody else pushed meanwhile' "$(git_show scoop-bucket main bucket/esbuild.json | json 'd["version"]')" 0.28.2
is 'whose file stays' "$(git_show scoop-bucket main bucket/other.json)" 'other 1'
git_leave_alone scoop-bucket

# --- channels ---
# Versions that nobody has published: for the machine at hand a program that says so, for others that of 0.28.2.
sed -i 's|^binary = ".*/esbuild/{version}/|binary = "bins/{version}/|; s|/esbuild/{version}/|/esbuild/0.28.2/|g' cco-release.toml
fixtures=$("$SOURCE_ROOT/tests/fixtures/fetch")
for version in 0.29.0-beta.1 0.28.0 0.28.3 0.28.4; do
  mkdir -p "bins/$version" && cp -r "$fixtures/esbuild/0.28.2/." "bins/$version/" && chmod -R u+w "bins/$version"
  printf '#include <stdio.h>\nint main(void) { puts("%s"); return 0; }\n' "$version" >main.c && gcc -s -o "bins/$version/linux-x86_64/esbuild" main.c
done
status 'a beta' 0 publish --version 0.29.0-beta.1
is 'is a package of its own' "$(git_names homebrew-tap main | grep esbuild | tr '\n' ' ')" 'Formula/esbuild-beta.rb Formula/esbuild.rb '
like 'the other stays' "$(git_show homebrew-tap main Formula/esbuild.rb)" 'version "0\.28\.2"'
status 'a backport' 0 publish --version 0.28.0 --allow-backport
like 'does not move the package down' "$(git_show homebrew-tap main Formula/esbuild.rb)" 'version "0\.28\.2"'
is 'nor the one of the bucket, nor the channel of the site' "$(git_show scoop-bucket main bucket/esbuild.json | json 'd["version"]') $(json 'd["latest"]' <site/stable.version-manifest.json)" "0.28.2 {'stable': '0.28.2'}"

cp cco-release.toml plain.toml
sed -i 's|^\[homebrew\]|[homebrew]\nversioned = true\ndepends = ["git"]\ncaveats = "Say hello"\nservice = ["esbuild", "--serve"]\ntest = ["esbuild", "--help"]|' cco-release.toml
status 'with lines of their own the same release' 0 publish --version 0.28.0 --allow-backport
is 'each has its formula' "$(git_names homebrew-tap main | grep esbuild | tr '\n' ' ')" 'Formula/esbuild-beta.rb Formula/esbuild.rb Formula/esbuild@0.28.rb '
like 'of the newest of the line' "$(git_show homebrew-tap main Formula/esbuild@0.28.rb)" 'version "0\.28\.2"'
like 'with what the configuration says' "$(git_show homebrew-tap main Formula/esbuild@0.28.rb | tr '\n' ' ')" 'keg_only :versioned_formula *depends_on "git".*"Say hello".*run \[opt_bin/"esbuild", "--serve"\].*system bin/"esbuild", "--help"'
check 'which Ruby reads' ruby -c "$(git_show homebrew-tap main Formula/esbuild@0.28.rb >"$work/esbuild@0.28.rb"; echo "$work/esbuild@0.28.rb")"
commits=$(git_count homebrew-tap main)
status 'the same again' 0 publish --version 0.28.0 --allow-backport
is 'pushes nothing' "$(git_count homebrew-tap main)" "$commits"
mv plain.toml cco-release.toml
publish --version 0.28.0 --allow-backport >/dev/null 2>&1

# --- failures there ---
git_protect homebrew-tap main
status 'a tap that is protected: the release is public, and it is partial' 16 publish --version 0.28.3
like 'the line says what is wrong and what to do' "$output" 'homebrew: https://localhost:[0-9]+/git/homebrew-tap\.git: .*GH006.*let the rules of that repository allow this token \(HOMEBREW_TAP_TOKEN\)'
like 'and which of all failed' "$output" '1 of 3 destinations failed; mend that and run the same command again'
like 'the release is public' "$output" 'esbuild 0\.28\.3 is public at'
is 'the bucket has it' "$(git_show scoop-bucket main bucket/esbuild.json | json 'd["version"]')" 0.28.3
is 'the tap has not' "$(git_show homebrew-tap main Formula/esbuild.rb | grep -c 'version "0\.28\.2"')" 1
git_leave_alone homebrew-tap
status 'mended, the same command ends well' 0 publish --version 0.28.3 --json
is 'by one push' "$(json '[a["action"] for a in d["actions"]]' <<<"$output")" "['push Formula/esbuild.rb']"
bucket_token=wrong
status 'a wrong token of the bucket' 4 publish --version 0.28.4
like 'is told before anything is public' "$output" 'scoop: .*the token of SCOOP_BUCKET_TOKEN is wrong or has expired'
is 'and nothing is' "$(ls -d site/releases/v0.28.4 2>/dev/null)" ''
status 'with --skip of it the rest is published' 0 publish --version 0.28.4 --skip scoop
is 'the tap has it' "$(git_show homebrew-tap main Formula/esbuild.rb | grep -c 'version "0\.28\.4"')" 1
is 'the bucket has not' "$(git_show scoop-bucket main bucket/esbuild.json | json 'd["version"]')" 0.28.3
bucket_token=$git_token

# --- one repository for both, with a default branch of another name ---
git -C "$git_root/both.git" symbolic-ref HEAD refs/heads/trunk
git clone -q "file://$git_root/both.git" "$work/both" 2>/dev/null && cd "$work/both" && git checkout -q -b trunk && echo packages >README.md && git add . &&
  git -c user.name=Human -c user.email=human@example.com commit -qm start && git push -q origin trunk 2>/dev/null
cd "$work/p" || exit 1
sed -i "s|/homebrew-tap\.git|/both.git|; s|/scoop-bucket\.git|/both.git|" cco-release.toml
status 'tap and bucket in one repository' 0 publish --version 0.28.4
is 'are one commit' "$(git_count both trunk)" 2
is 'with all files, on the default branch' "$(git_names both trunk | tr '\n' ' ')" '.gitattributes Formula/esbuild-beta.rb Formula/esbuild.rb README.md bucket/esbuild-beta.json bucket/esbuild.json '

# --- withdrawn ---
status 'the only beta is withdrawn' 0 release yank 0.29.0-beta.1 --reason 'loses settings' --yes
like 'the result names what was pushed' "$output" '^homebrew, scoop .*both\.git\): push Formula/esbuild-beta\.rb, push bucket/esbuild-beta\.json$'
is 'who has it goes on with what its channel sees' "$(git_show both trunk Formula/esbuild-beta.rb | grep -c 'version "0\.28\.4"') $(git_show both trunk bucket/esbuild-beta.json | json 'd["version"]')" '1 0.28.4'
is 'and the commit names each version once' "$(git -C "$git_root/both.git" log -1 --format=%s trunk)" 'esbuild 0.28.4'
for version in 0.28.0 0.28.1 0.28.2 0.28.3; do release yank $version --reason 'as well' --yes >/dev/null 2>&1; done
status 'and all the rest' 0 release yank 0.28.4 --reason 'loses them too' --yes
is 'without a good release there is no package' "$(git_names both trunk | tr '\n' ' ')" '.gitattributes README.md '
status 'one that was no fault comes back' 0 release unyank 0.28.4 --yes
is 'with its packages' "$(git_names both trunk | tr '\n' ' ')" '.gitattributes Formula/esbuild-beta.rb Formula/esbuild.rb README.md bucket/esbuild-beta.json bucket/esbuild.json '
done_testing
