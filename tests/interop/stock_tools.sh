#!/usr/bin/env bash
# Every file of a real release (esbuild, six platforms) is accepted by the tools that people have: minisign, sha256sum, tar, unzip, ruby,
# ShellCheck, and a validator with Scoop's own schema.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/interop/esbuild_project.sh
. "$SOURCE_ROOT/tests/interop/esbuild_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

esbuild_project "$work/project" https://releases.example.com/esbuild "$CCO"
cd "$work/project" || exit 1
check "six platforms are published" "$CCO_RELEASE" publish --version 0.28.1 --date 2026-11-20T10:00:00Z
site=$work/project/site
release=$site/releases/v0.28.1
key=$(tail -n 1 esbuild.pub)

signed=0
while read -r signature; do
  signed=$((signed + 1))
  check "minisign accepts ${signature#"$site"/}" minisign -V -H -q -P "$key" -m "${signature%.minisig}" -x "$signature"
done < <(find "$site" -name '*.minisig' | sort)
check "at least six archives, their sums, two manifests and two installers are signed" test "$signed" -ge 11

check "sha256sum -c accepts checksums.sha256" sh -c "cd '$release' && sha256sum -c --strict checksums.sha256"
for sum in "$release"/*.sha256; do
  [ "$(basename "$sum")" = checksums.sha256 ] || check "sha256sum -c accepts $(basename "$sum")" sh -c "cd '$release' && sha256sum -c --strict '$sum'"
done

for archive in "$release"/*.tar.gz; do
  mkdir -p "$work/unpacked/$(basename "$archive")"
  check "tar unpacks $(basename "$archive")" tar -xzf "$archive" -C "$work/unpacked/$(basename "$archive")"
done
for archive in "$release"/*.zip; do
  check "unzip -t accepts $(basename "$archive")" unzip -tq "$archive"
  mkdir -p "$work/unpacked/$(basename "$archive")"
  check "unzip unpacks $(basename "$archive")" unzip -q "$archive" -d "$work/unpacked/$(basename "$archive")"
done
for folder in "$work"/unpacked/*/; do
  check "the sums inside $(basename "$folder") hold" sh -c "cd '$folder' && sha256sum -c --strict checksums.sha256"
done
is "the binary inside is the one that went in" \
  "$(sha256sum <"$work/unpacked/esbuild-v0.28.1-linux-x86_64.tar.gz/esbuild")" \
  "$(sha256sum <"$("$SOURCE_ROOT/tests/fixtures/fetch")/esbuild/0.28.1/linux-x86_64/esbuild")"
check "the unpacked binary runs" "$work/unpacked/esbuild-v0.28.1-linux-x86_64.tar.gz/esbuild" --version

check "ruby -c accepts the formula" ruby -c dist/0.28.1/formula/esbuild.rb
check "Scoop's schema accepts the manifest" python3 -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator(schema).validate(json.load(open(sys.argv[2], encoding="utf-8")))
' "$SOURCE_ROOT/tests/fixtures/schemas/scoop/manifest.schema.json" dist/0.28.1/scoop/esbuild.json
check "shellcheck accepts install.sh" shellcheck -s sh "$site/install.sh"
check "python's json accepts every manifest" sh -c "for f in '$site'/*.json; do python3 -m json.tool \"\$f\" >/dev/null || exit 1; done"

before=$(find "$site" "$work/project/dist" -type f -printf '%p %T@ %i\n' | sort)
check "the same command again succeeds" "$CCO_RELEASE" publish --version 0.28.1 --date 2026-11-20T10:00:00Z
is "and writes nothing" "$(find "$site" "$work/project/dist" -type f -printf '%p %T@ %i\n' | sort)" "$before"
done_testing
