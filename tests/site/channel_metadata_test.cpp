#include "site/channel_metadata.hpp"

#include "tests/site/addresses.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"
#include "trust/digest.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using base::Errc;
using schema::Channel;
using test::check_error;

namespace {

// An agent of product "tool" whose channels come through metadata, and a site that it asks.
struct MetadataLab {
  test::MetadataRepository repository;
  test::ReleaseServer server;
  site::MemoryStore store;
  site::Watermark watermark;
  schema::Identity identity{.product = "tool",
                            .agent = "tool-updater",
                            .version = schema::Version::parse("1.0.0"),
                            .date = test::now() - std::chrono::hours(100),
                            .base_urls = {base::Url::parse(test::kBase)},
                            .root = {}};
  base::Time now = test::now() + std::chrono::hours(1);
  std::optional<base::Time> allow_expired_until;

  MetadataLab() {
    for (const Channel channel : schema::kChannels) {
      repository.delegate("targets", schema::channel_name(channel),
                          {schema::manifest_name(channel)}, true);
    }
    identity.root.sha256 = trust::sha256_of(repository.root_file(1));
  }
  void add(const schema::Manifest& manifest) {
    repository.add_target(schema::channel_name(*manifest.channel),
                          schema::manifest_name(manifest.channel),
                          schema::write_manifest(manifest));
  }
  void add_release(std::string_view version, std::uint64_t generation,
                   Channel channel = Channel::stable) {
    schema::Manifest manifest = test::make_manifest("tool", channel);
    manifest.generation = generation;
    test::add_release(manifest, {.version = std::string(version), .channel = channel});
    add(manifest);
  }
  void publish(std::string_view version, std::uint64_t generation,
               Channel channel = Channel::stable) {
    add_release(version, generation, channel);
    repository.publish();
    show();
  }
  void publish(const schema::Manifest& manifest) {
    add(manifest);
    repository.publish();
    show();
  }
  void show(std::string_view base_url = test::kBase) { server.mirror(base_url, repository.files); }
  site::SiteView read(Channel channel = Channel::stable) {
    return site::read_site({server, identity.base_urls},
                           {.identity = identity,
                            .channel = channel,
                            .watermark = watermark,
                            .store = store,
                            .now = now,
                            .allow_expired_until = allow_expired_until});
  }
  site::SiteView learn(Channel channel = Channel::stable) {
    site::SiteView view = read(channel);
    watermark = view.watermark;
    return view;
  }
};

std::string newest_of(const site::SiteView& view, Channel channel = Channel::stable) {
  return view.manifests.at(channel).versions.begin()->first.text();
}

}  // namespace

