#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

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

std::vector<std::string> texts_of(const std::vector<base::Network>& networks) {
  std::vector<std::string> texts;
  texts.reserve(networks.size());
  for (const base::Network& network : networks)
    texts.push_back(network.text());
  return texts;
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

// `tag` is called "accept" where the question is what to do in spite of a temporary error.
std::string_view temporary_word(policy::Action action) {
  return action == policy::Action::defer ? "defer" : "accept";
}

class Lines {
 public:
  void section(std::string_view name) {
    out_.append(out_.empty() ? "[" : "\n[").append(name).append("]\n");
  }
  void raw(std::string_view key, std::string_view value) {
    out_.append(key).append(" = ").append(value).append("\n");
  }
  void text(std::string_view key, std::string_view value) { raw(key, toml_string(value)); }
  void number(std::string_view key, auto value) { raw(key, std::to_string(value)); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void show_checks(Lines& lines, const Config& config) {
  lines.section("dns");
  lines.raw("servers", toml_array(config.dns.servers));
  lines.number("timeout_ms", config.dns.timeout.count());
  lines.number("attempts", config.dns.attempts);
  lines.raw("trust_authentic", word(config.dns.trust_authentic));
  lines.raw("compact_denial", word(config.dns.compact_denial));
  lines.number("cache_entries", config.cache.entries_max);
  lines.section("spf");
  lines.text("engine", config.verify.spf.engine == spf::Engine::native ? "native" : "libspf2");
  lines.number("threads", config.spf_threads);
  lines.section("dkim");
  lines.number("rsa_bits_min", config.verify.dkim.rsa_bits_min);
  lines.number("signatures_max", config.verify.dkim.signatures_max);
  lines.raw("partial_body_allowed", word(config.verify.dkim.partial_body_allowed));
  lines.number("clock_skew_seconds", config.verify.dkim.clock_skew.count());
}

void show_policy(Lines& lines, const policy::Rules& rules) {
  lines.section("trust");
  lines.raw("networks", toml_array(texts_of(rules.trust.networks)));
  lines.raw("authenticated", word(rules.trust.authenticated));
  lines.raw("relays", "[]");
  lines.raw("arc_sealers", "[]");
  lines.section("policy");
  lines.text("preset", policy::name(rules.site.preset));
  lines.text("quarantine", rules.quarantine == policy::Quarantine::hold ? "hold" : "header");
  lines.text("quarantine_header", rules.quarantine_header);
  lines.text("reply_text", rules.site.reject_code + " " + rules.site.reply_text);
  lines.text("temporary_error", temporary_word(rules.site.on_temporary_error));
  lines.text("from_fault", policy::name(rules.site.on_from_fault));
  lines.text("spf_fail", policy::name(rules.site.on_spf_fail));
}

}  // namespace

std::string to_toml(const Config& config) {
  Lines lines;
  lines.section("milter");
  lines.text("socket", config.socket);
  lines.text("authserv_id", config.authserv_id);
  lines.number("deadline_ms", config.verify.deadline.count());
  lines.section("log");
  lines.text("sink", config.log.sink == base::log::Sink::syslog ? "syslog" : "stderr");
  lines.text("format", config.log.format == base::log::Format::json ? "json" : "text");
  lines.text("level", word(config.log.level));
  lines.raw("local_parts", word(config.line.local_parts));
  show_checks(lines, config);
  show_policy(lines, config.policy);
  lines.section("spool");
  lines.text("directory", config.spool.directory.string());
  lines.section("metrics");
  lines.text("listen", config.metrics_listen);
  return lines.take();
}

std::string digest(const Config& config) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, 64 bits: the same in every build.
  for (const char c : to_toml(config)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  }
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; hash >>= 4)
    text[i] = "0123456789abcdef"[hash & 15];
  return text;
}

}  // namespace config
