#include "tests/corpus/mailboxes.hpp"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

namespace {

using Messages = std::vector<std::string>;

Messages messages(const std::filesystem::path& path, std::size_t octets_max = 1000) {
  Messages found;
  CHECK(corpus::for_each_message(path, octets_max, [&](const std::string&, std::string_view text) {
          found.emplace_back(text);
        }) == 0);
  std::ranges::sort(found);
  return found;
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("single files, Maildir folders and mbox files are taken apart", "[corpus]") {
  const support::TemporaryFolder folder;
  const std::filesystem::path root = folder.path();
  write(root / "one.eml", "A: 1\n\nFrom here\n\nFrom there\n");
  write(root / "maildir/cur/1:2,S", "B: 2\r\n\r\nx\r\n");
  write(root / "box", "From a@b\nC: 3\n\nx\nFrom y\n\nFrom c@d\nD: 4\n");
  CHECK(messages(root) == Messages{"A: 1\n\nFrom here\n\nFrom there\n", "B: 2\r\n\r\nx\r\n",
                                   "From a@b\nC: 3\n\nx\nFrom y\n\n", "From c@d\nD: 4\n"});
}

TEST_CASE("no message is taken into memory beyond the limit", "[corpus][limits]") {
  const support::TemporaryFolder folder;
  const std::filesystem::path root = folder.path();
  write(root / "long", std::string(300'000, 'x') + "\nA: 1\n");
  CHECK(messages(root, 10) == Messages{std::string(10, 'x')});
}
