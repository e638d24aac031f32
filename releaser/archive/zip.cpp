#include "releaser/archive/zip.hpp"

#include <algorithm>
#include <chrono>

namespace releaser::zip {
namespace {

constexpr std::uint16_t kVersionNeeded = 20;  // deflate
constexpr std::uint16_t kMadeByUnix = 3U << 8U | kVersionNeeded;
constexpr std::uint16_t kUtf8Names = 1U << 11U;
constexpr std::uint32_t kRegularFile = 0100000;

void put16(std::string& out, std::uint32_t number) {
  out += static_cast<char>(static_cast<unsigned char>(number & 0xFFU));
  out += static_cast<char>(static_cast<unsigned char>(number >> 8U & 0xFFU));
}

void put32(std::string& out, std::uint32_t number) {
  put16(out, number & 0xFFFFU);
  put16(out, number >> 16U);
}

struct DosTime {
  std::uint32_t time = 0;
  std::uint32_t date = 0;
};

DosTime dos_time(base::Time moment) {
  using namespace std::chrono;  // NOLINT: calendar literals read better so
  const base::Time first = sys_days(year(1980) / January / 1);
  const base::Time last =
      sys_days(year(2107) / December / 31) + hours(23) + minutes(59) + seconds(58);
  const base::Time clamped = std::clamp(moment, first, last);
  const sys_days day_start = floor<days>(clamped);
  const year_month_day date(day_start);
  const auto second = static_cast<std::uint32_t>((clamped - day_start).count());
  return {second / 3600 << 11U | second / 60 % 60 << 5U | second % 60 / 2,
          static_cast<std::uint32_t>(static_cast<int>(date.year()) - 1980) << 9U |
              static_cast<unsigned>(date.month()) << 5U | static_cast<unsigned>(date.day())};
}

// The fields that both headers of an entry have, in their order.
void put_common(std::string& out, const Entry& entry, base::Time time) {
  const DosTime dos = dos_time(time);
  put16(out, kVersionNeeded);
  put16(out, kUtf8Names);
  put16(out, static_cast<std::uint16_t>(entry.method));
  put16(out, dos.time);
  put16(out, dos.date);
  put32(out, entry.crc32);
  put32(out, entry.packed_size);
  put32(out, entry.size);
  put16(out, static_cast<std::uint32_t>(entry.name.size()));
  put16(out, 0);  // no extra field
}

}  // namespace

std::string local_header(const Entry& entry, base::Time time) {
  std::string out("PK\3\4");
  put_common(out, entry, time);
  return out + entry.name;
}

std::string directory(const std::vector<Entry>& entries, std::uint32_t offset, base::Time time) {
  std::string out;
  for (const Entry& entry : entries) {
    out += "PK\1\2";
    put16(out, kMadeByUnix);
    put_common(out, entry, time);
    put16(out, 0);  // no comment
    put16(out, 0);  // disk
    put16(out, 0);  // internal attributes
    put32(out, (kRegularFile | (entry.executable ? 0755U : 0644U)) << 16U);
    put32(out, entry.offset);
    out += entry.name;
  }
  const auto size = static_cast<std::uint32_t>(out.size());
  const auto count = static_cast<std::uint32_t>(entries.size());
  out += "PK\5\6";
  put16(out, 0);  // this disk
  put16(out, 0);  // disk of the directory
  put16(out, count);
  put16(out, count);
  put32(out, size);
  put32(out, offset);
  put16(out, 0);  // no comment
  return out;
}

}  // namespace releaser::zip
