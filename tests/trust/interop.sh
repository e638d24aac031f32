#!/usr/bin/env bash
# Our keys and signatures against the stock minisign, in both directions, and against signify.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
for tool in minisign signify-openbsd openssl; do command -v "$tool" >/dev/null || { echo "Bail out! $tool is missing: ci/deps installs it"; exit 1; }; done
ours=$MINISIGN_TOOL

check "we make a key pair" "$ours" generate our.key our.pub
minisign -G -W -f -p stock.pub -s stock.key >/dev/null || exit 1
minisign -R -f -s our.key -p again.pub >/dev/null 2>&1
is "minisign finds our public key in our secret key" "$(tail -n 1 again.pub)" "$(tail -n 1 our.pub)"
is "and its comment is ours" "$(head -n 1 our.pub)" "$(head -n 1 again.pub)"

comment=$(printf 'timestamp:1700000000\tfile:cco-1.4.2.tar.gz\thashed\tapp:cco\tversion:1.4.2\tsha256:00')
for size in 0 1 63 64 65 127 128 129 1000 4095 4096 65537 1048576; do
  head -c "$size" /dev/urandom >"f$size"
  ours_verdict=bad stock_verdict=bad
  "$ours" sign our.key "f$size" "f$size.ours" "$comment" && stock_verdict=$(minisign -V -H -Q -p our.pub -m "f$size" -x "f$size.ours" 2>&1)
  is "minisign verifies our signature of $size bytes and prints our comment" "$stock_verdict" "$comment"
  minisign -S -s stock.key -m "f$size" -x "f$size.stock" -t "$comment" >/dev/null
  ours_verdict=$("$ours" verify stock.pub "f$size" "f$size.stock" 2>&1)
  is "we verify minisign's signature of $size bytes and print its comment" "$ours_verdict" "$comment"
done

minisign -S -s our.key -m f1000 -x same.stock -t "$comment" >/dev/null
check "minisign with our key makes our bytes" cmp same.stock f1000.ours
"$ours" sign stock.key f1000 same.ours "$comment"
check "we with minisign's key make its bytes" cmp same.ours f1000.stock
minisign -S -s stock.key -m f1000 -x default.stock >/dev/null
like "minisign's own default comment is read" "$("$ours" verify stock.pub f1000 default.stock)" '^timestamp:[0-9]+	file:f1000	hashed$'

minisign -S -l -s stock.key -m f1000 -x legacy >/dev/null
status "minisign's legacy form is refused" 7 "$ours" verify stock.pub f1000 legacy
like "with its reason" "$output" "legacy form"
sed -n 1,2p legacy >legacy.signify
check "signify accepts that one, so the refusal is of the form" signify-openbsd -V -q -p stock.pub -m f1000 -x legacy.signify
status "a signify signature is refused" 7 "$ours" verify stock.pub f1000 legacy.signify
signify-openbsd -G -n -p signify.pub -s signify.sec
signify-openbsd -S -s signify.sec -m f1000 -x signify.sig
status "so is one of signify's own key" 7 "$ours" verify signify.pub f1000 signify.sig
sed -n 1,2p f1000.ours >ours.signify
status "signify refuses ours, which are prehashed" 1 signify-openbsd -V -q -p our.pub -m f1000 -x ours.signify

status "other bytes are refused" 7 "$ours" verify stock.pub f128 f129.stock
status "and by minisign, with ours" 1 minisign -V -p our.pub -m f128 -x f129.ours
status "another key is refused" 7 "$ours" verify our.pub f1000 f1000.stock
{ cat f1000.stock; echo more; } >trailing
check "minisign ignores lines after the fourth" minisign -V -q -p stock.pub -m f1000 -x trailing
status "we do not" 7 "$ours" verify stock.pub f1000 trailing
status "a secret key is no public key" 3 "$ours" verify our.key f1000 f1000.ours
status "a public key is no secret key" 3 "$ours" sign our.pub f1000 x "$comment"

check "we make an encrypted key" "$ours" generate locked.key locked.pub 'correct horse'
check "minisign opens it with the password" sh -c 'echo "correct horse" | minisign -S -s locked.key -m f64 -x locked.sig'
check "and we verify what it signed" "$ours" verify locked.pub f64 locked.sig
printf 'stock pass\nstock pass\n' | minisign -G -f -p stock-locked.pub -s stock-locked.key >/dev/null 2>&1
check "we open minisign's encrypted key" "$ours" sign stock-locked.key f64 stock-locked.sig "$comment" 'stock pass'
check "and minisign verifies what we signed" minisign -V -q -p stock-locked.pub -m f64 -x stock-locked.sig
status "a wrong password is told" 3 "$ours" sign stock-locked.key f64 x "$comment" 'stick pass'
like "in its own words" "$output" "password is wrong"

# The check with OpenSSL alone that installers fall back on.
openssl_verifies() { # pub file signature
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; sed -n 2p "$1" | base64 -d | tail -c 32; } | openssl pkey -pubin -inform DER -out key.pem &&
    sed -n 2p "$3" | base64 -d | tail -c 64 >first && openssl dgst -blake2b512 -binary "$2" >digest &&
    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in digest -sigfile first &&
    { cat first; sed -n 3p "$3" | cut -c18- | tr -d '\n'; } >both && sed -n 4p "$3" | base64 -d >second &&
    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in both -sigfile second
}
check "openssl verifies our signature" openssl_verifies our.pub f65537 f65537.ours
status "and refuses it for other bytes" 1 openssl_verifies our.pub f4096 f65537.ours
done_testing
