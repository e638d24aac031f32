#include "agent/activation.hpp"
#include "agent/check_record.hpp"
#include "agent/commands/changing.hpp"
#include "agent/commands/commands.hpp"
#include "agent/commands/update_memory.hpp"
#include "agent/commands/update_offer.hpp"
#include "agent/commands/update_options.hpp"
#include "agent/config_file.hpp"
#include "agent/install.hpp"
#include "agent/managed.hpp"
#include "agent/policy.hpp"
#include "agent/service/schedule.hpp"
#include "agent/settings.hpp"
#include "agent/site_access.hpp"
#include "agent/site_memory.hpp"
#include "agent/telemetry.hpp"
#include "agent/update_report.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "site/source.hpp"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

schema::Version require_installed(const Services& services) {
  const auto current = current_version(services.layout);
  if (current) return *current;
  throw Error(Errc::not_found, cat("nothing is installed in ", services.layout.root.string(),
                                   "; run `", services.layout.program, " install`"));
}

// One `update`, from the options to the report.
class Update {
 public:
  Update(const Services& services, const base::Arguments& arguments, UpdateOptions options)
      : m_services(services), m_arguments(arguments), m_options(std::move(options)) {
    LoadedConfig loaded = config_for_change(services);
    require_allowed_source(loaded, m_options.source);
    if (m_options.channel) require_allowed_channel(loaded, *m_options.channel);
    m_config = std::move(loaded.config);
    m_saved_channel = m_config.channel;
    if (m_options.channel) m_config.channel = *m_options.channel;
  }

  int run() {
    require_unmanaged(m_services);
    if (m_options.if_due && !is_due()) return exit_status(Errc::done);
    m_outcome = UpdateOutcome::Event::checked;
    if (m_options.check) {
      m_access = access_for_look(m_services);
    } else {
      m_access.emplace(m_services);
    }
    // After the recovery, which may have moved it.
    const schema::Version current = require_installed(m_services);
    if (notes_look()) begin_look(m_services, m_config);
    const SiteAccess site = open_source(m_services, m_config, m_options.source);
    try {
      return look_and_act(site, current);
    } catch (const Error& error) {
      if (notes_look() && site::is_fault_of_source(error.code())) {
        remember_failure(m_services, m_config, site.http->asked_to_wait());
      }
      throw;
    }
  }

  // none: there was no look.
  [[nodiscard]] UpdateOutcome::Event outcome() const { return m_outcome; }

 private:
  // What an earlier run left half done is always due.
  [[nodiscard]] bool is_due() const {
    const auto record = read_check_record(m_services.layout);
    const base::Time last_look =
        record && record->checked_at ? *record->checked_at : m_services.now;
    return read_journal(m_services.layout) ||
           look_is_due(record, m_config, m_services.now, local_minute_of_week(last_look));
  }
  // When the site is asked next does not depend on what a copy of it said, or failed to say.
  [[nodiscard]] bool notes_look() const { return m_access && !m_options.source.local; }

  int look_and_act(const SiteAccess& site, const schema::Version& current) {
    look(site);
    const Decision decision = decide();
    if (notes_look() && !m_options.version) remember_look(m_services, m_config, decision);

    for (const std::string& notice : decision.notices)
      m_services.messages.warn(notice);
    if (m_options.explain && !m_services.json) m_services.out << explain_text(decision);
    if (const auto* refused = std::get_if<Refused>(&decision.outcome)) {
      if (m_services.json) report_json(decision, current, std::nullopt);
      throw Error(refused->code, refused->reason);
    }
    const auto* install = std::get_if<Install>(&decision.outcome);
    if (install == nullptr || m_options.check || !may_install()) {
      return report_only(decision, current);
    }
    return carry_out(site, decision, *install, current);
  }

  void look(const SiteAccess& site) {
    // A version that somebody names may be of a channel that they do not follow.
    Config seen = m_config;
    if (m_options.version) {
      const schema::Channel of_version = schema::channel_of(*m_options.version);
      seen.channel = std::max(seen.channel, of_version);
    }
    const PlanRequest request{
        m_options.unattended ? Initiative::unattended : Initiative::explicit_request,
        m_options.version};
    Situation situation = read(site, seen, request);
    warn_of_expired(m_services, m_options.source);
    if (m_access) write_watermark(m_services.layout, situation.watermark);
    m_input = std::move(situation.input);
    m_input.config = m_config;
  }

  [[nodiscard]] Situation read(const SiteAccess& site, const Config& seen,
                               const PlanRequest& request) const {
    try {
      return read_situation(m_services, site, seen, request,
                            {.keep = m_access ? Keep::yes : Keep::no,
                             .allow_expired_until = m_options.source.allow_expired_until});
    } catch (const Error& error) {
      if (!m_options.source.local) throw;
      throw with_command_for_once(error, m_services, site, seen,
                                  cat(m_services.layout.program, " update"), m_arguments);
    }
  }

