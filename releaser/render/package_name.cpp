#include "releaser/render/package_name.hpp"

#include "base/text.hpp"

namespace releaser {

std::string package_name(std::string_view product, schema::Channel channel) {
  if (channel == schema::Channel::stable) return std::string(product);
  return base::cat(product, "-", schema::channel_name(channel));
}

}  // namespace releaser
