#include "releaser/commands/verify.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/public_places.hpp"
#include "releaser/commands/public_site.hpp"
#include "releaser/commands/site_reader.hpp"
#include "releaser/config/config.hpp"
#include "releaser/stages/each_destination.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

void print_text(const VerifiedSite& verified, const base::Url& url, std::ostream& out) {
  for (const VerifiedFile& file : verified.files) {
    if (file.is_by_stolen_key) {
      out << "--  " << file.name << "  by a stolen key, which its text trusts: proves nothing\n";
      continue;
    }
    out << "ok  " << file.name << "  " << base::human_size(file.size);
    if (file.signed_by.size() > 1) out << "  by keys " << base::join(file.signed_by, " and ");
    out << '\n';
  }
  const auto unchecked = not_checked(verified);
  out << verified.files.size() - unchecked << " files at " << url.text()
      << " are what the signed manifests say";
  if (unchecked > 0) out << "; " << unchecked << " by a stolen key are not checked";
  out << '\n';
}

json::Object json_of(const VerifiedSite& verified, const base::Url& url) {
  json::Array versions(verified.versions.begin(), verified.versions.end());
  json::Array files;
  for (const VerifiedFile& file : verified.files) {
    json::Array keys(file.signed_by.begin(), file.signed_by.end());
    json::Object shown{{"name", file.name}, {"size", file.size}, {"signed_by", std::move(keys)}};
    if (file.is_by_stolen_key) shown.emplace_back("not_checked", true);
    files.emplace_back(std::move(shown));
  }
  return {{"url", url.text()}, {"versions", std::move(versions)}, {"files", std::move(files)}};
}

int run_verify(const Services& services, const base::Arguments& arguments) {
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  const std::string home = services.environment.find("HOME").value_or("");
  const std::vector<SitePlace> places = public_places(config, home, arguments.value("--url"));
  SiteQuestion question = site_question(config, home, services.now);
  question.version = arguments.value("--version");
  const auto http = make_client(services.environment);
  std::vector<DestinationFailure> failures;
  json::Array sites;
  for (const SitePlace& place : places) {
    const base::Url shown = place.shown();
    try {
      ask_at(question, place, config, home);
      const VerifiedSite verified = verify_site(*http, place.url, question);
      if (!wants_json(arguments)) print_text(verified, shown, services.out);
      sites.emplace_back(json_of(verified, shown));
    } catch (const Error& error) {  // one of several: the others are looked at all the same
      const std::string where = places.size() == 1 ? "" : cat(shown.text(), ": ");
      failures.push_back({shown.text(), error.code(), where + error.what()});
      sites.emplace_back(json::Object{{"url", shown.text()}, {"problem", error.what()}});
    }
  }
  if (wants_json(arguments)) {
    services.out << json::write(
        json::Object{{"schema", 1}, {"product", config.product.name}, {"sites", std::move(sites)}},
        json::Style::pretty);
  }
  if (!failures.empty()) throw failure_of(failures, places.size(), common_code(failures), "");
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_verify(const Services& services) {
  return {
      .name = "verify",
      .aliases = {},
      .summary = "fetch what is public, as a stranger, and check it against the signed manifests",
      .description =
          "With [trust], walks the metadata from the first root as an agent does, and refuses what "
          "is older than trust/public.json remembers. Checks manifests, and of the newest release "
          "of each channel (or of --version) every "
          "platform's archive: size, SHA-256, signature, checksums, and the installers' "
          "signatures.",
      .options = {{"--version", "", "VERSION", "one release instead of the newest ones", {}},
                  {"--url", "", "URL", "what users see, instead of the destination itself", {}}},
      .positionals = {},
      .examples = {{"cco-release verify", "checks each destination"},
                   {"cco-release verify --url https://releases.example.com/tool",
                    "checks what users get from there"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_verify(services, arguments);
      }};
}

}  // namespace releaser
