#!/usr/bin/env bash
# Real shells read the generated completion scripts and offer what they should; groff and man read the manual page.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/tap.sh
. "$here/../support/tap.sh"
golden=$here/../golden/base
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/home" "$folder/work/a folder"
touch "$folder/work/a file.txt"
cd "$folder/work" || exit 1

# What bash offers for a command line (the last word is the one to complete).
# $* belongs to the inner bash.
# shellcheck disable=SC2016
bash_offers() {
  env -i HOME="$folder/home" PATH="$PATH" bash --norc --noprofile -c '
    . "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
    _sample_tool 2>&1
    printf "%s\n" "${COMPREPLY[@]}"' bash "$golden/completion.bash" "$@" | paste -sd' ' -
}
check "bash reads its script" bash -n "$golden/completion.bash"
check "shellcheck finds nothing in it" shellcheck -s bash "$golden/completion.bash"
is "bash: commands" "$(bash_offers sample-tool '')" "publish keys config completion serve"
is "bash: commands by their start" "$(bash_offers sample-tool pu)" "publish"
is "bash: the second word of a command" "$(bash_offers sample-tool config '')" "set get"
is "bash: choices of an argument" "$(bash_offers sample-tool completion '')" "bash zsh fish"
is "bash: choices of an argument of a two-word command" "$(bash_offers sample-tool config set '')" "channel pin"
is "bash: nothing for a free argument" "$(bash_offers sample-tool config set pin '')" ""
is "bash: choices of an option" "$(bash_offers sample-tool publish --channel b)" "beta"
is "bash: choices of an option by its alias and =" "$(bash_offers sample-tool release --channel = '')" "stable beta nightly"
is "bash: options by their start" "$(bash_offers sample-tool keys new --o)" "--out"
is "bash: common options before a command" "$(bash_offers sample-tool --js)" "--json"
is "bash: commands behind an option with a value" "$(bash_offers sample-tool -f x.toml k)" "keys"
is "bash: commands behind an option with = and a value" "$(bash_offers sample-tool --config = x.toml k)" "keys"
is "bash: files" "$(bash_offers sample-tool --config a)" "a folder a file.txt"
is "bash: folders alone" "$(bash_offers sample-tool publish --out a)" "a folder"

# The command line after Tab was pressed behind it in an interactive zsh on a pseudo-terminal.
# shellcheck disable=SC2016
zsh_completes() {
  env -i HOME="$folder/home" PATH="$PATH" TERM=dumb zsh -f -c '
    zmodload zsh/zpty
    zpty -b shell zsh -f -i
    zpty -w shell "PS1=; unsetopt beep list_ambiguous auto_list; autoload -Uz compinit; compinit -u -d $HOME/dump"
    zpty -w shell "show() { print -r -- SE\\EN\"<\$BUFFER>\"; zle kill-whole-line }; zle -N show; bindkey \"^X\" show"
    zpty -w shell ". $1; print READ\\Y"
    text=
    for i in {1..100}; do
      zpty -r -t shell piece && text+=$piece
      [[ $text == *READY* ]] && break
      zselect -t 5 2>/dev/null || { zmodload zsh/zselect; zselect -t 5 }
    done
    zpty -w -n shell "$2"$'"'\\t\\C-x'"'
    for i in {1..100}; do
      zpty -r -t shell piece && text+=$piece
      [[ $text == *SEEN\<*\>* ]] && break
      zselect -t 5
    done
    text=${text##*SEEN<}
    print -r -- "${text%%>*}"' zsh "$golden/completion.zsh" "$1"
}
check "zsh reads its script" zsh -n "$golden/completion.zsh"
is "zsh: commands by their start" "$(zsh_completes 'sample-tool pub')" "sample-tool publish "
is "zsh: the second word of a command" "$(zsh_completes 'sample-tool config s')" "sample-tool config set "
is "zsh: choices of an argument" "$(zsh_completes 'sample-tool completion f')" "sample-tool completion fish "
is "zsh: choices of an option behind an alias" "$(zsh_completes 'sample-tool release --channel n')" "sample-tool release --channel nightly "
is "zsh: options by their start" "$(zsh_completes 'sample-tool publish --dr')" "sample-tool publish --dry-run "
is "zsh: common options before a command" "$(zsh_completes 'sample-tool --verb')" "sample-tool --verbose "
is "zsh: options of a two-word command" "$(zsh_completes 'sample-tool keys new --o')" "sample-tool keys new --out "
is "zsh: folders alone" "$(zsh_completes 'sample-tool publish --out a')" "sample-tool publish --out a\ folder/"

# fish offers "word<TAB>description".
fish_offers() {
  env -i HOME="$folder/home" PATH="$PATH" fish --no-config -c "source $golden/completion.fish; complete -C '$1'" | cut -f1 | paste -sd' ' -
}
check "fish reads its script" fish --no-execute "$golden/completion.fish"
is "fish: commands" "$(fish_offers 'sample-tool ')" "completion config keys publish serve"
is "fish: the second word of a command" "$(fish_offers 'sample-tool config ')" "get set"
is "fish: choices of an argument" "$(fish_offers 'sample-tool completion ')" "bash fish zsh"
is "fish: choices of an option" "$(fish_offers 'sample-tool publish --channel ')" "beta nightly stable"
is "fish: choices of an option by an alias" "$(fish_offers 'sample-tool release -c b')" "beta"
is "fish: options by their start" "$(fish_offers 'sample-tool keys new --o')" "--out"
is "fish: common options before a command" "$(fish_offers 'sample-tool --js')" "--json"

# shellcheck disable=SC2016
check "groff reads the manual page without a warning" bash -c '[ -z "$(groff -man -ww -z "$1" 2>&1)" ]' bash "$golden/sample-tool.1"
like "man shows it" "$(MANWIDTH=80 man --warnings -l "$golden/sample-tool.1" 2>&1)" "isn't \[plain\]: ~\^"
done_testing
