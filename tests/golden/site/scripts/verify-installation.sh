#!/bin/sh
# Compares the installed esbuild with what was published: each binary's SHA-256 against the signed manifest.
# Usage: verify-installation.sh [PROGRAM]     (default: what PATH finds)
{
set -eu
product='esbuild'
base_url='https://releases.example.com/esbuild'
public_keys='RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'

fail() {
  status=$1
  shift
  printf 'verify-installation: %s\n' "$*" >&2
  exit "$status"
}
fetch() { # URL FILE
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --proto '=https' --tlsv1.2 --max-filesize 1048576 -o "$2" "$1"
  else
    wget -q -O "$2" "$1"
  fi || fail 6 "cannot fetch $1"
}

case ${1-} in
  -h | --help)
    printf 'usage: verify-installation.sh [PROGRAM]\n'
    exit 0
    ;;
esac
program=${1:-$(command -v "$product" || :)}
[ -n "$program" ] || fail 9 "$product is not on PATH; name the program: verify-installation.sh PROGRAM"
[ -f "$program" ] || fail 9 "there is no file $program"
command -v minisign >/dev/null 2>&1 || fail 3 "minisign is needed to check the signature; install it and run this again"

work=$(mktemp -d "${TMPDIR:-/tmp}/verify.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
fetch "$base_url/version-manifest.json" "$work/manifest"
fetch "$base_url/version-manifest.json.minisig" "$work/manifest.minisig"
believed=
for key in $public_keys; do
  if minisign -V -H -q -P "$key" -m "$work/manifest" -x "$work/manifest.minisig" >/dev/null 2>&1; then
    believed=$key
    break
  fi
done
[ -n "$believed" ] || fail 7 "the manifest at $base_url is not signed by this product's key"

if command -v sha256sum >/dev/null 2>&1; then
  sum=$(sha256sum <"$program")
elif command -v shasum >/dev/null 2>&1; then
  sum=$(shasum -a 256 <"$program")
else
  sum=$(openssl dgst -sha256 <"$program")
  sum=${sum##* }
fi
sum=${sum%% *}
grep -q "\"sha256\": \"$sum\"" "$work/manifest" || fail 7 "$program is not a published binary of $product (SHA-256 $sum)"
printf '%s is a published binary of %s (SHA-256 %s, manifest signed by %s)\n' "$program" "$product" "$sum" "$believed"
exit 0
}
