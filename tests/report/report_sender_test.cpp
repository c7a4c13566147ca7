#include "report/report_sender.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "tests/report/outbox_world.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/smtp_server.hpp"

namespace {

using namespace std::chrono_literals;
using report::SendOptions;
using report::SendResult;
using store::Database;
using support::for_each_database;
using support::may_first;
using support::must;
using support::next_morning;
using support::SmtpServer;

const base::Domain hello = base::Domain::parse("mx.example.org").value();

// A sender without a clock of its own; what it said.
struct Sending {
  SendResult result;
  std::vector<std::string> lines;
};

Sending send(Database& database, dns::Resolver& resolver, const report::Relay& relay,
             base::WallTime now = next_morning, const SendOptions& options = {}) {
  auto submitter = must(report::Submitter::open(relay, hello));
  Sending sending;
  sending.result = must(report::send_reports(
      database, resolver, submitter, options,
      {.now = [now] { return now; },
       .pause = [](std::chrono::milliseconds) {},
       .log = [&](const std::string& line) { sending.lines.push_back(line); }}));
  return sending;
}

// Reports about d0.example, d1.example, … to mailboxes there.
std::unique_ptr<Database> store_with(const std::string& url, int domains) {
  auto database = support::open_store(url);
  for (int i = 0; i < domains; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".example";
    support::count(*database, may_first, support::row_of(domain, "mailto:rua@" + domain), 2);
  }
  support::make(*database);
  return database;
}

std::unique_ptr<Database> store_with_rua(const std::string& url, const std::string& rua) {
  auto database = support::open_store(url);
  support::count(*database, may_first, support::row_of("example.com", rua));
  support::make(*database);
  return database;
}

std::vector<std::string> recipients(const SmtpServer& server) {
  std::vector<std::string> all;
  for (const auto& mail : server.received())
    all.push_back(mail.recipient);
  return all;
}

std::string field(const std::string& mail, const std::string& name) {
  const std::size_t at = mail.find("\r\n" + name + ":");
  const std::string value = at == std::string::npos ? "" : mail.substr(at + name.size() + 4);
  return value.substr(0, value.find("\r\n"));
}

}  // namespace

TEST_CASE("each report is sent to its mailbox, once", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with(url, 3);
    support::FakeResolver dns;
    SmtpServer server({});
    CHECK(send(*database, dns, {.url = server.url()}).result.sent == 3);
    std::vector<std::string> all = recipients(server);
    std::ranges::sort(all);
    CHECK(all ==
          std::vector<std::string>{"<rua@d0.example>", "<rua@d1.example>", "<rua@d2.example>"});
    CHECK(server.connections() == 1);
    CHECK(server.received()[0].mail_from.starts_with("<reports@mx.example.org>"));
    CHECK(field(server.received()[0].data, "Auto-Submitted") == "auto-generated");
    CHECK(send(*database, dns, {.url = server.url()}).result.sent == 0);
    CHECK(support::deliveries(*database) == "sent rua@d0.example");
  });
}

TEST_CASE("other organizations are asked for consent first", "[report][RFC 9990 §4]") {
  for_each_database([](const std::string& url) {
    const auto database =
        store_with_rua(url,
                       "mailto:a@yes.example,mailto:b@no.example,mailto:c@dead.example,"
                       "mailto:d@other.example");
    support::FakeResolver dns;
    dns.add_txt("example.com._report._dmarc.yes.example", "v=DMARC1");
    dns.servfail("example.com._report._dmarc.dead.example");
    dns.add_txt("example.com._report._dmarc.other.example",
                "v=DMARC1; rua=mailto:reports@other.example");
    SmtpServer server({});
    const Sending sending = send(*database, dns, {.url = server.url()});
    CHECK(recipients(server) ==
          std::vector<std::string>{"<a@yes.example>", "<reports@other.example>"});
    CHECK(sending.result.put_off == 1);
    CHECK(support::deliveries(*database) ==
          "sent a@yes.example, refused b@no.example, asking c@dead.example, "
          "sent reports@other.example");
    // The DNS answers again.
    dns.clear("example.com._report._dmarc.dead.example");
    dns.add_txt("example.com._report._dmarc.dead.example", "v=DMARC1");
    CHECK(send(*database, dns, {.url = server.url()}).result.sent == 0);
    CHECK(send(*database, dns, {.url = server.url()}, next_morning + 15min).result.sent == 1);
    CHECK(recipients(server).back() == "<c@dead.example>");
  });
}

