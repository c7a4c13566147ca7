#include "config/names.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace config {

namespace {

std::string quoted_name(std::string_view text) { return "\"" + base::printable(text, 80) + "\""; }

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

std::optional<base::Domain> to_domain(Section& section, std::string_view key, const Text& text,
                                      PublicSuffix suffix) {
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

std::optional<base::Network> to_network(Section& section, std::string_view key, const Text& text,
                                        std::string_view everybody) {
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

std::optional<base::Domain> read_domain(Section& section, std::string_view key,
                                        PublicSuffix suffix) {
  const std::optional<Text> text = section.find_text(key);
  if (!text) return std::nullopt;
  return to_domain(section, key, *text, suffix);
}

std::vector<base::Domain> read_domains(Section& section, std::string_view key) {
  std::vector<base::Domain> domains;
  for (const Text& text : section.find_texts(key).value_or(std::vector<Text>{})) {
    if (auto domain = to_domain(section, key, text, PublicSuffix::refused)) {
      domains.push_back(*std::move(domain));
    }
  }
  return domains;
}

std::vector<base::Network> read_networks(Section& section, std::string_view key,
                                         std::vector<base::Network> fallback,
                                         std::string_view everybody) {
  const std::optional<std::vector<Text>> texts = section.find_texts(key);
  if (!texts) return fallback;
  std::vector<base::Network> networks;
  for (const Text& text : *texts) {
    if (const auto network = to_network(section, key, text, everybody)) {
      networks.push_back(*network);
    }
  }
  return networks;
}

}  // namespace config
