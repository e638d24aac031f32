#include "releaser/binary/binary.hpp"
#include "releaser/binary/warnings.hpp"
#include "tests/releaser/binary/one_binary.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>

// A real product with six platforms (tests/fixtures/fetch gets it).

namespace {

struct Fixture {
  std::string_view platform, file, glibc, macos, windows;
};
constexpr std::array kFixtures{
    Fixture{"darwin-arm64", "esbuild", "", "12.0", ""},
    Fixture{"darwin-x86_64", "esbuild", "", "12.0", ""},
    Fixture{"linux-x86_64", "esbuild", "", "", ""},
    Fixture{"linux-aarch64", "esbuild", "", "", ""},
    Fixture{"windows-x86_64", "esbuild.exe", "", "", "6.1"},
    Fixture{"windows-arm64", "esbuild.exe", "", "", "6.1"},
};

base::Path path_of(const Fixture& fixture, std::string_view version = "0.28.1") {
  const char* cache = std::getenv("CCO_FIXTURES");
  const base::Path root = cache != nullptr ? base::Path(cache) : base::Path(FIXTURE_CACHE);
  auto path = root / "esbuild" / version / fixture.platform / fixture.file;
  REQUIRE_MESSAGE(std::filesystem::exists(path), path.string()
                                                     << " is missing; run tests/fixtures/fetch");
  return path;
}

}  // namespace

TEST_SUITE("releaser/binary/real_binaries") {
  TEST_CASE("six real binaries are what they claim to be, with their floors and no warning") {
    std::vector<releaser::ReleaseBinary> binaries;
    for (const auto& fixture : kFixtures) {
      CAPTURE(fixture.platform);
      const auto path = path_of(fixture);
      const auto inspection = releaser::inspect_binary(path, test::platform(fixture.platform), {});
      CHECK(inspection.problems.empty());
      CHECK(inspection.warnings.empty());
      CHECK(inspection.requirements.glibc == fixture.glibc);
      CHECK(inspection.requirements.macos == fixture.macos);
      CHECK(inspection.requirements.windows == fixture.windows);
      binaries.push_back({.path = path,
                          .platform = test::platform(fixture.platform),
                          .name = "esbuild",
                          .slices = inspection.slices,
                          .size = inspection.size,
                          .previous_size = inspection.size});
    }
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "real-");
    const schema::Machine machine{.os = schema::OperatingSystem::linux,
                                  .arch = schema::Architecture::x86_64,
                                  .libc = schema::Libc::glibc,
                                  .glibc = "2.36",
                                  .macos = {},
                                  .windows = {}};
    releaser::WarningOptions options{
        .version = "0.28.1", .machine = machine, .temporary_directory = folder.path()};
    CHECK(releaser::binary_warnings(binaries, options).empty());
    options.version = "0.28.2";
    const auto lines = releaser::binary_warnings(binaries, options);
    REQUIRE(lines.size() == 1);
    CHECK(lines.front().find("says \"0.28.1\" to --version, and not 0.28.2") != std::string::npos);
  }

  TEST_CASE("each of them is refused under every other platform") {
    for (const auto& fixture : kFixtures) {
      for (const auto& other : kFixtures) {
        if (fixture.platform == other.platform) continue;
        CAPTURE(fixture.platform);
        CAPTURE(other.platform);
        const auto inspection =
            releaser::inspect_binary(path_of(fixture), test::platform(other.platform), {});
        CHECK(inspection.problems.size() == 1);
        CHECK(inspection.slices.empty());
      }
    }
  }

  TEST_CASE("a download that was cut off is refused, wherever it ends") {
    for (const auto& fixture : kFixtures) {
      CAPTURE(fixture.platform);
      const auto whole = base::read_file(path_of(fixture), std::size_t{64} * 1024 * 1024);
      for (const auto size : {whole.size() - 1, whole.size() - 4096, whole.size() / 2,
                              std::size_t{1'000'000}, std::size_t{4096}, std::size_t{70}}) {
        CAPTURE(size);
        const auto part = whole.substr(0, size);
        test::check_error(base::Errc::config, "truncated:", [&] {
          (void)releaser::read_binary(releaser::ByteSource(part));
        });
      }
    }
  }
}