TEST_CASE("a host whose DNS never answers gets nothing", "[report][RFC 9990 §4]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_rua(url, "mailto:c@dead.example");
    support::FakeResolver dns;
    dns.timeout("example.com._report._dmarc.dead.example");
    SmtpServer server({});
    static_cast<void>(send(*database, dns, {.url = server.url()}));
    for (const auto later : {24h, 48h})
      CHECK(send(*database, dns, {.url = server.url()}, next_morning + later).result.ended == 0);
    CHECK(send(*database, dns, {.url = server.url()}, next_morning + 54h).result.ended == 1);
    CHECK(support::deliveries(*database) == "expired c@dead.example");
    CHECK(server.received().empty());
  });
}

TEST_CASE("a later attempt sends the same octets with the same id", "[report][RFC 9990 §3.5.2]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with(url, 1);
    support::FakeResolver dns;
    SmtpServer dying({.replies = {{"message", "close"}}});
    CHECK(send(*database, dns, {.url = dying.url()}).result.put_off == 1);
    SmtpServer first({});
    CHECK(send(*database, dns, {.url = first.url()}, next_morning + 15min).result.sent == 1);
    // As if the first answer had been lost.
    must(database->execute("UPDATE deliveries SET state = 'waiting', next_ms = 0"));
    SmtpServer second({});
    CHECK(send(*database, dns, {.url = second.url()}, next_morning + 30min).result.sent == 1);
    CHECK(first.received().at(0).data == second.received().at(0).data);
  });
}

TEST_CASE("a refused mailbox fails, and is left alone with other reports", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_rua(url, "mailto:rua@example.com");
    support::FakeResolver dns;
    SmtpServer refusing({.replies = {{"RCPT", "550 5.1.1 no such user"}}});
    CHECK(send(*database, dns, {.url = refusing.url()}).result.ended == 1);
    CHECK(support::deliveries(*database) == "failed rua@example.com");
    support::count(*database, may_first + std::chrono::days(1),
                   support::row_of("example.com", "mailto:rua@example.com"));
    const base::WallTime next = next_morning + std::chrono::days(1);
    support::make(*database, support::outbox_options(), next);
    SmtpServer accepting({});
    CHECK(send(*database, dns, {.url = accepting.url()}, next).result.ended == 1);
    CHECK(support::deliveries(*database) == "suppressed rua@example.com");
    CHECK(accepting.received().empty());
  });
}

TEST_CASE("a report too big for the relay fails, and its mailbox gets the next", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with_rua(url, "mailto:rua@example.com");
    support::FakeResolver dns;
    SmtpServer small({.replies = {{"MAIL", "552 5.3.4 too big"}}});
    base::WallTime now = next_morning;
    for (int day = 1; day <= 4; ++day, now += std::chrono::days(1)) {
      CHECK(send(*database, dns, {.url = small.url()}, now).result.ended == 1);
      CHECK(support::deliveries(*database) == "failed rua@example.com");
      support::count(*database, may_first + std::chrono::days(day),
                     support::row_of("example.com", "mailto:rua@example.com"));
      support::make(*database, support::outbox_options(), now + std::chrono::days(1));
    }
  });
}

TEST_CASE("a relay that does not know us costs no mailbox its reports", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with(url, 5);
    support::FakeResolver dns;
    SmtpServer strict({.replies = {{"RCPT", "554 5.7.1 Relay access denied"}}});
    CHECK(send(*database, dns, {.url = strict.url()}).result.put_off == 5);
    SmtpServer repaired({});
    CHECK(send(*database, dns, {.url = repaired.url()}, next_morning + 15min).result.sent == 5);
  });
}

