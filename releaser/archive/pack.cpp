#include "base/deflate.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/zstd.hpp"
#include "releaser/archive/archive.hpp"
#include "releaser/archive/tar.hpp"
#include "releaser/archive/zip.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::size_t kPieceBytes =
    std::size_t{256} * 1024;  // read, then hashed while it is in the cache
constexpr std::uint64_t kMaxZipBytes = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxZipEntries = 65535;
// Packed once and fetched by every agent.
constexpr int kZstdLevel = 19;

// One entry of the archive to be: a given one, or the checksums, whose text is known last.
struct Planned {
  const ArchiveEntry* given = nullptr;  // none: the checksums
  PackedFile file;
};

std::uint64_t size_of(const ArchiveEntry& entry) {
  if (const auto* const bytes = std::get_if<std::string>(&entry.contents)) {
    return bytes->size();
  }
  return base::file_size(base::open_regular_file(std::get<base::Path>(entry.contents)));
}

std::vector<Planned> plan_entries(const std::vector<ArchiveEntry>& entries,
                                  const PackOptions& options) {
  std::vector<Planned> planned;
  std::set<std::string> names;
  std::uint64_t checksums_size = 0;
  const auto add = [&](Planned entry) {
    if (const auto reason = base::unsafe_path_reason(entry.file.name)) {
      throw Error(Errc::config, cat("the name of an archive entry ", *reason, ": `",
                                    base::safe_text(entry.file.name, 200), "`"));
    }
    if (!names.insert(base::case_folded(entry.file.name)).second) {
      throw Error(Errc::config, cat("two archive entries named `", entry.file.name,
                                    "`; rename one of them or leave it out"));
    }
    planned.push_back(std::move(entry));
  };
  for (const ArchiveEntry& entry : entries) {
    add({&entry, {entry.name, size_of(entry), {}, entry.executable}});
    // "<64 digits>  <name>\n"
    checksums_size += 64 + 2 + entry.name.size() + 1;
  }
  if (!options.checksums_name.empty()) {
    add({nullptr, {options.checksums_name, checksums_size, {}, false}});
  }
  // A file may not be the folder of another.
  for (const std::string& name : names) {
    const auto below = names.lower_bound(name + '/');
    if (below != names.end() && below->starts_with(name + '/')) {
      throw Error(Errc::config, cat("`", name, "` is a file and a folder in the archive"));
    }
  }
  std::sort(planned.begin(), planned.end(), [](const Planned& left, const Planned& right) {
    return left.file.name < right.file.name;
  });
  return planned;
}

std::string checksums_text(const std::vector<Planned>& entries) {
  std::string text;
  for (const Planned& entry : entries) {
    if (entry.given != nullptr) {
      text += cat(entry.file.sha256.hex(), "  ", entry.file.name, '\n');
    }
  }
  return text;
}

// Copies the contents to `to`, which has room for as many bytes as were planned, and hashes them.
void load(Planned& entry, char* to) {
  trust::Sha256Hasher hasher;
  std::uint64_t filled = 0;
  const auto changed = [&] {
    return Error(Errc::config, cat(std::get<base::Path>(entry.given->contents).native(),
                                   ": it changed while it was read; run again when it is built"));
  };
  if (const auto* const bytes = std::get_if<std::string>(&entry.given->contents)) {
    std::copy(bytes->begin(), bytes->end(), to);
    hasher.update(*bytes);
    filled = bytes->size();
  } else {
    const base::FileDescriptor file =
        base::open_regular_file(std::get<base::Path>(entry.given->contents));
    while (filled < entry.file.size) {
      const auto wanted = std::min<std::uint64_t>(kPieceBytes, entry.file.size - filled);
      const std::size_t count =
          base::read_at(file, to + filled, static_cast<std::size_t>(wanted), filled);
      if (count == 0) {
        throw changed();
      }
      hasher.update(std::string_view(to + filled, count));
      filled += count;
    }
    if (base::file_size(file) != entry.file.size) {
      throw changed();
    }
  }
  entry.file.sha256 = hasher.finish();
}

void load_checksums(Planned& entry, const std::string& text, char* to) {
  std::copy(text.begin(), text.end(), to);
  entry.file.sha256 = trust::sha256_of(text);
}

// The archive as it goes to disk: hashed on the way, so that it need not be read again.
class ArchiveFile {
 public:
  // Not flushed: the digest in the record says whether it is whole, and it can be made again.
  explicit ArchiveFile(const base::Path& target) : m_file(target, 0644, base::Durability::none) {}

  void write(std::string_view bytes) {
    m_file.write(bytes);
    m_sha256.update(bytes);
    m_blake2b.update(bytes);
    m_size += bytes.size();
  }
  [[nodiscard]] std::uint64_t size() const { return m_size; }

  PackedArchive commit(std::vector<Planned>& entries) {
    m_file.commit();
    PackedArchive packed{m_size, m_sha256.finish(), m_blake2b.finish(), 0, {}};
    for (Planned& entry : entries) {
      packed.unpacked_size += entry.file.size;
      packed.files.push_back(std::move(entry.file));
    }
    return packed;
  }

