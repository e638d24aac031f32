#include "releaser/git/working_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>

using releaser::git::WorkingFolder;

namespace {

const base::Time kNow = base::Time(std::chrono::seconds(1'800'000'000));

void set_age(const base::Path& path, std::chrono::seconds age) {
  const auto then = (kNow.time_since_epoch() - age).count();
  const timespec times[2] = {{then, 0}, {then, 0}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
}

}  // namespace

TEST_SUITE("releaser/git/working_folder") {
  TEST_CASE("what killed runs left goes, what is new, held or of others stays") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "git-");
    const auto made = [&](const char* name, std::chrono::seconds age) {
      base::Path folder = place.path() / name;
      base::make_directories(folder / "objects");
      base::write_file_atomically(folder / "objects/x", "bytes");
      set_age(folder, age);
      return folder;
    };
    const base::Path old = made("cco-release-git-old", std::chrono::hours(2));
    const base::Path young = made("cco-release-git-young", std::chrono::minutes(59));
    const base::Path held = made("cco-release-git-held", std::chrono::hours(2));
    const base::Path other = made("something-else", std::chrono::hours(2));
    const auto lock = base::FileLock::try_acquire_directory(held);
    REQUIRE(lock.has_value());
    const base::Path file = place.path() / "cco-release-git-file";
    base::write_file_atomically(file, "bytes");
    set_age(file, std::chrono::hours(2));
    const base::Path link = place.path() / "cco-release-git-link";
    std::filesystem::create_symlink("something-else", link);
    set_age(link, std::chrono::hours(2));

    auto first = std::make_unique<WorkingFolder>(place.path(), kNow);
    set_age(first->path(), std::chrono::hours(3));
    const WorkingFolder second(place.path(), kNow);
    CHECK_FALSE(std::filesystem::exists(old));
    for (const base::Path& stays : {young, held, other, file, link, first->path(), second.path()})
      CHECK_MESSAGE(std::filesystem::exists(stays), stays.string());
    CHECK(std::filesystem::exists(other / "objects/x"));
    const base::Path path = first->path();
    first.reset();
    CHECK_FALSE(std::filesystem::exists(path));
  }
}
