#!/usr/bin/env bash
# Which archive install.sh takes on which machine: commands that describe the machine are replaced by ones that tell
# of another, all other tools are real.
# shellcheck disable=SC2016 # variables of other programs, in single quotes
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
pack tool 1.0.0
base=$work/pack/tool-v1.0.0
platforms="darwin-arm64 darwin-x86_64 linux-x86_64-musl linux-aarch64 linux-armv7 linux-i686 linux-riscv64-musl freebsd-x86_64"
lines="product tool
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0 glibc=2.28"
for platform in $platforms; do
  cp "$base-linux-x86_64.tar.gz" "$base-$platform.tar.gz"
  floor=
  case $platform in
    darwin-*) floor=macos=11.0 ;;
    linux-aarch64) floor=glibc=2.17 ;;
  esac
  lines="$lines
platform $platform tool-v1.0.0-$platform.tar.gz tool-1.0.0 $floor"
done
site all <<<"$lines"
site glibc-only <<<"product tool
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0 glibc=2.28"

# machine NAME WORD...: a PATH whose commands tell of another machine; words: command=output.
machine() {
  local folder=$work/machines/$1 word
  shift
  mkdir -p "$folder"
  tools "$folder" "${base_tools[@]}" sha256sum curl
  for word in "$@"; do
    rm -f "$folder/${word%%=*}"
    if [ "${word#*=}" != absent ]; then
      printf '#!/bin/sh\n%s\n' "${word#*=}" >"$folder/${word%%=*}"
      chmod 755 "$folder/${word%%=*}"
    fi
  done
  user_path=$folder
  new_home
}
# A 32-bit userland shows in byte 5 of its programs: od is the one that reads it.
uname_of() { printf 'uname=case $1 in -s) echo %s ;; -m) echo %s ;; -o) echo %s ;; esac' "$1" "$2" "${3:-GNU/Linux}"; }
bits() { printf 'od=echo "   %s"' "$1"; }
glibc() { printf 'ldd=echo "ldd (GNU libc) %s"' "$1"; }
getconf_of() { printf 'getconf=case $1 in GNU_LIBC_VERSION) echo "glibc %s" ;; LONG_BIT) echo 64 ;; esac' "$1"; }
musl='ldd=echo "musl libc (x86_64)" >&2; exit 1'
# takes SENTENCE PLATFORM [SITE]: a dry run names that platform's archive.
takes() {
  install_status "$1" 0 "${3:-all}" --dry-run --verbose
  like "$1: $2" "$output" "would download .*/tool-v1.0.0-$2.tar.gz "
  nothing_left "$1: a dry run leaves nothing"
}
# refuses SENTENCE REGEX [SITE]
refuses() {
  install_status "$1" 9 "${3:-all}"
  like "$1: it says so" "$output" "$2"
  if printf '%s' "$output" | grep -q Downloading; then tap_report 1 "$1: before any download" "$output"; else tap_report 0 "$1: before any download"; fi
}

