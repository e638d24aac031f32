#!/bin/sh
# Compares the installed esbuild with what was published: the program's SHA-256 against the signed manifest.
# Usage: verify-installation.sh [PROGRAM]     (default: what PATH finds)
#
# shellcheck disable=SC2034,SC2317 # the parts that this shares with install.sh set and hold more than is used here
{
if test -n "${ZSH_VERSION:-}"; then emulate sh; fi
set -u
LC_ALL=C
export LC_ALL
unset GREP_OPTIONS CDPATH
product='esbuild'
base_url='https://releases.example.com/esbuild'
archives_url='https://releases.example.com/esbuild/releases/vV/'
keys='RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4:0807060504030201'
tab=$(printf '\t')
carriage_return=$(printf '\r')

die() { # STATUS MESSAGE
  die_status=$1
  shift
  printf 'verify-installation: %s\n' "$*" >&2
  exit "$die_status"
}
have() { command -v "$1" >/dev/null 2>&1; }

# ---- JSON ----------------------------------------------------------------------------------------------

# Reads JSON from stdin and prints "path<TAB>value" a line, such as `latest/stable<TAB>1.2.3`; null is left
# out. Fails on whatever is not JSON. No token of JSON spans lines, so lines are read one by one.
flatten_json() {
  awk '
    function fail() { broken = 1; exit 1 }
    function here(   i, text) {
      for (i = 1; i <= depth; i++) text = text (i > 1 ? "/" : "") (kind[i] == "{" ? name[i] : place[i])
      return text
    }
    function plain(text) {
      text = substr(text, 2, length(text) - 2)
      if (index(text, "\\") == 0) return text
      gsub(/\\\\/, "\001", text); gsub(/\\"/, "\"", text); gsub(/\\\//, "/", text); gsub(/\001/, "\\", text)
      return text
    }
    function done() { want = depth == 0 ? "end" : "more" }
    BEGIN { want = "value"; depth = 0 }
    {
      rest = $0
      if (rest ~ /[\001-\010\013-\037]/ && rest !~ /^[^\001-\010\013\014\016-\037]*\r$/) fail()
      for (;;) {
        sub(/^[ \t\r]+/, "", rest)
        if (rest == "") break
        if (!match(rest, /^("([^"\\]|\\.)*"|[][{}:,]|[-+.0-9A-Za-z]+)/)) fail()
        token = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1); first = substr(token, 1, 1)
        if (want == "name" || want == "name or }") {
          if (token == "}" && want == "name or }") { depth--; done(); continue }
          if (first != "\"") fail()
          name[depth] = plain(token); gsub("/", "~1", name[depth]); want = ":"
        } else if (want == ":") {
          if (token != ":") fail()
          want = "value"
        } else if (want == "more") {
          if (token == "," && kind[depth] == "{") want = "name"
          else if (token == ",") { place[depth]++; want = "value" }
          else if ((token == "}" && kind[depth] == "{") || (token == "]" && kind[depth] == "[")) { depth--; done() }
          else fail()
        } else if (want == "value" || want == "value or ]") {
          if (token == "]" && want == "value or ]") { depth--; done(); continue }
          if (token == "{" || token == "[") {
            if (++depth > 32) fail()
            kind[depth] = token; place[depth] = 0
            want = token == "{" ? "name or }" : "value or ]"
            continue
          }
          if (first == "\"") printf "%s\t%s\n", here(), plain(token)
          else if (token ~ /^(true|false|-?[0-9][-+.0-9eE]*)$/) printf "%s\t%s\n", here(), token
          else if (token != "null") fail()
          done()
        } else fail()
      }
    }
    END { if (broken || want != "end") exit 1 }
  '
}

# look_up PATH: the value of that path in flattened text on stdin; nothing where it is not there.
look_up() { looked_up=$1 awk -F "$tab" '$1 == ENVIRON["looked_up"] { print substr($0, length($1) + 2); exit }'; }

json_string() { # TEXT: prints it as a JSON string
  json_text=$1 awk 'BEGIN {
    text = ENVIRON["json_text"]; out = "\""
    for (i = 1; i < 32; i++) escape[sprintf("%c", i)] = sprintf("\\u%04x", i)
    escape["\""] = "\\\""; escape["\\"] = "\\\\"
    for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out (c in escape ? escape[c] : c) }
    printf "%s\"", out
  }'
}

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

# ---- the program ---------------------------------------------------------------------------------------

case ${1-} in
  -h | --help)
    printf 'usage: verify-installation.sh [PROGRAM]\n'
    exit 0
    ;;
esac
program=${1:-$(command -v "$product")}
test -n "$program" || die 9 "$product is not on PATH; name the program: verify-installation.sh PROGRAM"
test -f "$program" || die 9 "there is no file $program"
find_signature_tool || die 3 "minisign or OpenSSL 3 is needed to check the signature; install one of them and run this again"
find_hash_tool

stage=$(mktemp -d "${TMPDIR:-/tmp}/verify.XXXXXX") || die 13 "cannot make a temporary folder; set TMPDIR to one of yours"
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP
fetch_signed version-manifest.json none
manifest=$stage/version-manifest.json
flatten_json <"$manifest" >"$stage/flat" || die 7 "version-manifest.json: signed, but not JSON"
test "$(look_up product <"$stage/flat")" = "$product" || die 7 "version-manifest.json is of another product"

digest_of "$program"
test ${#digest} = 64 || die 13 "cannot read $program"
place=$(wanted=$digest awk -F "$tab" '
  $1 ~ /^versions\/[^\/]*\/platforms\/[^\/]*\/binaries\/[0-9]*\/sha256$/ && $2 == ENVIRON["wanted"] { print $1; exit }' <"$stage/flat")
if test -z "$place"; then
  die 9 "$program (SHA-256 $digest) is not in the list of the newest releases of $product. It is of an older release, or it was changed, or it is something else. Of an older version V: take its archive and checksums.sha256 with checksums.sha256.minisig from $archives_url, check them, and compare"
fi
version=${place#versions/}
version=${version%%/*}
platform=${place#*/platforms/}
platform=${platform%%/*}
printf '%s is %s of %s %s for %s (SHA-256 %s, manifest signed by %s)\n' "$program" \
  "$(look_up "${place%/sha256}/path" <"$stage/flat")" "$product" "$version" "$platform" "$digest" "$signing_key"
reason=$(look_up "versions/$version/yanked/reason" <"$stage/flat")
test -z "$reason" || printf 'verify-installation: %s was withdrawn since: %s\n' "$version" "$reason" >&2
exit 0
}
