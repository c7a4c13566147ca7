#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/spf/grammar.hpp"
#include "verify/spf/lookups.hpp"
#include "verify/spf/sender.hpp"
#include "verify/spf/spf.hpp"

namespace spf {

// One run of check_host() (RFC 7208 §4) inside an evaluation: a domain and its record.
struct Level {
  std::string domain;  // <domain>, the %{d} macro.
  std::string text;    // What the views in `record` point into.
  Record record;
  bool main = false;  // The checked domain's own, or where redirects lead from there.
};

// Why an evaluation ended without a term that matches.
struct Stop {
  Status status = Status::temperror;
  Problem cause = Problem::none;
  std::string problem;  // Printable; empty for none.
};

// One run of an evaluation: identity, counters, and what each term asks of DNS. An engine decides
// which term matches, with nothing but what the session tells it; so both engines count, ask and
// fail alike. Once stopped, every question is answered "no" at no cost.
//
// Nothing is waited for: an answer that is not there stops the run, and whoever wants the result
// runs it again, with a new session, when the answer has come. Used by one thread at a time.
class Session {
 public:
  // `resolver` outlives this object; the rest is copied.
  Session(const Request& request, dns::Resolver& resolver, const Options& options,
          base::WallTime now);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Whom the record is asked about, and on whose behalf.
  [[nodiscard]] const base::IpAddress& client() const { return client_; }
  [[nodiscard]] const Sender& sender() const { return sender_; }

  // The checked domain's record; null when stopped. The pointer holds as long as this object.
  [[nodiscard]] const Level* open();
  // The record that an include or redirect names; null when stopped. Counts the term.
  [[nodiscard]] const Level* open(const Level& level, const Term& term);

  // To be called when an engine has come to `term`: it is counted if it costs DNS. False when
  // stopped.
  bool reach(const Level& level, const Term& term);

  // What an `a` term compares with the client, of the client's family. Calls reach().
  [[nodiscard]] std::vector<base::IpAddress> addresses(const Level& level, const Term& term);
  // The hosts of an `mx` term. Calls reach().
  [[nodiscard]] std::vector<std::string> exchanges(const Level& level, const Term& term);
  // What an `mx` term compares with the client for one of its hosts.
  [[nodiscard]] std::vector<base::IpAddress> host_addresses(const std::string& host);
  // Whether an `exists` or `ptr` term matches. Both call reach().
  [[nodiscard]] bool exists(const Level& level, const Term& term);
  [[nodiscard]] bool ptr(const Level& level, const Term& term);

  // Ends the run, for engines that fail by themselves. The first stop stays.
  void stop(Status status, std::string problem);
  // The same for a Problem; `detail` follows the words of it.
  void stop(Status status, Problem cause, std::string_view detail = {});
  // Why the run ended without a match; nothing while it goes on.
  [[nodiscard]] const std::optional<Stop>& stopped() const { return stop_; }
  // Valid when an answer was not there: then there is no result.
  [[nodiscard]] const dns::Pending& missing() const { return lookups_.missing(); }

  // The last term reached, of the main levels, as published; empty before the first.
  [[nodiscard]] std::string_view last_term() const { return last_term_; }
  // RFC 7208 §6.2: what the domain says of a fail; printable ASCII, or empty.
  [[nodiscard]] std::string explanation();

 private:
  const Level* open(std::string domain, bool main);
  bool read_record(const dns::Answer& answer, Level& level);
  void prefetch(const Level& level);

  const dns::Answer* ask(dns::Type type, std::string_view name);
  const dns::Answer* ask_for_term(dns::Type type, std::string_view name);
  [[nodiscard]] std::optional<std::string> target(const Level& level, std::string_view spec);
  [[nodiscard]] std::optional<std::string> value(const Level& level, char letter);
  [[nodiscard]] std::vector<std::string> client_names(const dns::Answer& answer) const;
  [[nodiscard]] bool is_confirmed(const std::string& name);
  [[nodiscard]] std::string validated_name(const std::string& domain);
  [[nodiscard]] dns::Type address_type() const;

  const Options options_;
  const base::IpAddress client_;
  const Sender sender_;
  const std::string receiver_;
  const base::WallTime now_;
  Lookups lookups_;

  std::deque<Level> levels_;     // A deque: engines keep pointers.
  const Level* main_ = nullptr;  // The last main level, whose exp= explains a fail.
  std::string_view last_term_;
  std::size_t terms_ = 0;                               // Reached that cost DNS (§4.6.4).
  std::size_t voids_ = 0;                               // Void look-ups (§4.6.4).
  std::size_t prefetched_ = 0;                          // Questions asked ahead.
  std::map<std::string, std::string> validated_names_;  // %{p}, by domain.
  std::optional<Stop> stop_;
};

}  // namespace spf
