#!/bin/sh
# Installs tool 1.2.3 and proves every byte of it first: each archive has its SHA-256 in this
# text, whatever else is fetched needs a signature by a key of this text. Nothing is ever installed
# unverified. The signature of this text is install.sh.minisig beside it.
#
#   curl -fsSL https://releases.example.com/tool/install.sh | bash
#   curl -fsSL https://releases.example.com/tool/install.sh | bash -s -- --help
#
# POSIX sh: dash, bash, busybox, zsh, ksh, mksh, yash, posh. One pair of braces holds the whole script, so
# that of a download that was cut short nothing runs.
#
# shellcheck disable=SC2016,SC2317 # literals of the product may hold anything; the trap calls clean_up
{
# zsh splits no words and fails on patterns without a match unless it plays sh.
if test -n "${ZSH_VERSION:-}"; then emulate sh; fi
set -u
LC_ALL=C
export LC_ALL
# They change what tar, ls, gzip, grep and cd do or say.
unset TAR_OPTIONS QUOTING_STYLE GZIP GREP_OPTIONS CLICOLOR_FORCE CDPATH
# A umask that lets others write is tightened; a stricter one stays.
case $(umask) in *[2367][2367]) ;; *) umask 022 ;; esac

# ---- what this text pins -------------------------------------------------------------------------------

product='tool'
description='An extremely fast tool'
homepage='https://example.com/tool'
site='https://releases.example.com/tool'
releases='https://releases.example.com/tool/releases/vVERSION' # each has its own installer there
pinned_version='1.2.3'
pinned_channel='stable'
agent_name='tool-updater'
main_binary='tool'
archives='darwin-arm64 linux-x86_64 linux-x86_64-musl'

keys_of() { # CHANNEL -> $keys
  case $1 in
    stable) keys='RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4:0807060504030201 RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3:E7620F1842B4E81F' ;;
    nightly) keys='RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3:E7620F1842B4E81F' ;;
    *) keys= ;;
  esac
}

# Sets the facts of the pinned archive for a platform; 1 where there is none. $binaries holds
# "<sha256>:<name>" words, $probe and $mirrors one word a line.
pinned_archive() {
  case $1 in
    darwin-arm64)
      asset='tool-v1.2.3-darwin-arm64.tar.gz'
      url='https://releases.example.com/tool/releases/v1.2.3/tool-v1.2.3-darwin-arm64.tar.gz'
      mirrors=''
      sha256='0eb3e36bfb24dcd9bb1d1bece1531216b59539a8fde17ee80224af0653c92aa3'
      size='7'
      unpacked_size='6'
      glibc=''
      macos='11.0'
      agent=''
      binaries='9a3a45d01531a20e89ac6ae10b0b0beb0492acd7216a368aa062d1a5fecaf9cd:tool'
      probe='tool
--version'
      ;;
    linux-x86_64)
      asset='tool-v1.2.3-linux-x86_64.tar.gz'
      url='https://releases.example.com/tool/releases/v1.2.3/tool-v1.2.3-linux-x86_64.tar.gz'
      mirrors='https://mirror.example.com/a.tar.gz
https://mirror.example.org/b.tar.gz'
      sha256='0eb3e36bfb24dcd9bb1d1bece1531216b59539a8fde17ee80224af0653c92aa3'
      size='7'
      unpacked_size='6'
      glibc='2.28'
      macos=''
      agent='tool-updater'
      binaries='9a3a45d01531a20e89ac6ae10b0b0beb0492acd7216a368aa062d1a5fecaf9cd:tool d4f0bc5a29de06b510f9aa428f1eedba926012b591fef7a518e776a7c9bd1824:tool-updater'
      probe='tool
--version'
      ;;
    linux-x86_64-musl)
      asset='tool-v1.2.3-linux-x86_64-musl.tar.gz'
      url='https://releases.example.com/tool/releases/v1.2.3/tool-v1.2.3-linux-x86_64-musl.tar.gz'
      mirrors=''
      sha256='0eb3e36bfb24dcd9bb1d1bece1531216b59539a8fde17ee80224af0653c92aa3'
      size='7'
      unpacked_size='6'
      glibc=''
      macos=''
      agent=''
      binaries='9a3a45d01531a20e89ac6ae10b0b0beb0492acd7216a368aa062d1a5fecaf9cd:tool'
      probe='tool
--version'
      ;;
    *) return 1 ;;
  esac
}

# The platforms whose archives a machine can run, best first.
candidates_of() { # os-arch-libc -> $candidates
  case $1 in
    darwin-arm64-none) candidates='darwin-arm64 darwin-universal darwin-x86_64' ;;
    darwin-x86_64-none) candidates='darwin-x86_64 darwin-universal' ;;
    freebsd-arm64-none) candidates='freebsd-aarch64' ;;
    freebsd-x86_64-none) candidates='freebsd-x86_64' ;;
    linux-arm64-glibc) candidates='linux-aarch64 linux-aarch64-musl' ;;
    linux-arm64-musl) candidates='linux-aarch64-musl linux-aarch64' ;;
    linux-armv6-glibc) candidates='linux-armv6 linux-armv6-musl' ;;
    linux-armv6-musl) candidates='linux-armv6-musl linux-armv6' ;;
    linux-armv7-glibc) candidates='linux-armv7 linux-armv7-musl linux-armv6 linux-armv6-musl' ;;
    linux-armv7-musl) candidates='linux-armv7-musl linux-armv7 linux-armv6-musl linux-armv6' ;;
    linux-i686-glibc) candidates='linux-i686 linux-i686-musl' ;;
    linux-i686-musl) candidates='linux-i686-musl linux-i686' ;;
    linux-loongarch64-glibc) candidates='linux-loongarch64 linux-loongarch64-musl' ;;
    linux-loongarch64-musl) candidates='linux-loongarch64-musl linux-loongarch64' ;;
    linux-ppc64le-glibc) candidates='linux-ppc64le linux-ppc64le-musl' ;;
    linux-ppc64le-musl) candidates='linux-ppc64le-musl linux-ppc64le' ;;
    linux-riscv64-glibc) candidates='linux-riscv64 linux-riscv64-musl' ;;
    linux-riscv64-musl) candidates='linux-riscv64-musl linux-riscv64' ;;
    linux-s390x-glibc) candidates='linux-s390x linux-s390x-musl' ;;
    linux-s390x-musl) candidates='linux-s390x-musl linux-s390x' ;;
    linux-x86_64-glibc) candidates='linux-x86_64 linux-x86_64-musl' ;;
    linux-x86_64-musl) candidates='linux-x86_64-musl linux-x86_64' ;;
    *) candidates= ;;
  esac
}

# ---- words ---------------------------------------------------------------------------------------------

newline='
'
tab=$(printf '\t')
carriage_return=$(printf '\r')

say() { test "$quiet" = yes || printf '%s\n' "$*" >&2; }
detail() { test "$verbose" != yes || printf '  %s\n' "$*" >&2; }
warn() { printf 'install.sh: warning: %s\n' "$*" >&2; }
die() { # STATUS MESSAGE
  die_status=$1
  shift
  printf 'install.sh: %s\n' "$*" >&2
  exit "$die_status"
}
have() { command -v "$1" >/dev/null 2>&1; }

show_help() {
  printf '%s\n' "Installs $product $pinned_version. $description" \
    "" \
    "usage: install.sh [options]        or: curl -fsSL $site/install.sh | bash -s -- [options]" \
    "" \
    "  --version V        this version instead of $pinned_version" \
    "  --channel C        the newest of a channel: stable, beta, nightly" \
    "  --prefix DIR       put the programs into DIR/bin (default: ~/.local)" \
    "  --base-url U       fetch from a mirror (https://); verified in the same way" \
    "  --from DIR         install from a copy of the site in a folder, without network" \
    "  --no-modify-path   leave shell start-up files alone" \
    "  --unmanaged        plain files only: no updater, no receipt, no PATH (images, containers)" \
    "  --dry-run          say what would be done, change nothing" \
    "  --uninstall        remove what an installation wrote" \
    "  --quiet, --verbose, --help" \
    "" \
    "variables: TOOL_INSTALL_VERSION, _CHANNEL, _PREFIX, _BASE_URL, _NO_MODIFY_PATH, _UNMANAGED; TOOL_TARGET" \
    "names a platform where the detection is wrong. HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE and CURL_CA_BUNDLE are honoured." \
    "" \
    "exit status: 0 done or nothing to do, 2 usage, 3 input wrong, 6 network, 7 not verified, 9 no such version or" \
    "platform, 12 managed by a package manager, 13 cannot write, 14 another run, 130 cancelled" \
    "" \
    "$homepage"
}

# ---- options -------------------------------------------------------------------------------------------

wanted_version=${TOOL_INSTALL_VERSION:-}
wanted_channel=${TOOL_INSTALL_CHANNEL:-}
prefix=${TOOL_INSTALL_PREFIX:-}
base_url=${TOOL_INSTALL_BASE_URL:-}
target=${TOOL_TARGET:-}
from=
modify_path=yes
unmanaged=no
test -z "${TOOL_INSTALL_NO_MODIFY_PATH:-}" || modify_path=no
test -z "${TOOL_INSTALL_UNMANAGED:-}" || unmanaged=yes
dry_run=no
uninstall=no
quiet=no
verbose=no

