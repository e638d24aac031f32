#!/usr/bin/env bash
# What a job of GitHub Actions (or Gitea's, Forgejo's) sees: groups, annotations, outputs, a summary; and nothing that it would take for a command.
# shellcheck disable=SC2016  # messages quote names in back ticks
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
# shellcheck source=tests/support/workflow_job.sh
. "$SOURCE_ROOT/tests/support/workflow_job.sh"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
hello_project "$work/p"
cd "$work/p" || exit 1
cat >>cco-release.toml <<'TOML'
[[destination]]
type = "directory"
name = "stick"
path = "media/stick"
url = "https://stick.example.com/hello"
optional = true
TOML
publish() { job publish --date "$hello_date" "$@"; }

status 'check' 0 job check --version 1.0.0 --date "$hello_date"
like 'its result is on the page' "$(cat "$work/summary")" '^Ready to publish\.'
status 'a publish' 0 publish --version 1.0.0
like 'each stage is a group' "$(tr '\n' ' ' <<<"$output")" '::group::identify .*::endgroup:: ::group::preflight .*::endgroup:: .*::group::publish .*::endgroup::'
is 'and each group ends' "$(of_kind group) $(of_kind endgroup)" "$(of_kind group) $(of_kind group)"
is 'no other command is in the log' "$(commands <<<"$output" | sort -u | grep -v group)" ''
is 'outputs: version and channel' "$(output_of version) $(output_of channel)" '1.0.0 stable'
is 'outputs: urls, one a line' "$(output_of urls)" 'https://releases.example.com/hello
https://stick.example.com/hello'
like 'the summary has a heading' "$(cat "$work/summary")" '^### cco-release publish: hello 1\.0\.0 \(stable\)$'
like 'and a row for each destination' "$(cat "$work/summary")" '^\| stick \| public \| [0-9]+ \| <https://stick\.example\.com/hello> \|$'
status 'the same again' 0 publish --version 1.0.0
like 'has nothing to do' "$(cat "$work/summary")" '^\| directory \| public, nothing to do \| 0 \|'
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'a dry run' 0 publish --version 1.1.0 --dry-run
is 'has no urls' "$(output_of version) [$(output_of urls)]" '1.1.0 []'
like 'and says so' "$(cat "$work/summary")" '^A dry run: nothing was changed\.$'

# --- failures ---
mv media saved_media
echo 'not mounted' >media
status 'a destination that fails' 16 publish --version 1.1.0
like 'is an annotation' "$output" '^::error title=cco-release publish::directory .*media/stick: .*media is no folder'
is 'one, with no line twice' "$(of_kind error) $(grep -c 'media is no folder' <<<"$output")" '1 1'
like 'the page names it' "$(cat "$work/summary")" '^\| stick \| failed \(status 3\) \| 0 \|'
like 'and the one that is public' "$(cat "$work/summary")" '^\| directory \| public \|'
like 'and what to do' "$(cat "$work/summary")" '^- directory .*media/stick: .*mend .*path.* of'
is 'urls has what is public' "$(output_of urls)" 'https://releases.example.com/hello'
rm media && mv saved_media media
cp cco-release.toml saved.toml
sed -i 's/^license = .*/&\nlicence = "x"\nhomepag = "y"/' cco-release.toml
line=$(grep -n '^licence' cco-release.toml | cut -d: -f1)
status 'a wrong configuration' 3 publish --version 1.1.0
like 'is an annotation at its line' "$output" "^::error file=p/cco-release.toml,line=$line,title=cco-release publish::cco-release.toml:$line: unknown key"
like 'each problem at its own' "$output" "^::error file=p/cco-release.toml,line=$((line + 1)),title=cco-release publish::"
like 'the page has them' "$(cat "$work/summary")" 'It ended with status 3'
status 'check says the same' 3 job check --version 1.1.0
like 'at the same place' "$output" "^::error file=p/cco-release.toml,line=$line,title=cco-release check::"
cp saved.toml cco-release.toml
mv hello.key away.key
status 'check with a problem of its own' 3 job check --version 1.2.0 --date "$hello_date"
like 'annotates it too' "$output" '^::error .*title=cco-release check::.*hello\.key'
like 'on the page' "$(cat "$work/summary")" '^Problem: .*hello\.key'
mv away.key hello.key

# --- warnings ---
cp -r bin/linux-x86_64 saved_bin
printf '#include <stdio.h>\nint main(void) { puts("hello 1.2.0"); return 0; }\n' >x.c
gcc -o bin/linux-x86_64/hello x.c && rm x.c
status 'a binary to warn of' 0 publish --version 1.2.0
check 'is an annotation' test "$(of_kind warning)" -gt 0
is 'and no plain line' "$(grep -c '^warning:' <<<"$output")" 0
rm -rf bin/linux-x86_64 && mv saved_bin bin/linux-x86_64

# --- --json ---
status 'publish --json' 0 bash -c 'out=$1 && shift && "$@" >"$out" 2>/dev/null' x "$work/json" env -i PATH="$PATH" GITHUB_ACTIONS=true GITHUB_OUTPUT="$work/output" "$CCO_RELEASE" publish --version 1.1.0 --date "$hello_date" --json
is 'standard output is JSON alone' "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["version"])' "$work/json")" 1.1.0

# --- words from elsewhere ---
evil='##[error]mine ##[add-mask]x'
status 'a reason that looks like a command' 0 job yank 1.2.0 --yes --reason "$evil"
is 'is none in the log' "$(commands <<<"$output")" ''
like 'but is told' "$output" '## \[error\]mine'
is 'outputs of a pointer command' "$(output_of version) [$(output_of channel)] $(output_of urls | head -n 1)" '1.2.0 [] https://releases.example.com/hello'
like 'its page' "$(cat "$work/summary")" '^### cco-release yank: hello 1\.2\.0$'
like 'has a row for each destination' "$(cat "$work/summary")" '^\| directory \| public \| [1-9][0-9]* \|'
job unyank 1.2.0 --yes >/dev/null 2>&1
job yank 1.2.0 --yes --dry-run --json --reason "$evil" >"$work/json" 2>/dev/null
is 'in JSON it is the same text, and no command' "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["reason"])' "$work/json") $(commands <"$work/json")" "$evil "
status 'an unknown version' 9 job yank 9.9.9 --yes --reason x
like 'is an annotation' "$output" '^::error title=cco-release yank::'
sed -i 's/^description = .*/description = "::error::gotcha"/' cco-release.toml
status 'a name of a file that looks like a command' 3 job publish --version 1.3.0 --config $'::error file=x::\n::warning::y.toml'
is 'is one error, ours' "$(commands <<<"$output" | sort | uniq -c | tr -s ' \n' ' ')" ' 1 error '
done_testing
