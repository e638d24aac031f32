#!/usr/bin/env bash
# The start-up files of shells belong to their user: only what install.sh wrote is ever taken out of them.
# shellcheck disable=SC2016 # variables of other programs, in single quotes
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
two_sites
mine='alias precious=1
export KEEP=me'
mark='# >>> tool >>>'
end='# <<< tool <<<'

# The user's lines stay, whatever was done to the lines between the marks. Each row: what was done, and a sed script
# or, after "append", lines at the end of .bashrc.
edit() { # SCRIPT: edits .bashrc as the user would
  sed -i "$1" "$home/.bashrc"
  printf '%s\n' "$mine" >>"$home/.bashrc"
  give "$home/.bashrc"
}
for row in "the end mark was taken out|/^$end/d" "the begin mark was taken out|/^$mark/d" "the line was taken out|/^case/d" \
  "a line was put between|/^case/i extra=1" "a line was put behind|/^case/a extra=1" "the line was changed|s/^case/if true; then case/"; do
  for again in "" one two prefix; do
    new_home
    install "${one[@]}" >/dev/null 2>&1
    edit "${row#*|}"
    edited=$(cat "$home/.bashrc")
    case $again in
      one) install "${one[@]}" --prefix "$home/.local" >/dev/null 2>&1 ;;
      two) install "${two[@]}" >/dev/null 2>&1 ;;
      prefix) install "${two[@]}" --prefix "$home/other" >/dev/null 2>&1 ;;
    esac
    install_status "${row%|*}${again:+, installed again ($again)}: uninstall" 0 "${one[@]}" --uninstall
    is "${row%|*}${again:+, installed again ($again)}: no line of the user's is lost" "$(cat "$home/.bashrc" 2>&1)" "$edited"
    case $row in
      "the begin"*) ;;
      *) like "${row%|*}${again:+, installed again ($again)}: it is told, with the lines" "$(tr '\n' ' ' <<<"$output")" \
        "warning: $home/.bashrc: .* stay as they are.*$mark" ;;
    esac
  done
done

new_home
install "${one[@]}" >/dev/null 2>&1
sed -i "/^$end/d" "$home/.bashrc"
give "$home/.bashrc"
install "${two[@]}" >/dev/null 2>&1
is "a line that still stands there is not written again" "$(grep -c '^case' "$home/.bashrc")" 1

new_home
printf 'mine=1' >"$home/.bashrc"
give "$home"
install "${one[@]}" >/dev/null 2>&1
printf 'later=1\n\n\n' >>"$home/.bashrc"
install "${one[@]}" --uninstall >/dev/null 2>&1
is "what stands behind our lines keeps its line ends" "$(cat "$home/.bashrc" && echo .)" "mine=1
later=1


."

new_home
install "${one[@]}" >/dev/null 2>&1
install "${two[@]}" --prefix "$home/other" >/dev/null 2>&1
is "another prefix takes the place of the first" "$(grep -c "$mark" "$home/.bashrc") $(grep -c '/other/bin' "$home/.bashrc")" "1 1"
install "${one[@]}" --uninstall >/dev/null 2>&1
nothing_left "and uninstall leaves nothing"

# ---- fish: a file of ours, in which people write nevertheless
settings=(SHELL=/usr/bin/fish)
fish=.config/fish/conf.d/tool-path.fish
new_home
install "${one[@]}" >/dev/null 2>&1
printf 'set -gx KEEP me\n' >>"$home/$fish"
install "${two[@]}" --prefix "$home/other" >/dev/null 2>&1
is "fish: the folder is renewed" "$(grep -c '/other/bin' "$home/$fish") $(grep -c '/.local/bin' "$home/$fish")" "1 0"
like "fish: and what was added stays" "$(cat "$home/$fish")" "KEEP me"
install "${one[@]}" --uninstall >/dev/null 2>&1
is "fish: uninstall leaves it, too" "$(cat "$home/$fish" 2>&1)" "set -gx KEEP me"
settings=()
done_testing
