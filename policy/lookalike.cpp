#include "policy/lookalike.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "policy/skeleton.hpp"
#include "verify/base/text.hpp"

namespace policy {

namespace {

constexpr std::size_t name_octets_max = 64;  // More than a label has; U-labels may.
constexpr std::size_t equal_min = 3;         // Letters of names that are worth comparing at all,
constexpr std::size_t part_min = 4;          // of those to be found in another name,
constexpr std::size_t one_edit_min = 5;      // and of those that survive an edit.
constexpr std::size_t two_edits_min = 8;

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

}  // namespace

base::Domain registered(const base::Domain& domain) {
  const base::Domain two = domain.suffix(2);
  const std::size_t dot = two.text().find('.');
  const bool country = dot != std::string::npos && two.text().size() - dot == 3;
  // "co.uk", "com.au", "ac.jp": of three letters at most, and nobody's own name.
  return country && dot <= 3 ? domain.suffix(3) : two;
}

bool has_word(std::string_view text, std::string_view part) {
  if (part.empty()) return false;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    const bool starts = at == 0 || !is_word_octet(text[at - 1]);
    if (starts && (end == text.size() || !is_word_octet(text[end]))) return true;
  }
  return false;
}

std::string telling_name(const base::Domain& domain) {
  const base::Domain site = registered(domain);
  const std::string shown = site.u_labels();
  return skeleton(std::string_view(shown).substr(0, shown.find('.')));
}

Appearance::Appearance(const base::Domain& domain)
    : name_(telling_name(domain)), letters_(letters_of(name_)) {
  const std::string shown = domain.u_labels();
  whole_ = skeleton(std::string_view(shown).substr(0, shown.rfind('.')));
}

bool Appearance::resembles(std::string_view name) const {
  if (name.size() < equal_min) return false;
  if (name_ == name) return true;
  if (name.size() >= part_min && has_word(whole_, name)) return true;
  if (name.size() < one_edit_min) return false;
  const std::size_t edits_max = name.size() >= two_edits_min ? 2 : 1;
  const std::size_t longer = std::max(name_.size(), name.size());
  if (longer - std::min(name_.size(), name.size()) > edits_max) return false;
  // Each edit changes two letters at most: most names are told apart by that alone.
  const auto differing = static_cast<std::size_t>(std::popcount(letters_ ^ letters_of(name)));
  return differing <= 2 * edits_max && edits(name_, name, edits_max) <= edits_max;
}

}  // namespace policy
