// Our side of the second opinion: reads cases, one JSON object a line, and prints a verdict for
// each, one JSON object a line. The cases and what they are compared with: second_opinion.py.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/message.hpp"
#include "tests/support/fake_resolver.hpp"
#include "verify/dkim/judge.hpp"
#include "verify/spf/spf.hpp"

namespace {

using nlohmann::json;

constexpr std::size_t header_octets_max = 1 << 20;

base::WallTime time_of(const json& one) {
  return base::WallTime(base::Seconds(one.at("now").get<std::int64_t>()));
}

dns::Type type_of(const std::string& word) {
  for (const dns::Type type : {dns::Type::a, dns::Type::aaaa, dns::Type::mx, dns::Type::ptr}) {
    if (dns::name(type) == word) return type;
  }
  return dns::Type::txt;
}

// "zone": [[name, type, value], …] as in the dns lines of a scenario (docs/formats/scenario.md).
void publish(const json& one, support::FakeResolver& resolver) {
  static const std::map<std::string, dns::Outcome> troubles = {{"timeout", dns::Outcome::timeout},
                                                               {"servfail", dns::Outcome::failure},
                                                               {"nodata", dns::Outcome::no_data},
                                                               {"nxdomain", dns::Outcome::no_name}};
  for (const json& record : one.at("zone")) {
    const std::string name = record.at(0);
    const std::string type = record.at(1);
    const std::string value = record.at(2);
    const auto trouble = troubles.find(value);
    if (trouble != troubles.end()) {
      const auto address = base::IpAddress::parse(name);
      resolver.set(address ? address->reverse_name() : name, type_of(type),
                   {.outcome = trouble->second});
    } else if (type == "TXT") {
      resolver.add_txt(name, value);
    } else if (type == "A") {
      resolver.add_a(name, value);
    } else if (type == "AAAA") {
      resolver.add_aaaa(name, value);
    } else if (type == "PTR") {
      resolver.add_ptr(name, value);
    } else if (type == "CNAME") {
      resolver.add_cname(name, value);
    } else if (type == "MX") {
      const std::size_t space = value.find(' ');
      resolver.add_mx(name, static_cast<std::uint16_t>(std::stoul(value)), value.substr(space + 1));
    }
  }
}

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return out;
}

// [[status, reason], …], one for each DKIM-Signature, top first.
json dkim_verdicts(const json& one) {
  support::FakeResolver resolver;
  publish(one, resolver);
  const cli::Message message =
      cli::read_message(from_hex(one.at("message").get<std::string>()), header_octets_max);
  const dkim::Options options;
  const auto candidates = dkim::find_signatures(message.headers, std::nullopt, options);
  dkim::BodyHashes hashes;
  dkim::want_body_hashes(candidates, hashes);
  hashes.feed(message.body);
  hashes.finish();
  dkim::KeyCache keys;
  json verdicts = json::array();
  for (const dkim::Candidate& candidate : candidates) {
    dns::Answer answer;
    if (candidate.signature) {
      answer = resolver.lookup(dkim::key_question(*candidate.signature)).get();
    }
    const dkim::Result result = dkim::judge(candidate, answer, {message.headers, hashes}, options,
                                            keys, {.now = time_of(one), .received = time_of(one)});
    verdicts.push_back({dkim::name(result.status), dkim::name(result.reason)});
  }
  return verdicts;
}

// {engine: status, …, "problem": …}
json spf_verdict(const json& one) {
  support::FakeResolver resolver;
  publish(one, resolver);
  const spf::Request request{
      .client = base::IpAddress::parse(one.at("client").get<std::string>()).value(),
      .identity = spf::Identity::mail_from,
      .helo = one.at("helo"),
      .mail_from = one.at("mail_from"),
      .receiver = "mx.example.org"};
  json verdict;
  for (const auto& [name, engine] :
       {std::pair("libspf2", spf::Engine::libspf2), std::pair("native", spf::Engine::native)}) {
    spf::Options options;
    options.engine = engine;
    const auto result = spf::check(request, resolver, options, time_of(one)).result;
    if (!result) std::abort();  // The resolver answers at once.
    verdict[name] = spf::name(result->status);
    verdict["problem"] = result->problem;
  }
  return verdict;
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  try {
    for (std::string line; std::getline(std::cin, line);) {
      const json one = json::parse(line);
      std::cout << (one.contains("message") ? dkim_verdicts(one) : spf_verdict(one)) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "second_opinion_judge: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
