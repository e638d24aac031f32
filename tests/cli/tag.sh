#!/usr/bin/env bash
# `cco-release tag` and `changelog`: which version comes next, what must hold for a tag, where it is pushed, what is new; with a real git
# and a repository that it is pushed to.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/home"
cat >"$work/home/.gitconfig" <<'INI'
[user]
name = Somebody
email = somebody@example.com
[init]
defaultBranch = main
[commit]
gpgsign = false
INI
export HOME=$work/home
g() { env -i PATH="$PATH" HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 git "$@"; }
at() { env -i PATH="$PATH" HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=1795608000" "$CCO_RELEASE" "$@"; }
commit() { # SUBJECT [BODY]
  g commit -q --allow-empty -m "$1" ${2:+-m "$2"}
}
hello_project "$work/project"
cd "$work/project" || exit 1
g init -q . && printf '*.key\nsite\ndist\n' >.gitignore && g add -A
commit 'feat: say hello'
g init -q --bare "$work/remote.git"
g remote add origin "$work/remote.git"
g push -q origin main
tags() { g --git-dir "$work/remote.git" tag | xargs; }

g rm -q --cached cco-release.toml && commit 'chore: Settings elsewhere'
status 'a configuration that is in no commit' 3 at tag 0.1.0
like 'is told' "$output" 'git does not have cco-release\.toml, so nobody could release from the tag; commit it'
g reset -q --hard HEAD~1
status 'no version and no --next' 2 at tag
status 'a version and --next' 2 at tag 1.0.0 --next
status 'a channel without --next' 2 at tag 1.0.0 --channel beta
status 'no version at all' 3 at tag one
status 'a dry run' 0 at tag --next --dry-run
like 'tells the first version' "$output" "^make the tag v0\.1\.0 at [0-9a-f]{7}
push v0\.1\.0 to origin
nothing was changed$"
is 'and makes no tag' "$(g tag)$(tags)" ''
status 'the first tag' 0 at tag --next --json
is 'is in JSON' "$(sed '1,/^{/{/^{/!d}' <<<"$output" | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["version"], d["tag"], d["signed"], d["dry_run"], len(d["actions"]))')" "0.1.0 v0.1.0 False False 2"
is 'is annotated and pushed' "$(g cat-file -t v0.1.0) $(tags)" "tag v0.1.0"
like 'that it is not signed is said' "$output" 'annotated and not signed'
status 'the same command again' 0 at tag --next
is 'has nothing to do' "$output" 'nothing to do: v0.1.0 is there already'

commit 'fix: no crash'
status 'after a repair' 0 at tag --next --dry-run
like 'the last number goes up' "$output" 'v0\.1\.1'
commit 'feat(cli): shout'
status 'after a feature' 0 at tag --next --dry-run
like 'the middle one does' "$output" 'v0\.2\.0'
status 'somebody may say' 0 at tag --next --bump patch --dry-run
like 'which one' "$output" 'v0\.1\.1'
status 'a beta' 0 at tag --next --channel beta --dry-run
like 'has its own numbers' "$output" 'v0\.2\.0-beta\.1'
status 'what is not released' 0 at changelog
is 'is told from commits, as there is no CHANGELOG.md' "$(sed -E 's/[0-9a-f]{7}\)/HASH)/' <<<"$output")" "### Features

- cli: shout (HASH)

### Bug fixes

- no crash (HASH)"
status 'since a tag that is not there' 9 at changelog --since v9.9.9
like 'which is said' "$output" 'git has no tag v9\.9\.9'
status 'an option in place of a tag' 9 at changelog --since=--output=x
is 'is no option for git' "$(ls x 2>/dev/null)" ''

# What must hold.
printf '\n[version]\nscheme = "semver"\nfiles = ["VERSION"]\n[changelog]\n[tag]\nchecks = [["sh", "-c", "echo checked; test -e fine"]]\n' >>cco-release.toml
printf '0.1.0\n' >VERSION
printf '# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n- Hello.\n' >CHANGELOG.md
g add -A && commit 'chore: Settings'
echo more >>LICENSE
status 'all that does not hold' 3 at tag --next
like 'is told at once: the tree' "$output" 'files differ from HEAD: LICENSE; commit them'
like 'the sources' "$output" 'cco-release\.toml:[0-9]+: VERSION does not name 0\.2\.0'
like 'the changelog' "$output" 'CHANGELOG\.md has no section 0\.2\.0.*it has 0\.1\.0'
g checkout -q LICENSE
printf '0.2.0\n' >VERSION
printf '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-25\n- Shouts.\n\n## [0.1.0]\n- Hello.\n' >CHANGELOG.md
g add -A && commit 'chore: Prepare 0.2.0'
status 'a check that fails' 3 at tag --next
like 'is named' "$output" 'sh -c echo checked; test -e fine ended with status 1; no tag was made'
is 'and there is no tag' "$(g tag | xargs)" 'v0.1.0'
: >fine
status 'without a remote of that name' 3 at tag --next --remote nowhere
like 'it says so' "$output" 'there is no remote nowhere; name another with --remote, or say --no-push'
status 'when all holds' 0 at tag --next --no-push
is 'the tag is made and not pushed' "$(g tag | xargs) $(tags)" 'v0.1.0 v0.2.0 v0.1.0'
is 'with what is new in it' "$(g tag -l --format='%(contents)' v0.2.0)" "hello 0.2.0

- Shouts."
mv "$work/remote.git" "$work/away.git"
status 'a remote that is gone' 6 at tag --next
like 'is told, with what to do' "$output" 'origin: .*run the same command again'
mv "$work/away.git" "$work/remote.git"
status 'the same command again' 0 at tag --next
is 'pushes it, without checks' "$output $(tags)" 'push v0.2.0 to origin v0.1.0 v0.2.0'
commit 'feat: later'
sed -i 's/^files = \["VERSION"\]/files = []/' cco-release.toml
sed -i '/^\[changelog\]$/d' cco-release.toml
g add -A && commit 'chore: Settings'
status 'a tag of another commit' 5 at tag 0.1.0
like 'does not move' "$output" 'the tag v0\.1\.0 is at [0-9a-f]{7} and not at HEAD, and tags do not move'
g tag -d v0.1.0 >/dev/null
status 'nor does one that only the remote has' 5 at tag 0.1.0
like 'which is said' "$output" 'origin has the tag v0\.1\.0 at'
g fetch -q --tags

# What is public counts too.
sed -i 's/^checks = .*/checks = []/' cco-release.toml
hello_binary bin/linux-x86_64/hello 'hello 0.5.0'
g add -A && commit 'chore: Settings'
at publish --version 0.5.0 --date "$hello_date" >/dev/null 2>&1
status 'the next is above what is public' 0 at tag --next --bump patch --dry-run
like 'though no tag has it' "$output" 'v0\.5\.1'
status 'a lower one' 3 at tag 0.4.0 --dry-run
like 'is refused' "$output" '0\.4\.0 is lower than 0\.5\.0, the newest of channel stable; choose a higher version, or say --allow-backport'
status 'unless it is a backport' 0 at tag 0.4.0 --dry-run --allow-backport
status 'one that is public' 5 at tag 0.5.0 --dry-run
status 'a pre-release of what is stable' 3 at tag 0.5.0-beta.1 --dry-run

# Signed where git signs: by an ssh key.
ssh-keygen -q -t ed25519 -N '' -f "$work/ssh" && g config user.signingkey "$work/ssh.pub" && g config gpg.format ssh
status 'git that is configured to sign' 0 at tag 0.6.0
like 'signs the tag' "$output" '^sign the tag v0\.6\.0'
like 'really' "$(g cat-file tag v0.6.0)" 'BEGIN SSH SIGNATURE'
g config gpg.ssh.program false
commit 'feat: more'
status 'a signature that fails' 3 at tag 0.7.0
like 'is told' "$output" 'git made no tag: .*user\.signingkey'
is 'and no tag is made' "$(g tag -l v0.7.0)" ''
g config --unset user.signingkey
g config --unset gpg.ssh.program
printf '#!/bin/sh\necho "tags are protected" >&2\nexit 1\n' >"$work/remote.git/hooks/pre-receive" && chmod +x "$work/remote.git/hooks/pre-receive"
status 'a remote that refuses' 4 at tag 0.7.0
like 'with its words' "$output" 'the tag v0\.7\.0 is made, and not pushed: origin: .*(protected|declined)'
rm "$work/remote.git/hooks/pre-receive"
status 'once it is let' 0 at tag 0.7.0
like 'it is pushed' "$(tags)" 'v0\.7\.0'

# The notes of a release.
printf '[changelog]\n' >>cco-release.toml
printf '# Changelog\n\n## 0.8.0\n\n- Sings.\n\n## 0.7.0\n- x\n' >CHANGELOG.md
hello_binary bin/linux-x86_64/hello 'hello 0.8.0 and 0.8.1'
g add -A && commit 'chore: Prepare 0.8.0'
at publish --version 0.8.0 --date "$hello_date" >/dev/null 2>&1
is 'notes come from the file' "$(python3 -c 'import json; print(json.load(open("site/version-manifest.json"))["versions"]["0.8.0"]["notes"])')" '- Sings.'
status 'a version without a section is refused' 9 at publish --version 0.8.1 --date "$hello_date"
like 'with what to do' "$output" 'CHANGELOG\.md has no section 0\.8\.1; write "## \[0\.8\.1\]" and what is new; it has 0\.8\.0, 0\.7\.0'
status 'changelog prints it' 0 at changelog --version 0.8.0
is 'alone' "$output" '- Sings.'
status 'and in JSON' 0 at changelog --version 0.8.0 --json
is 'with its source' "$(python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["version"], d["from"], d["since"], d["text"])' <<<"$output")" '0.8.0 file None - Sings.'
sed -i 's/^\[changelog\]/&\nfrom = "git"\ngroups = ["New: ^feat", "Rest: ^chore"]\nexclude = ["Settings"]/' cco-release.toml
status 'from git with groups and filters' 0 at changelog --since v0.2.0
is 'as they say' "$(sed -E 's/ \([0-9a-f]{7}\)//' <<<"$output" | xargs -d '\n')" '### New  - later - more  ### Rest  - Prepare 0.8.0'
sed -i 's/"New: ^feat"/"New: ^(feat"/' cco-release.toml
status 'no expression' 3 at changelog --since v0.2.0
like 'is told' "$output" 'is no regular expression'
sed -i 's/"New: ^(feat"/"New: ^feat"/' cco-release.toml
g clone -q --depth 1 "file://$work/remote.git" "$work/shallow" && cp -r cco-release.toml hello.key "$work/shallow/" && cd "$work/shallow" || exit 1
status 'a shallow clone' 3 at changelog
like 'is told what it lacks' "$output" 'this clone is shallow.*fetch-depth: 0'
g tag -d v0.1.0 >/dev/null
status 'the next version there' 3 at tag --next --dry-run
like 'is not guessed' "$output" 'this clone is shallow, so git does not know what is tagged'
status 'a release there' 3 at publish --dry-run
like 'is told the same' "$output" 'HEAD has no tag, and this clone is shallow, .*git fetch --unshallow --tags'
rm -rf "$work/plain" && cp -r "$work/project" "$work/plain" && rm -rf "$work/plain/.git" && cd "$work/plain" || exit 1
status 'no repository: tag' 3 at tag 0.9.0
status 'no repository: changelog' 3 at changelog
done_testing
