// The From field decides whose policy is applied, so this parser has one rule: an address counts
// only when every reading of the field shows the same domain. First the grammar of RFC 5322 §3.4
// is tried as it stands, without what others are known to read otherwise: source routes, specials
// in a quoted local part, gaps in a domain (docs/decisions/0010). What does not fit it is accepted
// only in the shape that careless software writes all the time, "Some, text <user@example.com>",
// and only when no other domain appears anywhere in it. All else is FromFault::malformed.
#include "verify/mail/address.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "verify/mail/second_reading.hpp"

namespace mail {

namespace {

constexpr std::size_t addresses_max = 100;
constexpr std::size_t local_part_octets_max = 1000;  // RFC 5321 says 64; long ones exist (VERP).

// RFC 5322 §3.2.3; octets above 127 by RFC 6532 §3.2.
bool is_atext(char c) {
  return base::is_alpha(c) || base::is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
}

// Reads one From value from left to right. Every read_…() either takes what it names and the CFWS
// after it, or leaves the position alone and returns nothing.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  void go_back(std::size_t position) { position_ = position; }
  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
  [[nodiscard]] char next() const { return at_end() ? '\0' : text_[position_]; }
  // What was read since that position.
  [[nodiscard]] std::string_view since(std::size_t position) const {
    return text_.substr(position, position_ - position);
  }

  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    skip_cfws();
    return true;
  }

  // Comments, blanks and folds (RFC 5322 §3.2.2). An unclosed comment is not skipped.
  void skip_cfws() {
    while (!at_end()) {
      if (base::is_space(next())) {
        ++position_;
      } else if (next() != '(' || !skip_comment()) {
        return;
      }
    }
  }

  std::optional<std::string> read_atom() {
    const std::size_t start = position_;
    while (!at_end() && is_atext(next()))
      ++position_;
    if (position_ == start) return std::nullopt;
    std::string atom(text_.substr(start, position_ - start));
    skip_cfws();
    return atom;
  }

  // dot-atom-text (RFC 5322 §3.2.3), and dots elsewhere; without the CFWS behind it.
  std::string_view read_dotted() {
    const std::size_t start = position_;
    while (!at_end() && (is_atext(next()) || next() == '.'))
      ++position_;
    return since(start);
  }

  std::optional<std::string> read_quoted_string() {  // RFC 5322 §3.2.4, unquoted.
    if (next() != '"') return std::nullopt;
    std::string content;
    for (std::size_t i = position_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        position_ = i + 1;
        skip_cfws();
        return content;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      content += text_[i];
    }
    return std::nullopt;
  }

  std::optional<std::string> read_word() {
    return next() == '"' ? read_quoted_string() : read_atom();
  }

