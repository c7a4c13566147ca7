#include "report/submission.hpp"

#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/smtp_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using report::Relay;
using report::Submitted;
using report::Submitter;
using support::SmtpServer;

const report::Mailbox from = report::Mailbox::parse("reports@example.org").value();
const report::Mailbox to = report::Mailbox::parse("rua@example.com").value();
const base::Domain hello = base::Domain::parse("mx.example.org").value();
constexpr const char* message = "Subject: x\r\n\r\nbody\r\n";

Submitted submit(const Relay& relay, std::string_view octets = message) {
  auto submitter = Submitter::open(relay, hello);
  REQUIRE(submitter);
  return submitter->submit(from, to, octets);
}

std::string summary(const Submitted& result) {
  const char* word = result.outcome == Submitted::Outcome::sent        ? "sent"
                     : result.outcome == Submitted::Outcome::permanent ? "permanent"
                                                                       : "temporary";
  return word + (" " + std::to_string(result.code)) + " " + result.reason;
}

}  // namespace

TEST_CASE("a message is handed over as it is", "[report][RFC 5321 §4.5.2]") {
  SmtpServer server({});
  const std::string octets =
      ".first line with a dot\r\nSubject: x\r\n\r\n.\r\n..two\r\n.x\r\nlast\r\n";
  const Submitted result = submit({.url = server.url()}, octets);
  CHECK(summary(result) == "sent 0 ");
  const auto received = server.received();
  REQUIRE(received.size() == 1);
  CHECK(received[0].hello == "mx.example.org");
  CHECK(received[0].mail_from.starts_with("<reports@example.org>"));
  CHECK(received[0].recipient == "<rua@example.com>");
  // RFC 5321 §4.5.2: each dot in front is doubled on the way.
  CHECK(received[0].data ==
        "..first line with a dot\r\nSubject: x\r\n\r\n..\r\n...two\r\n..x\r\nlast\r\n");
  CHECK_FALSE(received[0].encrypted);
}

TEST_CASE("one connection carries many messages, from any sender", "[report]") {
  SmtpServer server({});
  auto submitter = Submitter::open({.url = server.url()}, hello);
  REQUIRE(submitter);
  for (int i = 0; i < 3; ++i)
    CHECK(submitter->submit(std::nullopt, to, message).outcome == Submitted::Outcome::sent);
  REQUIRE(server.received().size() == 3);
  CHECK(server.received()[2].mail_from.starts_with("<>"));
  CHECK(server.connections() == 1);
}

