#include "config/policy_kinds.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "config/toml_text.hpp"

namespace config {

namespace {

using policy::Action;

constexpr std::array steps = {Action::accept, Action::tag, Action::quarantine, Action::reject};

constexpr std::string_view step_word(Action step) {
  return step == Action::accept ? "monitor" : base::word(step);
}

// Of a match, beside `from`, which proves nothing.
constexpr std::array<std::string_view, 4> proofs = {"client", "dkim", "arc_sealer", "forwarder"};

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// What stands in braces must be one of `known`.
void check_placeholders(Section& section, std::string_view key, std::string_view text,
                        std::span<const std::string_view> known) {
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open)) {
    const std::size_t close = std::min(text.find('}', open), text.size());
    const std::string_view name = text.substr(open + 1, close - open - 1);
    if (close == text.size() || std::ranges::find(known, name) == known.end()) {
      std::string all;
      for (const std::string_view& each : known) {
        if (!all.empty()) all += &each == &known.back() ? " and " : ", ";
        all.append("{").append(each).append("}");
      }
      section.complain(key, "unknown placeholder {" + base::printable(name, 40) + "}; there " +
                                (known.size() == 1 ? "is " : "are ") + all);
    }
    open = close;
  }
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 60 &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F' && c != ':'; });
}

// Of a field, "Name: value".
std::string_view name_of(std::string_view field) { return field.substr(0, field.find(':')); }

// Fields that others give a meaning to are not ours to add.
void check_own_field(Section& section, std::string_view key, std::string_view name) {
  for (const char* taken : {"From", "Sender", "To", "Cc", "Subject", "Date", "Message-ID",
                            "Received", "Authentication-Results", "DKIM-Signature"}) {
    if (base::equal_ignoring_case(name, taken)) {
      section.complain(key,
                       "\"" + std::string(name) + "\" means something else; use a name of its own");
    }
  }
}

}  // namespace

void Step::read(Section& section, std::string_view key, policy::Action& step) const {
  std::array<std::string_view, steps.size()> words;
  std::ranges::transform(steps, words.begin(), step_word);
  if (const auto index = section.find_word(key, words)) step = steps[*index];
}

std::string Step::write(policy::Action step) const { return toml_string(step_word(step)); }

void check_percent(Section& section, const policy::Stage& stage) {
  if (stage.percent == 0) {
    const auto* step = std::ranges::find(steps, stage.enforce);
    const Action below = step == steps.begin() ? *step : *std::ranges::prev(step);
    section.complain("percent", "0 is the step below: write enforce = \"" +
                                    std::string(step_word(below)) + "\" and no percent");
  }
  if (section.has("percent") && stage.percent < 100 && stage.enforce == Action::accept) {
    section.warn("percent", "changes nothing where enforce is \"monitor\"");
  }
}

// The text goes into one SMTP line (RFC 5321 §4.5.3.1.5: 512 octets with everything), after its
// placeholders have grown.
void ReplyText::read(Section& section, std::string_view key, policy::Stance& stance) const {
  constexpr std::size_t octets_max = 200;
  constexpr std::string_view placeholders[] = {"from_domain", "event_id", "reason", "client",
                                               "failed"};
  const std::optional<FoundText> given = section.find_text(key);
  if (!given) return;
  const std::string& whole = given->text;
  const std::size_t space = whole.find(' ');
  const std::string_view code = std::string_view(whole).substr(0, space);
  const bool has_code = !code.empty() && base::is_digit(code.front()) &&
                        code.find_first_not_of("0123456789.") == std::string_view::npos;
  if (has_code && space != std::string::npos) {
    // RFC 3463 §2: class "." subject "." detail; class 5 goes with a 550.
    const std::size_t dot = code.rfind('.');
    const bool sound = code.starts_with("5.") && dot > 2 && dot + 1 < code.size() &&
                       std::ranges::count(code, '.') == 2 && code.size() <= 9;
    if (!sound) section.complain(key, "the code must be like \"5.7.1\", for a rejection");
    stance.reject_code = code;
    stance.reply_text = whole.substr(space + 1);
  } else {
    stance.reply_text = whole;
  }
  const std::string& text = stance.reply_text;
  if (base::trim(text).empty()) section.complain(key, "must not be empty");
  if (!is_printable_ascii(text)) section.complain(key, "must be printable ASCII");
  if (text.size() > octets_max) section.complain(key, "is longer than 200 octets");
  if (!text.contains("DMARC")) {
    section.warn(key, "does not say DMARC, which is added (RFC 9989 §7.2)");
  }
  check_placeholders(section, key, text, placeholders);
}

