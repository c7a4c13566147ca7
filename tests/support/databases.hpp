#pragma once

#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/postgres.hpp"
#include "tests/support/temporary_folder.hpp"

namespace support {

// Runs a test on an empty database of each kind; without PostgreSQL only on SQLite.
inline void for_each_database(const std::function<void(const std::string& url)>& test) {
  {
    INFO("SQLite");
    const TemporaryFolder folder;
    test("sqlite:" + (folder / "below" / "test.db").string());
  }
  if (Postgres* const postgres = Postgres::shared(); postgres != nullptr) {
    INFO("PostgreSQL");
    test(postgres->new_database());
  }
}

}  // namespace support
