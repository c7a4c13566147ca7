#include "tests/support/scenario_text.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <utility>

#include "base/text.hpp"
#include "tests/support/signer.hpp"

namespace support {

namespace {

constexpr std::size_t repeats_max = 1'000'000;

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!base::is_space(c)) out += c;
  }
  return out;
}

// "{rsa}" and "{ed25519}": what p= holds for the keys that "sign" uses.
std::string with_keys(std::string text) {
  const std::pair<std::string_view, const SigningKey& (*)()> keys[] = {
      {"{rsa}", SigningKey::rsa}, {"{ed25519}", SigningKey::ed25519}};
  for (const auto& [word, key] : keys) {
    for (std::size_t at = 0; (at = text.find(word)) != std::string::npos;) {
      text.replace(at, word.size(), key().public_base64());
    }
  }
  return text;
}

base::Result<std::string> with_files(std::string text, const std::filesystem::path& folder) {
  static const std::regex file(R"(\{@([^}]+)\})");
  for (std::smatch match; std::regex_search(text, match, file);) {
    auto content = read_file(folder / match[1].str());
    if (!content) return content;
    text = match.prefix().str() + without_space(*content) + match.suffix().str();
  }
  return text;
}

// Replaces each match of `pattern` by what `replacement` makes of it.
template <class Replacement>
std::string replace_each(const std::string& text, const std::regex& pattern,
                         Replacement replacement) {
  std::string out;
  auto rest = text.cbegin();
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    out.append(rest, (*at)[0].first).append(replacement(*at));
    rest = (*at)[0].second;
  }
  return out.append(rest, text.cend());
}

// "{c*N}": N times the character.
std::string multiplied(const std::string& text) {
  static const std::regex many(R"(\{(.)\*([0-9]{1,7})\})");
  return replace_each(text, many, [](const std::smatch& match) {
    return std::string(std::min<std::size_t>(std::stoul(match[2].str()), repeats_max),
                       match[1].str().front());
  });
}

}  // namespace

base::Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return base::fail("cannot read " + file.string());
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string with_crlf(std::string_view text) {
  std::string out;
  char before = '\0';
  for (const char c : text) {
    if (c == '\n' && before != '\r') out += '\r';
    out += c;
    before = c;
  }
  return out;
}

std::string unescaped(std::string_view text) {
  static const std::regex escape(R"(\\x([0-9a-fA-F]{2}))");
  return replace_each(std::string(text), escape, [](const std::smatch& match) {
    return std::string(1, static_cast<char>(std::stoi(match[1].str(), nullptr, 16)));
  });
}

base::Result<std::string> message_line(std::string_view line) {
  static const std::regex repeat(R"(^\{repeat ([0-9]{1,6})\}(.*)$)");
  static const std::regex number(R"(\{n\})");
  const std::string text(line);
  std::smatch match;
  // Looked at first: a regular expression takes stack for each octet of a long line. Escapes come
  // last: what they stand for is no notation.
  if (!text.starts_with("{repeat ") || !std::regex_match(text, match, repeat)) {
    return unescaped(multiplied(text)) + "\r\n";
  }
  std::string out;
  const std::string repeated = unescaped(multiplied(match[2].str()));
  for (std::size_t n = 1; n <= std::min(std::stoul(match[1].str()), repeats_max); ++n) {
    out += std::regex_replace(repeated, number, std::to_string(n)) + "\r\n";
  }
  return out;
}

base::Result<std::string> dns_value(std::string_view text, const std::filesystem::path& folder) {
  std::string out;
  if (text.starts_with('"')) {
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') {
        inside = !inside;
      } else if (inside && text[i] == '\\' && i + 1 < text.size() && text[i + 1] != 'x') {
        out += text[++i];
      } else if (inside) {
        out += text[i];
      }
    }
    if (inside) return base::fail("quoted string without end");
  } else {
    out = text;
  }
  auto filled = with_files(with_keys(out), folder);
  if (!filled) return filled;
  return unescaped(multiplied(*filled));
}

}  // namespace support
