#include "verify/mail/received.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "verify/base/text.hpp"

namespace mail {

namespace {

// Of a field that is looked at: more than three texts of the client's, of a command line each.
constexpr std::size_t field_octets_max = 10'000;

// Octets of the quoted-string (RFC 5321 §4.1.2) that `text` begins with; nothing when it does not
// end.
std::optional<std::size_t> quoted_octets(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return std::nullopt;
}

// Reads the clause from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  void skip_space() {
    while (!rest_.empty() && base::is_space(rest_.front()))
      rest_.remove_prefix(1);
  }

  [[nodiscard]] bool at(char c) const { return rest_.starts_with(c); }

  // Up to white space, a quote, a parenthesis or a semicolon.
  std::string_view word() {
    const std::string_view found = rest_.substr(0, rest_.find_first_of(" \t\r\n\"();"));
    rest_.remove_prefix(found.size());
    return found;
  }

  void skip_octet() { rest_.remove_prefix(1); }

  // False when it does not end.
  bool skip_quoted() {
    const auto octets = quoted_octets(rest_);
    rest_.remove_prefix(octets.value_or(rest_.size()));
    return octets.has_value();
  }

  // The content of a comment, with those inside it. Nothing when it does not end, and when it has a
  // quoted-pair: no MTA writes one, but in the reverse-path that Exim gives as it came.
  std::optional<std::string_view> comment() {
    const bool has_path = rest_.starts_with("(envelope-from ");
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest_.size() && rest_[i] != '\\'; ++i) {
      if (has_path && rest_[i] == '"') {
        const auto octets = quoted_octets(rest_.substr(i));
        if (!octets) return std::nullopt;
        i += *octets - 1;
        continue;
      }
      if (rest_[i] == '(') ++depth;
      if (rest_[i] == ')' && --depth == 0) {
        const std::string_view content = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return content;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

// True when the rest of the field, after the server's own "by", can be read and has no other: a
// HELO name with blanks in it could bring a clause of its own, and the server's would then follow.
// Addresses in it are a stranger's text, too, so what is quoted in them does not count.
bool is_rest(Cursor cursor) {
  while (!cursor.at_end()) {
    if (cursor.at('(')) {
      if (!cursor.comment()) return false;
    } else if (cursor.at('"')) {
      if (!cursor.skip_quoted()) return false;
    } else if (const std::string_view word = cursor.word(); word.empty()) {
      cursor.skip_octet();
    } else if (base::equal_ignoring_case(word, "by")) {
      return false;
    }
  }
  return true;
}

// "from" word comment… "by" …, and no second "by".
struct FromClause {
  std::string_view name;
  std::vector<std::string_view> comments;
};

std::optional<FromClause> read_clause(std::string_view value) {
  if (value.size() > field_octets_max) return std::nullopt;
  Cursor cursor(base::trim(value));
  if (!base::equal_ignoring_case(cursor.word(), "from")) return std::nullopt;
  cursor.skip_space();
  FromClause clause;
  clause.name = cursor.word();
  if (clause.name.empty()) return std::nullopt;
  cursor.skip_space();
  while (cursor.at('(')) {
    const auto comment = cursor.comment();
    if (!comment) return std::nullopt;
    clause.comments.push_back(*comment);
    cursor.skip_space();
  }
  if (!base::equal_ignoring_case(cursor.word(), "by") || !is_rest(cursor)) return std::nullopt;
  return clause;
}

// "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3), or without "IPv6:", as Exim writes it.
std::optional<base::IpAddress> parse_literal(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  constexpr std::string_view tag = "IPv6:";
  if (base::equal_ignoring_case(text.substr(0, tag.size()), tag)) text.remove_prefix(tag.size());
  return base::IpAddress::parse(text);
}

std::string_view last_word(std::string_view text) {
  text = base::trim(text);
  const std::size_t blank = text.find_last_of(" \t\r\n");
  return blank == std::string_view::npos ? text : text.substr(blank + 1);
}

// The value of Exim's "helo=…". Nothing also when there are two: an ident answer may hold one.
std::optional<std::string_view> helo_in(std::string_view comment) {
  constexpr std::string_view key = "helo=";
  const std::size_t at = comment.find(key);
  if (at == std::string_view::npos || comment.find(key, at + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  if (at != 0 && !base::is_space(comment[at - 1])) return std::nullopt;
  std::string_view value = comment.substr(at + key.size());
  value = value.substr(0, value.find_first_of(" \t\r\n"));
  if (value.find_first_of("()") != std::string_view::npos) return std::nullopt;
  return value;
}

// Postfix, Sendmail: "helo (name [192.0.2.1])"; Sendmail may put "user@" before the name, and
// "(may be forged)" behind. Exim: "name ([192.0.2.1] helo=helo)", "name ([192.0.2.1])".
std::optional<ReceivedFrom> read_bracketed(std::string_view name, std::string_view comment) {
  const std::size_t start = comment.find('[');
  const std::size_t end = comment.find(']', start);
  if (end == std::string_view::npos) return std::nullopt;
  const auto client = parse_literal(comment.substr(start, end + 1 - start));
  const std::string_view before = comment.substr(0, start);
  const std::string_view after = comment.substr(end + 1);
  // What Exim writes as "key=value" may be the client's own text.
  if (!client || before.find_first_of("=()") != std::string_view::npos) return std::nullopt;
  if (start == 0 && after.contains('=')) {
    const auto helo = helo_in(after);
    if (!helo) return std::nullopt;
    return ReceivedFrom{*client, std::string(name), std::string(*helo)};
  }
  if (after.contains('[') || after.contains('=')) return std::nullopt;
  std::string_view reverse = last_word(before);
  reverse.remove_prefix(reverse.rfind('@') + 1);  // rfind() gives npos, which is -1, without "@".
  return ReceivedFrom{*client, std::string(reverse), std::string(name)};
}

// Exim, for a client without a name: "[192.0.2.1] (helo=helo)", "[192.0.2.1] (port=25 helo=helo)".
// In front of any other comment "[192.0.2.1]" is what the client called itself.
std::optional<ReceivedFrom> read_nameless(std::string_view literal, std::string_view comment) {
  if (!comment.starts_with("helo=") && !comment.starts_with("port=")) return std::nullopt;
  if (!literal.ends_with(']')) literal = literal.substr(0, literal.rfind(':'));  // "[…]:1234"
  const auto client = parse_literal(literal);
  const auto helo = helo_in(comment);
  if (!client || !helo) return std::nullopt;
  return ReceivedFrom{*client, {}, std::string(*helo)};
}

}  // namespace

std::optional<ReceivedFrom> parse_received(std::string_view value) {
  const std::optional<FromClause> clause = read_clause(value);
  if (!clause || clause->comments.empty()) return std::nullopt;
  const std::string_view comment = clause->comments.front();
  // The first comment may be the client's own text, and the server's the one behind it. Not so what
  // Postfix says about the client's certificate.
  const bool in_doubt =
      std::any_of(clause->comments.begin() + 1, clause->comments.end(), [](std::string_view other) {
        return other.contains('[') && !other.starts_with("Client CN ");
      });
  if (in_doubt) return std::nullopt;
  if (auto found = read_nameless(clause->name, comment)) return found;
  if (comment.contains('[')) return read_bracketed(clause->name, comment);
  // Exchange: "helo (192.0.2.1)".
  const auto client = base::IpAddress::parse(comment);
  if (!client) return std::nullopt;
  return ReceivedFrom{*client, {}, std::string(clause->name)};
}

}  // namespace mail
