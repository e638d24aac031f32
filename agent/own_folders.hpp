#pragma once

#include "agent/services.hpp"
#include "base/error.hpp"

namespace agent {

// Is this the place of this user, and of nobody else? Each refusal is Errc::cannot_write with what
// to do.

// `curl … | sudo bash` would leave root's files in somebody's home, or install for root where a
// person meant themselves.
void require_own_home(const Services& services);

// Root's installation, outside of this account's home, and this account is not root: everybody may
// use it and look at it, and root alone changes it.
bool is_for_everybody(const Layout& layout);

// Makes the folders of the root where they are missing, and requires that they can be written, that
// a program runs from them, and that nobody else decides what is in them: they are folders and no
// links, of this user, not writable by all; for root nor by any other group, on the whole way.
void require_own_root(const Layout& layout);

// Status 13, whatever the system called it, with the root and how to go on.
base::Error writing_error(const Layout& layout, const base::Error& error);
template <class Work>
void writing_to(const Layout& layout, const Work& work) {
  try {
    work();
  } catch (const base::Error& error) {
    throw writing_error(layout, error);
  }
}

}  // namespace agent
