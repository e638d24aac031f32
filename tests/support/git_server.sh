# git over real HTTPS with tokens: git-http-backend behind nginx, for scripts that speak TAP. Source it after tap.sh.
#   git_server DIR        starts it; sets $git_url (of all repositories), $git_root (where they are) and $git_ca (whose certificate it has)
#   git_server_stop       ends it, and what it started
#   git_repository NAME   makes an empty one, whose HEAD is main
# Anybody may fetch, below private/ only a token may. The user x-access-token with $git_token may push; the user `reader` with
# $git_reader_token may fetch and gets 403 for a push. old/NAME.git leads to NAME.git (a repository that was renamed), away/NAME.git to
# the same server under another host name. $git_log has a line a request: method, status, URI, "auth" or "-", and the host it was for.
# shellcheck shell=bash
# shellcheck disable=SC2034  # those who source it read them
git_token=token-that-may-push
git_reader_token=token-that-may-read
git_server_pids=()

git_server_stop() {
  local pid
  for pid in "${git_server_pids[@]}"; do kill -- "-$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
  git_server_pids=()
}

git_certificate() { # DIR: a certificate authority of its own and a certificate for localhost and 127.0.0.1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 60 -subj '/CN=test CA' \
    -keyout "$1/ca.key" -out "$1/ca.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' -keyout "$1/leaf.key" -out "$1/leaf.csr" 2>/dev/null
  openssl x509 -req -in "$1/leaf.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 60 \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$1/leaf.pem" 2>/dev/null
}

git_server() { # DIR
  local dir=$1 port
  mkdir -p "$dir/repositories/private"
  git_certificate "$dir"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  git_root=$dir/repositories git_ca=$dir/ca.pem git_log=$dir/access.log git_url=https://localhost:$port/git
  {
    printf 'x-access-token:%s\n' "$(openssl passwd -apr1 "$git_token")"
    printf 'reader:%s\n' "$(openssl passwd -apr1 "$git_reader_token")"
  } >"$dir/passwords"
  cat >"$dir/nginx.conf" <<CONF
user $(id -un); daemon off; pid $dir/nginx.pid; error_log $dir/error.log; worker_processes 1;
events { worker_connections 64; }
http {
  map \$http_authorization \$with { default auth; "" -; }
  log_format requests '\$request_method \$status \$request_uri \$with \$host';
  access_log $git_log requests;
  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
  client_max_body_size 0;
  map "\$arg_service\$uri" \$realm { default off; "~git-receive-pack" git; "~/private/" git; }
  map "\$remote_user:\$arg_service\$uri" \$is_forbidden { default ""; "~^reader:.*git-receive-pack" 1; }
  server {
    listen 127.0.0.1:$port ssl; ssl_certificate $dir/leaf.pem; ssl_certificate_key $dir/leaf.key;
    location ~ ^/git/old/(?<rest>.*)$ { return 301 https://\$http_host/git/\$rest\$is_args\$args; }
    location ~ ^/git/away/(?<rest>.*)$ { return 301 https://127.0.0.1:$port/git/\$rest\$is_args\$args; }
    location ~ ^/git(?<path>/.*)$ {
      if (\$is_forbidden) { return 403; }
      auth_basic \$realm; auth_basic_user_file $dir/passwords;
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT $git_root;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param PATH_INFO \$path;
      fastcgi_param REMOTE_USER \$remote_user;
      fastcgi_pass unix:$dir/backend;
    }
    location /pages/ { alias $dir/pages/; }
  }
}
CONF
  # Each in a group of its own: fcgiwrap leaves its children behind when it alone is ended. The server hooks below need PATH;
  # nothing else of our environment reaches the other side.
  setsid env -i PATH="$PATH" fcgiwrap -f -c 4 -s "unix:$dir/backend" >/dev/null 2>&1 &
  git_server_pids+=($!)
  PATH=$PATH:/usr/sbin:/sbin setsid nginx -c "$dir/nginx.conf" -p "$dir" >/dev/null 2>&1 &
  git_server_pids+=($!)
  for _ in $(seq 200); do
    [ -S "$dir/backend" ] && curl -s --cacert "$git_ca" -o /dev/null "$git_url/none" && break
    sleep 0.05
  done
  : >"$git_log"
}

git_repository() { # NAME
  git init -q --bare --initial-branch=main "$git_root/$1.git" && git -C "$git_root/$1.git" config http.receivepack true
}

# A branch that nobody may push to, as a server's own rules say it.
git_protect() { # NAME BRANCH
  cat >"$git_root/$1.git/hooks/pre-receive" <<HOOK
#!/bin/sh
while read -r old new name; do
  if [ "\$name" = refs/heads/$2 ]; then echo "error: GH006: Protected branch update failed for refs/heads/$2." >&2; exit 1; fi
done
HOOK
  chmod 755 "$git_root/$1.git/hooks/pre-receive"
}

# Somebody else pushes in the very moment in which another push is being received, COUNT times in all: the first push that names
# BRANCH finds it moved. What he writes is FILE.
git_compete() { # NAME BRANCH FILE COUNT
  local repository=$git_root/$1.git
  echo "$4" >"$repository/compete"
  cat >"$repository/hooks/pre-receive" <<HOOK
#!/bin/sh
left=\$(cat compete)
[ "\$left" -gt 0 ] || exit 0
echo \$((left - 1)) >compete
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_AUTHOR_NAME=other GIT_AUTHOR_EMAIL=other@example.com GIT_COMMITTER_NAME=other GIT_COMMITTER_EMAIL=other@example.com
export GIT_INDEX_FILE=\$PWD/compete.index
tip=\$(git rev-parse -q --verify refs/heads/$2)
rm -f "\$GIT_INDEX_FILE"
[ -z "\$tip" ] || git read-tree "\$tip"
blob=\$(echo "other \$left" | git hash-object -w --stdin)
git update-index --add --cacheinfo "100644,\$blob,$3"
commit=\$(git commit-tree \${tip:+-p "\$tip"} -m 'somebody else' "\$(git write-tree)")
git update-ref refs/heads/$2 "\$commit" "\$tip"
HOOK
  chmod 755 "$repository/hooks/pre-receive"
}
git_leave_alone() { rm -f "$git_root/$1.git/hooks/pre-receive"; } # NAME

# What a branch has: names, or one file.
git_names() { git -C "$git_root/$1.git" ls-tree -r --name-only "$2" 2>/dev/null; }  # NAME BRANCH
git_show() { git -C "$git_root/$1.git" show "$2:$3" 2>/dev/null; }                 # NAME BRANCH FILE
git_count() { git -C "$git_root/$1.git" rev-list --count "$2" 2>/dev/null || echo 0; }  # NAME BRANCH
