#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"

#include <filesystem>
#include <set>

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
  Directory(const DestinationSettings& settings, base::Path folder)
      : m_name(settings.name), m_url(settings.url), m_folder(std::move(folder)) {}

  [[nodiscard]] const std::string& name() const override { return m_name; }
  [[nodiscard]] std::string place() const override { return cat("directory ", m_folder.string()); }
  [[nodiscard]] const std::string& url() const override { return m_url; }

  // A folder that is not there yet is guarded by the lock of the nearest one above it.
  void acquire() override {
    base::Path guarded = fs::absolute(m_folder).lexically_normal();
    while (!fs::exists(fs::status(guarded)) && guarded.has_relative_path()) {
      guarded = guarded.parent_path();
    }
    if (!fs::is_directory(fs::status(guarded))) {
      throw Error(Errc::config,
                  cat(guarded.string(), " is no folder; mend `path` of [[destination]] ", m_name));
    }
    lock(guarded);
  }

  [[nodiscard]] std::optional<std::string> read(std::string_view name,
                                                std::size_t max_bytes) const override {
    return base::read_file_if_exists(m_folder / name, max_bytes);
  }

  bool stream(std::string_view name, const base::ByteSink& sink) const override {
    if (!fs::exists(fs::symlink_status(m_folder / name))) return false;
    base::stream_file(base::open_regular_file(m_folder / name), sink);
    return true;
  }

  [[nodiscard]] Found find(const WantedFile& file) const override {
    const base::Path path = m_folder / file.name;
    if (!fs::exists(fs::symlink_status(path))) return Found::absent;
    if (!fs::is_regular_file(fs::symlink_status(path))) return Found::different;
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
  void announce(const WantedFile& document) override { write(document); }

 private:
  void lock(const base::Path& folder) {
    auto held = base::FileLock::try_acquire_directory(folder);
    if (!held) {
      throw Error(Errc::locked, cat("another run is publishing into ", folder.string(),
                                    "; wait for its end and run again"));
    }
    m_locks.push_back(std::move(*held));
  }

  void write(const WantedFile& file) {
    const base::Path path = m_folder / file.name;
    if (!m_is_created) {
      const bool is_new = !fs::exists(m_folder);
      base::make_directories(m_folder);
      if (is_new) lock(m_folder);
      m_is_created = true;
    }
    base::make_directories(path.parent_path());
    base::AtomicFile target(path);
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

  std::string m_name, m_url;
  base::Path m_folder;
  std::vector<base::FileLock> m_locks;
  bool m_is_created = false;
};

}  // namespace

std::unique_ptr<Destination> make_directory_destination(const DestinationSettings& settings,
                                                        const base::Path& folder) {
  return std::make_unique<Directory>(settings, folder);
}

}  // namespace releaser
