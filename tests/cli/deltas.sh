#!/usr/bin/env bash
# Deltas and tar.zst: fetched releases, what publish makes of them, what a rerun keeps, and a release whose keys are elsewhere.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
# Large enough that a delta is worth it: half of an archive are license and manual.
binary() { # VERSION: the same 200 kB of code behind another main()
  printf '#include <stdio.h>\nextern const unsigned char stock[200000];\nint main(void) { printf("hello %%s %%d\\n", "%s", stock[1]); return 0; }\n' "$1" >main.c
  gcc -O1 -s -o bin/linux-x86_64/hello main.c stock.c && rm main.c
}
python3 -c '
import random
random.seed(1)
print("const unsigned char stock[200000] = {%s};" % ",".join(str(random.randrange(256)) for _ in range(200000)))' >stock.c
publish() { release publish --date "$hello_date" "$@"; }
platform=linux-x86_64
names() { find "$1" -mindepth 1 -maxdepth 1 -name "${2:-*}" -printf '%f\n' 2>/dev/null | sort | tr '\n' ' '; }
assets() { (cd "site/releases/v$1" && find . -name '*.delta' -o -name '*.tar.zst' | sort | tr '\n' ' '); }
entry() { # VERSION EXPRESSION: of the platform's entry in the manifest
  python3 -c 'import json, sys; e = json.load(open("site/stable.version-manifest.json"))["versions"][sys.argv[1]]["platforms"]["linux-x86_64"]; print(eval(sys.argv[2]))' "$1" "$2"
}

for version in 1.0.0 1.1.0 1.2.0 1.3.0; do
  binary $version
  publish --version $version >/dev/null 2>&1 || exit 1
done
binary 1.0.0
cp bin/linux-x86_64/hello "$work/old"

# --- previous ---
status 'previous fetches the newest three releases' 0 release previous prev
is 'each into a folder of its own' "$(names prev)" 'v1.1.0 v1.2.0 v1.3.0 '
is 'with all files of the archive' "$(names prev/v1.3.0/$platform)" 'LICENSE checksums.sha256 hello man '
is 'that run' "$(prev/v1.3.0/$platform/hello)" 'hello 1.3.0 32'
before=$(state_of prev)
status 'once more' 0 release previous prev
is 'nothing is fetched again' "$(state_of prev)" "$before"
echo >>prev/v1.3.0/$platform/hello
status 'a binary that somebody changed is fetched again' 0 release previous --json prev
is 'that one alone' "$(python3 -c 'import json, sys; print([r["version"] for r in json.loads(sys.argv[1])["releases"] if r["fetched"]])' "$output")" "['1.3.0']"
is 'and is right' "$(prev/v1.3.0/$platform/hello)" 'hello 1.3.0 32'
status 'one of them' 0 release previous --last 1 one
is 'is the newest' "$(names one)" 'v1.3.0 '
status 'a wrong number is a usage error' 2 release previous --last 4 one
like 'that says what to give' "$output" 'give 1 to 3'
archive=site/releases/v1.3.0/hello-v1.3.0-$platform.tar.gz
cp "$archive" saved
printf 'x' | dd of="$archive" bs=1 seek=50 conv=notrunc status=none
status 'an archive that is not what the manifest says is refused' 7 release previous --last 1 bad
like 'by name' "$output" 'hello-v1.3.0-linux-x86_64.tar.gz: is not what the signed manifest says'
is 'and nothing of it is kept' "$(names bad)" ''
cp saved "$archive"
truncate -s 100 "$archive"
status 'so is one that is cut short' 7 release previous --last 1 bad
cp saved "$archive" && rm saved

# --- deltas ---
binary 1.4.0
status 'a folder that is not there is a problem' 3 publish --version 1.4.0 --previous nowhere
like 'with the command that makes it' "$output" 'cco-release previous nowhere makes it'
mkdir empty
status 'so is one without earlier releases' 3 publish --version 1.4.0 --previous empty
is 'nothing was published' "$(names site/releases)" 'v1.0.0 v1.1.0 v1.2.0 v1.3.0 '
mkdir -p prev/v9.0.0/$platform && cp "$work/old" prev/v9.0.0/$platform/hello
status 'publish makes deltas from earlier releases' 0 publish --version 1.4.0 --previous prev
is 'from three of them' "$(assets 1.4.0)" \
  './hello-v1.4.0-linux-x86_64.from-1.1.0.delta ./hello-v1.4.0-linux-x86_64.from-1.2.0.delta ./hello-v1.4.0-linux-x86_64.from-1.3.0.delta '
is 'the manifest names them with the binary that they start from' "$(entry 1.4.0 '[d["from_sha256"] for d in e["deltas"]]')" \
  "$(for v in 1.1.0 1.2.0 1.3.0; do sha256sum prev/v$v/$platform/hello | cut -d' ' -f1; done | python3 -c 'import sys; print(sys.stdin.read().split())')"