while test $# -gt 0; do
  option=$1
  value=
  case $option in
    --version=* | --channel=* | --prefix=* | --base-url=* | --from=*)
      value=${option#*=}
      option=${option%%=*}
      ;;
    --version | --channel | --prefix | --base-url | --from)
      test $# -ge 2 || die 2 "$option needs a value; see --help"
      value=$2
      shift
      ;;
  esac
  shift
  case $option in
    --version | --channel | --prefix | --base-url | --from)
      test -n "$value" || die 2 "$option needs a value; see --help"
      ;;
  esac
  case $option in
    --version) wanted_version=$value ;;
    --channel) wanted_channel=$value ;;
    --prefix) prefix=$value ;;
    --base-url) base_url=$value ;;
    --from) from=$value ;;
    --no-modify-path) modify_path=no ;;
    --unmanaged) unmanaged=yes ;;
    --dry-run) dry_run=yes ;;
    --uninstall) uninstall=yes ;;
    -q | --quiet) quiet=yes ;;
    -v | --verbose) verbose=yes ;;
    -h | --help)
      show_help
      exit 0
      ;;
    *) die 2 "unknown option $option; see --help" ;;
  esac
done

has_control_characters() { # TEXT
  test "$(printf '%s.' "$1" | tr -d '\000-\037\177')" != "$1."
}

case $wanted_version in
  '') ;;
  *)
    wanted_version=$(printf '%s\n' "$wanted_version" | sed -e 's/^v//' -e 's/^\([0-9]*\)\.0\{1,\}\([0-9]\)/\1.\2/')
    case $wanted_version in
      *[!0-9A-Za-z.-]* | [!0-9]* | '') die 2 "$wanted_version is not a version; for example $pinned_version" ;;
      [0-9]*.*[0-9]*.*[0-9]*) ;;
      *) die 2 "$wanted_version is not a version; for example $pinned_version" ;;
    esac
    ;;
esac
case $wanted_channel in
  '' | stable | beta | nightly) ;;
  *) die 2 "$wanted_channel is not a channel; one of stable, beta, nightly" ;;
esac
test -z "$from" || test -z "$base_url" || die 2 "--from and --base-url exclude each other"
case $base_url in
  '') ;;
  *[!A-Za-z0-9._~:/?@!\&=+,%-]*) die 2 "--base-url: $base_url is not a plain address" ;;
  https://?*) base_url=${base_url%/} ;;
  file:///?*)
    from=${base_url#file://}
    base_url=
    case $from in *%*) die 2 "--base-url: percent signs in file:// are not read; use --from DIR" ;; esac
    ;;
  *) die 2 "--base-url: $base_url is refused; it must begin with https://" ;;
esac
if test -n "$from"; then
  test -d "$from" || die 3 "--from: $from is not a folder"
  case $from in /*) ;; *) from=$(pwd)/$from ;; esac
fi

# ---- whose home ----------------------------------------------------------------------------------------

my_uid=$(id -u)
if test -z "${HOME:-}"; then
  HOME=$(getent passwd "$my_uid" 2>/dev/null | cut -d: -f6)
  if test -z "$HOME"; then
    my_name=$(id -un 2>/dev/null)
    case $my_name in '' | *[!A-Za-z0-9._-]*) ;; *) eval "HOME=~$my_name" ;; esac
  fi
  case $HOME in
    /*) say "HOME is not set; the home of user $my_uid is $HOME" ;;
    *) die 13 "HOME is not set and user $my_uid has no home; run it again as: HOME=/some/folder sh install.sh" ;;
  esac
  export HOME
fi
case $HOME in
  /*) test -d "$HOME" || die 13 "the home $HOME does not exist; set HOME to a folder of yours" ;;
  *) die 13 "HOME is not an absolute path; set HOME to a folder of yours" ;;
esac
has_control_characters "$HOME" && die 3 "HOME holds control characters"

owner_of() { # FOLDER -> $owner, a number, and $mode, such as drwxr-xr-x
  # shellcheck disable=SC2012,SC2046 # of ls only mode and numeric owner are read, which stand before the name
  set -- $(ls -ldn "$1/." 2>/dev/null)
  mode=${1:-}
  owner=${3:-}
}
# Files of root stand only in folders that nobody else can exchange or fill with links: they and all above
# them belong to root, and not everyone may write there. Sets $foreign to what is wrong. In a user namespace
# what stands above belongs to a user that has no number here.
root_may_use() { # FOLDER
  foreign=
  test "$my_uid" = 0 || return 0
  if test -n "${CI:-}" && test -z "$sudo_user"; then return 0; fi
  root_folder=$1
  until test -d "$root_folder"; do
    root_folder=${root_folder%/*}
    root_folder=${root_folder:-/}
  done
  foreign_but=0
  for root_folder in "$root_folder" "$(cd -P "$root_folder" 2>/dev/null && pwd -P)"; do
    while test -n "$root_folder"; do
      owner_of "$root_folder"
      case $owner in
        0 | "$foreign_but") ;;
        *)
          foreign="$root_folder belongs to user $owner"
          return 1
          ;;
      esac
      case $mode in
        d????????[tT]*) ;;
        d???????w*)
          foreign="everyone may write in $root_folder"
          return 1
          ;;
      esac
      test "$root_folder" != / || break
      root_folder=${root_folder%/*}
      root_folder=${root_folder:-/}
      foreign_but=${unmapped_uid:-0}
    done
    foreign_but=0
  done
}
sudo_user=
unmapped_uid=
if test "$my_uid" = 0; then
  case $(sed -n 's/  */ /gp' /proc/self/uid_map 2>/dev/null) in
    '' | ' 0 0 4294967295') ;;
    *) unmapped_uid=$(cat /proc/sys/kernel/overflowuid 2>/dev/null) ;;
  esac
  case ${SUDO_USER:-root} in
    root | *[!A-Za-z0-9._-]*) ;;
    *)
      sudo_user=$SUDO_USER
      say "Under sudo: this installs for root ($HOME), not for $sudo_user. Without sudo it installs for $sudo_user."
      ;;
  esac
fi
owner_of "$HOME"
if test "$owner" != "$my_uid"; then
  # In a CI container root often works in a mounted home; nobody else is going to live there.
  if test -n "${CI:-}" && test -z "$sudo_user"; then
    detail "the home $HOME belongs to user $owner; accepted in CI"
  else
    die 13 "the home $HOME belongs to user $owner, but you are user $my_uid: files of the wrong owner would stay there; run it without sudo, or as: sudo -H"
  fi
fi

case $prefix in
  '' | /*) ;;
  "~" | "~"/*) prefix=$HOME${prefix#?} ;;
  *) prefix=$(pwd)/$prefix ;;
esac
while :; do
  case $prefix in
    ?*/) prefix=${prefix%/} ;;
    *) break ;;
  esac
