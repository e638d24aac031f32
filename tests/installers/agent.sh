#!/usr/bin/env bash
# Where the archive holds an agent: install.sh proves the archive, then the agent does the rest. The agent here is a
# small real program that tells how it was called; the real one is tried in tests/interop/nginx.sh.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
start_server
mkdir "$work/pack/tool-1.0.0"
program "$work/pack/tool-1.0.0/tool" "tool 1.0.0"
gcc -O1 -x c -o "$work/pack/tool-1.0.0/tool-updater" - <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
int main(int count, char** words) {
  struct stat archive, self;
  for (int i = 1; i < count; ++i) {
    int of_archive = strcmp(words[i - 1], "--archive") == 0;
    printf("%s%s", i == 1 ? "" : "|", of_archive ? "ARCHIVE" : words[i]);
    if (of_archive && stat(words[i], &archive) == 0) printf("(%s %ld)", strrchr(words[i], '/') + 1, (long)archive.st_size);
  }
  printf("\nself %s\n", words[0]);
  if (stat(words[0], &self) == 0) printf("folder %s\n", getenv("HOME"));
  printf("base %s\n", getenv("TOOL_UPDATER_BASE_URL") ? getenv("TOOL_UPDATER_BASE_URL") : "of its own");
  char place[4096];
  snprintf(place, sizeof place, "%s/.local/bin/tool", getenv("HOME"));
  printf("in the way: %s\n", lstat(place, &self) == 0 ? "tool" : "nothing");
  return count > 1 && strcmp(words[1], "install") == 0 && getenv("AGENT_STATUS") ? atoi(getenv("AGENT_STATUS")) : 0;
}
C
pack tool 1.0.0
mkdir "$work/pack/tool-2.0.0"
program "$work/pack/tool-2.0.0/tool" "tool 2.0.0"
cp "$work/pack/tool-1.0.0/tool-updater" "$work/pack/tool-2.0.0/"
pack tool 2.0.0
size=$(stat -c %s "$work/pack/tool-v1.0.0-linux-x86_64.tar.gz")
lines="product tool
agent tool-updater
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0 agent=tool-updater
release 2.0.0 stable
platform linux-x86_64 tool-v2.0.0-linux-x86_64.tar.gz tool-2.0.0 agent=tool-updater
pin 1.0.0"
site good <<<"$lines"
site flipped <<<"$lines"
printf '\0' | dd of="$www/flipped/releases/v1.0.0/tool-v1.0.0-linux-x86_64.tar.gz" bs=1 seek=200 conv=notrunc 2>/dev/null
proven="ARCHIVE(tool-v1.0.0-linux-x86_64.tar.gz $size)"

# called SENTENCE WORDS OPTION...: the agent gets these words
called() {
  local sentence=$1 words=$2
  shift 2
  new_home
  : >"$work/access.log"
  output=$(install good "$@" 2>/dev/null)
  is "$sentence" "$? $(head -n 1 <<<"$output")" "0 $words"
}
called "the agent gets the proven archive" "install|--archive|$proven"
like "it runs from a private folder beside the target, never from /tmp" "$output" "self $home/.local/bin/\.tool-install\.[0-9]+/files/tool-updater"
is "the archive is fetched once, and nothing else" "$(grep -c 'GET ' "$work/access.log") $(grep -c 'tar.gz' "$work/access.log")" "1 1"
is "the staging folder is gone afterwards" "$(find "$home" -name '.tool-install*')" ""
check "install.sh itself edits nothing and writes no receipt" test ! -e "$home/.bashrc" -a ! -e "$home/.local/share"
called "the pinned version by name" "install|--archive|$proven|--version|1.0.0" --version 1.0.0
called "the pinned channel by name" "install|--archive|$proven|--channel|stable" --channel stable
called "another version: the pinned agent proves it" "install|--version|2.0.0" --version 2.0.0
new_home
install_status "another version" 0 good --version 2.0.0
like "another version: it says why another archive comes first" "$(tr '\n' ' ' <<<"$output")" \
  "Fetching the updater first, with 1\.0\.0; it then fetches and installs 2\.0\.0.*Downloading .*tool-v1\.0\.0-"
