#!/usr/bin/env bash
# What install.sh believes: damaged archives and signatures, servers that lie, tools that are missing.
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
start_server
pack tool 1.0.0
pack tool 0.9.0
pack tool 1.1.0-beta.1
lines="product tool
release 0.9.0 stable
platform linux-x86_64 tool-v0.9.0-linux-x86_64.tar.gz tool-0.9.0
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0
release 1.1.0-beta.1 beta
platform linux-x86_64 tool-v1.1.0-beta.1-linux-x86_64.tar.gz tool-1.1.0-beta.1
pin 1.0.0"
site good <<<"$lines"
archive=releases/v1.0.0/tool-v1.0.0-linux-x86_64.tar.gz
manifest=stable.version-manifest.json

# broken NAME: a fresh site to be damaged.
broken() { site "$1" <<<"$lines"; }
# refused SENTENCE STATUS REGEX SITE OPTION...: ends so, says so, leaves nothing.
refused() {
  local sentence=$1 expected=$2 words=$3
  shift 3
  new_home
  install_status "$sentence" "$expected" "$@"
  like "$sentence: it says so" "$output" "$words"
  nothing_left "$sentence: nothing is left"
}

# ---- the pinned archive
broken flipped
printf '\0' | dd of="$www/flipped/$archive" bs=1 seek=200 conv=notrunc 2>/dev/null
refused "an archive with a changed byte" 7 "sha256 [0-9a-f]{64} instead of" flipped
broken short
truncate -s -10 "$www/short/$archive"
refused "an archive cut short" 7 "bytes instead of" short
broken long
head -c 100000 /dev/zero >>"$www/long/$archive"
refused "an archive longer than announced" 7 "more bytes than announced|released" long
broken absent
rm "$www/absent/$archive"
refused "an archive that is not there" 6 "404" absent
broken page
cp "$www/portal.html" "$www/page/$archive"
refused "row 3: a web page in place of the archive" 6 "web page" page
site portal <<<"$lines"
refused "row 3: a captive portal that answers everything" 6 "web page" portal
site denied <<<"$lines"
refused "a server that refuses" 6 "403" denied
site plain <<<"$lines"
refused "row 4: a redirect to http:// is not followed" 6 "could not be fetched" plain
new_home
site moved <<<"$lines"
install_status "row 4: a redirect to https:// is followed" 0 moved
settings=(SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt)
refused "a server whose certificate nobody vouches for" 6 "ertificate" good
settings=(https_proxy=http://127.0.0.1:9)
refused "row 4: https_proxy is honoured: a proxy that refuses" 6 "could not be fetched" good
settings=(https_proxy=http://127.0.0.1:9 no_proxy=127.0.0.1)
new_home
install_status "row 4: no_proxy is honoured" 0 good
settings=(CURL_CA_BUNDLE="$ca" SSL_CERT_FILE=/nonexistent)
new_home
install_status "CURL_CA_BUNDLE is honoured" 0 good
settings=()

# ---- mirrors and folders: the same proof
broken mirror
printf '\0' | dd of="$www/mirror/$archive" bs=1 seek=200 conv=notrunc 2>/dev/null
new_home
install_status "--base-url: a mirror with wrong bytes is passed over" 0 good --base-url "$url/mirror"
like "--base-url: it is told" "$output" "mirror.*instead of"
new_home
install_status "--base-url: a good mirror serves a broken site" 0 flipped --base-url "$url/good/"
refused "--base-url takes no http://" 2 "https://" good --base-url "http://127.0.0.1:9"
new_home
install_status "--from: a folder serves without network" 0 absent --from "$www/good"
new_home
install_status "--base-url file:// is such a folder" 0 absent --base-url "file://$www/good"
refused "--from: a folder with a changed archive" 7 "instead of" good --from "$www/flipped"
refused "--from: a folder without the archive" 9 "absent does not hold tool-v1.0.0-linux-x86_64.tar.gz of 1.0.0" good --from "$www/absent"
refused "--from: no folder" 3 "not a folder" good --from "$www/nowhere"
refused "--from: a folder with a longer archive" 7 "bytes are more than the [0-9]+ announced" good --from "$www/long"
is "--from: and no word of a network or of a signal" "$(grep -c -E 'network|exceeded' <<<"$output")" 0
broken shut
chmod 000 "$www/shut/$archive"
refused "--from: an archive that may not be read" 3 "may not be read by user" good --from "$www/shut"
refused "--from: a web page in place of the archive" 7 "bytes instead of" good --from "$www/page"
broken pipe
rm "$www/pipe/$archive"
mkfifo "$www/pipe/$archive"
refused "--from: a FIFO does not hang" 9 "no such file" good --from "$www/pipe"

# ---- how curl is called, and a server that fails for a moment
tools "$work/noted" "${base_tools[@]}" sha256sum minisign
cat >"$work/noted/curl" <<SCRIPT
#!/bin/sh
printf '%s|' "\$@" >>$work/homes/curl.log
echo >>$work/homes/curl.log
exec /usr/bin/curl "\$@"
SCRIPT
chmod 755 "$work/noted/curl"
: >"$work/homes/curl.log"
chmod 666 "$work/homes/curl.log"
user_path=$work/noted
new_home
install_status "row 4: an installation by manifest and archive" 0 good --version 0.9.0
for words in '--proto|=https|' '--proto-redir|=https|' '--tlsv1.2|' '--retry|3|' '--connect-timeout|20|' '--max-redirs|5|' '--speed-time|60|' '--max-filesize|' '--fail|'; do
  is "row 4: each call of curl has ${words//|/ }" "$(grep -c -F -v -e "$words" "$work/homes/curl.log") $(wc -l <"$work/homes/curl.log")" "0 $(grep -c -F -e "$words" "$work/homes/curl.log")"
done
like "row 4: they are the manifests, their signatures and the archive" "$(wc -l <"$work/homes/curl.log")" "^[5-9]$"
is "row 4: no header and no name is given to any server" "$(grep -c -E -e '\|(-H|--header|-u|--user|-n|--netrc|--oauth2-bearer)\|' "$work/homes/curl.log")" 0
user_path=/usr/bin:/bin
flaky_port=$(free_port)
cat >"$work/flaky.py" <<'PYTHON'
# Answers each path with 503 the first time: flaky.py PORT FOLDER CERTIFICATE KEY
import http.server, ssl, sys
port, folder, certificate, key = sys.argv[1:]
seen = set()
class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *words):
        super().__init__(*words, directory=folder)
    def do_GET(self):
        if self.path in seen:
            return super().do_GET()
        seen.add(self.path)
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
PYTHON
exec 3< <(exec python3 "$work/flaky.py" "$flaky_port" "$www/good" "$work/leaf.pem" "$work/leaf.key")
more_servers=($!)
read -r _ <&3
new_home
install_status "row 4: a server that fails for a moment is asked again" 0 good --base-url "https://127.0.0.1:$flaky_port"
is "row 4: and no other place was needed" "$(grep -c warning <<<"$output")" 0
exec 3<&-

# ---- row 18: the text of a version
cp "$www/good/releases/v0.9.0/install.sh" "$work/first.sh"
cp "$www/good/releases/v0.9.0/install.ps1" "$work/first.ps1"
site later <<<"${lines/pin/release 1.2.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0
pin}"
sed "s#$url/later#$url/good#g" "$www/later/releases/v0.9.0/install.sh" >"$work/later.sh"
sed "s#$url/later#$url/good#g" "$www/later/releases/v0.9.0/install.ps1" >"$work/later.ps1"
check "row 18: a later release leaves the text of an earlier one as it is: install.sh" cmp "$work/first.sh" "$work/later.sh"
check "row 18: and install.ps1" cmp "$work/first.ps1" "$work/later.ps1"

