#include "site/metadata_store.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace site {
namespace {

class FolderStore : public MetadataStore {
 public:
  explicit FolderStore(base::Path folder) : m_folder(std::move(folder)) {}

  [[nodiscard]] std::optional<std::string> read(std::string_view name,
                                                std::size_t max_bytes) const override {
    try {
      return base::read_file_if_exists(m_folder / name, max_bytes);
    } catch (const base::Error&) {
      return std::nullopt;  // it is proven or fetched; this file then stands in nobody's way
    }
  }

  void write(std::string_view name, std::string_view bytes) override {
    const base::Path file = m_folder / name;
    base::make_directories(file.parent_path());
    base::write_file_atomically(file, bytes);
  }

  void remove(std::string_view name) override {
    const base::Path file = m_folder / name;
    if (base::type_of(file, base::Links::not_followed) == std::filesystem::file_type::not_found) {
      return;
    }
    base::remove_if_exists(file);
    base::sync_directory(file.parent_path());
  }

 private:
  base::Path m_folder;
};

}  // namespace

std::unique_ptr<MetadataStore> make_folder_store(base::Path folder) {
  return std::make_unique<FolderStore>(std::move(folder));
}

std::optional<std::string> MemoryStore::read(std::string_view name, std::size_t max_bytes) const {
  const auto change = m_changes.find(name);
  if (change == m_changes.end()) {
    return m_below == nullptr ? std::nullopt : m_below->read(name, max_bytes);
  }
  return change->second && change->second->size() <= max_bytes ? change->second : std::nullopt;
}

void MemoryStore::write(std::string_view name, std::string_view bytes) {
  m_changes.insert_or_assign(std::string(name), std::string(bytes));
  std::erase(m_order, name);
  m_order.emplace_back(name);
}

void MemoryStore::remove(std::string_view name) {
  m_changes.insert_or_assign(std::string(name), std::nullopt);
  std::erase(m_order, name);
  m_order.emplace_back(name);
}

void MemoryStore::copy_changes_to(MetadataStore& store) const {
  for (const std::string& name : m_order) {
    const auto& change = m_changes.find(name)->second;
    if (change) {
      store.write(name, *change);
    } else {
      store.remove(name);
    }
  }
}

}  // namespace site
