#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "tests/releaser/destinations/kinds.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/destinations/forge releases") {
  using base::cat;
  using releaser::Found;
  using test::destinations::Forge;
  using test::destinations::gitea;
  using test::destinations::github;
  using test::destinations::release;
  using test::destinations::wanted;
  const char* const kArchive = "releases/v1.0.0/a.tar.gz";

  TEST_CASE("nobody sees anything before it is released, and then all of it") {
    Forge& kind = github();
    kind.clear();
    const auto destination = kind.make_alone("");
    const auto file = wanted(kArchive, "archive");
    destination->put(file);
    CHECK_FALSE(destination->is_released("v1.0.0"));
    CHECK_FALSE(destination->read(kArchive, 100));
    CHECK_FALSE(destination->stream(kArchive, [](std::string_view) {}));
    CHECK(kind.server.control("/state").find("\"releases\": []") != std::string::npos);
    // Another process goes on with the same draft.
    const auto again = kind.make_alone("");
    CHECK(again->find(file) == Found::same);
    CHECK(again->find(wanted(kArchive, "other")) == Found::different);
    again->put(wanted(kArchive, "other"));
    release(*again, "v1.0.0");
    const auto later = kind.make_alone("");
    CHECK(later->read(kArchive, 100) == "other");
    test::check_error(base::Errc::conflict, "other bytes are public already",
                      [&] { later->put(file); });
    const std::string state = kind.server.control("/state");
    CHECK(state.find("\"name\": \"tool v1.0.0\", \"body\": \"What is new.\"") != std::string::npos);
    CHECK(state.find("\"is_latest\": true") != std::string::npos);
    CHECK(state.find("\"drafts\": []") != std::string::npos);
  }

  TEST_CASE("where nobody without a token gets an answer nothing is released") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      kind.clear();
      const auto file = wanted(kArchive, "archive");
      const char* const no_answers =
          R"([{"path": "/releases/download/", "times": 100, "do": "refuse"}])";
      kind.server.control("/faults", no_answers);
      const auto destination = kind.make_alone("");
      destination->put(file);
      test::check_error(base::Errc::network, "without a token there is no answer",
                        [&] { release(*destination, "v1.0.0"); });
      const auto again = kind.make_alone("");
      CHECK_FALSE(again->is_released("v1.0.0"));
      CHECK(again->find(file) == Found::same);
      // One that is refused now and then is asked again.
      kind.server.control("/faults", R"([{"path": "/releases/download/", "do": "refuse"}])");
      again->put(wanted("releases/v1.0.0/b", "more"));
      release(*again, "v1.0.0");
      CHECK(again->read(kArchive, 100) == "archive");
    }
  }

  TEST_CASE("at every request each fault is made up for, within the same run or the next") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      const auto publish = [&] {
        const auto destination = kind.make_alone("");
        destination->preflight();
        for (const char* const name : {"a", "b"}) {
          const auto file = wanted(cat("releases/v1.0.0/", name), cat("bytes of ", name));
          if (destination->find(file) != Found::same) destination->put(file);
        }
        release(*destination, "v1.0.0");
        for (const char* const name : {"a", "b"})
          CHECK(destination->read(cat("releases/v1.0.0/", name), 100) == cat("bytes of ", name));
      };
      kind.clear();
      kind.server.control("/faults", "[]");
      publish();
      const int requests = kind.server.count();
      const std::string expected = kind.server.control("/state");
      int points = 0;
      for (const char* const fault :
           {"refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer",
            "secondary_limit", "429", "primary_limit", "wrong_digest"}) {
        for (int request = 1; request <= requests; ++request) {
          CAPTURE(fault);
          CAPTURE(request);
          kind.clear();
          kind.server.control("/faults", cat(R"([{"at": )", request, R"(, "do": ")", fault,
                                             R"(", "seconds": 1}])"));
          try {
            publish();
          } catch (const base::Error& error) {
            // The stranger's download, of which nothing else is known, may be what failed.
            CHECK_MESSAGE(error.code() == base::Errc::network, error.what());
            publish();
          }
          CHECK(kind.server.control("/state") == expected);
          ++points;
        }
      }
      MESSAGE(kind.name, ": requests: ", requests, ", points tried: ", points);
    }
  }

  TEST_CASE(
      "files on their way at once arrive once each, whatever fails, and are fetched at once") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      std::vector<releaser::WantedFile> files;
      files.reserve(9);
      for (int number = 1; number <= 9; ++number)
        files.push_back(wanted(cat("releases/v1.0.0/", number), cat("bytes of ", number)));
      const auto publish = [&] {
        const auto destination = kind.make_alone("");
        const std::size_t at_once = destination->transfers_at_once();
        CHECK(at_once > 1);
        std::vector<std::size_t> missing;
        missing.reserve(files.size());
        for (std::size_t index = 0; index < files.size(); ++index)
          if (destination->find(files[index]) != Found::same) missing.push_back(index);
        base::for_each_until_failure(missing.size(), at_once, [&](std::size_t index) {
          destination->put(files[missing[index]]);
        });
        release(*destination, "v1.0.0");
        std::vector<std::string> fetched(files.size());
        base::for_each_until_failure(files.size(), at_once, [&](std::size_t index) {
          std::string text;
          destination->stream(files[index].name, [&](std::string_view bytes) { text += bytes; });
          fetched[index] = text;
        });
        for (std::size_t index = 0; index < files.size(); ++index)
          CHECK(fetched[index] == std::get<std::string>(files[index].contents));
      };
      kind.clear();
      kind.server.control("/faults", "[]");
      publish();
      const std::string expected = kind.server.control("/state");
      for (const char* const fault :
           {"refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer",
            "secondary_limit", "delete_release", "wrong_digest"}) {
        for (const int first : {1, 2, 4, 6, 9}) {
          CAPTURE(fault);
          CAPTURE(first);
          // Three of the uploads, in whatever order they come.
          kind.clear();
          kind.server.control("/faults",
                              cat(R"([{"method": "POST", "path": "/assets", "skip": )", first - 1,
                                  R"(, "times": 3, "do": ")", fault, R"(", "seconds": 60}])"));
          try {
            publish();
          } catch (const base::Error& error) {
            const bool is_told =
                error.code() == base::Errc::network || error.code() == base::Errc::conflict;
            CHECK_MESSAGE(is_told, error.what());
            publish();
          }
          CHECK(kind.server.control("/state") == expected);
          // As one that was told three times, however many were told.
          if (std::string_view(fault) == "secondary_limit")
            CHECK(kind.patience->waited <= std::chrono::seconds(60 + 120 + 240));
        }
      }
    }
  }

  TEST_CASE("without digests what stands below the seal of a public release is not fetched again") {
    Forge& kind = gitea();
    kind.clear();
    const std::string folder = "releases/v1.0.0/";
    const std::string seal = folder + std::string(releaser::kSealName);
    std::vector<releaser::WantedFile> files{wanted(seal, "seal")};
    for (int number = 1; number <= 5; ++number)
      files.push_back(wanted(cat(folder, number), cat("bytes of ", number)));
    const auto first = kind.make_alone("");
    for (std::size_t index = files.size(); index-- > 0;)  // the seal last
      first->put(files[index]);
    release(*first, "v1.0.0");
    const auto look = [&] {
      const auto destination = kind.make_alone("");
      std::vector<Found> found;
      found.reserve(files.size());
      for (const releaser::WantedFile& file : files)
        found.push_back(destination->find(file));
      return found;
    };
    kind.server.control("/faults", "[]");
    CHECK(look() == std::vector<Found>(6, Found::same));
    CHECK(kind.server.count() == 2);  // the release and its seal
    // Somebody put other bytes of the same size there.
    kind.server.control("/tamper", R"({"repository": "o/r", "tag": "v1.0.0", "name": "3",
                                       "text": "other of 3"})");
    kind.server.control("/faults", "[]");
    std::vector<Found> expected(6, Found::same);
    expected[3] = Found::different;
    CHECK(look() == expected);
    CHECK(kind.server.count() == 3);
    // A seal of other checksums says nothing.
    files[0] = wanted(seal, "SEAL");
    expected[0] = Found::different;
    kind.server.control("/faults", "[]");
    CHECK(look() == expected);
    CHECK(kind.server.count() == 7);
    // Nor does one that was put before others.
    kind.server.control("/tamper", R"({"repository": "o/r", "tag": "v1.0.0", "name": "5",
                                       "text": "bytes of 5"})");
    files[0] = wanted(seal, "seal");
    expected[0] = Found::same;
    kind.server.control("/faults", "[]");
    CHECK(look() == expected);
    CHECK(kind.server.count() == 4);
  }
}
