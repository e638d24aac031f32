#!/usr/bin/env bash
# install.ps1: there is no PowerShell for Linux in the package registries that CI reaches, so its syntax is checked by a
# grammar, its rules by the text; tests/golden/installers/install.ps1 is reviewed by eye.
# shellcheck disable=SC2016 # variables of PowerShell, in single quotes
# shellcheck source=tests/installers/support.sh
. "${SOURCE_ROOT:?run by meson test}/tests/installers/support.sh"
mkdir -p "$work/pack/tool-1.0.0"
program "$work/pack/tool-1.0.0/tool.exe" "tool 1.0.0"
for platform in windows-x86_64 windows-arm64; do
  (cd "$work/pack/tool-1.0.0" && python3 -m zipfile -c "../tool-v1.0.0-$platform.zip" tool.exe)
done
site good <<'LINES'
product tool
describe It's $(hostile) `n "quoted" ‘typographic’ ünïcode\n'; exit; '
release 1.0.0 stable
platform windows-x86_64 tool-v1.0.0-windows-x86_64.zip tool-1.0.0 windows=10.0.17763
platform windows-arm64 tool-v1.0.0-windows-arm64.zip tool-1.0.0 agent=tool-updater.exe
LINES
text=$www/good/install.ps1
cache=${CCO_FIXTURES:-$SOURCE_ROOT/tests/fixtures/.cache}
# Without V8's optimising compiler, which takes 50 s for the tables of this grammar.
gate() { node --liftoff-only "$SOURCE_ROOT/tests/installers/powershell_syntax.mjs" "$cache" "$@"; }

check "the grammar is here (tests/fixtures/fetch gets it)" test -d "$cache/node_modules/@vscode/tree-sitter-wasm"
check "rule syntax: the grammar finds no error, hostile description included" gate "$text"
# The gate sees what it should see.
damage='s/^  function Write-Note/  function Write-Note(/'
sed "$damage" "$text" >"$work/damaged.ps1"
if gate "$work/damaged.ps1" >/dev/null; then tap_report 1 "the gate refuses a damaged text: $damage"; else tap_report 0 "the gate refuses a damaged text: $damage"; fi
head -c $(($(wc -c <"$text") - 3)) "$text" >"$work/cut.ps1"
if gate "$work/cut.ps1" >/dev/null; then tap_report 1 "a text that was cut short does not parse, so nothing of it runs"; else tap_report 0 "a text that was cut short does not parse, so nothing of it runs"; fi

# One form for every reader: lines of Windows parse too, and the block of parameters stands first, so that
# & ([scriptblock]::Create((irm URL))) -Version V gets arguments.
sed 's/$/\r/' "$text" >"$work/crlf.ps1"
check "rule lines: CRLF parses as LF does" gate "$work/crlf.ps1"
is "rule lines: what is published has LF" "$(grep -c $'\r' "$text")" 0
is "rule parameters: param() is the first statement" "$(sed '1,/^#>/d' "$text" | sed '/^ *#/d;/^ *$/d' | head -n 1)" "param("
like "rule parameters: the help shows how a script block gets them" "$(sed '/^#>/q' "$text")" '\(\[scriptblock\]::Create\(\(irm '

