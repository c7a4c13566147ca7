#include "base/gzip.hpp"

#include <array>
#include <limits>
#include <memory>
#include <new>

#include <zlib.h>

namespace base {

namespace {

constexpr int gzip_format = 16;   // zlib.h: added to the window's size.
constexpr int small_window = 13;  // 8 KiB: most of what is small is one window.
constexpr int small_memory = 5;

template <int (*End)(z_stream*)>
struct StreamDeleter {
  void operator()(z_stream* stream) const noexcept { End(stream); }
};

}  // namespace

std::string gzip(std::string_view octets, GzipEffort effort) {
  z_stream stream{};
  const bool best = effort == GzipEffort::best;
  if (deflateInit2(&stream, best ? Z_BEST_COMPRESSION : Z_BEST_SPEED, Z_DEFLATED,
                   (best ? MAX_WBITS : small_window) + gzip_format,
                   best ? MAX_MEM_LEVEL : small_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, StreamDeleter<deflateEnd>> owner(&stream);
  std::string out;
  std::array<char, 16'384> buffer{};
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      constexpr std::size_t piece_max = std::numeric_limits<uInt>::max();
      const std::string_view piece = octets.substr(0, piece_max);
      octets.remove_prefix(piece.size());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      stream.avail_in = static_cast<uInt>(piece.size());
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    result = deflate(&stream, octets.empty() ? Z_FINISH : Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  return out;
}

base::Result<std::string> gunzip(std::string_view octets) {
  constexpr std::size_t octets_max = std::size_t{1} << 30;
  if (octets.size() > std::numeric_limits<uInt>::max()) return base::fail("gzip: too long");
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + gzip_format) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, StreamDeleter<inflateEnd>> owner(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  std::string out;
  std::array<char, 16'384> buffer{};
  int result = Z_OK;
  while (result == Z_OK && out.size() <= octets_max) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  if (result != Z_STREAM_END) return base::fail("gzip: not what was compressed");
  return out;
}

}  // namespace base
