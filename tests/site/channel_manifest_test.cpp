#include "site/channel_manifest.hpp"

#include "base/text.hpp"
#include "tests/site/addresses.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

using base::Errc;
using schema::Channel;
using test::check_error;

// "row N" names an attack of docs/adr/0030-what-a-site-is-believed.md: each ends with its
// status.

namespace {

const std::string stable_url = std::string(test::kBase) + "/stable.version-manifest.json";
const std::string stable_signature_url = stable_url + ".minisig";

schema::Manifest manifest_with(std::string_view version, std::uint64_t generation,
                               Channel channel = Channel::stable) {
  schema::Manifest manifest = test::make_manifest("tool", channel);
  manifest.generation = generation;
  test::add_release(manifest, {.version = std::string(version), .channel = channel});
  return manifest;
}

// A site of product "tool", whose stable and beta channels have one key and nightly another, and
// somebody who reads it.
struct ManifestLab {
  test::SigningKey release_key;
  test::SigningKey nightly_key;
  test::SigningKey foreign_key;
  test::ReleaseServer server;
  std::vector<base::Url> base_urls{base::Url::parse(test::kBase)};

  std::optional<site::ProvenManifest> find(Channel channel = Channel::stable) {
    const std::array keys{channel == Channel::nightly ? nightly_key.public_key()
                                                      : release_key.public_key()};
    return site::fetch_manifest({server, base_urls},
                                {.product = "tool", .channel = channel, .keys = keys});
  }
  schema::Manifest read(Channel channel = Channel::stable) {
    auto found = find(channel);
    if (!found) throw base::Error(Errc::not_found, "there is none");
    return found->manifest;
  }
  void publish(const schema::Manifest& manifest) {
    server.publish(test::kBase, manifest,
                   manifest.channel == Channel::nightly ? nightly_key : release_key);
  }
  void add_second_base() { base_urls.push_back(base::Url::parse(test::kSecondBase)); }
  void check_refused(Errc code, std::string_view part_of_message,
                     Channel channel = Channel::stable) {
    check_error(code, part_of_message, [&] { read(channel); });
  }
};

std::string newest_of(const schema::Manifest& manifest) {
  return manifest.versions.begin()->first.text();
}

}  // namespace

