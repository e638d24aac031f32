#include "releaser/stages/digests_ahead.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

TEST_SUITE("releaser/stages/digests_ahead") {
  using releaser::DigestsAhead;

  TEST_CASE("digests are those of the files, and whoever asks waits for them") {
    const base::TemporaryDirectory folder("/tmp", "digests-ahead-");
    const std::vector<std::string> texts{"", "x", std::string(5'000'000, 'y')};
    std::vector<base::Path> files;
    files.reserve(texts.size());
    for (const std::string& text : texts) {
      files.push_back(folder.path() / std::to_string(text.size()));
      base::write_file_atomically(files.back(), text);
    }
    const DigestsAhead ahead(files, 2);
    std::vector<std::thread> threads;
    threads.reserve(files.size());
    std::vector<std::optional<DigestsAhead::Digests>> found(files.size());
    for (std::size_t index = 0; index < files.size(); ++index)
      threads.emplace_back([&, index] { found[index] = ahead.find(files[index]); });
    for (std::thread& thread : threads)
      thread.join();
    for (std::size_t index = 0; index < files.size(); ++index) {
      REQUIRE(found[index]);
      CHECK(found[index]->first == trust::sha256_of(texts[index]));
      CHECK(found[index]->second == trust::blake2b_of(texts[index]));
    }
  }

  TEST_CASE("what is no file is left to whoever asks") {
    const base::TemporaryDirectory folder("/tmp", "digests-ahead-");
    const DigestsAhead ahead({folder.path() / "missing", folder.path()}, 4);
    CHECK_FALSE(ahead.find(folder.path() / "missing"));
    CHECK_FALSE(ahead.find(folder.path()));
    CHECK_FALSE(ahead.find("never asked for"));
    CHECK_FALSE(DigestsAhead({}, 1).find("none"));
  }

  TEST_CASE("what nobody waits for any more is given up") {
    const base::TemporaryDirectory folder("/tmp", "digests-ahead-");
    const base::Path file = folder.path() / "large";
    base::write_file_atomically(file, "");
    // Without a byte on the disk; to read all of it takes minutes.
    std::filesystem::resize_file(file, std::uint64_t{200} << 30);
    const DigestsAhead ahead({file}, 1);
  }
}
