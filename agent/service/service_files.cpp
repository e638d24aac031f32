#include "agent/service/service_files.hpp"

#include "agent/names_in.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <limits>
#include <thread>

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

constexpr std::uint64_t kServiceRecordSchema = 1;
constexpr std::size_t kMaxRecord = 4096;
constexpr std::string_view kRecordSuffix = ".json";
constexpr std::string_view kLogSuffix = ".log";

// The folders in which a service of this installation may have left something, the root's first.
std::vector<ServiceFolders> all_folders(const Layout& layout) {
  return {{service_directory(layout), service_directory(layout)},
          {base::Path("/run") / layout.program, base::Path("/var/log") / layout.program}};
}

std::optional<std::uint16_t> port_of_name(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) {
    return std::nullopt;
  }
  const auto port = base::parse_decimal(name.substr(0, name.size() - suffix.size()));
  return port && *port <= std::numeric_limits<std::uint16_t>::max()
             ? std::optional<std::uint16_t>(static_cast<std::uint16_t>(*port))
             : std::nullopt;
}

// What is damaged or of a newer form counts as none: its service is found by its port then.
std::optional<ServiceRecord> read_record(const base::Path& file, std::uint16_t port) {
  try {
    const auto text = base::read_file_if_exists(file, kMaxRecord);
    if (!text) {
      return std::nullopt;
    }
    const json::Value value = json::parse(*text, {.max_bytes = kMaxRecord}, base::Errc::config);
    const json::ObjectReader reader(value, "", base::Errc::config);
    const auto started = base::parse_time(reader.text("started"));
    if (reader.number("schema") != kServiceRecordSchema || !started) {
      return std::nullopt;
    }
    return ServiceRecord{.port = port,
                         .process = {static_cast<std::int64_t>(reader.number("pid")),
                                     reader.number("process_began")},
                         .version = schema::Version::parse(reader.text("version")),
                         .started = *started,
                         .log = reader.text("log")};
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool is_running(const Layout& layout, const ServiceRecord& record) {
  if (find_process(record.process.id) != record.process) {
    return false;
  }
  const auto program = program_of_process(record.process.id);
  std::error_code error;
  const base::Path versions = std::filesystem::canonical(layout.versions, error);
  return !program || error || program->native().starts_with(versions.native() + '/');
}

base::Path record_file(const ServiceFolders& folders, std::uint16_t port) {
  return folders.processes / cat(port, kRecordSuffix);
}

}  // namespace

base::Path service_directory(const Layout& layout) { return layout.state / "service"; }

ServiceFolders service_folders(const Layout& layout, const base::Environment& environment) {
  const auto given = [&](std::string_view variable) {
    const base::Path path(environment.find(variable).value_or(""));
    return path.is_absolute() ? path : service_directory(layout);
  };
  return {given("RUNTIME_DIRECTORY"), given("LOGS_DIRECTORY")};
}

base::Path log_file_of(const ServiceFolders& folders, std::uint16_t port) {
  return folders.logs / cat(port, kLogSuffix);
}

void write_service_record(const ServiceFolders& folders, const ServiceRecord& record) {
  const json::Object object{{"schema", kServiceRecordSchema},
                            {"pid", record.process.id},
                            {"process_began", record.process.began},
                            {"port", std::uint64_t{record.port}},
                            {"version", record.version.text()},
                            {"started", base::format_time(record.started)},
                            {"log", record.log.native()}};
  base::make_directories(folders.processes);
  base::make_directories(folders.logs);
  const base::Path file = record_file(folders, record.port);
  // Only who listens on a port writes its record: what a kill left of one is of nobody.
  for (const std::string& name : names_in(folders.processes)) {
    if (base::is_temporary_name(name) && name.starts_with(cat('.', file.filename().native(), '.')))
      base::remove_if_exists(folders.processes / name);
  }
  // Nothing of it outlives a power cut, so nothing of it is flushed.
  base::write_file_atomically(file, json::write(object, json::Style::pretty), 0644,
                              base::Durability::none);
}

void remove_own_service_record(const ServiceFolders& folders, std::uint16_t port) {
  const base::Path file = record_file(folders, port);
  const auto record = read_record(file, port);
  if (record && record->process == this_process()) {
    base::remove_if_exists(file);
  }
}

bool has_service_record(const Layout& layout, std::uint16_t port) {
  const std::vector<ServiceFolders> folders = all_folders(layout);
  return std::any_of(folders.begin(), folders.end(), [&](const ServiceFolders& each) {
    std::error_code ignored;
    return std::filesystem::exists(record_file(each, port), ignored);
  });
}

std::vector<ServiceRecord> running_services(const Layout& layout) {
  std::vector<ServiceRecord> running;
  for (const ServiceFolders& folders : all_folders(layout)) {
    for (const std::string& name : names_in(folders.processes)) {
      const auto port = port_of_name(name, kRecordSuffix);
      const auto record = port ? read_record(folders.processes / name, *port) : std::nullopt;
      if (record && is_running(layout, *record)) {
        running.push_back(*record);
      }
    }
  }
  std::sort(running.begin(), running.end(),
            [](const auto& a, const auto& b) { return a.port < b.port; });
  return running;
}

std::vector<ServiceRecord> stop_services(const std::vector<ServiceRecord>& services,
                                         std::chrono::seconds limit) {
  constexpr std::chrono::milliseconds kStep{20};
  for (const ServiceRecord& service : services) {
    ask_process(service.process, Request::terminate);
  }
  std::vector<ServiceRecord> running = services;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    std::erase_if(running, [](const ServiceRecord& service) {
      return find_process(service.process.id) != service.process;
    });
    if (running.empty() || std::chrono::steady_clock::now() >= deadline) {
      return running;
    }
    std::this_thread::sleep_for(kStep);
  }
}

std::vector<std::pair<std::uint16_t, base::Path>> service_logs(const Layout& layout) {
  std::vector<std::pair<std::uint16_t, base::Path>> logs;
  for (const ServiceFolders& folders : all_folders(layout)) {
    for (const std::string& name : names_in(folders.logs)) {
      if (const auto port = port_of_name(name, kLogSuffix)) {
        logs.emplace_back(*port, folders.logs / name);
      }
    }
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

}  // namespace agent
