#include "agent/account.hpp"
#include "agent/activation.hpp"
#include "agent/commands/changing.hpp"
#include "agent/commands/source_options.hpp"
#include "agent/config_file.hpp"
#include "agent/managed.hpp"
#include "agent/own_folders.hpp"
#include "agent/path_setup.hpp"
#include "agent/plain_install.hpp"
#include "agent/policy.hpp"
#include "agent/script_install.hpp"
#include "agent/settings.hpp"
#include "agent/site_access.hpp"
#include "agent/site_memory.hpp"
#include "agent/state.hpp"
#include "agent/uninstall.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace agent {
namespace {

void require_writable_bin_directory(const Layout& layout) {
  try {
    base::make_directories(layout.bin_directory);
    const base::TemporaryDirectory trial(layout.bin_directory, base::cat('.', layout.program, '-'));
  } catch (const base::Error& error) {
    throw base::Error(base::Errc::cannot_write,
                      base::cat("cannot write to ", layout.bin_directory.native(), ": ",
                                error.what(), "; choose another place by --prefix, or by ",
                                variable_prefix(layout.program), "BIN_DIR"));
  }
}

// An installer that is older than what is here asks for nothing new.
bool is_here_already(const Services& services, const base::Arguments& arguments) {
  const std::optional<schema::Version> current = current_version(services.layout);
  return arguments.has("--archive") && !arguments.has("--version") && current &&
         *current > services.identity.version;
}

PlanRequest plan_request(const Services& services, const base::Arguments& arguments) {
  PlanRequest request;
  if (const auto version = arguments.value("--version")) {
    request.version = schema::Version::parse(*version);
  } else if (arguments.has("--archive")) {
    // The archive that this program came in.
    request.version = services.identity.version;
  }
  return request;
}

// A first installation and one that is there already ask the same question: which release?
std::optional<Install> decide(const PlanInput& input) {
  const Decision decision = make_plan(input);
  if (const auto* take = std::get_if<Install>(&decision.outcome)) {
    return *take;
  }
  if (const auto* refused = std::get_if<Refused>(&decision.outcome)) {
    throw base::Error(refused->code, refused->reason);
  }
  const auto* held = std::get_if<Held>(&decision.outcome);
  if (held != nullptr && !input.installed.current) {
    throw base::Error(base::Errc::not_found,
                      base::cat(held->version.text(), " is held back: ", held->reason,
                                held->advice.empty() ? "" : "; ", held->advice));
  }
  return std::nullopt;
}

// Records first, then edits: an edit that nobody knows of could never be taken back.
void set_up_path(const Services& services, PathPolicy policy, std::vector<std::string>& messages) {
  const Layout& layout = services.layout;
  const PathSetup setup = plan_path_setup(services.environment, layout.home, layout.program,
                                          layout.bin_directory, policy);
  messages.insert(messages.end(), setup.messages.begin(), setup.messages.end());
  if (std::optional<Receipt> receipt = read_receipt(layout); receipt && !setup.edits.empty()) {
    const Receipt before = *receipt;
    for (const PathEdit& edit : setup.edits) {
      const bool known = std::any_of(receipt->path_edits.begin(), receipt->path_edits.end(),
                                     [&](const PathEdit& each) { return each.file == edit.file; });
      if (!known) {
        receipt->path_edits.push_back(edit);
      }
    }
    if (!(*receipt == before)) {
      write_receipt(layout, *receipt);
    }
  }
  make_path_edits(setup, layout.program, layout.bin_directory, messages);
}

struct InstallOptions {
  std::optional<schema::Channel> channel;
  std::optional<base::Url> base_url;
  SourceOptions source;
  PathPolicy path_policy = PathPolicy::modify;
};

InstallOptions read_options(const base::Arguments& arguments) {
  InstallOptions options;
  options.source = read_source_options(arguments);
  if (const auto text = arguments.value("--base-url")) {
    options.base_url = base::with_context("--base-url", [&] { return base::Url::parse(*text); });
  }
  if (const auto text = arguments.value("--channel")) {
    options.channel = schema::parse_channel(*text);
  }
  if (arguments.has("--no-modify-path")) {
    options.path_policy = PathPolicy::leave;
  }
  return options;
}

std::vector<std::string> base_urls_of(const InstallOptions& options) {
  return options.base_url ? std::vector{options.base_url->text()} : std::vector<std::string>();
}

// config.toml goes before the receipt: where it names another channel, it has to change too.
void save_channel(const Services& services, schema::Channel channel,
                  std::vector<std::string>& messages) {
  const LoadedConfig loaded = load_config(services);
  if (loaded.origins.at("updates.channel") == Origin::file && loaded.config.channel != channel) {
    const std::string name(schema::channel_name(channel));
    set_config_key(services, "updates.channel", name);
    messages.push_back(base::cat("channel ", name, " is saved in ", config_path(services).native(),
                                 " (it was ", schema::channel_name(loaded.config.channel), ")"));
  }
}

InstallOrder order_of(const Install& decided, const SiteAccess& site_access,
                      const base::Arguments& arguments) {
  return {.operation = Operation::install,
          .version = decided.version,
          .channel = decided.channel,
          .platform = decided.platform,
          .entry = entry_here(site_access, decided),
          .configured_bases = site_access.configured_bases,
          .archive = arguments.value("--archive"),
          .receipt_channel = std::nullopt,
          .receipt_base_urls = {}};
}

InstallOrder managed_order(const Install& decided, const SiteAccess& site_access,
                           const base::Arguments& arguments, const InstallOptions& options,
                           const Config& config) {
  InstallOrder order = order_of(decided, site_access, arguments);
  order.keep_versions = config.keep_versions;
  order.pin_version = config.pin_version;
  order.hold = decided.downgrade;
  order.receipt_channel = options.channel;
  order.receipt_base_urls = base_urls_of(options);
  return order;
}

// What the site has, by the options of this command line.
struct Look {
  SiteAccess site_access;
  Situation situation;
};
Look look(const Services& services, const base::Arguments& arguments, const InstallOptions& options,
          const Config& config, Keep keep) {
  SiteAccess site_access = open_source(services, config, options.source, options.base_url);
  const PlanRequest request = plan_request(services, arguments);
  LookOptions how{.keep = keep, .allow_expired_until = options.source.allow_expired_until};
  const auto look_once = [&] {
    Situation situation = read_situation(services, site_access, config, request, how);
    warn_of_expired(services, options.source);
    return Look{std::move(site_access), std::move(situation)};
  };
  try {
    return look_once();
  } catch (const base::Error& error) {
    if (options.source.local) {
      throw with_command_for_once(error, services, site_access, config,
                                  base::cat(posix_quoted(services.executable.native()), " install"),
                                  arguments);
    }
    // The bytes of a file that is here are pinned by whoever gave it, so that a first installation
    // never fails for time alone.
    if (error.code() != base::Errc::expired || !arguments.has("--archive") ||
        !config.policy.allow_expired) {
      throw;
    }
    services.messages.warn(base::cat(error.what(),
                                     "; it is installed all the same, and updates "
                                     "wait until the site is fresh again"));
  }
  how.allow_expired_until = base::Time{};
  return look_once();
}

// One plain file and no root.
int install_unmanaged(const Services& services, const base::Arguments& arguments,
                      const InstallOptions& options, const Config& config) {
  auto [site_access, situation] = look(services, arguments, options, config, Keep::no);
  situation.input.installed = {};
  const std::optional<Install> decided = decide(situation.input);
  if (!decided) {
    throw base::Error(base::Errc::not_found, "there is no release to install");
  }
  const InstallOutcome outcome =
      install_plainly(services, *site_access.http, order_of(*decided, site_access, arguments),
                      situation.input.available);
  report_change(
      services, outcome, "installed",
      base::cat(services.identity.product, " ", outcome.version.text(), " is in ",
                services.layout.bin_directory.native(), "; nothing updates it by itself"));
  return base::exit_status(base::Errc::done);
}

// What is installed already, with whatever is missing of its links.
InstallOutcome keep_current(const Services& services, const InstallOptions& options) {
  const Layout& layout = services.layout;
  const schema::Version current = *current_version(layout);
  const CompletionMark mark = require_completion_mark(layout, current);
  remember_choices(services, current, mark.archive_sha256, options.channel, base_urls_of(options));
  renew_receipt(services, current, mark, make_links(layout, mark.binaries));
  return {.from = current,
          .version = current,
          .downloaded_bytes = 0,
          .remarks = {},
          .found_instead = {}};
}

std::string success_line(const Services& services, const InstallOutcome& outcome,
                         std::string_view action) {
  const std::string what =
      base::cat(services.identity.product, " ", outcome.version.text(), " is installed ");
  if (action == "unchanged") {
    return what + "already";
  }
  return base::cat(what, "for ", account_name(), " in ", services.layout.bin_directory.native(),
                   "; next: ", services.identity.product, " --help, and `", services.layout.program,
                   " update` when there is something newer");
}

struct Choice {
  SiteAccess site_access;
  std::optional<Install> decided;  // nothing: what is installed stays
  std::optional<ScriptInstall> script;
};

Choice choose(const Services& services, const base::Arguments& arguments,
              const InstallOptions& options, const Config& config) {
  const Layout& layout = services.layout;
  auto [site_access, situation] = look(services, arguments, options, config, Keep::yes);
  write_watermark(layout, situation.watermark);
  const std::optional<schema::Version> current = situation.input.installed.current;
  situation.input.installed.current_is_damaged = current && incomplete_reason(layout, *current);
  std::optional<Install> decided =
      is_here_already(services, arguments) && !situation.input.installed.current_is_damaged
          ? std::nullopt
          : decide(situation.input);
  std::optional<ScriptInstall> script = read_script_install(services.environment, layout);
  if (decided) {
    require_free_links(layout, decided->entry, [&script](const base::Path& file) {
      return script && is_unchanged(*script, file);
    });
  }
  return {std::move(site_access), std::move(decided), std::move(script)};
}

int install_managed(const Services& services, const base::Arguments& arguments,
                    const InstallOptions& options, const Config& config,
                    const FirstInstallation& first) {
  const Layout& layout = services.layout;
  const WriteAccess write_access(services, WriteAccess::WhenLocked::wait_briefly,
                                 WriteAccess::Recovery::by_order);
  const auto [site_access, decided, script] = [&] {
    try {
      return choose(services, arguments, options, config);
    } catch (const base::Error&) {
      first.take_back();
      throw;
    }
  }();
  const InstallOutcome outcome =
      decided ? install_release(services, write_access, *site_access.http,
                                managed_order(*decided, site_access, arguments, options, config))
              : keep_current(services, options);
  const std::string_view action = !decided                                          ? "unchanged"
                                  : outcome.from && outcome.from != outcome.version ? "updated"
                                                                                    : "installed";

  std::vector<std::string> messages;
  if (script) {
    const auto mark = read_completion_mark(layout, outcome.version);
    messages = take_over(
        services, *script, mark ? mark->binaries : std::vector<std::string>(),
        options.path_policy == PathPolicy::leave ? ShellEdits::leave : ShellEdits::take_over);
  }
  if (options.channel) {
    save_channel(services, *options.channel, messages);
  }
  set_up_path(services, options.path_policy, messages);
  for (const std::string& message : messages) {
    services.messages.say(message);
  }
  for (const std::string& instead : outcome.found_instead) {
    services.messages.warn(instead);
  }
  report_change(services, outcome, action, success_line(services, outcome, action));
  return base::exit_status(base::Errc::done);
}

int run_install(const Services& services, const base::Arguments& arguments) {
  require_self_update(services);
  require_own_home(services);
  LoadedConfig loaded = config_for_change(services);
  const InstallOptions options = read_options(arguments);
  if (options.channel) require_allowed_channel(loaded, *options.channel);
  if (options.base_url) require_free_choice(loaded, "updates.base_url", "--base-url");
  require_allowed_source(loaded, options.source);
  Config config = std::move(loaded.config);
  if (options.channel) {
    config.channel = *options.channel;
  }
  finish_interrupted_removal(services);
  const FirstInstallation first(services.layout);
  require_writable_bin_directory(services.layout);
  return arguments.has("--unmanaged")
             ? install_unmanaged(services, arguments, options, config)
             : install_managed(services, arguments, options, config, first);
}

}  // namespace

