#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "milter/session.hpp"

// The only door to libmilter. Its callbacks carry no user data at connect time, so this file
// owns the program's one global: the Services new sessions start with.
namespace milter {

// What sessions of connections from now on start with; those that run keep theirs. At start, on
// reload, and null at the end. From any thread.
void set_services(std::shared_ptr<const Services> services);  // At start and on reload.

// Creates the listening socket, in libmilter's spelling ("unix:/path", "inet:port@host"). An error
// when it is in use or cannot be made; a socket file that nobody listens on any more is replaced.
// Call once.
[[nodiscard]] base::Result<void> listen(const std::string& socket);

// Serves connections, on libmilter's own pool of threads, until stop(). Blocks the calling thread;
// call once, after set_services() and listen(). An error when libmilter gave up by itself.
[[nodiscard]] base::Result<void> serve();

// Makes serve() return soon. Events that come from here on are answered with a temporary failure,
// so that the sender tries again. From any thread.
void stop();

// Makes serve() notice that libmilter's own signal thread was told to stop, which by itself takes
// up to 5 s. From any thread; without effect before serve().
void wake();

// Waits until no callback runs, but no longer than until `deadline`; true when none does. To be
// called after serve() returned: only then may what callbacks use be destroyed.
[[nodiscard]] bool wait_until_idle(base::Deadline deadline);

}  // namespace milter
