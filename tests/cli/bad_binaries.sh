#!/usr/bin/env bash
# Binaries and files that are not what they should be: each with its exit status, one line that says what to do, and nothing lost.
# shellcheck disable=SC2016  # messages quote names in back ticks, and preparations are run later by eval
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/cli/refused.sh
. "$SOURCE_ROOT/tests/cli/refused.sh"
fixtures=$("$SOURCE_ROOT/tests/fixtures/fetch") || exit 1
# shellcheck disable=SC2034  # the preparations use it
esbuild=$fixtures/esbuild/0.28.1
good=$work/good

# --- no executable at all ---
binary=bin/linux-x86_64/hello
input() { # SENTENCE PREPARATION REGEX
  prepare="rm $binary; $2"
  refused "$1" 3 "^cco-release: preflight: $binary: .*$3.*; build or fetch the binary for linux-x86_64 again$" publish
}
input 'a missing binary' 'true' 'no such file'
input 'an HTML error page' 'printf "<!DOCTYPE html><html><body>404</body></html>" >$binary' 'is an HTML page, not an executable'
input 'an HTML page after blanks and a mark of the byte order' 'printf "\357\273\277\n\n <html>" >$binary' 'is an HTML page'
input 'a script' 'printf "#!/bin/sh\necho hello\n" >$binary; chmod +x $binary' 'is a shell script \(#!/bin/sh\)'
input 'a script of Python' 'printf "#!/usr/bin/env python3\n" >$binary' 'is a script \(#!/usr/bin/env python3\)'
input 'an error of an object store' 'printf "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>" >$binary' 'is an XML document'
input 'an error in JSON' 'printf "{\"message\": \"Not Found\"}" >$binary' 'is a JSON text'
input 'a file of zero bytes' ': >$binary' 'is empty \(0 bytes\)'
input 'a file of zeros' 'head -c 5000 /dev/zero >$binary' 'is filled with zeros'
input 'an archive' 'tar -czf $binary LICENSE' 'is a gzip archive'
input 'a folder' 'mkdir $binary' 'a directory, not a regular file'
input 'a FIFO' 'mkfifo $binary' 'a named pipe, not a regular file'
input 'a socket' 'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"$binary\")"' 'a socket, not a regular file'
input 'a device' 'ln -s /dev/null $binary' 'a device, not a regular file'
input 'a dangling link' 'ln -s nowhere $binary' 'a link to a file that does not exist'
prepare="rm $binary; ln -s hello $binary"
refused 'a link to itself' 3 "^cco-release: preflight: $binary: .*symbolic links; remove the link that is in the way$" publish
input 'a file instead of its folder' 'rmdir bin/linux-x86_64; echo >bin/linux-x86_64' 'no such file'
input 'a pointer of a large-file store' 'printf "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n" >$binary' 'is a Git LFS pointer \(run .git lfs pull'
prepare="rm $binary; echo 'int x;' | gcc -c -x c -o $binary -"
refused 'an object file' 3 'is an object file that nobody linked, not an executable; give the program itself' publish

# --- cut short: in the header, behind it, in the middle, by its last byte ---
for size in 10 63 64 500 3000 -1; do
  input "an ELF file cut short ($size)" "head -c $size $good/$binary >\$binary" '(truncated|known format)'
done
on_platform() { # PLATFORM FILE: the project is for that platform alone, its binary is made by $make_it of FILE
  binary=bin/$1/hello
  case $1 in windows-*) binary=$binary.exe ;; esac
  prepare="sed -i 's/^platforms.*/platforms = [\"$1\"]/' cco-release.toml; mkdir -p bin/$1"
}
for platform in darwin-x86_64 darwin-arm64 windows-x86_64 windows-arm64; do
  suffix=
  case $platform in
    windows-*) name='PE file' suffix=.exe ;;
    *) name='Mach-O file' ;;
  esac
  on_platform "$platform"
  rest=$prepare
  for size in 100 1000 4000000 -1; do
    prepare="$rest; head -c $size \$esbuild/$platform/esbuild$suffix >\$binary"
    refused "a $name for $platform cut short ($size)" 3 \
      "^cco-release: preflight: $binary: $name: truncated: .*; build or fetch the binary for $platform again$" publish
  done
done

