#!/usr/bin/env bash
# What install.sh does to a home: PATH and start-up files, receipts, locks, permissions, kills.
# shellcheck disable=SC2016 # variables of other programs, in single quotes
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
two_sites
block='# >>> tool >>>'

# ---- options
new_home
for options in "--verison 1" "--version" "--prefix=" "--channel gamma" "--from a --base-url https://b" "stray" "--no-verify"; do
  # shellcheck disable=SC2086 # split on purpose
  install_status "row 13: usage: $options" 2 one $options
done
install_status "row 13: --help" 0 one --help
like "row 13: --help tells of each option" "$(printf '%s' "$output" | tr '\n' ' ')" "--version.*--channel.*--prefix.*--base-url.*--from.*--no-modify-path.*--unmanaged.*--dry-run.*--uninstall.*--quiet.*TOOL_INSTALL_VERSION"
nothing_left "row 13: nothing of that wrote anything"
install_status "row 13: --dry-run" 0 "${one[@]}" --dry-run
like "row 13: --dry-run tells the archive" "$output" "sha256 [0-9a-f]{64}"
nothing_left "row 13: --dry-run changes nothing"
install_status "row 13: --dry-run of another version" 0 "${one[@]}" --dry-run --version 1.1.0
nothing_left "row 13: that changes nothing either"
user dash -s -- --from "$www/one" --quiet <"$www/one/install.sh" >"$work/said" 2>&1
is "row 13: --quiet is quiet" "$(cat "$work/said")" ""
new_home
settings=(TOOL_INSTALL_VERSION=1.1.0 TOOL_INSTALL_PREFIX="$home/env" TOOL_INSTALL_NO_MODIFY_PATH=1)
install_status "row 13: variables do what options do" 0 "${one[@]}"
is "row 13: version and prefix" "$("$home/env/bin/tool")" "tool 1.1.0"
check "row 13: no start-up file" test ! -e "$home/.bashrc"
install_status "row 13: an option wins" 0 "${one[@]}" --version 1.0.0
is "row 13: that version" "$("$home/env/bin/tool")" "tool 1.0.0"
settings=()
new_home
user dash -s -- --from "$www/one" <"$www/one/install.sh" >"$work/out" 2>"$work/err"
like "row 16: the result goes to stdout" "$(cat "$work/out")" "tool 1.0.0 is installed: .*/bin/tool"
like "row 16: messages go to stderr" "$(cat "$work/err")" "Verified"

# ---- twice, up, down
new_home
install "${one[@]}" >/dev/null 2>&1
receipt=$home/.local/share/tool-updater/receipt.json
is "row 14: the receipt names version and files" \
  "$(python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(r["version"], r["channel"], r["platform"], len(r["files"]), len(r["path_edits"]))' "$receipt")" "1.0.0 stable linux-x86_64 2 2"
check "the licence is kept" test -f "$home/.local/share/tool-updater/files/LICENSE"
install_status "a newer release over it" 0 "${two[@]}"
is "it is the newer one" "$("$home/.local/bin/tool")" "tool 1.1.0"
install_status "and back" 0 "${two[@]}" --version 1.0.0
is "it is the older one" "$("$home/.local/bin/tool")" "tool 1.0.0"
is "row 10: one PATH line" "$(grep -c "$block" "$home/.bashrc")" 1
is "row 8: no old program, lock or staging folder is left" "$(ls -A "$home/.local/bin")" tool
echo changed >>"$home/.local/bin/tool"
install_status "row 14: uninstall" 0 "${two[@]}" --uninstall
like "row 14: uninstall leaves what was changed since, and says so" "$output" "was changed after the installation"
rm -r "$home/.local"
nothing_left "row 14: all else is gone"
install_status "uninstall of nothing is no error" 0 "${two[@]}" --uninstall
like "it says so" "$output" "Nothing to uninstall"
new_home
install "${one[@]}" --prefix "$home/first" >/dev/null 2>&1
install "${one[@]}" --prefix "$home/second" >/dev/null 2>&1
install_status "two folders, one receipt" 0 "${one[@]}" --uninstall
nothing_left "uninstall removes both"
new_home
install "${one[@]}" >/dev/null 2>&1
printf '{"schema": 1' >"$home/.local/share/tool-updater/receipt.json"
install_status "a damaged receipt" 3 "${two[@]}"
printf '{"schema": 2, "product": "tool"}' >"$home/.local/share/tool-updater/receipt.json"
install_status "a receipt of a newer form" 3 "${two[@]}"
is "neither is touched" "$(cat "$home/.local/share/tool-updater/receipt.json")" '{"schema": 2, "product": "tool"}'

