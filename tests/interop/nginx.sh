#!/usr/bin/env bash
# A real web server (Debian's nginx, TLS by a CA of our own) serves the published folder; a stranger installs by curl | bash, updates,
# rolls back, uninstalls.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/interop/esbuild_project.sh
. "$SOURCE_ROOT/tests/interop/esbuild_project.sh"
work=$(mktemp -d)
nginx=
cleanup() {
  if [ -n "$nginx" ]; then kill "$nginx" 2>/dev/null; wait "$nginx" 2>/dev/null; fi
  rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=test CA' \
  -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' \
  -keyout "$work/leaf.key" -out "$work/leaf.csr" 2>/dev/null
openssl x509 -req -in "$work/leaf.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
  -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$work/leaf.pem" 2>/dev/null

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=https://localhost:$port
esbuild_project "$work/project" "$url" "$CCO"
cd "$work/project" || exit 1
check "0.28.1 is published" "$CCO_RELEASE" publish --version 0.28.1 --date 2026-11-20T10:00:00Z
cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/error.log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log $work/access.log;
  client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
  types { text/plain sh ps1 minisig sha256; application/json json; application/gzip gz; application/zip zip; }
  server { listen 127.0.0.1:$port ssl; ssl_certificate $work/leaf.pem; ssl_certificate_key $work/leaf.key; root $work/project/site; }
}
CONF
sed -i "1i user $(id -un);" "$work/nginx.conf"
PATH=$PATH:/usr/sbin:/sbin nginx -c "$work/nginx.conf" -p "$work" 2>/dev/null &
nginx=$!
for _ in $(seq 100); do curl -fs --cacert "$work/ca.pem" "$url/install.sh" >/dev/null && break; sleep 0.05; done

home=$work/home
mkdir "$home"
stranger() { env -i HOME="$home" PATH="$home/.local/bin:/usr/bin:/bin" SSL_CERT_FILE="$work/ca.pem" CURL_CA_BUNDLE="$work/ca.pem" "$@"; }

check "curl | bash installs" stranger bash -o pipefail -c "curl -fsSL $url/install.sh | bash"
is "the product that PATH finds is 0.28.1" "$(stranger esbuild --version)" 0.28.1
status "an update that finds nothing new ends with 0" 0 stranger esbuild-updater update --yes
status "--check says the same" 0 stranger esbuild-updater update --check
: >"$work/access.log"
stranger esbuild-updater update --check >/dev/null 2>&1
requests=$(wc -l <"$work/access.log")
check "a check that finds nothing new costs two requests at most ($requests seen)" test "$requests" -le 2

check "0.28.2 is published" "$CCO_RELEASE" publish --version 0.28.2 --date 2026-11-21T10:00:00Z
status "--check tells of an update" 10 stranger esbuild-updater update --check
is "and changes nothing" "$(stranger esbuild --version)" 0.28.1
check "update takes it" stranger esbuild-updater update --yes
is "PATH finds 0.28.2" "$(stranger esbuild --version)" 0.28.2
check "rollback goes back" stranger esbuild-updater rollback
is "PATH finds 0.28.1 again" "$(stranger esbuild --version)" 0.28.1
status "a plain update holds after the rollback and ends with 0" 0 stranger esbuild-updater update --yes
is "PATH still finds 0.28.1" "$(stranger esbuild --version)" 0.28.1
check "verify over HTTPS finds all well" env SSL_CERT_FILE="$work/ca.pem" "$CCO_RELEASE" verify --url "$url"
check "uninstall takes it away" stranger esbuild-updater uninstall --purge
check "no binary is left" test ! -e "$home/.local/bin/esbuild" -a ! -e "$home/.local/bin/esbuild-updater"
is "and no file of it" "$(cd "$home" && find . -type f | grep -i esbuild)" ""
done_testing
