#include "policy/signals.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "policy/lookalike.hpp"

namespace policy {

namespace {

constexpr std::uint64_t broad_min = 65'536;  // A /16: more than one organization has.
constexpr std::uint64_t repeats_min = 10;    // Lists and CCs repeat a signature, too.

using Signal = std::optional<std::string>;

// All that a signal may look at.
struct SignalCase {
  const verify::Facts& facts;
  const Circumstances& circumstances;
  const Protection& protection;
  const base::Domain* author;  // May be null.
  const ProtectedDomain* own;  // What protects the author domain, or null.

  [[nodiscard]] bool is_authors_own(const base::Domain& domain) const {
    if (author == nullptr) return false;
    const auto& organization = facts.dmarc.organization;
    if (organization) return domain.is_within(*organization);
    return registered(domain) == registered(*author);
  }
};

// SPF or a signature stands for a name within the domain, or may, for all that is known.
bool may_speak_for(const verify::Facts& facts, const base::Domain& domain) {
  const auto within = [&](const std::optional<base::Domain>& name) {
    return name && name->is_within(domain);
  };
  const spf::Result* spf = facts.mail_from_spf();
  const bool by_spf = spf != nullptr && within(spf->domain) &&
                      (spf->status == spf::Status::pass || spf->status == spf::Status::temperror);
  return by_spf || std::ranges::any_of(facts.dkim, [&](const dkim::Result& result) {
           return within(result.domain) &&
                  (result.vouches() || result.in_doubt());
         });
}

Signal lookalike(const SignalCase& message) {
  if (message.author == nullptr || message.own != nullptr) return std::nullopt;
  const Appearance shown(*message.author);
  const base::Domain site = registered(*message.author);
  const auto& appearances = message.protection.appearances();
  for (std::size_t i = 0; i < appearances.size(); ++i) {
    if (!shown.resembles(appearances[i])) continue;
    const base::Domain& original = message.protection.list()[i].domain;
    if (original.is_within(site)) continue;  // A part of it that is not protected.
    return "lookalike:" + original.text();
  }
  return std::nullopt;
}

Signal protected_mail_from(const SignalCase& message) {
  const spf::Result* spf = message.facts.mail_from_spf();
  if (spf == nullptr || spf->identity != spf::Identity::mail_from || !spf->domain) return {};
  if (spf->status == spf::Status::pass || spf->status == spf::Status::temperror) return {};
  const ProtectedDomain* entry = message.protection.find(*spf->domain);
  if (entry == nullptr) return std::nullopt;
  return "protected_mail_from:" + entry->domain.text();
}

Signal protected_sender(const SignalCase& message) {
  const auto& sender = message.facts.message.sender_domain;
  const ProtectedDomain* entry = sender ? message.protection.find(*sender) : nullptr;
  if (entry == nullptr || entry == message.own) return std::nullopt;
  if (may_speak_for(message.facts, entry->domain)) return std::nullopt;
  return "protected_sender:" + entry->domain.text();
}

// The first address in the name that is of another organization.
Signal display_name_address(const SignalCase& message) {
  const std::string_view name = message.facts.message.display_name;
  for (std::size_t at = name.find('@'); at != std::string_view::npos; at = name.find('@', at + 1)) {
    const std::string_view rest = name.substr(at + 1);
    const auto is_part = [](char c) {
      return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' ||
             static_cast<unsigned char>(c) >= 0x80;
    };
    const auto end = std::ranges::find_if_not(rest, is_part);
    std::string_view text = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    while (text.ends_with('.'))
      text.remove_suffix(1);
    const auto domain = base::Domain::parse(text);
    if (!domain || domain->label_count() < 2 || message.is_authors_own(*domain)) continue;
    return "display_name_address:" + domain->text();
  }
  return std::nullopt;
}

Signal display_name_protected(const SignalCase& message) {
  const Look shown(message.facts.message.display_name);
  const auto& appearances = message.protection.appearances();
  for (std::size_t i = 0; i < appearances.size(); ++i) {
    if (!appearances[i].stands_in(shown)) continue;
    const ProtectedDomain& entry = message.protection.list()[i];
    if (&entry == message.own || message.is_authors_own(entry.domain)) continue;
    return "display_name_protected:" + entry.domain.text();
  }
  return std::nullopt;
}

Signal reply_to_elsewhere(const SignalCase& message) {
  if (message.author == nullptr) return std::nullopt;
  for (const base::Domain& domain : message.facts.message.reply_to_domains) {
    if (!message.is_authors_own(domain)) return "reply_to_elsewhere:" + domain.text();
  }
  return std::nullopt;
}

Signal spf_only_broad(const SignalCase& message) {
  const dmarc::Result& dmarc = message.facts.dmarc;
  const bool by_spf_alone =
      dmarc.status == dmarc::Status::pass && dmarc.spf_aligned && !dmarc.dkim_aligned;
  const spf::Result* spf = message.facts.mail_from_spf();
  if (!by_spf_alone || spf == nullptr || message.facts.spf_breadth < broad_min) return {};
  const std::string_view term = spf->mechanism;
  const auto include = base::Domain::parse(term.substr(term.find(':') + 1));
  return include ? "spf_only_broad:" + include->text() : "spf_only_broad";
}

Signal repeated_field(const SignalCase& message) {
  const std::vector<std::string>& fields = message.facts.message.repeated_fields;
  if (fields.empty()) return std::nullopt;
  return "repeated_field:" + fields.front();
}

Signal repeated_signature(const SignalCase& message) {
  const std::uint64_t repeats = message.circumstances.signature_repeats;
  if (repeats < repeats_min) return std::nullopt;
  return "repeated_signature:" + std::to_string(repeats);
}

}  // namespace

std::vector<std::string> find_signals(const Message& message, const Rules& rules) {
  using Find = Signal (*)(const SignalCase&);
  static constexpr Find in_order[] = {
      lookalike,
      protected_mail_from,
      protected_sender,
      display_name_address,
      display_name_protected,
      reply_to_elsewhere,
      spf_only_broad,
      repeated_field,
      repeated_signature,
  };
  const base::Domain* author = message.facts.from_domain();
  const SignalCase all{message.facts, message.circumstances, rules.protection, author,
                 author != nullptr ? rules.protection.find(*author) : nullptr};
  std::vector<std::string> signals;
  for (const Find find : in_order) {
    if (Signal signal = find(all)) signals.push_back(*std::move(signal));
  }
  return signals;
}

}  // namespace policy
