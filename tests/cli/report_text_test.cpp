#include "cli/report_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace {

using namespace std::chrono_literals;

constexpr store::Day day = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
const base::WallTime noon = day + 12h;

report::ListedReport sample() {
  report::ListedReport report;
  report.id = "0123";
  report.kind = report::ReportKind::aggregate;
  report.day = day;
  report.policy_domain = "example.com";
  report.state = "made";
  report.made = noon;
  report.records = 2;
  report.messages = 5;
  report.deliveries = {{"a@example.com", report::DeliveryState::sent, 1, noon, noon, 0, ""},
                       {"b@example.com", report::DeliveryState::waiting, 2, noon, std::nullopt, 450,
                        "RCPT: 450 later"}};
  return report;
}

report::Campaign campaign() {
  report::Campaign campaign;
  campaign.domain = "example.com";
  campaign.first = campaign.last = noon;
  campaign.messages = 3;
  campaign.from_domains = {{"example.com", 3}};
  campaign.actions = {{"reject", 3}};
  campaign.sources = {{"192.0.2.1", {2, "=mail.example.net"}}, {"2001:db8::1", {1, ""}}};
  campaign.weaknesses = {"p=none", "sp=none"};
  return campaign;
}

}  // namespace

TEST_CASE("a report and its deliveries are lines for people", "[cli][report]") {
  CHECK(cli::to_text(sample()) ==
        "2026-05-01 example.com aggregate made messages=5 records=2 id=0123\n"
        "  sent a@example.com attempts=1 sent=2026-05-01T12:00:00.000Z\n"
        "  waiting b@example.com attempts=2 next=2026-05-01T12:00:00.000Z why=\"RCPT: 450 "
        "later\"\n");
}

TEST_CASE("a report is one JSON object", "[cli][report]") {
  const auto json = nlohmann::json::parse(cli::to_json(sample()));
  CHECK(json["day"] == "2026-05-01");
  CHECK(json["messages"] == 5);
  CHECK(json["deliveries"][0]["next"].is_null());
  CHECK(json["deliveries"][1]["sent"].is_null());
  CHECK(json["deliveries"][1]["code"] == 450);
}

TEST_CASE("the status says what waits and what is wrong", "[cli][report]") {
  report::OutboxStatus status;
  CHECK(cli::to_text(status) == "reports: none\ndeliveries: none\nmessages not reported yet: 0\n");
  status.reports = {{"made", 2}, {"unwanted", 1}};
  status.deliveries = {{"waiting", 3}};
  status.oldest_open = noon;
  status.suppressions = {{"a@example.com", noon, "550 no"}};
  CHECK(cli::to_text(status) ==
        "reports: made=2 unwanted=1\ndeliveries: waiting=3\nmessages not reported yet: 0\n"
        "oldest report on its way: made 2026-05-01T12:00:00.000Z\n"
        "suppressed: a@example.com until 2026-05-01T12:00:00.000Z why=\"550 no\"\n");
  const auto json = nlohmann::json::parse(cli::to_json(status));
  CHECK(json["reports"]["made"] == 2);
  CHECK(json["suppressions"][0]["destination"] == "a@example.com");
}

TEST_CASE("campaigns are JSON, and a table with a line for each source", "[cli][incidents]") {
  const auto json = nlohmann::json::parse(cli::to_json(std::vector{campaign()}));
  CHECK(json["v"] == 1);
  CHECK(json["campaigns"][0]["weaknesses"] == nlohmann::json::array({"p=none", "sp=none"}));
  CHECK(json["campaigns"][0]["sources"][0]["messages"] == 2);
  CHECK(json["campaigns"][0]["actions"]["reject"] == 3);
  CHECK(cli::to_csv({campaign()}) ==
        "\"domain\",\"first\",\"last\",\"weaknesses\",\"campaign_messages\",\"source\",\"host\","
        "\"messages\"\r\n"
        "\"example.com\",\"2026-05-01T12:00:00.000Z\",\"2026-05-01T12:00:00.000Z\","
        "\"p=none, sp=none\",\"3\",\"192.0.2.1\",\"'=mail.example.net\",\"2\"\r\n"
        "\"example.com\",\"2026-05-01T12:00:00.000Z\",\"2026-05-01T12:00:00.000Z\","
        "\"p=none, sp=none\",\"3\",\"2001:db8::1\",\"\",\"1\"\r\n");
  report::Campaign large = campaign();
  large.messages_of_other_sources = 7;
  CHECK_THAT(cli::to_csv({large}), Catch::EndsWith("\"3\",\"others\",\"\",\"7\"\r\n"));
}
