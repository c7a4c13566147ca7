#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace event {

namespace {

// Widths in base 36 digits: 10 hold 48 bits of milliseconds (until the year 10889), 4 count 1.6
// million events before they repeat, 6 hold 31 bits that tell processes and gateways apart.
constexpr std::size_t time_digits = 10;
constexpr std::size_t count_digits = 4;
constexpr std::size_t process_digits = 6;

// Fixed width: the order of the text is the order of the numbers.
void append_base36(std::string& out, std::uint64_t value, std::size_t width) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  const std::size_t start = out.size();
  out.resize(start + width, '0');
  for (std::size_t i = start + width; i-- > start; value /= 36)
    out[i] = digits[value % 36];
}

std::uint32_t random_number() {
  std::random_device device;
  return device();
}

}  // namespace

std::string make_event_id(base::WallTime now) {
  static const std::uint32_t process = random_number();
  static std::atomic<std::uint32_t> count{0};
  const auto since_epoch =
      std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::string id;
  id.reserve(time_digits + count_digits + process_digits);
  append_base36(id, since_epoch < 0 ? 0 : static_cast<std::uint64_t>(since_epoch), time_digits);
  append_base36(id, count.fetch_add(1, std::memory_order_relaxed), count_digits);
  append_base36(id, process, process_digits);
  return id;
}

}  // namespace event
