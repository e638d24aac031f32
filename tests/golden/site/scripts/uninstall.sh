#!/bin/sh
# Takes esbuild away again: what the installer or its updater put on this machine, and nothing else.
# Usage: uninstall.sh [--prefix DIR]
#
# shellcheck disable=SC2034,SC2317 # the parts that this shares with install.sh set and hold more than is used here
{
if test -n "${ZSH_VERSION:-}"; then emulate sh; fi
set -u
LC_ALL=C
export LC_ALL
unset GREP_OPTIONS CDPATH
product='esbuild'
agent='esbuild-updater'
base_url='https://releases.example.com/esbuild'
keys='RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4:0807060504030201'
tab=$(printf '\t')
carriage_return=$(printf '\r')

die() { # STATUS MESSAGE
  die_status=$1
  shift
  printf 'uninstall: %s\n' "$*" >&2
  exit "$die_status"
}
have() { command -v "$1" >/dev/null 2>&1; }

# ---- hashes and signatures -----------------------------------------------------------------------------

find_hash_tool() {
  # yash keeps the variable of a loop to its function.
  for hash_candidate in sha256sum shasum openssl sha256; do
    if have "$hash_candidate"; then
      hash_tool=$hash_candidate
      return 0
    fi
  done
  die 7 "no tool here computes SHA-256, so nothing can be verified and nothing is installed; install sha256sum (coreutils), shasum (perl) or openssl"
}

digest_of() { # FILE -> $digest, 64 hexadecimal digits
  case $hash_tool in
    shasum) digest=$(shasum -a 256 <"$1") ;;
    openssl) digest=$(openssl dgst -sha256 <"$1") && digest=${digest##* } ;;
    *) digest=$("$hash_tool" <"$1") ;;
  esac
  digest=${digest%% *}
}

size_of() { # FILE -> $file_size
  # shellcheck disable=SC2046 # some wc pad the number with blanks
  set -- $(wc -c <"$1")
  file_size=$1
}

# What checks signatures here -> $signature_tool; 1 where nothing does.
find_signature_tool() {
  signature_tool=
  if have minisign; then
    signature_tool=minisign
  elif have openssl; then
    case $(openssl version 2>/dev/null) in
      "OpenSSL "[3-9].* | "OpenSSL "[1-9][0-9].*) signature_tool=openssl ;;
    esac
  fi
  test -n "$signature_tool"
}

# One key against a .minisig of the prehashed form whose lines are in $signature_line2..4.
key_signed() { # KEY FILE SIGNATURE
  case $signature_tool in
    minisign) minisign -V -q -P "$1" -m "$2" -x "$3" >/dev/null 2>&1 ;;
    openssl)
      # 12 bytes of DER make a SubjectPublicKeyInfo of the 32 bytes of an Ed25519 key.
      { printf '\060\052\060\005\006\003\053\145\160\003\041\000' &&
        printf '%s\n' "$1" | openssl base64 -d -A | tail -c 32; } >"$stage/key.der" &&
        openssl pkey -pubin -inform DER -in "$stage/key.der" -out "$stage/key.pem" 2>/dev/null &&
        printf '%s\n' "$signature_line2" | openssl base64 -d -A | tail -c 64 >"$stage/signature" &&
        openssl dgst -blake2b512 -binary <"$2" >"$stage/hash" &&
        openssl pkeyutl -verify -pubin -inkey "$stage/key.pem" -rawin -in "$stage/hash" -sigfile "$stage/signature" >/dev/null 2>&1 &&
        { cat "$stage/signature" && printf '%s' "${signature_line3#trusted comment: }"; } >"$stage/comment" &&
        printf '%s\n' "$signature_line4" | openssl base64 -d -A >"$stage/comment.signature" &&
        openssl pkeyutl -verify -pubin -inkey "$stage/key.pem" -rawin -in "$stage/comment" -sigfile "$stage/comment.signature" >/dev/null 2>&1
      ;;
    *) return 1 ;;
  esac
}

