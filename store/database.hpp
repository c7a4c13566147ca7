#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

// SQL, whoever speaks it. Two implementations: SQLite for one machine, PostgreSQL for a fleet. All
// statements of Postern are written once, in the SQL both understand.
namespace store {

struct Octets {  // BLOB, bytea.
  std::string octets;
  friend bool operator==(const Octets&, const Octets&) = default;
};
using SqlValue = std::variant<std::monostate, std::int64_t, std::string, Octets>;  // NULL first.
using SqlRow = std::vector<SqlValue>;

// One connection; used by one thread at a time. Every call may fail with an Error that names the
// database without its password; after an error inside a transaction only rollback() makes sense.
class Database {
 public:
  enum class Dialect : std::uint8_t { sqlite, postgresql };

  virtual ~Database() = default;

  [[nodiscard]] virtual Dialect dialect() const = 0;

  // One statement with parameters $1, $2, …; the rows it returns, all in memory.
  [[nodiscard]] virtual base::Result<std::vector<SqlRow>> execute(
      std::string_view sql, std::span<const SqlValue> parameters = {}) = 0;

  // Transactions: the writer's kind (SQLite BEGIN IMMEDIATE), so that none fails half-way because
  // another one writes. A connection that was lost is opened again by the next begin().
  [[nodiscard]] virtual base::Result<void> begin() = 0;
  [[nodiscard]] virtual base::Result<void> commit() = 0;
  virtual void rollback() = 0;

  // Keeps others that ask for the same key out until release(), or this connection ends (so also
  // with the process); false at once when another connection has it. Ask once for each release.
  [[nodiscard]] virtual base::Result<bool> try_lock(std::string_view key) = 0;
  [[nodiscard]] virtual base::Result<void> release(std::string_view key) = 0;

  // The time by another clock than this process's: the server's, or the file system's.
  [[nodiscard]] virtual base::Result<base::WallTime> clock() = 0;

  // An error when the file that this connection has open (or SQLite's -wal beside it) is no more the
  // one of its name, so that what is written is lost. commit() asks before and after, and fails.
  // Never of a server.
  [[nodiscard]] virtual base::Result<void> still_there() = 0;

  // Gives room of deleted rows back to the file system where more than so many octets are taken.
  // REQUIRES: no transaction.
  [[nodiscard]] virtual base::Result<void> shrink(std::uint64_t octets_max) = 0;

  // A bit of the disk set aside, so that something can be deleted on a full one. Both do nothing
  // where it is so already, and for a server. True when there is room now that was not before.
  [[nodiscard]] virtual bool give_up_reserve() = 0;
  virtual void make_reserve(std::uint64_t octets) = 0;
};

// "sqlite:/var/lib/postern/postern.db" or "postgresql://…"; anything else is an error that shows
// both. Missing directories of SQLite are created. A database that cannot be reached is an error,
// too: nothing is put off until first use.
[[nodiscard]] base::Result<std::unique_ptr<Database>> open_database(const std::string& url);

// False for a SQLite file that is not there: to open it would make it.
[[nodiscard]] bool database_exists(std::string_view url);

// The two behind it, each the only door to its library.
[[nodiscard]] base::Result<std::unique_ptr<Database>> open_sqlite(
    const std::filesystem::path& file);
[[nodiscard]] base::Result<std::unique_ptr<Database>> open_postgresql(const std::string& url);

[[nodiscard]] bool is_postgresql(std::string_view url);
// For messages: printable, each password replaced by "***"; where it cannot be told what is one,
// all behind the scheme is.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace store
