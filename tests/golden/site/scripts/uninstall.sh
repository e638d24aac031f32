#!/bin/sh
# Takes esbuild away again: what the installer or its updater put on this machine, and nothing else.
# Usage: uninstall.sh [--prefix DIR]
{
set -eu
product='esbuild'
agent='esbuild-updater'
base_url='https://releases.example.com/esbuild'

case ${1-} in
  -h | --help)
    printf 'usage: uninstall.sh [--prefix DIR]\n'
    exit 0
    ;;
esac

found=$(command -v "${agent:-$product-updater}" || :)
if [ -n "$found" ] && [ $# -eq 0 ]; then
  exec "$found" uninstall
fi
# Without an updater the installer itself knows what it wrote (its receipt).
script=$(mktemp "${TMPDIR:-/tmp}/uninstall.XXXXXX")
trap 'rm -f "$script"' EXIT
trap 'exit 130' INT TERM HUP
if command -v curl >/dev/null 2>&1; then
  curl -fsSL --proto '=https' --tlsv1.2 -o "$script" "$base_url/install.sh"
else
  wget -q -O "$script" "$base_url/install.sh"
fi
sh "$script" --uninstall "$@"
exit 0
}
