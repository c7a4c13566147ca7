// The only door to SQLite.
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/store/database.hpp"
#include "verify/base/text.hpp"

namespace report {

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

// What root makes by hand belongs to the owner of the directory, the service, which could not write
// to it otherwise. (SQLite does the same for its -wal and -shm.)
void give_to_owner(const fs::path& file) {
  struct stat made {};
  struct stat directory {};
  if (::geteuid() != 0 || ::lstat(file.c_str(), &made) != 0 || made.st_uid != 0) return;
  if (made.st_nlink != 1 || ::stat(file.parent_path().c_str(), &directory) != 0) return;
  static_cast<void>(::lchown(file.c_str(), directory.st_uid, directory.st_gid));
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(fs::path file, Connection connection)
      : file_(std::move(file)), connection_(std::move(connection)) {}
  ~SqliteDatabase() override {
    if (locks_ >= 0) ::close(locks_);
  }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  [[nodiscard]] base::Result<std::vector<SqlRow>> execute(
      std::string_view sql, std::span<const SqlValue> parameters) override;
  [[nodiscard]] base::Result<void> begin() override { return run("BEGIN IMMEDIATE"); }
  [[nodiscard]] base::Result<void> commit() override { return run("COMMIT"); }
  void rollback() override {
    // A full disk has rolled back by itself.
    if (sqlite3_get_autocommit(connection_.get()) == 0) static_cast<void>(run("ROLLBACK"));
  }
  [[nodiscard]] base::Result<bool> try_lock(std::string_view key) override;
  [[nodiscard]] base::Result<void> release(std::string_view key) override;

  [[nodiscard]] base::Result<void> set_up();

 private:
  [[nodiscard]] base::Result<void> run(std::string_view sql);
  [[nodiscard]] base::Result<sqlite3_stmt*> prepared(std::string_view sql);
  [[nodiscard]] std::unexpected<base::Error> failed() const {
    return base::fail("store: sqlite " + base::printable(file_.string()) + ": " +
                      base::printable(sqlite3_errmsg(connection_.get())));
  }
  [[nodiscard]] int set_lock(std::string_view key, short kind);

  const fs::path file_;
  const Connection connection_;
  std::map<std::string, Statement, std::less<>> statements_;
  int locks_ = -1;  // The file beside the database whose octets are locked.
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
  const base::Result<sqlite3_stmt*> statement = prepared(sql);
  if (!statement) return std::unexpected(statement.error());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (bind(*statement, static_cast<int>(i + 1), parameters[i]) != SQLITE_OK) return failed();
  }
  std::vector<SqlRow> rows;
  int status = SQLITE_ROW;
  while ((status = sqlite3_step(*statement)) == SQLITE_ROW) {
    SqlRow& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(*statement); ++i)
      row.push_back(column(*statement, i));
  }
  // reset() repeats the error of step(), which is read before.
  base::Result<std::vector<SqlRow>> result = std::move(rows);
  if (status != SQLITE_DONE) result = failed();
  sqlite3_reset(*statement);
  sqlite3_clear_bindings(*statement);
  return result;
}

base::Result<void> SqliteDatabase::run(std::string_view sql) {
  const auto done = execute(sql, {});
  if (!done) return std::unexpected(done.error());
  return {};
}

base::Result<void> SqliteDatabase::set_up() {
  sqlite3_extended_result_codes(connection_.get(), 1);
  sqlite3_busy_timeout(connection_.get(), busy_timeout_ms);
  // WAL: readers never wait for the collector. FULL, not NORMAL: a segment of the spool is deleted
  // once its events are committed, so a commit must outlive a power cut. It costs one fsync for
  // each batch.
  for (const std::string_view pragma :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
    if (const auto done = run(pragma); !done) return done;
  }
  return {};
}

// One octet of a file beside the database for each key, by its hash: the kernel frees it when the
// process dies. Two keys of one octet would only wait for each other.
int SqliteDatabase::set_lock(std::string_view key, short kind) {
  if (locks_ < 0) {
    const std::string path = file_.string() + "-locks";
    locks_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (locks_ < 0) return errno;
    give_to_owner(path);
  }
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(std::hash<std::string_view>()(key) >> 16);
  lock.l_len = 1;
  return ::fcntl(locks_, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

base::Result<bool> SqliteDatabase::try_lock(std::string_view key) {
  const int error = set_lock(key, F_WRLCK);
  if (error == EAGAIN || error == EACCES) return false;
  if (error == 0) return true;
  return base::fail("store: cannot lock " + base::printable(file_.string()) +
                    "-locks: " + std::generic_category().message(error));
}

base::Result<void> SqliteDatabase::release(std::string_view key) {
  static_cast<void>(set_lock(key, F_UNLCK));
  return {};
}

}  // namespace

base::Result<std::unique_ptr<Database>> open_sqlite(const fs::path& file) {
  std::error_code ignored;  // What is wrong shows when the file is opened.
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), ignored);
  sqlite3* handle = nullptr;
  const int status =
      sqlite3_open_v2(file.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(handle);
  if (status != SQLITE_OK) {
    return base::fail("store: sqlite " + base::printable(file.string()) + ": " +
                      sqlite3_errstr(status) + " (" +
                      std::generic_category().message(sqlite3_system_errno(handle)) + ")");
  }
  give_to_owner(file);
  auto database = std::make_unique<SqliteDatabase>(file, std::move(connection));
  if (const auto ready = database->set_up(); !ready) return std::unexpected(ready.error());
  return database;
}

}  // namespace report
