<#
Installs tool 1.2.3 on Windows and proves every byte of it first: each archive has its SHA-256 in this
text. Nothing is ever installed unverified. The signature of this text is install.ps1.minisig beside it.

  irm https://releases.example.com/tool/install.ps1 | iex
  & ([scriptblock]::Create((irm https://releases.example.com/tool/install.ps1))) -Prefix D:\tools -DryRun

Windows PowerShell 5.1 and PowerShell 7. `irm | iex` takes no arguments, so each parameter is also a variable:
TOOL_INSTALL_VERSION, _CHANNEL, _PREFIX, _BASE_URL, _FROM, _NO_MODIFY_PATH, _UNMANAGED, _DRY_RUN, _UNINSTALL, _QUIET.
TOOL_TARGET names a platform where the detection is wrong. It never calls exit, which would close the window of
whoever pipes it into iex: a failure is thrown, and the number of its kind stands in $LASTEXITCODE.
#>
param(
  [string]$Version = $env:TOOL_INSTALL_VERSION,
  [string]$Channel = $env:TOOL_INSTALL_CHANNEL,
  [string]$Prefix = $env:TOOL_INSTALL_PREFIX,
  [string]$BaseUrl = $env:TOOL_INSTALL_BASE_URL,
  [string]$From = $env:TOOL_INSTALL_FROM,
  [switch]$NoModifyPath = [bool]$env:TOOL_INSTALL_NO_MODIFY_PATH,
  [switch]$Unmanaged = [bool]$env:TOOL_INSTALL_UNMANAGED,
  [switch]$DryRun = [bool]$env:TOOL_INSTALL_DRY_RUN,
  [switch]$Uninstall = [bool]$env:TOOL_INSTALL_UNINSTALL,
  [switch]$Quiet = [bool]$env:TOOL_INSTALL_QUIET,
  [switch]$Help
)

# One block holds the rest, so that of a download that was cut short nothing runs; its own scope keeps the
# settings below out of the session that called it.
& {
  Set-StrictMode -Version Latest
  $ErrorActionPreference = 'Stop'
  # The progress bar of 5.1 makes downloads ten times slower.
  $ProgressPreference = 'SilentlyContinue'
  $global:LASTEXITCODE = 0

  $Product = 'tool'
  $Description = 'An extremely fast tool'
  $Homepage = 'https://example.com/tool'
  $Site = 'https://releases.example.com/tool'
  $Releases = 'https://releases.example.com/tool/releases/vVERSION' # each has its own installer there
  $PinnedVersion = '1.2.3'
  $PinnedChannel = 'stable'
  $MainBinary = 'tool'
  $AgentName = 'tool-updater'
  $Archives = 'windows-x86_64'
  # Public keys by channel, minisign's form.
  $PublicKeys = @{
    'stable' = 'RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3'
    'nightly' = 'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3'
  }
  # Binaries are "<sha256>:<name>" words.
  $Pinned = @{
    'windows-x86_64' = @{
      Asset = 'tool-v1.2.3-windows-x86_64.zip'
      Url = 'https://releases.example.com/tool/releases/v1.2.3/tool-v1.2.3-windows-x86_64.zip'
      Mirrors = ''
      Sha256 = '0eb3e36bfb24dcd9bb1d1bece1531216b59539a8fde17ee80224af0653c92aa3'
      Size = '7'
      Windows = '10.0.17763'
      Agent = ''
      Binaries = '9a3a45d01531a20e89ac6ae10b0b0beb0492acd7216a368aa062d1a5fecaf9cd:tool.exe'
      Probe = 'tool.exe --version'
    }
  }
  # The platforms whose archives a machine can run, best first.
  $Candidates = @{
    'x86_64' = 'windows-x86_64 windows-i686'
    'arm64' = 'windows-arm64 windows-x86_64 windows-i686'
    'i686' = 'windows-i686'
  }

  function Write-Note([string]$Text) {
    if (-not $Quiet) { Write-Host $Text }
  }

  # Statuses: 2 usage, 3 input wrong, 6 network, 7 not verified, 9 no such version or platform, 12 managed by a
  # package manager, 13 cannot write, 14 another run.
  function Stop-Install([int]$Status, [string]$Text) {
    $global:LASTEXITCODE = $Status
    throw "install.ps1: $Text"
  }

  function Get-Setting([string]$Name) {
    return [Environment]::GetEnvironmentVariable($Name)
  }

  # ---- the machine -------------------------------------------------------------------------------------

  # Each of these may lie: RuntimeInformation is missing or empty on 5.1, PROCESSOR_ARCHITECTURE is that of an
  # emulated process. The machine's own registry entry does not.
  function Get-MachineArchitecture {
    $words = @()
    try {
      $key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
      $words += [string](Get-ItemProperty -Path $key -Name PROCESSOR_ARCHITECTURE).PROCESSOR_ARCHITECTURE
    } catch {
      $words += ''
    }
    $words += [string](Get-Setting 'PROCESSOR_ARCHITEW6432')
    try {
      $words += [string][System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture
    } catch {
      $words += ''
    }
    $words += [string](Get-Setting 'PROCESSOR_ARCHITECTURE')
    foreach ($word in $words) {
      if ($word -eq 'ARM64') { return 'arm64' }
    }
    foreach ($word in $words) {
      if ($word -eq 'AMD64' -or $word -eq 'X64') { return 'x86_64' }
    }
    foreach ($word in $words) {
      if ($word -eq 'X86') { return 'i686' }
    }
    Stop-Install 9 "this processor is not known ($($words -join ', ')); set TOOL_TARGET to one of: $Archives"
  }

  function Select-Archive {
    $target = Get-Setting 'TOOL_TARGET'
    if ($target) {
      if (-not $Pinned.ContainsKey($target)) { Stop-Install 9 "there is no archive for $target; there are: $Archives" }
      return $target
    }
    $architecture = Get-MachineArchitecture
    $refusals = ''
    foreach ($name in $Candidates[$architecture].Split(' ')) {
      if (-not $Pinned.ContainsKey($name)) { continue }
      $floor = $Pinned[$name].Windows
      if ($floor -and ([Environment]::OSVersion.Version -lt [version]$floor)) {
        $refusals += "; $name needs Windows $floor, this is $([Environment]::OSVersion.Version)"
        continue
      }
      # Windows 10 on ARM runs programs of 32 bits alone.
      if ($architecture -eq 'arm64' -and $name -eq 'windows-x86_64' -and ([Environment]::OSVersion.Version -lt [version]'10.0.22000')) {
        $refusals += "; $name needs Windows 11 on this processor"
        continue
      }
      return $name
    }
    Stop-Install 9 "$Product $PinnedVersion has no archive for this machine (windows-$architecture)$refusals; it exists for: $Archives"
  }

  # ---- fetching and proof ------------------------------------------------------------------------------

  # Tls12 is not the default of 5.1 on older systems; what the system offers beyond it stays.
  function Enable-Tls {
    if ($PSVersionTable.PSVersion.Major -lt 6) {
      [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    }
  }

  # Writes a stream to a file, and stops where it is longer than announced.
  function Save-Stream([System.IO.Stream]$Source, [string]$File, [long]$Limit) {
    $sink = [System.IO.File]::Create($File)
    try {
      $buffer = New-Object byte[] 65536
      [long]$total = 0
      while ($total -le $Limit) {
        $count = $Source.Read($buffer, 0, $buffer.Length)
        if ($count -le 0) { return }
        $sink.Write($buffer, 0, $count)
        $total += $count
      }
    } finally {
      $sink.Dispose()
    }
  }

  function Copy-Local([string]$Path, [string]$File, [long]$Limit) {
    $source = [System.IO.File]::OpenRead($Path)
    try {
      Save-Stream $source $File $Limit
    } finally {
      $source.Dispose()
    }
  }

  # Invoke-WebRequest knows no limit of size and follows a redirect to http://.
  function Save-Url([string]$Url, [string]$File, [long]$Limit) {
    if ($Url -notlike 'https://*') { Stop-Install 2 "$Url is refused; it must begin with https://" }
    $proxy = Get-Setting 'HTTPS_PROXY'
    $tries = 0
    while ($true) {
      $tries += 1
      try {
        $request = [System.Net.WebRequest]::Create($Url)
        $request.MaximumAutomaticRedirections = 5
        $request.Timeout = 30000
        $request.ReadWriteTimeout = 60000
        $request.UserAgent = 'install.ps1'
        if ($proxy) { $request.Proxy = New-Object System.Net.WebProxy($proxy) }
        $response = $request.GetResponse()
        try {
          if ($response.ResponseUri.Scheme -ne 'https') { throw "it leads to $($response.ResponseUri), which is refused" }
          $source = $response.GetResponseStream()
          Save-Stream $source $File $Limit
        } finally {
          $response.Close()
        }
        return
      } catch {
        if ($tries -ge 3) { throw }
        Start-Sleep -Seconds $tries
      }
    }
  }

  function Get-Digest([string]$File) {
    return (Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash.ToLowerInvariant()
  }

  function Test-WebPage([string]$File) {
    $reader = New-Object System.IO.StreamReader($File)
    try {
      $letters = New-Object char[] 1024
      $count = $reader.Read($letters, 0, 1024)
      $text = (New-Object string($letters, 0, $count)).ToLowerInvariant()
    } finally {
      $reader.Dispose()
    }
    return ($text.Contains('<!doctype html') -or $text.Contains('<html') -or $text.Contains('<head>'))
  }

  # Why is this file not the one that was released? Nothing where it is.
  function Get-Mismatch([string]$File, [hashtable]$Entry) {
    $size = (Get-Item -LiteralPath $File).Length
    $digest = Get-Digest $File
    if ([string]$size -eq $Entry.Size -and $digest -eq $Entry.Sha256) { return '' }
    if (Test-WebPage $File) { return 'the server sent a web page instead: a login page of this network, a proxy, or a block?' }
    if ([string]$size -ne $Entry.Size) { return "$size bytes instead of $($Entry.Size)" }
    return "sha256 $digest instead of $($Entry.Sha256)"
  }

  function Save-Archive([hashtable]$Entry, [string]$File) {
    $places = @()
    if ($From) {
      $places += Join-Path $From "releases\v$PinnedVersion\$($Entry.Asset)"
    } else {
      if ($BaseUrl) { $places += "$BaseUrl/releases/v$PinnedVersion/$($Entry.Asset)" }
      $places += $Entry.Url
      foreach ($mirror in $Entry.Mirrors.Split(' ')) {
        if ($mirror) { $places += $mirror }
      }
    }
    $status = 6
    foreach ($place in $places) {
      Write-Note "Downloading $place ($($Entry.Size) bytes)"
      try {
        if ($From) { Copy-Local $place $File ([long]$Entry.Size) } else { Save-Url $place $File ([long]$Entry.Size) }
      } catch {
        Write-Warning "${place}: $($_.Exception.Message)"
        continue
      }
      $mismatch = Get-Mismatch $File $Entry
      if (-not $mismatch) { return }
      Write-Warning "${place}: $mismatch"
      if ($From -or -not $mismatch.Contains('web page')) { $status = 7 }
    }
    if ($status -eq 7) { Stop-Install 7 'the archive is not the one that was released; nothing is installed' }
    if ($From) { Stop-Install 9 "$From does not hold $($Entry.Asset) of $PinnedVersion; nothing is installed" }
    Stop-Install 6 'the archive could not be fetched, nothing is installed; check the network or the proxy, or try -BaseUrl'
  }

  # ---- PATH --------------------------------------------------------------------------------------------

  # The user's PATH as it stands in the registry, variables not expanded.
  function Get-UserPath {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment')
    if ($null -eq $key) { return '' }
    try {
      return [string]$key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
    } finally {
      $key.Close()
    }
  }

  function Set-UserPath([string]$Value) {
    $key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
    try {
      $key.SetValue('Path', $Value, [Microsoft.Win32.RegistryValueKind]::ExpandString)
    } finally {
      $key.Close()
    }
    # Setting any variable by this call broadcasts WM_SETTINGCHANGE, so that new windows see the PATH.
    $dummy = 'TOOL_INSTALL_' + [guid]::NewGuid().ToString('N')
    [Environment]::SetEnvironmentVariable($dummy, '1', 'User')
    [Environment]::SetEnvironmentVariable($dummy, [NullString]::Value, 'User')
  }

  # Folders are one, whatever the case and a final backslash.
  function Test-SameFolder([string]$One, [string]$Other) {
    $left = [Environment]::ExpandEnvironmentVariables($One).TrimEnd('\')
    $right = [Environment]::ExpandEnvironmentVariables($Other).TrimEnd('\')
    return [string]::Equals($left, $right, [StringComparison]::OrdinalIgnoreCase)
  }

  function Test-OnPath([string]$Path, [string]$Folder) {
    foreach ($part in $Path.Split(';')) {
      if ($part -and (Test-SameFolder $part $Folder)) { return $true }
    }
    return $false
  }

  # CI=false and CI=0 say that this is none.
  function Test-Ci {
    return (@('', '0', 'false') -notcontains [string]$env:CI)
  }

  function Add-ToPath([string]$Folder) {
    if ($env:GITHUB_PATH) {
      $there = @()
      if (Test-Path -LiteralPath $env:GITHUB_PATH) { $there = @([System.IO.File]::ReadAllLines($env:GITHUB_PATH)) }
      if ($there -notcontains $Folder) { [System.IO.File]::AppendAllText($env:GITHUB_PATH, "$Folder`n") }
      Write-Note "Later steps of this job find it: $Folder was added to GITHUB_PATH"
      return $false
    }
    if ($NoModifyPath -or (Test-Ci)) { return $false }
    $path = Get-UserPath
    if (Test-OnPath $path $Folder) { return $false }
    if ($path) { Set-UserPath "$Folder;$path" } else { Set-UserPath $Folder }
    Write-Note "PATH: new windows find it"
    return $true
  }

  function Remove-FromPath([string]$Folder) {
    $path = Get-UserPath
    if (-not (Test-OnPath $path $Folder)) { return }
    $kept = @()
    foreach ($part in $path.Split(';')) {
      if ($part -and -not (Test-SameFolder $part $Folder)) { $kept += $part }
    }
    Set-UserPath ($kept -join ';')
    Write-Note "took $Folder out of PATH"
  }

  # ---- files -------------------------------------------------------------------------------------------

  # Only what is plainly inside: no drive, no root, no step up.
  function Test-SafeEntry([string]$Name) {
    if ($Name.Contains(':') -or $Name.StartsWith('/') -or $Name.StartsWith('\')) { return $false }
    foreach ($part in $Name.Replace('\', '/').Split('/')) {
      if ($part -eq '..') { return $false }
    }
    return $true
  }

  function Expand-Release([string]$Archive, [string]$Folder) {
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $zip = [System.IO.Compression.ZipFile]::OpenRead($Archive)
    try {
      foreach ($entry in $zip.Entries) {
        if (-not (Test-SafeEntry $entry.FullName)) { Stop-Install 7 "the archive holds a file that would land outside its folder: $($entry.FullName)" }
      }
    } finally {
      $zip.Dispose()
    }
    Expand-Archive -LiteralPath $Archive -DestinationPath $Folder -Force
    # Mark of the web: a file from the internet would be questioned when it runs.
    foreach ($file in (Get-ChildItem -LiteralPath $Folder -Recurse -File)) { Unblock-File -LiteralPath $file.FullName }
  }

  function Split-BinaryWord([string]$Word) {
    $colon = $Word.IndexOf(':')
    return @{ Sha256 = $Word.Substring(0, $colon); Name = $Word.Substring($colon + 1).Replace('/', '\') }
  }

  # A release is there if every program in the folder has its hash.
  function Test-Installed([hashtable]$Entry, [string]$Folder) {
    foreach ($word in $Entry.Binaries.Split(' ')) {
      $binary = Split-BinaryWord $word
      $file = Join-Path $Folder (Split-Path -Leaf $binary.Name)
      if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { return $false }
      if ((Get-Digest $file) -ne $binary.Sha256) { return $false }
    }
    return $true
  }

  # Runs the release's own check; its output must name the version.
  function Test-Program([hashtable]$Entry, [string]$Folder) {
    $words = @($Entry.Probe.Split(' '))
    if (-not $Entry.Probe) { $words = @("$MainBinary.exe", '--version') }
    $program = Join-Path $Folder $words[0]
    if (-not (Test-Path -LiteralPath $program)) { $program = "$program.exe" }
    $rest = @()
    if ($words.Count -gt 1) { $rest = $words[1..($words.Count - 1)] }
    # What a program says on stderr is no error of this script.
    $ErrorActionPreference = 'Continue'
    $said = (& $program @rest 2>&1 | Out-String)
    $status = $LASTEXITCODE
    $global:LASTEXITCODE = 0
    if ($status -ne 0) { Stop-Install 9 "$program does not run here: status $status, $said" }
    if (-not $said.Contains($PinnedVersion)) { Stop-Install 7 "$program does not say that it is version ${PinnedVersion}: $said" }
  }

  # Windows lets a running program be renamed, never overwritten. Leftovers of these programs go when they can.
  function Remove-OldFiles([string[]]$Targets) {
    foreach ($target in $Targets) {
      $folder = Split-Path -Parent $target
      foreach ($file in @(Get-ChildItem -LiteralPath $folder -Filter "$(Split-Path -Leaf $target).old-*" -File -ErrorAction SilentlyContinue)) {
        Remove-Item -LiteralPath $file.FullName -Force -ErrorAction SilentlyContinue
      }
    }
  }

  # What runs that were killed left; under the lock nobody else is at work.
  function Remove-OldStages([string]$Folder, [string]$Own) {
    foreach ($stale in @(Get-ChildItem -LiteralPath $Folder -Filter ".$Product-install.*" -Directory -Force -ErrorAction SilentlyContinue)) {
      if ($stale.Name -eq (Split-Path -Leaf $Own)) { continue }
      Remove-Item -LiteralPath $stale.FullName -Recurse -Force -ErrorAction SilentlyContinue
    }
  }

  function Switch-File([string]$Staged, [string]$Target, [string]$Mark) {
    $old = "$Target.old-$Mark"
    if (Test-Path -LiteralPath $Target) { Move-Item -LiteralPath $Target -Destination $old -Force }
    try {
      Move-Item -LiteralPath $Staged -Destination $Target
    } catch {
      if (Test-Path -LiteralPath $old) { Move-Item -LiteralPath $old -Destination $Target -Force }
      Stop-Install 13 "cannot write ${Target}: $($_.Exception.Message)"
    }
  }

  # Puts back what Switch-File replaced, and takes away what it put where nothing was.
  function Restore-Files([string[]]$Targets, [string]$Mark) {
    foreach ($target in $Targets) {
      $old = "$target.old-$Mark"
      try {
        # A new program that still runs goes aside, like an old one.
        if (Test-Path -LiteralPath $target) { Move-Item -LiteralPath $target -Destination "$target.old-$Mark-new" -Force }
        if (Test-Path -LiteralPath $old) { Move-Item -LiteralPath $old -Destination $target -Force }
        Remove-Item -LiteralPath "$target.old-$Mark-new" -Force -ErrorAction SilentlyContinue
      } catch {
        Write-Warning "$target could not be put back: $($_.Exception.Message); the old program is $old"
      }
    }
  }

  # ConvertTo-Json escapes; UTF-8 without a mark.
  function Write-Json([string]$File, $Value) {
    $text = ConvertTo-Json -InputObject $Value -Depth 5
    [System.IO.File]::WriteAllText("$File.new", "$text`n", (New-Object System.Text.UTF8Encoding($false)))
    if (Test-Path -LiteralPath $File) { Remove-Item -LiteralPath $File -Force }
    Move-Item -LiteralPath "$File.new" -Destination $File
  }

  # The updater of this product, in the prefix or by PATH; '' where there is none.
  function Find-Agent {
    if (-not $AgentName) { return '' }
    $file = Join-Path $Prefix "$AgentName.exe"
    if (Test-Path -LiteralPath $file -PathType Leaf) { return $file }
    foreach ($command in @(Get-Command -Name $AgentName -CommandType Application -ErrorAction SilentlyContinue)) { return $command.Source }
    return ''
  }

  # ---- what was asked ----------------------------------------------------------------------------------

  if ($Help) {
    Write-Host "Installs $Product $PinnedVersion. $Description"
    Write-Host "usage: install.ps1 [-Version V] [-Channel C] [-Prefix DIR] [-BaseUrl U] [-From DIR] [-NoModifyPath] [-Unmanaged] [-DryRun] [-Uninstall] [-Quiet]"
    Write-Host $Homepage
    return
  }
  if ($PSVersionTable.PSVersion.Major -lt 5) { Stop-Install 9 'PowerShell 5.1 or newer is needed; it comes with Windows 10' }
  if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    Stop-Install 3 "this session is in $($ExecutionContext.SessionState.LanguageMode) mode, by a policy of this machine; download the archive from $Site and compare its SHA-256"
  }
  if ([Environment]::OSVersion.Platform -ne 'Win32NT') { Stop-Install 9 "this is not Windows; run: curl -fsSL $Site/install.sh | bash" }
  if ($Channel -and @('stable', 'beta', 'nightly') -notcontains $Channel) { Stop-Install 2 "$Channel is not a channel; one of stable, beta, nightly" }
  if ($BaseUrl -and $BaseUrl -notlike 'https://*') { Stop-Install 2 "-BaseUrl $BaseUrl is refused; it must begin with https://" }
  if ($From -and $BaseUrl) { Stop-Install 2 '-From and -BaseUrl exclude each other' }
  if ($From -and -not (Test-Path -LiteralPath $From -PathType Container)) { Stop-Install 3 "-From: $From is not a folder" }
  # .NET's current folder is not PowerShell's.
  if ($From) { $From = (Resolve-Path -LiteralPath $From).ProviderPath }
  $BaseUrl = $BaseUrl.TrimEnd('/')
  $Version = $Version -replace '^v', ''

  $prefixGiven = [bool]$Prefix
  $local = [Environment]::GetFolderPath('LocalApplicationData')
  if (-not $Prefix) { $Prefix = Join-Path $local "Programs\$Product" }
  $Prefix = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix).TrimEnd('\')
  $dataFolder = Join-Path $local "$Product-updater"
  $receipt = Join-Path $dataFolder 'receipt.json'
  if ($Prefix -like '*\scoop\apps\*') { Stop-Install 12 "$Prefix is kept by Scoop; update it with: scoop update $Product" }

  if ($Uninstall) {
    if (-not (Test-Path -LiteralPath $receipt)) {
      # Without a receipt of this script an updater may know what is installed.
      $agent = Find-Agent
      if (-not $agent) {
        Write-Note "Nothing to uninstall: there is no receipt at $receipt."
      } elseif ($DryRun) {
        Write-Note "would run: $agent uninstall"
      } else {
        & $agent uninstall
        if ($LASTEXITCODE -ne 0) { Stop-Install $LASTEXITCODE "$agent uninstall ended with status $LASTEXITCODE" }
      }
      return
    }
    $known = Get-Content -LiteralPath $receipt -Raw -Encoding UTF8 | ConvertFrom-Json
    foreach ($file in $known.files) {
      if (-not (Test-Path -LiteralPath $file.path)) { continue }
      if ((Get-Digest $file.path) -ne $file.sha256) {
        Write-Warning "$($file.path) was changed after the installation and stays"
        continue
      }
      if ($DryRun) {
        Write-Note "would remove $($file.path)"
        continue
      }
      try {
        Remove-Item -LiteralPath $file.path -Force
      } catch {
        # It runs: renamed, it is out of the way and goes with the next restart of the machine's clean-up.
        Move-Item -LiteralPath $file.path -Destination "$($file.path).old-removed" -Force
      }
      Write-Note "removed $($file.path)"
    }
    if ($DryRun) { return }
    Remove-OldFiles @($known.files | ForEach-Object { $_.path })
    if ($known.path_edited) { Remove-FromPath $known.prefix }
    if ((Test-Path -LiteralPath $known.prefix) -and -not (Get-ChildItem -LiteralPath $known.prefix -Force)) { Remove-Item -LiteralPath $known.prefix }
    Remove-Item -LiteralPath $receipt -Force
    if (-not (Get-ChildItem -LiteralPath $dataFolder -Force)) { Remove-Item -LiteralPath $dataFolder }
    Write-Note "$Product is uninstalled."
    return
  }

  # What this text pins is proven by it. Windows brings no tool that checks the signature of anything else.
  $platform = Select-Archive
  $entry = $Pinned[$platform]
  $other = ($Version -and $Version -ne $PinnedVersion) -or (-not $Version -and $Channel -and $Channel -ne $PinnedChannel)
  if ($other -and -not $entry.Agent) {
    if ($Version) { Stop-Install 7 "this text can prove $PinnedVersion alone; the installer of that version is: irm $($Releases.Replace('VERSION', $Version))/install.ps1 | iex" }
    Stop-Install 7 "this text can prove $PinnedVersion of channel $PinnedChannel alone; choose a version at $Homepage and run its own installer: irm $Releases/install.ps1 | iex"
  }

  if (-not $other -and (Test-Installed $entry $Prefix)) {
    Write-Note "$Product $PinnedVersion is already installed: $Prefix"
    return
  }
  if ($DryRun -and $other) {
    $wanted = $Version
    if (-not $wanted) { $wanted = "the newest of channel $Channel" }
    Write-Note "would download $($entry.Url) (sha256 $($entry.Sha256)) and let its $($entry.Agent) choose, verify and install $wanted"
    Write-Note 'Nothing was changed.'
    return
  }
  if ($DryRun) {
    Write-Note "would download $($entry.Url) ($($entry.Size) bytes, sha256 $($entry.Sha256))"
    Write-Note "would install into $Prefix"
    Write-Note 'Nothing was changed.'
    return
  }

  foreach ($command in @(Get-Command -Name $MainBinary -CommandType Application -All -ErrorAction SilentlyContinue)) {
    $folder = Split-Path -Parent $command.Source
    if (Test-SameFolder $folder $Prefix) { continue }
    $keeper = ''
    if ($command.Source -like '*\scoop\*') { $keeper = "; remove it with: scoop uninstall $Product" }
    if ($command.Source -like '*\npm\*') { $keeper = "; remove it with: npm uninstall -g $Product" }
    if ($command.Source -like '*\chocolatey\*') { $keeper = "; remove it with: choco uninstall $Product" }
    Write-Warning "there is another ${MainBinary}: $($command.Source)$keeper"
  }

  # Staged beside the target, so that the switch is a rename on one volume.
  Enable-Tls
  try {
    New-Item -ItemType Directory -Path $Prefix -Force | Out-Null
    $mark = [guid]::NewGuid().ToString('N')
    $stage = Join-Path $Prefix ".$Product-install.$mark"
    New-Item -ItemType Directory -Path $stage | Out-Null
  } catch {
    Stop-Install 13 "cannot write in ${Prefix}: $($_.Exception.Message); choose another folder with -Prefix"
  }
  $lock = $null
  try {
    try {
      $lock = New-Object System.IO.FileStream((Join-Path $Prefix ".$Product-install.lock"), 'OpenOrCreate', 'ReadWrite', 'None', 16, 'DeleteOnClose')
    } catch {
      Stop-Install 14 "another installation is at work in $Prefix"
    }
    Remove-OldStages $Prefix $stage
    $archive = Join-Path $stage $entry.Asset
    Save-Archive $entry $archive
    Write-Note "Verified $($entry.Asset)"
    $files = Join-Path $stage 'files'
    Expand-Release $archive $files
    foreach ($word in $entry.Binaries.Split(' ')) {
      $binary = Split-BinaryWord $word
      $staged = Join-Path $files $binary.Name
      if (-not (Test-Path -LiteralPath $staged -PathType Leaf)) { Stop-Install 7 "the archive does not hold $($binary.Name)" }
      if ((Get-Digest $staged) -ne $binary.Sha256) { Stop-Install 7 "$($binary.Name) is not the one that was released" }
    }

    if ($entry.Agent) {
      # The agent was proven with its archive; it checks the same again and does the rest.
      $arguments = @('install')
      if (-not $other) { $arguments += @('--archive', $archive) }
      if ($BaseUrl) { $arguments += @('--base-url', $BaseUrl) }
      if ($From) { $arguments += @('--base-url', ([uri]$From).AbsoluteUri) }
      if ($Version) { $arguments += @('--version', $Version) }
      if ($Channel) { $arguments += @('--channel', $Channel) }
      if ($prefixGiven) { $arguments += @('--prefix', $Prefix) }
      if ($NoModifyPath) { $arguments += '--no-modify-path' }
      if ($Unmanaged) { $arguments += '--unmanaged' }
      & (Join-Path $files $entry.Agent) @arguments
      $status = $LASTEXITCODE
      if ($status -ne 0) { Stop-Install $status "the updater ended with status $status" }
      return
    }

    Test-Program $entry $files
    # The switch: what was there stays at hand until the new programs have run from their place. `finally`
    # also runs where somebody presses Ctrl+C.
    $known = @()
    $switched = @()
    $runs = $false
    try {
      foreach ($word in $entry.Binaries.Split(' ')) {
        $binary = Split-BinaryWord $word
        $target = Join-Path $Prefix (Split-Path -Leaf $binary.Name)
        Switch-File (Join-Path $files $binary.Name) $target $mark
        $switched += $target
        $known += @{ path = $target; sha256 = $binary.Sha256 }
      }
      Test-Program $entry $Prefix
      $runs = $true
    } finally {
      if (-not $runs) { Restore-Files $switched $mark }
    }
    Remove-OldFiles $switched

    if (-not $Unmanaged) {
      $edited = Add-ToPath $Prefix
      if (-not $edited -and (Test-Path -LiteralPath $receipt)) {
        $before = Get-Content -LiteralPath $receipt -Raw -Encoding UTF8 | ConvertFrom-Json
        $edited = [bool]$before.path_edited
      }
      New-Item -ItemType Directory -Path $dataFolder -Force | Out-Null
      Write-Json $receipt @{
        schema = 1
        product = $Product
        version = $PinnedVersion
        channel = $PinnedChannel
        platform = $platform
        method = 'install.ps1'
        site = $Site
        archive_sha256 = $entry.Sha256
        prefix = $Prefix
        files = $known
        path_edited = $edited
      }
    }
    Write-Note "$Product $PinnedVersion is installed: $(Join-Path $Prefix "$MainBinary.exe")"
    if (Test-OnPath ([string]$env:Path) $Prefix) {
      Write-Note "Next: $MainBinary --help"
    } else {
      $env:Path = "$Prefix;$env:Path"
      Write-Note "Next: $MainBinary --help    (this window finds it already)"
    }
  } finally {
    if ($null -ne $lock) { $lock.Dispose() }
    Remove-Item -LiteralPath $stage -Recurse -Force -ErrorAction SilentlyContinue
  }
}