TEST_SUITE("site/channel_manifest") {
  TEST_CASE("a manifest that the channel's key signed is believed") {
    ManifestLab lab;
    lab.publish(manifest_with("1.1.0", 7));
    CHECK(newest_of(lab.read()) == "1.1.0");
    CHECK(lab.find()->base_url.text() == test::kBase);
    CHECK_FALSE(lab.find(Channel::beta));
  }

  TEST_CASE("row 1: bytes that nobody signed are refused, whichever bit is changed") {
    ManifestLab lab;
    lab.publish(manifest_with("1.1.0", 7));
    const std::string good = lab.server.files.at(stable_url).bytes;
    for (std::size_t position = 0; position < good.size(); position += 29) {
      CAPTURE(position);
      std::string changed = good;
      changed[position] = static_cast<char>(changed[position] ^ 1);
      lab.server.put(stable_url, changed);
      lab.check_refused(Errc::untrusted, "do not belong together");
    }
  }

  TEST_CASE("row 1: another key's signature is refused") {
    ManifestLab lab;
    lab.server.publish(test::kBase, manifest_with("1.1.0", 7), lab.foreign_key);
    lab.check_refused(Errc::untrusted, "is not trusted here");
  }

  TEST_CASE("row 5: an endless manifest or signature is cut off") {
    ManifestLab lab;
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
    ManifestLab lab;
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
      ManifestLab lab;
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
    ManifestLab lab;
    schema::Manifest other = test::make_manifest("other");
    lab.server.publish(test::kBase, other, lab.release_key);
    lab.check_refused(Errc::untrusted, "is for app other, not tool");

    lab.publish(manifest_with("1.1.0-beta.1", 7, Channel::beta));
    const std::string beta = std::string(test::kBase) + "/beta.version-manifest.json";
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
    ManifestLab lab;
    lab.server.publish(test::kBase, manifest_with("9.9.9", 7), lab.nightly_key);
    lab.check_refused(Errc::untrusted, "is not trusted here");
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
      std::function<void(ManifestLab&)> harm;
      Errc alone;
    };
    for (const Row& row : {
             Row{"500",
                 [](ManifestLab& lab) { lab.server.files[stable_signature_url].status = 500; },
                 Errc::network},
             Row{"forbidden",
                 [](ManifestLab& lab) { lab.server.files[stable_signature_url].status = 403; },
                 Errc::network},
             Row{"web page",
                 [](ManifestLab& lab) {
                   lab.server.put(stable_signature_url, "\n<!DOCTYPE html><p>log in");
                 },
                 Errc::network},
             Row{"web page for the manifest",
                 [](ManifestLab& lab) { lab.server.put(stable_url, "<html>"); }, Errc::network},
             Row{"empty answers",
                 [](ManifestLab& lab) { lab.server.put(stable_signature_url, ""); },
                 Errc::untrusted},
             Row{"foreign key",
                 [](ManifestLab& lab) {
                   lab.server.publish(test::kBase, manifest_with("9.9.9", 99), lab.foreign_key);
                 },
                 Errc::untrusted},
             Row{"no signature", [](ManifestLab& lab) { lab.server.remove(stable_signature_url); },
                 Errc::untrusted},
             Row{"manifest gone", [](ManifestLab& lab) { lab.server.remove(stable_url); },
                 Errc::untrusted},
             Row{"nothing there", [](ManifestLab& lab) { lab.server.files.clear(); },
                 Errc::not_found},
             Row{"no connection",
                 [](ManifestLab& lab) {
                   lab.server.intercept = [](std::size_t, const base::HttpRequest& request) {
                     if (request.url.host() == "a.example.com") {
                       throw base::Error(Errc::network, "a.example.com: connection refused");
                     }
                   };
                 },
                 Errc::network},
         }) {
      CAPTURE(row.what);
      ManifestLab lab;
      lab.publish(manifest_with("1.1.0", 7));
      row.harm(lab);
      CHECK(test::message_of(row.alone, [&] { lab.read(); }).size() > 0);
      lab.add_second_base();
      lab.server.publish(test::kSecondBase, manifest_with("1.1.0", 7), lab.release_key);
      CHECK(newest_of(lab.read()) == "1.1.0");
      lab.server.publish(test::kSecondBase, manifest_with("9.9.9", 99), lab.foreign_key);
      lab.check_refused(Errc::untrusted, test::kSecondBase);
    }
  }

  TEST_CASE("row 12: a manifest that is signed but has not the form is refused") {
    ManifestLab lab;
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
    ManifestLab lab;
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

  TEST_CASE("row 31: what is signed for another release's file does not pass as a manifest") {
    ManifestLab lab;
    const std::string text = schema::write_manifest(manifest_with("1.1.0", 7));
    const auto comment = trust::TrustedComment::parse(
        base::cat("file:tool-v1.1.0-linux-x86_64.tar.gz\tapp:tool\tchannel:stable\tsha256:",
                  trust::sha256_of(text).hex()));
    lab.server.put(stable_url, text);
    lab.server.put(stable_signature_url, lab.release_key.sign(text, comment));
    lab.check_refused(Errc::untrusted, "not stable.version-manifest.json");
  }

  TEST_CASE("the combined manifest is read where no channel is asked for") {
    ManifestLab lab;
    schema::Manifest combined = manifest_with("1.1.0", 7);
    combined.channel.reset();
    lab.server.publish(test::kBase, combined, lab.release_key);
    const std::array keys{lab.release_key.public_key()};
    const auto proven = site::fetch_manifest(
        {lab.server, lab.base_urls}, {.product = "tool", .channel = std::nullopt, .keys = keys});
    REQUIRE(proven);
    CHECK(proven->manifest == combined);
    CHECK(proven->base_url.text() == test::kBase);
  }

  TEST_CASE("text of a server never reaches an error with its control characters") {
    ManifestLab lab;
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
