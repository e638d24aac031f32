#include "agent/listing.hpp"

#include "tests/support/golden.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

namespace {

using schema::Channel;
using schema::Version;

agent::ListingInput an_input() {
  agent::Available available;
  const auto add = [&available](std::string_view text, Channel channel) -> schema::Release& {
    test::ReleaseBlueprint blueprint;
    blueprint.version = text;
    blueprint.channel = channel;
    return available.releases.emplace(Version::parse(text), test::make_release(blueprint))
        .first->second;
  };
  add("1.0.0", Channel::stable).yanked = schema::Notice{"loses\x07 data", std::nullopt};
  add("1.1.0", Channel::stable);
  add("1.2.0", Channel::stable);
  add("1.3.0", Channel::stable).critical = true;
  add("1.4.0-beta.1", Channel::beta).platforms.clear();
  available.security_floor = Version::parse("1.0.5");
  available.halts.emplace(Channel::beta, schema::Notice{"looking", std::nullopt});
  return {.installed = {Version::parse("1.2.0"), Version::parse("1.1.0"), Version::parse("0.9.0")},
          .complete = {Version::parse("1.2.0"), Version::parse("1.1.0")},
          .current = Version::parse("1.1.0"),
          .previous = Version::parse("1.2.0"),
          .available = available,
          .hold = agent::RollbackHold{Version::parse("1.2.0"), test::now()},
          .blocklist = {},
          .skipped = {Version::parse("1.3.0")},
          .pin = "1.2",
          .machine = {schema::OperatingSystem::linux, schema::Architecture::x86_64,
                      schema::Libc::glibc, "2.36", "", ""}};
}

}  // namespace

TEST_SUITE("agent/listing") {
  TEST_CASE("a list marks what is current, kept, held, withdrawn and not for this machine") {
    test::check_golden("agent/list.txt", agent::listing_text(agent::make_listing(an_input())));
  }

  TEST_CASE("its JSON has the documented form") {
    test::check_golden("agent/list.json",
                       base::json::write(agent::listing_json(agent::make_listing(an_input()),
                                                             "tool", Channel::stable, true),
                                         base::json::Style::pretty));
  }

  TEST_CASE("without the site only what is installed is listed") {
    agent::ListingInput input = an_input();
    input.available = std::nullopt;
    const auto versions = agent::make_listing(input);
    REQUIRE(versions.size() == 3);
    CHECK(versions.front().version.text() == "1.2.0");
    CHECK(versions.front().previous);
    CHECK(versions.back().remarks == std::vector<std::string>{"damaged"});
  }

  TEST_CASE("an empty list is its heading") {
    agent::ListingInput input = an_input();
    input = {.installed = {},
             .complete = {},
             .current = {},
             .previous = {},
             .available = {},
             .hold = {},
             .blocklist = {},
             .skipped = {},
             .pin = {},
             .machine = input.machine};
    CHECK(agent::listing_text(agent::make_listing(input)) ==
          "  VERSION  STATE  CHANNEL  DATE  SIZE  REMARKS\n");
  }
}