# ---- unmanaged
new_home
install_status "--unmanaged" 0 "${one[@]}" --unmanaged --prefix "$home/p"
is "--unmanaged is the programs alone" "$(cd "$home" && find . -type f)" "./p/bin/tool"
install_status "--unmanaged twice" 0 "${one[@]}" --unmanaged --prefix "$home/p"
like "--unmanaged twice says so" "$output" "already installed"

# ---- PATH
new_home
user_path=$home/.local/bin:/usr/bin:/bin
install_status "row 11: on PATH already" 0 "${one[@]}"
check "row 11: no start-up file is touched" test ! -e "$home/.bashrc"
like "row 11: PATH finds it" "$output" "Next: tool --help"
user_path=/usr/bin:/bin
new_home
settings=(CI=true)
install_status "row 11: in CI" 0 "${one[@]}"
check "row 11: in CI no start-up file is touched" test ! -e "$home/.bashrc"
like "row 11: in CI the line is printed" "$output" 'export PATH='
new_home
: >"$home/github_path"
give "$home"
settings=(CI=true GITHUB_PATH="$home/github_path")
install "${one[@]}" >/dev/null 2>&1
install "${two[@]}" >/dev/null 2>&1
is "row 11: GITHUB_PATH gets one line" "$(cat "$home/github_path")" "$home/.local/bin"
settings=()
new_home
install_status "row 11: --no-modify-path" 0 "${one[@]}" --no-modify-path
check "row 11: --no-modify-path touches none" test ! -e "$home/.bashrc"
like "row 11: --no-modify-path prints the line" "$output" 'export PATH='
# reads SENTENCE COMMAND...: that shell finds the tool after its start-up files
reads() {
  local sentence=$1
  shift
  is "$sentence" "$(user "$@" 2>/dev/null)" "tool 1.0.0"
}
new_home
printf 'alias x=y' >"$home/.bashrc"
printf '# login\n' >"$home/.bash_profile"
give "$home"
before=$(picture)
install "${one[@]}" >/dev/null 2>&1
reads "row 10: an interactive bash finds it" bash -i -c tool
reads "row 10: a login bash finds it" bash -l -c tool
check "row 10: .profile is not made beside .bash_profile" test ! -e "$home/.profile"
install "${one[@]}" --uninstall >/dev/null 2>&1
is "row 10: uninstall restores every byte, also a missing last line end" "$(picture)" "$before"
new_home
settings=(SHELL=/usr/bin/zsh ZDOTDIR="$home/zsh")
install "${one[@]}" >/dev/null 2>&1
check "row 10: ZDOTDIR is honoured" grep -q "$block" "$home/zsh/.zshrc"
reads "row 10: zsh finds it" zsh -i -c tool
install "${one[@]}" --uninstall >/dev/null 2>&1
nothing_left "row 10: uninstall takes ZDOTDIR's files back"
new_home
settings=(SHELL=/usr/bin/fish)
install "${one[@]}" >/dev/null 2>&1
reads "row 10: fish finds it" fish -c tool
install "${one[@]}" --uninstall >/dev/null 2>&1
check "row 10: fish's file goes" test ! -e "$home/.config/fish/conf.d/tool-path.fish"
new_home
settings=(SHELL=/usr/bin/fish XDG_CONFIG_HOME="$home/conf" XDG_DATA_HOME="$home/data")
install "${one[@]}" >/dev/null 2>&1
check "row 10: XDG_CONFIG_HOME is honoured" test -f "$home/conf/fish/conf.d/tool-path.fish"
check "row 14: XDG_DATA_HOME is honoured" test -f "$home/data/tool-updater/receipt.json"
new_home
settings=(SHELL=/usr/bin/dash)
install "${one[@]}" >/dev/null 2>&1
reads "row 10: sh reads .profile" dash -l -c tool
new_home
settings=(SHELL=/usr/bin/nu)
install_status "row 10: nushell" 0 "${one[@]}"
like "row 10: nushell is told what to do" "$output" "nu has start-up files of its own"
settings=()
new_home
mkdir "$home/dotfiles"
printf 'mine\n' >"$home/dotfiles/bashrc"
ln -s dotfiles/bashrc "$home/.bashrc"
printf 'mine\n' >"$home/.profile"
chmod 444 "$home/.profile"
give "$home"
before=$(picture | grep -v local)
install_status "row 10: start-up files that are a link or read-only" 0 "${one[@]}"
like "row 10: the line is printed" "$output" "add this line yourself: export PATH="
is "row 10: the link and the file stay as they are" "$(picture | grep -v local)" "$before"

