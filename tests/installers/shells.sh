#!/usr/bin/env bash
# install.sh in every shell that people pipe it into: whole, and cut short.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
start_server
pack tool 1.0.0
pack tool 1.1.0-beta.1
site good <<LINES
product tool
describe It's \$(touch $work/hacked) \`touch $work/hacked\` "quoted"\n'; touch $work/hacked; '
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0
release 1.1.0-beta.1 beta
platform linux-x86_64 tool-v1.1.0-beta.1-linux-x86_64.tar.gz tool-1.1.0-beta.1
pin 1.0.0
LINES

check "shellcheck accepts the rendered text as POSIX sh" shellcheck -s sh "$www/good/install.sh"
check "shellcheck accepts it as bash too" shellcheck -s bash -e SC2292 "$www/good/install.sh"

for shell in "${all_shells[@]}"; do
  if ! command -v "${shell%% *}" >/dev/null; then
    tap_report 1 "row 2: $shell is here" "it is missing; ci/deps installs it"
    continue
  fi
  new_home
  printf 'mine=1' >"$home/.bashrc"
  give "$home"
  before=$(picture)
  install_status "row 2: $shell installs over HTTPS with a CA of SSL_CERT_FILE" 0 good
  is "row 2: $shell: the program runs" "$("$home/.local/bin/tool")" "tool 1.0.0"
  check "row 14: $shell: the receipt is JSON" python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$home/.local/share/tool-updater/receipt.json"
  installed=$(picture)
  install_status "row 10: $shell: the second time says so" 0 good
  like "row 10: $shell: it is already installed" "$output" "already installed"
  is "row 10: $shell: the second time changes nothing" "$(picture)" "$installed"
  install_status "$shell: the newest of a channel, by signed manifests" 0 good --channel beta
  is "$shell: it is the beta" "$("$home/.local/bin/tool")" "tool 1.1.0-beta.1"
  is "row 10: $shell: the PATH line stands there once" "$(grep -c '>>> tool >>>' "$home/.bashrc")" 1
  install_status "$shell: uninstalls" 0 good --uninstall
  is "row 14: $shell: uninstall leaves the home as it was" "$(picture)" "$before"
done
check "no text of the description was run" test ! -e "$work/hacked"

output=$(python3 "$SOURCE_ROOT/tests/installers/truncate.py" "$www/good/install.sh" 2>&1)
tap_report $? "row 1: no proper prefix runs a single command, in any shell" "$output"
done_testing
