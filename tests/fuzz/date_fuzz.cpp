// Dates of mail: what is read can be written and read again, and is what it was.

#include <chrono>
#include <cstdio>

#include "tests/fuzz/fuzz.hpp"
#include "verify/mail/date.hpp"

namespace {

std::string written(base::WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%u %s %d %02d:%02d:%02d +0000",
                static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

void check(std::string_view text) {
  const auto time = mail::parse_date(text);
  if (time && *time >= std::chrono::sys_days(std::chrono::year(1901) / 1 / 1) &&
      *time < std::chrono::sys_days(std::chrono::year(2199) / 1 / 1)) {
    fuzz::require(mail::parse_date(written(*time)) == time);
  }
  const auto received = mail::received_date(text);
  if (received) fuzz::require(text.find(';') != std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(
      text, {"Mon", ",",  " ", "1", "31",   "May", "Feb", "2026", "26", "126", "12", ":",
             "00",  "60", "+", "-", "0530", "GMT", "(",   ")",    "\\", "\"",  ";",  "\r\n "}));
  return 0;
}
