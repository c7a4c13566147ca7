#include "config/report_kinds.hpp"

#include <chrono>

#include <catch2/catch.hpp>

#include "tests/config/complaint.hpp"

TEST_CASE("without an address nothing is reported", "[config]") {
  const auto config = config::parse("", "f");
  REQUIRE(config);
  CHECK_FALSE(config->reports.from);
  CHECK(config->reports.aggregate);
  CHECK_FALSE(config->reports.failure);
}

TEST_CASE("who reports to whom is read", "[config]") {
  const auto config = config::parse(
      "[report]\norganization = \"Example Org\"\nfrom = \"reports@example.org\"\n"
      "copy_to = [\"a@cert.example\", \"b@b\xC3\xBC"
      "cher.example\"]\ntls = \"required\"\n"
      "user = \"u\"\npassword_file = \"/p\"\ndaily_max = 0\nexpiry_hours = 24",
      "f");
  REQUIRE(config);
  const config::Reports& reports = config->reports;
  REQUIRE(reports.from);
  CHECK(reports.from->text() == "reports@example.org");
  REQUIRE(reports.copy_to.size() == 2);
  CHECK(reports.copy_to[1].text() == "b@xn--bcher-kva.example");
  CHECK(reports.relay.tls == report::Relay::Tls::encrypt);
  CHECK(reports.limits.daily_max == 0);
  CHECK(reports.limits.expiry == std::chrono::hours(24));
}

TEST_CASE("what could not work is refused with line and reason", "[config]") {
  const std::string address = "must be an address like \"dmarc-reports@example.org\"";
  const std::string relay = "must be like \"smtp://127.0.0.1:25\" or \"smtps://mail.example\"";
  const Complaint table[] = {
      {"from = \"reports\"", "f:2: report.from: " + address},
      {"from = \"a@b.example\\r\\nBcc: c@d.example\"", "f:2: report.from: " + address},
      {"from = \"a@b.example\"", "f:1: report.organization: must say who reports, as from does"},
      {"organization = \"a\\nb\"",
       "f:2: report.organization: must be one line of at most 200 octets, without quotes"},
      {"copy_to = [\"nobody\"]", "f:2: report.copy_to: \"nobody\" is no address"},
      {"submit = \"http://127.0.0.1\"", "f:2: report.submit: " + relay},
      {"submit = \"smtp://user:secret@127.0.0.1\"", "f:2: report.submit: " + relay},
      {"submit = \"smtp://\"", "f:2: report.submit: " + relay},
      {"user = \"u\"\ntls = \"required\"",
       "f:1: report.password_file: user and password_file go together"},
      {"user = \"u\"\npassword_file = \"/p\"\nsubmit = \"smtp://mail.example\"",
       "f:1: report.tls: a password for another machine needs \"verified\" (ca_file names a private"
       " authority)"},
      {"ca_file = \"ca.pem\"", "f:2: report.ca_file: must begin with \"/\""},
      {"reply_seconds = 9", "f:2: report.reply_seconds: 9 is out of range: 10 to 3600"},
      {"user = \"u\"\ntls = \"required\"\npassword_file = \"p\"",
       "f:4: report.password_file: must begin with \"/\""},
      {"failure = true",
       "f:1: report.failure_key: must be a secret of 16 octets or more where failure is true"},
      {"expiry_hours = 0", "f:2: report.expiry_hours: 0 is out of range: 1 to 240"},
  };
  for (const Complaint& row : table)
    CHECK(complaint("[report]\n" + row.text) == row.what);
}

TEST_CASE("a password for another machine is sent to a verified one only", "[config]") {
  struct Row {
    std::string text;
    std::size_t warnings;
  };
  const Row table[] = {
      {"submit = \"smtps://mail.example\"\n", 1},
      {"submit = \"smtp://mail.example\"\ntls = \"required\"\n", 1},
      {"submit = \"smtp://mail.example\"\ntls = \"verified\"\n", 0},
      {"submit = \"smtps://mail.example\"\ntls = \"verified\"\nca_file = \"/ca\"\n", 0},
      {"submit = \"smtp://127.0.0.1\"\n", 0},
      {"submit = \"smtp://localhost:587\"\ntls = \"required\"\n", 0},
  };
  for (const Row& row : table) {
    INFO(row.text);
    const auto config =
        config::parse("[report]\n" + row.text + "user = \"u\"\npassword_file = \"/p\"\n", "f");
    REQUIRE(config);
    CHECK(config->warnings.size() == row.warnings);
  }
}

TEST_CASE("failure reports to nobody are worth a warning", "[config]") {
  const auto config =
      config::parse("[report]\nfailure = true\nfailure_key = \"0123456789abcdef\"", "f");
  REQUIRE(config);
  REQUIRE(config->warnings.size() == 1);
  CHECK_THAT(config->warnings[0], Catch::Contains("failure_domains is empty"));
}

TEST_CASE("the key that is shown in place of a key is worth a warning", "[config]") {
  const auto config = config::parse(
      "[report]\nfailure = true\nfailure_domains = [\"example.com\"]\n"
      "failure_key = \"*** (not shown) ***\"",
      "f");
  REQUIRE(config);
  REQUIRE(config->warnings.size() == 1);
  CHECK_THAT(config->warnings[0], Catch::StartsWith("report.failure_key: "));
}
