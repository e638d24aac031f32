#include "base/error.hpp"
#include "base/file.hpp"
#include "base/mapped_file.hpp"
#include "base/process.hpp"
#include "delta/making/differences.hpp"
#include "delta/making/make_delta.hpp"
#include "tests/delta/bytes.hpp"
#include "tests/delta/calls.hpp"
#include "tests/delta/formats.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace {

using delta::Format;

std::string applied(Format format, std::string_view old, std::string_view patch, std::size_t size) {
  std::string result(size, '?');
  delta::apply(format, old, patch, result);
  return result;
}

// 512 KiB of this very program.
std::string own_code() {
  const base::FileDescriptor file = base::open_regular_file("/proc/self/exe");
  std::string bytes(std::size_t{512} * 1024, '\0');
  bytes.resize(base::read_at(file, bytes.data(), bytes.size(), base::file_size(file) / 4));
  return bytes;
}

std::string edited(std::string bytes) {
  for (std::size_t at = 1000; at + 4 < bytes.size(); at += 997)
    bytes[at] = static_cast<char>(bytes[at] + 3);
  bytes.insert(bytes.size() / 2, test::noise(5000, 9));
  return bytes;
}

struct Pair {
  std::string what, old, target;
};

std::vector<Pair> pairs() {
  std::string zeros(200'000, '\0');
  std::string zeros_and_text = zeros;
  zeros_and_text.replace(99'000, 5, "hello");
  return {
      {"one byte each", "a", "b"},
      {"the same", test::code(50'000, 1, 0x400000), test::code(50'000, 1, 0x400000)},
      {"nothing in common", test::noise(3000, 1), test::noise(4000, 2)},
      {"a recompiled program", test::code(100'000, 1, 0x400000),
       test::changed_code(100'000, 1, 0x400000)},
      {"much smaller than before", test::code(100'000, 1, 0), test::code(100, 1, 0)},
      {"much larger than before", test::code(100, 1, 0), test::code(100'000, 1, 0)},
      {"halves exchanged", test::code(40'000, 1, 0) + test::code(40'000, 2, 0),
       test::code(40'000, 2, 0) + test::code(40'000, 1, 0)},
      {"zeros", zeros, zeros_and_text},
      {"zeros before", zeros_and_text, zeros},
      {"a real program", own_code(), edited(own_code())},
  };
}

}  // namespace

TEST_SUITE("delta/making") {
  TEST_CASE("what a patch makes of the old binary is the new one, and the same patch each time") {
    for (const Pair& pair : pairs()) {
      for (const Format format : test::kDeltaFormats) {
        CAPTURE(pair.what);
        CAPTURE(delta::format_id(format));
        const std::string patch = delta::making::make_patch(format, pair.old, pair.target);
        CHECK(applied(format, pair.old, patch, pair.target.size()) == pair.target);
        CHECK(delta::making::make_patch(format, pair.old, pair.target) == patch);
        CHECK(delta::parts_of(format, patch).patch.size() == patch.size());
      }
    }
  }

  TEST_CASE("steps cover the new binary without gaps, and none is empty") {
    for (const Pair& pair : pairs()) {
      CAPTURE(pair.what);
      std::uint64_t covered = 0;
      for (const delta::Step& step : delta::making::find_steps(pair.old, pair.target)) {
        CHECK(step.same + step.more > 0);
        REQUIRE(step.old_position <= pair.old.size());
        CHECK(step.same <= pair.old.size() - step.old_position);
        covered += step.same + step.more;
      }
      CHECK(covered == pair.target.size());
    }
  }

  TEST_CASE("beyond the highest number of steps, the rest is further bytes") {
    const std::string old = test::code(20'000, 1, 0x400000);
    const std::string target = test::changed_code(20'000, 1, 0x400000);
    const std::vector<delta::Step> all = delta::making::find_steps(old, target);
    REQUIRE(all.size() > 2);
    CHECK(delta::making::find_steps(old, target, all.size()) == all);
    std::vector<delta::Step> few = delta::making::find_steps(old, target, 2);
    REQUIRE(few.size() == 2);
    CHECK(few[0] == all[0]);
    CHECK(few[1].same == 0);
    CHECK(all[0].same + all[0].more + few[1].more == target.size());
  }

  TEST_CASE("calls across what was inserted cost nothing but the insertion") {
    const std::string inserted = test::noise(300, 5);
    for (const test::Calls& calls : {test::kX86Calls, test::kAarch64Calls}) {
      CAPTURE(calls.name);
      const std::string old = calls.program(2000, "");
      const std::string target = calls.program(2000, inserted);
      const std::string patch = delta::making::make_patch(Format::bsdiff_zstd, old, target);
      CHECK(patch.size() < inserted.size() + 300);
      CHECK(applied(Format::bsdiff_zstd, old, patch, target.size()) == target);
      CHECK(delta::making::make_patch(Format::zstd_patch, old, target).size() > 4 * patch.size());
    }
  }

  TEST_CASE("code that moved costs little in bsdiff-zstd, and less than in zstd-patch") {
    const std::string old = test::code(300'000, 1, 0x400000);
    const std::string target = test::changed_code(300'000, 1, 0x400000);
    const auto best = delta::making::make_delta(old, target, {}, 100'000);
    REQUIRE(best);
    CHECK(best->format == Format::bsdiff_zstd);
    CHECK(best->bytes.size() < delta::making::make_patch(Format::zstd_patch, old, target).size());
    CHECK(best->bytes.size() < 40'000);
  }

  TEST_CASE("a delta that saves too little is none") {
    const std::string old = test::code(20'000, 1, 0);
    const std::string target = test::code(20'000, 1, 0) + test::noise(3000, 1);
    const auto made = delta::making::make_delta(old, target, {}, 20'000);
    REQUIRE(made);
    CHECK(delta::making::make_delta(old, target, {}, made->bytes.size() + 1));
    CHECK_FALSE(delta::making::make_delta(old, target, {}, made->bytes.size()));
    CHECK_FALSE(delta::making::make_delta("", target, {}, 20'000));
    CHECK_FALSE(delta::making::make_delta(old, "", {}, 20'000));
  }

  TEST_CASE("the other files of the archive lie behind the patch") {
    const std::string old = test::code(20'000, 1, 0);
    const std::string others = "a tar.zst of other files";
    const auto made = delta::making::make_delta(old, test::changed_code(20'000, 1, 0),
                                                delta::making::others_frame(others), 20'000);
    REQUIRE(made);
    CHECK(delta::parts_of(made->format, made->bytes).others == others);
  }

  TEST_CASE("further binaries have patches of their own, each in its smaller format") {
    const std::string old = test::code(20'000, 1, 0);
    const std::string digest(32, '7');
    const std::string moved = test::code(300'000, 2, 0x400000);
    const std::string target = test::changed_code(300'000, 2, 0x400000);
    const std::string behind = delta::making::further_frame("bin/one", digest, old, old) +
                               delta::making::further_frame("two", digest, moved, target) +
                               delta::making::others_frame("others");
    const auto made =
        delta::making::make_delta(old, test::changed_code(20'000, 1, 0), behind, 100'000);
    REQUIRE(made);
    const delta::Parts parts = delta::parts_of(made->format, made->bytes);
    REQUIRE(parts.further.size() == 2);
    const delta::FurtherPatch& one = parts.further[0];
    CHECK(one.path == "bin/one");
    CHECK(one.from_sha256 == digest);
    CHECK(applied(one.format, old, one.patch, old.size()) == old);
    const delta::FurtherPatch& two = parts.further[1];
    CHECK(two.path == "two");
    CHECK(two.format == Format::bsdiff_zstd);
    CHECK(applied(two.format, moved, two.patch, target.size()) == target);
    CHECK(parts.others == "others");
  }

  TEST_CASE("stock zstd applies a zstd-patch, whatever is behind it") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "delta-test-");
    const std::string old = own_code();
    const std::string target = edited(old);
    base::write_file_atomically(folder.path() / "old", old);
    const std::string further =
        delta::making::further_frame("two", std::string(32, '7'), "old", "new");
    for (const std::string& behind :
         {std::string(), delta::making::others_frame("other files"), further,
          further + delta::making::others_frame("other files")}) {
      const std::string delta = delta::making::make_patch(Format::zstd_patch, old, target) + behind;
      base::write_file_atomically(folder.path() / "new.delta", delta);
      const auto result = base::run_process(
          {"zstd", "-q", "-d", "-f", "--patch-from=" + (folder.path() / "old").string(),
           (folder.path() / "new.delta").string(), "-o", (folder.path() / "new").string()});
      CHECK_MESSAGE(result.exit_status == 0, result.errors);
      CHECK((base::read_file(folder.path() / "new", 10U << 20U) == target));
    }
  }

  TEST_CASE("from file to file through memory that the system can take back") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "delta-test-");
    const std::string old = own_code();
    const std::string target = edited(old);
    base::write_file_atomically(folder.path() / "old", old);
    for (const Format format : test::kDeltaFormats) {
      const std::string patch = delta::making::make_patch(format, old, target);
      base::AtomicFile file(folder.path() / "new");
      {
        const base::MappedFile from(base::open_regular_file(folder.path() / "old"));
        base::MappedFile into = base::MappedFile::for_writing(file.descriptor(), target.size());
        delta::apply(format, from.view(), patch, {into.data(), into.size()});
      }
      file.commit();
      CHECK((base::read_file(folder.path() / "new", 10U << 20U) == target));
    }
  }
}
