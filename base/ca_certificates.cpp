#include "base/ca_certificates.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace base {
namespace {

// The list of openssl-probe (src/lib.rs): Debian, Fedora, older Fedora, openSUSE, CentOS, Alpine
// and macOS.
constexpr std::array<std::string_view, 6> kFiles{
    "etc/ssl/certs/ca-certificates.crt",
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "etc/pki/tls/certs/ca-bundle.crt",
    "etc/ssl/ca-bundle.pem",
    "etc/pki/tls/cacert.pem",
    "etc/ssl/cert.pem",
};
constexpr std::array<std::string_view, 2> kDirectories{"etc/ssl/certs", "etc/pki/tls/certs"};

// "5ed36f99.0": what OpenSSL looks for.
bool is_hashed_name(std::string_view name) {
  constexpr std::string_view kHexadecimal = "0123456789abcdef";
  return name.size() >= 10 && name[8] == '.' && name[9] >= '0' && name[9] <= '9' &&
         std::all_of(name.begin(), name.begin() + 8,
                     [&](char c) { return kHexadecimal.find(c) != std::string_view::npos; });
}

bool has_hashed_names(const Path& directory) {
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (is_hashed_name(entry->path().filename().native())) {
      return true;
    }
  }
  return false;
}

}  // namespace

CaLocation find_ca_certificates(const Path& root) {
  CaLocation location;
  for (const std::string_view directory : kDirectories) {
    if (has_hashed_names(root / directory)) {
      location.directory = root / directory;
      return location;
    }
  }
  for (const std::string_view file : kFiles) {
    std::error_code error;
    if (std::filesystem::is_regular_file(root / file, error)) {
      location.file = root / file;
      return location;
    }
  }
  return location;
}

}  // namespace base
