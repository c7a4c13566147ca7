#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "report/outbox/outbox.hpp"
#include "report/outbox/outbox_status.hpp"
#include "report/store/migrations.hpp"
#include "report/store/report_counts.hpp"
#include "report/store/sql.hpp"
#include "report/store/store_identity.hpp"
#include "tests/report/feedback/sample_report.hpp"
#include "tests/support/databases.hpp"

// A store with counts of 1 May 2026, for the tests of what becomes of them.
namespace support {

inline constexpr report::Day may_first = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
// Past the grace of 1 May.
inline constexpr base::WallTime next_morning =
    may_first + std::chrono::days(1) + std::chrono::hours(3);

inline report::Mailbox mailbox(std::string_view address) {
  return report::Mailbox::parse(address).value();
}

// A value, or the end of the test with its error.
template <class T>
T must(base::Result<T> result) {
  if (!result) FAIL(result.error().what);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

inline std::unique_ptr<report::Database> open_store(const std::string& url) {
  auto database = must(report::open_database(url));
  must(report::migrate(*database, report::migrations(), {}));
  must(report::make_store_identity(*database));
  return database;
}

inline report::OutboxOptions outbox_options() {
  return {.reporter = {.organization = "Example Org", .mailbox = mailbox("reports@mx.example.org")},
          .copy_to = {}};
}

inline report::ReportRow row_of(const std::string& domain, const std::string& rua) {
  report::ReportRow row = sample_report().records.front().row;
  row.policy_domain = row.header_from = domain;
  row.published.record = "v=DMARC1; p=reject" + (rua.empty() ? "" : "; rua=" + rua);
  return row;
}

// `messages` more of the same row.
inline void count(report::Database& database, base::WallTime time, const report::ReportRow& row,
                  int messages = 1, bool causes = true) {
  const std::vector<report::Counted> all(static_cast<std::size_t>(messages), {time, row, causes});
  must(report::in_transaction(database, [&] { return report::count(database, all); }));
}

inline report::Made make(report::Database& database,
                         const report::OutboxOptions& options = outbox_options(),
                         base::WallTime now = next_morning) {
  return must(report::make_reports(database, options, now));
}

inline std::vector<report::ListedReport> listed(report::Database& database) {
  return must(report::list_reports(database, {}));
}

// "waiting a@example.com, sent b@example.com" of the first report.
inline std::string deliveries(report::Database& database) {
  std::string all;
  const auto reports = listed(database);
  for (const auto& delivery : reports.at(0).deliveries) {
    all += (all.empty() ? "" : ", ") + delivery.state + " " + delivery.destination;
  }
  return all;
}

}  // namespace support
