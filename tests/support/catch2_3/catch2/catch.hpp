// Catch2 3 under the name and the words of Catch2 2, which the tests use: Debian 12 has the one, 13
// the other. On the include path only where Catch2 3 was found (tests/CMakeLists.txt).
#pragma once

#include <string>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/interfaces/catch_interfaces_testcase.hpp>
#include <catch2/internal/catch_test_registry.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>

namespace Catch {

using Matchers::EndsWith;
using Matchers::StartsWith;
using Matchers::VectorContains;

inline Matchers::StringContainsMatcher Contains(const std::string& text) {
  return Matchers::ContainsSubstring(text);
}

}  // namespace Catch
