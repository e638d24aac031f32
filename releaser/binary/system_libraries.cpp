#include "releaser/binary/system_libraries.hpp"

#include "base/text.hpp"
#include "releaser/binary/text_match.hpp"

#include <algorithm>
#include <span>

namespace releaser {
namespace {

// glibc's own, its loader, and the compiler's runtime that every distribution has because glibc
// itself loads it. libstdc++ is not among them: minimal images lack it.
constexpr std::string_view kGlibc[] = {
    "libc.so.6",    "libm.so.6",     "libdl.so.2",        "libpthread.so.0",
    "librt.so.1",   "libutil.so.1",  "libanl.so.1",       "libresolv.so.2",
    "libmvec.so.1", "libgcc_s.so.1", "libthread_db.so.1", "libBrokenLocale.so.1",
};
constexpr std::string_view kGlibcLoaders[] = {"ld-linux", "ld64.so", "ld.so.1", "linux-vdso"};
constexpr std::string_view kFreebsd[] = {
    "libc.so.7",  "libm.so.5",     "libthr.so.3", "libutil.so.9",  "libdl.so.1",
    "librt.so.1", "libgcc_s.so.1", "libc++.so.1", "libcxxrt.so.1", "libexecinfo.so.1",
};
// In lower case, without ".dll". Each is part of Windows 10 and of Server Core.
constexpr std::string_view kWindows[] = {
    "advapi32",
    "authz",
    "avrt",
    "bcrypt",
    "bcryptprimitives",
    "cabinet",
    "cfgmgr32",
    "combase",
    "comctl32",
    "comdlg32",
    "credui",
    "crypt32",
    "cryptbase",
    "cryptui",
    "cryptnet",
    "d3d11",
    "d3d12",
    "d3dcompiler_47",
    "dbgeng",
    "dbghelp",
    "dnsapi",
    "dwmapi",
    "dwrite",
    "dxgi",
    "fwpuclnt",
    "gdi32",
    "gdiplus",
    "hid",
    "imagehlp",
    "imm32",
    "iphlpapi",
    "kernel32",
    "kernelbase",
    "ktmw32",
    "mpr",
    "mscoree",
    "mswsock",
    "msi",
    "msvcrt",
    "ncrypt",
    "netapi32",
    "normaliz",
    "ntdll",
    "ole32",
    "oleacc",
    "oleaut32",
    "opengl32",
    "pdh",
    "powrprof",
    "profapi",
    "propsys",
    "psapi",
    "rasapi32",
    "rpcrt4",
    "rstrtmgr",
    "secur32",
    "sechost",
    "setupapi",
    "shcore",
    "shell32",
    "shlwapi",
    "sspicli",
    "tdh",
    "ucrtbase",
    "urlmon",
    "user32",
    "userenv",
    "uxtheme",
    "version",
    "virtdisk",
    "wevtapi",
    "winhttp",
    "wininet",
    "winmm",
    "wintrust",
    "wldap32",
};
constexpr std::string_view kMoreWindows[] = {"winspool.drv", "ws2_32", "wsock32", "wtsapi32"};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_windows_library(std::string_view name) {
  auto lower = base::lower_case(name);
  if (lower.starts_with("api-ms-win-") || lower.starts_with("ext-ms-")) return true;
  if (lower.ends_with(".dll")) lower.resize(lower.size() - 4);
  return contains(kWindows, lower) || contains(kMoreWindows, lower);
}

}  // namespace

bool is_system_library(std::string_view name, const schema::Platform& platform) {
  switch (platform.row().os) {
    case schema::OperatingSystem::darwin:
      return name.starts_with("/usr/lib/") || name.starts_with("/System/");
    case schema::OperatingSystem::windows:
      return is_windows_library(name);
    case schema::OperatingSystem::freebsd:
      return contains(kFreebsd, name) || name.starts_with("ld-elf.so");
    case schema::OperatingSystem::linux:
      break;
  }
  if (platform.row().libc == schema::Libc::musl) {
    return name.starts_with("libc.musl-") || name.starts_with("ld-musl-") || name == "libc.so";
  }
  return contains(kGlibc, name) || starts_with_any(kGlibcLoaders, name);
}

}  // namespace releaser
