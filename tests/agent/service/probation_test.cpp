#include "agent/service/probation.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace {

using agent::Sample;
using agent::Watch;
using Sight = Sample::Sight;
using Verdict = Watch::Verdict;
using std::chrono::seconds;

Sample ready(std::int64_t process_id) { return {Sight::ready, process_id, 0, ""}; }
Sample ended(std::uint64_t times) {
  return {Sight::starting, 0, times, "1.1.0 ended with status 1"};
}

struct Judged {
  Verdict verdict = Verdict::undecided;
  int at = 0;  // seconds
  std::string reason;
};

// One sample a second, until it is decided.
Judged judge(const std::function<Sample(int second)>& sample,
             Watch::AnsweredBefore answered_before = Watch::AnsweredBefore::yes) {
  Watch watch(answered_before);
  for (int second = 0; second < 1000; ++second) {
    const Verdict verdict = watch.observe(sample(second), seconds(second));
    if (verdict != Verdict::undecided) {
      return {verdict, second, watch.reason()};
    }
  }
  return {};
}

}  // namespace

TEST_SUITE("agent/service/probation") {
  TEST_CASE("one that is well for a minute stays, also after a slow start") {
    const Judged good = judge([](int) { return ready(7); });
    CHECK(good.verdict == Verdict::healthy);
    CHECK(good.at == 60);
    const Judged slow = judge([](int second) { return second < 15 ? Sample{} : ready(7); });
    CHECK(slow.verdict == Verdict::healthy);
    CHECK(slow.at == 75);
    // A moment of silence starts the minute anew.
    const Judged busy = judge([](int second) { return second == 30 ? Sample{} : ready(7); });
    CHECK(busy.verdict == Verdict::healthy);
    CHECK(busy.at == 91);
  }

  TEST_CASE("one that ends three times fails at the third, whoever saw it") {
    const Judged crashing =
        judge([](int second) { return ended(static_cast<std::uint64_t>(second)); });
    CHECK(crashing.verdict == Verdict::failed);
    CHECK(crashing.at == 3);
    CHECK(crashing.reason == "1.1.0 ended with status 1, 3 times");
    const Judged replaced = judge([](int second) { return ready(1 + second / 10); });
    CHECK(replaced.verdict == Verdict::failed);
    CHECK(replaced.at == 30);
  }

  TEST_CASE("one that is never well for a minute fails after two") {
    const Judged hanging = judge([](int second) { return second == 1 ? ended(1) : Sample{}; });
    CHECK(hanging.verdict == Verdict::failed);
    CHECK(hanging.at == 120);
    const Judged late = judge([](int second) { return second < 100 ? ended(0) : ready(7); });
    CHECK(late.verdict == Verdict::failed);
    CHECK(late.at == 120);
  }

  TEST_CASE("a wrong answer fails at once") {
    const Judged lying = judge([](int) { return Sample{Sight::wrong, 0, 0, "it says 9.9.9"}; });
    CHECK(lying.verdict == Verdict::failed);
    CHECK(lying.at == 0);
    CHECK(lying.reason == "it says 9.9.9");
  }

  TEST_CASE("an old service that does not react says nothing of the new version") {
    const Judged unmoved = judge([](int) { return Sample{Sight::unmoved, 0, 0, ""}; });
    CHECK(unmoved.verdict == Verdict::unmoved);
    CHECK(unmoved.at == 30);
    // So does one that was silent before it was asked; the silence of one that was not is the new
    // version's.
    const auto silent = [](int) { return Sample{}; };
    CHECK(judge(silent, Watch::AnsweredBefore::no).verdict == Verdict::unmoved);
    CHECK(judge(silent, Watch::AnsweredBefore::yes).verdict == Verdict::failed);
    const Judged moved = judge([](int second) {
      return second < 29 ? Sample{Sight::unmoved, 0, 0, ""} : ready(7);
    });
    CHECK(moved.verdict == Verdict::healthy);
  }

  TEST_CASE("what /ready says is read strictly") {
    const auto sight = [](std::string_view body) {
      return agent::read_sample(body, "abc", "1.1.0").sight;
    };
    CHECK(sight(R"({"ready":true,"version":"1.1.0","pid":7,"nonce":"abc"})") == Sight::ready);
    CHECK(sight(R"({"ready":false,"version":"1.1.0","pid":7,"nonce":"abc"})") == Sight::starting);
    CHECK(sight(R"({"ready":true,"version":"9.9.9","pid":7,"nonce":"abc"})") == Sight::wrong);
    CHECK(sight(R"({"ready":true,"version":"1.1.0","pid":7,"nonce":"old"})") == Sight::unmoved);
    CHECK(sight(R"({"ready":true,"version":"1.1.0","pid":7,"nonce":null})") == Sight::unmoved);
    CHECK(sight(R"({"ready":false,"version":"1.0.0","nonce":null,"successor_ended":2})") ==
          Sight::starting);
    const std::string whole = R"({"ready":true,"version":"1.1.0","pid":7,"nonce":"abc"})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK(sight(whole.substr(0, size)) == Sight::silent);
    }
  }
}
