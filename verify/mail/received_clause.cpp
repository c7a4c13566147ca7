#include "verify/mail/received_clause.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace mail {

namespace {

// Of a field that is looked at: more than three texts of the client's, of a command line each.
constexpr std::size_t clause_octets_max = 10'000;

// Octets of the quoted-string (RFC 5321 §4.1.2) that `text` begins with; nothing when it does not
// end.
std::optional<std::size_t> quoted_octets(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return std::nullopt;
}

constexpr std::string_view path_start = "envelope-from ";  // Exim's; a stranger's text follows.

// Reads the clause from left to right.
class ClauseCursor {
 public:
  explicit ClauseCursor(std::string_view text) : rest_(text) {}

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
    const bool has_path = rest_.substr(1).starts_with(path_start);
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

bool is_word(std::string_view word, std::string_view expected) {
  return base::equal_ignoring_case(word, expected);
}

// A clause of the server's own that a parenthesis in a HELO name has swallowed.
bool holds_clause(std::string_view comment) {
  if (comment.starts_with(path_start)) return false;
  ClauseCursor cursor(comment);
  while (!cursor.at_end()) {
    const std::string_view word = cursor.word();
    if (is_word(word, "by")) return true;
    if (word.empty()) cursor.skip_octet();
  }
  return false;
}

// What follows the server's own name and product: it must be readable to the end and have no other
// "by". Addresses in it are a stranger's text, too, so what is quoted in them does not count.
bool read_rest(ClauseCursor& cursor, ReceivedClause& clause) {
  bool trailer = false;  // Behind "id" or "for": no longer only the server's words.
  std::string_view before;
  std::string_view last;
  while (!cursor.at_end()) {
    if (cursor.at('(')) {
      const auto comment = cursor.comment();
      if (!comment || holds_clause(*comment)) return false;
      if (!trailer && comment->starts_with("Exim ")) clause.exim = true;
      continue;
    }
    if (cursor.at('"')) {
      if (!cursor.skip_quoted()) return false;
      trailer = true;
      continue;
    }
    const std::string_view word = cursor.word();
    if (word.empty()) {
      trailer = trailer || cursor.at(';');
      cursor.skip_octet();
      continue;
    }
    if (is_word(word, "by")) return false;
    trailer = trailer || is_word(word, "id") || is_word(word, "for");
    if (trailer) continue;
    if (is_word(last, "with") && clause.protocol.empty()) clause.protocol = word;
    if (before == "Microsoft" && last == "SMTP" && word == "Server") clause.microsoft = true;
    before = last;
    last = word;
  }
  return true;
}

}  // namespace

std::optional<ReceivedClause> read_received_clause(std::string_view value) {
  if (value.size() > clause_octets_max) return std::nullopt;
  ClauseCursor cursor(base::trim(value));
  ReceivedClause clause;
  std::string_view word = cursor.word();
  if (is_word(word, "from")) {
    cursor.skip_space();
    clause.name = cursor.word();
    if (clause.name.empty()) return std::nullopt;
    word = {};
  }
  cursor.skip_space();
  while (word.empty() && cursor.at('(')) {
    const auto comment = cursor.comment();
    if (!comment || holds_clause(*comment)) return std::nullopt;
    clause.comments.push_back(*comment);
    cursor.skip_space();
  }
  if (word.empty()) word = cursor.word();
  if (!is_word(word, "by")) return std::nullopt;
  cursor.skip_space();
  clause.by = cursor.word();
  cursor.skip_space();
  if (cursor.at('(')) {
    const auto product = cursor.comment();
    if (!product || holds_clause(*product)) return std::nullopt;
    clause.product = *product;
    clause.exim = product->starts_with("Exim ");
  }
  if (!read_rest(cursor, clause)) return std::nullopt;
  return clause;
}

}  // namespace mail
