# Packages of other people's clients, fetched for one run. Source it after tap.sh.
# shellcheck shell=bash

# fetch_or_skip WHAT COMMAND...: ends the script with a skip where no package index is reached, and with a failure where one answers
# and does not have them.
fetch_or_skip() {
  local what=$1 log
  shift
  log=$("$@" 2>&1) && return
  if grep -Eq 'Failed to establish|Name or service|Temporary failure|timed out|No route|onnection refused|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT' <<<"$log"; then
    tap_report 0 "$what is there # skip no package index here"
    done_testing
    exit
  fi
  echo "$log" >&2
  echo "Bail out! $what cannot be installed"
  exit 1
}

# python_tuf FOLDER: a virtual environment with python-tuf
python_tuf() {
  python3 -m venv "$1" &&
    "$1/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 10 -r "$SOURCE_ROOT/tests/interop/python_tuf.txt"
}
