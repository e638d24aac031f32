#!/usr/bin/env bash
# The scripts of a published site: verify-installation.sh believes what the right key says of the right file,
# uninstall.sh runs nothing that is not signed.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
start_server
pack tool 1.0.0
pack tool 1.1.0-beta.1
pack pool 1.0.0
mkdir "$work/pack/agent-1.0.0"
cp "$work/pack/tool-1.0.0/tool" "$work/pack/agent-1.0.0/"
program "$work/pack/agent-1.0.0/tool-updater" "the updater works"
tar -czf "$work/pack/agent-v1.0.0-linux-x86_64.tar.gz" -C "$work/pack/agent-1.0.0" .
lines="product tool
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0
release 1.1.0-beta.1 beta
platform linux-x86_64 tool-v1.1.0-beta.1-linux-x86_64.tar.gz tool-1.1.0-beta.1
yank it deletes files
pin 1.0.0"
site good <<<"$lines"
site other <<'LINES'
product pool
release 1.0.0 stable
platform linux-x86_64 pool-v1.0.0-linux-x86_64.tar.gz pool-1.0.0
LINES
site agent <<'LINES'
product tool
agent tool-updater
release 1.0.0 stable
platform linux-x86_64 agent-v1.0.0-linux-x86_64.tar.gz agent-1.0.0 agent=tool-updater
LINES
manifest='version-manifest.json'
genuine=$work/pack/tool-1.0.0/tool
chmod -R a+rX "$work/pack"

# script SENTENCE STATUS REGEX SITE NAME [OPTION...]: pipes that script of that site into $shell.
script() {
  local sentence=$1 expected=$2 words=$3 file=$www/$4/scripts/$5 found=0
  shift 5
  local how="-s --"
  [ "$shell" != posh ] || how=/dev/stdin
  # shellcheck disable=SC2086 # "bash --posix" is two words
  output=$(user $shell $how "$@" <"$file" 2>&1) || found=$?
  if [ "$found" = "$expected" ]; then tap_report 0 "$sentence"; else tap_report 1 "$sentence" "exit $found, expected $expected: $output"; fi
  like "$sentence: it says so" "$output" "$words"
}
verify() { # SENTENCE STATUS REGEX SITE [PROGRAM]
  local sentence=$1 expected=$2 words=$3 name=$4
  shift 4
  script "$sentence" "$expected" "$words" "$name" verify-installation.sh "$@"
}
broken() { site "$1" <<<"$lines"; }
sign_as() { # SITE FILE SED: signs it again, with another comment
  local comment
  comment=$(sed -n '3s/^trusted comment: //p' "$www/$1/$2.minisig" | sed "$3;s/\tsha256:[0-9a-f]*//")
  minisign -S -s "$work/key" -m "$www/$1/$2" -t "$comment" >/dev/null 2>&1 </dev/null || echo "cannot sign"
  chmod a+r "$www/$1/"*
}
for script in verify-installation uninstall; do
  check "shellcheck accepts $script.sh as POSIX sh" shellcheck -s sh "$www/good/scripts/$script.sh"
done

new_home
for shell in "${all_shells[@]}"; do
  verify "$shell: a published program" 0 "is tool of tool 1.0.0 for linux-x86_64 .*signed by RW" good "$genuine"
