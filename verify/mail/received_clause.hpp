#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace mail {

// A Received field taken apart at the places where every server puts the same things; all of it
// points into the value.
struct ReceivedClause {
  std::string_view name;  // Behind "from"; empty when the field has no such clause.
  std::vector<std::string_view> comments;  // Between that and "by", without their parentheses.
  std::string_view by;                     // The server's own name; may be empty.
  std::string_view product;                // The comment directly behind that.
  std::string_view protocol;               // The word behind "with", if that comes next.
  bool exim = false;                       // "(Exim 4.96)" before any "id" or "for".
  bool microsoft = false;                  // "with Microsoft SMTP Server".
};

// [ "from" word ] comment… "by" …, with one "by" only: a HELO name with blanks in it could bring a
// clause of its own, and the server's would then follow. Nothing for what is otherwise, and for a
// field longer than any server writes.
[[nodiscard]] std::optional<ReceivedClause> read_received_clause(std::string_view value);

}  // namespace mail
