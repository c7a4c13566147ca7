#include "cli/progress.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace cli {

Progress::Progress(std::ostream& out, std::string label, bool shown)
    : out_(out), label_(std::move(label)), shown_(shown) {}

Progress::~Progress() {
  if (drawn_ < 0) return;
  out_ << '\r' << std::string(progress_bar(label_, 100).size(), ' ') << '\r';
  out_.flush();
}

void Progress::update(std::uint64_t done, std::uint64_t total) {
  if (!shown_ || total == 0) return;
  const int percent = static_cast<int>(100 * static_cast<double>(std::min(done, total)) /
                                       static_cast<double>(total));
  if (percent == drawn_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  drawn_ = percent;
  out_ << '\r' << progress_bar(label_, percent);
  out_.flush();
}

std::string progress_bar(const std::string& label, int percent) {
  constexpr int width = 40;
  const auto filled = static_cast<std::size_t>(percent * width / 100);
  std::string number = std::to_string(percent);
  number.insert(0, 3 - std::min<std::size_t>(number.size(), 3), ' ');
  return label + "  [" + std::string(filled, '#') + std::string(width - filled, '.') + "]  " +
         number + " %";
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) != 0; }

}  // namespace cli
