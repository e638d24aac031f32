#include "releaser/commands/keys_new.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/trust/key_file.hpp"

#include <filesystem>

namespace releaser {
namespace {

namespace json = base::json;
using base::cat;
using base::Errc;
using base::Error;

struct KeysNewOptions {
  std::optional<base::Path> out;  // without ".key"
  bool json = false;
};

KeysNewOptions keys_new_options(const base::Arguments& arguments) {
  KeysNewOptions options{.out = std::nullopt, .json = wants_json(arguments)};
  if (auto out = arguments.value("--out")) {
    // "k.key" and "k.pub" both mean k.
    if (out->ends_with(".key") || out->ends_with(".pub")) {
      out->resize(out->size() - 4);
    }
    if (out->empty() || out->ends_with('/')) {
      throw Error(Errc::usage, "option `--out` needs the name of a file, like keys/mytool");
    }
    options.out = *out;
  }
  if (arguments.has("--no-password") && arguments.value("--password-file")) {
    throw Error(Errc::usage, "--no-password and --password-file exclude each other");
  }
  return options;
}

// The first line of `text`, which is wiped.
trust::SecretBytes new_password(std::string& text) {
  trust::SecretBytes password = first_line(text);
  if (password.size() == 0) {
    throw Error(Errc::usage, "the password is empty; --no-password makes a key without one");
  }
  if (password.size() > kMaxPasswordBytes) {
    throw Error(Errc::usage, cat("the password is longer than ", kMaxPasswordBytes,
                                 " bytes; choose a shorter one"));
  }
  return password;
}

trust::SecretBytes password_of_file(const base::Path& path) {
  std::string text = base::read_file(path, kMaxPasswordBytes + 2);
  return base::with_context(path.native(), [&] { return new_password(text); });
}

trust::SecretBytes password_of_terminal(const base::Messages& messages) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::string password = base::ask_password(messages, "Password for the new key:");
    std::string again = base::ask_password(messages, "The same password again:");
    const bool same = password == again;
    trust::SecretBytes::take(again);  // wiped
    if (same) {
      return new_password(password);
    }
    trust::SecretBytes::take(password);
    messages.warn("the two differ");
  }
  throw Error(Errc::usage,
              "no password after three attempts; start again, or give --password-file");
}

void require_absent(const base::Path& path) {
  std::error_code error;
  if (std::filesystem::symlink_status(path, error).type() !=
      std::filesystem::file_type::not_found) {
    throw Error(Errc::conflict,
                cat(path.native(), " exists already and is not overwritten; choose another --out"));
  }
}

}  // namespace

base::Path default_key_folder(const base::Environment& environment) {
  if (const auto configuration = environment.find("XDG_CONFIG_HOME")) {
    return base::Path(*configuration) / "cco-release" / "keys";
  }
  if (const auto home = environment.find("HOME")) {
    return base::Path(*home) / ".config" / "cco-release" / "keys";
  }
  throw Error(Errc::usage, "HOME is not set; say by --out where the keys go");
}

std::optional<trust::SecretBytes> password_for_new_keys(const Services& services,
                                                        const base::Arguments& arguments,
                                                        const base::Messages& messages) {
  if (arguments.has("--no-password")) {
    return std::nullopt;
  }
  if (const auto file = arguments.value("--password-file")) {
    return password_of_file(*file);
  }
  if (services.release_password) {
    std::string copy(reinterpret_cast<const char*>(services.release_password->data()),
                     services.release_password->size());
    return base::with_context("CCO_RELEASE_PASSWORD", [&] { return new_password(copy); });
  }
  if (services.terminal.input && services.terminal.messages) {
    return password_of_terminal(messages);
  }
  throw Error(Errc::usage,
              "no terminal to ask for a password; give --password-file FILE, or --no-password for "
              "a key that whoever has the file can use");
}

bool is_half_made(const base::Path& out) {
  using std::filesystem::file_type;
  const base::Path public_file = out.native() + ".pub";
  if (base::type_of(out.native() + ".key") != file_type::regular) return false;
  if (base::type_of(public_file) == file_type::not_found) return true;
  if (base::type_of(public_file) != file_type::regular) return false;
  try {
    (void)trust::PublicKey::parse_file(base::read_file(public_file, trust::kMaxPublicKeyFileBytes));
    return false;
  } catch (const Error&) {
    return true;
  }
}

