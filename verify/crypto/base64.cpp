#include "verify/crypto/base64.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace crypto {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t foreign = 0xFF;

constexpr std::array<std::uint8_t, 256> sextet_of = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(foreign);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

// `text` holds nothing but at most two "=" and white space.
std::optional<std::size_t> count_padding(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if (base::is_space(c)) continue;
    if (c != '=' || ++count > 2) return std::nullopt;
  }
  return count;
}

}  // namespace

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes out(text.size() / 4 * 3 + 2);
  std::size_t size = 0;
  std::uint32_t group = 0;
  std::size_t sextets = 0;  // In `group`.
  std::size_t padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t sextet = sextet_of[static_cast<unsigned char>(text[i])];
    if (sextet == foreign) {
      if (base::is_space(text[i])) continue;
      const auto count = count_padding(text.substr(i));
      if (!count) return std::nullopt;
      padding = *count;
      break;
    }
    group = group << 6 | sextet;
    if (++sextets < 4) continue;
    out[size++] = static_cast<std::byte>(group >> 16);
    out[size++] = static_cast<std::byte>(group >> 8);
    out[size++] = static_cast<std::byte>(group);
    group = 0;
    sextets = 0;
  }
  if ((sextets + padding) % 4 != 0 || sextets == 1) return std::nullopt;
  if (sextets == 0 && padding != 0) return std::nullopt;
  if (sextets == 2) out[size++] = static_cast<std::byte>(group >> 4);
  if (sextets == 3) {
    out[size++] = static_cast<std::byte>(group >> 10);
    out[size++] = static_cast<std::byte>(group >> 2);
  }
  out.resize(size);
  return out;
}

std::string to_base64(ByteView data) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    const std::size_t octets = std::min<std::size_t>(3, data.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < octets ? std::to_integer<std::uint32_t>(data[i + k]) : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= octets ? alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

}  // namespace crypto
