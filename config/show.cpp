#include "config/show.hpp"

#include <cstdint>
#include <string_view>

#include "base/hash.hpp"
#include "config/store_url.hpp"

namespace config {

namespace {

// A basic string of TOML 1.0.
std::string toml_string(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (octet < 0x20 || octet == 0x7F) {
      out += {'\\', 'u', '0', '0', hex[octet >> 4], hex[octet & 15]};
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string toml_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts)
    out.append(out.size() > 1 ? ", " : "").append(toml_string(text));
  return out += ']';
}

std::string text_of(const report::Mailbox& mailbox) { return mailbox.text(); }
const std::string& text_of(const base::Domain& domain) { return domain.text(); }
std::string text_of(const base::Network& network) { return network.text(); }

template <class Item>
std::string toml_array_of(const std::vector<Item>& items) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const Item& item : items)
    texts.push_back(text_of(item));
  return toml_array(texts);
}

std::string_view word(bool truth) { return truth ? "true" : "false"; }

std::string_view word(base::log::Level level) {
  switch (level) {
    case base::log::Level::debug:
      return "debug";
    case base::log::Level::info:
      return "info";
    case base::log::Level::warning:
      return "warning";
    case base::log::Level::error:
      return "error";
  }
  return "info";
}

std::string_view enforce_word(policy::Action step) {
  return step == policy::Action::accept ? "monitor" : policy::name(step);
}

class Writer {
 public:
  explicit Writer(std::string name) { block_.name = std::move(name); }

  Writer& raw(std::string_view key, std::string_view value) {
    block_.settings.emplace_back(key, value);
    return *this;
  }
  Writer& text(std::string_view key, std::string_view value) {
    return raw(key, toml_string(value));
  }
  Writer& number(std::string_view key, auto value) { return raw(key, std::to_string(value)); }
  Writer& truth(std::string_view key, bool value) { return raw(key, word(value)); }

  [[nodiscard]] Block section() { return std::move(block_); }
  [[nodiscard]] Block table() {
    block_.repeated = true;
    return std::move(block_);
  }
  [[nodiscard]] Settings settings() { return std::move(block_.settings); }

 private:
  Block block_;
};

void write_stage(Writer& writer, const policy::Stage& stage) {
  writer.text("enforce", enforce_word(stage.enforce));
  writer.number("percent", stage.percent);
}

Settings stance_settings(const policy::Stance& stance) {
  Writer writer("");
  writer.text("preset", policy::name(stance.preset));
  write_stage(writer, stance.stage);
  writer.text("reply_text", stance.reject_code + " " + stance.reply_text);
  writer.text("reply_url", stance.reply_url);
  writer.text("temporary_error", policy::name(stance.on_temporary_error));
  writer.text("from_fault", policy::name(stance.on_from_fault));
  writer.text("spf_fail", policy::name(stance.on_spf_fail));
  return writer.settings();
}

Block milter_block(const Config& config) {
  return Writer("milter")
      .text("socket", config.socket)
      .text("authserv_id", config.authserv_id)
      .text("gateway", config.gateway)
      .number("deadline_ms", config.verify.deadline.count())
      .section();
}

Block log_block(const Config& config) {
  return Writer("log")
      .text("sink", config.log.sink == base::log::Sink::syslog ? "syslog" : "stderr")
      .text("format", config.log.format == base::log::Format::json ? "json" : "text")
      .text("level", word(config.log.level))
      .truth("local_parts", config.line.local_parts)
      .section();
}

Block dns_block(const Config& config) {
  return Writer("dns")
      .raw("servers", toml_array(config.dns.servers))
      .text("resolv_conf", config.dns.resolv_conf.string())
      .number("timeout_ms", config.dns.timeout.count())
      .number("attempts", config.dns.attempts)
      .truth("breaker", config.breaker)
      .raw("breaker_zones", toml_array(config.breaker_zones))
      .truth("trust_authentic", config.dns.trust_authentic)
      .truth("compact_denial", config.dns.compact_denial)
      .number("cache_entries", config.cache.entries_max)
      .section();
}

Block spf_block(const Config& config) {
  return Writer("spf")
      .text("engine", config.verify.spf.engine == spf::Engine::native ? "native" : "libspf2")
      .number("threads", config.spf_threads)
      .section();
}

Block dkim_block(const dkim::Options& options) {
  return Writer("dkim")
      .number("rsa_bits_min", options.rsa_bits_min)
      .number("signatures_max", options.signatures_max)
      .truth("partial_body_allowed", options.partial_body_allowed)
      .number("clock_skew_seconds", options.clock_skew.count())
      .section();
}

Block trust_block(const policy::Rules& rules) {
  return Writer("trust")
      .raw("networks", toml_array_of(rules.trust.networks))
      .truth("authenticated", rules.trust.authenticated)
      .truth("unknown_clients", rules.trust.unknown_clients)
      .raw("relays", toml_array_of(rules.trust.relays))
      .raw("arc_sealers", toml_array_of(rules.arc_sealers))
      .section();
}

Block policy_block(const Config& config) {
  const policy::Rules& rules = config.policy;
  Writer writer("policy");
  for (const auto& [key, value] : stance_settings(rules.site))
    writer.raw(key, value);
  writer.number("defer_hours_max", config.defer_max.count());
  writer.text("quarantine", rules.quarantine == policy::Quarantine::hold ? "hold" : "header");
  writer.text("quarantine_header", rules.quarantine_header);
  writer.text("signals_header", rules.signals_header);
  writer.text("mixed", policy::name(rules.mixed));
  writer.text("percent_key", config.verify.lot_key.empty() ? "" : hidden_key);
  writer.text("dns_degraded", policy::name(rules.degraded));
  return writer.section();
}

