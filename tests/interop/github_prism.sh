#!/usr/bin/env bash
# GitHub's own OpenAPI description between our client and our idea of GitHub: Prism as a proxy refuses each request and each answer that
# it does not allow. PRISM may name a prism that is installed; else npm fetches it.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
# shellcheck source=tests/support/git_server.sh
. "$SOURCE_ROOT/tests/support/git_server.sh"
work=$(mktemp -d)
prism_pid=
front_pid=
cleanup() {
  [ -z "$front_pid" ] || { exec 8>&-; wait "$front_pid" 2>/dev/null; }
  [ -z "$prism_pid" ] || { kill "$prism_pid" 2>/dev/null; wait "$prism_pid" 2>/dev/null; }
  forge_stop
  rm -rf "$work"
}
trap cleanup EXIT
prism=${PRISM:-}
if [ -z "$prism" ] && command -v npm >/dev/null; then
  (cd "$work" && npm install --no-audit --no-fund --silent @stoplight/prism-cli@5 >npm.log 2>&1) && prism=$work/node_modules/.bin/prism
fi
if [ -z "$prism" ]; then
  skip 'requests and answers are held against the OpenAPI description of GitHub' 'no package index here'
  done_testing
fi
description=$SOURCE_ROOT/tests/fixtures/schemas/github/releases.openapi.json
mkdir -p "$work/p"
forge_start "$work/forge" --site "$work/p/site" --git "$work/git"
forge /reset '{"repositories": {"maker/hello": {}, "maker/homebrew-tap": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write", "maker/homebrew-tap": "write"}}}}' >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
: >"$work/prism.log"
NODE_EXTRA_CA_CERTS=$forge_ca "$prism" proxy --errors -h 127.0.0.1 -p "$port" "$description" "$(forge_url api)" >"$work/prism.log" 2>&1 &
prism_pid=$!
for _ in $(seq 600); do grep -q 'listening' "$work/prism.log" && break; sleep 0.1; done
mkfifo "$work/front.in"
"$SOURCE_ROOT/tests/support/tls_front.py" "$forge_ca" "$work/forge/tls.key" "$port" <"$work/front.in" >"$work/front.port" &
front_pid=$!
exec 8>"$work/front.in"
for _ in $(seq 200); do [ -s "$work/front.port" ] && break; sleep 0.05; done
front=https://localhost:$(cat "$work/front.port")

# The proxy does refuse what the description forbids.
ask() { curl -sS --cacert "$forge_ca" -H 'Authorization: Bearer secret' -H 'Accept: application/vnd.github+json' -o "$work/answer" -w '%{http_code}' "$@"; }
is 'a make_latest that is no text is refused' "$(ask --json '{"tag_name": "v0", "make_latest": true}' "$front/repos/maker/hello/releases")" 422
is 'so is a release without a tag' "$(ask --json '{"name": "x"}' "$front/repos/maker/hello/releases")" 422
is 'neither has come to the server' "$(grep -c '"method": "POST"' "$work/forge/log.jsonl")" 0
is 'the repository is as described' "$(ask "$front/repos/maker/hello") $(grep -o '"validation":.*' "$work/answer")" '200 '

hello_project "$work/p"
cd "$work/p" || exit 1
python3 - "$(forge_url site)" <<'PY'
import pathlib, sys
file = pathlib.Path("cco-release.toml")
file.write_text(file.read_text().replace('url = "https://releases.example.com/hello"', f'url = "{sys.argv[1]}"\ncarries = ["site"]'))
PY
cat >>cco-release.toml <<TOML
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "$front"
upload_url = "$(forge_url uploads)"
url = "$(forge_url web)/maker/hello"
TOML
publish() { env -i PATH="$PATH" SSL_CERT_FILE="$forge_ca" GH_TOKEN=secret "$CCO_RELEASE" publish --date "$hello_date" "$@"; }
status 'a publish through the proxy' 0 publish --version 1.0.0
is 'has made the release public' "$(forge /state | python3 -c 'import json, sys; print([r["tag"] for r in json.load(sys.stdin)["maker/hello"]["releases"]])')" "['v1.0.0']"
status 'the same again' 0 publish --version 1.0.0
hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'
status 'a prerelease' 0 publish --version 2.0.0-beta.1
# Prism takes each body for a text, so that archives go past it; a text does not.
id=$(curl -sS --cacert "$forge_ca" -H 'Authorization: Bearer secret' --json '{"tag_name": "v3", "draft": true}' "$front/repos/maker/hello/releases" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
is 'an upload' "$(ask -H 'Content-Type: application/octet-stream' --data-binary text "$front/repos/maker/hello/releases/$id/assets?name=a")" 201
is 'its list' "$(ask "$front/repos/maker/hello/releases/$id/assets?per_page=100&page=1")" 200
asset=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[0]["id"])' "$work/answer")
is 'and its deletion are as described' "$(ask -X DELETE "$front/repos/maker/hello/releases/assets/$asset")" 204
# A tap that is protected: pull requests are looked for, opened, changed.
git_root=$work/git
mkdir -p "$git_root/maker"
git_repository maker/homebrew-tap
git clone -q "file://$git_root/maker/homebrew-tap.git" "$work/tap" 2>/dev/null && git -C "$work/tap" -c user.name=Human -c user.email=human@example.com \
  commit -q --allow-empty -m start && git -C "$work/tap" push -q origin HEAD:main 2>/dev/null
git_protect maker/homebrew-tap main
for platform in linux-aarch64 darwin-x86_64 darwin-arm64; do
  mkdir bin/$platform && "$SOURCE_ROOT/tests/support/foreign_program.py" $platform bin/$platform/hello
done
sed -i "s|\[\"linux-x86_64\"\]|[\"linux-x86_64\", \"linux-aarch64\", \"darwin-x86_64\", \"darwin-arm64\"]|; s|^\[homebrew\]|&\ntap = \"$(forge_url git)/maker/homebrew-tap.git\"\ntoken_env = \"GH_TOKEN\"\napi_url = \"$front\"|" cco-release.toml
for version in 2.0.0 2.1.0 2.1.0; do
  hello_binary bin/linux-x86_64/hello "hello $version"
  status 'a tap that is protected' 16 publish --version $version
done
is 'has one pull request' "$(forge /state | python3 -c 'import json, sys; print([p["title"] for p in json.load(sys.stdin)["maker/homebrew-tap"]["pulls"]])')" "['hello 2.1.0, 2.0.0-beta.1']"
is 'neither requests nor answers were against the description' "$(grep -ciE 'violation' "$work/prism.log")" 0
grep -iE 'violation' "$work/prism.log" | sort -u | head -n 20 | sed 's/^/# /' >&2
done_testing