# ---- strange folders
for name in "with space" "quote's" 'dollar$(touch x)' 'double"quote' 'back\slash' "ünïcode" "semi;colon"; do
  new_home
  install_status "a prefix like $name" 0 "${one[@]}" --prefix "$home/$name"
  is "a prefix like $name: it runs" "$("$home/$name/bin/tool")" "tool 1.0.0"
  reads "a prefix like $name: bash finds it" bash -i -c tool
  is "a prefix like $name: the receipt names it" "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["bin"])' "$home/.local/share/tool-updater/receipt.json")" "$home/$name/bin"
  install "${one[@]}" --uninstall >/dev/null 2>&1
  settings=(SHELL=/usr/bin/fish)
  install "${one[@]}" --prefix "$home/$name" >/dev/null 2>&1
  reads "a prefix like $name: fish finds it" fish -c tool
  settings=()
  install "${one[@]}" --uninstall >/dev/null 2>&1
  check "a prefix like $name: uninstall" test ! -e "$home/$name"
done
new_home
install_status "a prefix with a colon" 2 "${one[@]}" --prefix "$home/a:b"
install_status "a prefix with a line end" 2 "${one[@]}" --prefix "$home/a
b"
nothing_left "neither writes anything"
install_status "a relative prefix" 0 "${one[@]}" --prefix sub
is "a relative prefix is below the folder that one is in" "$("$home/sub/bin/tool")" "tool 1.0.0"
home="$work/homes/o'Neil \$HOME"
mkdir "$home"
give "$home"
install_status "a home with a quote, a blank and a dollar" 0 "${one[@]}"
reads "bash finds it there" bash -i -c tool
check "its receipt is JSON" python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$home/.local/share/tool-updater/receipt.json"

# ---- homes
new_home
owner=$home
output=$("${as_user[@]}" env -i PATH=/usr/bin:/bin USER=nobody dash -s -- --from "$www/one" --dry-run <"$www/one/install.sh" 2>&1)
if [ "$user_id" = 65534 ]; then
  like "row 12: HOME unset: the home of the user's entry, which does not exist for nobody" "$output" "(home of user 65534 is|the home) /nonexistent"
else
  like "row 12: HOME unset: the home of the user's entry" "$output" "HOME is not set; the home of user"
fi
mkdir "$work/passwd"
tools "$work/passwd" "${base_tools[@]}" sha256sum
printf '#!/bin/sh\necho "someone:x:%s:%s::%s:/bin/sh"\n' "$user_id" "$user_id" "$owner" >"$work/passwd/getent"
chmod 755 "$work/passwd/getent"
output=$("${as_user[@]}" env -i PATH="$work/passwd" dash -s -- --from "$www/one" <"$www/one/install.sh" 2>&1)
is "row 12: HOME unset: getent names the home" "$? $("$owner/.local/bin/tool" 2>/dev/null)" "0 tool 1.0.0"
home=$work/foreign
mkdir "$home"
chmod 777 "$home"
if [ "$(id -u)" = 0 ]; then
  install_status "row 12: a home that belongs to somebody else" 13 "${one[@]}"
  like "row 12: it says whose" "$output" "belongs to user 0, but you are user 65534"
  nothing_left "row 12: nothing is written there"
  new_home
  output=$(env -i HOME="$home" SUDO_USER=alice PATH=/usr/bin:/bin dash -s -- --from "$www/one" <"$www/one/install.sh" 2>&1)
  like "row 12: sudo with the home of a user: it says for whom" "$? $output" "installs for root .*not for alice"
  like "row 12: and refuses" "$output" "belongs to user 65534, but you are user 0"
  nothing_left "row 12: nothing is written as root"
  mkdir "$work/root-home"
  output=$(env -i HOME="$work/root-home" SUDO_USER=alice PATH=/usr/bin:/bin dash -s -- --from "$www/one" <"$www/one/install.sh" 2>&1)
  like "row 12: sudo -H installs for root and says so" "$? $output" "^0 .*not for alice"
  home=$work/foreign
  settings=(CI=true)
  install_status "row 12: in a CI container a mounted home is accepted" 0 "${one[@]}"
  settings=()
