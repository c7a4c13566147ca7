#include "policy/stance.hpp"

namespace policy {

std::string_view name(Action action) {
  switch (action) {
    case Action::accept:
      return "accept";
    case Action::tag:
      return "tag";
    case Action::quarantine:
      return "quarantine";
    case Action::defer:
      return "defer";
    case Action::reject:
      return "reject";
  }
  return "accept";
}

std::string_view name(Preset preset) {
  switch (preset) {
    case Preset::monitor:
      return "monitor";
    case Preset::rfc9989:
      return "rfc9989";
    case Preset::strict:
      return "strict";
  }
  return "rfc9989";
}

std::string_view name(TemporaryError wanted) {
  switch (wanted) {
    case TemporaryError::weigh:
      return "weigh";
    case TemporaryError::defer:
      return "defer";
    case TemporaryError::accept:
      return "accept";
  }
  return "weigh";
}

}  // namespace policy