done
has_control_characters "$prefix" && die 2 "--prefix holds control characters"
case $prefix in *:*) die 2 "--prefix: a folder with a colon in its name cannot stand on PATH" ;; esac
bin=${prefix:-$HOME/.local}/bin
bin=/${bin#"${bin%%[!/]*}"}
case ${XDG_DATA_HOME:-} in
  /*) data=$XDG_DATA_HOME/$product-updater ;;
  *) data=$HOME/.local/share/$product-updater ;;
esac
receipt=$data/receipt.json
root_may_use "$bin" || die 13 "$foreign: whoever owns it could exchange what root installs into $bin; choose a folder of root with --prefix, or run this without sudo"
if test "$unmanaged" = no || test "$uninstall" = yes; then
  root_may_use "$data" || die 13 "$foreign: root keeps no receipt in $data; unset XDG_DATA_HOME, or run this without sudo"
fi
lock=$bin/.$product-install.lock

on_path=no
case :${PATH:-}: in *":$bin:"* | *":$bin/:"*) on_path=yes ;; esac

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

find_downloader() {
  test -z "$from" || return 0
  downloader=
  if have curl; then
    downloader=curl
    # curl from the snap store cannot write below hidden folders.
    case $(command -v curl) in /snap/*) if have wget; then downloader=; fi ;; esac
  fi
  if test -z "$downloader" && have wget; then
    downloader=wget
    case $(wget --version 2>/dev/null) in "GNU Wget"*) downloader=gnu-wget ;; esac
    # wget reads the lower-case names alone.
    if test -z "${https_proxy:-}" && test -n "${HTTPS_PROXY:-}"; then
      https_proxy=$HTTPS_PROXY
      export https_proxy
    fi
    if test -z "${no_proxy:-}" && test -n "${NO_PROXY:-}"; then
      no_proxy=$NO_PROXY
      export no_proxy
    fi
  fi
  test -n "$downloader" || die 6 "neither curl nor wget is here; install one of them, or use --from with a copy of the site"
  detail "downloads by $downloader"
}

# No file that a child writes may grow beyond SIZE (a factor of two where the shell counts in KiB).
limit_files() { # SIZE
  case $1 in
    ??????????*) ;;
    *) ulimit -f $(($1 / 512 + 64)) 2>/dev/null || : ;;
  esac
}

looks_like_html() { # FILE
  case $(dd if="$1" bs=1024 count=1 2>/dev/null | tr -d '\000' | tr '[:upper:]' '[:lower:]') in
    *'<!doctype html'* | *'<html'* | *'<head>'*) return 0 ;;
    *) return 1 ;;
  esac
}

# Gets a URL, or a file by its absolute path. 0, or with $trouble: 3 a file that may not be read, 6 network,
# 7 more than SIZE bytes, 9 not there, 13 no room.
fetch() { # SOURCE FILE SIZE [bar]: on a terminal, a bar for what is large
  trouble=
  # With a progress bar curl's words go to the terminal: those of an earlier request must not be taken for them.
  rm -f "$2" "$stage/download.log"
  case $1 in
    /*)
      if ! test -f "$1"; then
        trouble="no such file"
        return 9
      fi
      if ! test -r "$1"; then
        trouble="it may not be read by user $my_uid"
        return 3
      fi
      size_of "$1"
      if test "$file_size" -gt "$3"; then
        trouble="$file_size bytes are more than the $3 announced"
        return 7
      fi
      cat "$1" 2>"$stage/download.log" >"$2" && return 0
      trouble="it cannot be copied: $(tail -n 1 "$stage/download.log")"
      return 13
      ;;
  esac
  case $downloader in
    curl)
      progress=--silent
      if test "${4:-}" = bar && test -t 2 && test "$quiet" = no && test ${#3} -gt 6; then progress=--progress-bar; fi
      if test "$progress" = --silent; then
        http=$( (limit_files "$3" && exec curl --fail --silent --show-error --location --max-redirs 5 --proto '=https' --proto-redir '=https' \
          --tlsv1.2 --retry 3 --connect-timeout 20 --speed-limit 100 --speed-time 60 --max-filesize "$3" --write-out '%{http_code}' \
          --output "$2" "$1") 2>"$stage/download.log")
      else
        http=$( (limit_files "$3" && exec curl --fail --progress-bar --location --max-redirs 5 --proto '=https' --proto-redir '=https' \
          --tlsv1.2 --retry 3 --connect-timeout 20 --speed-limit 100 --speed-time 60 --max-filesize "$3" --write-out '%{http_code}' \
          --output "$2" "$1"))
      fi
      fetched=$?
      case $fetched in
        0) return 0 ;;
        63 | 153 | 281)
          trouble="more bytes than announced"
          return 7
          ;;
        23)
          trouble="it cannot be written: $(tail -n 1 "$stage/download.log" 2>/dev/null)"
          return 13
          ;;
      esac
      trouble=$(sed -n '/^curl: /p' "$stage/download.log" 2>/dev/null | tail -n 1)
      case $http in
        [45]??) trouble=${trouble:-the server answered HTTP $http} ;;
        *) trouble=${trouble:-curl ended with status $fetched} ;;
      esac
      case $http in 404 | 410) return 9 ;; esac
      return 6
      ;;
    gnu-wget)
      # wget alone could be led to http:// or to weak TLS; what it brings is believed by hash or signature only.
      certificates=${SSL_CERT_FILE:-${CURL_CA_BUNDLE:-}}
      (limit_files "$3" && exec wget --no-verbose --tries=3 --timeout=30 --max-redirect=5 --secure-protocol=TLSv1_2 \
        ${certificates:+"--ca-certificate=$certificates"} --output-document="$2" "$1") >"$stage/download.log" 2>&1
      fetched=$?
      ;;
    *)
      (limit_files "$3" && exec wget -q -O "$2" "$1") >"$stage/download.log" 2>&1
      fetched=$?
      ;;
  esac
  case $fetched in
    0) return 0 ;;
    153 | 281)
      trouble="more bytes than announced"
      return 7
      ;;
    3)
      if test "$downloader" = gnu-wget; then
        trouble="it cannot be written"
        return 13
      fi
      ;;
  esac
  trouble=$(tail -n 1 "$stage/download.log" 2>/dev/null)
  trouble=${trouble:-wget ended with status $fetched}
  case $(cat "$stage/download.log" 2>/dev/null) in *" 404"* | *" 410"*) return 9 ;; esac
  return 6
}

# While the product's key is changed, who knows the one before finds its signature in FILE.<key id>.minisig.
verify_by_other() { # NAME FILE SIGNATURE CHANNEL
  case $trouble in "its signature is by none"*) ;; *) return 1 ;; esac
  for other in $keys; do
    fetch "${from:-${base_url:-$site}}/$1.${other#*:}.minisig" "$3" 16384
    other_status=$?
    case $other_status in
      0) ;;
      9) continue ;;
      *) die "$other_status" "$1.${other#*:}.minisig: $trouble" ;;
    esac
    verify_signature "$2" "$3" "$1" "$4" && return 0
  done
  trouble="its signature is by none of the keys in this text, or it was changed after it was signed"
  return 1
}

# Fetches the signed manifest of a channel; $stage/CHANNEL.flat then holds it flattened. 1 where the site has
# none. A manifest and its signature are two requests: a pair caught in the middle of a publication is
# fetched again.
take_manifest() { # CHANNEL
  keys_of "$1"
  test -n "$keys" || return 1
  manifest_name=$1.version-manifest.json
  manifest_tries=0
  while :; do
    manifest_tries=$((manifest_tries + 1))
    fetch "${from:-${base_url:-$site}}/$manifest_name" "$stage/$1.json" 1048576
    fetch_status=$?
    case $fetch_status in
      0) ;;
      9) return 1 ;;
      *) die "$fetch_status" "$manifest_name: $trouble" ;;
    esac
    fetch "${from:-${base_url:-$site}}/$manifest_name.minisig" "$stage/$1.minisig" 16384
    fetch_status=$?
    if test "$fetch_status" = 0; then
      verify_signature "$stage/$1.json" "$stage/$1.minisig" "$manifest_name" "$1" && break
      verify_by_other "$manifest_name" "$stage/$1.json" "$stage/$1.minisig" "$1" && break
      if looks_like_html "$stage/$1.json" || looks_like_html "$stage/$1.minisig"; then
        die 6 "$manifest_name: the server sent a web page instead; a login page of this network, a proxy, or a block? Open $site in a browser, or try --base-url"
      fi
    elif test "$fetch_status" = 9; then
      trouble="it has no signature"
    else
      die "$fetch_status" "$manifest_name.minisig: $trouble"
    fi
    test "$manifest_tries" -lt 3 || die 7 "$manifest_name: $trouble; nothing is installed"
    digest_of "$stage/$1.json"
    if test "$fetch_status" = 0 && comment_field sha256 && test "$field" = "$digest"; then
      die 7 "$manifest_name: $trouble; nothing is installed"
    fi
    test -n "$from" || sleep 1
  done
  flatten_json <"$stage/$1.json" >"$stage/$1.flat" || die 7 "$manifest_name: signed, but not JSON; tell $homepage"
  test "$(look_up schema <"$stage/$1.flat")" = 1 || die 9 "$manifest_name has a newer form than this installer knows; take the new one: $site/install.sh"
  test "$(look_up product <"$stage/$1.flat")" = "$product" || die 7 "$manifest_name is of another product"
  test "$(look_up channel <"$stage/$1.flat")" = "$1" || die 7 "$manifest_name is of another channel"
  detail "$manifest_name: signed by $signing_key, verified by $signature_tool"
}

# ---- the machine ---------------------------------------------------------------------------------------

# at_least OFFERED REQUIRED: numbers with dots, compared one by one.
at_least() {
  offered=$1.
  required=$2.
  while test -n "$required"; do
    offered_part=${offered%%.*}
    required_part=${required%%.*}
    offered_part=${offered_part%%[!0-9]*}
    required_part=${required_part%%[!0-9]*}
    test "${offered_part:-0}" -gt "${required_part:-0}" && return 0
    test "${offered_part:-0}" -lt "${required_part:-0}" && return 1
    case $offered in *.*) offered=${offered#*.} ;; esac
    required=${required#*.}
  done
  return 0
}

detect_machine() {
  libc=none
  glibc_version=
  macos_version=
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    FreeBSD) os=freebsd ;;
    MINGW* | MSYS* | CYGWIN* | Windows_NT) die 9 "this is Windows; in PowerShell run: irm $site/install.ps1 | iex" ;;
    *) die 9 "no $product for $(uname -s); it exists for: $archives" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=x86_64 ;;
    aarch64 | arm64) arch=arm64 ;;
    armv7* | armv8l) arch=armv7 ;;
    armv6*) arch=armv6 ;;
    i386 | i486 | i586 | i686 | i86pc | x86) arch=i686 ;;
    riscv64) arch=riscv64 ;;
    ppc64le) arch=ppc64le ;;
    s390x) arch=s390x ;;
    loongarch64) arch=loongarch64 ;;
    *) die 9 "no $product for the processor $(uname -m); it exists for: $archives" ;;
  esac
  if test "$os" = darwin; then
    # A shell under Rosetta says x86_64 on Apple silicon.
    if test "$arch" = x86_64; then
      if test "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 || test "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1; then
        arch=arm64
        detail "this shell runs under Rosetta; the machine is arm64"
      fi
    fi
    macos_version=$(sw_vers -productVersion 2>/dev/null)
  fi
  test "$os" = linux || return 0

  # A 64-bit kernel may carry a 32-bit userland: byte 5 of any program of it is 1.
  bits=
  if test -r /proc/self/exe; then
    # shellcheck disable=SC2046 # od pads the number with blanks
    set -- $(od -An -tu1 -j4 -N1 /proc/self/exe 2>/dev/null)
    case ${1:-} in 1) bits=32 ;; 2) bits=64 ;; esac
  fi
  test -n "$bits" || bits=$(getconf LONG_BIT 2>/dev/null)
  case $arch$bits in
    x86_6432) arch=i686 ;;
    arm6432) arch=armv7 ;;
  esac
  case $(cat /proc/version 2>/dev/null) in *[Mm]icrosoft*) detail "this is WSL; the Linux build is installed" ;; esac

  # /lib/ld-musl-* also exists on glibc systems that have a musl package; ldd tells the system's own libc.
  if test "$(uname -o 2>/dev/null)" = Android; then
    libc=musl
    detail "this is Android; a static build may run"
    return 0
  fi
  case $(ldd --version 2>&1) in
    *musl*) libc=musl ;;
    *GLIBC* | *"GNU libc"* | *"Free Software Foundation"*) libc=glibc ;;
    *)
      case $(getconf GNU_LIBC_VERSION 2>/dev/null) in
        glibc*) libc=glibc ;;
        # No word of a libc: what needs none runs everywhere.
        *) libc=musl ;;
      esac
      ;;
  esac
  if test "$libc" = glibc; then
    glibc_version=$(getconf GNU_LIBC_VERSION 2>/dev/null)
    glibc_version=${glibc_version##* }
    if test -z "$glibc_version"; then
      glibc_version=$(ldd --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9.]*\)$/\1/p')
    fi
  fi
}

# The facts of an archive from a verified manifest, in the words of pinned_archive.
manifest_archive() { # PLATFORM; reads $manifest and $version
  entry=versions/$version/platforms/$1
  url=$(look_up "$entry/url" <"$manifest")
  test -n "$url" || return 1
  asset=${url##*/}
  case $asset in '' | *[!A-Za-z0-9._-]* | .*) die 7 "the signed manifest names an archive that cannot be a file: $asset" ;; esac
  sha256=$(look_up "$entry/sha256" <"$manifest")
  size=$(look_up "$entry/size" <"$manifest")
  unpacked_size=$(look_up "$entry/unpacked_size" <"$manifest")
  agent=$(look_up "$entry/agent" <"$manifest")
  glibc=$(look_up "$entry/requires/glibc" <"$manifest")
  macos=$(look_up "$entry/requires/macos" <"$manifest")
  binaries=''
  probe=''
  mirrors=''
  number=0
  while :; do
    binary=$(look_up "$entry/binaries/$number/path" <"$manifest")
    test -n "$binary" || break
    binaries="$binaries $(look_up "$entry/binaries/$number/sha256" <"$manifest"):$binary"
    number=$((number + 1))
  done
  number=0
  while :; do
    word=$(look_up "$entry/probe/$number" <"$manifest")
    test -n "$word" || break
    probe=$probe${probe:+$newline}$word
    number=$((number + 1))
  done
  number=0
  while :; do
    word=$(look_up "$entry/mirrors/$number" <"$manifest")
    test -n "$word" || break
    mirrors=$mirrors${mirrors:+$newline}$word
    number=$((number + 1))
  done
}

