// The only door to SQLite.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safe_file.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "store/database.hpp"

namespace store {

namespace {

namespace fs = std::filesystem;

constexpr int busy_timeout_ms = 10'000;
constexpr std::size_t statements_max = 64;

struct CloseConnection {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// SQLite takes "$1" for a parameter with a name, found by a walk over all names; "?1" for the first
// one. No statement of ours has "$" in a literal.
std::string with_numbered_parameters(std::string_view sql) {
  std::string text(sql);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '$' && base::is_digit(text[i + 1])) text[i] = '?';
  }
  return text;
}

// Only until the statement was stepped: `value` outlives that.
int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (const auto* octets = std::get_if<Octets>(&value)) {
    return sqlite3_bind_blob64(statement, index, octets->octets.data(), octets->octets.size(),
                               SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

SqlValue column(sqlite3_stmt* statement, int index) {
  const auto octets = [&](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
    return size == 0 ? std::string() : std::string(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return std::monostate();
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    case SQLITE_BLOB:
      return Octets{octets(sqlite3_column_blob(statement, index))};
    default:
      return octets(sqlite3_column_text(statement, index));
  }
}

// Which file it is, whatever its name is now.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};
FileId id_of(const fs::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? FileId{status.st_dev, status.st_ino} : FileId();
}

// The sound file at `path`, made when there is none: here, for its mode, which SQLite gives to the
// others beside it. One that is there is looked at and not opened: SQLite's locks are fcntl(2)'s,
// which a process loses with the first descriptor of the file that it closes. Another process that
// ends would then believe to be the last one, and delete the -wal that we go on writing to.
base::Result<FileId> found_or_made(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) {
    const auto made = base::open_file(path, O_RDWR | O_CREAT | O_EXCL);
    const bool now_there = made || fs::exists(fs::symlink_status(path, ignored));
    if (!now_there) return base::fail("store: sqlite " + made.error().what);
  }
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const auto sound = base::check_file(path.string() + suffix);
    if (!sound) return base::fail("store: sqlite " + sound.error().what);
  }
  return id_of(path);
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(fs::path file, FileId id, Connection connection)
      : file_(std::move(file)), id_(id), connection_(std::move(connection)) {}
  ~SqliteDatabase() override {
    if (id_of(file_) != id_) leave();
  }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  [[nodiscard]] base::Result<std::vector<SqlRow>> execute(
      std::string_view sql, std::span<const SqlValue> parameters) override;
  [[nodiscard]] base::Result<void> begin() override { return run("BEGIN IMMEDIATE"); }
  [[nodiscard]] base::Result<void> commit() override;
  void rollback() override {
    // A full disk has rolled back by itself.
    if (sqlite3_get_autocommit(connection_.get()) == 0) static_cast<void>(run("ROLLBACK"));
  }
  [[nodiscard]] base::Result<bool> try_lock(std::string_view key) override;
  [[nodiscard]] base::Result<void> release(std::string_view key) override;
  [[nodiscard]] base::Result<base::WallTime> clock() override;
  [[nodiscard]] base::Result<void> still_there() override;
  [[nodiscard]] base::Result<void> shrink(std::uint64_t octets_max) override;
  [[nodiscard]] bool give_up_reserve() override;
  void make_reserve(std::uint64_t octets) override;

  [[nodiscard]] base::Result<void> set_up();

 private:
  [[nodiscard]] base::Result<void> run(std::string_view sql);
  [[nodiscard]] base::Result<sqlite3_stmt*> prepared(std::string_view sql);
  [[nodiscard]] std::unexpected<base::Error> failed() const {
    return base::fail("store: sqlite " + base::printable(file_.string()) + ": " +
                      base::printable(sqlite3_errmsg(connection_.get())));
  }
  [[nodiscard]] FileId beside(const char* suffix) const { return id_of(file_.string() + suffix); }
  // Another file has the name of ours: it shall not be read with our -wal.
  void leave() noexcept;
  [[nodiscard]] base::Result<void> open_locks();
  [[nodiscard]] base::Result<int> set_lock(std::string_view key, short kind);
  [[nodiscard]] base::Result<std::uint64_t> number_of(std::string_view pragma);
  [[nodiscard]] fs::path reserve() const { return file_.string() + "-reserve"; }

  const fs::path file_;
  const FileId id_;
  FileId
      wal_{};  // Made by whoever opened the database first, and there until the last one closes it.
  FileId shm_{};
  const Connection connection_;
  std::map<std::string, Statement, std::less<>> statements_;
  base::Descriptor locks_{-1};  // The file beside the database whose octets are locked.
};

base::Result<sqlite3_stmt*> SqliteDatabase::prepared(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second.get();
  if (statements_.size() >= statements_max) statements_.clear();
  const std::string text = with_numbered_parameters(sql);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_.get(), text.data(), static_cast<int>(text.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return failed();
  }
  return statements_.emplace(sql, Statement(statement)).first->second.get();
}

base::Result<std::vector<SqlRow>> SqliteDatabase::execute(std::string_view sql,
                                                          std::span<const SqlValue> parameters) {
  sqlite3_stmt* const statement = TRY(prepared(sql));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (bind(statement, static_cast<int>(i + 1), parameters[i]) != SQLITE_OK) return failed();
  }
  std::vector<SqlRow> rows;
  int status = SQLITE_ROW;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
    SqlRow& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i)
      row.push_back(column(statement, i));
  }
  // reset() repeats the error of step(), which is read before.
  base::Result<std::vector<SqlRow>> result = std::move(rows);
  if (status != SQLITE_DONE) result = failed();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return result;
}

