#!/usr/bin/env bash
# docs/publishing.md: its configuration and its commands, in its order, against servers that behave like github.com. What a person
# types and decides stands here: names and addresses of those servers, keys without passwords, the binary.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
# shellcheck source=tests/support/git_server.sh
. "$SOURCE_ROOT/tests/support/git_server.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'forge_stop; git_server_stop; rm -rf "$work"' EXIT
chmod 755 "$work"
git_server "$work/server"
for repository in rocket homebrew-tap scoop-bucket; do git_repository $repository; done
mkdir -p "$work/home" "$work/bin" "$work/server/pages/rocket" "$work/project/artifacts/linux-x86_64"
forge_start "$work/forge"
forge /reset '{"repositories": {"example/rocket": {}}, "tokens": {"secret": {"permissions": {"example/rocket": "write"}}}}' >/dev/null
cat "$forge_ca" "$git_ca" >"$work/authorities.pem"
cat >"$work/bin/cco-release" <<'SH'
#!/bin/sh
case "$1 $2" in
"trust init" | "keys new") exec "$CCO_RELEASE" "$@" --no-password ;;
esac
exec "$CCO_RELEASE" "$@"
SH
chmod 755 "$work/bin/cco-release"
cd "$work/project" || exit 1
maintainer() { # COMMAND
  env -i PATH="$work/bin:$PATH" HOME="$work/home" CCO_RELEASE="$CCO_RELEASE" SSL_CERT_FILE="$work/authorities.pem" GIT_CONFIG_NOSYSTEM=1 \
    GIT_SSL_CAINFO="$work/authorities.pem" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com \
    GH_TOKEN=secret PAGES_TOKEN="$git_token" HOMEBREW_TAP_TOKEN="$git_token" SCOOP_BUCKET_TOKEN="$git_token" bash -euc "$1"
}
# What GitHub Pages does after a push.
show_pages() {
  rm -rf "$work/server/pages/rocket" && mkdir "$work/server/pages/rocket"
  git -C "$git_root/rocket.git" archive gh-pages 2>/dev/null | tar -x -C "$work/server/pages/rocket" 2>/dev/null
  chmod -R a+rX "$work/server/pages"
}

# The repository of a maintainer who has built something.
git init -q --initial-branch=main . && git remote add origin "https://x-access-token:$git_token@${git_url#https://}/rocket.git"
printf 'MIT License\n' >LICENSE
hello_binary artifacts/linux-x86_64/rocket 'rocket 1.0.0'
# No other platform's binary can be run here: any real one does.
fixtures=$("$SOURCE_ROOT/tests/fixtures/fetch")/esbuild/0.28.1
for platform in darwin-arm64 darwin-x86_64 linux-aarch64 windows-x86_64 windows-arm64; do
  mkdir "artifacts/$platform"
  cp "$fixtures/$platform"/esbuild "artifacts/$platform/rocket" 2>/dev/null || cp "$fixtures/$platform"/esbuild.exe "artifacts/$platform/rocket.exe"
done
git add LICENSE && maintainer 'git commit -qm begin' && maintainer 'git push -q origin main'

# The configuration of the page, with addresses of here, in the place of the sections that `init` wrote.
configure() {
  python3 - "$SOURCE_ROOT/docs/publishing.md" "$(tail -n 1 "$work/home/.config/cco-release/keys/rocket.pub")" "$git_url" "$(forge_url api)" "$(forge_url uploads)" \
    "$(forge_url web)" <<'PY'
import pathlib, re, sys
page, public_key, git, api, uploads, web = sys.argv[1:]
blocks = "\n".join(re.findall(r"```toml\n(.*?)```", pathlib.Path(page).read_text(), re.S))
begin = re.match(r".*?(?=\n\[build\])", pathlib.Path("cco-release.toml").read_text(), re.S)[0]
begin = begin.replace('license = "LicenseRef-Proprietary"', 'license = "MIT"').replace('"Command-line program"', '"Flies"')
begin += f'\n[sign]\npublic_key = "{public_key}"\nkey = "~/.config/cco-release/keys/rocket.key"\n'
blocks = blocks.replace('remote = "example/rocket"', f'remote = "{git}/rocket.git"\ntoken_env = "PAGES_TOKEN"')
blocks = blocks.replace("https://example.github.io/rocket", git.removesuffix("/git") + "/pages/rocket")
blocks = blocks.replace('repository = "example/rocket"', f'repository = "example/rocket"\napi_url = "{api}"\nupload_url = "{uploads}"\nurl = "{web}/example/rocket"')
for name in ("homebrew-tap", "scoop-bucket"):
    blocks = blocks.replace(f'"example/{name}"', f'"{git}/{name}.git"')
pathlib.Path("cco-release.toml").write_text(begin + "\n" + blocks + "\n[archive]\nlevel = 1\nfiles = [\"LICENSE\"]\n[installers]\n")
PY
}

commands=$(awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$SOURCE_ROOT/docs/publishing.md")
is 'the page has its commands' "$(grep -cE '^(cco-release|git) ' <<<"$commands")" "$(grep -c . <<<"$commands")"
is 'from init to a rollback' "$(grep -oE 'cco-release (init|keys|trust|check|tag|publish|verify|status|promote|rollback)' <<<"$commands" | sort -u | wc -l)" 10
while read -r command; do
  case $command in
  *1.1.0-beta.1*)
    hello_binary artifacts/linux-x86_64/rocket 'rocket 1.1.0-beta.1'
    status "$command" 0 maintainer "$command" ;;
  'cco-release init --ci'*)
    status "$command" 0 maintainer "$command"
    is 'the workflows are there' "$(find .github/workflows -type f -printf '%f\n' | sort | tr '\n' ' ')" 'install.yml release.yml ' ;;
  *) status "$command" 0 maintainer "$command" ;;
  esac
  if [[ $command == 'cco-release init --product'* ]]; then
    like 'init finds the key' "$(cat cco-release.toml)" '^key = "~/.config/cco-release/keys/rocket.key"'
    configure
  fi
  show_pages
  [ -z "${VERBOSE:-}" ] || printf '%s\n' "$output"
done <<<"$commands"

# What users then get.
mkdir "$work/user"
user() { env -i PATH=/usr/bin:/bin HOME="$work/user" CURL_CA_BUNDLE="$work/authorities.pem" "$@"; }
status 'the installer of the page' 0 user bash -c "curl -fsSL ${git_url%/git}/pages/rocket/install.sh | bash"
is 'installs what the rollback left' "$(user "$work/user/.local/bin/rocket")" 'rocket 1.0.0'
is 'the tap has the formula of the stable release' "$(git_show homebrew-tap main Formula/rocket.rb | grep -o 'version "[^"]*"')" 'version "1.0.0"'
is 'the bucket too' "$(git_show scoop-bucket main bucket/rocket.json | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')" 1.0.0
is 'the tag was pushed' "$(git -C "$git_root/rocket.git" tag)" v1.0.0
is 'GitHub has both releases' "$(forge /state | python3 -c 'import json, sys; print(sorted(r["tag"] for r in json.load(sys.stdin)["example/rocket"]["releases"]))')" \
  "['v1.0.0', 'v1.1.0-beta.1']"
done_testing