fi
home=$work/nowhere
install_status "row 12: a home that does not exist" 13 one --from "$www/one"

# ---- permissions and room
new_home
mkdir -p "$home/.local/bin"
give "$home"
chmod 555 "$home/.local/bin"
install_status "a folder that may not be written" 13 "${one[@]}"
like "it says what to do" "$output" "cannot write in .*--prefix"
chmod 755 "$home/.local/bin"
is "it leaves nothing" "$(cd "$home" && find . -type f -o -type l)" ""
new_home
chmod 555 "$home"
install_status "a read-only home" 13 "${one[@]}"
chmod 755 "$home"
nothing_left "a read-only home: nothing is left"
new_home
mkdir -p "$home/.local/bin/tool/sub"
give "$home"
install_status "a folder in the place of the program" 13 "${one[@]}"
check "it stays" test -d "$home/.local/bin/tool/sub"
new_home
mkdir -p "$home/lib/node_modules/tool" "$home/.local/bin"
ln -s "$home/lib/node_modules/tool/cli.js" "$home/.local/bin/tool"
give "$home"
install_status "row 17: a program that npm keeps is not replaced" 12 "${one[@]}"
like "row 17: npm's command is printed" "$output" "npm install -g tool"
for mask in 000 077 022; do
  new_home
  (umask "$mask" && install_status "umask $mask" 0 "${one[@]}" >"$work/said") || :
  like "umask $mask: it installs" "$(cat "$work/said")" "^ok"
  is "umask $mask: nobody else may write" "$(find "$home" -perm /022 ! -type l)" ""
  is "umask $mask: the program may be run by all" "$(stat -c %a "$home/.local/bin/tool")" 755
done
if unshare -Urm true 2>/dev/null; then
  in_namespace() { # MOUNT-OPTIONS FOLDER: install with FOLDER on a tmpfs of these options
    unshare -Urm sh -c 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"' sh "$1" "$2" \
      env -i HOME="$home" PATH=/usr/bin:/bin SHELL=/bin/bash "${@:3}" dash -s -- --from "$www/one" <"$www/one/install.sh" 2>&1
  }
  home=$work/ns
  mkdir -p "$home/.local"
  output=$(in_namespace noexec,mode=755 "$home/.local")
  is "row 9: a folder that is mounted noexec" "$?" 13
  like "row 9: it says noexec" "$output" "noexec"
  home=$work/ns-tmp
  mkdir -p "$home" "$work/noexec"
  output=$(in_namespace noexec,mode=1777 "$work/noexec" TMPDIR="$work/noexec")
  is "row 9: temporary files mounted noexec are of no account" "$?" 0
  home=$work/ns
  output=$(in_namespace size=12k,mode=755 "$home/.local")
  is "a disk that is too small" "$?" 13
  like "it says so before the download" "$output" "not enough room"
  output=$(in_namespace size=28k,mode=755 "$home/.local")
  is "a disk that fills up on the way" "$?" 13
  like "it says what could not be written, and what to do" "$output" "No space left.*(--prefix|$)"
else
  skip "row 9: folders that are mounted noexec, disks that are too small" "no user and mount namespaces here"
fi

