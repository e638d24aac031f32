#!/usr/bin/env bash
# Several destinations: one that fails does not stop the others, nothing names what is not there, and the same command again makes it whole.
# shellcheck disable=SC2016  # messages quote names in back ticks, and preparations are run later by another shell
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. "$SOURCE_ROOT/tests/support/tap.sh"
# shellcheck source=tests/cli/hello_project.sh
. "$SOURCE_ROOT/tests/cli/hello_project.sh"
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
publish() { release publish --date "$hello_date" "$@"; }
# The mirrors that a manifest names for a version.
mirrors() { # MANIFEST VERSION
  python3 -c 'import json, sys
for platform in json.load(open(sys.argv[1]))["versions"][sys.argv[2]]["platforms"].values(): print(*platform.get("mirrors") or [])' "$@"
}
mirror_of() { echo "https://stick.example.com/hello/releases/v$1/hello-v$1-linux-x86_64.tar.gz"; }
json() { python3 -c "import json, sys; text = sys.stdin.read(); d = json.loads(text[text.index('{'):text.rindex('}') + 1]); print($1)"; }

status 'two destinations, neither of them there' 0 publish --version 1.0.0
like 'each is reported' "$output" 'is public at https://stick\.example\.com/hello \(directory .*media/stick\): [0-9]+ files'
is 'both are the same' "$(contents_of media/stick)" "$(contents_of site)"
is 'the second is a mirror' "$(mirrors site/stable.version-manifest.json 1.0.0)" "$(mirror_of 1.0.0)"
before=$(state_of site; state_of media)
status 'the same command again' 0 publish --version 1.0.0
is 'writes nothing' "$(state_of site; state_of media)" "$before"
status 'the second skipped' 0 publish --version 1.0.0 --skip stick
is 'a mirror that is public stays named' "$(state_of site; state_of media)" "$before"
status 'verify looks at both' 0 release verify
is 'and says so' "$(grep -c 'files at file:' <<<"$output")" 2
is 'status shows both' "$(release status | grep -c ' stable  *1\.0\.0 ')" 2

# --- the second cannot even be begun ---
mv media saved_media
echo 'not mounted' >media
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
status 'check says what publish would do' 16 release check --version 1.1.0 --date "$hello_date"
like 'check names the place' "$output" '^problem: directory .*media/stick: .*media is no folder; mend .path. of \[\[destination\]\] stick'
status 'so does a dry run' 16 publish --version 1.1.0 --dry-run
like 'which plans for the first' "$output" '^directory: put releases/v1\.1\.0/'
status 'a second destination below a regular file: partial' 16 publish --version 1.1.0 --json
is 'one line says what failed' "$(grep -c '^  directory .*media/stick: .*media is no folder' <<<"$output")" 1
like 'the line before it says what to do' "$output" '^cco-release: 1 of 2 destinations failed; mend that and run the same command again'
is 'JSON has it too' "$(json '[(f["destination"], f["status"]) for f in d["failures"]], d["published"]' <<<"$output")" "[('stick', 3)] True"
is 'the first is public' "$(release status 2>/dev/null | grep -c '^directory  *stable  *1\.1\.0 ')" 1
is 'and names no mirror that is not there' "$(mirrors site/stable.version-manifest.json 1.1.0)" ''
status 'what it shows is right' 0 release verify --url "file://$PWD/site"
rm media && mv saved_media media
status 'mended, the same command ends well' 0 publish --version 1.1.0
is 'both are the same again' "$(contents_of media/stick)" "$(contents_of site)"
is 'the mirror is named' "$(mirrors site/stable.version-manifest.json 1.1.0)" "$(mirror_of 1.1.0)"
before=$(state_of site; state_of media)
status 'and once more' 0 publish --version 1.1.0
is 'there is nothing to do' "$(state_of site; state_of media)" "$before"

# --- it fails in the middle, or cannot be written: a mount namespace of its own ---
hello_binary bin/linux-x86_64/hello 'hello 1.2.0'
in_namespace() { # PREPARATION VERSION
  unshare -Urm bash -c "$1"' && shift && exec "$@"' bash x env -i PATH="$PATH" "$CCO_RELEASE" publish --date "$hello_date" --version "$2"
}
cp -a . "$work/q"
cd "$work/q" || exit 1
stick=$(state_of media)
status 'a read-only second destination: partial' 16 in_namespace 'mount --bind media media && mount -o remount,bind,ro media' 1.2.0
like 'its line names the reason' "$output" '^  directory .*media/stick: cannot write into .*[Rr]ead-only'
is 'it is as it was' "$(state_of media)" "$stick"
is 'the first is public' "$(release status 2>/dev/null | grep -c '^directory  *stable  *1\.2\.0 ')" 1
cd "$work/p" || exit 1
rm -rf "$work/q"
full='mkdir s && cp -a media/. s && mount -t tmpfs -o size=600k none media && cp -a s/. media && rm -rf s && dd if=/dev/zero of=media/filler bs=4k status=none; dd if=/dev/null of=media/filler seek=$(($(stat -c %s media/filler) / 4096 - 2)) bs=4k status=none; true'
status 'a second destination that is full: partial' 16 in_namespace "$full" 1.2.0
like 'its line names the reason' "$output" '^  directory .*media/stick: .*[Nn]o space'
is 'the first is public' "$(release status 2>/dev/null | grep -c '^directory  *stable  *1\.2\.0 ')" 1
is 'no manifest names the archive that did not arrive' "$(mirrors site/stable.version-manifest.json 1.2.0; mirrors site/version-manifest.json 1.2.0)" ''
is 'nor does an installer' "$(grep -l 'stick\.example\.com.*v1\.2\.0' site/install.* site/releases/v1.2.0/install.*)" ''
status 'what the first shows is right' 0 release verify --url "file://$PWD/site"
status 'with room the same command ends well' 0 publish --version 1.2.0
is 'both are the same' "$(contents_of media/stick)" "$(contents_of site)"
is 'the mirror is named' "$(mirrors site/stable.version-manifest.json 1.2.0)" "$(mirror_of 1.2.0)"
status 'all is well' 0 release verify

