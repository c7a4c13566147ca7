// Reading events back: any octets give an event or an error; an event that was read is written and
// read again as the same line.

#include <algorithm>
#include <string>

#include "event/event_reader.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/sample_event.hpp"

namespace {

void check(std::string_view line) {
  const auto event = event::from_line(line);
  if (!event) {
    fuzz::require(!event.error().what.empty());
    return;
  }
  // Limits cut what is too long, and the second reading drops an answer that was cut.
  const std::string written = event::to_line(*event);
  const auto again = event::from_line(written);
  fuzz::require(again.has_value());
  fuzz::require(again->facts.dkim.size() == std::min<std::size_t>(event->facts.dkim.size(), 201));
  fuzz::require(again->facts.from_domain() == nullptr ||
                *again->facts.from_domain() == *event->facts.from_domain());
  fuzz::require(again->decision.action == event->decision.action);
  if (!written.contains("...")) fuzz::require(event::to_line(*again) == written);
}

// A piece of an event line somewhere replaced by the input.
void check_spliced(std::string_view octets) {
  static const std::string line = event::to_line(support::sample_event());
  if (octets.size() < 4) return;
  const auto number = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(octets[i])) * 256 +
           static_cast<unsigned char>(octets[i + 1]);
  };
  const std::size_t from = number(0) % line.size();
  const std::size_t length = number(2) % 64;
  check(std::string(line).replace(from, length, octets.substr(4)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check_spliced(text);
  return 0;
}