is 'each much smaller than the archive' "$(entry 1.4.0 'all(d["size"] * 10 < e["size"] for d in e["deltas"])')" True
is 'the checksums have them' "$(cd site/releases/v1.4.0 && sha256sum -c checksums.sha256 2>/dev/null | grep -c 'delta: OK')" 3
status 'a stranger is content' 0 release verify
like 'and has looked at them' "$output" 'ok  releases/v1.4.0/hello-v1.4.0-linux-x86_64.from-1.3.0.delta'
before=$(state_of site)
status 'once more without --previous' 0 publish --version 1.4.0
is 'changes nothing' "$(state_of site)" "$before"
rm -r dist
status 'nor does it without dist/' 0 publish --version 1.4.0
is 'where the deltas come from the site' "$(state_of site)" "$before"
status 'nor with other previous releases' 0 publish --version 1.4.0 --previous one
is 'since what is public stays' "$(state_of site)" "$before"
rm -r dist
delta=site/releases/v1.4.0/hello-v1.4.0-$platform.from-1.3.0.delta
cp "$delta" saved
rm "$delta"
status 'a delta that is nowhere is an error' 9 publish --version 1.4.0
like 'which names it' "$output" 'from-1.3.0.delta, which the public manifest names, is neither in '
cp saved "$delta"
status 'verify finds one that was changed' 0 release verify
printf 'x' >>"$delta"
status 'as soon as it is' 7 release verify
cp saved "$delta"

# --- where a delta is not worth it, and package ---
python3 -c 'import os; open("NOISE", "wb").write(os.urandom(600000))'
sed -i 's/^files = \[/files = ["NOISE", /' cco-release.toml
binary 1.5.0
status 'package makes them too' 0 release package --date "$hello_date" --version 1.5.0 --previous one
like 'and says where one would save too little' "$output" 'from-1\.3\.0\.delta: none, as it would save too little'
is 'so there is none' "$(names dist/1.5.0/assets '*delta')" ''
sed -i 's/"NOISE", //' cco-release.toml
status 'without that, it is' 0 release package --date "$hello_date" --version 1.5.0 --previous one --json
is 'made' "$(names dist/1.5.0/assets '*delta')" 'hello-v1.5.0-linux-x86_64.from-1.3.0.delta '
like 'and in the result' "$output" '"path": ".*from-1\.3\.0\.delta"'
is 'without --previous it stays' "$(release package --date "$hello_date" --version 1.5.0 >/dev/null 2>&1; names dist/1.5.0/assets '*delta')" \
  'hello-v1.5.0-linux-x86_64.from-1.3.0.delta '
before=$(state_of dist/1.5.0/assets)
release package --date "$hello_date" --version 1.5.0 --previous one >/dev/null 2>&1
is 'and the same command again writes nothing' "$(state_of dist/1.5.0/assets)" "$before"
status 'publish takes it from there' 0 publish --version 1.5.0
is 'and names it' "$(entry 1.5.0 'len(e["deltas"])')" 1

# --- tar.zst ---
sed -i 's/^files = \[/agent_format = "tar.zst"\nfiles = [/' cco-release.toml
status 'a release that is public stays without tar.zst' 0 publish --version 1.5.0
is 'as it was' "$(entry 1.5.0 'e.get("alternatives")')" None
binary 1.6.0
status 'the next one has it' 0 publish --version 1.6.0 --check-reproducible
is 'beside the tar.gz' "$(assets 1.6.0)" './hello-v1.6.0-linux-x86_64.tar.zst '
is 'with the same files' "$(tar --zstd -xOf site/releases/v1.6.0/hello-v1.6.0-$platform.tar.zst | sha256sum)" \
  "$(tar -xzOf site/releases/v1.6.0/hello-v1.6.0-$platform.tar.gz | sha256sum)"
is 'the manifest names it' "$(entry 1.6.0 '[a["format"] for a in e["alternatives"]]')" "['tar.zst']"
check 'its signature holds' minisign -Vm site/releases/v1.6.0/hello-v1.6.0-$platform.tar.zst -p hello.pub
status 'a stranger is content with both' 0 release verify
before=$(contents_of site)
rm -r dist
status 'made again without dist/' 0 publish --version 1.6.0
is 'it has the same bytes' "$(contents_of site)" "$before"
sed -i '/^agent_format/d' cco-release.toml
status 'without the key' 0 publish --version 1.6.0
is 'it stays' "$(contents_of site)" "$before"
echo '[release]
extra_files = ["*.tar.zst"]' >>cco-release.toml
echo >hello-v1.7.0-$platform.tar.zst
status 'a further file may not have its name' 3 release check --version 1.7.0 --date "$hello_date"
like 'which is said' "$output" 'hello-v1\.7\.0-linux-x86_64\.tar\.zst is the name of another file of the release'

