#!/usr/bin/env bash
# `publish`, killed at its state-changing system calls, then run again: the same final site, and at no moment does a public manifest
# name a file that is not there and right. Without arguments every point; `publish_kill.sh STEP` only every STEP-th. With `trust` as
# second argument the product has [trust], and at every moment a client of the metadata is content, a fresh one and one that followed.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
step=${1:-1}
with=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
starts=(with_dist without_files without_site with_a_second)
variables=()
if [ "$with" = trust ]; then
  release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
  sed -i "s|^key = .*|key = \"hello.key\"|" cco-release.toml
  starts=(with_dist without_site with_a_second)
  variables=("CCO_RELEASE_KEY=$(cat "$work/keys/hello-online.key")")
  # Expiry is counted from the clock, which therefore stands still.
  variables+=("LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date +%s)")
fi
# As in tests/cli/hello_project.sh, with that clock.
release() { env -i PATH="$PATH" HOME=/nonexistent "${variables[@]}" "$CCO_RELEASE" "$@"; }
release publish --version 1.0.0 --date "$hello_date" >/dev/null 2>&1 || exit 1
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
# The time of the first publish is fixed in dist/, so that all runs end in the same bytes.
release publish --version 1.1.0 --date "$hello_date" --skip publish >/dev/null 2>&1 || exit 1

# Every manifest that is public (its signature may be that of the one before for a moment: then nobody believes it) names archives
# that are there with the right digest.
manifests_are_honest() {
  python3 - <<'PY'
import hashlib, json, pathlib
places = {"https://releases.example.com/hello/": pathlib.Path("site"), "https://stick.example.com/hello/": pathlib.Path("stick")}
for manifest in [path for site in places.values() for path in site.glob("*version-manifest.json")]:
    for version, release in json.loads(manifest.read_text())["versions"].items():
        for entry in release["platforms"].values():
            for url in [entry["url"], *(entry.get("mirrors") or [])]:
                base = next(base for base in places if url.startswith(base))
                asset = places[base] / url[len(base):]
                data = asset.read_bytes()
                assert len(data) == entry["size"] and hashlib.sha256(data).hexdigest() == entry["sha256"], asset
                for suffix in (".minisig", ".sha256"):
                    assert pathlib.Path(str(asset) + suffix).exists(), asset
PY
}
# Whoever reads the metadata finds a complete set that is valid, on any copy that shows a timestamp.
read_as_client() { # STATE SITE: begins with the first root, or goes on with what STATE has
  [ -d "$1" ] || "$CCO_TUF_CLIENT" --metadata-dir "$1" init trust/1.root.json || return 1
  mkdir -p "$1.targets"
  "$CCO_TUF_CLIENT" --metadata-dir "$1" --metadata-url "file://$PWD/$2/metadata" --target-name stable.version-manifest.json \
    --target-base-url "file://$PWD/$2/targets" --target-dir "$1.targets" download
}
clients_are_content() {
  local site
  for site in site stick; do
    [ -e "$site/metadata/timestamp.json" ] || continue
    rm -rf "$work/fresh" "$work/later"
    read_as_client "$work/fresh" $site || return 1
    cp -a "$work/followed" "$work/later"
    read_as_client "$work/later" $site || return 1
  done
}
if [ "$with" = trust ]; then
  check "a client of the first release is content" read_as_client "$work/followed" site
fi
again=(env -i PATH="$PATH" HOME=/nonexistent "${variables[@]}" "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date")
# START: a fresh copy; with all of dist/, with its release.json only, with that and no site at all, or with a second destination
# that is not there yet.
run_from() {
  rm -rf "$work/run" && cp -a "$work/start" "$work/run" && cd "$work/run" || exit 1
  [ "$1" = with_dist ] || find dist/1.1.0 -type f ! -name release.json -delete
  [ "$1" != without_site ] || rm -rf site dist/seen.json
  if [ "$1" = with_a_second ]; then
    printf '[[destination]]\ntype = "directory"\nname = "stick"\npath = "stick"\nurl = "https://stick.example.com/hello"\n' >>cco-release.toml
  fi
}
sites() { for site in site stick; do [ ! -d $site ] || contents_of $site; done; }

remembered() { [ "$with" != trust ] || cat trust/public.json; }

for start in "${starts[@]}"; do
  command=("${again[@]}")
  run_from "$start"
  if [ "$with $start" = 'trust without_site' ]; then
    # Metadata was public there, as the file beside the keys knows: whoever begins anew says above which timestamp.
    status "a site that was emptied is no beginning by itself" 7 "${command[@]}"
    command+=(--above 1)
    is "the line says what to do" "$(grep -o -e 'cco-release publish --above 1$' <<<"$output")" "cco-release publish --above 1"
  fi
  "${command[@]}" >/dev/null 2>&1 || exit 1
  expected=$(sites)
  expected_dist=$(contents_of dist; remembered)
  run_from "$start"
  points=$("$KILL_AT" --count -- "${command[@]}" 2>/dev/null)
  is "an undisturbed run under the tracer gives the same ($start)" "$(sites)" "$expected"
  dishonest=''
  unfinished=''
  different=''
  discontent=''
  [ "$start" != with_a_second ] || step=$((step > 1 ? step * 2 : 1))  # it has twice as many
  for ((point = 1; point <= points; point += step)); do
    run_from "$start"
    "$KILL_AT" --at "$point" -- "${command[@]}" >/dev/null 2>&1
    [ $? = 137 ] || unfinished+=" $point:not-killed"
    manifests_are_honest 2>/dev/null || dishonest+=" $point"
    [ "$with" != trust ] || clients_are_content >/dev/null 2>&1 || discontent+=" $point"
    "${command[@]}" >/dev/null 2>&1 || unfinished+=" $point"
    [ "$(sites)" = "$expected" ] && [ "$(contents_of dist; remembered)" = "$expected_dist" ] || different+=" $point"
  done
  is "at none of $points points a manifest names what is not there ($start)" "$dishonest" ""
  is "after each of them the same command ends well ($start)" "$unfinished" ""
  is "and sites and dist are those of an undisturbed run ($start)" "$different" ""
  [ "$with" != trust ] || is "and at none of them a client of the metadata finds less than a whole set ($start)" "$discontent" ""
done
done_testing