TEST_CASE("only what is said of this recipient or message is final", "[report][RFC 5321 §4.2.1]") {
  struct Row {
    const char* moment;
    const char* reply;
    const char* result;
  };
  const auto row = GENERATE(values<Row>({
      {"connect", "421 4.3.2 busy", "temporary 421 connect: 421 4.3.2 busy"},
      {"connect", "554 5.7.1 go away", "temporary 554 connect: 554 5.7.1 go away"},
      {"MAIL", "451 4.3.0 later", "temporary 451 MAIL: 451 4.3.0 later"},
      {"MAIL", "553 5.7.1 not your address", "temporary 553 MAIL: 553 5.7.1 not your address"},
      // RFC 1870 §6.1: said before anybody asked for the message.
      {"MAIL", "552 5.3.4 too big", "permanent 552 MAIL: 552 5.3.4 too big"},
      {"RCPT", "450 4.2.0 greylisted", "temporary 450 RCPT: 450 4.2.0 greylisted"},
      {"RCPT", "550 5.1.1 no such user", "permanent 550 RCPT: 550 5.1.1 no such user"},
      // Who may send through the relay, as Postfix says it: not the mailbox's fault.
      {"RCPT", "554 5.7.1 Relay access denied",
       "temporary 554 RCPT: 554 5.7.1 Relay access denied"},
      {"RCPT", "530 Authentication required", "temporary 530 RCPT: 530 Authentication required"},
      {"RCPT", "550-5.1.1 no\r\n550 5.1.1 really", "permanent 550 RCPT: 550 5.1.1 really"},
      {"RCPT", "550 \x1b[2Jx", "permanent 550 RCPT: 550 \\x1B[2Jx"},
      {"RCPT", "550 relay not permitted", "temporary 550 RCPT: 550 relay not permitted"},
      {"RCPT", "550 5.1.8 sender rejected", "temporary 550 RCPT: 550 5.1.8 sender rejected"},
      {"RCPT", "503 5.5.1 order", "temporary 503 RCPT: 503 5.5.1 order"},
      {"RCPT", "550 5.3.4 full", "temporary 550 RCPT: 550 5.3.4 full"},
      {"RCPT", "550 5.1.1 unknown in relay table",
       "permanent 550 RCPT: 550 5.1.1 unknown in relay table"},
      {"DATA", "452 4.3.1 full", "temporary 452 DATA: 452 4.3.1 full"},
      {"DATA", "554 5.5.1 no recipients", "temporary 554 DATA: 554 5.5.1 no recipients"},
      {"DATA", "550 5.6.0 content", "permanent 550 DATA: 550 5.6.0 content"},
      {"message", "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
       "temporary 550 message: 550 5.7.60 SMTP; Client does not have permissions to send as this"
       " sender"},
      {"message", "503 out of order", "temporary 503 message: 503 out of order"},
      {"message", "554 5.3.0 queue file write error",
       "temporary 554 message: 554 5.3.0 queue file write error"},
      {"message", "550 5.7.1 spam", "permanent 550 message: 550 5.7.1 spam"},
      {"message", "451 4.3.0 later", "temporary 451 message: 451 4.3.0 later"},
      {"message", "552 5.3.4 too big", "permanent 552 message: 552 5.3.4 too big"},
  }));
  INFO(row.moment << " " << row.reply);
  SmtpServer server({.replies = {{row.moment, row.reply}}});
  CHECK(summary(submit({.url = server.url()})) == row.result);
  CHECK(server.received().empty());
}

TEST_CASE("any 2yz after the message is as good as 250", "[report][RFC 5321 §4.2.1]") {
  for (const char* reply : {"250 ok", "251 will forward", "252 who knows", "251-a\r\n252 b"}) {
    INFO(reply);
    SmtpServer server({.replies = {{"message", reply}}});
    CHECK(summary(submit({.url = server.url()})) == "sent 0 ");
  }
}

