// Domain names: valid by construction, whatever they were made of.

#include <algorithm>

#include "base/domain.hpp"
#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

bool is_name_character(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

void check_text(const std::string& text) {
  fuzz::require(!text.empty() && text.size() <= 253 && !text.ends_with('.'));
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    const std::string_view label = std::string_view(text).substr(start, end - start);
    fuzz::require(!label.empty() && label.size() <= 63);
    fuzz::require(std::ranges::all_of(label, is_name_character));
    start = end + 1;
  }
}

void check(std::string_view text) {
  const auto domain = base::Domain::parse(text);
  if (!domain) return;
  check_text(domain->text());
  fuzz::require(base::Domain::parse(domain->text()) == domain);
  const std::size_t labels = domain->label_count();
  fuzz::require(labels == 1 + static_cast<std::size_t>(std::ranges::count(domain->text(), '.')));
  const auto parent = domain->parent();
  fuzz::require(parent.has_value() == (labels > 1));
  if (parent) {
    check_text(parent->text());
    fuzz::require(domain->suffix(labels - 1) == *parent);
    fuzz::require(domain->is_within(*parent) && !parent->is_within(*domain));
  }
  fuzz::require(domain->suffix(labels) == *domain && domain->is_within(*domain));
  fuzz::require(domain->suffix(1).label_count() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(text, {"a", "B", "9", "-", "_", ".", "xn--", "\xC3\xBC", "\xC3\x9F", "nxa",
                          "\xE3\x80\x82", "\xE2\x80\x8D", "\xD7\x90", "\xCC\x88", "example"}));
  return 0;
}
