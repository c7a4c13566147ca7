#include "cli/report_text.hpp"

#include <chrono>
#include <string_view>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "cli/csv.hpp"
#include "json/writer.hpp"

namespace cli {

namespace {

using json::Writer;

constexpr std::size_t report_text_max = 2000;

using Counts = std::map<std::string, std::uint64_t>;

std::string date(store::Day day) { return base::timestamp(day).substr(0, 10); }

std::string joined(const std::set<std::string>& words) {
  std::string all;
  for (const std::string& word : words)
    all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

// "made=2 unwanted=1"
std::string joined(const Counts& counts) {
  std::string all;
  for (const auto& [word, count] : counts)
    all.append(all.empty() ? "" : " ").append(word).append("=").append(std::to_string(count));
  return all.empty() ? "none" : all;
}

void time_or_null(Writer& json, std::string_view key, const std::optional<base::WallTime>& value) {
  json.text_or_null(key, value ? std::optional(base::timestamp(*value)) : std::nullopt,
                    report_text_max);
}

void counts(Writer& json, std::string_view key, const Counts& values) {
  json.begin_object(key);
  for (const auto& [word, count] : values)
    json.number(word, count);
  json.end_object();
}

void write(Writer& json, const report::Campaign& campaign) {
  json.begin_object();
  json.text("domain", campaign.domain, report_text_max);
  json.text("first", base::timestamp(campaign.first), report_text_max);
  json.text("last", base::timestamp(campaign.last), report_text_max);
  json.number("messages", campaign.messages);
  json.begin_array("weaknesses");
  for (const std::string& weakness : campaign.weaknesses)
    json.text({}, weakness, report_text_max);
  json.end_array();
  counts(json, "actions", campaign.actions);
  // Names from mail are values, not keys.
  json.begin_array("from_domains");
  for (const auto& [domain, messages] : campaign.from_domains) {
    json.begin_object();
    json.text("domain", domain, report_text_max);
    json.number("messages", messages);
    json.end_object();
  }
  json.end_array();
  json.begin_array("sources");
  for (const auto& [address, source] : campaign.sources) {
    json.begin_object();
    json.text("address", address, report_text_max);
    json.text("host", source.host, report_text_max);
    json.number("messages", source.messages);
    json.end_object();
  }
  json.end_array();
  json.number("messages_of_other_sources", campaign.messages_of_other_sources);
  json.end_object();
}

}  // namespace

std::string to_text(const report::ListedReport& report) {
  std::string text = date(report.day) + ' ' + report.policy_domain + ' ' +
                     std::string(report::name(report.kind)) + ' ' + report.state +
                     " messages=" + std::to_string(report.messages) +
                     " records=" + std::to_string(report.records) + " id=" + report.id;
  if (!report.why.empty()) text += " why=\"" + report.why + '"';
  text += '\n';
  for (const report::ListedDelivery& delivery : report.deliveries) {
    text += "  " + std::string(report::name(delivery.state)) + ' ' + delivery.destination +
            " attempts=" + std::to_string(delivery.attempts);
    if (delivery.sent) text += " sent=" + base::timestamp(*delivery.sent);
    if (report::is_open(delivery.state)) text += " next=" + base::timestamp(delivery.next);
    if (!delivery.reply.empty()) text += " why=\"" + delivery.reply + '"';
    text += '\n';
  }
  return text;
}

std::string to_text(const report::OutboxStatus& status) {
  std::string text = "reports: " + joined(status.reports) + '\n';
  text += "deliveries: " + joined(status.deliveries) + '\n';
  text += "messages not reported yet: " + std::to_string(status.messages_unreported) + '\n';
  if (status.oldest_open) {
    text += "oldest report on its way: made " + base::timestamp(*status.oldest_open) + '\n';
  }
  for (const report::Suppression& each : status.suppressions) {
    text += "suppressed: " + each.destination + " until " + base::timestamp(each.until) +
            " why=\"" + each.why + "\"\n";
  }
  return text;
}

std::string to_json(const report::ListedReport& report) {
  Writer json(1024);
  json.begin_object();
  json.text("id", report.id, report_text_max);
  json.text("kind", report::name(report.kind), report_text_max);
  json.text("day", date(report.day), report_text_max);
  json.text("policy_domain", report.policy_domain, report_text_max);
  json.text("state", report.state, report_text_max);
  json.text("why", report.why, report_text_max);
  json.text("made", base::timestamp(report.made), report_text_max);
  json.number("records", report.records);
  json.number("messages", report.messages);
  json.begin_array("deliveries");
  for (const report::ListedDelivery& delivery : report.deliveries) {
    json.begin_object();
    json.text("destination", delivery.destination, report_text_max);
    json.text("state", report::name(delivery.state), report_text_max);
    json.number("attempts", delivery.attempts);
    time_or_null(json, "sent", delivery.sent);
    time_or_null(json, "next",
                 report::is_open(delivery.state) ? std::optional(delivery.next) : std::nullopt);
    json.number("code", delivery.code);
    json.text("why", delivery.reply, report_text_max);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string to_json(const report::OutboxStatus& status) {
  Writer json(1024);
  json.begin_object();
  counts(json, "reports", status.reports);
  counts(json, "deliveries", status.deliveries);
  json.number("messages_unreported", status.messages_unreported);
  time_or_null(json, "oldest_open", status.oldest_open);
  json.begin_array("suppressions");
  for (const report::Suppression& each : status.suppressions) {
    json.begin_object();
    json.text("destination", each.destination, report_text_max);
    json.text("until", base::timestamp(each.until), report_text_max);
    json.text("why", each.why, report_text_max);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string to_json(const std::vector<report::Campaign>& campaigns) {
  Writer json(4096);
  json.begin_object();
  json.number("v", 1);
  json.begin_array("campaigns");
  for (const report::Campaign& campaign : campaigns)
    write(json, campaign);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string to_csv(const std::vector<report::Campaign>& campaigns) {
  std::string table = csv_line(
      {"domain", "first", "last", "weaknesses", "campaign_messages", "source", "host", "messages"});
  for (const report::Campaign& campaign : campaigns) {
    const auto add = [&](const std::string& address, const std::string& host,
                         std::uint64_t messages) {
      table +=
          csv_line({campaign.domain, base::timestamp(campaign.first),
                    base::timestamp(campaign.last), joined(campaign.weaknesses),
                    std::to_string(campaign.messages), address, host, std::to_string(messages)});
    };
    for (const auto& [address, source] : campaign.sources)
      add(address, source.host, source.messages);
    if (campaign.messages_of_other_sources > 0) {
      add("others", "", campaign.messages_of_other_sources);
    }
  }
  return table;
}

}  // namespace cli
