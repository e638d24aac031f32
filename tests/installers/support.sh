# What the tests of the installers share: a site from real programs, a web server with a CA of its own, and runs of
# install.sh in an empty environment as a user without privileges. Source it; it sources tap.sh.
#
#   $work       a folder of this script, removed at its end     $www   the web server's root
#   $url        https://127.0.0.1:PORT                          $ca    its CA
# shellcheck shell=bash disable=SC2034 # the scripts use what is set here
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/installers.XXXXXX")
www=$work/www
ca=$work/ca.pem
url=
server=
mkdir "$www" "$work/pack" "$work/homes"
chmod 755 "$work"

# Root is no measure of permissions: everything is installed as nobody.
as_user=()
user_id=$(id -u)
if [ "$user_id" = 0 ]; then
  as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  user_id=65534
fi
give() { [ ${#as_user[@]} = 0 ] || chown -R "$user_id:$user_id" "$@"; } # FILE...: to that user

# Those to try, separated by colons.
export INSTALLERS_SHELLS=${INSTALLERS_SHELLS:-dash:bash:bash --posix:busybox ash:ksh93:mksh:yash:posh:zsh:zsh --emulate sh}
IFS=: read -r -a all_shells <<<"$INSTALLERS_SHELLS"

more_servers=() # processes of a script, to be ended with it
tidy_up() {
  local process
  for process in $server "${more_servers[@]}"; do
    kill "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  chmod -R u+rwX "$work" 2>/dev/null
  rm -rf "$work"
}
trap tidy_up EXIT

# program FILE TEXT [STATUS]: a real program that prints TEXT.
program() {
  printf '#include <stdio.h>\nint main(void) { puts("%s"); return %s; }\n' "$2" "${3:-0}" | gcc -O1 -x c -o "$1" -
}

# pack NAME VERSION [PLATFORM]: $work/pack/NAME-vVERSION-PLATFORM.tar.gz of the folder $work/pack/NAME-VERSION, which
# is made with the program NAME and a licence if it is not there.
pack() {
  local name=$1 version=$2 platform=${3:-linux-x86_64}
  local folder=$work/pack/$name-$version
  if [ ! -d "$folder" ]; then
    mkdir "$folder"
    program "$folder/$name" "$name $version"
    printf 'licence of %s\n' "$name" >"$folder/LICENSE"
  fi
  tar --sort=name --owner=0 --group=0 --mtime=@1700000000 -czf "$work/pack/$name-v$version-$platform.tar.gz" -C "$folder" .
}

# site NAME: a site at $url/NAME, from lines of make_site on stdin (archives and folders below $work/pack).
site() {
  mkdir -p "$www/$1"
  if ! (cd "$work/pack" && "$MAKE_SITE" "$www/$1" "${url:-https://127.0.0.1:9}/$1" "$work/key"); then
    echo "Bail out! make_site failed"
    exit 1
  fi
  chmod -R a+rX "$www/$1"
}

# two_sites: `one` installs tool 1.0.0 and `two` installs 1.1.0, from the same releases; the arrays of these names are
# the first arguments of install.
two_sites() {
  local lines="product tool
release 1.0.0 stable
platform linux-x86_64 tool-v1.0.0-linux-x86_64.tar.gz tool-1.0.0
release 1.1.0 stable
platform linux-x86_64 tool-v1.1.0-linux-x86_64.tar.gz tool-1.1.0"
  pack tool 1.0.0
  pack tool 1.1.0
  site one <<<"$lines
pin 1.0.0"
  site two <<<"$lines"
  one=(one --from "$www/one")
  two=(two --from "$www/two")
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

make_authority() { # FILE PREFIX: a CA and a leaf for 127.0.0.1 and localhost
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=test CA' \
    -keyout "$1.ca.key" -out "$1.ca.pem" 2>/dev/null
  # RSA: what busybox wget speaks, too.
  openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' \
    -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$1.ca.pem" -CAkey "$1.ca.key" -CAcreateserial -days 2 \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$1.pem" 2>/dev/null
}

# Starts nginx on $www; sets $url.
start_server() {
  local port
  port=$(free_port)
  make_authority "$work/leaf"
  cp "$work/leaf.ca.pem" "$ca"
  chmod 644 "$ca"
  url=https://127.0.0.1:$port
  cat >"$work/nginx.conf" <<CONF
user $(id -un);
daemon off; pid $work/nginx.pid; error_log $work/error.log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log $work/access.log;
  client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
  types { text/plain sh ps1 minisig; application/json json; application/gzip gz; }
  server {
    listen 127.0.0.1:$port ssl; ssl_certificate $work/leaf.pem; ssl_certificate_key $work/leaf.key; root $www;
    ssl_ciphers DEFAULT:@SECLEVEL=0; # busybox wget knows no newer signatures
    location /portal/ { rewrite ^ /portal.html last; }
    location = /portal.html { internal; }
    location /plain/ { return 302 http://127.0.0.1:9\$request_uri; }
    location /moved/ { rewrite ^/moved/(.*)$ $url/good/\$1 redirect; }
    location ~ ^/refused/.*[.]gz$ { return 403; }
    location /denied/ { return 403; }
  }
}
CONF
  printf '<!DOCTYPE html>\n<html><body>Please log in</body></html>\n' >"$www/portal.html"
  PATH=$PATH:/usr/sbin:/sbin nginx -c "$work/nginx.conf" -p "$work" 2>"$work/nginx.log" &
  server=$!
  local try
  for try in $(seq 200); do
    if curl -fsS --cacert "$ca" "$url/portal.html" >/dev/null 2>&1 || curl -sS --cacert "$ca" "$url/" >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  echo "Bail out! nginx does not answer: $(cat "$work/nginx.log" "$work/error.log" 2>/dev/null), try $try"
  exit 1
}

# skip SENTENCE REASON: what cannot be tried here is told.
skip() {
  tap_count=$((tap_count + 1))
  printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# new_home: an empty home, in $home.
home_number=0
new_home() {
  home_number=$((home_number + 1))
  home=$work/homes/$home_number
  mkdir "$home"
  give "$home"
}

# user WORD...: runs a command as the user, in an environment that holds what $settings adds (NAME=VALUE words).
settings=()
shell=dash
user_path=/usr/bin:/bin
user() {
  (cd "${home:-/}" 2>/dev/null || cd /
    "${as_user[@]}" env -i HOME="$home" PATH="$user_path" SHELL=/bin/bash SSL_CERT_FILE="$ca" "${settings[@]}" "$@")
}

# install SITE OPTION...: pipes that site's install.sh into $shell, as people do.
install() {
  local site_name=$1
  shift
  local how="-s --"
  [ "$shell" != posh ] || how=/dev/stdin # it knows no -s
  # shellcheck disable=SC2086 # "bash --posix" is two words
  user $shell $how "$@" <"$www/$site_name/install.sh"
}

# install_status SENTENCE EXPECTED SITE OPTION...: like status of tap.sh; $output has both streams.
install_status() {
  local sentence=$1 expected=$2 found=0
  shift 2
  output=$(install "$@" 2>&1) || found=$?
  if [ "$found" = "$expected" ]; then tap_report 0 "$sentence"; else tap_report 1 "$sentence" "exit $found, expected $expected: $output"; fi
}

# What stands in the home: names, modes, contents.
picture() { (cd "$home" && find . -mindepth 1 -printf '%p %y %m %l\n' -type f -exec sha256sum {} + | sort); }
nothing_left() { # SENTENCE
  is "$1" "$(cd "$home" && find . -mindepth 1)" ""
}

# tools FOLDER NAME...: a folder for PATH with these programs alone.
tools() {
  local folder=$1 name place
  shift
  mkdir -p "$folder"
  for name in "$@"; do
    place=$(command -v "$name") || place=$(PATH=$PATH:/usr/sbin:/sbin command -v "$name") || continue
    ln -sf "$place" "$folder/$name"
  done
}
base_tools=(sh dash env id ls sed tr cut cat wc uname mkdir rm mv ln cp chmod rmdir find df dd grep awk od getconf ldd tar gzip date head tail sync timeout sleep printf)
