#include "site/channel_manifest.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using base::Errc;
using schema::Channel;
using test::check_error;

// "row N" names an attack of docs/adr/0030-what-a-site-is-believed.md: each ends with its
// status, and with nothing learned.

namespace {

constexpr const char* kBase = "https://a.example.com/tool";
constexpr const char* kSecondBase = "https://b.example.org/tool";
const std::string stable_url = std::string(kBase) + "/stable.version-manifest.json";
const std::string stable_signature_url = stable_url + ".minisig";

schema::Manifest manifest_with(std::string_view version, std::uint64_t generation,
                               Channel channel = Channel::stable) {
  schema::Manifest manifest = test::make_manifest("tool", channel);
  manifest.generation = generation;
  test::add_release(manifest, {.version = std::string(version), .channel = channel});
  return manifest;
}

// An agent of product "tool" with two keys, and a site that it asks.
struct Lab {
  test::SigningKey release_key;
  test::SigningKey nightly_key;
  test::SigningKey foreign_key;
  test::ReleaseServer server;
  schema::Identity identity{.product = "tool",
                            .agent = "tool-updater",
                            .version = schema::Version::parse("1.0.0"),
                            .commit = std::nullopt,
                            .date = test::now() - std::chrono::hours(100),
                            .base_urls = {base::Url::parse(kBase)},
                            .public_keys = {{Channel::stable, {release_key.public_key()}},
                                            {Channel::beta, {release_key.public_key()}},
                                            {Channel::nightly, {nightly_key.public_key()}}},
                            .default_channel = Channel::stable};
  site::Memory memory;
  base::Time now = test::now() + std::chrono::hours(1);

  site::SiteView read(Channel channel = Channel::stable) {
    return site::read_site({server, identity.base_urls}, identity, channel, memory, now);
  }
  // Reads and remembers.
  void learn(Channel channel = Channel::stable) { memory = read(channel).memory; }
  void publish(const schema::Manifest& manifest) {
    server.publish(kBase, manifest,
                   manifest.channel == Channel::nightly ? nightly_key : release_key);
  }
  void add_second_base() { identity.base_urls.push_back(base::Url::parse(kSecondBase)); }
  void check_refused(Errc code, std::string_view part_of_message,
                     Channel channel = Channel::stable) {
    check_error(code, part_of_message, [&] { read(channel); });
  }
};

std::string newest_of(const site::SiteView& view, Channel channel = Channel::stable) {
  return view.manifests.at(channel).versions.begin()->first.text();
}

}  // namespace