# ---- on a terminal: curl draws a bar, and its words go to the terminal
mkdir "$work/pack/big-1.0.0"
cp "$work/pack/tool-1.0.0/tool" "$work/pack/big-1.0.0/"
head -c 1500000 /dev/urandom >"$work/pack/big-1.0.0/ballast"
tar -czf "$work/pack/big-v1.0.0-linux-x86_64.tar.gz" -C "$work/pack/big-1.0.0" .
big="product tool
release 1.0.0 stable
platform linux-x86_64 big-v1.0.0-linux-x86_64.tar.gz big-1.0.0
release 1.0.0-beta.1 beta
platform linux-x86_64 tool-v1.1.0-beta.1-linux-x86_64.tar.gz tool-1.1.0-beta.1
pin 1.0.0-beta.1"
site refused <<<"$big"
site big <<<"$big"
new_home
found=0
output=$(user script -qec "dash -s -- --channel nightly <$www/refused/install.sh" /dev/null </dev/null) || found=$?
is "a server that refuses, on a terminal" "$found" 6
like "the reason is that of the archive, not of a manifest before it" "$output" "warning: .*big-v1.0.0.*(HTTP|error:) 403"
is "no word of the manifest that the site does not have" "$(grep -c 'warning:.*404' <<<"$output")" 0
is "nor of manifests at all: they are small" "$(grep -c 'error: 404' <<<"$output")" 0
output=$(user script -qec "dash -s -- --channel nightly <$www/big/install.sh" /dev/null </dev/null) || found=$?
is "a terminal gets one bar, of the archive" "$(tr '\r' '\n' <<<"$output" | grep -c "100[.,]0%")" 1

