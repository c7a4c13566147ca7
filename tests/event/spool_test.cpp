#include "event/spool.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const base::WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + 12h;

// A directory of its own for each test, gone afterwards.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "postern-spool-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] std::vector<fs::path> segments() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path_))
      found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const fs::path& segment : segments()) {
      REQUIRE(
          event::for_each_line(segment, [&](std::string_view line) { all.emplace_back(line); }));
    }
    return all;
  }

 private:
  fs::path path_;
};

event::Spool open(const fs::path& directory, std::uint64_t segment_octets_max = 1 << 20) {
  auto spool = event::Spool::open({directory, segment_octets_max, 5ms});
  REQUIRE(spool);
  return std::move(*spool);
}

// Writes beyond `octets` of a file fail: what a full disk looks like, without a disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t octets) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

void write_file(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a missing spool directory is created, closed to others", "[event][spool]") {
  const TemporaryDirectory top;
  const fs::path directory = top.path() / "a" / "b";
  const event::Spool spool = open(directory);
  CHECK(fs::status(directory).permissions() == static_cast<fs::perms>(0750));
}

TEST_CASE("a spool that cannot be is an error that names it", "[event][spool]") {
  const TemporaryDirectory top;
  write_file(top.path() / "file", "");
  const auto spool = event::Spool::open({top.path() / "file"});
  REQUIRE_FALSE(spool);
  CHECK(spool.error().what.find((top.path() / "file").string()) != std::string::npos);
  CHECK_FALSE(event::Spool::open({top.path() / "file" / "below"}));
}

TEST_CASE("each event is one line, there at once", "[event][spool]") {
  const TemporaryDirectory top;
  event::Spool spool = open(top.path());
  CHECK(top.segments().empty());
  REQUIRE(spool.append("one", noon));
  REQUIRE(spool.append("two", noon));
  CHECK(top.lines() == std::vector<std::string>{"one", "two"});
  REQUIRE(top.segments().size() == 1);
  const std::string name = top.segments()[0].filename();
  CHECK(name == "events-20260501T120000Z-" + std::to_string(::getpid()) + "-000000.jsonl");
}

TEST_CASE("a full segment is followed by a new one that sorts after it", "[event][spool]") {
  const TemporaryDirectory top;
  event::Spool spool = open(top.path(), 10);
  for (const char* line :
       {"aaaa", "bbbb", "cccc", "a line that is longer than a segment", "dddd"}) {
    REQUIRE(spool.append(line, noon));
  }
  CHECK(top.segments().size() == 4);
  CHECK(top.lines() == std::vector<std::string>{"aaaa", "bbbb", "cccc",
                                                "a line that is longer than a segment", "dddd"});
}

TEST_CASE("a new UTC day begins a new segment", "[event][spool]") {
  const TemporaryDirectory top;
  event::Spool spool = open(top.path());
  REQUIRE(spool.append("friday", noon + 11h + 59min));
  REQUIRE(spool.append("saturday", noon + 12h));
  REQUIRE(spool.append("still saturday", noon + 35h));
  CHECK(top.segments().size() == 2);
  CHECK(top.lines() == std::vector<std::string>{"friday", "saturday", "still saturday"});
}

TEST_CASE("two spools in one directory keep their lines whole", "[event][spool]") {
  const TemporaryDirectory top;
  constexpr int count = 500;
  {
    event::Spool first = open(top.path(), 4000);
    event::Spool second = open(top.path(), 4000);
    std::vector<std::jthread> threads;
    for (event::Spool* spool : {&first, &second, &first, &second}) {
      threads.emplace_back([spool] {
        for (int i = 0; i < count; ++i) {
          if (!spool->append(std::string(50, 'x'), noon)) return;
        }
      });
    }
  }
  const std::vector<std::string> lines = top.lines();
  CHECK(lines.size() == 4 * count);
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line == std::string(50, 'x'); }));
}

TEST_CASE("a line the disk has no room for is an error and leaves no fragment", "[event][spool]") {
  const TemporaryDirectory top;
  event::Spool spool = open(top.path());
  REQUIRE(spool.append("before", noon));
  {
    const FileSizeLimit full(10);
    const auto partly = spool.append("does not fit", noon);  // Three octets do.
    REQUIRE_FALSE(partly);
    CHECK(partly.error().what.find("cannot write to") != std::string::npos);
    CHECK(fs::file_size(top.segments().at(0)) == 7);
  }
  {
    const FileSizeLimit full(7);
    CHECK_FALSE(spool.append("not at all", noon));
  }
  REQUIRE(spool.append("after", noon));
  CHECK(top.lines() == std::vector<std::string>{"before", "after"});
}

TEST_CASE("a segment that somebody removed is followed by a new one", "[event][spool]") {
  const TemporaryDirectory top;
  event::Spool spool = open(top.path() / "spool");
  REQUIRE(spool.append("first", noon));
  for (const auto& entry : fs::directory_iterator(top.path() / "spool"))
    fs::remove(entry);
  REQUIRE(spool.append("second", noon));
  std::vector<std::string> lines;
  for (const auto& entry : fs::directory_iterator(top.path() / "spool")) {
    REQUIRE(event::for_each_line(entry, [&](std::string_view line) { lines.emplace_back(line); }));
  }
  CHECK(lines == std::vector<std::string>{"second"});
  fs::remove_all(top.path() / "spool");
  CHECK_FALSE(spool.append("third", noon));
}

TEST_CASE("readers skip what has no line end yet", "[event][spool]") {
  const TemporaryDirectory top;
  const fs::path path = top.path() / "segment";
  struct Row {
    std::string text;
    std::vector<std::string> lines;
    std::uint64_t offset;
  };
  const Row rows[] = {
      {"", {}, 0},
      {"torn", {}, 0},
      {"one\ntwo\nto", {"one", "two"}, 8},
      {"one\n\ntwo\n", {"one", "two"}, 9},  // An empty line, from ending a fragment.
      {std::string(70'000, 'a') + "\nb\n", {std::string(70'000, 'a'), "b"}, 70'003},
      {std::string((1 << 20) + 1, 'a') + "\nb\n", {"b"}, (1 << 20) + 4},  // Too long.
  };
  for (const Row& row : rows) {
    write_file(path, row.text);
    std::vector<std::string> lines;
    const auto offset =
        event::for_each_line(path, [&](std::string_view line) { lines.emplace_back(line); });
    REQUIRE(offset);
    CHECK(*offset == row.offset);
    CHECK(lines == row.lines);
  }
  CHECK_FALSE(event::for_each_line(top.path() / "absent", [](std::string_view) {}));
}

TEST_CASE("a spool can be moved and closes cleanly with work left", "[event][spool]") {
  const TemporaryDirectory top;
  {
    auto spool = event::Spool::open({top.path(), 1 << 20, std::chrono::hours(1)});
    REQUIRE(spool);
    event::Spool moved = std::move(*spool);
    REQUIRE(moved.append("kept", noon));
  }
  CHECK(top.lines() == std::vector<std::string>{"kept"});
}
