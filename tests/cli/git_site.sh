#!/usr/bin/env bash
# A site in a branch, pushed over HTTPS with a token: end to end, and everything that can go wrong on the way there.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/support/git_server.sh
. "$SOURCE_ROOT/tests/support/git_server.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'git_server_stop; rm -rf "$work"' EXIT
chmod 755 "$work"
git_server "$work/server"
base=${git_url%/git}/pages
git_repository hello

# --- the project: archives in a folder that a server shows, the site in a branch ---
hello_project "$work/p"
cd "$work/p" || exit 1
mkdir -p "$work/server/pages" agent/linux-x86_64
strip -o agent/linux-x86_64/updater "$CCO"
python3 - "$git_url" "$base" "$work/server/pages/files" <<'PY'
import re, sys
url, base, files = sys.argv[1:]
text = open("cco-release.toml").read()
start, end = text.index("[[destination]]"), text.index("[installers]")
text = text[:start] + f'''[[destination]]
type = "git"
name = "pages"
remote = "{url}/hello.git"
token_env = "PAGES_TOKEN"
url = "{base}/site"
[[destination]]
type = "directory"
name = "files"
path = "{files}"
url = "{base}/files"
carries = ["assets"]
''' + text[end:] + '[agent]\nbinary = "agent/{platform}/updater"\nallow_libraries = [LIBRARIES]\n'
import subprocess
needed = re.findall(r"NEEDED\s+(\S+)", subprocess.run(["objdump", "-p", "agent/linux-x86_64/updater"], capture_output=True, text=True).stdout)
text = text.replace("[archive]", "[archive]\nlevel = 1")
open("cco-release.toml", "w").write(text.replace("LIBRARIES", ", ".join(f'"{name}"' for name in needed)))
PY
# git as the program finds it, with a list of how it was called.
mkdir "$work/bin"
printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>%s\nPATH=%s exec git "$@"\n' "$work/argv" "$PATH" >"$work/bin/git"
chmod 755 "$work/bin/git"
token=$git_token
# As in tests/cli/hello_project.sh, with the token and the authority of the server.
release() {
  env -i PATH="$work/bin:$PATH" HOME="$work/home" TMPDIR="$work/tmp" SSL_CERT_FILE="$git_ca" GIT_CONFIG_NOSYSTEM=1 ${token:+"PAGES_TOKEN=$token"} \
    "$CCO_RELEASE" "$@"
}
mkdir "$work/home" "$work/tmp"
release trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
sed -i 's|^key = .*|key = "hello.key"|; s|^refresh = .*|refresh = "weekly"|' cco-release.toml
online=(--key keys/hello-online.key)
publish() { release publish --date "$hello_date" "${online[@]}" "$@"; }
# What the pages of a host do after a push.
serve_branch() {
  rm -rf "$work/server/pages/new" && mkdir "$work/server/pages/new"
  git -C "$git_root/hello.git" archive gh-pages | tar -x -C "$work/server/pages/new"
  rm -rf "$work/server/pages/site" && mv "$work/server/pages/new" "$work/server/pages/site"
}
latest() { git_show hello gh-pages stable.version-manifest.json | python3 -c 'import json, sys; print(json.load(sys.stdin)["latest"]["stable"])'; }
versions() { git_show hello gh-pages stable.version-manifest.json | python3 -c 'import json, sys; print(*json.load(sys.stdin)["versions"])'; }
timestamp() { git_show hello gh-pages metadata/timestamp.json | python3 -c 'import json, sys; print(json.load(sys.stdin)["signed"]["version"])'; }
next() { hello_binary bin/linux-x86_64/hello "hello $1"; } # VERSION

