#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "event/event.hpp"
#include "event/spool.hpp"
#include "policy/decision.hpp"
#include "report/deliveries.hpp"
#include "report/destination.hpp"
#include "report/submission.hpp"
#include "verify/dns/ares_resolver.hpp"
#include "verify/dns/breaker_resolver.hpp"
#include "verify/dns/caching_resolver.hpp"
#include "verify/verification.hpp"

namespace config {

// Where events and counters are kept.
struct Store {
  std::string url = "sqlite:/var/lib/postern/postern.db";  // Or postgresql://…
  unsigned retention_days = 30;                            // Of events.
  std::uint64_t size_mib_max = 0;                          // Of all of it; 0: no bound.
  bool keep_segments = false;                              // Once they are collected.

  friend bool operator==(const Store&, const Store&) = default;
};

// What is shown in place of [report] failure_key and [policy] percent_key: as long as a key must
// be, so that it can be read again; it is none.
inline constexpr std::string_view hidden_key = "*** (not shown) ***";

// What domain owners are told, and how it gets to them.
struct Reports {
  std::string organization;
  std::optional<report::Mailbox> from;  // Nothing: no reports.
  std::string contact;                  // A web page or the like; may be empty.
  bool aggregate = true;
  bool failure = false;
  std::vector<base::Domain> failure_domains;  // Policy domains that get failure reports.
  std::string failure_key;                    // Of the digests that stand for local parts.
  std::uint64_t failure_per_minute = 10;      // Of all domains together.
  std::vector<report::Mailbox> copy_to;
  report::Relay relay;  // Without its login, which is a user and where the password is read:
  std::string user;
  std::filesystem::path password_file;
  std::chrono::minutes grace{120};    // After midnight UTC.
  std::size_t records_max = 100'000;  // Of a report.
  report::DeliveryLimits limits;
  std::chrono::milliseconds pace{50};  // Between two messages.
};

// The whole configuration: each module's own Options, gathered. Nobody below includes this.
struct Config {
  Config();  // The defaults, which config/postern.toml spells out.

  std::string socket = "unix:/run/postern/postern.sock";  // In libmilter's spelling.
  std::string authserv_id;                                // Empty: the MTA's {j}.
  std::string gateway;  // Which of the site's gateways, in events. Empty: the authserv_id.
  base::log::Options log;
  event::LineOptions line;
  dns::AresResolver::Options dns;
  dns::CachingResolver::Options cache;
  bool breaker = true;  // Whether to notice that the resolver itself fails (dns::BreakerResolver) …
  std::vector<std::string> breaker_zones = dns::BreakerResolver::Options().zones;  // … and by what.
  verify::Options verify;
  std::size_t spf_threads = 2;
  policy::Rules policy;
  std::chrono::hours defer_max{24};  // How long mail of one domain is deferred for its DNS.
  event::Spool::Options spool;
  Store store;
  Reports reports;
  std::string metrics_listen = "127.0.0.1:9893";  // Empty: off.
  std::vector<std::string> warnings;              // Odd, not wrong: for the log, one line each.
};

// Reads TOML. What is wrong is an error with one line "FILE:LINE: …" for each fault, all faults at
// once: unknown keys with the nearest known one, wrong types, values out of range, contradictions.
[[nodiscard]] base::Result<Config> load(const std::filesystem::path& file);

// The same from memory; `name` stands for the file. Pure.
[[nodiscard]] base::Result<Config> parse(std::string_view text, std::string_view name);

// Every key with its value, as a file that parse() reads back to the same, but that no password is
// shown: "***" stands for it. What a tenant has in common with the site is left out.
[[nodiscard]] std::string to_toml(const Config& config);

// 16 hexadecimal digits that differ when to_toml() does: tells configurations apart in events. A
// change of a password alone does not show.
[[nodiscard]] std::string digest(const Config& config);

// config/postern.toml as it was when this program was built: the defaults, explained.
[[nodiscard]] std::string_view default_text();

}  // namespace config
