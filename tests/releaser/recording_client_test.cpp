#include "releaser/commands/recording_client.hpp"

#include "base/file.hpp"
#include "site/source.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

namespace {

// A site of two folders, and another one beside it.
struct RecordedSite {
  RecordedSite() {
    for (const auto& [name, bytes] :
         std::map<std::string, std::string>{{"site/metadata/timestamp.json", "first"},
                                            {"site/targets/stable.json", "manifest"},
                                            {"site2/metadata/timestamp.json", "of another site"}}) {
      base::make_directories((folder.path() / name).parent_path());
      base::write_file_atomically(folder.path() / name, bytes);
    }
  }

  std::string get(releaser::RecordingClient& client, const std::string& name) const {
    std::string body;
    const base::HttpRequest request{
        .url = base::Url::parse("file://" + (folder.path() / name).string()),
        .headers = {},
        .max_bytes = 1000};
    const auto response =
        site::get(client, request, [&](std::string_view bytes) { body += bytes; });
    return response.status == 200 ? body : std::to_string(response.status);
  }

  base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "recording-test-"};
};

}  // namespace

TEST_SUITE("releaser/recording_client") {
  TEST_CASE("what was got whole from below the base is kept by name, as it came last") {
    const RecordedSite site;
    const auto http = base::make_http_client({});
    releaser::RecordingClient client(
        *http, base::Url::parse("file://" + (site.folder.path() / "site").string()));
    CHECK(site.get(client, "site/metadata/timestamp.json") == "first");
    CHECK(site.get(client, "site/metadata/9.root.json") == "404");
    CHECK(site.get(client, "site/targets/stable.json") == "manifest");
    CHECK(site.get(client, "site2/metadata/timestamp.json") == "of another site");
    base::write_file_atomically(site.folder.path() / "site/metadata/timestamp.json", "second");
    CHECK(site.get(client, "site/metadata/timestamp.json") == "second");
    using Names = std::map<std::string, std::string>;
    CHECK(client.recorded("metadata/") == Names{{"metadata/timestamp.json", "second"}});
    CHECK(client.recorded("") ==
          Names{{"metadata/timestamp.json", "second"}, {"targets/stable.json", "manifest"}});
    CHECK(client.recorded("nothing").empty());
  }
}
