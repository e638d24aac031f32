#include "releaser/commands/password.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>

#include <unistd.h>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

std::string read_descriptor(int number) {
  std::string text(kMaxPasswordBytes + 2, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const auto got = ::read(number, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EBADF) {
      throw Error(Errc::usage, cat("--password-fd ", number, ": no such descriptor is open; write ",
                                   number, "<FILE behind the command"));
    }
    if (got < 0) throw base::system_error(cat("--password-fd ", number), errno);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

}  // namespace

trust::SecretBytes first_line(std::string& text) {
  std::string line = text.substr(0, text.find_first_of("\r\n"));
  trust::SecretBytes::take(text);  // wiped
  return trust::SecretBytes::take(line);
}

std::vector<base::Option> password_options() {
  return {{"--password-file", "", "FILE", "password of the signing key", {}},
          {"--password-fd", "", "N", "read that password from an open descriptor", {}}};
}

bool asks_for_password(const Services& services, const base::Arguments& arguments) {
  const bool is_given = arguments.value("--password-file") || arguments.value("--password-fd") ||
                        services.release_password;
  return !is_given && services.terminal.input && services.terminal.messages;
}

std::optional<trust::SecretBytes> signing_password(const Services& services,
                                                   const base::Arguments& arguments,
                                                   const base::Messages& messages) {
  if (const auto file = arguments.value("--password-file")) {
    std::string text = base::read_file(*file, kMaxPasswordBytes + 2);
    return first_line(text);
  }
  if (const auto number = arguments.value("--password-fd")) {
    const auto descriptor = base::parse_decimal(*number);
    if (!descriptor || *descriptor > 1024) {
      throw Error(Errc::usage, "--password-fd takes the number of an open descriptor");
    }
    std::string text = read_descriptor(static_cast<int>(*descriptor));
    return first_line(text);
  }
  if (services.release_password) {
    std::string copy(reinterpret_cast<const char*>(services.release_password->data()),
                     services.release_password->size());
    return first_line(copy);
  }
  if (asks_for_password(services, arguments)) {
    std::string text = base::ask_password(messages, "Password of the signing key:");
    return first_line(text);
  }
  return std::nullopt;
}

std::vector<std::string> repeated(const base::Arguments& arguments, std::string_view option) {
  const auto found = arguments.m_values.find(option);
  return found == arguments.m_values.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> key_files(const base::Arguments& arguments) {
  std::vector<std::string> files = repeated(arguments, "--key");
  for (const std::string& file : files) {
    // How the line of a secret key begins; whoever can list processes has read it by now.
    if (!file.starts_with("RWRTY0Iy") && file.find('\n') == std::string::npos) continue;
    throw Error(Errc::usage,
                "--key takes a file, and never the key itself: everybody on this machine can read "
                "command lines, so make a new key");
  }
  return files;
}

std::optional<trust::SecretBytes> KeyPasswords::of_key(std::string_view place) {
  if (asks_for_password(m_services, m_arguments)) {
    const bool has_several = m_has_several || !key_files(m_arguments).empty();
    std::string text = base::ask_password(
        m_messages, has_several ? cat("Password of ", place, ":") : "Password of the signing key:");
    return first_line(text);
  }
  if (!m_for_all) m_for_all = signing_password(m_services, m_arguments, m_messages);
  if (!m_for_all) return std::nullopt;
  std::string copy(reinterpret_cast<const char*>(m_for_all->data()), m_for_all->size());
  return trust::SecretBytes::take(copy);
}

}  // namespace releaser
