#!/usr/bin/env bash
# A real Gitea (1.26.0): publish, promote, yank, rollback against it, with tokens of too little and enough scope, protected branches, and a
# line that delays, cuts and resets. Site, tap and bucket are branches of repositories there, archives its releases, all over TLS.
#
#   tests/interop/gitea.sh BUILD_ROOT [FOLDER]      FOLDER keeps the build of Gitea from its Go module (minutes, gigabytes), absent: a temporary one
#
# For a person, not for CI: it needs go, jq, setpriv and a proxy of Go modules. The test server speaks Gitea's dialect where CI looks.
set -uo pipefail
SOURCE_ROOT=$(cd "$(dirname "$0")/../.." && pwd)
export SOURCE_ROOT
CCO_RELEASE=$(realpath "$1/releaser/cco-release")
CCO=$(realpath "$1/agent/cco")
export CCO_RELEASE
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/git_server.sh
. "$SOURCE_ROOT/tests/support/git_server.sh"
work=$(mktemp -d)
chmod 755 "$work"
gitea_pid=
cleanup() {
  [ -z "$gitea_pid" ] || { exec 7>&- 8>&-; kill -- "-$gitea_pid" 2>/dev/null; wait; }
  rm -rf "$work"
}
trap cleanup EXIT

# --- Gitea itself ---
build=${2:-$work/build}
if [ ! -x "$build/gitea" ]; then
  (
    set -e
    mkdir -p "$build" && cd "$build"
    source=$(go mod download -json code.gitea.io/gitea@v1.26.0 | jq -r .Dir)
    cp -r "$source" gitea-src && chmod -R u+w gitea-src && cd gitea-src
    nice -n 19 go build -tags 'sqlite sqlite_unlock_notify' -ldflags '-X main.Version=1.26.0' -o ../gitea .
  ) || exit 1
fi
build=$(realpath "$build")
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
inner=$(free_port) front=$(free_port)
base=https://localhost:$front
mkdir "$work/tls" "$work/gitea" "$work/home" "$work/tmp"
git_certificate "$work/tls"
ca=$work/tls/ca.pem
user=$(id -un) as_user=()
if [ "$(id -u)" = 0 ]; then  # Gitea does not run as root
  user=nobody
  as_user=(setpriv --reuid nobody --regid nogroup --clear-groups)
  install -m 755 "$build/gitea" "$work/gitea-program" && cp -r "$build/gitea-src" "$work/gitea-src" && chmod -R a+rX "$work/gitea-src"
else
  ln -s "$build/gitea" "$work/gitea-program" && ln -s "$build/gitea-src" "$work/gitea-src"
fi
cat >"$work/gitea/app.ini" <<INI
RUN_USER = $user
WORK_PATH = $work/gitea
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $inner
ROOT_URL = $base/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = $work/gitea-src
[database]
DB_TYPE = sqlite3
PATH = $work/gitea/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = not-secret-at-all
[service]
DISABLE_REGISTRATION = true
[repository.release]
ALLOWED_TYPES =
[log]
LEVEL = Warn
[cron]
ENABLED = false
[actions]
ENABLED = false
INI
[ "$user" != nobody ] || chown -R nobody:nogroup "$work/gitea"
gitea() { env -i HOME="$work/gitea" PATH="$PATH" "${as_user[@]}" "$work/gitea-program" --config "$work/gitea/app.ini" "$@"; }
gitea migrate >"$work/gitea.log" 2>&1 || { cat "$work/gitea.log"; exit 1; }
gitea admin user create --username maker --password not-secret-1 --email maker@example.com --admin --must-change-password=false >>"$work/gitea.log" 2>&1
new_token() { gitea admin user generate-access-token --username maker --token-name "$1" --scopes "$2" --raw 2>/dev/null; }
all=$(new_token all all) reader=$(new_token reader read:repository) writer=$(new_token writer write:repository)
setsid env -i HOME="$work/gitea" PATH="$PATH" "${as_user[@]}" "$work/gitea-program" --config "$work/gitea/app.ini" web >>"$work/gitea.log" 2>&1 7>&- 8>&- &
gitea_pid=$!
mkfifo "$work/front.in" "$work/line.in"
"$SOURCE_ROOT/tests/support/tls_front.py" "$work/tls/leaf.pem" "$work/tls/leaf.key" "$inner" <"$work/front.in" >"$work/front.port" &
exec 8>"$work/front.in"
for _ in $(seq 200); do [ -s "$work/front.port" ] && break; sleep 0.05; done
"$SOURCE_ROOT/tests/support/bad_line.py" "$front" "$(cat "$work/front.port")" <"$work/line.in" >"$work/line.out" 8>&- &
exec 7>"$work/line.in"
line() { # COMMAND: prints its answer
  local before
  before=$(wc -l <"$work/line.out")
  echo "$1" >&7
  while [ "$(wc -l <"$work/line.out")" = "$before" ]; do sleep 0.02; done
  tail -n 1 "$work/line.out"
}
api() { # METHOD PATH [JSON]
  curl -sS --cacert "$ca" -X "$1" -H "Authorization: token $all" -H 'Content-Type: application/json' ${3:+--data "$3"} "$base/api/v1$2"
}
for _ in $(seq 300); do api GET /version 2>/dev/null | grep -q version && break; sleep 0.1; done
like 'Gitea runs behind TLS' "$(api GET /version)" '"1\.26\.0"'
for repository in hello homebrew-tap scoop-bucket; do
  api POST /user/repos "{\"name\": \"$repository\", \"auto_init\": true, \"default_branch\": \"main\"}" >/dev/null
