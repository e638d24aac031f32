#include "agent/commands/update_offer.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {

Answer ask_about_update(const Services& services, const Install& install,
                        const schema::Version& current, AskedFor asked_for) {
  const base::Messages& messages = services.messages;
  messages.stream() << offer_text(install, services.identity.product, current);
  const OfferQuestion question = offer_question(install, current, asked_for);
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const std::string answer =
        base::lower_case(base::ask(messages, question.text, question.default_answer));
    if (answer == "y" || answer == "yes") return Answer::take;
    if (answer == "n" || answer == "no") break;
    if (question.may_skip && (answer == "s" || answer == "skip")) return Answer::skip;
    messages.stream() << base::cat("\"", base::safe_text(answer, 40), "\" is none of y, n, ",
                                   question.may_skip ? "s, q" : "q", "\n");
  }
  throw base::Error(base::Errc::cancelled, "cancelled; nothing was changed");
}

}  // namespace agent
