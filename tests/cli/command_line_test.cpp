#include "cli/command_line.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sysexits.h>

#include "cli/commands.hpp"

namespace {

struct Options {
  std::string name;
  std::vector<std::string> files;
  std::uint64_t limit = 7;
  bool json = false;
};

// A program with one command, which says what its options became.
cli::CommandLine program() {
  cli::CommandLine line("program", "Does things", "program 1");
  const cli::Words words = line.words();
  auto& options = words.keep<Options>();
  const cli::Words group = words.group("group", "Several");
  const cli::Words one = group.command("one", "The first", [&](cli::Output output) {
    output.out << options.name << ' ' << options.limit << ' ' << options.json;
    for (const std::string& file : options.files)
      output.out << ' ' << file;
    return cli::finished(output, 3);
  });
  const cli::Word name = one.option("-n,--name", options.name, "Whose", cli::value::name);
  one.flag("--json", options.json, "As JSON").excludes(name);
  one.option("--limit", options.limit, "How many", cli::value::number)
      .between(1, 100)
      .shows_default();
  one.option("FILE", options.files, "Files", cli::value::file).required();
  return line;
}

// What the command prints and returns; nothing when the words are wrong usage.
std::string said(std::vector<std::string> words) {
  cli::CommandLine line = program();
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  const auto command = line.parse(static_cast<int>(arguments.size()), arguments.data());
  if (!command) return command.error() == EX_USAGE ? "" : "another status";
  std::ostringstream out;
  const int status = (*command)({out, out});
  return out.str() + ", status " + std::to_string(status);
}

}  // namespace

TEST_CASE("words set the options of the command that they name", "[cli]") {
  CHECK(said({"program", "group", "one", "a", "b"}) == " 7 0 a b, status 3");
  CHECK(said({"program", "group", "one", "--name", "x", "--limit", "9", "a"}) ==
        "x 9 0 a, status 3");
}

TEST_CASE("wrong words are no command", "[cli]") {
  CHECK(said({"program"}).empty());
  CHECK(said({"program", "group"}).empty());
  CHECK(said({"program", "group", "one"}).empty());
  CHECK(said({"program", "group", "one", "--limit", "101", "a"}).empty());
  CHECK(said({"program", "group", "one", "--json", "-n", "x", "a"}).empty());
}

TEST_CASE("the help tells of what may be said", "[cli]") {
  const cli::CommandHelp help = program().help();
  const cli::CommandHelp& one = help.commands.at(0).commands.at(0);
  CHECK(one.name == "one");
  REQUIRE(one.options.size() == 5);  // With --help.
  CHECK(one.options[2].excludes == std::vector<std::string>{"--name"});
  CHECK(one.options[3].standard == "7");
  CHECK(one.options[4].value == cli::value::file);
  CHECK(one.options[4].required);
}

TEST_CASE("each command of postern has words, and a text for its page", "[cli]") {
  const cli::CommandHelp help = cli::commands("").help();
  CHECK(help.commands.size() == 9);
  for (const cli::CommandHelp& command : help.commands) {
    INFO(command.name);
    CHECK_FALSE(command.text.empty());
    CHECK((command.commands.empty() != (command.options.size() <= 1)));
  }
}
