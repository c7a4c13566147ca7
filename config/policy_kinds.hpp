#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "policy/rules.hpp"

// Kinds and checks of [policy], and of the tables that say more than it: see config/kinds.hpp.
namespace config {

// enforce = "tag"
// A step of policy::Stage: "monitor" for accept, tag, quarantine or reject.
struct Step {
  void read(Section& section, std::string_view key, policy::Action& step) const;
  [[nodiscard]] std::string write(policy::Action step) const;
};

// reply_text = "5.7.26 Email rejected per DMARC policy for {from_domain}"
// The code and the text of a refusal, of which the code may be left out (RFC 3463 §2). Both are
// values of their own, so it is the key of a whole stance. Warns of a text that does not say DMARC.
struct ReplyText {
  void read(Section& section, std::string_view key, policy::Stance& stance) const;
  [[nodiscard]] std::string write(const policy::Stance& stance) const;
};

// Of "percent": 0 is a step of its own, and a share of "monitor" changes nothing.
void check_percent(Section& section, const policy::Stage& stage);

// Stands in a refusal beside its text, so it is kept short; RFC 3986 §2: no spaces, and nothing
// that would end it for those who make links of it. Or empty.
void check_reply_url(Section& section, std::string_view key, std::string& url);

// RFC 5322 §2.2: a field name is printable ASCII without colon; the value stays on one line.
void check_quarantine_header(Section& section, std::string_view key, std::string& field);
// A name alone, and not that of the field above; or empty.
void check_signals_header(Section& section, const policy::Rules& rules);

// Warn of what delivers forged mail.
void check_temporary_error(Section& section, policy::TemporaryError wanted);
void check_degraded(Section& section, policy::Degraded wanted);

// Whoever knows it can choose which of his messages [policy] percent spares. Or empty.
void check_percent_key(Section& section, std::string_view key, std::string& secret);

// Users need no exception where all who log in are trusted; nobody has no name.
void check_users(Section& section, std::string_view key, std::vector<std::string>& users);
void warn_of_users(Section& section, const std::vector<std::string>& users, bool all_trusted);

// The name of a tenant for events; the first of its recipients where none is given.
void settle_name(Section& section, policy::Tenant& tenant);

// Warns of a network so wide that it is rarely meant.
void check_width(Section& section, const policy::Match& match);

// An override has an action, and rests on more than the author's domain, which anybody can write.
void check_override(Section& section);

}  // namespace config
