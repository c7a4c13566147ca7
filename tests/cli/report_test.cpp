#include "cli/report.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <sysexits.h>

#include "tests/report/outbox_world.hpp"
#include "tests/support/smtp_server.hpp"

namespace {

using namespace std::chrono_literals;
using support::may_first;
using support::next_morning;

// A site with a store, a configuration and a relay. DNS is not asked: reports go to the domains
// that they are about.
struct ReportingSite {
  explicit ReportingSite(const std::string& more = "") {
    write("organization = \"Example Org\"\nfrom = \"reports@mx.example.org\"\npace_ms = 0\n" +
          more);
    options.config = folder / "postern.toml";
    support::open_store(url());
  }
  void write(const std::string& report) const {
    std::ofstream(folder / "postern.toml")
        << "[dns]\nservers = [\"127.0.0.1:1\"]\n[store]\nurl = \"" << url() << "\"\n[report]\n"
        << "submit = \"" << relay.url() << "\"\n"
        << report;
  }
  [[nodiscard]] std::string url() const { return "sqlite:" + (folder / "test.db").string(); }

  void count(const std::string& domain, int messages) const {
    const auto database = support::open_store(url());
    support::count(*database, may_first, support::row_of(domain, "mailto:rua@" + domain), messages);
  }
  int send(base::WallTime now = next_morning) { return cli::report_send(options, now, output); }
  std::string said() { return std::exchange(out, std::ostringstream()).str(); }

  support::TemporaryFolder folder;
  support::SmtpServer relay{{}};
  cli::ReportOptions options;
  std::ostringstream out;
  std::ostringstream error;
  cli::Output output{out, error};
};

}  // namespace

TEST_CASE("a site that is not asked to report sends nothing, and does not mind", "[cli][report]") {
  ReportingSite site;
  site.write("");
  CHECK(site.send() == EX_OK);
  CHECK_THAT(site.said(), Catch::Contains("[report] from is not set"));
}

TEST_CASE("reports are sent, listed and shown", "[cli][report]") {
  ReportingSite site;
  site.count("example.com", 3);
  site.options.domain = "example.com";
  site.options.day = "2026-05-01";
  CHECK(cli::report_preview(site.options, next_morning, site.output) == EX_OK);
  const std::string preview = site.said();
  CHECK_THAT(preview, Catch::Contains("<count>3</count>"));

  CHECK(site.send() == EX_OK);
  CHECK(site.send() == EX_OK);
  REQUIRE(site.relay.received().size() == 1);
  CHECK(site.relay.received()[0].recipient == "<rua@example.com>");

  CHECK(cli::report_list(site.options, next_morning, site.output) == EX_OK);
  CHECK_THAT(site.said(), Catch::StartsWith("2026-05-01 example.com aggregate made messages=3") &&
                              Catch::Contains("  sent rua@example.com"));
  site.options.json = true;
  CHECK(cli::report_status(site.options, next_morning, site.output) == EX_OK);
  CHECK_THAT(site.said(), Catch::Contains("\"deliveries\":{\"sent\":1}"));
  CHECK(cli::report_preview(site.options, next_morning, site.output) == EX_OK);
  CHECK(site.said() == preview);
}

TEST_CASE("a list that is cut says so", "[cli][report]") {
  ReportingSite site;
  site.count("example.com", 3);
  site.count("example.net", 1);
  CHECK(site.send() == EX_OK);
  site.options.limit = 2;
  CHECK(cli::report_list(site.options, next_morning, site.output) == EX_OK);
  CHECK(site.error.str().empty());
  site.options.limit = 1;
  CHECK(cli::report_list(site.options, next_morning, site.output) == EX_OK);
  CHECK_THAT(site.error.str(), Catch::Contains("more than the newest 1"));
}

TEST_CASE("aggregate = false makes no reports", "[cli][report]") {
  ReportingSite site("aggregate = false\n");
  site.count("example.com", 3);
  CHECK(site.send() == EX_OK);
  CHECK(site.relay.received().empty());
}

