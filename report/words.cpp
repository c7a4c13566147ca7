#include "report/words.hpp"

namespace report {

std::string_view word(dkim::Reason reason) noexcept {
  return reason == dkim::Reason::none ? "" : dkim::describe(reason);
}

}  // namespace report
