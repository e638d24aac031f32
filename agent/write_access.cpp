#include "agent/activation.hpp"
#include "agent/file_system.hpp"
#include "agent/install.hpp"
#include "agent/lock_holder.hpp"
#include "agent/own_folders.hpp"
#include "agent/recover_script.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "site/partial_download.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace agent {
namespace {

std::string holder_words(const Layout& layout) {
  const auto holder = read_lock_holder(layout.lock);
  return holder ? base::cat(" (process ", holder->process.id, ", since ",
                            base::format_time(holder->since), ")")
                : "";
}

base::FileLock take_lock(const Layout& layout, base::Time now, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kPause{20};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::optional<base::FileLock> lock;
  for (;;) {
    writing_to(layout, [&] { lock = base::FileLock::try_acquire(layout.lock); });
    if (lock || std::chrono::steady_clock::now() >= deadline) {
      break;
    }
    std::this_thread::sleep_for(kPause);
  }
  if (!lock) {
    throw base::Error(base::Errc::locked,
                      base::cat("another ", layout.program, holder_words(layout), " is changing ",
                                layout.root.native(), "; wait for it and run this again"));
  }
  lock->leave_note(lock_note({this_process(), now}));
  return std::move(*lock);
}

// Two products whose updaters have one name would take each other's versions for their own.
void require_own_product(const Services& services) {
  const std::optional<Receipt> receipt = read_receipt(services.layout);
  if (!receipt || receipt->product == services.identity.product) {
    return;
  }
  throw base::Error(
      base::Errc::config,
      base::cat(
          services.layout.root.native(), " holds ", base::safe_text(receipt->product, 100),
          ", and this is the updater of ", services.identity.product,
          "; choose another place by install --prefix, or uninstall what is there by its own ",
          services.layout.program));
}

void sweep(const Layout& layout, base::Time now) {
  writing_to(layout, [&] {
    site::remove_old_kept_download(layout.state, now);
    for (const std::string& name : base::list_directory(layout.staging)) {
      if (is_staging_name(name)) {
        base::remove_tree(layout.staging / name);
      }
    }
    for (const base::Path& directory :
         {layout.root, layout.versions, layout.state, layout.state / "metadata",
          layout.state / "metadata" / "root_history"}) {
      base::remove_stale_temporaries(directory);
    }
    // A rename that a kill left before its mark, or a removal that a kill left after it.
    for (const schema::Version& version : installed_versions(layout)) {
      if (version != current_version(layout) && version != previous_version(layout) &&
          has_no_mark(layout, version) &&
          !is_program_running_below(layout.version_directory(version))) {
        remove_version(layout, version);
      }
    }
  });
}

}  // namespace

WriteAccess::WriteAccess(const Services& services, WhenLocked when_locked, Recovery recovery)
    : m_lock([&] {
        constexpr std::chrono::milliseconds kPatience{3000};
        require_own_root(services.layout);
        return take_lock(
            services.layout, services.now,
            when_locked == WhenLocked::wait_briefly ? kPatience : std::chrono::milliseconds(0));
      }()) {
  require_own_product(services);
  if (recovery != Recovery::left_out) {
    m_recovered = base::with_context("recovery", [&] {
      return recover(services, recovery == Recovery::of_service ? Role::service : Role::command,
                     recovery == Recovery::by_order ? Insistence::of_a_person : Insistence::none);
    });
  }
  sweep(services.layout, services.now);
  writing_to(services.layout, [&] { ensure_recover_script(services.layout); });
  if (!m_recovered.done.empty()) {
    services.messages.say(base::cat(services.layout.program, ": ", m_recovered.done));
  }
}

}  // namespace agent
