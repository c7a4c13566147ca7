#pragma once

#include <string>
#include <string_view>

#include "event/event.hpp"

namespace event {

// The value of our own Authentication-Results field (RFC 8601) for this message, with our name
// `authserv_id` in it, as verify::format_auth_results() writes it. Where a rule of the site
// overrode DMARC's verdict, the result of DMARC has that rule as its reason (RFC 8601 §2.2). Pure.
[[nodiscard]] std::string results_field(const Event& event, std::string_view authserv_id);

}  // namespace event
