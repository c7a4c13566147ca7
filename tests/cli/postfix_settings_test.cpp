#include "cli/postfix_settings.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

constexpr char queue[] = "/var/spool/postfix";
constexpr char inside_queue[] = "unix:/var/spool/postfix/postern/postern.sock";
constexpr char outside_queue[] = "unix:/run/postern/postern.sock";

constexpr char debian[] =
    "smtp       inet  n       -       y       -       -       smtpd\n"
    "submission inet  n       -       n       -       -       smtpd\n"
    "pickup     unix  n       -       y       60      1       pickup\n";

cli::PostfixSettings settings(std::string milters, std::string action = {}) {
  return {.queue_directory = queue,
          .milters = std::move(milters),
          .default_action = std::move(action),
          .services = cli::smtpd_services(debian, "", inside_queue, queue)};
}

std::vector<std::string> enabled(const std::string& milters, const std::string& action = {}) {
  std::vector<std::string> lines;
  for (const auto& change : cli::changes_to_enable(settings(milters, action), inside_queue, "unix:postern/postern.sock")) {
    lines.push_back(change.parameter + " = " + change.after);
  }
  return lines;
}

}  // namespace

TEST_CASE("milters are separated by commas and space, and braces keep one together", "[cli]") {
  CHECK(cli::milter_entries("").empty());
  CHECK(cli::milter_entries(" inet:h:1,unix:/a  , { unix:/b, default_action=accept },unix:/c") ==
        std::vector<std::string>{"inet:h:1", "unix:/a", "{ unix:/b, default_action=accept }", "unix:/c"});
}

TEST_CASE("only services that run smtpd count, with their chroot and milters of their own", "[cli]") {
  const auto services = cli::smtpd_services(
      debian, "submission/inet/smtpd_milters = inet:127.0.0.1:8891, unix:/postern/postern.sock\n",
      inside_queue, queue);
  REQUIRE(services.size() == 2);
  CHECK((services[0].name == "smtp/inet" && services[0].chrooted && !services[0].has_own_milters));
  CHECK((services[1].name == "submission/inet" && !services[1].chrooted));
  CHECK((services[1].has_own_milters && services[1].asks_us));
  const auto none = cli::smtpd_services(debian, "submission/inet/smtpd_milters =\n", inside_queue, queue);
  CHECK((none[1].has_own_milters && !none[1].asks_us));
}

TEST_CASE("a socket in the queue directory is named relative to it, with a chroot or without", "[cli]") {
  CHECK(cli::postfix_address(inside_queue, settings("")) == "unix:postern/postern.sock");
}

TEST_CASE("a socket that a chrooted smtpd cannot see is refused, with the line that mends it", "[cli]") {
  const auto address = cli::postfix_address(outside_queue, settings(""));
  REQUIRE_FALSE(address);
  CHECK(address.error().what.contains("smtp/inet"));
  CHECK(address.error().what.contains("socket = \"unix:/var/spool/postfix/postern/postern.sock\""));
}

TEST_CASE("without a chroot, or where the chrooted one has milters of its own, any socket does", "[cli]") {
  cli::PostfixSettings site = settings("");
  site.services[0].has_own_milters = true;
  CHECK(cli::postfix_address(outside_queue, site) == outside_queue);
  CHECK(cli::postfix_address("inet:8893@127.0.0.1", settings("")) == "inet:127.0.0.1:8893");
  CHECK(cli::postfix_address("inet6:8893@[::1]", settings("")) == "inet:[::1]:8893");
  CHECK(cli::postfix_address("inet6:8893@::1", settings("")) == "inet:[::1]:8893");
}

TEST_CASE("we are the first milter, and others stay behind us", "[cli]") {
  CHECK(enabled("") == std::vector<std::string>{"smtpd_milters = unix:postern/postern.sock",
                                                 "milter_default_action = tempfail"});
  CHECK(enabled("inet:127.0.0.1:8891", "accept") ==
        std::vector<std::string>{"smtpd_milters = unix:postern/postern.sock, inet:127.0.0.1:8891"});
  CHECK(enabled("inet:h:1 { unix:/postern/postern.sock, content_timeout=60s }", "tempfail") ==
        std::vector<std::string>{
            "smtpd_milters = { unix:/postern/postern.sock, content_timeout=60s }, inet:h:1"});
}

TEST_CASE("what is right already is not changed", "[cli]") {
  for (const char* const entry : {"unix:postern/postern.sock", "unix:/postern/postern.sock",
                                  "{ unix:/postern/postern.sock, default_action=accept }"}) {
    CHECK(enabled(entry, "tempfail").empty());
  }
}

TEST_CASE("a default action that loses mail or sessions becomes tempfail", "[cli]") {
  for (const char* const action : {"", "reject", "quarantine", "shutdown"}) {
    CHECK(enabled("unix:postern/postern.sock", action) ==
          std::vector<std::string>{"milter_default_action = tempfail"});
  }
}

TEST_CASE("taking us out leaves the others", "[cli]") {
  const auto changes = cli::changes_to_disable(
      settings("unix:postern/postern.sock, { inet:h:1, default_action=accept } unix:/run/postern/postern.sock"),
      inside_queue);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].after == "{ inet:h:1, default_action=accept }");
  CHECK(cli::changes_to_disable(settings("inet:h:1"), inside_queue).empty());
}