is "rule ASCII: no other byte" "$(LC_ALL=C grep -c -P '[^\x00-\x7f]' "$text")" 0
is "rule ASCII: no mark of an encoding, no tabs" "$(LC_ALL=C grep -c -P '\xef\xbb\xbf|\t' "$text")" 0
code=$(sed '1,/^#>/d' "$text" | sed 's/^ *#.*//')
has() { like "$1" "$(grep -F -m1 -e "$2" <<<"$code")" "."; }
hasnt() { is "$1" "$(grep -E -c -e "$2" <<<"$code")" 0; }
has "rule strict: Set-StrictMode" 'Set-StrictMode -Version Latest'
hasnt "rule exit: no exit, which closes the window under iex" '(^|[;{ ])exit( |$)'
has "rule parameters: each is a variable too" '$env:TOOL_INSTALL_VERSION'
has "rule TLS: 1.2 is added on 5.1" '[Net.SecurityProtocolType]::Tls12'
has "rule progress: SilentlyContinue" "ProgressPreference = 'SilentlyContinue'"
has "rule hash: Get-FileHash" 'Get-FileHash -LiteralPath'
has "rule language mode: ConstrainedLanguage is told" "LanguageMode -ne 'FullLanguage'"
has "rule architecture: the registry is asked" 'Session Manager\Environment'
has "rule architecture: PROCESSOR_ARCHITEW6432" 'PROCESSOR_ARCHITEW6432'
has "rule architecture: OSArchitecture, which may be missing, inside try" 'RuntimeInformation]::OSArchitecture'
has "rule architecture: the variable overrides" "Get-Setting 'TOOL_TARGET'"
has "rule PATH: read without expansion" 'DoNotExpandEnvironmentNames'
has "rule PATH: written as REG_EXPAND_SZ" 'RegistryValueKind]::ExpandString'
has "rule PATH: broadcast by a dummy variable" 'SetEnvironmentVariable($dummy'
has "rule PATH: compared without case" 'OrdinalIgnoreCase'
hasnt "rule PATH: never by setx or SetEnvironmentVariable" "setx|SetEnvironmentVariable\\('Path'"
has "rule mark of the web: Unblock-File" 'Unblock-File'
has "rule running program: renamed, not overwritten" 'Move-Item -LiteralPath $Target -Destination $old'
has "rule put back: what was replaced comes back when the new one does not run" 'if (-not $runs) { Restore-Files $switched $mark }'
like "rule put back: in finally, so also after Ctrl+C" "$(grep -B 1 -F 'Restore-Files $switched' <<<"$code")" '\} finally \{'
switch_line=$(grep -n -F 'Switch-File (Join-Path' <<<"$code" | cut -d: -f1)
run_line=$(grep -n -F 'Test-Program $entry $Prefix' <<<"$code" | cut -d: -f1)
drop_line=$(grep -n -F 'Remove-OldFiles $switched' <<<"$code" | cut -d: -f1)
check "rule put back: switch, run, and only then are the old ones dropped" test "$switch_line" -lt "$run_line" -a "$run_line" -lt "$drop_line"
has "rule put back: old programs are found by the name of each" '-Filter "$(Split-Path -Leaf $target).old-*"'
has "rule staging: folders of killed runs are swept, under the lock" 'Remove-OldStages $Prefix $stage'
check "rule staging: after the lock" test "$(grep -n -F "Product-install.lock" <<<"$code" | cut -d: -f1)" -lt "$(grep -n -F 'Remove-OldStages $Prefix $stage' <<<"$code" | cut -d: -f1)"
has "rule size: a download ends where it is longer than announced" 'while ($total -le $Limit)'
has "rule size: for URLs" 'Save-Url $place $File ([long]$Entry.Size)'
has "rule size: for folders" 'Copy-Local $place $File ([long]$Entry.Size)'
hasnt "rule size: no download without a limit" 'Invoke-WebRequest|WebClient|Start-BitsTransfer'
has "rule redirects: not to http://" "ResponseUri.Scheme -ne 'https'"
has "rule CI: CI=false and CI=0 are none" "@('', '0', 'false') -notcontains [string]\$env:CI"
has "rule GITHUB_PATH: one line" '$there -notcontains $Folder'
has "rule uninstall: an updater is asked where there is no receipt" '& $agent uninstall'
has "rule uninstall: its name is pinned" '$AgentName = '
has "rule dry run: another version is the agent's choice" 'let its $($entry.Agent) choose, verify and install $wanted'
has "rule folder: LocalApplicationData\\Programs" '"Programs\$Product"'
has "rule zip: Expand-Archive" 'Expand-Archive -LiteralPath'
has "rule receipt: UTF-8 without a mark" 'UTF8Encoding($false)'
hasnt "rule grammar: none of the forms that the gate misreads" '\.ForEach\(|-Parallel|continue [A-Za-z]'
hasnt "no way to skip verification" '[Nn]o-?[Vv]erify|SkipCertificateCheck|ServerCertificateValidationCallback'
for platform in windows-x86_64 windows-arm64; do
  has "the archive for $platform is pinned" "'$(sha256sum <"$work/pack/tool-v1.0.0-$platform.zip" | cut -d' ' -f1)'"
done
done_testing