base::Result<void> SqliteDatabase::run(std::string_view sql) {
  TRY(execute(sql, {}));
  return {};
}

base::Result<void> SqliteDatabase::set_up() {
  sqlite3_extended_result_codes(connection_.get(), 1);
  sqlite3_busy_timeout(connection_.get(), busy_timeout_ms);
  // WAL: readers never wait for the collector. FULL, not NORMAL: a segment of the spool is deleted
  // once its events are committed, so a commit must outlive a power cut. It costs one fsync for
  // each batch.
  // auto_vacuum: so that the file can shrink; it counts only before the first table is made. The
  // other two keep the -wal, which size_mib_max does not count, small.
  for (const std::string_view pragma :
       {"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA wal_autocheckpoint = 256",
        "PRAGMA journal_size_limit = 1048576",
        // The first look opens the -wal.
        "SELECT COUNT(*) FROM sqlite_master"}) {
    TRY(run(pragma));
  }
  wal_ = beside("-wal");
  shm_ = beside("-shm");
  return {};
}

base::Result<void> SqliteDatabase::commit() {
  TRY(still_there());
  TRY(run("COMMIT"));
  return still_there();
}

base::Result<void> SqliteDatabase::still_there() {
  if (id_of(file_) != id_) {
    return base::fail("store: sqlite " + base::printable(file_.string()) +
                      ": the file was replaced or removed while it was in use; what went into the"
                      " old one is not in the new one");
  }
  // What goes into a -wal without a name is lost with this process, and seen by no other.
  if (beside("-wal") == wal_) return {};
  return base::fail("store: sqlite " + base::printable(file_.string()) +
                    "-wal was replaced or removed while it was in use");
}

// SQLite leaves the -wal of a file that lost its name, and would apply it to the file that has the
// name now, which destroys that one. Ours goes into the old file, wherever that is, or aside.
void SqliteDatabase::leave() noexcept {
  statements_.clear();
  const auto written = execute("PRAGMA wal_checkpoint(TRUNCATE)", {});
  const SqlValue not_busy = std::int64_t{0};
  const bool complete = written && !written->empty() && written->front().front() == not_busy;
  const std::string wal = file_.string() + "-wal";
  if (beside("-wal") == wal_) {
    static_cast<void>(complete ? ::unlink(wal.c_str())
                               : ::rename(wal.c_str(), (wal + "-of-replaced").c_str()));
  }
  if (beside("-shm") == shm_) ::unlink((file_.string() + "-shm").c_str());
}

base::Result<void> SqliteDatabase::open_locks() {
  if (locks_.get() >= 0) return {};
  auto opened = base::open_file(file_.string() + "-locks", O_RDWR | O_CREAT);
  if (!opened) return base::fail("store: " + opened.error().what);
  locks_ = *std::move(opened);
  return {};
}

