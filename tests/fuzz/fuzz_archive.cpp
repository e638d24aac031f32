#include "base/archive.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr base::ArchiveLimits kLimits{.unpacked_size = 256UL * 1024, .entries = 50};

// An archive lies in memory; what it unpacks to is written, and taken away again.
base::FileDescriptor in_memory(std::string_view bytes) {
  base::FileDescriptor file(::memfd_create("archive", MFD_CLOEXEC));
  fuzz::require(::write(file.number(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
  return file;
}

void unpack(std::string_view bytes, base::ArchiveFormat format) {
  static const base::TemporaryDirectory outer("/dev/shm", "fuzz-archive-");
  const base::Path inside = outer.path() / "inside";
  base::make_directories(inside);
  fuzz::accept_or_refuse({base::Errc::untrusted, base::Errc::cannot_write}, [&] {
    std::uint64_t sum = 0;
    const auto files = base::unpack_archive(in_memory(bytes), format, inside, kLimits,
                                            [](const auto&) { return base::ByteSink(); });
    for (const base::UnpackedFile& file : files) {
      fuzz::require(!base::unsafe_path_reason(file.path));
      fuzz::require(
          std::filesystem::is_regular_file(std::filesystem::symlink_status(inside / file.path)));
      sum += file.size;
    }
    fuzz::require(files.size() <= kLimits.entries && sum <= kLimits.unpacked_size);
  });
  // Nothing beside its folder.
  std::size_t beside = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(outer.path()))
    ++beside;
  fuzz::require(beside == 1);
  base::remove_tree(inside);
}

}  // namespace

// What comes out of any archive is regular files below its folder, within the limits.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  unpack(text, base::ArchiveFormat::tar_gz);
  unpack(text, base::ArchiveFormat::zip);
  unpack(text, base::ArchiveFormat::tar_zst);
  return 0;
}
