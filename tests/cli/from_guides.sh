#!/usr/bin/env bash
# docs/from-goreleaser.md and docs/from-cargo-dist.md: every command in them, in their order, in projects that such people have. GitHub is
# tests/support/github_server.py, the compiler of Go and cargo write a program that knows its version; all else is as the guides say.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
work=$(mktemp -d)
trap 'forge_stop; rm -rf "$work"' EXIT
forge_start "$work/forge" --site "$work/rocket/site"
forge /reset '{"repositories": {"maker/rocket": {}}, "tokens": {"secret": {"permissions": {"maker/rocket": "write"}}}}' >/dev/null

mkdir -p "$work/bin" "$work/rocket" "$work/crate/src"
ln -s "$CCO_RELEASE" "$work/bin/cco-release"
# What -o or the target's folder asks for, with the version that -X or Cargo.toml says.
cat >"$work/bin/go" <<'SH'
#!/bin/sh
[ "$1" = build ] || exit 0
while [ $# -gt 0 ]; do
  case $1 in -o) out=$2 ;; *main.version=*) version=${1##*main.version=} version=${version%% *} ;; esac
  shift
done
mkdir -p "$(dirname "$out")"
printf '#include <stdio.h>\nint main(void) { puts("rocket %s"); return 0; }\n' "$version" | gcc -O1 -s -x c -o "$out" -
SH
cat >"$work/bin/cargo" <<'SH'
#!/bin/sh
mkdir -p target/x86_64-unknown-linux-gnu/dist
printf '#include <stdio.h>\nint main(void) { puts("rocket 1.5.0"); return 0; }\n' | gcc -O1 -s -x c -o target/x86_64-unknown-linux-gnu/dist/rocket -
SH
chmod +x "$work/bin/go" "$work/bin/cargo"

commands() { # GUIDE
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$SOURCE_ROOT/docs/$1"
}
run() { # COMMAND: as the guide has it; a key without a password, since nobody is there to type one
  env -i PATH="$work/bin:$PATH" HOME="$work" GH_TOKEN=secret SSL_CERT_FILE="$forge_ca" SOURCE_DATE_EPOCH=1792000000 GIT_CONFIG_COUNT=0 \
    bash -euc "${1/keys new/keys new --no-password}"
}

cd "$work/rocket" || exit 1
echo 'Do as you like.' >LICENSE
cat >.goreleaser.yaml <<YAML
version: 2
project_name: rocket
metadata: {description: "Flies to the moon", homepage: "https://rocket.example", license: MIT}
builds:
  - main: .
    goos: [linux]
    goarch: [amd64]
    ldflags: ["-s -w -X main.version={{ .Version }}"]
archives:
  - name_template: "{{ .ProjectName }}_{{ .Version }}_{{ title .Os }}_{{ if eq .Arch \"amd64\" }}x86_64{{ else }}{{ .Arch }}{{ end }}"
    files: [LICENSE]
changelog: {disable: true}
release: {github: {owner: maker, name: rocket}}
github_urls: {api: "$(forge_url api)", upload: "$(forge_url uploads)", download: "$(forge_url web)"}
YAML
sed_url() { sed -i "s|^url = \"https://releases.example.com/rocket\"|url = \"$(forge_url site)\"|" cco-release.toml; }
# The site's address is the one thing that the list asks for.
while read -r command; do
  status "from-goreleaser.md: $command" 0 run "$command"
  case $command in 'cco-release init --from '*)
    like 'the list asks for the address of the site' "$output" 'release.github: .*set its `url`'
    sed_url
    ;;
  esac
done < <(commands from-goreleaser.md)
is 'the release on GitHub has the archive under its old name' \
  "$(forge /state | jq -r '.["maker/rocket"].releases[].assets[][0]' 2>/dev/null | grep -c '^rocket_1.5.0_Linux_x86_64.tar.gz$')" 1
check 'and the workflow is there' test -s .github/workflows/release.yml

cd "$work/crate" || exit 1
echo 'fn main() {}' >src/main.rs
printf '[package]\nname = "rocket"\nversion = "1.5.0"\ndescription = "Flies to the moon"\nlicense = "MIT"\nrepository = "https://github.com/maker/rocket"\n[profile.dist]\ninherits = "release"\n' >Cargo.toml
printf '[workspace]\nmembers = ["cargo:."]\n[dist]\ncargo-dist-version = "0.30.0"\ntargets = ["x86_64-unknown-linux-gnu"]\n' >dist-workspace.toml
rm -r "$work/.config"
while read -r command; do
  status "from-cargo-dist.md: $command" 0 run "$command"
  # No test speaks to the real GitHub: the archives go into a folder instead.
  case $command in 'cco-release init --from '*)
    python3 - <<'PY'
import pathlib, re
file = pathlib.Path("cco-release.toml")
text = re.sub(r'\[\[destination\]\](.|\n)*?(?=\n\[installers\])', '[[destination]]\ntype = "directory"\npath = "site"\nurl = "https://rocket.example/site"\n', file.read_text())
file.write_text(text)
PY
    ;;
  esac
done < <(commands from-cargo-dist.md)
status 'the crate is packed' 0 run 'cco-release package --version 1.5.0'
check 'its archive has its old name' test -s dist/1.5.0/assets/rocket-x86_64-unknown-linux-gnu.tar.gz
done_testing
