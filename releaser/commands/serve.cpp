#include "releaser/commands/serve.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/serve/preview_server.hpp"
#include "releaser/serve/stop_signals.hpp"

#include <filesystem>

namespace releaser {
namespace {

namespace json = base::json;
using base::cat;

struct ServeOptions {
  base::Path folder;
  std::uint16_t port = 8443;
  bool json = false;
};

ServeOptions serve_options(const base::Arguments& arguments) {
  ServeOptions options{.folder = arguments.positionals().front(), .json = wants_json(arguments)};
  if (const auto given = arguments.value("--port")) {
    const auto port = base::parse_decimal(*given);
    if (!port || *port > 65535) {
      throw base::Error(base::Errc::usage, cat("option `--port`: `", base::safe_text(*given, 80),
                                               "` is not a number from 0 to 65535"));
    }
    options.port = static_cast<std::uint16_t>(*port);
  }
  return options;
}

// Where the installers of products lie in what is served: "" for the folder itself, "tool/".
std::vector<std::string> places_of_installers(const base::Path& folder) {
  std::vector<std::string> places;
  std::error_code error;
  if (std::filesystem::exists(folder / "install.sh", error)) places.emplace_back();
  for (const std::string& name : base::list_directory(folder)) {
    if (std::filesystem::exists(folder / name / "install.sh", error)) places.push_back(name + "/");
  }
  return places;
}

// Commands for another terminal. The installers name the public address, so they are told ours.
std::string what_to_try(const ServeOptions& options, const PreviewServer& server,
                        const base::Path& ca_file) {
  std::string text = cat("in another terminal: export SSL_CERT_FILE=", ca_file.native(),
                         " CURL_CA_BUNDLE=", ca_file.native(), "\n");
  const auto places = places_of_installers(options.folder);
  for (const std::string& place : places) {
    const std::string url = server.url() + place;
    text += cat("  try ", place.empty() ? "the installer" : place, ": curl -fsSL ", url,
                "install.sh | HOME=$(mktemp -d) bash -s -- --base-url ",
                url.substr(0, url.size() - 1), "\n");
  }
  if (places.empty()) text += cat("  try: curl ", server.url(), "\n");
  return text + "Ctrl-C ends the preview; its certificate goes with it";
}

int run_serve(const Services& services, const ServeOptions& options,
              const base::Messages& messages) {
  // Signals first: one that comes early must not leave the certificate behind.
  const base::FileDescriptor stop = take_stop_signals();
  PreviewServer server(options.folder, options.port, services.now);
  const base::TemporaryDirectory folder(
      services.environment.find("TMPDIR").value_or(std::filesystem::path("/tmp").native()),
      "cco-release-serve.");
  const base::Path ca_file = folder.path() / "ca.pem";
  base::write_new_file(ca_file, server.authority_pem());
  if (options.json) {
    services.out << json::write(
                        json::Object{
                            {"schema", 1}, {"url", server.url()}, {"ca_file", ca_file.native()}},
                        json::Style::compact)
                 << '\n';
  } else {
    services.out << server.url() << " ca=" << ca_file.native() << '\n';
  }
  services.out << std::flush;
  if (services.terminal.messages) {
    messages.say(what_to_try(options, server, ca_file));
  }
  server.run(stop.number());
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_serve(const Services& services) {
  return {
      .name = "serve",
      .aliases = {},
      .summary = "show a folder by HTTPS on this machine, for trying a site",
      .description =
          "Serves the files below DIR on 127.0.0.1 with a certificate of an authority that exists "
          "only for this run. The first line on standard output tells the URL and the file with "
          "the authority's certificate, for curl --cacert or SSL_CERT_FILE. Ctrl-C or SIGTERM ends "
          "it.",
      .options = {{"--port", "", "N", "port; 0 takes any free one; default 8443", {}}},
      .positionals = {{"DIR", "folder with the files; one without index.html is listed", true, {}}},
      .examples = {{"cco-release serve site", "shows ./site at https://127.0.0.1:8443/"},
                   {"cco-release serve site --port 0 --json", "prints URL and ca_file as JSON"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_serve(services, serve_options(arguments), messages_of(services, arguments));
      }};
}

}  // namespace releaser
