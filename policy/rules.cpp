#include "policy/rules.hpp"

namespace policy {}  // namespace policy