# The first archive of $version that this machine can run; 1 where there is none, $refusals then says why.
choose_archive() {
  refusals=
  for candidate in $candidates; do
    platform=$candidate
    if test "$manifest" = pinned; then
      pinned_archive "$platform" || continue
    else
      manifest_archive "$platform" || continue
    fi
    # Whoever names the platform knows better than the detection.
    test -z "$target" || return 0
    if test -n "$glibc"; then
      if test "$libc" != glibc; then
        refusals="$refusals; $platform needs glibc $glibc, this system has none"
        continue
      elif test -n "$glibc_version" && ! at_least "$glibc_version" "$glibc"; then
        refusals="$refusals; $platform needs glibc $glibc, this system has $glibc_version"
        continue
      fi
    fi
    if test -n "$macos" && test -n "$macos_version" && ! at_least "$macos_version" "$macos"; then
      refusals="$refusals; $platform needs macOS $macos, this is $macos_version"
      continue
    fi
    return 0
  done
  return 1
}

die_without_archive() {
  die 9 "$product $version has no archive for this machine ($machine)$refusals${1:+; it exists for: $1}; TOOL_TARGET=PLATFORM overrides"
}

# SemVer precedence of two versions: is A newer than B?
is_newer() {
  version_a=$1 version_b=$2 awk '
    function number_order(a, b) {
      sub(/^0+/, "", a); sub(/^0+/, "", b)
      if (length(a) != length(b)) return length(a) < length(b) ? -1 : 1
      return a "" < b "" ? -1 : (a "" > b "" ? 1 : 0)
    }
    function order(a, b,   core_a, core_b, pre_a, pre_b, x, y, n, m, i, c) {
      core_a = a; core_b = b
      if (i = index(a, "-")) { core_a = substr(a, 1, i - 1); pre_a = substr(a, i + 1) }
      if (i = index(b, "-")) { core_b = substr(b, 1, i - 1); pre_b = substr(b, i + 1) }
      split(core_a, x, "."); split(core_b, y, ".")
      for (i = 1; i <= 3; i++) if (c = number_order(x[i], y[i])) return c
      if (pre_a == "" || pre_b == "") return pre_a == pre_b ? 0 : (pre_a == "" ? 1 : -1)
      n = split(pre_a, x, "."); m = split(pre_b, y, ".")
      for (i = 1; i <= n && i <= m; i++) {
        if (x[i] ~ /^[0-9]+$/ && y[i] ~ /^[0-9]+$/) c = number_order(x[i], y[i])
        else if (x[i] ~ /^[0-9]+$/) c = -1
        else if (y[i] ~ /^[0-9]+$/) c = 1
        else c = x[i] "" < y[i] "" ? -1 : (x[i] "" > y[i] "" ? 1 : 0)
        if (c) return c
      }
      return n < m ? -1 : (n > m ? 1 : 0)
    }
    BEGIN { exit !(order(ENVIRON["version_a"], ENVIRON["version_b"]) > 0) }'
}

# The signed manifests decide: $version, $manifest and the facts of the archive.
choose_from_manifests() {
  find_signature_tool ||
    die 7 "only $pinned_version can be verified by this text alone; for another version install minisign or OpenSSL 3, or run that version's own installer: curl -fsSL $releases/install.sh | bash"
  case ${wanted_channel:-nightly} in
    stable) channels=stable ;;
    beta) channels='stable beta' ;;
    *) channels='stable beta nightly' ;;
  esac
  seen=no
  chosen=
  chosen_manifest=
  known=
  all_refusals=
  for seen_channel in $channels; do
    take_manifest "$seen_channel" || continue
    seen=yes
    manifest=$stage/$seen_channel.flat
    security_floor=$(look_up security_floor <"$manifest")
    # shellcheck disable=SC2013 # versions are words
    for listed in $(awk -F "$tab" '$1 ~ /^versions\/[^\/]*\/date$/ { sub(/^versions\//, "", $1); sub(/\/date$/, "", $1); print $1 }' <"$manifest"); do
      version=$listed
      known="$known $version"
      test -z "$wanted_version" || test "$version" = "$wanted_version" || continue
      if grep -q "^versions/$version/yanked" <"$manifest"; then
        test -z "$wanted_version" || die 9 "$version was withdrawn: $(look_up "versions/$version/yanked/reason" <"$manifest")"
        continue
      fi
      if test -n "$security_floor" && is_newer "$security_floor" "$version"; then
        test -z "$wanted_version" || die 9 "$version has a known hole; the oldest version that may be installed is $security_floor"
        continue
      fi
      if test -n "$chosen" && ! is_newer "$version" "$chosen"; then continue; fi
      if choose_archive; then
        chosen=$version
        chosen_manifest=$manifest
        channel=$seen_channel
      else
        all_refusals=$all_refusals$refusals
      fi
    done
  done
  test "$seen" = yes || die 9 "the site shows no manifest of ${wanted_channel:-any} channel: ${from:-${base_url:-$site}}"
  if test -z "$chosen"; then
    case " $known " in
      *" ${wanted_version:-none} "*)
        version=$wanted_version
        refusals=$all_refusals
        die_without_archive ''
        ;;
    esac
    test -z "$wanted_version" || die 9 "there is no $product $wanted_version; there are:$known"
    version="of channel $wanted_channel"
    refusals=$all_refusals
    die_without_archive ''
  fi
  version=$chosen
  manifest=$chosen_manifest
  choose_archive
}

# Where the agent of the pinned release is to install another version: is there one for this machine? Asked before anything
# large is fetched, where signatures can be checked; elsewhere the agent finds out.
require_wanted_version() {
  find_signature_tool || return 0
  choose_from_manifests
  manifest=pinned
  version=$pinned_version
  channel=$pinned_channel
  choose_archive
}

# ---- folders, lock, cleaning up ------------------------------------------------------------------------

stage=
locked=no
switching=no
made_folders=
keep_folders=no

# mkdir -p that remembers what it made.
make_folder() { # FOLDER
  if test -d "$1"; then return 0; fi
  case $1 in
    */*)
      if test -n "${1%/*}"; then make_folder "${1%/*}" || return 1; fi
      ;;
  esac
  mkdir "$1" 2>/dev/null || test -d "$1" || return 1
  made_folders=$1$newline$made_folders
}

remove_folders() { # newline-separated, deepest first; only what is empty goes
  IFS=$newline
  set -f
  for folder in $1; do rmdir "$folder" 2>/dev/null || :; done
  set +f
  unset IFS
}

# What was switched goes back: $stage/old/NAME was the file NAME, $stage/fresh/NAME says that there was none.
undo_switch() {
  for word in $binaries; do
    binary=${word#*:}
    binary=${binary##*/}
    if test -e "$stage/old/$binary" || test -h "$stage/old/$binary"; then
      mv -f "$stage/old/$binary" "$bin/$binary"
    elif test -e "$stage/fresh/$binary"; then
      rm -f "$bin/$binary"
    fi
  done
}