TEST_CASE("what a relay says of itself at RCPT is no mailbox's refusal", "[report]") {
  for (const char* reply :
       {"550 relay not permitted", "550 5.1.8 sender rejected", "503 5.5.1 need MAIL first",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "554 <rua@d0.example>: Relay access denied", "550 5.3.4 system not capable",
        "550 Authentication is required for relaying", "550 Sender verify failed",
        // Words that nobody thought of, of five mailboxes of five domains in a row.
        "550 Computer says no", "550 5.1.1 <rua@d1.example> unknown here (in reply 4711)"}) {
    INFO(reply);
    for_each_database([&](const std::string& url) {
      const auto database = store_with(url, 5);
      support::FakeResolver dns;
      SmtpServer strange({.replies = {{"RCPT", reply}}});
      const Sending sending = send(*database, dns, {.url = strange.url()});
      CHECK(sending.result.put_off == 5);
      CHECK(sending.result.ended == 0);
      CHECK(sending.result.relay_refuses);
      const auto status = must(report::outbox_status(*database, next_morning));
      CHECK(status.suppressions.empty());
      SmtpServer repaired({});
      CHECK(send(*database, dns, {.url = repaired.url()}, next_morning + 30min).result.sent == 5);
    });
  }
}

TEST_CASE("what a relay says of itself after the message is no report's refusal", "[report]") {
  const std::pair<const char*, const char*> table[] = {
      {"message", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"},
      {"message", "503 5.5.1 out of order"},
      {"DATA", "554 5.5.1 Error: no valid recipients"},
      {"DATA", "530 5.7.0 Must issue a STARTTLS command first"},
      // Words that nobody thought of, of reports to five mailboxes in a row.
      {"message", "550 5.7.1 Unsigned mail of mx.example.org is not taken"},
      {"message", "550 Computer says no (4711)"}};
  for (const auto& [moment, reply] : table) {
    INFO(reply);
    for_each_database([&](const std::string& url) {
      const auto database = store_with(url, 5);
      support::FakeResolver dns;
      SmtpServer strange({.replies = {{moment, reply}}});
      const Sending sending = send(*database, dns, {.url = strange.url()});
      CHECK(sending.result.put_off == 5);
      CHECK(sending.result.ended == 0);
      CHECK(sending.result.relay_refuses);
      SmtpServer repaired({});
      CHECK(send(*database, dns, {.url = repaired.url()}, next_morning + 30min).result.sent == 5);
    });
  }
}

TEST_CASE("a sender whose clock is wrong ends no report, and holds none back", "[report]") {
  for (const auto ahead : {24h * 31, 24h * 365, -24h * 31, -24h * 365}) {
    INFO(ahead.count());
    for_each_database([&](const std::string& url) {
      const auto database = store_with(url, 2);
      support::FakeResolver dns;
      SmtpServer busy({.replies = {{"RCPT", "450 4.2.0 later"}}});
      CHECK(send(*database, dns, {.url = busy.url()}).result.put_off == 2);
      const auto wrong = next_morning + 15min + ahead;
      CHECK(send(*database, dns, {.url = busy.url()}, wrong).result.ended == 0);
      SmtpServer well({});
      CHECK(send(*database, dns, {.url = well.url()}, next_morning + 1h).result.sent == 2);
    });
  }
}

TEST_CASE("two mailboxes that are refused alike are refused", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with(url, 2);
    support::FakeResolver dns;
    SmtpServer server({.replies = {{"RCPT", "550 5.1.1 no such user"}}});
    const Sending sending = send(*database, dns, {.url = server.url()});
    CHECK(sending.result.ended == 2);
    CHECK_FALSE(sending.result.relay_refuses);
  });
}