  // Where nothing is to be taken, the installed version had better be whole: then all its bytes are
  // read, which a look for news alone is spared.
  Decision decide() {
    Decision decision = make_plan(m_input);
    InstalledFacts& installed = m_input.installed;
    if (!m_options.check && !installed.current_is_damaged &&
        !std::holds_alternative<Install>(decision.outcome) &&
        incomplete_reason(m_services.layout, *installed.current)) {
      installed.current_is_damaged = true;
      decision = make_plan(m_input);
    }
    return decision;
  }

  // The lock does not wait for an answer; what was answered must still be what there is to do.
  bool is_still_wanted(const Install& install, const schema::Version& current) {
    m_access.reset();
    if (!is_wanted(install, current)) return false;
    m_access.emplace(m_services);
    m_input.installed = read_installed_facts(m_services);
    const Decision decision = decide();
    const auto* now = std::get_if<Install>(&decision.outcome);
    if (now == nullptr || m_input.installed.current != current ||
        now->entry.sha256 != install.entry.sha256) {
      throw Error(Errc::locked, cat("another ", m_services.layout.program,
                                    " changed the installation meanwhile; run this again"));
    }
    return true;
  }

  [[nodiscard]] bool may_install() const { return !m_options.unattended || m_config.auto_install; }

  void report_json(const Decision& decision, const schema::Version& current,
                   const std::optional<InstallOutcome>& outcome) const {
    m_services.out << base::json::write(
        update_json(decision, {m_services.identity.product, current, m_config.channel}, outcome),
        base::json::Style::pretty);
  }

  // cron sends a mail for each line.
  [[nodiscard]] bool is_timer_without_news(const Decision& decision) const {
    const auto* held = std::get_if<Held>(&decision.outcome);
    return m_options.unattended && !m_options.check &&
           m_services.messages.verbosity() == base::Verbosity::quiet &&
           (std::holds_alternative<UpToDate>(decision.outcome) || (held && is_wait(held->rule)));
  }

  // The advice about a version that is held names it itself.
  [[nodiscard]] std::string options_of_next(const Decision& decision) const {
    std::string options;
    if (std::holds_alternative<Install>(decision.outcome)) {
      options = typed_again(m_arguments, {"--version"});
    }
    return options + typed_again(m_arguments,
                                 {"--channel", "--from", "--root-sha256", "--allow-expired-until"});
  }

  int report_only(const Decision& decision, const schema::Version& current) {
    if (!m_options.check) save_channel();
    if (m_services.json) {
      report_json(decision, current, std::nullopt);
    } else if (!is_timer_without_news(decision)) {
      m_services.out << outcome_text(decision, m_services.layout.program, current,
                                     options_of_next(decision))
                     << '\n';
    }
    if (!m_options.check) return exit_status(Errc::done);
    if (std::holds_alternative<Install>(decision.outcome)) {
      return exit_status(Errc::update_available);
    }
    return exit_status(std::holds_alternative<Held>(decision.outcome) ? Errc::update_held
                                                                      : Errc::done);
  }

  int carry_out(const SiteAccess& site, const Decision& decision, const Install& install,
                const schema::Version& current) {
    const schema::PlatformEntry entry = entry_here(site, install);
    if (asks() && !is_still_wanted(install, current)) return exit_status(Errc::done);
    require_free_links(m_services.layout, install.entry);
    save_channel();
    const InstallOutcome outcome =
        install_release(m_services, *m_access, *site.http,
                        {.operation = Operation::update,
                         .version = install.version,
                         .channel = install.channel,
                         .platform = install.platform,
                         .entry = entry,
                         .configured_bases = site.configured_bases,
                         .archive = std::nullopt,
                         .keep_versions = m_config.keep_versions,
                         .pin_version = m_config.pin_version,
                         .hold = install.downgrade && m_options.version.has_value(),
                         .receipt_channel = std::nullopt,
                         .receipt_base_urls = {}});
    m_outcome = UpdateOutcome::Event::updated;
    forget_available(m_services.layout);
    for (const std::string& remark : outcome.remarks)
      m_services.messages.warn(remark);
    if (m_services.json) {
      report_json(decision, current, outcome);
    } else {
      print_change(install, outcome, current);
    }
    if (!m_options.unattended) require_found(m_services, outcome);
    // A timer's PATH is not the user's, and nothing is wrong with the release.
    for (const std::string& instead : outcome.found_instead)
      m_services.messages.warn(instead);
    return exit_status(Errc::done);
  }

  void print_change(const Install& install, const InstallOutcome& outcome,
                    const schema::Version& current) const {
    const std::string& program = m_services.layout.program;
    m_services.out << m_services.identity.product << ' ' << current.text() << " -> "
                   << outcome.version.text() << "; to go back: " << program << " rollback\n";
    if (install.on_the_way_to) {
      m_services.out << "run `" << program << " update` again for " << install.on_the_way_to->text()
                     << '\n';
    }
  }

