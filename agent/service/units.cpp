#include "agent/service/units.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

using base::cat;

// What `run` ends with where starting it again cannot help: usage, and the configuration, a port
// that is in use among it.
constexpr std::string_view kFinalStatuses = "2 3";

std::string first_mark(std::string_view program) {
  return cat("# Written by `", program, " service install`; `", program,
             " service uninstall` removes it.\n");
}

std::string second_mark(const base::Path& root) {
  return cat("# Installation: ", root.native(), "\n");
}

bool is_control(char letter) {
  constexpr unsigned char kFirstPrintable = 0x20;
  constexpr unsigned char kDelete = 0x7f;
  const auto byte = static_cast<unsigned char>(letter);
  return byte < kFirstPrintable || byte == kDelete;
}

void require_fit(const base::Path& path, UnitScope scope) {
  const std::string& text = path.native();
  // systemd takes quotes and backslashes apart differently in its lists of paths.
  const bool is_hard = text.find_first_of("\"'\\") != std::string::npos;
  if (std::any_of(text.begin(), text.end(), is_control) || !base::is_utf8(text) ||
      (scope == UnitScope::system && is_hard)) {
    throw base::Error(base::Errc::config,
                      cat("systemd cannot be told of the path ", base::safe_text(text),
                          "; install into a folder with a plain name"));
  }
}

// systemd refuses a program whose path holds quotes or backslashes, but not an argument. Variables
// are replaced in arguments alone.
std::string exec_line(const base::Path& executable, std::string_view arguments) {
  const std::string& path = executable.native();
  const bool is_refused = path.find_first_of("\"'\\") != std::string::npos;
  return cat("ExecStart=",
             is_refused ? cat(R"(/bin/sh -c 'exec "$$0" "$$@"' )",
                              quoted_for_unit(path, Variables::replaced))
                        : quoted_for_unit(path, Variables::left),
             ' ', arguments, '\n');
}

std::string head(const UnitFacts& facts, std::string_view description) {
  return cat(first_mark(facts.program), second_mark(facts.root),
             "# What you change here is lost: use `systemctl edit`.\n\n[Unit]\nDescription=",
             base::replace_all(description, "%", "%%"), '\n');
}

std::string environment_line(const UnitFacts& facts) {
  return cat(
      "Environment=",
      quoted_for_unit(cat(facts.config_variable, '=', facts.config_file.native()), Variables::left),
      '\n');
}

std::string program_path(const UnitFacts& facts) {
  return (facts.root / "versions" / "current" / facts.program).native();
}

std::string service_description(const UnitFacts& facts) {
  return facts.product == facts.program
             ? cat("Updates of ", facts.product)
             : cat("Updates of ", facts.product, " (", facts.program, ")");
}

// notify: it says when it is there, and which process it is after a hand-over; the new version says
// so, which is not the main process then. mixed: the service ends what it has begun itself.
std::string service_lines(const UnitFacts& facts) {
  return cat("\n[Service]\nType=notify\nNotifyAccess=all\n", exec_line(program_path(facts), "run"),
             "ExecReload=kill -HUP $MAINPID\n", environment_line(facts),
             "Restart=on-failure\nRestartSec=5\nRestartPreventExitStatus=", kFinalStatuses,
             "\nKillMode=mixed\nTimeoutStopSec=60\nWatchdogSec=120\n");
}

// What a look needs neither: rights, devices, other machines, other users' files.
constexpr std::string_view kServiceSandbox = R"(UMask=0022
DynamicUser=yes
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_UNIX
IPAddressDeny=any
IPAddressAllow=localhost
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
)";

// It carries owner, mode and capabilities of programs over, asks the service to hand over, and
// tries programs that may make code while they run.
constexpr std::string_view kUpdateSandbox = R"(UMask=0022
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETFCAP
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
)";

std::string user_service(const UnitFacts& facts) {
  return cat(head(facts, service_description(facts)), service_lines(facts));
}

std::string system_service(const UnitFacts& facts) {
  return cat(head(facts, service_description(facts)), service_lines(facts),
             "RuntimeDirectory=", facts.program,
             "\nRuntimeDirectoryPreserve=restart\nLogsDirectory=", facts.program, '\n',
             kServiceSandbox);
}

// on-abnormal: an update that was killed is taken up again at once; one that failed waits for the
// timer.
std::string system_update(const UnitFacts& facts) {
  return cat(head(facts, cat("Look for updates of ", facts.product, " and install them")),
             "Wants=network-online.target\nAfter=network-online.target\n"
             "\n[Service]\nType=oneshot\n",
             exec_line(program_path(facts), "update --unattended --if-due --quiet"),
             environment_line(facts),
             "Restart=on-abnormal\nRestartSec=30\nTimeoutStartSec=2h\nNice=10\nReadWritePaths=",
             quoted_for_unit(facts.root.native(), Variables::left), ' ',
             quoted_for_unit(cat('-', facts.bin_directory.native()), Variables::left), '\n',
             kUpdateSandbox);
}

// Often, because the configuration decides when a look is due, not the timer.
std::string system_timer(const UnitFacts& facts) {
  return cat(head(facts, cat("Look for updates of ", facts.product)),
             "\n[Timer]\nOnCalendar=hourly\nRandomizedDelaySec=15min\nPersistent=yes\n");
}

}  // namespace

std::string quoted_for_unit(std::string_view word, Variables variables) {
  constexpr std::string_view kNeedsQuotes = " '\"\\;#";
  std::string out;
  for (const char letter : word) {
    const bool is_doubled = letter == '%' || (letter == '$' && variables == Variables::replaced);
    if (is_doubled) {
      out += letter;
    } else if (letter == '"' || letter == '\\') {
      out += '\\';
    }
    out += letter;
  }
  const bool is_plain = !word.empty() && word.find_first_of(kNeedsQuotes) == std::string_view::npos;
  return is_plain ? out : cat('"', out, '"');
}

std::vector<UnitName> unit_names(std::string_view program, UnitScope scope) {
  const std::string service = cat(program, ".service");
  if (scope == UnitScope::user) {
    return {{service, "default.target"}};
  }
  return {{service, "multi-user.target"},
          {cat(program, "-update.service"), ""},
          {cat(program, "-update.timer"), "timers.target"}};
}

std::vector<Unit> make_units(const UnitFacts& facts, UnitScope scope) {
  for (const base::Path& path : {facts.root, facts.bin_directory, facts.config_file}) {
    require_fit(path, scope);
  }
  std::vector<std::string> texts{user_service(facts)};
  if (scope == UnitScope::system) {
    texts = {system_service(facts), system_update(facts), system_timer(facts)};
  }
  std::vector<Unit> units;
  for (UnitName& name : unit_names(facts.program, scope)) {
    std::string& text = texts[units.size()];
    if (!name.wanted_by.empty()) {
      text += cat("\n[Install]\nWantedBy=", name.wanted_by, '\n');
    }
    units.push_back({std::move(name), std::move(text)});
  }
  return units;
}

UnitOwner owner_of_unit(std::string_view unverified_text, std::string_view program,
                        const base::Path& root) {
  const std::string first = first_mark(program);
  if (!unverified_text.starts_with(first)) {
    return UnitOwner::somebody_else;
  }
  return unverified_text.substr(first.size()).starts_with(second_mark(root))
             ? UnitOwner::this_installation
             : UnitOwner::other_installation;
}

}  // namespace agent
