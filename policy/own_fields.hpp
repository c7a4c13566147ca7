#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules.hpp"

// Header fields that whoever reads delivered mail takes for ours: Authentication-Results in our
// name (RFC 8601 §5), the quarantine header, the signals header.
namespace policy {

// What an MTA is asked to remove of one message at most. It looks for each field from the top, so
// the work is the product of the two: 0.15 s of Postfix's cleanup(8), which gives up with a panic
// at some 10,000 fields.
inline constexpr std::uint64_t own_fields_max = 100;
inline constexpr std::uint64_t fields_above_max = 20'000;

// A field taken apart: "X-Postern-Quarantine: yes" is a name and a value. Views into the line.
struct NamedField {
  std::string_view name;
  std::string_view value;
};
// Cuts at the first colon and trims both parts; without a colon all is name.
[[nodiscard]] NamedField split_field(std::string_view line);

// How many fields of one message are ours by their looks.
struct OwnFieldCount {
  std::uint64_t fields = 0;  // In our name.
  std::uint64_t above = 0;   // Fields of any name above the lowest of them.

  friend bool operator==(const OwnFieldCount&, const OwnFieldCount&) = default;
};

// True when they are so many, or stand below so many others, that they cannot be removed: nobody
// but an attacker writes so many.
[[nodiscard]] bool too_many(const OwnFieldCount& count);

// Watches a header section go by, top first, and remembers where they stand: at most own_fields_max
// of them. Used by one thread at a time.
class OwnFields {
 public:
  // The field of that name, counted from 1 at the top among fields of the same name (case and
  // blanks before the colon do not count), as a milter addresses it.
  struct Place {
    std::string name;
    int occurrence = 1;

    friend bool operator==(const Place&, const Place&) = default;
  };

  // `rules` outlive it. `authserv_id` is our name in Authentication-Results.
  OwnFields(const Rules& rules, std::string authserv_id);

  // The next field of the header section. `name` is without the colon; blanks before it are allowed
  // (RFC 5322 §4.5.8).
  void see(std::string_view name, std::string_view value);

  // How many were seen so far.
  [[nodiscard]] const OwnFieldCount& count() const { return count_; }
  // In an order in which they can be removed one after the other. Empty when too_many().
  [[nodiscard]] std::vector<Place> places() const;

 private:
  // The fields of one name that we write, and those of them that claim to be ours.
  struct Kind {
    std::string_view name;
    int occurrences = 0;      // Of any content.
    std::vector<int> ours{};  // Top first.
  };
  // Notes the field just seen as one in our name.
  void found(Kind& kind);

  std::string authserv_id_;
  Kind results_;
  Kind quarantine_;
  Kind signals_;
  std::uint64_t seen_ = 0;  // Fields of any name.
  OwnFieldCount count_;
};

}  // namespace policy
