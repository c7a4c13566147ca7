#include "event/examination.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "event/redaction.hpp"
#include "policy/signals.hpp"
#include "verify/origin.hpp"

namespace event {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

std::string address_of(std::string_view path) {
  path = base::trim(path);
  const bool bracketed = path.starts_with('<') && path.ends_with('>');
  return std::string(bracketed ? path.substr(1, path.size() - 2) : path);
}

}  // namespace

bool FailureCapture::wants(const verify::Facts& facts) const {
  const auto& domain = facts.dmarc.policy_domain;
  return facts.dmarc.status == dmarc::Status::fail && domain &&
         std::ranges::any_of(domains,
                             [&](const base::Domain& each) { return domain->is_within(each); });
}

Examination::Examination(verify::Connection connection, std::string_view mail_from,
                         const Terms& terms, base::WallTime now)
    : terms_(terms), now_(now), began_(steady_clock::now()), connection_(std::move(connection)) {
  envelope_.mail_from = address_of(mail_from);
  const std::vector<base::Network>& relays = terms_.rules.trust.relays;
  const bool relayed = connection_.client && verify::is_among(*connection_.client, relays);
  if (!relayed) begin();
}

// The client is known, as far as it ever will be.
void Examination::begin() {
  trust_ = policy::trusts(terms_.rules.trust, connection_);
  if (trust_.trusted) return;
  verification_.emplace(connection_, envelope_.mail_from, terms_.verify, terms_.checks, now_);
}

void Examination::recipient(std::string_view path) {
  if (envelope_.recipients.size() == recipients_max) return;
  envelope_.recipients.push_back(address_of(path));
}

void Examination::end_of_headers(mail::Headers headers, bool complete) {
  if (trust_.trusted) return;
  headers_ended_ = true;
  if (!verification_) {
    connection_ = verify::find_origin(connection_, headers, terms_.rules.trust.relays);
    begin();
  }
  if (verification_ && terms_.failures != nullptr) {
    redacted_headers_ = redacted_headers(headers, terms_.failures->key);
  }
  if (verification_) verification_->end_of_headers(std::move(headers), complete);
}

void Examination::body(std::string_view piece) {
  if (verification_) verification_->body(piece);
}

Event Examination::finish(std::string event_id) {
  const auto finish_began = steady_clock::now();
  if (!headers_ended_) end_of_headers({}, true);  // A message without any.
  Event event;
  event.id = std::move(event_id);
  event.verified = verification_.has_value();
  if (event.verified) event.facts = verification_->finish();
  event.connection = std::move(connection_);
  event.envelope = std::move(envelope_);
  if (event.verified && terms_.circumstances) {
    event.circumstances = terms_.circumstances(event.facts);
  }
  event.circumstances.own_fields = own_fields_;
  const policy::Message message{event.facts, event.connection, event.envelope, event.circumstances,
                                event.id};
  if (event.verified) {
    event.decision = policy::decide(message, terms_.rules);
    event.signals = policy::find_signals(message, terms_.rules);
    if (terms_.failures != nullptr && terms_.failures->wants(event.facts)) {
      event.failure_headers = std::move(redacted_headers_);
    }
  } else {
    event.decision = policy::decide_trusted(trust_, message, terms_.rules);
  }
  const auto finished = steady_clock::now();
  event.timings.total = duration_cast<microseconds>(finished - began_);
  event.timings.finish = duration_cast<microseconds>(finished - finish_began);
  return event;
}

}  // namespace event
