#include "event/facts_reader.hpp"

#include <algorithm>

namespace event {

namespace {

constexpr std::size_t signatures_max = 201;  // dkim::find_signatures() lists no more.
constexpr dns::Type types[] = {dns::Type::a, dns::Type::ptr, dns::Type::mx, dns::Type::txt,
                               dns::Type::aaaa};

spf::Result read_spf(const json::Node& node) {
  spf::Result result;
  result.identity = node["identity"].word<spf::Identity>();
  result.domain = node["domain"].domain();
  result.status = node["result"].word<spf::Status>();
  result.mechanism = node["mechanism"].text();
  result.explanation = node["explanation"].text();
  result.problem = node["problem"].text();
  result.cause = spf::find_problem(result.problem);
  return result;
}

dkim::Result read_dkim(const json::Node& node) {
  dkim::Result result;
  result.domain = node["d"].domain();
  result.selector = node["s"].text();
  result.algorithm = node["a"].text();
  result.identity = node["i"].text();
  result.signature_start = node["b"].text();
  result.status = node["result"].word<dkim::Status>();
  result.reason = node["reason"].word<dkim::Reason>();
  result.testing = node["testing"].boolean();
  result.key_bits = static_cast<int>(node["key_bits"].number(1 << 20));
  result.verified = result.status == dkim::Status::pass || node["verified"].boolean();
  return result;
}

// The line has those that tell most; of the others it is known that they were there.
std::vector<dkim::Result> read_signatures(const json::Node& line) {
  std::vector<dkim::Result> results;
  line["dkim"].for_each([&](const json::Node& node) { results.push_back(read_dkim(node)); });
  const auto count = static_cast<std::size_t>(line["signatures"].number());
  dkim::Result other;
  other.reason = dkim::Reason::too_many_signatures;
  other.status = dkim::Status::policy;
  results.resize(std::max(results.size(), std::min(count, signatures_max)), other);
  return results;
}

arc::Result read_arc(const json::Node& node) {
  arc::Result result;
  result.status = node["result"].word<arc::Status>();
  result.instances = static_cast<std::size_t>(node["instances"].number());
  result.oldest_pass = static_cast<std::size_t>(node["oldest_pass"].number());
  node["sealers"].for_each([&](const json::Node& sealer) {
    const std::optional<base::Domain> domain = sealer.domain();
    if (domain) result.sealers.push_back({*domain, {}, {}});
  });
  std::size_t index = 0;
  node["selectors"].for_each([&](const json::Node& selector) {  // Absent before 0.2.0.
    if (index < result.sealers.size()) result.sealers[index++].selector = selector.text();
  });
  index = 0;
  node["dmarc_pass"].for_each([&](const json::Node& author) {
    if (index < result.sealers.size()) result.sealers[index++].dmarc_pass = author.domain();
  });
  result.detail = node["detail"].text();
  return result;
}

dmarc::Result read_dmarc(const json::Node& node) {
  dmarc::Result result;
  result.status = node["result"].word<dmarc::Status>();
  result.reason = node["reason"].text();
  result.author = node["author"].domain();
  result.policy_domain = node["domain"].domain();
  result.organization = node["org_domain"].domain();
  result.policy = node["policy"].word<dmarc::Policy>();
  result.published = node["published"].word<dmarc::Policy>();
  result.policy_tag = node["tag"].text();
  const auto parse_record = [](std::string_view text) -> std::optional<dmarc::Record> {
    auto record = dmarc::parse_record(text);
    if (!record) return std::nullopt;
    return *std::move(record);
  };
  result.record = node["record"].parsed("DMARC record", parse_record);
  result.spf_aligned = node["aligned"]["spf"].boolean();
  result.dkim_aligned = node["aligned"]["dkim"].boolean();
  return result;
}

dns::Lookup read_lookup(const json::Node& node) {
  dns::Lookup lookup;
  lookup.question.name = node["name"].text();
  const auto type = [](std::string_view text) {
    const auto* const found =
        std::ranges::find(types, text, [](dns::Type one) { return dns::name(one); });
    return found == std::end(types) ? std::nullopt : std::optional(*found);
  };
  lookup.question.type = node["type"].parsed("record type", type).value_or(dns::Type::txt);
  dns::Answer& answer = lookup.answer;
  answer.outcome = node["outcome"].word<dns::Outcome>();
  answer.ttl = base::Seconds(node["ttl"].number());
  answer.authentic = node["authentic"].boolean();
  std::vector<dns::Record> records;
  node["records"].for_each([&](const json::Node& record) {
    auto parsed = dns::parse_record(lookup.question.type, record.text());
    if (parsed) return records.push_back(*std::move(parsed));
    record.fail("no " + std::string(dns::name(lookup.question.type)) + " record");
  });
  answer.records = std::move(records);
  return lookup;
}

}  // namespace

void read_checks(const json::Node& line, verify::Facts& facts) {
  line["spf"].for_each([&](const json::Node& node) { facts.spf.push_back(read_spf(node)); });
  facts.spf_breadth = static_cast<std::uint64_t>(line["spf_breadth"].number());
  facts.dkim = read_signatures(line);
  facts.arc = read_arc(line["arc"]);
  facts.dmarc = read_dmarc(line["dmarc"]);
  line["dns"].for_each([&](const json::Node& node) {
    if (!node["records_cut"].boolean()) facts.dns.push_back(read_lookup(node));
  });
}

}  // namespace event