# The value of a field of the trusted comment in $signature_line3; 1 where it is missing or there twice.
comment_field() { # NAME -> $field
  field=
  fields_found=0
  IFS=$tab
  set -f
  # shellcheck disable=SC2086 # split on purpose, at tabs
  set -- "$1" ${signature_line3#trusted comment: }
  set +f
  unset IFS
  field_name=$1
  shift
  for word in "$@"; do
    case $word in
      "$field_name":*)
        field=${word#*:}
        fields_found=$((fields_found + 1))
        ;;
    esac
  done
  test "$fields_found" = 1
}

# Is FILE signed by one of $keys, "KEY:ID" words (-> $signing_key), as NAME of this product and CHANNEL, "none" for a file of no
# channel, "any" for one of whichever? Sets $trouble where it is not.
verify_signature() { # FILE SIGNATURE NAME CHANNEL
  signature_line1=''
  signature_line2=''
  signature_line3=''
  signature_line4=''
  signature_more=no
  {
    IFS= read -r signature_line1
    IFS= read -r signature_line2
    IFS= read -r signature_line3
    IFS= read -r signature_line4
    IFS= read -r signature_line5 && signature_more=yes
  } <"$2"
  trouble="its signature file is not of minisign's form"
  test "$signature_more$signature_line5" = no || return 1
  case $signature_line1$signature_line2$signature_line3$signature_line4 in *"$carriage_return"*) return 1 ;; esac
  case $signature_line1 in "untrusted comment: "*) ;; *) return 1 ;; esac
  case $signature_line3 in "trusted comment: "*) ;; *) return 1 ;; esac
  # "RU": the prehashed form; the older form is not accepted.
  case $signature_line2 in RU[QRST]*) test ${#signature_line2} = 100 || return 1 ;; *) return 1 ;; esac
  test ${#signature_line4} = 88 || return 1
  for key in $keys; do
    key=${key%:*}
    if key_signed "$key" "$1" "$2"; then
      trouble="its signature is for another file"
      comment_field app && test "$field" = "$product" || return 1
      comment_field file && test "$field" = "$3" || return 1
      comment_field channel
      case $4 in
        any) ;;
        none) test "$fields_found" = 0 || return 1 ;;
        *) test "$fields_found" = 1 && test "$field" = "$4" || return 1 ;;
      esac
      if comment_field sha256; then
        digest_of "$1"
        test "$field" = "$digest" || return 1
      fi
      trouble=
      # yash keeps the variable of a loop to its function.
      signing_key=$key
      return 0
    fi
  done
  trouble="its signature is by none of the keys in this text, or it was changed after it was signed"
  return 1
}

# ---- fetching ------------------------------------------------------------------------------------------

download() { # URL FILE: 1 MiB at most
  if have curl; then
    curl -fsSL --proto '=https' --proto-redir '=https' --tlsv1.2 --connect-timeout 20 --max-filesize 1048576 -o "$2" "$1"
  elif have wget; then
    (ulimit -f 2048 2>/dev/null && exec wget -q -O "$2" "$1")
  else
    die 6 "neither curl nor wget is here; install one of them"
  fi || die 6 "cannot fetch $1"
}

# Gets a file of the site into $stage, proven. A file and its signature are two requests: a pair that was
# caught in the middle of a publication is fetched again.
fetch_signed() { # NAME CHANNEL
  signed_tries=0
  while :; do
    signed_tries=$((signed_tries + 1))
    download "$base_url/$1" "$stage/$1"
    download "$base_url/$1.minisig" "$stage/$1.minisig"
    verify_signature "$stage/$1" "$stage/$1.minisig" "$1" "$2" && return 0
    # While the product's key is changed, the one before has a signature of its own.
    case $trouble in
      "its signature is by none"*)
        for other in $keys; do
          (download "$base_url/$1.${other#*:}.minisig" "$stage/$1.minisig") 2>/dev/null || continue
          verify_signature "$stage/$1" "$stage/$1.minisig" "$1" "$2" && return 0
        done
        ;;
    esac
    digest_of "$stage/$1"
    if comment_field sha256 && test "$field" = "$digest"; then signed_tries=3; fi
    test "$signed_tries" -lt 3 || die 7 "$base_url/$1: $trouble"
    sleep 1
  done
}

# ---- who knows what was installed ----------------------------------------------------------------------

case ${1-} in
  -h | --help)
    printf 'usage: uninstall.sh [--prefix DIR]\n'
    exit 0
    ;;
esac
found=$(command -v "${agent:-$product-updater}")
if test -n "$found" && test $# = 0; then exec "$found" uninstall; fi

# Without an updater the installer itself knows what it wrote (its receipt). It runs only if it is signed.
find_signature_tool || die 3 "minisign or OpenSSL 3 is needed to check the installer that does this; install one of them, or run the install.sh by which you installed, with --uninstall"
find_hash_tool
stage=$(mktemp -d "${TMPDIR:-/tmp}/uninstall.XXXXXX") || die 13 "cannot make a temporary folder; set TMPDIR to one of yours"
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP
fetch_signed install.sh any
sh "$stage/install.sh" --uninstall "$@"
exit $?
}
