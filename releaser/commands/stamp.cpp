#include "releaser/commands/stamp.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/binary/stamp.hpp"
#include "releaser/trust/root_pin.hpp"
#include "trust/tuf/metadata.hpp"

#include <chrono>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

struct StampOptions {
  base::Path agent, out;
  schema::Identity identity;
};

std::string required(const base::Arguments& arguments, std::string_view option) {
  const auto value = arguments.value(option);
  if (!value || value->empty()) {
    throw Error(Errc::usage, cat("stamp needs ", option, "; see cco-release stamp --help"));
  }
  return *value;
}

schema::Channel channel_of(std::string_view text, std::string_view option) {
  const auto channel = schema::parse_channel(text);
  if (!channel) {
    throw Error(Errc::usage,
                cat(option, ": \"", text, "\" is no channel; give stable, beta or nightly"));
  }
  return *channel;
}

// --public-key speaks for each channel that has no key of its own.
std::map<schema::Channel, std::vector<trust::PublicKey>> keys_of(const base::Arguments& arguments) {
  std::map<schema::Channel, std::vector<trust::PublicKey>> keys;
  for (const auto& text : arguments.list("--channel-key")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
      throw Error(Errc::usage, cat("--channel-key: \"", text, "\" is not CHANNEL=KEY"));
    }
    const auto channel = channel_of(text.substr(0, equals), "--channel-key");
    keys[channel].push_back(trust::PublicKey::parse(text.substr(equals + 1)));
  }
  const auto common = arguments.list("--public-key");
  for (const auto channel : schema::kChannels) {
    if (keys.contains(channel)) continue;
    for (const auto& text : common)
      keys[channel].push_back(trust::PublicKey::parse(text));
  }
  if (keys.empty()) {
    throw Error(Errc::usage, "stamp needs --public-key; it is line 2 of the .pub file");
  }
  return keys;
}

// SOURCE_DATE_EPOCH, else --date, else now.
base::Time build_date(const Services& services, const base::Arguments& arguments) {
  const auto epoch = services.environment.find("SOURCE_DATE_EPOCH");
  if (!epoch) return date_of(arguments).value_or(services.now);
  const auto seconds = base::parse_decimal(*epoch);
  if (!seconds || *seconds > 253402300799) {
    throw Error(Errc::config, cat("SOURCE_DATE_EPOCH=", *epoch, " is no number of seconds"));
  }
  return base::Time(std::chrono::seconds(*seconds));
}

schema::RootPin root_of(const base::Arguments& arguments) {
  const std::string file = required(arguments, "--root");
  return base::with_context(
      file, [&] { return pin_of(base::read_file(file, trust::tuf::kByteLimits.root)); });
}

StampOptions stamp_options(const Services& services, const base::Arguments& arguments) {
  const auto product = required(arguments, "--product");
  std::vector<base::Url> urls;
  for (const auto& text : arguments.list("--base-url"))
    urls.push_back(base::Url::parse(text));
  if (urls.empty()) required(arguments, "--base-url");
  return {
      .agent = required(arguments, "--agent"),
      .out = required(arguments, "--out"),
      .identity = {.product = product,
                   .agent = arguments.value("--name").value_or(product + "-updater"),
                   .version = schema::Version::parse(required(arguments, "--version")),
                   .commit = arguments.value("--commit"),
                   .date = build_date(services, arguments),
                   .base_urls = urls,
                   .public_keys = keys_of(arguments),
                   .default_channel =
                       channel_of(arguments.value("--default-channel").value_or("stable"),
                                  "--default-channel"),
                   .root = root_of(arguments)},
  };
}

int run_stamp(const Services& services, const base::Arguments& arguments) {
  const auto options = stamp_options(services, arguments);
  stamp_agent(options.agent, options.out, options.identity);
  const auto& identity = options.identity;
  if (wants_json(arguments)) {
    services.out << json::write(json::Object{{"schema", 1},
                                             {"file", options.out.string()},
                                             {"agent", identity.agent},
                                             {"product", identity.product},
                                             {"version", identity.version.text()},
                                             {"date", base::format_time(identity.date)}},
                                json::Style::pretty);
  } else {
    services.out << options.out.string() << ": " << identity.agent << " of " << identity.product
                 << ' ' << identity.version.text() << '\n';
  }
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_stamp(const Services& services) {
  return {
      .name = "stamp",
      .aliases = {},
      .summary = "write into a compiled agent whose updater it is",
      .description =
          "Copies a compiled cco and writes an identity record into its section .cco_id: product, "
          "version, where updates come from, and whose signatures count. No other byte changes, "
          "so one compiled agent serves any product without a compiler. Stamp first, sign the "
          "binary for its platform afterwards. ELF files so far.\n"
          "\n"
          "The build date is SOURCE_DATE_EPOCH, else --date, else now.",
      .options = {{"--agent", "", "BIN", "the compiled agent", {}},
                  {"--out", "", "FILE", "where the stamped copy goes", {}},
                  {"--product", "", "NAME", "the product that it updates", {}},
                  {"--version", "", "V", "the product's version", {}},
                  {"--base-url", "", "URL", "the published site; repeat it for mirrors", {}},
                  {"--public-key", "", "KEY", "minisign public key (RW…) that is believed", {}},
                  {"--channel-key", "", "CHANNEL=KEY", "the key of one channel instead", {}},
                  {"--root",
                   "",
                   "FILE",
                   "the newest root of the trust folder, from which all trust in a site begins",
                   {}},
                  {"--name", "", "NAME", "the agent's own name; default <product>-updater", {}},
                  {"--commit", "", "HASH", "the commit that was built", {}},
                  {"--default-channel",
                   "",
                   "CHANNEL",
                   "what a new user follows; default stable",
                   {"stable", "beta", "nightly"}}},
      .positionals = {},
      .examples = {{"cco-release stamp --agent build/cco --out esbuild-updater --product esbuild "
                    "--version 0.28.1 --base-url https://releases.example.com/esbuild "
                    "--public-key RWQ… --root trust/1.root.json",
                    "makes the updater of esbuild"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_stamp(services, arguments);
      }};
}

}  // namespace releaser
