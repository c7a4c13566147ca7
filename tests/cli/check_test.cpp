#include "cli/check.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"

namespace {

namespace fs = std::filesystem;

constexpr char message[] = "From: Alice <alice@example.com>\nSubject: hi\n\nhello\n";

// A DNS of its own on loopback, a configuration that asks it, and message files.
class CheckTrial {
 public:
  CheckTrial() {
    std::string name = (fs::temp_directory_path() / "postern-check-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    zone_.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
    zone_.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
    options.config =
        file("postern.toml", "[milter]\nauthserv_id = \"mx.example.org\"\n[dns]\nservers = [\"" +
                                 server_.address() + "\"]\n[policy]\npreset = \"strict\"\n");
    options.ip = "192.0.2.1";
    options.helo = "mail.example.com";
    options.mail_from = "<alice@example.com>";
    options.recipients = {"bob@example.org"};
    options.files = {file("message.eml", message)};
  }
  ~CheckTrial() { fs::remove_all(directory_); }
  CheckTrial(const CheckTrial&) = delete;
  CheckTrial& operator=(const CheckTrial&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return (directory_ / name).string();
  }
  int run() { return cli::check(options, {out, error}); }

  cli::CheckOptions options;
  std::ostringstream out;
  std::ostringstream error;

 private:
  fs::path directory_;
  support::FakeResolver zone_;
  support::DnsServer server_{zone_};
};

}  // namespace

TEST_CASE("mail that SPF vouches for is accepted", "[cli][check]") {
  CheckTrial trial;
  CHECK(trial.run() == EX_OK);
  INFO(trial.out.str());
  CHECK(trial.out.str().contains("verdict   accept"));
  CHECK(trial.out.str().contains("pass (mail_from example.com"));
  CHECK(trial.out.str().contains("pass (p=reject of example.com)"));
  CHECK(trial.error.str().empty());
}

TEST_CASE("forged mail is rejected, and that is no failure of the command", "[cli][check]") {
  CheckTrial trial;
  trial.options.ip = "198.51.100.1";
  trial.options.json = true;
  CHECK(trial.run() == EX_OK);
  const auto event = nlohmann::json::parse(trial.out.str());
  CHECK(event["action"] == "reject");
  CHECK(event["gateway"] == "mx.example.org");
  CHECK(event["dmarc"]["result"] == "fail");
  CHECK(event["mail_from"] == "alice@example.com");
  CHECK(event["recipients_domains"] == nlohmann::json({"example.org"}));
  CHECK(event["reply"].get<std::string>().starts_with("550 5.7.1 "));
  CHECK(event["config"].get<std::string>().starts_with("check-"));
}

TEST_CASE("a trusted client is not verified, as in the daemon", "[cli][check]") {
  CheckTrial trial;
  trial.options.ip = "127.0.0.1";
  CHECK(trial.run() == EX_OK);
  CHECK(trial.out.str().contains("rule trusted-network"));
}

TEST_CASE("the time of judgement can be set", "[cli][check]") {
  CheckTrial trial;
  trial.options.json = true;
  trial.options.now = base::WallTime(base::Seconds(1'777'000'000));
  CHECK(trial.run() == EX_OK);
  CHECK(nlohmann::json::parse(trial.out.str())["time"] == "2026-04-24T03:06:40.000Z");
}

TEST_CASE("files that cannot be read do not stop the others", "[cli][check]") {
  CheckTrial trial;
  trial.options.json = true;
  const std::string readable = trial.options.files.front();
  trial.options.files = {readable, readable + ".absent", readable};
  CHECK(trial.run() == EX_NOINPUT);
  CHECK(trial.error.str() == readable + ".absent: No such file or directory\n");
  const std::string out = trial.out.str();
  CHECK(std::count(out.begin(), out.end(), '\n') == 2);
}

TEST_CASE("wrong arguments and files have their exit status", "[cli][check]") {
  CheckTrial trial;
  SECTION("no address") {
    trial.options.ip = "localhost";
    CHECK(trial.run() == EX_USAGE);
  }
  SECTION("no configuration") {
    trial.options.config = "/nonexistent/postern.toml";
    CHECK(trial.run() == EX_CONFIG);
  }
  SECTION("an empty message") {
    trial.options.files = {trial.file("empty", "")};
    CHECK(trial.run() == EX_DATAERR);
  }
  CHECK(trial.out.str().empty());
  CHECK_FALSE(trial.error.str().empty());
}
