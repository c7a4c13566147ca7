// The architecture, checked like any other behaviour: who may include whom, and which single
// file may see each third-party library. The two tables are the design; change them on purpose.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

namespace fs = std::filesystem;

// Folder -> folders it may include, beside itself. Read downwards: nothing points up. A main.cpp,
// milter/daemon and everything in cli/ is a program: it joins the parts, so it may include all.
const std::map<std::string, std::set<std::string>> may_include = {
    {"base", {}},
    {"json", {"base"}},
    {"verify/mail", {"base"}},
    {"verify/crypto", {"base"}},
    {"verify/dns", {"base"}},
    {"verify/spf", {"base", "verify/dns"}},
    {"verify/dkim", {"base", "verify/mail", "verify/crypto", "verify/dns"}},
    {"verify/arc", {"base", "verify/mail", "verify/dkim"}},
    {"verify/dmarc", {"base", "verify/dns"}},
    {"verify/iprev", {"base", "verify/dns"}},
    {"verify",
     {"base", "verify/mail", "verify/crypto", "verify/dns", "verify/spf", "verify/dkim",
      "verify/arc", "verify/dmarc", "verify/iprev"}},
    {"policy", {"base", "verify"}},
    {"event", {"base", "json", "policy", "verify", "verify/mail", "verify/crypto", "verify/dns"}},
    {"store", {"base", "json", "event", "policy", "verify/crypto", "verify/dmarc"}},
    {"report",
     {"base", "json", "store", "event", "policy", "verify/crypto", "verify/dns", "verify/dmarc"}},
    {"config", {"base", "report", "event", "policy", "verify", "verify/dns"}},
    {"milter", {"base", "event", "policy", "verify"}},
};

// Third-party header -> the one file that may include it.
const std::map<std::string, std::string> owner = {
    {"libmilter/", "milter/libmilter.cpp"},
    {"prometheus/", "milter/metrics.cpp"},
    {"ares", "verify/dns/ares_channel.cpp"},
    {"openssl/", "verify/crypto/crypto.cpp"},
    {"spdlog/", "base/log.cpp"},
    {"idn2", "base/domain.cpp"},
    {"toml++/", "config/config.cpp"},
    {"nlohmann/", "json/reader.cpp"},
    {"sqlite3", "store/sqlite_database.cpp"},
    {"pqxx/", "store/postgres_database.cpp"},
    {"pugixml", "report/aggregate.cpp"},
    {"curl/", "report/submission.cpp"},
    {"zlib", "base/gzip.cpp"},
    {"CLI/", "cli/command_line.cpp"},
    {"spf2/", "verify/spf/libspf2_engine.cpp"},
};

struct Include {
  std::string file;    // Relative to the repository.
  std::string target;  // As written.
  bool quoted = false;
};

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }

bool is_program(const std::string& path) {
  return fs::path(path).filename() == "main.cpp" || path.starts_with("milter/daemon.") ||
         path.starts_with("cli/");
}

std::vector<Include> all_includes(const fs::path& root) {
  static const std::regex line(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> found;
  for (const char* top : {"base", "json", "verify", "policy", "event", "store", "report", "config",
                          "milter", "cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp") continue;
      std::ifstream in(entry.path());
      std::smatch match;
      for (std::string text; std::getline(in, text);) {
        if (!std::regex_search(text, match, line)) continue;
        found.push_back({fs::relative(entry.path(), root).string(), match[2], match[1] == "\""});
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("folders include only what lies below them", "[architecture]") {
  for (const Include& include : all_includes(SOURCE_ROOT)) {
    if (!include.quoted || is_program(include.file)) continue;
    const std::string from = folder_of(include.file);
    const std::string to = folder_of(include.target);
    INFO(include.file << " includes " << include.target);
    REQUIRE(may_include.contains(from));
    CHECK((from == to || may_include.at(from).contains(to)));
  }
}

TEST_CASE("each third-party library has one door", "[architecture]") {
  for (const Include& include : all_includes(SOURCE_ROOT)) {
    if (include.quoted) continue;
    for (const auto& [prefix, file] : owner) {
      if (!include.target.starts_with(prefix)) continue;
      INFO(include.file << " includes <" << include.target << ">");
      CHECK(include.file == file);
    }
  }
}
