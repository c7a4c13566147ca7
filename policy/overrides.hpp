#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "policy/stance.hpp"
#include "verify/verification.hpp"

// Exceptions keyed on what is authenticated, or on the client's address: never on From alone,
// which anybody can write.
namespace policy {

// What an exception is keyed on: all that is set must hold. REQUIRES: one beside `from` is set.
struct Match {
  std::optional<base::Network> client;     // The client's address is in it.
  std::optional<base::Domain> dkim;        // d= of a signature that vouches: this name or below.
  std::optional<base::Domain> arc_sealer;  // See trusted_seal().
  // The client's forward-confirmed name: this one or below. Only for failures that forwarding
  // explains, see looks_forwarded().
  std::optional<base::Domain> forwarder;
  std::optional<base::Domain> from;  // Narrows: the author domain is this one or below.

  friend bool operator==(const Match&, const Match&) = default;
};

// What to do with mail that matches, in place of what DMARC leads to.
struct Override {
  Match match;
  Action action = Action::accept;  // accept, tag, quarantine or reject.

  friend bool operator==(const Override&, const Override&) = default;
};

// Whether something holds, where a temporary error may hide it.
enum class Certainty : std::uint8_t { no, in_doubt, yes };

// A list of overrides, of which the first that matches counts. Finding it takes time that does not
// grow with the list. Immutable and cheap to copy.
class Overrides {
 public:
  Overrides() = default;
  // The list in its order, which counts.
  explicit Overrides(std::vector<Override> list);

  [[nodiscard]] const std::vector<Override>& list() const noexcept;  // In order.

  // What a search came to.
  struct Found {
    const Override* override_ = nullptr;  // Null: none. Lives as long as a copy of the list.
    Certainty certainty = Certainty::no;
  };
  // Which overrides count also when it is in doubt whether they match: those that accept or tag, or
  // those that hold back.
  enum class Doubtful : std::uint8_t { release, restraint };  // To accept or tag; to hold back.
  // The first override that matches; one of the `doubtful` kind also when that is in doubt.
  [[nodiscard]] Found find(const verify::Facts& facts, const verify::Connection& connection,
                           Doubtful doubtful = Doubtful::release) const;

 private:
  struct Index;
  std::shared_ptr<const Index> index_;
};

// `yes` when every condition holds. `in_doubt` when none fails, but for one or more a DNS answer is
// missing: the key of a signature or a seal or, for a forwarder by its own word in HELO or in the
// reverse DNS, the confirmation of its name. Pure.
[[nodiscard]] Certainty matches(const Match& match, const verify::Facts& facts,
                                const verify::Connection& connection);

// The name of the rule for events: "override-client", "override-dkim", "override-arc-sealer" or
// "override-forwarder", by the first of these conditions that is set.
[[nodiscard]] std::string rule_of(const Override& override_);
// What the override is keyed on, for Decision::why: "client 192.0.2.0/24, from example.com".
[[nodiscard]] std::string describe(const Match& match);

// Whether an ARC set reports dmarc=pass for the author domain, and its sealer and every newer one
// is in `sealers` (RFC 8617 §7.2.1: a chain is as good as each who added to it). `sealers` holds
// names; those below them count too.
[[nodiscard]] Certainty trusted_seal(const verify::Facts& facts,
                                     std::span<const base::Domain> sealers);

// True when DMARC failed in the way forwarding makes it fail: SPF did not pass for the author's
// organization though MAIL FROM is still of it, is rewritten (SRS) or null; not when a foreign
// MAIL FROM passes SPF by itself.
[[nodiscard]] bool looks_forwarded(const verify::Facts& facts);

}  // namespace policy