base::Command install_command(const ServicesOf& services_of) {
  const auto option = [](std::string name, std::string value, std::string help) {
    return base::Option{.name = std::move(name),
                        .short_name = "",
                        .value = std::move(value),
                        .help = std::move(help),
                        .choices = {}};
  };
  base::Command command;
  command.name = "install";
  command.summary = "install the product for this user";
  command.description =
      "Downloads the newest release for this machine, or the one that is asked for, verifies it "
      "against the signed manifest, and puts it on PATH. What is there already is updated, never "
      "taken down.";
  command.options = {
      option("--version", "VERSION", "this version instead of the newest"),
      option("--channel", "CHANNEL", "the channel to follow from now on"),
      option("--archive", "FILE", "use this file instead of a download, if its bytes are right"),
      option("--prefix", "DIR", "install below DIR/share and DIR/bin instead of ~/.local"),
      option("--base-url", "URL", "ask this site, also for later updates"),
      option("--no-modify-path", "", "do not touch shell files"),
      option("--unmanaged", "", "only the plain program, without an updater (for containers)"),
      from_option(),
      root_sha256_option(),
      allow_expired_until_option()};
  command.options[1].choices = {"stable", "beta", "nightly"};
  command.examples = {{"install", "the newest stable release"},
                      {"install --channel beta", "follow beta from now on"},
                      {"install --version 2026.11.1", "exactly this one"},
                      {"install --from /media/usb/tool-1.2.0.bundle.tar",
                       "on a machine without a network, from `cco-release bundle`"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_install(services_of(arguments), arguments);
  };
  return command;
}

}  // namespace agent
