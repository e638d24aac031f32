#include "agent/site_access.hpp"

#include "agent/file_system.hpp"
#include "agent/settings.hpp"
#include "agent/site_memory.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

using base::Errc;
using base::Error;

constexpr std::size_t kMaxTokenBytes = 4096;
constexpr unsigned kOthers = 0077;

std::string read_token(const base::Path& file) {
  const std::optional<FileKind> kind = inspect_file(file);
  if (!kind || !kind->regular) throw Error(Errc::config, "is no file");
  if ((kind->mode & kOthers) != 0) {
    throw Error(Errc::config, base::cat("others may read it; run: chmod 600 ", file.native()));
  }
  std::string token(base::trim(base::read_file(file, kMaxTokenBytes)));
  const bool is_printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (token.empty() || !is_printable) throw Error(Errc::config, "its one line is no token");
  return token;
}

// What is wrong with the token of one mirror does not stop updates: others may have them.
std::optional<site::HostToken> mirror_token(const Services& services, const Config& config) {
  if (!config.mirror_token) return std::nullopt;
  try {
    return site::HostToken{config.mirror_token->host, read_token(config.mirror_token->file)};
  } catch (const Error& error) {
    services.messages.warn(base::cat("updates.mirror_token_file is not used: ",
                                     config.mirror_token->file.native(), ": ", error.what()));
    return std::nullopt;
  }
}

}  // namespace

SiteAccess open_site(const Services& services, const Config& config,
                     const std::optional<base::Url>& base_url) {
  Config used = config;
  if (base_url) {
    used.base_url = base_url;
  }
  return {.http = std::make_unique<site::PoliteClient>(
              base::make_http_client(http_options(services, used)), services.now,
              mirror_token(services, used)),
          .configured_bases = configured_bases(services, used),
          .base_urls = site_bases(services, used)};
}

site::SiteView look_at_site(const Services& services, const SiteAccess& access,
                            schema::Channel channel, const LookOptions& options) {
  const auto folder = site::make_folder_store(metadata_folder(services.layout));
  site::MemoryStore beside(folder.get());
  const site::Watermark watermark = read_watermark(services.layout);
  return site::read_site({*access.http, access.base_urls},
                         {.identity = services.identity,
                          .channel = channel,
                          .watermark = watermark,
                          .store = options.keep == Keep::yes ? *folder : beside,
                          .now = services.now,
                          .allow_expired_until = options.allow_expired_until});
}

Situation read_situation(const Services& services, const SiteAccess& access, const Config& config,
                         const PlanRequest& request, const LookOptions& options) {
  const site::SiteView view = look_at_site(services, access, config.channel, options);
  std::vector<schema::Manifest> manifests;
  for (const auto& [channel, manifest] : view.manifests) {
    manifests.push_back(manifest);
  }
  return {.input = make_plan_input(services, config, merge_manifests(manifests), request),
          .watermark = view.watermark};
}

}  // namespace agent
