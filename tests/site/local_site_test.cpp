#include "site/local_site.hpp"

#include "base/file_url.hpp"
#include "base/process.hpp"
#include "site/channel_metadata.hpp"
#include "site/polite_client.hpp"
#include "site/root_chain.hpp"
#include "site/source.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using base::Errc;
using test::check_error;

namespace {

using Files = std::map<std::string, std::string, std::less<>>;

// A folder with files of a site, and a bundle of them by stock tar.
struct Lab {
  base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "local site."};
  base::Path site = folder.path() / "a site";
  base::Path bundle = folder.path() / "it's.tar";
  explicit Lab(const Files& files) {
    std::vector<std::string> command{"tar", "--format=ustar", "-b1", "-C", site.native(),
                                     "-cf", bundle.native()};
    for (const auto& [name, bytes] : files) {
      base::make_directories((site / name).parent_path());
      base::write_new_file(site / name, bytes);
      command.push_back(name);
    }
    REQUIRE(base::run_process(command).exit_status == 0);
  }
};

std::optional<std::string> fetch(const site::LocalSite& local, std::string_view name,
                                 std::size_t max_bytes = 100) {
  return site::fetch_small_file(*local.http, local.base_url.child(name), max_bytes,
                                site::Freshness::any);
}

}  // namespace

TEST_SUITE("site/local_site") {
  TEST_CASE("a folder and a bundle of it answer the same") {
    const Lab lab(Files{{"metadata/a.json", "a"}, {"releases/v1.0.0/tool.tar.gz", "archive"}});
    for (const base::Path& from : {lab.site, lab.bundle}) {
      CAPTURE(from);
      const site::LocalSite local = site::open_local_site(from);
      CHECK(local.base_url == base::file_url(from));
      CHECK(fetch(local, "metadata/a.json") == "a");
      CHECK_FALSE(fetch(local, "metadata/b.json"));
      CHECK(local.has("releases/v1.0.0/tool.tar.gz"));
      CHECK_FALSE(local.has("releases/v1.0.0/tool.tar.zst"));
      CHECK_FALSE(local.has("releases"));
      check_error(Errc::untrusted, "larger than the 6 bytes",
                  [&] { fetch(local, "releases/v1.0.0/tool.tar.gz", 6); });
      check_error(Errc::not_found, "--from is the only source", [&] {
        local.http->get({base::Url::parse("https://example.com/tool"), {}, 100},
                        [](std::string_view) {});
      });
    }
  }

  TEST_CASE("a polite client reads the bundle beneath it") {
    const Lab lab(Files{{"a", "text"}});
    site::LocalSite local = site::open_local_site(lab.bundle);
    site::PoliteClient polite(std::move(local.http), base::Time{}, std::nullopt);
    CHECK(site::fetch_small_file(polite, local.base_url.child("a"), 100, site::Freshness::any) ==
          "text");
    // And whoever has none beneath it reads files.
    site::PoliteClient of_folder(site::open_local_site(lab.site).http, base::Time{}, std::nullopt);
    CHECK(site::fetch_small_file(of_folder, base::file_url(lab.site / "a"), 100,
                                 site::Freshness::any) == "text");
  }

  TEST_CASE("what is neither a folder nor a bundle is named") {
    const Lab lab(Files{{"a", "text"}});
    check_error(Errc::not_found, "nowhere",
                [&] { site::open_local_site(lab.folder.path() / "nowhere"); });
    check_error(Errc::untrusted, "no whole bundle", [&] { site::open_local_site(lab.site / "a"); });
  }
}

TEST_SUITE("site/root_chain") {
  TEST_CASE("both roots are of one chain, or it is refused") {
    test::MetadataRepository repository;
    repository.rotate("root");
    repository.publish();
    repository.rotate("root");
    repository.publish();
    const Lab lab(repository.files);
    const Lab stranger(test::MetadataRepository().files);
    const auto digest = [&](std::uint64_t version) {
      return trust::sha256_of(repository.root_file(version));
    };
    const trust::Sha256 other = trust::sha256_of("other");
    struct Row {
      schema::RootPin pin;
      trust::Sha256 wanted;
      const char* problem;  // nullptr: none
    };
    const std::vector<Row> rows{
        {{1, digest(1)}, digest(1), nullptr},
        {{3, digest(3)}, digest(1), nullptr},
        {{1, digest(1)}, digest(3), nullptr},
        {{2, digest(2)}, other, "none of its roots has the SHA-256"},
        {{2, other}, digest(1), "do not lead to the one that this program was made with"},
        {{2, digest(1)}, digest(1), "do not lead to the one that this program was made with"},
        {{4, digest(3)}, digest(1), "do not lead to the one that this program was made with"},
        {{0, digest(1)}, digest(1), "do not lead to the one that this program was made with"},
    };
    const site::LocalSite local = site::open_local_site(lab.bundle);
    const auto require = [&](const site::LocalSite& at, const Row& row) {
      site::require_root_in_chain(*at.http, at.base_url, row.pin, row.wanted);
    };
    for (const Row& row : rows) {
      CAPTURE(row.pin.version);
      if (row.problem == nullptr) {
        CHECK_NOTHROW(require(local, row));
      } else {
        check_error(Errc::untrusted, row.problem, [&] { require(local, row); });
      }
    }
    check_error(Errc::untrusted, "none of its roots",
                [&] { require(site::open_local_site(stranger.bundle), rows.front()); });
    check_error(Errc::not_found, "1.root.json", [&] {
      require(site::open_local_site(Lab(Files{{"a", ""}}).bundle), rows.front());
    });
  }

  TEST_CASE("a root that the one before did not sign ends the chain as an attack") {
    test::MetadataRepository repository;
    auto files = repository.files;
    test::MetadataRepository stranger;
    stranger.rotate("root");
    stranger.publish();
    files["metadata/2.root.json"] = stranger.root_file(2);
    const Lab lab(files);
    const site::LocalSite local = site::open_local_site(lab.bundle);
    const trust::Sha256 first = trust::sha256_of(repository.root_file(1));
    CHECK_THROWS_AS(site::require_root_in_chain(*local.http, local.base_url, {1, first}, first),
                    base::Error);
  }
}
