// Our signatures and keys on a command line, for tests against the stock tools:
//   minisign_tool generate KEY PUB [PASSWORD]
//   minisign_tool sign KEY FILE SIGNATURE COMMENT [PASSWORD]
//   minisign_tool verify PUB FILE SIGNATURE
// Prints what is wrong and exits with its status.

#include "base/error.hpp"
#include "base/file.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/secret_key.hpp"

#include <array>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kMaxBytes = 64 << 20;

std::optional<trust::SecretBytes> password_of(const std::vector<std::string>& arguments,
                                              std::size_t index) {
  if (index >= arguments.size()) return std::nullopt;
  std::string copy = arguments[index];
  return trust::SecretBytes::take(copy);
}

void run(const std::vector<std::string>& arguments) {
  const std::string& command = arguments.at(0);
  if (command == "generate") {
    const auto password = password_of(arguments, 3);
    const trust::SecretKey key = trust::SecretKey::generate();
    const trust::SecretBytes text = key.file_text(password ? &*password : nullptr);
    base::write_file_atomically(arguments.at(1),
                                {reinterpret_cast<const char*>(text.data()), text.size()}, 0600);
    base::write_file_atomically(arguments.at(2), key.public_key().file_text());
  } else if (command == "sign") {
    const auto password = password_of(arguments, 5);
    std::string text = base::read_file(arguments.at(1), kMaxBytes);
    const auto key =
        trust::SecretKey::parse(trust::SecretBytes::take(text), password ? &*password : nullptr);
    const std::string bytes = base::read_file(arguments.at(2), kMaxBytes);
    base::write_file_atomically(
        arguments.at(3),
        key.sign(trust::blake2b_of(bytes), trust::TrustedComment::parse(arguments.at(4))));
  } else if (command == "verify") {
    const auto key = trust::PublicKey::parse_file(base::read_file(arguments.at(1), kMaxBytes));
    const trust::SignedBytes proven =
        trust::verify(base::read_file(arguments.at(2), kMaxBytes),
                      base::read_file(arguments.at(3), kMaxBytes), std::array{key});
    std::cout << proven.comment().text() << '\n';
  } else {
    throw base::Error(base::Errc::usage, "generate, sign or verify");
  }
}

}  // namespace

int main(int count, char** values) {
  try {
    run({values + 1, values + count});
    return 0;
  } catch (const base::Error& error) {
    std::cerr << error.what() << '\n';
    return base::exit_status(error.code());
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
