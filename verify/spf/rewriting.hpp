#pragma once

#include <deque>
#include <string>

#include "verify/spf/session.hpp"

// The text that libspf2 is given in place of a record (libspf2_engine.cpp shows one above the
// other).
namespace spf {

// The rewritten records of one evaluation, and what their tokens stand for. It never asks anything.
class Rewriting {
 public:
  // What a token stands for: a term of some record, or one host of it.
  struct Node {
    const Level* level = nullptr;
    const Term* term = nullptr;
    std::string host;      // Of an mx term, once known.
    bool is_mark = false;  // Only tells that `term` has been reached.
  };

  explicit Rewriting(const base::IpAddress& client) : client_(client) {}

  // A new token: "7.t" for the eighth. The first is that of the checked domain.
  std::string add(Node node);
  // What a token stands for; null for text that is none. Holds as long as this object.
  [[nodiscard]] const Node* find(const char* token) const;

  // The record as libspf2 is given it. At most 13 terms of some 20 octets: libspf2 silently forgets
  // what a record has past 511.
  [[nodiscard]] std::string rewrite(const Level& level);

 private:
  void append_term(std::string& text, const Level& level, const Term& term);
  [[nodiscard]] bool is_v4() const { return client_.family() == base::IpAddress::Family::v4; }

  const base::IpAddress client_;
  std::deque<Node> nodes_;  // Token "7.t" is number 7.
};

}  // namespace spf
