// Unpacking, with libarchive as the reader and nothing else of it: what an entry may be, where it
// goes and how much there may be of it is decided here, and UnpackDirectory writes.
//
// A tar.gz or tar.zst is read by two readers in a row: one undoes the compression and hands raw
// bytes to the other, which knows tar only. Between them the bytes are counted, so that neither a
// bomb of headers nor one of padding gets far, and at the end the rest of the stream is looked at.

#include "base/archive.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/unpack_directory.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>
#include <memory>
#include <new>

#include <locale.h>

namespace base {
namespace {

constexpr std::size_t kArchivePieceBytes = std::size_t{64} * 1024;
// Headers, names and padding that an honest archive may have, beside the contents.
constexpr std::uint64_t kOverheadPerEntry = std::uint64_t{8} * 1024;
constexpr std::uint64_t kOverhead = std::uint64_t{512} * 1024;

struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

[[noreturn]] void refuse(std::string_view problem) {
  throw Error(Errc::untrusted, cat("archive: ", problem));
}

[[noreturn]] void refuse(archive* reader) {
  const char* const text = archive_error_string(reader);
  refuse(cat("damaged or cut short (", text == nullptr ? "no details" : safe_text(text, 200), ")"));
}

void require_ok(archive* reader, int result) {
  if (result != ARCHIVE_OK) {
    refuse(reader);
  }
}

Reader make_reader() {
  Reader reader(archive_read_new());
  if (reader == nullptr) {
    throw std::bad_alloc();
  }
  return reader;
}

std::uint64_t add_saturated(std::uint64_t left, std::uint64_t right) {
  return left > std::numeric_limits<std::uint64_t>::max() - right
             ? std::numeric_limits<std::uint64_t>::max()
             : left + right;
}

// The most bytes that a tar of such contents has, or a zip that does not shrink them.
std::uint64_t most_bytes(const ArchiveLimits& limits) {
  const std::uint64_t entries = std::min<std::uint64_t>(limits.entries, 1U << 30U);
  return add_saturated(limits.unpacked_size, (entries * kOverheadPerEntry) + kOverhead);
}

// The archive's file as libarchive sees it: an offset of its own, read by pread.
struct Source {
  FileSection section;
  std::uint64_t offset = 0;
  std::string piece = std::string(kArchivePieceBytes, '\0');
};

la_ssize_t read_source(archive* reader, void* client, const void** bytes) {
  Source& source = *static_cast<Source*>(client);
  try {
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(source.piece.size(), source.section.size - source.offset));
    const std::size_t count = read_at(source.section.file, source.piece.data(), wanted,
                                      source.section.offset + source.offset);
    source.offset += count;
    *bytes = source.piece.data();
    return static_cast<la_ssize_t>(count);
  } catch (const Error& error) {  // an exception may not pass through the library
    archive_set_error(reader, EIO, "%s", error.what());
    return ARCHIVE_FATAL;
  }
}

la_int64_t seek_source(archive* reader, void* client, la_int64_t offset, int whence) {
  Source& source = *static_cast<Source*>(client);
  const auto size = static_cast<la_int64_t>(source.section.size);
  const auto now = static_cast<la_int64_t>(source.offset);
  la_int64_t wanted = 0;
  const la_int64_t from = whence == SEEK_END ? size : whence == SEEK_CUR ? now : 0;
  if (__builtin_add_overflow(from, offset, &wanted) || wanted < 0 || wanted > size) {
    archive_set_error(reader, EINVAL, "an offset outside the file");
    return ARCHIVE_FATAL;
  }
  source.offset = static_cast<std::uint64_t>(wanted);
  return wanted;
}

void open_source(archive* reader, Source& source) {
  require_ok(reader, archive_read_set_read_callback(reader, read_source));
  require_ok(reader, archive_read_set_seek_callback(reader, seek_source));
  require_ok(reader, archive_read_set_callback_data(reader, &source));
  require_ok(reader, archive_read_open1(reader));
}

// What lies between the two readers of a compressed tar.
struct Unzipped {
  archive* reader = nullptr;
  std::uint64_t bytes = 0;
  std::uint64_t most = 0;
  std::uint64_t meaningful = 0;  // up to behind the last byte that is not zero
};

la_ssize_t read_unzipped(archive* tar_reader, void* client, const void** bytes) {
  Unzipped& unzipped = *static_cast<Unzipped*>(client);
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int result = archive_read_data_block(unzipped.reader, bytes, &size, &offset);
  if (result == ARCHIVE_EOF) {
    return 0;
  }
  if (result != ARCHIVE_OK) {
    archive_set_error(tar_reader, EINVAL, "%s", archive_error_string(unzipped.reader));
    return ARCHIVE_FATAL;
  }
  const std::string_view piece(static_cast<const char*>(*bytes), size);
  const std::size_t last = piece.find_last_not_of('\0');
  if (last != std::string_view::npos) {
    unzipped.meaningful = unzipped.bytes + last + 1;
  }
  unzipped.bytes += size;
  if (unzipped.bytes > unzipped.most) {
    archive_set_error(tar_reader, EFBIG, "more than the manifest declares");
    return ARCHIVE_FATAL;
  }
  return static_cast<la_ssize_t>(size);
}

// Names in zip and pax are UTF-8, and libarchive turns them into the locale's encoding: without
// this, a program in the C locale could not unpack them.
class Utf8Locale {
 public:
  Utf8Locale() {
    for (const char* const name : {"C.UTF-8", "en_US.UTF-8"}) {
      if (m_locale == nullptr) {
        m_locale = newlocale(LC_CTYPE_MASK, name, nullptr);
      }
    }
    if (m_locale != nullptr) {
      m_before = uselocale(m_locale);
    }
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (m_locale != nullptr) {
      uselocale(m_before);
      freelocale(m_locale);
    }
  }