# An agent puts links where plain files of --unmanaged stand: those whose bytes are known go out of its way.
# What a receipt names it takes over by itself.
set_plain_files_aside() {
  for word in $binaries; do
    binary=${word#*:}
    binary=${binary##*/}
    if test -h "$bin/$binary" || ! test -f "$bin/$binary"; then continue; fi
    if printf '%s\n' "$old_receipt" | grep -q -F -e "/path$tab$bin/$binary"; then continue; fi
    digest_of "$bin/$binary"
    if test "$digest" = "${word%%:*}"; then
      mv "$bin/$binary" "$stage/old/$binary" 2>/dev/null || die 13 "cannot write in $bin"
    fi
  done
}

# The agent failed: what is not there now is there again.
put_plain_files_back() {
  for word in $binaries; do
    binary=${word#*:}
    binary=${binary##*/}
    if test -e "$bin/$binary" || test -h "$bin/$binary" || ! test -e "$stage/old/$binary"; then continue; fi
    mv "$stage/old/$binary" "$bin/$binary"
  done
}

clean_up() {
  if test "$switching" = yes; then undo_switch; fi
  switching=no
  test -z "$stage" || rm -rf "$stage"
  stage=
  test "$locked" = no || rm -f "$lock"
  locked=no
  test "$keep_folders" = yes || remove_folders "$made_folders"
  made_folders=
}
trap clean_up EXIT
trap 'die 130 "cancelled; nothing was changed"' INT TERM HUP

holder_of() { # LOCK -> $holder, the number of the process that it names
  # shellcheck disable=SC2012 # the target of a link that we named ourselves
  holder=$(ls -l "$1" 2>/dev/null | sed -n 's/.* -> pid-\([0-9][0-9]*\)$/\1/p')
}

# The lock is a link that names its process: made with its content in one step.
take_lock() {
  lock_tries=0
  # Below a folder of this name, or a link to one, `ln -s` would make its link inside.
  while test -d "$lock" || ! ln -s "pid-$$" "$lock" 2>/dev/null; do
    lock_tries=$((lock_tries + 1))
    if ! test -h "$lock" && ! test -e "$lock"; then
      # It was given back just now, or there never was one.
      test "$lock_tries" -lt 5 || die 13 "cannot write in $bin; choose another folder with --prefix"
      continue
    fi
    holder_of "$lock"
    if test -z "$holder"; then
      test "$lock_tries" -ge 5 || continue
      die 14 "another installation may be at work in $bin; if none is, remove $lock"
    fi
    if kill -0 "$holder" 2>/dev/null || test "$lock_tries" -gt 3 || test "$my_uid" != 0 && test -d "/proc/$holder"; then
      die 14 "another installation is at work in $bin (process $holder); if it is not, remove $lock"
    fi
    # Its process is gone. One taker wins the rename; whoever took a living lock by mistake puts it back.
    dead_holder=$holder
    mv "$lock" "$lock.$$" 2>/dev/null || continue
    holder_of "$lock.$$"
    test "$holder" = "$dead_holder" || ln -s "pid-$holder" "$lock" 2>/dev/null
    rm -f "$lock.$$"
  done
  locked=yes
}

open_stage() {
  make_folder "$bin" || die 13 "cannot make the folder $bin; choose another one with --prefix"
  take_lock
  # Under the lock, what other runs left is of dead ones.
  rm -rf "$bin/.$product-install."[0-9]*
  if ! (umask 077 && mkdir "$bin/.$product-install.$$") 2>/dev/null; then
    die 13 "cannot write in $bin; choose another folder with --prefix"
  fi
  stage=$bin/.$product-install.$$
}

check_room() { # of $size and $unpacked_size in the prefix
  room=$(df -Pk "$bin" 2>/dev/null | sed -n '2s/.*[^0-9]\([0-9][0-9]*\)  *[0-9][0-9]*%.*/\1/p')
  test -n "$room" || return 0
  awk 'BEGIN { exit !(ARGV[1] * 1024 >= ARGV[2] + ARGV[3]) }' "$room" "$size" "${unpacked_size:-0}" ||
    die 13 "not enough room in $bin: $room KiB are free, the installation needs $(awk 'BEGIN { printf "%d", (ARGV[1] + ARGV[2]) / 1024 + 1 }' "$size" "${unpacked_size:-0}") KiB"
}

# Downloads $asset from the first place that has the right bytes; $stage/$asset is proven afterwards.
take_archive() {
  if test -n "$from"; then
    places=$from/releases/v$version/$asset
    test -e "$places" || test ! -e "$from/$asset" || places=$from/$asset
  else
    places=$url${mirrors:+$newline$mirrors}
    test -z "$base_url" || places=$base_url/releases/v$version/$asset$newline$places
  fi
  take_status=6
  IFS=$newline
  set -f
  # shellcheck disable=SC2086 # one place a line
  set -- $places
  set +f
  unset IFS
  for place in "$@"; do
    say "Downloading $place ($size bytes)"
    fetch "$place" "$stage/$asset" "$size" bar
    fetch_status=$?
    if test "$fetch_status" = 0; then
      size_of "$stage/$asset"
      digest_of "$stage/$asset"
      if test "$file_size" = "$size" && test "$digest" = "$sha256"; then
        detail "sha256 $sha256 verified by $hash_tool"
        return 0
      fi
      if test -z "$from" && looks_like_html "$stage/$asset"; then
        trouble="the server sent a web page instead of the archive: a login page of this network, a proxy, or a block?"
        fetch_status=6
      elif test "$file_size" != "$size"; then
        trouble="$file_size bytes instead of $size"
        fetch_status=7
      else
        trouble="sha256 $digest instead of $sha256"
        fetch_status=7
      fi
    fi
    test "$fetch_status" != 13 || die 13 "$place: $trouble; free some room or choose another folder with --prefix"
    warn "$place: $trouble"
    test "$fetch_status" != 7 || take_status=7
  done
  if test "$take_status" = 7; then
    die 7 "the archive is not the one that was released; nothing is installed"
  fi
  if test -n "$from"; then
    test "$fetch_status" = 3 || die 9 "$from does not hold $asset of $version; nothing is installed"
    die 3 "the archive in $from cannot be read, nothing is installed; make it readable for user $my_uid"
  fi
  die 6 "the archive could not be fetched, nothing is installed; check the network or the proxy, or try a mirror with --base-url"
}

unpack() { # $stage/$asset into $stage/files
  mkdir "$stage/files" "$stage/old" "$stage/fresh" || die 13 "cannot write in $bin"
  case $asset in
    *.tar.gz) ;;
    *) die 9 "$asset is not a .tar.gz, which is all that this installer unpacks" ;;
  esac
  have tar || die 3 "tar is not here; install it"
  # The names are proven by the hash; a releaser's mistake must not do harm either.
  tar -tzf - <"$stage/$asset" >"$stage/names" 2>"$stage/tar.log" || die 7 "$asset cannot be read: $(tail -n 1 "$stage/tar.log")"
  if grep -q -e '^/' -e '^\.\.$' -e '^\.\./' -e '/\.\.$' -e '/\.\./' "$stage/names"; then
    die 7 "$asset holds a file that would land outside its folder; nothing is installed"
  fi
  tar -tvzf - <"$stage/$asset" 2>/dev/null >"$stage/names" || die 7 "$asset cannot be read"
  if grep -q -v '^[-d]' "$stage/names"; then
    die 7 "$asset holds links or devices; nothing is installed"
  fi
  (limit_files "${unpacked_size:-9999999999}" && tar -xzf - -C "$stage/files" <"$stage/$asset") 2>"$stage/tar.log" ||
    die 13 "$asset cannot be unpacked in $bin: $(tail -n 1 "$stage/tar.log")"
  rm -f "$stage/names" "$stage/tar.log"
  for word in $binaries; do
    binary=${word#*:}
    if test -h "$stage/files/$binary" || ! test -f "$stage/files/$binary"; then die 7 "$asset does not hold $binary"; fi
    digest_of "$stage/files/$binary"
    test "$digest" = "${word%%:*}" || die 7 "$binary in $asset is not the one that was released"
    chmod 755 "$stage/files/$binary" || die 13 "cannot write in $bin"
    if test "$os" = darwin && have xattr; then
      xattr -d com.apple.quarantine "$stage/files/$binary" 2>/dev/null || :
    fi
  done
}

# Says why a program did not run, by its exit status; of use after "$stage/run.log" was written.
explain_start() { # STATUS PROGRAM
  case $1 in
    126) die 13 "$2 may not be executed in $bin: is it mounted noexec, or kept by a security policy? Choose another folder with --prefix" ;;
    127) die 9 "$2 does not start: the system lacks its program loader or a library ($(probe_answer)); try TOOL_TARGET with a -musl platform" ;;
    132) die 9 "$2 was stopped by an instruction that this processor does not know" ;;
    137)
      if test "$os" = darwin && have codesign && ! codesign -v "$2" 2>/dev/null; then
        die 9 "macOS killed $2: its code signature is not valid; tell $homepage"
      fi
      die 9 "$2 was killed when it started"
      ;;
    124) die 9 "$2 did not answer in 30 seconds" ;;
  esac
}

