#include "cli/config_command.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <sysexits.h>

#include "config/config.hpp"

namespace {

namespace fs = std::filesystem;

// What a command wrote, and the file it was given.
struct ConfigTrial {
  ConfigTrial() {
    std::string name = (fs::temp_directory_path() / "postern-cli-XXXXXX").string();
    directory = ::mkdtemp(name.data());
  }
  ~ConfigTrial() { fs::remove_all(directory); }
  ConfigTrial(const ConfigTrial&) = delete;
  ConfigTrial& operator=(const ConfigTrial&) = delete;

  fs::path file(std::string_view text) const {
    std::ofstream(directory / "postern.toml", std::ios::binary) << text;
    return directory / "postern.toml";
  }
  cli::Output output() { return {out, error}; }

  fs::path directory;
  std::ostringstream out;
  std::ostringstream error;
};

}  // namespace

TEST_CASE("a sound configuration is said to be ok, with its warnings", "[cli]") {
  ConfigTrial trial;
  const fs::path file = trial.file("[milter]\nsocket = \"inet:0.0.0.0:8893\"\n");
  CHECK(cli::config_check(file, trial.output()) == EX_OK);
  CHECK(trial.out.str() == file.string() + ": ok\n");
  CHECK(trial.error.str().contains("warning: milter.socket"));
}

TEST_CASE("a check warns when there are no name servers, or only some far away", "[cli]") {
  ConfigTrial trial;
  const fs::path resolv_conf = trial.directory / "resolv.conf";
  const fs::path file = trial.file("[dns]\nresolv_conf = \"" + resolv_conf.string() + "\"\n");
  CHECK(cli::config_check(file, trial.output()) == EX_OK);
  CHECK(trial.error.str() == file.string() + ": warning: dns: " + resolv_conf.string() +
                                 " names no server; 127.0.0.1 is asked\n");
  trial.error.str("");
  std::ofstream(resolv_conf) << "nameserver 127.0.0.53\n";
  CHECK(cli::config_check(file, trial.output()) == EX_OK);
  CHECK(trial.error.str().empty());
  std::ofstream(resolv_conf) << "nameserver 192.0.2.53\n";
  CHECK(cli::config_check(file, trial.output()) == EX_OK);
  CHECK(trial.error.str().contains("warning: dns: server 192.0.2.53 is not on this machine"));
}

TEST_CASE("a faulty configuration is EX_CONFIG with every fault", "[cli]") {
  ConfigTrial trial;
  const fs::path file = trial.file("x = 1\ny = 2\n");
  CHECK(cli::config_check(file, trial.output()) == EX_CONFIG);
  CHECK(cli::config_show(file, trial.output()) == EX_CONFIG);
  CHECK(trial.out.str().empty());
  CHECK(trial.error.str().contains(file.string() + ":1: "));
  CHECK(trial.error.str().contains(file.string() + ":2: "));
  CHECK(cli::config_check(trial.directory / "absent", trial.output()) == EX_CONFIG);
}

TEST_CASE("the effective configuration can be used as a file", "[cli]") {
  ConfigTrial trial;
  CHECK(cli::config_show(trial.file("[policy]\npreset = \"strict\"\n"), trial.output()) == EX_OK);
  CHECK(trial.out.str().contains("preset = \"strict\""));
  ConfigTrial again;
  CHECK(cli::config_check(again.file(trial.out.str()), again.output()) == EX_OK);
}

TEST_CASE("the default configuration is the shipped file", "[cli]") {
  ConfigTrial trial;
  CHECK(cli::config_default(trial.output()) == EX_OK);
  CHECK(trial.out.str() == config::default_text());
}
