#include "site/channel_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest-schema/channel.hpp"
#include "site/accepted_manifest.hpp"
#include "site/metadata_walk.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::chrono::hours kClockTolerance{24};

void read_channel(MetadataWalk& walk, schema::Channel channel, const ReadRequest& request,
                  SiteView& view) {
  const std::string name = schema::manifest_name(channel);
  const auto target = walk.find_target(name);
  if (!target) return;
  const std::string authority = target->authority.fingerprint();
  AcceptedManifest accepted =
      accept_manifest(walk.fetch_target(*target, name), {request.identity.product, channel},
                      request.watermark.find(channel, authority), authority);
  Watermark& watermark = view.watermark;
  const auto before = watermark.channels.find(channel);
  view.changed = view.changed || before == watermark.channels.end() ||
                 before->second.generation != accepted.mark.generation;
  watermark.channels.insert_or_assign(channel, std::move(accepted.mark));
  view.manifests.emplace(channel, std::move(accepted.manifest));
}

// What others than the present keys of a channel have said binds nobody, also where that channel is
// not read now.
Watermark by_present_keys(const Watermark& watermark, const trust::tuf::Targets& targets) {
  Watermark counting = watermark;
  std::erase_if(counting.channels, [&](const auto& mark) {
    const std::string name = schema::manifest_name(mark.first);
    const auto& delegations = targets.delegations;
    return std::none_of(delegations.begin(), delegations.end(), [&](const auto& delegation) {
      return delegation.covers(name) && delegation.authority.fingerprint() == mark.second.authority;
    });
  });
  return counting;
}

SiteView read_from(const Site& site, const base::Url& base_url, const ReadRequest& request) {
  const base::Time now = std::min(request.now, request.allow_expired_until.value_or(request.now));
  MetadataWalk walk(site.http, address_at(base_url), request.store,
                    {.pin = request.identity.root, .now = now});
  walk.refresh();
  const Watermark counting = by_present_keys(request.watermark, *walk.metadata().targets());
  SiteView view{.manifests = {}, .watermark = counting, .changed = false, .good_until = {}};
  for (const schema::Channel seen : schema::channels_seen_by(request.channel))
    read_channel(walk, seen, request, view);
  view.good_until = walk.good_until();
  return view;
}

// A mark of a channel that is not read now may be by keys that were replaced long ago.
Watermark of_channels_read(const SiteView& view) {
  Watermark read;
  for (const auto& [channel, manifest] : view.manifests)
    read.channels.emplace(channel, view.watermark.channels.at(channel));
  return read;
}

}  // namespace

void check_clock(base::Time now, const schema::Identity& identity, const Watermark& watermark) {
  base::Time earliest = identity.date;
  if (const auto generated = watermark.newest_generated()) {
    earliest = std::max(earliest, *generated);
  }
  if (now + kClockTolerance >= earliest) return;
  throw Error(Errc::expired,
              cat("the clock says ", base::format_time(now), ", but it is ",
                  base::format_time(earliest), " or later; set the clock and try again"));
}

SiteView read_site(const Site& site, const ReadRequest& request) {
  Failures failures;
  for (const base::Url& base_url : site.base_urls) {
    try {
      SiteView view = read_from(site, base_url, request);
      if (view.manifests.empty()) {
        failures.add(base_url, Errc::not_found,
                     cat("nothing is published on channel ", schema::channel_name(request.channel),
                         " of ", request.identity.product));
        continue;
      }
      check_clock(request.now, request.identity, of_channels_read(view));
      return view;
    } catch (const Error& error) {
      if (!is_fault_of_source(error.code())) throw;
      failures.add(base_url, error.code(), error.what());
    }
  }
  throw failures.error();
}

}  // namespace site
