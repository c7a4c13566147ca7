#pragma once

#include <cassert>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace dns {

// Whose name it is, roughly: the registered name ("example.com", "example.co.uk"), and of reverse
// names the network (an IPv4 /16, an IPv6 /32). A guess without DNS; a part of `name`. Who wants
// more names than these has to buy them.
[[nodiscard]] std::string_view owner_of(std::string_view name);

// Questions that wait to be sent. Owners take turns, so that thousands of questions about one's
// names delay those about another's by one question. Bounded, for each owner and in all.
template <class Item>
class WaitingLine {
 public:
  // Bounds, so that a flood costs bounded memory.
  struct Options {
    std::size_t items_max = 10'000;          // In all lines together.
    std::size_t items_of_owner_max = 1'000;  // In the line of one owner.
  };

  explicit WaitingLine(const Options& options = {}) : options_(options) {}

  // Puts the item behind those of the same owner; false when there is no room for it.
  [[nodiscard]] bool push(std::string_view owner, Item item) {
    if (size_ >= options_.items_max) return false;
    auto place = owners_.find(owner);
    if (place == owners_.end()) {
      place = owners_.try_emplace(std::string(owner)).first;
      turns_.push_back(place);
    }
    if (place->second.size() >= options_.items_of_owner_max) return false;
    place->second.push_back(std::move(item));
    ++size_;
    return true;
  }

  // Takes the first item of the owner whose turn it is. REQUIRES: not empty().
  [[nodiscard]] Item pop() {
    assert(!empty());
    const auto place = turns_.front();
    Item item = std::move(place->second.front());
    place->second.pop_front();
    --size_;
    if (place->second.empty()) {
      turns_.pop_front();
      owners_.erase(place);
    } else {
      turns_.splice(turns_.end(), turns_, turns_.begin());
    }
    return item;
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  using Owners = std::map<std::string, std::deque<Item>, std::less<>>;  // Places stay valid.

  const Options options_;
  Owners owners_;                               // Their lines, none of them empty.
  std::list<typename Owners::iterator> turns_;  // Owners with items, the next first.
  std::size_t size_ = 0;                        // Items in all lines.
};

}  // namespace dns
