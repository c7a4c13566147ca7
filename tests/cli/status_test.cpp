#include "cli/status.hpp"

#include <fstream>
#include <functional>
#include <sstream>

#include <catch2/catch.hpp>
#include <sysexits.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace std::chrono_literals;
using cli::Condition;
using cli::Finding;
using cli::Health;
using cli::Trouble;

const base::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + 12h;

config::Config site() {
  return *config::parse("[report]\norganization = \"x\"\nfrom = \"reports@example.org\"\n", "test");
}

// All is well.
Condition well() {
  Condition condition;
  condition.daemon = cli::DaemonAnswer{3ms, "postern:postfix 0770"};
  condition.numbers = cli::DaemonNumbers{.started = now - 2h, .loaded = now - 1h, .generation = 2};
  condition.spool =
      cli::SpoolCondition{.segments = 1,
                          .octets = 4711,
                          .free_percent = 80,
                          .last = cli::LastMessage{now - 30s, "reject", "dmarc-reject"}};
  cli::StoreCondition store;
  store.status = {.events = 12, .octets = 1 << 20, .oldest = now - 240h, .newest = now - 31s};
  store.outbox = report::OutboxStatus{.reports = {{"made", 2}},
                                      .deliveries = {{"sent", 3}, {"waiting", 1}, {"refused", 2}},
                                      .messages_unreported = 0,
                                      .oldest_open = now - 3h,
                                      .suppressions = {}};
  condition.store = store;
  condition.backlog = store::Backlog{};
  return condition;
}

const Finding& find(const std::vector<Finding>& findings, std::string_view name) {
  for (const Finding& finding : findings) {
    if (finding.name == name) return finding;
  }
  FAIL("no finding " << name);
  return findings.front();
}

cli::StoreCondition& store_of(Condition& condition) { return **condition.store; }

struct Row {
  const char* what;
  const char* finding;
  Health health;
  const char* text;
  std::function<void(Condition&)> change;
};

const std::vector<Row> rows = {
    {"nothing listens", "daemon", Health::critical, "No such file",
     [](Condition& c) { c.daemon = std::unexpected(Trouble{"unix:/x: No such file"}); }},
    {"the socket is not for this user", "daemon", Health::unknown, "denied",
     [](Condition& c) {
       c.daemon = std::unexpected(Trouble{"unix:/x: denied", true});
     }},
    {"metrics are off", "dns", Health::ok, "not known", [](Condition& c) { c.numbers.reset(); }},
    {"metrics do not answer, the daemon does", "dns", Health::warning, "refused",
     [](Condition& c) { c.numbers = std::unexpected(Trouble{"127.0.0.1:9893: refused"}); }},
    {"the resolver fails", "dns", Health::critical, "no permanent verdicts",
     [](Condition& c) { (*c.numbers)->dns_degraded = true; }},
    {"a reload failed", "configuration", Health::warning, "the last reload failed",
     [](Condition& c) { (*c.numbers)->reload_failed = true; }},
    {"events were lost", "spool", Health::warning, "7 events could not be written",
     [](Condition& c) { (*c.numbers)->events_lost = 7; }},
    {"the disk is nearly full", "spool", Health::warning, "9% of the disk free",
     [](Condition& c) { c.spool->free_percent = 9; }},
    {"the disk is full", "spool", Health::critical, "2% of the disk free",
     [](Condition& c) { c.spool->free_percent = 2; }},
    {"the spool is gone", "spool", Health::critical, "cannot read",
     [](Condition& c) { c.spool = std::unexpected(Trouble{"spool: cannot read /x"}); }},
    {"the spool is not for this user", "spool", Health::unknown, "may not",
     [](Condition& c) {
       c.spool = std::unexpected(Trouble{"/x: this user may not read it", true});
     }},
    {"nothing but the store's mail is known", "last message", Health::ok, "31 s ago",
     [](Condition& c) { c.spool->last.reset(); }},
    {"no mail yet", "last message", Health::ok, "none yet",
     [](Condition& c) {
       c.spool->last.reset();
       store_of(c).status.newest.reset();
     }},
    {"the collector is a little behind", "collector", Health::ok, "60 s old",
     [](Condition& c) {
       c.backlog = store::Backlog{1, 100, now - 60s};
     }},
    {"the collector is behind", "collector", Health::warning, "5 min old",
     [](Condition& c) {
       c.backlog = store::Backlog{1, 100, now - 301s};
     }},
    {"the collector is far behind", "collector", Health::critical, "47 MiB in 3 segments",
     [](Condition& c) {
       c.backlog = store::Backlog{3, 50'000'000, now - 2h};
     }},
    {"a clock went back", "collector", Health::ok, "0 s old",
     [](Condition& c) {
       c.backlog = store::Backlog{1, 100, now + 2h};
     }},
    {"there is no store yet", "collector", Health::ok, "no store yet",
     [](Condition& c) {
       c.store = std::optional<cli::StoreCondition>();
       c.backlog.reset();
     }},
    {"the store does not answer", "store", Health::critical, "no answer",
     [](Condition& c) {
       c.store = std::unexpected(Trouble{"store: no answer"});
       c.backlog.reset();
     }},
    {"nor can the rest be known then", "reports", Health::unknown, "not known",
     [](Condition& c) {
       c.store = std::unexpected(Trouble{"store: no answer"});
       c.backlog.reset();
     }},
    {"lines could not be read", "store", Health::ok, "4 lines could not be read",
     [](Condition& c) { store_of(c).status.unread_lines = 4; }},
    {"a report waits for long", "reports", Health::warning, "waits for 30 h",
     [](Condition& c) { store_of(c).outbox->oldest_open = now - 30h; }},
    {"no report waits", "reports", Health::ok, "3 sent, 0 waiting, 2 given up",
     [](Condition& c) {
       store_of(c).outbox->deliveries.erase("waiting");
       store_of(c).outbox->oldest_open = now - 300h;
     }},
};

}  // namespace

