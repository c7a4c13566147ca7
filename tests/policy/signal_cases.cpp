#include "tests/policy/signal_cases.hpp"

#include "policy/signals.hpp"
#include "tests/policy/sites.hpp"

namespace policy_table {

namespace {

Letter partners() {
  Letter letter = from_author(genuine(), "partner.example");
  letter.facts.dkim.front().domain = *letter.facts.from_domain();
  return letter;
}

// clang-format off
std::vector<SignalRow> rows() {
  return {
      {genuine(),                                                          ""},
      {partners(),                                                         ""},
      {from_author(genuine(), "examp1e.com"),                              "lookalike:example.com"},
      {from_author(genuine(), "xn--exmple-4nf.com"),                       "lookalike:example.com"},
      {from_author(genuine(), "exampel.com"),                              "lookalike:example.com"},
      {from_author(genuine(), "example.test"),                             "lookalike:example.com"},
      {from_author(genuine(), "example.com.evil.test"),                    "lookalike:example.com"},
      {from_author(genuine(), "secure-example.test"),                      "lookalike:example.com"},
      {from_author(genuine(), "counterexample.test"),                      ""},
      {with_spf(partners(), spf::Status::softfail, "example.com"),              "protected_mail_from:example.com"},
      {with_spf(partners(), spf::Status::temperror, "example.com"),             ""},
      {with_sender(partners(), "mail.example.com"),                        "protected_sender:example.com"},
      {with_spf(with_sender(partners(), "mail.example.com"), spf::Status::pass, "mail.example.com"), ""},
      {shown_as(partners(), "ceo@bank.test"),                              "display_name_address:bank.test"},
      {shown_as(partners(), "Example Support"),                            "display_name_protected:example.com"},
      {shown_as(partners(), "ceo@example.com"),                            "display_name_address:example.com, display_name_protected:example.com"},
      {shown_as(genuine(), "Example Support"),                             ""},
      {replying_to(partners(), "mail.partner.example"),                    ""},
      {replying_to(partners(), "other.example"),                           "reply_to_elsewhere:other.example"},
      {by_include(partners(), "_spf.cloud.example", 65'536),               "spf_only_broad:_spf.cloud.example"},
      {by_include(partners(), "_spf.cloud.example", 65'535),               ""},
      {repeating(partners(), "subject"),                                   "repeated_field:subject"},
      {seen_before(partners(), 9),                                         ""},
      {seen_before(partners(), 10),                                        "repeated_signature:10"},
  };
}
// clang-format on

}  // namespace

const std::vector<SignalRow>& signal_rows() {
  static const std::vector<SignalRow> all = rows();
  return all;
}

std::string signals_of(const Letter& letter) {
  const Site site = protecting(preset(policy::Preset::rfc9989), "example.com");
  std::string text;
  for (const std::string& signal : policy::find_signals(
           {letter.facts, letter.connection, letter.envelope, letter.circumstances, "0k3"},
           site.rules)) {
    text.append(text.empty() ? "" : ", ").append(signal);
  }
  return text;
}

}  // namespace policy_table
