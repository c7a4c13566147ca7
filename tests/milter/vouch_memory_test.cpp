#include "milter/vouch_memory.hpp"

#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using milter::VouchMemory;

constexpr VouchMemory::Day today = 20'000;

milter::Vouching pair(const std::string& owner, const std::string& voucher) {
  return {owner, {voucher}};
}

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("what vouched is known, for whom it vouched", "[milter]") {
  VouchMemory memory;
  memory.learn(pair("a.example", "spf a.example"), today);
  CHECK(memory.knows("a.example", "spf a.example"));
  CHECK_FALSE(memory.knows("a.example", "spf b.example"));
  CHECK_FALSE(memory.knows("b.example", "spf a.example"));
  memory.learn(pair("a.example", "spf a.example"), today + 1);
  CHECK(memory.size() == 1);
}

TEST_CASE("the memory is bounded, as a whole and for each owner", "[milter]") {
  constexpr std::size_t pairs_max = 500;
  VouchMemory memory(pairs_max);
  memory.learn(pair("old.example", "spf old.example"), today - 1);
  memory.learn(pair("kept.example", "spf kept.example"), today - 1);
  for (std::size_t i = 0; i < 3 * VouchMemory::vouchers_max; ++i)
    memory.learn(pair("greedy.example", "spf n" + std::to_string(i) + ".greedy.example"), today);
  CHECK(memory.size() == VouchMemory::vouchers_max + 2);
  memory.learn(pair("kept.example", "spf kept.example"), today);
  for (std::size_t i = 0; memory.size() < pairs_max; ++i)
    memory.learn(pair("n" + std::to_string(i) + ".example", "spf x"), today);
  CHECK(memory.knows("old.example", "spf old.example"));
  memory.learn(pair("one.more.example", "spf x"), today);
  CHECK(memory.size() == pairs_max);
  CHECK_FALSE(memory.knows("old.example", "spf old.example"));
  CHECK(memory.knows("kept.example", "spf kept.example"));
}

TEST_CASE("the memory outlives the daemon", "[milter]") {
  const support::TemporaryFolder folder;
  const auto file = folder.path() / "vouchers";
  VouchMemory memory;
  memory.learn(pair("a.example", "dkim s1._domainkey.a.example"), today);
  memory.learn(pair("b.example", "spf b.example"), today - VouchMemory::days_max - 1);
  REQUIRE(memory.save(file));
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);

  VouchMemory again;
  REQUIRE(again.load(file, today));
  CHECK(again.knows("a.example", "dkim s1._domainkey.a.example"));
  CHECK_FALSE(again.knows("b.example", "spf b.example"));  // Too long ago.
  const std::string before = content(file);
  write(file, "x");
  REQUIRE(again.save(file));  // Nothing was learned since.
  CHECK(content(file) == "x");
  again.learn(pair("a.example", "spf a.example"), today);
  REQUIRE(again.save(file));
  CHECK(content(file).size() > before.size() - 40);
}

TEST_CASE("a damaged memory is an empty one", "[milter]") {
  const support::TemporaryFolder folder;
  const auto file = folder.path() / "vouchers";
  VouchMemory memory;
  memory.learn(pair("a.example", "spf a.example"), today);
  REQUIRE(memory.save(file));
  const std::string whole = content(file);
  CHECK_FALSE(memory.load(folder.path() / "missing", today));
  CHECK(memory.size() == 0);
  CHECK_FALSE(memory.load(folder.path(), today));
  for (std::size_t octets = 0; octets < whole.size(); ++octets) {
    write(file, whole.substr(0, octets));
    CHECK_FALSE(memory.load(file, today));
    std::string changed = whole;
    changed[octets] = static_cast<char>(changed[octets] ^ 1);
    write(file, changed);
    CHECK_FALSE(memory.load(file, today));
    CHECK(memory.size() == 0);
  }
  write(file, whole);
  CHECK(memory.load(file, today));
  CHECK(memory.size() == 1);
}

TEST_CASE("a file that is a link elsewhere is not followed", "[milter]") {
  const support::TemporaryFolder folder;
  const auto target = folder.path() / "target";
  write(target, "mine");
  std::filesystem::create_symlink(target, folder.path() / "vouchers");
  std::filesystem::create_symlink(target, folder.path() / "vouchers.new");
  VouchMemory memory;
  CHECK_FALSE(memory.load(folder.path() / "vouchers", today));
  memory.learn(pair("a.example", "spf a.example"), today);
  CHECK(memory.save(folder.path() / "vouchers"));
  CHECK(content(target) == "mine");
}

TEST_CASE("what cannot be written is tried again", "[milter]") {
  const support::TemporaryFolder folder;
  VouchMemory memory;
  memory.learn(pair("a.example", "spf a.example"), today);
  CHECK_FALSE(memory.save(folder.path() / "missing" / "vouchers"));
  CHECK(memory.save(folder.path() / "vouchers"));
  CHECK(std::filesystem::exists(folder.path() / "vouchers"));
}

TEST_CASE("a name that would end a line of the file is not remembered", "[milter]") {
  VouchMemory memory;
  memory.learn(pair("a.example", "dkim a\nb._domainkey.a.example"), today);
  memory.learn(pair("a.example", std::string(1000, 'x')), today);
  CHECK(memory.size() == 0);
}
