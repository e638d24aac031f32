#include "releaser/stages/taken_asset.hpp"

#include <filesystem>

namespace releaser {
namespace {

// Ends a transfer; caught where it began.
struct TooLarge {};

}  // namespace

bool holds(const base::Path& file, const trust::Sha256& sha256) {
  return base::type_of(file, base::Links::not_followed) == std::filesystem::file_type::regular &&
         sha256_of_file(file) == sha256;
}

Taken take_asset(const Run& run, const Destination& place, const std::string& name_there,
                 const std::string& name, std::uint64_t most, const trust::Sha256& sha256) {
  const base::Path file = run.folder / "assets" / name;
  if (holds(file, sha256)) return Taken::yes;
  base::make_directories(file.parent_path());
  base::AtomicFile copy(file, 0644);
  trust::Sha256Hasher hasher;
  std::uint64_t size = 0;
  try {
    const bool is_there = place.stream(name_there, [&](std::string_view bytes) {
      size += bytes.size();
      if (size > most) throw TooLarge();
      hasher.update(bytes);
      copy.write(bytes);
    });
    if (!is_there) return Taken::absent;
  } catch (const TooLarge&) {
    return Taken::too_large;
  }
  if (hasher.finish() != sha256) return Taken::other_bytes;
  copy.commit();
  return Taken::yes;
}

}  // namespace releaser
