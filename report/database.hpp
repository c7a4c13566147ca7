#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verify/base/result.hpp"

// SQL, whoever speaks it. Two implementations: SQLite for one machine, PostgreSQL for a fleet. All
// statements of Postern are written once, in the SQL both understand.
namespace report {

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

  // Keeps others that ask for the same key waiting out until this connection ends or release():
  // false at once when somebody has it. PostgreSQL: advisory lock; SQLite: a row (see .cpp).
  [[nodiscard]] virtual base::Result<bool> try_lock(std::string_view key) = 0;
  [[nodiscard]] virtual base::Result<void> release(std::string_view key) = 0;
};

// "sqlite:/var/lib/postern/postern.db" or "postgresql://…"; anything else is an error that shows
// both. Missing directories of SQLite are created. The file behind it is sqlite_database.cpp or
// postgres_database.cpp: each the only door to its library.
[[nodiscard]] base::Result<std::unique_ptr<Database>> open_database(const std::string& url);

}  // namespace report
