#!/usr/bin/env bash
# What was changed at random and we accept, others accept too: metadata by python-tuf, signatures by minisign.
#   differential.sh [COUNT [SEED]]: so many changes of each; run it with many for a night
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/interop/package_index.sh
. "$SOURCE_ROOT/tests/interop/package_index.sh"
count=${1:-2000} seed=${2:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check_all() { # the lines "ok …" and "not ok …" of one program
  local line
  while read -r line; do
    case $line in ok*) tap_report 0 "${line#* - }" ;; not*) tap_report 1 "${line#* - }" ;; esac
  done
}
check_all < <(python3 "$SOURCE_ROOT/tests/interop/differential_signatures.py" "$MINISIGN_TOOL" "$((count / 4))" "$seed")
fetch_or_skip python-tuf python_tuf "$work/venv"
check_all < <("$work/venv/bin/python" "$SOURCE_ROOT/tests/interop/differential_metadata.py" "$METADATA_TOOL" "$count" "$seed")
done_testing
