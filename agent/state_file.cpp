#include "agent/state_file.hpp"

#include "agent/state.hpp"

#include <filesystem>

namespace agent {
namespace {

using base::json::ObjectReader;

constexpr std::uint64_t kStateSchema = 1;

// Nothing where the text is no JSON object with a schema number.
std::optional<std::uint64_t> schema_of(std::string_view text) {
  try {
    const base::json::Value value =
        base::json::parse(text, {.max_bytes = kMaxStateBytes}, base::Errc::config);
    return ObjectReader(value, "", base::Errc::config).number("schema");
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

// A file of a newer schema is not ours to write over.
void refuse_newer(const Layout& layout, std::string_view name) {
  const auto text = read_state_text(layout.state_file(name));
  if (text && is_of_newer_schema(*text)) {
    throw base::Error(base::Errc::config,
                      base::cat(layout.state_file(name).native(), " was written by a newer ",
                                layout.program, "; it is left as it is"));
  }
}

}  // namespace

bool is_of_newer_schema(std::string_view text) {
  return schema_of(text).value_or(0) > kStateSchema;
}

std::optional<std::string> read_state_text(const base::Path& file, std::size_t max_bytes) {
  std::error_code ignored;
  const auto type = base::type_of(file);
  const bool is_file = type == std::filesystem::file_type::regular;
  if (type != std::filesystem::file_type::not_found &&
      (!is_file || std::filesystem::file_size(file, ignored) > max_bytes)) {
    return std::string();
  }
  return base::read_file_if_exists(file, max_bytes);
}

std::optional<base::json::Value> read_state_value(const Layout& layout, std::string_view name) {
  const base::Path path = layout.state_file(name);
  const auto text = read_state_text(path);
  if (!text) {
    return std::nullopt;
  }
  if (is_of_newer_schema(*text)) {
    throw base::Error(base::Errc::config,
                      base::cat(path.native(), ": written by a newer ", layout.program,
                                "; use that one, or install the newest release again"));
  }
  if (schema_of(*text) != kStateSchema) {
    return std::nullopt;
  }
  return base::json::parse(*text, {.max_bytes = kMaxStateBytes}, base::Errc::config);
}

void write_state(const Layout& layout, std::string_view name, base::json::Object object) {
  refuse_newer(layout, name);
  object.insert(object.begin(), {"schema", kStateSchema});
  base::write_file_atomically(
      layout.state_file(name),
      base::json::write(base::json::Value(std::move(object)), base::json::Style::pretty), 0644);
}

void remove_state(const Layout& layout, std::string_view name) {
  const base::Path path = layout.state_file(name);
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    base::remove_if_exists(path);
    base::sync_directory(layout.state);
  }
}

schema::Version read_version(const ObjectReader& object, std::string_view name) {
  const auto version = schema::Version::try_parse(object.text(name));
  if (!version) {
    object.fail(name, "is not a version");
  }
  return *version;
}

std::optional<schema::Version> read_optional_version(const ObjectReader& object,
                                                     std::string_view name) {
  return object.find(name) != nullptr ? std::optional(read_version(object, name)) : std::nullopt;
}

base::json::Value text_or_null(const std::optional<schema::Version>& version) {
  return version ? base::json::Value(version->text()) : base::json::Value();
}

trust::Sha256 read_digest(const ObjectReader& object, std::string_view name) {
  const auto digest = trust::Sha256::from_hex(object.text(name));
  if (!digest) {
    object.fail(name, "must be a SHA-256 in hexadecimal");
  }
  return *digest;
}

base::Time read_time(const ObjectReader& object, std::string_view name) {
  const auto time = base::parse_time(object.text(name));
  if (!time) {
    object.fail(name, "must be a time like 2026-11-20T10:00:00Z");
  }
  return *time;
}

base::Path read_absolute_path(const ObjectReader& object, std::string_view name) {
  base::Path path(object.text(name));
  if (!path.is_absolute()) {
    object.fail(name, "must be an absolute path");
  }
  return path;
}

}  // namespace agent
