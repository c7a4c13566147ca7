#include "config/names.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "config/kinds.hpp"
#include "config/toml_text.hpp"

namespace config {

namespace {

std::string quoted_name(std::string_view text) { return "\"" + base::printable(text, 80) + "\""; }

// "example.net" or "*.example.net" -> the same in A-labels and lower case.
std::optional<std::string> to_recipients(Section& section, std::string_view key,
                                         const FoundText& text) {
  if (text.text == "*") {
    section.complain(key, text.line,
                     "\"*\" is everybody: that is what [policy] is for; write \"*.example.net\"");
    return std::nullopt;
  }
  const std::string_view prefix = text.text.starts_with("*.") ? "*." : "";
  const auto domain = DomainName{PublicSuffix::allowed}.parse(
      section, key, {text.text.substr(prefix.size()), text.line});
  if (!domain) return std::nullopt;
  return std::string(prefix) + domain->text();
}

}  // namespace

// A help against a slip of the pen, not the Public Suffix List: RFC 9989 §4.10 finds organizations
// without one, and so does the daemon. A suffix that is missing here is the operator's own word.
bool is_public_suffix(const base::Domain& domain) {
  static constexpr std::string_view known[] = {
      "ac.jp",  "ac.nz",  "ac.uk",  "ac.za",  "co.id",  "co.il",  "co.in",  "co.jp",
      "co.kr",  "co.nz",  "co.th",  "co.uk",  "co.za",  "com.ar", "com.au", "com.br",
      "com.cn", "com.co", "com.hk", "com.mx", "com.my", "com.pl", "com.sg", "com.tr",
      "com.tw", "com.ua", "edu.au", "edu.cn", "edu.tr", "go.jp",  "go.kr",  "gob.mx",
      "gov.au", "gov.br", "gov.cn", "gov.in", "gov.tr", "gov.uk", "gov.za", "ltd.uk",
      "me.uk",  "ne.jp",  "net.au", "net.br", "net.cn", "nhs.uk", "or.jp",  "or.kr",
      "org.au", "org.br", "org.cn", "org.nz", "org.uk", "org.za", "plc.uk", "sch.uk"};
  return domain.label_count() == 1 ||
         std::binary_search(std::begin(known), std::end(known), std::string_view(domain.text()));
}

std::optional<base::Domain> DomainName::parse(Section& section, std::string_view key,
                                              const FoundText& text) const {
  if (base::Network::parse(text.text)) {
    section.complain(key, text.line, quoted_name(text.text) + " is a network, not a domain");
    return std::nullopt;
  }
  std::optional<base::Domain> domain = base::Domain::parse(text.text);
  if (!domain) {
    section.complain(key, text.line, quoted_name(text.text) + " is no domain");
  } else if (suffix == PublicSuffix::refused && is_public_suffix(*domain)) {
    section.complain(key, text.line,
                     quoted_name(text.text) + " is a public suffix: what is below it is others'");
    return std::nullopt;
  }
  return domain;
}

std::optional<base::Network> Network::parse(Section& section, std::string_view key,
                                            const FoundText& text) const {
  const std::optional<base::Network> network = base::Network::parse(text.text);
  if (!network) {
    section.complain(key, text.line,
                     quoted_name(text.text) + " is no network; write \"192.0.2.0/24\" or \"::1\"");
  } else if (network->prefix_bits == 0) {
    section.complain(key, text.line,
                     quoted_name(text.text) + " is everybody: " + std::string(everybody));
    return std::nullopt;
  }
  return network;
}

void OwnDomain::read(Section& section, std::string_view key, base::Domain& domain) const {
  std::optional<base::Domain> found;
  Maybe{DomainName{suffix}}.read(section, key, found);
  if (!section.has(key)) section.complain(key, "is missing");
  if (!found) return;
  domain = *std::move(found);
  if (const int line = section.claim(domain.text(), section.line()); line != 0) {
    section.complain(
        key, "\"" + domain.text() + "\" has a table in line " + std::to_string(line) + " already");
  }
}

std::string OwnDomain::write(const base::Domain& domain) const {
  return toml_string(domain.text());
}

void Recipients::read(Section& section, std::string_view key,
                      std::vector<std::string>& recipients) const {
  const auto texts = section.find_texts(key);
  if (!section.has(key)) section.complain(key, "is missing");
  if (texts && texts->empty()) section.complain(key, "must not be empty");
  for (const FoundText& text : texts.value_or(std::vector<FoundText>{})) {
    std::optional<std::string> domain = to_recipients(section, key, text);
    if (!domain) continue;
    if (const int line = section.claim(*domain, text.line); line != 0) {
      section.complain(key, text.line,
                       "\"" + *domain + "\" is in line " + std::to_string(line) + " already");
    } else {
      recipients.push_back(*std::move(domain));
    }
  }
}

std::string Recipients::write(const std::vector<std::string>& recipients) const {
  return toml_array(recipients);
}

}  // namespace config
