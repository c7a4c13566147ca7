#include "milter/request_limits.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "policy/own_fields.hpp"
#include "policy/reply.hpp"

namespace milter {

namespace {

// Where the first octet stands that a limit forbids; value.size() when none.
std::size_t fitting_octets(std::string_view value, std::size_t name_octets) {
  std::size_t column = name_octets + 1;
  for (std::size_t i = 0; i < std::min(value.size(), field_octets_max); ++i) {
    column = value[i] == '\n' ? 0 : column + 1;
    if (column > line_octets_max) return i;
  }
  return std::min(value.size(), field_octets_max);
}

void cut(HeaderEdit& edit) {
  const std::size_t fitting = fitting_octets(edit.value, edit.name.size());
  if (fitting == edit.value.size()) return;
  edit.value.resize(fitting);
  const std::size_t end = edit.value.find_last_of(";,");
  edit.value.resize(end == std::string::npos ? fitting : end);
}

void cut(std::string& text, std::size_t octets_max) {
  if (text.size() > octets_max) text.resize(octets_max);
}

}  // namespace

Response bounded(Response response) {
  std::size_t inserted = 0;
  std::size_t removed = 0;
  std::erase_if(response.edits, [&](const HeaderEdit& edit) {
    return edit.kind == HeaderEdit::Kind::remove ? ++removed > policy::own_fields_max
                                                 : ++inserted > inserted_max;
  });
  for (HeaderEdit& edit : response.edits)
    cut(edit);
  cut(response.hold_reason, reason_octets_max);
  cut(response.decision.reply.text, policy::reply_octets_max);
  return response;
}

}  // namespace milter
