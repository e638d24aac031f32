#!/usr/bin/env bash
# Words that come from elsewhere, in the log of a job that runs each command: texts of commits and tags, of CHANGELOG.md, of the configuration, reasons,
# messages of a server. A runner takes none of them for a command of its own, on neither stream.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/workflow_job.sh
. "$SOURCE_ROOT/tests/support/workflow_job.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
mkdir "$work/home"
printf '[user]\nname = "##[add-mask]Somebody"\nemail = a@example.com\n[init]\ndefaultBranch = main\n' >"$work/home/.gitconfig"
job_variables=(HOME="$work/home" GIT_CONFIG_NOSYSTEM=1)
g() { env -i PATH="$PATH" HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 git "$@"; }
evil='##[add-mask]x ::set-output name=version::9'
lines=$'first\n::set-output name=version::9\n \t::stop-commands::word\n::add-mask::'"$evil"
sed -i "s/^description = .*/description = \"Says ${evil}\"/" cco-release.toml
printf '[changelog]\nfrom = "git"\n' >>cco-release.toml
printf '*.key\nsite\ndist\n' >.gitignore
g init -q . && g add -A && g commit -q -m "feat: one $evil" -m "$lines"
g commit -q --allow-empty -m "fix: $evil" -m "BREAKING CHANGE: $lines"
g tag -a v0.9.0 -m "$evil" -m "$lines" HEAD~1
g init -q --bare "$work/remote.git" && g remote add origin "$work/remote.git" && g push -q origin main
# What a command prints has what was said, and nothing that the runner obeys and that we never say.
harmless() { # SENTENCE STATUS|any ARGUMENT...
  if [ "$2" = any ]; then output=$(job "${@:3}" 2>&1); else status "$1" "$2" job "${@:3}"; fi
  is "$1: only our own commands are in it" "$(commands <<<"$output" | grep -v -x -e group -e endgroup -e error -e warning | sort -u | tr '\n' ' ')" ''
  is "$1: and the outputs are ours" "$(grep -c 'version<<' "$work/output" | sed 's/^1$/0/') $(grep -c '^9$' "$work/output")" '0 0'
}

harmless 'changelog from commits' 0 changelog
like 'tells them all the same' "$output" '## \[add-mask\]x'
harmless 'changelog as JSON' 0 changelog --json
like 'is the same text there' "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["text"])' <<<"$output")" '##\[add-mask\]x ::set-output name=version::9'
harmless 'changelog since a tag' 0 changelog --since v0.9.0
job changelog >"$work/notes.md" 2>/dev/null
like 'a file has the text as it is' "$(cat "$work/notes.md")" ' ##\[add-mask\]x ::set-output'
printf '# Changelog\n\n## 1.0.0\n\n%s\n' "$lines" >CHANGELOG.md
sed -i 's/^from = "git"/from = "file"/' cco-release.toml
g add -A && g commit -q -m 'chore: changelog'
harmless 'changelog from a file' 0 changelog --version 1.0.0
harmless 'a tag that is planned' 0 tag 1.0.0 --dry-run
printf '#!/bin/sh\necho "::add-mask::x" >&2\necho "##[add-mask]x" >&2\nexit 1\n' >"$work/remote.git/hooks/pre-receive"
chmod 755 "$work/remote.git/hooks/pre-receive"
harmless 'a push that a server refuses with its own words' 4 tag 1.0.0
rm "$work/remote.git/hooks/pre-receive"
harmless 'a tag' 0 tag 1.0.0
harmless 'check' 0 check --date "$hello_date"
harmless 'package' 0 package --date "$hello_date"
harmless 'publish' 0 publish --date "$hello_date" --json
harmless 'verify' 0 verify
harmless 'status' 0 status
harmless 'doctor, which finds no site there' any doctor
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
printf '# Changelog\n\n## 1.1.0\n\n%s\n' "$lines" >CHANGELOG.md
harmless 'the next publish' 0 publish --version 1.1.0 --date "$hello_date" --allow-dirty
for command in "yank 1.1.0 --reason" "deprecate 1.0.0 --message" "halt stable --reason"; do
  # shellcheck disable=SC2086  # words
  harmless "${command%% *} with a dangerous text" 0 $command "$evil" --yes
  # shellcheck disable=SC2086  # words
  harmless "${command%% *} with lines" 0 $command "$lines" --yes
  harmless "status after ${command%% *}" 0 status
  harmless "status after ${command%% *}, as JSON" 0 status --json
done
harmless 'resume' 0 resume stable --yes
harmless 'unyank' 0 unyank 1.1.0 --yes
harmless 'rollback to a version of dangerous words' 3 rollback stable --to "$evil"
harmless 'a channel of dangerous words' 2 halt "$evil" --reason x
harmless 'a command of dangerous words' 2 "$evil"
mkdir "$work/$evil" && cp cco-release.toml hello.key "$work/$evil/" && cd "$work/$evil" || exit 1
harmless 'a folder of dangerous words' 3 publish --version 1.0.0 --date "$hello_date"
done_testing