done

# --- the project ---
hello_project "$work/p"
cd "$work/p" || exit 1
mkdir agents
strip -o agents/cco-linux-x86_64 "$CCO"
for platform in linux-aarch64 darwin-x86_64 darwin-arm64 windows-x86_64; do
  mkdir bin/$platform
  name=hello
  [ $platform != windows-x86_64 ] || name=hello.exe
  "$SOURCE_ROOT/tests/support/foreign_program.py" $platform bin/$platform/$name
done
python3 - "$base" "$(objdump -p "$CCO" | sed -n 's/.*NEEDED *\(.*\)/"\1", /p' | tr -d '\n')" <<'PY'
import sys
base, libraries = sys.argv[1:]
text = open("cco-release.toml").read()
start, end = text.index("[[destination]]"), text.index("[installers]")
text = text[:start] + f'''[[destination]]
type = "git"
name = "pages"
remote = "{base}/maker/hello.git"
token_env = "GITEA_TOKEN"
url = "{base}/maker/hello/raw/branch/gh-pages"
[[destination]]
type = "gitea"
repository = "maker/hello"
token_env = "RELEASES_TOKEN"
api_url = "{base}/api/v1"
url = "{base}/maker/hello"
''' + text[end:]
text = text.replace("[homebrew]", f'[homebrew]\ntap = "{base}/maker/homebrew-tap.git"').replace("[scoop]", f'[scoop]\nbucket = "{base}/maker/scoop-bucket.git"')
text = text.replace('["linux-x86_64"]', '["linux-x86_64", "linux-aarch64", "darwin-x86_64", "darwin-arm64", "windows-x86_64"]').replace("[archive]", "[archive]\nlevel = 1")
open("cco-release.toml", "w").write(text + f'[agent]\nbinary = "agents/cco-{{platform}}{{exe}}"\nprobe = ["hello"]\nallow_libraries = [{libraries[:-2]}]\n')
PY
release trust init --preset ci-stable --no-password --keys "$work/offline" >/dev/null 2>&1 || exit 1
token=$writer releases_token=$writer
release() {
  env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" SSL_CERT_FILE="$ca" GIT_CONFIG_NOSYSTEM=1 \
    ${releases_token:+"RELEASES_TOKEN=$releases_token"} ${token:+"GITEA_TOKEN=$token" "HOMEBREW_TAP_TOKEN=$token" "SCOOP_BUCKET_TOKEN=$token"} "$CCO_RELEASE" "$@"
}
publish() { release publish --date "$hello_date" "$@"; }
next() { hello_binary bin/linux-x86_64/hello "hello $1"; }
site() { curl -sS --cacert "$ca" "$base/maker/hello/raw/branch/gh-pages/$1"; }
latest() { site stable.version-manifest.json | jq -r .latest.stable; }
releases() { api GET "/repos/maker/hello/releases?limit=50" | jq -c "$1"; }
nothing_is_public() { is "$1" "$(releases length) $(curl -s -o /dev/null -w '%{http_code}' --cacert "$ca" "$base/maker/hello/raw/branch/gh-pages/install.sh")" '0 404'; }
user_home=$work/user
mkdir "$user_home"
stranger() { env -i HOME="$user_home" PATH="$user_home/.local/bin:/usr/bin:/bin" SSL_CERT_FILE="$ca" CURL_CA_BUNDLE="$ca" "$@"; }

