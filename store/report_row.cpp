#include "store/report_row.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace store {

namespace {

constexpr std::size_t dkim_max = 100;       // RFC 9990 §3.1.3.
constexpr std::size_t text_max = 400;       // Domains and selectors; events have no longer ones.
constexpr std::size_t record_max = 50'000;  // 8 KiB as \uXXXX.
constexpr std::size_t comment_max = 2'000;

// The domain owner's record. Events carry the DNS answers rather than the record itself, so it is
// read again, as RFC 9989 §4.10 does: of several records at a name none counts.
std::optional<dmarc::Record> record_of(const verify::Facts& facts) {
  if (facts.dmarc.record) return facts.dmarc.record;
  const dns::Question question = dmarc::record_question(*facts.dmarc.policy_domain);
  std::optional<dmarc::Record> found;
  for (const dns::Lookup& lookup : facts.dns) {
    if (lookup.question != question) continue;
    for (const dns::Record& answer : lookup.answer.records) {
      const auto* text = std::get_if<std::string>(&answer);
      if (text == nullptr) continue;
      auto record = dmarc::parse_record(*text);
      if (!record) continue;
      if (found) return std::nullopt;
      found = *std::move(record);
    }
  }
  return found;
}

std::string word(const std::optional<dmarc::Policy>& policy) {
  return policy ? std::string(dmarc::name(*policy)) : std::string();
}

// What a report needs of the record. A longer one than anybody has a use for is written anew, from
// what was understood of it: it would be kept with each row.
std::string record_text(const dmarc::Record& record) {
  constexpr std::size_t usual_octets_max = 1000;
  constexpr std::size_t octets_max = 4000;
  if (record.text.size() <= usual_octets_max) return record.text;
  std::string out = "v=DMARC1; p=";
  out += dmarc::name(record.policy.value_or(dmarc::Policy::none));
  if (record.public_suffix) out += *record.public_suffix ? "; psd=y" : "; psd=n";
  if (record.failure_options != "0") {
    out.append("; fo=");
    for (const char c : record.failure_options.substr(0, 4))
      out.append(out.ends_with('=') ? "" : ":") += c;
  }
  const auto add = [&](std::string_view tag, const std::vector<std::string>& uris) {
    std::string list;
    for (const std::string& uri : uris) {
      if (out.size() + list.size() + uri.size() > octets_max) break;
      list.append(list.empty() ? "" : ",").append(uri);
    }
    if (!list.empty()) out.append("; ").append(tag).append("=").append(list);
  };
  add("rua", record.aggregate_to);
  add("ruf", record.failure_to);
  return out;
}

// RFC 9990 §3.1.1: values are those discovered or the default.
PublishedPolicy published(const verify::Facts& facts) {
  const dmarc::Result& dmarc = facts.dmarc;
  PublishedPolicy published;
  const std::optional<dmarc::Record> record = record_of(facts);
  if (!record) {  // No room in the event for the answer; this much it tells.
    published.p = dmarc::name(dmarc.published);
    published.testing = dmarc.published != dmarc.policy;
    return published;
  }
  published.record = record_text(*record);
  published.p = dmarc::name(record->policy.value_or(dmarc::Policy::none));
  published.sp = word(record->subdomain_policy);
  published.np = word(record->nonexistent_policy);
  published.adkim = record->dkim_alignment == dmarc::Alignment::strict ? "s" : "r";
  published.aspf = record->spf_alignment == dmarc::Alignment::strict ? "s" : "r";
  published.fo = record->failure_options;
  published.testing = record->testing;
  return published;
}

// RFC 8617 §7.2.2: the chain's status and who sealed it, newest first. Events have only the newest
// of many, and those before 0.2.0 no selectors.
std::string arc_comment(const arc::Result& arc) {
  std::string comment = "arc=pass";
  std::size_t instance = std::max(arc.instances, arc.sealers.size());
  for (const arc::Sealer& sealer : arc.sealers) {
    const std::string as = " as[" + std::to_string(instance--) + "].";
    comment.append(as).append("d=").append(sealer.domain.text());
    if (!sealer.selector.empty()) comment.append(as).append("s=").append(sealer.selector);
  }
  return comment;
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

// Why what was done is not what the domain owner asked for. Comments name our rule, never the
// message: they would make each message a row of its own.
OverrideReason override_reason(const event::Event& event) {
  const policy::Decision& decision = event.decision;
  const std::string_view rule = decision.rule;
  if (decision.would != decision.action) {  // Preset monitor, a stage, or DNS in trouble.
    return {"local_policy", event.circumstances.dns_degraded ? "not enforced: DNS in trouble"
                                                             : "not fully enforced at this site"};
  }
  if (rule == "arc-sealer" || rule == "override-arc-sealer") {
    return {"local_policy", arc_comment(event.facts.arc)};
  }
  if (rule == "override-forwarder") return {"trusted_forwarder", std::string(rule)};
  // RFC 9989 §7.4, RFC 7960: p=reject alone is no reason to reject, least of all a list's mail.
  if (rule == "dmarc-reject-uncorroborated") {
    const bool list = contains(decision.corroboration, "-list-mail");
    return {list ? "mailing_list" : "local_policy", "p=reject alone is not enough (RFC 9989 7.4)"};
  }
  return {"local_policy", std::string(rule)};
}

// RFC 9990 §3.1.1.9: a reason there must be when alignment failed and what was done is not what
// the policy says.
std::vector<OverrideReason> reasons(const event::Event& event) {
  const dmarc::Result& dmarc = event.facts.dmarc;
  std::vector<OverrideReason> reasons;
  if (dmarc.status == dmarc::Status::temperror) {
    return {{"other", "temporary error: not all checks could be completed"}};
  }
  if (dmarc.status != dmarc::Status::fail) return reasons;
  if (dmarc.published != dmarc.policy) reasons.push_back({"policy_test_mode", "t=y"});
  if (event::disposition(event) != dmarc::name(dmarc.policy))
    reasons.push_back(override_reason(event));
  std::ranges::sort(reasons);
  return reasons;
}

// RFC 9990 §3.1.3: aligned passes first, strictly aligned ones before others, then other passes.
int rank(const dkim::Result& result, const dmarc::Result& dmarc) {
  if (!result.vouches()) return 3;
  if (result.domain == dmarc.author) return 0;
  return dmarc.organization && result.domain->is_within(*dmarc.organization) ? 1 : 2;
}

// Each signature that was tried (RFC 9990 §3.1.1.11) and can be named; equal ones once.
std::vector<DkimRow> dkim_rows(const verify::Facts& facts) {
  std::set<std::pair<int, DkimRow>> ranked;
  for (const dkim::Result& result : facts.dkim) {
    if (!result.domain || result.reason == dkim::Reason::too_many_signatures) continue;
    ranked.emplace(rank(result, facts.dmarc), DkimRow{result.domain->text(), result.selector,
                                                      std::string(dkim::name(result.status))});
  }
  std::vector<DkimRow> rows;
  for (const auto& [rank, row] : ranked) {
    if (rows.size() == dkim_max) break;
    rows.push_back(row);
  }
  std::ranges::sort(rows);
  return rows;
}

std::string domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : base::to_lower(address.substr(at + 1));
}

void write_published(json::Writer& json, const PublishedPolicy& published) {
  json.begin_object("published");
  json.text("p", published.p, text_max);
  json.text("sp", published.sp, text_max);
  json.text("np", published.np, text_max);
  json.text("adkim", published.adkim, text_max);
  json.text("aspf", published.aspf, text_max);
  json.text("fo", published.fo, text_max);
  json.boolean("testing", published.testing);
  json.text("discovery", published.discovery, text_max);
  json.text("record", published.record, record_max);
  json.end_object();
}

void write_results(json::Writer& json, const ReportRow& row) {
  json.begin_array("dkim");
  for (const DkimRow& dkim : row.dkim) {
    json.begin_object();
    json.text("domain", dkim.domain, text_max);
    json.text("selector", dkim.selector, text_max);
    json.text("result", dkim.result, text_max);
    json.end_object();
  }
  json.end_array();
  if (!row.spf) return;
  json.begin_object("spf");
  json.text("domain", row.spf->domain, text_max);
  json.text("result", row.spf->result, text_max);
  json.end_object();
}

PublishedPolicy read_published(const json::Node& node) {
  PublishedPolicy published;
  published.record = node["record"].text();
  published.p = node["p"].text();
  published.sp = node["sp"].text();
  published.np = node["np"].text();
  published.adkim = node["adkim"].text();
  published.aspf = node["aspf"].text();
  published.fo = node["fo"].text();
  published.testing = node["testing"].boolean();
  published.discovery = node["discovery"].text();
  return published;
}

}  // namespace

