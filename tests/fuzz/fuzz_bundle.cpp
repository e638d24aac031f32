#include "base/error.hpp"
#include "base/text.hpp"
#include "site/local_site.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr std::size_t kMaxBytes = 1000;

// A bundle lies in memory, and is opened by a name.
base::FileDescriptor in_memory(std::string_view bytes) {
  base::FileDescriptor file(::memfd_create("bundle", MFD_CLOEXEC));
  fuzz::require(::write(file.number(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
  return file;
}

// Whatever it says it has comes from within it, and never more than was asked for.
void read_file_of(const site::LocalSite& local, const std::string& name, std::size_t bundle_bytes) {
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    std::uint64_t got = 0;
    const auto response = local.http->get({local.base_url.child(name), {}, kMaxBytes},
                                          [&](std::string_view bytes) { got += bytes.size(); });
    fuzz::require(response.status == (local.has(name) ? 200 : 404));
    fuzz::require(got == response.body_bytes && got <= kMaxBytes && got <= bundle_bytes);
  });
}

// The same with the right sum in whatever looks like a header, which no mutation finds by itself.
std::string with_right_sums(std::string text) {
  constexpr std::size_t kHeaderBytes = 512, kSumAt = 148, kSumBytes = 8, kMagicAt = 257;
  for (std::size_t at = 0; at + kHeaderBytes <= text.size(); at += kHeaderBytes) {
    if (text.compare(at + kMagicAt, 5, "ustar") != 0) continue;
    text.replace(at + kSumAt, kSumBytes, kSumBytes, ' ');
    unsigned sum = 0;
    for (std::size_t byte = at; byte < at + kHeaderBytes; ++byte)
      sum += static_cast<unsigned char>(text[byte]);
    for (std::size_t digit = 6; digit-- > 0; sum /= 8)
      text[at + kSumAt + digit] = static_cast<char>('0' + sum % 8);
    text[at + kSumAt + 6] = '\0';
  }
  return text;
}

void read_bundle(std::string_view bytes) {
  const std::size_t size = bytes.size();
  const base::FileDescriptor file = in_memory(bytes);
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const site::LocalSite local = site::open_local_site(base::cat("/proc/self/fd/", file.number()));
    for (const char* const name : {"metadata/timestamp.json", "releases/v1.0.0/a.tar.gz", "a"})
      read_file_of(local, name, size);
  });
}

}  // namespace

// Any file is a bundle or is refused; what is in it are files at their places.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  read_bundle(text);
  read_bundle(with_right_sums(std::string(text)));
  return 0;
}