 private:
  base::AtomicFile m_file;
  trust::Sha256Hasher m_sha256;
  trust::Blake2bHasher m_blake2b;
  std::uint64_t m_size = 0;
};

// The whole tar in one piece of memory, contents read right to their place: what libdeflate wants.
base::Buffer build_tar(std::vector<Planned>& entries, const PackOptions& options) {
  std::vector<std::string> headers;
  std::size_t total = tar::kEndBytes;
  for (const Planned& entry : entries) {
    headers.push_back(
        tar::header(entry.file.name, entry.file.size, entry.file.executable, options.date));
    total += headers.back().size() + static_cast<std::size_t>(entry.file.size) +
             tar::padding(entry.file.size);
  }
  base::Buffer tar(total);
  char* position = tar.data();
  char* checksums = nullptr;
  Planned* checksums_entry = nullptr;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Planned& entry = entries[i];
    position = std::copy(headers[i].begin(), headers[i].end(), position);
    if (entry.given != nullptr) {
      load(entry, position);
    } else {
      checksums = position;
      checksums_entry = &entry;
    }
    position += entry.file.size + tar::padding(entry.file.size);
  }
  if (checksums_entry != nullptr) {
    load_checksums(*checksums_entry, checksums_text(entries), checksums);
  }
  return tar;
}

PackedArchive pack_tar(const base::Path& target, std::vector<Planned> entries,
                       const PackOptions& options) {
  std::optional<base::Buffer> tar = build_tar(entries, options);
  const base::CompressedBytes compressed = options.format == base::ArchiveFormat::tar_zst
                                               ? base::zstd(tar->view(), kZstdLevel)
                                               : base::gzip(tar->view(), options.level);
  tar.reset();
  ArchiveFile file(target);
  file.write(compressed.view());
  return file.commit(entries);
}

// One entry of a zip before it is written.
struct ZipContents {
  zip::Entry header;
  std::optional<base::CompressedBytes> deflated;
  base::Buffer stored;  // where deflate gains nothing
  [[nodiscard]] std::string_view bytes() const {
    return deflated ? deflated->view() : stored.view();
  }
};

ZipContents zip_contents(const PackedFile& file, base::Buffer contents, int level) {
  ZipContents out;
  out.header.name = file.name;
  out.header.executable = file.executable;
  out.header.crc32 = base::crc32(contents.view());
  out.header.size = static_cast<std::uint32_t>(contents.size());
  if (contents.size() > 0) {
    out.deflated = base::deflate(contents.view(), level);
  }
  if (out.deflated && out.deflated->view().size() < contents.size()) {
    out.header.method = zip::Method::deflated;
  } else {
    out.deflated.reset();
    out.stored = std::move(contents);
  }
  out.header.packed_size = static_cast<std::uint32_t>(out.bytes().size());
  return out;
}

PackedArchive pack_zip(const base::Path& target, std::vector<Planned> entries,
                       const PackOptions& options) {
  if (entries.size() > kMaxZipEntries) {
    throw Error(Errc::config, cat("more than ", kMaxZipEntries, " entries do not fit into a zip"));
  }
  std::vector<ZipContents> contents(entries.size());
  for (const bool checksums : {false, true}) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      Planned& entry = entries[i];
      if ((entry.given == nullptr) != checksums) {
        continue;
      }
      if (entry.file.size >= kMaxZipBytes) {
        throw Error(Errc::config, cat(entry.file.name, ": 4 GiB or more do not fit into a zip"));
      }
      base::Buffer bytes(static_cast<std::size_t>(entry.file.size));
      if (checksums) {
        load_checksums(entry, checksums_text(entries), bytes.data());
      } else {
        load(entry, bytes.data());
      }
      contents[i] = zip_contents(entry.file, std::move(bytes), options.level);
    }
  }

  ArchiveFile file(target);
  std::vector<zip::Entry> headers;
  for (ZipContents& entry : contents) {
    if (file.size() >= kMaxZipBytes) {
      break;
    }
    entry.header.offset = static_cast<std::uint32_t>(file.size());
    file.write(zip::local_header(entry.header, options.date));
    file.write(entry.bytes());
    headers.push_back(std::move(entry.header));
    entry = ZipContents();
  }
  if (file.size() >= kMaxZipBytes) {
    throw Error(Errc::config, "4 GiB or more do not fit into a zip");
  }
  file.write(zip::directory(headers, static_cast<std::uint32_t>(file.size()), options.date));
  return file.commit(entries);
}

}  // namespace

PackedArchive pack_archive(const base::Path& target, std::vector<ArchiveEntry> entries,
                           const PackOptions& options) {
  return base::with_context(cat("pack ", target.filename().native()), [&] {
    std::vector<Planned> planned = plan_entries(entries, options);
    return options.format == base::ArchiveFormat::zip
               ? pack_zip(target, std::move(planned), options)
               : pack_tar(target, std::move(planned), options);
  });
}

}  // namespace releaser
