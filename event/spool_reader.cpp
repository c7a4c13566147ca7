#include "event/spool_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <random>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safe_file.hpp"
#include "base/text.hpp"

namespace event {

namespace {

using base::Descriptor;
namespace fs = std::filesystem;

constexpr std::string_view id_prefix = "spool-id-";
constexpr std::size_t id_digits = 16;
constexpr std::size_t kept_octets_max = 65'536;  // Of a line that is too long.

std::unexpected<base::Error> failed(std::string_view what, const fs::path& path, int error) {
  return base::fail(std::string("spool: ").append(what) + " " + base::printable(path.string()) +
                    ": " + std::generic_category().message(error));
}

bool is_id(std::string_view text) {
  return text.size() == id_digits && std::ranges::all_of(text, [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

std::string make_id() {
  constexpr char digits[] = "0123456789abcdef";
  std::random_device random;
  std::string id;
  while (id.size() < id_digits)
    id += digits[random() % 16];
  return id;
}

// The name of the file that names the spool. It is empty: a name can be made on a full disk, too,
// which only collecting makes less full.
std::string find_id(const fs::path& directory) {
  std::string id;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename();
    if (!name.starts_with(id_prefix) || !is_id(name.substr(id_prefix.size()))) continue;
    id = std::max(id, name.substr(id_prefix.size()));  // Of several always the same.
  }
  return id;
}

bool is_segment(std::string_view name) {
  return name.starts_with("events-") && name.ends_with(".jsonl");
}

// True when nobody writes to the segment any more: see claim() in spool.cpp.
bool is_abandoned(int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0; }

// What is in the directory, and no link or FIFO that somebody planted there.
base::Result<Descriptor> open_segment(const fs::path& path) {
  auto file = base::open_file(path, O_RDONLY);
  if (!file) return base::fail("spool: cannot open " + file.error().what);
  return file;
}

// False when the octet before `from` is no line end, or is not there: the file is another one than
// it was, or was cut off.
base::Result<bool> goes_on_at(int descriptor, const fs::path& path, std::uint64_t from) {
  if (from == 0) return true;
  char octet = 0;
  const ssize_t count = ::pread(descriptor, &octet, 1, static_cast<off_t>(from - 1));
  if (count < 0) return failed("cannot read", path, errno);
  return count == 1 && octet == '\n';
}

base::Result<std::uint64_t> size_of(int descriptor, const fs::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return failed("cannot read", path, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

base::Result<std::string> read_octets(int descriptor, const fs::path& path, std::uint64_t from,
                                      std::size_t octets_max) {
  std::string text(octets_max, '\0');
  std::size_t length = 0;
  while (length < octets_max) {
    const ssize_t count = ::pread(descriptor, text.data() + length, octets_max - length,
                                  static_cast<off_t>(from + length));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("cannot read", path, errno);
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  text.resize(length);
  return text;
}

// Where the line that fills `octets` from `from` on ends, behind its line end; nothing when it has
// none yet.
base::Result<std::optional<std::uint64_t>> find_line_end(int descriptor, const fs::path& path,
                                                         std::uint64_t from, std::size_t octets) {
  while (true) {
    const auto text = read_octets(descriptor, path, from, octets);
    if (!text) return std::unexpected(text.error());
    const std::size_t end = text->find('\n');
    if (end != std::string::npos) return from + end + 1;
    if (text->empty()) return std::nullopt;
    from += text->size();
  }
}

// The complete lines of `text`, which stands at `from`.
SpoolPiece split(std::string_view text, std::uint64_t from, std::size_t lines_max) {
  SpoolPiece piece;
  piece.end = from;
  while (piece.lines.size() < lines_max) {
    const std::size_t length = text.find('\n');
    if (length == std::string_view::npos) break;
    if (length > 0) piece.lines.push_back({piece.end, std::string(text.substr(0, length))});
    piece.end += length + 1;
    text.remove_prefix(length + 1);
  }
  return piece;
}

// Nothing more is complete at `piece.end`: whether anything will ever be.
base::Result<SpoolPiece> look_at_end(int descriptor, const fs::path& path, SpoolPiece piece,
                                     std::uint64_t seen) {
  if (!is_abandoned(descriptor)) return piece;
  const auto size = size_of(descriptor, path);
  if (!size) return std::unexpected(size.error());
  if (*size > seen) return piece;  // A line came in before the writer went.
  // Shorter than `end` is one that a power cut has shortened after it was read.
  if (*size > piece.end) {
    const std::uint64_t rest = *size - piece.end;
    auto text =
        read_octets(descriptor, path, piece.end, std::min<std::uint64_t>(rest, kept_octets_max));
    if (!text) return std::unexpected(text.error());
    piece.lines.push_back({piece.end, *std::move(text), true, rest > kept_octets_max});
    piece.end = *size;
  }
  piece.finished = true;
  return piece;
}

}  // namespace

SpoolReader::SpoolReader(fs::path directory, int lock, std::string id)
    : directory_(std::move(directory)), lock_(lock), id_(std::move(id)) {}

SpoolReader::SpoolReader(SpoolReader&& other) noexcept
    : directory_(std::move(other.directory_)),
      lock_(std::exchange(other.lock_, -1)),
      id_(std::move(other.id_)) {}

SpoolReader::~SpoolReader() {
  if (lock_ >= 0) ::close(lock_);
}

base::Result<SpoolReader> SpoolReader::open(const fs::path& directory) {
  if (const auto made = base::make_directories(directory); !made) {
    return base::fail("spool: cannot create " + made.error().what);
  }
  Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0) return failed("cannot open", directory, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("cannot lock", directory, errno);
    return base::fail("spool: another process collects " + base::printable(directory.string()));
  }
  std::string id = find_id(directory);
  if (id.empty()) {
    id = make_id();
    const fs::path path = directory / (std::string(id_prefix) + id);
    const auto file = base::open_file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (!file) return base::fail("spool: cannot create " + file.error().what);
    if (::fsync(lock.get()) != 0) return failed("cannot fsync", directory, errno);
  }
  return SpoolReader(directory, lock.release(), std::move(id));
}

base::Result<SpoolPiece> read_lines(const fs::path& segment, std::uint64_t from,
                                    ReadLimits limits) {
  const auto opened = open_segment(segment);
  if (!opened) return std::unexpected(opened.error());
  const Descriptor& file = *opened;
  const auto goes_on = goes_on_at(file.get(), segment, from);
  if (!goes_on) return std::unexpected(goes_on.error());
  if (!*goes_on) {
    // Of a segment whose last line was torn, all is read; else it is not what it was.
    const auto size = size_of(file.get(), segment);
    if (!size) return std::unexpected(size.error());
    if (*size != from || !is_abandoned(file.get())) {
      SpoolPiece another;
      another.end = from;
      another.changed = true;
      return another;
    }
  }
  const auto text = read_octets(file.get(), segment, from, limits.octets_max);
  if (!text) return std::unexpected(text.error());
  SpoolPiece piece = split(*text, from, limits.lines_max);
  if (piece.end > from) return piece;
  std::uint64_t seen = from + text->size();
  if (text->size() == limits.octets_max) {  // A line that is too long.
    const auto end = find_line_end(file.get(), segment, from, limits.octets_max);
    if (!end) return std::unexpected(end.error());
    if (*end) {
      piece.lines.push_back({from, text->substr(0, kept_octets_max), false, true});
      piece.end = **end;
      return piece;
    }
    const auto size = size_of(file.get(), segment);
    if (!size) return std::unexpected(size.error());
    seen = *size;
  }
  return look_at_end(file.get(), segment, std::move(piece), seen);
}

base::Result<bool> SpoolReader::remove(const std::string& segment, std::uint64_t end) const {
  const fs::path path = directory_ / segment;
  const auto opened = open_segment(path);
  if (!opened) return std::unexpected(opened.error());
  const Descriptor& file = *opened;
  // The lock is held until the name is gone: no writer claims it meanwhile.
  if (!is_abandoned(file.get())) return false;
  const auto size = size_of(file.get(), path);
  if (!size) return std::unexpected(size.error());
  if (*size > end) return false;
  if (::unlink(path.c_str()) != 0) return failed("cannot remove", path, errno);
  return true;
}

base::Result<std::vector<Segment>> list_segments(const fs::path& directory) {
  std::vector<Segment> segments;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename();
    if (!is_segment(name)) continue;
    struct stat status {};  // Of the entry itself: a link is no segment.
    if (::lstat(entries->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    segments.push_back({name, static_cast<std::uint64_t>(status.st_size)});
  }
  if (error) return failed("cannot read", directory, error.value());
  std::ranges::sort(segments, {}, &Segment::name);
  return segments;
}

std::string spool_id(const fs::path& directory) { return find_id(directory); }

}  // namespace event
