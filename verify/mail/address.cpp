// The From field decides whose policy is applied, so this parser has one rule: an address counts
// only when every reading of the field shows the same domain. First the grammar of RFC 5322 §3.4
// is tried as it stands. What does not fit it is accepted only in the shape that careless software
// writes all the time, "Some, text <user@example.com>", and only when no other domain appears
// anywhere in it. All else is FromFault::malformed.
#include "verify/mail/address.hpp"

#include <algorithm>
#include <cstdint>

#include "verify/base/text.hpp"

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

// Words joined by dots: local-part and domain share the shape (RFC 5322 §3.4.1, obsolete forms of
// §4.4 with CFWS around the dots included).
template <class ReadPart>
std::optional<std::string> read_dotted(Cursor& cursor, ReadPart read_part) {
  std::optional<std::string> whole = read_part();
  while (whole && cursor.take('.')) {
    const std::optional<std::string> part = read_part();
    if (!part) return std::nullopt;
    *whole += '.' + *part;
  }
  return whole;
}

// addr-spec; a domain-literal or a name that is no domain gives nothing.
std::optional<Address> read_addr_spec(Cursor& cursor) {
  const std::size_t start = cursor.position();
  auto local_part = read_dotted(cursor, [&] { return cursor.read_word(); });
  if (local_part && local_part->size() <= local_part_octets_max && cursor.take('@')) {
    const auto name = read_dotted(cursor, [&] { return cursor.read_atom(); });
    const auto domain = name ? base::Domain::parse(*name) : std::nullopt;
    if (domain) return Address{*std::move(local_part), *domain};
  }
  cursor.go_back(start);
  return std::nullopt;
}

// obs-route = "@" domain *("," "@" domain) ":" (RFC 5322 §4.4)
bool skip_route(Cursor& cursor) {
  if (cursor.next() != '@') return true;
  while (true) {
    while (cursor.take(',')) {
    }
    if (!cursor.take('@')) break;
    if (!read_dotted(cursor, [&] { return cursor.read_atom(); })) return false;
  }
  return cursor.take(':');
}

std::optional<Address> read_angle_addr(Cursor& cursor) {
  const std::size_t start = cursor.position();
  if (cursor.take('<') && skip_route(cursor)) {
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
// mailers do write it and no other reading names a mailbox.
std::optional<Address> read_mailbox(Cursor& cursor) {
  const std::size_t start = cursor.position();
  if (auto address = read_addr_spec(cursor)) return address;
  while (cursor.read_quoted_string()) {
  }
  if (auto address = read_addr_spec(cursor)) return address;
  cursor.go_back(start);
  skip_phrase(cursor);
  return read_angle_addr(cursor);
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

// group = display-name ":" [group-list] ";" (RFC 5322 §3.4; allowed in From by RFC 6854)
bool read_group(Cursor& cursor, std::vector<Address>& addresses) {
  const std::size_t start = cursor.position();
  skip_phrase(cursor);
  if (cursor.position() != start && cursor.take(':') && read_mailbox_list(cursor, ';', addresses) &&
      cursor.take(';')) {
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

// True when each "@" in `text` is followed by `domain` and nothing that could lengthen it.
bool names_only(std::string_view text, const base::Domain& domain) {
  while (true) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return true;
    text.remove_prefix(at + 1);
    const auto is_name_octet = [](char c) { return is_atext(c) || c == '.'; };
    const auto end = std::ranges::find_if_not(text, is_name_octet);
    const auto name = base::Domain::parse(std::string_view(text.begin(), end));
    if (name != domain) return false;
  }
}

bool decodes_to_at(std::string_view base64) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    if ((bits >> count & 0xFF) == '@') return true;
  }
  return false;
}

// True when an encoded-word holds an "@". RFC 2047 §6.2 wants the field parsed before its words are
// decoded; a reader who does it the other way round finds another address there.
bool hides_address(std::string_view value) {
  while (true) {
    const std::size_t start = value.find("=?");
    if (start == std::string_view::npos) return false;
    value.remove_prefix(start + 2);
    const std::size_t charset = value.find('?');
    if (charset == std::string_view::npos || charset + 3 > value.size()) return false;
    const bool is_base64 = value[charset + 1] == 'B' || value[charset + 1] == 'b';
    value.remove_prefix(charset + 3);
    const std::string_view word = value.substr(0, value.find('?'));
    if (is_base64 ? decodes_to_at(word) : word.contains("=40")) return true;
    value.remove_prefix(word.size());
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
  if (!names_only(value, address->domain) || hides_address(value)) return std::nullopt;
  return address;
}

bool has_control_characters(std::string_view value) {
  return std::ranges::any_of(value, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !base::is_space(c)) || c == '\x7F';
  });
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
  auto addresses = parse_strictly(value);
  if (!addresses) {
    const auto address = parse_careless(value);
    if (!address) return std::unexpected(FromFault::malformed);
    return std::vector{*address};
  }
  if (addresses->empty()) return std::unexpected(FromFault::no_domain);
  return *std::move(addresses);
}

Authors find_authors(const Headers& headers) {
  const auto fields = headers.named("From");
  if (fields.empty()) return {{}, FromFault::missing};
  if (fields.size() > 1) return {{}, FromFault::repeated};
  auto addresses = parse_from(fields.front()->value);
  if (!addresses) return {{}, addresses.error()};
  const auto is_other = [&](const Address& a) { return a.domain != addresses->front().domain; };
  const bool several = std::ranges::any_of(*addresses, is_other);
  return {*std::move(addresses),
          several ? std::optional(FromFault::several_domains) : std::nullopt};
}

std::string_view name(FromFault fault) {
  switch (fault) {
    case FromFault::missing:
      return "missing";
    case FromFault::repeated:
      return "repeated";
    case FromFault::malformed:
      return "malformed";
    case FromFault::no_domain:
      return "no_domain";
    case FromFault::several_domains:
      return "several_domains";
  }
  return "malformed";
}

}  // namespace mail
