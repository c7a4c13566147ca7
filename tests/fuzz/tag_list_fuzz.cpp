// Tag lists: written out again they read the same, however they are folded.

#include "tests/fuzz/fuzz.hpp"
#include "verify/mail/tag_list.hpp"

namespace {

bool same(const mail::TagList& a, const mail::TagList& b) {
  if (a.tags().size() != b.tags().size()) return false;
  for (std::size_t i = 0; i < a.tags().size(); ++i) {
    if (a.tags()[i].name != b.tags()[i].name || a.tags()[i].value != b.tags()[i].value)
      return false;
  }
  return true;
}

void check(std::string_view text) {
  const auto list = mail::TagList::parse(text);
  if (!list) return;
  fuzz::require(!list->tags().empty());
  std::string plain;
  std::string folded;
  for (const mail::Tag& tag : list->tags()) {
    fuzz::require(list->find(tag.name) == tag.value);  // No name twice.
    fuzz::require(!tag.value.contains(';'));
    plain.append(plain.empty() ? "" : ";").append(tag.name).append("=").append(tag.value);
    folded.append("\r\n\t").append(tag.name).append(" =\r\n ").append(tag.value).append("\t; ");
  }
  for (const std::string& again : {plain, folded}) {
    const auto reread = mail::TagList::parse(again);
    fuzz::require(reread && same(*reread, *list));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(text, {"a", "b", "_", "0", "=", ";", " ", "\t", "\r\n ", "\r", "\n", "\xC3\xBC",
                          "a=b;", "\x7F"}));
  return 0;
}