# Runs the probe of the release on the programs of a folder: it must end with 0 and name the version.
run_probe() { # FOLDER
  IFS=$newline
  set -f
  # shellcheck disable=SC2086 # one word a line
  set -- "$1" $probe
  set +f
  unset IFS
  probe_folder=$1
  shift
  test $# -gt 0 || set -- "$main_binary" --version
  probe_program=$probe_folder/$1
  # Whatever folder of the archive it came from, it stands in the prefix itself.
  test -e "$probe_program" || probe_program=$probe_folder/${1##*/}
  shift
  if have timeout; then
    timeout 30 "$probe_program" "$@" </dev/null >"$stage/run.log" 2>&1
  else
    "$probe_program" "$@" </dev/null >"$stage/run.log" 2>&1
  fi
  probe_status=$?
  test "$probe_status" = 0 || return 1
  grep -q -F -e "$version" "$stage/run.log"
}

# What the last test run said, on one line that a terminal can show.
probe_answer() { tail -n 1 "$stage/run.log" 2>/dev/null | tr -d '\000-\037\177' | cut -c 1-100; }

# Runs what the user's PATH finds -> $found, '' where that is nothing; $found_is_new yes where it is what was
# installed, or says at least that it is that version; $found_answer.
ask_path() {
  hash -r 2>/dev/null || :
  found=$(command -v "$main_binary" 2>/dev/null)
  found_is_new=no
  found_answer=
  case $found in /*) ;; *) found= ;; esac
  test -n "$found" || return 0
  if run_probe "${found%/*}"; then found_is_new=yes; fi
  found_answer=$(probe_answer)
  found_answer=${found_answer:-nothing, with status $probe_status}
}

# ---- PATH ----------------------------------------------------------------------------------------------

single_quoted() { # TEXT: prints it as one word of sh
  printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

path_begin="# >>> $product >>>"
path_end="# <<< $product <<<"
path_edits=
path_changed=

set_path_words() {
  path_word=$(single_quoted "$bin")
  case $bin in
    "$HOME"/*)
      case ${bin#"$HOME"/} in
        *[!A-Za-z0-9._/-]*) ;;
        *) path_word="\"\$HOME/${bin#"$HOME"/}\"" ;;
      esac
      ;;
  esac
  path_line="case \":\$PATH:\" in *:$path_word:*) ;; *) export PATH=$path_word:\"\$PATH\" ;; esac"
}

# May this start-up file be written? Links belong to whoever made them (NixOS, dotfile keepers).
may_edit() { # FILE
  if test -h "$1" || test -d "$1"; then return 1; fi
  root_may_use "${1%/*}" || return 1
  if test -e "$1"; then
    test -w "$1" || return 1
    case $my_uid in 0) case $(ls -ld "$1") in -r--* | -?-*) return 1 ;; esac ;; esac
    return 0
  fi
  may_folder=${1%/*}
  while ! test -e "$may_folder"; do may_folder=${may_folder%/*}; done
  test -d "$may_folder" && test -w "$may_folder"
}

# Prints a file without our blocks: a mark, the one line that was written, a mark. A mark that does not stand
# so was edited by somebody: it stays, and so does what follows it. Ends with 0 where the last lines were a
# block, 10 where all blocks stood before others, 11 where there was none.
without_blocks() { # FILE
  block_begin=$path_begin block_end=$path_end awk '
    function is_ours(text) {
      return index(text, "case \":$PATH:\" in *:") == 1 && text ~ /:"\$PATH" ;; esac$/ ||
        index(text, "contains -- \047") == 1 && index(text, " $PATH; or set -gx PATH \047")
    }
    function flush(   i) { for (i = 1; i <= held; i++) { print line[i]; last = 0 } held = 0 }
    {
      if (held == 2 && $0 == ENVIRON["block_end"]) { held = 0; found = 1; last = 1; next }
      if (held == 1 && is_ours($0)) { line[++held] = $0; next }
      flush()
      if ($0 == ENVIRON["block_begin"]) line[++held] = $0
      else { print; last = 0 }
    }
    END { flush(); exit last ? 0 : (found ? 10 : 11) }' <"$1"
}

has_mark() { grep -q -x -F -e "$path_begin" "$1" 2>/dev/null; } # FILE

# Takes our blocks out of a file by rename; NEWLINE yes: the file had no last line end before us.
remove_block() { # FILE NEWLINE
  has_mark "$1" || return 0
  if test -h "$1" || ! root_may_use "${1%/*}" || ! cp -p "$1" "$1.$product-$$" 2>/dev/null; then return 1; fi
  without_blocks "$1" 2>/dev/null >"$1.$product-$$.text"
  remove_status=$?
  case $remove_status$2 in
    0yes) printf '%s' "$(cat "$1.$product-$$.text")" >"$1.$product-$$" ;;
    0no | 10*) cat "$1.$product-$$.text" >"$1.$product-$$" ;;
    *) test "$remove_status" = 11 ;;
  esac && case $remove_status in 0 | 10) mv -f "$1.$product-$$" "$1" ;; esac
  remove_status=$?
  rm -f "$1.$product-$$" "$1.$product-$$.text"
  return "$remove_status"
}

warn_of_mark() { # FILE
  has_mark "$1" || return 0
  warn "$1: the lines from \"$path_begin\" on were changed by somebody and stay as they are; take out yourself what you do not need:"
  grep -x -F -A 4 -e "$path_begin" "$1" >&2
}

# Notes an edit for the receipt, with what an older receipt knows of the same file.
note_edit() { # FILE CREATED NEWLINE
  note_created=$2
  note_newline=$3
  note_number=0
  while test -n "$old_receipt"; do
    note_file=$(printf '%s\n' "$old_receipt" | look_up "path_edits/$note_number/file")
    test -n "$note_file" || break
    if test "$note_file" = "$1" && test "$2" = false; then
      note_created=$(printf '%s\n' "$old_receipt" | look_up "path_edits/$note_number/created")
      test "$3" = true || note_newline=$(printf '%s\n' "$old_receipt" | look_up "path_edits/$note_number/added_newline")
    fi
    note_number=$((note_number + 1))
  done
  path_edits=$path_edits$note_created:$note_newline:$1$newline
}

edit_start_file() { # FILE LINE
  may_edit "$1" || return 1
  # Where the line stands, the shell does what it says, whoever changed the lines around it.
  if grep -q -x -F -e "$2" "$1" 2>/dev/null; then
    note_edit "$1" false false
    return 0
  fi
  remove_block "$1" no || return 1
  edit_created=false
  edit_newline=false
  if test -e "$1"; then
    if test -s "$1" && test -n "$(tail -c 1 "$1")"; then edit_newline=true; fi
  else
    edit_created=true
    make_folder "${1%/*}" || return 1
  fi
  {
    if test "$edit_newline" = true; then printf '\n'; fi
    printf '%s\n' "$path_begin" "$2" "$path_end"
  } 2>/dev/null >>"$1" || return 1
  note_edit "$1" "$edit_created" "$edit_newline"
  path_changed="$path_changed $1"
}

edit_fish() {
  fish_file=${XDG_CONFIG_HOME:-$HOME/.config}/fish/conf.d/$product-path.fish
  fish_word=$(printf '%s' "$bin" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
  if test -h "${fish_file%/*}"; then return 1; fi
  edit_start_file "$fish_file" "contains -- '$fish_word' \$PATH; or set -gx PATH '$fish_word' \$PATH"
}

# Lets new terminals find the prefix, where that is wanted and possible.
edit_path() {
  path_hint=
  test "$on_path" = no || return 0
  if test -n "${GITHUB_PATH:-}" && ! test -h "$GITHUB_PATH"; then
    if grep -q -x -F -e "$bin" "$GITHUB_PATH" 2>/dev/null || printf '%s\n' "$bin" >>"$GITHUB_PATH"; then
      say "Later steps of this job find it: $bin was added to GITHUB_PATH"
      return 0
    fi
  fi
  path_hint="export PATH=$path_word:\"\$PATH\""
  test "$modify_path" = yes || return 0
  case ${CI:-} in '' | 0 | false) ;; *) return 0 ;; esac
  case ${SHELL:-} in
    */bash)
      edited=no
      edit_start_file "$HOME/.bashrc" "$path_line" && edited=yes
      # A login shell reads the first of these alone, and not .bashrc.
      login_file=.profile
      test "$os" != darwin || login_file=.bash_profile
      for start_file in .profile .bash_login .bash_profile; do
        if test -e "$HOME/$start_file" || test -h "$HOME/$start_file"; then login_file=$start_file; fi
      done
      edit_start_file "$HOME/$login_file" "$path_line" && edited=yes
      test "$edited" = yes || warn "neither ~/.bashrc nor ~/$login_file can be edited (a link, read-only, or of another user); add this line yourself: $path_hint"
      ;;
    */zsh)
      zsh_folder=$HOME
      case ${ZDOTDIR:-} in /*) zsh_folder=$ZDOTDIR ;; esac
      edit_start_file "$zsh_folder/.zshrc" "$path_line" || warn "$zsh_folder/.zshrc cannot be edited (a link, read-only, or of another user); add this line yourself: $path_hint"
      ;;
    */fish)
      path_hint="fish_add_path $(single_quoted "$bin")"
      edit_fish || warn "fish's conf.d cannot be written (a link, read-only, or of another user); run this yourself: $path_hint"
      ;;
    */nu | */elvish | */xonsh | */tcsh | */csh)
      path_hint=
      warn "${SHELL##*/} has start-up files of its own; add $bin to its PATH"
      ;;
    *)
      edit_start_file "$HOME/.profile" "$path_line" || warn "$HOME/.profile cannot be edited (a link, read-only, or of another user); add this line yourself: $path_hint"
      ;;
  esac
}

