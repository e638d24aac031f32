#include "releaser/git/failure.hpp"

#include <doctest/doctest.h>

#include <string>

using base::Errc;
using releaser::git::PushAnswer;
using releaser::git::Remote;
namespace git = releaser::git;

namespace {

const Remote kRemote{"https://git.example.com/o/r.git", "s3cret", "TAP_TOKEN"};
const Remote kWithoutToken{"https://git.example.com/o/r.git", "", "TAP_TOKEN"};

}  // namespace

TEST_SUITE("releaser/git/failure") {
  // As git 2.39 and the hosts say it.
  TEST_CASE("each failure has its status and says what to do") {
    struct {
      const char* errors;
      Errc code;
      const char* part;
    } const rows[] = {
        {"remote: Permission to o/r.git denied to bot.\nfatal: unable to access "
         "'https://git.example.com/o/r.git/': The requested URL returned error: 403\n",
         Errc::permission, "the token of TAP_TOKEN may not do that; give it the permission"},
        {"remote: Write access to repository not granted.\nfatal: unable to access "
         "'https://git.example.com/o/r.git/': The requested URL returned error: 403\n",
         Errc::permission, "Write access to repository not granted.; unable to access"},
        {"fatal: Authentication failed for 'https://git.example.com/o/r.git/'\n", Errc::permission,
         "the token of TAP_TOKEN is wrong or has expired"},
        {"fatal: could not read Username for 'https://git.example.com': terminal prompts "
         "disabled\n",
         Errc::permission, "TAP_TOKEN"},
        {"git@example.com: Permission denied (publickey).\nfatal: Could not read from remote "
         "repository.\n",
         Errc::permission, "Could not read from remote repository"},
        {"remote: Repository not found.\nfatal: repository 'https://git.example.com/o/r.git/' not "
         "found\n",
         Errc::not_found, "make that repository, or mend its address"},
        {"fatal: '/srv/r.git' does not appear to be a git repository\n", Errc::not_found,
         "does not appear to be a git repository"},
        {"fatal: unable to access 'https://nohost.invalid/r.git/': Could not resolve host: "
         "nohost.invalid\n",
         Errc::network, "see whether the host is written right"},
        {"ssh: Could not resolve hostname nohost.invalid: Name or service not known\n",
         Errc::network, "see whether the host is written right"},
        {"fatal: unable to access 'https://localhost:1/a.git/': Failed to connect to localhost "
         "port 1 after 0 ms: Couldn't connect to server\n",
         Errc::network, "run the same command again"},
        {"fatal: unable to access 'https://localhost/a.git/': server certificate verification "
         "failed. CAfile: none CRLfile: none\n",
         Errc::network, "SSL_CERT_FILE"},
        {"fatal: unable to access 'https://localhost/a.git/': CONNECT tunnel failed, response "
         "407\n",
         Errc::network, "the proxy wants a user and a password"},
        {"fatal: unable to access 'https://localhost/a.git/': Received HTTP code 403 from proxy "
         "after CONNECT\n",
         Errc::network, "see https_proxy, or http.proxy of git"},
        {"fatal: unable to access 'https://localhost/a.git/': Could not resolve proxy: "
         "proxy.invalid\n",
         Errc::network, "see https_proxy, or http.proxy of git"},
        {"fatal: unable to access 'https://localhost/a.git/': The requested URL returned error: "
         "502\n",
         Errc::network, "502; run the same command again"},
        {"fatal: unable to access 'https://localhost/a.git/': GnuTLS recv error (-110): The TLS "
         "connection was non-properly terminated.\n",
         Errc::network, "terminated.; run the same command again"},
        {"fatal: unable to access 'https://localhost/a.git/': OpenSSL SSL_read: error:0A000126:SSL "
         "routines::unexpected eof while reading, errno 0\n",
         Errc::network, "run the same command again"},
        {"error: RPC failed; curl 18 transfer closed\nfatal: early EOF\n", Errc::network,
         "early EOF"},
        {"fatal: detected dubious ownership in repository at '/srv/r.git'\n", Errc::config,
         "dubious ownership"},
        {"", Errc::config, "without a word"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.errors);
      const base::Error error = git::failure_of(kRemote, row.errors);
      CHECK(base::exit_status(error.code()) == base::exit_status(row.code));
      CHECK_MESSAGE(std::string(error.what()).find(row.part) != std::string::npos, error.what());
    }
    CHECK(std::string(git::failure_of(kWithoutToken, "fatal: Authentication failed for 'x'").what())
              .find("set TAP_TOKEN to a token that may write there") != std::string::npos);
  }

  TEST_CASE("what is said never holds the token, and is short") {
    CHECK(git::said(kRemote, "fatal: bad header s3cret in answer\n") == "bad header *** in answer");
    CHECK(git::said(kRemote, "remote: " + std::string(10'000, 'x') + "\n").size() <= 300);
    CHECK(git::said(kRemote,
                    "remote: \nhint: no\nwarning: no\nerror: failed to push some refs to "
                    "'x'\n")
              .empty());
    CHECK(git::said(kRemote, "fatal: \x1b[31mred\n") == "[31mred");
  }

  TEST_CASE("the answer to a push is read from its porcelain") {
    struct {
      int exit_status;
      const char* output;
      PushAnswer answer;
    } const rows[] = {
        {0, "To x\n*\tHEAD:refs/heads/b\t[new branch]\nDone\n", PushAnswer::done},
        {1, "To x\n!\tc:refs/heads/b\t[rejected] (fetch first)\nDone\n", PushAnswer::moved},
        {1, "To x\n!\tc:refs/heads/b\t[rejected] (non-fast-forward)\nDone\n", PushAnswer::moved},
        {1, "To x\n!\tc:refs/heads/b\t[remote rejected] (failed to update ref)\nDone\n",
         PushAnswer::moved},
        {1, "To x\n!\tc:refs/heads/b\t[remote rejected] (cannot lock ref 'refs/heads/b')\n",
         PushAnswer::moved},
        {1, "To x\n!\tc:refs/heads/b\t[remote rejected] (pre-receive hook declined)\nDone\n",
         PushAnswer::refused},
        {1, "To x\n!\tc:refs/heads/b\t[remote rejected] (protected branch hook declined)\n",
         PushAnswer::refused},
        {128, "", PushAnswer::none},
        {128, "To x\n", PushAnswer::none},
    };
    for (const auto& row : rows) {
      CAPTURE(row.output);
      CHECK(git::read_push(row.exit_status, row.output) == row.answer);
    }
  }

  TEST_CASE("a protected branch is told with what to do") {
    const base::Error error = git::refusal_of(
        kRemote, "main",
        "!\tc:refs/heads/main\t[remote rejected] (protected branch hook declined)\n",
        "remote: error: GH006: Protected branch update failed for refs/heads/main.\n");
    CHECK(base::exit_status(error.code()) == 4);
    CHECK(std::string(error.what()) ==
          "the push to branch main was refused: error: GH006: Protected branch update failed for "
          "refs/heads/main. [remote rejected] (protected branch hook declined); let the rules of "
          "that repository allow this token (TAP_TOKEN) to push to it, or give a branch that no "
          "rule protects");
  }
}
