#include "tests/support/forge_server.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {
namespace {

using base::cat;

// The first line that the server prints: its URLs.
std::string read_line(int file) {
  std::string line;
  char byte = 0;
  while (line.size() < 4096 && ::read(file, &byte, 1) == 1 && byte != '\n')
    line += byte;
  return line;
}

}  // namespace

ForgeServer::ForgeServer(Dialect dialect)
    : m_folder(std::filesystem::temp_directory_path(), "forge-server-") {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe for the test server");
  }
  m_input = base::FileDescriptor(input[1]);
  const base::FileDescriptor child_input(input[0]);
  const base::FileDescriptor words(output[0]);
  base::FileDescriptor child_output(output[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child_input.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, child_output.number(), STDOUT_FILENO);
  std::string program = TEST_SOURCE_ROOT "/tests/support/github_server.py";
  std::string folder = m_folder.path().string();
  std::string option = "--dialect";
  std::string name = dialect == Dialect::gitea ? "gitea" : "github";
  std::array<char*, 5> argv{program.data(), folder.data(), option.data(), name.data(), nullptr};
  const int failed =
      ::posix_spawn(&m_pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("the test server does not start");
  child_output = base::FileDescriptor();
  const auto urls =
      base::json::parse(read_line(words.number()), {.max_bytes = 4096}, base::Errc::internal);
  for (const auto& [host, url] : base::json::ObjectReader(urls, "", base::Errc::internal).members())
    m_urls[host] = *url.get_if<std::string>();
}

ForgeServer::~ForgeServer() {
  m_input = base::FileDescriptor();
  static_cast<void>(::waitpid(m_pid, nullptr, 0));
}

base::HttpOptions ForgeServer::http_options() const {
  return {.user_agent = "test/1.0",
          .ca_file = m_urls.at("ca"),
          .ca_directory = {},
          .proxy = "",
          .no_proxy = "",
          .connect_timeout = std::chrono::seconds(5),
          .stall_timeout = std::chrono::seconds(1)};
}

std::string ForgeServer::control(std::string_view path, const std::string& json) const {
  base::HttpOptions options = http_options();
  options.protocols = base::Protocols::http_too;
  options.stall_timeout = std::chrono::seconds(60);
  const auto sender = base::make_http_sender(options);
  const auto answer = sender->send(
      {.method = base::HttpMethod::post,
       .url = base::Url::parse(cat(m_urls.at("control"), path), base::Protocols::http_too),
       .headers = {},
       .authorization = {},
       .upload = base::HttpUpload{"application/json", json, json.size()},
       .is_cancelled = {}});
  if (answer.status != 200) throw std::runtime_error(cat("test server: ", path, ": ", answer.body));
  return answer.body;
}

int ForgeServer::count() const {
  const auto answer =
      base::json::parse(control("/count"), {.max_bytes = 4096}, base::Errc::internal);
  const base::json::ObjectReader reader(answer, "", base::Errc::internal);
  return static_cast<int>(reader.number("count"));
}

}  // namespace test
