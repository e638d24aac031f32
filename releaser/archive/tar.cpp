#include "releaser/archive/tar.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <optional>
#include <utility>

namespace releaser::tar {
namespace {

constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kPrefixBytes = 155;
constexpr std::uint64_t kMaxNumber = 077777777777;  // eleven octal digits

struct Field {
  std::size_t offset;
  std::size_t size;
};
// Of a ustar header. Links, owners' names and their numbers stay empty.
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12},
    kTime{136, 12}, kChecksum{148, 8}, kType{156, 1}, kMagic{257, 8}, kMajor{329, 8},
    kMinor{337, 8}, kPrefix{345, 155};

void put(std::string& block, Field field, std::string_view text) {
  block.replace(field.offset, text.size(), text);
}

// Octal digits that fill the field but for a final NUL.
std::string octal(std::uint64_t number, std::size_t field_bytes) {
  std::string digits(field_bytes - 1, '0');
  for (std::size_t i = digits.size(); i-- > 0; number /= 8) {
    digits[i] = static_cast<char>('0' + number % 8);
  }
  return digits;
}

// Prefix and name as ustar splits them, or nothing if they do not fit.
std::optional<std::pair<std::string_view, std::string_view>> split_name(std::string_view path) {
  if (path.size() <= kNameBytes) {
    return std::pair(std::string_view(), path);
  }
  // The last slash that leaves a prefix short enough.
  const std::size_t slash = path.rfind('/', kPrefixBytes);
  if (slash == std::string_view::npos || slash == 0 || path.size() - slash - 1 > kNameBytes ||
      slash + 1 == path.size()) {
    return std::nullopt;
  }
  return std::pair(path.substr(0, slash), path.substr(slash + 1));
}

std::string block(std::string_view prefix, std::string_view name, char type, std::uint64_t size,
                  bool executable, std::uint64_t time) {
  std::string out(kBlockBytes, '\0');
  put(out, kName, name);
  put(out, kMode, octal(executable ? 0755 : 0644, kMode.size));
  put(out, kUid, octal(0, kUid.size));
  put(out, kGid, octal(0, kGid.size));
  put(out, kSize, octal(size, kSize.size));
  put(out, kTime, octal(time, kTime.size));
  put(out, kType, std::string_view(&type, 1));
  put(out, kMagic, std::string_view("ustar\00000", 8));
  put(out, kMajor, octal(0, kMajor.size));
  put(out, kMinor, octal(0, kMinor.size));
  put(out, kPrefix, prefix);
  // The sum of all bytes, where its own field counts as blanks.
  put(out, kChecksum, "        ");
  std::uint64_t sum = 0;
  for (const char byte : out) {
    sum += static_cast<unsigned char>(byte);
  }
  put(out, kChecksum, octal(sum, 7));
  out[kChecksum.offset + 6] = '\0';
  return out;
}

// "<length> path=<name>\n", where the length counts its own digits.
std::string pax_record(std::string_view path) {
  const std::size_t rest = path.size() + std::string_view(" path=\n").size();
  std::size_t length = rest + 1;
  while (base::cat(length).size() + rest != length) {
    length = base::cat(length).size() + rest;
  }
  return base::cat(length, " path=", path, '\n');
}

}  // namespace

std::string header(std::string_view name, std::uint64_t size, bool executable, base::Time time) {
  const auto seconds = time.time_since_epoch().count();
  if (seconds < 0 || static_cast<std::uint64_t>(seconds) > kMaxNumber) {
    throw base::Error(base::Errc::config, "a tar archive holds dates from 1970 to 2242");
  }
  if (size > kMaxNumber) {
    throw base::Error(base::Errc::config, base::cat(name, ": 8 GiB or more do not fit into a tar"));
  }
  const auto unsigned_seconds = static_cast<std::uint64_t>(seconds);
  if (const auto parts = split_name(name)) {
    return block(parts->first, parts->second, '0', size, executable, unsigned_seconds);
  }
  const std::string record = pax_record(name);
  std::string out =
      block("", "PaxHeaders/path", 'x', record.size(), false, unsigned_seconds) + record;
  out.append(padding(record.size()), '\0');
  return out + block("", name.substr(0, kNameBytes), '0', size, executable, unsigned_seconds);
}

}  // namespace releaser::tar
