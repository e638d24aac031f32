#include "agent/build_form.hpp"

namespace agent {

const SelfUpdate kSelfUpdate = SelfUpdate::offered;

}  // namespace agent