TEST_SUITE("site/channel_metadata") {
  TEST_CASE("a manifest is believed as a target of its role, from a root that was shipped") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    const site::SiteView view = lab.learn();
    CHECK(newest_of(view) == "1.1.0");
    CHECK(view.changed);
    CHECK(view.manifests.size() == 1);  // beta and nightly are delegated, and nobody signed them
    const site::ChannelMark& mark = view.watermark.channels.at(Channel::stable);
    CHECK(mark.generation == 7);
    CHECK(mark.authority.size() == 64);
  }

  TEST_CASE("a check that finds nothing new is two small requests, for any number of channels") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.publish("1.2.0-beta.1", 3, Channel::beta);
    lab.learn(Channel::beta);
    lab.server.requests.clear();
    const site::SiteView view = lab.read(Channel::beta);
    CHECK_FALSE(view.changed);
    CHECK(newest_of(view) == "1.1.0");
    CHECK(newest_of(view, Channel::beta) == "1.2.0-beta.1");
    REQUIRE(lab.server.requests.size() == 2);
    CHECK(lab.server.requests[0].status == 404);
    CHECK(lab.server.requests[1].body_bytes < 700);
  }

  TEST_CASE("a new release is fetched without what is known already") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.learn();
    lab.publish("1.2.0", 8);
    lab.server.requests.clear();
    const site::SiteView view = lab.read();
    CHECK(view.changed);
    CHECK(newest_of(view) == "1.2.0");
    // root, timestamp, snapshot, stable, manifest
    CHECK(lab.server.requests.size() == 5);
  }

  TEST_CASE("a root of the same version with other bytes is not the one that was shipped") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    test::MetadataRepository other;
    lab.server.mirror(test::kBase, other.files);
    check_error(Errc::untrusted, "not the one that this program was made with",
                [&] { lab.read(); });
    CHECK_FALSE(lab.store.read("root.json", 1000000));
  }

  TEST_CASE("what a mirror withholds, changes or lets expire, the next one gives") {
    const auto break_first = {
        +[](MetadataLab& lab) { lab.server.files.clear(); },
        +[](MetadataLab& lab) {
          lab.server.files.at(std::string(test::kBase) + "/metadata/timestamp.json").bytes += " ";
          lab.server.files.at(std::string(test::kBase) + "/" + lab.repository.path_of("snapshot"))
              .bytes += " ";
        },
        +[](MetadataLab& lab) {
          test::MetadataRepository stale = lab.repository;
          stale.timestamp.expires = lab.now - std::chrono::hours(1);
          stale.publish();
          lab.server.mirror(test::kBase, stale.files);
        }};
    for (const auto& damage : break_first) {
      MetadataLab lab;
      lab.publish("1.1.0", 7);
      lab.identity.base_urls.push_back(base::Url::parse(test::kSecondBase));
      damage(lab);
      CHECK_THROWS_AS(lab.read(), base::Error);
      // The mirror that stands still shows an older timestamp than what it said before.
      lab.repository.timestamp.version += 1;
      lab.repository.publish();
      lab.show(test::kSecondBase);
      CHECK(newest_of(lab.read()) == "1.1.0");
    }
  }

  TEST_CASE("a manifest of another product, channel or of a lower generation is refused") {
    struct Row {
      const char* name;
      schema::Manifest manifest;
      const char* message;
    };
    schema::Manifest older = test::make_manifest("tool");
    older.generation = 6;
    const Row rows[] = {{"product", test::make_manifest("other"), "of product other"},
                        {"generation", older, "going backwards"}};
    for (const Row& row : rows) {
      CAPTURE(row.name);
      MetadataLab lab;
      lab.publish("1.1.0", 7);
      lab.learn();
      lab.publish(row.manifest);
      check_error(Errc::untrusted, row.message, [&] { lab.read(); });
    }
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.repository.add_target("stable", "stable.version-manifest.json",
                              schema::write_manifest(test::make_manifest("tool", Channel::beta)));
    lab.repository.publish();
    lab.show();
    check_error(Errc::untrusted, "of another channel", [&] { lab.read(); });
  }

  TEST_CASE("a stolen key of nightly cannot speak for stable") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.learn();
    schema::Manifest evil = test::make_manifest("tool");
    evil.generation = 8;
    lab.repository.add_target("nightly", "stable.version-manifest.json",
                              schema::write_manifest(evil));
    lab.repository.publish();
    lab.show();
    CHECK(lab.read().manifests.at(Channel::stable).generation == 7);
  }

  TEST_CASE("what a thief signed last binds nobody once the channel has other keys") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.learn();
    schema::Manifest evil = test::make_manifest("tool");
    evil.generation = test::kMaxVersion;
    evil.security_floor = schema::Version::parse("9999.1.1");
    evil.generated = lab.now;
    lab.publish(evil);
    CHECK(lab.learn().watermark.security_floor()->text() == "9999.1.1");

    lab.repository.rotate("stable");
    lab.publish("1.2.0", 8);
    const site::SiteView view = lab.learn();
    CHECK(newest_of(view) == "1.2.0");
    CHECK_FALSE(view.watermark.security_floor());
    CHECK(view.watermark.channels.at(Channel::stable).generation == 8);
  }

  TEST_CASE("a mark of a channel that is not followed any more goes with its keys too") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    schema::Manifest evil = test::make_manifest("tool", Channel::nightly);
    evil.security_floor = schema::Version::parse("9999.1.1");
    lab.publish(evil);
    CHECK(lab.learn(Channel::nightly).watermark.security_floor()->text() == "9999.1.1");
    CHECK(lab.watermark.seen_by(Channel::nightly).security_floor()->text() == "9999.1.1");
    CHECK_FALSE(lab.watermark.seen_by(Channel::stable).security_floor());
    // Whoever reads stable alone keeps it as long as its keys speak, and no longer.
    CHECK(lab.learn().watermark.channels.contains(Channel::nightly));
    lab.repository.rotate("nightly");
    lab.publish("1.2.0", 8);
    CHECK_FALSE(lab.learn().watermark.channels.contains(Channel::nightly));
    CHECK(lab.watermark.channels.contains(Channel::stable));
  }

  TEST_CASE("a floor that was seen stays while the same keys speak") {
    MetadataLab lab;
    schema::Manifest first = test::make_manifest("tool");
    first.generation = 3;
    first.security_floor = schema::Version::parse("1.5.0");
    lab.publish(first);
    lab.learn();
    lab.publish("1.6.0", 4);
    CHECK(lab.read().manifests.at(Channel::stable).security_floor->text() == "1.5.0");
  }

  TEST_CASE("what expired is refused, but for one run that names the moment") {
    MetadataLab lab;
    lab.repository.timestamp.expires = test::now();
    lab.publish("1.1.0", 7);
    check_error(Errc::expired, "timestamp expired at", [&] { lab.read(); });
    lab.allow_expired_until = test::now() - std::chrono::minutes(1);
    CHECK(newest_of(lab.read()) == "1.1.0");
    lab.allow_expired_until = test::now();  // exactly then it had expired already
    check_error(Errc::expired, "timestamp expired at", [&] { lab.read(); });
  }

  TEST_CASE("a clock before the newest signed time cannot be right") {
    MetadataLab lab;
    lab.now = test::now() - std::chrono::hours(50);
    lab.publish("1.1.0", 7);
    check_error(Errc::expired, "the clock says", [&] { lab.read(); });
  }

  TEST_CASE("an agent that was shipped with a newer root begins there") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.learn();
    lab.repository.rotate("root");
    lab.repository.rotate("timestamp");
    lab.publish("1.2.0", 8);
    lab.identity.root = schema::RootPin{2, trust::sha256_of(lab.repository.root_file(2))};
    lab.server.files.erase(std::string(test::kBase) + "/metadata/1.root.json");
    CHECK(newest_of(lab.read()) == "1.2.0");
  }

  TEST_CASE("a bucket that may not be listed answers 403 for the root that is not there") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    const std::string next = std::string(test::kBase) + "/metadata/2.root.json";
    lab.server.put(next, "denied");
    lab.server.files.at(next).status = 403;
    CHECK(newest_of(lab.read()) == "1.1.0");
    lab.server.files.at(std::string(test::kBase) + "/metadata/timestamp.json").status = 403;
    check_error(Errc::network, "HTTP 403", [&] { lab.read(); });
  }

  TEST_CASE("a manifest that is larger than one may be is not fetched") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.repository.add_target("stable", "stable.version-manifest.json",
                              std::string(schema::kMaxManifestBytes + 1, ' '));
    lab.repository.publish();
    lab.show();
    lab.server.requests.clear();
    check_error(Errc::untrusted, "are read", [&] { lab.read(); });
    for (const auto& request : lab.server.requests)
      CHECK(request.url.find("/targets/") == std::string::npos);
  }

  TEST_CASE("a root that appears between two requests is asked for once more") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.learn();
    lab.repository.rotate("timestamp");
    lab.add_release("1.2.0", 8);
    lab.repository.publish();
    lab.server.requests.clear();
    lab.server.intercept = [&](std::size_t number, const base::HttpRequest&) {
      if (number == 2) lab.show();  // after the next root was asked for in vain
    };
    CHECK(newest_of(lab.read()) == "1.2.0");
    CHECK(lab.server.requests.at(0).url.ends_with("/metadata/2.root.json"));
    CHECK(lab.server.requests.at(2).url == lab.server.requests.at(0).url);
    CHECK(lab.server.requests.at(2).headers.back().second == "no-cache");
    CHECK(lab.store.read("root_history/2.root.json", 1'000'000));
  }

  TEST_CASE("a timestamp that nobody may sign stays refused, after one more request") {
    MetadataLab lab;
    lab.publish("1.1.0", 7);
    lab.learn();
    lab.server.put(std::string(test::kBase) + "/metadata/timestamp.json",
                   lab.repository.files.at("metadata/1.snapshot.json"));
    lab.server.requests.clear();
    check_error(Errc::untrusted, "signatures that it needs", [&] { lab.read(); });
    CHECK(lab.server.requests.size() == 3);
  }

  TEST_CASE("an older updater keeps the newer root that was trusted, and its floors") {
    struct Row {
      std::string what;
      bool has_history;  // of an older updater that ran here before
    };
    for (const Row& row :
         {Row{"the older updater is new here", false}, Row{"it was here before", true}}) {
      CAPTURE(row.what);
      MetadataLab lab;
      const schema::RootPin old_pin = lab.identity.root;
      lab.publish("1.1.0", 7);
      if (row.has_history) lab.learn();
      lab.repository.rotate("root");
      lab.repository.publish();
      lab.repository.rotate("timestamp");
      lab.publish("1.2.0", 8);
      lab.identity.root = {3, trust::sha256_of(lab.repository.root_file(3))};
      lab.learn();
      lab.identity.root = old_pin;
      const auto kept = [&](std::string_view name) { return lab.store.read(name, 1'000'000); };
      const auto root = kept("root.json");
      const auto timestamp = kept("timestamp.json");
      // The host goes back to the site of before: what the revoked keys signed.
      lab.server.remove(std::string(test::kBase) + "/metadata/2.root.json");
      check_error(Errc::untrusted, "root 3, which was trusted here before, is not there",
                  [&] { lab.read(); });
      CHECK(kept("root.json") == root);
      CHECK(kept("timestamp.json") == timestamp);
      lab.show();
      CHECK(newest_of(lab.learn()) == "1.2.0");
      CHECK(kept("root.json") == root);
      CHECK(kept("timestamp.json") == timestamp);
      CHECK(kept("root_history/1.root.json"));
      CHECK(kept("root_history/2.root.json"));
      CHECK(kept("root_history/3.root.json") == root);
    }
  }

  TEST_CASE("a site that lost its metadata is a failure, and expired once what is kept is") {
    MetadataLab lab;
    lab.repository.timestamp.expires = lab.now + std::chrono::hours(1);
    lab.publish("1.1.0", 7);
    lab.learn();
    lab.server.files.clear();
    check_error(Errc::network, "there is no timestamp.json any more", [&] { lab.read(); });
    lab.now += std::chrono::hours(2);
    check_error(Errc::expired, "there is no timestamp.json any more", [&] { lab.read(); });
    // Where the updater begins with another root, that is what is missing.
    lab.store.remove("root_history/1.root.json");
    check_error(Errc::network, "there is no metadata/1.root.json any more", [&] { lab.read(); });
  }

  TEST_CASE("an empty site and one without metadata say so") {
    MetadataLab lab;
    check_error(Errc::not_found, "there is no metadata/1.root.json", [&] { lab.read(); });
    lab.repository.publish();
    lab.show();
    check_error(Errc::not_found, "nothing is published on channel stable", [&] { lab.read(); });
  }
}