# Tells of programs of the same name that the user's PATH finds, and who keeps them.
warn_of_others() {
  before=yes
  IFS=:
  set -f
  # shellcheck disable=SC2086 # PATH is split at colons
  set -- ${PATH:-}
  set +f
  unset IFS
  for folder in "$@"; do
    case $folder in
      "$bin" | "$bin/")
        before=no
        continue
        ;;
      /*) ;;
      *) continue ;;
    esac
    other=$folder/$main_binary
    if test -d "$other" || ! test -x "$other"; then continue; fi
    # shellcheck disable=SC2012 # of ls only the target of a link is read
    other_place="$other $(ls -l "$other" 2>/dev/null | sed -n 's/.* -> //p')"
    keeper=
    case $other_place in
      */Cellar/* | */homebrew/* | */linuxbrew/*) keeper="brew uninstall $product" ;;
      */scoop/*) keeper="scoop uninstall $product" ;;
      */node_modules/*) keeper="npm uninstall -g $product" ;;
      */.cargo/bin/*) keeper="cargo uninstall $product" ;;
      */snap/*) keeper="snap remove $product" ;;
      */nix/* | */.nix-profile/*) keeper="its Nix profile" ;;
      */mise/* | */.asdf/*) keeper="the version manager that put it there" ;;
    esac
    if test "$before" = yes; then
      if test "$on_path" = yes; then
        warn "$other stands before $bin on PATH and is found first${keeper:+; remove it with: $keeper}"
      else
        warn "there is another $main_binary: $other${keeper:+; remove it with: $keeper}"
      fi
    elif test -n "$keeper"; then
      warn "there is another $main_binary, found after this one: $other; remove it with: $keeper"
    fi
  done
}

# What stands at a target that is to be replaced? 12 where a package manager keeps it.
check_targets() {
  for word in $binaries; do
    binary=${word#*:}
    binary=${binary##*/}
    at_target=$bin/$binary
    if test -h "$at_target"; then
      # shellcheck disable=SC2012 # of ls only the target of a link is read
      case $(ls -l "$at_target" | sed -n 's/.* -> //p') in
        */Cellar/* | */linuxbrew/*) die 12 "$at_target is kept by brew; update it with: brew upgrade $product" ;;
        */node_modules/*) die 12 "$at_target is kept by npm; update it with: npm install -g $product" ;;
        /nix/* | */mise/* | */.asdf/*) die 12 "$at_target is kept by another tool; choose another folder with --prefix" ;;
      esac
    fi
    if test -d "$at_target"; then die 13 "$at_target is a folder; move it away or choose another folder with --prefix"; fi
    if test -n "$agent" || test "$unmanaged" = yes; then continue; fi
    if { test -e "$at_target" || test -h "$at_target"; } && ! printf '%s\n' "$old_receipt" | grep -q -F -e "$tab$at_target"; then
      say "$at_target is there already, of unknown origin; it is replaced"
    fi
  done
}

# Are all programs of the archive in place, with the right bytes, and nothing that a killed run left?
is_installed() {
  test -n "$binaries" || return 1
  for left in "$bin/.$product-install."*; do
    if test -e "$left" || test -h "$left"; then return 1; fi
  done
  for word in $binaries; do
    binary=${word#*:}
    binary=${binary##*/}
    # --unmanaged leaves out what would update it.
    if test "$unmanaged" = yes && test "$binary" = "$agent" && test "$binary" != "$main_binary"; then continue; fi
    test -f "$bin/$binary" && test -x "$bin/$binary" || return 1
    # What an agent keeps is found through links; a plain file was installed with --unmanaged.
    test -z "$agent" || test "$unmanaged" = yes || test -h "$bin/$binary" || return 1
    digest_of "$bin/$binary"
    test "$digest" = "${word%%:*}" || return 1
  done
  test -z "$agent" && test "$unmanaged" = no || return 0
  test "$(printf '%s\n' "$old_receipt" | look_up version)" = "$version" &&
    test "$(printf '%s\n' "$old_receipt" | look_up bin)" = "$bin"
}

# ---- the receipt ---------------------------------------------------------------------------------------

read_old_receipt() {
  old_receipt=
  if test -f "$receipt"; then
    old_receipt=$(flatten_json <"$receipt") || die 3 "$receipt is damaged; move it away and run this again"
    case $(printf '%s\n' "$old_receipt" | look_up schema) in
      1) ;;
      *) die 3 "$receipt was written by a newer installer; take the new one: $site/install.sh" ;;
    esac
  fi
}

