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
gate() { node "$SOURCE_ROOT/tests/installers/powershell_syntax.mjs" "$cache" "$@"; }

check "the grammar is here (tests/fixtures/fetch gets it)" test -d "$cache/node_modules/@vscode/tree-sitter-wasm"
check "rule syntax: the grammar finds no error, hostile description included" gate "$text"
# The gate sees what it should see.
damage='s/^  function Write-Note/  function Write-Note(/'
sed "$damage" "$text" >"$work/damaged.ps1"
if gate "$work/damaged.ps1" >/dev/null; then tap_report 1 "the gate refuses a damaged text: $damage"; else tap_report 0 "the gate refuses a damaged text: $damage"; fi
head -c $(($(wc -c <"$text") - 3)) "$text" >"$work/cut.ps1"
if gate "$work/cut.ps1" >/dev/null; then tap_report 1 "a text that was cut short does not parse, so nothing of it runs"; else tap_report 0 "a text that was cut short does not parse, so nothing of it runs"; fi

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
has "rule folder: LocalApplicationData\\Programs" '"Programs\$Product"'
has "rule zip: Expand-Archive" 'Expand-Archive -LiteralPath'
has "rule receipt: UTF-8 without a mark" 'UTF8Encoding($false)'
hasnt "rule grammar: none of the forms that the gate misreads" '\.ForEach\(|-Parallel|continue [A-Za-z]'
hasnt "no way to skip verification" '[Nn]o-?[Vv]erify|SkipCertificateCheck|ServerCertificateValidationCallback'
for platform in windows-x86_64 windows-arm64; do
  has "the archive for $platform is pinned" "'$(sha256sum <"$work/pack/tool-v1.0.0-$platform.zip" | cut -d' ' -f1)'"
done
done_testing
