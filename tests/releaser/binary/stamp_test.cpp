#include "releaser/binary/stamp.hpp"

#include "base/text.hpp"
#include "tests/releaser/binary/damage.hpp"
#include "tests/releaser/binary/small_binaries.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using base::Errc;
using releaser::ByteSource;

namespace {

// The section as a compiler leaves it: magic, then zeros.
std::string blank_record() {
  std::string record(schema::kIdentityMagic);
  record.resize(schema::kIdentityBytes);
  return record;
}

std::string agent_with(const std::vector<std::pair<std::string, std::string>>& sections) {
  auto recipe = test::glibc_program();
  recipe.extra_sections = sections;
  return test::make_elf(recipe);
}

schema::Identity identity(std::string_view version) {
  const auto key =
      trust::PublicKey::parse("RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  return {.product = "esbuild",
          .agent = "esbuild-updater",
          .version = schema::Version::parse(version),
          .commit = std::nullopt,
          .date = base::parse_time("2026-11-20T10:00:00Z").value(),
          .base_urls = {base::Url::parse("https://releases.example.com/esbuild")},
          .public_keys = {{schema::Channel::stable, {key}}},
          .default_channel = schema::Channel::stable,
          .root = {}};
}

class StampFolder {
 public:
  StampFolder() : m_directory(std::filesystem::temp_directory_path(), "stamp-") {}
  [[nodiscard]] base::Path path(std::string_view name) const { return m_directory.path() / name; }
  [[nodiscard]] base::Path write(const std::string& bytes) const {
    base::write_file_atomically(path("agent"), bytes);
    return path("agent");
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    return base::read_file(path(name), std::size_t{64} * 1024 * 1024);
  }

 private:
  base::TemporaryDirectory m_directory;
};

void check_refused(const std::string& bytes, Errc code, std::string_view message) {
  const StampFolder folder;
  const auto agent = folder.write(bytes);
  test::check_error(code, message,
                    [&] { releaser::stamp_agent(agent, folder.path("out"), identity("1.0.0")); });
  CHECK(base::list_directory(agent.parent_path()) == std::vector<std::string>{"agent"});
}

}  // namespace

TEST_SUITE("releaser/binary/stamp") {
  TEST_CASE("only the bytes of the section change, and they are the identity") {
    const StampFolder folder;
    for (const bool is_64_bit : {true, false}) {
      auto recipe = test::glibc_program();
      recipe.is_64_bit = is_64_bit;
      recipe.machine = is_64_bit ? 62 : 3;
      recipe.extra_sections = {{".text", "code"}, {".cco_id", blank_record()}, {".data", "data"}};
      const auto before = test::make_elf(recipe);
      const auto agent = folder.write(before);
      CHECK_FALSE(releaser::read_identity(agent).has_value());

      releaser::stamp_agent(agent, folder.path("out"), identity("1.2.3"));
      const auto section = releaser::find_identity_section(ByteSource(before));
      auto expected = before;
      expected.replace(section, schema::kIdentityBytes, schema::encode_identity(identity("1.2.3")));
      CHECK(folder.read("out") == expected);
      CHECK(folder.read("agent") == before);
      const auto read = releaser::read_identity(folder.path("out"));
      REQUIRE(read.has_value());
      CHECK(read->agent == "esbuild-updater");
      CHECK(read->version.text() == "1.2.3");
    }
  }

  TEST_CASE("the copy is executable, whatever the umask and the mode of the agent") {
    const StampFolder folder;
    const auto agent = folder.write(agent_with({{".cco_id", blank_record()}}));
    const auto old_mask = umask(077);
    releaser::stamp_agent(agent, folder.path("out"), identity("1.2.3"));
    umask(old_mask);
    struct stat status {};
    REQUIRE(stat(folder.path("out").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0755);
  }

  TEST_CASE("a stamped agent can be stamped again, also in place") {
    const StampFolder folder;
    const auto agent = folder.write(agent_with({{".cco_id", blank_record()}}));
    releaser::stamp_agent(agent, agent, identity("1.2.3"));
    const auto once = folder.read("agent");
    releaser::stamp_agent(agent, agent, identity("2.0.0"));
    CHECK(releaser::read_identity(agent)->version.text() == "2.0.0");
    releaser::stamp_agent(agent, agent, identity("1.2.3"));
    CHECK(folder.read("agent") == once);
  }

  TEST_CASE("a larger agent than one read is copied whole") {
    const StampFolder folder;
    std::string padding(std::size_t{3} * 1024 * 1024 + 17, 'p');
    const auto before = agent_with({{".a", padding}, {".cco_id", blank_record()}, {".b", padding}});
    const auto agent = folder.write(before);
    releaser::stamp_agent(agent, folder.path("out"), identity("1.2.3"));
    auto restored = folder.read("out");
    restored.replace(releaser::find_identity_section(ByteSource(before)), schema::kIdentityBytes,
                     blank_record());
    CHECK(restored == before);
  }

  TEST_CASE("what cannot be stamped is refused, and nothing is left behind") {
    check_refused(agent_with({}), Errc::config, "has no section .cco_id");
    check_refused(agent_with({{".cco_idx", blank_record()}}), Errc::config, "has no section");
    check_refused(agent_with({{".cco_id", blank_record()}, {".cco_id", blank_record()}}),
                  Errc::config, "has 2 sections .cco_id");
    check_refused(agent_with({{".cco_id", blank_record().substr(0, 8191)}}), Errc::config,
                  "of 8191 bytes instead of 8192");
    check_refused(agent_with({{".cco_id", std::string(8192, '\0')}}), Errc::config,
                  "has other bytes than an identity");
    auto damaged = schema::encode_identity(identity("1.0.0"));
    damaged[100] = static_cast<char>(damaged[100] ^ 1);
    check_refused(agent_with({{".cco_id", damaged}}), Errc::untrusted, "damaged identity record");
    check_refused("#!/bin/sh\n", Errc::config, "is a shell script (#!/bin/sh)");
    check_refused("", Errc::config, "is empty");
    check_refused(test::make_macho({}), Errc::config, "is for darwin; only ELF files");
    auto stripped = test::glibc_program();
    stripped.has_sections = false;
    check_refused(test::make_elf(stripped), Errc::config, "has no section .cco_id");
  }

  TEST_CASE("an agent that is cut off or changed never crashes the search") {
    auto recipe = test::glibc_program();
    recipe.extra_sections = {{".cco_id", blank_record()}};
    const auto bytes = test::make_elf(recipe);
    for (std::size_t size = 0; size<bytes.size(); size += size> 600 && size < 8600 ? 97 : 1) {
      const std::string part = bytes.substr(0, size);
      test::check_error(Errc::config, "",
                        [&] { (void)releaser::find_identity_section(ByteSource(part)); });
    }
    const auto section = releaser::find_identity_section(ByteSource(bytes));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (at == section + 16) at = section + schema::kIdentityBytes;
      auto changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 0xff);
      try {
        (void)releaser::find_identity_section(ByteSource(changed));
      } catch (const base::Error& error) {
        CHECK_MESSAGE(error.code() == Errc::config, error.what());
      }
    }
  }
}
