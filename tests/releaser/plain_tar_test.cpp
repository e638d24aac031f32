#include "releaser/archive/plain_tar.hpp"

#include "base/process.hpp"
#include "base/tar_index.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace {

const base::Time kTarDate = *base::parse_time("2026-11-20T10:00:01Z");

// Bytes in two pieces.
auto sending(std::string bytes) {
  return [bytes = std::move(bytes)](const base::ByteSink& sink) {
    sink(std::string_view(bytes).substr(0, bytes.size() / 2));
    sink(std::string_view(bytes).substr(bytes.size() / 2));
  };
}

}  // namespace

TEST_SUITE("releaser/plain_tar") {
  TEST_CASE("stock tar lists and unpacks it; size and digest are those of the file") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "tar-test-");
    const base::Path path = folder.path() / "out.tar";
    base::write_file_atomically(path, "what was there before");
    releaser::PlainTar tar(path, kTarDate);
    const std::string large(100'001, 'x');
    tar.add("metadata/empty", 0, sending(""));
    tar.add("metadata/large", large.size(), sending(large));
    CHECK(base::read_file(path, 100) == "what was there before");
    const releaser::PlainTar::Written written = tar.finish();
    const std::string bytes = base::read_file(path, 1U << 20U);
    CHECK(written.size == bytes.size());
    CHECK(written.sha256 == trust::sha256_of(bytes));
    const auto listed = base::run_process({"tar", "--utc", "--full-time", "-tvf", path.string()});
    CHECK(listed.output ==
          "-rw-r--r-- 0/0               0 2026-11-20 10:00:01 metadata/empty\n"
          "-rw-r--r-- 0/0          100001 2026-11-20 10:00:01 metadata/large\n");
    const auto unpacked = base::run_process({"tar", "-xOf", path.string(), "metadata/large"});
    CHECK((unpacked.output == large));
    CHECK(base::read_tar_index(base::open_regular_file(path), 10).size() == 2);
  }

  TEST_CASE("a file of another size than was said is an error, and nothing appears") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "tar-test-");
    for (const std::uint64_t said : {std::uint64_t{2}, std::uint64_t{4}}) {
      test::check_error(base::Errc::internal, "a: it has another size than was said", [&] {
        releaser::PlainTar tar(folder.path() / "out.tar", kTarDate);
        tar.add("a", said, sending("123"));
        tar.finish();
      });
    }
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}
