# What a run that is refused must do, for scripts with bad input. Source it after tap.sh and hello_project.sh; it makes $work,
# with the project "good" in it: 1.0.0 is public, a binary of 1.1.0 is waiting.
# shellcheck shell=bash disable=SC2154 # what those two set
work=$(mktemp -d "${TMPDIR:-/tmp}/refused.XXXXXX")
chmod 755 "$work"
trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
hello_project "$work/good"
cd "$work/good" || exit 1
release publish --version 1.0.0 --date "$hello_date" >/dev/null 2>&1 || exit 1
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
publish() { release publish --version 1.1.0 --date "$hello_date" "$@"; }

# Root may do everything: runs as nobody where that matters. Everything in $work/p is its own then.
as_nobody=()
[ "$(id -u)" != 0 ] || as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
unprivileged() { env -i PATH="$PATH" HOME=/nonexistent "${as_nobody[@]}" "$@"; }
publish_unprivileged() { unprivileged "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date" "$@"; }

# A copy of the good project, and in it what stands in $prepare; it belongs to $project_owner where that is set.
prepare=true
project_owner=
fresh_project() {
  chmod -R u+rwX "$work/p" 2>/dev/null
  rm -rf "$work/p" && cp -a "$work/good" "$work/p" && cd "$work/p" || exit 1
  [ -z "$project_owner" ] || chown -R "$project_owner" "$work/p"
  eval "$prepare"
}

# lock_key DIR: the project signs with a key whose password is "test": minisign's own form, with the small scrypt parameters of
# the vectors in trust's tests.
lock_key() {
  printf 'untrusted comment: minisign encrypted secret key\n%s\n' 'RWRTY0IyICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8AgAAAAAAAAAAAAAEAAAAAGE3jygUdDhNRq8IFDsazNUb6Fv6LQB4TFnXgpmJnpW1mTRT7ehuXWubNzIWcfCMHwbQrN/eZEtac2mN+zufODHMHTglukpMTE2C9sEiEjclffOHPszUBKJtA60XwFHDlDmaISETopSQ=' >"$1/locked.key"
  chmod 600 "$1/locked.key"
  sed -i 's|^public_key.*|public_key = "RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"|; s|hello.key|locked.key|' "$1/cco-release.toml"
}

# The whole project: names, modes and contents. Run by root, so that nothing is hidden.
everything() { (cd "$work/p" && find . -printf '%p %y %m %l\n' | sort && find . -type f -exec sha256sum {} + | sort) 2>&1; }

# The message is one line "cco-release: …", or a count of problems and then a line each; nothing comes after it.
said_in_one_line() { # OUTPUT
  local lines count
  lines=$(sed -n '/^cco-release: /,$p' <<<"$1")
  count=$(sed -n '1s/.*: \([0-9]*\) problems:$/\1/p' <<<"$lines")
  [ "$(wc -l <<<"$lines")" = $((1 + ${count:-0})) ] && [ -n "$lines" ]
}

# refused SENTENCE STATUS MESSAGE_REGEX COMMAND...: in a fresh project the command ends with that status, says so in one
# line that matches, and leaves every file of the project as it was: site, dist, key, configuration.
refused() {
  local sentence=$1 expected=$2 message=$3 before
  shift 3
  fresh_project
  before=$(everything)
  status "$sentence: status $expected" "$expected" "$@"
  like "$sentence: what to do" "$output" "$message"
  if [ "$expected" != 0 ]; then
    check "$sentence: one line" said_in_one_line "$output"
  fi
  check "$sentence: nothing is lost, nothing is written" diff --suppress-common-lines <(printf '%s\n' "$before") <(everything)
}
