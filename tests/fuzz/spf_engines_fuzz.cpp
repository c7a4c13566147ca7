// SPF, libspf2 against our own loop, over a zone made of the input: the same result after the same
// questions, and never more of them than RFC 7208 §4.6.4 lets a record cause.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/fake_resolver.hpp"
#include "verify/spf/spf.hpp"

namespace {

// Ten terms with a host list of ten each, the record itself, %{p} with ten names, exp=, and what
// was started early but not come to.
constexpr std::size_t questions_max = 1 + 10 * 11 + 11 + 1 + 10;

constexpr std::string_view names[] = {"example.com",   "a.example.com",
                                      "b.example.net", "mail.example.org",
                                      "c.example",     "1.2.0.192.in-addr.arpa"};

struct Run {
  spf::Result result;
  std::vector<dns::Question> asked;
};

Run run(const spf::Request& request, support::FakeResolver& resolver, spf::Options options,
        spf::Engine engine) {
  const auto before = static_cast<std::ptrdiff_t>(resolver.count());
  const base::WallTime now{std::chrono::seconds(1'000'000'000)};
  options.engine = engine;
  Run done{spf::check(request, resolver, options, now).result.value(), resolver.asked()};
  done.asked.erase(done.asked.begin(), done.asked.begin() + before);
  return done;
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
}

void check_zone(const spf::Request& request, support::FakeResolver& resolver) {
  const spf::Options options;
  const Run first = run(request, resolver, options, spf::Engine::libspf2);
  const Run second = run(request, resolver, options, spf::Engine::native);
  fuzz::require(first.result == second.result);
  fuzz::require(first.asked == second.asked);
  fuzz::require(first.asked.size() <= questions_max);
  for (const dns::Question& question : first.asked)
    fuzz::require(std::ranges::count(first.asked, question) == 1);

  const spf::Result& result = first.result;
  fuzz::require(is_printable(result.mechanism) && is_printable(result.problem));
  fuzz::require(is_printable(result.explanation));
  fuzz::require(result.explanation.size() <= options.explanation_octets_max);
  fuzz::require(result.explanation.empty() || result.status == spf::Status::fail);
  fuzz::require(result.mechanism.size() < 1000 && result.problem.size() < 2000);
}

std::string name_in(fuzz::Input& input) {
  return std::string(names[input.below(std::size(names))]);
}

// Every octet is a decision.
void check_decisions(std::string_view octets) {
  fuzz::Input input(octets);
  const char* const clients[] = {"192.0.2.1", "2001:db8::1", "198.51.100.9"};
  spf::Request request;
  request.client = *base::IpAddress::parse(clients[input.below(3)]);
  request.identity = static_cast<spf::Identity>(input.below(2));
  request.helo = input.below(4) == 3 ? std::string(input.text()) : "mail.example.org";
  const std::size_t sender = input.below(4);
  if (sender == 0) request.mail_from = "l.o-c=al@example.com";
  if (sender == 1) request.mail_from = std::string(input.text()) + "@example.com";
  if (sender == 2) request.mail_from = input.text();
  request.receiver = "receiver.example";

  support::FakeResolver resolver;
  for (int records = 0; !input.empty() && records < 40; ++records) {
    const std::string name = name_in(input);
    switch (input.below(12)) {
      case 0:
        resolver.add_a(name, clients[input.below(2) * 2]);
        break;
      case 1:
        resolver.add_aaaa(name, "2001:db8::1");
        break;
      case 2:
        resolver.add_mx(name, 1, name_in(input));
        break;
      case 3:
        resolver.add_ptr(clients[input.below(3)], name_in(input));
        break;
      case 4:
        resolver.add_cname(name, name_in(input));
        break;
      case 5:
        resolver.add_empty(name);
        break;
      case 6:
        if (input.below(2) == 0) {
          resolver.servfail(name);
        } else {
          resolver.timeout(name, dns::Type::a);
        }
        break;
      case 7:
        resolver.add_txt(name, input.text());
        break;
      default:
        resolver.add_txt(name, "v=spf1 " + fuzz::fold(input.text(), {" ",
                                                                     "-all",
                                                                     "+",
                                                                     "-",
                                                                     "?",
                                                                     "~",
                                                                     "include:",
                                                                     "a",
                                                                     "mx",
                                                                     "ptr",
                                                                     "ip4:192.0.2.0",
                                                                     "ip6:2001:db8::",
                                                                     "exists:",
                                                                     "redirect=",
                                                                     "exp=",
                                                                     ":",
                                                                     "/",
                                                                     "//",
                                                                     "24",
                                                                     "0",
                                                                     "%{d}",
                                                                     "%{ir}.",
                                                                     "%{p}",
                                                                     "%{l1r-}",
                                                                     "%{S}",
                                                                     "%{h}",
                                                                     ".",
                                                                     "x=y",
                                                                     " a:",
                                                                     " mx:",
                                                                     " include:",
                                                                     "example.com",
                                                                     "a.example.com",
                                                                     "b.example.net",
                                                                     "c.example"}));
    }
  }
  check_zone(request, resolver);
}

// The words of `line`, the last of which takes the rest.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// Text for people: "client mail-from helo", then lines "name type data".
void check_text(std::string_view text) {
  spf::Request request;
  request.client = *base::IpAddress::parse("192.0.2.1");
  support::FakeResolver resolver;
  for (int lines = 0; !text.empty() && lines < 100; ++lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view name = take_word(line);
    if (lines == 0) {
      request.client = base::IpAddress::parse(name).value_or(request.client);
      request.mail_from = take_word(line);
      request.helo = line;
      continue;
    }
    const std::string_view type = take_word(line);
    const bool is_address = base::IpAddress::parse(line).has_value();
    if (type == "TXT") resolver.add_txt(name, line);
    if (type == "A" && is_address) resolver.add_a(name, line);
    if (type == "AAAA" && is_address) resolver.add_aaaa(name, line);
    if (type == "MX") resolver.add_mx(name, 1, line);
    if (type == "PTR" && base::IpAddress::parse(name)) resolver.add_ptr(name, line);
    if (type == "CNAME") resolver.add_cname(name, line);
    if (type == "EMPTY") resolver.add_empty(name);
    if (type == "SERVFAIL") resolver.servfail(name);
    if (type == "TIMEOUT") resolver.timeout(name);
  }
  check_zone(request, resolver);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_text(text);
  check_decisions(text);
  return 0;
}
