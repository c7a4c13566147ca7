#include "verify/spf/grammar.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"
#include "verify/spf/macro.hpp"

namespace spf {

namespace {

constexpr std::string_view version = "v=spf1";
constexpr std::size_t quoted_octets_max = 80;

bool is_alnum(char c) { return base::is_alpha(c) || base::is_digit(c); }

// RFC 7208 §7.1: toplabel.
bool is_toplabel(std::string_view label) {
  if (label.empty() || !is_alnum(label.front()) || !is_alnum(label.back())) return false;
  bool alpha = false;
  bool hyphen = false;
  for (const char c : label) {
    if (!is_alnum(c) && c != '-') return false;
    alpha |= base::is_alpha(c);
    hyphen |= c == '-';
  }
  return alpha || hyphen;
}

// RFC 7208 §7.1: domain-spec = macro-string domain-end. A name that ends in "%%", "%_" or "%-" fits
// the ABNF but can never be a domain name; §4.8 leaves it open what becomes of those: it is
// refused.
bool is_domain_spec(std::string_view text) {
  MacroPiece last;
  std::string_view rest = text;
  std::string_view last_text;
  while (!rest.empty()) {
    last_text = rest;
    const auto piece = take_piece(rest, MacroUse::domain);
    if (!piece) return false;
    last = *piece;
  }
  if (text.empty()) return false;
  if (last.letter != 0) return true;
  if (last_text.front() == '%') return false;
  std::string_view literal = last.literal;
  if (literal.ends_with('.')) literal.remove_suffix(1);
  const std::size_t dot = literal.rfind('.');
  return dot != std::string_view::npos && is_toplabel(literal.substr(dot + 1));
}

// RFC 7208 §5.6: a decimal number without leading zeros, at most `max`.
std::optional<unsigned> parse_prefix(std::string_view digits, unsigned max) {
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  if (digits.front() == '0' && digits.size() > 1) return std::nullopt;
  if (!std::ranges::all_of(digits, base::is_digit)) return std::nullopt;
  const auto number = base::parse_number(digits);
  if (!number || *number > max) return std::nullopt;
  return static_cast<unsigned>(*number);
}

// RFC 7208 §12: dual-cidr-length, taken from the end of `text`. Digits after a slash are a prefix
// length and nothing else, for no domain-spec can end so.
bool take_dual_prefix(std::string_view& text, Term& term) {
  const auto take = [&](std::string_view slash, unsigned max, unsigned& prefix) {
    const std::size_t at = text.rfind(slash);
    if (at == std::string_view::npos) return true;
    const std::string_view digits = text.substr(at + slash.size());
    if (digits.empty() || !std::ranges::all_of(digits, base::is_digit)) return true;
    const auto number = parse_prefix(digits, max);
    if (!number) return false;
    prefix = *number;
    text.remove_suffix(text.size() - at);
    return true;
  };
  return take("//", 128, term.prefix6) && take("/", 32, term.prefix4);
}

// RFC 7208 §5.6: ip4 and ip6. `value` is what follows the colon.
bool parse_network(std::string_view value, Term& term) {
  const bool v4 = term.kind == Kind::ip4;
  const std::size_t slash = value.find('/');
  if (slash != std::string_view::npos) {
    const auto prefix = parse_prefix(value.substr(slash + 1), v4 ? 32 : 128);
    if (!prefix) return false;
    (v4 ? term.prefix4 : term.prefix6) = *prefix;
    value = value.substr(0, slash);
  }
  // An IPv6 network in IPv4-mapped form is one of IPv4 addresses to base::IpAddress; the colon
  // tells what was written.
  if (v4 == value.contains(':')) return false;
  term.address = base::IpAddress::parse(value);
  return term.address.has_value();
}

struct Name {
  std::string_view text;
  Kind kind;
};
constexpr Name names[] = {
    {"all", Kind::all}, {"include", Kind::include}, {"a", Kind::a},     {"mx", Kind::mx},
    {"ptr", Kind::ptr}, {"ip4", Kind::ip4},         {"ip6", Kind::ip6}, {"exists", Kind::exists},
};

std::optional<Qualifier> qualifier_of(char c) {
  switch (c) {
    case '+':
      return Qualifier::pass;
    case '-':
      return Qualifier::fail;
    case '~':
      return Qualifier::softfail;
    case '?':
      return Qualifier::neutral;
    default:
      return std::nullopt;
  }
}

// RFC 7208 §4.6.1: directive = [ qualifier ] mechanism.
std::optional<Term> parse_directive(std::string_view text) {
  Term term;
  term.text = text;
  if (const auto qualifier = qualifier_of(text.front())) {
    term.qualifier = *qualifier;
    text.remove_prefix(1);
  }
  const std::size_t name_end = std::min(text.find_first_of(":/"), text.size());
  const auto* const name = std::ranges::find_if(names, [&](const Name& candidate) {
    return base::equal_ignoring_case(candidate.text, text.substr(0, name_end));
  });
  if (name == std::ranges::end(names)) return std::nullopt;
  term.kind = name->kind;
  text.remove_prefix(name_end);

  if (term.kind == Kind::a || term.kind == Kind::mx) {
    if (!take_dual_prefix(text, term)) return std::nullopt;
  }
  if (text.empty()) {  // RFC 7208 §12: no argument.
    const bool optional = term.kind == Kind::all || term.kind == Kind::a || term.kind == Kind::mx ||
                          term.kind == Kind::ptr;
    return optional ? std::optional(term) : std::nullopt;
  }
  if (text.front() != ':' || term.kind == Kind::all) return std::nullopt;
  text.remove_prefix(1);
  if (term.kind == Kind::ip4 || term.kind == Kind::ip6) {
    return parse_network(text, term) ? std::optional(term) : std::nullopt;
  }
  term.domain_spec = text;
  return is_domain_spec(text) ? std::optional(term) : std::nullopt;
}

// RFC 7208 §12: name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ), before "=". Its length, or 0
// when the term is no modifier.
std::size_t modifier_name_length(std::string_view text) {
  if (!base::is_alpha(text.front())) return 0;
  std::size_t length = 1;
  while (length < text.size() &&
         (is_alnum(text[length]) || std::string_view("-_.").contains(text[length]))) {
    ++length;
  }
  return length < text.size() && text[length] == '=' ? length : 0;
}

// False when the syntax is wrong or redirect= or exp= comes again (RFC 7208 §6).
bool parse_modifier(std::string_view text, std::size_t name_length, Record& record) {
  const std::string_view name = text.substr(0, name_length);
  const std::string_view value = text.substr(name_length + 1);
  if (base::equal_ignoring_case(name, "redirect")) {
    if (record.redirect || !is_domain_spec(value)) return false;
    record.redirect = Term{.text = text,
                           .kind = Kind::redirect,
                           .qualifier = Qualifier::pass,
                           .domain_spec = value,
                           .address = {}};
    return true;
  }
  if (base::equal_ignoring_case(name, "exp")) {
    if (!record.explanation.empty() || !is_domain_spec(value)) return false;
    record.explanation = value;
    return true;
  }
  return is_macro_string(value, MacroUse::domain);
}

// True when an IPv6 `client` shares `prefix` bits with every ::ffff:a.b.c.d. With 96 or more it
// would be such an address itself, which is an IPv4 client (RFC 7208 §5).
bool is_near_mapped(const base::IpAddress& client, unsigned prefix) {
  if (prefix >= 96) return false;
  for (unsigned bit = 0; bit < prefix; ++bit) {
    const bool set = ((client.octets()[bit / 8] >> (7 - bit % 8)) & 1) != 0;
    if (set != (bit >= 80)) return false;
  }
  return true;
}

}  // namespace

bool costs_dns(Kind kind) { return kind != Kind::all && kind != Kind::ip4 && kind != Kind::ip6; }

bool matches_without_dns(const Term& term, const base::IpAddress& client) {
  using Family = base::IpAddress::Family;
  switch (term.kind) {
    case Kind::all:
      return true;
    case Kind::ip4:
      return term.address->shares_prefix(client, term.prefix4);
    case Kind::ip6:
      if (client.family() != Family::v6) return false;
      if (term.address->family() == Family::v4) return is_near_mapped(client, term.prefix6);
      return term.address->shares_prefix(client, term.prefix6);
    default:
      return false;
  }
}

bool is_spf_record(std::string_view text) {
  if (!base::equal_ignoring_case(text.substr(0, version.size()), version)) return false;
  return text.size() == version.size() || text[version.size()] == ' ';
}

base::Result<Record, std::string> parse_record(std::string_view text) {
  assert(is_spf_record(text));
  Record record;
  record.terms.reserve(8);  // Most have no more.
  bool all = false;
  std::string_view rest = text.substr(version.size());
  while (!rest.empty()) {
    const std::size_t start = rest.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    rest.remove_prefix(start);
    const std::string_view term_text = rest.substr(0, rest.find(' '));
    rest.remove_prefix(term_text.size());
    bool good = false;
    if (const std::size_t length = modifier_name_length(term_text)) {
      good = parse_modifier(term_text, length, record);
    } else if (const auto term = parse_directive(term_text)) {
      good = true;
      all |= term->kind == Kind::all;
      record.terms.push_back(*term);
    }
    if (!good) return std::unexpected(base::printable(term_text, quoted_octets_max));
  }
  if (all) record.redirect.reset();
  return record;
}

}  // namespace spf
