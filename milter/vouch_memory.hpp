#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/guarded.hpp"
#include "base/result.hpp"
#include "milter/vouchers.hpp"

namespace milter {

// Who has vouched for whom before, beyond a restart: what tells the DNS trouble of a genuine sender
// from a name that a stranger made up. Bounded, as a whole and for each owner, so that nobody who
// passes as himself pushes out what is remembered of others: the owner not seen for longest makes
// room. Safe for concurrent use.
class VouchMemory {
 public:
  using Day = std::int64_t;  // Since 1970.

  static constexpr std::size_t vouchers_max = 32;  // Of one owner.
  static constexpr Day days_max = 180;             // What was not seen for so long is forgotten.

  explicit VouchMemory(std::size_t pairs_max = 100'000) { book_.lock()->pairs_max = pairs_max; }

  [[nodiscard]] static Day today();  // By the system's clock.

  void learn(const Vouching& vouching, Day today);
  [[nodiscard]] bool knows(std::string_view owner, std::string_view voucher) const;
  [[nodiscard]] std::size_t size() const;  // Pairs.

  // Replaces what is known by the file's content; a file that is missing, damaged, too large or no
  // file leaves nothing, and only a warning is lost by that.
  [[nodiscard]] base::Result<void> load(const std::filesystem::path& file, Day today);
  // Writes the file as a whole (mode 0640) or leaves it as it is. Nothing is done when nothing was
  // learned since. The mail path is not held up: the lock is held for a copy only.
  [[nodiscard]] base::Result<void> save(const std::filesystem::path& file);

 private:
  struct Voucher {
    std::string name;
    Day last = 0;
  };
  struct Owner {
    std::string name;
    Day last = 0;
    std::vector<Voucher> vouchers;
  };
  struct Book {
    std::list<Owner> owners;  // The one seen last at the end, by day.
    std::unordered_map<std::string_view, std::list<Owner>::iterator> places;
    std::size_t pairs_max = 0;
    std::size_t pairs = 0;
    bool changed = false;

    Owner& owner_of(const std::string& name, Day today);
    void learn(const std::string& owner, const std::string& voucher, Day day);
    void make_room();
    [[nodiscard]] std::string text() const;
  };

  base::Guarded<Book> book_;
};

}  // namespace milter
