#!/usr/bin/env bash
# The scripts of ci/ themselves: the layer check finds what it must find, the counter counts what it must count.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/tree/ci"
cp "$SOURCE_ROOT/ci/layers" "$work/tree/ci/layers"
git -C "$work/tree" init -q
while IFS='|' read -r expected file line; do
  rm -rf "$work"/tree/{base,trust,manifest-schema,site,agent,releaser}
  mkdir -p "$work/tree/$(dirname "$file")"
  printf '%s\n' "$line" >"$work/tree/$file"
  status "ci/layers: $file with $line" "$expected" "$work/tree/ci/layers"
done <<'TABLE'
0|agent/plan.cpp|#include "site/source.hpp"
1|site/source.cpp|#include "agent/plan.hpp"
1|base/text.cpp|#include "trust/digest.hpp"
1|releaser/main.cpp|#include "agent/plan.hpp"
1|agent/main.cpp|#include "releaser/config.hpp"
1|agent/update.cpp|#include "trust/signing/secret_key.hpp"
1|trust/minisign.cpp|#include "trust/signing/secret_key.hpp"
0|trust/signing/secret_key.cpp|#include "trust/signing/secret_key.hpp"
0|releaser/stages/sign.cpp|#include "trust/signing/secret_key.hpp"
0|base/http_curl.cpp|#include <curl/curl.h>
1|base/http.hpp|#include <curl/curl.h>
1|site/source.cpp|#include <curl/curl.h>
1|releaser/archive/tar.cpp|#include <libdeflate.h>
0|trust/digest.cpp|#include <openssl/evp.h>
1|agent/install.cpp|#include <openssl/evp.h>
TABLE

mkdir -p "$work/tree/one/meson-logs" "$work/tree/two/meson-logs"
cp "$SOURCE_ROOT/ci/count_cases" "$work/tree/ci/count_cases"
echo 'Skipped: "needs a kernel".' >"$work/tree/README.md"
log() { printf '%s\n' "$2" >"$work/tree/$1/meson-logs/testlog.json"; }
count() { "$work/tree/ci/count_cases" "$@" | tail -n 1; }
log one '{"name": "a", "result": "OK", "stdout": "[doctest] test cases:  12 |  12 passed | 0 failed | 0 skipped"}'
log two '{"name": "b", "result": "OK", "stdout": "1..2\nok 1 - first\nok 2 - second\n"}'
is "ci/count_cases adds doctest cases and TAP lines of both folders" "$(cd "$work/tree" && count one two)" "14 passed, 0 failed"
log two '{"name": "b", "result": "FAIL", "stdout": "1..2\nok 1 - first\nnot ok 2 - second\n"}'
is "a failed line counts as failed" "$(cd "$work/tree" && count one two)" "13 passed, 1 failed"
log two '{"name": "b", "result": "TIMEOUT", "stdout": "ok 1 - first\n"}'
is "a program that died counts as one failure" "$(cd "$work/tree" && count one two)" "13 passed, 1 failed"
log two '{"name": "b", "result": "OK", "stdout": ""}'
is "a program in which no case ran counts as one failure" "$(cd "$work/tree" && count one two)" "12 passed, 1 failed"
log two '{"name": "b", "result": "OK", "stdout": "ok 1 - first # SKIP no tool\n"}'
is "a skipped case that README does not name is a failure" "$(cd "$work/tree" && count one two)" "12 passed, 1 failed"
log two '{"name": "b", "result": "OK", "stdout": "ok 1 - first # SKIP needs a kernel\n"}'
is "a skipped case that README names passes" "$(cd "$work/tree" && count one two)" "13 passed, 0 failed"
log two '{"name": "b", "result": "SKIP", "stdout": "1..1\nok 1 - first # SKIP needs a kernel\n"}'
is "so does a program whose every case was skipped" "$(cd "$work/tree" && count one two)" "13 passed, 0 failed"
log two '{"name": "b", "result": "SKIP", "stdout": ""}'
is "but not one that says nothing" "$(cd "$work/tree" && count one two)" "12 passed, 1 failed"
status "a run with failures ends with 1" 1 "$work/tree/ci/count_cases" "$work/tree/nothing"
done_testing
