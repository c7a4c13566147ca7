#include "verify/dns/wire.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "verify/dns/wire_name.hpp"

namespace dns {

namespace {

constexpr std::size_t header_octets = 12;
constexpr std::size_t message_octets_max = 65535;  // RFC 1035 §4.2.2: the length is 16 bits.
constexpr std::size_t records_max = 200;           // A section; more is no answer about mail.
constexpr int cnames_max = 16;

constexpr unsigned class_in = 1;
constexpr unsigned type_ns = 2;
constexpr unsigned type_cname = 5;
constexpr unsigned type_soa = 6;
constexpr unsigned type_opt = 41;
constexpr unsigned type_nsec = 47;
constexpr unsigned nxname = 128;  // RFC 9824 §2.

constexpr unsigned flag_response = 0x8000;
constexpr unsigned mask_opcode = 0x7800;
constexpr unsigned flag_truncated = 0x0200;
constexpr unsigned flag_recursion_desired = 0x0100;
constexpr unsigned flag_authentic = 0x0020;
constexpr unsigned mask_code = 0x000F;
constexpr unsigned name_error = 3;
constexpr unsigned name_exists = 6;  // YXDOMAIN, RFC 6672 §2.2: a DNAME makes the name too long.

struct ResourceRecord {
  std::string owner;  // As Name::labels.
  unsigned type = 0;
  unsigned record_class = 0;
  std::uint32_t ttl = 0;
  std::size_t data = 0;  // [data, end) is the RDATA.
  std::size_t end = 0;
};

std::optional<ResourceRecord> read_record(Bytes message, std::size_t at) {
  constexpr std::size_t fixed_octets = 10;
  auto owner = read_name(message, at);
  if (!owner || owner->end + fixed_octets > message.size()) return std::nullopt;
  const std::size_t fixed = owner->end;
  ResourceRecord record{std::move(owner->labels), u16(message, fixed),  u16(message, fixed + 2),
                        u32(message, fixed + 4),  fixed + fixed_octets, 0};
  record.end = record.data + u16(message, fixed + 8);
  if (record.end > message.size()) return std::nullopt;
  return record;
}

// RFC 2181 §8: a TTL with the top bit set is zero.
base::Seconds seconds(std::uint32_t ttl) { return base::Seconds(ttl > 0x7FFFFFFF ? 0 : ttl); }

struct Sections {
  std::vector<ResourceRecord> answer;
  std::vector<ResourceRecord> authority;
};

// Reads `count` records; nothing when one of them is malformed or they are too many. The second
// is where the section ends.
std::optional<std::pair<std::vector<ResourceRecord>, std::size_t>> read_section(Bytes message,
                                                                                std::size_t at,
                                                                                std::size_t count) {
  if (count > records_max) return std::nullopt;
  std::vector<ResourceRecord> records;
  records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto record = read_record(message, at);
    if (!record) return std::nullopt;
    at = record->end;
    records.push_back(std::move(*record));
  }
  return std::pair(std::move(records), at);
}

std::optional<Sections> read_sections(Bytes message, std::size_t at) {
  auto answer = read_section(message, at, u16(message, 6));
  if (!answer) return std::nullopt;
  auto authority = read_section(message, answer->second, u16(message, 8));
  if (!authority) return std::nullopt;
  const auto additional = read_section(message, authority->second, u16(message, 10));
  if (!additional) return std::nullopt;
  // RFC 6891 §6.1.3: the upper bits of an extended RCODE; BADVERS looks like NOERROR without.
  const bool extended = std::ranges::any_of(additional->first, [](const ResourceRecord& record) {
    return record.type == type_opt && record.ttl >> 24 != 0;
  });
  if (extended) return std::nullopt;
  return Sections{std::move(answer->first), std::move(authority->first)};
}

bool is_at(const ResourceRecord& record, unsigned type, std::string_view owner) {
  return record.record_class == class_in && record.type == type && record.owner == owner;
}

// What the CNAMEs of the answer lead to.
struct Target {
  std::string name;
  base::Seconds ttl = base::Seconds::max();  // The smallest on the way.
};

std::optional<Target> follow(Bytes message, const Sections& sections, std::string start,
                             unsigned type) {
  Target target{std::move(start)};
  for (int followed = 0; followed <= cnames_max; ++followed) {
    std::optional<std::string> next;
    for (const ResourceRecord& record : sections.answer) {
      if (is_at(record, type, target.name)) return target;
      if (!is_at(record, type_cname, target.name)) continue;
      auto name = read_name(message, record.data);
      if (!name || name->end != record.end) return std::nullopt;
      // RFC 2181 §10.1: a name has one canonical name.
      if (next && *next != name->labels) return std::nullopt;
      next = std::move(name->labels);
      target.ttl = std::min(target.ttl, seconds(record.ttl));
    }
    if (!next) return target;
    target.name = std::move(*next);
  }
  return std::nullopt;
}

// RFC 1035 §3.3.14. The strings are one text: RFC 6376 §3.6.2.2, RFC 7208 §3.3.
std::optional<std::string> read_text(Bytes data) {
  if (data.empty()) return std::nullopt;
  std::string text;
  text.reserve(data.size());
  while (!data.empty()) {
    const std::size_t length = octet(data, 0);
    if (length >= data.size()) return std::nullopt;
    std::ranges::transform(data.subspan(1, length), std::back_inserter(text),
                           [](std::byte b) { return std::to_integer<char>(b); });
    data = data.subspan(1 + length);
  }
  return text;
}

template <std::size_t Octets>
std::optional<Record> read_address(Bytes data) {
  if (data.size() != Octets) return std::nullopt;
  std::array<std::uint8_t, Octets> octets{};
  std::ranges::transform(data, octets.begin(),
                         [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  return base::IpAddress::from_octets(std::span<const std::uint8_t, Octets>(octets));
}

struct Host {
  bool well_formed = false;
  std::optional<std::string> text;  // Nothing when it is no plain text.
};

Host read_host(Bytes message, std::size_t at, std::size_t end) {
  const auto name = read_name(message, at);
  if (!name || name->end != end) return {};
  return {true, to_text(name->labels)};
}

// What one record's RDATA says: malformed, left out (well formed, no record), or a record.
struct Data {
  bool well_formed = false;
  std::optional<Record> record;
};

Data read_data(Bytes message, const ResourceRecord& record) {
  const Bytes data = message.subspan(record.data, record.end - record.data);
  const auto whole = [](auto value) { return Data{value.has_value(), std::move(value)}; };
  switch (static_cast<Type>(record.type)) {
    case Type::a:
      return whole(read_address<4>(data));
    case Type::aaaa:
      return whole(read_address<16>(data));
    case Type::txt:
      return whole(read_text(data));
    case Type::ptr: {
      Host host = read_host(message, record.data, record.end);
      if (!host.text || host.text->empty()) return {host.well_formed, std::nullopt};
      return {true, std::move(*host.text)};
    }
    case Type::mx: {
      if (data.size() < 3) return {};
      Host host = read_host(message, record.data + 2, record.end);
      if (!host.text) return {host.well_formed, std::nullopt};
      const auto preference = static_cast<std::uint16_t>(u16(data, 0));
      return {true, MailExchange{preference, std::move(*host.text)}};
    }
  }
  return {};
}

// RFC 2308 §5: the smaller of the SOA's TTL and its MINIMUM.
std::optional<base::Seconds> negative_ttl(Bytes message, const ResourceRecord& soa) {
  constexpr std::size_t numbers_octets = 20;
  const auto server = read_name(message, soa.data);
  if (!server) return std::nullopt;
  const auto mailbox = read_name(message, server->end);
  if (!mailbox || mailbox->end + numbers_octets != soa.end) return std::nullopt;
  return std::min(seconds(soa.ttl), seconds(u32(message, soa.end - 4)));
}

// RFC 4034 §4.1.2: blocks of window, length, bits; the first bit is the lowest type.
bool says_nxname(Bytes message, const ResourceRecord& nsec) {
  const auto next = read_name(message, nsec.data);
  if (!next || next->end > nsec.end) return false;
  Bytes blocks = message.subspan(next->end, nsec.end - next->end);
  while (blocks.size() >= 2) {
    const std::size_t length = octet(blocks, 1);
    if (length > blocks.size() - 2) return false;
    if (octet(blocks, 0) == nxname / 256) {
      constexpr std::size_t place = nxname % 256 / 8;
      return place < length && (octet(blocks, 2 + place) & 0x80U >> nxname % 8) != 0;
    }
    blocks = blocks.subspan(2 + length);
  }
  return false;
}

Answer negative(Bytes message, const Sections& sections, const Target& target, bool no_name) {
  Answer answer{.outcome = no_name ? Outcome::no_name : Outcome::no_data};
  bool is_referral = false;
  std::optional<base::Seconds> ttl;
  for (const ResourceRecord& record : sections.authority) {
    if (record.record_class != class_in) continue;
    if (record.type == type_soa && !ttl) ttl = negative_ttl(message, record);
    if (record.type == type_ns) is_referral = true;
    // RFC 9824 §2: a name that does not exist, under a signature made on the spot.
    if (is_at(record, type_nsec, target.name) && says_nxname(message, record)) {
      answer.outcome = Outcome::no_name;
    }
  }
  // RFC 2308 §2.2: name servers and no SOA send us elsewhere; that says nothing of the name.
  if (is_referral && !ttl && !no_name) return {.outcome = Outcome::failure};
  if (ttl) answer.ttl = std::min(*ttl, target.ttl);
  return answer;
}

Answer positive(Bytes message, const Sections& sections, const Target& target, unsigned type) {
  Answer answer{.outcome = Outcome::found, .ttl = target.ttl};
  std::vector<Record> records;
  for (const ResourceRecord& record : sections.answer) {
    if (!is_at(record, type, target.name)) continue;
    Data data = read_data(message, record);
    if (!data.well_formed) return {.outcome = Outcome::failure};
    answer.ttl = std::min(answer.ttl, seconds(record.ttl));
    if (data.record) records.push_back(std::move(*data.record));
  }
  if (records.empty()) answer.outcome = Outcome::no_data;
  answer.records = std::move(records);
  return answer;
}

void append_u16(std::vector<std::byte>& out, unsigned value) {
  out.push_back(static_cast<std::byte>(value >> 8));
  out.push_back(static_cast<std::byte>(value & 0xFF));
}

}  // namespace

Answer parse_response(Bytes message, const Question& question) {
  const Answer failure{.outcome = Outcome::failure};
  if (message.size() < header_octets || message.size() > message_octets_max) return failure;
  const unsigned flags = u16(message, 2);
  // A truncated message is no answer: what is missing could be what matters (RFC 2181 §9).
  if ((flags & (flag_response | mask_opcode | flag_truncated)) != flag_response) return failure;
  const unsigned code = flags & mask_code;
  // A name that would be too long behind a DNAME cannot exist, nor can any below it. That is as
  // permanent as NXDOMAIN, whoever asks. All other codes tell of the server, not of the name.
  const bool no_name = code == name_error || code == name_exists;
  if (code != 0 && !no_name) return failure;

  const auto type = static_cast<unsigned>(question.type);
  const auto asked = read_name(message, header_octets);
  if (u16(message, 4) != 1 || !asked || asked->end + 4 > message.size()) return failure;
  if (asked->labels != to_labels(question.name) || u16(message, asked->end) != type ||
      u16(message, asked->end + 2) != class_in) {
    return failure;
  }
  const auto sections = read_sections(message, asked->end + 4);
  if (!sections) return failure;
  const auto target = follow(message, *sections, asked->labels, type);
  if (!target) return failure;

  const bool has_data = std::ranges::any_of(sections->answer, [&](const ResourceRecord& record) {
    return is_at(record, type, target->name);
  });
  if (has_data && no_name) return failure;
  // RFC 6604 §3: after CNAMEs the code is that of the last name.
  Answer answer = has_data ? positive(message, *sections, *target, type)
                           : negative(message, *sections, *target, no_name);
  answer.authentic = answer.outcome != Outcome::failure && (flags & flag_authentic) != 0;
  return answer;
}

std::optional<unsigned> response_code(Bytes message) {
  if (message.size() < header_octets) return std::nullopt;
  return u16(message, 2) & mask_code;
}

std::optional<std::vector<std::byte>> make_query(const Question& question, std::uint16_t id,
                                                 const QueryOptions& options) {
  const auto labels = to_labels(question.name);
  if (!labels) return std::nullopt;
  std::vector<std::byte> out;
  out.reserve(header_octets + labels->size() + 16);
  append_u16(out, id);
  append_u16(out, flag_recursion_desired | (options.authentic ? flag_authentic : 0));
  for (const unsigned count : {1U, 0U, 0U, options.edns ? 1U : 0U})
    append_u16(out, count);
  std::ranges::transform(*labels, std::back_inserter(out),
                         [](char c) { return static_cast<std::byte>(c); });
  out.push_back(std::byte{0});
  append_u16(out, static_cast<unsigned>(question.type));
  append_u16(out, class_in);
  if (options.edns) {
    // RFC 6891 §6.1.2: root, OPT, payload, extended RCODE and version, flags, no options.
    constexpr unsigned flags_compact = 0x8000 | 0x4000;  // RFC 3225 §3: DO. RFC 9824 §5: CO.
    out.push_back(std::byte{0});
    append_u16(out, type_opt);
    append_u16(out, edns_payload);
    append_u16(out, 0);
    append_u16(out, options.compact_denial ? flags_compact : 0);
    append_u16(out, 0);
  }
  return out;
}

void mix_case(std::span<std::byte> query, const std::function<std::uint16_t()>& random) {
  std::uint32_t bits = 1;  // Random ones below a leading one that tells how many are left.
  std::size_t at = header_octets;
  while (at < query.size() && query[at] != std::byte{0}) {
    const std::size_t end = at + 1 + octet(query, at);
    for (++at; at < end && at < query.size(); ++at) {
      if (base::to_lower(static_cast<char>(query[at])) < 'a' ||
          base::to_lower(static_cast<char>(query[at])) > 'z') {
        continue;
      }
      if (bits == 1) bits = 0x10000U | random();
      if ((bits & 1) != 0) query[at] ^= std::byte{0x20};
      bits >>= 1;
    }
  }
}

bool repeats_question(Bytes response, Bytes query) {
  const auto name = read_name(query, header_octets);
  if (!name) return false;
  const std::size_t octets = name->end + 4 - header_octets;
  if (query.size() < header_octets + octets || response.size() < header_octets + octets) {
    return false;
  }
  return std::ranges::equal(query.subspan(header_octets, octets),
                            response.subspan(header_octets, octets));
}

}  // namespace dns
