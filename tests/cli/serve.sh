#!/usr/bin/env bash
# cco-release serve, asked by the stock curl: files, ranges, tags, many at once, and no way out of the folder.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1
mkdir -p site/sub tmp
printf 'echo hello\n' >site/install.sh
head -c 3000000 /dev/urandom >site/large.bin
echo secret >secret
ln -s ../secret site/leak

TMPDIR=$work/tmp "$CCO_RELEASE" serve site --port 0 >ready 2>errors &
server=$!
for _ in $(seq 200); do [ -s ready ] && break; sleep 0.02; done
is "one ready line" "$(wc -l <ready)" 1
url=$(sed 's/ ca=.*//' ready)
ca=$(sed 's/.* ca=//' ready)
get() { curl -s --max-time 20 --cacert "$ca" "$@"; }
code() { get -o /dev/null -w '%{http_code}' --path-as-is "$@"; }

like "the line has address and certificate" "$(cat ready)" '^https://127\.0\.0\.1:[0-9]+/ ca=/.*\.pem$'
is "a file comes" "$(get "${url}install.sh")" "echo hello"
is "by the name localhost too" "$(get "${url/127.0.0.1/localhost}install.sh")" "echo hello"
is "a client that does not know the authority is refused" "$(curl -s --max-time 5 -o /dev/null -w '%{exitcode}' "${url}install.sh")" 60
is "a large file comes whole" "$(get "${url}large.bin" | sha256sum)" "$(sha256sum <site/large.bin)"
is "HEAD tells its size" "$(get -I "${url}large.bin" | tr -d '\r' | sed -n 's/^Content-Length: //p')" 3000000
is "a part is a part" "$(get -r 1000-1999 "${url}large.bin" | sha256sum)" "$(tail -c +1001 site/large.bin | head -c 1000 | sha256sum)"
is "with status 206" "$(code -r 0-0 "${url}large.bin")" 206
is "a part behind the end is 416" "$(code -r 3000000- "${url}large.bin")" 416
head -c 1000000 site/large.bin >resumed
get -C - -o resumed "${url}large.bin"
is "curl resumes" "$(sha256sum <resumed)" "$(sha256sum <site/large.bin)"
tag=$(get -I "${url}install.sh" | tr -d '\r' | sed -n 's/^ETag: //p')
is "the tag of a file saves its transfer" "$(code -H "If-None-Match: $tag" "${url}install.sh")" 304
while read -r expected path; do
  is "$path is $expected" "$(code "${url}$path")" "$expected"
done <<'TABLE'
404 nothing
404 leak
404 ../secret
404 %2e%2e/secret
404 sub/../../secret
404 sub/%2e%2e/%2e%2e/secret
200 sub/
404 /etc/passwd
400 install.sh%00
200 sub/../install.sh
TABLE
like "a folder is listed" "$(get "$url")" '<a href="/install\.sh">install\.sh</a>'
is "only GET and HEAD" "$(code -X DELETE "${url}install.sh")" 405
is "the file is still there" "$(code "${url}install.sh")" 200
is "a head that does not end is refused" "$(code -H "X: $(head -c 20000 /dev/zero | tr '\0' x)" "${url}install.sh")" 431
pids=()
for n in $(seq 50); do
  get -o "many.$n" "${url}large.bin" &
  pids+=($!)
done
wait "${pids[@]}"
is "fifty at once get it whole" "$(sha256sum many.* | cut -d' ' -f1 | sort -u)" "$(sha256sum <site/large.bin | cut -d' ' -f1)"
is "two requests share a connection" "$(get -o /dev/null -o /dev/null -w '%{num_connects}' "${url}install.sh" "${url}install.sh")" 10

status "a port in use is said in one line" 3 "$CCO_RELEASE" serve site --port "$(printf '%s' "$url" | sed 's/.*:\([0-9]*\)\/$/\1/')"
like "with what to do" "$output" "in use.*--port"
status "a folder that is not there" 9 "$CCO_RELEASE" serve nowhere --port 0
status "a port that is none" 2 "$CCO_RELEASE" serve site --port 70000
kill -TERM "$server"
wait "$server"
is "SIGTERM ends it with 0" "$?" 0
server=
is "nothing is left in the temporary folder" "$(ls tmp)" ""
is "it had nothing to complain about" "$(cat errors)" ""
done_testing
