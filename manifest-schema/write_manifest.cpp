#include "base/json.hpp"
#include "manifest-schema/manifest.hpp"

#include <utility>

namespace schema {
namespace {

using base::json::Array;
using base::json::Object;
using base::json::Value;

Value text_or_null(const std::optional<Version>& version) {
  return version ? Value(version->text()) : Value(nullptr);
}

Value text_or_null(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value(nullptr);
}

Value time_of(base::Time time) { return Value(base::format_time(time)); }

Value notice_of(const std::optional<Notice>& notice) {
  if (!notice) return Value(nullptr);
  Object object;
  object.emplace_back("reason", notice->reason);
  object.emplace_back("since", notice->since ? time_of(*notice->since) : Value(nullptr));
  return object;
}

Value binaries_of(const std::vector<BinaryEntry>& binaries) {
  Array array;
  for (const BinaryEntry& binary : binaries) {
    Object object;
    object.emplace_back("path", binary.path);
    object.emplace_back("sha256", binary.sha256.hex());
    object.emplace_back("size", binary.size);
    array.emplace_back(std::move(object));
  }
  return array;
}

void add_text(Object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object.emplace_back(name, text);
}

void add_requirements(Object& entry, const Requirements& requirements) {
  Object object;
  add_text(object, "glibc", requirements.glibc);
  add_text(object, "macos", requirements.macos);
  add_text(object, "windows", requirements.windows);
  if (!object.empty()) entry.emplace_back("requires", std::move(object));
}

void add_alternatives(Object& entry, const std::vector<Alternative>& alternatives) {
  Array array;
  for (const Alternative& alternative : alternatives) {
    Object object;
    object.emplace_back("format", alternative.format);
    object.emplace_back("url", alternative.url.text());
    object.emplace_back("sha256", alternative.sha256.hex());
    object.emplace_back("size", alternative.size);
    array.emplace_back(std::move(object));
  }
  if (!array.empty()) entry.emplace_back("alternatives", std::move(array));
}

void add_deltas(Object& entry, const std::vector<Delta>& deltas) {
  Array array;
  for (const Delta& delta : deltas) {
    Object object;
    object.emplace_back("from_sha256", delta.from_sha256.hex());
    object.emplace_back("path", delta.path);
    object.emplace_back("format", delta.format);
    object.emplace_back("url", delta.url.text());
    object.emplace_back("sha256", delta.sha256.hex());
    object.emplace_back("size", delta.size);
    array.emplace_back(std::move(object));
  }
  if (!array.empty()) entry.emplace_back("deltas", std::move(array));
}

Value platform_of(const PlatformEntry& entry) {
  Object object;
  object.emplace_back("url", entry.url.text());
  Array mirrors;
  for (const base::Url& mirror : entry.mirrors)
    mirrors.emplace_back(mirror.text());
  if (!mirrors.empty()) object.emplace_back("mirrors", std::move(mirrors));
  object.emplace_back("sha256", entry.sha256.hex());
  object.emplace_back("size", entry.size);
  object.emplace_back("unpacked_size", entry.unpacked_size);
  object.emplace_back("entries", entry.entries);
  object.emplace_back("binaries", binaries_of(entry.binaries));
  if (entry.agent) object.emplace_back("agent", *entry.agent);
  Array probe;
  for (const std::string& argument : entry.probe)
    probe.emplace_back(argument);
  if (!probe.empty()) object.emplace_back("probe", std::move(probe));
  add_requirements(object, entry.requirements);
  add_alternatives(object, entry.alternatives);
  add_deltas(object, entry.deltas);
  return object;
}

Value rollout_of(const std::vector<RolloutStep>& steps) {
  Array array;
  for (const RolloutStep& step : steps) {
    Object object;
    object.emplace_back("at", time_of(step.at));
    object.emplace_back("basis_points", step.basis_points);
    array.emplace_back(std::move(object));
  }
  return array;
}

Value release_of(const Release& release) {
  Object object;
  object.emplace_back("date", time_of(release.date));
  object.emplace_back("published", time_of(release.published));
  object.emplace_back("channel", channel_name(release.channel));
  object.emplace_back("commit", text_or_null(release.commit));
  Object platforms;
  for (const auto& [platform, entry] : release.platforms) {
    platforms.emplace_back(platform.name(), platform_of(entry));
  }
  object.emplace_back("platforms", std::move(platforms));
  object.emplace_back("notes", release.notes);
  object.emplace_back("release_notes",
                      release.release_notes ? Value(release.release_notes->text()) : Value());
  object.emplace_back("breaking_changes", release.breaking_changes);
  object.emplace_back("critical", release.critical);
  object.emplace_back("minimum_upgrade_from", text_or_null(release.minimum_upgrade_from));
  object.emplace_back("yanked", notice_of(release.yanked));
  object.emplace_back("rollout", rollout_of(release.rollout));
  return object;
}

void add_channels(Object& root, const Manifest& manifest) {
  if (manifest.channel) {
    root.emplace_back("channel", channel_name(*manifest.channel));
    return;
  }
  Object files;
  for (const auto& [channel, file] : manifest.channel_files) {
    files.emplace_back(channel_name(channel), file);
  }
  root.emplace_back("channels", std::move(files));
}

}  // namespace

std::string write_manifest(const Manifest& manifest) {
  Object root;
  root.emplace_back("schema", kManifestSchema);
  root.emplace_back("product", manifest.product);
  add_channels(root, manifest);
  root.emplace_back("generation", manifest.generation);
  root.emplace_back("generated", time_of(manifest.generated));
  Object latest;
  for (const auto& [channel, version] : manifest.latest) {
    latest.emplace_back(channel_name(channel), version.text());
  }
  root.emplace_back("latest", std::move(latest));
  root.emplace_back("security_floor", text_or_null(manifest.security_floor));
  root.emplace_back("halt", notice_of(manifest.halt));
  Object versions;
  for (const auto& [version, release] : manifest.versions) {
    versions.emplace_back(version.text(), release_of(release));
  }
  root.emplace_back("versions", std::move(versions));
  Object notices;
  for (const auto& [version, text] : manifest.deprecation_notices) {
    notices.emplace_back(version.text(), text);
  }
  root.emplace_back("deprecation_notices", std::move(notices));
  return base::json::write(root, base::json::Style::pretty);
}

}  // namespace schema
