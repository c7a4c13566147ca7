#include "event/spool_reader.hpp"

#include <fstream>
#include <optional>

#include <catch2/catch.hpp>
#include <sys/file.h>

#include "event/spool.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using event::ReadLimits;
using event::SpoolPiece;
using event::SpoolReader;

const base::WallTime midday = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + 12h;
const std::string segment = "events-20260501T120000Z-1-000000.jsonl";

SpoolReader open_reader(const fs::path& directory) {
  auto reader = SpoolReader::open(directory);
  if (!reader) FAIL(reader.error().what);
  return *std::move(reader);
}

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

SpoolPiece read(const SpoolReader& reader, const std::string& name, std::uint64_t from,
                ReadLimits limits = {}) {
  auto piece = reader.read(name, from, limits);
  if (!piece) FAIL(piece.error().what);
  return *std::move(piece);
}

std::vector<std::string> texts(const SpoolPiece& piece) {
  std::vector<std::string> all;
  for (const event::SpoolLine& line : piece.lines)
    all.push_back(line.text);
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a spool keeps its identity", "[event][spool]") {
  const support::TemporaryFolder folder;
  const fs::path directory = folder / "a" / "spool";
  CHECK(event::spool_id(directory).empty());
  const std::string id = open_reader(directory).id();
  CHECK(id.size() == 16);
  CHECK(open_reader(directory).id() == id);
  CHECK(event::spool_id(directory) == id);
  CHECK(open_reader(folder / "b").id() != id);
  CHECK(fs::file_size(directory / ("spool-id-" + id)) == 0);
}

TEST_CASE("one process collects a spool at a time", "[event][spool]") {
  const support::TemporaryFolder folder;
  std::optional<SpoolReader> first = open_reader(folder.path());
  const auto second = SpoolReader::open(folder.path());
  REQUIRE_FALSE(second);
  CHECK(second.error().what.find("another process collects") != std::string::npos);
  first.reset();
  CHECK(SpoolReader::open(folder.path()));
}

TEST_CASE("segments are listed oldest first, and nothing else", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  for (const char* name : {"events-b.jsonl", "events-a.jsonl", "events-a.jsonl.gz", "other.jsonl"})
    write(folder / name, "x");
  const auto segments = event::list_segments(folder.path());
  REQUIRE(segments);
  REQUIRE(segments->size() == 2);
  CHECK(segments->at(0).name == "events-a.jsonl");
  CHECK(segments->at(1).octets == 1);
  CHECK_FALSE(event::list_segments(folder / "absent"));
}

TEST_CASE("lines are read in bounded pieces from where the last one ended", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  write(folder / segment, "one\ntwo\n\nthree\nfour\n");
  SpoolPiece piece = read(reader, segment, 0, {2, 1 << 20});
  CHECK(texts(piece) == Texts{"one", "two"});
  CHECK(piece.end == 8);
  CHECK_FALSE(piece.finished);
  piece = read(reader, segment, piece.end, {2, 1 << 20});
  CHECK(texts(piece) == Texts{"three", "four"});  // The empty line is skipped.
  CHECK(piece.lines[0].position == 9);
  CHECK(piece.end == 20);
  piece = read(reader, segment, 4, {100, 6});  // Octets are bounded, too.
  CHECK(texts(piece) == Texts{"two"});
  CHECK_FALSE(reader.read("events-absent.jsonl", 0, {}));
}

TEST_CASE("a segment is finished when its writer is gone", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  std::optional<event::Spool> spool = *event::Spool::open({folder.path(), 1 << 20, 1ms});
  REQUIRE(spool->append("one", midday));
  const std::string name = event::list_segments(folder.path()).value().at(0).name;
  CHECK_FALSE(read(reader, name, 4).finished);
  CHECK_FALSE(reader.remove(name, 4).value());
  REQUIRE(spool->append("two", midday));
  spool.reset();
  CHECK_FALSE(reader.remove(name, 4).value());  // "two" was not read.
  CHECK(texts(read(reader, name, 4)) == Texts{"two"});
  CHECK(read(reader, name, 8).finished);
  CHECK(reader.remove(name, 8).value());
  CHECK_FALSE(fs::exists(folder / name));
}

