#pragma once

#include "agent/plan.hpp"
#include "agent/services.hpp"
#include "agent/update_report.hpp"
#include "manifest-schema/version.hpp"

namespace agent {

enum class Answer { take, skip };

// Shows on the terminal what `install` is, and asks. Everything but yes and skip throws
// Errc::cancelled: no, q, Ctrl-C, Ctrl-D, and three answers that are none.
Answer ask_about_update(const Services& services, const Install& install,
                        const schema::Version& current, AskedFor asked_for);

}  // namespace agent
