#include "verify/spf/rewriting.hpp"

#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace spf {

namespace {

// Terms a rewritten record has at most: ten that count, the one too many, a mark and its term.
constexpr std::size_t terms_max = 13;

// A name of two labels: libspf2 composes a warning about each that has only one.
constexpr std::string_view token_end = ".t";

char sign(Qualifier qualifier) {
  switch (qualifier) {
    case Qualifier::pass:
      return '+';
    case Qualifier::fail:
      return '-';
    case Qualifier::softfail:
      return '~';
    case Qualifier::neutral:
      return '?';
  }
  return '?';
}

}  // namespace

std::string Rewriting::add(Node node) {
  nodes_.push_back(std::move(node));
  return std::to_string(nodes_.size() - 1).append(token_end);
}

const Rewriting::Node* Rewriting::find(const char* token) const {
  const std::string_view text = token == nullptr ? "" : token;
  if (!text.ends_with(token_end)) return nullptr;
  const auto number = base::parse_number(text.substr(0, text.size() - token_end.size()));
  return number && *number < nodes_.size() ? &nodes_[*number] : nullptr;
}

void Rewriting::append_term(std::string& text, const Level& level, const Term& term) {
  const unsigned bits = is_v4() ? term.prefix4 : term.prefix6;
  const unsigned width = is_v4() ? 32 : 128;
  text += ' ';
  if (!costs_dns(term.kind)) {
    if (level.main) {  // Nobody asks what was reached in the others.
      text += "?exists:" + add({.level = &level, .term = &term, .host = {}, .is_mark = true}) + ' ';
    }
    text += sign(term.qualifier);
    // libspf2 takes a prefix of 0 for none at all.
    if (term.kind == Kind::all || bits == 0 || term.address->family() != client_.family()) {
      text += "all";
    } else {
      text += is_v4() ? "ip4:" : "ip6:";
      text += term.address->text() + '/' + std::to_string(bits);
    }
    return;
  }
  const std::string token = add({.level = &level, .term = &term, .host = {}});
  if (term.kind == Kind::redirect) {
    text += "redirect=" + token;
    return;
  }
  text += sign(term.qualifier);
  switch (term.kind) {
    case Kind::include:
      text += "include:" + token;
      break;
    case Kind::exists:
      text += "exists:" + token;
      break;
    case Kind::mx:
      text += "mx:" + token;
      break;
    default:  // ptr is an `a` that finds the client's own address.
      text += "a:" + token;
      break;
  }
  if ((term.kind == Kind::a || term.kind == Kind::mx) && bits != 0 && bits != width) {
    text += (is_v4() ? "/" : "//") + std::to_string(bits);
  }
}

std::string Rewriting::rewrite(const Level& level) {
  std::string text = "v=spf1";
  std::size_t counted = 0;
  for (const Term& term : level.record.terms) {
    const bool sure = matches_without_dns(term, client_);
    if (!sure && !costs_dns(term.kind)) continue;
    append_term(text, level, term);
    if (sure || ++counted > terms_max - 3) return text;
  }
  if (level.record.redirect) append_term(text, level, *level.record.redirect);
  return text;
}

}  // namespace spf
