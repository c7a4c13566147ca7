#include "milter/vouch_memory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace milter {

namespace {

constexpr std::string_view first_line = "postern-vouchers 1\n";
constexpr std::size_t file_octets_max = 64UZ * 1024 * 1024;

base::Error error_about(std::string_view what, const std::filesystem::path& file) {
  return {std::string(what) + " " + file.string() + ": " + std::strerror(errno)};  // NOLINT
}

class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t octets = ::write(descriptor, text.data(), text.size());
    if (octets < 0 && errno == EINTR) continue;
    if (octets <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(octets));
  }
  return ::fsync(descriptor) == 0;
}

base::Result<std::string> read_all(const std::filesystem::path& path) {
  const File file(path, O_RDONLY | O_NONBLOCK);
  if (file.get() < 0) return std::unexpected(error_about("cannot read", path));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::uint64_t>(status.st_size) > file_octets_max) {
    return std::unexpected(base::Error{path.string() + ": not a file of ours"});
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t octets = ::read(file.get(), text.data() + at, text.size() - at);
    if (octets < 0 && errno == EINTR) continue;
    if (octets <= 0) return std::unexpected(base::Error{path.string() + ": cannot be read"});
    at += static_cast<std::size_t>(octets);
  }
  return text;
}

std::string last_line(std::string_view text) {
  return "end " + std::to_string(base::fnv1a(text)) + "\n";
}

// The lines between the first and the last, when all is as it was written.
std::optional<std::string_view> lines_of(std::string_view text) {
  const std::size_t end = text.rfind("end ");
  if (!text.starts_with(first_line) || end == std::string_view::npos) return std::nullopt;
  if (text.substr(end) != last_line(text.substr(0, end))) return std::nullopt;
  return text.substr(first_line.size(), end - first_line.size());
}

// Up to and with `end`, taken from the front.
std::string_view take(std::string_view& text, char end) {
  const std::size_t octets = std::min(text.find(end), text.size());
  const std::string_view found = text.substr(0, octets);
  text.remove_prefix(std::min(octets + 1, text.size()));
  return found;
}

// A name from outside must not end a field of the file.
bool is_clean(std::string_view text) {
  return !text.empty() && text.size() <= 600 &&
         std::ranges::none_of(text, [](char c) { return c == '\t' || c == '\n' || c == '\0'; });
}

}  // namespace

VouchMemory::Owner& VouchMemory::Book::owner_of(const std::string& name, Day today) {
  if (const auto known = places.find(name); known != places.end()) {
    Owner& owner = *known->second;
    if (owner.last < today) {
      owner.last = today;
      owners.splice(owners.end(), owners, known->second);
    }
    return owner;
  }
  const auto place = owners.insert(owners.end(), {name, today, {}});
  places.emplace(place->name, place);
  return *place;
}

void VouchMemory::Book::learn(const std::string& name, const std::string& voucher, Day day) {
  if (!is_clean(name) || !is_clean(voucher)) return;
  Owner& owner = owner_of(name, day);
  const auto known = std::ranges::find(owner.vouchers, voucher, &Voucher::name);
  if (known != owner.vouchers.end()) {
    changed |= known->last < day;
    known->last = std::max(known->last, day);
    return;
  }
  changed = true;
  if (owner.vouchers.size() == vouchers_max) {
    *std::ranges::min_element(owner.vouchers, {}, &Voucher::last) = {voucher, day};
    return;
  }
  owner.vouchers.push_back({voucher, day});
  ++pairs;
  make_room();
}

// The owner just learned of is at the end or was seen today: never the first of more than one.
void VouchMemory::Book::make_room() {
  while (pairs > pairs_max && owners.size() > 1) {
    pairs -= owners.front().vouchers.size();
    places.erase(owners.front().name);
    owners.pop_front();
  }
}

std::string VouchMemory::Book::text() const {
  std::string text(first_line);
  for (const Owner& owner : owners) {
    for (const Voucher& voucher : owner.vouchers) {
      text.append(std::to_string(voucher.last)).append("\t").append(owner.name);
      text.append("\t").append(voucher.name).append("\n");
    }
  }
  return text + last_line(text);
}

VouchMemory::Day VouchMemory::today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())
      .time_since_epoch()
      .count();
}

void VouchMemory::learn(const Vouching& vouching, Day today) {
  const auto book = book_.lock();
  for (const std::string& voucher : vouching.vouchers)
    book->learn(vouching.owner, voucher, today);
}

bool VouchMemory::knows(std::string_view owner, std::string_view voucher) const {
  const auto book = book_.lock();
  const auto known = book->places.find(owner);
  if (known == book->places.end()) return false;
  const auto& vouchers = known->second->vouchers;
  return std::ranges::find(vouchers, voucher, &Voucher::name) != vouchers.end();
}

std::size_t VouchMemory::size() const { return book_.lock()->pairs; }

base::Result<void> VouchMemory::load(const std::filesystem::path& file, Day today) {
  const auto book = book_.lock();
  book->places.clear();
  book->owners.clear();
  book->pairs = 0;
  book->changed = false;
  const auto text = read_all(file);
  if (!text) return std::unexpected(text.error());
  auto lines = lines_of(*text);
  if (!lines) return std::unexpected(base::Error{file.string() + ": damaged"});
  while (!lines->empty()) {
    std::string_view line = take(*lines, '\n');
    const auto day = base::parse_number(take(line, '\t'));
    const std::string owner(take(line, '\t'));
    if (!day || *day > static_cast<std::uint64_t>(today)) continue;  // Our clock was wrong then.
    if (today - static_cast<Day>(*day) > days_max) continue;
    book->learn(owner, std::string(line), static_cast<Day>(*day));
  }
  book->changed = false;
  return {};
}

base::Result<void> VouchMemory::save(const std::filesystem::path& file) {
  std::string text;
  {
    const auto book = book_.lock();
    if (!book->changed) return {};
    text = book->text();
    book->changed = false;
  }
  std::filesystem::path fresh = file;
  fresh += ".new";
  ::unlink(fresh.c_str());
  const auto failed = [&](std::string_view what) -> base::Result<void> {
    const base::Error error = error_about(what, fresh);
    ::unlink(fresh.c_str());
    book_.lock()->changed = true;  // The next time, then.
    return std::unexpected(error);
  };
  {
    const File written(fresh, O_WRONLY | O_CREAT | O_EXCL);
    if (written.get() < 0) return failed("cannot make");
    if (::fchmod(written.get(), 0640) != 0) return failed("cannot make");
    if (!write_all(written.get(), text)) return failed("cannot write");
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) return failed("cannot rename");
  return {};
}

}  // namespace milter