// The password of the URL does not leave the daemon: what is shown ends in tickets and on screens.
Block store_block(const Store& store) {
  return Writer("store")
      .text("url", without_passwords(store.url))
      .number("retention_days", store.retention_days)
      .number("size_mib_max", store.size_mib_max)
      .truth("keep_segments", store.keep_segments)
      .section();
}

std::string_view word(report::Relay::Tls level) {
  switch (level) {
    case report::Relay::Tls::may:
      return "opportunistic";
    case report::Relay::Tls::encrypt:
      return "required";
    case report::Relay::Tls::verify:
      return "verified";
  }
  return "opportunistic";
}

Block report_block(const Reports& reports) {
  const report::DeliveryLimits& limits = reports.limits;
  return Writer("report")
      .text("organization", reports.organization)
      .text("from", reports.from ? reports.from->text() : "")
      .text("contact", reports.contact)
      .truth("aggregate", reports.aggregate)
      .truth("failure", reports.failure)
      .raw("failure_domains", toml_array_of(reports.failure_domains))
      .text("failure_key", reports.failure_key.empty() ? "" : hidden_key)
      .number("failure_per_minute", reports.failure_per_minute)
      .raw("copy_to", toml_array_of(reports.copy_to))
      .text("submit", reports.relay.url)
      .text("tls", word(reports.relay.tls))
      .text("ca_file", reports.relay.authorities)
      .text("user", reports.user)
      .text("password_file", reports.password_file.string())
      .number("grace_minutes", reports.grace.count())
      .number("records_max", reports.records_max)
      .number("daily_max", limits.daily_max)
      .number("pace_ms", reports.pace.count())
      .number("reply_seconds",
              std::chrono::floor<std::chrono::seconds>(reports.relay.timeout).count())
      .number("expiry_hours", limits.expiry.count())
      .number("suppression_days", limits.suppression.count())
      .section();
}

Block protected_block(const policy::ProtectedDomain& domain) {
  return Writer("protected")
      .text("domain", domain.domain.text())
      .truth("subdomains", domain.subdomains)
      .raw("allow_networks", toml_array_of(domain.allow_networks))
      .raw("allow_dkim", toml_array_of(domain.allow_dkim))
      .raw("allow_users", toml_array(domain.allow_users))
      .table();
}

Block override_block(const policy::Override& item) {
  Writer match("");
  if (item.match.client) match.text("client", item.match.client->text());
  if (item.match.dkim) match.text("dkim", item.match.dkim->text());
  if (item.match.arc_sealer) match.text("arc_sealer", item.match.arc_sealer->text());
  if (item.match.forwarder) match.text("forwarder", item.match.forwarder->text());
  if (item.match.from) match.text("from", item.match.from->text());
  return Writer("override")
      .raw("match", inline_table(match.settings()))
      .text("action", policy::name(item.action))
      .table();
}

Block tenant_block(const policy::Tenant& tenant, const Settings& site) {
  Writer writer("tenant");
  writer.text("name", tenant.name);
  writer.raw("recipients", toml_array(tenant.recipients));
  const Settings own = stance_settings(tenant.stance);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] != site[i]) writer.raw(own[i].first, own[i].second);
  }
  std::string overrides;
  for (const policy::Override& item : tenant.overrides.list()) {
    overrides.append(overrides.empty() ? "" : ", ");
    overrides.append(inline_table(override_block(item).settings));
  }
  if (!overrides.empty()) writer.raw("override", "[" + overrides + "]");
  return writer.table();
}

Block stage_block(const policy::SenderStage& stage) {
  Writer writer("stage");
  writer.text("domain", stage.domain.text());
  writer.truth("subdomains", stage.subdomains);
  write_stage(writer, stage.stage);
  return writer.table();
}

}  // namespace

std::string inline_table(const Settings& settings) {
  std::string out = "{";
  for (const auto& [key, value] : settings)
    out.append(out.size() > 1 ? ", " : "").append(key).append(" = ").append(value);
  return out += '}';
}

std::vector<Block> blocks(const Config& config) {
  const policy::Rules& rules = config.policy;
  std::vector<Block> all = {
      milter_block(config),
      log_block(config),
      dns_block(config),
      spf_block(config),
      dkim_block(config.verify.dkim),
      Writer("dmarc").truth("pct_zero_is_testing", config.verify.pct_zero_is_testing).section(),
      trust_block(rules),
      policy_block(config),
      Writer("spool").text("directory", config.spool.directory.string()).section(),
      store_block(config.store),
      report_block(config.reports),
      Writer("metrics").text("listen", config.metrics_listen).section(),
  };
  for (const policy::ProtectedDomain& domain : rules.protection.list())
    all.push_back(protected_block(domain));
  const Settings site = stance_settings(rules.site);
  for (const policy::Tenant& tenant : rules.tenants.list())
    all.push_back(tenant_block(tenant, site));
  for (const policy::Override& item : rules.overrides.list())
    all.push_back(override_block(item));
  for (const policy::SenderStage& stage : rules.stages.list())
    all.push_back(stage_block(stage));
  return all;
}

std::string to_toml(const Config& config) {
  std::string out;
  for (const Block& block : blocks(config)) {
    if (!out.empty()) out += '\n';
    out.append(block.repeated ? "[[" : "[").append(block.name);
    out.append(block.repeated ? "]]\n" : "]\n");
    for (const auto& [key, value] : block.settings)
      out.append(key).append(" = ").append(value).append("\n");
  }
  return out;
}

std::string digest(const Config& config) {
  std::uint64_t hash = base::fnv1a(to_toml(config));
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; hash >>= 4)
    text[i] = "0123456789abcdef"[hash & 15];
  return text;
}

}  // namespace config
