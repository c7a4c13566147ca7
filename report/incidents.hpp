#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "event/event.hpp"
#include "policy/protection.hpp"

// Campaigns against the organisation's own domains, as a national CERT wants to hear of them: made
// of events that are given one by one, and of nothing else.
namespace report {

// One machine that sent mail of a campaign.
struct CampaignSource {
  std::uint64_t messages = 0;
  std::string host;  // Forward-confirmed name of the address; may be empty.

  friend bool operator==(const CampaignSource&, const CampaignSource&) = default;
};

// Forged mail of one protected domain, with no pause of more than a day in it. No address of a
// person is in it: domains, addresses of machines and numbers only.
struct Campaign {
  std::string domain;    // The protected one, not the one in From.
  base::WallTime first;  // Of its first message, by the clock of the gateway that took it,
  base::WallTime last;   // and of its last.
  std::uint64_t messages = 0;
  std::map<std::string, std::uint64_t> from_domains;  // As written in From.
  std::map<std::string, std::uint64_t> actions;       // "reject" -> how many.
  std::map<std::string, CampaignSource> sources;      // By address.
  std::uint64_t messages_of_other_sources = 0;        // Past the limit of sources.
  std::set<std::string> weaknesses;                   // What made it possible; see weakness_of().
};

// What the domain publishes that lets forged mail of it be delivered elsewhere: "no DMARC record",
// "invalid DMARC record", "p=none", "sp=none", "np=none", "t=y"; empty: it asks for what it should.
// Pure.
[[nodiscard]] std::string weakness_of(const verify::Facts& facts);

// Adds up events, which come more or less in the order of time. Memory grows with the number of
// campaigns and their sources, not of events. Used by one thread.
class Incidents {
 public:
  explicit Incidents(policy::Protection protection, std::size_t sources_max = 1000)
      : protection_(std::move(protection)), sources_max_(sources_max) {}

  // Counts it where it claims to be of a protected domain and nothing vouches for that.
  void add(const event::Event& event);

  // All campaigns, by domain and time; afterwards there are none.
  [[nodiscard]] std::vector<Campaign> take();

 private:
  policy::Protection protection_;
  std::size_t sources_max_;
  std::map<std::string, Campaign> open_;  // By domain.
  std::vector<Campaign> over_;
};

}  // namespace report
