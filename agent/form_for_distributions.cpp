#include "agent/build_form.hpp"

namespace agent {

const SelfUpdate kSelfUpdate = SelfUpdate::left_to_distribution;

}  // namespace agent
