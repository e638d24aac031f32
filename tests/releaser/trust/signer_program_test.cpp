#include "releaser/trust/signer_program.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using base::Errc;
using releaser::SignerProgram;
using trust::SecretKey;

// A shell that runs `script`, which gets the message on its standard input.
SignerProgram shell(const std::string& script, const SecretKey& key) {
  return {.argv = {"sh", "-c", script, "sh", "{key}", "{key_id}"},
          .keys = {key.public_key()},
          .directory = "/tmp",
          .environment = {"PATH=/usr/bin:/bin"}};
}

std::string echo(const std::string& text) { return base::cat("printf '%s\\n' '", text, "'"); }

}  // namespace

TEST_SUITE("releaser/trust/signer_program") {
  TEST_CASE("the signature that a program writes is taken when it verifies") {
    const SecretKey key = SecretKey::generate();
    const std::string signature = key.sign_message("a message");
    const SignerProgram program = shell(
        base::cat("[ \"$(cat)\" = 'a message' ] || exit 1; [ \"$1\" = '", key.public_key().line(),
                  "' ] || exit 2; [ \"$2\" = ", key.public_key().id_text(), " ] || exit 3; ",
                  "[ \"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\" = 'PATH PWD ' ] || exit 4; ",
                  echo(base::to_base64(signature))),
        key);
    CHECK(releaser::find_program(program));
    CHECK(releaser::sign_by_program(program, key.public_key(), "a message") == signature);
  }

  TEST_CASE("what a program does otherwise is told in one line") {
    const SecretKey key = SecretKey::generate();
    const SecretKey other = SecretKey::generate();
    const std::string right = base::to_base64(key.sign_message("a message"));
    struct Row {
      std::string script;
      Errc code;
      std::string problem;
    };
    const std::vector<Row> rows{
        {"echo starting >&2; echo 'no card in the reader' >&2; exit 4", Errc::config,
         "it ended with status 4: no card in the reader"},
        {"kill -9 $$", Errc::config, "it ended with status 137"},
        {"true", Errc::config, "it ended well and wrote no signature"},
        {"echo", Errc::config, "it ended well and wrote no signature"},
        {"echo no key >&2", Errc::config, "in base64: no key"},
        {"echo signature", Errc::config, "what it wrote (10 bytes) is no signature"},
        {echo(right.substr(0, 84)), Errc::config, "is no signature"},
        {echo(right + right), Errc::config, "is no signature"},
        {echo(base::to_hex(key.sign_message("a message"))), Errc::config, "is no signature"},
        {echo("signature: " + right), Errc::config, "is no signature"},
        {"yes", Errc::config, "it wrote more than 4096 bytes, so it was stopped"},
        {echo(base::to_base64(key.sign_message("another message"))), Errc::untrusted,
         base::cat("its signature is not that of key ", key.public_key().line())},
        {echo(base::to_base64(other.sign_message("a message"))), Errc::untrusted,
         "it signed with key " + other.public_key().line() + " instead of"},
        // Its last words are not ours to print as they are.
        {"printf 'a\\033[31mb' >&2; exit 1", Errc::config, "it ended with status 1: a"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.script);
      SignerProgram program = shell(row.script, key);
      program.keys.push_back(other.public_key());
      test::check_error(row.code, row.problem, [&] {
        (void)releaser::sign_by_program(program, key.public_key(), "a message");
      });
    }
  }

  TEST_CASE("a program that hangs is stopped, with what it started") {
    const SecretKey key = SecretKey::generate();
    SignerProgram program = shell("echo 'touch your key' >&2; sleep 1000 & sleep 1000", key);
    program.deadline = std::chrono::milliseconds(100);
    test::check_error(Errc::config, "no signature after 100 ms, so it was stopped", [&] {
      (void)releaser::sign_by_program(program, key.public_key(), "a message");
    });
  }

  TEST_CASE("a program that is not there or is none is told") {
    const SecretKey key = SecretKey::generate();
    for (const char* const name : {"no-such-signer", "./no/such/signer"}) {
      SignerProgram program = shell("true", key);
      program.argv.front() = name;
      CHECK_FALSE(releaser::find_program(program));
      test::check_error(Errc::config, "there is no such program here; install it", [&] {
        (void)releaser::sign_by_program(program, key.public_key(), "a message");
      });
    }
    const base::TemporaryDirectory folder("/tmp", "signer-");
    base::write_file_atomically(folder.path() / "signer", "no program", 0600);
    SignerProgram program = shell("true", key);
    program.directory = folder.path();
    program.argv = {"./signer"};
    CHECK(releaser::find_program(program));
    test::check_error(Errc::config, "signer: Permission denied", [&] {
      (void)releaser::sign_by_program(program, key.public_key(), "a message");
    });
  }

  TEST_CASE("a program that does not read its input signs all the same") {
    const SecretKey key = SecretKey::generate();
    const std::string message(1 << 20, 'x');
    const SignerProgram program = shell(echo(base::to_base64(key.sign_message(message))), key);
    CHECK(releaser::sign_by_program(program, key.public_key(), message).size() == 64);
  }

  TEST_CASE("a signature by a program is that of the key itself") {
    const SecretKey key = SecretKey::generate();
    const auto comment = trust::TrustedComment::parse("file:a.tar.gz");
    const trust::Blake2b digest{};
    const releaser::Signer by_program(
        key.public_key(), [&](std::string_view message) { return key.sign_message(message); });
    CHECK(by_program.sign(digest, comment) == key.sign(digest, comment));
    const releaser::Signer faulty(key.public_key(), [&](std::string_view message) {
      return key.sign_message(base::cat(message, " "));
    });
    test::check_error(Errc::untrusted, "verify the new signature",
                      [&] { (void)faulty.sign(digest, comment); });
  }
}
