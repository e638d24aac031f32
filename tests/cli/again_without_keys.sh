#!/usr/bin/env bash
# `publish` of a version that is public already: where nothing has to be signed no key is asked for, nothing is written, and what is due for its time alone
# is a warning.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
at() { # TIME ARGUMENT...
  local time=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$time" +%s)" "$CCO_RELEASE" "$@"
}
today='2026-11-21 12:00:00'
publish() { at "$today" publish --version 1.0.0 --date "$hello_date" --allow-dirty "$@"; }
fresh() { rm -rf "$work/run" && cp -a "$work/published" "$work/run" && cd "$work/run" || exit 1; }

for kind in minisign trust; do
  rm -rf "$work/published" && hello_project "$work/published" && cd "$work/published" || exit 1
  keys=()
  if [ $kind = trust ]; then
    at "$today" trust init --preset solo --keys "$work/keys-$kind" --no-password >/dev/null 2>&1 || exit 1
    keys=(--key "$work/keys-$kind/hello-online.key")
  fi
  check "($kind) a release is published" publish "${keys[@]}"
  mv hello.key "$work/$kind.key"

  fresh
  before=$(state_of site; state_of dist)
  status "($kind) the same again needs no key" 0 publish
  like "($kind) since there is nothing to do" "$output" ': nothing to do$'
  is "($kind) and writes nothing" "$(state_of site; state_of dist)" "$before"
  sed -i '/^key = /d' cco-release.toml
  status "($kind) nor where the configuration names none" 0 publish
  status "($kind) nor for a look ahead" 0 publish --dry-run
  like "($kind) which finds nothing to do" "$output" 'nothing to do$'
  fresh && rm -r dist
  before=$(contents_of site)
  status "($kind) nor on a machine that did not make it" 0 publish
  is "($kind) where the public signatures are taken" "$(contents_of site)" "$before"
  fresh && rm -r dist site/releases/v1.0.0/*.minisig
  status "($kind) what has lost its signature needs the key" 3 publish
  fresh
  hello_binary bin/linux-x86_64/hello 'hello 1.0.0 ' && printf x >>LICENSE
  status "($kind) other bytes are a conflict with or without keys" 5 publish
done

fresh
before=$(contents_of site)
status "what is near its end is a warning" 0 at '2027-10-20 12:00:00' publish --version 1.0.0 --date "$hello_date" --allow-dirty
like "of the timestamp" "$output" 'warning: the metadata of timestamp expires at 2027-11-21T12:00:00Z, and its key is not at hand; run cco-release trust refresh'
like "and of the channel" "$output" 'warning: the metadata of channel stable expires at 2027-11-21T12:00:00Z, and its key is not at hand'
is "nothing was changed" "$(contents_of site)" "$before"
status "with the keys it is signed again" 0 at '2027-10-20 12:00:00' publish --version 1.0.0 --date "$hello_date" --allow-dirty "${keys[@]}" --key "$work/trust.key"
like "for another year" "$(python3 -c 'import json; print(json.load(open("site/metadata/timestamp.json"))["signed"]["expires"])')" '^2028-'
fresh
status "a refresh fails without its key" 3 at '2027-10-20 12:00:00' trust refresh
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status "and so does a new release" 3 at "$today" publish --version 1.1.0 --date "$hello_date" --allow-dirty
done_testing
