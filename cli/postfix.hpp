#pragma once

#include <filesystem>
#include <string>

#include "cli/command.hpp"
#include "cli/command_line.hpp"

namespace cli {

struct PostfixOptions {
  std::filesystem::path config;
  std::string directory;  // Where main.cf is; empty: where postconf(1) looks.
  bool yes = false;       // Write it, not only show it.
};

// `postern postfix enable`, `disable` and `status`: whether Postfix asks this filter, shown and, with
// `yes`, changed by postconf(1); no other file is touched and nothing is reloaded. `enable` refuses
// what would make mail wait: a socket that a chrooted smtpd cannot see, or where nobody listens, or
// that Postfix may not connect to. All return an exit status of sysexits.h; `status` 1 when mail
// does not pass through the filter.
[[nodiscard]] int postfix_enable(const PostfixOptions& options, Output output);
[[nodiscard]] int postfix_disable(const PostfixOptions& options, Output output);
[[nodiscard]] int postfix_status(const PostfixOptions& options, Output output);

// The words of these.
void add_postfix(const Words& postern);

}  // namespace cli