# --- keys are elsewhere ---
hello_project "$work/ci"
cd "$work/ci" || exit 1
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
mv hello.key "$work/release.key"
sed -i 's/^files = \[/agent_format = "tar.zst"\nfiles = [/; s|^binary = .*|binaries = ["bin/{platform}/hello{exe}", "bin/{platform}/helper{exe}"]|' cco-release.toml
cp ../p/stock.c .
both() { # VERSION: two binaries
  binary "$1"
  hello_binary bin/linux-x86_64/helper "helper $1"
}
both 1.0.0
publish --version 1.0.0 --key "$work/keys/hello-online.key" --key "$work/release.key" >/dev/null 2>&1
release previous prev >/dev/null 2>&1
both 1.1.0
cp -a . "$work/holder"
rm -rf "$work/holder/site" "$work/holder/dist" "$work/holder/bin" "$work/holder/prev"
ln -s "$work/ci/site" "$work/holder/site"
sign() { (cd "$work/holder" && publish --version 1.1.0 --sign-only --yes --key "$work/release.key"); }
status 'a release with deltas and tar.zst is staged' 3 publish --version 1.1.0 --previous prev --key "$work/keys/hello-online.key"
status 'a holder who has neither signs it' 0 sign
like 'and is shown the delta' "$output" 'hello-v1\.1\.0-linux-x86_64\.from-1\.0\.0\.delta'
# The draft and the files in the holder's own dist/, as somebody else might have made them.
cp -a "$work/holder/dist" "$work/drafted"
mv site/.staged "$work/staged"
forged() { # SENTENCE STATUS REGEX PYTHON: changes the draft d and its first archive
  rm -rf "$work/holder/dist" "$work/holder/signatures"
  cp -a "$work/drafted" "$work/holder/dist"
  python3 -c '
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
d = json.loads((folder / "draft.json").read_text())
archive = d["archives"][0]
def put(name, data):
    (folder / "assets" / name).write_bytes(data)
    for f in d["extra_files"]:
        if f["name"] == name: f["size"], f["sha256"] = len(data), hashlib.sha256(data).hexdigest()
def get(name): return (folder / "assets" / name).read_bytes()
exec(sys.argv[2])
(folder / "draft.json").write_text(json.dumps(d))' "$work/drafted/1.1.0" "$4" 2>/dev/null
  cp -a "$work/drafted/." "$work/holder/dist"
  status "$1" "$2" sign
  like "$1: told" "$output" "$3"
  is "$1: nothing was signed" "$(names "$work/holder/signatures")" ''
  rm -rf "$work/drafted"
  cp -a "$work/honest" "$work/drafted"
}
publish --version 1.1.0 --previous prev --key "$work/keys/hello-online.key" >/dev/null 2>&1
cp -a dist "$work/honest"
rm -rf "$work/drafted" && cp -a "$work/honest" "$work/drafted"
rm -rf site/.staged
forged 'a delta of another binary is not signed' 5 'a delta of another binary than the largest' 'archive["deltas"][0]["path"] = "LICENSE"'
forged 'nor is one of an unknown format' 5 'a delta of an unknown format' 'archive["deltas"][0]["format"] = "magic"'
forged 'nor one that is not there' 5 'the draft names it among no files' 'archive["deltas"][0]["name"] = "hello-v1.1.0-linux-x86_64.from-9.delta"; d["extra_files"] = [f for f in d["extra_files"] if f["name"].endswith("zst")]'
forged 'nor one that leaves files out' 5 'its files are not the archive' 'name = archive["deltas"][0]["name"]; delta = get(name); put(name, delta[:delta.rindex(bytes([0x5c, 0x2a, 0x4d, 0x18]))])'
forged 'nor one that patches what is no binary' 5 'it patches what is no binary, or one twice' 'name = archive["deltas"][0]["name"]; put(name, get(name).replace(bytes([6]) + b"helper", bytes([6]) + b"heeper"))'
forged 'nor one that patches one twice' 5 'it patches what is no binary, or one twice' 'name = archive["deltas"][0]["name"]; delta = get(name); first, last = delta.rindex(bytes([0x5d, 0x2a, 0x4d, 0x18])), delta.rindex(bytes([0x5c, 0x2a, 0x4d, 0x18])); put(name, delta[:last] + delta[first:last] + delta[last:])'
forged 'nor one that leaves a binary out' 5 'its files are not the archive' 'name = archive["deltas"][0]["name"]; delta = get(name); put(name, delta[:delta.rindex(bytes([0x5d, 0x2a, 0x4d, 0x18]))] + delta[delta.rindex(bytes([0x5c, 0x2a, 0x4d, 0x18])):])'
forged 'nor a tar.zst of something else' 7 'damaged or cut short|not compressed by zstd' 'put(archive["alternative"], b"something else")'
mv "$work/staged" site/.staged
rm -rf "$work/holder/dist" "$work/holder/signatures"
status 'the honest one is signed' 0 sign
status 'and published with the signatures' 0 publish --version 1.1.0 --signatures "$work/holder/signatures/v1.1.0" --key "$work/keys/hello-online.key"
is 'with both' "$(assets 1.1.0)" './hello-v1.1.0-linux-x86_64.from-1.0.0.delta ./hello-v1.1.0-linux-x86_64.tar.zst '
is 'in the manifest, too' "$(entry 1.1.0 'len(e["deltas"]), len(e["alternatives"])')" '(1, 1)'
status 'a stranger is content with it' 0 release verify
done_testing
