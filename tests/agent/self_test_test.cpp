#include "agent/self_test.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE("agent/self_test") {
  TEST_CASE("the cryptography of this build passes") { CHECK_NOTHROW(agent::run_self_test()); }

  TEST_CASE("whatever does not fit is found and named") {
    struct Row {
      const char* name;
      std::string_view agent::SelfTestVectors::*part;
      std::size_t at;  // of the character that is changed
    };
    const agent::SelfTestVectors& good = agent::kSelfTestVectors;
    const Row rows[] = {
        {"SHA-256", &agent::SelfTestVectors::message, 0},
        {"SHA-256", &agent::SelfTestVectors::sha256, 63},
        {"Ed25519", &agent::SelfTestVectors::public_key, 40},
        {"Ed25519", &agent::SelfTestVectors::signature, 0},
        {"Ed25519", &agent::SelfTestVectors::signature, 127},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      CAPTURE(row.at);
      agent::SelfTestVectors vectors = good;
      std::string changed(vectors.*row.part);
      changed[row.at] = changed[row.at] == 'a' ? 'b' : 'a';
      vectors.*row.part = changed;
      test::check_error(base::Errc::internal, row.name, [&] { agent::run_self_test(vectors); });
    }
  }
}