# --- the first fails: the others follow it, so they wait ---
hello_binary bin/linux-x86_64/hello 'hello 1.3.0'
before=$(contents_of site; contents_of media)
status 'a read-only first destination' 13 in_namespace 'mount --bind site site && mount -o remount,bind,ro site' 1.3.0
is 'changes neither' "$(contents_of site; contents_of media)" "$before"
status '--skip of the first' 2 publish --version 1.3.0 --skip directory
like 'is refused with the reason' "$output" 'the other destinations follow what this one shows'
status '--skip of all' 0 publish --version 1.3.0 --skip directory,stick
like 'makes the release' "$output" 'hello 1\.3\.0 is in .*; nothing was published'
is 'and changes neither' "$(contents_of site; contents_of media)" "$before"
status '--skip of the second' 0 publish --version 1.3.0 --skip stick
is 'names no mirror' "$(mirrors site/stable.version-manifest.json 1.3.0)" ''
is 'and leaves it as it was' "$(test -e media/stick/releases/v1.3.0 || echo none)" none
status 'and without it' 0 publish --version 1.3.0
is 'both are the same' "$(contents_of media/stick)" "$(contents_of site)"

# --- somebody changed the second by hand ---
cp -a . "$work/q" && cd "$work/q" || exit 1
echo more >>media/stick/releases/v1.3.0/hello-v1.3.0-linux-x86_64.tar.gz
status 'verify of a changed archive at the second' 7 release verify
like 'verify names the site and the file' "$output" '^  file:.*media/stick: .*hello-v1\.3\.0-linux-x86_64\.tar\.gz: is larger than'
like 'verify says that the first is well' "$output" 'files at file:.*/site are what the signed manifests say'
rm -rf dist
before=$(state_of site; state_of media)
status 'other bytes under a public name at the second' 5 publish --version 1.3.0
is 'change neither' "$(state_of site; state_of media)" "$before"
cp site/releases/v1.3.0/*.tar.gz media/stick/releases/v1.3.0/
echo more >>media/stick/beta.version-manifest.json
sed -i 's/1\.0\.0/9.0.0/' media/stick/stable.version-manifest.json
status 'status of a damaged manifest at the second' 7 release status
like 'status shows the first' "$output" '^directory  *stable  *1\.3\.0 '
like 'status names the second' "$output" '^  directory .*media/stick: (beta|stable)\.version-manifest\.json: '
is 'status --json has it' "$(release status --json 2>/dev/null | json '[("problem" in each) for each in d["destinations"]]')" '[False, True]'
rm media/stick/beta.version-manifest.json
status 'a damaged manifest at the second' 0 publish --version 1.3.0
like 'is replaced with a warning' "$output" 'warning: directory .*media/stick: stable\.version-manifest\.json there is damaged; publishing replaces it'
is 'both are the same' "$(contents_of media/stick)" "$(contents_of site)"
rm -rf site dist
before=$(state_of media)
hello_binary bin/linux-x86_64/hello 'hello 1.4.0'
status 'a first destination that is behind the second' 5 publish --version 1.4.0
like 'is told what to do' "$output" 'stable\.version-manifest\.json has generation [0-9]+ there, but none at directory .*site.*put the newer destination first'
is 'and nothing is touched' "$(state_of media; find site dist 2>/dev/null)" "$before"
sed -i 's|path = "media/stick"|path = "./site/"|' cco-release.toml
status 'two destinations with one path' 3 publish --version 1.4.0
like 'are refused' "$output" 'two destinations have the path `\./site/`'

# --- one that must not lag behind ---
cd "$work" && hello_project "$work/s" && cd "$work/s" || exit 1
printf '[[destination]]\ntype = "directory"\nname = "stick"\npath = "media/stick"\nurl = "https://stick.example.com/hello"\n' >>cco-release.toml
status 'two destinations that both must have it' 0 publish --version 1.0.0
hello_binary bin/linux-x86_64/hello 'hello 1.1.0'
before=$(contents_of site; contents_of media)
status 'where one cannot be written' 13 in_namespace 'mount --bind media media && mount -o remount,bind,ro media' 1.1.0
is 'nothing begins' "$(contents_of site; contents_of media)" "$before"
named=$(sha256sum site/*.json site/install.sh)
status 'where one fails in the middle' 16 in_namespace "$full" 1.1.0
like 'it is not announced' "$output" '^hello 1\.1\.0 is not announced: its files are at directory .*site, and nothing names them yet'
is 'by no document' "$(sha256sum site/*.json site/install.sh)" "$named"
status 'for strangers nothing has changed' 0 release verify
status 'mended, the same command announces it' 0 publish --version 1.1.0
is 'at both' "$(contents_of media/stick)" "$(contents_of site)"

# --- the archives at one place, the site at another ---
cd "$work" && hello_project "$work/t" && cd "$work/t" || exit 1
sed -i 's|^path = "site"|&\ncarries = ["site"]|' cco-release.toml
status 'archives that are nowhere' 3 publish --version 1.0.0
like 'are asked for' "$output" 'no destination carries the archives'
printf '[[destination]]\ntype = "directory"\nname = "archives"\npath = "archives"\nurl = "https://archives.example.com/hello"\ncarries = ["assets"]\n' >>cco-release.toml
status 'a host of archives beside the site' 0 publish --version 1.0.0
is 'has the release alone' "$(cd archives && find . -type f ! -path './releases/v1.0.0/*')" ''
is 'which the site has not' "$(ls -d site/releases 2>/dev/null)" ''
is 'manifests name the archive there' "$(python3 -c 'import json; print(*[p["url"] for p in json.load(open("site/stable.version-manifest.json"))["versions"]["1.0.0"]["platforms"].values()])')" \
  'https://archives.example.com/hello/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz'
before=$(state_of site; state_of archives)
status 'the same command again' 0 publish --version 1.0.0
is 'writes nothing' "$(state_of site; state_of archives)" "$before"
status 'verify finds the archives where they are' 0 release verify
like 'all of them' "$output" '[0-9]+ files at file:.*/site are what'
printf x >>archives/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz
status 'and what is changed there' 7 release verify
truncate -s -1 archives/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz
cp cco-release.toml one_host.toml
printf '[[destination]]\ntype = "directory"\nname = "more"\npath = "more"\nurl = "https://more.example.com/hello"\ncarries = ["assets"]\n' >>cco-release.toml
status 'a second host of archives' 0 publish --version 1.0.0
status 'is verified too' 0 release verify
like 'and named' "$output" '[0-9]+ files at https://more\.example\.com/hello are what'
printf x >>more/releases/v1.0.0/hello-v1.0.0-linux-x86_64.tar.gz
status 'what is changed at it' 7 release verify
like 'is told with its place' "$output" 'https://more\.example\.com/hello: .*/releases/v1\.0\.0/hello-v1\.0\.0-linux-x86_64\.tar\.gz'
mv one_host.toml cco-release.toml
status '--skip of the only archives' 2 publish --version 1.1.0 --skip archives
like 'would name what is not there' "$output" 'the manifests would name archives that are not there'