  [[nodiscard]] bool asks() const {
    const base::Terminal& terminal = m_services.messages.terminal();
    return !m_options.yes && !m_options.unattended && terminal.input && terminal.messages;
  }

  bool is_wanted(const Install& install, const schema::Version& current) {
    const Answer answer =
        ask_about_update(m_services, install, current,
                         m_options.version ? AskedFor::this_version : AskedFor::newest);
    if (answer == Answer::skip) skip(install.version);
    return answer == Answer::take;
  }

  void skip(const schema::Version& version) {
    std::string list;
    for (const schema::Version& each : m_config.skip_versions)
      list += each.text() + ",";
    set_config_key(m_services, "updates.skip_versions", list + version.text());
    forget_available(m_services.layout);
    const std::string command = cat(m_services.layout.program, " config ");
    const std::string key = "updates.skip_versions";
    const std::string before = list.substr(0, list.find_last_of(','));
    m_services.messages.say(
        cat(version.text(), " is skipped; to be offered it again: ", command,
            before.empty() ? cat("unset ", key) : cat("set ", key, " ", before)));
  }

  // Only when the site has answered for that channel and nobody cancelled.
  void save_channel() {
    if (!m_options.channel || *m_options.channel == m_saved_channel) return;
    const std::string name(schema::channel_name(*m_options.channel));
    set_config_key(m_services, "updates.channel", name);
    m_services.messages.say(cat("channel ", name, " is saved in ", config_path(m_services).string(),
                                "; later updates come from it (it was ",
                                schema::channel_name(m_saved_channel), ")"));
    m_saved_channel = *m_options.channel;
  }

  const Services& m_services;
  const base::Arguments& m_arguments;
  UpdateOptions m_options;
  Config m_config;
  schema::Channel m_saved_channel = schema::Channel::stable;
  std::optional<WriteAccess> m_access;
  PlanInput m_input;
  UpdateOutcome::Event m_outcome = UpdateOutcome::Event::none;
};

// Tells what came of it once all is done, the lock is free and nobody waits.
int run_update(const Services& services, const base::Arguments& arguments,
               const UpdateOptions& options) {
  // Without a network, also for that.
  if (options.source.local) return Update(services, arguments, options).run();
  const Attendance attendance = options.unattended ? Attendance::unattended : Attendance::attended;
  try {
    UpdateOutcome outcome;
    int status = exit_status(Errc::done);
    {
      Update update(services, arguments, options);
      status = update.run();
      outcome.event = update.outcome();
    }
    services.out << std::flush;
    if (outcome.event != UpdateOutcome::Event::none) tell_outcome(services, outcome, attendance);
    return status;
  } catch (const Error& error) {
    if (const auto outcome = outcome_of_failure(error.code())) {
      tell_outcome(services, *outcome, attendance);
    }
    throw;
  }
}

base::Option switch_option(std::string name, std::string help) {
  return {.name = std::move(name),
          .short_name = "",
          .value = "",
          .help = std::move(help),
          .choices = {}};
}

}  // namespace

base::Command update_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "update";
  command.summary = "look for a newer release and install it";
  command.description =
      "Shows what there is, asks once on a terminal, and installs it. Without a terminal it does "
      "not ask. What is held back (by a pin, a skipped version, a rollback, the site) is named "
      "with its reason, and that ends with status 0.\n\n"
      "--check only looks: status 10 means that an update is available, 11 that one is there but "
      "held, 0 that there is none. --version takes exactly one version, also an older one, which "
      "is then held until something newer than what was left appears.";
  command.options = {
      switch_option("--check", "only look: status 10 available, 11 held, 0 none"),
      switch_option("--yes", "do not ask"),
      {.name = "--channel",
       .short_name = "",
       .value = "CHANNEL",
       .help = "follow this channel from now on",
       .choices = {"stable", "beta", "nightly"}},
      {.name = "--version",
       .short_name = "",
       .value = "VERSION",
       .help = "take exactly this version",
       .choices = {}},
      switch_option("--rollback", "go back to the version before"),
      switch_option("--explain", "print for every release the rule that took or refused it"),
      switch_option("--unattended",
                    "decide as the service would: window, rollout, auto_install hold"),
      switch_option("--if-due", "with --unattended: only when the configuration makes a look due"),
      from_option(),
      root_sha256_option(),
      allow_expired_until_option()};
  command.examples = {{"update", "to the newest release, after one question"},
                      {"update --check --explain", "what would happen, and why"},
                      {"update --channel beta", "follow beta from now on"},
                      {"update --version 2026.11.1", "exactly this one, up or down"},
                      {"update --from /media/usb/tool-1.2.0.bundle.tar",
                       "on a machine without a network, from `cco-release bundle`"}};
  command.run = [services_of](const base::Arguments& arguments) {
    const UpdateOptions options = read_update_options(arguments);
    const Services& services = services_of(arguments);
    return options.rollback ? rollback_command(services_of).run({})
                            : run_update(services, arguments, options);
  };
  return command;
}

}  // namespace agent