TEST_CASE("what works is ok, each in its own words", "[cli][status]") {
  const auto findings = cli::judge(well(), site(), {}, now);
  CHECK(worst(findings) == Health::ok);
  CHECK(to_screen(findings) ==
        "daemon         ok        answers at unix:/run/postern/postern.sock in 3 ms"
        " (postern:postfix 0770), up for 2 h\n"
        "configuration  ok        preset rfc9989; in force for 60 min, number 2 since the start\n"
        "dns            ok        the resolver answers\n"
        "last message   ok        30 s ago: reject, rule dmarc-reject\n"
        "spool          ok        /var/spool/postern: 4711 octets in 1 segments; 80% of the disk"
        " free\n"
        "collector      ok        all collected\n"
        "store          ok        sqlite:/var/lib/postern/postern.db: 12 events, 1024 KiB, since"
        " 2026-04-21\n"
        "reports        ok        3 sent, 1 waiting, 2 given up, 0 addresses suppressed; the oldest"
        " waits for 3 h\n");
}

TEST_CASE("each trouble has its finding", "[cli][status]") {
  for (const Row& row : rows) {
    INFO(row.what);
    Condition condition = well();
    row.change(condition);
    const auto findings = cli::judge(condition, site(), {}, now);
    const Finding& finding = find(findings, row.finding);
    CHECK(cli::name(finding.health) == cli::name(row.health));
    CHECK_THAT(finding.text, Catch::Contains(row.text));
  }
}

TEST_CASE("silence is trouble only where somebody says so", "[cli][status]") {
  cli::StatusOptions options;
  options.silence_seconds = {30, 60};
  Condition condition = well();
  const auto health = [&] {
    return find(cli::judge(condition, site(), options, now), "last message").health;
  };
  CHECK(health() == Health::warning);
  condition.spool->last->time = now - 29s;
  CHECK(health() == Health::ok);
  options.silence_seconds = {0, 29};
  CHECK(health() == Health::critical);
}

TEST_CASE("what is seen to be broken counts more than what may not be seen", "[cli][status]") {
  CHECK(cli::worst({}) == Health::ok);
  CHECK(cli::worst({{"a", Health::ok, ""}, {"b", Health::unknown, ""}}) == Health::unknown);
  CHECK(cli::worst({{"a", Health::warning, ""}, {"b", Health::unknown, ""}}) == Health::warning);
  CHECK(cli::worst({{"a", Health::critical, ""}, {"b", Health::warning, ""}}) == Health::critical);
}