TEST_CASE("a relay that hangs or dies anywhere costs a while, never the report", "[report]") {
  const std::string moment = GENERATE("connect", "EHLO", "MAIL", "RCPT", "DATA", "line", "message");
  const std::string how = GENERATE("hang", "close");
  INFO(how << " at " << moment);
  SmtpServer server({.replies = {{moment, how}}});
  const Submitted result = submit(
      {.url = server.url(), .timeout = std::chrono::milliseconds(how == "hang" ? 200 : 30'000)},
      "Subject: x\r\n\r\n" + std::string(300'000, 'x') + "\r\n");
  CHECK(result.outcome == Submitted::Outcome::temporary);
  CHECK(result.code == 0);
  CHECK_FALSE(result.reason.empty());
}

TEST_CASE("nobody listening is temporary", "[report]") {
  std::string url;
  {
    SmtpServer server({});
    url = server.url();
  }
  CHECK(summary(submit({.url = url})).starts_with("temporary 0 connect: "));
}

TEST_CASE("after a refusal the next message still goes out", "[report]") {
  SmtpServer refusing({.replies = {{"RCPT", "550 no"}}});
  auto submitter = Submitter::open({.url = refusing.url()}, hello);
  REQUIRE(submitter);
  for (int i = 0; i < 2; ++i)
    CHECK(submitter->submit(from, to, message).code == 550);
}

TEST_CASE("STARTTLS is used when offered, whoever signed the certificate", "[report]") {
  SmtpServer server({.starttls = true});
  CHECK(summary(submit({.url = server.url()})) == "sent 0 ");
  REQUIRE(server.received().size() == 1);
  CHECK(server.received()[0].encrypted);
}

TEST_CASE("what a level of TLS asks for is not done without", "[report]") {
  SECTION("encryption that is not offered") {
    SmtpServer server({});
    const Submitted result = submit({.url = server.url(), .tls = Relay::Tls::encrypt});
    CHECK(result.outcome == Submitted::Outcome::temporary);
    CHECK(server.received().empty());
  }
  SECTION("a certificate nobody vouches for") {
    SmtpServer server({.starttls = true});
    const Submitted result = submit({.url = server.url(), .tls = Relay::Tls::verify});
    CHECK(result.outcome == Submitted::Outcome::temporary);
    CHECK(server.received().empty());
    CHECK(submit({.url = server.url(), .tls = Relay::Tls::encrypt}).outcome ==
          Submitted::Outcome::sent);
  }
  SECTION("a certificate of an authority that is known") {
    const support::TemporaryFolder folder;
    const std::string file = folder / "authorities.pem";
    SmtpServer server({.starttls = true});
    std::ofstream(file) << server.certificate();
    CHECK(summary(submit({.url = server.url(), .tls = Relay::Tls::verify, .authorities = file})) ==
          "sent 0 ");
  }
  SECTION("smtps is TLS from the start") {
    SmtpServer server({.implicit_tls = true});
    CHECK(summary(submit({.url = server.url()})) == "sent 0 ");
    CHECK(server.received().at(0).encrypted);
    CHECK(submit({.url = server.url(), .tls = Relay::Tls::verify}).outcome ==
          Submitted::Outcome::temporary);
  }
}

TEST_CASE(
    "a login on this machine needs no certificate, and a wrong one says nothing of the recipient",
    "[report]") {
  SmtpServer server({.starttls = true});
  Relay relay{.url = server.url(),
              .tls = Relay::Tls::encrypt,
              .login = Relay::Login{.user = "user", .password = "secret"}};
  CHECK(summary(submit(relay)) == "sent 0 ");
  CHECK(server.received().at(0).logged_in);
  relay.login->password = "wrong";
  const Submitted refused = submit(relay);
  CHECK(summary(refused) == "temporary 535 AUTH: 535 5.7.8 wrong password");

  relay.tls = Relay::Tls::may;
  relay.url = "smtp://mail.example";
  const auto unsafe = Submitter::open(relay, hello);
  REQUIRE_FALSE(unsafe);
  CHECK_FALSE(unsafe.error().what.contains("wrong"));
}

TEST_CASE("a password goes to no other machine without a certificate for its name", "[report]") {
  for (const Relay::Tls level : {Relay::Tls::may, Relay::Tls::encrypt, Relay::Tls::verify}) {
    SmtpServer server({.implicit_tls = true});
    // An address that is this machine's and does not look like it.
    const std::string url = "smtps://[::ffff:127.0.0.1]" + server.url().substr(17);
    Relay relay{.url = url, .tls = level};
    if (level != Relay::Tls::verify) CHECK(summary(submit(relay)) == "sent 0 ");
    relay.login = Relay::Login{.user = "user", .password = "secret"};
    const std::size_t before = server.received().size();
    CHECK(submit(relay).outcome == Submitted::Outcome::temporary);
    CHECK(server.received().size() == before);
  }
}

TEST_CASE("only an SMTP server is a relay", "[report]") {
  const auto* const url = GENERATE("", "http://127.0.0.1/", "file:///etc/passwd",
                                   "smtp://user:x@127.0.0.1", "smtp://127.0.0.1/path",
                                   "smtp://127.0.0.1/?x", "smtp:///", "127.0.0.1:25", "scp://h");
  INFO(url);
  CHECK_FALSE(Submitter::open({.url = url}, hello));
}

TEST_CASE("what the last reply answered is told", "[report]") {
  using Stage = Submitted::Stage;
  struct Row {
    const char* moment;
    Stage stage;
    bool about_mailbox;
  };
  const auto row = GENERATE(values<Row>({
      {"connect", Stage::greeting, false},
      {"EHLO", Stage::greeting, false},
      {"MAIL", Stage::sender, false},
      {"RCPT", Stage::recipient, true},
      {"DATA", Stage::content, false},
      {"message", Stage::content, false},
  }));
  INFO(row.moment);
  SmtpServer server({.replies = {{row.moment, "550 5.1.1 no such user"}}});
  const Submitted result = submit({.url = server.url()}, message);
  CHECK(result.stage == row.stage);
  CHECK(result.about_mailbox == row.about_mailbox);
}
