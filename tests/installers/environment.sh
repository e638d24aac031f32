#!/usr/bin/env bash
# Variables of the environment that change what tools do, locks that say nothing, signals at the wrong moment.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
pack tool 1.0.0
pack tool 1.1.0
mkdir "$work/pack/agent-1.0.0"
cp "$work/pack/tool-1.0.0/tool" "$work/pack/agent-1.0.0/"
# An agent that is told of a signal while it works: it goes on, as one that has to finish its switch.
gcc -O1 -x c -o "$work/pack/agent-1.0.0/tool-updater" - <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void) {
  int number = atoi(getenv("AGENT_SIGNAL"));
  signal(number, SIG_IGN);
  kill(getppid(), number);
  puts("the agent has installed");
  return atoi(getenv("AGENT_STATUS"));
}
C
tar -czf "$work/pack/agent-v1.0.0-linux-x86_64.tar.gz" -C "$work/pack/agent-1.0.0" .
lines="product tool
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0
release 1.1.0 stable
platform linux-x86_64 tool-v1.1.0-linux-x86_64.tar.gz tool-1.1.0
pin 1.0.0"
site good <<<"$lines"
site agent <<'LINES'
product tool
agent tool-updater
release 1.0.0 stable
platform linux-x86_64 agent-v1.0.0-linux-x86_64.tar.gz agent-1.0.0 agent=tool-updater
LINES
good=(good --from "$www/good")

# ---- variables
new_home
install "${good[@]}" >/dev/null 2>&1
usual=$(picture | grep -v 'receipt.json$')
new_home
said=$(install "${good[@]}" 2>&1 | sed "s#$home#HOME#g")
mkdir "$work/cdpath"
for setting in TAR_OPTIONS=--strip-components=1 TAR_OPTIONS=-v TAR_OPTIONS=--exclude=tool QUOTING_STYLE=c QUOTING_STYLE=shell-always \
  GZIP=-v POSIXLY_CORRECT=1 CDPATH="$work/cdpath" GREP_OPTIONS=--invert-match CLICOLOR_FORCE=1 TIME_STYLE=+%s BLOCKSIZE=1 DF_BLOCK_SIZE=1G \
  LC_ALL=tr_TR.UTF-8 LANG=de_DE.UTF-8 IFS=/ COLUMNS=3; do
  new_home
  settings=("$setting")
  install_status "$setting: it installs" 0 "${good[@]}"
  is "$setting: it says the same" "${output//$home/HOME}" "$said"
  is "$setting: the same files" "$(picture | grep -v 'receipt.json$')" "$usual"
  install_status "$setting: another version by its manifest" 0 "${good[@]}" --version 1.1.0
  install_status "$setting: uninstall" 0 "${good[@]}" --uninstall
  nothing_left "$setting: nothing is left"
done
settings=()

# ---- locks
locked() { # SENTENCE: the run ends, in time, with 14, and names the lock
  local found=0
  output=$(user timeout 20 dash -s -- --from "$www/good" <"$www/good/install.sh" 2>&1) || found=$?
  is "$1" "$found" 14
  like "$1: it tells which one" "$output" "remove $home/.local/bin/.tool-install.lock"
}
lock_to() { # TARGET
  new_home
  mkdir -p "$home/.local/bin"
  ln -s "$1" "$home/.local/bin/.tool-install.lock"
  give -h "$home/.local" "$home/.local/bin" "$home/.local/bin/.tool-install.lock"
}
lock_to whatever
locked "row 8: a lock that names no process"
mkdir -m 777 "$work/somewhere"
lock_to "$work/somewhere"
locked "row 8: a lock that leads to a folder"
is "row 8: nothing is written there" "$(ls -A "$work/somewhere")" ""
lock_to "pid-$$"
settings=(QUOTING_STYLE=c)
locked "row 8: a living lock, with names in quotes"
settings=()
lock_to "pid-"
locked "row 8: a lock with an empty number"
new_home
mkdir -p "$home/.local/bin/.tool-install.lock"
give "$home"
locked "row 8: a folder in place of the lock"
is "row 8: nothing is written there" "$(ls -A "$home/.local/bin/.tool-install.lock")" ""

# ---- signals while the agent works: its status is the answer
for shell in "${all_shells[@]}"; do
  for signal in 2 15 1; do
    for status in 0 12; do
      case $shell$signal in dash* | bash* | *2) ;; *) continue ;; esac
      new_home
      settings=(AGENT_SIGNAL="$signal" AGENT_STATUS="$status")
      install_status "$shell: signal $signal while the agent works: its status, $status" "$status" agent --from "$www/agent"
      hasnt=$(grep -c cancelled <<<"$output")
      is "$shell: signal $signal, status $status: nothing is called cancelled" "$hasnt $(grep -c 'the agent has installed' <<<"$output")" "0 1"
      is "$shell: signal $signal, status $status: no staging folder stays" "$(find "$home" -name '.tool-install*')" ""
    done
  done
done
done_testing
