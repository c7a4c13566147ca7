#include "cli/config_command.hpp"

#include "config/config.hpp"

namespace cli {

int config_check(const std::filesystem::path& file, Output output) {
  const auto config = load_config(file);
  if (!config) return tell(config.error(), output);
  for (const std::string& warning : config->warnings) {
    output.error << file.string() << ": warning: " << warning << '\n';
  }
  if (auto servers = dns::ServerSource(config->dns.servers, config->dns.resolv_conf).read()) {
    for (const std::string& line : dns::advice(*servers))
      output.error << file.string() << ": warning: dns: " << line << '\n';
  }
  output.out << file.string() << ": ok\n";
  return finished(output);
}

int config_show(const std::filesystem::path& file, Output output) {
  const auto config = load_config(file);
  if (!config) return tell(config.error(), output);
  output.out << config::to_toml(*config);
  return finished(output);
}

int config_default(Output output) {
  output.out << config::default_text();
  return finished(output);
}

void add_config(const Words& postern) {
  const Words config = postern.group("config", "Check, show or explain the configuration");
  auto& file = postern.keep<std::string>(default_config_file);
  add_config_file(
      config.command("check", "Say whether the file can be used, and everything that is wrong",
                     [&](Output output) { return config_check(file, output); }),
      file);
  add_config_file(config.command("show", "Print the effective configuration",
                                 [&](Output output) { return config_show(file, output); }),
                  file);
  config.command("default", "Print the default configuration, explained", config_default);
}

}  // namespace cli
