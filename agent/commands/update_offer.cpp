#include "agent/commands/update_offer.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {

namespace {

base::Error cancelled() { return {base::Errc::cancelled, "cancelled; nothing was changed"}; }

// Ctrl-C and Ctrl-D are as good as a no.
std::string ask_for_answer(const base::Messages& messages, const OfferQuestion& question) {
  try {
    return base::lower_case(base::ask(messages, question.text, question.default_answer));
  } catch (const base::Error& error) {
    if (error.code() != base::Errc::cancelled) throw;
    throw cancelled();
  }
}

}  // namespace

Answer ask_about_update(const Services& services, const Install& install,
                        const schema::Version& current, AskedFor asked_for) {
  const base::Messages& messages = services.messages;
  messages.stream() << offer_text(install, services.identity.product, current);
  const OfferQuestion question = offer_question(install, current, asked_for);
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const std::string answer = ask_for_answer(messages, question);
    if (answer == "y" || answer == "yes") return Answer::take;
    if (answer == "n" || answer == "no") break;
    if (question.may_skip && (answer == "s" || answer == "skip")) return Answer::skip;
    messages.stream() << base::cat("\"", base::safe_text(answer, 40), "\" is none of y, n, ",
                                   question.may_skip ? "s, q" : "q", "\n");
  }
  throw cancelled();
}

}  // namespace agent
