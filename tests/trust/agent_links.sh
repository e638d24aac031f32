#!/usr/bin/env bash
# The agent verifies Ed25519 and nothing else, and cannot sign: neither library is in its binary.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"

functions=$(nm -C "$CCO")
absent() { ! grep -q " $1" <<<"$functions"; }
check "the agent knows Ed25519" grep -q ' trust::tuf::checks_ed25519' <<<"$functions"
check "the agent has no schemes of foreign repositories" absent 'trust::foreign::'
check "the agent cannot sign" absent 'trust::SecretKey::'
done_testing
