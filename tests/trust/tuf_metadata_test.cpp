#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/signing.hpp"
#include "trust/digest.hpp"
#include "trust/tuf/metadata.hpp"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

using base::cat;
using base::Errc;
using test::check_error;
using trust::tuf::Delegation;
using trust::tuf::matches_pattern;
using trust::tuf::RoleType;

namespace {

namespace json = base::json;
namespace tuf = trust::tuf;

// Nobody asks here who has signed.
tuf::Envelope unsigned_envelope(std::string_view part) {
  return tuf::parse_envelope(cat(R"({"signatures":[],"signed":)", part, "}"), 1 << 20);
}

void parse(RoleType type, std::string_view part) {
  const tuf::Envelope envelope = unsigned_envelope(part);
  switch (type) {
    case RoleType::root:
      tuf::parse_root(envelope);
      break;
    case RoleType::timestamp:
      tuf::parse_timestamp(envelope);
      break;
    case RoleType::snapshot:
      tuf::parse_snapshot(envelope);
      break;
    case RoleType::targets:
      tuf::parse_targets(envelope);
      break;
  }
}

constexpr std::string_view kTimestamp =
    R"({"_type":"timestamp","expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":)"
    R"({"hashes":{"sha256":"AB"},"length":7,"version":3}},"spec_version":"1.0.34","version":4})";
constexpr std::string_view kSnapshot =
    R"({"_type":"snapshot","expires":"2030-01-01T00:00:00Z","meta":{"targets.json":{"version":1},)"
    R"("stable.json":{"length":0,"version":9007199254740992}},"spec_version":"1.0.34","version":4})";
constexpr std::string_view kTargets =
    R"({"_type":"targets","expires":"2030-01-01T00:00:00Z","spec_version":"1.0.34","version":4,)"
    R"("targets":{"dir/file":{"custom":{"x":[1]},"hashes":{"sha256":"ab","sha512":"cd"},)"
    R"("length":5}},"delegations":{"keys":{},"roles":[)"
    R"({"keyids":[],"name":"first","paths":["a*"],"terminating":true,"threshold":1},)"
    R"({"keyids":[],"name":"second","path_hash_prefixes":["00","f"],"terminating":false,)"
    R"("threshold":2}]}})";
constexpr std::string_view kRoot =
    R"({"_type":"root","consistent_snapshot":true,"expires":"2030-01-01T00:00:00Z","keys":{},)"
    R"("roles":{"root":{"keyids":[],"threshold":1},"snapshot":{"keyids":[],"threshold":2},)"
    R"("targets":{"keyids":[],"threshold":3},"timestamp":{"keyids":[],"threshold":4}},)"
    R"("spec_version":"1.0.34","version":4})";

std::string_view text_of(RoleType type) {
  switch (type) {
    case RoleType::root:
      return kRoot;
    case RoleType::timestamp:
      return kTimestamp;
    case RoleType::snapshot:
      return kSnapshot;
    case RoleType::targets:
      break;
  }
  return kTargets;
}

}  // namespace

