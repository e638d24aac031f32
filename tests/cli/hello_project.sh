# A small product of two files: hello_project DIR makes sources' binary, key, cco-release.toml there. Source it after tap.sh.
# shellcheck shell=bash
hello_date=2026-11-20T10:00:00Z
hello_binary() { # FILE TEXT: compiles a program that prints TEXT
  printf '#include <stdio.h>\nint main(void) { puts("%s"); return 0; }\n' "$2" >"$1.c"
  gcc -O1 -s -o "$1" "$1.c" && rm "$1.c"
}
hello_config() { # DIR
  cat <<TOML
schema = 1
[product]
name = "hello"
description = "Says hello"
homepage = "https://hello.example.com"
license = "MIT"
maintainer = "Hello Makers <hello@example.com>"
[build]
platforms = ["linux-x86_64"]
binary = "bin/{platform}/hello{exe}"
[archive]
files = ["LICENSE*", { src = "man/*.1", dst = "man/" }]
[sign]
public_key = "$(tail -n 1 "$1/hello.pub")"
key = "hello.key"
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/hello"
[installers]
[homebrew]
[scoop]
TOML
}
hello_project() { # DIR
  mkdir -p "$1/bin/linux-x86_64" "$1/man"
  hello_binary "$1/bin/linux-x86_64/hello" "hello 1.0.0"
  echo 'Do as you like.' >"$1/LICENSE"
  echo '.TH HELLO 1' >"$1/man/hello.1"
  release keys new --out "$1/hello" --no-password >/dev/null 2>&1
  hello_config "$1" >"$1/cco-release.toml"
}
# cco-release from an empty environment: CI variables of the machine that runs the tests must not matter.
release() { env -i PATH="$PATH" HOME="${HOME:-/nonexistent}" "$CCO_RELEASE" "$@"; }
# Names, modes, times and contents of everything below a folder.
state_of() { (cd "$1" && find . -printf '%p %m %T@ %l\n' | sort && find . -type f -exec sha256sum {} + | sort); }
# Names and contents only.
contents_of() { (cd "$1" && find . -printf '%p %m\n' | sort && find . -type f -exec sha256sum {} + | sort); }
