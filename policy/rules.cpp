#include "policy/rules.hpp"

namespace policy {

std::string_view name(Mixed mixed) {
  switch (mixed) {
    case Mixed::mildest:
      return "mildest";
    case Mixed::strictest:
      return "strictest";
  }
  return "mildest";
}

std::string_view name(Degraded degraded) {
  switch (degraded) {
    case Degraded::accept:
      return "accept";
    case Degraded::defer:
      return "defer";
  }
  return "accept";
}

}  // namespace policy
