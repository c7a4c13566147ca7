#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace support {

// A message as Postfix holds it between SMTP and the milter: fields with their folds as "\n", and
// the body. Changes follow Postfix's rules for smfi_insheader() and smfi_chgheader().
struct Letter {
  struct Field {
    std::string name;
    std::string value;     // All after the colon, the leading space included.
    bool removed = false;  // By remove_as_sendmail().
  };

  std::vector<Field> fields;  // Top first.
  std::string body;

  // Reads a message with CRLF line ends. From the first line that is no header field, all is body.
  [[nodiscard]] static Letter parse(std::string_view message);

  // The inverse: CRLF line ends.
  [[nodiscard]] std::string text() const;

  // Before the field now at `index`, 0 being the top; past the end it becomes the last.
  void insert(std::size_t index, std::string name, std::string value);

  // `occurrence` counts fields of that name from 1. An empty value removes the field; a field that
  // is not there is added at the end when the value is not empty.
  void change(std::string_view name, std::size_t occurrence, std::string_view value);

  // Sendmail's smfi_chgheader() with an empty value: what was removed is still counted, until the
  // filter is done with the message (forget_removed()).
  void remove_as_sendmail(std::string_view name, std::size_t occurrence);
  void forget_removed();

  // Values of the fields of that name (compared without case), unfolded: each fold one space.
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

}  // namespace support
