#!/usr/bin/env bash
# [release] extra_files of a release whose keys are elsewhere: staged with it, signed by the holder who need not have them, published by a machine that
# need not either; and what somebody else put in their place. In a folder, then as a draft at GitHub.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/github_project.sh
. "$SOURCE_ROOT/tests/support/github_project.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
forge_ca=/dev/null
hello_project "$work/start"
cd "$work/start" || exit 1
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
mv hello.key "$work/release.key"
mv hello.pub "$work/release.pub"
printf '[release]\nextra_files = ["extra/*.pdf", "extra/notes-{version}.txt"]\n' >>cco-release.toml
mkdir extra
echo 'a manual' >extra/manual.pdf
echo 'notes' >extra/notes-1.0.0.txt
machines() { # makes them anew; they see one site, and only CI has binaries and further files
  rm -rf "$work/ci" "$work/holder" "$work/third" "$work/site"
  mkdir "$work/site"
  for machine in ci holder third; do
    cp -a "$work/start" "$work/$machine"
    ln -s "$work/site" "$work/$machine/site"
    [ $machine = ci ] || rm -r "$work/$machine/extra" "${work:?}/$machine/bin"
  done
}
on() { # MACHINE ARGUMENT...
  (cd "$work/$1" && shift && github_release "$@")
}
stage() { on ci publish --version 1.0.0 --date "$hello_date" --key "$work/keys/hello-online.key"; }
# shellcheck disable=SC2120  # most sign without more
sign() { on holder publish --version 1.0.0 --sign-only --yes --key "$work/release.key" "$@"; }
finish() { on third publish --version 1.0.0 --signatures "$work/holder/signatures/v1.0.0" --key "$work/keys/hello-online.key"; }
signatures() { (cd "$work/holder/signatures/v1.0.0" 2>/dev/null && find . -name '*manual*' -o -name '*notes*' | sort | tr '\n' ' '); }
staged=$work/site/.staged/v1.0.0

# --- a folder ---
machines
status 'CI stages the release' 3 stage
like 'and says that further files are among what is signed' "$output" 'has to sign 10 files'
is 'they are staged' "$(cd "$staged" && find . -name 'manual*' -o -name 'notes*' | sort | tr '\n' ' ')" './manual.pdf ./notes-1.0.0.txt '
status 'a holder who has none of them signs' 0 sign
like 'and is shown them by their digests' "$output" "$(sha256sum "$work/start/extra/manual.pdf" | cut -d' ' -f1)"
is 'with them' "$(signatures)" './releases/v1.0.0/manual.pdf.minisig ./releases/v1.0.0/notes-1.0.0.txt.minisig '
status 'a machine that has none of them publishes' 0 finish
is 'they are public, with signatures' "$(cd "$work/site/releases/v1.0.0" && find . -name 'manual*' -o -name 'notes*' | sort | tr '\n' ' ')" \
  './manual.pdf ./manual.pdf.minisig ./notes-1.0.0.txt ./notes-1.0.0.txt.minisig '
check 'which hold' minisign -Vm "$work/site/releases/v1.0.0/manual.pdf" -p "$work/release.pub"
is 'the checksums have them' "$(cd "$work/site/releases/v1.0.0" && sha256sum -c checksums.sha256 2>&1 | tr '\n' ' ')" 'hello-v1.0.0-linux-x86_64.tar.gz: OK manual.pdf: OK notes-1.0.0.txt: OK '
status 'a stranger is content' 0 on ci verify
before=$(state_of "$work/site")
status 'once more' 0 finish
status 'and the first command' 0 stage
is 'there is nothing to do' "$(state_of "$work/site")" "$before"

