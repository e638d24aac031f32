#include "releaser/binary/string_scan.hpp"

#include <doctest/doctest.h>

#include <string>

using releaser::ByteSource;
using releaser::scan_strings;

namespace {

// Put together here, so that no scanner of repositories takes this file for a leak.
std::string token(std::string_view beginning, std::size_t length) {
  static constexpr std::string_view kLetters = "A7bC9dE2fG4hJ6kL8mN3pQ5rS";
  std::string text(beginning);
  for (std::size_t i = 0; i < length; ++i)
    text += kLetters[i * 7 % kLetters.size()];
  return text;
}

std::string key_block(std::string_view line_end, std::string_view label = "RSA PRIVATE KEY") {
  std::string text = "-----BEGIN ";
  text += label;
  text += "-----";
  text += line_end;
  text += token("MIIE", 60);
  return text;
}

}  // namespace

TEST_SUITE("releaser/binary/string_scan") {
  TEST_CASE("whole secrets are found, by kind and place, at every position of a window") {
    for (const auto& row : {
             std::pair{token("ghp_", 36), "a GitHub token"},
             {token("github_pat_", 82), "a GitHub token"},
             {token("glpat-", 20), "a GitLab token"},
             {std::string("AKIA") + "Q3EGTUVX7LMNO4PR", "an AWS access key"},
             {token("xoxb-", 50), "a Slack token"},
             {token("npm_", 36), "an npm token"},
             {token("sk_live_", 24), "a Stripe key"},
             {token("RWRTY0Iy", 204), "a minisign secret key"},
             {key_block("\n").substr(5), "a private key"},
         }) {
      const std::string before = std::string(row.second) == "a private key" ? "-----" : "";
      for (const std::size_t at : {0UL, 1UL, 2UL, 3UL, 1000UL, 262'140UL, 262'144UL, 524'287UL}) {
        CAPTURE(row.second);
        CAPTURE(at);
        const std::string bytes = std::string(at, '\0') + before + row.first + '\0';
        const auto findings = scan_strings(ByteSource(bytes));
        REQUIRE(findings.secrets.size() == 1);
        CHECK(findings.secrets.front().kind == row.second);
        CHECK(findings.secrets.front().offset == at + before.size());
        CHECK(findings.build_paths == 0);
      }
    }
  }

  TEST_CASE("private keys are found in each spelling") {
    for (const auto& bytes :
         {key_block("\r\n"), key_block("\\n"), key_block("\n", "PRIVATE KEY"),
          key_block("\n", "OPENSSH PRIVATE KEY"),
          std::string("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED")}) {
      CHECK(scan_strings(ByteSource(bytes)).secrets.size() == 1);
    }
  }

  TEST_CASE("what only looks like the beginning of a secret is none") {
    for (const auto& bytes : {
             std::string("-----BEGIN RSA PRIVATE KEY-----"),
             std::string("-----BEGIN RSA PRIVATE KEY-----\n-----END"),
             key_block("\n", "CERTIFICATE"), key_block("\n", "PUBLIC KEY"), key_block(""),
             std::string("ghp_"), token("ghp_", 35), token("xghp_", 36),
             "ghp_" + std::string(36, 'x'), std::string("AKIA") + "IOSFODNN7EXAMPLE",
             token("AKIA", 17), std::string("npm_config_registry_and_some_more_words_here"),
             token("RWRTY0Iy", 48),  // a public key is shorter
         }) {
      CAPTURE(bytes);
      CHECK(scan_strings(ByteSource(bytes)).secrets.empty());
    }
  }

  TEST_CASE("paths of source files below a home or a CI folder are found and counted") {
    struct Row {
      std::string bytes, path;
    };
    for (const Row& row : {
             Row{"/home/runner/work/tool/tool/src/main.c",
                 "/home/runner/work/tool/tool/src/main.c"},
             Row{"/root/.cargo/registry/src/x-1.0/src/lib.rscalled `Option::unwrap()`",
                 "/root/.cargo/registry/src/x-1.0/src/lib.rs"},
             Row{"/Users/me/go/pkg/mod/x@v1/a.go", "/Users/me/go/pkg/mod/x@v1/a.go"},
             Row{"C:\\Users\\me\\src\\x\\tool.pdb", "C:\\Users\\me\\src\\x\\tool.pdb"},
             Row{"/builds/group/project/a.cpp", "/builds/group/project/a.cpp"},
         }) {
      CAPTURE(row.bytes);
      const auto bytes = std::string(1, '\0') + row.bytes + '\0' + row.bytes + '\0';
      const auto findings = scan_strings(ByteSource(bytes));
      CHECK(findings.build_path == row.path);
      CHECK(findings.build_paths == 2);
      CHECK(findings.secrets.empty());
    }
  }

  TEST_CASE("paths that a program may well name are not build paths") {
    for (const auto* bytes : {"/home/", "/home/user/.config/tool", "/root/.bashrc",
                              "see /home/me/main.c", "https://example.com/home/a/b/c.html",
                              "/usr/home/x/y/z.c", "/home/a/b/example.com/x", "/Users/Shared/x"}) {
      CAPTURE(bytes);
      CHECK(scan_strings(ByteSource(bytes)).build_paths == 0);
    }
  }

  TEST_CASE("an end in the middle of a needle is no trouble") {
    const std::string bytes =
        token("ghp_", 36) + std::string(1, '\0') + key_block("\n") + "/home/me/src/x/main.c";
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const std::string part = bytes.substr(0, size);
      CHECK(scan_strings(ByteSource(part)).secrets.size() <= 2);
    }
  }
}
