#include "site/accepted_manifest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

void require_subject(const schema::Manifest& manifest, const ManifestSubject& subject) {
  if (manifest.product != subject.product) {
    throw Error(Errc::untrusted,
                cat("the manifest is of product ", manifest.product, ", not ", subject.product));
  }
  if (manifest.channel != subject.channel) {
    throw Error(Errc::untrusted, "the manifest is of another channel");
  }
}

void refuse_going_backwards(const schema::Manifest& manifest, const ChannelMark* mark) {
  if (mark == nullptr || manifest.generation >= mark->generation) return;
  throw Error(Errc::untrusted,
              cat("the manifest is going backwards: its generation is ", manifest.generation,
                  ", and ", mark->generation, " was seen before"));
}

// An absent floor is lower than any.
std::optional<schema::Version> highest(const std::optional<schema::Version>& left,
                                       const std::optional<schema::Version>& right) {
  if (!left || !right) return left ? left : right;
  return std::max(*left, *right);
}

}  // namespace

AcceptedManifest accept_manifest(const trust::ProvenBytes& bytes, const ManifestSubject& subject,
                                 const ChannelMark* mark, std::string authority) {
  AcceptedManifest accepted{schema::parse_manifest(bytes), {}};
  schema::Manifest& manifest = accepted.manifest;
  require_subject(manifest, subject);
  refuse_going_backwards(manifest, mark);
  accepted.mark = {.authority = std::move(authority),
                   .generation = manifest.generation,
                   .generated = manifest.generated,
                   .security_floor = manifest.security_floor};
  if (mark != nullptr) {
    accepted.mark.generated = std::max(manifest.generated, mark->generated);
    accepted.mark.security_floor = highest(manifest.security_floor, mark->security_floor);
  }
  manifest.security_floor = accepted.mark.security_floor;
  return accepted;
}

}  // namespace site
