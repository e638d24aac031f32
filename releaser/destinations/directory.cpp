#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"

#include <filesystem>
#include <set>

#include <fcntl.h>
#include <unistd.h>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;

// A folder that a web server, a bucket sync or a stick serves. Each file is written beside its
// name, fsynced and renamed; the lock is on the folder's own descriptor, so no stray file appears.
class Directory final : public Destination {
 public:
  Directory(const DestinationSettings& settings, base::Path folder,
            std::shared_ptr<FolderLocks> locks)
      : Destination(settings), m_folder(std::move(folder)), m_locks(std::move(locks)) {}

  [[nodiscard]] std::string place() const override { return cat("directory ", m_folder.string()); }

  void preflight() const override {
    const base::Path folder = nearest_folder();
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
    throw base::system_error(cat("cannot write into ", folder.string()), errno);
  }

  // A folder that is not there yet is guarded by the lock of the nearest one above it.
  void acquire() override { lock(nearest_folder()); }

  [[nodiscard]] std::optional<std::string> read(std::string_view name,
                                                std::size_t max_bytes) const override {
    return base::read_file_if_exists(m_folder / name, max_bytes);
  }

  bool stream(std::string_view name, const base::ByteSink& sink) const override {
    if (type_of(m_folder / name) == fs::file_type::not_found) return false;
    base::stream_file(base::open_regular_file(m_folder / name), sink);
    return true;
  }

  [[nodiscard]] Found find(const WantedFile& file) const override {
    const base::Path path = m_folder / file.name;
    const fs::file_type type = type_of(path);
    if (type == fs::file_type::not_found) return Found::absent;
    if (type != fs::file_type::regular) return Found::different;
    const auto open = base::open_regular_file(path);
    if (base::file_size(open) != file.size) return Found::different;
    trust::Sha256Hasher hasher;
    base::stream_file(open, [&](std::string_view bytes) { hasher.update(bytes); });
    return hasher.finish() == file.sha256 ? Found::same : Found::different;
  }

  void clean_up(const std::vector<WantedFile>& files) override {
    std::set<base::Path> folders;
    std::set<std::string> prefixes;
    for (const WantedFile& file : files) {
      const base::Path path = m_folder / file.name;
      folders.insert(path.parent_path());
      prefixes.insert(cat(path.parent_path().string(), "/.", path.filename().string(), "."));
    }
    for (const base::Path& folder : folders) {
      for (const std::string& entry : base::list_directory(folder)) {
        if (!entry.starts_with('.') || !entry.ends_with(".tmp")) continue;
        const std::string path = cat(folder.string(), "/", entry);
        // ".<name>.<random>.tmp": the random part has no dot.
        const std::size_t before_random = path.rfind('.', path.size() - 5);
        if (prefixes.contains(path.substr(0, before_random + 1))) base::remove_if_exists(path);
      }
    }
  }

  void put(const WantedFile& file) override { write(file); }
  Announced announce(const std::vector<WantedFile>& documents) override {
    for (const WantedFile& document : documents)
      write(document);
    return Announced::done;
  }

  void drop_staged(std::string_view tag) override {
    const base::Path folder = (m_folder / staged_name(tag, "x")).parent_path();
    if (type_of(folder) == fs::file_type::directory) base::remove_tree(folder);
    // Stays where another release waits.
    static_cast<void>(::rmdir(folder.parent_path().c_str()));
  }

 private:
  // Of what stands there itself, not of what a link leads to.
  static fs::file_type type_of(const base::Path& path) {
    std::error_code error;
    const fs::file_type type = fs::symlink_status(path, error).type();
    if (type == fs::file_type::none) {
      throw base::system_error(cat("look at ", path.string()), error.value());
    }
    return type;
  }

  // The folder itself, or what is there of the way to it.
  [[nodiscard]] base::Path nearest_folder() const {
    base::Path nearest = fs::absolute(m_folder).lexically_normal();
    std::error_code error;
    fs::file_status status = fs::status(nearest, error);
    while (status.type() == fs::file_type::not_found && nearest.has_relative_path()) {
      nearest = nearest.parent_path();
      status = fs::status(nearest, error);
    }
    if (status.type() == fs::file_type::none) {
      throw base::system_error(cat("look at ", nearest.string()), error.value());
    }
    if (!fs::is_directory(status)) {
      throw Error(Errc::config,
                  cat(nearest.string(), " is no folder; mend `path` of [[destination]] ", name()));
    }
    return nearest;
  }

  void lock(const base::Path& folder) {
    if (!m_locks->try_acquire(folder)) {
      throw Error(Errc::locked, cat("another run is publishing into ", folder.string(),
                                    "; wait for its end and run again"));
    }
  }

  void write(const WantedFile& file) {
    if (const auto reason = base::unsafe_path_reason(file.name)) {
      throw Error(Errc::internal, cat("the name of a public file ", *reason, ": ",
                                      base::safe_text(file.name, 200)));
    }
    const base::Path path = m_folder / file.name;
    if (!m_is_created) {
      const bool is_new = type_of(m_folder) == fs::file_type::not_found;
      base::make_directories(m_folder);
      if (is_new) lock(m_folder);
      m_is_created = true;
    }
    base::make_directories(path.parent_path());
    base::AtomicFile target(path, file.mode);
    trust::Sha256Hasher hasher;
    const auto copy = [&](std::string_view bytes) {
      hasher.update(bytes);
      target.write(bytes);
    };
    if (const auto* const source = std::get_if<base::Path>(&file.contents)) {
      base::stream_file(base::open_regular_file(*source), copy);
    } else {
      copy(std::get<std::string>(file.contents));
    }
    if (hasher.finish() != file.sha256) {
      throw Error(Errc::conflict, cat(file.name, " changed while it was copied; run again"));
    }
    target.commit();
  }

  base::Path m_folder;
  std::shared_ptr<FolderLocks> m_locks;
  bool m_is_created = false;
};

}  // namespace

std::unique_ptr<Destination> make_directory_destination(const DestinationSettings& settings,
                                                        const base::Path& folder,
                                                        std::shared_ptr<FolderLocks> locks) {
  return std::make_unique<Directory>(settings, folder, std::move(locks));
}

}  // namespace releaser
