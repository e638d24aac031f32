#include "releaser/commands/release_run.hpp"

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/ci_job/workflow_job.hpp"
#include "releaser/commands/agreement.hpp"
#include "releaser/commands/job_report.hpp"
#include "releaser/commands/network_access.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/stages/rollout_share.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// What cannot be meant together.
void check_signing_options(const RunOptions& options, const base::Arguments& arguments) {
  const auto refuse = [](std::string_view problem) { throw Error(Errc::usage, cat(problem)); };
  if (options.sign_only && !options.signatures.empty()) {
    refuse("--sign-only writes signatures, and --signatures publishes with them; give one of them");
  }
  if (!options.sign_only) {
    for (const std::string_view option : {"--rebuild", "--out", "--yes"})
      if (arguments.has(option)) refuse(cat(option, " belongs to --sign-only"));
  }
  if (options.takes_archives() && !options.previous.empty()) {
    refuse("--previous: deltas are made with the archives, and these are made already");
  }
  if (!options.resumes()) return;
  const std::string mode = options.sign_only ? "--sign-only" : "--signatures";
  for (const std::string_view option :
       {"--snapshot", "--skip", "--only", "--dry-run", "--channel", "--draft"})
    if (arguments.has(option)) refuse(cat(option, " does not go with ", mode));
}

bool has_token(const DestinationSettings& settings) {
  return settings.type == "github" || settings.type == "gitea";
}

// What may get a token, by its name: destinations that git or an API reaches, tap and bucket.
std::map<std::string, std::string*> token_files(Config& config) {
  std::map<std::string, std::string*> files;
  if (config.homebrew && !config.homebrew->tap.empty())
    files["homebrew"] = &config.homebrew->token_file;
  if (config.scoop && !config.scoop->bucket.empty()) files["scoop"] = &config.scoop->token_file;
  for (DestinationSettings& each : config.destinations)
    if (has_token(each) || each.type == "git") files[each.name] = &each.token_file;
  return files;
}

// --token-file FILE for the one host of releases, or NAME=FILE.
void set_token_file(Config& config, const std::string& given) {
  const auto files = token_files(config);
  std::vector<std::string> names, hosts;
  names.reserve(files.size());
  for (const auto& [name, file] : files)
    names.push_back(name);
  for (const DestinationSettings& each : config.destinations)
    if (has_token(each)) hosts.push_back(each.name);
  if (hosts.empty() && names.size() == 1) hosts = names;
  const std::size_t equals = given.find('=');
  std::string name = given.substr(0, equals == given.npos ? 0 : equals);
  std::string file = equals == given.npos ? given : given.substr(equals + 1);
  if (!files.contains(name)) {
    if (hosts.size() != 1) {
      const std::string all = base::join(names, ", ");
      throw Error(Errc::usage, cat("--token-file ", base::safe_text(given, 200),
                                   names.empty() ? ": no destination takes a token from a file"
                                                 : cat(": say for which destination, as ",
                                                       names.front(), "=FILE; there are ", all)));
    }
    name = hosts.front();
    file = given;
  }
  *files.at(name) = std::filesystem::absolute(file).string();
}

// What the command line says in place of cco-release.toml, for one run.
void set_host_options(Config& config, const base::Arguments& arguments) {
  for (const std::string& given : repeated(arguments, "--token-file"))
    set_token_file(config, given);
  if (!arguments.has("--draft")) return;
  bool has_any = false;
  for (DestinationSettings& each : config.destinations) {
    if (!has_token(each)) continue;
    each.draft = true;
    has_any = true;
  }
  if (!has_any) {
    throw Error(Errc::usage,
                "--draft: only destinations of type github or gitea have drafts, and there is "
                "none; leave it out");
  }
}

}  // namespace

base::Path default_dist(const Config& config) { return config.resolve("dist", ""); }

std::vector<base::Option> release_options() {
  return {
      {"--version", "", "VERSION", "default: CI's tag, else the one tag at HEAD", {}},
      {"--channel", "", "CHANNEL", "default: by the version", {"stable", "beta", "nightly"}},
      {"--snapshot", "", "", "a version of its own from the commit; nothing is published", {}},
      {"--check-reproducible", "", "", "pack twice and compare", {}},
      {"--strict", "", "", "warnings are errors", {}},
      {"--allow-dirty", "", "", "files may differ from what the tag holds", {}},
      {"--allow-backport", "", "", "the version may be lower than the newest of its channel", {}},
      {"--leave-out",
       "",
       "VERSION",
       "a release that only a stolen key lists, or all; repeated",
       {}},
  };
}

base::Option previous_option() {
  return {"--previous", "", "DIR", "make deltas from the releases in it (see previous)", {}};
}

