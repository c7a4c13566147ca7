#include "verify/auth_results.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace verify {

namespace {

constexpr std::size_t columns_max = 78;  // RFC 5322 §2.1.1
constexpr std::size_t tab_columns = 8;
constexpr std::string_view field_start = "Authentication-Results: ";
constexpr std::size_t octets_expected = 512;
constexpr std::size_t raw_octets_max = 200;
constexpr std::size_t reason_octets_max = 200;
constexpr std::size_t signatures_max = 20;   // More make the field longer, not more useful.
constexpr std::size_t start_octets_min = 8;  // RFC 6008 §4
constexpr std::size_t start_octets_max = 64;

// The field, word by word. Only here is text put between the delimiters of the grammar.
class FieldWriter {
 public:
  explicit FieldWriter(std::string_view authserv_id) {
    field_.reserve(octets_expected);
    const auto international =
        is_token(authserv_id) ? std::nullopt : base::Domain::parse(authserv_id);
    add_value(international ? std::string_view(international->text()) : authserv_id);
  }

  void result(std::string_view method, std::string_view result) {
    field_ += ';';
    begin_word(method);
    field_ += result;
  }

  void reason(std::string_view text) {
    if (!text.empty()) property("reason", text.substr(0, reason_octets_max));
  }

  void property(std::string_view name, std::string_view text) {
    begin_word(name);
    add_value(text);
  }
  void property(std::string_view name, const std::optional<base::Domain>& domain) {
    if (domain) property(name, std::string_view(domain->text()));
  }
  void property(std::string_view name, const std::optional<base::IpAddress>& address) {
    if (address) property(name, std::string_view(address->text()));
  }
  // [[local-part] "@"] domain-name goes without quotes (RFC 8601 §2.2).
  void address(std::string_view name, std::string_view local_part, const base::Domain& domain) {
    begin_word(name);
    field_.append(local_part).append("@").append(domain.text());
  }

  [[nodiscard]] std::string take() {
    end_word();
    return std::move(field_);
  }

 private:
  void begin_word(std::string_view name) {
    end_word();
    field_ += ' ';
    word_start_ = field_.size();
    field_.append(name) += '=';
  }

  // Folds before the word where the line would be too long; never before the first.
  void end_word() {
    const std::size_t octets = field_.size() - word_start_;
    if (word_start_ == 0) {
      column_ += octets;
    } else if (column_ + 1 + octets > columns_max) {
      field_.replace(word_start_ - 1, 1, "\n\t");
      column_ = tab_columns + octets;
    } else {
      column_ += 1 + octets;
    }
  }

  // value of RFC 8601 §2.2: a token as it is, else a quoted-string of printable ASCII.
  void add_value(std::string_view text) {
    if (is_token(text)) {
      field_ += text;
      return;
    }
    field_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') field_ += '\\';
      field_ += c >= ' ' && c < '\x7F' ? c : '?';
    }
    field_ += '"';
  }

  std::string field_;
  std::size_t word_start_ = 0;
  std::size_t column_ = field_start.size();  // Where the line ended before the word.
};

// RFC 7489 and RFC 9989 look at MAIL FROM, or at HELO for the null sender: the last one made.
void write_spf(FieldWriter& field, const std::vector<spf::Result>& results) {
  if (results.empty()) return;
  const spf::Result& last = results.back();
  field.result("spf", spf::name(last.status));
  const bool is_helo = last.identity == spf::Identity::helo;
  field.property(is_helo ? "smtp.helo" : "smtp.mailfrom", last.domain);
}

// s= is a sequence of labels (RFC 6376 §3.1), U-labels in internationalized mail (RFC 8616 §4).
void write_selector(FieldWriter& field, std::string_view selector) {
  if (selector.size() > raw_octets_max) return;
  if (is_token(selector)) {
    field.property("header.s", selector);
  } else {
    field.property("header.s", base::Domain::parse(selector));
  }
}

void write_algorithm(FieldWriter& field, std::string_view algorithm) {
  if (algorithm.size() > raw_octets_max || !is_token(algorithm)) return;
  field.property("header.a", algorithm);
}

// i= (RFC 6376 §3.5), when its local-part is no more than words and dots.
void write_identity(FieldWriter& field, std::string_view identity) {
  const std::size_t at = identity.rfind('@');
  if (at == std::string_view::npos || identity.size() > raw_octets_max) return;
  const std::string_view local_part = identity.substr(0, at);
  const auto domain = base::Domain::parse(identity.substr(at + 1));
  if (!domain || (!local_part.empty() && !is_token(local_part))) return;
  if (local_part.starts_with('.') || local_part.ends_with('.') || local_part.contains("..")) return;
  field.address("header.i", local_part, *domain);
}

