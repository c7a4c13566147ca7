#include "cli/command.hpp"

#include <system_error>

#include "base/text.hpp"
#include "cli/when.hpp"

namespace cli {

int tell(const Failure& failure, Output output) {
  output.error << failure.what << '\n';
  return failure.status;
}

int finished(Output output, int status) { return output.out.flush() ? status : EX_IOERR; }

Result<config::Config> load_config(const std::optional<std::filesystem::path>& file) {
  if (file) return or_failure(config::load(*file), EX_CONFIG);
  std::error_code ignored;
  if (!std::filesystem::exists(default_config_file, ignored)) return config::Config{};
  return or_failure(config::load(default_config_file), EX_CONFIG);
}

Result<base::WallTime> time_of(std::string_view option, std::string_view text, base::WallTime now,
                               std::size_t shown_max) {
  if (const auto time = parse_when(text, now)) return *time;
  return failure(
      std::string(option) + ": \"" + base::printable(text, shown_max) + "\" is not " + when_help,
      EX_USAGE);
}

}  // namespace cli
