#include "releaser/commands/trust_ceremony.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/agreement.hpp"
#include "releaser/commands/holder_keys.hpp"
#include "releaser/commands/public_trust.hpp"
#include "releaser/commands/trust_place.hpp"
#include "releaser/trust/ceremony.hpp"
#include "releaser/trust/draft_files.hpp"
#include "releaser/trust/signer_program.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

void print_draft(const TrustFolder& folder, std::ostream& out) {
  out << "product " << folder.draft->product << '\n';
  for (const std::string& line : describe_draft(folder))
    out << line << '\n';
}

// What has to be done before the draft is final.
void tell_next(const TrustFolder& folder, const base::Messages& messages) {
  const auto missing = missing_signatures_of(folder);
  for (const std::string& line : missing)
    messages.say(line);
  if (missing.empty()) {
    messages.say("everything is signed; next: cco-release trust finalize");
  } else {
    messages.say(
        cat("next: each of them runs `cco-release trust sign --key FILE`, here or with a "
            "copy of ",
            folder.path.string()));
  }
}

// The keys that are given, else those of the ceremony that the program of [sign] command holds.
std::vector<Signer> holders_of(const Services& services, const base::Arguments& arguments,
                               const base::Messages& messages, const TrustPlace& place,
                               const TrustFolder& folder) {
  std::vector<Signer> signers;
  if (has_holder_keys(services, arguments)) {
    for (trust::SecretKey& key : open_holder_keys(services, arguments, messages))
      signers.emplace_back(std::move(key));
    return signers;
  }
  for (Signer& signer : signers_of(signer_program(*place.config, services.environment)))
    if (may_sign(folder, signer.public_key())) signers.push_back(std::move(signer));
  if (signers.empty()) {
    throw Error(Errc::untrusted,
                cat("none of the keys that ", place.config->place("sign.command"),
                    " has signs this ceremony; name it in `command_keys`, or give --key FILE"));
  }
  return signers;
}

bool has_program(const TrustPlace& place) {
  return place.config && place.config->sign && !place.config->sign->command.empty();
}

int run_trust_sign(const Services& services, const base::Arguments& arguments) {
  const base::Messages messages = messages_of(services, arguments);
  const TrustPlace place = find_trust_place(services, arguments);
  const auto lock = lock_trust_folder(place.folder);
  TrustFolder folder = read_trust_folder(place.folder);
  if (!folder.draft) {
    messages.say("no ceremony is under way: there is nothing to sign");
    return base::exit_status(Errc::done);
  }
  if (!has_holder_keys(services, arguments) && !has_program(place)) {
    throw Error(Errc::usage,
                "no key to sign with; give --key FILE, or its contents in CCO_RELEASE_KEY, or "
                "`command` in [sign]");
  }
  require_in_time(*folder.draft, services.now);
  print_draft(folder, services.out);
  if (folder.root) {
    for (const std::string& line : describe_outcome(folder))
      services.out << line << '\n';
  }
  require_agreement(services, arguments, messages);
  const std::size_t count =
      sign_draft(folder, holders_of(services, arguments, messages, place, folder));
  messages.say(count == 0 ? "signed already; nothing was added"
                          : cat("added ", count, count == 1 ? " signature" : " signatures", " in ",
                                (folder.path / "draft").string()));
  tell_next(folder, messages);
  return base::exit_status(Errc::done);
}

// Takes a draft away, damaged or not.
void discard(const base::Path& path, const base::Messages& messages) {
  if (!has_ceremony(path)) return;
  bool is_being_finalized = false;
  try {
    is_being_finalized = read_trust_folder(path, Interrupted::allowed).is_being_finalized;
  } catch (const std::exception& error) {  // whatever is wrong with it, it goes
    messages.detail(error.what());
  }
  if (is_being_finalized) {
    throw Error(Errc::conflict,
                "the draft is half final already; run `cco-release trust finalize` again");
  }
  remove_draft(path);
  messages.say("removed the draft and its signatures");
}

// A folder that lacks what is public already would fork its history. What cannot be asked does not
// stand in the way: that may be why keys change.
void require_newest(const Services& services, const Config& config, const TrustFolder& folder,
                    const base::Messages& messages) {
  std::vector<PlaceProblem> problems;
  (void)read_public_trust(services, config, folder, problems);
  for (const PlaceProblem& each : problems) {
    if (each.code == Errc::conflict) throw Error(each.code, each.problem);
    messages.warn(each.problem);
  }
}

