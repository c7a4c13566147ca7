#include "event/words.hpp"

namespace event {

std::string_view word(dkim::Reason reason) noexcept {
  return reason == dkim::Reason::none ? "" : dkim::describe(reason);
}

}  // namespace event
