#!/usr/bin/env bash
# Clients of other people walk the metadata that cco-release publishes, over a new root and a new release, and refuse it damaged.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/interop/package_index.sh
. "$SOURCE_ROOT/tests/interop/package_index.sh"
work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
tuf_js() { mkdir "$1" && npm install --silent --no-audit --no-fund --ignore-scripts --fetch-retries 1 --prefix "$1" tuf-js@3.0.1; }
# Built where somebody has a Go that is new enough: Debian 12 has none.
go_tuf() {
  mkdir "$1" && cp "$SOURCE_ROOT/tests/interop/go_tuf_walk.go" "$1/main.go" && cd "$1" && GOTOOLCHAIN=local GOFLAGS=-mod=mod go mod init go_tuf_walk &&
    go get github.com/theupdateframework/go-tuf/v2@v2.4.2 && go mod tidy && go build -o walk .
}
fetch_or_skip python-tuf python_tuf "$work/venv"
fetch_or_skip tuf-js tuf_js "$work/node"
clients=(python-tuf tuf-js cco-tuf-client)
if command -v go >/dev/null && [ "$(printf '%s\n' go1.25 "$(go env GOVERSION)" | sort -V | head -n 1)" = go1.25 ]; then
  fetch_or_skip go-tuf go_tuf "$work/go"
  clients+=(go-tuf)
else
  skip "go-tuf walks too" "no Go here"
fi

export HOME=$work/home
mkdir "$HOME"
keys=$HOME/.config/cco-release/keys
hello_project "$work/p"
cd "$work/p" || exit 1
publish() { release publish --date "$hello_date" --key hello.key --key "$keys/hello-online.key" "$@"; }
status "keys and a first root are made" 0 release trust init --no-password
status "1.0.0 is published with metadata" 0 publish --version 1.0.0
cp site/metadata/1.root.json "$work/root.json"

# The shown folder is changed, never the site.
mkdir "$work/shown"
show() { rm -rf "${work:?}/shown/"* && cp -r site/metadata site/targets "$work/shown/"; }
exec 3< <(exec python3 -u - "$work/shown" <<'PYTHON'
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_address[1])
server.serve_forever()
PYTHON
)
server=$!
read -r port <&3

target=stable.version-manifest.json
python-tuf() { "$work/venv/bin/python" "$SOURCE_ROOT/tests/interop/ngclient_walk.py" "$work/root.json" "http://127.0.0.1:$port" "$target" "$1"; }
tuf-js() { NODE_PATH=$work/node/node_modules node "$SOURCE_ROOT/tests/interop/tuf_js_walk.cjs" "$work/root.json" "http://127.0.0.1:$port" "$target" "$1"; }
cco-tuf-client() {
  if [ ! -d "$1/metadata" ]; then "$TUF_CLIENT" --metadata-dir "$1/metadata" init "$work/root.json" || return 1; fi
  "$TUF_CLIENT" --metadata-dir "$1/metadata" --metadata-url "http://127.0.0.1:$port/metadata" --target-name "$target" \
    --target-base-url "http://127.0.0.1:$port/targets" --target-dir "$1/targets" download
}
go-tuf() { "$work/go/walk" "$work/root.json" "http://127.0.0.1:$port" "$target" "$1"; }

newest() { find "$work/shown/metadata" -name "*$1.json" | sort -V | tail -n 1; } # ROLE
damage() {                                                                        # ROLE
  local file
  if [ "$1" = manifest ]; then
    echo >>"$work/shown/targets/$(sha256sum "site/$target" | cut -c 1-64).$target"
  else
    file=$(newest "$1")
    jq -c '.signed["x-damage"] = 1' "$file" >"$work/edited" && cp "$work/edited" "$file"
  fi
}
refuses() { ! "$1" "$work/damaged" && [ ! -e "$work/damaged/targets/$target" ]; } # CLIENT

show
for client in "${clients[@]}"; do
  check "$client walks the first release" "$client" "$work/old-$client"
  check "and gets the manifest: $client" cmp "$work/old-$client/targets/$target" "site/$target"
done

# Another online key and another root key, then the next release.
for name in root-3 online-2; do release keys new --out "$work/$name" --no-password >/dev/null 2>&1; done
line() { tail -n 1 "$1.pub"; }
sed -i "s#$(line "$keys/hello-root-2")#$(line "$work/root-3")#; s#$(line "$keys/hello-online")#$(line "$work/online-2")#" cco-release.toml
status "the next root is drafted" 0 release trust rotate
status "it is signed by an old and a new key" 0 release trust sign --key "$keys/hello-root-1.key" --key "$work/root-3.key" --yes
status "it is final" 0 release trust finalize
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status "1.1.0 is published" 0 publish --version 1.1.0 --key "$work/online-2.key"
is "root 2 is public" "$(jq .signed.version site/metadata/2.root.json)" 2
show
for client in "${clients[@]}"; do
  check "$client goes on to the next release" "$client" "$work/old-$client"
  check "and gets the new manifest: $client" cmp "$work/old-$client/targets/$target" "site/$target"
  check "$client begins at the next release" "$client" "$work/new-$client"
  # Whatever file is damaged, whoever needs it must refuse it.
  for role in root timestamp snapshot targets stable manifest; do
    show
    damage "$role"
    rm -rf "${work:?}/damaged"
    check "$client refuses ${role} when it is edited" refuses "$client"
  done
  show
done
done_testing