TEST_CASE("a monitoring system gets one line, with the numbers behind a bar", "[cli][status]") {
  Condition condition = well();
  auto findings = cli::judge(condition, site(), {}, now);
  CHECK(cli::to_check_line(findings) + cli::to_numbers(condition, {}, now) ==
        "POSTERN OK - daemon: answers at unix:/run/postern/postern.sock in 3 ms"
        " (postern:postfix 0770), up for 2 h"
        " | answer=3ms lag=0s;300;3600 spool=4711B free=80%");
  condition.daemon = std::unexpected(Trouble{"a|b\nc"});
  condition.spool->free_percent = 5;
  condition.backlog = store::Backlog{1, 100, now - 60s};
  findings = cli::judge(condition, site(), {}, now);
  CHECK(cli::to_check_line(findings) + cli::to_numbers(condition, {}, now) ==
        "POSTERN CRITICAL - daemon: a/b c; spool: /var/spool/postern: 4711 octets in 1 segments;"
        " 5% of the disk free | lag=60s;300;3600 spool=4711B free=5%");
}

TEST_CASE("programs get every number as JSON", "[cli][status]") {
  const Condition condition = well();
  const std::string json = cli::to_json(cli::judge(condition, site(), {}, now), condition, now);
  for (const char* part :
       {R"("v":1,"health":"ok","findings":[{"name":"daemon","health":"ok")", R"("answer_ms":3)",
        R"("config_generation":2)", R"("dns_degraded":false)", R"("spool_octets":4711)",
        R"("lag_seconds":0)", R"("store_events":12)",
        R"("oldest_waiting":"2026-05-01T09:00:00.000Z")",
        R"("deliveries":{"refused":2,"sent":3,"waiting":1})"}) {
    CHECK_THAT(json, Catch::Contains(part));
  }
}

TEST_CASE("limits are two numbers, or one that is both", "[cli][status]") {
  CHECK(cli::parse_limits("300,3600") == cli::Limits{300, 3600});
  CHECK(cli::parse_limits("5") == cli::Limits{5, 5});
  for (const char* wrong : {"", ",", "5,", ",5", "-1,2", "1,2,3", "1, 2", "a"}) {
    INFO(wrong);
    const auto limits = cli::parse_limits(wrong);
    REQUIRE_FALSE(limits);
    CHECK_THAT(limits.error().what, Catch::Contains("WARN,CRIT"));
  }
  CHECK(cli::to_text({300, 0}) == "300,0");
}

TEST_CASE("a configuration that cannot be used is told to both kinds of reader", "[cli][status]") {
  const support::TemporaryFolder folder;
  cli::StatusOptions options;
  options.config = folder / "postern.toml";
  std::ofstream(*options.config) << "nonsense = 1\n";
  std::ostringstream out;
  std::ostringstream error;
  CHECK(cli::status(options, now, {out, error}).status == EX_CONFIG);
  CHECK_THAT(error.str(), Catch::Contains("postern.toml:1:"));
  options.check = true;
  CHECK(cli::status(options, now, {out, error}).status == 2);
  CHECK_THAT(out.str(), Catch::StartsWith("POSTERN CRITICAL - configuration: ") &&
                            Catch::Contains("postern.toml:1:"));
}

TEST_CASE("the daemon's numbers are read by their whole names", "[cli][status]") {
  const cli::DaemonNumbers numbers = cli::read_numbers(
      "# HELP postern_dns_degraded 1\n"
      "postern_dns_degraded 1\n"
      "x_postern_events_lost_total 5\npostern_events_lost_total{a=\"b\"} 6\n"
      "postern_events_lost_total 3\n"
      "postern_config_generation 4\npostern_config_loaded_seconds 1.777593600e+09\n"
      "postern_reload_failed 0\n");
  CHECK(numbers.dns_degraded);
  CHECK_FALSE(numbers.reload_failed);
  CHECK(numbers.events_lost == 3);
  CHECK(numbers.generation == 4);
  CHECK(numbers.loaded == base::WallTime(std::chrono::seconds(1777593600)));
  CHECK_FALSE(numbers.started);
  // Of somebody else, or broken.
  for (const char* page : {"", "postern_config_generation", "postern_config_generation ",
                           "postern_config_generation -5\npostern_start_time_seconds nan\n",
                           "postern_config_generation 1e400\n"}) {
    INFO(page);
    CHECK(cli::read_numbers(page).generation == 0);
    CHECK_FALSE(cli::read_numbers(page).started);
  }
}