# ---- signatures: another version or channel, by minisign and by openssl
tools "$work/without-minisign" "${base_tools[@]}" sha256sum curl openssl
for tool in minisign openssl; do
  user_path=/usr/bin:/bin
  [ "$tool" = minisign ] || user_path=$work/without-minisign
  new_home
  install_status "$tool: an older version by its signed manifest" 0 good --version v0.9.0
  is "$tool: it is that version" "$("$home/.local/bin/tool")" "tool 0.9.0"
  install_status "$tool: the newest beta" 0 good --channel beta
  is "$tool: it is the beta" "$("$home/.local/bin/tool")" "tool 1.1.0-beta.1"
  new_home
  install_status "$tool: --from with another version" 0 good --version 0.9.0 --from "$www/good"
  refused "$tool: a version that does not exist" 9 "there are: *1.0.0|there are:.*0.9.0" good --version 3.0.0
  refused "$tool: a version that is none" 2 "not a version" good --version ../../etc

  broken "bit-$tool"
  sed -i 's/0\.9\.0-linux-x86_64/0.9.0-linux-x86_65/' "$www/bit-$tool/$manifest"
  refused "$tool: a manifest that was changed" 7 "signature" "bit-$tool" --version 0.9.0
  broken "unsigned-$tool"
  rm "$www/unsigned-$tool/$manifest.minisig"
  refused "$tool: a manifest without signature" 7 "no signature" "unsigned-$tool" --version 0.9.0
  broken "other-$tool"
  (umask 077 && cp "$work/key" "$work/other.key")
  rm -f "$work/other"*
  (cd "$work" && printf '\n\n' | minisign -G -W -p other.pub -s other.key >/dev/null 2>&1)
  comment=$(sed -n '3s/^trusted comment: //p' "$www/other-$tool/$manifest.minisig")
  minisign -S -s "$work/other.key" -m "$www/other-$tool/$manifest" -t "$comment" >/dev/null 2>&1 </dev/null
  refused "$tool: a manifest signed by another key" 7 "none of the keys" "other-$tool" --version 0.9.0
  # resign NAME FROM TO: signed by the right key, with a comment that says something else
  resign() {
    broken "$1-$tool"
    comment=$(sed -n '3s/^trusted comment: //p' "$www/$1-$tool/$manifest.minisig" | sed "s/$2/$3/")
    minisign -S -s "$work/key" -m "$www/$1-$tool/$manifest" -t "$comment" >/dev/null 2>&1 </dev/null || echo "cannot sign"
    chmod a+r "$www/$1-$tool/"*
  }
  resign product app:tool app:pool
  refused "$tool: a signature for another product" 7 "for another file" "product-$tool" --version 0.9.0
  resign file file:stable file:beta
  refused "$tool: a signature for another file" 7 "for another file" "file-$tool" --version 0.9.0
  resign channel channel:stable channel:beta
  refused "$tool: a signature for another channel" 7 "for another file" "channel-$tool" --version 0.9.0
  resign twice 'app:tool' 'app:tool\tapp:tool'
  refused "$tool: a field that is there twice" 7 "for another file" "twice-$tool" --version 0.9.0
  broken "comment-$tool"
  sed -i '3s/app:tool/app:pool/' "$www/comment-$tool/$manifest.minisig"
  refused "$tool: a trusted comment that was changed" 7 "signature" "comment-$tool" --version 0.9.0
  broken "lines-$tool"
  echo more >>"$www/lines-$tool/$manifest.minisig"
  refused "$tool: a fifth line in a signature" 7 "minisign's form" "lines-$tool" --version 0.9.0
  broken "legacy-$tool"
  comment=$(sed -n '3s/^trusted comment: //p' "$www/legacy-$tool/$manifest.minisig")
  minisign -S -l -s "$work/key" -m "$www/legacy-$tool/$manifest" -t "$comment" >/dev/null 2>&1 </dev/null
  refused "$tool: a signature of the older form" 7 "minisign's form" "legacy-$tool" --version 0.9.0
  broken "html-$tool"
  cp "$www/portal.html" "$www/html-$tool/$manifest"
  refused "$tool: row 3: a web page in place of the manifest" 6 "web page" "html-$tool" --version 0.9.0