TEST_SUITE("trust/tuf/metadata") {
  TEST_CASE("each type gives what it says") {
    const tuf::Root root = tuf::parse_root(unsigned_envelope(kRoot));
    CHECK(root.version == 4);
    CHECK(base::format_time(root.expires) == "2030-01-01T00:00:00Z");
    CHECK(root.consistent_snapshot);
    CHECK(root.roles.size() == 4);
    CHECK(root.roles.at(RoleType::snapshot).threshold == 2);
    CHECK(root.roles.at(RoleType::timestamp).threshold == 4);

    const tuf::Timestamp timestamp = tuf::parse_timestamp(unsigned_envelope(kTimestamp));
    CHECK(timestamp.snapshot.version == 3);
    CHECK(timestamp.snapshot.length == 7);
    CHECK(timestamp.snapshot.hashes == tuf::Hashes{{"sha256", "ab"}});

    const tuf::Snapshot snapshot = tuf::parse_snapshot(unsigned_envelope(kSnapshot));
    CHECK(snapshot.files.size() == 2);
    CHECK(snapshot.files.at("targets.json").version == 1);
    CHECK_FALSE(snapshot.files.at("targets.json").length);
    CHECK(snapshot.files.at("targets.json").hashes.empty());
    CHECK(snapshot.files.at("stable.json").version == test::kMaxVersion);
    CHECK(snapshot.files.at("stable.json").length == 0);

    const tuf::Targets targets = tuf::parse_targets(unsigned_envelope(kTargets));
    CHECK(targets.files.at("dir/file").length == 5);
    CHECK(targets.files.at("dir/file").hashes.size() == 2);
    CHECK(json::write(targets.files.at("dir/file").custom, json::Style::compact) == R"({"x":[1]})");
    REQUIRE(targets.delegations.size() == 2);
    CHECK(targets.delegations[0].terminating);
    CHECK(targets.delegations[0].paths == std::vector<std::string>{"a*"});
    CHECK_FALSE(targets.delegations[1].terminating);
    CHECK(targets.delegations[1].authority.threshold == 2);
    CHECK(targets.find_delegation("second") == &targets.delegations[1]);
    CHECK(targets.find_delegation("third") == nullptr);
  }

  TEST_CASE("what is written is read again as the same") {
    test::MetadataRepository repository;
    repository.delegate("targets", "a role/with %", {"x/*", "y"}, true);
    repository.delegate("targets", "bins", {}).hash_prefixes = {"0", "a1"};
    repository.add_target("a role/with %", "x/file", "content");
    repository.publish();
    const auto check = [](const json::Value& part, const auto& parse_it, const auto& write_it) {
      const std::string text = json::write(part, json::Style::compact);
      CHECK(write_it(parse_it(unsigned_envelope(text))) == part);
    };
    check(tuf::write_root(repository.root), tuf::parse_root, tuf::write_root);
    check(tuf::write_timestamp(repository.timestamp), tuf::parse_timestamp, tuf::write_timestamp);
    check(tuf::write_snapshot(repository.snapshot), tuf::parse_snapshot, tuf::write_snapshot);
    check(tuf::write_targets(repository.targets), tuf::parse_targets, tuf::write_targets);
    check(tuf::write_targets(repository.delegated.at("a role/with %")), tuf::parse_targets,
          tuf::write_targets);
  }

  TEST_CASE("wrong fields are refused with the place, whatever the type") {
    struct Row {
      std::string_view from, to, message;
    };
    for (const RoleType type : tuf::kRoleTypes) {
      const std::string name(tuf::role_name(type));
      const std::string wrong_type = cat("_type: is x, and not ", name);
      const std::string is_type = cat("\"_type\":\"", name, '"');
      const Row table[] = {
          {is_type, "\"_type\":\"x\"", wrong_type},
          {is_type, "\"_type\":1", "_type: must be a text"},
          {is_type, "\"type\":1", "_type: is missing"},
          {is_type, "\"_type\":\"\\u001b[31m\"", "_type: is [31m, and not"},
          {"\"version\":4", "\"version\":0", "version: must be at least 1"},
          {"\"version\":4", "\"version\":-1", "version: must be an integer from 0 to 2^53"},
          {"\"version\":4", "\"version\":\"4\"", "version: must be an integer"},
          {"\"version\":4", "\"version\":true", "version: must be an integer"},
          {"\"version\":4", "\"version\":4.0", "fraction"},
          {"\"version\":4", "\"version\":9007199254740993", "beyond 2^53"},
          {"\"version\":4", "\"version\":9223372036854775808", "beyond 2^53"},
          {"\"version\":4", "\"version\":1e400", "line 1"},
          {"\"version\":4", "\"version\":null", "version: is missing"},
          {"\"version\":4", "\"Version\":4", "version: is missing"},
          {"\"version\":4", "\"version\":4,\"version\":4", "stands twice"},
          {"2030-01-01T00:00:00Z", "2030-01-01T00:00:00", "expires: must be a time"},
          {"2030-01-01T00:00:00Z", "2030-01-01T00:00:00+00:00", "expires: must be a time"},
          {"2030-01-01T00:00:00Z", "2030-02-30T00:00:00Z", "expires: must be a time"},
          {"2030-01-01T00:00:00Z", "", "expires: must be a time"},
          {"\"2030-01-01T00:00:00Z\"", "1", "expires: must be a text"},
          {"expires", "Expires", "expires: is missing"},
          {"1.0.34", "2.0.0", "spec_version: is 2.0.0, which this program does not know"},
          {"1.0.34", "10.0.0", "spec_version: is 10.0.0"},
          {"1.0.34", "", "spec_version: is "},
          {"1.0.34", "1", "spec_version: is 1,"},
          {"1.0.34", "1.", "spec_version: is 1.,"},
          {"1.0.34", "1.0.3Z", "spec_version: is 1.0.3Z"},
          {"1.0.34", "1.0.3.4", "spec_version: is 1.0.3.4"},
          {"spec_version", "specversion", "spec_version: is missing"},
      };
      for (const Row& row : table) {
        const std::string text = base::replace_all(text_of(type), row.from, row.to);
        INFO(text);
        REQUIRE(text != text_of(type));
        check_error(Errc::untrusted, row.message, [&] { parse(type, text); });
      }
      parse(type, base::replace_all(text_of(type), "1.0.34", "1.2.3"));
      parse(type,
            base::replace_all(text_of(type), "\"version\":4", "\"version\":9007199254740992"));
      for (const RoleType other : tuf::kRoleTypes) {
        if (other == type) continue;
        check_error(Errc::untrusted, cat("_type: is ", name, ", and not ", tuf::role_name(other)),
                    [&] { parse(other, text_of(type)); });
      }
    }
  }

  TEST_CASE("wrong fields of one type are refused with the place") {
    struct Row {
      RoleType type;
      std::string_view from, to, message;
    };
    const Row table[] = {
        {RoleType::root, "\"keys\":{}", "\"keys\":[]", "keys: must be an object"},
        {RoleType::root, "\"keys\":{},", "", "keys: is missing"},
        {RoleType::root, "\"targets\":{", "\"target\":{", "roles.targets: is missing"},
        {RoleType::root, "\"timestamp\":{", "\"mirrors\":{", "roles.timestamp: is missing"},
        {RoleType::root, "\"threshold\":3", "\"threshold\":0", "roles.targets.threshold: must be"},
        {RoleType::root, "\"threshold\":3", "\"x\":0", "roles.targets.threshold: is missing"},
        {RoleType::root, "\"keyids\":[],\"threshold\":3", "\"threshold\":3",
         "roles.targets.keyids: is missing"},
        {RoleType::root, "\"keyids\":[],\"threshold\":3",
         "\"keyids\":[\"a\",\"a\"],\"threshold\":3", "roles.targets.keyids: names a key twice"},
        {RoleType::root, "\"consistent_snapshot\":true", "\"consistent_snapshot\":1",
         "consistent_snapshot: must be true or false"},
        {RoleType::timestamp, "snapshot.json", "targets.json", "meta.snapshot.json: is missing"},
        {RoleType::timestamp, "\"meta\"", "\"Meta\"", "meta: is missing"},
        {RoleType::timestamp, "\"version\":3", "\"version\":0",
         "meta.snapshot.json.version: must be at least 1"},
        {RoleType::timestamp, "\"length\":7", "\"length\":-7",
         "meta.snapshot.json.length: must be"},
        {RoleType::timestamp, "\"length\":7", "\"length\":7.5", "fraction"},
        {RoleType::timestamp, "{\"sha256\":\"AB\"}", "{}", "hashes: must not be empty"},
        {RoleType::timestamp, "\"AB\"", "1", "hashes.sha256: must be"},
        {RoleType::timestamp, "{\"sha256\":\"AB\"}", "[]", "hashes: must be an object"},
        {RoleType::snapshot, "targets.json", "target.json", "meta.targets.json: is missing"},
        {RoleType::snapshot, "{\"version\":1}", "{\"length\":1}",
         "meta.targets.json.version: is missing"},
        {RoleType::snapshot, "{\"version\":1}", "1", "meta.targets.json: must be an object"},
        {RoleType::snapshot, "stable.json", "targets.json", "stands twice"},
        {RoleType::targets, "\"targets\":{", "\"target\":{", "targets: is missing"},
        {RoleType::targets, "\"length\":5", "\"size\":5", "targets.dir/file.length: is missing"},
        {RoleType::targets, "\"length\":5", "\"length\":-5", "targets.dir/file.length: must be"},
        {RoleType::targets, "\"hashes\":{\"sha256\":\"ab\",\"sha512\":\"cd\"},", "",
         "targets.dir/file.hashes: must be an object"},
        {RoleType::targets, "{\"sha256\":\"ab\",\"sha512\":\"cd\"}", "{}",
         "targets.dir/file.hashes: must not be empty"},
        {RoleType::targets, "dir/file", "\\u202edir\\u001b/file\\\",\\\"",
         "targets.dir/file\",\".hashes.sha256"},
        {RoleType::targets, "\"keys\":{}", "\"key\":{}", "delegations.keys: is missing"},
        {RoleType::targets, "\"roles\":", "\"Roles\":", "delegations.roles: is missing"},
        {RoleType::targets, "\"name\":\"second\"", "\"name\":\"first\"",
         "delegations.roles[1].name: is that of an earlier role"},
        {RoleType::targets, "\"name\":\"second\"", "\"name\":\"\"",
         "delegations.roles[1].name: must not be empty"},
        {RoleType::targets, "\"name\":\"second\"", "\"x\":\"second\"",
         "delegations.roles[1].name: is missing"},
        {RoleType::targets, "\"name\":\"second\"", "\"name\":\"snapshot\"",
         "delegations.roles[1].name: is that of a top-level role"},
        {RoleType::targets, "\"threshold\":2", "\"threshold\":0",
         "delegations.roles[1].threshold: must be at least 1"},
        {RoleType::targets, "\"path_hash_prefixes\"", "\"paths\":[],\"path_hash_prefixes\"",
         "must not stand beside paths"},
        {RoleType::targets, "\"path_hash_prefixes\"", "\"x\"",
         "delegations.roles[1].paths: is missing"},
        {RoleType::targets, "\"terminating\":true,", "",
         "delegations.roles[0].terminating: is missing"},
        {RoleType::targets, "[\"a*\"]", "\"a*\"", "delegations.roles[0].paths: must be"},
        {RoleType::targets, "\"terminating\":true", "\"terminating\":\"yes\"",
         "delegations.roles[0].terminating: must be true or false"},
    };
    for (const Row& row : table) {
      std::string text = base::replace_all(text_of(row.type), row.from, row.to);
      INFO(text);
      REQUIRE(text != text_of(row.type));
      if (row.message.ends_with("hashes.sha256")) {
        text = base::replace_all(text, "\"ab\"", "1");
      }
      check_error(Errc::untrusted, row.message, [&] { parse(row.type, text); });
    }
  }

  TEST_CASE("what may be absent may be absent") {
    CHECK_FALSE(tuf::parse_root(unsigned_envelope(
                                    base::replace_all(kRoot, "\"consistent_snapshot\":true,", "")))
                    .consistent_snapshot);
    const tuf::Targets bare = tuf::parse_targets(unsigned_envelope(
        R"({"_type":"targets","expires":"2030-01-01T00:00:00Z","spec_version":"1.0.34",)"
        R"("version":4,"targets":{}})"));
    CHECK(bare.files.empty());
    CHECK(bare.delegations.empty());
  }

  TEST_CASE("metadata cut short at any byte is refused") {
    for (const RoleType type : tuf::kRoleTypes) {
      for (std::size_t size = 0; size < text_of(type).size(); ++size) {
        test::message_of(Errc::untrusted, [&] { parse(type, text_of(type).substr(0, size)); });
      }
    }
  }

  TEST_CASE("patterns are those of a shell, and stop at each slash") {
    struct Row {
      std::string_view pattern;
      std::vector<std::string_view> covered, others;
    };
    const Row table[] = {
        {"", {""}, {"a", "/"}},
        {"foo.tgz", {"foo.tgz"}, {"targets/foo.tgz", "foo.tgz2", "foo_tgz", "foo.tg", ""}},
        {"*", {"", "a", "a.b", ".a"}, {"/", "a/", "/a", "a/b"}},
        {"*.tgz",
         {"foo.tgz", "bar.tgz", ".tgz", "a.tgz.tgz"},
         {"targets/foo.tgz", "a.tgz.x", "tgz"}},
        {"targets/*.tgz", {"targets/foo.tgz"}, {"targets/foo.txt", "targets/a/b.tgz", "foo.tgz"}},
        {"foo-version-?.tgz",
         {"foo-version-2.tgz", "foo-version-a.tgz"},
         {"foo-version-alpha.tgz", "foo-version-.tgz", "foo-version-/.tgz"}},
        {"*/*", {"a/b", "/", "a/"}, {"a", "a/b/c", "//a"}},
        {"**", {"", "abc"}, {"a/b"}},
        {"a*b*c", {"abc", "aXbYc", "abbcc", "abcbc"}, {"ab", "acb", "a/bc", "abcx"}},
        {"*a*/b*", {"a/b", "xax/bx", "aa/b"}, {"x/b", "a/xb", "a/b/", "b/a"}},
        {"*aab", {"aab", "aaab", "aabaab"}, {"ab", "aaba", "x/aab"}},
        {"??", {"ab"}, {"a", "abc", "a/", "/a"}},
        {"?*", {"a", "ab"}, {"", "/", "a/"}},
        {"[ab]", {"[ab]"}, {"a", "b"}},
        {"\\*", {"\\x"}, {"*", "x"}},
        {"A", {"A"}, {"a"}},
        {"/a", {"/a"}, {"a"}},
    };
    for (const Row& row : table) {
      for (const std::string_view path : row.covered) {
        INFO(cat(row.pattern, " covers ", path));
        CHECK(matches_pattern(row.pattern, path));
      }
      for (const std::string_view path : row.others) {
        INFO(cat(row.pattern, " does not cover ", path));
        CHECK_FALSE(matches_pattern(row.pattern, path));
      }
    }
  }

  TEST_CASE("a pattern made to take long does not") {
    std::string pattern;
    for (int count = 0; count < 10'000; ++count)
      pattern += "*a";
    CHECK_FALSE(matches_pattern(pattern + "b", std::string(10'000, 'a')));
    CHECK(matches_pattern(pattern, std::string(10'000, 'a')));
    CHECK(matches_pattern(std::string(100'000, '*'), std::string(100'000, 'a')));
  }

  TEST_CASE("hash prefixes are beginnings of the digest of the path") {
    const std::string digest = trust::sha256_of("dir/file").hex();
    const auto covers = [](const std::string& prefix) {
      Delegation delegation;
      delegation.hash_prefixes = {"zz", prefix};
      return delegation.covers("dir/file");
    };
    for (std::size_t size = 0; size <= digest.size(); ++size)
      CHECK(covers(digest.substr(0, size)));
    CHECK_FALSE(covers(digest + "0"));
    CHECK_FALSE(covers(digest.substr(1)));
    CHECK_FALSE(covers("dir"));
    Delegation none;
    CHECK_FALSE(none.covers("dir/file"));
    CHECK_FALSE(none.covers(""));
    Delegation by_path;
    by_path.paths = {"x", "dir/*"};
    CHECK(by_path.covers("dir/file"));
    CHECK_FALSE(by_path.covers("dir/file/more"));
  }

  TEST_CASE("no name of a role leads out of a folder") {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"stable", "stable.json"},
        {"a role", "a%20role.json"},
        {"../../etc/passwd", "..%2F..%2Fetc%2Fpasswd.json"},
        {"/", "%2F.json"},
        {"a\\b:c%2F", "a%5Cb%3Ac%252F.json"},
        {"\xc3\xa9", "%C3%A9.json"},
        {"Az09_-.~", "Az09_-.~.json"},
        {std::string_view("a\0b\n", 4), "a%00b%0A.json"},
    };
    for (const auto& [role, name] : table)
      CHECK(tuf::file_name(role) == name);
  }

  TEST_CASE("a file must have its length, and every known hash") {
    const std::string bytes = "content";
    const std::string sha256 = trust::sha256_of(bytes).hex();
    const std::string sha512 = trust::sha512_hex(bytes);
    tuf::require_file(bytes, std::nullopt, {}, "file");
    tuf::require_file(bytes, 7, {}, "file");
    tuf::require_file(bytes, 7, {{"sha256", sha256}}, "file");
    tuf::require_file(bytes, 7, {{"sha512", sha512}}, "file");
    tuf::require_file(bytes, 7, {{"sha256", sha256}, {"sha512", sha512}, {"md5", "00"}}, "file");
    struct Row {
      std::optional<std::uint64_t> length;
      tuf::Hashes hashes;
      std::string_view message;
    };
    const Row table[] = {
        {6, {{"sha256", sha256}}, "file has 7 bytes, and not 6"},
        {8, {}, "file has 7 bytes, and not 8"},
        {7, {{"sha256", sha512}}, "file has another sha256"},
        {7, {{"sha256", sha256.substr(1)}}, "file has another sha256"},
        {7, {{"sha256", ""}}, "file has another sha256"},
        {7, {{"sha256", sha256}, {"sha512", sha256}}, "file has another sha512"},
        {7, {{"md5", "00"}, {"SHA256", sha256}}, "no hash that this program knows"},
    };
    for (const Row& row : table) {
      check_error(Errc::untrusted, row.message,
                  [&] { tuf::require_file(bytes, row.length, row.hashes, "file"); });
    }
    check_error(Errc::untrusted, "a[31mb has 7 bytes", [&] {
      tuf::require_file(bytes, 1, {},
                        "a\x1b[31m\xe2\x80\xae"
                        "b");
    });
  }
}
