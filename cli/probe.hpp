#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

// Questions to a daemon that runs, asked from outside. Each ends by its deadline, whatever the
// other side does; only a name instead of an address may take longer, as long as the DNS takes.
namespace cli {

// Why something could not be found out.
struct Trouble {
  std::string what;
  bool forbidden = false;  // To this user: it says nothing about what was looked at.
};

// Greets a milter as an MTA does, and hangs up in good order: the milter protocol version it
// speaks. `socket` is in libmilter's spelling. A socket that accepts is not enough: a stopped
// process's does, too.
[[nodiscard]] base::Result<std::uint32_t, Trouble> greet_milter(const std::string& socket,
                                                                base::Deadline deadline);

// The body of http://<address>/metrics; at most 1 MiB. `address` is "127.0.0.1:9893".
[[nodiscard]] base::Result<std::string, Trouble> read_metrics(const std::string& address,
                                                              base::Deadline deadline);

}  // namespace cli
