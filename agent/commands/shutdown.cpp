#include "agent/commands/service_commands.hpp"
#include "agent/service/service_files.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

// A service ends what it has begun first.
constexpr std::chrono::seconds kShutdownLimit{30};

std::string ports_of(const std::vector<ServiceRecord>& services) {
  std::vector<std::string> ports;
  ports.reserve(services.size());
  for (const ServiceRecord& service : services) {
    ports.push_back(cat(service.port));
  }
  return base::join(ports, ", ");
}

std::vector<ServiceRecord> chosen_services(const Layout& layout, const base::Arguments& arguments) {
  std::vector<ServiceRecord> running = running_services(layout);
  if (const auto port = port_option(arguments)) {
    std::erase_if(running, [&](const ServiceRecord& each) { return each.port != *port; });
    if (running.empty()) {
      throw Error(Errc::not_found, cat("no service of ", layout.program, " runs on port ", *port));
    }
  }
  if (running.size() > 1 && !arguments.has("--all")) {
    throw Error(Errc::usage,
                cat("services run on ports ", ports_of(running), "; name one by --port, or --all"));
  }
  return running;
}

void report(const Services& services, const std::vector<ServiceRecord>& ended) {
  if (services.json) {
    json::Array entries;
    for (const ServiceRecord& each : ended) {
      entries.emplace_back(
          json::Object{{"port", std::uint64_t{each.port}}, {"pid", each.process.id}});
    }
    services.out << json::write(json::Object{{"schema", 1}, {"ended", std::move(entries)}},
                                json::Style::pretty);
    return;
  }
  for (const ServiceRecord& each : ended) {
    services.out << "the service on port " << each.port << " has ended\n";
  }
  if (ended.empty()) {
    services.out << "no service runs\n";
  }
}

int run_shutdown(const Services& services, const base::Arguments& arguments) {
  if (arguments.has("--all") && arguments.has("--port")) {
    throw Error(Errc::usage, "--all and --port are two different wishes; give one of them");
  }
  const std::vector<ServiceRecord> chosen = chosen_services(services.layout, arguments);
  const std::vector<ServiceRecord> left = stop_services(chosen, kShutdownLimit);
  if (!left.empty()) {
    throw Error(
        Errc::cannot_write,
        cat("the service on port ", ports_of(left), " still runs after ", kShutdownLimit.count(),
            " seconds (process ", left.front().process.id, "); it is another user's, or it hangs"));
  }
  report(services, chosen);
  return exit_status(Errc::done);
}

}  // namespace

base::Command shutdown_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "shutdown";
  command.summary = "end the service that runs";
  command.description =
      "Asks it to end (SIGTERM) and waits until it has: requests that have begun are answered, an "
      "update that has begun is left so that the next start finishes it. A service that the system "
      "looks after stays ended until it is started again.";
  command.options = {{.name = "--port",
                      .short_name = "",
                      .value = "PORT",
                      .help = "the one that listens there",
                      .choices = {}},
                     {.name = "--all",
                      .short_name = "",
                      .value = "",
                      .help = "every service of this installation",
                      .choices = {}}};
  command.examples = {{"shutdown", "the one that runs"}, {"shutdown --all", "whichever run"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_shutdown(services_of(arguments), arguments);
  };
  return command;
}

}  // namespace agent
