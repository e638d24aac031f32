#pragma once

#include "agent/layout.hpp"
#include "agent/service/running_process.hpp"
#include "base/environment.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// Where services of one installation leave their process files and logs. A user's own are in
// <root>/state/service. The service of a machine-wide installation cannot write its root: its unit
// gives it /run/<program> and /var/log/<program>.
struct ServiceFolders {
  base::Path processes;
  base::Path logs;
};
// For a service that starts now: what its unit says (RUNTIME_DIRECTORY, LOGS_DIRECTORY), else the
// root's.
ServiceFolders service_folders(const Layout& layout, const base::Environment& environment);
base::Path log_file_of(const ServiceFolders& folders, std::uint16_t port);

// <folder>/<port>.json: who listens there.
struct ServiceRecord {
  std::uint16_t port = 0;
  RunningProcess process;
  schema::Version version;
  base::Time started{};
  base::Path log;
};
void write_service_record(const ServiceFolders& folders, const ServiceRecord& record);
// Removes the record of `port` if it is this process's.
void remove_own_service_record(const ServiceFolders& folders, std::uint16_t port);

// Is there a record of this port? A service that ends by order has removed its own; one that
// crashed or was killed has left it.
bool has_service_record(const Layout& layout, std::uint16_t port);

// The services of this installation that run now, by port. A record counts only where its process
// is the one that wrote it and, as far as can be seen, runs an agent of this installation.
std::vector<ServiceRecord> running_services(const Layout& layout);
// Logs of services, also of those that ended, by port.
std::vector<std::pair<std::uint16_t, base::Path>> service_logs(const Layout& layout);

// Asks services to end and waits until they have; gives those that still run after `limit`, or are
// another user's.
std::vector<ServiceRecord> stop_services(const std::vector<ServiceRecord>& services,
                                         std::chrono::seconds limit);

// Everything that services left in the root.
base::Path service_directory(const Layout& layout);

}  // namespace agent