 private:
  locale_t m_locale = nullptr;
  locale_t m_before = nullptr;
};

// The names that were seen, so that no two of them can meet in one file, whatever file system
// unpacks them.
class SeenNames {
 public:
  void add_file(const std::string& path) {
    add_parents(path);
    if (!m_names.emplace(case_folded(path), Name{path, false, true}).second) {
      refuse(cat("two entries named ", path));
    }
  }
  void add_directory(const std::string& path) {
    add_parents(path);
    const auto [found, is_new] = m_names.emplace(case_folded(path), Name{path, true, true});
    if (!is_new && (found->second.named || found->second.path != path)) {
      refuse(cat("two entries named ", path));
    }
    found->second.named = true;
  }

 private:
  struct Name {
    std::string path;
    bool is_directory = false;
    bool named = false;  // by an entry of its own, not only as a parent
  };

  void add_parents(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const std::string parent = path.substr(0, slash);
      const auto [found, is_new] = m_names.emplace(case_folded(parent), Name{parent, true, false});
      if (!is_new && (!found->second.is_directory || found->second.path != parent)) {
        refuse(cat("two entries named ", parent));
      }
    }
  }

  std::map<std::string, Name> m_names;
};

class Unpacking {
 public:
  Unpacking(const Path& into, const ArchiveLimits& limits, const UnpackObserver& observer)
      : m_directory(into), m_limits(limits), m_observer(observer) {}

  std::vector<UnpackedFile> run(archive* reader) {
    for (;;) {
      archive_entry* entry = nullptr;
      const int result = archive_read_next_header(reader, &entry);
      if (result == ARCHIVE_EOF) {
        break;
      }
      require_ok(reader, result);
      if (++m_entries > m_limits.entries) {
        refuse(cat("more than the ", m_limits.entries, " entries that the manifest declares"));
      }
      unpack_entry(reader, entry);
    }
    m_directory.sync_directories();
    return std::move(m_files);
  }

 private:
  void unpack_entry(archive* reader, archive_entry* entry) {
    std::string path = path_of(entry);
    const bool is_directory = archive_entry_filetype(entry) == AE_IFDIR;
    if (is_directory && path.ends_with('/')) {
      path.pop_back();
    }
    if (const auto reason = unsafe_path_reason(path)) {
      refuse(cat("an entry whose name ", *reason, ": ", safe_text(path, 200)));
    }
    require_plain(entry, path);
    if (is_directory) {
      m_names.add_directory(path);
      m_directory.make_directory(path);
      return;
    }
    m_names.add_file(path);
    unpack_file(reader, entry, path);
  }

  static std::string path_of(archive_entry* entry) {
    const char* path = archive_entry_pathname_utf8(entry);
    if (path == nullptr) {
      path = archive_entry_pathname(entry);
    }
    if (path == nullptr) {
      refuse("an entry whose name is not UTF-8");
    }
    return path;
  }

