#include "cli/verdict.hpp"

#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/page.hpp"

namespace cli {

namespace {

// One line each, however long: for terminals that wrap, and for grep.
constexpr Page::Layout one_line_each{
    .columns = std::numeric_limits<std::size_t>::max(), .label_width = 10, .labels_once = true};

std::string_view text_of(const std::optional<base::Domain>& domain) {
  return domain ? std::string_view(domain->text()) : "-";
}

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items)
    out.append(out.empty() ? "" : ", ").append(item);
  return base::printable(out, 500);
}

std::string client_text(const event::Event& event) {
  const verify::Connection& connection = event.connection;
  const char* without = connection.relay ? "unknown" : "local";
  std::string text = connection.client ? connection.client->text() : without;
  if (!connection.relay_problem.empty()) {
    text.append(" (").append(base::printable(connection.relay_problem)).append(")");
  }
  const auto& iprev = event.facts.iprev;
  if (!iprev) return text;
  text.append(", reverse name ").append(iprev->name ? base::printable(*iprev->name) : "none");
  return text.append(" (iprev=").append(iprev::name(iprev->status)).append(")");
}

std::string spf_text(const spf::Result& result) {
  std::string text(spf::name(result.status));
  text.append(" (").append(spf::name(result.identity)).append(" ");
  text.append(text_of(result.domain));
  if (!result.mechanism.empty()) text.append(", by ").append(base::printable(result.mechanism));
  if (!result.problem.empty()) text.append(", ").append(base::printable(result.problem));
  text.append(")");
  if (!result.explanation.empty()) text.append(" ").append(base::printable(result.explanation));
  return text;
}

std::string dkim_text(const dkim::Result& result) {
  std::string text(dkim::name(result.status));
  text.append(" (d=").append(text_of(result.domain));
  text.append(" s=").append(base::printable(result.selector, 80));
  text.append(" a=").append(base::printable(result.algorithm, 80));
  if (result.key_bits > 0)
    text.append(", ").append(std::to_string(result.key_bits)).append(" bits");
  text.append(")");
  if (result.reason != dkim::Reason::none) text.append(" ").append(dkim::name(result.reason));
  if (result.testing) text.append(", testing key (t=y)");
  return text;
}

std::string arc_text(const arc::Result& result) {
  std::string text(arc::name(result.status));
  if (result.instances > 0) {
    text.append(" (").append(std::to_string(result.instances)).append(" sets, newest sealer ");
    text.append(result.sealers.empty() ? "-" : result.sealers.front().domain.text()).append(")");
  }
  if (!result.detail.empty()) text.append(" ").append(base::printable(result.detail));
  return text;
}

std::string dmarc_text(const dmarc::Result& result) {
  std::string text(dmarc::name(result.status));
  if (result.policy_domain) {
    text.append(" (")
        .append(base::printable(result.policy_tag, 10))
        .append("=")
        .append(dmarc::name(result.published));
    text.append(" of ").append(result.policy_domain->text());
    if (result.policy != result.published) {
      text.append(", applied as ").append(dmarc::name(result.policy));
    }
    text.append(")");
  }
  if (!result.reason.empty()) text.append(" ").append(base::printable(result.reason));
  return text;
}

std::string alignment_text(const dmarc::Result& result) {
  std::string text = "spf ";
  text.append(result.spf_aligned ? "yes" : "no").append(", dkim ");
  text.append(result.dkim_aligned ? "yes" : "no");
  return text.append(" (organizational domain ").append(text_of(result.organization)).append(")");
}

void add_facts(Page& page, const verify::Facts& facts) {
  constexpr std::size_t shown_max = 20;
  for (const spf::Result& result : facts.spf)
    page.line("spf", spf_text(result));
  if (facts.spf.empty()) page.line("spf", "-");
  for (std::size_t i = 0; i < facts.dkim.size(); ++i) {
    if (i == shown_max) {
      page.line("dkim", std::to_string(facts.dkim.size() - i) + " more");
      break;
    }
    page.line("dkim", dkim_text(facts.dkim[i]));
  }
  if (facts.dkim.empty()) page.line("dkim", "none");
  page.line("arc", arc_text(facts.arc));
  page.line("dmarc", dmarc_text(facts.dmarc));
  if (facts.dmarc.policy_domain) page.line("aligned", alignment_text(facts.dmarc));
}

}  // namespace

std::string describe(const event::Event& event) {
  const policy::Decision& decision = event.decision;
  const verify::Facts& facts = event.facts;
  Page page(one_line_each);
  std::string verdict(policy::name(decision.action));
  if (decision.would != decision.action) {
    verdict.append(" (would ").append(policy::name(decision.would)).append(")");
  }
  page.line("verdict", verdict.append(", rule ").append(base::printable(decision.rule, 60)));
  if (!decision.why.empty()) page.line("why", base::printable(decision.why, 500));
  if (!decision.corroboration.empty()) page.line("for", listed(decision.corroboration));
  if (decision.reply.code != 250) {
    page.line("reply", std::to_string(decision.reply.code) + " " + decision.reply.enhanced_code +
                           " " + base::printable(decision.reply.text, 500));
  }
  page.line("client", client_text(event));
  const base::Domain* author = facts.from_domain();
  if (author != nullptr) page.line("from", author->text());
  if (facts.from_fault) {
    page.line("from", std::string("no single author: ").append(mail::name(*facts.from_fault)));
  }
  if (facts.message.header_truncated) page.line("header", "too large, nothing was checked");
  if (event.verified) add_facts(page, facts);
  page.line("cost", std::to_string(facts.dns.size()) + " DNS questions, " +
                        std::to_string(event.timings.total.count()) + " us");
  page.line("event", base::printable(event.id, 60));
  return page.take();
}

}  // namespace cli
