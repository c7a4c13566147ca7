#pragma once

#include <string>
#include <string_view>

#include "tests/support/fake_resolver.hpp"
#include "verify/spf/spf.hpp"

namespace support {

// A request from `client`; HELO is mail.example.org.
[[nodiscard]] spf::Request request(std::string_view client, std::string_view mail_from);

// check() on libspf2 and natively, no deadline near. CHECKs that both give the same result after
// the same questions in the same order; `options.engine` does not matter.
spf::Result check_on_both(const spf::Request& request, FakeResolver& resolver,
                          spf::Options options = {});

// The same for a client and a@example.com: the name of the status.
std::string status_on_both(FakeResolver& resolver, std::string_view client,
                           spf::Options options = {});

}  // namespace support
