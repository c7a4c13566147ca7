#include "report/words.hpp"

namespace report {

std::string_view word(dkim::Reason reason) noexcept {
  return reason == dkim::Reason::none ? "" : dkim::describe(reason);
}

std::string_view word(arc::Status status) noexcept {
  switch (status) {
    case arc::Status::none:
      return "none";
    case arc::Status::pass:
      return "pass";
    case arc::Status::fail:
      return "fail";
  }
  return "";
}

}  // namespace report
