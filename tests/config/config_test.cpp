#include "config/config.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "config/schema.hpp"

namespace {

namespace fs = std::filesystem;

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) {
    std::string name = (fs::temp_directory_path() / "postern-config-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    std::ofstream(path(), std::ios::binary) << text;
  }
  ~TemporaryFile() { fs::remove_all(directory_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] fs::path path() const { return directory_ / "postern.toml"; }
  [[nodiscard]] const fs::path& directory() const { return directory_; }

 private:
  fs::path directory_;
};

}  // namespace

TEST_CASE("the default file holds the built-in defaults", "[config]") {
  const auto config = config::parse(config::default_text(), "postern.toml");
  REQUIRE(config);
  CHECK(config::to_toml(*config) == config::to_toml(config::Config{}));
  CHECK(config->warnings.empty());
}

TEST_CASE("the default file shows every key there is", "[config]") {
  const std::string text(config::default_text());
  for (const std::string& key : config::known_keys()) {
    INFO(key);
    const std::string section = key.substr(0, key.find('.'));
    const std::string name = key.substr(key.rfind('.') + 1);
    if (text.contains("\n#[[" + section + "]]\n")) {
      if (key == "tenant.override") continue;  // Is [[tenant.override]].
      CHECK((text.contains("\n#" + name + " = ") || text.contains(" " + name + " = ")));
    } else {
      CHECK(text.contains("\n[" + section + "]\n"));
      CHECK(text.contains("\n" + name + " = "));
    }
  }
}

TEST_CASE("the examples of the default file can be used", "[config]") {
  std::string text(config::default_text());
  for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at) {
    if (text[at + 2] != ' ') text.erase(at + 1, 1);
  }
  const auto config = config::parse(text, "postern.toml");
  REQUIRE(config);
  CHECK(config->warnings.empty());
  CHECK(config->policy.protection.list().size() == 1);
  REQUIRE(config->policy.tenants.list().size() == 1);
  CHECK(config->policy.tenants.list()[0].overrides.list().size() == 1);
  CHECK(config->policy.overrides.list().size() == 2);
  CHECK(config->policy.stages.list().size() == 1);
}

TEST_CASE("an empty file is the defaults", "[config]") {
  const auto config = config::parse("", "f");
  REQUIRE(config);
  CHECK(config::to_toml(*config) == config::to_toml(config::Config{}));
  CHECK(config->policy.trust.networks.size() == 2);
}

TEST_CASE("all faults of a file are told at once, in the order of its lines", "[config]") {
  const auto config = config::parse(
      "[policy]\npreset = 1\n[milter]\nsoket = \"/x\"\ndeadline_ms = \"x\"\n[dns]\nattempts = 0\n",
      "/etc/postern/postern.toml");
  REQUIRE_FALSE(config);
  CHECK(config.error().what ==
        "/etc/postern/postern.toml:2: policy.preset: expected a string, found an integer\n"
        "/etc/postern/postern.toml:4: unknown key \"soket\" in [milter]; did you mean \"socket\"?\n"
        "/etc/postern/postern.toml:5: milter.deadline_ms: expected an integer, found a string\n"
        "/etc/postern/postern.toml:7: dns.attempts: 0 is out of range: 1 to 10");
}

TEST_CASE("what is no TOML is told with its line", "[config]") {
  for (const char* text : {"[milter]\nsocket = ", "[milter]\nsocket = \"a\"\nsocket = \"b\"",
                           "[milter]\n\xff = 1", "[milter]\n[milter]"}) {
    INFO(text);
    const auto config = config::parse(text, "f");
    REQUIRE_FALSE(config);
    CHECK(config.error().what.starts_with("f:"));
    CHECK_FALSE(config.error().what.contains('\n'));
  }
}

TEST_CASE("octets of the file cannot disturb the terminal that shows a fault", "[config]") {
  const auto config = config::parse(std::string_view("a = [i\0\x1B]", 8), "f");
  REQUIRE_FALSE(config);
  CHECK(config.error().what.starts_with("f:1: "));
  CHECK(config.error().what.find_first_of(std::string_view("\0\x1B\n", 3)) == std::string::npos);
}