# --- what is not as it was drafted ---
refused() { # SENTENCE STATUS REGEX COMMAND...: nobody signs
  rm -rf "$work/holder/dist" "$work/holder/signatures"
  status "$1" "$2" "${@:4}"
  like "$1: told" "$output" "$3"
  is "$1: nothing was signed" "$(signatures)" ''
}
machines
stage >/dev/null 2>&1
cp -a "$staged" "$work/staged"
echo 'another manual' >"$staged/manual.pdf"
refused 'one that the host replaced' 5 'manual\.pdf as it is staged at directory .* is (not what|larger than what|larger than) its draft says' sign
rm "$staged/manual.pdf"
refused 'one that the host lost' 9 'manual\.pdf of the draft is neither in .* nor staged at directory' sign
# What CI may draft who has the online key, and a reviewer looks for in vain in the configuration.
drafted() { # NAME TEXT: a further file of the draft
  rm -rf "$staged" && cp -a "$work/staged" "$staged"
  echo "$2" >"$staged/$(basename "$1")"
  (cd "$staged" && python3 - "$1" "$2" <<'PY' && minisign -S -W -s "$work/keys/hello-online.key" -x draft.json.minisig -m draft.json -t $'timestamp:1\tfile:draft.json\thashed\tapp:hello\tversion:1.0.0' >/dev/null)
import hashlib, json, sys
data = sys.argv[2].encode() + b"\n"
draft = json.load(open("draft.json"))
draft["extra_files"].append({"name": sys.argv[1], "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
open("draft.json", "w").write(json.dumps(draft, indent=2) + "\n")
PY
}
while read -r name problem; do
  drafted "$name" 'rm -rf /'
  refused "a draft with $name besides" 5 "the draft has a further file $name, which $problem.*; nothing was signed" sign
done <<'TABLE'
setup.exe is asked for by no pattern of extra_files in cco-release.toml
install.sh is asked for by no pattern
manual.pdf is there twice
TABLE
drafted ../evil 'rm -rf /'
refused 'a draft with a path for a name' 3 'extra_files\[2\]\.name: is no file name' sign
for machine in ci holder third; do sed -i 's|^extra_files = .*|extra_files = ["extra/*"]|' "$work/$machine/cco-release.toml"; done
for name in install.sh hello-v1.0.0-linux-x86_64.tar.gz checksums.sha256 hello-v1.0.0-linux-x86_64.tar.gz.minisig; do
  drafted $name 'rm -rf /'
  refused "where the pattern is wide, a draft with another $name" 5 "the draft has a further file $name, which has the name of another file of the release" sign
done
for machine in ci holder third; do cp "$work/start/cco-release.toml" "$work/$machine"; done
rm -rf "$staged" && cp -a "$work/staged" "$staged"
cp -a "$work/start/bin" "$work/holder/bin"
mkdir "$work/holder/extra" && echo 'another manual' >"$work/holder/extra/manual.pdf" && echo notes >"$work/holder/extra/notes-1.0.0.txt"
refused 'a holder who builds it, with another one' 5 'extra_files are not what the draft has; nothing was signed' sign --rebuild --dist "$work/rebuilt"
cp "$work/start/extra/manual.pdf" "$work/holder/extra/manual.pdf"
rm -rf "$work/rebuilt"
status 'with the same one' 0 sign --rebuild --dist "$work/rebuilt"
status 'it is published' 0 finish

# --- a draft at GitHub ---
github_project "$work/hosted"
trap 'forge_stop; rm -rf "$work"' EXIT
printf '[release]\nextra_files = ["extra/*.pdf"]\n' >>cco-release.toml
rm -rf trust
sed -i '/^\[trust/,$d; /^\[release\]/,$d' cco-release.toml
printf '[release]\nextra_files = ["extra/*.pdf"]\n' >>cco-release.toml
release trust init --preset solo --keys "$work/hosted/keys" --no-password >/dev/null 2>&1 || echo '# trust init failed'
mv hello.key "$work/hosted/release.key"
cp -a "$work/start/extra" .
cp -a . "$work/hosted/holder" && rm -r "$work/hosted/holder/extra" "$work/hosted/holder/bin" "$work/hosted/holder/agents"
status 'CI stages it at GitHub' 3 github_release publish --version 1.0.0 --date "$hello_date" --key "$work/hosted/keys/hello-online.key"
is 'as a draft, and nothing is public' "$(github_state 'len(d["drafts"]), d["releases"]')" '1 []'
cd "$work/hosted/holder" || exit 1
status 'a holder signs' 0 github_release publish --version 1.0.0 --sign-only --yes --key "$work/hosted/release.key"
status 'and publishes' 0 github_release publish --version 1.0.0 --signatures signatures/v1.0.0 --key "$work/hosted/keys/hello-online.key"
is 'the manual is an asset' "$(github_state '[a[0] for r in d["releases"] for a in r["assets"] if "manual" in a[0]], d["drafts"]')" "['manual.pdf', 'manual.pdf.minisig'] []"
status 'a stranger is content with that' 0 github_release verify
done_testing
