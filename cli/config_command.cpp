#include "cli/config_command.hpp"

#include <system_error>

#include <sysexits.h>

#include "config/config.hpp"

namespace cli {

namespace {

int finished(Output output) { return output.out.flush() ? EX_OK : EX_IOERR; }

}  // namespace

base::Result<config::Config> load_config(const std::optional<std::filesystem::path>& file) {
  if (file) return config::load(*file);
  std::error_code ignored;
  if (std::filesystem::exists(default_config_file, ignored)) {
    return config::load(default_config_file);
  }
  return config::Config{};
}

int config_check(const std::filesystem::path& file, Output output) {
  const base::Result<config::Config> config = config::load(file);
  if (!config) {
    output.error << config.error().what << '\n';
    return EX_CONFIG;
  }
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
  const base::Result<config::Config> config = config::load(file);
  if (!config) {
    output.error << config.error().what << '\n';
    return EX_CONFIG;
  }
  output.out << config::to_toml(*config);
  return finished(output);
}

int config_default(Output output) {
  output.out << config::default_text();
  return finished(output);
}

}  // namespace cli