# --- tokens ---
wrong=0123456789012345678901234567890123456789
token=
status 'without a token for repositories' 4 publish --version 1.0.0
like 'the line names the variable' "$output" 'set GITEA_TOKEN to a token that may write there'
token=$writer releases_token=
status 'without a token for releases' 4 publish --version 1.0.0
like 'the line names variable, repository and scope' "$output" 'Gitea maker/hello: .*RELEASES_TOKEN.*write:repository'
for which in token releases_token; do
  token=$writer releases_token=$writer
  declare "$which=$wrong"
  status "a $which that nobody gave" 4 publish --version 1.0.0
  is "$which: is not repeated" "$(grep -c "$wrong" <<<"$output")" 0
  declare "$which=$reader"
  # Gitea says by no answer to a read what a token may write: for releases the first write tells.
  status "a $which of too little scope" "$([ $which = token ] && echo 4 || echo 16)" publish --version 1.0.0
  like "$which: the line says what it lacks" "$output" 'may not do that; give it the permission to write|maker/hello: .*RELEASES_TOKEN.*write:repository'
done
nothing_is_public 'nothing is public'

# --- releases ---
releases_token=$writer
status 'a dry run' 0 publish --version 1.0.0 --dry-run
nothing_is_public 'changes nothing'
status 'a release' 0 publish --version 1.0.0
is 'is public, with no draft left' "$(releases '[.[] | [.tag_name, .draft, .prerelease]]')" '[["v1.0.0",false,false]]'
check 'and is well for strangers' release verify
check 'curl | sh installs it' stranger bash -o pipefail -c "curl -fsSL $base/maker/hello/raw/branch/gh-pages/install.sh | sh"
is 'the program runs' "$(stranger hello)" 'hello 1.0.0'
before=$(releases '[.[] | [.id, [.assets[].id]]]')
status 'the same command again' 0 publish --version 1.0.0
is 'uploads nothing' "$(releases '[.[] | [.id, [.assets[].id]]]')" "$before"
next 1.1.0
status 'the next release' 0 publish --version 1.1.0
check 'the agent updates to it' stranger hello-updater update --yes
is 'the program is the new one' "$(stranger hello)" 'hello 1.1.0'
package() { curl -sS --cacert "$ca" "$base/maker/$1/raw/branch/main/$2"; }
like 'the formula is that of it' "$(package homebrew-tap Formula/hello.rb)" 'version "1\.1\.0"'
is 'the bucket too' "$(package scoop-bucket bucket/hello.json | jq -r .version)" 1.1.0
next 2.0.0-beta.1
status 'a beta' 0 publish --version 2.0.0-beta.1
is 'is a prerelease' "$(releases '[.[] | select(.prerelease) | .tag_name]')" '["v2.0.0-beta.1"]'
like 'and a package of its own' "$(package homebrew-tap Formula/hello-beta.rb)" 'version "2\.0\.0-beta\.1"'

# --- pointers ---
assets=$(releases '[.[] | [.tag_name, [.assets[] | [.id, .name, .size]]]]')
status 'promote' 0 release promote 2.0.0-beta.1 --to stable --yes
is 'it is the newest stable one' "$(latest)" 2.0.0-beta.1
like 'the formula follows' "$(package homebrew-tap Formula/hello.rb)" 'version "2\.0\.0-beta\.1"'
status 'yank' 0 release yank 2.0.0-beta.1 --reason 'loses settings' --yes
is 'the newest is the one before' "$(latest)" 1.1.0
status 'unyank' 0 release unyank 2.0.0-beta.1 --yes
status 'rollback' 0 release rollback stable --to 1.0.0 --yes
is 'all above is withdrawn' "$(latest)" 1.0.0
check 'the agent returns' stranger hello-updater update --yes
is 'to that version' "$(stranger hello)" 'hello 1.0.0'
is 'no asset was touched' "$(releases '[.[] | [.tag_name, [.assets[] | [.id, .name, .size]]]]')" "$assets"
check 'all is well for strangers' release verify

