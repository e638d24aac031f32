#include "base/error.hpp"
#include "base/http.hpp"
#include "base/text.hpp"
#include "site/metadata_walk.hpp"
#include "trust/foreign/signature_check.hpp"

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <getopt.h>

// A TUF client for repositories of others, over the same walk as the agent's. Its command line is
// that of the public conformance suite of TUF; whoever starts it chose the URL, so that it alone
// takes http://, and signatures are what it believes.

namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kUsage =
    "usage: cco-tuf-client --metadata-dir DIR init ROOT\n"
    "       cco-tuf-client --metadata-dir DIR --metadata-url URL refresh\n"
    "       cco-tuf-client --metadata-dir DIR --metadata-url URL --target-name NAME…\n"
    "                      --target-base-url URL --target-dir DIR download\n"
    "Walks a TUF repository (specification 1.0.34) and keeps what is proven in DIR.\n";

struct Options {
  std::string metadata_dir, metadata_url, target_base_url, target_dir;
  std::vector<std::string> target_names;
  std::vector<std::string> words;  // the verb and what follows it
};

Options parse(int argc, char** argv) {
  enum : int { metadata_dir = 1, metadata_url, target_name, target_base_url, target_dir, help };
  const option table[] = {{"metadata-dir", required_argument, nullptr, metadata_dir},
                          {"metadata-url", required_argument, nullptr, metadata_url},
                          {"target-name", required_argument, nullptr, target_name},
                          {"target-base-url", required_argument, nullptr, target_base_url},
                          {"target-dir", required_argument, nullptr, target_dir},
                          {"help", no_argument, nullptr, help},
                          {nullptr, 0, nullptr, 0}};
  Options options;
  int found = 0;
  while ((found = getopt_long(argc, argv, "", table, nullptr)) != -1) {
    switch (found) {
      case metadata_dir:
        options.metadata_dir = optarg;
        break;
      case metadata_url:
        options.metadata_url = optarg;
        break;
      case target_name:
        options.target_names.emplace_back(optarg);
        break;
      case target_base_url:
        options.target_base_url = optarg;
        break;
      case target_dir:
        options.target_dir = optarg;
        break;
      case help:
        options.words = {"help"};
        return options;
      default:
        throw Error(Errc::usage, "see --help");
    }
  }
  options.words.assign(argv + optind, argv + argc);
  return options;
}

const std::string& need(const std::string& value, std::string_view option) {
  if (value.empty()) throw Error(Errc::usage, cat("give --", option));
  return value;
}

site::WalkOptions walk_options() {
  site::WalkOptions options{
      .pin = {}, .now = base::system_now(), .check = trust::foreign::checks_any};
  // Repositories of others hold more than a product's own.
  constexpr std::size_t kMiB = std::size_t{1024} * 1024;
  options.max_target_bytes = 1024 * kMiB;
  options.limits = {
      .root = kMiB, .timestamp = kMiB / 16, .snapshot = 2 * kMiB, .targets = 5 * kMiB};
  return options;
}

// The first root is whoever's word the user takes; it must only be signed as it says itself.
void initialize(const Options& options) {
  if (options.words.size() != 2) throw Error(Errc::usage, "init takes the file of a root");
  const site::WalkOptions walk = walk_options();
  const std::string root = base::read_file(options.words[1], walk.limits.root);
  const trust::tuf::TrustedMetadata proven(root, walk.now, walk.check, walk.limits);
  const auto store = site::make_folder_store(need(options.metadata_dir, "metadata-dir"));
  store->write(cat("root_history/", proven.root().version, ".root.json"), root);
  store->write("root.json", root);
}

void download(site::MetadataWalk& walk, const Options& options) {
  const base::Path folder = need(options.target_dir, "target-dir");
  base::make_directories(folder);
  for (const std::string& name : options.target_names) {
    const auto target = walk.find_target(name);
    if (!target) {
      throw Error(Errc::not_found, cat("no role lists ", base::safe_text(name, 200)));
    }
    const auto proven = walk.fetch_target(*target, "");
    // A name that leads nowhere: `a/b` becomes `a%2Fb`.
    base::write_file_atomically(folder / base::percent_encode(name), proven.bytes());
  }
}

void walk_repository(const Options& options) {
  const auto url = [](const std::string& text) {
    return base::Url::parse(text, base::Protocols::http_too);
  };
  const std::string& metadata = need(options.metadata_url, "metadata-url");
  const bool downloads = options.words.front() == "download";
  if (downloads && options.target_names.empty()) need("", "target-name");
  const auto http = base::make_http_client(
      {.user_agent = "cco-tuf-client", .protocols = base::Protocols::http_too});
  const auto store = site::make_folder_store(need(options.metadata_dir, "metadata-dir"));
  const site::RepositoryAddress address{
      url(metadata), url(downloads ? need(options.target_base_url, "target-base-url") : metadata)};
  site::MetadataWalk walk(*http, address, *store, walk_options());
  walk.refresh();
  if (downloads) download(walk, options);
}

void run(const Options& options) {
  const std::string verb = options.words.empty() ? "help" : options.words.front();
  if (verb == "init") {
    initialize(options);
  } else if (verb == "refresh" || verb == "download") {
    walk_repository(options);
  } else if (verb == "help") {
    std::cout << kUsage;
  } else {
    throw Error(Errc::usage, cat("unknown verb ", base::safe_text(verb, 80), "; see --help"));
  }
}

}  // namespace

// Exit status 1 for every refusal, as the suite wants it.
int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "cco-tuf-client: " << error.what() << '\n';
    return 1;
  }
}
