#include "verify/dkim/canonical.hpp"

#include <bit>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace dkim {

namespace {

// RFC 6376 §3.4.2: unfold, make each run of blanks one space, drop blanks at both ends.
void append_relaxed_value(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  bool space = false;
  while (!value.empty()) {
    // A line end inside a value is always part of a fold: a blank follows.
    std::string_view line = value.substr(0, value.find("\r\n"));
    value.remove_prefix(std::min(line.size() + 2, value.size()));
    while (!line.empty()) {
      if (base::is_blank(line.front())) {
        space = true;
        line.remove_prefix(1);
        continue;
      }
      const std::size_t length = clean_length(line);
      if (space && out.size() != start) out += ' ';
      space = false;
      out += line.substr(0, length);
      line.remove_prefix(length);
    }
  }
}

// True when the octet at `i` cannot be passed on before it is known what it stands in.
bool is_unclean(std::string_view text, std::size_t i) noexcept {
  if (text[i] == '\t') return true;
  if (text[i] != ' ') return false;
  return i + 1 == text.size() || base::is_blank(text[i + 1]) || text[i + 1] == '\r';
}

#ifdef __SSE2__
// All ones for each of 16 octets that is a tab, or a space before an octet not above space.
inline __m128i unclean(const char* at) noexcept {
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 1));
  const __m128i tab = _mm_cmpeq_epi8(here, _mm_set1_epi8('\t'));
  const __m128i before_low = _mm_cmpeq_epi8(_mm_min_epu8(next, space), next);
  return _mm_or_si128(tab, _mm_and_si128(_mm_cmpeq_epi8(here, space), before_low));
}

inline unsigned mask_of(__m128i octets) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(octets));
}

inline unsigned any_unclean_of_64(const char* at) noexcept {
  return mask_of(_mm_or_si128(_mm_or_si128(unclean(at), unclean(at + 16)),
                              _mm_or_si128(unclean(at + 32), unclean(at + 48))));
}
#endif

}  // namespace

void append_canonical(std::string& out, const mail::HeaderField& field, Canon canon) {
  if (canon == Canon::simple) {
    out.append(field.name).append(":").append(field.value);
  } else {
    // §3.4.2: blanks around the colon go, too.
    for (const char c : base::trim(field.name))
      out += base::to_lower(c);
    out += ':';
    append_relaxed_value(out, field.value);
  }
  out += "\r\n";
}

std::string canonical_field(const mail::HeaderField& field, Canon canon) {
  std::string out;
  out.reserve(field.name.size() + field.value.size() + 3);
  append_canonical(out, field, canon);
  return out;
}

std::size_t clean_length(std::string_view text) noexcept {
  std::size_t i = 0;
#ifdef __SSE2__
  // Four at a time while there is nothing to see, which is nearly always.
  while (i + 65 <= text.size() && any_unclean_of_64(text.data() + i) == 0)
    i += 64;
  while (i + 17 <= text.size()) {
    // The mask also marks a space before a control character; the exact test then decides.
    unsigned mask = mask_of(unclean(text.data() + i));
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t at = i + static_cast<std::size_t>(std::countr_zero(mask));
      if (is_unclean(text, at)) return at;
    }
    i += 16;
  }
#endif
  for (; i < text.size(); ++i) {
    if (is_unclean(text, i)) return i;
  }
  return text.size();
}

}  // namespace dkim
