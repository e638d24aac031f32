#include "releaser/pointers/versions_to_mark.hpp"

#include "base/text.hpp"
#include "releaser/stages/host_marks.hpp"
#include "tests/releaser/pointers/world.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::edit;
using releaser::PublicManifests;
using schema::Channel;
using test::edited;
using test::later;
using test::published;
using test::version;

// "1.0.0* 1.1.0-beta.1p 1.2.0w": the latest one, a pre-release, withdrawn.
std::string marked(const PublicManifests& before, const PublicManifests& after,
                   const std::vector<schema::Version>& named) {
  std::vector<std::string> texts;
  for (const auto& marks :
       releaser::marks_of(after.channels, releaser::versions_to_mark(before, after, named))) {
    texts.push_back(base::cat(marks.tag.substr(1), marks.is_latest ? "*" : "",
                              marks.is_prerelease ? "p" : "", marks.is_withdrawn ? "w" : ""));
  }
  return base::join(texts, " ");
}

const PublicManifests kThree =
    published({{"1.0.0"}, {"1.1.0"}, {"1.2.0"}, {"2.0.0-beta.1", Channel::beta}});

}  // namespace

TEST_SUITE("releaser/pointers/versions_to_mark") {
  TEST_CASE("the newest of each channel, what is named and what changed, and no more") {
    CHECK(marked(kThree, kThree, {}) == "1.2.0* 2.0.0-beta.1p");
    CHECK(marked(kThree, kThree, {version("1.0.0"), version("0.9.0")}) ==
          "1.0.0 1.2.0* 2.0.0-beta.1p");
    const auto yanked =
        edited(edit(kThree, releaser::Yank{version("1.2.0"), "bad"}, later())).manifests;
    CHECK(marked(kThree, yanked, {version("1.2.0")}) == "1.1.0* 1.2.0w 2.0.0-beta.1p");
  }

  TEST_CASE("a stopped run that is run again looks at the same ones") {
    const auto back =
        edited(edit(kThree, releaser::Rollback{Channel::stable, version("1.0.0"), ""}, later()))
            .manifests;
    const std::string once = marked(kThree, back, {});
    CHECK(once == "1.0.0* 1.1.0w 1.2.0w 2.0.0-beta.1p");
    CHECK(marked(back, back, {}) == once);
    const auto promoted =
        edited(edit(kThree, releaser::Promote{version("2.0.0-beta.1"), Channel::stable}, later()))
            .manifests;
    const std::vector<schema::Version> named{version("2.0.0-beta.1")};
    CHECK(marked(kThree, promoted, named) == "1.2.0 2.0.0-beta.1*");
    CHECK(marked(promoted, promoted, named) == "2.0.0-beta.1*");
  }

  TEST_CASE("where nothing good is left no release is the latest one") {
    const auto before = published({{"1.0.0"}});
    const auto after =
        edited(edit(before, releaser::Yank{version("1.0.0"), "bad"}, later())).manifests;
    CHECK(marked(before, after, {version("1.0.0")}) == "1.0.0w");
  }
}
