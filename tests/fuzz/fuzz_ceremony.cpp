#include "base/file.hpp"
#include "releaser/trust/draft_files.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>

// A ceremony that comes on a stick.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const base::TemporaryDirectory folder("/dev/shm", "fuzz-");
  static const base::Path draft = folder.path() / "draft";
  std::filesystem::create_directories(draft);
  std::filesystem::remove(draft / "ceremony.json");
  base::write_new_file(draft / "ceremony.json", fuzz::text_of(bytes, size));
  fuzz::accept_or_refuse({base::Errc::config, base::Errc::untrusted}, [&] {
    const auto ceremony = releaser::read_ceremony(folder.path());
    fuzz::require(ceremony && !ceremony->files.empty() && ceremony->files.size() <= 2);
  });
  return 0;
}
