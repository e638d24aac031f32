#include "releaser/trust/signer_program.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/config/placeholders.hpp"

#include <array>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxOutputBytes = 4096;  // a signature is 88 characters
constexpr std::size_t kSignatureBytes = 64;
// What the program needs to know of the machine, and nothing else: our own secrets are not in the
// environment any more, but those of a CI may be.
constexpr std::array<std::string_view, 8> kUsualVariables{
    "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "TMPDIR", "USER", "XDG_RUNTIME_DIR"};

// The last thing that a program said of itself.
std::string last_line(std::string_view errors) {
  const std::string_view text = base::trim(errors);
  const std::size_t start = text.rfind('\n');
  return base::safe_text(start == std::string_view::npos ? text : text.substr(start + 1), 300);
}

std::string with_last_line(std::string message, std::string_view errors) {
  const std::string line = last_line(errors);
  if (!line.empty()) message += cat(": ", line);
  return message;
}

std::string time_text(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return seconds > 0 ? cat(seconds, " s") : cat(time.count(), " ms");
}

std::string decode(std::string_view output, const base::ProcessResult& result) {
  const std::string_view text = base::trim(output);
  if (text.empty()) {
    throw Error(
        Errc::config,
        with_last_line("it ended well and wrote no signature; it has to write the signature "
                       "to standard output, in base64",
                       result.errors));
  }
  auto signature = base::from_base64(text);
  if (!signature || signature->size() != kSignatureBytes) {
    throw Error(Errc::config,
                cat("what it wrote (", output.size(), output.size() == 1 ? " byte" : " bytes",
                    ") is no signature; it has to write the 64 bytes of an Ed25519 signature in "
                    "base64, 88 characters, and nothing else"));
  }
  return *std::move(signature);
}

void check_signature(const SignerProgram& program, const trust::PublicKey& key,
                     std::string_view message, std::string_view signature) {
  if (trust::is_signature_by(key, message, signature)) return;
  for (const trust::PublicKey& other : program.keys) {
    if (!trust::is_signature_by(other, message, signature)) continue;
    throw Error(Errc::untrusted,
                cat("it signed with key ", other.line(), " instead of ", key.line(),
                    "; give it {key} or {key_id} among its arguments"));
  }
  throw Error(Errc::untrusted,
              cat("its signature is not that of key ", key.line(),
                  " over this message; it has to sign what it reads as it is (pure Ed25519), with "
                  "that key"));
}

}  // namespace

std::optional<base::Path> find_program(const SignerProgram& program) {
  const std::string& name = program.argv.front();
  if (name.find('/') != std::string::npos) {
    const base::Path file = program.directory / name;
    if (base::type_of(file) == std::filesystem::file_type::not_found) return std::nullopt;
    return file;
  }
  std::string_view path;
  for (const std::string_view entry : program.environment)
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  return base::find_program(name, path);
}

std::string sign_by_program(const SignerProgram& program, const trust::PublicKey& key,
                            std::string_view message) {
  return base::with_context(
      cat("[sign] command ", base::safe_text(program.argv.front(), 100)), [&] {
        const auto file = find_program(program);
        if (!file) {
          throw Error(Errc::config,
                      "there is no such program here; install it, or run where it is");
        }
        std::vector<std::string> argv =
            fill(program.argv, {{"key", key.line()}, {"key_id", key.id_text()}});
        argv.front() = file->string();
        base::ProcessResult result;
        try {
          result = base::run_process(argv, {.directory = program.directory,
                                            .environment = program.environment,
                                            .timeout = program.deadline,
                                            .max_output = kMaxOutputBytes,
                                            .excess = base::Excess::ends_it,
                                            .background = base::Background::killed,
                                            .input = std::string(message)});
        } catch (const Error& error) {
          throw Error(Errc::config, error.what());
        }
        if (result.timed_out) {
          throw Error(Errc::config,
                      with_last_line(cat("no signature after ", time_text(program.deadline),
                                         ", so it was stopped; is it waiting for a touch "
                                         "or a PIN?"),
                                     result.errors));
        }
        if (result.wrote_too_much) {
          throw Error(Errc::config,
                      cat("it wrote more than ", kMaxOutputBytes,
                          " bytes, so it was stopped; it has to write one signature in "
                          "base64, and nothing else"));
        }
        if (result.exit_status != 0) {
          throw Error(Errc::config, with_last_line(cat("it ended with status ", result.exit_status),
                                                   result.errors));
        }
        std::string signature = decode(result.output, result);
        check_signature(program, key, message, signature);
        return signature;
      });
}

SignerProgram signer_program(const Config& config, const base::Environment& environment) {
  const SignSettings& sign = *config.sign;
  SignerProgram program{.argv = sign.command,
                        .keys = {},
                        .directory = config.root.empty() ? "." : config.root,
                        .environment = {}};
  program.keys.reserve(sign.command_keys.size() + 1);
  for (const std::string& line : sign.command_keys)
    program.keys.push_back(trust::PublicKey::parse(line));
  if (program.keys.empty()) program.keys.push_back(trust::PublicKey::parse(sign.public_key));
  std::set<std::string, std::less<>> names(kUsualVariables.begin(), kUsualVariables.end());
  names.insert(sign.command_env.begin(), sign.command_env.end());
  for (const std::string& name : names) {
    if (const auto value = environment.find(name)) {
      program.environment.push_back(cat(name, "=", *value));
    }
  }
  return program;
}

std::vector<Signer> signers_of(const SignerProgram& program) {
  std::vector<Signer> signers;
  signers.reserve(program.keys.size());
  for (const trust::PublicKey& key : program.keys) {
    signers.emplace_back(key, [program, key](std::string_view message) {
      return sign_by_program(program, key, message);
    });
  }
  return signers;
}

}  // namespace releaser
