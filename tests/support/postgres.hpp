#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace support {

// A private PostgreSQL cluster that speaks on a Unix socket in a folder of its own, and is gone
// with its object. A PostgreSQL refuses to be root: started by root, it runs as the user postgres.
class Postgres {
 public:
  // The one of this test program, started by the first who asks; null, with a message, when
  // PostgreSQL is not installed (tools/setup test).
  static Postgres* shared();

  Postgres();
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  [[nodiscard]] static bool installed();

  // URL of a new, empty database.
  [[nodiscard]] std::string new_database();
  [[nodiscard]] std::string url(const std::string& database) const;

  // For a role with the one password, by a client that knows another.
  [[nodiscard]] std::string url_with_password(const std::string& right, const std::string& wrong);

  void start() const;
  void kill() const;  // As a power cut would: no shutdown, recovery at the next start.
  void run_sql(const std::string& database, const std::string& sql) const;

 private:
  [[nodiscard]] std::string as_owner(const std::string& command) const;

  const TemporaryFolder folder_;
  int databases_ = 0;
};

}  // namespace support
