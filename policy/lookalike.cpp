#include "policy/lookalike.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "base/text.hpp"
#include "policy/skeleton.hpp"

namespace policy {

namespace {

constexpr std::size_t name_octets_max = 64;  // More than a label has; U-labels may.
constexpr std::size_t equal_min = 3;         // Letters of names that are worth comparing at all,
constexpr std::size_t part_min = 4;          // of those to be found in another name,
constexpr std::size_t one_edit_min = 5;      // and of those that survive an edit.
constexpr std::size_t two_edits_min = 8;
constexpr std::size_t display_word_min = 5;  // Shorter names are words of everyday.

std::uint32_t letters_of(std::string_view text) {
  std::uint32_t letters = 0;
  for (const char c : text)
    letters |= std::uint32_t{1} << (static_cast<unsigned char>(c) & 31U);
  return letters;
}

// Optimal string alignment distance: insert, delete, replace, or swap two neighbours; at most
// `distance_max`, or more than that.
std::size_t edits(std::string_view a, std::string_view b, std::size_t distance_max) {
  using Row = std::array<std::size_t, name_octets_max + 1>;
  const std::size_t too_many = distance_max + 1;
  if (a.size() > name_octets_max || b.size() > name_octets_max) return too_many;
  Row before{};
  Row above{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j)
    above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    if (std::ranges::min(std::span(row).first(b.size() + 1)) > distance_max) return too_many;
    before = above;
    above = row;
  }
  return above[b.size()];
}

bool is_word_octet(char c) {
  return base::is_alpha(c) || base::is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view first_label(std::string_view name) { return name.substr(0, name.find('.')); }
std::string_view all_but_last_label(std::string_view name) {
  return name.substr(0, name.rfind('.'));
}

}  // namespace

base::Domain registered(const base::Domain& domain) {
  const base::Domain two = domain.suffix(2);
  const std::size_t dot = two.text().find('.');
  const bool country = dot != std::string::npos && two.text().size() - dot == 3;
  // "co.uk", "com.au", "ac.jp": of three letters at most, and nobody's own name.
  return country && dot <= 3 ? domain.suffix(3) : two;
}

Look::Look(std::string_view shown) : text(skeleton(shown)), letters(letters_of(text)) {}

bool Look::has_word(const Look& word) const {
  const std::string_view part = word.text;
  if (part.empty() || (word.letters & ~letters) != 0) return false;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    const bool starts = at == 0 || !is_word_octet(text[at - 1]);
    if (starts && (end == text.size() || !is_word_octet(text[end]))) return true;
  }
  return false;
}

Appearance::Appearance(const base::Domain& domain)
    : whole_(domain.u_labels()),
      below_(all_but_last_label(domain.u_labels())),
      name_(first_label(registered(domain).u_labels())) {}

bool Appearance::resembles(const Appearance& original) const {
  const std::string& name = original.name_.text;
  if (name.size() < equal_min) return false;
  if (name_.text == name) return true;
  if (name.size() >= part_min && below_.has_word(original.name_)) return true;
  if (name.size() < one_edit_min) return false;
  const std::size_t edits_max = name.size() >= two_edits_min ? 2 : 1;
  const std::size_t longer = std::max(name_.text.size(), name.size());
  if (longer - std::min(name_.text.size(), name.size()) > edits_max) return false;
  // Each edit changes two letters at most.
  const auto differing =
      static_cast<std::size_t>(std::popcount(name_.letters ^ original.name_.letters));
  return differing <= 2 * edits_max && edits(name_.text, name, edits_max) <= edits_max;
}

bool Appearance::stands_in(const Look& text) const {
  const bool telling = name_.text.size() >= display_word_min && text.has_word(name_);
  return telling || text.has_word(whole_);
}

}  // namespace policy