done
shell=dash
tools "$work/openssl" "${base_tools[@]}" sha256sum curl openssl mktemp
for tool in minisign openssl; do
  user_path=/usr/bin:/bin
  [ "$tool" = minisign ] || user_path=$work/openssl
  verify "$tool: a published program" 0 "is tool of tool 1.0.0" good "$genuine"
  verify "$tool: a program that was withdrawn is told" 0 "1.1.0-beta.1 was withdrawn since: it deletes files" good "$work/pack/tool-1.1.0-beta.1/tool"
  cp "$genuine" "$work/changed"
  echo x >>"$work/changed"
  verify "$tool: a program that is not listed is no proof of an attack" 9 "not in the list of the newest releases.*releases/vV/" good "$work/changed"
  verify "$tool: an archive is no program" 9 "not in the list" good "$work/pack/tool-v1.0.0-linux-x86_64.tar.gz"

  broken "channel-$tool"
  cp "$www/good/stable.$manifest" "$www/channel-$tool/$manifest"
  cp "$www/good/stable.$manifest.minisig" "$www/channel-$tool/$manifest.minisig"
  verify "$tool: another manifest of this product, validly signed" 7 "for another file" "channel-$tool" "$genuine"
  broken "named-$tool"
  sign_as "named-$tool" "$manifest" 's/hashed/hashed\tchannel:stable/'
  verify "$tool: a manifest of a channel under the name of the combined one" 7 "for another file" "named-$tool" "$genuine"
  broken "product-$tool"
  cp "$www/other/$manifest"* "$www/product-$tool/"
  verify "$tool: the manifest of another product under the same key" 7 "for another file" "product-$tool" "$genuine"
  broken "changed-$tool"
  sed -i 's/tool 1/tool 2/;s/1\.0\.0/1.0.9/' "$www/changed-$tool/$manifest"
  verify "$tool: a manifest that was changed" 7 "none of the keys" "changed-$tool" "$genuine"
  broken "missing-$tool"
  rm "$www/missing-$tool/$manifest.minisig"
  verify "$tool: a manifest without a signature" 6 "cannot fetch .*minisig" "missing-$tool" "$genuine"
  broken "page-$tool"
  cp "$www/portal.html" "$www/page-$tool/$manifest"
  verify "$tool: a web page in place of the manifest" 7 "none of the keys" "page-$tool" "$genuine"
done
tools "$work/neither" "${base_tools[@]}" sha256sum curl mktemp
user_path=$work/neither
verify "without minisign and OpenSSL it says so" 3 "minisign or OpenSSL 3 is needed" good "$genuine"
user_path=/usr/bin:/bin
verify "a program that PATH does not find" 9 "tool is not on PATH" good
verify "a program that is not there" 9 "there is no file /nowhere" good /nowhere
install good >/dev/null 2>&1
user_path=$home/.local/bin:/usr/bin:/bin
verify "what PATH finds" 0 "$home/.local/bin/tool is tool of tool 1.0.0" good
user_path=/usr/bin:/bin

# ---- uninstall.sh
uninstall() { # SENTENCE STATUS REGEX SITE [OPTION...]
  local sentence=$1 expected=$2 words=$3 name=$4
  shift 4
  script "$sentence" "$expected" "$words" "$name" uninstall.sh "$@"
}
broken swapped
sed -i "2i touch $work/homes/hacked" "$www/swapped/install.sh"
chmod 777 "$work/homes"
uninstall "an installer that was changed does not run" 7 "none of the keys" swapped
check "nothing of it ran" test ! -e "$work/homes/hacked"
broken unsigned
rm "$www/unsigned/install.sh.minisig"
uninstall "an installer without a signature does not run" 6 "cannot fetch .*install.sh.minisig" unsigned
broken file
cp "$www/file/install.ps1" "$www/file/install.sh"
sign_as file install.sh 's/file:install.sh/file:install.ps1/'
uninstall "another file of the right key does not run" 7 "for another file" file
broken foreign
cp "$www/other/install.sh"* "$www/foreign/"
uninstall "the installer of another product does not run" 7 "for another file" foreign
user_path=$work/neither
uninstall "without minisign and OpenSSL nothing is run" 3 "with --uninstall" good
user_path=/usr/bin:/bin
check "the program is still there" test -x "$home/.local/bin/tool"
uninstall "the signed one takes all away" 0 "tool is uninstalled" good
check "the program is gone" test ! -e "$home/.local/bin/tool"
install good --prefix "$home/p" >/dev/null 2>&1
user_path=$work/openssl
uninstall "OpenSSL alone is enough" 0 "tool is uninstalled" good --prefix "$home/p"
mkdir -p "$home/updater"
cp "$work/pack/agent-1.0.0/tool-updater" "$home/updater/"
user_path=$home/updater:/usr/bin:/bin
uninstall "an updater on PATH does it alone" 0 "the updater works" agent
done_testing
