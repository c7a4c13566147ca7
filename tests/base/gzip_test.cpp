#include "base/gzip.hpp"

#include <catch2/catch.hpp>
#include <zlib.h>

namespace {

std::string gunzip(const std::string& octets) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);  // gzip only.
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("gzip gives back what went in, and the same octets each time", "[base][RFC 1952]") {
  std::string large;
  for (int i = 0; i < 100'000; ++i)
    large += static_cast<char>(i * 7919 >> 5);
  for (const std::string& text : {std::string(), std::string("x"), large}) {
    const std::string packed = base::gzip(text);
    CHECK(gunzip(packed) == text);
    CHECK(packed == base::gzip(text));
    CHECK(gunzip(base::gzip(text, base::GzipEffort::fast)) == text);
    CHECK(base::gunzip(packed).value() == text);
  }
  CHECK(base::gzip(std::string(100'000, 'x')).size() < 500);
}

TEST_CASE("what was not compressed is an error", "[base][RFC 1952]") {
  CHECK_FALSE(base::gunzip(""));
  CHECK_FALSE(base::gunzip("{}"));
  CHECK_FALSE(base::gunzip(base::gzip("text").substr(0, 20)));
}