machine new-glibc "$(uname_of Linux x86_64)" "$(glibc 2.36)" "$(getconf_of 2.36)"
takes "row 5: glibc on x86_64" linux-x86_64
machine ten "$(uname_of Linux x86_64)" "$(glibc 2.100)" "$(getconf_of 2.100)"
takes "row 6: glibc 2.100 is newer than 2.28" linux-x86_64
machine old-glibc "$(uname_of Linux x86_64)" "$(glibc 2.17)" "$(getconf_of 2.17)"
takes "row 6: an old glibc takes the static build" linux-x86_64-musl
refuses "row 6: an old glibc without a static build" "linux-x86_64 needs glibc 2.28, this system has 2.17" glibc-only
machine musl "$(uname_of Linux x86_64)" "$musl" getconf=absent
takes "row 5: musl on x86_64, although /lib/ld-musl tells nothing" linux-x86_64-musl
refuses "row 5: musl without an archive for it" "needs glibc 2.28, this system has none" glibc-only
machine no-ldd "$(uname_of Linux x86_64)" ldd=absent "$(getconf_of 2.31)"
takes "row 5: without ldd, getconf tells of glibc" linux-x86_64
machine no-libc "$(uname_of Linux x86_64)" ldd=absent getconf=absent
takes "row 5: where no libc is known, the static build" linux-x86_64-musl
machine arm "$(uname_of Linux aarch64)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 2)"
takes "row 5: aarch64" linux-aarch64
machine arm64-name "$(uname_of Linux arm64)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 2)"
takes "row 5: arm64 is aarch64" linux-aarch64
machine arm32 "$(uname_of Linux aarch64)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 1)"
takes "row 5: 32-bit userland on a 64-bit ARM kernel" linux-armv7
machine x32 "$(uname_of Linux x86_64)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 1)"
takes "row 5: 32-bit userland on an x86_64 kernel" linux-i686
machine armv8l "$(uname_of Linux armv8l)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 1)"
takes "row 5: armv8l" linux-armv7
machine riscv "$(uname_of Linux riscv64)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 2)"
takes "row 5: riscv64 takes the static build, the only one" linux-riscv64-musl
machine android "$(uname_of Linux x86_64 Android)" "$(glibc 2.36)" "$(getconf_of 2.36)"
takes "row 5: Android takes a static build" linux-x86_64-musl
machine mac "$(uname_of Darwin arm64)" 'sysctl=exit 1' 'sw_vers=echo 14.1'
takes "row 5: Apple silicon" darwin-arm64
machine rosetta "$(uname_of Darwin x86_64)" 'sysctl=case $2 in sysctl.proc_translated) echo 1 ;; *) exit 1 ;; esac' 'sw_vers=echo 14.1'
takes "row 5: a shell under Rosetta" darwin-arm64
machine rosetta2 "$(uname_of Darwin x86_64)" 'sysctl=case $2 in hw.optional.arm64) echo 1 ;; *) exit 1 ;; esac' 'sw_vers=echo 14.1'
takes "row 5: Apple silicon that hides behind x86_64" darwin-arm64
machine intel "$(uname_of Darwin x86_64)" 'sysctl=case $2 in sysctl.proc_translated) echo 0 ;; *) exit 1 ;; esac' 'sw_vers=echo 11.7'
takes "row 5: a Mac by Intel" darwin-x86_64
machine old-mac "$(uname_of Darwin arm64)" 'sysctl=exit 1' 'sw_vers=echo 10.15.7'
refuses "a Mac that is too old" "needs macOS 11.0, this is 10.15.7"
machine bsd "$(uname_of FreeBSD amd64)"
takes "row 5: FreeBSD" freebsd-x86_64
machine mips "$(uname_of Linux mips64)" "$(glibc 2.36)"
refuses "a processor that nobody builds for" "processor mips64"
machine s390 "$(uname_of Linux s390x)" "$(glibc 2.36)" "$(getconf_of 2.36)" "$(bits 2)"
refuses "a platform that this release lacks" "it exists for: darwin-arm64"
machine sun "$(uname_of SunOS i86pc)"
refuses "a system that nobody builds for" "SunOS"
machine msys "$(uname_of MINGW64_NT-10.0 x86_64)"
refuses "Windows" "install.ps1"
settings=(TOOL_TARGET=linux-x86_64-musl)
machine forced "$(uname_of Linux x86_64)" "$(glibc 2.36)" "$(getconf_of 2.36)"
takes "row 5: the variable overrides" linux-x86_64-musl
settings=(TOOL_TARGET=linux-s390x)
refuses "row 5: the variable names a platform that is not there" "no archive"
settings=()
machine wsl "$(uname_of Linux x86_64)" "$(glibc 2.36)" "$(getconf_of 2.36)" 'cat=case $1 in /proc/version) echo "Linux version 5.15 (Microsoft@Microsoft.com)" ;; *) exec /bin/cat "$@" ;; esac'
takes "row 5: WSL is Linux" linux-x86_64
like "row 5: WSL is named" "$output" "this is WSL"

# Real runs on what claims to be a Mac: rename and quarantine.
machine mac-install "$(uname_of Darwin arm64)" 'sysctl=exit 1' 'sw_vers=echo 14.1' "xattr=echo \"\$@\" >>$work/xattr.log"
: >"$work/xattr.log"
chmod 666 "$work/xattr.log"
settings=(SHELL=/bin/bash)
install_status "row 15: an installation on macOS" 0 all --from "$www/all"
like "row 15: the quarantine mark is taken off" "$(cat "$work/xattr.log")" "-d com.apple.quarantine .*/tool"
check "row 15: a login shell's file is made where macOS has none" test -f "$home/.bash_profile"
first=$(stat -c %i "$home/.local/bin/tool")
program "$work/other" other
cp "$work/other" "$home/.local/bin/tool"
install all --from "$www/all" >/dev/null 2>&1
check "row 15: the program is replaced by rename: a new inode" test "$first" != "$(stat -c %i "$home/.local/bin/tool")"
done_testing
