#include "base/environment.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

TEST_SUITE("base/environment") {
  TEST_CASE("an empty variable is as good as none") {
    const base::Environment environment({{"SET", "value"}, {"EMPTY", ""}});
    CHECK(environment.find("SET") == "value");
    CHECK_FALSE(environment.find("EMPTY"));
    CHECK_FALSE(environment.find("UNSET"));
  }

  TEST_CASE("the process environment is read as it is") {
    setenv("CCO_TEST_VARIABLE", "a=b", 1);
    CHECK(base::Environment::of_process().find("CCO_TEST_VARIABLE") == "a=b");
    unsetenv("CCO_TEST_VARIABLE");
    CHECK_FALSE(base::Environment::of_process().find("CCO_TEST_VARIABLE"));
  }

  // The kernel shows the memory that the program started with, so a fresh program has to do it:
  // this one, run once more (see the case below).
  TEST_CASE("child: takes the secret" * doctest::skip()) {
    const auto holds_secret = [] {
      return base::read_file("/proc/self/environ", 1U << 20U).find("s3cr3t-bytes") !=
             std::string::npos;
    };
    REQUIRE(holds_secret());
    CHECK(base::take_secret_variable("CCO_TEST_SECRET") == "s3cr3t-bytes");
    CHECK_FALSE(holds_secret());
    CHECK(getenv("CCO_TEST_SECRET") == nullptr);
    CHECK_FALSE(base::take_secret_variable("CCO_TEST_SECRET"));
    CHECK(base::Environment::of_process().find("CCO_TEST_OTHER") == "stays");
  }

  TEST_CASE("a secret is overwritten where the kernel shows it") {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const char* const environment[] = {"CCO_TEST_SECRET=s3cr3t-bytes", "CCO_TEST_OTHER=stays",
                                         nullptr};
      const char* const arguments[] = {"base_tests", "--no-skip", "-m",
                                       "-tc=child: takes the secret", nullptr};
      execve("/proc/self/exe", const_cast<char* const*>(arguments),
             const_cast<char* const*>(environment));
      _exit(127);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}
