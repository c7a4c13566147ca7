#include "config/store_url.hpp"

#include <catch2/catch.hpp>

using config::check_store_url;
using config::without_passwords;

TEST_CASE("a store's URL is shown without its passwords", "[config]") {
  struct Row {
    const char* url;
    const char* shown;
  };
  const Row rows[] = {
      {"sqlite:/var/lib/postern/postern.db", "sqlite:/var/lib/postern/postern.db"},
      {"sqlite:/a:b@c", "sqlite:/a:b@c"},
      {"postgresql://", "postgresql://"},
      {"postgresql:///postern", "postgresql:///postern"},
      {"postgresql://host:5432/postern", "postgresql://host:5432/postern"},
      {"postgresql://user@host", "postgresql://user@host"},
      {"postgresql://user:secret@host", "postgresql://user:***@host"},
      {"postgresql://user:se:%40cret@[::1]:5432,h2:1/db?sslmode=require",
       "postgresql://user:***@[::1]:5432,h2:1/db?sslmode=require"},
      {"postgresql://user:@host", "postgresql://user:***@host"},
      {"postgresql:///db?user=u&password=secret&sslpassword=x&host=/run",
       "postgresql:///db?user=u&password=***&sslpassword=***&host=/run"},
      {"postgresql://h?password=", "postgresql://h?password=***"},
      {"postgresql://h?passwd=secret&passfile=/x", "postgresql://h?passwd=***&passfile=/x"},
  };
  for (const Row& row : rows) {
    INFO(row.url);
    CHECK(check_store_url(row.url));
    CHECK(without_passwords(row.url) == row.shown);
    CHECK(check_store_url(row.shown));
    CHECK(without_passwords(row.shown) == row.shown);
  }
}

TEST_CASE("what may be read in two ways is no URL of a store, and is not repeated", "[config]") {
  for (const char* url : {"",
                          "postern.db",
                          "sqlite:",
                          "sqlite:postern.db",
                          "sqlite:/",
                          "mysql://secret",
                          "postgres://secret",
                          "sqlite:/a b",
                          "sqlite:/\xC3\xA9",
                          "postgresql://u:sec/ret@h",
                          "postgresql://u:sec@ret@h",
                          "postgresql://u:sec?ret@h/d",
                          "postgresql://u:sec?a=ret@h/d",
                          "postgresql://u:secret/db",
                          "postgresql://u:secret",
                          "postgresql://h?secret",
                          "postgresql://h?=secret",
                          "postgresql://u:secret%zz@h",
                          "postgresql://u:secret%@h",
                          "postgresql://u:secret%4@h",
                          "postgresql://h?password=secret%zz",
                          "postgresql://u:secret%00@h",
                          "postgresql://h?password=%00secret",
                          "postgresql://u:secret@[::1/db",
                          "postgresql://[secret",
                          "postgresql://h?pass%77ord=secret"}) {
    INFO(url);
    const auto checked = check_store_url(url);
    REQUIRE_FALSE(checked);
    CHECK_FALSE(checked.error().what.contains("secret"));
  }
  CHECK_FALSE(check_store_url("sqlite:/" + std::string(1000, 'a')));
}

TEST_CASE("a password of stars is told from a real one", "[config]") {
  CHECK(config::hides_password("postgresql://u:***@h"));
  CHECK_FALSE(config::hides_password("postgresql://u:secret@h"));
  CHECK_FALSE(config::hides_password("postgresql://u@h"));
  CHECK_FALSE(config::hides_password("sqlite:/***"));
}