  static void require_plain(archive_entry* entry, const std::string& path) {
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr) {
      refuse(cat(path, ": a link; only files and directories are unpacked"));
    }
    const auto type = archive_entry_filetype(entry);
    if (type != AE_IFREG && type != AE_IFDIR) {
      refuse(cat(path, ": neither a file nor a directory"));
    }
    if (archive_entry_sparse_count(entry) > 0) {
      refuse(cat(path, ": a sparse file"));
    }
    if (archive_entry_is_encrypted(entry) != 0) {
      refuse(cat(path, ": encrypted"));
    }
  }

  void unpack_file(archive* reader, archive_entry* entry, const std::string& path) {
    if (archive_entry_size_is_set(entry) == 0 || archive_entry_size(entry) < 0) {
      refuse(cat(path, ": without a size"));
    }
    UnpackedFile unpacked{path, static_cast<std::uint64_t>(archive_entry_size(entry)),
                          (archive_entry_perm(entry) & 0111U) != 0};
    if (unpacked.size > m_limits.unpacked_size - m_bytes) {
      refuse(cat(path, ": more than the ", m_limits.unpacked_size,
                 " bytes that the manifest declares"));
    }
    const FileDescriptor file = m_directory.create_file(path);
    const ByteSink sink = m_observer ? m_observer(unpacked) : ByteSink();
    std::uint64_t written = 0;
    for (;;) {
      const void* bytes = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int result = archive_read_data_block(reader, &bytes, &size, &offset);
      if (result == ARCHIVE_EOF) {
        break;
      }
      require_ok(reader, result);
      if (size == 0) {
        continue;
      }
      if (static_cast<std::uint64_t>(offset) != written || size > unpacked.size - written) {
        refuse(cat(path, ": its size is not what its header says"));
      }
      const std::string_view piece(static_cast<const char*>(bytes), size);
      write_all(file, piece, path);
      if (sink) {
        sink(piece);
      }
      written += size;
    }
    if (written != unpacked.size) {
      refuse(cat(path, ": its size is not what its header says"));
    }
    UnpackDirectory::finish_file(file, path, unpacked.executable);
    m_bytes += written;
    m_files.push_back(std::move(unpacked));
  }

  UnpackDirectory m_directory;
  ArchiveLimits m_limits;
  const UnpackObserver& m_observer;
  SeenNames m_names;
  std::vector<UnpackedFile> m_files;
  std::uint64_t m_entries = 0;
  std::uint64_t m_bytes = 0;
};

// After its end a tar has zeros; whatever else is there was not meant for us.
void require_nothing_more(archive* tar_reader, Unzipped& unzipped) {
  const auto end = static_cast<std::uint64_t>(archive_filter_bytes(tar_reader, 0));
  for (;;) {
    const void* bytes = nullptr;
    const la_ssize_t size = read_unzipped(tar_reader, &unzipped, &bytes);
    if (size < 0) {
      refuse(tar_reader);
    }
    if (size == 0) {
      break;
    }
  }
  if (unzipped.meaningful > end) {
    refuse("bytes after its end");
  }
}

struct Compression {
  std::string_view name;
  int filter;
  int (*support)(archive* reader);
};
constexpr Compression kGzip{"gzip", ARCHIVE_FILTER_GZIP, archive_read_support_filter_gzip};
constexpr Compression kZstd{"zstd", ARCHIVE_FILTER_ZSTD, archive_read_support_filter_zstd};

std::vector<UnpackedFile> unpack_tar(Source& source, const Compression& compression,
                                     const ArchiveLimits& limits, Unpacking& unpacking) {
  const Reader outer = make_reader();
  require_ok(outer.get(), compression.support(outer.get()));
  require_ok(outer.get(), archive_read_support_format_raw(outer.get()));
  open_source(outer.get(), source);
  archive_entry* whole = nullptr;
  require_ok(outer.get(), archive_read_next_header(outer.get(), &whole));
  if (archive_filter_code(outer.get(), 0) != compression.filter) {
    refuse(cat("not compressed by ", compression.name));
  }

  Unzipped unzipped{outer.get(), 0, most_bytes(limits), 0};
  const Reader tar_reader = make_reader();
  require_ok(tar_reader.get(), archive_read_support_format_tar(tar_reader.get()));
  require_ok(tar_reader.get(), archive_read_set_read_callback(tar_reader.get(), read_unzipped));
  require_ok(tar_reader.get(), archive_read_set_callback_data(tar_reader.get(), &unzipped));
  require_ok(tar_reader.get(), archive_read_open1(tar_reader.get()));
  std::vector<UnpackedFile> files = unpacking.run(tar_reader.get());
  require_nothing_more(tar_reader.get(), unzipped);
  return files;
}

}  // namespace

std::vector<UnpackedFile> unpack_archive(const FileSection& archive, ArchiveFormat format,
                                         const Path& into, const ArchiveLimits& limits,
                                         const UnpackObserver& observer) {
  Source source{archive};
  if (archive.size > most_bytes(limits)) {
    refuse("larger than what the manifest declares can make it");
  }
  const Utf8Locale utf8_names;
  Unpacking unpacking(into, limits, observer);
  if (format != ArchiveFormat::zip) {
    return unpack_tar(source, format == ArchiveFormat::tar_zst ? kZstd : kGzip, limits, unpacking);
  }
  const Reader reader = make_reader();
  require_ok(reader.get(), archive_read_support_format_zip_seekable(reader.get()));
  open_source(reader.get(), source);
  return unpacking.run(reader.get());
}

std::vector<UnpackedFile> unpack_archive(const FileDescriptor& archive, ArchiveFormat format,
                                         const Path& into, const ArchiveLimits& limits,
                                         const UnpackObserver& observer) {
  return unpack_archive(FileSection{archive, 0, file_size(archive)}, format, into, limits,
                        observer);
}

}  // namespace base
