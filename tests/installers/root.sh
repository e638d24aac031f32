#!/usr/bin/env bash
# install.sh as root, with folders that belong to somebody else: root must not follow another user's files.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
if [ "$(id -u)" != 0 ]; then
  skip "row 12: root follows nobody else's files" "needs root"
  done_testing
fi
pack tool 1.0.0
site one <<<"product tool
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0"
number=0
# root_home: a home of root in $home, and in $theirs a folder of another user.
root_home() {
  number=$((number + 1))
  home=$work/root-$number
  theirs=$work/theirs-$number
  mkdir "$home" "$theirs"
  chown 65534:65534 "$theirs"
  echo "of the system" >"$work/victim"
  chmod 644 "$work/victim"
}
as_root() { # SENTENCE STATUS VARIABLES... -- OPTION...
  local sentence="row 12: $1" expected=$2 found=0
  local variables=()
  shift 2
  while [ "$1" != -- ]; do
    variables+=("$1")
    shift
  done
  shift
  output=$(cd / && env -i HOME="$home" PATH=/usr/bin:/bin SHELL=/bin/bash "${variables[@]}" dash -s -- "$@" <"$www/one/install.sh" 2>&1) || found=$?
  if [ "$found" = "$expected" ]; then tap_report 0 "$sentence"; else tap_report 1 "$sentence" "exit $found, expected $expected: $output"; fi
}
from=(--from "$www/one")
victim_stays() { is "$1: a file of the system stays as it is" "$(cat "$work/victim" 2>&1)" "of the system"; }
receipt_of_theirs() { # JSON of an entry
  mkdir -p "$theirs/tool-updater"
  printf '{"schema": 1, "product": "tool", "version": "1.0.0", "files": [%s]}\n' "$1" >"$theirs/tool-updater/receipt.json"
  chown -R 65534:65534 "$theirs"
}

root_home
receipt_of_theirs "{\"path\": \"$work/victim\"}"
as_root "a receipt of another user, by XDG_DATA_HOME: uninstall refuses" 13 SUDO_USER=alice XDG_DATA_HOME="$theirs" -- --uninstall
victim_stays "uninstall"
like "it says whose folder" "$output" "$theirs.* belongs to user 65534"
as_root "the same without sudo" 13 XDG_DATA_HOME="$theirs" -- --uninstall
victim_stays "uninstall without sudo"

root_home
mkdir "$theirs/tool-updater"
ln -s "$work/victim" "$theirs/tool-updater/receipt.json.new"
chown -h -R 65534:65534 "$theirs"
as_root "a link in place of the new receipt: install refuses" 13 XDG_DATA_HOME="$theirs" -- "${from[@]}"
victim_stays "install"
nothing_left "and nothing is written"
as_root "--unmanaged writes no receipt, so it works" 0 XDG_DATA_HOME="$theirs" -- "${from[@]}" --unmanaged

root_home
as_root "a prefix of another user" 13 SUDO_USER=alice -- "${from[@]}" --prefix "$theirs"
is "nothing is written there" "$(ls -A "$theirs")" ""
mkdir "$theirs/mine"
as_root "a prefix of root in a folder of another user" 13 -- "${from[@]}" --prefix "$theirs/mine"
ln -s "$theirs/mine" "$home/link"
as_root "a prefix behind a link into it" 13 -- "${from[@]}" --prefix "$home/link"
as_root "a prefix that is still to be made there" 13 -- "${from[@]}" --prefix "$theirs/mine/new"
mkdir -m 777 "$home/open"
as_root "a prefix in which everyone may write" 13 -- "${from[@]}" --prefix "$home/open"
like "it says so" "$output" "everyone may write in $home/open"
mkdir -m 1777 "$home/sticky"
as_root "a new folder in one like /tmp is safe" 0 -- "${from[@]}" --prefix "$home/sticky/new"
as_root "in a CI container a mounted prefix is accepted" 0 CI=true -- "${from[@]}" --prefix "$theirs"
as_root "but not under sudo" 13 CI=true SUDO_USER=alice -- "${from[@]}" --prefix "$theirs"

root_home
as_root "a start-up file of another user, by ZDOTDIR, is left alone" 0 SHELL=/bin/zsh ZDOTDIR="$theirs" -- "${from[@]}"
is "nothing is written there" "$(ls -A "$theirs")" ""
like "the line is printed" "$output" "cannot be edited .*of another user.*export PATH="
as_root "the same for fish, by XDG_CONFIG_HOME" 0 SHELL=/usr/bin/fish XDG_CONFIG_HOME="$theirs" -- "${from[@]}" --prefix "$home/other"
is "nothing is written there" "$(ls -A "$theirs")" ""

root_home
printf 'of alice\n' >"$theirs/path"
ln -s "$work/victim" "$theirs/link"
as_root "GITHUB_PATH that is a link is not followed" 0 GITHUB_PATH="$theirs/link" -- "${from[@]}"
victim_stays "GITHUB_PATH"

root_home
as_root "root's own home" 0 SUDO_USER=alice -- "${from[@]}"
receipt=$home/.local/share/tool-updater/receipt.json
python3 - "$receipt" "$work/victim" <<'PYTHON'
import json, sys
receipt = json.load(open(sys.argv[1]))
receipt["files"].append({"path": sys.argv[2]})
receipt["files"].append({"path": sys.argv[2], "sha256": ""})
json.dump(receipt, open(sys.argv[1], "w"))
PYTHON
as_root "a receipt with an entry without a hash" 0 -- --uninstall
victim_stays "an entry without a hash"
like "it is told" "$output" "no hash in"
check "what has its hash is gone" test ! -e "$home/.local/bin/tool"

# In a user namespace "root" is no root: what stands above it belongs to a user without a number.
if setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urm true 2>/dev/null; then
  new_home
  output=$(cd / && "${as_user[@]}" unshare -Urm env -i HOME="$home" PATH=/usr/bin:/bin SHELL=/bin/bash dash -s -- "${from[@]}" <"$www/one/install.sh" 2>&1)
  is "in a user namespace root installs into its home" "$? $("$home/.local/bin/tool" 2>&1)" "0 tool 1.0.0"
else
  skip "in a user namespace root installs into its home" "no user and mount namespaces here"
fi
done_testing
