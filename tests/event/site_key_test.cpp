#include "event/site_key.hpp"

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

namespace fs = std::filesystem;

TEST_CASE("a site's key is made once, for its owner alone", "[event]") {
  const support::TemporaryFolder folder;
  CHECK_FALSE(event::read_site_key(folder.path()));
  const auto key = event::site_key(folder.path());
  REQUIRE(key);
  CHECK(key->size() == 64);
  CHECK(key->find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(event::site_key(folder.path()).value() == *key);
  CHECK(event::read_site_key(folder.path()).value() == *key);
  CHECK(fs::status(folder / "site-key").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  const support::TemporaryFolder other;
  CHECK(event::site_key(other.path()).value() != *key);
}

TEST_CASE("those who make a site's key at once get the same", "[event]") {
  const support::TemporaryFolder folder;
  std::vector<std::string> keys(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& key : keys) {
      threads.emplace_back([&] { key = event::site_key(folder.path()).value_or(""); });
    }
  }
  const std::string key = event::site_key(folder.path()).value();
  for (const std::string& one : keys)
    CHECK(one == key);
}

TEST_CASE("a site's key is never followed through a link, nor taken from what is none", "[event]") {
  const support::TemporaryFolder folder;
  std::ofstream(folder / "elsewhere") << std::string(64, 'a');
  fs::create_symlink(folder / "elsewhere", folder / "site-key");
  CHECK_FALSE(event::site_key(folder.path()));
  fs::remove(folder / "site-key");
  std::ofstream(folder / "site-key") << "short";
  CHECK_FALSE(event::site_key(folder.path()));
  CHECK_FALSE(event::site_key(folder / "missing"));
}
