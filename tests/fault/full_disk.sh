#!/usr/bin/env bash
# The disk of the site is full between two writes of a publish with [trust], at each page of its way: status 13 and one line that says what to
# do; who follows the metadata is content; with room again the same command ends well.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
if [ "${1:-}" != inside ]; then
  if unshare -rm true 2>/dev/null; then exec unshare -rm "$0" inside; fi
  skip "a full disk between two metadata writes" "no user and mount namespaces here"
  done_testing
fi
work=$(mktemp -d)
trap 'umount "$work/run/site" 2>/dev/null; rm -rf "$work"' EXIT
hello_project "$work/run"
cd "$work/run" || exit 1
now=$(date +%s)
release() { env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$now" "$CCO_RELEASE" "$@"; }
client() { # STATE: begins with the first root, or goes on with what STATE has
  [ -d "$1" ] || "$CCO_TUF_CLIENT" --metadata-dir "$1" init trust/1.root.json || return 1
  mkdir -p "$1.targets"
  "$CCO_TUF_CLIENT" --metadata-dir "$1" --metadata-url "file://$PWD/site/metadata" --target-name stable.version-manifest.json \
    --target-base-url "file://$PWD/site/targets" --target-dir "$1.targets" download
}
release trust init --preset solo --keys "$work/keys" --no-password >/dev/null 2>&1 || exit 1
publish() { release publish --version "$1" --date "$hello_date" --key "$work/keys/hello-online.key"; }
publish 1.0.0 >/dev/null 2>&1 || exit 1
check "a client of the first release is content" client "$work/followed"
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
release publish --version 1.1.0 --date "$hello_date" --skip publish >/dev/null 2>&1 || exit 1
cp -a site "$work/site" && cp -a dist "$work/dist" && cp -a trust "$work/trust"

statuses=''
lines=''
discontent=''
unfinished=''
left=''
for ((room = 0; ; room++)); do
  umount site 2>/dev/null
  rm -rf dist trust
  cp -a "$work/dist" "$work/trust" .
  mount -t tmpfs -o size=4m none site && cp -a "$work/site/." site || exit 1
  # Fills it, and gives some pages back.
  head -c 8m /dev/zero >site/filler 2>/dev/null
  truncate -s "$(($(stat -c %s site/filler) / 4096 * 4096 - room * 4096))" site/filler
  found=0
  output=$(publish 1.1.0 2>&1) || found=$?
  [ $found = 0 ] && break
  [ $found = 13 ] || statuses+=" $room:$found"
  [ "$(grep -c '^cco-release: .*site.*No space left on device; make room and run again$' <<<"$output")" = 1 ] || lines+=" $room: $output"
  for state in fresh later; do
    rm -rf "${work:?}/$state"
    [ $state = fresh ] || cp -a "$work/followed" "$work/later"
    client "$work/$state" >/dev/null 2>&1 || discontent+=" $room:$state"
  done
  rm site/filler
  publish 1.1.0 >/dev/null 2>&1 || unfinished+=" $room"
  client "$work/later" >/dev/null 2>&1 || unfinished+=" $room:client"
  left+=$(find site -name '.*.tmp')
done
check "it was full at many points ($room)" test "$room" -gt 20
is "the status is that of a full disk each time" "$statuses" ""
is "and one line says what to do" "$lines" ""
is "clients are content meanwhile" "$discontent" ""
is "with room the same command ends well" "$unfinished" ""
is "and leaves no temporary file" "$left" ""
done_testing
