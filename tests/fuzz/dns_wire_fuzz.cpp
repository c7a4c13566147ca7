// DNS responses: any octets give an answer; what is found is of the type asked for; and a proper
// response, made of the same octets, gives just its records.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/dns_message.hpp"
#include "verify/dns/wire.hpp"

namespace {

constexpr dns::Type types[] = {dns::Type::a, dns::Type::ptr, dns::Type::mx, dns::Type::txt,
                               dns::Type::aaaa};

bool is_of(const dns::Record& record, dns::Type type) {
  switch (type) {
    case dns::Type::a:
    case dns::Type::aaaa: {
      const auto* address = std::get_if<base::IpAddress>(&record);
      return address != nullptr && address->octets().size() <= (type == dns::Type::a ? 4 : 16);
    }
    case dns::Type::mx:
      return std::holds_alternative<dns::MailExchange>(record);
    case dns::Type::txt:
    case dns::Type::ptr:
      return std::holds_alternative<std::string>(record);
  }
  return false;
}

void check_answer(const dns::Answer& answer, dns::Type type) {
  fuzz::require((answer.outcome == dns::Outcome::found) == !answer.records.empty());
  fuzz::require(answer.outcome != dns::Outcome::timeout);
  fuzz::require(answer.records.size() <= 200);
  fuzz::require(answer.ttl.count() >= 0 && answer.ttl.count() <= 0x7FFFFFFF);
  for (const dns::Record& record : answer.records)
    fuzz::require(is_of(record, type));
}

// The octets as they are, and as the records behind a right header and question.
void check_hostile(std::string_view octets) {
  for (const dns::Type type : types) {
    const dns::Question question{"a.example", type};
    check_answer(dns::parse_response(support::as_bytes(octets), question), type);
    std::string message = support::DnsMessage(support::DnsMessage::response, question).octets();
    fuzz::Input input(octets);
    message[3] = static_cast<char>(message[3] + static_cast<char>(input.below(4) == 3 ? 3 : 0));
    message[7] = static_cast<char>(input.below(9));
    message[9] = static_cast<char>(input.below(5));
    message[11] = static_cast<char>(input.below(3));
    message += input.rest();
    check_answer(dns::parse_response(support::as_bytes(message), question), type);
  }
}

std::string host_of(fuzz::Input& input) {
  return fuzz::fold(input.text().substr(0, 20), {"a", "b", "0", "-", "_", ".c", "x.y"});
}

dns::Record record_of(fuzz::Input& input, dns::Type type) {
  std::string octets(input.text());
  octets.resize(16);
  // Not ::ffff:0:0/96: base::IpAddress makes those IPv4 addresses, which no AAAA record can hold.
  if (type == dns::Type::aaaa) octets[0] = '\x20';
  const auto* start = reinterpret_cast<const std::uint8_t*>(octets.data());
  switch (type) {
    case dns::Type::a:
      return base::IpAddress::from_octets(std::span<const std::uint8_t, 4>(start, 4));
    case dns::Type::aaaa:
      return base::IpAddress::from_octets(std::span<const std::uint8_t, 16>(start, 16));
    case dns::Type::mx:
      return dns::MailExchange{static_cast<std::uint16_t>(input.below(65536)),
                               "m" + host_of(input)};
    case dns::Type::txt:
      return std::string(input.text()) + std::string(input.text());
    case dns::Type::ptr:
      return "p" + host_of(input);
  }
  return {};
}

// What a name server that works would say.
void check_proper(fuzz::Input input) {
  const dns::Type type = types[input.below(std::size(types))];
  const dns::Question question{"q" + host_of(input), type};
  const auto query = dns::make_query(question, 1, {});
  if (!query) return;
  support::DnsMessage message(support::DnsMessage::response, question);
  std::vector<dns::Record> records;
  for (std::size_t left = 1 + input.below(8); left > 0; --left) {
    records.push_back(record_of(input, type));
    message.add(support::DnsSection::answer, question.name, static_cast<unsigned>(type), 60,
                support::record_data(records.back(), type));
  }
  const dns::Answer expected{
      .outcome = dns::Outcome::found, .records = std::move(records), .ttl = base::Seconds(60)};
  const std::string octets = message.octets();
  fuzz::require(dns::parse_response(support::as_bytes(octets), question) == expected);
  // Cut short it is no answer.
  for (std::size_t size = 0; size < octets.size(); size += 1 + octets.size() / 16) {
    const auto cut = support::as_bytes(std::string_view(octets).substr(0, size));
    fuzz::require(dns::parse_response(cut, question).outcome == dns::Outcome::failure);
  }
  // A query is no response.
  fuzz::require(dns::parse_response(*query, question).outcome == dns::Outcome::failure);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets = fuzz::text_of(data, size);
  check_hostile(octets);
  check_proper(fuzz::Input(octets));
  return 0;
}
