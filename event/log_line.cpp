#include <string>
#include <string_view>

#include "base/text.hpp"
#include "event/event.hpp"

namespace event {

namespace {

// "pass(d=example.com),fail(body_hash_mismatch,d=example.org)", in header order.
std::string dkim_summary(const std::vector<dkim::Result>& results) {
  constexpr std::size_t shown_max = 5;
  if (results.empty()) return "none";
  std::string out;
  for (const dkim::Result* result : dkim::most_telling(results, shown_max)) {
    if (!out.empty()) out += ',';
    out.append(dkim::name(result->status)) += '(';
    if (result->reason != dkim::Reason::none) out += dkim::name(result->reason);
    if (result->domain) {
      if (!out.ends_with('(')) out += ',';
      out.append("d=").append(result->domain->text());
    }
    out += ')';
  }
  if (results.size() > shown_max) out += ",...";
  return out;
}

}  // namespace

std::string to_log_line(const Event& event) {
  const verify::Facts& facts = event.facts;
  const policy::Decision& decision = event.decision;
  std::string line = "client=";
  const verify::Connection& connection = event.connection;
  const char* without = connection.relay ? "unknown" : "local";
  line += connection.client ? connection.client->text() : without;
  if (connection.relay) line.append(" relay=").append(connection.relay->text());
  if (!connection.relay_problem.empty()) {
    line.append(" relay_problem=\"").append(base::printable(connection.relay_problem)) += '"';
  }
  const base::Domain* author = facts.from_domain();
  line.append(" from=").append(author != nullptr ? author->text() : "-");
  const bool judged = event.verified && !facts.message.header_truncated;
  const spf::Result* spf = facts.mail_from_spf();
  line.append(" spf=").append(spf != nullptr ? spf::name(spf->status) : "-");
  line.append(" dkim=").append(judged ? dkim_summary(facts.dkim) : "-");
  line.append(" dmarc=").append(event.verified ? dmarc::name(facts.dmarc.status) : "-");
  line.append(" p=").append(facts.dmarc.policy_domain ? dmarc::name(facts.dmarc.policy) : "-");
  line.append(" action=").append(policy::name(decision.action));
  if (decision.would != decision.action) {
    line.append(" would=").append(policy::name(decision.would));
  }
  line.append(" rule=").append(base::printable(decision.rule, 60));
  line.append(" why=\"").append(base::printable(decision.why)).append("\"");
  return line.append(" event=").append(base::printable(event.id, 60));
}

}  // namespace event
