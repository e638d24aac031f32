#include "agent/layout.hpp"
#include "agent/state_file.hpp"
#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

constexpr std::uint64_t kMarkSchema = 1;
constexpr std::size_t kMaxMarkBytes = std::size_t{8} * 1024 * 1024;

CompletionMark parse_mark(std::string_view text) {
  const base::json::Value value =
      base::json::parse(text, {.max_bytes = kMaxMarkBytes}, base::Errc::config);
  const base::json::ObjectReader mark(value, "", base::Errc::config);
  if (mark.number("schema") != kMarkSchema) {
    mark.fail("schema", "is not one that this program knows");
  }
  CompletionMark out;
  out.archive_sha256 = read_digest(mark, "archive_sha256");
  for (const base::json::ObjectReader& file : mark.objects("files")) {
    const std::string path = file.text("path");
    if (base::unsafe_path_reason(path)) {
      file.fail("path", "is not a relative path inside the version");
    }
    out.files.insert_or_assign(path,
                               InstalledFile{read_digest(file, "sha256"), file.number("size")});
  }
  out.binaries = mark.texts("binaries");
  for (const std::string& binary : out.binaries) {
    if (!out.files.contains(binary)) {
      mark.fail("binaries", "names a file that is not listed");
    }
  }
  out.agent = mark.optional_text("agent");
  out.probe = mark.texts("probe");
  if (out.files.empty()) {
    mark.fail("files", "is empty");
  }
  return out;
}

// "cco is missing", or nothing.
std::optional<std::string> wrong_file_reason(const base::Path& path, const std::string& name,
                                             const InstalledFile& expected, bool read_contents) {
  try {
    const base::FileDescriptor file = base::open_regular_file(path);
    if (base::file_size(file) != expected.size) {
      return base::cat(name, " has another size");
    }
    if (read_contents) {
      trust::Sha256Hasher hasher;
      base::stream_file(file, [&](std::string_view bytes) { hasher.update(bytes); });
      if (hasher.finish() != expected.sha256) {
        return base::cat(name, " is damaged");
      }
    }
    return std::nullopt;
  } catch (const base::Error& error) {
    return error.code() == base::Errc::not_found ? base::cat(name, " is missing")
                                                 : std::string(error.what());
  }
}

std::optional<std::string> wrong_version_reason(const Layout& layout,
                                                const schema::Version& version,
                                                bool read_contents) {
  std::optional<CompletionMark> mark;
  try {
    mark = read_completion_mark(layout, version);
  } catch (const base::Error& error) {
    return base::cat(version.text(), ": ", error.what());
  }
  if (!mark) {
    std::error_code ignored;
    return base::cat(version.text(),
                     std::filesystem::exists(layout.version_directory(version), ignored)
                         ? ": not installed whole"
                         : " is not installed");
  }
  for (const auto& [name, expected] : mark->files) {
    if (auto reason = wrong_file_reason(layout.version_directory(version) / name, name, expected,
                                        read_contents)) {
      return base::cat(version.text(), ": ", *reason);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<CompletionMark> read_completion_mark(const Layout& layout,
                                                   const schema::Version& version) {
  const auto text =
      base::read_file_if_exists(layout.version_directory(version) / kCompletionMark, kMaxMarkBytes);
  if (!text) {
    return std::nullopt;
  }
  try {
    return parse_mark(*text);
  } catch (const base::Error&) {
    // A mark that proves nothing is none.
    return std::nullopt;
  }
}

CompletionMark require_completion_mark(const Layout& layout, const schema::Version& version) {
  const base::Path path = layout.version_directory(version) / kCompletionMark;
  return base::with_context(base::cat("the mark of ", version.text()),
                            [&] { return parse_mark(base::read_file(path, kMaxMarkBytes)); });
}

void write_completion_mark(const Layout& layout, const schema::Version& version,
                           const CompletionMark& mark) {
  base::json::Array files;
  for (const auto& [path, file] : mark.files) {
    files.emplace_back(
        base::json::Object{{"path", path}, {"size", file.size}, {"sha256", file.sha256.hex()}});
  }
  const base::json::Object out{
      {"schema", kMarkSchema},
      {"archive_sha256", mark.archive_sha256.hex()},
      {"binaries", base::json::Array(mark.binaries.begin(), mark.binaries.end())},
      {"agent", mark.agent ? base::json::Value(*mark.agent) : base::json::Value()},
      {"probe", base::json::Array(mark.probe.begin(), mark.probe.end())},
      {"files", std::move(files)}};
  base::write_file_atomically(layout.version_directory(version) / kCompletionMark,
                              base::json::write(out, base::json::Style::pretty));
}

std::optional<std::string> incomplete_reason(const Layout& layout, const schema::Version& version) {
  return wrong_version_reason(layout, version, true);
}

bool looks_complete(const Layout& layout, const schema::Version& version) {
  return !wrong_version_reason(layout, version, false).has_value();
}

}  // namespace agent