std::optional<ReportRow> row_of(const event::Event& event) {
  const verify::Facts& facts = event.facts;
  const base::Domain* author = facts.from_domain();
  if (!event.verified || author == nullptr || !facts.dmarc.policy_domain ||
      !event.connection.client || event.decision.action == policy::Action::defer) {
    return std::nullopt;
  }
  ReportRow row;
  row.policy_domain = facts.dmarc.policy_domain->text();
  row.published = published(facts);
  row.source_ip = event.connection.client->text();
  row.header_from = author->text();
  row.envelope_from = domain_of(event.envelope.mail_from);
  row.disposition = event::disposition(event);
  row.dkim_aligned = facts.dmarc.dkim_aligned;
  row.spf_aligned = facts.dmarc.spf_aligned;
  row.reasons = reasons(event);
  row.dkim = dkim_rows(facts);
  // With a null sender this is postmaster@HELO, which stands in for MAIL FROM (RFC 7208 §2.4).
  if (const spf::Result* spf = facts.mail_from_spf(); spf != nullptr && spf->domain) {
    row.spf = SpfRow{spf->domain->text(), std::string(spf::name(spf->status))};
  }
  return row;
}

std::optional<dmarc::Record> published_record(const event::Event& event) {
  const auto row = row_of(event);
  if (!row) return std::nullopt;
  const auto record = dmarc::parse_record(row->published.record);
  if (!record) return std::nullopt;
  return *record;
}

