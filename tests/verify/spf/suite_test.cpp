// The test suites of the SPF council, RFC 7208 and the older RFC 4408, whole and on both engines.
// The cases come from the Debian package python3-spf at build time (yaml_to_json.py).

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/fake_resolver.hpp"
#include "verify/spf/spf.hpp"

namespace {

using dns::Type;

constexpr std::pair<std::string_view, Type> types[] = {
    {"A", Type::a}, {"AAAA", Type::aaaa}, {"MX", Type::mx}, {"PTR", Type::ptr}, {"TXT", Type::txt}};

// One code point is one octet.
std::string octets(const std::string& utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      out += utf8[i];
    } else {
      out += static_cast<char>((lead & 3) << 6 | (utf8[++i] & 0x3F));
    }
  }
  return out;
}

void add_record(support::FakeResolver& resolver, const std::string& name, const std::string& type,
                const nlohmann::json& value) {
  if (type == "TXT") resolver.add_txt(name, octets(value));
  if (type == "A") resolver.add_a(name, value.get<std::string>());
  if (type == "AAAA") resolver.add_aaaa(name, value.get<std::string>());
  if (type == "CNAME") resolver.add_cname(name, value.get<std::string>());
  if (type == "MX") {
    resolver.add_mx(name, value.at(0).get<std::uint16_t>(), value.at(1).get<std::string>());
  }
}

void add_name(support::FakeResolver& resolver, const std::string& name,
              const nlohmann::json& entry) {
  resolver.add_empty(name);
  std::vector<dns::Record> pointers;
  std::vector<std::string> present;
  for (const auto& record : entry.at("records")) {
    const auto& type = present.emplace_back(record.at(0).get<std::string>());
    add_record(resolver, name, type, record.at(1));
    if (type != "PTR") continue;
    auto host = record.at(1).get<std::string>();
    if (host.ends_with('.')) host.pop_back();
    pointers.emplace_back(host);
  }
  if (!pointers.empty()) {
    resolver.set(name, Type::ptr, {.outcome = dns::Outcome::found, .records = pointers});
  }
  for (const std::string timed_out : entry.at("timeout")) {
    for (const auto& [text, type] : types) {
      const bool has = std::ranges::find(present, text) != present.end();
      if (timed_out == text || (timed_out == "*" && !has)) resolver.timeout(name, type);
    }
  }
}

// Returns how many cases there were.
std::size_t run_suite(const char* path, spf::Engine engine) {
  std::ifstream file(path);
  std::size_t cases = 0;
  for (const auto& scenario : nlohmann::json::parse(file)) {
    support::FakeResolver resolver;
    for (const auto& [name, entry] : scenario.at("zone").items())
      add_name(resolver, name, entry);
    for (const auto& test : scenario.at("tests")) {
      ++cases;
      INFO(scenario.at("scenario") << ": " << test.at("id"));
      spf::Request request{
          .client = base::IpAddress::parse(test.at("ip").get<std::string>()).value(),
          .helo = test.at("helo"),
          .mail_from = test.at("mail_from"),
          .receiver = "receiver.example"};
      const auto result =
          spf::check(request, resolver, {.engine = engine}, base::WallTime{}).result.value();
      const auto accepted = test.at("result").get<std::vector<std::string>>();
      INFO("mechanism " << result.mechanism << ", problem " << result.problem);
      CHECK_THAT(accepted, Catch::VectorContains(std::string(spf::name(result.status))));
      CHECK(result.problem.empty() ==
            (result.status != spf::Status::temperror && result.status != spf::Status::permerror));
      if (test.at("explanation").is_null() || result.status != spf::Status::fail) continue;
      const auto expected = test.at("explanation").get<std::string>();
      CHECK(result.explanation == (expected == "DEFAULT" ? "" : expected));
    }
  }
  return cases;
}

}  // namespace

TEST_CASE("every case of the RFC 7208 test suite passes", "[spf][RFC 7208]") {
  const auto engine = GENERATE(spf::Engine::libspf2, spf::Engine::native);
  CAPTURE(engine == spf::Engine::native);
  CHECK(run_suite(RFC7208_SUITE, engine) == 203);
}

TEST_CASE("every case of the RFC 4408 test suite passes", "[spf][RFC 7208]") {
  const auto engine = GENERATE(spf::Engine::libspf2, spf::Engine::native);
  CAPTURE(engine == spf::Engine::native);
  CHECK(run_suite(RFC4408_SUITE, engine) == 191);
}
