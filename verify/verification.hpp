#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/worker_pool.hpp"
#include "verify/arc/arc.hpp"
#include "verify/clock_witness.hpp"
#include "verify/dkim/judge.hpp"
#include "verify/dmarc/judge.hpp"
#include "verify/dns/recording_resolver.hpp"
#include "verify/iprev/iprev.hpp"
#include "verify/mail/address.hpp"
#include "verify/mail/headers.hpp"
#include "verify/message_info.hpp"
#include "verify/spf/spf.hpp"

namespace verify {

// What is known of the SMTP client and its session. Texts are the client's words unless said
// otherwise: escape them before they are shown.
struct Connection {
  std::optional<base::IpAddress> client;  // Absent for local submission.
  std::string client_name;                // Reverse name as the MTA found it; may be empty.
  std::string helo;                       // The argument of HELO or EHLO.
  std::string receiver;                   // {j}: our own name.
  bool authenticated = false;             // {auth_type} was set.
  std::string user{};                     // {auth_authen}, the SASL identity.
  // Mail through a relay of ours: the relay. `client` and `helo` are then those the relay wrote
  // down; without a client, or with a private one, nobody knows whom it came from, and SPF is
  // temperror.
  std::optional<base::IpAddress> relay{};
  // When the first of our relays took it over, by the date of that field.
  std::optional<base::WallTime> received_at{};
  std::string relay_problem{};  // Why the relay's Received fields do not tell whom it had it from.

  friend bool operator==(const Connection&, const Connection&) = default;
};

// Sender and recipients of one message, as SMTP names them (RFC 5321 §2.3.1).
struct Envelope {
  std::string mail_from;                // Without brackets; empty for "<>".
  std::vector<std::string> recipients;  // Likewise, in order.
  std::string queue_id;                 // {i}; may come late from Postfix.
};

// Everything the checks found out about one message. A plain value: it can be logged, stored,
// compared in a test, and judged again later.
struct Facts {
  std::vector<mail::Address> authors;         // The From addresses; all in one domain unless
                                              // from_fault says otherwise.
  std::optional<mail::FromFault> from_fault;  // Why there is no single author domain.
  std::vector<spf::Result> spf;               // HELO, then MAIL FROM.
  std::vector<dkim::Result> dkim;             // In header order, top first.
  arc::Result arc;                            // `none` without a chain.
  std::optional<iprev::Result> iprev;         // Absent when the client's address is unknown.
  dmarc::Result dmarc;                        // `none` without a single author domain.
  // Addresses the include that made SPF pass authorises, as far as its records were read; 0 when
  // SPF did not pass by an include. IPv6 networks count as their /64s.
  std::uint64_t spf_breadth = 0;
  MessageInfo message;           // What the message says of itself.
  std::vector<dns::Lookup> dns;  // Every question asked, sorted.

  // The SPF result DMARC used: MAIL FROM, or postmaster@HELO for the null sender.
  [[nodiscard]] const spf::Result* mail_from_spf() const;
  // The one author domain DMARC is about, when there is one.
  [[nodiscard]] const base::Domain* from_domain() const;

  friend bool operator==(const Facts&, const Facts&) = default;
};

// How many DNS questions one message may cause. Each party has a share of its own, so that no
// verdict depends on who asked first, and nothing that a sender writes into his message crowds out
// what protects the author (docs/decisions/0002). What is past its share is
// dns::Outcome::not_asked.
struct Questions {
  std::size_t mail_from_max = 30;    // 10 terms and their hosts; past it SPF is permerror.
  std::size_t helo_max = 6;          // A host's own record: one TXT, a few addresses.
  std::size_t author_max = 9;        // His tree walk and whether he exists: all there can be.
  std::size_t seals_max = 10;        // Keys of an ARC chain; past it the chain fails.
  std::size_t identifiers_max = 16;  // Tree walks of what verified, beside the author's own.

  // With the keys of signatures and the reverse look-up, whose limits are their own.
  [[nodiscard]] std::size_t sum(const dkim::Options& dkim, const iprev::Options& iprev) const {
    return mail_from_max + helo_max + author_max + seals_max + identifiers_max +
           dkim.signatures_max + 1 + iprev.names_max;
  }

  friend bool operator==(const Questions&, const Questions&) = default;
};

// What the checks of every message are told; the configuration fills it in.
struct Options {
  spf::Options spf;
  dkim::Options dkim;
  arc::Options arc;
  iprev::Options iprev;
  bool pct_zero_is_testing = false;            // See dmarc::Evidence.
  std::size_t header_octets_max = 256 * 1024;  // More is not kept, and the message not checked.
  Questions questions;                         // Shares of DNS questions.
  std::string lot_key{};                       // See MessageInfo::lot.
  // How long the MTA may wait for an answer, from the end of the message. It is also the time that
  // an SPF evaluation has for itself (RFC 7208 §4.6.4), from its start.
  std::chrono::milliseconds deadline{20'000};
};

// What the checks of all messages share; each outlives every Verification.
struct Services {
  dns::Resolver& resolver;
  base::WorkerPool& workers;
  dkim::KeyCache& keys;
  ClockWitness* clock = nullptr;  // Null: our clock is beyond doubt.
};

// The checks of one message while it arrives. Plan, fetch, judge: the constructor starts SPF and
// the reverse look-up, end_of_headers() starts every other lookup in one burst, finish() judges
// what came back. Each question has its own time and each evaluation its own clock, so no pause
// that the sender makes changes what comes out. Used by one thread at a time, not always the same
// one.
class Verification {
 public:
  // `options` outlives it. `mail_from` as in Envelope.
  Verification(const Connection& connection, std::string_view mail_from, const Options& options,
               Services services, base::WallTime now);
  ~Verification();
  Verification(Verification&&) noexcept;
  Verification& operator=(Verification&&) noexcept;

  // Plans, and starts all lookups. `complete` is false when fields were left out because the
  // section passed its limit: then nothing is asked. Once, before body().
  void end_of_headers(mail::Headers headers, bool complete);
  // The next piece of the body, with CRLF line ends, cut anywhere.
  void body(std::string_view piece);

  // Waits no longer than Options::deadline; a check without its answers is temperror. Once.
  [[nodiscard]] Facts finish();

 private:
  struct InFlight;
  std::unique_ptr<InFlight> in_flight_;
};

}  // namespace verify
