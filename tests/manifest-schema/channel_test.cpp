#include "manifest-schema/channel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using schema::Channel;

TEST_SUITE("manifest-schema/channel") {
  TEST_CASE("names are read and written, and nothing else is a channel") {
    for (const Channel channel : schema::kChannels) {
      CHECK(schema::parse_channel(schema::channel_name(channel)) == channel);
    }
    for (const char* text : {"", "Stable", "stable ", "lts", "beta\n"}) {
      CHECK_FALSE(schema::parse_channel(text));
    }
  }

  TEST_CASE("each channel includes the more stable ones") {
    const auto seen_by = [](Channel channel) {
      const auto seen = schema::channels_seen_by(channel);
      return std::vector<Channel>(seen.begin(), seen.end());
    };
    CHECK(seen_by(Channel::stable) == std::vector{Channel::stable});
    CHECK(seen_by(Channel::beta) == std::vector{Channel::stable, Channel::beta});
    CHECK(seen_by(Channel::nightly) ==
          std::vector{Channel::stable, Channel::beta, Channel::nightly});
  }

  TEST_CASE("a version belongs to the channel that its name tells") {
    struct Row {
      std::string version;
      Channel channel;
    };
    for (const Row& row :
         {Row{"1.2.3", Channel::stable}, Row{"1.2.3-beta.1", Channel::beta},
          Row{"1.2.3-rc.1", Channel::beta}, Row{"1.2.3-1", Channel::beta},
          Row{"1.2.3-nightly.20260115", Channel::nightly}, Row{"1.2.3-dev", Channel::nightly},
          Row{"1.2.3-snapshot.abc", Channel::nightly}, Row{"1.2.3-nightlyish", Channel::beta}}) {
      CAPTURE(row.version);
      CHECK(schema::channel_of(schema::Version::parse(row.version)) == row.channel);
    }
  }

  TEST_CASE("each manifest of a site has its name, the combined one too") {
    std::vector<std::string> names;
    names.reserve(schema::kManifestsOfSite.size());
    for (const auto channel : schema::kManifestsOfSite)
      names.push_back(schema::manifest_name(channel));
    CHECK(names ==
          std::vector<std::string>{"stable.version-manifest.json", "beta.version-manifest.json",
                                   "nightly.version-manifest.json", "version-manifest.json"});
  }
}
