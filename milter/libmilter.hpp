#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "milter/session.hpp"

// The only door to libmilter. Its callbacks carry no user data at connect time, so this file
// owns the program's one global: the Services new sessions start with.
namespace milter {

void set_services(std::shared_ptr<const Services> services);  // At start and on reload.

// Creates the listening socket, in libmilter's spelling ("unix:/path", "inet:port@host"). Fails
// when it is in use; a socket file that nobody listens on any more is replaced. Call once.
[[nodiscard]] base::Result<void> listen(const std::string& socket);

// Serves until stop(). Blocks; call once, after set_services() and listen().
[[nodiscard]] base::Result<void> serve();

// Makes serve() return soon. New events are answered with a temporary failure from here on.
// From any thread.
void stop();

// Makes serve() notice that libmilter's own signal thread was told to stop, which by itself takes up
// to 5 s. From any thread while serve() runs.
void wake();

// Waits until no callback runs, at most until `deadline`; true when so. After serve() returned.
[[nodiscard]] bool wait_until_idle(base::Deadline deadline);

}  // namespace milter