: >"$work/access.log"
new_home
install_status "a version that there is not" 9 good --version 9.9.9
like "a version that there is not: those that there are" "$output" "there is no tool 9\.9\.9; there are: .*1\.0\.0.*2\.0\.0|2\.0\.0.*1\.0\.0"
is "a version that there is not: no archive is fetched for that" "$(grep -c 'tar.gz' "$work/access.log")" 0
nothing_left "a version that there is not: nothing is left"
tools "$work/no-signatures" "${base_tools[@]}" sha256sum curl
user_path=$work/no-signatures
called "without a tool for signatures the agent knows which versions there are" "install|--version|9.9.9" --version 9.9.9
user_path=/usr/bin:/bin
called "another channel: the same" "install|--channel|beta" --channel beta
new_home
output=$(install good --base-url "$url/good" --prefix "$home/my tools" --no-modify-path --unmanaged 2>/dev/null)
is "all options are handed on" "$(head -n 1 <<<"$output")" \
  "install|--archive|$proven|--base-url|$url/good|--prefix|$home/my tools|--no-modify-path|--unmanaged"
called "--from becomes the agent's base" "install|--archive|$proven" --from "$www/good"
like "for this once" "$output" "^base file://$www/good\$"
new_home
settings=(AGENT_STATUS=12)
install_status "the agent's status is install.sh's" 12 good
nothing_left "and nothing is left"
settings=()
new_home
install_status "an agent in a changed archive never runs" 7 flipped
if grep -q '^self ' <<<"$output"; then tap_report 1 "no word of it" "$output"; else tap_report 0 "no word of it"; fi
nothing_left "and nothing is left"
tools "$work/no-hash" "${base_tools[@]}" curl
user_path=$work/no-hash
new_home
install_status "without a tool for hashes no agent runs" 7 good
user_path=/usr/bin:/bin
mkdir -p "$home/.local/bin" "$home/.local/share/tool-updater/versions/1.0.0"
cp "$work/pack/tool-1.0.0/tool" "$work/pack/tool-1.0.0/tool-updater" "$home/.local/share/tool-updater/versions/1.0.0/"
ln -s 1.0.0 "$home/.local/share/tool-updater/versions/current"
ln -s ../share/tool-updater/versions/current/tool ../share/tool-updater/versions/current/tool-updater "$home/.local/bin/"
give -h -R "$home/.local"
install_status "row 10: both programs are there already: nothing is fetched" 0 good
like "row 10: it says so" "$output" "already installed"
output=$(install good --uninstall 2>/dev/null)
is "--uninstall calls the installed agent" "$(head -n 1 <<<"$output")" "uninstall"
output=$(install good --uninstall --dry-run 2>&1)
like "--uninstall --dry-run only says so" "$output" "would run: .*tool-updater uninstall"

# Plain files of --unmanaged are no installation: the agent makes one, and they are not in its way.
plain() {
  new_home
  mkdir -p "$home/.local/bin"
  cp "$work/pack/tool-1.0.0/tool" "$work/pack/tool-1.0.0/tool-updater" "$home/.local/bin/"
  give "$home/.local"
}
plain
install_status "after --unmanaged a plain installation calls the agent" 0 good
like "after --unmanaged: with the archive" "$output" "install\|--archive"
like "after --unmanaged: nothing is in its way" "$output" "in the way: nothing"
plain
settings=(AGENT_STATUS=12)
install_status "after --unmanaged an agent that fails" 12 good
is "after --unmanaged: the plain files are there again" "$(ls "$home/.local/bin") $("$home/.local/bin/tool")" "tool
tool-updater tool 1.0.0"
settings=()
plain
rm "$home/.local/bin/tool-updater" # which an agent leaves out
install_status "--unmanaged twice" 0 good --unmanaged
like "--unmanaged twice: it says so" "$output" "already installed"
plain
printf 'changed' >>"$home/.local/bin/tool"
install_status "a program that nobody knows stays, and the agent decides" 0 good
like "a program that nobody knows" "$output" "in the way: tool"

# A release without an agent was installed before.
mkdir "$work/pack/tool-0.9.0"
program "$work/pack/tool-0.9.0/tool" "tool 0.9.0"
pack tool 0.9.0
site agentless <<'LINES'
product tool
release 0.9.0 stable
platform linux-x86_64 tool-v0.9.0-linux-x86_64.tar.gz tool-0.9.0
LINES
new_home
install agentless >/dev/null 2>&1
check "a release without an agent is installed" test -f "$home/.local/share/tool-updater/receipt.json"
install_status "the next one has an agent" 0 good
like "what its receipt names stays where it is: the agent takes it over" "$output" "in the way: tool"
cp "$work/pack/tool-1.0.0/tool-updater" "$home/.local/bin/"
output=$(install good --uninstall 2>/dev/null)
is "--uninstall takes away what both wrote" "$(grep -c -x -E 'tool is uninstalled.|uninstall' <<<"$output") $(ls "$home/.local/share")" "2 "

new_home
output=$(install good --dry-run --channel beta 2>&1)
like "--dry-run tells of the agent" "$output" "let its tool-updater choose, verify and install"
nothing_left "--dry-run changes nothing"
done_testing
