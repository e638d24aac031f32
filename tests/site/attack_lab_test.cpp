#include "tests/site/attack_lab.hpp"

#include "site/archive_download.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/hostile_server.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

using base::cat;
using base::Errc;
using test::AttackLab;
using test::KeyPair;
using test::kMaxVersion;
using test::MetadataRepository;
using test::new_key;
using trust::tuf::RoleType;

namespace {

namespace json = base::json;
namespace tuf = trust::tuf;
using Names = std::set<std::string>;

constexpr std::string_view kManifest = "stable.version-manifest.json";
// What one thief of CI holds, and what a new root or targets takes from him.
const std::vector<std::string_view> kOnline{"timestamp", "snapshot"};

// The maintainer goes on from what was true before, or from what the right keys have signed since.
enum class Then { goes_back, goes_on };

struct Attack {
  std::string_view number;  // in the list of attacks of the threat model
  std::string_view name;
  Errc code;
  std::string_view message;
  std::function<void(AttackLab&)> make;
  // What had passed all its checks before the refusal: these files, and no others, are new.
  Names kept = {};
  // Whose keys the maintainer replaces before going on.
  std::vector<std::string_view> replaced = {};
  bool gives_hashes = true;
  Then then = Then::goes_back;
};

std::vector<Attack> attacks_on_the_root() {
  return {
      {"1", "another root than the next", Errc::untrusted, "by the keys of the one before, has 0",
       [](AttackLab& lab) { lab.write_root({lab.repository.rotate("root")}); }},
      {"10", "the next root without its own threshold", Errc::untrusted, "by its own keys, has 0",
       [](AttackLab& lab) {
         const auto old = lab.repository.signers["root"];
         lab.repository.rotate("root");
         lab.write_root(old);
       }},
      {"26", "a root whose two keys are one", Errc::untrusted, "names a key twice",
       [](AttackLab& lab) {
         tuf::Authority& authority = lab.repository.root.roles.at(RoleType::root);
         authority.keys.push_back(authority.keys.front());
         authority.threshold = 2;
         lab.write_root(lab.repository.signers["root"]);
       }},
      {"26", "a root with a threshold of none", Errc::untrusted, "must be at least 1",
       [](AttackLab& lab) {
         lab.repository.root.roles.at(RoleType::timestamp).threshold = 0;
         lab.write_root(lab.repository.signers["root"]);
       }},
      {"30", "a root that skips a version", Errc::untrusted, "has version 3, and not 2",
       [](AttackLab& lab) {
         ++lab.repository.root.version;
         lab.write_root(lab.repository.signers["root"]);
         lab.repository.files["metadata/2.root.json"] = lab.repository.root_file(3);
       }},
      {"2",
       "an old root in the place of the next",
       Errc::untrusted,
       "has version 1, and not 4",
       [](AttackLab& lab) {
         lab.write_root(lab.repository.signers["root"]);
         lab.write_root(lab.repository.signers["root"]);
         lab.repository.files["metadata/4.root.json"] = lab.repository.root_file(1);
       },
       {"root.json", "root_history/2.root.json", "root_history/3.root.json"},
       {},
       true,
       Then::goes_on},
      {"27", "targets in the place of the next root", Errc::untrusted,
       "by the keys of the one before",
       [](AttackLab& lab) {
         lab.repository.files["metadata/2.root.json"] = lab.file_of("targets");
       }},
      {"5", "a root without end", Errc::untrusted, "524288 bytes",
       [](AttackLab& lab) {
         lab.repository.files["metadata/2.root.json"] = std::string(600'000, ' ');
       }},
      {"25", "a root of brackets", Errc::untrusted, "16 levels deep",
       [](AttackLab& lab) {
         lab.repository.files["metadata/2.root.json"] = std::string(100'000, '[');
       }},
      {"4",
       "a root that has expired is the newest",
       Errc::expired,
       "root expired at",
       [](AttackLab& lab) {
         lab.repository.root.expires = lab.time;
         lab.repository.publish();
         lab.repository.root.expires += std::chrono::hours(10'000);
       },
       {"root.json", "root_history/2.root.json"},
       {},
       true,
       Then::goes_on},
  };
}

std::vector<Attack> attacks_on_the_timestamp() {
  return {
      {"1", "a timestamp of a stranger", Errc::untrusted, "timestamp has 0 of 1",
       [](AttackLab& lab) { lab.sign_again("timestamp", {new_key()}); }},
      {"12", "a timestamp that was edited", Errc::untrusted, "timestamp has 0 of 1",
       [](AttackLab& lab) {
         lab.repository.tamper("metadata/timestamp.json",
                               [](json::Object& part) { part.emplace_back("note", "\x1b[31m"); });
       }},
      {"2", "the timestamp of yesterday", Errc::untrusted, "timestamp is going backwards",
       [](AttackLab& lab) {
         lab.repository.timestamp.version = 2;
         lab.repository.write_role("timestamp");
       }},
      {"4", "a site that stands still until it expires", Errc::expired, "timestamp expired at",
       [](AttackLab& lab) {
         lab.repository.timestamp.expires = lab.time;
         lab.repository.publish();
       }},
      {"7",
       "a stolen timestamp key, and the snapshot of yesterday",
       Errc::untrusted,
       "snapshot is going backwards",
       [](AttackLab& lab) {
         lab.repository.timestamp.version += 10;
         lab.repository.timestamp.snapshot = tuf::describe(lab.file("metadata/2.snapshot.json"), 2);
         lab.repository.write_role("timestamp");
       },
       {},
       {"timestamp"}},
      {"3",
       "a version past the largest",
       Errc::untrusted,
       "beyond 2^53",
       [](AttackLab& lab) {
         lab.repository.timestamp.version = kMaxVersion + 1;
         lab.repository.write_role("timestamp");
       },
       {},
       {"timestamp"}},
      {"5", "a timestamp without end", Errc::untrusted, "16384 bytes",
       [](AttackLab& lab) { lab.file_of("timestamp").append(20'000, ' '); }},
      {"27", "the snapshot in the place of the timestamp", Errc::untrusted, "timestamp has 0 of 1",
       [](AttackLab& lab) { lab.file_of("timestamp") = lab.file_of("snapshot"); }},
      {"25", "a name that stands twice", Errc::untrusted, "stands twice",
       [](AttackLab& lab) {
         lab.file_of("timestamp") =
             base::replace_all(lab.file_of("timestamp"), "\"_type\"", "\"version\":99,\"_type\"");
       }},
      {"25", "a version with a fraction", Errc::untrusted, "fraction",
       [](AttackLab& lab) {
         lab.file_of("timestamp") =
             base::replace_all(lab.file_of("timestamp"), "\"version\":", "\"version\":1.5e0");
       }},
      {"22", "control characters in a version of the specification", Errc::untrusted,
       "spec_version: is [2J9, which",
       [](AttackLab& lab) {
         lab.repository.before_signing = [](std::string_view role, json::Object& part) {
           for (auto& [name, value] : part) {
             if (role == "timestamp" && name == "spec_version")
               value =
                   "\x1b[2J\xe2\x80\xae"
                   "9";
           }
         };
         lab.repository.publish();
       }},
  };
}

std::vector<Attack> attacks_on_the_snapshot() {
  return {
      {"7",
       "another snapshot of the same length",
       Errc::untrusted,
       "snapshot has another sha256",
       [](AttackLab& lab) {
         char& digit = lab.file_of("snapshot")[lab.file_of("snapshot").find("\"sig\"") + 8];
         digit = digit == '0' ? '1' : '0';
       },
       {"timestamp.json"}},
      {"5",
       "a snapshot that goes on",
       Errc::untrusted,
       "bytes",
       [](AttackLab& lab) { lab.file_of("snapshot").append(100, ' '); },
       {"timestamp.json"}},
      {"7",
       "the snapshot of yesterday by the name of today",
       Errc::untrusted,
       "snapshot has version 3, and the timestamp names 4",
       [](AttackLab& lab) { lab.file_of("snapshot") = lab.file("metadata/3.snapshot.json"); },
       {"timestamp.json"},
       {},
       false},
      {"9",
       "a mirror that keeps the snapshot back",
       Errc::untrusted,
       "is named but not there",
       [](AttackLab& lab) { lab.repository.files.erase(lab.repository.path_of("snapshot")); },
       {"timestamp.json"}},
      {"10",
       "a snapshot by the timestamp's key",
       Errc::untrusted,
       "snapshot has 0 of 1",
       [](AttackLab& lab) { lab.sign_again("snapshot", lab.repository.signers["timestamp"]); },
       {"timestamp.json"},
       {},
       false},
      {"4",
       "a snapshot that has expired",
       Errc::expired,
       "snapshot expired at",
       [](AttackLab& lab) {
         lab.repository.snapshot.expires = lab.time;
         lab.repository.publish();
         lab.repository.snapshot.expires += std::chrono::hours(10'000);
       },
       {"timestamp.json"},
       {},
       true,
       Then::goes_on},
      {"2",
       "the stolen keys of CI, and the channel of yesterday",
       Errc::untrusted,
       "stable.json is going backwards",
       [](AttackLab& lab) {
         lab.repository.snapshot.files.at("stable.json").version = 1;
         lab.write_online_roles();
       },
       {"timestamp.json"},
       kOnline},
      {"10",
       "the stolen keys of CI, and a channel less",
       Errc::untrusted,
       "lists nightly.json no longer",
       [](AttackLab& lab) {
         lab.repository.snapshot.files.erase("nightly.json");
         lab.write_online_roles();
       },
       {"timestamp.json"},
       kOnline},
      {"3",
       "the stolen keys of CI, and versions far ahead",
       Errc::untrusted,
       "version 9007199254740992 of targets is named but not there",
       [](AttackLab& lab) {
         for (auto& [name, file] : lab.repository.snapshot.files)
           file = {kMaxVersion, {}, {}};
         lab.repository.snapshot.version = lab.repository.timestamp.version = kMaxVersion - 1;
         lab.write_online_roles();
       },
       {"timestamp.json", "snapshot.json"},
       kOnline},
      {"11",
       "the stolen keys of CI, and targets that nobody signed",
       Errc::untrusted,
       "targets has 0 of 1",
       [](AttackLab& lab) {
         ++lab.repository.targets.version;
         lab.repository.targets.delegations.front().authority.keys = {
             tuf::key_of(lab.repository.signers["timestamp"].front()->public_key())};
         lab.repository.signers["targets"] = lab.repository.signers["timestamp"];
         const std::string path = lab.repository.write_role("targets");
         lab.repository.snapshot.files.at("targets.json") =
             tuf::describe(lab.file(path), lab.repository.targets.version);
         lab.write_online_roles();
       },
       {"timestamp.json", "snapshot.json"},
       kOnline},
  };
}

std::vector<Attack> attacks_on_a_channel() {
  const Names online{"timestamp.json", "snapshot.json"};
  return {
      {"29", "a channel with other bytes than the snapshot names", Errc::untrusted, "bytes",
       [](AttackLab& lab) { lab.file_of("stable") += ' '; }, online},
      {"29",
       "the channel of yesterday by the name of today",
       Errc::untrusted,
       "stable has version 2, and the snapshot names 3",
       [](AttackLab& lab) { lab.file_of("stable") = lab.file("metadata/2.stable.json"); },
       online,
       {},
       false},
      {"29",
       "a channel that has expired",
       Errc::expired,
       "stable expired at",
       [](AttackLab& lab) {
         lab.repository.delegated.at("stable").expires = lab.time;
         lab.repository.publish();
         lab.repository.delegated.at("stable").expires += std::chrono::hours(10'000);
       },
       online,
       {},
       true,
       Then::goes_on},
      {"8",
       "nightly in the place of stable",
       Errc::untrusted,
       "stable has 0 of 1",
       [](AttackLab& lab) { lab.file_of("stable") = lab.file_of("nightly"); },
       online,
       {},
       false},
      {"11", "everything that CI holds, and a release of its own", Errc::untrusted,
       "stable has 0 of 1",
       [](AttackLab& lab) {
         lab.repository.signers["stable"] = lab.repository.signers["nightly"];
         lab.offer(AttackLab::manifest_text("6.6.6", 99));
       },
       online, kOnline},
      {"10",
       "the stolen key of stable, after targets revoked it",
       Errc::untrusted,
       "stable has 0 of 1",
       [](AttackLab& lab) {
         const auto stolen = lab.repository.signers["stable"];
         lab.repository.rotate("stable");
         lab.repository.signers["stable"] = stolen;
         lab.offer(AttackLab::manifest_text("6.6.6", 99));
       },
       {"timestamp.json", "snapshot.json", "targets.json"},
       {"stable"},
       true,
       Then::goes_on},
      {"26",
       "one of two keys that stable needs, stolen",
       Errc::untrusted,
       "stable has 1 of 2",
       [](AttackLab& lab) {
         const std::vector<KeyPair> both{new_key(), new_key()};
         lab.repository.set_keys("stable", both, 2);
         lab.repository.signers["stable"] = {both.front()};
         lab.offer(AttackLab::manifest_text("6.6.6", 99));
       },
       {"timestamp.json", "snapshot.json", "targets.json"},
       {"stable"},
       true,
       Then::goes_on},
  };
}

std::vector<Attack> attacks_on_a_manifest() {
  const Names proven{"timestamp.json", "snapshot.json", "stable.json"};
  Names with_manifest = proven;
  with_manifest.insert(std::string(kManifest));
  const auto target = [](AttackLab& lab) -> std::string& {
    return lab.file(lab.repository.target_path("stable", kManifest));
  };
  return {
      {"12", "a manifest that was edited", Errc::untrusted, "has another sha256",
       [target](AttackLab& lab) { target(lab) = base::replace_all(target(lab), "1.2.0", "9.2.0"); },
       proven},
      {"5", "a manifest without end", Errc::untrusted, "bytes",
       [target](AttackLab& lab) { target(lab).append(1 << 20, ' '); }, proven},
      {"31", "the manifest of an earlier release, by its new name", Errc::untrusted,
       "another sha256",
       [target](AttackLab& lab) { target(lab) = AttackLab::manifest_text("1.1.0", 2); }, proven},
      {"8",
       "a manifest of another product",
       Errc::untrusted,
       "of product other",
       [](AttackLab& lab) { lab.offer(AttackLab::manifest_text("1.3.0", 99, "other")); },
       with_manifest,
       {},
       true,
       Then::goes_on},
      {"2",
       "a lower generation by the right keys",
       Errc::untrusted,
       "going backwards",
       [](AttackLab& lab) { lab.offer(AttackLab::manifest_text("1.3.0", 1)); },
       with_manifest,
       {},
       true,
       Then::goes_on},
      {"25",
       "a manifest that is none, by the right keys",
       Errc::untrusted,
       "",
       [](AttackLab& lab) { lab.offer("{\"schema\": 1, \"schema\": 1}"); },
       with_manifest,
       {},
       true,
       Then::goes_on},
      {"9", "a mirror that keeps the manifest back", Errc::network, "HTTP 404",
       [](AttackLab& lab) {
         lab.repository.files.erase(lab.repository.target_path("stable", kManifest));
       },
       proven},
  };
}

// What is new or gone, and nothing else is different.
Names changed(const test::FolderBytes& before, const test::FolderBytes& after) {
  Names names;
  for (const auto& [name, bytes] : after) {
    const auto found = before.find(name);
    if (found == before.end() || found->second != bytes) names.insert(name);
  }
  for (const auto& [name, bytes] : before) {
    if (!after.contains(name)) names.insert(cat("no ", name));
  }
  return names;
}

Names in_store(const Names& names) {
  Names paths;
  for (const std::string& name : names)
    paths.insert(cat("metadata/", name));
  return paths;
}

void run(const Attack& attack) {
  INFO(cat(attack.number, ": ", attack.name));
  AttackLab lab(true, attack.gives_hashes);
  lab.release("1.0.0");
  lab.release("1.1.0");
  REQUIRE(lab.check() == "1.1.0");
  lab.release("1.2.0");
  MetadataRepository maintainer = lab.repository;
  const test::FolderBytes before = lab.stored();
  const site::Watermark watermark = lab.watermark;

  attack.make(lab);
  lab.show();
  for (int attempt = 0; attempt < 2; ++attempt) {  // what is refused stays refused
    const std::string message = test::message_of(attack.code, [&] { lab.check_by(lab.server); });
    CHECK_MESSAGE(message.find(attack.message) != std::string::npos, message);
    CHECK_MESSAGE(message == base::safe_text(message, message.size()), message);
  }
  CHECK(changed(before, lab.stored()) == in_store(attack.kept));
  CHECK(lab.watermark == watermark);

  if (attack.then == Then::goes_back) {
    lab.repository = maintainer;
  } else {
    lab.repository.files.erase(cat("metadata/", lab.repository.root.version + 1, ".root.json"));
  }
  for (const std::string_view role : attack.replaced)
    lab.repository.rotate(role);
  lab.release("1.3.0");
  CHECK(lab.check() == "1.3.0");
}

// A client with less patience for a single file than the agent has.
class Impatient : public base::HttpClient {
 public:
  explicit Impatient(const test::HostileServer& server)
      : m_http(base::make_http_client({.user_agent = "test",
                                       .ca_file = server.ca_file(),
                                       .ca_directory = {},
                                       .proxy = "",
                                       .no_proxy = "",
                                       .connect_timeout = std::chrono::seconds(5),
                                       .stall_timeout = std::chrono::seconds(2)})) {}
  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override {
    base::HttpRequest sooner = request;
    sooner.deadline = patience;
    return m_http->get(sooner, sink);
  }
  // Short only for what never ends by itself, so that a busy machine is not taken for a hostile
  // one.
  void expect(std::string_view mode) { patience = std::chrono::seconds(mode == "drip" ? 1 : 60); }

  std::chrono::seconds patience{60};

 private:
  std::unique_ptr<base::HttpClient> m_http;
};

struct HostileRow {
  std::string_view number, mode;
  Errc code;
};

// On which of them a repository's files, and those of a release, must fail, by real HTTPS.
constexpr HostileRow kHostileRows[] = {
    {"1", "flip-bit", Errc::untrusted},     {"1", "half", Errc::untrusted},
    {"5", "endless", Errc::untrusted},      {"5", "longer", Errc::untrusted},
    {"5", "drip", Errc::network},           {"5", "stall", Errc::network},
    {"5", "headers", Errc::network},        {"5", "status-500-endless", Errc::network},
    {"9", "cut-short", Errc::network},      {"9", "status-500", Errc::network},
    {"9", "reset", Errc::network},          {"9", "nothing", Errc::network},
    {"21", "redirect-http", Errc::network}, {"21", "redirect-file", Errc::network},
    {"21", "redirect-loop", Errc::network},
};
constexpr HostileRow kHostileConnections[] = {
    {"21", "expired", Errc::network},
    {"21", "wrong-host", Errc::network},
    {"21", "unknown-issuer", Errc::network},
    {"21", "tls11", Errc::network},
};

// Metadata and targets of the lab in a folder that a server has.
struct OnDisk {
  explicit OnDisk(AttackLab& lab) { lab.repository.write_to(folder.path()); }
  base::TemporaryDirectory folder{base::Path("/tmp"), "attack-site."};
};

std::vector<base::Url> bases_of(const test::HostileServer& server) {
  std::string url = server.url();
  url.pop_back();
  return {base::Url::parse(url)};
}

}  // namespace

TEST_SUITE("site/attack_lab") {
  TEST_CASE("attacks on the root are refused, and a good site is believed afterwards") {
    for (const Attack& attack : attacks_on_the_root())
      run(attack);
  }
  TEST_CASE("attacks on the timestamp are refused, and a good site is believed afterwards") {
    for (const Attack& attack : attacks_on_the_timestamp())
      run(attack);
  }
  TEST_CASE("attacks on the snapshot are refused, and a good site is believed afterwards") {
    for (const Attack& attack : attacks_on_the_snapshot())
      run(attack);
  }
  TEST_CASE("attacks on a channel are refused, and a good site is believed afterwards") {
    for (const Attack& attack : attacks_on_a_channel())
      run(attack);
  }
  TEST_CASE("attacks on a manifest are refused, and a good site is believed afterwards") {
    for (const Attack& attack : attacks_on_a_manifest())
      run(attack);
  }

  TEST_CASE("a hostile server gets nothing into the store, whichever file it is hostile about") {
    AttackLab lab;
    lab.release("1.1.0");
    lab.show();
    lab.check_by(lab.server);
    lab.release("1.2.0");
    const OnDisk site(lab);
    test::HostileServer server(site.folder.path());
    lab.identity.base_urls = bases_of(server);
    Impatient http(server);
    const test::FolderBytes before = lab.stored();
    for (const HostileRow& row : kHostileRows) {
      INFO(cat(row.number, ": ", row.mode));
      server.set_mode(row.mode, "timestamp.json");
      http.expect(row.mode);
      test::message_of(row.code, [&] { lab.read_by(http); });
      CHECK(lab.stored() == before);
    }
    http.expect("plain");
    for (const std::string_view file : {"snapshot", "stable.json", "version-manifest"}) {
      for (const std::string_view mode : {"flip-bit", "endless"}) {
        INFO(cat(mode, " of ", file));
        server.set_mode(mode, file);
        test::message_of(Errc::untrusted, [&] { lab.read_by(http); });
        for (const std::string& name : changed(before, lab.stored()))
          CHECK_MESSAGE(name.find(file) == std::string::npos, name);
      }
    }
    // Another host is no danger to what proves itself.
    http.expect("plain");
    server.set_mode("redirect-host");
    CHECK(lab.check_by(http) == "1.2.0");
  }

  TEST_CASE("a connection that proves nothing is not used") {
    AttackLab lab;
    lab.release("1.1.0");
    const OnDisk site(lab);
    for (const HostileRow& row : kHostileConnections) {
      INFO(cat(row.number, ": ", row.mode));
      const test::HostileServer server(site.folder.path(), row.mode);
      lab.identity.base_urls = bases_of(server);
      Impatient http(server);
      test::message_of(row.code, [&] { lab.read_by(http); });
      CHECK(lab.stored().empty());
    }
  }

  TEST_CASE("an archive comes whole and proven, or not at all") {
    const std::string bytes(20'000, 'x');
    const schema::Release release = test::make_release({.archive_bytes = bytes});
    const base::TemporaryDirectory folder(base::Path("/tmp"), "attack-archive.");
    const base::TemporaryDirectory staging(base::Path("/tmp"), "attack-staging.");
    schema::PlatformEntry entry = release.platforms.begin()->second;
    base::write_file_atomically(folder.path() / "archive.tar.gz", bytes);
    test::HostileServer server(folder.path());
    Impatient http(server);
    entry.url = base::Url::parse(server.url() + "archive.tar.gz");
    const auto download = [&] {
      return site::download_archive(http,
                                    {.version = schema::Version::parse("1.0.0"),
                                     .entry = entry,
                                     .configured_bases = {},
                                     .staging = staging.path()},
                                    {});
    };
    for (const HostileRow& row : kHostileRows) {
      if (row.mode == "stall") continue;  // three seconds, and as slow as "drip"
      INFO(cat(row.number, ": ", row.mode));
      server.set_mode(row.mode);
      http.expect(row.mode);
      test::message_of(row.code, [&] { static_cast<void>(download()); });
      CHECK(test::bytes_below(staging.path()).empty());
    }
    // The second source is proven as the first one: a lie there, and the truth on a mirror.
    entry.mirrors = {base::Url::parse(server.url() + "mirror.tar.gz")};
    base::write_file_atomically(folder.path() / "mirror.tar.gz", bytes);
    http.expect("plain");
    for (const std::string_view mode : {"flip-bit", "endless", "redirect-http"}) {
      server.set_mode(mode, "archive.tar.gz");
      CHECK(download().source.find("mirror.tar.gz") != std::string::npos);
      server.set_mode(mode);
      CHECK_THROWS_AS(static_cast<void>(download()), base::Error);
    }
    server.set_mode("redirect-host");
    CHECK(download().downloaded_bytes == bytes.size());
  }

  TEST_CASE("a clock that is set back or forward installs nothing and loses nothing") {
    AttackLab lab;
    lab.release("1.1.0");
    REQUIRE(lab.check() == "1.1.0");
    const test::FolderBytes before = lab.stored();
    const base::Time real = lab.time;
    for (const std::string_view time : {"1970-01-01T00:00:00Z", "2026-11-01T00:00:00Z",
                                        "2030-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
      INFO(time);
      lab.time = test::time_at(time);
      test::message_of(Errc::expired, [&] { lab.check(); });
      CHECK(lab.stored() == before);
    }
    lab.time = real;
    lab.release("1.2.0");
    CHECK(lab.check() == "1.2.0");
  }

  TEST_CASE("a store that somebody damaged costs a fetch, and gives no way in") {
    const std::function<std::string(std::string)> damages[] = {
        [](const std::string&) { return std::string(); },
        [](const std::string& bytes) { return bytes.substr(0, bytes.size() / 2); },
        [](std::string bytes) {
          bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
          return bytes;
        },
        [](const std::string&) { return std::string(2'000'000, '{'); },
    };
    for (const auto& damage : damages) {
      AttackLab lab;
      for (const std::string_view role : {"root", "timestamp", "root"}) {
        lab.repository.rotate(role);
        lab.repository.publish();
      }
      lab.release("1.1.0");
      REQUIRE(lab.check() == "1.1.0");
      const test::FolderBytes whole = lab.stored();
      REQUIRE(whole.contains("metadata/root_history/4.root.json"));
      for (const auto& file : whole) {
        INFO(file.first);
        base::write_file_atomically(lab.folder.path() / file.first, damage(file.second));
        CHECK(lab.check() == "1.1.0");
        CHECK(changed(whole, lab.stored()) == Names());
      }
    }
    // Files of another repository, whole and signed: they are no floor and no proof.
    AttackLab lab;
    lab.release("1.1.0");
    REQUIRE(lab.check() == "1.1.0");
    const test::FolderBytes whole = lab.stored();
    AttackLab stranger;
    for (int count = 0; count < 5; ++count)
      stranger.release(cat("6.6.", count));
    REQUIRE(stranger.check() == "6.6.4");
    for (const auto& file : stranger.stored()) {
      INFO(file.first);
      base::write_file_atomically(lab.folder.path() / file.first, file.second);
      CHECK(lab.check() == "1.1.0");
    }
    for (const auto& [name, bytes] : stranger.stored())
      base::write_file_atomically(lab.folder.path() / name, bytes);
    CHECK(lab.check() == "1.1.0");
    CHECK(lab.stored() == whole);
  }

  TEST_CASE("without consistent snapshots the same holds") {
    AttackLab lab(false);
    lab.release("1.1.0");
    REQUIRE(lab.check() == "1.1.0");
    const auto old_snapshot = lab.file("metadata/snapshot.json");
    lab.release("1.2.0");
    const auto good = lab.repository.files;
    lab.file("metadata/snapshot.json") = old_snapshot;
    lab.show();
    CHECK_THROWS_AS(lab.read(), base::Error);
    lab.repository.files = good;
    for (const std::string_view path :
         {"metadata/timestamp.json", "metadata/snapshot.json", "metadata/stable.json",
          "targets/stable.version-manifest.json"}) {
      INFO(path);
      lab.file(path).back() ^= 1;
      lab.show();
      CHECK_THROWS_AS(lab.read(), base::Error);
      lab.repository.files = good;
    }
    CHECK(lab.check() == "1.2.0");
  }
}
