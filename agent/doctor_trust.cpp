#include "agent/doctor.hpp"
#include "agent/site_memory.hpp"
#include "base/text.hpp"
#include "site/channel_metadata.hpp"
#include "site/kept_metadata.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Errc;

constexpr std::chrono::hours kSoon{24 * 3};
constexpr std::size_t kShownOfKeyId = 8;
constexpr std::string_view kSubject = "trust";

std::string keys_of(const site::KeptRole& role) {
  std::vector<std::string> ids;
  ids.reserve(role.key_ids.size());
  for (const std::string& id : role.key_ids)
    ids.push_back(id.substr(0, kShownOfKeyId));
  return cat(role.threshold, " of ", role.key_ids.size(),
             role.key_ids.size() == 1 ? " key " : " keys ", base::join(ids, ", "));
}

Finding finding_of(const site::KeptRole& role, std::string_view where, base::Time now) {
  const std::string text =
      cat(where, ": ", base::safe_text(role.name, 64), " ", role.version, ", by ", keys_of(role));
  if (role.expires <= now) {
    return {Health::warning, std::string(kSubject),
            cat(text, ", expired at ", base::format_time(role.expires),
                "; a look at the site, by `update --check`, replaces it"),
            Errc::done};
  }
  const std::string good = cat(text, ", good for ", time_left(now, role.expires));
  if (role.expires - now < kSoon) {
    return {Health::warning, std::string(kSubject),
            cat(good, "; the maintainer has to sign it again, or updates stop then"), Errc::done};
  }
  return {Health::ok, std::string(kSubject), good, Errc::done};
}

void add_roles(const site::KeptMetadata& kept, std::string_view where, base::Time now,
               Findings& findings) {
  for (const site::KeptRole& role : kept.roles)
    findings.push_back(finding_of(role, where, now));
}

// Nobody is to blame for a machine without a network.
Finding failure(const base::Url& base, const base::Error& error) {
  if (error.code() == Errc::network) {
    return {Health::warning, std::string(kSubject),
            cat("the site could not be looked at: ", error.what(),
                "; let this machine reach it, and try again"),
            Errc::done};
  }
  return {Health::error, std::string(kSubject),
          error.code() == Errc::expired
              ? cat(error.what(), "; look at the clock, else the maintainer has to sign anew")
              : cat(error.what(), "; nothing is taken from ", base.text(),
                    " before it is right; tell the maintainer"),
          error.code()};
}

}  // namespace

std::string time_left(base::Time now, base::Time until) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(until - now).count();
  return hours < 48 ? cat(hours, hours == 1 ? " hour" : " hours") : cat(hours / 24, " days");
}

Findings examine_trust(const Services& services, const SiteAccess& access, const Config& config) {
  const schema::RootPin& pin = services.identity.root;
  Findings findings{{Health::ok, std::string(kSubject),
                     cat("this program was made with root ", pin.version, " (sha256 ",
                         pin.sha256.hex().substr(0, 16), "…)"),
                     Errc::done}};
  const auto folder = site::make_folder_store(metadata_folder(services.layout));
  const site::KeptMetadata kept = site::read_kept_metadata(*folder, services.identity);
  add_roles(kept, "kept here", services.now, findings);
  if (!kept.problem.empty()) {
    findings.push_back({Health::warning, std::string(kSubject),
                        cat("kept here: ", kept.problem, "; `", services.layout.program,
                            " update --check` fetches it anew"),
                        Errc::done});
  }
  const site::Watermark watermark = read_watermark(services.layout);
  for (const base::Url& base : access.base_urls) {
    site::MemoryStore beside(folder.get());
    try {
      site::read_site({*access.http, {base}}, {.identity = services.identity,
                                               .channel = config.channel,
                                               .watermark = watermark,
                                               .store = beside,
                                               .now = services.now,
                                               .allow_expired_until = std::nullopt});
      add_roles(site::read_kept_metadata(beside, services.identity), base.text(), services.now,
                findings);
    } catch (const base::Error& error) {
      findings.push_back(failure(base, error));
    }
  }
  return findings;
}

Findings examine_clock(const Services& services) {
  const site::Watermark watermark = read_watermark(services.layout);
  try {
    site::check_clock(services.now, services.identity, watermark);
  } catch (const base::Error& error) {
    return {{Health::error, "clock", error.what(), error.code()}};
  }
  const auto newest = std::max(watermark.newest_generated().value_or(services.identity.date),
                               services.identity.date);
  return {{Health::ok, "clock",
           cat("it says ", base::format_time(services.now), ", and the newest signed time is ",
               base::format_time(newest)),
           Errc::done}};
}

Findings examine_hosts(const Services& services, const SiteAccess& access) {
  std::set<std::string> sites, archives;
  const auto add = [](std::set<std::string>& hosts, const base::Url& url) {
    if (!url.is_file()) hosts.insert(url.host());
  };
  for (const base::Url& url : access.base_urls)
    add(sites, url);
  const auto folder = site::make_folder_store(metadata_folder(services.layout));
  const site::KeptMetadata kept = site::read_kept_metadata(*folder, services.identity);
  for (const auto& [channel, manifest] : kept.manifests) {
    for (const auto& [version, release] : manifest.versions) {
      for (const auto& [platform, entry] : release.platforms) {
        add(archives, entry.url);
        for (const base::Url& mirror : entry.mirrors)
          add(archives, mirror);
      }
    }
  }
  Findings findings;
  std::set<std::string> all = sites;
  all.insert(archives.begin(), archives.end());
  for (const std::string& host : all) {
    const bool both = sites.contains(host) && archives.contains(host);
    findings.push_back({Health::ok, "hosts",
                        cat("a firewall must let https through to ", host, " (",
                            both                   ? "site and archives"
                            : sites.contains(host) ? "site"
                                                   : "archives",
                            ")"),
                        Errc::done});
  }
  if (kept.manifests.empty()) {
    findings.push_back(
        {Health::warning, "hosts",
         cat("which hosts have the archives is not known before the first look; run `",
             services.layout.program, " update --check`"),
         Errc::done});
  }
  return findings;
}

}  // namespace agent
