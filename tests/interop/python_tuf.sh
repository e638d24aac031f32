#!/usr/bin/env bash
# Our client walks what python-tuf's writer makes, with all kinds of keys, and refuses it damaged.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/interop/package_index.sh
. "$SOURCE_ROOT/tests/interop/package_index.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch_or_skip python-tuf python_tuf "$work/venv"
"$work/venv/bin/python" "$SOURCE_ROOT/tests/interop/python_tuf.py" "$TUF_CLIENT" "$work"