done
user_path=/usr/bin:/bin
broken withdrawn
site withdrawn <<<"${lines/pin/yank it deletes files
pin}"
refused "a withdrawn version" 9 "withdrawn: .*it deletes files" withdrawn --version 1.1.0-beta.1
new_home
install_status "the newest of a channel passes over what was withdrawn" 0 withdrawn --channel beta
is "it is the one before" "$("$home/.local/bin/tool")" "tool 1.0.0"
site floor <<<"$lines
floor 1.0.0"
refused "a version below the security floor" 9 "known hole" floor --version 0.9.0
refused "a channel that the site does not have" 9 "beta|nightly" "good" --version 9.9.9 --channel nightly

# ---- tools
tools "$work/few" "${base_tools[@]}" sha256sum curl
user_path=$work/few
for tool in jq python python3 perl unzip bash minisign openssl wget; do
  check "row 7: no $tool here" test ! -e "$work/few/$tool"
done
new_home
install_status "row 7: it installs without them" 0 good
is "row 7: it runs" "$("$home/.local/bin/tool")" "tool 1.0.0"
install_status "row 7: and again" 0 good
install_status "row 7: and it is taken away" 0 good --uninstall
user_path=/usr/bin:/bin
tools "$work/bare" "${base_tools[@]}"
for hash in sha256sum shasum openssl; do
  tools "$work/by-$hash" "${base_tools[@]}" curl "$hash"
  [ "$hash" != shasum ] || tools "$work/by-$hash" perl
  user_path=$work/by-$hash
  new_home
  install_status "$hash alone computes the hash" 0 good --verbose
  like "$hash: it is named" "$output" "verified by $hash"
  refused "$hash finds a changed byte" 7 "instead of" flipped