TEST_SUITE("site/channel_manifest") {
  TEST_CASE("a manifest that the channel's key signed is believed") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    const site::SiteView view = lab.read();
    CHECK(newest_of(view) == "1.1.0");
    CHECK(view.changed);
    const site::ChannelMark& mark = view.memory.watermark.channels.at(Channel::stable);
    CHECK(mark.generation == 7);
    CHECK(mark.authority == lab.release_key.public_key().line());
    CHECK(mark.generated == test::now());
  }

  TEST_CASE("a check that finds nothing new is one small request a channel") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    lab.publish(manifest_with("1.2.0-beta.1", 3, Channel::beta));
    lab.learn(Channel::beta);
    CHECK(lab.server.requests.size() == 4);
    lab.server.requests.clear();
    const site::SiteView view = lab.read(Channel::beta);
    CHECK_FALSE(view.changed);
    CHECK(newest_of(view) == "1.1.0");
    CHECK(newest_of(view, Channel::beta) == "1.2.0-beta.1");
    CHECK(view.memory.watermark == lab.memory.watermark);
    REQUIRE(lab.server.requests.size() == 2);
    for (const auto& request : lab.server.requests) {
      CHECK(request.status == 304);
      CHECK(request.body_bytes == 0);
    }
  }

  TEST_CASE("without ETags the signature alone is fetched again") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    for (auto& [url, file] : lab.server.files)
      file.has_etag = false;
    lab.learn();
    lab.server.requests.clear();
    CHECK_FALSE(lab.read().changed);
    REQUIRE(lab.server.requests.size() == 1);
    CHECK(lab.server.requests[0].url == stable_signature_url);
    CHECK(lab.server.requests[0].body_bytes < 1000);
  }

  TEST_CASE("something new replaces the cache, and an ETag is sent to its own base only") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    lab.learn();
    lab.publish(manifest_with("1.2.0", 8));
    const site::SiteView view = lab.read();
    CHECK(view.changed);
    CHECK(newest_of(view) == "1.2.0");
    lab.memory = view.memory;
    lab.identity.base_urls = {base::Url::parse(kSecondBase)};
    lab.server.publish(kSecondBase, manifest_with("1.2.0", 8), lab.release_key);
    lab.server.requests.clear();
    CHECK_FALSE(lab.read().changed);
    CHECK(lab.server.requests.at(0).headers.empty());
  }

  TEST_CASE("a damaged cache costs a download and nothing else") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    lab.learn();
    lab.memory.caches.at(Channel::stable).unverified_text += " ";
    CHECK(newest_of(lab.read()) == "1.1.0");
    lab.learn();
    lab.memory.caches.at(Channel::stable).unverified_signature.clear();
    CHECK(newest_of(lab.read()) == "1.1.0");
    const std::string text = site::write_cache(lab.memory.caches.at(Channel::stable));
    CHECK(site::parse_cache(text) == lab.memory.caches.at(Channel::stable));
    CHECK_FALSE(site::parse_cache(""));
    CHECK_FALSE(site::parse_cache("{}"));
    CHECK_FALSE(site::parse_cache(base::replace_all(text, "\"schema\":1", "\"schema\":2")));
    for (std::size_t length = 0; length + 1 < text.size(); length += 7) {
      CHECK_FALSE(site::parse_cache(text.substr(0, length)));
    }
  }

  TEST_CASE("row 1: bytes that nobody signed are refused, whichever bit is changed") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    const std::string good = lab.server.files.at(stable_url).bytes;
    for (std::size_t position = 0; position < good.size(); position += 29) {
      CAPTURE(position);
      std::string changed = good;
      changed[position] = static_cast<char>(changed[position] ^ 1);
      lab.server.put(stable_url, changed);
      lab.check_refused(Errc::untrusted, "do not belong together");
    }
    CHECK(lab.memory.watermark == site::Watermark{});
  }

  TEST_CASE("row 1: another key's signature is refused") {
    Lab lab;
    lab.server.publish(kBase, manifest_with("1.1.0", 7), lab.foreign_key);
    lab.check_refused(Errc::untrusted, "is not trusted here");
  }

  TEST_CASE("row 2: an older manifest is refused once a newer one was seen") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    lab.learn();
    lab.publish(manifest_with("1.0.0", 6));
    lab.check_refused(Errc::untrusted, "going backwards: its generation is 6, and 7 was seen");
    lab.publish(manifest_with("1.1.0", 7));
    CHECK(newest_of(lab.read()) == "1.1.0");
  }

  TEST_CASE("row 3: a generation of a key that was replaced does not stop an agent") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 9'007'199'254'740'992));
    lab.learn();
    const test::SigningKey next;
    lab.identity.public_keys.at(Channel::stable) = {next.public_key()};
    lab.server.publish(kBase, manifest_with("1.2.0", 8), next);
    const site::SiteView view = lab.read();
    CHECK(newest_of(view) == "1.2.0");
    CHECK(view.memory.watermark.channels.at(Channel::stable).generation == 8);
  }

  TEST_CASE("row 5: an endless manifest or signature is cut off") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    const std::string good = lab.server.files.at(stable_url).bytes;
    lab.server.put(stable_url,
                   base::cat(good, std::string(5'000'000, ' '), std::string(5'000'000, ' ')));
    lab.check_refused(Errc::untrusted, "more than 1048576 bytes");
    lab.publish(manifest_with("1.1.0", 7));
    lab.server.put(stable_signature_url, std::string(1'000'000, 'x'));
    lab.check_refused(Errc::untrusted, "more than 16384 bytes");
  }

  TEST_CASE("row 7: parts of two releases do not pass together") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    const std::string old_signature = lab.server.files.at(stable_signature_url).bytes;
    lab.publish(manifest_with("1.2.0", 8));
    lab.server.put(stable_signature_url, old_signature);
    lab.server.requests.clear();
    lab.check_refused(Errc::untrusted, "also after 3 fetches");
    CHECK(lab.server.requests.size() == 6);
  }

  TEST_CASE("a pair in transition is fetched again until it belongs together") {
    for (const std::size_t settles_at : {2U, 4U, 6U}) {
      CAPTURE(settles_at);
      Lab lab;
      lab.publish(manifest_with("1.2.0", 8));
      const auto settled = lab.server.files;
      lab.publish(manifest_with("1.1.0", 7));
      // The new signature is there, the manifest is still the old one.
      lab.server.files.at(stable_signature_url) = settled.at(stable_signature_url);
      lab.server.intercept = [&](std::size_t number, const base::HttpRequest&) {
        if (number == settles_at) lab.server.files = settled;
      };
      CHECK(newest_of(lab.read()) == "1.2.0");
      CHECK(lab.server.requests.size() == settles_at);
      if (settles_at > 2) CHECK(lab.server.requests.back().headers.back().second == "no-cache");
    }
  }

  TEST_CASE("row 8: a manifest of another product or channel is refused, though well signed") {
    Lab lab;
    schema::Manifest other = test::make_manifest("other");
    lab.server.publish(kBase, other, lab.release_key);
    lab.check_refused(Errc::untrusted, "is for app other, not tool");

    lab.publish(manifest_with("1.1.0-beta.1", 7, Channel::beta));
    const std::string beta = std::string(kBase) + "/beta.version-manifest.json";
    lab.server.put(stable_url, lab.server.files.at(beta).bytes);
    lab.server.put(stable_signature_url, lab.server.files.at(beta + ".minisig").bytes);
    lab.check_refused(Errc::untrusted, "is for file beta.version-manifest.json");

    // The comment says what was asked for, and the text does not.
    test::SignedText wrong = test::sign_manifest_text(
        schema::write_manifest(manifest_with("1.1.0-beta.1", 7, Channel::beta)), "tool",
        Channel::stable, lab.release_key);
    lab.server.put(stable_url, wrong.text);
    lab.server.put(stable_signature_url, wrong.signature);
    lab.check_refused(Errc::untrusted, "of another channel");
    wrong = test::sign_manifest_text(schema::write_manifest(other), "tool", Channel::stable,
                                     lab.release_key);
    lab.server.put(stable_url, wrong.text);
    lab.server.put(stable_signature_url, wrong.signature);
    lab.check_refused(Errc::untrusted, "of product other");
  }

  TEST_CASE("row 11: a nightly key never speaks for stable") {
    Lab lab;
    lab.server.publish(kBase, manifest_with("9.9.9", 7), lab.nightly_key);
    lab.check_refused(Errc::untrusted, "is not trusted here");
    lab.check_refused(Errc::untrusted, "is not trusted here", Channel::nightly);
    // In its own manifest it cannot pass something off as stable either.
    schema::Manifest nightly = test::make_manifest("tool", Channel::nightly);
    test::add_release(nightly, {.version = "9.9.9", .channel = Channel::stable});
    nightly.latest.clear();
    lab.server.files.clear();
    lab.publish(nightly);
    lab.check_refused(Errc::untrusted, "must be the manifest's own", Channel::nightly);
  }

  TEST_CASE("row 9: a base that fails or lies is passed over, with the same checks at the next") {
    struct Row {
      std::string what;
      std::function<void(Lab&)> harm;
      Errc alone;
    };
    for (const Row& row : {
             Row{"500", [](Lab& lab) { lab.server.files[stable_signature_url].status = 500; },
                 Errc::network},
             Row{"forbidden", [](Lab& lab) { lab.server.files[stable_signature_url].status = 403; },
                 Errc::network},
             Row{"web page",
                 [](Lab& lab) {
                   lab.server.put(stable_signature_url, "\n<!DOCTYPE html><p>log in");
                 },
                 Errc::network},
             Row{"web page for the manifest",
                 [](Lab& lab) { lab.server.put(stable_url, "<html>"); }, Errc::network},
             Row{"empty answers", [](Lab& lab) { lab.server.put(stable_signature_url, ""); },
                 Errc::untrusted},
             Row{"foreign key",
                 [](Lab& lab) {
                   lab.server.publish(kBase, manifest_with("9.9.9", 99), lab.foreign_key);
                 },
                 Errc::untrusted},
             Row{"no signature", [](Lab& lab) { lab.server.remove(stable_signature_url); },
                 Errc::untrusted},
             Row{"manifest gone", [](Lab& lab) { lab.server.remove(stable_url); }, Errc::untrusted},
             Row{"nothing there", [](Lab& lab) { lab.server.files.clear(); }, Errc::not_found},
             Row{"no connection",
                 [](Lab& lab) {
                   lab.server.intercept = [](std::size_t, const base::HttpRequest& request) {
                     if (request.url.host() == "a.example.com") {
                       throw base::Error(Errc::network, "a.example.com: connection refused");
                     }
                   };
                 },
                 Errc::network},
         }) {
      CAPTURE(row.what);
      Lab lab;
      lab.publish(manifest_with("1.1.0", 7));
      row.harm(lab);
      CHECK(test::message_of(row.alone, [&] { lab.read(); }).size() > 0);
      lab.add_second_base();
      lab.server.publish(kSecondBase, manifest_with("1.1.0", 7), lab.release_key);
      CHECK(newest_of(lab.read()) == "1.1.0");
      lab.server.publish(kSecondBase, manifest_with("9.9.9", 99), lab.foreign_key);
      lab.check_refused(Errc::untrusted, kSecondBase);
    }
  }

  TEST_CASE("a channel that nobody published is a value, unless it was there before") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    const site::SiteView view = lab.read(Channel::nightly);
    CHECK(view.manifests.size() == 1);
    lab.publish(manifest_with("1.2.0-nightly.1", 3, Channel::nightly));
    lab.learn(Channel::nightly);
    CHECK(lab.memory.watermark.channels.size() == 2);
    lab.server.remove(std::string(kBase) + "/nightly.version-manifest.json");
    lab.server.remove(std::string(kBase) + "/nightly.version-manifest.json.minisig");
    lab.check_refused(Errc::network, "there is no nightly.version-manifest.json any more",
                      Channel::nightly);
    CHECK(lab.read(Channel::beta).manifests.size() == 1);
  }

  TEST_CASE("row 12: a manifest that is signed but has not the form is refused") {
    Lab lab;
    for (const std::string& text : {std::string("{}"), std::string(), std::string(10'000, '['),
                                    std::string("{\"schema\": 1, \"schema\": 1}")}) {
      test::SignedText both =
          test::sign_manifest_text(text, "tool", Channel::stable, lab.release_key);
      lab.server.put(stable_url, both.text);
      lab.server.put(stable_signature_url, both.signature);
      lab.check_refused(Errc::untrusted, "stable.version-manifest.json");
    }
  }

  TEST_CASE(
      "a signature that does not bind the file's name, product, channel and digest is refused") {
    Lab lab;
    const std::string text = schema::write_manifest(manifest_with("1.1.0", 7));
    const auto whole =
        test::manifest_comment("tool", "stable.version-manifest.json", "stable", text);
    lab.server.put(stable_url, text);
    for (const char* missing :
         {"file:stable.version-manifest.json\t", "app:tool\t", "channel:stable\t"}) {
      CAPTURE(missing);
      const auto comment =
          trust::TrustedComment::parse(base::replace_all(whole.text(), missing, ""));
      lab.server.put(stable_signature_url, lab.release_key.sign(text, comment));
      lab.check_refused(Errc::untrusted, "does not say for which");
    }
    const std::string without_digest = whole.text().substr(0, whole.text().find("\tsha256:"));
    lab.server.put(stable_signature_url,
                   lab.release_key.sign(text, trust::TrustedComment::parse(without_digest)));
    lab.check_refused(Errc::untrusted, "does not say for which sha256");
  }

  TEST_CASE("row 19: a security floor never goes down") {
    Lab lab;
    schema::Manifest manifest = manifest_with("1.1.0", 7);
    manifest.security_floor = schema::Version::parse("1.1.0");
    lab.publish(manifest);
    lab.learn();
    lab.publish(manifest_with("1.2.0", 8));
    const site::SiteView view = lab.read();
    CHECK(view.manifests.at(Channel::stable).security_floor->text() == "1.1.0");
    CHECK(view.memory.watermark.channels.at(Channel::stable).security_floor->text() == "1.1.0");
  }

  TEST_CASE("row 31: what is signed for another release's file does not pass as a manifest") {
    Lab lab;
    const std::string text = schema::write_manifest(manifest_with("1.1.0", 7));
    const auto comment = trust::TrustedComment::parse(
        base::cat("file:tool-v1.1.0-linux-x86_64.tar.gz\tapp:tool\tchannel:stable\tsha256:",
                  trust::sha256_of(text).hex()));
    lab.server.put(stable_url, text);
    lab.server.put(stable_signature_url, lab.release_key.sign(text, comment));
    lab.check_refused(Errc::untrusted, "not stable.version-manifest.json");
  }

  TEST_CASE("row 33: a clock that cannot be right is told, with what to do") {
    Lab lab;
    lab.publish(manifest_with("1.1.0", 7));
    lab.now = lab.identity.date - std::chrono::hours(25);
    lab.check_refused(Errc::expired, "set the clock");
    // The signed time of the manifest counts too, and a day of local time harms nobody.
    lab.now = test::now() - std::chrono::hours(25);
    lab.check_refused(Errc::expired, "but it is 2026-11-20T12:00:00Z or later");
    lab.now = test::now() - std::chrono::hours(23);
    CHECK(newest_of(lab.read()) == "1.1.0");
  }

  TEST_CASE("a channel without a key of its own is refused before any request") {
    Lab lab;
    lab.identity.public_keys.erase(Channel::nightly);
    lab.publish(manifest_with("1.1.0", 7));
    lab.check_refused(Errc::config, "has no key of channel nightly", Channel::nightly);
    CHECK(lab.server.requests.empty());
    CHECK(newest_of(lab.read(Channel::beta)) == "1.1.0");
  }

  TEST_CASE("the combined manifest is read where no channel is asked for") {
    Lab lab;
    schema::Manifest combined = manifest_with("1.1.0", 7);
    combined.channel.reset();
    lab.server.publish(kBase, combined, lab.release_key);
    const std::array keys{lab.release_key.public_key()};
    const auto proven =
        site::fetch_manifest({lab.server, lab.identity.base_urls},
                             {.product = "tool", .channel = std::nullopt, .keys = keys});
    REQUIRE(proven);
    CHECK(proven->manifest == combined);
    CHECK(proven->base_url.text() == kBase);
  }

  TEST_CASE("text of a server never reaches an error with its control characters") {
    Lab lab;
    schema::Manifest other = test::make_manifest("tool");
    const std::string text = schema::write_manifest(other);
    const auto comment = trust::TrustedComment::parse(base::cat(
        "file:stable.version-manifest.json\tapp:t\xe2\x80\xaeool\tchannel:stable\tsha256:",
        trust::sha256_of(text).hex()));
    lab.server.put(stable_url, text);
    lab.server.put(stable_signature_url, lab.release_key.sign(text, comment));
    const std::string message = test::message_of(Errc::untrusted, [&] { lab.read(); });
    CHECK(message.find("\xe2\x80\xae") == std::string::npos);
    CHECK(message.find("is for app tool, not tool") != std::string::npos);
  }
}
