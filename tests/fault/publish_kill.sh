#!/usr/bin/env bash
# `publish`, killed at its state-changing system calls, then run again: the same final site, and at no moment does a public manifest
# name a file that is not there and right. Without arguments every point; `publish_kill.sh STEP` only every STEP-th.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
step=${1:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
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
command=(env -i PATH="$PATH" HOME=/nonexistent "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date")
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

for start in with_dist without_files without_site with_a_second; do
  run_from $start
  "${command[@]}" >/dev/null 2>&1 || exit 1
  expected=$(sites)
  expected_dist=$(contents_of dist)
  run_from $start
  points=$("$KILL_AT" --count -- "${command[@]}" 2>/dev/null)
  is "an undisturbed run under the tracer gives the same ($start)" "$(sites)" "$expected"
  dishonest=''
  unfinished=''
  different=''
  [ $start != with_a_second ] || step=$((step > 1 ? step * 2 : 1))  # it has twice as many
  for ((point = 1; point <= points; point += step)); do
    run_from $start
    "$KILL_AT" --at "$point" -- "${command[@]}" >/dev/null 2>&1
    [ $? = 137 ] || unfinished+=" $point:not-killed"
    manifests_are_honest 2>/dev/null || dishonest+=" $point"
    "${command[@]}" >/dev/null 2>&1 || unfinished+=" $point"
    [ "$(sites)" = "$expected" ] && [ "$(contents_of dist)" = "$expected_dist" ] || different+=" $point"
  done
  is "at none of $points points a manifest names what is not there ($start)" "$dishonest" ""
  is "after each of them the same command ends well ($start)" "$unfinished" ""
  is "and sites and dist are those of an undisturbed run ($start)" "$different" ""
done
done_testing
