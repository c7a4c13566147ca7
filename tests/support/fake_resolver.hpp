#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.hpp"
#include "verify/dns/resolver.hpp"

namespace support {

// A Resolver that is only data. A name nobody mentioned is no_name; a name that has something,
// but not of the type asked, is no_data. Names are taken in any case, with or without the trailing
// dot. Safe for concurrent use; answers come at once unless held.
class FakeResolver final : public dns::Resolver {
 public:
  FakeResolver() = default;
  ~FakeResolver() override;  // What is still held becomes Outcome::timeout.
  FakeResolver(const FakeResolver&) = delete;
  FakeResolver& operator=(const FakeResolver&) = delete;

  // Adds one record. REQUIRES: the text of an address is valid.
  void add_txt(std::string_view name, std::string_view text);
  void add_a(std::string_view name, std::string_view address);
  void add_aaaa(std::string_view name, std::string_view address);
  void add_mx(std::string_view name, std::uint16_t preference, std::string_view host);
  // At the reverse name of `address`.
  void add_ptr(std::string_view address, std::string_view host);
  // Followed by lookup(), at most eight times; a loop is Outcome::failure.
  void add_cname(std::string_view name, std::string_view target);
  // An empty non-terminal: the name exists and has nothing.
  void add_empty(std::string_view name);

  // Every type at the name, or one type only.
  void timeout(std::string_view name);
  void timeout(std::string_view name, dns::Type type);
  void servfail(std::string_view name);
  void servfail(std::string_view name, dns::Type type);
  void nxdomain(std::string_view name);
  // Exactly this answer, instead of anything else said of the name.
  void set(std::string_view name, dns::Type type, dns::Answer answer);

  void clear(std::string_view name);   // Forgets all of one name.
  void set_ttl(base::Seconds ttl);     // Of answers from now on; 300 s at first.
  void set_authentic(bool authentic);  // The AD bit of answers from now on.

  // While held, lookup() gives futures that become ready only at release().
  void hold();
  void release();

  [[nodiscard]] dns::Pending lookup(const dns::Question& question) override;

  [[nodiscard]] std::vector<dns::Question> asked() const;  // In the order asked.
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t count(std::string_view name, dns::Type type) const;

 private:
  struct Node {
    std::map<dns::Type, std::vector<dns::Record>> records;
    std::map<dns::Type, dns::Answer> fixed;
    std::string cname;
  };
  struct Held {
    dns::Promise promise;
    dns::Answer answer;
  };
  struct State {
    std::map<std::string, Node> nodes;
    std::vector<dns::Question> asked;
    std::vector<Held> held;
    bool holding = false;
    base::Seconds ttl{300};
    bool authentic = false;

    void add(std::string_view name, dns::Type type, dns::Record record);
    [[nodiscard]] dns::Answer answer(dns::Question question) const;
  };

  base::Guarded<State> state_;
};

}  // namespace support