int run_trust_rotate(const Services& services, const base::Arguments& arguments) {
  const base::Messages messages = messages_of(services, arguments);
  const Config config = load_trust_config(arguments);
  const TrustPolicy policy = require_trust_policy(config, messages);
  const base::Path path = trust_folder_of(config, services);
  const auto lock = lock_trust_folder(path);
  if (arguments.has("--discard")) {
    discard(path, messages);
    if (!has_trust_files(path)) {
      messages.say("next: cco-release trust init");
      return base::exit_status(Errc::done);
    }
  }
  TrustFolder folder = read_trust_folder(path);
  if (!folder.root && folder.draft) {
    throw Error(Errc::conflict,
                "the first version is not final yet; go on with `cco-release trust init`, or "
                "begin again with `cco-release trust rotate --discard`");
  }
  if (folder.root) require_newest(services, config, folder, messages);
  auto draft = make_draft(config.product.name, policy, &folder, ceremony_time(services, arguments));
  if (folder.draft) {
    if (!draft || !say_the_same(*folder.draft, *draft)) {
      throw Error(
          Errc::conflict,
          cat("the draft in ", (path / "draft").string(), " and ", config.file.filename().string(),
              " differ; finish that ceremony first, or begin again with --discard, which "
              "drops its signatures"));
    }
    messages.say("this draft is under way already");
  } else {
    if (!draft) {
      remove_abandoned_draft(path);
      messages.say(cat("nothing to change: ", path.string(), " says what ",
                       config.file.filename().string(), " says"));
      return base::exit_status(Errc::done);
    }
    folder.names.add(names_of(policy));
    write_draft(path, *draft, folder.names);
    folder.draft = std::move(draft);
  }
  print_draft(folder, services.out);
  tell_next(folder, messages);
  return base::exit_status(Errc::done);
}

int run_trust_finalize(const Services& services, const base::Arguments& arguments) {
  const base::Messages messages = messages_of(services, arguments);
  const base::Path path = find_trust_place(services, arguments).folder;
  const auto lock = lock_trust_folder(path);
  TrustFolder folder = read_trust_folder(path, Interrupted::allowed);
  if (!folder.draft) {
    remove_abandoned_draft(path);
    messages.say("no ceremony is under way: there is nothing to finalize");
    return base::exit_status(Errc::done);
  }
  std::vector<std::string> names;
  for (const DraftFile& file : folder.draft->files)
    names.push_back(file.name);
  // What is half final is public soon or already: only forward is a way out.
  if (!folder.is_being_finalized) require_in_time(*folder.draft, services.now);
  finalize(folder);
  messages.say(cat(base::join(names, " and "), " final in ", path.string(),
                   "\nnext: commit that folder; the next `cco-release publish` or `cco-release "
                   "trust refresh` makes it public"));
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_trust_sign(const Services& services) {
  std::vector<base::Option> options = holder_key_options();
  options.push_back(folder_option());
  options.push_back(yes_option());
  return {.name = "trust sign",
          .aliases = {},
          .summary = "show what a ceremony changes, and add a holder's signature",
          .description =
              "Shows in words what the draft changes: keys in and out, thresholds, expiry, which "
              "channels, and what will hold then as a whole. Asks, and writes the signature as a "
              "file of its own beside the draft. A "
              "holder without the repository gives the copy of the trust folder that came on a "
              "stick with --folder; no network is used. Without --key the program of [sign] "
              "command signs, with those of its keys that the ceremony names.",
          .options = std::move(options),
          .positionals = {},
          .examples = {{"cco-release trust sign --key root-1.key", "in the repository"},
                       {"cco-release trust sign --folder /media/stick/trust --key root-2.key",
                        "on a machine that has nothing but the stick"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_trust_sign(services, arguments);
          }};
}

base::Command add_trust_rotate(const Services& services) {
  return {
      .name = "trust rotate",
      .aliases = {},
      .summary = "write the unsigned next root and targets from the configured keys",
      .description =
          "Compares the trust folder with [trust] of the configuration and writes what differs "
          "as a draft: the next root where its keys change or fewer than 60 days are left, and "
          "the next targets where the keys of a channel change. Nothing where nothing differs. "
          "--date is the day that expiry is counted from.",
      .options = {{"--discard", "", "", "drop a draft that is under way, and its signatures", {}}},
      .positionals = {},
      .examples = {{"cco-release trust rotate", "after the keys in cco-release.toml changed"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_trust_rotate(services, arguments);
      }};
}

base::Command add_trust_finalize(const Services& services) {
  return {.name = "trust finalize",
          .aliases = {},
          .summary = "make a draft final once enough holders have signed it",
          .description =
              "Refuses while the keys of the root before, or those of the new one, have not signed "
              "enough. Can be stopped and run again.",
          .options = {folder_option()},
          .positionals = {},
          .examples = {{"cco-release trust finalize", "after the last signature came back"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_trust_finalize(services, arguments);
          }};
}

}  // namespace releaser
