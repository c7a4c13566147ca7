#include "milter/signature_counter.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace milter {

namespace {

// The start of b= has 48 bits: with d= and s= enough to tell signatures apart.
std::uint64_t key_of(const dkim::Result& signature) {
  std::string text = signature.domain ? signature.domain->text() : "";
  text.append("\n").append(signature.selector).append("\n").append(signature.signature_start);
  return std::hash<std::string>()(text);
}

}  // namespace

std::uint64_t SignatureCounter::count(const verify::Facts& facts, Time now) {
  std::uint64_t most = 0;
  for (const dkim::Result& signature : facts.dkim) {
    if (signature.vouches()) most = std::max(most, count(key_of(signature), now));
  }
  return most;
}

std::uint64_t SignatureCounter::count(std::uint64_t key, Time now) {
  const auto shard = (*shards_)[key % shards].lock();
  const std::size_t start = key / shards % (slots / ways) * ways;
  const auto set = std::span(*shard).subspan(start, ways);
  for (Slot& slot : set) {
    if (slot.times > 0 && now - slot.first >= window) slot.times = 0;
  }
  auto slot =
      std::ranges::find_if(set, [&](const Slot& one) { return one.times > 0 && one.key == key; });
  if (slot == set.end()) {
    slot = std::ranges::min_element(
        set, {}, [](const Slot& one) { return std::pair(one.times, one.first); });
    *slot = {key, 0, now};
  }
  return slot->times++;
}

}  // namespace milter