// One octet of a file beside the database for each key, by its hash: the kernel frees it when the
// process dies. Two keys of one octet would only wait for each other. What errno says, or 0.
base::Result<int> SqliteDatabase::set_lock(std::string_view key, short kind) {
  TRY(open_locks());
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(std::hash<std::string_view>()(key) >> 16);
  lock.l_len = 1;
  return ::fcntl(locks_.get(), F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

base::Result<bool> SqliteDatabase::try_lock(std::string_view key) {
  const int error = TRY(set_lock(key, F_WRLCK));
  if (error == EAGAIN || error == EACCES) return false;
  if (error == 0) return true;
  return base::fail("store: cannot lock " + base::printable(file_.string()) +
                    "-locks: " + std::generic_category().message(error));
}

// When the file of locks was last touched, which is now.
base::Result<base::WallTime> SqliteDatabase::clock() {
  TRY(open_locks());
  struct stat status {};
  if (::futimens(locks_.get(), nullptr) != 0 || ::fstat(locks_.get(), &status) != 0) {
    return base::fail("store: cannot touch " + base::printable(file_.string()) +
                      "-locks: " + std::generic_category().message(errno));
  }
  return base::WallTime(std::chrono::seconds(status.st_mtim.tv_sec));
}

base::Result<std::uint64_t> SqliteDatabase::number_of(std::string_view pragma) {
  const auto rows = TRY(execute(pragma, {}));
  const auto* value = rows.empty() ? nullptr : std::get_if<std::int64_t>(&rows.front().front());
  return value == nullptr ? 0 : static_cast<std::uint64_t>(*value);
}

base::Result<void> SqliteDatabase::shrink(std::uint64_t octets_max) {
  const auto pages = number_of("PRAGMA page_count");
  const auto unused = number_of("PRAGMA freelist_count");
  const auto size = number_of("PRAGMA page_size");
  const auto mode = number_of("PRAGMA auto_vacuum");
  if (!pages || !unused || !size || !mode) return failed();
  const std::uint64_t octets = *pages * *size;
  if (octets > octets_max && *unused > 0) {
    const std::uint64_t excess = (octets - octets_max) / *size + 1;
    if (*mode == 2) {
      TRY(run("PRAGMA incremental_vacuum(" + std::to_string(std::min(excess, *unused)) + ")"));
    } else if (*unused > *pages / 8) {
      // A file of before: written anew once, for which there must be room.
      std::error_code error;
      const fs::space_info space = fs::space(file_.parent_path(), error);
      const std::uint64_t kept = (*pages - *unused) * *size;
      if (error || space.available < 3 * kept) {
        return base::fail("store: " + base::printable(file_.string()) + " is larger than" +
                          " size_mib_max, and there is no room to write it anew");
      }
      TRY(run("VACUUM"));
    }
  }
  return run("PRAGMA wal_checkpoint(TRUNCATE)");
}

bool SqliteDatabase::give_up_reserve() { return ::unlink(reserve().c_str()) == 0; }

void SqliteDatabase::make_reserve(std::uint64_t octets) {
  const auto file = base::open_file(reserve(), O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return;  // There is one, or no room for one.
  if (::posix_fallocate(file->get(), 0, static_cast<off_t>(octets)) != 0) {
    ::unlink(reserve().c_str());
  }
}

base::Result<void> SqliteDatabase::release(std::string_view key) {
  TRY(set_lock(key, F_UNLCK));
  return {};
}

}  // namespace

base::Result<std::unique_ptr<Database>> open_sqlite(const fs::path& file) {
  std::error_code ignored;  // What is wrong shows when the file is opened.
  if (file.has_parent_path()) static_cast<void>(base::make_directories(file.parent_path()));
  const fs::path directory =
      fs::canonical(file.has_parent_path() ? file.parent_path() : ".", ignored);
  const fs::path path = directory.empty() ? file : directory / file.filename();
  const FileId id = TRY(found_or_made(path));
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  Connection connection(handle);
  if (opened != SQLITE_OK) {
    return base::fail("store: sqlite " + base::printable(path.string()) + ": " +
                      sqlite3_errstr(opened) + " (" +
                      std::generic_category().message(sqlite3_system_errno(handle)) + ")");
  }
  auto database = std::make_unique<SqliteDatabase>(path, id, std::move(connection));
  TRY(database->set_up());
  TRY(database->still_there());
  return database;
}

}  // namespace store
