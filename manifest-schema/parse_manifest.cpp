#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "manifest-schema/manifest.hpp"
#include "manifest-schema/names.hpp"

#include <algorithm>
#include <utility>

namespace schema {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::json::ObjectReader;
namespace json = base::json;

constexpr std::size_t kMaxNotesBytes = 4096;
constexpr std::size_t kMaxMirrors = 16;
constexpr std::size_t kMaxProbeArguments = 16;
constexpr std::size_t kMaxRolloutSteps = 64;
constexpr int kAllBasisPoints = 10'000;

// One member by its own parser, whose answer is an optional.
template <class Parse>
auto required(const ObjectReader& reader, std::string_view name, std::string_view rule,
              Parse&& parse) {
  auto value = parse(reader.text(name));
  if (!value) reader.fail(name, rule);
  return *std::move(value);
}

template <class Parse>
auto optional(const ObjectReader& reader, std::string_view name, std::string_view rule,
              Parse&& parse) -> decltype(parse(std::string())) {
  const auto text = reader.optional_text(name);
  if (!text) return std::nullopt;
  auto value = parse(*text);
  if (!value) reader.fail(name, rule);
  return value;
}

constexpr std::string_view kTimeRule = "must be a time such as 2026-11-20T10:00:00Z";
constexpr std::string_view kVersionRule = "must be a version such as 1.2.3";
constexpr std::string_view kChannelRule = "must be stable, beta or nightly";

// A version in its one written form, so that no two names mean the same.
std::optional<Version> parse_canonical_version(std::string_view text) {
  auto version = Version::try_parse(text);
  if (version && version->text() != text) return std::nullopt;
  return version;
}

base::Time read_time(const ObjectReader& reader, std::string_view name) {
  return required(reader, name, kTimeRule, base::parse_time);
}

trust::Sha256 read_sha256(const ObjectReader& reader, std::string_view name) {
  return required(reader, name, "must be 64 hexadecimal digits", trust::Sha256::from_hex);
}

// Whatever a manifest names is fetched over https: a file:// URL in it could read the user's disk.
base::Url read_url(const ObjectReader& reader, std::string_view name, const std::string& text) {
  try {
    base::Url url = base::Url::parse(text);
    if (!url.is_file()) return url;
  } catch (const Error& error) {
    reader.fail(name, error.what());
  }
  reader.fail(name, "must be an https URL");
}

base::Url read_url(const ObjectReader& reader, std::string_view name) {
  return read_url(reader, name, reader.text(name));
}

std::uint64_t read_positive(const ObjectReader& reader, std::string_view name) {
  const std::uint64_t number = reader.number(name);
  if (number == 0) reader.fail(name, "must be greater than 0");
  return number;
}

std::string read_path(const ObjectReader& reader, std::string_view name) {
  std::string path = reader.text(name);
  if (const auto reason = base::unsafe_path_reason(path)) reader.fail(name, *reason);
  return path;
}

// Text for people.
std::string limited(const ObjectReader& reader, std::string_view name, std::string text) {
  if (text.size() > kMaxNotesBytes) {
    reader.fail(name, cat("must be at most ", kMaxNotesBytes, " bytes"));
  }
  return text;
}

std::optional<Notice> read_notice(const ObjectReader& parent, std::string_view name) {
  const auto reader = parent.optional_object(name);
  if (!reader) return std::nullopt;
  return Notice{.reason = limited(*reader, "reason", reader->text("reason")),
                .since = optional(*reader, "since", kTimeRule, base::parse_time)};
}

std::string last_part(std::string_view path) {
  return base::lower_case(path.substr(path.rfind('/') + 1));
}

std::vector<BinaryEntry> read_binaries(const ObjectReader& parent) {
  std::vector<BinaryEntry> binaries;
  for (const ObjectReader& reader : parent.objects("binaries")) {
    BinaryEntry binary{.path = read_path(reader, "path"),
                       .sha256 = read_sha256(reader, "sha256"),
                       .size = read_positive(reader, "size")};
    for (const BinaryEntry& other : binaries) {
      // PATH knows a program by its last part alone, on some systems in any case.
      if (last_part(other.path) == last_part(binary.path)) {
        reader.fail("path", "has the file name of another binary");
      }
    }
    binaries.push_back(std::move(binary));
  }
  if (binaries.empty()) parent.fail("binaries", "must name at least one file");
  return binaries;
}

bool names_binary(const std::vector<BinaryEntry>& binaries, std::string_view path) {
  return std::any_of(binaries.begin(), binaries.end(),
                     [&](const BinaryEntry& binary) { return binary.path == path; });
}

std::optional<std::string> read_agent(const ObjectReader& reader,
                                      const std::vector<BinaryEntry>& binaries) {
  auto agent = reader.optional_text("agent");
  if (agent && !names_binary(binaries, *agent)) reader.fail("agent", "must be one of binaries");
  return agent;
}

// A probe runs a program of the archive, never another one of the machine.
std::vector<std::string> read_probe(const ObjectReader& reader,
                                    const std::vector<BinaryEntry>& binaries) {
  std::vector<std::string> probe = reader.texts("probe");
  if (probe.empty()) return probe;
  if (probe.size() > kMaxProbeArguments) reader.fail("probe", "has too many arguments");
  if (!names_binary(binaries, probe[0]) && !names_binary(binaries, probe[0] + ".exe")) {
    reader.fail("probe", "must begin with one of binaries");
  }
  for (const std::string& argument : probe) {
    if (argument.find('\0') != std::string::npos) reader.fail("probe", "holds a zero byte");
  }
  return probe;
}

std::string read_floor(const ObjectReader& reader, std::string_view name) {
  std::string floor = reader.optional_text(name).value_or("");
  // A version is a floor of itself exactly where its numbers can be read.
  if (!floor_is_met(floor, floor)) reader.fail(name, "must be numbers such as 2.28");
  return floor;
}

Requirements read_requirements(const ObjectReader& parent) {
  const auto reader = parent.optional_object("requires");
  if (!reader) return {};
  return {.glibc = read_floor(*reader, "glibc"),
          .macos = read_floor(*reader, "macos"),
          .windows = read_floor(*reader, "windows")};
}

std::vector<base::Url> read_mirrors(const ObjectReader& reader) {
  std::vector<base::Url> mirrors;
  for (const std::string& text : reader.texts("mirrors")) {
    mirrors.push_back(read_url(reader, "mirrors", text));
  }
  if (mirrors.size() > kMaxMirrors) reader.fail("mirrors", "has too many URLs");
  return mirrors;
}

// A file of the release, which mirrors have beside the archive under its name.
base::Url read_asset_url(const ObjectReader& reader) {
  base::Url url = read_url(reader, "url");
  if (!is_asset_name(asset_name(url))) {
    reader.fail("url", "must end with a file name of letters, digits, \".\", \"_\" and \"-\"");
  }
  return url;
}

std::vector<Alternative> read_alternatives(const ObjectReader& parent) {
  std::vector<Alternative> alternatives;
  for (const ObjectReader& reader : parent.objects("alternatives")) {
    alternatives.push_back(Alternative{.format = reader.text("format"),
                                       .url = read_asset_url(reader),
                                       .sha256 = read_sha256(reader, "sha256"),
                                       .size = read_positive(reader, "size")});
  }
  return alternatives;
}

std::vector<Delta> read_deltas(const ObjectReader& parent,
                               const std::vector<BinaryEntry>& binaries) {
  std::vector<Delta> deltas;
  for (const ObjectReader& reader : parent.objects("deltas")) {
    deltas.push_back(Delta{.from_sha256 = read_sha256(reader, "from_sha256"),
                           .path = read_path(reader, "path"),
                           .format = reader.text("format"),
                           .url = read_asset_url(reader),
                           .sha256 = read_sha256(reader, "sha256"),
                           .size = read_positive(reader, "size")});
    if (!names_binary(binaries, deltas.back().path)) {
      reader.fail("path", "must be one of binaries");
    }
  }
  return deltas;
}

PlatformEntry read_platform(const ObjectReader& reader) {
  std::vector<BinaryEntry> binaries = read_binaries(reader);
  auto agent = read_agent(reader, binaries);
  auto probe = read_probe(reader, binaries);
  auto deltas = read_deltas(reader, binaries);
  return PlatformEntry{.url = read_asset_url(reader),
                       .mirrors = read_mirrors(reader),
                       .sha256 = read_sha256(reader, "sha256"),
                       .size = read_positive(reader, "size"),
                       .unpacked_size = reader.number("unpacked_size"),
                       .entries = read_positive(reader, "entries"),
                       .binaries = std::move(binaries),
                       .agent = std::move(agent),
                       .probe = std::move(probe),
                       .requirements = read_requirements(reader),
                       .alternatives = read_alternatives(reader),
                       .deltas = std::move(deltas)};
}

std::map<Platform, PlatformEntry> read_platforms(const ObjectReader& parent) {
  std::map<Platform, PlatformEntry> platforms;
  const ObjectReader reader = parent.object("platforms");
  for (const auto& [name, value] : reader.members()) {
    const auto platform = Platform::find(name);
    if (!platform) continue;  // of a newer releaser
    const bool is_new =
        platforms.emplace(*platform, read_platform({value, reader.place_of(name), reader.errc()}))
            .second;
    if (!is_new) reader.fail(name, "is there twice");
  }
  return platforms;
}

std::vector<RolloutStep> read_rollout(const ObjectReader& parent) {
  std::vector<RolloutStep> steps;
  for (const ObjectReader& reader : parent.objects("rollout")) {
    const std::uint64_t basis_points = reader.number("basis_points");
    if (basis_points > kAllBasisPoints) reader.fail("basis_points", "must be at most 10000");
    const RolloutStep step{.at = read_time(reader, "at"),
                           .basis_points = static_cast<int>(basis_points)};
    const bool ascends = steps.empty() || (steps.back().at < step.at &&
                                           steps.back().basis_points <= step.basis_points);
    if (!ascends) parent.fail("rollout", "must ascend");
    steps.push_back(step);
  }
  if (steps.size() > kMaxRolloutSteps) parent.fail("rollout", "has too many steps");
  return steps;
}

Release read_release(const ObjectReader& reader, const Version& version) {
  Release release;
  release.date = read_time(reader, "date");
  release.published = read_time(reader, "published");
  release.channel = required(reader, "channel", kChannelRule, parse_channel);
  release.commit = reader.optional_text("commit");
  release.platforms = read_platforms(reader);
  release.notes = limited(reader, "notes", reader.optional_text("notes").value_or(""));
  if (reader.find("release_notes") != nullptr) {
    release.release_notes = read_url(reader, "release_notes");
  }
  release.breaking_changes = reader.boolean("breaking_changes", false);
  release.critical = reader.boolean("critical", false);
  release.minimum_upgrade_from =
      optional(reader, "minimum_upgrade_from", kVersionRule, parse_canonical_version);
  if (release.minimum_upgrade_from && !(*release.minimum_upgrade_from < version)) {
    reader.fail("minimum_upgrade_from", "must be lower than the version itself");
  }
  release.yanked = read_notice(reader, "yanked");
  release.rollout = read_rollout(reader);
  return release;
}

// Objects whose names are versions.
template <class Read>
void read_by_version(const ObjectReader& reader, Read&& read) {
  for (const auto& [name, value] : reader.members()) {
    const auto version = parse_canonical_version(name);
    if (!version) reader.fail(base::safe_text(name, 64), "is not a version in its usual form");
    read(*version, name, value);
  }
}

void read_versions(const ObjectReader& root, Manifest& manifest) {
  const ObjectReader reader = root.object("versions");
  read_by_version(reader,
                  [&](const Version& version, const std::string& name, const json::Value& value) {
                    const ObjectReader entry(value, reader.place_of(name), reader.errc());
                    Release release = read_release(entry, version);
                    if (manifest.channel && release.channel != *manifest.channel) {
                      entry.fail("channel", "must be the manifest's own");
                    }
                    manifest.versions.emplace(version, std::move(release));
                  });
}

void read_latest(const ObjectReader& root, Manifest& manifest) {
  const ObjectReader reader = root.object("latest");
  for (const auto& [name, value] : reader.members()) {
    const auto channel = parse_channel(name);
    if (!channel) continue;  // of a newer releaser
    const Version version = required(reader, name, kVersionRule, parse_canonical_version);
    if (!manifest.versions.contains(version)) {
      reader.fail(name, cat("names ", version.text(), ", which is not in versions"));
    }
    manifest.latest.emplace(*channel, version);
  }
}

void read_channel_files(const ObjectReader& root, Manifest& manifest) {
  const auto reader = root.optional_object("channels");
  if (!reader) return;
  for (const auto& [name, value] : reader->members()) {
    const auto channel = parse_channel(name);
    if (!channel) continue;
    std::string file = reader->text(name);
    if (!is_asset_name(file)) reader->fail(name, "must be a file name");
    manifest.channel_files.emplace(*channel, std::move(file));
  }
}

void read_deprecation_notices(const ObjectReader& root, Manifest& manifest) {
  const auto reader = root.optional_object("deprecation_notices");
  if (!reader) return;
  read_by_version(
      *reader, [&](const Version& version, const std::string& name, const json::Value&) {
        manifest.deprecation_notices.emplace(version, limited(*reader, name, reader->text(name)));
      });
}

Manifest read_manifest(std::string_view text) {
  const json::Value value = json::parse(text, {.max_bytes = kMaxManifestBytes}, Errc::untrusted);
  const ObjectReader root(value, "", Errc::untrusted);
  const std::uint64_t schema = root.number("schema");
  if (schema != kManifestSchema) {
    root.fail("schema", cat("is ", schema, ", and this program knows ", kManifestSchema,
                            "; install a newer version of it"));
  }
  Manifest manifest;
  manifest.product = root.text("product");
  if (!is_product_name(manifest.product)) root.fail("product", "is not a product's name");
  manifest.channel = optional(root, "channel", kChannelRule, parse_channel);
  read_channel_files(root, manifest);
  manifest.generation = read_positive(root, "generation");
  manifest.generated = read_time(root, "generated");
  read_versions(root, manifest);
  read_latest(root, manifest);
  manifest.security_floor = optional(root, "security_floor", kVersionRule, parse_canonical_version);
  manifest.halt = read_notice(root, "halt");
  read_deprecation_notices(root, manifest);
  return manifest;
}

}  // namespace

std::string asset_name(const base::Url& url) {
  const std::string path = url.path();
  return path.substr(path.rfind('/') + 1);
}

Manifest parse_manifest(const trust::ProvenBytes& bytes) {
  const std::string& name = bytes.name();
  return base::with_context(name.empty() ? "manifest" : base::safe_text(name, 256),
                            [&] { return read_manifest(bytes.bytes()); });
}

}  // namespace schema
