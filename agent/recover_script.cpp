#include "agent/recover_script.hpp"

#include "base/text.hpp"

namespace agent {
namespace {

// The version is chosen like `rollback` does: `previous`, else the one that is asked for. Nothing
// but the link is touched; the next start of the agent sees the rest.
constexpr std::string_view kScript = R"(#!/bin/sh
# Points @PROGRAM@ at another installed version without running it.
# Usage: sh recover.sh [VERSION]     without VERSION: the previous one
set -eu
versions=$(CDPATH='' cd -- "$(dirname -- "$0")/versions" && pwd -P)
cd "$versions"
now=$(readlink current || echo none)
list() {
  for mark in */.ok; do
    if [ -f "$mark" ] && [ ! -L "${mark%/.ok}" ]; then
      [ "${mark%/.ok}" = "$now" ] && note=' (current)' || note=''
      printf '  %s%s\n' "${mark%/.ok}" "$note"
    fi
  done
}
wanted=${1-}
[ -n "$wanted" ] || wanted=$(readlink previous || true)
[ "$#" -gt 0 ] || [ "$wanted" != "$now" ] || wanted=
case $wanted in
  "" | */* | .* | current | previous)
    printf 'recover.sh: name a version to go to; these are here:\n' >&2
    list >&2
    exit 2 ;;
esac
if [ ! -f "$wanted/.ok" ] || [ -L "$wanted" ]; then
  printf 'recover.sh: %s is not installed whole; these are:\n' "$wanted" >&2
  list >&2
  exit 9
fi
rm -f .recover.tmp
ln -s "$wanted" .recover.tmp
# One rename: -T (GNU, busybox) or -h (BSD, macOS) keeps mv from entering the folder behind the link.
mv -fT .recover.tmp current 2>/dev/null || mv -fh .recover.tmp current
printf '@PROGRAM@: %s -> %s\n' "$now" "$wanted"
)";

}  // namespace

std::string recover_script_text(const Layout& layout) {
  return base::replace_all(kScript, "@PROGRAM@", layout.program);
}

void ensure_recover_script(const Layout& layout) {
  const std::string text = recover_script_text(layout);
  const auto type = base::type_of(layout.recover_script);
  if (type != std::filesystem::file_type::not_found &&
      type != std::filesystem::file_type::regular) {
    base::remove_tree(layout.recover_script);  // its name is ours; a folder cannot be written over
  }
  constexpr std::size_t kMaxScriptBytes = std::size_t{64} * 1024;
  if (base::read_file_if_exists(layout.recover_script, kMaxScriptBytes) != text) {
    base::write_file_atomically(layout.recover_script, text, 0755);
  }
}

}  // namespace agent
