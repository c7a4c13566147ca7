// SPF records and macros: the terms of a record are its own text, written out again they read the
// same, and what macros expand to is bounded whatever stands for them.

#include <functional>

#include "tests/fuzz/fuzz.hpp"
#include "verify/spf/grammar.hpp"
#include "verify/spf/macro.hpp"

namespace {

bool is_part_of(std::string_view part, std::string_view text) {
  const std::less_equal<const char*> not_after;
  return part.empty() || (not_after(text.data(), part.data()) &&
                          not_after(part.data() + part.size(), text.data() + text.size()));
}

bool same(const spf::Term& a, const spf::Term& b) {
  return a.text == b.text && a.kind == b.kind && a.qualifier == b.qualifier &&
         a.domain_spec == b.domain_spec && a.address == b.address && a.prefix4 == b.prefix4 &&
         a.prefix6 == b.prefix6;
}

void check_term(const spf::Term& term, std::string_view text) {
  fuzz::require(!term.text.empty() && is_part_of(term.text, text));
  fuzz::require(!term.text.contains(' '));
  fuzz::require(is_part_of(term.domain_spec, term.text));
  fuzz::require(term.prefix4 <= 32 && term.prefix6 <= 128);
  const bool network = term.kind == spf::Kind::ip4 || term.kind == spf::Kind::ip6;
  fuzz::require(term.address.has_value() == network);
  fuzz::require(spf::is_macro_string(term.domain_spec, spf::MacroUse::domain));
  const auto client = base::IpAddress::parse("192.0.2.1").value();
  if (spf::matches_without_dns(term, client)) fuzz::require(!spf::costs_dns(term.kind));
}

void check_record(std::string_view text) {
  if (!spf::is_spf_record(text)) return;
  const auto record = spf::parse_record(text);
  if (!record) {
    fuzz::require(!record.error().empty() && record.error().size() < 1000);
    return;
  }
  std::string again = "V=SPF1";
  for (const spf::Term& term : record->terms) {
    check_term(term, text);
    again += "  " + std::string(term.text);
  }
  if (record->redirect) {
    check_term(*record->redirect, text);
    again += " " + std::string(record->redirect->text);
  }
  if (!record->explanation.empty()) again += " exp=" + std::string(record->explanation);
  const auto reread = spf::parse_record(again);
  fuzz::require(reread && reread->terms.size() == record->terms.size());
  for (std::size_t i = 0; i < record->terms.size(); ++i)
    fuzz::require(same(record->terms[i], reread->terms[i]));
  fuzz::require(reread->redirect.has_value() == record->redirect.has_value());
  if (record->redirect) fuzz::require(same(*record->redirect, *reread->redirect));
  fuzz::require(reread->explanation == record->explanation);
}

void check_macros(std::string_view text) {
  constexpr std::size_t octets_max = 500;
  for (const std::size_t size : {std::size_t{1}, std::size_t{60}, std::size_t{5000}}) {
    const auto value = [&](char letter) {
      std::string made(size, letter);
      for (std::size_t i = 1; i < size; i += 2)
        made[i] = "./-+@ ="[i % 7];
      return std::optional(made);
    };
    const auto name = spf::expand_domain(text, value);
    fuzz::require(name.has_value() == spf::is_macro_string(text, spf::MacroUse::domain));
    // Over 253 only a name without dots stays, which nobody can be asked for.
    if (name) fuzz::require(name->size() <= 253 || !name->substr(name->size() - 253).contains('.'));
    if (name) fuzz::require(name->size() <= 1024);
    const auto words = spf::expand_explanation(text, value, octets_max);
    fuzz::require(words.has_value() == spf::is_macro_string(text, spf::MacroUse::explanation));
    if (words) fuzz::require(words->size() <= octets_max);
  }
  const auto nothing = [](char) { return std::optional<std::string>(); };
  (void)spf::expand_domain(text, nothing);
}

void check(std::string_view text) {
  check_record(text);
  check_record("v=spf1 " + std::string(text));
  check_macros(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(
      text, {" ",  "all", "+",    "-",     "?",        "~",         "include:",  "a",
             "mx", "ptr", "ip4:", "ip6:",  "exists:",  "redirect=", "exp=",      "x=",
             ":",  "/",   "//",   "1",     "0",        "24",        "192.0.2.0", "2001:db8::",
             "%{", "}",   "%{d}", "%{ir}", "%{p2r-}",  "%%",        "%_",        "%-",
             "%",  "S",   "l1",   ".",     "b.example"}));
  return 0;
}