 private:
  bool skip_comment() {
    std::size_t depth = 0;
    for (std::size_t i = position_; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '(') {
        ++depth;
      } else if (text_[i] == ')' && --depth == 0) {
        position_ = i + 1;
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

// local-part, with CFWS around its dots (RFC 5322 §4.4). Dots may stand anywhere: the grammar does
// not allow "a..b" and "a.", but carriers have given out millions of such addresses.
std::optional<std::string> read_local_part(Cursor& cursor) {
  std::string whole;
  bool has_word = false;
  for (bool after_word = false;;) {
    if (cursor.take('.')) {
      whole += '.';
      after_word = false;
      continue;
    }
    const auto word = after_word ? std::nullopt : cursor.read_word();
    if (!word) break;
    whole += *word;
    after_word = has_word = true;
  }
  if (!has_word || whole.size() > local_part_octets_max) return std::nullopt;
  return whole;
}

// addr-spec; a domain-literal or a name that is no domain gives nothing. Nor does a gap within the
// domain (obs-domain): there a careless reader's name ends.
std::optional<Address> read_addr_spec(Cursor& cursor) {
  const std::size_t start = cursor.position();
  auto local_part = read_local_part(cursor);
  if (local_part && cursor.take('@')) {
    const auto domain = base::Domain::parse(cursor.read_dotted());
    if (domain && is_clear_addr_spec(cursor.since(start))) {
      cursor.skip_cfws();
      if (cursor.next() != '.') return Address{*std::move(local_part), *domain};
    }
  }
  cursor.go_back(start);
  return std::nullopt;
}

std::optional<Address> read_angle_addr(Cursor& cursor) {
  const std::size_t start = cursor.position();
  if (cursor.take('<')) {
    auto address = read_addr_spec(cursor);
    if (address && cursor.take('>')) return address;
  }
  cursor.go_back(start);
  return std::nullopt;
}

// obs-phrase: words and dots.
void skip_phrase(Cursor& cursor) {
  while (cursor.read_word() || cursor.take('.')) {
  }
}

// mailbox = name-addr / addr-spec. Beyond the grammar, "quoted text" user@example.com is taken, as
// mailers do write it, when the text names no other domain.
std::optional<Address> read_mailbox(Cursor& cursor) {
  const std::size_t start = cursor.position();
  if (auto address = read_addr_spec(cursor)) return address;
  while (cursor.read_quoted_string()) {
  }
  const std::string_view quoted = cursor.since(start);
  if (auto address = read_addr_spec(cursor)) {
    if (!names_other_domain(quoted, address->domain)) return address;
    cursor.go_back(start);
    return std::nullopt;
  }
  cursor.go_back(start);
  skip_phrase(cursor);
  const std::string_view name = cursor.since(start);
  auto address = read_angle_addr(cursor);
  if (address && closes_other_address(name, address->domain)) return std::nullopt;
  return address;
}

// Mailboxes up to `end` ('\0' for the end of the value); empty elements are obsolete but legal.
bool read_mailbox_list(Cursor& cursor, char end, std::vector<Address>& addresses) {
  while (true) {
    while (cursor.take(',')) {
    }
    if (end == '\0' ? cursor.at_end() : cursor.next() == end) return true;
    const std::size_t start = cursor.position();
    auto address = read_mailbox(cursor);
    if (!address || addresses.size() == addresses_max) {
      cursor.go_back(start);
      return false;
    }
    addresses.push_back(*std::move(address));
    if (cursor.next() != ',') return end == '\0' ? cursor.at_end() : cursor.next() == end;
  }
}

// group = display-name ":" [group-list] ";" (RFC 5322 §3.4; allowed in From by RFC 6854). A name
// that has an address in it is one to readers who know no groups.
bool read_group(Cursor& cursor, std::vector<Address>& addresses) {
  const std::size_t start = cursor.position();
  skip_phrase(cursor);
  if (cursor.position() != start && !shows_address(cursor.since(start)) && cursor.take(':') &&
      read_mailbox_list(cursor, ';', addresses) && cursor.take(';')) {
    return true;
  }
  cursor.go_back(start);
  return false;
}

// address-list by the grammar, or nothing.
std::optional<std::vector<Address>> parse_strictly(std::string_view value) {
  Cursor cursor(value);
  std::vector<Address> addresses;
  cursor.skip_cfws();
  while (true) {
    while (cursor.take(',')) {
    }
    if (cursor.at_end()) return addresses;
    const std::size_t found = addresses.size();
    if (!read_group(cursor, addresses)) {
      addresses.erase(addresses.begin() + static_cast<std::ptrdiff_t>(found), addresses.end());
      auto address = read_mailbox(cursor);
      if (!address || addresses.size() == addresses_max) return std::nullopt;
      addresses.push_back(*std::move(address));
    }
    if (!cursor.at_end() && cursor.next() != ',') return std::nullopt;
  }
}

// "Any text <user@example.com>" where the text names no other domain: see the top of this file.
std::optional<Address> parse_careless(std::string_view value) {
  const std::size_t open = value.find('<');
  if (open == std::string_view::npos || value.find('<', open + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  Cursor cursor(value.substr(open));
  const auto address = read_angle_addr(cursor);
  if (!address || !cursor.at_end() || value.substr(0, open).contains('>')) return std::nullopt;
  if (names_other_domain(value, address->domain) || hides_address(value)) return std::nullopt;
  return address;
}

constexpr char escape_octet = '\x1B';

bool has_control_characters(std::string_view value) {
  return std::ranges::any_of(value, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !base::is_space(c) && c != escape_octet) ||
           c == '\x7F';
  });
}

bool are_of_several_domains(const std::vector<Address>& addresses) {
  return std::ranges::any_of(
      addresses, [&](const Address& each) { return each.domain != addresses.front().domain; });
}

std::optional<std::vector<Address>> parse_plain(std::string_view value) {
  auto addresses = parse_strictly(value);
  if (addresses && !are_of_several_domains(*addresses)) return addresses;
  // Also "Sales @ Acme, Inc. <user@example.com>", which the grammar takes for two addresses.
  if (auto address = parse_careless(value)) return std::vector{*std::move(address)};
  return addresses;
}

// A value with escape characters, which are part of obs-qtext (RFC 5322 §4.1): names in raw
// ISO-2022-JP. Readers differ in whether they know the charset, so all must show one domain.
std::optional<std::vector<Address>> parse_shifted(std::string_view value) {
  auto addresses = parse_plain(without_shifts(value));
  if (!addresses || addresses->empty()) return std::nullopt;
  const bool in_local_part = std::ranges::any_of(
      *addresses, [](const Address& address) { return address.local_part.contains(shifted_mark); });
  if (in_local_part || names_other_domain(value, addresses->front().domain)) return std::nullopt;
  return addresses;
}

}  // namespace

std::optional<Address> parse_path(std::string_view text) {
  text = base::trim(text);
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  if (text.starts_with('@')) {  // RFC 5321 §4.1.2: A-d-l ":", to be ignored.
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    text.remove_prefix(colon + 1);
  }
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  std::string local_part(text.substr(0, at));
  if (local_part.starts_with('"')) {
    Cursor cursor(local_part);
    const auto unquoted = cursor.read_quoted_string();
    if (!unquoted || !cursor.at_end()) return std::nullopt;
    local_part = *unquoted;
  }
  const auto domain = base::Domain::parse(text.substr(at + 1));
  if (!domain) return std::nullopt;
  return Address{std::move(local_part), *domain};
}

base::Result<std::vector<Address>, FromFault> parse_from(std::string_view value) {
  if (has_control_characters(value)) return std::unexpected(FromFault::malformed);
  auto addresses = value.contains(escape_octet) ? parse_shifted(value) : parse_plain(value);
  // "MAILER-DAEMON <>", bare words: what shows no address cannot show another's.
  const bool without = addresses ? addresses->empty() : !shows_address(value);
  if (without) return std::unexpected(FromFault::no_domain);
  if (!addresses) return std::unexpected(FromFault::malformed);
  return *std::move(addresses);
}

Authors find_authors(const Headers& headers) {
  const auto fields = headers.named("From");
  if (fields.empty()) return {{}, FromFault::missing};
  if (fields.size() > 1) return {{}, FromFault::repeated};
  auto addresses = parse_from(fields.front()->value);
  if (!addresses) return {{}, addresses.error()};
  const bool several = are_of_several_domains(*addresses);
  return {*std::move(addresses),
          several ? std::optional(FromFault::several_domains) : std::nullopt};
}

}  // namespace mail
