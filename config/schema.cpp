#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "config/checks.hpp"
#include "config/keys.hpp"
#include "config/kinds.hpp"
#include "config/names.hpp"
#include "config/policy_kinds.hpp"
#include "config/report_kinds.hpp"
#include "config/stance_keys.hpp"
#include "config/tables.hpp"

namespace config {

namespace {

// The sections. A key is one line here and its paragraph in config/postern.toml.

constexpr auto milter_keys = [](auto& key, auto& config) {
  key("socket", config.socket, Text{check_socket});
  key("authserv_id", config.authserv_id, Text{check_authserv_id});
  key("gateway", config.gateway, Text{check_gateway});
  // Postfix waits 300 s for the end of a message (milter_content_timeout): 250 s leave it time.
  key("deadline_ms", config.verify.deadline, Number{1, 250'000});
};

constexpr auto log_keys = [](auto& key, auto& config) {
  key("sink", config.log.sink, Word{});
  key("format", config.log.format, Word{});
  key("level", config.log.level, Word{});
  key("local_parts", config.line.local_parts, Truth{});
};

constexpr auto dns_keys = [](auto& key, auto& config) {
  key("servers", config.dns.servers, Texts{check_servers});
  key("resolv_conf", config.dns.resolv_conf, Path{});
  key("timeout_ms", config.dns.timeout, Number{1, 60'000});
  key("attempts", config.dns.attempts, Number{1, 10});
  key("breaker", config.breaker, Truth{});
  key("breaker_zones", config.breaker_zones, Texts{check_zones});
  key("trust_authentic", config.dns.trust_authentic, Truth{});
  key("compact_denial", config.dns.compact_denial, Truth{});
  key("cache_entries", config.cache.entries_max, Number{1, 100'000'000});
};

constexpr auto spf_keys = [](auto& key, auto& config) {
  key("engine", config.verify.spf.engine, Word{});
  key("threads", config.spf_threads, Number{1, 1024});
};

constexpr auto dkim_keys = [](auto& key, auto& config) {
  auto& options = config.verify.dkim;
  // RFC 8301 §3.2: verifiers must not accept less than 1024 bits.
  key("rsa_bits_min", options.rsa_bits_min, Number{1024, 4096});
  key("signatures_max", options.signatures_max, Number{1, 10});
  key("partial_body_allowed", options.partial_body_allowed, Truth{});
  key("clock_skew_seconds", options.clock_skew, Number{0, 86'400});
};

constexpr auto dmarc_keys = [](auto& key, auto& config) {
  key("pct_zero_is_testing", config.verify.pct_zero_is_testing, Truth{});
};

constexpr auto trust_keys = [](auto& key, auto& config) {
  auto& trust = config.policy.trust;
  key("networks", trust.networks, Each{Network{"no message would ever be verified"}});
  key("authenticated", trust.authenticated, Truth{});
  key("unknown_clients", trust.unknown_clients, Truth{});
  key("relays", trust.relays, Each{Network{"every client could say who it is"}});
  key("arc_sealers", config.policy.arc_sealers, Each{DomainName{}});
};

constexpr auto policy_keys = [](auto& key, auto& config) {
  auto& rules = config.policy;
  stance_keys(key, rules.site);
  key("defer_hours_max", config.defer_max, Number{1, 120});
  key("quarantine", rules.quarantine, Word{});
  key("quarantine_header", rules.quarantine_header, Text{check_quarantine_header});
  key("signals_header", rules.signals_header, Text{});
  key.check(check_signals_header, rules);
  key("mixed", rules.mixed, Word{});
  key("percent_key", config.verify.lot_key, Secret{check_percent_key});
  key("dns_degraded", rules.degraded, Word{});
  key.check(check_degraded, rules.degraded);
};

constexpr auto spool_keys = [](auto& key, auto& config) {
  key("directory", config.spool.directory, Path{});
};

constexpr auto store_keys = [](auto& key, auto& config) {
  constexpr std::int64_t size_mib_max = std::int64_t{1} << 30;  // A PiB.
  key("url", config.store.url, StoreUrl{});
  key("retention_days", config.store.retention_days, Number{1, 3650});
  key("size_mib_max", config.store.size_mib_max, Number{0, size_mib_max});
  key("keep_segments", config.store.keep_segments, Truth{});
};

constexpr auto report_keys = [](auto& key, auto& config) {
  auto& reports = config.reports;
  key("organization", reports.organization, Text{check_line});
  key("from", reports.from, OneMailbox{});
  key("contact", reports.contact, Text{check_line});
  key("aggregate", reports.aggregate, Truth{});
  key("failure", reports.failure, Truth{});
  key("failure_domains", reports.failure_domains, Each{DomainName{}});
  key("failure_key", reports.failure_key, Secret{});
  key.check(check_failure_key, reports);
  key("failure_per_minute", reports.failure_per_minute, Number{1, 10'000});
  key.check(warn_of_nobody, reports);
  key("copy_to", reports.copy_to, Mailboxes{});
  key("submit", reports.relay.url, Text{check_relay});
  key("tls", reports.relay.tls, Word{});
  key("ca_file", reports.relay.authorities, Text{check_ca_file});
  key("user", reports.user, Text{});
  key("password_file", reports.password_file, Path{nullptr});
  key.check(check_login, reports);
  key("grace_minutes", reports.grace, Number{0, 1440});
  key("records_max", reports.records_max, Number{1, 1'000'000});
  key("daily_max", reports.limits.daily_max, Number{0, 1'000'000'000});
  key("pace_ms", reports.pace, Number{0, 60'000});
  key("reply_seconds", reports.relay.timeout, Seconds{10, 3600});
  key("expiry_hours", reports.limits.expiry, Number{1, 240});
  key("suppression_days", reports.limits.suppression, Number{0, 365});
  key.check(check_organization, reports);
};

constexpr auto metrics_keys = [](auto& key, auto& config) {
  key("listen", config.metrics_listen, Text{check_listen});
};

// Every [section], in the order in which they are shown.
template <class Visit>
void for_each_section(const Visit& visit) {
  visit("milter", milter_keys);
  visit("log", log_keys);
  visit("dns", dns_keys);
  visit("spf", spf_keys);
  visit("dkim", dkim_keys);
  visit("dmarc", dmarc_keys);
  visit("trust", trust_keys);
  visit("policy", policy_keys);
  visit("spool", spool_keys);
  visit("store", store_keys);
  visit("report", report_keys);
  visit("metrics", metrics_keys);
}

constexpr std::array<std::string_view, 1> later_names = {"dashboard"};

void read_top_level(const Table& file, Complaints& complaints) {
  std::vector<std::string> known;
  for_each_section([&](std::string_view name, const auto&) { known.emplace_back(name); });
  known.insert(known.end(), table_names.begin(), table_names.end());
  for (const auto& [name, value] : file) {
    if (std::ranges::find(known, name) != known.end()) continue;
    if (std::ranges::find(later_names, name) != later_names.end()) {
      complaints.add(value.line, "[" + name + "]: is not available in this version");
      continue;
    }
    std::string what = "unknown section or key \"" + base::printable(name, 80) + "\"";
    if (const auto near = nearest(name, known)) what += "; did you mean [" + *near + "]?";
    complaints.add(value.line, std::move(what));
  }
}

}  // namespace

Config::Config() {
  constexpr std::array<std::uint8_t, 4> loopback_v4 = {127, 0, 0, 0};
  constexpr std::array<std::uint8_t, 16> loopback_v6 = {0, 0, 0, 0, 0, 0, 0, 0,
                                                        0, 0, 0, 0, 0, 0, 0, 1};
  policy.trust.networks = {{base::IpAddress::from_octets(loopback_v4), 8},
                           {base::IpAddress::from_octets(loopback_v6), 128}};
}

Config read(const Table& file, Complaints& complaints) {
  read_top_level(file, complaints);
  Config config;
  for_each_section([&](std::string_view name, const auto& keys) {
    Section section(file, name, complaints);
    read_keys(section, config, keys);
  });
  read_tables(file, config, complaints);
  config.warnings = complaints.warnings();
  return config;
}

std::vector<Block> blocks(const Config& config) {
  std::vector<Block> all;
  for_each_section([&](std::string_view name, const auto& keys) {
    all.push_back({std::string(name), false, settings_of(config, keys)});
  });
  std::ranges::move(table_blocks(config), std::back_inserter(all));
  return all;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> all;
  const Config config;
  for_each_section([&](std::string_view name, const auto& keys) {
    std::ranges::move(names_of(name, config, keys), std::back_inserter(all));
  });
  std::ranges::move(table_keys(), std::back_inserter(all));
  return all;
}

}  // namespace config