# --- of another platform ---
input_of() { # SENTENCE PLATFORM FILE REGEX
  on_platform "$2"
  prepare="$prepare; cp $3 $binary"
  refused "$1" 3 "^cco-release: preflight: $binary: is for $4, not for $2; give that platform its own binary$" publish
}
on_platform linux-x86_64
prepare="cp ../good/$binary $binary; printf '\\267\\0' | dd of=$binary bs=1 seek=18 conv=notrunc status=none"
refused 'an arm64 ELF file under x86_64' 3 "$binary: is for linux arm64, not for linux-x86_64; give that platform its own binary" publish
input_of 'an arm64 Mach-O file under x86_64' darwin-x86_64 '$esbuild/darwin-arm64/esbuild' 'darwin arm64'
input_of 'an x86_64 Mach-O file under arm64' darwin-arm64 '$esbuild/darwin-x86_64/esbuild' 'darwin x86_64'
input_of 'an arm64 PE file under x86_64' windows-x86_64 '$esbuild/windows-arm64/esbuild.exe' 'windows arm64'
input_of 'an x86_64 PE file under arm64' windows-arm64 '$esbuild/windows-x86_64/esbuild.exe' 'windows x86_64'
input_of 'an arm64 ELF file of a real product under x86_64' linux-x86_64 '$esbuild/linux-aarch64/esbuild' 'linux arm64'
input_of 'a program for macOS under Linux' linux-x86_64 '$esbuild/darwin-x86_64/esbuild' 'darwin x86_64'
input_of 'a program for Windows under Linux' linux-x86_64 '$esbuild/windows-x86_64/esbuild.exe' 'windows x86_64'
input_of 'one Mach-O file under universal' darwin-universal '$esbuild/darwin-x86_64/esbuild' 'darwin x86_64'
prepare="sed -i 's/^platforms.*/platforms = [\"linux-x86_64\", \"darwin-arm64\", \"windows-x86_64\"]/' cco-release.toml
  mkdir -p bin/darwin-arm64 bin/windows-x86_64; cp \$esbuild/darwin-x86_64/esbuild bin/darwin-arm64/hello; : >bin/windows-x86_64/hello.exe"
refused 'several binaries that are wrong' 3 'preflight: 2 problems:' publish
like 'several binaries that are wrong: the first' "$output" '^  bin/darwin-arm64/hello: is for darwin x86_64, not for darwin-arm64; '
like 'several binaries that are wrong: the second' "$output" '^  bin/windows-x86_64/hello.exe: is empty'

# --- a library that not everybody has ---
prepare="echo 'int f(void) { return 1; }' | gcc -shared -x c -o libodd.so - && echo 'int f(void); int main(void) { return f(); }' |
  gcc -x c -o bin/linux-x86_64/hello - -L. -lodd"
refused 'a surprise among the needed libraries' 3 'needs .*libodd\.so.*; link it statically, or say in \[build\]: allow_libraries = \["libodd\.so"\]' publish

# --- the other files of an archive ---
archived() { # SENTENCE PREPARATION REGEX
  prepare=$2
  refused "$1" 3 "^cco-release: preflight: cco-release\.toml:12: $3" publish
}
archived 'a pattern that matches nothing' 'rm man/hello.1' '`man/\*\.1` matches no file; mend the pattern'
archived 'a file that is not there' 'sed -i "s/LICENSE\*/NOTICE/" cco-release.toml' '`NOTICE` does not exist; make it'
archived 'a folder' 'sed -i "s/LICENSE\*/man/" cco-release.toml' '`man` is a folder; write `man/\*`'
archived 'a link that leads nowhere' 'ln -s nowhere LICENSE.old' '`LICENSE.old` is a link that leads nowhere; mend or remove it'
archived 'a FIFO in an archive' 'mkfifo LICENSE.fifo' '`LICENSE.fifo` is no regular file; '
archived 'a name with a blank' 'mv man/hello.1 "man/hello world.1"' '`man/hello world\.1` cannot stand in an archive.*rename it, or give `dst`'
archived 'a place with ..' 'sed -i "s|dst = \"man/\"|dst = \"../man/\"|" cco-release.toml' '`\.\./man/hello\.1` cannot stand in an archive.*; mend `dst`'
archived 'an absolute place' 'sed -i "s|dst = \"man/\"|dst = \"/man/\"|" cco-release.toml' '`/man/hello\.1` cannot stand in an archive.*; mend `dst`'
archived 'two files of one name' 'mkdir other; cp LICENSE other/; sed -i "s|\"LICENSE\*\"|\"LICENSE*\", { src = \"other/LICENSE\", dst = \"LICENSE\" }|" cco-release.toml' \
  'two files would be `LICENSE` in the archive; give one another `dst`'
prepare="sed -i 's|^binary.*|binary = \"bin/{platform}/hello world\"|' cco-release.toml"
refused 'a binary with a blank in its name' 3 '`hello world` cannot be the name of a binary: use letters' publish
prepare="sed -i 's|^binary.*|binary = \"bin/{platform}/..\"|' cco-release.toml"
refused 'a binary whose name is ..' 3 '`\.\.` cannot be the name of a binary: use letters' publish
done_testing