# ---- other programs of that name
new_home
mkdir -p "$home/early" "$home/Cellar/tool/1/bin"
program "$home/Cellar/tool/1/bin/tool" brewed
ln -s ../Cellar/tool/1/bin/tool "$home/early/tool"
give "$home"
user_path=$home/early:$home/.local/bin:/usr/bin:/bin
install_status "row 17: another program stands earlier on PATH" 0 "${one[@]}"
like "row 17: it is told, with brew's command" "$output" "early/tool stands before .*brew uninstall tool"
like "row 17: it is run: its answer is told" "$output" "PATH finds another tool first: $home/early/tool, which answers: brewed"
like "row 17: and that plain \"tool\" is still the other" "$output" "is still .*early/tool"
for answer in "tool 1.0.0|0|another tool of this version first" "tool 0.1|0|answers: tool 0.1" "|7|answers: nothing, with status 7" \
  'a\033[31m\007b\nred\033[0m|0|answers: red\[0m'; do
  rm -f "$home/early/tool"
  program "$home/early/tool" "$(cut -d'|' -f1 <<<"$answer")" "$(cut -d'|' -f2 <<<"$answer")"
  rm -f "$home/.local/bin/tool"
  install_status "row 17: another program first: $answer" 0 "${one[@]}"
  like "row 17: another program first: $answer: it is told" "$output" "$(cut -d'|' -f3 <<<"$answer")"
done
rm "$home/early/tool" "$home/.local/bin/tool"
install_status "what PATH finds is run" 0 "${one[@]}"
like "what PATH finds is run: its answer is told" "$output" "PATH finds it, and it answers: tool 1.0.0"
rm "$home/.local/bin/tool"
user dash -s -- --from "$www/one" --quiet <"$www/one/install.sh" >"$work/said" 2>&1
is "row 13: --quiet is quiet, whatever PATH finds" "$(cat "$work/said")" ""
user_path=/usr/bin:/bin

# ---- at once, and killed
new_home
mkdir -p "$home/.local/bin"
sleep 100 &
other=$!
ln -s "pid-$other" "$home/.local/bin/.tool-install.lock"
give -h "$home/.local" "$home/.local/bin" "$home/.local/bin/.tool-install.lock"
install_status "row 8: another run holds the lock" 14 "${one[@]}"
kill "$other"
wait "$other" 2>/dev/null
mkdir "$home/.local/bin/.tool-install.$other"
give "$home/.local/bin/.tool-install.$other"
install_status "row 8: the lock of a dead run is taken" 0 "${one[@]}"
is "row 8: what it left is swept" "$(ls -A "$home/.local/bin")" tool

# A kill at any moment leaves the old program or the new one; the next run needs no help.
tools "$work/killing" "${base_tools[@]}" sha256sum
commands="mkdir tar mv ln chmod cp rm tool-probe sync"
for signal in KILL TERM; do
  # KILL comes instead of the command, TERM after it.
  for command in $commands; do
    for time in 1 2 3; do
      [ "$signal $time" != "TERM 3" ] || continue
      new_home
      install "${one[@]}" >/dev/null 2>&1
      rm -f "$work/killing/"{mkdir,tar,mv,ln,chmod,cp,rm,sync}
      tools "$work/killing" "${base_tools[@]}"
      name=$command
      [ "$command" != tool-probe ] || name=timeout
      rm -f "$work/killing/$name"
      counter=$home/counter
      : >"$counter"
      chmod 666 "$counter"
      cat >"$work/killing/$name" <<SCRIPT
#!/bin/sh
echo x >>$counter
if test "\$(/usr/bin/wc -l <$counter)" = $time; then
  test $signal = KILL || /usr/bin/$name "\$@"
  kill -$signal \$PPID
  exit 1
fi
exec /usr/bin/$name "\$@"
SCRIPT
      chmod 755 "$work/killing/$name"
      user_path=$work/killing
      install "${two[@]}" >/dev/null 2>&1
      user_path=/usr/bin:/bin
      found=$("$home/.local/bin/tool" 2>&1)
      rm -f "$counter"
      case $found in
        "tool 1.0.0" | "tool 1.1.0") ;;
        *) tap_report 1 "row 8: $signal at $command number $time leaves old or new" "$found" ;;
      esac
      install "${two[@]}" >"$work/said" 2>&1 || tap_report 1 "row 8: after $signal at $command number $time the next run works" "$(cat "$work/said")"
      if [ "$("$home/.local/bin/tool") $(ls -A "$home/.local/bin")" != "tool 1.1.0 tool" ]; then
        tap_report 1 "row 8: after $signal at $command number $time the next run clears up" "$(ls -A "$home/.local/bin")"
      fi
    done
  done
  tap_report 0 "row 8: $signal at the first three calls of each command: old or new, and the next run clears up"
done
done_testing
