#pragma once

#include "agent/layout.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

// How the small JSON files of <root>/state are read and written; for state.cpp and journal.cpp.
namespace agent {

inline constexpr std::size_t kMaxStateBytes = std::size_t{256} * 1024;
inline constexpr std::string_view kJournalFile = "journal.json";

// A state file as it stands; nothing where there is none. What cannot be one (a folder, a pipe,
// more than `max_bytes`) is an empty text, as damaged as any other.
std::optional<std::string> read_state_text(const base::Path& file,
                                           std::size_t max_bytes = kMaxStateBytes);
// The object of one state file; nothing where there is no file, or one that is no object of our
// schema. Throws Errc::config where a newer agent wrote it.
std::optional<base::json::Value> read_state_value(const Layout& layout, std::string_view name);
// Whole, by rename, with the schema number first. Throws Errc::config where a newer agent wrote
// what is there.
void write_state(const Layout& layout, std::string_view name, base::json::Object object);
void remove_state(const Layout& layout, std::string_view name);

// Runs `read` on the object of one state file; nothing where there is no file or a damaged one.
template <class Read>
auto read_state(const Layout& layout, std::string_view name, const Read& read)
    -> std::optional<decltype(read(std::declval<const base::json::ObjectReader&>()))> {
  const std::optional<base::json::Value> value = read_state_value(layout, name);
  if (!value) {
    return std::nullopt;
  }
  try {
    return read(base::json::ObjectReader(*value, "", base::Errc::config));
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

schema::Version read_version(const base::json::ObjectReader& object, std::string_view name);
std::optional<schema::Version> read_optional_version(const base::json::ObjectReader& object,
                                                     std::string_view name);
// For what is written: null where there is none.
base::json::Value text_or_null(const std::optional<schema::Version>& version);
trust::Sha256 read_digest(const base::json::ObjectReader& object, std::string_view name);
base::Time read_time(const base::json::ObjectReader& object, std::string_view name);
base::Path read_absolute_path(const base::json::ObjectReader& object, std::string_view name);

template <class Kind, std::size_t Count>
using KindNames = std::array<std::pair<Kind, std::string_view>, Count>;

template <class Kind, std::size_t Count>
std::string_view name_of(const KindNames<Kind, Count>& names, Kind kind) {
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& row) { return row.first == kind; })
      ->second;
}

template <class Kind, std::size_t Count>
Kind read_kind(const base::json::ObjectReader& object, std::string_view name,
               const KindNames<Kind, Count>& names) {
  const std::string text = object.text(name);
  const auto row = std::find_if(names.begin(), names.end(),
                                [&](const auto& each) { return each.second == text; });
  if (row == names.end()) {
    object.fail(name, "is none that this program knows");
  }
  return row->first;
}

}  // namespace agent