bool causes_report(const event::Event& event, std::string_view report_address) {
  const verify::Envelope& envelope = event.envelope;
  // RFC 3834 §5; a bounce has the null sender (RFC 5321 §4.5.5).
  if (event.facts.message.auto_submitted || envelope.mail_from.empty()) return false;
  if (report_address.empty()) return true;
  const auto is_ours = [&](std::string_view address) {
    if (address.starts_with('<') && address.ends_with('>')) {
      address = address.substr(1, address.size() - 2);
    }
    return base::equal_ignoring_case(address, report_address);
  };
  return !is_ours(envelope.mail_from) && std::ranges::none_of(envelope.recipients, is_ours);
}

std::string to_json(const ReportRow& row) {
  json::Writer json(1024);
  json.begin_object();
  json.text("policy_domain", row.policy_domain, text_max);
  json.text("source_ip", row.source_ip, text_max);
  json.text("header_from", row.header_from, text_max);
  json.text("envelope_from", row.envelope_from, text_max);
  json.text("disposition", row.disposition, text_max);
  json.boolean("dkim_aligned", row.dkim_aligned);
  json.boolean("spf_aligned", row.spf_aligned);
  json.begin_array("reasons");
  for (const OverrideReason& reason : row.reasons) {
    json.begin_object();
    json.text("type", reason.type, text_max);
    json.text("comment", reason.comment, comment_max);
    json.end_object();
  }
  json.end_array();
  write_results(json, row);
  write_published(json, row.published);
  json.end_object();
  return json.take();
}

base::Result<ReportRow> row_from_json(std::string_view text) {
  const std::optional<json::Value> parsed = json::parse(text);
  if (!parsed) return base::fail("report row: not JSON");
  std::string fault;
  const json::Node node(*parsed, fault);
  ReportRow row;
  row.policy_domain = node["policy_domain"].text();
  row.source_ip = node["source_ip"].text();
  row.header_from = node["header_from"].text();
  row.envelope_from = node["envelope_from"].text();
  row.disposition = node["disposition"].text();
  row.dkim_aligned = node["dkim_aligned"].boolean();
  row.spf_aligned = node["spf_aligned"].boolean();
  node["reasons"].for_each([&](const json::Node& reason) {
    row.reasons.push_back({reason["type"].text(), reason["comment"].text()});
  });
  node["dkim"].for_each([&](const json::Node& dkim) {
    row.dkim.push_back({dkim["domain"].text(), dkim["selector"].text(), dkim["result"].text()});
  });
  const json::Node spf = node["spf"];
  if (spf.exists()) row.spf = SpfRow{spf["domain"].text(), spf["result"].text()};
  row.published = read_published(node["published"]);
  if (!fault.empty()) return base::fail("report row: " + fault);
  return row;
}

}  // namespace store