# --- rights, as a user who has none of root's ---
cd "$work" && hello_project "$work/u" && cd "$work/u" || exit 1
printf '[[destination]]\ntype = "directory"\nname = "stick"\npath = "locked/stick"\nurl = "https://stick.example.com/hello"\noptional = true\n' >>cco-release.toml
mkdir -p locked/stick
cp "$CCO_RELEASE" "$work/cco-release"
as_user=()
if [ "$(id -u)" = 0 ]; then
  as_user=(setpriv --reuid 65534 --clear-groups)
  chown -R 65534 . && chown root locked locked/stick && chmod 755 "$work" "$work/cco-release"
fi
chmod 555 locked/stick
unprivileged() { "${as_user[@]}" env -i PATH="$PATH" "$work/cco-release" "$@"; }
status 'a second folder that others own' 16 unprivileged publish --version 1.0.0 --date "$hello_date"
like 'is told with the reason' "$output" '^  directory .*locked/stick: cannot write into .*locked/stick: Permission denied'
is 'and stays empty' "$(ls -A locked/stick)" ''
chmod 000 locked
status 'one that cannot even be looked at' 16 unprivileged publish --version 1.0.0 --date "$hello_date"
like 'is told with the reason' "$output" '^  directory .*locked/stick: .*Permission denied'
status 'verify says so too' 6 unprivileged verify
like 'and looks at the other' "$output" 'files at file:.*/site are what'
chmod 755 locked
if [ "$(id -u)" = 0 ]; then chown 65534 locked/stick; fi
chmod 755 locked/stick
status 'with the right to write the same command ends well' 0 unprivileged publish --version 1.0.0 --date "$hello_date"
is 'both are the same' "$(contents_of locked/stick)" "$(contents_of site)"

# --- dist/ beside or above a destination is no other run ---
cd "$work" && hello_project "$work/r" && cd "$work/r" || exit 1
sed -i 's|path = "site"|path = "out/site"|' cco-release.toml
status 'a site in the folder that is dist/' 0 publish --version 1.0.0 --dist out
done_testing