bool is_base64(char c) { return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '/'; }

std::string_view signature_start(const dkim::Result& result) {
  const std::string_view start = result.signature_start;
  const auto end = std::ranges::find_if_not(start, is_base64);
  return start.substr(0, static_cast<std::size_t>(end - start.begin())).substr(0, start_octets_max);
}

// RFC 6008 §4: as much of b= as tells this signature from the others, but no less than eight.
std::string_view distinct_start(std::size_t index, const std::vector<const dkim::Result*>& all) {
  const std::string_view own = signature_start(*all[index]);
  std::size_t length = start_octets_min;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view other = signature_start(*all[i]);
    if (i == index || other == own) continue;
    const auto differing = std::ranges::mismatch(own, other).in1;
    length = std::max(length, static_cast<std::size_t>(differing - own.begin()) + 1);
  }
  return own.substr(0, length);
}

void write_dkim(FieldWriter& field, const Facts& facts) {
  // Nothing was looked at: "none" would say that there is no signature.
  if (facts.message.header_truncated) {
    field.result("dkim", dkim::name(dkim::Status::permerror));
    field.reason("header section too large");
    return;
  }
  if (facts.dkim.empty()) field.result("dkim", dkim::name(dkim::Status::none));
  const std::vector<const dkim::Result*> chosen = dkim::most_telling(facts.dkim, signatures_max);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const dkim::Result& one = *chosen[i];
    field.result("dkim", dkim::name(one.status));
    if (one.reason != dkim::Reason::none) {
      field.reason(dkim::name(one.reason));
    }
    field.property("header.d", one.domain);
    write_identity(field, one.identity);
    write_selector(field, one.selector);
    write_algorithm(field, one.algorithm);
    const std::string_view start = distinct_start(i, chosen);
    if (!start.empty()) field.property("header.b", start);
  }
}

// RFC 8617 §10.2
void write_arc(FieldWriter& field, const Facts& facts, const Connection& connection) {
  if (facts.message.header_truncated) return;  // There is no word for this in RFC 8617.
  const arc::Result& result = facts.arc;
  field.result("arc", arc::name(result.status));
  if (result.status == arc::Status::fail) field.reason(result.detail);
  if (result.status != arc::Status::pass) return;
  field.property("smtp.remote-ip", connection.client);
  field.property("header.oldest-pass", std::to_string(result.oldest_pass));
}

// RFC 9989 §9
void write_dmarc(FieldWriter& field, const Facts& facts, std::string_view overridden_by) {
  const dmarc::Result& result = facts.dmarc;
  if (facts.from_fault && !facts.message.header_truncated) {
    // RFC 9989 §9: "none" is for what has no author domain to look a policy up for.
    field.result("dmarc", dmarc::name(result.status));
    std::string fault(mail::name(*facts.from_fault));
    std::ranges::replace(fault, '_', ' ');
    field.reason("From field: " + fault);
    return;
  }
  field.result("dmarc", dmarc::name(result.status));
  const bool undecided =
      result.status == dmarc::Status::temperror || result.status == dmarc::Status::permerror;
  if (!overridden_by.empty()) {
    field.reason(overridden_by);
  } else if (undecided) {
    field.reason(result.reason);
  }
  if (result.record) field.property("policy.dmarc", dmarc::name(result.policy));
  field.property("header.from", result.author);
}

// RFC 8601 §2.7.3
void write_iprev(FieldWriter& field, const Facts& facts, const Connection& connection) {
  if (!facts.iprev || !connection.client) return;
  field.result("iprev", iprev::name(facts.iprev->status));
  field.property("policy.iprev", connection.client);
}

}  // namespace

std::string format_auth_results(const Facts& facts, const Connection& connection,
                                const ResultsStyle& style) {
  FieldWriter field(style.authserv_id);
  write_spf(field, facts.spf);
  write_dkim(field, facts);
  write_arc(field, facts, connection);
  write_dmarc(field, facts, style.dmarc_override);
  write_iprev(field, facts, connection);
  return field.take();
}

std::string format_auth_results(const Facts& facts, const Connection& connection,
                                std::string_view authserv_id) {
  return format_auth_results(facts, connection, ResultsStyle{.authserv_id = authserv_id});
}

std::string no_results(std::string_view authserv_id) {
  return FieldWriter(authserv_id).take() + "; none";
}

}  // namespace verify
