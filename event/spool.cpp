#include "event/spool.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace event {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t spooled_octets_max = 1 << 20;
constexpr int name_attempts_max = 1000;
constexpr fs::perms directory_mode =
    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;

std::string reason(int error) { return std::generic_category().message(error); }

base::Error error_about(std::string_view what, const fs::path& path, int error) {
  return {std::string("spool: ").append(what) + " " + path.string() + ": " + reason(error)};
}

// An open descriptor; closed with its last owner, so that a segment being synced stays open
// although the writer has moved on.
class File {
 public:
  File(int descriptor, fs::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  int descriptor_;
  fs::path path_;
};

// "events-20260501T120000Z-4711-000000.jsonl": the order of names is the order of time.
std::string segment_name(base::WallTime now, pid_t process, int number) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(seconds - days);
  std::array<char, 96> name{};
  const int length =
      std::snprintf(name.data(), name.size(), "events-%04d%02u%02uT%02d%02d%02dZ-%d-%06d.jsonl",
                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(process), number);
  return {name.data(), static_cast<std::size_t>(length)};
}

// False when somebody has removed the file: what is written to it is lost.
bool has_name(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

// Tells readers that the segment has a writer, until the descriptor is closed: by a process id they
// could not, in another container. False when a reader was faster, and has removed the new, empty
// file, or is about to; never waits. A file system without locks keeps its segments.
bool claim(int descriptor) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  return has_name(descriptor);
}

}  // namespace

struct Spool::State {
  explicit State(Options chosen) : options(std::move(chosen)) {
    syncer = std::jthread([this](const std::stop_token& stop) { sync_until(stop); });
  }

  // The rest under `mutex`.
  [[nodiscard]] base::Result<void> make_room(std::size_t octets, base::WallTime now);
  [[nodiscard]] base::Result<void> new_segment(base::WallTime now);
  [[nodiscard]] base::Result<void> write_line(std::string_view line);
  void mark_dirty();

  void sync_until(const std::stop_token& stop);
  void sync(const std::vector<std::shared_ptr<File>>& files, bool names);

  const Options options;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::shared_ptr<File> segment;
  std::chrono::sys_days day;
  std::uint64_t octets_written = 0;
  int segments_made = 0;
  bool torn = false;  // The segment ends in the middle of a line.
  std::vector<std::shared_ptr<File>> dirty;
  bool directory_dirty = false;
  std::optional<base::Error> sync_error;

  std::jthread syncer;  // Last: joined before the rest is destroyed.
};

base::Result<void> Spool::State::new_segment(base::WallTime now) {
  // O_EXCL settles it when another process (in another container, say) has our process id.
  for (int i = 0; i < name_attempts_max; ++i) {
    const fs::path path =
        options.directory / segment_name(now, ::getpid(), segments_made++ % 1'000'000);
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (descriptor < 0 && errno == EEXIST) continue;
    if (descriptor < 0) return std::unexpected(error_about("cannot create", path, errno));
    auto made = std::make_shared<File>(descriptor, path);
    if (!claim(descriptor)) continue;
    segment = std::move(made);
    day = std::chrono::floor<std::chrono::days>(now);
    octets_written = 0;
    torn = false;
    directory_dirty = true;
    return {};
  }
  return base::fail("spool: no free segment name in " + options.directory.string());
}

base::Result<void> Spool::State::make_room(std::size_t octets, base::WallTime now) {
  const bool same_day = std::chrono::floor<std::chrono::days>(now) == day;
  const bool fits = octets_written == 0 || octets_written + octets <= options.segment_octets_max;
  const bool usable = segment && has_name(segment->descriptor());
  if (usable && same_day && fits) return {};
  base::Result<void> made = new_segment(now);
  // A segment that is too long beats an event that is lost.
  if (!made && usable) return {};
  return made;
}

