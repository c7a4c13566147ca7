#include "config/policy_schema.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "config/names.hpp"

namespace config {

namespace {

using policy::Action;

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

// "5.7.26 Text" -> code and text. The text goes into one SMTP line (RFC 5321 §4.5.3.1.5: 512
// octets with everything), after its placeholders have grown.
void read_reply_text(Section& section, policy::Stance& stance, std::vector<std::string>& warnings) {
  constexpr std::size_t octets_max = 200;
  constexpr std::string_view placeholders[] = {"from_domain", "event_id", "reason", "client",
                                               "failed"};
  const std::optional<Text> given = section.find_text("reply_text");
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
    if (!sound) section.complain("reply_text", "the code must be like \"5.7.1\", for a rejection");
    stance.reject_code = code;
    stance.reply_text = whole.substr(space + 1);
  } else {
    stance.reply_text = whole;
  }
  const std::string& text = stance.reply_text;
  if (base::trim(text).empty()) section.complain("reply_text", "must not be empty");
  if (!is_printable_ascii(text)) section.complain("reply_text", "must be printable ASCII");
  if (text.size() > octets_max) section.complain("reply_text", "is longer than 200 octets");
  if (!text.contains("DMARC")) {
    warnings.push_back(section.name() +
                       ".reply_text: does not say DMARC, which is added (RFC 9989 §7.2)");
  }
  check_placeholders(section, "reply_text", text, placeholders);
}

// It stands in the refusal beside the text, so it is kept short; RFC 3986 §2: no spaces, and
// nothing that would end it for those who make links of it.
void read_reply_url(Section& section, policy::Stance& stance) {
  constexpr std::size_t octets_max = 150;
  constexpr std::string_view placeholders[] = {"event_id"};
  stance.reply_url = section.text("reply_url", stance.reply_url);
  const std::string_view url = stance.reply_url;
  if (url.empty()) return;
  const std::size_t scheme_octets =
      url.starts_with("https://") ? 8 : (url.starts_with("http://") ? 7 : 0);
  const bool sound = scheme_octets != 0 && url.size() > scheme_octets &&
                     url[scheme_octets] != '/' && is_printable_ascii(url) &&
                     url.find_first_of(" \"<>\\^`|") == std::string_view::npos;
  if (!sound) {
    section.complain("reply_url", "must be like \"https://example.org/refused?id={event_id}\"");
  }
  if (url.size() > octets_max) section.complain("reply_url", "is longer than 150 octets");
  check_placeholders(section, "reply_url", url, placeholders);
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 60 &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F' && c != ':'; });
}

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

// RFC 5322 §2.2: a field name is printable ASCII without colon; the value stays on one line.
void read_headers(Section& section, policy::Rules& rules) {
  rules.quarantine_header = section.text("quarantine_header", rules.quarantine_header);
  const std::string_view field = rules.quarantine_header;
  const std::size_t colon = std::min(field.find(':'), field.size());
  const std::string_view name = field.substr(0, colon);
  const bool has_value = colon < field.size() && !base::trim(field.substr(colon + 1)).empty();
  if (!is_field_name(name) || !has_value || !is_printable_ascii(field) || field.size() > 200) {
    section.complain("quarantine_header", "must be like \"X-Postern-Quarantine: yes\"");
  } else {
    check_own_field(section, "quarantine_header", name);
  }
  rules.signals_header = section.text("signals_header", rules.signals_header);
  if (rules.signals_header.empty()) return;
  if (!is_field_name(rules.signals_header)) {
    section.complain("signals_header", "must be a name like \"X-Postern-Signals\"");
  } else if (base::equal_ignoring_case(rules.signals_header, name)) {
    section.complain("signals_header", "is the name of quarantine_header");
  } else {
    check_own_field(section, "signals_header", rules.signals_header);
  }
}

// Whoever knows it can choose which of his messages the percentage spares.
void read_percent_key(Section& section, Config& config) {
  constexpr std::size_t octets_min = 16;
  std::string& key = config.verify.lot_key;
  key = section.text("percent_key", key);
  if (!key.empty() && key.size() < octets_min) {
    section.complain("percent_key", "must be a secret of 16 octets or more, or empty");
  }
  if (key == hidden_key) {
    config.warnings.emplace_back(
        "policy.percent_key: this is what postern config show writes in place of a real one, and no"
        " secret");
  }
}

}  // namespace