TEST_CASE("a relay that is in trouble is left alone after three attempts", "[report]") {
  struct Row {
    const char* moment;
    const char* reply;
  };
  const Row table[] = {{"connect", "421 4.3.2 busy"},
                       {"MAIL", "451 4.3.0 later"},
                       {"MAIL", "553 5.7.1 not your address"},
                       {"EHLO", "close"},
                       {"line", "close"},
                       {"message", "451 4.3.0 queue is full"}};
  for (const Row& row : table) {
    INFO(row.moment << " " << row.reply);
    for_each_database([&](const std::string& url) {
      const auto database = store_with(url, 5);
      support::FakeResolver dns;
      SmtpServer server({.replies = {{row.moment, row.reply}}});
      const Sending sending = send(*database, dns, {.url = server.url()});
      CHECK(sending.result.relay_down);
      CHECK(sending.result.put_off == 3);
      CHECK(server.received().empty());
      // Nothing is lost: all of it goes once the relay is well.
      SmtpServer well({});
      CHECK(send(*database, dns, {.url = well.url()}, next_morning + 15min).result.sent == 5);
    });
  }
}

TEST_CASE("a relay that hangs costs its timeout, three times", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with(url, 5);
    support::FakeResolver dns;
    SmtpServer server({.replies = {{"message", "hang"}}});
    const Sending sending = send(*database, dns, {.url = server.url(), .timeout = 100ms});
    CHECK(sending.result.relay_down);
    CHECK(server.connections() <= 3);
  });
}

TEST_CASE("one greylisted recipient does not hold up the others", "[report]") {
  for_each_database([](const std::string& url) {
    const auto database = store_with(url, 5);
    support::FakeResolver dns;
    SmtpServer server({.replies = {{"RCPT", "450 4.2.0 greylisted"}}});
    const Sending sending = send(*database, dns, {.url = server.url()});
    CHECK_FALSE(sending.result.relay_down);
    CHECK(sending.result.put_off == 5);
  });
}

TEST_CASE("a mailbox gets no more than its number a day", "[report]") {
  for_each_database([](const std::string& url) {
    auto database = support::open_store(url);
    report::OutboxOptions options = support::outbox_options();
    options.copy_to = {support::mailbox("centre@cert.example")};
    for (int i = 0; i < 5; ++i) {
      const std::string domain = "d" + std::to_string(i) + ".example";
      support::count(*database, may_first, support::row_of(domain, "mailto:rua@" + domain));
    }
    support::make(*database, options);
    support::FakeResolver dns;
    SmtpServer server({});
    SendOptions capped;
    capped.limits.daily_max = 2;
    CHECK(send(*database, dns, {.url = server.url()}, next_morning, capped).result.sent == 7);
    CHECK(send(*database, dns, {.url = server.url()}, next_morning + 1h, capped).result.sent == 0);
    CHECK(send(*database, dns, {.url = server.url()}, next_morning + 24h, capped).result.sent == 2);
  });
}

TEST_CASE("two senders at once send each report once", "[report]") {
  for_each_database([](const std::string& url) {
    constexpr int domains = 30;
    const auto database = store_with(url, domains);
    SmtpServer first({});
    SmtpServer second({});
    std::vector<std::thread> threads;
    for (const std::string& relay : {first.url(), second.url()}) {
      threads.emplace_back([&url, relay] {
        const auto own = store::open_database(url);
        support::FakeResolver dns;
        auto submitter = report::Submitter::open({.url = relay}, hello);
        if (!own || !submitter) return;
        static_cast<void>(report::send_reports(**own, dns, *submitter, {},
                                               {.now = [] { return next_morning; },
                                                .pause = [](std::chrono::milliseconds) {},
                                                .log = [](const std::string&) {}}));
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    std::multiset<std::string> all;
    for (const SmtpServer* server : {&first, &second}) {
      for (const std::string& recipient : recipients(*server))
        all.insert(recipient);
    }
    CHECK(all.size() == domains);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == domains);
  });
}
