#pragma once

#include <memory>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "store/database.hpp"
#include "store/store.hpp"

// What a test cannot go on without: the test fails when it does not open.
namespace support {

inline std::unique_ptr<store::Database> opened_database(const std::string& url) {
  auto database = store::open_database(url);
  if (!database) FAIL(database.error().what);
  return *std::move(database);
}

// With its tables made, or brought up to date.
inline store::Store opened_store(const std::string& url) {
  auto store = store::Store::open(url);
  if (!store) FAIL(store.error().what);
  return *std::move(store);
}

}  // namespace support
