#include "policy/stance.hpp"

namespace policy {}  // namespace policy
