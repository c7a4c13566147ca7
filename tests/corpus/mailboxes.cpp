#include "tests/corpus/mailboxes.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <vector>

namespace corpus {

namespace {

// Lines with their line ends, none longer than it may be in memory.
class LineReader {
 public:
  LineReader(std::ifstream& file, std::size_t octets_max) : file_(file), octets_max_(octets_max) {}

  bool next(std::string& line) {
    line.clear();
    while (true) {
      if (at_ == have_ && !fill()) return !line.empty();
      const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
      const auto to = buffer_.begin() + static_cast<std::ptrdiff_t>(have_);
      const auto end = std::find(from, to, '\n');
      const bool whole = end != to;
      const auto stop = whole ? end + 1 : to;
      const auto octets = static_cast<std::size_t>(stop - from);
      at_ += octets;
      line.append(from, from + static_cast<std::ptrdiff_t>(std::min(
                                   octets, octets_max_ - std::min(octets_max_, line.size()))));
      if (whole) return true;
    }
  }

 private:
  bool fill() {
    file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    at_ = 0;
    have_ = static_cast<std::size_t>(file_.gcount());
    return have_ != 0;
  }

  std::ifstream& file_;
  const std::size_t octets_max_;
  std::array<char, 65'536> buffer_{};
  std::size_t at_ = 0;
  std::size_t have_ = 0;
};

bool is_empty(std::string_view line) { return line == "\n" || line == "\r\n"; }

bool read_file(const std::filesystem::path& path, std::size_t octets_max, const Take& take) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  LineReader reader(file, octets_max);
  std::string line;
  std::string message;
  bool after_empty = true;
  bool mbox = false;
  std::size_t number = 0;
  const auto hand_over = [&] {
    if (message.empty()) return;
    take(mbox ? path.string() + ":" + std::to_string(++number) : path.string(), message);
    message.clear();
  };
  for (bool first = true; reader.next(line); first = false) {
    const bool starts = after_empty && line.starts_with("From ");
    if (first) mbox = starts;
    if (mbox && starts) hand_over();
    message.append(line, 0, octets_max - std::min(octets_max, message.size()));
    after_empty = is_empty(line);
  }
  hand_over();
  return true;
}

}  // namespace

std::size_t for_each_message(const std::filesystem::path& path, std::size_t octets_max,
                             const Take& take) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(path, error)) return read_file(path, octets_max, take) ? 0 : 1;
  std::size_t unread = 0;
  const auto skip = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(path, skip, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->symlink_status(ignored).type() != fs::file_type::regular) continue;
    if (!read_file(at->path(), octets_max, take)) ++unread;
  }
  return unread;
}

}  // namespace corpus
