// Prints what the operator's command says of itself, as JSON: tools/man-pages makes pages of it.
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "json/writer.hpp"

namespace {

constexpr std::size_t text_max = 10'000;

void write(json::Writer& json, std::string_view key, const std::vector<std::string>& words) {
  json.begin_array(key);
  for (const std::string& word : words)
    json.text({}, word, text_max);
  json.end_array();
}

void write(json::Writer& json, const cli::OptionHelp& option) {
  json.begin_object();
  write(json, "names", option.names);
  json.text("value", option.value, text_max);
  json.boolean("value_optional", option.value_optional);
  json.boolean("required", option.required);
  json.boolean("repeated", option.repeated);
  json.text("text", option.text, text_max);
  json.text("standard", option.standard, text_max);
  write(json, "excludes", option.excludes);
  json.end_object();
}

// As deep as commands are: two.
void write(json::Writer& json, const cli::CommandHelp& command) {
  json.begin_object();
  json.text("name", command.name, text_max);
  json.text("text", command.text, text_max);
  json.begin_array("options");
  for (const cli::OptionHelp& option : command.options)
    write(json, option);
  json.end_array();
  json.begin_array("commands");
  for (const cli::CommandHelp& each : command.commands)
    write(json, each);
  json.end_array();
  json.end_object();
}

}  // namespace

int main() {
  json::Writer json(1 << 16);
  write(json, cli::commands("").help());
  std::cout << json.take() << '\n';
}
