#include "releaser/commands/release_run.hpp"

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <filesystem>

#include <unistd.h>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxPasswordBytes = 1024;
constexpr std::size_t kMaxConfigBytes = 1024UL * 1024;

trust::SecretBytes password_of_text(std::string& text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  return trust::SecretBytes::take(text);
}

std::string read_descriptor(int number) {
  std::string text(kMaxPasswordBytes + 2, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const auto got = ::read(number, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw base::system_error(cat("--password-fd ", number), errno);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

// Where the password of the key comes from, in this order: a file, a descriptor, the variable, the
// terminal.
std::optional<trust::SecretBytes> find_password(const Services& services,
                                                const base::Arguments& arguments,
                                                const base::Messages& messages) {
  if (const auto file = arguments.value("--password-file")) {
    std::string text = base::read_file(*file, kMaxPasswordBytes + 2);
    return password_of_text(text);
  }
  if (const auto number = arguments.value("--password-fd")) {
    const auto descriptor = base::parse_decimal(*number);
    if (!descriptor || *descriptor > 1024) {
      throw Error(Errc::usage, "--password-fd takes the number of an open descriptor");
    }
    std::string text = read_descriptor(static_cast<int>(*descriptor));
    return password_of_text(text);
  }
  if (services.release_password) {
    std::string copy(reinterpret_cast<const char*>(services.release_password->data()),
                     services.release_password->size());
    return password_of_text(copy);
  }
  if (services.terminal.input && services.terminal.messages) {
    std::string text = base::ask_password(messages, "Password of the signing key: ");
    return password_of_text(text);
  }
  return std::nullopt;
}

}  // namespace

std::vector<base::Option> password_options() {
  return {{"--password-file", "", "FILE", "password of the signing key", {}},
          {"--password-fd", "", "N", "read that password from an open descriptor", {}}};
}

std::vector<base::Option> release_options() {
  return {
      {"--version", "", "VERSION", "default: CI's tag, else the one tag at HEAD", {}},
      {"--channel", "", "CHANNEL", "default: by the version", {"stable", "beta", "nightly"}},
      {"--snapshot", "", "", "a version of its own from the commit; nothing is published", {}},
      {"--check-reproducible", "", "", "pack twice and compare", {}},
      {"--strict", "", "", "warnings are errors", {}},
      {"--allow-backport", "", "", "the version may be lower than the newest of its channel", {}},
  };
}

RunOptions run_options(const base::Arguments& arguments) {
  RunOptions options;
  options.identify.version = arguments.value("--version");
  options.identify.channel = arguments.value("--channel");
  options.identify.date = arguments.value("--date");
  options.identify.snapshot = arguments.has("--snapshot");
  for (std::string& name : arguments.list("--skip"))
    options.skip.insert(std::move(name));
  options.dry_run = arguments.has("--dry-run");
  options.clean = arguments.has("--clean");
  options.check_reproducible = arguments.has("--check-reproducible");
  options.allow_backport = arguments.has("--allow-backport");
  options.strict = arguments.has("--strict");
  options.parallelism = parallelism_of(arguments);
  options.dist = dist_path_of(arguments);
  if (options.identify.snapshot && options.identify.version) {
    throw Error(Errc::usage, "--snapshot makes a version of its own; leave --version out");
  }
  return options;
}

void with_run(const Services& services, const base::Arguments& arguments, const RunOptions& options,
              const std::function<void(Run&)>& work) {
  const base::Messages messages = messages_of(services, arguments);
  const base::Path file = find_config(arguments.value("--config"), ".");
  const Config config = load_config(file);
  const Surroundings around{
      .environment = services.environment,
      .messages = messages,
      .now = services.now,
      .tool_version = base::build_info().version,
      .key_text = services.release_key ? &*services.release_key : nullptr,
      .password = [&] { return find_password(services, arguments, messages); },
  };
  Run run{.config = config,
          .options = options,
          .around = around,
          .home = services.environment.find("HOME").value_or(""),
          .dist_to_copy_record_from = {},
          .settings = trust::sha256_of(base::read_file(file, kMaxConfigBytes)),
          .identity = {},
          .folder = {},
          .earlier = {},
          .record = {},
          .targets = {},
          .files = {},
          .warns_again = false,
          .acquires = false,
          .locks = std::make_shared<FolderLocks>(),
          .destinations = {},
          .failures = {},
          .before = {},
          .product = {},
          .key = {},
          .checksums = {},
          .release = {},
          .manifests = {},
          .installer_of = {},
          .pages = {},
          .actions = {},
          .to_be_signed = {}};
  trust::forbid_core_files();
  work(run);
}

DistFolder::DistFolder(const Run& run) {
  const base::Path& dist = run.options.dist;
  std::error_code ignored;
  for (base::Path folder = std::filesystem::absolute(dist).lexically_normal();
       !std::filesystem::exists(folder, ignored) && folder.has_relative_path();
       folder = folder.parent_path()) {
    m_made.push_back(folder);
  }
  base::make_directories(dist);
  if (!run.locks->try_acquire(dist)) {
    throw Error(Errc::locked, cat("another run works in ", dist.string(),
                                  "; wait for its end, or give another --dist"));
  }
}

DistFolder::~DistFolder() {
  for (const base::Path& folder : m_made)
    ::rmdir(folder.c_str());  // stays where there is something in it
}

}  // namespace releaser
