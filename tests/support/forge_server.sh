# github_server.py for bash scripts. Source it after tap.sh.
# shellcheck shell=bash
forge_start() { # DIR [OPTION...]: starts it; its files are in DIR
  local tries
  mkdir -p "$1"
  forge_folder=$1
  mkfifo "$1/input"
  "$SOURCE_ROOT/tests/support/github_server.py" "$@" <"$1/input" >"$1/urls" &
  forge_pid=$!
  exec 9>"$1/input"
  for ((tries = 0; tries < 200; tries++)); do [ ! -s "$1/urls" ] || break; sleep 0.05; done
  # shellcheck disable=SC2034  # for the scripts that source this
  forge_ca=$1/ca.pem
}
forge_stop() { [ -z "${forge_pid:-}" ] || { exec 9>&-; wait "$forge_pid" 2>/dev/null; forge_pid=; }; }
forge_url() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$forge_folder/urls" "$1"; } # HOST
forge() { curl -sS --data "${2:-{\}}" "$(forge_url control)$1"; } # PATH [JSON]: see control in github_server.py
