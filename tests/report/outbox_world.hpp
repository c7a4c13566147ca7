#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "report/outbox.hpp"
#include "report/outbox_status.hpp"
#include "store/migrations.hpp"
#include "store/report_counts.hpp"
#include "store/sql.hpp"
#include "store/store_identity.hpp"
#include "tests/report/sample_report.hpp"
#include "tests/support/databases.hpp"

// A store with counts of 1 May 2026, for the tests of what becomes of them.
namespace support {

inline constexpr store::Day may_first = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
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

inline std::unique_ptr<store::Database> open_store(const std::string& url) {
  auto database = must(store::open_database(url));
  must(store::migrate(*database, store::migrations(), {}));
  must(store::make_store_identity(*database));
  return database;
}

inline report::OutboxOptions outbox_options() {
  return {.reporter = {.organization = "Example Org", .mailbox = mailbox("reports@mx.example.org")},
          .copy_to = {}};
}

inline store::ReportRow row_of(const std::string& domain, const std::string& rua) {
  store::ReportRow row = sample_report().records.front().row;
  row.policy_domain = row.header_from = domain;
  row.published.record = "v=DMARC1; p=reject" + (rua.empty() ? "" : "; rua=" + rua);
  return row;
}

// `messages` more of the same row.
inline void count(store::Database& database, base::WallTime time, const store::ReportRow& row,
                  int messages = 1, bool causes = true) {
  const std::vector<store::Counted> all(static_cast<std::size_t>(messages), {time, row, causes});
  must(store::in_transaction(database, [&] { return store::count(database, all); }));
}

inline report::Made make(store::Database& database,
                         const report::OutboxOptions& options = outbox_options(),
                         base::WallTime now = next_morning) {
  return must(report::make_reports(database, options, now));
}

inline std::vector<report::ListedReport> listed(store::Database& database) {
  return must(report::list_reports(database, {}));
}

// "waiting a@example.com, sent b@example.com" of the first report.
inline std::string deliveries(store::Database& database) {
  std::string all;
  const auto reports = listed(database);
  for (const auto& delivery : reports.at(0).deliveries) {
    all += (all.empty() ? "" : ", ") + std::string(report::name(delivery.state)) + " " +
           delivery.destination;
  }
  return all;
}

}  // namespace support