# Writes what this installation put where, for --uninstall and for the next one.
write_receipt() {
  {
    printf '{\n  "schema": 1,\n'
    for pair in "product=$product" "version=$version" "channel=$channel" "platform=$platform" \
      "method=install.sh" "site=${base_url:-$site}" "archive=$asset" "archive_sha256=$sha256" "bin=$bin" \
      "installed=$(date -u +%Y-%m-%dT%H:%M:%SZ)"; do
      printf '  "%s": %s,\n' "${pair%%=*}" "$(json_string "${pair#*=}")"
    done
    printf '  "files": [\n'
    comma=
    for word in $binaries; do
      binary=${word#*:}
      printf '%s    {"path": %s, "sha256": "%s"}' "$comma" "$(json_string "$bin/${binary##*/}")" "${word%%:*}"
      comma=",$newline"
    done
    # Programs that an earlier installation put into another folder stay known.
    number=0
    while test -n "$old_receipt"; do
      file=$(printf '%s\n' "$old_receipt" | look_up "files/$number/path")
      test -n "$file" || break
      case $file in
        "$data"/*) ;;
        *)
          if test "${file%/*}" != "$bin" && test -e "$file"; then
            printf '%s    {"path": %s, "sha256": %s}' "$comma" "$(json_string "$file")" \
              "$(json_string "$(printf '%s\n' "$old_receipt" | look_up "files/$number/sha256")")"
          fi
          ;;
      esac
      number=$((number + 1))
    done
    find "$data/files" -type f >"$stage/names"
    while IFS= read -r file; do
      digest_of "$file"
      printf '%s    {"path": %s, "sha256": "%s"}' "$comma" "$(json_string "$file")" "$digest"
    done <"$stage/names"
    printf '\n  ],\n  "path_edits": [\n'
    comma=
    IFS=$newline
    set -f
    for word in $path_edits; do
      unset IFS
      edited_file=${word#*:}
      added=${edited_file%%:*}
      printf '%s    {"file": %s, "created": %s, "added_newline": %s}' "$comma" "$(json_string "${edited_file#*:}")" "${word%%:*}" "$added"
      comma=",$newline"
    done
    set +f
    unset IFS
    printf '%s  ],\n  "folders": [\n' "${comma:+$newline}"
    # Deepest first. Folders that an earlier run made are still ours to remove.
    find "$data/files" -depth -type d >"$stage/names"
    printf '%s\n' "$made_folders" >>"$stage/names"
    number=0
    while test -n "$old_receipt"; do
      folder=$(printf '%s\n' "$old_receipt" | look_up "folders/$number")
      test -n "$folder" || break
      case $folder in "$data/files" | "$data/files"/*) ;; *) printf '%s\n' "$folder" >>"$stage/names" ;; esac
      number=$((number + 1))
    done
    comma=
    while IFS= read -r folder; do
      test -n "$folder" || continue
      printf '%s    %s' "$comma" "$(json_string "$folder")"
      comma=",$newline"
    done <"$stage/names"
    printf '\n  ]\n}\n'
  } >"$stage/receipt.json" || die 13 "cannot write in $bin"
  # Another file system than the stage's, perhaps: a file that is new for certain, no link, then a rename.
  rm -f "$receipt.new"
  (set -C && cat "$stage/receipt.json" >"$receipt.new") 2>/dev/null || die 13 "cannot write $receipt"
  sync "$receipt.new" 2>/dev/null || :
  mv -f "$receipt.new" "$receipt" || die 13 "cannot write $receipt"
}

# ---- uninstall -----------------------------------------------------------------------------------------

remove_file() { # FILE SHA256
  if ! test -e "$1" && ! test -h "$1"; then return 0; fi
  if test -z "$2"; then
    warn "$1 has no hash in $receipt, so nobody knows whether it is ours; it stays"
    return 0
  fi
  digest=
  if test -f "$1" && ! test -h "$1"; then digest_of "$1"; fi
  if test "$digest" != "$2"; then
    warn "$1 was changed after the installation and stays; remove it yourself if you do not need it"
    return 0
  fi
  if test "$dry_run" = yes; then
    say "would remove $1"
    return 0
  fi
  rm -f "$1" 2>/dev/null || die 13 "cannot remove $1"
  say "removed $1"
}

uninstall_by_receipt() {
  find_hash_tool
  number=0
  while :; do
    file=$(printf '%s\n' "$old_receipt" | look_up "files/$number/path")
    test -n "$file" || break
    case $file in /*) ;; *) die 3 "$receipt names a file that is not absolute: $file" ;; esac
    remove_file "$file" "$(printf '%s\n' "$old_receipt" | look_up "files/$number/sha256")"
    number=$((number + 1))
  done
  number=0
  while :; do
    file=$(printf '%s\n' "$old_receipt" | look_up "path_edits/$number/file")
    test -n "$file" || break
    created=$(printf '%s\n' "$old_receipt" | look_up "path_edits/$number/created")
    added_newline=no
    test "$(printf '%s\n' "$old_receipt" | look_up "path_edits/$number/added_newline")" != true || added_newline=yes
    number=$((number + 1))
    has_mark "$file" || continue
    if test "$dry_run" = yes; then
      say "would take the PATH line out of $file"
      continue
    fi
    if ! remove_block "$file" "$added_newline"; then
      warn "cannot edit $file; take out the lines from \"$path_begin\" to \"$path_end\" yourself"
      continue
    fi
    warn_of_mark "$file"
    if test "$created" = true && ! test -s "$file"; then rm -f "$file"; fi
    has_mark "$file" || say "took the PATH line out of $file"
  done
  folders=
  number=0
  while :; do
    folder=$(printf '%s\n' "$old_receipt" | look_up "folders/$number")
    test -n "$folder" || break
    folders=$folders$newline$folder
    number=$((number + 1))
  done
  if test "$dry_run" = yes; then
    say "would remove $receipt"
    return 0
  fi
  rm -f "$receipt" || die 13 "cannot remove $receipt"
  remove_folders "$folders"
  test "$quiet" = yes || printf '%s\n' "$product is uninstalled."
}

# The agent takes away what it keeps. 1 where there is none.
uninstall_by_agent() {
  test -n "$agent_name" || return 1
  for folder in "$bin" "$HOME/.local/bin"; do
    agent_file=$folder/$agent_name
    if test -d "$agent_file" || ! test -x "$agent_file" || ! root_may_use "$folder"; then continue; fi
    if test "$dry_run" = yes; then
      say "would run: $agent_file uninstall"
      return 0
    fi
    "$agent_file" uninstall </dev/null || exit $?
    return 0
  done
  return 1
}

if test "$uninstall" = yes; then
  read_old_receipt
  # Both, where a release without an agent came first.
  uninstalled=no
  if test -n "$old_receipt"; then
    uninstall_by_receipt
    uninstalled=yes
  fi
  if uninstall_by_agent; then uninstalled=yes; fi
  test "$uninstalled" = yes || say "Nothing to uninstall: there is no receipt at $receipt${agent_name:+ and no $agent_name in $bin}."
  exit 0
fi
# ---- install -------------------------------------------------------------------------------------------

find_downloader
find_hash_tool
detect_machine
machine=$os-$arch
test "$libc" = none || machine=$machine-$libc
machine=$machine${glibc_version:+ $glibc_version}${macos_version:+ $macos_version}
candidates_of "$os-$arch-$libc"
if test -n "$target"; then
  case $target in *[!A-Za-z0-9_-]*) die 2 "TOOL_TARGET=$target is not a platform" ;; esac
  candidates=$target
fi
detail "this machine: $machine; archives that fit: $candidates"

# Who proves the wanted version: this text (pinned), the agent of the pinned release, or the signed manifests.
manifest=pinned
version=$pinned_version
channel=$pinned_channel
by=text
if test -n "$wanted_version" && test "$wanted_version" != "$pinned_version"; then by=manifests; fi
if test -z "$wanted_version" && test -n "$wanted_channel" && test "$wanted_channel" != "$pinned_channel"; then by=manifests; fi
agent=''
binaries=''
size=0
unpacked_size=0
if choose_archive; then
  if test "$by" = manifests && test -n "$agent"; then by=agent; fi
elif test "$by" = text; then
  die_without_archive "$archives"
fi

read_old_receipt
warn_of_others
set_path_words

if test "$by" = text && is_installed; then
  test "$quiet" = yes || printf '%s\n' "$product $version is already installed: $bin/$main_binary"
  if test "$on_path" = no; then say "It is not on PATH of this shell: export PATH=$path_word:\"\$PATH\""; fi
  exit 0
fi

if test "$dry_run" = yes; then
  case $by in
    text) say "would download $url" "($size bytes, sha256 $sha256)" ;;
    agent) say "would download $url" "(sha256 $sha256) and let its $agent choose, verify and install ${wanted_version:-the newest of channel $wanted_channel}" ;;
    manifests) say "would read the signed manifests of ${from:-${base_url:-$site}} and install ${wanted_version:-the newest of channel $wanted_channel} for: $candidates" ;;
  esac
  if test -n "$agent"; then
    say "would let $agent install it, with its links in $bin"
  else
    say "would install into $bin"
  fi
  if test "$on_path" = no && test "$modify_path" = yes && test "$unmanaged" = no; then say "would let new terminals find $bin on PATH"; fi
  say "Nothing was changed."
  exit 0
fi

open_stage
if test "$by" = manifests; then choose_from_manifests; fi
if test "$by" = agent && test -n "$wanted_version"; then
  require_wanted_version
  say "Fetching the updater first, with $version; it then fetches and installs $wanted_version"
fi
test "$unmanaged" = yes || test -n "$agent" || test "$by" = agent || test ! -e "$data" || test -w "$data" ||
  die 13 "cannot write in $data, where the receipt goes; make it yours, or use --unmanaged"
check_targets
check_room
take_archive
say "Verified $asset"
unpack

if test -n "$agent"; then
  # The agent was proven with its archive; it checks the same again and does the rest.
  set -- install
  test "$by" = agent || set -- "$@" --archive "$stage/$asset"
  if test -n "$from"; then
    # For this once, by the agent's variable: later updates come from the site again, not from a stick that is gone by then.
    export "$(printf '%s' "$agent" | tr 'a-z-' 'A-Z_')_BASE_URL=file://$(printf '%s' "$from" | sed -e 's/%/%25/g' -e 's/ /%20/g' -e 's/#/%23/g' -e 's/?/%3F/g')"
  elif test -n "$base_url"; then
    set -- "$@" --base-url "$base_url"
  fi
  if test -n "$wanted_version"; then set -- "$@" --version "$wanted_version"; fi
  if test -n "$wanted_channel"; then set -- "$@" --channel "$wanted_channel"; fi
  if test -n "$prefix"; then set -- "$@" --prefix "$prefix"; fi
  test "$modify_path" = yes || set -- "$@" --no-modify-path
  test "$unmanaged" = no || set -- "$@" --unmanaged
  detail "running: $agent $*"
  keep_folders=yes
  # A signal reaches the agent, too. Whether it stops or finishes, its status says what became of it.
  trap : INT TERM HUP
  test "$unmanaged" = yes || set_plain_files_aside
  "$stage/files/$agent" "$@" </dev/null
  agent_status=$?
  test "$agent_status" = 0 || put_plain_files_back
  case $agent_status in 126 | 127 | 132 | 137) explain_start "$agent_status" "$agent" ;; esac
  trap 'exit "$agent_status"' INT TERM HUP
  test "$agent_status" = 0 || keep_folders=no
  exit "$agent_status"
fi

if ! run_probe "$stage/files"; then
  explain_start "$probe_status" "${probe_program##*/}"
  test "$probe_status" = 0 || die 9 "${probe_program##*/} does not run here: status $probe_status, $(probe_answer)"
  die 7 "${probe_program##*/} does not say that it is version $version: $(probe_answer)"
fi
detail "test run: $(probe_answer)"

# The switch: one rename a program. What was there stays at hand until the new one has run from its place.
trap '' INT TERM HUP
switching=yes
for word in $binaries; do
  binary=${word#*:}
  staged=$stage/files/$binary
  binary=${binary##*/}
  sync "$staged" 2>/dev/null || :
  if test -h "$bin/$binary"; then
    # shellcheck disable=SC2012 # of ls only the target of a link is read
    ln -s "$(ls -l "$bin/$binary" | sed -n 's/.* -> //p')" "$stage/old/$binary" || die 13 "cannot write in $bin"
  elif test -e "$bin/$binary"; then
    ln "$bin/$binary" "$stage/old/$binary" 2>/dev/null || cp -p "$bin/$binary" "$stage/old/$binary" || die 13 "cannot keep the old $binary; there is no room in $bin"
  else
    : >"$stage/fresh/$binary" || die 13 "cannot write in $bin"
  fi
  mv -f "$staged" "$bin/$binary" 2>/dev/null || die 13 "cannot write $bin/$binary"
done
if ! run_probe "$bin"; then
  explain_start "$probe_status" "${probe_program##*/}"
  die 9 "${probe_program##*/} does not run from $bin: $(probe_answer)"
fi

if test "$unmanaged" = no; then
  make_folder "$data" || die 13 "cannot make the folder $data"
  # Licence, manual and the like stay with the receipt: the prefix is for programs.
  for word in $binaries; do rm -f "$stage/files/${word#*:}"; done
  rm -rf "$data/files.new" "$data/files.old"
  cp -R "$stage/files" "$data/files.new" || die 13 "cannot write in $data"
  chmod 755 "$data/files.new"
  if test -d "$data/files"; then mv "$data/files" "$data/files.old"; fi
  mv "$data/files.new" "$data/files" || die 13 "cannot write in $data"
  rm -rf "$data/files.old"
  edit_path
  write_receipt
else
  path_hint=
  test "$on_path" = yes || path_hint="export PATH=$path_word:\"\$PATH\""
fi
switching=no
keep_folders=yes
trap 'exit 130' INT TERM HUP

# What does the user's PATH find now? It is run: a name on PATH alone proves nothing.
test "$quiet" = no || exit 0
printf '%s\n' "$product $version is installed: $bin/$main_binary"
ask_path
test -z "$path_changed" || say "PATH: new terminals find it; edited:$path_changed"
case $found in
  "$bin/$main_binary" | "$bin//$main_binary")
    if test "$found_is_new" = yes; then
      say "PATH finds it, and it answers: $found_answer"
    else
      warn "PATH finds $found, but it answers: $found_answer"
    fi
    printf '%s\n' "Next: $main_binary --help"
    ;;
  ?*)
    if test "$found_is_new" = yes; then
      warn "PATH finds another $main_binary of this version first: $found"
    else
      warn "PATH finds another $main_binary first: $found, which answers: $found_answer"
    fi
    printf '%s\n' "Next: $bin/$main_binary --help    (plain \"$main_binary\" is still $found)"
    ;;
  *)
    if test -n "$path_changed"; then
      printf '%s\n' "Next: open a new terminal, or run: $path_hint" "Then: $main_binary --help"
    elif test -n "$path_hint"; then
      printf '%s\n' "Next: $path_hint" "Then: $main_binary --help"
    else
      printf '%s\n' "Next: $bin/$main_binary --help"
    fi
    ;;
esac
exit 0
}
