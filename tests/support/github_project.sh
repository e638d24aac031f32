# The product of hello_project.sh with its archives at GitHub (github_server.py), its site in a folder that the same server shows, and an updater.
# Source it after tap.sh.
#   github_project DIR [OPTION...]   makes it in DIR/p and goes there; OPTIONS are the server's. Its files are in DIR/forge, its site in DIR/site
# shellcheck shell=bash
# shellcheck disable=SC2034  # those who source it read them
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/forge_server.sh
. "$SOURCE_ROOT/tests/support/forge_server.sh"
github_project() {
  github_folder=$1
  mkdir -p "$1/p/agents" "$1/site" "$1/home"
  chmod 755 "$1"
  forge_start "$1/forge" --site "$1/site" "${@:2}"
  forge /reset '{"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}, "remaining": 1000000}}}' >/dev/null
  hello_project "$1/p"
  cd "$1/p" || exit 1
  sed -i "s|^path = .*|path = \"$1/site\"\ncarries = [\"site\"]|; s|^url = \"https://releases.*|url = \"$(forge_url site)\"|; s|^\[archive\]|&\nlevel = 1|" cco-release.toml
  strip -o agents/cco-linux-x86_64 "$CCO"
  cat >>cco-release.toml <<TOML
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "$(forge_url api)"
upload_url = "$(forge_url uploads)"
url = "$(forge_url web)/maker/hello"
[agent]
binary = "agents/cco-{platform}{exe}"
probe = ["hello"]
allow_libraries = [$(objdump -p agents/cco-linux-x86_64 | sed -n 's/.*NEEDED *\(.*\)/"\1"/p' | paste -sd,)]
TOML
  release trust init --preset ci-stable --no-password --keys "$1/offline" >/dev/null 2>&1 || echo "# trust init failed"
}
# cco-release in that project, from an empty environment, with the token; what $github_variables says besides.
github_variables=()
github_release() { env -i PATH="$PATH" HOME=/nonexistent SSL_CERT_FILE="$forge_ca" GH_TOKEN=secret "${github_variables[@]}" "$CCO_RELEASE" "$@"; }
github_publish() { # VERSION [OPTION...]: with a program of its own
  hello_binary bin/linux-x86_64/hello "hello $1"
  github_release publish --date "$hello_date" --version "$@"
}
github_state() { forge /state | python3 -c "import json, sys; d = json.load(sys.stdin)['maker/hello']; print($1)"; } # EXPRESSION of d
# "1.0.0* 1.1.0-beta.1p": the latest one, a pre-release.
github_shown() { github_state '" ".join(r["tag"][1:] + "p" * r["prerelease"] + "*" * r["is_latest"] for r in d["releases"])'; }
manifest_of() { python3 -c 'import json, sys; m = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$github_folder/site/$1version-manifest.json" "$2"; } # "stable." EXPRESSION of m
# Somebody with a home of his own, DIR/home.
github_user() { env -i HOME="$github_folder/home" PATH="$github_folder/home/.local/bin:/usr/bin:/bin" SSL_CERT_FILE="$forge_ca" CURL_CA_BUNDLE="$forge_ca" "$@"; }
github_install() { github_user bash -o pipefail -c "curl -fsSL $(forge_url site)/install.sh | bash${*:+ -s -- $*}"; }