# --- what keeps it from being pushed, before anything is public ---
token=
status 'without a token' 4 publish --version 1.0.0
like 'the line names the place and the variable' "$output" 'branch gh-pages of https://localhost:[0-9]+/git/hello\.git: .*; set PAGES_TOKEN to a token that may write there'
token=wrong-token
status 'with a wrong token' 4 publish --version 1.0.0
like 'the line names the variable' "$output" 'the token of PAGES_TOKEN is wrong or has expired'
like 'and not the token' "$(grep -c wrong-token <<<"$output")" '^0$'
token=$git_reader_token
sed "/^remote/s|https://localhost|https://reader@localhost|" cco-release.toml >reader.toml
status 'with a token that may only read' 4 publish -f reader.toml --version 1.0.0
like 'the line says what it lacks' "$output" 'the token of PAGES_TOKEN may not do that; give it the permission to write contents there'
token=$git_token
sed "s|/hello\.git|/none.git|" cco-release.toml >none.toml
status 'a repository that is not there' 9 publish -f none.toml --version 1.0.0
like 'the line says what to do' "$output" 'git/none\.git.* not found; make that repository, or mend its address'
sed "s|remote = .*|remote = \"https://nohost.invalid/hello.git\"|" cco-release.toml >nohost.toml
status 'a host that has no address' 6 publish -f nohost.toml --version 1.0.0
like 'the line names it' "$output" 'Could not resolve host: nohost\.invalid'
status 'an authority that is not known' 6 env -i PATH="$PATH" HOME="$work/home" PAGES_TOKEN="$token" "$CCO_RELEASE" publish --version 1.0.0 --date "$hello_date" "${online[@]}"
like 'the line says where it is named' "$output" 'certificate.*SSL_CERT_FILE'
sed "s|remote = .*|remote = \"https://bot:hunter2@localhost/hello.git\"|" cco-release.toml >password.toml
status 'a password in the address' 3 publish -f password.toml --version 1.0.0
like 'is not repeated' "$(grep -c hunter2 <<<"$output"), $(tail -n 1 <<<"$output")" '^0, .*has a password in it; take that out'
rm ./*none.toml nohost.toml password.toml reader.toml
is 'and nothing of all that is public' "$(ls -A "$work/server/pages")$(git -C "$git_root/hello.git" for-each-ref)" ''

# --- an empty repository ---
planned=$(publish --version 1.0.0 --dry-run 2>/dev/null)
like 'a dry run names what would be put' "$planned" '^pages: announce install\.sh'
is 'and changes nothing' "$(git -C "$git_root/hello.git" for-each-ref)" ''
status 'the first release into an empty repository' 0 publish --version 1.0.0
like 'it is said where it is' "$output" "hello 1\.0\.0 is public at https://localhost:[0-9]+/pages/site \(branch gh-pages of "
is 'all of it is one commit' "$(git_count hello gh-pages)" 1
is 'of the release' "$(git -C "$git_root/hello.git" log --format=%s gh-pages)" 'Publish v1.0.0'
is 'without archives' "$(git_names hello gh-pages | grep releases/)" ''
like 'and with the site' "$(git_names hello gh-pages | tr '\n' ' ')" '\.nojekyll .*checksums/v1\.0\.0\.sha256 .*install\.sh .*metadata/timestamp\.json .*stable\.version-manifest\.json '
is 'the installer can be run' "$(git -C "$git_root/hello.git" ls-tree gh-pages install.sh | cut -c1-6)" 100755
is 'the branch is the only one' "$(git -C "$git_root/hello.git" for-each-ref --format='%(refname)')" refs/heads/gh-pages
: >"$git_log"
status 'the same command again' 0 publish --version 1.0.0
is 'makes no commit' "$(git_count hello gh-pages)" 1
is 'and sends nothing' "$(grep -c 'POST.*receive-pack' "$git_log")" 0
check "nothing to do costs few requests ($(wc -l <"$git_log") seen)" test "$(wc -l <"$git_log")" -le 5
is 'the token was on no command line' "$(grep -c "$git_token" "$work/argv")" 0
is 'git was called' "$(grep -c ' push ' "$work/argv" | sed 's/^[1-9][0-9]*/some/')" some
is 'nothing is left of the scratch repositories' "$(ls -A "$work/tmp")" ''
is 'the token is in no file of the project' "$(grep -rl "$git_token" . "$work/home")" ''

# --- users ---
serve_branch
status 'status reads it' 0 release status
like 'and says what it shows' "$output" '^pages  *stable  *1\.0\.0 '
user=$work/user
mkdir "$user"
stranger() { env -i HOME="$user" PATH="$user/.local/bin:/usr/bin:/bin" SSL_CERT_FILE="$git_ca" CURL_CA_BUNDLE="$git_ca" "$@"; }
check 'curl | sh installs from the branch' stranger bash -o pipefail -c "curl -fsSL $base/site/install.sh | sh"
is 'the program runs' "$(stranger hello)" 'hello 1.0.0'
next 1.1.0
status 'the next release' 0 publish --version 1.1.0
is 'is the next commit' "$(git_count hello gh-pages)" 2
serve_branch
check 'the agent updates from the branch' stranger hello-updater update --yes
is 'the program is the new one' "$(stranger hello)" 'hello 1.1.0'

