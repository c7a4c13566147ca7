// The mail of tools/torture, in two ways. Each message that was answered is told with a line
// "NUMBER DOMAIN" on standard output.
//
//   torture_producer DIRECTORY GATEWAY FIRST COUNT
//     A gateway without mail: writes events into a spool as the daemon does. "Answered" is what the
//     spool has taken.
//   torture_producer --socket SOCKET GATEWAY COUNT RATE
//     An MTA in front of a postern-milter, until so many messages are answered, at most so many a
//     second. Whenever the milter dies, the message is sent again. It is its name server as well:
//     the first line is "dns ADDRESS".
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "event/spool.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/mta.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using std::chrono::steady_clock;

constexpr long domains = 20;
constexpr long messages_per_connection = 25;
constexpr std::chrono::seconds patience{60};  // For a milter to come back.

std::string domain_of(long number) { return "d" + std::to_string(number % domains) + ".example"; }

std::string queue_id_of(const std::string& gateway, long number) {
  return gateway + "-" + std::to_string(number);
}

void tell(long number) {
  std::printf("%ld %s\n", number, domain_of(number).c_str());
  std::fflush(stdout);  // One write(2), after the answer.
}

event::Event make_event(long number, const std::string& gateway, base::WallTime now) {
  event::Event event = support::sample_event();
  event.id = event::make_event_id(now);
  event.time = now;
  event.gateway = gateway;
  event.envelope.queue_id = queue_id_of(gateway, number);
  const auto domain = base::Domain::parse(domain_of(number));
  event.facts.authors = {{"alice", *domain}};
  event.facts.dmarc.author = event.facts.dmarc.policy_domain = event.facts.dmarc.organization =
      domain;
  return event;
}

int write_spool(const char* directory, const std::string& gateway, long first, long count) {
  auto spool = event::Spool::open({directory, 1 << 20, std::chrono::milliseconds(1000)});
  if (!spool) {
    std::fprintf(stderr, "%s\n", spool.error().what.c_str());
    return 69;
  }
  for (long number = first; number < first + count; ++number) {
    const base::WallTime now = std::chrono::system_clock::now();
    const auto taken = spool->append(event::to_line(make_event(number, gateway, now)), now);
    if (taken) {
      tell(number);
    } else {
      std::fprintf(stderr, "%s\n", taken.error().what.c_str());
    }
  }
  return 0;
}

// Every domain sends from 192.0.2.1 and asks for one of the three policies.
void publish(support::FakeResolver& zone) {
  constexpr std::string_view policies[] = {"none", "quarantine", "reject"};
  for (long i = 0; i < domains; ++i) {
    zone.add_txt(domain_of(i), "v=spf1 ip4:192.0.2.1 -all");
    zone.add_txt("_dmarc." + domain_of(i),
                 std::string("v=DMARC1; p=").append(policies[static_cast<std::size_t>(i) % 3]));
  }
}

// Every fourth one is forged; sizes differ.
support::Dialogue make_dialogue(long number, const std::string& gateway) {
  const std::string author = "alice@" + domain_of(number);
  support::Dialogue dialogue;
  dialogue.queue_id = queue_id_of(gateway, number);
  dialogue.mail_from = number % 4 == 3 ? "<mallory@evil.example>" : "<" + author + ">";
  dialogue.letter = support::Letter::parse("From: " + author + "\r\nMessage-ID: <" +
                                           dialogue.queue_id + "@client.example>\r\n\r\n");
  for (long line = 0; line < number % 100; ++line)
    dialogue.letter.body += "A line of a message that is neither long nor short.\r\n";
  return dialogue;
}

// True once the end of the message was answered.
bool deliver(std::optional<support::Mta>& mta, const std::string& socket,
             const support::Dialogue& dialogue) {
  const auto deadline = steady_clock::now() + patience;
  while (steady_clock::now() < deadline) {
    if (!mta) {
      if (auto connected = support::Mta::connect(socket)) mta.emplace(std::move(*connected));
    }
    if (mta && mta->deliver(dialogue)) return true;
    mta.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

int play_mta(const std::string& socket, const std::string& gateway, long count, long rate) {
  support::FakeResolver zone;
  publish(zone);
  const support::DnsServer server(zone);
  std::printf("dns %s\n", server.address().c_str());
  std::fflush(stdout);
  const auto begin = steady_clock::now();
  std::optional<support::Mta> mta;
  for (long number = 0; number < count; ++number) {
    std::this_thread::sleep_until(begin + std::chrono::microseconds(number * 1'000'000 / rate));
    if (!deliver(mta, socket, make_dialogue(number, gateway))) {
      std::fprintf(stderr, "%s: no answer any more\n", socket.c_str());
      return 69;
    }
    tell(number);
    if (number % messages_per_connection == 0) {
      mta->quit();
      mta.reset();
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::string_view(argv[1]) == "--socket") {
    return play_mta(argv[2], argv[3], std::atol(argv[4]), std::atol(argv[5]));
  }
  if (argc != 5) return 64;
  return write_spool(argv[1], argv[2], std::atol(argv[3]), std::atol(argv[4]));
}
