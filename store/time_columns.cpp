#include "store/time_columns.hpp"

namespace store {

Day day_of(base::WallTime time) { return std::chrono::floor<std::chrono::days>(time); }

std::int64_t milliseconds_of(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::int64_t hour_of(base::WallTime time) {
  return std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count();
}

std::int64_t number_of(Day day) { return day.time_since_epoch().count(); }

base::WallTime time_of(std::int64_t milliseconds) {
  return base::WallTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace store