TEST_CASE("a writer takes another segment when a reader holds its new one", "[event][spool]") {
  const support::TemporaryFolder folder;
  event::Spool spool = *event::Spool::open({folder.path(), 10, 1ms});
  REQUIRE(spool.append("first line", midday));
  // What the reader does between a writer's open_reader() and its flock().
  std::string taken = event::list_segments(folder.path()).value().at(0).name;
  taken.replace(taken.find("000000.jsonl"), 6, "000001");
  write(folder / taken, "");
  REQUIRE(spool.append("second line", midday));
  CHECK(fs::file_size(folder / taken) == 0);
  CHECK(event::list_segments(folder.path()).value().size() == 3);
}

TEST_CASE("what a dead writer left without a line end is read as torn", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  write(folder / segment, "one\ntor");
  SpoolPiece piece = read(reader, segment, 0);
  CHECK(texts(piece) == Texts{"one"});
  const SpoolPiece rest = read(reader, segment, piece.end);
  REQUIRE(texts(rest) == Texts{"tor"});
  CHECK(rest.lines[0].torn);
  CHECK(rest.finished);
  CHECK(rest.end == 7);
  CHECK(reader.remove(segment, 7).value());
}

TEST_CASE("an unfinished line of a living writer is left alone", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  write(folder / segment, "one\ntwo");
  const int writer = ::open((folder / segment).c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(writer, LOCK_EX | LOCK_NB) == 0);
  const SpoolPiece piece = read(reader, segment, 4);
  CHECK(piece.lines.empty());
  CHECK(piece.end == 4);
  CHECK_FALSE(piece.finished);
  ::close(writer);
}

TEST_CASE("a segment that is not what it was is noticed", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  write(folder / segment, "one\ntwo\n");
  CHECK_FALSE(read(reader, segment, 8).changed);
  CHECK(read(reader, segment, 400).changed);  // Cut off.
  CHECK(read(reader, segment, 9).changed);
  CHECK(read(reader, segment, 6).changed);  // Another file: no line ends there.
  CHECK(read(reader, segment, 6).lines.empty());
  write(folder / segment, "one\ntorn");
  CHECK(read(reader, segment, 4).end == 8);
  CHECK(read(reader, segment, 8).finished);  // All of it was read, with the torn line.
}

TEST_CASE("only a file of one name is a segment", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  const auto link = [](int number) { return "events-" + std::to_string(number) + ".jsonl"; };
  write(folder / "secret", "secret\n");
  std::filesystem::create_symlink(folder / "secret", folder / link(1));
  std::filesystem::create_hard_link(folder / "secret", folder / link(2));
  std::filesystem::create_directory(folder / link(3));
  for (int i = 1; i <= 3; ++i) {
    INFO(i);
    CHECK_FALSE(reader.read(link(i), 0, {}));
    CHECK_FALSE(reader.remove(link(i), 100));
  }
  CHECK(event::list_segments(folder.path()).value().size() == 1);  // A hard link looks like one.
  CHECK(std::filesystem::exists(folder / "secret"));
}

TEST_CASE("a line that is too long is cut, and the next one is read", "[event][spool]") {
  const support::TemporaryFolder folder;
  const SpoolReader reader = open_reader(folder.path());
  write(folder / segment, std::string(300'000, 'x') + "\nnext\n");
  const ReadLimits limits{1000, 100'000};
  SpoolPiece piece = read(reader, segment, 0, limits);
  REQUIRE(piece.lines.size() == 1);
  CHECK(piece.lines[0].cut);
  CHECK(piece.lines[0].text.size() == 65'536);
  CHECK(piece.end == 300'001);
  CHECK(texts(read(reader, segment, piece.end, limits)) == Texts{"next"});
  // The same without a line end, from a writer that is gone.
  write(folder / segment, std::string(300'000, 'x'));
  piece = read(reader, segment, 0, limits);
  REQUIRE(piece.lines.size() == 1);
  CHECK(piece.lines[0].torn);
  CHECK(piece.lines[0].cut);
  CHECK(piece.finished);
}
