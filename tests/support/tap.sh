# Test Anything Protocol for bash scripts. Source it, call check/is/like once a case, end with `done_testing`.
# A case is a sentence; on failure what was found goes to stderr.
# shellcheck shell=bash
tap_count=0
tap_failed=0

tap_report() { # status sentence [detail]
  tap_count=$((tap_count + 1))
  if [ "$1" = 0 ]; then
    printf 'ok %d - %s\n' "$tap_count" "$2"
  else
    printf 'not ok %d - %s\n' "$tap_count" "$2"
    [ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /' >&2
    tap_failed=1
  fi
}

# check SENTENCE COMMAND...: the command succeeds
check() {
  local sentence=$1 output
  shift
  if output=$("$@" 2>&1); then tap_report 0 "$sentence"; else tap_report 1 "$sentence" "exit $?: $output"; fi
}

# is SENTENCE FOUND EXPECTED
is() {
  if [ "$2" = "$3" ]; then tap_report 0 "$1"; else tap_report 1 "$1" "found:    $2
expected: $3"; fi
}

# like SENTENCE TEXT REGEX (extended)
like() {
  # No pipe: grep -q ends it early, which pipefail takes for a failure.
  if grep -Eq -- "$3" <<<"$2"; then tap_report 0 "$1"; else tap_report 1 "$1" "found:    $2
expected: $3"; fi
}

# status SENTENCE EXPECTED COMMAND...: the exit status; stdout and stderr go to $output
status() {
  local sentence=$1 expected=$2 found=0
  shift 2
  output=$("$@" 2>&1 </dev/null) || found=$?
  if [ "$found" = "$expected" ]; then tap_report 0 "$sentence"; else tap_report 1 "$sentence" "exit $found, expected $expected: $output"; fi
}

# skip SENTENCE REASON: a case that this machine cannot show. ci/count_cases takes it for a failure unless README names the reason.
skip() {
  tap_count=$((tap_count + 1))
  printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

done_testing() {
  printf '1..%d\n' "$tap_count"
  exit "$tap_failed"
}
