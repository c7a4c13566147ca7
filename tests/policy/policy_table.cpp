// Prints docs/policy.md from the table that the tests check. With --check FILE: exits 1 when FILE
// is not what this would print.
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

#include "tests/policy/policy_cases.hpp"
#include "tests/policy/signal_cases.hpp"

namespace {

using policy_table::Point;
using policy_table::Row;
using policy_table::Topic;

constexpr const char* introduction = R"(# Policy: what happens to a message, and why

The checks find out facts about a message; the site's configuration says what it wants; this page is what follows. Each row of the
tables is a test: this page is written by `tools/policy-table` from the rows that the tests check, so it cannot be out of date.

## In which order

The first rule that has something to say decides. It is in every event and log line as `rule`, with the details in `why`.

| rule | when | what |
|---|---|---|
| `trusted-network`, `trusted-authenticated`, `trusted-unknown-client` | the client is one of ours, or logged in, or the MTA tells no address of it and `unknown_clients` is true | accept, nothing is checked |
| `own-fields-too-many` | more header fields in our name than can be removed (also of who logged in) | reject |
| `from-missing`, `from-repeated`, … | no single author can be read | `from_fault` |
| `header-too-large` | the header section passes the limit | quarantine |
| `header-field-cut` | it would be refused, but the author's own signature covers a field that the MTA cut | quarantine |
| `protected-exception` | From is a protected domain, unproven, and one of its exceptions holds | accept |
| `protected-temperror` | … a temporary error hides what it would be | defer, then quarantine |
| `protected-domain-indirect` | … nothing proves it, but the mail may have come a roundabout way (not under `strict`) | quarantine |
| `protected-domain` | … nothing proves it | reject |
| `override-client`, `override-dkim`, `override-arc-sealer`, `override-forwarder` | an override matches: the tenant's own first, then the site's | what it says |
| `arc-sealer` | DMARC fails, but a trusted sealer saw it pass | accept |
| `override-temperror`, `arc-sealer-temperror` | … a temporary error hides whether one of these lets through what would be held back below, or holds back what would be let through | doubt |
| `dmarc-pass` | DMARC passes | accept |
| `dmarc-none` | DMARC fails, and the domain asks for nothing | accept |
| `dmarc-quarantine` | DMARC fails, p=quarantine (or p=reject with t=y) | quarantine |
| `dmarc-reject-uncorroborated` | DMARC fails, p=reject, `rfc9989`, and nothing else speaks for refusing | quarantine |
| `corroboration-temperror` | … and a temporary error hides whether something else does | doubt |
| `dmarc-reject` | DMARC fails, p=reject | reject |
| `dmarc-temperror` | a temporary error hides the verdict | doubt |
| `spf-fail` | no DMARC published, and SPF says fail | `spf_fail` |
| `spf-temperror` | … or a temporary error hides whether it does, where `spf_fail` is not accept | doubt |
| `no-dmarc` | everything else | accept |

Doubt is deferred where mail would be held back without the answer, and quarantined when it has been deferred for
`defer_hours_max`; else it is delivered with a tag. `temporary_error` can have it otherwise, but not for a protected domain.

Then comes what may hold it back: preset `monitor` (a tag at most), stages, and a DNS that fails (`dns-degraded`). A stage that
enforces quarantine lets a deferral be. What was not done
stays in the event as `would`.

## What the actions are

| action | the sender sees | the recipient gets |
|---|---|---|
| accept | 250 | the message |
| tag | 250 | the message; what failed is in its Authentication-Results field |
| quarantine | 250 | the message with the quarantine header, or nothing until an operator lets it out of the hold queue |
| defer | 451, and tries again | nothing yet |
| reject | 550 | nothing |

In the tables all mail claims to come from `example.com` and comes from client 192.0.2.7 unless a row says otherwise; "DMARC fails"
means that nothing passes but what the row names; an empty reply is 250. What stands for the site are words of its configuration.
)";

constexpr const char* signals_introduction = R"(
## Signals

Odd things worth telling: in the event as `signals`, and in the header field that `signals_header` names. No verdict rests on them.
Here the site protects `example.com`.

| the message | signals |
|---|---|
)";

std::string in_quotes(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

std::string action_of(const Row& row) {
  std::string text(name(row.outcome.action));
  if (row.outcome.would != row.outcome.action) {
    text.append(" (would ").append(name(row.outcome.would)).append(")");
  }
  return text;
}

std::string heading(Point point) {
  switch (point) {
    case Point::evidence:
      return "| the message | the site | evidence | action | rule |\n|---|---|---|---|---|\n";
    case Point::recipients:
      return "| the message | the site | action, for all | rule | the sender sees | whose rules "
             "|"
             " who wanted more |\n|---|---|---|---|---|---|---|\n";
    case Point::reply:
      break;
  }
  return "| the message | the site | action | rule | reply |\n|---|---|---|---|---|\n";
}

void print(std::ostream& out, const Topic& topic) {
  out << "\n## " << topic.title << "\n\n" << topic.text << "\n\n" << heading(topic.point);
  for (const Row& row : topic.rows) {
    out << "| " << row.letter.is << " | " << row.site.wants << " | ";
    if (topic.point == Point::evidence) out << row.evidence << " | ";
    out << action_of(row) << " | " << in_quotes(row.rule) << " |";
    if (topic.point != Point::evidence) out << " " << row.reply << " |";
    if (topic.point == Point::recipients) {
      out << " " << (row.tenant.empty() ? "the site's" : row.tenant) << " | " << row.stricter
          << " |";
    }
    out << "\n";
  }
}

void print_signals(std::ostream& out) {
  out << signals_introduction;
  for (const policy_table::SignalRow& row : policy_table::signal_rows())
    out << "| " << row.letter.is << " | " << in_quotes(row.signals) << " |\n";
}

std::string page() {
  std::ostringstream out;
  out << introduction;
  for (const Topic& topic : policy_table::topics())
    print(out, topic);
  print_signals(out);
  return out.str();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--check") {
    std::cout << page();
    return 0;
  }
  std::ifstream file(argv[2]);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text == page()) return 0;
  std::cerr << argv[2] << " is out of date: run tools/policy-table\n";
  return 1;
}
