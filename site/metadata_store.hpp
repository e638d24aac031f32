#pragma once

#include "base/file.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace site {

// Metadata that passed every check, kept between runs: "root.json", "timestamp.json",
// "snapshot.json", "targets.json", one "<role>.json" each (trust::tuf::file_name), the chain of
// roots as "root_history/<N>.root.json", and targets that were read. What is kept is proven again
// at each start, so that a damaged file is only fetched anew.
class MetadataStore {
 public:
  virtual ~MetadataStore() = default;
  // Nothing where there is no such file, or one that is larger or cannot be read.
  [[nodiscard]] virtual std::optional<std::string> read(std::string_view name,
                                                        std::size_t max_bytes) const = 0;
  // Whole or not at all, and durable when it returns. Throws Errc::cannot_write.
  virtual void write(std::string_view name, std::string_view bytes) = 0;
  virtual void remove(std::string_view name) = 0;
};

// Files in a folder, which is made with the first of them.
std::unique_ptr<MetadataStore> make_folder_store(base::Path folder);

// Changes in memory, on top of what `below` has; for a look by somebody who may not write.
class MemoryStore : public MetadataStore {
 public:
  explicit MemoryStore(const MetadataStore* below = nullptr) : m_below(below) {}
  [[nodiscard]] std::optional<std::string> read(std::string_view name,
                                                std::size_t max_bytes) const override;
  void write(std::string_view name, std::string_view bytes) override;
  void remove(std::string_view name) override;
  // Makes the same changes there, in the order in which they were made.
  void copy_changes_to(MetadataStore& store) const;

 private:
  const MetadataStore* m_below;
  std::map<std::string, std::optional<std::string>, std::less<>> m_changes;  // nothing: removed
  std::vector<std::string> m_order;
};

}  // namespace site
