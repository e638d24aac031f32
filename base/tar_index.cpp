#include "base/tar_index.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace base {
namespace {

constexpr std::uint64_t kBlockBytes = 512;

struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kChecksum{148, 8}, kType{156, 1}, kLink{157, 100},
    kMagic{257, 8}, kPrefix{345, 155};

[[noreturn]] void refuse_tar(std::string_view problem) {
  throw Error(Errc::untrusted, cat(problem));
}

class Header {
 public:
  Header(const FileDescriptor& tar, std::uint64_t offset) {
    if (read_at(tar, m_block.data(), m_block.size(), offset) != m_block.size()) {
      refuse_tar("it is cut short");
    }
  }

  [[nodiscard]] bool is_zero() const {
    return std::all_of(m_block.begin(), m_block.end(), [](char byte) { return byte == '\0'; });
  }
  void require_plain_file() const {
    // "ustar", NUL, "00"
    if (field(kMagic) != std::string_view("ustar\00000", kMagic.size)) {
      refuse_tar("a header is not of the form ustar");
    }
    if (number(kChecksum) != sum()) refuse_tar("a header is damaged");
    if (field(kType) != "0" || !text(kLink).empty()) {
      refuse_tar(cat(shown_name(), " is no regular file"));
    }
  }
  [[nodiscard]] std::string name() const {
    const std::string_view prefix = text(kPrefix);
    return cat(prefix, prefix.empty() ? "" : "/", text(kName));
  }
  [[nodiscard]] std::string shown_name() const { return safe_text(name(), 200); }
  [[nodiscard]] std::uint64_t size() const {
    const auto size = number(kSize);
    if (!size) refuse_tar(cat(shown_name(), " has no size"));
    return *size;
  }

 private:
  [[nodiscard]] std::string_view field(Field where) const {
    return std::string_view(m_block.data(), m_block.size()).substr(where.offset, where.size);
  }
  [[nodiscard]] std::string_view text(Field where) const {
    return field(where).substr(0, field(where).find('\0'));
  }
  // Octal digits, then NUL or a blank.
  [[nodiscard]] std::optional<std::uint64_t> number(Field where) const {
    const std::string_view all = field(where);
    const std::size_t digits = std::min(all.find_first_not_of("01234567"), all.size());
    const std::string_view rest = all.substr(digits);
    if (digits == 0 || rest.empty() ||
        rest.find_first_not_of(std::string_view("\0 ", 2)) != all.npos)
      return std::nullopt;
    std::uint64_t value = 0;
    for (const char digit : all.substr(0, digits))
      value = value * 8 + static_cast<std::uint64_t>(digit - '0');
    return value;
  }
  // Of all bytes, where its own field counts as blanks.
  [[nodiscard]] std::uint64_t sum() const {
    std::uint64_t sum = kChecksum.size * static_cast<std::uint64_t>(' ');
    for (std::size_t at = 0; at < m_block.size(); ++at) {
      const bool is_own = at >= kChecksum.offset && at < kChecksum.offset + kChecksum.size;
      if (!is_own) sum += static_cast<unsigned char>(m_block[at]);
    }
    return sum;
  }

  std::array<char, kBlockBytes> m_block{};
};

void require_end(const FileDescriptor& tar, std::uint64_t offset, std::uint64_t tar_size) {
  if (!Header(tar, offset + kBlockBytes).is_zero()) refuse_tar("its end is damaged");
  if (tar_size != offset + 2 * kBlockBytes) refuse_tar("there are bytes after its end");
}

}  // namespace

TarIndex read_tar_index(const FileDescriptor& tar, std::size_t max_files) {
  const std::uint64_t tar_size = file_size(tar);
  TarIndex index;
  std::set<std::string> names;
  for (std::uint64_t offset = 0;;) {
    const Header header(tar, offset);
    if (header.is_zero()) {
      require_end(tar, offset, tar_size);
      return index;
    }
    header.require_plain_file();
    const std::string name = header.name();
    if (const auto reason = unsafe_path_reason(name)) {
      refuse_tar(cat("a name in it ", *reason, ": ", header.shown_name()));
    }
    if (!names.insert(case_folded(name)).second)
      refuse_tar(cat("two files in it are named ", name));
    if (index.size() == max_files) refuse_tar(cat("it has more than ", max_files, " files"));
    const TarStretch stretch{offset + kBlockBytes, header.size()};
    const std::uint64_t padded = (stretch.size + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    if (padded > tar_size - stretch.offset) refuse_tar("it is cut short");
    index.emplace(name, stretch);
    offset = stretch.offset + padded;
  }
}

}  // namespace base