TEST_CASE("letters beyond ASCII belong in comments and strings of one line", "[config][TOML 1.0]") {
  struct Row {
    std::string_view text;
    int line;  // 0: no such fault.
  };
  const Row rows[] = {
      {"\u043A = 1", 1},
      {"[log]\n# \u00FC '\nlevel = \u00FCber", 3},
      {"\xEF\xBB\xBF# \u00FC\n", 0},
      {"[milter]\nauthserv_id = \"\u00FC\\\"\u00FC\"", 0},
      {"[milter]\nauthserv_id = '\u00FC\\'", 0},
      {"[milter]\nauthserv_id = '''\n'\u00FC'\n'''", 0},
      {"[milter]\nauthserv_id = \"\"\"a\\\n \u00FC\"\"\"", 3},
      // The closing quotes end the string even when quotes stand before them.
      {"[milter]\nauthserv_id = '''\u00FC''''' \u00FC", 2},
      // A quote within a word starts no string.
      {"a = +\"\u00FC\"", 1},
      {"a = 1.\"\u00FC\"", 1},
      {"a = 1[\"\u00FC\"", 1},
      {"a = [\n1=\"\u00FC\"]", 2},
      {"[milter]\nauthserv_id=\"\u00FC\"", 0},
      {"[dns]\nservers=[\"\u00FC\",'\u00FC',\n\"\u00FC\"]\n[milter]\nauthserv_id='\u00FC'", 0},
      {"[milter]\nauthserv_id = 'a\n\u00FC = 1", 3},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto config = config::parse(row.text, "f");
    const std::string what = config ? "" : config.error().what;
    const std::string fault = "f:" + std::to_string(row.line) + ": a character beyond ASCII";
    CHECK(what.contains("beyond ASCII") == (row.line != 0));
    CHECK(what.starts_with(fault) == (row.line != 0));
  }
}

TEST_CASE("hostile nesting is an error, not a crash", "[config]") {
  CHECK_FALSE(config::parse("x = " + std::string(100'000, '['), "f"));
  CHECK_FALSE(config::parse("x = " + std::string(200, '[') + std::string(200, ']'), "f"));
  std::string keys = "a";
  for (int i = 0; i < 5000; ++i)
    keys += ".a";
  CHECK_FALSE(config::parse(keys + " = 1", "f"));
  // toml++ would make a table for each part, and remove them one within the other.
  for (int i = 0; i < 7; ++i)
    keys += keys.substr(1);
  REQUIRE(keys.size() > 1'000'000);
  CHECK(config::parse("\n" + keys + " = 1", "f").error().what == "f:2: a key of too many parts");
  CHECK_FALSE(config::parse("[" + keys + "]", "f"));
  CHECK_FALSE(config::parse("x = {" + keys + "=1}", "f"));
}

TEST_CASE("many faults are told as the first of them and their number", "[config]") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "[[stage]]\n";
  const std::string what = config::parse(text, "f").error().what;
  CHECK(what.starts_with("f:1: stage[1].domain: is missing\nf:2: "));
  CHECK(what.ends_with("\nf:100: stage[100].domain: is missing\nf: and 900 more"));
}

TEST_CASE("many warnings are given as the first of them and their number", "[config]") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "[[override]]\nmatch = {client = \"64.0.0.0/2\"}\naction = \"tag\"\n";
  const auto config = config::parse(text, "f");
  REQUIRE(config);
  REQUIRE(config->warnings.size() == 101);
  CHECK(config->warnings.back() == "and 900 more warnings");
}

TEST_CASE("a file is loaded, and its errors carry its name", "[config]") {
  const TemporaryFile good("[policy]\npreset = \"monitor\"\n");
  const auto config = config::load(good.path());
  REQUIRE(config);
  CHECK(config->policy.site.preset == policy::Preset::monitor);
  const TemporaryFile bad("x = 1");
  CHECK(config::load(bad.path()).error().what.starts_with(bad.path().string() + ":1: "));
}

TEST_CASE("an unreadable file is an error that says why", "[config]") {
  const TemporaryFile file("");
  CHECK(config::load(file.directory() / "absent").error().what ==
        (file.directory() / "absent").string() + ": No such file or directory");
  CHECK(config::load(file.directory()).error().what ==
        file.directory().string() + ": Is a directory");
  fs::resize_file(file.path(), (64 << 20) + 1);
  CHECK(config::load(file.path()).error().what.ends_with("is larger than 64 MiB"));
}