policy::Stage read_stage(Section& section, const policy::Stage& fallback,
                         std::vector<std::string>& warnings) {
  constexpr Choice<Action> steps[] = {{"monitor", Action::accept},
                                      {"tag", Action::tag},
                                      {"quarantine", Action::quarantine},
                                      {"reject", Action::reject}};
  policy::Stage stage;
  stage.enforce = section.choice("enforce", fallback.enforce, steps);
  const std::int64_t percent = section.integer("percent", fallback.percent, {0, 100});
  stage.percent = static_cast<unsigned>(percent);
  const auto* step = std::ranges::find(steps, stage.enforce, &Choice<Action>::value);
  if (percent == 0) {
    const std::string_view below = std::ranges::prev(std::max(step, steps + 1))->word;
    section.complain("percent", "0 is the step below: write enforce = \"" + std::string(below) +
                                    "\" and no percent");
  }
  if (section.has("percent") && percent < 100 && stage.enforce == Action::accept) {
    warnings.push_back(section.name() + ".percent: changes nothing where enforce is \"monitor\"");
  }
  return stage;
}

policy::Stance read_stance(Section& section, const policy::Stance& fallback,
                           std::vector<std::string>& warnings) {
  using policy::Preset;
  constexpr Choice<Preset> presets[] = {
      {"monitor", Preset::monitor}, {"rfc9989", Preset::rfc9989}, {"strict", Preset::strict}};
  using policy::TemporaryError;
  constexpr Choice<TemporaryError> temporary[] = {{"weigh", TemporaryError::weigh},
                                                  {"defer", TemporaryError::defer},
                                                  {"accept", TemporaryError::accept}};
  constexpr Choice<Action> faults[] = {{"reject", Action::reject},
                                       {"quarantine", Action::quarantine},
                                       {"tag", Action::tag},
                                       {"accept", Action::accept}};
  constexpr Choice<Action> spf_fails[] = {
      {"accept", Action::accept}, {"quarantine", Action::quarantine}, {"reject", Action::reject}};
  policy::Stance stance = fallback;
  stance.preset = section.choice("preset", stance.preset, presets);
  stance.stage = read_stage(section, stance.stage, warnings);
  read_reply_text(section, stance, warnings);
  read_reply_url(section, stance);
  stance.on_temporary_error =
      section.choice("temporary_error", stance.on_temporary_error, temporary);
  if (section.has("temporary_error") && stance.on_temporary_error == TemporaryError::accept) {
    warnings.push_back(section.name() +
                       ".temporary_error: \"accept\" delivers forged mail of whoever makes a DNS "
                       "name fail to answer; \"weigh\" does not");
  }
  stance.on_from_fault = section.choice("from_fault", stance.on_from_fault, faults);
  stance.on_spf_fail = section.choice("spf_fail", stance.on_spf_fail, spf_fails);
  return stance;
}

void read_trust(Section& section, Config& config) {
  policy::Trust& trust = config.policy.trust;
  trust.networks = read_networks(section, "networks", std::move(trust.networks),
                                 "no message would ever be verified");
  trust.authenticated = section.boolean("authenticated", trust.authenticated);
  trust.unknown_clients = section.boolean("unknown_clients", trust.unknown_clients);
  trust.relays = read_networks(section, "relays", {}, "every client could say who it is");
  config.policy.arc_sealers = read_domains(section, "arc_sealers");
}

void read_policy(Section& section, Config& config) {
  using policy::Degraded;
  using policy::Mixed;
  using policy::Quarantine;
  constexpr Choice<Quarantine> quarantines[] = {{"header", Quarantine::header},
                                                {"hold", Quarantine::hold}};
  constexpr Choice<Mixed> mixed[] = {{"mildest", Mixed::mildest}, {"strictest", Mixed::strictest}};
  constexpr Choice<Degraded> degraded[] = {{"accept", Degraded::accept},
                                           {"defer", Degraded::defer}};
  policy::Rules& rules = config.policy;
  rules.site = read_stance(section, rules.site, config.warnings);
  config.defer_max =
      std::chrono::hours(section.integer("defer_hours_max", config.defer_max.count(), {1, 120}));
  rules.quarantine = section.choice("quarantine", rules.quarantine, quarantines);
  read_headers(section, rules);
  rules.mixed = section.choice("mixed", rules.mixed, mixed);
  read_percent_key(section, config);
  rules.degraded = section.choice("dns_degraded", rules.degraded, degraded);
  if (rules.degraded == Degraded::accept) {
    config.warnings.push_back(section.name() +
                              ".dns_degraded: \"accept\" delivers what would be refused while the "
                              "resolver fails; \"defer\" does not");
  }
}

}  // namespace config