done
tools "$work/no-hash" "${base_tools[@]}" curl wget
user_path=$work/no-hash
refused "without any tool for hashes it stops" 7 "nothing can be verified" good
mkdir "$work/liar"
tools "$work/liar" "${base_tools[@]}" curl
printf '#!/bin/sh\nexit 1\n' >"$work/liar/sha256sum"
chmod 755 "$work/liar/sha256sum"
user_path=$work/liar
refused "a tool for hashes that fails proves nothing" 7 "instead of" good
user_path=$work/bare
tools "$work/bare" sha256sum
refused "without curl and wget it says so" 6 "neither curl nor wget" good
new_home
install_status "without both, --from works" 0 good --from "$www/good"
tools "$work/wget" "${base_tools[@]}" sha256sum wget
user_path=$work/wget
new_home
install_status "row 4: GNU wget downloads, with the CA of SSL_CERT_FILE" 0 good --verbose
like "row 4: GNU wget is named" "$output" "gnu-wget"
refused "wget: a changed byte" 7 "instead of" flipped
refused "wget: an archive that is not there" 6 "404" absent
refused "wget: row 3: a web page" 6 "web page" page
settings=(SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt)
refused "wget: a server whose certificate nobody vouches for" 6 "ertificate" good
settings=(HTTPS_PROXY=http://127.0.0.1:9)
refused "wget: HTTPS_PROXY is honoured" 6 "could not be fetched" good
settings=()
tools "$work/busybox" "${base_tools[@]}" sha256sum
ln -s "$(command -v busybox)" "$work/busybox/wget"
user_path=$work/busybox
new_home
install_status "row 4: busybox wget downloads; the hash is the proof" 0 good
refused "busybox wget: a changed byte" 7 "instead of" flipped
tools "$work/only-pinned" "${base_tools[@]}" sha256sum curl
user_path=$work/only-pinned
new_home
install_status "without minisign and openssl the pinned version installs" 0 good
refused "without minisign and openssl another version does not" 7 "install minisign or OpenSSL 3" good --version 0.9.0
mkdir "$work/old-openssl"
tools "$work/old-openssl" "${base_tools[@]}" sha256sum curl
printf '#!/bin/sh\necho "LibreSSL 3.3.6"\n' >"$work/old-openssl/openssl"
chmod 755 "$work/old-openssl/openssl"
user_path=$work/old-openssl
refused "LibreSSL is not taken for OpenSSL 3" 7 "install minisign or OpenSSL 3" good --version 0.9.0
user_path=/usr/bin:/bin

# ---- archives that a releaser should not have made
evil() { # NAME TAR-WORD...: a release whose archive is made by these words of tar
  local name=$1
  shift
  mkdir -p "$work/pack/$name"
  cp "$work/pack/tool-1.0.0/tool" "$work/pack/$name/"
  (cd "$work/pack/$name" && tar -czf "../$name-v1.0.0-linux-x86_64.tar.gz" "$@" tool 2>/dev/null)
  site "$name" <<<"product tool
release 1.0.0 stable
platform linux-x86_64 $name-v1.0.0-linux-x86_64.tar.gz tool-1.0.0"
}
echo evil >"$work/pack/evil.txt"
evil climbing -P ../evil.txt
refused "an archive with ../ entries" 7 "outside its folder" climbing
evil absolute -P "$work/pack/evil.txt"
refused "an archive with absolute paths" 7 "outside its folder" absolute
mkdir -p "$work/pack/linked"
ln -s /etc/passwd "$work/pack/linked/passwd"
evil linked passwd
refused "an archive with links" 7 "links or devices" linked
mkdir "$work/pack/lying-1.0.0"
program "$work/pack/lying-1.0.0/tool" "tool 9.9.9"
tar -czf "$work/pack/lying-v1.0.0-linux-x86_64.tar.gz" -C "$work/pack/lying-1.0.0" .
site lying <<<"product tool
release 1.0.0 stable
platform linux-x86_64 lying-v1.0.0-linux-x86_64.tar.gz lying-1.0.0"
refused "a program that reports another version" 7 "does not say that it is version 1.0.0" lying
mkdir "$work/pack/failing-1.0.0"
program "$work/pack/failing-1.0.0/tool" "tool 1.0.0" 3
tar -czf "$work/pack/failing-v1.0.0-linux-x86_64.tar.gz" -C "$work/pack/failing-1.0.0" .
site failing <<<"product tool
release 1.0.0 stable
platform linux-x86_64 failing-v1.0.0-linux-x86_64.tar.gz failing-1.0.0"
refused "row 8: a program that fails its test run" 9 "does not run here: status 3" failing
new_home
install good >/dev/null 2>&1
before=$(picture)
install_status "row 8: over an installed one" 9 failing
is "row 8: the old one stays as it is" "$(picture)" "$before"
done_testing