base::Option above_option() {
  return {"--above", "", "VERSION", "metadata went back: give up this timestamp, and go on", {}};
}

std::optional<std::uint64_t> version_option(const base::Arguments& arguments,
                                            std::string_view name) {
  const auto text = arguments.value(name);
  if (!text) return std::nullopt;
  std::uint64_t version = 0;
  const char* const end = text->data() + text->size();
  const auto result = std::from_chars(text->data(), end, version);
  if (result.ec != std::errc() || result.ptr != end || version == 0) {
    throw Error(Errc::usage, cat(name, " ", base::safe_text(*text, 80),
                                 " is no version of metadata; the message that names the option "
                                 "names the number"));
  }
  return version;
}

RunOptions run_options(const base::Arguments& arguments) {
  RunOptions options;
  options.identify.version = arguments.value("--version");
  options.identify.channel = arguments.value("--channel");
  options.identify.date = arguments.value("--date");
  options.identify.snapshot = arguments.has("--snapshot");
  for (std::string& name : arguments.list("--skip"))
    options.skip.insert(std::move(name));
  for (std::string& name : arguments.list("--only"))
    options.only.insert(std::move(name));
  options.previous = arguments.value("--previous").value_or("");
  options.release_notes = arguments.value("--release-notes").value_or("");
  options.fail_fast = arguments.has("--fail-fast");
  options.dry_run = arguments.has("--dry-run");
  options.clean = arguments.has("--clean");
  options.check_reproducible = arguments.has("--check-reproducible");
  options.identify.allow_dirty = arguments.has("--allow-dirty");
  options.allow_backport = arguments.has("--allow-backport");
  for (const std::string& version : arguments.list("--leave-out"))
    if (version == "all") {
      options.leave_out_all = true;
    } else {
      options.leave_out.push_back(schema::Version::parse(version));
    }
  options.strict = arguments.has("--strict");
  options.parallelism = parallelism_of(arguments);
  options.dist = dist_path_of(arguments);
  for (std::string& file : key_files(arguments))
    options.keys.emplace_back(std::move(file));
  options.sign_only = arguments.has("--sign-only");
  options.rebuild = arguments.has("--rebuild");
  for (std::string& folder : repeated(arguments, "--signatures"))
    options.signatures.emplace_back(std::move(folder));
  options.signatures_out = arguments.value("--out").value_or("");
  if (const auto share = arguments.value("--rollout")) {
    options.rollout = parse_percent(*share);
    if (!options.rollout) {
      throw Error(Errc::usage, cat("--rollout ", base::safe_text(*share, 40),
                                   " is no share; give 0 to 100 with at most two decimals"));
    }
  }
  check_signing_options(options, arguments);
  options.above = version_option(arguments, "--above");
  if (options.identify.snapshot && options.identify.version) {
    throw Error(Errc::usage, "--snapshot makes a version of its own; leave --version out");
  }
  return options;
}

void with_run(const Services& services, const base::Arguments& arguments, RunOptions options,
              const std::function<void(Run&)>& work) {
  const base::Messages messages = messages_of(services, arguments);
  const base::Path file = find_config(arguments.value("--config"), ".");
  messages.detail(cat("configuration: ", file.string()));
  if (services.job != nullptr) services.job->configured_by(file);
  Config config = load_config(file);
  set_host_options(config, arguments);
  if (options.dist.empty()) options.dist = default_dist(config);
  if (options.resumes() && !config.trust) {
    throw Error(Errc::config, cat(file.filename().string(),
                                  ": a release waits for signatures only with [trust]; "
                                  "cco-release trust init makes it"));
  }
  KeyPasswords passwords(services, arguments, messages);
  if (config.sign && !config.sign->old_public_key.empty()) passwords.name_each_key();
  const base::Environment environment = without_tokens(services.environment, config);
  const Surroundings around{
      .environment = environment,
      .messages = messages,
      .now = services.now,
      .tool_version = base::build_info().version,
      .key_text = services.release_key ? &*services.release_key : nullptr,
      .password = [&](std::string_view place) { return passwords.of_key(place); },
      .asks_for_password = asks_for_password(services, arguments),
      .network = network_access(services, config, timeout_of(arguments)),
      .agree =
          [&](const std::vector<std::string>& words) {
            std::ostream& out = wants_json(arguments) ? services.errors : services.out;
            for (const std::string& line : words)
              out << line << '\n';
            out << std::flush;
            require_agreement(services, arguments, messages);
          },
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
          .keyring = {},
          .checksums = {},
          .release = {},
          .manifests = {},
          .installer_of = {},
          .pages = {},
          .trust = {},
          .public_metadata = {},
          .metadata = {},
          .expired_channels = {},
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
