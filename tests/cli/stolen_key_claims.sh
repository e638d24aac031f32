#!/usr/bin/env bash
# stolen_public_keys stays in the configuration for ever. What a host or the thief writes under that key, later or at once, ends no product's history.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
publish() { release publish --date "$hello_date" --allow-dirty "${online[@]}" "$@"; }
listed() { python3 -c 'import json,sys; m=json.load(open(sys.argv[1])); print(m["generation"], *m["versions"])' "$1"; }
# What the metadata names: of its manifests that of the highest generation.
named() { for file in site/targets/*.stable.version-manifest.json; do listed "$file"; done | sort -n | tail -n 1; }
line() { tail -n 1 "$1.pub"; }
# A signature that says it is by old.key, and is zeros.
claim() { # FILE
  python3 - "$1" old.pub <<'PY'
import base64, sys
key = base64.b64decode(open(sys.argv[2]).read().splitlines()[1])
print("untrusted comment: x", base64.b64encode(b"ED" + key[2:10] + bytes(64)).decode(), "trusted comment: x", base64.b64encode(bytes(64)).decode(),
      sep="\n", file=open(sys.argv[1] + ".minisig", "w"))
PY
}
# A manifest without any release, really signed by old.key.
empty() { # FILE
  python3 - "$1" <<'PY'
import json, sys
manifest = json.load(open(sys.argv[1]))
manifest.update(generation=1, latest={}, versions={})
json.dump(manifest, open(sys.argv[1], "w"))
PY
  minisign -S -s old.key -m "$1" -t "$(printf 'timestamp:0\tfile:%s\thashed\tapp:hello\tsha256:%s' "$(basename "$1")" "$(sha256sum <"$1" | cut -d' ' -f1)")" >/dev/null 2>&1 </dev/null
}
manifests=(site/stable.version-manifest.json site/version-manifest.json)
fresh() { rm -rf "$work/run" && cp -a "$work/published" "$work/run" && cd "$work/run" || exit 1; }
next() { hello_binary bin/linux-x86_64/hello 'hello 1.2.0' && publish --version 1.2.0 "$@"; }

for kind in minisign trust; do
  rm -rf "$work/published" && hello_project "$work/published" && cd "$work/published" || exit 1
  release keys new --out old --no-password >/dev/null 2>&1
  sed -i "s|^public_key = .*|&\nstolen_public_keys = [\"$(line old)\"]|" cco-release.toml
  online=()
  if [ $kind = trust ]; then
    release trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
    online=(--key hello.key --key keys/hello-online.key)
  fi
  for version in 1.0.0 1.1.0; do
    hello_binary bin/linux-x86_64/hello "hello $version"
    check "($kind) $version is published" publish --version $version
  done

  fresh && rm -r dist
  for file in "${manifests[@]}"; do claim "$file"; done
  before=$(contents_of site)
  if [ $kind = trust ]; then
    status "($kind) a line that names the stolen key changes nothing" 0 next
    is "($kind) no release is forgotten" "$(listed site/stable.version-manifest.json)" "3 1.2.0 1.1.0 1.0.0"
    is "($kind) neither in what agents read" "$(named)" "3 1.2.0 1.1.0 1.0.0"
  else
    status "($kind) a line that names the stolen key is damage" 7 next
    like "($kind) which is to be put back" "$output" 'stable\.version-manifest\.json: .*; nothing was changed: put back the last good copy'
    is "($kind) nothing was changed" "$(contents_of site)" "$before"
  fi

  fresh && rm -r dist
  for file in "${manifests[@]}"; do empty "$file"; done
  if [ $kind = trust ]; then
    status "($kind) nor does what the stolen key signs, once the metadata got past it" 0 next
    is "($kind) no release is forgotten then" "$(listed site/stable.version-manifest.json)" "3 1.2.0 1.1.0 1.0.0"
    continue
  fi
  git init -q . && git -c user.name=a -c user.email=a@example.com commit -qm first --allow-empty && git tag v1.0.0 && git tag v1.1.0
  before=$(contents_of site)
  status "($kind) a channel of which git knows releases does not begin anew by itself" 7 next
  like "($kind) it says what to do" "$output" 'stable\.version-manifest\.json is by a stolen key, and .*dist proves no release of stable, but git has v1\.0\.0; publish where dist/ has them, or, .* add --leave-out all$'
  is "($kind) nothing was changed then" "$(contents_of site)" "$before"
  status "($kind) it does so as a person says" 0 next --leave-out all
  is "($kind) with what he publishes" "$(listed site/stable.version-manifest.json)" "2 1.2.0"
  fresh
  for file in "${manifests[@]}"; do empty "$file"; done
  rm site/releases/v1.0.0/checksums.sha256
  status "($kind) with dist/ all is carried on, whatever the host has removed" 0 next
  is "($kind) above what was public" "$(listed site/stable.version-manifest.json)" "4 1.2.0 1.1.0 1.0.0"
done

# The theft itself, with [trust]: keys were replaced, and nobody has published since.
cd "$work/published" || exit 1
release keys new --out second --no-password >/dev/null 2>&1
sed -i "s|^stolen_public_keys = .*|stolen_public_keys = [\"$(line hello)\"]|; s|^public_key = .*|public_key = \"$(line second)\"|; s|^key = .*|key = \"second.key\"|" cco-release.toml
release trust rotate >/dev/null 2>&1 && release trust sign --yes --key keys/hello-root-1.key --key keys/hello-root-2.key >/dev/null 2>&1
check "(theft) keys are replaced" release trust finalize
online=(--key second.key --key keys/hello-online.key)
fresh && rm -r dist
status "(theft) a machine without dist/ does not begin anew by itself" 7 next
like "(theft) each release is named" "$output" 'a stolen key lists 1\.0\.0 \(stable\), 1\.1\.0 \(stable\), which .*dist does not prove'
mv hello.key old.key
for file in "${manifests[@]}"; do empty "$file"; done
status "(theft) nor where the thief lists nothing" 7 next
like "(theft) since that is remembered" "$output" 'dist proves no release of stable, but generation 2 was public; '
rm trust/public.json
status "(theft) be it by the metadata alone" 7 next
like "(theft) which says so" "$output" 'dist proves no release of stable, but the metadata names releases; '
fresh && mv hello.key old.key
for file in "${manifests[@]}"; do empty "$file"; done
status "(theft) the machine with dist/ carries all on" 0 next
is "(theft) above what agents have seen" "$(listed site/stable.version-manifest.json) $(named)" "4 1.2.0 1.1.0 1.0.0 4 1.2.0 1.1.0 1.0.0"
done_testing
