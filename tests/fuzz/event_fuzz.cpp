// The event as JSON: whatever is in it, one line of valid JSON of bounded length.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "event/event.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/sample_event.hpp"

namespace {

void fill_facts(verify::Facts& facts, fuzz::Input& input) {
  for (mail::Address& author : facts.authors)
    author.local_part = input.text();
  for (spf::Result& result : facts.spf) {
    result.mechanism = input.text();
    result.problem = input.text();
    result.explanation = input.text();
  }
  for (dkim::Result& result : facts.dkim) {
    result.reason = static_cast<dkim::Reason>(
        input.below(static_cast<std::size_t>(dkim::Reason::partial_body) + 1));
    result.selector = input.text();
    result.algorithm = input.text();
    result.identity = input.text();
    result.signature_start = input.text();
  }
  facts.arc.status = static_cast<arc::Status>(input.below(3));
  facts.arc.detail = input.text();
  facts.iprev->name = input.text();
  facts.dmarc.reason = input.text();
  facts.dmarc.policy_tag = input.text();
  if (input.below(2) == 1) facts.dmarc.author.reset();
  if (input.below(2) == 1) facts.from_fault = static_cast<mail::FromFault>(input.below(5));
  facts.message.message_id = input.text();
  for (dns::Lookup& lookup : facts.dns) {
    lookup.question.name = input.text();
    std::vector<dns::Record> records(lookup.answer.records.begin(), lookup.answer.records.end());
    for (dns::Record& record : records) {
      if (std::holds_alternative<std::string>(record)) record = std::string(input.text());
    }
    lookup.answer.records = std::move(records);
  }
}

event::Event event_of(fuzz::Input& input) {
  event::Event event = support::sample_event();
  event.connection.client_name = input.text();
  event.connection.helo = input.text();
  event.connection.receiver = input.text();
  event.envelope.mail_from = input.text();
  event.envelope.queue_id = input.text();
  for (std::size_t left = input.below(5); left > 0; --left)
    event.envelope.recipients.emplace_back(input.text());
  fill_facts(event.facts, input);
  event.verified = input.below(8) != 1;
  event.connection.user = input.text();
  event.signals.emplace_back(input.text());
  event.decision.tenant = input.text();
  event.decision.stricter.push_back(
      {std::string(input.text()), policy::Action::reject, std::string(input.text())});
  event.facts.dmarc.record.emplace().text = input.text();
  event.decision.why = input.text();
  event.decision.reply.text = input.text();
  event.time += std::chrono::microseconds(input.below(65536));
  return event;
}

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
}

void check(std::string_view octets) {
  fuzz::Input input(octets);
  const event::Event event = event_of(input);
  for (const bool local_parts : {true, false}) {
    const std::string line = event::to_line(event, {.local_parts = local_parts});
    fuzz::require(line.size() < 256 * 1024 && !line.contains('\n') && !line.contains('\r'));
    fuzz::require(nlohmann::json::parse(line, nullptr, false).is_object());
  }
  const std::string log = event::to_log_line(event);
  fuzz::require(is_one_line(log));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(
      text, {"\x01", "\x04", "\x08", "\x20", "\"", "\\", "\n", "\xC3\xBC", "\xC3", "\xED\xA0\x80",
             "@", "a", "\xE2\x80\xA8", "\xF0\x9F\x98\x80", "\x7F", "<", ">", "\\u0000"}));
  return 0;
}
