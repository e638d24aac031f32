#!/usr/bin/env bash
# kill_at itself: it counts what changes state, in children and threads too, and kills before the call is applied.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

count() { "$KILL_AT" --count -- "$@" 2>/dev/null; }
is "a command that changes nothing has no such call" "$(count sh -c 'cat /etc/passwd >/dev/null; echo out')" 0
is "open, write, rename and unlink count" "$(count sh -c 'echo a >one; mv one two; rm two')" 4
is "so do those of a child in the background" "$(count sh -c '(mkdir d; rmdir d) & wait')" 2
status "the command's own status is passed on" 7 "$KILL_AT" --at 99 -- sh -c 'exit 7'
status "a command that is not there ends with 2" 2 "$KILL_AT" --count -- ./nothing
status "a point that is no number is refused" 2 "$KILL_AT" --at none -- true
for point in 1 2 3 4 5; do
  rm -f one two
  status "killed at $point" "$([ $point -le 4 ] && echo 137 || echo 0)" "$KILL_AT" --at $point -- sh -c 'echo a >one; mv one two; rm two'
  case $point in
    1 | 5) expected='' ;;
    2 | 3) expected=one ;;
    4) expected=two ;;
  esac
  is "killed at $point: what is there" "$(ls)" "$expected"
  [ $point != 2 ] || is "killed at 2: the write did not happen" "$(cat one)" ''
done
"$KILL_AT" --at 2 -- sh -c '(sleep 60) & echo a >one' 2>/dev/null
is "children are killed too" "$(pgrep -f "^sleep 60$" -s 0 | wc -l)" 0
# EXDEV is left out: mv copies then.
for error in ENOSPC EIO EACCES EROFS EBUSY ETXTBSY EINTR; do
  rm -f one two
  "$KILL_AT" --at 3 --fail $error -- sh -c 'echo a >one; mv one two; echo $?' >status 2>log
  is "$error: the call is not made, and the command hears of it" "$(ls one two 2>/dev/null) $(cat status)" "one 1"
done
rm -f one two
"$KILL_AT" --from 2 --fail ENOSPC -- sh -c 'echo a >one; echo b >two; rm one' 2>log
is "a disk that is full stays full, and something can be removed" "$(ls one two 2>/dev/null)" ""
is "a write that is short is followed by one for the rest" \
  "$("$KILL_AT" --list --at 2 --short -- dd if=/dev/zero of=one bs=100 count=1 2>&1 | grep -c write) $(wc -c <one)" "2 100"
status "an error that is not known is refused" 2 "$KILL_AT" --at 1 --fail EVIL -- true
done_testing