# --- protected branches ---
protect() { api POST "/repos/maker/$1/branch_protections" "{\"rule_name\": \"$2\", \"enable_push\": false}" >/dev/null; }
unprotect() { api DELETE "/repos/maker/$1/branch_protections/$2"; }
next 2.1.0
protect hello gh-pages
status 'a site whose branch is protected' 4 publish --version 2.1.0
like 'the line says what the server said, and what to do' "$output" 'protected.*let the rules of that repository allow this token \(GITEA_TOKEN\)'
is 'the site stays' "$(latest)" 1.0.0
unprotect hello gh-pages
protect homebrew-tap main
status 'a tap that is protected: partial' 16 publish --version 2.1.0
is 'the release is public' "$(latest)" 2.1.0
pulls() { api GET '/repos/maker/homebrew-tap/pulls?state=all' | jq -c '[.[] | [.number, .state, .merged, .title, .head.ref, .base.ref]]'; }
like 'the line names the pull request' "$output" "homebrew: .*waits there as https?://localhost:[0-9]+/maker/homebrew-tap/pulls/1; merge it"
waits='[[1,"open",false,"hello 2.1.0","cco-release/hello","main"]]'
is 'which is open' "$(pulls)" "$waits"
status 'the same again' 16 publish --version 2.1.0
is 'finds it' "$(pulls)" "$waits"
next 2.1.1
status 'the next release' 16 publish --version 2.1.1
is 'takes its place' "$(pulls)" "${waits/2.1.0/2.1.1}"
api PATCH /repos/maker/homebrew-tap/pulls/1 '{"state": "closed"}' >/dev/null
status 'closed by a person' 16 publish --version 2.1.1
like 'it stays closed' "$output" 'closed without being merged'
api PATCH /repos/maker/homebrew-tap/pulls/1 '{"state": "open"}' >/dev/null
api POST /repos/maker/homebrew-tap/pulls/1/merge '{"Do": "squash", "delete_branch_after_merge": true}' >/dev/null
status 'merged, the same command ends well' 0 publish --version 2.1.1
like 'the tap has it' "$(package homebrew-tap Formula/hello.rb)" 'version "2\.1\.1"'
next 2.1.2
unprotect homebrew-tap main
status 'unprotected, the next is pushed' 0 publish --version 2.1.2
like 'the tap follows' "$(package homebrew-tap Formula/hello.rb)" 'version "2\.1\.2"'

# --- the line ---
whole() { # VERSION: its assets are those of 1.1.0, each once, and no draft is left
  releases "[.[] | select(.tag_name == \"v$1\") | .draft, ([.assets[].name] | sort)]" | sed "s/$1/V/g"
}
expected=$(whole 1.1.0)
version=2 minor=2 tried=0
disturb() { # COMMAND: publishes over a line that does that at once, and then over one that does nothing, until it is done
  local log found=0 again
  version=2.$minor.0 minor=$((minor + 1)) tried=$((tried + 1))
  next $version
  log=$(line "$1")
  log=$(publish --version $version --timeout 30s 2>&1) || found=$?
  again=$(line count)
  line plain >/dev/null
  case $found in 0 | 6 | 16) ;; *) bad+=" [$1: status $found: $log]" ;; esac
  [ "$again" = 1 ] || [ "${1%% *}" = delay ] || unmet+=" [$1]"
  for again in 1 2 3; do log=$(publish --version $version 2>&1) && break; done || bad+=" [$1: not done: $log]"
  [ "$(whole $version) $(latest)" = "$expected $version" ] || bad+=" [$1: $(whole $version) $(latest)]"
}
bad='' unmet=''
for bytes in 600 2000 5000 20000 300000 800000; do
  for how in cut reset; do disturb "$how $bytes"; done
done
for bytes in 2000 300000; do disturb "stall $bytes"; done
for bytes in 1000 6000 20000; do disturb "answer $bytes"; done
disturb 'delay 0.05'
is "each of $tried disturbed publishes ends in a whole release" "$bad" ''
is 'each disturbance was met' "$unmet" ''
check 'all is well for strangers' release verify
check 'the agent has the newest' stranger hello-updater update --yes
is 'which runs' "$(stranger hello)" "hello $version"

# --- people ---
version=3.0.0
next $version
sed 's|^repository = .*|&\ndraft = true|' cco-release.toml >draft.toml
status 'draft = true' 16 publish -f draft.toml --version $version
is 'leaves a draft' "$(releases '[.[] | select(.draft) | .tag_name]')" '["v3.0.0"]'
api PATCH "/repos/maker/hello/releases/$(releases '[.[] | select(.draft) | .id][0]')" '{"draft": false}' >/dev/null
status 'after the click the same command' 0 publish -f draft.toml --version $version
is 'moves the pointers' "$(latest)" 3.0.0
number=$(releases '[.[] | select(.tag_name == "v3.0.0") | .id][0]')
archive() { releases '[.[] | select(.tag_name == "v3.0.0") | .assets[] | select(.name | endswith("linux-x86_64.tar.gz")) | .id][0]'; }
api DELETE "/repos/maker/hello/releases/$number/assets/$(archive)" >/dev/null
status 'an archive that somebody deleted' 0 publish -f draft.toml --version $version
check 'is there again' release verify
echo other >other
api DELETE "/repos/maker/hello/releases/$number/assets/$(archive)" >/dev/null
curl -sS --cacert "$ca" -H "Authorization: token $all" -F attachment=@other -o /dev/null \
  "$base/api/v1/repos/maker/hello/releases/$number/assets?name=hello-v3.0.0-linux-x86_64.tar.gz"
status 'an archive that somebody replaced' 5 publish --version $version
like 'is a conflict' "$output" 'other bytes are public already as releases/v3\.0\.0/hello-v3\.0\.0-linux-x86_64\.tar\.gz'
done_testing
