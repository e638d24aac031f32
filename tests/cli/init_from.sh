#!/usr/bin/env bash
# cco-release init --from: what GoReleaser or cargo-dist were told, carried over, with a list of what was not.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fixtures=$SOURCE_ROOT/tests/fixtures/import
releaser() { env -i PATH="$PATH" HOME="$work" SOURCE_DATE_EPOCH=1700000000 "$CCO_RELEASE" "$@"; }

cp -r "$fixtures/names-of-uname" "$work/lantern" && cd "$work/lantern" || exit 1
status "a configuration of GoReleaser is carried over" 0 releaser init --from .goreleaser.yaml
like "each line that was not is told with its number" "$output" '^\.goreleaser\.yaml:24: builds\.ldflags: .*ShortCommit'
like "the next command is named" "$output" '^next: cco-release keys new --out ~/.config/cco-release/keys/lantern'
like "and how many lines there are" "$output" 'lines tell what was not carried over'
like "archives keep their names" "$(cat cco-release.toml)" '^name = "Lantern-\{os\}-\{arch\}"$'
like "the bucket and its token too" "$(cat cco-release.toml)" '^token_env = "BUCKET_TOKEN"$'
status "a file that exists is kept" 5 releaser init --from .goreleaser.yaml
status "--force replaces it" 0 releaser init --force --from .goreleaser.yaml --description "Light for all" --license MIT --homepage https://other.example
like "options win over the file" "$(cat cco-release.toml)" '^description = "Light for all"$'
is "--json has the list" "$(releaser init --force --from .goreleaser.yaml --json 2>/dev/null | jq -r '.not_carried[] | select(.key == "checksum") | "\(.file) \(.line)"')" ".goreleaser.yaml 41"
is "and the files that were read" "$(releaser init --force --from .goreleaser.yaml --json 2>/dev/null | jq -c .read)" '[".goreleaser.yaml"]'
is "the list alone is on standard output" "$(releaser init --force --from .goreleaser.yaml 2>/dev/null | grep -cv '^\.goreleaser\.yaml:[0-9]*: ')" 0

# What is left for `check` is what only a person can know: the key. (Here go may be missing, and nobody is asked over the network.)
cp -r "$fixtures/all-the-rest" "$work/bazaar" && cd "$work/bazaar" || exit 1
git init -q . && git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m one
status "much that has no counterpart is told" 0 releaser init --from .goreleaser.yaml
is "a line for each key" "$(grep -c '^\.goreleaser\.yaml:' <<<"$output")" "$(wc -l <"$SOURCE_ROOT/tests/golden/releaser/import/all-the-rest.txt")"
status "check reads the file" 3 releaser check --version 1.0.0
is "and misses the key alone" "$(grep '^problem' <<<"$output" | grep -v 'program `go`')" \
  'problem: cco-release.toml: [sign] is missing; `cco-release keys new` makes a key and prints its lines'

# The names that users' links know, on an archive that is really packed.
cp -r "$fixtures/anchors" "$work/quill" && cd "$work/quill" || exit 1
releaser init --from .goreleaser.yaml >/dev/null 2>&1
sed -i -e 's/^platforms = .*/platforms = ["linux-x86_64"]/' -e '/^command = /d' -e '/^env = /d' -e '/^\[hooks\]/,/^before/d' \
  -e '/^\[build.override/d' cco-release.toml
mkdir -p build/linux-x86_64
hello_binary build/linux-x86_64/quill 'quill 1.0.0'
status "a release is packed by the file that was written" 0 releaser package --version 1.0.0
is "its archive has the name that GoReleaser gave" "$(cd dist/1.0.0/assets 2>/dev/null && ls ./*.tar.gz)" "./quill_1.0.0_linux_amd64.tar.gz"

for fixture in dist-one-crate:dist-workspace.toml:crabwalk dist-in-cargo:Cargo.toml:kelp-cli dist-without-cargo:dist.toml:gull; do
  IFS=: read -r folder file product <<<"$fixture"
  cp -r "$fixtures/$folder" "$work/$product" && cd "$work/$product" || exit 1
  status "cargo-dist: $file is carried over" 0 releaser init --from "$file"
  like "its product is $product" "$(cat cco-release.toml)" "^name = \"$product\"$"
done

mkdir "$work/bad" && cd "$work/bad" || exit 1
bad() { # SENTENCE REGEX FILE
  status "$1" 3 releaser init --from "$3"
  like "$1: said so" "$output" "$2"
  check "$1: and nothing is written" test ! -e cco-release.toml
}
bad "a file that is not there" 'there is no nothing.yaml; name' nothing.yaml
mkdir folder.yaml && bad "a folder" 'folder.yaml' folder.yaml
printf '[a, b]\n' >list.yaml && bad "a list at the top" '^cco-release: .*list.yaml:1: has no keys' list.yaml
printf 'a: b: c\n' >broken.yaml && bad "no YAML" 'broken.yaml:1: no YAML' broken.yaml
printf 'version: 9\n' >new.yaml && bad "a version that is not known" 'version 9 of GoReleaser' new.yaml
head -c 10000000 /dev/zero | tr '\0' '#' >large.yaml && bad "10 MB" 'large.yaml' large.yaml
printf 'a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]\n' >bomb.yaml
bad "aliases of aliases" 'bomb.yaml:[0-9]*: has more than 50000 values' bomb.yaml
printf '[package]\nname = "x"\n' >Cargo.toml && bad "a Cargo.toml without metadata" 'neither \[workspace.metadata.dist\]' Cargo.toml
done_testing
