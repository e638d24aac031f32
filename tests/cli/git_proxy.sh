#!/usr/bin/env bash
# A site in a branch behind a proxy, as git and this program's own requests go through it: with its password, without, with a wrong one, with none there.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/git_server.sh
. "$SOURCE_ROOT/tests/support/git_server.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/proxy.sh
. "$SOURCE_ROOT/tests/support/proxy.sh"
work=$(mktemp -d)
trap 'proxy_stop; git_server_stop; rm -rf "$work"' EXIT
chmod 755 "$work"
git_server "$work/server"
git_repository hello
proxy_start "$work/proxy"
hello_project "$work/p"
cd "$work/p" || exit 1
sed -i "s|^type = \"directory\"|type = \"git\"\nname = \"pages\"\nremote = \"$git_url/hello.git\"\ntoken_env = \"PAGES_TOKEN\"|; /^path = /d; /^\[homebrew\]/,\$d" cco-release.toml
printf '[[destination]]\ntype = "directory"\nname = "files"\npath = "files"\nurl = "https://files.example.com/hello"\ncarries = ["assets"]\n' >>cco-release.toml
mkdir "$work/home"
publish() { # PROXY VERSION
  env -i PATH="$PATH" HOME="$work/home" SSL_CERT_FILE="$git_ca" GIT_CONFIG_NOSYSTEM=1 PAGES_TOKEN="$git_token" ${1:+https_proxy="$1"} \
    "$CCO_RELEASE" publish --date "$hello_date" --version "$2"
}
: >"$git_log"
status 'a proxy that wants a password' 6 publish "http://127.0.0.1:$proxy_port" 1.0.0
like 'is what refuses' "$output" 'branch gh-pages of https://localhost:[0-9]+/git/hello\.git: .*407; the proxy wants a user and a password, or others; give them in https_proxy, or in http\.proxy of git$'
status 'a wrong password' 6 publish "http://maker:secret-word@127.0.0.1:$proxy_port" 1.0.0
like 'is told as that' "$output" '407; the proxy wants a user and a password, or others'
is 'and not shown' "$(grep -c -e secret-word <<<"$output")" 0
status 'a proxy that is not there' 6 publish http://maker:secret-word@127.0.0.1:1 1.0.0
is 'does not show its password' "$(grep -c -e secret-word <<<"$output")" 0
is 'nothing came through, nothing is public' "$(wc -l <"$git_log") $(git -C "$git_root/hello.git" for-each-ref) $(ls -d files 2>/dev/null)" '0  '
: >"$work/proxy/log"
status 'the right password' 0 publish "http://maker:pass%20word@127.0.0.1:$proxy_port" 1.0.0
check 'goes through it' grep -q '^CONNECT localhost:' "$work/proxy/log"
is 'the site is in the branch' "$(git_names hello gh-pages | grep -c -x install.sh)" 1
is 'the password is in no file' "$(grep -rl 'pass word\|pass%20word' . "$work/home" "$git_root")" ''
done_testing