base::Result<void> Spool::State::write_line(std::string_view line) {
  std::string text;
  text.reserve(line.size() + 2);
  if (torn) text += '\n';  // Ends the fragment that could not be taken back.
  text.append(line) += '\n';
  const ssize_t written = ::write(segment->descriptor(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) {
    octets_written += text.size();
    torn = false;
    mark_dirty();
    return {};
  }
  const int error = written < 0 ? errno : ENOSPC;  // A short write to a file: the disk is full.
  if (written > 0) {
    // Nobody else writes to this segment, so its end is ours to take back. Readers have not used
    // the fragment: it has no line end.
    if (::ftruncate(segment->descriptor(), static_cast<off_t>(octets_written)) != 0) {
      octets_written += static_cast<std::uint64_t>(written);
      torn = true;
    }
  }
  return std::unexpected(error_about("cannot write to", segment->path(), error));
}

void Spool::State::mark_dirty() {
  if (!dirty.empty() && dirty.back() == segment) return;
  dirty.push_back(segment);
  if (dirty.size() == 1) changed.notify_one();
}

void Spool::State::sync_until(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, stop, [this] { return !dirty.empty(); });
    // Lets more lines come in, so that one fsync serves them all; a stop ends the pause.
    changed.wait_for(lock, stop, options.sync_interval, [] { return false; });
    const std::vector<std::shared_ptr<File>> files = std::exchange(dirty, {});
    const bool names = std::exchange(directory_dirty, false);
    lock.unlock();
    sync(files, names);
    lock.lock();
    if (stop.stop_requested() && dirty.empty()) return;
  }
}

// Without the mutex: a slow disk must not hold up append().
void Spool::State::sync(const std::vector<std::shared_ptr<File>>& files, bool names) {
  std::optional<base::Error> failed;
  for (const std::shared_ptr<File>& file : files) {
    if (::fdatasync(file->descriptor()) == 0) continue;
    failed = error_about("cannot fsync", file->path(), errno);
  }
  if (names) {  // A new file is only safe once its directory entry is.
    const int directory = ::open(options.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || ::fsync(directory) != 0) {
      failed = error_about("cannot fsync", options.directory, errno);
    }
    if (directory >= 0) ::close(directory);
  }
  if (!failed) return;
  const std::scoped_lock lock(mutex);
  sync_error = std::move(failed);
}

Spool::Spool(std::unique_ptr<State> state) : state_(std::move(state)) {}
Spool::~Spool() = default;
Spool::Spool(Spool&&) noexcept = default;
Spool& Spool::operator=(Spool&&) noexcept = default;

base::Result<Spool> Spool::open(Options options) {
  std::error_code error;
  if (fs::create_directories(options.directory, error)) {
    fs::permissions(options.directory, directory_mode, error);
  }
  if (error) return std::unexpected(error_about("cannot create", options.directory, error.value()));
  if (!fs::is_directory(options.directory, error)) {
    return std::unexpected(error_about("cannot use", options.directory, ENOTDIR));
  }
  if (::faccessat(AT_FDCWD, options.directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return std::unexpected(error_about("cannot write to", options.directory, errno));
  }
  return Spool(std::make_unique<State>(std::move(options)));
}

base::Result<void> Spool::append(std::string_view line, base::WallTime now) {
  const std::scoped_lock lock(state_->mutex);
  const base::Result<void> room = state_->make_room(line.size() + 1, now);
  if (!room) return room;
  const base::Result<void> written = state_->write_line(line);
  if (!written) return written;
  const std::optional<base::Error> earlier = std::exchange(state_->sync_error, std::nullopt);
  if (earlier) return std::unexpected(*earlier);
  return {};
}

base::Result<std::uint64_t> for_each_line(const fs::path& segment,
                                          const std::function<void(std::string_view)>& visit) {
  const int descriptor = ::open(segment.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(error_about("cannot read", segment, errno));
  const File file(descriptor, segment);
  std::vector<char> chunk(1 << 16);
  std::string line;
  bool too_long = false;
  std::uint64_t offset = 0;
  std::uint64_t complete = 0;
  while (true) {
    const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(error_about("cannot read", segment, errno));
    if (count == 0) return complete;
    std::string_view rest(chunk.data(), static_cast<std::size_t>(count));
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view piece = rest.substr(0, end);
      if (line.size() + piece.size() > spooled_octets_max) too_long = true;
      if (!too_long) line += piece;
      if (end == std::string_view::npos) {
        offset += rest.size();
        break;
      }
      offset += end + 1;
      complete = offset;
      if (!too_long && !line.empty()) visit(line);
      line.clear();
      too_long = false;
      rest.remove_prefix(end + 1);
    }
  }
}

}  // namespace event