namespace {

// The public key follows from the secret one.
trust::SecretKey finish_key_files(const base::Path& key_file, const base::Path& public_file,
                                  const trust::SecretBytes* password) {
  const std::string there = cat(key_file.native(), " is there without ", public_file.native());
  const trust::SecretBytes text = read_key_file(key_file);
  bool is_encrypted = false;
  try {
    is_encrypted = trust::SecretKey::is_encrypted(text);
  } catch (const Error&) {
    throw Error(Errc::config, cat(there,
                                  " and is no whole key, as a run that was stopped leaves it; "
                                  "remove it and run the same command again"));
  }
  check_key_file(key_file);
  if (is_encrypted && password == nullptr) {
    throw Error(Errc::config, cat(there, " and has a password; give it, or bring the other back"));
  }
  trust::SecretKey key = base::with_context(
      there, [&] { return trust::SecretKey::parse(text, is_encrypted ? password : nullptr); });
  const std::string whole = key.public_key().file_text();
  const auto part = base::read_file_if_exists(public_file, trust::kMaxPublicKeyFileBytes);
  if (part && !whole.starts_with(*part)) {
    throw Error(Errc::conflict,
                cat(public_file.native(), " is no public key and not overwritten; remove it"));
  }
  if (part) base::remove_if_exists(public_file);
  base::write_new_file(public_file, whole, 0644);
  return key;
}

}  // namespace

trust::SecretKey make_key_files(const base::Path& out, const trust::SecretBytes* password) {
  const base::Path key_file = out.native() + ".key";
  const base::Path public_file = out.native() + ".pub";
  if (is_half_made(out)) return finish_key_files(key_file, public_file, password);
  require_absent(key_file);
  require_absent(public_file);
  trust::SecretKey key = trust::SecretKey::generate();
  const trust::SecretBytes text = key.file_text(password);
  if (out.has_parent_path()) {
    base::make_directories(out.parent_path(), 0700);
  }
  base::write_new_file(
      key_file, std::string_view(reinterpret_cast<const char*>(text.data()), text.size()), 0600);
  try {
    base::write_new_file(public_file, key.public_key().file_text(), 0644);
  } catch (const Error&) {
    base::remove_if_exists(key_file);
    throw;
  }
  return key;
}

std::string path_for_every_machine(const base::Path& path, const base::Environment& environment) {
  const base::Path home = base::Path(environment.find("HOME").value_or("")).lexically_normal();
  const base::Path whole = std::filesystem::absolute(path).lexically_normal();
  const base::Path below = whole.lexically_relative(home);
  const bool is_below = home.is_absolute() && !below.empty() && *below.begin() != "..";
  return is_below && path.is_absolute() ? cat("~/", below.native()) : path.native();
}

namespace {

int run_keys_new(const Services& services, const base::Arguments& arguments,
                 const base::Messages& messages) {
  const KeysNewOptions options = keys_new_options(arguments);
  const base::Path out =
      options.out ? *options.out : default_key_folder(services.environment) / "release";
  const base::Path key_file = out.native() + ".key";
  const base::Path public_file = out.native() + ".pub";
  const bool is_half = is_half_made(out);
  if (!is_half) {
    require_absent(key_file);  // before anybody types a password
    require_absent(public_file);
  }
  trust::forbid_core_files();
  const auto password = password_for_new_keys(services, arguments, messages);
  const trust::SecretKey key = make_key_files(out, password ? &*password : nullptr);

  if (options.json) {
    services.out << json::write(
        json::Object{{"schema", 1},
                     {"public_key", key.public_key().line()},
                     {"key_id", key.public_key().id_text()},
                     {"key_file", key_file.native()},
                     {"public_key_file", public_file.native()},
                     {"encrypted", trust::SecretKey::is_encrypted(read_key_file(key_file))}},
        json::Style::pretty);
  } else if (wants_bare_result(services, messages)) {
    services.out << key.public_key().line() << '\n';
  }
  if (is_half) {
    messages.say(cat(key_file.native(), " was there without ", public_file.native(),
                     ", as a run that was stopped leaves it"));
  }
  messages.say(cat(is_half ? "there is " : "wrote ", key_file.native(),
                   " (secret; keep a copy elsewhere) and ", public_file.native(),
                   "\nnext: in cco-release.toml, under [sign]:\n", "  public_key = \"",
                   key.public_key().line(), "\"\n  key = \"",
                   path_for_every_machine(key_file, services.environment), "\""));
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_keys_new(const Services& services) {
  return {
      .name = "keys new",
      .aliases = {},
      .summary = "make a minisign key pair for signing releases",
      .description =
          "Writes FILE.key, the secret key with mode 0600, and FILE.pub, the public one, in the "
          "format of minisign. A file that exists is never overwritten. The public key is "
          "printed.\n"
          "\n"
          "Without --password-file and --no-password the password comes from CCO_RELEASE_PASSWORD "
          "or is asked for, twice, on a terminal. Never keep the secret key in the repository.",
      .options = {{"--out",
                   "",
                   "FILE",
                   "name of both files without their ends; default "
                   "~/.config/cco-release/keys/release",
                   {}},
                  {"--password-file", "", "FILE", "first line is the password", {}},
                  {"--no-password", "", "", "do not encrypt the secret key", {}}},
      .positionals = {},
      .examples = {{"cco-release keys new --out ~/.config/cco-release/keys/mytool",
                    "asks for a password and writes mytool.key and mytool.pub"},
                   {"cco-release keys new --out ci --no-password",
                    "makes a key that no password protects, for a CI secret"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_keys_new(services, arguments, messages_of(services, arguments));
      }};
}

}  // namespace releaser