std::string ReplyText::write(const policy::Stance& stance) const {
  return toml_string(stance.reject_code + " " + stance.reply_text);
}

void check_reply_url(Section& section, std::string_view key, std::string& url) {
  constexpr std::size_t octets_max = 150;
  constexpr std::string_view placeholders[] = {"event_id"};
  if (url.empty()) return;
  const std::size_t scheme_octets =
      url.starts_with("https://") ? 8 : (url.starts_with("http://") ? 7 : 0);
  const bool sound = scheme_octets != 0 && url.size() > scheme_octets &&
                     url[scheme_octets] != '/' && is_printable_ascii(url) &&
                     url.find_first_of(" \"<>\\^`|") == std::string_view::npos;
  if (!sound) {
    section.complain(key, "must be like \"https://example.org/refused?id={event_id}\"");
  }
  if (url.size() > octets_max) section.complain(key, "is longer than 150 octets");
  check_placeholders(section, key, url, placeholders);
}

void check_quarantine_header(Section& section, std::string_view key, std::string& field) {
  const std::string_view name = name_of(field);
  const bool has_value = name.size() < field.size() &&
                         !base::trim(std::string_view(field).substr(name.size() + 1)).empty();
  if (!is_field_name(name) || !has_value || !is_printable_ascii(field) || field.size() > 200) {
    section.complain(key, "must be like \"X-Postern-Quarantine: yes\"");
  } else {
    check_own_field(section, key, name);
  }
}

void check_signals_header(Section& section, const policy::Rules& rules) {
  const std::string& name = rules.signals_header;
  if (name.empty()) return;
  if (!is_field_name(name)) {
    section.complain("signals_header", "must be a name like \"X-Postern-Signals\"");
  } else if (base::equal_ignoring_case(name, name_of(rules.quarantine_header))) {
    section.complain("signals_header", "is the name of quarantine_header");
  } else {
    check_own_field(section, "signals_header", name);
  }
}

void check_temporary_error(Section& section, policy::TemporaryError wanted) {
  if (!section.has("temporary_error") || wanted != policy::TemporaryError::accept) return;
  section.warn("temporary_error",
               "\"accept\" delivers forged mail of whoever makes a DNS name fail to answer; "
               "\"weigh\" does not");
}

void check_degraded(Section& section, policy::Degraded wanted) {
  if (wanted != policy::Degraded::accept) return;
  section.warn("dns_degraded",
               "\"accept\" delivers what would be refused while the resolver fails; \"defer\" "
               "does not");
}

void check_percent_key(Section& section, std::string_view key, std::string& secret) {
  constexpr std::size_t octets_min = 16;
  if (!secret.empty() && secret.size() < octets_min) {
    section.complain(key, "must be a secret of 16 octets or more, or empty");
  }
}

void check_users(Section& section, std::string_view key, std::vector<std::string>& users) {
  if (std::ranges::find(users, "") != users.end()) section.complain(key, "\"\" is nobody");
}

void warn_of_users(Section& section, const std::vector<std::string>& users, bool all_trusted) {
  if (users.empty() || !all_trusted) return;
  section.warn("allow_users", "changes nothing while [trust] authenticated is true");
}

void settle_name(Section& section, policy::Tenant& tenant) {
  constexpr std::size_t octets_max = 253;  // As long as a domain, which it is by default.
  std::string& name = tenant.name;
  if (section.has("name") &&
      (name.empty() || name.size() > octets_max || base::plain_length(name) < name.size())) {
    section.complain("name", "must be 1 to 253 octets of printable ASCII without quotes");
  }
  if (name.empty() && !tenant.recipients.empty()) name = tenant.recipients.front();
}

void check_width(Section& section, const policy::Match& match) {
  if (!match.client) return;
  const bool v4 = match.client->address.family() == base::IpAddress::Family::v4;
  if (match.client->prefix_bits >= (v4 ? 8U : 16U)) return;
  section.warn("client", match.client->text() + " is a large part of the Internet");
}

void check_override(Section& section) {
  if (!section.has("action")) section.complain("action", "is missing");
  if (std::ranges::any_of(proofs, [&](auto key) { return section.has("match", key); })) return;
  section.complain("match", section.has("match", "from")
                                ? "from alone is what anybody can write; add client, dkim, "
                                  "arc_sealer or forwarder"
                                : "must have client, dkim, arc_sealer or forwarder");
}

}  // namespace config
