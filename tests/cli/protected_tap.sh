#!/usr/bin/env bash
# A tap whose branch is protected: its change waits as a pull request, of which there is one, whatever happens on the way; merged, the same
# command has nothing left to do. In GitHub's dialect, and in Gitea's with tap and bucket in one repository. git itself over HTTPS.
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
trap 'forge_stop; rm -rf "$work"' EXIT
chmod 755 "$work"
now=$(date +%s) minute=0 token=secret tap=maker/homebrew-tap
at() {
  env -i PATH="$PATH" HOME=/nonexistent SSL_CERT_FILE="$forge_ca" GIT_CONFIG_NOSYSTEM=1 ${token:+"HOMEBREW_TAP_TOKEN=$token" "SCOOP_BUCKET_TOKEN=$token"} \
    "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$((now + 60 * minute))" "$CCO_RELEASE" "$@"
}
publish() { at publish --date "$hello_date" --version "$@"; }
next() { # VERSION: its binary; a minute goes by
  minute=$((minute + 1))
  hello_binary bin/linux-x86_64/hello "hello $1"
}
json() { python3 -c "import json, sys; text = sys.stdin.read(); d = json.loads(text[text.index('{'):text.rindex('}') + 1]); print($1)" <<<"$output"; }
pulls() { forge /state | python3 -c "import json, sys; print(*['#{number} {state}{0}: {title} ({head} -> {base})'.format('*' * p['merged'], **p) for p in json.load(sys.stdin)['$tap'].get('pulls', [])], sep=', ')"; }
formula() { git_show $tap "$1" Formula/hello.rb | sed -n 's/^ *version "\(.*\)"$/\1/p'; } # BRANCH
tip() { git -C "$git_root/$tap.git" rev-parse -q --verify "$1"; }                      # BRANCH
commits() { git -C "$git_root/$tap.git" log --format=%s "main..$topic" | tr '\n' ';'; }
merge() { # NUMBER: as a person does on the page, in one commit of his own
  local tree
  tree=$(git -C "$git_root/$tap.git" rev-parse "$topic^{tree}")
  git -C "$git_root/$tap.git" update-ref refs/heads/main \
    "$(git -C "$git_root/$tap.git" -c user.name=Human -c user.email=human@example.com commit-tree -p main -m "Merged (#$1)" "$tree")"
  forge /pull "{\"repository\": \"$tap\", \"number\": $1, \"state\": \"closed\", \"merged\": true}" >/dev/null
}
by_hand() { # BRANCH FILE: a commit by somebody else
  git -c init.defaultBranch=main clone -q -b "$1" "file://$git_root/$tap.git" "$work/clone" && echo mine >"$work/clone/$2" && git -C "$work/clone" add . &&
    git -C "$work/clone" -c user.name=Human -c user.email=human@example.com commit -qm 'by hand' &&
    git -C "$git_root/$tap.git" fetch -q "$work/clone" "+$1:refs/heads/$1" && rm -rf "$work/clone"
}
topic=cco-release/hello

for with in github gitea; do
  git_root=$work/$with-git
  forge_start "$work/$with-server" --dialect $with --git "$git_root"
  mkdir -p "$git_root/maker"
  git_repository $tap
  git clone -q "file://$git_root/$tap.git" "$work/start" 2>/dev/null && echo tap >"$work/start/README.md" && git -C "$work/start" add . &&
    git -C "$work/start" -c user.name=Human -c user.email=human@example.com commit -qm start && git -C "$work/start" push -q origin HEAD:main 2>/dev/null
  rm -rf "$work/start"
  forge /reset "{\"repositories\": {\"$tap\": {}}, \"tokens\": {\"secret\": {\"permissions\": {\"$tap\": \"write\"}},
    \"half\": {\"kind\": \"fine_grained\", \"permissions\": {\"$tap\": \"write\"}, \"pulls\": false}}}" >/dev/null
  hello_project "$work/$with"
  cd "$work/$with" || exit 1
  for platform in linux-aarch64 darwin-x86_64 darwin-arm64; do
    mkdir bin/$platform && "$SOURCE_ROOT/tests/support/foreign_program.py" $platform bin/$platform/hello
  done
  mkdir bin/windows-x86_64 && "$SOURCE_ROOT/tests/support/foreign_program.py" windows-x86_64 bin/windows-x86_64/hello.exe
  sed -i "s|\[\"linux-x86_64\"\]|[\"linux-x86_64\", \"linux-aarch64\", \"darwin-x86_64\", \"darwin-arm64\", \"windows-x86_64\"]|; s|^\[archive\]|&\nlevel = 1|
    s|^\[homebrew\]|&\ntap = \"$(forge_url git)/$tap.git\"\napi_url = \"$(forge_url api)\"|" cco-release.toml
  [ $with != gitea ] || sed -i "s|^\[scoop\]|&\nbucket = \"$(forge_url git)/$tap.git\"|" cco-release.toml
  name=homebrew
  [ $with != gitea ] || name='homebrew, scoop'
  echo secret >"$work/token"
  files=(--token-file "homebrew=$work/token")
  [ $with != gitea ] || files+=(--token-file "scoop=$work/token")
  page="$(forge_url web)/$tap/pull"
  [ $with != gitea ] || page=${page}s
  next 1.0.0
  status "$with: where nothing is protected" 0 publish 1.0.0
  is "$with: no pull request is asked for" "$(pulls) $(formula main)" ' 1.0.0'

  # --- one waits ---
  git_protect $tap main
  next 1.1.0
  status "$with: protected, a release is partial" 16 publish 1.1.0
  like "$with: and says where the change waits, and what to do" "$output" "$name: .*branch main is protected, and the change waits there as $page/1; merge it, then the same command has nothing left to do"
  like "$with: beside what is public" "$output" 'hello 1\.1\.0 is public at'
  is "$with: the pull request is open" "$(pulls)" "#1 open: hello 1.1.0 ($topic -> main)"
  is "$with: of one commit" "$(commits)" 'hello 1.1.0;'
  is "$with: that has the formula" "$(formula $topic) $(formula main)" '1.1.0 1.0.0'
  before=$(tip $topic)
  status "$with: the same again" 16 publish 1.1.0 --json
  is "$with: finds it" "$(json '[(p["destination"], p["url"], p["state"]) for p in d["pull_requests"]], d["actions"], d["failures"][0]["status"]')" "[('$name', '$page/1', 'open')] [] 16"
  is "$with: and changes nothing" "$(pulls) $(tip $topic)" "#1 open: hello 1.1.0 ($topic -> main) $before"

  # --- what happens meanwhile ---
  by_hand main other.txt
  status "$with: a branch that moved" 16 publish 1.1.0
  is "$with: gets the change anew" "$(commits) $(git_show $tap $topic other.txt)" 'hello 1.1.0; mine'
  next 1.2.0
  status "$with: a release while one waits" 16 publish 1.2.0
  is "$with: takes its place" "$(pulls) $(commits) $(formula $topic)" "#1 open: hello 1.2.0 ($topic -> main) hello 1.2.0; 1.2.0"
  by_hand $topic README.md
  before=$(tip $topic)
  status "$with: what a person adds" 16 publish 1.2.0
  is "$with: stays" "$(tip $topic)" "$before"
  like "$with: and the change still waits" "$output" "waits there as $page/1;"
  next 1.3.0
  status "$with: also where the change is another" 16 publish 1.3.0
  like "$with: of which the line tells" "$output" "branch $topic has changes there that are not by cco-release, and they are kept; merge or delete it"
  is "$with: nothing is lost" "$(tip $topic)" "$before"
  git -C "$git_root/$tap.git" update-ref -d "refs/heads/$topic"
  status "$with: with the branch deleted" 16 publish 1.3.0
  is "$with: it goes on" "$(pulls) $(formula $topic)" "#1 open: hello 1.3.0 ($topic -> main) 1.3.0"
  merge 1
  status "$with: merged, the same command ends well" 0 publish 1.3.0
  like "$with: with nothing to do" "$output" "^$name \(.*\): nothing to do$"

  # --- pointers ---
  minute=$((minute + 1))
  status "$with: a yank is partial too" 16 at yank 1.3.0 --reason broken --yes
  like "$with: and says where it waits" "$output" "waits there as $page/2;"
  is "$with: as another pull request" "$(pulls | sed 's/.*, //') $(formula $topic)" "#2 open: hello 1.2.0 ($topic -> main) 1.2.0"
  forge /pull "{\"repository\": \"$tap\", \"number\": 2, \"state\": \"closed\"}" >/dev/null
  status "$with: one that a person closed" 16 at yank 1.3.0 --reason broken --yes --json
  is "$with: is not opened again" "$(pulls | tr ',' '\n' | wc -l) $(json 'd["pull_requests"][0]["state"]')" '2 closed'
  like "$with: the line says what to do" "$output" 'closed without being merged; open it again and merge it, or let this token push'
  forge /pull "{\"repository\": \"$tap\", \"number\": 2, \"state\": \"open\"}" >/dev/null
  merge 2
  token=
  status "$with: merged after all, with a token in a file" 0 at yank 1.3.0 --reason broken --yes "${files[@]}"
  token=secret

  # --- failures ---
  next 1.4.0
  token=half
  status "$with: a token that may not open one" 16 publish 1.4.0
  wants='it needs permission .Pull requests: write. beside .Contents: write.'
  [ $with != gitea ] || wants='it needs scope .write:repository.'
  like "$with: the line names what it lacks" "$output" "branch $topic has the change; open a pull request for it: the token of the variable HOMEBREW_TAP_TOKEN may not write pull requests of $tap .*; $wants"
  token=
  forge /faults '[{"method": "POST", "path": "/pulls$", "do": "lost"}]' >/dev/null
  status "$with: with another token, in a file, and an answer that is lost" 16 publish 1.4.0 "${files[@]}"
  is "$with: there is one all the same" "$(pulls | tr ',' '\n' | wc -l) $(pulls | sed 's/.*, //')" "3 #3 open: hello 1.4.0 ($topic -> main)"
  token=secret
  sed -i '/^api_url/d' cco-release.toml
  status "$with: where no API is known" 16 publish 1.4.0
  like "$with: it says so" "$output" 'GH006.*let the rules of that repository allow.*.api_url. of \[homebrew\] says where its API is'
  git_leave_alone $tap
  status "$with: with the rule gone the push comes to pass" 0 publish 1.4.0
  is "$with: on the branch itself" "$(formula main)" 1.4.0
  forge_stop
done
done_testing
