#!/usr/bin/env bash
# With [trust], `cco-release` goes on from the manifests that the metadata proves. Files of a site that were put back, damaged or removed beside it
# get into no release, whoever publishes and whatever his machine remembers; the next publish writes them anew.
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hello_project "$work/start"
cd "$work/start" || exit 1
at() { # TIME ARGUMENT...
  local time=$1
  shift
  env -i PATH="$PATH" HOME=/nonexistent "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$time" +%s)" "$CCO_RELEASE" "$@"
}
today='2026-11-21 12:00:00'
online=(--key keys/hello-online.key)
publish() { at "$today" publish --date "$hello_date" --allow-dirty "${online[@]}" "$@"; }
# What a client that begins takes the manifest of a channel to be: generation and versions, newest first.
shown() { # CHANNEL
  rm -rf "$work/client" && mkdir "$work/client"
  "$CCO_TUF_CLIENT" --metadata-dir "$work/client/kept" init trust/1.root.json || return 1
  env -i PATH="$PATH" "LD_PRELOAD=$SET_CLOCK" "CLOCK_STANDS_AT=$(date -u -d "$today" +%s)" "$CCO_TUF_CLIENT" --metadata-dir "$work/client/kept" \
    --metadata-url "file://$PWD/site/metadata" --target-name "$1.version-manifest.json" --target-base-url "file://$PWD/site/targets" \
    --target-dir "$work/client" download && listed "$(find "$work/client" -name '*version-manifest.json')"
}
listed() { python3 -c 'import json,sys; m=json.load(open(sys.argv[1])); print(m["generation"], *m["versions"])' "$1"; }
at "$today" trust init --preset solo --keys keys --no-password >/dev/null 2>&1 || exit 1
make() { # VERSION OPTION...
  local version=$1
  shift
  hello_binary bin/linux-x86_64/hello "hello $version"
  publish --version "$version" "$@" >/dev/null 2>&1 || exit 1
  mkdir -p "$work/site.$version" && cp site/*version-manifest.json* "$work/site.$version/"
}
make 1.0.0-beta.1 --channel beta
make 1.0.0-beta.2 --channel beta
make 1.0.0
make 1.1.0
is "a client sees both channels" "$(shown beta) $(shown stable)" "2 1.0.0-beta.2 1.0.0-beta.1 2 1.1.0 1.0.0"
cp -a "$work/start" "$work/published"
# A machine that remembers nothing, as a job of CI that keeps neither dist/ nor what was written to the trust folder.
fresh() { rm -rf "$work/run" && cp -a "$work/published" "$work/run" && cd "$work/run" && rm -r dist trust/public.json; }
next() { hello_binary bin/linux-x86_64/hello "hello 1.2.0" && publish --version 1.2.0; }
everything='4 1.2.0 1.1.0 1.0.0 1.0.0-beta.2 1.0.0-beta.1'

fresh
next >/dev/null 2>&1
undisturbed=$(contents_of site)
is "without any disturbance the combined manifest lists all" "$(listed site/version-manifest.json)" "5 ${everything#* }"

# Another channel.
fresh
cp "$work/site.1.0.0-beta.1"/beta.version-manifest.json* site/
status "a release is published beside an older manifest of another channel" 0 next
is "which gets into no metadata" "$(shown beta)" "2 1.0.0-beta.2 1.0.0-beta.1"
is "that channel is not signed again" "$(find site/metadata -name '*.beta.json' | sort | tr '\n' ' ')" "site/metadata/1.beta.json site/metadata/2.beta.json "
like "it is said" "$output" 'warning: .*beta\.version-manifest\.json .*generation 1.*generation 2'
is "the combined manifest lists all" "$(listed site/version-manifest.json)" "5 ${everything#* }"

# The channel itself.
fresh
cp "$work/site.1.0.0"/stable.version-manifest.json* "$work/site.1.0.0"/version-manifest.json* site/
status "so it is beside an older one of its own channel" 0 next
is "nothing is forgotten" "$(shown stable)" "3 1.2.0 1.1.0 1.0.0"
like "it is said" "$output" 'warning: .*stable\.version-manifest\.json .*generation 1.*generation 2.*written anew'
is "and the site is that of an undisturbed run" "$(contents_of site)" "$undisturbed"
fresh
cp "$work/site.1.0.0"/stable.version-manifest.json* "$work/site.1.0.0"/version-manifest.json* site/
status "publishing the newest release again mends the files" 0 publish --version 1.1.0 --key hello.key
is "to what they were" "$(contents_of site)" "$(contents_of "$work/published/site")"
status "after which nothing is to be done" 0 publish --version 1.1.0
like "as is said" "$output" 'nothing to do'

# Removed, damaged, of another product's form.
for harm in removed unsigned damaged; do
  fresh
  case $harm in
    removed) rm site/*version-manifest.json* ;;
    unsigned) rm site/*version-manifest.json.minisig ;;
    damaged) for file in site/stable.version-manifest.json site/version-manifest.json site/beta.version-manifest.json.minisig; do echo x >>$file; done ;;
  esac
  status "($harm) the release is published" 0 next
  is "($harm) with all before it" "$(shown stable) $(shown beta)" "3 1.2.0 1.1.0 1.0.0 2 1.0.0-beta.2 1.0.0-beta.1"
  is "($harm) the combined manifest as well" "$(listed site/version-manifest.json)" "5 ${everything#* }"
done

# A run that was stopped after its manifests were announced.
fresh
next >/dev/null 2>&1
cp -a site "$work/site.1.2.0"
fresh
cp "$work/site.1.2.0"/*version-manifest.json* site/
cp -a "$work/site.1.2.0/releases/v1.2.0" site/releases/
hello_binary bin/linux-x86_64/hello 'hello 1.2.1'
status "where another publisher was stopped, the next release does not bring what he had not finished" 0 publish --version 1.2.1
is "agents get this one" "$(shown stable)" "3 1.2.1 1.1.0 1.0.0"
like "and the other is named" "$output" '1\.2\.0'
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
status "which he brings by his command" 0 publish --version 1.2.0 --allow-backport
is "beside it" "$(shown stable)" "4 1.2.1 1.2.0 1.1.0 1.0.0"

# The keys of the channels change: what the keys before signed counts where the site says it twice, or dist/ does.
cp -a "$work/published" "$work/rotated" && cd "$work/rotated" || exit 1
old_line=$(tail -n 1 hello.pub)
release keys new --out second --no-password >/dev/null 2>&1
sed -i "s|^public_key = .*|public_key = \"$(tail -n 1 second.pub)\"\nold_public_key = \"$old_line\"\nold_key = \"hello.key\"|; s|^key = .*|key = \"second.key\"|" cco-release.toml
check "a new release key begins with new targets" at "$today" trust rotate
check "which holders sign" at "$today" trust sign --yes --key keys/hello-root-1.key --key keys/hello-root-2.key
check "to the end" at "$today" trust finalize
rotated() { rm -rf "$work/run" && cp -a "$work/rotated" "$work/run" && cd "$work/run" || exit 1; }
rotated && rm -r dist trust/public.json
status "a machine without any memory goes on from what stands there twice" 0 next
is "in both channels" "$(shown stable) $(shown beta)" "3 1.2.0 1.1.0 1.0.0 2 1.0.0-beta.2 1.0.0-beta.1"
rotated && rm -r dist trust/public.json
cp "$work/site.1.0.0"/stable.version-manifest.json* site/
before=$(contents_of site)
status "and refuses where an older manifest was put beside what the keys before signed" 7 next
like "it says what to do" "$output" 'stable\.version-manifest\.json: the keys of stable were replaced, .*; nothing was changed: publish on a machine whose dist/ has what was published last, or put that file'
is "nothing was changed" "$(contents_of site)" "$before"
rotated
cp "$work/site.1.0.0"/stable.version-manifest.json* site/
status "the machine that has published it knows better" 0 next
is "so that nothing is lost" "$(shown stable) $(shown beta)" "3 1.2.0 1.1.0 1.0.0 2 1.0.0-beta.2 1.0.0-beta.1"

# Releases from the time before [trust] come along, as the signatures of the release key say.
rm -rf "$work/start" && hello_project "$work/start" && cd "$work/start" || exit 1
publish_plain() { at "$today" publish --date "$hello_date" --allow-dirty "$@"; }
hello_binary bin/linux-x86_64/hello 'hello 1.0.0-beta.1'
check "a product begins without [trust]" publish_plain --version 1.0.0-beta.1 --channel beta
hello_binary bin/linux-x86_64/hello 'hello 1.0.0'
check "and has two channels" publish_plain --version 1.0.0
check "before it gets it" at "$today" trust init --preset solo --keys keys --no-password
rm -r dist
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status "the first publish with [trust] takes over what is public" 0 publish --version 1.1.0
is "of its channel and of others" "$(shown stable) $(shown beta)" "2 1.1.0 1.0.0 1 1.0.0-beta.1"
done_testing
