#!/usr/bin/env bash
# `ninja install` puts everything where a system finds it, and nothing else.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$(meson introspect --buildoptions "$BUILD_ROOT" | jq -r '.[] | select(.name == "prefix").value')
root=$work/root$prefix

status "meson installs without building" 0 meson install -C "$BUILD_ROOT" --no-rebuild --destdir "$work/root"
is "these files and no others" "$(cd "$root" && find . -type f | LC_ALL=C sort | xargs)" \
  "./bin/cco-release ./libexec/cco-release/cco ./share/bash-completion/completions/cco-release ./share/fish/vendor_completions.d/cco-release.fish ./share/man/man1/cco-release.1 ./share/zsh/site-functions/_cco-release"
like "the program runs" "$(env -i "$root/bin/cco-release" --version)" '^cco-release [0-9]'
like "man shows the page" "$(env -i PATH="$PATH" MANPATH="$root/share/man" man -P cat cco-release 2>&1)" 'cco-release publish'
check "bash reads the completion" bash -n "$root/share/bash-completion/completions/cco-release"
check "zsh reads the completion" zsh -n "$root/share/zsh/site-functions/_cco-release"
check "fish reads the completion" fish --no-execute "$root/share/fish/vendor_completions.d/cco-release.fish"
done_testing