# --- somebody else pushes meanwhile ---
next 1.2.0
git_compete hello gh-pages notes.txt 1
status 'a push that comes second' 0 publish --version 1.2.0
like 'is told' "$output" 'somebody else pushed there meanwhile; going on from that'
is 'is public' "$(latest)" 1.2.0
is 'and keeps what the other pushed' "$(git_show hello gh-pages notes.txt)" 'other 1'
next 1.3.0
git_compete hello gh-pages notes.txt 4
status 'a push that comes second four times' 0 publish --version 1.3.0
is 'is public' "$(latest)" 1.3.0
next 1.4.0
git_compete hello gh-pages notes.txt 100
status 'a push that never comes first ends' 14 publish --version 1.4.0
like 'with what to do' "$output" 'somebody else published there meanwhile, 5 times; run the same command again'
is 'and is not public' "$(latest)" 1.3.0
git_leave_alone hello
status 'until it does' 0 publish --version 1.4.0
is 'now it is public' "$(latest)" 1.4.0

# --- a refresh and a publish: each in the moment of the other's push ---
in_the_moment_of() { # COMMAND: runs once, while a push is being received
  cat >"$git_root/hello.git/hooks/pre-receive" <<HOOK
#!/bin/sh
[ -e compete-once ] || exit 0
rm compete-once
exec env -i PATH="$PATH" HOME="$work/home" SSL_CERT_FILE="$git_ca" PAGES_TOKEN="$git_token" sh -c '$1' >$work/competitor 2>&1
HOOK
  chmod 755 "$git_root/hello.git/hooks/pre-receive"
  touch "$git_root/hello.git/compete-once"
}
later=$(($(date +%s) + 8 * 86400))  # when a refresh is due
refresh="env LD_PRELOAD=$SET_CLOCK CLOCK_STANDS_AT=$later $CCO_RELEASE trust refresh --key keys/hello-online.key"
cp -a "$work/p" "$work/q"
# Two machines: each has a copy of the archives, which become one.
sed -i 's|pages/files"|pages/files-q"|; s|^url = .*/pages/files-q"|url = "'"$base"'/files"|' "$work/q/cco-release.toml"
before=$(timestamp)
next 1.5.0
in_the_moment_of "cd $work/q && $refresh"
status 'a publish during which a refresh comes first' 0 publish --version 1.5.0
like 'the refresh went well' "$(cat "$work/competitor")" '^timestamp has version'
is 'the release is public' "$(latest)" 1.5.0
is 'both have their timestamp' "$(timestamp)" $((before + 2))
hello_binary "$work/q/bin/linux-x86_64/hello" "hello 1.5.1"
in_the_moment_of "cd $work/q && $CCO_RELEASE publish --date $hello_date --version 1.5.1 --key keys/hello-online.key"
# shellcheck disable=SC2086  # a command line
status 'a refresh during which a publish comes first' 0 env -i PATH="$PATH" HOME="$work/home" SSL_CERT_FILE="$git_ca" PAGES_TOKEN="$git_token" $refresh
like 'the publish went well' "$(cat "$work/competitor")" 'hello 1\.5\.1 is public'
is 'the release is public' "$(latest)" 1.5.1
is 'both have their timestamp' "$(timestamp)" $((before + 4))
hello_binary "$work/q/bin/linux-x86_64/hello" "hello 1.7.0"
in_the_moment_of "cd $work/q && $CCO_RELEASE publish --date $hello_date --version 1.7.0 --key keys/hello-online.key"
next 1.6.0
status 'a publish that another one overtakes with a higher version' 3 publish --version 1.6.0
like 'says that it would be a backport' "$output" '1\.6\.0 is lower than 1\.7\.0'
is 'and changes nothing' "$(versions | tr ' ' '\n' | grep -c '^1\.6\.0')" 0
hello_binary "$work/q/bin/linux-x86_64/hello" "hello 1.7.1"
in_the_moment_of "cd $work/q && $CCO_RELEASE publish --date $hello_date --version 1.7.1 --key keys/hello-online.key"
next 1.8.0
status 'a publish that another one overtakes with a lower version' 0 publish --version 1.8.0
like 'both are public' "$(versions)" '1\.8\.0 1\.7\.1 1\.7\.0 '

