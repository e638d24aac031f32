#include "releaser/destinations/release_marks.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::HostedRelease;
using releaser::LatestBy;
using releaser::ReleaseMarks;

// "v1.0.0", "v1.0.0 p" (a pre-release), "v1.0.0 d" (a draft), numbered from 1.
std::vector<HostedRelease> found(const std::vector<std::string>& texts) {
  std::vector<HostedRelease> releases;
  releases.reserve(texts.size());
  for (const std::string& text : texts) {
    HostedRelease release;
    release.id = releases.size() + 1;
    release.tag = text.substr(0, text.find(' '));
    release.is_prerelease = text.ends_with(" p");
    release.is_draft = text.ends_with(" d");
    releases.push_back(release);
  }
  return releases;
}

std::string planned(const std::vector<ReleaseMarks>& wanted, const std::vector<std::string>& there,
                    const std::optional<std::string>& latest, LatestBy latest_by) {
  std::vector<std::string> words;
  for (const auto& change : releaser::plan_marks(wanted, found(there), latest, latest_by))
    words.push_back(change.words);
  return base::join(words, "; ");
}

const ReleaseMarks kNewest{.tag = "v2.0.0", .is_latest = true};
const ReleaseMarks kOld{.tag = "v1.0.0"};
const ReleaseMarks kBeta{.tag = "v2.1.0-beta.1", .is_prerelease = true};
const ReleaseMarks kBad{.tag = "v3.0.0", .is_withdrawn = true};

}  // namespace

TEST_SUITE("releaser/destinations/release_marks") {
  TEST_CASE("what is shown is compared with what is wanted") {
    struct Row {
      std::vector<ReleaseMarks> wanted;
      std::vector<std::string> there;
      std::optional<std::string> latest;
      const char* by_choice;
      const char* by_age;
    };
    for (const Row& row : {
             Row{{}, {"v1.0.0"}, "v1.0.0", "", ""},
             Row{{kNewest, kBeta}, {"v2.0.0", "v2.1.0-beta.1 p"}, "v2.0.0", "", ""},
             // Not there, or not public.
             Row{{kNewest}, {}, {}, "", ""},
             Row{{kNewest}, {"v2.0.0 d"}, {}, "", ""},
             Row{{kNewest}, {"v2.0.0"}, {}, "mark v2.0.0 as the latest release", ""},
             Row{{kNewest, kOld},
                 {"v2.0.0", "v1.0.0"},
                 "v1.0.0",
                 "mark v2.0.0 as the latest release",
                 ""},
             Row{{kNewest},
                 {"v2.0.0 p"},
                 "v1.0.0",
                 "mark v2.0.0 as no pre-release and the latest release",
                 "mark v2.0.0 as no pre-release"},
             Row{{kBeta},
                 {"v2.1.0-beta.1"},
                 "v2.1.0-beta.1",
                 "mark v2.1.0-beta.1 as a pre-release",
                 "mark v2.1.0-beta.1 as a pre-release"},
             Row{{kNewest, kBad},
                 {"v2.0.0", "v3.0.0"},
                 "v3.0.0",
                 "mark v2.0.0 as the latest release",
                 "mark v3.0.0 as a pre-release"},
             Row{{kOld, kNewest, kBeta},
                 {"v1.0.0 p", "v2.0.0", "v2.1.0-beta.1"},
                 "v1.0.0",
                 "mark v1.0.0 as no pre-release; mark v2.1.0-beta.1 as a pre-release; "
                 "mark v2.0.0 as the latest release",
                 "mark v1.0.0 as no pre-release; mark v2.1.0-beta.1 as a pre-release"},
         }) {
      CAPTURE(row.by_choice);
      CHECK(planned(row.wanted, row.there, row.latest, LatestBy::choice) == row.by_choice);
      CHECK(planned(row.wanted, row.there, row.latest, LatestBy::age) == row.by_age);
    }
  }

  TEST_CASE("each change has the number of its release") {
    const auto changes = releaser::plan_marks({kNewest, kBeta}, found({"v2.1.0-beta.1", "v2.0.0"}),
                                              {}, LatestBy::choice);
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].id == 1);
    CHECK(changes[0].is_prerelease);
    CHECK_FALSE(changes[0].is_latest);
    CHECK(changes[1].id == 2);
    CHECK(changes[1].is_latest);
  }
}
