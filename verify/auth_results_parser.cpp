#include "verify/auth_results_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/domain.hpp"
#include "base/text.hpp"

namespace verify {

namespace {

constexpr std::string_view tspecials = "()<>@,;:\\\"/[]?=";  // RFC 2045 §5.1

bool is_control(char c) noexcept { return (c >= 0 && c < ' ') || c == '\x7F'; }
bool is_ascii_token_char(char c) noexcept {
  return c > ' ' && c < '\x7F' && !tspecials.contains(c);
}
// UTF-8 is part of a word in internationalized mail (RFC 6532 §3.2).
bool is_8bit(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }
bool is_token_char(char c) noexcept { return is_ascii_token_char(c) || is_8bit(c); }
bool is_keyword_char(char c) noexcept {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
}
// A pvalue may be an address (RFC 8601 §2.2), whose local-part has more characters than a token.
bool is_pvalue_char(char c) noexcept {
  return is_token_char(c) || std::string_view("@/:=?").contains(c);
}

// Reads a structured field from left to right. What cannot be read is not passed over: the
// position stays before it, where nothing else fits either.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] bool at(char c) const noexcept { return rest_.starts_with(c); }

  bool take(char c) noexcept {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // As take(), with CFWS on both sides.
  bool take_amid_cfws(char c) noexcept {
    skip_cfws();
    if (!take(c)) return false;
    skip_cfws();
    return true;
  }

  // RFC 5322 §3.2.2: white space, folds and nested comments. True when there were any.
  bool skip_cfws() noexcept {
    const std::size_t before = rest_.size();
    while (!rest_.empty()) {
      if (base::is_space(rest_.front())) {
        rest_.remove_prefix(1);
      } else if (!skip_comment()) {
        break;
      }
    }
    return rest_.size() != before;
  }

  std::string_view run(bool (*belongs)(char)) noexcept {
    const auto end = std::ranges::find_if_not(rest_, belongs);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return word;
  }

  // RFC 5322 §3.2.4: the content, unquoted and unfolded.
  std::optional<std::string> quoted_string() {
    std::string content;
    for (std::size_t i = 1; at('"') && i < rest_.size(); ++i) {
      char c = rest_[i];
      if (c == '"') {
        rest_.remove_prefix(i + 1);
        return content;
      }
      if (c == '\r' || c == '\n') continue;
      if (c == '\\' && ++i < rest_.size()) c = rest_[i];
      if (is_control(c) && c != '\t') return std::nullopt;
      content += c;
    }
    return std::nullopt;
  }

 private:
  bool skip_comment() noexcept {
    std::size_t depth = 0;
    for (std::size_t i = 0; at('(') && i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (is_control(c) && !base::is_space(c)) return false;
      if (c == '\\') {
        ++i;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  std::string_view rest_;
};

std::optional<std::string> read_word(Scanner& scanner, bool (*belongs)(char)) {
  if (scanner.at('"')) return scanner.quoted_string();
  const std::string_view word = scanner.run(belongs);
  if (word.empty()) return std::nullopt;
  return std::string(word);
}

// What stands before the first semicolon.
struct Head {
  std::string authserv_id;
  std::optional<std::uint64_t> version;  // Nothing for a number nobody could mean.
  bool strict = true;                    // Follows the grammar to the letter.
};

bool is_number(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, base::is_digit);
}

std::optional<Head> read_head(Scanner& scanner) {
  scanner.skip_cfws();
  const std::optional<std::string> id = read_word(scanner, is_token_char);
  if (!id || base::trim(*id).empty()) return std::nullopt;
  Head head{.authserv_id = std::string(base::trim(*id)), .version = 1};
  // "/" was part of the name until RFC 8601 took the MIME token; older ids may go on after it.
  while (scanner.take('/')) {
    scanner.run(is_token_char);
    head.strict = false;
  }
  const bool gap = scanner.skip_cfws();
  if (scanner.at_end() || scanner.at(';')) return head;
  if (!gap) return std::nullopt;
  std::string_view word = scanner.run(is_token_char);
  if (is_number(word)) {
    head.version = base::parse_number(word);
    scanner.skip_cfws();
    if (scanner.at_end() || scanner.at(';')) return head;
    word = scanner.run(is_token_char);
  }
  // A result at once: the semicolon was forgotten. Any other word makes no sense here.
  head.strict = false;
  scanner.skip_cfws();
  if (word.empty() || (!scanner.at('=') && !scanner.at('/'))) return std::nullopt;
  return head;
}

std::string comparable(std::string_view id) {
  std::string text;
  std::ranges::remove_copy_if(id, std::back_inserter(text), base::is_space);
  while (text.ends_with('.'))
    text.pop_back();
  return text;
}

bool same_id(std::string_view a, std::string_view b) {
  const std::string left = comparable(a);
  const std::string right = comparable(b);
  if (base::equal_ignoring_case(left, right)) return true;
  // RFC 8601 §5: A-labels and U-labels are the same name.
  const auto domain = base::Domain::parse(left);
  return domain && domain == base::Domain::parse(right);
}

// How many octets at the front of `text` show nothing: a blank of Unicode's beside those of ASCII
// (White_Space), or a character without width. A reader may pass over either as over white space.
std::size_t unseen_length(std::string_view text) noexcept {
  constexpr std::string_view pairs[] = {"\xC2\x85", "\xC2\xA0", "\xC2\xAD", "\xCD\x8F", "\xD8\x9C"};
  for (const std::string_view pair : pairs) {
    if (text.starts_with(pair)) return pair.size();
  }
  constexpr std::pair<std::string_view, std::string_view> ranges[] = {
      {"\xE1\x85\x9F", "\xE1\x85\xA0"},   // U+115F, U+1160: Hangul fillers
      {"\xE1\x9A\x80", "\xE1\x9A\x80"},   // U+1680
      {"\xE1\xA0\x8B", "\xE1\xA0\x8F"},   // U+180B to U+180F
      {"\xE2\x80\x80", "\xE2\x80\x8F"},   // U+2000 to U+200F
      {"\xE2\x80\xA8", "\xE2\x80\xAF"},   // U+2028 to U+202F
      {"\xE2\x81\x9F", "\xE2\x81\xAF"},   // U+205F to U+206F
      {"\xE3\x80\x80", "\xE3\x80\x80"},   // U+3000
      {"\xE3\x85\xA4", "\xE3\x85\xA4"},   // U+3164
      {"\xEF\xB8\x80", "\xEF\xB8\x8F"},   // U+FE00 to U+FE0F: variation selectors
      {"\xEF\xBB\xBF", "\xEF\xBB\xBF"},   // U+FEFF
      {"\xEF\xBE\xA0", "\xEF\xBE\xA0"}};  // U+FFA0
  const std::string_view three = text.substr(0, 3);
  const bool unseen = three.size() == 3 && std::ranges::any_of(ranges, [&](const auto& range) {
                        return three >= range.first && three <= range.second;
                      });
  return unseen ? three.size() : 0;
}

std::size_t octets_8bit(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_8bit) - text.begin());
}

// `text` cut at what `passed_over` finds at its front, and all of it with that left out.
std::vector<std::string> readings(std::string_view text,
                                  std::size_t (*passed_over)(std::string_view) noexcept) {
  std::vector<std::string> pieces(1);
  std::string whole;
  while (!text.empty()) {
    const std::size_t gap = passed_over(text);
    if (gap > 0) {
      if (!pieces.back().empty()) pieces.emplace_back();
    } else {
      pieces.back() += text.front();
      whole += text.front();
    }
    text.remove_prefix(std::max<std::size_t>(gap, 1));
  }
  pieces.push_back(std::move(whole));
  return pieces;
}

// True when a reader who passes over what shows nothing, or over octets that are not ASCII, finds
// `own` in `id`.
bool hides_id(const std::string& own, const std::string& id) {
  if (std::ranges::none_of(id, is_8bit)) return false;
  for (const auto passed_over : {unseen_length, octets_8bit}) {
    const std::vector<std::string> found = readings(id, passed_over);
    if (std::ranges::any_of(
            found, [&](const std::string& one) { return !one.empty() && same_id(own, one); })) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> read_keyword(Scanner& scanner) {
  const std::string_view word = scanner.run(is_keyword_char);
  if (word.empty()) return std::nullopt;
  return base::to_lower(word);
}

// pvalue, or the value of a reason: "x", "x@example.com", x@example.com; <x@example.com> is Zoho's.
std::optional<std::string> read_value(Scanner& scanner) {
  if (scanner.take('<')) {
    const std::string_view address = scanner.run(is_pvalue_char);
    if (!address.contains('@') || !scanner.take('>')) return std::nullopt;
    return std::string(address);
  }
  const bool quoted = scanner.at('"');
  std::optional<std::string> value = read_word(scanner, is_pvalue_char);
  if (value && quoted && scanner.take('@')) {
    const std::string_view domain = scanner.run(is_token_char);
    if (domain.empty()) return std::nullopt;
    value->append("@").append(domain);
  }
  return value;
}

// One propspec, or the reasonspec in front of them.
bool read_property(Scanner& scanner, ResInfo& info) {
  Property property;
  std::optional<std::string> word = read_keyword(scanner);
  if (!word) return false;
  if (scanner.take_amid_cfws('.')) {
    property.type = std::exchange(*word, {});
    word = read_keyword(scanner);
    if (!word) return false;
  }
  if (!scanner.take_amid_cfws('=')) return false;
  std::optional<std::string> value = read_value(scanner);
  if (!value) return false;
  if (property.type.empty() && *word == "reason" && info.properties.empty()) {
    info.reason = *std::move(value);
    return true;
  }
  property.name = *std::move(word);
  property.value = *std::move(value);
  info.properties.push_back(std::move(property));
  return true;
}

// What follows a result, up to the semicolon or the end.
bool read_properties(Scanner& scanner, ResInfo& info) {
  while (true) {
    const bool gap = scanner.skip_cfws();
    if (scanner.at_end() || scanner.at(';')) return true;
    if (!gap || !read_property(scanner, info)) return false;
  }
}

// Exim's ARC-Authentication-Results begin with the client's address, which belongs to no method:
// "i=1; mx.example.org; smtp.remote-ip=192.0.2.1; spf=pass …".
bool is_bare_property(Scanner scanner) {
  const std::optional<std::string> word = read_keyword(scanner);
  return word && (scanner.at('.') || (*word == "remote-ip" && scanner.at('=')));
}

bool skip_bare_properties(Scanner& scanner) {
  ResInfo unused;
  return read_property(scanner, unused) && read_properties(scanner, unused);
}

// methodspec (RFC 8601 §2.2) and what belongs to it.
std::optional<ResInfo> read_resinfo(Scanner& scanner, std::string method) {
  ResInfo info{.method = std::move(method), .result = {}, .reason = {}, .properties = {}};
  // RFC 8601 §2.6: a method version other than 1 may mean anything.
  if (scanner.take_amid_cfws('/') && scanner.run(base::is_digit) != "1") return std::nullopt;
  if (!scanner.take_amid_cfws('=')) return std::nullopt;
  const std::optional<std::string> result = read_keyword(scanner);
  if (!result) return std::nullopt;
  info.result = *result;
  if (!read_properties(scanner, info)) return std::nullopt;
  return info;
}

// "example.com", "a@example.com", "<a@example.com>".
std::optional<base::Domain> from_domain(std::string_view value) {
  if (value.starts_with('<') && value.ends_with('>')) value = value.substr(1, value.size() - 2);
  return base::Domain::parse(value.substr(value.rfind('@') + 1));  // npos is -1.
}

}  // namespace

std::optional<AuthResults> parse_auth_results(std::string_view value) {
  Scanner scanner(value);
  std::optional<Head> head = read_head(scanner);
  if (!head || !head->strict || head->version != 1) return std::nullopt;
  AuthResults found{.authserv_id = std::move(head->authserv_id), .results = {}};
  bool skipped = false;
  while (scanner.take(';')) {
    scanner.skip_cfws();
    if (found.results.empty() && !skipped && is_bare_property(scanner)) {
      if (!skip_bare_properties(scanner)) return std::nullopt;
      skipped = true;
      continue;
    }
    std::optional<std::string> method = read_keyword(scanner);
    if (!method) return std::nullopt;
    scanner.skip_cfws();
    // no-result: nothing may stand beside it.
    if (*method == "none" && scanner.at_end() && found.results.empty()) return found;
    std::optional<ResInfo> info = read_resinfo(scanner, *std::move(method));
    if (!info) return std::nullopt;
    found.results.push_back(*std::move(info));
  }
  if (!scanner.at_end() || found.results.empty()) return std::nullopt;
  return found;
}

std::optional<base::Domain> find_dmarc_pass(std::string_view arc_results) {
  const std::size_t end = arc_results.find(';');
  if (end == std::string_view::npos) return std::nullopt;
  const std::optional<AuthResults> found = parse_auth_results(arc_results.substr(end + 1));
  if (!found) return std::nullopt;
  const ResInfo* dmarc = nullptr;
  for (const ResInfo& info : found->results) {
    if (info.method != "dmarc") continue;
    if (dmarc != nullptr) return std::nullopt;
    dmarc = &info;
  }
  if (dmarc == nullptr || dmarc->result != "pass") return std::nullopt;
  // RFC 9989 §9 wants the domain alone; some write the address, or say it twice.
  std::optional<base::Domain> from;
  for (const Property& property : dmarc->properties) {
    if (property.type != "header" || property.name != "from") continue;
    const auto domain = from_domain(property.value);
    if (!domain || (from && *from != *domain)) return std::nullopt;
    from = domain;
  }
  return from;
}

std::optional<std::string> authserv_id_of(std::string_view value) {
  Scanner scanner(value);
  std::optional<Head> head = read_head(scanner);
  if (!head) return std::nullopt;
  return std::move(head->authserv_id);
}

bool must_be_removed(std::string_view value, std::span<const std::string> own_ids) {
  Scanner scanner(value);
  const std::optional<Head> head = read_head(scanner);
  if (!head || head->version != 1) return true;
  return std::ranges::any_of(own_ids, [&](const std::string& own) {
    return same_id(own, head->authserv_id) || hides_id(own, head->authserv_id);
  });
}

bool must_be_removed(std::string_view value, const std::string& own_id) {
  return must_be_removed(value, std::span(&own_id, 1));
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_ascii_token_char);
}

}  // namespace verify