TEST_CASE("copies go to the national centre", "[cli][report]") {
  ReportingSite site("copy_to = [\"centre@cert.example\"]\n");
  site.count("example.com", 3);
  CHECK(site.send() == EX_OK);
  CHECK(site.relay.received().size() == 2);
}

TEST_CASE("a relay in trouble is a temporary failure", "[cli][report]") {
  ReportingSite site;
  for (const char* domain : {"a.example", "b.example", "c.example", "d.example"})
    site.count(domain, 1);
  site.write("organization = \"x\"\nfrom = \"reports@mx.example.org\"\ntls = \"required\"\n");
  CHECK(site.send() == EX_TEMPFAIL);
  CHECK(site.relay.received().empty());
}

TEST_CASE("a suppression is listed, and lifted by a command", "[cli][report]") {
  ReportingSite site("suppression_days = 7\n");
  site.count("example.com", 1);
  support::SmtpServer strict({.replies = {{"RCPT", "550 5.1.1 no such user"}}});
  std::ofstream(site.folder / "postern.toml", std::ios::app) << "\n[metrics]\nlisten = \"\"\n";
  const std::string good = site.relay.url();
  const auto relay = [&](const std::string& url) {
    site.write("organization = \"Example Org\"\nfrom = \"reports@mx.example.org\"\npace_ms = 0\n");
    std::ifstream in(site.folder / "postern.toml");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.replace(text.find(good), good.size(), url);
    std::ofstream(site.folder / "postern.toml") << text;
  };
  relay(strict.url());
  CHECK(site.send() == EX_OK);
  CHECK(cli::report_status(site.options, next_morning, site.output) == EX_OK);
  CHECK_THAT(site.said(), Catch::Contains("suppressed: rua@example.com"));
  relay(good);
  site.options.address = "nobody";
  CHECK(cli::report_unsuppress(site.options, next_morning, site.output) == EX_USAGE);
  site.options.address = "rua@example.com";
  CHECK(cli::report_unsuppress(site.options, next_morning, site.output) == EX_OK);
  CHECK_THAT(site.said(), Catch::Contains("suppressions lifted: 1\nreports that wait again: 1\n"));
  CHECK(site.send() == EX_OK);
  CHECK(site.relay.received().size() == 1);
}

TEST_CASE("a relay that refuses to send for us is a temporary failure", "[cli][report]") {
  ReportingSite site;
  site.count("example.com", 1);
  support::SmtpServer strict({.replies = {{"RCPT", "554 Relay access denied"}}});
  std::ofstream(site.folder / "postern.toml")
      << "[dns]\nservers = [\"127.0.0.1:1\"]\n[store]\nurl = \"" << site.url()
      << "\"\n[report]\nsubmit = \"" << strict.url()
      << "\"\norganization = \"Example Org\"\nfrom = \"reports@mx.example.org\"\n";
  CHECK(site.send() == EX_TEMPFAIL);
}

TEST_CASE("asking for reports makes no store where none was", "[cli][report]") {
  ReportingSite site;
  std::filesystem::remove(site.folder / "test.db");
  CHECK(cli::report_status(site.options, next_morning, site.output) == EX_UNAVAILABLE);
  CHECK_THAT(site.error.str(), Catch::Contains("no store yet"));
  CHECK_FALSE(std::filesystem::exists(site.folder / "test.db"));
}

TEST_CASE("what is wrong has its exit status", "[cli][report]") {
  ReportingSite site;
  site.options.domain = "example.com";
  CHECK(cli::report_preview(site.options, next_morning, site.output) == EX_NOINPUT);
  site.options.day = "someday";
  CHECK(cli::report_preview(site.options, next_morning, site.output) == EX_USAGE);
  site.options.domain = "not a domain";
  CHECK(cli::report_preview(site.options, next_morning, site.output) == EX_USAGE);
  site.write("from = 1\n");
  CHECK(site.send() == EX_CONFIG);
  site.write(
      "organization = \"x\"\nfrom = \"a@b.example\"\ntls = \"required\"\nuser = \"u\"\n"
      "password_file = \"/nonexistent\"\n");
  CHECK(site.send() == EX_NOPERM);
}
