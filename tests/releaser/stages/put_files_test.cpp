#include "releaser/stages/put_files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <barrier>
#include <mutex>
#include <numeric>

namespace {

using releaser::Found;
using releaser::WantedFile;

// Notes what is put, several at a time.
class Noted final : public releaser::Destination {
 public:
  explicit Noted(std::size_t at_once) : Destination({}), m_at_once(at_once) {}
  [[nodiscard]] std::string place() const override { return "noted"; }
  void preflight() const override {}
  void acquire() override {}
  [[nodiscard]] std::optional<std::string> read(std::string_view, std::size_t) const override {
    return std::nullopt;
  }
  bool stream(std::string_view, const base::ByteSink&) const override { return false; }
  [[nodiscard]] Found find(const WantedFile&) const override { return Found::absent; }
  void clean_up(const std::vector<WantedFile>&) override {}
  [[nodiscard]] std::size_t transfers_at_once() const override { return m_at_once; }
  void put(const WantedFile& file) override {
    {
      const std::scoped_lock alone(m_mutex);
      under_way.push_back(file.name);
    }
    if (before_end) before_end(file);
    if (file.name == refused) throw base::Error(base::Errc::network, "refused " + file.name);
    const std::scoped_lock alone(m_mutex);
    ended.push_back(file.name);
  }
  releaser::Announced announce(const std::vector<WantedFile>&) override {
    return releaser::Announced::done;
  }
  void drop_staged(std::string_view) override {}

  std::vector<std::string> under_way, ended;
  std::string refused;
  std::function<void(const WantedFile&)> before_end;

 private:
  std::size_t m_at_once;
  std::mutex m_mutex;
};

const std::string kSeal = "releases/v1.0.0/checksums.sha256.minisig";

std::vector<WantedFile> files_of(const std::vector<std::pair<std::string, std::uint64_t>>& rows) {
  std::vector<WantedFile> files;
  files.reserve(rows.size());
  for (const auto& [name, size] : rows)
    files.push_back({name, std::string(), size, trust::Sha256()});
  return files;
}

// What was told, after put_files() of all of them, and how it ended.
std::vector<std::string> put_all(Noted& destination, const std::vector<WantedFile>& files,
                                 std::string* problem = nullptr) {
  std::vector<std::size_t> all(files.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::string> told;
  try {
    releaser::put_files(destination, files, all,
                        [&](const WantedFile& file) { told.push_back(file.name); });
  } catch (const base::Error& error) {
    REQUIRE(problem != nullptr);
    *problem = error.what();
  }
  return told;
}

}  // namespace

TEST_SUITE("releaser/stages/put_files") {
  using Names = std::vector<std::string>;

  TEST_CASE("one at a time goes in the order that is wanted, the seal of a release last") {
    Noted destination(1);
    const auto told = put_all(destination, files_of({{"a", 1}, {kSeal, 9}, {"c", 3}}));
    CHECK(destination.ended == Names{"a", "c", kSeal});
    CHECK(told == Names{"a", kSeal, "c"});
  }

  TEST_CASE("several at a time begin with the largest and the smallest, and are told in order") {
    Noted destination(2);
    // Two are under way at once, or this waits for ever.
    std::barrier both(2);
    destination.before_end = [&](const WantedFile& file) {
      if (file.name != kSeal) both.arrive_and_wait();
    };
    const auto told =
        put_all(destination, files_of({{"a", 1}, {"b", 100}, {kSeal, 1}, {"d", 50}, {"e", 2}}));
    CHECK(told == Names{"a", "b", kSeal, "d", "e"});
    auto first = Names(destination.under_way.begin(), destination.under_way.begin() + 2);
    std::sort(first.begin(), first.end());
    CHECK(first == Names{"a", "b"});
    CHECK(destination.under_way.back() == kSeal);
  }

  TEST_CASE("after a failure what is under way ends and is told, and nothing seals it") {
    Noted destination(2);
    destination.refused = "b";
    std::barrier both(2);
    destination.before_end = [&](const WantedFile& file) {
      if (file.name == "b" || file.name == "c") both.arrive_and_wait();
    };
    std::string problem;
    const auto told = put_all(destination, files_of({{"b", 100}, {"c", 99}, {kSeal, 1}}), &problem);
    CHECK(problem == "refused b");
    CHECK(told == Names{"c"});
    CHECK(std::count(destination.under_way.begin(), destination.under_way.end(), kSeal) == 0);
  }
}
