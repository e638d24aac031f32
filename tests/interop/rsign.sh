#!/usr/bin/env bash
# Our keys and signatures against rsign2, a minisign in Rust, in both directions.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/interop/package_index.sh
. "$SOURCE_ROOT/tests/interop/package_index.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v cargo >/dev/null || [ "$(printf '%s\n' 1.75 "$(cargo --version | cut -d ' ' -f 2)" | sort -V | head -n 1)" != 1.75 ]; then
  skip "rsign2 agrees with us" "no Rust here"
  done_testing
fi
fetch_or_skip rsign2 cargo install --quiet --root "$work" rsign2 --version 0.6.7
rsign=$work/bin/rsign
ours=$MINISIGN_TOOL
cd "$work" || exit 1

check "we make a key pair" "$ours" generate our.key our.pub
check "rsign makes one" "$rsign" generate --unencrypted -f -p stock.pub -s stock.key
comment=$(printf 'timestamp:1700000000\tfile:a.tar.gz\thashed\tapp:hello\tversion:1.4.2\tsha256:00')
for size in 0 1 64 4096 65537; do
  head -c "$size" /dev/urandom >"f$size"
  "$ours" sign our.key "f$size" "f$size.ours" "$comment"
  like "rsign verifies our signature of $size bytes and prints our comment" "$("$rsign" verify -p our.pub -x "f$size.ours" "f$size" 2>&1)" "$comment"
  "$rsign" sign -W -s stock.key -x "f$size.stock" -t "$comment" "f$size" >/dev/null 2>&1
  is "we verify rsign's signature of $size bytes and print its comment" "$("$ours" verify stock.pub "f$size" "f$size.stock" 2>&1)" "$comment"
done
# rsign's signatures are not deterministic, so bytes say nothing.
"$rsign" sign -W -s our.key -x crossed.stock -t "$comment" f4096 >/dev/null 2>&1
is "rsign signs with our key" "$("$ours" verify our.pub f4096 crossed.stock 2>&1)" "$comment"
"$ours" sign stock.key f4096 crossed.ours "$comment"
like "we sign with rsign's key" "$("$rsign" verify -p stock.pub -x crossed.ours f4096 2>&1)" "$comment"
status "rsign refuses ours for other bytes" 1 "$rsign" verify -p our.pub -x f64.ours f4096
status "and ours by another key" 1 "$rsign" verify -p stock.pub -x f64.ours f64
status "we refuse rsign's for other bytes" 7 "$ours" verify stock.pub f4096 f64.stock
done_testing
