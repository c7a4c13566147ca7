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
// from a name that a stranger made up. An owner is the organization vouched for; a voucher is a key
// or an SPF record, as milter/vouchers.hpp writes them. Bounded, as a whole and for each owner, so
// that nobody who passes as himself pushes out what is remembered of others: the owner not seen for
// longest makes room. Safe for concurrent use.
class VouchMemory {
 public:
  using Day = std::int64_t;  // Since 1970.

  static constexpr std::size_t vouchers_max = 32;  // Of one owner.
  static constexpr Day days_max = 180;             // What was not seen for so long is forgotten.

  // Holds at most `pairs_max` pairs of owner and voucher.
  explicit VouchMemory(std::size_t pairs_max = 100'000) { book_.lock()->pairs_max = pairs_max; }

  [[nodiscard]] static Day today();  // By the system's clock.

  // Remembers that these vouchers were good on day `today`. Names with a tab, a line end or more
  // than 600 octets are not remembered.
  void learn(const Vouching& vouching, Day today);
  // True when this voucher was learned for this owner and has not been pushed out.
  [[nodiscard]] bool knows(std::string_view owner, std::string_view voucher) const;
  // How many pairs are remembered.
  [[nodiscard]] std::size_t size() const;

  // Replaces what is known by the content of the file, but for what is older than days_max or lies
  // in the future. An error when the file is missing, damaged, longer than 64 MiB or no regular
  // file: then nothing is known, and no harm done but that known senders are strangers.
  [[nodiscard]] base::Result<void> load(const std::filesystem::path& file, Day today);
  // Writes the file as a whole (mode 0640) or leaves it as it is. Does nothing, and succeeds, when
  // nothing was learned since. The mail path is not held up: the lock is held for a copy only.
  [[nodiscard]] base::Result<void> save(const std::filesystem::path& file);

 private:
  struct Voucher {
    std::string name;
    Day last = 0;  // When it was last good.
  };
  struct Owner {
    std::string name;
    Day last = 0;  // When it was last learned of.
    std::vector<Voucher> vouchers;
  };
  // What the lock guards.
  struct Book {
    std::list<Owner> owners;  // The one seen last at the end, by day.
    // All owners, by views of their Owner::name.
    std::unordered_map<std::string_view, std::list<Owner>::iterator> places;
    std::size_t pairs_max = 0;
    std::size_t pairs = 0;  // Of all owners together.
    bool changed = false;   // Since the file was written.

    // The entry of that name, made when it is missing, and seen `today`.
    Owner& owner_of(const std::string& name, Day today);
    void learn(const std::string& owner, const std::string& voucher, Day day);
    // Drops owners until the bound is kept.
    void make_room();
    // The file's content: one pair a line, and a checksum.
    [[nodiscard]] std::string text() const;
  };

  base::Guarded<Book> book_;
};

}  // namespace milter
