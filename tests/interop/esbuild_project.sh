# Makes a project of the esbuild fixture: esbuild_project DIR URL [AGENT] writes keys, cco-release.toml and the folder for the site.
# shellcheck shell=bash
esbuild_project() {
  local folder=$1 url=$2 agent=${3:-} fixtures
  fixtures=$("$SOURCE_ROOT/tests/fixtures/fetch")
  mkdir -p "$folder/agents"
  "$CCO_RELEASE" keys new --out "$folder/esbuild" --no-password >/dev/null
  {
    cat <<TOML
schema = 1
[product]
name = "esbuild"
description = "An extremely fast bundler for the web"
homepage = "https://esbuild.github.io"
license = "MIT"
maintainer = "esbuild maintainers <maintainers@example.com>"
[version]
scheme = "semver"
[build]
platforms = ["darwin-arm64", "darwin-x86_64", "linux-x86_64", "linux-aarch64", "windows-x86_64", "windows-arm64"]
allow_libraries = ["libsodium.so.23", "libcrypto.so.3", "libssl.so.3", "libarchive.so.13", "libzstd.so.1", "libcurl.so.4", "libstdc++.so.6", "libz.so.1"]
binary = "$fixtures/esbuild/{version}/{platform}/esbuild{exe}"
[archive]
files = [{ src = "$fixtures/esbuild/{version}/README.md", dst = "README.md" }, { src = "$fixtures/esbuild/{version}/LICENSE.md", dst = "LICENSE.md" }]
[sign]
public_key = "$(tail -n 1 "$folder/esbuild.pub")"
key = "esbuild.key"
[[destination]]
type = "directory"
path = "site"
url = "$url"
[installers]
[homebrew]
[scoop]
TOML
    if [ -n "$agent" ]; then
      cp "$agent" "$folder/agents/cco-linux-x86_64"
      printf '[agent]\nbinary = "agents/cco-{platform}{exe}"\nprobe = ["esbuild", "--version"]\n'
    fi
  } >"$folder/cco-release.toml"
  [ -z "$agent" ] ||
    (cd "$folder" && "$CCO_RELEASE" trust init --preset ci-stable --no-password --keys offline >/dev/null 2>&1)
}
