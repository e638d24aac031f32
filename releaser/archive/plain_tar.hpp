#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace releaser {

// A tar without compression, written file after file as the bytes come, so that memory does not
// grow with them: owner 0 without a name, mode 0644, every time the given date. It appears whole,
// with finish(), or not at all.
class PlainTar {
 public:
  // `target` is replaced.
  PlainTar(const base::Path& target, base::Time date);

  // `send` gives exactly `size` bytes to its sink. Throws Errc::internal for other numbers, and
  // Errc::config for what a tar does not hold (releaser/archive/tar.hpp).
  void add(const std::string& name, std::uint64_t size,
           const std::function<void(const base::ByteSink& sink)>& send);

  struct Written {
    std::uint64_t size = 0;
    trust::Sha256 sha256;
  };
  Written finish();

 private:
  void write(std::string_view bytes);

  base::AtomicFile m_file;
  base::Time m_date;
  trust::Sha256Hasher m_sha256;
  std::uint64_t m_size = 0;
};

}  // namespace releaser