# --- a pointer command and a publish, each in the moment of the other's push ---
yanked() { git_show hello gh-pages stable.version-manifest.json | python3 -c 'import json, sys; print(*[v for v, r in json.load(sys.stdin)["versions"].items() if r["yanked"]])'; }
cp -a "$work/server/pages/files-q/." "$work/server/pages/files/"
hello_binary "$work/q/bin/linux-x86_64/hello" "hello 1.8.1"
in_the_moment_of "cd $work/q && $CCO_RELEASE publish --date $hello_date --version 1.8.1 --key keys/hello-online.key"
status 'a yank during which a publish comes first' 0 release yank 1.7.1 --reason bad --yes "${online[@]}"
like 'says so' "$output" 'somebody else pushed there meanwhile; going on from that'
is 'both are public' "$(latest) $(yanked)" '1.8.1 1.7.1'
cp -a "$work/server/pages/files-q/." "$work/server/pages/files/"
next 1.8.2
in_the_moment_of "cd $work/q && $CCO_RELEASE yank 1.7.0 --reason bad --yes --key keys/hello-online.key"
status 'a publish during which a yank comes first' 0 publish --version 1.8.2
is 'both are public' "$(latest) $(yanked)" '1.8.2 1.7.1 1.7.0'
in_the_moment_of "cd $work/q && $CCO_RELEASE yank 1.8.1 --reason bad --yes --key keys/hello-online.key"
status 'a yank during which the same yank comes first' 0 release yank 1.8.1 --reason bad --yes "${online[@]}"
is 'has nothing left to do' "$(latest) $(yanked)" '1.8.2 1.8.1 1.7.1 1.7.0'
before=$(timestamp)
in_the_moment_of "cd $work/q && $CCO_RELEASE yank 1.8.1 --reason worse --yes --key keys/hello-online.key"
status 'an unyank during which something else is said of the version' 0 release unyank 1.8.1 --yes "${online[@]}"
is 'has the last word' "$(latest) $(yanked) $(timestamp)" "1.8.2 1.7.1 1.7.0 $((before + 2))"
git_compete hello gh-pages notes.txt 100
status 'a pointer command that never comes first ends' 14 release yank 1.5.0 --reason bad --yes "${online[@]}"
like 'with what to do' "$output" 'somebody else published there meanwhile, 5 times; run the same command again'
is 'and changes nothing' "$(yanked)" '1.7.1 1.7.0'
git_leave_alone hello
cp -a "$work/server/pages/files/." "$work/server/pages/files-q/"
serve_branch
cp -a "$work/server/pages/files-q/." "$work/server/pages/files/"
check 'the agent takes what is public after all that' stranger hello-updater update --yes
is 'the program is the newest' "$(stranger hello)" 'hello 1.8.2'

# --- a branch that a rule protects, a repository that was renamed, one that is on another host ---
next 1.9.0
git_protect hello gh-pages
status 'a branch that is protected' 4 publish --version 1.9.0
like 'the line says what the server said' "$output" 'GH006: Protected branch update failed for refs/heads/gh-pages'
like 'and what to do' "$output" 'let the rules of that repository allow this token \(PAGES_TOKEN\) to push to it, or give a branch that no rule protects'
is 'it is not public' "$(latest)" 1.8.2
git_leave_alone hello
sed -i 's|/git/hello\.git|/git/old/hello.git|' cco-release.toml
status 'a repository that was renamed is followed' 0 publish --version 1.9.0
is 'it is public' "$(latest)" 1.9.0
sed -i 's|/git/old/hello\.git|/git/away/hello.git|' cco-release.toml
: >"$git_log"
next 1.10.0
status 'a redirect to another host' 4 publish --version 1.10.0
is 'is not followed by the token' "$(grep -c 'auth 127\.0\.0\.1' "$git_log")" 0
is 'it is not public' "$(latest)" 1.9.0

# --- a path, a folder of the branch, git settings of the user ---
sed -i "s|^remote = .*|remote = \"$git_root/hello.git\"\nbranch = \"site\"\npath = \"docs/\"|" cco-release.toml
printf '[user]\n\tname = Release Robot\n\temail = robot@example.com\n[core]\n\tautocrlf = true\n\thooksPath = %s\n' "$work/hooks" >"$work/home/.gitconfig"
mkdir "$work/hooks" && printf '#!/bin/sh\nexit 1\n' >"$work/hooks/pre-push" && chmod 755 "$work/hooks/pre-push"
rm -r dist trust/public.json  # another site, with a history of its own
status 'a branch of a repository on this machine, below docs/' 0 publish --version 1.10.0
is 'its files are there' "$(git_names hello site | grep -vc '^docs/')" 0
is 'with the bytes that were signed' "$(git_show hello site docs/install.sh | sha256sum)" "$(sha256sum <dist/1.10.0/site/install.sh)"
is 'by the name that git knows' "$(git -C "$git_root/hello.git" log -1 --format='%an <%ae>' site)" 'Release Robot <robot@example.com>'
printf '[commit]\n\tgpgSign = true\n[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = %s\n' "$work/none.pub" >>"$work/home/.gitconfig"
next 1.11.0
status 'commits that cannot be signed as git is told to' 3 publish --version 1.11.0
like 'the line says where that is told' "$output" 'git makes no commit that is signed: .*; see commit\.gpgSign of git'
ssh-keygen -q -t ed25519 -N '' -f "$work/none"
status 'and that can' 0 publish --version 1.11.0
like 'are signed' "$(git -C "$git_root/hello.git" cat-file commit site)" 'BEGIN SSH SIGNATURE'
done_testing
