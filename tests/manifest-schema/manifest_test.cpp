#include "manifest-schema/manifest.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <string>

using base::Errc;
using test::check_error;

namespace {

const test::SigningKey& signing_key() {
  static const test::SigningKey key;
  return key;
}

schema::Manifest parse(const std::string& text) {
  const auto comment =
      test::manifest_comment("tool", "stable.version-manifest.json", "stable", text);
  return schema::parse_manifest(signing_key().signed_bytes(text, comment));
}

void check_refused(const std::string& text, std::string_view part_of_message) {
  CAPTURE(text.substr(0, 400));
  check_error(Errc::untrusted, part_of_message, [&] { parse(text); });
}

schema::Version version(std::string_view text) { return schema::Version::parse(text); }

// A manifest that uses every field.
schema::Manifest full_manifest() {
  schema::Manifest manifest = test::make_manifest("tool");
  manifest.generation = 42;
  test::add_release(manifest, {.version = "1.9.0"});
  test::add_release(manifest, {.version = "2.0.0",
                               .platforms = {"linux-x86_64", "linux-aarch64-musl", "darwin-arm64",
                                             "windows-x86_64"},
                               .published = test::now() + std::chrono::hours(2)});
  manifest.security_floor = version("1.5.0");
  manifest.halt = schema::Notice{.reason = "it eats files", .since = test::now()};
  manifest.deprecation_notices.emplace(version("1.0.0"), "Please upgrade to 1.9.0 or later");

  schema::Release& old = manifest.versions.at(version("1.9.0"));
  old.yanked = schema::Notice{.reason = "wrong build", .since = std::nullopt};
  old.commit = std::string(40, 'a');

  schema::Release& release = manifest.versions.at(version("2.0.0"));
  release.notes = "Two lines\nwith \"quotes\", a \\ and é.";
  release.release_notes = base::Url::parse("https://example.com/notes?v=2");
  release.breaking_changes = true;
  release.critical = true;
  release.minimum_upgrade_from = version("1.9.0");
  release.rollout = {{.at = test::now() + std::chrono::hours(2), .basis_points = 100},
                     {.at = test::now() + std::chrono::hours(3), .basis_points = 10'000}};
  schema::PlatformEntry& entry = release.platforms.at(*schema::Platform::find("linux-x86_64"));
  entry.mirrors = {base::Url::parse("https://mirror.example.org/tool-v2.0.0-linux-x86_64.tar.gz")};
  entry.binaries.push_back({.path = "bin/tool-updater",
                            .sha256 = trust::sha256_of("updater"),
                            .size = 9'007'199'254'740'992});
  entry.agent = "bin/tool-updater";
  entry.requirements.glibc = "2.28";
  entry.alternatives = {{.format = "tar.zst",
                         .url = base::Url::parse("https://releases.example.com/tool.tar.zst"),
                         .sha256 = trust::sha256_of("zst"),
                         .size = 3}};
  entry.deltas = {{.from_sha256 = trust::sha256_of("old"),
                   .path = "tool",
                   .format = "zstd-patch",
                   .url = base::Url::parse("https://releases.example.com/tool.delta"),
                   .sha256 = trust::sha256_of("delta"),
                   .size = 5}};
  release.platforms.at(*schema::Platform::find("darwin-arm64")).requirements.macos = "11.0";
  release.platforms.at(*schema::Platform::find("windows-x86_64")).requirements.windows =
      "10.0.17763";
  return manifest;
}

std::string small_text() {
  schema::Manifest manifest = test::make_manifest("tool");
  test::add_release(manifest, {.version = "1.2.3"});
  return schema::write_manifest(manifest);
}

}  // namespace

TEST_SUITE("manifest-schema/manifest") {
  TEST_CASE("what is written is read as it was, and written again as the same bytes") {
    const schema::Manifest manifest = full_manifest();
    const std::string text = schema::write_manifest(manifest);
    const schema::Manifest again = parse(text);
    CHECK(again == manifest);
    CHECK(schema::write_manifest(again) == text);
  }

  TEST_CASE("the text of a channel manifest is the golden one") {
    test::check_golden("manifest-schema/stable.version-manifest.json",
                       schema::write_manifest(full_manifest()));
  }

  TEST_CASE("the text of a combined manifest is the golden one") {
    schema::Manifest manifest = full_manifest();
    manifest.channel.reset();
    manifest.channel_files.emplace(schema::Channel::nightly, "nightly.version-manifest.json");
    test::add_release(manifest, {.version = "2.1.0-beta.1", .channel = schema::Channel::beta});
    const std::string text = schema::write_manifest(manifest);
    test::check_golden("manifest-schema/version-manifest.json", text);
    CHECK(parse(text) == manifest);
  }

  TEST_CASE("a manifest without versions is the golden one") {
    const std::string text = schema::write_manifest(test::make_manifest("tool"));
    test::check_golden("manifest-schema/empty.version-manifest.json", text);
    CHECK(parse(text) == test::make_manifest("tool"));
  }

  TEST_CASE("the examples are manifests") {
    const base::Path examples = test::source_root() / "manifest-schema" / "examples";
    std::size_t count = 0;
    for (const std::string& name : base::list_directory(examples)) {
      if (!name.ends_with("version-manifest.json")) continue;
      CAPTURE(name);
      const std::string text = base::read_file(examples / name, schema::kMaxManifestBytes);
      CHECK(schema::write_manifest(parse(text)) == text);
      ++count;
    }
    CHECK(count >= 2);
  }

  TEST_CASE("newest versions come first") {
    schema::Manifest manifest = test::make_manifest("tool");
    for (const char* text : {"1.2.0", "1.10.0", "1.9.0"}) {
      test::add_release(manifest, {.version = text});
    }
    const schema::Manifest again = parse(schema::write_manifest(manifest));
    CHECK(again.versions.begin()->first.text() == "1.10.0");
    CHECK(again.latest.at(schema::Channel::stable).text() == "1.10.0");
  }

  TEST_CASE("unknown fields, platforms and channels are ignored") {
    std::string text = small_text();
    text = base::replace_all(text, "\"generation\"",
                             "\"color\": [1, {\"x\": null}],\n  \"generation\"");
    text = base::replace_all(text, "\"stable\": \"1.2.3\"",
                             "\"stable\": \"1.2.3\",\n    \"weekly\": \"9.9.9\"");
    text = base::replace_all(text, "\"platforms\": {", "\"platforms\": {\n \"amiga-m68k\": 7,");
    schema::Manifest manifest = test::make_manifest("tool");
    test::add_release(manifest, {.version = "1.2.3"});
    CHECK(parse(text) == manifest);
  }

  TEST_CASE("every truncation is refused") {
    const std::string text = small_text();
    for (std::size_t length = 0; length + 1 < text.size(); ++length) {
      CAPTURE(length);
      CHECK_THROWS_AS(parse(text.substr(0, length)), base::Error);
    }
  }

  TEST_CASE("the problem is told with its place in the file") {
    check_refused(base::replace_all(small_text(), "\"size\": 7", "\"size\": \"7\""),
                  "stable.version-manifest.json: versions.1.2.3.platforms.linux-x86_64.size");
  }

  TEST_CASE("a member that breaks its rule is refused") {
    struct Row {
      std::string from, to, message;
    };
    const std::string text = small_text();
    for (const Row& row : {
             Row{"\"schema\": 1", "\"schema\": 2", "install a newer version"},
             Row{"\"schema\": 1", "\"schema\": \"1\"", "schema"},
             Row{"\"schema\": 1,", "", "schema"},
             Row{"\"product\": \"tool\"", "\"product\": \"Tool\"", "product"},
             Row{"\"product\": \"tool\"", "\"product\": \"../x\"", "product"},
             Row{"\"product\": \"tool\"", "\"product\": 7", "product"},
             Row{"\"channel\": \"stable\",\n  \"gen", "\"channel\": \"weekly\",\n  \"gen",
                 "channel"},
             Row{"\"channel\": \"stable\",\n  \"gen", "\"channel\": \"beta\",\n  \"gen",
                 "must be the manifest's own"},
             Row{"\"generation\": 1", "\"generation\": 0", "generation"},
             Row{"\"generation\": 1", "\"generation\": -1", "generation"},
             Row{"\"generation\": 1", "\"generation\": 1.5", ""},
             Row{"\"generation\": 1", "\"generation\": 1e3", ""},
             Row{"\"generation\": 1", "\"generation\": 9007199254740993", ""},
             Row{"\"generation\": 1", "\"generation\": 99999999999999999999999999", ""},
             Row{"\"generation\": 1", "\"generation\": null", "generation"},
             Row{"\"generated\": \"2026-11-20T12:00:00Z\"", "\"generated\": \"yesterday\"",
                 "generated"},
             Row{"\"generated\": \"2026-11-20T12:00:00Z\"",
                 "\"generated\": \"2026-11-20T12:00:00+01:00\"", "generated"},
             Row{"\"generated\": \"2026-11-20T12:00:00Z\"", "\"generated\": 1795176000",
                 "generated"},
             Row{"\"stable\": \"1.2.3\"", "\"stable\": \"1.2.4\"", "which is not in versions"},
             Row{"\"stable\": \"1.2.3\"", "\"stable\": \"v1.2.3\"", "latest.stable"},
             Row{"\"security_floor\": null", "\"security_floor\": \"1.2\"", "security_floor"},
             Row{"\"security_floor\": null", "\"security_floor\": 1", "security_floor"},
             Row{"\"halt\": null", "\"halt\": true", "halt"},
             Row{"\"halt\": null", "\"halt\": {}", "halt"},
             Row{"\"halt\": null", "\"halt\": {\"reason\": \"x\", \"since\": \"y\"}", "halt.since"},
             Row{"    \"1.2.3\": {", "    \"v1.2.3\": {", "versions"},
             Row{"    \"1.2.3\": {", "    \"1.2.03\": {", "versions"},
             Row{"    \"1.2.3\": {", "    \"1.2.3+1\": {", "versions"},
             Row{"    \"1.2.3\": {", "    \"../..\": {", "versions"},
             Row{"\"date\": \"2026-11-20T11:00:00Z\"", "\"date\": \"2026-02-30T11:00:00Z\"",
                 "date"},
             Row{"\"commit\": null", "\"commit\": 7", "commit"},
             Row{"\"platforms\": {", "\"platforms\": [", ""},
             Row{"\"url\": \"https:", "\"url\": \"http:", "https"},
             Row{"\"url\": \"https://releases.example.com", "\"url\": \"file://", "https"},
             Row{"\"url\": \"https://releases.example.com", "\"url\": \"ftp://x", "https"},
             Row{"\"url\": \"https:", "\"mirrors\": [\"file:///etc/passwd\"], \"url\": \"https:",
                 "mirrors"},
             Row{"\"url\": \"https:", "\"mirrors\": \"https://x/y\", \"url\": \"https:", "mirrors"},
             Row{"tool-v1.2.3-linux-x86_64.tar.gz", "", "file name"},
             Row{"linux-x86_64.tar.gz", "linux%2fx.tar.gz", "file name"},
             Row{"\"sha256\": \"", "\"sha256\": \"0", "64 hexadecimal digits"},
             Row{"\"size\": 7", "\"size\": 0", "greater than 0"},
             Row{"\"size\": 7", "\"size\": 9007199254740993", ""},
             Row{"\"size\": 7,", "", "size"},
             Row{"\"entries\": 1", "\"entries\": 0", "entries"},
             Row{"\"path\": \"tool\"", "\"path\": \"../tool\"", "path"},
             Row{"\"path\": \"tool\"", "\"path\": \"/tool\"", "path"},
             Row{"\"path\": \"tool\"", "\"path\": \"a\\\\b\"", "path"},
             Row{"\"path\": \"tool\"", "\"path\": \"c:tool\"", "path"},
             Row{"\"path\": \"tool\"", "\"path\": \"\"", "path"},
             Row{"\"path\": \"tool\"", "\"path\": \"con\"", "path"},
             Row{"\"path\": \"tool\"", "\"path\": \"other\"", "one of binaries"},
             Row{"\"probe\": [\n            \"tool\"", "\"probe\": [\n \"/bin/sh\"",
                 "one of binaries"},
             Row{"\"probe\": [\n            \"tool\"", "\"probe\": [\n 7", "probe"},
             Row{"\"probe\"", "\"agent\": \"sh\", \"probe\"", "one of binaries"},
             Row{"\"probe\"", "\"requires\": {\"glibc\": \"new\"}, \"probe\"", "requires.glibc"},
             Row{"\"probe\"", "\"requires\": [], \"probe\"", "requires"},
             Row{"\"notes\": \"\"", "\"notes\": []", "notes"},
             Row{"\"release_notes\": null", "\"release_notes\": \"javascript:alert(1)\"", "https"},
             Row{"\"breaking_changes\": false", "\"breaking_changes\": 0", "breaking_changes"},
             Row{"\"critical\": false", "\"critical\": \"yes\"", "critical"},
             Row{"\"minimum_upgrade_from\": null", "\"minimum_upgrade_from\": \"1.2.3\"",
                 "must be lower"},
             Row{"\"minimum_upgrade_from\": null", "\"minimum_upgrade_from\": \"\"",
                 "minimum_upgrade_from"},
             Row{"\"rollout\": []",
                 "\"rollout\": [{\"at\": \"2026-11-20T12:00:00Z\", \"basis_points\": 10001}]",
                 "basis_points"},
             Row{"\"rollout\": []",
                 "\"rollout\": [{\"at\": \"2026-11-20T12:00:00Z\", \"basis_points\": 5},"
                 "{\"at\": \"2026-11-20T11:00:00Z\", \"basis_points\": 6}]",
                 "must ascend"},
             Row{"\"rollout\": []",
                 "\"rollout\": [{\"at\": \"2026-11-20T12:00:00Z\", \"basis_points\": 5},"
                 "{\"at\": \"2026-11-20T13:00:00Z\", \"basis_points\": 4}]",
                 "must ascend"},
             Row{"\"deprecation_notices\": {}", "\"deprecation_notices\": {\"old\": \"x\"}",
                 "deprecation_notices"},
             Row{"\"product\": \"tool\"", "\"product\": \"tool\", \"product\": \"tool\"", ""},
             Row{"\"halt\": null", "\"halt\": null, \"halt\": null", ""},
         }) {
      CAPTURE(row.from);
      CAPTURE(row.to);
      const std::string changed = base::replace_all(text, row.from, row.to);
      REQUIRE((changed != text));
      check_refused(changed, row.message);
    }
  }

  TEST_CASE("texts that are too long, too deep or no manifest at all are refused") {
    for (const std::string& text :
         {std::string(), std::string("{}"), std::string("[]"), std::string("null"),
          std::string("<!DOCTYPE html><html></html>"), small_text() + "x",
          "\xef\xbb\xbf" + small_text(), std::string("\xff\xfe"), std::string(10'000, '['),
          base::replace_all(small_text(), "\"halt\": null",
                            "\"halt\": " + std::string(10'000, '[') + std::string(10'000, ']')),
          base::replace_all(small_text(), "\"halt\": null", "\"x\": NaN"),
          base::cat(std::string(5'000'000, ' '), std::string(5'000'000, ' '), small_text()),
          base::replace_all(small_text(), "\"notes\": \"\"",
                            "\"notes\": \"" + std::string(4097, 'x') + "\"")}) {
      check_refused(text, "stable.version-manifest.json");
    }
  }

  TEST_CASE("two names for one platform are refused") {
    schema::Manifest manifest = test::make_manifest("tool");
    test::add_release(manifest, {.version = "1.2.3", .platforms = {"linux-aarch64"}});
    std::string text = schema::write_manifest(manifest);
    const std::size_t start = text.find("\"linux-aarch64\": {");
    const std::size_t end = text.find("\n        }", start) + 10;
    const std::string entry = text.substr(start, end - start);
    text.insert(start, base::replace_all(entry, "\"linux-aarch64\"", "\"linux-arm64\"") + ",\n");
    check_refused(text, "is there twice");
  }

  TEST_CASE("two binaries that PATH cannot tell apart are refused") {
    for (const std::string_view path : {"TOOL", "extra/tool", "extra/Tool"}) {
      CAPTURE(path);
      schema::Manifest manifest = test::make_manifest("tool");
      test::add_release(manifest, {.version = "1.2.3"});
      auto& entry = manifest.versions.begin()->second.platforms.begin()->second;
      entry.binaries.push_back(entry.binaries.front());
      entry.binaries.back().path = path;
      check_refused(schema::write_manifest(manifest), "has the file name of another binary");
    }
  }

  TEST_CASE("the name of an archive is the last part of its URL") {
    CHECK(schema::asset_name(base::Url::parse("https://h/a/b.tar.gz?x=1/2")) == "b.tar.gz");
    CHECK(schema::asset_name(base::Url::parse("https://h/")).empty());
  }
}
